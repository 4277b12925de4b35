//! The decimal digits of finite floats: the shortest that read back, or a number of them, always exact.
//!
//! The digits come from the standard library's float formatting, which is exact to any length and rounds ties to
//! even, as David Gay's `dtoa` does for CPython. Laying digits out as text is in `float_text`.

use core::fmt::{self, Write};

/// Decimal digits and where the point is: 0.d1d2d3… × 10**point. No zeros at the end; zero has no digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    pub digits: Vec<u8>,
    pub point: i32,
}

/// More significant digits than any float has (767).
const ALL_DIGITS: usize = 800;

/// Text on the stack.
pub(crate) struct Stack<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Stack<N> {
    pub(crate) fn new() -> Self {
        Stack { bytes: [0; N], len: 0 }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl<const N: usize> Write for Stack<N> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        let end = self.len + s.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(s.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// Digits and point of `d.ddde±x`.
fn from_scientific(s: &[u8]) -> Decimal {
    let e = s.iter().position(|c| *c == b'e').unwrap_or(s.len());
    let exponent = s.get(e + 1..).map_or(0, |s| match s {
        [b'-', s @ ..] => -decimal_value(s),
        s => decimal_value(s),
    });
    let mut digits: Vec<u8> = s[..e].iter().copied().filter(|c| *c != b'.').collect();
    drop_zeros(&mut digits);
    Decimal { point: if digits.is_empty() { 1 } else { exponent + 1 }, digits }
}

fn decimal_value(s: &[u8]) -> i32 {
    s.iter().fold(0, |v, c| v * 10 + (c - b'0') as i32)
}

fn drop_zeros(digits: &mut Vec<u8>) {
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
}

/// The fewest digits that read back as `|v|` (`dtoa` mode 0): at most 17, on the stack.
pub fn shortest(v: f64) -> Shortest {
    let mut text = Stack::<32>::new();
    // 17 digits, a point and an exponent fit.
    let _ = write!(text, "{:e}", v.abs());
    let s = text.as_bytes();
    let mut out = Shortest { digits: [0; 17], count: 0, point: 1 };
    let mut at = 0;
    for c in s {
        at += 1;
        match c {
            b'e' => break,
            b'.' => {}
            c => {
                out.digits[out.count.min(16)] = *c;
                out.count += 1;
            }
        }
    }
    if out.digits[0] == b'0' {
        out.count = 0;
        return out;
    }
    out.point = match &s[at.min(s.len())..] {
        [b'-', s @ ..] => -decimal_value(s),
        s => decimal_value(s),
    } + 1;
    settle_tie(v.abs(), &mut out);
    out
}

/// The digits of [`shortest`]; as a [`Decimal`], without its allocation.
#[derive(Clone, Copy, Debug)]
pub struct Shortest {
    digits: [u8; 17],
    count: usize,
    pub point: i32,
}

impl Shortest {
    /// The digits in ASCII; none for zero.
    pub fn digits(&self) -> &[u8] {
        &self.digits[..self.count.min(17)]
    }
}

/// A float exactly halfway between two shortest candidates takes the one with the even last digit, as in CPython;
/// the standard library takes the upper one.
fn settle_tie(v: f64, d: &mut Shortest) {
    let n = d.count;
    if n < 15 {
        return;
    }
    // Only an expansion of at most 18 digits ends one digit behind the candidates, and only floats that are
    // fractions of a small power of two or multiples of a small power of ten have such a one.
    let (_, mantissa, exponent) = crate::convert::decompose(v);
    if !(-26..=80).contains(&(exponent + mantissa.trailing_zeros() as i32)) {
        return;
    }
    let mut exact = Stack::<64>::new();
    let _ = write!(exact, "{v:.40e}");
    let mut even = from_scientific(exact.as_bytes());
    if even.digits.len() != n + 1 || even.digits.pop() != Some(b'5') {
        return;
    }
    if even.digits[n - 1] & 1 == 1 {
        even.digits[n - 1] += 1;
    }
    if even.digits[n - 1] <= b'9' && even.value() == v {
        d.digits[..n].copy_from_slice(&even.digits);
    }
}

/// `|v|` rounded to `count >= 1` significant digits (`dtoa` mode 2).
pub fn significant(v: f64, count: usize) -> Decimal {
    let places = count.clamp(1, ALL_DIGITS) - 1;
    if places < 40 {
        let mut text = Stack::<64>::new();
        let _ = write!(text, "{:.places$e}", v.abs());
        return from_scientific(text.as_bytes());
    }
    from_scientific(format!("{:.places$e}", v.abs()).as_bytes())
}

impl Decimal {
    /// The float nearest to the digits.
    pub fn value(&self) -> f64 {
        let mut s = String::with_capacity(self.digits.len() + 8);
        s.push_str("0.");
        s.extend(self.digits.iter().map(|c| *c as char));
        let _ = write!(s, "e{}", self.point);
        s.parse().unwrap_or(f64::NAN)
    }
}
