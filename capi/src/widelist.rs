//! `PyWideStringList` of cpython/initconfig.h, and what start-up reads of the environment and of `-X`.

use crate::initconfig::{ERROR, NO_MEMORY, OK, PyStatus};
use crate::pymem::{_PyMem_RawWcsdup, PyMem_RawFree, PyMem_RawMalloc};
use crate::unicodeobject::wide::{self, Wide};
use crate::util::{api, free};
use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int};
use dxpy_core::abi::PyWideStringList;
use dxpy_core::{Owned, Py, PyResult, list, object};
use std::ffi::{OsStr, OsString};

/// The texts of a list.
pub(crate) fn items(l: &PyWideStringList) -> &[*mut Wide] {
    let n = l.length.get().max(0) as usize;
    // SAFETY: the C API's contract: a valid list.
    if n == 0 { &[] } else { unsafe { core::slice::from_raw_parts(l.items.get(), n) } }
}

pub(crate) fn clear_list(l: &PyWideStringList) {
    for p in items(l) {
        // SAFETY: the list owns its texts.
        unsafe { PyMem_RawFree((*p).cast()) };
    }
    // SAFETY: and its array.
    unsafe { PyMem_RawFree(l.items.replace(core::ptr::null_mut()).cast()) };
    l.length.set(0);
}

/// Makes a list of copies of these texts; what it had before goes.
pub(crate) fn set_list(l: &PyWideStringList, texts: &[*mut Wide]) -> PyStatus {
    // SAFETY: new memory, filled before it is seen.
    unsafe {
        let new: *mut *mut Wide = PyMem_RawMalloc(size_of_val(texts).max(1)).cast();
        if new.is_null() {
            return NO_MEMORY;
        }
        for (i, t) in texts.iter().enumerate() {
            let p = _PyMem_RawWcsdup(*t);
            if p.is_null() {
                (0..i).for_each(|k| PyMem_RawFree((*new.add(k)).cast()));
                PyMem_RawFree(new.cast());
                return NO_MEMORY;
            }
            *new.add(i) = p;
        }
        clear_list(l);
        l.items.set(new);
        l.length.set(texts.len() as isize);
    }
    OK
}

/// Puts a copy of a text in a list (`PyWideStringList_Insert`): behind the end is at the end.
pub(crate) fn insert(l: &PyWideStringList, at: isize, text: *const Wide) -> PyStatus {
    let Ok(at) = usize::try_from(at) else {
        return PyStatus::new(ERROR, c"PyWideStringList_Insert index must be >= 0".as_ptr(), 0);
    };
    let mut all = items(l).to_vec();
    all.insert(at.min(all.len()), text.cast_mut());
    set_list(l, &all)
}

/// Text of the system in wide characters; the caller frees it.
pub(crate) fn widen(s: &OsStr) -> *mut Wide {
    let Ok(s) = std::ffi::CString::new(s.as_encoded_bytes()) else { return core::ptr::null_mut() };
    // SAFETY: a C string.
    unsafe { crate::fileobject::Py_DecodeLocale(s.as_ptr(), core::ptr::null_mut()) }
}

pub(crate) fn set_os_list(l: &PyWideStringList, all: &[OsString]) {
    let texts: Vec<*mut Wide> = all.iter().map(|s| widen(s)).collect();
    let known: Vec<*mut Wide> = texts.iter().copied().filter(|p| !p.is_null()).collect();
    set_list(l, &known);
    for p in texts {
        // SAFETY: made here.
        unsafe { PyMem_RawFree(p.cast()) };
    }
}

pub(crate) fn to_object(py: Py<'_>, p: *mut Wide) -> PyResult {
    if p.is_null() {
        return Ok(object::none());
    }
    // SAFETY: the struct's own wide string.
    wide::to_str(py, unsafe { wide::text(p) }).map(Owned::upcast)
}

pub(crate) fn list_object(py: Py<'_>, l: &PyWideStringList) -> PyResult {
    let all: Vec<Owned> = items(l).iter().map(|p| to_object(py, *p)).collect::<PyResult<_>>()?;
    list::from_iter(py, all).map(Owned::upcast)
}

api! {
    /// C: `PyObject *_PyWideStringList_AsList(const PyWideStringList *)`.
    fn _PyWideStringList_AsList(py, l: &PyWideStringList) -> PyResult<Owned> {
        list_object(py, l)
    }
}

free! {
    /// C: `PyStatus PyWideStringList_Append(PyWideStringList *, const wchar_t *)`.
    fn PyWideStringList_Append(l: &PyWideStringList, text: *const Wide) -> PyStatus { insert(l, isize::MAX, text) }
    /// C: `PyStatus PyWideStringList_Insert(PyWideStringList *, Py_ssize_t, const wchar_t *)`.
    fn PyWideStringList_Insert(l: &PyWideStringList, at: isize, text: *const Wide) -> PyStatus { insert(l, at, text) }
    /// C: `void _PyWideStringList_Clear(PyWideStringList *)`.
    fn _PyWideStringList_Clear(l: &PyWideStringList) -> () { clear_list(l) }
    /// C: `int _PyWideStringList_Copy(PyWideStringList *, const PyWideStringList *)`.
    fn _PyWideStringList_Copy(to: &PyWideStringList, from: &PyWideStringList) -> c_int {
        -c_int::from(set_list(to, items(from)).is_exception())
    }
    /// C: `PyStatus _PyWideStringList_Extend(PyWideStringList *, const PyWideStringList *)`.
    fn _PyWideStringList_Extend(to: &PyWideStringList, from: &PyWideStringList) -> PyStatus {
        let mut all = items(to).to_vec();
        all.extend_from_slice(items(from));
        set_list(to, &all)
    }
    /// C: `PyStatus _PyArgv_AsWstrList(const _PyArgv *, PyWideStringList *)`.
    fn _PyArgv_AsWstrList(a: &Argv, l: &PyWideStringList) -> PyStatus {
        if a.use_bytes_argv != 0 { bytes_list(l, a.argc, a.bytes_argv) } else {
            set_list(l, items(&PyWideStringList { length: Cell::new(a.argc), items: Cell::new(a.wchar_argv) }))
        }
    }
    /// C: `const char *_Py_GetEnv(int use_environment, const char *name)`: NULL for an empty value too.
    fn _Py_GetEnv(use_environment: c_int, name: *const c_char) -> *const c_char { env(use_environment, name) }
    /// C: `int _Py_str_to_int(const char *, int *)`.
    fn _Py_str_to_int(text: *const c_char, place: *mut c_int) -> c_int {
        match number(text) {
            Some(n) => {
                crate::util::put(place, n);
                0
            }
            None => -1,
        }
    }
    /// C: `void _Py_get_env_flag(int use_environment, int *flag, const char *name)`: the flag is at least the number, or 1.
    fn _Py_get_env_flag(use_environment: c_int, flag: &Cell<c_int>, name: *const c_char) -> () {
        let var = env(use_environment, name);
        if !var.is_null() {
            let n = number(var).filter(|n| *n >= 0).unwrap_or(1);
            flag.set(flag.get().max(n));
        }
    }
    /// C: `const wchar_t *_Py_get_xoption(const PyWideStringList *, const wchar_t *name)`: the whole option.
    fn _Py_get_xoption(l: &PyWideStringList, name: *const Wide) -> *const Wide {
        // SAFETY: the C API's contract: wide strings.
        let is = |p: &&*mut Wide| unsafe {
            let (option, name) = (wide::text(**p), wide::text(name));
            option.split(|c| *c == u32::from('=')).next() == Some(name)
        };
        items(l).iter().find(is).map_or(core::ptr::null(), |p| *p)
    }
}

/// `_PyArgv`.
#[repr(C)]
pub struct Argv {
    argc: isize,
    use_bytes_argv: c_int,
    bytes_argv: *const *const c_char,
    wchar_argv: *mut *mut Wide,
}

/// Makes a list of texts in the system's encoding.
pub(crate) fn bytes_list(l: &PyWideStringList, n: isize, texts: *const *const c_char) -> PyStatus {
    use std::os::unix::ffi::OsStrExt;
    let all: Vec<OsString> = (0..n.max(0) as usize)
        // SAFETY: the C API's contract: that many C strings.
        .map(|i| unsafe { OsStr::from_bytes(CStr::from_ptr(*texts.add(i)).to_bytes()).to_owned() })
        .collect();
    set_os_list(l, &all);
    if l.length.get() == n.max(0) { OK } else { PyStatus::new(ERROR, c"cannot decode string".as_ptr(), 0) }
}

fn env(use_environment: c_int, name: *const c_char) -> *const c_char {
    if use_environment == 0 {
        return core::ptr::null();
    }
    // SAFETY: a C string. The value is the environment's, as in C.
    let p = unsafe { libc::getenv(name) };
    // SAFETY: a C string, or NULL.
    if p.is_null() || unsafe { *p } == 0 { core::ptr::null() } else { p }
}

/// A decimal number that fills the text.
fn number(text: *const c_char) -> Option<c_int> {
    crate::util::c_text(text)?.trim_start().parse().ok()
}
