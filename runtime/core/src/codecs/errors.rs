//! Between the kernels and error handlers: the standard ones run inside the kernels, those of the registry are called with
//! an exception object (`unicode_decode_call_errorhandler_writer`, `unicode_encode_call_errorhandler`).

use super::registry;
use crate::abi::*;
use crate::call;
use crate::err::{PyErr, PyResult};
use crate::ptr::{Object, Owned};
use crate::thread::Py;
use crate::{bytes, exceptions, long, number, tuple, unicode};
use dxpy_text::codecs::{self, Decoder, Encoder, Failed, Handler, Malformed, Refused, Replacement, Resume};
use dxpy_text::strings::{Builder, Str, StrBuf};

/// Bytes to decode, and the object they are, where they are one: it is what an exception shows.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub bytes: &'a [u8],
    pub object: Option<&'a PyBytesObject>,
}

impl<'a> Source<'a> {
    /// Bytes that are no object.
    pub fn new(bytes: &'a [u8]) -> Source<'a> {
        Source { bytes, object: None }
    }

    /// The content of a bytes object.
    pub fn of(b: &'a PyBytesObject) -> Source<'a> {
        Source { bytes: bytes::as_slice(b), object: Some(b) }
    }

    /// As a bytes object.
    pub fn to_object(self, py: Py<'_>) -> PyResult<Owned<PyBytesObject>> {
        match self.object {
            Some(b) if bytes::check_exact(b.as_object()).is_some() => Ok(b.to_owned()),
            _ => bytes::new(py, self.bytes),
        }
    }
}

/// What an exception class shows that no standard handler knows.
#[cold]
fn cannot_handle(py: Py<'_>, class: &str) -> PyErr {
    exceptions::type_error(py, format_args!("don't know how to handle {class} in error callback"))
}

#[cold]
fn decode_error(py: Py<'_>, encoding: &str, source: Source<'_>, e: Malformed) -> PyErr {
    exceptions::unicode_decode_error(py, encoding, source.bytes, e.start, e.end, e.reason)
}

#[cold]
fn encode_error(py: Py<'_>, encoding: &str, s: &PyUnicodeObject, e: Malformed) -> PyErr {
    exceptions::unicode_encode_error(py, encoding, s, e.start, e.end, e.reason)
}

/// Decodes with the handler of this name; gives the text and how many bytes were used.
pub fn decode_kernel(
    py: Py<'_>,
    decoder: &mut impl Decoder,
    source: Source<'_>,
    errors: Option<&str>,
) -> PyResult<(Owned<PyUnicodeObject>, usize)> {
    let mut out = Builder::with_capacity(source.bytes.len());
    let used = match Handler::parse(errors.unwrap_or("strict")) {
        Some(handler) => {
            codecs::decode_with(decoder, source.bytes, &mut out, handler).map_err(|e| match e {
                Failed::Malformed(e) => decode_error(py, decoder.encoding(), source, e),
                Failed::Handler(_) => cannot_handle(py, "UnicodeDecodeError"),
            })?
        }
        None => {
            let name = errors.unwrap_or("strict");
            let mut call = DecodeCall::new(name);
            codecs::decode(decoder, source.bytes, &mut out, |encoding, input, e, out| {
                call.handle(py, encoding, input, e, out)
            })?
        }
    };
    Ok((unicode::from_buf(py, out.finish())?, used))
}

/// Encodes with the handler of this name.
pub fn encode_kernel(
    py: Py<'_>,
    encoder: &mut impl Encoder,
    s: &PyUnicodeObject,
    errors: Option<&str>,
) -> PyResult<Owned<PyBytesObject>> {
    let mut out = Vec::with_capacity(unicode::len(s));
    let view = unicode::view(s);
    match Handler::parse(errors.unwrap_or("strict")) {
        Some(handler) => codecs::encode_with(encoder, view, &mut out, handler).map_err(|e| match e {
            Failed::Malformed(e) => encode_error(py, encoder.encoding(), s, e),
            Failed::Handler(Refused::Kind | Refused::Raise) => cannot_handle(py, "UnicodeEncodeError"),
        })?,
        None => {
            let mut call = EncodeCall::new(errors.unwrap_or("strict"), s);
            codecs::encode(encoder, view, &mut out, |encoding, _, e| call.handle(py, encoding, e)).map_err(
                |e| match e {
                    Failed::Malformed(e) => encode_error(py, encoder.encoding(), s, e),
                    Failed::Handler(e) => e,
                },
            )?;
        }
    }
    bytes::new(py, &out)
}

/// Whose messages a handler's wrong answers get: those of most codecs, or of the CJK ones.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Usual,
    Multibyte,
}

/// The position a handler gives: from the end if negative, inside the input.
fn position(py: Py<'_>, o: &PyObject, len: usize, style: Style) -> PyResult<usize> {
    let given = match number::as_ssize(py, o, &exceptions::OverflowError) {
        Err(_) if style == Style::Multibyte => {
            let text = format_args!("position -1 from error handler out of bounds");
            return Err(exceptions::index_error(py, text));
        }
        given => given?,
    };
    let at = if given < 0 { given.saturating_add_unsigned(len) } else { given };
    match usize::try_from(at) {
        Ok(at) if at <= len => Ok(at),
        _ => Err(exceptions::index_error(py, format_args!("position {at} from error handler out of bounds"))),
    }
}

/// The exception object that one decoding or encoding reuses for all its errors.
fn update(py: Py<'_>, e: &PyBaseExceptionObject, at: Malformed) -> PyResult<()> {
    // SAFETY: LAYOUT: made as a `UnicodeError` by the callers.
    let u = unsafe { &*(e as *const PyBaseExceptionObject as *const PyUnicodeErrorObject) };
    u.start.set(at.start as isize);
    u.end.set(at.end as isize);
    let reason = unicode::from_str(py, at.reason)?;
    // SAFETY: OWNED: the field held the old reason.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(u.reason.replace(reason.into_ptr())) });
    Ok(())
}

/// A handler of the registry, called for the errors of one decoding.
pub struct DecodeCall<'a> {
    name: &'a str,
    handler: Option<Owned>,
    error: Option<Owned<PyBaseExceptionObject>>,
    style: Style,
}

impl<'a> DecodeCall<'a> {
    pub fn new(name: &'a str) -> DecodeCall<'a> {
        DecodeCall { name, handler: None, error: None, style: Style::Usual }
    }

    /// Calls the handler about one error, writes its replacement, and says where to go on.
    pub fn handle(
        &mut self,
        py: Py<'_>,
        encoding: &str,
        input: &[u8],
        e: Malformed,
        out: &mut Builder,
    ) -> PyResult<Resume> {
        if self.handler.is_none() {
            self.handler = Some(registry::lookup_error(py, self.name)?);
        }
        match &self.error {
            Some(error) => update(py, error, e)?,
            None => {
                let made = exceptions::unicode_decode_error(py, encoding, input, e.start, e.end, e.reason);
                if !exceptions::matches(&made, &exceptions::UnicodeDecodeError) {
                    return Err(made);
                }
                self.error = Some(made.into_value());
            }
        }
        let (Some(handler), Some(error)) = (&self.handler, &self.error) else { unreachable!("made above") };
        let r = call::call(py, handler, [error.as_object()])?;
        let bad = || {
            exceptions::type_error(py, format_args!("decoding error handler must return (str, int) tuple"))
        };
        let items = tuple::check(&r).map(tuple::items).ok_or_else(bad)?;
        let &[text, at] = items else { return Err(bad()) };
        let text = unicode::check(text).ok_or_else(bad)?;
        if long::check(at).is_none() && !number::has_index(at) {
            return Err(bad());
        }
        // The handler may have put other bytes in the exception's place of the input.
        // SAFETY: LAYOUT: a `UnicodeDecodeError`, made above.
        let field = unsafe { &*(error.as_ptr() as *const PyUnicodeErrorObject) }.object.get();
        // SAFETY: LIVE: the exception holds its object.
        let object = unsafe { field.as_ref() }
            .and_then(bytes::check)
            .ok_or_else(|| exceptions::type_error(py, format_args!("object attribute must be bytes")))?;
        let now = bytes::as_slice(object);
        let at = position(py, at, now.len(), self.style)?;
        out.push_str(unicode::view(text));
        let input = if now == input { None } else { Some(now.to_vec()) };
        Ok(Resume { at, input })
    }
}

/// A handler of the registry, called for the errors of one encoding.
pub struct EncodeCall<'a> {
    name: &'a str,
    text: &'a PyUnicodeObject,
    handler: Option<Owned>,
    error: Option<Owned<PyBaseExceptionObject>>,
    style: Style,
}

impl<'a> EncodeCall<'a> {
    pub fn new(name: &'a str, text: &'a PyUnicodeObject) -> EncodeCall<'a> {
        EncodeCall { name, text, handler: None, error: None, style: Style::Usual }
    }

    /// Calls the handler about one error: its replacement, and where to go on.
    pub fn handle(&mut self, py: Py<'_>, encoding: &str, e: Malformed) -> PyResult<(Replacement, usize)> {
        if self.handler.is_none() {
            self.handler = Some(registry::lookup_error(py, self.name)?);
        }
        match &self.error {
            Some(error) => update(py, error, e)?,
            None => {
                let made = encode_error(py, encoding, self.text, e);
                if !exceptions::matches(&made, &exceptions::UnicodeEncodeError) {
                    return Err(made);
                }
                self.error = Some(made.into_value());
            }
        }
        let (Some(handler), Some(error)) = (&self.handler, &self.error) else { unreachable!("made above") };
        let r = call::call(py, handler, [error.as_object()])?;
        let bad = || {
            let what = if self.style == Style::Usual { "str/bytes" } else { "str" };
            exceptions::type_error(py, format_args!("encoding error handler must return ({what}, int) tuple"))
        };
        let items = tuple::check(&r).map(tuple::items).ok_or_else(bad)?;
        let &[what, at] = items else { return Err(bad()) };
        let replacement = match (unicode::check(what), bytes::check(what)) {
            (Some(s), _) => Replacement::Text(buf(unicode::view(s))),
            (_, Some(b)) => Replacement::Bytes(bytes::as_slice(b).to_vec()),
            _ => return Err(bad()),
        };
        if long::check(at).is_none() && !number::has_index(at) {
            return Err(bad());
        }
        Ok((replacement, position(py, at, unicode::len(self.text), self.style)?))
    }
}

fn buf(s: Str<'_>) -> StrBuf {
    s.to_buf()
}

/// What handles the errors of one decoding: a standard handler, or one of the registry.
pub enum OnDecode<'a> {
    Standard(Handler),
    Call(DecodeCall<'a>),
}

impl<'a> OnDecode<'a> {
    /// The handler of this name; none is `strict`.
    pub fn new(name: Option<&'a str>) -> OnDecode<'a> {
        let name = name.unwrap_or("strict");
        match Handler::parse(name) {
            Some(h) => OnDecode::Standard(h),
            None => OnDecode::Call(DecodeCall::new(name)),
        }
    }

    /// As for the CJK codecs, whose messages about a handler's answer are their own.
    pub fn multibyte(mut self) -> Self {
        if let OnDecode::Call(c) = &mut self {
            c.style = Style::Multibyte;
        }
        self
    }

    /// Handles one error.
    pub fn handle(
        &mut self,
        py: Py<'_>,
        encoding: &str,
        input: &[u8],
        e: Malformed,
        out: &mut Builder,
    ) -> PyResult<Resume> {
        match self {
            OnDecode::Call(c) => c.handle(py, encoding, input, e, out),
            OnDecode::Standard(h) => match h.decode(encoding, input, e.start, e.end, out) {
                Ok(at) => Ok(Resume { at, input: None }),
                Err(Refused::Raise) => Err(decode_error(py, encoding, Source::new(input), e)),
                Err(Refused::Kind) => Err(cannot_handle(py, "UnicodeDecodeError")),
            },
        }
    }
}

/// What handles the errors of one encoding.
pub enum OnEncode<'a> {
    Standard(Handler, &'a PyUnicodeObject),
    Call(EncodeCall<'a>),
}

impl<'a> OnEncode<'a> {
    /// The handler of this name for this text; none is `strict`.
    pub fn new(name: Option<&'a str>, text: &'a PyUnicodeObject) -> OnEncode<'a> {
        let name = name.unwrap_or("strict");
        match Handler::parse(name) {
            Some(h) => OnEncode::Standard(h, text),
            None => OnEncode::Call(EncodeCall::new(name, text)),
        }
    }

    /// As for the CJK codecs, whose messages about a handler's answer are their own.
    pub fn multibyte(mut self) -> Self {
        if let OnEncode::Call(c) = &mut self {
            c.style = Style::Multibyte;
        }
        self
    }

    /// Handles one error.
    pub fn handle(&mut self, py: Py<'_>, encoding: &str, e: Malformed) -> PyResult<(Replacement, usize)> {
        match self {
            OnEncode::Call(c) => c.handle(py, encoding, e),
            OnEncode::Standard(h, s) => {
                h.encode(encoding, unicode::view(s), e.start, e.end).map_err(|r| match r {
                    Refused::Raise => encode_error(py, encoding, s, e),
                    Refused::Kind => cannot_handle(py, "UnicodeEncodeError"),
                })
            }
        }
    }
}
