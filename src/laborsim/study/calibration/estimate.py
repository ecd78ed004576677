"""Simulated moments: find the parameters whose simulated moments are nearest to the targets, and how sure that is.

Gauss-Newton steps with damping on the log scale. The same seeds at every point (common random numbers) make differences
between points smooth enough for derivatives by differences. The weight is the inverse of the variance of target and
simulation together (optimal weighting: Hansen 1982; Gourieroux, Monfort and Renault 1993), and the prior keeps what
moments say little about near where it was. Nothing here knows of labor markets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
Simulate = Callable[[F8], F8]  # (K, P) points -> (K, S, M) moments by point and seed

Z90 = 1.645  # standard deviations either side of a 90% interval
STEP = float(np.log(1.12))  # of derivatives: large against the noise that common seeds leave, small against curvature
FARTHEST = 0.5  # of one move, in logs
DAMPING = (0.0, 0.3, 1.0, 3.0)
SMALL = 0.5  # of derivatives, at most so many prior standard deviations
ENOUGH = 0.02  # stop when a move improves the fit by less than this share


@dataclass(frozen=True)
class Estimate:
    """What a calibration found.

    Attributes
    ----------
    x : (P,) log factors.
    moments : (M,) simulated at x, mean over seeds.
    objective : weighted squares of what is missed, plus those of the prior; at each iteration.
    covariance : (P, P) of x: moments and prior together.
    informed : (P,) share of the prior variance that the moments took away; 0 says nothing was learnt.
    missed, free_moments : weighted squares of what is missed, and moments less the parameters they paid for.
    jacobian : (M, P) change of moments per log point.
    weight : (M, M).
    """

    x: F8
    moments: F8
    objective: list[float]
    covariance: F8
    informed: F8
    missed: float
    free_moments: float
    jacobian: F8
    weight: F8

    @property
    def standard_errors(self) -> F8:
        """(P,) of the log factors."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def correlation(self) -> F8:
        """(P, P) of the log factors."""
        s = self.standard_errors
        return self.covariance / np.outer(s, s)

    def sources_of_information(self) -> F8:
        """(P, M) share of what is known of each parameter that comes from each moment, the others held fixed."""
        each = self.jacobian.T**2 * np.diag(self.weight)[None, :]
        return np.asarray(each / np.maximum(each.sum(axis=1, keepdims=True), 1e-300))


def weight_of(spread: F8, draws: F8) -> F8:
    """(M, M) inverse of the variance of targets and of the mean over seeds.

    Parameters
    ----------
    spread : (M,) standard deviations of the targets.
    draws : (S, M) moments by seed. Their covariance is drawn to its diagonal as far as so few seeds demand.
    """
    seeds, m = draws.shape
    variance = np.diag(np.asarray(spread, float) ** 2)
    if seeds > 1:
        covariance = np.atleast_2d(np.cov(draws, rowvar=False))
        keep = min(1.0, seeds / (seeds + m))
        variance = variance + (keep * covariance + (1.0 - keep) * np.diag(np.diag(covariance))) / seeds
    return np.asarray(np.linalg.inv(variance))


def estimate(
    simulate: Simulate, start: F8, prior_spread: F8, target: F8, spread: F8, iterations: int = 4
) -> Estimate:
    """Fit moments.

    Parameters
    ----------
    simulate : moments of several points, (K, P) -> (K, S, M), with the same seeds at each.
    start : (P,) log factors to start from, and the prior's mean.
    prior_spread : (P,) prior standard deviations.
    target, spread : (M,) targets and their standard deviations.
    iterations : most moves.

    Returns
    -------
    Estimate

    Raises
    ------
    ValueError
        If a simulated moment is not a number.

    Examples
    --------
    >>> line = lambda points: np.stack([points * 2.0, points * 2.0], axis=1)
    >>> found = estimate(line, np.zeros(1), np.ones(1), np.array([0.4]), np.array([0.01]))
    >>> round(float(found.x[0]), 3)
    0.2
    """
    x = np.asarray(start, float).copy()
    center, prior = x.copy(), np.diag(1.0 / np.asarray(prior_spread, float) ** 2)
    steps = np.minimum(STEP, SMALL * np.asarray(prior_spread, float))
    draws = _checked(simulate(x[None, :]))[0]
    weight = weight_of(spread, draws)
    y = draws.mean(axis=0)

    def objective(moments: F8, at: F8) -> float:
        r = target - moments
        return float(r @ weight @ r + (at - center) @ prior @ (at - center))

    history = [objective(y, x)]
    for _ in range(iterations):
        jacobian = _jacobian(simulate, x, y, steps)
        information = jacobian.T @ weight @ jacobian + prior
        push = jacobian.T @ weight @ (target - y) - prior @ (x - center)
        moves = [np.linalg.solve(information + d * np.diag(np.diag(information)), push) for d in DAMPING]
        places = x + np.clip(np.array(moves), -FARTHEST, FARTHEST)
        found = _checked(simulate(places)).mean(axis=1)
        values = [objective(m, p) for m, p in zip(found, places, strict=True)]
        best = int(np.argmin(values))
        if values[best] >= history[-1]:
            break
        x, y = places[best], found[best]
        history.append(values[best])
        if history[-2] - history[-1] < ENOUGH * history[-2]:
            break
    jacobian = _jacobian(simulate, x, y, steps)
    information = jacobian.T @ weight @ jacobian
    covariance = np.asarray(np.linalg.inv(information + prior), np.float64)
    r = target - y
    paid = float(np.trace(np.linalg.solve(information + prior, information)))
    informed = 1.0 - np.diag(covariance) / np.asarray(prior_spread, float) ** 2
    return Estimate(x, y, history, covariance, informed, float(r @ weight @ r), target.size - paid, jacobian, weight)


def fit_probability(found: Estimate) -> float:
    """Chance of missing the targets by as much if the model were true (chi-squared with `free_moments` degrees)."""
    from scipy.stats import chi2

    return float(chi2.sf(found.missed, max(found.free_moments, 1e-9)))


def _jacobian(simulate: Simulate, x: F8, y: F8, steps: F8) -> F8:
    """(M, P) by forward differences with the same seeds."""
    moved = _checked(simulate(x[None, :] + np.diag(steps))).mean(axis=1)
    return np.asarray((moved - y).T / steps)


def _checked(moments: F8) -> F8:
    if not np.isfinite(moments).all():
        raise ValueError("a simulated moment is not a number: too few months or people are simulated for it")
    return moments
