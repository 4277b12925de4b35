//! Attribute access: `PyObject_GetAttr` and its family, and the generic algorithm behind most `tp_getattro` and
//! `tp_setattro` slots (`Objects/object.c`). `type`'s own is in `types::attrs`.

use crate::abi::constants::*;
use crate::abi::*;
use crate::call::type_name;
use crate::dict;
use crate::err::{PyErr, PyResult, from_ptr};
use crate::exceptions;
use crate::instance::{self, Attributes, Stored};
use crate::ptr::{Object, Owned};
use crate::thread::Py;
use crate::types::inherit::has;
use crate::types::lookup;
use crate::unicode::{self, Name};

/// `PyObject_GetAttr`.
pub fn get(py: Py<'_>, o: &PyObject, name: &PyUnicodeObject) -> PyResult {
    let ty = o.ty();
    // SAFETY: the slots' contracts.
    let r = unsafe {
        if let Some(f) = ty.tp_getattro.get() {
            from_ptr(py, f(o.as_ptr(), name.as_ptr()))
        } else if let Some(f) = ty.tp_getattr.get() {
            let text = unicode::c_string(py, name)?;
            from_ptr(py, f(o.as_ptr(), text.as_ptr() as *mut _))
        } else {
            Err(no_attribute(py, o, name))
        }
    };
    r.map_err(|e| exceptions::with_attribute_context(py, e, o, name))
}

/// Attribute with a fixed name.
pub fn get_name(py: Py<'_>, o: &PyObject, name: &Name) -> PyResult {
    get(py, o, name.get(py))
}

/// As `PyObject_GetAttr` with any object as the name, which must be a str.
pub fn get_any(py: Py<'_>, o: &PyObject, name: &PyObject) -> PyResult {
    get(py, o, check_name(py, name)?)
}

/// The name as a str, or the `TypeError` for one that is not.
pub fn check_name<'a>(py: Py<'_>, name: &'a PyObject) -> PyResult<&'a PyUnicodeObject> {
    unicode::check(name).ok_or_else(|| {
        exceptions::type_error(
            py,
            format_args!("attribute name must be string, not '{}'", type_name(name.ty())),
        )
    })
}

/// `_PyObject_LookupAttr`: None instead of `AttributeError`, without making one where the generic algorithm is used.
pub fn lookup(py: Py<'_>, o: &PyObject, name: &PyUnicodeObject) -> PyResult<Option<Owned>> {
    let ty = o.ty();
    if ty.tp_getattro.get().is_some_and(|f| core::ptr::fn_addr_eq(f, generic_get_slot as getattrofunc)) {
        return match generic_lookup(py, o, name, None) {
            Err(e) if exceptions::matches(&e, &exceptions::AttributeError) => Ok(None),
            r => r,
        };
    }
    // Classes and modules are asked without an error too, as far as their own slot goes.
    let same = |other: &PyTypeObject| match (ty.tp_getattro.get(), other.tp_getattro.get()) {
        (Some(a), Some(b)) => core::ptr::fn_addr_eq(a, b),
        _ => false,
    };
    if let Some(class) = crate::types::check(o).filter(|_| same(&crate::types::PyType_Type.0)) {
        return match crate::types::attrs::lookup(py, class, name) {
            Err(e) if exceptions::matches(&e, &exceptions::AttributeError) => Ok(None),
            r => r,
        };
    }
    if ty.is(&crate::module::PyModule_Type.0) && same(&crate::module::PyModule_Type.0) {
        match generic_lookup(py, o, name, None) {
            Err(e) if exceptions::matches(&e, &exceptions::AttributeError) => {}
            Ok(None) => {}
            r => return r,
        }
        // SAFETY: LAYOUT: exactly a module.
        let m = unsafe { &*(o as *const PyObject as *const PyModuleObject) };
        // SAFETY: LIVE: a module holds its dict, or has none.
        if let Some(d) = unsafe { (m.md_dict.get() as *const PyDictObject).as_ref() }
            && dict::get_name(py, d, crate::name!("__getattr__"))?.is_none()
        {
            return Ok(None);
        }
    }
    match get(py, o, name) {
        Ok(v) => Ok(Some(v)),
        Err(e) if exceptions::matches(&e, &exceptions::AttributeError) => Ok(None),
        Err(e) => Err(e),
    }
}

/// [`lookup`] with a fixed name.
pub fn lookup_name(py: Py<'_>, o: &PyObject, name: &Name) -> PyResult<Option<Owned>> {
    lookup(py, o, name.get(py))
}

/// `PyObject_SetAttr`; `None` deletes.
pub fn set(py: Py<'_>, o: &PyObject, name: &PyUnicodeObject, value: Option<&PyObject>) -> PyResult<()> {
    let ty = o.ty();
    let name = unicode::intern(py, name.to_owned())?;
    let v = value.map_or(core::ptr::null_mut(), |v| v.as_ptr());
    // SAFETY: the slots' contracts.
    let r = unsafe {
        if let Some(f) = ty.tp_setattro.get() {
            f(o.as_ptr(), name.as_ptr(), v)
        } else if let Some(f) = ty.tp_setattr.get() {
            let text = unicode::c_string(py, &name)?;
            f(o.as_ptr(), text.as_ptr() as *mut _, v)
        } else {
            let readable = ty.tp_getattr.get().is_some() || ty.tp_getattro.get().is_some();
            let has_no = if readable { "has only read-only" } else { "has no" };
            let doing = if value.is_some() { "assign to" } else { "del" };
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "'{}' object {has_no} attributes ({doing} .{})",
                    type_name(ty),
                    unicode::display(name.as_object())
                ),
            ));
        }
    };
    if r == 0 { Ok(()) } else { Err(PyErr::fetch(py)) }
}

/// Sets an attribute with a fixed name.
pub fn set_name(py: Py<'_>, o: &PyObject, name: &Name, value: &PyObject) -> PyResult<()> {
    set(py, o, name.get(py), Some(value))
}

/// The `AttributeError` for an attribute that is not there.
#[cold]
pub fn no_attribute(py: Py<'_>, o: &PyObject, name: &PyUnicodeObject) -> PyErr {
    let e = exceptions::format(
        py,
        &exceptions::AttributeError,
        format_args!(
            "'{}' object has no attribute '{}'",
            type_name(o.ty()),
            unicode::display(name.as_object())
        ),
    );
    exceptions::with_attribute_context(py, e, o, name)
}

/// `PyDescr_IsData`.
#[inline(always)]
pub fn is_data_descriptor(d: &PyObject) -> bool {
    d.ty().tp_descr_set.get().is_some()
}

/// Calls a descriptor's `tp_descr_get` for an instance.
#[inline(always)]
pub fn bind(py: Py<'_>, f: descrgetfunc, d: &PyObject, o: &PyObject) -> PyResult {
    // SAFETY: the slot's contract.
    unsafe { from_ptr(py, f(d.as_ptr(), o.as_ptr(), o.ty().as_ptr())) }
}

/// `_PyObject_GenericGetAttrWithDict` without its error: None if there is no such attribute.
pub fn generic_lookup(
    py: Py<'_>,
    o: &PyObject,
    name: &PyUnicodeObject,
    given: Option<&PyDictObject>,
) -> PyResult<Option<Owned>> {
    let ty = o.ty();
    let descr = lookup::find(py, ty, name);
    let getter = descr.as_ref().and_then(|d| d.ty().tp_descr_get.get());
    if let (Some(d), Some(f)) = (&descr, getter)
        && is_data_descriptor(d)
    {
        return bind(py, f, d, o).map(Some);
    }
    let own = match given {
        Some(d) => dict::get(py, d, name.as_object())?,
        None => own_attribute(py, o, name)?,
    };
    if own.is_some() {
        return Ok(own);
    }
    match (descr, getter) {
        (Some(d), Some(f)) => bind(py, f, &d, o).map(Some),
        (d, _) => Ok(d),
    }
}

/// What the instance itself has under a name.
#[inline]
pub fn own_attribute(py: Py<'_>, o: &PyObject, name: &PyUnicodeObject) -> PyResult<Option<Owned>> {
    if has(o.ty(), Py_TPFLAGS_MANAGED_DICT) {
        // SAFETY: the flag was checked.
        return match instance::decode(unsafe { instance::managed(o) }.get()) {
            Attributes::Values(v) => Ok(instance::get_value(o, v, name)),
            Attributes::Dict(d) => {
                let d = d.to_owned();
                dict::get(py, &d, name.as_object())
            }
            Attributes::Nothing => Ok(None),
        };
    }
    match instance::dict_cell(o) {
        // SAFETY: LAYOUT: only dicts are stored there, or NULL; LIVE: the object holds it.
        Some(cell) => match unsafe { (cell.get() as *const PyDictObject).as_ref() } {
            Some(d) => {
                let d = d.to_owned();
                dict::get(py, &d, name.as_object())
            }
            None => Ok(None),
        },
        None => Ok(None),
    }
}

/// `PyObject_GenericGetAttr`.
pub fn generic_get(py: Py<'_>, o: &PyObject, name: &PyUnicodeObject) -> PyResult {
    match generic_lookup(py, o, name, None)? {
        Some(v) => Ok(v),
        None => Err(no_attribute(py, o, name)),
    }
}

/// `PyObject_GenericGetAttr` as the slot.
///
/// # Safety
/// GIL, LIVE: the contract of `tp_getattro`.
#[unsafe(export_name = "PyObject_GenericGetAttr")]
pub unsafe extern "C" fn generic_get_slot(o: *mut PyObject, name: *mut PyObject) -> *mut PyObject {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        crate::err::into_ptr(py, check_name(py, &*name).and_then(|n| generic_get(py, &*o, n)))
    }
}

/// `PyObject_GenericSetAttr`; `None` deletes.
pub fn generic_set(
    py: Py<'_>,
    o: &PyObject,
    name: &PyUnicodeObject,
    value: Option<&PyObject>,
) -> PyResult<()> {
    generic_set_with_dict(py, o, name, value, None)
}

/// `_PyObject_GenericSetAttrWithDict`.
pub fn generic_set_with_dict(
    py: Py<'_>,
    o: &PyObject,
    name: &PyUnicodeObject,
    value: Option<&PyObject>,
    given: Option<&PyDictObject>,
) -> PyResult<()> {
    let ty = o.ty();
    let descr = lookup::find(py, ty, name);
    if let Some(d) = &descr
        && let Some(f) = d.ty().tp_descr_set.get()
    {
        let v = value.map_or(core::ptr::null_mut(), |v| v.as_ptr());
        // SAFETY: the slot's contract.
        return match unsafe { f(d.as_ptr(), o.as_ptr(), v) } {
            0 => Ok(()),
            _ => Err(PyErr::fetch(py)),
        };
    }
    let in_dict = |d: &PyDictObject| match value {
        Some(v) => dict::set(py, d, name.as_object(), v).map(|()| true),
        None => Ok(dict::pop(py, d, name.as_object())?.is_some()),
    };
    let done = if let Some(d) = given {
        in_dict(d)?
    } else if has(ty, Py_TPFLAGS_MANAGED_DICT) {
        // SAFETY: the flag was checked.
        match instance::decode(unsafe { instance::managed(o) }.get()) {
            Attributes::Values(v) => match instance::store_value(o, v, name, value) {
                Stored::Done => true,
                Stored::Missing => false,
                Stored::NeedsDict => in_dict(&instance::dict(py, o)?.expect("the type has a dict"))?,
            },
            Attributes::Nothing if value.is_none() => false,
            _ => in_dict(&instance::dict(py, o)?.expect("the type has a dict"))?,
        }
    } else if let Some(cell) = instance::dict_cell(o) {
        if value.is_none() && cell.get().is_null() {
            false
        } else {
            in_dict(&instance::dict(py, o)?.expect("the type has a dict"))?
        }
    } else {
        return Err(cannot_set(py, o, name, descr.is_some()));
    };
    match crate::types::check(o) {
        _ if done => Ok(()),
        Some(class) => Err(crate::types::attrs::no_attribute(py, class, name)),
        None => Err(no_attribute(py, o, name)),
    }
}

/// The error for setting an attribute on an object without a dict.
#[cold]
fn cannot_set(py: Py<'_>, o: &PyObject, name: &PyUnicodeObject, in_class: bool) -> PyErr {
    if !in_class {
        return no_attribute(py, o, name);
    }
    let e = exceptions::format(
        py,
        &exceptions::AttributeError,
        format_args!(
            "'{}' object attribute '{}' is read-only",
            type_name(o.ty()),
            unicode::display(name.as_object())
        ),
    );
    exceptions::with_attribute_context(py, e, o, name)
}

/// `PyObject_GenericSetAttr` as the slot.
///
/// # Safety
/// GIL, LIVE: the contract of `tp_setattro`.
#[unsafe(export_name = "PyObject_GenericSetAttr")]
pub unsafe extern "C" fn generic_set_slot(
    o: *mut PyObject,
    name: *mut PyObject,
    value: *mut PyObject,
) -> core::ffi::c_int {
    // SAFETY: GIL, LIVE: the contract of slots.
    unsafe {
        let py = Py::assume();
        match check_name(py, &*name).and_then(|n| generic_set(py, &*o, n, value.as_ref())) {
            Ok(()) => 0,
            Err(e) => {
                e.restore(py);
                -1
            }
        }
    }
}

/// A method found for a call (`_PyObject_GetMethod`): unbound with the object as first argument, or ready to call.
pub enum Method {
    Unbound(Owned),
    Bound(Owned),
}

/// `_PyObject_GetMethod`: spares the bound method where the attribute is a plain method.
pub fn get_method(py: Py<'_>, o: &PyObject, name: &PyUnicodeObject) -> PyResult<Method> {
    let ty = o.ty();
    if !ty.tp_getattro.get().is_some_and(|f| core::ptr::fn_addr_eq(f, generic_get_slot as getattrofunc)) {
        return get(py, o, name).map(Method::Bound);
    }
    if let Some(d) = lookup::find(py, ty, name)
        && has(d.ty(), Py_TPFLAGS_METHOD_DESCRIPTOR)
    {
        return Ok(match own_attribute(py, o, name)? {
            Some(v) => Method::Bound(v),
            None => Method::Unbound(d),
        });
    }
    get(py, o, name).map(Method::Bound)
}
