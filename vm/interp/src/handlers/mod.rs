//! One handler an opcode, and the table of them.

mod attrs;
mod build;
mod calls;
mod control;
mod fast;
mod gens;
mod instrumented;
mod release;
mod stack;

use crate::dispatch::{Fp, Handler, Obj, Pc, Sp, Ts};
pub(crate) use control::end_of_iteration;
use dxpy_bytecode::Op;
use dxpy_core::abi::*;
use dxpy_core::{Owned, Py, PyResult, boolean, exceptions};
use fast::{
    attrs as fast_attrs, calls as fast_calls, items as fast_items, numbers as fast_numbers,
    pairs as fast_pairs,
};
pub(crate) use release::{release, release_number};
pub(crate) use stack::raise_unbound;

/// Declares a handler: `op!(NAME(pc, sp, fp, ts, arg) { ... })`. The body ends in `next!`, `go!` or `fail!`. The handler
/// says in the frame where it stands, not the one before: that of a line's event has to see where the frame came from.
macro_rules! op {
    ($(#[$m:meta])* $name:ident($pc:ident, $sp:ident, $fp:ident, $ts:ident, $arg:ident) $body:block) => {
        $(#[$m])*
        #[allow(unused_variables, unused_mut, unreachable_code, unused_assignments)]
        pub(in crate::handlers) unsafe extern "C" fn $name(
            mut $pc: Pc,
            mut $sp: Sp,
            mut $fp: Fp,
            $ts: Ts,
            $arg: usize,
        ) -> Obj {
            // SAFETY: the handler contract (`dispatch`): the stack has the operands and room for the results, indices
            // are within names, constants and locals.
            unsafe {
                (*$fp).prev_instr.set($pc.sub(1) as *mut u16);
                $body
            }
        }
    };
}
pub(crate) use op;

/// Declares the handler of an instruction that is one micro-op: how many values that takes and gives, and how many units
/// the instruction's cache has. The values stay on the stack until what takes their place is there, and are released
/// then, the lowest first.
macro_rules! plain {
    ($name:ident($pc:ident, $sp:ident, $fp:ident, $ts:ident, $arg:ident), $takes:literal => $gives:expr, $cache:literal
        $(, $first:block)?) => {
        op!($name($pc, $sp, $fp, $ts, $arg) {
            $($first)?
            let taken: [Obj; $takes] = *$sp.sub($takes).cast();
            if crate::micro::$name($pc, $sp, $fp, $ts, $arg, $sp.sub($takes)) == crate::micro::Answer::No {
                fail!($pc, $sp, $fp, $ts)
            }
            for o in taken {
                release(o);
            }
            crate::dispatch::next!($pc.add($cache), $sp.sub($takes).add($gives), $fp, $ts)
        });
    };
}
pub(crate) use plain;

/// The same for a micro-op that steals so many values and gives one.
macro_rules! stealing {
    ($name:ident($pc:ident, $sp:ident, $fp:ident, $ts:ident, $arg:ident), $takes:expr) => {
        op!($name($pc, $sp, $fp, $ts, $arg) {
            let below = $sp.sub($takes);
            if crate::micro::$name($pc, $sp, $fp, $ts, $arg, below) == crate::micro::Answer::No {
                fail!($pc, below, $fp, $ts)
            }
            crate::dispatch::next!($pc, below.add(1), $fp, $ts)
        });
    };
}
pub(crate) use stealing;

/// Raises the pending exception here.
macro_rules! fail {
    ($pc:expr, $sp:expr, $fp:expr, $ts:expr) => {
        return crate::unwind::error($pc, $sp, $fp, $ts, 0)
    };
}
pub(crate) use fail;

/// The token.
#[inline(always)]
pub(crate) unsafe fn token<'a>(ts: Ts) -> Py<'a> {
    // SAFETY: the handler contract.
    unsafe { Py::from_state(ts) }
}

/// A result as a pointer; an error is pending and NULL.
#[inline(always)]
pub(crate) fn raw(py: Py<'_>, r: PyResult) -> Obj {
    match r {
        Ok(o) => o.into_ptr(),
        Err(e) => {
            e.restore(py);
            core::ptr::null_mut()
        }
    }
}

/// A result without a value: whether it is an error, which is then pending.
#[inline(always)]
pub(crate) fn failed(py: Py<'_>, r: PyResult<()>) -> bool {
    match r {
        Ok(()) => false,
        Err(e) => {
            e.restore(py);
            true
        }
    }
}

/// 0 or 1, or -1 with an exception pending.
#[inline(always)]
pub(crate) fn truth(py: Py<'_>, r: PyResult<bool>) -> i32 {
    match r {
        Ok(b) => b as i32,
        Err(e) => {
            e.restore(py);
            -1
        }
    }
}

/// A name of the running code, as an object.
#[inline(always)]
pub(crate) unsafe fn name<'a>(fp: Fp, i: usize) -> &'a PyObject {
    // SAFETY: LIVE: the frame holds its code, and that its names; the index is within them.
    unsafe {
        let names = (*(*fp).f_code.get()).co_names.get() as *const PyTupleObject;
        &*(*(*names).ob_item.as_ptr().add(i)).get()
    }
}

/// A name of the running code, as a str.
#[inline(always)]
pub(crate) unsafe fn name_str<'a>(fp: Fp, i: usize) -> &'a PyUnicodeObject {
    // SAFETY: as above; names are str.
    unsafe { &*(name(fp, i) as *const PyObject as *const PyUnicodeObject) }
}

/// A constant of the running code.
#[inline(always)]
pub(crate) unsafe fn constant<'a>(fp: Fp, i: usize) -> &'a PyObject {
    // SAFETY: LIVE: the frame holds its code, and that its constants; the index is within them.
    unsafe {
        let consts = (*(*fp).f_code.get()).co_consts.get() as *const PyTupleObject;
        &*(*(*consts).ob_item.as_ptr().add(i)).get()
    }
}

/// The place of a local, cell or free variable.
#[inline(always)]
pub(crate) unsafe fn local(fp: Fp, i: usize) -> *mut Obj {
    // SAFETY: the index is within the locals.
    unsafe { dxpy_types::frame::locals(fp).add(i) }
}

/// The frame's namespace, if it has one.
#[inline(always)]
pub(crate) unsafe fn namespace<'a>(fp: Fp) -> Option<&'a PyObject> {
    // SAFETY: LIVE: a frame holds its namespace.
    unsafe { (*fp).f_locals.get().as_ref() }
}

#[inline(always)]
pub(crate) unsafe fn globals<'a>(fp: Fp) -> &'a PyObject {
    // SAFETY: LIVE: the function holds its globals.
    unsafe { &*(*fp).f_globals.get() }
}

#[inline(always)]
pub(crate) unsafe fn builtins<'a>(fp: Fp) -> &'a PyObject {
    // SAFETY: LIVE: the function holds its built-ins.
    unsafe { &*(*fp).f_builtins.get() }
}

/// A new reference as a pointer.
#[inline(always)]
pub(crate) fn share(o: &PyObject) -> Obj {
    dxpy_core::ptr::incref(o);
    o as *const PyObject as Obj
}

/// `True` or `False`, which are immortal.
#[inline(always)]
pub(crate) fn boolean_of(b: bool) -> Obj {
    let o = if b { &boolean::_Py_TrueStruct.0 } else { &boolean::_Py_FalseStruct.0 };
    (&raw const *o).cast_mut().cast()
}

/// Takes over a stack slot.
///
/// # Safety
/// OWNED, not NULL.
#[inline(always)]
pub(crate) unsafe fn own(p: Obj) -> Owned {
    // SAFETY: the caller's promise.
    unsafe { Owned::from_raw(p) }
}

/// Is it of this very type?
///
/// # Safety
/// LIVE.
#[inline(always)]
pub(crate) unsafe fn is(o: Obj, ty: &'static PyTypeObject) -> bool {
    // SAFETY: the caller's promise.
    unsafe { core::ptr::eq((*o).ob_type.get(), ty) }
}

/// What [`EVAL_BREAKER`](dxpy_core::thread::EVAL_BREAKER) asks for is done here; whether that raised.
#[cold]
#[inline(never)]
pub(crate) fn handle_breaker(py: Py<'_>) -> bool {
    match dxpy_core::thread::pending::handle(py) {
        Ok(()) => false,
        Err(e) => {
            e.restore(py);
            true
        }
    }
}

/// Does what is asked for between two instructions, and goes on. A handler ends in this where [`breaker`] says so, instead
/// of calling [`handle_breaker`], for which all its runs would pay.
#[cold]
pub(crate) unsafe extern "C" fn interrupted(pc: Pc, sp: Sp, fp: Fp, ts: Ts, _: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        if handle_breaker(token(ts)) {
            fail!(pc, sp, fp, ts)
        }
        crate::dispatch::next!(pc, sp, fp, ts)
    }
}

/// Is anything asked for?
#[inline(always)]
pub(crate) fn breaker() -> bool {
    dxpy_core::thread::EVAL_BREAKER.load(core::sync::atomic::Ordering::Relaxed) != 0
}

op!(
    /// An opcode without a handler: code that no compiler makes.
    UNKNOWN(pc, sp, fp, ts, arg) {
        #[inline(never)]
        unsafe fn unknown(ts: Ts, number: u16) {
            // SAFETY: the handler contract.
            let py = unsafe { token(ts) };
            exceptions::system_error(py, format_args!("unknown opcode {number}")).restore(py);
        }
        unknown(ts, *pc.sub(1) & 255);
        fail!(pc, sp, fp, ts)
    }
);

/// The handlers by opcode number.
pub(crate) static TABLE: [Handler; 256] = {
    let mut t: [Handler; 256] = [UNKNOWN; 256];
    macro_rules! fill {
        ($($module:ident: $($op:ident)*;)*) => { $( $( t[Op::$op as usize] = $module::$op; )* )* };
    }
    fill! {
        stack: NOP POP_TOP PUSH_NULL COPY SWAP EXTENDED_ARG CACHE LOAD_FAST LOAD_FAST_CHECK LOAD_FAST_AND_CLEAR
            STORE_FAST DELETE_FAST LOAD_CONST LOAD_CLOSURE LOAD_DEREF STORE_DEREF DELETE_DEREF MAKE_CELL
            COPY_FREE_VARS LOAD_NAME STORE_NAME DELETE_NAME LOAD_GLOBAL STORE_GLOBAL DELETE_GLOBAL LOAD_LOCALS
            LOAD_FROM_DICT_OR_GLOBALS LOAD_FROM_DICT_OR_DEREF LOAD_BUILD_CLASS LOAD_ASSERTION_ERROR
            SETUP_ANNOTATIONS END_FOR END_SEND;
        build: BUILD_TUPLE BUILD_LIST BUILD_SET BUILD_MAP BUILD_CONST_KEY_MAP BUILD_STRING BUILD_SLICE LIST_APPEND
            SET_ADD MAP_ADD LIST_EXTEND SET_UPDATE DICT_UPDATE DICT_MERGE UNPACK_SEQUENCE UNPACK_EX FORMAT_VALUE
            UNARY_NEGATIVE UNARY_NOT UNARY_INVERT BINARY_OP COMPARE_OP IS_OP CONTAINS_OP BINARY_SUBSCR STORE_SUBSCR
            DELETE_SUBSCR BINARY_SLICE STORE_SLICE GET_LEN MATCH_MAPPING MATCH_SEQUENCE MATCH_KEYS MATCH_CLASS;
        attrs: LOAD_ATTR STORE_ATTR DELETE_ATTR LOAD_SUPER_ATTR IMPORT_NAME IMPORT_FROM;
        calls: CALL KW_NAMES CALL_FUNCTION_EX MAKE_FUNCTION CALL_INTRINSIC_1 CALL_INTRINSIC_2 RETURN_VALUE
            RETURN_CONST INTERPRETER_EXIT;
        control: RESUME JUMP_FORWARD JUMP_BACKWARD JUMP_BACKWARD_NO_INTERRUPT POP_JUMP_IF_TRUE POP_JUMP_IF_FALSE
            POP_JUMP_IF_NONE POP_JUMP_IF_NOT_NONE GET_ITER FOR_ITER RAISE_VARARGS RERAISE PUSH_EXC_INFO POP_EXCEPT
            CHECK_EXC_MATCH CHECK_EG_MATCH BEFORE_WITH WITH_EXCEPT_START;
        gens: RETURN_GENERATOR YIELD_VALUE SEND GET_YIELD_FROM_ITER CLEANUP_THROW GET_AWAITABLE GET_AITER GET_ANEXT
            END_ASYNC_FOR BEFORE_ASYNC_WITH;
        instrumented: INSTRUMENTED_RESUME INSTRUMENTED_LINE INSTRUMENTED_INSTRUCTION INSTRUMENTED_JUMP_FORWARD
            INSTRUMENTED_JUMP_BACKWARD INSTRUMENTED_POP_JUMP_IF_TRUE INSTRUMENTED_POP_JUMP_IF_FALSE
            INSTRUMENTED_POP_JUMP_IF_NONE INSTRUMENTED_POP_JUMP_IF_NOT_NONE INSTRUMENTED_FOR_ITER INSTRUMENTED_END_FOR
            INSTRUMENTED_END_SEND INSTRUMENTED_RETURN_VALUE INSTRUMENTED_RETURN_CONST INSTRUMENTED_YIELD_VALUE
            INSTRUMENTED_CALL INSTRUMENTED_CALL_FUNCTION_EX INSTRUMENTED_LOAD_SUPER_ATTR;
    }
    fill! {
        fast_attrs: LOAD_ATTR_INSTANCE_VALUE LOAD_ATTR_WITH_HINT LOAD_ATTR_MODULE LOAD_ATTR_SLOT LOAD_ATTR_CLASS
            LOAD_ATTR_PROPERTY LOAD_ATTR_METHOD_WITH_VALUES LOAD_ATTR_METHOD_NO_DICT LOAD_ATTR_METHOD_LAZY_DICT
            STORE_ATTR_INSTANCE_VALUE STORE_ATTR_SLOT STORE_ATTR_WITH_HINT;
        fast_calls: CALL_PY_EXACT_ARGS CALL_PY_WITH_DEFAULTS CALL_BOUND_METHOD_EXACT_ARGS CALL_NO_KW_BUILTIN_O
            CALL_NO_KW_BUILTIN_FAST CALL_BUILTIN_FAST_WITH_KEYWORDS CALL_NO_KW_METHOD_DESCRIPTOR_NOARGS
            CALL_NO_KW_METHOD_DESCRIPTOR_O CALL_NO_KW_METHOD_DESCRIPTOR_FAST
            CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS CALL_NO_KW_LEN CALL_NO_KW_ISINSTANCE CALL_NO_KW_LIST_APPEND
            CALL_NO_KW_TYPE_1 CALL_NO_KW_STR_1 CALL_NO_KW_TUPLE_1 CALL_BUILTIN_CLASS;
        fast_items: LOAD_GLOBAL_MODULE LOAD_GLOBAL_BUILTIN BINARY_SUBSCR_LIST_INT BINARY_SUBSCR_TUPLE_INT
            BINARY_SUBSCR_DICT BINARY_SUBSCR_GETITEM STORE_SUBSCR_LIST_INT STORE_SUBSCR_DICT
            UNPACK_SEQUENCE_TWO_TUPLE UNPACK_SEQUENCE_TUPLE UNPACK_SEQUENCE_LIST FOR_ITER_LIST FOR_ITER_TUPLE
            FOR_ITER_RANGE FOR_ITER_GEN SEND_GEN;
        fast_numbers: BINARY_OP_ADD_INT BINARY_OP_SUBTRACT_INT BINARY_OP_MULTIPLY_INT BINARY_OP_ADD_FLOAT
            BINARY_OP_SUBTRACT_FLOAT BINARY_OP_MULTIPLY_FLOAT BINARY_OP_ADD_UNICODE BINARY_OP_INPLACE_ADD_UNICODE
            COMPARE_OP_INT COMPARE_OP_FLOAT COMPARE_OP_STR;
        fast_pairs: LOAD_FAST__LOAD_FAST LOAD_FAST__LOAD_CONST LOAD_CONST__LOAD_FAST STORE_FAST__LOAD_FAST
            STORE_FAST__STORE_FAST;
    }
    t
};
