//! `slice`: constructor, comparison, hash, text and `indices` (`Objects/sliceobject.c`).

use crate::{Part, no_hooks};
use core::ffi::c_int;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::slice::{PySlice_Type, fields};
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, boolean, exceptions, glue, long, members, methods, number, object, protocol, slice,
    tuple, types, unicode,
};

/// What this module brings.
pub static PART: Part = Part { adopt: &[(&PySlice_Type, &SLICE)], types: &[], hooks: no_hooks };

static SLICE: StaticType = StaticType::new::<PySliceObject>(c"slice")
    .doc(c"slice(stop)\nslice(start, stop[, step])\n\nWhat a subscript with colons makes.")
    .create(glue::create(create))
    .repr(glue::unary(repr))
    .hash(glue::hash(hash))
    .getattro(dxpy_core::attr::generic_get_slot)
    .richcompare(glue::richcompare(richcompare))
    .methods(&METHODS)
    .members(&MEMBERS);

methods! { static METHODS: for PySliceObject [
    "indices" = indices [1], "?($self, len, /)", "Start, stop and step for a sequence of that length.";
    "__reduce__" = reduce [0], "?($self, /)", "State for pickling.";
] }

members! { static MEMBERS [
    "start" = _Py_T_OBJECT, offset_of!(PySliceObject, start), Py_READONLY, "";
    "stop" = _Py_T_OBJECT, offset_of!(PySliceObject, stop), Py_READONLY, "";
    "step" = _Py_T_OBJECT, offset_of!(PySliceObject, step), Py_READONLY, "";
] }

/// `slice_new`.
fn create(py: Py<'_>, _: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if types::slots::has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("slice() takes no keyword arguments")));
    }
    let (start, stop, step) = match *tuple::items(args) {
        [stop] => (None, stop, None),
        [start, stop] => (Some(start), stop, None),
        [start, stop, step] => (Some(start), stop, Some(step)),
        ref all => {
            let (which, n) =
                if all.is_empty() { ("least 1 argument", 0) } else { ("most 3 arguments", all.len()) };
            return Err(exceptions::type_error(py, format_args!("slice expected at {which}, got {n}")));
        }
    };
    slice::new(py, start, Some(stop), step).map(Owned::upcast)
}

fn as_tuple(py: Py<'_>, s: &PySliceObject) -> PyResult<Owned<PyTupleObject>> {
    tuple::from_iter(py, fields(s).map(|o| o.to_owned()))
}

fn repr(py: Py<'_>, s: &PySliceObject) -> PyResult<Owned<PyUnicodeObject>> {
    let inner = protocol::repr(py, as_tuple(py, s)?.as_object())?;
    let name = unicode::from_str(py, "slice")?;
    unicode::concat(py, &name, &inner)
}

/// `slicehash`: the tuple's mixing, without its length.
fn hash(py: Py<'_>, s: &PySliceObject) -> PyResult<Py_hash_t> {
    const P1: u64 = 11400714785074694791;
    const P2: u64 = 14029467366897019727;
    const P5: u64 = 2870177450012600261;
    let mut acc = P5;
    for v in fields(s) {
        let lane = protocol::hash(py, v)? as u64;
        acc = acc.wrapping_add(lane.wrapping_mul(P2)).rotate_left(31).wrapping_mul(P1);
    }
    Ok(if acc == u64::MAX { 1546275796 } else { acc as Py_hash_t })
}

/// `slice_richcompare`: as tuples.
fn richcompare(py: Py<'_>, a: &PySliceObject, b: &PyObject, op: c_int) -> PyResult {
    let Some(b) = slice::check(b) else { return Ok(object::not_implemented()) };
    if a.is(b) {
        return Ok(boolean::new(matches!(op, Py_EQ | Py_LE | Py_GE)).upcast());
    }
    let (a, b) = (as_tuple(py, a)?, as_tuple(py, b)?);
    protocol::rich_compare(py, a.as_object(), b.as_object(), op)
}

fn reduce(py: Py<'_>, s: &PySliceObject) -> PyResult {
    let args = as_tuple(py, s)?.upcast();
    tuple::from_iter(py, [PySlice_Type.as_object().to_owned(), args]).map(Owned::upcast)
}

fn index(py: Py<'_>, o: &PyObject) -> PyResult<Owned<PyLongObject>> {
    if !number::has_index(o) {
        return Err(exceptions::type_error(
            py,
            format_args!("slice indices must be integers or None or have an __index__ method"),
        ));
    }
    number::index(py, o)
}

/// `_PySlice_GetLongIndices`: start, stop and step for a sequence of `n` items, of whatever size they are.
pub fn long_indices(py: Py<'_>, s: &PySliceObject, n: &PyLongObject) -> PyResult<[Owned<PyLongObject>; 3]> {
    let [start, stop, step] = fields(s);
    let step = if object::is_none(step) { long::from_i64(py, 1)? } else { index(py, step)? };
    if long::sign(&step) == 0 {
        return Err(exceptions::value_error(py, format_args!("slice step cannot be zero")));
    }
    let back = long::sign(&step) < 0;
    let less = |a: &PyObject, b: &PyObject| protocol::rich_compare_bool(py, a, b, Py_LT);
    // SAFETY: LAYOUT: the operations of ints give ints.
    let cast = |o: Owned| unsafe { o.cast::<PyLongObject>() };
    let (low, high) = if back {
        let minus = long::from_i64(py, -1)?;
        let high = cast(number::add(py, n.as_object(), minus.as_object())?);
        (minus, high)
    } else {
        (long::from_i64(py, 0)?, n.to_owned())
    };
    let place = |o: &PyObject, absent: &Owned<PyLongObject>| -> PyResult<Owned<PyLongObject>> {
        if object::is_none(o) {
            return Ok(absent.clone());
        }
        let mut i = index(py, o)?;
        if long::sign(&i) < 0 {
            i = cast(number::add(py, i.as_object(), n.as_object())?);
            return Ok(if less(i.as_object(), low.as_object())? { low.clone() } else { i });
        }
        Ok(if less(high.as_object(), i.as_object())? { high.clone() } else { i })
    };
    let start = place(start, if back { &high } else { &low })?;
    let stop = place(stop, if back { &low } else { &high })?;
    Ok([start, stop, step])
}

fn indices(py: Py<'_>, s: &PySliceObject, n: &PyObject) -> PyResult {
    let n = number::index(py, n)?;
    if long::sign(&n) < 0 {
        return Err(exceptions::value_error(py, format_args!("length should not be negative")));
    }
    tuple::from_iter(py, long_indices(py, s, &n)?.map(Owned::upcast)).map(Owned::upcast)
}
