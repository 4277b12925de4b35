//! Stack, locals, cells, names and constants.

use super::fast::adapt;
use super::*;
use crate::dispatch::{Handler, go, next};
use crate::micro::{self, Answer};
use dxpy_ops::names;

op!(NOP(pc, sp, fp, ts, arg) { next!(pc, sp, fp, ts) });
op!(CACHE(pc, sp, fp, ts, arg) { next!(pc, sp, fp, ts) });

op!(POP_TOP(pc, sp, fp, ts, arg) {
    sp = sp.sub(1);
    release(*sp);
    next!(pc, sp, fp, ts)
});

plain!(PUSH_NULL(pc, sp, fp, ts, arg), 0 => 1, 0);
plain!(COPY(pc, sp, fp, ts, arg), 0 => 1, 0);

op!(SWAP(pc, sp, fp, ts, arg) {
    core::ptr::swap(sp.sub(1), sp.sub(arg));
    next!(pc, sp, fp, ts)
});

op!(EXTENDED_ARG(pc, sp, fp, ts, arg) {
    let unit = *pc;
    go!(unit & 255, pc.add(1), sp, fp, ts, arg << 8 | (unit >> 8) as usize)
});

op!(END_FOR(pc, sp, fp, ts, arg) {
    sp = sp.sub(2);
    release(*sp.add(1));
    release(*sp);
    next!(pc, sp, fp, ts)
});

op!(END_SEND(pc, sp, fp, ts, arg) {
    sp = sp.sub(1);
    let receiver = core::ptr::replace(sp.sub(1), *sp);
    release(receiver);
    next!(pc, sp, fp, ts)
});

plain!(LOAD_FAST(pc, sp, fp, ts, arg), 0 => 1, 0);
plain!(LOAD_FAST_CHECK(pc, sp, fp, ts, arg), 0 => 1, 0);
plain!(LOAD_FAST_AND_CLEAR(pc, sp, fp, ts, arg), 0 => 1, 0);

op!(STORE_FAST(pc, sp, fp, ts, arg) {
    micro::STORE_FAST(pc, sp, fp, ts, arg, sp.sub(1));
    sp = sp.sub(1);
    release(*sp);
    next!(pc, sp, fp, ts)
});

op!(DELETE_FAST(pc, sp, fp, ts, arg) {
    if micro::DELETE_FAST(pc, sp, fp, ts, arg, sp) == Answer::No {
        fail!(pc, sp, fp, ts)
    }
    release(*sp);
    next!(pc, sp, fp, ts)
});

/// A local or free variable without a value.
#[cold]
#[inline(never)]
pub(crate) unsafe fn raise_unbound(ts: Ts, fp: Fp, i: usize) {
    // SAFETY: the handler contract.
    unsafe {
        let py = token(ts);
        let c = dxpy_types::frame::code_of(fp);
        let name = dxpy_types::code::locals_names(c)[i];
        let e = if i >= c.co_nlocalsplus.get() as usize - c.co_nfreevars.get() as usize {
            names::unbound_free(py, name)
        } else {
            names::unbound_local(py, name)
        };
        e.restore(py);
    }
}

plain!(LOAD_CONST(pc, sp, fp, ts, arg), 0 => 1, 0);

// A cell is a local as others are.
op!(LOAD_CLOSURE(pc, sp, fp, ts, arg) { (LOAD_FAST_CHECK as Handler)(pc, sp, fp, ts, arg) });

plain!(MAKE_CELL(pc, sp, fp, ts, arg), 0 => 0, 0);
plain!(LOAD_DEREF(pc, sp, fp, ts, arg), 0 => 1, 0);

op!(STORE_DEREF(pc, sp, fp, ts, arg) {
    micro::STORE_DEREF(pc, sp, fp, ts, arg, sp.sub(1));
    sp = sp.sub(1);
    release(*sp);
    next!(pc, sp, fp, ts)
});

op!(DELETE_DEREF(pc, sp, fp, ts, arg) {
    if micro::DELETE_DEREF(pc, sp, fp, ts, arg, sp) == Answer::No {
        fail!(pc, sp, fp, ts)
    }
    release(*sp);
    next!(pc, sp, fp, ts)
});

plain!(COPY_FREE_VARS(pc, sp, fp, ts, arg), 0 => 0, 0);
plain!(LOAD_NAME(pc, sp, fp, ts, arg), 0 => 1, 0);
plain!(STORE_NAME(pc, sp, fp, ts, arg), 1 => 0, 0);
plain!(DELETE_NAME(pc, sp, fp, ts, arg), 0 => 0, 0);
plain!(LOAD_GLOBAL(pc, sp, fp, ts, arg), 0 => 1 + (arg & 1), 4, {
    adapt!(LOAD_GLOBAL, pc, sp, fp, ts, arg, {
        crate::specialize::load_global(pc, globals(fp), builtins(fp), name_str(fp, arg >> 1))
    });
});

plain!(STORE_GLOBAL(pc, sp, fp, ts, arg), 1 => 0, 0);
plain!(DELETE_GLOBAL(pc, sp, fp, ts, arg), 0 => 0, 0);
plain!(LOAD_LOCALS(pc, sp, fp, ts, arg), 0 => 1, 0);
plain!(LOAD_FROM_DICT_OR_GLOBALS(pc, sp, fp, ts, arg), 1 => 1, 0);
plain!(LOAD_FROM_DICT_OR_DEREF(pc, sp, fp, ts, arg), 1 => 1, 0);
plain!(LOAD_BUILD_CLASS(pc, sp, fp, ts, arg), 0 => 1, 0);
plain!(LOAD_ASSERTION_ERROR(pc, sp, fp, ts, arg), 0 => 1, 0);
plain!(SETUP_ANNOTATIONS(pc, sp, fp, ts, arg), 0 => 0, 0);
