"""`laborsim compare`: two policies against each other."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from laborsim.commands.options import (
    Debug,
    Json,
    Out,
    Quiet,
    Replicates,
    Scale,
    ScenarioFile,
    Seed,
    Threads,
    emit_json,
    remark,
)
from laborsim.commands.study import study
from laborsim.study.statistics import FEWEST_RUNS

Policies = Annotated[
    list[str],
    typer.Option("--policy", "-p", metavar="NAME", help="Policy to compare: two, or one against the baseline."),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by", metavar="GROUP", help="Break down by group: segment, sex, race, age, education, zone, parent."
    ),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Simulate even if these runs are stored already.")]


def command(
    scenario: ScenarioFile,
    policy: Policies,
    by: By = None,
    fresh: Fresh = False,
    replicates: Replicates = None,
    scale: Scale = None,
    seed: Seed = None,
    threads: Threads = None,
    out: Out = None,
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Paired differences between two policies with intervals, cost per additional outcome, who gains and who loses.

    The second policy less the first; one policy alone is compared with the baseline. Runs that a finished study of
    the scenario has stored in results/ are read, others are simulated and stored. SCENARIO may also be a results
    directory.

    Example: laborsim compare scenarios/independence-works-2025.toml --policy baseline --policy childcare --by segment
    """
    from laborsim.scenario.schema import BASELINE
    from laborsim.study.names import WrongOption, check_threads, known
    from laborsim.study.results import load_results
    from laborsim.study.verdicts import FAMILIES, idle_because

    if len(policy) > 2:
        raise WrongOption("--policy: give two policies, or one to compare with the baseline")
    against, chosen = (BASELINE, policy[0]) if len(policy) == 1 else (policy[0], policy[1])
    if against == chosen:
        raise WrongOption(f"--policy: {chosen!r} cannot be compared with itself")
    if scenario.is_dir():
        settings = {"--replicates": replicates, "--scale": scale, "--seed": seed, "--threads": threads, "--out": out,
                    "--fresh": fresh or None}  # fmt: skip
        if given := [name for name, value in settings.items() if value is not None]:
            raise WrongOption(f"{', '.join(given)}: {scenario} holds results: nothing is simulated")
        results = load_results(scenario)
    else:
        from laborsim.loading import load_scenario
        from laborsim.study.run import settle

        read = load_scenario(scenario)
        names = [BASELINE, *read.policies]
        spec = settle(
            read, replicates, seed, scale,
            lambda: known(against, names, "policy"), lambda: known(chosen, names, "policy"),
            lambda: known(by or FAMILIES[0], FAMILIES, "group"), lambda: check_threads(threads),
        )  # fmt: skip
        results = study(spec, [against, chosen], threads, out, quiet, reuse=not fresh)
    if all(not r.done for r in results.records):
        remark("no run finished")
        raise typer.Exit(1)
    comparison = results.compare(chosen, against, by=by)
    from laborsim.report import terminal

    idle = {name: why for name in (against, chosen) if (why := idle_because(results, name))}
    tested = chosen not in idle or against not in (BASELINE, *idle)  # else the two have the same runs
    if json_:
        emit_json(
            {
                "scenario": results.about["scenario"]["name"],
                "policy": chosen,
                "against": against,
                "by": by,
                "replicates": results.replicates,
                "months": comparison.months,
                "level": comparison.level,
                **{
                    name: getattr(comparison, name).to_dict("records")
                    for name in ("differences", "costs", "gains", "losses")
                },
                "not_tested": idle,
                "failed": [_failed(r) for r in results.failed],
            }
        )
    else:
        for name, why in idle.items():
            print(f"{name}: not tested: {why}")
        if tested:
            screen = terminal.console()
            screen.print(terminal.differences(results, comparison))
            if len(comparison.costs):
                screen.print(terminal.costs(results, comparison))
            print(terminal.gains_and_losses(comparison))
        if results.replicates < FEWEST_RUNS:
            remark(f"fewer than {FEWEST_RUNS} replicates give no intervals: use --replicates", quiet)
    if results.failed:
        remark(terminal.failures(results))
        raise typer.Exit(1)


def _failed(record: Any) -> dict[str, Any]:
    return {"policy": record.policy, "replicate": record.replicate, "error": record.error}
