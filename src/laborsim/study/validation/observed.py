"""What a region's runs are set against month by month: published series, and the same figure of the runs.

Published series are not seasonally adjusted and the model has no seasons. Rates are adjusted with factors from a longer
series before the comparison; levels are taken relative to the same month of 2019, so that seasons cancel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from laborsim.study.validation.hindcast import total_of
from laborsim.study.validation.series import (
    adjusted,
    irregular,
    main_state,
    reference,
    seasons,
    unemployment,
    whole_state,
)

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.region.pack import Pack
    from laborsim.study.results import Results

F8 = NDArray[np.float64]
BASE = "2019"
REVISION = 0.19  # points: standard deviation of county rates between vintages (Kansas City, 2018 to 2022)


@dataclass(frozen=True)
class Observed:
    """A published series and its counterpart in runs.

    Attributes
    ----------
    name, label, unit, source : of the series; errors are in `unit`.
    actual : by "YYYY-MM".
    simulated : results -> (R, T).
    noise : standard deviation of what the published series holds beside what a model could know: irregular months,
        survey error, revisions.
    """

    name: str
    label: str
    unit: str
    source: str
    actual: pd.Series
    simulated: Callable[[Results], F8]
    noise: float


def observed(data: Path, pack: Pack) -> list[Observed]:
    """All series there are for a region, unemployment first.

    Parameters
    ----------
    data : folder of official statistics.
    pack : of the region.

    Raises
    ------
    InputError
        If there is no unemployment series.
    """
    counties = list(pack.meta["counties"])
    found = [_unemployment(data, counties), *_residents(data, counties), *_participation(data, counties)]
    state = whole_state(counties)
    found += _state_jobs(data, state) if state else _county_jobs(data, pack)
    return [o for o in [*found, *_openings(data, pack)] if len(o.actual)]


def _unemployment(data: Path, counties: Sequence[str]) -> Observed:
    longer, name = reference(data, counties)
    factors = seasons(longer, "2019-12")
    actual = adjusted(unemployment(data, counties), factors)
    noise = float(np.hypot(irregular(longer, factors), REVISION))
    return Observed("unemployment", "Unemployment rate", "points", f"LAUS (BLS), adjusted with the seasons of {name}",
                    actual, lambda r: 100.0 * r.series("recorded_unemployment_rate"), noise)  # fmt: skip


def _residents(data: Path, counties: Sequence[str]) -> list[Observed]:
    """Labor force and employment of residents: whole months of all counties, relative to the same month of 2019."""
    table = _county_months(data, counties)
    return [
        _level(name, label, "LAUS (BLS)", table[column], lambda r, i=indicator: r.series(i))
        for name, label, column, indicator in (
            ("labor_force", "Labor force of residents", "labor_force", "labor_force"),
            ("employment", "Employed residents", "employed", "employment"),
        )
    ]  # fmt: skip


def _county_months(data: Path, counties: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    total = total_of(set(counties))
    if total is not None:
        table = pd.read_csv(data / "laus_region_monthly.csv")
        table = table[(table["region"] == total) & (table["n_counties"] == table["expected_counties"])]
        return table.set_index("month")[["labor_force", "employed"]].sort_index()
    table = pd.read_csv(data / "laus_county_monthly_MO_KS_KY_IN_OR.csv.gz", dtype={"fips": str})
    table = table[table["fips"].isin(list(counties))]
    sums = table.groupby("month").agg(labor_force=("labor_force", "sum"), employed=("employed", "sum"),
                                      n=("fips", "nunique"))  # fmt: skip
    return sums[sums["n"] == len(set(counties))][["labor_force", "employed"]].sort_index()


def _participation(data: Path, counties: Sequence[str]) -> list[Observed]:
    """Labor force of a year with all its months over people of 16 and more in July, percent, at July."""
    import pandas as pd

    force = _county_months(data, counties)["labor_force"]
    months = force.groupby(force.index.str[:4]).agg(["mean", "size"])
    people = pd.read_csv(data / "pop_county_agegroup_sex_2020_2023_5states.csv.gz", dtype={"fips": str})
    people = people[people["fips"].isin(list(counties)) & ~people["age_group"].isin(["0-4", "5-9", "10-14", "15"])]
    adult = (people["male"] + people["female"]).groupby(people["year"].astype(str)).sum()
    years = [y for y in adult.index if y in months.index and months["size"][y] == 12]
    actual = pd.Series({f"{y}-07": 100.0 * float(months["mean"][y]) / float(adult[y]) for y in years}, dtype=float)

    def simulated(r: Results) -> F8:
        monthly = 100.0 * r.series("participation_rate")
        out = np.full_like(monthly, np.nan)
        for k, m in enumerate(r.months):
            year = [j for j, other in enumerate(r.months) if other[:4] == m[:4]]
            if m.endswith("-07"):
                out[:, k] = monthly[:, year].mean(axis=1)
        return out

    return [Observed("participation", "Participation rate, yearly", "points",
                     "LAUS (BLS) over residents of 16 and more (Census PEP 2023)", actual, simulated, 0.3)]  # fmt: skip


def _state_jobs(data: Path, state: str) -> list[Observed]:
    """Payroll jobs of a state by supersector and in all."""
    import pandas as pd

    from laborsim.region.pack import load_pack

    table = pd.read_csv(data / "ces_state_supersector_monthly_2009_2022.csv.gz")
    table = table[(table["area"] == state) & (table["seasonal"] == "NSA")]
    wide = table.pivot(index="month", columns="sector", values="employment_000s")
    of = load_pack("national")["sectors"]
    out = [_level("jobs", "Payroll jobs", "CES by state (BLS)", wide["total_nonfarm"], _jobs_less_farms)]
    for series, rows in of[of["code"] != "11"].groupby("state_series"):
        codes = rows["code"].tolist()
        if series in wide:
            label = f"Jobs in {str(series).replace('_', ' ')}"
            out.append(_level(f"jobs:{series}", label, "CES by state (BLS)", wide[series],
                              lambda r, c=codes: sum(r.series("jobs", f"sector:{x}") for x in c)))  # fmt: skip
    return out


def _jobs_less_farms(r: Results) -> F8:
    return r.series("jobs") - np.nan_to_num(r.series("jobs", "sector:11"))


def _county_jobs(data: Path, pack: Pack) -> list[Observed]:
    """Covered jobs of the region's large counties together (QCEW, third month of a quarter)."""
    import pandas as pd

    table = pd.read_csv(data / "qcew_large_counties_quarterly_2010_2022.csv", dtype={"fips": str})
    groups: dict[str, list[str]] = {}
    for zone in pack.inside:
        groups.setdefault(zone.county, []).append(zone.code)
    table = table[table["fips"].isin(list(groups))]
    if table.empty:
        return []
    wide = table.pivot(index="quarter_month", columns="fips", values="employment_month3_000s")
    zones = [z for c in wide.columns for z in groups[c]]
    names = ", ".join(sorted(set(table["county"])))
    return [_level("jobs", f"Payroll jobs, {names}", "QCEW (BLS), first prints", wide.dropna().sum(axis=1),
                   lambda r: sum(r.series("jobs", f"zone:{z}") for z in zones))]  # fmt: skip


def _openings(data: Path, pack: Pack) -> list[Observed]:
    """Openings rate of the region's states, weighted by their share of the region's jobs."""
    import pandas as pd

    table = pd.read_csv(data / "jolts_state_monthly_2010_2022m08.csv")
    wide = table[table["seasonal"] == "S"].pivot(index="month", columns="area", values="job_openings_rate_pct")
    jobs = pack["jobs"].groupby("zone")["jobs"].sum()
    weight: dict[str, float] = {}
    for zone in pack.inside:
        state = zone.state or main_state(pack.meta["counties"])
        weight[state] = weight.get(state, 0.0) + float(jobs[zone.code])
    known = [s for s in weight if s in wide]
    if not known or set(known) != set(weight):
        return []
    whole = sum(weight.values())
    actual = sum(wide[s] * (w / whole) for s, w in weight.items()).dropna()  # type: ignore[union-attr]
    actual = actual[actual.index >= "2018-01"]
    return [Observed("openings", "Openings rate", "points", "JOLTS by state (BLS), adjusted", actual,
                     lambda r: 100.0 * r.series("openings_rate"), _rough(actual))]  # fmt: skip


def _level(
    name: str, label: str, source: str, published: pd.Series, simulated: Callable[..., Any]
) -> Observed:
    """A level relative to the same month of 2019, percent."""
    base = published[published.index.str[:4] == BASE]
    base.index = base.index.str[5:]
    kept = published[published.index.str[5:].isin(base.index) & (published.index >= "2018-01")]
    actual = 100.0 * kept / base.reindex(kept.index.str[5:]).to_numpy() - 100.0
    actual = actual[actual.index.str[:4] != BASE].dropna()

    def ratio(r: Results) -> F8:
        values = np.asarray(simulated(r), float)
        place = {m: k for k, m in enumerate(r.months)}
        at = [place.get(f"{BASE}-{m[5:]}", 0) for m in r.months]
        return np.asarray(100.0 * values / values[:, at] - 100.0)

    return Observed(name, label, "% of the same month of 2019", f"{source}, relative to 2019", actual, ratio,
                    _rough(actual))  # fmt: skip


def _rough(series: pd.Series) -> float:
    """Irregular part of a published series, from its changes outside the pandemic's first two years."""
    calm = series[(series.index < "2020-03") | (series.index > "2021-12")]
    steps = calm.diff().dropna()
    return float(steps.std() / np.sqrt(2.0)) if len(steps) > 3 else 0.0


__all__ = ["Observed", "observed"]
