"""The columns of a table as kernels take them: addresses and a length instead of one descriptor for every array.

Numba takes a NamedTuple of arrays as well, but each array is seven arguments of every function it is handed to, and
all are unpacked and counted again at every call from Python. With tables of up to 26 columns that was most of what a
call costs, and a third of the time to compile a kernel. A kernel sees no difference: `p.state[i]` is an array's item.
"""

# Numba has no types of its own.
# mypy: disable-error-code="no-untyped-call,no-untyped-def,call-arg,untyped-decorator,misc,override"

from __future__ import annotations

from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.cgutils import get_item_pointer
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import NativeValue, intrinsic, models, overload, register_model, typeof_impl, unbox
from numba.np.arrayobj import make_array, populate_array
from numba.np.numpy_support import from_dtype

ROWS = "number_of_rows"  # among the members of a table in a kernel


class _Address(NamedTuple):
    """What numba tells the columns of tables apart by, besides their class, and reads when a kernel is called."""

    address: int | None


class Columns(_Address):
    """Columns of one length, contiguous; every column is an attribute. One subclass for each kind of table.

    Parameters
    ----------
    arrays : name -> array, (rows,) or (rows, width). They must not be replaced while this object is in use. Those of a
        region mapped from disk are read-only: kernels do not take them.
    """

    def __new__(cls, arrays: dict[str, np.ndarray[Any, Any]]) -> Columns:
        rows = {a.shape[0] for a in arrays.values()}
        if len(rows) != 1 or not all(a.flags.c_contiguous for a in arrays.values()):
            raise ValueError("columns of a table are contiguous and of one length")
        held = np.array([*(a.ctypes.data for a in arrays.values()), *rows], np.int64)
        self = super().__new__(cls, held.ctypes.data if all(a.flags.writeable for a in arrays.values()) else None)
        self.__dict__.update(arrays, _held=held, _arrays=arrays)
        return self

    def __reduce__(self) -> Any:
        return type(self), (self._arrays,)

    def __getattr__(self, name: str) -> Any:  # of columns that are not there; the others are found before
        raise AttributeError(f"{type(self).__name__} has no column {name!r}")


class ColumnsType(types.Type):
    """Numba's type of `Columns`: names, element types and widths of the columns."""

    def __init__(self, name: str, columns: tuple[tuple[str, Any, int], ...]) -> None:
        self.columns = columns
        self.arrays = {n: types.Array(dtype, 1 if width == 0 else 2, "C") for n, dtype, width in columns}
        self.widths = {n: width for n, _, width in columns}
        # A short name: it is part of the name of every function compiled for it.
        super().__init__(name=f"{name}_{crc32(repr(columns).encode()):08x}")


@typeof_impl.register(Columns)
def _typeof(value: Columns, _: Any) -> ColumnsType:
    if value.address is None:
        raise TypeError("columns that are read-only cannot be given to a kernel: copy the table first")
    arrays = value.__dict__["_arrays"]
    columns = ((n, from_dtype(a.dtype), a.shape[1] if a.ndim == 2 else 0) for n, a in arrays.items())
    return ColumnsType(type(value).__name__, tuple(columns))


@register_model(ColumnsType)
class _Model(models.StructModel):
    def __init__(self, manager: Any, kind: ColumnsType) -> None:
        members = [(n, types.CPointer(dtype)) for n, dtype, _ in kind.columns]
        super().__init__(manager, kind, [*members, (ROWS, types.intp)])


@unbox(ColumnsType)
def _unbox(kind: ColumnsType, value: Any, c: Any) -> NativeValue:
    """Read the addresses from the block that the tuple's only item points to."""
    out = c.context.make_helper(c.builder, kind)
    word = ir.IntType(64)
    at = c.builder.bitcast(c.pyapi.long_as_voidptr(c.pyapi.tuple_getitem(value, 0)), word.as_pointer())
    names = [*(n for n, _, _ in kind.columns), ROWS]
    for k, name in enumerate(names):
        held = c.builder.load(c.builder.gep(at, [ir.Constant(word, k)]))
        member = getattr(out, name)
        setattr(out, name, held if name == ROWS else c.builder.inttoptr(held, member.type))
    return NativeValue(out._getvalue())


@infer_getattr
class _Attributes(AttributeTemplate):
    key = ColumnsType

    def generic_resolve(self, kind: ColumnsType, name: str) -> Any:
        return kind.arrays.get(name)


@lower_getattr_generic(ColumnsType)
def _column(context: Any, builder: Any, kind: ColumnsType, value: Any, name: str) -> Any:
    """A column as an array that owns nothing: the table keeps the memory while the kernel runs."""
    columns = context.make_helper(builder, kind, value)
    array, width = kind.arrays[name], kind.widths[name]
    out = make_array(array)(context, builder)
    size = context.get_abi_sizeof(context.get_data_type(array.dtype))
    shape, strides = [getattr(columns, ROWS)], [context.get_constant(types.intp, size * max(width, 1))]
    if width:
        shape.append(context.get_constant(types.intp, width))
        strides.append(context.get_constant(types.intp, size))
    populate_array(out, data=getattr(columns, name), shape=shape, strides=strides,
                   itemsize=context.get_constant(types.intp, size), meminfo=None)  # fmt: skip
    return out._getvalue()


AHEAD = 16  # rows between what a kernel works on and what it fetches


def fetch(columns: Columns | np.ndarray[Any, Any], row: int | np.integer[Any]) -> None:
    """Begin to bring one row of every column, or an item of an array, into the cache without waiting for it.

    In kernels; nothing else happens. For lists of rows that lie far apart, where most of the time goes into waiting for
    memory: it pays where many columns of a row are read, and should be measured. The row must exist.
    """


def _prefetch(builder: Any, item: Any) -> None:
    byte, flag = ir.IntType(8).as_pointer(), ir.IntType(32)
    takes = ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag])
    prefetch = builder.module.declare_intrinsic("llvm.prefetch", [byte], takes)
    # to read, into the nearest cache, data
    builder.call(prefetch, [builder.bitcast(item, byte), flag(0), flag(3), flag(1)])


@intrinsic
def _fetch(_typing: Any, columns: Any, row: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind: ColumnsType = signature.args[0]
        held = context.make_helper(builder, kind, args[0])
        at = context.cast(builder, args[1], signature.args[1], types.intp)
        for name, _, width in kind.columns:
            step = builder.mul(at, context.get_constant(types.intp, max(width, 1)))
            _prefetch(builder, builder.gep(getattr(held, name), [step]))
        return context.get_dummy_value()

    return types.void(columns, row), codegen


@intrinsic
def _fetch_item(_typing: Any, array: Any, row: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        held = make_array(signature.args[0])(context, builder, args[0])
        at = context.cast(builder, args[1], signature.args[1], types.intp)
        _prefetch(builder, get_item_pointer(context, builder, signature.args[0], held, [at], wraparound=False))
        return context.get_dummy_value()

    return types.void(array, row), codegen


@overload(fetch, inline="always")
def _fetch_in_kernels(columns, row):
    if isinstance(columns, types.Array):
        return lambda columns, row: _fetch_item(columns, row)
    return lambda columns, row: _fetch(columns, row)


__all__ = ["AHEAD", "Columns", "ColumnsType", "fetch"]
