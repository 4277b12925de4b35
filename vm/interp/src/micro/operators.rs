//! Micro-ops of operators and comparisons.

use super::*;
use crate::handlers::{boolean_of, is};
use dxpy_core::float::PyFloat_Type;
use dxpy_core::long::PyLong_Type;
use dxpy_core::unicode::PyUnicode_Type;
use dxpy_core::{boolean, exceptions, float, long, number, protocol, sequence, unicode};
use dxpy_ops::operators;

value!(UNARY_NEGATIVE(fp, arg), |py, a| number::negative(py, a));
value!(UNARY_INVERT(fp, arg), |py, a| number::invert(py, a));
value!(UNARY_NOT(fp, arg), |py, a| protocol::is_true(py, a).map(|t| boolean::new(!t).upcast()));

value!(BINARY_OP(fp, arg), |py, a, b| match small_operands(py, arg, a, b) {
    Some(r) => r,
    None => match operators::BINARY.get(arg) {
        Some(f) => f(py, a, b),
        None => Err(exceptions::system_error(py, format_args!("unknown operator {arg}"))),
    },
});

// Arguments of BINARY_OP; those of the operators in place follow them.
const NB_AND: usize = 1;
const NB_FLOOR_DIVIDE: usize = 2;
const NB_LSHIFT: usize = 3;
const NB_REMAINDER: usize = 6;
const NB_OR: usize = 7;
const NB_RSHIFT: usize = 9;
const NB_TRUE_DIVIDE: usize = 11;
const NB_XOR: usize = 12;
const NB_INPLACE_ADD: usize = 13;

/// What has no specialised instruction, of ints of one digit and of floats: bits, shifts and divisions.
#[inline(always)]
fn small_operands(py: Py<'_>, arg: usize, a: &PyObject, b: &PyObject) -> Option<PyResult> {
    if let (Some(x), Some(y)) = (long::check_exact(a), long::check_exact(b)) {
        let (x, y) = (long::compact(x)?, long::compact(y)?);
        let v = match arg % NB_INPLACE_ADD {
            NB_AND => x & y,
            NB_OR => x | y,
            NB_XOR => x ^ y,
            NB_RSHIFT if y >= 0 => x >> y.min(63),
            NB_LSHIFT if (0..32).contains(&y) => x << y,
            NB_FLOOR_DIVIDE if y != 0 => x / y - i64::from(x % y != 0 && (x < 0) != (y < 0)),
            NB_REMAINDER if y != 0 => {
                let r = x % y;
                if r != 0 && (r < 0) != (y < 0) { r + y } else { r }
            }
            // Both are exact as floats: one rounding.
            NB_TRUE_DIVIDE if y != 0 => {
                return Some(float::new(py, x as f64 / y as f64).map(Owned::upcast));
            }
            _ => return None,
        };
        return Some(long::from_i64(py, v).map(Owned::upcast));
    }
    if let (Some(x), Some(y)) = (float::check_exact(a), float::check_exact(b)) {
        let (x, y) = (x.ob_fval.get(), y.ob_fval.get());
        if arg % NB_INPLACE_ADD == NB_TRUE_DIVIDE && y != 0.0 {
            return Some(float::new(py, x / y).map(Owned::upcast));
        }
    }
    None
}

/// Are both of this very type?
#[inline(always)]
pub(crate) unsafe fn both(a: Obj, b: Obj, ty: &'static PyTypeObject) -> bool {
    // SAFETY: the handler contract: both are live.
    unsafe { is(a, ty) && is(b, ty) }
}

guard!(BOTH_INT(pc, sp, fp, ts, arg) both(*sp.sub(2), *sp.sub(1), &PyLong_Type.0));
value!(ADD_INT(fp, arg), |py, a, b| number::add(py, a, b));
value!(SUBTRACT_INT(fp, arg), |py, a, b| number::subtract(py, a, b));
value!(MULTIPLY_INT(fp, arg), |py, a, b| number::multiply(py, a, b));

guard!(BOTH_FLOAT(pc, sp, fp, ts, arg) both(*sp.sub(2), *sp.sub(1), &PyFloat_Type.0));
value!(ADD_FLOAT(fp, arg), |py, a, b| float::new(py, float_of(a) + float_of(b)).map(Owned::upcast));
value!(SUBTRACT_FLOAT(fp, arg), |py, a, b| float::new(py, float_of(a) - float_of(b)).map(Owned::upcast));
value!(MULTIPLY_FLOAT(fp, arg), |py, a, b| float::new(py, float_of(a) * float_of(b)).map(Owned::upcast));

/// The value of a float.
#[inline(always)]
unsafe fn float_of(o: &PyObject) -> f64 {
    // SAFETY: LAYOUT: a guard has seen the type.
    unsafe { (*(&raw const *o).cast::<PyFloatObject>()).ob_fval.get() }
}

guard!(BOTH_STR(pc, sp, fp, ts, arg) both(*sp.sub(2), *sp.sub(1), &PyUnicode_Type.0));
value!(ADD_STR(fp, arg), |py, a, b| unicode::concat(py, str_of(a), str_of(b)).map(Owned::upcast));

/// A str.
#[inline(always)]
unsafe fn str_of(o: &PyObject) -> &PyUnicodeObject {
    // SAFETY: LAYOUT: a guard has seen the type.
    unsafe { &*(&raw const *o).cast() }
}

value!(COMPARE_OP(fp, arg), |py, a, b| protocol::rich_compare(py, a, b, (arg >> 4) as i32));

/// The values of two ints of at most one digit.
#[inline(always)]
pub(crate) unsafe fn both_compact(a: Obj, b: Obj) -> Option<(i64, i64)> {
    // SAFETY: the handler contract: both are live; LAYOUT: just checked.
    unsafe {
        if !both(a, b, &PyLong_Type.0) {
            return None;
        }
        Some((long::compact(&*(a as *const PyLongObject))?, long::compact(&*(b as *const PyLongObject))?))
    }
}

/// Does an argument's mask name the outcome of a comparison (`COMPARISON_BIT`)?
#[inline(always)]
pub(crate) fn compares<T: PartialOrd>(a: T, b: T, arg: usize) -> bool {
    1 << (2 * usize::from(a >= b) + usize::from(a <= b)) & arg != 0
}

/// The same of strs: equal or not, the mask's bit 8, or those of less and greater.
#[inline(always)]
pub(crate) unsafe fn compares_str(a: Obj, b: Obj, arg: usize) -> bool {
    // SAFETY: LAYOUT: both are str.
    let equal = unsafe { unicode::equal(&*(a as *const PyUnicodeObject), &*(b as *const PyUnicodeObject)) };
    (if equal { 8 } else { 6 }) & arg != 0
}

guard!(BOTH_COMPACT(pc, sp, fp, ts, arg) both_compact(*sp.sub(2), *sp.sub(1)).is_some());
micro!(COMPARE_INT(pc, sp, fp, ts, arg, out) {
    let Some((a, b)) = both_compact(*sp.sub(2), *sp.sub(1)) else { core::hint::unreachable_unchecked() };
    put(out, boolean_of(compares(a, b, arg)))
});
micro!(COMPARE_FLOAT(pc, sp, fp, ts, arg, out) {
    operands!(sp, a b);
    put(out, boolean_of(compares(float_of(a), float_of(b), arg)))
});
micro!(COMPARE_STR(pc, sp, fp, ts, arg, out) {
    put(out, boolean_of(compares_str(*sp.sub(2), *sp.sub(1), arg)))
});

micro!(
    #[inline(always)]
    IS_OP(pc, sp, fp, ts, arg, out) {
        put(out, boolean_of((*sp.sub(2) == *sp.sub(1)) != (arg != 0)))
    }
);

value!(CONTAINS_OP(fp, arg), |py, a, b| {
    sequence::contains(py, b, a).map(|r| boolean::new(r != (arg != 0)).upcast())
});

micro!(
    #[inline(never)]
    FORMAT_VALUE(pc, sp, fp, ts, arg, out) {
        let py = token(ts);
        let (v, spec) = if arg & 4 != 0 { (*sp.sub(2), *sp.sub(1)) } else { (*sp.sub(1), core::ptr::null_mut()) };
        give(py, out, operators::format_value(py, &*v, arg & 3, spec.as_ref()))
    }
);
