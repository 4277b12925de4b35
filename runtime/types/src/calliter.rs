//! `callable_iterator`, what `iter(function, sentinel)` gives (`Objects/iterobject.c`).

use crate::property::{held, replace};
use crate::{Part, no_hooks};
use dxpy_core::abi::constants::Py_EQ;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, call, exceptions, gc, glue, hooks, methods, name, object, protocol, tuple,
};

/// What this module brings.
pub static PART: Part = Part { adopt: &[], types: &[&PyCallIter_Type], hooks: no_hooks };

/// `callable_iterator`.
#[unsafe(no_mangle)]
pub static PyCallIter_Type: StaticType = StaticType::new::<calliterobject>(c"callable_iterator")
    .getattro(dxpy_core::attr::generic_get_slot)
    .iter(glue::unary(|_: Py<'_>, it: &PyObject| Ok(it.to_owned())))
    .iternext(glue::iternext(next))
    .methods(&METHODS)
    .traverse(glue::traverse(|it: &calliterobject, v: &glue::Visitor| {
        v.visit(&it.it_callable)?;
        v.visit(&it.it_sentinel)
    }))
    .dealloc(glue::dealloc(|_: Py<'_>, it: &calliterobject| {
        // SAFETY: the object has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(it.as_object());
            object::clear_field(&it.it_callable);
            object::clear_field(&it.it_sentinel);
            object::tp_free(it.as_object());
        }
    }));

methods! { static METHODS: for calliterobject [
    "__reduce__" = reduce [0], "?($self, /)", "Return state information for pickling.";
] }

/// `PyCallIter_New`.
pub fn new(py: Py<'_>, f: &PyObject, sentinel: &PyObject) -> PyResult {
    // SAFETY: LAYOUT: a zeroed object of the type.
    let it: Owned<calliterobject> = unsafe { object::generic_alloc(py, &PyCallIter_Type, 0)?.cast() };
    it.it_callable.set(f.to_owned().into_ptr());
    it.it_sentinel.set(sentinel.to_owned().into_ptr());
    Ok(it.upcast())
}

/// `calliter_iternext`: the end, and a `StopIteration` of the function's, exhaust it for good.
fn next(py: Py<'_>, it: &calliterobject) -> PyResult<Option<Owned>> {
    let Some(f) = held(&it.it_callable).map(Object::to_owned) else { return Ok(None) };
    let v = match call::call(py, &f, []) {
        Ok(v) => v,
        Err(e) if exceptions::matches(&e, &exceptions::StopIteration) => {
            replace(&it.it_callable, None);
            replace(&it.it_sentinel, None);
            return Ok(None);
        }
        Err(e) => return Err(e),
    };
    let Some(s) = held(&it.it_sentinel).map(Object::to_owned) else { return Ok(None) };
    if !protocol::rich_compare_bool(py, &s, &v, Py_EQ)? {
        return Ok(Some(v));
    }
    replace(&it.it_callable, None);
    replace(&it.it_sentinel, None);
    Ok(None)
}

fn reduce(py: Py<'_>, it: &calliterobject) -> PyResult<Owned<PyTupleObject>> {
    let iter = hooks::builtin(py, name!("iter"))?;
    let args = match (held(&it.it_callable), held(&it.it_sentinel)) {
        (Some(f), Some(s)) => tuple::from_iter(py, [f.to_owned(), s.to_owned()])?,
        _ => tuple::from_iter(py, [tuple::empty().upcast()])?,
    };
    tuple::from_iter(py, [iter, args.upcast()])
}
