//! Subscripts, unpacking, globals and loops.

use super::super::*;
use super::calls::push_inline;
use super::{int, miss};
use crate::dispatch::{Handler, next};
use crate::micro::{
    self, Answer, builtins_value, is_list_of, list_next, list_place, module_value, range_next, spread,
    tuple_item, tuple_items, tuple_next,
};
use dxpy_core::abi::constants::*;
use dxpy_core::dict::PyDict_Type;
use dxpy_core::ptr::{Object, incref};
use dxpy_core::{long, object};
use dxpy_types::{frame, generator};

op!(LOAD_GLOBAL_MODULE(pc, sp, fp, ts, arg) {
    let v = module_value(pc, fp);
    if v.is_null() {
        miss!(LOAD_GLOBAL, pc, sp, fp, ts, arg)
    }
    push_global(pc, sp, fp, ts, arg, v)
});

op!(LOAD_GLOBAL_BUILTIN(pc, sp, fp, ts, arg) {
    let v = builtins_value(pc, fp);
    if v.is_null() {
        miss!(LOAD_GLOBAL, pc, sp, fp, ts, arg)
    }
    push_global(pc, sp, fp, ts, arg, v)
});

#[inline(always)]
unsafe fn push_global(pc: Pc, mut sp: Sp, fp: Fp, ts: Ts, arg: usize, v: Obj) -> Obj {
    // SAFETY: the handler contract: the value is live.
    unsafe {
        incref(&*v);
        *sp = core::ptr::null_mut();
        sp = sp.add(arg & 1);
        *sp = v;
        next!(pc.add(4), sp.add(1), fp, ts)
    }
}

op!(BINARY_SUBSCR_LIST_INT(pc, sp, fp, ts, arg) {
    let (o, key) = (*sp.sub(2), *sp.sub(1));
    let place = list_place(o, key);
    if place.is_null() {
        miss!(BINARY_SUBSCR, pc, sp, fp, ts, arg)
    }
    sp = sp.sub(1);
    *sp.sub(1) = share(&**place);
    release(o);
    release_number(ts, key);
    next!(pc.add(1), sp, fp, ts)
});

op!(BINARY_SUBSCR_TUPLE_INT(pc, sp, fp, ts, arg) {
    let (o, key) = (*sp.sub(2), *sp.sub(1));
    let v = tuple_item(o, key);
    if v.is_null() {
        miss!(BINARY_SUBSCR, pc, sp, fp, ts, arg)
    }
    sp = sp.sub(1);
    *sp.sub(1) = share(&*v);
    release(o);
    release_number(ts, key);
    next!(pc.add(1), sp, fp, ts)
});

op!(BINARY_SUBSCR_DICT(pc, sp, fp, ts, arg) {
    let (o, key) = (*sp.sub(2), *sp.sub(1));
    if !is(o, &PyDict_Type.0) {
        miss!(BINARY_SUBSCR, pc, sp, fp, ts, arg)
    }
    if micro::DICT_ITEM(pc, sp, fp, ts, arg, sp.sub(2)) == Answer::No {
        fail!(pc, sp, fp, ts)
    }
    release(o);
    release(key);
    next!(pc.add(1), sp.sub(1), fp, ts)
});

op!(BINARY_SUBSCR_GETITEM(pc, sp, fp, ts, arg) {
    let o = *sp.sub(2);
    let ty = (*o).ty();
    if ty.tp_flags.get() & Py_TPFLAGS_HEAPTYPE == 0 {
        miss!(BINARY_SUBSCR, pc, sp, fp, ts, arg)
    }
    let cache = &(*(&raw const *ty).cast::<PyHeapTypeObject>())._spec_cache;
    let f = cache.getitem.get() as *mut PyFunctionObject;
    if f.is_null() || (*f).func_version.get() != cache.getitem_version.get() {
        miss!(BINARY_SUBSCR, pc, sp, fp, ts, arg)
    }
    incref(&*(f as Obj));
    let new = push_inline::<true>(ts, f, sp.sub(2), 2);
    if new.is_null() {
        release(f as Obj);
        miss!(BINARY_SUBSCR, pc, sp, fp, ts, arg)
    }
    super::calls::enter(pc.add(1), sp.sub(2), fp, ts, new)
});

op!(STORE_SUBSCR_LIST_INT(pc, sp, fp, ts, arg) {
    let (v, o, key) = (*sp.sub(3), *sp.sub(2), *sp.sub(1));
    let place = list_place(o, key);
    if place.is_null() {
        miss!(STORE_SUBSCR, pc, sp, fp, ts, arg)
    }
    let old = core::ptr::replace(place, v);
    sp = sp.sub(3);
    release(old);
    release_number(ts, key);
    release(o);
    next!(pc.add(1), sp, fp, ts)
});

op!(STORE_SUBSCR_DICT(pc, sp, fp, ts, arg) {
    let (v, o, key) = (*sp.sub(3), *sp.sub(2), *sp.sub(1));
    if !is(o, &PyDict_Type.0) {
        miss!(STORE_SUBSCR, pc, sp, fp, ts, arg)
    }
    if micro::SET_DICT_ITEM(pc, sp, fp, ts, arg, sp) == Answer::No {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(3);
    release(v);
    release(o);
    release(key);
    next!(pc.add(1), sp, fp, ts)
});

op!(UNPACK_SEQUENCE_TWO_TUPLE(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    let items = tuple_items(o, 2);
    if items.is_null() {
        miss!(UNPACK_SEQUENCE, pc, sp, fp, ts, arg)
    }
    *sp.sub(1) = share(&**items.add(1));
    *sp = share(&**items);
    release(o);
    next!(pc.add(1), sp.add(1), fp, ts)
});

op!(UNPACK_SEQUENCE_TUPLE(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    let items = tuple_items(o, arg);
    if items.is_null() {
        miss!(UNPACK_SEQUENCE, pc, sp, fp, ts, arg)
    }
    spread(sp.sub(1), items, arg);
    release(o);
    next!(pc.add(1), sp.sub(1).add(arg), fp, ts)
});

op!(UNPACK_SEQUENCE_LIST(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !is_list_of(o, arg) {
        miss!(UNPACK_SEQUENCE, pc, sp, fp, ts, arg)
    }
    spread(sp.sub(1), (*(o as *const PyListObject)).ob_item.get(), arg);
    release(o);
    next!(pc.add(1), sp.sub(1).add(arg), fp, ts)
});

/// The end of a loop: behind the cache and END_FOR.
macro_rules! ended {
    ($pc:ident, $sp:ident, $fp:ident, $ts:ident, $arg:ident, $it:expr) => {{
        $sp = $sp.sub(1);
        release($it);
        next!($pc.add($arg + 2), $sp, $fp, $ts)
    }};
}

/// The loop goes on with an item, or ends.
macro_rules! items_of {
    ($name:ident, $ty:expr, $next:ident) => {
        op!($name(pc, sp, fp, ts, arg) {
            let o = *sp.sub(1);
            if !is(o, $ty) {
                miss!(FOR_ITER, pc, sp, fp, ts, arg)
            }
            let v = $next(o);
            if v.is_null() {
                ended!(pc, sp, fp, ts, arg, o)
            }
            *sp = v;
            next!(pc.add(1), sp.add(1), fp, ts)
        });
    };
}
items_of!(FOR_ITER_LIST, &dxpy_types::list::PyListIter_Type.0, list_next);
items_of!(FOR_ITER_TUPLE, &dxpy_types::tuple::PyTupleIter_Type.0, tuple_next);

op!(FOR_ITER_RANGE(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !is(o, &dxpy_types::range::PyRangeIter_Type.0) {
        miss!(FOR_ITER, pc, sp, fp, ts, arg)
    }
    let Some(v) = range_next(o) else { ended!(pc, sp, fp, ts, arg, o) };
    let r = long::at_hand(ts, v);
    if r.is_null() {
        return range_item(pc, sp, fp, ts, v as usize);
    }
    *sp = r;
    next!(pc.add(1), sp.add(1), fp, ts)
});

/// The next int of a range, where it needs memory.
#[inline(never)]
unsafe extern "C" fn range_item(pc: Pc, sp: Sp, fp: Fp, ts: Ts, v: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        let r = int(ts, v as i64);
        if r.is_null() {
            fail!(pc, sp, fp, ts)
        }
        *sp = r;
        next!(pc.add(1), sp.add(1), fp, ts)
    }
}

/// Goes on in a suspended generator's frame, with a value on its stack; `back` is where its caller goes on from what it
/// yields, less the offset that a return of its has.
#[inline(always)]
unsafe fn resume(back: Pc, offset: usize, sp: Sp, fp: Fp, ts: Ts, g: &PyGenObject, v: Obj) -> Obj {
    // SAFETY: the handler contract; the generator is not running and not finished.
    unsafe {
        let f = generator::frame_of(g);
        let top = (*f).stacktop.get();
        *frame::locals(f).add(top as usize) = v;
        (*f).stacktop.set(top + 1);
        let abi = &(*ts).abi;
        g.gi_frame_state.set(FRAME_EXECUTING as i8);
        g.gi_exc_state.previous_item.set(abi.exc_info.get());
        abi.exc_info.set(&raw const g.gi_exc_state as *mut _PyErr_StackItem);
        (*fp).return_offset.set(offset as u16);
        (*fp).prev_instr.set(back.sub(1) as *mut u16);
        (*fp).stacktop.set(sp.offset_from(frame::locals(fp)) as i32);
        (*f).previous.set(fp);
        (*abi.cframe.get()).current_frame.set(f);
        (crate::call::start as Handler)(core::ptr::null(), core::ptr::null_mut(), f, ts, 0)
    }
}

op!(FOR_ITER_GEN(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !is(o, &generator::PyGen_Type.0) || crate::eval_hook::get().is_some() {
        miss!(FOR_ITER, pc, sp, fp, ts, arg)
    }
    let g = &*(o as *const PyGenObject);
    if g.gi_frame_state.get() >= FRAME_EXECUTING as i8 {
        miss!(FOR_ITER, pc, sp, fp, ts, arg)
    }
    // A return goes to END_FOR, which drops what is returned and the generator.
    resume(pc.add(1), arg, sp, fp, ts, g, object::none().into_ptr())
});

op!(SEND_GEN(pc, sp, fp, ts, arg) {
    let (o, v) = (*sp.sub(2), *sp.sub(1));
    let hooked = crate::eval_hook::get().is_some();
    if hooked || !is(o, &generator::PyGen_Type.0) && !is(o, &generator::PyCoro_Type.0) {
        miss!(SEND, pc, sp, fp, ts, arg)
    }
    let g = &*(o as *const PyGenObject);
    let state = g.gi_frame_state.get();
    // A generator that has not begun takes None only; the head says so.
    if state >= FRAME_EXECUTING as i8 || (state == FRAME_CREATED as i8 && !object::is_none(&*v)) {
        miss!(SEND, pc, sp, fp, ts, arg)
    }
    // The value goes over to the generator; what it yields or returns takes its place.
    resume(pc.add(1), arg, sp.sub(1), fp, ts, g, v)
});
