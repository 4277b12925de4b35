//! `itertools.chain`, `zip_longest`, `pairwise`, `batched` and `accumulate`: items put together.

use super::*;
use core::cell::Cell;
use dxpy_core::abi::constants::*;
use dxpy_core::args::bind_call;
use dxpy_core::{dict, glue, protocol, signature};

iterator! {
    /// `chain`: an iterator of iterables, and the iterator of the one that it is at.
    pub struct ChainObject { objects: [source active], }
    static CHAIN = c"itertools.chain"
        .doc(c"chain(*iterables) --> chain object\n\nThe items of the first iterable, then those of the next, and so on.")
        .flags(Py_TPFLAGS_BASETYPE)
        .getattro(dxpy_core::attr::generic_get_slot)
        .create(glue::create(chain_new))
        .iternext(glue::iternext(chain_next))
        .methods(&CHAIN_METHODS);
}

methods! { static CHAIN_METHODS: for ChainObject [
    "from_iterable" = chain_from_iterable [1], "($type, iterable, /)", "A chain of the iterables that an iterable gives.", class;
    "__reduce__" = chain_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = chain_setstate [1], "?($self, state, /)", "Restores what __reduce__() gave.";
    "__class_getitem__" = class_getitem [1], "?($type, object, /)", "See PEP 585", class;
] }

fn class_getitem(py: Py<'_>, class: &ChainObject, item: &PyObject) -> PyResult {
    types::generic_alias(py, class.as_object(), item)
}

/// `chain_new_internal`.
fn new_chain(py: Py<'_>, ty: &PyTypeObject, source: Owned) -> PyResult {
    // SAFETY: LAYOUT: the slot and the class method of this type.
    let c: Owned<ChainObject> = unsafe { allocate(py, ty)? };
    put(&c.source, source);
    Ok(c.upcast())
}

fn chain_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    no_keywords(py, ty, &CHAIN, kw)?;
    new_chain(py, ty, protocol::iter(py, args.as_object())?)
}

fn chain_from_iterable(py: Py<'_>, class: &ChainObject, iterable: &PyObject) -> PyResult {
    let source = protocol::iter(py, iterable)?;
    let Some(ty) = types::check(class.as_object()) else {
        return Err(exceptions::type_error(py, format_args!("from_iterable() needs a type")));
    };
    new_chain(py, ty, source)
}

fn chain_next(py: Py<'_>, c: &ChainObject) -> PyResult<Option<Owned>> {
    loop {
        let Some(source) = get(&c.source) else { return Ok(None) };
        let active = match get(&c.active) {
            Some(a) => a,
            None => {
                // The chain is over when its source is, and also when either fails.
                let opened = match protocol::next(py, &source) {
                    Ok(Some(iterable)) => protocol::iter(py, &iterable).map(Some),
                    other => other,
                };
                let Ok(Some(active)) = opened else {
                    object::clear_field(&c.source);
                    return opened;
                };
                put(&c.active, active.clone());
                active
            }
        };
        if let Some(item) = protocol::next(py, &active)? {
            return Ok(Some(item));
        }
        object::clear_field(&c.active);
    }
}

fn chain_reduce(py: Py<'_>, c: &ChainObject) -> PyResult {
    pickling(py)?;
    match (get(&c.source), get(&c.active)) {
        (Some(s), Some(a)) => {
            let state = pack(py, [s, a])?;
            reduced_with(py, c, [], state)
        }
        (Some(s), None) => {
            let state = pack(py, [s])?;
            reduced_with(py, c, [], state)
        }
        _ => reduced(py, c, []),
    }
}

fn chain_setstate(py: Py<'_>, c: &ChainObject, state: &PyObject) -> PyResult<()> {
    pickling(py)?;
    let items = state_items(py, state, (1, 2))?;
    if !items.iter().all(|o| protocol::is_iterator(o)) {
        return Err(exceptions::type_error(py, format_args!("Arguments must be iterators.")));
    }
    put(&c.source, items[0].to_owned());
    match items.get(1) {
        Some(a) => put(&c.active, (*a).to_owned()),
        None => object::clear_field(&c.active),
    }
    Ok(())
}

iterator! {
    /// `zip_longest`: an iterator that has ended is None in the tuple of iterators.
    pub struct ZipLongestObject {
        objects: [ittuple result fillvalue],
        numactive: Cell<isize>,
        tuplesize: Cell<isize>,
    }
    static ZIP_LONGEST = c"itertools.zip_longest"
        .doc(c"zip_longest(*iterables, fillvalue=None) --> zip_longest object\n\nTuples of the iterables' items, until the longest ends;\nan ended one is represented by the fill value.")
        .flags(Py_TPFLAGS_BASETYPE)
        .getattro(dxpy_core::attr::generic_get_slot)
        .create(glue::create(zip_longest_new))
        .iternext(glue::iternext(zip_longest_next))
        .methods(&ZIP_LONGEST_METHODS);
}

methods! { static ZIP_LONGEST_METHODS: for ZipLongestObject [
    "__reduce__" = zip_longest_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = zip_longest_setstate [1], "?($self, state, /)", "Restores what __reduce__() gave.";
] }

fn zip_longest_new(
    py: Py<'_>,
    ty: &PyTypeObject,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    let mut fill = object::none();
    if let Some(kw) = kw.filter(|kw| dict::len(kw) > 0) {
        let given = dict::get_str(py, kw, "fillvalue")?.filter(|_| dict::len(kw) == 1);
        fill = given.ok_or_else(|| {
            exceptions::type_error(py, format_args!("zip_longest() got an unexpected keyword argument"))
        })?;
    }
    let args = tuple::items(args);
    let iters = args.iter().map(|a| protocol::iter(py, a)).collect::<PyResult<Vec<_>>>()?;
    let result = tuple::from_iter(py, vec![object::none(); args.len()])?;
    let iters = tuple::from_iter(py, iters)?;
    // SAFETY: LAYOUT: the slot of this type.
    let z: Owned<ZipLongestObject> = unsafe { allocate(py, ty)? };
    z.tuplesize.set(args.len() as isize);
    z.numactive.set(args.len() as isize);
    put(&z.ittuple, iters);
    put(&z.result, result);
    put(&z.fillvalue, fill);
    Ok(z.upcast())
}

/// The next item of one of the iterators, or the fill value; None when that was the last to end.
fn zip_longest_item(
    py: Py<'_>,
    z: &ZipLongestObject,
    iters: &PyTupleObject,
    i: usize,
) -> PyResult<Option<Owned>> {
    let it = tuple::items(iters)[i].to_owned();
    if object::is_none(&it) {
        return Ok(Some(or_none(&z.fillvalue)));
    }
    match protocol::next(py, &it) {
        Ok(Some(item)) => return Ok(Some(item)),
        Ok(None) => z.numactive.set(z.numactive.get() - 1),
        Err(e) => {
            z.numactive.set(0);
            return Err(e);
        }
    }
    if z.numactive.get() == 0 {
        return Ok(None);
    }
    // SAFETY: the tuple of iterators is the object's own; `it` keeps the iterator that goes.
    drop(unsafe { tuple::refill(iters, i, object::none()) });
    Ok(Some(or_none(&z.fillvalue)))
}

fn zip_longest_next(py: Py<'_>, z: &ZipLongestObject) -> PyResult<Option<Owned>> {
    if z.tuplesize.get() == 0 || z.numactive.get() == 0 {
        return Ok(None);
    }
    let Some(iters) = get(&z.ittuple) else { return Ok(None) };
    let Some(iters) = tuple::check(&iters) else { return Ok(None) };
    let n = tuple::len(iters);
    if let Some(result) = tuple::sole(&z.result) {
        for i in 0..n {
            let Some(item) = zip_longest_item(py, z, iters, i)? else { return Ok(None) };
            // SAFETY: nobody saw the tuple when its reference was the only one, nor can find it since.
            drop(unsafe { tuple::refill(&result, i, item) });
        }
        return Ok(Some(result.upcast()));
    }
    let mut all = Vec::with_capacity(n);
    for i in 0..n {
        let Some(item) = zip_longest_item(py, z, iters, i)? else { return Ok(None) };
        all.push(item);
    }
    tuple::from_iter(py, all).map(|t| Some(t.upcast()))
}

fn zip_longest_reduce(py: Py<'_>, z: &ZipLongestObject) -> PyResult {
    pickling(py)?;
    let mut args = Vec::new();
    if let Some(iters) = get(&z.ittuple)
        && let Some(iters) = tuple::check(&iters)
    {
        for it in tuple::items(iters) {
            args.push(if object::is_none(it) { tuple::empty().upcast() } else { (*it).to_owned() });
        }
    }
    let args = tuple::from_iter(py, args)?.upcast();
    pack(py, [type_of(z), args, or_none(&z.fillvalue)])
}

fn zip_longest_setstate(py: Py<'_>, z: &ZipLongestObject, state: &PyObject) -> PyResult<()> {
    pickling(py)?;
    put(&z.fillvalue, state.to_owned());
    Ok(())
}

iterator! {
    /// `pairwise`.
    pub struct PairwiseObject { objects: [it old], }
    static PAIRWISE = c"itertools.pairwise"
        .doc(c"pairwise(iterable, /)\n--\n\nEach item together with the next.")
        .flags(Py_TPFLAGS_BASETYPE)
        .getattro(dxpy_core::attr::generic_get_slot)
        .create(glue::create(pairwise_new))
        .iternext(glue::iternext(pairwise_next));
}

fn pairwise_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let args = positional(py, ty, &PAIRWISE, args, kw, (1, 1))?;
    let it = protocol::iter(py, args[0])?;
    // SAFETY: LAYOUT: the slot of this type.
    let p: Owned<PairwiseObject> = unsafe { allocate(py, ty)? };
    put(&p.it, it);
    Ok(p.upcast())
}

fn pairwise_next(py: Py<'_>, p: &PairwiseObject) -> PyResult<Option<Owned>> {
    let Some(mut it) = get(&p.it) else { return Ok(None) };
    let old = match get(&p.old) {
        Some(old) => old,
        None => {
            let first = protocol::next(py, &it);
            let Ok(Some(old)) = first else {
                object::clear_field(&p.it);
                object::clear_field(&p.old);
                return first;
            };
            put(&p.old, old.clone());
            // The iterator may have come here again, and to its end.
            match get(&p.it) {
                Some(same) => it = same,
                None => {
                    object::clear_field(&p.old);
                    return Ok(None);
                }
            }
            old
        }
    };
    let next = protocol::next(py, &it);
    let Ok(Some(new)) = next else {
        object::clear_field(&p.it);
        object::clear_field(&p.old);
        return next;
    };
    let pair = pack(py, [old, new.clone()])?;
    put(&p.old, new);
    Ok(Some(pair))
}

iterator! {
    /// `batched`.
    pub struct BatchedObject { objects: [it], batch_size: Cell<isize>, }
    static BATCHED = c"itertools.batched"
        .doc(c"batched(iterable, n)\n--\n\nThe items in tuples of n, of which the last may be shorter.")
        .flags(Py_TPFLAGS_BASETYPE)
        .getattro(dxpy_core::attr::generic_get_slot)
        .create(glue::create(batched_new))
        .iternext(glue::iternext(batched_next));
}

fn batched_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let (iterable, n) = bind_call(py, signature!("batched", "(iterable, n)"), args, kw, |b| {
        Ok((b.arg::<&PyObject>(py, 0)?.to_owned(), b.arg::<isize>(py, 1)?))
    })?;
    if n < 1 {
        return Err(exceptions::value_error(py, format_args!("n must be at least one")));
    }
    let it = protocol::iter(py, &iterable)?;
    // SAFETY: LAYOUT: the slot of this type.
    let b: Owned<BatchedObject> = unsafe { allocate(py, ty)? };
    b.batch_size.set(n);
    put(&b.it, it);
    Ok(b.upcast())
}

fn batched_next(py: Py<'_>, b: &BatchedObject) -> PyResult<Option<Owned>> {
    let Some(it) = get(&b.it) else { return Ok(None) };
    let n = b.batch_size.get() as usize;
    let mut all: Vec<Owned> = Vec::new();
    if n > isize::MAX as usize / size_of::<*mut PyObject>() {
        return Err(exceptions::memory_error(py));
    }
    while all.len() < n {
        match protocol::next(py, &it) {
            Ok(Some(item)) => all.push(item),
            Ok(None) => {
                if all.is_empty() {
                    object::clear_field(&b.it);
                    return Ok(None);
                }
                break;
            }
            Err(e) => {
                object::clear_field(&b.it);
                return Err(e);
            }
        }
    }
    tuple::from_iter(py, all).map(|t| Some(t.upcast()))
}

iterator! {
    /// `accumulate`: an initial value that is None is none, or was given already.
    pub struct AccumulateObject {
        objects: [total it binop initial],
        /// CPython's pointer to the state of the module.
        _state: Cell<isize>,
    }
    static ACCUMULATE = c"itertools.accumulate"
        .doc(c"accumulate(iterable, func=None, *, initial=None)\n--\n\nThe sums of the items so far, or what another function makes of them.")
        .flags(Py_TPFLAGS_BASETYPE)
        .getattro(dxpy_core::attr::generic_get_slot)
        .create(glue::create(accumulate_new))
        .iternext(glue::iternext(accumulate_next))
        .methods(&ACCUMULATE_METHODS);
}

methods! { static ACCUMULATE_METHODS: for AccumulateObject [
    "__reduce__" = accumulate_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = accumulate_setstate [1], "?($self, state, /)", "Restores what __reduce__() gave.";
] }

fn accumulate_new(
    py: Py<'_>,
    ty: &PyTypeObject,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    let desc = signature!("accumulate", "(iterable, func=None, *, initial=None)");
    let (it, func, initial) = bind_call(py, desc, args, kw, |b| {
        let it = protocol::iter(py, b.arg(py, 0)?)?;
        Ok((it, b.get(1).map(|o| o.to_owned()), b.get(2).map(|o| o.to_owned())))
    })?;
    // SAFETY: LAYOUT: the slot of this type.
    let a: Owned<AccumulateObject> = unsafe { allocate(py, ty)? };
    put(&a.it, it);
    if let Some(f) = func.filter(|f| !object::is_none(f)) {
        put(&a.binop, f);
    }
    put(&a.initial, initial.unwrap_or_else(object::none));
    Ok(a.upcast())
}

fn accumulate_next(py: Py<'_>, a: &AccumulateObject) -> PyResult<Option<Owned>> {
    if let Some(initial) = get(&a.initial).filter(|i| !object::is_none(i)) {
        put(&a.initial, object::none());
        put(&a.total, initial.clone());
        return Ok(Some(initial));
    }
    let Some(it) = get(&a.it) else { return Ok(None) };
    let Some(val) = protocol::next(py, &it)? else { return Ok(None) };
    let total = match (get(&a.total), get(&a.binop)) {
        (None, _) => val,
        (Some(total), None) => number::add(py, &total, &val)?,
        (Some(total), Some(f)) => call::call(py, &f, [&*total, &*val])?,
    };
    put(&a.total, total.clone());
    Ok(Some(total))
}

fn accumulate_reduce(py: Py<'_>, a: &AccumulateObject) -> PyResult {
    pickling(py)?;
    let (it, binop) = (or_none(&a.it), or_none(&a.binop));
    // A chain that gives this object first.
    let chained = |first: Owned, it: &Owned| -> PyResult {
        let first = pack(py, [first])?;
        call::call(py, CHAIN.as_object(), [&*first, &**it])
    };
    if let Some(initial) = get(&a.initial).filter(|i| !object::is_none(i)) {
        return reduced_with(py, a, [chained(initial, &it)?, binop], object::none());
    }
    match get(&a.total) {
        // A state of None would not be restored, so the total goes in front, and a slice leaves it out again.
        Some(total) if object::is_none(&total) => {
            let it = chained(total, &it)?;
            let inner = call::call(py, ACCUMULATE.as_object(), [&*it, &*binop])?;
            let args = pack(py, [inner, int(py, 1)?, object::none()])?;
            pack(py, [select::ISLICE.as_object().to_owned(), args])
        }
        total => reduced_with(py, a, [it, binop], total.unwrap_or_else(object::none)),
    }
}

fn accumulate_setstate(py: Py<'_>, a: &AccumulateObject, state: &PyObject) -> PyResult<()> {
    pickling(py)?;
    put(&a.total, state.to_owned());
    Ok(())
}
