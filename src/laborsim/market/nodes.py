"""Nodes of a tree of weights: sixteen running shares, one line of the cache, compared with a draw at once.

Written as instructions on a vector, because a loop that counts is turned into one of twice as many: this is what
drawing applications spends its time on.
"""

# Numba has no types of its own.
# mypy: disable-error-code="no-untyped-call,no-untyped-def,call-arg,untyped-decorator,misc"

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload
from numba.np.arrayobj import make_array
from numpy.typing import NDArray

ARITY = 16


def below(shares: NDArray[np.int32], at: int, x: np.int32) -> int:
    """How many of the ARITY shares from `at` on are at most x.

    Parameters
    ----------
    shares : flat and contiguous; there must be ARITY of them from `at` on.

    Examples
    --------
    >>> int(below(np.arange(32, dtype=np.int32), 8, np.int32(10)))
    3
    """
    return int(np.count_nonzero(shares[at : at + ARITY] <= x))


@intrinsic
def _below(_typing: Any, shares: Any, at: Any, x: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        item = ir.IntType(32)
        node, count = ir.VectorType(item, ARITY), ir.IntType(ARITY)
        held = make_array(signature.args[0])(context, builder, args[0])
        where = builder.gep(held.data, [context.cast(builder, args[1], signature.args[1], types.intp)])
        those = builder.load(builder.bitcast(where, node.as_pointer()), align=4)
        bound = builder.insert_element(ir.Constant(node, ir.Undefined), args[2], ir.Constant(item, 0))
        lanes = ir.Constant(ir.VectorType(item, ARITY), [ir.Constant(item, 0)] * ARITY)
        bound = builder.shuffle_vector(bound, ir.Constant(node, ir.Undefined), lanes)
        found = builder.bitcast(builder.icmp_signed("<=", those, bound), count)
        return builder.zext(builder.ctpop(found), ir.IntType(64))

    flat = isinstance(shares, types.Array) and shares.layout == "C" and shares.ndim == 1
    if not flat or shares.dtype != types.int32 or x != types.int32:
        return None
    return types.int64(shares, at, x), codegen


@overload(below, inline="always")
def _below_in_kernels(shares, at, x):
    return lambda shares, at, x: _below(shares, at, x)


__all__ = ["ARITY", "below"]
