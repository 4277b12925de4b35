//! Clocks, sleeping, and the local time zone as the C library knows it. Times are seconds and nanoseconds.

use crate::errno::{Errno, Result, code, done};
use std::ffi::{CStr, CString};

fn spec(time: (i64, i64)) -> libc::timespec {
    libc::timespec { tv_sec: time.0, tv_nsec: time.1 as _ }
}

fn parts(t: &libc::timespec) -> (i64, i64) {
    #[allow(clippy::unnecessary_cast, reason = "the type differs between architectures")]
    (t.tv_sec as i64, t.tv_nsec as i64)
}

/// `time.clock_gettime`.
pub fn get(clock: i32) -> Result<(i64, i64)> {
    let mut t = spec((0, 0));
    // SAFETY: a local.
    done(unsafe { libc::clock_gettime(clock, &raw mut t) })?;
    Ok(parts(&t))
}

/// The same as nanoseconds; of a clock that is beyond 292 years, `EOVERFLOW`.
pub fn get_ns(clock: i32) -> Result<i64> {
    let (s, ns) = get(clock)?;
    s.checked_mul(1_000_000_000).and_then(|n| n.checked_add(ns)).ok_or(Errno(libc::EOVERFLOW))
}

pub fn resolution(clock: i32) -> Result<(i64, i64)> {
    let mut t = spec((0, 0));
    // SAFETY: a local.
    done(unsafe { libc::clock_getres(clock, &raw mut t) })?;
    Ok(parts(&t))
}

pub fn set(clock: i32, time: (i64, i64)) -> Result<()> {
    let t = spec(time);
    // SAFETY: a local.
    done(unsafe { libc::clock_settime(clock, &raw const t) })
}

/// Sleeps until the monotonic clock has this value; `EINTR` where a signal came first.
pub fn sleep_until(deadline: (i64, i64)) -> Result<()> {
    let t = spec(deadline);
    // SAFETY: a local and null. The result is the error.
    code(unsafe {
        libc::clock_nanosleep(libc::CLOCK_MONOTONIC, libc::TIMER_ABSTIME, &raw const t, std::ptr::null_mut())
    })
}

/// `time.pthread_getcpuclockid`.
///
/// # Safety
/// The thread is one that has not been joined.
pub unsafe fn thread_cpu_clock(thread: u64) -> Result<i32> {
    let mut clock = 0;
    // SAFETY: a local, and the caller's promise.
    code(unsafe { libc::pthread_getcpuclockid(thread, &raw mut clock) })?;
    Ok(clock)
}

/// `struct tm`: the fields in C's order (second, minute, hour, day, month from 0, year from 1900, weekday from Sunday,
/// day of the year from 0, daylight saving), the offset east of UTC and the zone's abbreviation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tm {
    pub fields: [i32; 9],
    pub offset: i64,
    pub zone: Option<Vec<u8>>,
}

impl Tm {
    fn new(t: &libc::tm) -> Tm {
        Tm {
            fields: [
                t.tm_sec, t.tm_min, t.tm_hour, t.tm_mday, t.tm_mon, t.tm_year, t.tm_wday, t.tm_yday,
                t.tm_isdst,
            ],
            offset: t.tm_gmtoff,
            // SAFETY: null or a string of the C library, copied at once.
            zone: unsafe { crate::errno::text(t.tm_zone) },
        }
    }

    fn to_c(&self, zone: Option<&CStr>) -> libc::tm {
        let f = self.fields;
        libc::tm {
            tm_sec: f[0],
            tm_min: f[1],
            tm_hour: f[2],
            tm_mday: f[3],
            tm_mon: f[4],
            tm_year: f[5],
            tm_wday: f[6],
            tm_yday: f[7],
            tm_isdst: f[8],
            tm_gmtoff: self.offset,
            tm_zone: zone.map_or(std::ptr::null(), CStr::as_ptr),
        }
    }
}

/// `localtime_r`; the error is `EOVERFLOW` for a year beyond an `int`.
pub fn local(seconds: i64) -> Result<Tm> {
    // SAFETY: all-zero is a valid `tm`.
    let mut t: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: two locals.
    if unsafe { libc::localtime_r(&raw const seconds, &raw mut t) }.is_null() {
        return Err(Errno::last());
    }
    Ok(Tm::new(&t))
}

/// `gmtime_r`.
pub fn utc(seconds: i64) -> Result<Tm> {
    // SAFETY: all-zero is a valid `tm`.
    let mut t: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: two locals.
    if unsafe { libc::gmtime_r(&raw const seconds, &raw mut t) }.is_null() {
        return Err(Errno::last());
    }
    Ok(Tm::new(&t))
}

/// `mktime`; `None`: `OverflowError("mktime argument out of range")`.
pub fn make(tm: &Tm) -> Option<i64> {
    let mut t = tm.to_c(None);
    // A weekday it leaves as it is tells a failure from the last second of 1969.
    t.tm_wday = -1;
    // SAFETY: a local.
    let seconds = unsafe { libc::mktime(&raw mut t) };
    (seconds != -1 || t.tm_wday != -1).then_some(seconds)
}

/// `strftime` in the present locale. The result is empty too where the format asks for more than 256 times its length.
pub fn format(format: &CStr, tm: &Tm) -> Vec<u8> {
    let zone = tm.zone.as_ref().and_then(|z| CString::new(z.clone()).ok());
    let t = tm.to_c(zone.as_deref());
    let mut size = 1024;
    loop {
        let mut buffer = vec![0u8; size];
        // SAFETY: the buffer is writable for its length, the format a C string, the zone lives on.
        let n = unsafe { libc::strftime(buffer.as_mut_ptr().cast(), size, format.as_ptr(), &raw const t) };
        if n > 0 || size >= 256 * format.count_bytes() {
            buffer.truncate(n);
            return buffer;
        }
        size *= 2;
    }
}

unsafe extern "C" {
    fn tzset();
}

/// `time.tzset`: reads `TZ` again. Not while another thread converts times.
pub fn reset_zone() {
    // SAFETY: takes nothing; the library locks its own state.
    unsafe { tzset() }
}

/// The attributes of the module `time`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// seconds west of UTC in winter
    pub timezone: i64,
    /// and in summer
    pub altzone: i64,
    pub daylight: bool,
    pub names: [Vec<u8>; 2],
}

/// `init_timezone`: looks at the zone at the beginning and in the middle of (about) this year.
pub fn zone(now: i64) -> Result<Zone> {
    const YEAR: i64 = (365 * 24 + 6) * 3600;
    let january = local(now.div_euclid(YEAR) * YEAR)?;
    let july = local(now.div_euclid(YEAR) * YEAR + YEAR / 2)?;
    let (a, b) = (-january.offset, -july.offset);
    let (names, timezone, altzone) = match a < b {
        // Summer is in January there.
        true => ([july.zone, january.zone], b, a),
        false => ([january.zone, july.zone], a, b),
    };
    Ok(Zone { timezone, altzone, daylight: a != b, names: names.map(Option::unwrap_or_default) })
}
