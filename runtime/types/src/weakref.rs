//! `weakref.ref` and the proxies: constructor, comparison and repr of references; proxies pass every operation on to
//! the object they stand for (`Objects/weakrefobject.c`). The lists of references are `dxpy_core::weakref`'s.

use crate::{Part, no_hooks};
use core::ffi::c_int;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::types::slots::has_keywords;
use dxpy_core::weakref::{
    self, _PyWeakref_CallableProxyType, _PyWeakref_ProxyType, _PyWeakref_RefType, is_proxy, target,
};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, call, exceptions, glue, members, methods, name, number, object,
    protocol, sequence, tuple, types, unicode,
};

/// What this module brings.
pub static PART: Part = Part {
    adopt: &[
        (&_PyWeakref_RefType, &REFERENCE),
        (&_PyWeakref_ProxyType, &PROXY),
        (&_PyWeakref_CallableProxyType, &CALLABLE_PROXY),
    ],
    types: &[],
    hooks: no_hooks,
};

static REFERENCE: StaticType = StaticType::new::<PyWeakReference>(c"weakref.ReferenceType")
    .doc(
        c"A reference that does not keep its object alive; a call gives the object, or None once it is gone.",
    )
    .create(glue::create(new))
    .init(glue::init(init))
    .call(call::vectorcall_call)
    .repr(glue::unary(repr))
    .hash(glue::hash(hash))
    .richcompare(glue::richcompare(richcompare))
    .members(&MEMBERS)
    .methods(&METHODS);

members! { static MEMBERS [
    "__callback__" = _Py_T_OBJECT, offset_of!(PyWeakReference, wr_callback), Py_READONLY, "";
] }

methods! { static METHODS: for PyWeakReference [
    "__class_getitem__" = class_getitem [1], "?($type, item, /)", "See PEP 585", class;
] }

fn class_getitem(py: Py<'_>, cls: &PyWeakReference, item: &PyObject) -> PyResult {
    types::generic_alias(py, cls.as_object(), item)
}

/// `parse_weakref_init_args`: the object and the callback.
fn parts<'a>(
    py: Py<'_>,
    place: &str,
    args: &'a PyTupleObject,
) -> PyResult<(&'a PyObject, Option<&'a PyObject>)> {
    match tuple::items(args) {
        [o] => Ok((o, None)),
        [o, callback] => Ok((o, Some(callback))),
        [] => Err(exceptions::type_error(py, format_args!("{place} expected at least 1 argument, got 0"))),
        many => {
            let n = many.len();
            Err(exceptions::type_error(py, format_args!("{place} expected at most 2 arguments, got {n}")))
        }
    }
}

/// `weakref___new__`.
fn new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, _: Option<&PyDictObject>) -> PyResult {
    let (o, callback) = parts(py, "__new__", args)?;
    weakref::new_ref(py, ty, o, callback).map(Owned::upcast)
}

/// `weakref___init__`: looks at the arguments only.
fn init(py: Py<'_>, _: &PyWeakReference, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    if has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("ref() takes no keyword arguments")));
    }
    parts(py, "__init__", args).map(drop)
}

/// `weakref_hash`: the object's, kept for when it is gone.
fn hash(py: Py<'_>, w: &PyWeakReference) -> PyResult<Py_hash_t> {
    if w.hash.get() != -1 {
        return Ok(w.hash.get());
    }
    let Some(o) = target(w) else {
        return Err(exceptions::type_error(py, format_args!("weak object has gone away")));
    };
    let h = protocol::hash(py, &o)?;
    w.hash.set(h);
    Ok(h)
}

/// `weakref_repr`.
fn repr(py: Py<'_>, w: &PyWeakReference) -> PyResult<Owned<PyUnicodeObject>> {
    let this = w.as_ptr();
    let Some(o) = target(w) else {
        return unicode::from_str(py, &format!("<weakref at {this:p}; dead>"));
    };
    // Whatever a class does when it is asked for the name, there is a text.
    let called = types::special::bound(py, &o, name!("__name__")).ok().flatten();
    let head = format!("<weakref at {this:p}; to '{}' at {:p}", call::type_name(o.ty()), o.as_ptr());
    match called.as_ref().and_then(|n| unicode::check(n)) {
        None => unicode::from_str(py, &format!("{head}>")),
        Some(n) => {
            let (before, after) =
                (unicode::from_str(py, &format!("{head} ("))?, unicode::from_str(py, ")>")?);
            unicode::join_all(py, &[&before, n, &after])
        }
    }
}

/// `weakref_richcompare`: the objects' equality; identity of the references once one is gone.
fn richcompare(py: Py<'_>, w: &PyWeakReference, other: &PyObject, op: c_int) -> PyResult {
    let other = match weakref::check_ref(other) {
        Some(o) if op == Py_EQ || op == Py_NE => o,
        _ => return Ok(object::not_implemented()),
    };
    match (target(w), target(other)) {
        (Some(a), Some(b)) => protocol::rich_compare(py, &a, &b, op),
        _ => Ok(dxpy_core::boolean::new(w.is(other) == (op == Py_EQ)).upcast()),
    }
}

// Proxies.

#[cold]
fn gone(py: Py<'_>) -> PyErr {
    exceptions::format(
        py,
        &exceptions::ReferenceError,
        format_args!("weakly-referenced object no longer exists"),
    )
}

/// The object of a proxy.
fn object(py: Py<'_>, w: &PyWeakReference) -> PyResult {
    target(w).ok_or_else(|| gone(py))
}

/// An operand: the object of a proxy, anything else itself.
fn operand(py: Py<'_>, o: &PyObject) -> PyResult {
    match is_proxy(o) {
        // SAFETY: LAYOUT: just checked.
        true => object(py, unsafe { &*(o as *const PyObject as *const PyWeakReference) }),
        false => Ok(o.to_owned()),
    }
}

const fn proxy(name: &'static core::ffi::CStr) -> StaticType {
    StaticType::new::<PyWeakReference>(name)
        .repr(glue::unary(proxy_repr))
        .str(glue::unary(|py: Py<'_>, w: &PyWeakReference| protocol::str(py, &*object(py, w)?)))
        .hash(protocol::hash_not_implemented)
        .getattro(glue::binary(|py: Py<'_>, w: &PyWeakReference, name: &PyObject| {
            attr::get_any(py, &*object(py, w)?, name)
        }))
        .setattro(glue::assign(proxy_setattr))
        .richcompare(glue::richcompare(|py: Py<'_>, a: &PyObject, b: &PyObject, op: c_int| {
            protocol::rich_compare(py, &*operand(py, a)?, &*operand(py, b)?, op)
        }))
        .iter(glue::unary(|py: Py<'_>, w: &PyWeakReference| protocol::iter(py, &*object(py, w)?)))
        .iternext(glue::iternext(proxy_next))
        .number(&NUMBER)
        .sequence(&SEQUENCE)
        .mapping(&MAPPING)
}

// Only the plain proxy has the two methods, in CPython too.
static PROXY: StaticType = proxy(c"weakref.ProxyType").methods(&PROXY_METHODS);
static CALLABLE_PROXY: StaticType = proxy(c"weakref.CallableProxyType").call(glue::call(
    |py: Py<'_>, w: &PyWeakReference, args: &PyTupleObject, kw: Option<&PyDictObject>| {
        call::call_tuple(py, &*object(py, w)?, args, kw)
    },
));

static SEQUENCE: StaticTable<PySequenceMethods> = StaticTable::<PySequenceMethods>::empty()
    .length(glue::len(|py: Py<'_>, w: &PyWeakReference| protocol::len(py, &*object(py, w)?)))
    .contains(glue::contains(|py: Py<'_>, w: &PyWeakReference, v: &PyObject| {
        sequence::contains(py, &*object(py, w)?, &*operand(py, v)?)
    }));

static MAPPING: StaticTable<PyMappingMethods> = StaticTable::<PyMappingMethods>::empty()
    .length(glue::len(|py: Py<'_>, w: &PyWeakReference| protocol::len(py, &*object(py, w)?)))
    .subscript(glue::binary(|py: Py<'_>, w: &PyObject, key: &PyObject| {
        sequence::get_item(py, &*operand(py, w)?, &*operand(py, key)?)
    }))
    .ass_subscript(glue::assign(|py: Py<'_>, w: &PyWeakReference, key: &PyObject, v: Option<&PyObject>| {
        sequence::set_item(py, &*object(py, w)?, key, v)
    }));

methods! { static PROXY_METHODS: for PyWeakReference [
    "__bytes__" = proxy_bytes [0], "!($self, /)", "";
    "__reversed__" = proxy_reversed [0], "!($self, /)", "";
] }

macro_rules! unary {
    ($f:path) => {
        glue::unary(|py: Py<'_>, o: &PyObject| $f(py, &*operand(py, o)?))
    };
}
macro_rules! binary {
    ($f:path) => {
        glue::binary(|py: Py<'_>, a: &PyObject, b: &PyObject| $f(py, &*operand(py, a)?, &*operand(py, b)?))
    };
}
macro_rules! ternary {
    ($f:path) => {
        glue::ternary(|py: Py<'_>, a: &PyObject, b: &PyObject, c: &PyObject| {
            $f(py, &*operand(py, a)?, &*operand(py, b)?, &*operand(py, c)?)
        })
    };
}

static NUMBER: StaticTable<PyNumberMethods> = StaticTable::<PyNumberMethods>::empty()
    .add(binary!(number::add))
    .subtract(binary!(number::subtract))
    .multiply(binary!(number::multiply))
    .remainder(binary!(number::remainder))
    .divmod(binary!(number::divmod))
    .power(ternary!(number::power))
    .negative(unary!(number::negative))
    .positive(unary!(number::positive))
    .absolute(unary!(number::absolute))
    .bool(glue::truth(|py: Py<'_>, w: &PyWeakReference| protocol::is_true(py, &*object(py, w)?)))
    .invert(unary!(number::invert))
    .lshift(binary!(number::lshift))
    .rshift(binary!(number::rshift))
    .and(binary!(number::and))
    .xor(binary!(number::xor))
    .or(binary!(number::or))
    .int(unary!(to_int))
    .float(unary!(to_float))
    .inplace_add(binary!(number::inplace_add))
    .inplace_subtract(binary!(number::inplace_subtract))
    .inplace_multiply(binary!(number::inplace_multiply))
    .inplace_remainder(binary!(number::inplace_remainder))
    .inplace_power(ternary!(number::inplace_power))
    .inplace_lshift(binary!(number::inplace_lshift))
    .inplace_rshift(binary!(number::inplace_rshift))
    .inplace_and(binary!(number::inplace_and))
    .inplace_xor(binary!(number::inplace_xor))
    .inplace_or(binary!(number::inplace_or))
    .floor_divide(binary!(number::floor_divide))
    .true_divide(binary!(number::true_divide))
    .inplace_floor_divide(binary!(number::inplace_floor_divide))
    .inplace_true_divide(binary!(number::inplace_true_divide))
    .index(unary!(number::index))
    .matrix_multiply(binary!(number::matrix_multiply))
    .inplace_matrix_multiply(binary!(number::inplace_matrix_multiply));

/// `PyNumber_Long`, as the constructor does it.
fn to_int(py: Py<'_>, o: &PyObject) -> PyResult {
    call::call(py, dxpy_core::long::PyLong_Type.as_object(), [o])
}

/// `PyNumber_Float`, as the constructor does it.
fn to_float(py: Py<'_>, o: &PyObject) -> PyResult {
    call::call(py, dxpy_core::float::PyFloat_Type.as_object(), [o])
}

/// `proxy_repr`: of the proxy itself; a dead one stands for None.
fn proxy_repr(py: Py<'_>, w: &PyWeakReference) -> PyResult<Owned<PyUnicodeObject>> {
    let o = target(w).unwrap_or_else(object::none);
    let shown = format!("<weakproxy at {:p} to {} at {:p}>", w.as_ptr(), call::type_name(o.ty()), o.as_ptr());
    unicode::from_str(py, &shown)
}

fn proxy_setattr(py: Py<'_>, w: &PyWeakReference, name: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
    let o = object(py, w)?;
    attr::set(py, &o, attr::check_name(py, name)?, value)
}

fn proxy_next(py: Py<'_>, w: &PyWeakReference) -> PyResult<Option<Owned>> {
    let o = object(py, w)?;
    if !protocol::is_iterator(&o) {
        return Err(exceptions::type_error(
            py,
            format_args!("Weakref proxy referenced a non-iterator '{}' object", call::type_name(o.ty())),
        ));
    }
    protocol::next(py, &o)
}

fn proxy_bytes(py: Py<'_>, w: &PyWeakReference) -> PyResult {
    call::method(py, &*object(py, w)?, name!("__bytes__"), [])
}

fn proxy_reversed(py: Py<'_>, w: &PyWeakReference) -> PyResult {
    call::method(py, &*object(py, w)?, name!("__reversed__"), [])
}
