//! Generators, coroutines and asynchronous iteration.

use super::control::set_pending;
use super::fast::adapt;
use super::*;
use crate::dispatch::next;
use crate::monitor::{self, event};
use crate::unwind;
use core::sync::atomic::{Ordering, compiler_fence};
use dxpy_core::abi::constants::*;
use dxpy_core::ptr::Object;
use dxpy_core::{PyErr, call, gc, name, object, protocol};
use dxpy_ops::errors;
use dxpy_types::code::instrument;
use dxpy_types::frame::{self, Frame};
use dxpy_types::generator::{self, Sent};

op!(RETURN_GENERATOR(pc, sp, fp, ts, arg) {
    let g = make(ts, fp, sp);
    if g.is_null() {
        fail!(pc, sp, fp, ts)
    }
    // The frame moved into the generator; what is left of it is popped.
    let abi = &(*ts).abi;
    abi.py_recursion_remaining.set(abi.py_recursion_remaining.get() + 1);
    let below = (*fp).previous.get();
    (*abi.cframe.get()).current_frame.set(below);
    frame::pop(token(ts), fp);
    super::calls::return_to(below, ts, g)
});

/// `_Py_MakeCoro`: the generator, coroutine or asynchronous generator around the frame.
#[inline(never)]
unsafe fn make(ts: Ts, fp: Fp, sp: Sp) -> Obj {
    // SAFETY: the handler contract; the frame's words move as they are, and its object, if any, follows.
    unsafe {
        let py = token(ts);
        let func = &*((*fp).f_funcobj.get() as *const PyFunctionObject);
        let flags = frame::code_of(fp).co_flags.get();
        let ty: &PyTypeObject = if flags & 0x80 != 0 {
            &generator::PyCoro_Type
        } else if flags & 0x200 != 0 {
            match generator::ASYNC_GEN.get() {
                Some(t) => t,
                None => {
                    exceptions::not_implemented_error(
                        py,
                        format_args!("dx-py: asynchronous generators are not implemented yet"),
                    )
                    .restore(py);
                    return core::ptr::null_mut();
                }
            }
        } else {
            &generator::PyGen_Type
        };
        let g = match generator::new(py, ty, func) {
            Ok(g) => g,
            Err(e) => {
                e.restore(py);
                return core::ptr::null_mut();
            }
        };
        (*fp).stacktop.set(sp.offset_from(frame::locals(fp)) as i32);
        let new = generator::frame_of(&g);
        let bytes =
            core::mem::offset_of!(Frame, localsplus) + (*fp).stacktop.get() as usize * size_of::<Obj>();
        core::ptr::copy_nonoverlapping(fp as *const u8, new as *mut u8, bytes);
        (*new).owner.set(frame::OWNED_BY_GENERATOR);
        (*new).previous.set(core::ptr::null_mut());
        if let Some(o) = (*new).frame_obj.get().as_ref() {
            o.f_frame.set(new);
        }
        g.gi_frame_state.set(FRAME_CREATED as i8);
        gc::track(g.as_object());
        g.into_ptr()
    }
}

op!(YIELD_VALUE(pc, sp, fp, ts, arg) { yield_value(sp, fp, ts, pc.sub(1) as *mut u16) });

/// Suspends the generator at an instruction; the value on top goes to the frame below.
#[inline(always)]
pub(super) unsafe fn yield_value(mut sp: Sp, fp: Fp, ts: Ts, at: *mut u16) -> Obj {
    // SAFETY: the handler contract: the frame is a generator's.
    unsafe {
        (*fp).prev_instr.set(at);
        sp = sp.sub(1);
        let v = *sp;
        let g = generator::of_frame(fp);
        let abi = &(*ts).abi;
        g.gi_frame_state.set(FRAME_SUSPENDED as i8);
        (*fp).stacktop.set(sp.offset_from(frame::locals(fp)) as i32);
        abi.exc_info.set(g.gi_exc_state.previous_item.get());
        g.gi_exc_state.previous_item.set(core::ptr::null_mut());
        abi.py_recursion_remaining.set(abi.py_recursion_remaining.get() + 1);
        let below = (*fp).previous.get();
        (*abi.cframe.get()).current_frame.set(below);
        (*fp).previous.set(core::ptr::null_mut());
        // The offset is for what it returns.
        (*below).return_offset.set(0);
        super::calls::return_to(below, ts, v)
    }
}

op!(SEND(pc, sp, fp, ts, arg) {
    let (receiver, v) = (*sp.sub(2), *sp.sub(1));
    adapt!(SEND, pc, sp, fp, ts, arg, crate::specialize::items::send(&*receiver));
    let done = send(ts, fp, sp, pc.sub(1), receiver, v);
    if done < 0 {
        fail!(pc, sp, fp, ts)
    }
    release(v);
    if done == 1 {
        // As in `jump_if!`: a branch.
        compiler_fence(Ordering::SeqCst);
        pc = pc.add(arg);
    }
    next!(pc.add(1), sp, fp, ts)
});

/// Sends a value; the answer is stored on top. 0: it goes on, 1: it returned, -1: it raised (nothing is stored).
#[inline(never)]
unsafe fn send(ts: Ts, fp: Fp, sp: Sp, at: Pc, receiver: Obj, v: Obj) -> i32 {
    // SAFETY: the handler contract: both are live.
    unsafe {
        let (py, receiver, v) = (token(ts), &*receiver, &*v);
        let to = sp.sub(1);
        let shown = |e: PyErr| {
            e.restore(py);
            super::instrumented::flush(fp, sp);
            monitor::fire_exception(py, fp, event::RAISE, at);
            super::instrumented::reload(fp);
            PyErr::fetch(py)
        };
        let traced = instrument::wanted(frame::code_of(fp), event::RAISE);
        let r = match generator::check_exact(receiver).or_else(|| generator::check_coroutine(receiver)) {
            Some(g) => generator::resume(py, g, Some(v), None, false),
            None => send_other(py, receiver, v, traced.then_some(&shown)),
        };
        match r {
            Ok(Sent::Yielded(x)) => {
                *to = x.into_ptr();
                0
            }
            Ok(Sent::Returned(x)) => {
                *to = x.into_ptr();
                1
            }
            Err(e) => {
                e.restore(py);
                -1
            }
        }
    }
}

/// `PyIter_Send` for anything else. Where tools want to see exceptions, a `StopIteration` is made and shown to them.
fn send_other(
    py: Py<'_>,
    receiver: &PyObject,
    v: &PyObject,
    show: Option<&dyn Fn(PyErr) -> PyErr>,
) -> PyResult<Sent> {
    // SAFETY: LIVE: the table of a live type; the slot's contract.
    unsafe {
        if show.is_none()
            && let Some(f) = receiver.ty().tp_as_async.get().as_ref().and_then(|t| t.am_send.get())
        {
            let mut out = core::ptr::null_mut();
            return match f(receiver.as_ptr(), v.as_ptr(), &mut out) {
                PYGEN_NEXT => Ok(Sent::Yielded(own(out))),
                PYGEN_RETURN => Ok(Sent::Returned(own(out))),
                _ => Err(PyErr::fetch(py)),
            };
        }
        let r = if object::is_none(v) && protocol::is_iterator(receiver) {
            let f = receiver.ty().tp_iternext.get().expect("an iterator has it");
            match Owned::from_raw_opt(f(receiver.as_ptr())) {
                Some(x) => Ok(x),
                None => match PyErr::take(py) {
                    None => return Ok(Sent::Returned(object::none())),
                    Some(e) => Err(e),
                },
            }
        } else {
            call::method(py, receiver, name!("send"), [v])
        };
        match r {
            Ok(x) => Ok(Sent::Yielded(x)),
            Err(e) if exceptions::matches(&e, &exceptions::StopIteration) => {
                let e = match show {
                    Some(show) => show(e),
                    None => e,
                };
                if !exceptions::matches(&e, &exceptions::StopIteration) {
                    return Err(e);
                }
                Ok(Sent::Returned(generator::stop_value(&e)))
            }
            Err(e) => Err(e),
        }
    }
}

plain!(GET_YIELD_FROM_ITER(pc, sp, fp, ts, arg), 1 => 1, 0);

op!(CLEANUP_THROW(pc, sp, fp, ts, arg) {
    // delegate, value sent last, exception
    let exc = *sp.sub(1);
    if cleanup(sp, exc) {
        next!(pc, sp.sub(1), fp, ts)
    }
    sp = sp.sub(1);
    set_pending(ts, exc);
    return unwind::reraise(pc, sp, fp, ts, 0);
});

/// A `StopIteration` ends the delegation: None and its value take the place of the three operands.
#[inline(never)]
unsafe fn cleanup(sp: Sp, exc: Obj) -> bool {
    // SAFETY: OWNED: the operands.
    unsafe {
        if !errors::given_matches(&*exc, exceptions::StopIteration.as_object()) {
            return false;
        }
        let e = PyErr::from_value(own(exc).cast());
        let value = generator::stop_value(&e);
        release(*sp.sub(2));
        release(*sp.sub(3));
        *sp.sub(3) = object::none().into_ptr();
        *sp.sub(2) = value.into_ptr();
        drop(e);
        true
    }
}

plain!(GET_AWAITABLE(pc, sp, fp, ts, arg), 1 => 1, 0);
plain!(GET_AITER(pc, sp, fp, ts, arg), 1 => 1, 0);
plain!(GET_ANEXT(pc, sp, fp, ts, arg), 0 => 1, 0);

op!(END_ASYNC_FOR(pc, sp, fp, ts, arg) {
    let exc = *sp.sub(1);
    sp = sp.sub(1);
    if errors::given_matches(&*exc, exceptions::StopAsyncIteration.as_object()) {
        sp = sp.sub(1);
        release(exc);
        release(*sp);
        next!(pc, sp, fp, ts)
    }
    set_pending(ts, exc);
    return unwind::reraise(pc, sp, fp, ts, 0);
});

plain!(BEFORE_ASYNC_WITH(pc, sp, fp, ts, arg), 1 => 2, 0);
