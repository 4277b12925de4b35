//! `module`: constructor, attribute access with a module's own `__getattr__`, text, `dir` and annotations
//! (`Objects/moduleobject.c`).

use crate::{Part, no_hooks};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::bind_call;
use dxpy_core::module::{PyModule_Type, init_dict};
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, call, dict, exceptions, getset, glue, hooks, list, members, methods,
    name, object, protocol, sequence, signature, unicode,
};

/// What this module brings.
pub static PART: Part = Part { adopt: &[(&PyModule_Type, &MODULE)], types: &[], hooks: no_hooks };

static MODULE: StaticType = StaticType::new::<PyModuleObject>(c"module")
    .setattro(dxpy_core::attr::generic_set_slot)
    .doc(c"module(name, doc=None)\n--\n\nA module of this name; programs rarely make one themselves.")
    .create(glue::create(create))
    .init(glue::init(init))
    .repr(glue::unary(repr))
    .getattro(glue::binary(getattro))
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&GETSET);

methods! { static METHODS: for PyModuleObject [
    "__dir__" = dir [0], "?($self, /)", "The names in the module, or what its own __dir__ says.";
] }

members! { static MEMBERS [
    "__dict__" = _Py_T_OBJECT, offset_of!(PyModuleObject, md_dict), Py_READONLY, "";
] }

getset! { static GETSET [
    "__annotations__" = annotations, set set_annotations, "";
] }

/// A module's dict, if it was initialised.
fn dict_in(m: &PyModuleObject) -> Option<&PyDictObject> {
    // SAFETY: LIVE, LAYOUT: a module holds its dict, or NULL.
    unsafe { (m.md_dict.get() as *const PyDictObject).as_ref() }
}

/// `new_module_notrack`.
fn create(py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>) -> PyResult {
    let o = object::tp_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: subtypes begin like a module.
    let m = unsafe { &*(o.as_ptr() as *const PyModuleObject) };
    m.md_dict.set(dict::new(py)?.into_ptr());
    Ok(o)
}

fn init(py: Py<'_>, m: &PyModuleObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    bind_call(py, signature!("module", "(name, doc=None)"), args, kw, |b| {
        let n: &PyUnicodeObject = b.arg(py, 0)?;
        if m.md_dict.get().is_null() {
            m.md_dict.set(dict::new(py)?.into_ptr());
        }
        init_dict(py, m, Some(n), b.get(1))
    })
}

/// `module_repr`: importlib knows how.
fn repr(py: Py<'_>, m: &PyModuleObject) -> PyResult {
    let modules = hooks::sys_modules(py)?;
    let frozen = match dict::check(&modules) {
        Some(d) => dict::get_name(py, d, name!("_frozen_importlib"))?,
        None => None,
    };
    if let Some(b) = frozen {
        return call::method(py, &b, name!("_module_repr"), [m.as_object()]);
    }
    let n = match dict_in(m) {
        Some(d) => dict::get_name(py, d, name!("__name__"))?,
        None => None,
    };
    let n = protocol::repr(py, &n.unwrap_or_else(object::none))?;
    unicode::from_str(py, &format!("<module {}>", unicode::display(n.as_object()))).map(Owned::upcast)
}

/// `_PyModuleSpec_IsUninitializedSubmodule`.
fn is_uninitialized_submodule(py: Py<'_>, spec: &PyObject, n: &PyUnicodeObject) -> PyResult<bool> {
    match attr::lookup_name(py, spec, name!("_uninitialized_submodules"))? {
        Some(v) => sequence::contains(py, &v, n.as_object()),
        None => Ok(false),
    }
}

fn no_such(py: Py<'_>, text: &str) -> PyErr {
    exceptions::format(py, &exceptions::AttributeError, format_args!("{text}"))
}

/// `_Py_module_getattro_impl`.
fn getattro(py: Py<'_>, m: &PyModuleObject, n: &PyObject) -> PyResult {
    let n = attr::check_name(py, n)?;
    match attr::generic_lookup(py, m.as_object(), n, None) {
        Ok(Some(v)) => return Ok(v),
        Ok(None) => {}
        Err(e) if exceptions::matches(&e, &exceptions::AttributeError) => {}
        Err(e) => return Err(e),
    }
    let attribute = unicode::display(n.as_object());
    let Some(d) = dict_in(m).map(Object::to_owned) else {
        return Err(no_such(py, &format!("module has no attribute '{attribute}'")));
    };
    if let Some(f) = dict::get_name(py, &d, name!("__getattr__"))? {
        return call::call(py, &f, [n.as_object()]);
    }
    let own = dict::get_name(py, &d, name!("__name__"))?.filter(|n| unicode::check(n).is_some());
    let Some(own) = own else {
        return Err(no_such(py, &format!("module has no attribute '{attribute}'")));
    };
    let own = unicode::display(&own);
    if let Some(spec) = dict::get_name(py, &d, name!("__spec__"))? {
        if hooks::is_initializing(py, m.as_object()) {
            return Err(no_such(
                py,
                &format!(
                    "partially initialized module '{own}' has no attribute '{attribute}' (most likely due to a circular import)"
                ),
            ));
        }
        if is_uninitialized_submodule(py, &spec, n).unwrap_or(false) {
            return Err(no_such(
                py,
                &format!(
                    "cannot access submodule '{attribute}' of module '{own}' (most likely due to a circular import)"
                ),
            ));
        }
    }
    Err(no_such(py, &format!("module '{own}' has no attribute '{attribute}'")))
}

/// The module's `__dict__` as its attribute, which a subclass may have replaced.
fn namespace(py: Py<'_>, m: &PyModuleObject) -> PyResult {
    let d = attr::get_name(py, m.as_object(), name!("__dict__"))?;
    if dict::check(&d).is_none() {
        return Err(exceptions::type_error(py, format_args!("<module>.__dict__ is not a dictionary")));
    }
    Ok(d)
}

fn dir(py: Py<'_>, m: &PyModuleObject) -> PyResult {
    let d = namespace(py, m)?;
    let d = dict::check(&d).expect("just checked");
    match dict::get_name(py, d, name!("__dir__"))? {
        Some(f) => call::call(py, &f, []),
        None => list::from_iter(py, dict::items(d).into_iter().map(|(k, _)| k)).map(Owned::upcast),
    }
}

fn annotations(py: Py<'_>, m: &PyModuleObject) -> PyResult {
    let d = namespace(py, m)?;
    let d = dict::check(&d).expect("just checked");
    if let Some(a) = dict::get_name(py, d, name!("__annotations__"))? {
        return Ok(a);
    }
    let new = dict::new(py)?;
    dict::set(py, d, name!("__annotations__").obj(py), new.as_object())?;
    Ok(new.upcast())
}

fn set_annotations(py: Py<'_>, m: &PyModuleObject, v: Option<&PyObject>) -> PyResult<()> {
    let d = namespace(py, m)?;
    let d = dict::check(&d).expect("just checked");
    match v {
        Some(v) => dict::set(py, d, name!("__annotations__").obj(py), v),
        None => match dict::pop(py, d, name!("__annotations__").obj(py))? {
            Some(_) => Ok(()),
            None => Err(no_such(py, "__annotations__")),
        },
    }
}
