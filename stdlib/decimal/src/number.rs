//! Decimals: their parts, their text both ways, classification. Not here: `__format__`.

use crate::context::{Context, Flags, MAX_EMAX, flag};
use crate::mag::Mag;
use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{One, Signed, ToPrimitive, Zero};

/// A decimal number or special value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    pub negative: bool,
    pub value: Value,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Finite { exp: i64, coefficient: Mag },
    Infinite,
    Nan { signaling: bool, payload: Mag },
}

impl Decimal {
    pub fn finite(negative: bool, exp: i64, coefficient: Mag) -> Decimal {
        Decimal { negative, value: Value::Finite { exp, coefficient } }
    }

    pub fn infinity(negative: bool) -> Decimal {
        Decimal { negative, value: Value::Infinite }
    }

    /// The NaN that errors give.
    pub fn nan() -> Decimal {
        Decimal { negative: false, value: Value::Nan { signaling: false, payload: Mag::ZERO } }
    }

    pub fn from_i64(n: i64) -> Decimal {
        Decimal::finite(n < 0, 0, Mag::from_u64(n.unsigned_abs()))
    }

    /// An error's result.
    pub(crate) fn invalid(flags: &mut Flags, which: u32) -> Decimal {
        *flags |= which;
        Decimal::nan()
    }

    /// Exponent and coefficient of a finite number.
    pub fn parts(&self) -> Option<(i64, &Mag)> {
        match &self.value {
            Value::Finite { exp, coefficient } => Some((*exp, coefficient)),
            _ => None,
        }
    }

    pub fn is_nan(&self) -> bool {
        matches!(self.value, Value::Nan { .. })
    }

    pub fn is_signaling(&self) -> bool {
        matches!(self.value, Value::Nan { signaling: true, .. })
    }

    pub fn is_infinite(&self) -> bool {
        self.value == Value::Infinite
    }

    pub fn is_finite(&self) -> bool {
        matches!(self.value, Value::Finite { .. })
    }

    pub fn is_zero(&self) -> bool {
        matches!(&self.value, Value::Finite { coefficient, .. } if coefficient.is_zero())
    }

    /// The exponent of the first digit; 0 for special values.
    pub fn adjusted(&self) -> i64 {
        self.parts().map_or(0, |(exp, c)| exp + c.digits() as i64 - 1)
    }

    /// A finite number without a fraction.
    pub fn is_integer(&self) -> bool {
        self.parts().is_some_and(|(exp, c)| exp >= 0 || c.is_zero() || c.trailing_zeros() as i64 >= -exp)
    }

    /// Of an integer.
    pub(crate) fn is_odd(&self) -> bool {
        self.parts().is_some_and(|(exp, c)| match exp {
            0 => c.is_odd(),
            1.. => false,
            _ => usize::try_from(-exp).is_ok_and(|n| c.digit(n) % 2 == 1),
        })
    }

    pub fn is_normal(&self, context: &Context) -> bool {
        self.is_finite() && !self.is_zero() && self.adjusted() >= context.emin
    }

    pub fn is_subnormal(&self, context: &Context) -> bool {
        self.is_finite() && !self.is_zero() && self.adjusted() < context.emin
    }

    pub fn copy_abs(&self) -> Decimal {
        Decimal { negative: false, value: self.value.clone() }
    }

    pub fn copy_negate(&self) -> Decimal {
        Decimal { negative: !self.negative, value: self.value.clone() }
    }

    pub fn copy_sign(&self, other: &Decimal) -> Decimal {
        Decimal { negative: other.negative, value: self.value.clone() }
    }

    /// `Decimal.number_class`.
    pub fn class(&self, context: &Context) -> &'static str {
        match (&self.value, self.negative) {
            (Value::Nan { signaling: true, .. }, _) => "sNaN",
            (Value::Nan { .. }, _) => "NaN",
            (Value::Infinite, false) => "+Infinity",
            (Value::Infinite, true) => "-Infinity",
            (_, negative) if self.is_zero() => {
                if negative {
                    "-Zero"
                } else {
                    "+Zero"
                }
            }
            (_, false) if self.is_normal(context) => "+Normal",
            (_, true) if self.is_normal(context) => "-Normal",
            (_, false) => "+Subnormal",
            (_, true) => "-Subnormal",
        }
    }

    /// From ASCII text without blanks or underscores, exact. `None`: a syntax error.
    fn parse(text: &[u8]) -> Option<Decimal> {
        let (negative, body) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let lower = body.to_ascii_lowercase();
        if lower == b"inf" || lower == b"infinity" {
            return Some(Decimal::infinity(negative));
        }
        let payload = lower.strip_prefix(b"nan").map(|p| (false, p));
        if let Some((signaling, digits)) = payload.or_else(|| lower.strip_prefix(b"snan").map(|p| (true, p)))
        {
            let valid = digits.iter().all(u8::is_ascii_digit);
            let payload = Mag::from_digits(if valid { digits } else { b"" });
            return valid.then_some(Decimal { negative, value: Value::Nan { signaling, payload } });
        }
        let (mantissa, exponent) = match lower.iter().position(|c| *c == b'e') {
            Some(at) => (&lower[..at], Some(&lower[at + 1..])),
            None => (&lower[..], None),
        };
        let (whole, fraction) = match mantissa.iter().position(|c| *c == b'.') {
            Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
            None => (mantissa, &b""[..]),
        };
        let digits = [whole, fraction].concat();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let exponent = match exponent {
            None => 0,
            Some(e) => {
                let (negative, e) = match e {
                    [b'-', rest @ ..] => (true, rest),
                    [b'+', rest @ ..] => (false, rest),
                    rest => (false, rest),
                };
                if e.is_empty() || !e.iter().all(u8::is_ascii_digit) {
                    return None;
                }
                // Beyond any limit one exponent is as good as another; it must only stay addable.
                let n = e.iter().fold(0i64, |n, c| n.saturating_mul(10).saturating_add((c - b'0').into()));
                let n = n.min(4 * MAX_EMAX);
                if negative { -n } else { n }
            }
        };
        let digits = Mag::from_digits(&digits);
        Some(Decimal::finite(negative, exponent - fraction.len() as i64, digits))
    }

    /// `Context.create_decimal` of a string (`mpd_qset_string`).
    pub fn from_text(text: &[u8], context: &Context, flags: &mut Flags) -> Decimal {
        match Decimal::parse(text) {
            None => Decimal::invalid(flags, flag::CONVERSION_SYNTAX),
            Some(d) => {
                // A payload that does not fit is an error here, not cut.
                if let Value::Nan { payload, .. } = &d.value
                    && !payload.is_zero()
                    && payload.digits() as i64 > context.prec - i64::from(context.clamp)
                {
                    return Decimal::invalid(flags, flag::CONVERSION_SYNTAX);
                }
                context.finalize(d, flags)
            }
        }
    }

    /// `Decimal(string)`: exact, or `InvalidOperation` where the exponent's limits do not allow it.
    pub fn from_text_exact(text: &[u8], flags: &mut Flags) -> Decimal {
        exact(|context, flags| Decimal::from_text(text, context, flags), flags)
    }

    /// `Decimal(int)`.
    pub fn from_int(n: &BigInt) -> Decimal {
        Decimal::finite(n.is_negative(), 0, Mag::from_big(n.magnitude()))
    }

    /// `Decimal.from_float` of any float: the exact value.
    pub fn from_float(x: f64) -> Decimal {
        if x.is_nan() {
            // Its sign and payload are not kept.
            return Decimal::nan();
        }
        if x.is_infinite() {
            return Decimal::infinity(x < 0.0);
        }
        let bits = x.to_bits();
        let (field, fraction) = ((bits >> 52 & 0x7ff) as i64, bits & ((1 << 52) - 1));
        let (mut m, mut e) = if field == 0 { (fraction, -1074) } else { (fraction | 1 << 52, field - 1075) };
        if m == 0 {
            return Decimal::finite(x.is_sign_negative(), 0, Mag::ZERO);
        }
        let zeros = i64::from(m.trailing_zeros()).min((-e).max(0));
        (m, e) = (m >> zeros, e + zeros);
        // A half is five tenths.
        let base = BigUint::from(if e < 0 { 5u32 } else { 2 });
        let n = base.pow(e.unsigned_abs() as u32) * m;
        Decimal::finite(x < 0.0, e.min(0), Mag::from_big(&n))
    }

    /// From `as_tuple`'s parts, the digits as values.
    pub fn from_digits(negative: bool, digits: &[u8], exp: i64) -> Decimal {
        let text: Vec<u8> = digits.iter().map(|d| d + b'0').collect();
        Decimal::finite(negative, exp, Mag::from_digits(&text))
    }

    /// The integer of a finite number, rounded towards zero (`int(Decimal)`). `None` for special values, or beyond memory.
    pub fn to_int(&self) -> Option<BigInt> {
        let (exp, c) = self.parts()?;
        let n = match exp {
            0.. if c.is_zero() => BigUint::zero(),
            1_000_000_001.. => return None,
            0.. => c.to_big() * BigUint::from(10u32).pow(exp as u32),
            _ => usize::try_from(-exp).map_or(BigUint::zero(), |n| c.shr(n).0.to_big()),
        };
        Some(BigInt::from_biguint(if self.negative { Sign::Minus } else { Sign::Plus }, n))
    }

    /// `Decimal.as_integer_ratio` of a finite number in lowest terms.
    pub fn to_ratio(&self) -> Option<(BigInt, BigUint)> {
        let (exp, c) = self.parts()?;
        let one = BigUint::one();
        let zeros = c.trailing_zeros() as i64;
        let exact = exp >= 0 || zeros >= -exp || c.is_zero();
        if exact {
            return Some((self.to_int()?, one));
        }
        if exp < -1_000_000_000 {
            return None;
        }
        let sign = if self.negative { Sign::Minus } else { Sign::Plus };
        let (n, d) = (c.to_big(), BigUint::from(10u32).pow(exp.unsigned_abs() as u32));
        let common = num_integer::Integer::gcd(&n, &d);
        Some((BigInt::from_biguint(sign, &n / &common), d / common))
    }

    /// `hash(Decimal)` of a finite number.
    pub fn hash(&self) -> i64 {
        const P: u128 = (1 << 61) - 1;
        fn power(mut base: u128, mut exp: u64) -> u128 {
            let mut out = 1;
            while exp > 0 {
                if exp & 1 == 1 {
                    out = out * base % P;
                }
                base = base * base % P;
                exp >>= 1;
            }
            out
        }
        let Some((exp, c)) = self.parts() else { return 0 };
        // The inverse of ten modulo the prime.
        let base = if exp < 0 { power(10, (P - 2) as u64) } else { 10 };
        let c = (c.to_big() % BigUint::from(P)).to_u128().unwrap_or(0);
        let h = (c * power(base, exp.unsigned_abs()) % P) as i64;
        match (self.negative, h) {
            (true, 1) => -2,
            (true, h) => -h,
            (false, h) => h,
        }
    }

    /// `str(Decimal)`, or `to_eng_string`; `capitals` writes `E`.
    pub fn to_text(&self, engineering: bool, capitals: bool) -> String {
        let mut out = String::from(if self.negative { "-" } else { "" });
        let (exp, c) = match &self.value {
            Value::Infinite => return out + "Infinity",
            Value::Nan { signaling, payload } => {
                out += if *signaling { "sNaN" } else { "NaN" };
                return if payload.is_zero() { out } else { out + &payload.to_digits() };
            }
            Value::Finite { exp, coefficient } => (*exp, coefficient),
        };
        let digits = c.to_digits();
        let left = exp + digits.len() as i64;
        // How many digits stand before the point.
        let point = if exp <= 0 && left > -6 {
            left
        } else if !engineering {
            1
        } else if c.is_zero() {
            (left + 1).rem_euclid(3) - 1
        } else {
            (left - 1).rem_euclid(3) + 1
        };
        place_point(&mut out, &digits, point);
        if left != point {
            let e = left - point;
            out.push(if capitals { 'E' } else { 'e' });
            out += &format!("{e:+}");
        }
        out
    }
}

/// Writes digits with the point behind the first `point` of them.
pub(crate) fn place_point(out: &mut String, digits: &str, point: i64) {
    let n = digits.len() as i64;
    if point <= 0 {
        *out += "0.";
        out.extend(std::iter::repeat_n('0', -point as usize));
        *out += digits;
    } else if point >= n {
        *out += digits;
        out.extend(std::iter::repeat_n('0', (point - n) as usize));
    } else {
        let (a, b) = digits.split_at(point as usize);
        *out += a;
        out.push('.');
        *out += b;
    }
}

/// Runs a conversion at the widest limits: what it rounds is an `InvalidOperation`.
fn exact(convert: impl FnOnce(&Context, &mut Flags) -> Decimal, flags: &mut Flags) -> Decimal {
    let mut inner = 0;
    let d = convert(&Context::max(), &mut inner);
    if inner & (flag::INEXACT | flag::ROUNDED | flag::CLAMPED) != 0 {
        // A zero may have its exponent clamped.
        return Decimal::invalid(flags, flag::INVALID_OPERATION);
    }
    *flags |= inner & flag::ERRORS;
    d
}
