//! `_json`: the scanner of documents and the encoder of values (`Modules/_json.c`). Strings and numbers are recognised and
//! written by `dxpy_algos::json`.

use core::cell::Cell;
use core::mem::offset_of;
use dxpy_algos::json::{self, Scanned, Start};
use dxpy_algos::text::Str as Chars;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::{Depth, type_name};
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, args, attr, boolean, call, dict, exceptions, float, gc, glue, hooks, list,
    long, members, methods, name, object, protocol, signature, tuple, types, unicode,
};
use dxpy_text::strings::{Builder, Str};

/// `_json`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_json").doc(c"Speedups of the json module.").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "encode_basestring_ascii" = encode_ascii [1], "!($module, string, /)", "encode_basestring_ascii(string) -> string\n\nThe string as JSON, in ASCII.";
    "encode_basestring" = encode_plain [1], "!($module, string, /)", "encode_basestring(string) -> string\n\nThe string as JSON.";
    "scanstring" = scanstring [3], "!($module, string, end, strict=True, /)", "scanstring(string, end, strict=True) -> (string, end)\n\nThe JSON string whose opening quote is before end, and the place behind it.";
] }

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    types::ready::ready(py, &SCANNER)?;
    types::ready::ready(py, &ENCODER)?;
    module::add(py, m, "make_scanner", SCANNER.as_object())?;
    module::add(py, m, "make_encoder", ENCODER.as_object())
}

fn chars(s: &PyUnicodeObject) -> Chars<'_> {
    match unicode::view(s) {
        Str::Ascii(v) | Str::Latin1(v) => Chars::One(v),
        Str::Two(v) => Chars::Two(v),
        Str::Four(v) => Chars::Four(v),
    }
}

fn from_chars(py: Py<'_>, s: Chars<'_>) -> PyResult<Owned<PyUnicodeObject>> {
    match s {
        Chars::One(v) => unicode::from_latin1(py, v),
        Chars::Two(v) => unicode::from_view(py, Str::Two(v)),
        Chars::Four(v) => unicode::from_view(py, Str::Four(v)),
    }
}

fn first_argument<'a>(py: Py<'_>, o: &'a PyObject) -> PyResult<&'a PyUnicodeObject> {
    unicode::check(o).ok_or_else(|| {
        exceptions::type_error(py, format_args!("first argument must be a string, not {}", type_name(o.ty())))
    })
}

fn encode_ascii(py: Py<'_>, _: &PyModuleObject, s: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_latin1(py, &json::encode_ascii(chars(first_argument(py, s)?)))
}

fn encode_plain(py: Py<'_>, _: &PyModuleObject, s: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    from_chars(py, json::encode(chars(first_argument(py, s)?)).as_str())
}

/// `raise_errmsg`: a `json.decoder.JSONDecodeError`.
#[cold]
fn decode_error(py: Py<'_>, message: &str, document: &PyUnicodeObject, at: usize) -> PyErr {
    let make = || -> PyResult<PyErr> {
        let decoder = hooks::import(py, name!("json.decoder"))?;
        let class = attr::get_name(py, &decoder, name!("JSONDecodeError"))?;
        let message = unicode::from_str(py, message)?;
        let at = long::from_u64(py, at as u64)?;
        let e = call::call(py, &class, [message.as_object(), document.as_object(), at.as_object()])?;
        if !types::is_subtype(e.ty(), &exceptions::BaseException) {
            return Err(exceptions::type_error(
                py,
                format_args!("exceptions must derive from BaseException"),
            ));
        }
        // SAFETY: LAYOUT: just checked.
        Ok(PyErr::from_value(unsafe { e.cast() }))
    };
    make().unwrap_or_else(|e| e)
}

/// The end of what could be a value: `StopIteration` with its place.
#[cold]
fn stop(py: Py<'_>, at: usize) -> PyErr {
    match long::from_u64(py, at as u64) {
        Ok(n) => exceptions::stop_iteration(py, Some(n.as_object())),
        Err(e) => e,
    }
}

/// The string behind an opening quote, and the place behind it.
fn string(
    py: Py<'_>,
    document: &PyUnicodeObject,
    at: usize,
    strict: bool,
) -> PyResult<(Owned<PyUnicodeObject>, usize)> {
    let (found, next) = json::scan_string(chars(document), at, strict)
        .map_err(|e| decode_error(py, e.message, document, e.position))?;
    let s = match found {
        Scanned::Slice(a, b) => unicode::substring(py, document, a, b)?,
        Scanned::Built(t) => from_chars(py, t.as_str())?,
    };
    Ok((s, next))
}

fn scanstring(
    py: Py<'_>,
    _: &PyModuleObject,
    s: &PyObject,
    at: isize,
    strict: Option<bool>,
) -> PyResult<Owned<PyTupleObject>> {
    let s = first_argument(py, s)?;
    let Some(at) = usize::try_from(at).ok().filter(|at| *at <= unicode::len(s)) else {
        return Err(exceptions::value_error(py, format_args!("{}", json::END_OUT_OF_BOUNDS)));
    };
    let (text, next) = string(py, s, at, strict.unwrap_or(true))?;
    tuple::from_iter(py, [text.upcast(), long::from_u64(py, next as u64)?.upcast()])
}

/// `_json.Scanner`: the options of a decoder.
#[repr(C)]
struct ScannerObject {
    base: PyObject,
    strict: Cell<u8>,
    object_hook: Cell<*mut PyObject>,
    object_pairs_hook: Cell<*mut PyObject>,
    parse_float: Cell<*mut PyObject>,
    parse_int: Cell<*mut PyObject>,
    parse_constant: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for ScannerObject {}

static SCANNER: StaticType = StaticType::new::<ScannerObject>(c"_json.Scanner")
    .mutable()
    .doc(c"JSON scanner object")
    .create(glue::create(new_scanner))
    .call(glue::call(scan_once))
    .traverse(glue::traverse(|s: &ScannerObject, v: &glue::Visitor| {
        s.fields().iter().try_for_each(|f| v.visit(f))
    }))
    .clear(glue::clear(|_: Py<'_>, s: &ScannerObject| s.fields().iter().for_each(|f| object::clear_field(f))))
    .dealloc(glue::dealloc(|_: Py<'_>, s: &ScannerObject| {
        // SAFETY: its fields are released once and its memory last.
        unsafe {
            gc::untrack(s.as_object());
            s.fields().iter().for_each(|f| object::clear_field(f));
            object::free(s.as_object());
        }
    }))
    .members(&SCANNER_MEMBERS);

members! { static SCANNER_MEMBERS [
    "strict" = Py_T_BOOL, offset_of!(ScannerObject, strict), Py_READONLY, "strict";
    "object_hook" = _Py_T_OBJECT, offset_of!(ScannerObject, object_hook), Py_READONLY, "object_hook";
    "object_pairs_hook" = _Py_T_OBJECT, offset_of!(ScannerObject, object_pairs_hook), Py_READONLY, "object_pairs_hook";
    "parse_float" = _Py_T_OBJECT, offset_of!(ScannerObject, parse_float), Py_READONLY, "parse_float";
    "parse_int" = _Py_T_OBJECT, offset_of!(ScannerObject, parse_int), Py_READONLY, "parse_int";
    "parse_constant" = _Py_T_OBJECT, offset_of!(ScannerObject, parse_constant), Py_READONLY, "parse_constant";
] }

impl ScannerObject {
    fn fields(&self) -> [&Cell<*mut PyObject>; 5] {
        [&self.object_hook, &self.object_pairs_hook, &self.parse_float, &self.parse_int, &self.parse_constant]
    }
}

/// What a field holds.
fn held(field: &Cell<*mut PyObject>) -> Owned {
    // SAFETY: LIVE: the object holds its fields; NULL once it is cleared.
    unsafe { field.get().as_ref() }.map_or_else(object::none, Object::to_owned)
}

fn new_scanner(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("make_scanner", "(context)"), a, kw, |b| {
        let context = b.arg::<&PyObject>(py, 0)?;
        let get = |n| attr::get_name(py, context, n);
        let strict = get(name!("strict"))?;
        let strict = protocol::is_true(py, &strict)?;
        let hooks = [
            get(name!("object_hook"))?,
            get(name!("object_pairs_hook"))?,
            get(name!("parse_float"))?,
            get(name!("parse_int"))?,
            get(name!("parse_constant"))?,
        ];
        // SAFETY: LAYOUT: all zero is a cleared scanner.
        let s: Owned<ScannerObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
        s.strict.set(strict as u8);
        for (field, hook) in s.fields().into_iter().zip(hooks) {
            field.set(hook.into_ptr());
        }
        Ok(s.upcast())
    })
}

/// One run of a scanner over a document.
struct Scan<'a> {
    py: Py<'a>,
    document: &'a PyUnicodeObject,
    strict: bool,
    object_hook: Owned,
    pairs_hook: Owned,
    parse_float: Owned,
    parse_int: Owned,
    parse_constant: Owned,
    /// Equal keys of the document are one object.
    memo: Owned<PyDictObject>,
}

/// `scanner_call`.
fn scan_once(py: Py<'_>, s: &ScannerObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("scan_once", "(string, idx)"), a, kw, |b| {
        let document = first_argument(py, b.arg::<&PyObject>(py, 0)?)?;
        let at = b.arg::<isize>(py, 1)?;
        let Ok(at) = usize::try_from(at) else {
            return Err(exceptions::value_error(py, format_args!("idx cannot be negative")));
        };
        let scan = Scan {
            py,
            document,
            strict: s.strict.get() != 0,
            object_hook: held(&s.object_hook),
            pairs_hook: held(&s.object_pairs_hook),
            parse_float: held(&s.parse_float),
            parse_int: held(&s.parse_int),
            parse_constant: held(&s.parse_constant),
            memo: dict::new(py)?,
        };
        let (value, next) = scan.value(at)?;
        Ok(tuple::from_iter(py, [value, long::from_u64(py, next as u64)?.upcast()])?.upcast())
    })
}

impl Scan<'_> {
    fn error(&self, message: &str, at: usize) -> PyErr {
        decode_error(self.py, message, self.document, at)
    }

    fn blank(&self, at: usize) -> usize {
        json::skip_whitespace(chars(self.document), at)
    }

    fn at(&self, i: usize) -> Option<u32> {
        (i < unicode::len(self.document)).then(|| unicode::view(self.document).at(i))
    }

    /// `scan_once_unicode`: the value at a place, and the place behind it.
    fn value(&self, at: usize) -> PyResult<(Owned, usize)> {
        let py = self.py;
        let constant = |text: &str, end: usize| -> PyResult<(Owned, usize)> {
            let text = unicode::from_str(py, text)?;
            Ok((call::call(py, &self.parse_constant, [text.as_object()])?, end))
        };
        match json::scan_start(chars(self.document), at) {
            None => Err(stop(py, at)),
            Some(Start::String(i)) => {
                let (s, next) = string(py, self.document, i, self.strict)?;
                Ok((s.upcast(), next))
            }
            Some(Start::Object(i)) => {
                let _depth = Depth::enter(py, " while decoding a JSON object from a unicode string")?;
                self.object(i)
            }
            Some(Start::Array(i)) => {
                let _depth = Depth::enter(py, " while decoding a JSON array from a unicode string")?;
                self.array(i)
            }
            Some(Start::Null(end)) => Ok((object::none(), end)),
            Some(Start::True(end)) => Ok((boolean::new(true).upcast(), end)),
            Some(Start::False(end)) => Ok((boolean::new(false).upcast(), end)),
            Some(Start::NaN(end)) => constant("NaN", end),
            Some(Start::Infinity(end)) => constant("Infinity", end),
            Some(Start::NegativeInfinity(end)) => constant("-Infinity", end),
            Some(Start::Number { end, float: is_float }) => Ok((self.number(at, end, is_float)?, end)),
        }
    }

    fn number(&self, from: usize, to: usize, is_float: bool) -> PyResult {
        let py = self.py;
        // Numbers are ASCII whatever the document is.
        let text: Vec<u8> = unicode::view(self.document).slice(from, to).chars().map(|c| c as u8).collect();
        if !is_float && self.parse_int.is(&long::PyLong_Type.0) {
            if let Some(v) = core::str::from_utf8(&text).ok().and_then(|t| t.parse::<i64>().ok()) {
                return Ok(long::from_i64(py, v)?.upcast());
            }
        } else if is_float
            && self.parse_float.is(&float::PyFloat_Type.0)
            && let Some(v) = dxpy_num::float_text::parse(&text)
        {
            return Ok(float::new(py, v)?.upcast());
        }
        let text = unicode::from_latin1(py, &text)?;
        call::call(py, if is_float { &self.parse_float } else { &self.parse_int }, [text.as_object()])
    }

    fn array(&self, at: usize) -> PyResult<(Owned, usize)> {
        let out = list::new(self.py)?;
        let mut at = self.blank(at);
        if self.at(at) == Some(']' as u32) {
            return Ok((out.upcast(), at + 1));
        }
        loop {
            let (v, next) = self.value(at)?;
            list::push(self.py, &out, v)?;
            at = self.blank(next);
            match self.at(at).and_then(char::from_u32) {
                Some(']') => return Ok((out.upcast(), at + 1)),
                Some(',') => at = self.blank(at + 1),
                _ => return Err(self.error("Expecting ',' delimiter", at)),
            }
        }
    }

    fn object(&self, at: usize) -> PyResult<(Owned, usize)> {
        let py = self.py;
        let paired = !object::is_none(&self.pairs_hook);
        let (d, pairs) = (dict::new(py)?, list::new(py)?);
        let mut at = self.blank(at);
        if self.at(at) == Some('}' as u32) {
            at += 1;
        } else {
            loop {
                if self.at(at) != Some('"' as u32) {
                    return Err(self.error("Expecting property name enclosed in double quotes", at));
                }
                let (key, next) = string(py, self.document, at + 1, self.strict)?;
                let key = dict::set_default(py, &self.memo, key.as_object(), key.as_object())?;
                at = self.blank(next);
                if self.at(at) != Some(':' as u32) {
                    return Err(self.error("Expecting ':' delimiter", at));
                }
                let (v, next) = self.value(self.blank(at + 1))?;
                if paired {
                    list::push(py, &pairs, tuple::from_iter(py, [key, v])?.upcast())?;
                } else {
                    dict::set(py, &d, &key, &v)?;
                }
                at = self.blank(next);
                match self.at(at).and_then(char::from_u32) {
                    Some('}') => {
                        at += 1;
                        break;
                    }
                    Some(',') => at = self.blank(at + 1),
                    _ => return Err(self.error("Expecting ',' delimiter", at)),
                }
            }
        }
        if paired {
            return Ok((call::call(py, &self.pairs_hook, [pairs.as_object()])?, at));
        }
        if !object::is_none(&self.object_hook) {
            return Ok((call::call(py, &self.object_hook, [d.as_object()])?, at));
        }
        Ok((d.upcast(), at))
    }
}

/// `_json.Encoder`.
#[repr(C)]
struct EncoderObject {
    base: PyObject,
    markers: Cell<*mut PyObject>,
    default: Cell<*mut PyObject>,
    encoder: Cell<*mut PyObject>,
    indent: Cell<*mut PyObject>,
    key_separator: Cell<*mut PyObject>,
    item_separator: Cell<*mut PyObject>,
    sort_keys: Cell<u8>,
    skipkeys: Cell<u8>,
    allow_nan: Cell<u8>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for EncoderObject {}

static ENCODER: StaticType = StaticType::new::<EncoderObject>(c"_json.Encoder").mutable()
    .doc(c"Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)")
    .create(glue::create(new_encoder))
    .call(glue::call(encode))
    .traverse(glue::traverse(|s: &EncoderObject, v: &glue::Visitor| {
        s.fields().iter().try_for_each(|f| v.visit(f))
    }))
    .clear(glue::clear(|_: Py<'_>, s: &EncoderObject| s.fields().iter().for_each(|f| object::clear_field(f))))
    .dealloc(glue::dealloc(|_: Py<'_>, s: &EncoderObject| {
        // SAFETY: its fields are released once and its memory last.
        unsafe {
            gc::untrack(s.as_object());
            s.fields().iter().for_each(|f| object::clear_field(f));
            object::free(s.as_object());
        }
    }))
    .members(&ENCODER_MEMBERS);

members! { static ENCODER_MEMBERS [
    "markers" = _Py_T_OBJECT, offset_of!(EncoderObject, markers), Py_READONLY, "markers";
    "default" = _Py_T_OBJECT, offset_of!(EncoderObject, default), Py_READONLY, "default";
    "encoder" = _Py_T_OBJECT, offset_of!(EncoderObject, encoder), Py_READONLY, "encoder";
    "indent" = _Py_T_OBJECT, offset_of!(EncoderObject, indent), Py_READONLY, "indent";
    "key_separator" = _Py_T_OBJECT, offset_of!(EncoderObject, key_separator), Py_READONLY, "key_separator";
    "item_separator" = _Py_T_OBJECT, offset_of!(EncoderObject, item_separator), Py_READONLY, "item_separator";
    "sort_keys" = Py_T_BOOL, offset_of!(EncoderObject, sort_keys), Py_READONLY, "sort_keys";
    "skipkeys" = Py_T_BOOL, offset_of!(EncoderObject, skipkeys), Py_READONLY, "skipkeys";
] }

impl EncoderObject {
    fn fields(&self) -> [&Cell<*mut PyObject>; 6] {
        [&self.markers, &self.default, &self.encoder, &self.indent, &self.key_separator, &self.item_separator]
    }
}

fn new_encoder(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let sig = signature!(
        "make_encoder",
        "(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)"
    );
    args::bind_call(py, sig, a, kw, |b| {
        let o = |i| b.arg::<&PyObject>(py, i);
        for i in [4, 5] {
            if unicode::check(o(i)?).is_none() {
                return Err(exceptions::type_error(
                    py,
                    format_args!(
                        "make_encoder() argument {} must be str, not {}",
                        i + 1,
                        type_name(o(i)?.ty())
                    ),
                ));
            }
        }
        let truth = |i| b.arg::<bool>(py, i);
        let (sort, skip, nan) = (truth(6)?, truth(7)?, truth(8)?);
        let markers = o(0)?;
        if !object::is_none(markers) && dict::check(markers).is_none() {
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "make_encoder() argument 1 must be dict or None, not {}",
                    type_name(markers.ty())
                ),
            ));
        }
        // SAFETY: LAYOUT: all zero is a cleared encoder.
        let e: Owned<EncoderObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
        for (i, field) in e.fields().into_iter().enumerate() {
            field.set(o(i)?.to_owned().into_ptr());
        }
        e.sort_keys.set(sort as u8);
        e.skipkeys.set(skip as u8);
        e.allow_nan.set(nan as u8);
        Ok(e.upcast())
    })
}

/// How strings are written.
#[derive(Clone, Copy)]
enum Fast {
    Ascii,
    Plain,
    Call,
}

/// One run of an encoder.
struct Encode<'a> {
    py: Py<'a>,
    markers: Option<Owned>,
    default: Owned,
    encoder: Owned,
    key_separator: Owned,
    item_separator: Owned,
    options: &'a EncoderObject,
    fast: Fast,
}

/// `encoder_call`.
fn encode(py: Py<'_>, e: &EncoderObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("_iterencode", "(obj, _current_indent_level)"), a, kw, |b| {
        let o = b.arg::<&PyObject>(py, 0)?;
        b.arg::<isize>(py, 1)?;
        let encoder = held(&e.encoder);
        let is = |i: usize| {
            dxpy_core::cfunction::check(&encoder)
                .is_some_and(|f| core::ptr::eq(dxpy_core::cfunction::method_def(f), &METHODS.0[i]))
        };
        let fast = match (is(0), is(1)) {
            (true, _) => Fast::Ascii,
            (_, true) => Fast::Plain,
            _ => Fast::Call,
        };
        let markers = held(&e.markers);
        let run = Encode {
            py,
            markers: (!object::is_none(&markers)).then_some(markers),
            default: held(&e.default),
            encoder,
            key_separator: held(&e.key_separator),
            item_separator: held(&e.item_separator),
            options: e,
            fast,
        };
        let mut out = Builder::new();
        run.value(o, &mut out)?;
        Ok(tuple::from_iter(py, [unicode::from_buf(py, out.finish())?.upcast()])?.upcast())
    })
}

fn view(o: &PyObject) -> Str<'_> {
    unicode::check(o).map_or(Str::Ascii(&[]), unicode::view)
}

impl Encode<'_> {
    fn string(&self, s: &PyObject, out: &mut Builder) -> PyResult<()> {
        let text = unicode::check(s).map(chars).unwrap_or(Chars::One(&[]));
        match self.fast {
            Fast::Ascii => out.push_ascii(&json::encode_ascii(text)),
            Fast::Plain => match json::encode(text).as_str() {
                Chars::One(v) => out.push_latin1(v),
                Chars::Two(v) => out.push_str(Str::Two(v)),
                Chars::Four(v) => out.push_str(Str::Four(v)),
            },
            Fast::Call => {
                let r = call::call(self.py, &self.encoder, [s])?;
                if unicode::check(&r).is_none() {
                    return Err(exceptions::type_error(
                        self.py,
                        format_args!("encoder() must return a string, not {}", type_name(r.ty())),
                    ));
                }
                out.push_str(view(&r));
            }
        }
        Ok(())
    }

    fn constant(o: &PyObject) -> Option<&'static str> {
        if object::is_none(o) {
            Some("null")
        } else if o.is(&boolean::_Py_TrueStruct.0) {
            Some("true")
        } else if o.is(&boolean::_Py_FalseStruct.0) {
            Some("false")
        } else {
            None
        }
    }

    /// `encoder_encode_float`.
    fn float(&self, f: &PyFloatObject, out: &mut Builder) -> PyResult<()> {
        let v = f.ob_fval.get();
        if v.is_finite() {
            out.push_ascii(dxpy_num::float_text::repr(v).as_bytes());
            return Ok(());
        }
        if self.options.allow_nan.get() == 0 {
            let shown = protocol::repr(self.py, f.as_object())?;
            return Err(exceptions::value_error(
                self.py,
                format_args!(
                    "Out of range float values are not JSON compliant: {}",
                    unicode::display(shown.as_object())
                ),
            ));
        }
        out.push_ascii(match (v.is_nan(), v > 0.0) {
            (true, _) => b"NaN",
            (_, true) => b"Infinity",
            _ => b"-Infinity",
        });
        Ok(())
    }

    fn int(&self, n: &PyLongObject, out: &mut Builder) -> PyResult<()> {
        // The value's own text, whatever a subclass says.
        let text = dxpy_types::int::repr(self.py, n)?;
        out.push_str(unicode::view(&text));
        Ok(())
    }

    /// Notes an object that is being written; the key to forget it by.
    fn enter(&self, o: &PyObject) -> PyResult<Option<Owned>> {
        let Some(markers) = &self.markers else { return Ok(None) };
        let py = self.py;
        let key = long::from_u64(py, o.as_ptr() as u64)?.upcast();
        let d = dict::check(markers).expect("checked when the encoder was made");
        if dict::contains(py, d, &key)? {
            return Err(exceptions::value_error(py, format_args!("Circular reference detected")));
        }
        dict::set(py, d, &key, o)?;
        Ok(Some(key))
    }

    fn leave(&self, key: Option<Owned>) -> PyResult<()> {
        if let (Some(key), Some(d)) = (key, self.markers.as_ref().and_then(|m| dict::check(m))) {
            dict::remove(self.py, d, &key)?;
        }
        Ok(())
    }

    /// `encoder_listencode_obj`.
    fn value(&self, o: &PyObject, out: &mut Builder) -> PyResult<()> {
        let py = self.py;
        if let Some(text) = Self::constant(o) {
            out.push_ascii(text.as_bytes());
            return Ok(());
        }
        if unicode::check(o).is_some() {
            return self.string(o, out);
        }
        if let Some(n) = long::check(o) {
            return self.int(n, out);
        }
        if let Some(f) = float::check(o) {
            return self.float(f, out);
        }
        if list::check(o).is_some() || tuple::check(o).is_some() {
            let _depth = Depth::enter(py, " while encoding a JSON object")?;
            return self.sequence(o, out);
        }
        if dict::check(o).is_some() {
            let _depth = Depth::enter(py, " while encoding a JSON object")?;
            return self.mapping(o, out);
        }
        let key = self.enter(o)?;
        let made = call::call(py, &self.default, [o])?;
        let _depth = Depth::enter(py, " while encoding a JSON object")?;
        self.value(&made, out)?;
        self.leave(key)
    }

    fn sequence(&self, o: &PyObject, out: &mut Builder) -> PyResult<()> {
        // Writing may run Python code that changes the list: its items are asked for one by one.
        let other;
        let list = match list::check(o) {
            Some(l) => l,
            None => {
                other = list::from_iter(self.py, protocol::collect(self.py, o)?)?;
                &other
            }
        };
        if list::len(list) == 0 {
            out.push_ascii(b"[]");
            return Ok(());
        }
        let key = self.enter(o)?;
        out.push('[' as u32);
        let mut i = 0;
        while let Some(item) = list::get(list, i) {
            if i > 0 {
                out.push_str(view(&self.item_separator));
            }
            self.value(&item, out)?;
            i += 1;
        }
        self.leave(key)?;
        out.push(']' as u32);
        Ok(())
    }

    fn mapping(&self, o: &PyObject, out: &mut Builder) -> PyResult<()> {
        let py = self.py;
        let d = dict::check(o).expect("the caller looked");
        if dict::len(d) == 0 {
            out.push_ascii(b"{}");
            return Ok(());
        }
        let marker = self.enter(o)?;
        out.push('{' as u32);
        let mut first = true;
        if self.options.sort_keys.get() == 0 && dict::check_exact(o).is_some() {
            for (k, v) in dict::items(d) {
                self.pair(&mut first, &k, &v, out)?;
            }
        } else {
            let items = call::method(py, o, name!("items"), [])?;
            let items = list::from_iter(py, protocol::collect(py, &items)?)?;
            if self.options.sort_keys.get() != 0 {
                call::method(py, items.as_object(), name!("sort"), [])?;
            }
            let mut i = 0;
            while let Some(item) = list::get(&items, i) {
                i += 1;
                let Some(&[k, v]) = tuple::check(&item).map(tuple::items) else {
                    return Err(exceptions::value_error(py, format_args!("items must return 2-tuples")));
                };
                self.pair(&mut first, k, v, out)?;
            }
        }
        self.leave(marker)?;
        out.push('}' as u32);
        Ok(())
    }

    /// `encoder_encode_key_value`.
    fn pair(&self, first: &mut bool, k: &PyObject, v: &PyObject, out: &mut Builder) -> PyResult<()> {
        let py = self.py;
        let mut text = Builder::new();
        let key = if unicode::check(k).is_some() {
            k.to_owned()
        } else {
            if let Some(f) = float::check(k) {
                self.float(f, &mut text)?;
            } else if let Some(c) = Self::constant(k) {
                text.push_ascii(c.as_bytes());
            } else if let Some(n) = long::check(k) {
                self.int(n, &mut text)?;
            } else if self.options.skipkeys.get() != 0 {
                return Ok(());
            } else {
                return Err(exceptions::type_error(
                    py,
                    format_args!("keys must be str, int, float, bool or None, not {}", type_name(k.ty())),
                ));
            }
            unicode::from_buf(py, text.finish())?.upcast()
        };
        if *first {
            *first = false;
        } else {
            out.push_str(view(&self.item_separator));
        }
        self.string(&key, out)?;
        out.push_str(view(&self.key_separator));
        self.value(v, out)
    }
}
