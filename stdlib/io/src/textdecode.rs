//! The decoder and the encoder of a text stream: UTF-8, ASCII and Latin-1 straight through the kernels, without the module
//! `codecs`; other encodings by the objects of the codec registry.

use crate::newline::{Newlines, decoded_str};
use crate::util::*;
use dxpy_core::abi::*;
use dxpy_core::buffer;
use dxpy_core::call;
use dxpy_core::codecs::{self, Known, Source};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, attr, bytes, exceptions, long, name, number, object, tuple, unicode};
use dxpy_text::codecs::simple::{AsciiDecoder, ByteEncoder, decode_latin1};
use dxpy_text::codecs::utf8::Utf8Decoder;
use std::cell::Cell;

/// Which codec a stream uses; all zero is none.
pub const NONE: u8 = 0;
pub const UTF8: u8 = 1;
pub const ASCII: u8 = 2;
pub const LATIN1: u8 = 3;
/// An object of the registry.
pub const FOREIGN: u8 = 4;

/// The codec of an encoding that needs no object.
pub fn native(encoding: &str) -> u8 {
    match codecs::known(encoding) {
        Some(Known::Utf8) => UTF8,
        Some(Known::Ascii) => ASCII,
        Some(Known::Latin1) => LATIN1,
        _ => FOREIGN,
    }
}

/// A decoder with what it keeps between two chunks; all zero is none.
#[repr(C)]
pub struct TextDecoder {
    pub kind: Cell<u8>,
    /// Whether newlines pass through `newlines`.
    pub universal: Cell<bool>,
    pub newlines: Newlines,
    /// The beginning of a sequence that is not complete.
    pending: Cell<[u8; 4]>,
    pending_len: Cell<u8>,
    /// The foreign decoder.
    pub object: Field,
}

/// A decoder's state as `getstate` gives it: input not decoded yet, and flags.
#[derive(Clone)]
pub struct State {
    pub buffer: Owned<PyBytesObject>,
    pub flags: Owned,
}

impl TextDecoder {
    pub fn exists(&self) -> bool {
        self.kind.get() != NONE
    }

    /// Starts a decoder for this encoding.
    pub fn start(
        &self,
        py: Py<'_>,
        kind: u8,
        codec: Option<&PyObject>,
        errors: &PyObject,
        universal: bool,
        translate: bool,
    ) -> PyResult<()> {
        self.kind.set(NONE);
        self.pending_len.set(0);
        self.universal.set(universal);
        self.newlines.reset();
        self.newlines.translate.set(translate);
        let object = match codec {
            Some(c) => {
                let make = attr::get_name(py, c, name!("incrementaldecoder"))?;
                Some(call::call(py, &make, [errors])?)
            }
            None => None,
        };
        set(&self.object, object);
        self.kind.set(kind);
        Ok(())
    }

    /// The text of a piece of input, before newlines.
    fn decode_bytes(
        &self,
        py: Py<'_>,
        input: &PyObject,
        errors: &str,
        last: bool,
    ) -> PyResult<Owned<PyUnicodeObject>> {
        if let Some(d) = get(&self.object) {
            let flag = dxpy_core::boolean::new(last);
            return decoded_str(py, call::method(py, &d, name!("decode"), [input, flag.as_object()])?);
        }
        let (own, joined);
        let mut source = match bytes::check(input) {
            Some(b) => Source::of(b),
            None => {
                own = buffer::to_vec(py, input)?;
                Source::new(&own)
            }
        };
        match self.kind.get() {
            LATIN1 => unicode::from_buf(py, decode_latin1(source.bytes)),
            ASCII => Ok(codecs::decode_kernel(py, &mut AsciiDecoder, source, Some(errors))?.0),
            _ => {
                let n = self.pending_len.get() as usize;
                if n == 0 && source.bytes.is_ascii() {
                    return unicode::from_latin1(py, source.bytes);
                }
                if n > 0 {
                    joined = [&self.pending.get()[..n], source.bytes].concat();
                    source = Source::new(&joined);
                }
                let (text, used) =
                    codecs::decode_kernel(py, &mut Utf8Decoder { last }, source, Some(errors))?;
                let rest = source.bytes.get(used..).unwrap_or_default();
                let mut keep = [0; 4];
                let n = rest.len().min(4);
                keep[..n].copy_from_slice(&rest[..n]);
                self.pending.set(keep);
                self.pending_len.set(n as u8);
                Ok(text)
            }
        }
    }

    /// `decoder.decode(input, last)`.
    pub fn decode(
        &self,
        py: Py<'_>,
        input: &PyObject,
        errors: &str,
        last: bool,
    ) -> PyResult<Owned<PyUnicodeObject>> {
        let text = self.decode_bytes(py, input, errors, last)?;
        if self.universal.get() { self.newlines.feed(py, text, last) } else { Ok(text) }
    }

    pub fn reset(&self, py: Py<'_>) -> PyResult<()> {
        self.newlines.reset();
        self.pending_len.set(0);
        if let Some(d) = get(&self.object) {
            call::method(py, &d, name!("reset"), [])?;
        }
        Ok(())
    }

    /// `decoder.getstate()`.
    pub fn state(&self, py: Py<'_>) -> PyResult<State> {
        let (buffer, mut flags) = match get(&self.object) {
            None => {
                let n = self.pending_len.get() as usize;
                (bytes::new(py, &self.pending.get()[..n])?, long::from_i64(py, 0)?.upcast())
            }
            Some(d) => {
                let state = call::method(py, &d, name!("getstate"), [])?;
                let Some([buffer, flags]) = tuple::check(&state).map(tuple::items) else {
                    return Err(exceptions::type_error(py, format_args!("illegal decoder state")));
                };
                let Some(b) = bytes::check(buffer) else {
                    return Err(exceptions::type_error(
                        py,
                        format_args!(
                            "illegal decoder state: the first item should be a bytes object, not '{}'",
                            call::type_name(buffer.ty())
                        ),
                    ));
                };
                (b.to_owned(), (*flags).to_owned())
            }
        };
        if self.universal.get() {
            let n = long::to_u64(&*number::index(py, &flags)?).unwrap_or(0);
            flags = long::from_u64(py, n << 1 | self.newlines.pending_cr.get() as u64)?.upcast();
        }
        Ok(State { buffer, flags })
    }

    /// `decoder.setstate(state)`.
    pub fn set_state(&self, py: Py<'_>, state: &State) -> PyResult<()> {
        let mut flags = state.flags.clone();
        if self.universal.get() {
            let n = long::to_u64(&*number::index(py, &flags)?).unwrap_or(0);
            self.newlines.pending_cr.set(n & 1 != 0);
            flags = long::from_u64(py, n >> 1)?.upcast();
        }
        match get(&self.object) {
            Some(d) => {
                let t = tuple::from_iter(py, [state.buffer.clone().upcast(), flags])?;
                call::method(py, &d, name!("setstate"), [t.as_object()])?;
            }
            None => {
                let b = bytes::as_slice(&state.buffer);
                let mut keep = [0; 4];
                let n = b.len().min(4);
                keep[..n].copy_from_slice(&b[..n]);
                self.pending.set(keep);
                self.pending_len.set(n as u8);
            }
        }
        Ok(())
    }

    /// The attribute `newlines`.
    pub fn seen(&self, py: Py<'_>) -> PyResult {
        if self.universal.get() {
            return self.newlines.to_object(py);
        }
        match get(&self.object) {
            Some(d) => Ok(attr::lookup_name(py, &d, name!("newlines"))?.unwrap_or_else(object::none)),
            None => Ok(object::none()),
        }
    }
}

/// An encoder; all zero is none.
#[repr(C)]
pub struct TextEncoder {
    pub kind: Cell<u8>,
    pub object: Field,
}

impl TextEncoder {
    pub fn exists(&self) -> bool {
        self.kind.get() != NONE
    }

    pub fn start(&self, py: Py<'_>, kind: u8, codec: Option<&PyObject>, errors: &PyObject) -> PyResult<()> {
        self.kind.set(NONE);
        let object = match codec {
            Some(c) => {
                let make = attr::get_name(py, c, name!("incrementalencoder"))?;
                Some(call::call(py, &make, [errors])?)
            }
            None => None,
        };
        set(&self.object, object);
        self.kind.set(kind);
        Ok(())
    }

    /// Appends the encoded text.
    pub fn encode(&self, py: Py<'_>, text: &PyUnicodeObject, errors: &str) -> PyResult<Owned<PyBytesObject>> {
        match self.kind.get() {
            UTF8 => codecs::encode_utf8(py, text, Some(errors)),
            ASCII => codecs::encode_kernel(py, &mut { ByteEncoder::ASCII }, text, Some(errors)),
            LATIN1 => codecs::encode_kernel(py, &mut { ByteEncoder::LATIN1 }, text, Some(errors)),
            _ => {
                let Some(e) = get(&self.object) else { return Ok(bytes::empty()) };
                let b = call::method(py, &e, name!("encode"), [text.as_object()])?;
                if bytes::check(&b).is_none() {
                    return Err(exceptions::type_error(
                        py,
                        format_args!(
                            "encoder should return a bytes object, not '{}'",
                            call::type_name(b.ty())
                        ),
                    ));
                }
                // SAFETY: LAYOUT: just checked.
                Ok(unsafe { b.cast() })
            }
        }
    }

    /// `_textiowrapper_encoder_reset`: at the start of the stream a byte order mark may come.
    pub fn reset(&self, py: Py<'_>, start_of_stream: bool) -> PyResult<()> {
        let Some(e) = get(&self.object) else { return Ok(()) };
        if start_of_stream {
            call::method(py, &e, name!("reset"), [])?;
        } else {
            let zero = long::from_i64(py, 0)?;
            call::method(py, &e, name!("setstate"), [zero.as_object()])?;
        }
        Ok(())
    }
}
