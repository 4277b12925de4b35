//! pylifecycle.h's `Py_Main` and its kin, and the start-up of a runtime that is there already. The executable says what
//! comes of a command line (`set_main`).
//!
//! A program runs where these can be called, so that another one is an error, after which there is no interpreter any more.
//! CPython gives back its status, which code of an extension cannot return from: here the process ends with it.

use crate::initconfig::{OK, PyStatus};
use crate::unicodeobject::wide::{self, Wide};
use crate::util::free;
use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int, c_void};
use dxpy_core::statics::Gil;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

/// What comes of a command line, or of that of the process, where a program runs already; the status.
pub type Main = fn(Option<Vec<OsString>>) -> c_int;

static MAIN: Gil<Cell<Option<Main>>> = Gil(Cell::new(None));

/// Says what comes of a command line.
pub fn set_main(f: Main) {
    MAIN.set(Some(f));
}

fn run(args: Option<Vec<OsString>>) -> c_int {
    match MAIN.get() {
        Some(f) => std::process::exit(f(args)),
        None => -1,
    }
}

/// `n` arguments.
fn arguments<T>(n: c_int, all: *const *const T, text: impl Fn(*const T) -> Vec<u8>) -> Vec<OsString> {
    // SAFETY: the C API's contract: that many strings.
    (0..n.max(0) as usize).map(|i| OsString::from_vec(text(unsafe { *all.add(i) }))).collect()
}

free! {
    /// C: `int Py_BytesMain(int argc, char **argv)`: does not return.
    fn Py_BytesMain(n: c_int, all: *const *const c_char) -> c_int {
        // SAFETY: C strings.
        run(Some(arguments(n, all, |s| unsafe { CStr::from_ptr(s) }.to_bytes().to_vec())))
    }
    /// C: `int Py_Main(int argc, wchar_t **argv)`: does not return.
    fn Py_Main(n: c_int, all: *const *const Wide) -> c_int {
        // SAFETY: wide strings.
        let bytes = |s| crate::fileobject::encode_escaped(unsafe { wide::text(s) });
        run(Some(arguments(n, all, bytes)))
    }
    /// C: `int Py_RunMain(void)`: with the command line of the process; does not return.
    fn Py_RunMain() -> c_int { run(None) }
    /// C: `int Py_FrozenMain(int argc, char **argv)`: there is no frozen `__main__`.
    fn Py_FrozenMain(_n: c_int, _all: *const *const c_char) -> c_int {
        dxpy_types::dump::fatal(Some("Py_FrozenMain"), "the __main__ module is not frozen")
    }
    /// C: `PyStatus Py_InitializeFromConfig(const PyConfig *)`: it is, where this can be called, and stays as it is.
    fn Py_InitializeFromConfig(_config: *const c_void) -> PyStatus { OK }
    /// C: `PyStatus _Py_InitializeMain(void)`: start-up is complete.
    fn _Py_InitializeMain() -> PyStatus { OK }
    /// C: `PyStatus _PyRuntime_Initialize(void)`: once.
    fn _PyRuntime_Initialize() -> PyStatus { OK }
    /// C: `PyStatus _PyRuntimeState_Init(_PyRuntimeState *)`: the runtime is there before any C code is, and stays.
    fn _PyRuntimeState_Init(_runtime: *mut c_void) -> PyStatus { OK }
    /// C: `void _PyRuntimeState_Fini(_PyRuntimeState *)`: it ends with the process.
    fn _PyRuntimeState_Fini(_runtime: *mut c_void) -> () {}
    /// C: `void _PyRuntime_Finalize(void)`: likewise.
    fn _PyRuntime_Finalize() -> () {}
    /// C: `PyStatus _PyInterpreterState_Enable(_PyRuntimeState *)`: it is.
    fn _PyInterpreterState_Enable(_runtime: *mut c_void) -> PyStatus { OK }
}
