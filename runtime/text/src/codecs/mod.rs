//! Codecs: text from bytes and bytes from text. A decoder runs until the input ends or is malformed; the driver asks an error
//! handler, which writes its replacement and says where to go on. The standard handlers are in `handlers`; those
//! written in Python are called by the runtime, through the same hook. The registry is not here.

pub mod charmap;
pub mod cjk;
pub mod escape;
pub mod handlers;
pub mod simple;
pub mod utf7;
pub mod utf8;
pub mod wide;

use crate::strings::*;
pub use handlers::{Handler, Refused};

/// A stretch of input that a codec can do nothing with: what `UnicodeDecodeError` and `UnicodeEncodeError` say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    pub start: usize,
    pub end: usize,
    pub reason: &'static str,
}

/// Where a decode error handler goes on.
#[derive(Clone, Debug, Default)]
pub struct Resume {
    pub at: usize,
    /// What the handler put in place of the input (`exc.object` can be assigned to); `at` is a place in it.
    pub input: Option<Vec<u8>>,
}

/// A decoder and its state between two inputs, if it has one.
pub trait Decoder {
    /// The encoding that `UnicodeDecodeError` names.
    fn encoding(&self) -> &'static str;

    /// Decodes from `at` on. The end of what could be decoded: that of the input, unless the decoder is an incremental
    /// one and waits for more. After an error it is called again with the place the handler chose.
    fn decode(&mut self, input: &[u8], at: usize, out: &mut Builder) -> Result<usize, Malformed>;
}

/// An encoder.
pub trait Encoder {
    /// The encoding that `UnicodeEncodeError` names.
    fn encoding(&self) -> &'static str;

    /// Encodes from `at` to the end.
    fn encode(&mut self, s: Str<'_>, at: usize, out: &mut Vec<u8>) -> Result<(), Malformed>;

    /// Writes a handler's text; `false` when it cannot be encoded itself, and then the first error is raised.
    fn replacement(&mut self, text: Str<'_>, out: &mut Vec<u8>) -> bool;

    /// Writes a handler's bytes; `false` when they are not whole units.
    fn replacement_bytes(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> bool {
        out.extend_from_slice(bytes);
        true
    }

    /// Whether `surrogateescape` takes what it can of an error and leaves the rest as the error to raise.
    fn splits_escapes(&self) -> bool {
        false
    }
}

/// What an encode error handler gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replacement {
    Text(StrBuf),
    Bytes(Vec<u8>),
}

/// Why encoding or decoding ended: an error for the caller to raise, or the handler's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed<E> {
    /// `UnicodeDecodeError` or `UnicodeEncodeError` with the codec's encoding and these members.
    Malformed(Malformed),
    Handler(E),
}

/// Decodes with a handler of the caller's: `handler(encoding, input, error, out)` writes the replacement. Gives how much
/// of the input (the handler's last, if it gave one) was consumed.
pub fn decode<E>(
    decoder: &mut impl Decoder,
    input: &[u8],
    out: &mut Builder,
    mut handler: impl FnMut(&'static str, &[u8], Malformed, &mut Builder) -> Result<Resume, E>,
) -> Result<usize, E> {
    let mut other: Option<Vec<u8>> = None;
    let mut at = 0;
    loop {
        let now = other.as_deref().unwrap_or(input);
        match decoder.decode(now, at, out) {
            Ok(end) => return Ok(end),
            Err(e) => {
                let resume = handler(decoder.encoding(), now, e, out)?;
                at = resume.at;
                other = resume.input.or(other);
            }
        }
    }
}

/// Decodes with a standard handler.
pub fn decode_with(
    decoder: &mut impl Decoder,
    input: &[u8],
    out: &mut Builder,
    handler: Handler,
) -> Result<usize, Failed<Refused>> {
    decode(decoder, input, out, |encoding, input, e, out| {
        match handler.decode(encoding, input, e.start, e.end, out) {
            Ok(at) => Ok(Resume { at, input: None }),
            Err(Refused::Raise) => Err(Failed::Malformed(e)),
            Err(refused) => Err(Failed::Handler(refused)),
        }
    })
}

/// Encodes with a handler of the caller's: `handler(encoding, text, error)` gives a replacement and where to go on.
pub fn encode<E>(
    encoder: &mut impl Encoder,
    s: Str<'_>,
    out: &mut Vec<u8>,
    mut handler: impl FnMut(&'static str, Str<'_>, Malformed) -> Result<(Replacement, usize), E>,
) -> Result<(), Failed<E>> {
    let mut at = 0;
    while let Err(e) = encoder.encode(s, at, out) {
        let (replacement, next) = handler(encoder.encoding(), s, e).map_err(Failed::Handler)?;
        let written = match &replacement {
            Replacement::Text(t) => encoder.replacement(t.as_str(), out),
            Replacement::Bytes(b) => encoder.replacement_bytes(b, out),
        };
        if !written {
            return Err(Failed::Malformed(e));
        }
        at = next;
    }
    Ok(())
}

/// Encodes with a standard handler.
pub fn encode_with(
    encoder: &mut impl Encoder,
    s: Str<'_>,
    out: &mut Vec<u8>,
    handler: Handler,
) -> Result<(), Failed<Refused>> {
    let splits = encoder.splits_escapes();
    let result =
        encode(encoder, s, out, |encoding, s, mut e| match handler.encode(encoding, s, e.start, e.end) {
            Ok(r) => Ok(r),
            Err(Refused::Raise) => {
                if splits && handler == Handler::SurrogateEscape {
                    let escaped = |i: &usize| matches!(s.at(*i), 0xDC80..0xDD00);
                    e.start += (e.start..e.end).take_while(escaped).count();
                }
                Err(Failed::Malformed(e))
            }
            Err(refused) => Err(Failed::Handler(refused)),
        });
    result.map_err(|e| match e {
        Failed::Malformed(e) => Failed::Malformed(e),
        Failed::Handler(e) => e,
    })
}
