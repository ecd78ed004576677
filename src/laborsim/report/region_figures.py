"""Figures of a region's profile, worked out from its pack alone: people, work, jobs, pay, commuting, living."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pandas as pd

from laborsim.region.tables import RATE_AGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from laborsim.region.pack import Pack, Zone
    from laborsim.report.region_evidence import Evidence

ADULT: Final = 16
OLDEST: Final = 85
STATUS: Final = ("under_16", "employed", "unemployed", "not_in_labor_force")
PARTS: Final = ("housing", "food", "childcare", "transport", "health", "other", "taxes")
RULES: Final = ("minimum_wage", "ui_weeks", "ui_maximum", "ui_replacement")
PERCENTILES: Final = ("p10", "p25", "p50", "p75", "p90")
CHILDCARE_AGES: Final = {"infant": (0, 1), "toddler_preschool": (2, 5), "school": (6, 12)}
#: Titles of SOC major groups, 2018 classification, shortened.
MAJOR_GROUPS: Final = {
    "11": "Management",
    "13": "Business and financial",
    "15": "Computer and mathematical",
    "17": "Architecture and engineering",
    "19": "Life, physical and social science",
    "21": "Community and social service",
    "23": "Legal",
    "25": "Education and library",
    "27": "Arts, entertainment, media",
    "29": "Healthcare practitioners",
    "31": "Healthcare support",
    "33": "Protective service",
    "35": "Food preparation and serving",
    "37": "Building and grounds cleaning",
    "39": "Personal care and service",
    "41": "Sales",
    "43": "Office and administrative support",
    "45": "Farming, fishing, forestry",
    "47": "Construction and extraction",
    "49": "Installation and repair",
    "51": "Production",
    "53": "Transportation and material moving",
}


@dataclass(frozen=True)
class Profile:
    """What a pack says of its region; every table is worked out when asked for.

    Attributes
    ----------
    pack : the region's pack; people beyond its border (commuting zones, outside) are left out of all totals.
    national : the national pack, for names and the nation's jobs.
    """

    pack: Pack
    national: Pack

    @cached_property
    def inside(self) -> list[str]:
        """Codes of the region's own zones."""
        return [z.code for z in self.pack.inside]

    @cached_property
    def names(self) -> dict[str, str]:
        """Zone code -> name as short as it can be told from the others."""
        return short_names(self.pack.zones)

    @cached_property
    def zones(self) -> pd.DataFrame:
        """One row for each zone but `outside`, in the pack's order.

        Columns: code, name, kind, state, inside, people, people_16, labor_force, participation, unemployed,
        unemployment, jobs, per_capita_income, working (payroll workers living there), own (of them at work in the
        same zone), leaving (to other zones or beyond), coming (from elsewhere to jobs there).
        """
        p = self.pack
        people = p["age_sex"].groupby("zone")["people"].sum()
        force = p["labor_force"].pivot(index="zone", columns="measure", values="value")
        jobs = p["jobs"].groupby("zone")["jobs"].sum()
        flows = self.flows
        rows = []
        for z in p.zones:
            if z.kind == "outside":
                continue
            f = force.loc[z.code]
            own = float(cast(Any, flows).at[z.code, z.code])
            rows.append(
                {
                    "code": z.code,
                    "name": self.names[z.code],
                    "kind": z.kind,
                    "state": z.state,
                    "inside": not z.beyond,
                    "people": people[z.code],
                    "people_16": f["population_16"],
                    "labor_force": f["labor_force"],
                    "participation": f["labor_force"] / f["population_16"],
                    "unemployed": f["labor_force"] * f["unemployment"],
                    "unemployment": f["unemployment"],
                    "jobs": jobs[z.code],
                    "working": flows.loc[z.code].sum(),
                    "own": own,
                    "leaving": flows.loc[z.code].sum() - own,
                    "coming": flows[z.code].sum() - own,
                }
            )
        income = p["income"].set_index("zone")["per_capita_income"]
        out = pd.DataFrame(rows)
        out["per_capita_income"] = out["code"].map(income)
        return out

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Payroll workers by home (rows) and place of work (columns), all zones in order."""
        codes = list(self.pack.zone_codes)
        table = self.pack["commuting"].pivot(index="home", columns="work", values="workers")
        return table.reindex(index=codes, columns=codes).fillna(0.0)

    @cached_property
    def totals(self) -> dict[str, float]:
        """Residents, labor force, jobs and commuting of the region as a whole."""
        z = self.zones[self.zones["inside"]]
        flows, beyond = self.flows, [c for c in self.pack.zone_codes if c not in self.inside]
        total = {k: float(z[k].sum()) for k in ("people", "people_16", "labor_force", "unemployed", "jobs")}
        return total | {
            "participation": total["labor_force"] / total["people_16"],
            "unemployment": total["unemployed"] / total["labor_force"],
            "employed": total["labor_force"] - total["unemployed"],
            "working": float(z["working"].sum()),
            "working_in_region": float(flows.loc[self.inside, self.inside].to_numpy().sum()),
            "leaving": float(flows.loc[self.inside, beyond].to_numpy().sum()),
            "coming": float(flows.loc[beyond, self.inside].to_numpy().sum()),
            "per_capita_income": float((z["per_capita_income"] * z["people"]).sum() / z["people"].sum()),
        }

    @cached_property
    def pyramid(self) -> pd.DataFrame:
        """People by age group (lower end), sex and labor-force status, as the pack implies: sex, age, STATUS."""
        by_age = status_by_age(self.pack)
        lower = np.minimum(np.arange(OLDEST + 1) // 5 * 5, OLDEST)
        rows = []
        for k, sex in enumerate(("male", "female")):
            for age in range(0, OLDEST + 1, 5):
                inside = by_age[:, k][lower == age].sum(axis=0)
                rows.append({"sex": sex, "age": age, **dict(zip(STATUS, inside, strict=True))})
        return pd.DataFrame(rows)

    @cached_property
    def sectors(self) -> pd.DataFrame:
        """Jobs by sector: code, name, jobs, weekly_wage, share, us_share, location_quotient.

        Shares are of jobs outside agriculture, which the national figure leaves out; agriculture has none.
        """
        rows = self.pack["jobs"]
        rows = rows[rows["zone"].isin(self.inside)]
        jobs = rows.groupby("sector")["jobs"].sum()
        pay = (rows["jobs"] * rows["weekly_wage"]).groupby(rows["sector"]).sum() / jobs.clip(lower=1e-9)
        us = self.national["sector_jobs"].set_index("sector")["share"]
        facts = self.national["sectors"]
        out = pd.DataFrame({"code": facts["code"], "name": facts["name"]})
        out["jobs"] = out["code"].map(jobs).fillna(0.0)
        out["weekly_wage"] = out["code"].map(pay)
        compared = out["code"].isin(us.index)
        out["share"] = (out["jobs"] / out["jobs"][compared].sum()).where(compared)
        out["us_share"] = out["code"].map(us)
        out["location_quotient"] = out["share"] / out["us_share"]
        return out

    @cached_property
    def occupations(self) -> pd.DataFrame:
        """Occupations by jobs, most first: code, title, jobs, employment (share), p10 .. p90 (hourly)."""
        titles = self.national["occupations"].set_index("code")["title"]
        out = self.pack["occupation_wages"].rename(columns={"occupation": "code"}).drop(columns="source")
        out.insert(1, "title", out["code"].map(titles).fillna(out["code"]))
        out.insert(2, "jobs", out["employment"] * self.totals["jobs"])
        return out.sort_values(["employment", "code"], ascending=[False, True], ignore_index=True)

    @cached_property
    def groups(self) -> pd.DataFrame:
        """Major occupation groups by median wage, highest first: code, title, employment, p10 .. p90 (hourly)."""
        rows = self.occupations
        major = rows["code"].str[:2]
        made = []
        for code in sorted(set(major)):
            mine = rows[major == code]
            made.append(
                {
                    "code": f"{code}-0000",
                    "title": MAJOR_GROUPS.get(code, code),
                    "employment": float(mine["employment"].sum()),
                    **dict(zip(PERCENTILES, pooled(mine), strict=True)),
                }
            )
        return pd.DataFrame(made).sort_values(["p50", "code"], ascending=[False, True], ignore_index=True)

    @cached_property
    def needs(self) -> pd.DataFrame:
        """Self-sufficiency wage by kind of household, mean of zones by people; low and high of zones; parts a month."""
        rows = self.pack["needs"]
        rows = rows[rows["zone"].isin(self.inside)]
        weight = rows["zone"].map(self.zones.set_index("code")["people"])
        keys = ["adults", "children", "young"]
        by = [rows[k] for k in keys]
        total = weight.groupby(by).sum()
        out = pd.DataFrame({c: (rows[c] * weight).groupby(by).sum() / total for c in ("hourly", *PARTS)}).reset_index()
        hourly = rows.groupby(keys)["hourly"]
        out["low"], out["high"] = hourly.min().to_numpy(), hourly.max().to_numpy()
        out.insert(0, "household", [household(*k) for k in out[keys].to_numpy().tolist()])
        return out

    @cached_property
    def childcare(self) -> pd.DataFrame:
        """By age group: children, licensed places, places per child, price a month (mean, lowest and highest zone)."""
        people = self.pack["age_sex"]
        people = people[people["zone"].isin(self.inside)]
        care = self.pack["childcare"]
        rows = []
        for group, (first, last) in CHILDCARE_AGES.items():
            children = people[people["age"].between(first, last)].groupby("zone")["people"].sum()
            mine = care[care["age_group"] == group].set_index("zone").loc[self.inside]
            children = children.loc[self.inside]
            places = float((mine["capacity"] * children).sum())
            rows.append(
                {
                    "age_group": group,
                    "ages": f"{first}-{last}",
                    "children": float(children.sum()),
                    "places": places,
                    "places_per_child": places / float(children.sum()),
                    "price_month": float((mine["price_month"] * children).sum() / children.sum()),
                    "lowest": float(mine["price_month"].min()),
                    "highest": float(mine["price_month"].max()),
                }
            )
        return pd.DataFrame(rows)

    @cached_property
    def rules(self) -> list[dict[str, Any]]:
        """Minimum wage and unemployment insurance by state: at the start, and minimum wages from later months."""
        start = str(self.pack.meta.get("start", "2018-01"))
        out: list[dict[str, Any]] = []
        for state in dict.fromkeys(z.state for z in self.pack.inside):
            zone = next(z.code for z in self.pack.inside if z.state == state)
            rows = self.pack["rules"]
            rows = rows[rows["zone"] == zone].sort_values("month", kind="stable")
            now = {}
            for measure in RULES:
                mine = rows[rows["measure"] == measure]
                past = mine[mine["month"] <= start]
                now[measure] = float((past.iloc[-1] if len(past) else mine.iloc[0])["value"]) if len(mine) else None
            later = rows[(rows["measure"] == "minimum_wage") & (rows["month"] > start)]
            out.append(
                {
                    "state": state,
                    **now,
                    "later": [
                        {"month": m, "minimum_wage": float(v)}
                        for m, v in zip(later["month"], later["value"], strict=True)
                    ],
                }
            )
        return out


def profile(pack: Pack) -> Profile:
    """Profile of a region's pack.

    Raises
    ------
    PackError
        If it is the national pack, which is no region.
    """
    from laborsim.region.pack import PackError, load_national

    if pack.national:
        raise PackError([f"{pack.name!r} holds what all regions share and is no region"])
    return Profile(pack, load_national())


def as_dict(p: Profile, e: Evidence) -> dict[str, Any]:
    """The profile as plain values: what `describe` says of the pack, and every table of the profile."""
    from laborsim.region.pack import describe

    about = describe(p.pack)
    more = p.zones.drop(columns=["people", "people_16", "labor_force", "jobs", "inside", "name"]).set_index("code")
    zones = [
        {**z, **({k: v for k, v in more.loc[z["code"]].items() if k not in z} if z["code"] in more.index else {})}
        for z in about["zones"]
    ]
    inside = set(p.inside)
    flows = [
        {k: r[k] for k in ("home", "work", "workers")}
        for r in records(p.pack["commuting"])
        if r["home"] in inside or r["work"] in inside
    ]
    tables = ("pyramid", "sectors", "occupations", "needs", "childcare")
    return {
        **about,
        "zones": zones,
        "totals": p.totals,
        **{t: records(getattr(p, t)) for t in tables},
        "occupation_groups": records(p.groups),
        "commuting": flows,
        "rules": p.rules,
        "sources": e.sources,
        "fallbacks": [{**a, **b} for a, b in zip(e.fallbacks, about["fallbacks"], strict=True)],
        "evidence": {
            "figures": e.figures,
            **e.by_grade,
            "assumed_share": e.assumed_share,
            "unverified": e.unverified,
            "stand_ins": e.stand_ins,
        },
    }


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table, each as column -> value."""
    return cast(list[dict[str, Any]], frame.to_dict("records"))


def household(adults: int, children: int, young: int) -> str:
    """Kind of household in words.

    Examples
    --------
    >>> household(1, 0, 0), household(2, 2, 1), household(1, 3, 0)
    ('1 adult', '2 adults, 2 children, youngest under 6', '1 adult, 3+ children, youngest 6 or over')
    """
    who = f"{adults} adult{'s' if adults > 1 else ''}"
    if not children:
        return who
    many = "3+ children" if children == 3 else f"{children} child{'ren' if children > 1 else ''}"
    youngest = "under 6" if young else "6 or over"
    return f"{who}, {many}{', youngest' if children > 1 else ''} {youngest}"


def short_names(zones: tuple[Zone, ...]) -> dict[str, str]:
    """Names of zones for charts: without "County", and without the state where that leaves them different.

    Examples
    --------
    >>> from laborsim.region.pack import Zone
    >>> short_names((Zone("29047", "Clay County, MO", "29047", "MO"),))
    {'29047': 'Clay'}
    """
    short = {}
    for z in zones:
        name = "Beyond the border" if z.kind == "outside" else z.name
        name = re.sub(r" nonmetropolitan area\b", " nonmetro", name)
        short[z.code] = re.sub(r"(?<!/)\b(\w+) County\b", r"\1", re.sub(r"/Jefferson County\b", "", name))
    bare = {c: re.sub(r", [A-Z]{2}(-[A-Z]{2})*$", "", n) for c, n in short.items()}
    again = [n for n in bare.values()]
    return {c: bare[c] if again.count(bare[c]) == 1 else short[c] for c in short}


def status_by_age(pack: Pack) -> NDArray[np.float64]:
    """People of the region by single age, sex (male, female) and STATUS.

    Each zone's rates are the pack's; how they differ by age and sex is the pack's pattern (`participation`,
    `unemployment`), moved to the zone's level on the scale of log-odds.

    Returns
    -------
    (86, 2, 4)
    """
    bands = np.array([int(re.split(r"[-+]", b)[0]) for b in RATE_AGES])
    ages = np.arange(OLDEST + 1)
    band = np.clip(np.searchsorted(bands, ages, side="right") - 1, 0, None)
    rates = pack["participation"].query("children == 'all'").set_index(["age_band", "sex"])["rate"]
    relative = pack["unemployment"].query("dimension == 'age_sex'").set_index("key")["relative"]
    sexes = ("male", "female")
    active = np.array([[rates[RATE_AGES[b], s] for s in sexes] for b in band])
    idle = np.array([[relative[f"{s}:{RATE_AGES[b]}"] for s in sexes] for b in band])
    force = pack["labor_force"].pivot(index="zone", columns="measure", values="value")
    out = np.zeros((ages.size, 2, len(STATUS)))
    for zone in pack.inside:
        rows = pack["age_sex"][pack["age_sex"]["zone"] == zone.code]
        people = rows.pivot(index="age", columns="sex", values="people").reindex(ages).fillna(0.0)
        count = people[list(sexes)].to_numpy()
        adults = np.where(ages[:, None] >= ADULT, count, 0.0)
        labor = adults * moved(active, adults, float(force["participation"][zone.code]))
        jobless = labor * moved(0.04 * np.maximum(idle, 0.05), labor, float(force["unemployment"][zone.code]))
        parts = (count - adults, labor - jobless, jobless, adults - labor)
        out += np.stack(parts, axis=-1)
    return out


def moved(rate: NDArray[np.float64], weight: NDArray[np.float64], target: float) -> NDArray[np.float64]:
    """Rates shifted by one constant in log-odds so that their weighted mean is the target."""
    p = np.clip(rate, 1e-6, 1 - 1e-6)
    odds = np.log(p / (1 - p))
    low, high = -12.0, 12.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        mean = float((weight / (1 + np.exp(-(odds + middle)))).sum() / weight.sum())
        low, high = (low, middle) if mean > target else (middle, high)
    return np.asarray(1 / (1 + np.exp(-(odds + 0.5 * (low + high)))))


def pooled(rows: pd.DataFrame) -> list[float]:
    """Percentiles of several occupations' wages taken together, weighted by their jobs."""
    from laborsim.region.pay import pooled_quantiles

    columns = {"employment": "emp", **{p: f"h_{p}" for p in PERCENTILES}, "p50": "h_median"}
    return pooled_quantiles(rows.rename(columns=columns), (0.10, 0.25, 0.50, 0.75, 0.90))
