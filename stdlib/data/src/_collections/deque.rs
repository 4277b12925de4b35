//! `collections.deque`: its methods and operators. Its memory is in `blocks`, its iterators in `deque_iter`.

use super::blocks::BLOCK;
pub use super::blocks::DequeObject;
use super::deque_iter;
use crate::fields::view;
use core::ffi::c_int;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::SliceArg;
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, args, attr, boolean, call, exceptions, gc, getset, glue, list, long, methods,
    name, number, object, protocol, signature, tuple, types, unicode, weakref,
};

/// `collections.deque`.
pub static DEQUE: StaticType = StaticType::new::<DequeObject>(c"collections.deque")
    .doc(c"deque([iterable[, maxlen]]) --> deque object\n\nA sequence that is quick at both its ends.")
    .flags(Py_TPFLAGS_BASETYPE | Py_TPFLAGS_SEQUENCE)
    .weaklist(offset_of!(DequeObject, weakrefs))
    .traverse(glue::traverse(|d: &DequeObject, v: &glue::Visitor| {
        (0..d.len()).try_for_each(|i| v.visit(d.field(i)))
    }))
    .clear(glue::clear(|_: Py<'_>, d: &DequeObject| drop(d.drain())))
    .dealloc(glue::dealloc(dealloc))
    .getattro(attr::generic_get_slot)
    .repr(glue::unary(repr))
    .hash(protocol::hash_not_implemented)
    .richcompare(glue::richcompare(richcompare))
    .iter(glue::unary(deque_iter::forward))
    .create(glue::create(create))
    .init(glue::init(init))
    .sequence(&SEQUENCE)
    .methods(&METHODS)
    .getset(&GETSET);

static SEQUENCE: StaticTable<PySequenceMethods> = StaticTable::<PySequenceMethods>::empty()
    .length(glue::len(|_: Py<'_>, d: &DequeObject| Ok(d.len())))
    .concat(glue::binary(concat))
    .repeat(glue::indexed(repeat))
    .item(glue::indexed(item))
    .ass_item(glue::assign_indexed(set_item))
    .contains(glue::contains(contains))
    .inplace_concat(glue::binary(inplace_concat))
    .inplace_repeat(glue::indexed(inplace_repeat));

methods! { static METHODS: for DequeObject [
    "append" = append [1], "?($self, object, /)", "Add an element to the right side of the deque.";
    "appendleft" = appendleft [1], "?($self, object, /)", "Add an element to the left side of the deque.";
    "clear" = clear [0], "!($self, /)", "Remove all elements from the deque.";
    "__copy__" = copy [0], "!($self, /)", "Return a shallow copy of a deque.";
    "copy" = copy [0], "!($self, /)", "Return a shallow copy of a deque.";
    "count" = count [1], "?($self, value, /)", "D.count(value) -- number of occurrences of value";
    "extend" = extend_method [1], "?($self, iterable, /)", "Append all elements of the iterable on the right.";
    "extendleft" = extendleft_method [1], "?($self, iterable, /)", "Append the elements of the iterable on the left, one after another.";
    "index" = index [3], "!($self, value, start=0, stop=0, /)", "D.index(value, [start, [stop]]) -- first index of value\n\nRaises ValueError if the value is not there.";
    "insert" = insert [2], "!($self, index, object, /)", "D.insert(index, object) -- insert object before index";
    "pop" = pop [0], "!($self, /)", "Remove and return the rightmost element.";
    "popleft" = popleft [0], "!($self, /)", "Remove and return the leftmost element.";
    "__reduce__" = reduce [0], "!($self, /)", "State for pickling.";
    "remove" = remove [1], "?($self, value, /)", "D.remove(value) -- remove the first occurrence of value";
    "__reversed__" = deque_iter::backward [0], "!($self, /)", "D.__reversed__() -- an iterator from right to left";
    "reverse" = reverse [0], "!($self, /)", "D.reverse() -- reverse *IN PLACE*";
    "rotate" = rotate_method [1], "?($self, n=1, /)", "Move n elements from the right end to the left one; the other way round if n is negative.";
    "__sizeof__" = sizeof [0], "!($self, /)", "D.__sizeof__() -- size of D in memory, in bytes";
    "__class_getitem__" = class_getitem [1], "?($type, object, /)", "See PEP 585", class;
] }

getset! { static GETSET [
    "maxlen" = maxlen_get, "maximum size of a deque or None if unbounded";
] }

/// A deque, if the object is one.
pub fn check(o: &PyObject) -> Option<&DequeObject> {
    // SAFETY: LAYOUT: the type was checked.
    types::is_subtype(o.ty(), &DEQUE).then(|| unsafe { view(o) })
}

fn dealloc(py: Py<'_>, d: &DequeObject) {
    // SAFETY: the type has a collector header; items and blocks are released once and the memory last.
    unsafe {
        gc::untrack(d.as_object());
        weakref::clear_all(py, d.as_object());
        drop(d.drain());
        d.release();
        object::tp_free(d.as_object());
    }
}

/// `deque_new`.
fn create(py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>) -> PyResult {
    let o = object::tp_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: `ty` is `deque` or below; the memory is new.
    unsafe { view::<DequeObject>(&o).init() };
    Ok(o)
}

/// A new, empty deque.
fn new(py: Py<'_>, maxlen: isize) -> PyResult<Owned<DequeObject>> {
    let o = object::generic_alloc(py, &DEQUE, 0)?;
    // SAFETY: LAYOUT: a new instance of this type.
    let d: Owned<DequeObject> = unsafe { o.cast() };
    // SAFETY: as above.
    unsafe { d.init() };
    d.maxlen.set(maxlen);
    Ok(d)
}

/// `deque_init`.
fn init(py: Py<'_>, d: &DequeObject, given: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    args::bind_call(py, signature!("deque", "!(iterable=(), maxlen=None)"), given, kw, |b| {
        let iterable: Option<&PyObject> = b.arg(py, 0)?;
        let bound: Option<&PyObject> = b.arg(py, 1)?;
        let mut maxlen = -1;
        if let Some(m) = bound.filter(|m| !object::is_none(m)) {
            let Some(m) = long::check(m) else {
                return Err(exceptions::type_error(py, format_args!("an integer is required")));
            };
            maxlen = number::to_ssize(py, m, &exceptions::OverflowError)?;
            if maxlen < 0 {
                return Err(exceptions::value_error(py, format_args!("maxlen must be non-negative")));
            }
        }
        d.maxlen.set(maxlen);
        drop(d.drain());
        iterable.map_or(Ok(()), |it| extend(py, d, it))
    })
}

// Growing and shrinking.

fn over(d: &DequeObject) -> bool {
    d.maxlen.get() >= 0 && d.len() as isize > d.maxlen.get()
}

/// `deque_append_internal`.
fn add_right(d: &DequeObject, v: Owned) {
    d.push_back(v);
    if over(d) {
        drop(d.pop_front());
    }
}

/// `deque_appendleft_internal`.
fn add_left(d: &DequeObject, v: Owned) {
    d.push_front(v);
    if over(d) {
        drop(d.pop_back());
    }
}

fn append(_: Py<'_>, d: &DequeObject, o: &PyObject) {
    add_right(d, o.to_owned());
}

fn appendleft(_: Py<'_>, d: &DequeObject, o: &PyObject) {
    add_left(d, o.to_owned());
}

/// `deque_extend` and `deque_extendleft`.
fn extend_with(py: Py<'_>, d: &DequeObject, iterable: &PyObject, left: bool) -> PyResult<()> {
    let held;
    let iterable = if iterable.is(d) {
        held = list::from_iter(py, items(d))?;
        held.as_object()
    } else {
        iterable
    };
    let it = protocol::iter(py, iterable)?;
    if d.maxlen.get() == 0 {
        while protocol::next(py, &it)?.is_some() {}
        return Ok(());
    }
    d.start_at(left);
    while let Some(o) = protocol::next(py, &it)? {
        if left { add_left(d, o) } else { add_right(d, o) }
    }
    Ok(())
}

fn extend(py: Py<'_>, d: &DequeObject, iterable: &PyObject) -> PyResult<()> {
    extend_with(py, d, iterable, false)
}

fn extend_method(py: Py<'_>, d: &DequeObject, iterable: &PyObject) -> PyResult<()> {
    extend_with(py, d, iterable, false)
}

fn extendleft_method(py: Py<'_>, d: &DequeObject, iterable: &PyObject) -> PyResult<()> {
    extend_with(py, d, iterable, true)
}

fn items(d: &DequeObject) -> Vec<Owned> {
    (0..d.len()).filter_map(|i| d.get(i)).collect()
}

fn empty(py: Py<'_>) -> PyErr {
    exceptions::index_error(py, format_args!("pop from an empty deque"))
}

fn pop(py: Py<'_>, d: &DequeObject) -> PyResult {
    d.pop_back().ok_or_else(|| empty(py))
}

fn popleft(py: Py<'_>, d: &DequeObject) -> PyResult {
    d.pop_front().ok_or_else(|| empty(py))
}

fn clear(_: Py<'_>, d: &DequeObject) {
    drop(d.drain());
}

/// `_deque_rotate`.
fn rotate(d: &DequeObject, n: isize) {
    let len = d.len() as isize;
    if len < 2 {
        return;
    }
    let mut n = n % len;
    if n > len / 2 {
        n -= len;
    } else if n < -(len / 2) {
        n += len;
    }
    for _ in 0..n.unsigned_abs() {
        let moved = if n > 0 { d.pop_back() } else { d.pop_front() };
        match moved {
            Some(o) if n > 0 => d.push_front(o),
            Some(o) => d.push_back(o),
            None => return,
        }
    }
}

fn rotate_method(_: Py<'_>, d: &DequeObject, n: Option<isize>) {
    rotate(d, n.unwrap_or(1));
}

fn reverse(_: Py<'_>, d: &DequeObject) {
    let n = d.len();
    (0..n / 2).for_each(|i| d.swap(i, n - 1 - i));
}

/// `deque_insert`.
fn insert(py: Py<'_>, d: &DequeObject, at: isize, o: &PyObject) -> PyResult<()> {
    let n = d.len() as isize;
    if n == d.maxlen.get() {
        return Err(exceptions::index_error(py, format_args!("deque already at its maximum size")));
    }
    let o = o.to_owned();
    if at >= n {
        add_right(d, o);
    } else if at <= -n || at == 0 {
        add_left(d, o);
    } else {
        rotate(d, -at);
        if at < 0 {
            add_right(d, o)
        } else {
            add_left(d, o)
        }
        rotate(d, at);
    }
    Ok(())
}

/// `deque_del_item`.
fn delete(d: &DequeObject, i: usize) {
    rotate(d, -(i as isize));
    let gone = d.pop_front();
    rotate(d, i as isize);
    drop(gone);
}

// Operators.

fn concat(py: Py<'_>, d: &DequeObject, other: &PyObject) -> PyResult {
    if check(other).is_none() {
        let shown = call::type_name(other.ty());
        return Err(exceptions::type_error(
            py,
            format_args!("can only concatenate deque (not \"{shown}\") to deque"),
        ));
    }
    let o = copy(py, d)?;
    if let Some(new) = check(&o) {
        extend(py, new, other)?;
    }
    Ok(o)
}

fn inplace_concat(py: Py<'_>, d: &DequeObject, other: &PyObject) -> PyResult<Owned<DequeObject>> {
    extend(py, d, other)?;
    Ok(d.to_owned())
}

/// `deque_inplace_repeat`.
fn inplace_repeat(py: Py<'_>, d: &DequeObject, n: isize) -> PyResult<Owned<DequeObject>> {
    let (len, maxlen) = (d.len() as isize, d.maxlen.get());
    if len == 0 || n == 1 {
        return Ok(d.to_owned());
    }
    if n <= 0 {
        drop(d.drain());
        return Ok(d.to_owned());
    }
    let n = if maxlen >= 0 { n.min((maxlen + len - 1) / len + 1) } else { n };
    if n.checked_mul(len).is_none_or(|total| total > isize::MAX / 16) {
        return Err(exceptions::memory_error(py));
    }
    let seq = items(d);
    for _ in 1..n {
        seq.iter().for_each(|o| add_right(d, o.clone()));
    }
    Ok(d.to_owned())
}

fn repeat(py: Py<'_>, d: &DequeObject, n: isize) -> PyResult {
    let o = copy(py, d)?;
    match check(&o) {
        Some(new) => inplace_repeat(py, new, n).map(Owned::upcast),
        None => Ok(o),
    }
}

fn out_of_range(py: Py<'_>) -> PyErr {
    exceptions::index_error(py, format_args!("deque index out of range"))
}

fn item(py: Py<'_>, d: &DequeObject, i: isize) -> PyResult {
    usize::try_from(i).ok().and_then(|i| d.get(i)).ok_or_else(|| out_of_range(py))
}

fn set_item(py: Py<'_>, d: &DequeObject, i: isize, v: Option<&PyObject>) -> PyResult<()> {
    let Some(i) = usize::try_from(i).ok().filter(|i| *i < d.len()) else { return Err(out_of_range(py)) };
    match v {
        None => delete(d, i),
        Some(v) => drop(d.replace(i, v.to_owned())),
    }
    Ok(())
}

/// All items while nobody changes the deque: `f` answers whether to go on. Whether `f` ended it.
fn search(
    py: Py<'_>,
    d: &DequeObject,
    error: &'static StaticType,
    mut f: impl FnMut(usize, &PyObject) -> PyResult<bool>,
) -> PyResult<bool> {
    let state = d.state.get();
    for i in 0..d.len() {
        let Some(o) = d.get(i) else { break };
        let go_on = f(i, &o)?;
        if state != d.state.get() {
            return Err(exceptions::format(py, error, format_args!("{MUTATED}")));
        }
        if !go_on {
            return Ok(true);
        }
    }
    Ok(false)
}

const MUTATED: &str = "deque mutated during iteration";

fn contains(py: Py<'_>, d: &DequeObject, v: &PyObject) -> PyResult<bool> {
    find(py, d, v, 0, d.len()).map(|i| i.is_some())
}

/// The first place of a value. A match ends the search even if the comparison changed the deque.
fn find(py: Py<'_>, d: &DequeObject, v: &PyObject, start: usize, stop: usize) -> PyResult<Option<usize>> {
    let state = d.state.get();
    for i in start..stop {
        let Some(o) = d.get(i) else { break };
        if protocol::rich_compare_bool(py, &o, v, Py_EQ)? {
            return Ok(Some(i));
        }
        if state != d.state.get() {
            return Err(exceptions::runtime_error(py, format_args!("{MUTATED}")));
        }
    }
    Ok(None)
}

fn count(py: Py<'_>, d: &DequeObject, v: &PyObject) -> PyResult<usize> {
    let mut n = 0;
    search(py, d, &exceptions::RuntimeError, |_, o| {
        n += protocol::rich_compare_bool(py, o, v, Py_EQ)? as usize;
        Ok(true)
    })?;
    Ok(n)
}

fn not_in(py: Py<'_>, v: &PyObject) -> PyErr {
    match protocol::repr(py, v) {
        Ok(s) => {
            exceptions::value_error(py, format_args!("{} is not in deque", unicode::display(s.as_object())))
        }
        Err(e) => e,
    }
}

fn index(
    py: Py<'_>,
    d: &DequeObject,
    v: &PyObject,
    start: Option<SliceArg>,
    stop: Option<SliceArg>,
) -> PyResult<usize> {
    let n = d.len() as isize;
    let bound = |a: Option<SliceArg>, default: isize| {
        let i = a.and_then(|a| a.0).unwrap_or(default);
        (if i < 0 { (i + n).max(0) } else { i }).min(n)
    };
    let (start, stop) = (bound(start, 0), bound(stop, n));
    find(py, d, v, start as usize, stop.max(start) as usize)?.ok_or_else(|| not_in(py, v))
}

fn remove(py: Py<'_>, d: &DequeObject, v: &PyObject) -> PyResult<()> {
    let mut at = 0;
    let found = search(py, d, &exceptions::IndexError, |i, o| {
        at = i;
        Ok(!protocol::rich_compare_bool(py, o, v, Py_EQ)?)
    })?;
    if !found {
        return Err(not_in(py, v));
    }
    delete(d, at);
    Ok(())
}

/// `deque_richcompare`.
fn richcompare(py: Py<'_>, a: &DequeObject, b: &PyObject, op: c_int) -> PyResult {
    let Some(b) = check(b) else { return Ok(object::not_implemented()) };
    let answer = |r: bool| Ok(boolean::new(r).upcast());
    if op == Py_EQ && (a.is(b) || a.len() != b.len()) {
        return answer(a.is(b));
    }
    if op == Py_NE && (a.is(b) || a.len() != b.len()) {
        return answer(!a.is(b));
    }
    let (left, right) = (deque_iter::forward(py, a)?, deque_iter::forward(py, b)?);
    loop {
        let (x, y) = (protocol::next(py, &left)?, protocol::next(py, &right)?);
        let (Some(x), Some(y)) = (&x, &y) else {
            return answer(protocol::compare_ordering(x.is_some().cmp(&y.is_some()), op));
        };
        if !protocol::rich_compare_bool(py, x, y, Py_EQ)? {
            return match op {
                Py_EQ => answer(false),
                Py_NE => answer(true),
                _ => protocol::rich_compare_bool(py, x, y, op).and_then(answer),
            };
        }
    }
}

// Other methods.

/// `deque_copy`.
fn copy(py: Py<'_>, d: &DequeObject) -> PyResult {
    let maxlen = d.maxlen.get();
    if d.ty().is(&DEQUE.0) {
        let new = new(py, maxlen)?;
        new.start_at(false);
        items(d).into_iter().for_each(|o| add_right(&new, o));
        return Ok(new.upcast());
    }
    let class = d.ty().as_object();
    let o = if maxlen < 0 {
        call::call(py, class, [d.as_object()])?
    } else {
        call::call(py, class, [d.as_object(), &*long::from_i64(py, maxlen as i64)?.upcast()])?
    };
    if check(&o).is_none() {
        let (mine, other) = (call::type_name(d.ty()), call::type_name(o.ty()));
        return Err(exceptions::type_error(py, format_args!("{mine}() must return a deque, not {other}")));
    }
    Ok(o)
}

/// `deque_reduce`.
fn reduce(py: Py<'_>, d: &DequeObject) -> PyResult<Owned<PyTupleObject>> {
    let state = call::method(py, d.as_object(), name!("__getstate__"), [])?;
    let it = protocol::iter(py, d.as_object())?;
    let args = match d.maxlen.get() {
        m if m < 0 => tuple::empty(),
        m => tuple::from_iter(py, [tuple::empty().upcast(), long::from_i64(py, m as i64)?.upcast()])?,
    };
    tuple::from_iter(py, [d.ty().as_object().to_owned(), args.upcast(), state, it])
}

/// `deque_repr`.
fn repr(py: Py<'_>, d: &DequeObject) -> PyResult<Owned<PyUnicodeObject>> {
    let Some(_entered) = protocol::ReprGuard::enter(py, d.as_object())? else {
        return unicode::from_str(py, "[...]");
    };
    let shown = protocol::repr(py, list::from_iter(py, items(d))?.as_object())?;
    let open = unicode::from_str(py, &format!("{}(", call::short_name(d.ty())))?;
    let close = match d.maxlen.get() {
        m if m < 0 => ")".to_owned(),
        m => format!(", maxlen={m})"),
    };
    unicode::join_all(py, &[&open, &shown, &*unicode::from_str(py, &close)?])
}

/// The struct and the blocks: their places, and for each up to two words of the ring.
fn sizeof(_: Py<'_>, d: &DequeObject) -> usize {
    d.ty().tp_basicsize.get() as usize + d.blocks() * (BLOCK + 2) * size_of::<usize>()
}

fn maxlen_get(py: Py<'_>, d: &DequeObject) -> PyResult {
    match d.maxlen.get() {
        m if m < 0 => Ok(object::none()),
        m => long::from_i64(py, m as i64).map(Owned::upcast),
    }
}

fn class_getitem(py: Py<'_>, class: &DequeObject, item: &PyObject) -> PyResult {
    types::generic_alias(py, class.as_object(), item)
}
