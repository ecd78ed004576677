"""People, once per kind of program and step: the pipeline without those who apply again and again.

The monthly counts of the pipeline are of applications and enrolments: who applies in five months counts five times.
Here a person counts once for each step of each kind of program, and once for each step whatever the kind. Also how many
take part in more than one kind at a time or one after the other, job centers included.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.clients import SERVICE
from laborsim.market.codes import NEVER, PROGRAM_KINDS
from laborsim.market.month import Month
from laborsim.market.participants import COMPLETED, NOT_KNOWN, RETAINED, noted

I8 = NDArray[np.int64]
U8 = NDArray[np.uint64]

STEPS: Final = ("applied", "eligible", "enrolled", "completed", "credentialed", "placed", "retained")
LOOKED: Final = ("applied", "eligible")  # steps that the log of participants does not hold


class Steps:
    """Looks on at who applies and who may enter; put it into `model.observers`.

    Parameters
    ----------
    kinds : (P,) kind of each program.
    """

    def __init__(self, kinds: I8) -> None:
        self._kinds = np.asarray(kinds, np.int64)
        self._seen: dict[str, list[tuple[U8, I8]]] = {name: [] for name in LOOKED}

    def __call__(self, month: Month) -> None:
        """Note this month's applicants, each once."""
        for name in LOOKED:
            for rows, program in noted(month, name):
                self._seen[name].append((month.world.people.id[rows], self._kinds[program]))

    def rows(self, log: Mapping[str, NDArray[Any]], spells: Mapping[str, NDArray[Any]]) -> list[dict[str, Any]]:
        """Simulated people by step and kind, and of those who take part in several.

        Parameters
        ----------
        log : columns of `participants.LOG`, those under way at the start included (they are left out here).
        spells : columns of `watch.ENROLMENTS` of clients of job centers.

        Returns
        -------
        Rows with kind ("all", a kind of program, or a pair "a+b"), step (`STEPS`; "together" for people in two kinds at
        the same time, "both" for those in both whenever) and people.
        """
        found: list[dict[str, Any]] = []
        kinds = [*PROGRAM_KINDS, SERVICE]
        by_step = {name: _joined(self._seen[name]) for name in LOOKED}
        if log:
            own = np.flatnonzero(np.asarray(log["state"]) != NOT_KNOWN)  # the others were under way at the start
            log = {name: np.asarray(column)[own] for name, column in log.items()}
            kind = self._kinds[log["program"]]
            passed = {
                "enrolled": np.ones(own.size, np.bool_), "completed": log["how"] == COMPLETED,
                "credentialed": log["credential"] != 255, "placed": log["placed"] != NEVER,
                "retained": log["after"] == RETAINED,
            }  # fmt: skip
            by_step |= {name: (log["id"][is_], kind[is_]) for name, is_ in passed.items()}
            # who enrols without applying by name (sent by an employer, say) has applied and was eligible
            for name in LOOKED:
                by_step[name] = _joined([by_step[name], by_step["enrolled"]])
        for name in STEPS:
            ids, kind = by_step.get(name, _joined([]))
            found.append({"kind": "all", "step": name, "people": _distinct(ids)})
            found += [
                {"kind": kinds[k], "step": name, "people": _distinct(ids[kind == k])} for k in np.unique(kind).tolist()
            ]
        return found + self._several(log, spells, kinds)

    def _several(
        self, log: Mapping[str, NDArray[Any]], spells: Mapping[str, NDArray[Any]], kinds: list[str]
    ) -> list[dict[str, Any]]:
        ids, begun, left, kind = _spells(log, spells, self._kinds, kinds.index(SERVICE))
        out: list[dict[str, Any]] = []
        served = np.unique(ids[kind == kinds.index(SERVICE)])
        out.append({"kind": SERVICE, "step": "enrolled", "people": int(served.size)})
        present = np.unique(kind).tolist()
        for at, a in enumerate(present):
            for b in present[at + 1 :]:
                both, together = _meet(*((ids[kind == k], begun[kind == k], left[kind == k]) for k in (a, b)))
                if both:
                    name = f"{kinds[a]}+{kinds[b]}"
                    out.append({"kind": name, "step": "both", "people": both})
                    out.append({"kind": name, "step": "together", "people": together})
        of_kind = np.unique(np.stack([ids, kind.astype(np.uint64)], axis=1), axis=0)[:, 0] if ids.size else ids
        several = np.unique(of_kind, return_counts=True)[1] > 1 if ids.size else np.empty(0)
        out.append({"kind": "several", "step": "both", "people": int(np.count_nonzero(several))})
        out.append({"kind": "several", "step": "enrolled", "people": _distinct(ids)})
        return out


def _spells(
    log: Mapping[str, NDArray[Any]], spells: Mapping[str, NDArray[Any]], kinds: I8, service: int
) -> tuple[U8, I8, I8, I8]:
    """ids, first month, month of exit and kind of all who took part in anything."""
    parts = [(np.asarray(spells["id"]), np.asarray(spells["enrolled"], np.int64), np.asarray(spells["exit"], np.int64),
              np.full(len(spells["id"]), service))]  # fmt: skip
    if log:
        exit_ = np.asarray(log["exit"], np.int64)
        exit_ = np.where(exit_ == NEVER, np.iinfo(np.int64).max, exit_)
        parts.append((log["id"], np.asarray(log["enrolled"], np.int64), exit_, kinds[log["program"]]))
    return tuple(np.concatenate(x) for x in zip(*parts, strict=True))  # type: ignore[return-value]


def _meet(one: tuple[U8, I8, I8], two: tuple[U8, I8, I8]) -> tuple[int, int]:
    """People with a spell in each of two lists (id, first month, exit), and those of whom two share a month.

    Examples
    --------
    >>> a = np.array([7, 8], np.uint64), np.array([0, 0]), np.array([3, 3])
    >>> b = np.array([7, 8], np.uint64), np.array([2, 5]), np.array([9, 9])
    >>> _meet(a, b)
    (2, 1)
    """
    order = np.argsort(two[0], kind="stable")
    ids, begun, left = (x[order] for x in two)
    low, high = (np.searchsorted(ids, one[0], side) for side in ("left", "right"))
    met, together = high > low, np.zeros(one[0].size, np.bool_)
    for k in range(int((high - low).max()) if one[0].size else 0):  # spells of one person are few
        at = np.flatnonzero(low + k < high)
        other = low[at] + k
        together[at] |= (one[1][at] <= left[other]) & (begun[other] <= one[2][at])
    return _distinct(one[0][met]), _distinct(one[0][together])


def _joined(parts: list[tuple[U8, I8]]) -> tuple[U8, I8]:
    ids = [np.empty(0, np.uint64), *(p[0] for p in parts)]
    return np.concatenate(ids), np.concatenate([np.empty(0, np.int64), *(p[1] for p in parts)])


def _distinct(ids: U8) -> int:
    return int(np.unique(ids).size)


__all__ = ["LOOKED", "STEPS", "Steps"]
