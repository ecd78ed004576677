"""Tables for the terminal."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

from laborsim.report.wording import (
    NOT_DISTINGUISHABLE,
    against_goal,
    chance,
    each,
    goal_words,
    in_runs,
    lower,
    money,
    policy_title,
    price,
    target_name,
    target_rows,
    verdict,
)
from laborsim.scenario.schema import BASELINE
from laborsim.study.outcomes import shown
from laborsim.study.statistics import FEWEST_RUNS
from laborsim.study.words import TOO_FEW

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from laborsim.study.compare import Comparison
    from laborsim.study.results import Results


WIDE = 4  # policies up to which the scorecard has room for ranges


def console() -> Console:
    """Where tables go: stdout, wide enough for them when it is not a terminal."""
    from rich.console import Console

    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else 140, highlight=False)


def plain_table(title: str, caption: str = "") -> Table:
    """An empty table in the style of all others."""
    from rich import box
    from rich.table import Table

    return Table(
        title=title,
        caption=caption or None,
        title_justify="left",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        title_style="bold",
        caption_style="dim",
    )


def scorecard(results: Results) -> Table:
    """Targets by policy: value with its range over runs, and the probability of meeting the goal."""
    many = len(results.policies) > WIDE
    ranges = not many and results.replicates >= FEWEST_RUNS
    out = plain_table(
        f"Targets: {results.about['scenario']['title']}",
        f"value{' with 5% and 95% of runs' if ranges else ''}; below it how many of the runs meet the goal: met if at "
        "least 80% do, missed if at most 20% do, else a toss-up. Synthetic region, not a forecast.",
    )
    out.add_column("target\n[dim]goal[/dim]", max_width=44, min_width=26)
    for policy in results.policies:
        out.add_column(f"{policy}\n[dim]goal met[/dim]", justify="right", no_wrap=not many, overflow="fold")
    for name, first, kind, rows in target_rows(results):
        cells = []
        for row in rows:
            if not math.isfinite(row["value"]):
                cells.append("no figure")
                continue
            said = verdict(row["probability"])
            ink = {"met": "green", "missed": "red"}.get(said, "yellow")
            ranged = row["runs"] >= FEWEST_RUNS and not many  # the files have the ranges
            span = f" [dim]{_span(row['low'], row['high'], kind)}[/dim]" if ranged else ""
            runs = chance(row["probability"], int(row["runs"])).split(" run")[0]
            cells.append(
                f"{against_goal(row['value'], row['goal'], kind)}{span}\n"
                f"[{ink}]{runs if many else f'{said}: {runs}'}[/{ink}]"
            )
        out.add_row(
            f"{target_name(name, first['indicator'])}\n[dim]{goal_words(first['goal'], kind)} by {first['by']}[/dim]",
            *cells,
        )
    return out


def differences(results: Results, comparison: Comparison) -> Table:
    """Paired differences with intervals."""
    c = comparison
    out = plain_table(
        f"{policy_title(results, c.policy)} less {policy_title(results, c.against).lower()}",
        f"mean of the last {c.months} months; range: {100 * c.level:.0f}% range of the paired difference, wider the "
        "more is compared; precision: how many times as many runs independent seeds would need",
    )
    by_group = set(c.differences["group"]) != {"all"}
    out.add_column("indicator")
    if by_group:
        out.add_column("group")
    for column in (c.against, c.policy, "difference", "range", "runs higher", "precision"):
        out.add_column(column, justify="right")
    for row in each(c.differences):
        mark = "" if row.distinguishable or row.replicates < FEWEST_RUNS else "[dim]"
        ink = {1: "[green]", -1: "[red]"}.get(row.better, mark)
        close = "[/]" if ink else ""
        interval = (
            f"{shown(row.low, row.kind, signed=True)} to {shown(row.high, row.kind, signed=True)}"
            if math.isfinite(row.low)
            else TOO_FEW
        )
        times = row.variance_reduction
        gain = (
            "" if math.isnan(times) else "same" if math.isinf(times) else ">1000x" if times > 1000 else f"{times:.1f}x"
        )
        cells: list[Any] = [
            row.label,
            *([row.who] if by_group else []),
            shown(row.base, row.kind),
            shown(row.policy, row.kind),
            f"{ink}{shown(row.difference, row.kind, signed=True)}{close}",
            interval,
            f"{100 * row.up:.0f}%",
            gain,
        ]
        out.add_row(*[str(x) for x in cells])
    return out


def costs(results: Results, comparison: Comparison) -> Table:
    """What an additional outcome costs."""
    c = comparison
    spent = float(c.costs["dollars"].iloc[0]) if len(c.costs) else 0.0
    out = plain_table(
        f"Cost per additional outcome: {_spent(spent)} than {_against(results, c.against)}",
        f"additional: people more in the last {c.months} months; prices: all spending / additional people in the last "
        f"{c.months} months, all spending / additional person-years over all months; only where the range of the gain "
        "leaves zero out. Ranges are wider the more is compared: at most one in ten of the changes named is chance",
    )
    for column, side in (
        ("outcome", "left"),
        ("additional", "right"),
        ("range", "right"),
        ("per additional person", "right"),
        ("per person-year", "right"),
    ):
        out.add_column(column, justify=side)  # type: ignore[arg-type]
    for row in each(c.costs):
        interval = f"{row.low:+,.0f} to {row.high:+,.0f}" if math.isfinite(row.low) else TOO_FEW
        out.add_row(
            row.outcome,
            f"{-row.additional:,.0f} fewer" if row.high < 0 else f"{row.additional:+,.0f}",
            interval,
            _price(row.per_additional, row.per_additional_low, row.per_additional_high, row.low, row.high),
            _price(
                row.per_person_year,
                row.per_person_year_low,
                row.per_person_year_high,
                row.person_years_low,
                row.person_years_high,
            ),
        )
    return out


def gains_and_losses(comparison: Comparison, most: int = 12) -> str:
    """Who gains and who loses, in words."""
    lines = []
    for heading, table in (("Better off", comparison.gains), ("Worse off", comparison.losses)):
        if len(table) == 0:
            lines.append(f"{heading}: no group by more than chance")
            continue
        lines.append(f"{heading}:")
        for row in each(table.head(most)):
            share = in_runs(row.up if row.difference > 0 else row.down, row.replicates)
            lines.append(f"  {row.who}: {row.label} {shown(row.difference, row.kind, signed=True)}, {share}")
        if len(table) > most:
            lines.append(f"  ... and {len(table) - most} more")
    return "\n".join(lines)


def failures(results: Results) -> str:
    """Runs that failed, with their errors."""
    return "\n".join(f"failed: {r.policy}, replicate {r.replicate}: {r.error}" for r in results.failed)


def _span(low: float, high: float, kind: str) -> str:
    """A range without its unit, as it stands behind a figure that has one."""
    factor, digits = (100.0, 1) if kind == "share" else (1.0, 0 if kind in ("people", "dollars", "rank") else 1)
    return f"{factor * low:,.{digits}f}-{factor * high:,.{digits}f}"


def _price(mean: float, low: float, high: float, gain_low: float, gain_high: float) -> str:
    """A price, or why there is none; the last two are the interval of the gain it is for."""
    if math.isfinite(mean):
        return price(mean, low, high)
    if gain_high < 0:
        return "no price: fewer"
    if gain_low > 0:
        return "no price: no more is spent"
    return NOT_DISTINGUISHABLE if math.isfinite(gain_low) else TOO_FEW


def _against(results: Results, policy: str) -> str:
    return "in the baseline" if policy == BASELINE else f"with {lower(policy_title(results, policy))}"


def _spent(dollars: float) -> str:
    """
    Examples
    --------
    >>> _spent(20_000_000.0), _spent(-35_000_000.0)
    ('$20 million more', '$35 million less')
    """
    return f"{money(abs(dollars))} {'less' if dollars < 0 else 'more'}"


__all__ = ["console", "costs", "differences", "failures", "gains_and_losses", "plain_table", "scorecard"]
