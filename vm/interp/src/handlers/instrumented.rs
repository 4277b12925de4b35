//! `INSTRUMENTED_*`: an event is told, then the instruction does what it does. An event's callbacks may move the frame
//! elsewhere (`f_lineno`), drop values of its stack, or raise.

use super::calls::{call, call_function_ex};
use super::*;
use crate::dispatch::{go, next};
use crate::monitor::{self, event};
use dxpy_core::abi::constants::*;
use dxpy_core::ptr::Object;
use dxpy_core::{PyErr, long, object};
use dxpy_types::code::instrument;
use dxpy_types::{frame, generator};

/// Makes the stack visible to whoever looks at the frame.
pub(super) unsafe fn flush(fp: Fp, sp: Sp) {
    // SAFETY: the handler contract.
    unsafe { (*fp).stacktop.set(sp.offset_from(frame::locals(fp)) as i32) }
}

/// The stack as callbacks left it.
pub(super) unsafe fn reload(fp: Fp) -> Sp {
    // SAFETY: the handler contract: the stack was flushed.
    unsafe {
        let sp = frame::locals(fp).add((*fp).stacktop.get() as usize);
        (*fp).stacktop.set(-1);
        sp
    }
}

/// Is an exception pending?
pub(super) unsafe fn raised(ts: Ts) -> bool {
    // SAFETY: the handler contract.
    unsafe { !(*ts).abi.current_exception.get().is_null() }
}

/// Tells of an event with up to two arguments, NULL where there is none; an error is pending. The stack as it is then. The
/// arguments are no slice: an array of a handler's, whose address is given away, would keep it from ending in a jump.
#[inline(never)]
pub(super) unsafe fn tell(ts: Ts, fp: Fp, sp: Sp, e: usize, at: Pc, a: Obj, b: Obj) -> Sp {
    // SAFETY: the handler contract: the arguments are live, on the stack or constants.
    unsafe {
        flush(fp, sp);
        let py = token(ts);
        let rest: Vec<Owned> = [a, b].iter().filter_map(|o| o.as_ref()).map(|o| o.to_owned()).collect();
        let rest: Vec<&PyObject> = rest.iter().map(|o| &**o).collect();
        if let Err(e) = monitor::fire(py, fp, e, at, &rest) {
            e.restore(py);
        }
        reload(fp)
    }
}

/// As [`tell`] for a call that failed: its exception stays, unless a tool has one (`_Py_call_instrumentation_exc2`).
#[inline(never)]
pub(super) unsafe fn tell_raise(ts: Ts, fp: Fp, sp: Sp, at: Pc, a: Obj, b: Obj) -> Sp {
    // SAFETY: the handler contract: an exception is pending.
    unsafe {
        let py = token(ts);
        let e = PyErr::fetch(py);
        let sp = tell(ts, fp, sp, event::C_RAISE, at, a, b);
        if !raised(ts) {
            e.restore(py);
        }
        sp
    }
}

/// Brings the frame's code up to date if tools changed their mind; whether it did.
#[inline(always)]
pub(super) unsafe fn outdated(fp: Fp) -> bool {
    // SAFETY: LIVE: the frame holds its code.
    unsafe {
        let c = frame::code_of(fp);
        if instrument::is_current(c) {
            return false;
        }
        instrument::update(c);
        true
    }
}

op!(INSTRUMENTED_RESUME(pc, sp, fp, ts, arg) {
    let at = pc.sub(1);
    if outdated(fp) {
        next!(at, sp, fp, ts)
    }
    let e = if arg > 0 { event::PY_RESUME } else { event::PY_START };
    sp = tell(ts, fp, sp, e, at, core::ptr::null_mut(), core::ptr::null_mut());
    if raised(ts) {
        fail!(pc, sp, fp, ts)
    }
    let to = (*fp).prev_instr.get() as Pc;
    if to != at {
        next!(to, sp, fp, ts)
    }
    if breaker() && arg < 2 && handle_breaker(token(ts)) {
        fail!(pc, sp, fp, ts)
    }
    next!(pc, sp, fp, ts)
});

/// The event of a line. Unlike all other handlers it sees the instruction before it in the frame.
pub(super) unsafe extern "C" fn INSTRUMENTED_LINE(pc: Pc, sp: Sp, fp: Fp, ts: Ts, arg: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        let here = pc.sub(1);
        let before = (*fp).prev_instr.replace(here as *mut u16) as Pc;
        let (op, sp) = line(ts, fp, sp, here, before);
        if raised(ts) {
            fail!(pc, sp, fp, ts)
        }
        let to = (*fp).prev_instr.get() as Pc;
        if to != here {
            next!(to, sp, fp, ts)
        }
        go!(op, pc, sp, fp, ts, arg)
    }
}

#[inline(never)]
unsafe fn line(ts: Ts, fp: Fp, sp: Sp, here: Pc, before: Pc) -> (u8, Sp) {
    // SAFETY: the handler contract.
    unsafe {
        flush(fp, sp);
        let py = token(ts);
        let op = monitor::line(py, fp, here, before).unwrap_or_else(|e| {
            e.restore(py);
            0
        });
        (op, reload(fp))
    }
}

op!(INSTRUMENTED_INSTRUCTION(pc, sp, fp, ts, arg) {
    let (op, sp) = instruction(ts, fp, sp, pc.sub(1));
    if raised(ts) {
        fail!(pc, sp, fp, ts)
    }
    go!(op, pc, sp, fp, ts, arg)
});

#[inline(never)]
unsafe fn instruction(ts: Ts, fp: Fp, sp: Sp, here: Pc) -> (u8, Sp) {
    // SAFETY: the handler contract.
    unsafe {
        flush(fp, sp);
        let py = token(ts);
        let op = monitor::instruction(py, fp, here).unwrap_or_else(|e| {
            e.restore(py);
            0
        });
        (op, reload(fp))
    }
}

/// Tells of a jump; where to go on, and the stack. NULL with an error pending.
#[inline(never)]
unsafe fn jump(ts: Ts, fp: Fp, sp: Sp, e: usize, at: Pc, target: Pc) -> (Pc, Sp) {
    // SAFETY: the handler contract: the target is in the frame's code.
    unsafe {
        let py = token(ts);
        let to = target.offset_from(dxpy_types::code::units(frame::code_of(fp))) as i64 * 2;
        let to = raw(py, long::from_i64(py, to).map(Owned::upcast));
        if to.is_null() {
            return (core::ptr::null(), sp);
        }
        let sp = tell(ts, fp, sp, e, at, to, core::ptr::null_mut());
        release(to);
        if raised(ts) {
            return (core::ptr::null(), sp);
        }
        let moved = (*fp).prev_instr.get() as Pc;
        (if moved != at { moved } else { target }, sp)
    }
}

/// Jumps, and goes on there; an error is one of the target.
macro_rules! jump {
    ($pc:ident, $sp:ident, $fp:ident, $ts:ident, $e:expr, $target:expr) => {
        let target = $target;
        let (to, sp) = jump($ts, $fp, $sp, $e, $pc.sub(1), target);
        $sp = sp;
        if to.is_null() {
            fail!(target.add(1), $sp, $fp, $ts)
        }
        $pc = to;
    };
}

op!(INSTRUMENTED_JUMP_FORWARD(pc, sp, fp, ts, arg) {
    jump!(pc, sp, fp, ts, event::JUMP, pc.add(arg));
    next!(pc, sp, fp, ts)
});

op!(INSTRUMENTED_JUMP_BACKWARD(pc, sp, fp, ts, arg) {
    jump!(pc, sp, fp, ts, event::JUMP, pc.sub(arg));
    if breaker() && handle_breaker(token(ts)) {
        fail!(pc, sp, fp, ts)
    }
    next!(pc, sp, fp, ts)
});

macro_rules! branch {
    ($name:ident, |$o:ident, $ts:ident| $taken:expr) => {
        op!($name(pc, sp, fp, $ts, arg) {
            sp = sp.sub(1);
            let $o = *sp;
            let taken: i32 = $taken;
            if taken < 0 {
                fail!(pc, sp, fp, $ts)
            }
            jump!(pc, sp, fp, $ts, event::BRANCH, pc.add(arg * taken as usize));
            next!(pc, sp, fp, $ts)
        });
    };
}

/// The truth of an object, which is released.
unsafe fn take_truth(ts: Ts, o: Obj) -> i32 {
    // SAFETY: OWNED: it was taken from the stack.
    unsafe {
        let (py, o) = (token(ts), own(o));
        truth(py, dxpy_core::protocol::is_true(py, &o))
    }
}

/// Whether an object is None; it is released.
unsafe fn take_none(o: Obj) -> i32 {
    // SAFETY: OWNED: it was taken from the stack.
    unsafe { object::is_none(&own(o)) as i32 }
}

branch!(INSTRUMENTED_POP_JUMP_IF_TRUE, |o, ts| take_truth(ts, o));
branch!(INSTRUMENTED_POP_JUMP_IF_FALSE, |o, ts| match take_truth(ts, o) {
    t if t < 0 => t,
    t => 1 - t,
});
branch!(INSTRUMENTED_POP_JUMP_IF_NONE, |o, ts| take_none(o));
branch!(INSTRUMENTED_POP_JUMP_IF_NOT_NONE, |o, ts| 1 - take_none(o));

op!(INSTRUMENTED_FOR_ITER(pc, sp, fp, ts, arg) {
    let it = *sp.sub(1);
    let f = (*(*it).ob_type.get()).tp_iternext.get().unwrap_unchecked();
    let v = f(it);
    let target = if v.is_null() {
        if raised(ts) && !super::control::end_of_iteration(ts, fp, sp, pc.sub(1)) {
            fail!(pc, sp, fp, ts)
        }
        sp = sp.sub(1);
        release(it);
        pc.add(arg + 2)
    } else {
        *sp = v;
        sp = sp.add(1);
        pc.add(1)
    };
    jump!(pc, sp, fp, ts, event::BRANCH, target);
    next!(pc, sp, fp, ts)
});

/// A generator ended where no exception was made of it: one is shown to the tools.
#[inline(never)]
unsafe fn ended(ts: Ts, fp: Fp, sp: Sp, at: Pc, receiver: Obj, value: Obj) -> Sp {
    // SAFETY: the handler contract: both are live.
    unsafe {
        let (py, receiver) = (token(ts), &*receiver);
        if generator::check_exact(receiver).is_none() && generator::check_coroutine(receiver).is_none() {
            return sp;
        }
        flush(fp, sp);
        let value = (*value).to_owned();
        if let Err(e) = monitor::stop_iteration(py, fp, at, &value) {
            e.restore(py);
        }
        reload(fp)
    }
}

/// The end of a generator that a loop runs: CPython specialises the loop, and then goes through `END_FOR`, which is where
/// the event stands, unless something else of the loop's head is instrumented.
#[cold]
#[inline(never)]
pub(super) unsafe fn generator_ended(ts: Ts, fp: Fp, sp: Sp, pc: Pc, it: Obj, arg: usize) -> Sp {
    // SAFETY: the handler contract: the iterator is on top of the stack.
    unsafe {
        let py = token(ts);
        if generator::check_exact(&*it).is_none() || *pc.sub(1) & 255 != Op::FOR_ITER as u16 {
            return sp;
        }
        let value = match PyErr::take(py) {
            Some(e) if exceptions::matches(&e, &exceptions::StopIteration) => generator::stop_value(&e),
            Some(e) => {
                e.restore(py);
                return sp;
            }
            None => object::none(),
        };
        ended(ts, fp, sp, pc.add(1 + arg), it, value.as_ptr())
    }
}

op!(INSTRUMENTED_END_FOR(pc, sp, fp, ts, arg) {
    sp = ended(ts, fp, sp, pc.sub(1), *sp.sub(2), *sp.sub(1));
    if raised(ts) {
        fail!(pc, sp, fp, ts)
    }
    go!(Op::END_FOR as u16, pc, sp, fp, ts, arg)
});

op!(INSTRUMENTED_END_SEND(pc, sp, fp, ts, arg) {
    sp = ended(ts, fp, sp, pc.sub(1), *sp.sub(2), *sp.sub(1));
    if raised(ts) {
        fail!(pc, sp, fp, ts)
    }
    go!(Op::END_SEND as u16, pc, sp, fp, ts, arg)
});

op!(INSTRUMENTED_RETURN_VALUE(pc, sp, fp, ts, arg) {
    sp = tell(ts, fp, sp, event::PY_RETURN, pc.sub(1), *sp.sub(1), core::ptr::null_mut());
    if raised(ts) {
        fail!(pc, sp, fp, ts)
    }
    go!(Op::RETURN_VALUE as u16, pc, sp, fp, ts, arg)
});

op!(INSTRUMENTED_RETURN_CONST(pc, sp, fp, ts, arg) {
    sp = tell(ts, fp, sp, event::PY_RETURN, pc.sub(1), constant(fp, arg).as_ptr(), core::ptr::null_mut());
    if raised(ts) {
        fail!(pc, sp, fp, ts)
    }
    go!(Op::RETURN_CONST as u16, pc, sp, fp, ts, arg)
});

op!(INSTRUMENTED_YIELD_VALUE(pc, sp, fp, ts, arg) {
    let v = *sp.sub(1);
    // The generator counts as suspended, and the value as taken, while tools look.
    let g = generator::of_frame(fp);
    g.gi_frame_state.set(FRAME_SUSPENDED as i8);
    let below = tell(ts, fp, sp.sub(1), event::PY_YIELD, pc.sub(1), v, core::ptr::null_mut());
    *below = v;
    sp = below.add(1);
    g.gi_frame_state.set(FRAME_EXECUTING as i8);
    if raised(ts) {
        fail!(pc, sp, fp, ts)
    }
    let at = (*fp).prev_instr.get();
    super::gens::yield_value(sp, fp, ts, at)
});

op!(INSTRUMENTED_CALL(pc, sp, fp, ts, arg) {
    // A method has its object below the arguments.
    let method = !(*sp.sub(arg + 2)).is_null();
    let f = if method { *sp.sub(arg + 2) } else { *sp.sub(arg + 1) };
    let first = first_argument(ts, sp, arg + method as usize);
    if first.is_null() {
        fail!(pc, sp, fp, ts)
    }
    sp = tell(ts, fp, sp, event::CALL, pc.sub(1), f, first);
    if raised(ts) {
        (*ts).kwnames.set(core::ptr::null_mut());
        fail!(pc, sp, fp, ts)
    }
    call::<true>(pc, sp, fp, ts, arg)
});

/// The first of `total` arguments on top of the stack, or `sys.monitoring.MISSING`; NULL with an error pending.
pub(super) unsafe fn first_argument(ts: Ts, sp: Sp, total: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        if total > 0 {
            return *sp.sub(total);
        }
        let py = token(ts);
        match monitor::missing(py) {
            Ok(m) => m.as_ptr(),
            Err(e) => {
                e.restore(py);
                core::ptr::null_mut()
            }
        }
    }
}

op!(INSTRUMENTED_CALL_FUNCTION_EX(pc, sp, fp, ts, arg) {
    call_function_ex::<true>(pc, sp, fp, ts, arg)
});

op!(INSTRUMENTED_LOAD_SUPER_ATTR(pc, sp, fp, ts, arg) {
    let at = pc.sub(1);
    let two = arg & 2 != 0;
    let first = if two { *sp.sub(2) } else { first_argument(ts, sp, 0) };
    if first.is_null() {
        fail!(pc, sp, fp, ts)
    }
    let told = *sp.sub(3);
    sp = tell(ts, fp, sp, event::CALL, at, told, first);
    if raised(ts) {
        fail!(pc, sp, fp, ts)
    }
    let mut made = super::attrs::super_object(ts, sp, two);
    if made.is_null() {
        sp = tell_raise(ts, fp, sp, at, told, first);
        fail!(pc, sp, fp, ts)
    }
    sp = tell(ts, fp, sp, event::C_RETURN, at, told, first);
    if raised(ts) {
        release(made);
        fail!(pc, sp, fp, ts)
    }
    let r = super::attrs::attribute_of(ts, made, name_str(fp, arg >> 2));
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    super::attrs::store_super_attr(pc, sp, fp, ts, arg, r)
});
