//! The object protocol of object.h and abstract.h: attributes, comparison, text, truth, items, iteration, instances.

use crate::util::{api, name, null_error};
use core::ffi::{c_char, c_int};
use dxpy_core::abi::*;
use dxpy_core::dict;
use dxpy_core::ptr::Object;
use dxpy_core::types::isinstance;
use dxpy_core::{
    Owned, PyResult, attr, bytes, exceptions, name as literal, object, protocol, sequence, types, unicode,
};

api! {
    /// C: `PyObject *PyObject_Repr(PyObject *)`; NULL is `<NULL>`.
    fn PyObject_Repr(py, o: Option<&PyObject>) -> PyResult<Owned<PyUnicodeObject>> {
        match o {
            Some(o) => protocol::repr(py, o),
            None => unicode::from_str(py, "<NULL>"),
        }
    }

    /// C: `PyObject *PyObject_Str(PyObject *)`; NULL is `<NULL>`.
    fn PyObject_Str(py, o: Option<&PyObject>) -> PyResult<Owned<PyUnicodeObject>> {
        match o {
            Some(o) => protocol::str(py, o),
            None => unicode::from_str(py, "<NULL>"),
        }
    }

    /// C: `PyObject *PyObject_ASCII(PyObject *)`.
    fn PyObject_ASCII(py, o: Option<&PyObject>) -> PyResult<Owned<PyUnicodeObject>> {
        match o {
            Some(o) => protocol::ascii(py, o),
            None => unicode::from_str(py, "<NULL>"),
        }
    }

    /// C: `PyObject *PyObject_Bytes(PyObject *)`: `__bytes__`, else what `PyBytes_FromObject` makes of it.
    fn PyObject_Bytes(py, o: Option<&PyObject>) -> PyResult<Owned> {
        let Some(o) = o else { return bytes::new(py, b"<NULL>").map(Owned::upcast) };
        if bytes::check_exact(o).is_some() {
            return Ok(o.to_owned());
        }
        if let Some(r) = types::special::call_maybe(py, o, literal!("__bytes__"), [])? {
            return match bytes::check(&r) {
                Some(_) => Ok(r),
                None => Err(exceptions::type_error(
                    py,
                    format_args!("__bytes__ returned non-bytes (type {})", dxpy_core::call::type_name(r.ty())),
                )),
            };
        }
        dxpy_types::bytes::from_object(py, o).map(Owned::upcast)
    }

    /// C: `PyObject *PyObject_Format(PyObject *, PyObject *spec)`; the format may be NULL.
    fn PyObject_Format(py, o: Option<&PyObject>, spec: Option<&PyObject>) -> PyResult<Owned<PyUnicodeObject>> {
        let o = crate::util::some(py, o)?;
        protocol::format(py, o, spec)
    }

    /// C: `Py_hash_t PyObject_Hash(PyObject *)`.
    fn PyObject_Hash(py, o: Option<&PyObject>) -> PyResult<isize> {
        let o = crate::util::some(py, o)?;
        protocol::hash(py, o)
    }

    /// C: `Py_hash_t PyObject_HashNotImplemented(PyObject *)`: the slot of what cannot be hashed.
    fn PyObject_HashNotImplemented(py, o: Option<&PyObject>) -> PyResult<isize> {
        let o = crate::util::some(py, o)?;
        Err(exceptions::type_error(
            py,
            format_args!("unhashable type: '{}'", dxpy_core::call::type_name(o.ty())),
        ))
    }

    /// C: `PyObject *PyObject_RichCompare(PyObject *, PyObject *, int)`.
    fn PyObject_RichCompare(py, a: Option<&PyObject>, b: Option<&PyObject>, op: c_int) -> PyResult<Owned> {
        match (a, b) {
            (Some(a), Some(b)) => protocol::rich_compare(py, a, b, op),
            _ => Err(null_error(py)),
        }
    }

    /// C: `int PyObject_RichCompareBool(PyObject *, PyObject *, int)`: identity decides equality.
    fn PyObject_RichCompareBool(py, a: Option<&PyObject>, b: Option<&PyObject>, op: c_int) -> PyResult<bool> {
        let (a, b) = (crate::util::some(py, a)?, crate::util::some(py, b)?);
        protocol::rich_compare_bool(py, a, b, op)
    }

    /// C: `int PyObject_IsTrue(PyObject *)`.
    fn PyObject_IsTrue(py, o: Option<&PyObject>) -> PyResult<bool> {
        let o = crate::util::some(py, o)?;
        protocol::is_true(py, o)
    }

    /// C: `int PyObject_Not(PyObject *)`.
    fn PyObject_Not(py, o: Option<&PyObject>) -> PyResult<bool> {
        let o = crate::util::some(py, o)?;
        protocol::is_true(py, o).map(|t| !t)
    }

    /// C: `int PyCallable_Check(PyObject *)`; NULL is not callable.
    fn PyCallable_Check(_, o: Option<&PyObject>) -> bool {
        o.is_some_and(protocol::is_callable)
    }

    /// C: `PyObject *PyObject_GetAttr(PyObject *, PyObject *)`.
    fn PyObject_GetAttr(py, o: Option<&PyObject>, key: Option<&PyObject>) -> PyResult<Owned> {
        let (o, key) = (crate::util::some(py, o)?, crate::util::some(py, key)?);
        attr::get_any(py, o, key)
    }

    /// C: `PyObject *PyObject_GetAttrString(PyObject *, const char *)`.
    fn PyObject_GetAttrString(py, o: Option<&PyObject>, key: *const c_char) -> PyResult<Owned> {
        let o = crate::util::some(py, o)?;
        // SAFETY: a C string.
        let key = unsafe { name(py, key) }?;
        attr::get(py, o, &key)
    }

    /// C: `int PyObject_SetAttr(PyObject *, PyObject *, PyObject *)`; NULL deletes.
    fn PyObject_SetAttr(py, o: Option<&PyObject>, key: Option<&PyObject>, value: Option<&PyObject>) -> PyResult<()> {
        let (o, key) = (crate::util::some(py, o)?, crate::util::some(py, key)?);
        attr::set(py, o, attr::check_name(py, key)?, value)
    }

    /// C: `int PyObject_SetAttrString(PyObject *, const char *, PyObject *)`; NULL deletes.
    fn PyObject_SetAttrString(py, o: Option<&PyObject>, key: *const c_char, value: Option<&PyObject>) -> PyResult<()> {
        let o = crate::util::some(py, o)?;
        // SAFETY: a C string.
        let key = unsafe { name(py, key) }?;
        let key = unicode::intern(py, key)?;
        attr::set(py, o, &key, value)
    }

    /// C: `int PyObject_HasAttr(PyObject *, PyObject *)`: errors are forgotten.
    fn PyObject_HasAttr(py, o: Option<&PyObject>, key: Option<&PyObject>) -> bool {
        let (Some(o), Some(key)) = (o, key) else { return false };
        attr::check_name(py, key).and_then(|k| attr::lookup(py, o, k)).is_ok_and(|v| v.is_some())
    }

    /// C: `int PyObject_HasAttrString(PyObject *, const char *)`: errors are forgotten.
    fn PyObject_HasAttrString(py, o: Option<&PyObject>, key: *const c_char) -> bool {
        let Some(o) = o.filter(|_| !key.is_null()) else { return false };
        // SAFETY: a C string.
        unsafe { name(py, key) }.and_then(|k| attr::lookup(py, o, &k)).is_ok_and(|v| v.is_some())
    }

    /// C: `int _PyObject_LookupAttr(PyObject *, PyObject *, PyObject **)`: 0 where there is no such attribute.
    fn _PyObject_LookupAttr(py, o: Option<&PyObject>, key: Option<&PyObject>, result: *mut *mut PyObject) -> PyResult<c_int> {
        let (o, key) = (crate::util::some(py, o)?, crate::util::some(py, key)?);
        let found = attr::check_name(py, key).and_then(|k| attr::lookup(py, o, k));
        let there = matches!(&found, Ok(Some(_)));
        let (value, outcome) = match found {
            Ok(v) => (v, Ok(c_int::from(there))),
            Err(e) => (None, Err(e)),
        };
        // SAFETY: the caller's place for the result.
        unsafe { *result = value.map_or(core::ptr::null_mut(), Owned::into_ptr) };
        outcome
    }

    /// C: `PyObject *PyObject_GenericGetDict(PyObject *, void *)`: the getter of `__dict__`.
    fn PyObject_GenericGetDict(py, o: Option<&PyObject>, _closure: *mut core::ffi::c_void) -> PyResult<Owned> {
        let o = crate::util::some(py, o)?;
        dxpy_core::instance::dict(py, o)?.map(Owned::upcast).ok_or_else(|| {
            exceptions::format(py, &exceptions::AttributeError, format_args!("This object has no __dict__"))
        })
    }

    /// C: `int PyObject_GenericSetDict(PyObject *, PyObject *, void *)`: the setter of `__dict__`.
    fn PyObject_GenericSetDict(py, o: Option<&PyObject>, value: Option<&PyObject>, _closure: *mut core::ffi::c_void) -> PyResult<()> {
        let o = crate::util::some(py, o)?;
        object::set_dict_attribute(py, o, value)
    }

    /// C: `PyObject *PyObject_GetItem(PyObject *, PyObject *)`.
    fn PyObject_GetItem(py, o: Option<&PyObject>, key: Option<&PyObject>) -> PyResult<Owned> {
        match (o, key) {
            (Some(o), Some(k)) => sequence::get_item(py, o, k),
            _ => Err(null_error(py)),
        }
    }

    /// C: `int PyObject_SetItem(PyObject *, PyObject *, PyObject *)`.
    fn PyObject_SetItem(py, o: Option<&PyObject>, key: Option<&PyObject>, value: Option<&PyObject>) -> PyResult<()> {
        match (o, key, value) {
            (Some(o), Some(k), Some(_)) => sequence::set_item(py, o, k, value),
            _ => Err(null_error(py)),
        }
    }

    /// C: `int PyObject_DelItem(PyObject *, PyObject *)`.
    fn PyObject_DelItem(py, o: Option<&PyObject>, key: Option<&PyObject>) -> PyResult<()> {
        match (o, key) {
            (Some(o), Some(k)) => sequence::set_item(py, o, k, None),
            _ => Err(null_error(py)),
        }
    }

    /// C: `int PyObject_DelItemString(PyObject *, const char *)`.
    fn PyObject_DelItemString(py, o: Option<&PyObject>, key: *const c_char) -> PyResult<()> {
        let o = crate::util::some(py, o)?;
        // SAFETY: a C string.
        let key = unsafe { name(py, key) }?;
        sequence::set_item(py, o, key.as_object(), None)
    }

    /// C: `Py_ssize_t PyObject_Size(PyObject *)`.
    fn PyObject_Size(py, o: Option<&PyObject>) -> PyResult<isize> {
        match o {
            Some(o) => protocol::len(py, o).map(|n| n as isize),
            None => Err(null_error(py)),
        }
    }

    /// C: `Py_ssize_t PyObject_Length(PyObject *)`.
    fn PyObject_Length(py, o: Option<&PyObject>) -> PyResult<isize> {
        match o {
            Some(o) => protocol::len(py, o).map(|n| n as isize),
            None => Err(null_error(py)),
        }
    }

    /// C: `Py_ssize_t PyObject_LengthHint(PyObject *, Py_ssize_t)`.
    fn PyObject_LengthHint(py, o: Option<&PyObject>, default: isize) -> PyResult<isize> {
        let o = crate::util::some(py, o)?;
        protocol::length_hint(py, o, default as usize).map(|n| n as isize)
    }

    /// C: `PyObject *PyObject_Type(PyObject *)`.
    fn PyObject_Type(py, o: Option<&PyObject>) -> PyResult<Owned> {
        o.map(|o| o.ty().as_object().to_owned()).ok_or_else(|| null_error(py))
    }

    /// C: `PyObject *PyObject_Dir(PyObject *)`; NULL: the names of the running frame.
    fn PyObject_Dir(py, o: Option<&PyObject>) -> PyResult<Owned> {
        let f = dxpy_core::hooks::builtin(py, literal!("dir"))?;
        match o {
            Some(o) => dxpy_core::call::call(py, &f, [o]),
            None => dxpy_core::call::call(py, &f, []),
        }
    }

    /// C: `PyObject *PyObject_GetIter(PyObject *)`.
    fn PyObject_GetIter(py, o: Option<&PyObject>) -> PyResult<Owned> {
        let o = crate::util::some(py, o)?;
        protocol::iter(py, o)
    }

    /// C: `PyObject *PyObject_SelfIter(PyObject *)`: the `tp_iter` of iterators.
    fn PyObject_SelfIter(_, o: &PyObject) -> Option<Owned> {
        Some(o.to_owned())
    }

    /// C: `PyObject *PyObject_GetAIter(PyObject *)`.
    fn PyObject_GetAIter(py, o: Option<&PyObject>) -> PyResult<Owned> {
        let o = crate::util::some(py, o)?;
        let f = dxpy_core::hooks::builtin(py, literal!("aiter"))?;
        dxpy_core::call::call(py, &f, [o])
    }

    /// C: `int PyIter_Check(PyObject *)`.
    fn PyIter_Check(_, o: &PyObject) -> bool {
        protocol::is_iterator(o)
    }

    /// C: `int PyAIter_Check(PyObject *)`.
    fn PyAIter_Check(_, o: &PyObject) -> bool {
        // SAFETY: LIVE: a type's table outlives it.
        unsafe { o.ty().tp_as_async.get().as_ref() }.is_some_and(|t| t.am_anext.get().is_some())
    }

    /// C: `PyObject *PyIter_Next(PyObject *)`: NULL without an error at the end.
    fn PyIter_Next(py, o: &PyObject) -> *mut PyObject {
        match protocol::next(py, o) {
            Ok(v) => v.map_or(core::ptr::null_mut(), Owned::into_ptr),
            Err(e) => {
                e.restore(py);
                core::ptr::null_mut()
            }
        }
    }

    /// C: `PySendResult PyIter_Send(PyObject *, PyObject *, PyObject **)`: -1 error, 0 returned, 1 yielded.
    fn PyIter_Send(py, it: &PyObject, value: &PyObject, result: *mut *mut PyObject) -> c_int {
        // SAFETY: the caller's place for the result; the slot's contract.
        unsafe {
            *result = core::ptr::null_mut();
            if let Some(send) = it.ty().tp_as_async.get().as_ref().and_then(|t| t.am_send.get()) {
                return send(it.as_ptr(), value.as_ptr(), result) as c_int;
            }
            let step = if object::is_none(value) && protocol::is_iterator(it) {
                protocol::next(py, it).and_then(|v| v.map_or_else(|| Err(exceptions::stop_iteration(py, None)), Ok))
            } else {
                dxpy_core::call::method(py, it, literal!("send"), [value])
            };
            match step {
                Ok(v) => {
                    *result = v.into_ptr();
                    1
                }
                Err(e) if exceptions::matches(&e, &exceptions::StopIteration) => {
                    let e = e.into_value();
                    // SAFETY: LAYOUT: a StopIteration holds its value.
                    let stop = &*((&raw const *e) as *const PyStopIterationObject);
                    *result = stop.value.get().as_ref().map_or_else(object::none, |v| v.to_owned()).into_ptr();
                    0
                }
                Err(e) => {
                    e.restore(py);
                    -1
                }
            }
        }
    }

    /// C: `int PyObject_IsInstance(PyObject *, PyObject *)`.
    fn PyObject_IsInstance(py, o: Option<&PyObject>, class: Option<&PyObject>) -> PyResult<bool> {
        let (o, class) = (crate::util::some(py, o)?, crate::util::some(py, class)?);
        isinstance::is_instance(py, o, class)
    }

    /// C: `int PyObject_IsSubclass(PyObject *, PyObject *)`.
    fn PyObject_IsSubclass(py, derived: Option<&PyObject>, class: Option<&PyObject>) -> PyResult<bool> {
        let (derived, class) = (crate::util::some(py, derived)?, crate::util::some(py, class)?);
        isinstance::is_subclass(py, derived, class)
    }

    /// C: `int _PyObject_RealIsInstance(PyObject *, PyObject *)`.
    fn _PyObject_RealIsInstance(py, o: Option<&PyObject>, class: Option<&PyObject>) -> PyResult<bool> {
        let (o, class) = (crate::util::some(py, o)?, crate::util::some(py, class)?);
        isinstance::real_instance(py, o, class)
    }

    /// C: `int _PyObject_RealIsSubclass(PyObject *, PyObject *)`.
    fn _PyObject_RealIsSubclass(py, derived: Option<&PyObject>, class: Option<&PyObject>) -> PyResult<bool> {
        let (derived, class) = (crate::util::some(py, derived)?, crate::util::some(py, class)?);
        isinstance::real_subclass(py, derived, class)
    }

    /// C: `int PyObject_AsFileDescriptor(PyObject *)`: an int, or what `fileno()` answers.
    fn PyObject_AsFileDescriptor(py, o: Option<&PyObject>) -> PyResult<c_int> {
        let o = crate::util::some(py, o)?;
        let held;
        let n = match dxpy_core::long::check(o) {
            Some(n) => n,
            None => match attr::lookup_name(py, o, literal!("fileno"))? {
                Some(f) => {
                    held = dxpy_core::call::call(py, &f, [])?;
                    dxpy_core::long::check(&held).ok_or_else(|| {
                        exceptions::type_error(py, format_args!("fileno() returned a non-integer"))
                    })?
                }
                None => {
                    return Err(exceptions::type_error(
                        py,
                        format_args!("argument must be an int, or have a fileno() method."),
                    ));
                }
            },
        };
        let fd = dxpy_core::long::to_i64(n).and_then(|v| c_int::try_from(v).ok()).ok_or_else(|| {
            exceptions::format(
                py,
                &exceptions::OverflowError,
                format_args!("Python int too large to convert to C int"),
            )
        })?;
        if fd < 0 {
            return Err(exceptions::value_error(
                py,
                format_args!("file descriptor cannot be a negative integer ({fd})"),
            ));
        }
        Ok(fd)
    }

    /// C: `int Py_ReprEnter(PyObject *)`: 1 where the object is being shown already.
    fn Py_ReprEnter(py, o: Option<&PyObject>) -> PyResult<c_int> {
        let o = crate::util::some(py, o)?;
        let Some(guard) = protocol::ReprGuard::enter(py, o)? else { return Ok(1) };
        core::mem::forget(guard);
        Ok(0)
    }

    /// C: `void Py_ReprLeave(PyObject *)`.
    fn Py_ReprLeave(_, o: &PyObject) -> () {
        protocol::ReprGuard::leave(o);
    }

    /// C: `PyObject *PyMapping_Keys(PyObject *)`: a list.
    fn PyMapping_Keys(py, o: Option<&PyObject>) -> PyResult<Owned> {
        let o = crate::util::some(py, o)?;
        output_as_list(py, o, literal!("keys"))
    }

    /// C: `PyObject *PyMapping_Values(PyObject *)`: a list.
    fn PyMapping_Values(py, o: Option<&PyObject>) -> PyResult<Owned> {
        let o = crate::util::some(py, o)?;
        output_as_list(py, o, literal!("values"))
    }

    /// C: `PyObject *PyMapping_Items(PyObject *)`: a list.
    fn PyMapping_Items(py, o: Option<&PyObject>) -> PyResult<Owned> {
        let o = crate::util::some(py, o)?;
        output_as_list(py, o, literal!("items"))
    }

    /// C: `int PyMapping_Check(PyObject *)`.
    fn PyMapping_Check(_, o: Option<&PyObject>) -> bool {
        o.is_some_and(sequence::is_mapping)
    }

    /// C: `Py_ssize_t PyMapping_Size(PyObject *)`.
    fn PyMapping_Size(py, o: Option<&PyObject>) -> PyResult<isize> {
        let o = crate::util::some(py, o)?;
        mapping_size(py, o)
    }

    /// C: `Py_ssize_t PyMapping_Length(PyObject *)`.
    fn PyMapping_Length(py, o: Option<&PyObject>) -> PyResult<isize> {
        let o = crate::util::some(py, o)?;
        mapping_size(py, o)
    }

    /// C: `PyObject *PyMapping_GetItemString(PyObject *, const char *)`.
    fn PyMapping_GetItemString(py, o: Option<&PyObject>, key: *const c_char) -> PyResult<Owned> {
        let o = crate::util::some(py, o)?;
        // SAFETY: a C string.
        let key = unsafe { name(py, key) }?;
        sequence::get_item(py, o, key.as_object())
    }

    /// C: `int PyMapping_SetItemString(PyObject *, const char *, PyObject *)`.
    fn PyMapping_SetItemString(py, o: Option<&PyObject>, key: *const c_char, value: Option<&PyObject>) -> PyResult<()> {
        let (o, value) = (crate::util::some(py, o)?, crate::util::some(py, value)?);
        // SAFETY: a C string.
        let key = unsafe { name(py, key) }?;
        sequence::set_item(py, o, key.as_object(), Some(value))
    }

    /// C: `int PyMapping_HasKey(PyObject *, PyObject *)`: errors are forgotten.
    fn PyMapping_HasKey(py, o: Option<&PyObject>, key: Option<&PyObject>) -> bool {
        let (Some(o), Some(key)) = (o, key) else { return false };
        sequence::get_item(py, o, key).is_ok()
    }

    /// C: `int PyMapping_HasKeyString(PyObject *, const char *)`: errors are forgotten.
    fn PyMapping_HasKeyString(py, o: Option<&PyObject>, key: *const c_char) -> bool {
        let Some(o) = o.filter(|_| !key.is_null()) else { return false };
        // SAFETY: a C string.
        unsafe { name(py, key) }.and_then(|k| sequence::get_item(py, o, k.as_object())).is_ok()
    }
}

/// `method_output_as_list`; a dict's own views need no call.
fn output_as_list(py: dxpy_core::Py<'_>, o: &PyObject, method: &dxpy_core::unicode::Name) -> PyResult<Owned> {
    if let Some(d) = dict::check_exact(o) {
        let items = dict::items(d);
        let list = match method.text() {
            "keys" => dxpy_core::list::from_iter(py, items.into_iter().map(|(k, _)| k)),
            "values" => dxpy_core::list::from_iter(py, items.into_iter().map(|(_, v)| v)),
            _ => {
                let mut pairs = Vec::with_capacity(items.len());
                for (k, v) in &items {
                    pairs.push(types::slots::pack(py, &[k, v])?.upcast());
                }
                dxpy_core::list::from_iter(py, pairs)
            }
        };
        return list.map(Owned::upcast);
    }
    let out = dxpy_core::call::method(py, o, method, [])?;
    if protocol::iter(py, &out).is_err() {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "{}.{}() returned a non-iterable (type {})",
                dxpy_core::call::type_name(o.ty()),
                method.text(),
                dxpy_core::call::type_name(out.ty())
            ),
        ));
    }
    sequence::to_list(py, &out).map(Owned::upcast)
}

fn mapping_size(py: dxpy_core::Py<'_>, o: &PyObject) -> PyResult<isize> {
    // SAFETY: LIVE: a type's table outlives it; the slot's contract.
    let (mapping, sequence) =
        unsafe { (o.ty().tp_as_mapping.get().as_ref(), o.ty().tp_as_sequence.get().as_ref()) };
    if mapping.is_some_and(|t| t.mp_length.get().is_some()) {
        return protocol::len(py, o).map(|n| n as isize);
    }
    let ty = dxpy_core::call::type_name(o.ty());
    Err(if sequence.is_some_and(|t| t.sq_length.get().is_some()) {
        exceptions::type_error(py, format_args!("{ty} is not a mapping"))
    } else {
        exceptions::type_error(py, format_args!("object of type '{ty}' has no len()"))
    })
}
