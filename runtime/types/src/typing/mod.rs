//! The types behind PEP 484 and 695 that `typing` takes from C: type variables, type aliases and `Generic`
//! (`Objects/typevarobject.c`), and what the interpreter's intrinsics make of them.
//!
//! Each has the name `typing.X`. What they compute beyond their own fields is the `typing` module's business: it is
//! imported and asked at each call, as in CPython.

pub mod alias;
pub mod paramspec;
pub mod typevar;

use crate::{Part, frame};
use dxpy_core::abi::*;
use dxpy_core::hooks::HOOKS;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::types::ready::dict_of;
use dxpy_core::unicode::Name;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, call, dict, exceptions, hooks, name, object, sequence, tuple, unicode,
};

/// What this module brings.
pub static PART: Part = Part {
    adopt: &[],
    types: &[
        &typevar::TYPE_VAR,
        &paramspec::PARAM_SPEC,
        &paramspec::PARAM_SPEC_ARGS,
        &paramspec::PARAM_SPEC_KWARGS,
        &typevar::TYPE_VAR_TUPLE,
        &alias::TYPE_ALIAS,
    ],
    hooks,
};

fn hooks() {
    HOOKS.typing.set(Some(intrinsic));
}

/// The types as `_typing` shows them, by name.
pub static TYPES: &[(&str, &StaticType)] = &[
    ("TypeVar", &typevar::TYPE_VAR),
    ("TypeVarTuple", &typevar::TYPE_VAR_TUPLE),
    ("ParamSpec", &paramspec::PARAM_SPEC),
    ("ParamSpecArgs", &paramspec::PARAM_SPEC_ARGS),
    ("ParamSpecKwargs", &paramspec::PARAM_SPEC_KWARGS),
    ("TypeAliasType", &alias::TYPE_ALIAS),
];

/// Gives the types the `__module__` that instances fall back on; called when `_typing` is imported.
pub fn complete(py: Py<'_>) -> PyResult<()> {
    let module = unicode::intern_str(py, "typing")?;
    for (name, ty) in TYPES {
        // An alias has a `__module__` of its own.
        if *name != "TypeAliasType" {
            dict::set_str(py, dict_of(ty), "__module__", module.as_object())?;
        }
    }
    Ok(())
}

/// The intrinsics of PEP 695, under the names that `CALL_INTRINSIC` gives them.
fn intrinsic(py: Py<'_>, which: &str, args: &[&PyObject]) -> PyResult {
    match (which, args) {
        ("TypeVar", [name]) => typevar::inferred(py, name, None, None),
        ("_typevar_with_bound", [name, bound]) => typevar::inferred(py, name, Some(bound), None),
        ("_typevar_with_constraints", [name, constraints]) => {
            typevar::inferred(py, name, None, Some(constraints))
        }
        ("ParamSpec", [name]) => paramspec::inferred(py, name),
        ("TypeVarTuple", [name]) => typevar::new_tuple(py, &typevar::TYPE_VAR_TUPLE, name, None),
        ("_subscript_generic", [params]) => alias::subscript_generic(py, params),
        ("_type_alias", [parts]) => alias::from_parts(py, parts),
        _ => Err(exceptions::system_error(py, format_args!("unknown intrinsic {which}"))),
    }
}

/// `call_typing_func_object`: calls a function of `typing`.
fn ask<const N: usize>(py: Py<'_>, function: &Name, args: [&PyObject; N]) -> PyResult {
    let typing = hooks::import(py, name!("typing"))?;
    call::call(py, &*attr::get_name(py, &typing, function)?, args)
}

/// `type_check`: the type an argument stands for, None being that of None.
fn type_check(py: Py<'_>, o: &PyObject, message: &str) -> PyResult {
    if object::is_none(o) {
        return Ok(object::_PyNone_Type.as_object().to_owned());
    }
    let message = unicode::from_str(py, message)?;
    ask(py, name!("_type_check"), [o, message.as_object()])
}

/// `make_union`: `|` with a type variable is `typing.Union`.
fn make_union(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    ask(py, name!("_make_union"), [a, b])
}

/// `caller`: the `__module__` of the function that runs, None if it has none.
fn caller(py: Py<'_>) -> Option<Owned> {
    let f = frame::current(py);
    // SAFETY: LIVE: the frame runs and holds its function, which may be NULL or None.
    let func = unsafe { f.as_ref().and_then(|f| f.f_funcobj.get().as_ref()) };
    // SAFETY: LIVE: a function holds its module, which may be NULL.
    let module =
        unsafe { func.and_then(dxpy_core::function::check).and_then(|f| f.func_module.get().as_ref()) };
    Some(module.map_or_else(object::none, |m| m.to_owned()))
}

/// Sets `__module__` of a new type variable, if its maker has a module.
fn set_module(py: Py<'_>, o: &PyObject, module: Option<Owned>) -> PyResult<()> {
    match module {
        Some(m) => attr::set_name(py, o, name!("__module__"), &m),
        None => Ok(()),
    }
}

/// `__mro_entries__` of what cannot be a base.
#[cold]
fn no_base(py: Py<'_>, what: &str) -> PyErr {
    exceptions::type_error(py, format_args!("Cannot subclass an instance of {what}"))
}

/// The checks of a variance given by hand.
fn check_variance(py: Py<'_>, covariant: bool, contravariant: bool, infer: bool) -> PyResult<()> {
    if covariant && contravariant {
        return Err(exceptions::value_error(py, format_args!("Bivariant types are not supported.")));
    }
    if infer && (covariant || contravariant) {
        return Err(exceptions::value_error(
            py,
            format_args!("Variance cannot be specified with infer_variance."),
        ));
    }
    Ok(())
}

/// The sign before a name that says its variance.
fn sign(covariant: bool, contravariant: bool) -> char {
    match (covariant, contravariant) {
        (true, _) => '+',
        (_, true) => '-',
        _ => '~',
    }
}

/// A name with something before and after it.
fn around(py: Py<'_>, before: &str, name: &PyObject, after: &str) -> PyResult<Owned<PyUnicodeObject>> {
    let (before, after) = (unicode::from_str(py, before)?, unicode::from_str(py, after)?);
    let middle = unicode::check(name).map(unicode::view);
    let parts = [Some(unicode::view(&before)), middle, Some(unicode::view(&after))];
    unicode::concat_views(py, &parts.into_iter().flatten().collect::<Vec<_>>())
}

/// `typevartuple_unpack`: `typing.Unpack[Ts]`.
fn unpack(py: Py<'_>, tvt: &PyObject) -> PyResult {
    let typing = hooks::import(py, name!("typing"))?;
    let unpack = attr::get_name(py, &typing, name!("Unpack"))?;
    sequence::get_item(py, &unpack, tvt)
}

/// `unpack_typevartuples`: the parameters with each `TypeVarTuple` unpacked.
fn unpack_all(py: Py<'_>, params: &PyTupleObject) -> PyResult<Owned<PyTupleObject>> {
    let is_tuple = |p: &PyObject| p.ty().is(&typevar::TYPE_VAR_TUPLE.0);
    if !tuple::items(params).iter().any(|p| is_tuple(p)) {
        return Ok(params.to_owned());
    }
    let mut all = Vec::new();
    for p in tuple::items(params) {
        all.push(if is_tuple(p) { unpack(py, p)? } else { (*p).to_owned() });
    }
    tuple::from_iter(py, all)
}
