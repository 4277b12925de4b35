//! `_posixshmem`: memory shared by name (`Modules/_multiprocessing/posixshmem.c`). Mapping it is `mmap`'s, not here yet.

use crate::path::os_error;
use dxpy_core::abi::*;
use dxpy_core::module::StaticModule;
use dxpy_core::ptr::Object;
use dxpy_core::thread::{check_signals, without_gil};
use dxpy_core::{Py, PyResult, exceptions, methods, unicode};
use dxpy_host::errno::Errno;
use dxpy_host::map;
use std::ffi::CString;

/// `_posixshmem`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_posixshmem").doc(c"POSIX shared memory").methods(&METHODS);

methods! { static METHODS: for PyModuleObject [
    "shm_open" = shm_open [3], "($module, /, path, flags, mode=511)", "Opens or makes shared memory; its descriptor.";
    "shm_unlink" = shm_unlink [1], "($module, /, path)", "Takes the name of shared memory away.";
] }

/// Asks the system about a name, again after a signal.
fn ask<T>(
    py: Py<'_>,
    path: &PyUnicodeObject,
    f: impl Fn(&CString) -> dxpy_host::errno::Result<T>,
) -> PyResult<T> {
    let name = CString::new(unicode::utf8(py, path)?.as_bytes())
        .map_err(|_| exceptions::value_error(py, format_args!("embedded null character")))?;
    loop {
        match without_gil(py, || f(&name)) {
            Err(Errno(libc::EINTR)) => check_signals(py)?,
            made => return made.map_err(|e| os_error(py, e, Some(path.as_object()), None)),
        }
    }
}

fn shm_open(
    py: Py<'_>,
    _: &PyModuleObject,
    path: &PyUnicodeObject,
    flags: i32,
    mode: Option<i32>,
) -> PyResult<i64> {
    ask(py, path, |name| map::shm_open(name, flags, mode.unwrap_or(0o777) as u32)).map(i64::from)
}

fn shm_unlink(py: Py<'_>, _: &PyModuleObject, path: &PyUnicodeObject) -> PyResult<()> {
    ask(py, path, |name| map::shm_unlink(name))
}
