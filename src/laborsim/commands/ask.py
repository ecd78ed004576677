"""`laborsim ask`: a board director's question, answered from runs of a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from laborsim.commands.options import (
    Debug,
    Json,
    Quiet,
    Replicates,
    Scale,
    ScenarioFile,
    Seed,
    Threads,
    emit_json,
    remark,
)

if TYPE_CHECKING:
    from laborsim.study.questions.answer import Answer

Question = Annotated[
    str,
    typer.Argument(
        metavar="QUESTION",
        help="target, mix, retirements, funnel, childcare, sectors, ai, additional, quality or trust.",
        show_default=False,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Where to write. Default: results/<scenario>/ask/<question>."),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Simulate even if these runs are stored already.")]


def command(
    question: Question,
    scenario: ScenarioFile,
    replicates: Replicates = None,
    scale: Scale = None,
    seed: Seed = None,
    threads: Threads = None,
    out: Out = None,
    fresh: Fresh = False,
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Answer one of ten questions in a sentence or two with its range, then a chart and the table behind it.

    \b
    target        Are we on track for our targets, and with what probability?
    mix           With $2 million a year, which mix adds most self-sufficient workers?
    retirements   Apprenticeship, on-the-job or customized training for our retirements?
    funnel        If we double apprenticeships, where does the pipeline break?
    childcare     Does childcare or training bring back more workers per dollar, and for whom?
    sectors       Which sectors should we target, and how sure is the ranking?
    ai            Who is displaced if AI adoption speeds up, and what cushions it?
    additional    How many placements are truly additional?
    quality       Does job quality fill jobs faster than training?
    trust         Which assumptions flip the recommendation, and why should I trust this?

    Runs are stored and shared by all questions: what is there already is not simulated again. Where the scenario has no
    policy that can answer, a standard package of $2 million a year stands in, and the answer says so.

    Example: laborsim ask childcare scenarios/independence-works-2025.toml --replicates 12
    """
    from laborsim.commands.progress import Bar
    from laborsim.commands.study import terminated_as_interrupted
    from laborsim.loading import load_scenario
    from laborsim.study.names import check_threads, known
    from laborsim.study.questions import QUESTIONS, ask
    from laborsim.study.questions.bench import Bench
    from laborsim.study.run import Interrupted, settle

    asked = lambda: known(question, QUESTIONS, "question")  # noqa: E731
    spec = settle(load_scenario(scenario), replicates, seed, scale, asked, lambda: check_threads(threads))
    with Bar(quiet, rate=True) as bar, terminated_as_interrupted():
        bench = Bench(spec, threads=threads, progress=bar, fresh=fresh)
        try:
            answer = ask(question, bench)
        except Interrupted as stop:
            remark(f"{stop} and are kept in {stop.path}; the same command goes on from them")
            raise
    folder = out or bench.kept.parent / question
    files = write(answer, folder)
    if json_:
        emit_json({"scenario": spec.name, **answer.as_dict(), "files": files})
    else:
        _show(answer, files)
    remark(f"{bench.made} runs made, {bench.read} read", quiet)
    if bench.failed:
        remark(f"{len(bench.failed)} runs failed: {bench.failed[0].error}")
        raise typer.Exit(1)


def write(answer: Answer, folder: Path) -> dict[str, str]:
    """The chart and its data, and the answer as JSON; names of the files by what they hold."""
    import json

    from laborsim.report.answers import chart
    from laborsim.study.manifest import plain
    from laborsim.study.storage import write_atomically

    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, Any] = {}
    drawn = chart(answer)
    if drawn is not None:
        drawn.save(folder)
        files = {ending: str(folder / f"{drawn.name}.{ending}") for ending in ("svg", "png", "csv", "txt")}
    text = json.dumps(plain(answer.as_dict()), indent=1, ensure_ascii=False, allow_nan=False)
    write_atomically(folder / "answer.json", text + "\n")
    return files | {"json": str(folder / "answer.json")}


def _show(answer: Answer, files: dict[str, str]) -> None:
    from rich.padding import Padding

    from laborsim.report.answers import table
    from laborsim.report.terminal import console

    screen = console()
    screen.print(f"[bold]{answer.asked}[/bold]")
    for line in answer.said:
        screen.print(line, markup=False)
    if "svg" in files:
        screen.print(f"\nchart: {files['svg']}", markup=False, soft_wrap=True)
    for sheet in answer.sheets:
        screen.print()
        screen.print(table(sheet))
    if answer.bought:
        screen.print("\n[bold]What the money bought[/bold] (means over runs)")
        for line in answer.bought:
            screen.print(Padding.indent(_plain(line), 2))
    screen.print()
    for line in (answer.basis, *answer.notes):
        screen.print(line, style="dim", markup=False)


def _plain(text: str) -> Any:
    from rich.text import Text

    return Text(text)
