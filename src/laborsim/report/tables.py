"""Tables of the brief: a finding as title, figures with ranges over runs, the data behind them as CSV."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from laborsim.report.wording import lower, policy_title
from laborsim.scenario.schema import BASELINE
from laborsim.study.outcomes import outcome, shown
from laborsim.study.small_cells import SUPPRESSED, hidden
from laborsim.study.statistics import FEWEST_RUNS, spread
from laborsim.study.words import TOO_FEW, capital, join, money

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from laborsim.study.questions.answer import Sheet
    from laborsim.study.results import Results
    from laborsim.study.statistics import Paired

    F8 = NDArray[np.float64]

BEFORE: Final = "2019"  # the year before the shock, which the last months are set beside


@dataclass(frozen=True)
class Cell:
    """One figure: what stands there, its range under it, and whether it is more than chance."""

    text: str
    small: str = ""
    sure: bool = False

    def __str__(self) -> str:
        return f"{self.text} ({self.small})" if self.small else self.text


@dataclass(frozen=True)
class Table:
    """A table of the brief.

    Attributes
    ----------
    name : file of its data, without ending.
    title : the finding.
    heads : headings of the columns.
    rows : cells of each row, text or `Cell`.
    note : what a reader must know of it.
    data : figures behind it.
    """

    name: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    data: pd.DataFrame
    note: str = ""


@dataclass(frozen=True)
class Line:
    """A row of a grid: label, indicator, group; `total` adds up all months instead of the mean of the last 12.

    `of` is the monthly number of people a rate is of, where it may be small.
    """

    label: str
    indicator: str
    group: str = "all"
    total: bool = False
    per: float = 1.0
    unit: str = ""
    of: str = ""


def of_sheet(name: str, sheet: Sheet) -> Table:
    """A sheet of an answer as a table of the brief."""
    import pandas as pd

    rows = [[str(row.get(key, "")) for key in sheet.columns] for row in sheet.rows]
    data = pd.DataFrame([{key: row.get(key, "") for key in sheet.columns} for row in sheet.rows])
    return Table(name, sheet.title, list(sheet.columns.values()), rows, data, sheet.note)


def arms(results: Results, line: Line) -> Mapping[str, F8]:
    """(R,) figure of a line by policy."""
    if not line.total:
        return {p: line.per * results.last_year(line.indicator, line.group, p) for p in results.policies}
    out = {}
    for p in results.policies:
        series = results.series(line.indicator, line.group, p)
        out[p] = np.where(np.isfinite(series).any(axis=1), np.nansum(series, axis=1), np.nan) * line.per
    return out


def grid(results: Results, name: str, lines: Sequence[Line], lead: str = "", note: str = "",
         told: bool = True, everyone: bool = False) -> Table | None:  # fmt: skip
    """Figures of the baseline, and what each policy changes of them, judged together; None if nothing is known.

    Parameters
    ----------
    name : file of its data.
    lines : those that the results lack, or that have no figure in the baseline, are left out.
        The first ones are named first in the title.
    lead : a finding on the baseline that opens the title; `told` adds what policies move.
    everyone : show every policy, whether it moves something or not.
    """
    import pandas as pd

    have = [x for x in lines if (x.indicator, x.group) in results]
    figures = [arms(results, x) for x in have]
    keep = [k for k, f in enumerate(figures) if np.isfinite(f[BASELINE]).any()]
    have, figures = [have[k] for k in keep], [figures[k] for k in keep]
    if not have:
        return None
    found = results.verdicts().figures(figures)
    tested = results.verdicts().tested
    movers = [p for p in tested if everyone or any(pairs[p].distinguishable for pairs in found)]
    alone = all(line.total for line in have)  # then the heading says so once
    before = not alone and BEFORE in {m[:4] for m in results.months} and sum(m[:4] == BEFORE
        for m in results.months) == 12
    largest = bool(tested) and not movers and results.replicates >= FEWEST_RUNS  # shown where none moves anything
    rows: list[list[Any]] = []
    data: list[dict[str, Any]] = []
    for line, figure, pairs in zip(have, figures, found, strict=True):
        if not np.nansum(np.abs(figure[BASELINE])) and not any(p.difference for p in pairs.values()):
            continue  # a row of zeros says nothing
        kind = outcome(line.indicator, line.unit or results.units[line.indicator, line.group]).kind
        behind = rests_on(results, line, kind, figure[BASELINE])
        if behind is not None and hidden(results.about, behind):
            rows.append([line.label, *([SUPPRESSED] * (1 + before)), *([""] * (len(movers) or largest))])
            continue
        middle, low, high = spread(figure[BASELINE][np.isfinite(figure[BASELINE])])
        row: list[Any] = [f"{line.label} (all months)" if line.total and not alone else line.label]
        if before:
            row.append("" if line.total or math.isnan(year := _year(results, line)) else said(year, kind))
        row.append(Cell(said(middle, kind), ends(low, high, kind)))
        if movers:
            row += [change(pairs[p], kind) for p in movers]
        elif largest:
            most = max(tested, key=lambda p: -1.0 if math.isnan(pairs[p].difference) else abs(pairs[p].difference))
            cell = change(pairs[most], kind)
            row.append(Cell(cell.text, "; ".join(x for x in (cell.small, lower(policy_title(results, most))) if x)))
        rows.append(row)
        shared = {"row": line.label, "indicator": line.indicator, "group": line.group, "total": line.total}
        data += [{**shared, "policy": p, "baseline": pairs[p].base, "change": pairs[p].difference, "low": pairs[p].low,
                  "high": pairs[p].high, "more_than_chance": pairs[p].distinguishable} for p in tested] or [
                 {**shared, "baseline": middle, "low": low, "high": high}]  # fmt: skip
    lead = "" if re.search(r"\bnan\b|nan%", lead) else lead  # not known in short runs
    if not rows:
        return None
    title = "; ".join(x for x in (lead, moves(results, have, found) if told else "") if x) or have[0].label
    heads = ["", *([BEFORE] if before else []), "All months, baseline" if alone else "Last 12 months, baseline"]
    heads += [policy_title(results, p) for p in movers]
    few = results.replicates < FEWEST_RUNS
    rule = f"{capital(TOO_FEW)} for ranges" if few else "Ranges: baseline 5% to 95% of runs"
    if movers:
        rule += "; policies: change with its 90% range, bold where more than chance"
        still = [lower(policy_title(results, p)) for p in tested if p not in movers]
        rule += f". Without a change beyond chance, not shown: {join(still)}" if still else ""
    elif largest:
        heads.append("Largest change under any policy, and which (may be chance)")
    return Table(name, title, heads, rows, pd.DataFrame(data), f"{note} {rule}.".strip())


def rests_on(results: Results, line: Line, kind: str, figure: F8) -> F8 | None:
    """(R,) people of the baseline that a line's figure rests on, where they are known."""
    if line.of:  # where groups are not counted it rests on fewer than all, at the most on all
        group = line.group if (line.of, line.group) in results else "all"
        return np.asarray(np.nansum(results.series(line.of, group)[:, -12:], axis=1))
    return figure / line.per if kind == "people" else None


def _year(results: Results, line: Line) -> float:
    """Mean of a line in the year before the shock, baseline."""
    inside = [k for k, m in enumerate(results.months) if m[:4] == BEFORE]
    values = results.series(line.indicator, line.group)[:, inside]
    known = values[np.isfinite(values)]
    return float(known.mean()) * line.per if known.size else math.nan


def said(value: float, kind: str, signed: bool = False) -> str:
    """A figure as precisely as a few runs tell it: people and dollars by three digits, changes of them by two.

    Examples
    --------
    >>> said(12_345.0, "people"), said(-1_234.0, "people", True), said(0.0123, "share", True), said(2.34e8, "dollars")
    ('12,300', '-1,200', '+1.23 pp', '$234 million')
    """
    if not math.isfinite(value) or kind not in ("people", "dollars"):
        return shown(value, kind, signed)
    rounded = float(f"{value:.2g}" if signed else f"{value:.3g}")
    if kind == "dollars" and abs(value) >= 1e4:
        return ("+" if signed and rounded > 0 else "") + money(rounded).replace("\N{MINUS SIGN}", "-")
    return shown(rounded, kind, signed)


def change(pair: Paired, kind: str) -> Cell:
    """A paired difference as a cell."""
    if not math.isfinite(pair.difference):
        return Cell("n/a")
    if pair.difference == 0.0 == pair.low == pair.high:
        return Cell("0")
    span = f"{said(pair.low, kind, True)} to {said(pair.high, kind, True)}" if math.isfinite(pair.low) else TOO_FEW
    for unit in (" pp", " days"):
        span = span.replace(f"{unit} to", " to") if span.endswith(unit) else span
    return Cell(said(pair.difference, kind, True), span, pair.distinguishable)


def moves(results: Results, lines: Sequence[Line], found: Sequence[Mapping[str, Paired]]) -> str:
    """Which policies move which figures by more than chance: of the first two that move, where they move most."""
    if not results.verdicts().tested:
        return ""
    sure = [(pair, line, p) for line, pairs in zip(lines, found, strict=True) for p, pair in pairs.items()
            if pair.distinguishable]  # fmt: skip
    if not sure:
        one = len(results.verdicts().tested) == 1
        if results.replicates < FEWEST_RUNS:
            return f"{TOO_FEW} to tell an effect from chance"
        what = "the policy does not change" if one else "no policy changes"
        return f"{what} these figures by more than chance"
    order = [line.label for line in lines]
    sure.sort(key=lambda x: (order.index(x[1].label), -abs(x[0].difference)))
    parts: list[str] = []
    told: set[str] = set()
    for pair, line, p in sure:
        if line.label in told or len(parts) == 2:
            continue
        told.add(line.label)
        kind = outcome(line.indicator, line.unit or results.units[line.indicator, line.group]).kind
        size = said(abs(pair.difference), kind, True).lstrip("+")
        verb = "up" if pair.difference > 0 else "down"
        parts.append(f"{lower(line.label)} {verb} {size} with {lower(policy_title(results, p))}")
    more = len(sure) - len(parts)
    return "; ".join(parts) + (f"; {more} more change{'s' if more > 1 else ''}" if more else "")


def ends(low: float, high: float, kind: str) -> str:
    """A range over runs; empty where there is none."""
    return f"{said(low, kind)} to {said(high, kind)}" if math.isfinite(low) and low != high else ""


def ranged(values: Any, kind: str) -> Cell:
    """Mean of runs with 5% to 95% of them."""
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    if not known.size:
        return Cell("n/a")
    middle, low, high = spread(known)
    return Cell(said(middle, kind), ends(low, high, kind))


def mean(values: Any) -> float:
    """Mean of the figures that are known; NaN if none is.

    Examples
    --------
    >>> mean([1.0, float("nan"), 3.0])
    2.0
    """
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    return float(known.mean()) if known.size else math.nan


__all__ = ["Cell", "Line", "Table", "arms", "capital", "change", "grid", "mean", "moves", "of_sheet", "ranged", "said"]
