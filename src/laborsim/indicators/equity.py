"""Gaps between groups: women less men, each race or ethnicity less white."""

from __future__ import annotations

import numpy as np

from laborsim.indicators.census import EMPLOYED, LEADERS, POPULATION, TRAINEES, census
from laborsim.indicators.row import Row, ratio
from laborsim.indicators.snapshot import Snapshot
from laborsim.indicators.tally import WAGE_EDGES
from laborsim.indicators.wages import quantiles
from laborsim.market.codes import RACES, SEXES

REFERENCE = {"sex": "male", "race": "white"}


def fill(s: Snapshot, row: Row) -> None:
    """Gaps in rates (share points) and in the median wage (ratio less 1)."""
    st, g = s.stocks, s.groups
    pairs = [(g.index(f"{axis}:{name}"), g.index(f"{axis}:{REFERENCE[axis]}"))
             for axis, members in (("sex", SEXES), ("race", RACES)) for name in members
             if name != REFERENCE[axis]]  # fmt: skip
    group, reference = np.array(pairs).T
    names = [g.names[i] for i in group]
    rates = {
        "unemployment_rate": ratio(st.unemployed, st.labor_force),
        "participation_rate": ratio(st.labor_force, st.population),
        "employment_rate": ratio(st.employed, st.population),
        "flow_UE": ratio(st.flows[:, 1, 0], st.flows[:, 1].sum(axis=1)),
        "share_self_sufficient": ratio(st.sufficient, st.employed),
        "share_good_jobs": ratio(st.good, st.employed),
        "underemployment_rate": ratio(st.underemployed, st.employed),
    }
    for indicator, rate in rates.items():
        row.put(f"gap_{indicator}", names, rate[group] - rate[reference])
    median = quantiles(s.wages[: len(g)], WAGE_EDGES, 0.5)
    _yearly(s, row, names)
    row.put("gap_wage_median", names, ratio(median[group], median[reference]) - 1.0)


def _yearly(s: Snapshot, row: Row, names: list[str]) -> None:
    """Leaders among the employed and trainees among residents, and the gaps in both, once a year."""
    c = census(s)
    people = np.zeros((len(SEXES), len(RACES), 4)) if c is None else c.people.astype(np.float64)
    groups = ["all", *(f"sex:{n}" for n in SEXES), *(f"race:{n}" for n in RACES)]
    table = np.concatenate([people.sum(axis=(0, 1))[None], people.sum(axis=1), people.sum(axis=0)])
    for name, part, whole in (("leadership_share", LEADERS, EMPLOYED), ("training_share", TRAINEES, POPULATION)):
        shares = ratio(table[:, part], table[:, whole])
        row.put(name, groups, shares)
        rate = dict(zip(groups, shares.tolist(), strict=True))
        gaps = [rate[n] - rate[f"{n.split(':')[0]}:{REFERENCE[n.split(':')[0]]}"] for n in names]
        row.put(f"gap_{name}", names, gaps)


__all__ = ["REFERENCE", "fill"]
