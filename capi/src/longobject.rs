//! longobject.h: ints from C integers. Reading them, and text, are not here yet.

use crate::util::{pointer, token};
use core::ffi::{c_long, c_longlong, c_ulong, c_ulonglong};
use dxpy_core::abi::{Py_ssize_t, PyObject};
use dxpy_core::long;

/// Functions that make an int of a C integer.
macro_rules! make_int {
    ($($name:ident: $t:ty, $via:ident as $wide:ty;)*) => { $(
        /// C: an int with the argument's value.
        ///
        /// # Safety
        /// GIL.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(v: $t) -> *mut PyObject {
            // SAFETY: the caller's promise.
            let py = unsafe { token() };
            pointer(py, long::$via(py, v as $wide))
        }
    )* };
}
make_int! {
    PyLong_FromLong: c_long, from_i64 as i64;
    PyLong_FromLongLong: c_longlong, from_i64 as i64;
    PyLong_FromSsize_t: Py_ssize_t, from_i64 as i64;
    PyLong_FromUnsignedLong: c_ulong, from_u64 as u64;
    PyLong_FromUnsignedLongLong: c_ulonglong, from_u64 as u64;
    PyLong_FromSize_t: usize, from_u64 as u64;
}
