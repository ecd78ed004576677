"""Training programs: who offers what, to whom, for how long and at what price. Fixed during a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import (
    APPRENTICESHIP,
    BESIDE,
    CUSTOMIZED,
    EDUCATION,
    FULL_TIME_WEEK,
    NO_PROGRAM,
    OJT,
    PAYERS,
    PROGRAM_KINDS,
    UNEMPLOYED,
)
from laborsim.market.economy import Economy
from laborsim.market.tables import World
from laborsim.scenario.programs import ProgramType

F8 = NDArray[np.float64]
U1 = NDArray[np.uint8]


def _none() -> Any:
    return None


@dataclass(frozen=True)
class Programs:
    """Programs as columns; P programs, O occupations, Z zones.

    Attributes
    ----------
    codes, titles : labels.
    kind : (P,) codes.PROGRAM_KINDS.
    zone : (P,) zone of the provider.
    seats : (P,) starts a month that exist without any policy, at full scale.
    months : (P,) length.
    occupations : (P, O) 1 where the program trains for the occupation.
    education : (P,) least education to enter.
    price : (P,) dollars a participant is charged; cost (P,) dollars a start costs all payers together.
    hours : (P,) hours a week (lock-in).
    wage_share : (P,) wage while training, as a share of the occupation's median; 0 unpaid.
    dropout : (P,) monthly drop-out hazard of a trainee without any trouble.
    fit : (P,) fit of the curriculum to vacancies at the start, 0..1.
    experience : (P,) months of work in the target occupation that completing is worth.
    credential : (P,) bit of people.credentials earned, 255 none.
    family : (P,) index of the type of program: the same course in several zones is one family and shares
        instructors. By default each program is its own.
    background_check : (P,) 1 where people with a justice record are not admitted; by default none.
    least_age : (P,) least age to enter, years; by default 16.
    most_age : (P,) greatest age to enter.  ready : (P,) 1 where a pre-apprenticeship stands in for schooling.
    requires : (P,) mask of people.credentials bits one of which is needed, 0 none.
    income_limit : (P,) most that the household may earn relative to what it needs to be self-sufficient, 0 no limit.
    low_paid : (P,) 1 where people at work may enter only if they earn less than a self-sufficiency wage.
    priority : (P,) share of applicants, dislocated workers apart, whose place adult funds of WIOA would pay.
    degree : (P,) education that completers who pass hold at least.
    screen : (P,) share of eligible applicants who pass selection.
    intakes : (P, 12) 1 in the months of the year when cohorts start.
    instructors : (P,) seats instructors at hand can serve, relative to the own ones; NaN: the declared default.
    supports, site_spread, placement, specific : (P,) see scenario.programs.ProgramType.
    employer_input : (P,) 1 where the curriculum does not age.
    appeal : (P,) attention a seat gets.  recruits : (P,) 1 where applicants need not
        know of such programs.
    hires : (P,) 1 where employers promise vacancies to completers: customized training of new hires.
    payers : (P, 6) shares of the cost beyond the price, by codes.PAYERS.
    labor_force : (Z,) people in the labor force at the start by zone, full scale; by default the seats by zone.
    """

    codes: tuple[str, ...]
    titles: tuple[str, ...]
    kind: U1
    zone: U1
    seats: F8
    months: NDArray[np.int64]
    occupations: U1
    education: U1
    price: F8
    cost: F8
    hours: F8
    wage_share: F8
    dropout: F8
    fit: F8
    experience: F8
    credential: U1
    family: NDArray[np.int64] = field(default_factory=_none)
    background_check: U1 = field(default_factory=_none)
    least_age: NDArray[np.int64] = field(default_factory=_none)
    most_age: NDArray[np.int64] = field(default_factory=_none)
    ready: U1 = field(default_factory=_none)
    requires: NDArray[np.uint16] = field(default_factory=_none)
    income_limit: F8 = field(default_factory=_none)
    low_paid: U1 = field(default_factory=_none)
    priority: F8 = field(default_factory=_none)
    degree: U1 = field(default_factory=_none)
    screen: F8 = field(default_factory=_none)
    intakes: U1 = field(default_factory=_none)
    instructors: F8 = field(default_factory=_none)
    supports: F8 = field(default_factory=_none)
    employer_input: U1 = field(default_factory=_none)
    site_spread: F8 = field(default_factory=_none)
    placement: F8 = field(default_factory=_none)
    specific: F8 = field(default_factory=_none)
    appeal: F8 = field(default_factory=_none)
    recruits: U1 = field(default_factory=_none)
    hires: U1 = field(default_factory=_none)
    payers: F8 = field(default_factory=_none)
    labor_force: F8 = field(default_factory=_none)

    def __post_init__(self) -> None:
        n = len(self.codes)
        if n >= NO_PROGRAM:
            raise ValueError(f"at most {NO_PROGRAM - 1} programs, {n} given")
        zones = int(self.zone.max()) + 1 if n else 0
        for name, value in (
            ("family", np.arange(n)),
            ("background_check", np.zeros(n, np.uint8)),
            ("least_age", np.full(n, 16, np.int64)),
            ("most_age", np.full(n, 120, np.int64)),
            ("ready", np.zeros(n, np.uint8)),
            ("requires", np.zeros(n, np.uint16)),
            ("income_limit", np.zeros(n)),
            ("low_paid", np.zeros(n, np.uint8)),
            ("priority", np.zeros(n)),
            ("degree", np.zeros(n, np.uint8)),
            ("screen", np.ones(n)),
            ("intakes", np.ones((n, 12), np.uint8)),
            ("instructors", np.full(n, np.nan)),
            ("supports", np.zeros(n)),
            ("employer_input", np.isin(self.kind, (APPRENTICESHIP, OJT, CUSTOMIZED)).astype(np.uint8)),
            ("site_spread", np.zeros(n)),
            ("placement", np.zeros(n)),
            ("specific", np.zeros(n)),
            ("appeal", np.ones(n)),
            ("recruits", np.zeros(n, np.uint8)),
            ("hires", np.zeros(n, np.uint8)),
            ("payers", np.tile(np.eye(len(PAYERS))[PAYERS.index("provider")], (n, 1))),
            ("labor_force", np.bincount(self.zone, weights=self.seats, minlength=zones)),
        ):
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def beside(self) -> NDArray[np.bool_]:
        """(P,) programs beside work or school, which nobody applies to: people.program is left alone."""
        return np.asarray(np.isin(self.kind, BESIDE) & (self.hires == 0))

    @cached_property
    def needs_employer(self) -> NDArray[np.bool_]:
        """(P,) programs that start only where an employer gives, or promises, a vacancy."""
        return np.asarray(np.isin(self.kind, (APPRENTICESHIP, OJT)) | (self.hires > 0))


def labor_force_by_zone(world: World, economy: Economy, scale: float = 1.0) -> F8:
    """People in the labor force by zone of residence at full scale, shape (Z,); nobody beyond the region."""
    n = world.people.size
    inside = world.people.state[:n] <= UNEMPLOYED
    counts = np.bincount(world.people.zone[:n][inside], minlength=economy.zones) / scale
    counts[economy.outside :] = 0.0
    return counts


def build_programs(types: Sequence[ProgramType], economy: Economy, labor_force: F8, smallest: float = 40.0) -> Programs:
    """Programs of a region: each type once in every zone large enough to have a provider.

    Parameters
    ----------
    types : declared types, `laborsim.scenario.programs.load_programs`.
    labor_force : (Z,) people in the labor force by zone, full scale.
    smallest : a zone has its own providers if it has at least this many thousand people in the labor force;
        the others are served by the nearest such zone. At most 254 programs: fewer zones are served if need be.

    Raises
    ------
    ValueError
        If a type trains for no occupation of the economy, or its credential is of no known field.
    """
    major = tuple(c[:4] for c in economy.occ_codes)
    targets = np.array([[m in t.occupations for m in major] for t in types])
    for t, row in zip(types, targets, strict=True):
        if not row.any():
            raise ValueError(f"program {t.code}: no occupation of the region among {', '.join(t.occupations)}")
    for t in types:
        for name in (t.credential, t.requires):
            if name and name not in economy.credential_fields:
                known = ", ".join(economy.credential_fields)
                raise ValueError(f"program {t.code}: unknown field of credential {name!r}: one of {known}")
    order = np.argsort(-labor_force, kind="stable")
    hosts = [int(z) for z in order if labor_force[z] >= smallest * 1000.0]
    hosts = sorted((hosts or [int(order[0])])[: (NO_PROGRAM - 1) // max(1, len(types))])
    served = np.zeros(economy.zones)
    for z in np.flatnonzero(labor_force > 0):
        nearest = z if z in hosts else hosts[int(np.argmin(economy.commute_minutes[z, hosts]))]
        served[nearest] += labor_force[z]
    rows = [(i, t, z) for i, t in enumerate(types) for z in hosts]

    def column(name: str, dtype: Any) -> Any:
        return np.array([getattr(t, name) for _, t, _ in rows], dtype)

    field_index = {name: i for i, name in enumerate(economy.credential_fields)}
    return Programs(
        codes=tuple(f"{t.code}:{economy.zone_codes[z]}" for _, t, z in rows),
        titles=tuple(f"{t.title}, {economy.zone_names[z]}" for _, t, z in rows),
        kind=np.array([PROGRAM_KINDS.index(t.kind) for _, t, _ in rows], np.uint8),
        zone=np.array([z for _, _, z in rows], np.uint8),
        seats=np.array([t.starts * served[z] / 12.0 for _, t, z in rows]),
        months=column("months", np.int64),
        occupations=np.array([targets[i] for i, _, _ in rows], np.uint8),
        education=np.array([EDUCATION.index(t.education) for _, t, _ in rows], np.uint8),
        price=column("price", np.float64),
        cost=column("cost", np.float64),
        hours=column("hours", np.float64),
        wage_share=column("wage_share", np.float64),
        dropout=column("dropout", np.float64),
        fit=column("fit", np.float64),
        experience=column("experience", np.float64),
        credential=np.array([field_index.get(t.credential, 255) for _, t, _ in rows], np.uint8),
        family=np.array([i for i, _, _ in rows]),
        background_check=column("background_check", np.uint8),
        least_age=column("least_age", np.int64),
        most_age=column("most_age", np.int64),
        ready=column("ready", np.uint8),
        requires=np.array([1 << field_index[t.requires] if t.requires else 0 for _, t, _ in rows], np.uint16),
        degree=np.array([EDUCATION.index(t.degree or "less_than_hs") for _, t, _ in rows], np.uint8),
        income_limit=column("income_limit", np.float64),
        low_paid=column("low_paid", np.uint8),
        priority=column("priority", np.float64),
        screen=column("screen", np.float64),
        intakes=np.array([[not t.intakes or m in t.intakes for m in range(1, 13)] for _, t, _ in rows], np.uint8),
        instructors=np.array([np.nan if t.instructors is None else t.instructors for _, t, _ in rows]),
        supports=column("supports", np.float64),
        employer_input=np.array(
            [t.employer_input or t.kind in ("apprenticeship", "ojt", "customized") for _, t, _ in rows], np.uint8
        ),
        site_spread=column("site_spread", np.float64),
        placement=column("placement", np.float64),
        specific=column("specific", np.float64),
        appeal=column("appeal", np.float64),
        recruits=column("recruits", np.uint8),
        hires=column("hires", np.uint8),
        payers=np.array([[dict(t.payers).get(p, 0.0) for p in PAYERS] for _, t, _ in rows]),
        labor_force=np.asarray(labor_force, np.float64),
    )


def regional_programs(types: Sequence[ProgramType], economy: Economy, world: World, scale: float = 1.0) -> Programs:
    """Programs of a synthesized region, sized by its labor force at the start; see `build_programs`."""
    return build_programs(types, economy, labor_force_by_zone(world, economy, scale))


def while_enrolled(programs: Programs, share: float) -> F8:
    """(256,) search by people of each program relative to others; 1 without a program.

    Parameters
    ----------
    share : search in full-time training, relative to others; in shorter weeks as much less as these are shorter.
    """
    out, hours = np.ones(256), programs.hours
    out[: hours.size] = 1.0 - (1.0 - share) * np.minimum(hours / FULL_TIME_WEEK, 1.0)
    out[NO_PROGRAM] = 1.0
    return out


__all__ = ["Programs", "build_programs", "labor_force_by_zone", "regional_programs", "while_enrolled"]
