"""Names of zones on a map, where they touch neither each other nor a circle that is not theirs."""

from __future__ import annotations

import itertools
import math
import textwrap
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from laborsim.report import theme
from laborsim.report.region_figures import records

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    F8 = NDArray[np.float64]

ANGLES: Final = np.radians((0, 180, 90, 270, 45, 135, 315, 225, 22, 158, 338, 202, 67, 113, 247, 293))
Box = tuple[float, float, float, float]  # left, bottom, right, top


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


__all__ = ["Labels"]
