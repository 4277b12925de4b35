//! Hashes of numbers: residues modulo the prime 2**61 - 1, so that equal numbers of all types hash alike.

use crate::convert::decompose;
use crate::int::Ref;

/// `_PyHASH_BITS`.
pub const BITS: u32 = 61;
/// `_PyHASH_MODULUS`.
pub const MODULUS: u64 = (1 << BITS) - 1;
/// `_PyHASH_INF`.
pub const INF: i64 = 314_159;
/// `_PyHASH_IMAG`.
pub const IMAG: u64 = 1_000_003;

/// -1 says "error" in a hash slot.
#[inline]
fn finish(x: u64, negative: bool) -> i64 {
    let h = if negative { (x as i64).wrapping_neg() } else { x as i64 };
    if h == -1 { -2 } else { h }
}

/// `hash(int)`.
pub fn of_int(a: Ref<'_>) -> i64 {
    let mut x = 0u64;
    for d in a.digits.iter().rev() {
        // Multiplying by a power of two modulo 2**61 - 1 is a rotation.
        x = (x << 30 & MODULUS | x >> (BITS - 30)) + *d as u64;
        if x >= MODULUS {
            x -= MODULUS;
        }
    }
    finish(x, a.negative)
}

/// `hash(float)` (`_Py_HashDouble`); `None` for NaN, which hashes as its object's address does.
pub fn of_f64(v: f64) -> Option<i64> {
    if v.is_nan() {
        return None;
    }
    if v.is_infinite() {
        return Some(if v > 0.0 { INF } else { -INF });
    }
    let (negative, m, e) = decompose(v);
    let e = e.rem_euclid(BITS as i32) as u32;
    // Below the modulus, because the mantissa has 53 bits.
    let x = if e == 0 { m } else { (m << e & MODULUS) | m >> (BITS - e) };
    Some(finish(x, negative))
}

/// `hash(complex)` from the hashes of its parts.
pub fn of_complex(real: i64, imag: i64) -> i64 {
    let h = (real as u64).wrapping_add(IMAG.wrapping_mul(imag as u64)) as i64;
    if h == -1 { -2 } else { h }
}
