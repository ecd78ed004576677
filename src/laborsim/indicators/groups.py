"""Groups of residents: which rows of the cross-tables add up to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from laborsim.indicators.segments import HIGH, LOW
from laborsim.indicators.tally import rows
from laborsim.market.codes import AGE_BANDS, EDUCATION, RACES, SEXES
from laborsim.market.economy import Economy

F8 = NDArray[np.float64]
PRIME = (2, 3, 4)  # age bands 25-34, 35-44, 45-54


class Members(NamedTuple):
    """Rows of each group, one after the other: those of group g are rows[starts[g]:starts[g + 1]]."""

    starts: NDArray[np.int64]
    rows: NDArray[np.int64]

    @classmethod
    def of(cls, groups: Sequence[ArrayLike]) -> Members:
        """From the rows of each group."""
        lists = [np.asarray(g, np.int64).ravel() for g in groups]
        return cls(np.cumsum([0, *(g.size for g in lists)]), np.concatenate(lists))


@dataclass(frozen=True)
class Groups:
    """Groups of residents.

    Attributes
    ----------
    names : G names: all, zones, counties made of several zones, sexes, races, age bands, education levels,
        parents of a child under six, low- and high-skilled workers.
    members : rows of the cross-tables that belong to each.
    prime_names, prime : the same for people of 25 to 54: all, sexes, races.
    """

    names: tuple[str, ...]
    members: Members
    prime_names: tuple[str, ...]
    prime: Members

    def __len__(self) -> int:
        return len(self.names)

    def index(self, name: str) -> int:
        """Position of a group."""
        return self.names.index(name)

    def where(self, *kinds: str) -> list[int]:
        """Positions of groups of some kinds, such as "all", "sex", "zone"."""
        return [i for i, n in enumerate(self.names) if n.split(":")[0] in kinds]


@njit(cache=True, nogil=True)
def _add_rows(starts, rows, table, out):  # type: ignore[no-untyped-def]
    for g in range(starts.size - 1):
        for k in range(starts[g], starts[g + 1]):
            for j in range(table.shape[1]):
                out[g, j] += table[rows[k], j]


def add_rows(members: Members, table: NDArray[Any]) -> F8:
    """(G, C) sums of the rows of a table (R, C) that belong to each group.

    A loop, not a matrix product: linear algebra libraries would start threads of their own for it.
    """
    out = np.zeros((members.starts.size - 1, table.shape[1]))
    _add_rows(members.starts, members.rows, table, out)
    return out


def zone_groups(economy: Economy) -> list[tuple[str, list[int]]]:
    """The region's zones, then each county that several zones make up: name and zones."""
    inside = list(range(economy.outside))
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
    groups: dict[str, ArrayLike] = {"all": people}
    groups |= {n: [r for z in parts for r in (2 * z, 2 * z + 1)] for n, parts in zone_groups(economy)}
    groups |= {f"sex:{n}": people[i] for i, n in enumerate(SEXES)}
    groups |= {f"race:{n}": people[:, i] for i, n in enumerate(RACES)}
    groups |= {f"age:{n}": people[:, :, i] for i, n in enumerate(AGE_BANDS)}
    groups |= {f"education:{n}": study[i] for i, n in enumerate(EDUCATION)}
    groups["parent:under_six"] = np.arange(1, second, 2)
    groups |= {"segment:low_skilled": study[:, LOW], "segment:high_skilled": study[:, HIGH]}
    prime: dict[str, ArrayLike] = {"all": people[:, :, PRIME]}
    prime |= {f"sex:{n}": people[i][:, PRIME] for i, n in enumerate(SEXES)}
    prime |= {f"race:{n}": people[:, i][:, PRIME] for i, n in enumerate(RACES)}
    return Groups(tuple(groups), Members.of(list(groups.values())), tuple(prime), Members.of(list(prime.values())))


def places(economy: Economy) -> tuple[tuple[str, ...], F8]:
    """Places of work in the region: names (all, zones, counties of several zones) and membership (P, Z)."""
    inside = list(range(economy.outside))
    found = [("all", inside), *zone_groups(economy)]
    out = np.zeros((len(found), economy.zones))
    for i, (_, parts) in enumerate(found):
        out[i, parts] = 1.0
    return tuple(n for n, _ in found), out


__all__ = ["Groups", "Members", "add_rows", "places", "resident_groups", "zone_groups"]
