//! Errors: [`PyErr`] owns a raised exception inside Rust; the pending exception of the thread state exists only where C
//! code looks for it. Exception types and their construction are in `exceptions`.

use crate::abi::{PyBaseExceptionObject, PyObject};
use crate::ptr::{Layout, Object, Owned};
use crate::thread::Py;

/// What a function that may raise gives back.
pub type PyResult<T = Owned> = Result<T, PyErr>;

/// A raised exception: an instance of `BaseException`, always normalised (as since 3.12 everywhere).
#[must_use = "a raised exception is either handled or passed on"]
pub struct PyErr(Owned<PyBaseExceptionObject>);

impl PyErr {
    /// Raises this instance. The caller has set `__context__` where Python would.
    pub fn from_value(value: Owned<PyBaseExceptionObject>) -> PyErr {
        PyErr(value)
    }

    /// The exception instance.
    pub fn value(&self) -> &PyBaseExceptionObject {
        &self.0
    }

    /// Gives up the exception instance.
    pub fn into_value(self) -> Owned<PyBaseExceptionObject> {
        self.0
    }

    /// `PyErr_SetRaisedException`: makes this the pending exception, for C code to see; an older one is dropped.
    pub fn restore(self, py: Py<'_>) {
        let old = py.state().abi.current_exception.replace(self.0.into_ptr());
        // SAFETY: OWNED: the thread state held one reference to the old exception, if any.
        drop(unsafe { Owned::from_raw_opt(old) });
    }

    /// `PyErr_GetRaisedException`: takes the pending exception that C code left.
    pub fn take(py: Py<'_>) -> Option<PyErr> {
        let old = py.state().abi.current_exception.replace(core::ptr::null_mut());
        // SAFETY: OWNED by the thread state until now; LAYOUT: only exceptions are ever pending.
        unsafe { Owned::from_raw_opt(old as *mut PyBaseExceptionObject) }.map(PyErr)
    }

    /// The exception of a C function that has just reported failure. One that failed without raising gets the
    /// `SystemError` that `_Py_CheckFunctionResult` raises.
    #[cold]
    pub fn fetch(py: Py<'_>) -> PyErr {
        PyErr::take(py).unwrap_or_else(|| crate::exceptions::result_without_exception(py))
    }
}

impl core::fmt::Debug for PyErr {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let name = self.0.ty().tp_name.get();
        // SAFETY: STATIC or owned by the type, which the exception holds alive.
        write!(f, "PyErr({})", unsafe { core::ffi::CStr::from_ptr(name) }.to_string_lossy())
    }
}

/// A C result pointer as a `PyResult`: NULL means the pending exception.
///
/// # Safety
/// OWNED, LAYOUT where not NULL.
#[inline(always)]
pub unsafe fn from_ptr<T: Layout>(py: Py<'_>, p: *mut PyObject) -> PyResult<Owned<T>> {
    if p.is_null() {
        return Err(PyErr::fetch(py));
    }
    // SAFETY: the caller's promise.
    Ok(unsafe { Owned::from_raw(p as *mut T) })
}

/// A `PyResult` as C's pointer: the error becomes pending.
#[inline(always)]
pub fn into_ptr<T: Layout>(py: Py<'_>, r: PyResult<Owned<T>>) -> *mut PyObject {
    match r {
        Ok(o) => o.into_ptr(),
        Err(e) => {
            e.restore(py);
            core::ptr::null_mut()
        }
    }
}
