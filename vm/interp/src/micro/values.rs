//! Micro-ops of the stack, locals, cells and constants.

use super::*;
use crate::handlers::{constant, local, raise_unbound, share};
use dxpy_core::cell;

/// A new reference to what may be NULL.
#[inline(always)]
unsafe fn share_some(p: Obj) -> Obj {
    // SAFETY: the contract of micro-ops: live or NULL.
    unsafe { p.as_ref() }.map_or(p, share)
}

micro!(
    /// Nothing but what its row says: whoever runs it releases the value.
    #[inline(always)]
    #[allow(unused_unsafe)]
    POP_TOP(pc, sp, fp, ts, arg, out) { Answer::Done }
);

micro!(
    #[inline(always)]
    PUSH_NULL(pc, sp, fp, ts, arg, out) {
        put(out, core::ptr::null_mut())
    }
);

micro!(
    #[inline(always)]
    COPY(pc, sp, fp, ts, arg, out) {
        put(out, share_some(*sp.sub(arg)))
    }
);

micro!(SWAP(pc, sp, fp, ts, arg, out) {
    // The values are moved: `out` may be where they are.
    core::ptr::copy(sp.sub(arg), out, arg);
    core::ptr::swap(out, out.add(arg - 1));
    Answer::Done
});

micro!(END_SEND(pc, sp, fp, ts, arg, out) {
    put(out, share_some(*sp.sub(1)))
});

micro!(
    #[inline(always)]
    LOAD_FAST(pc, sp, fp, ts, arg, out) {
        put(out, share(&**local(fp, arg)))
    }
);

micro!(
    #[inline(always)]
    LOAD_FAST_CHECK(pc, sp, fp, ts, arg, out) { share_bound(ts, fp, arg, out, *local(fp, arg)) }
);

micro!(
    #[inline(always)]
    LOAD_FAST_AND_CLEAR(pc, sp, fp, ts, arg, out) {
        put(out, core::ptr::replace(local(fp, arg), core::ptr::null_mut()))
    }
);

micro!(
    /// Gives what the local was, which may be NULL.
    #[inline(always)]
    STORE_FAST(pc, sp, fp, ts, arg, out) {
        put(out, core::ptr::replace(local(fp, arg), *sp.sub(1)))
    }
);

micro!(
    /// Gives what the local was.
    #[inline(always)]
    DELETE_FAST(pc, sp, fp, ts, arg, out) { give_bound(ts, fp, arg, out, core::ptr::replace(local(fp, arg), core::ptr::null_mut())) }
);

micro!(
    #[inline(always)]
    LOAD_CONST(pc, sp, fp, ts, arg, out) {
        put(out, share(constant(fp, arg)))
    }
);

/// Gives what a variable holds, if it holds something.
///
/// # Safety
/// LIVE or NULL; there is room at `out`.
#[inline(always)]
unsafe fn share_bound(ts: Ts, fp: Fp, arg: usize, out: *mut Obj, p: Obj) -> Answer {
    // SAFETY: the caller's promise.
    unsafe { give_bound(ts, fp, arg, out, share_some(p)) }
}

/// Gives a reference that a variable had, if it had one.
///
/// # Safety
/// As above; OWNED.
#[inline(always)]
unsafe fn give_bound(ts: Ts, fp: Fp, arg: usize, out: *mut Obj, p: Obj) -> Answer {
    // SAFETY: the caller's promise.
    unsafe {
        if p.is_null() {
            raise_unbound(ts, fp, arg);
            return Answer::No;
        }
        put(out, p)
    }
}

/// The cell that a local is.
#[inline(always)]
unsafe fn cell_at<'a>(fp: Fp, i: usize) -> &'a PyCellObject {
    // SAFETY: LAYOUT: the compiler knows the local to be a cell.
    unsafe { &*(*local(fp, i) as *const PyCellObject) }
}

micro!(
    #[inline(always)]
    LOAD_DEREF(pc, sp, fp, ts, arg, out) { share_bound(ts, fp, arg, out, cell_at(fp, arg).ob_ref.get()) }
);

micro!(
    /// Gives what the cell held, which may be NULL.
    #[inline(always)]
    STORE_DEREF(pc, sp, fp, ts, arg, out) {
        put(out, cell_at(fp, arg).ob_ref.replace(*sp.sub(1)))
    }
);

micro!(
    /// Gives what the cell held.
    #[inline(always)]
    DELETE_DEREF(pc, sp, fp, ts, arg, out) { give_bound(ts, fp, arg, out, cell_at(fp, arg).ob_ref.replace(core::ptr::null_mut())) }
);

micro!(
    #[inline(never)]
    MAKE_CELL(pc, sp, fp, ts, arg, out) {
        // OWNED: the local's value moves into the cell.
        let (py, place) = (token(ts), local(fp, arg));
        let value = Owned::from_raw_opt(core::ptr::replace(place, core::ptr::null_mut()));
        done(py, cell::new(py, value).map(|c| *place = c.into_ptr()))
    }
);

micro!(COPY_FREE_VARS(pc, sp, fp, ts, arg, out) {
    let func = (*fp).f_funcobj.get() as *const PyFunctionObject;
    let closure = (*func).func_closure.get() as *const PyTupleObject;
    let first = (*(*fp).f_code.get()).co_nlocalsplus.get() as usize - arg;
    let mut i = 0;
    while i < arg {
        *local(fp, first + i) = share(&*(*(*closure).ob_item.as_ptr().add(i)).get());
        i += 1;
    }
    Answer::Done
});
