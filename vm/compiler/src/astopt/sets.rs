//! Sets of constants: elements are equal when Python says so (`1 == 1.0 == True`), and the first of equals stays.

use std::collections::HashSet;

use dxpy_ast::{Constant, Operator};

use super::arith::int_to_float;

/// Bytes that are equal exactly for constants that are equal in Python; `serial` sets every NaN apart.
fn key(out: &mut Vec<u8>, c: &Constant, serial: &mut u64) {
    let sized = |out: &mut Vec<u8>, tag: u8, bytes: &[u8]| {
        out.push(tag);
        out.extend((bytes.len() as u64).to_le_bytes());
        out.extend(bytes);
    };
    match c {
        Constant::None => out.push(b'N'),
        Constant::Ellipsis => out.push(b'.'),
        Constant::True => key(out, &Constant::Int(1.into()), serial),
        Constant::False => key(out, &Constant::Int(0.into()), serial),
        // An integer that is a float's exact value is keyed as that float.
        Constant::Int(i) => match int_to_float(i) {
            Some(f) if float_to_int(f).as_ref() == Some(i) => float_key(out, f, serial),
            _ => sized(out, b'i', &i.to_signed_bytes_le()),
        },
        Constant::Float(f) => float_key(out, *f, serial),
        Constant::Complex { real, imag } if *imag == 0.0 => float_key(out, *real, serial),
        Constant::Complex { real, imag } => {
            out.push(b'c');
            float_key(out, *real, serial);
            float_key(out, *imag, serial);
        }
        Constant::Str(s) => sized(out, b's', s.as_bytes()),
        Constant::Bytes(b) => sized(out, b'b', b),
        Constant::Tuple(items) => {
            sized(out, b'(', &items.len().to_le_bytes());
            items.iter().for_each(|i| key(out, i, serial));
        }
        Constant::FrozenSet(items) => {
            let mut keys: Vec<_> = items.iter().map(|i| one(i, serial)).collect();
            keys.sort();
            sized(out, b'<', &items.len().to_le_bytes());
            keys.iter().for_each(|k| out.extend(k));
        }
    }
}

fn float_key(out: &mut Vec<u8>, f: f64, serial: &mut u64) {
    if f.is_nan() {
        *serial += 1;
        out.push(b'n');
        out.extend(serial.to_le_bytes());
    } else {
        // Adding zero turns -0.0 into 0.0.
        out.push(b'f');
        out.extend((f + 0.0).to_bits().to_le_bytes());
    }
}

fn float_to_int(f: f64) -> Option<num_bigint::BigInt> {
    let bits = f.to_bits();
    let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i64, bits & ((1 << 52) - 1));
    let magnitude = if exponent == 0 {
        num_bigint::BigInt::from(0)
    } else {
        let (m, e) = (num_bigint::BigInt::from(fraction | 1 << 52), exponent - 1075);
        if e >= 0 { m << e } else { m >> -e }
    };
    f.is_finite().then(|| if f < 0.0 { -magnitude } else { magnitude })
}

fn one(c: &Constant, serial: &mut u64) -> Vec<u8> {
    let mut out = Vec::new();
    key(&mut out, c, serial);
    out
}

/// The elements of `frozenset(items)`, in order of first appearance.
pub(super) fn unique(items: Vec<Constant>) -> Vec<Constant> {
    let (mut seen, mut serial) = (HashSet::new(), 0);
    items.into_iter().filter(|c| seen.insert(one(c, &mut serial))).collect()
}

/// `left - right`, `&`, `|` and `^`.
pub(super) fn combine(op: Operator, left: &[Constant], right: &[Constant]) -> Vec<Constant> {
    let mut serial = 0;
    let mut keys = |items: &[Constant]| items.iter().map(|c| one(c, &mut serial)).collect::<Vec<_>>();
    let (l, r) = (keys(left), keys(right));
    let (in_l, in_r): (HashSet<_>, HashSet<_>) = (l.iter().collect(), r.iter().collect());
    let pick = |items: &[Constant], keys: &[Vec<u8>], other: &HashSet<&Vec<u8>>, common: bool| {
        let chosen = items.iter().zip(keys).filter(|(_, k)| other.contains(k) == common);
        chosen.map(|(c, _)| c.clone()).collect::<Vec<_>>()
    };
    match op {
        Operator::Sub => pick(left, &l, &in_r, false),
        // CPython walks the smaller set, or the right one of two equally large, and so keeps its elements.
        Operator::BitAnd if right.len() > left.len() => pick(left, &l, &in_r, true),
        Operator::BitAnd => pick(right, &r, &in_l, true),
        Operator::BitXor => [pick(left, &l, &in_r, false), pick(right, &r, &in_l, false)].concat(),
        _ => [left.to_vec(), pick(right, &r, &in_l, false)].concat(),
    }
}
