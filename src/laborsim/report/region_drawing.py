"""What the charts of a region's profile share: rows of text, words in colours, round marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from laborsim.report import theme
from laborsim.report.wording import month_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from laborsim.report.region_figures import Profile

ROW: Final = 0.155  # inches for one line of a chart
LONG_TITLE: Final = 36


def place(p: Profile) -> str:
    """Title of the region, without what follows a comma if it is long, and its month."""
    title = p.pack.title if len(p.pack.title) <= LONG_TITLE else p.pack.title.split(", ")[0]
    return f"{title}, {month_name(str(p.pack.meta.get('start', '2018-01')))}"


def names_in_colour(axes: Axes, words: Sequence[tuple[str, str]], left: float, lift: float = 3.0) -> None:
    """Words in the colours they stand for, above the axes, `left` inches from the figure's edge."""
    from matplotlib.offsetbox import HPacker, TextArea

    texts: list[Any] = [
        TextArea(f"\N{BLACK SQUARE} {word}", textprops={"color": colour, "fontsize": 7.6}) for word, colour in words
    ]
    theme.pin_above(axes, HPacker(children=texts, pad=0, sep=7, align="baseline"), left, lift)


def rows_axis(axes: Axes, labels: Sequence[str]) -> None:
    """One line of text for each row, the first on top."""
    axes.set_yticks(range(len(labels)), list(labels), fontsize=7.6, color=theme.INK)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.grid(False, axis="y")
    axes.tick_params(axis="x", labelsize=7.6)


def beside(axes: Axes, row: int, text: str, points: float, bold: bool = False) -> None:
    """A figure to the right of a row, its end so many points from the axes."""
    axes.annotate(
        text,
        (1, row),
        (points, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=7.4,
        fontweight="bold" if bold else "normal",
        annotation_clip=False,
    )


def locator(most: int) -> Any:
    """Few round marks of an axis."""
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=most)


__all__ = ["ROW", "beside", "locator", "names_in_colour", "place", "rows_axis"]
