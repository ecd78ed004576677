"""Every assumption behind a scenario, in one list: value, unit, whose choice, range, source, grade."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from laborsim.scenario.instruments import InstrumentModel
from laborsim.scenario.parameters.registry import declared
from laborsim.scenario.programs import load_programs
from laborsim.scenario.schema import Scenario

KINDS = {
    "parameter": "Behavior and measurement (declared parameters)",
    "setting": "Settings of the scenario",
    "event": "Dated events",
    "policy": "Policies as the scenario writes them",
    "target": "Targets",
    "peer": "Peer metros",
    "program": "Training programs",
    "region": "Region pack",
}
# chosen by whoever writes the scenario, not figures that could be measured
CHOICES = ("setting", "policy", "target", "event")


@dataclass(frozen=True)
class Row:
    """One assumption.

    Attributes
    ----------
    kind : one of KINDS.
    name, label : what it is.
    value, unit : what it is taken to be.
    default : value without this scenario; None where there is none.
    set_here : True if this scenario states it.
    low, high : range thought possible.
    source : publisher, study, or who set it.
    grade : measured, published, calibrated, assumed.
    """

    kind: str
    name: str
    label: str
    value: Any
    unit: str
    default: Any
    set_here: bool
    low: float | None
    high: float | None
    source: str
    grade: str


def rows(spec: Scenario) -> list[Row]:
    """All assumptions of a scenario except those of its region pack."""
    return [
        *_settings(spec),
        *_parameters(spec),
        *_events(spec),
        *_policies(spec),
        *_targets(spec),
        *_peers(spec),
        *_programs(),
    ]


def _settings(spec: Scenario) -> Iterable[Row]:
    written = spec.scenario.model_fields_set
    for name, field in type(spec.scenario).model_fields.items():
        if name in ("title", "notes"):
            continue
        default = None if field.is_required() else field.default
        label = field.description or name.replace("_", " ")
        yield Row(
            "setting",
            f"scenario.{name}",
            label,
            getattr(spec.scenario, name),
            "",
            default,
            name in written,
            None,
            None,
            "set by the scenario" if name in written else "default",
            "assumed",
        )


def _parameters(spec: Scenario) -> Iterable[Row]:
    for name, p in declared().items():
        here = spec.assumptions.get(name)
        if here is None:
            yield Row(
                "parameter",
                name,
                p.label,
                p.default,
                p.unit,
                p.default,
                False,
                p.low,
                p.high,
                p.source,
                p.grade,
            )
            continue
        low = p.low if here.low is None else here.low
        high = p.high if here.high is None else here.high
        source = here.source or "set by the scenario without a source"
        value: Any = here.value
        yield Row("parameter", name, p.label, value, p.unit, p.default, True, low, high, source, "assumed")
        for month, dated in here.dated.items():
            label = f"{p.label}, from {month}"
            yield Row(
                "parameter",
                f"{name}@{month}",
                label,
                dated,
                p.unit,
                p.default,
                True,
                low,
                high,
                source,
                "assumed",
            )


def _events(spec: Scenario) -> Iterable[Row]:
    for i, event in enumerate(spec.events, 1):
        given = event.model_dump(exclude={"name", "source", "note", "type"}, exclude_none=True, mode="json")
        value = ", ".join(f"{k} {v}" for k, v in given.items())
        label = event.name or event.type
        yield Row(
            "event",
            f"events[{i}].{event.type}",
            label,
            value,
            "",
            None,
            True,
            None,
            None,
            event.source,
            "assumed",
        )


def _policies(spec: Scenario) -> Iterable[Row]:
    for name, policy in spec.policies.items():
        given = policy.model_dump(exclude={"title", "note", "instruments", "payer"}, exclude_none=True, mode="json")
        given["payer"] = ", ".join(f"{k} {v:.0%}" for k, v in policy.payers.items())
        for key, value in given.items():
            unit = {"budget": "dollars", "ramp_months": "months", "adoption_delay_months": "months"}.get(key, "")
            yield Row(
                "policy",
                f"policies.{name}.{key}",
                f"{policy.title}: {key.replace('_', ' ')}",
                value,
                unit,
                None,
                key in policy.model_fields_set,
                None,
                None,
                "set by the scenario",
                "assumed",
            )
        for i, instrument in enumerate(policy.instruments, 1):
            yield from _instrument(f"policies.{name}.instruments[{i}]", instrument)


def _instrument(name: str, instrument: InstrumentModel) -> Iterable[Row]:
    for key, field in type(instrument).model_fields.items():
        if key == "type":
            continue
        value = getattr(instrument, key)
        value = ", ".join(value) if isinstance(value, tuple) else value
        default = ", ".join(field.default) if isinstance(field.default, tuple) else field.default
        here = key in instrument.model_fields_set
        yield Row(
            "policy",
            f"{name}.{key}",
            field.description or key,
            value,
            "",
            default,
            here,
            None,
            None,
            "set by the scenario" if here else "default",
            "assumed",
        )


def _targets(spec: Scenario) -> Iterable[Row]:
    for t in spec.targets:
        label = f"{t.indicator} ({t.group}), mean of the {t.window_months} months to {t.by}"
        yield Row("target", f"targets.{t.name}", label, t.goal, "", None, True, None, None, t.source, "assumed")


def _peers(spec: Scenario) -> Iterable[Row]:
    for m in spec.peers.measures if spec.peers else ():
        name, own, growth = f"peers.{m.name}", m.own, "growth assumed by the scenario"
        label = f"{m.title} of this region"
        yield Row("peer", f"{name}.own", label, own.level, m.unit, None, True, None, None, own.source, own.grade)
        span = (own.extra_growth_mean - 2 * own.extra_growth_sd, own.extra_growth_mean + 2 * own.extra_growth_sd)
        label += ": growth beyond the model's"
        yield Row("peer", f"{name}.own.extra_growth", label, own.extra_growth_mean, "share per year", None, True,
                  *span, m.formula or growth, "assumed")  # fmt: skip
        for rank in m.published:
            label = f"{m.title}: rank published for {rank.year}" + (f" ({rank.note})" if rank.note else "")
            yield Row("peer", f"{name}.published.{rank.year}", label, rank.rank, "rank", None, True, None, None,
                      rank.source, "published")  # fmt: skip
        for p in m.metros:
            label = f"{m.title} of {p.metro}"
            yield Row("peer", f"{name}.{p.metro}", label, p.level, m.unit, None, True, None, None, p.source, p.grade)
            span = (p.growth_mean - 2 * p.growth_sd, p.growth_mean + 2 * p.growth_sd)
            yield Row("peer", f"{name}.{p.metro}.growth", f"{label}: yearly growth", p.growth_mean, "share per year",
                      None, True, *span, growth, "assumed")  # fmt: skip


def _programs() -> Iterable[Row]:
    units = {
        "starts": "starts per worker and year",
        "months": "months",
        "hours": "hours a week",
        "price": "dollars",
        "cost": "dollars per start",
        "wage_share": "share of the job's wage",
        "dropout": "share per month",
        "fit": "0 to 1",
        "experience": "months of work",
    }
    for program in load_programs():
        for key, unit in units.items():
            value = getattr(program, key)
            yield Row(
                "program",
                f"programs.{program.code}.{key}",
                f"{program.title}: {key.replace('_', ' ')}",
                value,
                unit,
                value,
                False,
                None,
                None,
                program.source,
                program.grade,
            )


# --- as text -------------------------------------------------------------------------------------
def as_csv(found: list[Row]) -> str:
    """Comma-separated, one line each, with a header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(Row.__dataclass_fields__), lineterminator="\n")
    writer.writeheader()
    for row in found:
        writer.writerow({k: "" if v is None else v for k, v in asdict(row).items()})
    return out.getvalue()


def as_json(spec: Scenario, found: list[Row]) -> dict[str, Any]:
    """Plain values: the scenario, counts by grade, how much is only assumed, and every row."""
    return {
        "scenario": spec.name,
        "title": spec.title,
        "hash": spec.hash(),
        "grades": grades(found),
        "count": count((r.kind, r.grade) for r in found)._asdict(),
        "assumptions": [asdict(r) for r in found],
    }


def grades(found: list[Row]) -> dict[str, int]:
    """How many rows have each grade."""
    names = ("measured", "published", "calibrated", "assumed")
    return {g: sum(r.grade == g for r in found) for g in names}


class Count(NamedTuple):
    """How much of what stands behind results is only assumed; what a scenario decides (policies, targets) aside."""

    parameters: int
    assumed_parameters: int
    figures: int
    assumed_figures: int


def count(kinds_and_grades: Iterable[tuple[str, str]]) -> Count:
    """The count that every face of the program shows, from kind and grade of each row.

    Examples
    --------
    >>> count([("parameter", "assumed"), ("parameter", "published"), ("region", "measured"), ("policy", "assumed")])
    Count(parameters=2, assumed_parameters=1, figures=3, assumed_figures=1)
    """
    figures = [(kind, grade) for kind, grade in kinds_and_grades if kind not in CHOICES]
    parameters = [grade for kind, grade in figures if kind == "parameter"]
    assumed = sum(grade == "assumed" for _, grade in figures)
    return Count(len(parameters), parameters.count("assumed"), len(figures), assumed)


def as_markdown(spec: Scenario, found: list[Row]) -> str:
    """A document: what is only assumed comes first, then everything by kind."""
    behavior = [r for r in found if r.kind not in CHOICES]
    counted = ", ".join(f"{n} {g}" for g, n in grades(behavior).items())
    guesses = [r for r in behavior if r.grade == "assumed" and r.kind == "parameter"]
    lines = [
        f"# {spec.title}: assumptions",
        "",
        f"Region {spec.scenario.region}, {spec.start} to {spec.horizon}. Of {len(behavior)} figures behind the "
        f"results: {counted}. A figure that is ASSUMED has no measurement behind its exact value: results that "
        "hang on it should be read with its range.",
        "",
    ]
    if spec.notes.strip():
        lines += [*(f"> {line}".rstrip() for line in spec.notes.strip().split("\n")), ""]
    lines += [f"## ASSUMED: {len(guesses)} parameters without a measurement of their own", ""]
    lines += _table(guesses)
    for kind, title in KINDS.items():
        part = [r for r in found if r.kind == kind]
        if part:
            lines += ["", f"## {title}", "", *_table(part)]
    return "\n".join(lines) + "\n"


def _table(part: list[Row]) -> list[str]:
    lines = [
        "| name | what | value | unit | set | range | source | grade |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for r in part:
        chosen = f"here (default {shown(r.default)})" if r.set_here and r.default is not None else "default"
        chosen = "here" if r.set_here and r.default is None else chosen
        span = "" if r.low is None and r.high is None else f"{shown(r.low)} to {shown(r.high)}"
        grade = "**ASSUMED**" if r.grade == "assumed" else r.grade
        cells = (f"`{r.name}`", r.label, shown(r.value), r.unit, chosen, span, r.source, grade)
        lines.append("| " + " | ".join(str(c).replace("|", "\\|").replace("\n", " ") for c in cells) + " |")
    return lines


def shown(value: Any) -> str:
    """A value for reading.

    Examples
    --------
    >>> shown(0.0500001), shown(1500000.0), shown(True)
    ('0.0500001', '1,500,000', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:,.10g}" if abs(value) >= 10_000 else f"{value:.10g}"
    if isinstance(value, list | tuple):
        return ", ".join(shown(v) for v in value)
    return str(value)
