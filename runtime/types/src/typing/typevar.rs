//! `typing.TypeVar` and `typing.TypeVarTuple`.

use super::{ask, caller, check_variance, make_union, no_base, set_module, sign, type_check, unpack};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::Rest;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, args, attr, call, exceptions, gc, getset, glue, members, methods, name,
    object, protocol, signature, tuple,
};

/// `typevarobject`, with a dict and weak references, which CPython keeps before the object.
#[repr(C)]
pub struct TypeVar {
    base: typevarobject,
    dict: Cell<*mut PyObject>,
    weakrefs: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for TypeVar {}

/// `typing.TypeVar`.
pub static TYPE_VAR: StaticType = StaticType::new::<TypeVar>(c"typing.TypeVar")
    .doc(c"A type variable: the parameter of a generic class, function or type alias.\n\nMade by the syntax `class C[T]` and its like, or by hand: TypeVar('T'), TypeVar('S', bound=str), TypeVar('A', str, bytes).")
    .dict(offset_of!(TypeVar, dict))
    .weaklist(offset_of!(TypeVar, weakrefs))
    .create(glue::create(create))
    .repr(glue::unary(repr))
    .getattro(attr::generic_get_slot)
    .setattro(attr::generic_set_slot)
    .number(&NUMBER)
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&GETSET)
    .traverse(glue::traverse(|t: &TypeVar, v: &glue::Visitor| {
        for f in fields(t) {
            v.visit(f)?;
        }
        Ok(())
    }))
    .clear(glue::clear(|_: Py<'_>, t: &TypeVar| fields(t).into_iter().for_each(object::clear_field)))
    .dealloc(glue::dealloc(|py: Py<'_>, t: &TypeVar| {
        // SAFETY: the object has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(t.as_object());
            dxpy_core::weakref::clear_all(py, t.as_object());
            fields(t).into_iter().for_each(object::clear_field);
            object::clear_field(&t.base.name);
            object::tp_free(t.as_object());
        }
    }));

pub(super) static NUMBER: StaticTable<PyNumberMethods> =
    StaticTable::<PyNumberMethods>::empty().or(glue::binary(make_union));

methods! { static METHODS: for TypeVar [
    "__typing_subst__" = subst [1], "($self, /, arg)", "";
    "__reduce__" = reduce [0], "($self, /)", "";
    "__mro_entries__" = mro_entries [1], "?($self, bases, /)", "";
] }
members! { static MEMBERS [
    "__name__" = _Py_T_OBJECT, offset_of!(typevarobject, name), Py_READONLY, "";
    "__covariant__" = Py_T_BOOL, offset_of!(typevarobject, covariant), Py_READONLY, "";
    "__contravariant__" = Py_T_BOOL, offset_of!(typevarobject, contravariant), Py_READONLY, "";
    "__infer_variance__" = Py_T_BOOL, offset_of!(typevarobject, infer_variance), Py_READONLY, "";
] }
getset! { static GETSET [
    "__bound__" = bound, "";
    "__constraints__" = constraints, "";
] }

/// The references but the name, which cannot be part of a cycle.
fn fields(t: &TypeVar) -> [&Cell<*mut PyObject>; 5] {
    let b = &t.base;
    [&b.bound, &b.evaluate_bound, &b.constraints, &b.evaluate_constraints, &t.dict]
}

fn alloc(py: Py<'_>, ty: &PyTypeObject, name: &PyObject) -> PyResult<Owned<TypeVar>> {
    let o = object::generic_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: instances of the type begin so, and were zeroed.
    let t: Owned<TypeVar> = unsafe { o.cast() };
    t.base.name.set(name.to_owned().into_ptr());
    Ok(t)
}

/// What the syntax makes (`_Py_make_typevar`): bound and constraints are functions to be called when they are asked for.
pub(super) fn inferred(
    py: Py<'_>,
    name: &PyObject,
    bound: Option<&PyObject>,
    constraints: Option<&PyObject>,
) -> PyResult {
    let t = alloc(py, &TYPE_VAR, name)?;
    let raw = |o: Option<&PyObject>| o.map_or(core::ptr::null_mut(), |o| o.to_owned().into_ptr());
    t.base.evaluate_bound.set(raw(bound));
    t.base.evaluate_constraints.set(raw(constraints));
    t.base.infer_variance.set(true);
    Ok(t.upcast())
}

fn create(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let sig = signature!(
        "typevar",
        "(name, *constraints, bound=None, covariant=False, contravariant=False, infer_variance=False)"
    );
    args::bind_call(py, sig, a, kw, |b| {
        let name: &PyUnicodeObject = b.arg(py, 0)?;
        let given: Vec<Owned> =
            // SAFETY: LIVE: arguments of the call.
            b.arg::<Rest<'_>>(py, 1)?.0.iter().map(|p| unsafe { &**p }.to_owned()).collect();
        let bound = b.get(2).filter(|o| !object::is_none(o));
        let flag = |i| b.arg::<Option<bool>>(py, i).map(|v| v.unwrap_or(false));
        let (covariant, contravariant, infer) = (flag(3)?, flag(4)?, flag(5)?);
        check_variance(py, covariant, contravariant, infer)?;
        let bound = bound.map(|o| type_check(py, o, "Bound must be a type.")).transpose()?;
        if given.len() == 1 {
            return Err(exceptions::type_error(py, format_args!("A single constraint is not allowed")));
        }
        if !given.is_empty() && bound.is_some() {
            return Err(exceptions::type_error(
                py,
                format_args!("Constraints cannot be combined with bound=..."),
            ));
        }
        let module = caller(py);
        let t = alloc(py, ty, name.as_object())?;
        if let Some(bound) = bound {
            t.base.bound.set(bound.into_ptr());
        }
        if !given.is_empty() {
            t.base.constraints.set(tuple::from_iter(py, given)?.into_ptr());
        }
        t.base.covariant.set(covariant);
        t.base.contravariant.set(contravariant);
        t.base.infer_variance.set(infer);
        set_module(py, t.as_object(), module)?;
        Ok(t.upcast())
    })
}

fn name_of(t: &typevarobject) -> &PyObject {
    // SAFETY: LIVE: a type variable holds its name until its end.
    unsafe { &*t.name.get() }
}

fn repr(py: Py<'_>, t: &TypeVar) -> PyResult<Owned<PyUnicodeObject>> {
    let name = name_of(&t.base);
    if t.base.infer_variance.get() {
        return super::around(py, "", name, "");
    }
    let mut buf = [0; 4];
    let sign = sign(t.base.covariant.get(), t.base.contravariant.get()).encode_utf8(&mut buf);
    super::around(py, sign, name, "")
}

/// A field that a function supplies when it is first asked for; `missing` where there is neither.
pub(super) fn lazy(
    py: Py<'_>,
    value: &Cell<*mut PyObject>,
    evaluate: &Cell<*mut PyObject>,
    missing: fn() -> Owned,
) -> PyResult {
    // SAFETY: LIVE: the object holds both; the references taken outlast the call.
    let (have, f) = unsafe { (value.get().as_ref(), evaluate.get().as_ref().map(Object::to_owned)) };
    if let Some(have) = have {
        return Ok(have.to_owned());
    }
    let Some(f) = f else { return Ok(missing()) };
    let new = call::call(py, &f, [])?;
    let old = value.replace(new.clone().into_ptr());
    // SAFETY: OWNED: the field held a reference if evaluating it has set it meanwhile.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
    Ok(new)
}

fn bound(py: Py<'_>, t: &TypeVar) -> PyResult {
    lazy(py, &t.base.bound, &t.base.evaluate_bound, object::none)
}

fn constraints(py: Py<'_>, t: &TypeVar) -> PyResult {
    lazy(py, &t.base.constraints, &t.base.evaluate_constraints, || tuple::empty().upcast())
}

fn subst(py: Py<'_>, t: &TypeVar, arg: &PyObject) -> PyResult {
    ask(py, name!("_typevar_subst"), [t.as_object(), arg])
}

fn reduce(_: Py<'_>, t: &TypeVar) -> PyResult {
    Ok(name_of(&t.base).to_owned())
}

fn mro_entries(py: Py<'_>, _: &TypeVar, _: &PyObject) -> PyResult {
    Err::<Owned, PyErr>(no_base(py, "TypeVar"))
}

/// `typevartupleobject`, with a dict and weak references.
#[repr(C)]
pub struct TypeVarTuple {
    base: PyObject,
    name: Cell<*mut PyObject>,
    dict: Cell<*mut PyObject>,
    weakrefs: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for TypeVarTuple {}

/// `typing.TypeVarTuple`.
pub static TYPE_VAR_TUPLE: StaticType = StaticType::new::<TypeVarTuple>(c"typing.TypeVarTuple")
    .doc(c"A placeholder for any number of types, as a type variable is for one.\n\nMade by the syntax `class C[*Ts]` and its like, or by hand: TypeVarTuple('Ts').")
    .dict(offset_of!(TypeVarTuple, dict))
    .weaklist(offset_of!(TypeVarTuple, weakrefs))
    .create(glue::create(create_tuple))
    .repr(glue::unary(|_: Py<'_>, t: &TypeVarTuple| Ok(tuple_name(t).to_owned())))
    .iter(glue::unary(iter))
    .getattro(attr::generic_get_slot)
    .setattro(attr::generic_set_slot)
    .methods(&TUPLE_METHODS)
    .members(&TUPLE_MEMBERS)
    .traverse(glue::traverse(|t: &TypeVarTuple, v: &glue::Visitor| v.visit(&t.dict)))
    .clear(glue::clear(|_: Py<'_>, t: &TypeVarTuple| object::clear_field(&t.dict)))
    .dealloc(glue::dealloc(|py: Py<'_>, t: &TypeVarTuple| {
        // SAFETY: the object has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(t.as_object());
            dxpy_core::weakref::clear_all(py, t.as_object());
            object::clear_field(&t.dict);
            object::clear_field(&t.name);
            object::tp_free(t.as_object());
        }
    }));

methods! { static TUPLE_METHODS: for TypeVarTuple [
    "__typing_subst__" = tuple_subst [1], "($self, /, arg)", "";
    "__typing_prepare_subst__" = tuple_prepare_subst [2], "($self, /, alias, args)", "";
    "__reduce__" = tuple_reduce [0], "($self, /)", "";
    "__mro_entries__" = tuple_mro_entries [1], "?($self, bases, /)", "";
] }
members! { static TUPLE_MEMBERS [
    "__name__" = _Py_T_OBJECT, offset_of!(TypeVarTuple, name), Py_READONLY, "";
] }

fn tuple_name(t: &TypeVarTuple) -> &PyObject {
    // SAFETY: LIVE: it holds its name until its end.
    unsafe { &*t.name.get() }
}

/// A new one; `module` is what its `__module__` becomes.
pub(super) fn new_tuple(py: Py<'_>, ty: &PyTypeObject, name: &PyObject, module: Option<Owned>) -> PyResult {
    let o = object::generic_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: instances of the type begin so, and were zeroed.
    unsafe { &*(o.as_ptr() as *const TypeVarTuple) }.name.set(name.to_owned().into_ptr());
    set_module(py, &o, module)?;
    Ok(o)
}

fn create_tuple(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("typevartuple", "(name)"), a, kw, |b| {
        let name: &PyUnicodeObject = b.arg(py, 0)?;
        new_tuple(py, ty, name.as_object(), caller(py))
    })
}

/// `*Ts`: the one unpacked form.
fn iter(py: Py<'_>, t: &TypeVarTuple) -> PyResult {
    let one = tuple::from_iter(py, [unpack(py, t.as_object())?])?;
    protocol::iter(py, one.as_object())
}

fn tuple_subst(py: Py<'_>, _: &TypeVarTuple, _: &PyObject) -> PyResult {
    Err(exceptions::type_error(py, format_args!("Substitution of bare TypeVarTuple is not supported")))
}

fn tuple_prepare_subst(py: Py<'_>, t: &TypeVarTuple, alias: &PyObject, args: &PyObject) -> PyResult {
    ask(py, name!("_typevartuple_prepare_subst"), [t.as_object(), alias, args])
}

fn tuple_reduce(_: Py<'_>, t: &TypeVarTuple) -> PyResult {
    Ok(tuple_name(t).to_owned())
}

fn tuple_mro_entries(py: Py<'_>, _: &TypeVarTuple, _: &PyObject) -> PyResult {
    Err(no_base(py, "TypeVarTuple"))
}
