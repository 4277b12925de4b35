//! `range` and its two iterators (`Objects/rangeobject.c`): machine integers where everything fits, ints elsewhere.

use crate::{Part, no_hooks};
use core::cell::Cell;
use core::ffi::c_int;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyResult, boolean, exceptions, glue, hooks, long, members, methods, name, number, object,
    protocol, sequence, slice, tuple, types, unicode,
};

/// What this module brings.
pub static PART: Part =
    Part { adopt: &[], types: &[&PyRange_Type, &PyRangeIter_Type, &PyLongRangeIter_Type], hooks: no_hooks };

/// `range`.
#[unsafe(no_mangle)]
pub static PyRange_Type: StaticType = StaticType::new::<rangeobject>(c"range")
    .doc(c"range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nThe integers from start up to stop, which is left out, in steps.")
    .flags(Py_TPFLAGS_SEQUENCE)
    .create(glue::create(create))
    .vectorcall(glue::type_vectorcall(vectorcall))
    .repr(glue::unary(repr))
    .hash(glue::hash(hash))
    .richcompare(glue::richcompare(richcompare))
    .iter(glue::unary(iter))
    .getattro(dxpy_core::attr::generic_get_slot)
    .number(&NUMBER)
    .sequence(&SEQUENCE)
    .mapping(&MAPPING)
    .methods(&METHODS)
    .members(&MEMBERS)
    .dealloc(glue::dealloc(dealloc));

static NUMBER: StaticTable<PyNumberMethods> = StaticTable::<PyNumberMethods>::empty()
    .bool(glue::truth(|_: Py<'_>, r: &rangeobject| Ok(long::sign(int(&r.length)) != 0)));

static SEQUENCE: StaticTable<PySequenceMethods> = StaticTable::<PySequenceMethods>::empty()
    .length(glue::len(length))
    .item(glue::indexed(item))
    .contains(glue::contains(contains));

static MAPPING: StaticTable<PyMappingMethods> =
    StaticTable::<PyMappingMethods>::empty().length(glue::len(length)).subscript(glue::binary(subscript));

methods! { static METHODS: for rangeobject [
    "__reversed__" = reversed [0], "?($self, /)", "A reverse iterator.";
    "__reduce__" = reduce [0], "?($self, /)", "";
    "count" = count [1], "?($self, value, /)", "The number of occurrences of value.";
    "index" = index [1], "?($self, value, /)", "The index of value; ValueError where it is not in the range.";
] }

members! { static MEMBERS [
    "start" = _Py_T_OBJECT, offset_of!(rangeobject, start), Py_READONLY, "";
    "stop" = _Py_T_OBJECT, offset_of!(rangeobject, stop), Py_READONLY, "";
    "step" = _Py_T_OBJECT, offset_of!(rangeobject, step), Py_READONLY, "";
] }

/// A field that holds an int.
fn int(field: &Cell<*mut PyObject>) -> &PyLongObject {
    // SAFETY: LIVE, LAYOUT: ranges and their iterators only ever store ints, and replace them holding the old one.
    unsafe { &*(field.get() as *const PyLongObject) }
}

/// An int of 128 bits.
fn wide(py: Py<'_>, v: i128) -> PyResult<Owned<PyLongObject>> {
    if let Ok(v) = i64::try_from(v) {
        return long::from_i64(py, v);
    }
    let m = v.unsigned_abs();
    let digits: Vec<u32> = (0..5).map(|i| (m >> (30 * i)) as u32 & 0x3fff_ffff).collect();
    let n = digits.iter().rposition(|d| *d != 0).map_or(0, |i| i + 1);
    long::from_digits(py, v < 0, &digits[..n])
}

/// The result of arithmetic on ints, which is an int.
fn as_int(o: Owned) -> Owned<PyLongObject> {
    debug_assert!(long::check(&o).is_some());
    // SAFETY: LAYOUT: the operations of ints give ints.
    unsafe { o.cast() }
}

/// `a + b * c`.
fn add_product(
    py: Py<'_>,
    a: &PyLongObject,
    b: &PyLongObject,
    c: &PyLongObject,
) -> PyResult<Owned<PyLongObject>> {
    if let (Some(a), Some(b), Some(c)) = (long::to_i64(a), long::to_i64(b), long::to_i64(c)) {
        return wide(py, a as i128 + b as i128 * c as i128);
    }
    let p = number::multiply(py, b.as_object(), c.as_object())?;
    number::add(py, a.as_object(), &p).map(as_int)
}

fn compare(a: &PyLongObject, b: &PyLongObject) -> core::cmp::Ordering {
    if let (Some(a), Some(b)) = (long::to_i64(a), long::to_i64(b)) {
        return a.cmp(&b);
    }
    let (sa, sb) = (long::sign(a), long::sign(b));
    if sa != sb {
        return sa.cmp(&sb);
    }
    let (da, db) = (long::digits(a), long::digits(b));
    let m = da.len().cmp(&db.len()).then_with(|| da.iter().rev().cmp(db.iter().rev()));
    if sa < 0 { m.reverse() } else { m }
}

/// How many integers there are between start and stop (`get_len_of_range`).
fn count_i64(start: i64, stop: i64, step: i64) -> i128 {
    let (lo, hi) = if step > 0 { (start, stop) } else { (stop, start) };
    if lo >= hi { 0 } else { (hi as i128 - lo as i128 - 1) / (step as i128).abs() + 1 }
}

/// `make_range_object`; the step is not 0.
fn make(
    py: Py<'_>,
    start: Owned<PyLongObject>,
    stop: Owned<PyLongObject>,
    step: Owned<PyLongObject>,
) -> PyResult {
    let n = match (long::to_i64(&start), long::to_i64(&stop), long::to_i64(&step)) {
        (Some(a), Some(b), Some(s)) => wide(py, count_i64(a, b, s))?,
        _ => {
            let up = long::sign(&step) > 0;
            let (lo, hi) = if up { (&start, &stop) } else { (&stop, &start) };
            if compare(lo, hi).is_ge() {
                long::from_i64(py, 0)?
            } else {
                let one = long::from_i64(py, 1)?;
                let diff = number::subtract(py, hi.as_object(), lo.as_object())?;
                let diff = number::subtract(py, &diff, one.as_object())?;
                let step = number::absolute(py, step.as_object())?;
                let n = number::floor_divide(py, &diff, &step)?;
                as_int(number::add(py, &n, one.as_object())?)
            }
        }
    };
    // SAFETY: every field is set before anyone sees the object.
    unsafe {
        let r = object::alloc_uninit::<rangeobject>(py, &PyRange_Type, size_of::<rangeobject>())?;
        r.start.set(start.into_ptr());
        r.stop.set(stop.into_ptr());
        r.step.set(step.into_ptr());
        r.length.set(n.into_ptr());
        Ok(r.upcast())
    }
}

/// `range_new`.
fn create(py: Py<'_>, _: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if types::slots::has_keywords(kw) {
        return Err(exceptions::type_error(py, format_args!("range() takes no keyword arguments")));
    }
    from_arguments(py, tuple::items(args))
}

/// `range_vectorcall`.
fn vectorcall(py: Py<'_>, _: &PyTypeObject, raw: dxpy_core::args::RawArgs<'_>) -> PyResult {
    if raw.keywords() > 0 {
        return Err(exceptions::type_error(py, format_args!("range() takes no keyword arguments")));
    }
    from_arguments(py, raw.items())
}

/// `range_from_array`.
fn from_arguments(py: Py<'_>, args: &[&PyObject]) -> PyResult {
    match *args {
        [stop] => make(py, long::from_i64(py, 0)?, number::index(py, stop)?, long::from_i64(py, 1)?),
        [start, stop] => {
            make(py, number::index(py, start)?, number::index(py, stop)?, long::from_i64(py, 1)?)
        }
        [start, stop, step] => {
            let (start, stop) = (number::index(py, start)?, number::index(py, stop)?);
            let step = number::index(py, step)?;
            if long::sign(&step) == 0 {
                return Err(exceptions::value_error(py, format_args!("range() arg 3 must not be zero")));
            }
            make(py, start, stop, step)
        }
        [] => Err(exceptions::type_error(py, format_args!("range expected at least 1 argument, got 0"))),
        ref all => Err(exceptions::type_error(
            py,
            format_args!("range expected at most 3 arguments, got {}", all.len()),
        )),
    }
}

fn dealloc(_: Py<'_>, r: &rangeobject) {
    for f in [&r.start, &r.stop, &r.step, &r.length] {
        object::clear_field(f);
    }
    // SAFETY: the fields are released; the object is dead.
    unsafe { object::free(r.as_object()) }
}

fn repr(py: Py<'_>, r: &rangeobject) -> PyResult<Owned<PyUnicodeObject>> {
    let start = protocol::repr(py, int(&r.start).as_object())?;
    let stop = protocol::repr(py, int(&r.stop).as_object())?;
    let (start, stop) = (unicode::display(start.as_object()), unicode::display(stop.as_object()));
    if long::to_i64(int(&r.step)) == Some(1) {
        return unicode::from_str(py, &format!("range({start}, {stop})"));
    }
    let step = protocol::repr(py, int(&r.step).as_object())?;
    unicode::from_str(py, &format!("range({start}, {stop}, {})", unicode::display(step.as_object())))
}

/// `range_hash`: that of (length, start, step), with None for what does not matter.
fn hash(py: Py<'_>, r: &rangeobject) -> PyResult<Py_hash_t> {
    let n = long::to_i64(int(&r.length));
    let part = |f: &Cell<*mut PyObject>, matters: bool| {
        if matters { int(f).as_object().to_owned() } else { object::none() }
    };
    let key =
        [part(&r.length, true), part(&r.start, n != Some(0)), part(&r.step, n != Some(0) && n != Some(1))];
    protocol::hash(py, tuple::from_iter(py, key)?.as_object())
}

fn check(o: &PyObject) -> Option<&rangeobject> {
    // SAFETY: LAYOUT: the type says so; it has no subclasses.
    o.ty().is(&PyRange_Type.0).then(|| unsafe { &*(o as *const PyObject as *const rangeobject) })
}

/// `range_richcompare`: equal as sequences.
fn richcompare(_: Py<'_>, a: &rangeobject, b: &PyObject, op: c_int) -> PyResult {
    let Some(b) = check(b).filter(|_| op == Py_EQ || op == Py_NE) else {
        return Ok(object::not_implemented());
    };
    let same = |x: &Cell<*mut PyObject>, y: &Cell<*mut PyObject>| compare(int(x), int(y)).is_eq();
    let n = long::to_i64(int(&a.length));
    let equal = a.is(b)
        || same(&a.length, &b.length)
            && (n == Some(0) || same(&a.start, &b.start) && (n == Some(1) || same(&a.step, &b.step)));
    Ok(boolean::new(equal == (op == Py_EQ)).upcast())
}

fn length(py: Py<'_>, r: &rangeobject) -> PyResult<usize> {
    long::to_i64(int(&r.length)).map(|n| n as usize).ok_or_else(|| {
        exceptions::format(
            py,
            &exceptions::OverflowError,
            format_args!("Python int too large to convert to C ssize_t"),
        )
    })
}

/// `compute_item`: whatever the index is.
fn at(py: Py<'_>, r: &rangeobject, i: &PyLongObject) -> PyResult<Owned<PyLongObject>> {
    add_product(py, int(&r.start), i, int(&r.step))
}

/// `compute_range_item`.
fn pick(py: Py<'_>, r: &rangeobject, i: &PyLongObject) -> PyResult {
    let n = int(&r.length);
    let i =
        if long::sign(i) < 0 { as_int(number::add(py, i.as_object(), n.as_object())?) } else { i.to_owned() };
    if long::sign(&i) < 0 || compare(&i, n).is_ge() {
        return Err(exceptions::index_error(py, format_args!("range object index out of range")));
    }
    at(py, r, &i).map(Owned::upcast)
}

fn item(py: Py<'_>, r: &rangeobject, i: isize) -> PyResult {
    pick(py, r, &*long::from_i64(py, i as i64)?)
}

/// `range_subscript`.
fn subscript(py: Py<'_>, r: &rangeobject, key: &PyObject) -> PyResult {
    if number::has_index(key) {
        return pick(py, r, &*number::index(py, key)?);
    }
    let Some(s) = slice::check(key) else {
        return Err(exceptions::type_error(
            py,
            format_args!("range indices must be integers or slices, not {}", type_name(key.ty())),
        ));
    };
    let [start, stop, step] = crate::slice::long_indices(py, s, int(&r.length))?;
    let step = number::multiply(py, int(&r.step).as_object(), step.as_object())?;
    make(py, at(py, r, &start)?, at(py, r, &stop)?, as_int(step))
}

/// The exact ints and bools that are looked up by arithmetic.
fn plain(o: &PyObject) -> Option<&PyLongObject> {
    long::check(o).filter(|_| long::check_exact(o).is_some() || o.ty().is(&boolean::PyBool_Type.0))
}

/// `range_contains_long`.
fn contains_int(py: Py<'_>, r: &rangeobject, v: &PyLongObject) -> PyResult<bool> {
    let (start, stop, step) = (int(&r.start), int(&r.stop), int(&r.step));
    let within = if long::sign(step) > 0 {
        compare(start, v).is_le() && compare(v, stop).is_lt()
    } else {
        compare(v, start).is_le() && compare(stop, v).is_lt()
    };
    if !within {
        return Ok(false);
    }
    if let (Some(a), Some(s), Some(v)) = (long::to_i64(start), long::to_i64(step), long::to_i64(v)) {
        return Ok((v as i128 - a as i128) % s as i128 == 0);
    }
    let d = number::subtract(py, v.as_object(), start.as_object())?;
    let rest = number::remainder(py, &d, step.as_object())?;
    Ok(long::sign(&as_int(rest)) == 0)
}

fn contains(py: Py<'_>, r: &rangeobject, v: &PyObject) -> PyResult<bool> {
    match plain(v) {
        Some(n) => contains_int(py, r, n),
        None => sequence::contains_by_iteration(py, r.as_object(), v),
    }
}

fn count(py: Py<'_>, r: &rangeobject, v: &PyObject) -> PyResult<usize> {
    match plain(v) {
        Some(n) => contains_int(py, r, n).map(usize::from),
        None => sequence::count(py, r.as_object(), v),
    }
}

fn index(py: Py<'_>, r: &rangeobject, v: &PyObject) -> PyResult {
    let Some(n) = plain(v) else {
        let i = sequence::index(py, r.as_object(), v)?;
        return long::from_i64(py, i as i64).map(Owned::upcast);
    };
    if !contains_int(py, r, n)? {
        let shown = protocol::repr(py, v)?;
        return Err(exceptions::value_error(
            py,
            format_args!("{} is not in range", unicode::display(shown.as_object())),
        ));
    }
    let d = number::subtract(py, v, int(&r.start).as_object())?;
    number::floor_divide(py, &d, int(&r.step).as_object())
}

fn reduce(py: Py<'_>, r: &rangeobject) -> PyResult {
    let own = |f: &Cell<*mut PyObject>| int(f).as_object().to_owned();
    let args = tuple::from_iter(py, [own(&r.start), own(&r.stop), own(&r.step)])?;
    tuple::from_iter(py, [PyRange_Type.as_object().to_owned(), args.upcast()]).map(Owned::upcast)
}

/// `range_iterator`.
#[unsafe(no_mangle)]
pub static PyRangeIter_Type: StaticType = StaticType::new::<_PyRangeIterObject>(c"range_iterator")
    .iter(glue::unary(itself))
    .iternext(glue::iternext(next))
    .getattro(dxpy_core::attr::generic_get_slot)
    .methods(&ITER_METHODS)
    .dealloc(glue::dealloc(free_only));

methods! { static ITER_METHODS: for _PyRangeIterObject [
    "__length_hint__" = hint [0], "?($self, /)", "An estimate of the number of items left.";
    "__reduce__" = iter_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = setstate [1], "?($self, state, /)", "Skips items.";
] }

fn itself(_: Py<'_>, o: &PyObject) -> PyResult {
    Ok(o.to_owned())
}

fn free_only(_: Py<'_>, it: &_PyRangeIterObject) {
    // SAFETY: the object is dead and holds no references.
    unsafe { object::free(it.as_object()) }
}

/// The range's start, stop, step and length as machine integers.
fn machine(r: &rangeobject) -> Option<[i64; 4]> {
    Some([
        long::to_i64(int(&r.start))?,
        long::to_i64(int(&r.stop))?,
        long::to_i64(int(&r.step))?,
        long::to_i64(int(&r.length))?,
    ])
}

/// An iterator over `n` integers of any size.
fn slow(
    py: Py<'_>,
    start: Owned<PyLongObject>,
    step: Owned<PyLongObject>,
    n: Owned<PyLongObject>,
) -> PyResult {
    // SAFETY: every field is set before anyone sees the object.
    unsafe {
        let size = size_of::<longrangeiterobject>();
        let it = object::alloc_uninit::<longrangeiterobject>(py, &PyLongRangeIter_Type, size)?;
        it.start.set(start.into_ptr());
        it.step.set(step.into_ptr());
        it.len.set(n.into_ptr());
        Ok(it.upcast())
    }
}

fn fast(py: Py<'_>, start: i64, step: i64, n: i64) -> PyResult {
    // SAFETY: every field is set before anyone sees the object.
    unsafe {
        let size = size_of::<_PyRangeIterObject>();
        let it = object::alloc_uninit::<_PyRangeIterObject>(py, &PyRangeIter_Type, size)?;
        it.start.set(start);
        it.step.set(step);
        it.len.set(n);
        Ok(it.upcast())
    }
}

/// `range_iter`: the fast one where even the integer after the last is a machine integer.
fn iter(py: Py<'_>, r: &rangeobject) -> PyResult {
    if let Some([start, stop, step, n]) = machine(r) {
        let past = stop as i128 + step as i128 - step.signum() as i128;
        if n == 0 || i64::try_from(past).is_ok() {
            return fast(py, start, step, n);
        }
    }
    slow(py, int(&r.start).to_owned(), int(&r.step).to_owned(), int(&r.length).to_owned())
}

/// `range_reverse`.
fn reversed(py: Py<'_>, r: &rangeobject) -> PyResult {
    if let Some([start, _, step, n]) = machine(r)
        && start.checked_sub(step).is_some()
        && let Some(back) = step.checked_neg()
        && let Ok(last) = i64::try_from(start as i128 + (n as i128 - 1) * step as i128)
    {
        return fast(py, last, back, n);
    }
    let n = int(&r.length);
    let last = as_int(number::subtract(py, n.as_object(), long::from_i64(py, 1)?.as_object())?);
    let step = as_int(number::negative(py, int(&r.step).as_object())?);
    slow(py, at(py, r, &last)?, step, n.to_owned())
}

fn next(py: Py<'_>, it: &_PyRangeIterObject) -> PyResult<Option<Owned>> {
    let n = it.len.get();
    if n <= 0 {
        return Ok(None);
    }
    let v = it.start.get();
    it.start.set(v.wrapping_add(it.step.get()));
    it.len.set(n - 1);
    long::from_i64(py, v).map(|v| Some(v.upcast()))
}

fn hint(_: Py<'_>, it: &_PyRangeIterObject) -> isize {
    it.len.get() as isize
}

/// `(iter, (range,), None)`.
fn reduced(py: Py<'_>, range: Owned) -> PyResult {
    let iter = hooks::builtin(py, name!("iter"))?;
    let args = tuple::from_iter(py, [range])?;
    tuple::from_iter(py, [iter, args.upcast(), object::none()]).map(Owned::upcast)
}

fn iter_reduce(py: Py<'_>, it: &_PyRangeIterObject) -> PyResult {
    let (start, step, n) = (it.start.get(), it.step.get(), it.len.get());
    let stop = wide(py, start as i128 + n as i128 * step as i128)?;
    let range = make(py, long::from_i64(py, start)?, stop, long::from_i64(py, step)?)?;
    reduced(py, range)
}

fn setstate(py: Py<'_>, it: &_PyRangeIterObject, state: &PyObject) -> PyResult<()> {
    let i = number::as_ssize(py, state, &exceptions::OverflowError)? as i64;
    let i = i.clamp(0, it.len.get());
    it.start.set(it.start.get().wrapping_add(i.wrapping_mul(it.step.get())));
    it.len.set(it.len.get() - i);
    Ok(())
}

/// `longrange_iterator`.
#[unsafe(no_mangle)]
pub static PyLongRangeIter_Type: StaticType = StaticType::new::<longrangeiterobject>(c"longrange_iterator")
    .iter(glue::unary(itself))
    .iternext(glue::iternext(long_next))
    .getattro(dxpy_core::attr::generic_get_slot)
    .methods(&LONG_METHODS)
    .dealloc(glue::dealloc(long_dealloc));

methods! { static LONG_METHODS: for longrangeiterobject [
    "__length_hint__" = long_hint [0], "?($self, /)", "An estimate of the number of items left.";
    "__reduce__" = long_reduce [0], "?($self, /)", "State for pickling.";
    "__setstate__" = long_setstate [1], "?($self, state, /)", "Skips items.";
] }

fn replace<T: Layout>(field: &Cell<*mut PyObject>, v: Owned<T>) {
    // SAFETY: OWNED: the field held one reference.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(field.replace(v.into_ptr())) });
}

fn long_next(py: Py<'_>, it: &longrangeiterobject) -> PyResult<Option<Owned>> {
    if long::sign(int(&it.len)) <= 0 {
        return Ok(None);
    }
    let v = int(&it.start).as_object().to_owned();
    let next = number::add(py, &v, int(&it.step).as_object())?;
    let left = number::subtract(py, int(&it.len).as_object(), long::from_i64(py, 1)?.as_object())?;
    replace(&it.start, next);
    replace(&it.len, left);
    Ok(Some(v))
}

fn long_hint(_: Py<'_>, it: &longrangeiterobject) -> Owned {
    int(&it.len).as_object().to_owned()
}

fn long_reduce(py: Py<'_>, it: &longrangeiterobject) -> PyResult {
    let stop = add_product(py, int(&it.start), int(&it.len), int(&it.step))?;
    let range = make(py, int(&it.start).to_owned(), stop, int(&it.step).to_owned())?;
    reduced(py, range)
}

fn long_setstate(py: Py<'_>, it: &longrangeiterobject, state: &PyObject) -> PyResult<()> {
    let Some(given) = long::check(state) else {
        return Err(exceptions::type_error(
            py,
            format_args!("state must be an int, not {}", type_name(state.ty())),
        ));
    };
    let zero = long::from_i64(py, 0)?;
    let n = int(&it.len);
    let i = if long::sign(given) < 0 {
        &*zero
    } else if compare(given, n).is_gt() {
        n
    } else {
        given
    };
    let start = add_product(py, int(&it.start), i, int(&it.step))?;
    let left = number::subtract(py, n.as_object(), i.as_object())?;
    replace(&it.start, start);
    replace(&it.len, left);
    Ok(())
}

fn long_dealloc(_: Py<'_>, it: &longrangeiterobject) {
    for f in [&it.start, &it.step, &it.len] {
        object::clear_field(f);
    }
    // SAFETY: the fields are released; the object is dead.
    unsafe { object::free(it.as_object()) }
}
