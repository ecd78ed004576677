"""The month's shared context: what every stage is handed.

A stage is a function `stage(month: Month) -> None` in its own file. It reads given conditions, levers and
parameters, changes the world's columns through kernels, and adds to the counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from laborsim.market.counts import Counts
from laborsim.market.draws import Stream, stream_key
from laborsim.market.economy import Economy
from laborsim.market.events import Event
from laborsim.market.levers import Levers
from laborsim.market.programs import Programs
from laborsim.market.tables import World

CHUNK = 1 << 16
FEW = 1 << 13  # chunk of lists that are short and take long a row
SHARED = 1 << 14  # fewer rows than this are not worth waking another thread for


class Crew:
    """Runs a kernel over fixed chunks of rows, on one or more threads.

    Chunks have the same bounds whatever the number of threads, and each writes only its own rows or its
    own slot, so results do not depend on the threads. Kernels release the GIL (`nogil=True`).
    """

    def __init__(self, threads: int = 1) -> None:
        self.threads = max(1, threads)
        self._pool = ThreadPoolExecutor(self.threads - 1) if self.threads > 1 else None

    def __reduce__(self) -> tuple[Any, ...]:
        return Crew, (self.threads,)

    @staticmethod
    def chunks(n: int, size: int = CHUNK) -> int:
        """Number of chunks of `size` rows for n rows (at least 1)."""
        return max(1, -(-n // size))

    def map(self, kernel: Callable[..., Any], n: int, *args: Any, size: int = CHUNK) -> list[Any]:
        """Call `kernel(lo, hi, chunk, *args)` for every chunk of `size` rows; results in chunk order."""
        bounds = [(c * size, min(n, (c + 1) * size), c) for c in range(self.chunks(n, size))]
        if self._pool is None or n < SHARED:
            return [kernel(*b, *args) for b in bounds]
        results: list[Any] = [None] * len(bounds)
        left = iter(bounds)  # whoever is free takes the next

        def share() -> None:
            for b in left:
                results[b[2]] = kernel(*b, *args)

        others = [self._pool.submit(share) for _ in range(1, min(self.threads, len(bounds)))]
        share()
        for other in others:
            if not other.cancel():  # one that has not begun comes too late
                other.result()
        return results


@dataclass
class Month:
    """Context of one month's stages."""

    index: int  # months since the start, 0 for the first
    seed: int
    world: World
    economy: Economy
    programs: Programs
    levers: Levers
    counts: Counts
    parameters: Mapping[str, Any]  # "room.parameter" -> value
    crew: Crew
    scale: float = 1.0  # simulated people per person
    events: tuple[Event, ...] = ()
    begun: int = 0  # stages begun so far; 0 outside a plan
    memory: dict[str, Any] = field(default_factory=dict)  # stage -> its own arrays, kept between months; hashed
    scratch: dict[str, Any] = field(default_factory=dict)  # work arrays and derived tables; never state

    @property
    def now(self) -> int:
        """Row of this month in arrays of the horizon; months of settling before the start use the first."""
        return min(max(self.index, 0), self.economy.months - 1)

    def key(self, stream: Stream, fixed: bool = False) -> np.uint64:
        """Key of this month's draws for one decision; `fixed` gives one key for the whole run."""
        return np.uint64(stream_key(self.seed, int(stream), 0xFFFF if fixed else self.index))

    def room(self, room: str) -> dict[str, Any]:
        """Parameter values of one room."""
        return self.parameters.room(room)  # type: ignore[attr-defined,no-any-return]

    def buffers(self) -> tuple[Any, Any, Any]:
        """Work arrays (rows int64, states uint8, reasons uint8), as long as the people table's capacity."""
        capacity = self.world.people.capacity
        held = self.scratch.get("buffers")
        if held is None or held[0].size < capacity:
            held = (np.empty(capacity, np.int64), np.empty(capacity, np.uint8), np.empty(capacity, np.uint8))
            self.scratch["buffers"] = held
        return held

    def table(self, name: str, make: Callable[[], Any]) -> Any:
        """A table derived once per run from parameters and given conditions."""
        if name not in self.scratch:
            self.scratch[name] = make()
        return self.scratch[name]
