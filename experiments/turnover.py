"""Turnover and speed of selection by sector, fitted to hires and openings by industry (JOLTS, 2018-19).

    python experiments/turnover.py --data DIR [--people 40000] [--rounds 5] [--dry]

Two lists of parameters are found by fixed point, over the regions together: `separations.turnover_by_sector`, so that
hires relative to the region's are the industry's relative to the nation's, and `vacancies.selection_by_sector`, so that
openings for each hire are. Sectors that JOLTS does not tell apart share a factor. Writes the lists into
scenario/parameters (unless --dry); calibrate afterwards, since levels are the calibration's.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

REGIONS = ("kansas-city", "lane", "kentuckianaworks", "kentucky", "missouri")
# sectors of the model -> industry of JOLTS; those of one industry share a factor
INDUSTRY = {
    "21": "Mining and logging", "22": "Transportation, warehousing, and utilities", "23": "Construction",
    "31-33": "Manufacturing", "42": "Wholesale trade", "44-45": "Retail trade",
    "48-49": "Transportation, warehousing, and utilities", "51": "Information", "52": "Finance and insurance",
    "53": "Real estate and rental and leasing", "54": "Professional and business services",
    "55": "Professional and business services", "56": "Professional and business services",
    "61": "Educational services", "62": "Health care and social assistance",
    "6244": "Health care and social assistance", "71": "Arts, entertainment, and recreation",
    "72": "Accommodation and food services", "81": "Other services", "GF": "Federal", "GS": "State and local",
    "GL": "State and local",
}  # fmt: skip
MONTHS = 24
STEP = {"turnover": 1.2, "selection": 1.0}  # power of the ratio missed by which a factor is moved
LEAST, MOST = {"turnover": 0.15, "selection": 0.3}, {"turnover": 3.0, "selection": 2.0}


def published(data: Path) -> pd.DataFrame:
    """Hires and openings of each industry relative to total nonfarm, 2018-19 (columns hires, openings)."""
    table = pd.read_csv(data / "jolts_us_industry_rates_2010_2022m08.csv.gz", dtype={"industry_code": str})
    table = table[(table["month"] >= "2018-01") & (table["month"] <= "2019-12") & (table["seasonal"] == "S")]
    mean = table.groupby("industry_text")[["Hires", "Job openings"]].mean()
    mean.columns = ["hires", "openings"]
    return mean / mean.loc["Total nonfarm"]


def simulated(region: str, people: int, settings: dict[str, list[float]]) -> np.ndarray:
    """(3, S + 1) monthly hires, openings and jobs by sector, summed over months; the last column is all."""
    from laborsim import LaborMarket
    from laborsim.commands.calibrate import share_of
    from laborsim.loading import scenario_of_region
    from laborsim.region.tables import SECTORS
    from laborsim.study.calibration.own import own_figures
    from laborsim.study.vary import vary

    spec = vary(scenario_of_region(region), tuple(settings.items()))
    model = LaborMarket(spec, rng=1, scale=share_of(people, own_figures(region)), threads=1)
    model.run_for(MONTHS)
    frame = model.frame()
    out = []
    for group in [*(f"sector:{s}" for s in SECTORS), "all"]:
        jobs = np.nan_to_num(frame.series("jobs", group))
        out.append([np.nansum(frame.series(rate, group) * jobs) for rate in ("hires_rate", "openings_rate")]
                   + [jobs.sum()])  # fmt: skip
    return np.array(out).T


def relative(sums: np.ndarray, members: list[int]) -> tuple[float, float]:
    """Hires and openings of some sectors together, relative to all."""
    hires, openings, jobs = sums[:, members].sum(axis=1)
    return (hires / jobs) / (sums[0, -1] / sums[2, -1]), (openings / jobs) / (sums[1, -1] / sums[2, -1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--people", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--dry", action="store_true")
    args = parser.parse_args()

    from ship_calibration import ROOMS, with_default

    from laborsim.region.tables import SECTORS
    from laborsim.scenario.parameters.registry import declared

    target = published(args.data)
    groups = {i: [SECTORS.index(s) for s, name in INDUSTRY.items() if name == i] for i in INDUSTRY.values()}
    names = {"turnover": "separations.turnover_by_sector", "selection": "vacancies.selection_by_sector"}
    factors = {k: np.array(declared()[name].default) for k, name in names.items()}
    with ProcessPoolExecutor(args.jobs) as pool:
        for turn in range(args.rounds + 1):
            settings = {names[k]: [float(f"{v:.4g}") for v in f] for k, f in factors.items()}
            sums = sum(pool.map(simulated, REGIONS, [args.people] * len(REGIONS), [settings] * len(REGIONS)))
            print(f"round {turn}: hires {sums[0, -1] / sums[2, -1]:.2%}, openings {sums[1, -1] / sums[2, -1]:.2%}")
            for industry, members in groups.items():
                hires, openings = relative(sums, members)
                want = target.loc[industry]
                wait, usual = openings / hires, want["openings"] / want["hires"]
                print(f"  {industry:45s} hires {hires:.2f} ({want['hires']:.2f})  openings for each {wait:.2f} "
                      f"({usual:.2f})  turnover {factors['turnover'][members[0]]:.2f}  "
                      f"selection {factors['selection'][members[0]]:.2f}", flush=True)  # fmt: skip
                if turn < args.rounds:
                    for k, ratio in (("turnover", want["hires"] / hires), ("selection", wait / usual)):
                        moved = factors[k][members] * ratio ** STEP[k]
                        factors[k][members] = np.clip(moved, LEAST[k], MOST[k])
    if args.dry:
        return
    for k, name in names.items():
        room, _, short = name.partition(".")
        file = ROOMS / f"{room}.toml"
        text = with_default(file.read_text(encoding="utf-8"), short, settings[names[k]], declared()[name].source)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
