//! Operations on whole sets: intersection, difference, comparison. What each goes through, and in which order it adds,
//! is CPython's, so that results iterate in the same order.

use super::*;

/// The set type that results have: `set` or `frozenset`, never a subclass (`make_new_set_basetype`).
fn base_type(s: &PySetObject) -> &'static PyTypeObject {
    if is_subtype(s.ty(), &PySet_Type) { &PySet_Type } else { &PyFrozenSet_Type }
}

/// `set_copy`.
pub fn copy(py: Py<'_>, s: &PySetObject) -> PyResult<Owned<PySetObject>> {
    make(py, base_type(s), Some(s.as_object()))
}

/// `set_intersection`.
pub fn intersection(py: Py<'_>, s: &PySetObject, other: &PyObject) -> PyResult<Owned<PySetObject>> {
    if s.is(other) {
        return copy(py, s);
    }
    let result = make(py, base_type(s), None)?;
    if let Some(other) = check_any(other) {
        let (s, other) = if len(other) > len(s) { (other, s) } else { (s, other) };
        let mut pos = 0;
        while let Some((k, hash)) = next_held(other, &mut pos) {
            if contains_known_hash(py, s, &k, hash)? {
                add_known_hash(py, &result, &k, hash)?;
            }
        }
        return Ok(result);
    }
    let it = protocol::iter(py, other)?;
    while let Some(k) = protocol::next(py, &it)? {
        let hash = dict::hash_of(py, &k)?;
        if contains_known_hash(py, s, &k, hash)? {
            add_known_hash(py, &result, &k, hash)?;
        }
    }
    Ok(result)
}

/// `set_isdisjoint`.
pub fn is_disjoint(py: Py<'_>, s: &PySetObject, other: &PyObject) -> PyResult<bool> {
    if s.is(other) {
        return Ok(len(s) == 0);
    }
    if let Some(other) = check_any(other) {
        let (s, other) = if len(other) > len(s) { (other, s) } else { (s, other) };
        let mut pos = 0;
        while let Some((k, hash)) = next_held(other, &mut pos) {
            if contains_known_hash(py, s, &k, hash)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    let it = protocol::iter(py, other)?;
    while let Some(k) = protocol::next(py, &it)? {
        if contains(py, s, &k)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `set_difference_update_internal`.
pub fn difference_update(py: Py<'_>, s: &PySetObject, other: &PyObject) -> PyResult<()> {
    if s.is(other) {
        clear(py, s);
        return Ok(());
    }
    if let Some(other) = check_any(other) {
        // A much larger set is cut down to what matters first.
        let common;
        let other = if len(other) >> 3 > len(s) {
            common = intersection(py, s, other.as_object())?;
            &*common
        } else {
            other
        };
        let mut pos = 0;
        while let Some((k, hash)) = next_held(other, &mut pos) {
            discard_known_hash(py, s, &k, hash)?;
        }
    } else {
        let it = protocol::iter(py, other)?;
        while let Some(k) = protocol::next(py, &it)? {
            discard(py, s, &k)?;
        }
    }
    if (s.fill.get() - s.used.get()) as usize <= mask(s) / 4 {
        return Ok(());
    }
    resize(py, s, growth(s))
}

fn copy_and_difference(py: Py<'_>, s: &PySetObject, other: &PyObject) -> PyResult<Owned<PySetObject>> {
    let result = copy(py, s)?;
    difference_update(py, &result, other)?;
    Ok(result)
}

/// `set_difference`.
pub fn difference(py: Py<'_>, s: &PySetObject, other: &PyObject) -> PyResult<Owned<PySetObject>> {
    let (set, dict) = (check_any(other), dict::check_exact(other));
    let size = match (set, dict) {
        (Some(o), _) => len(o),
        (None, Some(d)) => dict::len(d),
        (None, None) => return copy_and_difference(py, s, other),
    };
    if len(s) >> 2 > size {
        return copy_and_difference(py, s, other);
    }
    let result = make(py, base_type(s), None)?;
    let mut pos = 0;
    while let Some((k, hash)) = next_held(s, &mut pos) {
        let there = match (set, dict) {
            (Some(o), _) => contains_known_hash(py, o, &k, hash)?,
            (None, Some(d)) => dict::get_known_hash(py, d, &k, hash)?.is_some(),
            (None, None) => false,
        };
        if !there {
            add_known_hash(py, &result, &k, hash)?;
        }
    }
    Ok(result)
}

/// Removes the key if it is there, adds it if not.
fn toggle(py: Py<'_>, s: &PySetObject, key: &PyObject, hash: Py_hash_t) -> PyResult<()> {
    if !discard_known_hash(py, s, key, hash)? {
        add_known_hash(py, s, key, hash)?;
    }
    Ok(())
}

/// `set_symmetric_difference_update`.
pub fn symmetric_difference_update(py: Py<'_>, s: &PySetObject, other: &PyObject) -> PyResult<()> {
    if s.is(other) {
        clear(py, s);
        return Ok(());
    }
    if let Some(d) = dict::check_exact(other) {
        let mut pos = 0;
        while let Some((k, _, hash)) = dict::next_hash(d, &mut pos) {
            let k = k.to_owned();
            toggle(py, s, &k, hash)?;
        }
        return Ok(());
    }
    let made;
    let other = match check_any(other) {
        Some(o) => o,
        None => {
            made = make(py, base_type(s), Some(other))?;
            &*made
        }
    };
    let mut pos = 0;
    while let Some((k, hash)) = next_held(other, &mut pos) {
        toggle(py, s, &k, hash)?;
    }
    Ok(())
}

/// `set_symmetric_difference`.
pub fn symmetric_difference(py: Py<'_>, s: &PySetObject, other: &PyObject) -> PyResult<Owned<PySetObject>> {
    let result = make(py, base_type(s), Some(other))?;
    symmetric_difference_update(py, &result, s.as_object())?;
    Ok(result)
}

/// `set_issubset`.
pub fn is_subset(py: Py<'_>, s: &PySetObject, other: &PyObject) -> PyResult<bool> {
    let Some(other) = check_any(other) else {
        return Ok(len(&*intersection(py, s, other)?) == len(s));
    };
    if len(s) > len(other) {
        return Ok(false);
    }
    let mut pos = 0;
    while let Some((k, hash)) = next_held(s, &mut pos) {
        if !contains_known_hash(py, other, &k, hash)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `set_issuperset`.
pub fn is_superset(py: Py<'_>, s: &PySetObject, other: &PyObject) -> PyResult<bool> {
    if let Some(other) = check_any(other) {
        return is_subset(py, other, s.as_object());
    }
    let it = protocol::iter(py, other)?;
    while let Some(k) = protocol::next(py, &it)? {
        if !contains(py, s, &k)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether two sets are equal (`set_richcompare`).
pub fn equal(py: Py<'_>, a: &PySetObject, b: &PySetObject) -> PyResult<bool> {
    if len(a) != len(b) || (a.hash.get() != -1 && b.hash.get() != -1 && a.hash.get() != b.hash.get()) {
        return Ok(false);
    }
    is_subset(py, a, b.as_object())
}

/// `set_swap_bodies`: `s` takes the keys of `from`, which gets those of `s`. Both are exact or below the same type.
pub fn swap(s: &PySetObject, from: &PySetObject) {
    let (a, b) = (s.table.get(), from.table.get());
    let (a_inside, b_inside) = (a == inside(s), b == inside(from));
    s.fill.swap(&from.fill);
    s.used.swap(&from.used);
    s.mask.swap(&from.mask);
    s.table.set(if b_inside { inside(s) } else { b });
    from.table.set(if a_inside { inside(from) } else { a });
    for (x, y) in s.smalltable.iter().zip(&from.smalltable) {
        x.key.swap(&y.key);
        x.hash.swap(&y.hash);
    }
    if check_frozen(s.as_object()).is_some() && check_frozen(from.as_object()).is_some() {
        s.hash.swap(&from.hash);
    } else {
        s.hash.set(-1);
        from.hash.set(-1);
    }
}

/// `set_contains` and its like: a set, which cannot be hashed, is looked for as the frozenset of its items.
pub fn with_key<R>(py: Py<'_>, key: &PyObject, f: impl Fn(&PyObject) -> PyResult<R>) -> PyResult<R> {
    match f(key) {
        Err(e) if check(key).is_some() && exceptions::matches(&e, &exceptions::TypeError) => {
            let frozen = make(py, &PyFrozenSet_Type, Some(key))?;
            f(frozen.as_object())
        }
        r => r,
    }
}
