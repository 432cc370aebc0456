"""A block of residents laid out as columns, so that the compiler runs one rule on many of them at a time.

`block[j]` reads and writes like a row: a rule written for one person takes either. All columns are of eight bytes and
person j stands at the j-th place of each, so that neighbours fill one vector register.
"""

import operator

import numpy as np
from numba import config, types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

WORD = 8  # bytes
LINE = 64  # bytes that a processor fetches together
CAPACITY = 320  # places of a column: more than the largest household; columns then begin on different cache lines
LANES = 8  # columns are worked through so many at a time
AHEAD = 8  # residents who are on their way from memory while one is looked at, where rows are visited out of order
TARGET = 128  # residents of a block, unless one household is larger

# What a block takes from the rows of residents; what it gives back; and what it works with.
READ_FLOATS = ("trait", "frailty", "need")
READ_CODES = ("id", "household", "birth_month", "permit_month", "area", "sex", "origin", "urbanity", "manager")
KEPT_FLOATS = (
    "wage", "income", "strain", "health", "distress", "security", "cohesion", "inclusion", "empowerment", "wellbeing", "scar",
    "awareness", "assistance", "trust", "language", "dose_inclusion", "dose_empowerment", "dose_relief", "work_support",
)
KEPT_CODES = (
    "status_months", "jobless_months", "education", "status", "alive", "partner", "adults", "minors", "claims", "chronic", "care",
    "stage", "stage_months",
)
OWN_FLOATS = ("peers", "talk", "number", "hassle", "z", "rate", "jobless", "active", "strain_change", "set_point", "net", "tax", "paid",
              "total", "gap", "scale", "share")
OWN_CODES = ("age", "event", "todo", "entry", "first", "grown", "young")
FLOATS = READ_FLOATS + KEPT_FLOATS + OWN_FLOATS
CODES = READ_CODES + KEPT_CODES + OWN_CODES
COLUMNS = np.dtype({
    "names": FLOATS + CODES,
    "formats": ["f8"] * len(FLOATS) + ["i8"] * len(CODES),
    "offsets": [WORD * CAPACITY * i for i in range(len(FLOATS + CODES))],
})
BYTES = WORD * CAPACITY * len(COLUMNS.names)


def _carrier(names):
    """A function (source, target) that copies the fields `names` of one person to another, between rows and blocks."""
    if config.DISABLE_JIT:

        def carry_each(source, target):
            for name in names:
                target[name] = source[name]

        return carry_each

    @intrinsic
    def carry(context, source, target):
        def build(context, builder, signature, values):
            for name in names:
                read, written = source.typeof(name), target.typeof(name)
                value = context.unpack_value(builder, read, _member(context, builder, source, values[0], name))
                context.pack_value(builder, written, context.cast(builder, value, read, written),
                                   _member(context, builder, target, values[1], name))
            return context.get_dummy_value()

        return types.void(source, target), build

    return carry


if config.DISABLE_JIT:

    def columns():
        """An empty block, all zero."""
        return np.ndarray((CAPACITY,), COLUMNS, bytearray(BYTES), strides=(WORD,)).view(np.recarray)

    def own(record):
        """The record itself; compiled, a copy that the compiler knows nothing else writes to."""
        return record

    def wipe(block, start, stop):
        """Nothing, since the block is empty; compiled, empty places."""

    def fetch(record):
        """Nothing; compiled, a record on its way from memory while other work goes on."""

else:
    from llvmlite import ir
    from numba import from_dtype
    from numba.core import cgutils

    PERSON = from_dtype(COLUMNS)
    BYTE = ir.IntType(8)

    class Block(types.Type):
        """Type of a block: a pointer to its first column, in the memory of the function that made it."""

        def __init__(self):
            super().__init__("Block")

    BLOCK = Block()
    register_model(Block)(models.OpaqueModel)

    @intrinsic
    def columns(context):
        """A block to be wiped. The compiler knows that nothing else points there, so it may work on many at a time."""

        def build(context, builder, signature, values):
            with builder.goto_entry_block():
                memory = builder.alloca(ir.ArrayType(BYTE, BYTES))
                memory.align = 64
            return builder.bitcast(memory, BYTE.as_pointer())

        return BLOCK(), build

    @intrinsic
    def wipe(context, block, start, stop):
        """Set places start:stop of all columns to zero: those in use only, as a block holds many times what a small place needs."""

        def build(context, builder, signature, values):
            _, first, last = values
            words = ir.Constant(ir.IntType(64), WORD)
            size = builder.mul(builder.sub(last, first), words)
            for name in COLUMNS.names:
                offset = builder.add(builder.mul(first, words), ir.Constant(ir.IntType(64), COLUMNS.fields[name][1]))
                cgutils.memset(builder, builder.gep(values[0], [offset], source_etype=BYTE), size, 0)
            return context.get_dummy_value()

        return types.void(block, types.intp, types.intp), build

    @intrinsic
    def own(context, record):
        """A copy of a record in the memory of the function that asks: nothing else writes there, so what is read once is known."""

        def build(context, builder, signature, values):
            size = ir.Constant(ir.IntType(64), record.size)
            with builder.goto_entry_block():
                memory = builder.alloca(ir.ArrayType(BYTE, record.size))
                memory.align = 64
            cgutils.raw_memcpy(builder, memory, values[0], size, ir.Constant(ir.IntType(64), 1), align=1)
            return builder.bitcast(memory, context.get_value_type(record))

        return record(record), build

    @intrinsic
    def fetch(context, record):
        """Send for a record before it is needed, so that it comes from memory while other work goes on."""

        def build(context, builder, signature, values):
            size, i32 = record.size, ir.IntType(32)
            pointer = builder.bitcast(values[0], BYTE.as_pointer())
            kind = ir.FunctionType(ir.VoidType(), [BYTE.as_pointer(), i32, i32, i32])
            prefetch = builder.module.declare_intrinsic("llvm.prefetch", [BYTE.as_pointer()], kind)
            for start in range(0, size, LINE):
                place = builder.gep(pointer, [ir.Constant(ir.IntType(64), start)], source_etype=BYTE)
                builder.call(prefetch, [place, i32(0), i32(3), i32(1)])  # to read, to be kept, data
            return context.get_dummy_value()

        return types.void(record), build

    @infer_global(operator.getitem)
    class PersonOf(AbstractTemplate):
        """block[j] is a person."""

        def generic(self, values, names):
            if len(values) == 2 and isinstance(values[0], Block) and isinstance(values[1], types.Integer):
                return signature(PERSON, values[0], types.intp)
            return None

    @lower_builtin(operator.getitem, Block, types.intp)
    def person_of(context, builder, signature, values):
        """Place j of the first column; the others lie at fixed distances from it."""
        block, j = values
        place = builder.gep(block, [builder.mul(j, ir.Constant(ir.IntType(64), WORD))], inbounds=True, source_etype=BYTE)
        return builder.bitcast(place, context.get_value_type(PERSON))

    def _member(context, builder, record, pointer, name):
        return cgutils.get_record_member(builder, pointer, record.offset(name), context.get_data_type(record.typeof(name)))


take_in = _carrier(READ_FLOATS + READ_CODES + KEPT_FLOATS + KEPT_CODES)
give_back = _carrier(KEPT_FLOATS + KEPT_CODES)
