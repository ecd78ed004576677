"""Sectors of the national pack: employment, posts and labor force by month, in the nation and the states."""

from __future__ import annotations

from typing import Final

import pandas as pd

from laborsim.region.national_occupations import staffing_counts
from laborsim.region.sources import Data
from laborsim.region.tables import SECTORS

BASE_MONTH: Final = "2018-01"
FIRST_MONTH: Final = "2016-01"

#: code -> name, national CES series (a formula of them, see `us_sectors`), state supersector, sells beyond the region
SECTOR_FACTS: Final[dict[str, tuple[str, str, str, int]]] = {
    "11": ("Agriculture, forestry, fishing and hunting", "constant", "total_nonfarm", 1),
    "21": ("Mining, quarrying, oil and gas", "mining_logging", "mining_logging", 1),
    "22": ("Utilities", "utilities", "trade_transport_utilities", 0),
    "23": ("Construction", "construction", "construction", 0),
    "31-33": ("Manufacturing", "manufacturing", "manufacturing", 1),
    "42": ("Wholesale trade", "wholesale_trade", "trade_transport_utilities", 1),
    "44-45": ("Retail trade", "retail_trade", "trade_transport_utilities", 0),
    "48-49": ("Transportation and warehousing", "transport_warehousing", "trade_transport_utilities", 1),
    "51": ("Information", "information", "information", 1),
    "52": ("Finance and insurance", "financial_activities", "financial_activities", 1),
    "53": ("Real estate, rental and leasing", "financial_activities", "financial_activities", 0),
    "54": (
        "Professional, scientific and technical services",
        "professional_business less 56",
        "professional_business",
        1,
    ),
    "55": ("Management of companies", "professional_business less 56", "professional_business", 1),
    "56": (
        "Administrative, support and waste services",
        "temporary_help and professional_business",
        "professional_business",
        0,
    ),
    "61": ("Private educational services", "private_educational_services", "private_education_health", 0),
    "62": (
        "Private health care and social assistance, without child day care",
        "health_social less child_day_care",
        "private_education_health",
        0,
    ),
    "6244": ("Child day care services", "child_day_care", "private_education_health", 0),
    "71": ("Arts, entertainment and recreation", "arts_entertainment_recreation", "leisure_hospitality", 0),
    "72": ("Accommodation and food services", "accommodation_food", "leisure_hospitality", 0),
    "81": ("Other services", "other_services", "other_services", 0),
    "GF": ("Federal government", "federal_government", "government", 0),
    "GS": ("State government", "state_government", "government", 0),
    "GL": ("Local government", "local_government", "government", 0),
}
_SPLIT: Final = (["52", "53"], ["54", "55"])  # sectors CES gives together


def us_sectors(data: Data, raw: bool = False) -> pd.DataFrame:
    """US employment by model sector, months x SECTORS, thousands, seasonally adjusted."""
    ces = data.ces_us_raw if raw else data.ces_us
    us = data.oews_industry.query("soc == '00-0000'").set_index("industry_code")["emp"]
    share_56 = us["56--57"] / (us["54--55"] + us["55--56"] + us["56--57"])
    business = ces["professional_business"]
    level_56 = business[BASE_MONTH] * share_56
    temp = ces["temporary_help"]
    w = temp[BASE_MONTH] / level_56
    out: dict[str, pd.Series] = {}
    admin = level_56 * (w * temp / temp[BASE_MONTH] + (1 - w) * business / business[BASE_MONTH])
    for code in SECTORS:
        series = SECTOR_FACTS[code][1]
        if series == "constant":
            out[code] = pd.Series(1.0, index=ces.index)
        elif code == "56":
            out[code] = admin
        elif code in ("54", "55"):
            out[code] = business - admin
        elif code == "62":
            out[code] = ces["health_social"] - ces["child_day_care"]
        else:
            out[code] = ces[series]
    return pd.DataFrame(out)


def sector_jobs(data: Data) -> pd.DataFrame:
    """Sectors' shares of US payroll jobs outside farming; what CES gives for two sectors together is split by OEWS."""
    level = us_sectors(data).loc[BASE_MONTH].drop("11")
    detail = staffing_counts(data).sum(axis=1)
    for together in _SPLIT:
        level[together] = level[together[0]] * detail[together] / detail[together].sum()
    return pd.DataFrame(
        {
            "sector": level.index,
            "share": (level / level.sum()).to_numpy(),
            "source": ["ces_level_split" if s in {*_SPLIT[0], *_SPLIT[1], "56"} else "ces_level" for s in level.index],
        }
    )


def index_table(data: Data) -> pd.DataFrame:
    """US employment by sector relative to the base month."""
    level = us_sectors(data).interpolate(limit_direction="both")
    index = (level / level.loc[BASE_MONTH]).loc[FIRST_MONTH:]
    rows = pd.Series(index.stack()).rename("index").reset_index()
    rows.columns = ["month", "sector", "index"]
    rows["source"] = [_index_source(s) for s in rows["sector"]]
    return rows


def posts_table(data: Data) -> pd.DataFrame:
    """Posts for each job, relative to the base month: jobs are all posts but the open ones."""
    posts = 1.0 / (1.0 - data.openings_us)
    rows = (posts / posts[BASE_MONTH]).loc[FIRST_MONTH:].rename("posts").rename_axis("month").reset_index()
    return pd.DataFrame(rows).assign(source="jolts_posts")


def labor_force_table(data: Data) -> pd.DataFrame:
    """Labor force relative to the base month: the employed and unemployed whom the next month's flows begin with."""
    flows = data.flows[data.flows["from"].isin(["E", "U"])].dropna()
    stocks = flows.set_index("month")[["n_to_E_000s", "n_to_U_000s", "n_to_N_000s"]].sum(axis=1).groupby(level=0)
    force = stocks.sum()[stocks.size() == 2]
    force.index = (pd.PeriodIndex(force.index, freq="M") - 1).astype(str)
    rows = (force / force[BASE_MONTH]).loc[FIRST_MONTH:].rename("labor_force").rename_axis("month").reset_index()
    return pd.DataFrame(rows).assign(source="cps_labor_force")


def _index_source(sector: str) -> str:
    if sector == "11":
        return "constant"
    return "ces_split" if sector in ("54", "55", "56", "62") else "ces"


def seasonal_factors(series: pd.Series, first: str = "2012-01", last: str = "2019-12") -> pd.Series:
    """Seasonal factor of each calendar month: median ratio to a centred twelve-month mean; mean 1."""
    inner = series.rolling(12).mean()
    centred = ((inner + inner.shift(-1)) / 2).shift(-6 + 1)
    ratio = (series / centred).loc[first:last].dropna()
    factor = ratio.groupby(ratio.index.str[5:]).median()
    return factor / factor.mean()


def state_table(data: Data) -> pd.DataFrame:
    """Employment of state and US supersectors relative to the base month, seasonally adjusted."""
    names = sorted({f[2] for f in SECTOR_FACTS.values()})
    parts = [
        pd.DataFrame(
            {
                "state": "US",
                "month": data.ces_us.index,
                "series": n,
                "index": (data.ces_us[n] / data.ces_us[n][BASE_MONTH]).to_numpy(),
                "source": "ces",
            }
        )
        for n in names
    ]
    for (state, name), rows in data.ces_state.groupby(["area", "sector"]):
        if name not in names:
            continue
        series = rows.set_index("month")["employment_000s"].sort_index()
        months = pd.date_range(series.index[0], series.index[-1], freq="MS").strftime("%Y-%m")
        series = series.reindex(months).interpolate()
        factor = seasonal_factors(series)
        adjusted = series / factor.reindex(series.index.str[5:]).to_numpy()
        parts.append(
            pd.DataFrame(
                {
                    "state": state,
                    "month": series.index,
                    "series": name,
                    "index": (adjusted / adjusted[BASE_MONTH]).to_numpy(),
                    "source": "ces_state",
                }
            )
        )
    out = pd.concat(parts, ignore_index=True)
    out = out[(out["month"] >= FIRST_MONTH) & (out["month"] <= "2022-12")].dropna()
    return out.sort_values(["state", "series", "month"], ignore_index=True)[
        ["state", "month", "series", "index", "source"]
    ]
