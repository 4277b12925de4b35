//! `itertools.compress`, `dropwhile`, `takewhile`, `filterfalse`, `starmap` and `islice`: one iterator's items, sifted.

use super::*;
use core::cell::Cell;
use dxpy_core::abi::constants::*;
use dxpy_core::args::bind_call;
use dxpy_core::{boolean, glue, list, protocol, sequence, signature};

iterator! {
    /// `compress`.
    pub struct CompressObject { objects: [data selectors], }
    static COMPRESS = c"itertools.compress"
        .doc(c"compress(data, selectors)\n--\n\nThe data whose selector is true.")
        .flags(Py_TPFLAGS_BASETYPE)
        .getattro(dxpy_core::attr::generic_get_slot)
        .create(glue::create(compress_new))
        .iternext(glue::iternext(compress_next))
        .methods(&COMPRESS_METHODS);
}

methods! { static COMPRESS_METHODS: for CompressObject [
    "__reduce__" = compress_reduce [0], "?($self, /)", "State for pickling.";
] }

fn compress_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let (data, selectors) = bind_call(py, signature!("compress", "(data, selectors)"), args, kw, |b| {
        Ok((protocol::iter(py, b.arg(py, 0)?)?, protocol::iter(py, b.arg(py, 1)?)?))
    })?;
    // SAFETY: LAYOUT: the slot of this type.
    let c: Owned<CompressObject> = unsafe { allocate(py, ty)? };
    put(&c.data, data);
    put(&c.selectors, selectors);
    Ok(c.upcast())
}

fn compress_next(py: Py<'_>, c: &CompressObject) -> PyResult<Option<Owned>> {
    let (Some(data), Some(selectors)) = (get(&c.data), get(&c.selectors)) else { return Ok(None) };
    while let Some(datum) = protocol::next(py, &data)? {
        let Some(selector) = protocol::next(py, &selectors)? else { return Ok(None) };
        if protocol::is_true(py, &selector)? {
            return Ok(Some(datum));
        }
    }
    Ok(None)
}

fn compress_reduce(py: Py<'_>, c: &CompressObject) -> PyResult {
    pickling(py)?;
    reduced(py, c, [or_none(&c.data), or_none(&c.selectors)])
}

iterator! {
    /// `dropwhile`: the flag says that the first item that fails the test was seen.
    pub struct DropObject { objects: [func it], flag: Cell<isize>, }
    static DROPWHILE = c"itertools.dropwhile"
        .doc(c"dropwhile(predicate, iterable, /)\n--\n\nThe items from the first on for which the predicate is false.")
        .flags(Py_TPFLAGS_BASETYPE)
        .getattro(dxpy_core::attr::generic_get_slot)
        .create(glue::create(dropwhile_new))
        .iternext(glue::iternext(dropwhile_next))
        .methods(&DROP_METHODS);
}

methods! { static DROP_METHODS: for DropObject [
    "__reduce__" = drop_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = drop_setstate [1], "?($self, state, /)", "Restores what __reduce__() gave.";
] }

fn dropwhile_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let args = positional(py, ty, &DROPWHILE, args, kw, (2, 2))?;
    let it = protocol::iter(py, args[1])?;
    // SAFETY: LAYOUT: the slot of this type.
    let w: Owned<DropObject> = unsafe { allocate(py, ty)? };
    put(&w.func, args[0].to_owned());
    put(&w.it, it);
    Ok(w.upcast())
}

fn dropwhile_next(py: Py<'_>, w: &DropObject) -> PyResult<Option<Owned>> {
    let (Some(func), Some(it)) = (get(&w.func), get(&w.it)) else { return Ok(None) };
    while let Some(item) = protocol::next(py, &it)? {
        if w.flag.get() != 0 {
            return Ok(Some(item));
        }
        if !protocol::is_true(py, &*call::call(py, &func, [&*item])?)? {
            w.flag.set(1);
            return Ok(Some(item));
        }
    }
    Ok(None)
}

fn drop_reduce(py: Py<'_>, w: &DropObject) -> PyResult {
    pickling(py)?;
    reduced_with(py, w, [or_none(&w.func), or_none(&w.it)], int(py, w.flag.get())?)
}

fn drop_setstate(py: Py<'_>, w: &DropObject, state: &PyObject) -> PyResult<()> {
    pickling(py)?;
    w.flag.set(protocol::is_true(py, state)?.into());
    Ok(())
}

iterator! {
    /// `takewhile`: the flag says that the first item that fails the test was seen.
    pub struct TakeObject { objects: [func it], flag: Cell<isize>, }
    static TAKEWHILE = c"itertools.takewhile"
        .doc(c"takewhile(predicate, iterable, /)\n--\n\nThe items until the first for which the predicate is false.")
        .flags(Py_TPFLAGS_BASETYPE)
        .getattro(dxpy_core::attr::generic_get_slot)
        .create(glue::create(takewhile_new))
        .iternext(glue::iternext(takewhile_next))
        .methods(&TAKE_METHODS);
}

methods! { static TAKE_METHODS: for TakeObject [
    "__reduce__" = take_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = take_setstate [1], "?($self, state, /)", "Restores what __reduce__() gave.";
] }

fn takewhile_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let args = positional(py, ty, &TAKEWHILE, args, kw, (2, 2))?;
    let it = protocol::iter(py, args[1])?;
    // SAFETY: LAYOUT: the slot of this type.
    let w: Owned<TakeObject> = unsafe { allocate(py, ty)? };
    put(&w.func, args[0].to_owned());
    put(&w.it, it);
    Ok(w.upcast())
}

fn takewhile_next(py: Py<'_>, w: &TakeObject) -> PyResult<Option<Owned>> {
    if w.flag.get() != 0 {
        return Ok(None);
    }
    let (Some(func), Some(it)) = (get(&w.func), get(&w.it)) else { return Ok(None) };
    let Some(item) = protocol::next(py, &it)? else { return Ok(None) };
    if protocol::is_true(py, &*call::call(py, &func, [&*item])?)? {
        return Ok(Some(item));
    }
    w.flag.set(1);
    Ok(None)
}

fn take_reduce(py: Py<'_>, w: &TakeObject) -> PyResult {
    pickling(py)?;
    reduced_with(py, w, [or_none(&w.func), or_none(&w.it)], int(py, w.flag.get())?)
}

fn take_setstate(py: Py<'_>, w: &TakeObject, state: &PyObject) -> PyResult<()> {
    pickling(py)?;
    w.flag.set(protocol::is_true(py, state)?.into());
    Ok(())
}

iterator! {
    /// `filterfalse`.
    pub struct FilterFalseObject { objects: [func it], }
    static FILTERFALSE = c"itertools.filterfalse"
        .doc(c"filterfalse(function, iterable, /)\n--\n\nThe items for which the function, or the item where it is None, is false.")
        .flags(Py_TPFLAGS_BASETYPE)
        .getattro(dxpy_core::attr::generic_get_slot)
        .create(glue::create(filterfalse_new))
        .iternext(glue::iternext(filterfalse_next))
        .methods(&FILTERFALSE_METHODS);
}

methods! { static FILTERFALSE_METHODS: for FilterFalseObject [
    "__reduce__" = filterfalse_reduce [0], "?($self, /)", "State for pickling.";
] }

fn filterfalse_new(
    py: Py<'_>,
    ty: &PyTypeObject,
    args: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    let args = positional(py, ty, &FILTERFALSE, args, kw, (2, 2))?;
    let it = protocol::iter(py, args[1])?;
    // SAFETY: LAYOUT: the slot of this type.
    let f: Owned<FilterFalseObject> = unsafe { allocate(py, ty)? };
    put(&f.func, args[0].to_owned());
    put(&f.it, it);
    Ok(f.upcast())
}

fn filterfalse_next(py: Py<'_>, f: &FilterFalseObject) -> PyResult<Option<Owned>> {
    let (Some(func), Some(it)) = (get(&f.func), get(&f.it)) else { return Ok(None) };
    let itself = object::is_none(&func) || func.is(&boolean::PyBool_Type.0);
    while let Some(item) = protocol::next(py, &it)? {
        let truth = if itself {
            protocol::is_true(py, &item)?
        } else {
            protocol::is_true(py, &*call::call(py, &func, [&*item])?)?
        };
        if !truth {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

fn filterfalse_reduce(py: Py<'_>, f: &FilterFalseObject) -> PyResult {
    pickling(py)?;
    reduced(py, f, [or_none(&f.func), or_none(&f.it)])
}

iterator! {
    /// `starmap`.
    pub struct StarMapObject { objects: [func it], }
    static STARMAP = c"itertools.starmap"
        .doc(c"starmap(function, iterable, /)\n--\n\nThe function's results for the items, each a sequence of arguments.")
        .flags(Py_TPFLAGS_BASETYPE)
        .getattro(dxpy_core::attr::generic_get_slot)
        .create(glue::create(starmap_new))
        .iternext(glue::iternext(starmap_next))
        .methods(&STARMAP_METHODS);
}

methods! { static STARMAP_METHODS: for StarMapObject [
    "__reduce__" = starmap_reduce [0], "?($self, /)", "State for pickling.";
] }

fn starmap_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let args = positional(py, ty, &STARMAP, args, kw, (2, 2))?;
    let it = protocol::iter(py, args[1])?;
    // SAFETY: LAYOUT: the slot of this type.
    let s: Owned<StarMapObject> = unsafe { allocate(py, ty)? };
    put(&s.func, args[0].to_owned());
    put(&s.it, it);
    Ok(s.upcast())
}

fn starmap_next(py: Py<'_>, s: &StarMapObject) -> PyResult<Option<Owned>> {
    let (Some(func), Some(it)) = (get(&s.func), get(&s.it)) else { return Ok(None) };
    let Some(args) = protocol::next(py, &it)? else { return Ok(None) };
    if let Some(t) = tuple::check_exact(&args) {
        return call::call_tuple(py, &func, t, None).map(Some);
    }
    let t = sequence::to_tuple(py, &args)?;
    call::call_tuple(py, &func, &t, None).map(Some)
}

fn starmap_reduce(py: Py<'_>, s: &StarMapObject) -> PyResult {
    pickling(py)?;
    reduced(py, s, [or_none(&s.func), or_none(&s.it)])
}

iterator! {
    /// `islice`: `next` is the place of the next item to give, `cnt` how many were taken; a `stop` of -1 is none.
    pub struct ISliceObject {
        objects: [it],
        next: Cell<isize>,
        stop: Cell<isize>,
        step: Cell<isize>,
        cnt: Cell<isize>,
    }
    static ISLICE = c"itertools.islice"
        .doc(c"islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice object\n\nThe items that a slice of the iterable would have.")
        .flags(Py_TPFLAGS_BASETYPE)
        .getattro(dxpy_core::attr::generic_get_slot)
        .create(glue::create(islice_new))
        .iternext(glue::iternext(islice_next))
        .methods(&ISLICE_METHODS);
}

methods! { static ISLICE_METHODS: for ISliceObject [
    "__reduce__" = islice_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = islice_setstate [1], "?($self, state, /)", "Restores what __reduce__() gave.";
] }

fn islice_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let args = positional(py, ty, &ISLICE, args, kw, (2, 4))?;
    // Any failure of an `__index__` becomes the error about the argument's range, so -1 stands for both.
    let number = |o: &PyObject, default: isize| {
        if object::is_none(o) {
            return Some(default);
        }
        number::as_ssize(py, o, &exceptions::OverflowError).ok()
    };
    const RANGE: &str = "must be None or an integer: 0 <= x <= sys.maxsize.";
    let bad = |what: &str| exceptions::value_error(py, format_args!("{what} for islice() {RANGE}"));
    let (start, stop) = match args.len() {
        2 => (Some(0), args[1]),
        _ => (number(args[1], 0), args[2]),
    };
    let stop = if object::is_none(stop) {
        -1
    } else {
        number(stop, -1).filter(|s| *s != -1).ok_or_else(|| bad("Stop argument"))?
    };
    let start = start.filter(|s| *s >= 0 && stop >= -1).ok_or_else(|| bad("Indices"))?;
    let step = args.get(3).map_or(Some(1), |s| number(s, 1)).filter(|s| *s >= 1).ok_or_else(|| {
        exceptions::value_error(py, format_args!("Step for islice() must be a positive integer or None."))
    })?;
    let it = protocol::iter(py, args[0])?;
    // SAFETY: LAYOUT: the slot of this type.
    let s: Owned<ISliceObject> = unsafe { allocate(py, ty)? };
    s.next.set(start);
    s.stop.set(stop);
    s.step.set(step);
    put(&s.it, it);
    Ok(s.upcast())
}

fn islice_next(py: Py<'_>, s: &ISliceObject) -> PyResult<Option<Owned>> {
    let Some(it) = get(&s.it) else { return Ok(None) };
    let stop = s.stop.get();
    let end = || {
        object::clear_field(&s.it);
        Ok(None)
    };
    let step = |r: PyResult<Option<Owned>>| {
        if !matches!(r, Ok(Some(_))) {
            object::clear_field(&s.it);
        }
        r
    };
    while s.cnt.get() < s.next.get() {
        if step(protocol::next(py, &it))?.is_none() {
            return Ok(None);
        }
        s.cnt.set(s.cnt.get() + 1);
    }
    if stop != -1 && s.cnt.get() >= stop {
        return end();
    }
    let Some(item) = step(protocol::next(py, &it))? else { return Ok(None) };
    s.cnt.set(s.cnt.get().wrapping_add(1));
    let next = s.next.get().checked_add(s.step.get()).filter(|n| stop == -1 || *n <= stop);
    s.next.set(next.unwrap_or(stop));
    Ok(Some(item))
}

fn islice_reduce(py: Py<'_>, s: &ISliceObject) -> PyResult {
    pickling(py)?;
    let Some(it) = get(&s.it) else {
        let it = protocol::iter(py, list::new(py)?.as_object())?;
        return reduced_with(py, s, [it, int(py, 0)?], int(py, 0)?);
    };
    let stop = match s.stop.get() {
        -1 => object::none(),
        n => int(py, n)?,
    };
    let args = [it, int(py, s.next.get())?, stop, int(py, s.step.get())?];
    reduced_with(py, s, args, int(py, s.cnt.get())?)
}

fn islice_setstate(py: Py<'_>, s: &ISliceObject, state: &PyObject) -> PyResult<()> {
    pickling(py)?;
    s.cnt.set(as_ssize(py, state)?);
    Ok(())
}
