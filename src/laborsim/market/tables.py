"""Column tables: the state of everyone and everything in the region.

A table is a fixed list of declared columns held as contiguous numpy arrays of one capacity, in one block of memory.
Kernels take `table.columns`; people in notebooks take rows and frames.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from laborsim.market.codes import OPEN
from laborsim.market.columns import Columns


class Column(NamedTuple):
    """Declaration of one column: dtype, value of an empty row, meaning and unit."""

    name: str
    dtype: str
    fill: float
    label: str
    width: int = 1


PEOPLE = (
    Column("id", "u8", 0, "persistent id; the key of every draw"),
    Column("household", "i4", -1, "row in households"),
    Column("birth", "i2", 0, "birth month, in months from the scenario's start (negative: before)"),
    Column("sex", "u1", 0, "codes.SEXES"),
    Column("race", "u1", 0, "codes.RACES"),
    Column("education", "u1", 0, "codes.EDUCATION"),
    Column("zone", "u1", 0, "zone of residence"),
    Column("traits", "u1", 0, "bits codes.TRAIT_*"),
    Column("state", "u1", 12, "labor-force state, codes.STATES"),
    Column("last", "u1", 12, "state at the end of the month before"),
    Column("since", "i2", 0, "month the present state began (E, U, N and reason)"),
    Column("job", "i4", -1, "row in cells; kept during temporary layoff; -1 none or self-employed"),
    Column("hired", "i2", 0, "month of hire by the present employer"),
    Column("occupation", "u1", 0, "occupation of the present or last job, row of economy.occ_codes"),
    Column("hours", "u1", 0, "usual hours a week while employed"),
    Column("wage", "f4", 0, "hourly wage, of the present or last job; model dollars"),
    Column("reservation", "f4", 0, "lowest hourly wage accepted; model dollars"),
    Column("ability", "f4", 0, "general ability, standard normal, fixed, unobserved to planners"),
    Column("skill", "f4", 0, "skill in the present occupation; 1 is that of a fully experienced worker"),
    Column("counted", "i2", 0, "month up to which that skill is worked out, while in work"),
    Column("fit", "i1", 0, "how well person and present job suit each other, -127 to 127"),
    Column("history", "u4", 0, "months employed, bit k = k months ago, up to date at `since`"),
    Column("knows", "u4", 0, "consideration set: bits of SOC major groups and program kinds"),
    Column("ui_weeks", "u1", 0, "weeks of unemployment insurance left"),
    Column("ui_benefit", "f4", 0, "weekly benefit while drawing; model dollars"),
    Column("program", "u1", 255, "row in programs while enrolled, 255 none"),
    Column("enrolled", "i2", 0, "month of enrolment in that program"),
    Column("credentials", "u2", 0, "bits of credentials held, by field of economy.credential_fields"),
)

HOUSEHOLDS = (
    Column("zone", "u1", 0, "zone"),
    Column("adults", "u1", 0, "people 16 and over; 0 is a free row"),
    Column("earners", "u1", 0, "adults employed"),
    Column("children", "u1", 0, "own children under 16"),
    Column("youngest", "i2", 0, "birth month of the youngest child"),
    Column("eldest", "i2", 0, "birth month of the eldest child; those between are spaced evenly"),
    Column("car", "u1", 0, "1 if it has a car"),
    Column("care", "u1", 0, "childcare arrangement, codes.CARE_*"),
    Column("subsidized", "u1", 0, "children on a subsidised place this month"),
)

ESTABLISHMENTS = (
    Column("id", "u8", 0, "persistent id; the key of its draws"),
    Column("zone", "u1", 0, "zone of work"),
    Column("sector", "u1", 0, "row of economy.sector_codes"),
    Column("base", "f4", 0, "headcount wanted at the start"),
    Column("stands", "f4", 1, "people at a workplace of the kind it stands for at full scale"),
    Column("frail", "f4", 1, "chance of closing relative to the smallest workplaces"),
    Column("growth", "f4", 0, "own log deviation from its sector's path"),
    Column("premium", "f4", 0, "log wage premium over the occupation's median"),
    Column("renewed", "f4", 0, "log change of that premium by entrants in its place: no rise of cost"),
    Column("host", "f4", 0, "capacity to host trainees, as a share of headcount"),
    Column("practices", "u1", 0, "bits codes.PRACTICE_*"),
    Column("quality", "u1", 128, "job quality on the eight principles, 0..255", 8),
    Column("opened", "i2", 0, "month of entry"),
    Column("closed", "i2", OPEN, "month of exit"),
)

CELLS = (
    Column("establishment", "i4", 0, "row in establishments"),
    Column("occupation", "u1", 0, "row of economy.occ_codes"),
    Column("zone", "u1", 0, "zone of work (its establishment's)"),
    Column("sector", "u1", 0, "sector (its establishment's)"),
    Column("base", "f4", 0, "headcount wanted at the start"),
    Column("target", "i4", 0, "headcount wanted this month"),
    Column("filled", "i4", 0, "people whose job is this cell, temporary layoffs apart"),
    Column("recall", "i4", 0, "people on temporary layoff from this cell"),
    Column("vacancies", "i4", 0, "open vacancies"),
    Column("posted", "f4", 0, "posted hourly wage; model dollars"),
    Column("age", "f4", 0, "mean age of the open vacancies, months"),
    Column("needs", "u1", 0, "lowest education the screen lets through, codes.EDUCATION"),
    Column("reference", "f4", 0, "labor cost in the first month, dollars an hour of the posted wage; 0 not yet known"),
    Column("answer", "f4", 1, "factor on the target from labor cost beyond its reference path"),
)


class People(Columns):
    """Columns of `PEOPLE`."""


class Households(Columns):
    """Columns of `HOUSEHOLDS`."""


class Establishments(Columns):
    """Columns of `ESTABLISHMENTS`."""


class Cells(Columns):
    """Columns of `CELLS`."""


_COLUMNS: dict[tuple[Column, ...], type[Columns]] = {
    PEOPLE: People, HOUSEHOLDS: Households, ESTABLISHMENTS: Establishments, CELLS: Cells,
}  # fmt: skip


LINE = 64  # bytes of a line of the cache


def allocate(declared: tuple[Column, ...], capacity: int) -> dict[str, np.ndarray[Any, Any]]:
    """Columns of `capacity` rows in one block of memory, not yet filled.

    A block of many megabytes gets large pages where the system has them, which thirty smaller arrays do not. Columns
    stay apart: kernels go through long ascending lists of rows, of which records would bring all the columns.
    """
    starts, end = [], 0
    for c in declared:
        starts.append(end)
        end += -(-np.dtype(c.dtype).itemsize * c.width * capacity // LINE) * LINE
    memory = np.empty(end + LINE, np.uint8)
    memory = memory[-memory.ctypes.data % LINE:]
    out = {}
    for c, start in zip(declared, starts, strict=True):
        shape = (capacity,) if c.width == 1 else (capacity, c.width)
        out[c.name] = np.ndarray(shape, c.dtype, memory.data, start)
    return out


@dataclass
class Table:
    """Columns of one capacity; rows beyond `size` are unused.

    Parameters
    ----------
    declared : tuple of Column
    capacity : int
        Rows allocated.

    Notes
    -----
    Every column is an attribute; `columns` holds all, for kernels. Both change only in `grow`: to replace
    a column, write into it.
    """

    declared: tuple[Column, ...]
    capacity: int
    size: int = 0
    arrays: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(c.name not in self.arrays for c in self.declared):
            self.arrays = self._together(self.capacity)
        self._bind()

    def _together(self, capacity: int) -> dict[str, np.ndarray[Any, Any]]:
        """Columns of `capacity` rows that hold what these hold, and the declared empty values in further rows."""
        out = allocate(self.declared, capacity)
        for c in self.declared:
            held = self.arrays.get(c.name, out[c.name][:0])
            out[c.name][: len(held)] = held
            out[c.name][len(held):] = c.fill
        return out

    def _bind(self) -> None:
        """Make attributes of the columns once: stages ask for them some hundred times a month."""
        columns = _COLUMNS[self.declared]({c.name: self.arrays[c.name] for c in self.declared})
        self.__dict__.update(self.arrays, columns=columns)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __getstate__(self) -> dict[str, Any]:
        return {f.name: self.__dict__[f.name] for f in fields(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.arrays = self._together(self.capacity)
        self._bind()

    def grow(self, capacity: int) -> None:
        """Enlarge every column to `capacity` rows; new rows hold the declared empty values."""
        if capacity <= self.capacity:
            return
        self.arrays = self._together(capacity)
        self.capacity = capacity
        self._bind()

    @property
    def bytes_per_row(self) -> int:
        """Bytes of one row over all columns."""
        return sum(np.dtype(c.dtype).itemsize * c.width for c in self.declared)

    def update_hash(self, digest: Any) -> None:
        """Feed the used rows of every column, in declared order."""
        for c in self.declared:
            digest.update(np.ascontiguousarray(self.arrays[c.name][: self.size]).data)

    def copy(self) -> Table:
        """A copy that shares nothing."""
        return Table(self.declared, self.capacity, self.size, self._together(self.capacity))


@dataclass
class World:
    """All state of a region: what synthesis makes and the month changes."""

    people: Table
    households: Table
    establishments: Table
    cells: Table

    @classmethod
    def empty(cls, people: int, households: int, establishments: int, cells: int) -> World:
        """Tables without rows, of these capacities."""
        return cls(Table(PEOPLE, people), Table(HOUSEHOLDS, households),
                   Table(ESTABLISHMENTS, establishments), Table(CELLS, cells))

    def tables(self) -> tuple[Table, Table, Table, Table]:
        """All tables, in the order of the state hash."""
        return self.people, self.households, self.establishments, self.cells

    def move_dates(self, months: int) -> None:
        """Add `months` to the dates at which states, jobs and establishments began; not to births, nor to training, of
        which none goes on while a region settles."""
        people = ("since", "hired", "counted")
        for table, names in ((self.people, people), (self.establishments, ("opened",))):
            for name in names:
                table.arrays[name][: table.size] += np.int16(months)

    def copy(self) -> World:
        """A copy that shares nothing."""
        return World(*(t.copy() for t in self.tables()))
