"""The ten questions a board director asks, each answered from simulated runs of a scenario.

A question is a module with `answer(bench) -> Answer`; its words are here.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

from laborsim.study.names import known

if TYPE_CHECKING:
    from laborsim.study.questions.answer import Answer
    from laborsim.study.questions.bench import Bench

QUESTIONS: Final[dict[str, str]] = {
    "target": "Are we on track for our targets, and with what probability?",
    "mix": "With $2 million a year, which mix adds most self-sufficient workers?",
    "retirements": "Apprenticeship, on-the-job or customized training for our retirements?",
    "funnel": "If we double apprenticeships, where does the pipeline break?",
    "childcare": "Does childcare or training bring back more workers per dollar, and for whom?",
    "sectors": "Which sectors should we target, and how sure is the ranking?",
    "ai": "Who is displaced if AI adoption speeds up, and what cushions it?",
    "additional": "How many placements are truly additional?",
    "quality": "Does job quality fill jobs faster than training?",
    "trust": "Which assumptions flip the recommendation, and why should I trust this?",
}


def ask(question: str, bench: Bench) -> Answer:
    """Answer one question about the scenario of a bench.

    Raises
    ------
    UnknownName
        If there is no such question.

    Examples
    --------
    >>> ask("target", Bench(load_scenario("scenarios/lane-county.toml"))).said  # doctest: +SKIP
    """
    known(question, QUESTIONS, "question")
    module = importlib.import_module(f"laborsim.study.questions.{question}")
    found: Answer = module.answer(bench)
    return found
