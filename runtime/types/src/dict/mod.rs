//! `dict`: the type's slots and methods (`Objects/dictobject.c`). The table and its algorithms are in
//! `dxpy_core::dict`, iterators in `iter`, views in `views`.

pub mod iter;
pub mod views;

use crate::{Part, no_hooks};
use dxpy_core::abi::*;
use dxpy_core::args::{Keywords, Rest};
use dxpy_core::dict::{self, PyDict_Type};
use dxpy_core::protocol::{self, EQ, NE};
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::types::special;
use dxpy_core::{
    Owned, Py, PyResult, attr, boolean, call, exceptions, gc, glue, methods, name, object, sequence, set,
    tuple, types, unicode,
};
use dxpy_text::strings::builder::Builder;
use iter::Kind;

/// What this module brings.
pub static PART: Part = Part {
    adopt: &[(&PyDict_Type, &DICT)],
    types: &[
        &views::PyDictKeys_Type,
        &views::PyDictValues_Type,
        &views::PyDictItems_Type,
        &iter::PyDictIterKey_Type,
        &iter::PyDictIterValue_Type,
        &iter::PyDictIterItem_Type,
        &iter::PyDictRevIterKey_Type,
        &iter::PyDictRevIterValue_Type,
        &iter::PyDictRevIterItem_Type,
    ],
    hooks: no_hooks,
};

static DICT: StaticType = StaticType::new::<PyDictObject>(c"dict")
    .doc(c"dict() -> an empty dictionary\ndict(mapping) -> with the keys and values of a mapping\ndict(iterable) -> with the pairs of an iterable, later ones replacing earlier ones of the same key\ndict(**kwargs) -> with the names and values of the keyword arguments, which the other forms take too")
    .create(glue::create(new))
    .init(glue::init(init))
    .getattro(attr::generic_get_slot)
    .repr(glue::unary(dict_repr))
    .hash(protocol::hash_not_implemented)
    .richcompare(glue::richcompare(richcompare))
    .iter(glue::unary(keys_iter))
    .number(&NUMBER)
    .sequence(&SEQUENCE)
    .mapping(&MAPPING)
    .methods(&METHODS);

static NUMBER: StaticTable<PyNumberMethods> =
    StaticTable::<PyNumberMethods>::empty().or(glue::binary(or)).inplace_or(glue::binary(inplace_or));

static SEQUENCE: StaticTable<PySequenceMethods> =
    StaticTable::<PySequenceMethods>::empty().contains(glue::contains(contains));

static MAPPING: StaticTable<PyMappingMethods> = StaticTable::<PyMappingMethods>::empty()
    .length(glue::len(|_: Py<'_>, d: &PyDictObject| Ok(dict::len(d))))
    .subscript(glue::binary(subscript))
    .ass_subscript(glue::assign(ass_subscript));

methods! { static METHODS: for PyDictObject [
    "__contains__" = contains [1], "($self, key, /)", "Whether the dictionary has the key.", coexist;
    "__getitem__" = subscript [1], "($self, key, /)", "The value of a key.", coexist;
    "__sizeof__" = sizeof [0], "!($self, /)", "D.__sizeof__() -> bytes that D takes in memory";
    "get" = get [2], "($self, key, default=None, /)", "The value of a key, or the default if the key is missing.";
    "setdefault" = setdefault [2], "($self, key, default=None, /)", "The value of a key; a missing key is added with the default.";
    "pop" = pop [2], "($self, key, default=<unrepresentable>, /)", "D.pop(k[,d]) -> v\n\nRemoves a key and gives its value; of a missing key the default, or KeyError without one.";
    "popitem" = popitem [0], "($self, /)", "Removes the pair added last and gives it as a 2-tuple; KeyError if there is none.";
    "keys" = views::keys [0], "!($self, /)", "D.keys() -> a set-like view of D's keys";
    "items" = views::items [0], "!($self, /)", "D.items() -> a set-like view of D's pairs";
    "values" = views::values [0], "!($self, /)", "D.values() -> a view of D's values";
    "update" = update [2], "?($self, /, *args, **kwargs)", "D.update([E, ]**F) -> None\n\nTakes over the keys and values of E (a mapping, or an iterable of pairs) and of F.";
    "fromkeys" = fromkeys [2], "($type, iterable, value=None, /)", "A dictionary of the keys in the iterable, each with the value.", class;
    "clear" = clear [0], "!($self, /)", "D.clear() -> None.  Removes everything.";
    "copy" = copy [0], "!($self, /)", "D.copy() -> a shallow copy of D";
    "__reversed__" = reversed [0], "($self, /)", "An iterator over the keys, last first.";
    "__class_getitem__" = class_getitem [1], "?($type, item, /)", "See PEP 585", class;
] }

/// `dict_new`.
fn new(py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>) -> PyResult {
    if ty.is(&PyDict_Type.0) {
        return dict::new(py).map(Owned::upcast);
    }
    let d = object::tp_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: `ty` is a subtype of dict.
    dict::init_fields(unsafe { as_dict(&d) });
    Ok(d)
}

/// An object whose type is known to be `dict` or below.
///
/// # Safety
/// LAYOUT: see above.
unsafe fn as_dict(o: &PyObject) -> &PyDictObject {
    // SAFETY: the caller's promise.
    unsafe { &*(o as *const PyObject as *const PyDictObject) }
}

/// `dict_init`.
fn init(py: Py<'_>, d: &PyDictObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let args = tuple::items(args);
    at_most_one(py, "dict", args.len())?;
    if let [from] = args {
        update_from(py, d, from)?;
    }
    if let Some(kw) = kw.filter(|kw| dict::len(kw) > 0) {
        let mut pos = 0;
        while let Some((k, _)) = dict::next(kw, &mut pos) {
            if unicode::check(k).is_none() {
                return Err(exceptions::type_error(py, format_args!("keywords must be strings")));
            }
        }
        dict::update(py, d, kw, true)?;
    }
    Ok(())
}

fn at_most_one(py: Py<'_>, name: &str, n: usize) -> PyResult<()> {
    if n > 1 {
        return Err(exceptions::type_error(py, format_args!("{name} expected at most 1 argument, got {n}")));
    }
    Ok(())
}

/// `dict.update`.
fn update(py: Py<'_>, d: &PyDictObject, args: Rest<'_>, kw: Keywords<'_>) -> PyResult<()> {
    at_most_one(py, "update", args.0.len())?;
    if let [from] = args.0 {
        // SAFETY: LIVE: the caller of the method holds its arguments.
        update_from(py, d, unsafe { &**from })?;
    }
    kw.pairs().iter().try_for_each(|(k, v)| dict::set(py, d, k, v))
}

/// `dict_update_arg`: from a mapping, which is what has `keys`, or from pairs.
pub fn update_from(py: Py<'_>, d: &PyDictObject, from: &PyObject) -> PyResult<()> {
    if let Some(other) = dict::check_exact(from) {
        return dict::update(py, d, other, true);
    }
    match attr::lookup_name(py, from, name!("keys"))? {
        Some(_) => dict::merge(py, d, from, true),
        None => dict::merge_pairs(py, d, from, true),
    }
}

/// `dict_subscript`: a subclass may have `__missing__`.
pub fn subscript(py: Py<'_>, d: &PyDictObject, key: &PyObject) -> PyResult {
    if let Some(v) = dict::get(py, d, key)? {
        return Ok(v);
    }
    if !d.ty().is(&PyDict_Type.0)
        && let Some(missing) = special::lookup(py, d.as_object(), name!("__missing__"))?
    {
        return missing.call(py, d.as_object(), [key]);
    }
    Err(exceptions::key_error(py, key))
}

fn ass_subscript(py: Py<'_>, d: &PyDictObject, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
    match value {
        Some(v) => dict::set(py, d, key, v),
        None => dict::remove(py, d, key),
    }
}

fn contains(py: Py<'_>, d: &PyDictObject, key: &PyObject) -> PyResult<bool> {
    dict::contains(py, d, key)
}

fn keys_iter(py: Py<'_>, d: &PyDictObject) -> PyResult {
    iter::new(py, d, Kind::Key, false)
}

fn reversed(py: Py<'_>, d: &PyDictObject) -> PyResult {
    iter::new(py, d, Kind::Key, true)
}

/// `dict_repr`.
fn dict_repr(py: Py<'_>, d: &PyDictObject) -> PyResult<Owned<PyUnicodeObject>> {
    let Some(_inside) = protocol::ReprGuard::enter(py, d.as_object())? else {
        return unicode::from_str(py, "{...}");
    };
    if dict::len(d) == 0 {
        return unicode::from_str(py, "{}");
    }
    let (mut out, mut pos) = (Builder::new(), 0);
    out.push_text("{");
    while let Some((k, v)) = dict::next(d, &mut pos) {
        // Making the texts may change the dict, which then no longer holds them.
        let (k, v) = (k.to_owned(), v.to_owned());
        if out.len() > 1 {
            out.push_text(", ");
        }
        out.push_str(unicode::view(&*protocol::repr(py, &k)?));
        out.push_text(": ");
        out.push_str(unicode::view(&*protocol::repr(py, &v)?));
    }
    out.push_text("}");
    unicode::from_buf(py, out.finish())
}

/// `dict_richcompare`: only equality.
fn richcompare(py: Py<'_>, a: &PyDictObject, b: &PyObject, op: core::ffi::c_int) -> PyResult {
    match (dict::check(a.as_object()), dict::check(b)) {
        (Some(a), Some(b)) if op == EQ || op == NE => {
            Ok(boolean::new(equal(py, a, b)? == (op == EQ)).upcast())
        }
        _ => Ok(object::not_implemented()),
    }
}

/// `dict_equal`.
fn equal(py: Py<'_>, a: &PyDictObject, b: &PyDictObject) -> PyResult<bool> {
    if dict::len(a) != dict::len(b) {
        return Ok(false);
    }
    let mut pos = 0;
    while let Some((k, v, hash)) = dict::next_hash(a, &mut pos) {
        let (k, v) = (k.to_owned(), v.to_owned());
        let Some(other) = dict::get_known_hash(py, b, &k, hash)? else { return Ok(false) };
        if !protocol::rich_compare_bool(py, &v, &other, EQ)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `dict_or`.
fn or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let (Some(a), Some(_)) = (dict::check(a), dict::check(b)) else { return Ok(object::not_implemented()) };
    let d = dict::copy(py, a)?;
    update_from(py, &d, b)?;
    Ok(d.upcast())
}

fn inplace_or(py: Py<'_>, a: &PyDictObject, b: &PyObject) -> PyResult {
    update_from(py, a, b)?;
    Ok(a.as_object().to_owned())
}

fn sizeof(_: Py<'_>, d: &PyDictObject) -> usize {
    d.ty().tp_basicsize.get() as usize + dict::extra_size(d)
}

fn get(py: Py<'_>, d: &PyDictObject, key: &PyObject, default: Option<&PyObject>) -> PyResult {
    Ok(dict::get(py, d, key)?.unwrap_or_else(|| default.map_or_else(object::none, Object::to_owned)))
}

fn setdefault(py: Py<'_>, d: &PyDictObject, key: &PyObject, default: Option<&PyObject>) -> PyResult {
    dict::set_default(py, d, key, default.unwrap_or(&object::_Py_NoneStruct))
}

fn pop(py: Py<'_>, d: &PyDictObject, key: &PyObject, default: Option<&PyObject>) -> PyResult {
    match (dict::pop(py, d, key)?, default) {
        (Some(v), _) => Ok(v),
        (None, Some(v)) => Ok(v.to_owned()),
        (None, None) => Err(exceptions::key_error(py, key)),
    }
}

fn popitem(py: Py<'_>, d: &PyDictObject) -> PyResult<Owned<PyTupleObject>> {
    match dict::pop_last(py, d)? {
        Some((k, v)) => tuple::from_iter(py, [k, v]),
        None => {
            let text = unicode::from_str(py, "popitem(): dictionary is empty")?;
            Err(exceptions::key_error(py, text.as_object()))
        }
    }
}

fn fromkeys(py: Py<'_>, cls: &PyDictObject, keys: &PyObject, value: Option<&PyObject>) -> PyResult {
    from_keys(py, cls.as_object(), keys, value)
}

/// `_PyDict_FromKeys`: what the class makes, filled with the keys.
pub fn from_keys(py: Py<'_>, class: &PyObject, keys: &PyObject, value: Option<&PyObject>) -> PyResult {
    let value = value.unwrap_or(&object::_Py_NoneStruct);
    let made = call::call(py, class, [])?;
    if let Some(d) = dict::check_exact(&made)
        && dict::len(d) == 0
        && let Some(from) = dict::check_exact(keys)
    {
        let mut pos = 0;
        while let Some((k, _, hash)) = dict::next_hash(from, &mut pos) {
            let k = k.to_owned();
            dict::set_known_hash(py, d, &k, value, hash)?;
        }
        return Ok(made);
    }
    if let Some(d) = dict::check_exact(&made)
        && dict::len(d) == 0
        && let Some(from) = set::check_exact(keys)
    {
        let mut pos = 0;
        while let Some((k, hash)) = set::next(from, &mut pos) {
            let k = k.to_owned();
            dict::set_known_hash(py, d, &k, value, hash)?;
        }
        return Ok(made);
    }
    let it = protocol::iter(py, keys)?;
    while let Some(k) = protocol::next(py, &it)? {
        match dict::check_exact(&made) {
            Some(d) => dict::set(py, d, &k, value)?,
            None => sequence::set_item(py, &made, &k, Some(value))?,
        }
    }
    Ok(made)
}

fn clear(py: Py<'_>, d: &PyDictObject) {
    dict::clear(py, d);
}

fn copy(py: Py<'_>, d: &PyDictObject) -> PyResult<Owned<PyDictObject>> {
    dict::copy(py, d)
}

fn class_getitem(py: Py<'_>, cls: &PyDictObject, item: &PyObject) -> PyResult {
    types::generic_alias(py, cls.as_object(), item)
}

/// Tracks an object made by this crate, all of whose fields are set.
///
/// # Safety
/// The object has a collector header and is not tracked.
pub(crate) unsafe fn tracked<T: dxpy_core::Layout>(o: Owned<T>) -> Owned {
    // SAFETY: the caller's promise.
    unsafe { gc::track(o.as_object()) };
    o.upcast()
}
