"""A scenario with other parameters and other settings of its policies: one point of an experiment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from laborsim.scenario.parameters.registry import Parameter, declared
from laborsim.scenario.schema import Assumption, Policy, Scenario

Settings = tuple[tuple[str, Any], ...]
_ELEMENT = re.compile(r"(.+)\[(\d+)\]")


def split_element(name: str) -> tuple[str, int | None]:
    """Parameter and number of the element, from 1.

    Examples
    --------
    >>> split_element("search.weights[2]"), split_element("search.effort")
    (('search.weights', 2), ('search.effort', None))
    """
    found = _ELEMENT.fullmatch(name)
    return (found[1], int(found[2])) if found else (name, None)


def parameter_of(name: str) -> Parameter | None:
    """Declaration of a parameter, or of the list that an element is of; None if there is none such."""
    plain, element = split_element(name)
    found = declared().get(plain)
    if found is None or element is None:
        return found
    return found if isinstance(found.default, list) and 1 <= element <= len(found.default) else None


def vary(spec: Scenario, parameters: Settings = (), levers: Settings = ()) -> Scenario:
    """A copy of a scenario with other values.

    Parameters
    ----------
    spec : Scenario
    parameters : (name of a declared parameter, value).
    levers : (dotted path in the policies, value): "childcare.budget", "childcare.childcare_support.places"; where a
        policy has several instruments of a type, "policy.type[2].setting".

    Notes
    -----
    The values are taken as they are: `laborsim.study.experiment` has checked them.

    Examples
    --------
    >>> vary(spec, [("search.effort", 0.5)], [("childcare.budget", 0.0)])  # doctest: +SKIP
    """
    changes: dict[str, Any] = {}
    assumptions = dict(spec.assumptions)
    for name, value in parameters:
        plain, element = split_element(name)
        known = assumptions.get(plain)
        if element is not None:
            whole = list(known.value if known else declared()[plain].default)  # type: ignore[arg-type]
            whole[element - 1] = value
            value = whole
        # a value that holds from the first month on replaces dated ones too
        assumptions[plain] = Assumption(value=value) if known is None else known.model_copy(
            update={"value": value, "dated": {}}
        )
    if assumptions != spec.assumptions:
        changes["assumptions"] = assumptions
    policies = dict(spec.policies)
    for path, value in levers:
        name, where = path.split(".", 1)
        policies[name] = _with_lever(policies[name], where, value)
    if policies != spec.policies:
        changes["policies"] = policies
    return spec.model_copy(update=changes) if changes else spec


def _with_lever(policy: Policy, where: str, value: Any) -> Policy:
    kind, dot, setting = where.partition(".")
    if not dot:
        return policy.model_copy(update={kind: value})
    at = instrument_at(policy, kind)
    instruments = list(policy.instruments)
    instruments[at] = instruments[at].model_copy(update={setting: value})
    return policy.model_copy(update={"instruments": tuple(instruments)})


def instrument_at(policy: Policy, kind: str) -> int:
    """Place of "type" or "type[2]" among a policy's instruments; KeyError if there is none such."""
    plain, number = split_element(kind)
    places = [k for k, i in enumerate(policy.instruments) if i.type == plain]
    if not 1 <= (number or 1) <= len(places):
        raise KeyError(kind)
    return places[(number or 1) - 1]


def levers_of(spec: Scenario, policy: str, levers: Mapping[str, Any]) -> dict[str, Any]:
    """Those levers that act on a policy: its own, or those of the policies it combines."""
    acting = spec.package(policy)
    return {path: value for path, value in levers.items() if path.split(".", 1)[0] in acting}
