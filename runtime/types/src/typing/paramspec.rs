//! `typing.ParamSpec` and what its `args` and `kwargs` are.

use super::{ask, caller, check_variance, no_base, set_module, sign, type_check};
use core::cell::Cell;
use core::ffi::c_int;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, args, attr, gc, getset, glue, members, methods, name, object, protocol, signature,
};

/// `paramspecobject`, with a dict and weak references, which CPython keeps before the object.
#[repr(C)]
pub struct ParamSpec {
    base: paramspecobject,
    dict: Cell<*mut PyObject>,
    weakrefs: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for ParamSpec {}

/// `typing.ParamSpec`.
pub static PARAM_SPEC: StaticType = StaticType::new::<ParamSpec>(c"typing.ParamSpec")
    .doc(c"A placeholder for the parameters of a callable.\n\nMade by the syntax `class C[**P]` and its like, or by hand: ParamSpec('P').")
    .dict(offset_of!(ParamSpec, dict))
    .weaklist(offset_of!(ParamSpec, weakrefs))
    .create(glue::create(create))
    .repr(glue::unary(repr))
    .getattro(attr::generic_get_slot)
    .setattro(attr::generic_set_slot)
    .number(&super::typevar::NUMBER)
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&GETSET)
    .traverse(glue::traverse(|p: &ParamSpec, v: &glue::Visitor| {
        v.visit(&p.base.bound)?;
        v.visit(&p.dict)
    }))
    .clear(glue::clear(|_: Py<'_>, p: &ParamSpec| {
        object::clear_field(&p.base.bound);
        object::clear_field(&p.dict);
    }))
    .dealloc(glue::dealloc(|py: Py<'_>, p: &ParamSpec| {
        // SAFETY: the object has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(p.as_object());
            dxpy_core::weakref::clear_all(py, p.as_object());
            for f in [&p.base.bound, &p.dict, &p.base.name] {
                object::clear_field(f);
            }
            object::tp_free(p.as_object());
        }
    }));

methods! { static METHODS: for ParamSpec [
    "__typing_subst__" = subst [1], "($self, /, arg)", "";
    "__typing_prepare_subst__" = prepare_subst [2], "($self, /, alias, args)", "";
    "__reduce__" = reduce [0], "($self, /)", "";
    "__mro_entries__" = mro_entries [1], "?($self, bases, /)", "";
] }
members! { static MEMBERS [
    "__name__" = _Py_T_OBJECT, offset_of!(paramspecobject, name), Py_READONLY, "";
    "__bound__" = _Py_T_OBJECT, offset_of!(paramspecobject, bound), Py_READONLY, "";
    "__covariant__" = Py_T_BOOL, offset_of!(paramspecobject, covariant), Py_READONLY, "";
    "__contravariant__" = Py_T_BOOL, offset_of!(paramspecobject, contravariant), Py_READONLY, "";
    "__infer_variance__" = Py_T_BOOL, offset_of!(paramspecobject, infer_variance), Py_READONLY, "";
] }
getset! { static GETSET [
    "args" = |py: Py<'_>, p: &ParamSpec| attribute(py, &PARAM_SPEC_ARGS, p.as_object()), "Represents positional arguments.";
    "kwargs" = |py: Py<'_>, p: &ParamSpec| attribute(py, &PARAM_SPEC_KWARGS, p.as_object()), "Represents keyword arguments.";
] }

fn name_of(p: &ParamSpec) -> &PyObject {
    // SAFETY: LIVE: it holds its name until its end.
    unsafe { &*p.base.name.get() }
}

fn alloc(py: Py<'_>, ty: &PyTypeObject, name: &PyObject) -> PyResult<Owned<ParamSpec>> {
    let o = object::generic_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: instances of the type begin so, and were zeroed.
    let p: Owned<ParamSpec> = unsafe { o.cast() };
    p.base.name.set(name.to_owned().into_ptr());
    Ok(p)
}

/// What the syntax makes (`_Py_make_paramspec`).
pub(super) fn inferred(py: Py<'_>, name: &PyObject) -> PyResult {
    let p = alloc(py, &PARAM_SPEC, name)?;
    p.base.infer_variance.set(true);
    Ok(p.upcast())
}

fn create(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let sig = signature!(
        "paramspec",
        "(name, *, bound=None, covariant=False, contravariant=False, infer_variance=False)"
    );
    args::bind_call(py, sig, a, kw, |b| {
        let name: &PyUnicodeObject = b.arg(py, 0)?;
        let flag = |i| b.arg::<Option<bool>>(py, i).map(|v| v.unwrap_or(false));
        let (covariant, contravariant, infer) = (flag(2)?, flag(3)?, flag(4)?);
        check_variance(py, covariant, contravariant, infer)?;
        // No bound becomes the type of None, in 3.12.
        let none = object::none();
        let bound = type_check(py, b.get(1).unwrap_or(&none), "Bound must be a type.")?;
        let module = caller(py);
        let p = alloc(py, ty, name.as_object())?;
        p.base.bound.set(bound.into_ptr());
        p.base.covariant.set(covariant);
        p.base.contravariant.set(contravariant);
        p.base.infer_variance.set(infer);
        set_module(py, p.as_object(), module)?;
        Ok(p.upcast())
    })
}

fn repr(py: Py<'_>, p: &ParamSpec) -> PyResult<Owned<PyUnicodeObject>> {
    if p.base.infer_variance.get() {
        return super::around(py, "", name_of(p), "");
    }
    let mut buf = [0; 4];
    let sign = sign(p.base.covariant.get(), p.base.contravariant.get()).encode_utf8(&mut buf);
    super::around(py, sign, name_of(p), "")
}

fn subst(py: Py<'_>, p: &ParamSpec, arg: &PyObject) -> PyResult {
    ask(py, name!("_paramspec_subst"), [p.as_object(), arg])
}

fn prepare_subst(py: Py<'_>, p: &ParamSpec, alias: &PyObject, args: &PyObject) -> PyResult {
    ask(py, name!("_paramspec_prepare_subst"), [p.as_object(), alias, args])
}

fn reduce(_: Py<'_>, p: &ParamSpec) -> PyResult {
    Ok(name_of(p).to_owned())
}

fn mro_entries(py: Py<'_>, _: &ParamSpec, _: &PyObject) -> PyResult {
    Err(no_base(py, "ParamSpec"))
}

/// `paramspecattrobject`: `P.args` or `P.kwargs`.
#[repr(C)]
pub struct Attribute {
    base: PyObject,
    origin: Cell<*mut PyObject>,
    weakrefs: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for Attribute {}

/// `typing.ParamSpecArgs`.
pub static PARAM_SPEC_ARGS: StaticType = base(c"typing.ParamSpecArgs")
    .doc(c"The positional arguments that a ParamSpec stands for: P.args, whose __origin__ is P.")
    .create(glue::create(create_args))
    .repr(glue::unary(|py: Py<'_>, a: &Attribute| attribute_repr(py, a, ".args")))
    .methods(&ARGS_METHODS);

/// `typing.ParamSpecKwargs`.
pub static PARAM_SPEC_KWARGS: StaticType = base(c"typing.ParamSpecKwargs")
    .doc(c"The keyword arguments that a ParamSpec stands for: P.kwargs, whose __origin__ is P.")
    .create(glue::create(create_kwargs))
    .repr(glue::unary(|py: Py<'_>, a: &Attribute| attribute_repr(py, a, ".kwargs")))
    .methods(&KWARGS_METHODS);

/// What both have in common.
const fn base(name: &'static core::ffi::CStr) -> StaticType {
    StaticType::new::<Attribute>(name)
        .weaklist(offset_of!(Attribute, weakrefs))
        .richcompare(glue::richcompare(richcompare))
        .members(&ATTRIBUTE_MEMBERS)
        .traverse(glue::traverse(|a: &Attribute, v: &glue::Visitor| v.visit(&a.origin)))
        .clear(glue::clear(|_: Py<'_>, a: &Attribute| object::clear_field(&a.origin)))
        .dealloc(glue::dealloc(|py: Py<'_>, a: &Attribute| {
            // SAFETY: the object has a collector header; its field is released once and its memory last.
            unsafe {
                gc::untrack(a.as_object());
                dxpy_core::weakref::clear_all(py, a.as_object());
                object::clear_field(&a.origin);
                object::tp_free(a.as_object());
            }
        }))
}

methods! { static ARGS_METHODS: for Attribute [
    "__mro_entries__" = args_mro_entries [1], "?($self, bases, /)", "";
] }
methods! { static KWARGS_METHODS: for Attribute [
    "__mro_entries__" = kwargs_mro_entries [1], "?($self, bases, /)", "";
] }
members! { static ATTRIBUTE_MEMBERS [
    "__origin__" = _Py_T_OBJECT, offset_of!(Attribute, origin), Py_READONLY, "";
] }

fn attribute(py: Py<'_>, ty: &PyTypeObject, origin: &PyObject) -> PyResult {
    let o = object::generic_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: instances of both types begin so, and were zeroed.
    unsafe { &*(o.as_ptr() as *const Attribute) }.origin.set(origin.to_owned().into_ptr());
    Ok(o)
}

fn create_args(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("paramspecargs", "(origin)"), a, kw, |b| attribute(py, ty, b.arg(py, 0)?))
}

fn create_kwargs(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("paramspeckwargs", "(origin)"), a, kw, |b| {
        attribute(py, ty, b.arg(py, 0)?)
    })
}

fn origin_of(a: &Attribute) -> Owned {
    // SAFETY: LIVE: it holds its origin until it is cleared, which only the collector does to what nobody reaches.
    unsafe { a.origin.get().as_ref() }.map_or_else(object::none, Object::to_owned)
}

fn attribute_repr(py: Py<'_>, a: &Attribute, after: &str) -> PyResult<Owned<PyUnicodeObject>> {
    let origin = origin_of(a);
    if origin.ty().is(&PARAM_SPEC.0) {
        // SAFETY: LAYOUT: just checked.
        let p = unsafe { &*(origin.as_ptr() as *const ParamSpec) };
        return super::around(py, "", name_of(p), after);
    }
    let shown = protocol::repr(py, &origin)?;
    super::around(py, "", shown.as_object(), after)
}

fn richcompare(py: Py<'_>, a: &Attribute, b: &PyObject, op: c_int) -> PyResult {
    if !b.ty().is(a.ty()) || (op != Py_EQ && op != Py_NE) {
        return Ok(object::not_implemented());
    }
    // SAFETY: LAYOUT: both are of the same type.
    let b = unsafe { &*(b as *const PyObject as *const Attribute) };
    protocol::rich_compare(py, &origin_of(a), &origin_of(b), op)
}

fn args_mro_entries(py: Py<'_>, _: &Attribute, _: &PyObject) -> PyResult {
    Err(no_base(py, "ParamSpecArgs"))
}

fn kwargs_mro_entries(py: Py<'_>, _: &Attribute, _: &PyObject) -> PyResult {
    Err(no_base(py, "ParamSpecKwargs"))
}
