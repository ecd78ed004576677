"""Groups of residents: which rows of the cross-tables add up to each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.segments import HIGH, LOW
from laborsim.indicators.tally import rows
from laborsim.market.codes import AGE_BANDS, EDUCATION, RACES, SEXES
from laborsim.market.economy import Economy

F8 = NDArray[np.float64]
PRIME = (2, 3, 4)  # age bands 25-34, 35-44, 45-54


@dataclass(frozen=True)
class Groups:
    """Groups of residents.

    Attributes
    ----------
    names : G names: all, zones, counties made of several zones, sexes, races, age bands, education levels,
        parents of a child under six, low- and high-skilled workers.
    members : (G, R) 1 where a row of the cross-tables belongs to the group.
    prime_names, prime : the same for people of 25 to 54: all, sexes, races.
    """

    names: tuple[str, ...]
    members: F8
    prime_names: tuple[str, ...]
    prime: F8

    def __len__(self) -> int:
        return len(self.names)

    def index(self, name: str) -> int:
        return self.names.index(name)

    def where(self, *kinds: str) -> list[int]:
        """Positions of groups of some kinds, such as "all", "sex", "zone"."""
        return [i for i, n in enumerate(self.names) if n.split(":")[0] in kinds]


def zone_groups(economy: Economy) -> list[tuple[str, list[int]]]:
    """The region's zones, then each county that several zones make up: name and zones."""
    inside = [z for z in range(economy.zones) if z != economy.outside]
    found = [(f"zone:{economy.zone_codes[z]}", [z]) for z in inside]
    taken = {name for name, _ in found}
    for county in dict.fromkeys(economy.zone_county[z] for z in inside):
        parts = [z for z in inside if economy.zone_county[z] == county]
        name = f"zone:{county}"
        if county and len(parts) > 1 and name not in taken:
            found.append((name, parts))
    return found


def resident_groups(economy: Economy) -> Groups:
    """Groups of a region's residents."""
    zones = economy.zones
    second, third, total = rows(zones)
    people = np.arange(second, third).reshape(len(SEXES), len(RACES), len(AGE_BANDS))
    study = np.arange(third, total).reshape(len(EDUCATION), 3)
    members: list[tuple[str, NDArray[np.int64] | list[int]]] = [("all", people.ravel())]
    members += [(n, [r for z in parts for r in (2 * z, 2 * z + 1)]) for n, parts in zone_groups(economy)]
    members += [(f"sex:{n}", people[i].ravel()) for i, n in enumerate(SEXES)]
    members += [(f"race:{n}", people[:, i].ravel()) for i, n in enumerate(RACES)]
    members += [(f"age:{n}", people[:, :, i].ravel()) for i, n in enumerate(AGE_BANDS)]
    members += [(f"education:{n}", study[i]) for i, n in enumerate(EDUCATION)]
    members += [("parent:under_six", np.arange(1, second, 2))]
    members += [("segment:low_skilled", study[:, LOW]), ("segment:high_skilled", study[:, HIGH])]
    prime = [("all", people[:, :, PRIME].ravel())]
    prime += [(f"sex:{n}", people[i][:, PRIME].ravel()) for i, n in enumerate(SEXES)]
    prime += [(f"race:{n}", people[:, i][:, PRIME].ravel()) for i, n in enumerate(RACES)]
    return Groups(tuple(n for n, _ in members), _matrix([m for _, m in members], total),
                  tuple(n for n, _ in prime), _matrix([m for _, m in prime], total))  # fmt: skip


def _matrix(members: list[NDArray[np.int64]] | list[NDArray[np.int64] | list[int]], total: int) -> F8:
    out = np.zeros((len(members), total))
    for i, m in enumerate(members):
        out[i, np.asarray(m, np.int64)] = 1.0
    return out


def places(economy: Economy) -> tuple[tuple[str, ...], F8]:
    """Places of work in the region: names (all, zones, counties of several zones) and membership (P, Z)."""
    inside = [z for z in range(economy.zones) if z != economy.outside]
    found = [("all", inside), *zone_groups(economy)]
    out = np.zeros((len(found), economy.zones))
    for i, (_, parts) in enumerate(found):
        out[i, parts] = 1.0
    return tuple(n for n, _ in found), out


__all__ = ["Groups", "places", "resident_groups", "zone_groups"]
