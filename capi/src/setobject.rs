//! setobject.h and cpython/setobject.h: sets and frozensets.

use crate::util::{pointer, token};
use core::ffi::c_int;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::set::{self, PyFrozenSet_Type, PySet_Type};
use dxpy_core::{Py, PyResult, exceptions, unicode};

/// The error for an object that is not what C code promises (`PyErr_BadInternalCall`).
fn bad<T>(py: Py<'_>, o: Option<T>) -> PyResult<T> {
    o.ok_or_else(|| exceptions::system_error(py, format_args!("bad argument to internal function")))
}

/// 0 or 1, or -1 with the error pending.
fn answer(py: Py<'_>, r: PyResult<isize>) -> isize {
    r.unwrap_or_else(|e| {
        e.restore(py);
        -1
    })
}

/// C: `PyObject *PySet_New(PyObject *)`: no iterable is NULL.
///
/// # Safety
/// GIL, LIVE or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PySet_New(items: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let (py, items) = unsafe { (token(), items.as_ref()) };
    pointer(py, set::make(py, &PySet_Type, items))
}

/// C: `PyObject *PyFrozenSet_New(PyObject *)`: no iterable is NULL.
///
/// # Safety
/// GIL, LIVE or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFrozenSet_New(items: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let (py, items) = unsafe { (token(), items.as_ref()) };
    pointer(py, set::make(py, &PyFrozenSet_Type, items))
}

/// C: `Py_ssize_t PySet_Size(PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PySet_Size(s: *mut PyObject) -> Py_ssize_t {
    // SAFETY: the caller's promise.
    let (py, s) = unsafe { (token(), &*s) };
    answer(py, bad(py, set::check_any(s)).map(|s| set::len(s) as isize))
}

/// C: `int PySet_Contains(PyObject *, PyObject *)`: a set is not taken for a frozenset.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PySet_Contains(s: *mut PyObject, key: *mut PyObject) -> c_int {
    // SAFETY: the caller's promise.
    let (py, s, key) = unsafe { (token(), &*s, &*key) };
    answer(py, bad(py, set::check_any(s)).and_then(|s| set::contains(py, s, key)).map(isize::from)) as c_int
}

/// C: `int PySet_Add(PyObject *, PyObject *)`: to a frozenset too, as long as only the caller has it.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PySet_Add(s: *mut PyObject, key: *mut PyObject) -> c_int {
    // SAFETY: the caller's promise.
    let (py, s, key) = unsafe { (token(), &*s, &*key) };
    let s = set::check(s).or_else(|| set::check_frozen(s).filter(|s| s.refcnt() == 1));
    answer(py, bad(py, s).and_then(|s| set::add(py, s, key)).map(|()| 0)) as c_int
}

/// C: `int PySet_Discard(PyObject *, PyObject *)`: whether it was there.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PySet_Discard(s: *mut PyObject, key: *mut PyObject) -> c_int {
    // SAFETY: the caller's promise.
    let (py, s, key) = unsafe { (token(), &*s, &*key) };
    answer(py, bad(py, set::check(s)).and_then(|s| set::discard(py, s, key)).map(isize::from)) as c_int
}

/// C: `PyObject *PySet_Pop(PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PySet_Pop(s: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let (py, s) = unsafe { (token(), &*s) };
    let empty = || match unicode::from_str(py, "pop from an empty set") {
        Ok(text) => exceptions::key_error(py, text.as_object()),
        Err(e) => e,
    };
    pointer(py, bad(py, set::check(s)).and_then(|s| set::pop(py, s).ok_or_else(empty)))
}

/// C: `int PySet_Clear(PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PySet_Clear(s: *mut PyObject) -> c_int {
    // SAFETY: the caller's promise.
    let (py, s) = unsafe { (token(), &*s) };
    answer(py, bad(py, set::check(s)).map(|s| set::clear(py, s)).map(|()| 0)) as c_int
}

/// C: `int _PySet_Update(PyObject *, PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PySet_Update(s: *mut PyObject, items: *mut PyObject) -> c_int {
    // SAFETY: the caller's promise.
    let (py, s, items) = unsafe { (token(), &*s, &*items) };
    answer(py, bad(py, set::check(s)).and_then(|s| set::update(py, s, items)).map(|()| 0)) as c_int
}

/// C: `int _PySet_NextEntry(PyObject *, Py_ssize_t *, PyObject **, Py_hash_t *)`: borrowed.
///
/// # Safety
/// GIL, LIVE; the other pointers are valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PySet_NextEntry(
    s: *mut PyObject,
    pos: *mut Py_ssize_t,
    key: *mut *mut PyObject,
    hash: *mut Py_hash_t,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        let s = match bad(py, set::check_any(&*s)) {
            Ok(s) => s,
            Err(e) => {
                e.restore(py);
                return -1;
            }
        };
        let mut at = (*pos).max(0) as usize;
        let found = set::next(s, &mut at);
        *pos = at as Py_ssize_t;
        let Some((k, h)) = found else { return 0 };
        (*key, *hash) = (k.as_ptr(), h);
        1
    }
}
