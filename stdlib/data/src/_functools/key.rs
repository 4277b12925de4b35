//! The keys that `cmp_to_key` makes: objects that compare by calling a comparison function.

use crate::fields::{get, put, view};
use core::cell::Cell;
use core::ffi::c_int;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, args, call, exceptions, gc, glue, long, members, object, protocol, signature,
};

/// A `functools.KeyWrapper`: without an object it is the key function, with one it is a key.
#[repr(C)]
pub struct KeyObject {
    ob_base: PyObject,
    cmp: Cell<*mut PyObject>,
    object: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for KeyObject {}

/// `functools.KeyWrapper`.
pub static KEY: StaticType = StaticType::new::<KeyObject>(c"functools.KeyWrapper")
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .traverse(glue::traverse(|k: &KeyObject, v: &glue::Visitor| {
        v.visit(&k.cmp)?;
        v.visit(&k.object)
    }))
    .clear(glue::clear(clear))
    .dealloc(glue::dealloc(dealloc))
    .getattro(dxpy_core::attr::generic_get_slot)
    .call(glue::call(call_key))
    .hash(protocol::hash_not_implemented)
    .richcompare(glue::richcompare(richcompare))
    .members(&MEMBERS);

members! { static MEMBERS [
    "obj" = _Py_T_OBJECT, offset_of!(KeyObject, object), 0, "Value wrapped by a key function.";
] }

fn clear(_: Py<'_>, k: &KeyObject) {
    object::clear_field(&k.cmp);
    object::clear_field(&k.object);
}

fn dealloc(py: Py<'_>, k: &KeyObject) {
    // SAFETY: the type has a collector header; fields are released once and the memory last.
    unsafe {
        gc::untrack(k.as_object());
        clear(py, k);
        object::tp_free(k.as_object());
    }
}

fn new(py: Py<'_>, cmp: &PyObject, o: Option<&PyObject>) -> PyResult {
    let k = object::generic_alloc(py, &KEY, 0)?;
    // SAFETY: LAYOUT: an instance of this type.
    let this: &KeyObject = unsafe { view(&k) };
    put(&this.cmp, cmp.to_owned());
    if let Some(o) = o {
        put(&this.object, o.to_owned());
    }
    Ok(k)
}

/// `functools.cmp_to_key`.
pub fn cmp_to_key(py: Py<'_>, _: &PyModuleObject, mycmp: &PyObject) -> PyResult {
    new(py, mycmp, None)
}

/// `keyobject_call`.
fn call_key(py: Py<'_>, k: &KeyObject, given: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("K", "(obj)"), given, kw, |b| {
        let o: &PyObject = b.arg(py, 0)?;
        let cmp = get(&k.cmp).unwrap_or_else(object::none);
        new(py, &cmp, Some(o))
    })
}

/// `keyobject_richcompare`: what the function answers, compared with zero.
fn richcompare(py: Py<'_>, k: &KeyObject, other: &PyObject, op: c_int) -> PyResult {
    if !other.ty().is(&KEY.0) {
        return Err(exceptions::type_error(py, format_args!("other argument must be K instance")));
    }
    // SAFETY: LAYOUT: the type was checked.
    let other: &KeyObject = unsafe { view(other) };
    let (Some(cmp), Some(x), Some(y)) = (get(&k.cmp), get(&k.object), get(&other.object)) else {
        return Err(exceptions::format(py, &exceptions::AttributeError, format_args!("object")));
    };
    let answer = call::call(py, &cmp, [&x, &y])?;
    let zero: Owned = long::from_i64(py, 0)?.upcast();
    protocol::rich_compare(py, &answer, &zero, op)
}
