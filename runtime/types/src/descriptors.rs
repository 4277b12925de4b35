//! The attributes of built-in functions, of the descriptors of built-in types and of bound slot wrappers
//! (`Objects/methodobject.c`, `Objects/descrobject.c`). Their calls, binding and comparison are the object model's.

use crate::{Part, no_hooks};
use core::ffi::{CStr, c_char};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::cfunction::{self, PyCFunction_Type};
use dxpy_core::descr::{
    self, _PyMethodWrapper_Type, PyClassMethodDescr_Type, PyGetSetDescr_Type, PyMemberDescr_Type,
    PyMethodDescr_Type, PyWrapperDescr_Type,
};
use dxpy_core::doc::{docstring, text_signature};
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, attr, getset, hooks, members, methods, module, name, object, tuple, types, unicode,
};

/// What this module brings.
pub static PART: Part = Part {
    adopt: &[
        (&PyCFunction_Type, &FUNCTION),
        (&PyMethodDescr_Type, &METHOD),
        (&PyClassMethodDescr_Type, &CLASS_METHOD),
        (&PyMemberDescr_Type, &MEMBER),
        (&PyGetSetDescr_Type, &COMPUTED),
        (&PyWrapperDescr_Type, &WRAPPER),
        (&_PyMethodWrapper_Type, &BOUND),
    ],
    types: &[],
    hooks: no_hooks,
};

static FUNCTION: StaticType = StaticType::new::<PyCFunctionObject>(c"builtin_function_or_method")
    .getattro(dxpy_core::attr::generic_get_slot)
    .methods(&FUNCTION_METHODS)
    .members(&FUNCTION_MEMBERS)
    .getset(&FUNCTION_GETSET);
methods! { static FUNCTION_METHODS: for PyCFunctionObject [
    "__reduce__" = function_reduce [0], "?($self, /)", "";
] }
members! { static FUNCTION_MEMBERS [
    "__module__" = _Py_T_OBJECT, offset_of!(PyCFunctionObject, m_module), 0, "";
] }
getset! { static FUNCTION_GETSET [
    "__doc__" = function_doc, "";
    "__name__" = function_name, "";
    "__qualname__" = function_qualname, "";
    "__self__" = function_self, "";
    "__text_signature__" = function_signature, "";
] }

static METHOD: StaticType = StaticType::new::<PyMethodDescrObject>(c"method_descriptor")
    .getattro(dxpy_core::attr::generic_get_slot)
    .methods(&DESCRIPTOR_METHODS)
    .members(&DESCRIPTOR_MEMBERS)
    .getset(&METHOD_GETSET);
static CLASS_METHOD: StaticType = StaticType::new::<PyMethodDescrObject>(c"classmethod_descriptor")
    .getattro(dxpy_core::attr::generic_get_slot)
    .members(&DESCRIPTOR_MEMBERS)
    .getset(&METHOD_GETSET);
static MEMBER: StaticType = StaticType::new::<PyMemberDescrObject>(c"member_descriptor")
    .getattro(dxpy_core::attr::generic_get_slot)
    .methods(&DESCRIPTOR_METHODS)
    .members(&DESCRIPTOR_MEMBERS)
    .getset(&MEMBER_GETSET);
static COMPUTED: StaticType = StaticType::new::<PyGetSetDescrObject>(c"getset_descriptor")
    .getattro(dxpy_core::attr::generic_get_slot)
    .members(&DESCRIPTOR_MEMBERS)
    .getset(&COMPUTED_GETSET);
static WRAPPER: StaticType = StaticType::new::<PyWrapperDescrObject>(c"wrapper_descriptor")
    .getattro(dxpy_core::attr::generic_get_slot)
    .methods(&DESCRIPTOR_METHODS)
    .members(&DESCRIPTOR_MEMBERS)
    .getset(&WRAPPER_GETSET);
static BOUND: StaticType = StaticType::new::<wrapperobject>(c"method-wrapper")
    .getattro(dxpy_core::attr::generic_get_slot)
    .methods(&BOUND_METHODS)
    .members(&BOUND_MEMBERS)
    .getset(&BOUND_GETSET);

methods! { static DESCRIPTOR_METHODS: for PyDescrObject [
    "__reduce__" = descriptor_reduce [0], "?($self, /)", "";
] }
members! { static DESCRIPTOR_MEMBERS [
    "__objclass__" = _Py_T_OBJECT, offset_of!(PyDescrObject, d_type), Py_READONLY, "";
    "__name__" = _Py_T_OBJECT, offset_of!(PyDescrObject, d_name), Py_READONLY, "";
] }
getset! { static METHOD_GETSET [
    "__doc__" = method_doc, "";
    "__qualname__" = descriptor_qualname, "";
    "__text_signature__" = method_signature, "";
] }
getset! { static MEMBER_GETSET [
    "__doc__" = member_doc, "";
    "__qualname__" = descriptor_qualname, "";
] }
getset! { static COMPUTED_GETSET [
    "__doc__" = computed_doc, "";
    "__qualname__" = descriptor_qualname, "";
] }
getset! { static WRAPPER_GETSET [
    "__doc__" = wrapper_doc, "";
    "__qualname__" = descriptor_qualname, "";
    "__text_signature__" = wrapper_signature, "";
] }
methods! { static BOUND_METHODS: for wrapperobject [
    "__reduce__" = bound_reduce [0], "?($self, /)", "";
] }
members! { static BOUND_MEMBERS [
    "__self__" = _Py_T_OBJECT, offset_of!(wrapperobject, self_), Py_READONLY, "";
] }
getset! { static BOUND_GETSET [
    "__objclass__" = bound_class, "";
    "__name__" = bound_name, "";
    "__qualname__" = bound_qualname, "";
    "__doc__" = bound_doc, "";
    "__text_signature__" = bound_signature, "";
] }

/// Text of a table; no text where there is NULL.
fn text<'a>(p: *const c_char) -> std::borrow::Cow<'a, str> {
    // SAFETY: STATIC: a C string of a table, or NULL.
    if p.is_null() { "".into() } else { unsafe { CStr::from_ptr(p) }.to_string_lossy() }
}

fn or_none(py: Py<'_>, s: Option<&str>) -> PyResult {
    match s {
        Some(s) => unicode::from_str(py, s).map(Owned::upcast),
        None => Ok(object::none()),
    }
}

/// `__doc__` of a table row.
fn doc(py: Py<'_>, name: *const c_char, text_of: *const c_char) -> PyResult {
    or_none(py, docstring(&text(name), &text(text_of)))
}

/// `__text_signature__` of a table row.
fn signature(py: Py<'_>, name: *const c_char, text_of: *const c_char) -> PyResult {
    or_none(py, text_signature(&text(name), &text(text_of)))
}

/// `getattr` of the built-in namespace, which is what the results of `__reduce__` begin with.
fn getattr(py: Py<'_>) -> PyResult {
    hooks::builtin(py, name!("getattr"))
}

/// `getattr, (owner, name)`.
fn reduced(py: Py<'_>, owner: &PyObject, name: &PyObject) -> PyResult {
    let args = tuple::from_iter(py, [owner.to_owned(), name.to_owned()])?;
    tuple::from_iter(py, [getattr(py)?, args.upcast()]).map(Owned::upcast)
}

fn this(f: &PyCFunctionObject) -> Option<&PyObject> {
    if cfunction::method_def(f).ml_flags.get() & METH_STATIC != 0 {
        return None;
    }
    // SAFETY: LIVE: the function holds what it is bound to.
    unsafe { f.m_self.get().as_ref() }
}

/// `meth_reduce`: a function of a module by its name, a method through `getattr`.
fn function_reduce(py: Py<'_>, f: &PyCFunctionObject) -> PyResult {
    let name = function_name(py, f)?;
    // SAFETY: LIVE: the function holds it.
    match unsafe { f.m_self.get().as_ref() } {
        Some(o) if !module::check(o) => reduced(py, o, &name),
        _ => Ok(name),
    }
}

fn function_doc(py: Py<'_>, f: &PyCFunctionObject) -> PyResult {
    let def = cfunction::method_def(f);
    doc(py, def.ml_name.get(), def.ml_doc.get())
}

fn function_signature(py: Py<'_>, f: &PyCFunctionObject) -> PyResult {
    let def = cfunction::method_def(f);
    signature(py, def.ml_name.get(), def.ml_doc.get())
}

fn function_name(py: Py<'_>, f: &PyCFunctionObject) -> PyResult {
    unicode::from_str(py, &cfunction::name_of(cfunction::method_def(f))).map(Owned::upcast)
}

/// `meth_get__qualname__`: qualified by the type it is bound to, or by the type of the object.
fn function_qualname(py: Py<'_>, f: &PyCFunctionObject) -> PyResult {
    // SAFETY: LIVE: the function holds it.
    let Some(o) = unsafe { f.m_self.get().as_ref() }.filter(|o| !module::check(o)) else {
        return function_name(py, f);
    };
    let ty = types::check(o).unwrap_or(o.ty());
    let outer = attr::get_name(py, ty.as_object(), name!("__qualname__"))?;
    let Some(outer) = unicode::check(&outer) else {
        return Err(dxpy_core::exceptions::type_error(
            py,
            format_args!("<method>.__class__.__qualname__ is not a unicode object"),
        ));
    };
    let inner = unicode::from_str(py, &format!(".{}", cfunction::name_of(cfunction::method_def(f))))?;
    unicode::join_all(py, &[outer, &*inner]).map(Owned::upcast)
}

fn function_self(_: Py<'_>, f: &PyCFunctionObject) -> PyResult {
    Ok(this(f).map_or_else(object::none, Object::to_owned))
}

/// `descr_reduce`.
fn descriptor_reduce(py: Py<'_>, d: &PyDescrObject) -> PyResult {
    reduced(py, descr::owner(d).as_object(), descr::name(d).as_object())
}

/// `descr_get_qualname`: worked out once.
fn descriptor_qualname(py: Py<'_>, d: &PyDescrObject) -> PyResult {
    // SAFETY: LIVE: the descriptor holds it, or NULL.
    if let Some(q) = unsafe { d.d_qualname.get().as_ref() } {
        return Ok(q.to_owned());
    }
    let outer = attr::get_name(py, descr::owner(d).as_object(), name!("__qualname__"))?;
    let Some(outer) = unicode::check(&outer) else {
        return Err(dxpy_core::exceptions::type_error(
            py,
            format_args!("<descriptor>.__objclass__.__qualname__ is not a unicode object"),
        ));
    };
    let q = unicode::join_all(py, &[outer, &*unicode::from_str(py, ".")?, descr::name(d)])?.upcast();
    let old = d.d_qualname.replace(q.to_owned().into_ptr());
    // SAFETY: OWNED: what the field held, if Python code filled it meanwhile.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
    Ok(q)
}

fn method_def(d: &PyMethodDescrObject) -> &PyMethodDef {
    // SAFETY: STATIC, or kept by whoever made the type.
    unsafe { &*d.d_method.get() }
}

fn method_doc(py: Py<'_>, d: &PyMethodDescrObject) -> PyResult {
    doc(py, method_def(d).ml_name.get(), method_def(d).ml_doc.get())
}

fn method_signature(py: Py<'_>, d: &PyMethodDescrObject) -> PyResult {
    signature(py, method_def(d).ml_name.get(), method_def(d).ml_doc.get())
}

/// The whole text: members and computed attributes have no signature in it.
fn plain_doc(py: Py<'_>, p: *const c_char) -> PyResult {
    if p.is_null() { Ok(object::none()) } else { or_none(py, Some(&text(p))) }
}

fn member_doc(py: Py<'_>, d: &PyMemberDescrObject) -> PyResult {
    // SAFETY: STATIC, or in the type's own memory.
    plain_doc(py, unsafe { (*d.d_member.get()).doc.get() })
}

fn computed_doc(py: Py<'_>, d: &PyGetSetDescrObject) -> PyResult {
    // SAFETY: STATIC, or kept by whoever made the type.
    plain_doc(py, unsafe { (*d.d_getset.get()).doc.get() })
}

fn wrapper_base(d: &PyWrapperDescrObject) -> &wrapperbase {
    // SAFETY: STATIC: a row of the slot table.
    unsafe { &*d.d_base.get() }
}

fn wrapper_doc(py: Py<'_>, d: &PyWrapperDescrObject) -> PyResult {
    doc(py, wrapper_base(d).name.get(), wrapper_base(d).doc.get())
}

fn wrapper_signature(py: Py<'_>, d: &PyWrapperDescrObject) -> PyResult {
    signature(py, wrapper_base(d).name.get(), wrapper_base(d).doc.get())
}

fn bound_reduce(py: Py<'_>, w: &wrapperobject) -> PyResult {
    let (d, o) = descr::bound_parts(w);
    reduced(py, o, descr::name(&d.d_common).as_object())
}

fn bound_class(_: Py<'_>, w: &wrapperobject) -> PyResult {
    Ok(descr::owner(&descr::bound_parts(w).0.d_common).as_object().to_owned())
}

fn bound_name(_: Py<'_>, w: &wrapperobject) -> PyResult {
    Ok(descr::name(&descr::bound_parts(w).0.d_common).as_object().to_owned())
}

fn bound_qualname(py: Py<'_>, w: &wrapperobject) -> PyResult {
    descriptor_qualname(py, &descr::bound_parts(w).0.d_common)
}

fn bound_doc(py: Py<'_>, w: &wrapperobject) -> PyResult {
    wrapper_doc(py, descr::bound_parts(w).0)
}

fn bound_signature(py: Py<'_>, w: &wrapperobject) -> PyResult {
    wrapper_signature(py, descr::bound_parts(w).0)
}
