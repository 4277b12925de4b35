//! `PyFloat_Pack2/4/8` and `PyFloat_Unpack2/4/8` on bit patterns; the byte order is the caller's.

/// The half-precision bits, rounded to the nearest, ties to even. `None`: too large.
pub fn pack2(x: f64) -> Option<u16> {
    let sign = (x.to_bits() >> 48) as u16 & 0x8000;
    if x.is_nan() {
        return Some(sign | 0x7e00);
    }
    if x.is_infinite() {
        return Some(sign | 0x7c00);
    }
    // In units of the last place: 2^-24 below the normal range, else 2^(e-10) for an exponent e.
    let x = x.abs();
    let exponent = ((x.to_bits() >> 52) as i32 - 1023).max(-14);
    let units = (x * 2f64.powi(10 - exponent)).round_ties_even() as u32;
    // A mantissa of 1024 and more carries into the exponent's field by mere addition.
    let bits = ((exponent + 14) as u32 * 1024) + units;
    (bits < 0x7c00).then_some(sign | bits as u16)
}

pub fn unpack2(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    let x = match exponent {
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::from_bits(0x7ff8 << 48),
        0 => fraction * 2f64.powi(-24),
        e => (1024.0 + fraction) * 2f64.powi(e - 25),
    };
    if bits & 0x8000 != 0 { -x } else { x }
}

/// The single-precision bits of a C cast; NaN keeps its sign and the upper part of its payload, and is quiet.
pub fn cast4(x: f64) -> u32 {
    if x.is_nan() {
        let bits = x.to_bits();
        return (bits >> 32) as u32 & 0x8000_0000 | 0x7fc0_0000 | (bits >> 29) as u32 & 0x3f_ffff;
    }
    (x as f32).to_bits()
}

/// The single-precision bits. `None`: a finite number became infinite.
pub fn pack4(x: f64) -> Option<u32> {
    let bits = cast4(x);
    (!f32::from_bits(bits).is_infinite() || x.is_infinite()).then_some(bits)
}

pub fn unpack4(bits: u32) -> f64 {
    let x = f32::from_bits(bits);
    if x.is_nan() {
        let sign = u64::from(bits & 0x8000_0000) << 32;
        return f64::from_bits(sign | 0x7ff8 << 48 | u64::from(bits & 0x3f_ffff) << 29);
    }
    x.into()
}
