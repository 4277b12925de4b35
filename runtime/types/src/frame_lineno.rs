//! Setting `f_lineno` (`frame_setlineno` of `Objects/frameobject.c`): a debugger moves a frame to another line, where that
//! is possible with the values its stack has. What kinds of values each instruction finds is worked out from the code.

use crate::code::{self, instrument, instrument::event};
use crate::frame;
use dxpy_bytecode::{Op, co, exctable, linetable, stack_effect};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::decref;
use dxpy_core::{Py, PyErr, PyResult, exceptions, long, object};

/// What a value on the stack is for: three bits each, the top in the lowest ones. More values than fit are not analysed.
const ITERATOR: i64 = 1;
const EXCEPT: i64 = 2;
const OBJECT: i64 = 3;
const NULL: i64 = 4;
const LASTI: i64 = 5;

const BITS: u32 = 3;
const UNINITIALIZED: i64 = -2;
const OVERFLOWED: i64 = -1;
const LIMIT: u64 = 1 << (20 * BITS);

fn push(stack: i64, kind: i64) -> i64 {
    if stack as u64 >= LIMIT { OVERFLOWED } else { stack << BITS | kind }
}

fn pop(stack: i64) -> i64 {
    stack >> BITS
}

fn top(stack: i64) -> i64 {
    stack & 7
}

fn peek(stack: i64, n: u32) -> i64 {
    stack >> (BITS * (n - 1)).min(63) & 7
}

fn swap(stack: i64, n: u32) -> i64 {
    let shift = (BITS * (n - 1)).min(60);
    let (a, b) = (peek(stack, n), top(stack));
    stack & !(7 << shift | 7) | a | b << shift
}

fn pop_to(mut stack: i64, level: u32) -> i64 {
    if level == 0 {
        return 0;
    }
    let most = 7i64.checked_shl((level - 1) * BITS).unwrap_or(i64::MAX);
    while stack > most {
        stack = pop(stack);
    }
    stack
}

/// `mark_stacks`: the stack before each instruction.
fn stacks(c: &PyCodeObject) -> Vec<i64> {
    let n = c.ob_base.ob_size.get() as usize;
    let plain = code::plain_code(c);
    let unit = |i: usize| (plain[2 * i], plain[2 * i + 1] as usize);
    let mut found = vec![UNINITIALIZED; n + 1];
    let generator = co::GENERATOR | co::COROUTINE | co::ASYNC_GENERATOR;
    found[0] = if c.co_flags.get() as u32 & generator != 0 { push(0, OBJECT) } else { 0 };
    let mut again = true;
    while again {
        again = false;
        let mut i = 0;
        while i < n {
            let mut stack = found[i];
            let (mut op, mut arg) = unit(i);
            while op as u16 == Op::EXTENDED_ARG as u16 && i + 1 < n {
                i += 1;
                found[i] = stack;
                let next = unit(i);
                (op, arg) = (next.0, arg << 8 | next.1);
            }
            let Some(op) = Op::from_number(op.into()) else {
                i += 1;
                continue;
            };
            let next = i + 1 + op.meta().cache as usize;
            i = next;
            if stack == UNINITIALIZED {
                continue;
            }
            let mut set = |at: usize, stack: i64| {
                if let Some(s) = found.get_mut(at) {
                    *s = stack;
                }
            };
            match op {
                Op::POP_JUMP_IF_FALSE
                | Op::POP_JUMP_IF_TRUE
                | Op::POP_JUMP_IF_NONE
                | Op::POP_JUMP_IF_NOT_NONE => {
                    stack = pop(stack);
                    set(next + arg, stack);
                    set(next, stack);
                }
                Op::SEND => {
                    set(next + arg, stack);
                    set(next, stack);
                }
                Op::JUMP_FORWARD => set(next + arg, stack),
                Op::JUMP_BACKWARD | Op::JUMP_BACKWARD_NO_INTERRUPT => {
                    let to = next.saturating_sub(arg);
                    if found[to] == UNINITIALIZED {
                        again = true;
                    }
                    found[to] = stack;
                }
                Op::GET_ITER | Op::GET_AITER => set(next, push(pop(stack), ITERATOR)),
                Op::FOR_ITER => {
                    stack = push(stack, OBJECT);
                    set(next, stack);
                    set(next + arg, stack);
                }
                Op::END_ASYNC_FOR => set(next, pop(pop(stack))),
                Op::PUSH_EXC_INFO => set(next, push(stack, EXCEPT)),
                Op::POP_EXCEPT => set(next, pop(stack)),
                Op::RETURN_VALUE | Op::RETURN_CONST | Op::RAISE_VARARGS | Op::RERAISE => {}
                Op::PUSH_NULL => set(next, push(stack, NULL)),
                Op::LOAD_GLOBAL => {
                    if arg & 1 != 0 {
                        stack = push(stack, NULL);
                    }
                    set(next, push(stack, OBJECT));
                }
                Op::LOAD_ATTR => {
                    if arg & 1 != 0 {
                        stack = push(push(pop(stack), NULL), OBJECT);
                    }
                    set(next, stack);
                }
                Op::CALL => {
                    for _ in 0..arg + 2 {
                        stack = pop(stack);
                    }
                    set(next, push(stack, OBJECT));
                }
                Op::SWAP => set(next, swap(stack, arg as u32)),
                Op::COPY => set(next, push(stack, peek(stack, arg as u32))),
                _ => {
                    let path = stack_effect::Path::Either;
                    let effect = stack_effect::stack_effect(op, arg as i32, path).unwrap_or(0);
                    for _ in effect..0 {
                        stack = pop(stack);
                    }
                    for _ in 0..effect {
                        stack = push(stack, OBJECT);
                    }
                    set(next, stack);
                }
            }
        }
        for e in exctable::Entries::new(code::exception_table(c)) {
            let (start, handler) = (e.start as usize, e.target as usize);
            if start <= n && handler <= n && found[start] != UNINITIALIZED && found[handler] == UNINITIALIZED
            {
                again = true;
                let mut stack = pop_to(found[start], e.depth);
                if e.lasti {
                    stack = push(stack, LASTI);
                }
                found[handler] = push(stack, EXCEPT);
            }
        }
    }
    found
}

/// Can a frame with one stack go on with a shorter one that has these kinds of values?
fn compatible(mut from: i64, mut to: i64) -> bool {
    if from < 0 || to < 0 {
        return false;
    }
    while from > to {
        from = pop(from);
    }
    while from != 0 {
        let fits = match top(to) {
            0 => false,
            OBJECT => top(from) != NULL,
            NULL => true,
            kind => top(from) == kind,
        };
        if !fits {
            return false;
        }
        (from, to) = (pop(from), pop(to));
    }
    to == 0
}

fn explain(to: i64) -> &'static str {
    match to {
        OVERFLOWED => "stack is too deep to analyze",
        UNINITIALIZED => "can't jump into an exception handler, or code may be unreachable",
        _ => match top(to) {
            EXCEPT => "can't jump into an 'except' block as there's no exception",
            LASTI => "can't jump into a re-raising block as there's no location",
            ITERATOR => "can't jump into the body of a for loop",
            _ => "incompatible stacks",
        },
    }
}

/// `marklines`: the line that begins at each unit, -1 for none.
fn line_starts(c: &PyCodeObject) -> Vec<i32> {
    let mut found = vec![-1; c.ob_base.ob_size.get() as usize];
    let mut last = -1;
    for range in linetable::lines(code::line_table(c), c.co_firstlineno.get()) {
        if let Some(line) = range.line
            && line != last
            && let Some(place) = found.get_mut(range.start / 2)
        {
            *place = line;
            last = line;
        }
    }
    found
}

/// Whether the event being told allows a jump.
fn allowed(py: Py<'_>) -> PyResult<()> {
    let no = |message: &str| Err(exceptions::value_error(py, format_args!("{message}")));
    let Ok(what) = usize::try_from(py.state().abi.what_event.get()) else {
        return no("f_lineno can only be set in a trace function");
    };
    match what {
        event::PY_RESUME | event::JUMP | event::LINE | event::PY_YIELD => Ok(()),
        event::PY_START => no("can't jump from the 'call' trace event of a new frame"),
        event::CALL | event::C_RETURN => no("can't jump during a call"),
        event::PY_RETURN
        | event::PY_THROW
        | event::PY_UNWIND
        | event::RAISE
        | event::C_RAISE
        | event::INSTRUCTION
        | event::EXCEPTION_HANDLED => no("can only jump from a 'line' trace event"),
        _ => no("f_lineno can only be set in a trace function"),
    }
}

/// `frame_setlineno`.
pub(crate) fn set(py: Py<'_>, o: &PyFrameObject, value: Option<&PyObject>) -> PyResult<()> {
    let no = |message: core::fmt::Arguments<'_>| -> PyErr { exceptions::value_error(py, message) };
    let Some(v) = value else {
        return Err(exceptions::attribute_error(py, format_args!("cannot delete attribute")));
    };
    let Some(v) = long::check_exact(v) else {
        return Err(no(format_args!("lineno must be an integer")));
    };
    let fp = frame::frame_of(o);
    // SAFETY: LIVE: an object's frame runs, or is its own.
    let suspended = unsafe {
        (*fp).owner.get() == frame::OWNED_BY_GENERATOR
            && crate::generator::of_frame(fp).gi_frame_state.get() == FRAME_SUSPENDED as i8
    };
    allowed(py)?;
    let Some(wanted) = long::to_i64(v).and_then(|n| i32::try_from(n).ok()) else {
        return Err(no(format_args!("lineno out of range")));
    };
    // SAFETY: LIVE: a frame holds its code.
    let c = unsafe { frame::code_of(fp) };
    if wanted < c.co_firstlineno.get() {
        return Err(no(format_args!("line {wanted} comes before the current code block")));
    }
    let lines = line_starts(c);
    let Some(line) = lines.iter().copied().filter(|l| *l >= wanted).min() else {
        return Err(no(format_args!("line {wanted} comes after the current code block")));
    };
    let stacks = stacks(c);
    // SAFETY: the frame runs: its instruction is in the code.
    let mut start = stacks[unsafe { frame::lasti(fp) }.max(0) as usize];
    let (mut best, mut target) = (OVERFLOWED, None);
    let mut problem = Some("cannot find bytecode for specified line");
    let mut explained = false;
    for (i, _) in lines.iter().enumerate().filter(|(_, l)| **l == line) {
        if compatible(start, stacks[i]) {
            problem = None;
            explained = true;
            if stacks[i] > best {
                (best, target) = (stacks[i], Some(i));
            }
        } else if !explained {
            problem = Some(match start {
                OVERFLOWED => "stack to deep to analyze",
                UNINITIALIZED => "can't jump from unreachable code",
                _ => {
                    explained = true;
                    explain(stacks[i])
                }
            });
        }
    }
    let Some(target) = target.filter(|_| problem.is_none()) else {
        return Err(no(format_args!("{}", problem.unwrap_or("cannot find bytecode for specified line"))));
    };
    bind_unbound(py, o, c)?;
    if suspended {
        // The value that is yielded left the stack already.
        start = pop(start);
    }
    // SAFETY: OWNED: the stack's values are taken from it before they are released; the frame runs.
    unsafe {
        while start > best {
            let at = (*fp).stacktop.get() - 1;
            (*fp).stacktop.set(at);
            let v = *frame::locals(fp).add(at as usize);
            if top(start) == EXCEPT {
                // The exception handled before is under the one handled now.
                let old = (*py.state().abi.exc_info.get()).exc_value.replace(v);
                if !old.is_null() {
                    decref(old);
                }
            } else if !v.is_null() {
                decref(v);
            }
            start = pop(start);
        }
        o.f_lineno.set(0);
        (*fp).prev_instr.set(code::units(c).add(target));
    }
    debug_assert!(instrument::is_current(c) || py.state().abi.tracing.get() > 0);
    Ok(())
}

/// Variables the compiler may have proven to be bound at the new place become None, with a warning.
fn bind_unbound(py: Py<'_>, o: &PyFrameObject, c: &PyCodeObject) -> PyResult<()> {
    let fp = frame::frame_of(o);
    let n = c.co_nlocalsplus.get() as usize;
    // SAFETY: the frame has that many locals.
    let unbound = |i: &usize| unsafe { (*frame::locals(fp).add(*i)).is_null() };
    let count = (0..n).filter(unbound).count();
    if count == 0 {
        return Ok(());
    }
    let s = if count == 1 { "" } else { "s" };
    exceptions::warn(
        py,
        &exceptions::RuntimeWarning,
        0,
        format_args!("assigning None to {count} unbound local{s}"),
    )?;
    for i in (0..n).filter(unbound) {
        // SAFETY: OWNED: the place is empty.
        unsafe { *frame::locals(fp).add(i) = object::none().into_ptr() };
    }
    Ok(())
}
