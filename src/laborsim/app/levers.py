"""The levers of a scenario: its policies' budgets and the settings its instruments are given."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from laborsim.scenario.instruments import InstrumentModel
from laborsim.scenario.problems import InputError
from laborsim.scenario.schema import Policy, Scenario

BUDGET = -1


@dataclass(frozen=True)
class Lever:
    """One figure of a policy that may be moved.

    Attributes
    ----------
    id : "policy__place__field", a name of letters, digits and underscores.
    policy : name of the policy it belongs to.
    place : position of the instrument in the policy, or BUDGET.
    field : setting of the instrument, or "budget".
    label : what it is, for the page.
    value : value in the scenario file.
    whole : True if only whole numbers are allowed.
    low, high : bounds the scenario's schema sets; infinite without any.
    """

    id: str
    policy: str
    place: int
    field: str
    label: str
    value: float
    whole: bool
    low: float
    high: float


def levers(spec: Scenario) -> list[Lever]:
    """Levers of all policies: the budget, then each number that an instrument is given in the file."""
    found = []
    for name, policy in spec.policies.items():
        if policy.budget is not None:
            per = "a year" if policy.budget_per == "year" else "in all"
            label = f"Budget, dollars {per}"
            lever = Lever(_id(name, BUDGET, "budget"), name, BUDGET, "budget", label, policy.budget, False, 0.0, 1e12)
            found.append(lever)
        for place, instrument in enumerate(policy.instruments):
            for field in sorted(instrument.model_fields_set, key=list(type(instrument).model_fields).index):
                value = getattr(instrument, field)
                if isinstance(value, int | float) and not isinstance(value, bool):
                    found.append(_lever(name, place, instrument, field, value))
    return found


def with_levers(spec: Scenario, values: Mapping[str, float | None]) -> Scenario:
    """The scenario with levers moved; those not named stay.

    Raises
    ------
    InputError
        With every value that is not allowed.
    """
    moved: dict[str, Policy] = dict(spec.policies)
    wrong = []
    for lever in levers(spec):
        value = values.get(lever.id, lever.value)
        if value is None or not lever.low <= value <= lever.high or (lever.whole and value != round(value)):
            kind = "a whole number" if lever.whole else "a number"
            title = spec.policies[lever.policy].title or lever.policy
            shown = "nothing" if value is None else f"{value:,.15g}"
            wrong.append(f"{title}: {lever.label}: {shown}; allowed: {kind} {_span(lever)}")
            continue
        if value != lever.value:
            try:
                moved[lever.policy] = _moved(moved[lever.policy], lever, value)
            except ValidationError as error:
                wrong.append(f"{lever.policy}: {lever.label}: {error.errors()[0]['msg']}")
    if wrong:
        raise InputError("\n".join(wrong))
    return spec.model_copy(update={"policies": moved})


def _moved(policy: Policy, lever: Lever, value: float) -> Policy:
    if lever.place == BUDGET:
        return policy.model_copy(update={"budget": float(value)})
    parts = list(policy.instruments)
    part = parts[lever.place]
    given = part.model_dump(exclude_unset=True) | {lever.field: int(value) if lever.whole else float(value)}
    parts[lever.place] = type(part).model_validate(given)
    return policy.model_copy(update={"instruments": tuple(parts)})


def _lever(policy: str, place: int, instrument: InstrumentModel, field: str, value: float) -> Lever:
    about = type(instrument).model_fields[field]
    bounds = {kind: getattr(m, kind) for m in about.metadata for kind in ("ge", "gt", "le", "lt") if hasattr(m, kind)}
    kind = str(getattr(instrument, "type", "")).replace("_", " ")
    label = (about.description or field.replace("_", " ")).rstrip(".")
    return Lever(
        _id(policy, place, field),
        policy,
        place,
        field,
        f"{label} ({kind})" if place else label,
        value,
        isinstance(value, int) and about.annotation is int,
        bounds.get("ge", bounds.get("gt", -math.inf)),
        bounds.get("le", bounds.get("lt", math.inf)),
    )


def _id(policy: str, place: int, field: str) -> str:
    safe = "".join(c if c.isascii() and c.isalnum() else "_" for c in policy)
    return f"{safe}__{place if place >= 0 else 'all'}__{field}"


def _span(lever: Lever) -> str:
    if math.isfinite(lever.low) and math.isfinite(lever.high):
        return f"from {lever.low:,.15g} to {lever.high:,.15g}"
    if math.isfinite(lever.low):
        return f"of {lever.low:,.15g} or more"
    return f"of {lever.high:,.15g} or less" if math.isfinite(lever.high) else ""
