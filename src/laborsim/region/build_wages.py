"""Wages of occupations: OEWS of the region's area, or the next best, brought to 2019."""

from __future__ import annotations

import numpy as np
import pandas as pd

from laborsim.region.build_population import Builder
from laborsim.region.national_occupations import occupation_codes
from laborsim.region.pay import hourly, minor_group, pooled_quantiles, wage_to_2019

#: County -> OEWS area of May 2025.
AREAS = {
    "28140": (
        "20091",
        "20103",
        "20107",
        "20121",
        "20209",
        "29013",
        "29025",
        "29037",
        "29047",
        "29049",
        "29095",
        "29107",
        "29165",
        "29177",
    ),
    "21660": ("41039",),
    "31140": ("18019", "18043", "18061", "21029", "21103", "21111", "21185", "21211", "21215"),
    "21060": ("21093", "21123"),
    "41180": ("29071", "29099", "29113", "29183", "29189", "29219", "29510"),
    "44180": ("29043", "29059", "29077", "29167", "29225"),
    "30460": ("21017", "21049", "21067", "21113", "21209", "21239"),
}
_STATE_AREA = {"29": "2900000", "21": "2100000", "41": "4100000"}
#: States without a table here -> a neighbour with one.
_NEIGHBOUR = {"20": "2900000", "18": "2100000"}
#: A region with at least this share of a state's people has the state's wages.
_STATEWIDE = 0.5


def _statewide(b: Builder, state: str) -> bool:
    people = b.data.profile["joc_population.2018"].astype(float)
    mine = [c for c in b.counties if c[:2] == state]
    return float(people[mine].sum()) >= _STATEWIDE * float(people[people.index.str[:2] == state].sum())


def wage_area(b: Builder) -> tuple[str, str]:
    """OEWS area with most of the region's people, and the source of its figures.

    A county's area is its metropolitan area if that has a table, else its state, else a neighbouring state; counties
    of a state that the region mostly covers take the state.
    """
    size: dict[tuple[str, str], float] = {}
    for c in b.counties:
        metro = next((a for a, members in AREAS.items() if c in members), "")
        if metro and not _statewide(b, c[:2]):
            area = (metro, "oews2025")
        elif c[:2] in _STATE_AREA:
            area = (_STATE_AREA[c[:2]], "oews2025_state")
        else:
            area = (_NEIGHBOUR[c[:2]], "oews2025_neighbour")
        size[area] = size.get(area, 0.0) + float(b.population[c].sum())
    return max(sorted(size), key=lambda a: size[a])


def occupation_wages(b: Builder) -> pd.DataFrame:
    """Hourly percentiles of the area's minor groups in 2019 wages, and shares of its jobs."""
    codes = occupation_codes(b.data)
    wide, known_source = wage_area(b)
    area, us = (
        {
            c: g
            for c, g in hourly(b.data.oews[(b.data.oews["area_code"] == a) & (b.data.oews["level"] == 3)])
            .assign(group=lambda f: minor_group(f["soc"]))
            .groupby("group")
        }
        for a in (wide, "0")
    )
    p = (0.10, 0.25, 0.50, 0.75, 0.90)
    national = {c: pooled_quantiles(us[c], p) for c in codes}
    local = {c: pooled_quantiles(area[c], p) for c in codes if c in area}
    local = {c: q for c, q in local.items() if not np.isnan(q).any()}
    ratio = float(np.exp(np.median([np.log(q[2] / national[c][2]) for c, q in local.items()])))
    emp = {c: float(g["emp"].sum()) for c, g in area.items()}
    us_total = sum(float(us[c]["emp"].sum()) for c in codes)
    area_total = sum(emp.values())
    rows = []
    for c in codes:
        known = c in local
        q = np.asarray(local[c] if known else [x * ratio for x in national[c]])
        count = emp.get(c, 0.0) or 0.3 * area_total * float(us[c]["emp"].sum()) / us_total
        rows.append(
            (
                c,
                *(round(float(x), 3) for x in wage_to_2019(q, b.data)),
                count,
                known_source if known else "oews2025_us",
            )
        )
    out = pd.DataFrame(
        rows, columns=["occupation", "p10", "p25", "p50", "p75", "p90", "employment", "source"]
    )
    out["employment"] /= out["employment"].sum()
    return out
