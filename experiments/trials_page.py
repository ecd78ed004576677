"""Run the trials of experiments/trials/ and write docs/trials.md from what they stored.

    python experiments/trials_page.py --store results/trials            runs those not stored, then writes the page
    python experiments/trials_page.py --store results/trials --page     writes the page alone
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "trials.md"
# What is tried, the last month simulated (courses need years, services months), the share of people and the replicates:
# as many as make a page in about eight minutes on two cores, more where few are tried or whole regions are compared.
TRIALS = {
    "apprenticeship": ("2025-12", 0.1, 6),
    "sectoral_training": ("2022-12", 0.1, 6),
    "ojt_reimbursement": ("2022-12", 0.2, 6),
    "classroom": ("2022-12", 0.05, 6),
    "pathways": ("2023-06", 0.1, 3),
    "high_school": ("2025-12", 0.05, 3),
    "job_center_services": ("2021-06", 0.05, 10),
    "job_centers_help": ("2021-06", 0.05, 4),
    "job_centers_review": ("2021-06", 0.05, 4),
    "childcare_support": ("2021-06", 0.05, 4),
    "transport_support": ("2021-06", 0.05, 10),
}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--store", type=Path, default=Path("results/trials"), help="where trials are stored")
    options.add_argument("--page", action="store_true", help="only write the page")
    options.add_argument("--threads", type=int, default=None)
    chosen = options.parse_args()
    if not chosen.page:
        for name, (horizon, scale, replicates) in TRIALS.items():
            if not (chosen.store / name / "manifest.json").exists():
                run(name, horizon, scale, replicates, chosen.store / name, chosen.threads)
    found = {n: json.loads((chosen.store / n / "trial.json").read_text()) for n in TRIALS
             if (chosen.store / n / "trial.json").exists()}  # fmt: skip
    old = [name for name, trial in found.items() if any("p" not in row for row in trial["evidence"])]
    if old:
        print(f"{chosen.store}: stored without p-values: {', '.join(old)}; remove and run again", file=sys.stderr)
        return 2
    PAGE.write_text(page(found), encoding="utf-8")
    print(PAGE)
    return 0


def run(name: str, horizon: str, scale: float, replicates: int, folder: Path, threads: int | None) -> None:
    """One trial, stored in a folder."""
    from laborsim.loading import load_scenario
    from laborsim.report.trial import publish
    from laborsim.study import trial

    spec = load_scenario(HERE / "trials" / "scenario.toml").with_settings(horizon=horizon, scale=scale)
    made = trial.run(spec, name, replicates, threads=threads)
    for record in made.failed:
        print(f"{name}, replicate {record.replicate}: {record.error}", file=sys.stderr)
    trial.write(made, folder)
    publish(made, folder)
    print(name, file=sys.stderr)


def page(found: dict[str, dict[str, Any]]) -> str:
    """The page: simulated against published, then each trial."""
    from laborsim.scenario.ledger import ledger

    reasons = tomllib.loads((HERE / "trials" / "reasons.toml").read_text(encoding="utf-8"))
    lines = [
        "# Trials: simulated against published",
        "",
        "Made by `python experiments/trials_page.py` from the stored results of `experiments/trials/scenario.toml`:",
        "Kansas City, replicates of three runs each.",
        "What a trial is, how effects and intervals are worked out, what the verdicts mean:",
        "[results.md](results.md#trials). *Fitted* figures are those that a parameter was set to meet or calibration",
        "may use, *input* those of a study from which a parameter takes a figure; only *held out* ones test. Synthetic",
        "region, not a forecast. In brackets beside a published figure is its interval as published; the range held to",
        "also takes the figure discounted for another place. *No power*: the simulated interval holds zero and is more",
        "than three times as wide as that range, so that it would agree with nearly any effect.",
        "",
        "| trial | study | use | published | range held to | simulated (90% interval) | verdict |",
        "|---|---|---|---|---|---|---|",
    ]
    outside = []
    for name, trial in found.items():
        for row in trial["evidence"]:
            unit, verdict = row["unit"], row["verdict"]
            held = f"{figure(row['accepted_low'], unit)} to {figure(row['accepted_high'], unit)}"
            use = ledger()[row["study"]].use if row["study"] in ledger() else row["use"]  # as marked today
            cells = (name, row["outcome"], use.replace("_", " "), published(row), held,
                     interval(row, unit), verdict if verdict == "inside" else f"**{verdict}**")  # fmt: skip
            lines.append(f"| {' | '.join(cells)} |")
            if row["verdict"] not in ("inside", "not measured"):
                why = reasons.get(row["study"], {}).get("why", "No reason is known.")
                outside.append(f"- **{name}: {row['outcome']}** ({row['verdict']}). {why}")
                if row["note"]:
                    outside[-1] += f" ({row['note'][0].upper() + row['note'][1:]}.)"
    lines += ["", family(found)]
    lines += ["", "## Not inside, and why", "", *(outside or ["All are inside."]), "", "## Each trial", ""]
    for name, trial in found.items():
        lines += section(name, trial)
    return "\n".join(lines) + "\n"


def family(found: dict[str, dict[str, Any]]) -> str:
    """Which effects of the table are more than chance, judged together; a figure held to two studies counts once."""
    from laborsim.study.judging import RATE
    from laborsim.study.statistics import discoveries

    effects: dict[tuple[str, float], str] = {}
    for name, trial in found.items():
        for row in trial["evidence"]:
            if known(row["p"]) and row["verdict"] != "not measured":
                effects.setdefault((name, row["p"]), f"{name} ({row['outcome'].partition(';')[0].partition(':')[0]})")
    named = discoveries([p for _, p in effects], RATE)
    groups = [[label for label, is_named in zip(effects.values(), named, strict=True) if is_named == wanted]
              for wanted in (True, False)]  # fmt: skip
    return (
        f"Of the {len(effects)} simulated effects, judged together so that at most one in {1 / RATE:.0f} of those "
        f"named is chance (Benjamini and Hochberg 1995), {len(groups[0])} differ from zero: "
        f"{'; '.join(groups[0]) or 'none'}. "
        f"Not told from zero: {'; '.join(groups[1]) or 'none'}. Shares completed and cancelled are no effects. "
        "Intervals are of each figure alone (Hartung, Knapp, Sidik and Jonkman: Student's t over replicates)."
    )


def section(name: str, trial: dict[str, Any]) -> list[str]:
    """Effects by year, lock-in, displacement and cost of one trial."""
    from laborsim.report.trial import balance

    lines = [
        f"### {name.replace('_', ' ').capitalize()}",
        "",
        f"Randomised: {trial['randomised']}; {trial['people_randomised']:,} people simulated "
        f"({100 * trial['scale']:g}% of the region) in {trial['replicates']} replicates, followed for "
        f"{trial['months_followed']} months.",
        "",
        "| outcome | period | offered | enrolled (90% interval) | without | people |",
        "|---|---|---|---|---|---|",
    ]
    for row in trial["effects"]:
        if row["group"] == "all" and row["outcome"] in ("earnings", "employed"):
            unit = row["unit"]
            enrolled = f"{figure(row['tot'], unit)} ({figure(row['tot_low'], unit)} to {figure(row['tot_high'], unit)})"
            cells = (row["outcome"], row["period"], figure(row["itt"], unit), enrolled,
                     figure(row["without"], unit, False), f"{row['people']:,}")  # fmt: skip
            lines.append(f"| {' | '.join(cells)} |")
    lock, share = trial["lock_in"], trial["displaced_share"]
    said = []
    if known(lock["dollars_a_month"]):
        said.append(
            f"While taking part ({lock['months']:.0f} months on average) earnings differ by "
            f"{figure(lock['dollars_a_month'], 'dollars')} a month ({figure(lock['low'], 'dollars')} to "
            f"{figure(lock['high'], 'dollars')})."
        )
    wanted = ("all", "others", "employed")
    others = next(r for r in trial["displacement"] if (r["run"], r["who"], r["outcome"]) == wanted)
    sure = known(share["mean"]) and known(share["low"]) and share["low"] > 0
    told = known(trial["break_even_displacement"]) and trial["break_even_displacement"] > 0
    displaced = f", {100 * share['mean']:.0f}% of participants' gain displaced" if sure and not told else ""
    said.append(
        f"Others' work where all may take part: {others['mean']:+,.0f} person-years ({others['low']:+,.0f} to "
        f"{others['high']:+,.0f}){displaced}."
    )
    cost = trial["costs"]["per_participant"]
    if known(cost):
        said.append(f"Cost per participant {figure(cost, 'dollars', False)}.")
    if known(trial["break_even_displacement"]):
        even = 100 * trial["break_even_displacement"]
        loses = "Over the run society loses even if nobody is displaced."
        mean, low, high = (share[k] if known(share.get(k)) else math.nan for k in ("mean", "low", "high"))
        held = balance(even / 100, (mean, low, high))
        holds = f"Society breaks even over the run at a displacement of {even:.0f}%.{held}"
        said.append(holds if told else loses)
    if trial["replicates"] < 2:
        said.append("One replicate: intervals are over its persons and lack what replicates differ by.")
    return [*lines, "", " ".join(said), ""]


def known(value: Any) -> bool:
    """Whether there is a figure."""
    return value is not None and math.isfinite(value)


def published(row: dict[str, Any]) -> str:
    """A published figure with its interval as published, where it has one."""
    low, high, unit = row["published_low"], row["published_high"], row["unit"]
    ends = f" ({figure(low, unit)} to {figure(high, unit)})" if known(low) and known(high) and low < high else ""
    return figure(row["published"], unit) + ends


def interval(row: dict[str, Any], unit: str) -> str:
    """A simulated figure with its interval."""
    if not known(row["simulated"]):
        return "-"
    ends = f" ({figure(row['simulated_low'], unit)} to {figure(row['simulated_high'], unit)})"
    return figure(row["simulated"], unit) + (ends if known(row["simulated_low"]) else "")


def figure(value: Any, unit: str, signed: bool = True) -> str:
    """A figure in its unit."""
    if not known(value):
        return "-"
    sign = "-" if value < 0 else "+" if signed else ""
    if unit.startswith("dollars"):
        return f"{sign}${abs(value):,.0f}"
    return f"{value:+.2f}" if unit == "elasticity" else f"{sign}{100 * abs(value):.1f} pp"


if __name__ == "__main__":
    sys.exit(main())
