"""Parameters drawn anew for pairs of runs, so that results tell what is chance from what is not known of behaviour.

Every draw is simulated with two seeds: what differs between the two is chance, what differs between draws beyond that
comes from the parameters (law of total variance; see `laborsim.study.uncertainty`). All policies of a replicate share
its draw.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from laborsim.scenario.parameters.registry import declared
from laborsim.scenario.problems import nearest
from laborsim.study.calibration.posterior import load
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
    kept : parameters that would be drawn, had the scenario not set them.
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
    spec : the scenario. What it sets itself is kept, unless it states low and high (`ranges` draws from these).
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
    posterior = load(None if how == POSTERIOR else Path(how))
    own = tuple(p for p in posterior.parameters if p in spec.assumptions)
    rows = [_shares(spec.seed, d, len(posterior.factors)) for d in range(count)]
    settings = tuple(tuple((p, v) for p, v in posterior.settings(row) if p not in own) for row in rows)
    return Draws(how, posterior.source, settings, own)


def opposite_pairs(spec: Any, replicates: int) -> Draws:
    """A draw for every run: those of two runs in a row lie opposite each other round the middle.

    So what parameters do to the mean over runs cancels to first order, and the mean of a pair tells chance alone: see
    `laborsim.study.uncertainty.opposite_variances`. From the shipped posterior, round what the scenario states.
    """
    posterior = load()
    stated = {n: spec.assumptions[n].value for n in posterior.parameters if n in spec.assumptions}
    posterior = posterior.moved_to(stated)
    rows = []
    for d in range(-(-replicates // 2)):
        shares = _shares(spec.seed, d, len(posterior.factors))
        rows += [shares, [1.0 - u for u in shares]]
    settings = tuple(posterior.settings(row) for row in rows[:replicates])
    return Draws(OPPOSITE, posterior.source, settings, (), 1)


def ranges(spec: Any) -> tuple[list[Factor], tuple[str, ...]]:
    """Factors on assumed numbers with a range; and those that the scenario sets without one."""
    factors, kept = [], []
    for name, p in declared().items():
        stated = spec.assumptions.get(name)
        value = p.default if stated is None else stated.value
        if isinstance(value, bool | str | list) or name.partition(".")[0] in FIXED:
            continue
        if stated is not None:
            if stated.low is None or stated.high is None:
                if p.grade == "assumed":
                    kept.append(name)
                continue
            low, high = stated.low, stated.high
        elif p.grade == "assumed" and p.low is not None and p.high is not None:
            low, high = p.low, p.high
        else:
            continue
        if low < high and low <= value <= high:
            factors.append(Factor(name, "uncertainty", "triangular", float(low), float(high), float(value),
                                  whole=isinstance(p.default, int)))  # fmt: skip
    return factors, tuple(kept)


def _shares(seed: int, draw: int, count: int) -> list[float]:
    """A point of the unit cube for a draw."""
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, _KEY, draw])))
    return [float(u) for u in generator.random(count)]


__all__ = [
    "OPPOSITE", "POSTERIOR", "RANGES", "SEEDS", "Draws", "make_draws", "opposite_pairs", "ranges",
]  # fmt: skip
