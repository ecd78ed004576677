"""Building the national pack: sectors, occupations, their matrices, schedules and prices."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from laborsim.market.codes import EDUCATION, SEXES
from laborsim.region import schedules
from laborsim.region.citations import DATA_SOURCES
from laborsim.region.pack import Pack
from laborsim.region.pay import hourly, minor_group, pooled_quantiles, wage_to_2019
from laborsim.region.sources import Data
from laborsim.region.tables import NATIONAL_TABLES, SECTORS

BASE_MONTH: Final = "2018-01"
FIRST_MONTH: Final = "2016-01"
DOLLAR_YEAR: Final = 2019

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
#: OEWS industry code of each sector; 61, 62 and government are worked out in `staffing`.
_OEWS: Final = {
    "11": "11--12",
    "21": "21--22",
    "22": "22--23",
    "23": "23--24",
    "31-33": "31--34",
    "42": "42--43",
    "44-45": "44--46",
    "48-49": "48--50",
    "51": "51--52",
    "52": "52--53",
    "53": "53--54",
    "54": "54--55",
    "55": "55--56",
    "56": "56--57",
    "6244": "624400",
    "71": "71--72",
    "72": "72--73",
    "81": "81--82",
    "GF": "999101",
    "GS": "999201",
    "GL": "999301",
}
#: Titles of minor groups that hold one occupation only, which OEWS lists by the occupation.
_TITLES: Final = {
    "39-7000": "Tour and Travel Guides",
    "43-1000": "Supervisors of Office and Administrative Support Workers",
    "45-1000": "Supervisors of Farming, Fishing, and Forestry Workers",
    "47-1000": "Supervisors of Construction and Extraction Workers",
    "49-1000": "Supervisors of Installation, Maintenance, and Repair Workers",
    "51-1000": "Supervisors of Production Workers",
}
_EDUCATION: Final = {
    "No formal educational credential": 0,
    "High school diploma or equivalent": 1,
    "Some college, no degree": 2,
    "Postsecondary nondegree award": 2,
    "Associate's degree": 3,
    "Bachelor's degree": 4,
    "Master's degree": 5,
    "Doctoral or professional degree": 5,
}
_TRAINING: Final = {
    "Short-term on-the-job training": 1.0,
    "Moderate-term on-the-job training": 6.0,
    "Long-term on-the-job training": 24.0,
    "Apprenticeship": 42.0,
    "Internship/residency": 24.0,
}
CPI: Final = {
    2013: 232.957,
    2014: 236.736,
    2015: 237.017,
    2016: 240.007,
    2017: 245.120,
    2018: 251.107,
    2019: 255.657,
    2020: 258.811,
    2021: 270.970,
    2022: 292.655,
    2023: 304.702,
    2024: 313.689,
    2025: 321.9,
}
#: state, month from which it holds, dollars a week, widened eligibility, extra weeks
_SUPPLEMENTS: Final = (
    ("US", "2016-01", 0.0, 0, 0),
    ("US", "2020-03", 0.0, 1, 0),
    ("US", "2020-04", 600.0, 1, 13),
    ("US", "2020-08", 0.0, 1, 13),
    ("US", "2021-01", 300.0, 1, 24),
    ("US", "2021-03", 300.0, 1, 53),
    ("US", "2021-09", 0.0, 0, 0),
    ("MO", "2021-07", 0.0, 0, 0),
    ("IN", "2021-07", 0.0, 0, 0),
)


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


def _sector_jobs(data: Data) -> pd.DataFrame:
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


def _index_table(data: Data) -> pd.DataFrame:
    level = us_sectors(data).interpolate(limit_direction="both")
    index = (level / level.loc[BASE_MONTH]).loc[FIRST_MONTH:]
    rows = pd.Series(index.stack()).rename("index").reset_index()
    rows.columns = ["month", "sector", "index"]
    rows["source"] = [_index_source(s) for s in rows["sector"]]
    return rows


def _posts_table(data: Data) -> pd.DataFrame:
    """Posts for each job, relative to the base month: jobs are all posts but the open ones."""
    posts = 1.0 / (1.0 - data.openings_us)
    rows = (posts / posts[BASE_MONTH]).loc[FIRST_MONTH:].rename("posts").rename_axis("month").reset_index()
    return pd.DataFrame(rows).assign(source="jolts_posts")


def _labor_force_table(data: Data) -> pd.DataFrame:
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


def _state_table(data: Data) -> pd.DataFrame:
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


# --- occupations -------------------------------------------------------------------------------


def _us_detail(data: Data) -> pd.DataFrame:
    frame = data.oews.query("area_code == '0' and level == 3").copy()
    frame["group"] = minor_group(frame["soc"])
    frame["emp"] = frame["emp"].fillna(frame["emp"].min())
    return frame


def occupation_codes(data: Data) -> list[str]:
    """SOC minor groups in order."""
    return sorted(set(_us_detail(data)["group"]))


def _weighted(values: pd.Series, weights: pd.Series, groups: pd.Series, codes: list[str]) -> pd.Series:
    keep = values.notna() & weights.notna()
    total = (values[keep] * weights[keep]).groupby(groups[keep]).sum()
    return (total / weights[keep].groupby(groups[keep]).sum()).reindex(codes)


def _occupations(data: Data) -> pd.DataFrame:
    detail = hourly(_us_detail(data))
    codes = occupation_codes(data)
    broad = data.oews_industry.query("industry_code == '000000' and occ_level == 1")
    titles = dict(zip(minor_group(broad["soc"]), broad["occ_title"], strict=True)) | _TITLES
    ep = data.projections.copy()
    ep["group"] = minor_group(ep["soc"])
    emp = ep["employment_2022"].astype(float)
    school = ep["typical_education_needed_for_entry"].map(_EDUCATION)
    training = (
        ep["typical_on_the_job_training_needed_to_attain_competency_in_the_occupation"]
        .map(_TRAINING)
        .fillna(0)
    )
    modal = emp.groupby([ep["group"], school]).sum().reset_index(name="emp")
    modal.columns = ["group", "level", "emp"]
    levels: dict[Any, Any] = (
        modal.sort_values(["group", "emp", "level"]).groupby("group")["level"].last().to_dict()
    )
    experience = ep["work_experience_in_a_related_occupation"].map(
        {"Less than 5 years": 12.0, "5 years or more": 24.0}
    )
    columns = {
        "training_months": _weighted(training + experience.fillna(0), emp, ep["group"], codes).clip(
            lower=1.0
        ),
        "exit_rate": _weighted(
            _percent(ep["labor_force_exit_rate_2022_32_annual_average"]), emp, ep["group"], codes
        ),
        "transfer_rate": _weighted(
            _percent(ep["occupational_transfer_rate_2022_32_annual_average"]), emp, ep["group"], codes
        ),
    }
    exposure = data.exposure.merge(detail[["soc", "emp"]], on="soc")
    columns["ai_exposure"] = _weighted(
        exposure["gpt_dv_rating_beta"], exposure["emp"], minor_group(exposure["soc"]), codes
    )
    out = pd.DataFrame(columns, index=codes)
    out["ai_exposure"] = out["ai_exposure"].fillna(out["ai_exposure"].median())
    quantiles = {c: pooled_quantiles(g, (0.10, 0.50, 0.90)) for c, g in detail.groupby("group")}
    q = wage_to_2019(np.array([quantiles[c] for c in codes]), data)
    out["wage"] = q[:, 1]
    out["sigma"] = np.log(q[:, 2] / q[:, 0]) / (2 * 1.2815516)
    out.insert(0, "education", [EDUCATION[int(levels[c])] for c in codes])
    out.insert(0, "title", [titles[c] for c in codes])
    out.insert(0, "code", codes)
    out["source"] = "ep"
    return out.reset_index(drop=True)


def _percent(text: pd.Series) -> pd.Series:
    return pd.to_numeric(text, errors="coerce") / 100


def _industry_counts(data: Data, industry: str, codes: list[str]) -> pd.Series:
    """Employment of an OEWS industry by minor group: the published group, else the sum of its occupations."""
    rows = data.oews_industry[data.oews_industry["industry_code"] == industry]
    group = minor_group(rows["soc"])
    published = rows["emp"][rows["occ_level"] == 1].groupby(group).sum()
    summed = rows["emp"][rows["occ_level"] == 3].groupby(group).sum()
    return pd.concat([published.reindex(codes), summed.reindex(codes)], axis=1).max(axis=1).fillna(0.0)


def staffing_counts(data: Data) -> pd.DataFrame:
    """US employment by sector and occupation (minor group), persons; private 61 and 62 without public ones."""
    codes = occupation_codes(data)
    out = {s: _industry_counts(data, i, codes) for s, i in _OEWS.items()}
    federal = out["GF"]
    public = out["GS"] + out["GL"]
    elsewhere = (_industry_counts(data, "999000", codes) - federal).clip(lower=0)
    institutions = (public - elsewhere).clip(lower=0)  # state and local schools and hospitals
    schools, hospitals = _industry_counts(data, "611000", codes), _industry_counts(data, "622000", codes)
    in_hospitals = institutions * hospitals / (hospitals + schools).clip(lower=1.0)
    out["61"] = (schools - (institutions - in_hospitals)).clip(lower=0.03 * schools)
    all_health = _industry_counts(data, "62--63", codes) - out["6244"]
    out["62"] = (all_health - in_hospitals).clip(lower=0.03 * all_health).clip(lower=0.0)
    return pd.DataFrame({s: out[s] for s in SECTORS}).T


def _staffing(data: Data) -> pd.DataFrame:
    counts = staffing_counts(data)
    share = counts.div(counts.sum(axis=1), axis=0)
    share = share.where(share >= 2e-5, 0.0)
    share = share.div(share.sum(axis=1), axis=0)
    rows = pd.Series(share.stack()).rename("share").reset_index()
    rows.columns = ["sector", "occupation", "share"]
    rows = rows[rows["share"] > 0].reset_index(drop=True)
    rows["source"] = "oews_staffing"
    return rows


def _mobility(data: Data) -> pd.DataFrame:
    codes = occupation_codes(data)
    frame = data.mobility
    groups = {}
    for side in ("from", "to"):
        soc = frame[f"{side}_soc5"].where(
            ~frame[f"{side}_soc5"].str.startswith("29-901"), "19-5010"
        )  # SOC 2018
        groups[side] = minor_group(soc)
    flow = (
        (frame["annual_prob"] * frame["from_emp"])
        .groupby([groups["from"], groups["to"]])
        .sum()
        .unstack(fill_value=0)
    )
    flow = flow.reindex(index=codes, columns=codes).fillna(0.0)
    moved = flow.to_numpy(copy=True)
    for i, code in enumerate(codes):  # no movers recorded: the major group's
        if moved[i].sum() == 0:
            moved[i] = flow[[c[:2] == code[:2] for c in codes]].sum().to_numpy()
            moved[i, i] += moved[i].sum() * 9
    share = moved / moved.sum(axis=1, keepdims=True)
    share[share < 1e-5] = 0.0
    share /= share.sum(axis=1, keepdims=True)
    a, b = np.nonzero(share)
    return pd.DataFrame(
        {"from": np.array(codes)[a], "to": np.array(codes)[b], "share": share[a, b], "source": "cps_mobility"}
    )


# --- the rest ----------------------------------------------------------------------------------


def _schedules(data: Data) -> pd.DataFrame:
    bands = ("55-59", "60-64", "65-69", "70-74", "75+")
    rates = tuple(data.cps_rate("Labor Force Participation Rate", band) for band in bands)
    made = {
        "fertility": (schedules.fertility(), "nchs_births"),
        "retirement": (schedules.retirement(rates), "retirement"),
        "disability_onset": (schedules.disability_onset(), "assumed"),
        "enrolment": (schedules.enrolment(), "nces_enrolment"),
        "migrant_age": (schedules.migrant_age(), "assumed"),
    }
    return pd.concat(
        [
            pd.DataFrame({"measure": m, "age": schedules.AGES, "value": v, "source": s})
            for m, (v, s) in made.items()
        ],
        ignore_index=True,
    )


def _flows(data: Data) -> pd.DataFrame:
    frame = data.flows
    frame = frame[(frame["month"] >= "2018-01") & (frame["month"] <= "2019-12")]
    stock = data.not_in_labor_force[["2018", "2019"]].mean()  # N to N is not published: the stock is
    rows = []
    for a in "EUN":
        mine = frame[frame["from"] == a]
        for b in "EUN":
            if a != b:
                rows.append(
                    (a + b, mine[f"n_to_{b}_000s"].mean() / stock if a == "N" else mine[f"p_to_{b}"].mean())
                )
    out = pd.DataFrame(rows, columns=["flow", "probability"]).assign(sex="all", source="cps_flows")
    return pd.concat([out, _flows_by_sex(data)], ignore_index=True)[["flow", "sex", "probability", "source"]]


def _flows_by_sex(data: Data) -> pd.DataFrame:
    """Transition rates of men and women in the last two months before the pandemic, seasonally adjusted."""
    frame = data.flows_by_sex
    frame = frame[(frame["seasonal"] == "S") & frame["month"].isin(["2020-01", "2020-02"])]
    means = frame.groupby(["sex", "from"])[["p_to_E", "p_to_U", "p_to_N"]].mean()
    rows = [
        (a + b, sex, means.loc[(title, a), f"p_to_{b}"])
        for title, sex in (("Men", "male"), ("Women", "female"))
        for a in "EUN"
        for b in "EUN"
        if a != b
    ]
    return pd.DataFrame(rows, columns=["flow", "sex", "probability"]).assign(source="cps_flows_by_sex")


def build_national(data_dir: str | Path) -> Pack:
    """Build the national pack from a folder of official statistics.

    Parameters
    ----------
    data_dir : path
        Folder with the tables named in `sources.Data`.

    Returns
    -------
    Pack
        Named "national"; save it with `pack.save(folder)`.
    """
    data = Data(data_dir)
    mortality = schedules.mortality()
    facts = pd.DataFrame(
        [(c, *SECTOR_FACTS[c], "naics") for c in SECTORS],
        columns=["code", "name", "ces", "state_series", "traded", "source"],
    )
    tables: dict[str, pd.DataFrame] = {
        "sectors": facts,
        "sector_jobs": _sector_jobs(data),
        "sector_index": _index_table(data),
        "posts": _posts_table(data),
        "labor_force": _labor_force_table(data),
        "sector_index_state": _state_table(data),
        "occupations": _occupations(data),
        "staffing": _staffing(data),
        "mobility": _mobility(data),
        "mortality": pd.DataFrame(
            [(s, a, mortality[i, a], "nchs_mortality") for i, s in enumerate(SEXES) for a in schedules.AGES],
            columns=["sex", "age", "probability", "source"],
        ),
        "schedules": _schedules(data),
        "price_level": pd.DataFrame({"year": list(CPI), "cpi": list(CPI.values()), "source": "cpi"}),
        "supplements": pd.DataFrame(
            _SUPPLEMENTS, columns=["state", "month", "ui_supplement", "ui_all", "ui_extra_weeks"]
        ).assign(source="cares"),
        "flows": _flows(data),
    }
    used = {s for name in NATIONAL_TABLES for s in tables[name]["source"]}
    return Pack(
        "national",
        "United States: facts shared by all regions",
        (),
        {"base_month": BASE_MONTH, "dollar_year": DOLLAR_YEAR},
        {k: DATA_SOURCES[k] for k in sorted(used)},
        tables,
    )
