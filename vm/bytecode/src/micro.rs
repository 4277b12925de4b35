//! The micro-ops of Python 3.12's instructions: the parts that a compiler sees an instruction as.
//!
//! What is here: one row a micro-op (what running it can mean for the program, how it uses the stack) and what is generated
//! from the rows. Which of them an instruction is made of stands in its row of `opcodes`; what they do is
//! `vm/interp/src/micro`'s, a function each of one signature, which the interpreter's handlers and compiled code call.

/// Calls the macro `$m` with every row:
/// `NAME = kind [flags], |oparg| (sees) (takes) (gives);`, the argument being the instruction's.
///
/// It looks at so many values on top of the stack, of which it takes so many away (the topmost ones, which are released
/// unless it [`STEALS`](micro_flag::STEALS) them), and puts so many new references in their place.
#[macro_export]
macro_rules! for_each_micro_op {
    ($m:ident) => {
        $m! {
            // Values, locals and cells.
            POP_TOP = pure [], |_a| (1) (1) (0);
            PUSH_NULL = pure [], |_a| (0) (0) (1);
            COPY = pure [], |a| (a) (0) (1);
            SWAP = pure [STEALS], |a| (a) (a) (a);
            END_SEND = pure [], |_a| (2) (2) (1);
            LOAD_FAST = effect [], |_a| (0) (0) (1);
            LOAD_FAST_CHECK = effect [RAISES], |_a| (0) (0) (1);
            LOAD_FAST_AND_CLEAR = effect [], |_a| (0) (0) (1);
            STORE_FAST = effect [STEALS], |_a| (1) (1) (1);
            DELETE_FAST = effect [RAISES], |_a| (0) (0) (1);
            LOAD_CONST = pure [], |_a| (0) (0) (1);
            LOAD_DEREF = effect [RAISES], |_a| (0) (0) (1);
            STORE_DEREF = effect [STEALS], |_a| (1) (1) (1);
            DELETE_DEREF = effect [RAISES], |_a| (0) (0) (1);
            MAKE_CELL = effect [RAISES], |_a| (0) (0) (0);
            COPY_FREE_VARS = effect [], |_a| (0) (0) (0);
            // Names.
            LOAD_NAME = escape [RAISES], |_a| (0) (0) (1);
            STORE_NAME = escape [RAISES], |_a| (1) (1) (0);
            DELETE_NAME = escape [RAISES], |_a| (0) (0) (0);
            LOAD_GLOBAL = escape [RAISES], |a| (0) (0) (1+(a&1));
            GLOBAL_OF_MODULE = guard [], |_a| (0) (0) (0);
            GLOBAL_OF_BUILTINS = guard [], |_a| (0) (0) (0);
            MODULE_VALUE = effect [], |a| (0) (0) (1+(a&1));
            BUILTINS_VALUE = effect [], |a| (0) (0) (1+(a&1));
            STORE_GLOBAL = escape [RAISES], |_a| (1) (1) (0);
            DELETE_GLOBAL = escape [RAISES], |_a| (0) (0) (0);
            LOAD_LOCALS = effect [RAISES], |_a| (0) (0) (1);
            LOAD_FROM_DICT_OR_GLOBALS = escape [RAISES], |_a| (1) (1) (1);
            LOAD_FROM_DICT_OR_DEREF = escape [RAISES], |_a| (1) (1) (1);
            LOAD_BUILD_CLASS = escape [RAISES], |_a| (0) (0) (1);
            LOAD_ASSERTION_ERROR = pure [], |_a| (0) (0) (1);
            SETUP_ANNOTATIONS = escape [RAISES], |_a| (0) (0) (0);
            // Operators.
            UNARY_NEGATIVE = escape [RAISES], |_a| (1) (1) (1);
            UNARY_NOT = escape [RAISES], |_a| (1) (1) (1);
            UNARY_INVERT = escape [RAISES], |_a| (1) (1) (1);
            BINARY_OP = escape [RAISES], |_a| (2) (2) (1);
            BOTH_INT = guard [], |_a| (2) (0) (0);
            ADD_INT = effect [RAISES], |_a| (2) (2) (1);
            SUBTRACT_INT = effect [RAISES], |_a| (2) (2) (1);
            MULTIPLY_INT = effect [RAISES], |_a| (2) (2) (1);
            BOTH_FLOAT = guard [], |_a| (2) (0) (0);
            ADD_FLOAT = effect [RAISES], |_a| (2) (2) (1);
            SUBTRACT_FLOAT = effect [RAISES], |_a| (2) (2) (1);
            MULTIPLY_FLOAT = effect [RAISES], |_a| (2) (2) (1);
            BOTH_STR = guard [], |_a| (2) (0) (0);
            ADD_STR = effect [RAISES], |_a| (2) (2) (1);
            COMPARE_OP = escape [RAISES], |_a| (2) (2) (1);
            BOTH_COMPACT = guard [], |_a| (2) (0) (0);
            COMPARE_INT = pure [], |_a| (2) (2) (1);
            COMPARE_FLOAT = pure [], |_a| (2) (2) (1);
            COMPARE_STR = pure [], |_a| (2) (2) (1);
            IS_OP = pure [], |_a| (2) (2) (1);
            CONTAINS_OP = escape [RAISES], |_a| (2) (2) (1);
            FORMAT_VALUE = escape [RAISES], |a| (1+(a>>2&1)) (1+(a>>2&1)) (1);
            // Containers.
            BINARY_SUBSCR = escape [RAISES], |_a| (2) (2) (1);
            LIST_AND_INDEX = guard [], |_a| (2) (0) (0);
            LIST_ITEM = effect [], |_a| (2) (2) (1);
            TUPLE_AND_INDEX = guard [], |_a| (2) (0) (0);
            TUPLE_ITEM = pure [], |_a| (2) (2) (1);
            DICT_BELOW = guard [], |_a| (2) (0) (0);
            DICT_ITEM = escape [RAISES], |_a| (2) (2) (1);
            STORE_SUBSCR = escape [RAISES], |_a| (3) (3) (0);
            SET_LIST_ITEM = effect [], |_a| (3) (3) (1);
            SET_DICT_ITEM = escape [RAISES], |_a| (3) (3) (0);
            DELETE_SUBSCR = escape [RAISES], |_a| (2) (2) (0);
            BINARY_SLICE = escape [RAISES], |_a| (3) (3) (1);
            STORE_SLICE = escape [RAISES], |_a| (4) (4) (0);
            BUILD_TUPLE = effect [RAISES STEALS], |a| (a) (a) (1);
            BUILD_LIST = effect [RAISES STEALS], |a| (a) (a) (1);
            BUILD_SET = escape [RAISES STEALS], |a| (a) (a) (1);
            BUILD_MAP = escape [RAISES STEALS], |a| (2*a) (2*a) (1);
            BUILD_CONST_KEY_MAP = escape [RAISES STEALS], |a| (a+1) (a+1) (1);
            BUILD_STRING = effect [RAISES STEALS], |a| (a) (a) (1);
            BUILD_SLICE = effect [RAISES STEALS], |a| (2+(a==3) as i32) (2+(a==3) as i32) (1);
            LIST_APPEND = effect [RAISES STEALS], |a| (a+1) (1) (0);
            SET_ADD = escape [RAISES], |a| (a+1) (1) (0);
            MAP_ADD = escape [RAISES], |a| (a+2) (2) (0);
            LIST_EXTEND = escape [RAISES], |a| (a+1) (1) (0);
            SET_UPDATE = escape [RAISES], |a| (a+1) (1) (0);
            DICT_UPDATE = escape [RAISES], |a| (a+1) (1) (0);
            DICT_MERGE = escape [RAISES], |a| (a+3) (1) (0);
            UNPACK_SEQUENCE = escape [RAISES], |a| (1) (1) (a);
            TUPLE_OF_SIZE = guard [], |_a| (1) (0) (0);
            SPREAD_TUPLE = pure [], |a| (1) (1) (a);
            LIST_OF_SIZE = guard [], |_a| (1) (0) (0);
            SPREAD_LIST = effect [], |a| (1) (1) (a);
            UNPACK_EX = escape [RAISES], |a| (1) (1) ((a&0xFF)+(a>>8)+1);
            GET_LEN = escape [RAISES], |_a| (1) (0) (1);
            MATCH_MAPPING = effect [], |_a| (1) (0) (1);
            MATCH_SEQUENCE = effect [], |_a| (1) (0) (1);
            MATCH_KEYS = escape [RAISES], |_a| (2) (0) (1);
            MATCH_CLASS = escape [RAISES], |_a| (3) (3) (1);
            // Attributes and imports.
            LOAD_ATTR = escape [RAISES], |a| (1) (1) (1+(a&1));
            TYPE_VERSION = guard [], |_a| (1) (0) (0);
            INLINE_VALUE = guard [], |_a| (1) (0) (0);
            LOAD_INLINE_VALUE = effect [], |a| (1) (1) (1+(a&1));
            HINTED_VALUE = guard [], |_a| (1) (0) (0);
            HINTED_PLACE = guard [], |_a| (1) (0) (0);
            LOAD_HINTED_VALUE = effect [], |a| (1) (1) (1+(a&1));
            MODULE_ATTR = guard [], |_a| (1) (0) (0);
            LOAD_MODULE_ATTR = effect [], |a| (1) (1) (1+(a&1));
            SLOT_VALUE = guard [], |_a| (1) (0) (0);
            LOAD_SLOT = effect [], |a| (1) (1) (1+(a&1));
            CLASS_VERSION = guard [], |_a| (1) (0) (0);
            LOAD_CACHED = effect [], |a| (1) (1) (1+(a&1));
            INLINE_VALUES_OF_KEYS = guard [], |_a| (1) (0) (0);
            NO_DICT_YET = guard [], |_a| (1) (0) (0);
            LOAD_CACHED_METHOD = effect [], |_a| (1) (1) (2);
            STORE_ATTR = escape [RAISES], |_a| (2) (2) (0);
            INLINE_VALUES = guard [], |_a| (1) (0) (0);
            STORE_INLINE_VALUE = effect [], |_a| (2) (2) (1);
            STORE_SLOT = effect [], |_a| (2) (2) (1);
            STORE_HINTED_VALUE = escape [RAISES], |_a| (2) (2) (0);
            DELETE_ATTR = escape [RAISES], |_a| (1) (1) (0);
            LOAD_SUPER_ATTR = escape [RAISES], |a| (3) (3) (1+(a&1));
            IMPORT_NAME = escape [RAISES], |_a| (2) (2) (1);
            IMPORT_FROM = escape [RAISES], |_a| (1) (0) (1);
            // Calls.
            KW_NAMES = effect [], |_a| (0) (0) (0);
            CALL = escape [RAISES], |a| (a+2) (a+2) (1);
            CALL_FUNCTION_EX = escape [RAISES], |a| (3+(a&1)) (3+(a&1)) (1);
            FUNCTION_OF_VERSION = guard [], |a| (a+2) (0) (0);
            METHOD_OF_VERSION = guard [], |a| (a+2) (0) (0);
            BUILTIN_O = guard [], |a| (a+2) (0) (0);
            CALL_BUILTIN_O = escape [RAISES], |a| (a+2) (a+2) (1);
            BUILTIN_FAST = guard [], |a| (a+2) (0) (0);
            CALL_BUILTIN_FAST = escape [RAISES], |a| (a+2) (a+2) (1);
            BUILTIN_FAST_KEYWORDS = guard [], |a| (a+2) (0) (0);
            CALL_BUILTIN_FAST_KEYWORDS = escape [RAISES], |a| (a+2) (a+2) (1);
            DESCRIPTOR_NOARGS = guard [], |a| (a+2) (0) (0);
            CALL_DESCRIPTOR_NOARGS = escape [RAISES], |a| (a+2) (a+2) (1);
            DESCRIPTOR_O = guard [], |a| (a+2) (0) (0);
            CALL_DESCRIPTOR_O = escape [RAISES], |a| (a+2) (a+2) (1);
            DESCRIPTOR_FAST = guard [], |a| (a+2) (0) (0);
            CALL_DESCRIPTOR_FAST = escape [RAISES], |a| (a+2) (a+2) (1);
            DESCRIPTOR_FAST_KEYWORDS = guard [], |a| (a+2) (0) (0);
            CALL_DESCRIPTOR_FAST_KEYWORDS = escape [RAISES], |a| (a+2) (a+2) (1);
            LEN_OF_ONE = guard [], |a| (a+2) (0) (0);
            CALL_LEN = escape [RAISES], |a| (a+2) (a+2) (1);
            ISINSTANCE_OF_TWO = guard [], |a| (a+2) (0) (0);
            CALL_ISINSTANCE = escape [RAISES], |a| (a+2) (a+2) (1);
            APPEND_TO_LIST = guard [], |a| (a+2) (0) (0);
            CALL_LIST_APPEND = effect [RAISES], |a| (a+2) (a+2) (1);
            TYPE_OF_ONE = guard [], |a| (a+2) (0) (0);
            CALL_TYPE = effect [], |a| (a+2) (a+2) (1);
            STR_OF_ONE = guard [], |a| (a+2) (0) (0);
            CALL_STR = escape [RAISES], |a| (a+2) (a+2) (1);
            TUPLE_OF_ONE = guard [], |a| (a+2) (0) (0);
            CALL_TUPLE = escape [RAISES], |a| (a+2) (a+2) (1);
            BUILTIN_CLASS = guard [], |a| (a+2) (0) (0);
            CALL_BUILTIN_CLASS = escape [RAISES], |a| (a+2) (a+2) (1);
            MAKE_FUNCTION = effect [RAISES STEALS], |a| (1+(a&1)+(a>>1&1)+(a>>2&1)+(a>>3&1)) (1+(a&1)+(a>>1&1)+(a>>2&1)+(a>>3&1)) (1);
            CALL_INTRINSIC_1 = escape [RAISES], |_a| (1) (1) (1);
            CALL_INTRINSIC_2 = escape [RAISES], |_a| (2) (2) (1);
            POLL = escape [RAISES], |_a| (0) (0) (0);
            // Conditions, loops, `with` and exceptions.
            POP_JUMP_IF_TRUE = escape [RAISES JUMPS], |_a| (1) (1) (0);
            POP_JUMP_IF_FALSE = escape [RAISES JUMPS], |_a| (1) (1) (0);
            POP_JUMP_IF_NONE = pure [JUMPS], |_a| (1) (1) (0);
            POP_JUMP_IF_NOT_NONE = pure [JUMPS], |_a| (1) (1) (0);
            GET_ITER = escape [RAISES], |_a| (1) (1) (1);
            FOR_ITER = escape [RAISES JUMPS], |_a| (1) (0) (1);
            LIST_ITERATOR = guard [], |_a| (1) (0) (0);
            NEXT_OF_LIST = escape [JUMPS], |_a| (1) (0) (1);
            TUPLE_ITERATOR = guard [], |_a| (1) (0) (0);
            NEXT_OF_TUPLE = escape [JUMPS], |_a| (1) (0) (1);
            RANGE_ITERATOR = guard [], |_a| (1) (0) (0);
            NEXT_OF_RANGE = effect [RAISES JUMPS], |_a| (1) (0) (1);
            PUSH_EXC_INFO = effect [STEALS], |_a| (1) (1) (2);
            POP_EXCEPT = effect [STEALS], |_a| (1) (1) (1);
            CHECK_EXC_MATCH = escape [RAISES], |_a| (2) (1) (1);
            CHECK_EG_MATCH = escape [RAISES], |_a| (2) (2) (2);
            BEFORE_WITH = escape [RAISES], |_a| (1) (1) (2);
            WITH_EXCEPT_START = escape [RAISES], |_a| (4) (0) (1);
            // Generators, coroutines and asynchronous iteration.
            GET_YIELD_FROM_ITER = escape [RAISES], |_a| (1) (1) (1);
            GET_AWAITABLE = escape [RAISES], |_a| (1) (1) (1);
            GET_AITER = escape [RAISES], |_a| (1) (1) (1);
            GET_ANEXT = escape [RAISES], |_a| (1) (0) (1);
            BEFORE_ASYNC_WITH = escape [RAISES], |_a| (1) (1) (2);
        }
    };
}

/// What running a micro-op can mean for the program. None but the last can run Python code, take or give away the GIL, or
/// see what a compiler has not yet written to the frame; a release of the values taken is not part of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Answers whether what a specialised instruction relies on holds; changes nothing. Where it does not hold, the
    /// instruction is its family's head.
    Guard,
    /// A leaf whose values depend on the operands and the argument alone.
    Pure,
    /// Reads or writes memory: what it gives may be another thing the next time.
    Effect,
    /// May run any Python code.
    Escape,
}

/// Bits of [`MicroMeta::flags`].
pub mod micro_flag {
    /// May end with an exception pending; then nothing was given, and nothing taken but what it steals.
    pub const RAISES: u8 = 1;
    /// The references it takes are used up, also when it raises; otherwise they are borrowed.
    pub const STEALS: u8 = 2;
    /// May answer that the instruction's jump is taken: then all it sees is taken, and nothing given.
    pub const JUMPS: u8 = 4;
}

/// What the table says of one micro-op.
#[derive(Debug)]
pub struct MicroMeta {
    pub micro: Micro,
    pub name: &'static str,
    pub kind: Kind,
    /// Bits of [`micro_flag`].
    pub flags: u8,
    /// How many values on top of the stack it looks at, for an argument.
    pub sees: fn(i32) -> i32,
    /// How many of them it takes.
    pub takes: fn(i32) -> i32,
    /// How many it gives.
    pub gives: fn(i32) -> i32,
}

macro_rules! kind {
    (guard) => {
        Kind::Guard
    };
    (pure) => {
        Kind::Pure
    };
    (effect) => {
        Kind::Effect
    };
    (escape) => {
        Kind::Escape
    };
}

macro_rules! define {
    ($($name:ident = $kind:ident [$($flag:ident)*], |$a:ident| ($sees:expr) ($takes:expr) ($gives:expr);)*) => {
        /// A micro-op.
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Micro { $($name,)* }

        /// All rows, by number.
        pub static MICRO_TABLE: &[MicroMeta] = &[$(
            MicroMeta {
                micro: Micro::$name,
                name: stringify!($name),
                kind: kind!($kind),
                flags: 0 $(| micro_flag::$flag)*,
                sees: {
                    #[allow(unused_variables)]
                    |$a| $sees
                },
                takes: {
                    #[allow(unused_variables)]
                    |$a| $takes
                },
                gives: {
                    #[allow(unused_variables)]
                    |$a| $gives
                },
            },
        )*];
    };
}
for_each_micro_op!(define);

impl Micro {
    /// Its row.
    pub fn meta(self) -> &'static MicroMeta {
        &MICRO_TABLE[self as usize]
    }

    /// Whether some bit of `flags` is set for it.
    pub fn has(self, flags: u8) -> bool {
        self.meta().flags & flags != 0
    }
}
