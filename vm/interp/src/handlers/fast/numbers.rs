//! `BINARY_OP` and `COMPARE_OP` of ints, floats and strs.

use super::super::*;
use super::{int, miss};
use crate::dispatch::next;
use crate::micro::{self, Answer, Helper, both, both_compact, compares, compares_str};
use dxpy_core::float::PyFloat_Type;
use dxpy_core::long::PyLong_Type;
use dxpy_core::unicode::PyUnicode_Type;
use dxpy_core::{float, long, unicode};

/// Arithmetic of ints: of one digit here, of more in the type's own function. Where that, or new memory, is needed, the
/// handler goes on in a function of the same signature: so it calls nothing itself.
macro_rules! ints {
    ($name:ident, $checked:ident, $slow:ident: $micro:ident) => {
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
        unsafe extern "C" fn $slow(pc: Pc, sp: Sp, fp: Fp, ts: Ts, arg: usize) -> Obj {
            // SAFETY: the handler contract.
            unsafe { run(pc, sp, fp, ts, arg, micro::$micro) }
        }
    };
}

/// The int that an operation gives, where it needs memory.
#[inline(never)]
unsafe extern "C" fn int_result(pc: Pc, sp: Sp, fp: Fp, ts: Ts, v: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe { result(pc, sp, fp, ts, int(ts, v as i64)) }
}

/// Runs a micro-op that takes two values and gives one, and goes on.
#[inline(always)]
unsafe fn run(pc: Pc, sp: Sp, fp: Fp, ts: Ts, arg: usize, micro: Helper) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        let (a, b) = (*sp.sub(2), *sp.sub(1));
        if micro(pc, sp, fp, ts, arg, sp.sub(2)) == Answer::No {
            fail!(pc, sp, fp, ts)
        }
        release(a);
        release(b);
        next!(pc.add(1), sp.sub(1), fp, ts)
    }
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
ints!(BINARY_OP_ADD_INT, wrapping_add, add: ADD_INT);
ints!(BINARY_OP_SUBTRACT_INT, wrapping_sub, subtract: SUBTRACT_INT);
ints!(BINARY_OP_MULTIPLY_INT, wrapping_mul, multiply: MULTIPLY_INT);

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
    if !both(*sp.sub(2), *sp.sub(1), &PyUnicode_Type.0) {
        miss!(BINARY_OP, pc, sp, fp, ts, arg)
    }
    return run(pc, sp, fp, ts, arg, micro::ADD_STR);
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

op!(COMPARE_OP_INT(pc, sp, fp, ts, arg) {
    let (a, b) = (*sp.sub(2), *sp.sub(1));
    let Some((x, y)) = both_compact(a, b) else { miss!(COMPARE_OP, pc, sp, fp, ts, arg) };
    sp = sp.sub(1);
    *sp.sub(1) = boolean_of(compares(x, y, arg));
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
    let r = compares(x.ob_fval.get(), y.ob_fval.get(), arg);
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
    let r = compares_str(a, b, arg);
    sp = sp.sub(1);
    *sp.sub(1) = boolean_of(r);
    release(a);
    release(b);
    next!(pc.add(1), sp, fp, ts)
});
