//! The handled exception, exception groups, signals, and the functions that name a thread state, which is always the
//! current one.

use super::*;
use crate::util::{bad_call, c_bytes, given, put};

use core::cell::Cell;
use dxpy_core::abi::{_PyErr_StackItem, PyThreadState};
use dxpy_core::statics::Gil;
use dxpy_core::{call, hooks, list, long, name, object, tuple};
use dxpy_types::traceback;

/// Makes an exception the one being handled; `None` and NULL are none.
fn set_handled(py: Py<'_>, e: Option<&PyObject>) {
    let new = e.filter(|e| !object::is_none(e)).map_or(core::ptr::null_mut(), |e| e.to_owned().into_ptr());
    // SAFETY: LIVE: a thread state has an item of its own at least.
    let old = unsafe { (*py.state().abi.exc_info.get()).exc_value.replace(new) };
    drop(given(old));
}

/// The innermost item that has an exception (`_PyErr_GetTopmostException`).
fn topmost(state: &PyThreadState) -> *mut _PyErr_StackItem {
    let mut item = state.exc_info.get();
    // SAFETY: LIVE: items are those of running frames, and of the state at last.
    unsafe {
        while (*item).exc_value.get().as_ref().is_none_or(object::is_none)
            && !(*item).previous_item.get().is_null()
        {
            item = (*item).previous_item.get();
        }
    }
    item
}

fn is_exception(o: &PyObject) -> bool {
    types::is_subtype(o.ty(), &exceptions::BaseException)
}

/// Trips a signal, unless nobody would notice (`PyErr_SetInterruptEx`).
fn interrupt(py: Py<'_>, signal: c_int) -> c_int {
    if !(1..=64).contains(&signal) {
        return -1;
    }
    let handler = hooks::import(py, name!("_signal")).and_then(|m| {
        let n = long::from_i64(py, signal.into())?;
        call::method(py, &m, name!("getsignal"), [n.as_object()])
    });
    // 0 is SIG_DFL, 1 SIG_IGN.
    let plain = handler
        .is_ok_and(|h| dxpy_core::long::check(&h).and_then(dxpy_core::long::to_i64).is_some_and(|n| n < 2));
    if !plain {
        dxpy_host::signal::trip(signal);
    }
    0
}

/// `PyUnstable_Exc_PrepReraiseStar`.
fn prepare(py: Py<'_>, original: Option<&PyObject>, raised: Option<&PyObject>) -> PyResult<Owned> {
    let wrong = |text: &str| exceptions::type_error(py, format_args!("{text}"));
    let original = original.filter(|o| is_exception(o)).ok_or_else(|| wrong("orig must be an exception"))?;
    let raised = raised.and_then(list::check).ok_or_else(|| wrong("excs must be a list"))?;
    let bad = list::items(raised).iter().position(|o| !is_exception(o) && !object::is_none(o));
    if let Some(i) = bad {
        return Err(wrong(&format!("item {i} in excs is not an exception")));
    }
    // SAFETY: LAYOUT: just checked.
    let e = unsafe { &*(&raw const *original).cast::<PyBaseExceptionObject>() };
    if e.traceback.get().is_null() {
        return Err(exceptions::value_error(py, format_args!("orig must be a raised exception")));
    }
    exceptions::prep_reraise_star(py, original, raised.as_object())
}

api! {
    /// C: `void PyErr_SetHandledException(PyObject *)`.
    fn PyErr_SetHandledException(py, e: Option<&PyObject>) -> () {
        set_handled(py, e);
    }

    /// C: `void PyErr_SetExcInfo(PyObject *type, PyObject *value, PyObject *traceback)`: takes the references.
    fn PyErr_SetExcInfo(py, ty: *mut PyObject, value: *mut PyObject, tb: *mut PyObject) -> () {
        let (ty, value, tb): (Option<Owned>, Option<Owned>, Option<Owned>) = (given(ty), given(value), given(tb));
        set_handled(py, value.as_deref());
        drop((ty, value, tb));
    }

    /// C: `void PyErr_SetInterrupt(void)`.
    fn PyErr_SetInterrupt(py) -> () {
        interrupt(py, libc::SIGINT);
    }

    /// C: `int PyErr_SetInterruptEx(int)`.
    fn PyErr_SetInterruptEx(py, signal: c_int) -> c_int {
        interrupt(py, signal)
    }

    /// C: `PyObject *PyUnstable_Exc_PrepReraiseStar(PyObject *orig, PyObject *excs)`.
    fn PyUnstable_Exc_PrepReraiseStar(py, original: Option<&PyObject>, raised: Option<&PyObject>) -> PyResult<Owned> {
        prepare(py, original, raised)
    }

    /// C: `PyObject *_PyExc_PrepReraiseStar(PyObject *orig, PyObject *excs)`.
    fn _PyExc_PrepReraiseStar(py, original: &PyObject, raised: &PyObject) -> PyResult<Owned> {
        exceptions::prep_reraise_star(py, original, raised)
    }

    /// C: `PyObject *_PyExc_CreateExceptionGroup(const char *msg, PyObject *excs)`.
    fn _PyExc_CreateExceptionGroup(py, message: *const c_char, all: &PyObject) -> PyResult<Owned> {
        let message = dxpy_core::unicode::from_utf8(py, c_bytes(message))?;
        call::call(py, exceptions::BaseExceptionGroup.as_object(), [message.as_object(), all])
    }

    /// C: `int _PyException_AddNote(PyObject *exc, PyObject *note)`.
    fn _PyException_AddNote(py, e: Option<&PyObject>, note: &PyObject) -> PyResult<()> {
        let Some(e) = e.filter(|e| is_exception(e)) else {
            let shown = e.map_or_else(|| "<nil>".into(), |e| dxpy_core::call::type_name(e.ty()));
            return Err(exceptions::type_error(py, format_args!("exc must be an exception, not '{shown}'")));
        };
        call::method(py, e, name!("add_note"), [note]).map(drop)
    }

    /// C: `void _PyErr_ChainExceptions(PyObject *type, PyObject *value, PyObject *traceback)`: takes the references.
    fn _PyErr_ChainExceptions(py, ty: *mut PyObject, value: *mut PyObject, tb: *mut PyObject) -> () {
        let pending = PyErr::take(py);
        // SAFETY: GIL; OWNED, as this function's contract says.
        unsafe {
            PyErr_Restore(ty, value, tb);
            let old = PyErr_GetRaisedException();
            if let Some(e) = pending {
                e.restore(py);
            }
            _PyErr_ChainExceptions1(old);
        }
    }

    /// C: `void _PyErr_ChainStackItem(_PyErr_StackItem *)`: the item's exception is the context of the pending one.
    fn _PyErr_ChainStackItem(py, item: Option<&_PyErr_StackItem>) -> () {
        let own = py.state().abi.exc_info.get();
        let Some(e) = PyErr::take(py) else { return };
        let item = item.map_or(own, |i| core::ptr::from_ref(i).cast_mut());
        py.state().abi.exc_info.set(item);
        exceptions::chained(py, e).restore(py);
        py.state().abi.exc_info.set(own);
    }

    /// C: `PyObject *_PyErr_StackItemToExcInfoTuple(_PyErr_StackItem *)`: type, value and traceback.
    fn _PyErr_StackItemToExcInfoTuple(py, item: &_PyErr_StackItem) -> PyResult<Owned<dxpy_core::abi::PyTupleObject>> {
        // SAFETY: LIVE: the item holds its exception, or NULL.
        let Some(e) = unsafe { item.exc_value.get().as_ref() }.filter(|e| !object::is_none(e)) else {
            return tuple::from_iter(py, [object::none(), object::none(), object::none()]);
        };
        // SAFETY: LAYOUT: an exception.
        let tb = new_reference(unsafe { &(*(&raw const *e).cast::<PyBaseExceptionObject>()).traceback });
        tuple::from_iter(py, [e.ty().as_object().to_owned(), e.to_owned(), tb.unwrap_or_else(object::none)])
    }

    /// C: `_PyErr_StackItem *_PyErr_GetTopmostException(PyThreadState *)`.
    fn _PyErr_GetTopmostException(_, state: &PyThreadState) -> *mut _PyErr_StackItem {
        topmost(state)
    }

    /// C: `int _PyErr_CheckSignals(void)`.
    fn _PyErr_CheckSignals(py) -> PyResult<()> {
        dxpy_core::thread::pending::check_signals(py)
    }

    /// C: `int _PyErr_CheckSignalsTstate(PyThreadState *)`.
    fn _PyErr_CheckSignalsTstate(py, _state: *mut PyThreadState) -> PyResult<()> {
        dxpy_core::thread::pending::check_signals(py)
    }

    /// C: `PyObject *_PyErr_GetHandledException(PyThreadState *)`.
    fn _PyErr_GetHandledException(py, _state: *mut PyThreadState) -> Option<Owned<PyBaseExceptionObject>> {
        exceptions::handled(py)
    }

    /// C: `void _PyErr_SetHandledException(PyThreadState *, PyObject *)`.
    fn _PyErr_SetHandledException(py, _state: *mut PyThreadState, e: Option<&PyObject>) -> () {
        set_handled(py, e);
    }

    /// C: `void _PyErr_Clear(PyThreadState *)`.
    fn _PyErr_Clear(py, _state: *mut PyThreadState) -> () {
        drop(PyErr::take(py));
    }

    /// C: `int _PyErr_ExceptionMatches(PyThreadState *, PyObject *)`.
    fn _PyErr_ExceptionMatches(py, _state: *mut PyThreadState, class: &PyObject) -> bool {
        // SAFETY: LIVE: the thread state holds the pending exception.
        unsafe { py.pending().as_ref() }.is_some_and(|e| given_matches(e, class))
    }

    /// C: `PyObject *_PyErr_NoMemory(PyThreadState *)`: NULL.
    fn _PyErr_NoMemory(py, _state: *mut PyThreadState) -> PyResult<*mut PyObject> {
        Err(exceptions::memory_error(py))
    }

    /// C: `void _PyErr_SetObject(PyThreadState *, PyObject *type, PyObject *value)`.
    fn _PyErr_SetObject(py, _state: *mut PyThreadState, ty: &PyObject, value: Option<&PyObject>) -> () {
        set_object(py, ty, value);
    }

    /// C: `void _PyErr_SetNone(PyThreadState *, PyObject *type)`.
    fn _PyErr_SetNone(py, _state: *mut PyThreadState, ty: &PyObject) -> () {
        set_object(py, ty, None);
    }

    /// C: `void _PyErr_SetString(PyThreadState *, PyObject *type, const char *)`.
    fn _PyErr_SetString(py, _state: *mut PyThreadState, ty: &PyObject, message: *const c_char) -> () {
        // SAFETY: the caller's promise.
        unsafe { PyErr_SetString(ty, message) }
        let _ = py;
    }

    /// C: `void _PyErr_Print(PyThreadState *)`.
    fn _PyErr_Print(_, _state: *mut PyThreadState) -> () {
        // SAFETY: the caller's promise.
        unsafe { crate::pythonrun::PyErr_Print() }
    }

    /// C: `int _Py_HandleSystemExit(int *)`: whether the pending exception ends the program, and its status.
    fn _Py_HandleSystemExit(py, to: *mut c_int) -> bool {
        let Some(e) = PyErr::take(py) else { return false };
        let status = dxpy_import::run::system_exit(py, &e);
        match status {
            Some(n) => put(to, n),
            None => e.restore(py),
        }
        status.is_some()
    }

    /// C: `int PyTraceBack_Here(PyFrameObject *)`: the frame goes before the pending exception's traceback.
    fn PyTraceBack_Here(py, f: &dxpy_core::abi::PyFrameObject) -> PyResult<()> {
        let Some(e) = PyErr::take(py) else { return Err(bad_call(py)) };
        let r = traceback::here_at(py, &e, f, dxpy_types::frame::line_number(f));
        // An error of making the entry takes the place of the exception.
        r.map(|()| e.restore(py))
    }

    /// C: `PyObject *_PyTraceBack_FromFrame(PyObject *next, PyFrameObject *)`.
    fn _PyTraceBack_FromFrame(py, next: Option<&PyObject>, f: &dxpy_core::abi::PyFrameObject) -> PyResult<Owned<dxpy_core::abi::PyTracebackObject>> {
        // SAFETY: LIVE: an object's frame runs, or is its own.
        let lasti = unsafe { dxpy_types::frame::lasti(dxpy_types::frame::frame_of(f)) } as i32 * 2;
        let next = next.and_then(traceback::check).map(|t| t.to_owned());
        traceback::new(py, next, f.to_owned(), lasti, dxpy_types::frame::line_number(f))
    }

    /// C: `void _PyTraceback_Add(const char *function, const char *filename, int lineno)`: an entry for C code.
    fn _PyTraceback_Add(py, function: *const c_char, filename: *const c_char, line: c_int) -> () {
        let Some(pending) = PyErr::take(py) else { return };
        let made = crate::code::empty(py, filename, function, line).and_then(|code| {
            let globals = dxpy_core::dict::new(py)?;
            let f = dxpy_interp::make_function(py, &code, globals.as_object())?;
            let f = dxpy_types::frame::new_detached(py, f, None)?;
            // SAFETY: LIVE: the frame is the object's own.
            unsafe { traceback::here(py, &pending, dxpy_types::frame::frame_of(&f)) }
        });
        match made {
            Ok(()) => pending.restore(py),
            Err(e) => exceptions::chained(py, e).restore(py),
        }
    }

    /// C: `Py_ssize_t _Py_UTF8_Edit_Cost(PyObject *a, PyObject *b, Py_ssize_t max)`: how far two names are apart; what the
    /// suggestions of messages use.
    fn _Py_UTF8_Edit_Cost(py, a: &PyUnicodeObject, b: &PyUnicodeObject, max: isize) -> PyResult<isize> {
        let (a, b) = (dxpy_core::unicode::utf8(py, a)?, dxpy_core::unicode::utf8(py, b)?);
        let (a, b) = (a.as_bytes(), b.as_bytes());
        let max = if max == -1 { (a.len() + b.len()) * 2 } else { max as usize };
        Ok(dxpy_import::display::suggest::distance(a, b, max) as isize)
    }
}

type Place = *mut *mut PyObject;
type State = *mut PyThreadState;

/// C: `void _PyErr_Fetch(PyThreadState *, PyObject **, PyObject **, PyObject **)`.
///
/// # Safety
/// As `PyErr_Fetch`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyErr_Fetch(_: State, ty: Place, value: Place, tb: Place) {
    // SAFETY: the caller's promise.
    unsafe { PyErr_Fetch(ty, value, tb) }
}

/// C: `void _PyErr_Restore(PyThreadState *, PyObject *, PyObject *, PyObject *)`.
///
/// # Safety
/// As `PyErr_Restore`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyErr_Restore(
    _: State,
    ty: *mut PyObject,
    value: *mut PyObject,
    tb: *mut PyObject,
) {
    // SAFETY: the caller's promise.
    unsafe { PyErr_Restore(ty, value, tb) }
}

/// C: `void _PyErr_NormalizeException(PyThreadState *, PyObject **, PyObject **, PyObject **)`.
///
/// # Safety
/// As `PyErr_NormalizeException`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyErr_NormalizeException(_: State, ty: Place, value: Place, tb: Place) {
    // SAFETY: the caller's promise.
    unsafe { PyErr_NormalizeException(ty, value, tb) }
}

/// C: `void _PyErr_GetExcInfo(PyThreadState *, PyObject **, PyObject **, PyObject **)`.
///
/// # Safety
/// As `PyErr_GetExcInfo`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyErr_GetExcInfo(_: State, ty: Place, value: Place, tb: Place) {
    // SAFETY: the caller's promise.
    unsafe { PyErr_GetExcInfo(ty, value, tb) }
}

/// `_PyErr_Format(tstate, type, format, ...)`.
unsafe extern "C" fn format_state(
    _: State,
    ty: &PyObject,
    text: *const c_char,
    args: &mut crate::varargs::VaList,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { crate::format::PyErr_FormatV(ty, text, args) }
}

/// `_PyErr_FormatFromCauseTstate(tstate, type, format, ...)`.
unsafe extern "C" fn format_cause_state(
    _: State,
    ty: &PyObject,
    text: *const c_char,
    args: &mut crate::varargs::VaList,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { crate::format::format_from_cause(ty, text, args) }
}

crate::varargs::variadic!(_PyErr_Format, format_state, 3);
crate::varargs::variadic!(_PyErr_FormatFromCauseTstate, format_cause_state, 3);

/// Another name of `OSError`.
macro_rules! os_error {
    ($($name:ident)*) => { $(
        /// `OSError` under the name it had before.
        #[unsafe(no_mangle)]
        pub static $name: Gil<Cell<*mut PyObject>> =
            Gil(Cell::new(&raw const exceptions::OSError.0 as *mut PyTypeObject as *mut PyObject));
    )* };
}
os_error!(PyExc_IOError PyExc_EnvironmentError);
