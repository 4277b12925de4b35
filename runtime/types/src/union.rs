//! `types.UnionType`: `int | str` (`Objects/unionobject.c`).

use crate::Part;
use crate::generic_alias::{Py_GenericAliasType, parameters, show, substitute};
use core::ffi::c_int;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::hooks::HOOKS;
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyResult, attr, boolean, gc, getset, glue, members, number, object, protocol, set, tuple,
    types, unicode,
};

/// What this module brings. `type` itself takes part in unions.
pub static PART: Part = Part { adopt: &[(&types::PyType_Type, &TYPE)], types: &[&_PyUnion_Type], hooks };

fn hooks() {
    HOOKS.union_args.set(Some(|o| {
        // SAFETY: LAYOUT: just checked; LIVE: a union holds its members, a tuple.
        o.ty().is(&_PyUnion_Type.0).then(|| unsafe {
            (*((*(o as *const PyObject as *const unionobject)).args.get() as *const PyTupleObject)).to_owned()
        })
    }));
}

static TYPE: StaticType = StaticType::new::<PyHeapTypeObject>(c"type").number(&NUMBER);

/// `types.UnionType`.
#[unsafe(no_mangle)]
pub static _PyUnion_Type: StaticType = StaticType::new::<unionobject>(c"types.UnionType")
    .doc(c"Represent a PEP 604 union type\n\nE.g. for int | str")
    .repr(glue::unary(repr))
    .hash(glue::hash(hash))
    .richcompare(glue::richcompare(richcompare))
    .getattro(glue::binary(getattro))
    .number(&NUMBER)
    .mapping(&MAPPING)
    .members(&MEMBERS)
    .getset(&GETSET)
    .traverse(glue::traverse(|u: &unionobject, v: &glue::Visitor| {
        v.visit(&u.args)?;
        v.visit(&u.parameters)
    }))
    .dealloc(glue::dealloc(|_: Py<'_>, u: &unionobject| {
        // SAFETY: the object has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(u.as_object());
            object::clear_field(&u.args);
            object::clear_field(&u.parameters);
            object::free(u.as_object());
        }
    }));

static NUMBER: StaticTable<PyNumberMethods> = StaticTable::<PyNumberMethods>::empty().or(glue::binary(or));
static MAPPING: StaticTable<PyMappingMethods> =
    StaticTable::<PyMappingMethods>::empty().subscript(glue::binary(getitem));

members! { static MEMBERS [
    "__args__" = _Py_T_OBJECT, offset_of!(unionobject, args), Py_READONLY, "";
] }
getset! { static GETSET [
    "__parameters__" = get_parameters, "Type variables in the types.UnionType.";
] }

/// `union_getattro`: `__module__` is that of the class.
fn getattro(py: Py<'_>, u: &unionobject, name: &PyObject) -> PyResult {
    let n = attr::check_name(py, name)?;
    if unicode::check_exact(name).is_some() && unicode::equals_str(name, "__module__") {
        return attr::get(py, u.ty().as_object(), n);
    }
    attr::generic_get(py, u.as_object(), n)
}

fn members_of(u: &unionobject) -> &PyTupleObject {
    // SAFETY: LIVE, LAYOUT: a union holds its members, a tuple.
    unsafe { &*(u.args.get() as *const PyTupleObject) }
}

fn as_union(o: &PyObject) -> Option<&unionobject> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&_PyUnion_Type.0).then(|| unsafe { &*(o as *const PyObject as *const unionobject) })
}

/// `is_unionable`.
fn is_unionable(o: &PyObject) -> bool {
    object::is_none(o)
        || types::check(o).is_some()
        || types::is_subtype(o.ty(), &Py_GenericAliasType)
        || as_union(o).is_some()
        || o.ty().is(&crate::typing::alias::TYPE_ALIAS.0)
}

/// `_Py_union_type_or`.
pub fn or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    if !is_unionable(a) || !is_unionable(b) {
        return Ok(object::not_implemented());
    }
    let both = tuple::from_iter(py, [a.to_owned(), b.to_owned()])?;
    make(py, &both)
}

/// `make_union` of flattened members, each once; one alone is itself.
fn make(py: Py<'_>, given: &PyTupleObject) -> PyResult {
    let mut flat: Vec<Owned> = Vec::new();
    let none_type = object::_PyNone_Type.as_object();
    for x in tuple::items(given) {
        match as_union(x) {
            Some(u) => flat.extend(tuple::items(members_of(u)).iter().map(|m| (*m).to_owned())),
            None if object::is_none(x) => flat.push(none_type.to_owned()),
            None => flat.push((*x).to_owned()),
        }
    }
    let mut unique: Vec<Owned> = Vec::new();
    'next: for x in flat {
        for y in &unique {
            let aliases = types::is_subtype(x.ty(), &Py_GenericAliasType)
                && types::is_subtype(y.ty(), &Py_GenericAliasType);
            // Classes are compared by identity, aliases by value.
            let same = if aliases { protocol::rich_compare_bool(py, &x, y, Py_EQ)? } else { x.is(&**y) };
            if same {
                continue 'next;
            }
        }
        unique.push(x);
    }
    if unique.len() == 1 {
        return Ok(unique.remove(0));
    }
    let args = tuple::from_iter(py, unique)?;
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let u = object::alloc_uninit::<unionobject>(py, &_PyUnion_Type, size_of::<unionobject>())?;
        u.args.set(args.into_ptr());
        u.parameters.set(core::ptr::null_mut());
        gc::track(u.as_object());
        Ok(u.upcast())
    }
}

fn repr(py: Py<'_>, u: &unionobject) -> PyResult<Owned<PyUnicodeObject>> {
    let mut parts = Vec::new();
    for m in tuple::items(members_of(u)) {
        parts.push(if m.is(&object::_PyNone_Type.0) { "None".to_owned() } else { show(py, m)? });
    }
    unicode::from_str(py, &parts.join(" | "))
}

/// The members as a frozenset: order does not matter.
fn as_set(py: Py<'_>, u: &unionobject) -> PyResult {
    let items: Vec<Owned> = tuple::items(members_of(u)).iter().map(|m| (*m).to_owned()).collect();
    set::frozen(py, &items).map(Owned::upcast)
}

fn hash(py: Py<'_>, u: &unionobject) -> PyResult<Py_hash_t> {
    protocol::hash(py, &*as_set(py, u)?)
}

fn richcompare(py: Py<'_>, a: &unionobject, b: &PyObject, op: c_int) -> PyResult {
    let Some(b) = as_union(b).filter(|_| op == Py_EQ || op == Py_NE) else {
        return Ok(object::not_implemented());
    };
    let equal = protocol::rich_compare_bool(py, &*as_set(py, a)?, &*as_set(py, b)?, Py_EQ)?;
    Ok(boolean::new(equal == (op == Py_EQ)).upcast())
}

fn own_parameters(py: Py<'_>, u: &unionobject) -> PyResult<Owned<PyTupleObject>> {
    if u.parameters.get().is_null() {
        u.parameters.set(parameters(py, members_of(u))?.into_ptr());
    }
    // SAFETY: LIVE, LAYOUT: just set.
    Ok(unsafe { (*(u.parameters.get() as *const PyTupleObject)).to_owned() })
}

fn get_parameters(py: Py<'_>, u: &unionobject) -> PyResult<Owned<PyTupleObject>> {
    own_parameters(py, u)
}

/// `union_getitem`: the members with type variables replaced, joined again by `|`.
fn getitem(py: Py<'_>, u: &unionobject, item: &PyObject) -> PyResult {
    let params = own_parameters(py, u)?;
    let new = substitute(py, u.as_object(), members_of(u), &params, item)?;
    let mut parts = tuple::items(&new).iter();
    let Some(first) = parts.next() else { return Ok(object::none()) };
    let mut all = (*first).to_owned();
    for p in parts {
        all = number::or(py, &all, p)?;
    }
    Ok(all)
}
