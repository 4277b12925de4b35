//! fileobject.h, cpython/fileobject.h, fileutils.h and pycore_fileutils.h: files of Python made and used by C code, names
//! of files as wide characters, and C's files.

use crate::unicodeobject::wide::{self, Wide};
use crate::util::{api, c_bytes, c_text, free, put, success};
use core::ffi::{c_char, c_int, c_void};
use dxpy_core::abi::{PyObject, PyUnicodeObject};
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, boolean, bytes, call, codecs, exceptions, hooks, long, name, object,
    protocol, unicode,
};
use dxpy_host::errno::Errno;
use libc::FILE;

/// A text argument; NULL is `None`.
fn optional(py: Py<'_>, s: *const c_char) -> PyResult {
    if s.is_null() { Ok(object::none()) } else { Ok(unicode::from_utf8(py, c_bytes(s))?.upcast()) }
}

/// `PyFile_WriteObject`.
fn write(py: Py<'_>, o: &PyObject, f: Option<&PyObject>, raw: bool) -> PyResult<()> {
    let f = f.ok_or_else(|| exceptions::type_error(py, format_args!("writeobject with NULL file")))?;
    let s = if raw { protocol::str(py, o)? } else { protocol::repr(py, o)? };
    call::method(py, f, name!("write"), [s.as_object()]).map(drop)
}

/// `PyFile_GetLine`: 0 is a whole line, more a limit, less a line without its end.
fn line(py: Py<'_>, f: &PyObject, n: c_int) -> PyResult {
    let r = if n > 0 {
        let limit = long::from_i64(py, n.into())?;
        call::method(py, f, name!("readline"), [limit.as_object()])?
    } else {
        call::method(py, f, name!("readline"), [])?
    };
    let ended = || exceptions::format(py, &exceptions::EOFError, format_args!("EOF when reading a line"));
    if let Some(b) = bytes::check(&r) {
        let content = bytes::as_slice(b);
        return match content {
            [] if n < 0 => Err(ended()),
            [head @ .., b'\n'] if n < 0 => Ok(bytes::new(py, head)?.upcast()),
            _ => Ok(r),
        };
    }
    if let Some(s) = unicode::check(&r) {
        let len = unicode::len(s);
        if n < 0 && len == 0 {
            return Err(ended());
        }
        if n < 0 && unicode::view(s).at(len - 1) == 10 {
            return Ok(unicode::substring(py, s, 0, len - 1)?.upcast());
        }
        return Ok(r);
    }
    Err(exceptions::type_error(py, format_args!("object.readline() returned non-string")))
}

/// A file in `io.open_code`.
fn open_code(py: Py<'_>, path: &PyObject) -> PyResult {
    let io = hooks::import(py, name!("_io"))?;
    call::method(py, &io, name!("open_code"), [path])
}

/// The error of the last call of the system.
fn failed(py: Py<'_>) -> PyErr {
    dxpy_mod_sys::errors::os(py, Errno::last())
}

/// -1 is a failure.
fn checked(py: Py<'_>, r: c_int) -> PyResult<c_int> {
    if r < 0 { Err(failed(py)) } else { Ok(r) }
}

fn fs_error(py: Py<'_>, e: Errno) -> PyErr {
    dxpy_mod_sys::errors::os(py, e)
}

/// A path as a C string.
fn c_path(py: Py<'_>, path: &PyObject) -> PyResult<std::ffi::CString> {
    let b = codecs::fs_path(py, path)?;
    std::ffi::CString::new(bytes::as_slice(&b))
        .map_err(|_| exceptions::value_error(py, format_args!("embedded null byte")))
}

/// `Py_UniversalNewlineFgets`: a line, its end as one character.
fn get_line(buffer: *mut c_char, n: c_int, f: *mut FILE) -> usize {
    let mut used = 0usize;
    // SAFETY: the C API's contract: an open file, and room for `n` characters.
    unsafe {
        while (used as c_int) < n - 1 {
            let mut c = libc::fgetc(f);
            if c == libc::EOF {
                break;
            }
            if c == c_int::from(b'\r') {
                let next = libc::fgetc(f);
                if next != c_int::from(b'\n') && next != libc::EOF {
                    libc::ungetc(next, f);
                }
                c = c_int::from(b'\n');
            }
            *buffer.add(used) = c as c_char;
            used += 1;
            if c == c_int::from(b'\n') {
                break;
            }
        }
        *buffer.add(used) = 0;
    }
    used
}

api! {
    /// C: `int PyFile_SetOpenCodeHook(Py_OpenCodeHookFunction, void *)`: once.
    fn PyFile_SetOpenCodeHook(py, f: unsafe extern "C" fn(*mut PyObject, *mut c_void) -> *mut PyObject, data: *mut c_void) -> PyResult<()> {
        dxpy_core::audit::event(py, "setopencodehook", [])?;
        if hooks::HOOKS.open_code.get().is_some() {
            return Err(exceptions::system_error(py, format_args!("failed to change existing open_code hook")));
        }
        hooks::HOOKS.open_code.set(Some(hooks::OpenCode { function: f, data }));
        Ok(())
    }
    /// C: `PyObject *PyFile_FromFd(int, const char *name, const char *mode, int buffering, const char *encoding, const char *errors, const char *newline, int closefd)`.
    fn PyFile_FromFd(py, fd: c_int, _name: *const c_char, mode: *const c_char, buffering: c_int, encoding: *const c_char, errors: *const c_char, newline: *const c_char, close: c_int) -> PyResult<Owned> {
        let io = hooks::import(py, name!("_io"))?;
        let open = dxpy_core::attr::get_name(py, &io, name!("open"))?;
        let (fd, buffering) = (long::from_i64(py, fd.into())?, long::from_i64(py, buffering.into())?);
        let mode = if mode.is_null() { unicode::from_str(py, "r")?.upcast() } else { optional(py, mode)? };
        let (encoding, errors, newline) = (optional(py, encoding)?, optional(py, errors)?, optional(py, newline)?);
        let close = boolean::new(close != 0);
        call::call(py, &open, [fd.as_object(), &mode, buffering.as_object(), &encoding, &errors, &newline, close.as_object()])
    }

    /// C: `PyObject *PyFile_GetLine(PyObject *, int)`.
    fn PyFile_GetLine(py, f: Option<&PyObject>, n: c_int) -> PyResult<Owned> {
        line(py, f.ok_or_else(|| crate::util::bad_call(py))?, n)
    }

    /// C: `int PyFile_WriteObject(PyObject *, PyObject *file, int flags)`.
    fn PyFile_WriteObject(py, o: &PyObject, f: Option<&PyObject>, flags: c_int) -> PyResult<()> {
        write(py, o, f, flags & 1 != 0)
    }

    /// C: `int PyFile_WriteString(const char *, PyObject *file)`: nothing where an exception is pending.
    fn PyFile_WriteString(py, s: *const c_char, f: Option<&PyObject>) -> PyResult<()> {
        if let Some(e) = PyErr::take(py) {
            return Err(e);
        }
        if f.is_none() {
            return Err(exceptions::system_error(py, format_args!("null file for PyFile_WriteString")));
        }
        write(py, unicode::from_utf8(py, c_bytes(s))?.as_object(), f, true)
    }

    /// C: `PyObject *PyFile_OpenCodeObject(PyObject *path)`.
    fn PyFile_OpenCodeObject(py, path: &PyObject) -> PyResult<Owned> {
        if unicode::check(path).is_none() {
            let shown = dxpy_core::call::type_name(path.ty());
            return Err(exceptions::type_error(py, format_args!("'path' must be 'str', not '{shown}'")));
        }
        open_code(py, path)
    }

    /// C: `PyObject *PyFile_OpenCode(const char *path)`.
    fn PyFile_OpenCode(py, path: *const c_char) -> PyResult<Owned> {
        open_code(py, codecs::decode_fs(py, c_bytes(path))?.as_object())
    }

    /// C: `int _PyLong_FileDescriptor_Converter(PyObject *, void *)`.
    fn _PyLong_FileDescriptor_Converter(py, o: &PyObject, to: *mut c_int) -> c_int {
        success(py, as_descriptor(py, o).map(|fd| put(to, fd)))
    }

    /// C: `PyObject *PyOS_FSPath(PyObject *)`.
    fn PyOS_FSPath(py, path: &PyObject) -> PyResult<Owned> {
        codecs::fspath(py, path)
    }

    /// C: `PyObject *_Py_device_encoding(int fd)`: `None` for what is no terminal.
    fn _Py_device_encoding(py, fd: c_int) -> PyResult<Owned> {
        if !dxpy_host::fd::isatty(fd) {
            return Ok(object::none());
        }
        Ok(unicode::from_str(py, codecs::fs().0)?.upcast())
    }

    /// C: `PyObject *_Py_GetLocaleEncodingObject(void)`.
    fn _Py_GetLocaleEncodingObject(py) -> PyResult<Owned<PyUnicodeObject>> {
        unicode::from_str(py, codecs::fs().0)
    }

    /// C: `int _Py_stat(PyObject *path, struct stat *)`: -1 for the system's failures, -2 with an exception.
    fn _Py_stat(py, path: &PyObject, to: *mut libc::stat) -> c_int {
        match c_path(py, path) {
            // SAFETY: a path, and the caller's place.
            Ok(p) => unsafe { libc::stat(p.as_ptr(), to) },
            Err(e) => {
                e.restore(py);
                -2
            }
        }
    }

    /// C: `int _Py_fstat(int fd, struct stat *)`.
    fn _Py_fstat(py, fd: c_int, to: *mut libc::stat) -> PyResult<c_int> {
        // SAFETY: the caller's place.
        checked(py, unsafe { libc::fstat(fd, to) })
    }

    /// C: `int _Py_open(const char *, int flags)`: not inherited.
    fn _Py_open(py, path: *const c_char, flags: c_int) -> PyResult<c_int> {
        let at = path as usize;
        loop {
            let fd = py.allow_threads(|| open_raw(at, flags));
            match fd {
                -1 if Errno::last() == Errno(libc::EINTR) => dxpy_core::thread::check_signals(py)?,
                -1 => {
                    let e = Errno::last();
                    let shown = codecs::decode_fs(py, c_bytes(path))?;
                    return Err(exceptions::raise_object(py, &*call::call(py, exceptions::OSError.as_object(), [
                        long::from_i64(py, e.0.into())?.as_object(),
                        unicode::from_str(py, &String::from_utf8_lossy(&e.message()))?.as_object(),
                        shown.as_object(),
                    ])?));
                }
                fd => return Ok(fd),
            }
        }
    }

    /// C: `int _Py_dup(int fd)`: not inherited.
    fn _Py_dup(py, fd: c_int) -> PyResult<c_int> {
        dxpy_host::fd::dup(fd).map_err(|e| fs_error(py, e))
    }

    /// C: `int _Py_get_inheritable(int fd)`.
    fn _Py_get_inheritable(py, fd: c_int) -> PyResult<bool> {
        dxpy_host::fd::get_inheritable(fd).map_err(|e| fs_error(py, e))
    }

    /// C: `int _Py_set_inheritable(int fd, int inheritable, int *atomic_flag_works)`.
    fn _Py_set_inheritable(py, fd: c_int, on: c_int, _works: *mut c_int) -> PyResult<()> {
        dxpy_host::fd::set_inheritable(fd, on != 0).map_err(|e| fs_error(py, e))
    }

    /// C: `int _Py_get_blocking(int fd)`.
    fn _Py_get_blocking(py, fd: c_int) -> PyResult<bool> {
        dxpy_host::fd::get_blocking(fd).map_err(|e| fs_error(py, e))
    }

    /// C: `int _Py_set_blocking(int fd, int blocking)`.
    fn _Py_set_blocking(py, fd: c_int, on: c_int) -> PyResult<()> {
        dxpy_host::fd::set_blocking(fd, on != 0).map_err(|e| fs_error(py, e))
    }

    /// C: `Py_ssize_t _Py_read(int fd, void *, size_t)`: with the GIL released.
    fn _Py_read(py, fd: c_int, to: *mut c_void, n: usize) -> PyResult<isize> {
        transfer(py, |at| {
            // SAFETY: the caller's memory.
            unsafe { libc::read(fd, at as *mut c_void, n.min(isize::MAX as usize)) }
        }, to as usize)
    }

    /// C: `Py_ssize_t _Py_write(int fd, const void *, size_t)`: with the GIL released.
    fn _Py_write(py, fd: c_int, from: *const c_void, n: usize) -> PyResult<isize> {
        transfer(py, |at| {
            // SAFETY: the caller's memory.
            unsafe { libc::write(fd, at as *const c_void, n.min(isize::MAX as usize)) }
        }, from as usize)
    }

    /// C: `FILE *_Py_fopen_obj(PyObject *path, const char *mode)`: not inherited.
    fn _Py_fopen_obj(py, path: &PyObject, mode: *const c_char) -> PyResult<*mut FILE> {
        let p = c_path(py, path)?;
        // SAFETY: C strings.
        let f = unsafe { libc::fopen(p.as_ptr(), mode) };
        if f.is_null() {
            let e = Errno::last();
            let message = unicode::from_str(py, &String::from_utf8_lossy(&e.message()))?;
            let n = long::from_i64(py, e.0.into())?;
            let args = [n.as_object(), message.as_object(), path];
            return Err(exceptions::raise_object(py, &*call::call(py, exceptions::OSError.as_object(), args)?));
        }
        // SAFETY: just opened.
        let fd = unsafe { libc::fileno(f) };
        dxpy_host::fd::set_inheritable(fd, false).map_err(|e| fs_error(py, e))?;
        Ok(f)
    }
}

/// Reads or writes until no signal is in the way.
fn transfer(py: Py<'_>, f: impl Fn(usize) -> isize + Send + Sync, at: usize) -> PyResult<isize> {
    loop {
        let (n, e) = py.allow_threads(|| {
            let n = f(at);
            (n, Errno::last())
        });
        match n {
            -1 if e == Errno(libc::EINTR) => dxpy_core::thread::check_signals(py)?,
            -1 => {
                e.set_last();
                return Err(fs_error(py, e));
            }
            n => return Ok(n),
        }
    }
}

fn open_raw(path: usize, flags: c_int) -> c_int {
    // SAFETY: the caller's C string.
    unsafe { libc::open(path as *const c_char, flags | libc::O_CLOEXEC, 0o777) }
}

/// The handlers that conversions of names know: strict, surrogateescape, surrogatepass.
#[derive(Clone, Copy, PartialEq)]
enum Errors {
    Strict,
    Escape,
    Pass,
}

/// `_Py_error_handler`.
fn handler(n: c_int) -> Option<Errors> {
    match n {
        1 => Some(Errors::Strict),
        2 => Some(Errors::Escape),
        6 => Some(Errors::Pass),
        _ => None,
    }
}

/// UTF-8 to wide characters; the place of the first bad byte.
fn decode(text: &[u8], errors: Errors) -> Result<Vec<Wide>, usize> {
    let mut out = Vec::with_capacity(text.len() + 1);
    let mut at = 0;
    while at < text.len() {
        match core::str::from_utf8(&text[at..]) {
            Ok(rest) => {
                out.extend(rest.chars().map(|c| c as Wide));
                break;
            }
            Err(e) => {
                let good = &text[at..at + e.valid_up_to()];
                out.extend(String::from_utf8_lossy(good).chars().map(|c| c as Wide));
                at += good.len();
                let surrogate = matches!(text.get(at..at + 3), Some([0xED, 0xA0..=0xBF, 0x80..=0xBF]));
                if errors == Errors::Pass && surrogate {
                    out.push(0xD000 | Wide::from(text[at + 1] & 63) << 6 | Wide::from(text[at + 2] & 63));
                    at += 3;
                } else if errors == Errors::Escape {
                    out.push(0xDC00 + Wide::from(text[at]));
                    at += 1;
                } else {
                    return Err(at);
                }
            }
        }
    }
    out.push(0);
    Ok(out)
}

/// Wide characters to UTF-8; the place of the first that has none.
fn encode(text: &[u32], errors: Errors) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(text.len() + 1);
    for (i, &c) in text.iter().enumerate() {
        match (char::from_u32(c), errors) {
            (Some(c), _) => out.extend(c.encode_utf8(&mut [0; 4]).bytes()),
            (None, Errors::Escape) if (0xDC80..0xDD00).contains(&c) => out.push((c - 0xDC00) as u8),
            (None, Errors::Pass) if (0xD800..0xE000).contains(&c) => {
                out.extend([0xE0 | (c >> 12) as u8, 0x80 | (c >> 6 & 63) as u8, 0x80 | (c & 63) as u8]);
            }
            _ => return Err(i),
        }
    }
    out.push(0);
    Ok(out)
}

/// Wide characters to UTF-8, with surrogates for bytes that were none; what has no text is left out.
pub(crate) fn encode_escaped(text: &[u32]) -> Vec<u8> {
    text.iter()
        .flat_map(|c| encode(&[*c], Errors::Escape).map_or(Vec::new(), |b| b[..b.len() - 1].to_vec()))
        .collect()
}

const REASON_DECODE: *const c_char = c"decoding error".as_ptr();
const REASON_ENCODE: *const c_char = c"encoding error".as_ptr();

/// `_Py_DecodeLocaleEx` and `_Py_DecodeUTF8Ex`.
fn decode_to(
    text: &[u8],
    to: *mut *mut Wide,
    n: *mut usize,
    reason: *mut *const c_char,
    errors: c_int,
) -> c_int {
    let Some(errors) = handler(errors) else { return -3 };
    match decode(text, errors) {
        Ok(all) => {
            let p = crate::pymem::copied(&all, crate::pymem::PyMem_RawMalloc);
            if p.is_null() {
                return -1;
            }
            put(to, p);
            put(n, all.len() - 1);
            0
        }
        Err(at) => {
            put(n, at);
            put(reason, REASON_DECODE);
            -2
        }
    }
}

/// `_Py_EncodeLocaleEx` and `_Py_EncodeUTF8Ex`.
fn encode_to(
    text: &[u32],
    to: *mut *mut c_char,
    at: *mut usize,
    reason: *mut *const c_char,
    raw: bool,
    errors: c_int,
) -> c_int {
    let Some(errors) = handler(errors) else { return -3 };
    match encode(text, errors) {
        Ok(all) => {
            let malloc = if raw { crate::pymem::PyMem_RawMalloc } else { crate::pymem::PyMem_Malloc };
            let p = crate::pymem::copied(&all, malloc as unsafe extern "C" fn(usize) -> *mut c_void);
            if p.is_null() {
                return -1;
            }
            put(to, p.cast());
            0
        }
        Err(i) => {
            put(at, i);
            put(reason, REASON_ENCODE);
            -2
        }
    }
}

/// The characters of a wide string.
fn chars<'a>(p: *const Wide) -> &'a [u32] {
    // SAFETY: the C API's contract: a wide string.
    unsafe { wide::text(p) }
}

/// A wide path as bytes.
fn narrow(p: *const Wide) -> Option<std::ffi::CString> {
    let mut b = encode(chars(p), Errors::Escape).ok()?;
    b.pop();
    std::ffi::CString::new(b).ok()
}

/// Writes a wide path into the caller's room; whether it fits.
fn widen(text: &[u8], to: *mut Wide, room: usize) -> Option<usize> {
    let all = decode(text, Errors::Escape).ok().filter(|a| a.len() <= room)?;
    // SAFETY: the caller's room.
    unsafe { core::ptr::copy_nonoverlapping(all.as_ptr(), to, all.len()) };
    Some(all.len() - 1)
}

free! {
    /// C: `wchar_t *Py_DecodeLocale(const char *, size_t *)`: from `PyMem_RawMalloc`.
    fn Py_DecodeLocale(s: *const c_char, n: *mut usize) -> *mut Wide {
        let mut p = core::ptr::null_mut();
        match decode_to(c_bytes(s), &raw mut p, n, core::ptr::null_mut(), 2) {
            0 => p,
            e => {
                put(n, if e == -1 { usize::MAX } else { usize::MAX - 1 });
                core::ptr::null_mut()
            }
        }
    }
    /// C: `char *Py_EncodeLocale(const wchar_t *, size_t *error_pos)`: from `PyMem_Malloc`.
    fn Py_EncodeLocale(s: *const Wide, at: *mut usize) -> *mut c_char {
        let mut p = core::ptr::null_mut();
        put(at, usize::MAX);
        encode_to(chars(s), &raw mut p, at, core::ptr::null_mut(), false, 2);
        p
    }
    /// C: `char *_Py_EncodeLocaleRaw(const wchar_t *, size_t *error_pos)`: from `PyMem_RawMalloc`.
    fn _Py_EncodeLocaleRaw(s: *const Wide, at: *mut usize) -> *mut c_char {
        let mut p = core::ptr::null_mut();
        put(at, usize::MAX);
        encode_to(chars(s), &raw mut p, at, core::ptr::null_mut(), true, 2);
        p
    }
    /// C: `int _Py_DecodeLocaleEx(const char *, wchar_t **, size_t *, const char **reason, int current_locale, _Py_error_handler)`.
    fn _Py_DecodeLocaleEx(s: *const c_char, to: *mut *mut Wide, n: *mut usize, reason: *mut *const c_char, _current: c_int, errors: c_int) -> c_int {
        decode_to(c_bytes(s), to, n, reason, errors)
    }
    /// C: `int _Py_EncodeLocaleEx(const wchar_t *, char **, size_t *error_pos, const char **reason, int current_locale, _Py_error_handler)`.
    fn _Py_EncodeLocaleEx(s: *const Wide, to: *mut *mut c_char, at: *mut usize, reason: *mut *const c_char, _current: c_int, errors: c_int) -> c_int {
        encode_to(chars(s), to, at, reason, false, errors)
    }
    /// C: `int _Py_DecodeUTF8Ex(const char *, Py_ssize_t, wchar_t **, size_t *, const char **reason, _Py_error_handler)`.
    fn _Py_DecodeUTF8Ex(s: *const c_char, n: isize, to: *mut *mut Wide, len: *mut usize, reason: *mut *const c_char, errors: c_int) -> c_int {
        decode_to(crate::util::memory(s, n), to, len, reason, errors)
    }
    /// C: `int _Py_EncodeUTF8Ex(const wchar_t *, char **, size_t *error_pos, const char **reason, int raw_malloc, _Py_error_handler)`.
    fn _Py_EncodeUTF8Ex(s: *const Wide, to: *mut *mut c_char, at: *mut usize, reason: *mut *const c_char, raw: c_int, errors: c_int) -> c_int {
        encode_to(chars(s), to, at, reason, raw != 0, errors)
    }
    /// C: `wchar_t *_Py_DecodeUTF8_surrogateescape(const char *, Py_ssize_t, size_t *)`.
    fn _Py_DecodeUTF8_surrogateescape(s: *const c_char, n: isize, len: *mut usize) -> *mut Wide {
        let mut p = core::ptr::null_mut();
        decode_to(crate::util::memory(s, n), &raw mut p, len, core::ptr::null_mut(), 2);
        p
    }
    /// C: `_Py_error_handler _Py_GetErrorHandler(const char *)`.
    fn _Py_GetErrorHandler(errors: *const c_char) -> c_int {
        match c_text(errors) {
            None | Some("strict") => 1,
            Some("surrogateescape") => 2,
            Some("replace") => 3,
            Some("ignore") => 4,
            Some("backslashreplace") => 5,
            Some("surrogatepass") => 6,
            Some("xmlcharrefreplace") => 7,
            _ => 8,
        }
    }
    /// C: `wchar_t *_Py_GetLocaleEncoding(void)`: from `PyMem_RawMalloc`.
    fn _Py_GetLocaleEncoding() -> *mut Wide {
        let all: Vec<Wide> = codecs::fs().0.chars().map(|c| c as Wide).chain([0]).collect();
        crate::pymem::copied(&all, crate::pymem::PyMem_RawMalloc)
    }
    /// C: `int _Py_GetForceASCII(void)`: UTF-8 is what names are in.
    fn _Py_GetForceASCII() -> c_int { 0 }
    /// C: `void _Py_ResetForceASCII(void)`.
    fn _Py_ResetForceASCII() -> () {}
    /// C: `int _Py_fstat_noraise(int fd, struct stat *)`.
    fn _Py_fstat_noraise(fd: c_int, to: *mut libc::stat) -> c_int {
        // SAFETY: the caller's place.
        unsafe { libc::fstat(fd, to) }
    }
    /// C: `int _Py_open_noraise(const char *, int flags)`.
    fn _Py_open_noraise(path: *const c_char, flags: c_int) -> c_int { open_raw(path as usize, flags) }
    /// C: `Py_ssize_t _Py_write_noraise(int fd, const void *, size_t)`.
    fn _Py_write_noraise(fd: c_int, from: *const c_void, n: usize) -> isize {
        loop {
            // SAFETY: the caller's memory.
            let r = unsafe { libc::write(fd, from, n.min(isize::MAX as usize)) };
            if r != -1 || Errno::last() != Errno(libc::EINTR) {
                return r;
            }
        }
    }
    /// C: `int _Py_set_inheritable_async_safe(int fd, int inheritable, int *atomic_flag_works)`.
    fn _Py_set_inheritable_async_safe(fd: c_int, on: c_int, _works: *mut c_int) -> c_int {
        if dxpy_host::fd::set_inheritable(fd, on != 0).is_ok() { 0 } else { -1 }
    }
    /// C: `void _Py_closerange(int first, int last)`.
    fn _Py_closerange(first: c_int, last: c_int) -> () {
        if last >= first {
            dxpy_host::fd::close_range(first.max(0), last.saturating_add(1));
        }
    }
    /// C: `FILE *_Py_wfopen(const wchar_t *path, const wchar_t *mode)`.
    fn _Py_wfopen(path: *const Wide, mode: *const Wide) -> *mut FILE {
        match (narrow(path), narrow(mode)) {
            // SAFETY: C strings.
            (Some(p), Some(m)) => unsafe { libc::fopen(p.as_ptr(), m.as_ptr()) },
            _ => {
                Errno(libc::EINVAL).set_last();
                core::ptr::null_mut()
            }
        }
    }
    /// C: `int _Py_wreadlink(const wchar_t *path, wchar_t *, size_t)`: the length, or -1.
    fn _Py_wreadlink(path: *const Wide, to: *mut Wide, room: usize) -> c_int {
        let Some(p) = narrow(path) else { return -1 };
        match dxpy_host::fs::readlink(&p, None) {
            Ok(text) => widen(&text, to, room).map_or(-1, |n| n as c_int),
            Err(e) => {
                e.set_last();
                -1
            }
        }
    }
    /// C: `wchar_t *_Py_wrealpath(const wchar_t *path, wchar_t *, size_t)`: NULL where there is none.
    fn _Py_wrealpath(path: *const Wide, to: *mut Wide, room: usize) -> *mut Wide {
        use std::os::unix::ffi::OsStrExt;
        let found = narrow(path).and_then(|p| std::fs::canonicalize(std::ffi::OsStr::from_bytes(p.as_bytes())).ok());
        let fits = found.and_then(|p| widen(p.as_os_str().as_bytes(), to, room));
        if fits.is_some() { to } else { core::ptr::null_mut() }
    }
    /// C: `wchar_t *_Py_wgetcwd(wchar_t *, size_t)`.
    fn _Py_wgetcwd(to: *mut Wide, room: usize) -> *mut Wide {
        let fits = dxpy_host::fs::getcwd().ok().and_then(|p| widen(&p, to, room));
        if fits.is_some() { to } else { core::ptr::null_mut() }
    }
    /// C: `char *Py_UniversalNewlineFgets(char *, int, FILE *, PyObject *)`.
    fn Py_UniversalNewlineFgets(buffer: *mut c_char, n: c_int, f: *mut FILE, _object: *mut PyObject) -> *mut c_char {
        if get_line(buffer, n, f) == 0 { core::ptr::null_mut() } else { buffer }
    }
    /// C: `char *_Py_UniversalNewlineFgetsWithSize(char *, int, FILE *, PyObject *, size_t *)`.
    fn _Py_UniversalNewlineFgetsWithSize(buffer: *mut c_char, n: c_int, f: *mut FILE, _object: *mut PyObject, used: *mut usize) -> *mut c_char {
        let read = get_line(buffer, n, f);
        put(used, read);
        if read == 0 { core::ptr::null_mut() } else { buffer }
    }

    /// C: `int PyTraceMalloc_Track(unsigned int domain, uintptr_t, size_t)`: -2 where nothing is traced.
    fn PyTraceMalloc_Track(domain: u32, p: usize, n: usize) -> c_int {
        if !dxpy_types::tracemalloc::is_tracing() {
            return -2;
        }
        // The traceback is that of the thread, which need not hold the GIL.
        let held = dxpy_core::thread::states::ensure();
        let traced = dxpy_types::tracemalloc::track(domain, p, n);
        // SAFETY: pairs with the call above.
        unsafe { dxpy_core::thread::states::release(held) };
        if traced { 0 } else { -2 }
    }
    /// C: `int PyTraceMalloc_Untrack(unsigned int domain, uintptr_t)`.
    fn PyTraceMalloc_Untrack(domain: u32, p: usize) -> c_int {
        if dxpy_types::tracemalloc::untrack(domain, p) { 0 } else { -2 }
    }
    /// C: `int _PyTraceMalloc_IsTracing(void)`.
    fn _PyTraceMalloc_IsTracing() -> c_int {
        c_int::from(dxpy_types::tracemalloc::is_tracing())
    }
}

/// `PyObject_AsFileDescriptor`.
fn as_descriptor(py: Py<'_>, o: &PyObject) -> PyResult<c_int> {
    // SAFETY: GIL, LIVE.
    match unsafe { crate::abstract_::objects::PyObject_AsFileDescriptor(Some(o)) } {
        -1 => Err(PyErr::fetch(py)),
        fd => Ok(fd),
    }
}
