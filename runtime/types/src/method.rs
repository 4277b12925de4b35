//! `method`, bound methods: attributes, comparison and constructor (`Objects/classobject.c`). What a method does not have
//! itself it looks up on its function.

use crate::{Part, no_hooks};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::method::{self, PyMethod_Type};
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyResult, attr, boolean, exceptions, getset, glue, hooks, members, methods, name, object,
    protocol, tuple, types, unicode,
};

/// What this module brings.
pub static PART: Part = Part { adopt: &[(&PyMethod_Type, &METHOD)], types: &[], hooks: no_hooks };

static METHOD: StaticType = StaticType::new::<PyMethodObject>(c"method")
    .doc(c"method(function, instance, /)\n--\n\nA function with its first argument bound to an instance.")
    .create(glue::create(create))
    .repr(glue::unary(repr))
    .hash(glue::hash(hash))
    .getattro(glue::binary(getattro))
    .setattro(dxpy_core::attr::generic_set_slot)
    .richcompare(glue::richcompare(richcompare))
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&GETSET);

methods! { static METHODS: for PyMethodObject [
    "__reduce__" = reduce [0], "($self, /)", "";
] }
members! { static MEMBERS [
    "__func__" = _Py_T_OBJECT, offset_of!(PyMethodObject, im_func), Py_READONLY, "the function behind the method";
    "__self__" = _Py_T_OBJECT, offset_of!(PyMethodObject, im_self), Py_READONLY, "the instance the method is bound to";
] }
getset! { static GETSET [
    "__doc__" = doc, "";
] }

/// `PyMethod_Check`.
fn check(o: &PyObject) -> Option<&PyMethodObject> {
    // SAFETY: LAYOUT: `method` cannot be subclassed.
    o.ty().is(&PyMethod_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyMethodObject) })
}

/// `method_new_impl`.
fn create(py: Py<'_>, _: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("method() takes no keyword arguments")));
    }
    let &[function, instance] = tuple::items(args) else {
        return Err(exceptions::type_error(
            py,
            format_args!("method expected 2 arguments, got {}", tuple::len(args)),
        ));
    };
    if !protocol::is_callable(function) {
        return Err(exceptions::type_error(py, format_args!("first argument must be callable")));
    }
    if object::is_none(instance) {
        return Err(exceptions::type_error(py, format_args!("instance must not be None")));
    }
    method::new(py, function, instance).map(Owned::upcast)
}

/// `method_repr`: by the function's qualified name, or its name.
fn repr(py: Py<'_>, m: &PyMethodObject) -> PyResult<Owned<PyUnicodeObject>> {
    let (function, this) = (method::function(m).to_owned(), method::this(m).to_owned());
    let mut name = attr::lookup_name(py, &function, name!("__qualname__"))?;
    if name.is_none() {
        name = attr::lookup_name(py, &function, name!("__name__"))?;
    }
    let unnamed = unicode::from_str(py, "?")?;
    let name = name.as_deref().and_then(unicode::check).unwrap_or(&unnamed);
    let of = protocol::repr(py, &this)?;
    let text = |s: &str| unicode::from_str(py, s);
    unicode::join_all(py, &[&*text("<bound method ")?, name, &*text(" of ")?, &*of, &*text(">")?])
}

/// `method_hash`: the identity of the instance, the hash of the function.
fn hash(py: Py<'_>, m: &PyMethodObject) -> PyResult<Py_hash_t> {
    let x = protocol::hash_pointer(m.im_self.get() as *const _);
    let y = protocol::hash(py, method::function(m))?;
    Ok(match x ^ y {
        -1 => -2,
        h => h,
    })
}

/// `method_richcompare`: the same instance and equal functions.
fn richcompare(py: Py<'_>, m: &PyMethodObject, other: &PyObject, op: core::ffi::c_int) -> PyResult {
    let Some(b) = check(other).filter(|_| op == Py_EQ || op == Py_NE) else {
        return Ok(object::not_implemented());
    };
    let equal = protocol::rich_compare_bool(py, method::function(m), method::function(b), Py_EQ)?
        && m.im_self.get() == b.im_self.get();
    Ok(boolean::new(equal == (op == Py_EQ)).upcast())
}

/// `method_getattro`: an attribute of the type `method`, else one of the function.
fn getattro(py: Py<'_>, m: &PyMethodObject, name: &PyObject) -> PyResult {
    let name = attr::check_name(py, name)?;
    let ty = m.as_object().ty();
    if let Some(d) = types::lookup::find(py, ty, name) {
        return match d.ty().tp_descr_get.get() {
            Some(get) => attr::bind(py, get, &d, m.as_object()),
            None => Ok(d),
        };
    }
    attr::get(py, method::function(m), name)
}

/// `method___reduce___impl`.
fn reduce(py: Py<'_>, m: &PyMethodObject) -> PyResult {
    let name = attr::get_name(py, method::function(m), name!("__name__"))?;
    let args = tuple::from_iter(py, [method::this(m).to_owned(), name])?;
    tuple::from_iter(py, [hooks::builtin(py, name!("getattr"))?, args.upcast()]).map(Owned::upcast)
}

/// `method_get_doc`: the function's.
fn doc(py: Py<'_>, m: &PyMethodObject) -> PyResult {
    attr::get_name(py, method::function(m), name!("__doc__"))
}
