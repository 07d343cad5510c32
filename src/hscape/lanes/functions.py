"""Functions of lanes: roots, whole numbers, exponentials and logarithms.

The exponential is computed here, since the library's works on one number at a time: two to a whole power times a
polynomial, as in every such library; a test holds it to some units in the last place. Beyond 700 it stays where it is
there, at 1e304, instead of infinity or zero.
"""

from __future__ import annotations

import math
from typing import Any

from llvmlite import ir
from numba.core import cgutils
from numba.extending import overload

from hscape.lanes.number import (
    INLINED,
    LANES,
    LONG_VECTOR,
    VECTOR,
    LanesType,
    every,
    intrinsic,
    lane_of,
    lanes,
    register_single,
)

#: Adding this number rounds to a whole one, which then stands in the last bits.
_ROUNDS = 6755399441055744.0
_PER_LOG_2 = 1.4426950408889634
_LOG_2_HIGH, _LOG_2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_LOWEST, _HIGHEST = -700.0, 700.0
_TERMS = 13


def _two_to_and_rest(builder: Any, x: Any) -> tuple[Any, Any]:
    """Powers of two, and exp(rest) - 1 of what they leave."""
    # held within what a double can take; what is not a number goes on as it is
    x = builder.select(builder.fcmp_ordered(">", x, every(_HIGHEST)), every(_HIGHEST), x)
    x = builder.select(builder.fcmp_ordered("<", x, every(_LOWEST)), every(_LOWEST), x)
    rounded = builder.fadd(builder.fmul(x, every(_PER_LOG_2)), every(_ROUNDS))
    whole = builder.fsub(rounded, every(_ROUNDS))
    rest = builder.fsub(x, builder.fmul(whole, every(_LOG_2_HIGH)))
    rest = builder.fsub(rest, builder.fmul(whole, every(_LOG_2_LOW)))
    bits = builder.bitcast(rounded, LONG_VECTOR)
    bits = builder.shl(
        builder.add(bits, ir.Constant(LONG_VECTOR, [1023] * LANES)), ir.Constant(LONG_VECTOR, [52] * LANES)
    )
    # r + r^2 (1/2 + r (1/3! + ...)): the first term is added last, so that nothing of it is lost
    series = every(1.0 / math.factorial(_TERMS))
    for power in range(_TERMS - 1, 1, -1):
        series = builder.fadd(builder.fmul(series, rest), every(1.0 / math.factorial(power)))
    grown = builder.fadd(rest, builder.fmul(builder.fmul(rest, rest), series))
    return builder.bitcast(bits, VECTOR), grown


def _exp(context: Any, builder: Any, x: Any) -> Any:
    scale, grown = _two_to_and_rest(builder, x)
    return builder.fadd(scale, builder.fmul(scale, grown))


def _expm1(context: Any, builder: Any, x: Any) -> Any:
    scale, grown = _two_to_and_rest(builder, x)
    return builder.fadd(builder.fmul(scale, grown), builder.fsub(scale, every(1.0)))


def _of_library(name: str) -> Any:
    def build(context: Any, builder: Any, x: Any) -> Any:
        kind = ir.FunctionType(VECTOR, [VECTOR])
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"{name}.v{LANES}f64"), [x])

    return build


register_single(math.exp, _exp)
register_single(math.expm1, _expm1)
register_single(math.log, _of_library("llvm.log"))
register_single(math.sqrt, _of_library("llvm.sqrt"))
register_single(abs, _of_library("llvm.fabs"))


@intrinsic
def _whole_lanes(typingctx, x):  # type: ignore[no-untyped-def]
    def generate(context, builder, sig, args):  # type: ignore[no-untyped-def]
        return _of_library("llvm.ceil")(context, builder, args[0])

    return lanes(lanes), generate


def next_whole(x: Any) -> Any:
    """The smallest whole number that is not below, as a number with a fraction."""
    return float(math.ceil(x))


@overload(next_whole, jit_options=INLINED)
def _next_whole(x):  # type: ignore[no-untyped-def]
    if isinstance(x, LanesType):
        return lambda x: _whole_lanes(x)
    return lambda x: float(math.ceil(x))


def most(x: Any) -> int:
    """The largest over the lanes, as a count, at least 0; what is not a number is passed over."""
    return int(x)


@overload(most, jit_options=INLINED)
def _most(x):  # type: ignore[no-untyped-def]
    if not isinstance(x, LanesType):
        return lambda x: int(x)

    def largest(x):  # type: ignore[no-untyped-def]
        found = 0.0
        for i in range(LANES):
            found = max(found, lane_of(x, i))
        return int(found)

    return largest
