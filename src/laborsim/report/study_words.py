"""How factors and outcomes of an experiment are said in charts and tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laborsim.report.wording import CAVEAT, lower, month_name
from laborsim.study.manifest import region_head
from laborsim.study.measures import SPENDING, Measure
from laborsim.study.outcomes import group_name, outcome, shown
from laborsim.study.vary import parameter_of, split_element

if TYPE_CHECKING:
    from laborsim.report.figures import Chart
    from laborsim.study.experiment import Experiment


def measure_of(experiment: Experiment, name: str) -> Measure:
    """An outcome by name."""
    return next(m for m in experiment.measures if m.name == name)


def kind_of(m: Measure) -> str:
    """Kind of an outcome's figure, as `laborsim.study.outcomes.shown` takes it."""
    return "dollars" if m.indicator == SPENDING else outcome(m.indicator).kind


def figure(m: Measure, value: float) -> str:
    """A value of an outcome as it stands in text; a change has its sign.

    Examples
    --------
    >>> figure(Measure("more", "employment", against="baseline"), 512.4)
    '+512'
    """
    return shown(value, kind_of(m), signed=bool(m.against))


def change(m: Measure, value: float) -> str:
    """A difference between two values of an outcome."""
    return shown(value, kind_of(m), signed=True)


def outcome_label(experiment: Experiment, m: Measure) -> str:
    """What an outcome is: "employed residents, women, Childcare support less baseline"."""
    name = "dollars spent" if m.indicator == SPENDING else outcome(m.indicator).label
    people = "" if m.group == "all" else f" of {group_name(m.group, zones(experiment))}"
    return f"{'highest ' if m.statistic == 'max' else 'lowest ' if m.statistic == 'min' else ''}{name}{people}"


def plain_label(m: Measure) -> str:
    """What an outcome is, whoever's."""
    return "spending" if m.indicator == SPENDING else outcome(m.indicator).label


def brief(title: str) -> str:
    """A title up to what explains it; one that is short anyway as it is.

    Examples
    --------
    >>> brief("Childcare support for working parents")
    'Childcare support'
    >>> brief("Employers hire for skills")
    'Employers hire for skills'
    """
    if len(title) <= 28:
        return title
    for mark in (" for ", " with ", " that ", ", ", ": ", " ("):
        title = title.partition(mark)[0]
    return title


def zones(experiment: Experiment) -> dict[str, str]:
    """Names of the region's zones by code."""
    head = region_head(experiment.spec.region)
    return {str(z["code"]): str(z["name"]) for z in head.get("zones", ()) if "code" in z and "name" in z}


def title_of(experiment: Experiment, policy: str) -> str:
    """Title of a policy."""
    return experiment.spec.policies[policy].title if policy in experiment.spec.policies else "Baseline"


def subtitle(experiment: Experiment, m: Measure, policy: str) -> str:
    """Measure, place and period of an outcome under a policy."""
    against = ", baseline"
    if m.against:
        against = f", {lower(title_of(experiment, policy))} less {lower(title_of(experiment, m.against))}"
    elif policy in experiment.spec.policies:
        against = f" under {lower(title_of(experiment, policy))}"
    statistic = {"last": "at the end", "sum": "in all", "mean": "mean"}.get(m.statistic, "months")
    label = outcome_label(experiment, m)
    return f"{label[:1].upper()}{label[1:]}{against}, {statistic} of {period(experiment, m)}, {place(experiment)}"


def period(experiment: Experiment, m: Measure) -> str:
    """Months an outcome looks at."""
    first, last = (experiment.spec.month_label(k) for k in (m.first, m.last))
    if m.statistic == "last" or first == last:
        return month_name(last)
    if first.endswith("-01") and last == f"{first[:4]}-12":
        return first[:4]
    return f"{month_name(first)} to {month_name(last)}"


def place(experiment: Experiment) -> str:
    """The region as a reader knows it."""
    named = region_head(experiment.spec.region).get("title")
    return str(named or Path(experiment.spec.region).name.replace("-", " ").title())


def factor_name(experiment: Experiment, name: str) -> str:
    """A factor in a sentence: the parameter's own name in words, or the policy and its setting.

    Examples
    --------
    >>> factor_name(experiment, "childcare.budget")  # doctest: +SKIP
    'Budget of childcare support'
    """
    factor = next(f for f in experiment.factors if f.name == name)
    plain, element = split_element(name)
    words = plain.rpartition(".")[2].replace("_", " ")
    words = words[:1].upper() + words[1:]
    if factor.kind == "lever":
        return f"{words} of {lower(brief(title_of(experiment, name.partition('.')[0])))}"
    parameter = parameter_of(name)
    return words if element is None or parameter is None else f"{words}, {parameter.element(element)}"


def factor_label(experiment: Experiment, name: str, most: int = 88) -> str:
    """A factor by itself: its name, and for a parameter what it is, on a second line.

    Examples
    --------
    >>> factor_label(experiment, "demand.growth_shock").splitlines()[0]  # doctest: +SKIP
    'Growth shock'
    """
    said = factor_name(experiment, name)
    factor = next(f for f in experiment.factors if f.name == name)
    parameter = parameter_of(name)
    if factor.kind == "lever" or parameter is None:
        return said
    return f"{said}\n{parameter.label if len(parameter.label) <= most else _cut(parameter.label, most)}"


def _cut(text: str, most: int) -> str:
    """Text up to its last clause that fits."""
    for mark in (";", ":", ",", " ("):
        head = text[:most].rpartition(mark)[0]
        if len(head) > 20:
            return head
    return text[: most - 1].rsplit(" ", 1)[0] + "\N{HORIZONTAL ELLIPSIS}"


def setting(value: Any) -> str:
    """A value of a factor, short.

    Examples
    --------
    >>> setting(0.0412345), setting(9_000_000.0), setting(1200), setting("2023-01")
    ('0.0412', '9 million', '1,200', '2023-01')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, int | float) or not math.isfinite(value):
        return str(value)
    if abs(value) >= 1e6:
        return f"{value / 1e6:.3g} million"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def runs_note(experiment: Experiment, replicates: int | None = None) -> str:
    """Scale, seeds, and the caveat."""
    n = experiment.replicates if replicates is None else replicates
    seeds = f"{n} seeds, the same at every point" if n > 1 else "one seed"
    return f"{100 * experiment.spec.scale:g}% of people simulated, {seeds}. {CAVEAT}"


def save(charts: Sequence[Chart], tables: dict[str, Any], folder: Path) -> None:
    """Write charts to folder/charts and tables to folder; each file is whole or not there."""
    from laborsim.study.storage import write_atomically

    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        write_atomically(folder / f"{name}.csv", table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
    for chart in charts:
        chart.save(folder / "charts")
