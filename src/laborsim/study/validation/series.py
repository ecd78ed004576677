"""Published monthly series that runs are set against, and their seasons.

Rates are in percentage points. Months and places that the folder of statistics does not hold are missing here too:
nothing is put in their place, but for whole states, whose own series is published in two files that join.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from laborsim.scenario.problems import InputError
from laborsim.study.validation.hindcast import STATES, published

if TYPE_CHECKING:
    import pandas as pd

STATE_CODES = {"18": "IN", "20": "KS", "21": "KY", "29": "MO", "41": "OR"}
# series of the metro area that these counties are the core of: FRED's copy of BLS LAUS, not adjusted
METROS = {"29095": "KANS129URN"}
SEASON_YEARS = 10  # years before the origin that seasonal factors are worked out from
SHOCK = ("2020-03", "2021-12")  # left out of seasonal factors


def unemployment(data: Path, counties: Sequence[str]) -> pd.Series:
    """Monthly unemployment rate of some counties together, percent, not adjusted, by "YYYY-MM".

    For a whole state months between the county files are those of the state's own series.

    Raises
    ------
    InputError
        If the folder has no such series.
    """
    own = 100.0 * published(data, counties)
    state = whole_state(counties)
    return own.combine_first(state_unemployment(data, state)).sort_index() if state else own


def reference(data: Path, counties: Sequence[str]) -> tuple[pd.Series, str]:
    """A long unemployment series of the metro area or else the state that counties lie in, percent, and its name.

    Seasonal factors and the coefficients of time-series models are estimated on it.
    """
    for county, series in METROS.items():
        if county in counties and whole_state(counties) is None:
            table = _read(data, "fred_unemp_rates_monthly.csv")
            table = table[table["series_id"] == series]
            return _by_month(table["date"].str[:7], table["value"]), str(table["area"].iloc[0])
    state = main_state(counties)
    return state_unemployment(data, state), state


def main_state(counties: Sequence[str]) -> str:
    """State of most of the counties, "MO"."""
    codes = [c[:2] for c in counties]
    return STATE_CODES[max(sorted(set(codes)), key=codes.count)]


def whole_state(counties: Sequence[str]) -> str | None:
    """The state that these counties make up, "MO"; None if they do not."""
    codes = {c[:2] for c in counties}
    if len(codes) == 1 and (code := codes.pop(), len(set(counties))) in STATES:
        return STATE_CODES[code]
    return None


def state_unemployment(data: Path, state: str) -> pd.Series:
    """Unemployment rate of a state, percent, not adjusted: LAUS, from 2005 on."""
    early = _read(data, "laus_state_monthly_pop_lf_2005_2019m03.csv")
    fips = next(int(k) for k, v in STATE_CODES.items() if v == state)
    early = early[(early["fips"] == fips) & (early["adj"] == "nsa")]
    month = early["year"].astype(str) + "-" + early["month"].astype(int).map("{:02d}".format)
    old = _by_month(month, 100.0 * early["unem"] / early["clf"])
    late = _read(data, "laus_state_monthly_releases.csv")
    late = late[(late["area"] == state) & (late["seasonal"] == "NSA")]
    new = _by_month(late["month"], 100.0 * late["unemployed"] / late["labor_force"])
    return new.combine_first(old).sort_index()


def national_jobs(data: Path) -> pd.Series:
    """US payroll employment, adjusted, thousands: CES."""
    table = _read(data, "ces_us_supersector_monthly.csv.gz")
    table = table[(table["sector"] == "total_nonfarm") & (table["seasonal"] == "SA")]
    return _by_month(table["month"], table["employment_best_000s"])


def seasons(series: pd.Series, to: str, years: int = SEASON_YEARS) -> np.ndarray:
    """(12,) additive seasonal factors from what is known up to a month.

    Median difference to the centred twelve-month mean over the years before, the pandemic left out; mean 0.

    Parameters
    ----------
    series : by "YYYY-MM"; missing months allowed.
    to : last month used.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.period_range("2010-01", "2017-12", freq="M").astype(str)
    >>> made = pd.Series([4.0 + (m[5:] == "01") for m in months], index=months)
    >>> factors = seasons(made, "2017-12")
    >>> round(float(factors[0] - factors[1]), 3)
    1.0
    """
    import pandas as pd

    first = str(pd.Period(to, "M") - 12 * years + 1)
    whole = pd.period_range(min(first, str(series.index[0])), to, freq="M").astype(str)
    known = series.reindex(whole)
    mean = known.rolling(12).mean()
    centred = ((mean + mean.shift(-1)) / 2.0).shift(-5)
    gap = (known - centred).dropna()
    gap = gap[(gap.index >= first) & ((gap.index < SHOCK[0]) | (gap.index > SHOCK[1]))]
    factor = gap.groupby(gap.index.str[5:].astype(int)).median().reindex(range(1, 13))
    if factor.isna().any():
        raise ValueError(f"seasonal factors need every calendar month; known to {to}: {len(gap)} months")
    values = factor.to_numpy(float)
    return np.asarray(values - values.mean())


def adjusted(series: pd.Series, factors: np.ndarray) -> pd.Series:
    """A series without its seasons."""
    taken = factors[series.index.str[5:].astype(int).to_numpy() - 1]
    return series.sub(taken)


def irregular(series: pd.Series, factors: np.ndarray, first: str = "2012-01", last: str = "2019-12") -> float:
    """Standard deviation of what a published rate holds beside level and season: from month-to-month changes."""
    smooth = adjusted(series, factors).loc[first:last]
    return float(smooth.diff().dropna().std() / np.sqrt(2.0))


def _read(data: Path, name: str) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_csv(data / name)
    except FileNotFoundError:
        missing = "no such folder" if not data.is_dir() else f"{name} is missing from it"
        raise InputError(f"--data {data}: {missing}") from None
    except (OSError, ValueError) as error:  # ValueError: not a table that pandas can read
        raise InputError(f"{data / name}: cannot be read ({error})") from None


def _by_month(months: pd.Series, values: pd.Series) -> pd.Series:
    import pandas as pd

    return pd.Series(values.to_numpy(float), index=months.to_numpy(str)).sort_index()


__all__ = [
    "adjusted", "irregular", "main_state", "national_jobs", "reference", "seasons", "state_unemployment",
    "unemployment", "whole_state",
]  # fmt: skip
