//! Items and slices of lists (`list_subscript`, `list_ass_subscript`, `list_ass_slice`).

use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::list::{clear, items, len, remove, replace, resize};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, exceptions, list, number, sequence, slice};

/// `list_item`.
pub(super) fn item(py: Py<'_>, l: &PyListObject, i: isize) -> PyResult {
    usize::try_from(i)
        .ok()
        .and_then(|i| list::get(l, i))
        .ok_or_else(|| exceptions::index_error(py, format_args!("list index out of range")))
}

/// `list_ass_item`; `None` deletes.
pub(super) fn set_item(py: Py<'_>, l: &PyListObject, i: isize, value: Option<&PyObject>) -> PyResult<()> {
    if i < 0 || i >= len(l) as isize {
        return Err(exceptions::index_error(py, format_args!("list assignment index out of range")));
    }
    match value {
        Some(v) => drop(replace(l, i as usize, v.to_owned())),
        None => drop(remove(py, l, i as usize)?),
    }
    Ok(())
}

/// `list_subscript`.
pub(super) fn get(py: Py<'_>, l: &PyListObject, key: &PyObject) -> PyResult {
    if number::has_index(key) {
        let i = number::as_ssize(py, key, &exceptions::IndexError)?;
        return item(py, l, if i < 0 { i + len(l) as isize } else { i });
    }
    let Some(s) = slice::check(key) else { return Err(bad_key(py, key)) };
    let (start, stop, step) = slice::unpack(py, s)?;
    if step == 1 {
        return list::slice(py, l, start, stop).map(Owned::upcast);
    }
    // Bounds are asked for first: an `__index__` may change the list, and so may what making a list sets off.
    let within = || slice::adjust_indices(len(l), start, stop, step);
    let new = list::with_capacity(py, within().2)?;
    let (start, _, n) = within();
    for k in 0..n {
        list::push(py, &new, items(l)[(start + k as isize * step) as usize].to_owned())?;
    }
    Ok(new.upcast())
}

#[cold]
fn bad_key(py: Py<'_>, key: &PyObject) -> dxpy_core::PyErr {
    exceptions::type_error(
        py,
        format_args!("list indices must be integers or slices, not {}", type_name(key.ty())),
    )
}

/// `list_ass_subscript`; `None` deletes.
pub(super) fn set(py: Py<'_>, l: &PyListObject, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
    if number::has_index(key) {
        let i = number::as_ssize(py, key, &exceptions::IndexError)?;
        return set_item(py, l, if i < 0 { i + len(l) as isize } else { i }, value);
    }
    let Some(s) = slice::check(key) else { return Err(bad_key(py, key)) };
    let (start, stop, step) = slice::unpack(py, s)?;
    if step == 1 {
        return assign(py, l, start, stop, value);
    }
    let new = match value {
        Some(v) => Some(fast(py, v, "must assign iterable to extended slice")?),
        None => None,
    };
    let (start, _, n) = slice::adjust_indices(len(l), start, stop, step);
    match new {
        Some(new) => {
            if new.len() != n {
                return Err(exceptions::value_error(
                    py,
                    format_args!(
                        "attempt to assign sequence of size {} to extended slice of size {n}",
                        new.len()
                    ),
                ));
            }
            let mut old = Vec::with_capacity(n);
            for (k, v) in new.into_iter().enumerate() {
                old.push(replace(l, (start + k as isize * step) as usize, v));
            }
            drop(old);
        }
        None => {
            let mut gone: Vec<usize> = (0..n).map(|k| (start + k as isize * step) as usize).collect();
            gone.sort_unstable();
            delete(py, l, &gone)?;
        }
    }
    Ok(())
}

/// As many items as change places without other memory.
const FEW: usize = 16;

/// `list[start:stop] = value`, with bounds as a slice has them; `None` deletes.
pub fn assign(
    py: Py<'_>,
    l: &PyListObject,
    start: isize,
    stop: isize,
    value: Option<&PyObject>,
) -> PyResult<()> {
    let within = || {
        let (start, _, n) = slice::adjust_indices(len(l), start, stop, 1);
        (start as usize, n)
    };
    // A few items of a list or tuple take the places of as many.
    if let Some(v) = value
        && !v.is(l.as_object())
        && let Some(new) = sequence::exact_items(v)
        && new.len() <= FEW
    {
        let (start, n) = within();
        if new.len() == n {
            let mut old = [const { None::<Owned> }; FEW];
            for (i, v) in new.iter().enumerate() {
                old[i] = Some(replace(l, start + i, (**v).to_owned()));
            }
            drop(old);
            return Ok(());
        }
    }
    let new = match value {
        Some(v) => fast(py, v, "can only assign an iterable")?,
        None => Vec::new(),
    };
    let (start, n) = within();
    splice(py, l, start, n, new)
}

/// The items of an iterable, or the error for what is none (`PySequence_Fast`).
fn fast(py: Py<'_>, o: &PyObject, text: &str) -> PyResult<Vec<Owned>> {
    dxpy_core::protocol::collect(py, o).map_err(|e| {
        let no_iterator = o.ty().tp_iter.get().is_none() && !sequence::check(o);
        if exceptions::matches(&e, &exceptions::TypeError) && no_iterator {
            exceptions::type_error(py, format_args!("{text}"))
        } else {
            e
        }
    })
}

/// `list_ass_slice`: `n` items from `start` make way for others. What was there is released last.
pub(super) fn splice(py: Py<'_>, l: &PyListObject, start: usize, n: usize, new: Vec<Owned>) -> PyResult<()> {
    let (size, grow) = (len(l), new.len());
    if n == size && grow == 0 {
        clear(py, l);
        return Ok(());
    }
    let old: Vec<Owned> = {
        // SAFETY: OWNED: the items leave the list here: the places are overwritten below.
        (start..start + n).map(|i| unsafe { Owned::from_raw(*l.ob_item.get().add(i)) }).collect()
    };
    let tail = size - start - n;
    // SAFETY: items move within the block, which is made larger before and smaller after.
    unsafe {
        if grow > n {
            if let Err(e) = resize(py, l, size + grow - n) {
                // Nothing moved: the old items are still the list's.
                old.into_iter().for_each(core::mem::forget);
                return Err(e);
            }
            let p = l.ob_item.get();
            core::ptr::copy(p.add(start + n), p.add(start + grow), tail);
        } else if grow < n {
            let p = l.ob_item.get();
            core::ptr::copy(p.add(start + n), p.add(start + grow), tail);
            resize(py, l, size - n + grow)?;
        }
        for (i, v) in new.into_iter().enumerate() {
            *l.ob_item.get().add(start + i) = v.into_ptr();
        }
    }
    drop(old);
    Ok(())
}

/// Deletes the items at these places, in ascending order.
fn delete(py: Py<'_>, l: &PyListObject, places: &[usize]) -> PyResult<()> {
    if places.is_empty() {
        return Ok(());
    }
    let n = len(l);
    let mut old = Vec::with_capacity(places.len());
    // SAFETY: OWNED: each item is kept in the block or moved to `old`; no Python code runs meanwhile.
    unsafe {
        let p = l.ob_item.get();
        let (mut to, mut next) = (places[0], 0);
        for i in places[0]..n {
            if next < places.len() && places[next] == i {
                old.push(Owned::<PyObject>::from_raw(*p.add(i)));
                next += 1;
            } else {
                *p.add(to) = *p.add(i);
                to += 1;
            }
        }
    }
    resize(py, l, n - places.len())?;
    drop(old);
    Ok(())
}
