//! Arithmetic on complex constants, by CPython's formulas (`_Py_c_prod`, `_Py_c_quot`, `_Py_c_pow`): the last bits depend on
//! the order of operations.

use dxpy_ast::{Constant, Operator};

type C = (f64, f64);

/// `a op b`; `None` for division by zero, overflow of `**`, and operations that complex numbers do not have.
pub(super) fn binary(op: Operator, a: C, b: C) -> Option<Constant> {
    let (real, imag) = match op {
        Operator::Add => (a.0 + b.0, a.1 + b.1),
        Operator::Sub => (a.0 - b.0, a.1 - b.1),
        Operator::Mult => product(a, b),
        Operator::Div => quotient(a, b)?,
        Operator::Pow => {
            // Small whole exponents are multiplied out.
            let r = if b.1 == 0.0 && b.0 == b.0.floor() && b.0.abs() <= 100.0 {
                let n = b.0 as i32;
                let p = whole_power(a, n.unsigned_abs());
                if n > 0 { p } else { quotient((1.0, 0.0), p)? }
            } else {
                power(a, b)?
            };
            if r.0.is_infinite() || r.1.is_infinite() {
                return None;
            }
            r
        }
        _ => return None,
    };
    Some(Constant::Complex { real, imag })
}

fn product(a: C, b: C) -> C {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

fn quotient(a: C, b: C) -> Option<C> {
    if b.0.abs() >= b.1.abs() {
        if b.0 == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denominator = b.0 + b.1 * ratio;
        Some(((a.0 + a.1 * ratio) / denominator, (a.1 - a.0 * ratio) / denominator))
    } else if b.1.abs() >= b.0.abs() {
        let ratio = b.0 / b.1;
        let denominator = b.0 * ratio + b.1;
        Some(((a.0 * ratio + a.1) / denominator, (a.1 * ratio - a.0) / denominator))
    } else {
        Some((f64::NAN, f64::NAN))
    }
}

fn whole_power(a: C, n: u32) -> C {
    let (mut result, mut p) = ((1.0, 0.0), a);
    let mut mask = 1;
    while n >= mask {
        if n & mask != 0 {
            result = product(result, p);
        }
        mask <<= 1;
        p = product(p, p);
    }
    result
}

fn power(a: C, b: C) -> Option<C> {
    if b == (0.0, 0.0) {
        return Some((1.0, 0.0));
    }
    if a == (0.0, 0.0) {
        return if b.1 != 0.0 || b.0 < 0.0 { None } else { Some((0.0, 0.0)) };
    }
    let size = a.0.hypot(a.1);
    let mut length = size.powf(b.0);
    let angle = a.1.atan2(a.0);
    let mut phase = angle * b.0;
    if b.1 != 0.0 {
        length /= (angle * b.1).exp();
        phase += b.1 * size.ln();
    }
    // The C library's sine of infinity is a domain error, which CPython reports as a division by zero.
    (!phase.is_infinite()).then(|| (length * phase.cos(), length * phase.sin()))
}
