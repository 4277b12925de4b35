//! `_PyTime`: seconds to nanoseconds, `time_t`, `timeval` and `timespec` and back, with the four roundings; and the
//! checks of `struct_time` that `time.asctime`, `strftime` and `mktime` share. Not here: clocks, the local zone.

use crate::calendar;
use std::fmt;

/// `_PyTime_round_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// toward minus infinity; of clocks that must not run ahead
    Floor,
    /// toward infinity; of deadlines
    Ceiling,
    /// to the nearest, ties to even; of timestamps
    HalfEven,
    /// away from zero; of timeouts
    Up,
}

/// Why a time is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// `OverflowError`
    TooLarge,
    /// `OverflowError`
    TimeT,
    /// `ValueError`
    NaN,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::TooLarge => "timestamp too large to convert to C _PyTime_t",
            Error::TimeT => "timestamp out of range for platform time_t",
            Error::NaN => "Invalid value NaN (not a number)",
        })
    }
}

pub const NS_PER_SECOND: i64 = 1_000_000_000;

impl Round {
    pub fn float(self, x: f64) -> f64 {
        match self {
            Round::Floor => x.floor(),
            Round::Ceiling => x.ceil(),
            Round::HalfEven => x.round_ties_even(),
            Round::Up if x >= 0.0 => x.ceil(),
            Round::Up => x.floor(),
        }
    }

    /// `n / d` for a positive `d` (`pytime_divide`).
    pub fn divide(self, n: i64, d: i64) -> i64 {
        let (q, r) = (n.div_euclid(d), n.rem_euclid(d));
        let up = match self {
            Round::Floor => false,
            Round::Ceiling => r != 0,
            Round::Up => r != 0 && n >= 0,
            // 2r may not fit.
            Round::HalfEven => match r.cmp(&(d - r)) {
                std::cmp::Ordering::Less => false,
                std::cmp::Ordering::Equal => q & 1 == 1,
                std::cmp::Ordering::Greater => true,
            },
        };
        q + i64::from(up)
    }
}

/// Whether the cast to `i64` is exact in range, as `_Py_InIntegralTypeRange`.
fn fits(x: f64) -> bool {
    (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&x)
}

/// `_PyTime_FromSecondsObject` and `_PyTime_FromMillisecondsObject` of a float; `unit` is the nanoseconds of one.
pub fn from_float(x: f64, round: Round, unit: i64) -> Result<i64, Error> {
    if x.is_nan() {
        return Err(Error::NaN);
    }
    let ns = round.float(x * unit as f64);
    if fits(ns) { Ok(ns as i64) } else { Err(Error::TimeT) }
}

/// The same of an int; `None` is one beyond 64 bits.
pub fn from_int(n: Option<i64>, unit: i64) -> Result<i64, Error> {
    n.and_then(|n| n.checked_mul(unit)).ok_or(Error::TooLarge)
}

/// `_PyTime_AsSecondsDouble`.
pub fn as_seconds(ns: i64) -> f64 {
    // Whole seconds do not go through a rounding of the nanoseconds.
    if ns % NS_PER_SECOND == 0 { (ns / NS_PER_SECOND) as f64 } else { ns as f64 / 1e9 }
}

/// `_PyTime_AsTimeval` and `AsTimespec`: seconds and the fraction in `per_second`ths, never negative.
pub fn split(ns: i64, per_second: i64, round: Round) -> (i64, i64) {
    let units = round.divide(ns, NS_PER_SECOND / per_second);
    (units.div_euclid(per_second), units.rem_euclid(per_second))
}

/// `_PyTime_ObjectToTime_t` of a float.
pub fn float_to_time_t(x: f64, round: Round) -> Result<i64, Error> {
    if x.is_nan() {
        return Err(Error::NaN);
    }
    let x = round.float(x);
    if fits(x) { Ok(x as i64) } else { Err(Error::TimeT) }
}

/// `_PyTime_ObjectToTimeval` and `ObjectToTimespec` of a float: seconds and the fraction in `per_second`ths.
pub fn float_to_parts(x: f64, per_second: i64, round: Round) -> Result<(i64, i64), Error> {
    if x.is_nan() {
        return Err(Error::NaN);
    }
    let denominator = per_second as f64;
    let mut whole = x.trunc();
    let mut fraction = round.float((x - whole) * denominator);
    if x.is_infinite() {
        fraction = 0.0;
    }
    if fraction >= denominator {
        fraction -= denominator;
        whole += 1.0;
    } else if fraction < 0.0 {
        fraction += denominator;
        whole -= 1.0;
    }
    if fits(whole) { Ok((whole as i64, fraction as i64)) } else { Err(Error::TimeT) }
}

/// C's `struct tm`, without the zone: `year` is from 1900, `month` from 0, Sunday is 0, `yday` is from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tm {
    pub year: i32,
    pub month: i32,
    pub day: i32,
    pub hour: i32,
    pub minute: i32,
    pub second: i32,
    pub weekday: i32,
    pub yday: i32,
    pub isdst: i32,
}

/// The `ValueError`s of `checktm`, and the `OverflowError` of a year (the first).
pub const YEAR_OUT_OF_RANGE: &str = "year out of range";

impl Tm {
    /// `gettmarg`: from the nine fields of a `struct_time`. `None`: [`YEAR_OUT_OF_RANGE`].
    pub fn from_fields(f: [i32; 9]) -> Option<Tm> {
        Some(Tm {
            year: f[0].checked_sub(1900)?,
            month: f[1].wrapping_sub(1),
            day: f[2],
            hour: f[3],
            minute: f[4],
            second: f[5],
            // Monday is 0 in Python; C's remainder keeps the sign.
            weekday: f[6].wrapping_add(1) % 7,
            yday: f[7].wrapping_sub(1),
            isdst: f[8],
        })
    }

    /// The nine fields of a `struct_time`; the year may exceed 32 bits.
    pub fn fields(&self) -> [i64; 9] {
        [
            i64::from(self.year) + 1900,
            i64::from(self.month) + 1,
            self.day.into(),
            self.hour.into(),
            self.minute.into(),
            self.second.into(),
            (i64::from(self.weekday) + 6) % 7,
            i64::from(self.yday) + 1,
            self.isdst.into(),
        ]
    }

    /// `checktm`: zeros in the date become ones, and what `strftime` would index out of its tables is refused.
    pub fn check(&mut self) -> Result<(), &'static str> {
        fn ranged(n: &mut i32, max: i32, text: &'static str) -> Result<(), &'static str> {
            if (0..=max).contains(n) { Ok(()) } else { Err(text) }
        }
        if self.month == -1 {
            self.month = 0;
        }
        ranged(&mut self.month, 11, "month out of range")?;
        if self.day == 0 {
            self.day = 1;
        }
        ranged(&mut self.day, 31, "day of month out of range")?;
        ranged(&mut self.hour, 23, "hour out of range")?;
        ranged(&mut self.minute, 59, "minute out of range")?;
        ranged(&mut self.second, 61, "seconds out of range")?;
        if self.weekday < 0 {
            return Err("day of week out of range");
        }
        if self.yday == -1 {
            self.yday = 0;
        }
        ranged(&mut self.yday, 365, "day of year out of range")
    }

    /// `time.asctime` of checked fields.
    pub fn asctime(&self) -> String {
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
        let months = crate::datetime::MONTH_NAMES;
        format!(
            "{} {}{:3} {:02}:{:02}:{:02} {}",
            days[self.weekday.rem_euclid(7) as usize],
            months[self.month.rem_euclid(12) as usize],
            self.day,
            self.hour,
            self.minute,
            self.second,
            1900 + i64::from(self.year)
        )
    }

    /// `gmtime_r`; `None` where the year does not fit (`OverflowError`, errno EOVERFLOW).
    pub fn from_utc(seconds: i64) -> Option<Tm> {
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        // In years of 400-year cycles, so that the calendar's own range holds.
        let (cycles, day) = (days.div_euclid(146_097), days.rem_euclid(146_097) as i32);
        let (y, month, d) = calendar::ordinal_to_ymd(day + 719_163)?;
        let year = i32::try_from(i64::from(y) + cycles * 400 - 1900).ok()?;
        Some(Tm {
            year,
            month: month - 1,
            day: d,
            hour: (rest / 3600) as i32,
            minute: (rest / 60 % 60) as i32,
            second: (rest % 60) as i32,
            weekday: (days + 4).rem_euclid(7) as i32,
            yday: day + 719_163 - calendar::ymd_to_ordinal(y, 1, 1),
            isdst: 0,
        })
    }
}
