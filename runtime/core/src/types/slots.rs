//! Slots of types whose special methods are written in Python: `slot_tp_repr` and its siblings, which look the method up
//! and call it. Which slot gets which is decided in `slotdefs`.
//!
//! Functions with a slot's signature have that slot's contract (GIL, LIVE, LAYOUT) as their safety condition.
#![allow(clippy::missing_safety_doc)]

use super::is_subtype;
use super::lookup::find;
use super::special::{self, call, call_maybe};
use crate::abi::*;
use crate::attr;
use crate::call::type_name;
use crate::err::{PyErr, PyResult, into_ptr};
use crate::exceptions;
use crate::object::{is_none, is_not_implemented, none, not_implemented};
use crate::protocol;
use crate::ptr::{Object, Owned, borrow};
use crate::thread::Py;
use crate::unicode::Name;
use crate::{dict, long, name, tuple, unicode};
use core::ffi::c_int;

fn status(py: Py<'_>, r: PyResult<()>) -> c_int {
    match r {
        Ok(()) => 0,
        Err(e) => {
            e.restore(py);
            -1
        }
    }
}

macro_rules! unary_slots {
    ($($slot:ident $text:literal;)*) => { $(
        #[doc = concat!("Calls `", $text, "`.")]
        pub unsafe extern "C" fn $slot(o: *mut PyObject) -> *mut PyObject {
            // SAFETY: GIL, LIVE: the contract of slots.
            unsafe {
                let py = Py::assume();
                into_ptr(py, call(py, &*o, name!($text), []))
            }
        }
    )* };
}
unary_slots! {
    nb_negative "__neg__"; nb_positive "__pos__"; nb_absolute "__abs__"; nb_invert "__invert__";
    nb_int "__int__"; nb_float "__float__"; nb_index "__index__"; tp_iternext "__next__";
}

macro_rules! inplace_slots {
    ($($slot:ident $text:literal;)*) => { $(
        #[doc = concat!("Calls `", $text, "`.")]
        pub unsafe extern "C" fn $slot(a: *mut PyObject, b: *mut PyObject) -> *mut PyObject {
            // SAFETY: GIL, LIVE: the contract of slots.
            unsafe {
                let py = Py::assume();
                into_ptr(py, call(py, &*a, name!($text), [&*b]))
            }
        }
    )* };
}
inplace_slots! {
    nb_inplace_add "__iadd__"; nb_inplace_subtract "__isub__"; nb_inplace_multiply "__imul__";
    nb_inplace_remainder "__imod__"; nb_inplace_lshift "__ilshift__"; nb_inplace_rshift "__irshift__";
    nb_inplace_and "__iand__"; nb_inplace_xor "__ixor__"; nb_inplace_or "__ior__";
    nb_inplace_floor_divide "__ifloordiv__"; nb_inplace_true_divide "__itruediv__";
    nb_inplace_matrix_multiply "__imatmul__"; mp_subscript "__getitem__";
}

/// `__ipow__`, which ignores the modulus.
pub unsafe extern "C" fn nb_inplace_power(
    a: *mut PyObject,
    b: *mut PyObject,
    _: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        into_ptr(py, call(py, &*a, name!("__ipow__"), [&*b]))
    }
}

/// `method_is_overloaded`: whether the right operand's type has its own reflected method.
fn overloads(py: Py<'_>, left: &PyObject, right: &PyObject, reflected: &Name) -> PyResult<bool> {
    let Some(b) = find(py, right.ty(), reflected.get(py)) else { return Ok(false) };
    let Some(a) = find(py, left.ty(), reflected.get(py)) else { return Ok(true) };
    protocol::rich_compare_bool(py, &a, &b, protocol::NE)
}

/// `SLOT1BINFULL`: `mine` says whether a type's slot is this very function.
fn binary(
    py: Py<'_>,
    a: &PyObject,
    b: &PyObject,
    method: &Name,
    reflected: &Name,
    mine: impl Fn(&PyTypeObject) -> bool,
) -> PyResult {
    let mut right = !a.ty().is(b.ty()) && mine(b.ty());
    if mine(a.ty()) {
        if right && is_subtype(b.ty(), a.ty()) && overloads(py, a, b, reflected)? {
            if let Some(r) = call_maybe(py, b, reflected, [a])?
                && !is_not_implemented(&r)
            {
                return Ok(r);
            }
            right = false;
        }
        if let Some(r) = call_maybe(py, a, method, [b])?
            && (!is_not_implemented(&r) || a.ty().is(b.ty()))
        {
            return Ok(r);
        }
    }
    if right && let Some(r) = call_maybe(py, b, reflected, [a])? {
        return Ok(r);
    }
    Ok(not_implemented())
}

macro_rules! binary_slots {
    ($($slot:ident $text:literal $reflected:literal;)*) => { $(
        #[doc = concat!("Calls `", $text, "` or `", $reflected, "`.")]
        pub unsafe extern "C" fn $slot(a: *mut PyObject, b: *mut PyObject) -> *mut PyObject {
            // SAFETY: GIL, LIVE: the contract of slots; tables of live types.
            unsafe {
                let py = Py::assume();
                let mine = |t: &PyTypeObject| {
                    let f = t.tp_as_number.get().as_ref().and_then(|n| n.$slot.get());
                    f.is_some_and(|f| core::ptr::fn_addr_eq(f, $slot as binaryfunc))
                };
                into_ptr(py, binary(py, &*a, &*b, name!($text), name!($reflected), mine))
            }
        }
    )* };
}
binary_slots! {
    nb_add "__add__" "__radd__"; nb_subtract "__sub__" "__rsub__"; nb_multiply "__mul__" "__rmul__";
    nb_remainder "__mod__" "__rmod__"; nb_divmod "__divmod__" "__rdivmod__"; nb_lshift "__lshift__" "__rlshift__";
    nb_rshift "__rshift__" "__rrshift__"; nb_and "__and__" "__rand__"; nb_xor "__xor__" "__rxor__";
    nb_or "__or__" "__ror__"; nb_floor_divide "__floordiv__" "__rfloordiv__";
    nb_true_divide "__truediv__" "__rtruediv__"; nb_matrix_multiply "__matmul__" "__rmatmul__";
}

/// `slot_nb_power`: three-argument `pow` calls `__pow__` only of the left operand.
pub unsafe extern "C" fn nb_power(a: *mut PyObject, b: *mut PyObject, m: *mut PyObject) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of slots; tables of live types.
    unsafe {
        let py = Py::assume();
        let mine = |t: &PyTypeObject| {
            let f = t.tp_as_number.get().as_ref().and_then(|n| n.nb_power.get());
            f.is_some_and(|f| core::ptr::fn_addr_eq(f, nb_power as ternaryfunc))
        };
        let r = if is_none(&*m) {
            binary(py, &*a, &*b, name!("__pow__"), name!("__rpow__"), mine)
        } else if mine((*a).ty()) {
            call(py, &*a, name!("__pow__"), [&*b, &*m])
        } else {
            Ok(not_implemented())
        };
        into_ptr(py, r)
    }
}

/// `slot_nb_bool`: `__bool__`, else whether `__len__` is not zero.
pub unsafe extern "C" fn nb_bool(o: *mut PyObject) -> c_int {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        match truth(py, &*o) {
            Ok(b) => b as c_int,
            Err(e) => {
                e.restore(py);
                -1
            }
        }
    }
}

fn truth(py: Py<'_>, o: &PyObject) -> PyResult<bool> {
    if let Some(r) = call_maybe(py, o, name!("__bool__"), [])? {
        if !r.ty().is(&crate::boolean::PyBool_Type.0) {
            return Err(exceptions::type_error(
                py,
                format_args!("__bool__ should return bool, returned {}", type_name(r.ty())),
            ));
        }
        return Ok(r.is(&crate::boolean::_Py_TrueStruct.0));
    }
    match call_maybe(py, o, name!("__len__"), [])? {
        Some(r) => Ok(length(py, r)? != 0),
        None => Ok(true),
    }
}

/// The result of `__len__` as a size.
fn length(py: Py<'_>, r: Owned) -> PyResult<isize> {
    let n = crate::number::index(py, &r)?;
    if long::sign(&n) < 0 {
        return Err(exceptions::value_error(py, format_args!("__len__() should return >= 0")));
    }
    crate::number::to_ssize(py, &n, &exceptions::OverflowError)
}

/// `slot_sq_length`.
pub unsafe extern "C" fn sq_length(o: *mut PyObject) -> Py_ssize_t {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        match call(py, &*o, name!("__len__"), []).and_then(|r| length(py, r)) {
            Ok(n) => n,
            Err(e) => {
                e.restore(py);
                -1
            }
        }
    }
}

/// `slot_sq_item`: `__getitem__` with the index.
pub unsafe extern "C" fn sq_item(o: *mut PyObject, i: Py_ssize_t) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        let r =
            long::from_i64(py, i as i64).and_then(|i| call(py, &*o, name!("__getitem__"), [i.as_object()]));
        into_ptr(py, r)
    }
}

fn assign_item(py: Py<'_>, o: &PyObject, k: &PyObject, v: Option<&PyObject>) -> PyResult<()> {
    match v {
        Some(v) => call(py, o, name!("__setitem__"), [k, v]).map(drop),
        None => call(py, o, name!("__delitem__"), [k]).map(drop),
    }
}

/// `slot_sq_ass_item`.
pub unsafe extern "C" fn sq_ass_item(o: *mut PyObject, i: Py_ssize_t, v: *mut PyObject) -> c_int {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        let r = long::from_i64(py, i as i64).and_then(|i| assign_item(py, &*o, i.as_object(), v.as_ref()));
        status(py, r)
    }
}

/// `slot_mp_ass_subscript`.
pub unsafe extern "C" fn mp_ass_subscript(o: *mut PyObject, k: *mut PyObject, v: *mut PyObject) -> c_int {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        status(py, assign_item(py, &*o, &*k, v.as_ref()))
    }
}

/// `slot_sq_contains`: `__contains__`, else a search by iteration; None forbids both.
pub unsafe extern "C" fn sq_contains(o: *mut PyObject, v: *mut PyObject) -> c_int {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        match contains(py, &*o, &*v) {
            Ok(b) => b as c_int,
            Err(e) => {
                e.restore(py);
                -1
            }
        }
    }
}

fn contains(py: Py<'_>, o: &PyObject, v: &PyObject) -> PyResult<bool> {
    match special::lookup(py, o, name!("__contains__"))? {
        Some(m) if is_none(&m.function) => {
            Err(exceptions::type_error(py, format_args!("'{}' object is not a container", type_name(o.ty()))))
        }
        Some(m) => {
            let r = m.call(py, o, [v])?;
            protocol::is_true(py, &r)
        }
        None => crate::sequence::contains_by_iteration(py, o, v),
    }
}

/// `slot_tp_repr`: the plain one if there is no `__repr__`.
pub unsafe extern "C" fn tp_repr(o: *mut PyObject) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        let r = call_maybe(py, &*o, name!("__repr__"), []).and_then(|r| match r {
            Some(r) => Ok(r),
            None => {
                let text = format!("<{} object at {:p}>", type_name((*o).ty()), o);
                unicode::from_str(py, &text).map(Owned::upcast)
            }
        });
        into_ptr(py, r)
    }
}

unary_slots! { tp_str "__str__"; }

/// `slot_tp_hash`: any int, reduced; None forbids.
pub unsafe extern "C" fn tp_hash(o: *mut PyObject) -> Py_hash_t {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        match hash(py, &*o) {
            Ok(-1) => -2,
            Ok(h) => h,
            Err(e) => {
                e.restore(py);
                -1
            }
        }
    }
}

fn hash(py: Py<'_>, o: &PyObject) -> PyResult<Py_hash_t> {
    let m = special::lookup(py, o, name!("__hash__"))?.filter(|m| !is_none(&m.function));
    let Some(m) = m else {
        return Err(exceptions::type_error(py, format_args!("unhashable type: '{}'", type_name(o.ty()))));
    };
    let r = m.call(py, o, [])?;
    let Some(n) = long::check(&r) else {
        return Err(exceptions::type_error(py, format_args!("__hash__ method should return an integer")));
    };
    Ok(match long::to_i64(n) {
        Some(h) => h as Py_hash_t,
        None => long::hash(n),
    })
}

/// `slot_tp_call`.
pub unsafe extern "C" fn tp_call(o: *mut PyObject, args: *mut PyObject, kw: *mut PyObject) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        let r =
            call_with_tuple(py, &*o, name!("__call__"), borrow(args), (kw as *const PyDictObject).as_ref());
        into_ptr(py, r)
    }
}

fn call_with_tuple(
    py: Py<'_>,
    o: &PyObject,
    method: &Name,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    match special::lookup(py, o, method)? {
        None => Err(attr::no_attribute(py, o, method.get(py))),
        Some(m) if m.unbound => crate::call::call_prepended(py, &m.function, o, args, kw),
        Some(m) => crate::call::call_tuple(py, &m.function, args, kw),
    }
}

/// `_Py_slot_tp_getattr_hook`: `__getattribute__`, then `__getattr__` after an `AttributeError`.
pub unsafe extern "C" fn tp_getattro_hook(o: *mut PyObject, name: *mut PyObject) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        into_ptr(py, getattr_hook(py, &*o, &*name))
    }
}

fn getattr_hook(py: Py<'_>, o: &PyObject, name: &PyObject) -> PyResult {
    let ty = o.ty();
    let fallback = find(py, ty, name!("__getattr__").get(py));
    let first = {
        let getattribute = find(py, ty, name!("__getattribute__").get(py));
        match getattribute {
            Some(g) if !is_generic_getattribute(&g) => {
                special::call(py, o, name!("__getattribute__"), [name])
            }
            // An attribute that is simply not there costs no exception.
            _ => match attr::check_name(py, name).and_then(|n| attr::generic_lookup(py, o, n, None)) {
                Ok(Some(v)) => Ok(v),
                Ok(None) if fallback.is_some() => {
                    return special::call(py, o, name!("__getattr__"), [name]);
                }
                Ok(None) => attr::check_name(py, name).and_then(|n| Err(attr::no_attribute(py, o, n))),
                Err(e) => Err(e),
            },
        }
    };
    match (first, fallback) {
        (Err(e), Some(_)) if exceptions::matches(&e, &exceptions::AttributeError) => {
            special::call(py, o, name!("__getattr__"), [name])
        }
        (r, _) => r,
    }
}

/// Whether this is `object.__getattribute__` as it stands in `object`'s dict.
fn is_generic_getattribute(g: &PyObject) -> bool {
    crate::descr::wrapped(g)
        .is_some_and(|w| core::ptr::addr_eq(w as *const (), attr::generic_get_slot as *const ()))
}

/// `slot_tp_setattro`.
pub unsafe extern "C" fn tp_setattro(o: *mut PyObject, name: *mut PyObject, v: *mut PyObject) -> c_int {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        let r = match v.as_ref() {
            Some(v) => call(py, &*o, name!("__setattr__"), [&*name, v]),
            None => call(py, &*o, name!("__delattr__"), [&*name]),
        };
        status(py, r.map(drop))
    }
}

/// `slot_tp_richcompare`.
pub unsafe extern "C" fn tp_richcompare(a: *mut PyObject, b: *mut PyObject, op: c_int) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        let method = match op {
            protocol::LT => name!("__lt__"),
            protocol::LE => name!("__le__"),
            protocol::EQ => name!("__eq__"),
            protocol::NE => name!("__ne__"),
            protocol::GT => name!("__gt__"),
            _ => name!("__ge__"),
        };
        // A method that cannot be bound is as good as none.
        match special::lookup(py, &*a, method) {
            Ok(Some(m)) => into_ptr(py, m.call(py, &*a, [&*b])),
            Ok(None) => not_implemented().into_ptr(),
            Err(e) => {
                crate::glue::ignore(e);
                not_implemented().into_ptr()
            }
        }
    }
}

/// `slot_tp_iter`: `__iter__`, or the iterator over `__getitem__`; None forbids.
pub unsafe extern "C" fn tp_iter(o: *mut PyObject) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        into_ptr(py, iter(py, &*o))
    }
}

fn iter(py: Py<'_>, o: &PyObject) -> PyResult {
    let not_iterable =
        || exceptions::type_error(py, format_args!("'{}' object is not iterable", type_name(o.ty())));
    match special::lookup(py, o, name!("__iter__"))? {
        Some(m) if is_none(&m.function) => Err(not_iterable()),
        Some(m) => m.call(py, o, []),
        None if find(py, o.ty(), name!("__getitem__").get(py)).is_some() => crate::sequence::iterator(py, o),
        None => Err(not_iterable()),
    }
}

/// `slot_tp_descr_get`: without a `__get__` the object is its own value.
pub unsafe extern "C" fn tp_descr_get(
    o: *mut PyObject,
    obj: *mut PyObject,
    ty: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of slots; object and type may be NULL.
    unsafe {
        let py = Py::assume();
        let none = none();
        let r = match find(py, (*o).ty(), name!("__get__").get(py)) {
            None => Ok((*o).to_owned()),
            Some(get) => {
                let (obj, ty) = (obj.as_ref().unwrap_or(&none), ty.as_ref().unwrap_or(&none));
                crate::call::call(py, &get, [&*o, obj, ty])
            }
        };
        into_ptr(py, r)
    }
}

/// `slot_tp_descr_set`.
pub unsafe extern "C" fn tp_descr_set(o: *mut PyObject, target: *mut PyObject, v: *mut PyObject) -> c_int {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        let r = match v.as_ref() {
            Some(v) => call(py, &*o, name!("__set__"), [&*target, v]),
            None => call(py, &*o, name!("__delete__"), [&*target]),
        };
        status(py, r.map(drop))
    }
}

/// `slot_tp_init`.
pub unsafe extern "C" fn tp_init(o: *mut PyObject, args: *mut PyObject, kw: *mut PyObject) -> c_int {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        let r =
            call_with_tuple(py, &*o, name!("__init__"), borrow(args), (kw as *const PyDictObject).as_ref())
                .and_then(|r| {
                    if is_none(&r) {
                        return Ok(());
                    }
                    Err(exceptions::type_error(
                        py,
                        format_args!("__init__() should return None, not '{}'", type_name(r.ty())),
                    ))
                });
        status(py, r)
    }
}

/// `slot_tp_new`.
pub unsafe extern "C" fn tp_new(
    ty: *mut PyTypeObject,
    args: *mut PyObject,
    kw: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        let r = attr::get_name(py, (*ty).as_object(), name!("__new__")).and_then(|f| {
            let kw = (kw as *const PyDictObject).as_ref();
            crate::call::call_prepended(py, &f, (*ty).as_object(), borrow(args), kw)
        });
        into_ptr(py, r)
    }
}

/// `slot_tp_finalize`: what `__del__` raises is reported and dropped.
pub unsafe extern "C" fn tp_finalize(o: *mut PyObject) {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        let pending = PyErr::take(py);
        match special::lookup(py, &*o, name!("__del__")) {
            Ok(Some(m)) => {
                if let Err(e) = m.call(py, &*o, []) {
                    exceptions::unraisable(py, e, Some(&m.function));
                }
            }
            Ok(None) => {}
            Err(e) => exceptions::unraisable(py, e, None),
        }
        if let Some(e) = pending {
            e.restore(py);
        }
    }
}

macro_rules! async_slots {
    ($($slot:ident $text:literal;)*) => { $(
        #[doc = concat!("Calls `", $text, "`.")]
        pub unsafe extern "C" fn $slot(o: *mut PyObject) -> *mut PyObject {
            // SAFETY: GIL, LIVE: the contract of slots.
            unsafe {
                let py = Py::assume();
                let r = special::lookup(py, &*o, name!($text)).and_then(|m| match m {
                    Some(m) => m.call(py, &*o, []),
                    None => Err(exceptions::format(
                        py,
                        &exceptions::AttributeError,
                        format_args!(concat!("object {} does not have ", $text, " method"), type_name((*o).ty())),
                    )),
                });
                into_ptr(py, r)
            }
        }
    )* };
}
async_slots! { am_await "__await__"; am_aiter "__aiter__"; am_anext "__anext__"; }

/// `slot_bf_getbuffer`: `__buffer__` written in Python.
pub unsafe extern "C" fn bf_getbuffer(o: *mut PyObject, view: *mut Py_buffer, flags: c_int) -> c_int {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        let r = match crate::hooks::HOOKS.get_buffer.get() {
            Some(f) => f(py, &*o, &*view, flags),
            None => Err(exceptions::not_implemented_error(
                py,
                format_args!("__buffer__ in Python is not implemented yet"),
            )),
        };
        status(py, r)
    }
}

/// `slot_bf_releasebuffer`.
pub unsafe extern "C" fn bf_releasebuffer(o: *mut PyObject, view: *mut Py_buffer) {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        if let Some(f) = crate::hooks::HOOKS.release_buffer.get() {
            f(Py::assume(), &*o, &*view);
        }
    }
}

/// Positional arguments as a tuple, for callers that have a slice.
pub fn pack(py: Py<'_>, args: &[&PyObject]) -> PyResult<Owned<PyTupleObject>> {
    tuple::from_iter(py, args.iter().map(|a| a.to_owned().to_owned()))
}

/// Whether a keyword dict is there and not empty.
pub fn has_keywords(kw: Option<&PyDictObject>) -> bool {
    kw.is_some_and(|k| dict::len(k) > 0)
}
