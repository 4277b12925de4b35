//! `property` (`Objects/descrobject.c`). Subclasses keep `__doc__` in the instance, where the class's own would hide it.

use crate::{Part, no_hooks};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::{Rest, bind_call};
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::types::attrs::qualname_of;
use dxpy_core::types::is_subtype;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, call, exceptions, gc, getset, glue, members, methods, name, object,
    protocol, signature, unicode,
};

/// What this module brings.
pub static PART: Part = Part { adopt: &[], types: &[&PyProperty_Type], hooks: no_hooks };

/// `property`.
#[unsafe(no_mangle)]
pub static PyProperty_Type: StaticType = StaticType::new::<_PyPropertyObject>(c"property")
    .getattro(dxpy_core::attr::generic_get_slot)
    .flags(Py_TPFLAGS_BASETYPE)
    .doc(
        c"property(fget=None, fset=None, fdel=None, doc=None)\n--\n\nAn attribute that functions read, write and delete.",
    )
    .create(glue::create(|py, ty, _, _| object::tp_alloc(py, ty, 0)))
    .init(glue::init(init))
    .descr_get(glue::descr_get(get))
    .descr_set(glue::assign(set))
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&GETSET)
    .traverse(glue::traverse(|p: &_PyPropertyObject, v: &glue::Visitor| {
        for f in [&p.prop_get, &p.prop_set, &p.prop_del, &p.prop_doc, &p.prop_name] {
            v.visit(f)?;
        }
        Ok(())
    }))
    .clear(glue::clear(|_: Py<'_>, p: &_PyPropertyObject| object::clear_field(&p.prop_doc)))
    .dealloc(glue::dealloc(|_: Py<'_>, p: &_PyPropertyObject| {
        // SAFETY: the object has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(p.as_object());
            for f in [&p.prop_get, &p.prop_set, &p.prop_del, &p.prop_doc, &p.prop_name] {
                object::clear_field(f);
            }
            object::tp_free(p.as_object());
        }
    }));

members! { static MEMBERS [
    "fget" = _Py_T_OBJECT, offset_of!(_PyPropertyObject, prop_get), Py_READONLY, "";
    "fset" = _Py_T_OBJECT, offset_of!(_PyPropertyObject, prop_set), Py_READONLY, "";
    "fdel" = _Py_T_OBJECT, offset_of!(_PyPropertyObject, prop_del), Py_READONLY, "";
    "__doc__" = _Py_T_OBJECT, offset_of!(_PyPropertyObject, prop_doc), 0, "";
] }

getset! { static GETSET [
    "__isabstractmethod__" = is_abstract, "";
] }

methods! { static METHODS: for _PyPropertyObject [
    "getter" = getter [1], "?($self, getter, /)", "A copy with another function that reads.";
    "setter" = setter [1], "?($self, setter, /)", "A copy with another function that writes.";
    "deleter" = deleter [1], "?($self, deleter, /)", "A copy with another function that deletes.";
    "__set_name__" = set_name [1], "?($self, *args)", "Remembers the name under which a class holds the property.";
] }

/// A field's object.
pub(crate) fn held(f: &Cell<*mut PyObject>) -> Option<&PyObject> {
    // SAFETY: LIVE: the object holds its field for as long as it is not replaced.
    unsafe { f.get().as_ref() }
}

/// Puts another object into a field.
pub(crate) fn replace(f: &Cell<*mut PyObject>, v: Option<Owned>) {
    let old = f.replace(v.map_or(core::ptr::null_mut(), Owned::into_ptr));
    // SAFETY: OWNED: the field held it.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
}

/// Whether a callable is abstract (`_PyObject_IsAbstract`).
pub(crate) fn is_abstract_callable(py: Py<'_>, o: Option<&PyObject>) -> PyResult<bool> {
    let Some(o) = o else { return Ok(false) };
    match attr::lookup_name(py, o, name!("__isabstractmethod__"))? {
        Some(v) => protocol::is_true(py, &v),
        None => Ok(false),
    }
}

fn is_abstract(py: Py<'_>, p: &_PyPropertyObject) -> PyResult<Owned<PyLongObject>> {
    for f in [&p.prop_get, &p.prop_set, &p.prop_del] {
        if is_abstract_callable(py, held(f))? {
            return Ok(dxpy_core::boolean::new(true));
        }
    }
    Ok(dxpy_core::boolean::new(false))
}

/// `property_init_impl`.
fn init(py: Py<'_>, p: &_PyPropertyObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let sig = signature!("property", "(fget=None, fset=None, fdel=None, doc=None)");
    let given = bind_call(py, sig, args, kw, |b| {
        let one = |i| b.get(i).filter(|o| !object::is_none(o)).map(Object::to_owned);
        Ok([one(0), one(1), one(2), one(3)])
    })?;
    let [fget, fset, fdel, doc] = given;
    replace(&p.prop_get, fget.clone());
    replace(&p.prop_set, fset);
    replace(&p.prop_del, fdel);
    replace(&p.prop_doc, None);
    replace(&p.prop_name, None);
    p.getter_doc.set(0);
    let mut found = doc;
    if found.is_none()
        && let Some(f) = &fget
    {
        found = attr::lookup_name(py, f, name!("__doc__"))?.filter(|d| !object::is_none(d));
        p.getter_doc.set(found.is_some() as _);
    }
    if p.as_object().ty().is(&PyProperty_Type.0) {
        replace(&p.prop_doc, found);
        return Ok(());
    }
    let doc = found.unwrap_or_else(object::none);
    match attr::set_name(py, p.as_object(), name!("__doc__"), &doc) {
        // A subclass without a place for it has always lost a given docstring silently.
        Err(e) if p.getter_doc.get() == 0 && exceptions::matches(&e, &exceptions::AttributeError) => Ok(()),
        r => r,
    }
}

/// `property_copy`: a property of the same class with some functions replaced.
fn copy(py: Py<'_>, p: &_PyPropertyObject, new: [Option<&PyObject>; 3]) -> PyResult {
    let none = object::none();
    let old = [&p.prop_get, &p.prop_set, &p.prop_del];
    let pick = |i: usize| -> Owned {
        let n = new[i].filter(|o| !object::is_none(o));
        n.or(held(old[i])).map_or_else(|| none.clone(), Object::to_owned)
    };
    let [get, set, del] = [pick(0), pick(1), pick(2)];
    let doc = if p.getter_doc.get() != 0 && !object::is_none(&get) { None } else { held(&p.prop_doc) };
    let doc = doc.map_or_else(|| none.clone(), Object::to_owned);
    let copy = call::call(py, p.as_object().ty().as_object(), [&get, &set, &del, &doc])?;
    if is_subtype(copy.ty(), &PyProperty_Type) {
        // SAFETY: LAYOUT: just checked.
        let c = unsafe { &*(copy.as_ptr() as *const _PyPropertyObject) };
        replace(&c.prop_name, held(&p.prop_name).map(Object::to_owned));
    }
    Ok(copy)
}

fn getter(py: Py<'_>, p: &_PyPropertyObject, f: &PyObject) -> PyResult {
    copy(py, p, [Some(f), None, None])
}

fn setter(py: Py<'_>, p: &_PyPropertyObject, f: &PyObject) -> PyResult {
    copy(py, p, [None, Some(f), None])
}

fn deleter(py: Py<'_>, p: &_PyPropertyObject, f: &PyObject) -> PyResult {
    copy(py, p, [None, None, Some(f)])
}

fn set_name(py: Py<'_>, p: &_PyPropertyObject, args: Rest<'_>) -> PyResult<()> {
    let &[_, n] = args.0 else {
        return Err(exceptions::type_error(
            py,
            format_args!("__set_name__() takes 2 positional arguments but {} were given", args.0.len()),
        ));
    };
    // SAFETY: LIVE: an argument of the call.
    replace(&p.prop_name, Some(unsafe { &*n }.to_owned()));
    Ok(())
}

/// The error for a property that lacks a function.
fn lacks(py: Py<'_>, p: &_PyPropertyObject, o: &PyObject, what: &str) -> PyErr {
    let make = || -> PyResult<String> {
        let q = protocol::repr(py, qualname_of(py, o.ty())?.as_object())?;
        let q = unicode::display(q.as_object());
        Ok(match held(&p.prop_name).map(Object::to_owned) {
            Some(n) => {
                let n = protocol::repr(py, &n)?;
                format!("property {} of {q} object has no {what}", unicode::display(n.as_object()))
            }
            None => format!("property of {q} object has no {what}"),
        })
    };
    match make() {
        Ok(text) => exceptions::format(py, &exceptions::AttributeError, format_args!("{text}")),
        Err(e) => e,
    }
}

/// `property_descr_get`.
fn get(py: Py<'_>, p: &_PyPropertyObject, o: Option<&PyObject>, _: Option<&PyObject>) -> PyResult {
    let Some(o) = o.filter(|o| !object::is_none(o)) else { return Ok(p.as_object().to_owned()) };
    match held(&p.prop_get).map(Object::to_owned) {
        Some(f) => call::call(py, &f, [o]),
        None => Err(lacks(py, p, o, "getter")),
    }
}

/// `property_descr_set`.
fn set(py: Py<'_>, p: &_PyPropertyObject, o: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
    let (field, what) = if value.is_some() { (&p.prop_set, "setter") } else { (&p.prop_del, "deleter") };
    let Some(f) = held(field).map(Object::to_owned) else { return Err(lacks(py, p, o, what)) };
    match value {
        Some(v) => call::call(py, &f, [o, v]).map(drop),
        None => call::call(py, &f, [o]).map(drop),
    }
}
