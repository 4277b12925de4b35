//! pycore_fileutils.h and the converters of posixmodule.h: paths without redundant parts, numbers of users and groups, sets
//! of signals, the conventions of the locale. Text in the locale's encoding is in `fileobject`.

use crate::unicodeobject::wide::Wide;
use crate::util::{api, free, put, success};
use core::ffi::{CStr, c_char, c_int, c_void};
use dxpy_core::abi::PyObject;
use dxpy_core::{Owned, Py, PyResult, long};
use dxpy_host::locale;
use dxpy_mod_os::convert;

/// -1 where no bit is missing: the number that means «leave it».
fn id_object(py: Py<'_>, id: u32) -> PyResult {
    match id {
        u32::MAX => long::from_i64(py, -1),
        id => long::from_i64(py, id.into()),
    }
    .map(Owned::upcast)
}

/// `_Py_Uid_Converter`: 1, or 0 with an error.
fn convert_id(py: Py<'_>, o: &PyObject, what: &str, to: *mut u32) -> c_int {
    success(py, convert::id(py, o, what).map(|id| put(to, id)))
}

api! {
    /// C: `PyObject *_PyLong_FromUid(uid_t)`.
    fn _PyLong_FromUid(py, id: u32) -> PyResult<Owned> { id_object(py, id) }
    /// C: `PyObject *_PyLong_FromGid(gid_t)`.
    fn _PyLong_FromGid(py, id: u32) -> PyResult<Owned> { id_object(py, id) }
    /// C: `int _Py_Uid_Converter(PyObject *, uid_t *)`: 1, or 0 with an error, as that of groups.
    fn _Py_Uid_Converter(py, o: &PyObject, to: *mut u32) -> c_int { convert_id(py, o, "uid", to) }
    /// C: `int _Py_Gid_Converter(PyObject *, gid_t *)`.
    fn _Py_Gid_Converter(py, o: &PyObject, to: *mut u32) -> c_int { convert_id(py, o, "gid", to) }
    /// C: `int _Py_Sigset_Converter(PyObject *, void *)`: the signals of an iterable as a `sigset_t`; 1, or 0 with an error.
    fn _Py_Sigset_Converter(py, o: &PyObject, to: *mut c_void) -> c_int {
        let read = || {
            let signals = dxpy_mod_sys::_signal::signals_of(py, o)?;
            let set = dxpy_host::signal::to_set(&signals).map_err(|e| dxpy_mod_sys::errors::os(py, e))?;
            put(to.cast::<libc::sigset_t>(), set);
            Ok(())
        };
        success(py, read())
    }
    /// C: `int _Py_GetLocaleconvNumeric(struct lconv *, PyObject **decimal_point, PyObject **thousands_sep)`: both in the
    /// encoding of `LC_NUMERIC`.
    fn _Py_GetLocaleconvNumeric(py, conventions: &libc::lconv, point: *mut *mut PyObject, separator: *mut *mut PyObject) -> PyResult<()> {
        // SAFETY: C strings of the C library.
        let texts = unsafe { [CStr::from_ptr(conventions.decimal_point), CStr::from_ptr(conventions.thousands_sep)] };
        let [a, b] = texts.map(|t| dxpy_mod_os::_locale::numeric_text(py, t.to_bytes()));
        let (a, b) = (a?, b?);
        put(point, a.into_ptr());
        put(separator, b.into_ptr());
        Ok(())
    }
}

/// The locales that take the place of C's own, the best first.
const TARGETS: [&CStr; 3] = [c"C.UTF-8", c"C.utf8", c"UTF-8"];

free! {
    /// C: `wchar_t *_Py_normpath(wchar_t *, Py_ssize_t size)`: in place, ended by a NUL; `size` may be negative for text that
    /// a NUL ends. The result begins behind a leading `./`.
    fn _Py_normpath(path: *mut Wide, size: isize) -> *mut Wide {
        let all: &[u32] = match usize::try_from(size) {
            // SAFETY: the C API's contract: that many characters, with room for a NUL behind them.
            Ok(n) => unsafe { core::slice::from_raw_parts(path.cast(), n) },
            // SAFETY: as above: a NUL ends them.
            Err(_) => unsafe { crate::unicodeobject::wide::text(path) },
        };
        if all.is_empty() {
            return path;
        }
        let slash = u32::from('/');
        let skip = match all {
            [dot, second, ..] if *dot == u32::from('.') && *second == slash => {
                1 + all[1..].iter().take_while(|c| **c == slash).count()
            }
            _ => 0,
        };
        let normal = dxpy_mod_os::path::normal(all);
        // SAFETY: as above; what is written is not longer than what was read, and a NUL has its place behind that.
        unsafe {
            let path = path.add(skip);
            for (i, c) in normal.iter().chain([&0]).enumerate() {
                *path.add(i) = *c as Wide;
            }
            path
        }
    }
    /// C: `int _Py_CoerceLegacyLocale(int warn)`: whether C's own locale was replaced by one with UTF-8.
    fn _Py_CoerceLegacyLocale(warn: c_int) -> c_int {
        let before = locale::set(libc::LC_CTYPE, None);
        let set_by_user = dxpy_host::env::get(c"LC_ALL").is_some_and(|v| !v.is_empty());
        for target in TARGETS.into_iter().filter(|_| !set_by_user) {
            if locale::set(libc::LC_CTYPE, Some(target)).is_none() {
                continue;
            }
            if locale::info(libc::CODESET).is_none_or(|c| c.is_empty()) {
                locale::set(libc::LC_CTYPE, Some(c""));
                continue;
            }
            // SAFETY: C strings; whoever asks for this promises that nothing else reads the environment meanwhile.
            if unsafe { libc::setenv(c"LC_CTYPE".as_ptr(), target.as_ptr(), 1) } != 0 {
                eprintln!("Error setting LC_CTYPE, skipping C locale coercion");
                return 0;
            }
            if warn != 0 {
                let name = target.to_string_lossy();
                eprintln!("Python detected LC_CTYPE=C: LC_CTYPE coerced to {name} (set another locale or PYTHONCOERCECLOCALE=0 to disable this locale coercion behavior).");
            }
            locale::set(libc::LC_ALL, Some(c""));
            return 1;
        }
        if let Some(name) = before.and_then(|b| std::ffi::CString::new(b).ok()) {
            locale::set(libc::LC_CTYPE, Some(&name));
        }
        0
    }
}

/// `_Py_dg_dtoa`'s result for what is no number has this place of the point.
const NO_NUMBER: c_int = 9999;

free! {
    /// C: `char *_Py_dg_dtoa(double, int mode, int ndigits, int *decpt, int *sign, char **end)`: decimal digits; mode 0 is the
    /// shortest text that reads back, 2 significant digits, 3 digits behind the point.
    fn _Py_dg_dtoa(v: f64, mode: c_int, digits: c_int, point: *mut c_int, sign: *mut c_int, end: *mut *mut c_char) -> *mut c_char {
        put(sign, c_int::from(v.is_sign_negative()));
        let (text, place) = match v {
            _ if v.is_nan() => (b"NaN".to_vec(), NO_NUMBER),
            _ if v.is_infinite() => (b"Infinity".to_vec(), NO_NUMBER),
            _ => dxpy_num::decimal::dtoa(v, mode, digits),
        };
        put(point, place);
        // SAFETY: room for all bytes and the NUL.
        unsafe {
            let p = libc::malloc(text.len() + 1).cast::<u8>();
            if p.is_null() {
                return core::ptr::null_mut();
            }
            core::ptr::copy_nonoverlapping(text.as_ptr(), p, text.len());
            *p.add(text.len()) = 0;
            put(end, p.add(text.len()).cast());
            p.cast()
        }
    }
    /// C: `void _Py_dg_freedtoa(char *)`.
    fn _Py_dg_freedtoa(s: *mut c_char) -> () {
        // SAFETY: made by the function above.
        unsafe { libc::free(s.cast()) }
    }
}
