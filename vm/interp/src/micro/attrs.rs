//! Micro-ops of attributes, `super()` and imports.

use super::names::give_to_call;
use super::*;
use crate::handlers::{builtins, globals, name, name_str, namespace, share};
use crate::specialize::{read_object, read_u32, value_at, word};
use dxpy_core::abi::constants::*;
use dxpy_core::dict::keys::{Keys, UNICODE};
use dxpy_core::dict::values;
use dxpy_core::instance::{self, Attributes};
use dxpy_core::module::PyModule_Type;
use dxpy_core::ptr::Object;
use dxpy_core::{attr, call, dict, types};
use dxpy_ops::imports;
use dxpy_types::super_::PySuper_Type;

/// Gives a method and the object it is of.
unsafe fn give_method(out: *mut Obj, method: Obj, this: &PyObject) -> Answer {
    // SAFETY: the contract of micro-ops: there is room for two.
    unsafe { put_two(out, method, share(this)) }
}

micro!(
    #[inline(never)]
    LOAD_ATTR(pc, sp, fp, ts, arg, out) {
        let (py, o, name) = (token(ts), &**sp.sub(1), name_str(fp, arg >> 1));
        if arg & 1 == 0 {
            return give(py, out, attr::get(py, o, name));
        }
        match attr::get_method(py, o, name) {
            Ok(attr::Method::Unbound(m)) => give_method(out, m.into_ptr(), o),
            Ok(attr::Method::Bound(v)) => give_to_call(arg, out, v.into_ptr()),
            Err(e) => raised(py, e),
        }
    }
);
action!(STORE_ATTR(fp, arg), |py, v, o| attr::set(py, o, name_str(fp, arg), Some(v)));
action!(DELETE_ATTR(fp, arg), |py, o| attr::set(py, o, name_str(fp, arg), None));

/// Does the object's type have the version that the cache names?
#[inline(always)]
pub(crate) unsafe fn of_version(pc: Pc, o: Obj) -> bool {
    // SAFETY: the handler contract: the object is live.
    unsafe { (*o).ty().tp_version_tag.get() == read_u32(pc, 1) }
}

/// The values that an object has in front of it; None where it has a dict by now. The version of its type says that it has
/// either.
#[inline(always)]
pub(crate) unsafe fn inline_values<'a>(o: Obj) -> Option<&'a PyDictValues> {
    // SAFETY: the version was checked; LIVE: the object has its values.
    unsafe {
        let w = instance::managed(&*o).get();
        if w & 1 == 0 { None } else { Some(&*((w - 1) as *const PyDictValues)) }
    }
}

/// The value at the cache's index of those, or NULL.
#[inline(always)]
pub(crate) unsafe fn inline_value(pc: Pc, o: Obj) -> Obj {
    // SAFETY: the version was checked: the index is one of the type's.
    unsafe {
        match inline_values(o) {
            Some(v) => values::at(v, word(pc, 3).get() as usize).get(),
            None => core::ptr::null_mut(),
        }
    }
}

/// The value where the cache says that a name is in the object's dict, with the dict; NULL where it is not.
#[inline(always)]
pub(crate) unsafe fn hinted_value<'a>(
    pc: Pc,
    fp: Fp,
    o: Obj,
    name_index: usize,
) -> (Obj, Option<&'a PyDictObject>) {
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

/// The attribute of a module whose keys have the cache's version, or NULL.
#[inline(always)]
pub(crate) unsafe fn module_attr(pc: Pc, o: Obj) -> Obj {
    // SAFETY: the handler contract; LAYOUT: just checked; the version says that the index is one of the keys'.
    unsafe {
        if !core::ptr::eq((*o).ob_type.get(), &PyModule_Type.0) {
            return core::ptr::null_mut();
        }
        let d = &*((*(o as *const PyModuleObject)).md_dict.get() as *const PyDictObject);
        let k = &*d.ma_keys.get();
        if k.dk_version.get() != read_u32(pc, 1) {
            return core::ptr::null_mut();
        }
        value_at(k, word(pc, 3).get() as usize)
    }
}

/// The place in the object that the cache names.
#[inline(always)]
pub(crate) unsafe fn slot_at(pc: Pc, o: Obj) -> *mut Obj {
    // SAFETY: the version was checked: the type has a member at this offset.
    unsafe { o.byte_add(word(pc, 3).get() as usize) as *mut Obj }
}

/// Is it a class of the cache's version, whose metatype is `type`? A class keeps its metatype's kind only while it is that.
#[inline(always)]
pub(crate) unsafe fn class_of_version(pc: Pc, o: Obj) -> bool {
    // SAFETY: the handler contract; LAYOUT: by the flag.
    unsafe {
        (*o).ty().tp_flags.get() & Py_TPFLAGS_TYPE_SUBCLASS != 0
            && (*(o as *const PyTypeObject)).tp_version_tag.get() == read_u32(pc, 1)
            && core::ptr::eq((*o).ob_type.get(), &types::PyType_Type.0)
    }
}

/// Has the object values in front of it, of keys of the cache's version? Then no attribute of its own hides the method.
#[inline(always)]
pub(crate) unsafe fn values_of_keys(pc: Pc, o: Obj) -> bool {
    // SAFETY: the version says that the type is a heap type with such values.
    unsafe {
        if instance::managed(&*o).get() & 1 == 0 {
            return false;
        }
        let heap = (*o).ob_type.get() as *const PyHeapTypeObject;
        (*(*heap).ht_cached_keys.get()).dk_version.get() == read_u32(pc, 3)
    }
}

guard!(TYPE_VERSION(pc, sp, fp, ts, arg) of_version(pc, *sp.sub(1)));
guard!(INLINE_VALUE(pc, sp, fp, ts, arg) !inline_value(pc, *sp.sub(1)).is_null());
guard!(INLINE_VALUES(pc, sp, fp, ts, arg) inline_values(*sp.sub(1)).is_some());
guard!(HINTED_VALUE(pc, sp, fp, ts, arg) !hinted_value(pc, fp, *sp.sub(1), arg >> 1).0.is_null());
guard!(
    /// The same for `STORE_ATTR`, whose argument is the name's index without a flag.
    HINTED_PLACE(pc, sp, fp, ts, arg) !hinted_value(pc, fp, *sp.sub(1), arg).0.is_null()
);
guard!(MODULE_ATTR(pc, sp, fp, ts, arg) !module_attr(pc, *sp.sub(1)).is_null());
guard!(SLOT_VALUE(pc, sp, fp, ts, arg) !(*slot_at(pc, *sp.sub(1))).is_null());
guard!(CLASS_VERSION(pc, sp, fp, ts, arg) class_of_version(pc, *sp.sub(1)));
guard!(INLINE_VALUES_OF_KEYS(pc, sp, fp, ts, arg) values_of_keys(pc, *sp.sub(1)));
guard!(NO_DICT_YET(pc, sp, fp, ts, arg)(*slot_at(pc, *sp.sub(1))).is_null());

/// A micro-op that gives an attribute which a guard before has seen.
macro_rules! seen {
    ($name:ident, |$pc:ident, $fp:ident, $o:ident, $arg:ident| $value:expr) => {
        micro!($name($pc, sp, $fp, ts, $arg, out) {
            let $o = *sp.sub(1);
            give_to_call($arg, out, share(&*$value))
        });
    };
}
seen!(LOAD_INLINE_VALUE, |pc, fp, o, arg| inline_value(pc, o));
seen!(LOAD_HINTED_VALUE, |pc, fp, o, arg| hinted_value(pc, fp, o, arg >> 1).0);
seen!(LOAD_MODULE_ATTR, |pc, fp, o, arg| module_attr(pc, o));
seen!(LOAD_SLOT, |pc, fp, o, arg| *slot_at(pc, o));
seen!(LOAD_CACHED, |pc, fp, o, arg| read_object(pc, 5));

micro!(LOAD_CACHED_METHOD(pc, sp, fp, ts, arg, out) {
    // LIVE: the type, whose version was checked, holds the method.
    give_method(out, share(&*read_object(pc, 5)), &**sp.sub(1))
});

micro!(
    /// Gives what the value was, which may be NULL.
    STORE_INLINE_VALUE(pc, sp, fp, ts, arg, out) {
        let (v, o) = (&**sp.sub(2), *sp.sub(1));
        let Some(all) = inline_values(o) else { core::hint::unreachable_unchecked() };
        let i = word(pc, 3).get() as usize;
        let old = values::at(all, i).replace(share(v));
        if old.is_null() {
            values::appended(all, i);
        }
        put(out, old)
    }
);

micro!(
    /// Gives what the member was, which may be NULL.
    STORE_SLOT(pc, sp, fp, ts, arg, out) {
        put(out, core::ptr::replace(slot_at(pc, *sp.sub(1)), share(&**sp.sub(2))))
    }
);

micro!(
    #[inline(never)]
    STORE_HINTED_VALUE(pc, sp, fp, ts, arg, out) {
        let py = token(ts);
        operands!(sp, v o);
        let (_, Some(d)) = hinted_value(pc, fp, o.as_ptr(), arg) else { core::hint::unreachable_unchecked() };
        done(py, dict::set_at(py, d, word(pc, 3).get() as usize, name(fp, arg), v))
    }
);

micro!(
    #[inline(never)]
    LOAD_SUPER_ATTR(pc, sp, fp, ts, arg, out) {
        let (py, name) = (token(ts), name_str(fp, arg >> 2));
        operands!(sp, sup class this);
        if core::ptr::addr_eq(sup, &raw const PySuper_Type.0)
            && let Some(class) = types::check(class)
        {
            // Without the super object.
            match dxpy_types::super_::load(py, class, this, name, arg & 1 != 0) {
                Ok(Some((m, true))) => return give_method(out, m.into_ptr(), this),
                Ok(Some((v, false))) => return give_to_call(arg, out, v.into_ptr()),
                Ok(None) => {}
                Err(e) => return raised(py, e),
            }
        }
        match make_super(py, sup, class, this, arg & 2 != 0).and_then(|o| attr::get(py, &o, name)) {
            Ok(v) => give_to_call(arg, out, v.into_ptr()),
            Err(e) => raised(py, e),
        }
    }
);

/// `super(class, self)`, or `super()` where the name `super` means something else by now.
pub(crate) fn make_super(
    py: Py<'_>,
    sup: &PyObject,
    class: &PyObject,
    this: &PyObject,
    two: bool,
) -> PyResult {
    if two { call::call(py, sup, [class, this]) } else { call::call(py, sup, []) }
}

value!(IMPORT_NAME(fp, arg), |py, level, from| imports::import_name(
    py,
    builtins(fp),
    globals(fp),
    namespace(fp),
    name(fp, arg),
    from,
    level
));
value!(IMPORT_FROM(fp, arg), |py, module| imports::import_from(py, module, name_str(fp, arg)));
