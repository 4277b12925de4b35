//! traceback.h and pycore_traceback.h: tracebacks and lines of source shown in Python files with a margin, and what is
//! written to a descriptor when nothing else can be relied on. `PyTraceBack_Print` is in `pythonrun`.

use crate::util::{api, c_text, free, put};
use core::ffi::{c_char, c_int};
use dxpy_core::abi::*;
use dxpy_core::{PyResult, dict, module, object, unicode};
use dxpy_import::display::{Margin, Out, traceback};
use dxpy_import::state;
use dxpy_types::dump;

/// How many blanks, tabs and form feeds a line begins with.
fn blanks(line: &str) -> usize {
    line.bytes().take_while(|b| matches!(b, b' ' | b'\t' | b'\x0c')).count()
}

fn indent(n: c_int) -> usize {
    usize::try_from(n).unwrap_or(0)
}

api! {
    /// C: `int _Py_WriteIndent(int, PyObject *file)`: so many spaces.
    fn _Py_WriteIndent(py, n: c_int, f: &PyObject) -> PyResult<()> {
        let out = Out::new(py, f);
        Margin { indent: indent(n), bar: "" }.begin(&out)?;
        out.end()
    }
    /// C: `int _Py_WriteIndentedMargin(int, const char *margin, PyObject *file)`: spaces, and the margin behind them.
    fn _Py_WriteIndentedMargin(py, n: c_int, margin: *const c_char, f: &PyObject) -> PyResult<()> {
        let out = Out::new(py, f);
        Margin { indent: indent(n), bar: c_text(margin).unwrap_or("") }.begin(&out)?;
        out.end()
    }
    /// C: `int _Py_DisplaySourceLine(PyObject *file, PyObject *filename, int line, int indent, int *truncation, PyObject
    /// **text)`: shows a line without the blanks it begins with, and tells of both; -1 without an error where there is no
    /// such line, 0 for code that comes from no file.
    fn _Py_DisplaySourceLine(py, f: &PyObject, name: Option<&PyObject>, line: c_int, n: c_int, truncation: *mut c_int, text: *mut *mut PyObject) -> PyResult<c_int> {
        let source = name.and_then(unicode::check).and_then(|name| traceback::source_line(py, name, line));
        let Some(source) = source else {
            let shown = name.map(unicode::display).unwrap_or_default();
            return Ok(if shown.starts_with('<') && shown.ends_with('>') { 0 } else { -1 });
        };
        let cut = blanks(&source);
        if !text.is_null() {
            put(text, unicode::from_str(py, &source)?.into_ptr());
        }
        put(truncation, cut as c_int - n);
        let out = Out::new(py, f);
        out.text(&" ".repeat(indent(n)))?;
        out.text(&source[cut..])?;
        out.text("\n")?;
        Ok(0)
    }
    /// C: `int _PyTraceBack_Print_Indented(PyObject *tb, int indent, const char *margin, const char *header_margin, const
    /// char *header, PyObject *file)`.
    fn _PyTraceBack_Print_Indented(py, tb: Option<&PyObject>, n: c_int, margin: *const c_char, header_margin: *const c_char, header: *const c_char, f: &PyObject) -> PyResult<()> {
        let Some(tb) = tb else { return Ok(()) };
        let out = Out::new(py, f);
        let margin = Margin { indent: indent(n), bar: c_text(margin).unwrap_or("") };
        let header_margin = c_text(header_margin).unwrap_or("");
        traceback::print(&out, tb, margin, header_margin, c_text(header).unwrap_or(""))?;
        out.end()
    }
}

free! {
    /// C: `void _Py_DumpASCII(int fd, PyObject *text)`: the text of a str with escapes, cut where it is very long.
    fn _Py_DumpASCII(fd: c_int, text: &PyObject) -> () {
        if let Some(s) = unicode::check(text) {
            dump::Out(fd).str(s);
        }
    }
    /// C: `void _Py_DumpDecimal(int fd, size_t)`.
    fn _Py_DumpDecimal(fd: c_int, n: usize) -> () {
        dump::Out(fd).decimal(n as u64);
    }
    /// C: `void _Py_DumpHexadecimal(int fd, uintptr_t, Py_ssize_t width)`.
    fn _Py_DumpHexadecimal(fd: c_int, n: usize, width: isize) -> () {
        dump::Out(fd).hexadecimal(n as u64, usize::try_from(width).unwrap_or(0));
    }
    /// C: `void _Py_DumpTraceback(int fd, PyThreadState *)`.
    fn _Py_DumpTraceback(fd: c_int, state: *const PyThreadState) -> () {
        // SAFETY: the C API's contract: a state that is alive.
        unsafe { dump::thread(dump::Out(fd), state, true) }
    }
    /// C: `const char *_Py_DumpTracebackThreads(int fd, PyInterpreterState *, PyThreadState *current)`: NULL, or what kept it
    /// from being done.
    fn _Py_DumpTracebackThreads(fd: c_int, _i: *mut PyInterpreterState, current: *const PyThreadState) -> *const c_char {
        let current = if current.is_null() { dxpy_core::thread::states::bound() } else { current.cast_mut().cast() };
        // SAFETY: the C API's contract: alive, or NULL; threads that run on meanwhile are seen as they are.
        unsafe { dump::threads(dump::Out(fd), current) };
        core::ptr::null()
    }
    /// C: `void _Py_DumpExtensionModules(int fd, PyInterpreterState *)`: those that are none of the standard library's.
    fn _Py_DumpExtensionModules(fd: c_int, i: *mut PyInterpreterState) -> () {
        if i.is_null() {
            return;
        }
        // SAFETY: in a handler of signals: nothing runs, and what is read stays as long as the process.
        let py = unsafe { dxpy_core::Py::assume() };
        let names = dict::get_str(py, module::dict_of(state::sys()), "stdlib_module_names").ok().flatten();
        let names = names.filter(|o| !object::is_none(o));
        dump::extension_modules(dump::Out(fd), state::module_dict(), names.as_deref().and_then(dxpy_core::set::check_any));
    }
}
