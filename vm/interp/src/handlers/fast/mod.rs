//! The specialised instructions. Each checks what its inline cache was made for, and goes on as its family's head where
//! that does not hold (`miss!`); what the caches hold is `specialize`'s.

use super::*;
use dxpy_core::long;
use dxpy_core::ptr::Object;

pub(super) mod attrs;
pub(super) mod calls;
pub(super) mod items;
pub(super) mod numbers;
pub(super) mod pairs;

/// The operands are not what the instruction was made for.
macro_rules! miss {
    ($head:ident, $pc:expr, $sp:expr, $fp:expr, $ts:expr, $arg:expr) => {
        crate::dispatch::go!(dxpy_bytecode::Op::$head, $pc, $sp, $fp, $ts, $arg)
    };
}
pub(super) use miss;

/// An int as a new reference.
#[inline(always)]
unsafe fn int(ts: Ts, v: i64) -> Obj {
    if let Some(o) = long::cached(v) {
        return o.as_ptr();
    }
    #[inline(never)]
    unsafe fn new(ts: Ts, v: i64) -> Obj {
        // SAFETY: the handler contract.
        unsafe {
            let py = token(ts);
            raw(py, long::from_i64(py, v).map(Owned::upcast))
        }
    }
    // SAFETY: the handler contract.
    unsafe { new(ts, v) }
}

/// In the head of a family: tries to specialise when it is time, and goes on as what the instruction has become.
macro_rules! adapt {
    ($head:ident, $pc:expr, $sp:expr, $fp:expr, $ts:expr, $arg:expr, $chosen:expr) => {
        if crate::specialize::due($pc) {
            #[cold]
            #[inline(never)]
            unsafe fn settle(pc: Pc, chosen: Option<dxpy_bytecode::Op>) -> bool {
                // SAFETY: the instruction has a cache.
                unsafe { crate::specialize::settle(pc, dxpy_bytecode::Op::$head, chosen) }
            }
            if settle($pc, $chosen) {
                crate::dispatch::go!(*$pc.sub(1) & 255, $pc, $sp, $fp, $ts, $arg)
            }
        }
    };
}
pub(super) use adapt;
