"""Who applies to training: what people expect of an occupation, which programs they see, what they weigh."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market import learning
from laborsim.market.codes import FULL_TIME_WEEK, HOURS_A_MONTH, KNOWS_PROGRAM_BIT, WEEKS_A_MONTH
from laborsim.market.counts import LOST, PIPELINE
from laborsim.market.draws import Stream
from laborsim.market.month import Month
from laborsim.market.needs import needed_wage, over_need
from laborsim.market.participants import note
from laborsim.market.pipeline import (
    APPLIED,
    ELIGIBLE,
    HAS_RECORD,
    NO_CREDENTIAL,
    NO_EDUCATION,
    TURNS,
    WRONG_AGE,
    Applications,
    Choice,
    consider,
    draws,
)
from laborsim.market.schooling import normal_quantile
from laborsim.market.seats import shifted
from laborsim.market.transitions import gather

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
B1 = NDArray[np.bool_]
STEP = {name: i for i, name in enumerate(PIPELINE)}


def _beliefs(month: Month, seekers: I8) -> F8:
    """Share of time in work that people expect by occupation, from last months' vacancies and unemployed; (O,)."""
    q, c, memory = month.room("training"), month.world.cells, month.memory["training"]
    open_now = np.flatnonzero(c.vacancies[: c.size] > 0)
    vacancies = np.bincount(c.occupation[open_now], weights=c.vacancies[open_now], minlength=month.economy.occupations)
    started = memory["seekers"].sum() > 0
    keep = q["belief_memory"] if started else 0.0
    memory["vacancies"] = keep * memory["vacancies"] + (1.0 - keep) * vacancies
    memory["seekers"] = keep * memory["seekers"] + (1.0 - keep) * seekers
    # A tenth of an (unscaled) person keeps empty occupations out of 0/0.
    tightness = memory["vacancies"] / (memory["seekers"] + 0.1)
    finding = np.clip(q["finding_at_par"] * tightness ** q["finding_elasticity"], *q["finding_range"])
    return np.asarray(finding / (finding + q["expected_loss"]))


def _appeal(month: Month) -> F8:
    """(Z, P) attention a seat gets from people of each zone: by the commute and the kind; none from outside, and none
    at programs that people do not apply to."""
    pr, eco = month.programs, month.economy

    def make() -> F8:
        known = np.where(pr.kind == k.APPRENTICESHIP, month.room("training")["apprenticeship_appeal"], 1.0)
        weight = np.where(pr.beside, 0.0, known * pr.appeal) * eco.commute_weight[:, pr.zone]
        weight[eco.outside :] = 0.0
        return np.asarray(weight)

    return month.table("training.appeal", make)  # type: ignore[no-any-return]


def visibility(month: Month) -> tuple[F8, F8]:
    """Attention that programs get from people of each zone, cumulative over programs, both (Z, P).

    The first look goes by the programs' own seats. The chance of a second look is the weight of the seats added this
    month relative to that of all own ones, at most 1, so that nobody's first look depends on what a policy adds.
    """
    pr, weight = month.programs, _appeal(month)

    def own() -> tuple[F8, F8]:
        mine = weight * pr.seats
        total = mine.sum(axis=1, keepdims=True)
        return np.cumsum(mine / np.maximum(total, 1e-300), axis=1), total

    first, total = month.table("training.visibility", own)
    seats = np.maximum(month.levers.program_seats, 0).astype(np.float64)
    if month.levers.seat_shift > 0:
        seats += np.maximum(shifted(month) - pr.seats, 0.0)
    if not seats.any():
        return first, month.table("training.nothing_added", lambda: np.zeros_like(first))
    added = month.room("training")["added_attention"] * weight * seats / np.maximum(total, 1e-6)
    return first, np.cumsum(added / np.maximum(added.sum(axis=1, keepdims=True), 1.0), axis=1)


class _Fixed(NamedTuple):
    """What people weigh that stays the same for the whole run; P programs, O occupations, Z zones."""

    weight: F8  # (P, O) share of a program's occupations in its field's jobs
    pay: F8  # (P,)
    attention: F8  # (states,)
    bit: I8  # (P,) of the kind, in `knows`
    random: F8  # (32,)
    field_bits: NDArray[np.uint32]  # (P,)
    travel: F8  # (Z, P)


def _fixed(month: Month) -> _Fixed:
    q, pr, eco = month.room("training"), month.programs, month.economy
    weight = pr.occupations * month.memory["training"]["jobs"]
    weight = weight / weight.sum(axis=1, keepdims=True)
    pay = (weight * eco.occ_wage).sum(axis=1) * HOURS_A_MONTH * pr.wage_share
    attention = np.zeros(k.N_STATES)
    attention[[k.FULL_TIME, k.PART_TIME, k.SELF_EMPLOYED, k.TEMPORARY_LAYOFF]] = q["attention_employed"]
    attention[k.PART_TIME_INVOLUNTARY] = q["attention_part_time"]
    attention[k.UNEMPLOYED] = q["attention_unemployed"]
    attention[[k.CARER, k.DISCOURAGED, k.OTHER_INACTIVE]] = q["attention_inactive"]
    attention[k.STUDENT] = q["attention_student"]
    bit = KNOWS_PROGRAM_BIT + pr.kind.astype(np.int64)
    random = np.zeros(32)
    random[bit] = random[: len(eco.major_codes)] = 1.0
    major = np.zeros((len(pr), 32), np.uint32)
    for o in range(eco.occupations):
        major[:, eco.occ_major[o]] |= pr.occupations[:, o].astype(np.uint32)
    days = pr.hours / 8.0 * WEEKS_A_MONTH
    return _Fixed(
        weight=weight,
        pay=pay,
        attention=np.minimum(attention * TURNS, 0.95),
        bit=bit,
        random=random,
        field_bits=(major << np.arange(32, dtype=np.uint32)).sum(axis=1).astype(np.uint32),
        travel=np.ascontiguousarray(eco.commute_minutes[:, pr.zone] * 2.0 * days * q["travel_per_minute"]),
    )


def choice(month: Month, chance: F8) -> Choice:
    """What people know and weigh this month, given the share of time in work they expect by occupation (O,)."""
    q, pr, eco, lv = month.room("training"), month.programs, month.economy, month.levers
    fixed: _Fixed = month.table("training.fixed", lambda: _fixed(month))
    # Sums along rows, not a matrix product: its rounding would depend on the library.
    value = (fixed.weight * (eco.occ_wage * chance)).sum(axis=1) * HOURS_A_MONTH
    promised = pr.hires > 0  # a job is waiting
    value[promised] = (fixed.weight[promised] * eco.occ_wage).sum(axis=1) * HOURS_A_MONTH * q["time_in_work"]
    value *= 1.0 - q["value_of_skill"] * (1.0 - learning.promised(month))
    outreach = np.zeros(32)
    outreach[: len(eco.major_codes)] = lv.awareness
    np.maximum.at(outreach, fixed.bit, lv.program_awareness)
    outreach *= TURNS
    total = float(outreach.sum())
    if total > 0.5:
        outreach *= 0.5 / total
        total = 0.5
    prices = month.memory.get("childcare", {}).get("price")
    prices = eco.childcare_price if prices is None else prices
    visible, added = visibility(month)
    return Choice(
        attention=fixed.attention,
        outreach=outreach,
        random=fixed.random,
        visible=visible,
        added=added,
        kind_bit=np.uint32(1) << fixed.bit.astype(np.uint32),
        field_bits=fixed.field_bits,
        value=value,
        pay=fixed.pay,
        months=pr.months.astype(np.float64),
        time=np.minimum(pr.hours / 40.0, 1.0),
        price=float(q["fee_weight"]) * pr.price * (1.0 - np.clip(lv.program_price_share, 0.0, 1.0)),
        education=pr.education,
        least_age=pr.least_age.astype(np.int64),
        most_age=pr.most_age.astype(np.int64),
        check=pr.background_check,
        ready=pr.ready,
        requires=pr.requires,
        recruits=pr.recruits,
        travel=fixed.travel,
        chance=chance,
        care=np.ascontiguousarray(prices[:, 1], np.float64),
        learn=min(float(q["learn_rate"]) * TURNS, 0.45),
        nearby=float(q["learn_nearby"]),
        outreach_total=total,
        least_wage=float(eco.minimum_wage[month.now].min()),
        low_wage=float(eco.good_job_wage),
        horizon=float(q["horizon_months"]),
        scale=float(q["gain_scale"]),
        taste=float(q["taste"]),
        no_car=float(q["no_car_travel"]),
        lock_in=float(q["lock_in"]),
        lock_in_employed=float(q["lock_in_employed"]),
        time_in_work=float(q["time_in_work"]),
        work_until=float(q["work_until"]),
        outside=int(eco.outside),
    )


def _screened(month: Month, rows: I8, program: I8) -> B1:
    """Who passes the program's own selection: those ahead on a test and interview that see ability in part."""
    pr, p = month.programs, month.world.people
    out = np.zeros(rows.size, np.bool_)
    tested = np.flatnonzero(pr.screen[program] < 1.0)
    if tested.size:
        seen = float(month.room("training")["screen_sees"])
        first = draws(month.key(Stream.TRAINING_SCREEN), p.id[rows[tested]])
        second = draws(month.key(Stream.TRAINING_SCREEN) + np.uint64(1), p.id[rows[tested]])
        noise = np.sqrt(-2.0 * np.log1p(-first)) * np.cos(2.0 * np.pi * second)
        score = seen * p.ability[rows[tested]] + np.sqrt(1.0 - seen * seen) * noise
        least = month.table("training.least_score", lambda: -normal_quantile(pr.screen))
        out[tested] = score < least[program[tested]]
    return out


def _earns_too_much(month: Month, rows: I8, program: I8) -> B1:
    """Whose household earns more than the program's limit, relative to what it needs to be self-sufficient, or who at
    work earns a self-sufficiency wage and asks for a program that is not for such people."""
    pr, p = month.programs, month.world.people
    limit = pr.income_limit[program]
    out = np.zeros(rows.size, np.bool_)
    asked = np.flatnonzero(limit > 0.0)
    if asked.size:
        out[asked] = over_need(month, rows[asked]) > limit[asked]
    asked = np.flatnonzero((pr.low_paid[program] > 0) & (p.state[rows] <= k.SELF_EMPLOYED))
    if asked.size:
        who = rows[asked]
        week = p.wage[who].astype(np.float64) * p.hours[who]
        out[asked] |= week >= needed_wage(month, who) * FULL_TIME_WEEK
    return out


def _buffers(month: Month) -> Applications:
    rows, picks, flags = month.buffers()
    held = month.scratch.get("training.late")
    if held is None or held[0].size < rows.size:
        held = month.scratch["training.late"] = (np.empty(rows.size, np.uint8), np.empty(rows.size, np.uint8))
    return Applications(rows, picks, flags, *held)


def applicants(month: Month) -> tuple[I8, I8, B1]:
    """This month's eligible applicants: rows, programs, and whether added seats drew them (they come after the others).

    Counts the first steps of the pipeline and who was lost there.
    """
    w, memory = month.world, month.memory["training"]
    n = w.people.size
    out = _buffers(month)
    size = len(month.programs)
    seekers = np.zeros((month.crew.chunks(n), month.economy.occupations), np.int64)
    tally = np.zeros((month.crew.chunks(n), 2, size), np.int64)
    if memory["seekers"].sum() == 0:
        looking = np.isin(w.people.state[:n], (k.UNEMPLOYED, k.TEMPORARY_LAYOFF))
        first = np.bincount(w.people.occupation[:n][looking], minlength=month.economy.occupations)
        chance = _beliefs(month, first)
    else:
        chance = _beliefs(month, memory["last_seekers"])
    found = month.crew.map(
        consider,
        n,
        w.people.columns,
        w.households.columns,
        w.establishments.columns,
        w.cells.columns,
        month.index,
        month.key(Stream.TRAINING_APPLY),
        choice(month, chance),
        out,
        seekers,
        tally,
    )
    memory["last_seekers"] = seekers.sum(axis=0) * TURNS
    who, first, first_flag, second, second_flag = gather(found, *out)
    # First looks before second ones; a person may have both.
    late = np.repeat([False, True], who.size)
    who, program = np.concatenate([who, who]), np.concatenate([first, second]).astype(np.int64)
    flag = np.concatenate([first_flag, second_flag])
    some = (flag & APPLIED) > 0
    who, program, flag, late = who[some], program[some], flag[some], late[some]
    pipeline, lost = month.counts.pipeline, month.counts.lost
    unaware, declined = tally.sum(axis=0)
    applied = np.bincount(program, minlength=size)
    pipeline[:, STEP["aware"]] += declined + applied
    pipeline[:, STEP["applied"]] += applied
    note(month, "applied", who, program)
    lost[:, LOST["did_not_know"]] += unaware
    lost[:, LOST["did_not_apply"]] += declined
    for bit, reason in ((NO_EDUCATION, "education"), (WRONG_AGE, "age"), (HAS_RECORD, "record"),
                        (NO_CREDENTIAL, "credential")):  # fmt: skip
        lost[:, LOST[reason]] += np.bincount(program[(flag & bit) > 0], minlength=size)
    eligible = (flag & ELIGIBLE) > 0
    rich = eligible & _earns_too_much(month, who, program)
    lost[:, LOST["income"]] += np.bincount(program[rich], minlength=size)
    eligible &= ~rich
    failed = eligible & _screened(month, who, program)
    lost[:, LOST["screened_out"]] += np.bincount(program[failed], minlength=size)
    eligible &= ~failed
    pipeline[:, STEP["eligible"]] += np.bincount(program[eligible], minlength=size)
    note(month, "eligible", who[eligible], program[eligible])
    return who[eligible], program[eligible], late[eligible]
