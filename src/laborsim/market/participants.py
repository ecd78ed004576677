"""The log of participants: one row per person and enrolment, with what they did before and how it ended.

`month.memory["participants"]` is a dict of columns of one length (`LOG`), in the order of enrolment; rows are appended
when people enrol, the columns of the exit are filled once, when they leave. Nothing in the market reads it but
`progress.follow`; evaluations do. It is hashed and pickled with the rest of the memory.

A trial bars a random part of the applicants of some programs: `bar` sets `month.memory["training"]["barred"]`, and
`month.memory["trial"]` (`TRIAL`) then logs every eligible applicant of those programs, barred or not. Without it
nothing is drawn and nothing is stored.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market.codes import NEVER, NO_PROGRAM
from laborsim.market.counts import LOST
from laborsim.market.draws import Stream
from laborsim.market.month import Month
from laborsim.market.pipeline import draws

I8 = NDArray[np.int64]
B1 = NDArray[np.bool_]
Columns = dict[str, NDArray[Any]]

NO_EMPLOYER = 2**64 - 1
NOT_KNOWN = 255  # state before enrolment of those under way at the start

# How it ended (`how`).
HOW = ("enrolled", "completed", "dropped_out", "left_region")
ENROLLED, COMPLETED, DROPPED_OUT, LEFT_REGION = range(4)
# Why they dropped out (`reason`); the trouble that made the difference, "other" where none did.
# Completers have one reason: their contract ended and the employer did not keep them on.
REASONS = ("none", "childcare", "transport", "money", "job", "representation", "lost_job", "left_labor_force", "other",
           "not_kept")  # fmt: skip
NONE, CHILDCARE, TRANSPORT, MONEY, JOB, REPRESENTATION, LOST_JOB, LEFT_LABOR_FORCE, OTHER, NOT_KEPT = range(10)
# What became of completers (`after`).
AFTER = ("followed", "not_placed", "left_before_retained", "retained")
FOLLOWED, NOT_PLACED, LEFT_BEFORE, RETAINED = range(4)

# Common to the log and to the trial: what people did in the month before they enrolled (or applied).
BEFORE = (
    ("state", np.uint8, "labor-force state before enrolment, codes.STATES; 255 not known"),
    ("wage", np.float32, "hourly wage of the present or last job before enrolment, model dollars"),
    ("hours", np.uint8, "usual hours a week before enrolment; 0 for those not employed"),
    ("employer", np.uint64, "establishments.id of the employer before enrolment; NO_EMPLOYER none"),
    ("occupation", np.uint8, "occupation of the present or last job before enrolment"),
    ("skill", np.float32, "skill in that occupation"),
    ("education", np.uint8, "education before enrolment"),
)
LOG = (
    ("id", np.uint64, "people.id"),
    ("row", np.int64, "row in people; still the same person if people.id agrees"),
    ("program", np.uint8, "row in programs"),
    ("enrolled", np.int16, "month of enrolment, from the scenario's start"),
    ("added", np.uint8, "1 on a place that a policy added"),
    ("idle", np.int16, "months out of the trade so far, which do not count to the term of those who train at work"),
    ("exit", np.int16, "month of exit, NEVER while enrolled"),
    ("how", np.uint8, "how it ended, HOW"),
    ("reason", np.uint8, "why they dropped out, REASONS; NOT_KEPT of completers"),
    ("credential", np.uint8, "field of the credential earned, 255 none"),
    ("placed", np.int16, "month they were in a job of the program's occupations after completing, NEVER"),
    ("hired", np.int16, "month of hire by the employer they were placed with, NEVER"),
    ("after", np.uint8, "what became of completers, AFTER"),
    *BEFORE,
)
TRIAL = (
    ("id", np.uint64, "people.id"),
    ("row", np.int64, "row in people"),
    ("program", np.uint8, "row in programs, that applied to"),
    ("month", np.int16, "month of the application"),
    ("barred", np.uint8, "1 if refused by the trial's draw"),
    ("record", np.uint8, "1 with a justice record"),
    *BEFORE,
)


def note(month: Month, step: str, rows: Any, program: Any) -> None:
    """Leave this month's people of a step before enrolment for those who look on; nothing in the market reads it."""
    held: Any = month.scratch.get(f"pipeline.{step}")
    if held is None or held[0] != month.index:
        held = month.scratch[f"pipeline.{step}"] = (month.index, [])
    held[1].append((rows, program))


def noted(month: Month, step: str) -> list[tuple[I8, I8]]:
    """What was left by `note` this month: rows of people and programs."""
    held = month.scratch.get(f"pipeline.{step}")
    return [] if held is None or held[0] != month.index else list(held[1])


def _empty(declared: tuple[tuple[str, Any, str], ...]) -> Columns:
    return {name: np.empty(0, dtype) for name, dtype, _ in declared}


def prepare(month: Month) -> None:
    """An empty log."""
    month.memory["participants"] = _empty(LOG)


def _before(month: Month, rows: I8) -> Columns:
    """What people do now."""
    p, w = month.world.people, month.world
    employed = p.state[rows] <= k.SELF_EMPLOYED
    payroll = (p.state[rows] <= k.PART_TIME_INVOLUNTARY) & (p.job[rows] >= 0)
    employer = np.full(rows.size, NO_EMPLOYER, np.uint64)
    employer[payroll] = w.establishments.id[w.cells.establishment[p.job[rows[payroll]]]]
    now: Columns = {name: p.arrays[name][rows] for name in ("state", "wage", "occupation", "skill", "education")}
    return now | {"hours": np.where(employed, p.hours[rows], 0), "employer": employer}


def _append(table: Columns, declared: tuple[tuple[str, Any, str], ...], new: dict[str, Any], size: int) -> None:
    old = table[declared[0][0]].size
    for name, dtype, _ in declared:
        longer = np.empty(old + size, dtype)
        longer[:old], longer[old:] = table[name], new[name]
        table[name] = longer


def enter(month: Month, rows: I8, program: I8, added: B1, known: bool = True) -> None:
    """Log enrolments, before the people change state.

    Parameters
    ----------
    rows, program : (n,) people and programs; added (n,) whether the place is one a policy added.
    known : False for those under way at the start, whose state before is not known; their month is that of enrolment.
    """
    p = month.world.people
    new: dict[str, Any] = {
        "id": p.id[rows], "row": rows, "program": program, "enrolled": month.index, "added": added, "idle": 0,
        "exit": NEVER, "how": ENROLLED, "reason": NONE, "credential": 255, "placed": NEVER, "hired": NEVER,
        "after": FOLLOWED,
    }  # fmt: skip
    new |= _before(month, rows)
    if not known:
        new |= {"enrolled": p.enrolled[rows], "state": NOT_KNOWN, "employer": NO_EMPLOYER}
    _append(month.memory["participants"], LOG, new, rows.size)


def reconcile(month: Month) -> None:
    """Log those under way at the start, and the exit of those who died or moved away since last month."""
    p, log = month.world.people, month.memory["participants"]
    if log["id"].size == 0:
        rows = enrolled(month)
        enter(month, rows, p.program[rows].astype(np.int64), np.zeros(rows.size, np.bool_), known=False)
        return
    at = np.flatnonzero(log["how"] == ENROLLED)
    row = log["row"][at]
    gone = (p.id[row] != log["id"][at]) | (p.state[row] == k.GONE)
    beside = month.programs.beside[log["program"][at]]
    gone |= ~beside & (p.program[row] != log["program"][at])
    log["exit"][at[gone]], log["how"][at[gone]] = month.index, LEFT_REGION
    size = len(month.programs)
    month.counts.lost[:, LOST["left_region"]] += np.bincount(log["program"][at[gone]], minlength=size)


def leave(
    month: Month, rows: I8, how: int, reason: Any = NONE, credential: Any = 255, beside: int | None = None
) -> I8:
    """Log exits; returns the log's rows of `rows`.

    Parameters
    ----------
    rows : (n,) people enrolled until now.
    how : COMPLETED or DROPPED_OUT; reason and credential for all or (n,).
    beside : kind of program beside work or school that they leave; None for the program of `people.program`.
    """
    log, found = month.memory["participants"], _entries(month, rows, beside)
    log["exit"][found], log["how"][found] = month.index, how
    log["reason"][found], log["credential"][found] = reason, credential
    return found


def _entries(month: Month, rows: I8, beside: int | None = None) -> I8:
    """(n,) the log's rows of people enrolled now, in a program of their own or in one of a kind `beside` it.

    Who trains at work or school may take a course as well, and has two entries then.
    """
    log, people, pr = month.memory["participants"], month.world.people, month.programs
    ours = ~pr.beside if beside is None else pr.beside & (pr.kind == beside)
    at = np.flatnonzero((log["how"] == ENROLLED) & ours[log["program"]])[::-1]
    entry = month.scratch.get("participants.entry")  # by row of people; only those written now are read
    if entry is None or entry.size < people.capacity:
        entry = month.scratch["participants.entry"] = np.empty(people.capacity, np.int64)
    entry[rows] = -1
    entry[log["row"][at]] = at  # backwards: of two entries of a person the first counts
    found = entry[rows]
    if found.size and found.min() < 0:
        raise ValueError("people who are not enrolled in such a program have no entry in the log")
    return np.asarray(found)


@njit(cache=True, nogil=True)
def _enrolled(words, programs, n, out):  # type: ignore[no-untyped-def]
    """Rows enrolled in a program; `words` are eight of the column `programs` each, nearly all of them empty."""
    found, empty = 0, ~np.uint64(0)  # eight times NO_PROGRAM
    for word in range(words.size):
        if words[word] != empty:
            for i in range(8 * word, 8 * word + 8):
                out[found] = i
                found += programs[i] != NO_PROGRAM
    for i in range(8 * words.size, n):
        out[found] = i
        found += programs[i] != NO_PROGRAM
    return found


def enrolled(month: Month) -> I8:
    """Rows of people enrolled in a program, ascending; those beside school or work are not in the column."""
    p, out = month.world.people, month.buffers()[0]
    programs = p.program[: p.size]
    return np.asarray(out[: _enrolled(programs[: p.size // 8 * 8].view(np.uint64), programs, p.size, out)].copy())


def served(month: Month, rows: I8) -> I8:
    """(n,) months of the term that people enrolled now have behind them."""
    log = month.memory["participants"]
    idle = log["idle"][_entries(month, rows)] if log["id"].size else 0  # nothing is logged before the first month
    return np.asarray((month.index - month.world.people.enrolled[rows]).astype(np.int64) - idle)


def pause(month: Month, rows: I8) -> None:
    """This month does not count to the term of these people, who are enrolled."""
    month.memory["participants"]["idle"][_entries(month, rows)] += 1


# --- trials ----------------------------------------------------------------------------------------


def bar(month: Month, programs: B1, share: float = 0.5, ids: NDArray[np.uint64] | None = None) -> None:
    """Refuse, from now on, some people at some programs, whether or not there is a seat.

    Parameters
    ----------
    programs : (P,) programs the trial is about.
    share : share of people refused, by a draw on the person's id that holds for the whole run.
    ids : those to refuse instead of a draw.
    """
    month.memory["training"]["barred"] = {
        "programs": np.asarray(programs, np.bool_).copy(),
        "share": float(share) if ids is None else 0.0,
        "ids": np.unique(np.asarray([] if ids is None else ids, np.uint64)),
    }
    month.memory["trial"] = _empty(TRIAL)


def refused(month: Month) -> NDArray[np.float64]:
    """(P,) share of applicants that a trial refuses at each program; 0 without one."""
    rule = month.memory["training"].get("barred")
    if rule is None:
        return np.zeros(len(month.programs))
    return np.where(rule["programs"], rule["share"], 0.0)


def admitted(month: Month, rows: I8, program: I8) -> B1:
    """(n,) whether each eligible applicant may take part; logs the applicants of a trial. All, if there is none."""
    rule = month.memory["training"].get("barred")
    if rule is None or rows.size == 0:
        return np.ones(rows.size, np.bool_)
    p = month.world.people
    about = rule["programs"][program]
    refused = about & (draws(month.key(Stream.TRIAL, fixed=True), p.id[rows]) < rule["share"])
    if rule["ids"].size:
        near = np.minimum(np.searchsorted(rule["ids"], p.id[rows]), rule["ids"].size - 1)
        refused |= about & (rule["ids"][near] == p.id[rows])
    seen = {"id": p.id[rows], "row": rows, "program": program, "month": np.full(rows.size, month.index)}
    record = (p.traits[rows] & k.TRAIT_RECORD) > 0
    seen |= {"barred": refused, "record": record} | _before(month, rows)
    _append(month.memory["trial"], TRIAL, {name: x[about] for name, x in seen.items()}, int(about.sum()))
    return np.asarray(~refused)


__all__ = [
    "LOG", "TRIAL", "admitted", "bar", "enrolled", "enter", "leave", "pause", "prepare", "reconcile", "refused",
    "served",
]  # fmt: skip
