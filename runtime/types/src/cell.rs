//! `cell`: contents, comparison, repr and constructor (`Objects/cellobject.c`). Memory is the object model's.

use crate::{Part, no_hooks};
use dxpy_core::abi::*;
use dxpy_core::cell::{self, PyCell_Type};
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{Owned, Py, PyResult, boolean, exceptions, getset, glue, object, protocol, tuple, unicode};

/// What this module brings.
pub static PART: Part = Part { adopt: &[(&PyCell_Type, &CELL)], types: &[], hooks: no_hooks };

static CELL: StaticType = StaticType::new::<PyCellObject>(c"cell")
    .doc(c"cell([contents])\n--\n\nMake a cell, a variable that closures share.\n\n  contents\n    what it holds; without it the cell is empty")
    .create(glue::create(create))
    .repr(glue::unary(repr))
    .richcompare(glue::richcompare(richcompare))
    .getattro(dxpy_core::attr::generic_get_slot)
    .getset(&GETSET);

getset! { static GETSET [
    "cell_contents" = contents, set set_contents, "";
] }

/// `cell_new`.
fn create(py: Py<'_>, _: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("cell() takes no keyword arguments")));
    }
    let items = tuple::items(args);
    if items.len() > 1 {
        return Err(exceptions::type_error(
            py,
            format_args!("cell expected at most 1 argument, got {}", items.len()),
        ));
    }
    cell::new(py, items.first().map(|o| (*o).to_owned())).map(Owned::upcast)
}

/// `cell_repr`.
fn repr(py: Py<'_>, c: &PyCellObject) -> PyResult<Owned<PyUnicodeObject>> {
    let text = match cell::get(c) {
        None => format!("<cell at {:p}: empty>", c.as_ptr()),
        Some(v) => {
            let kind: String = short_type(&v).chars().take(80).collect();
            format!("<cell at {:p}: {kind} object at {:p}>", c.as_ptr(), v.as_ptr())
        }
    };
    unicode::from_str(py, &text)
}

/// `tp_name`, whole.
fn short_type(o: &PyObject) -> String {
    dxpy_core::call::type_name(o.ty())
}

/// `cell_richcompare`: by contents; an empty cell is less than any other.
fn richcompare(py: Py<'_>, a: &PyCellObject, other: &PyObject, op: core::ffi::c_int) -> PyResult {
    let Some(b) = cell::check(other) else { return Ok(object::not_implemented()) };
    match (cell::get(a), cell::get(b)) {
        (Some(x), Some(y)) => protocol::rich_compare(py, &x, &y, op),
        (x, y) => {
            let answer = protocol::compare_ordering(x.is_some().cmp(&y.is_some()), op);
            Ok(boolean::new(answer).upcast())
        }
    }
}

fn contents(py: Py<'_>, c: &PyCellObject) -> PyResult {
    cell::get(c).ok_or_else(|| exceptions::value_error(py, format_args!("Cell is empty")))
}

/// `cell_set_contents`: deleting empties.
fn set_contents(_: Py<'_>, c: &PyCellObject, value: Option<&PyObject>) -> PyResult<()> {
    cell::set(c, value.map(Object::to_owned));
    Ok(())
}
