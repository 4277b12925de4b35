//! The opcode table of Python 3.12: the only place that declares an opcode.
//!
//! What is here: one row an opcode (number, stack effect of the path that does not jump, inline cache units, what the
//! argument means, family, micro-ops) and what is generated from the rows: the enum and its metadata. What is not: jump effects
//! and encoding (`assemble`), what an opcode does (`vm/ops`).
//!
//! Numbers 0 to 255 fit a code unit; from 256 on they are pseudo-opcodes, which exist only inside the compiler.
//! Specialised forms carry their family's head; a program sees only heads. `for_each_opcode!(m)` calls `m!` with all
//! rows, so that the interpreter and the JIT generate their own tables from the same text.

use crate::micro::Micro;

/// Calls the macro `$m` with every row:
/// `NAME = number, |oparg| (pops) (pushes), cache units, [argument kinds], family, {micro-ops};`, with `INTERPRETER` in the
/// place of micro-ops where no compiler does without the interpreter: frames and exceptions come and go there.
#[macro_export]
macro_rules! for_each_opcode {
    ($m:ident) => {
        $m! {
            CACHE = 0, |_a| (0) (0), 0, [], CACHE, {};
            POP_TOP = 1, |_a| (1) (0), 0, [], POP_TOP, {POP_TOP};
            PUSH_NULL = 2, |_a| (0) (1), 0, [], PUSH_NULL, {PUSH_NULL};
            INTERPRETER_EXIT = 3, |_a| (1) (0), 0, [], INTERPRETER_EXIT, INTERPRETER;
            END_FOR = 4, |_a| (2) (0), 0, [], END_FOR, {POP_TOP POP_TOP};
            END_SEND = 5, |_a| (2) (1), 0, [], END_SEND, {END_SEND};
            BINARY_OP_ADD_FLOAT = 6, |_a| (2) (1), 1, [ARG], BINARY_OP, {BOTH_FLOAT ADD_FLOAT};
            BINARY_OP_ADD_INT = 7, |_a| (2) (1), 1, [ARG], BINARY_OP, {BOTH_INT ADD_INT};
            BINARY_OP_ADD_UNICODE = 8, |_a| (2) (1), 1, [ARG], BINARY_OP, {BOTH_STR ADD_STR};
            NOP = 9, |_a| (0) (0), 0, [], NOP, {};
            BINARY_OP_INPLACE_ADD_UNICODE = 10, |_a| (2) (1), 1, [ARG], BINARY_OP, {BOTH_STR ADD_STR};
            UNARY_NEGATIVE = 11, |_a| (1) (1), 0, [], UNARY_NEGATIVE, {UNARY_NEGATIVE};
            UNARY_NOT = 12, |_a| (1) (1), 0, [], UNARY_NOT, {UNARY_NOT};
            BINARY_OP_MULTIPLY_FLOAT = 13, |_a| (2) (1), 1, [ARG], BINARY_OP, {BOTH_FLOAT MULTIPLY_FLOAT};
            BINARY_OP_MULTIPLY_INT = 14, |_a| (2) (1), 1, [ARG], BINARY_OP, {BOTH_INT MULTIPLY_INT};
            UNARY_INVERT = 15, |_a| (1) (1), 0, [], UNARY_INVERT, {UNARY_INVERT};
            BINARY_OP_SUBTRACT_FLOAT = 16, |_a| (2) (1), 1, [ARG], BINARY_OP, {BOTH_FLOAT SUBTRACT_FLOAT};
            RESERVED = 17, |_a| (0) (0), 0, [], RESERVED, INTERPRETER;
            BINARY_OP_SUBTRACT_INT = 18, |_a| (2) (1), 1, [ARG], BINARY_OP, {BOTH_INT SUBTRACT_INT};
            BINARY_SUBSCR_DICT = 19, |_a| (2) (1), 1, [], BINARY_SUBSCR, {DICT_BELOW DICT_ITEM};
            BINARY_SUBSCR_GETITEM = 20, |_a| (2) (1), 1, [], BINARY_SUBSCR, {BINARY_SUBSCR};
            BINARY_SUBSCR_LIST_INT = 21, |_a| (2) (1), 1, [], BINARY_SUBSCR, {LIST_AND_INDEX LIST_ITEM};
            BINARY_SUBSCR_TUPLE_INT = 22, |_a| (2) (1), 1, [], BINARY_SUBSCR, {TUPLE_AND_INDEX TUPLE_ITEM};
            CALL_PY_EXACT_ARGS = 23, |a| (a+2) (1), 3, [ARG], CALL, {FUNCTION_OF_VERSION CALL POLL};
            CALL_PY_WITH_DEFAULTS = 24, |a| (a+2) (1), 3, [ARG], CALL, {FUNCTION_OF_VERSION CALL POLL};
            BINARY_SUBSCR = 25, |_a| (2) (1), 1, [], BINARY_SUBSCR, {BINARY_SUBSCR};
            BINARY_SLICE = 26, |_a| (3) (1), 0, [], BINARY_SLICE, {BINARY_SLICE};
            STORE_SLICE = 27, |_a| (4) (0), 0, [], STORE_SLICE, {STORE_SLICE};
            CALL_BOUND_METHOD_EXACT_ARGS = 28, |a| (a+2) (1), 3, [ARG], CALL, {METHOD_OF_VERSION CALL POLL};
            CALL_BUILTIN_CLASS = 29, |a| (a+2) (1), 3, [ARG], CALL, {BUILTIN_CLASS CALL_BUILTIN_CLASS POLL};
            GET_LEN = 30, |_a| (1) (2), 0, [], GET_LEN, {GET_LEN};
            MATCH_MAPPING = 31, |_a| (1) (2), 0, [], MATCH_MAPPING, {MATCH_MAPPING};
            MATCH_SEQUENCE = 32, |_a| (1) (2), 0, [], MATCH_SEQUENCE, {MATCH_SEQUENCE};
            MATCH_KEYS = 33, |_a| (2) (3), 0, [], MATCH_KEYS, {MATCH_KEYS};
            CALL_BUILTIN_FAST_WITH_KEYWORDS = 34, |a| (a+2) (1), 3, [ARG], CALL, {BUILTIN_FAST_KEYWORDS CALL_BUILTIN_FAST_KEYWORDS POLL};
            PUSH_EXC_INFO = 35, |_a| (1) (2), 0, [], PUSH_EXC_INFO, {PUSH_EXC_INFO};
            CHECK_EXC_MATCH = 36, |_a| (2) (2), 0, [], CHECK_EXC_MATCH, {CHECK_EXC_MATCH};
            CHECK_EG_MATCH = 37, |_a| (2) (2), 0, [], CHECK_EG_MATCH, {CHECK_EG_MATCH};
            CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS = 38, |a| (a+2) (1), 3, [ARG], CALL, {DESCRIPTOR_FAST_KEYWORDS CALL_DESCRIPTOR_FAST_KEYWORDS POLL};
            CALL_NO_KW_BUILTIN_FAST = 39, |a| (a+2) (1), 3, [ARG], CALL, {BUILTIN_FAST CALL_BUILTIN_FAST POLL};
            CALL_NO_KW_BUILTIN_O = 40, |a| (a+2) (1), 3, [ARG], CALL, {BUILTIN_O CALL_BUILTIN_O POLL};
            CALL_NO_KW_ISINSTANCE = 41, |a| (a+2) (1), 3, [ARG], CALL, {ISINSTANCE_OF_TWO CALL_ISINSTANCE POLL};
            CALL_NO_KW_LEN = 42, |a| (a+2) (1), 3, [ARG], CALL, {LEN_OF_ONE CALL_LEN POLL};
            CALL_NO_KW_LIST_APPEND = 43, |a| (a+2) (1), 3, [ARG], CALL, {APPEND_TO_LIST CALL_LIST_APPEND};
            CALL_NO_KW_METHOD_DESCRIPTOR_FAST = 44, |a| (a+2) (1), 3, [ARG], CALL, {DESCRIPTOR_FAST CALL_DESCRIPTOR_FAST POLL};
            CALL_NO_KW_METHOD_DESCRIPTOR_NOARGS = 45, |a| (a+2) (1), 3, [ARG], CALL, {DESCRIPTOR_NOARGS CALL_DESCRIPTOR_NOARGS POLL};
            CALL_NO_KW_METHOD_DESCRIPTOR_O = 46, |a| (a+2) (1), 3, [ARG], CALL, {DESCRIPTOR_O CALL_DESCRIPTOR_O POLL};
            CALL_NO_KW_STR_1 = 47, |a| (a+2) (1), 3, [ARG], CALL, {STR_OF_ONE CALL_STR POLL};
            CALL_NO_KW_TUPLE_1 = 48, |a| (a+2) (1), 3, [ARG], CALL, {TUPLE_OF_ONE CALL_TUPLE POLL};
            WITH_EXCEPT_START = 49, |_a| (4) (5), 0, [], WITH_EXCEPT_START, {WITH_EXCEPT_START};
            GET_AITER = 50, |_a| (1) (1), 0, [], GET_AITER, {GET_AITER};
            GET_ANEXT = 51, |_a| (1) (2), 0, [], GET_ANEXT, {GET_ANEXT};
            BEFORE_ASYNC_WITH = 52, |_a| (1) (2), 0, [], BEFORE_ASYNC_WITH, {BEFORE_ASYNC_WITH};
            BEFORE_WITH = 53, |_a| (1) (2), 0, [], BEFORE_WITH, {BEFORE_WITH};
            END_ASYNC_FOR = 54, |_a| (2) (0), 0, [], END_ASYNC_FOR, INTERPRETER;
            CLEANUP_THROW = 55, |_a| (3) (2), 0, [], CLEANUP_THROW, INTERPRETER;
            CALL_NO_KW_TYPE_1 = 56, |a| (a+2) (1), 3, [ARG], CALL, {TYPE_OF_ONE CALL_TYPE};
            COMPARE_OP_FLOAT = 57, |_a| (2) (1), 1, [ARG], COMPARE_OP, {BOTH_FLOAT COMPARE_FLOAT};
            COMPARE_OP_INT = 58, |_a| (2) (1), 1, [ARG], COMPARE_OP, {BOTH_COMPACT COMPARE_INT};
            COMPARE_OP_STR = 59, |_a| (2) (1), 1, [ARG], COMPARE_OP, {BOTH_STR COMPARE_STR};
            STORE_SUBSCR = 60, |_a| (3) (0), 1, [], STORE_SUBSCR, {STORE_SUBSCR};
            DELETE_SUBSCR = 61, |_a| (2) (0), 0, [], DELETE_SUBSCR, {DELETE_SUBSCR};
            FOR_ITER_LIST = 62, |_a| (1) (2), 1, [ARG JUMP], FOR_ITER, {LIST_ITERATOR NEXT_OF_LIST};
            FOR_ITER_TUPLE = 63, |_a| (1) (2), 1, [ARG JUMP], FOR_ITER, {TUPLE_ITERATOR NEXT_OF_TUPLE};
            FOR_ITER_RANGE = 64, |_a| (1) (2), 1, [ARG JUMP], FOR_ITER, {RANGE_ITERATOR NEXT_OF_RANGE};
            FOR_ITER_GEN = 65, |_a| (1) (2), 1, [ARG JUMP], FOR_ITER, {FOR_ITER};
            LOAD_SUPER_ATTR_ATTR = 66, |a| (3) (1+(a&1)), 1, [ARG NAME], LOAD_SUPER_ATTR, {LOAD_SUPER_ATTR};
            LOAD_SUPER_ATTR_METHOD = 67, |a| (3) (1+(a&1)), 1, [ARG NAME], LOAD_SUPER_ATTR, {LOAD_SUPER_ATTR};
            GET_ITER = 68, |_a| (1) (1), 0, [], GET_ITER, {GET_ITER};
            GET_YIELD_FROM_ITER = 69, |_a| (1) (1), 0, [], GET_YIELD_FROM_ITER, {GET_YIELD_FROM_ITER};
            LOAD_ATTR_CLASS = 70, |a| (1) (1+(a&1)), 9, [ARG NAME], LOAD_ATTR, {CLASS_VERSION LOAD_CACHED};
            LOAD_BUILD_CLASS = 71, |_a| (0) (1), 0, [], LOAD_BUILD_CLASS, {LOAD_BUILD_CLASS};
            LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN = 72, |a| (1) (1+(a&1)), 9, [ARG NAME], LOAD_ATTR, {LOAD_ATTR};
            LOAD_ATTR_INSTANCE_VALUE = 73, |a| (1) (1+(a&1)), 9, [ARG NAME], LOAD_ATTR, {TYPE_VERSION INLINE_VALUE LOAD_INLINE_VALUE};
            LOAD_ASSERTION_ERROR = 74, |_a| (0) (1), 0, [], LOAD_ASSERTION_ERROR, {LOAD_ASSERTION_ERROR};
            RETURN_GENERATOR = 75, |_a| (0) (1), 0, [], RETURN_GENERATOR, INTERPRETER;
            LOAD_ATTR_MODULE = 76, |a| (1) (1+(a&1)), 9, [ARG NAME], LOAD_ATTR, {MODULE_ATTR LOAD_MODULE_ATTR};
            LOAD_ATTR_PROPERTY = 77, |a| (1) (1+(a&1)), 9, [ARG NAME], LOAD_ATTR, {LOAD_ATTR};
            LOAD_ATTR_SLOT = 78, |a| (1) (1+(a&1)), 9, [ARG NAME], LOAD_ATTR, {TYPE_VERSION SLOT_VALUE LOAD_SLOT};
            LOAD_ATTR_WITH_HINT = 79, |a| (1) (1+(a&1)), 9, [ARG NAME], LOAD_ATTR, {TYPE_VERSION HINTED_VALUE LOAD_HINTED_VALUE};
            LOAD_ATTR_METHOD_LAZY_DICT = 80, |a| (1) (1+(a&1)), 9, [ARG NAME], LOAD_ATTR, {TYPE_VERSION NO_DICT_YET LOAD_CACHED_METHOD};
            LOAD_ATTR_METHOD_NO_DICT = 81, |a| (1) (1+(a&1)), 9, [ARG NAME], LOAD_ATTR, {TYPE_VERSION LOAD_CACHED_METHOD};
            LOAD_ATTR_METHOD_WITH_VALUES = 82, |a| (1) (1+(a&1)), 9, [ARG NAME], LOAD_ATTR, {TYPE_VERSION INLINE_VALUES_OF_KEYS LOAD_CACHED_METHOD};
            RETURN_VALUE = 83, |_a| (1) (0), 0, [], RETURN_VALUE, INTERPRETER;
            LOAD_CONST__LOAD_FAST = 84, |_a| (0) (2), 0, [ARG CONST], LOAD_CONST, {LOAD_CONST};
            SETUP_ANNOTATIONS = 85, |_a| (0) (0), 0, [], SETUP_ANNOTATIONS, {SETUP_ANNOTATIONS};
            LOAD_FAST__LOAD_CONST = 86, |_a| (0) (2), 0, [ARG LOCAL], LOAD_FAST, {LOAD_FAST};
            LOAD_LOCALS = 87, |_a| (0) (1), 0, [], LOAD_LOCALS, {LOAD_LOCALS};
            LOAD_FAST__LOAD_FAST = 88, |_a| (0) (2), 0, [ARG LOCAL], LOAD_FAST, {LOAD_FAST};
            POP_EXCEPT = 89, |_a| (1) (0), 0, [], POP_EXCEPT, {POP_EXCEPT POP_TOP};
            STORE_NAME = 90, |_a| (1) (0), 0, [ARG NAME], STORE_NAME, {STORE_NAME};
            DELETE_NAME = 91, |_a| (0) (0), 0, [ARG NAME], DELETE_NAME, {DELETE_NAME};
            UNPACK_SEQUENCE = 92, |a| (1) (a), 1, [ARG], UNPACK_SEQUENCE, {UNPACK_SEQUENCE};
            FOR_ITER = 93, |_a| (1) (2), 1, [ARG JUMP], FOR_ITER, {FOR_ITER};
            UNPACK_EX = 94, |a| (1) ((a&0xFF)+(a>>8)+1), 0, [ARG], UNPACK_EX, {UNPACK_EX};
            STORE_ATTR = 95, |_a| (2) (0), 4, [ARG NAME], STORE_ATTR, {STORE_ATTR};
            DELETE_ATTR = 96, |_a| (1) (0), 0, [ARG NAME], DELETE_ATTR, {DELETE_ATTR};
            STORE_GLOBAL = 97, |_a| (1) (0), 0, [ARG NAME], STORE_GLOBAL, {STORE_GLOBAL};
            DELETE_GLOBAL = 98, |_a| (0) (0), 0, [ARG NAME], DELETE_GLOBAL, {DELETE_GLOBAL};
            SWAP = 99, |a| (a) (a), 0, [ARG], SWAP, {SWAP};
            LOAD_CONST = 100, |_a| (0) (1), 0, [ARG CONST], LOAD_CONST, {LOAD_CONST};
            LOAD_NAME = 101, |_a| (0) (1), 0, [ARG NAME], LOAD_NAME, {LOAD_NAME};
            BUILD_TUPLE = 102, |a| (a) (1), 0, [ARG], BUILD_TUPLE, {BUILD_TUPLE};
            BUILD_LIST = 103, |a| (a) (1), 0, [ARG], BUILD_LIST, {BUILD_LIST};
            BUILD_SET = 104, |a| (a) (1), 0, [ARG], BUILD_SET, {BUILD_SET};
            BUILD_MAP = 105, |a| (2*a) (1), 0, [ARG], BUILD_MAP, {BUILD_MAP};
            LOAD_ATTR = 106, |a| (1) (1+(a&1)), 9, [ARG NAME], LOAD_ATTR, {LOAD_ATTR};
            COMPARE_OP = 107, |_a| (2) (1), 1, [ARG], COMPARE_OP, {COMPARE_OP};
            IMPORT_NAME = 108, |_a| (2) (1), 0, [ARG NAME], IMPORT_NAME, {IMPORT_NAME};
            IMPORT_FROM = 109, |_a| (1) (2), 0, [ARG NAME], IMPORT_FROM, {IMPORT_FROM};
            JUMP_FORWARD = 110, |_a| (0) (0), 0, [ARG JUMP], JUMP_FORWARD, {};
            LOAD_GLOBAL_BUILTIN = 111, |a| (0) (1+(a&1)), 4, [ARG NAME], LOAD_GLOBAL, {GLOBAL_OF_BUILTINS BUILTINS_VALUE};
            LOAD_GLOBAL_MODULE = 112, |a| (0) (1+(a&1)), 4, [ARG NAME], LOAD_GLOBAL, {GLOBAL_OF_MODULE MODULE_VALUE};
            STORE_ATTR_INSTANCE_VALUE = 113, |_a| (2) (0), 4, [ARG NAME], STORE_ATTR, {TYPE_VERSION INLINE_VALUES STORE_INLINE_VALUE POP_TOP};
            POP_JUMP_IF_FALSE = 114, |_a| (1) (0), 0, [ARG JUMP], POP_JUMP_IF_FALSE, {POP_JUMP_IF_FALSE};
            POP_JUMP_IF_TRUE = 115, |_a| (1) (0), 0, [ARG JUMP], POP_JUMP_IF_TRUE, {POP_JUMP_IF_TRUE};
            LOAD_GLOBAL = 116, |a| (0) (1+(a&1)), 4, [ARG NAME], LOAD_GLOBAL, {LOAD_GLOBAL};
            IS_OP = 117, |_a| (2) (1), 0, [ARG], IS_OP, {IS_OP};
            CONTAINS_OP = 118, |_a| (2) (1), 0, [ARG], CONTAINS_OP, {CONTAINS_OP};
            RERAISE = 119, |a| (1+a) (a), 0, [ARG], RERAISE, INTERPRETER;
            COPY = 120, |a| (a) (a+1), 0, [ARG], COPY, {COPY};
            RETURN_CONST = 121, |_a| (0) (0), 0, [ARG CONST], RETURN_CONST, INTERPRETER;
            BINARY_OP = 122, |_a| (2) (1), 1, [ARG], BINARY_OP, {BINARY_OP};
            SEND = 123, |_a| (2) (2), 1, [ARG JUMP], SEND, INTERPRETER;
            LOAD_FAST = 124, |_a| (0) (1), 0, [ARG LOCAL], LOAD_FAST, {LOAD_FAST};
            STORE_FAST = 125, |_a| (1) (0), 0, [ARG LOCAL], STORE_FAST, {STORE_FAST POP_TOP};
            DELETE_FAST = 126, |_a| (0) (0), 0, [ARG LOCAL], DELETE_FAST, {DELETE_FAST POP_TOP};
            LOAD_FAST_CHECK = 127, |_a| (0) (1), 0, [ARG LOCAL], LOAD_FAST_CHECK, {LOAD_FAST_CHECK};
            POP_JUMP_IF_NOT_NONE = 128, |_a| (1) (0), 0, [ARG JUMP], POP_JUMP_IF_NOT_NONE, {POP_JUMP_IF_NOT_NONE};
            POP_JUMP_IF_NONE = 129, |_a| (1) (0), 0, [ARG JUMP], POP_JUMP_IF_NONE, {POP_JUMP_IF_NONE};
            RAISE_VARARGS = 130, |a| (a) (0), 0, [ARG], RAISE_VARARGS, INTERPRETER;
            GET_AWAITABLE = 131, |_a| (1) (1), 0, [ARG], GET_AWAITABLE, {GET_AWAITABLE};
            MAKE_FUNCTION = 132, |a| (1+(a&1)+(a>>1&1)+(a>>2&1)+(a>>3&1)) (1), 0, [ARG], MAKE_FUNCTION, {MAKE_FUNCTION};
            BUILD_SLICE = 133, |a| (2+(a==3) as i32) (1), 0, [ARG], BUILD_SLICE, {BUILD_SLICE};
            JUMP_BACKWARD_NO_INTERRUPT = 134, |_a| (0) (0), 0, [ARG JUMP], JUMP_BACKWARD_NO_INTERRUPT, {};
            MAKE_CELL = 135, |_a| (0) (0), 0, [ARG FREE], MAKE_CELL, {MAKE_CELL};
            LOAD_CLOSURE = 136, |_a| (0) (1), 0, [ARG FREE], LOAD_CLOSURE, {LOAD_FAST_CHECK};
            LOAD_DEREF = 137, |_a| (0) (1), 0, [ARG FREE], LOAD_DEREF, {LOAD_DEREF};
            STORE_DEREF = 138, |_a| (1) (0), 0, [ARG FREE], STORE_DEREF, {STORE_DEREF POP_TOP};
            DELETE_DEREF = 139, |_a| (0) (0), 0, [ARG FREE], DELETE_DEREF, {DELETE_DEREF POP_TOP};
            JUMP_BACKWARD = 140, |_a| (0) (0), 0, [ARG JUMP], JUMP_BACKWARD, {POLL};
            LOAD_SUPER_ATTR = 141, |a| (3) (1+(a&1)), 1, [ARG NAME], LOAD_SUPER_ATTR, {LOAD_SUPER_ATTR};
            CALL_FUNCTION_EX = 142, |a| (3+(a&1)) (1), 0, [ARG], CALL_FUNCTION_EX, {CALL_FUNCTION_EX POLL};
            LOAD_FAST_AND_CLEAR = 143, |_a| (0) (1), 0, [ARG LOCAL], LOAD_FAST_AND_CLEAR, {LOAD_FAST_AND_CLEAR};
            EXTENDED_ARG = 144, |_a| (0) (0), 0, [ARG], EXTENDED_ARG, {};
            LIST_APPEND = 145, |a| (1+a) (a), 0, [ARG], LIST_APPEND, {LIST_APPEND};
            SET_ADD = 146, |a| (1+a) (a), 0, [ARG], SET_ADD, {SET_ADD};
            MAP_ADD = 147, |a| (2+a) (a), 0, [ARG], MAP_ADD, {MAP_ADD};
            STORE_ATTR_SLOT = 148, |_a| (2) (0), 4, [ARG NAME], STORE_ATTR, {TYPE_VERSION STORE_SLOT POP_TOP};
            COPY_FREE_VARS = 149, |_a| (0) (0), 0, [ARG], COPY_FREE_VARS, {COPY_FREE_VARS};
            YIELD_VALUE = 150, |_a| (1) (1), 0, [ARG], YIELD_VALUE, INTERPRETER;
            RESUME = 151, |_a| (0) (0), 0, [ARG], RESUME, INTERPRETER;
            MATCH_CLASS = 152, |_a| (3) (1), 0, [ARG], MATCH_CLASS, {MATCH_CLASS};
            STORE_ATTR_WITH_HINT = 153, |_a| (2) (0), 4, [ARG NAME], STORE_ATTR, {TYPE_VERSION HINTED_PLACE STORE_HINTED_VALUE};
            STORE_FAST__LOAD_FAST = 154, |_a| (1) (1), 0, [ARG LOCAL], STORE_FAST, {STORE_FAST POP_TOP};
            FORMAT_VALUE = 155, |a| (1+(a&4==4) as i32) (1), 0, [ARG], FORMAT_VALUE, {FORMAT_VALUE};
            BUILD_CONST_KEY_MAP = 156, |a| (a+1) (1), 0, [ARG], BUILD_CONST_KEY_MAP, {BUILD_CONST_KEY_MAP};
            BUILD_STRING = 157, |a| (a) (1), 0, [ARG], BUILD_STRING, {BUILD_STRING};
            STORE_FAST__STORE_FAST = 158, |_a| (2) (0), 0, [ARG LOCAL], STORE_FAST, {STORE_FAST POP_TOP};
            STORE_SUBSCR_DICT = 159, |_a| (3) (0), 1, [], STORE_SUBSCR, {DICT_BELOW SET_DICT_ITEM};
            STORE_SUBSCR_LIST_INT = 160, |_a| (3) (0), 1, [], STORE_SUBSCR, {LIST_AND_INDEX SET_LIST_ITEM POP_TOP};
            UNPACK_SEQUENCE_LIST = 161, |a| (1) (a), 1, [ARG], UNPACK_SEQUENCE, {LIST_OF_SIZE SPREAD_LIST};
            LIST_EXTEND = 162, |a| (1+a) (a), 0, [ARG], LIST_EXTEND, {LIST_EXTEND};
            SET_UPDATE = 163, |a| (1+a) (a), 0, [ARG], SET_UPDATE, {SET_UPDATE};
            DICT_MERGE = 164, |a| (1+a) (a), 0, [ARG], DICT_MERGE, {DICT_MERGE};
            DICT_UPDATE = 165, |a| (1+a) (a), 0, [ARG], DICT_UPDATE, {DICT_UPDATE};
            UNPACK_SEQUENCE_TUPLE = 166, |a| (1) (a), 1, [ARG], UNPACK_SEQUENCE, {TUPLE_OF_SIZE SPREAD_TUPLE};
            UNPACK_SEQUENCE_TWO_TUPLE = 167, |a| (1) (a), 1, [ARG], UNPACK_SEQUENCE, {TUPLE_OF_SIZE SPREAD_TUPLE};
            SEND_GEN = 168, |_a| (2) (2), 1, [ARG JUMP], SEND, INTERPRETER;
            CALL = 171, |a| (a+2) (1), 3, [ARG], CALL, {CALL POLL};
            KW_NAMES = 172, |_a| (0) (0), 0, [ARG CONST], KW_NAMES, {KW_NAMES};
            CALL_INTRINSIC_1 = 173, |_a| (1) (1), 0, [ARG], CALL_INTRINSIC_1, {CALL_INTRINSIC_1};
            CALL_INTRINSIC_2 = 174, |_a| (2) (1), 0, [ARG], CALL_INTRINSIC_2, {CALL_INTRINSIC_2};
            LOAD_FROM_DICT_OR_GLOBALS = 175, |_a| (1) (1), 0, [ARG NAME], LOAD_FROM_DICT_OR_GLOBALS, {LOAD_FROM_DICT_OR_GLOBALS};
            LOAD_FROM_DICT_OR_DEREF = 176, |_a| (1) (1), 0, [ARG FREE], LOAD_FROM_DICT_OR_DEREF, {LOAD_FROM_DICT_OR_DEREF};
            INSTRUMENTED_LOAD_SUPER_ATTR = 237, |a| (3) (1+(a&1)), 1, [ARG NAME], LOAD_SUPER_ATTR, INTERPRETER;
            INSTRUMENTED_POP_JUMP_IF_NONE = 238, |_a| (1) (0), 0, [ARG JUMP], POP_JUMP_IF_NONE, INTERPRETER;
            INSTRUMENTED_POP_JUMP_IF_NOT_NONE = 239, |_a| (1) (0), 0, [ARG JUMP], POP_JUMP_IF_NOT_NONE, INTERPRETER;
            INSTRUMENTED_RESUME = 240, |_a| (0) (0), 0, [ARG], RESUME, INTERPRETER;
            INSTRUMENTED_CALL = 241, |a| (a+2) (1), 3, [ARG], CALL, INTERPRETER;
            INSTRUMENTED_RETURN_VALUE = 242, |_a| (1) (0), 0, [], RETURN_VALUE, INTERPRETER;
            INSTRUMENTED_YIELD_VALUE = 243, |_a| (1) (1), 0, [ARG], YIELD_VALUE, INTERPRETER;
            INSTRUMENTED_CALL_FUNCTION_EX = 244, |a| (3+(a&1)) (1), 0, [ARG], CALL_FUNCTION_EX, INTERPRETER;
            INSTRUMENTED_JUMP_FORWARD = 245, |_a| (0) (0), 0, [ARG JUMP], JUMP_FORWARD, INTERPRETER;
            INSTRUMENTED_JUMP_BACKWARD = 246, |_a| (0) (0), 0, [ARG JUMP], JUMP_BACKWARD, INTERPRETER;
            INSTRUMENTED_RETURN_CONST = 247, |_a| (0) (0), 0, [ARG CONST], RETURN_CONST, INTERPRETER;
            INSTRUMENTED_FOR_ITER = 248, |_a| (1) (2), 1, [ARG JUMP], FOR_ITER, INTERPRETER;
            INSTRUMENTED_POP_JUMP_IF_FALSE = 249, |_a| (1) (0), 0, [ARG JUMP], POP_JUMP_IF_FALSE, INTERPRETER;
            INSTRUMENTED_POP_JUMP_IF_TRUE = 250, |_a| (1) (0), 0, [ARG JUMP], POP_JUMP_IF_TRUE, INTERPRETER;
            INSTRUMENTED_END_FOR = 251, |_a| (2) (0), 0, [], END_FOR, INTERPRETER;
            INSTRUMENTED_END_SEND = 252, |_a| (2) (1), 0, [], END_SEND, INTERPRETER;
            INSTRUMENTED_INSTRUCTION = 253, |_a| (0) (0), 0, [ARG], INSTRUMENTED_INSTRUCTION, INTERPRETER;
            INSTRUMENTED_LINE = 254, |_a| (0) (0), 0, [ARG], INSTRUMENTED_LINE, INTERPRETER;
            SETUP_FINALLY = 256, |_a| (0) (0), 0, [EXC], SETUP_FINALLY, INTERPRETER;
            SETUP_CLEANUP = 257, |_a| (0) (0), 0, [EXC], SETUP_CLEANUP, INTERPRETER;
            SETUP_WITH = 258, |_a| (0) (0), 0, [EXC], SETUP_WITH, INTERPRETER;
            POP_BLOCK = 259, |_a| (0) (0), 0, [], POP_BLOCK, INTERPRETER;
            JUMP = 260, |_a| (0) (0), 0, [ARG JUMP], JUMP, INTERPRETER;
            JUMP_NO_INTERRUPT = 261, |_a| (0) (0), 0, [ARG JUMP], JUMP_NO_INTERRUPT, INTERPRETER;
            LOAD_METHOD = 262, |_a| (1) (2), 0, [ARG NAME], LOAD_METHOD, INTERPRETER;
            LOAD_SUPER_METHOD = 263, |_a| (3) (2), 0, [ARG NAME], LOAD_SUPER_METHOD, INTERPRETER;
            LOAD_ZERO_SUPER_METHOD = 264, |_a| (3) (2), 0, [ARG NAME], LOAD_ZERO_SUPER_METHOD, INTERPRETER;
            LOAD_ZERO_SUPER_ATTR = 265, |_a| (3) (1), 0, [ARG NAME], LOAD_ZERO_SUPER_ATTR, INTERPRETER;
            STORE_FAST_MAYBE_NULL = 266, |_a| (1) (0), 0, [ARG LOCAL], STORE_FAST_MAYBE_NULL, INTERPRETER;
        }
    };
}

/// What an opcode's argument means; bits of [`Meta::flags`].
pub mod flag {
    /// Has an argument.
    pub const ARG: u8 = 1;
    /// Indexes `co_consts`.
    pub const CONST: u8 = 2;
    /// Indexes `co_names` (perhaps shifted by flag bits).
    pub const NAME: u8 = 4;
    /// A jump, relative to the next instruction.
    pub const JUMP: u8 = 8;
    /// Indexes the fast locals.
    pub const LOCAL: u8 = 16;
    /// Indexes the fast locals at a cell or free variable.
    pub const FREE: u8 = 32;
    /// A pseudo-opcode that pushes an exception handler.
    pub const EXC: u8 = 64;
}

/// What the table says of one opcode.
#[derive(Debug)]
pub struct Meta {
    pub op: Op,
    pub name: &'static str,
    /// Inline cache code units that follow the instruction.
    pub cache: u8,
    /// Bits of [`flag`].
    pub flags: u8,
    /// The head of its family: itself unless specialised or instrumented.
    pub family: Op,
    /// What it is made of, in order, guards first; a pair's first half. None: the interpreter runs it.
    pub recipe: Option<&'static [Micro]>,
    /// Values taken from the stack for an argument, on the path that does not jump.
    pub pops: fn(i32) -> i32,
    /// Values put on the stack for an argument, on the path that does not jump.
    pub pushes: fn(i32) -> i32,
}

macro_rules! recipe {
    (INTERPRETER) => {
        None
    };
    ({ $($micro:ident)* }) => {
        Some(&[$(Micro::$micro),*])
    };
}

macro_rules! define {
    ($($name:ident = $num:literal, |$a:ident| ($pops:expr) ($pushes:expr), $cache:literal, [$($flag:ident)*], $family:ident, $recipe:tt;)*) => {
        /// An opcode or pseudo-opcode.
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum Op { $($name = $num,)* }

        /// All rows in order of number.
        pub static TABLE: &[Meta] = &[$(
            Meta {
                op: Op::$name,
                name: stringify!($name),
                cache: $cache,
                flags: 0 $(| flag::$flag)*,
                family: Op::$family,
                recipe: recipe!($recipe),
                pops: {
                    #[allow(unused_variables)]
                    |$a| $pops
                },
                pushes: {
                    #[allow(unused_variables)]
                    |$a| $pushes
                },
            },
        )*];
    };
}
for_each_opcode!(define);

/// Row of each number; 0xFFFF where the number is not used.
const ROW: [u16; 512] = {
    let mut rows = [0xFFFF; 512];
    let mut i = 0;
    while i < TABLE.len() {
        rows[TABLE[i].op as usize] = i as u16;
        i += 1;
    }
    rows
};

/// Inline cache units of each number that fits a code unit; 0 where the number is not used.
pub static CACHE_UNITS: [u8; 256] = {
    let mut units = [0; 256];
    let mut n = 0;
    while n < 256 {
        if ROW[n] != 0xFFFF {
            units[n] = TABLE[ROW[n] as usize].cache;
        }
        n += 1;
    }
    units
};

impl Op {
    /// The opcode of a number.
    pub fn from_number(n: u16) -> Option<Op> {
        match *ROW.get(n as usize)? {
            0xFFFF => None,
            row => Some(TABLE[row as usize].op),
        }
    }

    /// Its row.
    #[inline]
    pub fn meta(self) -> &'static Meta {
        &TABLE[ROW[self as usize] as usize]
    }

    /// Whether it exists only inside the compiler.
    pub fn is_pseudo(self) -> bool {
        self as u16 >= 256
    }

    /// Whether some bit of `flags` is set for it.
    #[inline]
    pub fn has(self, flags: u8) -> bool {
        self.meta().flags & flags != 0
    }
}
