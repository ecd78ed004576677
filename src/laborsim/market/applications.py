"""Who applies to training: what people expect of an occupation, which programs they see, what they weigh."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market.codes import KNOWS_PROGRAM_BIT
from laborsim.market.counts import PIPELINE
from laborsim.market.draws import Stream
from laborsim.market.month import Month
from laborsim.market.pipeline import APPLIED, ELIGIBLE, HOURS_A_MONTH, TURNS, Choice, consider
from laborsim.market.transitions import gather

I8 = NDArray[np.int64]
WEEKS_A_MONTH = 52.0 / 12.0
F8 = NDArray[np.float64]
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
    finding = np.clip(q["finding_at_par"] * tightness ** q["finding_elasticity"], 0.01, 0.8)
    return np.asarray(finding / (finding + 0.03))


def visibility(month: Month) -> F8:
    """Cumulative share of attention that programs get from people of each zone, (Z, P).

    By their own seats, the kind and the commute; added seats leave it alone, so that one more seat changes one
    enrolment.
    """
    pr, eco = month.programs, month.economy
    known = np.where(pr.kind == k.APPRENTICESHIP, month.room("training")["apprenticeship_appeal"], 1.0)

    def make() -> F8:
        weight = known * pr.seats * eco.commute_weight[:, pr.zone]
        weight[eco.outside :] = 0.0
        total = weight.sum(axis=1, keepdims=True)
        return np.cumsum(weight / np.maximum(total, 1e-300), axis=1)

    return month.table("training.visibility", make)  # type: ignore[no-any-return]


def choice(month: Month, chance: F8) -> Choice:
    q, pr, eco, lv = month.room("training"), month.programs, month.economy, month.levers
    fit = month.memory["training"]["fit"]
    weight = pr.occupations * month.memory["training"]["jobs"]
    weight = weight / weight.sum(axis=1, keepdims=True)
    # Sums along rows, not a matrix product: its rounding would depend on the library.
    value = (weight * (eco.occ_wage * chance)).sum(axis=1) * HOURS_A_MONTH * (0.7 + 0.3 * pr.skill * fit)
    pay = (weight * eco.occ_wage).sum(axis=1) * HOURS_A_MONTH * pr.wage_share
    attention = np.zeros(k.N_STATES)
    attention[[k.FULL_TIME, k.PART_TIME, k.SELF_EMPLOYED, k.TEMPORARY_LAYOFF]] = q["attention_employed"]
    attention[k.PART_TIME_INVOLUNTARY] = q["attention_part_time"]
    attention[k.UNEMPLOYED] = q["attention_unemployed"]
    attention[[k.CARER, k.DISCOURAGED, k.OTHER_INACTIVE]] = q["attention_inactive"]
    attention[k.STUDENT] = q["attention_student"]
    attention = np.minimum(attention * TURNS, 0.95)
    outreach = np.zeros(32)
    outreach[: len(eco.major_codes)] = lv.awareness
    kinds = np.zeros(32)
    for g in range(len(pr)):
        bit = KNOWS_PROGRAM_BIT + pr.kind[g]
        outreach[bit] = max(outreach[bit], lv.program_awareness[g])
        kinds[bit] = 1.0
    kinds[: len(eco.major_codes)] = 1.0
    outreach *= TURNS
    total = float(outreach.sum())
    if total > 0.5:
        outreach *= 0.5 / total
        total = 0.5
    major = np.zeros((len(pr), 32), np.uint32)
    for o in range(eco.occupations):
        major[:, eco.occ_major[o]] |= pr.occupations[:, o].astype(np.uint32)
    prices = month.memory.get("childcare", {}).get("price")
    prices = eco.childcare_price if prices is None else prices
    days = pr.hours / 8.0 * WEEKS_A_MONTH
    travel = eco.commute_minutes[:, pr.zone] * 2.0 * days * q["travel_per_minute"]
    return Choice(
        attention=attention,
        outreach=outreach,
        random=kinds,
        visible=visibility(month),
        kind_bit=(np.uint32(1) << (KNOWS_PROGRAM_BIT + pr.kind).astype(np.uint32)).astype(np.uint32),
        field_bits=(major << np.arange(32, dtype=np.uint32)).sum(axis=1).astype(np.uint32),
        value=value,
        pay=pay,
        months=pr.months.astype(np.float64),
        time=np.minimum(pr.hours / 40.0, 1.0),
        price=pr.price * (1.0 - np.clip(lv.program_price_share, 0.0, 1.0)),
        education=pr.education,
        least_age=pr.least_age.astype(np.int64),
        check=pr.background_check,
        travel=np.ascontiguousarray(travel),
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
        outside=int(eco.outside),
    )


def applicants(month: Month) -> tuple[I8, I8]:
    """Rows and programs of this month's eligible applicants; counts the first steps of the pipeline."""
    w, memory = month.world, month.memory["training"]
    n = w.people.size
    rows, picks, flags = month.buffers()
    seekers = np.zeros((month.crew.chunks(n), month.economy.occupations), np.int64)
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
        rows,
        picks,
        flags,
        seekers,
    )
    memory["last_seekers"] = seekers.sum(axis=0) * TURNS
    who, program, flag = gather(found, rows, picks, flags)
    program = program.astype(np.int64)
    applied, eligible = (flag & APPLIED) > 0, (flag & ELIGIBLE) > 0
    size = len(month.programs)
    pipeline = month.counts.pipeline
    pipeline[:, STEP["aware"]] += np.bincount(program, minlength=size)
    pipeline[:, STEP["applied"]] += np.bincount(program[applied], minlength=size)
    pipeline[:, STEP["eligible"]] += np.bincount(program[eligible], minlength=size)
    return who[eligible], program[eligible]
