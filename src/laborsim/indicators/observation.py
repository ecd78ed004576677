"""From true states to what a household survey would record.

A survey's answer about a person is drawn from a row of the classification matrix of the person's true state,
independently of everything else and of the month before. (Independence over time is an assumption: answers of the same
person are likely alike, so it overstates spurious transitions somewhat.) Nothing is drawn here: recorded rates are the
expectation, exact given the true joint distribution of last month's state and this month's. Sources: Abowd and Zellner
(1985); Poterba and Summers (1986); Elsby, Hobijn and Sahin (2015).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.row import Row, ratio
from laborsim.indicators.snapshot import Snapshot

F8 = NDArray[np.float64]
STATES = "EUN"


def classification(room: dict[str, Any]) -> F8:
    """(3, 3) probabilities of the recorded state (column) given the true one (row), from the room `observation`.

    Rows are divided by their sums: published rows are rounded.

    Raises
    ------
    ValueError
        If a row is not three shares that sum to about 1.
    """
    matrix = np.array([room["employed_recorded"], room["unemployed_recorded"], room["inactive_recorded"]], float)
    if matrix.shape != (3, 3) or (matrix < 0).any() or not np.allclose(matrix.sum(axis=1), 1.0, atol=0.01):
        raise ValueError("observation: each row must be three shares that sum to 1")
    return np.asarray(matrix / matrix.sum(axis=1, keepdims=True), np.float64)


def recorded_joint(true: F8, matrix: F8) -> F8:
    """Recorded joint counts of (last, now) expected from the true ones.

    Parameters
    ----------
    true : (..., 3, 3) people by true state last month x now.
    matrix : (3, 3) classification, true x recorded.

    Examples
    --------
    >>> recorded_joint(np.diag([60.0, 4.0, 36.0]), np.eye(3)).diagonal()
    array([60.,  4., 36.])
    """
    return np.asarray(matrix.T @ true @ matrix, np.float64)


def recorded_stocks(true: F8, matrix: F8) -> F8:
    """Recorded counts by state expected from the true ones, (..., 3)."""
    return np.asarray(true @ matrix, np.float64)


def transition_rates(joint: F8) -> F8:
    """(..., 3, 3) rows divided by their sums; NaN for an empty row."""
    return ratio(joint, joint.sum(axis=-1, keepdims=True))


def fill(s: Snapshot, row: Row) -> None:
    """Recorded rates of all and by zone; recorded flows of all and by sex."""
    matrix = classification(s.observation)
    w = float(s.observation["reference_week"])
    where = s.groups.where("all", "zone")
    names = [s.groups.names[i] for i in where]
    st = s.stocks
    now = np.stack([st.employed, st.unemployed, st.population - st.labor_force], axis=1)[where]
    by_sex = s.groups.where("all", "sex")
    flows = st.flows[by_sex]
    memory = s.history.setdefault("observation", {})
    before, flows_before = memory.get("stocks", now), memory.get("flows", flows)
    memory["stocks"], memory["flows"] = now, flows
    seen = recorded_stocks((1.0 - w) * before + w * now, matrix)
    force = seen[:, 0] + seen[:, 1]
    row.put("recorded_unemployment_rate", names, seen[:, 1], force)
    row.put("recorded_participation_rate", names, force, seen.sum(axis=1))
    row.put("recorded_employment_rate", names, seen[:, 0], seen.sum(axis=1))
    groups = [s.groups.names[i] for i in by_sex]
    rates = transition_rates(recorded_joint((1.0 - w) * flows_before + w * flows, matrix))
    for a in range(3):
        for b in range(3):
            if a != b:
                row.put(f"recorded_{STATES[a]}{STATES[b]}", groups, rates[:, a, b])


__all__ = ["classification", "fill", "recorded_joint", "recorded_stocks", "transition_rates"]
