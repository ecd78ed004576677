"""Sections on employers and jobs: vacancies, industries, new employers, a plant, who leaves and who follows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from laborsim.report.charts_regions import zone_name
from laborsim.report.charts_work import about_quality
from laborsim.report.sections_training import kinds_of
from laborsim.report.tables import Cell, Line, Table, capital, change, grid, mean, ranged, said
from laborsim.report.who import zones
from laborsim.report.wording import join, lower, month_name, policy_title, two_digits
from laborsim.scenario.fields import month_number, month_text
from laborsim.scenario.schema import BASELINE
from laborsim.study.outcomes import outcome
from laborsim.study.questions.retirements import openings
from laborsim.study.questions.sectors import NAMES, rank
from laborsim.study.statistics import FEWEST_RUNS, paired
from laborsim.study.without_event import figure
from laborsim.study.words import TOO_FEW

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from laborsim.study.results import Results

    F8 = NDArray[np.float64]

HIRED: Final = ("16-24", "25-54", "55+")
PLANT: Final = {
    "jobs": "Jobs in the zone", "unemployment_rate": "Unemployment", "employment_rate": "Residents at work",
    "wage_median": "Median hourly wage", "share_good_jobs": "Workers in good jobs",
    "good_vacancy_fill_rate": "Good vacancies filled in the month", "time_to_fill": "Time to fill",
    "openings": "Open vacancies", "works_in_own_zone": "Work where they live", "mean_commute": "Mean commute, minutes",
}  # fmt: skip


def focus(results: Results, kind: str) -> list[str]:
    """Zones or sectors that targets, events and instruments of the scenario name, in that order."""
    found = [str(t.get("group", "")) for t in results.about["targets"] if str(t.get("group",
    "")).startswith(f"{kind}:")]
    for event in results.about.get("events") or ():
        found.append(f"{kind}:{event.get(kind)}")
    for plan in results.about["policies"].values():
        for i in plan.get("instruments") or ():
            found += [f"{kind}:{x}" for x in i.get(f"{kind}s") or ()]
    known = set(results.groups(kind))
    return [g for g in dict.fromkeys(found) if g in known]


def _where(results: Results, group: str) -> str:
    family, _, code = group.partition(":")
    return NAMES.get(code, code) if family == "sector" else zone_name(results, group, short=True)


def employers(results: Results) -> Table | None:
    """Vacancies, applicants, retention and turnover: for all, and where the scenario looks."""
    lines = [
        Line("Good vacancies filled in the month", "good_vacancy_fill_rate"),
        Line("Time to fill a vacancy", "time_to_fill"),
        Line("Applications per vacancy", "applications_per_vacancy"),
        Line("With the same employer after 12 months", "retention_12_month"),
        Line("New hires still there after 12 months", "retention_12_month_new_hires"),
        Line("Cost of turnover to employers, a year", "turnover_cost"),
    ]
    for g in focus(results, "zone")[:1]:
        lines += [Line(f"{line.label}, {_where(results, g)}", line.indicator, g) for line in (*lines[:3], lines[5])]
    lines += [
        Line("Employers who announced to drop a screen", "screens_announced", total=True),
        Line("Employers who did drop one", "screens_removed", total=True),
    ]
    asked = ("screens_announced", "all") in results and any(
        np.nansum(results.series("screens_announced", "all", p)) > 0 for p in results.policies)  # fmt: skip
    lines = lines if asked else lines[:-2]
    if ("good_vacancy_fill_rate", "all") not in results:
        return None
    fill = mean(results.last_year("good_vacancy_fill_rate"))
    lead = f"Employers fill {100 * fill:.0f}% of good vacancies in a month"
    if ("turnover_cost", "all") in results:
        lead += f"; turnover costs them {said(mean(results.last_year('turnover_cost')), 'dollars')} a year"
    note = "Cost of turnover: people who leave times what it takes to replace one, an assumed share of a year's pay."
    return grid(results, "employers", lines, lead, note)


def industries(results: Results) -> Table | None:
    """The sectors that targets and policies name."""
    sectors = focus(results, "sector")
    lines = []
    for g in sectors:
        name = _where(results, g)
        lines += [Line(f"{name}: {label}", indicator, g) for indicator, label in (
            ("jobs", "jobs"), ("openings_rate", "job openings rate"), ("time_to_fill", "time to fill"),
            ("applications_per_vacancy", "applications per vacancy"), ("quits_rate", "quits a month"),
            ("separations_rate", "all who leave, a month"), ("weekly_wage", "weekly wage"),
            ("share_self_sufficient", "workers at a self-sufficiency wage"))]  # fmt: skip
    days = {g: mean(results.last_year("time_to_fill", g)) for g in sectors
            if ("time_to_fill", g) in results}  # fmt: skip
    each = [f"{lower(_where(results, g))} {d:.0f}" for g, d in days.items()]
    lead = f"Days to fill a vacancy: {join(each)}" if each else ""
    return grid(results, "industries", lines, lead)


def sells_beyond() -> frozenset[str]:
    """Sectors that the model takes to sell most beyond a region."""
    from laborsim.region.pack import load_national

    sectors = load_national()["sectors"]
    return frozenset(sectors.loc[sectors["traded"] == 1, "code"])


def traded(results: Results) -> Table | None:
    """Establishments, jobs in sectors that sell beyond the region, and the others."""
    groups = results.groups("sector")
    if ("establishments", "all") not in results or not groups:
        return None
    beyond = sells_beyond()
    lines = [Line("Establishments", "establishments")]
    lines += [Line(f"Establishments, {_where(results, g)}", "establishments", g) for g in focus(results, "zone")[:1]]
    lines += [Line("All jobs", "jobs"), Line("Good jobs", "quality_jobs")]
    lines += [Line(f"Jobs, {_where(results, g)}", "jobs", g) for g in groups if g[7:] in beyond]
    lines += [Line("Jobs, health care", "jobs", "sector:62"), Line("Jobs, retail", "jobs", "sector:44-45"),
              Line("Jobs, hotels and restaurants", "jobs", "sector:72")]  # fmt: skip
    share = sum(mean(results.last_year("jobs", g)) for g in groups if g[7:] in beyond)
    share /= mean(results.last_year("jobs"))
    return grid(results, "traded", lines, f"{100 * share:.0f}% of jobs are in sectors that sell mostly beyond the "
                                          f"region",
                "Which jobs follow new ones is not set: it comes from what their holders spend.")  # fmt: skip


def quality_or_training(results: Results) -> Table | None:
    """Filling jobs and keeping people, under policies about job quality and about training; and employers' money."""
    about = results.about["policies"]
    if not any(about_quality(about, p) for p in results.verdicts().tested):
        return None
    lines = [
        Line("Time to fill a vacancy", "time_to_fill"), Line("Good vacancies filled in the month",
            "good_vacancy_fill_rate"),
        Line("Quits a month", "quits_rate"), Line("New hires still there after 12 months",
            "retention_12_month_new_hires"),
        Line("Median hourly wage", "wage_median"), Line("Trained people placed", "pipeline_placed", total=True),
        Line("Practices: cost to employers, a year", "employer_quality_cost"),
        Line("Practices: saved in turnover, a year", "employer_turnover_savings"),
        Line("Practices: saved in vacancies, a year", "employer_vacancy_savings"),
        Line("Practices: left for employers, a year", "employer_quality_net"),
    ]  # fmt: skip
    days = mean(results.last_year("time_to_fill"))
    note = (
        "Savings compare employers with themselves before they were coached: part of them would have come anyway (the "
        "controls of a pilot show how much)."
    )
    lead = f"A vacancy takes {days:.0f} days to fill{_faster(results)}"
    return grid(results, "quality_or_training", lines, lead, note, told=False, everyone=True)


def _faster(results: Results) -> str:
    """What policies about job quality and about training do to the time to fill, one by one."""
    figures = {p: results.last_year("time_to_fill", "all", p) for p in results.policies}
    pairs = results.verdicts().figures([figures])[0]
    parts: dict[str, list[str]] = {"better jobs": [], "training": []}
    about = results.about["policies"]
    for p, pair in pairs.items():
        if about[p].get("combine") or not np.isfinite(pair.difference):
            continue
        kind = "better jobs" if about_quality(about, p) else "training" if kinds_of(results, p) else ""
        if kind:
            sure = "" if pair.distinguishable else ", may be chance"
            parts[kind].append(f"{lower(policy_title(results, p))} {said(pair.difference, 'days', True)}{sure}")
    told = [f". {capital(kind)}: {'; '.join(x)}" for kind, x in parts.items() if x]
    return "".join(told)


def plant(results: Results) -> Table | None:
    """The zone of a plant before it opens, in the last 12 months, and in the same months of runs without the plant."""
    import pandas as pd

    event = next((e for e in results.about.get("events") or () if e.get("type") == "plant_opening"), None)
    months = list(results.months)
    if event is None or event["month"] not in months or months.index(event["month"]) < 12:
        return None
    group, at = f"zone:{event['zone']}", months.index(event["month"])
    have = {i: label for i, label in PLANT.items() if (i, group) in results and (i, "all") in results}
    apart = any(np.isfinite(figure(results, i, group)).any() for i in have)
    rows: list[list[Any]] = []
    data: list[dict[str, Any]] = []
    for indicator, label in have.items():
        kind = outcome(indicator, results.units[indicator, group]).kind
        row: list[Any] = [label]
        for g in (group, "all"):
            series = results.series(indicator, g)
            with np.errstate(invalid="ignore"):
                before, last = np.nanmean(series[:, at - 12 : at], axis=1), np.nanmean(series[:, -12:], axis=1)
            pair = paired(figure(results, indicator, g) if apart else before, last, 0.90)
            cells = [said(mean(before), kind), said(mean(last), kind), *([said(pair.base, kind)] if apart else [])]
            row += [*cells, change(pair, kind)] if g == group else [change(pair, kind)]
            data.append({"row": label, "group": g, "before": mean(before), "last_year": mean(last),
                         "without_plant": pair.base if apart else math.nan, "difference": pair.difference,
                         "low": pair.low, "high": pair.high, "more_than_chance": pair.distinguishable})  # fmt: skip
        rows.append(row)
    if not rows:
        return None
    name, where = str(event.get("name") or "Plant"), zone_name(results, group, short=True)
    title = f"{name}: {event['jobs']:,} jobs planned from {month_name(event['month'])}"
    jobs = next((r[-2] for r in rows if r[0] == PLANT["jobs"]), None)
    if jobs is not None:
        against = "against the same region without it" if apart else "since the year before, all causes together"
        may = "" if jobs.sure else f" ({TOO_FEW})" if results.replicates < FEWEST_RUNS else " (may be chance)"
        title += f"; {jobs.text} jobs in {where} {against}{may}"
    heads = ["", f"{where}, year before", "Last 12 months"]
    note = "Baseline, before and after: the plant and everything else that happened meanwhile."
    if apart:
        heads += ["Without the plant", "What the plant does", "What it does in the whole region"]
        note = ("Baseline, and the baseline without the plant: same people, same draws, last 12 months; differences "
                "with their 90% range, bold where more than chance. The plant's jobs are in them, and jobs other "
                "employers lose to it.")  # fmt: skip
    else:
        heads += ["Change (90% range)", "Change in the whole region"]
    return Table("plant", title, heads, rows, pd.DataFrame(data), note)


def exits(results: Results) -> Table | None:
    """People who leave work for outside the labor force, by age, a year; and how old those hired are."""
    import pandas as pd

    ages = [g for g in results.groups("age") if ("flow_EN", g) in results and ("employment", g) in results]
    if not ages:
        return None
    years = len(results.months) / 12.0
    rows: list[list[Any]] = []
    data: list[dict[str, Any]] = []
    left = {}
    for g in (*ages, "all"):
        leave = np.nansum(results.series("flow_EN", g) * results.series("employment", g), axis=1) / years
        back = _returns(results, g) / years
        work = np.nanmean(results.series("employment", g), axis=1)
        left[g] = leave - back
        name = "All ages" if g == "all" else g[4:].replace("-", " to ").replace("65+", "65 and over")
        rows.append([name, ranged(work, "people"), ranged(leave, "people"), ranged(back, "people"),
                     ranged(leave - back, "people"), ranged((leave - back) / work, "share")])  # fmt: skip
        data.append({"age": g.partition(":")[2] or "all", "employed": work.mean(), "leave": leave.mean(),
                     "come_back_or_start": back.mean(), "net": (leave - back).mean()})  # fmt: skip
    old = sum(mean(left[g]) for g in ages if g in ("age:55-64", "age:65+"))
    title = f"{two_digits(old)} more people of 55 and over leave work than take it up every year"
    return Table("exits_by_age", title, ["Age", "At work", "Leave work a year", "Start or come back a year",
                 "Leave, less those who start", "Of those at work"], rows, pd.DataFrame(data),
                 "Baseline, a year on average, 5% to 95% of runs. Leave: from work to neither work nor search; to and "
                 "fro counts each time. People turn older between the groups, die and move.")  # fmt: skip


def _returns(results: Results, group: str) -> F8:
    """(R,) people who take up work from outside the labor force, all months."""
    outside = results.series("population", group) - results.series("labor_force", group)
    return np.asarray(np.nansum(results.series("flow_NE", group) * outside, axis=1), np.float64)


def who_fills(results: Results) -> Table | None:
    """Openings by occupation group: why they arise, how they grow, and the ages of those hired."""
    import pandas as pd

    groups = [g for g in openings(results) if math.isfinite(g["rate"])] if ("replacement_openings", "all") in results \
        or results.groups("occupation") else []  # fmt: skip
    if not groups or ("exit_openings", groups[0]["group"]) not in results:
        return None
    years = len(results.months) / 12.0
    rows: list[list[Any]] = []
    data: list[dict[str, Any]] = []
    for g in groups[:12]:
        exit_, move = (mean(np.nansum(results.series(i, g["group"]), axis=1)) / years
                       for i in ("exit_openings", "transfer_openings"))  # fmt: skip
        hired = np.array([mean(results.series("hired_within_year",
            f"{g['group']}|age:{a}")) for a in HIRED])
        ages = 100 * hired / hired.sum() if hired.sum() > 0 else np.full(3, np.nan)
        row = [g["name"], two_digits(exit_), two_digits(move), two_digits(g["growth"], True)]
        rows.append([*row, *(f"{a:.0f}%" if math.isfinite(a) else "n/a" for a in ages)])
        data.append({"occupation": g["code"], "name": g["name"], "leave_work": exit_, "change_occupation": move,
                     "net_new_jobs": g["growth"], **dict(zip(("hired_16_24", "hired_25_54", "hired_55"), hired,
                                                            strict=True))})  # fmt: skip
    frame = pd.DataFrame(data)
    if not frame["hired_16_24"].notna().any():
        return None
    young = 100 * frame["hired_16_24"].sum() / frame[["hired_16_24", "hired_25_54", "hired_55"]].to_numpy().sum()
    title = f"{young:.0f}% of those hired into these occupations are under 25"
    return Table("who_fills", title, ["Occupation group", "Openings a year: left work", "Changed occupation",
        "Net new jobs",
                 "Hired: under 25", "25 to 54", "55 and over"], rows, frame,
                 "Baseline, mean over runs; the 12 groups with most replacement. Hired: in the last 12 months and "
                 "still there.")  # fmt: skip


def regional_sectors(results: Results) -> Table | None:
    """Target sectors region by region: the region's scores of sectors, weighted by how much of each a zone has."""
    import pandas as pd

    from laborsim.region.pack import PackError, load_pack

    groups = zones(results)
    if len(groups) < 3 or ("share_self_sufficient", "sector:62") not in results or len(results.months) < 24:
        return None
    try:
        jobs = load_pack(results.about["scenario"]["region"])["jobs"]
    except (PackError, OSError, KeyError):
        return None
    table: Any = jobs.pivot_table(index="zone", columns="sector", values="jobs", aggfunc="sum").fillna(0.0)
    found = rank(results)
    codes = [g.partition(":")[2] for g in groups]
    if not set(codes) <= set(table.index):
        return None
    whole = table.loc[codes].sum()
    rows: list[list[Any]] = []
    data: list[dict[str, Any]] = []
    score = found.scores  # (R, S, 5), openings third
    rng = np.random.default_rng(20250)
    weights = rng.dirichlet(np.ones(score.shape[2]), 1000)
    runs = rng.integers(0, score.shape[0], len(weights))
    for g, code in zip(groups, codes, strict=True):
        own = np.array([float(table.loc[code].get(c, 0.0)) for c in found.codes])
        share = own / max(own.sum(), 1e-9)
        quotient = share / np.array([float(whole.get(c, 0.0)) for c in found.codes]) * whole[list(found.codes)].sum()
        here = np.array(score)
        here[:, :, 2] = share / max(share.max(), 1e-9)  # openings go with the zone's own jobs
        here = np.where((share >= 0.02)[None, :, None], here, -1.0)  # sectors the zone hardly has are no target there
        points = np.einsum("wsc,wc->ws", here[runs], weights)
        top = (np.argsort(np.argsort(-points, axis=1, kind="stable"), axis=1) < 3).mean(axis=0)
        best = np.argsort(-top, kind="stable")[:3]
        rows.append([zone_name(results, g, short=True), *(Cell(found.name(int(k)), f"top 3 in {100 * top[k]:.0f}%; "
                     f"{quotient[k]:.1f} times the usual share of jobs",
                     bool(top[k] >= 0.8)) for k in best)])  # fmt: skip
        data += [{"zone": code, "sector": found.codes[int(k)], "share_of_weightings_in_top_3": top[k],
                  "share_of_jobs": share[k], "location_quotient": quotient[k]} for k in np.argsort(-top)]  # fmt: skip
    firm = sum(any(c.sure for c in r[1:]) for r in rows)
    title = f"In {firm} of {len(rows)} regions at least one target sector holds under most weightings"
    return Table("regional_sectors", title, ["Region", "First", "Second", "Third"], rows, pd.DataFrame(data),
                 "Growth, wages, resilience and self-sufficiency are the whole region's, openings go with the zone's "
                 "own jobs at the start; sectors with less than 2% of a zone's jobs and government are left out. "
                 "Share of random weightings and runs in which a sector is among a region's first three; bold: 80% "
                 "or more. A zone's "
                 "own growth and wages are not in it: too few people of a zone are simulated.")  # fmt: skip


def commuting(results: Results) -> Table | None:
    """Who works where: in the zone of residence, elsewhere in the region, beyond it."""
    import pandas as pd

    groups = [g for g in zones(results) if ("works_in_own_zone", g) in results]
    if len(groups) < 2:
        return None
    rows: list[list[Any]] = []
    data: list[dict[str, Any]] = []
    line = ("works_in_other_state", "all") in results and mean(results.last_year("works_in_other_state")) > 0.0
    for g in ("all", *groups):
        own, out = (results.last_year(i, g) for i in ("works_in_own_zone", "works_outside"))
        across = results.last_year("works_in_other_state", g) if line else np.full(own.shape, np.nan)
        rows.append(["The whole region" if g == "all" else zone_name(results, g), ranged(own, "share"),
                     ranged(1.0 - own - out, "share"), ranged(out, "share"),
                     *([ranged(across, "share")] if line else []), ranged(results.last_year("jobs", g) /
                     results.last_year("employment", g), "number"), ranged(results.last_year("mean_commute", g),
                     "number")])  # fmt: skip
        data.append({"zone": g, "own_zone": np.nanmean(own), "outside": np.nanmean(out),
                     "other_state": mean(across) if line else np.nan})  # fmt: skip
    least = min(groups, key=lambda g: mean(results.last_year("works_in_own_zone", g)))
    share = mean(results.last_year("works_in_own_zone", least))
    title = f"Fewest work where they live in {zone_name(results, least, short=True)}: {100 * share:.0f}%"
    if line:
        title += f"; {100 * mean(results.last_year('works_in_other_state')):.0f}% of all work across the state line"
    return Table("commuting", title, ["Zone of residence", "Work there", "Elsewhere in the region", "Beyond the region",
                 *(["In a zone of the other state"] if line else []), "Jobs for each resident at work",
                 "Mean commute, minutes"], rows, pd.DataFrame(data),
                 "Baseline, last 12 months, with 5% to 95% of runs. Wage floors and taxes on payrolls are those of the "
                 "place of work; insurance, benefits and budgets those of the home.")  # fmt: skip


def timeline(results: Results) -> Table | None:
    """Who does what: plan, build, implement, money."""
    import pandas as pd

    from laborsim.report.deciding import a_year
    from laborsim.study.questions.effects import bought

    rows: list[list[Any]] = []
    data: list[dict[str, Any]] = []
    for p in results.policies:
        plan = results.about["policies"][p]
        if p == BASELINE:
            continue
        start = plan.get("start")
        parts = plan.get("combine") or ()
        if parts:
            steps = ["", f"combines {len(parts)} policies", ""]
        else:
            first = month_number(start or results.months[0])
            begins = first + int(plan.get("adoption_delay_months") or 0)
            full = begins + int(plan.get("ramp_months") or 0)
            steps = [month_text(m) for m in (first, begins, full)]
        text = bought(results, p, 3)
        text = text.partition(" bought ")[2].rpartition("; paid by ")[0] or text
        payer = plan.get("payer")
        payers = payer if isinstance(payer, str) else ", ".join(f"{k} {100 * v:.0f}%" for k, v in (payer or {}).items())
        rows.append([str(plan.get("owner") or "No owner named"), Cell(policy_title(results, p),
            "" if parts else payers),
                     *steps, a_year(results, p), text if not parts else ""])  # fmt: skip
        budget = plan.get("budget")
        data.append({"policy": p, "owner": plan.get("owner"), "decided": steps[0], "begins": steps[1],
            "in_full": steps[2],
                     "budget": budget, "spent": float(results.dollars(p).mean())})  # fmt: skip
    if not rows:
        return None
    owners = len({r[0] for r in rows})
    title = f"{owners} owner{'s' if owners != 1 else ''}, {len(rows)} polic{'ies' if len(rows) != 1 else 'y'}: "
    title += "plan, build, implement"
    return Table("owners", title, ["Owner", "Policy (who pays)", "Decided", "Begins", "In full", "Spent a year",
                 "What the money bought"], rows, pd.DataFrame(data),
                 "Decided to begins: until it is adopted. Begins to in full: until it runs as planned.")  # fmt: skip
