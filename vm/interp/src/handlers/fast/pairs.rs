//! Instructions that do the work of two.

use super::super::*;
use crate::dispatch::next;
use dxpy_core::ptr::incref;

/// The argument of the second instruction, which stands behind the first.
#[inline(always)]
unsafe fn second(pc: Pc) -> usize {
    // SAFETY: the pair was made of two instructions.
    unsafe { (*pc >> 8) as usize }
}

/// A local's value with a reference of its own.
#[inline(always)]
unsafe fn fetch(fp: Fp, i: usize) -> Obj {
    // SAFETY: the handler contract: the compiler knows the local to have a value.
    unsafe {
        let p = *local(fp, i);
        incref(&*p);
        p
    }
}

op!(LOAD_FAST__LOAD_FAST(pc, sp, fp, ts, arg) {
    *sp = fetch(fp, arg);
    *sp.add(1) = fetch(fp, second(pc));
    next!(pc.add(1), sp.add(2), fp, ts)
});

op!(LOAD_FAST__LOAD_CONST(pc, sp, fp, ts, arg) {
    *sp = fetch(fp, arg);
    *sp.add(1) = share(constant(fp, second(pc)));
    next!(pc.add(1), sp.add(2), fp, ts)
});

op!(LOAD_CONST__LOAD_FAST(pc, sp, fp, ts, arg) {
    *sp = share(constant(fp, arg));
    *sp.add(1) = fetch(fp, second(pc));
    next!(pc.add(1), sp.add(2), fp, ts)
});

op!(STORE_FAST__LOAD_FAST(pc, sp, fp, ts, arg) {
    let old = core::ptr::replace(local(fp, arg), *sp.sub(1));
    release(old);
    *sp.sub(1) = fetch(fp, second(pc));
    next!(pc.add(1), sp, fp, ts)
});

op!(STORE_FAST__STORE_FAST(pc, sp, fp, ts, arg) {
    let old = core::ptr::replace(local(fp, arg), *sp.sub(1));
    release(old);
    sp = sp.sub(2);
    let old = core::ptr::replace(local(fp, second(pc)), *sp);
    release(old);
    next!(pc.add(1), sp, fp, ts)
});
