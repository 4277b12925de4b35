//! Attributes.

use super::super::*;
use super::calls::{enter, push_inline};
use super::miss;
use crate::dispatch::next;
use crate::specialize::{read_object, read_u32, value_at, word};
use dxpy_core::abi::constants::*;
use dxpy_core::dict::keys::{Keys, UNICODE};
use dxpy_core::dict::values;
use dxpy_core::instance::{self, Attributes};
use dxpy_core::module::PyModule_Type;
use dxpy_core::ptr::{Object, incref};
use dxpy_core::{dict, types};

/// Does the object's type have the version that the cache names?
#[inline(always)]
unsafe fn known(pc: Pc, o: Obj) -> bool {
    // SAFETY: the handler contract: the object is live.
    unsafe { (*o).ty().tp_version_tag.get() == read_u32(pc, 1) }
}

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
    if !known(pc, o) {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    let w = instance::managed(&*o).get();
    if w & 1 == 0 {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    let v = values::at(&*((w - 1) as *const PyDictValues), word(pc, 3).get() as usize).get();
    if v.is_null() {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    put(pc, sp, fp, ts, arg, o, v)
});

op!(LOAD_ATTR_WITH_HINT(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !known(pc, o) {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    let v = hinted(pc, fp, o, arg >> 1).0;
    if v.is_null() {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    put(pc, sp, fp, ts, arg, o, v)
});

/// The value where the cache says that a name is in the object's dict, with the dict; NULL where it is not.
#[inline(always)]
unsafe fn hinted<'a>(pc: Pc, fp: Fp, o: Obj, name_index: usize) -> (Obj, Option<&'a PyDictObject>) {
    let nothing = (core::ptr::null_mut(), None);
    // SAFETY: the version says that the type has managed dicts; indices are checked.
    unsafe {
        let Attributes::Dict(d) = instance::decode(instance::managed(&*o).get()) else { return nothing };
        let (k, i) = (&*d.ma_keys.get(), word(pc, 3).get() as usize);
        if k.dk_kind.get() != UNICODE || !d.ma_values.get().is_null() || i >= k.entries() {
            return nothing;
        }
        if !core::ptr::addr_eq(k.key(i).get(), name(fp, name_index)) {
            return nothing;
        }
        (k.value(i).get(), Some(d))
    }
}

op!(LOAD_ATTR_MODULE(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !core::ptr::eq((*o).ob_type.get(), &PyModule_Type.0) {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    let d = &*((*(o as *const PyModuleObject)).md_dict.get() as *const PyDictObject);
    let k = &*d.ma_keys.get();
    if k.dk_version.get() != read_u32(pc, 1) {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    let v = value_at(k, word(pc, 3).get() as usize);
    if v.is_null() {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    put(pc, sp, fp, ts, arg, o, v)
});

op!(LOAD_ATTR_SLOT(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !known(pc, o) {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    let v = *(o.byte_add(word(pc, 3).get() as usize) as *const Obj);
    if v.is_null() {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    put(pc, sp, fp, ts, arg, o, v)
});

op!(LOAD_ATTR_CLASS(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    let is_class = (*o).ty().tp_flags.get() & Py_TPFLAGS_TYPE_SUBCLASS != 0;
    if !is_class || (*(o as *const PyTypeObject)).tp_version_tag.get() != read_u32(pc, 1) {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    // The metatype was `type` itself, and a class keeps its metatype's kind only while it is that.
    if !core::ptr::eq((*o).ob_type.get(), &types::PyType_Type.0) {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    put(pc, sp, fp, ts, arg, o, read_object(pc, 5))
});

op!(LOAD_ATTR_PROPERTY(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    let f = read_object(pc, 5) as *mut PyFunctionObject;
    if !known(pc, o) || (*f).func_version.get() != read_u32(pc, 3) {
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
    if !known(pc, o) || instance::managed(&*o).get() & 1 == 0 {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    let heap = (*o).ob_type.get() as *const PyHeapTypeObject;
    if (*(*heap).ht_cached_keys.get()).dk_version.get() != read_u32(pc, 3) {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    put_method(pc, sp, fp, ts, o)
});

op!(LOAD_ATTR_METHOD_NO_DICT(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !known(pc, o) {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    put_method(pc, sp, fp, ts, o)
});

op!(LOAD_ATTR_METHOD_LAZY_DICT(pc, sp, fp, ts, arg) {
    let o = *sp.sub(1);
    if !known(pc, o) || !(*(o.byte_add(word(pc, 3).get() as usize) as *const Obj)).is_null() {
        miss!(LOAD_ATTR, pc, sp, fp, ts, arg)
    }
    put_method(pc, sp, fp, ts, o)
});

op!(STORE_ATTR_INSTANCE_VALUE(pc, sp, fp, ts, arg) {
    let (v, o) = (*sp.sub(2), *sp.sub(1));
    if !known(pc, o) {
        miss!(STORE_ATTR, pc, sp, fp, ts, arg)
    }
    let w = instance::managed(&*o).get();
    if w & 1 == 0 {
        miss!(STORE_ATTR, pc, sp, fp, ts, arg)
    }
    let (all, i) = (&*((w - 1) as *const PyDictValues), word(pc, 3).get() as usize);
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
    if !known(pc, o) {
        miss!(STORE_ATTR, pc, sp, fp, ts, arg)
    }
    let old = core::ptr::replace(o.byte_add(word(pc, 3).get() as usize) as *mut Obj, v);
    sp = sp.sub(2);
    release(old);
    release(o);
    next!(pc.add(4), sp, fp, ts)
});

op!(STORE_ATTR_WITH_HINT(pc, sp, fp, ts, arg) {
    let (v, o) = (*sp.sub(2), *sp.sub(1));
    if !known(pc, o) {
        miss!(STORE_ATTR, pc, sp, fp, ts, arg)
    }
    let (old, Some(d)) = hinted(pc, fp, o, arg) else { miss!(STORE_ATTR, pc, sp, fp, ts, arg) };
    if old.is_null() {
        miss!(STORE_ATTR, pc, sp, fp, ts, arg)
    }
    #[inline(never)]
    unsafe fn set(ts: Ts, d: &PyDictObject, i: usize, key: &PyObject, v: Obj) -> bool {
        // SAFETY: the handler contract: the value is live.
        unsafe {
            let py = token(ts);
            failed(py, dict::set_at(py, d, i, key, &*v))
        }
    }
    if set(ts, d, word(pc, 3).get() as usize, name(fp, arg), v) {
        fail!(pc, sp, fp, ts)
    }
    sp = sp.sub(2);
    release(v);
    release(o);
    next!(pc.add(4), sp, fp, ts)
});
