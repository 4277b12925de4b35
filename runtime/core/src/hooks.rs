//! What the object model asks of the layers above it: function pointers set at start-up. Before that each raises a clear
//! error.

use crate::abi::*;
use crate::err::{PyErr, PyResult};
use crate::exceptions;
use crate::ptr::Object;
use crate::statics::{Gil, StaticType};
use crate::thread::Py;
use crate::unicode::{self, Name};
use core::cell::Cell;

/// The functions; a cell each, so that layers set what they have.
pub struct Hooks {
    /// `PyImport_ImportModule`: a module by its full name.
    pub import: Cell<Option<fn(Py<'_>, &PyUnicodeObject) -> PyResult>>,
    /// `_PyEval_GetBuiltin`: a name in `builtins`.
    pub builtin: Cell<Option<fn(Py<'_>, &PyUnicodeObject) -> PyResult>>,
    /// `PyErr_WriteUnraisable`: reports an error nobody can receive.
    pub unraisable: Cell<Option<fn(Py<'_>, PyErr, Option<&PyObject>)>>,
    /// `PyErr_WarnFormat`: category, stack level, text.
    pub warn: Cell<Option<fn(Py<'_>, &PyTypeObject, isize, &str) -> PyResult<()>>>,
    /// `Py_GenericAlias`.
    pub generic_alias: Cell<Option<fn(Py<'_>, &PyObject, &PyObject) -> PyResult>>,
    /// The members of a `types.UnionType`, for objects that are one.
    pub union_args: Cell<Option<fn(&PyObject) -> Option<crate::ptr::Owned<PyTupleObject>>>>,
    /// The memory that a `__buffer__` method gives (PEP 688): object, view to fill, flags.
    pub get_buffer: Cell<Option<fn(Py<'_>, &PyObject, &Py_buffer, core::ffi::c_int) -> PyResult<()>>>,
    /// The end of such a view: calls `__release_buffer__`.
    pub release_buffer: Cell<Option<fn(Py<'_>, &PyObject, &Py_buffer)>>,
    /// The globals of the Python function that runs now, borrowed from its frame.
    pub globals: Cell<Option<fn(Py<'_>) -> Option<crate::ptr::Owned<PyDictObject>>>>,
}

/// The hooks of the process.
pub static HOOKS: Gil<Hooks> = Gil(Hooks {
    import: Cell::new(None),
    builtin: Cell::new(None),
    unraisable: Cell::new(None),
    warn: Cell::new(None),
    globals: Cell::new(None),
    generic_alias: Cell::new(None),
    get_buffer: Cell::new(None),
    release_buffer: Cell::new(None),
    union_args: Cell::new(None),
});

fn missing(py: Py<'_>, what: &str, name: &PyUnicodeObject) -> PyErr {
    let name = unicode::display(name.as_object());
    exceptions::format(
        py,
        &exceptions::RuntimeError,
        format_args!("{what} '{name}' before the runtime is initialised"),
    )
}

/// Imports a module by its full name.
pub fn import(py: Py<'_>, name: &Name) -> PyResult {
    let name = name.get(py);
    match HOOKS.import.get() {
        Some(f) => f(py, name),
        None => Err(missing(py, "import of", name)),
    }
}

/// A name of the `builtins` module.
pub fn builtin(py: Py<'_>, name: &Name) -> PyResult {
    let name = name.get(py);
    match HOOKS.builtin.get() {
        Some(f) => f(py, name),
        None => Err(missing(py, "built-in", name)),
    }
}

/// The globals of the running function, if any runs.
pub fn globals(py: Py<'_>) -> Option<crate::ptr::Owned<PyDictObject>> {
    HOOKS.globals.get().and_then(|f| f(py))
}

/// Reports an error that nobody can receive.
pub(crate) fn unraisable(py: Py<'_>, e: PyErr, source: Option<&PyObject>) {
    match HOOKS.unraisable.get() {
        Some(f) => f(py, e, source),
        None => eprintln!("Exception ignored before the runtime is initialised: {e:?}"),
    }
}

/// Issues a warning; an error if filters make it one.
pub(crate) fn warn(py: Py<'_>, category: &'static StaticType, level: isize, text: &str) -> PyResult<()> {
    match HOOKS.warn.get() {
        Some(f) => f(py, category, level, text),
        None => Ok(()),
    }
}

/// `Py_GenericAlias`.
pub fn generic_alias(py: Py<'_>, origin: &PyObject, args: &PyObject) -> PyResult {
    match HOOKS.generic_alias.get() {
        Some(f) => f(py, origin, args),
        None => Err(missing(py, "generic alias of", crate::name!("type").get(py))),
    }
}

/// The members of a union type, for objects that are one.
pub fn union_args(o: &PyObject) -> Option<crate::ptr::Owned<PyTupleObject>> {
    HOOKS.union_args.get().and_then(|f| f(o))
}
