//! pythonrun.h's functions of C files: running what a file has, and the prompt that reads its lines from one.

use crate::marshal::rest;
use crate::pythonrun::{PyCompilerFlags, bad_start, file_name, how, or_exit};
use crate::util::{api, put};
use core::ffi::{c_char, c_int};
use dxpy_core::abi::{PyDictObject, PyObject, PyUnicodeObject};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, buffer, bytes, exceptions, unicode};
use dxpy_import::interactive::{self, Line, Reader};
use dxpy_import::{config, run};
use libc::FILE;
use std::io::Write;

/// `E_EOF`.
const EOF: c_int = 11;
/// `PyCF_IGNORE_COOKIE`.
const IGNORE_COOKIE: c_int = 0x0800;

/// Lines of a C file; prompts go to standard error.
struct Lines(*mut FILE);

impl Reader for Lines {
    fn line(&mut self, py: Py<'_>, prompt: &[u8]) -> PyResult<Line> {
        let mut err = std::io::stderr();
        // A prompt that cannot be shown does not keep a program from being read.
        let _ = err.write_all(prompt).and_then(|()| err.flush());
        let file = self.0 as usize;
        let line = py.allow_threads(|| {
            let mut line = Vec::new();
            loop {
                // SAFETY: the C API's contract: an open file.
                match unsafe { libc::fgetc(file as *mut FILE) } {
                    libc::EOF => return line,
                    c => line.push(c as u8),
                }
                if line.last() == Some(&b'\n') {
                    return line;
                }
            }
        });
        Ok(if line.is_empty() { Line::End } else { Line::Text(line) })
    }
}

fn flags_of(flags: Option<&PyCompilerFlags>) -> u32 {
    flags.map_or(0, |f| f.cf_flags as u32)
}

fn close(f: *mut FILE, asked: c_int) {
    if asked != 0 {
        // SAFETY: the C API's contract: an open file, which the caller gives up.
        unsafe { libc::fclose(f) };
    }
}

/// Shows an error, and is -1.
fn shown<T>(py: Py<'_>, e: PyErr) -> Result<T, c_int> {
    or_exit(py, run::print(py, e, true));
    Err(-1)
}

/// `_PyRun_SimpleFileObject`.
fn simple(
    py: Py<'_>,
    f: *mut FILE,
    name: &PyUnicodeObject,
    closeit: c_int,
    flags: Option<&PyCompilerFlags>,
) -> c_int {
    let content = rest(f);
    close(f, closeit);
    or_exit(py, run::simple_file(py, &content, name, flags_of(flags))) as c_int - 1
}

/// `_PyRun_InteractiveLoopObject`.
fn prompt(py: Py<'_>, f: *mut FILE, name: &PyUnicodeObject) -> c_int {
    or_exit(py, interactive::run_loop(py, &mut Lines(f), &unicode::display(name.as_object())));
    0
}

/// `_Py_FdIsInteractive`: is a file a terminal, or to be taken for one?
fn is_interactive(f: *mut FILE, name: Option<&str>) -> bool {
    // SAFETY: the C API's contract: an open file.
    if unsafe { libc::isatty(libc::fileno(f)) } != 0 {
        return true;
    }
    config::get().interactive != 0 && name.is_none_or(|n| n == "<stdin>" || n == "???")
}

/// `_PyRun_AnyFileObject`.
fn any(
    py: Py<'_>,
    f: *mut FILE,
    name: &PyUnicodeObject,
    closeit: c_int,
    flags: Option<&PyCompilerFlags>,
) -> c_int {
    if !is_interactive(f, Some(&unicode::display(name.as_object()))) {
        return simple(py, f, name, closeit, flags);
    }
    let r = prompt(py, f, name);
    close(f, closeit);
    r
}

/// Does it with a name as C has it.
fn named(py: Py<'_>, name: *const c_char, run: impl FnOnce(&PyUnicodeObject) -> c_int) -> c_int {
    match file_name(py, name) {
        Ok(n) => run(&n),
        Err(e) => shown(py, e).unwrap_or_else(|s: c_int| s),
    }
}

/// `PyRun_InteractiveOneObjectEx`: an error stays for the caller.
fn one(py: Py<'_>, f: *mut FILE, name: &PyUnicodeObject) -> PyResult<c_int> {
    let more = interactive::run_one(py, &mut Lines(f), &unicode::display(name.as_object()))?;
    run::flush(py);
    Ok(if more { 0 } else { EOF })
}

fn one_shown(py: Py<'_>, f: *mut FILE, name: &PyUnicodeObject) -> c_int {
    one(py, f, name).or_else(|e| shown(py, e)).unwrap_or_else(|s| s)
}

/// `PyRun_FileExFlags`.
fn file(
    py: Py<'_>,
    f: *mut FILE,
    name: *const c_char,
    start: c_int,
    (globals, locals): (&PyDictObject, &PyObject),
    closeit: c_int,
    flags: Option<&PyCompilerFlags>,
) -> PyResult {
    let name = file_name(py, name)?;
    let content = rest(f);
    close(f, closeit);
    let how = how(start, flags).ok_or_else(|| bad_start(py))?;
    run::file(py, &content, &name, how, globals, locals)
}

api! {
    /// C: `PyObject *PyRun_FileExFlags(FILE *, const char *, int start, PyObject *globals, PyObject *locals, int closeit, PyCompilerFlags *)`.
    fn PyRun_FileExFlags(py, f: *mut FILE, name: *const c_char, start: c_int, globals: &PyDictObject, locals: &PyObject, closeit: c_int, flags: Option<&PyCompilerFlags>) -> PyResult<Owned> {
        file(py, f, name, start, (globals, locals), closeit, flags)
    }
    /// C: `PyObject *PyRun_FileFlags(FILE *, const char *, int start, PyObject *globals, PyObject *locals, PyCompilerFlags *)`.
    fn PyRun_FileFlags(py, f: *mut FILE, name: *const c_char, start: c_int, globals: &PyDictObject, locals: &PyObject, flags: Option<&PyCompilerFlags>) -> PyResult<Owned> {
        file(py, f, name, start, (globals, locals), 0, flags)
    }
    /// C: `PyObject *PyRun_FileEx(FILE *, const char *, int start, PyObject *globals, PyObject *locals, int closeit)`.
    fn PyRun_FileEx(py, f: *mut FILE, name: *const c_char, start: c_int, globals: &PyDictObject, locals: &PyObject, closeit: c_int) -> PyResult<Owned> {
        file(py, f, name, start, (globals, locals), closeit, None)
    }
    /// C: `PyObject *PyRun_File(FILE *, const char *, int start, PyObject *globals, PyObject *locals)`.
    fn PyRun_File(py, f: *mut FILE, name: *const c_char, start: c_int, globals: &PyDictObject, locals: &PyObject) -> PyResult<Owned> {
        file(py, f, name, start, (globals, locals), 0, None)
    }
    /// C: `int _PyRun_SimpleFileObject(FILE *, PyObject *name, int closeit, PyCompilerFlags *)`.
    fn _PyRun_SimpleFileObject(py, f: *mut FILE, name: &PyUnicodeObject, closeit: c_int, flags: Option<&PyCompilerFlags>) -> c_int {
        simple(py, f, name, closeit, flags)
    }
    /// C: `int PyRun_SimpleFileExFlags(FILE *, const char *, int closeit, PyCompilerFlags *)`.
    fn PyRun_SimpleFileExFlags(py, f: *mut FILE, name: *const c_char, closeit: c_int, flags: Option<&PyCompilerFlags>) -> c_int {
        named(py, name, |n| simple(py, f, n, closeit, flags))
    }
    /// C: `int PyRun_SimpleFileEx(FILE *, const char *, int closeit)`.
    fn PyRun_SimpleFileEx(py, f: *mut FILE, name: *const c_char, closeit: c_int) -> c_int {
        named(py, name, |n| simple(py, f, n, closeit, None))
    }
    /// C: `int PyRun_SimpleFile(FILE *, const char *)`.
    fn PyRun_SimpleFile(py, f: *mut FILE, name: *const c_char) -> c_int {
        named(py, name, |n| simple(py, f, n, 0, None))
    }
    /// C: `int _PyRun_AnyFileObject(FILE *, PyObject *name, int closeit, PyCompilerFlags *)`.
    fn _PyRun_AnyFileObject(py, f: *mut FILE, name: &PyUnicodeObject, closeit: c_int, flags: Option<&PyCompilerFlags>) -> c_int {
        any(py, f, name, closeit, flags)
    }
    /// C: `int PyRun_AnyFileExFlags(FILE *, const char *, int closeit, PyCompilerFlags *)`.
    fn PyRun_AnyFileExFlags(py, f: *mut FILE, name: *const c_char, closeit: c_int, flags: Option<&PyCompilerFlags>) -> c_int {
        named(py, name, |n| any(py, f, n, closeit, flags))
    }
    /// C: `int PyRun_AnyFileFlags(FILE *, const char *, PyCompilerFlags *)`.
    fn PyRun_AnyFileFlags(py, f: *mut FILE, name: *const c_char, flags: Option<&PyCompilerFlags>) -> c_int {
        named(py, name, |n| any(py, f, n, 0, flags))
    }
    /// C: `int PyRun_AnyFileEx(FILE *, const char *, int closeit)`.
    fn PyRun_AnyFileEx(py, f: *mut FILE, name: *const c_char, closeit: c_int) -> c_int {
        named(py, name, |n| any(py, f, n, closeit, None))
    }
    /// C: `int PyRun_AnyFile(FILE *, const char *)`.
    fn PyRun_AnyFile(py, f: *mut FILE, name: *const c_char) -> c_int {
        named(py, name, |n| any(py, f, n, 0, None))
    }
    /// C: `int _PyRun_InteractiveLoopObject(FILE *, PyObject *name, PyCompilerFlags *)`.
    fn _PyRun_InteractiveLoopObject(py, f: *mut FILE, name: &PyUnicodeObject, _flags: *mut PyCompilerFlags) -> c_int {
        prompt(py, f, name)
    }
    /// C: `int PyRun_InteractiveLoopFlags(FILE *, const char *, PyCompilerFlags *)`.
    fn PyRun_InteractiveLoopFlags(py, f: *mut FILE, name: *const c_char, _flags: *mut PyCompilerFlags) -> c_int {
        named(py, name, |n| prompt(py, f, n))
    }
    /// C: `int PyRun_InteractiveLoop(FILE *, const char *)`.
    fn PyRun_InteractiveLoop(py, f: *mut FILE, name: *const c_char) -> c_int {
        named(py, name, |n| prompt(py, f, n))
    }
    /// C: `int PyRun_InteractiveOneObject(FILE *, PyObject *name, PyCompilerFlags *)`: 0, -1 after an error was shown, or
    /// `E_EOF`.
    fn PyRun_InteractiveOneObject(py, f: *mut FILE, name: &PyUnicodeObject, _flags: *mut PyCompilerFlags) -> c_int {
        one_shown(py, f, name)
    }
    /// C: `int PyRun_InteractiveOneFlags(FILE *, const char *, PyCompilerFlags *)`.
    fn PyRun_InteractiveOneFlags(py, f: *mut FILE, name: *const c_char, _flags: *mut PyCompilerFlags) -> c_int {
        named(py, name, |n| one_shown(py, f, n))
    }
    /// C: `int PyRun_InteractiveOne(FILE *, const char *)`.
    fn PyRun_InteractiveOne(py, f: *mut FILE, name: *const c_char) -> c_int {
        named(py, name, |n| one_shown(py, f, n))
    }
    /// C: `int _Py_FdIsInteractive(FILE *, PyObject *name)`.
    fn _Py_FdIsInteractive(_py, f: *mut FILE, name: Option<&PyObject>) -> bool {
        is_interactive(f, name.map(unicode::display).as_deref())
    }
    /// C: `const char *_Py_SourceAsString(PyObject *, const char *function, const char *what, PyCompilerFlags *, PyObject **copy)`:
    /// source text as a C string that lives as long as the object, or as the copy.
    fn _Py_SourceAsString(py, o: &PyObject, function: *const c_char, what: *const c_char, flags: *mut PyCompilerFlags, copy: *mut *mut PyObject) -> PyResult<*mut c_char> {
        put(copy, core::ptr::null_mut());
        let (text, len) = if let Some(s) = unicode::check(o) {
            if !flags.is_null() {
                // SAFETY: the caller's flags.
                unsafe { (*flags).cf_flags |= IGNORE_COOKIE };
            }
            let s = unicode::utf8(py, s)?;
            (s.as_ptr().cast::<c_char>(), s.len())
        } else if let Some(b) = bytes::check(o) {
            (b.ob_sval.as_ptr().cast(), bytes::as_slice(b).len())
        } else if buffer::check(o) {
            let view = buffer::View::simple(py, o)?;
            let b = bytes::new(py, view.bytes())?;
            let found = (b.ob_sval.as_ptr().cast(), bytes::as_slice(&b).len());
            put(copy, b.into_ptr());
            found
        } else {
            let (function, what) = (crate::util::c_text(function), crate::util::c_text(what));
            let (function, what) = (function.unwrap_or("?"), what.unwrap_or("string"));
            return Err(exceptions::type_error(py, format_args!("{function}() arg 1 must be a {what} object")));
        };
        if crate::util::memory(text, len as isize).contains(&0) {
            if let Some(c) = crate::util::held(copy) {
                // SAFETY: OWNED: the copy made above.
                drop(unsafe { Owned::from_raw(c.as_ptr()) });
                put(copy, core::ptr::null_mut());
            }
            return Err(exceptions::format(py, &exceptions::SyntaxError, format_args!("source code string cannot contain null bytes")));
        }
        Ok(text.cast_mut())
    }
}
