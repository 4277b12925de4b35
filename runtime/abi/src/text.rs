//! str, bytes and bytearray, and the builders of str and bytes. Layout only: behaviour lives in `runtime/core` and above.

use crate::*;
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_void};

#[repr(C)]
pub struct PyASCIIObject {
    pub ob_base: PyObject,
    pub length: Cell<Py_ssize_t>,
    pub hash: Cell<Py_hash_t>,
    pub state: Cell<u32>,
}

#[repr(C)]
pub struct PyCompactUnicodeObject {
    pub _base: PyASCIIObject,
    pub utf8_length: Cell<Py_ssize_t>,
    pub utf8: Cell<*mut c_char>,
}

#[repr(C)]
pub struct PyUnicodeObject {
    pub _base: PyCompactUnicodeObject,
    pub data: Cell<*mut c_void>,
}

#[repr(C)]
pub struct _PyUnicodeWriter {
    pub buffer: Cell<*mut PyObject>,
    pub data: Cell<*mut c_void>,
    pub kind: Cell<c_int>,
    pub maxchar: Cell<u32>,
    pub size: Cell<Py_ssize_t>,
    pub pos: Cell<Py_ssize_t>,
    pub min_length: Cell<Py_ssize_t>,
    pub min_char: Cell<u32>,
    pub overallocate: Cell<u8>,
    pub readonly: Cell<u8>,
}

#[repr(C)]
pub struct PyBytesObject {
    pub ob_base: PyVarObject,
    pub ob_shash: Cell<Py_hash_t>,
    pub ob_sval: [Cell<c_char>; 1],
}

#[repr(C)]
pub struct _PyBytesWriter {
    pub buffer: Cell<*mut PyObject>,
    pub allocated: Cell<Py_ssize_t>,
    pub min_size: Cell<Py_ssize_t>,
    pub use_bytearray: Cell<c_int>,
    pub overallocate: Cell<c_int>,
    pub use_small_buffer: Cell<c_int>,
    pub small_buffer: [Cell<c_char>; 512],
}

#[repr(C)]
pub struct PyByteArrayObject {
    pub ob_base: PyVarObject,
    pub ob_alloc: Cell<Py_ssize_t>,
    pub ob_bytes: Cell<*mut c_char>,
    pub ob_start: Cell<*mut c_char>,
    pub ob_exports: Cell<Py_ssize_t>,
}

#[repr(C)]
pub struct unicodeiterobject {
    pub ob_base: PyObject,
    pub it_index: Cell<Py_ssize_t>,
    pub it_seq: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct _PyUnicode_Name_CAPI {
    pub getname: Cell<Option<unsafe extern "C" fn()>>,
    pub getcode: Cell<Option<unsafe extern "C" fn()>>,
}
