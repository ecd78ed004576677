"""Zones of several counties: the tables of county zones added up, averaged with the weights that belong to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from laborsim.region.pack import PackError, Zone
from laborsim.region.tables import REGION_TABLES

F8 = NDArray[np.float64]
Tables = Mapping[str, pd.DataFrame]

#: Columns that add up; the other numbers are means.
_SUMS = {"people", "jobs", "establishments", "workers"}
_SUMMED_MEASURES = ("population_16", "labor_force")


def merge_zones(
    tables: Tables, zones: Sequence[Zone], groups: Mapping[str, tuple[str, str]]
) -> tuple[dict[str, pd.DataFrame], tuple[Zone, ...]]:
    """Put zones together.

    Parameters
    ----------
    tables, zones : of county zones.
    groups : county -> (code, name) of the zone it goes to; other zones stay. A group of one keeps its county.

    Returns
    -------
    tables, zones
        Counts added up; shares, rates and means weighted by the people, households, jobs or workers they are of.
        A row's source is the one that stands behind most of its weight.

    Raises
    ------
    PackError
        If a group spans two states, mixes zones of the region with zones beyond it, or holds part of a county.
    """
    members: dict[str, list[Zone]] = {}
    names: dict[str, str] = {}
    for z in zones:
        code, name = groups.get(z.county, (z.code, z.name)) if z.county else (z.code, z.name)
        members.setdefault(code, []).append(z)
        names[code] = name
    problems = [
        f"zone {code!r}: {', '.join(z.code for z in mine)} must be whole counties of one state, all inside the region "
        "or all beyond it"
        for code, mine in members.items()
        if len(mine) > 1
        and (len({(z.state, z.beyond) for z in mine}) > 1 or any(z.kind in ("part", "outside") for z in mine))
    ]
    if problems:
        raise PackError(problems)
    to = {z.code: code if len(mine) > 1 else z.code for code, mine in members.items() for z in mine}
    people = tables["age_sex"].groupby("zone")["people"].sum()
    made = tuple(
        _zone(code, names[code], mine, people) if len(mine) > 1 else mine[0] for code, mine in members.items()
    )
    return {name: _merged(name, tables, to) for name in tables}, made


def _zone(code: str, name: str, mine: Sequence[Zone], people: pd.Series) -> Zone:
    weight = [float(people[z.code]) for z in mine]
    place = [
        round(float(np.average([getattr(z, x) for z in mine], weights=weight)), 4) for x in ("latitude", "longitude")
    ]
    kind = "commuting" if mine[0].beyond else "group"
    counties = tuple(z.county for z in mine)
    return Zone(code, name, "", mine[0].state, kind, 1.0, 1.0, place[0], place[1], mine[0].area, counties)


def _merged(name: str, tables: Tables, to: Mapping[str, str]) -> pd.DataFrame:
    frame, layout = tables[name], REGION_TABLES[name]
    places = [f.name for f in layout.fields if f.kind == "zone"]
    if not places or all(k == v for k, v in to.items()):
        return frame
    weight = np.maximum(_WEIGHTS.get(name, _people)(frame, tables), 1e-9)
    new = frame.assign(**{p: frame[p].map(to) for p in places})
    keys = list(layout.unique)
    values = [f.name for f in layout.fields if f.name not in keys and f.kind in ("number", "int")]
    group = new.groupby(keys, sort=False).ngroup().to_numpy()
    n = int(group.max()) + 1
    first = np.unique(group, return_index=True)[1]
    out = new.iloc[first].reset_index(drop=True)
    added = frame["measure"].isin(_SUMMED_MEASURES).to_numpy() if name == "labor_force" else np.zeros(len(frame), bool)
    share = weight / np.bincount(group, weight, n)[group]
    for column in values:
        x = frame[column].to_numpy(np.float64)
        out[column] = np.bincount(group, x if column in _SUMS else np.where(added, x, x * share), n)
    heaviest = np.lexsort((-weight, group))
    of = group[heaviest]
    out["source"] = frame["source"].to_numpy()[heaviest[np.r_[True, of[1:] != of[:-1]]]]
    return out


# --- weights: what a row's shares are shares of ------------------------------------------------


def _bands(frame: pd.DataFrame, tables: Tables, by_sex: bool, column: str = "age_band") -> F8:
    """People of each row's zone and age band (and sex)."""
    count: dict[Any, F8] = {
        key: np.asarray(np.bincount(rows["age"].to_numpy(), rows["people"].to_numpy(), 121), np.float64)
        for key, rows in tables["age_sex"].groupby(["zone", "sex"] if by_sex else ["zone"])
    }
    out = np.empty(len(frame))
    sexes = frame["sex"] if by_sex else frame["zone"]
    for i, (zone, sex, band) in enumerate(zip(frame["zone"], sexes, frame[column], strict=True)):
        low, _, high = str(band).rstrip("+").partition("-")
        of = count[(zone, sex) if by_sex else (zone,)]
        out[i] = of[int(low) : int(high) + 1 if high else 121].sum()
    return out


def _people(frame: pd.DataFrame, tables: Tables) -> F8:
    total = tables["age_sex"].groupby("zone")["people"].sum()
    return frame["zone"].map(total).to_numpy(np.float64)


def _households(frame: pd.DataFrame, tables: Tables) -> F8:
    ages = tables["age_sex"]
    adults = ages[ages["age"] >= 16].groupby("zone")["people"].sum()
    per = tables["families"].query("measure == 'adults_per_household'").set_index("zone")["value"]
    return frame["zone"].map(adults / per).to_numpy(np.float64)


def _by_race(frame: pd.DataFrame, tables: Tables) -> F8:
    race = tables["race"]
    race = race.assign(people=_bands(race, tables, False) * race["share"])
    total = race[~race["age_band"].isin(["0-15", "16-24"])].groupby(["zone", "race"])["people"].sum()
    return total.reindex(pd.MultiIndex.from_frame(frame[["zone", "race"]])).to_numpy(np.float64)


def _families(frame: pd.DataFrame, tables: Tables) -> F8:
    ages = tables["age_sex"]
    children = ages[ages["age"] < 18].groupby("zone")["people"].sum()
    per = frame[frame["measure"] == "children_per_family"].set_index("zone")["value"]
    kinds = frame[frame["measure"] == "families"].set_index(["zone", "kind"])["value"]
    out = frame["zone"].map(children / per).to_numpy(np.float64).copy()  # families with children
    of_kind = frame["measure"].isin(["children", "youngest"]).to_numpy()
    out[of_kind] *= kinds.reindex(pd.MultiIndex.from_frame(frame.loc[of_kind, ["zone", "kind"]])).to_numpy(np.float64)
    by_age = frame["measure"].isin(["parent", "coupled", "alone"]).to_numpy()
    keys = frame.loc[by_age, "key"].str.split(":", expand=True)
    out[by_age] = _bands(frame[by_age].assign(sex=keys[0], age_band=keys[1]), tables, True)
    homes = (frame["measure"] == "adults_per_household").to_numpy()
    out[homes] = _households(frame[homes], tables)
    return out


def _force(frame: pd.DataFrame, tables: Tables) -> F8:
    wide = frame.pivot(index="zone", columns="measure", values="value")
    employed = wide["labor_force"] * (1 - wide["unemployment"])
    weights = {"participation": wide["population_16"], "unemployment": wide["labor_force"]}
    return np.array(
        [weights.get(m, employed)[z] for z, m in zip(frame["zone"], frame["measure"], strict=True)], np.float64
    )


def _flows(frame: pd.DataFrame, tables: Tables) -> F8:
    workers = tables["commuting"].set_index(["home", "work"])["workers"]
    return workers.reindex(pd.MultiIndex.from_frame(frame[["home", "work"]])).to_numpy(np.float64) + 0.5


def _children(frame: pd.DataFrame, tables: Tables) -> F8:
    bands = {"infant": "0-1", "toddler_preschool": "2-5", "school": "6-12"}
    return _bands(frame.assign(age_band=frame["age_group"].map(bands)), tables, False)


_WEIGHTS: dict[str, Callable[[pd.DataFrame, Tables], F8]] = {
    "education": lambda f, t: _bands(f, t, True),
    "race": lambda f, t: _bands(f, t, False),
    "race_education": _by_race,
    "families": _families,
    "cars": _households,
    "labor_force": _force,
    "jobs": lambda f, t: f["jobs"].to_numpy(np.float64),
    "commuting": lambda f, t: f["workers"].to_numpy(np.float64),
    "minutes": _flows,
    "childcare": _children,
    "income": _people,
}
