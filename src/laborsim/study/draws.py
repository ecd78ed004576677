"""Parameters drawn anew for pairs of runs, so that results tell what is chance from what is not known of behaviour.

Every draw is simulated with two seeds: what differs between the two is chance, what differs between draws beyond that
comes from the parameters (law of total variance; see `laborsim.study.uncertainty`). All policies of a replicate share
its draw.

What a scenario states goes before every distribution: a value alone is held, and no draw moves it; a value with low and
high is drawn from these, whatever the other parameters are drawn from (`held`, `ranges`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from laborsim.scenario.parameters.registry import declared
from laborsim.scenario.problems import nearest
from laborsim.study.calibration.posterior import Posterior, load
from laborsim.study.design import settings_text
from laborsim.study.factors import Factor
from laborsim.study.names import WrongOption
from laborsim.study.vary import Settings

SEEDS = 2  # runs of each draw
POSTERIOR, RANGES, OPPOSITE = "posterior", "ranges", "opposite pairs"
# what is measured or counted, and what is built before behaviour starts
FIXED = ("synthesis", "model", "indicators", "observation", "region", "policy")
_KEY = 0x5EEDD4A3  # keeps these draws apart from all others of a seed


@dataclass(frozen=True)
class Draws:
    """Parameter settings by draw.

    Attributes
    ----------
    how : "posterior", "ranges" or the file the posterior was read from.
    source : of the distribution.
    settings : parameters of each draw.
    kept : parameters that would be drawn, had the scenario not stated a value alone.
    seeds : runs of each draw.
    """

    how: str
    source: str
    settings: tuple[Settings, ...]
    kept: tuple[str, ...]
    seeds: int = SEEDS

    def of(self, replicate: int) -> Settings:
        """Parameters of a replicate."""
        return self.settings[replicate // self.seeds]

    @property
    def name(self) -> str:
        """How, and a mark of what is drawn: the same for any number of draws, since the first ones are."""
        first = settings_text(self.settings[0]) if self.settings else ""
        return f"{self.how} {hashlib.sha256((first + str(self.seeds)).encode()).hexdigest()[:8]}"

    def about(self) -> dict[str, Any]:
        """What the manifest says."""
        names = [n for n, _ in self.settings[0]] if self.settings else []
        return {"how": self.how, "source": self.source, "seeds_per_draw": self.seeds, "parameters": names,
                "kept": list(self.kept), "settings": [dict(s) for s in self.settings]}  # fmt: skip


def make_draws(spec: Any, how: str, replicates: int) -> Draws:
    """Draws for so many replicates; the first ones are the same whatever their number.

    Parameters
    ----------
    spec : the scenario. A value that it states is held; with low and high it is drawn from these.
    how : "posterior" (the shipped calibration), "ranges" (of assumed numbers: triangular, the value most likely), or
        the path of a posterior.json.

    Raises
    ------
    WrongOption
        If `how` is none of these.
    InputError
        If the posterior cannot be read.
    """
    count = -(-replicates // SEEDS)
    if how == RANGES:
        factors, kept = ranges(spec)
        shares = [_shares(spec.seed, d, len(factors)) for d in range(count)]
        settings = tuple(tuple((f.name, f.quantile(u)) for f, u in zip(factors, row, strict=True)) for row in shares)
        return Draws(RANGES, "declared ranges of assumed parameters, triangular round their value", settings, kept)
    if how != POSTERIOR and not Path(how).is_file():
        near = nearest(how, (POSTERIOR, RANGES), 0.4)
        raise WrongOption(f"--draws {how}: allowed: {POSTERIOR}, {RANGES}, or a posterior.json"
                          + (f"; did you mean {near}?" if near else ""))  # fmt: skip
    posterior, stated = load(None if how == POSTERIOR else Path(how)), _stated(spec)
    rows = (_shares(spec.seed, d, len(posterior.factors) + len(stated)) for d in range(count))
    settings = tuple(_from_posterior(spec, posterior, stated, row) for row in rows)
    return Draws(how, posterior.source, settings, tuple(p for p in posterior.parameters if p in held(spec)))


def opposite_pairs(spec: Any, replicates: int) -> Draws:
    """A draw for every run: those of two runs in a row lie opposite each other round the middle.

    So what parameters do to the mean over runs cancels to first order, and the mean of a pair tells chance alone: see
    `laborsim.study.uncertainty.opposite_variances`. From the shipped posterior.
    """
    posterior, stated = load(), _stated(spec)
    rows = []
    for d in range(-(-replicates // 2)):
        shares = _shares(spec.seed, d, len(posterior.factors) + len(stated))
        rows += [shares, [1.0 - u for u in shares]]
    settings = tuple(_from_posterior(spec, posterior, stated, row) for row in rows[:replicates])
    return Draws(OPPOSITE, posterior.source, settings, tuple(p for p in posterior.parameters if p in held(spec)), 1)


def held(spec: Any) -> frozenset[str]:
    """Parameters of which the scenario states a value alone: no draw moves them."""
    return frozenset(spec.assumptions) - {f.name for f in _stated(spec)}


def ranges(spec: Any) -> tuple[list[Factor], tuple[str, ...]]:
    """Factors on assumed numbers with a range, and on what the scenario states with one; and the assumed it holds."""
    stated = {f.name: f for f in _stated(spec)}
    factors, kept = [], []
    for name, p in declared().items():
        if not _drawable(name, p.default):
            continue
        if name in stated:
            factors.append(stated[name])
        elif p.grade == "assumed" and name in spec.assumptions:
            kept.append(name)
        elif p.grade == "assumed":
            factors += _triangular(name, p.default, p.low, p.high)
    return factors, tuple(kept)


def _stated(spec: Any) -> list[Factor]:
    """Factors on what the scenario states with low and high."""
    given = ((name, spec.assumptions[name]) for name in declared() if name in spec.assumptions)
    return [f for name, a in given if _drawable(name, a.value) for f in _triangular(name, a.value, a.low, a.high)]


def _drawable(name: str, value: Any) -> bool:
    """Numbers of behaviour; not lists and switches."""
    return not isinstance(value, bool | str | list) and name.partition(".")[0] not in FIXED


def _triangular(name: str, value: float, low: float | None, high: float | None) -> list[Factor]:
    """A factor with the value most likely; none without a range that holds it."""
    if low is None or high is None or not (low < high and low <= value <= high):
        return []
    whole = isinstance(declared()[name].default, int)
    return [Factor(name, "uncertainty", "triangular", float(low), float(high), float(value), whole=whole)]


def _from_posterior(spec: Any, posterior: Posterior, stated: list[Factor], shares: list[float]) -> Settings:
    """The posterior at a point of the unit cube, where the scenario states nothing; what it states with a range."""
    split = len(posterior.factors)
    free = tuple((name, v) for name, v in posterior.settings(shares[:split]) if name not in spec.assumptions)
    return free + tuple((f.name, f.quantile(u)) for f, u in zip(stated, shares[split:], strict=True))


def _shares(seed: int, draw: int, count: int) -> list[float]:
    """A point of the unit cube for a draw."""
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, _KEY, draw])))
    return [float(u) for u in generator.random(count)]


__all__ = [
    "OPPOSITE", "POSTERIOR", "RANGES", "SEEDS", "Draws", "held", "make_draws", "opposite_pairs", "ranges",
]  # fmt: skip
