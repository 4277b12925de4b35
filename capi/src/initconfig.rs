//! initconfig.h as far as an extension asks of it: what the process was configured with. Embedding another interpreter by
//! `Py_InitializeFromConfig` is not here.

use crate::util::api;
use core::ffi::{c_char, c_int, c_void};
use dxpy_core::{Owned, PyResult};
use dxpy_mod_lang::_testinternalcapi::config as configuration;

api! {
    /// C: `PyObject *_Py_GetConfigsAsDict(void)`.
    fn _Py_GetConfigsAsDict(py) -> PyResult<Owned> {
        configuration::configs_as_dict(py)
    }
}

/// `PyStatus`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct PyStatus {
    kind: c_int,
    func: *const c_char,
    err_msg: *const c_char,
    exitcode: c_int,
}

/// `_PyStatus_TYPE_ERROR` and `_PyStatus_TYPE_EXIT`.
pub(crate) const ERROR: c_int = 1;
const EXIT: c_int = 2;

/// Success.
pub(crate) const OK: PyStatus = PyStatus::new(0, core::ptr::null(), 0);
/// `PyStatus_NoMemory`.
pub(crate) const NO_MEMORY: PyStatus = PyStatus::new(ERROR, c"memory allocation failed".as_ptr(), 0);

impl PyStatus {
    /// `PyStatus_Exception`.
    pub(crate) fn is_exception(&self) -> bool {
        self.kind != 0
    }

    /// `Py_ExitStatusException`.
    ///
    /// # Safety
    /// The texts are NULL or C strings.
    pub(crate) unsafe fn end(self) -> ! {
        if self.kind == EXIT {
            std::process::exit(self.exitcode);
        }
        // SAFETY: the caller's promise.
        let text = |p: *const c_char| unsafe { crate::util::text(p) };
        match self.kind {
            ERROR => dxpy_types::dump::fatal(text(self.func), text(self.err_msg).unwrap_or("unknown error")),
            _ => dxpy_types::dump::fatal(
                Some("Py_ExitStatusException"),
                "Py_ExitStatusException() must not be called on success",
            ),
        }
    }

    pub(crate) const fn new(kind: c_int, message: *const c_char, exitcode: c_int) -> PyStatus {
        PyStatus { kind, func: core::ptr::null(), err_msg: message, exitcode }
    }
}

/// C: `PyStatus PyStatus_Ok(void)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_Ok() -> PyStatus {
    PyStatus::new(0, core::ptr::null(), 0)
}

/// C: `PyStatus PyStatus_Error(const char *err_msg)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_Error(message: *const c_char) -> PyStatus {
    PyStatus::new(ERROR, message, 0)
}

/// C: `PyStatus PyStatus_NoMemory(void)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_NoMemory() -> PyStatus {
    PyStatus::new(ERROR, c"memory allocation failed".as_ptr(), 0)
}

/// C: `PyStatus PyStatus_Exit(int exitcode)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_Exit(status: c_int) -> PyStatus {
    PyStatus::new(EXIT, core::ptr::null(), status)
}

/// C: `int PyStatus_IsError(PyStatus)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_IsError(s: PyStatus) -> c_int {
    (s.kind == ERROR) as c_int
}

/// C: `int PyStatus_IsExit(PyStatus)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_IsExit(s: PyStatus) -> c_int {
    (s.kind == EXIT) as c_int
}

/// C: `int PyStatus_Exception(PyStatus)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyStatus_Exception(s: PyStatus) -> c_int {
    (s.kind != 0) as c_int
}

/// C: `void _PyErr_SetFromPyStatus(PyStatus)`.
///
/// # Safety
/// GIL; the status' texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyErr_SetFromPyStatus(s: PyStatus) {
    // SAFETY: the caller's promise.
    let py = unsafe { crate::util::token() };
    let e = if s.kind != ERROR || s.err_msg.is_null() {
        dxpy_core::exceptions::system_error(
            py,
            format_args!("_PyErr_SetFromPyStatus() expects an error PyStatus"),
        )
    } else {
        // SAFETY: the caller's promise.
        let message = unsafe { core::ffi::CStr::from_ptr(s.err_msg) }.to_string_lossy();
        dxpy_core::exceptions::runtime_error(py, format_args!("{message}"))
    };
    e.restore(py);
}

const NO_SUBINTERPRETERS: &core::ffi::CStr = c"dx-py: sub-interpreters are not implemented yet";

/// C: `PyStatus Py_NewInterpreterFromConfig(PyThreadState **, const PyInterpreterConfig *)`: there is one interpreter.
///
/// # Safety
/// The first pointer may be written through.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_NewInterpreterFromConfig(
    state: *mut *mut c_void,
    _config: *const c_void,
) -> PyStatus {
    // SAFETY: the caller's promise.
    unsafe {
        if let Some(state) = state.as_mut() {
            *state = core::ptr::null_mut();
        }
    }
    PyStatus::new(ERROR, NO_SUBINTERPRETERS.as_ptr(), 0)
}
