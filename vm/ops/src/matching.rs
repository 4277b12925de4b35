//! `match` statements: `MATCH_KEYS` and `MATCH_CLASS` (`match_keys`, `match_class` of `Python/ceval.c`).

use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::types::inherit::has;
use dxpy_core::{Owned, Py, PyResult, attr, call, exceptions, name, object, protocol, tuple, types, unicode};

/// `match_keys`: the values of the keys, or None if one is missing. `get` of the mapping is asked, so that
/// `__missing__` does not answer.
pub fn keys(py: Py<'_>, map: &PyObject, keys: &PyTupleObject) -> PyResult {
    if tuple::len(keys) == 0 {
        return Ok(tuple::empty().upcast());
    }
    let get = attr::get_name(py, map, name!("get"))?;
    let (seen, dummy) = (dxpy_core::dict::new(py)?, object::_PyNone_Type.as_object());
    let marker = call::call(py, types::PyBaseObject_Type.as_object(), [])?;
    let mut values = Vec::new();
    for key in tuple::items(keys) {
        if dxpy_core::dict::contains(py, &seen, key)? {
            let shown = protocol::repr(py, key)?;
            return Err(exceptions::value_error(
                py,
                format_args!(
                    "mapping pattern checks duplicate key ({})",
                    unicode::display(shown.as_object())
                ),
            ));
        }
        dxpy_core::dict::set(py, &seen, key, dummy)?;
        let v = call::call(py, &get, [key, &marker])?;
        if v.is(&*marker) {
            return Ok(object::none());
        }
        values.push(v);
    }
    tuple::from_iter(py, values).map(Owned::upcast)
}

/// `match_class_attr`: the attribute; None where there is none.
fn attribute(
    py: Py<'_>,
    subject: &PyObject,
    class: &PyObject,
    name: &PyObject,
    seen: &mut Vec<String>,
) -> PyResult<Option<Owned>> {
    let text = unicode::display(name);
    if seen.contains(&text) {
        let shown = protocol::repr(py, name)?;
        let class = types::check(class).map(type_name).unwrap_or_default();
        return Err(exceptions::type_error(
            py,
            format_args!(
                "{class}() got multiple sub-patterns for attribute {}",
                unicode::display(shown.as_object())
            ),
        ));
    }
    seen.push(text);
    attr::lookup(py, subject, attr::check_name(py, name)?)
}

/// `match_class`: the values of positional and keyword sub-patterns, or None.
pub fn class(
    py: Py<'_>,
    subject: &PyObject,
    class: &PyObject,
    positional: usize,
    keywords: &PyTupleObject,
) -> PyResult {
    let Some(ty) = types::check(class) else {
        return Err(exceptions::type_error(py, format_args!("called match pattern must be a class")));
    };
    if !types::isinstance::is_instance(py, subject, class)? {
        return Ok(object::none());
    }
    let (mut seen, mut values) = (Vec::new(), Vec::new());
    if positional > 0 {
        let (mut itself, mut args) = (false, None);
        match attr::lookup_name(py, class, name!("__match_args__"))? {
            Some(a) => {
                if tuple::check_exact(&a).is_none() {
                    return Err(exceptions::type_error(
                        py,
                        format_args!(
                            "{}.__match_args__ must be a tuple (got {})",
                            type_name(ty),
                            type_name(a.ty())
                        ),
                    ));
                }
                args = Some(a);
            }
            None => itself = has(ty, _Py_TPFLAGS_MATCH_SELF),
        }
        let names = args.as_deref().and_then(tuple::check);
        let allowed = if itself { 1 } else { names.map_or(0, tuple::len) };
        if allowed < positional {
            let s = if allowed == 1 { "" } else { "s" };
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "{}() accepts {allowed} positional sub-pattern{s} ({positional} given)",
                    type_name(ty)
                ),
            ));
        }
        if itself {
            values.push(subject.to_owned());
        } else {
            for n in &tuple::items(names.expect("there are names where they are allowed"))[..positional] {
                if unicode::check_exact(n).is_none() {
                    return Err(exceptions::type_error(
                        py,
                        format_args!("__match_args__ elements must be strings (got {})", type_name(n.ty())),
                    ));
                }
                match attribute(py, subject, class, n, &mut seen)? {
                    Some(v) => values.push(v),
                    None => return Ok(object::none()),
                }
            }
        }
    }
    for n in tuple::items(keywords) {
        match attribute(py, subject, class, n, &mut seen)? {
            Some(v) => values.push(v),
            None => return Ok(object::none()),
        }
    }
    tuple::from_iter(py, values).map(Owned::upcast)
}
