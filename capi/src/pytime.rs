//! cpython/pytime.h: times as 64-bit nanoseconds: from Python's numbers and C's structures, to them, and the clocks.

use crate::util::api;
use core::ffi::{c_char, c_int, c_long};
use dxpy_algos::pytime::{Error, split};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Py, PyErr, PyResult, exceptions, long, number};
use dxpy_mod_os::path::os_error;
use dxpy_mod_os::pytime::{self, NS_PER_SECOND, Round};

/// `_Py_clock_info_t`.
#[repr(C)]
pub struct ClockInfo {
    implementation: *const c_char,
    monotonic: c_int,
    adjustable: c_int,
    resolution: f64,
}

fn rounding(n: c_int) -> Round {
    match n {
        0 => Round::Floor,
        1 => Round::Ceiling,
        2 => Round::HalfEven,
        _ => Round::Up,
    }
}

#[cold]
fn too_large(py: Py<'_>) -> PyErr {
    exceptions::overflow_error(py, format_args!("{}", Error::TooLarge))
}

/// Stores a result that is 0 or -1 in C.
fn store<T>(place: &mut T, value: PyResult<T>) -> PyResult<()> {
    *place = value?;
    Ok(())
}

/// Seconds and their parts as nanoseconds; beyond 292 years, the limit, and the error.
fn join(py: Py<'_>, place: &mut i64, seconds: i64, ns: i64) -> PyResult<()> {
    let exact = i128::from(seconds) * i128::from(NS_PER_SECOND) + i128::from(ns);
    let limit = if exact < 0 { i64::MIN } else { i64::MAX };
    *place = i64::try_from(exact).unwrap_or(limit);
    if i128::from(*place) == exact { Ok(()) } else { Err(too_large(py)) }
}

fn time_val(tv: &mut libc::timeval, ns: i64, round: Round) {
    (tv.tv_sec, tv.tv_usec) = split(ns, 1_000_000, round);
}

fn time_spec(ts: &mut libc::timespec, ns: i64) {
    (ts.tv_sec, ts.tv_nsec) = split(ns, NS_PER_SECOND, Round::Floor);
}

/// A clock's time, and what the clock is.
fn clock(py: Py<'_>, t: &mut i64, info: Option<&mut ClockInfo>, monotonic: bool) -> PyResult<()> {
    let (id, name) = match monotonic {
        true => (libc::CLOCK_MONOTONIC, c"clock_gettime(CLOCK_MONOTONIC)"),
        false => (libc::CLOCK_REALTIME, c"clock_gettime(CLOCK_REALTIME)"),
    };
    let failed = |e| os_error(py, e, None, None);
    if let Some(info) = info {
        let (s, ns) = dxpy_host::clock::resolution(id).map_err(failed)?;
        *info = ClockInfo {
            implementation: name.as_ptr(),
            monotonic: monotonic.into(),
            adjustable: (!monotonic).into(),
            resolution: s as f64 + ns as f64 * 1e-9,
        };
    }
    let (s, ns) = dxpy_host::clock::get(id).map_err(failed)?;
    join(py, t, s, ns)
}

/// A clock's time; 0 if there is none.
fn read(id: i32) -> i64 {
    dxpy_host::clock::get_ns(id).unwrap_or_default()
}

/// One of the C library's conversions to fields.
fn broken_down(py: Py<'_>, result: *mut libc::tm) -> PyResult<()> {
    if !result.is_null() {
        return Ok(());
    }
    let e = dxpy_host::errno::Errno::last();
    Err(os_error(py, if e.0 == 0 { dxpy_host::errno::Errno(libc::EINVAL) } else { e }, None, None))
}

api! {
    /// C: `PyObject *_PyLong_FromTime_t(time_t sec)`.
    fn _PyLong_FromTime_t(py, sec: i64) -> PyResult { long::from_i64(py, sec).map(dxpy_core::Owned::upcast) }
    /// C: `time_t _PyLong_AsTime_t(PyObject *obj)`.
    fn _PyLong_AsTime_t(py, o: &PyObject) -> PyResult<isize> {
        let n = long::to_i64(&*number::index_any(py, o)?);
        n.map(|n| n as isize).ok_or_else(|| exceptions::overflow_error(py, format_args!("{}", Error::TimeT)))
    }
    /// C: `int _PyTime_ObjectToTime_t(PyObject *obj, time_t *sec, _PyTime_round_t)`.
    fn _PyTime_ObjectToTime_t(py, o: &PyObject, sec: &mut i64, round: c_int) -> PyResult<()> {
        store(sec, pytime::time_t(py, o, rounding(round)))
    }
    /// C: `int _PyTime_ObjectToTimeval(PyObject *obj, time_t *sec, long *usec, _PyTime_round_t)`.
    fn _PyTime_ObjectToTimeval(py, o: &PyObject, sec: &mut i64, part: &mut c_long, round: c_int) -> PyResult<()> {
        pytime::timeval(py, o, rounding(round)).map(|parts| (*sec, *part) = parts)
    }
    /// C: `int _PyTime_ObjectToTimespec(PyObject *obj, time_t *sec, long *nsec, _PyTime_round_t)`.
    fn _PyTime_ObjectToTimespec(py, o: &PyObject, sec: &mut i64, part: &mut c_long, round: c_int) -> PyResult<()> {
        pytime::timespec(py, o, rounding(round)).map(|parts| (*sec, *part) = parts)
    }
    /// C: `_PyTime_t _PyTime_FromSeconds(int seconds)`.
    fn _PyTime_FromSeconds(_, seconds: c_int) -> i64 { i64::from(seconds) * NS_PER_SECOND }
    /// C: `_PyTime_t _PyTime_FromNanoseconds(_PyTime_t ns)`.
    fn _PyTime_FromNanoseconds(_, ns: i64) -> i64 { ns }
    /// C: `_PyTime_t _PyTime_FromMicrosecondsClamp(_PyTime_t us)`.
    fn _PyTime_FromMicrosecondsClamp(_, us: i64) -> i64 { us.saturating_mul(1000) }
    /// C: `int _PyTime_FromNanosecondsObject(_PyTime_t *t, PyObject *obj)`.
    fn _PyTime_FromNanosecondsObject(py, t: &mut i64, o: &PyObject) -> PyResult<()> {
        let Some(n) = long::check(o) else {
            let name = dxpy_core::call::type_name(o.ty());
            return Err(exceptions::type_error(py, format_args!("expect int, got {name}")));
        };
        store(t, long::to_i64(n).ok_or_else(|| too_large(py)))
    }
    /// C: `int _PyTime_FromSecondsObject(_PyTime_t *t, PyObject *obj, _PyTime_round_t round)`.
    fn _PyTime_FromSecondsObject(py, t: &mut i64, o: &PyObject, round: c_int) -> PyResult<()> {
        store(t, pytime::from_seconds(py, o, rounding(round)))
    }
    /// C: `int _PyTime_FromMillisecondsObject(_PyTime_t *t, PyObject *obj, _PyTime_round_t round)`.
    fn _PyTime_FromMillisecondsObject(py, t: &mut i64, o: &PyObject, round: c_int) -> PyResult<()> {
        store(t, pytime::from_milliseconds(py, o, rounding(round)))
    }
    /// C: `double _PyTime_AsSecondsDouble(_PyTime_t t)`.
    fn _PyTime_AsSecondsDouble(_, t: i64) -> f64 { pytime::as_seconds(t) }
    /// C: `_PyTime_t _PyTime_AsMilliseconds(_PyTime_t t, _PyTime_round_t round)`.
    fn _PyTime_AsMilliseconds(_, t: i64, round: c_int) -> i64 { rounding(round).divide(t, 1_000_000) }
    /// C: `_PyTime_t _PyTime_AsMicroseconds(_PyTime_t t, _PyTime_round_t round)`.
    fn _PyTime_AsMicroseconds(_, t: i64, round: c_int) -> i64 { rounding(round).divide(t, 1000) }
    /// C: `_PyTime_t _PyTime_AsNanoseconds(_PyTime_t t)`.
    fn _PyTime_AsNanoseconds(_, t: i64) -> i64 { t }
    /// C: `PyObject *_PyTime_AsNanosecondsObject(_PyTime_t t)`.
    fn _PyTime_AsNanosecondsObject(py, t: i64) -> PyResult { long::from_i64(py, t).map(dxpy_core::Owned::upcast) }
    /// C: `int _PyTime_FromTimeval(_PyTime_t *tp, struct timeval *tv)`.
    fn _PyTime_FromTimeval(py, t: &mut i64, tv: &libc::timeval) -> PyResult<()> {
        join(py, t, tv.tv_sec, tv.tv_usec * 1000)
    }
    /// C: `int _PyTime_AsTimeval(_PyTime_t t, struct timeval *tv, _PyTime_round_t round)`.
    fn _PyTime_AsTimeval(_, t: i64, tv: &mut libc::timeval, round: c_int) -> c_int {
        time_val(tv, t, rounding(round));
        0
    }
    /// C: `void _PyTime_AsTimeval_clamp(_PyTime_t t, struct timeval *tv, _PyTime_round_t round)`.
    fn _PyTime_AsTimeval_clamp(_, t: i64, tv: &mut libc::timeval, round: c_int) -> () {
        time_val(tv, t, rounding(round));
    }
    /// C: `int _PyTime_AsTimevalTime_t(_PyTime_t t, time_t *secs, int *us, _PyTime_round_t round)`.
    fn _PyTime_AsTimevalTime_t(_, t: i64, secs: &mut i64, us: &mut c_int, round: c_int) -> c_int {
        let (whole, part) = split(t, 1_000_000, rounding(round));
        (*secs, *us) = (whole, part as c_int);
        0
    }
    /// C: `int _PyTime_FromTimespec(_PyTime_t *tp, struct timespec *ts)`.
    fn _PyTime_FromTimespec(py, t: &mut i64, ts: &libc::timespec) -> PyResult<()> {
        join(py, t, ts.tv_sec, ts.tv_nsec)
    }
    /// C: `int _PyTime_AsTimespec(_PyTime_t t, struct timespec *ts)`.
    fn _PyTime_AsTimespec(_, t: i64, ts: &mut libc::timespec) -> c_int {
        time_spec(ts, t);
        0
    }
    /// C: `void _PyTime_AsTimespec_clamp(_PyTime_t t, struct timespec *ts)`.
    fn _PyTime_AsTimespec_clamp(_, t: i64, ts: &mut libc::timespec) -> () { time_spec(ts, t); }
    /// C: `_PyTime_t _PyTime_Add(_PyTime_t t1, _PyTime_t t2)`.
    fn _PyTime_Add(_, a: i64, b: i64) -> i64 { a.saturating_add(b) }
    /// C: `_PyTime_t _PyTime_MulDiv(_PyTime_t ticks, _PyTime_t mul, _PyTime_t div)`.
    fn _PyTime_MulDiv(_, ticks: i64, mul: i64, div: i64) -> i64 {
        let (whole, rest) = (ticks.checked_div(div).unwrap_or(0), ticks.checked_rem(div).unwrap_or(0));
        whole.saturating_mul(mul).saturating_add(rest.saturating_mul(mul).checked_div(div).unwrap_or(0))
    }
    /// C: `_PyTime_t _PyTime_GetSystemClock(void)`.
    fn _PyTime_GetSystemClock(_) -> i64 { read(libc::CLOCK_REALTIME) }
    /// C: `int _PyTime_GetSystemClockWithInfo(_PyTime_t *t, _Py_clock_info_t *info)`.
    fn _PyTime_GetSystemClockWithInfo(py, t: &mut i64, info: Option<&mut ClockInfo>) -> PyResult<()> {
        clock(py, t, info, false)
    }
    /// C: `_PyTime_t _PyTime_GetMonotonicClock(void)`.
    fn _PyTime_GetMonotonicClock(_) -> i64 { pytime::now() }
    /// C: `int _PyTime_GetMonotonicClockWithInfo(_PyTime_t *t, _Py_clock_info_t *info)`.
    fn _PyTime_GetMonotonicClockWithInfo(py, t: &mut i64, info: Option<&mut ClockInfo>) -> PyResult<()> {
        clock(py, t, info, true)
    }
    /// C: `_PyTime_t _PyTime_GetPerfCounter(void)`.
    fn _PyTime_GetPerfCounter(_) -> i64 { pytime::now() }
    /// C: `int _PyTime_GetPerfCounterWithInfo(_PyTime_t *t, _Py_clock_info_t *info)`.
    fn _PyTime_GetPerfCounterWithInfo(py, t: &mut i64, info: Option<&mut ClockInfo>) -> PyResult<()> {
        clock(py, t, info, true)
    }
    /// C: `int _PyTime_localtime(time_t t, struct tm *tm)`.
    fn _PyTime_localtime(py, t: i64, tm: &mut libc::tm) -> PyResult<()> {
        // SAFETY: LIVE: both.
        broken_down(py, unsafe { libc::localtime_r(&raw const t, tm) })
    }
    /// C: `int _PyTime_gmtime(time_t t, struct tm *tm)`.
    fn _PyTime_gmtime(py, t: i64, tm: &mut libc::tm) -> PyResult<()> {
        // SAFETY: LIVE: both.
        broken_down(py, unsafe { libc::gmtime_r(&raw const t, tm) })
    }
    /// C: `_PyTime_t _PyDeadline_Init(_PyTime_t timeout)`.
    fn _PyDeadline_Init(_, timeout: i64) -> i64 { pytime::now().saturating_add(timeout) }
    /// C: `_PyTime_t _PyDeadline_Get(_PyTime_t deadline)`.
    fn _PyDeadline_Get(_, deadline: i64) -> i64 { deadline.wrapping_sub(pytime::now()) }
}
