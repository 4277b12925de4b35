//! Finding things by name: dotted attributes, and the module an object belongs to.

use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, attr, dict, exceptions, hooks, name, object, sequence, unicode};

/// The parts of a dotted name (`get_dotted_path`); one inside a function is nowhere to be found.
pub fn dotted(
    py: Py<'_>,
    o: &PyObject,
    within: Option<&PyObject>,
    path: &PyUnicodeObject,
) -> PyResult<Vec<Owned<PyUnicodeObject>>> {
    let text = unicode::display(path.as_object());
    if text.split('.').any(|p| p == "<locals>") {
        return Err(match within {
            None => exceptions::attribute_error(
                py,
                format_args!("Can't pickle local object {}", super::shown(py, o)?),
            ),
            Some(m) => exceptions::attribute_error(
                py,
                format_args!(
                    "Can't get local attribute {} on {}",
                    super::shown(py, o)?,
                    super::shown(py, m)?
                ),
            ),
        });
    }
    if unicode::is_ascii(path) {
        return text.split('.').map(|p| unicode::from_str(py, p)).collect();
    }
    // Text that is not ASCII may hold lone surrogates, which a Rust string cannot.
    let chars: Vec<u32> = unicode::code_points(path).collect();
    chars.split(|c| *c == u32::from(b'.')).map(|p| unicode::from_code_points(py, p)).collect()
}

/// `get_deep_attribute`: what the names lead to, and what has the last of them. None if a name leads nowhere.
pub fn deep(py: Py<'_>, o: &PyObject, path: &[Owned<PyUnicodeObject>]) -> PyResult<Option<(Owned, Owned)>> {
    let (mut at, mut parent) = (o.to_owned(), o.to_owned());
    for name in path {
        let Some(next) = attr::lookup(py, &at, name)? else { return Ok(None) };
        parent = core::mem::replace(&mut at, next);
    }
    Ok(Some((at, parent)))
}

/// `getattribute` as unpickling does it.
pub fn attribute(py: Py<'_>, o: &PyObject, name: &PyUnicodeObject, nested: bool) -> PyResult {
    let found = if nested {
        let path = dotted(py, name.as_object(), Some(o), name)?;
        deep(py, o, &path)?.map(|(found, _)| found)
    } else {
        attr::lookup(py, o, name)?
    };
    found.ok_or_else(|| missing(py, o, name))
}

#[cold]
fn missing(py: Py<'_>, o: &PyObject, name: &PyUnicodeObject) -> PyErr {
    let text = super::shown(py, name.as_object()).and_then(|n| Ok((n, super::shown(py, o)?)));
    match text {
        Ok((n, o)) => exceptions::attribute_error(py, format_args!("Can't get attribute {n} on {o}")),
        Err(e) => e,
    }
}

/// `whichmodule`: the name of the module that an object says it is of, or of one that has it under its name.
pub fn module_of(py: Py<'_>, o: &PyObject, path: &[Owned<PyUnicodeObject>]) -> PyResult {
    if let Some(m) = attr::lookup_name(py, o, name!("__module__"))?
        && !object::is_none(&m)
    {
        return Ok(m);
    }
    let modules = hooks::sys_modules(py)?;
    let all = match dict::check_exact(&modules) {
        Some(d) => dict::items(d),
        None => {
            let mut all = Vec::new();
            for k in dxpy_core::protocol::collect(py, &modules)? {
                let v = sequence::get_item(py, &modules, &k)?;
                all.push((k, v));
            }
            all
        }
    };
    for (name, module) in all {
        if object::is_none(&module) || unicode::equals_str(&name, "__main__") {
            continue;
        }
        if let Some((found, _)) = deep(py, &module, path)?
            && found.is(o)
        {
            return Ok(name);
        }
    }
    unicode::from_str(py, "__main__").map(Owned::upcast)
}

/// Imports a module by an object that names it.
pub fn import(py: Py<'_>, name: &PyObject) -> PyResult {
    let Some(name) = unicode::check(name) else {
        let given = dxpy_core::call::type_name(name.ty());
        return Err(exceptions::type_error(py, format_args!("module name must be a string, not {given}")));
    };
    hooks::import_by_name(py, name)
}
