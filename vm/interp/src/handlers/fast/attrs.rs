//! Attributes.

use super::super::*;
use super::calls::{enter, push_inline};
use super::miss;
use crate::dispatch::next;
use crate::micro::{
    self, Answer, class_of_version, hinted_value, inline_value, inline_values, module_attr, of_version,
    slot_at, values_of_keys,
};
use crate::specialize::{read_object, read_u32, word};
use dxpy_core::dict::values;
use dxpy_core::ptr::incref;

/// The value takes the object's place; NULL below it for the form that calls it.
#[inline(always)]
unsafe fn put(pc: Pc, mut sp: Sp, fp: Fp, ts: Ts, arg: usize, o: Obj, v: Obj) -> Obj {
    // SAFETY: the handler contract: the value is live.
    unsafe {
        incref(&*v);
        *sp.sub(1) = core::ptr::null_mut();
        sp = sp.add(arg & 1);
        *sp.sub(1) = v;
        release(o);
        next!(pc.add(9), sp, fp, ts)
    }
}

op!(LOAD_ATTR_INSTANCE_VALUE(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !of_version(pc, o) {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    let v = inline_value(pc, o);
    if v.is_null() {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    put(pc, sp, fp, ts, arg, o, v)
});

op!(LOAD_ATTR_WITH_HINT(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !of_version(pc, o) {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    let v = hinted_value(pc, fp, o, arg >> 1).0;
    if v.is_null() {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    put(pc, sp, fp, ts, arg, o, v)
});

op!(LOAD_ATTR_MODULE(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    let v = module_attr(pc, o);
    if v.is_null() {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    put(pc, sp, fp, ts, arg, o, v)
});

op!(LOAD_ATTR_SLOT(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !of_version(pc, o) {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    let v = *slot_at(pc, o);
    if v.is_null() {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    put(pc, sp, fp, ts, arg, o, v)
});

op!(LOAD_ATTR_CLASS(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !class_of_version(pc, o) {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    put(pc, sp, fp, ts, arg, o, read_object(pc, 5))
});

op!(LOAD_ATTR_PROPERTY(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    let f = read_object(pc, 5) as *mut PyFunctionObject;
    if !of_version(pc, o) || (*f).func_version.get() != read_u32(pc, 3) {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    incref(&*(f as Obj));
    let new = push_inline::<true>(ts, f, sp.sub(1), 1);
    if new.is_null() {
        release(f as Obj);
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    // The object went to the frame; what is returned takes its place, above NULL for the form that calls it.
    *sp.sub(1) = core::ptr::null_mut();
    enter(pc.add(9), sp.sub(1).add(arg & 1), fp, ts, new)
});

/// Method and object.
#[inline(always)]
unsafe fn put_method(pc: Pc, sp: Sp, fp: Fp, ts: Ts, o: Obj) -> Obj {
    // SAFETY: LIVE: the type, whose version was checked, holds the method.
    unsafe {
        let m = read_object(pc, 5);
        incref(&*m);
        *sp.sub(1) = m;
        *sp = o;
        next!(pc.add(9), sp.add(1), fp, ts)
    }
}

op!(LOAD_ATTR_METHOD_WITH_VALUES(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !of_version(pc, o) || !values_of_keys(pc, o) {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    put_method(pc, sp, fp, ts, o)
});

op!(LOAD_ATTR_METHOD_NO_DICT(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !of_version(pc, o) {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    put_method(pc, sp, fp, ts, o)
});

op!(LOAD_ATTR_METHOD_LAZY_DICT(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !of_version(pc, o) || !(*slot_at(pc, o)).is_null() {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    put_method(pc, sp, fp, ts, o)
});

op!(STORE_ATTR_INSTANCE_VALUE(pc, sp, fp, ts, arg) {
    let (v, o) = (*sp.sub(2), *sp.sub(1));
    if !of_version(pc, o) {
        miss!(STORE_ATTR, pc, sp, fp, ts, arg)
    }
    let Some(all) = inline_values(o) else { miss!(STORE_ATTR, pc, sp, fp, ts, arg) };
    let i = word(pc, 3).get() as usize;
    let old = values::at(all, i).replace(v);
    sp = sp.sub(2);
    if old.is_null() {
        values::appended(all, i);
    } else {
        release(old);
    }
    release(o);
    next!(pc.add(4), sp, fp, ts)
});

op!(STORE_ATTR_SLOT(pc, sp, fp, ts, arg) {
    let (v, o) = (*sp.sub(2), *sp.sub(1));
    if !of_version(pc, o) {
        miss!(STORE_ATTR, pc, sp, fp, ts, arg)
    }
    let old = core::ptr::replace(slot_at(pc, o), v);
    sp = sp.sub(2);
    release(old);
    release(o);
    next!(pc.add(4), sp, fp, ts)
});

op!(STORE_ATTR_WITH_HINT(pc, sp, fp, ts, arg) {
    let (v, o) = (*sp.sub(2), *sp.sub(1));
    if !of_version(pc, o) {
        miss!(STORE_ATTR, pc, sp, fp, ts, arg)
    }
    if hinted_value(pc, fp, o, arg).0.is_null() {
        miss!(STORE_ATTR, pc, sp, fp, ts, arg)
    }
    if micro::STORE_HINTED_VALUE(pc, sp, fp, ts, arg, sp) == Answer::No {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(2);
    release(v);
    release(o);
    next!(pc.add(4), sp, fp, ts)
});
