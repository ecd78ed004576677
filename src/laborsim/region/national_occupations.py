"""Occupations of the national pack: what they ask for and pay, who staffs which sector, who moves where."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from laborsim.market.codes import EDUCATION
from laborsim.region.pay import hourly, minor_group, pooled_quantiles, wage_to_2019
from laborsim.region.sources import Data
from laborsim.region.tables import SECTORS

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


def occupations(data: Data) -> pd.DataFrame:
    """Title, typical schooling and training, turnover, exposure to AI and US wages of occupations (minor groups)."""
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


def staffing(data: Data) -> pd.DataFrame:
    """Shares of occupations in the US employment of sectors."""
    counts = staffing_counts(data)
    share = counts.div(counts.sum(axis=1), axis=0)
    share = share.where(share >= 2e-5, 0.0)
    share = share.div(share.sum(axis=1), axis=0)
    rows = pd.Series(share.stack()).rename("share").reset_index()
    rows.columns = ["sector", "occupation", "share"]
    rows = rows[rows["share"] > 0].reset_index(drop=True)
    rows["source"] = "oews_staffing"
    return rows


def mobility(data: Data) -> pd.DataFrame:
    """Where those who leave an occupation go, shares; minor groups."""
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
