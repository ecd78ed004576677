"""Simple forecasts of monthly unemployment: what a model must beat to be worth its trouble.

All see the same: the region's published rate up to the origin, a longer series of its metro area or state up to the
origin (seasonal factors and coefficients are estimated on it), and US employment up to the origin; where the forecast
is conditional, US employment after it as well. Each gives mean and standard deviation, in percentage points.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from laborsim.study.validation.series import adjusted, seasons

if TYPE_CHECKING:
    import pandas as pd

F8 = NDArray[np.float64]
LAGS = 3
ORDERS = ((1, 0, 0), (2, 0, 0), (1, 0, 1), (0, 1, 1), (1, 1, 0), (1, 1, 1), (2, 1, 1))
LABELS = {
    "random walk": "the last adjusted rate stays",
    "seasonal naive": "the last known rate of the same calendar month",
    "ARIMA": "orders by AIC at the first origin of a year, estimated anew at every origin",
    "VAR": "unemployment and growth of US employment, lags by AIC",
    "ARDL": "unemployment on its lags and on US employment, which is known",
}
UNCONDITIONAL = ("random walk", "seasonal naive", "ARIMA", "VAR")
CONDITIONAL = ("random walk", "seasonal naive", "ARIMA", "VAR", "ARDL")


@dataclass(frozen=True)
class Known:
    """What may be used at an origin.

    Attributes
    ----------
    origin : "YYYY-MM", its rate known.
    own, longer : published rates up to the origin, not adjusted, percent.
    factors : (12,) seasonal factors, from `longer`.
    growth : monthly growth of US employment, percent, to the origin; after it too where that is given to all.
    """

    origin: str
    own: pd.Series
    longer: pd.Series
    factors: F8
    growth: pd.Series

    @classmethod
    def at(cls, origin: str, own: pd.Series, longer: pd.Series, jobs: pd.Series, conditional: bool) -> Known:
        """Cut all series at the origin."""
        own, longer = own[own.index <= origin], longer[longer.index <= origin]
        growth = 100.0 * np.log(jobs).diff().dropna()
        if not conditional:
            growth = growth[growth.index <= origin]
        return cls(origin, own, longer, seasons(longer, origin), growth)

    @property
    def level(self) -> pd.Series:
        """The region's adjusted rates."""
        return adjusted(self.own, self.factors)

    @property
    def long_level(self) -> pd.Series:
        """The longer series adjusted, every month from its first on."""
        import pandas as pd

        months = pd.period_range(self.longer.index[0], self.origin, freq="M").astype(str)
        return adjusted(self.longer, self.factors).reindex(months)

    @property
    def apart(self) -> float:
        """Mean gap of the region to the longer series over the last year known of both."""
        gap = (self.level - self.long_level.reindex(self.level.index)).dropna()
        return float(gap.iloc[-12:].mean())

    def season(self, months: list[str]) -> F8:
        """Factors of some months."""
        return np.array([self.factors[int(m[5:]) - 1] for m in months])


Forecast = tuple[F8, F8]  # mean and sd of each month ahead
Method = Callable[[Known, list[str]], Forecast | None]


def ahead(origin: str, steps: int) -> list[str]:
    """The months after an origin.

    >>> ahead("2019-11", 3)
    ['2019-12', '2020-01', '2020-02']
    """
    import pandas as pd

    first = pd.Period(origin, "M")
    return [str(first + k) for k in range(1, steps + 1)]


def random_walk(known: Known, months: list[str]) -> Forecast:
    """The last adjusted rate, with the season; spread of the longer series' changes over as many months."""
    level = known.long_level
    sd = [float((level - level.shift(h)).dropna().std()) for h in range(1, len(months) + 1)]
    return known.level.iloc[-1] + known.season(months), np.array(sd)


def seasonal_naive(known: Known, months: list[str]) -> Forecast | None:
    """The latest known rate of the same calendar month."""
    last = known.own.groupby(known.own.index.str[5:]).last()
    if any(m[5:] not in last.index for m in months):
        return None
    mean = np.array([last[m[5:]] for m in months])
    years = [1 + (h - 1) // 12 for h in range(1, len(months) + 1)]
    sd = [float((known.longer - known.longer.shift(12 * y)).dropna().std()) for y in years]
    return mean, np.array(sd)


class Arima:
    """ARIMA on the adjusted longer series, its coefficients applied to the region's own rates."""

    def __init__(self) -> None:
        self.orders: dict[str, tuple[int, int, int]] = {}

    def __call__(self, known: Known, months: list[str]) -> Forecast:
        level = known.long_level.to_numpy(float)
        year = known.origin[:4]
        if year not in self.orders:
            self.orders[year] = min(ORDERS, key=lambda order: _arima(level, order)[1])
        order = self.orders[year]
        parameters, _ = _arima(level, order)
        import pandas as pd
        from statsmodels.tsa.statespace.sarimax import SARIMAX

        span = pd.period_range(known.own.index[0], known.origin, freq="M").astype(str)
        own = known.level.reindex(span).to_numpy(float) - known.apart
        model = SARIMAX(own, order=order, trend="c" if order[1] == 0 else "n")
        found = model.filter(parameters).get_forecast(len(months))
        mean = np.asarray(found.predicted_mean) + known.apart + known.season(months)
        return mean, np.sqrt(np.asarray(found.var_pred_mean))


def _arima(level: F8, order: tuple[int, int, int]) -> tuple[F8, float]:
    """Parameters and AIC."""
    import warnings

    from statsmodels.tsa.statespace.sarimax import SARIMAX

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = SARIMAX(level, order=order, trend="c" if order[1] == 0 else "n").fit(disp=False, maxiter=50)
    return np.asarray(fitted.params), float(fitted.aic)


def vector(known: Known, months: list[str]) -> Forecast | None:
    """A VAR of unemployment and US employment growth, estimated on the longer series."""
    import pandas as pd
    from statsmodels.tsa.api import VAR

    growth = known.growth[known.growth.index <= known.origin]
    table = pd.DataFrame({"u": known.long_level, "g": growth}).dropna()
    fitted = VAR(table.to_numpy(float)).fit(maxlags=LAGS, ic="aic", trend="c")
    lags = max(fitted.k_ar, 1)
    if fitted.k_ar == 0:
        fitted = VAR(table.to_numpy(float)).fit(1, trend="c")
    recent = [str(pd.Period(known.origin, "M") - k) for k in range(lags - 1, -1, -1)]
    own = known.level.reindex(recent).to_numpy(float) - known.apart
    if not np.isfinite(own).all():
        return None
    last = np.column_stack([own, growth.reindex(recent).to_numpy(float)])
    mean = fitted.forecast(last, len(months))[:, 0] + known.apart + known.season(months)
    covariance = np.asarray(fitted.forecast_cov(len(months)))
    return mean, np.sqrt(covariance[:, 0, 0])


def distributed_lags(known: Known, months: list[str], lags: int = 2) -> Forecast | None:
    """Unemployment on its own lags and on US employment growth of the month and those before, which is known.

    The recursion of a VAR in which employment comes first and is given: what conditional forecasts of ours are given
    too. Least squares on the longer series; the spread is that of accumulated residuals.
    """
    import pandas as pd

    level, growth = known.long_level, known.growth
    table = pd.DataFrame({"u": level, "one": 1.0})
    for k in range(1, lags + 1):
        table[f"u{k}"] = level.shift(k)
    for k in range(lags + 1):
        table[f"g{k}"] = growth.reindex(level.index).shift(k) if k else growth.reindex(level.index)
    table = table.dropna()
    x, y = table.drop(columns="u").to_numpy(float), table["u"].to_numpy(float)
    b, *_ = np.linalg.lstsq(x, y, rcond=None)
    variance = float(((y - x @ b) ** 2).sum() / max(len(y) - x.shape[1], 1))
    recent = [str(pd.Period(known.origin, "M") - k) for k in range(lags)]
    past = list(known.level.reindex(recent).to_numpy(float) - known.apart)  # the latest first
    if not np.isfinite(past).all():
        return None
    whole = [str(pd.Period(known.origin, "M") - k) for k in range(lags - 1, -1, -1)] + months
    g = growth.reindex(whole).to_numpy(float)
    if not np.isfinite(g).all():
        return None
    mean, psi = [], [1.0]
    for h in range(len(months)):
        now = b[0] + sum(b[k] * past[k - 1] for k in range(1, lags + 1))
        now += sum(b[lags + 1 + k] * g[lags + h - k] for k in range(lags + 1))
        past.insert(0, float(now))
        mean.append(float(now))
        psi.append(sum(b[k] * psi[-k] for k in range(1, lags + 1) if len(psi) >= k))
    sd = np.sqrt(variance * np.cumsum(np.square(psi[: len(months)])))
    return np.array(mean) + known.apart + known.season(months), sd


def methods() -> dict[str, Method]:
    """All benchmarks by name; ARIMA remembers its orders, so take new ones for every region."""
    return {
        "random walk": random_walk,
        "seasonal naive": seasonal_naive,
        "ARIMA": Arima(),
        "VAR": vector,
        "ARDL": distributed_lags,
    }


__all__ = ["CONDITIONAL", "LABELS", "UNCONDITIONAL", "Arima", "Forecast", "Known", "ahead", "distributed_lags",
           "methods", "random_walk", "seasonal_naive", "vector"]  # fmt: skip
