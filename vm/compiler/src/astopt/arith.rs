//! Arithmetic on constants, with CPython's results and its limits on the size of what is folded (`safe_multiply`,
//! `safe_power`, `safe_lshift`, `safe_mod`). `None` means that CPython's operation raises or is over a limit: the node then
//! stays as it is, and raises at run time. The sign of a NaN made here may be another than CPython's: it depends on how a C
//! compiler ordered the operands.
//!
//! Floats here, complex numbers in `complex.rs`, sets in `sets.rs`.

use dxpy_ast::{Constant, Operator, PyStr, UnaryOp};
use num_bigint::{BigInt, Sign};

use super::{complex, sets};

/// Bits of an integer made by `*`, `**` or `<<`.
const MAX_INT_SIZE: u64 = 128;
/// Items of a tuple made by `*`.
const MAX_COLLECTION_SIZE: usize = 256;
/// Characters or bytes of a string made by `*`.
const MAX_STR_SIZE: usize = 4096;
/// Items of a tuple made by `*`, those of nested tuples included.
const MAX_TOTAL_ITEMS: usize = 1024;

/// A constant seen as a number: `bool` is an `int`.
pub(super) enum Number {
    Int(BigInt),
    Float(f64),
    Complex(f64, f64),
}

impl Number {
    pub fn of(c: &Constant) -> Option<Number> {
        Some(match c {
            Constant::True => Number::Int(1.into()),
            Constant::False => Number::Int(0.into()),
            Constant::Int(i) => Number::Int(i.clone()),
            Constant::Float(f) => Number::Float(*f),
            Constant::Complex { real, imag } => Number::Complex(*real, *imag),
            _ => return None,
        })
    }
    /// The number as a float; an integer may be too large.
    fn float(&self) -> Option<f64> {
        match self {
            Number::Int(i) => int_to_float(i),
            Number::Float(f) => Some(*f),
            Number::Complex(..) => None,
        }
    }
    fn complex(&self) -> Option<(f64, f64)> {
        match self {
            Number::Complex(r, i) => Some((*r, *i)),
            other => Some((other.float()?, 0.0)),
        }
    }
}

fn int(c: &Constant) -> Option<BigInt> {
    match Number::of(c) {
        Some(Number::Int(i)) => Some(i),
        _ => None,
    }
}

fn boolean(b: bool) -> Constant {
    if b { Constant::True } else { Constant::False }
}

/// `op operand`. `~` of a bool warns before it answers: `bool_inverted` says whether the warning was not an error.
pub(super) fn unary(
    op: UnaryOp,
    operand: &Constant,
    bool_inverted: &mut dyn FnMut() -> bool,
) -> Option<Constant> {
    if op == UnaryOp::Not {
        return Some(boolean(!operand.is_true()));
    }
    let is_bool = matches!(operand, Constant::True | Constant::False);
    Some(match (op, Number::of(operand)?) {
        (UnaryOp::UAdd, Number::Int(i)) => Constant::Int(i),
        (UnaryOp::USub, Number::Int(i)) => Constant::Int(-i),
        (UnaryOp::Invert, Number::Int(i)) => {
            if is_bool && !bool_inverted() {
                return None;
            }
            Constant::Int(-i - 1)
        }
        (UnaryOp::UAdd, Number::Float(f)) => Constant::Float(f),
        (UnaryOp::USub, Number::Float(f)) => Constant::Float(-f),
        (UnaryOp::UAdd, Number::Complex(real, imag)) => Constant::Complex { real, imag },
        (UnaryOp::USub, Number::Complex(r, i)) => Constant::Complex { real: -r, imag: -i },
        _ => return None,
    })
}

/// `left op right`.
pub(super) fn binary(op: Operator, left: &Constant, right: &Constant) -> Option<Constant> {
    if let (Some(l), Some(r)) = (Number::of(left), Number::of(right)) {
        let bools = [left, right].iter().all(|c| matches!(c, Constant::True | Constant::False));
        return number(op, &l, &r).map(|c| match (op, c) {
            (Operator::BitAnd | Operator::BitOr | Operator::BitXor, Constant::Int(i)) if bools => {
                boolean(i != BigInt::ZERO)
            }
            (_, c) => c,
        });
    }
    match op {
        Operator::Add => concatenation(left, right),
        Operator::Mult => match (int(left), int(right)) {
            (Some(n), None) => repetition(right, &n),
            (None, Some(n)) => repetition(left, &n),
            _ => None,
        },
        Operator::Sub | Operator::BitAnd | Operator::BitOr | Operator::BitXor => match (left, right) {
            (Constant::FrozenSet(l), Constant::FrozenSet(r)) => {
                Some(Constant::FrozenSet(sets::combine(op, l, r)))
            }
            _ => None,
        },
        _ => None,
    }
}

/// `value[index]`.
pub(super) fn subscript(value: &Constant, index: &Constant) -> Option<Constant> {
    let index = int(index)?;
    let place = |len: usize| -> Option<usize> {
        let i = if index.sign() == Sign::Minus { &index + len } else { index.clone() };
        usize::try_from(i).ok().filter(|i| *i < len)
    };
    Some(match value {
        Constant::Str(s) => {
            let c = s.code_points().nth(place(s.len())?)?;
            Constant::Str(PyStr::from_code_points([c]))
        }
        Constant::Bytes(b) => Constant::Int(b[place(b.len())?].into()),
        Constant::Tuple(items) => items[place(items.len())?].clone(),
        _ => return None,
    })
}

fn concatenation(left: &Constant, right: &Constant) -> Option<Constant> {
    Some(match (left, right) {
        (Constant::Str(l), Constant::Str(r)) => {
            Constant::Str(PyStr::from_wtf8([l.as_bytes(), r.as_bytes()].concat()))
        }
        (Constant::Bytes(l), Constant::Bytes(r)) => Constant::Bytes([&**l, &**r].concat().into()),
        (Constant::Tuple(l), Constant::Tuple(r)) => Constant::Tuple([&**l, &**r].concat()),
        _ => return None,
    })
}

/// `sequence * n`. A negative count of something that is not empty is not folded.
fn repetition(sequence: &Constant, n: &BigInt) -> Option<Constant> {
    let (len, limit) = match sequence {
        Constant::Str(s) => (s.len(), MAX_STR_SIZE),
        Constant::Bytes(b) => (b.len(), MAX_STR_SIZE),
        Constant::Tuple(t) => (t.len(), MAX_COLLECTION_SIZE),
        _ => return None,
    };
    if len == 0 {
        // CPython repeats nothing without a look at the limits, but the count must fit.
        i64::try_from(n).ok()?;
        return Some(sequence.clone());
    }
    let n = usize::try_from(n).ok().filter(|n| *n <= limit / len)?;
    Some(match sequence {
        Constant::Str(s) => Constant::Str(PyStr::from_wtf8(s.as_bytes().repeat(n))),
        Constant::Bytes(b) => Constant::Bytes(b.repeat(n).into()),
        Constant::Tuple(t) => {
            if let Some(limit) = MAX_TOTAL_ITEMS.checked_div(n) {
                complexity(sequence, limit)?;
            }
            Constant::Tuple(std::iter::repeat_n(t, n).flatten().cloned().collect())
        }
        _ => return None,
    })
}

/// What is left of `limit` after counting all items; `None` when there are more (`check_complexity`).
fn complexity(c: &Constant, limit: usize) -> Option<usize> {
    match c {
        Constant::Tuple(items) | Constant::FrozenSet(items) => {
            items.iter().try_fold(limit.checked_sub(items.len())?, |left, item| complexity(item, left))
        }
        _ => Some(limit),
    }
}

fn number(op: Operator, l: &Number, r: &Number) -> Option<Constant> {
    match (l, r) {
        (Number::Int(a), Number::Int(b)) => integer(op, a, b),
        (Number::Complex(..), _) | (_, Number::Complex(..)) => {
            complex::binary(op, l.complex()?, r.complex()?)
        }
        _ => float(op, l.float()?, r.float()?),
    }
}

fn integer(op: Operator, a: &BigInt, b: &BigInt) -> Option<Constant> {
    let zero = BigInt::ZERO;
    let both = *a != zero && *b != zero;
    Some(Constant::Int(match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => {
            if both && a.bits() + b.bits() > MAX_INT_SIZE {
                return None;
            }
            a * b
        }
        Operator::Div => return Some(Constant::Float(true_divide(a, b)?)),
        Operator::FloorDiv => floor_divide(a, b)?.0,
        Operator::Mod => floor_divide(a, b)?.1,
        Operator::Pow => {
            if b.sign() == Sign::Minus {
                return float(op, int_to_float(a)?, int_to_float(b)?);
            }
            if *b == zero {
                BigInt::from(1)
            } else if *a == zero {
                zero
            } else {
                let n = u32::try_from(b).ok().filter(|n| a.bits() <= MAX_INT_SIZE / u64::from(*n))?;
                a.pow(n)
            }
        }
        Operator::LShift => {
            if b.sign() == Sign::Minus {
                return None;
            }
            if both {
                let n =
                    u64::try_from(b).ok().filter(|n| *n <= MAX_INT_SIZE && a.bits() <= MAX_INT_SIZE - n)?;
                a << n
            } else {
                a.clone()
            }
        }
        Operator::RShift => {
            if b.sign() == Sign::Minus {
                return None;
            }
            match u64::try_from(b) {
                Ok(n) if n <= a.bits() => a >> n,
                // Nothing but the sign is left.
                _ => BigInt::from(if a.sign() == Sign::Minus { -1 } else { 0 }),
            }
        }
        Operator::BitOr => a | b,
        Operator::BitXor => a ^ b,
        Operator::BitAnd => a & b,
        Operator::MatMult => return None,
    }))
}

/// Quotient rounded down, and the remainder that goes with it.
fn floor_divide(a: &BigInt, b: &BigInt) -> Option<(BigInt, BigInt)> {
    if *b == BigInt::ZERO {
        return None;
    }
    let (q, r) = (a / b, a % b);
    if r != BigInt::ZERO && r.sign() != b.sign() { Some((q - 1, r + b)) } else { Some((q, r)) }
}

/// Nearest float, ties to even (`PyLong_AsDouble`); `None` when too large.
pub(super) fn int_to_float(i: &BigInt) -> Option<f64> {
    let bits = i.bits();
    if bits > 1024 {
        return None;
    }
    let shift = bits.saturating_sub(64);
    let mut top = u64::try_from(i.magnitude() >> shift).ok()?;
    // With 64 bits before rounding to 53, what was cut off only matters as being there or not.
    if i.trailing_zeros().is_some_and(|z| z < shift) {
        top |= 1;
    }
    let f = top as f64 * power_of_two(shift as i32);
    let f = if i.sign() == Sign::Minus { -f } else { f };
    f.is_finite().then_some(f)
}

/// `2.0 ** e` for exponents of normal numbers.
fn power_of_two(e: i32) -> f64 {
    f64::from_bits(((e + 1023) as u64) << 52)
}

/// `a / b`, correctly rounded whatever the sizes (`long_true_divide`).
fn true_divide(a: &BigInt, b: &BigInt) -> Option<f64> {
    const MANTISSA: i64 = 53;
    const MIN_EXP: i64 = -1021;
    const MAX_EXP: i64 = 1024;
    if *b == BigInt::ZERO {
        return None;
    }
    let negative = (a.sign() == Sign::Minus) != (b.sign() == Sign::Minus);
    let signed = |f: f64| Some(if negative { -f } else { f });
    let (a, b) = (a.magnitude(), b.magnitude());
    let diff = a.bits() as i64 - b.bits() as i64;
    if a.bits() == 0 || diff < MIN_EXP - MANTISSA - 1 {
        return signed(0.0);
    }
    if diff > MAX_EXP {
        return None;
    }
    // A quotient of two or three bits more than the result has, the last one sticky; fewer when it is subnormal.
    let shift = diff.max(MIN_EXP) - MANTISSA - 2;
    let (n, d) = if shift < 0 { (a << -shift, b.clone()) } else { (a.clone(), b << shift) };
    let q = &n / &d;
    let inexact = &q * &d != n;
    let q = u64::try_from(q).ok()?;
    let bits = i64::from(64 - q.leading_zeros());
    let extra = bits.max(MIN_EXP - shift) - MANTISSA;
    let half = 1u64 << (extra - 1);
    let mut low = q | u64::from(inexact);
    if low & half != 0 && low & (3 * half - 1) != 0 {
        low += half;
    }
    let f = (low & !(2 * half - 1)) as f64;
    // The scale is split, so that no factor is out of range when the result is subnormal; both steps are exact.
    let shift = shift as i32;
    let f = if shift < -500 {
        f * power_of_two(-500) * power_of_two(shift + 500)
    } else {
        f * power_of_two(shift)
    };
    if f.is_finite() { signed(f) } else { None }
}

fn float(op: Operator, a: f64, b: f64) -> Option<Constant> {
    Some(Constant::Float(match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div if b != 0.0 => a / b,
        Operator::FloorDiv if b != 0.0 => float_divmod(a, b).0,
        Operator::Mod if b != 0.0 => float_divmod(a, b).1,
        Operator::Pow => return float_power(a, b),
        _ => return None,
    }))
}

/// `_float_div_mod`: the remainder has the divisor's sign, and the quotient is a whole number near `(a - r) / b`.
fn float_divmod(a: f64, b: f64) -> (f64, f64) {
    let mut r = a % b;
    let mut q = (a - r) / b;
    if r != 0.0 {
        if (b < 0.0) != (r < 0.0) {
            r += b;
            q -= 1.0;
        }
    } else {
        r = 0f64.copysign(b);
    }
    let whole = if q != 0.0 {
        let floor = q.floor();
        if q - floor > 0.5 { floor + 1.0 } else { floor }
    } else {
        0f64.copysign(a / b)
    };
    (whole, r)
}

/// `float_pow`: the special cases are decided here, not left to the C library.
fn float_power(a: f64, b: f64) -> Option<Constant> {
    let odd = (b.abs() % 2.0) == 1.0;
    let f = if b == 0.0 {
        1.0
    } else if a.is_nan() {
        a
    } else if b.is_nan() {
        if a == 1.0 { 1.0 } else { b }
    } else if b.is_infinite() {
        let a = a.abs();
        if a == 1.0 {
            1.0
        } else if (b > 0.0) == (a > 1.0) {
            b.abs()
        } else {
            0.0
        }
    } else if a.is_infinite() {
        match (b > 0.0, odd) {
            (true, true) => a,
            (true, false) => a.abs(),
            (false, true) => 0f64.copysign(a),
            (false, false) => 0.0,
        }
    } else if a == 0.0 {
        if b < 0.0 {
            return None;
        }
        if odd { a } else { 0.0 }
    } else {
        if a < 0.0 && b != b.floor() {
            return complex::binary(Operator::Pow, (a, 0.0), (b, 0.0));
        }
        let size = if a.abs() == 1.0 { 1.0 } else { a.abs().powf(b) };
        if size.is_infinite() {
            return None;
        }
        if a < 0.0 && odd { -size } else { size }
    };
    Some(Constant::Float(f))
}
