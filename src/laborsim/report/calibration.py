"""What a calibration found, in words and tables: a page in Markdown and the assumptions for scenario files."""

from __future__ import annotations

import math

import numpy as np

from laborsim.study.calibration.calibrate import Calibration
from laborsim.study.calibration.estimate import Z90, fit_probability

WEAK = 0.25  # moments that take away less of the prior variance than this say little about a parameter
TIED = 0.8  # parameters correlated more than this are told apart by the prior alone


def fits(c: Calibration) -> tuple[int, int]:
    """How many fitted moments are within two spreads of their target, and how many there are."""
    near = [abs(a - m.target) <= 2.0 * m.spread for m, a in zip(c.moments, c.after, strict=True) if m.fitted]
    return sum(near), len(near)


def page(c: Calibration) -> str:
    """The report in Markdown: what missed first, then moments, parameters and identification."""
    far = [m for m, a in zip(c.moments, c.after, strict=True) if abs(a - m.target) > 2.0 * m.spread]
    missed = [m.name if m.fitted else f"{m.name} (not fitted)" for m in far]
    inside, of = fits(c)
    chance = fit_probability(c.found)
    lines = [
        f"# Calibration of {c.region}",
        "",
        f"{c.runs} runs of {c.months} months at {c.share} of the people, {c.seeds} seeds at every point.",
        "",
        f"**{inside} of {of} fitted moments lie within two spreads of their target.** "
        + (f"Outside: {', '.join(missed)}." if missed else "None lies outside."),
        "",
        f"Were the model true, it would miss its targets by as much in {chance:.0%} of cases (chi-squared "
        f"{c.found.missed:.1f} with {c.found.free_moments:.1f} degrees of freedom). "
        if c.found.free_moments >= 1.0
        else "As many factors as moments: that these are met is no test. Moments that are not fitted are. ",
        "",
        "## Moments",
        "",
        "| moment | target | spread | before | after | off by spreads | fitted | source |",
        "|---|---:|---:|---:|---:|---:|---|---|",
    ]
    for m, before, after in zip(c.moments, c.before, c.after, strict=True):
        off = (after - m.target) / m.spread
        lines.append(
            f"| {m.name} | {m.target:.4g} | {m.spread:.2g} | {before:.4g} | {after:.4g} | {off:+.1f} | "
            f"{'yes' if m.fitted else m.elsewhere or 'no'} | {m.source} |"
        )
    lines += [
        "", "## Parameters", "",
        "| factor | of | estimate | 90% interval | learnt from moments | mostly from |", "|---|---|---:|---|---:|---|",
    ]  # fmt: skip
    fitted = [m.name for m in c.moments if m.fitted]
    information = c.found.sources_of_information()
    for k, f in enumerate(c.free):
        x, s = float(c.found.x[k]), float(c.found.standard_errors[k])
        top = np.argsort(-information[k])[:3]
        mostly = ", ".join(f"{fitted[j]} {information[k, j]:.0%}" for j in top)
        lines.append(
            f"| {f.label} | {', '.join(f.parameters)} | {math.exp(x):.3f} | {math.exp(x - Z90 * s):.3f} to "
            f"{math.exp(x + Z90 * s):.3f} | {c.found.informed[k]:.0%} | {mostly} |"
        )
    return "\n".join([*lines, "", "## Identification", "", *_identification(c), ""])


def _identification(c: Calibration) -> list[str]:
    out = []
    for f, informed in zip(c.free, c.found.informed, strict=True):
        if informed < WEAK:
            out.append(f"- {f.name}: the moments say little about it ({informed:.0%} of the prior variance).")
    tied = c.found.correlation
    for i in range(len(c.free)):
        for j in range(i):
            if abs(tied[i, j]) > TIED:
                names = f"{c.free[j].name} and {c.free[i].name}"
                out.append(f"- {names} are hardly told apart (correlation {tied[i, j]:+.2f}).")
    return out or ["Every factor is informed by the moments, and none stands for another."]


def assumptions(c: Calibration) -> str:
    """The estimates as [assumptions] of a scenario file, with their source and 90% interval."""
    head = f"# Calibrated on {c.region}: {c.runs} runs at {c.share}, {c.seeds} seeds. For a scenario file."
    lines = [head, "", "[assumptions]"]
    source = f"calibrated on {c.region} by simulated moments"
    for f, x, s in zip(c.free, c.found.x, c.found.standard_errors, strict=True):
        center = dict(f.settings(float(x), c.values))
        low, high = (dict(f.settings(float(x + z * s), c.values)) for z in (-Z90, Z90))
        for name, value in center.items():
            bounds = "" if isinstance(value, list) else f", low = {low[name]!r}, high = {high[name]!r}"
            lines.append(f'"{name}" = {{value = {value!r}, source = "{source}"{bounds}}}')
    return "\n".join([*lines, ""])
