"""Views of the tables for notebooks: rows, frames and selections over columns that stay where they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.market import codes
from laborsim.market.economy import Economy
from laborsim.market.tables import Table

if TYPE_CHECKING:
    import pandas as pd

_DERIVED: dict[str, Callable[[Any], Any]] = {
    "employed": lambda v: v.state <= codes.SELF_EMPLOYED,
    "unemployed": lambda v: (v.state == codes.UNEMPLOYED) | (v.state == codes.TEMPORARY_LAYOFF),
    "in_labor_force": lambda v: v.state <= codes.UNEMPLOYED,
    "out_of_labor_force": lambda v: (v.state > codes.UNEMPLOYED) & (v.state < codes.GONE),
    "on_temporary_layoff": lambda v: v.state == codes.TEMPORARY_LAYOFF,
    "female": lambda v: v.sex == codes.FEMALE,
    "age": lambda v: (v.month - v.birth.astype(np.int64)) // 12,
    "months_in_state": lambda v: v.month - v.since.astype(np.int64),
    "tenure": lambda v: np.where(v.state <= codes.PART_TIME_INVOLUNTARY, v.month - v.hired.astype(np.int64), 0),
    "in_training": lambda v: v.program != codes.NO_PROGRAM,
}
_LABELS: dict[str, Any] = {"state": codes.STATES, "sex": codes.SEXES, "race": codes.RACES, "education": codes.EDUCATION}


class View:
    """Some rows of a table.

    Attributes are whole columns (arrays) or derived ones such as `employed`, `unemployed`, `age`, `tenure`.
    """

    def __init__(self, table: Table, economy: Economy, month: int, rows: Any = None) -> None:
        self._table, self._economy, self.month = table, economy, month
        if rows is None:
            rows = np.arange(table.size)
            if "state" in table.arrays:
                rows = rows[table.arrays["state"][: table.size] != codes.GONE]
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._table.arrays:
            return self._table.arrays[name][self.rows]
        if name in _derived(self._table):
            return _DERIVED[name](self)
        known = ", ".join([*self._table.arrays, *_derived(self._table)])
        raise AttributeError(f"no column {name!r}; columns are {known}")

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *self._table.arrays, *_derived(self._table)})

    def __getitem__(self, position: int) -> Row:
        return Row(self, int(self.rows[position]))

    def __iter__(self) -> Iterator[Row]:
        return (Row(self, int(r)) for r in self.rows)

    def select(self, condition: Callable[[View], Any]) -> View:
        """Rows for which `condition` holds; it is given the whole view and returns a mask.

        Examples
        --------
        >>> model.workers.select(lambda w: w.unemployed & (w.age < 25))  # doctest: +SKIP
        """
        return View(self._table, self._economy, self.month, self.rows[np.asarray(condition(self), np.bool_)])

    def to_frame(self) -> pd.DataFrame:
        """A copy as a DataFrame, codes spelled out, one row each, indexed by row number."""
        import pandas as pd

        data: dict[str, Any] = {}
        categorical: Any = pd.Categorical.from_codes
        for c in self._table.declared:
            values = self._table.arrays[c.name][self.rows]
            if c.width > 1:
                for k, name in enumerate(codes.PRINCIPLES):
                    data[f"{c.name}_{name}"] = values[:, k]
            elif c.name in _LABELS:
                data[c.name] = categorical(values.astype(np.int64), list(_LABELS[c.name]))
            elif c.name == "zone":
                data[c.name] = categorical(values.astype(np.int64), list(self._economy.zone_codes))
            else:
                data[c.name] = values
        if "birth" in data:
            data["age"] = self.age
        return pd.DataFrame(data, index=self.rows)

    def __repr__(self) -> str:
        return f"<{len(self.rows):,} rows of {', '.join(self._table.arrays)}>"


class Row:
    """One row: a table and a row number. Reading an attribute reads the column now."""

    __slots__ = ("_row", "_view")

    def __init__(self, view: View, row: int) -> None:
        self._view, self._row = view, row

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        one = View(self._view._table, self._view._economy, self._view.month, np.array([self._row]))
        value = getattr(one, name)[0]
        if name in _LABELS:
            return _LABELS[name][int(value)]
        return value.item() if isinstance(value, np.generic) else value

    def __repr__(self) -> str:
        columns = self._view._table.arrays
        return "<" + ", ".join(f"{c}={getattr(self, c)}" for c in columns) + ">"

    def __dir__(self) -> list[str]:
        table = self._view._table
        return sorted({*object.__dir__(self), *table.arrays, *_derived(table)})


def _derived(table: Table) -> tuple[str, ...]:
    """Derived columns a table has: they are all of people."""
    return tuple(_DERIVED) if "state" in table.arrays else ()
