"""What a run of a study is evaluated by: wage records of participants and the accounts of residents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators import wioa
from laborsim.indicators.steps import Steps
from laborsim.indicators.watch import Watch
from laborsim.study.accounts import accounts, watch
from laborsim.study.counterfactual import without_programs
from laborsim.study.manifest import plain


class Evaluation:
    """Looks on at a model; made before its first month.

    Parameters
    ----------
    model : LaborMarket
    """

    def __init__(self, model: Any) -> None:
        self._watch, self._accounts = watch(model), accounts(model)
        self._kinds = np.asarray(model.programs.kind, np.int64)
        self._steps, self._model = Steps(self._kinds), model
        model.observers.append(self._steps)
        self._start = int(str(model.economy.start)[5:7]) - 1

    def accounts(self) -> dict[str, list[float]]:
        """Totals by calendar year: dollars of the year, people as the mean of its months; the last may be short."""
        from laborsim.indicators.money import TOTALS

        out: dict[str, list[float]] = {}
        totals = self._accounts.totals()
        months = totals[TOTALS[0]].size
        year = (np.arange(months) + self._start) // 12
        for name, values in totals.items():
            added = np.bincount(year, weights=values)
            people = name in ("employed", "sufficient", "payroll_jobs")
            out[name] = [float(x) for x in (added / np.maximum(np.bincount(year), 1) if people else added)]
        return out

    def steps(self) -> list[dict[str, Any]]:
        """People by step of the pipeline, each once, and those in several programs; simulated people."""
        log = self._model.month.memory.get("participants") or {}
        return self._steps.rows(log, self._watch.clients())

    def wioa(self, build: Callable[[], Any] | None, months: int) -> list[dict[str, Any]]:
        """The WIOA table of the run; with `build`, beside the same run without programs.

        Figures that do not exist are None.
        """
        panel = self._watch.panel()
        without = None if build is None else without_programs(build, panel.traits["id"], months)
        found: list[dict[str, Any]] = plain(wioa.rows(panel, everyone(self._watch), with_clients(self._kinds), without))
        return found


def everyone(watch: Watch) -> dict[str, NDArray[Any]]:
    """Enrolments in programs and spells of clients of job centers."""
    programs, clients = watch.enrolments(), watch.clients()
    return {name: np.concatenate([programs[name], clients[name]]) for name in programs}


def with_clients(kinds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Kinds of the programs, and of what stands for job centers in `everyone`."""
    return np.append(kinds, wioa.CLIENTS)


__all__ = ["Evaluation", "everyone", "with_clients"]
