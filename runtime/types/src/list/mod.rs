//! `list`: constructor, methods, subscripts, comparison, text and iterators (`Objects/listobject.c`). Memory and the
//! operations the interpreter makes are in `dxpy_core::list`; sorting is in `sort`.

mod iter;
mod sort;
mod subscript;
pub use subscript::assign as assign_slice;

pub use iter::{PyListIter_Type, PyListRevIter_Type};

use crate::{Part, no_hooks};
use core::ffi::c_int;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::list::{PyList_Type, append, clear, extend, insert, items, len, push, remove, resize};
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyResult, args, boolean, exceptions, glue, list, methods, number, object, protocol, signature,
    types, unicode,
};

/// What this module brings.
pub static PART: Part = Part {
    adopt: &[(&PyList_Type, &LIST)],
    types: &[&PyListIter_Type, &PyListRevIter_Type],
    hooks: no_hooks,
};

static LIST: StaticType = StaticType::new::<PyListObject>(c"list")
    .doc(c"list(iterable=(), /)\n--\n\nA mutable sequence; without an argument, an empty one.")
    .alloc(dxpy_core::object::generic_alloc_slot)
    .create(dxpy_core::object::generic_new_slot)
    .free(dxpy_core::object::free_slot)
    .init(glue::init(init))
    .repr(glue::unary(repr))
    .getattro(dxpy_core::attr::generic_get_slot)
    .hash(protocol::hash_not_implemented)
    .richcompare(glue::richcompare(richcompare))
    .iter(glue::unary(iter::forward))
    .sequence(&SEQUENCE)
    .mapping(&MAPPING)
    .methods(&METHODS);

static SEQUENCE: StaticTable<PySequenceMethods> = StaticTable::<PySequenceMethods>::empty()
    .length(glue::len(length))
    .concat(glue::binary(concat))
    .repeat(glue::indexed(repeat))
    .item(glue::indexed(subscript::item))
    .ass_item(glue::assign_indexed(subscript::set_item))
    .contains(glue::contains(contains))
    .inplace_concat(glue::binary(inplace_concat))
    .inplace_repeat(glue::indexed(inplace_repeat));

static MAPPING: StaticTable<PyMappingMethods> = StaticTable::<PyMappingMethods>::empty()
    .length(glue::len(length))
    .subscript(glue::binary(subscript::get))
    .ass_subscript(glue::assign(subscript::set));

methods! { static METHODS: for PyListObject [
    "__getitem__" = subscript::get [1], "($self, index, /)", "self[index]", coexist;
    "__reversed__" = iter::backward [0], "($self, /)", "A reverse iterator over the list.";
    "__sizeof__" = sizeof [0], "($self, /)", "Size of the list in memory, in bytes.";
    "clear" = clear_method [0], "($self, /)", "Remove all items from list.";
    "copy" = copy [0], "($self, /)", "Return a shallow copy of the list.";
    "append" = append_method [1], "($self, object, /)", "Append object to the end of the list.";
    "insert" = insert_method [2], "($self, index, object, /)", "Insert object before index.";
    "extend" = extend_method [1], "($self, iterable, /)", "Extend list by appending elements from the iterable.";
    "pop" = pop [1], "($self, index=-1, /)", "Remove and return the item at index (the last by default).";
    "remove" = remove_method [1], "($self, value, /)", "Remove the first occurrence of value.";
    "index" = index [3], "($self, value, start=0, stop=sys.maxsize, /)", "Return the first index of value.";
    "count" = count [1], "($self, value, /)", "Return the number of occurrences of value.";
    "reverse" = reverse [0], "($self, /)", "Reverse *IN PLACE*.";
    "sort" = sort::sort_method [2], "($self, /, *, key=None, reverse=False)", "Sort the list in ascending order and return None.";
    "__class_getitem__" = class_getitem [1], "?($type, object, /)", "See PEP 585", class;
] }

fn length(_: Py<'_>, l: &PyListObject) -> PyResult<usize> {
    Ok(len(l))
}

/// `list___init__`.
fn init(py: Py<'_>, l: &PyListObject, given: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    // A subclass may take keywords of its own in `__new__`; `list` itself takes none.
    let exact = list::check_exact(l.as_object()).is_some();
    if types::slots::has_keywords(kw) && (exact || own_init(l)) {
        return Err(exceptions::type_error(py, format_args!("list() takes no keyword arguments")));
    }
    args::bind_call(py, signature!("list", "(iterable=(), /)"), given, None, |b| {
        let iterable: Option<&PyObject> = b.arg(py, 0)?;
        clear(py, l);
        match iterable {
            Some(it) => extend(py, l, it),
            None => Ok(()),
        }
    })
}

/// Whether the subclass left `__init__` and `__new__` alone.
fn own_init(l: &PyListObject) -> bool {
    let same = |a: Option<newfunc>, b: Option<newfunc>| match (a, b) {
        (Some(a), Some(b)) => core::ptr::fn_addr_eq(a, b),
        _ => false,
    };
    same(l.as_object().ty().tp_new.get(), PyList_Type.tp_new.get())
}

/// `list_repr`.
fn repr(py: Py<'_>, l: &PyListObject) -> PyResult<Owned<PyUnicodeObject>> {
    if len(l) == 0 {
        return unicode::from_str(py, "[]");
    }
    let Some(_entered) = protocol::ReprGuard::enter(py, l.as_object())? else {
        return unicode::from_str(py, "[...]");
    };
    let mut parts = vec![unicode::from_str(py, "[")?];
    let comma = unicode::from_str(py, ", ")?;
    let mut i = 0;
    // An item's repr may change the list.
    while let Some(item) = list::get(l, i) {
        if i > 0 {
            parts.push(comma.clone());
        }
        parts.push(protocol::repr(py, &item)?);
        i += 1;
    }
    parts.push(unicode::from_str(py, "]")?);
    let parts: Vec<&PyUnicodeObject> = parts.iter().map(|p| &**p).collect();
    unicode::join_all(py, &parts)
}

/// `list_richcompare`: the first items that differ decide, or the lengths.
fn richcompare(py: Py<'_>, a: &PyListObject, b: &PyObject, op: c_int) -> PyResult {
    let Some(b) = list::check(b) else { return Ok(object::not_implemented()) };
    let answer = |r: bool| Ok(boolean::new(r).upcast());
    if len(a) != len(b) && (op == Py_EQ || op == Py_NE) {
        return answer(op == Py_NE);
    }
    let mut i = 0;
    loop {
        // The same objects are equal, and need not be held to find that out.
        let (x, y) = (list::items(a), list::items(b));
        i += x.iter().skip(i).zip(y.iter().skip(i)).take_while(|(x, y)| x.is(**y)).count();
        let (Some(x), Some(y)) = (list::get(a, i), list::get(b, i)) else { break };
        if !protocol::rich_compare_bool(py, &x, &y, Py_EQ)? {
            // The comparison may have shortened the lists.
            if i >= len(a) || i >= len(b) {
                break;
            }
            return match op {
                Py_EQ => answer(false),
                Py_NE => answer(true),
                _ => protocol::rich_compare(py, &x, &y, op),
            };
        }
        i += 1;
    }
    answer(protocol::compare_ordering(len(a).cmp(&len(b)), op))
}

fn contains(py: Py<'_>, l: &PyListObject, v: &PyObject) -> PyResult<bool> {
    let mut i = 0;
    if dxpy_core::long::check_exact(v).is_some() || dxpy_core::unicode::check_exact(v).is_some() {
        // Items of exactly these types are compared without holding them: no code runs.
        let items = list::items(l);
        while let Some(x) = items.get(i).filter(|x| x.ty().is(v.ty())) {
            if protocol::rich_compare_bool(py, x, v, Py_EQ)? {
                return Ok(true);
            }
            i += 1;
        }
    }
    while let Some(x) = list::get(l, i) {
        if protocol::rich_compare_bool(py, &x, v, Py_EQ)? {
            return Ok(true);
        }
        i += 1;
    }
    Ok(false)
}

/// `list_concat`.
fn concat(py: Py<'_>, a: &PyListObject, b: &PyObject) -> PyResult<Owned<PyListObject>> {
    let Some(b) = list::check(b) else {
        return Err(exceptions::type_error(
            py,
            format_args!("can only concatenate list (not \"{}\") to list", type_name(b.ty())),
        ));
    };
    let both: Vec<Owned> = items(a).iter().chain(items(b)).map(|o| (*o).to_owned()).collect();
    list::from_iter(py, both)
}

/// `n` copies; a negative number is none.
fn repeat(py: Py<'_>, l: &PyListObject, n: isize) -> PyResult<Owned<PyListObject>> {
    let n = n.max(0) as usize;
    let size = len(l);
    let Some(total) = size.checked_mul(n).filter(|t| *t <= isize::MAX as usize / 8) else {
        return Err(exceptions::memory_error(py));
    };
    let new = list::with_capacity(py, total)?;
    for _ in 0..if size == 0 { 0 } else { n } {
        for o in items(l) {
            push(py, &new, (*o).to_owned())?;
        }
    }
    Ok(new)
}

fn inplace_concat(py: Py<'_>, l: &PyListObject, other: &PyObject) -> PyResult<Owned<PyListObject>> {
    extend(py, l, other)?;
    Ok(l.to_owned())
}

/// `list_inplace_repeat`.
fn inplace_repeat(py: Py<'_>, l: &PyListObject, n: isize) -> PyResult<Owned<PyListObject>> {
    let size = len(l);
    if size == 0 || n == 1 {
        return Ok(l.to_owned());
    }
    if n < 1 {
        clear(py, l);
        return Ok(l.to_owned());
    }
    let Some(total) = size.checked_mul(n as usize).filter(|t| *t <= isize::MAX as usize / 8) else {
        return Err(exceptions::memory_error(py));
    };
    let held: Vec<Owned> = items(l).iter().map(|o| (*o).to_owned()).collect();
    resize(py, l, total)?;
    for i in size..total {
        // SAFETY: `resize` made room for all.
        unsafe { *l.ob_item.get().add(i) = held[i % size].clone().into_ptr() };
    }
    Ok(l.to_owned())
}

fn sizeof(_: Py<'_>, l: &PyListObject) -> isize {
    l.as_object().ty().tp_basicsize.get() + l.allocated.get() * size_of::<*mut PyObject>() as isize
}

fn clear_method(py: Py<'_>, l: &PyListObject) {
    clear(py, l);
}

fn copy(py: Py<'_>, l: &PyListObject) -> PyResult<Owned<PyListObject>> {
    list::from_iter(py, items(l).iter().map(|o| (*o).to_owned()).collect::<Vec<_>>())
}

fn append_method(py: Py<'_>, l: &PyListObject, o: &PyObject) -> PyResult<()> {
    append(py, l, o)
}

fn insert_method(py: Py<'_>, l: &PyListObject, at: isize, o: &PyObject) -> PyResult<()> {
    insert(py, l, at, o)
}

fn extend_method(py: Py<'_>, l: &PyListObject, iterable: &PyObject) -> PyResult<()> {
    extend(py, l, iterable)
}

/// `list_pop`.
fn pop(py: Py<'_>, l: &PyListObject, at: Option<isize>) -> PyResult {
    let n = len(l) as isize;
    if n == 0 {
        return Err(exceptions::index_error(py, format_args!("pop from empty list")));
    }
    let i = at.unwrap_or(-1);
    let i = if i < 0 { i + n } else { i };
    if i < 0 || i >= n {
        return Err(exceptions::index_error(py, format_args!("pop index out of range")));
    }
    remove(py, l, i as usize)
}

fn remove_method(py: Py<'_>, l: &PyListObject, v: &PyObject) -> PyResult<()> {
    let mut i = 0;
    while let Some(x) = list::get(l, i) {
        if protocol::rich_compare_bool(py, &x, v, Py_EQ)? {
            // The comparison may have changed the list.
            if i < len(l) {
                remove(py, l, i)?;
            }
            return Ok(());
        }
        i += 1;
    }
    Err(exceptions::value_error(py, format_args!("list.remove(x): x not in list")))
}

/// An index argument of `index`: `_PyEval_SliceIndexNotNone`.
pub(crate) fn slice_index(py: Py<'_>, o: &PyObject) -> PyResult<isize> {
    if !number::has_index(o) {
        return Err(exceptions::type_error(
            py,
            format_args!("slice indices must be integers or have an __index__ method"),
        ));
    }
    number::as_ssize_clipped(py, o)
}

fn index(
    py: Py<'_>,
    l: &PyListObject,
    v: &PyObject,
    start: Option<&PyObject>,
    stop: Option<&PyObject>,
) -> PyResult<usize> {
    let from_end = |i: isize| if i < 0 { (i + len(l) as isize).max(0) } else { i };
    let start = start.map(|s| slice_index(py, s)).transpose()?.map_or(0, from_end);
    let stop = stop.map(|s| slice_index(py, s)).transpose()?.map_or(isize::MAX, from_end);
    let mut i = start;
    while i < stop
        && let Some(x) = list::get(l, i as usize)
    {
        if protocol::rich_compare_bool(py, &x, v, Py_EQ)? {
            return Ok(i as usize);
        }
        i += 1;
    }
    let shown = protocol::repr(py, v)?;
    Err(exceptions::value_error(py, format_args!("{} is not in list", unicode::display(shown.as_object()))))
}

fn count(py: Py<'_>, l: &PyListObject, v: &PyObject) -> PyResult<usize> {
    let (mut i, mut n) = (0, 0);
    while let Some(x) = list::get(l, i) {
        n += protocol::rich_compare_bool(py, &x, v, Py_EQ)? as usize;
        i += 1;
    }
    Ok(n)
}

fn reverse(_: Py<'_>, l: &PyListObject) {
    let n = len(l);
    if n > 1 {
        // SAFETY: the block holds `n` items; reversing them runs no Python code.
        unsafe { core::slice::from_raw_parts_mut(l.ob_item.get(), n) }.reverse();
    }
}

fn class_getitem(py: Py<'_>, class: &PyListObject, item: &PyObject) -> PyResult {
    types::generic_alias(py, class.as_object(), item)
}
