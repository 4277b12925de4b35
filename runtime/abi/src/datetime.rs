//! The datetime objects and their C capsule. Layout only: behaviour lives in `runtime/core` and above.

use crate::*;
use core::cell::Cell;
use core::ffi::{c_char, c_int};

#[repr(C)]
pub struct PyDateTime_Delta {
    pub ob_base: PyObject,
    pub hashcode: Cell<Py_hash_t>,
    pub days: Cell<c_int>,
    pub seconds: Cell<c_int>,
    pub microseconds: Cell<c_int>,
}

#[repr(C)]
pub struct PyDateTime_TZInfo {
    pub ob_base: PyObject,
}

#[repr(C)]
pub struct PyDateTime_Time {
    pub ob_base: PyObject,
    pub hashcode: Cell<Py_hash_t>,
    pub hastzinfo: Cell<c_char>,
    pub data: [Cell<u8>; 6],
    pub fold: Cell<u8>,
    pub tzinfo: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct PyDateTime_Date {
    pub ob_base: PyObject,
    pub hashcode: Cell<Py_hash_t>,
    pub hastzinfo: Cell<c_char>,
    pub data: [Cell<u8>; 4],
}

#[repr(C)]
pub struct PyDateTime_DateTime {
    pub ob_base: PyObject,
    pub hashcode: Cell<Py_hash_t>,
    pub hastzinfo: Cell<c_char>,
    pub data: [Cell<u8>; 10],
    pub fold: Cell<u8>,
    pub tzinfo: Cell<*mut PyObject>,
}

#[repr(C)]
pub struct _PyDateTime_BaseTZInfo {
    pub ob_base: PyObject,
    pub hashcode: Cell<Py_hash_t>,
    pub hastzinfo: Cell<c_char>,
}

#[repr(C)]
pub struct _PyDateTime_BaseTime {
    pub ob_base: PyObject,
    pub hashcode: Cell<Py_hash_t>,
    pub hastzinfo: Cell<c_char>,
    pub data: [Cell<u8>; 6],
}

#[repr(C)]
pub struct _PyDateTime_BaseDateTime {
    pub ob_base: PyObject,
    pub hashcode: Cell<Py_hash_t>,
    pub hastzinfo: Cell<c_char>,
    pub data: [Cell<u8>; 10],
}

#[repr(C)]
pub struct PyDateTime_CAPI {
    pub DateType: Cell<*mut PyTypeObject>,
    pub DateTimeType: Cell<*mut PyTypeObject>,
    pub TimeType: Cell<*mut PyTypeObject>,
    pub DeltaType: Cell<*mut PyTypeObject>,
    pub TZInfoType: Cell<*mut PyTypeObject>,
    pub TimeZone_UTC: Cell<*mut PyObject>,
    pub Date_FromDate: Cell<Option<unsafe extern "C" fn()>>,
    pub DateTime_FromDateAndTime: Cell<Option<unsafe extern "C" fn()>>,
    pub Time_FromTime: Cell<Option<unsafe extern "C" fn()>>,
    pub Delta_FromDelta: Cell<Option<unsafe extern "C" fn()>>,
    pub TimeZone_FromTimeZone: Cell<Option<unsafe extern "C" fn()>>,
    pub DateTime_FromTimestamp: Cell<Option<unsafe extern "C" fn()>>,
    pub Date_FromTimestamp: Cell<Option<unsafe extern "C" fn()>>,
    pub DateTime_FromDateAndTimeAndFold: Cell<Option<unsafe extern "C" fn()>>,
    pub Time_FromTimeAndFold: Cell<Option<unsafe extern "C" fn()>>,
}
