//! Attributes, `super()` and imports.

use super::fast::adapt;
use super::*;
use crate::dispatch::next;
use crate::{micro, specialize};
use dxpy_core::attr;

plain!(LOAD_ATTR(pc, sp, fp, ts, arg), 1 => 1 + (arg & 1), 9, {
    adapt!(LOAD_ATTR, pc, sp, fp, ts, arg, {
        specialize::attrs::load(token(ts), pc, &**sp.sub(1), name_str(fp, arg >> 1), arg & 1 != 0)
    });
});
plain!(STORE_ATTR(pc, sp, fp, ts, arg), 2 => 0, 4, {
    adapt!(STORE_ATTR, pc, sp, fp, ts, arg, {
        specialize::attrs::store(token(ts), pc, &**sp.sub(1), name_str(fp, arg))
    });
});
plain!(DELETE_ATTR(pc, sp, fp, ts, arg), 1 => 0, 0);
plain!(LOAD_SUPER_ATTR(pc, sp, fp, ts, arg), 3 => 1 + (arg & 1), 1);

/// The end of `LOAD_SUPER_ATTR`: the attribute takes the place of the three operands.
#[inline(always)]
pub(super) unsafe fn store_super_attr(pc: Pc, mut sp: Sp, fp: Fp, ts: Ts, arg: usize, r: Obj) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        let (sup, class, this) = (*sp.sub(3), *sp.sub(2), *sp.sub(1));
        sp = sp.sub(3);
        if arg & 1 != 0 {
            *sp = core::ptr::null_mut();
            sp = sp.add(1);
        }
        *sp = r;
        release(sup);
        release(class);
        release(this);
        next!(pc.add(1), sp.add(1), fp, ts)
    }
}

/// The super object of the three operands.
#[inline(never)]
pub(super) unsafe fn super_object(ts: Ts, sp: Sp, two: bool) -> Obj {
    // SAFETY: the handler contract: all are live.
    unsafe {
        let py = token(ts);
        raw(py, micro::make_super(py, &**sp.sub(3), &**sp.sub(2), &**sp.sub(1), two))
    }
}

/// An attribute of an object, which is released.
#[inline(never)]
pub(super) unsafe fn attribute_of(ts: Ts, o: Obj, name: &PyUnicodeObject) -> Obj {
    // SAFETY: OWNED: the object was just made.
    unsafe {
        let (py, o) = (token(ts), own(o));
        raw(py, attr::get(py, &o, name))
    }
}

plain!(IMPORT_NAME(pc, sp, fp, ts, arg), 2 => 1, 0);
plain!(IMPORT_FROM(pc, sp, fp, ts, arg), 0 => 1, 0);
