//! The kernels of `_datetime`: fields and their checks here, durations in [`delta`], ISO 8601 text in [`iso`],
//! the part of `strftime` that is not the C library's in [`format`]. The calendar itself is [`crate::calendar`].
//! Not here: objects, time zones beyond a fixed offset, the local zone (which asks the host).

pub mod delta;
pub mod format;
pub mod iso;

use crate::calendar;
use delta::{Delta, DeltaError};
use std::cmp::Ordering;
use std::fmt;

/// What is wrong with a field; the text is the `ValueError`'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldError {
    Year(i32),
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Microsecond,
    Fold,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldError::Year(year) => write!(f, "year {year} is out of range"),
            FieldError::Month => f.write_str("month must be in 1..12"),
            FieldError::Day => f.write_str("day is out of range for month"),
            FieldError::Hour => f.write_str("hour must be in 0..23"),
            FieldError::Minute => f.write_str("minute must be in 0..59"),
            FieldError::Second => f.write_str("second must be in 0..59"),
            FieldError::Microsecond => f.write_str("microsecond must be in 0..999999"),
            FieldError::Fold => f.write_str("fold must be either 0 or 1"),
        }
    }
}

/// The `OverflowError` of date arithmetic.
pub const DATE_OVERFLOW: &str = "date value out of range";

/// A calendar date; valid when [`Date::check`] says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    pub year: i32,
    pub month: i32,
    pub day: i32,
}

/// A time of day; valid when [`Time::check`] says so. `fold` is kept apart: it never takes part in a comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    pub hour: i32,
    pub minute: i32,
    pub second: i32,
    pub microsecond: i32,
}

/// A date and a time of day, without a zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime {
    pub date: Date,
    pub time: Time,
}

impl Date {
    pub fn new(year: i32, month: i32, day: i32) -> Date {
        Date { year, month, day }
    }

    /// The constructor's checks, in its order.
    pub fn check(self) -> Result<Date, FieldError> {
        if !(1..=9999).contains(&self.year) {
            return Err(FieldError::Year(self.year));
        }
        if !(1..=12).contains(&self.month) {
            return Err(FieldError::Month);
        }
        if !(1..=calendar::days_in_month(self.year, self.month)).contains(&self.day) {
            return Err(FieldError::Day);
        }
        Ok(self)
    }

    pub fn ordinal(self) -> i32 {
        calendar::ymd_to_ordinal(self.year, self.month, self.day)
    }

    /// `date.fromordinal` inside the range; `None` is its `OverflowError` or `ValueError`, by the caller.
    pub fn from_ordinal(ordinal: i64) -> Option<Date> {
        let (year, month, day) = calendar::ordinal_to_ymd(i32::try_from(ordinal).ok()?)?;
        Some(Date { year, month, day })
    }

    /// Monday is 0.
    pub fn weekday(self) -> i32 {
        calendar::weekday(self.year, self.month, self.day)
    }

    /// The day of the year, from 1.
    pub fn day_of_year(self) -> i32 {
        self.ordinal() - calendar::ymd_to_ordinal(self.year, 1, 1) + 1
    }

    /// `date + timedelta`: only the days of a normalised duration count. `None`: [`DATE_OVERFLOW`].
    pub fn add_days(self, days: i64) -> Option<Date> {
        Date::from_ordinal(i64::from(self.ordinal()) + days)
    }

    /// `date.isocalendar()`: year, week and weekday (Monday is 1).
    pub fn iso_calendar(self) -> (i32, i32, i32) {
        let mut year = self.year;
        let today = self.ordinal();
        let mut monday = iso_week1_monday(year);
        if today < monday {
            year -= 1;
            monday = iso_week1_monday(year);
        } else if today >= iso_week1_monday(year + 1) {
            year += 1;
            monday = iso_week1_monday(year);
        }
        (year, (today - monday) / 7 + 1, (today - monday) % 7 + 1)
    }

    /// `date.fromisocalendar`; the result may still fail [`Date::check`] (a day of year 10000).
    pub fn from_iso_calendar(year: i32, week: i32, day: i32) -> Result<Date, IsoCalendarError> {
        if !(1..=9999).contains(&year) {
            return Err(IsoCalendarError::Year(year));
        }
        iso_week_date(year, week, day)
    }

    /// The four bytes of `date.__reduce__`.
    pub fn pack(self) -> [u8; 4] {
        [(self.year >> 8) as u8, self.year as u8, self.month as u8, self.day as u8]
    }

    pub fn unpack(b: [u8; 4]) -> Date {
        Date::new(i32::from(b[0]) << 8 | i32::from(b[1]), b[2].into(), b[3].into())
    }
}

/// The ordinal of the Monday that begins ISO week 1.
pub fn iso_week1_monday(year: i32) -> i32 {
    let first = calendar::ymd_to_ordinal(year, 1, 1);
    let weekday = (first + 6) % 7;
    let monday = first - weekday;
    if weekday > 3 { monday + 7 } else { monday }
}

/// The `ValueError` of `fromisocalendar`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsoCalendarError {
    Year(i32),
    Week(i32),
    Day(i32),
}

impl fmt::Display for IsoCalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IsoCalendarError::Year(n) => write!(f, "Year is out of range: {n}"),
            IsoCalendarError::Week(n) => write!(f, "Invalid week: {n}"),
            IsoCalendarError::Day(n) => write!(f, "Invalid day: {n} (range is [1, 7])"),
        }
    }
}

/// An ISO week date without the check of its year. Year 0 gives a date without a month, which is what its
/// arithmetic yields in CPython too, so that the constructor complains of the month.
pub(crate) fn iso_week_date(year: i32, week: i32, day: i32) -> Result<Date, IsoCalendarError> {
    if !(1..=52).contains(&week) {
        // Week 53 exists in the years that begin on a Thursday, and in leap years that begin on a Wednesday.
        let first = (calendar::ymd_to_ordinal(year, 1, 1) + 6) % 7;
        let long = first == 3 || first == 2 && calendar::is_leap(year);
        if week != 53 || !long {
            return Err(IsoCalendarError::Week(week));
        }
    }
    if !(1..=7).contains(&day) {
        return Err(IsoCalendarError::Day(day));
    }
    if year < 1 {
        return Ok(Date::new(1, 0, 0));
    }
    let ordinal = iso_week1_monday(year) + (week - 1) * 7 + day - 1;
    Ok(match Date::from_ordinal(ordinal.into()) {
        Some(date) => date,
        None if ordinal < 1 => Date::new(1, 0, 0),
        None => Date::new(10_000, 1, ordinal - 3_652_059),
    })
}

impl Time {
    pub fn new(hour: i32, minute: i32, second: i32, microsecond: i32) -> Time {
        Time { hour, minute, second, microsecond }
    }

    /// The constructor's checks, in its order.
    pub fn check(self, fold: i32) -> Result<Time, FieldError> {
        if !(0..=23).contains(&self.hour) {
            return Err(FieldError::Hour);
        }
        if !(0..=59).contains(&self.minute) {
            return Err(FieldError::Minute);
        }
        if !(0..=59).contains(&self.second) {
            return Err(FieldError::Second);
        }
        if !(0..=999_999).contains(&self.microsecond) {
            return Err(FieldError::Microsecond);
        }
        if fold != 0 && fold != 1 {
            return Err(FieldError::Fold);
        }
        Ok(self)
    }

    /// Microseconds since midnight.
    pub fn micros(self) -> i64 {
        let seconds = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        seconds * 1_000_000 + i64::from(self.microsecond)
    }

    /// From microseconds in `0..86_400_000_000`.
    pub fn from_micros(micros: i64) -> Time {
        let seconds = micros / 1_000_000;
        Time {
            hour: (seconds / 3600) as i32,
            minute: (seconds / 60 % 60) as i32,
            second: (seconds % 60) as i32,
            microsecond: (micros % 1_000_000) as i32,
        }
    }

    /// `time == time` and `<` of two aware times with different offsets: both are taken to UTC, without a date.
    pub fn cmp_with_offsets(self, offset: Delta, other: Time, other_offset: Delta) -> Ordering {
        // CPython counts in seconds of the offset and leaves its microseconds out.
        let key = |t: Time, o: Delta| {
            let seconds = t.hour * 3600 + t.minute * 60 + t.second;
            (i64::from(seconds) - i64::from(o.days) * 86_400 - i64::from(o.seconds), t.microsecond)
        };
        key(self, offset).cmp(&key(other, other_offset))
    }

    /// The six bytes of `time.__reduce__`; `fold` is the top bit of the first (of the month in a `datetime`).
    pub fn pack(self) -> [u8; 6] {
        let us = self.microsecond;
        [self.hour as u8, self.minute as u8, self.second as u8, (us >> 16) as u8, (us >> 8) as u8, us as u8]
    }

    pub fn unpack(b: [u8; 6]) -> Time {
        let us = i32::from(b[3]) << 16 | i32::from(b[4]) << 8 | i32::from(b[5]);
        Time::new(b[0].into(), b[1].into(), b[2].into(), us)
    }
}

impl DateTime {
    pub fn new(date: Date, time: Time) -> DateTime {
        DateTime { date, time }
    }

    /// Microseconds since midnight before year 1 (ordinal 0).
    pub fn micros(self) -> i64 {
        i64::from(self.date.ordinal()) * 86_400_000_000 + self.time.micros()
    }

    /// `None`: [`DATE_OVERFLOW`].
    pub fn from_micros(micros: i128) -> Option<DateTime> {
        let day = 86_400_000_000;
        // What does not fit is beyond every date.
        let micros = i64::try_from(micros).ok()?;
        let date = Date::from_ordinal(micros.div_euclid(day))?;
        Some(DateTime { date, time: Time::from_micros(micros.rem_euclid(day)) })
    }

    /// `datetime + timedelta`. `None`: [`DATE_OVERFLOW`].
    pub fn checked_add(self, delta: Delta) -> Option<DateTime> {
        DateTime::from_micros(i128::from(self.micros()) + delta.micros())
    }

    /// `datetime - timedelta`.
    pub fn checked_sub(self, delta: Delta) -> Option<DateTime> {
        DateTime::from_micros(i128::from(self.micros()) - delta.micros())
    }

    /// `datetime - datetime`, both naive or of the same zone.
    pub fn since(self, other: DateTime) -> Delta {
        Delta::from_micros(i128::from(self.micros()) - i128::from(other.micros())).unwrap_or_default()
    }

    /// `datetime - datetime` of two aware ones with different offsets.
    pub fn since_with_offsets(
        self,
        offset: Delta,
        other: DateTime,
        other_offset: Delta,
    ) -> Result<Delta, DeltaError> {
        let a = i128::from(self.micros()) - offset.micros();
        Delta::from_micros(a - (i128::from(other.micros()) - other_offset.micros()))
    }

    /// The comparison of two aware ones with different offsets.
    pub fn cmp_with_offsets(self, offset: Delta, other: DateTime, other_offset: Delta) -> Ordering {
        let a = i128::from(self.micros()) - offset.micros();
        a.cmp(&(i128::from(other.micros()) - other_offset.micros()))
    }

    /// Seconds since ordinal 0, as CPython's `utc_to_seconds`; the epoch of 1970 is [`EPOCH_SECONDS`].
    pub fn seconds(self) -> i64 {
        self.micros().div_euclid(1_000_000)
    }
}

/// 1970-01-01T00:00:00 in the count of [`DateTime::seconds`].
pub const EPOCH_SECONDS: i64 = 719_163 * 86_400;

/// `weekday` names as `ctime` has them, Monday first.
pub const DAY_NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// Month names as `ctime` has them, January first.
pub const MONTH_NAMES: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `date.ctime()` and `datetime.ctime()`.
pub fn ctime(dt: DateTime) -> String {
    let (d, t) = (dt.date, dt.time);
    format!(
        "{} {} {:2} {:02}:{:02}:{:02} {:04}",
        DAY_NAMES[d.weekday() as usize],
        MONTH_NAMES[(d.month - 1).clamp(0, 11) as usize],
        d.day,
        t.hour,
        t.minute,
        t.second,
        d.year
    )
}
