//! `_multibytecodec` and the modules of its codecs, `_codecs_cn` to `_codecs_tw` (`Modules/cjkcodecs/multibytecodec.c`): the
//! codec objects and what `codecs` makes incremental coders and streams of. The codecs themselves are in
//! `dxpy_text::codecs::cjk`. Not here: codecs in the capsules of C modules (`__create_codec`).

use crate::_codecs::{Data, Errors};
use core::cell::{Cell, RefCell};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args;
use dxpy_core::call::{self, type_name};
use dxpy_core::codecs::errors::{OnDecode, OnEncode};
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, bytes, exceptions, gc, getset, glue, list, long, members, methods,
    name, number, object, protocol, sequence, signature, tuple, types, unicode,
};
use dxpy_text::codecs::cjk::{self, Codec, State, Stop};
use dxpy_text::codecs::{Malformed, Replacement};
use dxpy_text::strings::Builder;

/// `_multibytecodec`.
pub static MODULE: StaticModule = StaticModule::new(c"_multibytecodec").methods(&FUNCTIONS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py: Py<'_>, m: &PyModuleObject| {
    types::ready::ready(py, &CODEC)?;
    module::add_type(py, m, &ENCODER)?;
    module::add_type(py, m, &DECODER)?;
    module::add_type(py, m, &READER)?;
    module::add_type(py, m, &WRITER)
});

methods! { static FUNCTIONS: for PyModuleObject [
    "__create_codec" = create_codec [1], "($module, arg, /)", "A codec of the one in a capsule.";
] }

fn create_codec(py: Py<'_>, _: &PyModuleObject, arg: &PyObject) -> PyResult<()> {
    if !dxpy_types::capsule::is_valid(arg, c"multibytecodec.map".as_ptr()) {
        return Err(exceptions::value_error(py, format_args!("argument type invalid")));
    }
    Err(exceptions::format(
        py,
        &exceptions::NotImplementedError,
        format_args!("_multibytecodec.__create_codec: codecs of C modules are not implemented"),
    ))
}

macro_rules! families {
    ($($(#[$m:meta])* $name:ident = $text:literal, $codecs:expr;)*) => { $(
        $(#[$m])*
        pub mod $name {
            use super::*;
            pub static MODULE: StaticModule = StaticModule::new($text).methods(&FUNCTIONS).slots(&SLOTS);
            static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py, _| types::ready::ready(py, &CODEC));
            methods! { static FUNCTIONS: for PyModuleObject [
                "getcodec" = getcodec [1], "?($module, arg, /)", "The codec of this name.";
            ] }
            fn getcodec(py: Py<'_>, _: &PyModuleObject, name: &PyObject) -> PyResult<Owned<CodecObject>> {
                super::getcodec(py, &$codecs, name)
            }
        }
    )* };
}

families! {
    /// Simplified Chinese.
    _codecs_cn = c"_codecs_cn", cjk::CN;
    /// Hong Kong's extension of Big5.
    _codecs_hk = c"_codecs_hk", cjk::HK;
    /// The family of ISO 2022.
    _codecs_iso2022 = c"_codecs_iso2022", cjk::ISO2022;
    /// Japanese.
    _codecs_jp = c"_codecs_jp", cjk::JP;
    /// Korean.
    _codecs_kr = c"_codecs_kr", cjk::KR;
    /// Traditional Chinese.
    _codecs_tw = c"_codecs_tw", cjk::TW;
}

/// `MultibyteCodecObject`.
#[repr(C)]
pub struct CodecObject {
    ob_base: PyObject,
    codec: Cell<Option<&'static Codec>>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for CodecObject {}

static CODEC: StaticType = StaticType::new::<CodecObject>(c"_multibytecodec.MultibyteCodec")
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .methods(&CODEC_METHODS);

methods! { static CODEC_METHODS: for CodecObject [
    "encode" = codec_encode [2], "($self, /, input, errors=None)", "Bytes of a text, and its length; errors names what handles what cannot be encoded.";
    "decode" = codec_decode [2], "($self, /, input, errors=None)", "The text of bytes, and how many they are; errors names what handles what means nothing.";
] }

fn getcodec(py: Py<'_>, family: &'static [Codec], name: &PyObject) -> PyResult<Owned<CodecObject>> {
    let Some(name) = unicode::check(name) else {
        return Err(exceptions::type_error(py, format_args!("encoding name must be a string.")));
    };
    let name = unicode::utf8(py, name)?;
    let Some(codec) = family.iter().find(|c| c.name == name) else {
        return Err(exceptions::format(
            py,
            &exceptions::LookupError,
            format_args!("no such codec is supported."),
        ));
    };
    // SAFETY: LAYOUT: the type's own struct.
    let o: Owned<CodecObject> = unsafe { object::generic_alloc(py, &CODEC, 0)?.cast() };
    o.codec.set(Some(codec));
    Ok(o)
}

impl CodecObject {
    fn codec(&self) -> &'static Codec {
        // `getcodec` sets it.
        self.codec.get().unwrap_or(&cjk::JP[0])
    }
}

const ILLEGAL: &str = "illegal multibyte sequence";
const INCOMPLETE: &str = "incomplete multibyte sequence";

/// The error of a stop at `at`.
fn malformed(stop: Stop, at: usize, len: usize) -> Malformed {
    match stop {
        Stop::TooFew => Malformed { start: at, end: len, reason: INCOMPLETE },
        Stop::Illegal(n) => Malformed { start: at, end: (at + n).min(len), reason: ILLEGAL },
    }
}

/// How far encoding goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// More text follows.
    More,
    /// This is the whole text, within another.
    Flush,
    /// This is the whole text, and its end is written.
    Reset,
}

/// `multibytecodec_encode`: the bytes, and how much of the text they are.
fn encode(
    py: Py<'_>,
    codec: &Codec,
    state: &mut State,
    text: &PyUnicodeObject,
    errors: &str,
    until: Until,
) -> PyResult<(Vec<u8>, usize)> {
    let (view, mut at) = (unicode::view(text), 0);
    let mut out = Vec::with_capacity(view.len() * 2);
    let mut handler = OnEncode::new(Some(errors), text).multibyte();
    while let Err(stop) = codec.encode(state, view, &mut at, until != Until::More, &mut out) {
        if stop == Stop::TooFew && until == Until::More {
            break;
        }
        let e = malformed(stop, at, view.len());
        match errors {
            "ignore" => at = e.end,
            "replace" => {
                let question = dxpy_text::strings::Str::latin1(b"?");
                if codec.encode(state, question, &mut 0, true, &mut out).is_err() {
                    out.push(b'?');
                }
                at = e.end;
            }
            _ => {
                let (replacement, next) = handler.handle(py, codec.name, e)?;
                match replacement {
                    Replacement::Bytes(b) => out.extend_from_slice(&b),
                    Replacement::Text(t) => {
                        let t = unicode::from_buf(py, t)?;
                        out.extend(encode(py, codec, state, &t, "strict", Until::Flush)?.0);
                    }
                }
                at = next;
            }
        }
    }
    if until == Until::Reset {
        codec.reset_encoder(state, &mut out);
    }
    Ok((out, at))
}

/// Handles one error of decoding, and says where to go on (`multibytecodec_decerror`).
fn decode_error(
    py: Py<'_>,
    codec: &Codec,
    input: &[u8],
    e: Malformed,
    handler: (&str, &mut OnDecode<'_>),
    out: &mut Builder,
) -> PyResult<usize> {
    match handler.0 {
        "ignore" => {}
        "replace" => out.push(0xFFFD),
        _ => {
            let at = handler.1.handle(py, codec.name, input, e, out)?.at;
            if at > input.len() {
                // The handler put a longer input into the exception, which counts for other codecs only.
                let text = format_args!("position {at} from error handler out of bounds");
                return Err(exceptions::index_error(py, text));
            }
            return Ok(at);
        }
    }
    Ok(e.end)
}

/// Decodes until the end, or unless it is `whole` until what is left may be completed by more input. How much is decoded.
fn decode(
    py: Py<'_>,
    codec: &Codec,
    state: &mut State,
    input: &[u8],
    errors: &str,
    whole: bool,
    out: &mut Builder,
) -> PyResult<usize> {
    let mut at = 0;
    let mut handler = OnDecode::new(Some(errors)).multibyte();
    while let Err(stop) = codec.decode(state, input, &mut at, out) {
        if stop == Stop::TooFew && !whole {
            break;
        }
        at = decode_error(py, codec, input, malformed(stop, at, input.len()), (errors, &mut handler), out)?;
    }
    Ok(at)
}

/// A str, or that of the object.
fn text(py: Py<'_>, o: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    match unicode::check(o) {
        Some(s) => Ok(s.to_owned()),
        None => protocol::str(py, o),
    }
}

fn with_count(py: Py<'_>, made: Owned, n: usize) -> PyResult<Owned<PyTupleObject>> {
    tuple::from_iter(py, [made, long::from_i64(py, n as i64)?.upcast()])
}

fn codec_encode(
    py: Py<'_>,
    c: &CodecObject,
    input: &PyObject,
    errors: Errors,
) -> PyResult<Owned<PyTupleObject>> {
    let text = text(py, input)?;
    let (codec, errors) = (c.codec(), errors.0);
    let errors = errors.as_deref().unwrap_or("strict");
    let made = match unicode::len(&text) {
        0 => Vec::new(),
        _ => encode(py, codec, &mut codec.initial(), &text, errors, Until::Reset)?.0,
    };
    with_count(py, bytes::new(py, &made)?.upcast(), unicode::len(&text))
}

fn codec_decode(
    py: Py<'_>,
    c: &CodecObject,
    input: &PyObject,
    errors: Errors,
) -> PyResult<Owned<PyTupleObject>> {
    let input = Data::new(py, input)?;
    let (codec, errors) = (c.codec(), errors.0);
    let errors = errors.as_deref().unwrap_or("strict");
    let mut out = Builder::with_capacity(input.bytes().len() / 2);
    decode(py, codec, &mut codec.initial(), input.bytes(), errors, true, &mut out)?;
    with_count(py, unicode::from_buf(py, out.finish())?.upcast(), input.bytes().len())
}

/// What a coder remembers between two calls.
struct Memory {
    codec: &'static Codec,
    state: State,
    errors: String,
    /// Characters that may be encoded together with the next, two at most.
    text: Vec<u32>,
    /// Bytes that begin something longer, eight at most.
    bytes: Vec<u8>,
}

const MOST_TEXT: usize = 2;
const MOST_BYTES: usize = 8;

/// The four coders. The incremental ones have no stream.
#[repr(C)]
struct Coder {
    ob_base: PyObject,
    stream: Cell<*mut PyObject>,
    memory: Cell<*mut RefCell<Memory>>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for Coder {}

impl Coder {
    /// The memory. No Python code runs while it is borrowed.
    fn memory(&self) -> &RefCell<Memory> {
        // SAFETY: set when the object was made, before anyone saw it, and freed with it.
        unsafe { &*self.memory.get() }
    }

    fn stream(&self, py: Py<'_>) -> PyResult {
        // SAFETY: LIVE: the field holds a reference, unless the collector cleared it.
        let stream = unsafe { self.stream.get().as_ref() };
        stream.map(Object::to_owned).ok_or_else(|| exceptions::attribute_error(py, format_args!("stream")))
    }

    /// `tp_new` of all four, with the class's `codec`.
    fn make(
        py: Py<'_>,
        ty: &PyTypeObject,
        errors: Option<&PyObject>,
        place: usize,
        stream: Option<&PyObject>,
    ) -> PyResult {
        let errors = match errors {
            None => "strict".to_string(),
            Some(o) => match unicode::check(o) {
                Some(s) => {
                    let s = unicode::utf8(py, s)?.into_owned();
                    if s.contains('\0') {
                        return Err(exceptions::value_error(py, format_args!("embedded null character")));
                    }
                    s
                }
                None => {
                    return Err(exceptions::type_error(
                        py,
                        format_args!(
                            "{}() argument {place} must be str, not {}",
                            python_name(ty),
                            type_name(o.ty())
                        ),
                    ));
                }
            },
        };
        let codec = attr::get_name(py, ty.as_object(), name!("codec"))?;
        if !codec.ty().is(&CODEC.0) {
            return Err(exceptions::type_error(py, format_args!("codec is unexpected type")));
        }
        // SAFETY: LAYOUT: the type says so.
        let codec = unsafe { &*(codec.as_ptr() as *const CodecObject) }.codec();
        let encodes = types::is_subtype(ty, &ENCODER.0) || types::is_subtype(ty, &WRITER.0);
        let mut state = codec.initial();
        if encodes {
            // Encoders know no G2.
            state[2] = 0;
        }
        let memory = Memory { codec, state, errors, text: Vec::new(), bytes: Vec::new() };
        // SAFETY: LAYOUT: the types have this layout.
        let o: Owned<Coder> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
        o.memory.set(Box::into_raw(Box::new(RefCell::new(memory))));
        if let Some(stream) = stream {
            o.stream.set(stream.to_owned().into_ptr());
        }
        Ok(o.upcast())
    }

    /// `encoder_encode_stateful`.
    fn encode(&self, py: Py<'_>, input: &PyObject, last: bool) -> PyResult<Owned<PyBytesObject>> {
        let mut text = text(py, input)?;
        let (codec, mut state, errors) = {
            let m = self.memory().borrow();
            if !m.text.is_empty() {
                let mut all = m.text.clone();
                all.extend(unicode::view(&text).chars());
                text = unicode::from_code_points(py, &all)?;
            }
            (m.codec, m.state, m.errors.clone())
        };
        let until = if last { Until::Reset } else { Until::More };
        let made = encode(py, codec, &mut state, &text, &errors, until);
        self.memory().borrow_mut().state = state;
        let (made, at) = made?;
        let rest: Vec<u32> = unicode::view(&text).chars().skip(at).collect();
        if rest.len() > MOST_TEXT {
            let end = unicode::len(&text);
            let reason = "pending buffer overflow";
            return Err(exceptions::unicode_encode_error(py, codec.name, &text, at, end, reason));
        }
        self.memory().borrow_mut().text = rest;
        bytes::new(py, &made)
    }

    /// Takes input in, and gives what can be decoded, and how much input there was with what was left of the last. `last`
    /// says that no more follows.
    fn decode(&self, py: Py<'_>, input: &[u8], last: bool) -> PyResult<(Builder, usize)> {
        let (codec, mut state, errors, old) = {
            let mut m = self.memory().borrow_mut();
            (m.codec, m.state, m.errors.clone(), core::mem::take(&mut m.bytes))
        };
        let input = [&old, input].concat();
        let mut out = Builder::with_capacity(input.len() / 2);
        let made = decode(py, codec, &mut state, &input, &errors, false, &mut out);
        self.memory().borrow_mut().state = state;
        let mut at = made?;
        if last && at < input.len() {
            let e = malformed(Stop::TooFew, at, input.len());
            let mut handler = OnDecode::new(Some(&errors)).multibyte();
            match decode_error(py, codec, &input, e, (&errors, &mut handler), &mut out) {
                Ok(next) => at = next,
                Err(e) => {
                    self.memory().borrow_mut().bytes = old;
                    return Err(e);
                }
            }
        }
        if input.len() - at > MOST_BYTES {
            let text = format_args!("pending buffer overflow");
            return Err(exceptions::format(py, &exceptions::UnicodeError, text));
        }
        self.memory().borrow_mut().bytes = input[at..].to_vec();
        Ok((out, input.len()))
    }

    /// `mbstreamreader_iread`: text of what a method of the stream's gives, all of it when there is no size.
    fn read(&self, py: Py<'_>, line: bool, size: &Size) -> PyResult<Owned<PyUnicodeObject>> {
        let mut size = size.0;
        if size == Some(0) {
            return unicode::from_str(py, "");
        }
        let stream = self.stream(py)?;
        let method = if line { name!("readline") } else { name!("read") };
        loop {
            let data = match size {
                None => call::method(py, &stream, method, [])?,
                Some(n) => call::method(py, &stream, method, [long::from_i64(py, n as i64)?.as_object()])?,
            };
            let Some(data) = bytes::check(&data) else {
                return Err(exceptions::type_error(
                    py,
                    format_args!("stream function returned a non-bytes object ({})", type_name(data.ty())),
                ));
            };
            let data = bytes::as_slice(data);
            let (out, taken) = self.decode(py, data, data.is_empty() || size.is_none())?;
            if size.is_none() || !out.is_empty() || taken == 0 {
                return unicode::from_buf(py, out.finish());
            }
            // Not a character yet: byte by byte until there is one.
            size = Some(1);
        }
    }

    /// Writes to the stream.
    fn write(&self, py: Py<'_>, data: &PyObject) -> PyResult<()> {
        let stream = self.stream(py)?;
        call::method(py, &stream, name!("write"), [data]).map(drop)
    }
}

/// The name in the messages of `tp_new`, which that of the class is not.
fn python_name(ty: &PyTypeObject) -> &'static str {
    let is = |base: &StaticType| types::is_subtype(ty, &base.0);
    if is(&ENCODER) {
        "IncrementalEncoder"
    } else if is(&DECODER) {
        "IncrementalDecoder"
    } else if is(&READER) {
        "StreamReader"
    } else {
        "StreamWriter"
    }
}

macro_rules! coder {
    ($name:ident, $text:literal, $create:expr, $methods:ident, $members:ident) => {
        static $name: StaticType = StaticType::new::<Coder>($text)
            .getattro(dxpy_core::attr::generic_get_slot)
            .flags(Py_TPFLAGS_BASETYPE)
            .create(glue::create($create))
            .init(glue::init(|_: Py<'_>, _: &Coder, _: &PyTupleObject, _: Option<&PyDictObject>| Ok(())))
            .traverse(glue::traverse(|c: &Coder, v: &glue::Visitor| v.visit(&c.stream)))
            .clear(glue::clear(|_: Py<'_>, c: &Coder| object::clear_field(&c.stream)))
            .dealloc(glue::dealloc(dealloc))
            .methods(&$methods)
            .members(&$members)
            .getset(&ATTRIBUTES);
    };
}

fn dealloc(_: Py<'_>, c: &Coder) {
    // SAFETY: the types have a collector header; the parts go once and the memory last.
    unsafe {
        gc::untrack(c.as_object());
        object::clear_field(&c.stream);
        let p = c.memory.replace(core::ptr::null_mut());
        if !p.is_null() {
            drop(Box::from_raw(p));
        }
        object::tp_free(c.as_object());
    }
}

coder!(
    ENCODER,
    c"_multibytecodec.MultibyteIncrementalEncoder",
    |py, ty, a, kw| args::bind_call(py, signature!("IncrementalEncoder", "(errors='strict')"), a, kw, |b| {
        Coder::make(py, ty, b.get(0), 1, None)
    }),
    ENCODER_METHODS,
    NO_MEMBERS
);
coder!(
    DECODER,
    c"_multibytecodec.MultibyteIncrementalDecoder",
    |py, ty, a, kw| args::bind_call(py, signature!("IncrementalDecoder", "(errors='strict')"), a, kw, |b| {
        Coder::make(py, ty, b.get(0), 1, None)
    }),
    DECODER_METHODS,
    NO_MEMBERS
);
coder!(
    READER,
    c"_multibytecodec.MultibyteStreamReader",
    |py, ty, a, kw| args::bind_call(
        py,
        signature!("StreamReader", "(stream, errors='strict')"),
        a,
        kw,
        |b| { Coder::make(py, ty, b.get(1), 2, b.get(0)) }
    ),
    READER_METHODS,
    STREAM
);
coder!(
    WRITER,
    c"_multibytecodec.MultibyteStreamWriter",
    |py, ty, a, kw| args::bind_call(
        py,
        signature!("StreamWriter", "(stream, errors='strict')"),
        a,
        kw,
        |b| { Coder::make(py, ty, b.get(1), 2, b.get(0)) }
    ),
    WRITER_METHODS,
    STREAM
);

members! { static NO_MEMBERS [] }
members! { static STREAM [
    "stream" = _Py_T_OBJECT, offset_of!(Coder, stream), Py_READONLY, "";
] }

getset! { static ATTRIBUTES [
    "errors" = |py: Py<'_>, c: &Coder| {
        let errors = c.memory().borrow().errors.clone();
        unicode::from_str(py, &errors)
    }, set set_errors, "What handles errors.";
] }

fn set_errors(py: Py<'_>, c: &Coder, value: Option<&PyObject>) -> PyResult<()> {
    let Some(value) = value else {
        return Err(exceptions::attribute_error(py, format_args!("cannot delete attribute")));
    };
    let Some(value) = unicode::check(value) else {
        return Err(exceptions::type_error(py, format_args!("errors must be a string")));
    };
    c.memory().borrow_mut().errors = unicode::utf8(py, value)?.into_owned();
    Ok(())
}

methods! { static ENCODER_METHODS: for Coder [
    "encode" = encoder_encode [2], "($self, /, input, final=False)", "Bytes of what can be encoded of the text so far.";
    "getstate" = encoder_getstate [0], "($self, /)", "What is remembered, as an int.";
    "setstate" = encoder_setstate [1], "($self, state, /)", "Remembers what getstate() gave.";
    "reset" = encoder_reset [0], "($self, /)", "Forgets the text so far.";
] }

fn encoder_encode(
    py: Py<'_>,
    c: &Coder,
    input: &PyObject,
    last: Option<bool>,
) -> PyResult<Owned<PyBytesObject>> {
    c.encode(py, input, last.unwrap_or(false))
}

fn too_large(py: Py<'_>) -> PyErr {
    exceptions::format(py, &exceptions::UnicodeError, format_args!("pending buffer too large"))
}

fn encoder_getstate(py: Py<'_>, c: &Coder) -> PyResult<Owned<PyLongObject>> {
    let (text, state) = {
        let m = c.memory().borrow();
        (m.text.clone(), m.state)
    };
    let text = unicode::from_code_points(py, &text)?;
    let text = unicode::utf8(py, &text)?;
    if text.len() > 4 * MOST_TEXT {
        return Err(too_large(py));
    }
    let all = [&[text.len() as u8], text.as_bytes(), &state].concat();
    long::from_num(py, dxpy_num::convert::from_bytes(&all, true, false))
}

/// `_PyLong_AsByteArray`, low byte first.
fn to_bytes<const N: usize>(py: Py<'_>, n: &PyLongObject) -> PyResult<[u8; N]> {
    let mut all = [0; N];
    dxpy_num::convert::to_bytes(long::num(n), &mut all, true, false).map_err(|e| number::error(py, &e))?;
    Ok(all)
}

fn encoder_setstate(py: Py<'_>, c: &Coder, state: &PyObject) -> PyResult<()> {
    let Some(n) = long::check(state) else {
        return Err(exceptions::type_error(
            py,
            format_args!("setstate() argument must be int, not {}", type_name(state.ty())),
        ));
    };
    let all: [u8; 1 + 4 * MOST_TEXT + 8] = to_bytes(py, n)?;
    let len = usize::from(all[0]);
    let (Some(pending), Some(rest)) = (all.get(1..=len), all.get(1 + len..9 + len)) else {
        return Err(too_large(py));
    };
    let pending = unicode::from_utf8(py, pending)?;
    let mut m = c.memory().borrow_mut();
    m.text = unicode::view(&pending).chars().collect();
    m.state.copy_from_slice(rest);
    Ok(())
}

fn encoder_reset(_: Py<'_>, c: &Coder) -> PyResult<()> {
    let mut m = c.memory().borrow_mut();
    let codec = m.codec;
    codec.reset_encoder(&mut m.state, &mut Vec::new());
    m.text.clear();
    Ok(())
}

methods! { static DECODER_METHODS: for Coder [
    "decode" = decoder_decode [2], "($self, /, input, final=False)", "The text of what can be decoded of the bytes so far.";
    "getstate" = decoder_getstate [0], "($self, /)", "The bytes left over, and what is remembered, as an int.";
    "setstate" = decoder_setstate [1], "($self, state, /)", "Remembers what getstate() gave.";
    "reset" = decoder_reset [0], "($self, /)", "Forgets the bytes so far.";
] }

fn decoder_decode(
    py: Py<'_>,
    c: &Coder,
    input: &PyObject,
    last: Option<bool>,
) -> PyResult<Owned<PyUnicodeObject>> {
    let input = Data::new(py, input)?;
    unicode::from_buf(py, c.decode(py, input.bytes(), last.unwrap_or(false))?.0.finish())
}

fn decoder_getstate(py: Py<'_>, c: &Coder) -> PyResult<Owned<PyTupleObject>> {
    let (pending, state) = {
        let m = c.memory().borrow();
        (m.bytes.clone(), m.state)
    };
    let state = long::from_u64(py, u64::from_le_bytes(state))?;
    tuple::from_iter(py, [bytes::new(py, &pending)?.upcast(), state.upcast()])
}

fn decoder_setstate(py: Py<'_>, c: &Coder, state: &PyObject) -> PyResult<()> {
    let Some(state) = tuple::check(state) else {
        return Err(exceptions::type_error(
            py,
            format_args!("setstate() argument must be tuple, not {}", type_name(state.ty())),
        ));
    };
    let (pending, n) = match tuple::items(state) {
        [a, b] => (bytes::check(a), long::check(b)),
        _ => (None, None),
    };
    let (Some(pending), Some(n)) = (pending, n) else {
        return Err(exceptions::type_error(py, format_args!("setstate(): illegal state argument")));
    };
    let state: State = to_bytes(py, n)?;
    let pending = bytes::as_slice(pending);
    if pending.len() > MOST_BYTES {
        return Err(too_large(py));
    }
    let mut m = c.memory().borrow_mut();
    (m.bytes, m.state) = (pending.to_vec(), state);
    Ok(())
}

fn decoder_reset(_: Py<'_>, c: &Coder) -> PyResult<()> {
    let mut m = c.memory().borrow_mut();
    let codec = m.codec;
    codec.reset_decoder(&mut m.state);
    m.bytes.clear();
    Ok(())
}

/// How much to read: None and what is negative say all.
struct Size(Option<isize>);

impl<'a> args::FromArg<'a> for Size {
    fn from_arg(py: Py<'a>, bound: &args::Bound<'a>, i: usize) -> PyResult<Self> {
        match bound.get(i) {
            Some(o) if !object::is_none(o) => {
                if long::check(o).is_none() {
                    return Err(exceptions::type_error(py, format_args!("arg 1 must be an integer")));
                }
                let n = number::as_ssize(py, o, &exceptions::OverflowError)?;
                Ok(Size((n >= 0).then_some(n)))
            }
            _ => Ok(Size(None)),
        }
    }
}

methods! { static READER_METHODS: for Coder [
    "read" = reader_read [1], "($self, sizeobj=None, /)", "Text of so many bytes of the stream, or all.";
    "readline" = reader_readline [1], "($self, sizeobj=None, /)", "A line, or so many bytes of it.";
    "readlines" = reader_readlines [1], "($self, sizehintobj=None, /)", "The lines of so many bytes, or all.";
    "reset" = decoder_reset [0], "($self, /)", "Forgets the bytes so far.";
] }

fn reader_read(py: Py<'_>, c: &Coder, size: Size) -> PyResult<Owned<PyUnicodeObject>> {
    c.read(py, false, &size)
}

fn reader_readline(py: Py<'_>, c: &Coder, size: Size) -> PyResult<Owned<PyUnicodeObject>> {
    c.read(py, true, &size)
}

fn reader_readlines(py: Py<'_>, c: &Coder, size: Size) -> PyResult<Owned<PyListObject>> {
    let all = c.read(py, false, &size)?;
    let lines = list::new(py)?;
    let view = unicode::view(&all);
    let made: PyResult<()> = dxpy_text::strings::split::splitlines(view, true, |a, b| {
        list::push(py, &lines, unicode::from_view(py, view.slice(a, b))?.upcast())
    });
    made?;
    Ok(lines)
}

methods! { static WRITER_METHODS: for Coder [
    "write" = writer_write [1], "($self, strobj, /)", "Writes a text to the stream.", defining;
    "writelines" = writer_writelines [1], "($self, lines, /)", "Writes each text of a sequence.", defining;
    "reset" = writer_reset [0], "($self, /)", "Writes what ends the text so far.", defining;
] }

fn writer_write(py: Py<'_>, c: &Coder, text: &PyObject) -> PyResult<()> {
    let made = c.encode(py, text, false)?;
    c.write(py, made.as_object())
}

fn writer_writelines(py: Py<'_>, c: &Coder, lines: &PyObject) -> PyResult<()> {
    if !sequence::check(lines) {
        return Err(exceptions::type_error(py, format_args!("arg must be a sequence object")));
    }
    let mut i = 0;
    while i < protocol::len(py, lines)? {
        writer_write(py, c, &*sequence::item(py, lines, i as isize)?)?;
        i += 1;
    }
    Ok(())
}

fn writer_reset(py: Py<'_>, c: &Coder) -> PyResult<()> {
    let (codec, mut state, errors, pending) = {
        let mut m = c.memory().borrow_mut();
        (m.codec, m.state, m.errors.clone(), core::mem::take(&mut m.text))
    };
    if pending.is_empty() {
        // Then the end is not written either.
        return Ok(());
    }
    let pending = unicode::from_code_points(py, &pending)?;
    let made = encode(py, codec, &mut state, &pending, &errors, Until::Reset);
    c.memory().borrow_mut().state = state;
    let (made, _) = made?;
    if made.is_empty() { Ok(()) } else { c.write(py, bytes::new(py, &made)?.as_object()) }
}
