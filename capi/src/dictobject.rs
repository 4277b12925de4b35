//! dictobject.h and cpython/dictobject.h: operations on dicts, watchers, `PyDictProxy_New`. Not here: the functions of
//! `_Py_Identifier`s, views made by C code, the debug statistics.

use crate::util::{pointer, token};
use core::ffi::{CStr, c_char, c_int};
use dxpy_core::abi::*;
use dxpy_core::ptr::{Object, borrow};
use dxpy_core::{Owned, Py, PyErr, PyResult, dict, exceptions, list, mappingproxy, tuple, unicode, watch};

/// The dict that C code promises; `SystemError` for anything else (`PyErr_BadInternalCall`).
///
/// # Safety
/// LIVE or NULL.
unsafe fn dict_of<'a>(py: Py<'_>, o: *mut PyObject) -> PyResult<&'a PyDictObject> {
    // SAFETY: the caller's promise.
    unsafe { o.as_ref() }
        .and_then(dict::check)
        .ok_or_else(|| exceptions::system_error(py, format_args!("bad argument to internal function")))
}

/// 0, or -1 with the error pending.
fn status(py: Py<'_>, r: PyResult<()>) -> c_int {
    truth(py, r.map(|()| false))
}

/// 0 or 1, or -1 with the error pending.
fn truth(py: Py<'_>, r: PyResult<bool>) -> c_int {
    r.map_or_else(
        |e| {
            e.restore(py);
            -1
        },
        c_int::from,
    )
}

/// A value that its dict goes on holding: NULL if there is none, with an error or without.
fn borrowed(py: Py<'_>, r: PyResult<Option<Owned>>) -> *mut PyObject {
    match r {
        Ok(Some(v)) => v.as_ptr(),
        Ok(None) => core::ptr::null_mut(),
        Err(e) => {
            e.restore(py);
            core::ptr::null_mut()
        }
    }
}

/// As [`borrowed`], for the functions that hide errors and leave an exception alone that is pending.
fn quietly(py: Py<'_>, f: impl FnOnce() -> PyResult<Option<Owned>>) -> *mut PyObject {
    let pending = PyErr::take(py);
    let r = f().unwrap_or(None);
    if let Some(e) = pending {
        e.restore(py);
    }
    borrowed(py, Ok(r))
}

/// A key in UTF-8.
///
/// # Safety
/// `s` is a C string.
unsafe fn text(py: Py<'_>, s: *const c_char) -> PyResult<Owned<PyUnicodeObject>> {
    // SAFETY: the caller's promise.
    unicode::from_utf8(py, unsafe { CStr::from_ptr(s) }.to_bytes())
}

macro_rules! functions {
    ($($(#[$m:meta])* pub unsafe extern "C" fn $name:ident($py:ident $(, $arg:ident: $t:ty)*) -> $r:ty $body:block)*) => { $(
        $(#[$m])*
        ///
        /// # Safety
        /// GIL; LIVE for every object that the header does not allow to be NULL; other pointers are valid or NULL.
        pub unsafe extern "C" fn $name($($arg: $t),*) -> $r {
            // SAFETY: the caller's promise.
            unsafe {
                let $py = token();
                $body
            }
        }
    )* };
}

functions! {
    /// C: `PyObject *PyDict_New(void)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_New(py) -> *mut PyObject { pointer(py, dict::new(py)) }

    /// C: `PyObject *_PyDict_NewPresized(Py_ssize_t)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn _PyDict_NewPresized(py, n: Py_ssize_t) -> *mut PyObject { pointer(py, dict::presized(py, n.max(0) as usize)) }

    /// C: `PyObject *PyDict_Copy(PyObject *)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_Copy(py, d: *mut PyObject) -> *mut PyObject {
        pointer(py, dict_of(py, d).and_then(|d| dict::copy(py, d)))
    }

    /// C: `Py_ssize_t PyDict_Size(PyObject *)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_Size(py, d: *mut PyObject) -> Py_ssize_t {
        match dict_of(py, d) {
            Ok(d) => dict::len(d) as Py_ssize_t,
            Err(e) => {
                e.restore(py);
                -1
            }
        }
    }

    /// C: `PyObject *PyDict_GetItem(PyObject *, PyObject *)`: borrowed; errors are hidden.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_GetItem(py, d: *mut PyObject, key: *mut PyObject) -> *mut PyObject {
        quietly(py, || dict::check(&*d).map_or(Ok(None), |d| dict::get(py, d, &*key)))
    }

    /// C: `PyObject *PyDict_GetItemString(PyObject *, const char *)`: borrowed; errors are hidden.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_GetItemString(py, d: *mut PyObject, key: *const c_char) -> *mut PyObject {
        quietly(py, || {
            let key = text(py, key)?;
            dict::check(&*d).map_or(Ok(None), |d| dict::get(py, d, key.as_object()))
        })
    }

    /// C: `PyObject *PyDict_GetItemWithError(PyObject *, PyObject *)`: borrowed.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_GetItemWithError(py, d: *mut PyObject, key: *mut PyObject) -> *mut PyObject {
        borrowed(py, dict_of(py, d).and_then(|d| dict::get(py, d, &*key)))
    }

    /// C: `PyObject *_PyDict_GetItemWithError(PyObject *, PyObject *)`: borrowed; a missing key is a `KeyError`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn _PyDict_GetItemWithError(py, d: *mut PyObject, key: *mut PyObject) -> *mut PyObject {
        let found = dict_of(py, d).and_then(|d| dict::get(py, d, &*key));
        borrowed(py, found.and_then(|v| v.map(Some).ok_or_else(|| exceptions::key_error(py, &*key))))
    }

    /// C: `PyObject *_PyDict_GetItemStringWithError(PyObject *, const char *)`: borrowed.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn _PyDict_GetItemStringWithError(py, d: *mut PyObject, key: *const c_char) -> *mut PyObject {
        let key = text(py, key);
        borrowed(py, key.and_then(|key| dict::get(py, dict_of(py, d)?, key.as_object())))
    }

    /// C: `PyObject *_PyDict_GetItem_KnownHash(PyObject *, PyObject *, Py_hash_t)`: borrowed.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn _PyDict_GetItem_KnownHash(py, d: *mut PyObject, key: *mut PyObject, hash: Py_hash_t) -> *mut PyObject {
        borrowed(py, dict_of(py, d).and_then(|d| dict::get_known_hash(py, d, &*key, hash)))
    }

    /// C: `int PyDict_SetItem(PyObject *, PyObject *, PyObject *)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_SetItem(py, d: *mut PyObject, key: *mut PyObject, value: *mut PyObject) -> c_int {
        status(py, dict_of(py, d).and_then(|d| dict::set(py, d, &*key, &*value)))
    }

    /// C: `int _PyDict_SetItem_KnownHash(PyObject *, PyObject *, PyObject *, Py_hash_t)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn _PyDict_SetItem_KnownHash(py, d: *mut PyObject, key: *mut PyObject, value: *mut PyObject, hash: Py_hash_t) -> c_int {
        status(py, dict_of(py, d).and_then(|d| dict::set_known_hash(py, d, &*key, &*value, hash)))
    }

    /// C: `int PyDict_SetItemString(PyObject *, const char *, PyObject *)`: the key is interned.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_SetItemString(py, d: *mut PyObject, key: *const c_char, value: *mut PyObject) -> c_int {
        let key = text(py, key).and_then(|key| unicode::intern(py, key));
        status(py, key.and_then(|key| dict::set(py, dict_of(py, d)?, key.as_object(), &*value)))
    }

    /// C: `PyObject *PyDict_SetDefault(PyObject *, PyObject *, PyObject *)`: borrowed.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_SetDefault(py, d: *mut PyObject, key: *mut PyObject, default: *mut PyObject) -> *mut PyObject {
        borrowed(py, dict_of(py, d).and_then(|d| dict::set_default(py, d, &*key, &*default)).map(Some))
    }

    /// C: `int PyDict_DelItem(PyObject *, PyObject *)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_DelItem(py, d: *mut PyObject, key: *mut PyObject) -> c_int {
        status(py, dict_of(py, d).and_then(|d| dict::remove(py, d, &*key)))
    }

    /// C: `int PyDict_DelItemString(PyObject *, const char *)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_DelItemString(py, d: *mut PyObject, key: *const c_char) -> c_int {
        status(py, text(py, key).and_then(|key| dict::remove(py, dict_of(py, d)?, key.as_object())))
    }

    /// C: `int _PyDict_DelItem_KnownHash(PyObject *, PyObject *, Py_hash_t)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn _PyDict_DelItem_KnownHash(py, d: *mut PyObject, key: *mut PyObject, hash: Py_hash_t) -> c_int {
        let removed = dict_of(py, d).and_then(|d| dict::pop_known_hash(py, d, &*key, hash));
        status(py, removed.and_then(|v| v.map(drop).ok_or_else(|| exceptions::key_error(py, &*key))))
    }

    /// C: `PyObject *_PyDict_Pop(PyObject *, PyObject *, PyObject *)`: no default is NULL.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn _PyDict_Pop(py, d: *mut PyObject, key: *mut PyObject, default: *mut PyObject) -> *mut PyObject {
        let popped = dict_of(py, d).and_then(|d| dict::pop(py, d, &*key));
        let default = default.as_ref().map(Object::to_owned);
        pointer(py, popped.and_then(|v| v.or(default).ok_or_else(|| exceptions::key_error(py, &*key))))
    }

    /// C: `int PyDict_Contains(PyObject *, PyObject *)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_Contains(py, d: *mut PyObject, key: *mut PyObject) -> c_int {
        truth(py, dict::contains(py, borrow(d), &*key))
    }

    /// C: `int _PyDict_Contains_KnownHash(PyObject *, PyObject *, Py_hash_t)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn _PyDict_Contains_KnownHash(py, d: *mut PyObject, key: *mut PyObject, hash: Py_hash_t) -> c_int {
        truth(py, dict::get_known_hash(py, borrow(d), &*key, hash).map(|v| v.is_some()))
    }

    /// C: `void PyDict_Clear(PyObject *)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_Clear(py, d: *mut PyObject) -> () {
        if let Some(d) = dict::check(&*d) {
            dict::clear(py, d);
        }
    }

    /// C: `int PyDict_Next(PyObject *, Py_ssize_t *, PyObject **, PyObject **)`: borrowed.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_Next(py, d: *mut PyObject, pos: *mut Py_ssize_t, key: *mut *mut PyObject, value: *mut *mut PyObject) -> c_int {
        let _ = py;
        _PyDict_Next(d, pos, key, value, core::ptr::null_mut())
    }

    /// C: `int _PyDict_Next(PyObject *, Py_ssize_t *, PyObject **, PyObject **, Py_hash_t *)`: borrowed.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn _PyDict_Next(_py, d: *mut PyObject, pos: *mut Py_ssize_t, key: *mut *mut PyObject, value: *mut *mut PyObject, hash: *mut Py_hash_t) -> c_int {
        let Some(d) = dict::check(&*d).filter(|_| *pos >= 0) else { return 0 };
        let mut at = *pos as usize;
        let Some((k, v, h)) = dict::next_hash(d, &mut at) else { return 0 };
        *pos = at as Py_ssize_t;
        if let Some(key) = key.as_mut() { *key = k.as_ptr(); }
        if let Some(value) = value.as_mut() { *value = v.as_ptr(); }
        if let Some(hash) = hash.as_mut() { *hash = h; }
        1
    }

    /// C: `PyObject *PyDict_Keys(PyObject *)`: a list.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_Keys(py, d: *mut PyObject) -> *mut PyObject {
        pointer(py, dict_of(py, d).and_then(|d| list::from_iter(py, dict::items(d).into_iter().map(|(k, _)| k))))
    }

    /// C: `PyObject *PyDict_Values(PyObject *)`: a list.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_Values(py, d: *mut PyObject) -> *mut PyObject {
        pointer(py, dict_of(py, d).and_then(|d| list::from_iter(py, dict::items(d).into_iter().map(|(_, v)| v))))
    }

    /// C: `PyObject *PyDict_Items(PyObject *)`: a list of 2-tuples.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_Items(py, d: *mut PyObject) -> *mut PyObject {
        pointer(py, dict_of(py, d).and_then(|d| {
            let pairs = dict::items(d).into_iter().map(|(k, v)| tuple::from_iter(py, [k, v]).map(Owned::upcast));
            list::from_iter(py, pairs.collect::<PyResult<Vec<Owned>>>()?)
        }))
    }

    /// C: `int PyDict_Update(PyObject *, PyObject *)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_Update(py, d: *mut PyObject, from: *mut PyObject) -> c_int {
        status(py, dict_of(py, d).and_then(|d| dict::merge(py, d, from.as_ref().ok_or_else(|| crate::util::bad_call(py))?, true)))
    }

    /// C: `int PyDict_Merge(PyObject *, PyObject *, int)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_Merge(py, d: *mut PyObject, from: *mut PyObject, replace: c_int) -> c_int {
        status(py, dict_of(py, d).and_then(|d| dict::merge(py, d, from.as_ref().ok_or_else(|| crate::util::bad_call(py))?, replace != 0)))
    }

    /// C: `int PyDict_MergeFromSeq2(PyObject *, PyObject *, int)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_MergeFromSeq2(py, d: *mut PyObject, pairs: *mut PyObject, replace: c_int) -> c_int {
        status(py, dict_of(py, d).and_then(|d| dict::merge_pairs(py, d, &*pairs, replace != 0)))
    }

    /// C: `int _PyDict_HasOnlyStringKeys(PyObject *)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn _PyDict_HasOnlyStringKeys(_py, d: *mut PyObject) -> c_int {
        let (d, mut pos) = (borrow::<PyDictObject>(d), 0);
        while let Some((k, _)) = dict::next(d, &mut pos) {
            if unicode::check(k).is_none() { return 0; }
        }
        1
    }

    /// C: `Py_ssize_t _PyDict_SizeOf(PyDictObject *)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn _PyDict_SizeOf(_py, d: *mut PyObject) -> Py_ssize_t {
        (*d).ty().tp_basicsize.get() + dict::extra_size(borrow(d)) as Py_ssize_t
    }

    /// C: `PyObject *PyDictProxy_New(PyObject *)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDictProxy_New(py, mapping: *mut PyObject) -> *mut PyObject {
        pointer(py, mappingproxy::checked(py, &*mapping))
    }

    /// C: `int PyDict_AddWatcher(PyDict_WatchCallback)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_AddWatcher(py, callback: watch::DictWatcher) -> c_int {
        watch::DICTS.add(py, callback).unwrap_or_else(|e| {
            e.restore(py);
            -1
        })
    }

    /// C: `int PyDict_ClearWatcher(int)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_ClearWatcher(py, id: c_int) -> c_int {
        status(py, watch::DICTS.remove(py, id))
    }

    /// C: `int PyDict_Watch(int, PyObject *)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_Watch(py, id: c_int, d: *mut PyObject) -> c_int {
        status(py, watched(py, id, d).map(|(d, bit)| d.ma_version_tag.set(d.ma_version_tag.get() | bit)))
    }

    /// C: `int PyDict_Unwatch(int, PyObject *)`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn PyDict_Unwatch(py, id: c_int, d: *mut PyObject) -> c_int {
        status(py, watched(py, id, d).map(|(d, bit)| d.ma_version_tag.set(d.ma_version_tag.get() & !bit)))
    }
}

/// A dict to watch, with the bit of its version tag that says so.
///
/// # Safety
/// LIVE.
unsafe fn watched<'a>(py: Py<'_>, id: c_int, d: *mut PyObject) -> PyResult<(&'a PyDictObject, u64)> {
    // SAFETY: the caller's promise.
    let Some(d) = dict::check(unsafe { &*d }) else {
        return Err(exceptions::value_error(py, format_args!("Cannot watch non-dictionary")));
    };
    Ok((d, 1 << watch::DICTS.check(py, id)?))
}
