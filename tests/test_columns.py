"""Columns of a table in kernels: the same arrays as in Python, read and written where they are."""

from __future__ import annotations

import copy
import pickle
from itertools import pairwise

import numpy as np
import pytest
from numba import njit

from laborsim.market.columns import AHEAD, fetch
from laborsim.market.tables import CELLS, ESTABLISHMENTS, HOUSEHOLDS, PEOPLE, Table


def _mark(p, e, n):  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(n):
        p.wage[i] += 1.5
        p.state[i] = i % 7
        e.quality[i, 3] += i
        total += p.wage[i] + e.quality[i, 3]
    return total, p.id.size, p.wage[2:5].sum(), e.quality.shape[1]


def _filled(declared, rows: int) -> Table:  # type: ignore[no-untyped-def]
    table = Table(declared, rows, rows)
    for k, c in enumerate(declared):
        column = table.arrays[c.name]
        column[...] = (np.arange(column.size) * (k + 3) % 97).reshape(column.shape)
    return table


def test_a_kernel_reads_and_writes_the_tables_own_arrays() -> None:
    people, employers = _filled(PEOPLE, 50), _filled(ESTABLISHMENTS, 50)
    p, e = copy.deepcopy(people.columns), copy.deepcopy(employers.columns)
    expected = _mark(p, e, 50)
    assert njit(_mark)(people.columns, employers.columns, 50) == pytest.approx(expected)
    for c in PEOPLE:
        assert people.arrays[c.name].tobytes() == getattr(p, c.name).tobytes(), c.name
    for c in ESTABLISHMENTS:
        assert employers.arrays[c.name].tobytes() == getattr(e, c.name).tobytes(), c.name


@pytest.mark.parametrize("declared", [PEOPLE, HOUSEHOLDS, ESTABLISHMENTS, CELLS])
def test_every_column_is_found_in_a_kernel(declared) -> None:  # type: ignore[no-untyped-def]
    table, scope = _filled(declared, 20), {"np": np}
    read = ", ".join(f"t.{c.name}[k].sum()" if c.width > 1 else f"np.float64(t.{c.name}[k])" for c in declared)
    exec(f"def row(t, k):\n    return {read}\n", scope)
    assert njit(scope["row"])(table.columns, 13) == scope["row"](table.columns, 13)  # type: ignore[operator]


def test_a_table_that_grew_hands_out_its_new_columns() -> None:
    people, employers = _filled(PEOPLE, 5), _filled(ESTABLISHMENTS, 9)
    before = people.columns
    people.grow(9)
    people.size = 9
    _mark(people.columns, employers.columns, 9)
    assert people.state[:9].tolist() == [0, 1, 2, 3, 4, 5, 6, 0, 1]
    assert before.state.size == 5 and people.columns.state is people.state


@pytest.mark.parametrize("declared", [PEOPLE, HOUSEHOLDS, ESTABLISHMENTS, CELLS])
def test_columns_lie_in_one_block_whatever_becomes_of_the_table(declared) -> None:  # type: ignore[no-untyped-def]
    table = _filled(declared, 21)
    held = {name: a.tolist() for name, a in table.arrays.items()}
    for other in (table, table.copy(), pickle.loads(pickle.dumps(table))):
        for c in declared:
            assert other.arrays[c.name].tolist() == held[c.name], c.name
        other.grow(33)
        spans = sorted((a.ctypes.data, a.nbytes) for a in other.arrays.values())
        for (begin, size), (following, _) in pairwise(spans):
            assert begin % 64 == 0 and begin + size <= following < begin + size + 64
        for c in declared:
            assert (other.arrays[c.name][21:] == np.array(c.fill, c.dtype)).all(), c.name


def test_copies_have_arrays_of_their_own_and_wrong_columns_are_refused() -> None:
    people, employers = _filled(PEOPLE, 5), _filled(ESTABLISHMENTS, 5)
    other = pickle.loads(pickle.dumps(people.columns))
    _mark(other, employers.columns, 5)
    assert other.state.tolist() == [0, 1, 2, 3, 4] and people.state.tolist() != [0, 1, 2, 3, 4]
    with pytest.raises(AttributeError, match="People has no column 'wages'"):
        _ = people.columns.wages
    with pytest.raises(ValueError, match="of one length"):
        type(people.columns)({"a": np.zeros(3), "b": np.zeros(4)})


def test_kernels_refuse_columns_that_are_read_only() -> None:
    people, employers = _filled(PEOPLE, 5), _filled(ESTABLISHMENTS, 5)
    arrays = {name: a.copy() for name, a in people.arrays.items()}
    arrays["birth"].flags.writeable = False
    mapped = Table(PEOPLE, 5, 5, arrays)
    assert mapped.columns.birth.tolist() == people.birth.tolist()
    with pytest.raises(TypeError, match="read-only"):
        njit(_mark)(mapped.columns, employers.columns, 5)
    njit(_mark)(mapped.copy().columns, employers.columns, 5)


def _ahead(p, e, rows, out):  # type: ignore[no-untyped-def]
    for k in range(rows.size):
        ahead = rows[min(k + AHEAD, rows.size - 1)]
        fetch(p, ahead)
        fetch(e, ahead)
        fetch(out, ahead)
        out[rows[k]] = p.wage[rows[k]] + e.quality[rows[k], 3]


def test_rows_fetched_ahead_change_nothing() -> None:
    people, employers = _filled(PEOPLE, 500), _filled(ESTABLISHMENTS, 500)
    p, e = copy.deepcopy(people.columns), copy.deepcopy(employers.columns)
    rows, out, expected = np.random.default_rng(1).permutation(500)[:300], np.zeros(500), np.zeros(500)
    _ahead(p, e, rows, expected)  # outside kernels it does nothing either
    njit(_ahead)(people.columns, employers.columns, rows, out)
    assert out.tolist() == expected.tolist() and out.any()
    for c in PEOPLE:
        assert people.arrays[c.name].tobytes() == getattr(p, c.name).tobytes(), c.name
