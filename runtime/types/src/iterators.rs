//! `enumerate`, `zip`, `map`, `filter` and `reversed` (`Objects/enumobject.c`, and the iterators of
//! `Python/bltinmodule.c`). The result tuple of `enumerate` and `zip` is filled anew where nobody else holds it.

use crate::{Part, no_hooks};
use core::cell::Cell;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, boolean, call, dict, exceptions, gc, glue, long, methods, name, number,
    object, protocol, sequence, tuple, types, unicode,
};

/// What this module brings.
pub static PART: Part = Part {
    adopt: &[],
    types: &[&PyEnum_Type, &PyZip_Type, &PyMap_Type, &PyFilter_Type, &PyReversed_Type],
    hooks: no_hooks,
};

/// Declares a type that is its own iterator, with the fields that hold objects.
macro_rules! iterator {
    ($name:ident $text:literal $layout:ident [$($field:ident)*] $create:ident $next:ident $methods:ident $doc:literal) => {
        #[doc = concat!("`", stringify!($name), "`.")]
        #[unsafe(no_mangle)]
        pub static $name: StaticType = StaticType::new::<$layout>($text)
            .doc($doc)
            .flags(Py_TPFLAGS_BASETYPE)
            .create(glue::create($create))
            .iter(glue::unary(|_: Py<'_>, o: &PyObject| Ok(o.to_owned())))
            .iternext(glue::iternext($next))
            .getattro(dxpy_core::attr::generic_get_slot)
            .methods(&$methods)
            .traverse(glue::traverse(|it: &$layout, v: &glue::Visitor| {
                $( v.visit(&it.$field)?; )*
                Ok(())
            }))
            .dealloc(glue::dealloc(|_: Py<'_>, it: &$layout| {
                // SAFETY: the object has a collector header; its fields are released once and its memory last.
                unsafe {
                    gc::untrack(it.as_object());
                    $( object::clear_field(&it.$field); )*
                    object::tp_free(it.as_object());
                }
            }));
    };
}
iterator!(PyEnum_Type c"enumerate" enumobject [en_sit en_result en_longindex one] enum_create enum_next ENUM_METHODS
    c"enumerate(iterable, start=0)\n--\n\nPairs of a count and an item.");
iterator!(PyZip_Type c"zip" zipobject [ittuple result] zip_create zip_next ZIP_METHODS
    c"zip(*iterables, strict=False) --> zip object\n\nTuples of the iterables' items, until the shortest ends.\n\n>>> list(zip('ab', range(5)))\n[('a', 0), ('b', 1)]");
iterator!(PyMap_Type c"map" mapobject [iters func] map_create map_next MAP_METHODS
    c"map(func, *iterables) --> map object\n\nThe function's results for the iterables' items.");
iterator!(PyFilter_Type c"filter" filterobject [func it] filter_create filter_next FILTER_METHODS
    c"filter(function or None, iterable) --> filter object\n\nThe items for which the function, or the item, is true.");
iterator!(PyReversed_Type c"reversed" reversedobject [seq] reversed_create reversed_next REVERSED_METHODS
    c"reversed(sequence, /)\n--\n\nThe items of a sequence from last to first.");

/// A held field: another reference, so that it outlives what runs.
fn get(field: &Cell<*mut PyObject>) -> Option<Owned> {
    // SAFETY: LIVE: the iterator holds the field.
    unsafe { field.get().as_ref() }.map(|o| o.to_owned())
}

/// Fills a field; what it held goes.
fn put<T: Layout>(field: &Cell<*mut PyObject>, v: Owned<T>) {
    // SAFETY: OWNED: the field held one reference, or NULL.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(field.replace(v.into_ptr())) });
}

/// A new instance, through the type's allocator.
fn allocate<T: Layout>(py: Py<'_>, ty: &PyTypeObject) -> PyResult<Owned<T>> {
    // SAFETY: LAYOUT: only called with the types of this module and their subclasses.
    object::tp_alloc(py, ty, 0).map(|o| unsafe { o.cast() })
}

/// `_PyArg_NoKeywords` of a constructor: keywords are refused unless a subclass has an `__init__` to take them.
pub fn no_keywords(
    py: Py<'_>,
    ty: &PyTypeObject,
    own: &'static StaticType,
    kw: Option<&PyDictObject>,
) -> PyResult<()> {
    let same_init = match (ty.tp_init.get(), own.tp_init.get()) {
        (Some(a), Some(b)) => core::ptr::fn_addr_eq(a, b),
        (a, b) => a.is_none() && b.is_none(),
    };
    if types::slots::has_keywords(kw) && (ty.is(&own.0) || same_init) {
        let name = call::short_name(own);
        return Err(exceptions::type_error(py, format_args!("{name}() takes no keyword arguments")));
    }
    Ok(())
}

fn triple(py: Py<'_>, o: &PyObject, args: Owned<PyTupleObject>, state: Option<Owned>) -> PyResult {
    let parts = [o.ty().as_object().to_owned(), args.upcast()];
    tuple::from_iter(py, parts.into_iter().chain(state).collect::<Vec<_>>()).map(Owned::upcast)
}

methods! { static ENUM_METHODS: for enumobject [
    "__reduce__" = enum_reduce [0], "?($self, /)", "State for pickling.";
    "__class_getitem__" = enum_class_getitem [1], "?($type, object, /)", "See PEP 585", class;
] }

/// `enumerate_vectorcall`, which words the errors of every call.
fn enum_create(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let given = tuple::items(args);
    let pairs = kw.map(dict::items).unwrap_or_default();
    let total = given.len() + pairs.len();
    if given.is_empty() && !(1..=2).contains(&pairs.len()) {
        return Err(exceptions::type_error(
            py,
            format_args!("enumerate() missing required argument 'iterable'"),
        ));
    }
    if total > 2 {
        return Err(exceptions::type_error(
            py,
            format_args!("enumerate() takes at most 2 arguments ({total} given)"),
        ));
    }
    let mut all: Vec<&PyObject> = given.to_vec();
    let mut named: Vec<_> = pairs.iter().collect();
    if named.len() == 2 && unicode::equals_str(&named[0].0, "start") {
        named.swap(0, 1);
    }
    for (k, v) in named {
        let expected = if all.is_empty() { "iterable" } else { "start" };
        if !unicode::equals_str(k, expected) {
            let k = unicode::display(k);
            return Err(exceptions::type_error(
                py,
                format_args!("'{k}' is an invalid keyword argument for enumerate()"),
            ));
        }
        all.push(v);
    }
    let start = all.get(1).map(|s| number::index(py, s)).transpose()?;
    let it = protocol::iter(py, all[0])?;
    let e: Owned<enumobject> = allocate(py, ty)?;
    match start {
        None => e.en_index.set(0),
        Some(s) => match long::to_i64(&s) {
            Some(i) if i < i64::MAX => e.en_index.set(i as isize),
            _ => {
                e.en_index.set(isize::MAX);
                put(&e.en_longindex, s);
            }
        },
    }
    put(&e.en_sit, it);
    put(&e.one, long::from_i64(py, 1)?);
    Ok(e.upcast())
}

fn enum_next(py: Py<'_>, e: &enumobject) -> PyResult<Option<Owned>> {
    let Some(it) = get(&e.en_sit) else { return Ok(None) };
    let Some(item) = protocol::next(py, &it)? else { return Ok(None) };
    let i = e.en_index.get();
    let index = if i < isize::MAX {
        e.en_index.set(i + 1);
        long::from_i64(py, i as i64)?.upcast()
    } else {
        let now = match get(&e.en_longindex) {
            Some(n) => n,
            None => long::from_i64(py, i as i64)?.upcast(),
        };
        put(&e.en_longindex, number::add(py, &now, long::from_i64(py, 1)?.as_object())?);
        now
    };
    if let Some(result) = tuple::sole(&e.en_result) {
        // SAFETY: nobody else sees the tuple. What is dropped may run Python code: both items are in place by then.
        let old = unsafe { (tuple::refill(&result, 0, index), tuple::refill(&result, 1, item)) };
        drop(old);
        return Ok(Some(result.upcast()));
    }
    let result = tuple::from_iter(py, [index, item])?;
    if e.en_result.get().is_null() {
        put(&e.en_result, result.clone());
    }
    Ok(Some(result.upcast()))
}

fn enum_reduce(py: Py<'_>, e: &enumobject) -> PyResult {
    let index = match get(&e.en_longindex) {
        Some(n) => n,
        None => long::from_i64(py, e.en_index.get() as i64)?.upcast(),
    };
    let it = get(&e.en_sit).unwrap_or_else(object::none);
    triple(py, e.as_object(), tuple::from_iter(py, [it, index])?, None)
}

fn enum_class_getitem(py: Py<'_>, class: &enumobject, item: &PyObject) -> PyResult {
    types::generic_alias(py, class.as_object(), item)
}

methods! { static ZIP_METHODS: for zipobject [
    "__reduce__" = zip_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = zip_setstate [1], "?($self, state, /)", "Sets whether lengths are checked.";
] }

/// `zip_new`.
fn zip_create(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let mut strict = false;
    let pairs = kw.map(dict::items).unwrap_or_default();
    if pairs.len() > 1 {
        return Err(exceptions::type_error(
            py,
            format_args!("zip() takes at most 1 keyword argument ({} given)", pairs.len()),
        ));
    }
    for (k, v) in &pairs {
        if !unicode::equals_str(k, "strict") {
            let k = unicode::display(k);
            return Err(exceptions::type_error(
                py,
                format_args!("'{k}' is an invalid keyword argument for zip()"),
            ));
        }
        strict = protocol::is_true(py, v)?;
    }
    let iters: Vec<Owned> =
        tuple::items(args).iter().map(|a| protocol::iter(py, a)).collect::<PyResult<_>>()?;
    let n = iters.len();
    let iters = tuple::from_iter(py, iters)?;
    let z: Owned<zipobject> = allocate(py, ty)?;
    z.tuplesize.set(n as isize);
    z.strict.set(strict.into());
    put(&z.ittuple, iters);
    Ok(z.upcast())
}

fn zip_next(py: Py<'_>, z: &zipobject) -> PyResult<Option<Owned>> {
    let Some(iters) = get(&z.ittuple) else { return Ok(None) };
    let Some(iters) = tuple::check(&iters) else { return Ok(None) };
    let iters = tuple::items(iters);
    if iters.is_empty() {
        return Ok(None);
    }
    let unequal = |which: usize, how: &str, n: usize| -> PyErr {
        let others = if n == 1 { " " } else { "s 1-" };
        exceptions::value_error(py, format_args!("zip() argument {which} is {how} than argument{others}{n}"))
    };
    // The tuple is held here while it is filled: a step of an iterator that asks this `zip` for more gets another one.
    let (result, fresh) = match tuple::sole(&z.result) {
        Some(result) => (result, false),
        None => (tuple::from_iter(py, iters.iter().map(|_| object::none()))?, true),
    };
    for (i, it) in iters.iter().enumerate() {
        if let Some(v) = protocol::next(py, it)? {
            // SAFETY: nobody but this step sees the tuple.
            drop(unsafe { tuple::refill(&result, i, v) });
            continue;
        }
        if z.strict.get() == 0 {
            return Ok(None);
        }
        if i > 0 {
            return Err(unequal(i + 1, "shorter", i));
        }
        for (j, other) in iters.iter().enumerate().skip(1) {
            if protocol::next(py, other)?.is_some() {
                return Err(unequal(j + 1, "longer", j));
            }
        }
        return Ok(None);
    }
    if fresh && z.result.get().is_null() {
        put(&z.result, result.clone());
    }
    Ok(Some(result.upcast()))
}

fn zip_reduce(py: Py<'_>, z: &zipobject) -> PyResult {
    let mut parts = vec![z.as_object().ty().as_object().to_owned()];
    parts.push(get(&z.ittuple).unwrap_or_else(|| tuple::empty().upcast()));
    if z.strict.get() != 0 {
        parts.push(boolean::new(true).upcast());
    }
    tuple::from_iter(py, parts).map(Owned::upcast)
}

fn zip_setstate(py: Py<'_>, z: &zipobject, state: &PyObject) -> PyResult<()> {
    let strict = protocol::is_true(py, state)?;
    z.strict.set(strict.into());
    Ok(())
}

methods! { static MAP_METHODS: for mapobject [
    "__reduce__" = map_reduce [0], "?($self, /)", "State for pickling.";
] }

/// `map_new`.
fn map_create(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    no_keywords(py, ty, &PyMap_Type, kw)?;
    let all = tuple::items(args);
    if all.len() < 2 {
        return Err(exceptions::type_error(py, format_args!("map() must have at least two arguments.")));
    }
    let iters: Vec<Owned> = all[1..].iter().map(|a| protocol::iter(py, a)).collect::<PyResult<_>>()?;
    let iters = tuple::from_iter(py, iters)?;
    let m: Owned<mapobject> = allocate(py, ty)?;
    put(&m.iters, iters);
    put(&m.func, all[0].to_owned());
    Ok(m.upcast())
}

fn map_next(py: Py<'_>, m: &mapobject) -> PyResult<Option<Owned>> {
    let (Some(f), Some(iters)) = (get(&m.func), get(&m.iters)) else { return Ok(None) };
    let Some(iters) = tuple::check(&iters) else { return Ok(None) };
    if let [it] = tuple::items(iters) {
        let Some(v) = protocol::next(py, it)? else { return Ok(None) };
        return call::call(py, &f, [&*v]).map(Some);
    }
    if let [a, b] = tuple::items(iters) {
        let Some(a) = protocol::next(py, a)? else { return Ok(None) };
        let Some(b) = protocol::next(py, b)? else { return Ok(None) };
        return call::call(py, &f, [&*a, &*b]).map(Some);
    }
    let mut all = Vec::with_capacity(tuple::len(iters));
    for it in tuple::items(iters) {
        let Some(v) = protocol::next(py, it)? else { return Ok(None) };
        all.push(v);
    }
    call::call_tuple(py, &f, &*tuple::from_iter(py, all)?, None).map(Some)
}

fn map_reduce(py: Py<'_>, m: &mapobject) -> PyResult {
    let mut args = vec![get(&m.func).unwrap_or_else(object::none)];
    if let Some(iters) = get(&m.iters)
        && let Some(t) = tuple::check(&iters)
    {
        args.extend(tuple::items(t).iter().map(|o| (*o).to_owned()));
    }
    triple(py, m.as_object(), tuple::from_iter(py, args)?, None)
}

methods! { static FILTER_METHODS: for filterobject [
    "__reduce__" = filter_reduce [0], "?($self, /)", "State for pickling.";
] }

/// `filter_new`.
fn filter_create(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    no_keywords(py, ty, &PyFilter_Type, kw)?;
    let [func, iterable] = *tuple::items(args) else {
        let n = tuple::len(args);
        return Err(exceptions::type_error(py, format_args!("filter expected 2 arguments, got {n}")));
    };
    let it = protocol::iter(py, iterable)?;
    let f: Owned<filterobject> = allocate(py, ty)?;
    put(&f.func, func.to_owned());
    put(&f.it, it);
    Ok(f.upcast())
}

fn filter_next(py: Py<'_>, f: &filterobject) -> PyResult<Option<Owned>> {
    let (Some(func), Some(it)) = (get(&f.func), get(&f.it)) else { return Ok(None) };
    let truth = object::is_none(&func) || func.is(&boolean::PyBool_Type.0);
    while let Some(v) = protocol::next(py, &it)? {
        let keep = if truth {
            protocol::is_true(py, &v)?
        } else {
            protocol::is_true(py, &*call::call(py, &func, [&*v])?)?
        };
        if keep {
            return Ok(Some(v));
        }
    }
    Ok(None)
}

fn filter_reduce(py: Py<'_>, f: &filterobject) -> PyResult {
    let own = |c| get(c).unwrap_or_else(object::none);
    triple(py, f.as_object(), tuple::from_iter(py, [own(&f.func), own(&f.it)])?, None)
}

methods! { static REVERSED_METHODS: for reversedobject [
    "__length_hint__" = reversed_hint [0], "?($self, /)", "An estimate of the number of items left.";
    "__reduce__" = reversed_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = reversed_setstate [1], "?($self, state, /)", "Sets the position.";
] }

/// `reversed_new`: what `__reversed__` gives, or an iterator over a sequence.
fn reversed_create(
    py: Py<'_>,
    ty: &PyTypeObject,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    no_keywords(py, ty, &PyReversed_Type, kw)?;
    let [seq] = *tuple::items(args) else {
        let n = tuple::len(args);
        return Err(exceptions::type_error(py, format_args!("reversed expected 1 argument, got {n}")));
    };
    let method = types::special::bound(py, seq, name!("__reversed__"))?;
    let refused = method.as_ref().is_some_and(|m| object::is_none(m));
    if let Some(m) = method.filter(|_| !refused) {
        return call::call(py, &m, []);
    }
    if refused || !sequence::check(seq) {
        let name = type_name(seq.ty());
        return Err(exceptions::type_error(py, format_args!("'{name}' object is not reversible")));
    }
    let n = protocol::len(py, seq)?;
    let r: Owned<reversedobject> = allocate(py, ty)?;
    r.index.set(n as isize - 1);
    put(&r.seq, seq.to_owned());
    Ok(r.upcast())
}

fn reversed_next(py: Py<'_>, r: &reversedobject) -> PyResult<Option<Owned>> {
    let i = r.index.get();
    let Some(seq) = get(&r.seq).filter(|_| i >= 0) else {
        object::clear_field(&r.seq);
        return Ok(None);
    };
    match sequence::item(py, &seq, i) {
        Ok(v) => {
            r.index.set(i - 1);
            Ok(Some(v))
        }
        Err(e) => {
            let end = exceptions::matches(&e, &exceptions::IndexError)
                || exceptions::matches(&e, &exceptions::StopIteration);
            r.index.set(-1);
            object::clear_field(&r.seq);
            if end { Ok(None) } else { Err(e) }
        }
    }
}

fn reversed_hint(py: Py<'_>, r: &reversedobject) -> PyResult<isize> {
    let Some(seq) = get(&r.seq) else { return Ok(0) };
    let n = protocol::len(py, &seq)? as isize;
    let left = r.index.get() + 1;
    Ok(if n < left { 0 } else { left })
}

fn reversed_reduce(py: Py<'_>, r: &reversedobject) -> PyResult {
    let state = long::from_i64(py, r.index.get() as i64)?.upcast();
    match get(&r.seq) {
        Some(seq) => triple(py, r.as_object(), tuple::from_iter(py, [seq])?, Some(state)),
        None => triple(py, r.as_object(), tuple::from_iter(py, [tuple::empty().upcast()])?, None),
    }
}

fn reversed_setstate(py: Py<'_>, r: &reversedobject, state: &PyObject) -> PyResult<()> {
    let i = number::as_ssize(py, state, &exceptions::OverflowError)?;
    if let Some(seq) = get(&r.seq) {
        let n = protocol::len(py, &seq)? as isize;
        r.index.set(i.clamp(-1, n - 1));
    }
    Ok(())
}
