"""The page itself, in Shiny for Python; every file it needs comes from this machine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import groupby
from typing import Any

from shiny import App, Inputs, Outputs, Session, reactive, render, ui

from laborsim.app.levers import Lever, levers
from laborsim.app.simulate import Course, Shown, simulate
from laborsim.report.wording import CAVEAT
from laborsim.scenario.problems import InputError
from laborsim.scenario.schema import BASELINE, Scenario
from laborsim.study.run import MODEL

STYLE = """
body { font-family: Helvetica, Arial, "DejaVu Sans", sans-serif; }
figure svg { width: 100%; height: auto; max-width: 50rem; }
.answer { background: #eef4f9; border-left: 5px solid #0072B2; padding: .6rem 1rem; margin: .8rem 0; }
.wrong { background: #fdf1e7; border-left: 5px solid #D55E00; padding: .6rem 1rem; white-space: pre-line; }
.caveat { background: #222; color: #fff; padding: .1rem .5rem; }
"""
MOST_RUNS, MOST_SCALE = 12, 0.05


def build(spec: Scenario, model: str = MODEL) -> App:
    """The application for one scenario.

    Parameters
    ----------
    spec : Scenario
    model : "module:class" of the model.
    """
    # one simulation at a time, whoever asks: two would share the cores
    turn = asyncio.Lock()
    found = levers(spec)

    def server(input: Inputs, output: Outputs, session: Session) -> None:
        course = Course()

        @ui.bind_task_button(button_id="run")
        @reactive.extended_task
        async def work(policies: list[str], values: dict[str, Any], replicates: int, scale: float) -> Shown:
            course.done, course.of, course.doing = 0, 0, "waiting for another simulation"
            async with turn:
                course.doing = "preparing the region"
                return await aside(lambda: simulate(spec, policies, values, replicates, scale, course, model))

        @reactive.effect
        @reactive.event(input.run)
        def _() -> None:
            values = {lever.id: input[lever.id]() for lever in found}
            scale = (input.scale() or 0.0) / 100.0
            work(list(input.policies()), values, int(input.replicates() or 0), scale)

        @render.ui
        def state() -> Any:
            if work.status() == "running":
                reactive.invalidate_later(0.5)
                return ui.p(str(course))
            return None

        last: list[Any] = [
            ui.p("Choose policies, move their levers, and simulate. The first time takes a minute or two.")
        ]

        @render.ui
        def answer() -> Any:
            if work.status() == "error":
                return ui.TagList(ui.div(_said(work.error()), class_="wrong"), *last)
            if work.status() == "success":
                last[:] = [_answer(work.result())]
            return last[0]

    return App(_page(spec, found), server)


async def aside(work: Callable[[], Shown]) -> Shown:
    """Do some work in a thread that does not keep the program from ending."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Shown] = loop.create_future()

    def tell(result: Shown | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        elif result is not None:
            future.set_result(result)

    def target() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as raised:
            error = raised
        with suppress(RuntimeError):  # the loop is closed: the program is ending
            loop.call_soon_threadsafe(tell, result, error)

    threading.Thread(target=target, daemon=True).start()
    return await future


def _page(spec: Scenario, found: list[Lever]) -> Any:
    titles = {name: policy.title or name for name, policy in spec.policies.items() if name != BASELINE}
    panels = [
        ui.accordion_panel(titles.get(policy, policy), *[_input(lever) for lever in each])
        for policy, each in groupby(found, key=lambda lever: lever.policy)
    ]
    sidebar = ui.sidebar(
        ui.input_checkbox_group("policies", "Policies, beside the baseline", titles, selected=list(titles)[:1]),
        ui.input_numeric("replicates", "Runs of each", min(4, spec.replicates), min=1, max=MOST_RUNS, step=1),
        ui.input_numeric(
            "scale", "Share of people simulated, %", min(1.0, 100 * spec.scale), min=0.1, max=100 * MOST_SCALE, step=0.1
        ),
        ui.input_task_button("run", "Simulate", label_busy="Simulating ..."),
        ui.output_ui("state"),
        ui.accordion(*panels, open=False, id="levers"),
        width="24rem",
    )
    return ui.page_sidebar(
        sidebar,
        ui.head_content(ui.tags.link(rel="icon", href="data:,"), ui.tags.style(STYLE)),
        ui.p(f"{spec.start} to {spec.horizon}. ", ui.span(CAVEAT.rstrip("."), class_="caveat")),
        ui.output_ui("answer"),
        title=spec.title,
        lang="en",
    )


def _input(lever: Lever) -> Any:
    return ui.input_numeric(lever.id, lever.label, lever.value, min=max(lever.low, -1e15), max=min(lever.high, 1e15))


def _answer(shown: Shown) -> Any:
    heads = ("Policy", f"More {shown.stock}", "90% range", "Spent", "Cost of each additional one", "Better off",
             "Worse off")  # fmt: skip
    cells = [
        (r["title"], r["additional"], r["interval"], r["spent"], r["price"], r["gains"], r["losses"])
        for r in shown.rows
    ]
    table = ui.tags.table(
        ui.tags.thead(ui.tags.tr(*[ui.tags.th(h) for h in heads])),
        ui.tags.tbody(*[ui.tags.tr(*[ui.tags.td(c) for c in row]) for row in cells]),
        class_="table table-sm",
    )
    return ui.TagList(
        ui.p(shown.head),
        *([ui.div("Runs that failed: " + "; ".join(shown.failed), class_="wrong")] if shown.failed else []),
        *([ui.div(*[ui.p(line) for line in shown.answer], class_="answer")] if shown.answer else []),
        *([table] if cells else []),
        *([ui.p(shown.targets)] if shown.targets else []),
        *[ui.tags.figure(ui.HTML(chart.svg())) for chart in shown.charts],
    )


def _said(error: BaseException) -> str:
    """An error as a planner may read it."""
    text = str(error) or type(error).__name__
    return text if isinstance(error, InputError) else f"The simulation failed: {text}"
