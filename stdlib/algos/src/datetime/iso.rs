//! ISO 8601 text: `isoformat` and 3.12's `fromisoformat` of dates, times and both. Input is the string's UTF-8
//! (a lone surrogate, legal as the separator, in its three-byte form). Not here: `strptime`, which is Python.

use super::delta::Delta;
use super::{Date, DateTime, FieldError, Time, iso_week_date};
use std::fmt::Write;

/// Why a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsoError {
    /// `ValueError("Invalid isoformat string: " + repr)`
    Invalid,
    /// `ValueError` of the constructor; not raised before the zone was made
    Field(FieldError),
}

/// An offset found in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// `timezone.utc`
    Utc,
    /// `timezone(timedelta(...))`; its own check of 24 hours is the caller's, and comes before the fields' checks
    Offset(Delta),
}

/// Bytes with a NUL past the end, as a C string is read; a NUL inside reads as an end too.
struct Text<'a>(&'a [u8]);

impl Text<'_> {
    fn at(&self, i: usize) -> u8 {
        self.0.get(i).copied().unwrap_or(0)
    }

    fn digits(&self, from: usize, count: usize) -> Option<i32> {
        (from..from + count).try_fold(0, |n, i| {
            let c = self.at(i);
            c.is_ascii_digit().then(|| n * 10 + i32::from(c - b'0'))
        })
    }
}

/// `parse_isoformat_date` over `t[..len]`.
fn date_part(t: &Text, len: usize) -> Result<Date, IsoError> {
    let invalid = IsoError::Invalid;
    let year = t.digits(0, 4).ok_or(invalid)?;
    let mut p = 4;
    let separated = t.at(p) == b'-';
    p += usize::from(separated);
    if t.at(p) == b'W' {
        let week = t.digits(p + 1, 2).ok_or(invalid)?;
        p += 3;
        let mut day = 1;
        if p < len {
            if separated {
                if t.at(p) != b'-' {
                    return Err(invalid);
                }
                p += 1;
            }
            day = t.digits(p, 1).ok_or(invalid)?;
        }
        return iso_week_date(year, week, day).map_err(|_| invalid);
    }
    let month = t.digits(p, 2).ok_or(invalid)?;
    p += 2;
    if separated {
        if t.at(p) != b'-' {
            return Err(invalid);
        }
        p += 1;
    }
    // What follows the day in a text without separators is not looked at (`date` then takes ten characters).
    let day = t.digits(p, 2).ok_or(invalid)?;
    Ok(Date::new(year, month, day))
}

/// `parse_hh_mm_ss_ff` over `t[from..end]`; true where something is left behind it.
fn time_fields(t: &Text, from: usize, end: usize) -> Result<(Time, bool), IsoError> {
    let mut vals = [0; 3];
    let mut p = from;
    let mut separated = true;
    let done = |vals: [i32; 3], us, rest| Ok((Time::new(vals[0], vals[1], vals[2], us), rest));
    for i in 0..3 {
        vals[i] = t.digits(p, 2).ok_or(IsoError::Invalid)?;
        p += 2;
        let c = t.at(p);
        p += 1;
        if i == 0 {
            separated = c == b':';
        }
        if p >= end {
            return done(vals, 0, c != 0);
        } else if separated && c == b':' {
            continue;
        } else if c == b'.' || c == b',' {
            break;
        } else if !separated {
            p -= 1;
        } else {
            return Err(IsoError::Invalid);
        }
    }
    let count = (end - p).min(6);
    let mut us = t.digits(p, count).ok_or(IsoError::Invalid)?;
    p += count;
    us *= 10i32.pow(6 - count as u32);
    while t.at(p).is_ascii_digit() {
        p += 1;
    }
    done(vals, us, t.at(p) != 0)
}

/// `parse_isoformat_time` of the whole text.
fn time_part(t: &Text) -> Result<(Time, Option<Zone>), IsoError> {
    let len = t.0.len();
    // An empty text is looked at beyond its end, and so has no digits.
    let zone_at = (0..len).find(|i| matches!(t.at(*i), b'+' | b'-' | b'Z')).unwrap_or(len.max(1));
    let (time, rest) = time_fields(t, 0, zone_at)?;
    if zone_at == len {
        return if rest { Err(IsoError::Invalid) } else { Ok((time, None)) };
    }
    if t.at(zone_at) == b'Z' {
        return if t.at(zone_at + 1) != 0 { Err(IsoError::Invalid) } else { Ok((time, Some(Zone::Utc))) };
    }
    let sign = if t.at(zone_at) == b'-' { -1 } else { 1 };
    let (z, rest) = time_fields(t, zone_at + 1, len)?;
    if rest {
        return Err(IsoError::Invalid);
    }
    let seconds = z.hour * 3600 + z.minute * 60 + z.second;
    // CPython decides on UTC by the whole seconds alone.
    if seconds == 0 {
        return Ok((time, Some(Zone::Utc)));
    }
    let delta = Delta::new(0, (sign * seconds).into(), (sign * z.microsecond).into());
    delta.map(|d| (time, Some(Zone::Offset(d)))).map_err(|_| IsoError::Invalid)
}

/// `date.fromisoformat`.
pub fn parse_date(text: &[u8]) -> Result<Date, IsoError> {
    if !matches!(text.len(), 7 | 8 | 10) {
        return Err(IsoError::Invalid);
    }
    date_part(&Text(text), text.len())?.check().map_err(IsoError::Field)
}

/// `time.fromisoformat`. The fields are not checked: a bad zone is reported before them.
pub fn parse_time(text: &[u8]) -> Result<(Time, Option<Zone>), IsoError> {
    time_part(&Text(text.strip_prefix(b"T").unwrap_or(text)))
}

/// `datetime.fromisoformat`. The fields are not checked: a bad zone is reported before them.
pub fn parse_datetime(text: &[u8]) -> Result<(DateTime, Option<Zone>), IsoError> {
    if text.len() < 7 {
        return Err(IsoError::Invalid);
    }
    let t = Text(text);
    let separator = separator(&t).ok_or(IsoError::Invalid)?;
    let date = date_part(&t, separator)?;
    if text.len() <= separator {
        return Ok((DateTime::new(date, Time::default()), None));
    }
    let width = match text[separator] {
        0..=0x7f => 1,
        0xe0..=0xef => 3,
        0xf0..=0xff => 4,
        _ => 2,
    };
    let (time, zone) = time_part(&Text(text.get(separator + width..).unwrap_or_default()))?;
    Ok((DateTime::new(date, time), zone))
}

/// Where the date ends: any character may separate it from the time, so its own form decides.
fn separator(t: &Text) -> Option<usize> {
    let len = t.0.len();
    if len == 7 {
        return Some(7);
    }
    if t.at(4) == b'-' {
        if t.at(5) != b'W' {
            return Some(10);
        }
        if len > 8 && t.at(8) == b'-' {
            if len == 9 {
                return None;
            }
            // YYYY-Www-## is taken for a week, a hyphen and a time.
            return Some(if len > 10 && t.at(10).is_ascii_digit() { 8 } else { 10 });
        }
        return Some(8);
    }
    if t.at(4) != b'W' {
        return Some(8);
    }
    // YYYYWww or YYYYWwwd: the number of digits in a row tells which.
    let digits_end = (7..len).find(|i| !t.at(*i).is_ascii_digit()).unwrap_or(len);
    Some(match digits_end {
        0..9 => digits_end,
        n if n % 2 == 0 => 7,
        _ => 8,
    })
}

/// `date.isoformat()`.
pub fn format_date(d: Date) -> String {
    format!("{:04}-{:02}-{:02}", d.year, d.month, d.day)
}

/// The `timespec` argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timespec {
    Auto,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
    Microseconds,
}

/// The `ValueError` of a name that [`Timespec::from_name`] does not know.
pub const UNKNOWN_TIMESPEC: &str = "Unknown timespec value";

impl Timespec {
    pub fn from_name(name: &str) -> Option<Timespec> {
        Some(match name {
            "auto" => Timespec::Auto,
            "hours" => Timespec::Hours,
            "minutes" => Timespec::Minutes,
            "seconds" => Timespec::Seconds,
            "milliseconds" => Timespec::Milliseconds,
            "microseconds" => Timespec::Microseconds,
            _ => return None,
        })
    }
}

/// `time.isoformat(timespec)` without the offset.
pub fn format_time(t: Time, spec: Timespec) -> String {
    let mut out = format!("{:02}", t.hour);
    let spec = match spec {
        Timespec::Auto if t.microsecond == 0 => Timespec::Seconds,
        Timespec::Auto => Timespec::Microseconds,
        other => other,
    };
    if spec != Timespec::Hours {
        let _ = write!(out, ":{:02}", t.minute);
        if spec != Timespec::Minutes {
            let _ = write!(out, ":{:02}", t.second);
        }
    }
    let _ = match spec {
        Timespec::Milliseconds => write!(out, ".{:03}", t.microsecond / 1000),
        Timespec::Microseconds => write!(out, ".{:06}", t.microsecond),
        _ => Ok(()),
    };
    out
}

/// `format_utcoffset`: `+HH:MM[:SS[.ffffff]]` with the separator given.
pub fn format_offset(offset: Delta, separator: &str) -> String {
    let us = offset.micros();
    let sign = if us < 0 { '-' } else { '+' };
    let us = us.unsigned_abs();
    let (s, us) = (us / 1_000_000, us % 1_000_000);
    let mut out = format!("{sign}{:02}{separator}{:02}", s / 3600, s / 60 % 60);
    if s % 60 != 0 || us != 0 {
        let _ = write!(out, "{separator}{:02}", s % 60);
    }
    if us != 0 {
        let _ = write!(out, ".{us:06}");
    }
    out
}

/// `timezone.__str__` and `tzname` of a nameless zone: `UTC`, `UTC+05:30`.
pub fn format_zone_name(offset: Delta) -> String {
    if offset == Delta::default() { "UTC".to_owned() } else { format!("UTC{}", format_offset(offset, ":")) }
}
