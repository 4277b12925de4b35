//! `sys.settrace` and `sys.setprofile` as tools of monitoring (`Python/legacy_tracing.c`), and their Python callbacks
//! (`trace_trampoline`, `profile_trampoline` of `Python/sysmodule.c`).

use super::{PROFILE, TRACE, event, missing, set_events};
use core::cell::Cell;
use core::ffi::c_int;
use dxpy_core::abi::*;
use dxpy_core::err::PyErr;
use dxpy_core::ptr::{Object, decref};
use dxpy_core::statics::Gil;
use dxpy_core::thread::{ThreadState, states};
use dxpy_core::{Owned, Py, PyResult, audit, call, exceptions, long, name, object, tuple};
use dxpy_types::code::instrument;
use dxpy_types::{frame, frame_attrs};

/// `PyTrace_*`.
mod what {
    pub const CALL: i32 = 0;
    pub const EXCEPTION: i32 = 1;
    pub const LINE: i32 = 2;
    pub const RETURN: i32 = 3;
    pub const C_CALL: i32 = 4;
    pub const C_EXCEPTION: i32 = 5;
    pub const C_RETURN: i32 = 6;
    pub const OPCODE: i32 = 7;
}

/// How many threads are traced, and profiled.
static THREADS: Gil<[Cell<isize>; 2]> = Gil([Cell::new(0), Cell::new(0)]);

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Trace,
    Profile,
}

impl Kind {
    fn cells(self, state: &ThreadState) -> (&Cell<Option<Py_tracefunc>>, &Cell<*mut PyObject>) {
        match self {
            Kind::Trace => (&state.abi.c_tracefunc, &state.abi.c_traceobj),
            Kind::Profile => (&state.abi.c_profilefunc, &state.abi.c_profileobj),
        }
    }

    fn events(self) -> u32 {
        use event::*;
        let common = [PY_START, PY_RESUME, PY_RETURN, PY_YIELD, PY_UNWIND, PY_THROW];
        let own: &[usize] = match self {
            Kind::Trace => &[RAISE, LINE, JUMP, BRANCH, STOP_ITERATION, EXCEPTION_HANDLED],
            Kind::Profile => &[CALL],
        };
        let all = common.iter().chain(own).fold(0, |set, e| set | 1 << e);
        let opcodes = self == Kind::Trace && instrument::traces_opcodes();
        all | u32::from(opcodes) << INSTRUCTION
    }
}

/// `_PyEval_SetTrace`, `_PyEval_SetProfile`: of one thread. An audit hook may refuse.
pub fn set(
    py: Py<'_>,
    kind: Kind,
    state: &ThreadState,
    f: Option<Py_tracefunc>,
    arg: Option<&PyObject>,
) -> PyResult<()> {
    let (event, tool) = match kind {
        Kind::Trace => ("sys.settrace", TRACE),
        Kind::Profile => ("sys.setprofile", PROFILE),
    };
    audit::event(py, event, [])?;
    let (function, object) = kind.cells(state);
    let threads = &THREADS[kind as usize];
    threads.set(threads.get() + f.is_some() as isize - function.get().is_some() as isize);
    function.set(f);
    let old = object.replace(arg.map_or(core::ptr::null_mut(), |a| a.to_owned().into_ptr()));
    // SAFETY: OWNED: the thread state held it, or NULL.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
    set_events(py, tool, if threads.get() > 0 { kind.events() } else { 0 });
    Ok(())
}

/// The function to set for a Python callback.
pub fn trampoline(kind: Kind) -> Py_tracefunc {
    match kind {
        Kind::Trace => trace_trampoline,
        Kind::Profile => profile_trampoline,
    }
}

/// `PyEval_SetTraceAllThreads`, `PyEval_SetProfileAllThreads`: errors are reported, and leave the thread as it was.
pub fn set_all(py: Py<'_>, kind: Kind, f: Option<Py_tracefunc>, arg: Option<&PyObject>) {
    for state in states::all(py) {
        if let Err(e) = set(py, kind, state, f, arg) {
            exceptions::unraisable(py, e, None);
        }
    }
}

/// The trace or profile function of this thread.
pub fn get(py: Py<'_>, kind: Kind) -> Owned {
    let (_, object) = kind.cells(py.state());
    // SAFETY: LIVE: the thread state holds it, or NULL.
    unsafe { object.get().as_ref() }.map_or_else(object::none, Object::to_owned)
}

/// The running frame, as an object.
fn running(py: Py<'_>, what: &str) -> PyResult<Owned<PyFrameObject>> {
    let f = frame::current(py);
    if f.is_null() {
        return Err(exceptions::system_error(
            py,
            format_args!("Missing frame when calling {what} function."),
        ));
    }
    // SAFETY: LIVE: the frame runs.
    unsafe { frame::object_of(py, f) }
}

fn call(py: Py<'_>, kind: Kind, frame: &PyFrameObject, what: i32, arg: &PyObject) -> PyResult<()> {
    let (function, object) = kind.cells(py.state());
    let Some(f) = function.get() else { return Ok(()) };
    // SAFETY: the contract of `Py_tracefunc`: borrowed arguments, an exception is pending after -1.
    let r = unsafe { f(object.get(), core::ptr::from_ref(frame).cast_mut(), what, arg.as_ptr()) };
    if r != 0 { Err(PyErr::fetch(py)) } else { Ok(()) }
}

/// Tells the trace function of an event; whether it does not want it here any more.
pub(super) fn trace(py: Py<'_>, e: usize, args: &[&PyObject]) -> PyResult<bool> {
    // A jump forward comes to another line, or to what goes on with its own.
    if e == event::JUMP && number(args[2]) > number(args[1]) {
        return Ok(true);
    }
    told(py, e, args).map(|()| false)
}

fn told(py: Py<'_>, e: usize, args: &[&PyObject]) -> PyResult<()> {
    let kind = Kind::Trace;
    if kind.cells(py.state()).0.get().is_none() {
        return Ok(());
    }
    let none = object::none();
    let simple = |what: i32, arg: &PyObject| call(py, kind, &*running(py, "trace")?, what, arg);
    match e {
        event::PY_START | event::PY_RESUME | event::PY_THROW => simple(what::CALL, &none),
        event::PY_RETURN | event::PY_YIELD => simple(what::RETURN, args[2]),
        event::PY_UNWIND => simple(what::RETURN, &none),
        event::RAISE | event::STOP_ITERATION => {
            let exc = args[2];
            // SAFETY: LAYOUT: the argument of these events is an exception; LIVE: it holds its traceback, or NULL.
            let tb = unsafe { (*(exc as *const PyObject as *const PyBaseExceptionObject)).traceback.get() };
            // SAFETY: as above.
            let tb = unsafe { tb.as_ref() }.map_or_else(object::none, Object::to_owned);
            let triple = [exc.ty().as_object().to_owned(), exc.to_owned(), tb];
            simple(what::EXCEPTION, tuple::from_iter(py, triple)?.as_object())
        }
        event::LINE => {
            let f = running(py, "trace")?;
            trace_line(py, &f, number(args[1]))
        }
        event::JUMP => {
            let f = running(py, "trace")?;
            let Some(c) = dxpy_types::code::check(args[0]) else { return Ok(()) };
            let line = |o: &PyObject| instrument::line_of(c, (number(o) / 2) as isize);
            let to = line(args[2]);
            // Another line has an event of its own.
            if line(args[1]) == to { trace_line(py, &f, to) } else { Ok(()) }
        }
        event::INSTRUCTION => {
            let f = running(py, "trace")?;
            if f.f_trace_opcodes.get() == 0 {
                return Ok(());
            }
            call(py, kind, &f, what::OPCODE, &none)
        }
        _ => Ok(()),
    }
}

fn number(o: &PyObject) -> i32 {
    long::check(o).and_then(long::to_i64).unwrap_or(-1) as i32
}

fn trace_line(py: Py<'_>, f: &PyFrameObject, line: i32) -> PyResult<()> {
    if f.f_trace_lines.get() == 0 || line < 0 {
        return Ok(());
    }
    f.f_lineno.set(line);
    let r = call(py, Kind::Trace, f, what::LINE, &object::none());
    f.f_lineno.set(0);
    r
}

/// Tells the profile function of an event.
pub(super) fn profile(py: Py<'_>, e: usize, args: &[&PyObject]) -> PyResult<()> {
    let kind = Kind::Profile;
    if kind.cells(py.state()).0.get().is_none() {
        return Ok(());
    }
    let none = object::none();
    let simple = |what: i32, arg: &PyObject| call(py, kind, &*running(py, "profile")?, what, arg);
    match e {
        event::PY_START | event::PY_RESUME | event::PY_THROW => simple(what::CALL, &none),
        event::PY_RETURN | event::PY_YIELD => simple(what::RETURN, args[2]),
        event::PY_UNWIND => simple(what::RETURN, &none),
        event::CALL | event::C_RETURN | event::C_RAISE => {
            let what = match e {
                event::CALL => what::C_CALL,
                event::C_RETURN => what::C_RETURN,
                _ => what::C_EXCEPTION,
            };
            let f = args[2];
            if dxpy_core::cfunction::check(f).is_some() {
                return simple(what, f);
            }
            if f.ty().is(&dxpy_core::descr::PyMethodDescr_Type.0) {
                // A method without its object is bound to it, as if it had been looked up in the object.
                let this = args[3];
                if core::ptr::eq(this, missing(py)?) {
                    return Ok(());
                }
                let Some(get) = f.ty().tp_descr_get.get() else { return Ok(()) };
                let m = dxpy_core::attr::bind(py, get, f, this)?;
                return simple(what, &m);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// `call_trampoline`: the callback sees the frame's variables as they are, and what it sets there is taken over.
fn call_python(
    py: Py<'_>,
    callback: &PyObject,
    f: &PyFrameObject,
    what: c_int,
    arg: *mut PyObject,
) -> PyResult {
    let fp = frame::frame_of(f);
    // SAFETY: LIVE: the frame runs.
    unsafe { dxpy_types::locals::locals_of(py, fp)? };
    let text = match what {
        what::CALL => name!("call"),
        what::EXCEPTION => name!("exception"),
        what::LINE => name!("line"),
        what::RETURN => name!("return"),
        what::C_CALL => name!("c_call"),
        what::C_EXCEPTION => name!("c_exception"),
        what::C_RETURN => name!("c_return"),
        what::OPCODE => name!("opcode"),
        _ => return Err(exceptions::system_error(py, format_args!("unknown trace event {what}"))),
    };
    // SAFETY: LIVE: borrowed for the call, or NULL.
    let arg = unsafe { arg.as_ref() }.map_or_else(object::none, Object::to_owned);
    let callback = callback.to_owned();
    let r = call::call(py, &callback, [f.as_object(), text.obj(py), &*arg]);
    // SAFETY: LIVE: the frame runs.
    unsafe { frame_attrs::locals_to_fast(py, fp) };
    r
}

unsafe extern "C" fn trace_trampoline(
    this: *mut PyObject,
    f: *mut PyFrameObject,
    what: c_int,
    arg: *mut PyObject,
) -> c_int {
    // SAFETY: GIL, LIVE: the contract of `Py_tracefunc`.
    let (py, f) = unsafe { (Py::assume(), &*f) };
    let callback = if what == what::CALL { this } else { f.f_trace.get() };
    // SAFETY: LIVE: the thread state, or the frame, holds it, or NULL.
    let Some(callback) = (unsafe { callback.as_ref() }) else { return 0 };
    match call_python(py, callback, f, what, arg) {
        Ok(r) => {
            if !object::is_none(&r) {
                let old = f.f_trace.replace(r.into_ptr());
                if !old.is_null() {
                    // SAFETY: OWNED: the frame held it.
                    unsafe { decref(old) };
                }
            }
            0
        }
        Err(e) => {
            stop(py, Kind::Trace, e);
            object::clear_field(&f.f_trace);
            -1
        }
    }
}

unsafe extern "C" fn profile_trampoline(
    this: *mut PyObject,
    f: *mut PyFrameObject,
    what: c_int,
    arg: *mut PyObject,
) -> c_int {
    // SAFETY: GIL, LIVE: the contract of `Py_tracefunc`.
    let (py, f) = unsafe { (Py::assume(), &*f) };
    // SAFETY: LIVE: the thread state holds it.
    match call_python(py, unsafe { &*this }, f, what, arg) {
        Ok(_) => 0,
        Err(e) => {
            stop(py, Kind::Profile, e);
            -1
        }
    }
}

/// A callback that fails is not called again; its error stays pending.
fn stop(py: Py<'_>, kind: Kind, e: PyErr) {
    if let Err(refused) = set(py, kind, py.state(), None, None) {
        exceptions::unraisable(py, refused, None);
    }
    e.restore(py);
}
