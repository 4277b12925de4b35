//! code.h: code objects without a source. `PyCode_New` and its kin, which nobody but Cython's older output calls, are not
//! here yet.

use crate::util::{api, name};
use core::ffi::{c_char, c_int};
use dxpy_core::abi::PyCodeObject;
use dxpy_core::{Owned, PyResult, bytes, tuple};
use dxpy_types::code::{self, Parts};

/// `RESUME 0; LOAD_ASSERTION_ERROR; RAISE_VARARGS 1`.
const RAISE: [u8; 6] = [151, 0, 74, 0, 130, 1];
/// All three on the first line, without columns.
const ONE_LINE: [u8; 2] = [0x80 | 13 << 3 | 2, 0];

api! {
    /// C: `PyCodeObject *PyCode_NewEmpty(const char *, const char *, int)`: code that only has a name and a place; running
    /// it is an `AssertionError`.
    fn PyCode_NewEmpty(py, filename: *const c_char, function: *const c_char, line: c_int) -> PyResult<Owned<PyCodeObject>> {
        // SAFETY: C strings.
        let (filename, function) = unsafe { (name(py, filename)?, name(py, function)?) };
        code::new(py, Parts {
            argcount: 0,
            posonlyargcount: 0,
            kwonlyargcount: 0,
            stacksize: 1,
            flags: 0,
            firstlineno: line,
            code: &RAISE,
            consts: tuple::empty(),
            names: tuple::empty(),
            localsplusnames: tuple::empty(),
            localspluskinds: bytes::new(py, b"")?,
            filename,
            name: function.clone(),
            qualname: function,
            linetable: bytes::new(py, &ONE_LINE)?,
            exceptiontable: bytes::new(py, b"")?,
        })
    }
}
