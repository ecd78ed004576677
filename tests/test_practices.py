"""Employers' hiring standards and apprenticeship sponsors: who is asked, who changes, who follows."""

from __future__ import annotations

import numpy as np
import pytest

import worlds
from laborsim.market import codes as k
from laborsim.market import practices, sponsors
from laborsim.market.counts import SCALAR
from laborsim.market.month import Month


def month_of(people: int = 20_000, seed: int = 1, **overrides: float) -> Month:
    month = worlds.month(people=people, seed=seed, overrides={f"training.{n}": v for n, v in overrides.items()})
    c = month.world.cells
    c.vacancies[: c.size] = 1
    c.age[: c.size] = 2.0
    return month


def held(month: Month, bit: int) -> np.ndarray:
    e = month.world.establishments
    return (e.practices[: e.size] & bit) > 0


def test_nothing_changes_without_contacts_and_without_peers():
    month = month_of()
    before = month.world.establishments.practices.copy()
    needs = month.world.cells.needs.copy()
    practices.stage(month)
    np.testing.assert_array_equal(before, month.world.establishments.practices)
    np.testing.assert_array_equal(needs, month.world.cells.needs)


def test_announced_is_not_carried_out():
    month = month_of(announce_log_odds=0.0)
    month.levers.screen_contacts, month.levers.screen_fidelity = 120, 0.3
    c, before = month.world.cells, month.world.cells.needs.copy()
    screened = held(month, k.PRACTICE_CREDENTIAL_SCREEN)
    practices.stage(month)
    scalars = month.counts.scalars
    assert scalars[SCALAR["screen_contacts"]] == 120
    announced, removed = held(month, k.PRACTICE_SKILLS_ANNOUNCED), held(month, k.PRACTICE_SKILLS_BASED)
    assert scalars[SCALAR["screens_announced"]] == announced.sum()
    assert scalars[SCALAR["screens_removed"]] == removed.sum()
    assert (removed <= announced).all() and (announced <= screened).all()
    assert 0.15 < removed.sum() / announced.sum() < 0.5
    assert not held(month, k.PRACTICE_CREDENTIAL_SCREEN)[removed].any()
    changed = np.flatnonzero(c.needs != before)
    assert changed.size and removed[c.establishment[changed]].all()
    assert (c.needs[changed] < before[changed]).all()


@pytest.mark.parametrize("fidelity", [0.0, 1.0])
def test_fidelity_is_the_share_carried_out(fidelity: float):
    month = month_of(announce_log_odds=3.0)
    month.levers.screen_contacts, month.levers.screen_fidelity = 60, fidelity
    practices.stage(month)
    scalars = month.counts.scalars
    assert scalars[SCALAR["screens_removed"]] == fidelity * scalars[SCALAR["screens_announced"]]


def test_licensed_work_keeps_its_minimum():
    eco = worlds.economy()
    least = practices.true_minimum(eco, 2)
    codes = dict(zip(eco.occ_codes, zip(eco.occ_education, least, strict=True), strict=True))
    assert codes["29-1000"] == (k.BACHELOR, k.BACHELOR) and codes["25-2000"] == (k.BACHELOR, k.BACHELOR)
    assert codes["11-1000"] == (k.BACHELOR, k.SOME_COLLEGE)
    assert codes["35-3000"] == (k.LESS_THAN_HS, k.LESS_THAN_HS) and codes["47-2000"] == (k.HS, k.HS)


def test_one_more_contact_asks_one_more_employer():
    def removed(contacts: int) -> np.ndarray:
        month = month_of(announce_log_odds=9.0)
        month.levers.screen_contacts, month.levers.screen_fidelity = contacts, 1.0
        practices.stage(month)
        return held(month, k.PRACTICE_SKILLS_BASED)

    a, b, c = removed(10), removed(11), removed(12)
    assert (a.sum(), b.sum(), c.sum()) == (10, 11, 12) and (a <= b).all() and (b <= c).all()


def test_employers_with_old_vacancies_are_asked_and_agree_more_often():
    month = month_of()
    c = month.world.cells
    c.age[: c.size] = np.where(c.establishment[: c.size] % 2 == 0, 0.0, 8.0)
    month.levers.screen_contacts, month.levers.screen_fidelity = 200, 1.0
    practices.stage(month)
    who = np.flatnonzero(held(month, k.PRACTICE_SKILLS_BASED))
    assert who.size > 10 and (who % 2 == 1).mean() > 0.7


def test_peers_imitate():
    month = month_of(imitation=0.5)
    e = month.world.establishments
    half = np.flatnonzero(held(month, k.PRACTICE_CREDENTIAL_SCREEN))[::2]
    e.practices[half] = np.uint8(k.PRACTICE_SKILLS_BASED)
    before = held(month, k.PRACTICE_SKILLS_BASED).sum()
    practices.stage(month)
    assert held(month, k.PRACTICE_SKILLS_BASED).sum() > before
    assert month.counts.scalars[SCALAR["screens_removed"]] == held(month, k.PRACTICE_SKILLS_BASED).sum() - before


def test_second_chance_lifts_the_record_screen():
    month = month_of(record_log_odds=9.0)
    before = held(month, k.PRACTICE_RECORD_SCREEN)
    month.levers.record_contacts = 25
    practices.stage(month)
    lifted = before & ~held(month, k.PRACTICE_RECORD_SCREEN)
    assert lifted.sum() == month.counts.scalars[SCALAR["record_contacts"]] == 25
    assert month.counts.scalars[SCALAR["records_agreed"]] == 25
    np.testing.assert_array_equal(lifted, held(month, k.PRACTICE_SECOND_CHANCE))


def test_zones_that_are_closed_are_not_visited():
    month = month_of(announce_log_odds=9.0, sponsor_log_odds=9.0)
    month.levers.screen_contacts = month.levers.sponsor_contacts = 40
    month.levers.screen_fidelity = 1.0
    month.levers.screen_closed[0] = month.levers.sponsor_closed[0] = 1
    before = held(month, k.PRACTICE_SPONSOR)
    practices.stage(month)
    sponsors.stage(month)
    zone = month.world.establishments.zone[: month.world.establishments.size]
    won = held(month, k.PRACTICE_SPONSOR) & ~before
    assert set(zone[held(month, k.PRACTICE_SKILLS_BASED)]) == {1}
    # peers may follow in any zone; those won by visits are all but a few
    assert (zone[won] == 1).mean() > 0.9


def test_contacts_win_sponsors_and_money_wins_more():
    def won(contacts: int, grant: float) -> int:
        month = month_of(seed=3)
        month.levers.sponsor_contacts, month.levers.sponsor_grant = contacts, grant
        sponsors.stage(month)
        assert month.counts.scalars[SCALAR["sponsor_contacts"]] == contacts
        return int(month.counts.scalars[SCALAR["sponsors_won"]])

    assert won(0, 0.0) == 0
    assert 0 < won(100, 0.0) < won(100, 5000.0)
    assert won(40, 0.0) < won(120, 0.0)


def test_the_share_of_sponsors_holds_without_policy():
    month = month_of(people=100_000, sponsor_lapse=0.2)
    could = sponsors._apprenticeable(month)
    start = (held(month, k.PRACTICE_SPONSOR) & could).sum()
    for t in range(48):
        month.index = t
        sponsors.stage(month)
    assert (held(month, k.PRACTICE_SPONSOR) & could).sum() == pytest.approx(start, rel=0.3)


def test_places_of_sponsors_keep_within_their_room():
    month = month_of(apprentice_share=0.99)
    e, c = month.world.establishments, month.world.cells
    e.practices[: e.size] |= np.uint8(k.PRACTICE_SPONSOR)
    e.host[: e.size] = 0.1
    c.vacancies[: c.size] = 4
    cells, program, rank = sponsors.places(month, k.APPRENTICESHIP, np.zeros(e.size, np.int64))
    size = np.bincount(c.establishment[: c.size], weights=c.filled[: c.size], minlength=e.size)
    used = np.bincount(c.establishment[cells], minlength=e.size)
    assert (used <= np.floor(0.1 * size) + 1).all() and used.sum() > 10
    assert (np.bincount(cells, minlength=c.size) <= c.vacancies[: c.size]).all()
    assert (program == 0).all() and ((rank >= 0) & (rank < 1)).all()
    none, _, _ = sponsors.places(month, k.APPRENTICESHIP, np.full(e.size, 10_000))
    assert none.size == 0


def test_a_grant_opens_more_places_and_reimbursement_more_contracts():
    month = month_of()
    e = month.world.establishments
    e.practices[: e.size] |= np.uint8(k.PRACTICE_SPONSOR)
    e.host[: e.size] = 0.5
    free = np.zeros(e.size, np.int64)
    base = set(zip(*(x.tolist() for x in sponsors.places(month, k.APPRENTICESHIP, free)[:2]), strict=True))
    month.levers.sponsor_grant, month.levers.sponsor_grant_places = 8000.0, 1000
    more = set(zip(*(x.tolist() for x in sponsors.places(month, k.APPRENTICESHIP, free)[:2]), strict=True))
    assert base < more
    ojt = sponsors.places(month, k.OJT, free)[0]
    month.levers.ojt_reimbursement = 0.75
    assert sponsors.places(month, k.OJT, free)[0].size > ojt.size
