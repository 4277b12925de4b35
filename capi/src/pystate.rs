//! pystate.h, and the parts of ceval.h about the GIL: thread states, and the one interpreter.

use crate::util::token;
use core::ffi::c_int;
use dxpy_core::abi::*;
use dxpy_core::thread::{self, ThreadState, states};
use dxpy_core::{Py, dict};

/// `PyGILState_STATE`.
const LOCKED: c_int = 0;
const UNLOCKED: c_int = 1;

/// C: `PyThreadState *PyEval_SaveThread(void)`.
///
/// # Safety
/// GIL; no object is touched before it is taken again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_SaveThread() -> *mut PyThreadState {
    // SAFETY: the caller's promise.
    unsafe { states::save(token()).cast() }
}

/// C: `void PyEval_RestoreThread(PyThreadState *)`.
///
/// # Safety
/// The state is this thread's; the GIL is not held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_RestoreThread(state: *mut PyThreadState) {
    // `errno` belongs to the call that was made without the GIL.
    let saved = std::io::Error::last_os_error().raw_os_error();
    // SAFETY: the caller's promise.
    unsafe {
        states::restore(state.cast());
        if let Some(e) = saved {
            *libc::__errno_location() = e;
        }
    }
}

/// C: `void PyEval_AcquireThread(PyThreadState *)`.
///
/// # Safety
/// As for `PyEval_RestoreThread`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_AcquireThread(state: *mut PyThreadState) {
    // SAFETY: the caller's promise.
    unsafe { states::restore(state.cast()) }
}

/// C: `void PyEval_ReleaseThread(PyThreadState *)`: the state must be the current one.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_ReleaseThread(_: *mut PyThreadState) {
    // SAFETY: the caller's promise.
    unsafe { states::save(token()) };
}

/// C: `void PyEval_InitThreads(void)`: the GIL is there from the start.
#[unsafe(no_mangle)]
pub extern "C" fn PyEval_InitThreads() {}

/// C: `int PyEval_ThreadsInitialized(void)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyEval_ThreadsInitialized() -> c_int {
    1
}

/// C: `PyGILState_STATE PyGILState_Ensure(void)`: from any thread.
#[unsafe(no_mangle)]
pub extern "C" fn PyGILState_Ensure() -> c_int {
    if states::ensure() { LOCKED } else { UNLOCKED }
}

/// C: `void PyGILState_Release(PyGILState_STATE)`.
///
/// # Safety
/// Pairs with a `PyGILState_Ensure` of this thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyGILState_Release(before: c_int) {
    // SAFETY: the caller's promise.
    unsafe { states::release(before == LOCKED) }
}

/// C: `int PyGILState_Check(void)`: does this thread hold the GIL?
#[unsafe(no_mangle)]
pub extern "C" fn PyGILState_Check() -> c_int {
    c_int::from(!thread::current().is_null())
}

/// C: `PyThreadState *PyGILState_GetThisThreadState(void)`: NULL for a thread without one.
#[unsafe(no_mangle)]
pub extern "C" fn PyGILState_GetThisThreadState() -> *mut PyThreadState {
    states::bound().cast()
}

/// C: `PyThreadState *PyThreadState_Get(void)`: the end of the process without a state.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_Get() -> *mut PyThreadState {
    let state = thread::current();
    if state.is_null() {
        dxpy_types::dump::fatal(
            Some("PyThreadState_Get"),
            "the function must be called with the GIL held, after Python initialization and before Python finalization, but the GIL is released (the current Python thread state is NULL)",
        );
    }
    state.cast()
}

/// C: `PyThreadState *_PyThreadState_UncheckedGet(void)`: NULL without the GIL.
#[unsafe(no_mangle)]
pub extern "C" fn _PyThreadState_UncheckedGet() -> *mut PyThreadState {
    thread::current().cast()
}

/// C: `PyThreadState *_PyThreadState_GetCurrent(void)`.
#[unsafe(no_mangle)]
pub extern "C" fn _PyThreadState_GetCurrent() -> *mut PyThreadState {
    thread::current().cast()
}

/// C: `PyThreadState *PyThreadState_New(PyInterpreterState *)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyThreadState_New(_: *mut PyInterpreterState) -> *mut PyThreadState {
    let state = states::new();
    if states::bound().is_null() {
        // SAFETY: new, and this thread has none.
        unsafe { states::bind(state) };
    }
    state.cast()
}

/// C: `PyThreadState *PyThreadState_Swap(PyThreadState *)`.
///
/// # Safety
/// GIL; the new state is alive or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_Swap(new: *mut PyThreadState) -> *mut PyThreadState {
    // SAFETY: the caller's promise.
    unsafe { states::swap(new.cast()).cast() }
}

/// C: `PyObject *PyThreadState_GetDict(void)`: borrowed; NULL, without an error, where there is none.
///
/// # Safety
/// The GIL if a state is attached.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_GetDict() -> *mut PyObject {
    // SAFETY: LIVE: the current state, if any.
    match unsafe { thread::current().as_ref() } {
        // SAFETY: GIL: a state is attached.
        Some(s) => unsafe { dict_of(token(), s) },
        None => core::ptr::null_mut(),
    }
}

/// C: `PyObject *_PyThreadState_GetDict(PyThreadState *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyThreadState_GetDict(state: *mut PyThreadState) -> *mut PyObject {
    // SAFETY: the caller's promise; all states are made with more behind them.
    unsafe { dict_of(token(), &*state.cast::<ThreadState>()) }
}

fn dict_of(py: Py<'_>, state: &ThreadState) -> *mut PyObject {
    let place = &state.abi.dict;
    if place.get().is_null()
        && let Ok(d) = dict::new(py)
    {
        place.set(d.into_ptr());
    }
    place.get()
}

/// C: `PyInterpreterState *PyInterpreterState_Get(void)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyInterpreterState_Get() -> *mut PyInterpreterState {
    states::interpreter()
}

/// C: `PyInterpreterState *PyInterpreterState_Main(void)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyInterpreterState_Main() -> *mut PyInterpreterState {
    states::interpreter()
}

/// C: `PyInterpreterState *PyInterpreterState_Head(void)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyInterpreterState_Head() -> *mut PyInterpreterState {
    states::interpreter()
}

/// C: `PyInterpreterState *PyInterpreterState_Next(PyInterpreterState *)`: there is one.
#[unsafe(no_mangle)]
pub extern "C" fn PyInterpreterState_Next(_: *mut PyInterpreterState) -> *mut PyInterpreterState {
    core::ptr::null_mut()
}

/// C: `int64_t PyInterpreterState_GetID(PyInterpreterState *)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyInterpreterState_GetID(_: *mut PyInterpreterState) -> i64 {
    0
}

/// C: `PyObject *PyInterpreterState_GetDict(PyInterpreterState *)`: borrowed.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInterpreterState_GetDict(_: *mut PyInterpreterState) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let py: Py<'_> = unsafe { token() };
    let place = states::interpreter_dict();
    if place.get().is_null()
        && let Ok(d) = dict::new(py)
    {
        place.set(d.into_ptr());
    }
    place.get()
}

/// C: `PyInterpreterState *PyThreadState_GetInterpreter(PyThreadState *)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyThreadState_GetInterpreter(_: *mut PyThreadState) -> *mut PyInterpreterState {
    states::interpreter()
}

/// C: `uint64_t PyThreadState_GetID(PyThreadState *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_GetID(state: *mut PyThreadState) -> u64 {
    // SAFETY: the caller's promise.
    unsafe { (*state).id.get() }
}

/// C: `void PyThreadState_Clear(PyThreadState *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_Clear(state: *mut PyThreadState) {
    // SAFETY: the caller's promise; all states are made with more behind them.
    unsafe { states::clear(token(), &*state.cast::<ThreadState>()) }
}

/// C: `void PyThreadState_DeleteCurrent(void)`: gives up the GIL too.
///
/// # Safety
/// GIL; the state was cleared.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_DeleteCurrent() {
    // SAFETY: the caller's promise.
    unsafe { states::delete_current(thread::current()) }
}

/// C: `PyThreadState *Py_NewInterpreter(void)`: NULL, for there is one interpreter; callers raise their own error. A thread
/// that put its state away to ask gets it back.
#[unsafe(no_mangle)]
pub extern "C" fn Py_NewInterpreter() -> *mut PyThreadState {
    eprintln!("dx-py: Py_NewInterpreter: sub-interpreters are not implemented");
    if thread::current().is_null() && !states::bound().is_null() {
        // SAFETY: the C API's contract: the GIL is held, though no state is current; this thread's own one.
        unsafe { states::swap(states::bound()) };
    }
    core::ptr::null_mut()
}
