//! `str.format`, `str.format_map` and `str.__format__`: looking arguments up and formatting them. Format strings are read
//! by `dxpy_text::format`, specifications by `dxpy_num::format`.

use super::with_codes;
use dxpy_core::abi::*;
use dxpy_core::args::{Keywords, Rest};
use dxpy_core::ptr::Object;
use dxpy_core::unicode::{self, view};
use dxpy_core::{Owned, Py, PyErr, PyResult, attr, dict, exceptions, long, protocol, sequence, tuple};
use dxpy_num::error::Exception;
use dxpy_num::format::{Align, FormatError, Spec};
use dxpy_text::format::{AutoNumber, First, Step, field_name, pieces, unknown_conversion};
use dxpy_text::strings::{Builder, Str};

/// What fields are looked up in.
struct Arguments<'a> {
    /// None for `format_map`.
    positional: Option<&'a [*mut PyObject]>,
    named: Named<'a>,
}

enum Named<'a> {
    Pairs(&'a [(&'a PyObject, &'a PyObject)]),
    Mapping(&'a PyObject),
}

#[cold]
fn wrong(py: Py<'_>, e: dxpy_text::format::FormatError) -> PyErr {
    exceptions::value_error(py, format_args!("{}", e.0))
}

/// `str.format`.
pub fn format(
    py: Py<'_>,
    s: &PyUnicodeObject,
    args: Rest<'_>,
    kw: Keywords<'_>,
) -> PyResult<Owned<PyUnicodeObject>> {
    build(py, s, &Arguments { positional: Some(args.0), named: Named::Pairs(kw.pairs()) })
}

/// `str.format_map`.
pub fn format_map(py: Py<'_>, s: &PyUnicodeObject, mapping: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    build(py, s, &Arguments { positional: None, named: Named::Mapping(mapping) })
}

fn build(py: Py<'_>, s: &PyUnicodeObject, args: &Arguments<'_>) -> PyResult<Owned<PyUnicodeObject>> {
    let mut out = Builder::with_capacity(unicode::len(s) + 16);
    let mut last = None;
    write(py, view(s), args, &mut AutoNumber::default(), 2, &mut out, &mut last)?;
    // A text that nothing was added to is the result itself, be it a field's or the format.
    match last {
        Some(text)
            if unicode::len(&text) == out.len() && unicode::check_exact(text.as_object()).is_some() =>
        {
            Ok(text)
        }
        None if out.len() == unicode::len(s) && unicode::check_exact(s.as_object()).is_some() => {
            Ok(s.to_owned())
        }
        _ => unicode::from_buf(py, out.finish()),
    }
}

/// `build_string`: specifications may have fields, those of fields in specifications not. `last` becomes the text of the
/// last field.
fn write(
    py: Py<'_>,
    s: Str<'_>,
    args: &Arguments<'_>,
    numbers: &mut AutoNumber,
    depth: usize,
    out: &mut Builder,
    last: &mut Option<Owned<PyUnicodeObject>>,
) -> PyResult<()> {
    if depth == 0 {
        return Err(exceptions::value_error(py, format_args!("Max string recursion exceeded")));
    }
    for piece in pieces(s) {
        let piece = piece.map_err(|e| wrong(py, e))?;
        out.push_str(s.slice(piece.literal.0, piece.literal.1));
        let Some(field) = piece.field else { continue };
        let value = find(py, s, field.name, args, numbers)?;
        let value = match field.conversion.map(|c| (c, char::from_u32(c))) {
            None => value,
            Some((_, Some('r'))) => protocol::repr(py, &value)?.upcast(),
            Some((_, Some('s'))) => protocol::str(py, &value)?.upcast(),
            Some((_, Some('a'))) => protocol::ascii(py, &value)?.upcast(),
            Some((c, _)) => {
                return Err(exceptions::value_error(py, format_args!("{}", unknown_conversion(c))));
            }
        };
        let spec = s.slice(field.spec.0, field.spec.1);
        let made = if field.nested {
            let mut inner = Builder::new();
            write(py, spec, args, numbers, depth - 1, &mut inner, &mut None)?;
            let spec = unicode::from_buf(py, inner.finish())?;
            protocol::format(py, &value, Some(spec.as_object()))?
        } else if spec.is_empty() {
            protocol::format(py, &value, None)?
        } else {
            let spec = unicode::from_view(py, spec)?;
            protocol::format(py, &value, Some(spec.as_object()))?
        };
        out.push_str(view(&made));
        *last = Some(made);
    }
    Ok(())
}

/// `get_field_object`: the argument a field names, and what the rest of the name finds in it.
fn find(
    py: Py<'_>,
    s: Str<'_>,
    name: (usize, usize),
    args: &Arguments<'_>,
    numbers: &mut AutoNumber,
) -> PyResult {
    let (first, steps) = field_name(s, name).map_err(|e| wrong(py, e))?;
    let mut value = match numbers.resolve(first).map_err(|e| wrong(py, e))? {
        First::Name((a, b)) => named(py, args, s.slice(a, b))?,
        First::Index(i) => {
            let Some(positional) = args.positional else {
                return Err(exceptions::value_error(
                    py,
                    format_args!("Format string contains positional fields"),
                ));
            };
            match positional.get(i) {
                // SAFETY: LIVE: the caller of the method holds its arguments.
                Some(p) => unsafe { &**p }.to_owned(),
                None => {
                    return Err(exceptions::index_error(
                        py,
                        format_args!("Replacement index {i} out of range for positional args tuple"),
                    ));
                }
            }
        }
        First::Auto => unreachable!("resolve makes numbers of these"),
    };
    for step in steps {
        value = match step.map_err(|e| wrong(py, e))? {
            Step::Attribute((a, b)) => {
                let name = unicode::from_view(py, s.slice(a, b))?;
                attr::get(py, &value, &name)?
            }
            Step::Index(i) if sequence::check(&value) => sequence::item(py, &value, i as isize)?,
            Step::Index(i) => {
                let key = long::from_u64(py, i as u64)?;
                sequence::get_item(py, &value, key.as_object())?
            }
            Step::Key((a, b)) => {
                let key = unicode::from_view(py, s.slice(a, b))?;
                sequence::get_item(py, &value, key.as_object())?
            }
        };
    }
    Ok(value)
}

fn named(py: Py<'_>, args: &Arguments<'_>, name: Str<'_>) -> PyResult {
    match args.named {
        Named::Pairs(pairs) => {
            for (k, v) in pairs {
                if unicode::check(k).is_some_and(|k| view(k) == name) {
                    return Ok((*v).to_owned());
                }
            }
            let key = unicode::from_view(py, name)?;
            Err(exceptions::key_error(py, key.as_object()))
        }
        Named::Mapping(m) => {
            let key = unicode::from_view(py, name)?;
            match dict::check_exact(m) {
                Some(d) => dict::get(py, d, key.as_object())?
                    .ok_or_else(|| exceptions::key_error(py, key.as_object())),
                None => sequence::get_item(py, m, key.as_object()),
            }
        }
    }
}

/// An error of the specification's reader, about this specification of a value of that type.
pub fn spec_error(py: Py<'_>, e: FormatError, spec: &PyUnicodeObject, type_name: &str) -> PyErr {
    let text = match &e {
        FormatError::Text(_, text) => text.clone(),
        FormatError::InvalidSpecifier => {
            // The specification may hold what Rust text cannot, so the message is made of its parts.
            let tail = format!("' for object of type '{type_name}'");
            let message = unicode::concat_views(
                py,
                &[Str::Ascii(b"Invalid format specifier '"), view(spec), Str::latin1(tail.as_bytes())],
            )
            .and_then(|m| tuple::from_iter(py, [m.upcast()]));
            return match message {
                Ok(args) => exceptions::with_args(py, &exceptions::ValueError, args),
                Err(e) => e,
            };
        }
    };
    number_error(py, e.exception(), &text)
}

/// The error that a kernel of numbers names.
pub fn number_error(py: Py<'_>, class: Exception, text: &str) -> PyErr {
    let class = match class {
        Exception::ValueError => &exceptions::ValueError,
        Exception::OverflowError => &exceptions::OverflowError,
        Exception::ZeroDivisionError => &exceptions::ZeroDivisionError,
        Exception::TypeError => &exceptions::TypeError,
        Exception::MemoryError => return exceptions::memory_error(py),
    };
    exceptions::format(py, class, format_args!("{text}"))
}

/// `str.__format__` (`_PyUnicode_FormatAdvancedWriter`).
pub fn dunder_format(
    py: Py<'_>,
    s: &PyUnicodeObject,
    spec: &PyUnicodeObject,
) -> PyResult<Owned<PyUnicodeObject>> {
    if unicode::len(spec) == 0 {
        return match unicode::check_exact(s.as_object()) {
            Some(s) => Ok(s.to_owned()),
            None => protocol::str(py, s.as_object()),
        };
    }
    let digit = |c| dxpy_text::unicode::to_decimal(c).map(u32::from);
    let layout = with_codes(view(spec), |codes| Spec::parse_with(codes, b's', Align::Left, "str", digit))
        .and_then(|parsed| parsed.str_layout(unicode::len(s), "str"))
        .map_err(|e| spec_error(py, e, spec, "str"))?;
    let part = view(s).slice(0, layout.take);
    if layout.left == 0 && layout.right == 0 {
        return unicode::substring(py, s, 0, layout.take);
    }
    if layout.left.saturating_add(layout.right) > isize::MAX as usize / 8 {
        return Err(exceptions::memory_error(py));
    }
    let mut out = Builder::with_capacity(layout.left + layout.take + layout.right);
    out.push_n(layout.fill, layout.left);
    out.push_str(part);
    out.push_n(layout.fill, layout.right);
    unicode::from_buf(py, out.finish())
}
