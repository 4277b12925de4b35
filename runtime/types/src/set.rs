//! `set` and `frozenset`: slots, methods, iterator (`Objects/setobject.c`). The table and the operations are in
//! `dxpy_core::set`.

use crate::Part;
use dxpy_core::abi::*;
use dxpy_core::args::Rest;
use dxpy_core::call::type_name;
use dxpy_core::hooks::HOOKS;
use dxpy_core::protocol::{self, EQ, GE, GT, LE, LT, NE};
use dxpy_core::ptr::Object;
use dxpy_core::set::{self, PyFrozenSet_Type, PySet_Type, ops};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyResult, attr, boolean, call, exceptions, gc, glue, hooks, list, methods, name, object,
    tuple, types, unicode,
};
use dxpy_text::strings::builder::Builder;

/// What this module brings.
pub static PART: Part = Part {
    adopt: &[(&PySet_Type, &SET), (&PyFrozenSet_Type, &FROZENSET)],
    types: &[&PySetIter_Type],
    hooks: set_hooks,
};

fn set_hooks() {
    HOOKS.new_set.set(Some(|py, items| {
        let s = set::new(py)?;
        items.iter().try_for_each(|item| set::add(py, &s, item))?;
        Ok(s.upcast())
    }));
    HOOKS.set_add.set(Some(|py, s, item| set::add(py, expect(py, s)?, item)));
    HOOKS.set_update.set(Some(|py, s, items| set::update(py, expect(py, s)?, items)));
}

/// The set that the interpreter's instructions and C code promise; `SystemError` for anything else.
fn expect<'s>(py: Py<'_>, o: &'s PyObject) -> PyResult<&'s PySetObject> {
    set::check_any(o)
        .ok_or_else(|| exceptions::system_error(py, format_args!("bad argument to internal function")))
}

const fn base(name: &'static core::ffi::CStr) -> StaticType {
    StaticType::new::<PySetObject>(name)
        .getattro(attr::generic_get_slot)
        .repr(glue::unary(repr))
        .richcompare(glue::richcompare(richcompare))
        .iter(glue::unary(iter))
        .sequence(&SEQUENCE)
}

static SET: StaticType = base(c"set")
    .doc(c"set() -> an empty set\nset(iterable) -> a set of the items\n\nDistinct items, in no particular order.")
    .create(glue::create(new_set))
    .init(glue::init(init))
    .hash(protocol::hash_not_implemented)
    .number(&SET_NUMBER)
    .methods(&SET_METHODS);

static FROZENSET: StaticType = base(c"frozenset")
    .doc(c"frozenset() -> an empty frozenset\nfrozenset(iterable) -> a frozenset of the items\n\nDistinct items, in no particular order, for good.")
    .create(glue::create(new_frozenset))
    .hash(glue::hash(|_: Py<'_>, s: &PySetObject| Ok(set::hash(s))))
    .number(&FROZENSET_NUMBER)
    .methods(&FROZENSET_METHODS);

static SEQUENCE: StaticTable<PySequenceMethods> = StaticTable::<PySequenceMethods>::empty()
    .length(glue::len(|_: Py<'_>, s: &PySetObject| Ok(set::len(s))))
    .contains(glue::contains(contains));

static FROZENSET_NUMBER: StaticTable<PyNumberMethods> = StaticTable::<PyNumberMethods>::empty()
    .subtract(glue::binary(sub))
    .and(glue::binary(and))
    .xor(glue::binary(xor))
    .or(glue::binary(or));

static SET_NUMBER: StaticTable<PyNumberMethods> = StaticTable::<PyNumberMethods>::empty()
    .subtract(glue::binary(sub))
    .and(glue::binary(and))
    .xor(glue::binary(xor))
    .or(glue::binary(or))
    .inplace_subtract(glue::binary(isub))
    .inplace_and(glue::binary(iand))
    .inplace_xor(glue::binary(ixor))
    .inplace_or(glue::binary(ior));

methods! { static SET_METHODS: for PySetObject [
    "add" = add [1], "?($self, object, /)", "Adds an item, unless it is there.";
    "clear" = clear [0], "!($self, /)", "Removes all items.";
    "__contains__" = contains [1], "?($self, object, /)", "x.__contains__(y) <==> y in x.", coexist;
    "copy" = copy [0], "!($self, /)", "A set of the same items.";
    "discard" = discard [1], "?($self, object, /)", "Removes an item if it is there.";
    "difference" = difference [1], "?($self, /, *others)", "The items that are in none of the others.";
    "difference_update" = difference_update [1], "?($self, /, *others)", "Removes the items of all the others.";
    "intersection" = intersection [1], "?($self, /, *others)", "The items that are in all the others too.";
    "intersection_update" = intersection_update [1], "?($self, /, *others)", "Keeps only the items that are in all the others too.";
    "isdisjoint" = isdisjoint [1], "?($self, other, /)", "Whether the two have nothing in common.";
    "issubset" = issubset [1], "?($self, other, /)", "Whether the other has every item of this set.";
    "issuperset" = issuperset [1], "?($self, other, /)", "Whether this set has every item of the other.";
    "pop" = pop [0], "!($self, /)", "Removes some item and gives it; KeyError if there is none.";
    "__reduce__" = reduce [0], "!($self, /)", "Return state information for pickling.";
    "remove" = remove [1], "?($self, object, /)", "Removes an item; KeyError if it is not there.";
    "__sizeof__" = sizeof [0], "!($self, /)", "S.__sizeof__() -> bytes that S takes in memory";
    "symmetric_difference" = symmetric_difference [1], "?($self, other, /)", "The items that are in exactly one of the two.";
    "symmetric_difference_update" = symmetric_difference_update [1], "?($self, other, /)", "Becomes the set of the items that are in exactly one of the two.";
    "union" = union [1], "?($self, /, *others)", "The items of this set and all the others.";
    "update" = update [1], "?($self, /, *others)", "Adds the items of all the others.";
    "__class_getitem__" = class_getitem [1], "?($type, item, /)", "See PEP 585", class;
] }

methods! { static FROZENSET_METHODS: for PySetObject [
    "__contains__" = contains [1], "?($self, object, /)", "x.__contains__(y) <==> y in x.", coexist;
    "copy" = frozenset_copy [0], "!($self, /)", "A frozenset of the same items.";
    "difference" = difference [1], "?($self, /, *others)", "The items that are in none of the others.";
    "intersection" = intersection [1], "?($self, /, *others)", "The items that are in all the others too.";
    "isdisjoint" = isdisjoint [1], "?($self, other, /)", "Whether the two have nothing in common.";
    "issubset" = issubset [1], "?($self, other, /)", "Whether the other has every item of this set.";
    "issuperset" = issuperset [1], "?($self, other, /)", "Whether this set has every item of the other.";
    "__reduce__" = reduce [0], "!($self, /)", "Return state information for pickling.";
    "__sizeof__" = sizeof [0], "!($self, /)", "S.__sizeof__() -> bytes that S takes in memory";
    "symmetric_difference" = symmetric_difference [1], "?($self, other, /)", "The items that are in exactly one of the two.";
    "union" = union [1], "?($self, /, *others)", "The items of this set and all the others.";
    "__class_getitem__" = class_getitem [1], "?($type, item, /)", "See PEP 585", class;
] }

/// The iterable that a constructor takes at most.
fn one<'a>(py: Py<'_>, ty: &PyTypeObject, args: &'a PyTupleObject) -> PyResult<Option<&'a PyObject>> {
    match tuple::items(args) {
        [] => Ok(None),
        [items] => Ok(Some(items)),
        more => Err(exceptions::type_error(
            py,
            format_args!("{} expected at most 1 argument, got {}", type_name(ty), more.len()),
        )),
    }
}

fn no_keywords(py: Py<'_>, name: &str, kw: Option<&PyDictObject>) -> PyResult<()> {
    if has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("{name}() takes no keyword arguments")));
    }
    Ok(())
}

/// `set_new`.
fn new_set(py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>) -> PyResult {
    set::make(py, ty, None).map(Owned::upcast)
}

/// `set_init`.
fn init(py: Py<'_>, s: &PySetObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    no_keywords(py, "set", kw)?;
    let items = one(py, s.ty(), args)?;
    if s.fill.get() != 0 {
        set::clear(py, s);
    }
    s.hash.set(-1);
    items.map_or(Ok(()), |items| set::update(py, s, items))
}

/// `frozenset_new`: keywords are an error unless a subclass has its own `__init__` to take them.
fn new_frozenset(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let exact = ty.is(&PyFrozenSet_Type.0);
    let same_init = match (ty.tp_init.get(), PyFrozenSet_Type.tp_init.get()) {
        (Some(a), Some(b)) => core::ptr::fn_addr_eq(a, b),
        (None, None) => true,
        _ => false,
    };
    if exact || same_init {
        no_keywords(py, "frozenset", kw)?;
    }
    let items = one(py, ty, args)?;
    if let Some(items) = items
        && exact
        && items.ty().is(&PyFrozenSet_Type.0)
    {
        return Ok(items.to_owned());
    }
    set::make(py, ty, items).map(Owned::upcast)
}

/// `set_repr`.
fn repr(py: Py<'_>, s: &PySetObject) -> PyResult<Owned<PyUnicodeObject>> {
    let name = type_name(s.ty());
    let Some(_inside) = protocol::ReprGuard::enter(py, s.as_object())? else {
        return unicode::from_str(py, &format!("{name}(...)"));
    };
    if set::len(s) == 0 {
        return unicode::from_str(py, &format!("{name}()"));
    }
    let plain = s.ty().is(&PySet_Type.0);
    let mut out = Builder::new();
    if !plain {
        out.push_text(&name);
        out.push_text("(");
    }
    out.push_text("{");
    for (i, key) in protocol::collect(py, s.as_object())?.iter().enumerate() {
        if i > 0 {
            out.push_text(", ");
        }
        out.push_str(unicode::view(&*protocol::repr(py, key)?));
    }
    out.push_text(if plain { "}" } else { "})" });
    unicode::from_buf(py, out.finish())
}

/// `set_richcompare`: equality, and the order by inclusion.
fn richcompare(py: Py<'_>, a: &PySetObject, b: &PyObject, op: core::ffi::c_int) -> PyResult {
    let Some(w) = set::check_any(b) else { return Ok(object::not_implemented()) };
    let r = match op {
        EQ | NE => ops::equal(py, a, w)? == (op == EQ),
        LE => ops::is_subset(py, a, b)?,
        GE => ops::is_superset(py, a, b)?,
        LT => set::len(a) < set::len(w) && ops::is_subset(py, a, b)?,
        GT => set::len(a) > set::len(w) && ops::is_superset(py, a, b)?,
        _ => return Ok(object::not_implemented()),
    };
    Ok(boolean::new(r).upcast())
}

fn contains(py: Py<'_>, s: &PySetObject, key: &PyObject) -> PyResult<bool> {
    ops::with_key(py, key, |key| set::contains(py, s, key))
}

fn add(py: Py<'_>, s: &PySetObject, key: &PyObject) -> PyResult<()> {
    set::add(py, s, key)
}

fn clear(py: Py<'_>, s: &PySetObject) {
    set::clear(py, s);
}

fn copy(py: Py<'_>, s: &PySetObject) -> PyResult<Owned<PySetObject>> {
    ops::copy(py, s)
}

fn frozenset_copy(py: Py<'_>, s: &PySetObject) -> PyResult<Owned<PySetObject>> {
    if s.ty().is(&PyFrozenSet_Type.0) { Ok(s.to_owned()) } else { ops::copy(py, s) }
}

fn discard(py: Py<'_>, s: &PySetObject, key: &PyObject) -> PyResult<()> {
    ops::with_key(py, key, |key| set::discard(py, s, key)).map(drop)
}

fn remove(py: Py<'_>, s: &PySetObject, key: &PyObject) -> PyResult<()> {
    if ops::with_key(py, key, |key| set::discard(py, s, key))? {
        return Ok(());
    }
    Err(exceptions::key_error(py, key))
}

fn pop(py: Py<'_>, s: &PySetObject) -> PyResult {
    match set::pop(py, s) {
        Some(key) => Ok(key),
        None => {
            let text = unicode::from_str(py, "pop from an empty set")?;
            Err(exceptions::key_error(py, text.as_object()))
        }
    }
}

/// The arguments of a method that takes any number.
fn each<'a>(rest: &Rest<'a>) -> impl Iterator<Item = &'a PyObject> + use<'a> {
    // SAFETY: LIVE: the caller of the method holds its arguments.
    rest.0.iter().map(|p| unsafe { &**p })
}

fn union(py: Py<'_>, s: &PySetObject, others: Rest<'_>) -> PyResult<Owned<PySetObject>> {
    let result = ops::copy(py, s)?;
    each(&others).filter(|o| !s.is(*o)).try_for_each(|o| set::update(py, &result, o))?;
    Ok(result)
}

fn update(py: Py<'_>, s: &PySetObject, others: Rest<'_>) -> PyResult<()> {
    each(&others).try_for_each(|o| set::update(py, s, o))
}

fn intersection(py: Py<'_>, s: &PySetObject, others: Rest<'_>) -> PyResult<Owned<PySetObject>> {
    if others.0.is_empty() {
        return ops::copy(py, s);
    }
    let mut result = s.to_owned();
    for o in each(&others) {
        result = ops::intersection(py, &result, o)?;
    }
    Ok(result)
}

fn intersection_update(py: Py<'_>, s: &PySetObject, others: Rest<'_>) -> PyResult<()> {
    let result = intersection(py, s, others)?;
    ops::swap(s, &result);
    Ok(())
}

fn difference(py: Py<'_>, s: &PySetObject, others: Rest<'_>) -> PyResult<Owned<PySetObject>> {
    let mut others = each(&others);
    let Some(first) = others.next() else { return ops::copy(py, s) };
    let result = ops::difference(py, s, first)?;
    others.try_for_each(|o| ops::difference_update(py, &result, o))?;
    Ok(result)
}

fn difference_update(py: Py<'_>, s: &PySetObject, others: Rest<'_>) -> PyResult<()> {
    each(&others).try_for_each(|o| ops::difference_update(py, s, o))
}

fn symmetric_difference(py: Py<'_>, s: &PySetObject, other: &PyObject) -> PyResult<Owned<PySetObject>> {
    ops::symmetric_difference(py, s, other)
}

fn symmetric_difference_update(py: Py<'_>, s: &PySetObject, other: &PyObject) -> PyResult<()> {
    ops::symmetric_difference_update(py, s, other)
}

fn isdisjoint(py: Py<'_>, s: &PySetObject, other: &PyObject) -> PyResult<bool> {
    ops::is_disjoint(py, s, other)
}

fn issubset(py: Py<'_>, s: &PySetObject, other: &PyObject) -> PyResult<bool> {
    ops::is_subset(py, s, other)
}

fn issuperset(py: Py<'_>, s: &PySetObject, other: &PyObject) -> PyResult<bool> {
    ops::is_superset(py, s, other)
}

/// `set_reduce`.
fn reduce(py: Py<'_>, s: &PySetObject) -> PyResult<Owned<PyTupleObject>> {
    let keys = list::from_iter(py, protocol::collect(py, s.as_object())?)?;
    let args = tuple::from_iter(py, [keys.upcast()])?;
    let state = call::method(py, s.as_object(), name!("__getstate__"), [])?;
    tuple::from_iter(py, [s.ty().as_object().to_owned(), args.upcast(), state])
}

fn sizeof(_: Py<'_>, s: &PySetObject) -> usize {
    s.ty().tp_basicsize.get() as usize + set::extra_size(s)
}

fn class_getitem(py: Py<'_>, cls: &PySetObject, item: &PyObject) -> PyResult {
    types::generic_alias(py, cls.as_object(), item)
}

/// Both operands as sets.
fn both<'a>(a: &'a PyObject, b: &'a PyObject) -> Option<(&'a PySetObject, &'a PySetObject)> {
    Some((set::check_any(a)?, set::check_any(b)?))
}

fn sub(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let Some((s, _)) = both(a, b) else { return Ok(object::not_implemented()) };
    ops::difference(py, s, b).map(Owned::upcast)
}

fn and(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let Some((s, _)) = both(a, b) else { return Ok(object::not_implemented()) };
    ops::intersection(py, s, b).map(Owned::upcast)
}

fn xor(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let Some((s, _)) = both(a, b) else { return Ok(object::not_implemented()) };
    ops::symmetric_difference(py, s, b).map(Owned::upcast)
}

fn or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let Some((s, other)) = both(a, b) else { return Ok(object::not_implemented()) };
    let result = ops::copy(py, s)?;
    if !s.is(other) {
        set::update(py, &result, b)?;
    }
    Ok(result.upcast())
}

fn isub(py: Py<'_>, s: &PySetObject, b: &PyObject) -> PyResult {
    if set::check_any(b).is_none() {
        return Ok(object::not_implemented());
    }
    ops::difference_update(py, s, b)?;
    Ok(s.as_object().to_owned())
}

fn iand(py: Py<'_>, s: &PySetObject, b: &PyObject) -> PyResult {
    if set::check_any(b).is_none() {
        return Ok(object::not_implemented());
    }
    let result = ops::intersection(py, s, b)?;
    ops::swap(s, &result);
    Ok(s.as_object().to_owned())
}

fn ixor(py: Py<'_>, s: &PySetObject, b: &PyObject) -> PyResult {
    if set::check_any(b).is_none() {
        return Ok(object::not_implemented());
    }
    ops::symmetric_difference_update(py, s, b)?;
    Ok(s.as_object().to_owned())
}

fn ior(py: Py<'_>, s: &PySetObject, b: &PyObject) -> PyResult {
    if set::check_any(b).is_none() {
        return Ok(object::not_implemented());
    }
    set::update(py, s, b)?;
    Ok(s.as_object().to_owned())
}

/// `set_iterator`.
#[unsafe(no_mangle)]
pub static PySetIter_Type: StaticType = StaticType::new::<setiterobject>(c"set_iterator")
    .traverse(glue::traverse(iter_traverse))
    .dealloc(glue::dealloc(iter_dealloc))
    .iter(glue::unary(|_: Py<'_>, it: &PyObject| Ok(it.to_owned())))
    .getattro(attr::generic_get_slot)
    .iternext(glue::iternext(iter_next))
    .methods(&ITER_METHODS);

methods! { static ITER_METHODS: for setiterobject [
    "__length_hint__" = iter_length_hint [0], "!($self, /)", "Private method returning an estimate of len(list(it)).";
    "__reduce__" = iter_reduce [0], "!($self, /)", "Return state information for pickling.";
] }

fn iter(py: Py<'_>, s: &PySetObject) -> PyResult {
    new_iter(py, Some(s), 0, s.used.get(), s.used.get())
}

fn new_iter(py: Py<'_>, s: Option<&PySetObject>, pos: isize, used: isize, len: isize) -> PyResult {
    // SAFETY: every field is set before the iterator is tracked.
    unsafe {
        let it = object::alloc_uninit::<setiterobject>(py, &PySetIter_Type, size_of::<setiterobject>())?;
        it.si_set.set(s.map_or(core::ptr::null_mut(), |s| s.to_owned().into_raw()));
        it.si_used.set(used);
        it.si_pos.set(pos);
        it.len.set(len);
        gc::track(it.as_object());
        Ok(it.upcast())
    }
}

/// The set, until the iterator has reached its end.
fn of(it: &setiterobject) -> Option<&PySetObject> {
    // SAFETY: LIVE: the iterator holds it.
    unsafe { it.si_set.get().as_ref() }
}

/// `setiter_iternext`.
fn iter_next(py: Py<'_>, it: &setiterobject) -> PyResult<Option<Owned>> {
    let Some(s) = of(it) else { return Ok(None) };
    if it.si_used.get() != s.used.get() {
        it.si_used.set(-1);
        return Err(exceptions::format(
            py,
            &exceptions::RuntimeError,
            format_args!("Set changed size during iteration"),
        ));
    }
    let mut pos = it.si_pos.get() as usize;
    let found = set::next(s, &mut pos).map(|(k, _)| k.to_owned());
    it.si_pos.set(pos as isize);
    match found {
        Some(k) => {
            it.len.set(it.len.get() - 1);
            Ok(Some(k))
        }
        None => {
            object::clear_field(object::field(&it.si_set));
            Ok(None)
        }
    }
}

fn iter_length_hint(_: Py<'_>, it: &setiterobject) -> isize {
    match of(it) {
        Some(s) if it.si_used.get() == s.used.get() => it.len.get(),
        _ => 0,
    }
}

/// What is left, as a list, read through a copy of the iterator.
fn iter_reduce(py: Py<'_>, it: &setiterobject) -> PyResult<Owned<PyTupleObject>> {
    let copy = new_iter(py, of(it), it.si_pos.get(), it.si_used.get(), it.len.get())?;
    let left = list::from_iter(py, protocol::collect(py, &copy)?)?;
    let iter = hooks::builtin(py, name!("iter"))?;
    let args = tuple::from_iter(py, [left.upcast()])?;
    tuple::from_iter(py, [iter, args.upcast()])
}

fn iter_traverse(it: &setiterobject, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    v.visit(object::field(&it.si_set))
}

fn iter_dealloc(_: Py<'_>, it: &setiterobject) {
    // SAFETY: an iterator has a collector header; its field is released once and its memory last.
    unsafe {
        gc::untrack(it.as_object());
        object::clear_field(object::field(&it.si_set));
        object::free(it.as_object());
    }
}
