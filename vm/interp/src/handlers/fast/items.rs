//! Subscripts, unpacking, globals and loops.

use super::super::*;
use super::calls::push_inline;
use super::{int, is, miss};
use crate::dispatch::{Handler, next};
use crate::specialize::{value_at, word};
use dxpy_core::abi::constants::*;
use dxpy_core::dict::PyDict_Type;
use dxpy_core::list::PyList_Type;
use dxpy_core::long::PyLong_Type;
use dxpy_core::ptr::{Object, incref};
use dxpy_core::tuple::PyTuple_Type;
use dxpy_core::{dict, long, object};
use dxpy_types::{frame, generator};

/// An index that is not negative.
#[inline(always)]
unsafe fn index(o: Obj) -> Option<usize> {
    // SAFETY: the handler contract; LAYOUT: just checked.
    unsafe {
        if !is(o, &PyLong_Type.0) {
            return None;
        }
        usize::try_from(long::compact(&*(o as *const PyLongObject))?).ok()
    }
}

op!(LOAD_GLOBAL_MODULE(pc, sp, fp, ts, arg) {
    let d = &*((*fp).f_globals.get() as *const PyDictObject);
    let k = &*d.ma_keys.get();
    if k.dk_version.get() != word(pc, 2).get() as u32 {
        miss!(LOAD_GLOBAL, pc, sp, fp, ts, arg)
    }
    let v = value_at(k, word(pc, 1).get() as usize);
    if v.is_null() {
        miss!(LOAD_GLOBAL, pc, sp, fp, ts, arg)
    }
    push_global(pc, sp, fp, ts, arg, v)
});

op!(LOAD_GLOBAL_BUILTIN(pc, sp, fp, ts, arg) {
    let d = &*((*fp).f_globals.get() as *const PyDictObject);
    let b = (*fp).f_builtins.get();
    // The builtins are a dict of the exact type where the instruction was made; another function's may be any mapping.
    if (*d.ma_keys.get()).dk_version.get() != word(pc, 2).get() as u32 || !is(b, &PyDict_Type.0) {
        miss!(LOAD_GLOBAL, pc, sp, fp, ts, arg)
    }
    let k = &*(*(b as *const PyDictObject)).ma_keys.get();
    if k.dk_version.get() != word(pc, 3).get() as u32 {
        miss!(LOAD_GLOBAL, pc, sp, fp, ts, arg)
    }
    let v = value_at(k, word(pc, 1).get() as usize);
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
    if !is(o, &PyList_Type.0) {
        miss!(BINARY_SUBSCR, pc, sp, fp, ts, arg)
    }
    let l = &*(o as *const PyListObject);
    let Some(i) = index(key) else { miss!(BINARY_SUBSCR, pc, sp, fp, ts, arg) };
    if i >= l.ob_base.ob_size.get() as usize {
        miss!(BINARY_SUBSCR, pc, sp, fp, ts, arg)
    }
    let v = *l.ob_item.get().add(i);
    incref(&*v);
    sp = sp.sub(1);
    *sp.sub(1) = v;
    release(o);
    release_number(ts, key);
    next!(pc.add(1), sp, fp, ts)
});

op!(BINARY_SUBSCR_TUPLE_INT(pc, sp, fp, ts, arg) {
    let (o, key) = (*sp.sub(2), *sp.sub(1));
    if !is(o, &PyTuple_Type.0) {
        miss!(BINARY_SUBSCR, pc, sp, fp, ts, arg)
    }
    let t = &*(o as *const PyTupleObject);
    let Some(i) = index(key) else { miss!(BINARY_SUBSCR, pc, sp, fp, ts, arg) };
    if i >= t.ob_base.ob_size.get() as usize {
        miss!(BINARY_SUBSCR, pc, sp, fp, ts, arg)
    }
    let v = (*t.ob_item.as_ptr().add(i)).get();
    incref(&*v);
    sp = sp.sub(1);
    *sp.sub(1) = v;
    release(o);
    release_number(ts, key);
    next!(pc.add(1), sp, fp, ts)
});

op!(BINARY_SUBSCR_DICT(pc, sp, fp, ts, arg) {
    let (o, key) = (*sp.sub(2), *sp.sub(1));
    if !is(o, &PyDict_Type.0) {
        miss!(BINARY_SUBSCR, pc, sp, fp, ts, arg)
    }
    let v = dict_item(ts, o, key);
    if v.is_null() {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(1);
    *sp.sub(1) = v;
    release(o);
    release(key);
    next!(pc.add(1), sp, fp, ts)
});

#[inline(never)]
unsafe fn dict_item(ts: Ts, o: Obj, key: Obj) -> Obj {
    // SAFETY: LAYOUT: by the type; the key is live.
    unsafe {
        let (py, d, key) = (token(ts), &*(o as *const PyDictObject), &*key);
        match dict::get(py, d, key) {
            Ok(Some(v)) => v.into_ptr(),
            Ok(None) => {
                exceptions::key_error(py, key).restore(py);
                core::ptr::null_mut()
            }
            Err(e) => {
                e.restore(py);
                core::ptr::null_mut()
            }
        }
    }
}

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
    if !is(o, &PyList_Type.0) {
        miss!(STORE_SUBSCR, pc, sp, fp, ts, arg)
    }
    let l = &*(o as *const PyListObject);
    let Some(i) = index(key) else { miss!(STORE_SUBSCR, pc, sp, fp, ts, arg) };
    if i >= l.ob_base.ob_size.get() as usize {
        miss!(STORE_SUBSCR, pc, sp, fp, ts, arg)
    }
    let old = core::ptr::replace(l.ob_item.get().add(i), v);
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
    #[inline(never)]
    unsafe fn set(ts: Ts, o: Obj, key: Obj, v: Obj) -> bool {
        // SAFETY: LAYOUT: by the type; key and value are live.
        unsafe {
            let py = token(ts);
            failed(py, dict::set(py, &*(o as *const PyDictObject), &*key, &*v))
        }
    }
    if set(ts, o, key, v) {
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
    if !is(o, &PyTuple_Type.0) {
        miss!(UNPACK_SEQUENCE, pc, sp, fp, ts, arg)
    }
    let t = &*(o as *const PyTupleObject);
    if t.ob_base.ob_size.get() != 2 {
        miss!(UNPACK_SEQUENCE, pc, sp, fp, ts, arg)
    }
    let items = t.ob_item.as_ptr();
    *sp.sub(1) = share(&*(*items.add(1)).get());
    *sp = share(&*(*items).get());
    release(o);
    next!(pc.add(1), sp.add(1), fp, ts)
});

op!(UNPACK_SEQUENCE_TUPLE(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !is(o, &PyTuple_Type.0) {
        miss!(UNPACK_SEQUENCE, pc, sp, fp, ts, arg)
    }
    let t = &*(o as *const PyTupleObject);
    if t.ob_base.ob_size.get() as usize != arg {
        miss!(UNPACK_SEQUENCE, pc, sp, fp, ts, arg)
    }
    spread(sp.sub(1), t.ob_item.as_ptr() as *const Obj, arg);
    release(o);
    next!(pc.add(1), sp.sub(1).add(arg), fp, ts)
});

op!(UNPACK_SEQUENCE_LIST(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !is(o, &PyList_Type.0) {
        miss!(UNPACK_SEQUENCE, pc, sp, fp, ts, arg)
    }
    let l = &*(o as *const PyListObject);
    if l.ob_base.ob_size.get() as usize != arg {
        miss!(UNPACK_SEQUENCE, pc, sp, fp, ts, arg)
    }
    spread(sp.sub(1), l.ob_item.get(), arg);
    release(o);
    next!(pc.add(1), sp.sub(1).add(arg), fp, ts)
});

/// New references to the items, the first on top.
#[inline(always)]
unsafe fn spread(to: Sp, items: *const Obj, n: usize) {
    let mut i = n;
    // SAFETY: the handler contract: `n` live items, and room for them.
    unsafe {
        while i > 0 {
            i -= 1;
            *to.add(n - 1 - i) = share(&**items.add(i));
        }
    }
}

/// The end of a loop: behind the cache and END_FOR.
macro_rules! ended {
    ($pc:ident, $sp:ident, $fp:ident, $ts:ident, $arg:ident, $it:expr) => {{
        $sp = $sp.sub(1);
        release($it);
        next!($pc.add($arg + 2), $sp, $fp, $ts)
    }};
}

op!(FOR_ITER_LIST(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !is(o, &dxpy_types::list::PyListIter_Type.0) {
        miss!(FOR_ITER, pc, sp, fp, ts, arg)
    }
    let it = &*(o as *const _PyListIterObject);
    let l = it.it_seq.get();
    if !l.is_null() {
        let i = it.it_index.get();
        if i < (*l).ob_base.ob_size.get() {
            it.it_index.set(i + 1);
            let v = *(*l).ob_item.get().add(i as usize);
            incref(&*v);
            *sp = v;
            next!(pc.add(1), sp.add(1), fp, ts)
        }
        it.it_seq.set(core::ptr::null_mut());
        release(l as Obj);
    }
    ended!(pc, sp, fp, ts, arg, o)
});

op!(FOR_ITER_TUPLE(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !is(o, &dxpy_types::tuple::PyTupleIter_Type.0) {
        miss!(FOR_ITER, pc, sp, fp, ts, arg)
    }
    let it = &*(o as *const _PyTupleIterObject);
    let t = it.it_seq.get();
    if !t.is_null() {
        let i = it.it_index.get();
        if i < (*t).ob_base.ob_size.get() {
            it.it_index.set(i + 1);
            let v = (*(*t).ob_item.as_ptr().add(i as usize)).get();
            incref(&*v);
            *sp = v;
            next!(pc.add(1), sp.add(1), fp, ts)
        }
        it.it_seq.set(core::ptr::null_mut());
        release(t as Obj);
    }
    ended!(pc, sp, fp, ts, arg, o)
});

op!(FOR_ITER_RANGE(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !is(o, &dxpy_types::range::PyRangeIter_Type.0) {
        miss!(FOR_ITER, pc, sp, fp, ts, arg)
    }
    let it = &*(o as *const _PyRangeIterObject);
    let n = it.len.get();
    if n <= 0 {
        ended!(pc, sp, fp, ts, arg, o)
    }
    let v = it.start.get();
    it.start.set(v.wrapping_add(it.step.get()));
    it.len.set(n - 1);
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
    if !is(o, &generator::PyGen_Type.0) {
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
    if !is(o, &generator::PyGen_Type.0) && !is(o, &generator::PyCoro_Type.0) {
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
