//! Decimals from other objects: strings, ints, floats, tuples; and ints of decimals.

use super::context::ContextObject;
use super::number::{self, DecimalObject};
use super::{FLOAT_OPERATION, add_status};
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, exceptions, float, list, long, sequence, tuple, unicode};
use dxpy_decimal::number::Value;
use dxpy_decimal::{Decimal, Flags, flag};
use num_bigint::{BigInt, BigUint, Sign};

/// An int's value as the kernel takes it.
pub fn of_int(n: &PyLongObject) -> Decimal {
    if let Some(n) = long::to_i64(n) {
        return Decimal::from_i64(n);
    }
    let sign = if long::sign(n) < 0 { Sign::Minus } else { Sign::Plus };
    Decimal::from_int(&BigInt::from_biguint(sign, dxpy_num::large::pack(long::digits(n))))
}

/// An int object of a big integer.
pub fn to_int(py: Py<'_>, negative: bool, n: &BigUint) -> PyResult<Owned<PyLongObject>> {
    let digits = dxpy_num::large::unpack(n);
    long::from_digits(py, negative && !digits.is_empty(), &digits)
}

/// `numeric_as_ascii`: white space at the ends (if `strip`) and underscores gone (if `underscores`), decimal digits of
/// any script as ASCII. `None`: something else is in it.
fn ascii(s: &PyUnicodeObject, loose: bool) -> Option<Vec<u8>> {
    let chars: Vec<u32> = unicode::code_points(s).collect();
    let space = |c: &u32| dxpy_text::unicode::is_space(*c);
    let (mut from, mut to) = (0, chars.len());
    if loose {
        while from < to && space(&chars[from]) {
            from += 1;
        }
        while to > from && space(&chars[to - 1]) {
            to -= 1;
        }
    }
    let mut out = Vec::with_capacity(to - from);
    for &c in &chars[from..to] {
        if loose && c == '_' as u32 {
            continue;
        }
        out.push(match c {
            1..0x80 => c as u8,
            c => b'0' + dxpy_text::unicode::to_decimal(c)?,
        });
    }
    Some(out)
}

/// A string's value: exact, or rounded to a context.
fn of_text(py: Py<'_>, s: &PyUnicodeObject, c: &ContextObject, exact: bool) -> PyResult<Decimal> {
    let mut status = 0;
    let d = match ascii(s, exact) {
        Some(text) if exact => Decimal::from_text_exact(&text, &mut status),
        Some(text) => Decimal::from_text(&text, &c.kernel(), &mut status),
        None => {
            status |= flag::CONVERSION_SYNTAX;
            Decimal::nan()
        }
    };
    add_status(py, c, status)?;
    Ok(d)
}

fn value_error(py: Py<'_>, text: &str) -> PyErr {
    exceptions::value_error(py, format_args!("{text}"))
}

/// `dectuple_as_str`: the text that a tuple stands for.
fn tuple_text(py: Py<'_>, o: &PyObject) -> PyResult<String> {
    let t = sequence::to_tuple(py, o)?;
    let [sign, digits, exp] = tuple::items(&t) else {
        return Err(value_error(py, "argument must be a sequence of length 3"));
    };
    let sign = match long::check(sign) {
        Some(n) => Some(c_long(py, n)?).filter(|s| *s == 0 || *s == 1),
        None => None,
    };
    let Some(sign) = sign else {
        return Err(value_error(py, "sign must be an integer with the value 0 or 1"));
    };
    let mut out = String::from(if sign == 1 { "-" } else { "" });
    let mut infinite = false;
    let exponent = if let Some(s) = unicode::check(exp) {
        if unicode::equals_str(s.as_object(), "F") {
            out.push_str("Inf");
            infinite = true;
        } else if unicode::equals_str(s.as_object(), "n") {
            out.push_str("NaN");
        } else if unicode::equals_str(s.as_object(), "N") {
            out.push_str("sNaN");
        } else {
            return Err(value_error(py, "string argument in the third position must be 'F', 'n' or 'N'"));
        }
        None
    } else {
        let Some(n) = long::check(exp) else {
            return Err(value_error(py, "exponent must be an integer"));
        };
        Some(long::to_i64(n).ok_or_else(|| {
            exceptions::overflow_error(py, format_args!("Python int too large to convert to C ssize_t"))
        })?)
    };
    let digits = sequence_of_digits(py, digits)?;
    if digits.is_empty() && exponent.is_some() {
        out.push('0');
    }
    if !infinite {
        out.push_str(&digits);
    }
    if let Some(e) = exponent {
        out.push_str(&format!("E{e}"));
    }
    Ok(out)
}

fn sequence_of_digits(py: Py<'_>, o: &PyObject) -> PyResult<String> {
    let bad = || value_error(py, "coefficient must be a tuple of digits");
    // Nothing else is iterated over (`sequence_as_tuple`).
    if tuple::check(o).is_none() && list::check(o).is_none() {
        return Err(bad());
    }
    let t = sequence::to_tuple(py, o)?;
    let mut out = String::with_capacity(tuple::len(&t));
    for d in tuple::items(&t) {
        let n = c_long(py, long::check(d).ok_or_else(bad)?)?;
        if !(0..10).contains(&n) {
            return Err(bad());
        }
        out.push((b'0' + n as u8) as char);
    }
    Ok(out)
}

/// `PyLong_AsLong`.
fn c_long(py: Py<'_>, n: &PyLongObject) -> PyResult<i64> {
    long::to_i64(n).ok_or_else(|| {
        exceptions::overflow_error(py, format_args!("Python int too large to convert to C long"))
    })
}

#[cold]
pub fn unsupported(py: Py<'_>, o: &PyObject) -> PyErr {
    exceptions::type_error(
        py,
        format_args!("conversion from {} to Decimal is not supported", type_name(o.ty())),
    )
}

/// A float's exact value.
pub fn of_float(x: f64) -> Decimal {
    Decimal::from_float(x)
}

/// `PyDecType_FromObjectExact`.
pub fn exact(py: Py<'_>, ty: &PyTypeObject, o: Option<&PyObject>, c: &ContextObject) -> PyResult {
    let Some(o) = o else { return number::make(py, ty, Decimal::from_i64(0)) };
    if let Some(d) = number::check(o) {
        if ty.is(&number::DECIMAL.0) && o.ty().is(&number::DECIMAL.0) {
            return Ok(o.to_owned());
        }
        return number::make(py, ty, number::value(d).clone());
    }
    let d = if let Some(s) = unicode::check(o) {
        of_text(py, s, c, true)?
    } else if let Some(n) = long::check(o) {
        of_int(n)
    } else if list::check(o).is_some() || tuple::check(o).is_some() {
        let mut status = 0;
        let d = Decimal::from_text_exact(tuple_text(py, o)?.as_bytes(), &mut status);
        add_status(py, c, status)?;
        d
    } else if let Some(f) = float::check(o) {
        add_status(py, c, FLOAT_OPERATION)?;
        of_float(f.ob_fval.get())
    } else {
        return Err(unsupported(py, o));
    };
    number::make(py, ty, d)
}

/// `PyDec_FromObject`: rounded to a context.
pub fn rounded(py: Py<'_>, o: Option<&PyObject>, c: &ContextObject) -> PyResult {
    let ty = &number::DECIMAL;
    let Some(o) = o else { return number::make(py, ty, Decimal::from_i64(0)) };
    let (k, mut status): (_, Flags) = (c.kernel(), 0);
    let d = if let Some(d) = number::check(o) {
        let v = number::value(d);
        match &v.value {
            Value::Nan { payload, .. }
                if !payload.is_zero() && payload.digits() as i64 > k.prec - i64::from(k.clamp) =>
            {
                status |= flag::CONVERSION_SYNTAX;
                Decimal::nan()
            }
            _ => k.finalize(v.clone(), &mut status),
        }
    } else if let Some(s) = unicode::check(o) {
        of_text(py, s, c, false)?
    } else if let Some(n) = long::check(o) {
        k.finalize(of_int(n), &mut status)
    } else if list::check(o).is_some() || tuple::check(o).is_some() {
        Decimal::from_text(tuple_text(py, o)?.as_bytes(), &k, &mut status)
    } else if let Some(f) = float::check(o) {
        add_status(py, c, FLOAT_OPERATION)?;
        k.finalize(of_float(f.ob_fval.get()), &mut status)
    } else {
        return Err(unsupported(py, o));
    };
    add_status(py, c, status)?;
    number::make(py, ty, d)
}

/// `convert_op`: a decimal, or an int as one; None of something else.
pub fn operand(py: Py<'_>, o: &PyObject) -> PyResult<Option<Owned<DecimalObject>>> {
    if let Some(d) = number::check(o) {
        return Ok(Some(d.to_owned()));
    }
    match long::check(o) {
        Some(n) => {
            let made = number::make(py, &number::DECIMAL, of_int(n))?;
            // SAFETY: LAYOUT: made of the type.
            Ok(Some(unsafe { made.cast() }))
        }
        None => Ok(None),
    }
}

/// As [`operand`], with a `TypeError`.
pub fn required(py: Py<'_>, o: &PyObject) -> PyResult<Owned<DecimalObject>> {
    operand(py, o)?.ok_or_else(|| unsupported(py, o))
}
