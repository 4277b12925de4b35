//! `instancemethod`: a callable that becomes a bound method when it is an attribute of a class, as functions do; made by
//! C code only (`PyInstanceMethod_Type` of `Objects/classobject.c`).

use crate::{Part, no_hooks};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyResult, args, attr, boolean, call, exceptions, gc, getset, glue, members, method, name,
    object, protocol, signature, types, unicode,
};

/// What this module brings.
pub static PART: Part = Part { adopt: &[], types: &[&PyInstanceMethod_Type], hooks: no_hooks };

/// C: `PyTypeObject PyInstanceMethod_Type`.
#[unsafe(no_mangle)]
pub static PyInstanceMethod_Type: StaticType = StaticType::new::<PyInstanceMethodObject>(c"instancemethod")
    .setattro(dxpy_core::attr::generic_set_slot)
    .doc(c"instancemethod(function, /)\n--\n\nA callable that binds to instances as a function does.")
    .create(glue::create(create))
    .repr(glue::unary(repr))
    .call(glue::call(invoke))
    .getattro(glue::binary(getattro))
    .richcompare(glue::richcompare(richcompare))
    .descr_get(glue::descr_get(get))
    .members(&MEMBERS)
    .getset(&GETSET)
    .traverse(glue::traverse(|m: &PyInstanceMethodObject, v: &glue::Visitor| v.visit(&m.func)))
    .dealloc(glue::dealloc(|_: Py<'_>, m: &PyInstanceMethodObject| {
        // SAFETY: the object has a collector header; its field is released once and its memory last.
        unsafe {
            gc::untrack(m.as_object());
            object::clear_field(&m.func);
            object::free(m.as_object());
        }
    }));

members! { static MEMBERS [
    "__func__" = _Py_T_OBJECT, offset_of!(PyInstanceMethodObject, func), Py_READONLY, "the function behind the method";
] }
getset! { static GETSET [
    "__doc__" = doc, "";
] }

/// `PyInstanceMethod_New`.
pub fn new(py: Py<'_>, function: &PyObject) -> PyResult {
    // SAFETY: the field is set before the object is tracked.
    unsafe {
        let size = size_of::<PyInstanceMethodObject>();
        let m = object::alloc_uninit::<PyInstanceMethodObject>(py, &PyInstanceMethod_Type, size)?;
        m.func.set(function.to_owned().into_ptr());
        gc::track(m.as_object());
        Ok(m.upcast())
    }
}

/// `PyInstanceMethod_Check`.
pub fn check(o: &PyObject) -> Option<&PyInstanceMethodObject> {
    // SAFETY: LAYOUT: the type says so, and cannot be subclassed.
    o.ty()
        .is(&PyInstanceMethod_Type.0)
        .then(|| unsafe { &*(o as *const PyObject as *const PyInstanceMethodObject) })
}

/// `PyInstanceMethod_Function`.
pub fn function(m: &PyInstanceMethodObject) -> &PyObject {
    // SAFETY: LIVE: the object holds its function.
    unsafe { &*m.func.get() }
}

fn create(py: Py<'_>, _: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("instancemethod() takes no keyword arguments")));
    }
    args::bind_call(py, signature!("instancemethod", "(func, /)"), a, None, |b| {
        let f: &PyObject = b.arg(py, 0)?;
        if !protocol::is_callable(f) {
            return Err(exceptions::type_error(py, format_args!("first argument must be callable")));
        }
        new(py, f)
    })
}

fn repr(py: Py<'_>, m: &PyInstanceMethodObject) -> PyResult<Owned<PyUnicodeObject>> {
    let name = attr::lookup_name(py, function(m), name!("__name__"))?;
    let name = name.as_deref().and_then(unicode::check).map(|n| unicode::display(n.as_object()));
    let name = name.unwrap_or_else(|| "?".to_owned());
    unicode::from_str(py, &format!("<instancemethod {name} at {:p}>", function(m)))
}

fn invoke(
    py: Py<'_>,
    m: &PyInstanceMethodObject,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    call::call_tuple(py, function(m), args, kw)
}

fn getattro(py: Py<'_>, m: &PyInstanceMethodObject, name: &PyObject) -> PyResult {
    let name = attr::check_name(py, name)?;
    if let Some(d) = types::lookup::find(py, m.as_object().ty(), name) {
        return match d.ty().tp_descr_get.get() {
            Some(get) => attr::bind(py, get, &d, m.as_object()),
            None => Ok(d),
        };
    }
    attr::get(py, function(m), name)
}

fn richcompare(py: Py<'_>, m: &PyInstanceMethodObject, other: &PyObject, op: core::ffi::c_int) -> PyResult {
    let Some(b) = check(other).filter(|_| op == Py_EQ || op == Py_NE) else {
        return Ok(object::not_implemented());
    };
    let equal = protocol::rich_compare_bool(py, function(m), function(b), Py_EQ)?;
    Ok(boolean::new(equal == (op == Py_EQ)).upcast())
}

/// `instancemethod_descr_get`: the function of a class, a bound method of an instance.
fn get(py: Py<'_>, m: &PyInstanceMethodObject, o: Option<&PyObject>, _: Option<&PyObject>) -> PyResult {
    match o {
        None => Ok(function(m).to_owned()),
        Some(o) => method::new(py, function(m), o).map(Owned::upcast),
    }
}

fn doc(py: Py<'_>, m: &PyInstanceMethodObject) -> PyResult {
    attr::get_name(py, function(m), name!("__doc__"))
}
