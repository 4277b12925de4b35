//! The decimal digits of finite floats, a number of them, always exact; the fewest that read back are in `shortest`.
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

/// `|v| * 10**places` rounded to a whole number, ties to even, where machine arithmetic does it exactly.
#[inline]
pub(crate) fn scaled(v: f64, places: usize) -> Option<u64> {
    // 53 bits times 10**22 is below 2**128.
    const POWERS: [u128; 23] = {
        let mut table = [1; 23];
        let mut i = 1;
        while i < 23 {
            table[i] = table[i - 1] * 10;
            i += 1;
        }
        table
    };
    let (_, mantissa, exponent) = crate::convert::decompose(v);
    let product = u128::from(mantissa) * POWERS.get(places)?;
    match exponent {
        0.. => u64::try_from(product).ok()?.checked_mul(1u64.checked_shl(exponent as u32)?),
        -127..0 => {
            let kept = product >> -exponent;
            let (rest, half) = (product - (kept << -exponent), 1 << (-exponent - 1));
            let up = rest > half || rest == half && kept & 1 == 1;
            u64::try_from(kept + u128::from(up)).ok()
        }
        // Below half a unit: the product has at most 127 bits.
        _ => Some(0),
    }
}
