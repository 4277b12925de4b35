//! `Context`, `ContextVar` and `Token` (PEP 567, `Python/context.c`). The mapping behind contexts is in `hamt`.

pub mod hamt;
mod iter;
mod mapping;
mod var;

pub use var::{
    PyContextToken_Type, PyContextVar_Type, add_missing, check_token, check_var, get_var, new_var, reset_var,
    set_var,
};

use crate::{Part, no_hooks};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::Raw;
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, call, exceptions, gc, glue, methods, object, protocol, tuple, unicode,
    weakref,
};

/// What this module brings.
pub static PART: Part = Part {
    adopt: &[],
    types: &[
        &hamt::_PyHamt_Type,
        &hamt::NODE,
        &iter::KEYS,
        &iter::VALUES,
        &iter::ITEMS,
        &PyContext_Type,
        &PyContextVar_Type,
        &PyContextToken_Type,
        &var::MISSING_TYPE,
    ],
    hooks: no_hooks,
};

/// `_contextvars.Context`.
#[unsafe(no_mangle)]
pub static PyContext_Type: StaticType = StaticType::new::<PyContext>(c"_contextvars.Context")
    .getattro(dxpy_core::attr::generic_get_slot)
    .flags(Py_TPFLAGS_HAVE_GC)
    .weaklist(offset_of!(PyContext, ctx_weakreflist))
    .create(glue::create(create))
    .richcompare(glue::richcompare(compare))
    .hash(protocol::hash_not_implemented)
    .iter(glue::unary(|py: Py<'_>, c: &PyContext| iter::new(py, &iter::KEYS, vars(c))))
    .sequence(&SEQUENCE)
    .mapping(&MAPPING)
    .methods(&METHODS)
    .traverse(glue::traverse(|c: &PyContext, v: &glue::Visitor| {
        v.visit(object::field(&c.ctx_prev))?;
        v.visit(object::field(&c.ctx_vars))
    }))
    .clear(glue::clear(clear))
    .dealloc(glue::dealloc(|py: Py<'_>, c: &PyContext| {
        weakref::clear_all(py, c.as_object());
        // SAFETY: the object has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(c.as_object());
            clear(py, c);
            object::tp_free(c.as_object());
        }
    }));

static SEQUENCE: StaticTable<PySequenceMethods> = StaticTable::<PySequenceMethods>::empty()
    .contains(glue::contains(|py: Py<'_>, c: &PyContext, k: &PyObject| Ok(lookup(py, c, k)?.is_some())));

static MAPPING: StaticTable<PyMappingMethods> = StaticTable::<PyMappingMethods>::empty()
    .length(glue::len(|_: Py<'_>, c: &PyContext| Ok(vars(c).map_or(0, hamt::len))))
    .subscript(glue::binary(|py: Py<'_>, c: &PyContext, k: &PyObject| match lookup(py, c, k)? {
        Some(v) => Ok(v),
        None => Err(exceptions::key_error(py, k)),
    }));

methods! { static METHODS: for PyContext [
    "get" = get [2], "($self, key, default=None, /)", "The value of a variable, or the default if it has none.";
    "items" = items [0], "($self, /)", "Variables and their values.";
    "keys" = keys [0], "($self, /)", "The variables that have values.";
    "values" = values [0], "($self, /)", "The values of all variables.";
    "copy" = copy [0], "($self, /)", "A context with the same values.";
    "run" = run [2], "?($self, /, *args, **kwargs)", "Calls a function in this context.";
] }

fn clear(_: Py<'_>, c: &PyContext) {
    object::clear_field(object::field(&c.ctx_prev));
    object::clear_field(object::field(&c.ctx_vars));
}

/// The mapping of a context; an empty one after the collector cleared it.
fn vars(c: &PyContext) -> Option<&PyHamtObject> {
    // SAFETY: LIVE: the context holds its mapping, or NULL.
    unsafe { c.ctx_vars.get().as_ref() }
}

fn set_vars(c: &PyContext, new: Owned<PyHamtObject>) {
    let old = c.ctx_vars.replace(new.into_raw());
    // SAFETY: OWNED: the context held it, or NULL.
    drop(unsafe { Owned::from_raw_opt(old) });
}

/// Is this a context?
pub fn check(o: &PyObject) -> Option<&PyContext> {
    // SAFETY: LAYOUT: the type cannot be subclassed.
    o.ty().is(&PyContext_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyContext) })
}

fn with_vars(py: Py<'_>, vars: Owned<PyHamtObject>) -> PyResult<Owned<PyContext>> {
    // SAFETY: LAYOUT: the type's own struct.
    let c: Owned<PyContext> = unsafe { object::generic_alloc(py, &PyContext_Type, 0)?.cast() };
    c.ctx_vars.set(vars.into_raw());
    Ok(c)
}

/// `PyContext_New`.
pub fn new(py: Py<'_>) -> PyResult<Owned<PyContext>> {
    with_vars(py, hamt::empty(py)?)
}

/// `PyContext_Copy`: in no time, however many variables there are.
pub fn copy(py: Py<'_>, c: &PyContext) -> PyResult<Owned<PyContext>> {
    match vars(c) {
        Some(v) => with_vars(py, v.to_owned()),
        None => new(py),
    }
}

/// The context of the running thread, if it has one yet.
fn current_or_none(py: Py<'_>) -> Option<Owned<PyContext>> {
    // SAFETY: LIVE, LAYOUT: the thread's state holds a context, or NULL.
    unsafe { (py.state().abi.context.get() as *const PyContext).as_ref() }.map(Object::to_owned)
}

/// The context of the running thread (`context_get`).
pub fn current(py: Py<'_>) -> PyResult<Owned<PyContext>> {
    if let Some(c) = current_or_none(py) {
        return Ok(c);
    }
    let c = new(py)?;
    py.state().abi.context.set(c.clone().into_ptr());
    Ok(c)
}

/// `PyContext_CopyCurrent`.
pub fn copy_current(py: Py<'_>) -> PyResult<Owned<PyContext>> {
    copy(py, &*current(py)?)
}

/// Values that variables remember of this thread's context are out of date.
fn changed(py: Py<'_>) {
    let version = &py.state().abi.context_ver;
    version.set(version.get() + 1);
}

fn shown(py: Py<'_>, o: &PyObject) -> PyResult<String> {
    Ok(unicode::display(protocol::repr(py, o)?.as_object()))
}

/// `PyContext_Enter`.
pub fn enter(py: Py<'_>, c: &PyContext) -> PyResult<()> {
    if c.ctx_entered.get() != 0 {
        let text = shown(py, c.as_object())?;
        return Err(exceptions::runtime_error(
            py,
            format_args!("cannot enter context: {text} is already entered"),
        ));
    }
    let previous = py.state().abi.context.replace(c.to_owned().into_ptr());
    c.ctx_prev.set(previous.cast());
    c.ctx_entered.set(1);
    changed(py);
    Ok(())
}

/// `PyContext_Exit`.
pub fn exit(py: Py<'_>, c: &PyContext) -> PyResult<()> {
    let problem = if c.ctx_entered.get() == 0 {
        Some("has not been entered")
    } else if py.state().abi.context.get() != c.as_ptr() {
        Some("thread state references a different context object")
    } else {
        None
    };
    if let Some(problem) = problem {
        let text = shown(py, c.as_object())?;
        return Err(exceptions::runtime_error(py, format_args!("cannot exit context: {text} {problem}")));
    }
    let previous: *mut PyContext = c.ctx_prev.replace(core::ptr::null_mut());
    let this = py.state().abi.context.replace(previous.cast());
    c.ctx_entered.set(0);
    changed(py);
    // SAFETY: OWNED: the thread's state held the context.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(this) });
    Ok(())
}

fn create(py: Py<'_>, _: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if tuple::len(args) > 0 || has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("Context() does not accept any arguments")));
    }
    new(py).map(Owned::upcast)
}

fn compare(py: Py<'_>, a: &PyContext, b: &PyObject, op: core::ffi::c_int) -> PyResult {
    let Some(b) = check(b).filter(|_| op == Py_EQ || op == Py_NE) else {
        return Ok(object::not_implemented());
    };
    let same = match (vars(a), vars(b)) {
        (Some(a), Some(b)) => {
            let (a, b) = (a.to_owned(), b.to_owned());
            hamt::equals(py, &a, &b)?
        }
        (a, b) => a.map_or(0, hamt::len) == b.map_or(0, hamt::len),
    };
    Ok(dxpy_core::boolean::new(same == (op == Py_EQ)).upcast())
}

/// The value of a key, which must be a variable.
fn lookup(py: Py<'_>, c: &PyContext, key: &PyObject) -> PyResult<Option<Owned>> {
    if check_var(key).is_none() {
        let text = shown(py, key)?;
        return Err(exceptions::type_error(py, format_args!("a ContextVar key was expected, got {text}")));
    }
    match vars(c) {
        Some(v) => hamt::get(py, v, key),
        None => Ok(None),
    }
}

fn get(py: Py<'_>, c: &PyContext, key: &PyObject, default: Option<&PyObject>) -> PyResult {
    Ok(lookup(py, c, key)?.unwrap_or_else(|| default.map_or_else(object::none, Object::to_owned)))
}

fn items(py: Py<'_>, c: &PyContext) -> PyResult {
    iter::new(py, &iter::ITEMS, vars(c))
}

fn keys(py: Py<'_>, c: &PyContext) -> PyResult {
    iter::new(py, &iter::KEYS, vars(c))
}

fn values(py: Py<'_>, c: &PyContext) -> PyResult {
    iter::new(py, &iter::VALUES, vars(c))
}

/// `context_run`.
fn run(py: Py<'_>, c: &PyContext, raw: Raw<'_>, _: dxpy_core::args::Keywords<'_>) -> PyResult {
    let Some((f, _)) = raw.0.positional().split_first() else {
        return Err(exceptions::type_error(py, format_args!("run() missing 1 required positional argument")));
    };
    enter(py, c)?;
    // SAFETY: LIVE: the caller holds its arguments; those of the call follow the function.
    let r: Result<Owned, PyErr> = unsafe {
        let rest = raw.0.all.as_ptr().add(1);
        call::vectorcall_raw(py, &**f, rest, raw.0.nargs - 1, raw.0.kwnames)
    };
    exit(py, c)?;
    r
}

/// Keeps a cell's object, NULL for none.
fn replace(cell: &Cell<*mut PyObject>, new: Option<Owned>) {
    let old = cell.replace(new.map_or(core::ptr::null_mut(), Owned::into_ptr));
    // SAFETY: OWNED: the cell held it, or NULL.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
}
