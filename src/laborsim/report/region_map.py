"""A map of a region's zones from its pack alone: circles at their places, moved apart, with the ways to work.

A pack holds centroids, not borders; so zones are drawn as circles as large as their people (Dorling's cartogram).
"""

from __future__ import annotations

import itertools
import math
import textwrap
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from laborsim.report import theme
from laborsim.report.figures import Chart
from laborsim.report.region_figures import records
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
ANGLES: Final = np.radians((0, 180, 90, 270, 45, 135, 315, 225, 22, 158, 338, 202, 67, 113, 247, 293))
EARTH: Final = 111.2  # kilometres of a degree of latitude


Box = tuple[float, float, float, float]  # left, bottom, right, top


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


class Labels:
    """Writes names of zones where they touch neither each other nor a circle that is not theirs."""

    def __init__(self, axes: Axes, xy: F8, radius: F8, many: bool) -> None:
        self.axes, self.xy, self.radius, self.many = axes, xy, radius, many
        self.taken: list[Box] = []
        self.lines: list[F8] = []
        self.left, self.right = axes.get_xlim()
        self.pad = 0.012 * (self.right - self.left)
        self.sizes: dict[tuple[str, float], tuple[float, float]] = {}
        self.bottom, self.top = axes.get_ylim()

    def put(self, zones: pd.DataFrame, ink: list[str]) -> list[str]:
        """Label zones, those with most people first; codes of those that found room."""
        done: list[str] = []
        rows = records(zones)
        order = sorted(range(len(rows)), key=lambda k: (-float(rows[k]["people"]), k))
        # names inside circles first: they take nobody's room; then beside them, those with least room first; what is
        # left gets a line to its name
        beside = [k for k in order if not self._inside(k, rows[k], ink[k], done)]
        room = {k: sum(self._free(box, self.pad / 3) for box, _ in self._near(k, rows[k])) for k in beside}
        beside.sort(key=lambda k: room[k])
        beside = [k for k in beside if not self._beside(k, rows[k], (0.0,), done)]
        if not self.many:
            for k in sorted(beside, key=order.index):
                self._beside(k, rows[k], (2.0, 4.0, 7.0, 11.0, 15.0), done)
        return done

    def _text(self, row: dict[str, Any], width: int, rate: bool) -> str:
        name = "\n".join(textwrap.wrap(str(row["name"]), width, break_long_words=False))
        return f"{name}\n{100 * row['unemployment']:.1f}%" if rate else name

    def _size(self, text: str, size: float) -> tuple[float, float]:
        """Width and height of a text in units of the map."""
        if (text, size) not in self.sizes:
            drawn = self.axes.text(self.left, self.bottom, text, fontsize=size, linespacing=1.05)
            canvas: Any = self.axes.figure.canvas
            box = drawn.get_window_extent(canvas.get_renderer()).transformed(self.axes.transData.inverted())
            drawn.remove()
            self.sizes[text, size] = float(box.width), float(box.height)
        return self.sizes[text, size]

    def _inside(self, k: int, row: dict[str, Any], ink: str, done: list[str]) -> bool:
        for size, width in itertools.product((8.0, 7.0, 6.2), (18, 11, 8)):
            text = self._text(row, width, not self.many)
            w, h = self._size(text, size)
            if math.hypot(w, h) / 2 > 0.97 * self.radius[k]:
                continue
            x, y = self.xy[k]
            self.axes.text(x, y, text, fontsize=size, color=ink, ha="center", va="center", linespacing=1.05, zorder=4)
            self.taken.append((x - w / 2, y - h / 2, x + w / 2, y + h / 2))
            done.append(row["code"])
            return True
        return False

    def _near(self, k: int, row: dict[str, Any], far: float = 0.0, size: float = 7.0) -> list[tuple[Box, str]]:
        """Boxes round a circle where its label could stand, with the label's text."""
        x, y = self.xy[k]
        reach = self.radius[k] + self.pad * (1 + far)
        out = []
        for width in (18, 12):
            text = self._text(row, width, not self.many)
            w, h = self._size(text, size)
            for angle in ANGLES:
                dx, dy = math.cos(angle), math.sin(angle)
                cx, cy = x + dx * (reach + w / 2 * abs(dx)), y + dy * (reach + h / 2 * abs(dy))
                out.append(((cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2), text))
        return out

    def _beside(self, k: int, row: dict[str, Any], reaches: tuple[float, ...], done: list[str]) -> bool:
        from matplotlib.patheffects import withStroke

        for size, far in itertools.product((7.0, 6.0), reaches):
            for box, text in self._near(k, row, far, size):
                line = self._line(k, box) if far else None
                if not self._free(box, self.pad / 3) or (line is not None and self._crosses(k, line)):
                    continue
                middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
                drawn = self.axes.text(
                    *middle, text, fontsize=size, color=theme.INK, ha="center", va="center", linespacing=1.05, zorder=5
                )
                drawn.set_path_effects([withStroke(linewidth=2, foreground="white")])  # arrows pass behind names
                if line is not None:
                    self.axes.plot(*line.T, color=theme.BASE, linewidth=0.6, zorder=3)
                    self.lines.append(line)
                self.taken.append(box)
                done.append(row["code"])
                return True
        return False

    def _line(self, k: int, box: Box) -> F8:
        """From the rim of a circle to the nearest point of its label."""
        at = self.xy[k]
        end = np.clip(at, box[:2], box[2:])
        return np.array([at + (end - at) / np.hypot(*(end - at)) * self.radius[k], end])

    def _crosses(self, k: int, line: F8) -> bool:
        """Whether a line to a label runs through another circle or label."""
        points = line[0] + np.linspace(0.0, 1.0, 30)[:, None] * (line[1] - line[0])
        away = np.hypot(*np.moveaxis(points[:, None] - self.xy[None], -1, 0)) < self.radius * 1.05
        away[:, k] = False
        return bool(away.any()) or any(_holds(box, points) for box in self.taken)

    def _free(self, box: Box, pad: float) -> bool:
        x0, y0, x1, y1 = box
        if x0 < self.left or x1 > self.right or y0 < self.bottom or y1 > self.top:
            return False
        if any(x0 < b[2] + pad and b[0] < x1 + pad and y0 < b[3] + pad and b[1] < y1 + pad for b in self.taken):
            return False
        if any(_holds(box, a + np.linspace(0.0, 1.0, 30)[:, None] * (b - a)) for a, b in self.lines):
            return False
        near = np.column_stack([np.clip(self.xy[:, 0], x0, x1), np.clip(self.xy[:, 1], y0, y1)])
        return bool((np.hypot(*(near - self.xy).T) >= self.radius + pad).all())


def _holds(box: Box, points: F8) -> bool:
    """Whether any of the points lies in a box."""
    return bool(((points >= box[:2]) & (points <= box[2:])).all(axis=1).any())


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
