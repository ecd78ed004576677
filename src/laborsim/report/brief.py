"""The brief: one page for the decision, everything behind it as an appendix; made from stored results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laborsim.report import appendix, benefits, deciding, front, sections, wioa
from laborsim.report.wording import place_and_period, policy_title
from laborsim.scenario.explain import CHOICES, count

if TYPE_CHECKING:
    from laborsim.report.figures import Chart
    from laborsim.study.results import Results

TEMPLATES = Path(__file__).parent / "templates"


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


def content(results: Results, charts: Sequence[Chart]) -> dict[str, Any]:
    """Everything the brief shows, in words and figures, whatever its format."""
    about, findings = results.about, results.findings
    assumed = [a for a in about["assumptions"] if a["grade"] == "assumed" and a["kind"] not in CHOICES]
    lines = [appendix.assumption(a) for a in assumed]
    return {
        # first page
        "title": about["scenario"]["title"],
        "place": place_and_period(results),
        "replicates": results.replicates,
        "too_small": deciding.too_small(results, findings),
        "decision": front.decision(results, list(findings.comparisons)),
        "answer": front.answer(results, findings),
        "stock": front.PLURALS.get(str(findings.stock), ""),
        "rows": front.rows(results, findings),
        "balances": deciding.balances(results, findings),
        "few": front.FEW_POLICIES,
        "targets_line": front.targets_line(results),
        "certainty": front.certainty(results, findings),
        "count": count((a["kind"], a["grade"]) for a in about["assumptions"]),
        "failed": [f"{policy_title(results, r.policy)}, replicate {r.replicate}: {r.error}" for r in results.failed],
        # appendix
        "options": appendix.options(results, findings),
        "targets": appendix.targets(results),
        "policies": [(p, policy_title(results, p)) for p in results.policies],
        "bought": sections.purchases(results),
        "charts": [{"name": c.name, "svg": c.svg(), "alt": c.alt} for c in charts if c.name not in sections.OWNED],
        "sections": sections.sections(results, charts),
        "owners": appendix.owners(results, findings),
        "notes": appendix.paragraphs(about["scenario"]["notes"]),
        "assumed": sorted(lines, key=lambda a: (not a["set_here"], a["name"])),
        "wioa": wioa.sections(results) if any(r.wioa for r in results.records) else [],
        "wioa_references": wioa.references(results),
        "benefits": benefits.sections(results),
        "rooms": appendix.rooms([a["name"] for a in assumed if a["kind"] == "parameter"]),
        "precision": front.precision(findings),
        "about": about,
    }
