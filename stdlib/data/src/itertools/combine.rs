//! `itertools.product`, `combinations`, `combinations_with_replacement` and `permutations`. Each keeps the tuple it gave
//! last, changes it in place where nobody else has it, and makes the next from it otherwise.

use super::*;
use core::cell::Cell;
use dxpy_core::abi::constants::*;
use dxpy_core::args::bind_call;
use dxpy_core::{args, dict, gc, glue, sequence, signature};

/// An array of sizes in one word: the first of the block is their number.
#[repr(transparent)]
pub struct Indices(Cell<*mut Cell<isize>>);

impl Indices {
    /// Makes the array, or fails for want of memory.
    fn fill(&self, py: Py<'_>, values: impl ExactSizeIterator<Item = isize>) -> PyResult<()> {
        let n = values.len();
        let mut all: Vec<Cell<isize>> = Vec::new();
        if all.try_reserve_exact(n + 1).is_err() {
            return Err(exceptions::memory_error(py));
        }
        all.push(Cell::new(n as isize));
        all.extend(values.map(Cell::new));
        all.truncate(n + 1);
        self.release();
        self.0.set(Box::into_raw(all.into_boxed_slice()) as *mut Cell<isize>);
        Ok(())
    }

    /// The values. They are there until the object goes: `fill` is for constructors.
    fn values(&self) -> &[Cell<isize>] {
        let p = self.0.get();
        if p.is_null() {
            return &[];
        }
        // SAFETY: made by `fill`, of as many words as the first says after it.
        unsafe { core::slice::from_raw_parts(p.add(1), (*p).get() as usize) }
    }

    fn release(&self) {
        let p = self.0.replace(core::ptr::null_mut());
        if !p.is_null() {
            // SAFETY: made by `fill`; nobody has the values any more.
            drop(unsafe { Box::from_raw(core::ptr::slice_from_raw_parts_mut(p, (*p).get() as usize + 1)) });
        }
    }

    /// The values as a tuple of ints.
    fn to_tuple(&self, py: Py<'_>) -> PyResult {
        let all = self.values().iter().map(|v| int(py, v.get())).collect::<PyResult<Vec<_>>>()?;
        tuple::from_iter(py, all).map(Owned::upcast)
    }
}

/// Declares one of these types: pools or pool, arrays, the last result, the count of items, and the end.
macro_rules! combination {
    (
        $(#[$meta:meta])* struct $layout:ident [$pool:ident $($indices:ident)*] $($r:ident)?;
        static $name:ident = $text:literal, $doc:literal, $new:ident, $next:ident, $methods:ident;
        $sizeof:ident
    ) => {
        $(#[$meta])*
        #[repr(C)]
        pub struct $layout {
            ob_base: PyObject,
            $pool: Cell<*mut PyObject>,
            $( $indices: Indices, )*
            result: Cell<*mut PyObject>,
            $( $r: Cell<isize>, )?
            stopped: Cell<bool>,
        }

        // SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
        unsafe impl dxpy_core::ptr::Layout for $layout {}

        $(#[$meta])*
        pub static $name: StaticType = StaticType::new::<$layout>($text)
            .doc($doc)
            .flags(Py_TPFLAGS_BASETYPE)
            .getattro(dxpy_core::attr::generic_get_slot)
            .create(glue::create($new))
            .iter(glue::unary(|_: Py<'_>, o: &PyObject| Ok(o.to_owned())))
            .iternext(glue::iternext($next))
            .methods(&$methods)
            .traverse(glue::traverse(|c: &$layout, v: &glue::Visitor| {
                v.visit(&c.$pool)?;
                v.visit(&c.result)
            }))
            .dealloc(glue::dealloc(|_: Py<'_>, c: &$layout| {
                // SAFETY: the object has a collector header; its fields are released once and its memory last.
                unsafe {
                    gc::untrack(c.as_object());
                    object::clear_field(&c.$pool);
                    object::clear_field(&c.result);
                    $( c.$indices.release(); )*
                    object::tp_free(c.as_object());
                }
            }));

        fn $sizeof(_: Py<'_>, c: &$layout) -> isize {
            let words = [$( c.$indices.values().len() ),*].iter().sum::<usize>() * size_of::<isize>();
            c.ty().tp_basicsize.get() + words as isize
        }
    };
}

/// The tuple to hand out next: the last one if nobody else has it, else a copy of it, kept in the field.
fn next_result(py: Py<'_>, field: &Cell<*mut PyObject>) -> PyResult<Option<Owned<PyTupleObject>>> {
    if let Some(t) = tuple::sole(field) {
        return Ok(Some(t));
    }
    let Some(old) = get(field) else { return Ok(None) };
    let Some(old) = tuple::check(&old) else { return Ok(None) };
    let new = tuple::from_iter(py, tuple::items(old).iter().map(|o| (*o).to_owned()).collect::<Vec<_>>())?;
    put(field, new.clone());
    Ok(Some(new))
}

/// The pool's items as the indices pick them.
fn picked(py: Py<'_>, pool: &PyTupleObject, indices: &[Cell<isize>]) -> PyResult<Owned<PyTupleObject>> {
    let pool = tuple::items(pool);
    let pick = |i: &Cell<isize>| pool.get(i.get() as usize).map_or_else(object::none, |o| (*o).to_owned());
    tuple::from_iter(py, indices.iter().map(pick).collect::<Vec<_>>())
}

/// Puts the picked items from place `from` on into a result that nobody else has.
fn repick(pool: &PyTupleObject, indices: &[Cell<isize>], result: &PyTupleObject, from: usize) {
    for (k, i) in indices.iter().enumerate().take(tuple::len(result)).skip(from) {
        if let Some(item) = tuple::items(pool).get(i.get() as usize) {
            // SAFETY: `next_result` gave it. What goes is also in the pool, so nothing runs.
            drop(unsafe { tuple::refill(result, k, (*item).to_owned()) });
        }
    }
}

/// The pool, which is always a tuple.
fn pool_of(field: &Cell<*mut PyObject>) -> Option<Owned<PyTupleObject>> {
    let t = get(field)?;
    tuple::check(&t).map(|t| t.to_owned())
}

#[cold]
fn invalid(py: Py<'_>) -> PyErr {
    exceptions::value_error(py, format_args!("invalid arguments"))
}

combination! {
    /// `product`: its pools, and the place in each.
    struct ProductObject [pools indices];
    static PRODUCT = c"itertools.product",
        c"product(*iterables, repeat=1) --> product object\n\nEvery way to take one item of each iterable, the last varying fastest.",
        product_new, product_next, PRODUCT_METHODS;
    product_sizeof
}

methods! { static PRODUCT_METHODS: for ProductObject [
    "__reduce__" = product_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = product_setstate [1], "?($self, state, /)", "Restores what __reduce__() gave.";
    "__sizeof__" = product_sizeof [0], "?($self, /)", "Returns size in memory, in bytes.";
] }

fn product_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let mut repeat = 1;
    if kw.is_some_and(|kw| dict::len(kw) > 0) {
        let desc = signature!("product", "!(repeat=1)");
        let none = tuple::empty();
        repeat = args::bind_call(py, desc, &none, kw, |b| b.get(0).map_or(Ok(1), |r| as_size(py, r)))?;
        if repeat < 0 {
            return Err(exceptions::value_error(py, format_args!("repeat argument cannot be negative")));
        }
    }
    let args = if repeat == 0 { &[] } else { tuple::items(args) };
    let words = isize::MAX as usize / size_of::<isize>();
    if repeat > 0 && args.len() > words / repeat as usize {
        return Err(exceptions::overflow_error(py, format_args!("repeat argument too large")));
    }
    let n = args.len() * repeat as usize;
    let once: Vec<Owned> =
        args.iter().map(|a| sequence::to_tuple(py, a).map(Owned::upcast)).collect::<PyResult<_>>()?;
    // SAFETY: LAYOUT: the slot of this type.
    let p: Owned<ProductObject> = unsafe { allocate(py, ty)? };
    p.indices.fill(py, core::iter::repeat_n(0, n))?;
    let pools = tuple::from_iter(py, (0..n).map(|i| once[i % once.len()].clone()))?;
    put(&p.pools, pools);
    Ok(p.upcast())
}

/// The pool of place `i`.
fn product_pool(pools: &PyTupleObject, i: usize) -> &[&PyObject] {
    tuple::items(pools).get(i).and_then(|p| tuple::check(p)).map_or(&[], tuple::items)
}

fn product_next(py: Py<'_>, p: &ProductObject) -> PyResult<Option<Owned>> {
    if p.stopped.get() {
        return Ok(None);
    }
    let Some(pools) = pool_of(&p.pools) else { return Ok(None) };
    let n = tuple::len(&pools);
    let Some(result) = next_result(py, &p.result)? else {
        let mut first = Vec::with_capacity(n);
        for i in 0..n {
            let Some(item) = product_pool(&pools, i).first() else {
                p.stopped.set(true);
                return Ok(None);
            };
            first.push((*item).to_owned());
        }
        let first = tuple::from_iter(py, first)?;
        put(&p.result, first.clone());
        return Ok(Some(first.upcast()));
    };
    // The places turn like a counter's, from the right.
    for (i, index) in p.indices.values().iter().enumerate().rev() {
        let pool = product_pool(&pools, i);
        let next = index.get() + 1;
        let carry = next as usize >= pool.len();
        index.set(if carry { 0 } else { next });
        if let Some(item) = pool.get(index.get() as usize) {
            // SAFETY: `next_result` gave the tuple. What goes is also in the pool, so nothing runs.
            drop(unsafe { tuple::refill(&result, i, (*item).to_owned()) });
        }
        if !carry {
            return Ok(Some(result.upcast()));
        }
    }
    p.stopped.set(true);
    Ok(None)
}

fn product_reduce(py: Py<'_>, p: &ProductObject) -> PyResult {
    pickling(py)?;
    if p.stopped.get() {
        return reduced(py, p, [tuple::empty().upcast()]);
    }
    let pools = get(&p.pools).unwrap_or_else(|| tuple::empty().upcast());
    match get(&p.result) {
        None => pack(py, [type_of(p), pools]),
        Some(_) => pack(py, [type_of(p), pools, p.indices.to_tuple(py)?]),
    }
}

fn product_setstate(py: Py<'_>, p: &ProductObject, state: &PyObject) -> PyResult<()> {
    pickling(py)?;
    let Some(pools) = pool_of(&p.pools) else { return Ok(()) };
    let n = tuple::len(&pools);
    let state = tuple::check(state).map(tuple::items).filter(|s| s.len() == n).ok_or_else(|| invalid(py))?;
    let mut items = Vec::with_capacity(n);
    for (i, index) in p.indices.values().iter().enumerate() {
        let given = as_ssize(py, state[i])?;
        let pool = product_pool(&pools, i);
        if pool.is_empty() {
            p.stopped.set(true);
            return Ok(());
        }
        index.set(given.clamp(0, pool.len() as isize - 1));
        items.push(pool[index.get() as usize].to_owned());
    }
    put(&p.result, tuple::from_iter(py, items)?);
    Ok(())
}

/// `__reduce__` of both kinds of combinations.
fn reduce_combinations<T: Layout>(
    py: Py<'_>,
    c: &T,
    (pool, result): (&Cell<*mut PyObject>, &Cell<*mut PyObject>),
    indices: &Indices,
    (r, stopped): (isize, bool),
) -> PyResult {
    pickling(py)?;
    let pool = get(pool).unwrap_or_else(|| tuple::empty().upcast());
    if get(result).is_none() {
        return reduced(py, c, [pool, int(py, r)?]);
    }
    if stopped {
        return reduced(py, c, [tuple::empty().upcast(), int(py, r)?]);
    }
    let state = indices.to_tuple(py)?;
    reduced_with(py, c, [pool, int(py, r)?], state)
}

/// Restores indices, each clipped to what it can be at most.
fn restore(
    py: Py<'_>,
    state: &[&PyObject],
    indices: &[Cell<isize>],
    bounds: impl Fn(usize) -> (isize, isize),
) -> PyResult<()> {
    for (i, index) in indices.iter().enumerate() {
        let (low, high) = bounds(i);
        index.set(as_ssize(py, state[i])?.min(high).max(low));
    }
    Ok(())
}

combination! {
    /// `combinations`.
    struct CombinationsObject [pool indices] r;
    static COMBINATIONS = c"itertools.combinations",
        c"combinations(iterable, r)\n--\n\nEvery choice of r items, each item at most once, in order.",
        combinations_new, combinations_next, COMBINATIONS_METHODS;
    combinations_sizeof
}

methods! { static COMBINATIONS_METHODS: for CombinationsObject [
    "__reduce__" = combinations_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = combinations_setstate [1], "?($self, state, /)", "Restores what __reduce__() gave.";
    "__sizeof__" = combinations_sizeof [0], "?($self, /)", "Returns size in memory, in bytes.";
] }

/// The pool and the length of `(iterable, r)`.
fn pool_and_r(
    py: Py<'_>,
    desc: &'static args::ArgDesc,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult<(Owned<PyTupleObject>, isize)> {
    let (iterable, r) = bind_call(py, desc, args, kw, |b| {
        Ok((b.arg::<&PyObject>(py, 0)?.to_owned(), b.arg::<isize>(py, 1)?))
    })?;
    let pool = sequence::to_tuple(py, &iterable)?;
    if r < 0 {
        return Err(exceptions::value_error(py, format_args!("r must be non-negative")));
    }
    Ok((pool, r))
}

fn combinations_new(
    py: Py<'_>,
    ty: &PyTypeObject,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    let (pool, r) = pool_and_r(py, signature!("combinations", "(iterable, r)"), args, kw)?;
    // SAFETY: LAYOUT: the slot of this type.
    let c: Owned<CombinationsObject> = unsafe { allocate(py, ty)? };
    c.indices.fill(py, Count(0..r))?;
    c.r.set(r);
    c.stopped.set(r > tuple::len(&pool) as isize);
    put(&c.pool, pool);
    Ok(c.upcast())
}

/// A range that knows its length, whatever it is.
struct Count(core::ops::Range<isize>);

impl Iterator for Count {
    type Item = isize;
    fn next(&mut self) -> Option<isize> {
        self.0.next()
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Count {}

fn combinations_next(py: Py<'_>, c: &CombinationsObject) -> PyResult<Option<Owned>> {
    if c.stopped.get() {
        return Ok(None);
    }
    let Some(pool) = pool_of(&c.pool) else { return Ok(None) };
    let (n, r, indices) = (tuple::len(&pool) as isize, c.r.get(), c.indices.values());
    let Some(result) = next_result(py, &c.result)? else {
        let first = picked(py, &pool, indices)?;
        put(&c.result, first.clone());
        return Ok(Some(first.upcast()));
    };
    let place = (0..indices.len()).rev().find(|&i| indices[i].get() != i as isize + n - r);
    let Some(i) = place else {
        c.stopped.set(true);
        return Ok(None);
    };
    indices[i].set(indices[i].get() + 1);
    for j in i + 1..indices.len() {
        indices[j].set(indices[j - 1].get() + 1);
    }
    repick(&pool, indices, &result, i);
    Ok(Some(result.upcast()))
}

fn combinations_reduce(py: Py<'_>, c: &CombinationsObject) -> PyResult {
    reduce_combinations(py, c, (&c.pool, &c.result), &c.indices, (c.r.get(), c.stopped.get()))
}

fn combinations_setstate(py: Py<'_>, c: &CombinationsObject, state: &PyObject) -> PyResult<()> {
    pickling(py)?;
    let Some(pool) = pool_of(&c.pool) else { return Ok(()) };
    let (n, r) = (tuple::len(&pool) as isize, c.r.get());
    let state =
        tuple::check(state).map(tuple::items).filter(|s| s.len() as isize == r).ok_or_else(|| invalid(py))?;
    restore(py, state, c.indices.values(), |i| (0, i as isize + n - r))?;
    put(&c.result, picked(py, &pool, c.indices.values())?);
    Ok(())
}

combination! {
    /// `combinations_with_replacement`.
    struct WithReplacementObject [pool indices] r;
    static WITH_REPLACEMENT = c"itertools.combinations_with_replacement",
        c"combinations_with_replacement(iterable, r)\n--\n\nEvery choice of r items, each item as often as one likes, in order.",
        with_replacement_new, with_replacement_next, WITH_REPLACEMENT_METHODS;
    with_replacement_sizeof
}

methods! { static WITH_REPLACEMENT_METHODS: for WithReplacementObject [
    "__reduce__" = with_replacement_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = with_replacement_setstate [1], "?($self, state, /)", "Restores what __reduce__() gave.";
    "__sizeof__" = with_replacement_sizeof [0], "?($self, /)", "Returns size in memory, in bytes.";
] }

fn with_replacement_new(
    py: Py<'_>,
    ty: &PyTypeObject,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    let desc = signature!("combinations_with_replacement", "(iterable, r)");
    let (pool, r) = pool_and_r(py, desc, args, kw)?;
    // SAFETY: LAYOUT: the slot of this type.
    let c: Owned<WithReplacementObject> = unsafe { allocate(py, ty)? };
    c.indices.fill(py, core::iter::repeat_n(0, r as usize))?;
    c.r.set(r);
    c.stopped.set(tuple::len(&pool) == 0 && r > 0);
    put(&c.pool, pool);
    Ok(c.upcast())
}

fn with_replacement_next(py: Py<'_>, c: &WithReplacementObject) -> PyResult<Option<Owned>> {
    if c.stopped.get() {
        return Ok(None);
    }
    let Some(pool) = pool_of(&c.pool) else { return Ok(None) };
    let (n, indices) = (tuple::len(&pool) as isize, c.indices.values());
    let Some(result) = next_result(py, &c.result)? else {
        let first = picked(py, &pool, indices)?;
        put(&c.result, first.clone());
        return Ok(Some(first.upcast()));
    };
    let Some(i) = (0..indices.len()).rev().find(|&i| indices[i].get() != n - 1) else {
        c.stopped.set(true);
        return Ok(None);
    };
    let index = indices[i].get() + 1;
    indices[i..].iter().for_each(|k| k.set(index));
    repick(&pool, indices, &result, i);
    Ok(Some(result.upcast()))
}

fn with_replacement_reduce(py: Py<'_>, c: &WithReplacementObject) -> PyResult {
    reduce_combinations(py, c, (&c.pool, &c.result), &c.indices, (c.r.get(), c.stopped.get()))
}

fn with_replacement_setstate(py: Py<'_>, c: &WithReplacementObject, state: &PyObject) -> PyResult<()> {
    pickling(py)?;
    let Some(pool) = pool_of(&c.pool) else { return Ok(()) };
    let n = tuple::len(&pool) as isize;
    let state = tuple::check(state)
        .map(tuple::items)
        .filter(|s| s.len() as isize == c.r.get())
        .ok_or_else(|| invalid(py))?;
    restore(py, state, c.indices.values(), |_| (0, n - 1))?;
    put(&c.result, picked(py, &pool, c.indices.values())?);
    Ok(())
}

combination! {
    /// `permutations`: the first r of n indices are the result's, and the cycles say how far each place has turned.
    struct PermutationsObject [pool indices cycles] r;
    static PERMUTATIONS = c"itertools.permutations",
        c"permutations(iterable, r=None)\n--\n\nEvery arrangement of r items, or of all.",
        permutations_new, permutations_next, PERMUTATIONS_METHODS;
    permutations_sizeof
}

methods! { static PERMUTATIONS_METHODS: for PermutationsObject [
    "__reduce__" = permutations_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = permutations_setstate [1], "?($self, state, /)", "Restores what __reduce__() gave.";
    "__sizeof__" = permutations_sizeof [0], "?($self, /)", "Returns size in memory, in bytes.";
] }

fn permutations_new(
    py: Py<'_>,
    ty: &PyTypeObject,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    let (iterable, r) = bind_call(py, signature!("permutations", "(iterable, r=None)"), args, kw, |b| {
        Ok((b.arg::<&PyObject>(py, 0)?.to_owned(), b.get(1).map(|o| o.to_owned())))
    })?;
    let pool = sequence::to_tuple(py, &iterable)?;
    let n = tuple::len(&pool) as isize;
    let r = match r.filter(|r| !object::is_none(r)) {
        None => n,
        Some(r) if long::check(&r).is_none() => {
            return Err(exceptions::type_error(py, format_args!("Expected int as r")));
        }
        Some(r) => as_ssize(py, &r)?,
    };
    if r < 0 {
        return Err(exceptions::value_error(py, format_args!("r must be non-negative")));
    }
    // SAFETY: LAYOUT: the slot of this type.
    let p: Owned<PermutationsObject> = unsafe { allocate(py, ty)? };
    p.indices.fill(py, Count(0..n))?;
    // Of a length that there are no permutations of, nothing is ever looked at.
    let cycles = (0..if r > n { 0 } else { r as usize }).map(|i| n - i as isize);
    p.cycles.fill(py, cycles)?;
    p.r.set(r);
    p.stopped.set(r > n);
    put(&p.pool, pool);
    Ok(p.upcast())
}

fn permutations_next(py: Py<'_>, p: &PermutationsObject) -> PyResult<Option<Owned>> {
    if p.stopped.get() {
        return Ok(None);
    }
    let Some(pool) = pool_of(&p.pool) else { return Ok(None) };
    let (indices, cycles) = (p.indices.values(), p.cycles.values());
    let (n, r) = (indices.len(), cycles.len());
    let Some(result) = next_result(py, &p.result)? else {
        let first = picked(py, &pool, &indices[..r.min(n)])?;
        put(&p.result, first.clone());
        return Ok(Some(first.upcast()));
    };
    for i in (0..r.min(n)).rev() {
        cycles[i].set(cycles[i].get() - 1);
        match cycles[i].get() {
            0 => {
                // This place is through: its index goes to the end, and the place begins again.
                let first = indices[i].get();
                for j in i..n - 1 {
                    indices[j].set(indices[j + 1].get());
                }
                indices[n - 1].set(first);
                cycles[i].set((n - i) as isize);
            }
            j => {
                indices[i].swap(&indices[n - j as usize]);
                repick(&pool, indices, &result, i);
                return Ok(Some(result.upcast()));
            }
        }
    }
    p.stopped.set(true);
    Ok(None)
}

fn permutations_reduce(py: Py<'_>, p: &PermutationsObject) -> PyResult {
    pickling(py)?;
    let pool = get(&p.pool).unwrap_or_else(|| tuple::empty().upcast());
    let r = int(py, p.r.get())?;
    if get(&p.result).is_none() {
        return reduced(py, p, [pool, r]);
    }
    if p.stopped.get() {
        return reduced(py, p, [tuple::empty().upcast(), r]);
    }
    let state = pack(py, [p.indices.to_tuple(py)?, p.cycles.to_tuple(py)?])?;
    reduced_with(py, p, [pool, r], state)
}

fn permutations_setstate(py: Py<'_>, p: &PermutationsObject, state: &PyObject) -> PyResult<()> {
    pickling(py)?;
    let parts = state_items(py, state, (2, 2))?;
    let mut lists: [&[&PyObject]; 2] = [&[], &[]];
    for (i, part) in parts.iter().enumerate() {
        lists[i] =
            tuple::check(part).map(tuple::items).ok_or_else(|| wrong_type(py, i + 1, "tuple", part))?;
    }
    let Some(pool) = pool_of(&p.pool) else { return Ok(()) };
    let (indices, cycles) = (p.indices.values(), p.cycles.values());
    let (n, r) = (indices.len() as isize, cycles.len());
    if lists[0].len() != indices.len() || lists[1].len() as isize != p.r.get() {
        return Err(invalid(py));
    }
    restore(py, lists[0], indices, |_| (0, n - 1))?;
    restore(py, lists[1], cycles, |i| (1, n - i as isize))?;
    put(&p.result, picked(py, &pool, &indices[..r])?);
    Ok(())
}
