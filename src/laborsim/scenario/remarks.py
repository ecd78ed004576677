"""What is odd in a scenario without being wrong: goals that ask for the worse, policies that hardly act."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from laborsim.scenario.schema import Policy, Scenario

FEW_MONTHS = 12  # effects are means of the last 12 months
FEW_DOLLARS = 1_000.0
TURNED = {">=": "<=", ">": "<", "<=": ">=", "<": ">"}


class Remark(NamedTuple):
    """Something a planner may not have meant.

    Attributes
    ----------
    field : dotted name, such as "policies.childcare.budget".
    text : what is odd.
    """

    field: str
    text: str

    def __str__(self) -> str:
        return f"{self.field}: {self.text}"


def remarks(
    spec: Scenario, better: Mapping[str, int] | None = None, policies: Collection[str] | None = None
) -> list[Remark]:
    """Remarks on a scenario that is in order.

    Parameters
    ----------
    better : by indicator, 1 if more of it is better and -1 if less is; one that is absent or 0 is left alone.
    policies : names of those to speak of; None for all.

    Examples
    --------
    >>> [str(r) for r in remarks(spec)]  # doctest: +SKIP
    ['policies.late.start: acts from 2025-10, less than 12 months before the horizon (2025-12): ...']
    """
    found = []
    for k, target in enumerate(spec.targets):
        way = (better or {}).get(target.indicator, 0)
        if way * (1 if target.comparison.startswith(">") else -1) < 0:
            meant = target.goal.replace(target.comparison, TURNED[target.comparison])
            side = "more" if way > 0 else "less"
            text = f"{target.goal!r} asks for the worse: {side} {target.indicator} is better; did you mean {meant!r}?"
            found.append(Remark(f"targets[{k}].goal", text))
    for name, policy in spec.policies.items():
        if policies is None or name in policies:
            found += _policy(spec, name, policy)
    return found


def _policy(spec: Scenario, name: str, policy: Policy) -> list[Remark]:
    if policy.combine:
        return []
    found, first = [], spec.policy_start(policy)
    if first >= spec.months:
        text = f"acts from {spec.month_label(first)}, after the horizon ({spec.horizon}): it does nothing"
        found.append(Remark(f"policies.{name}.start", text))
    elif first > 0 and spec.months - 1 - first < FEW_MONTHS:
        text = (
            f"acts from {spec.month_label(first)}, less than {FEW_MONTHS} months before the horizon ({spec.horizon}): "
            f"little of it is seen in the mean of the last {FEW_MONTHS} months"
        )
        found.append(Remark(f"policies.{name}.start", text))
    for k, instrument in enumerate(policy.instruments):
        places, share = (getattr(instrument, key, None) for key in ("places", "subsidy_share"))
        if places and share == 0.0:
            text = f"{places:,.0f} places are subsidised by nothing: subsidy_share is not given, or 0"
            found.append(Remark(f"policies.{name}.instruments[{k}].places", text))
    if policy.budget is not None and policy.budget < FEW_DOLLARS:
        per = "a year" if policy.budget_per == "year" else "in all"
        text = f"${policy.budget:,.0f} {per} pays for next to nothing (budgets are in dollars)"
        found.append(Remark(f"policies.{name}.budget", text))
    return found
