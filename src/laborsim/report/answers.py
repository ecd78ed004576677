"""Answers to questions as charts and as text for the terminal."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.report import cells, theme
from laborsim.report.figures import Chart
from laborsim.report.wording import shorten

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from laborsim.study.questions.answer import Answer, Picture, Sheet

ROW = 0.5  # inches
ONE, TWO = theme.PALETTE[0], "#a9a9a9"


def chart(answer: Answer) -> Chart | None:
    """The chart of an answer; None if it has none, or nothing to draw."""
    p = answer.picture
    return None if p is None or not p.rows else drawn(answer.question, p)


def drawn(name: str, p: Picture) -> Chart:
    """A picture as a chart."""
    draw: dict[str, Callable[[Picture], Any]] = {
        "ranges": _ranges, "pairs": _pairs, "shares": _shares, "scores": _scores, "swings": _swings,
    }  # fmt: skip
    with theme.style():
        figure = draw[p.kind](p)
    alt = f"{p.subtitle}: " + "; ".join(f"{r['label']}, {_alt(p, r)}" for r in p.rows) + "."
    return Chart(name, p.title, alt, figure, _data(p))


def _alt(p: Picture, row: Any) -> str:
    if p.kind == "swings":
        return f"{row['low']:+.3g} at the low end, {row['high']:+.3g} at the high end"
    return str(row["said"])


def _data(p: Picture) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([dict(r) for r in p.rows])


def _labels(axes: Any, rows: Any, width: int = 44) -> None:
    """Names left of the rows, with what is said under them."""
    axes.set_ylim(-len(rows), 0)
    axes.set_yticks([])
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    for k, row in enumerate(rows):
        sub = str(row.get("sub") or "")
        label = theme.wrapped(str(row["label"]), width).split("\n")
        two = len(label) > 1
        lines = [(text, 8.3, theme.INK, "bold", 0.0) for text in label[:2]]
        if len(label) > 2:
            lines[1] = (shorten(" ".join(label[1:]), width), 8.3, theme.INK, "bold", 0.0)
        if sub:
            lines.append((shorten(sub, width + 10), 7.3, theme.GREY, "normal", 0.0))
        top = 4.8 * len(lines) - 8.5 + (0.0 if two else 0.5)
        lines = [(t, size, ink, weight, top - 9.6 * at) for at, (t, size, ink, weight, _) in enumerate(lines)]
        for text, size, ink, weight, up in lines:
            axes.annotate(text, (0, -(k + 0.5)), xycoords=("axes fraction", "data"), xytext=(-8, up),
                          textcoords="offset points", ha="right", va="bottom", fontsize=size, color=ink,
                          fontweight=weight, annotation_clip=False)  # fmt: skip
        if k:
            axes.axhline(-k, color=theme.RULE, linewidth=0.6)


def _right(axes: Any, k: int, text: str, ink: str = theme.INK) -> None:
    axes.annotate(text, (1, -(k + 0.5)), xycoords=("axes fraction", "data"), xytext=(8, 0), textcoords="offset points",
                  ha="left", va="center", fontsize=7.8, color=ink, annotation_clip=False)  # fmt: skip


def _form(form: str) -> Callable[[float, Any], str]:
    def text(v: float, _: Any) -> str:
        sign = "\N{MINUS SIGN}" if v < 0 else ""
        a = abs(v)
        if form == "share":
            return f"{sign}{100 * a:g}%"
        if form == "days":
            return f"{sign}{a:g} days"
        return f"{sign}{a:,.6g}"

    return text


def _height(p: Picture) -> float:
    return ROW * len(p.rows) + 0.1


def _ranges(p: Picture) -> Any:
    """Dots with ranges round zero; a diamond where a row has a second figure."""
    figure, axes = theme.canvas(p.title, p.subtitle, p.note, _height(p), left=2.5, right=1.75, below=0.3)
    _labels(axes, p.rows, 36)
    far = [float(r[c]) for r in p.rows for c in ("middle", "low", "high", "mark") if math.isfinite(r.get(c, math.nan))]
    low, high = min([0.0, *far]), max([0.0, *far])
    pad = 0.06 * (high - low or 1.0)
    axes.set_xlim(low - pad, high + pad)
    axes.axvline(0, color=theme.INK, linewidth=1.0)
    for k, row in enumerate(p.rows):
        y, ink = -(k + 0.5), ONE if row["sure"] else theme.GREY
        if math.isfinite(row["low"]):
            axes.plot([row["low"], row["high"]], [y, y], color=ink, linewidth=2.2, alpha=0.55, solid_capstyle="butt")
        axes.plot([row["middle"]], [y], "o", color=ink, markersize=6)
        if math.isfinite(row.get("mark", math.nan)):
            axes.plot([row["mark"]], [y], "D", color=theme.PALETTE[1], markersize=5)
        _right(axes, k, theme.wrapped(str(row["said"]), 26), theme.INK if row["sure"] else theme.GREY)
    axes.xaxis.set_major_formatter(_form(p.form))
    axes.xaxis.get_major_locator().set_params(nbins=5)
    return figure


def _pairs(p: Picture) -> Any:
    """Two bars a row."""
    figure, axes = theme.canvas(p.title, p.subtitle, p.note, _height(p), left=1.9, right=1.9, below=0.3, above=0.45)
    _labels(axes, p.rows, 30)
    values = np.array([[float(r["one"]), float(r["two"])] for r in p.rows])
    top = float(values.max())
    if p.form == "log":
        axes.set_xscale("log")
        positive = values[values > 0]
        least = 10 ** math.floor(math.log10(float(positive.min()))) if positive.size else 0.1
        axes.set_xlim(least, top * 1.3)
    else:
        least, low = 0.0, min(0.0, float(values.min()))
        axes.set_xlim(1.04 * low, max(top, 0.0) * 1.04)
        axes.axvline(0, color=theme.INK, linewidth=0.9)
    inks = (TWO, ONE) if p.form == "log" else (ONE, TWO)
    for k, row in enumerate(p.rows):
        for j, (key, ink) in enumerate(zip(("one", "two"), inks, strict=True)):
            axes.barh(-(k + 0.34 + 0.32 * j), float(row[key]) - least, left=least, height=0.28, color=ink, linewidth=0)
        _right(axes, k, theme.wrapped(str(row["said"]), 30))
    _key(axes, list(zip(p.names, inks, strict=True)))
    axes.xaxis.set_major_formatter(_form("people"))
    axes.xaxis.set_minor_formatter("")
    axes.tick_params(which="minor", length=0)
    if p.form != "log":
        axes.xaxis.get_major_locator().set_params(nbins=5)
    return figure


def _key(axes: Any, names: list[tuple[str, str]]) -> None:
    """Names of colours over the axes."""
    at = 0.0
    for name, ink in names:
        axes.annotate("\N{BLACK SQUARE} " + name, (0, 1), xycoords="axes fraction", xytext=(at, 6),
                      textcoords="offset points", fontsize=8.2, color=ink if ink != TWO else theme.GREY,
                      fontweight="bold", annotation_clip=False)  # fmt: skip
        at += 5.6 * len(name) + 26


def _shares(p: Picture) -> Any:
    """One bar a row from 0 to 100%, and a line for a second figure."""
    figure, axes = theme.canvas(p.title, p.subtitle, p.note, _height(p), left=3.1, right=1.2, below=0.3)
    _labels(axes, p.rows, 48)
    axes.set_xlim(0, 1)
    for k, row in enumerate(p.rows):
        y, ink = -(k + 0.5), ONE if row["sure"] else TWO
        axes.barh(y, row["share"], height=0.34, color=ink, linewidth=0)
        also = row.get("also", math.nan)
        if math.isfinite(also):
            axes.plot([also, also], [y - 0.26, y + 0.26], color=theme.PALETTE[1], linewidth=2.2)
        _right(axes, k, str(row["said"]))
    axes.xaxis.set_major_formatter(_form("share"))
    return figure


def _scores(p: Picture) -> Any:
    """Cells for each criterion, dark for the best, and a bar of the share of weightings."""
    figure, (left, bars) = theme.canvas(
        p.title, p.subtitle, p.note, 0.3 * len(p.rows) + 0.1, columns=2, left=1.75, right=0.6, below=0.3, above=0.6,
        width_ratios=[1.5, 1.0], wspace=0.06,
    )  # fmt: skip
    criteria = list(p.names)
    scores = np.array([[float(row[c]) for c in criteria] for row in p.rows])
    cells.draw(left, scores, [[f"{x:.2f}" for x in row] for row in scores])
    cells.heads(left, [c.replace("_", "-").capitalize() for c in criteria], 11)
    cells.names(left, [shorten(str(row["label"]), 28) for row in p.rows], bold=[True] * len(p.rows))
    bars.set_ylim(-len(p.rows), 0)
    bars.set_yticks([])
    bars.set_xlim(0, 1)
    bars.grid(False, axis="y")
    bars.annotate("Share of weightings\nin the top 3", (0, 1), xycoords="axes fraction", xytext=(0, 6),
                  textcoords="offset points", fontsize=7.6, color=theme.GREY, annotation_clip=False)  # fmt: skip
    for k, row in enumerate(p.rows):
        bars.barh(-(k + 0.5), row["share"], height=0.5, color=ONE if row["share"] >= 0.8 else TWO, linewidth=0)
        _right(bars, k, str(row["said"]))
    bars.xaxis.set_major_formatter(_form("share"))
    bars.xaxis.get_major_locator().set_params(nbins=4)
    return figure


def _swings(p: Picture) -> Any:
    """A tornado: what each assumption does at the ends of its range."""
    figure, axes = theme.canvas(p.title, p.subtitle, p.note, _height(p), left=2.9, right=0.6, below=0.3)
    _labels(axes, p.rows, 42)
    ends = [float(x) for r in p.rows for x in (r["low"], r["high"])]
    low, high = min([0.0, p.middle, *ends]), max([0.0, p.middle, *ends])
    pad = 0.1 * (high - low or 1.0)
    axes.set_xlim(low - pad, high + pad)
    axes.axvline(0, color=theme.INK, linewidth=1.8)
    axes.axvline(p.middle, color=theme.GREY, linewidth=0.9)
    for k, row in enumerate(p.rows):
        y = -(k + 0.5)
        ink = theme.PALETTE[1] if row["flips"] else ONE
        a, b = sorted((row["low"], row["high"]))
        axes.plot([a, b], [y, y], color=ink, linewidth=7, alpha=0.75, solid_capstyle="butt")
        if b - a < 0.01 * (high - low):
            axes.plot([a], [y], "o", color=ink, markersize=5)
            _right(axes, k, "no change")
            continue
        for value, said in ((row["low"], row["low_said"]), (row["high"], row["high_said"])):
            if said:
                left = value <= (a + b) / 2
                axes.annotate(
                    said, (value, y), xytext=(-4 if left else 4, 0), textcoords="offset points", fontsize=7.2,
                    color=theme.GREY, ha="right" if left else "left", va="center", annotation_clip=False,
                )  # fmt: skip
    axes.xaxis.set_major_formatter(_form("people"))
    axes.xaxis.get_major_locator().set_params(nbins=6)
    return figure


# --- terminal ------------------------------------------------------------------------------------
def table(sheet: Sheet) -> Table:
    """A sheet as a table for the terminal."""
    from laborsim.report.terminal import plain_table

    out = plain_table(sheet.title, sheet.note)
    for k, heading in enumerate(sheet.columns.values()):
        out.add_column(heading, max_width=46 if k == 0 else 30)
    for row in sheet.rows:
        out.add_row(*[str(row.get(key, "")) for key in sheet.columns])
    return out
