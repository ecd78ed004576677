"""Renew the golden baseline of the tests: run it when results change on purpose, and say so in the CHANGELOG.

python experiments/golden.py
"""

from __future__ import annotations

import json
from pathlib import Path

import laborsim

HERE = Path(__file__).resolve().parents[1]
FIGURES = (
    "population", "labor_force", "employment", "unemployment_rate", "participation_rate", "hires_rate", "quits_rate",
    "layoffs_rate", "openings_rate", "flow_EE", "wage_median", "wage_p10", "log_wage_sd", "share_self_sufficient",
    "retention_12_month", "jobs", "establishments", "childcare_enrolled", "trainees", "temporary_layoff_share",
)  # fmt: skip


def main() -> None:
    spec = laborsim.load_scenario(HERE / "scenarios" / "independence-works-2025.toml")
    model = laborsim.LaborMarket(spec, rng=1, scale=0.01)
    months = 30
    model.run_for(months)
    frame = model.frame()
    figures = {name: float(frame.series(name)[-1]) for name in FIGURES}
    target = HERE / "tests" / "golden.json"
    target.write_text(json.dumps({"seed": 1, "months": months, "figures": figures}, indent=1) + "\n")


if __name__ == "__main__":
    main()
