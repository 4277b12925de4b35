//! The parts of ceval.h that extensions use in every build: recursion, signals, pending calls, forks. Threads and the GIL
//! are in `pystate`.

use crate::util::api;
use core::ffi::{CStr, c_char};
use dxpy_core::PyResult;
use dxpy_core::call::Depth;

api! {
    /// C: `int Py_EnterRecursiveCall(const char *where)`: one level of native recursion, which
    /// `Py_LeaveRecursiveCall` gives back.
    fn Py_EnterRecursiveCall(py, place: *const c_char) -> PyResult<()> {
        // SAFETY: a C string.
        let place = unsafe { CStr::from_ptr(place) }.to_string_lossy();
        // The level outlives this function.
        core::mem::forget(Depth::enter(py, &place)?);
        Ok(())
    }

    /// C: `void Py_LeaveRecursiveCall(void)`.
    fn Py_LeaveRecursiveCall(py) -> () {
        let left = &py.state().abi.c_recursion_remaining;
        left.set(left.get() + 1);
    }

    /// C: `int _Py_CheckRecursiveCall(PyThreadState *, const char *where)`: the error for a level that was entered when
    /// none was left, which is given back.
    fn _Py_CheckRecursiveCall(py, _state: *const dxpy_core::abi::PyThreadState, place: *const c_char) -> PyResult<()> {
        let left = &py.state().abi.c_recursion_remaining;
        left.set(left.get() + 1);
        // SAFETY: a C string.
        let place = unsafe { CStr::from_ptr(place) }.to_string_lossy();
        core::mem::forget(Depth::enter(py, &place)?);
        Ok(())
    }
}

api! {
    /// C: `int PyErr_CheckSignals(void)`.
    fn PyErr_CheckSignals(py) -> PyResult<()> {
        dxpy_core::thread::check_signals(py)
    }

    /// C: `int Py_MakePendingCalls(void)`.
    fn Py_MakePendingCalls(py) -> PyResult<()> {
        dxpy_core::thread::pending::make_calls(py)
    }

    /// C: `int PyThreadState_SetAsyncExc(unsigned long, PyObject *)`: how many threads were found.
    fn PyThreadState_SetAsyncExc(py, id: core::ffi::c_ulong, exc: Option<&dxpy_core::abi::PyObject>) -> core::ffi::c_int {
        dxpy_core::thread::states::set_async_exc(py, id, exc) as core::ffi::c_int
    }
}

/// C: `int Py_AddPendingCall(int (*)(void *), void *)`: any thread may ask, with the GIL or without.
#[unsafe(no_mangle)]
pub extern "C" fn Py_AddPendingCall(
    f: Option<unsafe extern "C" fn(*mut core::ffi::c_void) -> core::ffi::c_int>,
    arg: *mut core::ffi::c_void,
) -> core::ffi::c_int {
    let added = f.is_some_and(|f| dxpy_core::thread::pending::add_call(f, arg));
    if added { 0 } else { -1 }
}

/// C: `void PyOS_BeforeFork(void)`.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyOS_BeforeFork() {
    // SAFETY: the caller's promise.
    dxpy_core::thread::fork::before(unsafe { crate::util::token() });
}

/// C: `void PyOS_AfterFork_Parent(void)`.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyOS_AfterFork_Parent() {
    // SAFETY: the caller's promise.
    dxpy_core::thread::fork::in_parent(unsafe { crate::util::token() });
}

/// C: `void PyOS_AfterFork_Child(void)`.
///
/// # Safety
/// In a child process, by the thread that forked with the GIL held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyOS_AfterFork_Child() {
    // SAFETY: the caller's promise.
    unsafe { dxpy_core::thread::fork::after(crate::util::token()) };
}
