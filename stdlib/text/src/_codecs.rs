//! `_codecs`: the codecs that `encodings` is made of, and the registry as functions. Kernels are in `dxpy_text::codecs`, the
//! registry in `dxpy_core::codecs::registry`.

use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::args::{Bound, FromArg, bad_argument};
use dxpy_core::buffer;
use dxpy_core::call::type_name;
use dxpy_core::codecs::errors::{OnDecode, OnEncode};
use dxpy_core::codecs::{Source, decode_kernel, encode_kernel, registry};
use dxpy_core::module::{StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, bytes, dict, exceptions, glue, long, methods, object, sequence, tuple, types,
    unicode,
};
use dxpy_text::codecs::charmap::{
    CharmapDecoder, CharmapEncoder, CharmapTable, EncodingMap, charmap_decode as decode_map,
    charmap_encode as encode_map,
};
use dxpy_text::codecs::escape::{
    InvalidEscape, RawUnicodeEscapeDecoder, UnicodeEscapeDecoder, encode_raw_unicode_escape,
    encode_unicode_escape, escape_decode as decode_escapes, escape_encode as encode_escapes,
};
use dxpy_text::codecs::simple::{AsciiDecoder, ByteEncoder, decode_latin1};
use dxpy_text::codecs::utf7::{Utf7Decoder, encode_utf7};
use dxpy_text::codecs::utf8::{Utf8Decoder, Utf8Encoder};
use dxpy_text::codecs::wide::{
    Endian, Order, Utf16Decoder, Utf16Encoder, Utf32Decoder, Utf32Encoder, byteorder, order_of,
};
use dxpy_text::codecs::{Decoder, Encoder, Failed};
use dxpy_text::strings::{Builder, MAX_CODE};

/// `_codecs`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_codecs").doc(c"Codecs and their registry.").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py, _| types::ready::ready(py, &ENCODING_MAP));

methods! { static METHODS: for PyModuleObject [
    "register" = register [1], "($module, search_function, /)", "Adds a function that finds codecs by name.";
    "unregister" = unregister [1], "($module, search_function, /)", "Removes such a function, and forgets the codecs found.";
    "lookup" = lookup [1], "($module, encoding, /)", "The codec of a name.";
    "encode" = encode [3], "($module, /, obj, encoding='utf-8', errors='strict')", "Encodes any object with a codec.";
    "decode" = decode [3], "($module, /, obj, encoding='utf-8', errors='strict')", "Decodes any object with a codec.";
    "escape_encode" = escape_encode [2], "($module, data, errors=None, /)", "";
    "escape_decode" = escape_decode [2], "($module, data, errors=None, /)", "";
    "utf_8_encode" = utf_8_encode [2], "($module, str, errors=None, /)", "";
    "utf_8_decode" = utf_8_decode [3], "($module, data, errors=None, final=False, /)", "";
    "utf_7_encode" = utf_7_encode [2], "($module, str, errors=None, /)", "";
    "utf_7_decode" = utf_7_decode [3], "($module, data, errors=None, final=False, /)", "";
    "utf_16_encode" = utf_16_encode [3], "($module, str, errors=None, byteorder=0, /)", "";
    "utf_16_le_encode" = utf_16_le_encode [2], "($module, str, errors=None, /)", "";
    "utf_16_be_encode" = utf_16_be_encode [2], "($module, str, errors=None, /)", "";
    "utf_16_decode" = utf_16_decode [3], "($module, data, errors=None, final=False, /)", "";
    "utf_16_le_decode" = utf_16_le_decode [3], "($module, data, errors=None, final=False, /)", "";
    "utf_16_be_decode" = utf_16_be_decode [3], "($module, data, errors=None, final=False, /)", "";
    "utf_16_ex_decode" = utf_16_ex_decode [4], "($module, data, errors=None, byteorder=0, final=False,\n                 /)", "";
    "utf_32_encode" = utf_32_encode [3], "($module, str, errors=None, byteorder=0, /)", "";
    "utf_32_le_encode" = utf_32_le_encode [2], "($module, str, errors=None, /)", "";
    "utf_32_be_encode" = utf_32_be_encode [2], "($module, str, errors=None, /)", "";
    "utf_32_decode" = utf_32_decode [3], "($module, data, errors=None, final=False, /)", "";
    "utf_32_le_decode" = utf_32_le_decode [3], "($module, data, errors=None, final=False, /)", "";
    "utf_32_be_decode" = utf_32_be_decode [3], "($module, data, errors=None, final=False, /)", "";
    "utf_32_ex_decode" = utf_32_ex_decode [4], "($module, data, errors=None, byteorder=0, final=False,\n                 /)", "";
    "unicode_escape_encode" = unicode_escape_encode [2], "($module, str, errors=None, /)", "";
    "unicode_escape_decode" = unicode_escape_decode [3], "($module, data, errors=None, final=True, /)", "";
    "raw_unicode_escape_encode" = raw_unicode_escape_encode [2], "($module, str, errors=None, /)", "";
    "raw_unicode_escape_decode" = raw_unicode_escape_decode [3], "($module, data, errors=None, final=True, /)", "";
    "latin_1_encode" = latin_1_encode [2], "($module, str, errors=None, /)", "";
    "latin_1_decode" = latin_1_decode [2], "($module, data, errors=None, /)", "";
    "ascii_encode" = ascii_encode [2], "($module, str, errors=None, /)", "";
    "ascii_decode" = ascii_decode [2], "($module, data, errors=None, /)", "";
    "charmap_encode" = charmap_encode [3], "($module, str, errors=None, mapping=None, /)", "";
    "charmap_decode" = charmap_decode [3], "($module, data, errors=None, mapping=None, /)", "";
    "charmap_build" = charmap_build [1], "($module, map, /)", "";
    "readbuffer_encode" = readbuffer_encode [2], "($module, data, errors=None, /)", "";
    "register_error" = register_error [2], "($module, errors, handler, /)", "Names a function that handles errors of codecs.";
    "lookup_error" = lookup_error [1], "($module, name, /)", "The error handler of a name.";
] }

/// The name of an error handler, or none.
pub(crate) struct Errors(pub(crate) Option<String>);

impl<'a> FromArg<'a> for Errors {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        match bound.get(i) {
            Some(o) if !object::is_none(o) => match unicode::check(o) {
                Some(s) => Ok(Errors(Some(no_nul(py, s)?))),
                None => Err(bad_argument(py, bound, i, "str or None")),
            },
            _ => Ok(Errors(None)),
        }
    }
}

fn no_nul(py: Py<'_>, s: &PyUnicodeObject) -> PyResult<String> {
    let text = unicode::utf8(py, s)?;
    if text.contains('\0') {
        return Err(exceptions::value_error(py, format_args!("embedded null character")));
    }
    Ok(text.into_owned())
}

/// The bytes to decode. Of an object that can change a copy is taken, for handlers may run.
pub(crate) enum Data {
    Object(Owned<PyBytesObject>),
    Copy(Vec<u8>),
}

impl Data {
    fn source(&self) -> Source<'_> {
        match self {
            Data::Object(b) => Source::of(b),
            Data::Copy(v) => Source::new(v),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.source().bytes
    }

    pub(crate) fn new(py: Py<'_>, o: &PyObject) -> PyResult<Data> {
        match bytes::check(o) {
            Some(b) => Ok(Data::Object(b.to_owned())),
            None => Ok(Data::Copy(buffer::View::simple(py, o)?.bytes().to_vec())),
        }
    }
}

impl<'a> FromArg<'a> for Data {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        Data::new(py, <&'a PyObject>::from_arg(py, bound, i)?)
    }
}

/// Bytes, or a str whose UTF-8 is meant.
struct DataOrText(Data);

impl<'a> FromArg<'a> for DataOrText {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        let o = <&'a PyObject>::from_arg(py, bound, i)?;
        match unicode::check(o) {
            Some(s) => Ok(DataOrText(Data::Copy(unicode::utf8(py, s)?.into_owned().into_bytes()))),
            None => Data::new(py, o).map(DataOrText),
        }
    }
}

type Module<'a> = &'a PyModuleObject;
type Text<'a> = &'a PyUnicodeObject;
type Pair = PyResult<Owned<PyTupleObject>>;

/// What every codec answers: the result and how much of the input it stands for.
fn pair(py: Py<'_>, o: Owned, n: usize) -> Pair {
    tuple::from_iter(py, [o, long::from_u64(py, n as u64)?.upcast()])
}

fn decoded(py: Py<'_>, d: &mut impl Decoder, data: &Data, e: &Errors) -> Pair {
    let (text, used) = decode_kernel(py, d, data.source(), e.0.as_deref())?;
    pair(py, text.upcast(), used)
}

fn encoded(py: Py<'_>, e: &mut impl Encoder, s: Text<'_>, errors: &Errors) -> Pair {
    let b = encode_kernel(py, e, s, errors.0.as_deref())?;
    pair(py, b.upcast(), unicode::len(s))
}

fn register(py: Py<'_>, _: Module<'_>, f: &PyObject) -> PyResult<()> {
    registry::register(py, f)
}

fn unregister(py: Py<'_>, _: Module<'_>, f: &PyObject) -> PyResult<()> {
    registry::unregister(py, f)
}

fn lookup(py: Py<'_>, _: Module<'_>, encoding: Text<'_>) -> PyResult<Owned<PyTupleObject>> {
    registry::lookup(py, &no_nul(py, encoding)?)
}

fn names(
    py: Py<'_>,
    encoding: Option<Text<'_>>,
    errors: Option<Text<'_>>,
) -> PyResult<(String, Option<String>)> {
    let encoding = encoding.map(|e| no_nul(py, e)).transpose()?;
    let errors = errors.map(|e| no_nul(py, e)).transpose()?;
    Ok((encoding.unwrap_or_else(|| "utf-8".into()), errors))
}

fn encode(
    py: Py<'_>,
    _: Module<'_>,
    o: &PyObject,
    encoding: Option<Text<'_>>,
    errors: Option<Text<'_>>,
) -> PyResult {
    let (encoding, errors) = names(py, encoding, errors)?;
    registry::encode(py, o, &encoding, errors.as_deref())
}

fn decode(
    py: Py<'_>,
    _: Module<'_>,
    o: &PyObject,
    encoding: Option<Text<'_>>,
    errors: Option<Text<'_>>,
) -> PyResult {
    let (encoding, errors) = names(py, encoding, errors)?;
    registry::decode(py, o, &encoding, errors.as_deref())
}

fn escape_encode(py: Py<'_>, _: Module<'_>, data: &PyBytesObject, _: Errors) -> Pair {
    let content = bytes::as_slice(data);
    pair(py, bytes::new(py, &encode_escapes(content))?.upcast(), content.len())
}

fn warn_about(py: Py<'_>, first: Option<InvalidEscape>) -> PyResult<()> {
    match first {
        Some(e) => exceptions::warn(py, &exceptions::DeprecationWarning, 1, format_args!("{}", e.message())),
        None => Ok(()),
    }
}

fn escape_decode(py: Py<'_>, _: Module<'_>, data: DataOrText, errors: Errors) -> Pair {
    let content = data.0.bytes();
    let name = errors.0.as_deref().unwrap_or("strict");
    let (out, invalid) = decode_escapes(content, name)
        .map_err(|e| exceptions::value_error(py, format_args!("{}", e.message(name))))?;
    warn_about(py, invalid)?;
    pair(py, bytes::new(py, &out)?.upcast(), content.len())
}

fn utf_8_encode(py: Py<'_>, _: Module<'_>, s: Text<'_>, e: Errors) -> Pair {
    encoded(py, &mut Utf8Encoder, s, &e)
}

fn utf_8_decode(py: Py<'_>, _: Module<'_>, data: Data, e: Errors, last: Option<bool>) -> Pair {
    decoded(py, &mut Utf8Decoder { last: last.unwrap_or(false) }, &data, &e)
}

fn utf_7_encode(py: Py<'_>, _: Module<'_>, s: Text<'_>, _: Errors) -> Pair {
    pair(py, bytes::new(py, &encode_utf7(unicode::view(s)))?.upcast(), unicode::len(s))
}

fn utf_7_decode(py: Py<'_>, _: Module<'_>, data: Data, e: Errors, last: Option<bool>) -> Pair {
    decoded(py, &mut Utf7Decoder { last: last.unwrap_or(false) }, &data, &e)
}

macro_rules! wide {
    ($($encode:ident $le_encode:ident $be_encode:ident $decode:ident $le:ident $be:ident $ex:ident $D:ident $E:ident;)*) => { $(
        fn $encode(py: Py<'_>, _: Module<'_>, s: Text<'_>, e: Errors, order: Option<i32>) -> Pair {
            encoded(py, &mut $E::new(order_of(order.unwrap_or(0))), s, &e)
        }
        fn $le_encode(py: Py<'_>, _: Module<'_>, s: Text<'_>, e: Errors) -> Pair {
            encoded(py, &mut $E::new(Some(Endian::Little)), s, &e)
        }
        fn $be_encode(py: Py<'_>, _: Module<'_>, s: Text<'_>, e: Errors) -> Pair {
            encoded(py, &mut $E::new(Some(Endian::Big)), s, &e)
        }
        fn $decode(py: Py<'_>, _: Module<'_>, data: Data, e: Errors, last: Option<bool>) -> Pair {
            decoded(py, &mut $D::new(None, last.unwrap_or(false)), &data, &e)
        }
        fn $le(py: Py<'_>, _: Module<'_>, data: Data, e: Errors, last: Option<bool>) -> Pair {
            decoded(py, &mut $D::new(Some(Endian::Little), last.unwrap_or(false)), &data, &e)
        }
        fn $be(py: Py<'_>, _: Module<'_>, data: Data, e: Errors, last: Option<bool>) -> Pair {
            decoded(py, &mut $D::new(Some(Endian::Big), last.unwrap_or(false)), &data, &e)
        }
        /// The order of bytes that was found is the third of the answer.
        fn $ex(
            py: Py<'_>,
            _: Module<'_>,
            data: Data,
            e: Errors,
            order: Option<i32>,
            last: Option<bool>,
        ) -> Pair {
            let order: Order = order_of(order.unwrap_or(0));
            let mut d = $D::new(order, last.unwrap_or(false));
            let (text, used) = decode_kernel(py, &mut d, data.source(), e.0.as_deref())?;
            let found = long::from_i64(py, byteorder(d.order) as i64)?.upcast();
            tuple::from_iter(py, [text.upcast(), long::from_u64(py, used as u64)?.upcast(), found])
        }
    )* };
}
wide! {
    utf_16_encode utf_16_le_encode utf_16_be_encode utf_16_decode utf_16_le_decode utf_16_be_decode utf_16_ex_decode
        Utf16Decoder Utf16Encoder;
    utf_32_encode utf_32_le_encode utf_32_be_encode utf_32_decode utf_32_le_decode utf_32_be_decode utf_32_ex_decode
        Utf32Decoder Utf32Encoder;
}

fn unicode_escape_encode(py: Py<'_>, _: Module<'_>, s: Text<'_>, _: Errors) -> Pair {
    pair(py, bytes::new(py, &encode_unicode_escape(unicode::view(s)))?.upcast(), unicode::len(s))
}

fn unicode_escape_decode(py: Py<'_>, _: Module<'_>, data: DataOrText, e: Errors, last: Option<bool>) -> Pair {
    let mut d = UnicodeEscapeDecoder::new(last.unwrap_or(true));
    let (text, used) = decode_kernel(py, &mut d, data.0.source(), e.0.as_deref())?;
    warn_about(py, d.first_invalid)?;
    pair(py, text.upcast(), used)
}

fn raw_unicode_escape_encode(py: Py<'_>, _: Module<'_>, s: Text<'_>, _: Errors) -> Pair {
    pair(py, bytes::new(py, &encode_raw_unicode_escape(unicode::view(s)))?.upcast(), unicode::len(s))
}

fn raw_unicode_escape_decode(
    py: Py<'_>,
    _: Module<'_>,
    data: DataOrText,
    e: Errors,
    last: Option<bool>,
) -> Pair {
    decoded(py, &mut RawUnicodeEscapeDecoder { last: last.unwrap_or(true) }, &data.0, &e)
}

fn latin_1_encode(py: Py<'_>, _: Module<'_>, s: Text<'_>, e: Errors) -> Pair {
    encoded(py, &mut { ByteEncoder::LATIN1 }, s, &e)
}

fn latin_1_decode(py: Py<'_>, _: Module<'_>, data: Data, _: Errors) -> Pair {
    let text = unicode::from_buf(py, decode_latin1(data.bytes()))?;
    pair(py, text.upcast(), data.bytes().len())
}

fn ascii_encode(py: Py<'_>, _: Module<'_>, s: Text<'_>, e: Errors) -> Pair {
    encoded(py, &mut { ByteEncoder::ASCII }, s, &e)
}

fn ascii_decode(py: Py<'_>, _: Module<'_>, data: Data, e: Errors) -> Pair {
    decoded(py, &mut AsciiDecoder, &data, &e)
}

/// An item of a mapping; none for what it does not have.
fn item(py: Py<'_>, mapping: &PyObject, key: u32) -> PyResult<Option<Owned>> {
    let key = long::from_i64(py, key as i64)?;
    match sequence::get_item(py, mapping, key.as_object()) {
        Ok(v) if object::is_none(&v) => Ok(None),
        Ok(v) => Ok(Some(v)),
        Err(e) if exceptions::matches(&e, &exceptions::LookupError) => Ok(None),
        Err(e) => Err(e),
    }
}

fn charmap_decode(py: Py<'_>, module: Module<'_>, data: Data, e: Errors, mapping: Option<&PyObject>) -> Pair {
    let n = data.bytes().len();
    let Some(mapping) = mapping.filter(|o| !object::is_none(o)) else {
        return latin_1_decode(py, module, data, e);
    };
    if let Some(table) = unicode::check_exact(mapping) {
        let (text, _) = decode_kernel(
            py,
            &mut CharmapDecoder { table: unicode::view(table) },
            data.source(),
            e.0.as_deref(),
        )?;
        return pair(py, text.upcast(), n);
    }
    let look = |byte: u8, out: &mut Builder| -> PyResult<bool> {
        let Some(v) = item(py, mapping, byte as u32)? else { return Ok(false) };
        if let Some(i) = long::check(&v) {
            return match long::to_i64(i) {
                Some(0xFFFE) => Ok(false),
                Some(c) if (0..=MAX_CODE as i64).contains(&c) => {
                    out.push(c as u32);
                    Ok(true)
                }
                _ => Err(exceptions::type_error(
                    py,
                    format_args!("character mapping must be in range(0x{:x})", MAX_CODE + 1),
                )),
            };
        }
        match unicode::check(&v) {
            Some(s) if unicode::len(s) == 1 && unicode::view(s).at(0) == 0xFFFE => Ok(false),
            Some(s) => {
                out.push_str(unicode::view(s));
                Ok(true)
            }
            None => Err(exceptions::type_error(
                py,
                format_args!("character mapping must return integer, None or str"),
            )),
        }
    };
    let mut out = Builder::new();
    let mut on = OnDecode::new(e.0.as_deref());
    decode_map(data.bytes(), &mut out, look, |name, input, e, out| on.handle(py, name, input, e, out))?;
    pair(py, unicode::from_buf(py, out.finish())?.upcast(), n)
}

fn charmap_encode(py: Py<'_>, _: Module<'_>, s: Text<'_>, e: Errors, mapping: Option<&PyObject>) -> Pair {
    let Some(mapping) = mapping.filter(|o| !object::is_none(o)) else {
        return encoded(py, &mut { ByteEncoder::LATIN1 }, s, &e);
    };
    if let Some(map) = encoding_map(mapping) {
        return encoded(py, &mut CharmapEncoder { map }, s, &e);
    }
    let look = |c: u32, out: &mut Vec<u8>| -> PyResult<bool> {
        let Some(v) = item(py, mapping, c)? else { return Ok(false) };
        if let Some(i) = long::check(&v) {
            return match long::to_i64(i).and_then(|i| u8::try_from(i).ok()) {
                Some(b) => {
                    out.push(b);
                    Ok(true)
                }
                None => {
                    Err(exceptions::type_error(py, format_args!("character mapping must be in range(256)")))
                }
            };
        }
        match bytes::check(&v) {
            Some(b) => {
                out.extend_from_slice(bytes::as_slice(b));
                Ok(true)
            }
            None => Err(exceptions::type_error(
                py,
                format_args!(
                    "character mapping must return integer, bytes or None, not {}",
                    type_name(v.ty())
                ),
            )),
        }
    };
    let mut out = Vec::new();
    let mut on = OnEncode::new(e.0.as_deref(), s);
    encode_map(unicode::view(s), &mut out, look, |name, _, e| on.handle(py, name, e)).map_err(
        |f: Failed<PyErr>| match f {
            Failed::Handler(e) => e,
            Failed::Malformed(e) => {
                exceptions::unicode_encode_error(py, "charmap", s, e.start, e.end, e.reason)
            }
        },
    )?;
    pair(py, bytes::new(py, &out)?.upcast(), unicode::len(s))
}

/// `EncodingMap`: the inverse of a table of characters.
#[repr(C)]
struct MapObject {
    base: PyObject,
    map: Cell<*mut EncodingMap>,
    /// Room that CPython's own first levels take, so that the size a program sees is the same.
    _levels: [u8; 40],
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for MapObject {}

static ENCODING_MAP: StaticType = StaticType::new::<MapObject>(c"EncodingMap")
    .dealloc(glue::dealloc(|_: Py<'_>, m: &MapObject| {
        // SAFETY: the map is the object's own, made by `charmap_build`; its memory goes last.
        unsafe {
            drop(Box::from_raw(m.map.get()));
            object::free(m.as_object());
        }
    }))
    .methods(&MAP_METHODS);

methods! { static MAP_METHODS: for MapObject [
    "size" = map_size [0], "($self, /)", "The size of the map in bytes.";
] }

fn encoding_map(o: &PyObject) -> Option<&EncodingMap> {
    // SAFETY: LAYOUT: the type says so; the map lives as long as its object.
    o.ty().is(&ENCODING_MAP.0).then(|| unsafe { &*(*(o as *const PyObject as *const MapObject)).map.get() })
}

fn map_size(_: Py<'_>, m: &MapObject) -> usize {
    // `encoding_map_size` counts the header of the C struct, of 55 bytes, too.
    encoding_map(m.as_object()).map_or(0, |m| m.size() + 55)
}

fn charmap_build(py: Py<'_>, _: Module<'_>, table: Text<'_>) -> PyResult {
    let view = unicode::view(table);
    if view.is_empty() {
        return Err(exceptions::type_error(py, format_args!("bad argument type for built-in operation")));
    }
    match EncodingMap::build(view) {
        CharmapTable::Map(map) => {
            // SAFETY: the one field is set before anyone sees the object.
            unsafe {
                let o = object::alloc_uninit::<MapObject>(py, &ENCODING_MAP, size_of::<MapObject>())?;
                core::ptr::write(
                    &raw const o.map as *mut Cell<*mut EncodingMap>,
                    Cell::new(Box::into_raw(Box::new(map))),
                );
                Ok(o.upcast())
            }
        }
        CharmapTable::Dict => {
            let d = dict::new(py)?;
            for (i, c) in view.chars().take(256).enumerate() {
                let (key, value) = (long::from_i64(py, c as i64)?, long::from_i64(py, i as i64)?);
                dict::set(py, &d, key.as_object(), value.as_object())?;
            }
            Ok(d.upcast())
        }
    }
}

fn readbuffer_encode(py: Py<'_>, _: Module<'_>, data: DataOrText, _: Errors) -> Pair {
    let content = data.0.bytes();
    pair(py, bytes::new(py, content)?.upcast(), content.len())
}

fn register_error(py: Py<'_>, _: Module<'_>, name: Text<'_>, handler: &PyObject) -> PyResult<()> {
    registry::register_error(py, &no_nul(py, name)?, handler)
}

fn lookup_error(py: Py<'_>, _: Module<'_>, name: Text<'_>) -> PyResult {
    registry::lookup_error(py, &no_nul(py, name)?)
}
