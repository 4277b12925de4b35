//! `_collections._tuplegetter`: the descriptor behind the fields of named tuples.

use crate::fields::{get, put, view};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyResult, attr, call, exceptions, gc, glue, long, members, methods, number, object, protocol,
    tuple, unicode,
};

/// A `_collections._tuplegetter`.
#[repr(C)]
pub struct GetterObject {
    ob_base: PyObject,
    index: Cell<isize>,
    doc: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for GetterObject {}

/// `collections._tuplegetter`.
pub static TUPLEGETTER: StaticType = StaticType::new::<GetterObject>(c"collections._tuplegetter")
    .traverse(glue::traverse(|g: &GetterObject, v: &glue::Visitor| v.visit(&g.doc)))
    .clear(glue::clear(|_: Py<'_>, g: &GetterObject| object::clear_field(&g.doc)))
    .dealloc(glue::dealloc(dealloc))
    .repr(glue::unary(repr))
    .getattro(attr::generic_get_slot)
    .create(glue::create(create))
    .descr_get(glue::descr_get(descr_get))
    .descr_set(glue::assign(descr_set))
    .methods(&METHODS)
    .members(&MEMBERS);

methods! { static METHODS: for GetterObject [
    "__reduce__" = reduce [0], "!($self, /)", "";
] }

members! { static MEMBERS [
    "__doc__" = _Py_T_OBJECT, offset_of!(GetterObject, doc), 0, "";
] }

fn dealloc(_: Py<'_>, g: &GetterObject) {
    // SAFETY: the type has a collector header; the field is released once and the memory last.
    unsafe {
        gc::untrack(g.as_object());
        object::clear_field(&g.doc);
        object::tp_free(g.as_object());
    }
}

fn create(py: Py<'_>, ty: &PyTypeObject, given: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("_tuplegetter() takes no keyword arguments")));
    }
    let [index, doc] = tuple::items(given) else {
        let n = tuple::len(given);
        return Err(exceptions::type_error(py, format_args!("_tuplegetter expected 2 arguments, got {n}")));
    };
    let index = number::as_ssize(py, index, &exceptions::OverflowError)?;
    let o = object::tp_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: an instance of this type.
    let g: &GetterObject = unsafe { view(&o) };
    g.index.set(index);
    put(&g.doc, (*doc).to_owned());
    Ok(o)
}

/// `tuplegetter_descr_get`.
fn descr_get(py: Py<'_>, g: &GetterObject, o: Option<&PyObject>, _: Option<&PyObject>) -> PyResult {
    let Some(o) = o else { return Ok(g.to_owned().upcast()) };
    let Some(t) = tuple::check(o) else {
        if object::is_none(o) {
            return Ok(g.to_owned().upcast());
        }
        return Err(exceptions::type_error(
            py,
            format_args!(
                "descriptor for index '{}' for tuple subclasses doesn't apply to '{}' object",
                g.index.get(),
                call::type_name(o.ty())
            ),
        ));
    };
    match usize::try_from(g.index.get()).ok().and_then(|i| tuple::items(t).get(i)) {
        Some(o) => Ok((*o).to_owned()),
        None => Err(exceptions::index_error(py, format_args!("tuple index out of range"))),
    }
}

fn descr_set(py: Py<'_>, _: &GetterObject, _: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
    let verb = if value.is_none() { "delete" } else { "set" };
    Err(exceptions::format(py, &exceptions::AttributeError, format_args!("can't {verb} attribute")))
}

fn doc_of(g: &GetterObject) -> Owned {
    get(&g.doc).unwrap_or_else(object::none)
}

fn reduce(py: Py<'_>, g: &GetterObject) -> PyResult<Owned<PyTupleObject>> {
    let args = tuple::from_iter(py, [long::from_i64(py, g.index.get() as i64)?.upcast(), doc_of(g)])?;
    tuple::from_iter(py, [g.ty().as_object().to_owned(), args.upcast()])
}

fn repr(py: Py<'_>, g: &GetterObject) -> PyResult<Owned<PyUnicodeObject>> {
    let head = format!("{}({}, ", call::short_name(g.ty()), g.index.get());
    let (head, doc) = (unicode::from_str(py, &head)?, protocol::repr(py, &doc_of(g))?);
    unicode::join_all(py, &[&head, &doc, &*unicode::from_str(py, ")")?])
}
