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

/// `_Py_dg_dtoa` of a finite float: its digits without zeros at the end, and where the point is. Mode 0 is the shortest
/// text that reads back, 2 that many significant digits, 3 that many places, which may be negative; the others are
/// variants of these. Rounding to nothing gives no digits; zero is one digit.
pub fn dtoa(v: f64, mode: i32, count: i32) -> (Vec<u8>, i32) {
    if v == 0.0 {
        return (b"0".to_vec(), 1);
    }
    let found = match mode {
        2 | 4 | 6 | 8 => significant(v, usize::try_from(count).unwrap_or(0)),
        3 | 5 | 7 | 9 => {
            let all = significant(v, ALL_DIGITS);
            match i64::from(all.point) + i64::from(count) {
                1.. => significant(v, (i64::from(all.point) + i64::from(count)) as usize),
                // More than half a unit of the place is one; ties are even.
                0 if all.digits.as_slice() > b"5" => Decimal { digits: b"1".to_vec(), point: all.point + 1 },
                _ => Decimal { digits: Vec::new(), point: -count },
            }
        }
        _ => from_scientific(format!("{:e}", v.abs()).as_bytes()),
    };
    (found.digits, found.point)
}

#[cfg(test)]
mod tests {
    use super::dtoa;

    #[test]
    fn digits_are_those_of_gays_function() {
        let check = |v: f64, mode, count, digits: &str, point| {
            assert_eq!(dtoa(v, mode, count), (digits.as_bytes().to_vec(), point), "{v} {mode} {count}");
        };
        check(0.1, 0, 0, "1", 0);
        check(1234.5, 2, 2, "12", 4);
        check(0.5, 3, 0, "", 0);
        check(1.5, 3, 0, "2", 1);
        check(51.0, 3, -2, "1", 3);
        check(50.0, 3, -2, "", 2);
        check(99.0, 3, -1, "1", 3);
        check(0.0004, 3, 3, "", -3);
        check(0.1, 3, 60, "1000000000000000055511151231257827021181583404541015625", 0);
    }
}
