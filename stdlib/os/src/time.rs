//! `time`: clocks, sleeping, conversions and `strftime`. `strptime` is the library's; arithmetic and checks are in
//! `dxpy-algos`.

use crate::convert::{c_long, plain};
use crate::path::{decode, encode};
use crate::posix::Made;
use crate::pytime::{Round, as_seconds, from_seconds, time_t};
use dxpy_algos::pytime::{Tm, YEAR_OUT_OF_RANGE};
use dxpy_core::abi::*;
use dxpy_core::args::Rest;
use dxpy_core::call::{call_tuple, type_name};
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::thread::{check_signals, without_gil};
use dxpy_core::{
    Owned, Py, PyResult, attr, boolean, dict, exceptions, float, hooks, long, methods, name, object, tuple,
    unicode,
};
use dxpy_host::{Errno, clock, constants};
use dxpy_types::namespace;
use dxpy_types::structseq::{self, Desc};
use std::ffi::CString;

/// `time`.
pub static MODULE: StaticModule = StaticModule::new(c"time")
    .doc(c"Clocks, sleeping, and times as numbers, as tuples and as text.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

type M = PyModuleObject;

methods! { static METHODS: for PyModuleObject [
    "time" = time [0], "?(/)", "Seconds since the epoch.";
    "time_ns" = time_ns [0], "?(/)", "Nanoseconds since the epoch.";
    "clock_gettime" = clock_gettime [1], "!(clk_id, /)", "A clock in seconds.";
    "clock_gettime_ns" = clock_gettime_ns [1], "!(clk_id, /)", "A clock in nanoseconds.";
    "clock_settime" = clock_settime [2], "!(clk_id, time, /)", "Sets a clock to seconds.";
    "clock_settime_ns" = clock_settime_ns [2], "!(clk_id, time, /)", "Sets a clock to nanoseconds.";
    "clock_getres" = clock_getres [1], "!(clk_id, /)", "A clock's resolution in seconds.";
    "pthread_getcpuclockid" = pthread_getcpuclockid [1], "!(thread_id, /)", "The clock of a thread's CPU time.";
    "sleep" = sleep [1], "?(seconds, /)", "Waits so many seconds.";
    "gmtime" = gmtime [1], "!(seconds=None, /)", "Seconds as UTC.";
    "localtime" = localtime [1], "!(seconds=None, /)", "Seconds as local time.";
    "asctime" = asctime [1], "?(tuple=None, /)", "A time as text.";
    "ctime" = ctime [1], "!(seconds=None, /)", "Seconds as text.";
    "mktime" = mktime [1], "?(tuple, /)", "Local time as seconds.";
    "strftime" = strftime [2], "!(format, tuple=None, /)", "A time by a format.";
    "strptime" = strptime [1], "?(*args)", "A time from text by a format.";
    "tzset" = tzset [0], "?(/)", "Reads the time zone from the environment again.";
    "monotonic" = monotonic [0], "?(/)", "A clock that cannot go backward, in seconds.";
    "monotonic_ns" = monotonic_ns [0], "?(/)", "A clock that cannot go backward, in nanoseconds.";
    "process_time" = process_time [0], "?(/)", "CPU seconds of the process.";
    "process_time_ns" = process_time_ns [0], "?(/)", "CPU nanoseconds of the process.";
    "thread_time" = thread_time [0], "?(/)", "CPU seconds of the thread.";
    "thread_time_ns" = thread_time_ns [0], "?(/)", "CPU nanoseconds of the thread.";
    "perf_counter" = monotonic [0], "?(/)", "The finest clock, in seconds.";
    "perf_counter_ns" = monotonic_ns [0], "?(/)", "The finest clock, in nanoseconds.";
    "get_clock_info" = get_clock_info [1], "!(name, /)", "What a clock is made of, and what it can do.";
] }

static STRUCT_TIME: Desc = Desc {
    name: "time.struct_time",
    doc: "A time as gmtime(), localtime() and strptime() give it, and asctime(), mktime() and strftime() take it:\na sequence of nine integers, which are attributes too. They count as Python does, not as C does.",
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

fn fill(py: Py<'_>, m: &M) -> PyResult<()> {
    STRUCT_TIME_TYPE.make(py, m, &STRUCT_TIME)?;
    for (n, v) in constants::io::TIME {
        module::add_int(py, m, n, *v)?;
    }
    zone(py, m)
}

/// `init_timezone`.
fn zone(py: Py<'_>, m: &M) -> PyResult<()> {
    let now = clock::get(REALTIME).map_or(0, |t| t.0);
    let z = clock::zone(now).map_err(|e| plain(py, e))?;
    module::add_int(py, m, "timezone", z.timezone)?;
    module::add_int(py, m, "altzone", z.altzone)?;
    module::add_int(py, m, "daylight", z.daylight as i64)?;
    let names = [decode(py, &z.names[0])?.upcast(), decode(py, &z.names[1])?.upcast()];
    module::add(py, m, "tzname", tuple::from_iter(py, names)?.as_object())
}

fn nanoseconds(py: Py<'_>, id: i32) -> PyResult<i64> {
    clock::get_ns(id).map_err(|e| plain(py, e))
}

macro_rules! clocks {
    ($($float:ident $int:ident $id:ident;)*) => { $(
        fn $float(py: Py<'_>, _: &M) -> PyResult<f64> {
            nanoseconds(py, $id).map(as_seconds)
        }
        fn $int(py: Py<'_>, _: &M) -> PyResult<i64> {
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

fn clock_gettime(py: Py<'_>, _: &M, id: i32) -> PyResult<f64> {
    nanoseconds(py, id).map(as_seconds)
}

fn clock_gettime_ns(py: Py<'_>, _: &M, id: i32) -> PyResult<i64> {
    nanoseconds(py, id)
}

fn clock_settime(py: Py<'_>, _: &M, id: i32, o: &PyObject) -> PyResult<()> {
    let ns = from_seconds(py, o, Round::Floor)?;
    set_clock(py, id, ns)
}

fn clock_settime_ns(py: Py<'_>, _: &M, id: i32, o: &PyObject) -> PyResult<()> {
    let Some(n) = long::check(o) else {
        return Err(exceptions::type_error(py, format_args!("expect int, got {}", type_name(o.ty()))));
    };
    let ns = long::to_i64(n).ok_or_else(|| {
        exceptions::overflow_error(py, format_args!("timestamp too large to convert to C _PyTime_t"))
    })?;
    set_clock(py, id, ns)
}

fn set_clock(py: Py<'_>, id: i32, ns: i64) -> PyResult<()> {
    let parts = (ns.div_euclid(1_000_000_000), ns.rem_euclid(1_000_000_000));
    clock::set(id, parts).map_err(|e| plain(py, e))
}

fn clock_getres(py: Py<'_>, _: &M, id: i32) -> PyResult<f64> {
    let (s, ns) = clock::resolution(id).map_err(|e| plain(py, e))?;
    Ok(s as f64 + ns as f64 * 1e-9)
}

fn pthread_getcpuclockid(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<i32> {
    let Some(n) = long::check(o) else {
        return Err(exceptions::type_error(
            py,
            format_args!("pthread_getcpuclockid() argument 1 must be int, not {}", type_name(o.ty())),
        ));
    };
    let low =
        long::digits(n).iter().take(3).enumerate().fold(0u128, |a, (i, d)| a | u128::from(*d) << (30 * i))
            as u64;
    let id = if long::sign(n) < 0 { low.wrapping_neg() } else { low };
    // SAFETY: as in CPython, it is the caller's word that the number is a thread's that has not ended.
    unsafe { clock::thread_cpu_clock(id) }.map_err(|e| plain(py, e))
}

/// `time_sleep`: until a deadline, so that signals do not lengthen it.
fn sleep(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<()> {
    let ns = from_seconds(py, o, Round::Up)?;
    if ns < 0 {
        return Err(exceptions::value_error(py, format_args!("sleep length must be non-negative")));
    }
    let deadline = nanoseconds(py, MONOTONIC)?.checked_add(ns).ok_or_else(|| {
        exceptions::overflow_error(py, format_args!("timestamp too large to convert to C _PyTime_t"))
    })?;
    let deadline = (deadline / 1_000_000_000, deadline % 1_000_000_000);
    loop {
        match without_gil(py, || clock::sleep_until(deadline)) {
            Ok(()) => return Ok(()),
            Err(Errno(4)) => check_signals(py)?,
            Err(e) => return Err(plain(py, e)),
        }
    }
}

/// Whole seconds of an argument, now if there is none.
fn stamp(py: Py<'_>, o: Option<&PyObject>) -> PyResult<i64> {
    match o.filter(|o| !object::is_none(o)) {
        None => Ok(clock::get(REALTIME).map_err(|e| plain(py, e))?.0),
        Some(o) => time_t(py, o, Round::Floor),
    }
}

/// The C library's time as the kernel of checks has it.
fn kernel(t: &clock::Tm) -> Tm {
    let [second, minute, hour, day, month, year, weekday, yday, isdst] = t.fields;
    Tm { year, month, day, hour, minute, second, weekday, yday, isdst }
}

/// And back.
fn c_time(t: &Tm, zone: Option<Vec<u8>>, offset: i64) -> clock::Tm {
    clock::Tm {
        fields: [t.second, t.minute, t.hour, t.day, t.month, t.year, t.weekday, t.yday, t.isdst],
        offset,
        zone,
    }
}

/// `torgmtime`.
fn record(py: Py<'_>, t: &clock::Tm) -> PyResult {
    let mut values = Vec::with_capacity(11);
    for v in kernel(t).fields() {
        values.push(long::from_i64(py, v)?.upcast());
    }
    values.push(decode(py, t.zone.as_deref().unwrap_or_default())?.upcast());
    values.push(long::from_i64(py, t.offset)?.upcast());
    structseq::new(py, STRUCT_TIME_TYPE.get(), values)
}

fn gmtime(py: Py<'_>, _: &M, o: Option<&PyObject>) -> PyResult {
    let t = clock::utc(stamp(py, o)?).map_err(|e| plain(py, e))?;
    record(py, &t)
}

fn local(py: Py<'_>, seconds: i64) -> PyResult<clock::Tm> {
    clock::local(seconds).map_err(|e| plain(py, e))
}

fn localtime(py: Py<'_>, _: &M, o: Option<&PyObject>) -> PyResult {
    record(py, &local(py, stamp(py, o)?)?)
}

/// `gettmarg`: a time that was given, with zone and offset of a `struct_time`.
fn given(py: Py<'_>, function: &str, o: &PyObject) -> PyResult<(Tm, Option<Vec<u8>>, i64)> {
    let Some(t) = tuple::check(o) else {
        return Err(exceptions::type_error(py, format_args!("Tuple or struct_time argument required")));
    };
    let items = tuple::items(t);
    if items.len() != 9 {
        return Err(exceptions::type_error(py, format_args!("{function}(): illegal time tuple argument")));
    }
    let mut f = [0; 9];
    for (to, from) in f.iter_mut().zip(items) {
        let v = c_long(py, from)?;
        *to = i32::try_from(v).map_err(|_| {
            let side = if v > 0 { "greater than maximum" } else { "less than minimum" };
            exceptions::overflow_error(py, format_args!("signed integer is {side}"))
        })?;
    }
    let Some(tm) = Tm::from_fields(f) else {
        return Err(exceptions::overflow_error(py, format_args!("{YEAR_OUT_OF_RANGE}")));
    };
    let (mut zone, mut offset) = (None, 0);
    if core::ptr::eq(o.ty(), STRUCT_TIME_TYPE.get()) {
        let z = attr::get_name(py, o, name!("tm_zone"))?;
        if !object::is_none(&z)
            && let Some(z) = unicode::check(&z)
        {
            zone = Some(encode(py, z)?);
        }
        let n = attr::get_name(py, o, name!("tm_gmtoff"))?;
        if !object::is_none(&n) {
            offset = c_long(py, &n)?;
        }
    }
    Ok((tm, zone, offset))
}

/// A time that was given, checked, or local time now.
fn given_or_now(py: Py<'_>, function: &str, o: Option<&PyObject>) -> PyResult<(Tm, Option<Vec<u8>>, i64)> {
    let Some(o) = o else {
        let t = local(py, stamp(py, None)?)?;
        return Ok((kernel(&t), t.zone, t.offset));
    };
    let (mut tm, zone, offset) = given(py, function, o)?;
    tm.check().map_err(|text| exceptions::value_error(py, format_args!("{text}")))?;
    Ok((tm, zone, offset))
}

fn mktime(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<f64> {
    let (tm, _, _) = given(py, "mktime", o)?;
    match clock::make(&c_time(&tm, None, 0)) {
        Some(s) => Ok(s as f64),
        None => Err(exceptions::overflow_error(py, format_args!("mktime argument out of range"))),
    }
}

fn asctime(py: Py<'_>, _: &M, o: Option<&PyObject>) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, &given_or_now(py, "asctime", o)?.0.asctime())
}

fn ctime(py: Py<'_>, _: &M, o: Option<&PyObject>) -> PyResult<Owned<PyUnicodeObject>> {
    let t = local(py, stamp(py, o)?)?;
    unicode::from_str(py, &kernel(&t).asctime())
}

fn strftime(
    py: Py<'_>,
    _: &M,
    format: &PyUnicodeObject,
    o: Option<&PyObject>,
) -> PyResult<Owned<PyUnicodeObject>> {
    let (mut tm, zone, offset) = given_or_now(py, "strftime", o)?;
    tm.isdst = tm.isdst.clamp(-1, 1);
    let t = c_time(&tm, zone, offset);
    let raw = encode(py, format)?;
    let c = CString::new(raw)
        .map_err(|_| exceptions::value_error(py, format_args!("embedded null character")))?;
    decode(py, &clock::format(&c, &t))
}

fn strptime(py: Py<'_>, _: &M, Rest(all): Rest<'_>) -> PyResult {
    let m = hooks::import(py, name!("_strptime"))?;
    let f = attr::get_name(py, &m, name!("_strptime_time"))?;
    // SAFETY: LIVE: the caller holds the arguments during the call.
    let all: Vec<Owned> = all.iter().map(|o| unsafe { (**o).to_owned() }).collect();
    call_tuple(py, &f, &*tuple::from_iter(py, all)?, None)
}

fn tzset(py: Py<'_>, m: &M) -> PyResult<()> {
    clock::reset_zone();
    zone(py, m)
}

fn get_clock_info(py: Py<'_>, _: &M, which: &PyUnicodeObject) -> PyResult {
    let (clock_name, id, monotonic) = match &*unicode::display(which.as_object()) {
        "time" => ("CLOCK_REALTIME", REALTIME, false),
        "monotonic" | "perf_counter" => ("CLOCK_MONOTONIC", MONOTONIC, true),
        "process_time" => ("CLOCK_PROCESS_CPUTIME_ID", PROCESS, true),
        "thread_time" => ("CLOCK_THREAD_CPUTIME_ID", THREAD, true),
        _ => return Err(exceptions::value_error(py, format_args!("unknown clock"))),
    };
    let (s, ns) = clock::resolution(id).map_err(|e| plain(py, e))?;
    let d = dict::new(py)?;
    let text = unicode::from_str(py, &format!("clock_gettime({clock_name})"))?;
    dict::set_str(py, &d, "implementation", text.as_object())?;
    dict::set_str(py, &d, "monotonic", boolean::new(monotonic).as_object())?;
    dict::set_str(py, &d, "adjustable", boolean::new(!monotonic).as_object())?;
    dict::set_str(py, &d, "resolution", float::new(py, s as f64 + ns as f64 * 1e-9)?.as_object())?;
    namespace::new(py, &d)
}
