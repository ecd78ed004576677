"""A quick look at the baseline while parameters are changed: accepted ranges, and unemployment against LAUS.

    python experiments/baseline_check.py scenarios/independence-works-2025.toml --scale 0.1 --seeds 2
        [--data DIR] [--drivers state] [--json]

Ranges are those of `laborsim validate`, which makes the proper study with report and chart. LAUS is read from DIR, a
folder of official statistics; without it only the ranges are shown.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


def laus(data: Path, region: str) -> pd.Series:
    """Monthly unemployment rate of a region, not seasonally adjusted (BLS LAUS, counties added up)."""
    frame = pd.read_csv(data / "laus_region_monthly.csv")
    frame = frame[(frame.region == region) & (frame.n_counties == frame.expected_counties)]
    return frame.set_index("month").unemp_rate_pct / 100.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", type=Path)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--drivers", choices=["national", "state"])
    parser.add_argument("--laus", default="kc_core7", help="region of the LAUS file to compare with")
    parser.add_argument("--months", type=int)
    parser.add_argument("--set", nargs="*", default=[], metavar="ROOM.NAME=VALUE")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plan", action="store_true", help="print seconds by stage")
    parser.add_argument("--show", nargs="*", default=[], help="indicators to print by quarter")
    args = parser.parse_args()

    import laborsim
    from laborsim.study.validation.facts import FACTS

    spec = laborsim.load_scenario(args.scenario)
    if args.drivers:
        spec = spec.with_settings(drivers=args.drivers)
    if args.set:
        from laborsim.scenario.schema import Assumption

        changed = {k: Assumption(value=json.loads(v)) for k, v in (s.split("=", 1) for s in args.set)}
        spec = spec.model_copy(update={"assumptions": {**spec.assumptions, **changed}})
    months = args.months or spec.months
    frames, model = [], None
    for seed in range(1, args.seeds + 1):
        model = laborsim.LaborMarket(spec, rng=seed, scale=args.scale)
        model.run_for(months)
        frames.append(model.frame())
    first = frames[0]
    result: dict[str, Any] = {"scale": args.scale, "seeds": args.seeds, "facts": {}}

    def mean(indicator: str, group: str = "all") -> np.ndarray:
        return np.mean([f.series(indicator, group)[:months] for f in frames], axis=0)

    for fact in FACTS:
        if months >= fact.months and not fact.pair:
            try:
                value = fact.of(mean)
            except KeyError:  # figures that only an observer of `laborsim validate` collects
                continue
            inside = fact.low <= value <= fact.high
            result["facts"][fact.label] = {"value": value, "low": fact.low, "high": fact.high, "inside": inside}
    simulated = pd.Series(mean("recorded_unemployment_rate"), first.months[:months])
    if args.data is not None:
        actual = laus(args.data, args.laus).reindex(simulated.index)
        gap = (simulated - actual) * 100
        normal = gap[:"2019-12"].dropna()
        after = gap["2021-01":"2022-12"].dropna()
        result["hindcast"] = {
            "rmse_2018_2019_pp": float(np.sqrt((normal**2).mean())), "bias_2018_2019_pp": float(normal.mean()),
        }
        if months > 30:
            result["hindcast"] |= {
                "april_2020_simulated": float(simulated["2020-04"] * 100),
                "april_2020_laus": float(actual["2020-04"] * 100),
                "mean_2021_2022_gap_pp": float(after.mean()),
                "rmse_2020_05_2022_pp": float(np.sqrt((gap["2020-05":"2022-12"].dropna() ** 2).mean())),
            }
    if args.json:
        print(json.dumps(result, indent=1))
        return 0
    for fact, f in result["facts"].items():
        print(f"{'ok ' if f['inside'] else 'OUT'} {fact:<66} {f['value']:8.4f}   {f['low']} to {f['high']}")
    for name, value in result.get("hindcast", {}).items():
        print(f"    {name:<26} {value:8.3f}")
    quarters = slice(0, months, 3)
    for indicator in ["unemployment_rate", "participation_rate", "openings_rate", *args.show]:
        name, _, group = indicator.partition("@")
        print(indicator, np.round(mean(name, group or "all")[quarters], 4).tolist())
    if args.data is not None:
        print("LAUS", np.round(actual.to_numpy()[quarters], 4).tolist())
    if args.plan:
        print(model.plan)
    return 0


if __name__ == "__main__":
    sys.exit(main())
