//! What the object model asks of the layers above it: function pointers set at start-up. Before that each raises a clear
//! error.

use crate::abi::*;
use crate::err::{PyErr, PyResult};
use crate::exceptions;
use crate::ptr::Object;
use crate::statics::Gil;
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
    /// `PyErr_WarnFormat` and `PyErr_ResourceWarning`: category, stack level, text, what it is about.
    pub warn: Cell<Option<fn(Py<'_>, &PyTypeObject, isize, &str, Option<&PyObject>) -> PyResult<()>>>,
    /// `Py_GenericAlias`.
    pub generic_alias: Cell<Option<fn(Py<'_>, &PyObject, &PyObject) -> PyResult>>,
    /// The members of a `types.UnionType`, for objects that are one.
    pub union_args: Cell<Option<fn(&PyObject) -> Option<crate::ptr::Owned<PyTupleObject>>>>,
    /// The memory that a `__buffer__` method gives (PEP 688): object, view to fill, flags.
    pub get_buffer: Cell<Option<fn(Py<'_>, &PyObject, &Py_buffer, core::ffi::c_int) -> PyResult<()>>>,
    /// The end of such a view: calls `__release_buffer__`.
    pub release_buffer: Cell<Option<fn(Py<'_>, &PyObject, &Py_buffer)>>,
    /// Runs the Python handlers of signals that arrived.
    pub signals: Cell<Option<fn(Py<'_>) -> PyResult<()>>>,
    /// A set of these items; adding one; adding all of an iterable.
    pub new_set: Cell<Option<fn(Py<'_>, Vec<crate::ptr::Owned>) -> PyResult>>,
    pub set_add: Cell<Option<fn(Py<'_>, &PyObject, &PyObject) -> PyResult<()>>>,
    pub set_update: Cell<Option<fn(Py<'_>, &PyObject, &PyObject) -> PyResult<()>>>,
    /// Whether an object is an asynchronous generator.
    pub is_async_gen: Cell<Option<fn(&PyObject) -> bool>>,
    /// `PyErr_WarnExplicitObject`: category, text, file, line.
    pub warn_explicit: Cell<Option<fn(Py<'_>, &PyTypeObject, &str, &PyUnicodeObject, i32) -> PyResult<()>>>,
    /// `builtins`' dict.
    pub builtins: Cell<Option<fn(Py<'_>) -> PyResult>>,
    /// `sys.modules`.
    pub sys_modules: Cell<Option<fn(Py<'_>) -> PyResult>>,
    /// `_PyAsyncGenValueWrapperNew`.
    pub async_gen_wrap: Cell<Option<fn(Py<'_>, &PyObject) -> PyResult>>,
    /// What PEP 695 syntax makes, by name.
    pub typing: Cell<Option<fn(Py<'_>, &str, &[&PyObject]) -> PyResult>>,
    /// `_PyMemoryView_FromBufferProc`: object, flags, the function that gives the buffer.
    pub memoryview: Cell<Option<fn(Py<'_>, &PyObject, core::ffi::c_int, getbufferproc) -> PyResult>>,
    /// Ends a memoryview that the object's `__buffer__` gave.
    pub end_memoryview: Cell<Option<fn(Py<'_>, &PyObject, &PyObject) -> PyResult<()>>>,
    /// The globals of the Python function that runs now, borrowed from its frame.
    pub globals: Cell<Option<fn(Py<'_>) -> Option<crate::ptr::Owned<PyDictObject>>>>,
    /// `PyOS_ReadlineFunctionPointer`, which the module `readline` sets: prompt; a line, or `None` at the end of input.
    pub readline: Cell<Option<ReadLine>>,
    /// `PyOS_ReadlineFunctionPointer` where C code has put a function of its own there; `None` is that it has not.
    pub foreign_readline: Cell<Option<fn(Py<'_>, &[u8]) -> Option<PyResult<Option<Vec<u8>>>>>>,
    /// Puts what reads lines here into `PyOS_ReadlineFunctionPointer`, whatever was there.
    pub readline_pointer: Cell<Option<fn()>>,
    /// `PyFile_SetOpenCodeHook`: opens files of code.
    pub open_code: Cell<Option<OpenCode>>,
}

/// A function of C code that opens a file of code, and what it is given besides the path.
#[derive(Clone, Copy)]
pub struct OpenCode {
    pub function: unsafe extern "C" fn(*mut PyObject, *mut core::ffi::c_void) -> *mut PyObject,
    pub data: *mut core::ffi::c_void,
}

/// A function that shows a prompt at the terminal and reads a line.
pub type ReadLine = fn(Py<'_>, &[u8]) -> PyResult<Option<Vec<u8>>>;

/// The hooks of the process.
pub static HOOKS: Gil<Hooks> = Gil(Hooks {
    import: Cell::new(None),
    builtin: Cell::new(None),
    unraisable: Cell::new(None),
    warn: Cell::new(None),
    globals: Cell::new(None),
    readline: Cell::new(None),
    foreign_readline: Cell::new(None),
    readline_pointer: Cell::new(None),
    open_code: Cell::new(None),
    generic_alias: Cell::new(None),
    get_buffer: Cell::new(None),
    release_buffer: Cell::new(None),
    signals: Cell::new(None),
    new_set: Cell::new(None),
    set_add: Cell::new(None),
    set_update: Cell::new(None),
    is_async_gen: Cell::new(None),
    warn_explicit: Cell::new(None),
    builtins: Cell::new(None),
    sys_modules: Cell::new(None),
    async_gen_wrap: Cell::new(None),
    typing: Cell::new(None),
    memoryview: Cell::new(None),
    end_memoryview: Cell::new(None),
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
    import_by_name(py, name.get(py))
}

/// As [`import`], with a name that is made at run time.
pub fn import_by_name(py: Py<'_>, name: &PyUnicodeObject) -> PyResult {
    match HOOKS.import.get() {
        Some(f) => f(py, name),
        None => Err(missing(py, "import of", name)),
    }
}

/// Lines at a terminal are read by this function from now on, as `PyOS_ReadlineFunctionPointer` says too.
pub fn set_readline(f: ReadLine) {
    HOOKS.readline.set(Some(f));
    if let Some(tell) = HOOKS.readline_pointer.get() {
        tell();
    }
}

/// What C code calls while a program waits for input (`PyOS_InputHook`).
pub type InputHook = unsafe extern "C" fn() -> core::ffi::c_int;

/// C: `int (*PyOS_InputHook)(void)`.
#[unsafe(export_name = "PyOS_InputHook")]
pub static INPUT_HOOK: Gil<Cell<Option<InputHook>>> = Gil(Cell::new(None));

/// Calls `PyOS_InputHook`, if there is one, as before a line is read from a terminal: without the GIL.
pub fn before_input(py: Py<'_>) {
    if let Some(f) = INPUT_HOOK.get() {
        // SAFETY: who set it promised that it can be called so.
        crate::thread::without_gil(py, || unsafe { f() });
    }
}

/// The file of code at a path, where C code opens those (`PyFile_OpenCodeObject`).
pub fn open_code(py: Py<'_>, path: &PyUnicodeObject) -> Option<PyResult> {
    let OpenCode { function, data } = HOOKS.open_code.get()?;
    // SAFETY: who set it promised that it can be called with this; LIVE: a result is a new reference.
    Some(unsafe { crate::err::from_ptr(py, function(path.as_ptr().cast(), data)) })
}

/// A name of the `builtins` module.
pub fn builtin(py: Py<'_>, name: &Name) -> PyResult {
    let name = name.get(py);
    match HOOKS.builtin.get() {
        Some(f) => f(py, name),
        None => Err(missing(py, "built-in", name)),
    }
}

/// `PyEval_GetBuiltins`: the built-in names that the running function sees, those of `builtins` if none runs.
pub fn builtins(py: Py<'_>) -> PyResult {
    match HOOKS.builtins.get() {
        Some(f) => f(py),
        None => crate::dict::new(py).map(crate::ptr::Owned::upcast),
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
pub fn warn(
    py: Py<'_>,
    category: &PyTypeObject,
    level: isize,
    text: &str,
    source: Option<&PyObject>,
) -> PyResult<()> {
    match HOOKS.warn.get() {
        Some(f) => f(py, category, level, text, source),
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

/// `sys.modules`.
pub fn sys_modules(py: Py<'_>) -> PyResult {
    match HOOKS.sys_modules.get() {
        Some(f) => f(py),
        None => crate::dict::new(py).map(crate::ptr::Owned::upcast),
    }
}

/// Whether a module is still being imported (`_PyModuleSpec_IsInitializing`).
pub fn is_initializing(py: Py<'_>, module: &PyObject) -> bool {
    let run = || -> PyResult<bool> {
        let Some(spec) = crate::attr::lookup_name(py, module, crate::name!("__spec__"))? else {
            return Ok(false);
        };
        match crate::attr::lookup_name(py, &spec, crate::name!("_initializing"))? {
            Some(v) => crate::protocol::is_true(py, &v),
            None => Ok(false),
        }
    };
    run().unwrap_or(false)
}

/// A value on its way out of an asynchronous generator.
pub fn async_gen_wrap(py: Py<'_>, o: &PyObject) -> PyResult {
    match HOOKS.async_gen_wrap.get() {
        Some(f) => f(py, o),
        None => Err(missing(py, "wrapper of", crate::name!("async generator").get(py))),
    }
}

fn no_sets(py: Py<'_>) -> PyErr {
    exceptions::not_implemented_error(py, format_args!("dx-py: sets are not implemented yet"))
}

/// A set of these items.
pub fn new_set(py: Py<'_>, items: Vec<crate::ptr::Owned>) -> PyResult {
    HOOKS.new_set.get().ok_or_else(|| no_sets(py))?(py, items)
}

/// `PySet_Add`.
pub fn set_add(py: Py<'_>, set: &PyObject, item: &PyObject) -> PyResult<()> {
    HOOKS.set_add.get().ok_or_else(|| no_sets(py))?(py, set, item)
}

/// `_PySet_Update`.
pub fn set_update(py: Py<'_>, set: &PyObject, items: &PyObject) -> PyResult<()> {
    HOOKS.set_update.get().ok_or_else(|| no_sets(py))?(py, set, items)
}

/// Whether an object is an asynchronous generator.
pub fn is_async_gen(o: &PyObject) -> bool {
    HOOKS.is_async_gen.get().is_some_and(|f| f(o))
}
