"""Where lanes stand in memory: rows of eight numbers, and constants of which some differ between people."""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import lower_builtin, lower_getattr_generic
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import models, register_model

from hscape.lanes.number import DOUBLE, LANES, LONG, VECTOR, LanesType, intrinsic, lanes

_BYTES = 8


class LaneRowsType(types.Type):
    """Rows of eight numbers; an index reads or writes a whole row."""

    def __init__(self) -> None:
        super().__init__("lane_rows")


rows_type = LaneRowsType()


@register_model(LaneRowsType)
class _LaneRowsModel(models.PrimitiveModel):
    def __init__(self, manager: Any, numba_type: types.Type) -> None:
        super().__init__(manager, numba_type, DOUBLE.as_pointer())


@intrinsic
def lane_rows(typingctx, data, first):  # type: ignore[no-untyped-def]
    """See an array of shape (n, LANES) as rows, from its row `first` on; the array must outlive them."""
    if not (isinstance(data, types.Array) and data.layout == "C" and data.dtype == types.float64 and data.ndim == 2):
        return None

    def generate(context, builder, sig, args):  # type: ignore[no-untyped-def]
        start = context.make_array(sig.args[0])(context, builder, args[0]).data
        return builder.gep(start, [builder.mul(args[1], ir.Constant(LONG, LANES))], inbounds=True)

    return rows_type(data, types.intp), generate


@infer_global(operator.getitem)
class _ReadTemplate(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        if isinstance(args[0], LaneRowsType) and isinstance(args[1], types.Integer):
            return signature(lanes, args[0], types.intp)
        return None


@infer_global(operator.setitem)
class _WriteTemplate(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        if isinstance(args[0], LaneRowsType) and isinstance(args[1], types.Integer):
            return signature(types.none, args[0], types.intp, lanes)
        return None


def _row(builder: Any, first: Any, index: Any) -> Any:
    at = builder.gep(first, [builder.mul(index, ir.Constant(LONG, LANES))], inbounds=True)
    return builder.bitcast(at, VECTOR.as_pointer())


@lower_builtin(operator.getitem, LaneRowsType, types.intp)
def _read(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.load(_row(builder, *args), align=_BYTES)


@lower_builtin(operator.setitem, LaneRowsType, types.intp, LanesType)
def _write(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    builder.store(args[2], _row(builder, args[0], args[1]), align=_BYTES)
    return context.get_dummy_value()


class LaneConstantsType(types.Type):
    """The record of constants, with some of them read from rows since they differ between people."""

    def __init__(self, record: types.Record, varying: tuple[str, ...]) -> None:
        self.record, self.varying = record, varying
        # the layout of the record is a part of the name, by which machine code is found again
        super().__init__(f"lane_constants({record.name}; {', '.join(varying)})")


@register_model(LaneConstantsType)
class _LaneConstantsModel(models.StructModel):
    def __init__(self, manager: Any, numba_type: types.Type) -> None:
        super().__init__(manager, numba_type, [("shared", types.voidptr), ("own", rows_type)])


def constants_with(varying: tuple[str, ...]) -> Any:
    """A function of compiled code that puts together the record and the rows of what differs.

    Args:
        varying: names of the constants that differ, in the order of the rows.

    Returns:
        function of an array with one record and of rows.
    """

    @intrinsic
    def join(typingctx, records, own):  # type: ignore[no-untyped-def]
        kind = LaneConstantsType(records.dtype, varying)

        def generate(context, builder, sig, args):  # type: ignore[no-untyped-def]
            made = cgutils.create_struct_proxy(kind)(context, builder)
            data = context.make_array(sig.args[0])(context, builder, args[0]).data
            made.shared = builder.bitcast(data, cgutils.voidptr_t)
            made.own = args[1]
            return made._getvalue()

        return kind(records, own), generate

    return join


@infer_getattr
class _ConstantAttributes(AttributeTemplate):
    key = LaneConstantsType

    def generic_resolve(self, constants, name):  # type: ignore[no-untyped-def, override]
        """Lanes for what differs, else a plain number."""
        if name in constants.varying:
            return lanes
        return types.float64 if name in constants.record.fields else None


@lower_getattr_generic(LaneConstantsType)
def _constant(context: Any, builder: Any, constants: LaneConstantsType, value: Any, name: str) -> Any:
    parts = cgutils.create_struct_proxy(constants)(context, builder, value)
    if name in constants.varying:
        return builder.load(_row(builder, parts.own, ir.Constant(LONG, constants.varying.index(name))), align=_BYTES)
    offset = constants.record.offset(name)
    at = builder.gep(parts.shared, [ir.Constant(LONG, offset)], inbounds=True)
    return builder.load(builder.bitcast(at, DOUBLE.as_pointer()), align=_BYTES)
