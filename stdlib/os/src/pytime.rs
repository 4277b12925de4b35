//! Times as arguments (`_PyTime_t` and its relatives), of ints and floats. The arithmetic is in `dxpy-algos`.

use dxpy_algos::pytime::{self, Error};
pub use dxpy_algos::pytime::{NS_PER_SECOND, Round, as_seconds};
use dxpy_core::abi::*;
use dxpy_core::{Py, PyErr, PyResult, exceptions, float, long, number};

#[cold]
fn refused(py: Py<'_>, e: Error) -> PyErr {
    match e {
        Error::NaN => exceptions::value_error(py, format_args!("{e}")),
        Error::TooLarge | Error::TimeT => exceptions::overflow_error(py, format_args!("{e}")),
    }
}

fn nanoseconds(py: Py<'_>, o: &PyObject, round: Round, unit: i64) -> PyResult<i64> {
    match float::check(o) {
        Some(f) => pytime::from_float(f.ob_fval.get(), round, unit),
        None => {
            let n = number::index_any(py, o)?;
            pytime::from_int(long::to_i64(&n), unit)
        }
    }
    .map_err(|e| refused(py, e))
}

/// `_PyTime_FromSecondsObject`.
pub fn from_seconds(py: Py<'_>, o: &PyObject, round: Round) -> PyResult<i64> {
    nanoseconds(py, o, round, NS_PER_SECOND)
}

/// `_PyTime_FromMillisecondsObject`.
pub fn from_milliseconds(py: Py<'_>, o: &PyObject, round: Round) -> PyResult<i64> {
    nanoseconds(py, o, round, 1_000_000)
}

/// `_PyTime_AsMilliseconds`.
pub fn milliseconds(ns: i64, round: Round) -> i64 {
    round.divide(ns, 1_000_000)
}

/// `_PyTime_ObjectToTime_t`: whole seconds.
pub fn time_t(py: Py<'_>, o: &PyObject, round: Round) -> PyResult<i64> {
    match float::check(o) {
        Some(f) => pytime::float_to_time_t(f.ob_fval.get(), round),
        None => long::to_i64(&*number::index_any(py, o)?).ok_or(Error::TimeT),
    }
    .map_err(|e| refused(py, e))
}

/// `_PyTime_ObjectToTimespec`: seconds and nanoseconds.
pub fn timespec(py: Py<'_>, o: &PyObject, round: Round) -> PyResult<(i64, i64)> {
    parts(py, o, NS_PER_SECOND, round)
}

/// `_PyTime_ObjectToTimeval`: seconds and microseconds.
pub fn timeval(py: Py<'_>, o: &PyObject, round: Round) -> PyResult<(i64, i64)> {
    parts(py, o, 1_000_000, round)
}

fn parts(py: Py<'_>, o: &PyObject, per_second: i64, round: Round) -> PyResult<(i64, i64)> {
    match float::check(o) {
        Some(f) => pytime::float_to_parts(f.ob_fval.get(), per_second, round),
        None => long::to_i64(&*number::index_any(py, o)?).map(|s| (s, 0)).ok_or(Error::TimeT),
    }
    .map_err(|e| refused(py, e))
}

/// The monotonic clock in nanoseconds.
pub fn now() -> i64 {
    dxpy_host::clock::get_ns(1).unwrap_or_default()
}
