//! longobject.h: ints from C integers, floats, text and bytes, and back. The converters of argument formats that only
//! CPython's own modules use are not here.

use crate::util::{pointer, token};
use core::ffi::{CStr, c_char, c_int, c_long, c_longlong, c_uchar, c_ulong, c_ulonglong, c_void};
use dxpy_core::abi::{Py_ssize_t, PyLongObject, PyObject, PyUnicodeObject};
use dxpy_core::{Owned, Py, PyErr, PyResult, exceptions, long, number, unicode};
use dxpy_num::convert;
use dxpy_types::{float as float_type, int};

/// Functions by family: those that make an int of a C integer, and, behind the name of their macro, those that read
/// one. They share one macro because the list of missing names is made from its invocations.
macro_rules! make_int {
    (as_signed; $($row:tt)*) => { as_signed! { $($row)* } };
    (and_overflow; $($row:tt)*) => { and_overflow! { $($row)* } };
    (as_unsigned; $($row:tt)*) => { as_unsigned! { $($row)* } };
    (as_mask; $($row:tt)*) => { as_mask! { $($row)* } };
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

/// The C value of a result; `failed` says that the error is pending.
fn value<T>(py: Py<'_>, r: PyResult<T>, failed: T) -> T {
    r.unwrap_or_else(|e| {
        e.restore(py);
        failed
    })
}

/// The error for a NULL argument (`PyErr_BadInternalCall`).
#[cold]
fn bad_call(py: Py<'_>) -> PyErr {
    exceptions::system_error(py, format_args!("bad argument to internal function"))
}

/// An argument as an int, through `__index__`.
///
/// # Safety
/// GIL, LIVE where not NULL.
unsafe fn index(py: Py<'_>, o: *mut PyObject) -> PyResult<Owned<PyLongObject>> {
    // SAFETY: the caller's promise.
    match unsafe { o.as_ref() } {
        Some(o) => number::index_any(py, o),
        None => Err(bad_call(py)),
    }
}

/// An argument that must be an int itself.
///
/// # Safety
/// GIL, LIVE where not NULL.
unsafe fn integer<'a>(py: Py<'_>, o: *mut PyObject) -> PyResult<&'a PyLongObject> {
    // SAFETY: the caller's promise.
    match unsafe { o.as_ref() } {
        Some(o) => {
            long::check(o).ok_or_else(|| exceptions::type_error(py, format_args!("an integer is required")))
        }
        None => Err(bad_call(py)),
    }
}

#[cold]
fn too_large(py: Py<'_>, what: &str) -> PyErr {
    exceptions::overflow_error(py, format_args!("Python int too large to convert to C {what}"))
}

/// Functions that read a signed C integer through `__index__`.
macro_rules! as_signed {
    ($($name:ident: $t:ty, $message:literal;)*) => { $(
        /// C: the value, or -1 with an `OverflowError`.
        ///
        /// # Safety
        /// GIL, LIVE where not NULL.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(o: *mut PyObject) -> $t {
            // SAFETY: the caller's promise.
            let (py, n) = unsafe { let py = token(); (py, index(py, o)) };
            let r = n.and_then(|n| {
                let v = long::to_i64(&n).and_then(|v| <$t>::try_from(v).ok());
                v.ok_or_else(|| exceptions::overflow_error(py, format_args!($message)))
            });
            value(py, r, -1)
        }
    )* };
}
make_int! {
    as_signed;
    PyLong_AsLong: c_long, "Python int too large to convert to C long";
    PyLong_AsLongLong: c_longlong, "int too big to convert";
    _PyLong_AsInt: c_int, "Python int too large to convert to C int";
}

/// Functions that read a signed C integer and report the side of an overflow.
macro_rules! and_overflow {
    ($($name:ident: $t:ty;)*) => { $(
        /// C: the value; of one that does not fit -1, with its sign in `overflow` and no error.
        ///
        /// # Safety
        /// GIL, LIVE where not NULL; `overflow` may be written.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(o: *mut PyObject, overflow: *mut c_int) -> $t {
            // SAFETY: the caller's promise.
            unsafe {
                let py = token();
                *overflow = 0;
                let r = index(py, o).map(|n| long::to_i64(&n).unwrap_or_else(|| {
                    *overflow = long::sign(&n);
                    -1
                }));
                value(py, r, -1) as $t
            }
        }
    )* };
}
make_int! {
and_overflow; PyLong_AsLongAndOverflow: c_long; PyLong_AsLongLongAndOverflow: c_longlong; }

/// C: `Py_ssize_t PyLong_AsSsize_t(PyObject *)`: of an int itself.
///
/// # Safety
/// GIL, LIVE where not NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyLong_AsSsize_t(o: *mut PyObject) -> Py_ssize_t {
    // SAFETY: the caller's promise.
    let (py, n) = unsafe {
        let py = token();
        (py, integer(py, o))
    };
    let r = n.and_then(|n| long::to_i64(n).ok_or_else(|| too_large(py, "ssize_t")));
    value(py, r, -1) as Py_ssize_t
}

/// Functions that read an unsigned C integer of an int itself.
macro_rules! as_unsigned {
    ($($name:ident: $t:ty, $message:literal, $negative:literal;)*) => { $(
        /// C: the value, or the largest one with an `OverflowError`.
        ///
        /// # Safety
        /// GIL, LIVE where not NULL.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(o: *mut PyObject) -> $t {
            // SAFETY: the caller's promise.
            let (py, n) = unsafe { let py = token(); (py, integer(py, o)) };
            let r = n.and_then(|n| match long::to_u64(n) {
                Some(v) => Ok(v as $t),
                None if long::sign(n) < 0 => Err(exceptions::overflow_error(py, format_args!($negative))),
                None => Err(exceptions::overflow_error(py, format_args!($message))),
            });
            value(py, r, <$t>::MAX)
        }
    )* };
}
make_int! {
    as_unsigned;
    PyLong_AsUnsignedLong: c_ulong, "Python int too large to convert to C unsigned long",
        "can't convert negative value to unsigned int";
    PyLong_AsSize_t: usize, "Python int too large to convert to C size_t",
        "can't convert negative value to size_t";
    PyLong_AsUnsignedLongLong: c_ulonglong, "int too big to convert",
        "can't convert negative int to unsigned";
}

/// Functions that read the low bits through `__index__`.
macro_rules! as_mask {
    ($($name:ident: $t:ty;)*) => { $(
        /// C: the value modulo two to the width.
        ///
        /// # Safety
        /// GIL, LIVE where not NULL.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(o: *mut PyObject) -> $t {
            // SAFETY: the caller's promise.
            let (py, n) = unsafe { let py = token(); (py, index(py, o)) };
            value(py, n.map(|n| long::num(&n).to_u64_mask() as $t), <$t>::MAX)
        }
    )* };
}
make_int! {
as_mask; PyLong_AsUnsignedLongMask: c_ulong; PyLong_AsUnsignedLongLongMask: c_ulonglong; }

/// C: `double PyLong_AsDouble(PyObject *)`.
///
/// # Safety
/// GIL, LIVE where not NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyLong_AsDouble(o: *mut PyObject) -> f64 {
    // SAFETY: the caller's promise.
    let (py, n) = unsafe {
        let py = token();
        (py, integer(py, o))
    };
    value(py, n.and_then(|n| long::as_f64(py, n)), -1.0)
}

/// C: `PyObject *PyLong_FromDouble(double)`.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyLong_FromDouble(v: f64) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let py = unsafe { token() };
    pointer(py, float_type::to_int(py, v))
}

/// C: `PyObject *PyLong_FromVoidPtr(void *)`.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyLong_FromVoidPtr(p: *mut c_void) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let py = unsafe { token() };
    pointer(py, long::from_u64(py, p as u64))
}

/// C: `void *PyLong_AsVoidPtr(PyObject *)`: negative ints as signed words.
///
/// # Safety
/// GIL, LIVE where not NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyLong_AsVoidPtr(o: *mut PyObject) -> *mut c_void {
    // SAFETY: the caller's promise.
    let (py, n) = unsafe {
        let py = token();
        (py, integer(py, o))
    };
    let r = n.and_then(|n| match (long::sign(n) < 0, long::to_i64(n), long::to_u64(n)) {
        (true, Some(v), _) => Ok(v as u64),
        (false, _, Some(v)) => Ok(v),
        (negative, ..) => Err(exceptions::overflow_error(
            py,
            format_args!(
                "{}",
                if negative {
                    "Python int too large to convert to C long"
                } else {
                    "Python int too large to convert to C unsigned long"
                }
            ),
        )),
    });
    value(py, r, 0) as *mut c_void
}

/// The base of a conversion from text.
fn checked_base(py: Py<'_>, base: c_int) -> PyResult<u32> {
    match base {
        0 | 2..=36 => Ok(base as u32),
        _ => Err(exceptions::value_error(py, format_args!("int() arg 2 must be >= 2 and <= 36"))),
    }
}

/// C: `PyObject *PyLong_FromUnicodeObject(PyObject *, int base)`.
///
/// # Safety
/// GIL, LIVE; a str.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyLong_FromUnicodeObject(s: *mut PyObject, base: c_int) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let (py, s) = unsafe { (token(), &*s) };
    let r = checked_base(py, base).and_then(|base| match unicode::check(s) {
        Some(s) => int::construct::of_str(py, s, base),
        None => Err(bad_call(py)),
    });
    pointer(py, r)
}

/// C: `PyObject *PyLong_FromString(const char *, char **end, int base)`: with an `end` for what can be the beginning of
/// longer text, without for a whole one.
///
/// # Safety
/// GIL; a C string; `end` may be written or is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyLong_FromString(
    text: *const c_char,
    end: *mut *mut c_char,
    base: c_int,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        let bytes = CStr::from_ptr(text).to_bytes();
        let r = checked_base(py, base).and_then(|base| {
            if end.is_null() {
                return int::construct::of_bytes(py, bytes, base);
            }
            // The longest beginning that is an int, white space behind it included.
            let mut n = bytes.len();
            *end = text.cast_mut();
            loop {
                let r = int::construct::of_bytes(py, &bytes[..n], base);
                match r {
                    Err(_) if n > 0 => n -= 1,
                    Err(e) => break Err(e),
                    Ok(v) => {
                        *end = text.add(n).cast_mut();
                        break Ok(v);
                    }
                }
            }
        });
        pointer(py, r)
    }
}

/// C: `int _PyLong_Sign(PyObject *)`.
///
/// # Safety
/// GIL, LIVE; an int.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyLong_Sign(o: *mut PyObject) -> c_int {
    // SAFETY: LAYOUT: the caller's promise.
    long::sign(unsafe { &*(o as *const PyLongObject) })
}

/// C: `size_t _PyLong_NumBits(PyObject *)`.
///
/// # Safety
/// GIL, LIVE; an int.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyLong_NumBits(o: *mut PyObject) -> usize {
    // SAFETY: LAYOUT: the caller's promise.
    int::bit_length(unsafe { &*(o as *const PyLongObject) }) as usize
}

/// C: `PyObject *_PyLong_Copy(PyLongObject *)`.
///
/// # Safety
/// GIL, LIVE; an int.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyLong_Copy(o: *mut PyLongObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let (py, o) = unsafe { (token(), &*o) };
    pointer(py, long::from_digits(py, long::sign(o) < 0, long::digits(o)))
}

/// C: `PyObject *_PyLong_FromByteArray(const unsigned char *, size_t, int little_endian, int is_signed)`.
///
/// # Safety
/// GIL; `n` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyLong_FromByteArray(
    bytes: *const c_uchar,
    n: usize,
    little: c_int,
    signed: c_int,
) -> *mut PyObject {
    // SAFETY: the caller's promise; no bytes need no pointer.
    unsafe {
        let py = token();
        let bytes = if n == 0 { &[] } else { core::slice::from_raw_parts(bytes, n) };
        pointer(py, long::from_num(py, convert::from_bytes(bytes, little != 0, signed != 0)))
    }
}

/// C: `int _PyLong_AsByteArray(PyLongObject *, unsigned char *, size_t, int little_endian, int is_signed)`.
///
/// # Safety
/// GIL, LIVE; an int; room for `n` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyLong_AsByteArray(
    o: *mut PyLongObject,
    bytes: *mut c_uchar,
    n: usize,
    little: c_int,
    signed: c_int,
) -> c_int {
    // SAFETY: the caller's promise; no bytes need no pointer.
    unsafe {
        let py = token();
        let out = if n == 0 { &mut [] } else { core::slice::from_raw_parts_mut(bytes, n) };
        let r = convert::to_bytes(long::num(&*o), out, little != 0, signed != 0);
        value(py, r.map(|()| 0).map_err(|e| number::error(py, &e)), -1)
    }
}

/// C: `PyObject *PyNumber_Long(PyObject *)`.
///
/// # Safety
/// GIL, LIVE where not NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyNumber_Long(o: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let (py, o) = unsafe { (token(), o.as_ref()) };
    pointer(py, o.map_or_else(|| Err(null(py)), |o| int::construct::of_object(py, o)))
}

/// C: `PyObject *PyNumber_Float(PyObject *)`.
///
/// # Safety
/// GIL, LIVE where not NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyNumber_Float(o: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let (py, o) = unsafe { (token(), o.as_ref()) };
    pointer(py, o.map_or_else(|| Err(null(py)), |o| float_type::of_object(py, o)))
}

/// The error of the abstract protocols for a NULL argument.
#[cold]
fn null(py: Py<'_>) -> PyErr {
    exceptions::system_error(py, format_args!("null argument to internal routine"))
}

/// `_PyLong_Format` and its kin: the digits in a base, with its prefix where `alternate` asks for one. Decimal text is
/// limited as `int.__repr__` is.
pub(crate) fn in_base(
    py: Py<'_>,
    n: &PyLongObject,
    base: c_int,
    alternate: bool,
) -> PyResult<Owned<PyUnicodeObject>> {
    match base {
        10 => dxpy_types::int::repr(py, n),
        2 | 8 | 16 if alternate => {
            unicode::from_str(py, &dxpy_num::text::with_prefix(long::num(n), base as u32))
        }
        2 | 8 | 16 => {
            let sign = if long::sign(n) < 0 { "-" } else { "" };
            unicode::from_str(py, &format!("{sign}{}", dxpy_num::text::to_base(long::digits(n), base as u32)))
        }
        _ => Err(bad_call(py)),
    }
}
