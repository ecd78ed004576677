"""Job quality: what each of the eight Good Jobs principles does, and what it costs.

Every use of job quality (leaving, search, acceptance, learning, fairness of hiring, security) has eight responses, one
for each principle. The scores of an establishment, weighted by them, give one number per use, which the stages read;
it is worked out again only when scores change. Pay has no amenity of its own: it acts through wages, and its score
follows the employer's wage premium.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from laborsim.market import pay
from laborsim.market.codes import PRINCIPLES
from laborsim.market.month import Month

U1 = NDArray[np.uint8]
F8 = NDArray[np.float64]

PAY = PRINCIPLES.index("pay")
MIDDLE = 127.5
STEPS = 16  # steps of the score that governs learning
USES = ("leaving", "search", "acceptance", "learning", "fairness", "security")


class Uses(NamedTuple):
    """Weighted scores by use, 0..255; E establishments, C cells."""

    leaving: U1  # (C,)
    search: U1  # (C,)
    acceptance: U1  # (C,)
    learning: U1  # (C,) in STEPS steps
    fairness: U1  # (E,)
    security: U1  # (E,)


class _Held(NamedTuple):
    scores: NDArray[np.uint64]
    cells: int
    uses: Uses
    begun: int  # stages begun when this was last found to hold


def centred(score: Any) -> Any:
    """Score 0..255 as -1..1."""
    return (score - MIDDLE) / MIDDLE


def response(month: Month, use: str) -> float:
    """Response to the weighted score of a use: its change per unit of the centred score, summed over principles."""
    return float(np.sum(month.parameters[f"quality.{use}"]))


def weighted(scores: U1, responses: F8) -> U1:
    """Mean score of each establishment weighted by the responses of one use, rounded.

    Parameters
    ----------
    scores : (E, 8).
    responses : (8,), none negative; all zero weigh alike.

    Examples
    --------
    >>> weighted(np.array([[0, 200, 0, 0, 0, 0, 100, 0]], np.uint8), np.array([0, 3.0, 0, 0, 0, 0, 1.0, 0])).tolist()
    [175]
    """
    total = float(responses.sum())
    weight = responses / total if total > 0 else np.full(responses.size, 1.0 / responses.size)
    out = np.full(len(scores), 0.5)  # summed one principle after the other: no library's order of adding matters
    for k, share in enumerate(weight):
        if share > 0:
            out += share * scores[:, k]
    return np.asarray(np.minimum(out, 255.0), np.uint8)


def uses(month: Month) -> Uses:
    """Weighted scores of every use; kept until a score changes or cells are added.

    Looked for once a stage: a stage that changes scores must not read them by use before.
    """
    e, c = month.world.establishments, month.world.cells
    held: _Held | None = month.scratch.get("quality.uses")
    if held is not None and (held.cells, held.scores.size) == (c.size, e.size) and held.begun == month.begun > 0:
        return held.uses
    scores = e.quality[: e.size]
    # Eight scores are compared at once, as one number.
    if held is not None and held.cells == c.size and np.array_equal(held.scores, scores.view(np.uint64)):
        month.scratch["quality.uses"] = held._replace(begun=month.begun)
        return held.uses
    by_use = {u: weighted(scores, np.asarray(month.parameters[f"quality.{u}"], np.float64)) for u in USES}
    at = c.establishment[: c.size]
    found = Uses(
        leaving=by_use["leaving"][at],
        search=by_use["search"][at],
        acceptance=by_use["acceptance"][at],
        learning=(by_use["learning"] // (256 // STEPS)).astype(np.uint8)[at],
        fairness=by_use["fairness"],
        security=by_use["security"],
    )
    month.scratch["quality.uses"] = _Held(scores.view(np.uint64).copy(), c.size, found, month.begun)
    return found


def learning_pace(month: Month) -> F8:
    """(STEPS, O) monthly rate at which the gap to full skill closes, by step of the employer's score and occupation."""

    def make() -> F8:
        usual = 1.0 / pay.learning_months(month.economy, month.room("search"))
        score = centred((np.arange(STEPS) + 0.5) * (256 // STEPS))
        return np.asarray(np.exp(response(month, "learning") * score)[:, None] * usual)

    return np.asarray(month.table("quality.pace", make))


def fairness_factor(month: Month) -> F8:
    """(E,) factor of each employer on the biases of hiring."""
    scores = uses(month)
    held: tuple[Uses, F8] | None = month.scratch.get("quality.fairness")
    if held is None or held[0] is not scores:
        held = (scores, np.exp(-response(month, "fairness") * centred(scores.fairness)))
        month.scratch["quality.fairness"] = held
    return held[1]


def security_factor(month: Month) -> F8:
    """(E,) factor of each employer on the odds that a layoff is temporary."""
    return np.asarray(np.exp(response(month, "security") * centred(uses(month).security)))


def hoarding(month: Month) -> F8:
    """(E,) share of the people not wanted this month whom an employer keeps on, by its security above the middle."""
    share = float(month.parameters["quality.hoarding"])
    return np.asarray(share * np.maximum(centred(uses(month).security), 0.0))


def cost_per_worker(month: Month, scores: NDArray[Any] | None = None) -> F8:
    """Dollars per worker and month that job quality costs beyond that of the middle score, (E,); negative below it.

    Pay apart, which is in wages.

    Parameters
    ----------
    scores : (E, 8), instead of the establishments' own.
    """
    e = month.world.establishments
    held = e.quality[: e.size] if scores is None else scores
    out = np.zeros(len(held))
    for k, dollars in enumerate(month.parameters["quality.cost"]):
        out += dollars * centred(held[:, k].astype(np.float64))
    return out


def _follow_premiums(month: Month) -> None:
    """Scores of pay move with wage premiums since the start."""
    e, memory = month.world.establishments, month.memory["quality"]
    n, old = e.size, memory["premium"].size
    if old < n:  # plants announced during the run
        memory["premium"] = np.concatenate([memory["premium"], e.premium[old:n]])
        memory["pay"] = np.concatenate([memory["pay"], e.quality[old:n, PAY]])
    points = float(month.parameters["quality.pay_points"]) * (e.premium[:n] - memory["premium"])
    e.quality[:n, PAY] = np.clip(np.rint(memory["pay"] + points), 0, 255).astype(np.uint8)


def stage(month: Month) -> None:
    """Once a year, scores of pay follow what employers pay."""
    if month.index % 12 == 0:
        _follow_premiums(month)


def prepare(month: Month) -> None:
    """Remember wage premiums and pay scores of the start."""
    e = month.world.establishments
    month.memory["quality"] = {"premium": e.premium[: e.size].copy(), "pay": e.quality[: e.size, PAY].copy()}


__all__ = [
    "PAY", "STEPS", "USES", "Uses", "centred", "cost_per_worker", "fairness_factor", "hoarding", "learning_pace",
    "prepare", "response", "security_factor", "stage", "uses", "weighted",
]  # fmt: skip
