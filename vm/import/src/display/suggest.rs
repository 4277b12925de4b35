//! What a wrong name was probably meant to be (`_Py_Offer_Suggestions` of `Python/suggestions.c`).

use super::{STDLIB_MODULE_NAMES, held};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyResult, attr, call, dict, exceptions, list, name, object, protocol, sequence, types, unicode,
};
use dxpy_types::{code, frame, traceback};

const MAX_CANDIDATES: usize = 750;
const MAX_LENGTH: usize = 40;
const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;

/// What is said behind the exception's text, if something comes to mind.
pub fn offer(py: Py<'_>, e: &PyObject) -> PyResult<Option<Owned<PyUnicodeObject>>> {
    let is = |t: &'static dxpy_core::statics::StaticType| types::is_subtype(e.ty(), t);
    if is(&exceptions::AttributeError) {
        // SAFETY: LAYOUT: just checked.
        return attribute(py, unsafe { &*(e as *const PyObject as *const PyAttributeErrorObject) });
    }
    if is(&exceptions::NameError) {
        // SAFETY: LAYOUT: just checked.
        return name(py, unsafe { &*(e as *const PyObject as *const PyNameErrorObject) });
    }
    if is(&exceptions::ImportError) {
        // SAFETY: LAYOUT: just checked.
        return import(py, unsafe { &*(e as *const PyObject as *const PyImportErrorObject) });
    }
    Ok(None)
}

/// A field that holds an exact str.
fn text_field(field: &core::cell::Cell<*mut PyObject>) -> Option<Owned<PyUnicodeObject>> {
    let o = held(field)?;
    unicode::check_exact(&o).map(Object::to_owned)
}

/// `PyObject_Dir` of an object.
fn dir(py: Py<'_>, o: &PyObject) -> PyResult<Vec<Owned>> {
    let names = types::special::call(py, o, name!("__dir__"), [])?;
    let names = sequence::to_list(py, &names)?;
    call::method(py, names.as_object(), name!("sort"), [])?;
    Ok(list::items(&names).iter().map(|n| (*n).to_owned()).collect())
}

fn did_you_mean(py: Py<'_>, found: &PyUnicodeObject, rest: &str) -> PyResult<Option<Owned<PyUnicodeObject>>> {
    let front = unicode::from_str(py, ". Did you mean: ")?;
    let shown = protocol::repr(py, found.as_object())?;
    let rest = unicode::from_str(py, &format!("?{rest}"))?;
    unicode::join_all(py, &[&front, &shown, &rest]).map(Some)
}

fn attribute(py: Py<'_>, e: &PyAttributeErrorObject) -> PyResult<Option<Owned<PyUnicodeObject>>> {
    let (Some(name), Some(o)) = (text_field(&e.name), held(&e.obj)) else { return Ok(None) };
    match nearest(py, &dir(py, &o)?, &name)? {
        Some(found) => did_you_mean(py, &found, ""),
        None => Ok(None),
    }
}

fn import(py: Py<'_>, e: &PyImportErrorObject) -> PyResult<Option<Owned<PyUnicodeObject>>> {
    let (Some(module), Some(name)) = (text_field(&e.name), text_field(&e.name_from)) else { return Ok(None) };
    let modules = crate::state::modules(py)?;
    let Some(m) = dxpy_ops::names::mapping_get(py, &modules, module.as_object())? else { return Ok(None) };
    match nearest(py, &dir(py, &m)?, &name)? {
        Some(found) => did_you_mean(py, &found, ""),
        None => Ok(None),
    }
}

fn name(py: Py<'_>, e: &PyNameErrorObject) -> PyResult<Option<Owned<PyUnicodeObject>>> {
    let (Some(name), Some(tb)) = (text_field(&e.name), held(&e.traceback)) else { return Ok(None) };
    let Some(mut last) = traceback::check(&tb).map(Object::to_owned) else { return Ok(None) };
    while let Some(next) = traceback::next(&last).map(Object::to_owned) {
        last = next;
    }
    // SAFETY: LIVE: a link holds its frame.
    let f = unsafe { (*last.tb_frame.get()).to_owned() };
    let found = in_frame(py, &f, &name)?;
    let library = STDLIB_MODULE_NAMES.binary_search(&unicode::display(name.as_object()).as_str()).is_ok();
    let shown = || protocol::repr(py, name.as_object()).map(|s| unicode::display(s.as_object()));
    match (found, library) {
        (Some(found), false) => did_you_mean(py, &found, ""),
        (Some(found), true) => {
            did_you_mean(py, &found, &format!(" Or did you forget to import {}?", shown()?))
        }
        (None, true) => unicode::from_str(py, &format!(". Did you forget to import {}?", shown()?)).map(Some),
        (None, false) => Ok(None),
    }
}

/// `get_suggestions_for_name_error`: attributes of `self`, then locals, globals, built-ins.
fn in_frame(
    py: Py<'_>,
    f: &PyFrameObject,
    wanted: &PyUnicodeObject,
) -> PyResult<Option<Owned<PyUnicodeObject>>> {
    // SAFETY: LIVE: a frame object holds its frame, and that its code and namespaces.
    let (c, globals, builtins) = unsafe {
        let inner = frame::frame_of(f);
        let namespace = |p: *mut PyObject| p.as_ref().map(Object::to_owned);
        (
            frame::code_of(inner).to_owned(),
            namespace((*inner).f_globals.get()),
            namespace((*inner).f_builtins.get()),
        )
    };
    let locals: Vec<Owned> = code::locals_names(&c).iter().map(|n| (*n).to_owned()).collect();
    if locals.iter().any(|n| unicode::equals_str(n, "self")) {
        let d = attr::get_name(py, f.as_object(), name!("f_locals"))?;
        let this = match dict::check(&d) {
            Some(d) => dict::get_name(py, d, name!("self"))?,
            None => None,
        };
        // Without a value for it the frame gives nothing to guess from.
        let Some(this) = this else { return Ok(None) };
        if let Ok(Some(_)) = attr::lookup(py, &this, wanted) {
            let front = unicode::from_str(py, "self.")?;
            return unicode::concat(py, &front, wanted).map(Some);
        }
    }
    if let Some(found) = nearest(py, &locals, wanted)? {
        return Ok(Some(found));
    }
    for namespace in [globals, builtins].into_iter().flatten() {
        if object::is_none(&namespace) {
            continue;
        }
        let names = protocol::collect(py, &namespace)?;
        if let Some(found) = nearest(py, &names, wanted)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// `calculate_suggestions`: the candidate that takes the fewest changes. Candidates that are no str, as a namespace may
/// hold, end the search.
fn nearest(
    py: Py<'_>,
    candidates: &[Owned],
    wanted: &PyUnicodeObject,
) -> PyResult<Option<Owned<PyUnicodeObject>>> {
    if candidates.len() >= MAX_CANDIDATES {
        return Ok(None);
    }
    let name = unicode::utf8(py, wanted)?;
    let (mut best, mut found) = (usize::MAX, None);
    for o in candidates {
        let Some(item) = unicode::check(o) else {
            return Err(exceptions::type_error(py, format_args!("bad argument type for built-in operation")));
        };
        let text = unicode::utf8(py, item)?;
        if text == name {
            continue;
        }
        // No more than a third of the characters may change, and fewer than for the best so far.
        let most = ((name.len() + text.len() + 3) * MOVE_COST / 6).min(best.saturating_sub(1));
        let distance = distance(name.as_bytes(), text.as_bytes(), most);
        if distance <= most && (best == usize::MAX || best > 0) {
            best = distance;
            found = Some(item.to_owned());
        }
    }
    Ok(found)
}

/// What it costs to take one byte for another: a change of case is half a change.
fn substitution(a: u8, b: u8) -> usize {
    if a & 31 != b & 31 {
        MOVE_COST
    } else if a == b {
        0
    } else if a.eq_ignore_ascii_case(&b) {
        CASE_COST
    } else {
        MOVE_COST
    }
}

/// The edit distance of two names (`levenshtein_distance`, `_Py_UTF8_Edit_Cost`): a change of case costs 1, any other
/// change 2; `most + 1` as soon as it must be more than `most`.
pub fn distance(a: &[u8], b: &[u8], most: usize) -> usize {
    let front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (mut a, mut b) = (&a[front..], &b[front..]);
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    (a, b) = (&a[..a.len() - back], &b[..b.len() - back]);
    if a.is_empty() || b.is_empty() {
        return (a.len() + b.len()) * MOVE_COST;
    }
    if a.len() > MAX_LENGTH || b.len() > MAX_LENGTH {
        return most + 1;
    }
    if b.len() < a.len() {
        (a, b) = (b, a);
    }
    if (b.len() - a.len()) * MOVE_COST > most {
        return most + 1;
    }
    // One row of the matrix at a time.
    let mut row: Vec<usize> = (1..=a.len()).map(|i| i * MOVE_COST).collect();
    let mut result = 0;
    for (i, code) in b.iter().enumerate() {
        let mut diagonal = i * MOVE_COST;
        result = diagonal;
        let mut least = usize::MAX;
        for (x, cell) in a.iter().zip(&mut row) {
            let substituted = diagonal + substitution(*code, *x);
            diagonal = *cell;
            result = (result.min(diagonal) + MOVE_COST).min(substituted);
            *cell = result;
            least = least.min(result);
        }
        if least > most {
            return most + 1;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::distance;

    /// CPython's own table (`test_levenshtein_distance_short_circuit` and others) in part.
    #[test]
    fn costs() {
        for (a, b, expected) in [
            ("", "", 0),
            ("", "a", 2),
            ("a", "A", 1),
            ("Apple", "Aple", 2),
            ("Banana", "B@n@n@", 6),
            ("Cherry", "Cherry!", 2),
            ("---0---", "------", 2),
            ("abc", "y", 6),
            ("aa", "bb", 4),
            ("aaaaa", "AAAAA", 5),
            ("wxyz", "wXyZ", 2),
            ("wxyz", "wXyZ123", 8),
            ("Python", "Java", 12),
            ("Java", "C#", 8),
        ] {
            assert_eq!(distance(a.as_bytes(), b.as_bytes(), 1000), expected, "{a} {b}");
            assert_eq!(distance(b.as_bytes(), a.as_bytes(), 1000), expected, "{b} {a}");
        }
        assert!(distance(b"abcdef", b"uvwxyz", 3) > 3);
    }
}
