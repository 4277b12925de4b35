//! `dict_keys`, `dict_values`, `dict_items`: views, the first and last of them with the operations of sets.

use super::iter::{self, Kind};
use super::tracked;
use dxpy_core::abi::*;
use dxpy_core::protocol::{self, EQ, GE, GT, LE, LT, NE};
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyResult, attr, boolean, call, dict, gc, getset, glue, hooks, list, mappingproxy, methods,
    object, sequence, set, tuple, unicode,
};
use dxpy_text::strings::builder::Builder;

/// `dict_keys`.
#[unsafe(no_mangle)]
pub static PyDictKeys_Type: StaticType = view(c"dict_keys")
    .iter(glue::unary(iter_keys))
    .sequence(&KEYS_SEQUENCE)
    .methods(&KEYS_METHODS)
    .number(&SET_NUMBER)
    .richcompare(glue::richcompare(richcompare));

/// `dict_values`.
#[unsafe(no_mangle)]
pub static PyDictValues_Type: StaticType =
    view(c"dict_values").iter(glue::unary(iter_values)).sequence(&VALUES_SEQUENCE).methods(&VALUES_METHODS);

/// `dict_items`.
#[unsafe(no_mangle)]
pub static PyDictItems_Type: StaticType = view(c"dict_items")
    .iter(glue::unary(iter_items))
    .sequence(&ITEMS_SEQUENCE)
    .methods(&ITEMS_METHODS)
    .number(&SET_NUMBER)
    .richcompare(glue::richcompare(richcompare));

const fn view(name: &'static core::ffi::CStr) -> StaticType {
    StaticType::new::<_PyDictViewObject>(name)
        .traverse(glue::traverse(traverse))
        .dealloc(glue::dealloc(dealloc))
        .repr(glue::unary(repr))
        .getattro(attr::generic_get_slot)
        .getset(&GETSET)
}

static KEYS_SEQUENCE: StaticTable<PySequenceMethods> =
    StaticTable::<PySequenceMethods>::empty().length(glue::len(len)).contains(glue::contains(
        |py: Py<'_>, v: &_PyDictViewObject, key: &PyObject| dict::contains(py, of(v), key),
    ));

static VALUES_SEQUENCE: StaticTable<PySequenceMethods> =
    StaticTable::<PySequenceMethods>::empty().length(glue::len(len));

static ITEMS_SEQUENCE: StaticTable<PySequenceMethods> =
    StaticTable::<PySequenceMethods>::empty().length(glue::len(len)).contains(glue::contains(has_item));

static SET_NUMBER: StaticTable<PyNumberMethods> = StaticTable::<PyNumberMethods>::empty()
    .subtract(glue::binary(subtract))
    .and(glue::binary(and))
    .xor(glue::binary(xor))
    .or(glue::binary(or));

getset! { static GETSET [
    "mapping" = mapping, "The dictionary the view is of, read-only.";
] }

methods! { static KEYS_METHODS: for _PyDictViewObject [
    "isdisjoint" = isdisjoint [1], "?($self, other, /)", "Whether the view and the iterable have nothing in common.";
    "__reversed__" = reversed_keys [0], "!($self, /)", "An iterator over the keys, last first.";
] }

methods! { static VALUES_METHODS: for _PyDictViewObject [
    "__reversed__" = reversed_values [0], "!($self, /)", "An iterator over the values, last first.";
] }

methods! { static ITEMS_METHODS: for _PyDictViewObject [
    "isdisjoint" = isdisjoint [1], "?($self, other, /)", "Whether the view and the iterable have nothing in common.";
    "__reversed__" = reversed_items [0], "!($self, /)", "An iterator over the pairs, last first.";
] }

/// `_PyDictView_New`.
pub fn new(py: Py<'_>, d: &PyDictObject, ty: &'static StaticType) -> PyResult {
    // SAFETY: the field is set before the view is tracked.
    unsafe {
        let v = object::alloc_uninit::<_PyDictViewObject>(py, ty, size_of::<_PyDictViewObject>())?;
        v.dv_dict.set(d.to_owned().into_raw());
        Ok(tracked(v))
    }
}

/// `dict.keys`.
pub fn keys(py: Py<'_>, d: &PyDictObject) -> PyResult {
    new(py, d, &PyDictKeys_Type)
}

/// `dict.values`.
pub fn values(py: Py<'_>, d: &PyDictObject) -> PyResult {
    new(py, d, &PyDictValues_Type)
}

/// `dict.items`.
pub fn items(py: Py<'_>, d: &PyDictObject) -> PyResult {
    new(py, d, &PyDictItems_Type)
}

/// The dict behind a view.
pub(crate) fn of(v: &_PyDictViewObject) -> &PyDictObject {
    // SAFETY: INIT, LIVE: a view holds its dict.
    unsafe { &*v.dv_dict.get() }
}

fn len(_: Py<'_>, v: &_PyDictViewObject) -> PyResult<usize> {
    Ok(dict::len(of(v)))
}

fn mapping(py: Py<'_>, v: &_PyDictViewObject) -> PyResult {
    mappingproxy::new(py, of(v).as_object())
}

fn iter_keys(py: Py<'_>, v: &_PyDictViewObject) -> PyResult {
    iter::new(py, of(v), Kind::Key, false)
}

fn iter_values(py: Py<'_>, v: &_PyDictViewObject) -> PyResult {
    iter::new(py, of(v), Kind::Value, false)
}

fn iter_items(py: Py<'_>, v: &_PyDictViewObject) -> PyResult {
    iter::new(py, of(v), Kind::Item, false)
}

fn reversed_keys(py: Py<'_>, v: &_PyDictViewObject) -> PyResult {
    iter::new(py, of(v), Kind::Key, true)
}

fn reversed_values(py: Py<'_>, v: &_PyDictViewObject) -> PyResult {
    iter::new(py, of(v), Kind::Value, true)
}

fn reversed_items(py: Py<'_>, v: &_PyDictViewObject) -> PyResult {
    iter::new(py, of(v), Kind::Item, true)
}

/// `dictitems_contains`.
fn has_item(py: Py<'_>, v: &_PyDictViewObject, item: &PyObject) -> PyResult<bool> {
    let Some([key, value]) = tuple::check(item).map(tuple::items) else { return Ok(false) };
    match dict::get(py, of(v), key)? {
        Some(found) => protocol::rich_compare_bool(py, &found, value, EQ),
        None => Ok(false),
    }
}

fn repr(py: Py<'_>, v: &_PyDictViewObject) -> PyResult<Owned<PyUnicodeObject>> {
    let Some(_inside) = protocol::ReprGuard::enter(py, v.as_object())? else {
        return unicode::from_str(py, "...");
    };
    let all = list::from_iter(py, protocol::collect(py, v.as_object())?)?;
    let mut out = Builder::new();
    out.push_text(&call::type_name(v.ty()));
    out.push_text("(");
    out.push_str(unicode::view(&*protocol::repr(py, all.as_object())?));
    out.push_text(")");
    unicode::from_buf(py, out.finish())
}

/// `PyDictViewSet_Check`: keys or items.
fn set_like(o: &PyObject) -> Option<&_PyDictViewObject> {
    let is = |t: &StaticType| dxpy_core::types::is_subtype(o.ty(), t);
    // SAFETY: LAYOUT: just checked.
    (is(&PyDictKeys_Type) || is(&PyDictItems_Type))
        .then(|| unsafe { &*(o as *const PyObject as *const _PyDictViewObject) })
}

/// A view of keys or items, if it is of pairs.
fn of_items(v: &_PyDictViewObject) -> bool {
    dxpy_core::types::is_subtype(v.ty(), &PyDictItems_Type)
}

/// `all_contained_in`.
fn all_in(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<bool> {
    let it = protocol::iter(py, a)?;
    while let Some(x) = protocol::next(py, &it)? {
        if !sequence::contains(py, b, &x)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `dictview_richcompare`.
fn richcompare(py: Py<'_>, v: &_PyDictViewObject, other: &PyObject, op: core::ffi::c_int) -> PyResult {
    if set::check_any(other).is_none() && set_like(other).is_none() {
        return Ok(object::not_implemented());
    }
    let this = v.as_object();
    let (n, m) = (protocol::len(py, this)?, protocol::len(py, other)?);
    let r = match op {
        EQ | NE => (n == m && all_in(py, this, other)?) == (op == EQ),
        LT => n < m && all_in(py, this, other)?,
        LE => n <= m && all_in(py, this, other)?,
        GT => n > m && all_in(py, other, this)?,
        GE => n >= m && all_in(py, other, this)?,
        _ => return Ok(object::not_implemented()),
    };
    Ok(boolean::new(r).upcast())
}

/// `dictviews_to_set`.
fn to_set(py: Py<'_>, o: &PyObject) -> PyResult {
    let set = hooks::new_set(py, Vec::new())?;
    hooks::set_update(py, &set, o)?;
    Ok(set)
}

fn subtract(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let set = to_set(py, a)?;
    call::method(py, &set, dxpy_core::name!("difference_update"), [b])?;
    Ok(set)
}

fn or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let set = to_set(py, a)?;
    hooks::set_update(py, &set, b)?;
    Ok(set)
}

/// `_PyDictView_Intersect`: goes through the shorter of the two where lengths are known.
fn and(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let (mut v, mut other) = match (set_like(a), set_like(b)) {
        (Some(v), _) => (v, b),
        (None, Some(v)) => (v, a),
        (None, None) => return Ok(object::not_implemented()),
    };
    if let Some(w) = set_like(other)
        && dict::len(of(w)) > dict::len(of(v))
    {
        (v, other) = (w, v.as_object());
    }
    // A frozenset would make a frozenset.
    if other.ty().is(&set::PySet_Type.0) && dict::len(of(v)) <= protocol::len(py, other)? {
        return call::method(py, other, dxpy_core::name!("intersection"), [v.as_object()]);
    }
    let it = protocol::iter(py, other)?;
    let set = hooks::new_set(py, Vec::new())?;
    while let Some(x) = protocol::next(py, &it)? {
        let has = if of_items(v) { has_item(py, v, &x)? } else { dict::contains(py, of(v), &x)? };
        if has {
            hooks::set_add(py, &set, &x)?;
        }
    }
    Ok(set)
}

fn xor(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    if let (Some(v), Some(w)) = (set_like(a), set_like(b))
        && of_items(v)
        && of_items(w)
    {
        return items_xor(py, of(v), of(w));
    }
    let set = to_set(py, a)?;
    call::method(py, &set, dxpy_core::name!("symmetric_difference_update"), [b])?;
    Ok(set)
}

/// `dictitems_xor`: pairs that both have need not be hashable.
fn items_xor(py: Py<'_>, a: &PyDictObject, b: &PyDictObject) -> PyResult {
    let (a, b) = if dict::len(a) > dict::len(b) { (b, a) } else { (a, b) };
    let rest = dict::copy(py, a)?;
    let set = hooks::new_set(py, Vec::new())?;
    let mut pos = 0;
    while let Some((k, v, hash)) = dict::next_hash(b, &mut pos) {
        let (k, v) = (k.to_owned(), v.to_owned());
        let same = match dict::get_known_hash(py, &rest, &k, hash)? {
            Some(mine) => protocol::rich_compare_bool(py, &mine, &v, EQ)?,
            None => false,
        };
        if same {
            dict::pop_known_hash(py, &rest, &k, hash)?;
        } else {
            let pair = tuple::from_iter(py, [k, v])?;
            hooks::set_add(py, &set, pair.as_object())?;
        }
    }
    hooks::set_update(py, &set, &*items(py, &rest)?)?;
    Ok(set)
}

/// `dictviews_isdisjoint`.
fn isdisjoint(py: Py<'_>, v: &_PyDictViewObject, other: &PyObject) -> PyResult<bool> {
    let (mut this, mut other) = (v.as_object(), other);
    if this.is(other) {
        return Ok(dict::len(of(v)) == 0);
    }
    if (set::check_exact(other).is_some() || set_like(other).is_some())
        && protocol::len(py, other)? > dict::len(of(v))
    {
        (this, other) = (other, this);
    }
    let it = protocol::iter(py, other)?;
    while let Some(x) = protocol::next(py, &it)? {
        if sequence::contains(py, this, &x)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn traverse(v: &_PyDictViewObject, visit: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    visit.visit(object::field(&v.dv_dict))
}

fn dealloc(_: Py<'_>, v: &_PyDictViewObject) {
    // SAFETY: a view has a collector header; its field is released once and its memory last.
    unsafe {
        gc::untrack(v.as_object());
        object::clear_field(object::field(&v.dv_dict));
        object::free(v.as_object());
    }
}
