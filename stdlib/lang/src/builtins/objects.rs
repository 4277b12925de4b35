//! Functions of `builtins` about any object: attributes, identity, conversions, arithmetic.

use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, call, exceptions, long, name, number, object, protocol, types, unicode,
};

type M = PyModuleObject;

pub fn len(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<usize> {
    protocol::len(py, o)
}

pub fn repr(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    protocol::repr(py, o)
}

pub fn ascii(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    protocol::ascii(py, o)
}

pub fn isinstance(py: Py<'_>, _: &M, o: &PyObject, class: &PyObject) -> PyResult<bool> {
    types::isinstance::is_instance(py, o, class)
}

pub fn issubclass(py: Py<'_>, _: &M, o: &PyObject, class: &PyObject) -> PyResult<bool> {
    types::isinstance::is_subclass(py, o, class)
}

pub fn callable(_: Py<'_>, _: &M, o: &PyObject) -> PyResult<bool> {
    Ok(protocol::is_callable(o))
}

pub fn hash(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<isize> {
    protocol::hash(py, o)
}

pub fn id(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<u64> {
    let id = o.as_ptr() as u64;
    dxpy_core::audit::event_with(py, "builtins.id", || {
        dxpy_core::tuple::from_iter(py, [dxpy_core::long::from_u64(py, id)?.upcast()])
    })?;
    Ok(id)
}

/// The name of an attribute function's second argument.
fn named<'a>(py: Py<'_>, n: &'a PyObject) -> PyResult<&'a PyUnicodeObject> {
    attr::check_name(py, n)
}

pub fn getattr(py: Py<'_>, _: &M, o: &PyObject, n: &PyObject, default: Option<&PyObject>) -> PyResult {
    let n = named(py, n)?;
    match default {
        None => attr::get(py, o, n),
        Some(d) => Ok(attr::lookup(py, o, n)?.unwrap_or_else(|| d.to_owned())),
    }
}

pub fn hasattr(py: Py<'_>, _: &M, o: &PyObject, n: &PyObject) -> PyResult<bool> {
    Ok(attr::lookup(py, o, named(py, n)?)?.is_some())
}

pub fn setattr(py: Py<'_>, _: &M, o: &PyObject, n: &PyObject, v: &PyObject) -> PyResult<()> {
    attr::set(py, o, named(py, n)?, Some(v))
}

pub fn delattr(py: Py<'_>, _: &M, o: &PyObject, n: &PyObject) -> PyResult<()> {
    attr::set(py, o, named(py, n)?, None)
}

pub fn abs(py: Py<'_>, _: &M, o: &PyObject) -> PyResult {
    number::absolute(py, o)
}

pub fn divmod(py: Py<'_>, _: &M, a: &PyObject, b: &PyObject) -> PyResult {
    number::divmod(py, a, b)
}

pub fn pow(py: Py<'_>, _: &M, a: &PyObject, b: &PyObject, m: Option<&PyObject>) -> PyResult {
    let none = object::none();
    number::power(py, a, b, m.unwrap_or(&none))
}

/// `builtin_round`.
pub fn round(py: Py<'_>, _: &M, o: &PyObject, digits: Option<&PyObject>) -> PyResult {
    let Some(f) = types::lookup::find(py, o.ty(), name!("__round__").get(py)) else {
        return Err(exceptions::type_error(
            py,
            format_args!("type {} doesn't define __round__ method", type_name(o.ty())),
        ));
    };
    let bound = match f.ty().tp_descr_get.get() {
        Some(get) => attr::bind(py, get, &f, o)?,
        None => f,
    };
    match digits.filter(|d| !object::is_none(d)) {
        None => call::call(py, &bound, []),
        Some(d) => call::call(py, &bound, [d]),
    }
}

pub fn format(
    py: Py<'_>,
    _: &M,
    o: &PyObject,
    spec: Option<&PyUnicodeObject>,
) -> PyResult<Owned<PyUnicodeObject>> {
    protocol::format(py, o, spec.map(Object::as_object))
}

/// `PyNumber_ToBase`.
fn to_base(py: Py<'_>, o: &PyObject, base: u32) -> PyResult<Owned<PyUnicodeObject>> {
    let n = number::index(py, o)?;
    unicode::from_latin1(py, dxpy_num::text::with_prefix(long::num(&n), base).as_bytes())
}

pub fn bin(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    to_base(py, o, 2)
}

pub fn oct(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    to_base(py, o, 8)
}

pub fn hex(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    to_base(py, o, 16)
}

pub fn chr(py: Py<'_>, _: &M, c: i32) -> PyResult<Owned<PyUnicodeObject>> {
    match u32::try_from(c) {
        Ok(c) if c < 0x110000 => unicode::from_char(py, c),
        _ => Err(exceptions::value_error(py, format_args!("chr() arg not in range(0x110000)"))),
    }
}

/// `builtin_ord`.
pub fn ord(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<i64> {
    let size = if let Some(s) = unicode::check(o) {
        if let (1, Some(c)) = (unicode::len(s), unicode::code_points(s).next()) {
            return Ok(i64::from(c));
        }
        unicode::len(s)
    } else {
        let bytes = dxpy_core::bytes::check(o).is_some()
            || types::is_subtype(o.ty(), &dxpy_types::bytearray::PyByteArray_Type);
        if !bytes {
            return Err(exceptions::type_error(
                py,
                format_args!("ord() expected string of length 1, but {} found", type_name(o.ty())),
            ));
        }
        let n = protocol::len(py, o)?;
        if n == 1 {
            let v = dxpy_core::sequence::item(py, o, 0)?;
            return Ok(long::check(&v).and_then(long::to_i64).unwrap_or(0));
        }
        n
    };
    Err(not_a_character(py, size))
}

fn not_a_character(py: Py<'_>, n: usize) -> PyErr {
    exceptions::type_error(py, format_args!("ord() expected a character, but string of length {n} found"))
}
