"""A number that holds one value for each of eight people, for compiled kernels.

A kernel that is written for one person, without branches on what differs between people, is compiled for eight of
them by handing it such numbers: the processor works on all eight in one instruction, and no rate is written twice.
Between lanes and plain numbers the usual operators work; `pick` takes the place of a branch, `some` asks whether any
lane holds. Every lane follows the rules of double precision by itself, so that it does not matter who stands beside
whom.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.imputils import lower_builtin, lower_cast
from numba.core.typeconv import Conversion
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic as numba_intrinsic
from numba.extending import models, overload, register_model

LANES = 8
intrinsic: Any = numba_intrinsic  # its result is called with fewer arguments than it is written with
DOUBLE, LONG = ir.DoubleType(), ir.IntType(64)
VECTOR, LONG_VECTOR = ir.VectorType(DOUBLE, LANES), ir.VectorType(LONG, LANES)
#: How the functions that choose between plain numbers and lanes are compiled: into their callers.
INLINED: Any = {"forceinline": True, "error_model": "numpy"}
_BITS, _INDEX = ir.VectorType(ir.IntType(1), LANES), ir.IntType(32)


class LanesType(types.Type):
    """One number for each lane."""

    def __init__(self) -> None:
        super().__init__("lanes")

    def can_convert_from(self, typingctx: Any, other: types.Type) -> Conversion | None:
        """A plain number stands for the same number in every lane."""
        return Conversion.safe if isinstance(other, (types.Float, types.Integer)) else None

    def unify(self, typingctx: Any, other: types.Type) -> types.Type | None:
        """A variable that is plain here and lanes there is lanes."""
        return self if isinstance(other, (types.Float, types.Integer, LanesType)) else None


class MaskType(types.Type):
    """True or false for each lane."""

    def __init__(self) -> None:
        super().__init__("lanes_mask")


lanes, mask = LanesType(), MaskType()


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, numba_type: types.Type) -> None:
        super().__init__(manager, numba_type, VECTOR)


@register_model(MaskType)
class _MaskModel(models.PrimitiveModel):
    def __init__(self, manager: Any, numba_type: types.Type) -> None:
        super().__init__(manager, numba_type, _BITS)


def every(value: float) -> ir.Constant:
    """The same constant in every lane."""
    return ir.Constant(VECTOR, [value] * LANES)


def spread(builder: Any, value: Any) -> Any:
    """A plain number of the compiled code in every lane."""
    undefined = ir.Constant(VECTOR, ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(_INDEX, 0))
    return builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(_INDEX, LANES), [0] * LANES))


@lower_cast(types.Float, LanesType)
@lower_cast(types.Integer, LanesType)
def _from_plain(context: Any, builder: Any, given: types.Type, wanted: types.Type, value: Any) -> Any:
    return spread(builder, context.cast(builder, value, given, types.float64))


def as_lanes(context: Any, builder: Any, value: Any, given: types.Type) -> Any:
    """A value of the compiled code as lanes."""
    return value if isinstance(given, LanesType) else _from_plain(context, builder, given, lanes, value)


_PAIRS = (
    (lanes, lanes), (lanes, types.float64), (types.float64, lanes), (lanes, types.int64), (types.int64, lanes),
)  # fmt: skip


def _register_pair(function: Any, result: types.Type, build: Any) -> None:
    """Teach an operator of two numbers to work on lanes.

    Args:
        function: of Python.
        result: type of what comes out.
        build: makes the instruction from a builder and two values.
    """
    name = f"Lanes_{getattr(function, '__name__', 'function')}"
    infer_global(function)(type(name, (ConcreteTemplate,), {"cases": [signature(result, a, b) for a, b in _PAIRS]}))

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        a, b = (as_lanes(context, builder, value, given) for value, given in zip(args, sig.args, strict=True))
        return build(builder, a, b)

    for a, b in _PAIRS:
        lower_builtin(function, a, b)(lower)


for _in_place, _plain, _name in (
    (operator.iadd, operator.add, "fadd"),
    (operator.isub, operator.sub, "fsub"),
    (operator.imul, operator.mul, "fmul"),
    (operator.itruediv, operator.truediv, "fdiv"),
):
    for _function in (_in_place, _plain):
        _register_pair(_function, lanes, lambda builder, a, b, name=_name: getattr(builder, name)(a, b))
for _function, _sign in ((operator.lt, "<"), (operator.le, "<="), (operator.gt, ">"), (operator.ge, ">=")):
    _register_pair(_function, mask, lambda builder, a, b, sign=_sign: builder.fcmp_ordered(sign, a, b))
# as for plain numbers: the second only if it is beyond the first, so that what is not a number stays where it was
for _function, _sign in ((max, ">"), (min, "<")):
    _register_pair(
        _function, lanes, lambda builder, a, b, sign=_sign: builder.select(builder.fcmp_ordered(sign, b, a), b, a)
    )


def register_single(function: Any, build: Any) -> None:
    """Teach a function of one number to work on lanes.

    Args:
        function: of Python.
        build: makes the instructions from context, builder and value.
    """
    name = f"Lanes_{getattr(function, '__name__', 'function')}"
    infer_global(function)(type(name, (ConcreteTemplate,), {"cases": [signature(lanes, lanes)]}))

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return build(context, builder, args[0])

    lower_builtin(function, lanes)(lower)


register_single(operator.neg, lambda context, builder, value: builder.fneg(value))


@intrinsic
def _select(typingctx, condition, a, b):  # type: ignore[no-untyped-def]
    def generate(context, builder, sig, args):  # type: ignore[no-untyped-def]
        a, b = (as_lanes(context, builder, args[i], sig.args[i]) for i in (1, 2))
        return builder.select(args[0], a, b)

    return lanes(condition, a, b), generate


def pick(condition: Any, a: Any, b: Any) -> Any:
    """`a` where the condition holds, else `b`; both are computed."""
    return a if condition else b


@overload(pick, jit_options=INLINED)
def _pick(condition, a, b):  # type: ignore[no-untyped-def]
    if isinstance(condition, MaskType):
        return lambda condition, a, b: _select(condition, a, b)
    return lambda condition, a, b: a if condition else b


@intrinsic
def _any(typingctx, condition):  # type: ignore[no-untyped-def]
    def generate(context, builder, sig, args):  # type: ignore[no-untyped-def]
        bits = builder.bitcast(args[0], ir.IntType(LANES))
        return builder.icmp_unsigned("!=", bits, ir.Constant(ir.IntType(LANES), 0))

    return types.boolean(condition), generate


def some(condition: Any) -> Any:
    """True if the condition holds for anyone."""
    return condition


@overload(some, jit_options=INLINED)
def _some(condition):  # type: ignore[no-untyped-def]
    if isinstance(condition, MaskType):
        return lambda condition: _any(condition)
    return lambda condition: condition


@intrinsic
def lane_of(typingctx, value, index):  # type: ignore[no-untyped-def]
    """The plain number of one lane."""

    def generate(context, builder, sig, args):  # type: ignore[no-untyped-def]
        return builder.extract_element(args[0], args[1])

    return types.float64(lanes, types.intp), generate


@intrinsic
def with_lane(typingctx, value, index, number):  # type: ignore[no-untyped-def]
    """The same lanes with another number in one of them."""

    def generate(context, builder, sig, args):  # type: ignore[no-untyped-def]
        return builder.insert_element(args[0], args[2], args[1])

    return lanes(lanes, types.intp, types.float64), generate
