//! How objects describe themselves to `pickle` and `copy`: `object.__reduce_ex__`, `__reduce__` and `__getstate__`
//! (`Objects/typeobject.c`).

use super::inherit::has;
use crate::abi::constants::*;
use crate::abi::*;
use crate::call::type_name;
use crate::err::PyResult;
use crate::object::{is_none, none};
use crate::ptr::{Object, Owned};
use crate::thread::Py;
use crate::{attr, call, dict, exceptions, hooks, list, long, name, number, protocol, tuple, unicode};

/// `_PyType_GetSlotNames`: `copyreg._slotnames`, cached in the class.
fn slot_names(py: Py<'_>, class: &PyTypeObject) -> PyResult {
    let own = super::ready::dict_of(class);
    if let Some(n) = dict::get_name(py, own, name!("__slotnames__"))? {
        if !is_none(&n) && list::check(&n).is_none() {
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "{}.__slotnames__ should be a list or None, not {}",
                    type_name(class),
                    type_name(n.ty())
                ),
            ));
        }
        return Ok(n);
    }
    let copyreg = hooks::import(py, name!("copyreg"))?;
    let n = call::method(py, &copyreg, name!("_slotnames"), [class.as_object()])?;
    if !is_none(&n) && list::check(&n).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!("copyreg._slotnames didn't return a list or None"),
        ));
    }
    Ok(n)
}

/// `object_getstate_default`: the instance's dict, and the values of its slots beside it.
fn default_state(py: Py<'_>, o: &PyObject, required: bool) -> PyResult {
    let ty = o.ty();
    let cannot = || exceptions::type_error(py, format_args!("cannot pickle '{}' object", type_name(ty)));
    if required && ty.tp_itemsize.get() != 0 {
        return Err(cannot());
    }
    let state = if crate::instance::is_empty(o) {
        none()
    } else {
        crate::instance::dict(py, o)?.map_or_else(none, Owned::upcast)
    };
    let names = slot_names(py, ty)?;
    let names: Vec<Owned> = match list::check(&names) {
        Some(l) => list::items(l).iter().map(|n| (*n).to_owned()).collect(),
        None => Vec::new(),
    };
    if required {
        let word = size_of::<*mut PyObject>() as isize;
        let mut size = super::PyBaseObject_Type.tp_basicsize.get();
        if ty.tp_dictoffset.get() != 0 && !has(ty, Py_TPFLAGS_MANAGED_DICT) {
            size += word;
        }
        if ty.tp_weaklistoffset.get() > 0 {
            size += word;
        }
        size += word * names.len() as isize;
        if ty.tp_basicsize.get() > size {
            return Err(cannot());
        }
    }
    if names.is_empty() {
        return Ok(state);
    }
    let slots = dict::new(py)?;
    for n in &names {
        let Some(s) = unicode::check(n) else { continue };
        if let Some(v) = attr::lookup(py, o, s)? {
            dict::set(py, &slots, n, &v)?;
        }
    }
    if dict::len(&slots) == 0 {
        return Ok(state);
    }
    tuple::from_iter(py, [state, slots.upcast()]).map(Owned::upcast)
}

/// `object.__getstate__`.
pub(super) fn getstate(py: Py<'_>, o: &PyObject) -> PyResult {
    default_state(py, o, false)
}

/// `object_getstate`: the class's own `__getstate__` where it has one.
fn state(py: Py<'_>, o: &PyObject, required: bool) -> PyResult {
    let m = attr::get_name(py, o, name!("__getstate__"))?;
    let is_default = crate::cfunction::check(&m).is_some_and(|f| {
        core::ptr::addr_eq(f.m_self.get(), o)
            && crate::cfunction::name_of(crate::cfunction::method_def(f)) == "__getstate__"
            && super::object::is_own_method(crate::cfunction::method_def(f))
    });
    if is_default { default_state(py, o, required) } else { call::call(py, &m, []) }
}

/// `_PyObject_GetNewArguments`: from `__getnewargs_ex__` or `__getnewargs__`.
fn new_arguments(
    py: Py<'_>,
    o: &PyObject,
) -> PyResult<(Option<Owned<PyTupleObject>>, Option<Owned<PyDictObject>>)> {
    if let Some(m) = super::special::bound(py, o, name!("__getnewargs_ex__"))? {
        let r = call::call(py, &m, [])?;
        let Some(pair) = tuple::check(&r) else {
            return Err(exceptions::type_error(
                py,
                format_args!("__getnewargs_ex__ should return a tuple, not '{}'", type_name(r.ty())),
            ));
        };
        let [args, kw] = tuple::items(pair) else {
            return Err(exceptions::value_error(
                py,
                format_args!("__getnewargs_ex__ should return a tuple of length 2, not {}", tuple::len(pair)),
            ));
        };
        let Some(args) = tuple::check(args) else {
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{}'",
                    type_name(args.ty())
                ),
            ));
        };
        let Some(kw) = dict::check(kw) else {
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{}'",
                    type_name(kw.ty())
                ),
            ));
        };
        return Ok((Some(args.to_owned()), Some(kw.to_owned())));
    }
    if let Some(m) = super::special::bound(py, o, name!("__getnewargs__"))? {
        let r = call::call(py, &m, [])?;
        return match tuple::check(&r) {
            Some(t) => Ok((Some(t.to_owned()), None)),
            None => Err(exceptions::type_error(
                py,
                format_args!("__getnewargs__ should return a tuple, not '{}'", type_name(r.ty())),
            )),
        };
    }
    Ok((None, None))
}

/// `_PyObject_GetItemsIter`.
fn item_iterators(py: Py<'_>, o: &PyObject) -> PyResult<(Owned, Owned)> {
    let items = if list::check(o).is_some() { protocol::iter(py, o)? } else { none() };
    let pairs = if dict::check(o).is_some() {
        let view = call::method(py, o, name!("items"), [])?;
        protocol::iter(py, &view)?
    } else {
        none()
    };
    Ok((items, pairs))
}

/// `reduce_newobj`: protocol 2 and up.
fn reduce_newobj(py: Py<'_>, o: &PyObject) -> PyResult {
    let ty = o.ty();
    if ty.tp_new.get().is_none() {
        return Err(exceptions::type_error(py, format_args!("cannot pickle '{}' object", type_name(ty))));
    }
    let (args, kw) = new_arguments(py, o)?;
    let has_args = args.is_some();
    let copyreg = hooks::import(py, name!("copyreg"))?;
    let class = ty.as_object().to_owned();
    let (make, make_args) = match kw.filter(|k| dict::len(k) > 0) {
        None => {
            let make = attr::get_name(py, &copyreg, name!("__newobj__"))?;
            let rest = args.iter().flat_map(|a| tuple::items(a)).map(|a| (*a).to_owned());
            let all: Vec<Owned> = core::iter::once(class).chain(rest).collect();
            (make, tuple::from_iter(py, all)?)
        }
        Some(kw) => {
            let make = attr::get_name(py, &copyreg, name!("__newobj_ex__"))?;
            let args = args.clone().unwrap_or_else(tuple::empty);
            (make, tuple::from_iter(py, [class, args.upcast(), kw.upcast()])?)
        }
    };
    let required = !has_args && list::check(o).is_none() && dict::check(o).is_none();
    let state = state(py, o, required)?;
    let (items, pairs) = item_iterators(py, o)?;
    tuple::from_iter(py, [make, make_args.upcast(), state, items, pairs]).map(Owned::upcast)
}

/// `_common_reduce`.
fn common(py: Py<'_>, o: &PyObject, protocol: isize) -> PyResult {
    if protocol >= 2 {
        return reduce_newobj(py, o);
    }
    let copyreg = hooks::import(py, name!("copyreg"))?;
    let n = long::from_i64(py, protocol as i64)?;
    call::method(py, &copyreg, name!("_reduce_ex"), [o, n.as_object()])
}

/// `object.__reduce__`.
pub(super) fn reduce(py: Py<'_>, o: &PyObject) -> PyResult {
    common(py, o, 0)
}

/// `object.__reduce_ex__`: a class's own `__reduce__` comes first.
pub(super) fn reduce_ex(py: Py<'_>, o: &PyObject, protocol: &PyObject) -> PyResult {
    let n = number::as_ssize(py, protocol, &exceptions::OverflowError)?;
    if let Some(m) = attr::lookup_name(py, o, name!("__reduce__"))? {
        let on_class = attr::get_name(py, o.ty().as_object(), name!("__reduce__"))?;
        let on_object =
            dict::get_name(py, super::ready::dict_of(&super::PyBaseObject_Type), name!("__reduce__"))?;
        if !on_object.is_some_and(|d| d.is(&*on_class)) {
            return call::call(py, &m, []);
        }
    }
    common(py, o, n)
}
