//! Places in sources: those of `SyntaxError`s, lines of files, warnings with a place; and `ImportError`s.

use crate::util::{api, c_bytes, c_text};
use crate::varargs::{VaList, variadic};
use core::ffi::{c_char, c_int};
use dxpy_core::abi::{PyObject, PyUnicodeObject};
use dxpy_core::codecs::{self, Source};
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, call, dict, exceptions, hooks, long, name, object, protocol, tuple,
    types, unicode,
};

/// Line `lineno` of a file, with its line end; nothing where the file or the line is not there.
fn line_of(py: Py<'_>, file: &PyObject, lineno: c_int, encoding: &str) -> Option<Owned<PyUnicodeObject>> {
    use std::os::unix::ffi::OsStrExt;
    let index = usize::try_from(lineno).ok()?.checked_sub(1)?;
    let path = codecs::fs_path(py, file).ok()?;
    let content = std::fs::read(std::ffi::OsStr::from_bytes(dxpy_core::bytes::as_slice(&path))).ok()?;
    let line = content.split_inclusive(|b| *b == b'\n').nth(index)?;
    codecs::decode(py, Source::new(line), Some(encoding), Some("replace")).ok()
}

fn set(py: Py<'_>, e: &PyObject, called: &str, value: &PyObject) {
    // What cannot be set is left out, as CPython does.
    let _ = unicode::intern_str(py, called).and_then(|n| attr::set(py, e, &n, Some(value)));
}

/// `PyErr_SyntaxLocationObjectEx`: gives the pending exception a place.
fn locate(
    py: Py<'_>,
    file: Option<&PyObject>,
    line: c_int,
    column: c_int,
    end_line: c_int,
    end_column: c_int,
) {
    let Some(pending) = PyErr::take(py) else { return };
    let e = pending.into_value();
    let o = e.as_object();
    for (called, n, needed) in [
        ("lineno", line, true),
        ("offset", column, false),
        ("end_lineno", end_line, false),
        ("end_offset", end_column, false),
    ] {
        let value = if needed || n >= 0 {
            long::from_i64(py, n.into()).map(Owned::upcast)
        } else {
            Ok(object::none())
        };
        if let Ok(v) = value {
            set(py, o, called, &v);
        }
    }
    if let Some(file) = file {
        set(py, o, "filename", file);
        if let Some(text) = line_of(py, file, line, "utf-8") {
            set(py, o, "text", text.as_object());
        }
    }
    if !o.ty().is(&exceptions::SyntaxError.0) {
        let absent = |n: &'static unicode::Name| matches!(attr::lookup_name(py, o, n), Ok(None));
        if absent(name!("msg"))
            && let Ok(s) = protocol::str(py, o)
        {
            set(py, o, "msg", s.as_object());
        }
        if absent(name!("print_file_and_line")) {
            set(py, o, "print_file_and_line", &object::none());
        }
    }
    PyErr::from_value(e).restore(py);
}

/// A file's name, as those functions take it; what cannot be decoded is no name.
fn file_name(py: Py<'_>, file: *const c_char) -> Option<Owned> {
    let pending = PyErr::take(py);
    let decoded = (!file.is_null()).then(|| codecs::decode_fs(py, c_bytes(file)).ok()).flatten();
    if let Some(e) = pending {
        e.restore(py);
    }
    decoded.map(Owned::upcast)
}

/// `_warnings.warn_explicit`.
fn warn_explicit(
    py: Py<'_>,
    category: Option<&PyObject>,
    message: &PyObject,
    file: &PyObject,
    line: c_int,
    module: Option<&PyObject>,
    registry: Option<&PyObject>,
) -> PyResult<()> {
    let category = category.unwrap_or(exceptions::RuntimeWarning.as_object());
    let none = object::none();
    let line = long::from_i64(py, line.into())?;
    let m = hooks::import(py, name!("_warnings"))?;
    let args =
        [message, category, file, line.as_object(), module.unwrap_or(&none), registry.unwrap_or(&none)];
    call::call(py, &*attr::get_name(py, &m, name!("warn_explicit"))?, args).map(drop)
}

/// `PyErr_SetImportErrorSubclass`: raises; NULL.
fn import_error(
    py: Py<'_>,
    class: &PyObject,
    message: Option<&PyObject>,
    called: Option<&PyObject>,
    path: Option<&PyObject>,
) -> PyErr {
    let make = || -> PyResult<Owned> {
        let is_class = types::isinstance::is_subclass(py, class, exceptions::ImportError.as_object())?;
        if !is_class {
            return Err(exceptions::type_error(py, format_args!("expected a subclass of ImportError")));
        }
        let message =
            message.ok_or_else(|| exceptions::type_error(py, format_args!("expected a message argument")))?;
        let none = object::none();
        let kw = dict::new(py)?;
        dict::set_str(py, &kw, "name", called.unwrap_or(&none))?;
        dict::set_str(py, &kw, "path", path.unwrap_or(&none))?;
        call::call_tuple(py, class, &*tuple::from_iter(py, [message.to_owned()])?, Some(&kw))
    };
    match make() {
        Ok(e) => exceptions::raise_object(py, &e),
        Err(e) => e,
    }
}

api! {
    /// C: `void PyErr_SyntaxLocation(const char *filename, int lineno)`.
    fn PyErr_SyntaxLocation(py, file: *const c_char, line: c_int) -> () {
        locate(py, file_name(py, file).as_deref(), line, -1, line, -1);
    }
    /// C: `void PyErr_SyntaxLocationEx(const char *filename, int lineno, int col_offset)`.
    fn PyErr_SyntaxLocationEx(py, file: *const c_char, line: c_int, column: c_int) -> () {
        locate(py, file_name(py, file).as_deref(), line, column, line, -1);
    }
    /// C: `void PyErr_SyntaxLocationObject(PyObject *filename, int lineno, int col_offset)`.
    fn PyErr_SyntaxLocationObject(py, file: Option<&PyObject>, line: c_int, column: c_int) -> () {
        locate(py, file, line, column, line, -1);
    }
    /// C: `void PyErr_RangedSyntaxLocationObject(PyObject *filename, int lineno, int col_offset, int end_lineno, int end_col_offset)`.
    fn PyErr_RangedSyntaxLocationObject(py, file: Option<&PyObject>, line: c_int, column: c_int, end_line: c_int, end_column: c_int) -> () {
        locate(py, file, line, column, end_line, end_column);
    }

    /// C: `PyObject *PyErr_ProgramText(const char *filename, int lineno)`: NULL, without an error, where there is none.
    fn PyErr_ProgramText(py, file: *const c_char, line: c_int) -> Option<Owned<PyUnicodeObject>> {
        file_name(py, file).and_then(|f| line_of(py, &f, line, "utf-8"))
    }
    /// C: `PyObject *PyErr_ProgramTextObject(PyObject *filename, int lineno)`.
    fn PyErr_ProgramTextObject(py, file: Option<&PyObject>, line: c_int) -> Option<Owned<PyUnicodeObject>> {
        file.and_then(|f| line_of(py, f, line, "utf-8"))
    }
    /// C: `PyObject *_PyErr_ProgramDecodedTextObject(PyObject *filename, int lineno, const char *encoding)`.
    fn _PyErr_ProgramDecodedTextObject(py, file: Option<&PyObject>, line: c_int, encoding: *const c_char) -> Option<Owned<PyUnicodeObject>> {
        file.and_then(|f| line_of(py, f, line, c_text(encoding).unwrap_or("utf-8")))
    }

    /// C: `PyObject *PyErr_SetImportErrorSubclass(PyObject *exception, PyObject *msg, PyObject *name, PyObject *path)`: NULL.
    fn PyErr_SetImportErrorSubclass(py, class: &PyObject, message: Option<&PyObject>, called: Option<&PyObject>, path: Option<&PyObject>) -> PyResult<*mut PyObject> {
        Err(import_error(py, class, message, called, path))
    }
    /// C: `PyObject *PyErr_SetImportError(PyObject *msg, PyObject *name, PyObject *path)`: NULL.
    fn PyErr_SetImportError(py, message: Option<&PyObject>, called: Option<&PyObject>, path: Option<&PyObject>) -> PyResult<*mut PyObject> {
        Err(import_error(py, exceptions::ImportError.as_object(), message, called, path))
    }

    /// C: `int PyErr_WarnExplicitObject(PyObject *category, PyObject *message, PyObject *filename, int lineno, PyObject *module, PyObject *registry)`.
    fn PyErr_WarnExplicitObject(py, category: Option<&PyObject>, message: &PyObject, file: &PyObject, line: c_int, module: Option<&PyObject>, registry: Option<&PyObject>) -> PyResult<()> {
        warn_explicit(py, category, message, file, line, module, registry)
    }
    /// C: `int PyErr_WarnExplicit(PyObject *category, const char *message, const char *filename, int lineno, const char *module, PyObject *registry)`.
    fn PyErr_WarnExplicit(py, category: Option<&PyObject>, message: *const c_char, file: *const c_char, line: c_int, module: *const c_char, registry: Option<&PyObject>) -> PyResult<()> {
        let message = unicode::from_utf8(py, c_bytes(message))?;
        let file = codecs::decode_fs(py, c_bytes(file))?;
        let module = if module.is_null() { None } else { Some(unicode::from_utf8(py, c_bytes(module))?.upcast()) };
        warn_explicit(py, category, message.as_object(), file.as_object(), line, module.as_deref(), registry)
    }
}

/// `PyErr_WarnExplicitFormat(category, filename, lineno, module, registry, format, ...)`, whose list is the seventh
/// argument and so on the stack.
unsafe extern "C" fn warn_explicit_format(
    category: Option<&PyObject>,
    file: *const c_char,
    line: c_int,
    module: *const c_char,
    registry: Option<&PyObject>,
    args: &mut VaList,
) -> c_int {
    // SAFETY: GIL; the C function's contract: the format is the first argument that is not named here.
    unsafe {
        let py = crate::util::token();
        let format = args.pointer::<c_char>();
        let r = crate::format::format(py, format, args).and_then(|message| {
            let file = codecs::decode_fs(py, c_bytes(file))?;
            let module =
                if module.is_null() { None } else { Some(unicode::from_utf8(py, c_bytes(module))?.upcast()) };
            warn_explicit(
                py,
                category,
                message.as_object(),
                file.as_object(),
                line,
                module.as_deref(),
                registry,
            )
        });
        crate::util::IntoC::into_c(r, py)
    }
}

variadic!(PyErr_WarnExplicitFormat, warn_explicit_format, 5);
