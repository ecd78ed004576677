"""The brief: one page for the decision, the sections of its scenario, and an annex with everything in full; made from
stored results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laborsim.report import appendix, benefits, deciding, front, known, sections, wioa
from laborsim.report.wording import place_and_period, policy_title
from laborsim.scenario.explain import CHOICES, count

if TYPE_CHECKING:
    from laborsim.report.figures import Chart
    from laborsim.study.results import Results

TEMPLATES = Path(__file__).parent / "templates"
BRIEF_CHART = "targets"  # stands in the brief, whatever its sections


def brief_html(results: Results, charts: Sequence[Chart]) -> str:
    """The brief as one HTML file with its charts inside.

    Parameters
    ----------
    results : at least one run must be finished.
    charts : drawn in the order given.
    """
    return filled("brief.html.j2", content(results, charts))


def filled(template: str, values: Mapping[str, Any]) -> str:
    """A page of `templates/` with these values; one that is missing is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values)


def annex_html(results: Results, charts: Sequence[Chart]) -> str:
    """Everything behind the brief as one HTML file: every policy, target and chart, WIOA, benefits, assumptions."""
    return filled("annex.html.j2", content(results, charts))


def content(results: Results, charts: Sequence[Chart]) -> dict[str, Any]:
    """Everything the brief and its annex show, in words and figures, whatever their format."""
    about, findings = results.about, results.findings
    assumed = [a for a in about["assumptions"] if a["grade"] == "assumed" and a["kind"] not in CHOICES]
    lines = [appendix.assumption(a) for a in assumed]
    rows = front.rows(results, findings)
    too_small = deciding.too_small(results, findings)
    stands = {BRIEF_CHART, *sections.shown_charts(results)}
    return {
        # first page
        "title": about["scenario"]["title"],
        "place": place_and_period(results),
        "replicates": results.replicates,
        "too_small": too_small,
        "decision": front.decision(results, list(findings.comparisons)),
        "box": front.box(results, findings),
        "money": known.round_money(known.asked(results)[1] or 1e6),
        "stock": known.PLURALS.get(str(findings.stock), ""),
        "rows": rows,
        "priced": any(r["price"].startswith("about") for r in rows),
        "sides": front.sides(rows) if rows else "",
        "balances": deciding.balances(results, findings),
        "few": front.FEW_POLICIES,
        "targets_line": front.targets_line(results),
        "certainty": front.certainty(results, findings, too_small),
        "count": count((a["kind"], a["grade"]) for a in about["assumptions"]),
        "failed": [f"{policy_title(results, r.policy)}, replicate {r.replicate}: {r.error}" for r in results.failed],
        # behind it
        "target_charts": [_drawn(c) for c in charts if c.name == BRIEF_CHART],
        "sections": sections.sections(results, charts),
        "notes": appendix.paragraphs(about["scenario"]["notes"]),
        # annex
        "options": appendix.options(results, findings),
        "targets": appendix.targets(results),
        "policies": [(p, policy_title(results, p)) for p in results.policies],
        "bought": sections.purchases(results),
        "charts": [_drawn(c) for c in charts if c.name not in stands],
        "owners": appendix.owners(results, findings),
        "assumed": sorted(lines, key=lambda a: (not a["set_here"], a["name"])),
        "wioa": wioa.sections(results) if any(r.wioa for r in results.records) else [],
        "wioa_references": wioa.references(results),
        "benefits": benefits.sections(results),
        "rooms": appendix.rooms([a["name"] for a in assumed if a["kind"] == "parameter"]),
        "precision": front.precision(findings),
        "about": about,
    }


def _drawn(chart: Chart) -> dict[str, Any]:
    return {"name": chart.name, "svg": chart.svg(), "alt": chart.alt, "chart": chart}
