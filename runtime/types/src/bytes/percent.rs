//! `bytes % args` and `bytearray % args` (`_PyBytes_FormatEx`).

use super::shared::Bytes;
use crate::str::percent::{Part, Values, lay_out, number_text, read, unknown};
use dxpy_core::abi::*;
use dxpy_core::buffer::{self, View};
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::types::special;
use dxpy_core::unicode::view;
use dxpy_core::{Owned, Py, PyResult, bytes, exceptions, float, long, name, number, protocol};
use dxpy_text::format::Directive;
use dxpy_text::strings::Str;

/// The formatted bytes.
pub fn percent(py: Py<'_>, format: &[u8], args: &PyObject) -> PyResult<Vec<u8>> {
    // Formatting runs Python code, and a bytearray may change meanwhile.
    let format = format.to_vec();
    let s = Str::Latin1(&format);
    let key = |py: Py<'_>, s: Str<'_>| match s {
        Str::Ascii(b) | Str::Latin1(b) => bytes::new(py, b).map(Owned::upcast),
        _ => unreachable!("a part of bytes is bytes"),
    };
    let is_text = |o: &PyObject| {
        bytes::check(o).is_some()
            || crate::bytearray::check(o).is_some()
            || dxpy_core::unicode::check(o).is_some()
    };
    let mut values = Values::new(py, s, args, key, is_text);
    let mut out = Vec::with_capacity(format.len() + 32);
    let mut at = 0;
    while at < format.len() {
        let Some(i) = format[at..].iter().position(|c| *c == b'%') else {
            out.extend_from_slice(&format[at..]);
            break;
        };
        out.extend_from_slice(&format[at..at + i]);
        let (start, d) = (at + i, read(py, s, at + i + 1, true, &mut values)?);
        at = d.end;
        if d.kind == '%' as u32 && d.end == start + 2 {
            out.push(b'%');
            continue;
        }
        let v = values.next()?;
        convert(py, &d, &v, &mut out)?;
    }
    values.finish("bytes")?;
    Ok(out)
}

fn convert(py: Py<'_>, d: &Directive, v: &PyObject, out: &mut Vec<u8>) -> PyResult<()> {
    let mut push = |p: Part<'_>| match p {
        Part::Text(Str::Ascii(s) | Str::Latin1(s)) => out.extend_from_slice(s),
        Part::Text(_) => unreachable!("bytes are laid out as bytes"),
        Part::Fill(c, n) => out.resize(out.len() + n, c),
    };
    let cut = |s: usize| s.min(d.precision.unwrap_or(usize::MAX));
    match char::from_u32(d.kind) {
        Some('a' | 'r') => {
            let text = protocol::ascii(py, v)?;
            let text = view(&text);
            lay_out(d, text.slice(0, cut(text.len())), false, &mut push);
        }
        Some('s' | 'b') => {
            let content = content(py, v)?;
            lay_out(d, Str::Latin1(&content[..cut(content.len())]), false, &mut push);
        }
        Some('c') => {
            let c = character(py, v)?;
            lay_out(d, Str::Latin1(&[c]), false, &mut push);
        }
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G') if float::as_f64(py, v).is_err() => {
            let ty = type_name(v.ty());
            return Err(exceptions::type_error(py, format_args!("float argument required, not {ty}")));
        }
        _ => match number_text(py, d, v)? {
            Some(text) => lay_out(d, Str::Ascii(text.as_bytes()), true, &mut push),
            None => return Err(unknown(py, d, true)),
        },
    }
    Ok(())
}

/// `format_obj`: bytes, what `__bytes__` gives, or a buffer.
fn content(py: Py<'_>, v: &PyObject) -> PyResult<Vec<u8>> {
    if let Some(b) = bytes::check(v) {
        return Ok(bytes::as_slice(b).to_vec());
    }
    if let Some(b) = crate::bytearray::check(v) {
        return Ok(b.content().to_vec());
    }
    if let Some(m) = special::lookup(py, v, name!("__bytes__"))? {
        let r = m.call(py, v, [])?;
        return match bytes::check(&r) {
            Some(b) => Ok(bytes::as_slice(b).to_vec()),
            None => Err(exceptions::type_error(
                py,
                format_args!("__bytes__ returned non-bytes (type {})", type_name(r.ty())),
            )),
        };
    }
    if buffer::check(v) {
        return Ok(View::simple(py, v)?.bytes().to_vec());
    }
    Err(exceptions::type_error(
        py,
        format_args!(
            "%b requires a bytes-like object, or an object that implements __bytes__, not '{}'",
            type_name(v.ty())
        ),
    ))
}

/// `byte_converter`: a single byte, or the number of one.
fn character(py: Py<'_>, v: &PyObject) -> PyResult<u8> {
    let single = match (bytes::check(v), crate::bytearray::check(v)) {
        (Some(b), _) => Some(bytes::as_slice(b)),
        (_, Some(b)) => Some(b.content()),
        _ => None,
    };
    if let Some([c]) = single {
        return Ok(*c);
    }
    let bad =
        || exceptions::type_error(py, format_args!("%c requires an integer in range(256) or a single byte"));
    if single.is_some() {
        return Err(bad());
    }
    let n = number::index_any(py, v)
        .map_err(|e| if exceptions::matches(&e, &exceptions::TypeError) { bad() } else { e })?;
    long::to_i64(&n)
        .and_then(|n| u8::try_from(n).ok())
        .ok_or_else(|| exceptions::overflow_error(py, format_args!("%c arg not in range(256)")))
}
