//! Containers, operators, subscripts and pattern tests.

use super::fast::adapt;
use super::*;
use crate::dispatch::next;
use crate::micro::{self, Answer};
use crate::specialize::items;
use dxpy_core::list;

plain!(UNARY_NEGATIVE(pc, sp, fp, ts, arg), 1 => 1, 0);
plain!(UNARY_INVERT(pc, sp, fp, ts, arg), 1 => 1, 0);

op!(UNARY_NOT(pc, sp, fp, ts, arg) {
    let a = *sp.sub(1);
    if a == boolean_of(true) {
        *sp.sub(1) = boolean_of(false);
    } else if a == boolean_of(false) {
        *sp.sub(1) = boolean_of(true);
    } else {
        return not_other(pc, sp, fp, ts, arg);
    }
    next!(pc, sp, fp, ts)
});

/// `UNARY_NOT` of anything but a bool.
#[inline(never)]
unsafe extern "C" fn not_other(pc: Pc, sp: Sp, fp: Fp, ts: Ts, arg: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        let a = *sp.sub(1);
        if micro::UNARY_NOT(pc, sp, fp, ts, arg, sp.sub(1)) == Answer::No {
            fail!(pc, sp, fp, ts)
        }
        release(a);
        next!(pc, sp, fp, ts)
    }
}

plain!(BINARY_OP(pc, sp, fp, ts, arg), 2 => 1, 1, {
    adapt!(BINARY_OP, pc, sp, fp, ts, arg, {
        items::binary_op(pc, &**sp.sub(2), &**sp.sub(1), arg, |i| *local(fp, i))
    });
});
plain!(COMPARE_OP(pc, sp, fp, ts, arg), 2 => 1, 1, {
    adapt!(COMPARE_OP, pc, sp, fp, ts, arg, items::compare_op(&**sp.sub(2), &**sp.sub(1), arg));
});
plain!(IS_OP(pc, sp, fp, ts, arg), 2 => 1, 0);
plain!(CONTAINS_OP(pc, sp, fp, ts, arg), 2 => 1, 0);
plain!(BINARY_SUBSCR(pc, sp, fp, ts, arg), 2 => 1, 1, {
    adapt!(BINARY_SUBSCR, pc, sp, fp, ts, arg, {
        items::binary_subscr(token(ts), &**sp.sub(2), &**sp.sub(1))
    });
});
plain!(STORE_SUBSCR(pc, sp, fp, ts, arg), 3 => 0, 1, {
    adapt!(STORE_SUBSCR, pc, sp, fp, ts, arg, items::store_subscr(&**sp.sub(2), &**sp.sub(1)));
});
plain!(DELETE_SUBSCR(pc, sp, fp, ts, arg), 2 => 0, 0);
plain!(BINARY_SLICE(pc, sp, fp, ts, arg), 3 => 1, 0);
plain!(STORE_SLICE(pc, sp, fp, ts, arg), 4 => 0, 0);
stealing!(BUILD_TUPLE(pc, sp, fp, ts, arg), arg);
stealing!(BUILD_LIST(pc, sp, fp, ts, arg), arg);
stealing!(BUILD_SET(pc, sp, fp, ts, arg), arg);
stealing!(BUILD_MAP(pc, sp, fp, ts, arg), 2 * arg);
stealing!(BUILD_CONST_KEY_MAP(pc, sp, fp, ts, arg), arg + 1);

stealing!(BUILD_STRING(pc, sp, fp, ts, arg), arg);
stealing!(BUILD_SLICE(pc, sp, fp, ts, arg), 2 + usize::from(arg == 3));

op!(LIST_APPEND(pc, sp, fp, ts, arg) {
    sp = sp.sub(1);
    let l = &*(*sp.sub(arg) as *const PyListObject);
    let n = l.ob_base.ob_size.get();
    if n >= l.allocated.get() {
        return append_to_full(pc, sp, fp, ts, arg);
    }
    *l.ob_item.get().add(n as usize) = *sp;
    l.ob_base.ob_size.set(n + 1);
    next!(pc, sp, fp, ts)
});

/// `LIST_APPEND` of the value at `sp` where the list has no room left.
#[inline(never)]
unsafe extern "C" fn append_to_full(pc: Pc, sp: Sp, fp: Fp, ts: Ts, arg: usize) -> Obj {
    // SAFETY: the handler contract; OWNED: the stack's reference goes to the list.
    unsafe {
        let (py, l) = (token(ts), &*(*sp.sub(arg) as *const PyListObject));
        if failed(py, list::push(py, l, own(*sp))) {
            fail!(pc, sp, fp, ts)
        }
        next!(pc, sp, fp, ts)
    }
}

plain!(SET_ADD(pc, sp, fp, ts, arg), 1 => 0, 0);
plain!(SET_UPDATE(pc, sp, fp, ts, arg), 1 => 0, 0);
plain!(MAP_ADD(pc, sp, fp, ts, arg), 2 => 0, 0);
plain!(LIST_EXTEND(pc, sp, fp, ts, arg), 1 => 0, 0);
plain!(DICT_UPDATE(pc, sp, fp, ts, arg), 1 => 0, 0);
plain!(DICT_MERGE(pc, sp, fp, ts, arg), 1 => 0, 0);
plain!(UNPACK_SEQUENCE(pc, sp, fp, ts, arg), 1 => arg, 1, {
    adapt!(UNPACK_SEQUENCE, pc, sp, fp, ts, arg, items::unpack_sequence(&**sp.sub(1), arg));
});
plain!(UNPACK_EX(pc, sp, fp, ts, arg), 1 => (arg & 0xFF) + (arg >> 8) + 1, 0);

op!(FORMAT_VALUE(pc, sp, fp, ts, arg) {
    let spec = if arg & 4 != 0 { *sp.sub(1) } else { core::ptr::null_mut() };
    let at = if arg & 4 != 0 { sp.sub(2) } else { sp.sub(1) };
    let v = *at;
    if micro::FORMAT_VALUE(pc, sp, fp, ts, arg, at) == Answer::No {
        fail!(pc, sp, fp, ts)
    }
    release(v);
    release(spec);
    next!(pc, at.add(1), fp, ts)
});

plain!(GET_LEN(pc, sp, fp, ts, arg), 0 => 1, 0);
plain!(MATCH_MAPPING(pc, sp, fp, ts, arg), 0 => 1, 0);
plain!(MATCH_SEQUENCE(pc, sp, fp, ts, arg), 0 => 1, 0);
plain!(MATCH_KEYS(pc, sp, fp, ts, arg), 0 => 1, 0);
plain!(MATCH_CLASS(pc, sp, fp, ts, arg), 3 => 1, 0);
