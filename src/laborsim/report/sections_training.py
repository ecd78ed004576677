"""Sections on training and services: kinds side by side, people by step, losses, access, job centers, participants."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from laborsim.indicators.steps import STEPS
from laborsim.report.tables import Cell, Line, Table, grid, mean, ranged, said
from laborsim.report.wioa import figure
from laborsim.report.wording import join, lower, policy_title, two_digits
from laborsim.scenario.schema import BASELINE
from laborsim.study.small_cells import SUPPRESSED, hidden, without
from laborsim.study.statistics import spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from laborsim.study.results import Results

    F8 = NDArray[np.float64]

KINDS: Final = {
    "apprenticeship": "Registered apprenticeship", "ojt": "On-the-job training", "customized": "Customized training",
    "classroom": "Courses", "sectoral": "Sectoral training", "pathway": "Stackable credentials",
    "pre_apprenticeship": "Pre-apprenticeship", "cte": "Career and technical education", "work_experience": "Work "
                                                            "experience",
    "job_center_services": "Job centers",
}  # fmt: skip
COMPARED: Final = ("apprenticeship", "ojt", "customized")
PAYERS: Final = ("participant", "employer", "provider", "board", "state", "federal")
LOST: Final = {
    "did_not_know": "did not know of it", "did_not_apply": "knew of it, did not apply", "education": "schooling",
    "record": "background check", "no_seat": "no seat", "no_employer": "no employer or sponsor",
    "childcare": "childcare",
    "transport": "transport", "money": "money", "no_vacancy": "no vacancy after it", "not_hired": "not hired after it",
}  # fmt: skip
# types of instrument -> kinds of program that they add to
ADDS: Final[Mapping[str, tuple[str, ...]]] = {
    "apprenticeship_expansion": ("apprenticeship",), "ojt_reimbursement": ("ojt",),
    "customized_training": ("customized",),
    "sectoral_training": ("sectoral",), "sector_partnership": (), "classroom_training": ("classroom",),
    "career_pathways": ("pathway",), "cte": ("cte",), "work_experience": ("work_experience",),
    "pre_apprenticeship": ("pre_apprenticeship",), "job_center_services": ("job_center_services",),
}  # fmt: skip


def kinds_of(results: Results, policy: str) -> list[str]:
    """Kinds of program that a policy adds places to."""
    plan = results.about["policies"][policy]
    parts = [results.about["policies"].get(p) or {} for p in plan.get("combine") or ()]
    found = [k for part in (plan, *parts) for i in part.get("instruments") or () for k in ADDS.get(i["type"], ())]
    return list(dict.fromkeys(found))


def training_kinds(results: Results) -> Table | None:
    """Apprenticeship, on-the-job and customized training: who pays, length, pay, credential, and what comes of them."""
    import pandas as pd

    from laborsim.scenario.programs import load_programs

    present = [k for k in COMPARED if ("pipeline_enrolled", f"kind:{k}") in results]
    if not present:
        return None
    types = load_programs()
    columns: list[list[Any]] = []

    def seen(cell: Any, people: F8) -> Any:
        return SUPPRESSED if hidden(results.about, people) else cell

    data: list[dict[str, Any]] = []
    for kind in present:
        group, own = f"kind:{kind}", [t for t in types if t.kind == kind]
        count = {s: np.nansum(results.series(f"pipeline_{s}", group), axis=1) for s in ("enrolled", "completed",
            "placed")}
        kept = np.nansum(results.series("pipeline_kept", group), axis=1)
        let_go = np.nansum(results.series("pipeline_not_kept", group), axis=1)
        starts = float(count["enrolled"].mean())
        paid = {p: float(np.nansum(results.series(f"program_cost_{p}", group), axis=1).mean()) for p in PAYERS
                if (f"program_cost_{p}", group) in results}  # fmt: skip
        whole = sum(paid.values())
        payers = join([f"{k} {100 * v / whole:.0f}%" for k, v in sorted(paid.items(), key=lambda x: -x[1])
                       if v >= 0.05 * whole]) if whole > 0 else "n/a"  # fmt: skip
        ended = kept + let_go
        years = len(results.months) / 12.0
        columns.append([
            KINDS[kind], _span([t.months for t in own], "months"), payers,
            seen(said(whole / starts, "dollars") if starts else "n/a", count["enrolled"]),
            _wage(own), _portable(own), _credential(own),
            seen(ranged(count["enrolled"] / years, "people"), count["enrolled"]),
            seen(ranged(_ratio(count["completed"], count["enrolled"]), "share"), count["enrolled"]),
            seen(ranged(_ratio(count["placed"], count["completed"]), "share"), count["completed"]),
            seen(ranged(_ratio(kept, ended), "share"), ended) if float(ended.sum()) > 0 else "no contract",
        ])  # fmt: skip
        known = {k: without(results.about, float(v.mean()), v) for k, v in count.items()}
        data.append({"kind": kind, "starts_a_year": known["enrolled"] / years, "completed": known["completed"],
                     "placed": known["placed"], "cost_each": whole / known["enrolled"] if starts else math.nan,
                     **{f"paid_by_{k}": v for k, v in paid.items()}})  # fmt: skip
    labels = ["", "Length", "Who pays", "Cost of a start", "Pay while learning", "Skill that can be carried elsewhere",
              "Credential", "Starts a year", "Complete, of those who start", "Placed, of those who complete",
              "Kept by the employer"]  # fmt: skip
    rows = [[label, *(c[k] for c in columns)] for k, label in enumerate(labels)][1:]
    title = "Starts of no kind are enough to be shown"
    if any(r["starts_a_year"] > 0 for r in data):
        most = max(data, key=lambda r: np.nan_to_num(r["starts_a_year"]))
        title = f"{KINDS[most['kind']]} has most starts ({two_digits(most['starts_a_year'])} a year)"
    able = {r["kind"]: r["completed"] / (r["starts_a_year"] * years) for r in data
            if r["starts_a_year"] > 0 and math.isfinite(r["completed"])}  # fmt: skip
    if len(able) > 1:
        best = max(able, key=lambda k: able[k])
        title += f"; of {lower(KINDS[best])} most complete ({100 * able[best]:.0f}%)"
    return Table("training_kinds", title, ["", *(c[0] for c in columns)], rows, pd.DataFrame(data),
                 "Terms as the program types declare them; figures: baseline, all months, with 5% to 95% of runs; "
                 "suppressed: small cells. Who start late have not completed by the end: long training is understated. "
                 "`laborsim ask retirements` sets the three side by side for the same money.")  # fmt: skip


def _span(values: list[int], unit: str) -> str:
    low, high = min(values), max(values)
    return f"{low} {unit}" if low == high else f"{low} to {high} {unit}"


def _wage(types: list[Any]) -> str:
    shares = [t.wage_share for t in types]
    if max(shares) == 0.0:
        return "own wage goes on" if types[0].kind == "customized" else "none"
    low, high = min(shares), max(shares)
    return f"from {100 * low:.0f}%" + (f" to {100 * high:.0f}%" if high > low else "") + " of the job's pay"


def _portable(types: list[Any]) -> str:
    own = [1.0 - t.specific for t in types]
    low, high = min(own), max(own)
    return f"{100 * low:.0f}%" if low == high else f"{100 * low:.0f}% to {100 * high:.0f}%"


def _credential(types: list[Any]) -> str:
    have = sum(bool(t.credential) for t in types)
    return "yes" if have == len(types) else "none" if not have else f"{have} of {len(types)} types"


def _ratio(part: F8, whole: F8) -> F8:
    return np.asarray(np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), np.nan), np.float64)


# --- people, each once ---------------------------------------------------------------------------
def people(results: Results, kind: str, step: str, policy: str) -> F8:
    """(R,) people at full scale who reach a step of a kind of program, each once; NaN where that was not counted."""
    out = np.full(results.replicates, np.nan)
    for record in results.records:
        if record.done and record.policy == policy and record.steps:
            found = [r["people"] for r in record.steps if r["kind"] == kind and r["step"] == step]
            out[record.replicate] = (found[0] if found else 0) / float(results.about["scale"])
    return out


def counted(results: Results) -> bool:
    """Whether the runs counted people, each once."""
    return any(r.steps for r in results.records if r.done)


def steps(results: Results) -> Table | None:
    """People by kind of program and step in the baseline, each once in every cell."""
    import pandas as pd

    if not counted(results):
        return None
    rows: list[list[Any]] = []
    data: list[dict[str, Any]] = []
    for kind, label in KINDS.items():
        if not float(np.nansum(people(results, kind, "enrolled", BASELINE))) > 0 or kind == "job_center_services":
            continue
        row: list[Any] = [label]
        for step in STEPS:
            values = people(results, kind, step, BASELINE)
            middle = mean(values)
            row.append(SUPPRESSED if hidden(results.about, values) else said(middle, "people"))
            data.append({"kind": kind, "step": step, "people": without(results.about, middle, values)})
        rows.append(row)
    if not rows:
        return None
    enrolled = {r["kind"]: r["people"] for r in data if r["step"] == "enrolled" and math.isfinite(r["people"])}
    applied = {r["kind"]: r["people"] for r in data if r["step"] == "applied" and math.isfinite(r["people"])}
    both = [k for k in enrolled if k in applied and applied[k] > 0 and k not in ("customized",)]
    hardest = min(both, key=lambda k: enrolled[k] / applied[k]) if both else ""
    title = "People by step of training"
    if hardest:
        share = 100 * enrolled[hardest] / applied[hardest]
        title = f"Hardest to enter: {lower(KINDS[hardest])}, {share:.0f}% of those who apply enroll"
    return Table("steps", title, ["Baseline", *(s.capitalize() for s in STEPS)], rows, pd.DataFrame(data),
                 "People, once for each kind of program and step, mean over runs; suppressed: small cells. Retained: "
                 "with the employer a year after placement.")  # fmt: skip


def losses(results: Results) -> Table | None:
    """Why people do not get into or through training, and what policies change of that."""
    have = [(r, label) for r, label in LOST.items() if (f"lost_{r}", "all") in results]
    if not have:
        return None
    lines = [Line("Told of fields and training", "outreach_contacts", total=True),
             Line("of them who had not known", "outreach_learnt", total=True)]  # fmt: skip
    lines = [x for x in lines if (x.indicator, "all") in results
             and any(np.nansum(results.series(x.indicator, "all", p)) > 0 for p in results.policies)]  # fmt: skip
    lines += [Line(f"Lost: {label}", f"lost_{r}", total=True) for r, label in have]
    base = {label: mean(np.nansum(results.series(f"lost_{r}"), axis=1)) for r, label in have}
    first = {k: v for k, v in base.items() if k not in ("did not know of it", "knew of it, did not apply")}
    worst = max(first, key=lambda k: first[k])
    # Whoever has not heard of a program has not looked at it either: the lead is of those who applied.
    lead = f"Of those who apply for training most are lost to: {worst}"
    return grid(results, "losses", lines, lead, "Times, all months: a person may be lost more than once. Did not "
                                                "know: who would have considered training was near a seat of a "
                                                "program not heard of. More seats "
                                                "draw more looks, so that more are "
                "lost as well.", told=False)  # fmt: skip


def access(results: Results) -> Table | None:
    """Who is in training, by group."""
    groups = [g for g in (*results.groups("race"), *results.groups("sex")) if ("training_share", g) in results]
    if not groups:
        return None
    from laborsim.report.who import enough
    from laborsim.study.outcomes import group_name

    lines = [Line("In training, everyone", "training_share")]
    lines += [Line(f"In training, {group_name(g)}", "training_share", g) for g in groups if enough(results, g)]
    lines += [Line("Seats taken, all programs", "seat_use"), Line("Seats, a month", "seats")]
    return grid(results, "access", lines, f"{100 * mean(results.last_year('training_share')):.1f}% of people "
                "are in training", "Groups of few people simulated are left out.")  # fmt: skip


def job_centers(results: Results) -> Table | None:
    """Take-up, waiting and drop-off at job centers."""
    lines = [
        Line("Came", "center_came", total=True), Line("Served", "center_served", total=True),
        Line("Served without insurance", "center_served_uninsured", total=True),
        Line("Turned away for want of a place", "center_turned_away", total=True),
        Line("Called and stayed away", "center_no_shows", total=True),
        Line("Applied for training", "pipeline_applied", total=True),
        Line("Enrolled in training", "pipeline_enrolled", total=True),
        Line("Dropped out of training", "pipeline_dropouts", total=True),
        Line("Find work in a month", "flow_UE"), Line("Unemployed more than six months", "long_term_unemployed_share"),
    ]  # fmt: skip
    if ("center_came", "all") not in results:
        return None
    policy = max(results.policies, key=lambda p: float(np.nansum(results.series("center_came", "all", p))))
    came, away = (mean(np.nansum(results.series(i, "all", policy), axis=1))
                  for i in ("center_came", "center_turned_away"))  # fmt: skip
    lead = "No policy here opens job centers"
    if came > 0:
        lead = f"With {lower(policy_title(results, policy))} {two_digits(came)} visits, {100 * away / came:.0f}% "
        lead += "of them turned away for want of a place"
    return grid(results, "job_centers", lines, lead,
                "Visits and services of a month: a person who comes in three months counts three times.",
                told=False)  # fmt: skip


def co_enrolment(results: Results) -> Table | None:
    """People in more than one kind of program, job centers included, by policy."""
    import pandas as pd

    if not counted(results):
        return None
    policies = [p for p in results.policies if np.isfinite(people(results, "several", "enrolled", p)).any()]
    pairs = sorted({r["kind"] for x in results.records for r in x.steps if "+" in str(r["kind"])})

    def simulated(p: str, kind: str) -> float:
        return float(np.nansum(people(results, kind, "both", p))) * float(results.about["scale"])

    pairs = sorted(pairs, key=lambda k: -max(simulated(p, k) for p in policies))[:6]
    rows: list[list[Any]] = []
    data: list[dict[str, Any]] = []
    for kind, label in (("several", "In more than one kind"), *((k, _pair(k)) for k in pairs)):
        row: list[Any] = [label]
        for p in policies:
            both, together = people(results, kind, "both", p), people(results, kind, "together", p)
            middle = mean(both)
            few = hidden(results.about, both)
            known = kind != "several" and not few and mean(together) > 0 and not hidden(results.about, together)
            small_text = f"{two_digits(mean(together))} at one time" if known else ""
            row.append(SUPPRESSED if few else Cell(two_digits(middle), small_text))
            data.append({"kind": kind, "policy": p, "people": math.nan if few else middle,
                         "at_one_time": mean(together) if known else math.nan})  # fmt: skip
        if any(str(c) != SUPPRESSED for c in row[1:]):
            rows.append(row)
    whole = {p: mean(people(results, "several", "enrolled", p)) for p in policies}
    share = {p: mean(people(results, "several", "both", p)) / whole[p] for p in policies if whole[p] > 0}
    if not rows or not share:
        return None
    rows.insert(0, ["In any program or at a job center", *(two_digits(whole[p]) for p in policies)])
    best = max(share, key=lambda p: share[p])
    title = f"{100 * share.get(BASELINE, 0.0):.1f}% of participants take part in more than one kind of program"
    title += f"; most with {lower(policy_title(results, best))} ({100 * share[best]:.1f}%)" if best != BASELINE else ""
    return Table("co_enrolment", title, ["People, each once", *(policy_title(results, p) for p in policies)],
                 rows, pd.DataFrame(data), "Means over runs; small cells are suppressed.")  # fmt: skip


def _pair(kind: str) -> str:
    a, b = kind.split("+")
    return f"{KINDS[a]} and {lower(KINDS[b])}"


# --- what participants do, with and without ------------------------------------------------------
def participants(results: Results) -> list[dict[str, Any]]:
    """What programs add to what their people do, one row a policy and kind of program: the same people and draws
    without any program. Small cells are left out.

    policy, kind, people, work (gross, without, net, low, high: shares at work two quarters after) and pay (the same,
    mean dollars of that quarter, zeros included), runs.
    """
    table = results.wioa()
    out: list[dict[str, Any]] = []
    for policy in results.verdicts().tested:
        if results.about["policies"][policy].get("combine"):
            continue
        for kind in kinds_of(results, policy):
            own = table[(table["policy"] == policy) & (table["program"] == kind) & (table["population"] == "all")
                        & (table["group"] == "all")].set_index("indicator")  # fmt: skip
            row: dict[str, Any] = {"policy": policy, "kind": kind}
            for name, indicator in (("work", "employment_q2"), ("pay", "mean_earnings_q2")):
                if indicator not in own.index:
                    continue
                r: Any = own.loc[indicator]
                if not r["suppressed"] and math.isfinite(r["net"]):
                    row |= {"people": float(r["people"]), "runs": int(r["runs"]), name: tuple(
                        float(r[c]) for c in ("gross", "counterfactual", "net", "net_low", "net_high"))}  # fmt: skip
            if "work" in row:
                out.append(row)
    return out


def _between(low: float, high: float, kind: str) -> str:
    """A range over runs; empty where runs are too few."""
    return f"{figure(low, kind, True)} to {figure(high, kind, True)}" if math.isfinite(low) else ""


def with_and_without(results: Results) -> Table | None:
    """Participants beside the same people without the program."""
    import pandas as pd

    found = participants(results)
    if not found:
        return None
    rows: list[list[Any]] = []
    data: list[dict[str, Any]] = []
    for r in found:
        gross, alone, net, low, high = r["work"]
        row = [policy_title(results, r["policy"]), KINDS[r["kind"]], two_digits(r["people"]), figure(gross, "share"),
               figure(alone, "share"),
               Cell(figure(net, "share", True), _between(low, high, "share"), low > 0 or high < 0)]
        if "pay" in r:
            row.append(Cell(figure(r["pay"][2], "dollars", True), _between(r["pay"][3], r["pay"][4], "dollars"),
                            r["pay"][3] > 0 or r["pay"][4] < 0))  # fmt: skip
        else:
            row.append("n/a")
        rows.append(row)
        data.append({"policy": r["policy"], "kind": r["kind"], "people": r["people"], "work": gross,
            "work_without": alone,
                     "work_net": net, "work_net_low": low, "work_net_high": high,
                     "pay_net": r.get("pay", (math.nan,) * 5)[2]})  # fmt: skip
    best = max(found, key=lambda r: r["work"][2])
    with_, alone = (figure(best["work"][k], "share") for k in (0, 1))
    title = (f"{KINDS[best['kind']]}: {with_} of participants work half a year after (16 to 24: or learn), "
             f"{alone} of the same people without it")  # fmt: skip
    heads = ["Policy", "Program", "People who left it",
             "At work (16 to 24: or in school or training) in the 2nd quarter after", "The same people without", "Net",
             "Net pay in that quarter"]  # fmt: skip
    return Table("participants", title, heads, rows, pd.DataFrame(data),
                 "All who left programs of that kind, those on places without the policy included, beside the same "
                 "people and draws with no program, as WIOA counts employment; net with 5% to 95% of runs; bold: "
                 "outside zero in nearly all. People enroll when they are out of work, so net is somewhat too low. "
                 "Who was pushed aside is not in it.")  # fmt: skip


__all__ = ["ADDS", "KINDS", "access", "co_enrolment", "counted", "job_centers", "kinds_of", "losses", "participants",
           "people", "spread", "steps", "training_kinds", "with_and_without"]  # fmt: skip
