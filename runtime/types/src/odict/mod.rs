//! `collections.OrderedDict` (`Objects/odictobject.c`): a dict whose order can be changed. The order is kept in `nodes`,
//! iterators and views are in `iter`.

mod iter;
mod nodes;

pub use iter::{PyODictItems_Type, PyODictIter_Type, PyODictKeys_Type, PyODictValues_Type};

use crate::{Part, dict as dicts, no_hooks};
use core::ffi::c_int;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::{Keywords, Rest};
use dxpy_core::dict::{self, PyDict_Type};
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, boolean, call, exceptions, gc, getset, glue, instance, list, methods,
    name, object, protocol, sequence, tuple, types, unicode, weakref,
};

/// What this module brings.
pub static PART: Part = Part {
    adopt: &[],
    types: &[&PyODict_Type, &PyODictKeys_Type, &PyODictValues_Type, &PyODictItems_Type, &PyODictIter_Type],
    hooks: no_hooks,
};

/// `collections.OrderedDict`.
#[unsafe(no_mangle)]
pub static PyODict_Type: StaticType = StaticType::new::<PyODictObject>(c"collections.OrderedDict")
    .doc(c"Dictionary that remembers insertion order")
    .flags(Py_TPFLAGS_BASETYPE)
    .base(&PyDict_Type)
    .dict(offset_of!(PyODictObject, od_inst_dict))
    .weaklist(offset_of!(PyODictObject, od_weakreflist))
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(tp_clear))
    .dealloc(glue::dealloc(dealloc))
    .repr(glue::unary(repr))
    .richcompare(glue::richcompare(richcompare))
    .iter(glue::unary(|py: Py<'_>, od: &PyODictObject| iter::new(py, od, iter::KEYS, false)))
    .init(glue::init(init))
    .number(&NUMBER)
    .mapping(&MAPPING)
    .methods(&METHODS)
    .getset(&GETSET);

static NUMBER: StaticTable<PyNumberMethods> =
    StaticTable::<PyNumberMethods>::empty().or(glue::binary(or)).inplace_or(glue::binary(inplace_or));

static MAPPING: StaticTable<PyMappingMethods> =
    StaticTable::<PyMappingMethods>::empty().ass_subscript(glue::assign(ass_subscript));

methods! { static METHODS: for PyODictObject [
    "fromkeys" = fromkeys [2], "($type, /, iterable, value=None)", "Create a new ordered dictionary with keys from iterable and values set to value.", class;
    "__sizeof__" = sizeof [0], "!($self, /)", "Size in memory, in bytes.";
    "__reduce__" = reduce [0], "!($self, /)", "Return state information for pickling";
    "setdefault" = setdefault [2], "($self, /, key, default=None)", "The value of a key; a missing key is added with the default.";
    "pop" = pop [2], "($self, /, key, default=<unrepresentable>)", "od.pop(key[,default]) -> v\n\nRemoves a key and gives its value; of a missing key the default, or KeyError without one.";
    "popitem" = popitem [1], "($self, /, last=True)", "Remove and return a (key, value) pair: the last one, or the first.";
    "keys" = iter::keys [0], "!($self, /)", "A set-like view of the keys.";
    "values" = iter::values [0], "!($self, /)", "A view of the values.";
    "items" = iter::items [0], "!($self, /)", "A set-like view of the pairs.";
    "update" = update [2], "?($self, /, *args, **kwargs)", "Sets the keys and values of a mapping or an iterable of pairs, and of keyword arguments.";
    "clear" = clear [0], "!($self, /)", "od.clear() -> None.  Remove all items from od.";
    "copy" = copy [0], "!($self, /)", "od.copy() -> a shallow copy of od";
    "__reversed__" = reversed [0], "!($self, /)", "od.__reversed__() <==> reversed(od)";
    "move_to_end" = move_to_end [2], "($self, /, key, last=True)", "Move an existing key to the end, or to the beginning if last is false.\n\nRaise KeyError if the key does not exist.";
] }

getset! { static GETSET [
    "__dict__" = dict_get, set dict_set, "";
] }

/// An `OrderedDict`, if the object is one (`PyODict_Check`).
pub fn check(o: &PyObject) -> Option<&PyODictObject> {
    // SAFETY: LAYOUT: the type was checked.
    types::is_subtype(o.ty(), &PyODict_Type)
        .then(|| unsafe { &*(o as *const PyObject as *const PyODictObject) })
}

fn is_exact(od: &PyODictObject) -> bool {
    od.ty().is(&PyODict_Type.0)
}

fn is_odict(d: &PyDictObject) -> bool {
    check(d.as_object()).is_some()
}

// Memory.

fn traverse(od: &PyODictObject, v: &glue::Visitor) -> Result<(), c_int> {
    v.visit(&od.od_inst_dict)?;
    nodes::iter(od).try_for_each(|n| v.visit(n.field()))?;
    match PyDict_Type.tp_traverse.get() {
        Some(f) => v.delegate(f, od.as_object()),
        None => Ok(()),
    }
}

fn tp_clear(py: Py<'_>, od: &PyODictObject) {
    object::clear_field(&od.od_inst_dict);
    clear(py, od);
}

fn dealloc(py: Py<'_>, od: &PyODictObject) {
    // SAFETY: the type has a collector header; fields and nodes are released once, `dict` releases the rest and frees.
    unsafe {
        gc::untrack(od.as_object());
        weakref::clear_all(py, od.as_object());
        object::clear_field(&od.od_inst_dict);
        nodes::clear(od);
        if let Some(f) = PyDict_Type.tp_dealloc.get() {
            f(od.as_ptr());
        }
    }
}

fn sizeof(_: Py<'_>, od: &PyODictObject) -> usize {
    let fast = od.od_fast_nodes_size.get() as usize * size_of::<usize>();
    let nodes = dict::len(&od.od_dict) * nodes::NODE_SIZE;
    od.ty().tp_basicsize.get() as usize + dict::extra_size(&od.od_dict) + fast + nodes
}

// What C code calls.

/// `PyODict_New`.
pub fn new(py: Py<'_>) -> PyResult<Owned<PyODictObject>> {
    let o = call::call(py, PyODict_Type.as_object(), [])?;
    // SAFETY: LAYOUT: an instance of the type.
    Ok(unsafe { o.cast() })
}

/// `PyODict_SetItem`.
pub fn set(py: Py<'_>, od: &PyODictObject, key: &PyObject, value: &PyObject) -> PyResult<()> {
    let hash = dict::hash_of(py, key)?;
    set_known_hash(py, od, key, value, hash)
}

/// `_PyODict_SetItem_KnownHash`: a key that cannot get a place is not kept.
fn set_known_hash(
    py: Py<'_>,
    od: &PyODictObject,
    key: &PyObject,
    value: &PyObject,
    hash: Py_hash_t,
) -> PyResult<()> {
    dict::set_known_hash(py, &od.od_dict, key, value, hash)?;
    nodes::add(py, od, key, hash).inspect_err(|_| {
        if let Err(e) = dict::pop_known_hash(py, &od.od_dict, key, hash) {
            glue::ignore(e);
        }
    })
}

/// `PyODict_DelItem`.
pub fn remove(py: Py<'_>, od: &PyODictObject, key: &PyObject) -> PyResult<()> {
    let hash = dict::hash_of(py, key)?;
    nodes::remove(py, od, key, hash)?;
    match dict::pop_known_hash(py, &od.od_dict, key, hash)? {
        Some(_) => Ok(()),
        None => Err(exceptions::key_error(py, key)),
    }
}

fn ass_subscript(py: Py<'_>, od: &PyODictObject, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
    match value {
        Some(v) => set(py, od, key, v),
        None => remove(py, od, key),
    }
}

fn mutated(py: Py<'_>) -> PyErr {
    exceptions::runtime_error(py, format_args!("OrderedDict mutated during iteration"))
}

// Filling (`mutablemapping_update`).

/// The pairs of an iterable, set one by one as a program would.
fn add_pairs(py: Py<'_>, into: &PyObject, pairs: &PyObject) -> PyResult<()> {
    let it = protocol::iter(py, pairs)?;
    while let Some(pair) = protocol::next(py, &it)? {
        let parts = protocol::iter(py, &pair)?;
        let short = |n: usize| {
            let s = if n == 1 { "" } else { "s" };
            exceptions::value_error(py, format_args!("need more than {n} value{s} to unpack"))
        };
        let Some(key) = protocol::next(py, &parts)? else { return Err(short(0)) };
        let Some(value) = protocol::next(py, &parts)? else { return Err(short(1)) };
        if protocol::next(py, &parts)?.is_some() {
            return Err(exceptions::value_error(py, format_args!("too many values to unpack (expected 2)")));
        }
        sequence::set_item(py, into, &key, Some(&value))?;
    }
    Ok(())
}

/// The pairs of an exact dict, copied first.
fn add_dict(py: Py<'_>, into: &PyObject, d: &PyDictObject) -> PyResult<()> {
    dict::items(d).iter().try_for_each(|(k, v)| sequence::set_item(py, into, k, Some(v)))
}

/// `mutablemapping_update_arg`.
fn update_from(py: Py<'_>, into: &PyObject, from: &PyObject) -> PyResult<()> {
    if let Some(d) = dict::check_exact(from) {
        return add_dict(py, into, d);
    }
    if let Some(keys) = attr::lookup_name(py, from, name!("keys"))? {
        let keys = call::call(py, &keys, [])?;
        let it = protocol::iter(py, &keys)?;
        while let Some(key) = protocol::next(py, &it)? {
            let value = sequence::get_item(py, from, &key)?;
            sequence::set_item(py, into, &key, Some(&value))?;
        }
        return Ok(());
    }
    match attr::lookup_name(py, from, name!("items"))? {
        Some(items) => add_pairs(py, into, &*call::call(py, &items, [])?),
        None => add_pairs(py, into, from),
    }
}

fn init(py: Py<'_>, od: &PyODictObject, given: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let items = tuple::items(given);
    if items.len() > 1 {
        let n = items.len();
        return Err(exceptions::type_error(py, format_args!("expected at most 1 arguments, got {n}")));
    }
    if let [from] = items {
        update_from(py, od.as_object(), from)?;
    }
    match kw {
        Some(d) if has_keywords(kw) => add_dict(py, od.as_object(), d),
        _ => Ok(()),
    }
}

fn update(py: Py<'_>, od: &PyODictObject, args: Rest<'_>, kw: Keywords<'_>) -> PyResult<()> {
    if args.0.len() > 1 {
        let n = args.0.len();
        return Err(exceptions::type_error(
            py,
            format_args!("update() takes at most 1 positional argument ({n} given)"),
        ));
    }
    if let [from] = args.0 {
        // SAFETY: LIVE: the caller of the method holds its arguments.
        update_from(py, od.as_object(), unsafe { &**from })?;
    }
    kw.pairs().iter().try_for_each(|(k, v)| sequence::set_item(py, od.as_object(), k, Some(v)))
}

/// `odict_or`.
fn or(py: Py<'_>, left: &PyObject, right: &PyObject) -> PyResult {
    let (class, other) = if check(left).is_some() { (left.ty(), right) } else { (right.ty(), left) };
    if dict::check(other).is_none() {
        return Ok(object::not_implemented());
    }
    let new = call::call(py, class.as_object(), [left])?;
    update_from(py, &new, right)?;
    Ok(new)
}

fn inplace_or(py: Py<'_>, od: &PyODictObject, other: &PyObject) -> PyResult<Owned<PyODictObject>> {
    update_from(py, od.as_object(), other)?;
    Ok(od.to_owned())
}

fn fromkeys(py: Py<'_>, class: &PyODictObject, keys: &PyObject, value: Option<&PyObject>) -> PyResult {
    dicts::from_keys(py, class.as_object(), keys, value)
}

// Methods.

/// `odict_repr`.
fn repr(py: Py<'_>, od: &PyODictObject) -> PyResult<Owned<PyUnicodeObject>> {
    let name = call::short_name(od.ty());
    if dict::len(&od.od_dict) == 0 {
        return unicode::from_str(py, &format!("{name}()"));
    }
    let Some(_entered) = protocol::ReprGuard::enter(py, od.as_object())? else {
        return unicode::from_str(py, "...");
    };
    let plain = call::call(py, PyDict_Type.as_object(), [od.as_object()])?;
    let shown = protocol::repr(py, &plain)?;
    let (open, close) = (unicode::from_str(py, &format!("{name}("))?, unicode::from_str(py, ")")?);
    unicode::join_all(py, &[&open, &shown, &close])
}

/// `odict_richcompare`: two ordered ones are equal if their orders are.
fn richcompare(py: Py<'_>, od: &PyODictObject, other: &PyObject, op: c_int) -> PyResult {
    let (Some(w), true) = (dict::check(other), op == Py_EQ || op == Py_NE) else {
        return Ok(object::not_implemented());
    };
    let compare = PyDict_Type.tp_richcompare.get().expect("dicts compare");
    // SAFETY: OWNED: the contract of `tp_richcompare`, for a dict.
    let same: Owned = unsafe { dxpy_core::err::from_ptr(py, compare(od.as_ptr(), other.as_ptr(), Py_EQ))? };
    let mut equal = protocol::is_true(py, &same)?;
    if equal && is_odict(w) {
        equal = check(other).map_or(Ok(true), |w| same_order(py, od, w))?;
    }
    Ok(boolean::new(equal == (op == Py_EQ)).upcast())
}

/// `_odict_keys_equal`.
fn same_order(py: Py<'_>, a: &PyODictObject, b: &PyODictObject) -> PyResult<bool> {
    let states = (a.od_state.get(), b.od_state.get());
    let (x, y) = (nodes::keys(a), nodes::keys(b));
    for ((k, _), (l, _)) in x.iter().zip(&y) {
        if !protocol::rich_compare_bool(py, k, l, Py_EQ)? {
            return Ok(false);
        }
        if states != (a.od_state.get(), b.od_state.get()) {
            return Err(mutated(py));
        }
    }
    Ok(x.len() == y.len())
}

/// `odict_reduce`.
fn reduce(py: Py<'_>, od: &PyODictObject) -> PyResult<Owned<PyTupleObject>> {
    let state = call::method(py, od.as_object(), name!("__getstate__"), [])?;
    let items = call::method(py, od.as_object(), name!("items"), [])?;
    let it = protocol::iter(py, &items)?;
    let class = od.ty().as_object().to_owned();
    tuple::from_iter(py, [class, tuple::empty().upcast(), state, object::none(), it])
}

fn setdefault(py: Py<'_>, od: &PyODictObject, key: &PyObject, default: Option<&PyObject>) -> PyResult {
    let default = default.unwrap_or(&object::_Py_NoneStruct);
    let o = od.as_object();
    if is_exact(od) {
        if let Some(v) = dict::get(py, &od.od_dict, key)? {
            return Ok(v);
        }
        set(py, od, key, default)?;
        return Ok(default.to_owned());
    }
    if sequence::contains(py, o, key)? {
        return sequence::get_item(py, o, key);
    }
    sequence::set_item(py, o, key, Some(default))?;
    Ok(default.to_owned())
}

/// `_odict_popkey_hash`. The node goes first, for taking the key out of the dict may run Python code.
fn pop_known_hash(
    py: Py<'_>,
    od: &PyODictObject,
    key: &PyObject,
    default: Option<&PyObject>,
    hash: Py_hash_t,
) -> PyResult {
    let value = match nodes::remove(py, od, key, hash)? {
        true => dict::pop_known_hash(py, &od.od_dict, key, hash)?,
        false => None,
    };
    value.or_else(|| default.map(Object::to_owned)).ok_or_else(|| exceptions::key_error(py, key))
}

fn pop(py: Py<'_>, od: &PyODictObject, key: &PyObject, default: Option<&PyObject>) -> PyResult {
    let hash = dict::hash_of(py, key)?;
    pop_known_hash(py, od, key, default, hash)
}

fn popitem(py: Py<'_>, od: &PyODictObject, last: Option<bool>) -> PyResult<Owned<PyTupleObject>> {
    let node = if last.unwrap_or(true) { nodes::last(od) } else { nodes::first(od) };
    let Some(node) = node else {
        let text = unicode::from_str(py, "dictionary is empty")?;
        return Err(exceptions::key_error(py, text.as_object()));
    };
    let (key, hash) = (node.key(), node.hash);
    let value = pop_known_hash(py, od, &key, None, hash)?;
    tuple::from_iter(py, [key, value])
}

fn clear(py: Py<'_>, od: &PyODictObject) {
    dict::clear(py, &od.od_dict);
    nodes::clear(od);
}

/// `odict_copy`.
fn copy(py: Py<'_>, od: &PyODictObject) -> PyResult {
    let state = od.od_state.get();
    let o = od.as_object();
    let new = call::call(py, od.ty().as_object(), [])?;
    for (key, hash) in nodes::keys(od) {
        if is_exact(od) {
            let Some(v) = dict::get(py, &od.od_dict, &key)? else {
                return Err(exceptions::key_error(py, &key));
            };
            let into = check(&new).ok_or_else(|| mutated(py))?;
            set_known_hash(py, into, &key, &v, hash)?;
        } else {
            let v = sequence::get_item(py, o, &key)?;
            sequence::set_item(py, &new, &key, Some(&v))?;
        }
        if state != od.od_state.get() {
            return Err(mutated(py));
        }
    }
    Ok(new)
}

fn reversed(py: Py<'_>, od: &PyODictObject) -> PyResult {
    iter::new(py, od, iter::KEYS, true)
}

/// `OrderedDict_move_to_end_impl`.
fn move_to_end(py: Py<'_>, od: &PyODictObject, key: &PyObject, last: Option<bool>) -> PyResult<()> {
    let to_end = last.unwrap_or(true);
    let there = if to_end { nodes::last(od) } else { nodes::first(od) };
    let Some(there) = there else { return Err(exceptions::key_error(py, key)) };
    if there.key().is(key) {
        return Ok(());
    }
    let hash = dict::hash_of(py, key)?;
    match nodes::find(py, od, key, hash)? {
        Some(n) => nodes::move_to(od, n, to_end),
        None => return Err(exceptions::key_error(py, key)),
    }
    Ok(())
}

fn dict_get(py: Py<'_>, od: &PyODictObject) -> PyResult {
    match instance::dict(py, od.as_object())? {
        Some(d) => Ok(d.upcast()),
        None => Err(exceptions::attribute_error(py, format_args!("This object has no __dict__"))),
    }
}

fn dict_set(py: Py<'_>, od: &PyODictObject, value: Option<&PyObject>) -> PyResult<()> {
    object::set_dict_attribute(py, od.as_object(), value)
}

/// What is left of an iterator, as a list for pickling.
fn rest(py: Py<'_>, it: &PyObject) -> PyResult<Owned<PyListObject>> {
    list::from_iter(py, protocol::collect(py, it)?)
}
