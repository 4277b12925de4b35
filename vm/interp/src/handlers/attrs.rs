//! Attributes, `super()` and imports.

use super::fast::adapt;
use super::*;
use crate::dispatch::next;
use crate::specialize;
use dxpy_core::{attr, call, types};
use dxpy_ops::imports;
use dxpy_types::super_::PySuper_Type;

op!(LOAD_ATTR(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    adapt!(LOAD_ATTR, pc, sp, fp, ts, arg, {
        specialize::attrs::load(token(ts), pc, &*o, name_str(fp, arg >> 1), arg & 1 != 0)
    });
    if arg & 1 != 0 {
        if load_method(ts, o, name_str(fp, arg >> 1), sp) {
            fail!(pc, sp, fp, ts)
        }
        next!(pc.add(9), sp.add(1), fp, ts)
    }
    let r = load_attr(ts, o, name_str(fp, arg >> 1));
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    *sp.sub(1) = r;
    release(o);
    next!(pc.add(9), sp, fp, ts)
});

#[inline(never)]
unsafe fn load_attr(ts: Ts, o: Obj, name: &PyUnicodeObject) -> Obj {
    // SAFETY: the handler contract: the object is live.
    unsafe {
        let py = token(ts);
        raw(py, attr::get(py, &*o, name))
    }
}

/// Replaces the object below `sp` by method and object, or NULL and the attribute.
#[inline(never)]
unsafe fn load_method(ts: Ts, o: Obj, name: &PyUnicodeObject, sp: Sp) -> bool {
    // SAFETY: OWNED: the object's slot; there is room for one more.
    unsafe {
        let py = token(ts);
        match attr::get_method(py, &*o, name) {
            Ok(attr::Method::Unbound(m)) => {
                *sp.sub(1) = m.into_ptr();
                *sp = o;
                false
            }
            Ok(attr::Method::Bound(v)) => {
                *sp.sub(1) = core::ptr::null_mut();
                *sp = v.into_ptr();
                release(o);
                false
            }
            Err(e) => {
                e.restore(py);
                true
            }
        }
    }
}

op!(STORE_ATTR(pc, sp, fp, ts, arg) {
    let (v, o) = (*sp.sub(2), *sp.sub(1));
    adapt!(STORE_ATTR, pc, sp, fp, ts, arg, {
        specialize::attrs::store(token(ts), pc, &*o, name_str(fp, arg))
    });
    if set_attr(ts, o, name_str(fp, arg), v) {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(2);
    release(v);
    release(o);
    next!(pc.add(4), sp, fp, ts)
});

op!(DELETE_ATTR(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if set_attr(ts, o, name_str(fp, arg), core::ptr::null_mut()) {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(1);
    release(o);
    next!(pc, sp, fp, ts)
});

#[inline(never)]
unsafe fn set_attr(ts: Ts, o: Obj, name: &PyUnicodeObject, v: Obj) -> bool {
    // SAFETY: the handler contract: the object and the value, if any, are live.
    unsafe {
        let py = token(ts);
        failed(py, attr::set(py, &*o, name, v.as_ref()))
    }
}

op!(LOAD_SUPER_ATTR(pc, sp, fp, ts, arg) {
    let (sup, class) = (*sp.sub(3), *sp.sub(2));
    if core::ptr::addr_eq(sup, &raw const PySuper_Type.0) && types::check(&*class).is_some() {
        let r = super_attr(ts, class, *sp.sub(1), name_str(fp, arg >> 2), arg & 1 != 0);
        if r as usize == UNBOUND {
            // The method, which the thread state holds for the moment, and its object.
            let this = *sp.sub(1);
            sp = sp.sub(1);
            *sp.sub(2) = (*ts).resume[0].get() as Obj;
            *sp.sub(1) = this;
            release(sup);
            release(class);
            next!(pc.add(1), sp, fp, ts)
        }
        if r as usize != SLOWLY {
            if r.is_null() {
                fail!(pc, sp, fp, ts)
            }
            return store_super_attr(pc, sp, fp, ts, arg, r);
        }
    }
    let made = make_super(ts, *sp.sub(3), *sp.sub(2), *sp.sub(1), arg & 2 != 0);
    if made.is_null() {
        fail!(pc, sp, fp, ts)
    }
    let r = attribute_of(ts, made, name_str(fp, arg >> 2));
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    store_super_attr(pc, sp, fp, ts, arg, r)
});

/// Answers of [`super_attr`] that are no object's address: a method not bound, for `resume[0]` to hold; not to be found
/// without the super object.
const UNBOUND: usize = 1;
const SLOWLY: usize = 2;

/// The attribute of `super(class, this)` without that object.
#[inline(never)]
unsafe fn super_attr(ts: Ts, class: Obj, this: Obj, name: &PyUnicodeObject, method: bool) -> Obj {
    // SAFETY: the handler contract: all are live; LAYOUT: the class was checked.
    unsafe {
        let py = token(ts);
        match dxpy_types::super_::load(py, &*(class as *const PyTypeObject), &*this, name, method) {
            Ok(Some((v, true))) => {
                (*ts).resume[0].set(v.into_ptr() as usize);
                UNBOUND as Obj
            }
            Ok(Some((v, false))) => v.into_ptr(),
            Ok(None) => SLOWLY as Obj,
            Err(e) => {
                e.restore(py);
                core::ptr::null_mut()
            }
        }
    }
}

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

/// `super(class, self)`, or `super()` where the name `super` means something else by now.
#[inline(never)]
pub(super) unsafe fn make_super(ts: Ts, sup: Obj, class: Obj, this: Obj, two: bool) -> Obj {
    // SAFETY: the handler contract: all are live.
    unsafe {
        let py = token(ts);
        let (sup, class, this) = (&*sup, &*class, &*this);
        raw(py, if two { call::call(py, sup, [class, this]) } else { call::call(py, sup, []) })
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

op!(IMPORT_NAME(pc, sp, fp, ts, arg) {
    let (level, from) = (*sp.sub(2), *sp.sub(1));
    let r = import_name(ts, fp, name(fp, arg), level, from);
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(1);
    *sp.sub(1) = r;
    release(level);
    release(from);
    next!(pc, sp, fp, ts)
});

#[inline(never)]
unsafe fn import_name(ts: Ts, fp: Fp, name: &PyObject, level: Obj, from: Obj) -> Obj {
    // SAFETY: the handler contract: all are live.
    unsafe {
        let py = token(ts);
        let r = imports::import_name(py, builtins(fp), globals(fp), namespace(fp), name, &*from, &*level);
        raw(py, r)
    }
}

op!(IMPORT_FROM(pc, sp, fp, ts, arg) {
    let py = token(ts);
    let r = raw(py, imports::import_from(py, &**sp.sub(1), name_str(fp, arg)));
    if r.is_null() {
        fail!(pc, sp, fp, ts)
    }
    *sp = r;
    next!(pc, sp.add(1), fp, ts)
});
