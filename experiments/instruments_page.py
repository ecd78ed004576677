"""docs/instruments.md from the declared instruments: what each does and what may be set.

    python experiments/instruments_page.py
"""

from __future__ import annotations

from pathlib import Path

from laborsim.scenario.reference import instruments_page

PAGE = Path(__file__).resolve().parents[1] / "docs" / "instruments.md"

if __name__ == "__main__":
    PAGE.write_text(instruments_page((PAGE.parent / "trials.md").read_text(encoding="utf-8")), encoding="utf-8")
