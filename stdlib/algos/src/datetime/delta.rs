//! `timedelta`: normalisation, the constructor's accumulation of ints and floats, division and rounding, text.
//! Every duration fits 68 bits of microseconds, so an `i128` holds all that can be a result; whatever does not
//! fit is reported as CPython reports a count of days beyond a C `int`.

use std::fmt;

/// The largest number of days, either way.
pub const MAX_DAYS: i32 = 999_999_999;
const US_PER_DAY: i128 = 86_400_000_000;

/// A normalised duration: `0 <= seconds < 86400`, `0 <= microseconds < 1000000`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Delta {
    pub days: i32,
    pub seconds: i32,
    pub microseconds: i32,
}

/// Why a duration or a float is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeltaError {
    /// `OverflowError`
    Days(i32),
    /// `OverflowError`
    TooLarge,
    /// `OverflowError` of an infinite argument
    Infinity,
    /// `ValueError` of a NaN argument
    NaN,
}

impl fmt::Display for DeltaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeltaError::Days(d) => write!(f, "days={d}; must have magnitude <= {MAX_DAYS}"),
            DeltaError::TooLarge => f.write_str("Python int too large to convert to C int"),
            DeltaError::Infinity => f.write_str("cannot convert float infinity to integer"),
            DeltaError::NaN => f.write_str("cannot convert float NaN to integer"),
        }
    }
}

impl Delta {
    pub const MIN: Delta = Delta { days: -MAX_DAYS, seconds: 0, microseconds: 0 };
    pub const MAX: Delta = Delta { days: MAX_DAYS, seconds: 86_399, microseconds: 999_999 };

    /// `microseconds_to_delta`.
    pub fn from_micros(micros: i128) -> Result<Delta, DeltaError> {
        // All but the longest fit in a word, whose division is short.
        if let Ok(word) = i64::try_from(micros) {
            let (days, rest) = (word.div_euclid(US_PER_DAY as i64), word.rem_euclid(US_PER_DAY as i64));
            if days.unsigned_abs() <= MAX_DAYS as u64 {
                let (seconds, microseconds) = ((rest / 1_000_000) as i32, (rest % 1_000_000) as i32);
                return Ok(Delta { days: days as i32, seconds, microseconds });
            }
        }
        let days = i32::try_from(micros.div_euclid(US_PER_DAY)).map_err(|_| DeltaError::TooLarge)?;
        if !(-MAX_DAYS..=MAX_DAYS).contains(&days) {
            return Err(DeltaError::Days(days));
        }
        let rest = micros.rem_euclid(US_PER_DAY);
        Ok(Delta { days, seconds: (rest / 1_000_000) as i32, microseconds: (rest % 1_000_000) as i32 })
    }

    /// From fields that need not be normalised (`new_delta` with `normalize`).
    pub fn new(days: i64, seconds: i64, microseconds: i64) -> Result<Delta, DeltaError> {
        let seconds = i128::from(days) * 86_400 + i128::from(seconds);
        Delta::from_micros(seconds * 1_000_000 + i128::from(microseconds))
    }

    pub fn micros(self) -> i128 {
        i128::from(self.days) * US_PER_DAY
            + i128::from(self.seconds) * 1_000_000
            + i128::from(self.microseconds)
    }

    /// `timedelta.total_seconds()`.
    pub fn total_seconds(self) -> f64 {
        true_divide(self.micros(), 1_000_000).unwrap_or_default()
    }

    /// `timedelta * float`. Infinities and NaN are the caller's (`float.as_integer_ratio` raises).
    pub fn mul_float(self, factor: f64) -> Result<Delta, DeltaError> {
        let (m, e) = decompose(factor);
        // 67 bits of microseconds by 53 of mantissa never overflow.
        Delta::from_micros(scale(self.micros() * m, e)?)
    }

    /// `timedelta / float`. `None` where the float is zero (`ZeroDivisionError`).
    pub fn div_float(self, divisor: f64) -> Option<Result<Delta, DeltaError>> {
        let (m, e) = decompose(divisor);
        if m == 0 {
            return None;
        }
        let us = self.micros();
        if us == 0 {
            return Some(Ok(Delta::default()));
        }
        let result = if e <= 0 {
            // A dividend beyond 127 bits gives a quotient beyond 74, out of range whatever it is.
            match shl(us, -e) {
                Some(n) => Delta::from_micros(divide_nearest(n, m)),
                None => Err(DeltaError::TooLarge),
            }
        } else {
            match shl(m, e) {
                Some(d) => Delta::from_micros(divide_nearest(us, d)),
                None => Ok(Delta::default()),
            }
        };
        Some(result)
    }
}

/// The `ZeroDivisionError` of `//` and `%`.
pub const FLOOR_DIVISION_BY_ZERO: &str = "integer division or modulo by zero";

/// `a / b` rounded to the nearest, ties to even (`divide_nearest`); `b` is not zero.
pub fn divide_nearest(a: i128, b: i128) -> i128 {
    let (q, r) = (a.div_euclid(b), a.rem_euclid(b));
    // 0 <= r < |b|; b's sign tells on which side of q the other neighbour is.
    let up = if b > 0 { q + 1 } else { q - 1 };
    let twice = r.unsigned_abs().saturating_mul(2);
    match twice.cmp(&b.unsigned_abs()) {
        std::cmp::Ordering::Less => q,
        std::cmp::Ordering::Greater => up,
        std::cmp::Ordering::Equal if q % 2 == 0 => q,
        std::cmp::Ordering::Equal => up,
    }
}

/// Python's `a / b` for ints that fit: the nearest float. `None` for a zero divisor.
pub fn true_divide(a: i128, b: i128) -> Option<f64> {
    if b == 0 {
        return None;
    }
    if a == 0 {
        // The sign of the divisor survives, as in the division of Python ints.
        return Some(if b < 0 { -0.0 } else { 0.0 });
    }
    let negative = (a < 0) != (b < 0);
    let (mut n, d) = (a.unsigned_abs(), b.unsigned_abs());
    let mut shift = n.leading_zeros() as i32;
    n <<= shift;
    let (mut q, mut r) = (n / d, n % d);
    // Where the divisor is large the quotient needs more bits than one division gave.
    while q < 1 << 60 {
        let carry = r >> 127;
        let doubled = r << 1;
        let bit = carry == 1 || doubled >= d;
        r = if bit { doubled.wrapping_sub(d) } else { doubled };
        q = q << 1 | u128::from(bit);
        shift += 1;
    }
    // A remainder only matters as «more than»: one low bit says so.
    let value = (q | u128::from(r != 0)) as f64 * 2f64.powi(-shift);
    Some(if negative { -value } else { value })
}

/// A finite float as `m * 2**e` with an odd `m` (or 0).
fn decompose(x: f64) -> (i128, i32) {
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let (m, e) = if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
    if m == 0 {
        return (0, 0);
    }
    let zeros = m.trailing_zeros();
    let m = i128::from(m >> zeros);
    (if x < 0.0 { -m } else { m }, e + zeros as i32)
}

fn shl(n: i128, by: i32) -> Option<i128> {
    if n == 0 {
        return Some(0);
    }
    let room = n.unsigned_abs().leading_zeros() as i32 - 1;
    (by <= room).then(|| n << by)
}

/// `n * 2**e`, rounded to the nearest.
fn scale(n: i128, e: i32) -> Result<i128, DeltaError> {
    if e >= 0 {
        shl(n, e).ok_or(DeltaError::TooLarge)
    } else if -e >= 126 {
        // At most a quarter of one.
        Ok(0)
    } else {
        Ok(divide_nearest(n, 1 << -e))
    }
}

/// The constructor's running sum: whole microseconds and what floats left over.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum {
    micros: i128,
    leftover: f64,
}

impl Sum {
    /// Adds an int argument, `unit` being its microseconds.
    pub fn add_int(&mut self, n: i128, unit: i64) -> Result<(), DeltaError> {
        let term = n.checked_mul(unit.into()).ok_or(DeltaError::TooLarge)?;
        self.micros = self.micros.checked_add(term).ok_or(DeltaError::TooLarge)?;
        Ok(())
    }

    /// Adds a float argument.
    pub fn add_float(&mut self, x: f64, unit: i64) -> Result<(), DeltaError> {
        let whole = x.trunc();
        self.add_int(integer(whole)?, unit)?;
        let fraction = x - whole;
        if fraction == 0.0 {
            return Ok(());
        }
        let scaled = unit as f64 * fraction;
        let whole = scaled.trunc();
        self.leftover += scaled - whole;
        self.add_int(integer(whole)?, 1)
    }

    /// The duration: the leftover is rounded, ties to even of the total.
    pub fn finish(self) -> Result<Delta, DeltaError> {
        let mut whole = self.leftover.round();
        if (whole - self.leftover).abs() == 0.5 {
            let odd = (self.micros & 1) as f64;
            whole = 2.0 * ((self.leftover + odd) * 0.5).round() - odd;
        }
        Delta::from_micros(self.micros + integer(whole)?)
    }
}

/// `PyLong_FromDouble` of a whole float, as far as a duration can use it.
fn integer(x: f64) -> Result<i128, DeltaError> {
    if x.is_nan() {
        return Err(DeltaError::NaN);
    }
    if x.is_infinite() {
        return Err(DeltaError::Infinity);
    }
    if x.abs() >= 1e37 {
        return Err(DeltaError::TooLarge);
    }
    Ok(x as i128)
}

/// `str(timedelta)`.
impl fmt::Display for Delta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.days != 0 {
            let plural = if self.days == 1 || self.days == -1 { "" } else { "s" };
            write!(f, "{} day{plural}, ", self.days)?;
        }
        let (h, m, s) = (self.seconds / 3600, self.seconds / 60 % 60, self.seconds % 60);
        write!(f, "{h}:{m:02}:{s:02}")?;
        if self.microseconds != 0 { write!(f, ".{:06}", self.microseconds) } else { Ok(()) }
    }
}

impl Delta {
    /// What stands between the parentheses of `repr(timedelta)`.
    pub fn repr_arguments(self) -> String {
        let parts = [("days", self.days), ("seconds", self.seconds), ("microseconds", self.microseconds)];
        let parts: Vec<_> = parts.iter().filter(|p| p.1 != 0).map(|(k, v)| format!("{k}={v}")).collect();
        if parts.is_empty() { "0".to_owned() } else { parts.join(", ") }
    }
}
