//! Errors of the system as exceptions, for the modules of this crate.

use dxpy_core::abi::*;
use dxpy_core::{Owned, Py, PyErr, PyResult, codecs, exceptions, long, tuple};
use dxpy_host::Errno;

/// An exception of `class`, which derives from `OSError`, for an error number (`PyErr_SetFromErrno`).
#[cold]
pub fn of(py: Py<'_>, class: &PyTypeObject, e: Errno) -> PyErr {
    let args = || -> PyResult<_> {
        let text = codecs::decode_fs(py, &e.message())?;
        tuple::from_iter(py, [long::from_i64(py, e.0.into())?.upcast(), text.upcast()])
    };
    match args() {
        Ok(args) => exceptions::create(py, class, Some(Owned::upcast(args)).as_deref()),
        Err(e) => e,
    }
}

/// An `OSError`.
#[cold]
pub fn os(py: Py<'_>, e: Errno) -> PyErr {
    of(py, &exceptions::OSError, e)
}
