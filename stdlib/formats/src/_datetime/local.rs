//! The local time zone: what the C library says of it, and its inverse (PEP 495's algorithm).

use super::{PyErr, PyResult, tz};
use dxpy_algos::datetime::delta::Delta;
use dxpy_algos::datetime::{Date, DateTime, EPOCH_SECONDS, FieldError, Time};
use dxpy_algos::pytime::{self, Round};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, codecs, exceptions, float, long, number, tuple};
use dxpy_host::clock::{self, Tm};
use dxpy_host::errno::Errno;

/// More than any zone's offset from any other.
const MAX_FOLD_SECONDS: i64 = 24 * 3600;

#[cold]
fn os_error(py: Py<'_>, e: Errno) -> PyErr {
    let run = || -> PyResult<PyErr> {
        let text = codecs::decode_fs(py, &e.message())?.upcast();
        let args = tuple::from_iter(py, [long::from_i64(py, e.0 as i64)?.upcast(), text])?;
        Ok(exceptions::create(py, &exceptions::OSError, Some(args.as_object())))
    };
    run().unwrap_or_else(|e| e)
}

/// `_PyTime_localtime` or `_PyTime_gmtime`.
pub fn broken_down(py: Py<'_>, seconds: i64, local: bool) -> PyResult<Tm> {
    let made = if local { clock::local(seconds) } else { clock::utc(seconds) };
    made.map_err(|e| os_error(py, e))
}

/// The fields of a C time; seconds of 60 and more are 59.
pub fn fields(tm: &Tm) -> DateTime {
    let [s, mi, h, d, mo, y, ..] = tm.fields;
    DateTime::new(Date::new(y.saturating_add(1900), mo + 1, d), Time::new(h, mi, s.min(59), 0))
}

/// `utc_to_seconds`.
fn seconds_of(py: Py<'_>, t: DateTime) -> PyResult<i64> {
    if !(1..=9999).contains(&t.date.year) {
        return Err(super::field_error(py, FieldError::Year(t.date.year)));
    }
    Ok(t.seconds())
}

/// `local`: the local time at a moment, both counted from year 1.
fn local_seconds(py: Py<'_>, u: i64) -> PyResult<i64> {
    let tm = broken_down(py, u - EPOCH_SECONDS, true)?;
    seconds_of(py, fields(&tm))
}

/// `local_to_seconds`: the moment at which the local clock shows a time.
pub fn to_seconds(py: Py<'_>, t: DateTime, fold: i32) -> PyResult<i64> {
    let t = seconds_of(py, t)?;
    let a = local_seconds(py, t)? - t;
    let u1 = t - a;
    let t1 = local_seconds(py, u1)?;
    let b = if t1 == t {
        // One solution; there may be an earlier or a later one.
        let u2 = if fold != 0 { u1 + MAX_FOLD_SECONDS } else { u1 - MAX_FOLD_SECONDS };
        let b = local_seconds(py, u2)? - u2;
        if a == b {
            return Ok(u1);
        }
        b
    } else {
        t1 - u1
    };
    let u2 = t - b;
    if local_seconds(py, u2)? == t {
        return Ok(u2);
    }
    if t1 == t {
        return Ok(u1);
    }
    // No clock shows this time: it lies in the gap of a change.
    Ok(if fold != 0 { u1.min(u2) } else { u1.max(u2) })
}

/// The local time at a moment, and whether it is the second of two equal ones.
pub fn at(py: Py<'_>, seconds: i64) -> PyResult<(DateTime, i32)> {
    let t = fields(&broken_down(py, seconds, true)?);
    let result = seconds_of(py, t)?;
    let probe = local_seconds(py, EPOCH_SECONDS + seconds - MAX_FOLD_SECONDS)?;
    let transition = result - probe - MAX_FOLD_SECONDS;
    let fold = transition < 0 && local_seconds(py, EPOCH_SECONDS + seconds + transition)? == result;
    Ok((t, fold.into()))
}

/// `local_timezone_from_timestamp`.
pub fn zone_at(py: Py<'_>, seconds: i64) -> PyResult<Owned<tz::ZoneObject>> {
    let tm = broken_down(py, seconds, true)?;
    let name = match &tm.zone {
        Some(z) => Some(codecs::decode_fs(py, z)?),
        None => None,
    };
    let offset = Delta::new(0, tm.offset, 0).unwrap_or_default();
    tz::new(py, offset, name.as_deref())
}

#[cold]
fn time_error(py: Py<'_>, e: pytime::Error) -> PyErr {
    match e {
        pytime::Error::NaN => exceptions::value_error(py, format_args!("{e}")),
        e => exceptions::overflow_error(py, format_args!("{e}")),
    }
}

/// `_PyLong_AsTime_t`.
fn whole(py: Py<'_>, o: &PyObject) -> PyResult<i64> {
    let n = number::index_any(py, o)?;
    long::to_i64(&n).ok_or_else(|| time_error(py, pytime::Error::TimeT))
}

/// `_PyTime_ObjectToTime_t`, rounding down.
pub fn timestamp(py: Py<'_>, o: &PyObject) -> PyResult<i64> {
    match float::check(o) {
        Some(f) => pytime::float_to_time_t(f.ob_fval.get(), Round::Floor).map_err(|e| time_error(py, e)),
        None => whole(py, o),
    }
}

/// `_PyTime_ObjectToTimeval`, rounding to the nearest: seconds and microseconds.
pub fn precise_timestamp(py: Py<'_>, o: &PyObject) -> PyResult<(i64, i32)> {
    match float::check(o) {
        Some(f) => {
            let (s, us) = pytime::float_to_parts(f.ob_fval.get(), 1_000_000, Round::HalfEven)
                .map_err(|e| time_error(py, e))?;
            Ok((s, us as i32))
        }
        None => Ok((whole(py, o)?, 0)),
    }
}

/// The present moment: seconds and microseconds.
pub fn now(py: Py<'_>) -> PyResult<(i64, i32)> {
    let (s, ns) = clock::get(libc::CLOCK_REALTIME).map_err(|e| os_error(py, e))?;
    Ok((s, (ns / 1000) as i32))
}
