//! `time`: clocks, sleeping, conversions and `strftime`. `strptime` is the library's.

use crate::path::decode;
use crate::posix::Made;
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{
    Owned, Py, PyResult, call, exceptions, float, hooks, long, methods, name, number, object, tuple, unicode,
};
use dxpy_host::{clock, constants};
use dxpy_types::structseq::{self, Desc};
use std::ffi::CString;

/// `time`.
pub static MODULE: StaticModule = StaticModule::new(c"time")
    .doc(c"This module provides various functions to manipulate time values.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "time" = time [0], "($module, /)", "Seconds since the epoch.";
    "time_ns" = time_ns [0], "($module, /)", "Nanoseconds since the epoch.";
    "clock_gettime" = clock_gettime [1], "($module, clk_id, /)", "A clock in seconds.";
    "clock_gettime_ns" = clock_gettime_ns [1], "($module, clk_id, /)", "A clock in nanoseconds.";
    "clock_getres" = clock_getres [1], "($module, clk_id, /)", "A clock's resolution in seconds.";
    "sleep" = sleep [1], "($module, seconds, /)", "Wait.";
    "gmtime" = gmtime [1], "($module, seconds=None, /)", "Seconds as UTC.";
    "localtime" = localtime [1], "($module, seconds=None, /)", "Seconds as local time.";
    "mktime" = mktime [1], "($module, tuple, /)", "Local time as seconds.";
    "asctime" = asctime [1], "($module, tuple=None, /)", "A time as text.";
    "ctime" = ctime [1], "($module, seconds=None, /)", "Seconds as text.";
    "strftime" = strftime [2], "($module, format, tuple=None, /)", "A time by a format.";
    "strptime" = strptime [2], "($module, string, format='%a %b %d %H:%M:%S %Y', /)", "A time from text by a format.";
    "tzset" = tzset [0], "($module, /)", "Read the time zone from the environment again.";
    "monotonic" = monotonic [0], "($module, /)", "A clock that cannot go backward, in seconds.";
    "monotonic_ns" = monotonic_ns [0], "($module, /)", "A clock that cannot go backward, in nanoseconds.";
    "process_time" = process_time [0], "($module, /)", "CPU seconds of the process.";
    "process_time_ns" = process_time_ns [0], "($module, /)", "CPU nanoseconds of the process.";
    "thread_time" = thread_time [0], "($module, /)", "CPU seconds of the thread.";
    "thread_time_ns" = thread_time_ns [0], "($module, /)", "CPU nanoseconds of the thread.";
    "perf_counter" = monotonic [0], "($module, /)", "The finest clock, in seconds.";
    "perf_counter_ns" = monotonic_ns [0], "($module, /)", "The finest clock, in nanoseconds.";
] }

static STRUCT_TIME: Desc = Desc {
    name: "time.struct_time",
    doc: "The time value as returned by gmtime(), localtime(), and strptime().",
    fields: &[
        (Some("tm_year"), "year, for example, 1993"),
        (Some("tm_mon"), "month of year, range [1, 12]"),
        (Some("tm_mday"), "day of month, range [1, 31]"),
        (Some("tm_hour"), "hours, range [0, 23]"),
        (Some("tm_min"), "minutes, range [0, 59]"),
        (Some("tm_sec"), "seconds, range [0, 61])"),
        (Some("tm_wday"), "day of week, range [0, 6], Monday is 0"),
        (Some("tm_yday"), "day of year, range [1, 366]"),
        (Some("tm_isdst"), "1 if summer time is in effect, 0 if not, and -1 if unknown"),
        (Some("tm_zone"), "abbreviation of timezone name"),
        (Some("tm_gmtoff"), "offset from UTC in seconds"),
    ],
    visible: 9,
};
static STRUCT_TIME_TYPE: Made = Made::new();

const REALTIME: i32 = 0;
const MONOTONIC: i32 = 1;
const PROCESS: i32 = 2;
const THREAD: i32 = 3;

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    STRUCT_TIME_TYPE.make(py, m, &STRUCT_TIME)?;
    module::add_int(py, m, "_STRUCT_TM_ITEMS", 11)?;
    for (n, v) in constants::io::TIME {
        module::add_int(py, m, n, *v)?;
    }
    zone(py, m)
}

/// `init_timezone`.
fn zone(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    let now = clock::get(REALTIME).map_or(0, |t| t.0);
    let Ok(z) = clock::zone(now) else { return Ok(()) };
    module::add_int(py, m, "timezone", z.timezone)?;
    module::add_int(py, m, "altzone", z.altzone)?;
    module::add_int(py, m, "daylight", z.daylight as i64)?;
    let names = [decode(py, &z.names[0])?.upcast(), decode(py, &z.names[1])?.upcast()];
    module::add(py, m, "tzname", tuple::from_iter(py, names)?.as_object())
}

fn failed(py: Py<'_>, e: dxpy_host::Errno) -> dxpy_core::PyErr {
    crate::path::os_error(py, e, None, None)
}

fn seconds(py: Py<'_>, id: i32) -> PyResult<f64> {
    let (s, ns) = clock::get(id).map_err(|e| failed(py, e))?;
    Ok(s as f64 + ns as f64 * 1e-9)
}

fn nanoseconds(py: Py<'_>, id: i32) -> PyResult<i64> {
    clock::get_ns(id).map_err(|e| failed(py, e))
}

macro_rules! clocks {
    ($($float:ident $int:ident $id:ident;)*) => { $(
        fn $float(py: Py<'_>, _: &PyModuleObject) -> PyResult<f64> {
            seconds(py, $id)
        }
        fn $int(py: Py<'_>, _: &PyModuleObject) -> PyResult<i64> {
            nanoseconds(py, $id)
        }
    )* };
}
clocks! {
    time time_ns REALTIME;
    monotonic monotonic_ns MONOTONIC;
    process_time process_time_ns PROCESS;
    thread_time thread_time_ns THREAD;
}

fn clock_gettime(py: Py<'_>, _: &PyModuleObject, id: i32) -> PyResult<f64> {
    seconds(py, id)
}

fn clock_gettime_ns(py: Py<'_>, _: &PyModuleObject, id: i32) -> PyResult<i64> {
    nanoseconds(py, id)
}

fn clock_getres(py: Py<'_>, _: &PyModuleObject, id: i32) -> PyResult<f64> {
    let (s, ns) = clock::resolution(id).map_err(|e| failed(py, e))?;
    Ok(s as f64 + ns as f64 * 1e-9)
}

/// `time_sleep`: until a deadline, so that signals do not lengthen it.
fn sleep(py: Py<'_>, _: &PyModuleObject, o: &PyObject) -> PyResult<()> {
    let t = match float::check(o) {
        Some(f) => f.ob_fval.get(),
        None => number::index(py, o).and_then(|n| long::as_f64(py, &n))?,
    };
    if t.is_nan() {
        return Err(exceptions::value_error(py, format_args!("Invalid value NaN (not a number)")));
    }
    if t < 0.0 {
        return Err(exceptions::value_error(py, format_args!("sleep length must be non-negative")));
    }
    if t > 9.2e9 {
        return Err(exceptions::overflow_error(
            py,
            format_args!("timestamp out of range for platform time_t"),
        ));
    }
    let (s, ns) = clock::get(MONOTONIC).map_err(|e| failed(py, e))?;
    let total = ns + (t.fract() * 1e9).ceil() as i64;
    let deadline = (s + t.trunc() as i64 + total / 1_000_000_000, total % 1_000_000_000);
    loop {
        match py.allow_threads(|| clock::sleep_until(deadline)) {
            Ok(()) => return Ok(()),
            Err(e) if e.0 == 4 => {
                dxpy_core::thread::check_signals(py)?;
            }
            Err(e) => return Err(failed(py, e)),
        }
    }
}

/// Whole seconds of an argument, now if there is none.
fn stamp(py: Py<'_>, o: Option<&PyObject>) -> PyResult<i64> {
    match o.filter(|o| !object::is_none(o)) {
        None => Ok(clock::get(REALTIME).map_err(|e| failed(py, e))?.0),
        Some(o) => match float::check(o) {
            Some(f) => {
                let t = f.ob_fval.get();
                if t.is_nan() {
                    return Err(exceptions::value_error(
                        py,
                        format_args!("Invalid value NaN (not a number)"),
                    ));
                }
                let t = t.floor();
                if !(-9.2e18..=9.2e18).contains(&t) {
                    return Err(exceptions::overflow_error(
                        py,
                        format_args!("timestamp out of range for platform time_t"),
                    ));
                }
                Ok(t as i64)
            }
            None => {
                let n = number::index(py, o)?;
                long::to_i64(&n).ok_or_else(|| {
                    exceptions::overflow_error(py, format_args!("timestamp out of range for platform time_t"))
                })
            }
        },
    }
}

/// A time as Python counts: years as they are, months and days from 1, Monday 0.
struct Tm {
    year: i64,
    month: i32,
    day: i32,
    hour: i32,
    minute: i32,
    second: i32,
    weekday: i32,
    yearday: i32,
    dst: i32,
    zone: Vec<u8>,
    offset: i64,
}

impl Tm {
    /// From the C library's count.
    fn from_c(t: clock::Tm) -> Tm {
        let f = t.fields;
        Tm {
            year: f[5] as i64 + 1900,
            month: f[4] + 1,
            day: f[3],
            hour: f[2],
            minute: f[1],
            second: f[0],
            weekday: (f[6] + 6) % 7,
            yearday: f[7] + 1,
            dst: f[8],
            zone: t.zone.unwrap_or_default(),
            offset: t.offset,
        }
    }

    /// To the C library's count; a year that does not fit is None.
    fn to_c(&self) -> Option<clock::Tm> {
        let year = i32::try_from(self.year - 1900).ok()?;
        Some(clock::Tm {
            fields: [
                self.second,
                self.minute,
                self.hour,
                self.day,
                self.month - 1,
                year,
                (self.weekday + 1).rem_euclid(7),
                self.yearday - 1,
                self.dst,
            ],
            offset: self.offset,
            zone: None,
        })
    }
}

/// `torgmtime`.
fn record(py: Py<'_>, t: &Tm) -> PyResult {
    let i = |v: i64| long::from_i64(py, v).map(Owned::upcast);
    let values = vec![
        i(t.year)?,
        i(t.month as i64)?,
        i(t.day as i64)?,
        i(t.hour as i64)?,
        i(t.minute as i64)?,
        i(t.second as i64)?,
        i(t.weekday as i64)?,
        i(t.yearday as i64)?,
        i(t.dst as i64)?,
        decode(py, &t.zone)?.upcast(),
        i(t.offset)?,
    ];
    structseq::new(py, STRUCT_TIME_TYPE.get(), values)
}

fn gmtime(py: Py<'_>, _: &PyModuleObject, o: Option<&PyObject>) -> PyResult {
    let t = Tm::from_c(clock::utc(stamp(py, o)?).map_err(|e| failed(py, e))?);
    record(py, &t)
}

fn localtime(py: Py<'_>, _: &PyModuleObject, o: Option<&PyObject>) -> PyResult {
    let t = Tm::from_c(clock::local(stamp(py, o)?).map_err(|e| failed(py, e))?);
    record(py, &t)
}

/// `gettmarg` and `checktm`.
fn tm(py: Py<'_>, o: &PyObject) -> PyResult<Tm> {
    let Some(t) = tuple::check(o) else {
        return Err(exceptions::type_error(py, format_args!("Tuple or struct_time argument required")));
    };
    let items = tuple::items(t);
    let [y, mon, d, h, min, s, w, yd, dst] = items else {
        return Err(exceptions::type_error(py, format_args!("illegal time tuple argument")));
    };
    let int = |o: &PyObject| number::as_ssize(py, o, &exceptions::OverflowError).map(|v| v as i64);
    let small = |o: &PyObject| int(o).map(|v| v as i32);
    Ok(Tm {
        year: int(y)?,
        month: small(mon)?,
        day: small(d)?,
        hour: small(h)?,
        minute: small(min)?,
        second: small(s)?,
        weekday: small(w)?,
        yearday: small(yd)?,
        dst: small(dst)?,
        zone: Vec::new(),
        offset: 0,
    })
}

fn mktime(py: Py<'_>, _: &PyModuleObject, o: &PyObject) -> PyResult<f64> {
    let t = tm(py, o)?;
    match t.to_c().and_then(|t| clock::make(&t)) {
        Some(s) => Ok(s as f64),
        None => Err(exceptions::overflow_error(py, format_args!("mktime argument out of range"))),
    }
}

/// The time of an optional tuple, local time now without one.
fn tm_or_now(py: Py<'_>, o: Option<&PyObject>) -> PyResult<Tm> {
    match o {
        Some(o) => {
            let t = tm(py, o)?;
            check(py, t)
        }
        None => clock::local(stamp(py, None)?).map(Tm::from_c).map_err(|e| failed(py, e)),
    }
}

fn check(py: Py<'_>, mut t: Tm) -> PyResult<Tm> {
    let bad = |what: &str| exceptions::value_error(py, format_args!("{what} out of range"));
    t.month = if t.month == 0 { 1 } else { t.month };
    t.day = if t.day == 0 { 1 } else { t.day };
    t.yearday = if t.yearday == 0 { 1 } else { t.yearday };
    if !(1..=12).contains(&t.month) {
        return Err(bad("month"));
    }
    if !(1..=31).contains(&t.day) {
        return Err(bad("day of month"));
    }
    if !(0..=23).contains(&t.hour) {
        return Err(bad("hour"));
    }
    if !(0..=59).contains(&t.minute) {
        return Err(bad("minute"));
    }
    if !(0..=61).contains(&t.second) {
        return Err(bad("seconds"));
    }
    if t.weekday < -1 {
        return Err(bad("day of week"));
    }
    t.weekday %= 7;
    if !(1..=366).contains(&t.yearday) {
        return Err(bad("day of year"));
    }
    Ok(t)
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn text(py: Py<'_>, t: &Tm) -> PyResult<Owned<PyUnicodeObject>> {
    let day = DAYS.get(t.weekday.rem_euclid(7) as usize).copied().unwrap_or_default();
    let month = MONTHS.get((t.month - 1) as usize).copied().unwrap_or_default();
    unicode::from_str(
        py,
        &format!("{day} {month}{:3} {:02}:{:02}:{:02} {}", t.day, t.hour, t.minute, t.second, t.year),
    )
}

fn asctime(py: Py<'_>, _: &PyModuleObject, o: Option<&PyObject>) -> PyResult<Owned<PyUnicodeObject>> {
    text(py, &tm_or_now(py, o)?)
}

fn ctime(py: Py<'_>, _: &PyModuleObject, o: Option<&PyObject>) -> PyResult<Owned<PyUnicodeObject>> {
    let t = Tm::from_c(clock::local(stamp(py, o)?).map_err(|e| failed(py, e))?);
    text(py, &t)
}

fn strftime(
    py: Py<'_>,
    _: &PyModuleObject,
    format: &PyUnicodeObject,
    o: Option<&PyObject>,
) -> PyResult<Owned<PyUnicodeObject>> {
    let t = tm_or_now(py, o)?;
    let raw = crate::path::encode(py, format)?;
    let c = CString::new(raw)
        .map_err(|_| exceptions::value_error(py, format_args!("embedded null character")))?;
    let Some(t) = t.to_c() else {
        return Err(exceptions::overflow_error(py, format_args!("year out of range")));
    };
    decode(py, &clock::format(&c, &t))
}

fn strptime(py: Py<'_>, _: &PyModuleObject, s: &PyObject, format: Option<&PyObject>) -> PyResult {
    let m = hooks::import(py, name!("_strptime"))?;
    match format {
        Some(f) => call::method(py, &m, name!("_strptime_time"), [s, f]),
        None => call::method(py, &m, name!("_strptime_time"), [s]),
    }
}

fn tzset(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    clock::reset_zone();
    zone(py, m)
}
