"""Turnover, churn and speed of selection by sector and size, fitted to JOLTS by industry and size class.

    python experiments/turnover.py --data DIR [--people 40000] [--rounds 5] [--dry]

Lists of parameters are found by fixed point, over the regions together, from 2018-19: `separations.turnover_by_sector`
and `turnover_by_size`, so that hires relative to the region's are the industry's and size class's relative to the
nation's, `demand.churn_by_sector`, so that layoffs and discharges are, and `vacancies.selection_by_sector` and
`selection_by_size`, so that openings for each hire are. Sectors that JOLTS does not tell apart share a factor. Writes
the lists into scenario/parameters and a table by size into docs/calibration.md (unless --dry); calibrate afterwards,
since levels are the calibration's.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from laborsim import LaborMarket
from laborsim.market.codes import PAYROLL
from laborsim.market.size import size_class

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
# size class of the model -> of JOLTS; the few workplaces of 5,000 and more are taken as those below
SIZES = {
    "1-9": "1 to 9 employees", "10-49": "10 to 49 employees", "50-249": "50 to 249 employees",
    "250-999": "250 to 999 employees", "1000+": "1,000 to 4,999 employees",
}  # fmt: skip
BEGIN, END = "<!-- by size of workplace -->", "<!-- end of by size of workplace -->"
MONTHS = 24
# power of the ratio missed by which a factor is moved
STEP = {("turnover", "sector"): 1.2, ("selection", "sector"): 1.0,
        ("churn", "sector"): 0.8, ("turnover", "size"): 0.8, ("selection", "size"): 0.6}  # fmt: skip
LEAST = {"turnover": 0.15, "churn": 0.15, "selection": 0.3}
MOST = {"turnover": 3.0, "churn": 3.0, "selection": 2.0}


def published(data: Path) -> pd.DataFrame:
    """Hires, openings and layoffs of each industry and size class relative to total nonfarm, 2018-19."""
    parts = []
    for file, name in (("jolts_us_industry_rates_2010_2022m08.csv.gz", "industry_text"),
                       ("jolts_us_sizeclass_rates_2015_2022m08.csv", "sizeclass_text")):  # fmt: skip
        table = pd.read_csv(data / file, dtype={"industry_code": str})
        table = table[(table["month"] >= "2018-01") & (table["month"] <= "2019-12") & (table["seasonal"] == "S")]
        parts.append(table.groupby(name)[["Hires", "Job openings", "Layoffs and discharges"]].mean())
    mean = pd.concat(parts)
    mean.columns = ["hires", "openings", "layoffs"]
    return mean / mean.loc["Total nonfarm"]


class BySize:
    """Hires, openings, nothing and jobs by size class of the workplace, summed over months; a recall is a hire."""

    def __init__(self) -> None:
        self.sums = np.zeros((4, len(SIZES)))

    def month(self, model: LaborMarket) -> None:
        """Simulate one month and count."""
        p = model.world.people
        n = p.size
        ids, state, hired = p.id[:n].copy(), p.state[:n].copy(), p.hired[:n].copy()
        model.step()
        p, c, e = model.world.people, model.world.cells, model.world.establishments
        cell = size_class(e.stands[: e.size])[c.establishment[: c.size]]
        new = (p.state[: p.size] <= PAYROLL[-1]) & (p.job[: p.size] >= 0)
        new[:n] &= (ids != p.id[:n]) | (state > PAYROLL[-1]) | (hired != p.hired[:n])
        self.sums += [np.bincount(cell[p.job[: p.size][new]], minlength=len(SIZES)),
                      np.bincount(cell, c.vacancies[: c.size], len(SIZES)), np.zeros(len(SIZES)),
                      np.bincount(cell, c.filled[: c.size], len(SIZES))]  # fmt: skip


def simulated(region: str, people: int, settings: dict[str, list[float]]) -> np.ndarray:
    """(4, S + 5 + 1) monthly hires, openings, layoffs and jobs by sector, by size and of all, summed over months.

    Layoffs are not counted by size.
    """
    from laborsim.commands.calibrate import share_of
    from laborsim.loading import scenario_of_region
    from laborsim.region.tables import SECTORS
    from laborsim.study.calibration.own import own_figures
    from laborsim.study.vary import vary

    spec = vary(scenario_of_region(region), tuple(settings.items()))
    model = LaborMarket(spec, rng=1, scale=share_of(people, own_figures(region)), threads=1)
    sizes = BySize()
    for _ in range(MONTHS):
        sizes.month(model)
    frame = model.frame()
    out = []
    for group in [*(f"sector:{s}" for s in SECTORS), "all"]:
        jobs = np.nan_to_num(frame.series("jobs", group))
        rates = [np.nansum(frame.series(f"{rate}_rate", group) * jobs) for rate in ("hires", "openings", "layoffs")]
        out.append([*rates, jobs.sum()])
    table, whole = np.array(out).T, sizes.sums.sum(axis=1)
    # of all that the same watch counted, which leaves out who is hired and gone within a month
    scaled = sizes.sums * (table[:, -1] / np.where(whole > 0.0, whole, 1.0))[:, None]
    return np.hstack([table[:, :-1], scaled, table[:, -1:]])


def relative(sums: np.ndarray, members: list[int]) -> np.ndarray:
    """Hires, openings and layoffs of some sectors or sizes together, relative to all."""
    some, all_ = sums[:, members].sum(axis=1), sums[:, -1]
    return (some[:-1] / some[-1]) / (all_[:-1] / all_[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--people", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--dry", action="store_true")
    args = parser.parse_args()

    from ship_calibration import ROOMS, put, with_default

    from laborsim.region.tables import SECTORS
    from laborsim.scenario.parameters.registry import declared

    target = published(args.data)
    fitted = {"sector": {i: [SECTORS.index(s) for s, name in INDUSTRY.items() if name == i] for i in INDUSTRY.values()},
              "size": {name: [k] for k, name in enumerate(SIZES.values())}}  # fmt: skip
    first = {"sector": 0, "size": len(SECTORS)}  # column of sums
    names = {(k, by): f"{room}.{k}_by_{by}" for by in fitted
             for k, room in (("turnover", "separations"), ("churn", "demand"), ("selection", "vacancies"))
             if (k, by) in STEP}  # fmt: skip
    factors = {key: np.array(declared()[name].default) for key, name in names.items()}
    rows: list[str] = []
    with ProcessPoolExecutor(args.jobs) as pool:
        for turn in range(args.rounds + 1):
            settings = {names[key]: [float(f"{v:.4g}") for v in f] for key, f in factors.items()}
            sums = sum(pool.map(simulated, REGIONS, [args.people] * len(REGIONS), [settings] * len(REGIONS)))
            print(f"round {turn}: hires {sums[0, -1] / sums[3, -1]:.2%}, openings {sums[1, -1] / sums[3, -1]:.2%}, "
                  f"layoffs {sums[2, -1] / sums[3, -1]:.2%}")
            rows.clear()
            for by, classes in fitted.items():
                # Classes of the model need not average to what the nation's do: levels are not fitted here.
                jobs = np.array([sums[-1, [first[by] + k for k in members]].sum() for members in classes.values()])
                mean = jobs @ target.loc[list(classes)].to_numpy() / jobs.sum()
                for name, members in classes.items():
                    hires, openings, layoffs = relative(sums, [first[by] + k for k in members])
                    want = target.loc[name] / mean
                    wait, usual = openings / hires, want["openings"] / want["hires"]
                    found = {k: float(f[members[0]]) for (k, of), f in factors.items() if of == by}
                    print(f"  {name:45s} hires {hires:.2f} ({want['hires']:.2f})  openings for each {wait:.2f} "
                          f"({usual:.2f})  " + (f"layoffs {layoffs:.2f} ({want['layoffs']:.2f})  " if layoffs else "")
                          + "  ".join(f"{k} {f:.2f}" for k, f in found.items()), flush=True)  # fmt: skip
                    if by == "size":
                        rows.append(f"| {name.removesuffix(' employees')} | {want['hires']:.2f} | {hires:.2f} | "
                                    f"{usual:.2f} | {wait:.2f} | {found['turnover']:.2f} | "
                                    f"{found['selection']:.2f} |")  # fmt: skip
                    if turn < args.rounds:
                        ratio = {"turnover": want["hires"] / hires, "selection": wait / usual,
                                 "churn": want["layoffs"] / max(layoffs, 1e-9)}  # fmt: skip
                        for k in found:
                            new = factors[k, by][members] * ratio[k] ** STEP[k, by]
                            factors[k, by][members] = np.clip(new, LEAST[k], MOST[k])
    if args.dry:
        return
    for name in names.values():
        room, _, short = name.partition(".")
        file = ROOMS / f"{room}.toml"
        text = with_default(file.read_text(encoding="utf-8"), short, settings[name], declared()[name].source)
        file.write_text(text, encoding="utf-8")
    table = ["| people at the workplace | hires: published | simulated | openings for each: published | simulated | "
             "turnover | selection |", "|---|---:|---:|---:|---:|---:|---:|", *rows]  # fmt: skip
    put(BEGIN, END, "\n".join(table))


if __name__ == "__main__":
    main()
