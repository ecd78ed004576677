"""Hiring standards: employers drop credential and record screens because they are asked to or because peers have.

To announce is one thing, to carry it out another: only the second changes which applicants a job cell lets through.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import (
    HS,
    OPEN,
    PRACTICE_CREDENTIAL_SCREEN,
    PRACTICE_RECORD_SCREEN,
    PRACTICE_SECOND_CHANCE,
    PRACTICE_SKILLS_ANNOUNCED,
    PRACTICE_SKILLS_BASED,
    SOME_COLLEGE,
)
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream
from laborsim.market.economy import Economy
from laborsim.market.month import Month
from laborsim.market.pipeline import draws
from laborsim.market.scaling import scaled_count
from laborsim.market.sponsors import contacted, logistic, peer_share

# Majors in which most occupations are licensed on a credential: legal, education, health practitioners.
LICENSED_MAJORS = ("23", "25", "29")


def true_minimum(economy: Economy, steps: int) -> NDArray[np.uint8]:
    """Education each occupation's work really needs, (O,): its typical entry education where a licence asks for it,
    else up to `steps` levels less, never below high school by that."""
    licensed = np.isin([economy.major_codes[m] for m in economy.occ_major], LICENSED_MAJORS)
    entry = economy.occ_education.astype(np.int64)
    lower = np.where(entry >= SOME_COLLEGE, np.maximum(entry - steps, HS), entry)
    return np.where(licensed, entry, lower).astype(np.uint8)


def stage(month: Month) -> None:
    """Employers asked this month announce, and some carry out; others follow their peers."""
    q, w, lv = month.room("training"), month.world, month.levers
    e, c = w.establishments, w.cells
    n = e.size
    ids, bits = e.id[:n], e.practices[:n]
    alive = (e.closed[:n] == OPEN) & (e.zone[:n] < month.economy.outside)
    screens = (bits & PRACTICE_CREDENTIAL_SCREEN) > 0
    done = (bits & PRACTICE_SKILLS_BASED) > 0
    share = peer_share(month, done, (screens | done) & alive)
    follows = screens & ~done & alive & (draws(month.key(Stream.SCREEN_IMITATION), ids) < q["imitation"] * share)
    announced = follows.copy()
    removed = follows.copy()
    agreed = np.zeros(n, np.bool_)
    rounding = month.key(Stream.TRAINING_SEATS)
    visits = scaled_count(lv.screen_contacts, month.scale, rounding, 4 << 32)
    second = scaled_count(lv.record_contacts, month.scale, rounding, 3 << 32)
    if visits or second:
        at = c.establishment[: c.size]
        open_now = np.flatnonzero(c.vacancies[: c.size] > 0)
        v = c.vacancies[open_now].astype(np.float64)
        vacancies = np.bincount(at[open_now], weights=v, minlength=n)
        age = np.bincount(at[open_now], weights=v * c.age[open_now], minlength=n) / np.maximum(vacancies, 1.0)
        offered = alive & (lv.screen_closed[e.zone[:n]] == 0)
        asked = np.flatnonzero(offered & screens & ((bits & PRACTICE_SKILLS_ANNOUNCED) == 0) & ~follows)
        key = month.key(Stream.SKILLS_BASED_ADOPTION)
        need = np.asarray(month.parameters["quality.contact_base"] + vacancies * (1.0 + age), np.float64)
        asked = asked[contacted(need[asked], ids[asked], key, visits)]
        odds = q["announce_log_odds"] + q["announce_vacancy_age"] * age[asked] + q["announce_peers"] * share[asked]
        says = asked[draws(key + np.uint64(1), ids[asked]) < logistic(odds)]
        announced[says] = True
        removed[says] = draws(key + np.uint64(2), ids[says]) < lv.screen_fidelity
        key = month.key(Stream.RECORD_ADOPTION)
        asked_record = np.flatnonzero(offered & ((bits & PRACTICE_RECORD_SCREEN) > 0))
        asked_record = asked_record[contacted(need[asked_record], ids[asked_record], key, second)]
        odds = q["record_log_odds"] + q["announce_vacancy_age"] * age[asked_record]
        agreed[asked_record] = draws(key + np.uint64(1), ids[asked_record]) < logistic(odds)
        scalars = month.counts.scalars
        scalars[SCALAR["screen_contacts"]] += asked.size
        scalars[SCALAR["record_contacts"]] += asked_record.size
        scalars[SCALAR["records_agreed"]] += int(agreed.sum())
    month.counts.scalars[SCALAR["screens_announced"]] += int(announced.sum())
    month.counts.scalars[SCALAR["screens_removed"]] += int(removed.sum())
    bits[announced] |= np.uint8(PRACTICE_SKILLS_ANNOUNCED)
    bits[agreed] = (bits[agreed] & np.uint8(255 - PRACTICE_RECORD_SCREEN)) | np.uint8(PRACTICE_SECOND_CHANCE)
    if removed.any():
        bits[removed] = (bits[removed] & np.uint8(255 - PRACTICE_CREDENTIAL_SCREEN)) | np.uint8(PRACTICE_SKILLS_BASED)
        cells = np.flatnonzero(removed[c.establishment[: c.size]])
        least = true_minimum(month.economy, int(q["removal_steps"]))[c.occupation[cells]]
        c.needs[cells] = np.minimum(c.needs[cells], least)
