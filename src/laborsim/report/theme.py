"""How charts look: the title states the finding, the subtitle the measure, place and period; labels sit on the lines.

Drawn without pyplot, so that nothing global changes and charts can be made in any thread. The same results give the
same bytes: no dates in the files, a fixed salt for SVG ids.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK: Final = "#222222"
GREY: Final = "#6b6b6b"
RULE: Final = "#d9d9d9"
BASE: Final = "#4d4d4d"
# Okabe and Ito's palette, distinguishable with any colour vision; yellow left out: unreadable as text on white. The
# last two, purple and brown, are for more policies than it has colours
PALETTE: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#5D3A9B", "#8C6D31")
GOOD: Final = "#0072B2"
WIDTH: Final = 8.0
MARGIN: Final = 0.35  # inches round the figure

STYLE: Final[dict[str, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "text.color": INK,
    "axes.labelcolor": GREY,
    "axes.labelsize": 8.5,
    "axes.edgecolor": RULE,
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "grid.color": "#ececec",
    "grid.linewidth": 0.8,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.major.size": 3.0,
    "ytick.major.size": 0.0,
    "lines.linewidth": 1.8,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.hashsalt": "laborsim",
    "svg.fonttype": "path",
    "path.simplify": True,
    "axes.unicode_minus": True,
    "figure.dpi": 100,
}


@contextmanager
def style() -> Iterator[None]:
    """Matplotlib with the project's style, whatever the user's settings."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)  # type: ignore[arg-type]
        yield


def colour(policies: Sequence[str], policy: str) -> str:
    """Colour of a policy: grey for the first (the baseline), then the palette in order."""
    place = list(policies).index(policy)
    return BASE if place == 0 else PALETTE[(place - 1) % len(PALETTE)]


def canvas(
    title: str,
    subtitle: str,
    note: str,
    height: float,
    rows: int = 1,
    columns: int = 1,
    width: float = WIDTH,
    left: float = 0.75,
    right: float = 1.3,
    below: float = 0.45,
    above: float = 0.22,
    **grid: Any,
) -> tuple[Figure, Any]:
    """A figure with its texts and a grid of axes under them.

    Parameters
    ----------
    title, subtitle, note : the finding; measure, place and period; what lines and bands are.
    height : inches for the axes; the texts take what they need on top.
    left, right, below, above : inches kept free round the axes for labels.
    grid : passed on to `Figure.add_gridspec`.

    Returns
    -------
    figure, axes : axes as an array (rows, columns) squeezed as pyplot.subplots does.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # characters that fit: measured for DejaVu Sans, bold 12.5 points, 9 and 7.5 points
    inside = width - 2 * MARGIN
    heads = textwrap.wrap(title, int(inside * 9.5))
    subs = textwrap.wrap(subtitle, int(inside * 14.8))
    notes = textwrap.wrap(note, int(inside * 18.4))
    top = MARGIN * 0.6 + 0.23 * len(heads) + 0.17 * len(subs) + above
    bottom = MARGIN * 0.5 + 0.14 * len(notes) + 0.1 + below
    total = top + height + bottom
    figure = Figure(figsize=(width, total))
    FigureCanvasAgg(figure)

    def y(inches_from_top: float) -> float:
        return 1.0 - inches_from_top / total

    at = MARGIN * 0.6
    x = MARGIN / width
    for line in heads:
        figure.text(x, y(at), line, fontsize=12.5, fontweight="bold", va="top", ha="left")
        at += 0.23
    at += 0.03
    for line in subs:
        figure.text(x, y(at), line, fontsize=9.0, color=GREY, va="top", ha="left")
        at += 0.17
    for k, line in enumerate(notes):
        figure.text(
            x,
            (MARGIN * 0.5 + 0.14 * (len(notes) - 1 - k)) / total,
            line,
            fontsize=7.5,
            color=GREY,
            va="bottom",
            ha="left",
        )
    spec = figure.add_gridspec(
        rows,
        columns,
        left=(MARGIN + left) / width,
        right=1.0 - (MARGIN + right) / width,
        top=y(top),
        bottom=bottom / total,
        **grid,
    )
    return figure, spec.subplots(squeeze=True)


def pin_above(axes: Axes, child: Any, left: float, lift: float) -> None:
    """Put a box of words above the axes: `left` inches from the figure's edge, `lift` points over them."""
    from matplotlib.offsetbox import AnchoredOffsetbox
    from matplotlib.transforms import ScaledTranslation, blended_transform_factory

    figure: Any = axes.figure
    box = AnchoredOffsetbox(
        loc="lower left",
        child=child,
        pad=0,
        borderpad=0,
        frameon=False,
        bbox_to_anchor=(0.0, 1.0),
        bbox_transform=blended_transform_factory(
            figure.transFigure + ScaledTranslation(left, 0, figure.dpi_scale_trans),
            axes.transAxes + ScaledTranslation(0, lift / 72, figure.dpi_scale_trans),
        ),
    )
    axes.add_artist(box)
    box.set_clip_on(False)


def months_axis(axes: Axes, months: Sequence[str]) -> None:
    """Year marks on a horizontal axis of month numbers 0 .. T-1."""
    every = max(1, -(-len(months) // (12 * 12)))
    januaries = [k for k, m in enumerate(months) if m.endswith("-01") and int(m[:4]) % every == 0]
    if len(januaries) >= 2:
        axes.set_xticks(januaries, [months[k][:4] for k in januaries], ha="left")
    else:
        marks = list(range(0, len(months), max(1, len(months) // 6)))
        axes.set_xticks(marks, [months[k] for k in marks])
    axes.set_xlim(0, max(1, len(months) - 1))
    axes.grid(False, axis="x")


def label_ends(axes: Axes, x: float, ends: Sequence[tuple[float, str, str]], size: float = 8.5) -> None:
    """Write labels at the right end of lines, moved apart where they would overlap.

    Parameters
    ----------
    ends : (y, text, colour) of each line.
    """
    if not ends:
        return
    low, high = axes.get_ylim()
    figure = axes.figure
    inches = axes.get_position().height * figure.get_size_inches()[1]  # type: ignore[union-attr]
    lines = [1 + text.count("\n") for _, text, _ in ends]
    gap = (high - low) / inches * (size * 1.32 / 72.0)
    order = sorted(range(len(ends)), key=lambda k: ends[k][0])
    places = [ends[k][0] for k in order]
    for _ in range(200):
        moved = False
        for a in range(len(order) - 1):
            need = gap * 0.5 * (lines[order[a]] + lines[order[a + 1]])
            short = need - (places[a + 1] - places[a])
            if short > 1e-12:
                places[a] -= short / 2
                places[a + 1] += short / 2
                moved = True
        if not moved:
            break
    for place, k in zip(places, order, strict=True):
        _, text, ink = ends[k]
        axes.annotate(
            text,
            (x, place),
            xytext=(6, 0),
            textcoords="offset points",
            color=ink,
            fontsize=size,
            va="center",
            ha="left",
            annotation_clip=False,
        )


def wrapped(text: str, width: int) -> str:
    """Text broken into lines of at most `width` characters."""
    return "\n".join(textwrap.wrap(text, width)) or text
