//! pythonrun.h, traceback.h and the printing part of pyerrors.h: running source, showing exceptions.

use crate::util::api;
use core::ffi::{CStr, c_char, c_int};
use dxpy_core::abi::{PyCodeObject, PyDictObject, PyObject, PyUnicodeObject};
use dxpy_core::{Owned, Py, PyErr, PyResult, codecs, exceptions, unicode};
use dxpy_import::run::{self, Exit};
use dxpy_import::source::Mode;
use dxpy_import::source::{self, Compile, flag};
use dxpy_import::{display, stdprinter};

/// `PyCompilerFlags`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct PyCompilerFlags {
    pub cf_flags: c_int,
    pub cf_feature_version: c_int,
}

/// Ends the process where a `SystemExit` asks for it, as `PyErr_Print` does.
pub(crate) fn or_exit<T>(py: Py<'_>, r: Result<T, Exit>) -> T {
    match r {
        Ok(v) => v,
        Err(Exit(status)) => run::exit(py, status),
    }
}

/// The flags of a caller that may give none; its start token too.
pub(crate) fn how(start: c_int, flags: Option<&PyCompilerFlags>) -> Option<Compile> {
    let mode = match start {
        256 => Mode::Single,
        257 => Mode::Exec,
        258 => Mode::Eval,
        345 => Mode::FuncType,
        _ => return None,
    };
    let flags = flags.map_or(0, |f| f.cf_flags as u32);
    Some(Compile { mode, flags, ..run::defaults() })
}

pub(crate) fn bad_start(py: Py<'_>) -> PyErr {
    exceptions::value_error(py, format_args!("wrong start token"))
}

/// C text as bytes.
fn text<'a>(s: *const c_char) -> &'a [u8] {
    // SAFETY: the C API's contract: a C string that outlives the call.
    unsafe { CStr::from_ptr(s) }.to_bytes()
}

/// A file's name in the system's encoding; `???` for none.
pub(crate) fn file_name(py: Py<'_>, s: *const c_char) -> PyResult<Owned<PyUnicodeObject>> {
    if s.is_null() { unicode::from_str(py, "???") } else { codecs::decode_fs(py, text(s)) }
}

api! {
    /// C: `void PyErr_Print(void)`.
    fn PyErr_Print(py) -> () {
        if let Some(e) = PyErr::take(py) {
            or_exit(py, run::print(py, e, true));
        }
    }
    /// C: `void PyErr_PrintEx(int set_sys_last_vars)`.
    fn PyErr_PrintEx(py, set_last: c_int) -> () {
        if let Some(e) = PyErr::take(py) {
            or_exit(py, run::print(py, e, set_last != 0));
        }
    }
    /// C: `void PyErr_Display(PyObject *unused, PyObject *value, PyObject *tb)`.
    fn PyErr_Display(py, _unused: Option<&PyObject>, value: &PyObject, tb: Option<&PyObject>) -> () {
        display::display(py, value, tb);
    }
    /// C: `void PyErr_DisplayException(PyObject *exc)`.
    fn PyErr_DisplayException(py, e: &PyObject) -> () {
        display::display(py, e, None);
    }
    /// C: `void _PyErr_Display(PyObject *file, PyObject *unused, PyObject *value, PyObject *tb)`.
    fn _PyErr_Display(py, file: &PyObject, _unused: Option<&PyObject>, value: &PyObject, tb: Option<&PyObject>) -> () {
        display::display_in(py, file, value, tb);
    }
    /// C: `void _PyErr_DisplayException(PyObject *file, PyObject *exc)`.
    fn _PyErr_DisplayException(py, file: &PyObject, e: &PyObject) -> () {
        display::display_in(py, file, e, None);
    }
    /// C: `int PyTraceBack_Print(PyObject *tb, PyObject *file)`.
    fn PyTraceBack_Print(py, tb: Option<&PyObject>, file: &PyObject) -> PyResult<()> {
        let Some(tb) = tb else { return Ok(()) };
        let out = display::Out::new(py, file);
        display::traceback::print_plain(&out, tb).and_then(|()| out.end())
    }
    /// C: `PyObject *PyFile_NewStdPrinter(int fd)`: for standard output and error only.
    fn PyFile_NewStdPrinter(py, fd: c_int) -> *mut PyObject {
        match fd {
            1 | 2 => dxpy_core::err::into_ptr(py, stdprinter::new(py, fd)),
            _ => core::ptr::null_mut(),
        }
    }
    /// C: `void Py_Exit(int status)`.
    fn Py_Exit(py, status: c_int) -> () {
        run::exit(py, status)
    }
    /// C: `PyObject *PyRun_StringFlags(const char *, int start, PyObject *globals, PyObject *locals, PyCompilerFlags *)`.
    fn PyRun_StringFlags(py, source: *const c_char, start: c_int, globals: &PyDictObject, locals: &PyObject, flags: Option<&PyCompilerFlags>) -> PyResult<Owned> {
        let how = how(start, flags).ok_or_else(|| bad_start(py))?;
        let file = unicode::from_str(py, "<string>")?;
        run::string(py, text(source), &file, how, globals, locals)
    }
    /// C: `PyObject *PyRun_String(const char *, int start, PyObject *globals, PyObject *locals)`.
    fn PyRun_String(py, source: *const c_char, start: c_int, globals: &PyDictObject, locals: &PyObject) -> PyResult<Owned> {
        let how = how(start, None).ok_or_else(|| bad_start(py))?;
        let file = unicode::from_str(py, "<string>")?;
        run::string(py, text(source), &file, how, globals, locals)
    }
    /// C: `int PyRun_SimpleStringFlags(const char *, PyCompilerFlags *)`.
    fn PyRun_SimpleStringFlags(py, source: *const c_char, flags: Option<&PyCompilerFlags>) -> c_int {
        let flags = flags.map_or(0, |f| f.cf_flags as u32);
        or_exit(py, run::simple_string(py, text(source), flags)) as c_int - 1
    }
    /// C: `int PyRun_SimpleString(const char *)`.
    fn PyRun_SimpleString(py, source: *const c_char) -> c_int {
        or_exit(py, run::simple_string(py, text(source), 0)) as c_int - 1
    }
    /// C: `PyObject *Py_CompileStringObject(const char *, PyObject *filename, int start, PyCompilerFlags *, int optimize)`.
    fn Py_CompileStringObject(py, source: *const c_char, filename: &PyUnicodeObject, start: c_int, flags: Option<&PyCompilerFlags>, optimize: c_int) -> PyResult<Owned> {
        compile(py, source, filename, start, flags, optimize)
    }
    /// C: `PyObject *Py_CompileStringExFlags(const char *, const char *filename, int start, PyCompilerFlags *, int optimize)`.
    fn Py_CompileStringExFlags(py, source: *const c_char, filename: *const c_char, start: c_int, flags: Option<&PyCompilerFlags>, optimize: c_int) -> PyResult<Owned> {
        compile(py, source, &*file_name(py, filename)?, start, flags, optimize)
    }
    /// C: `PyObject *Py_CompileStringFlags(const char *, const char *filename, int start, PyCompilerFlags *)`.
    fn Py_CompileStringFlags(py, source: *const c_char, filename: *const c_char, start: c_int, flags: Option<&PyCompilerFlags>) -> PyResult<Owned> {
        compile(py, source, &*file_name(py, filename)?, start, flags, -1)
    }
    /// C: `PyObject *Py_CompileString(const char *, const char *filename, int start)`.
    fn Py_CompileString(py, source: *const c_char, filename: *const c_char, start: c_int) -> PyResult<Owned> {
        compile(py, source, &*file_name(py, filename)?, start, None, -1)
    }
}

/// `Py_CompileStringObject`.
fn compile(
    py: Py<'_>,
    source: *const c_char,
    filename: &PyUnicodeObject,
    start: c_int,
    flags: Option<&PyCompilerFlags>,
    optimize: c_int,
) -> PyResult<Owned> {
    let mut how = how(start, flags).ok_or_else(|| bad_start(py))?;
    if (0..=2).contains(&optimize) {
        how.optimize = optimize as u8;
    }
    if how.flags & flag::ONLY_AST != 0 {
        let version = flags.map(|f| f.cf_feature_version).filter(|v| *v >= 0);
        let tree = source::parse(py, text(source), filename, Compile { feature_version: version, ..how })?;
        return dxpy_mod_lang::ast::to_object(py, &tree);
    }
    let code: Owned<PyCodeObject> = source::compile(py, text(source), filename, how)?;
    Ok(code.upcast())
}
