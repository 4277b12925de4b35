//! `split`, `strip`, `partition`, `join`, `replace`, `center`, `translate` and their kin: objects and errors around the
//! kernels of `dxpy_text::strings::{split, edit}`.

use super::search::text;
use super::size_error;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::unicode::{self, view};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, dict, exceptions, list, long, object, protocol, sequence, tuple,
};
use dxpy_text::strings::edit::{self, Translated};
use dxpy_text::strings::split::{self, Side};
use dxpy_text::strings::{Builder, MAX_CODE, StrBuf, search};

type Text = PyUnicodeObject;

/// A kernel's result, or the string itself where the kernel has nothing to change.
fn changed(py: Py<'_>, s: &Text, r: Option<StrBuf>) -> PyResult<Owned<Text>> {
    match r {
        Some(b) => unicode::from_buf(py, b),
        None => unicode::exact(py, s),
    }
}

/// How often at most; a negative number is no limit.
fn limit(n: Option<isize>) -> usize {
    usize::try_from(n.unwrap_or(-1)).unwrap_or(usize::MAX)
}

#[cold]
fn empty_separator(py: Py<'_>) -> PyErr {
    exceptions::value_error(py, format_args!("empty separator"))
}

/// `str.replace`.
pub fn replace(py: Py<'_>, s: &Text, old: &Text, new: &Text, count: Option<isize>) -> PyResult<Owned<Text>> {
    match edit::replace(view(s), view(old), view(new), limit(count)) {
        Ok(r) => changed(py, s, r),
        Err(e) => Err(size_error(py, e, "replace string is too long")),
    }
}

/// The separator of `split`: none, or a str that is not empty.
fn separator<'a>(py: Py<'_>, sep: Option<&'a PyObject>) -> PyResult<Option<&'a Text>> {
    match sep.filter(|o| !object::is_none(o)) {
        None => Ok(None),
        Some(o) => match unicode::check(o) {
            Some(sep) if unicode::len(sep) == 0 => Err(empty_separator(py)),
            Some(sep) => Ok(Some(sep)),
            None => Err(exceptions::type_error(
                py,
                format_args!("must be str or None, not {}", type_name(o.ty())),
            )),
        },
    }
}

/// `str.split`.
pub fn split(
    py: Py<'_>,
    s: &Text,
    sep: Option<&PyObject>,
    max: Option<isize>,
) -> PyResult<Owned<PyListObject>> {
    let (sep, out) = (separator(py, sep)?, list::new(py)?);
    let part = |a, b| list::push(py, &out, unicode::substring(py, s, a, b)?.upcast());
    match sep {
        None => split::split_space(view(s), limit(max), part)?,
        Some(sep) => split::split(view(s), view(sep), limit(max), part)?,
    }
    Ok(out)
}

/// `str.rsplit`.
pub fn rsplit(
    py: Py<'_>,
    s: &Text,
    sep: Option<&PyObject>,
    max: Option<isize>,
) -> PyResult<Owned<PyListObject>> {
    let mut parts = Vec::new();
    let sep = separator(py, sep)?;
    let mut part = |a, b| {
        parts.push(unicode::substring(py, s, a, b)?.upcast());
        Ok::<(), PyErr>(())
    };
    match sep {
        None => split::rsplit_space(view(s), limit(max), &mut part)?,
        Some(sep) => split::rsplit(view(s), view(sep), limit(max), &mut part)?,
    }
    list::from_iter(py, parts.into_iter().rev())
}

/// `str.splitlines`.
pub fn splitlines(py: Py<'_>, s: &Text, keep: Option<bool>) -> PyResult<Owned<PyListObject>> {
    let out = list::new(py)?;
    split::splitlines(view(s), keep.unwrap_or(false), |a, b| {
        list::push(py, &out, unicode::substring(py, s, a, b)?.upcast())
    })?;
    Ok(out)
}

/// `str.join` (`PyUnicode_Join`).
pub fn join(py: Py<'_>, sep: &Text, iterable: &PyObject) -> PyResult<Owned<Text>> {
    if let Some(items) = sequence::exact_items(iterable) {
        // Joining runs no Python code, so the items stay.
        return unicode::join(py, sep, items);
    }
    let items = protocol::collect_fast(py, iterable, "can only join an iterable")?;
    let items: Vec<&PyObject> = items.iter().map(|o| &**o).collect();
    unicode::join(py, sep, &items)
}

/// The fill character of `center` and its kin (`convert_uc`).
fn fill(py: Py<'_>, o: Option<&PyObject>) -> PyResult<u32> {
    let Some(o) = o else { return Ok(' ' as u32) };
    let Some(s) = unicode::check(o) else {
        return Err(exceptions::type_error(
            py,
            format_args!("The fill character must be a unicode character, not {}", type_name(o.ty())),
        ));
    };
    if unicode::len(s) != 1 {
        return Err(exceptions::type_error(
            py,
            format_args!("The fill character must be exactly one character long"),
        ));
    }
    Ok(view(s).at(0))
}

fn padded(py: Py<'_>, s: &Text, (left, right): (usize, usize), fill: u32) -> PyResult<Owned<Text>> {
    match edit::pad(view(s), left, right, fill) {
        Ok(r) => changed(py, s, r),
        Err(e) => Err(size_error(py, e, "padded string is too long")),
    }
}

/// `str.center`.
pub fn center(py: Py<'_>, s: &Text, width: isize, c: Option<&PyObject>) -> PyResult<Owned<Text>> {
    let c = fill(py, c)?;
    padded(py, s, edit::center_margins(unicode::len(s), width.max(0) as usize), c)
}

/// `str.ljust`.
pub fn ljust(py: Py<'_>, s: &Text, width: isize, c: Option<&PyObject>) -> PyResult<Owned<Text>> {
    let c = fill(py, c)?;
    padded(py, s, (0, (width.max(0) as usize).saturating_sub(unicode::len(s))), c)
}

/// `str.rjust`.
pub fn rjust(py: Py<'_>, s: &Text, width: isize, c: Option<&PyObject>) -> PyResult<Owned<Text>> {
    let c = fill(py, c)?;
    padded(py, s, ((width.max(0) as usize).saturating_sub(unicode::len(s)), 0), c)
}

/// `str.zfill`.
pub fn zfill(py: Py<'_>, s: &Text, width: isize) -> PyResult<Owned<Text>> {
    match edit::zfill(view(s), width.max(0) as usize) {
        Ok(r) => changed(py, s, r),
        Err(e) => Err(size_error(py, e, "padded string is too long")),
    }
}

/// `str.expandtabs`.
pub fn expandtabs(py: Py<'_>, s: &Text, size: Option<i32>) -> PyResult<Owned<Text>> {
    match edit::expandtabs(view(s), size.unwrap_or(8) as isize) {
        Ok(r) => changed(py, s, r),
        Err(e) => Err(size_error(py, e, "new string is too long")),
    }
}

/// The three parts around a separator at `at`.
fn three(
    py: Py<'_>,
    s: &Text,
    sep: &Text,
    at: Option<usize>,
    whole_first: bool,
) -> PyResult<Owned<PyTupleObject>> {
    let empty = || unicode::empty().upcast();
    let parts = match at {
        Some(i) => [
            unicode::substring(py, s, 0, i)?.upcast(),
            sep.to_owned().upcast(),
            unicode::substring(py, s, i + unicode::len(sep), unicode::len(s))?.upcast(),
        ],
        None if whole_first => [unicode::exact(py, s)?.upcast(), empty(), empty()],
        None => [empty(), empty(), unicode::exact(py, s)?.upcast()],
    };
    tuple::from_iter(py, parts)
}

fn partition_separator<'a>(py: Py<'_>, sep: &'a PyObject) -> PyResult<&'a Text> {
    let sep = text(py, sep)?;
    if unicode::len(sep) == 0 { Err(empty_separator(py)) } else { Ok(sep) }
}

/// `str.partition`.
pub fn partition(py: Py<'_>, s: &Text, sep: &PyObject) -> PyResult<Owned<PyTupleObject>> {
    let sep = partition_separator(py, sep)?;
    three(py, s, sep, split::partition(view(s), view(sep)), true)
}

/// `str.rpartition`.
pub fn rpartition(py: Py<'_>, s: &Text, sep: &PyObject) -> PyResult<Owned<PyTupleObject>> {
    let sep = partition_separator(py, sep)?;
    three(py, s, sep, split::rpartition(view(s), view(sep)), false)
}

fn stripped(py: Py<'_>, s: &Text, side: Side, name: &str, chars: Option<&PyObject>) -> PyResult<Owned<Text>> {
    let chars = match chars.filter(|o| !object::is_none(o)) {
        None => None,
        Some(o) => match unicode::check(o) {
            Some(c) => Some(view(c)),
            None => {
                return Err(exceptions::type_error(py, format_args!("{name} arg must be None or str")));
            }
        },
    };
    let (a, b) = split::strip(view(s), side, chars);
    unicode::substring(py, s, a, b)
}

/// `str.strip`.
pub fn strip(py: Py<'_>, s: &Text, chars: Option<&PyObject>) -> PyResult<Owned<Text>> {
    stripped(py, s, Side::Both, "strip", chars)
}

/// `str.lstrip`.
pub fn lstrip(py: Py<'_>, s: &Text, chars: Option<&PyObject>) -> PyResult<Owned<Text>> {
    stripped(py, s, Side::Left, "lstrip", chars)
}

/// `str.rstrip`.
pub fn rstrip(py: Py<'_>, s: &Text, chars: Option<&PyObject>) -> PyResult<Owned<Text>> {
    stripped(py, s, Side::Right, "rstrip", chars)
}

/// `str.removeprefix`.
pub fn removeprefix(py: Py<'_>, s: &Text, prefix: &Text) -> PyResult<Owned<Text>> {
    if search::starts_with(view(s), view(prefix)) {
        return unicode::substring(py, s, unicode::len(prefix), unicode::len(s));
    }
    unicode::exact(py, s)
}

/// `str.removesuffix`.
pub fn removesuffix(py: Py<'_>, s: &Text, suffix: &Text) -> PyResult<Owned<Text>> {
    if search::ends_with(view(s), view(suffix)) {
        return unicode::substring(py, s, 0, unicode::len(s) - unicode::len(suffix));
    }
    unicode::exact(py, s)
}

/// `str.translate`.
pub fn translate(py: Py<'_>, s: &Text, table: &PyObject) -> PyResult<Owned<Text>> {
    let r = edit::translate(view(s), |c, out: &mut Builder| lookup(py, table, c, out))?;
    unicode::from_buf(py, r)
}

/// `charmaptranslate_lookup`: what the table has for one character.
fn lookup(py: Py<'_>, table: &PyObject, c: u32, out: &mut Builder) -> PyResult<Translated> {
    let key = long::from_i64(py, c as i64)?;
    let value = match sequence::get_item(py, table, key.as_object()) {
        Ok(v) => v,
        Err(e) if exceptions::matches(&e, &exceptions::LookupError) => return Ok(Translated::Same),
        Err(e) => return Err(e),
    };
    if object::is_none(&value) {
        return Ok(Translated::Deleted);
    }
    if let Some(n) = long::check(&value) {
        return match long::to_i64(n) {
            Some(v) if (0..=MAX_CODE as i64).contains(&v) => Ok(Translated::Char(v as u32)),
            _ => Err(exceptions::value_error(
                py,
                format_args!("character mapping must be in range(0x{:x})", MAX_CODE + 1),
            )),
        };
    }
    match unicode::check(&value) {
        Some(s) if unicode::len(s) == 1 => Ok(Translated::Char(view(s).at(0))),
        Some(s) => {
            out.push_str(view(s));
            Ok(Translated::Written)
        }
        None => Err(exceptions::type_error(
            py,
            format_args!("character mapping must return integer, None or str"),
        )),
    }
}

/// `str.maketrans`.
pub fn maketrans(
    py: Py<'_>,
    _: &Text,
    x: &PyObject,
    y: Option<&Text>,
    z: Option<&Text>,
) -> PyResult<Owned<PyDictObject>> {
    let table = dict::new(py)?;
    let code = |c: u32| long::from_i64(py, c as i64);
    if let Some(y) = y {
        let Some(x) = unicode::check(x) else {
            return Err(exceptions::type_error(
                py,
                format_args!("first maketrans argument must be a string if there is a second argument"),
            ));
        };
        if unicode::len(x) != unicode::len(y) {
            return Err(exceptions::value_error(
                py,
                format_args!("the first two maketrans arguments must have equal length"),
            ));
        }
        for (from, to) in view(x).chars().zip(view(y).chars()) {
            dict::set(py, &table, code(from)?.as_object(), code(to)?.as_object())?;
        }
        if let Some(z) = z {
            for c in view(z).chars() {
                dict::set(py, &table, code(c)?.as_object(), &object::none())?;
            }
        }
        return Ok(table);
    }
    let Some(d) = dict::check_exact(x) else {
        return Err(exceptions::type_error(
            py,
            format_args!("if you give only one argument to maketrans it must be a dict"),
        ));
    };
    for (k, v) in dict::items(d) {
        if let Some(s) = unicode::check(&k) {
            if unicode::len(s) != 1 {
                return Err(exceptions::value_error(
                    py,
                    format_args!("string keys in translate table must be of length 1"),
                ));
            }
            dict::set(py, &table, code(view(s).at(0))?.as_object(), &v)?;
        } else if long::check(&k).is_some() {
            dict::set(py, &table, &k, &v)?;
        } else {
            return Err(exceptions::type_error(
                py,
                format_args!("keys in translate table must be strings or integers"),
            ));
        }
    }
    Ok(table)
}
