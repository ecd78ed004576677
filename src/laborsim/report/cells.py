"""Tables of coloured cells: figures by row and column, a shade for each, text inside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from laborsim.report import theme

if TYPE_CHECKING:
    from numpy.typing import NDArray

    F8 = NDArray[np.float64]

LIGHT: Final = ("#f2f6fa", "#7fb1d6", "#00456e")  # from little to much
SIDES: Final = ("#b04a00", "#f4f4f4", "#00568a")  # from worse over none to better


def shade(share: float, colours: Sequence[str] = LIGHT) -> Any:
    """Colour at a share from 0 to 1 of a scale."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("cells", list(colours))(float(np.clip(share, 0.0, 1.0)))


def dark(fill: Any) -> bool:
    """Whether text on a colour must be white."""
    return bool(0.299 * fill[0] + 0.587 * fill[1] + 0.114 * fill[2] < 0.55)


def draw(
    axes: Any,
    shares: F8,
    texts: Sequence[Sequence[str]],
    colours: Sequence[str] = LIGHT,
    strong: NDArray[np.bool_] | None = None,
    size: float = 7.4,
) -> None:
    """Cells from the top down.

    Parameters
    ----------
    shares : (rows, columns) place of each cell on the scale of colours, 0 to 1; NaN is left white.
    texts : what stands in each cell.
    strong : (rows, columns) cells whose text is bold; the others are pale where it is given.
    """
    from matplotlib.patches import Rectangle

    rows, columns = shares.shape
    axes.set_xlim(0, columns)
    axes.set_ylim(-rows, 0)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    for i in range(rows):
        for j in range(columns):
            share = float(shares[i, j])
            if math.isnan(share):
                continue
            fill = shade(share, colours)
            axes.add_patch(Rectangle((j + 0.03, -(i + 0.95)), 0.94, 0.9, facecolor=fill, linewidth=0))
            bold = strong is not None and bool(strong[i, j])
            pale = strong is not None and not bold
            axes.text(j + 0.5, -(i + 0.5), texts[i][j], ha="center", va="center", fontsize=size,
                      color="white" if dark(fill) else theme.GREY if pale else theme.INK,
                      fontweight="bold" if bold else "normal")  # fmt: skip


def heads(axes: Any, names: Sequence[str], width: int = 12, size: float = 7.6) -> None:
    """Names over the columns."""
    for j, name in enumerate(names):
        text = name if "\n" in name else theme.wrapped(name, width)
        axes.annotate(text, (j + 0.5, 0), xytext=(0, 5), textcoords="offset points", ha="center",
                      va="bottom", fontsize=size, color=theme.GREY, annotation_clip=False)  # fmt: skip


def names(axes: Any, rows: Sequence[str], size: float = 8.2, bold: Sequence[bool] | None = None) -> None:
    """Names left of the rows."""
    for i, name in enumerate(rows):
        axes.annotate(name, (0, -(i + 0.5)), xytext=(-6, 0), textcoords="offset points", ha="right", va="center",
                      fontsize=size, color=theme.INK, fontweight="bold" if bold is not None and bold[i] else "normal",
                      annotation_clip=False)  # fmt: skip
