//! Audit events (PEP 578): the hooks of `sys.addaudithook` and `PySys_AddAuditHook`, and raising events
//! (`Python/sysmodule.c`).

use crate::abi::*;
use crate::err::PyResult;
use crate::ptr::{Object, Owned};
use crate::statics::Gil;
use crate::thread::Py;
use crate::{attr, call, list, name, object, protocol, tuple, unicode};
use core::cell::Cell;

/// The Python hooks, a list once there is one.
static HOOKS: Gil<Cell<*mut PyObject>> = Gil(Cell::new(core::ptr::null_mut()));

/// Whether anybody listens: callers make no arguments before they know.
#[inline(always)]
pub fn is_active() -> bool {
    !HOOKS.get().is_null()
}

/// Raises an event with these arguments (`PySys_Audit`); an exception of a hook is the caller's.
#[inline]
pub fn event<const N: usize>(py: Py<'_>, event: &str, args: [&PyObject; N]) -> PyResult<()> {
    if !is_active() {
        return Ok(());
    }
    let args = tuple::from_iter(py, args.map(Object::to_owned))?;
    raise(py, unicode::from_str(py, event)?.as_object(), &args)
}

/// As [`event`](fn@event), with the arguments made only if somebody listens.
pub fn event_with(
    py: Py<'_>,
    event: &str,
    args: impl FnOnce() -> PyResult<Owned<PyTupleObject>>,
) -> PyResult<()> {
    if !is_active() {
        return Ok(());
    }
    let args = args()?;
    raise(py, unicode::from_str(py, event)?.as_object(), &args)
}

/// An event about an attribute of an object: `object.__getattr__`, `object.__setattr__` with its new value, or
/// `object.__delattr__`.
fn attribute(py: Py<'_>, kind: &str, o: &PyObject, name: &str, value: Option<&PyObject>) -> PyResult<()> {
    event_with(py, kind, || {
        let head = [o.to_owned(), unicode::from_str(py, name)?.upcast()];
        tuple::from_iter(py, head.into_iter().chain(value.map(Object::to_owned)).collect::<Vec<_>>())
    })
}

/// An attribute that shows the interpreter's inside is read.
pub fn read(py: Py<'_>, o: &PyObject, name: &str) -> PyResult<()> {
    attribute(py, "object.__getattr__", o, name, None)
}

/// Such an attribute is set, or deleted.
pub fn write(py: Py<'_>, o: &PyObject, name: &str, value: Option<&PyObject>) -> PyResult<()> {
    match value {
        Some(_) => attribute(py, "object.__setattr__", o, name, value),
        None => attribute(py, "object.__delattr__", o, name, None),
    }
}

/// Calls the hooks. They are not traced, unless they ask for it by `__cantrace__`.
pub fn raise(py: Py<'_>, event: &PyObject, args: &PyTupleObject) -> PyResult<()> {
    if !is_active() {
        return Ok(());
    }
    // SAFETY: LIVE, LAYOUT: the cell holds a list for good.
    let hooks = unsafe { (*(HOOKS.get() as *const PyListObject)).to_owned() };
    let tracing = &py.state().abi.tracing;
    let mut i = 0;
    while let Some(hook) = list::get(&hooks, i) {
        i += 1;
        let traced = match attr::lookup_name(py, &hook, name!("__cantrace__"))? {
            Some(v) => protocol::is_true(py, &v)?,
            None => false,
        };
        if !traced {
            tracing.set(tracing.get() + 1);
        }
        let r = call::call(py, &hook, [event, args.as_object()]);
        if !traced {
            tracing.set(tracing.get() - 1);
        }
        r?;
    }
    Ok(())
}

/// `sys.addaudithook`: the hooks that are there may refuse it, silently if by a `RuntimeError`.
pub fn add_hook(py: Py<'_>, hook: &PyObject) -> PyResult<()> {
    if let Err(e) = event(py, "sys.addaudithook", []) {
        return if crate::exceptions::matches(&e, &crate::exceptions::RuntimeError) {
            Ok(())
        } else {
            Err(e)
        };
    }
    if HOOKS.get().is_null() {
        let hooks = list::new(py)?;
        // The hooks are nobody's to find.
        // SAFETY: INIT: a list is tracked from the start, and has a collector header.
        unsafe { crate::gc::untrack(hooks.as_object()) };
        HOOKS.set(hooks.into_ptr());
    }
    // SAFETY: LIVE, LAYOUT: the cell holds a list for good.
    list::append(py, unsafe { &*(HOOKS.get() as *const PyListObject) }, hook)
}

/// The end of the hooks, at the interpreter's.
pub fn clear(_: Py<'_>) {
    object::clear_field(&HOOKS.0);
}
