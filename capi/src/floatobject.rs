//! floatobject.h: making and reading floats, and their IEEE 754 bytes.

use crate::util::{pointer, token};
use core::ffi::{c_char, c_int};
use dxpy_core::abi::PyObject;
use dxpy_core::{exceptions, float};
use dxpy_types::float as float_type;

/// C: `PyObject *PyFloat_FromDouble(double)`.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFloat_FromDouble(v: f64) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let py = unsafe { token() };
    pointer(py, float::new(py, v))
}

/// C: `double PyFloat_AsDouble(PyObject *)`.
///
/// # Safety
/// GIL, LIVE where not NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFloat_AsDouble(o: *mut PyObject) -> f64 {
    // SAFETY: the caller's promise.
    let (py, o) = unsafe { (token(), o.as_ref()) };
    let r = match o {
        Some(o) => float::as_f64(py, o),
        None => Err(exceptions::type_error(py, format_args!("bad argument type for built-in operation"))),
    };
    r.unwrap_or_else(|e| {
        e.restore(py);
        -1.0
    })
}

/// C: `PyObject *PyFloat_FromString(PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFloat_FromString(o: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let (py, o) = unsafe { (token(), &*o) };
    pointer(py, float_type::of_text(py, o))
}

/// C: `double PyFloat_GetMax(void)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyFloat_GetMax() -> f64 {
    f64::MAX
}

/// C: `double PyFloat_GetMin(void)`: the smallest normal one.
#[unsafe(no_mangle)]
pub extern "C" fn PyFloat_GetMin() -> f64 {
    f64::MIN_POSITIVE
}

/// Reads so many bytes in an order.
///
/// # Safety
/// `N` bytes at `p`.
unsafe fn read<const N: usize>(p: *const c_char, little: c_int) -> [u8; N] {
    // SAFETY: the caller's promise.
    let mut bytes = unsafe { *(p as *const [u8; N]) };
    if little == 0 {
        bytes.reverse();
    }
    bytes
}

/// C: `double PyFloat_Unpack8(const char *, int le)`.
///
/// # Safety
/// Eight bytes at `p`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFloat_Unpack8(p: *const c_char, le: c_int) -> f64 {
    // SAFETY: the caller's promise.
    f64::from_le_bytes(unsafe { read(p, le) })
}

/// C: `double PyFloat_Unpack4(const char *, int le)`.
///
/// # Safety
/// Four bytes at `p`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFloat_Unpack4(p: *const c_char, le: c_int) -> f64 {
    // SAFETY: the caller's promise.
    f32::from_le_bytes(unsafe { read(p, le) }) as f64
}

/// Writes bytes in an order.
///
/// # Safety
/// Room for `N` bytes at `p`.
unsafe fn write<const N: usize>(p: *mut c_char, little: c_int, mut bytes: [u8; N]) -> c_int {
    if little == 0 {
        bytes.reverse();
    }
    // SAFETY: the caller's promise.
    unsafe { *(p as *mut [u8; N]) = bytes };
    0
}

/// C: `int PyFloat_Pack8(double, char *, int le)`.
///
/// # Safety
/// Room for eight bytes at `p`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFloat_Pack8(v: f64, p: *mut c_char, le: c_int) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { write(p, le, v.to_le_bytes()) }
}

/// C: `int PyFloat_Pack4(double, char *, int le)`: -1 with an `OverflowError` for what only a double holds.
///
/// # Safety
/// GIL; room for four bytes at `p`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFloat_Pack4(v: f64, p: *mut c_char, le: c_int) -> c_int {
    let narrow = v as f32;
    if narrow.is_infinite() && v.is_finite() {
        // SAFETY: the caller's promise.
        let py = unsafe { token() };
        exceptions::overflow_error(py, format_args!("float too large to pack with f format")).restore(py);
        return -1;
    }
    // SAFETY: the caller's promise.
    unsafe { write(p, le, narrow.to_le_bytes()) }
}
