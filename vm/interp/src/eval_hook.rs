//! Frame evaluation functions of C code (PEP 523, `_PyInterpreterState_SetEvalFrameFunc`): while there is one it gets every
//! frame that begins or goes on, also those that instructions would enter without a native call.
//!
//! Calls ask for it nowhere: when a function is set, Python functions get another vectorcall than the one that instructions
//! take for a plain function, and no version that a specialised instruction knows. Only the two instructions that enter
//! generators ask.

use crate::call::{function_vectorcall, vectorcall_with};
use crate::dispatch::eval_frame;
use core::cell::Cell;
use core::ffi::c_int;
use dxpy_core::Py;
use dxpy_core::abi::*;
use dxpy_core::function;
use dxpy_core::gc::control as gc;
use dxpy_core::statics::Gil;
use dxpy_types::frame::Frame;
use dxpy_types::generator;

/// `_PyFrameEvalFunction`: thread state, frame, whether the pending exception is raised in it. The frame is gone (or suspended
/// in its generator) afterwards.
pub type EvalFrame = unsafe extern "C" fn(*mut PyThreadState, *mut Frame, c_int) -> *mut PyObject;

static HOOK: Gil<Cell<Option<EvalFrame>>> = Gil(Cell::new(None));

/// The function that was set.
#[inline(always)]
pub fn get() -> Option<EvalFrame> {
    HOOK.get()
}

/// Sets a function, or takes it away.
pub fn set(_: Py<'_>, f: Option<EvalFrame>) {
    let changed = HOOK.replace(f).is_some() != f.is_some();
    if !changed {
        return;
    }
    generator::EVAL.set(Some(if f.is_some() { eval } else { eval_frame }));
    let (from, to) = match f {
        Some(_) => (function_vectorcall as vectorcallfunc, hooked_vectorcall as vectorcallfunc),
        None => (hooked_vectorcall as vectorcallfunc, function_vectorcall as vectorcallfunc),
    };
    for generation in 0..=FROZEN {
        for o in gc::objects(generation) {
            let Some(func) = function::check(&o) else { continue };
            if func.vectorcall.get().is_some_and(|v| core::ptr::fn_addr_eq(v, from)) {
                func.vectorcall.set(Some(to));
                func.func_version.set(0);
            }
        }
    }
}

/// The generations of objects, and those that are never collected behind them.
const FROZEN: usize = 3;

/// The vectorcall of new functions.
pub fn entry() -> vectorcallfunc {
    if HOOK.get().is_some() { hooked_vectorcall } else { function_vectorcall }
}

/// `_PyEval_EvalFrame`: runs a frame through the function that was set, if there is one.
///
/// # Safety
/// As [`eval_frame`].
pub unsafe fn eval(py: Py<'_>, f: *mut Frame, throw: bool) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        match HOOK.get() {
            Some(hook) => hook(core::ptr::from_ref(&py.state().abi).cast_mut(), f, c_int::from(throw)),
            None => eval_frame(py, f, throw),
        }
    }
}

/// The vectorcall of functions while a function is set.
unsafe extern "C" fn hooked_vectorcall(
    f: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: the vectorcall contract.
    unsafe { vectorcall_with(f, args, nargsf, kwnames, eval) }
}
