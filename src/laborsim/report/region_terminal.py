"""The profile of a region in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from laborsim.region.pack import GRADES
from laborsim.report.region_charts import brief_household
from laborsim.report.region_charts_work import sector_name
from laborsim.report.region_figures import records
from laborsim.report.region_page import facts
from laborsim.report.wording import shorten

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

    from laborsim.report.region_evidence import Evidence
    from laborsim.report.region_figures import Profile

MOST_OCCUPATIONS: Final = 10
MOST_ZONES: Final = 40  # more are left to --json and the page


def print_profile(p: Profile, e: Evidence, screen: Console) -> None:
    """Print the profile: key figures, zones, sectors, occupations, households, and what stands behind them."""
    from rich.columns import Columns

    screen.print(f"[bold]{p.pack.title}[/bold] ({p.pack.name}), from {p.pack.meta.get('start', '')}")
    screen.print()
    screen.print(Columns([_pairs(heading, lines) for heading, lines in facts(p)], padding=(0, 3)))
    for part in (zones(p), sectors(p), occupations(p), households(p), rules(p), known(e), stand_ins(e), sources(e)):
        if part is not None:
            screen.print(part)


def _table(title: str, *columns: str, caption: str = "") -> Table:
    """A table; columns beginning with ">" are set to the right."""
    from rich import box
    from rich.table import Table

    out = Table(
        title=title, caption=caption or None, box=box.SIMPLE_HEAD, title_justify="left", caption_justify="left",
        title_style="bold", caption_style="dim", pad_edge=False,
    )  # fmt: skip
    for column in columns:
        out.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left", overflow="fold")
    return out


def _pairs(heading: str, lines: list[tuple[str, str]]) -> RenderableType:
    from rich.table import Table

    out = Table(title=heading, title_justify="left", title_style="bold", box=None, show_header=False, pad_edge=False)
    out.add_column()
    out.add_column(justify="right")
    for what, value in lines:
        out.add_row(what, value)
    return out


def zones(p: Profile) -> Table:
    """People, work and commuting by zone."""
    table = p.zones
    left_out = max(0, len(table) - MOST_ZONES)
    out = _table(
        "Zones", "zone", "name", ">people", ">labor force", ">particip.", ">unempl.", ">jobs", ">leave", ">come",
        caption=f"{left_out} more zones, the smaller ones, in --json and the page" if left_out else "",
    )  # fmt: skip
    shown = table.nlargest(MOST_ZONES, "people").sort_index() if left_out else table
    for z in records(shown):
        name = z["name"] if z["inside"] else f"{z['name']} (commuting zone)"
        out.add_row(
            z["code"], name, f"{z['people']:,.0f}", f"{z['labor_force']:,.0f}", f"{100 * z['participation']:.1f}%",
            f"{100 * z['unemployment']:.1f}%", f"{z['jobs']:,.0f}", f"{z['leaving']:,.0f}", f"{z['coming']:,.0f}",
        )  # fmt: skip
    t = p.totals
    out.add_section()
    out.add_row(
        "all", "the region and its border", f"{t['people']:,.0f}", f"{t['labor_force']:,.0f}",
        f"{100 * t['participation']:.1f}%", f"{100 * t['unemployment']:.1f}%", f"{t['jobs']:,.0f}",
        f"{t['leaving']:,.0f}", f"{t['coming']:,.0f}",
    )  # fmt: skip
    return out


def sectors(p: Profile) -> Table:
    """Jobs by sector against the nation."""
    out = _table("Jobs by sector", "sector", ">jobs", ">share", ">nation", ">ratio", ">weekly wage")
    for r in records(p.sectors.sort_values("jobs", ascending=False)):
        compared = r["share"] == r["share"]
        out.add_row(
            sector_name(r["name"]), f"{r['jobs']:,.0f}",
            *((f"{100 * r['share']:.1f}%", f"{100 * r['us_share']:.1f}%", f"{r['location_quotient']:.2f}")
              if compared else ("", "", "")),
            f"${r['weekly_wage']:,.0f}" if r["jobs"] > 0 else "",
        )  # fmt: skip
    return out


def occupations(p: Profile) -> Table:
    """Largest occupations with their wages."""
    out = _table("Largest occupations", "occupation", ">jobs", ">median wage", ">p10", ">p90")
    for r in records(p.occupations.head(MOST_OCCUPATIONS)):
        out.add_row(r["title"], f"{r['jobs']:,.0f}", *(f"${r[c]:.2f}" for c in ("p50", "p10", "p90")))
    return out


def households(p: Profile) -> Table:
    """Self-sufficiency wage by kind of household."""
    out = _table(
        "Self-sufficiency wage", "household", ">hourly, each adult", ">lowest zone", ">highest zone",
        caption="under 6: the youngest child; parts of the budget in --json and the page",
    )  # fmt: skip
    for r in records(p.needs):
        out.add_row(
            brief_household(r["adults"], r["children"], r["young"]),
            *(f"${r[c]:.2f}" for c in ("hourly", "low", "high")),
        )
    return out


def rules(p: Profile) -> Table:
    """Minimum wage and unemployment insurance by state."""
    out = _table("Rules, nominal dollars", "state", "minimum wage", "unemployment insurance")
    for r in p.rules:
        later = "".join(f", ${s['minimum_wage']:.2f} from {s['month']}" for s in r["later"])
        out.add_row(
            r["state"], f"${r['minimum_wage']:.2f}{later}",
            f"{100 * r['ui_replacement']:.0f}%, at most ${r['ui_maximum']:,.0f} a week, {r['ui_weeks']:.0f} weeks",
        )  # fmt: skip
    return out


def known(e: Evidence) -> str:
    """How many figures are measured, published, assumed."""
    parts = ", ".join(f"{e.by_grade[g]:,} {g} ({100 * e.by_grade[g] / e.figures:.1f}%)" for g in GRADES)
    return (
        f"[bold]How the {e.figures:,} figures are known[/bold]\n{parts}\n{e.stand_ins:,} stand in for what a source "
        f"lacks; {e.unverified:,} rest on sources written down from general knowledge and not yet checked\n"
    )


def stand_ins(e: Evidence) -> Table | None:
    """What sources lack and what is used; None if nothing is lacking."""
    if not (e.fallbacks or e.parts):
        return None
    out = _table("Stand-ins", "table", "what is lacking, and what is used", ">counties", ">figures")
    for f in e.fallbacks:
        out.add_row(
            f["table"], f["why"], f"{f['counties']} of {f['of']}" if f["counties"] else "all", f"{f['figures']:,}"
        )
    for z in e.parts:
        people, jobs = 100 * z["people_share"], 100 * z["jobs_share"]
        out.add_row("zones", f"{z['name']}: {people:.0f}% of the county's people and {jobs:.0f}% of its jobs", "1", "2")
    return out


def sources(e: Evidence) -> Table:
    """Sources by grade, with vintage."""
    out = _table("Sources", "grade", "publisher and series", "vintage", ">figures", caption="notes: --json, the page")
    for s in sorted(e.sources, key=lambda s: GRADES.index(s["grade"])):
        about = shorten(f"{s['publisher']}: {s['series']}", 66)
        out.add_row(s["grade"], about, shorten(s["vintage"], 22), f"{s['figures']:,}" if s["figures"] else "beyond")
    return out
