//! The parts of ceval.h that extensions use in every build: recursion. Threads and the GIL are in `pystate`.

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
