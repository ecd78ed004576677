"""Where a policy acts: zones and programs by the codes a planner writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import PROGRAM_KINDS
from laborsim.market.economy import Economy
from laborsim.market.programs import Programs
from laborsim.scenario.parameters import Parameters
from laborsim.scenario.problems import nearest


@dataclass(frozen=True)
class Setting:
    """What instruments need to know of the region they act in."""

    economy: Economy
    programs: Programs
    scale: float
    parameters: Parameters

    def room(self, room: str) -> dict[str, object]:
        """Parameter values of one room."""
        return self.parameters.room(room)

    def zones(self, codes: Sequence[str]) -> NDArray[np.bool_]:
        """Zones named by code or county, (Z,); all of the region if none is named.

        Raises
        ------
        ValueError
            If a code is neither a zone nor a county of the region.
        """
        eco = self.economy
        inside = range(eco.outside)
        chosen = np.zeros(eco.zones, np.bool_)
        for code in codes:
            found = [z for z in inside if code in (eco.zone_codes[z], eco.zone_county[z])]
            if not found:
                known = [eco.zone_codes[z] for z in inside] + [eco.zone_county[z] for z in inside]
                raise ValueError(_unknown("zone", code, known))
            chosen[found] = True
        if not codes:
            chosen[: eco.outside] = True
        return chosen

    def sectors(self, codes: Sequence[str]) -> tuple[int, ...]:
        """Rows of the sectors named, ascending; none named gives none.

        Raises
        ------
        ValueError
            If the region has no such sector.
        """
        known = list(self.economy.sector_codes)
        for code in codes:
            if code not in known:
                raise ValueError(_unknown("sector", code, known))
        return tuple(sorted({known.index(c) for c in codes}))

    def majors(self, codes: Sequence[str]) -> tuple[int, ...]:
        """Rows of the SOC major groups named, ascending; none named gives none.

        Raises
        ------
        ValueError
            If there is no such group.
        """
        known = list(self.economy.major_codes)
        for code in codes:
            if code not in known:
                raise ValueError(_unknown("field of work", code, known))
        return tuple(sorted({known.index(c) for c in codes}))

    def seats(
        self, kind: int | None, codes: Sequence[str], zones: NDArray[np.bool_], hires: bool | None = None
    ) -> NDArray[np.float64]:
        """Shares of added seats by program, (P,), in proportion to the programs' own seats.

        Parameters
        ----------
        kind : codes.PROGRAM_KINDS; None for any.
        hires : with promised vacancies, without, or either.
        codes : programs, with or without their zone; all of the kind if none is named.

        Raises
        ------
        ValueError
            If a code is no program of the kind, or none of them is in the zones.
        """
        pr = self.programs
        name = "program" if kind is None else f"{PROGRAM_KINDS[kind].replace('_', ' ')} program"
        of_kind = np.ones(len(pr), np.bool_) if kind is None else pr.kind == kind
        if hires is not None:
            of_kind = of_kind & ((pr.hires > 0) == hires)
        named = [(c.partition(":")[0], c) for c in pr.codes]
        for code in codes:
            if not any(code in n and of_kind[g] for g, n in enumerate(named)):
                known = [n[0] for g, n in enumerate(named) if of_kind[g]]
                raise ValueError(_unknown(name, code, known))
        chosen = np.array([not codes or bool(set(n) & set(codes)) for n in named], np.bool_) & of_kind & zones[pr.zone]
        if not chosen.any():
            raise ValueError(f"no {name} is offered in the zones named")
        weight = np.where(chosen, np.maximum(pr.seats, 1e-9), 0.0)
        return np.asarray(weight / weight.sum())

    def people(self, zones: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Shares of the labor force by zone among those chosen, (Z,)."""
        force = np.zeros(self.economy.zones)
        held = self.programs.labor_force
        force[: held.size] = held
        weight = np.where(zones, np.maximum(force, 1e-9), 0.0)
        return np.asarray(weight / weight.sum())


def _unknown(what: str, code: str, known: list[str]) -> str:
    known = sorted({k for k in known if k})
    near = nearest(code, known)
    hint = f"; did you mean {near!r}?" if near else ""
    return f"unknown {what} {code!r}: one of {', '.join(known)}{hint}"
