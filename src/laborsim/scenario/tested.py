"""How far each instrument's effect is tested: by a trial against a held-out study, fitted, an input, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from laborsim.scenario.instruments import INSTRUMENTS
from laborsim.scenario.ledger import Study, studies

# Names of an instrument in the ledger, where they are others than its own.
IN_LEDGER: Final[dict[str, tuple[str, ...]]] = {
    "apprenticeship_expansion": ("registered_apprenticeship",),
    "business_attraction": ("traded_sector_attraction",),
    "job_center_services": ("job_search_help", "job_center_services"),
    "ojt_reimbursement": ("ojt",),
    "skills_based_hiring": ("skills_based_hiring", "second_chance_hiring"),
    "transport_support": ("transport",),
}
# Instruments that a trial of docs/trials.md is about, and its name there.
TRIALS: Final[dict[str, str]] = {
    "apprenticeship_expansion": "apprenticeship",
    "sectoral_training": "sectoral_training",
    "ojt_reimbursement": "ojt_reimbursement",
    "classroom_training": "classroom",
    "career_pathways": "pathways",
    "cte": "high_school",
    "job_center_services": "job_center_services",
    "childcare_support": "childcare_support",
    "transport_support": "transport_support",
}
ARMS: Final = {"sanctions": "job_centers_review"}  # trials of a part of what is offered, see `ledger.Study.arm`
WORDS: Final = {"tested": "tested by a trial", "fitted": "fitted", "input": "input", "none": "not tested"}


@dataclass(frozen=True)
class Standing:
    """How far one instrument is tested.

    Attributes
    ----------
    instrument : type in a scenario.
    status : "tested" (a trial stands beside a held-out figure), "fitted" or "input" (there are figures of what it does,
        but parameters were set after them), "none".
    held_out, fitted, inputs : figures of the ledger on what it does; held_out only those a trial was held to.
    waiting : held-out figures that no trial was held to.
    """

    instrument: str
    status: str
    held_out: tuple[Study, ...]
    fitted: tuple[Study, ...]
    inputs: tuple[Study, ...]
    waiting: tuple[Study, ...]


def standing(instrument: str) -> Standing:
    """What the ledger and the trials say of an instrument.

    Examples
    --------
    >>> standing("childcare_support").status, standing("wage_floor").status, standing("sector_partnership").status
    ('tested', 'fitted', 'none')
    """
    known = [s for name in IN_LEDGER.get(instrument, (instrument,)) for s in studies(instrument=name)]
    about = [s for s in known if s.kind in ("effect", "rate")]
    held = [s for s in about if s.use == "held_out"]
    tried = tuple(s for s in held if s.measure and instrument in TRIALS)
    fitted = tuple(s for s in about if s.use == "fitted")
    inputs = tuple(s for s in about if s.use == "input")
    status = "tested" if tried else "fitted" if fitted else "input" if inputs else "none"
    return Standing(instrument, status, tried, fitted, inputs, tuple(s for s in held if s not in tried))


def trial_of(instrument: str, study: Study) -> str:
    """The trial of docs/trials.md that a study of an instrument stands beside."""
    return ARMS.get(study.arm, TRIALS[instrument])


def untested(instruments: Iterable[str]) -> list[str]:
    """Those of some instruments whose effect no trial has been held to a held-out study for, each once."""
    return [i for i in dict.fromkeys(instruments) if standing(i).status != "tested"]


def verdicts(trials: str) -> dict[tuple[str, str], str]:
    """Verdict by trial and outcome, from the table of docs/trials.md."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for line in trials.splitlines():
        cells = [c.strip() for c in line.strip().strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 7 and cells[2] in ("fitted", "input", "held out"):
            found.setdefault((cells[0], cells[1]), {})[cells[2]] = cells[6].strip("* ")
    return {key: by.get("held out", next(iter(by.values()))) for key, by in found.items()}


def table(trials: str) -> str:
    """Every instrument against how far it is tested, in Markdown; `trials` is the text of docs/trials.md."""
    found = verdicts(trials)
    lines = ["| instrument | effect | tested by a trial: verdict | fitted | input | held out, not looked at |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    for name in INSTRUMENTS:
        t = standing(name)
        seen = [f"{s.outcome.split(':')[0].split(';')[0]}: {found.get((trial_of(name, s), s.outcome), 'not measured')}"
                for s in t.held_out]  # fmt: skip
        cells = (f"`{name}`", WORDS[t.status], "; ".join(seen), _named(t.fitted), _named(t.inputs), _named(t.waiting))
        lines.append(f"| {' | '.join(c or '-' for c in cells)} |")
    return "\n".join(lines)


def _named(some: tuple[Study, ...]) -> str:
    """Studies by what they are of, short; `sets` says which parameters."""
    return "; ".join(s.name.replace("_", " ") for s in some)
