//! Jumps, loops, `with` and exceptions.

use super::fast::adapt;
use super::*;
use crate::dispatch::next;
use crate::micro;
use crate::monitor::{self, event};
use crate::tier;
use crate::unwind;
use core::sync::atomic::{Ordering, compiler_fence};
use dxpy_core::{PyErr, boolean, long, object, protocol};
use dxpy_ops::errors;
use dxpy_types::code::instrument;
use dxpy_types::{code, frame};

op!(RESUME(pc, sp, fp, ts, arg) {
    if !instrument::is_current(frame::code_of(fp)) {
        return outdated(pc, sp, fp, ts, arg);
    }
    if breaker() && arg < 2 {
        return interrupted(pc, sp, fp, ts, 0);
    }
    if tier::installed() && arg == 0 {
        return tier::at_start(pc, sp, fp, ts, arg);
    }
    next!(pc, sp, fp, ts)
});

/// Tools changed their mind: the code is brought up to date, and this instruction begins again as what it is then.
#[cold]
unsafe extern "C" fn outdated(pc: Pc, sp: Sp, fp: Fp, ts: Ts, _: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        instrument::update(frame::code_of(fp));
        next!(pc.sub(1), sp, fp, ts)
    }
}

op!(JUMP_FORWARD(pc, sp, fp, ts, arg) { next!(pc.add(arg), sp, fp, ts) });

op!(JUMP_BACKWARD(pc, sp, fp, ts, arg) {
    pc = pc.sub(arg);
    if breaker() {
        return interrupted(pc, sp, fp, ts, 0);
    }
    if tier::installed() {
        return tier::at_loop(pc, sp, fp, ts, arg);
    }
    next!(pc, sp, fp, ts)
});

op!(JUMP_BACKWARD_NO_INTERRUPT(pc, sp, fp, ts, arg) { next!(pc.sub(arg), sp, fp, ts) });

/// The truth of a value, which is released: 0, 1, or -1 for an exception.
#[inline(never)]
unsafe fn slow_truth(ts: Ts, o: Obj) -> i32 {
    // SAFETY: OWNED: the value was taken from the stack.
    unsafe {
        let (py, o) = (token(ts), own(o));
        truth(py, protocol::is_true(py, &o))
    }
}

/// A jump that is taken: the fence keeps the compiler from making it a conditional move, which would wait for both
/// targets. What is neither `True` nor `False` is looked at elsewhere, so that the handler itself calls nothing.
macro_rules! jump_if {
    ($name:ident, $slow:ident, $when:literal, $taken:expr, $other:expr) => {
        op!($name(pc, sp, fp, ts, arg) {
            let o = *sp.sub(1);
            if core::ptr::addr_eq(o, &$taken.0) {
                compiler_fence(Ordering::SeqCst);
                next!(pc.add(arg), sp.sub(1), fp, ts)
            }
            if core::ptr::addr_eq(o, &$other.0) {
                next!(pc, sp.sub(1), fp, ts)
            }
            $slow(pc, sp, fp, ts, arg)
        });

        #[inline(never)]
        unsafe extern "C" fn $slow(mut pc: Pc, sp: Sp, fp: Fp, ts: Ts, arg: usize) -> Obj {
            // SAFETY: the handler contract.
            unsafe {
                let sp = sp.sub(1);
                let t = slow_truth(ts, *sp);
                if t == $when {
                    compiler_fence(Ordering::SeqCst);
                    pc = pc.add(arg);
                } else if t < 0 {
                    fail!(pc, sp, fp, ts)
                }
                next!(pc, sp, fp, ts)
            }
        }
    };
}
jump_if!(POP_JUMP_IF_TRUE, jump_if_truth, 1, boolean::_Py_TrueStruct, boolean::_Py_FalseStruct);
jump_if!(POP_JUMP_IF_FALSE, jump_if_falsehood, 0, boolean::_Py_FalseStruct, boolean::_Py_TrueStruct);

op!(POP_JUMP_IF_NONE(pc, sp, fp, ts, arg) {
    sp = sp.sub(1);
    let o = *sp;
    if object::is_none(&*o) {
        compiler_fence(Ordering::SeqCst);
        pc = pc.add(arg);
    } else {
        release(o);
    }
    next!(pc, sp, fp, ts)
});

op!(POP_JUMP_IF_NOT_NONE(pc, sp, fp, ts, arg) {
    sp = sp.sub(1);
    let o = *sp;
    if !object::is_none(&*o) {
        compiler_fence(Ordering::SeqCst);
        release(o);
        pc = pc.add(arg);
    }
    next!(pc, sp, fp, ts)
});

plain!(GET_ITER(pc, sp, fp, ts, arg), 1 => 1, 0);

op!(FOR_ITER(pc, sp, fp, ts, arg) {
    let it = *sp.sub(1);
    adapt!(FOR_ITER, pc, sp, fp, ts, arg, crate::specialize::items::for_iter(&*it));
    let f = (*(*it).ob_type.get()).tp_iternext.get().unwrap_unchecked();
    let v = f(it);
    if v.is_null() {
        if wants_end(fp) {
            sp = super::instrumented::generator_ended(ts, fp, sp, pc, it, arg);
        }
        if !(*ts).abi.current_exception.get().is_null() && !end_of_iteration(ts, fp, sp, pc.sub(1)) {
            fail!(pc, sp, fp, ts)
        }
        sp = sp.sub(1);
        release(it);
        // Behind the cache and END_FOR.
        next!(pc.add(arg + 2), sp, fp, ts)
    }
    *sp = v;
    next!(pc.add(1), sp.add(1), fp, ts)
});

/// Do tools want to know that an iteration ended?
#[inline(never)]
unsafe fn wants_end(fp: Fp) -> bool {
    // SAFETY: the handler contract.
    unsafe { instrument::wanted(frame::code_of(fp), event::STOP_ITERATION) }
}

/// Is the pending exception a `StopIteration`? Then tools see it, and it is gone.
#[cold]
#[inline(never)]
pub(crate) unsafe fn end_of_iteration(ts: Ts, fp: Fp, sp: Sp, at: Pc) -> bool {
    // SAFETY: the handler contract.
    unsafe {
        let py = token(ts);
        let e = PyErr::fetch(py);
        let ended = exceptions::matches(&e, &exceptions::StopIteration);
        if !ended || instrument::wanted(frame::code_of(fp), event::RAISE) {
            e.restore(py);
        }
        if ended && !(*ts).abi.current_exception.get().is_null() {
            super::instrumented::flush(fp, sp);
            monitor::fire_exception(py, fp, event::RAISE, at);
            super::instrumented::reload(fp);
            drop(PyErr::take(py));
        }
        ended
    }
}

op!(RAISE_VARARGS(pc, sp, fp, ts, arg) {
    let cause = if arg == 2 { *sp.sub(1) } else { core::ptr::null_mut() };
    sp = sp.sub(arg);
    let exc = if arg > 0 { *sp } else { core::ptr::null_mut() };
    if raise(ts, exc, cause) {
        return unwind::reraise(pc, sp, fp, ts, 0);
    }
    fail!(pc, sp, fp, ts)
});

/// Whether the frame is in the traceback already: a bare `raise`.
#[inline(never)]
unsafe fn raise(ts: Ts, exc: Obj, cause: Obj) -> bool {
    // SAFETY: OWNED: both were taken from the stack, where they are not NULL.
    unsafe {
        let py = token(ts);
        let (exc, cause) = (Owned::from_raw_opt(exc), Owned::from_raw_opt(cause));
        let (e, again) = errors::raise(py, exc.as_deref(), cause.as_deref());
        e.restore(py);
        again
    }
}

op!(RERAISE(pc, sp, fp, ts, arg) {
    sp = sp.sub(1);
    let exc = *sp;
    if arg > 0 {
        // The exception belongs to the instruction whose index is kept below.
        let index = &*(*sp.sub(arg) as *const PyLongObject);
        let at = match long::to_i64(index) { Some(i) => i as usize, None => 0 };
        (*fp).prev_instr.set(code::units(frame::code_of(fp)).add(at));
    }
    set_pending(ts, exc);
    return unwind::reraise(pc, sp, fp, ts, 0);
});

/// Makes a value the pending exception.
pub(super) unsafe fn set_pending(ts: Ts, exc: Obj) {
    // SAFETY: OWNED, LAYOUT: the compiler puts exceptions there.
    unsafe { PyErr::from_value(own(exc).cast()).restore(token(ts)) }
}

op!(PUSH_EXC_INFO(pc, sp, fp, ts, arg) {
    micro::PUSH_EXC_INFO(pc, sp, fp, ts, arg, sp.sub(1));
    next!(pc, sp.add(1), fp, ts)
});

op!(POP_EXCEPT(pc, sp, fp, ts, arg) {
    sp = sp.sub(1);
    micro::POP_EXCEPT(pc, sp.add(1), fp, ts, arg, sp);
    release(*sp);
    next!(pc, sp, fp, ts)
});

plain!(CHECK_EXC_MATCH(pc, sp, fp, ts, arg), 1 => 1, 0);
plain!(CHECK_EG_MATCH(pc, sp, fp, ts, arg), 2 => 2, 0);
plain!(BEFORE_WITH(pc, sp, fp, ts, arg), 1 => 2, 0);
plain!(WITH_EXCEPT_START(pc, sp, fp, ts, arg), 0 => 1, 0);
