//! Calling the tools of `sys.monitoring` (PEP 669), and those of `sys.settrace` and `sys.setprofile`, which are two more of
//! them (`legacy`). What code is rewritten to is in `dxpy_types::code::instrument`, where events happen in the handlers.

pub mod legacy;

use crate::dispatch::{Fp, Pc};
use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::thread::states;
use dxpy_core::{Owned, Py, PyErr, PyResult, call, exceptions, long, types};
use dxpy_types::code::{self, instrument};
use dxpy_types::frame;
pub use instrument::event;

/// Tools that programs can have.
pub const TOOLS: usize = 6;
/// The tool of `sys.setprofile`.
pub const PROFILE: usize = 6;
/// The tool of `sys.settrace`.
pub const TRACE: usize = 7;

struct State {
    callbacks: [[Cell<*mut PyObject>; event::ALL]; TOOLS],
    names: [Cell<*mut PyObject>; TOOLS],
    disable: Cell<*mut PyObject>,
    missing: Cell<*mut PyObject>,
}

static STATE: Gil<State> = Gil(State {
    callbacks: [const { [const { Cell::new(core::ptr::null_mut()) }; event::ALL] }; TOOLS],
    names: [const { Cell::new(core::ptr::null_mut()) }; TOOLS],
    disable: Cell::new(core::ptr::null_mut()),
    missing: Cell::new(core::ptr::null_mut()),
});

fn sentinel(py: Py<'_>, cell: &Cell<*mut PyObject>) -> PyResult<&'static PyObject> {
    if cell.get().is_null() {
        cell.set(call::call(py, types::PyBaseObject_Type.as_object(), [])?.into_ptr());
    }
    // SAFETY: LIVE: the cell holds it for good.
    Ok(unsafe { &*cell.get() })
}

/// `sys.monitoring.DISABLE`.
pub fn disable(py: Py<'_>) -> PyResult<&'static PyObject> {
    sentinel(py, &STATE.disable)
}

/// `sys.monitoring.MISSING`.
pub fn missing(py: Py<'_>) -> PyResult<&'static PyObject> {
    sentinel(py, &STATE.missing)
}

/// The name of a tool in use.
pub fn name(tool: usize) -> Option<Owned> {
    // SAFETY: LIVE: the cell holds it, or NULL.
    unsafe { STATE.names[tool].get().as_ref() }.map(Object::to_owned)
}

/// Names a tool, or frees it.
pub fn set_name(tool: usize, name: Option<Owned>) {
    let old = STATE.names[tool].replace(name.map_or(core::ptr::null_mut(), Owned::into_ptr));
    // SAFETY: OWNED: the cell held it, or NULL.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
}

/// Sets what a tool calls for an event; what it called before.
pub fn set_callback(tool: usize, e: usize, f: Option<Owned>) -> Option<Owned> {
    let old = STATE.callbacks[tool][e].replace(f.map_or(core::ptr::null_mut(), Owned::into_ptr));
    // SAFETY: OWNED: the cell held it, or NULL.
    unsafe { Owned::from_raw_opt(old) }
}

/// `_PyMonitoring_SetEvents`.
pub fn set_events(py: Py<'_>, tool: usize, events: u32) {
    if instrument::set_events(tool, events) {
        update_running(py);
    }
}

/// `sys.monitoring.restart_events`.
pub fn restart(py: Py<'_>) {
    instrument::restart();
    update_running(py);
}

/// `instrument_all_executing_code_objects`: code that begins later finds out by itself.
fn update_running(py: Py<'_>) {
    for state in states::all(py) {
        let cframe = state.abi.cframe.get();
        // SAFETY: LIVE: threads stand still while this one has the GIL, and their frames with them.
        unsafe {
            let mut f = if cframe.is_null() { core::ptr::null_mut() } else { (*cframe).current_frame.get() };
            while !f.is_null() {
                if (*f).owner.get() != frame::OWNED_BY_CSTACK {
                    instrument::update(frame::code_of(f));
                }
                f = (*f).previous.get();
            }
        }
    }
}

/// `call_one_instrument`: whether the tool answers `DISABLE`.
fn call_one(py: Py<'_>, tool: usize, e: usize, args: &[&PyObject]) -> PyResult<bool> {
    let abi = &py.state().abi;
    let what = abi.what_event.replace(e as i32);
    // The event may stand between the names of keywords and their call.
    let kwnames = py.state().kwnames.replace(core::ptr::null_mut());
    abi.tracing.set(abi.tracing.get() + 1);
    let r = match tool {
        TRACE => legacy::trace(py, e, args),
        PROFILE => legacy::profile(py, e, args).map(|()| false),
        // SAFETY: LIVE: the cell holds it, or NULL; it may be replaced by the call.
        _ => match unsafe { STATE.callbacks[tool][e].get().as_ref() }.map(Object::to_owned) {
            None => Ok(false),
            Some(f) => {
                let raw: Vec<*mut PyObject> = args.iter().map(|a| a.as_ptr()).collect();
                // SAFETY: LIVE: the arguments are borrowed for the call.
                let r = unsafe { call::vectorcall_raw(py, &f, raw.as_ptr(), raw.len(), None) };
                r.map(|r| core::ptr::eq(r.as_ptr(), STATE.disable.get()))
            }
        },
    };
    abi.tracing.set(abi.tracing.get() - 1);
    abi.what_event.set(what);
    py.state().kwnames.set(kwnames);
    r
}

/// The tools of a set, the highest first.
fn each(mut tools: u8) -> impl Iterator<Item = usize> {
    core::iter::from_fn(move || {
        let tool = 7usize.checked_sub(tools.leading_zeros() as usize)?;
        tools &= !(1 << tool);
        Some(tool)
    })
}

fn offset_of(py: Py<'_>, i: usize) -> PyResult<Owned<PyLongObject>> {
    long::from_i64(py, i as i64 * size_of::<u16>() as i64)
}

/// `call_instrumentation_vector`: tells the tools of an event at an instruction; `rest` are the arguments behind code and
/// offset.
///
/// # Safety
/// The frame is running, its stack flushed; the instruction is its code's.
pub unsafe fn fire(py: Py<'_>, fp: Fp, e: usize, at: Pc, rest: &[&PyObject]) -> PyResult<()> {
    if py.state().abi.tracing.get() != 0 {
        return Ok(());
    }
    // SAFETY: the caller's promise; LIVE: the frame holds its code.
    let (c, i) = unsafe {
        let c = frame::code_of(fp);
        (c, at.offset_from(code::units(c)) as usize)
    };
    let tools = instrument::tools(c, i, e);
    if tools == 0 {
        return Ok(());
    }
    let offset = offset_of(py, i)?;
    let mut args = vec![c.as_object(), offset.as_object()];
    args.extend(rest);
    for tool in each(tools) {
        if !call_one(py, tool, e, &args)? {
            continue;
        }
        if e >= event::INSTRUMENTED && tool < TOOLS {
            // The callback goes too, or the error would not end.
            drop(set_callback(tool, e, None));
            return Err(exceptions::value_error(
                py,
                format_args!("Cannot disable {} events. Callback removed.", event::NAMES[e]),
            ));
        }
        instrument::disable(c, i, e, tool);
    }
    Ok(())
}

/// Shows the tools the pending exception, which stays pending; a tool's own error takes its place. Whether it did.
///
/// # Safety
/// As [`fire`]; an exception is pending.
pub unsafe fn fire_exception(py: Py<'_>, fp: Fp, e: usize, at: Pc) -> bool {
    // SAFETY: LIVE: a frame holds its code; the caller's promise.
    unsafe {
        if !instrument::wanted(frame::code_of(fp), e) || py.state().abi.tracing.get() != 0 {
            return false;
        }
        let exc = PyErr::fetch(py);
        match fire(py, fp, e, at, &[exc.value().as_object()]) {
            Ok(()) => {
                exc.restore(py);
                false
            }
            Err(new) => {
                drop(exc);
                new.restore(py);
                true
            }
        }
    }
}

/// `_Py_call_instrumentation_line`: tells of the line at `here`, unless the frame came from the same line; the opcode to
/// go on with.
///
/// # Safety
/// As [`fire`].
pub unsafe fn line(py: Py<'_>, fp: Fp, here: Pc, before: Pc) -> PyResult<u8> {
    // SAFETY: the caller's promise; LIVE: the frame holds its code.
    let (c, i, from) = unsafe {
        let c = frame::code_of(fp);
        let first = code::units(c) as Pc;
        (c, here.offset_from(first) as usize, before.offset_from(first))
    };
    let (tools, line, op) = instrument::line_event(c, i);
    if py.state().abi.tracing.get() != 0 {
        return Ok(op);
    }
    if instrument::line_of(c, from) == line {
        // RESUME stands on the line of the function's head, which may be the body's too.
        let resume = from >= 0 && {
            let op = u16::from(instrument::base_opcode(c, from as usize));
            op == dxpy_bytecode::Op::RESUME as u16
        };
        if !resume {
            return Ok(op);
        }
    }
    let number = long::from_i64(py, line.into())?;
    for tool in each(tools) {
        if call_one(py, tool, event::LINE, &[c.as_object(), number.as_object()])? {
            instrument::disable(c, i, event::LINE, tool);
        }
    }
    Ok(instrument::line_event(c, i).2)
}

/// `_Py_call_instrumentation_instruction`: tells of the instruction at `here`; the opcode to go on with.
///
/// # Safety
/// As [`fire`].
pub unsafe fn instruction(py: Py<'_>, fp: Fp, here: Pc) -> PyResult<u8> {
    // SAFETY: the caller's promise; LIVE: the frame holds its code.
    let (c, i) = unsafe {
        let c = frame::code_of(fp);
        (c, here.offset_from(code::units(c)) as usize)
    };
    let (tools, op) = instrument::instruction_event(c, i);
    if py.state().abi.tracing.get() != 0 {
        return Ok(op);
    }
    let offset = offset_of(py, i)?;
    for tool in each(tools) {
        if call_one(py, tool, event::INSTRUCTION, &[c.as_object(), offset.as_object()])? {
            instrument::disable(c, i, event::INSTRUCTION, tool);
        }
    }
    Ok(instrument::instruction_event(c, i).1)
}

/// A `StopIteration` that nobody raised: a generator ended inside an instruction (`monitor_stop_iteration`).
///
/// # Safety
/// As [`fire`].
pub unsafe fn stop_iteration(py: Py<'_>, fp: Fp, at: Pc, value: &PyObject) -> PyResult<()> {
    // SAFETY: the caller's promise.
    unsafe {
        if !instrument::wanted(frame::code_of(fp), event::STOP_ITERATION) {
            return Ok(());
        }
        let e = exceptions::create(py, &exceptions::StopIteration, Some(value));
        fire(py, fp, event::STOP_ITERATION, at, &[e.value().as_object()])
    }
}
