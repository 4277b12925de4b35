//! The interpreter: frames run here, by threaded dispatch over 3.12's code units.
//!
//! `dispatch` says how the next instruction is reached, `handlers` what each does, `micro` the parts that compiled code
//! shares with them, `call` how a function's frame is
//! made, `unwind` where an exception goes, `tier` where a compiler plugs in. What operations mean for objects is in `dxpy-ops`.

// Handlers have the names of their opcodes.
#![allow(non_snake_case)]

mod call;
mod dispatch;
pub mod eval_hook;
mod handlers;
pub mod micro;
pub mod monitor;
mod specialize;
pub mod tier;
mod unwind;

pub use call::{eval_code, eval_frame_object, eval_function, function_vectorcall, make_function};
pub use dispatch::eval_frame;
pub use specialize::calls::remember;

use dxpy_core::hooks::HOOKS;

/// Tells the object model how to run frames. Once, before any code runs.
pub fn install() {
    dispatch::make_trampoline();
    dxpy_types::generator::EVAL.set(Some(dispatch::eval_frame));
    dxpy_types::function::MAKE.set(Some(call::make_function));
    HOOKS.globals.set(Some(|py| {
        let f = dxpy_types::frame::current(py);
        if f.is_null() {
            return None;
        }
        // SAFETY: LIVE: a running frame's function holds its globals.
        unsafe {
            use dxpy_core::ptr::Object;
            dxpy_core::dict::check(&*(*f).f_globals.get()).map(|d| d.to_owned())
        }
    }));
}
