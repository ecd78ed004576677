"""The tables of docs/regions.md: how well synthesized regions hold their margins, and what stands in for figures.

    python -m laborsim.region.fit_page [NAME ...] [--scale X] [--seed N] [--into docs/regions.md]
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from laborsim.region.conditions import conditions
from laborsim.region.fit import fit_report, is_share
from laborsim.region.pack import Pack, list_packs, load_national, load_pack
from laborsim.region.synthesize import synthesize
from laborsim.scenario.parameters.registry import Parameters

START, END = "<!-- made by laborsim.region.fit_page -->", "<!-- end -->"
LEAST: Final = 500.0  # people, households or jobs simulated behind a figure of the table
#: Margin -> worst error accepted (shares in points of one).
LIMITS: Final = {
    "age_sex": 0.01, "education": 0.01, "race": 0.01, "children": 0.01, "households": 0.01, "jobs": 0.01,
    "jobs_by_occupation": 0.01, "establishments": 0.01, "wage_p10": 0.05, "wage_p50": 0.05, "wage_p90": 0.05,
    "log_wage_sd": 0.05, "commuting_share": 0.02, "participation": 0.003, "unemployment": 0.003,
    "self_employed": 0.003, "part_time": 0.003, "part_time_involuntary": 0.003, "no_car": 0.01, "alone": 0.01,
    "disability": 0.01, "record": 0.01, "enrolled": 0.01, "inactive": 0.01,
}  # fmt: skip


def fits(name: str, scale: float, seed: int) -> tuple[pd.DataFrame, dict[str, int]]:
    """Fit report of one region, and how many people, employers and job cells it has."""
    pack, national, parameters = load_pack(name), load_national(), Parameters()
    economy = conditions(pack, national, str(pack.meta["start"]), 1, parameters=parameters)
    world = synthesize(pack, national, economy, parameters, scale, seed)
    sizes = {"people": world.people.size, "establishments": world.establishments.size, "job cells": world.cells.size}
    return fit_report(world, pack, economy, national, scale), sizes


def fit_table(reports: Mapping[str, pd.DataFrame], sizes: Mapping[str, Mapping[str, int]]) -> str:
    """Worst error of every margin in every region, beside what is accepted."""
    lines = [
        "| margin | accepted | " + " | ".join(reports) + " |",
        "|---|---:|" + "---:|" * len(reports),
    ]
    for what in ("people", "establishments", "job cells"):
        lines.append(f"| {what} simulated | | " + " | ".join(f"{sizes[n][what]:,}" for n in reports) + " |")
    for margin, limit in LIMITS.items():
        unit = "pp" if is_share(margin) else "%"
        cells = []
        for report in reports.values():
            rows = report[(report["margin"] == margin) & (report["size"] >= LEAST)]
            worst = float(rows["error"].abs().max()) if len(rows) else float("nan")
            text = f"{100 * worst:.2f} {unit}" if len(rows) else "none"
            cells.append(f"**{text}**" if worst > limit else text)
        lines.append(f"| {margin.replace('_', ' ')} | {100 * limit:g} {unit} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def worst_table(reports: Mapping[str, pd.DataFrame], least: float = 200.0, count: int = 12) -> str:
    """The groups furthest from their pack, measured by what is accepted, down to `least` people or jobs."""
    rows = pd.concat([r.assign(region=n) for n, r in reports.items()], ignore_index=True)
    rows = rows[(rows["size"] >= least) & rows["margin"].isin(list(LIMITS))]
    rows["times"] = rows["error"].abs() / rows["margin"].map(LIMITS)
    lines = ["| region | margin | group | pack | region made | error |", "|---|---|---|---:|---:|---:|"]
    for r in rows.sort_values("times", ascending=False, kind="stable").head(count).to_dict("records"):
        share = is_share(r["margin"])
        figures = f"{r['want']:.4f} | {r['got']:.4f}" if share else f"{r['want']:,.1f} | {r['got']:,.1f}"
        group = str(r["group"]).replace("|", ", ")
        lines.append(
            f"| {r['region']} | {r['margin'].replace('_', ' ')} | {group} | {figures} | "
            f"{100 * r['error']:+.2f} {'pp' if share else '%'} |"
        )
    return "\n".join(lines)


def fallback_table(packs: Sequence[Pack]) -> str:
    """What stands in for figures that counties lack, region by region."""
    lines = ["| region | table | what is lacking, and what is used | grade | counties |", "|---|---|---|---|---|"]
    for pack in packs:
        every = {c for z in pack.zones for c in (z.county, *z.counties) if c}
        for f in pack.fallbacks:
            where = ", ".join(f.counties) if len(f.counties) <= 6 else f"{len(f.counties)} of {len(every)}"
            grade = pack.sources[f.source].grade
            lines.append(f"| {pack.name} | {f.table} | {f.why} | {grade} | {where or 'region'} |")
    return "\n".join(lines)


def page(names: Sequence[str], scale: float, seed: int) -> str:
    """The generated part of docs/regions.md."""
    reports, sizes = {}, {}
    for name in names:
        reports[name], sizes[name] = fits(name, scale, seed)
    command = f"python -m laborsim.region.fit_page --scale {scale:g} --seed {seed} --into docs/regions.md"
    return "\n\n".join(
        [
            f"Made by `{command}`. Worst error of each margin over groups of at least {LEAST:g} simulated people, "
            "households or jobs: of counts and wages relative to the pack's, of shares in percentage points; bold "
            "where it is more than accepted.",
            fit_table(reports, sizes),
            "The groups furthest from their packs, of at least 200 (a few people too many or too few):",
            worst_table(reports),
            "What stands in for figures that a county lacks (`[[fallbacks]]` of each `pack.toml`):",
            fallback_table([load_pack(n) for n in names]),
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables, or put them between the marks of a page."""
    parser = argparse.ArgumentParser(prog="python -m laborsim.region.fit_page")
    parser.add_argument("regions", nargs="*", help="default: all packs of the repository")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--into", type=Path)
    given = parser.parse_args(arguments)
    text = page(given.regions or list_packs(), given.scale, given.seed)
    if given.into is None:
        print(text)
        return
    before, mark, rest = given.into.read_text(encoding="utf-8").partition(START)
    if not mark or END not in rest:
        parser.error(f"{given.into} lacks the marks {START} and {END}")
    new = f"{before}{START}\n\n{text}\n\n{END}{rest.partition(END)[2]}"
    temporary = given.into.with_suffix(".tmp")
    temporary.write_text(new, encoding="utf-8")
    temporary.replace(given.into)


if __name__ == "__main__":
    main()
