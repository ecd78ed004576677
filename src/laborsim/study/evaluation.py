"""What a run of a study is evaluated by: wage records of participants and the accounts of residents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from laborsim.indicators import wioa
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

    def wioa(self, build: Callable[[], Any] | None, months: int) -> list[dict[str, Any]]:
        """The WIOA table of the run; with `build`, beside the same run without programs.

        Figures that do not exist are None.
        """
        panel = self._watch.panel()
        without = None if build is None else without_programs(build, panel.traits["id"], months)
        found: list[dict[str, Any]] = plain(wioa.rows(panel, self._watch.enrolments(), self._kinds, without))
        return found


__all__ = ["Evaluation"]
