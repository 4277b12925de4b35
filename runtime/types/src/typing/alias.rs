//! `typing.TypeAliasType`, what the `type` statement makes, and `typing.Generic`.

use super::{caller, unpack_all};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::{Keywords, Rest};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticTable, StaticType};
use dxpy_core::unicode::Name;
use dxpy_core::{
    Owned, Py, PyResult, args, attr, call, exceptions, function, gc, getset, glue, hooks, members, methods,
    name, object, signature, tuple, types,
};

/// `typealiasobject`.
#[repr(C)]
pub struct TypeAlias {
    base: PyObject,
    name: Cell<*mut PyObject>,
    type_params: Cell<*mut PyObject>,
    compute_value: Cell<*mut PyObject>,
    value: Cell<*mut PyObject>,
    module: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for TypeAlias {}

/// `typing.TypeAliasType`.
pub static TYPE_ALIAS: StaticType = StaticType::new::<TypeAlias>(c"typing.TypeAliasType")
    .doc(c"A type alias, made by `type Name[parameters] = value`.\n\n__name__, __type_params__ and __value__ are its parts; the value is computed when it is first asked for (PEP 695).")
    .create(glue::create(create))
    .repr(glue::unary(|_: Py<'_>, a: &TypeAlias| Ok(name_of(a).to_owned())))
    .number(&NUMBER)
    .mapping(&MAPPING)
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&GETSET)
    .traverse(glue::traverse(|a: &TypeAlias, v: &glue::Visitor| {
        for f in fields(a) {
            v.visit(f)?;
        }
        Ok(())
    }))
    .clear(glue::clear(|_: Py<'_>, a: &TypeAlias| fields(a).into_iter().for_each(object::clear_field)))
    .dealloc(glue::dealloc(|_: Py<'_>, a: &TypeAlias| {
        // SAFETY: the object has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(a.as_object());
            fields(a).into_iter().for_each(object::clear_field);
            object::clear_field(&a.name);
            object::tp_free(a.as_object());
        }
    }));

static NUMBER: StaticTable<PyNumberMethods> =
    StaticTable::<PyNumberMethods>::empty().or(glue::binary(crate::union::or));
static MAPPING: StaticTable<PyMappingMethods> =
    StaticTable::<PyMappingMethods>::empty().subscript(glue::binary(subscript));

methods! { static METHODS: for TypeAlias [
    "__reduce__" = reduce [0], "($self, /)", "";
] }
members! { static MEMBERS [
    "__name__" = _Py_T_OBJECT, offset_of!(TypeAlias, name), Py_READONLY, "";
] }
getset! { static GETSET [
    "__parameters__" = parameters, "";
    "__type_params__" = type_params, "";
    "__value__" = value, "";
    "__module__" = module, "";
] }

/// The references but the name, which cannot be part of a cycle.
fn fields(a: &TypeAlias) -> [&Cell<*mut PyObject>; 4] {
    [&a.type_params, &a.compute_value, &a.value, &a.module]
}

fn name_of(a: &TypeAlias) -> &PyObject {
    // SAFETY: LIVE: it holds its name until its end.
    unsafe { &*a.name.get() }
}

/// `typealias_alloc`; absent parts are `None`, as are type parameters that are Python's None.
fn alloc(
    py: Py<'_>,
    name: &PyObject,
    type_params: Option<&PyObject>,
    compute_value: Option<&PyObject>,
    value: Option<&PyObject>,
    module: Option<Owned>,
) -> PyResult {
    let o = object::generic_alloc(py, &TYPE_ALIAS, 0)?;
    // SAFETY: LAYOUT: instances begin so, and were zeroed.
    let a = unsafe { &*(o.as_ptr() as *const TypeAlias) };
    let raw = |o: Option<&PyObject>| o.map_or(core::ptr::null_mut(), |o| o.to_owned().into_ptr());
    a.name.set(name.to_owned().into_ptr());
    a.type_params.set(raw(type_params.filter(|p| !object::is_none(p))));
    a.compute_value.set(raw(compute_value));
    a.value.set(raw(value));
    a.module.set(raw(module.as_deref()));
    Ok(o)
}

/// `_Py_make_typealias`: name, type parameters or None, and the function that computes the value.
pub(super) fn from_parts(py: Py<'_>, parts: &PyObject) -> PyResult {
    match tuple::check(parts).map(tuple::items) {
        Some([name, params, compute]) => alloc(py, name, Some(params), Some(compute), None, None),
        _ => Err(exceptions::system_error(py, format_args!("a type alias is made of three parts"))),
    }
}

fn create(py: Py<'_>, _: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("typealias", "(name, value, *, type_params=())"), a, kw, |b| {
        let name: &PyUnicodeObject = b.arg(py, 0)?;
        let (value, params): (&PyObject, Option<&PyObject>) = (b.arg(py, 1)?, b.arg(py, 2)?);
        if params.is_some_and(|p| tuple::check(p).is_none()) {
            return Err(exceptions::type_error(py, format_args!("type_params must be a tuple")));
        }
        alloc(py, name.as_object(), params, None, Some(value), caller(py))
    })
}

/// The type parameters, if it has them.
fn params_of(a: &TypeAlias) -> Option<&PyTupleObject> {
    // SAFETY: LIVE: the alias holds them.
    unsafe { a.type_params.get().as_ref() }.and_then(tuple::check)
}

fn parameters(py: Py<'_>, a: &TypeAlias) -> PyResult<Owned<PyTupleObject>> {
    match params_of(a) {
        Some(p) => unpack_all(py, &p.to_owned()),
        None => Ok(tuple::empty()),
    }
}

fn type_params(_: Py<'_>, a: &TypeAlias) -> PyResult<Owned<PyTupleObject>> {
    Ok(params_of(a).map_or_else(tuple::empty, Object::to_owned))
}

fn value(py: Py<'_>, a: &TypeAlias) -> PyResult {
    super::typevar::lazy(py, &a.value, &a.compute_value, object::none)
}

fn module(_: Py<'_>, a: &TypeAlias) -> PyResult {
    // SAFETY: LIVE: the alias holds both; a function holds its module.
    let found = unsafe {
        a.module.get().as_ref().or_else(|| {
            let f = function::check(a.compute_value.get().as_ref()?)?;
            f.func_module.get().as_ref()
        })
    };
    Ok(found.map_or_else(object::none, Object::to_owned))
}

fn reduce(_: Py<'_>, a: &TypeAlias) -> PyResult {
    Ok(name_of(a).to_owned())
}

fn subscript(py: Py<'_>, a: &TypeAlias, args: &PyObject) -> PyResult {
    if params_of(a).is_none() {
        return Err(exceptions::type_error(py, format_args!("Only generic type aliases are subscriptable")));
    }
    hooks::generic_alias(py, a.as_object(), args)
}

static GENERIC: Gil<Cell<*const PyTypeObject>> = Gil(Cell::new(core::ptr::null()));

/// `typing.Generic`: what is generic in it, `typing` does. A heap type, which `copyreg` looks for.
pub fn generic() -> &'static PyTypeObject {
    // SAFETY: INIT: made at start-up, never freed.
    unsafe { &*GENERIC.get() }
}

/// Makes `typing.Generic`, at start-up.
pub(crate) fn make_generic(py: Py<'_>) -> PyResult<()> {
    let doc = c"The base of generic classes.\n\nA class with type parameters, `class C[T]`, derives from it by itself; before Python 3.12 it was named as a base: Generic[T].";
    let slot =
        |n, p: *const core::ffi::c_void| PyType_Slot { slot: Cell::new(n), pfunc: Cell::new(p.cast_mut()) };
    let slots = [
        slot(Py_tp_doc, doc.as_ptr().cast()),
        slot(Py_tp_methods, GENERIC_METHODS.0.as_ptr().cast()),
        slot(0, core::ptr::null()),
    ];
    let spec = PyType_Spec {
        name: Cell::new(c"typing.Generic".as_ptr().cast_mut()),
        basicsize: Cell::new(size_of::<PyObject>() as i32),
        itemsize: Cell::new(0),
        flags: Cell::new((Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE) as u32),
        slots: Cell::new(slots.as_ptr().cast_mut()),
    };
    // SAFETY: STATIC: the docstring and the methods are; the slots are read during the call.
    let ty = unsafe { types::spec::from_spec(py, None, None, &spec, None, false)? };
    GENERIC.set(ty.into_ptr() as *const PyTypeObject);
    Ok(())
}

methods! { static GENERIC_METHODS: for PyTypeObject [
    "__class_getitem__" = class_getitem [2], "?($type, /, *args, **kwargs)", "Parameterizes a generic class.", class;
    "__init_subclass__" = init_subclass [2], "?($type, /, *args, **kwargs)", "Finds out the parameters of a new class.", class;
] }

/// `call_typing_args_kwargs`: the function of `typing` with the class before the arguments.
fn ask_for_class(
    py: Py<'_>,
    function: &Name,
    class: &PyTypeObject,
    given: Rest<'_>,
    kw: Keywords<'_>,
) -> PyResult {
    let typing = hooks::import(py, name!("typing"))?;
    let f = attr::get_name(py, &typing, function)?;
    // SAFETY: LIVE: arguments of the call.
    let rest = given.0.iter().map(|p| unsafe { &**p }.to_owned());
    let all: Vec<Owned> = core::iter::once(class.as_object().to_owned()).chain(rest).collect();
    let kw = kw.to_dict(py)?;
    call::call_tuple(py, &f, &*tuple::from_iter(py, all)?, Some(&kw))
}

fn class_getitem(py: Py<'_>, class: &PyTypeObject, given: Rest<'_>, kw: Keywords<'_>) -> PyResult {
    ask_for_class(py, name!("_generic_class_getitem"), class, given, kw)
}

fn init_subclass(py: Py<'_>, class: &PyTypeObject, given: Rest<'_>, kw: Keywords<'_>) -> PyResult {
    ask_for_class(py, name!("_generic_init_subclass"), class, given, kw)
}

/// `_Py_subscript_generic`: `Generic[params]`, the implicit base of a class with type parameters.
pub(super) fn subscript_generic(py: Py<'_>, params: &PyObject) -> PyResult {
    let Some(params) = tuple::check(params) else {
        return Err(exceptions::system_error(py, format_args!("type parameters are a tuple")));
    };
    let params = unpack_all(py, params)?;
    super::ask(py, name!("_GenericAlias"), [generic().as_object(), params.as_object()])
}
