//! `itertools.count`, `cycle` and `repeat`.

use super::*;
use core::cell::Cell;
use dxpy_core::abi::constants::*;
use dxpy_core::args::bind_call;
use dxpy_core::call::short_name;
use dxpy_core::{attr, glue, list, protocol, signature, unicode};
use dxpy_types::complex::is_number;

iterator! {
    /// `count`: counts in a machine word while it can, which is when `long_cnt` is NULL and the step is 1.
    pub struct CountObject { objects: [long_cnt long_step], cnt: Cell<isize>, }
    static COUNT = c"itertools.count"
        .doc(c"count(start=0, step=1)\n--\n\nThe numbers from start on, a step apart, without an end.")
        .flags(Py_TPFLAGS_BASETYPE)
        .getattro(dxpy_core::attr::generic_get_slot)
        .create(glue::create(count_new))
        .repr(glue::unary(count_repr))
        .iternext(glue::iternext(count_next))
        .methods(&COUNT_METHODS);
}

methods! { static COUNT_METHODS: for CountObject [
    "__reduce__" = count_reduce [0], "?($self, /)", "State for pickling.";
] }

/// `itertools_count_impl`.
fn count_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let desc = signature!("count", "(start=0, step=1)");
    let (start, step) = bind_call(py, desc, args, kw, |b| {
        Ok((b.get(0).map(|o| o.to_owned()), b.get(1).map(|o| o.to_owned())))
    })?;
    if [&start, &step].into_iter().flatten().any(|o| !is_number(o)) {
        return Err(exceptions::type_error(py, format_args!("a number is required")));
    }
    let word = |o: &Option<Owned>, default: isize| match o {
        None => Some(default),
        Some(o) => long::check(o).and_then(long::to_i64).map(|v| v as isize),
    };
    let fast = word(&start, 0).filter(|_| word(&step, 1) == Some(1));
    // SAFETY: LAYOUT: the slot of this type.
    let c: Owned<CountObject> = unsafe { allocate(py, ty)? };
    c.cnt.set(fast.unwrap_or(isize::MAX));
    if fast.is_none() {
        put(&c.long_cnt, start.map_or_else(|| int(py, 0), Ok)?);
    }
    put(&c.long_step, step.map_or_else(|| int(py, 1), Ok)?);
    Ok(c.upcast())
}

/// The count where it is not a machine word.
fn long_count(py: Py<'_>, c: &CountObject) -> PyResult {
    get(&c.long_cnt).map_or_else(|| int(py, isize::MAX), Ok)
}

fn count_next(py: Py<'_>, c: &CountObject) -> PyResult<Option<Owned>> {
    let n = c.cnt.get();
    if n != isize::MAX {
        c.cnt.set(n + 1);
        return int(py, n).map(Some);
    }
    let now = long_count(py, c)?;
    let Some(step) = get(&c.long_step) else { return Ok(None) };
    let next = number::add(py, &now, &step)?;
    put(&c.long_cnt, next);
    Ok(Some(now))
}

fn count_repr(py: Py<'_>, c: &CountObject) -> PyResult<Owned<PyUnicodeObject>> {
    let name = short_name(c.ty());
    if c.cnt.get() != isize::MAX {
        return unicode::from_str(py, &format!("{name}({})", c.cnt.get()));
    }
    let step = or_none(&c.long_step);
    let start = protocol::repr(py, &*long_count(py, c)?)?;
    let open = unicode::from_str(py, &format!("{name}("))?;
    let close = unicode::from_str(py, ")")?;
    if long::check(&step).and_then(long::to_i64) == Some(1) {
        return unicode::join_all(py, &[&open, &start, &close]);
    }
    let comma = unicode::from_str(py, ", ")?;
    let step = protocol::repr(py, &step)?;
    unicode::join_all(py, &[&open, &start, &comma, &step, &close])
}

fn count_reduce(py: Py<'_>, c: &CountObject) -> PyResult {
    pickling(py)?;
    match c.cnt.get() {
        isize::MAX => reduced(py, c, [long_count(py, c)?, or_none(&c.long_step)]),
        n => reduced(py, c, [int(py, n)?]),
    }
}

iterator! {
    /// `cycle`: the first time from the iterator, then from the list of what it gave.
    pub struct CycleObject {
        objects: [it saved],
        index: Cell<isize>,
        /// Whether the list has all items already, because a pickled one was restored.
        firstpass: Cell<i32>,
    }
    static CYCLE = c"itertools.cycle"
        .doc(c"cycle(iterable, /)\n--\n\nThe items of the iterable, over and over.")
        .flags(Py_TPFLAGS_BASETYPE)
        .getattro(dxpy_core::attr::generic_get_slot)
        .create(glue::create(cycle_new))
        .iternext(glue::iternext(cycle_next))
        .methods(&CYCLE_METHODS);
}

methods! { static CYCLE_METHODS: for CycleObject [
    "__reduce__" = cycle_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = cycle_setstate [1], "?($self, state, /)", "Restores what __reduce__() gave.";
] }

fn cycle_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let args = positional(py, ty, &CYCLE, args, kw, (1, 1))?;
    let it = protocol::iter(py, args[0])?;
    let saved = list::new(py)?;
    // SAFETY: LAYOUT: the slot of this type.
    let c: Owned<CycleObject> = unsafe { allocate(py, ty)? };
    put(&c.it, it);
    put(&c.saved, saved);
    Ok(c.upcast())
}

fn cycle_next(py: Py<'_>, c: &CycleObject) -> PyResult<Option<Owned>> {
    let Some(saved) = get(&c.saved) else { return Ok(None) };
    let Some(saved) = list::check(&saved) else { return Ok(None) };
    if let Some(it) = get(&c.it) {
        if let Some(item) = protocol::next(py, &it)? {
            if c.firstpass.get() == 0 {
                list::append(py, saved, &item)?;
            }
            return Ok(Some(item));
        }
        object::clear_field(&c.it);
    }
    let i = c.index.get();
    let Some(item) = list::get(saved, i as usize) else { return Ok(None) };
    let next = i + 1;
    c.index.set(if next as usize >= list::len(saved) { 0 } else { next });
    Ok(Some(item))
}

fn cycle_reduce(py: Py<'_>, c: &CycleObject) -> PyResult {
    pickling(py)?;
    let saved = or_none(&c.saved);
    let (it, flag) = match get(&c.it) {
        Some(it) => (it, c.firstpass.get() != 0),
        None => {
            let it = protocol::iter(py, &saved)?;
            if c.index.get() != 0 {
                let set = attr::get_name(py, &it, dxpy_core::name!("__setstate__"))?;
                call::call(py, &set, [&*int(py, c.index.get())?])?;
            }
            (it, true)
        }
    };
    let state = pack(py, [saved, dxpy_core::boolean::new(flag).upcast()])?;
    reduced_with(py, c, [it], state)
}

fn cycle_setstate(py: Py<'_>, c: &CycleObject, state: &PyObject) -> PyResult<()> {
    pickling(py)?;
    let items = state_items(py, state, (2, 2))?;
    if list::check(items[0]).is_none() {
        return Err(wrong_type(py, 1, "list", items[0]));
    }
    let flag = as_size(py, items[1])?;
    put(&c.saved, items[0].to_owned());
    c.firstpass.set((flag != 0).into());
    c.index.set(0);
    Ok(())
}

iterator! {
    /// `repeat`: without end where the count is -1.
    pub struct RepeatObject { objects: [element], cnt: Cell<isize>, }
    static REPEAT = c"itertools.repeat"
        .doc(c"repeat(object [,times]) -> an iterator that gives the object\nas often as said, or endlessly.")
        .flags(Py_TPFLAGS_BASETYPE)
        .getattro(dxpy_core::attr::generic_get_slot)
        .create(glue::create(repeat_new))
        .repr(glue::unary(repeat_repr))
        .iternext(glue::iternext(repeat_next))
        .methods(&REPEAT_METHODS);
}

methods! { static REPEAT_METHODS: for RepeatObject [
    "__length_hint__" = repeat_hint [0], "?($self, /)", "How many times are left.";
    "__reduce__" = repeat_reduce [0], "?($self, /)", "State for pickling.";
] }

fn repeat_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let desc = signature!("repeat", "!(object, times=-1)");
    let (element, times) = bind_call(py, desc, args, kw, |b| {
        Ok((b.arg::<&PyObject>(py, 0)?.to_owned(), b.get(1).map(|t| as_size(py, t)).transpose()?))
    })?;
    // SAFETY: LAYOUT: the slot of this type.
    let r: Owned<RepeatObject> = unsafe { allocate(py, ty)? };
    r.cnt.set(times.map_or(-1, |t| t.max(0)));
    put(&r.element, element);
    Ok(r.upcast())
}

fn repeat_next(_: Py<'_>, r: &RepeatObject) -> PyResult<Option<Owned>> {
    match r.cnt.get() {
        0 => return Ok(None),
        n if n > 0 => r.cnt.set(n - 1),
        _ => {}
    }
    Ok(get(&r.element))
}

fn repeat_repr(py: Py<'_>, r: &RepeatObject) -> PyResult<Owned<PyUnicodeObject>> {
    let open = unicode::from_str(py, &format!("{}(", short_name(r.ty())))?;
    let element = protocol::repr(py, &or_none(&r.element))?;
    let close = match r.cnt.get() {
        -1 => ")".to_owned(),
        n => format!(", {n})"),
    };
    unicode::join_all(py, &[&open, &element, &*unicode::from_str(py, &close)?])
}

fn repeat_hint(py: Py<'_>, r: &RepeatObject) -> PyResult<isize> {
    match r.cnt.get() {
        -1 => Err(exceptions::type_error(py, format_args!("len() of unsized object"))),
        n => Ok(n),
    }
}

fn repeat_reduce(py: Py<'_>, r: &RepeatObject) -> PyResult {
    pickling(py)?;
    match r.cnt.get() {
        n if n >= 0 => reduced(py, r, [or_none(&r.element), int(py, n)?]),
        _ => reduced(py, r, [or_none(&r.element)]),
    }
}
