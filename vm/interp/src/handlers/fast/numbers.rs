//! `BINARY_OP` and `COMPARE_OP` of ints, floats and strs.

use super::super::*;
use super::{int, is, miss};
use crate::dispatch::next;
use dxpy_core::float::PyFloat_Type;
use dxpy_core::long::PyLong_Type;
use dxpy_core::unicode::PyUnicode_Type;
use dxpy_core::{float, long, number, unicode};

/// Are both of this very type?
#[inline(always)]
unsafe fn both(a: Obj, b: Obj, ty: &'static PyTypeObject) -> bool {
    // SAFETY: the handler contract: both are live.
    unsafe { is(a, ty) && is(b, ty) }
}

/// Arithmetic of ints: of one digit here, of more in the type's own function. Where that, or new memory, is needed, the
/// handler goes on in a function of the same signature: so it calls nothing itself.
macro_rules! ints {
    ($name:ident, $checked:ident, $slow:ident) => {
        op!($name(pc, sp, fp, ts, arg) {
            let (a, b) = (*sp.sub(2), *sp.sub(1));
            if !both(a, b, &PyLong_Type.0) {
                miss!(BINARY_OP, pc, sp, fp, ts, arg)
            }
            let (x, y) = (&*(a as *const PyLongObject), &*(b as *const PyLongObject));
            let (Some(x), Some(y)) = (long::compact(x), long::compact(y)) else {
                return $slow(pc, sp, fp, ts, arg);
            };
            let v = x.$checked(y);
            let r = long::at_hand(ts, v);
            if r.is_null() {
                return int_result(pc, sp, fp, ts, v as usize);
            }
            sp = sp.sub(1);
            *sp.sub(1) = r;
            release_number(ts, a);
            release_number(ts, b);
            next!(pc.add(1), sp, fp, ts)
        });

        #[inline(never)]
        unsafe extern "C" fn $slow(pc: Pc, sp: Sp, fp: Fp, ts: Ts, _: usize) -> Obj {
            // SAFETY: the handler contract: both operands are live.
            unsafe {
                let py = token(ts);
                result(pc, sp, fp, ts, raw(py, number::$slow(py, &**sp.sub(2), &**sp.sub(1))))
            }
        }
    };
}

/// The int that an operation gives, where it needs memory.
#[inline(never)]
unsafe extern "C" fn int_result(pc: Pc, sp: Sp, fp: Fp, ts: Ts, v: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe { result(pc, sp, fp, ts, int(ts, v as i64)) }
}

/// Puts the result of an operation, NULL for an exception, in the place of its two operands.
#[inline(always)]
unsafe fn result(pc: Pc, mut sp: Sp, fp: Fp, ts: Ts, r: Obj) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        if r.is_null() {
            fail!(pc, sp, fp, ts)
        }
        let (a, b) = (*sp.sub(2), *sp.sub(1));
        sp = sp.sub(1);
        *sp.sub(1) = r;
        release(a);
        release(b);
        next!(pc.add(1), sp, fp, ts)
    }
}

// Values of one digit: no sum or product of them leaves 64 bits.
ints!(BINARY_OP_ADD_INT, wrapping_add, add);
ints!(BINARY_OP_SUBTRACT_INT, wrapping_sub, subtract);
ints!(BINARY_OP_MULTIPLY_INT, wrapping_mul, multiply);

/// Arithmetic of floats; an operand that nobody else has takes the result.
macro_rules! floats {
    ($name:ident, $op:tt) => {
        op!($name(pc, sp, fp, ts, arg) {
            let (a, b) = (*sp.sub(2), *sp.sub(1));
            if !both(a, b, &PyFloat_Type.0) {
                miss!(BINARY_OP, pc, sp, fp, ts, arg)
            }
            let (x, y) = (&*(a as *const PyFloatObject), &*(b as *const PyFloatObject));
            let v = x.ob_fval.get() $op y.ob_fval.get();
            sp = sp.sub(1);
            if (*a).ob_refcnt.get() == 1 {
                x.ob_fval.set(v);
                release_number(ts, b);
            } else if (*b).ob_refcnt.get() == 1 {
                y.ob_fval.set(v);
                *sp.sub(1) = b;
                release_number(ts, a);
            } else {
                let r = float::at_hand(ts, v);
                if r.is_null() {
                    return float_result(pc, sp.add(1), fp, ts, v.to_bits() as usize);
                }
                *sp.sub(1) = r;
                release_number(ts, a);
                release_number(ts, b);
            }
            next!(pc.add(1), sp, fp, ts)
        });
    };
}
floats!(BINARY_OP_ADD_FLOAT, +);
floats!(BINARY_OP_SUBTRACT_FLOAT, -);
floats!(BINARY_OP_MULTIPLY_FLOAT, *);

/// The float that an operation gives, where it needs memory; its bits.
#[inline(never)]
unsafe extern "C" fn float_result(pc: Pc, sp: Sp, fp: Fp, ts: Ts, v: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        let py = token(ts);
        let r = raw(py, float::new(py, f64::from_bits(v as u64)).map(Owned::upcast));
        result(pc, sp, fp, ts, r)
    }
}

op!(BINARY_OP_ADD_UNICODE(pc, sp, fp, ts, arg) {
    let (a, b) = (*sp.sub(2), *sp.sub(1));
    if !both(a, b, &PyUnicode_Type.0) {
        miss!(BINARY_OP, pc, sp, fp, ts, arg)
    }
    #[inline(never)]
    unsafe fn concat(ts: Ts, a: Obj, b: Obj) -> Obj {
        // SAFETY: LAYOUT: by the types.
        unsafe {
            let py = token(ts);
            raw(py, unicode::concat(py, &*(a as *const _), &*(b as *const _)).map(Owned::upcast))
        }
    }
    let r = concat(ts, a, b);
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(1);
    *sp.sub(1) = r;
    release(a);
    release(b);
    next!(pc.add(1), sp, fp, ts)
});

op!(BINARY_OP_INPLACE_ADD_UNICODE(pc, sp, fp, ts, arg) {
    let (a, b) = (*sp.sub(2), *sp.sub(1));
    // The local that the result goes to.
    let place = local(fp, (*pc.add(1) >> 8) as usize);
    if !both(a, b, &PyUnicode_Type.0) || *place != a {
        miss!(BINARY_OP, pc, sp, fp, ts, arg)
    }
    #[inline(never)]
    unsafe fn append(ts: Ts, place: *mut Obj, a: Obj, b: Obj) -> bool {
        // SAFETY: OWNED: the local's reference, and the stack's, which goes first: so the local's may be the only one.
        unsafe {
            let py = token(ts);
            release(a);
            *place = core::ptr::null_mut();
            match unicode::append(py, Owned::from_raw(a).cast(), &*(b as *const PyUnicodeObject)) {
                Ok(s) => {
                    *place = s.into_ptr();
                    false
                }
                Err(e) => {
                    e.restore(py);
                    true
                }
            }
        }
    }
    let failed = append(ts, place, a, b);
    sp = sp.sub(2);
    release(b);
    if failed {
        fail!(pc, sp, fp, ts)
    }
    // The result is stored already: behind the cache and STORE_FAST. A pair's second half is an instruction too.
    next!(pc.add(2), sp, fp, ts)
});

/// `COMPARISON_BIT`: what an argument's mask calls the outcome.
#[inline(always)]
fn outcome<T: PartialOrd>(a: T, b: T) -> usize {
    1 << (2 * usize::from(a >= b) + usize::from(a <= b))
}

op!(COMPARE_OP_INT(pc, sp, fp, ts, arg) {
    let (a, b) = (*sp.sub(2), *sp.sub(1));
    if !both(a, b, &PyLong_Type.0) {
        miss!(COMPARE_OP, pc, sp, fp, ts, arg)
    }
    let (x, y) = (&*(a as *const PyLongObject), &*(b as *const PyLongObject));
    let (Some(x), Some(y)) = (long::compact(x), long::compact(y)) else {
        miss!(COMPARE_OP, pc, sp, fp, ts, arg)
    };
    sp = sp.sub(1);
    *sp.sub(1) = boolean_of(outcome(x, y) & arg != 0);
    release_number(ts, a);
    release_number(ts, b);
    next!(pc.add(1), sp, fp, ts)
});

op!(COMPARE_OP_FLOAT(pc, sp, fp, ts, arg) {
    let (a, b) = (*sp.sub(2), *sp.sub(1));
    if !both(a, b, &PyFloat_Type.0) {
        miss!(COMPARE_OP, pc, sp, fp, ts, arg)
    }
    let (x, y) = (&*(a as *const PyFloatObject), &*(b as *const PyFloatObject));
    let r = outcome(x.ob_fval.get(), y.ob_fval.get()) & arg != 0;
    sp = sp.sub(1);
    *sp.sub(1) = boolean_of(r);
    release_number(ts, a);
    release_number(ts, b);
    next!(pc.add(1), sp, fp, ts)
});

op!(COMPARE_OP_STR(pc, sp, fp, ts, arg) {
    let (a, b) = (*sp.sub(2), *sp.sub(1));
    if !both(a, b, &PyUnicode_Type.0) {
        miss!(COMPARE_OP, pc, sp, fp, ts, arg)
    }
    let equal = unicode::equal(&*(a as *const PyUnicodeObject), &*(b as *const PyUnicodeObject));
    // Equal or not: the mask's bit 8, or those of less and greater.
    let r = (if equal { 8 } else { 6 }) & arg != 0;
    sp = sp.sub(1);
    *sp.sub(1) = boolean_of(r);
    release(a);
    release(b);
    next!(pc.add(1), sp, fp, ts)
});
