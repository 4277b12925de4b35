//! int, float and complex. Layout only: behaviour lives in `runtime/core` and above.

use crate::*;
use core::cell::Cell;

#[repr(C)]
pub struct PyLongObject {
    pub ob_base: PyObject,
    pub long_value: _PyLongValue,
}

#[repr(C)]
pub struct _PyLongValue {
    pub lv_tag: Cell<usize>,
    pub ob_digit: [Cell<u32>; 1],
}

#[repr(C)]
pub struct PyFloatObject {
    pub ob_base: PyObject,
    pub ob_fval: Cell<f64>,
}

#[repr(C)]
pub struct PyComplexObject {
    pub ob_base: PyObject,
    pub cval: Cell<Py_complex>,
}

#[repr(C)]
pub struct Py_complex {
    pub real: Cell<f64>,
    pub imag: Cell<f64>,
}
