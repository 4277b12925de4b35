//! `_bisect`: places in sorted sequences (`Modules/_bisectmodule.c`).

use dxpy_core::abi::constants::Py_LT;
use dxpy_core::abi::*;
use dxpy_core::module::StaticModule;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyResult, call, exceptions, list, long, methods, name, number, object, protocol, sequence,
};

/// `_bisect`.
pub static MODULE: StaticModule = StaticModule::new(c"_bisect")
    .doc(c"Bisection: where in a sorted sequence something belongs, and putting it there.")
    .methods(&METHODS);

methods! { static METHODS: for PyModuleObject [
    "bisect_right" = bisect_right [5], "($module, /, a, x, lo=0, hi=None, *, key=None)", "Return the index behind all items of the sorted list a that are not above x.\n\nlo and hi bound the part of a that is looked at; key makes of an item what is compared.";
    "insort_right" = insort_right [5], "($module, /, a, x, lo=0, hi=None, *, key=None)", "Insert item x in list a, and keep it sorted assuming a is sorted: behind items equal to x.";
    "bisect_left" = bisect_left [5], "($module, /, a, x, lo=0, hi=None, *, key=None)", "Return the index before all items of the sorted list a that are not below x.\n\nlo and hi bound the part of a that is looked at; key makes of an item what is compared.";
    "insort_left" = insort_left [5], "($module, /, a, x, lo=0, hi=None, *, key=None)", "Insert item x in list a, and keep it sorted assuming a is sorted: before items equal to x.";
] }

/// `internal_bisect_right` and `internal_bisect_left`; without an upper bound, or with -1, it is the length.
fn place<const LEFT: bool>(
    py: Py<'_>,
    a: &PyObject,
    x: &PyObject,
    lo: Option<isize>,
    hi: Option<&PyObject>,
    key: Option<&PyObject>,
) -> PyResult<isize> {
    let mut lo = lo.unwrap_or(0);
    let mut hi = match hi.filter(|h| !object::is_none(h)) {
        Some(h) => number::as_ssize(py, h, &exceptions::OverflowError)?,
        None => -1,
    };
    if lo < 0 {
        return Err(exceptions::value_error(py, format_args!("lo must be non-negative")));
    }
    if hi == -1 {
        hi = protocol::len(py, a)? as isize;
    }
    sequence::require_items(py, a)?;
    while lo < hi {
        let mid = lo + (hi - lo) / 2;
        let mut item: Owned = sequence::item(py, a, mid)?;
        if let Some(k) = key {
            item = call::call(py, k, [&item])?;
        }
        let right = if LEFT {
            protocol::rich_compare_bool(py, &item, x, Py_LT)?
        } else {
            !protocol::rich_compare_bool(py, x, &item, Py_LT)?
        };
        if right { lo = mid + 1 } else { hi = mid }
    }
    Ok(lo)
}

fn given(key: Option<&PyObject>) -> Option<&PyObject> {
    key.filter(|k| !object::is_none(k))
}

fn bisect_right(
    py: Py<'_>,
    _: &PyModuleObject,
    a: &PyObject,
    x: &PyObject,
    lo: Option<isize>,
    hi: Option<&PyObject>,
    key: Option<&PyObject>,
) -> PyResult<isize> {
    place::<false>(py, a, x, lo, hi, given(key))
}

fn bisect_left(
    py: Py<'_>,
    _: &PyModuleObject,
    a: &PyObject,
    x: &PyObject,
    lo: Option<isize>,
    hi: Option<&PyObject>,
    key: Option<&PyObject>,
) -> PyResult<isize> {
    place::<true>(py, a, x, lo, hi, given(key))
}

fn insert<const LEFT: bool>(
    py: Py<'_>,
    a: &PyObject,
    x: &PyObject,
    lo: Option<isize>,
    hi: Option<&PyObject>,
    key: Option<&PyObject>,
) -> PyResult<()> {
    let at = match given(key) {
        None => place::<LEFT>(py, a, x, lo, hi, None)?,
        Some(k) => place::<LEFT>(py, a, &*call::call(py, k, [x])?, lo, hi, Some(k))?,
    };
    if let Some(l) = list::check_exact(a) {
        return list::insert(py, l, at, x);
    }
    call::method(py, a, name!("insert"), [long::from_i64(py, at as i64)?.as_object(), x]).map(drop)
}

fn insort_right(
    py: Py<'_>,
    _: &PyModuleObject,
    a: &PyObject,
    x: &PyObject,
    lo: Option<isize>,
    hi: Option<&PyObject>,
    key: Option<&PyObject>,
) -> PyResult<()> {
    insert::<false>(py, a, x, lo, hi, key)
}

fn insort_left(
    py: Py<'_>,
    _: &PyModuleObject,
    a: &PyObject,
    x: &PyObject,
    lo: Option<isize>,
    hi: Option<&PyObject>,
    key: Option<&PyObject>,
) -> PyResult<()> {
    insert::<true>(py, a, x, lo, hi, key)
}
