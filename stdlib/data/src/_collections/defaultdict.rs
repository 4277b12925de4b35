//! `collections.defaultdict`: a dict whose `__missing__` makes a value.

use crate::fields::{get, put_opt};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::dict::{self, PyDict_Type};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, call, exceptions, gc, glue, members, methods, name, object, protocol,
    sequence, tuple, types, unicode,
};

/// A `collections.defaultdict`.
#[repr(C)]
pub struct DefaultDictObject {
    dict: PyDictObject,
    factory: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins, in its first field, with a `PyObject`.
unsafe impl Layout for DefaultDictObject {}

/// `collections.defaultdict`.
pub static DEFAULTDICT: StaticType = StaticType::new::<DefaultDictObject>(c"collections.defaultdict")
    .doc(c"defaultdict(default_factory=None, /, [...]) --> dict with default factory\n\nA dict that, asked for a missing key by d[key], calls the factory without arguments,\nkeeps the result as the key's value and answers it.")
    .flags(Py_TPFLAGS_BASETYPE)
    .base(&PyDict_Type)
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(clear))
    .dealloc(glue::dealloc(dealloc))
    .getattro(attr::generic_get_slot)
    .repr(glue::unary(repr))
    .init(glue::init(init))
    .number(&NUMBER)
    .methods(&METHODS)
    .members(&MEMBERS);

static NUMBER: StaticTable<PyNumberMethods> = StaticTable::<PyNumberMethods>::empty().or(glue::binary(or));

methods! { static METHODS: for DefaultDictObject [
    "__missing__" = missing [1], "?($self, key, /)", "__missing__(key) # Called by __getitem__ for a missing key\n\nMakes a value by calling the factory, keeps it and answers it; KeyError without a factory.";
    "copy" = copy [0], "!($self, /)", "D.copy() -> a shallow copy of D.";
    "__copy__" = copy [0], "!($self, /)", "D.copy() -> a shallow copy of D.";
    "__reduce__" = reduce [0], "!($self, /)", "State for pickling.";
    "__class_getitem__" = class_getitem [1], "?($type, object, /)", "See PEP 585", class;
] }

members! { static MEMBERS [
    "default_factory" = _Py_T_OBJECT, offset_of!(DefaultDictObject, factory), 0, "Factory for default value called by __missing__().";
] }

fn traverse(d: &DefaultDictObject, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    v.visit(&d.factory)?;
    match PyDict_Type.tp_traverse.get() {
        Some(f) => v.delegate(f, d.as_object()),
        None => Ok(()),
    }
}

fn clear(py: Py<'_>, d: &DefaultDictObject) {
    object::clear_field(&d.factory);
    dict::clear(py, &d.dict);
}

fn dealloc(_: Py<'_>, d: &DefaultDictObject) {
    // SAFETY: the type has a collector header; the field is released once, and `dict` releases the rest and frees.
    unsafe {
        gc::untrack(d.as_object());
        object::clear_field(&d.factory);
        if let Some(f) = PyDict_Type.tp_dealloc.get() {
            f(d.as_ptr());
        }
    }
}

/// `defdict_init`: the first argument is the factory, the rest is for `dict`.
fn init(py: Py<'_>, d: &DefaultDictObject, given: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let items = tuple::items(given);
    let factory = items.first().copied();
    if let Some(f) = factory
        && !object::is_none(f)
        && !protocol::is_callable(f)
    {
        return Err(exceptions::type_error(py, format_args!("first argument must be callable or None")));
    }
    let rest: Vec<Owned> = items.iter().skip(1).map(|o| (*o).to_owned()).collect();
    let rest = tuple::from_iter(py, rest)?;
    put_opt(&d.factory, factory.map(Object::to_owned));
    let f = PyDict_Type.tp_init.get().expect("dict has a constructor");
    let kw = kw.map_or(core::ptr::null_mut(), |k| k.as_ptr());
    // SAFETY: the contract of `tp_init`, for a dict.
    match unsafe { f(d.as_ptr(), rest.as_ptr(), kw) } {
        0.. => Ok(()),
        _ => Err(PyErr::fetch(py)),
    }
}

/// The factory; None where it is not set or `None`.
fn factory(d: &DefaultDictObject) -> Option<Owned> {
    get(&d.factory).filter(|f| !object::is_none(f))
}

fn missing(py: Py<'_>, d: &DefaultDictObject, key: &PyObject) -> PyResult {
    let Some(f) = factory(d) else { return Err(exceptions::key_error(py, key)) };
    let value = call::call(py, &f, [])?;
    sequence::set_item(py, d.as_object(), key, Some(&value))?;
    Ok(value)
}

/// `new_defdict`: another of the same class, with the same factory.
fn like(py: Py<'_>, d: &DefaultDictObject, from: &PyObject) -> PyResult {
    let f = get(&d.factory).unwrap_or_else(object::none);
    call::call(py, d.ty().as_object(), [&f, from])
}

fn copy(py: Py<'_>, d: &DefaultDictObject) -> PyResult {
    like(py, d, d.as_object())
}

/// `defdict_or`.
fn or(py: Py<'_>, left: &PyObject, right: &PyObject) -> PyResult {
    let on_left = types::is_subtype(left.ty(), &DEFAULTDICT);
    let (this, other) = if on_left { (left, right) } else { (right, left) };
    if dict::check(other).is_none() {
        return Ok(object::not_implemented());
    }
    // SAFETY: LAYOUT: the slot is called with one operand of this type or below.
    let this: &DefaultDictObject = unsafe { crate::fields::view(this) };
    let new = like(py, this, left)?;
    let Some(d) = dict::check(&new) else {
        let shown = call::type_name(new.ty());
        return Err(exceptions::type_error(py, format_args!("expected a dict, got {shown}")));
    };
    dxpy_types::dict::update_from(py, d, right)?;
    Ok(new)
}

/// `defdict_reduce`.
fn reduce(py: Py<'_>, d: &DefaultDictObject) -> PyResult<Owned<PyTupleObject>> {
    let args = tuple::from_iter(py, factory(d).into_iter().collect::<Vec<_>>())?;
    let items = call::method(py, d.as_object(), name!("items"), [])?;
    let it = protocol::iter(py, &items)?;
    let class = d.ty().as_object().to_owned();
    tuple::from_iter(py, [class, args.upcast(), object::none(), object::none(), it])
}

/// `defdict_repr`.
fn repr(py: Py<'_>, d: &DefaultDictObject) -> PyResult<Owned<PyUnicodeObject>> {
    let f = PyDict_Type.tp_repr.get().expect("dict has a text");
    // SAFETY: OWNED: the contract of `tp_repr`, for a dict.
    let base: Owned<PyUnicodeObject> = unsafe { dxpy_core::err::from_ptr(py, f(d.as_ptr()))? };
    let made_by = match get(&d.factory) {
        None => unicode::from_str(py, "None")?,
        Some(f) => match protocol::ReprGuard::enter(py, &f)? {
            None => unicode::from_str(py, "...")?,
            Some(_entered) => protocol::repr(py, &f)?,
        },
    };
    let open = unicode::from_str(py, &format!("{}(", call::short_name(d.ty())))?;
    let (comma, close) = (unicode::from_str(py, ", ")?, unicode::from_str(py, ")")?);
    unicode::join_all(py, &[&open, &made_by, &comma, &base, &close])
}

fn class_getitem(py: Py<'_>, class: &DefaultDictObject, item: &PyObject) -> PyResult {
    types::generic_alias(py, class.as_object(), item)
}
