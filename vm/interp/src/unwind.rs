//! Exceptions: the traceback link of each frame, the exception table, and leaving frames that do not handle them
//! (`error`, `exception_unwind` and `exit_unwind` of `Python/ceval.c`).

use crate::dispatch::{Fp, Obj, Pc, Sp, Ts, next};
use crate::monitor::{self, event};
use dxpy_core::abi::*;
use dxpy_core::ptr::{Object, decref};
use dxpy_core::{Py, PyErr, exceptions, long, object};
use dxpy_types::code::{self, instrument};
use dxpy_types::frame::{self, Frame};
use dxpy_types::traceback;

/// An exception is pending: adds the frame to its traceback and unwinds.
#[cold]
pub unsafe extern "C" fn error(pc: Pc, sp: Sp, fp: Fp, ts: Ts, _: usize) -> Obj {
    // SAFETY: the handler contract, but for the pending exception.
    unsafe {
        let py = Py::from_state(ts);
        add_traceback(py, fp);
        tell(py, pc, sp, fp, event::RAISE);
        unwind(pc, sp, fp, ts, 0)
    }
}

/// An exception is raised again, without a new link of its traceback.
#[cold]
pub unsafe extern "C" fn reraise(pc: Pc, sp: Sp, fp: Fp, ts: Ts, _: usize) -> Obj {
    // SAFETY: the handler contract, but for the pending exception.
    unsafe {
        tell(Py::from_state(ts), pc, sp, fp, event::RERAISE);
        unwind(pc, sp, fp, ts, 0)
    }
}

/// Shows tools the pending exception at the instruction before `pc`, or where the frame stands.
#[inline(never)]
unsafe fn tell(py: Py<'_>, pc: Pc, sp: Sp, fp: Fp, e: usize) {
    // SAFETY: the handler contract, but for the pending exception; callbacks find the stack flushed, and as a jump is
    // refused leave it as it is.
    unsafe {
        let at = if pc.is_null() { (*fp).prev_instr.get() as Pc } else { pc.sub(1) };
        (*fp).stacktop.set(sp.offset_from(frame::locals(fp)) as i32);
        monitor::fire_exception(py, fp, e, at);
        (*fp).stacktop.set(-1);
    }
}

/// `PyTraceBack_Here` for the running frame.
#[inline(never)]
unsafe fn add_traceback(py: Py<'_>, fp: Fp) {
    let e = PyErr::fetch(py);
    // SAFETY: the frame is running.
    unsafe {
        if frame::is_incomplete(fp) {
            return e.restore(py);
        }
        match traceback::here(py, &e, fp) {
            Ok(()) => e.restore(py),
            // Making the link failed: that is now the error.
            Err(new) => new.restore(py),
        }
    }
}

/// The handler of an instruction (`get_exception_handler`): where it is, the stack depth it wants, whether it wants the
/// instruction's index.
fn handler(table: &[u8], index: u32) -> Option<(usize, usize, bool)> {
    let mut at = 0;
    let number = |at: &mut usize| -> Option<u32> {
        let mut b = *table.get(*at)?;
        *at += 1;
        let mut n = (b & 63) as u32;
        while b & 64 != 0 {
            b = *table.get(*at)?;
            *at += 1;
            n = n << 6 | (b & 63) as u32;
        }
        Some(n)
    };
    while at < table.len() {
        let start = number(&mut at)?;
        let length = number(&mut at)?;
        let target = number(&mut at)?;
        let depth = number(&mut at)?;
        if start > index {
            return None;
        }
        if index < start + length {
            return Some((target as usize, (depth >> 1) as usize, depth & 1 != 0));
        }
    }
    None
}

/// Looks for a handler in the frame, else leaves the frame: the instruction and the stack, or NULL and the frame below,
/// whose stack is as it left it, go to the thread state's `resume`: [`unwind`] may not have them in memory of its own. `pc`, where it is not NULL, is behind the instruction that
/// raised: after `RERAISE` the frame's own pointer names the instruction that raised first, for the traceback.
#[cold]
#[inline(never)]
unsafe fn find(py: Py<'_>, pc: Pc, mut sp: Sp, fp: Fp) {
    // SAFETY: the handler contract; the frame's stack lies above its base.
    unsafe {
        let c = frame::code_of(fp);
        let base = frame::stack_base(fp);
        let index = frame::lasti(fp);
        let here = if pc.is_null() { index } else { pc.offset_from(code::units(c)) - 1 };
        if let Some((target, depth, wants_index)) = handler(code::exception_table(c), here as u32) {
            let level = base.add(depth);
            while sp > level {
                sp = sp.sub(1);
                if !(*sp).is_null() {
                    decref(*sp);
                }
            }
            if wants_index {
                match long::from_i64(py, index as i64) {
                    Ok(i) => {
                        *sp = i.into_ptr();
                        sp = sp.add(1);
                    }
                    Err(e) => {
                        e.restore(py);
                        return find(py, pc, sp, fp);
                    }
                }
            }
            let exc = PyErr::fetch(py).into_value();
            *sp = exc.clone().into_ptr();
            let (to, sp) = (code::units(c).add(target) as Pc, sp.add(1));
            if instrument::wanted(c, event::EXCEPTION_HANDLED) {
                (*fp).stacktop.set(sp.offset_from(frame::locals(fp)) as i32);
                let r = monitor::fire(py, fp, event::EXCEPTION_HANDLED, to, &[exc.as_object()]);
                (*fp).stacktop.set(-1);
                if let Err(e) = r {
                    drop(exc);
                    e.restore(py);
                    return find(py, to, sp, fp);
                }
            }
            py.state().resume[0].set(to as usize);
            py.state().resume[1].set(sp as usize);
            return;
        }
        while sp > base {
            sp = sp.sub(1);
            if !(*sp).is_null() {
                decref(*sp);
            }
        }
        (*fp).stacktop.set(sp.offset_from(frame::locals(fp)) as i32);
        let at = if pc.is_null() { (*fp).prev_instr.get() as Pc } else { pc.sub(1) };
        monitor::fire_exception(py, fp, event::PY_UNWIND, at);
        py.state().resume[0].set(0);
        py.state().resume[1].set(leave(py, fp) as usize);
    }
}

/// `_PyEvalFrameClearAndPop` after the value was taken: the frame below, made current.
///
/// # Safety
/// The frame is the current one; its `stacktop` is right.
pub unsafe fn leave(py: Py<'_>, fp: Fp) -> Fp {
    // SAFETY: the caller's promise; a frame that is not the entry's has one below.
    unsafe {
        let abi = &py.state().abi;
        abi.py_recursion_remaining.set(abi.py_recursion_remaining.get() + 1);
        let below = (*fp).previous.get();
        (*abi.cframe.get()).current_frame.set(below);
        if (*fp).owner.get() == frame::OWNED_BY_GENERATOR {
            clear_generator_frame(py, fp);
        } else {
            // The code goes last: the frame object may still look at it.
            frame::clear_except_code(py, fp);
            decref((*fp).f_code.get() as *mut PyObject);
            frame::pop(py, fp);
        }
        below
    }
}

/// `clear_gen_frame`. The generator keeps the code.
unsafe fn clear_generator_frame(py: Py<'_>, fp: Fp) {
    // SAFETY: the frame is its generator's and ends here.
    unsafe {
        let g = dxpy_types::generator::of_frame(fp);
        let abi = &py.state().abi;
        g.gi_frame_state.set(dxpy_core::abi::constants::FRAME_CLEARED as i8);
        abi.exc_info.set(g.gi_exc_state.previous_item.get());
        g.gi_exc_state.previous_item.set(core::ptr::null_mut());
        (*fp).previous.set(core::ptr::null_mut());
        frame::clear_except_code(py, fp);
        let value = g.gi_exc_state.exc_value.replace(core::ptr::null_mut());
        if !value.is_null() {
            decref(value);
        }
    }
}

/// An exception is pending and the frame is in its traceback already (`exception_unwind`).
#[cold]
pub unsafe extern "C" fn unwind(mut pc: Pc, mut sp: Sp, mut fp: Fp, ts: Ts, _: usize) -> Obj {
    // SAFETY: the handler contract, but for the pending exception.
    unsafe {
        let py = Py::from_state(ts);
        loop {
            find(py, pc, sp, fp);
            let (to, other) = ((*ts).resume[0].get() as Pc, (*ts).resume[1].get());
            if !to.is_null() {
                next!(to, other as Sp, fp, ts)
            }
            fp = other as Fp;
            if (*fp).owner.get() == frame::OWNED_BY_CSTACK {
                return core::ptr::null_mut();
            }
            pc = core::ptr::null();
            (*fp).return_offset.set(0);
            sp = frame::locals(fp).add((*fp).stacktop.get() as usize);
            (*fp).stacktop.set(-1);
            add_traceback(py, fp);
            tell(py, pc, sp, fp, event::RAISE);
        }
    }
}

/// The frame is entered with an exception pending: a `throw()` into a generator.
#[cold]
pub unsafe extern "C" fn resume_with_error(_: Pc, _: Sp, fp: Fp, ts: Ts, _: usize) -> Obj {
    // SAFETY: the contract of `eval_frame`.
    unsafe {
        let abi = &(*ts).abi;
        abi.py_recursion_remaining.set(abi.py_recursion_remaining.get() - 1);
        let sp = frame::locals(fp).add((*fp).stacktop.get() as usize);
        (*fp).stacktop.set(-1);
        // RESUME, which would have noticed, is not passed.
        instrument::update(frame::code_of(fp));
        tell(Py::from_state(ts), core::ptr::null(), sp, fp, event::PY_THROW);
        error(core::ptr::null(), sp, fp, ts, 0)
    }
}

/// The native stack is nearly used up: the frame is dropped and `RecursionError` raised.
#[cold]
pub unsafe fn too_deep(py: Py<'_>, f: *mut Frame) -> Obj {
    // SAFETY: the contract of `eval_frame`: the frame is not running.
    unsafe {
        exceptions::format(py, &exceptions::RecursionError, format_args!("maximum recursion depth exceeded"))
            .restore(py);
        if (*f).owner.get() == frame::OWNED_BY_GENERATOR {
            let abi = &py.state().abi;
            (*f).previous.set(core::ptr::null_mut());
            clear_generator_frame(py, f);
            let _ = abi;
        } else {
            frame::clear_except_code(py, f);
            decref((*f).f_code.get() as *mut PyObject);
            frame::pop(py, f);
        }
    }
    core::ptr::null_mut()
}

/// Sets the exception being handled (`PyErr_SetHandledException`).
pub fn set_handled(py: Py<'_>, e: &PyObject) {
    // SAFETY: LIVE: the thread's exception state; OWNED: it holds a reference or NULL.
    unsafe {
        let info = &*py.state().abi.exc_info.get();
        let new = if object::is_none(e) { core::ptr::null_mut() } else { e.to_owned().into_ptr() };
        let old = info.exc_value.replace(new);
        if !old.is_null() {
            decref(old);
        }
    }
}
