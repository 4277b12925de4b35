//! What micro-ops do: a function each, of one signature ([`Helper`]), which handlers run and compiled code calls where it
//! knows nothing better. The table of them, with what running each can mean for a program, is `dxpy_bytecode`'s
//! (`for_each_micro_op!`); a micro-op without a function here does not build.
//!
//! Handlers that are run most do the work of small ones in place, on values of their own, and come here with the rest.
//! Not here: what the interpreter alone does (frames, jumps, events of tools), and how an instruction is specialised.

mod attrs;
mod calls;
mod containers;
mod control;
mod names;
mod operators;
mod values;

pub(crate) use attrs::*;
pub(crate) use calls::*;
pub(crate) use containers::*;
pub(crate) use control::*;
pub(crate) use names::*;
pub(crate) use operators::*;
pub(crate) use values::*;

use crate::dispatch::{Fp, Obj, Pc, Sp, Ts};
use crate::handlers::token;
use dxpy_bytecode::Micro;
use dxpy_core::abi::*;
use dxpy_core::{Owned, Py, PyResult};

/// How a micro-op ended.
#[repr(usize)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// A guard that does not hold; anything else raised.
    No = 0,
    /// A guard that holds; anything else has given its values.
    Done = 1,
    /// The instruction's jump is taken.
    Jump = 2,
}

/// A micro-op's function: `pc` is behind the instruction's unit, at its inline cache; `sp` is behind the top of the value
/// stack of the frame, which is the current one and says in `prev_instr` where it stands; then the thread state and the
/// instruction's argument. What it gives is written from `out` on, which may be where the values it takes begin.
///
/// Micro-ops of specialised instructions read the inline cache, so the instruction must still be the one they are part of:
/// whoever runs them later than the instruction was looked at has to look again, or do without them.
///
/// The stack itself is left alone: whoever calls this drops what was taken, and releases it unless the micro-op steals.
pub type Helper = unsafe extern "C" fn(Pc, Sp, Fp, Ts, usize, *mut Obj) -> Answer;

/// The function of a micro-op.
pub fn helper(micro: Micro) -> Helper {
    HELPERS[micro as usize]
}

macro_rules! table {
    ($($name:ident = $kind:ident [$($flag:ident)*], |$a:ident| ($sees:expr) ($takes:expr) ($gives:expr);)*) => {
        static HELPERS: [Helper; dxpy_bytecode::MICRO_TABLE.len()] = [$($name as Helper),*];
    };
}
dxpy_bytecode::for_each_micro_op!(table);

/// Declares a micro-op's function: `micro!(NAME(pc, sp, fp, ts, arg, out) { ... })`.
macro_rules! micro {
    ($(#[$m:meta])* $name:ident($pc:ident, $sp:ident, $fp:ident, $ts:ident, $arg:ident, $out:ident) $body:block) => {
        $(#[$m])*
        #[allow(unused_variables)]
        pub(crate) unsafe extern "C" fn $name(
            $pc: Pc,
            $sp: Sp,
            $fp: Fp,
            $ts: Ts,
            $arg: usize,
            $out: *mut Obj,
        ) -> Answer {
            // SAFETY: the contract of [`Helper`]: the operands that the table names are on the stack, live, and of the
            // types that the compiler or the guards before promise; there is room for what is given.
            unsafe { $body }
        }
    };
}
pub(crate) use micro;

/// A micro-op that borrows objects and gives one, of a `PyResult`: `value!(NAME(fp, arg), |py, a, b| expression)`, the topmost
/// operand last.
macro_rules! value {
    ($name:ident($fp:ident, $arg:ident), |$py:ident $(, $operand:ident)*| $body:expr) => {
        micro!(
            #[inline(never)]
            $name(pc, sp, $fp, ts, $arg, out) {
                let $py = token(ts);
                operands!(sp, $($operand)*);
                give($py, out, $body)
            }
        );
    };
}
pub(crate) use value;

/// A micro-op that borrows objects and gives nothing, of a `PyResult<()>`.
macro_rules! action {
    ($name:ident($fp:ident, $arg:ident), |$py:ident $(, $operand:ident)*| $body:expr) => {
        micro!(
            #[inline(never)]
            $name(pc, sp, $fp, ts, $arg, out) {
                let $py = token(ts);
                operands!(sp, $($operand)*);
                done($py, $body)
            }
        );
    };
}
pub(crate) use action;

/// A guard: `guard!(NAME(pc, sp, fp, ts, arg) condition)`.
macro_rules! guard {
    ($(#[$m:meta])* $name:ident($pc:ident, $sp:ident, $fp:ident, $ts:ident, $arg:ident) $body:expr) => {
        micro!(
            $(#[$m])*
            $name($pc, $sp, $fp, $ts, $arg, out) { if $body { Answer::Done } else { Answer::No } }
        );
    };
}
pub(crate) use guard;

/// Binds the topmost values of the stack, borrowed; the last is on top.
macro_rules! operands {
    ($sp:ident, $($operand:ident)*) => {
        #[allow(unused_mut, unused_variables, unused_assignments)]
        let mut at = $sp.sub(<[&str]>::len(&[$(stringify!($operand)),*]));
        $(
            let $operand = &**at;
            #[allow(unused_assignments)]
            {
                at = at.add(1);
            }
        )*
    };
}
pub(crate) use operands;

/// Gives a value; an error is pending.
///
/// # Safety
/// There is room at `out`.
#[inline(always)]
unsafe fn give(py: Py<'_>, out: *mut Obj, r: PyResult) -> Answer {
    match r {
        // SAFETY: the caller's promise.
        Ok(o) => unsafe { put(out, o.into_ptr()) },
        Err(e) => raised(py, e),
    }
}

/// Gives a value; it cannot fail.
///
/// # Safety
/// There is room at `out`.
#[inline(always)]
unsafe fn put(out: *mut Obj, o: Obj) -> Answer {
    // SAFETY: the caller's promise.
    unsafe { *out = o };
    Answer::Done
}

/// Gives two values.
///
/// # Safety
/// There is room at `out`.
#[inline(always)]
unsafe fn put_two(out: *mut Obj, a: Obj, b: Obj) -> Answer {
    // SAFETY: the caller's promise.
    unsafe {
        *out = a;
        *out.add(1) = b;
    }
    Answer::Done
}

/// The answer to a result without a value.
#[inline(always)]
fn done(py: Py<'_>, r: PyResult<()>) -> Answer {
    match r {
        Ok(()) => Answer::Done,
        Err(e) => raised(py, e),
    }
}

/// The error is pending.
#[cold]
fn raised(py: Py<'_>, e: dxpy_core::PyErr) -> Answer {
    e.restore(py);
    Answer::No
}

/// Gives what is not NULL; otherwise an exception is pending.
///
/// # Safety
/// There is room at `out`.
#[inline(always)]
unsafe fn give_raw(out: *mut Obj, r: Obj) -> Answer {
    // SAFETY: the caller's promise.
    if r.is_null() { Answer::No } else { unsafe { put(out, r) } }
}
