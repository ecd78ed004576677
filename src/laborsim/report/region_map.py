"""A map of a region's zones from its pack alone: circles at their places, moved apart, with the ways to work.

A pack holds centroids, not borders; so zones are drawn as circles as large as their people (Dorling's cartogram).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from laborsim.report import theme
from laborsim.report.figures import Chart
from laborsim.report.region_figures import records
from laborsim.report.region_map_labels import Labels
from laborsim.report.wording import join

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from laborsim.region.pack import Pack
    from laborsim.report.region_figures import Profile

    F8 = NDArray[np.float64]

WIDTH: Final = 5.2  # inches of a chart in a column of the page
FILLED: Final = 0.38  # share of the map that circles cover
GAP: Final = 0.06  # between circles, of the mean radius
SHADES: Final = ("#e4eef6", "#b7d3e8", "#7fb0d6", "#3f88bf", "#0b5a92")
MOST_WAYS: Final = 40
MANY: Final = 40  # zones; more are labelled by name only
EARTH: Final = 111.2  # kilometres of a degree of latitude


class Places(NamedTuple):
    """Where zones lie: kilometres (or minutes) east and north, and how that is known."""

    xy: F8
    known_by: str  # "centroids" or "minutes"


def places(pack: Pack) -> Places:
    """Positions of all zones but `outside`: from centroids, or from minutes between zones where a zone has none."""
    zones = [z for z in pack.zones if z.kind != "outside"]
    at = np.array([(z.longitude, z.latitude) for z in zones], dtype=np.float64)
    if (np.abs(at).sum(axis=1) > 0).all():
        middle = at.mean(axis=0)
        east = (at[:, 0] - middle[0]) * EARTH * math.cos(math.radians(middle[1]))
        return Places(np.column_stack([east, (at[:, 1] - middle[1]) * EARTH]), "centroids")
    codes = [z.code for z in zones]
    table = pack["minutes"].pivot(index="home", columns="work", values="minutes")
    way = table.reindex(index=codes, columns=codes).to_numpy(dtype=np.float64)
    way = np.where(np.isnan(way), np.nanmax(way), way)
    return Places(scaled(0.5 * (way + way.T)), "minutes")


def scaled(distance: F8) -> F8:
    """Classical multidimensional scaling into two dimensions; the diagonal is taken as zero."""
    d = distance - np.diag(np.diag(distance))
    n = len(d)
    centre = np.eye(n) - 1.0 / n
    values, vectors = np.linalg.eigh(-0.5 * centre @ (d**2) @ centre)
    out = np.zeros((n, 2))
    for k in range(min(2, n)):
        axis = vectors[:, n - 1 - k]
        axis = axis * (1.0 if axis[np.argmax(np.abs(axis))] > 0 else -1.0)  # eigenvectors have no sign of their own
        out[:, k] = axis * math.sqrt(max(float(values[n - 1 - k]), 0.0))
    return out


def spread(xy: F8, radius: F8, gap: float) -> F8:
    """Positions near `xy` at which no two circles come closer than `gap`; the smaller of two gives way more."""
    n = len(xy)
    out = xy.astype(np.float64).copy()
    if n < 2:
        return out
    need = radius[:, None] + radius[None, :] + gap * 1.02
    area = radius**2
    yield_ = area[None, :] / (area[:, None] + area[None, :])  # what the first of a pair gives way
    angle = 2.399963 * np.arange(n)  # zones at the very same place part along these
    apart = np.stack([np.cos(angle)[:, None] - np.cos(angle)[None, :], np.sin(angle)[:, None] - np.sin(angle)], axis=-1)
    for step in range(6000):
        d = out[:, None] - out[None, :]
        length = np.hypot(d[..., 0], d[..., 1])
        same = length < 1e-9
        unit = np.where(same[..., None], apart, d)
        unit /= np.maximum(np.hypot(unit[..., 0], unit[..., 1]), 1e-12)[..., None]
        short = np.clip(need - length, 0.0, None)
        np.fill_diagonal(short, 0.0)
        if step >= 800 and short.max() <= gap * 0.015:
            break
        out += ((0.6 * short * yield_)[..., None] * unit).sum(axis=1)
        if step < 800:
            out += 0.01 * (xy - out)
    return out


def radii(xy: F8, people: F8) -> F8:
    """Radii of circles, areas in proportion to people, that together cover a fair share of the map."""
    size = np.sqrt(np.maximum(people, 1e-9))
    if len(xy) == 1:
        return np.ones(1)
    span = np.ptp(xy, axis=0)
    long = max(float(span.max()), 1e-9)
    area = long * max(float(span.min()), 0.45 * long)
    return np.asarray(size * math.sqrt(FILLED * area / (math.pi * float((size**2).sum()))))


def zone_map(p: Profile, large: bool = False) -> Chart:
    """The map: size is people, colour the unemployment rate, arrows the largest flows of commuters between zones.

    Parameters
    ----------
    large : as wide as the page, with room for more names; else as wide as a column.
    """
    zones = p.zones
    found = places(p.pack)
    radius = radii(found.xy, zones["people"].to_numpy())
    xy = spread(found.xy, radius, GAP * float(radius.mean()))
    ways = largest_ways(p)
    data = zones[["code", "name", "kind", "people", "labor_force", "participation", "unemployment", "jobs"]].copy()
    data["x"], data["y"], data["radius"] = xy[:, 0], xy[:, 1], radius
    data["moved"] = np.hypot(*(xy - found.xy).T)
    title = finding(p)
    many = len(zones) > MANY
    written = "" if many else ", written in"
    arrows = "commuters across the border" if len(zones) == 1 else "largest flows of commuters"
    subtitle = f"Circles: people living there. Darker: higher unemployment rate{written}. Arrows: {arrows}"
    width = theme.WIDTH if large else WIDTH
    with theme.style():
        box = np.array([(xy - radius[:, None]).min(axis=0), (xy + radius[:, None]).max(axis=0)])
        wide = width - 2 * theme.MARGIN
        side = np.maximum(box[1] - box[0], 1e-9) * (1.3, 1.16)
        tall = (2.8, 3.25) if not large else (3.5, 7.0)
        height = 2.2 if len(zones) == 1 else float(np.clip(wide * side[1] / side[0], *tall))
        scale = max(side[0] / wide, side[1] / height)  # kilometres in an inch
        middle = box.mean(axis=0)
        note = note_of(p, found.known_by)
        figure, axes = theme.canvas(
            title, subtitle, note, height, width=width, left=0.0, right=0.0, below=0.3, above=0.02
        )
        axes.set_xlim(middle[0] - scale * wide / 2, middle[0] + scale * wide / 2)
        axes.set_ylim(middle[1] - scale * height / 2, middle[1] + scale * height / 2)
        axes.set_axis_off()
        inch = 1.0 / scale
        draw_ways(axes, ways, xy, radius, inch)
        ink = draw_circles(axes, zones, xy, radius)
        labelled = Labels(axes, xy, radius, many).put(zones, ink)
        key(axes, zones["unemployment"].to_numpy(), wide)
        if len(zones) == 1:
            across_border(axes, p, float(radius[0]))
        if len(labelled) < len(zones):
            axes.annotate(
                f"{len(labelled)} of {len(zones)} zones have room for a name",
                (1, 0), (0, -13), xycoords="axes fraction", textcoords="offset points",
                ha="right", va="center", fontsize=7, color=theme.GREY, annotation_clip=False,
            )  # fmt: skip
    data["labelled"] = data["code"].isin(labelled)
    return Chart("map_large" if large else "map", title, description(p, ways), figure, data)


def finding(p: Profile) -> str:
    """Where unemployment is highest and lowest."""
    z = p.zones[p.zones["inside"]].sort_values("unemployment", kind="stable")
    if len(z) == 1:
        return f"{z['name'].iloc[0]}: {100 * z['unemployment'].iloc[0]:.1f}% unemployed"
    low, high = z.iloc[0], z.iloc[-1]
    return (
        f"Unemployment from {100 * low['unemployment']:.1f}% ({low['name']}) to {100 * high['unemployment']:.1f}% "
        f"({high['name']})"
    )


def note_of(p: Profile, known_by: str) -> str:
    """How the map is made, and what crosses the border."""
    t = p.totals
    made = (
        "Circles at centroids, moved apart; north is up; no borders."
        if known_by == "centroids"
        else "No centroids in the pack: places from minutes between zones, directions are arbitrary."
    )
    dashed = " Dashed: commuting zones beyond the border." if (~p.zones["inside"]).any() else ""
    return f"{made}{dashed} Across the border: {t['leaving']:,.0f} go out to work, {t['coming']:,.0f} come in."


def largest_ways(p: Profile) -> list[tuple[int, int, float]]:
    """Largest flows between zones drawn, (home, work, workers), largest last."""
    codes = list(p.zones["code"])
    flows = p.flows.loc[codes, codes].to_numpy(copy=True)
    np.fill_diagonal(flows, 0.0)
    order = np.argsort(-flows, axis=None, kind="stable")[: min(2 * len(codes), MOST_WAYS)]
    pairs = [divmod(int(k), len(codes)) for k in order]
    most = float(flows.max()) if flows.size else 0.0
    kept = [(i, j, float(flows[i, j])) for i, j in pairs if flows[i, j] > 0.02 * most]
    return kept[::-1]


def draw_ways(axes: Axes, ways: list[tuple[int, int, float]], xy: F8, radius: F8, inch: float) -> None:
    """Curved arrows from home to work, as wide as the flow."""
    from matplotlib.patches import FancyArrowPatch

    most = max((w for _, _, w in ways), default=1.0)
    for i, j, workers in ways:
        share = workers / most
        axes.add_patch(
            FancyArrowPatch(
                tuple(xy[i]),
                tuple(xy[j]),
                connectionstyle="arc3,rad=0.18",
                arrowstyle=f"-|>,head_length={2.2 + 2.6 * share:.2f},head_width={1.1 + 1.7 * share:.2f}",
                shrinkA=72 * inch * float(radius[i]),
                shrinkB=72 * inch * float(radius[j]),
                linewidth=0.5 + 3.2 * share,
                color="#8c8c8c",
                alpha=0.75,
                zorder=1,
            )
        )


def across_border(axes: Axes, p: Profile, radius: float) -> None:
    """Workers going out and coming in, where there is one zone and so nothing else to draw."""
    t = p.totals
    for side, ends, text in (
        (1, (1.05, 1.7), f"{t['leaving']:,.0f} go out\nto work"),
        (-1, (1.7, 1.05), f"{t['coming']:,.0f}\ncome in"),
    ):
        start, end = (side * radius * e for e in ends)
        axes.annotate("", (end, 0), (start, 0), arrowprops={"arrowstyle": "-|>", "color": "#8c8c8c", "linewidth": 2})
        axes.text(side * radius * 1.8, 0, text, fontsize=8, va="center", ha="left" if side > 0 else "right")


def shade(rate: float, low: float, high: float) -> str:
    """Colour of a rate between the lowest and the highest."""
    share = (rate - low) / (high - low) if high > low else 0.5
    return SHADES[min(int(share * len(SHADES)), len(SHADES) - 1)]


def draw_circles(axes: Axes, zones: pd.DataFrame, xy: F8, radius: F8) -> list[str]:
    """Circles; returns the colour of text on each."""
    from matplotlib.patches import Circle

    rates = zones["unemployment"].to_numpy()
    ink = []
    for k, zone in enumerate(records(zones)):
        fill = shade(rates[k], rates.min(), rates.max())
        axes.add_patch(
            Circle(
                tuple(xy[k]),
                float(radius[k]),
                facecolor=fill,
                edgecolor=theme.BASE,
                linewidth=0.8,
                linestyle="-" if zone["inside"] else (0, (3, 2)),
                zorder=2,
            )
        )
        ink.append("white" if SHADES.index(fill) >= 3 else theme.INK)
    return ink


def key(axes: Axes, rates: F8, wide: float) -> None:
    """Shades with the rates they stand for, below the map."""
    from matplotlib.patches import Rectangle

    low, high = float(rates.min()), float(rates.max())
    if high <= low:
        return
    size, bottom = 0.16 / wide, -0.19 / (axes.get_position().height * axes.figure.get_figheight())  # type: ignore[union-attr]
    tall = 0.11 / (axes.get_position().height * axes.figure.get_figheight())  # type: ignore[union-attr]
    x = 0.30 / wide
    kind: dict[str, Any] = {"transform": axes.transAxes, "va": "center", "fontsize": 7, "color": theme.GREY}
    axes.text(x - 0.05 / wide, bottom + tall / 2, f"{100 * low:.1f}%", ha="right", **kind)
    for colour in SHADES:
        axes.add_patch(
            Rectangle((x, bottom), size, tall, transform=axes.transAxes, facecolor=colour, linewidth=0, clip_on=False)
        )
        x += size
    axes.text(x + 0.05 / wide, bottom + tall / 2, f"{100 * high:.1f}% unemployed", ha="left", **kind)


def description(p: Profile, ways: list[tuple[int, int, float]]) -> str:
    """The map in words."""
    z = p.zones
    ranked = z.sort_values("unemployment", ascending=False, kind="stable")
    few = ranked if len(ranked) <= 14 else pd.concat([ranked.head(7), ranked.tail(7)])
    said = "; ".join(
        f"{r['name']} {r['people']:,.0f} people, {100 * r['unemployment']:.1f}% unemployed" for r in records(few)
    )
    which = "" if len(few) == len(ranked) else f" The highest and lowest seven of {len(ranked)} zones:"
    names = list(z["name"])
    flows = [f"{names[i]} to {names[j]} ({w:,.0f})" for i, j, w in ways[::-1][:3]]
    commuters = f" Largest flows of commuters between zones: {join(flows)}." if flows else ""
    return f"Map of {len(z)} zone{'s' if len(z) > 1 else ''} as circles sized by people.{which} {said}.{commuters}"
