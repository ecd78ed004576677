"""From packs to the arrays a run takes as given: `laborsim.market.economy.Economy`.

Months count from the scenario's start. Nominal rules are brought to model dollars month by month with the
CPI; sector demand beyond the data follows a declared trend.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from laborsim.market.codes import CREDENTIAL_FIELDS, EDUCATION, SEXES
from laborsim.market.economy import Economy
from laborsim.region.budget.raises import raise_table
from laborsim.region.pack import Pack, PackError
from laborsim.region.tables import BEHAVIOUR, RATE_AGES, SECTORS
from laborsim.scenario.parameters import Parameters

F8 = NDArray[np.float64]
AGES: Final = 121
BENEFITS: Final = ("snap", "childcare", "health", "voucher")  # in the order of `raise_table`


def months_from(start: str, count: int) -> list[str]:
    """`count` months as "YYYY-MM" from `start` on.

    >>> months_from("2018-12", 2)
    ['2018-12', '2019-01']
    """
    first = pd.Period(start, "M")
    return [str(first + i) for i in range(count)]


def conditions(
    pack: Pack,
    national: Pack,
    scenario_start: str,
    months: int,
    drivers: Literal["national", "state"] = "national",
    parameters: Mapping[str, Any] | None = None,
) -> Economy:
    """Given conditions of a run.

    Parameters
    ----------
    pack, national : Pack
        The region's and the national pack.
    scenario_start : str
        First month, "YYYY-MM".
    months : int
        Months covered, start to horizon inclusive.
    drivers : "national" or "state"
        Sector indices: the nation's, or those of the region's states weighted by their jobs in each
        sector. A state's finer sectors move like the nation's relative to the supersector; after the
        state's last month growth is the nation's.
    parameters : mapping, optional
        "room.parameter" -> value; room `region` is used. Declared defaults if not given.

    Returns
    -------
    Economy
        Money in 2019 dollars.

    Raises
    ------
    PackError
        If the start month lies outside the sector index.
    """
    values = parameters if parameters is not None else Parameters()
    calendar = months_from(scenario_start, months)
    codes = national["occupations"]["code"].tolist()
    majors = sorted({c[:2] for c in codes})
    zones = pack.zone_codes
    occupations = national["occupations"].set_index("code")
    wages = pack["occupation_wages"].set_index("occupation").reindex(codes)
    price = price_level(national, calendar, values["region.inflation"])
    flows = _matrix(pack, "commuting", "workers")
    own = behaviour(pack)
    rules = {
        m: _rule(pack, m, calendar) for m in ("minimum_wage", "ui_weeks", "ui_maximum", "ui_replacement")
    }
    federal = _supplements(pack, national, calendar)
    schedule = (
        national["schedules"].pivot(index="age", columns="measure", values="value").reindex(range(AGES))
    )
    migration = pack["migration"].set_index("zone").reindex(zones)
    care = pack["childcare"].pivot(index="zone", columns="age_group", values="price_month").reindex(zones)
    return Economy(
        start=scenario_start,
        months=months,
        dollar_year=int(national.meta["dollar_year"]),
        zone_codes=zones,
        zone_names=tuple(z.name for z in pack.zones),
        zone_county=tuple(z.area or z.county for z in pack.zones),
        outside=len(pack.inside),
        commute_minutes=_matrix(pack, "minutes", "minutes"),
        commute_weight=commute_weight(flows, values["region.commute_floor"]),
        occ_codes=tuple(codes),
        major_codes=tuple(majors),
        occ_major=np.array([majors.index(c[:2]) for c in codes], dtype=np.uint8),
        occ_education=np.array([EDUCATION.index(e) for e in occupations["education"]], dtype=np.uint8),
        occ_training_months=_column(occupations, "training_months"),
        occ_exit=_column(occupations, "exit_rate"),
        occ_ai=_column(occupations, "ai_exposure"),
        occ_wage=_column(wages, "p50"),
        occ_spread=np.log(_column(wages, "p90") / _column(wages, "p10")),
        mobility=mobility(national, codes),
        sector_codes=SECTORS,
        sector_traded=national["sectors"]["traded"].to_numpy(dtype=np.uint8),
        sector_index=sector_index(
            pack, national, calendar, drivers, values["region.trend_growth"], values["region.driver_blend"],
            values["region.index_known_to"],
        ),
        posts=posts(national, calendar, values["region.index_known_to"])
        * (own["posts"] * values["region.posts_factor"]),
        looking=own["looking"] * values["region.looking_factor"],
        selection=own["selection"] * values["region.selection_factor"],
        nation_posts=nation_jobs(national, calendar, values["region.trend_growth"], values["region.index_known_to"])
        * posts(national, calendar, values["region.index_known_to"]),
        nation_labor=nation_labor(national, calendar, values["region.trend_growth"], values["region.index_known_to"]),
        childcare_sector=SECTORS.index("6244"),
        household_need=_needs(pack),
        childcare_price=np.ascontiguousarray(
            care[["infant", "toddler_preschool", "school"]].to_numpy(np.float64)
        ),
        minimum_wage=rules["minimum_wage"] / price[:, None],
        ui_weeks=rules["ui_weeks"] + federal["ui_extra_weeks"][:, None],
        ui_maximum=rules["ui_maximum"] / price[:, None],
        ui_replacement=rules["ui_replacement"][0].copy(),
        ui_supplement=federal["ui_supplement"] / price,
        ui_all=(federal["ui_all"] >= 0.5).astype(np.uint8),
        mortality=_mortality(national),
        fertility=_column(schedule, "fertility") * births_factor(pack, _column(schedule, "fertility")),
        retirement=_column(schedule, "retirement"),
        disability_onset=_column(schedule, "disability_onset"),
        enrolment=_column(schedule, "enrolment"),
        participation=_participation(pack),
        in_migration=_column(migration, "in_rate"),
        out_migration=_column(migration, "out_rate"),
        migrant_age=_column(schedule, "migrant_age"),
        price_level=price,
        good_job_wage=_good_job_wage(pack, values["region.good_job_hours"]),
        credential_fields=tuple(CREDENTIAL_FIELDS),
        zone_state=tuple(z.state for z in pack.zones),
        raise_left=raise_table(pack, values["region.raise_hourly"], [values[f"region.takeup_{b}"] for b in BENEFITS]),
    )


def behaviour(pack: Pack) -> dict[str, float]:
    """The region's own factors on behaviour; 1 where its pack has none."""
    own = dict.fromkeys(BEHAVIOUR, 1.0)
    if "behaviour" in pack.tables:
        table = pack["behaviour"]
        own |= dict(zip(table["measure"], table["factor"].astype(float), strict=True))
    return own


def _column(frame: pd.DataFrame, name: str) -> F8:
    return np.ascontiguousarray(frame[name].to_numpy(dtype=np.float64))


def _matrix(pack: Pack, table: str, value: str) -> F8:
    """(Z, Z) home x work."""
    wide = pack[table].pivot(index="home", columns="work", values=value)
    return np.ascontiguousarray(
        wide.reindex(index=pack.zone_codes, columns=pack.zone_codes).fillna(0.0).to_numpy()
    )


def births_factor(pack: Pack, fertility: F8) -> float:
    """Births of the region relative to the nation's rates at its women's ages: from its people under one year.

    A college town has far fewer children than the nation's women of its ages. Bounds keep small counts from wandering.
    """
    people = pack["age_sex"]
    people = people[people["zone"].isin([z.code for z in pack.inside])]
    infants = float(people.loc[people["age"] == 0, "people"].sum())
    women = people[people["sex"] == "female"].groupby("age")["people"].sum().reindex(range(fertility.size)).fillna(0.0)
    born = float((women.to_numpy(np.float64) * fertility).sum())
    return float(np.clip(infants / born, 0.5, 1.6)) if born > 0 else 1.0


def commute_weight(flows: F8, floor: float = 0.0) -> F8:
    """(Z, Z) weight of a vacancy by home and work zone: commuting share relative to the zone's share of jobs.

    Parameters
    ----------
    flows : (Z, Z) workers by home and work.
    floor : least share of a home zone's workers to any other zone.

    Returns
    -------
    numpy.ndarray
        Zones drawn with weight x vacancies give the commuting shares of `flows` where vacancies are spread
        like jobs. The mean over jobs is 1 for every home zone.

    Examples
    --------
    >>> commute_weight(np.array([[3.0, 1.0], [1.0, 3.0]]))
    array([[1.5, 0.5],
           [0.5, 1.5]])
    """
    share = np.maximum(flows / flows.sum(axis=1, keepdims=True), floor)
    share /= share.sum(axis=1, keepdims=True)
    jobs = flows.sum(axis=0) / flows.sum()
    return np.asarray(share / np.maximum(jobs, 1e-12)[None, :], dtype=np.float64)


def mobility(national: Pack, codes: list[str]) -> F8:
    """(O, O) yearly moves between occupations, rows sum to 1; where no move was recorded, to where all movers went."""
    wide = national["mobility"].pivot(index="from", columns="to", values="share")
    out = wide.reindex(index=codes, columns=codes).fillna(0.0).to_numpy(dtype=np.float64).copy()
    stays = np.diag(out).copy()
    np.fill_diagonal(out, 0.0)
    total = out.sum(axis=1, keepdims=True)
    out = np.where(total > 0, out, (1.0 - stays)[:, None] * (out.sum(axis=0) / out.sum())[None, :])
    np.fill_diagonal(out, np.diag(out) + stays)
    return np.ascontiguousarray(out / out.sum(axis=1, keepdims=True))


def price_level(national: Pack, calendar: list[str], inflation: float) -> F8:
    """(T,) CPI relative to the dollar year's average: yearly averages at mid-year, joined log-linearly."""
    table = national["price_level"].sort_values("year")
    years = table["year"].to_numpy(dtype=np.float64) + 0.5
    logs = np.log(table["cpi"].to_numpy(dtype=np.float64))
    t = np.array([int(m[:4]) + (int(m[5:]) - 0.5) / 12 for m in calendar])
    out = np.interp(t, years, logs)
    late, early = t > years[-1], t < years[0]
    out[late] = logs[-1] + np.log1p(inflation) * (t[late] - years[-1])
    out[early] = logs[0] + (logs[1] - logs[0]) * (t[early] - years[0])
    base = float(table.loc[table["year"] == int(national.meta["dollar_year"]), "cpi"].iloc[0])
    return np.asarray(np.exp(out) / base)


def _rule(pack: Pack, measure: str, calendar: list[str]) -> F8:
    """(T, Z) the rule in force each month; before its first month, the first value. Nominal."""
    rows = pack["rules"][pack["rules"]["measure"] == measure]
    out = np.zeros((len(calendar), len(pack.zones)))
    for z, code in enumerate(pack.zone_codes):
        mine = rows[rows["zone"] == code].sort_values("month")
        if mine.empty:
            raise PackError([f"rules.csv:1: measure: no {measure!r} for zone {code!r}"])
        held = np.searchsorted(mine["month"].to_numpy(dtype=str), np.array(calendar), side="right") - 1
        out[:, z] = mine["value"].to_numpy(dtype=np.float64)[np.maximum(held, 0)]
    return out


def _supplements(pack: Pack, national: Pack, calendar: list[str]) -> dict[str, F8]:
    """Federal UI rules by month, the states' weighted by their residents in the labor force; nominal."""
    table = national["supplements"].sort_values("month")
    force = pack["labor_force"].query("measure == 'labor_force'").set_index("zone")["value"]
    weights: dict[str, float] = {}
    for z in pack.inside:
        if z.state:
            weights[z.state] = weights.get(z.state, 0.0) + float(force[z.code])
    out = {}
    for measure in ("ui_supplement", "ui_all", "ui_extra_weeks"):
        mean = np.zeros(len(calendar))
        for state, w in weights.items():
            own = table[table["state"] == state]
            usual = table[(table["state"] == "US") & ~table["month"].isin(own["month"])]
            mine = pd.concat([usual, own]).sort_values("month")
            if len(own):  # a state that left does not come back
                mine = mine[(mine["month"] <= own["month"].max())]
            held = np.searchsorted(mine["month"].to_numpy(dtype=str), np.array(calendar), side="right") - 1
            values = mine[measure].to_numpy(dtype=np.float64)
            mean += w / sum(weights.values()) * np.where(held >= 0, values[np.maximum(held, 0)], 0.0)
        out[measure] = mean
    return out


def _mortality(national: Pack) -> F8:
    wide = national["mortality"].pivot(index="age", columns="sex", values="probability").reindex(range(AGES))
    return np.ascontiguousarray(wide[list(SEXES)].to_numpy(dtype=np.float64).T)


def _participation(pack: Pack) -> F8:
    """(2, 121) the nation's participation by sex and single age, constant within the bands of the statistics."""
    table = pack["participation"].query("children == 'all'").pivot(index="sex", columns="age_band", values="rate")
    floors = [int(band[:2]) for band in RATE_AGES]
    band = np.clip(np.searchsorted(floors, np.arange(AGES), side="right") - 1, 0, len(floors) - 1)
    return np.ascontiguousarray(table.loc[list(SEXES), list(RATE_AGES)].to_numpy(dtype=np.float64)[:, band])


def _needs(pack: Pack) -> F8:
    out = np.zeros((len(pack.zones), 2, 4, 2))
    where = {c: i for i, c in enumerate(pack.zone_codes)}
    for zone, adults, children, young, hourly in pack["needs"][
        ["zone", "adults", "children", "young", "hourly"]
    ].itertuples(index=False):
        out[where[zone], adults - 1, children, young] = hourly
    out[:, :, 0, 1] = out[:, :, 0, 0]
    return out


def _good_job_wage(pack: Pack, hours: float) -> float:
    people = pack["age_sex"].groupby("zone")["people"].sum()
    inside = [z.code for z in pack.inside]
    head = pack["income"].set_index("zone")["per_capita_income"]
    return float(sum(head[c] * people[c] for c in inside) / sum(people[c] for c in inside) / hours)


# --- demand drivers ----------------------------------------------------------------------------


def sector_index(
    pack: Pack, national: Pack, calendar: list[str], drivers: str, trend: float, blend: float = 1.0,
    known_to: str = "2099-12",
) -> F8:  # fmt: skip
    """(T, S) employment relative to the first month of the calendar.

    Beyond the data, and after the month `known_to`, every sector grows by `trend` a year.

    Raises
    ------
    PackError
        If the first month is before or after the index.
    """
    us = _us_index(national, calendar)
    path = us
    if drivers == "state":
        path = us ** (1 - blend) * state_paths(pack, national, us) ** blend
    elif drivers != "national":
        raise PackError([f"drivers {drivers!r} is not one of national, state"])
    return _on_trend(path, calendar, trend, known_to)


def _us_index(national: Pack, calendar: list[str]) -> pd.DataFrame:
    us = national["sector_index"].pivot(index="month", columns="sector", values="index")[list(SECTORS)]
    if calendar[0] not in us.index:
        raise PackError(
            [f"start {calendar[0]!r} is outside the sector index, {us.index[0]} to {us.index[-1]}"]
        )
    return us


def _on_trend(path: pd.DataFrame, calendar: list[str], trend: float, known_to: str) -> F8:
    """(T, S) of `path` relative to the first month; after what is known, every sector grows by `trend` a year."""
    last = min(str(path.index[-1]), known_to)
    if last < calendar[0]:
        raise PackError([f"region.index_known_to {known_to!r} is before the start, {calendar[0]}"])
    known = [m for m in calendar if m <= last]
    out = np.empty((len(calendar), path.shape[1]))
    out[: len(known)] = path.loc[known].to_numpy()
    beyond = np.arange(1, len(calendar) - len(known) + 1)[:, None] / 12
    out[len(known) :] = out[len(known) - 1] * (1 + trend) ** beyond
    return np.ascontiguousarray(out / out[0])


def nation_jobs(national: Pack, calendar: list[str], trend: float, known_to: str = "2099-12") -> F8:
    """(T,) jobs in all the nation's sectors relative to the first month, what the region's are seen against."""
    index = _on_trend(_us_index(national, calendar), calendar, trend, known_to)
    share = national["sector_jobs"].set_index("sector")["share"].reindex(list(SECTORS)).fillna(0.0).to_numpy(np.float64)
    return np.asarray((index * share).sum(axis=1) / share.sum())


def nation_labor(national: Pack, calendar: list[str], trend: float, known_to: str = "2099-12") -> F8:
    """(T,) the nation's labor force relative to the first month; beyond what is known it grows as the jobs do."""
    table = national["labor_force"].set_index("month")["labor_force"]
    path = table[table.index <= known_to].reindex(calendar).to_numpy(np.float64, copy=True)
    known = np.flatnonzero(~np.isnan(path))
    jobs = nation_jobs(national, calendar, trend, known_to)
    if not known.size:  # a start after all that is known
        return jobs
    last = int(known[-1])
    path[last:] = path[last] * jobs[last:] / jobs[last]
    return np.ascontiguousarray(path / path[0])


def posts(national: Pack, calendar: list[str], known_to: str = "2099-12") -> F8:
    """(T,) posts, filled and open, for each job, relative to the first month; beyond what is known, the last known."""
    known = national["posts"].set_index("month")["posts"]
    path = known[known.index <= known_to].reindex(calendar).ffill().bfill().to_numpy(np.float64)
    return np.ascontiguousarray(path / path[0])


def state_paths(pack: Pack, national: Pack, us: pd.DataFrame) -> pd.DataFrame:
    """Sector indices of the region's states weighted by their jobs in the region, months x SECTORS."""
    table = national["sector_index_state"].pivot(index="month", columns=["state", "series"], values="index")
    series = dict(zip(national["sectors"]["code"], national["sectors"]["state_series"], strict=True))
    jobs = pack["jobs"].merge(
        pd.DataFrame({"zone": [z.code for z in pack.inside], "state": [z.state for z in pack.inside]}),
        on="zone",
    )
    out = us.copy()
    for sector in SECTORS:
        mine = jobs[jobs["sector"] == sector].groupby("state")["jobs"].sum()
        mine = mine[[s for s in mine.index if (s, series[sector]) in table.columns]]
        if mine.sum() <= 0 or sector == "11":
            continue
        national_super = table["US", series[sector]]
        ratio = sum(
            (table[s, series[sector]] / national_super * w for s, w in (mine / mine.sum()).items()),
            start=pd.Series(0.0, index=table.index),
        )
        ratio = ratio.dropna().reindex(us.index).ffill().bfill()
        out[sector] = us[sector] * ratio
    return out
