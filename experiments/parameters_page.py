"""Section 8 of docs/model.md from the declared parameters: run it when a parameter is added or changed.

python experiments/parameters_page.py
"""

from __future__ import annotations

from pathlib import Path

from laborsim.report.parameters import replaced

PAGE = Path(__file__).resolve().parents[1] / "docs" / "model.md"


def main() -> None:
    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
