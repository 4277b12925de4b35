//! `str % args` (`PyUnicode_Format`), and what `bytes % args` shares with it: the arguments of directives and the layout of
//! a converted value. Directives are read by `dxpy_text::format`.

use super::format::number_error;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::unicode::{self, view};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, exceptions, float, long, number, object, protocol, sequence, tuple,
};
use dxpy_num::float_text::{self, Style};
use dxpy_num::format_number::percent_int;
use dxpy_num::int::Ref;
use dxpy_text::format::{Directive, PercentArguments, PercentError, directive, unsupported};
use dxpy_text::strings::{Builder, MAX_CODE, Str, search};

/// `unicode_mod`.
pub fn remainder(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    match unicode::check(a) {
        Some(format) => Ok(percent(py, format, b)?.upcast()),
        None => Ok(object::not_implemented()),
    }
}

/// The values that directives take, one after the other or by key.
pub(crate) struct Values<'a> {
    py: Py<'a>,
    /// What a key's text becomes: str for `str`, bytes for `bytes`.
    key: fn(Py<'_>, Str<'_>) -> PyResult,
    format: Str<'a>,
    args: &'a PyObject,
    /// Items of a tuple of arguments, and how many are taken.
    items: Option<&'a [&'a PyObject]>,
    taken: usize,
    mapping: bool,
    /// The value of a key, which the next conversion takes.
    keyed: Option<Owned>,
    /// Some key was used: then values are not counted.
    by_key: bool,
}

impl<'a> Values<'a> {
    pub(crate) fn new(
        py: Py<'a>,
        format: Str<'a>,
        args: &'a PyObject,
        key: fn(Py<'_>, Str<'_>) -> PyResult,
        text: impl Fn(&PyObject) -> bool,
    ) -> Values<'a> {
        let items = tuple::check(args).map(tuple::items);
        let mapping = sequence::is_mapping(args) && items.is_none() && !text(args);
        Values { py, key, format, args, items, taken: 0, mapping, keyed: None, by_key: false }
    }

    /// `getnextarg`.
    pub(crate) fn next(&mut self) -> PyResult<Owned> {
        if self.by_key {
            // A key's value is there for one conversion.
            if let Some(v) = self.keyed.take() {
                return Ok(v);
            }
        } else {
            let found = match self.items {
                Some(items) => items.get(self.taken).copied(),
                None => (self.taken == 0).then_some(self.args),
            };
            if let Some(v) = found {
                self.taken += 1;
                return Ok(v.to_owned());
            }
        }
        Err(exceptions::type_error(self.py, format_args!("not enough arguments for format string")))
    }

    /// The error when a tuple, or a single value, was not used up.
    pub(crate) fn finish(&self, what: &str) -> PyResult<()> {
        let all = self.items.map_or(1, <[_]>::len);
        if self.taken < all && !self.mapping {
            return Err(exceptions::type_error(
                self.py,
                format_args!("not all arguments converted during {what} formatting"),
            ));
        }
        Ok(())
    }

    fn star(&mut self) -> PyResult<Owned<PyLongObject>> {
        let v = self.next()?;
        if long::check(&v).is_none() {
            return Err(exceptions::type_error(self.py, format_args!("* wants int")));
        }
        // SAFETY: LAYOUT: just checked.
        Ok(unsafe { v.cast() })
    }
}

impl PercentArguments for Values<'_> {
    type Error = PyErr;

    fn need_mapping(&mut self) -> PyResult<()> {
        if self.mapping {
            return Ok(());
        }
        Err(exceptions::type_error(self.py, format_args!("format requires a mapping")))
    }

    fn key(&mut self, key: (usize, usize)) -> PyResult<()> {
        let key = (self.key)(self.py, self.format.slice(key.0, key.1))?;
        self.keyed = Some(sequence::get_item(self.py, self.args, &key)?);
        self.by_key = true;
        Ok(())
    }

    fn width(&mut self) -> PyResult<isize> {
        let n = self.star()?;
        long::to_i64(&n).map(|v| v as isize).ok_or_else(|| {
            exceptions::overflow_error(self.py, format_args!("Python int too large to convert to C ssize_t"))
        })
    }

    fn precision(&mut self) -> PyResult<i32> {
        let n = self.star()?;
        long::to_i64(&n).and_then(|v| i32::try_from(v).ok()).ok_or_else(|| {
            exceptions::overflow_error(self.py, format_args!("Python int too large to convert to C int"))
        })
    }
}

/// Reads the directive behind a `%`.
pub(crate) fn read(
    py: Py<'_>,
    format: Str<'_>,
    at: usize,
    bytes: bool,
    values: &mut Values<'_>,
) -> PyResult<Directive> {
    directive(format, at, bytes, values).map_err(|e| match e {
        PercentError::Format(e) => exceptions::value_error(py, format_args!("{}", e.0)),
        PercentError::Arguments(e) => e,
    })
}

/// The error for a type that no directive has.
#[cold]
pub(crate) fn unknown(py: Py<'_>, d: &Directive, bytes: bool) -> PyErr {
    exceptions::value_error(py, format_args!("{}", unsupported(d, bytes)))
}

fn percent(py: Py<'_>, format: &PyUnicodeObject, args: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    let s = view(format);
    let key = |py: Py<'_>, s: Str<'_>| unicode::from_view(py, s).map(Owned::upcast);
    let mut values = Values::new(py, s, args, key, |o| unicode::check(o).is_some());
    let mut out = Builder::with_capacity(s.len() + 32);
    let mut at = 0;
    while at < s.len() {
        let rest = s.slice(at, s.len());
        let Some(i) = search::find_char(rest, '%' as u32) else {
            out.push_str(rest);
            break;
        };
        out.push_str(s.slice(at, at + i));
        let (start, d) = (at + i, read(py, s, at + i + 1, false, &mut values)?);
        at = d.end;
        if d.kind == '%' as u32 && d.end == start + 2 {
            out.push('%' as u32);
            continue;
        }
        let v = values.next()?;
        // A str that nothing is added to and nothing taken from is the result itself.
        if start == 0
            && d.end == s.len()
            && d.kind == 's' as u32
            && let Some(text) = unicode::check_exact(&v)
            && d.width <= unicode::len(text)
            && d.precision.is_none_or(|p| p >= unicode::len(text))
        {
            values.finish("string")?;
            return Ok(text.to_owned());
        }
        convert(py, &d, &v, &mut out)?;
    }
    values.finish("string")?;
    if unicode::check_exact(format.as_object()).is_some() && search::find_char(s, '%' as u32).is_none() {
        return Ok(format.to_owned());
    }
    unicode::from_buf(py, out.finish())
}

fn convert(py: Py<'_>, d: &Directive, v: &PyObject, out: &mut Builder) -> PyResult<()> {
    let text = match char::from_u32(d.kind) {
        Some('s') => protocol::str(py, v)?,
        Some('r') => protocol::repr(py, v)?,
        Some('a') => protocol::ascii(py, v)?,
        Some('c') => {
            let c = character(py, v)?;
            lay_out(d, Str::Four(&[c]), false, &mut |p| push(out, p));
            return Ok(());
        }
        _ => {
            let Some(number) = number_text(py, d, v)? else { return Err(unknown(py, d, false)) };
            lay_out(d, Str::Ascii(number.as_bytes()), true, &mut |p| push(out, p));
            return Ok(());
        }
    };
    let text = view(&text);
    let shown = text.slice(0, text.len().min(d.precision.unwrap_or(usize::MAX)));
    lay_out(d, shown, false, &mut |p| push(out, p));
    Ok(())
}

/// What laying out writes.
pub(crate) enum Part<'a> {
    Text(Str<'a>),
    Fill(u8, usize),
}

fn push(out: &mut Builder, p: Part<'_>) {
    match p {
        Part::Text(s) => out.push_str(s),
        Part::Fill(c, n) => out.push_n(c as u32, n),
    }
}

/// `unicode_format_arg_output`: sign, prefix and padding around a converted value.
pub(crate) fn lay_out(d: &Directive, text: Str<'_>, numeric: bool, out: &mut dyn FnMut(Part<'_>)) {
    let mut body = text;
    let kind = char::from_u32(d.kind).unwrap_or(' ');
    // Zeros pad numbers only.
    let zero = numeric && d.flags.zero;
    let mut sign: Option<u8> = None;
    if numeric {
        match body.chars().next().and_then(char::from_u32) {
            Some(c @ ('-' | '+')) => {
                sign = Some(c as u8);
                body = body.slice(1, body.len());
            }
            _ if d.flags.sign => sign = Some(b'+'),
            _ if d.flags.blank => sign = Some(b' '),
            _ => {}
        }
    }
    let prefix = if numeric && d.flags.alternate && matches!(kind, 'x' | 'X' | 'o') && body.len() >= 2 {
        let p = body.slice(0, 2);
        body = body.slice(2, body.len());
        Some(p)
    } else {
        None
    };
    let taken = sign.is_some() as usize + prefix.map_or(0, Str::len) + body.len();
    let padding = d.width.saturating_sub(taken);
    let head = |out: &mut dyn FnMut(Part<'_>)| {
        if let Some(c) = sign {
            out(Part::Fill(c, 1));
        }
        if let Some(p) = prefix {
            out(Part::Text(p));
        }
    };
    if d.flags.left {
        head(out);
        out(Part::Text(body));
        out(Part::Fill(b' ', padding));
    } else if zero {
        head(out);
        out(Part::Fill(b'0', padding));
        out(Part::Text(body));
    } else {
        out(Part::Fill(b' ', padding));
        head(out);
        out(Part::Text(body));
    }
}

/// `formatchar`: the one character of a str, or the one an int stands for.
fn character(py: Py<'_>, v: &PyObject) -> PyResult<u32> {
    if let Some(s) = unicode::check(v)
        && unicode::len(s) == 1
    {
        return Ok(view(s).at(0));
    }
    let bad = || exceptions::type_error(py, format_args!("%c requires int or char"));
    if unicode::check(v).is_some() {
        return Err(bad());
    }
    let n = number::index_any(py, v)
        .map_err(|e| if exceptions::matches(&e, &exceptions::TypeError) { bad() } else { e })?;
    match long::to_i64(&n) {
        Some(c) if (0..=MAX_CODE as i64).contains(&c) => Ok(c as u32),
        _ => Err(exceptions::overflow_error(py, format_args!("%c arg not in range(0x110000)"))),
    }
}

/// The text of a number for one of `d i u o x X e E f F g G`; none for other types.
pub(crate) fn number_text(py: Py<'_>, d: &Directive, v: &PyObject) -> PyResult<Option<String>> {
    let Some(kind) = char::from_u32(d.kind) else { return Ok(None) };
    match kind {
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => int_text(py, d, kind, v).map(Some),
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let x = float::as_f64(py, v)?;
            let style = match kind {
                'e' | 'E' => Style::Exponent,
                'f' | 'F' => Style::Fixed,
                _ => Style::General,
            };
            let flags = float_text::Flags {
                upper: kind.is_ascii_uppercase(),
                alternate: d.flags.alternate,
                ..Default::default()
            };
            float_text::to_text(x, style, d.precision.unwrap_or(6), flags)
                .map(Some)
                .map_err(|e| number_error(py, e.exception(), &e.to_string()))
        }
        _ => Ok(None),
    }
}

/// `mainformatlong`.
fn int_text(py: Py<'_>, d: &Directive, kind: char, v: &PyObject) -> PyResult<String> {
    let integer = matches!(kind, 'o' | 'x' | 'X');
    let wrong = || {
        let what = if integer { "an integer" } else { "a real number" };
        exceptions::type_error(
            py,
            format_args!("%{kind} format: {what} is required, not {}", type_name(v.ty())),
        )
    };
    if !crate::complex::is_number(v) {
        return Err(wrong());
    }
    let n = match long::check(v) {
        Some(n) => n.to_owned(),
        None => {
            let r = if integer { number::index_any(py, v) } else { number::truncated(py, v) };
            r.map_err(|e| if exceptions::matches(&e, &exceptions::TypeError) { wrong() } else { e })?
        }
    };
    let value = Ref::new(long::sign(&n) < 0, long::digits(&n));
    let kind = if kind == 'i' || kind == 'u' { b'd' } else { kind as u8 };
    let limit = long::MAX_STR_DIGITS.get();
    percent_int(value, d.flags.alternate, d.precision.unwrap_or(0), kind, limit)
        .map_err(|e| number_error(py, e.exception(), &e.message("", "int")))
}
