"""Declared types of training program and a region's programs made from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import worlds
from laborsim.market.codes import NO_PROGRAM, UNEMPLOYED
from laborsim.market.programs import build_programs, labor_force_by_zone, regional_programs
from laborsim.scenario.programs import ProgramType, load_programs


def one(code: str, **changes: object) -> ProgramType:
    settings = {
        "code": code, "title": code, "kind": "classroom", "occupations": ("31-1",), "starts": 0.001, "months": 3,
        "hours": 20.0, "dropout": 0.05, "fit": 0.8, "experience": 9.0, "source": "test", "grade": "assumed",
    }  # fmt: skip
    return ProgramType(**(settings | changes))


def test_declared_programs_cover_the_three_ways_in():
    types = load_programs()
    assert {"apprenticeship", "ojt", "classroom"} <= {t.kind for t in types}
    assert len({t.code for t in types}) == len(types)
    starts = sum(t.starts for t in types if t.kind == "apprenticeship")
    # 252,000 new apprentices of 157 million employed in FY2019, four in five civilian
    assert starts == pytest.approx(0.8 * 252_000 / 157e6, rel=0.05)


def test_two_programs_cannot_claim_one_vacancy(tmp_path):
    entry = 'title="x"\nkind="ojt"\noccupations=["47-2"]\nstarts=0.001\nmonths=3\nhours=40\ndropout=0.1\n'
    entry += 'fit=0.5\nexperience=5\nsource="x"\ngrade="assumed"\n'
    file = tmp_path / "programs.toml"
    file.write_text(f"[a]\n{entry}[b]\n{entry}")
    with pytest.raises(ValueError, match="a and b both train for 47-2"):
        load_programs(file)


def test_wrong_fields_are_named_all_at_once(tmp_path):
    entry = 'title="x"\nkind="sectoral"\noccupations=["47-2"]\nstarts=0.001\nmonths=3\nhours=40\ndropout=0.1\n'
    entry += 'fit=0.5\nexperience=5\nsource="x"\ngrade="assumed"\n'
    file = tmp_path / "programs.toml"
    file.write_text(f"[a]\n{entry}income_limit = 12\n[b]\n{entry}incme_limit = 0.8\n[c]\n{entry}income_limit='x'\n")
    with pytest.raises(ValueError) as error:
        load_programs(file)
    said = str(error.value).splitlines()
    assert said[0] == "programs.toml: a.income_limit: Input should be less than or equal to 10"
    assert said[1] == "programs.toml: b.incme_limit: no such field; did you mean 'income_limit'?"
    assert said[2].startswith("programs.toml: c.income_limit: ") and len(said) == 3


def test_seats_follow_the_labor_force_and_small_zones_are_served_by_the_nearest():
    eco = worlds.economy()
    force = np.array([90_000.0, 10_000.0, 0.0])
    found = build_programs([one("a"), one("b", starts=0.002)], eco, force)
    assert found.codes == ("a:10001", "b:10001")
    np.testing.assert_allclose(found.seats * 12, [100.0, 200.0])
    both = build_programs([one("a")], eco, np.array([90_000.0, 50_000.0, 0.0]))
    assert both.zone.tolist() == [0, 1] and both.seats[0] == pytest.approx(7.5)


def test_many_zones_keep_within_the_codes_of_the_program_column():
    eco = worlds.economy()
    zones = 120
    big = replace(
        eco, zone_codes=(*(f"z{i}" for i in range(zones)), "outside"),
        zone_names=(*(f"z{i}" for i in range(zones)), "Outside"), outside=zones,
        commute_minutes=np.abs(np.subtract.outer(np.arange(zones + 1.0), np.arange(zones + 1.0))) + 5,
    )  # fmt: skip
    force = np.r_[np.linspace(50_000, 90_000, zones), 0.0]
    types = [one(f"p{i}") for i in range(16)]
    found = build_programs(types, big, force)
    assert len(found) < NO_PROGRAM
    np.testing.assert_allclose(found.seats.sum() * 12, force.sum() * 0.001 * 16)


def test_unknown_occupation_is_an_error():
    with pytest.raises(ValueError, match="no occupation of the region among 99-9"):
        build_programs([one("a", occupations=("99-9",))], worlds.economy(), np.array([1e5, 0, 0]))


def test_labor_force_is_that_of_residents_at_full_scale():
    month = worlds.month(people=3000)
    p = month.world.people
    force = labor_force_by_zone(month.world, month.economy, scale=0.5)
    inside = (p.state[: p.size] <= UNEMPLOYED) & (p.zone[: p.size] == 0)
    assert force[0] == inside.sum() / 0.5 and force[month.economy.outside] == 0
    made = regional_programs([one("a")], month.economy, month.world, 0.5)
    assert made.labor_force[1] == force[1]
