"""From an entry of an experiment file to a factor: a declared parameter, or a setting of a policy, and its range."""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import replace
from statistics import NormalDist
from typing import Annotated, Any, Union, get_args, get_origin

from laborsim.scenario.instruments import INSTRUMENTS
from laborsim.scenario.messages import field_problems
from laborsim.scenario.parameters.registry import Parameter, declared
from laborsim.scenario.places import Place
from laborsim.scenario.problems import listed, nearest
from laborsim.scenario.schema import Policy, Scenario
from laborsim.study.factors import Factor
from laborsim.study.variation import Variation
from laborsim.study.vary import instrument_at, parameter_of, split_element

SETTINGS = ("budget", "ramp_months", "adoption_delay_months", "start", "end", "budget_per", "payer")
_FIXED = ("type", "zones", "programs")  # of an instrument: lists, not levers


class Fault(Exception):
    """What is wrong with a factor; `key` is the key of its entry that is wrong, "" for the name itself."""

    def __init__(self, message: str, allowed: str = "", meant: str = "", key: str = "") -> None:
        super().__init__(message)
        self.message, self.allowed, self.meant, self.key = message, allowed, meant, key


def parameter_factor(spec: Scenario, name: str, variation: Variation) -> Factor:
    """An uncertainty; bounds not stated are the scenario's for that parameter, else the declared range.

    Raises
    ------
    Fault
    """
    parameter = parameter_of(name)
    plain, element = split_element(name)
    if parameter is None:
        listy = declared().get(plain)
        if listy is not None:
            known = f"{plain}[1] to {plain}[{len(listy.default)}]" if isinstance(listy.default, list) else plain
            raise Fault(f"{plain} is {listy.kind}: it has no element {element}", known)
        allowed = "a declared parameter (`laborsim explain` lists them)"
        raise Fault("no such parameter", allowed, nearest(plain, declared()))
    if isinstance(parameter.default, list) and element is None:
        names = ", ".join(f"{name}[{k}] ({parameter.element(k)})" for k in range(1, len(parameter.default) + 1))
        raise Fault(f"is {parameter.kind}: vary its elements", names)
    stated = spec.assumptions.get(plain)
    current = stated.value if stated is not None else parameter.default
    if element is not None:
        current = current[element - 1]  # type: ignore[index]
    own = (stated.low, stated.high) if stated is not None else (None, None)
    factor = Factor(name, "uncertainty", whole=_whole_number(current) and element is None)
    if isinstance(current, bool | str):
        variation = _choice_of(parameter, variation)
    low, high = parameter.range(*own)
    factor = _shaped(factor, variation, current, low, high)
    for key, value in _probes(factor):
        span: tuple[float | None, float | None] = own
        if variation.source is not None and not isinstance(value, bool | str):
            # beyond the declared range, for a reason given; never beyond what the unit allows
            span = (min(float(value), parameter.low or 0.0), max(float(value), parameter.high or 0.0))
        whole = [value] * len(parameter.default) if isinstance(parameter.default, list) else value
        fault = parameter.fault(whole, *span)
        if fault is not None:
            beyond = "outside its range" in fault[0] and variation.source is None
            raise Fault(fault[0], fault[1] + ("; to go beyond, state its source" if beyond else ""), key=key)
    return factor


def lever_factor(spec: Scenario, path: str, variation: Variation, policies: Sequence[str]) -> Factor:
    """A setting of a policy, by its dotted path: "childcare.budget", "childcare.childcare_support.places".

    Raises
    ------
    Fault
    """
    name, _, where = path.partition(".")
    plain = [n for n, p in spec.policies.items() if not p.combine]
    if name not in plain:
        raise Fault(f"the scenario has no policy {name!r} with settings of its own",
                    "policy.setting or policy.instrument.setting, with policy one of " + (listed(plain) or "none"),
                    nearest(name, plain))  # fmt: skip
    acts_on = tuple(p for p in policies if name in spec.package(p))
    if not acts_on:
        raise Fault(f"no policy that is run has {name!r} in it", f'policy = [..., "{name}"]')
    policy = spec.policies[name]
    current, annotation = _setting(policy, name, where)
    kinds = _kinds(annotation)
    factor = Factor(path, "lever", whole=int in kinds and float not in kinds, policies=acts_on)
    low, high = variation.low, variation.high
    if variation.named != "choice" and (low is None or high is None):
        raise Fault("a lever needs its bounds, or a list of values", "{low = ..., high = ...} or [value, value ...]",
                    key="distribution")  # fmt: skip
    factor = _shaped(factor, variation, current, None, None)
    for key, value in _probes(factor):
        fault = _policy_fault(policy, where, value)
        if fault is not None:
            raise Fault(*fault, key=key)
    return factor


def _setting(policy: Policy, name: str, where: str) -> tuple[Any, Any]:
    """Present value and type of a setting; Fault if there is none such."""
    kind, dot, setting = where.partition(".")
    types_ = [i.type for i in policy.instruments]
    if not dot:
        if kind not in SETTINGS:
            names = [*SETTINGS, *(f"{t}.{s}" for t in types_ for s in _instrument_settings(t))]
            near = nearest(kind, names) or nearest(kind, [n.rpartition(".")[2] for n in names])
            full = next((n for n in names if n == near or n.endswith("." + near)), "") if near else ""
            raise Fault(f"{name!r} has no setting {kind!r}", listed(names, 40), f"{name}.{full}" if full else "")
        return getattr(policy, kind), Policy.model_fields[kind].annotation
    try:
        instrument = policy.instruments[instrument_at(policy, kind)]
    except KeyError:
        near = nearest(split_element(kind)[0], types_, 0.4)
        raise Fault(f"{name!r} has no instrument {kind!r}", listed(types_),
                    f"{name}.{near}.{setting}" if near else "") from None  # fmt: skip
    names = _instrument_settings(instrument.type)
    if setting not in names:
        near = nearest(setting, names)
        raise Fault(f"{instrument.type} has no setting {setting!r}", listed(names, 40),
                    f"{name}.{kind}.{near}" if near else "")  # fmt: skip
    return getattr(instrument, setting), type(instrument).model_fields[setting].annotation


def _instrument_settings(kind: str) -> list[str]:
    return [s for s in INSTRUMENTS[kind].model_fields if s not in _FIXED]


def _policy_fault(policy: Policy, where: str, value: Any) -> tuple[str, str, str] | None:
    """What is wrong with a policy that has this value; None if nothing is."""
    data = policy.model_dump(mode="python", exclude_unset=True)
    kind, dot, setting = where.partition(".")
    if dot:
        data["instruments"] = [dict(i) for i in data["instruments"]]
        data["instruments"][instrument_at(policy, kind)][setting] = value
    else:
        data[kind] = value
    _, problems = field_problems(Policy, data, Place("", 0))
    return (problems[0].message, problems[0].allowed, problems[0].suggestion) if problems else None


def _choice_of(parameter: Parameter, variation: Variation) -> Variation:
    """Settings that are not numbers can only be chosen: all there are unless values are given."""
    if variation.values is not None:
        return variation
    if variation.distribution not in (None, "choice") or variation.low is not None or variation.high is not None:
        raise Fault(f"is {parameter.kind}, not a number", "values = [...]", key="distribution")
    values = (False, True) if isinstance(parameter.default, bool) else parameter.choices
    if not values:
        raise Fault("is text: its values must be given", "values = [...]", key="values")
    return Variation(values=values)


def _shaped(factor: Factor, variation: Variation, current: Any, low: float | None, high: float | None) -> Factor:
    """The factor with its distribution."""
    named = variation.named
    if named == "choice":
        assert variation.values is not None
        return replace(factor, distribution=named, values=variation.values, weights=variation.weights or ())
    low = low if variation.low is None else float(variation.low)
    high = high if variation.high is None else float(variation.high)
    mean = variation.mean if variation.mean is not None else _number(current)
    if named == "normal" and mean is not None and variation.sd is not None:
        low = mean - 4.0 * variation.sd if low is None else low
        high = mean + 4.0 * variation.sd if high is None else high
    if low is None or high is None:
        raise Fault("has no declared range: state low and high", "{low = ..., high = ...}", key="low")
    if low >= high:
        raise Fault(f"low is not below high ({low:g}, {high:g})", key="low" if variation.low is not None else "high")
    if named == "loguniform" and low <= 0.0:
        raise Fault(f"a loguniform distribution needs low above 0, is {low:g}", "above 0", key="low")
    factor = replace(factor, distribution=named, low=float(low), high=float(high))
    if named == "triangular":
        mode = variation.mode if variation.mode is not None else _number(current)
        if mode is None or not low <= mode <= high:
            shown = "not stated" if mode is None else f"{mode:g}"
            raise Fault(f"the mode ({shown}) must lie between low and high", f"{low:g} to {high:g}", key="mode")
        return replace(factor, mode=float(mode))
    if named == "normal":
        sd = variation.sd
        assert sd is not None
        if mean is None:
            raise Fault("a normal distribution needs its mean", "mean = ...", key="mean")
        z = NormalDist(mean, sd)
        if z.cdf(high) - z.cdf(low) < 1e-6:
            raise Fault("hardly anything of the distribution lies between low and high", key="mean")
        return replace(factor, mean=float(mean), sd=float(sd))
    return factor


def _probes(factor: Factor) -> list[tuple[str, Any]]:
    """Values to try: all of a choice, else the bounds."""
    if factor.distribution == "choice":
        return [("values", v) for v in factor.values]
    return [("low", factor.quantile(0.0)), ("high", factor.quantile(1.0))]


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _kinds(annotation: Any) -> set[Any]:
    """Plain types an annotation allows."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        return set().union(*(_kinds(a) for a in get_args(annotation)))
    return {annotation}
