"""A trial for readers: sentences, terminal tables, a chart, one page."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from laborsim.report import benefits, theme
from laborsim.report.brief import filled
from laborsim.report.figures import Chart
from laborsim.report.terminal import console
from laborsim.report.terminal import plain_table as table_of
from laborsim.report.wording import CAVEAT, NOT_DISTINGUISHABLE, each
from laborsim.study.benefit_cost import EVERYONE, TAKING_PART
from laborsim.study.storage import write_atomically
from laborsim.study.trial import LABELS
from laborsim.study.trial_evidence import INSIDE, NO_POWER, NOT_MEASURED, OVERLAPS, Beside

if TYPE_CHECKING:
    from rich.table import Table

    from laborsim.study.trial import Trial

USES = {"fitted": "fitted", "input": "input", "held_out": "held out", "context": "context"}
SHORT = {"sufficient": "Self-sufficient"}
INKS = {INSIDE: "green", OVERLAPS: "yellow", NO_POWER: "dim", NOT_MEASURED: "dim"}


def dollars(value: float, signed: bool = False) -> str:
    """Dollars to the nearest whole one."""
    if not math.isfinite(value):
        return "-"
    sign = "-" if value < 0 else "+" if signed else ""
    return f"{sign}${abs(value):,.0f}"


def points(value: float, signed: bool = False) -> str:
    """A share in percentage points."""
    return "-" if not math.isfinite(value) else f"{100 * value:{'+' if signed else ''}.1f} pp"


def shown(value: float, unit: str, signed: bool = True) -> str:
    """An effect in its unit."""
    if unit.startswith("dollars"):
        return dollars(value, signed)
    if unit == "elasticity":
        return "-" if not math.isfinite(value) else f"{value:+.2f}"
    return points(value, signed)


def span(low: float, high: float, unit: str) -> str:
    """An interval without its unit, to stand beside a figure that has one."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "-"
    if unit.startswith("dollars"):
        return f"{low:+,.0f} to {high:+,.0f}"
    factor, digits = (1.0, 2) if unit == "elasticity" else (100.0, 1)
    return f"{factor * low:+.{digits}f} to {factor * high:+.{digits}f}"


def sentences(trial: Trial) -> list[str]:
    """What the trial found, in words."""
    t, out = trial, []
    people = sum(r.sample.ids.size for r in t.runs if r.sample is not None)
    runs = f"{len(t.runs)} replicate{'s' if len(t.runs) != 1 else ''}"
    if t.randomised:
        out.append(
            f"Randomised: {t.design.randomised}; {people:,} people simulated in {runs}, half of them refused. Compared "
            f"with the same people in the run in which {t.design.without}."
        )
    else:
        out.append(f"Not randomised: {t.design.randomised}. {runs.capitalize()}; {t.design.without} in the other run.")
    for outcome in ("earnings", "employed"):
        if not len(t.effects):
            continue
        rows = t.effects[(t.effects["outcome"] == outcome) & (t.effects["group"] == "all")]
        row = rows.iloc[-1]
        low, high = shown(row["tot_low"], row["unit"]), shown(row["tot_high"], row["unit"])
        text = f"{LABELS[outcome]} of those enrolled, {row['period']} after applying: {shown(row['tot'], row['unit'])}"
        text += f" (90% interval {low} to {high}"
        text += f"; {100 * row['relative']:+.0f}% of {shown(row['without'], row['unit'], False)} without)"
        out.append(text + ("" if row["distinguishable"] else f": {NOT_DISTINGUISHABLE}") + ".")
    lock = t.lock_in
    if math.isfinite(lock["dollars_a_month"]):
        out.append(
            f"While taking part ({lock['months']:.0f} months on average) the enrolled earn "
            f"{dollars(lock['dollars_a_month'], True)} a month against the same people without "
            f"({dollars(lock['low'], True)} to {dollars(lock['high'], True)})."
        )
    if t.randomised:
        out.append(_displaced(t))
    if math.isfinite(t.break_even):
        out.append(
            f"Over the run, with what participants gain alone, society breaks even if {100 * t.break_even:.0f}% of "
            "their additional work is at others' expense." + balance(t.break_even, t.displaced_share)
            if t.break_even > 0
            else "Over the run participants' gains do not cover the costs, even if nobody is displaced."
        )
    inside = [b for b in t.evidence if b.verdict != NOT_MEASURED]
    if inside:
        good = sum(b.verdict == INSIDE for b in inside)
        near, blind = (sum(b.verdict == verdict for b in inside) for verdict in (OVERLAPS, NO_POWER))
        out.append(
            f"Of {len(inside)} published figures that can be compared {good} contain the simulated one, {near} are "
            "reached by its interval" + (f", {blind} cannot be judged, as the interval is too wide." if blind else ".")
        )
    return out


def balance(even: float, displaced: tuple[float, float, float]) -> str:
    """Whether society gains or loses at the displacement estimated, to follow the one at which it breaks even.

    Parameters
    ----------
    even : share displaced at which society breaks even. displaced : estimated share with its interval.

    Examples
    --------
    >>> balance(0.85, (1.08, 1.02, 1.14))
    ' Estimated displacement is 108% (102 to 114%): society loses.'
    >>> balance(0.85, (0.5, 0.1, 0.9))
    ' Estimated displacement is 50% (10 to 90%): society gains at the estimate, but the interval holds both.'
    """
    share, low, high = displaced
    if not (math.isfinite(even) and math.isfinite(share)):
        return ""
    ends = f" ({100 * low:.0f} to {100 * high:.0f}%)" if math.isfinite(low) else ""
    verdict = "gains" if share < even else "loses"
    if not ends:
        verdict += " at the estimate; one replicate gives no interval"
    elif low <= even <= high:
        verdict += " at the estimate, but the interval holds both"
    return f" Estimated displacement is {100 * share:.0f}%{ends}: society {verdict}."


def _over(t: Trial) -> str:
    """What intervals are over."""
    return "replicates" if len(t.runs) > 1 else "persons of the one replicate, without what replicates differ by"


def _displaced(t: Trial) -> str:
    share, low, high = t.displaced_share
    rows = t.displacement
    others = rows[(rows["run"] == "all") & (rows["who"] == "others") & (rows["outcome"] == "employed")]
    row = others.iloc[0]
    said = f"{row['mean']:+,.0f} person-years of work for others ({row['low']:+,.0f} to {row['high']:+,.0f})"
    if row["low"] <= 0 <= row["high"] or not math.isfinite(row["low"]):
        said += f": {NOT_DISTINGUISHABLE}; runs of a whole region differ by more than a small program moves"
    elif math.isfinite(share):
        said += f", {100 * share:.0f}% of what participants gain ({100 * low:.0f} to {100 * high:.0f}%)"
    return f"Displacement, where all eligible may take part: {said}."


# --- terminal -------------------------------------------------------------------------------------------


def tables(trial: Trial) -> list[Table]:
    """The trial's tables for the terminal."""
    out = []
    if len(trial.effects):
        out.append(_effects(trial))
    if trial.evidence:
        out.append(_evidence(trial))
    out.append(_money(trial))
    return out


def _effects(trial: Trial) -> Table:
    t = table_of(
        f"Trial of {trial.design.name.replace('_', ' ')}: effects by year after applying",
        "offered: intention to treat, those who may against those who may not take part; enrolled: per person who "
        f"takes part (Wald), with its 90% interval over {_over(trial)}; both less what the same do without",
    )
    for name in ("outcome", "period"):
        t.add_column(name, no_wrap=True)
    for name in ("offered", "enrolled", "interval", "without", "change", "people"):
        t.add_column(name, justify="right", no_wrap=True)
    for row in each(trial.effects[trial.effects["outcome"] != "benefit"]):
        who = "" if row.group == "all" else f", {row.group}"
        mark, close = ("", "") if row.distinguishable else ("[dim]", "[/dim]")
        t.add_row(
            SHORT.get(row.outcome, LABELS[row.outcome]) + who, row.period, shown(row.itt, row.unit),
            f"{mark}{shown(row.tot, row.unit)}{close}",
            span(row.tot_low, row.tot_high, row.unit), shown(row.without, row.unit, False),
            f"{100 * row.relative:+.0f}%" if math.isfinite(row.relative) else "-", f"{row.people:,}",
        )  # fmt: skip
    return t


def _evidence(trial: Trial) -> Table:
    t = table_of(
        "Simulated against published",
        "range: from the interval discounted for another place to the published one, in the model's dollars; "
        "parameters were set after fitted and input figures, only held-out ones test",
    )
    for name in ("study", "outcome", "use"):
        t.add_column(name, max_width={"study": 24, "outcome": 26}.get(name), overflow="fold")
    for name in ("published", "range", "simulated", "interval", "verdict"):
        t.add_column(name, justify="right", max_width=11 if name == "verdict" else None)
    for b in trial.evidence:
        t.add_row(*evidence_cells(b), f"[{INKS.get(b.verdict, 'red')}]{b.verdict}[/]")
    return t


def evidence_cells(b: Beside) -> tuple[str, ...]:
    """Study, outcome, use, published, range, simulated, interval."""
    unit = b.study.unit
    return (
        b.study.name, b.study.outcome, USES[b.study.use], shown(b.published, unit),
        span(b.low, b.high, unit), shown(b.value, unit), span(b.value_low, b.value_high, unit),
    )  # fmt: skip


def _money(trial: Trial) -> Table:
    q = trial.costs
    priced = [f"{dollars(q['per_participant'])} per participant"]
    for name, label in (("per_net_placement", "additional placement"),
                        ("per_net_self_sufficient", "additional self-sufficient worker")):  # fmt: skip
        none = f"no price per {label}: its number is {NOT_DISTINGUISHABLE}"
        span = f"{dollars(q[name + '_low'])} to {dollars(q[name + '_high'])}"
        priced.append(f"{dollars(q[name])} per {label} ({span})" if math.isfinite(q[name]) else none)
    t = table_of(
        f"Benefits and costs: {dollars(q['dollars'])} for {q['participants']:,.0f} participants, {'; '.join(priced)}",
        "net present value to the end of the run, and with fading effects after it; all residents: with displacement",
    )
    for name in ("who", "counted"):
        t.add_column(name)
    for name in ("to the end of the run", "interval", "extrapolated", "above zero"):
        t.add_column(name, justify="right")
    for row in nets(trial):
        t.add_row(row["who"], row["scope"], row["run"], row["interval"], row["extrapolated"], row["chance"])
    return t


def nets(trial: Trial) -> list[dict[str, str]]:
    """Net benefits by who has them and who is counted, in words and figures."""
    table = trial.benefit_cost
    return [
        {**row, "scope": scope}
        for scope in (TAKING_PART, EVERYONE)
        for row in benefits.nets(table[table["scope"] == scope])
    ]


def show(trial: Trial) -> None:
    """Print everything."""
    screen = console()
    for t in tables(trial):
        screen.print(t)
    for line in sentences(trial):
        print(line)
    print(CAVEAT)


# --- chart and page -------------------------------------------------------------------------------------


def chart(trial: Trial) -> Chart | None:
    """Effect on the enrolled by quarter after the application; None if nobody was randomised."""
    table = trial.by_quarter
    if not len(table):
        return None
    name = trial.design.name.replace("_", " ")
    pay = table[table["outcome"] == "earnings"]
    rows = trial.effects[(trial.effects["outcome"] == "earnings") & (trial.effects["group"] == "all")]
    last = rows.iloc[-1]
    gain = f"those enrolled earn {dollars(last['tot'], True)} a year in {last['period']} after applying"
    nothing = f"an effect on earnings in {last['period']} after applying is {NOT_DISTINGUISHABLE}"
    title = f"{name.capitalize()}: {gain if last['distinguishable'] else nothing}"
    people = int(pay["people"].max())
    subtitle = (
        f"Effect on the enrolled by quarter after the application, against the same people without; "
        f"{people:,} people randomised in {len(trial.runs)} replicates. "
        f"{trial.about['scenario']['region_title'] or trial.about['scenario']['region']}"
    )
    note = f"Bands: 90% intervals over {_over(trial)}. Shaded: mean time in the program. {CAVEAT}"
    with theme.style():
        figure, axes = theme.canvas(title, subtitle, note, 2.6, columns=2, left=0.6, right=0.2, wspace=0.28)
        labels = (
            ("earnings", "Earnings, dollars a quarter", 0.25),
            ("employed", "Employment, percentage points", 100.0),
        )
        for ax, (outcome, label, factor) in zip(axes, labels, strict=True):
            rows = table[table["outcome"] == outcome]
            x = np.arange(1, len(rows) + 1)
            months = trial.lock_in["months"]
            if math.isfinite(months):
                ax.axvspan(0.5, min(0.5 + months / 3.0, len(rows) + 0.5), color="#f0f0f0", linewidth=0)
            ax.axhline(0, color=theme.INK, linewidth=0.8)
            band = factor * rows[["tot_low", "tot_high"]].to_numpy()
            ax.fill_between(x, band[:, 0], band[:, 1], color=theme.GOOD, alpha=0.18, linewidth=0)
            ax.plot(x, factor * rows["tot"], color=theme.GOOD)
            ax.set_title(label, loc="left", fontsize=8.5, color=theme.GREY)
            ax.set_xlabel("quarter after the application")
            ax.set_xlim(0.5, len(rows) + 0.5)
            ax.grid(False, axis="x")
    alt = " ".join(sentences(trial)[1:3])
    return Chart("trial", title, alt, figure, table)


def page(trial: Trial, picture: Chart | None) -> str:
    """The trial on one page."""
    about = trial.about
    return filled(
        "trial.html.j2",
        {
            "title": f"Trial of {trial.design.name.replace('_', ' ')}",
            "about": about,
            "place": about["scenario"]["region_title"] or about["scenario"]["region"],
            "sentences": sentences(trial),
            "svg": "" if picture is None else picture.svg(),
            "evidence": [(*evidence_cells(b), b.verdict, b.note, b.study.source) for b in trial.evidence],
            "nets": nets(trial),
            "costs": trial.costs,
            "wioa": wioa_lines(trial),
            "caveat": CAVEAT,
            "replicates": len(trial.runs),
        },
    )


def wioa_lines(trial: Trial) -> list[dict[str, str]]:
    """The six WIOA figures of everyone who took part."""
    from laborsim.report.wioa import lines

    return lines(trial.wioa) if len(trial.wioa) else []


def publish(trial: Trial, folder: Path) -> list[Path]:
    """Write the page and the chart into a folder of a trial."""
    picture = chart(trial)
    if picture is not None:
        picture.save(folder / "charts")
    path = folder / "trial.html"
    write_atomically(path, page(trial, picture))
    return [path]
