//! `datetime.datetime_CAPI`: the table of types and constructors that C code imports (`PyDateTime_IMPORT`).

use super::{date, delta, moment, time, tz};
use core::cell::Cell;
use core::ffi::c_int;
use dxpy_algos::datetime::delta::Delta;
use dxpy_algos::datetime::{Date, DateTime, Time};
use dxpy_core::abi::*;
use dxpy_core::err::into_ptr;
use dxpy_core::ptr::{Object, borrow};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{Owned, Py, PyResult, object, unicode};
use dxpy_types::capsule;

/// `PyDateTime_CAPSULE_NAME`.
const NAME: &core::ffi::CStr = c"datetime.datetime_CAPI";

static TABLE: Gil<Cell<*mut PyDateTime_CAPI>> = Gil(Cell::new(core::ptr::null_mut()));

/// A function pointer as the table has it.
macro_rules! entry {
    ($f:ident, $t:ty) => {{
        let f: $t = $f;
        // SAFETY: a function pointer, which C code casts back to the type the header declares.
        Cell::new(Some(unsafe { core::mem::transmute::<$t, unsafe extern "C" fn()>(f) }))
    }};
}

/// The capsule of the table, which is made once and lives for ever.
pub fn capsule(py: Py<'_>) -> PyResult {
    if TABLE.get().is_null() {
        type P = *mut PyObject;
        type T = *mut PyTypeObject;
        type C = c_int;
        let ty = |t: &'static StaticType| Cell::new(t.as_ptr() as *mut PyTypeObject);
        TABLE.set(Box::into_raw(Box::new(PyDateTime_CAPI {
            DateType: ty(&date::DATE),
            DateTimeType: ty(&moment::DATETIME),
            TimeType: ty(&time::TIME),
            DeltaType: ty(&delta::DELTA),
            TZInfoType: ty(&tz::TZINFO),
            TimeZone_UTC: Cell::new(tz::utc(py)?.into_ptr()),
            Date_FromDate: entry!(new_date, unsafe extern "C" fn(C, C, C, T) -> P),
            DateTime_FromDateAndTime: entry!(
                new_datetime,
                unsafe extern "C" fn(C, C, C, C, C, C, C, P, T) -> P
            ),
            Time_FromTime: entry!(new_time, unsafe extern "C" fn(C, C, C, C, P, T) -> P),
            Delta_FromDelta: entry!(new_delta, unsafe extern "C" fn(C, C, C, C, T) -> P),
            TimeZone_FromTimeZone: entry!(new_timezone, unsafe extern "C" fn(P, P) -> P),
            DateTime_FromTimestamp: entry!(datetime_fromtimestamp, unsafe extern "C" fn(P, P, P) -> P),
            Date_FromTimestamp: entry!(date_fromtimestamp, unsafe extern "C" fn(P, P) -> P),
            DateTime_FromDateAndTimeAndFold: entry!(
                new_datetime_fold,
                unsafe extern "C" fn(C, C, C, C, C, C, C, P, C, T) -> P
            ),
            Time_FromTimeAndFold: entry!(new_time_fold, unsafe extern "C" fn(C, C, C, C, P, C, T) -> P),
        })));
    }
    Ok(capsule::new(py, TABLE.get() as *mut _, NAME.as_ptr(), None)?.upcast())
}

/// A zone that C code gives: `None` is none.
///
/// # Safety
/// LIVE.
unsafe fn zone(py: Py<'_>, o: *mut PyObject) -> PyResult<Option<Owned>> {
    // SAFETY: the caller's promise.
    let o: &PyObject = unsafe { borrow(o) };
    super::check_tzinfo(py, o)?;
    Ok((!object::is_none(o)).then(|| o.to_owned()))
}

unsafe extern "C" fn new_date(y: c_int, m: c_int, d: c_int, ty: *mut PyTypeObject) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of the C API.
    unsafe {
        let py = Py::assume();
        into_ptr(py, date::new(py, &*ty, Date::new(y, m, d)))
    }
}

unsafe extern "C" fn new_datetime_fold(
    y: c_int,
    mo: c_int,
    d: c_int,
    h: c_int,
    mi: c_int,
    s: c_int,
    us: c_int,
    tzinfo: *mut PyObject,
    fold: c_int,
    ty: *mut PyTypeObject,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of the C API.
    unsafe {
        let py = Py::assume();
        let t = DateTime::new(Date::new(y, mo, d), Time::new(h, mi, s, us));
        into_ptr(py, zone(py, tzinfo).and_then(|z| moment::new(py, &*ty, t, z, fold)))
    }
}

unsafe extern "C" fn new_datetime(
    y: c_int,
    mo: c_int,
    d: c_int,
    h: c_int,
    mi: c_int,
    s: c_int,
    us: c_int,
    tzinfo: *mut PyObject,
    ty: *mut PyTypeObject,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { new_datetime_fold(y, mo, d, h, mi, s, us, tzinfo, 0, ty) }
}

unsafe extern "C" fn new_time_fold(
    h: c_int,
    mi: c_int,
    s: c_int,
    us: c_int,
    tzinfo: *mut PyObject,
    fold: c_int,
    ty: *mut PyTypeObject,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of the C API.
    unsafe {
        let py = Py::assume();
        let t = Time::new(h, mi, s, us);
        into_ptr(py, zone(py, tzinfo).and_then(|z| time::new(py, &*ty, t, z, fold)))
    }
}

unsafe extern "C" fn new_time(
    h: c_int,
    mi: c_int,
    s: c_int,
    us: c_int,
    tzinfo: *mut PyObject,
    ty: *mut PyTypeObject,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { new_time_fold(h, mi, s, us, tzinfo, 0, ty) }
}

unsafe extern "C" fn new_delta(
    days: c_int,
    seconds: c_int,
    us: c_int,
    _normalize: c_int,
    ty: *mut PyTypeObject,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of the C API. Normalising what is normal changes nothing.
    unsafe {
        let py = Py::assume();
        let made = Delta::new(days.into(), seconds.into(), us.into()).map_err(|e| delta::raise(py, e));
        into_ptr(py, made.and_then(|d| delta::make(py, &*ty, d)))
    }
}

unsafe extern "C" fn new_timezone(offset: *mut PyObject, name: *mut PyObject) -> *mut PyObject {
    // SAFETY: GIL, LIVE, the name maybe NULL: the contract of the C API.
    unsafe {
        let py = Py::assume();
        let Some(d) = delta::check(borrow(offset)) else {
            return into_ptr::<PyObject>(
                py,
                Err(dxpy_core::exceptions::type_error(
                    py,
                    format_args!("bad argument type for built-in operation"),
                )),
            );
        };
        into_ptr(py, tz::of_object(py, d, name.as_ref().and_then(unicode::check)))
    }
}

unsafe extern "C" fn datetime_fromtimestamp(
    class: *mut PyObject,
    args: *mut PyObject,
    kw: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE, LAYOUT: the contract of the C API: a tuple, and a dict or NULL.
    unsafe {
        let py = Py::assume();
        let kw = (kw as *const PyDictObject).as_ref();
        into_ptr(py, moment::of_timestamp(py, borrow(class), borrow(args), kw))
    }
}

unsafe extern "C" fn date_fromtimestamp(class: *mut PyObject, args: *mut PyObject) -> *mut PyObject {
    // SAFETY: GIL, LIVE, LAYOUT: the contract of the C API: a tuple.
    unsafe {
        let py = Py::assume();
        into_ptr(py, date::of_timestamp(py, borrow(class), borrow(args)))
    }
}
