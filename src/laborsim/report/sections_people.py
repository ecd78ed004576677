"""Sections on people: groups, needs, technology, mobility, insurance, youth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from laborsim.report.tables import Cell, Line, Table, capital, grid, mean, ranged, said
from laborsim.report.who import LEAST_SIMULATED, enough
from laborsim.report.wording import join, lower, two_digits
from laborsim.scenario.schema import BASELINE
from laborsim.study.outcomes import group_name
from laborsim.study.questions.retirements import MAJORS
from laborsim.study.small_cells import hidden
from laborsim.study.statistics import FEWEST_RUNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from laborsim.study.results import Results

    F8 = NDArray[np.float64]

STANDING: Final = {
    "flow_UE": "Unemployed who find work in a month", "wage_median": "Median hourly wage",
    "training_share": "In training", "leadership_share": "Workers in management",
}  # fmt: skip
SEGMENTS: Final = tuple(f"segment:{x}" for x in (
    "unemployed", "underemployed", "low_skilled", "high_skilled", "out_of_labor_force"))  # fmt: skip
NEEDS: Final = ((1, 0, 0), (1, 1, 1), (1, 2, 0), (2, 0, 0), (2, 2, 1), (2, 2, 0))  # adults, children, one under six
AFTER: Final = {"ai_displaced_same_occupation": "Back in the occupation", "ai_displaced_other_occupation": "Another "
                                                            "one",
                "ai_displaced_unemployed": "Unemployed", "ai_displaced_out_of_labor_force": "Out of the labor "
                                                            "force"}  # fmt: skip


def _mean(results: Results, indicator: str, group: str = "all") -> float:
    return mean(results.last_year(indicator, group))


def leadership(results: Results) -> Table | None:
    """Groups by hiring, pay, training and leadership, with the gap to the reference group of each."""
    import pandas as pd

    if ("leadership_share", "all") not in results:
        return None
    have = {i: label for i, label in STANDING.items() if (i, "all") in results}
    groups = [g for g in (*results.groups("sex"), *results.groups("race")) if ("leadership_share", g) in results]
    rows: list[list[Any]] = []
    data: list[dict[str, Any]] = []
    gap: dict[str, float] = {}
    for g in ("all", *groups):
        row: list[Any] = ["Everyone" if g == "all" else group_name(g)]
        for i in have:
            kind = "wage" if i == "wage_median" else "share"
            if (i, g) not in results:
                row.append("n/a")
            elif g != "all" and not enough(results, g):
                row.append("suppressed")
            else:
                row.append(ranged(results.last_year(i, g), kind))
                data.append({"group": g, "indicator": i, "value": _mean(results, i, g)})
        if ("gap_leadership_share", g) in results and enough(results, g):
            gap[g] = _mean(results, "gap_leadership_share", g)
        rows.append(row)
    title = "Gaps between groups"
    if gap:
        worst = min(gap, key=lambda g: gap[g])
        against = "men" if worst.startswith("sex:") else "white workers"
        title = f"Furthest behind in management jobs: {group_name(worst)} ({100 * gap[worst]:+.1f} points against "
        title += f"{against})"
    pairs = [("leadership_share", g) for g in gap] + [("flow_UE", g) for g in gap if ("flow_UE", g) in results]
    found = results.verdicts().figures([{p: results.last_year(i, g, p) for p in results.policies} for i, g in pairs])
    moved = sum(pair.distinguishable for by in found for pair in by.values())
    if results.verdicts().tested and results.replicates >= FEWEST_RUNS:
        title += (
            f"; policies change their hiring or leadership in {moved} case{'s' if moved > 1 else ''} by more than "
            f"chance"
            if moved
            else "; no policy changes hiring or leadership of these groups by more than chance"
        )
    return Table("leadership", title, ["", *have.values()], rows, pd.DataFrame(data),
                 "Baseline, last 12 months, with 5% to 95% of runs. Management: SOC group 11. Suppressed: fewer than "
                 f"{LEAST_SIMULATED:,} people simulated.")  # fmt: skip


def segments(results: Results) -> Table | None:
    """Segments of workers: how many, at work, at a self-sufficiency wage, in good jobs."""
    groups = [g for g in SEGMENTS if ("segment_size", g) in results and enough(results, g)]
    lines = [Line(f"{capital(group_name(g))}: {label}", i, g) for g in groups for i, label in (
        ("segment_size", "people"), ("employment_rate", "at work"), ("share_self_sufficient", "at a self-sufficiency "
                                                            "wage"),
        ("share_good_jobs", "in a good job"), ("retention_12_month", "with the same employer after 12 months"))
        if not (g in ("segment:unemployed", "segment:out_of_labor_force") and i != "segment_size")
        and not (g == "segment:underemployed" and i == "employment_rate")]  # fmt: skip
    if not lines:
        return None
    people = ", ".join(f"{group_name(g)} {two_digits(_mean(results, 'segment_size', g))}" for g in groups)
    return grid(results, "segments_by_policy", lines, capital(people), "Segments overlap.")


def self_sufficiency(results: Results) -> Table | None:
    """Who earns what the household needs, and what stands in the way."""
    lines = [
        Line("Workers at a self-sufficiency wage", "share_self_sufficient"),
        Line("Workers whose household earns what it needs", "share_in_self_sufficient_household"),
        *(Line(f"At a self-sufficiency wage: {group_name(g)}", "share_self_sufficient", g) for g in (
            "parent:under_six", "race:hispanic", "race:black", "education:hs", "segment:low_skilled")
          if ("share_self_sufficient", g) in results and enough(results, g)),
        Line("Tenth percentile of hourly wages", "wage_p10"),
        Line("Parents kept from work by childcare", "carers_kept_out"),
        Line("Children without the place wanted", "childcare_unmet"),
        Line("Childcare, full price a month", "childcare_price"),
        Line("Part-time, wanting full-time", "part_time_involuntary_share"),
    ]  # fmt: skip
    if ("share_self_sufficient", "all") not in results:
        return None
    lead = f"{100 * _mean(results, 'share_self_sufficient'):.0f}% of workers earn a self-sufficiency wage"
    if ("share_in_self_sufficient_household", "all") in results:
        own = 100 * _mean(results, "share_in_self_sufficient_household")
        lead += f", {own:.0f}% live in a household that earns what it needs"
    return grid(results, "self_sufficiency", lines, lead)


def raises(results: Results) -> Table | None:
    """To whom a raise leaves less than half, and what is left in the mean, by kind of household and pay."""
    if ("raise_mostly_lost", "all") not in results:
        return None
    groups = ("all", *results.groups("household"), *results.groups("pay"))
    groups = tuple(g for g in groups if ("raise_mostly_lost", g) in results)
    lines = [Line(f"Less than half is left: {group_name(g)}", "raise_mostly_lost", g, of="raise_workers")
             for g in groups]  # fmt: skip
    lines.append(Line("Of a raise is left, mean", "raise_left", of="raise_workers"))
    lead = f"To {100 * _mean(results, 'raise_mostly_lost'):.0f}% of workers a raise leaves less than half"
    rise = "a raise" if (r := raise_of(results)) is None else f"${r:,.2f} an hour more, full-time,"
    return grid(results, "raises", lines, lead,
                f"What {rise} would leave after taxes, credits and benefits by the rules of 2019, at the household's "
                "earnings from work; of those eligible only a part is taken to draw on each benefit. What a "
                "policy changes comes from who works, and at what pay: nobody in the model refuses work, hours or a "
                "raise for it.")  # fmt: skip


def raise_of(results: Results) -> float | None:
    """The raise that the figures are about, dollars an hour; None where parameters vary it."""
    from laborsim.scenario.parameters.registry import declared

    given = results.about["scenario"].get("parameters") or {}
    value = given.get("region.raise_hourly", declared()["region.raise_hourly"].default)
    return float(value) if isinstance(value, (int, float)) else None


def needs(results: Results) -> Table | None:
    """What households of some kinds need, by the region's budgets."""
    import pandas as pd

    from laborsim.region.pack import PackError, load_pack

    try:
        pack = load_pack(results.about["scenario"]["region"])
        table = pack["needs"]
    except (PackError, OSError, KeyError):
        return None
    inside = [z.code for z in pack.zones if z.kind != "outside"]
    table = table[table["zone"].isin(inside)]
    parts = ["housing", "childcare", "food", "transport", "health", "other", "taxes"]
    rows: list[list[Any]] = []
    data: list[dict[str, Any]] = []
    for adults, children, young in NEEDS:
        kind = (table["adults"] == adults) & (table["children"] == children)
        own = table[kind & (table["young"].astype(int) == young)]
        if own.empty:
            continue
        who = f"{'One adult' if adults == 1 else 'Two adults'}"
        if children:
            youngest = "the youngest under six" if young else "six or older"
            who += f", {children} child{'ren' if children > 1 else ''}, {youngest}"
        low, high = float(own["hourly"].min()), float(own["hourly"].max())
        mean = own[["hourly", *parts]].mean()
        rows.append([who, Cell(f"${mean['hourly']:.2f}",
            f"${low:.2f} to ${high:.2f} by zone" if high - low > 0.005 else ""),
                     *(f"{mean[x]:,.0f}" for x in parts)])  # fmt: skip
        data.append({"household": who, **{k: float(mean[k]) for k in mean.index}})
    if not rows:
        return None
    frame = pd.DataFrame(data)
    child = frame[frame["childcare"] > 0]
    top: Any = child.sort_values("childcare").iloc[-1] if len(child) else frame.iloc[0]
    title = f"{top['household']}: ${top['hourly']:.2f} an hour"
    if top["childcare"] > 0:
        title += f", of which childcare is {100 * top['childcare'] / sum(top[x] for x in parts):.0f}% of the budget"
    year = results.about.get("dollar_year", 2019)
    return Table("needs", title, ["Household", "Hourly, each adult", *(f"{x.capitalize()}" for x in parts)], rows,
        frame,
                 f"Dollars of {year} a month, mean over zones, full-time work of every adult, without support; taxes "
                 f"less "
                 "credits. Budgets are the region's, not results of runs.")  # fmt: skip


def displaced(results: Results) -> Table | None:
    """Whom technology displaces, and where those displaced are a year later."""
    import pandas as pd

    majors = [g for i, g in results.keys if i == "ai_displaced" and g.startswith("occupation:")]
    if not majors or not float(np.nansum(results.series("ai_displaced"))) > 0:
        return None
    years = results.months[-60:]
    rows: list[list[Any]] = []
    data: list[dict[str, Any]] = []
    for g in majors:
        lost = np.nansum(results.series("ai_displaced", g)[:, -60:], axis=1) * 12.0 / len(years)
        jobs = np.nanmean(results.series("jobs", g)[:, -60:], axis=1)
        share = np.where(jobs > 0, lost / np.where(jobs > 0, jobs, 1.0), np.nan)
        data.append({"occupation": g[11:], "name": MAJORS.get(g[11:], g), "a_year": lost.mean(),
                     "of_jobs": mean(share),
                     "people": lost * len(years) / 12.0, "lost": lost, "share": share})  # fmt: skip
    data.sort(key=lambda r: -r["a_year"])
    for r in data[:10]:
        if not hidden(results.about, r["people"]) and r["a_year"] > 0:
            rows.append([r["name"], ranged(r["lost"], "people"), ranged(r["share"], "share")])
    for r in data:
        if hidden(results.about, r["people"]):
            r["a_year"] = r["of_jobs"] = math.nan
    total = np.nansum(results.series("ai_displaced")[:, -60:], axis=1) * 12.0 / len(years)
    rows.insert(0, ["All occupations", ranged(total, "people"), ""])
    title = f"{two_digits(float(total.mean()))} people a year lose their work to technology in "
    title += f"{years[0][:4]} to {years[-1][:4]}"
    if data:
        named = [lower(r["name"]) for r in data[:2] if math.isfinite(r["a_year"])]
        title += f", most in {join(named)}" if named else ""
    frame = pd.DataFrame(data)[["occupation", "name", "a_year", "of_jobs"]]
    return Table("displaced", title, ["Occupation group", "Displaced a year", "Of its jobs, a year"], rows, frame,
                 "Baseline, last five years, with 5% to 95% of runs; small cells are left out. The speed of adoption "
                 "is assumed (demand.ai_*): `laborsim ask ai` doubles it.")  # fmt: skip


def after_displacement(results: Results) -> Table | None:
    """Where those displaced are a year later, and work of starters in exposed occupations."""
    lines = [Line(f"A year after: {lower(label)}", i, of="ai_displaced") for i, label in AFTER.items()
             if (i, "all") in results]  # fmt: skip
    if not lines or not np.isfinite(results.last_year(lines[0].indicator)).any():
        return None
    lines += [Line(f"{lines[0].label}, {group_name(g)}", lines[0].indicator, g, of="ai_displaced")
              for g in ("sex:female", "sex:male") if (lines[0].indicator, g) in results]  # fmt: skip
    lines.append(Line("Displaced", "ai_displaced", total=True))
    young = [("exposure:high|age:22-25", "Aged 22 to 25, more exposed half of jobs"), ("exposure:low|age:22-25",
             "Aged 22 to 25, less exposed half")]  # fmt: skip
    lines += [Line(f"At work: {lower(label)}", "employment_by_exposure", g) for g, label in young]
    back = _mean(results, "ai_displaced_same_occupation") + _mean(results, "ai_displaced_other_occupation")
    lead = f"A year later {100 * back:.0f}% of those displaced are at work again"
    return grid(results, "after_displacement", lines, lead + entry(results))


def entry(results: Results) -> str:
    """What became of starters in exposed occupations since 2021, against others of their age; empty if not known."""
    keys = [("employment_by_exposure", f"exposure:{e}|age:22-25") for e in ("high", "low")]
    if any(key not in results for key in keys):
        return ""
    done = [r.replicate for r in results.records if r.done and r.policy == BASELINE]
    high, low = (results.series(*key)[done].mean(axis=0) for key in keys)  # known once a year in all runs alike
    months = list(results.months)
    if "2021-12" not in months:
        return ""
    at = months.index("2021-12")
    known = np.flatnonzero(np.isfinite(high))
    if not (math.isfinite(high[at]) and known.size and known[-1] > at):
        return ""
    ratio = (high[known[-1]] / high[at]) / (low[known[-1]] / low[at]) - 1.0
    return f"; workers of 22 to 25 in exposed jobs change by {100 * ratio:+.0f}% against those in other jobs since 2021"


def upward(results: Results) -> Table | None:
    """Which occupations lead somewhere: share with a clear rise in pay after one and two years."""
    import pandas as pd

    groups = [g for g in results.groups("occupation") if ("upward_mobility_12", g) in results and "|" not in g]
    if not groups:
        return None
    rows: list[list[Any]] = []
    data: list[dict[str, Any]] = []
    for g in groups:
        one, two = (results.last_year(f"upward_mobility_{m}", g) for m in (12, 24))
        jobs = results.last_year("jobs", g)
        if mean(jobs) * float(results.about["scale"]) < LEAST_SIMULATED / 3:
            continue
        data.append({"occupation": g[11:], "name": MAJORS.get(g[11:], g), "jobs": mean(jobs),
                     "after_one_year": mean(one), "after_two_years": mean(two), "one": one,
                     "two": two})  # fmt: skip
    data = [r for r in data if math.isfinite(r["after_two_years"])]
    if not data:
        return None
    data.sort(key=lambda r: -r["after_two_years"])
    rows = [[r["name"], said(r["jobs"], "people"), ranged(r["one"], "share"), ranged(r["two"], "share")] for r in data]
    rows = rows if len(rows) <= 10 else [*rows[:5], ["...", "", "", ""], *rows[-5:]]
    rise = next((a["value"] for a in results.about["assumptions"] if a["name"] == "indicators.upward_rise"), None)
    best, worst = data[0], data[-1]
    title = f"Pay rises most often from {lower(best['name'])} ({100 * best['after_two_years']:.0f}% after two years), "
    title += f"least from {lower(worst['name'])} ({100 * worst['after_two_years']:.0f}%)"
    frame = pd.DataFrame(data)[["occupation", "name", "jobs", "after_one_year", "after_two_years"]]
    how = f"by {100 * float(rise):.0f}% or more" if rise is not None else "clearly"
    return Table("upward", title, ["Occupation group", "Jobs", "Pay up after a year", "After two years"], rows, frame,
                 f"Share of those at work in the group whose hourly pay is higher {how}, wherever they work then; "
                 f"baseline, "
                 "with 5% to 95% of runs. Groups of few people simulated are left out.")  # fmt: skip


def uninsured(results: Results) -> Table | None:
    """Unemployment insurance and the search for work of those without."""
    if ("ui_recipiency", "all") not in results:
        return None
    lines = [
        Line("Unemployed who draw benefits", "ui_recipiency"), Line("Unemployed", "unemployment"),
        Line("Find work in a month", "flow_UE"), Line("Give up looking in a month", "flow_UN"),
        Line("Unemployed more than six months", "long_term_unemployed_share"),
        Line("Unemployment of the low-skilled", "unemployment_rate", "segment:low_skilled"),
        Line("Served at job centers", "center_served", total=True),
        Line("of them without insurance", "center_served_uninsured", total=True),
    ]  # fmt: skip
    share = _mean(results, "ui_recipiency")
    people = _mean(results, "unemployment")
    lead = f"{100 * share:.0f}% of the unemployed draw insurance; {two_digits((1.0 - share) * people)} draw none"
    return grid(results, "uninsured", lines, lead, "Served: counted once a month, so one person may count several "
                                                   "times.")


def youth(results: Results) -> Table | None:
    """From school into work."""
    groups = [g for g in ("age:16-19", "age:20-24") if ("unemployment_rate", g) in results]
    if not groups:
        return None
    lines = [Line(f"Unemployment, {group_name(g)}", "unemployment_rate", g) for g in groups]
    lines += [Line(f"At work, {group_name(g)}", "employment_rate", g) for g in groups]
    lines += [Line("Median wage, ages 20-24", "wage_median", "age:20-24"),
              Line("At a self-sufficiency wage, ages 20-24", "share_self_sufficient", "age:20-24"),
              Line("Kept in school by career education or summer work", "kept_in_school", total=True)]  # fmt: skip
    kinds = {"cte": "career and technical education", "work_experience": "work experience",
             "pre_apprenticeship": "pre-apprenticeship", "pathway": "stackable credentials"}  # fmt: skip
    for kind, label in kinds.items():
        if ("pipeline_enrolled", f"kind:{kind}") in results:
            lines += [Line(f"{label}: enrolled".capitalize(), "pipeline_enrolled", f"kind:{kind}", True),
                      Line(f"{label}: completed".capitalize(), "pipeline_completed", f"kind:{kind}", True)]  # fmt: skip
    rate = _mean(results, "unemployment_rate", groups[-1])
    return grid(results, "youth", lines, f"Unemployment is {100 * rate:.1f}% at {group_name(groups[-1])}")


def shares_of_moves(results: Results, indicator: str, labels: list[str]) -> F8:
    """(n, n) where people who stood in a row are a year later, mean over years and runs."""
    out = np.full((len(labels), len(labels)), np.nan)
    for i, a in enumerate(labels):
        for j, b in enumerate(labels):
            series = results.series(indicator, f"move:{a}>{b}", BASELINE)
            known = series[np.isfinite(series)]
            out[i, j] = known.mean() if known.size else np.nan
    return out


__all__ = ["after_displacement", "displaced", "entry", "leadership", "needs", "segments", "self_sufficiency",
    "shares_of_moves",
           "uninsured", "upward", "youth"]  # fmt: skip
