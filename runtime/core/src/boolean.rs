//! `True` and `False`. `bool`'s methods and operators are not here yet.

use crate::abi::*;
use crate::glue;
use crate::object;
use crate::ptr::{IMMORTAL_REFCNT, Object, Owned};
use crate::statics::{Gil, StaticType};
use crate::thread::Py;
use core::cell::Cell;
use core::mem::offset_of;

/// `bool`.
#[unsafe(no_mangle)]
pub static PyBool_Type: StaticType = StaticType::new::<PyLongObject>(c"bool")
    .sized(offset_of!(PyLongObject, long_value) + offset_of!(_PyLongValue, ob_digit), size_of::<u32>())
    .base(&crate::long::PyLong_Type)
    .dealloc(glue::dealloc(revive));

fn revive(py: Py<'_>, o: &PyObject) {
    object::revive(py, o)
}

const fn bool_object(value: u32) -> Gil<PyLongObject> {
    Gil(PyLongObject {
        ob_base: PyObject {
            ob_refcnt: Cell::new(IMMORTAL_REFCNT),
            ob_type: Cell::new(&raw const PyBool_Type.0 as *mut PyTypeObject),
        },
        long_value: crate::long::compact_value(value, false),
    })
}

/// `False`.
#[unsafe(no_mangle)]
pub static _Py_FalseStruct: Gil<PyLongObject> = bool_object(0);
/// `True`.
#[unsafe(no_mangle)]
pub static _Py_TrueStruct: Gil<PyLongObject> = bool_object(1);

/// `PyBool_FromLong`.
#[inline(always)]
pub fn new(value: bool) -> Owned<PyLongObject> {
    if value { _Py_TrueStruct.to_owned() } else { _Py_FalseStruct.to_owned() }
}
