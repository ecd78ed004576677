"""The six WIOA primary indicators of performance, from wage records and the log of participants.

Quarters after exit are calendar quarters, counted per person from the quarter of exit, as the regulations have it
(20 CFR 677.155). Of everyone who left a program:

1, 2. share in unsubsidized employment in the second and the fourth quarter after exit: with earnings in that quarter
      and not on a training contract; for youth, also those at school or in training;
3.    median earnings in the second quarter, of those with earnings;
4.    credential attainment: of those who left training other than OJT and customized training, the share with a
      credential earned during participation or within a year of exit;
5.    measurable skill gains: of those in training in a program year (July to June), the share who completed, earned a
      credential or, in an apprenticeship, reached a yearly step of the training in that year;
6.    retention: of those employed in the second quarter by an employer, the share with the same one in the fourth.

People who died or left the region by the end of a quarter are not in its indicators. Clients of job centers
(Wagner-Peyser) are participants too, with the first three indicators and the sixth: they are in no training.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.clients import SERVICE
from laborsim.indicators.watch import NO_EMPLOYER, UNKNOWN, Panel
from laborsim.market.codes import (
    AGE_BAND_FLOORS,
    AGE_BANDS,
    APPRENTICESHIP,
    CUSTOMIZED,
    GONE,
    NO_PROGRAM,
    OJT,
    PROGRAM_KINDS,
    RACES,
    SELF_EMPLOYED,
    SEXES,
    UNEMPLOYED,
)

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
B1 = NDArray[np.bool_]

INDICATORS = (
    "employment_q2", "employment_q4", "median_earnings_q2", "credential_attainment", "measurable_skill_gains",
    "retention_same_employer",
)  # fmt: skip
# Not one of the six: what a program adds to earnings, those without work counted as zero.
SUPPLEMENT = "mean_earnings_q2"
UNITS = {name: "share" for name in INDICATORS} | {"median_earnings_q2": "dollars", SUPPLEMENT: "dollars"}
KINDS = (*PROGRAM_KINDS, SERVICE)
CLIENTS = len(PROGRAM_KINDS)  # kind of enrolment of those served at job centers
POPULATIONS = ("all", "adult", "dislocated", "youth")
YOUTH = (16, 24)
DISLOCATED_MONTHS = 12
CREDENTIAL_MONTHS = 12


class Exits(NamedTuple):
    """Enrolments and what became of the people, one row each; NaN where a figure is not (or not yet) known.

    Attributes
    ----------
    kind, program, exit, person : codes.PROGRAM_KINDS, row in programs, month of exit, row of the panel.
    population : index into POPULATIONS[1:]; sex, race, age : codes and index into AGE_BANDS, age at enrolment.
    q2, q4 : 1 in employment (for youth, or in education) in that quarter; earnings : dollars of the second quarter.
    retained : 1 with the same employer in both. credential, gains : 1 attained; gains per program year of training.
    years : program years in training for which gains are known.
    alike : in a counterfactual: out of work (or at work, or out of the labor force) there as well in the month before.
    """

    kind: I8
    program: I8
    exit: I8
    person: I8
    population: I8
    sex: I8
    race: I8
    age: I8
    q2: F8
    q4: F8
    earnings: F8
    retained: F8
    credential: F8
    gains: F8
    years: F8
    alike: B1


@dataclass(frozen=True)
class Quarters:
    """Calendar quarters of a run that starts in month `start` ("YYYY-MM")."""

    start: str

    @property
    def offset(self) -> int:
        """Months from the first month of the start's quarter to the start."""
        return (int(self.start[5:7]) - 1) % 3

    def first_month(self, month: I8, after: int) -> I8:
        """First month of the quarter that is `after` quarters after the one that `month` lies in.

        Examples
        --------
        >>> Quarters("2018-01").first_month(np.array([0, 2, 3]), 2).tolist()
        [6, 6, 9]
        """
        return np.asarray((np.asarray(month) + self.offset) // 3 + after) * 3 - self.offset

    def program_year(self, month: I8) -> I8:
        """Number of the program year (July to June) a month lies in; that of the start is 0 or 1."""
        return np.asarray((np.asarray(month) + (int(self.start[5:7]) - 1) + 6) // 12)


def window(values: NDArray[Any], row: I8, first: I8, length: int) -> NDArray[Any]:
    """(N, length) columns first .. first + length - 1 of each of `row`; those that do not fit repeat the last month."""
    months = np.minimum(np.maximum(first, 0)[:, None] + np.arange(length), values.shape[1] - 1)
    return np.asarray(values[row[:, None], months])


def exits(panel: Panel, enrolments: Mapping[str, NDArray[Any]], kinds: I8, outcomes: Panel | None = None) -> Exits:
    """What became of everyone who enrolled since the start of the run.

    Parameters
    ----------
    panel : wage records of the participants.
    enrolments : columns of `watch.ENROLMENTS`; those under way at the start are left out.
    kinds : (P,) kind of each program, CLIENTS where it stands for job centers.
    outcomes : wage records of the same people in another run, read instead of the panel's: the counterfactual. Nobody
        has a credential or a gain there that the panel's own enrolments gave.
    """
    use = np.flatnonzero((enrolments["under_way"] == 0) & (panel.find(enrolments["id"]) >= 0))
    e = {name: np.asarray(column)[use] for name, column in enrolments.items()}
    person = panel.find(e["id"])
    kind, exit_ = kinds[e["program"]].astype(np.int64), e["exit"].astype(np.int64)
    age = (e["enrolled"] - panel.traits["birth"][person].astype(np.int64)) // 12
    laid_off = (e["laid_off"] <= e["enrolled"]) & (e["enrolled"] - e["laid_off"] <= DISLOCATED_MONTHS)
    youth = (age >= YOUTH[0]) & (age <= YOUTH[1])
    quarters = Quarters(panel.start)
    there = panel if outcomes is None else outcomes
    row = person if outcomes is None else outcomes.find(e["id"])
    contract = np.append(kinds == OJT, np.zeros(NO_PROGRAM + 1 - kinds.size, bool))
    left = exit_ < panel.horizon
    second, fourth = (_quarter(there, row, quarters.first_month(exit_, q), left, contract) for q in (2, 4))
    school = youth.astype(np.float64)
    credential, gains, years = _attainment(e, kind, quarters, panel.horizon, outcomes is None)
    both = (second.employer != NO_EMPLOYER) & (second.employed == 1)
    return Exits(
        kind=kind,
        program=e["program"].astype(np.int64),
        exit=exit_,
        person=person,
        population=np.where(youth, 2, np.where(laid_off, 1, 0)),
        sex=panel.traits["sex"][person].astype(np.int64),
        race=panel.traits["race"][person].astype(np.int64),
        age=np.searchsorted(AGE_BAND_FLOORS, age, side="right") - 1,
        q2=np.maximum(second.employed, school * second.school),
        q4=np.maximum(fourth.employed, school * fourth.school),
        earnings=second.earnings,
        retained=np.where(both & np.isfinite(fourth.employed), fourth.employer == second.employer, np.nan),
        credential=credential,
        gains=gains,
        years=years,
        alike=np.ones(kind.size, bool) if outcomes is None else _alike(outcomes, row, e),
    )


def _status(state: NDArray[Any]) -> I8:
    """0 at work, 1 looking for it, 2 neither."""
    return np.where(state <= SELF_EMPLOYED, 0, np.where(state <= UNEMPLOYED, 1, 2))


def _alike(there: Panel, row: I8, e: Mapping[str, NDArray[Any]]) -> B1:
    """(N,) whether people have the same status in the other run in the month before they take part in this one.

    The runs drift apart: whoever is taken in for being out of work in one may be at work in the other.
    """
    before, month = e["before"].astype(np.int64), e["enrolled"] - 1
    if there.size == 0:
        return np.zeros(before.size, bool)
    state = there.months["state"][np.maximum(row, 0), np.clip(month, 0, there.horizon - 1)]
    known = (before != UNKNOWN) & (month >= 0)
    return np.asarray(~known | ((row >= 0) & (_status(state) == _status(before)) & (state != GONE)))


class _Seen(NamedTuple):
    """One quarter of everyone: NaN (no employer) where it is not known."""

    employed: F8
    earnings: F8
    school: F8
    employer: NDArray[np.uint64]


def _quarter(panel: Panel, person: I8, first: I8, left: B1, contract: B1) -> _Seen:
    """A quarter that begins in month `first` of each person; the employer is that of its best-paid month.

    `contract` (256,) is True for programs whose jobs are subsidized.
    """
    if panel.size == 0:
        nothing = np.full(person.size, np.nan)
        return _Seen(nothing, nothing, nothing, np.full(person.size, NO_EMPLOYER, np.uint64))
    row = np.maximum(person, 0)
    known = left & (person >= 0) & (first + 3 <= panel.horizon)
    known &= (window(panel.months["state"], row, first, 3) != GONE).all(axis=1)
    free = ~contract[window(panel.months["program"], row, first, 3)]
    pay = window(panel.months["earnings"], row, first, 3).astype(np.float64) * free
    earnings = pay.sum(axis=1)
    best = pay.argmax(axis=1)[:, None]
    employer = np.take_along_axis(window(panel.months["employer"], row, first, 3), best, axis=1)[:, 0]
    school = window(panel.months["school"], row, first, 3).any(axis=1)
    return _Seen(
        np.where(known, earnings > 0.0, np.nan),
        np.where(known, earnings, np.nan),
        np.where(known, school, np.nan),
        np.where(known & (earnings > 0.0), employer, NO_EMPLOYER),
    )


def _attainment(
    e: Mapping[str, NDArray[Any]], kind: I8, quarters: Quarters, horizon: int, own: bool
) -> tuple[F8, F8, F8]:
    """Credential attained, program years with a gain and program years in training, by enrolment."""
    left = e["exit"] < horizon
    counted = ~np.isin(kind, (OJT, CUSTOMIZED, CLIENTS))
    # A credential of this or a later enrolment counts if it is earned within a year of the exit.
    earned = np.zeros(kind.size)
    if own:
        # one number for person and month: the next of a person's credentials is the next in order, if it is theirs
        who, started = np.unique(e["id"], return_inverse=True)[1], e["enrolled"] - e["enrolled"].min(initial=0)
        span = int(e["exit"].max(initial=0)) - int(e["enrolled"].min(initial=0)) + CREDENTIAL_MONTHS + 1
        ends = who * span + started + (e["exit"] - e["enrolled"])
        given = np.sort(ends[(e["credential"] != 255) & left])
        following = np.append(given, np.iinfo(np.int64).max)[np.searchsorted(given, who * span + started)]
        earned[following <= ends + CREDENTIAL_MONTHS] = 1.0
    whole = left & ((e["exit"] + CREDENTIAL_MONTHS < horizon) | (earned > 0))
    credential = np.where(counted & whole, earned, np.nan)
    # Program years that are over, from that of enrolment to that of exit.
    last_whole = int(quarters.program_year(np.array([horizon]))[0]) - 1
    first = quarters.program_year(e["enrolled"])
    last = np.minimum(quarters.program_year(np.minimum(e["exit"], horizon - 1)), last_whole)
    years = np.where(kind != CLIENTS, np.maximum(last - first + 1, 0), 0).astype(np.float64)
    if not own:
        return credential, np.where(years > 0, 0.0, np.nan), years
    done = ((e["completed"] > 0) | (e["credential"] != 255)) & left
    finished = np.where(done, quarters.program_year(e["exit"]), -1)
    gains = (done & (first <= finished) & (finished <= last)).astype(np.float64)
    for step in range(1, 7):  # yearly steps are in program years of their own
        reached = (kind == APPRENTICESHIP) & (e["enrolled"] + 12 * step < np.minimum(e["exit"], horizon))
        gains += reached & (first + step <= last) & (first + step != finished)
    return credential, np.where(years > 0, gains, np.nan), years


def groups(found: Exits) -> dict[str, B1]:
    """Groups by sex, race and age band at enrolment: name -> (N,) members; "all" first."""
    out = {"all": np.ones(found.kind.size, bool)}
    for family, names, codes in (("sex", SEXES, found.sex), ("race", RACES, found.race), ("age", AGE_BANDS, found.age)):
        out |= {f"{family}:{name}": codes == k for k, name in enumerate(names)}
    return out


def populations(found: Exits) -> dict[str, B1]:
    """Title I populations: name -> (N,) members. Everyone is in one of adult, dislocated and youth."""
    out = {"all": np.ones(found.kind.size, bool)}
    return out | {name: found.population == k for k, name in enumerate(POPULATIONS[1:])}


def figure(found: Exits, indicator: str, members: B1) -> tuple[float, float]:
    """One indicator of some enrolments, and its denominator (people, or people's program years for skill gains)."""
    if indicator == "measurable_skill_gains":
        known = members & (found.years > 0)
        total = float(found.years[known].sum())
        return (float(found.gains[known].sum()) / total if total else np.nan), total
    column = {
        "employment_q2": found.q2, "employment_q4": found.q4, "median_earnings_q2": found.earnings,
        SUPPLEMENT: found.earnings, "credential_attainment": found.credential,
        "retention_same_employer": found.retained,
    }[indicator]  # fmt: skip
    values = column[members & np.isfinite(column)]
    if indicator == "median_earnings_q2":
        values = values[values > 0.0]
        return (float(np.median(values)) if values.size else np.nan), float(values.size)
    return (float(values.mean()) if values.size else np.nan), float(values.size)


def rows(
    panel: Panel, enrolments: Mapping[str, NDArray[Any]], kinds: I8, without: Panel | None = None
) -> list[dict[str, Any]]:
    """The WIOA table of one run.

    Parameters
    ----------
    panel, enrolments, kinds : as `exits` takes them.
    without : wage records of the same people in a run without the program; its figures are the counterfactual.

    Returns
    -------
    One row for each program kind ("all" training first; job centers last), population, group and indicator that anyone
    is in: program, population, group, indicator, unit, people (simulated), gross, counterfactual, net. With `without`,
    all three are of the people whose outcome is known in both runs, alike before. The net of a median is the
    difference of two medians.
    """
    gross = exits(panel, enrolments, kinds)
    other = None if without is None else exits(panel, enrolments, kinds, without)
    if other is not None:
        gross, other = _paired(gross, other)
    kinds_there = [("all", gross.kind != CLIENTS)]
    kinds_there += [(name, gross.kind == k) for k, name in enumerate(KINDS) if (gross.kind == k).any()]
    out: list[dict[str, Any]] = []
    for program, in_kind in kinds_there:
        for population, in_population in populations(gross).items():
            for group, in_group in groups(gross).items():
                if population != "all" and group != "all":
                    continue  # one break-down at a time: cells of both would all be too small to show
                members = in_kind & in_population & in_group
                for indicator in (*INDICATORS, SUPPLEMENT):
                    value, people = figure(gross, indicator, members)
                    if people == 0:
                        continue
                    base = np.nan if other is None else figure(other, indicator, members)[0]
                    out.append(
                        {
                            "program": program, "population": population, "group": group, "indicator": indicator,
                            "unit": UNITS[indicator], "people": people, "gross": value, "counterfactual": base,
                            "net": value - base,
                        }
                    )  # fmt: skip
    return out


def _paired(a: Exits, b: Exits) -> tuple[Exits, Exits]:
    """Both with the outcomes known in both, of people alike before; retention is of its own people in each."""
    known = {name: np.isfinite(getattr(a, name)) & np.isfinite(getattr(b, name)) for name in ("q2", "q4", "earnings")}
    both = {name: seen & b.alike for name, seen in known.items()}

    def only(x: Exits) -> Exits:
        own = {name: np.where(known, getattr(x, name), np.nan) for name, known in both.items()}
        return x._replace(**own, retained=np.where(b.alike, x.retained, np.nan))

    return only(a), only(b)


__all__ = [
    "CLIENTS", "INDICATORS", "POPULATIONS", "SUPPLEMENT", "UNITS", "Exits", "Quarters", "exits", "figure", "groups",
    "rows",
]  # fmt: skip
