//! `find`, `index`, `count`, `startswith` and their kin: bounds, errors and tuples around the kernels of
//! `dxpy_text::strings::search`.

use dxpy_core::abi::*;
use dxpy_core::args::SliceArg;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::unicode::{self, view};
use dxpy_core::{Py, PyErr, PyResult, exceptions, tuple};
use dxpy_text::strings::{Str, bounds, search};

/// `ensure_unicode`.
pub(super) fn text<'a>(py: Py<'_>, o: &'a PyObject) -> PyResult<&'a PyUnicodeObject> {
    unicode::check(o)
        .ok_or_else(|| exceptions::type_error(py, format_args!("must be str, not {}", type_name(o.ty()))))
}

/// The places that bounds as arguments select; `None` when they cross.
fn selected(n: usize, start: Option<SliceArg>, end: Option<SliceArg>) -> Option<(usize, usize)> {
    let start = start.and_then(|s| s.0).unwrap_or(0);
    let end = end.and_then(|s| s.0).unwrap_or(isize::MAX);
    bounds(n, start, end)
}

fn search_in(
    py: Py<'_>,
    s: &PyUnicodeObject,
    sub: &PyObject,
    (start, end): (Option<SliceArg>, Option<SliceArg>),
    kernel: impl Fn(Str<'_>, Str<'_>) -> Option<usize>,
) -> PyResult<Option<usize>> {
    let sub = text(py, sub)?;
    let Some((from, to)) = selected(unicode::len(s), start, end) else { return Ok(None) };
    Ok(kernel(view(s).slice(from, to), view(sub)).map(|i| i + from))
}

fn position(found: Option<usize>) -> isize {
    found.map_or(-1, |i| i as isize)
}

#[cold]
fn not_found(py: Py<'_>) -> PyErr {
    exceptions::value_error(py, format_args!("substring not found"))
}

type Bound = Option<SliceArg>;

pub fn find(py: Py<'_>, s: &PyUnicodeObject, sub: &PyObject, start: Bound, end: Bound) -> PyResult<isize> {
    search_in(py, s, sub, (start, end), search::find).map(position)
}

pub fn rfind(py: Py<'_>, s: &PyUnicodeObject, sub: &PyObject, start: Bound, end: Bound) -> PyResult<isize> {
    search_in(py, s, sub, (start, end), search::rfind).map(position)
}

pub fn index(py: Py<'_>, s: &PyUnicodeObject, sub: &PyObject, start: Bound, end: Bound) -> PyResult<usize> {
    search_in(py, s, sub, (start, end), search::find)?.ok_or_else(|| not_found(py))
}

pub fn rindex(py: Py<'_>, s: &PyUnicodeObject, sub: &PyObject, start: Bound, end: Bound) -> PyResult<usize> {
    search_in(py, s, sub, (start, end), search::rfind)?.ok_or_else(|| not_found(py))
}

pub fn count(py: Py<'_>, s: &PyUnicodeObject, sub: &PyObject, start: Bound, end: Bound) -> PyResult<usize> {
    let sub = text(py, sub)?;
    let Some((from, to)) = selected(unicode::len(s), start, end) else { return Ok(0) };
    Ok(search::count(view(s).slice(from, to), view(sub)))
}

/// `startswith` and `endswith`: one string or a tuple of them.
fn tail_match(
    py: Py<'_>,
    s: &PyUnicodeObject,
    what: &PyObject,
    (start, end): (Bound, Bound),
    name: &str,
    kernel: impl Fn(Str<'_>, Str<'_>) -> bool,
) -> PyResult<bool> {
    let range = selected(unicode::len(s), start, end);
    let matches = |sub| range.is_some_and(|(from, to)| kernel(view(s).slice(from, to), view(sub)));
    if let Some(t) = tuple::check(what) {
        for item in tuple::items(t) {
            let Some(sub) = unicode::check(item) else {
                return Err(exceptions::type_error(
                    py,
                    format_args!("tuple for {name} must only contain str, not {}", type_name(item.ty())),
                ));
            };
            if matches(sub) {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    match unicode::check(what) {
        Some(sub) => Ok(matches(sub)),
        None => Err(exceptions::type_error(
            py,
            format_args!("{name} first arg must be str or a tuple of str, not {}", type_name(what.ty())),
        )),
    }
}

pub fn startswith(
    py: Py<'_>,
    s: &PyUnicodeObject,
    what: &PyObject,
    start: Bound,
    end: Bound,
) -> PyResult<bool> {
    tail_match(py, s, what, (start, end), "startswith", search::starts_with)
}

pub fn endswith(
    py: Py<'_>,
    s: &PyUnicodeObject,
    what: &PyObject,
    start: Bound,
    end: Bound,
) -> PyResult<bool> {
    tail_match(py, s, what, (start, end), "endswith", search::ends_with)
}
