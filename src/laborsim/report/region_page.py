"""The profile of a region as one HTML file: a first page that stands alone, behind it the rest and the sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laborsim.region.pack import GRADES
from laborsim.report.brief import filled
from laborsim.report.region_charts import brief_household
from laborsim.report.region_charts_work import median_wage
from laborsim.report.region_evidence import Evidence
from laborsim.report.region_figures import records
from laborsim.report.wording import month_name

if TYPE_CHECKING:
    from laborsim.report.figures import Chart
    from laborsim.report.region_figures import Profile

FIRST = ("map", "self_sufficiency", "pyramid", "sectors")  # charts of the first page
MOST_STATES = 3  # among the key figures; the table of rules has all
MOST_OCCUPATIONS = 12
AGE_NAMES = {"infant": "under 2", "toddler_preschool": "2 to 5", "school": "6 to 12"}
GRADE_NAMES = {
    "measured": "derived from an official table",
    "published": "taken or estimated from a publication",
    "calibrated": "fitted to the region's own statistics",
    "assumed": "set, or carried over from elsewhere",
}


def profile_html(p: Profile, e: Evidence, charts: Sequence[Chart]) -> str:
    """The profile as one HTML file with its charts inside."""
    return filled("region.html.j2", content(p, e, charts))


def content(p: Profile, e: Evidence, charts: Sequence[Chart]) -> dict[str, Any]:
    """Everything the page shows, in words and figures."""
    drawn = {c.name: {"name": c.name, "svg": c.svg(), "wide": c.figure.get_figwidth() > 6} for c in charts}
    zones = p.zones
    return {
        "title": p.pack.title,
        "name": p.pack.name,
        "month": month_name(str(p.pack.meta.get("start", "2018-01"))),
        "dollar_year": p.pack.meta.get("dollar_year", 2019),
        "hash": p.pack.hash(),
        "note": str(p.pack.meta.get("note", "")),
        "inside": int(zones["inside"].sum()),
        "counties": len(p.pack.meta.get("counties", ())),
        "facts": facts(p),
        "evidence": e,
        "grades": [(g, GRADE_NAMES[g], e.by_grade[g], e.by_grade[g] / e.figures) for g in GRADES],
        "columns": [
            [drawn[n] for n in ("map", "self_sufficiency")],
            [drawn[n] for n in ("pyramid", "sectors")],
        ],
        "more": sorted((c for n, c in drawn.items() if n not in FIRST), key=lambda c: bool(c["wide"])),
        "zones": records(zones),
        "occupations": records(p.occupations.head(MOST_OCCUPATIONS)),
        "needs": [{**r, "name": brief_household(r["adults"], r["children"], r["young"])} for r in records(p.needs)],
        "rules": p.rules,
        # the table of occupations stands beside the last chart, or below if the charts fill both columns
        "below": sum(not c["wide"] and n not in FIRST for n, c in drawn.items()) % 2 == 0
        or any(c["wide"] for c in drawn.values()),
    }


def facts(p: Profile) -> list[tuple[str, list[tuple[str, str]]]]:
    """Key figures in groups: heading and (what, figure) pairs; the terminal and the page show the same."""
    t = p.totals
    top = p.sectors.sort_values("jobs", ascending=False, ignore_index=True).head(3)
    care = records(p.childcare)
    n = p.needs.set_index(["adults", "children", "young"])["hourly"]
    work = [
        ("people", f"{t['people']:,.0f}"),
        ("16 and over", f"{t['people_16']:,.0f}"),
        ("in the labor force", f"{t['labor_force']:,.0f}"),
        ("participation rate", f"{100 * t['participation']:.1f}%"),
        ("unemployed", f"{t['unemployed']:,.0f}"),
        ("unemployment rate", f"{100 * t['unemployment']:.1f}%"),
    ]
    jobs = [
        ("payroll jobs", f"{t['jobs']:,.0f}"),
        ("median wage", f"${median_wage(p):.2f} an hour"),
        ("income per person", f"${t['per_capita_income']:,.0f} a year"),
        *((short_sector(str(r["name"])), f"{r['jobs']:,.0f} jobs") for r in records(top)),
    ]
    ways = [
        ("workers living here", f"{t['working']:,.0f}"),
        ("work in the region", f"{t['working_in_region']:,.0f}"),
        ("go out to work", f"{t['leaving']:,.0f}"),
        ("come in to work", f"{t['coming']:,.0f}"),
    ]
    if int(p.zones["inside"].sum()) > 1:
        own = float(p.zones[p.zones["inside"]]["own"].sum())
        ways.append(("work in their own zone", f"{100 * own / t['working']:.0f}%"))
    childcare = [
        (f"price, {AGE_NAMES[r['age_group']]}", span(r["price_month"], r["lowest"], r["highest"])) for r in care
    ] + [
        (f"places per 100, {AGE_NAMES[r['age_group']]}", f"{100 * r['places_per_child']:.0f} ({r['places']:,.0f})")
        for r in care
    ]
    enough = [
        ("1 adult", f"${n[1, 0, 0]:.2f}"),
        ("1 adult, child under 6", f"${n[1, 1, 1]:.2f}"),
        ("1 adult, 2 children, under 6", f"${n[1, 2, 1]:.2f}"),
        ("2 adults, each", f"${n[2, 0, 0]:.2f}"),
        ("2 adults, 2 children, under 6", f"${n[2, 2, 1]:.2f}"),
    ]
    law = []
    for r in p.rules[:MOST_STATES]:
        last = f", ${r['later'][-1]['minimum_wage']:.2f} from {r['later'][-1]['month']}" if r["later"] else ""
        law.append((f"{r['state']} minimum wage", f"${r['minimum_wage']:.2f}{last}"))
        law.append(
            (
                f"{r['state']} benefit",
                f"{100 * r['ui_replacement']:.0f}% up to ${r['ui_maximum']:,.0f}, {r['ui_weeks']:.0f} weeks",
            )
        )
    return [
        ("People and work", work),
        ("Jobs and pay", jobs),
        ("Commuting", ways),
        ("Childcare, a month", childcare),
        ("Self-sufficiency wage, an hour", enough),
        ("Rules, nominal dollars", law),
    ]


def short_sector(name: str) -> str:
    """A sector as it stands in a list of figures."""
    from laborsim.report.region_charts_work import sector_name
    from laborsim.report.wording import lower

    return lower(sector_name(name))


def span(mean: float, low: float, high: float) -> str:
    """Dollars, with the lowest and the highest zone where they differ."""
    return f"${mean:,.0f}" + (f" (${low:,.0f}-{high:,.0f})" if high - low >= 1 else "")


def publish(p: Profile, e: Evidence, folder: Path) -> list[Chart]:
    """Write profile.html and charts/ (SVG, PNG, CSV and a description of each) into a folder."""
    from laborsim.report.region_charts import charts

    made = charts(p)
    folder.mkdir(parents=True, exist_ok=True)
    for chart in made:
        chart.save(folder / "charts")
    page = folder / "profile.html"
    temporary = page.with_name(".profile.html.part")
    temporary.write_text(profile_html(p, e, made), encoding="utf-8")
    temporary.replace(page)
    return made
