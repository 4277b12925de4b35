//! Operators by their instruction's argument: `BINARY_OP`, `COMPARE_OP`, `CONTAINS_OP`, `FORMAT_VALUE`.

use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyResult, bytes, list, long, number, object, protocol, sequence, slice, tuple, unicode,
};

/// An operator function.
pub type Operator = fn(Py<'_>, &PyObject, &PyObject) -> PyResult;

/// `binary_ops`: the operator of each argument of `BINARY_OP`; in-place ones from 13 on.
pub static BINARY: [Operator; 26] = [
    number::add,
    number::and,
    number::floor_divide,
    number::lshift,
    number::matrix_multiply,
    number::multiply,
    number::remainder,
    number::or,
    |py, a, b| number::power(py, a, b, &object::_Py_NoneStruct.0),
    number::rshift,
    number::subtract,
    number::true_divide,
    number::xor,
    number::inplace_add,
    number::inplace_and,
    number::inplace_floor_divide,
    number::inplace_lshift,
    number::inplace_matrix_multiply,
    number::inplace_multiply,
    number::inplace_remainder,
    number::inplace_or,
    |py, a, b| number::inplace_power(py, a, b, &object::_Py_NoneStruct.0),
    number::inplace_rshift,
    number::inplace_subtract,
    number::inplace_true_divide,
    number::inplace_xor,
];

/// `BUILD_SLICE`, and the key of `BINARY_SLICE` and `STORE_SLICE`.
pub fn make_slice(py: Py<'_>, start: &PyObject, stop: &PyObject, step: Option<&PyObject>) -> PyResult {
    slice::new(py, Some(start), Some(stop), step).map(Owned::upcast)
}

/// A bound of a slice that asks no Python code: None, or an int of one digit.
fn plain_bound(o: &PyObject, absent: isize) -> Option<isize> {
    if object::is_none(o) {
        return Some(absent);
    }
    long::compact(long::check_exact(o)?).map(|n| n as isize)
}

/// `container[start:stop]`. Lists, tuples, str and bytes with plain bounds need no slice object.
pub fn get_slice(py: Py<'_>, o: &PyObject, start: &PyObject, stop: &PyObject) -> PyResult {
    if let (Some(a), Some(b)) = (plain_bound(start, 0), plain_bound(stop, isize::MAX)) {
        if let Some(l) = list::check_exact(o) {
            return list::slice(py, l, a, b).map(Owned::upcast);
        }
        if let Some(s) = unicode::check_exact(o) {
            let (a, _, n) = slice::adjust_indices(unicode::len(s), a, b, 1);
            return unicode::substring(py, s, a as usize, a as usize + n).map(Owned::upcast);
        }
        if let Some(s) = bytes::check_exact(o) {
            let (a, _, n) = slice::adjust_indices(bytes::as_slice(s).len(), a, b, 1);
            if n == bytes::as_slice(s).len() {
                return Ok(o.to_owned());
            }
            return bytes::new(py, &bytes::as_slice(s)[a as usize..a as usize + n]).map(Owned::upcast);
        }
        if let Some(t) = tuple::check_exact(o) {
            let (a, _, n) = slice::adjust_indices(tuple::len(t), a, b, 1);
            if n == tuple::len(t) {
                return Ok(o.to_owned());
            }
            let part = &tuple::items(t)[a as usize..a as usize + n];
            return tuple::from_iter(py, part.iter().map(|o| (*o).to_owned())).map(Owned::upcast);
        }
    }
    let key = make_slice(py, start, stop, None)?;
    sequence::get_item(py, o, &key)
}

/// `container[start:stop] = value`, likewise.
pub fn set_slice(py: Py<'_>, o: &PyObject, start: &PyObject, stop: &PyObject, v: &PyObject) -> PyResult<()> {
    if let (Some(a), Some(b)) = (plain_bound(start, 0), plain_bound(stop, isize::MAX))
        && let Some(l) = list::check_exact(o)
    {
        return dxpy_types::list::assign_slice(py, l, a, b, Some(v));
    }
    let key = make_slice(py, start, stop, None)?;
    sequence::set_item(py, o, &key, Some(v))
}

/// `FORMAT_VALUE`: conversion (0 none, 1 str, 2 repr, 3 ascii), then the format.
pub fn format_value(py: Py<'_>, value: &PyObject, conversion: usize, spec: Option<&PyObject>) -> PyResult {
    let converted = match conversion {
        0 => value.to_owned(),
        1 => protocol::str(py, value)?.upcast(),
        2 => protocol::repr(py, value)?.upcast(),
        _ => protocol::ascii(py, value)?.upcast(),
    };
    if spec.is_none() && dxpy_core::unicode::check_exact(&converted).is_some() {
        return Ok(converted);
    }
    protocol::format(py, &converted, spec).map(Owned::upcast)
}
