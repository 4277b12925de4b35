//! Newlines: translating and counting them (`_PyIncrementalNewlineDecoder_decode`), finding the end of a line
//! (`_PyIO_find_line_ending`), and the type `IncrementalNewlineDecoder`.

use crate::util::*;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::bind_call;
use dxpy_core::call::{self, type_name};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, bytes, exceptions, gc, getset, glue, long, methods, name, number, object, signature,
    tuple, unicode,
};
use dxpy_text::strings::{Builder, Str, Unit, each_kind};
use std::cell::Cell;
use std::ffi::c_int;

const CR: u8 = 1;
const LF: u8 = 2;
const CRLF: u8 = 4;

/// What is remembered between two pieces of text; all zero is the beginning.
#[repr(C)]
pub struct Newlines {
    pub translate: Cell<bool>,
    pub pending_cr: Cell<bool>,
    pub seen: Cell<u8>,
}

impl Newlines {
    pub fn reset(&self) {
        self.seen.set(0);
        self.pending_cr.set(false);
    }

    /// The text with its newlines noted and, if asked for, translated. A last `\r` waits for what comes.
    pub fn feed(
        &self,
        py: Py<'_>,
        text: Owned<PyUnicodeObject>,
        last: bool,
    ) -> PyResult<Owned<PyUnicodeObject>> {
        let mut text = text;
        if self.pending_cr.get() && (last || unicode::len(&text) > 0) {
            text = unicode::concat_views(py, &[Str::Ascii(b"\r"), unicode::view(&text)])?;
            self.pending_cr.set(false);
        }
        let n = unicode::len(&text);
        if n == 0 {
            return Ok(text);
        }
        if !last && unicode::view(&text).at(n - 1) == 0x0D {
            text = unicode::substring(py, &text, 0, n - 1)?;
            self.pending_cr.set(true);
        }
        let view = unicode::view(&text);
        let (seen, any_cr) = each_kind!(view, v => look(v));
        self.seen.set(self.seen.get() | seen);
        if !any_cr || !self.translate.get() {
            return Ok(text);
        }
        let out = match view {
            Str::Ascii(v) | Str::Latin1(v) => unicode::from_latin1(py, &translated(v)),
            wide => {
                let mut out = Builder::with_capacity(n);
                let mut it = wide.chars().peekable();
                while let Some(c) = it.next() {
                    if c == 0x0D {
                        it.next_if_eq(&0x0A);
                        out.push(0x0A);
                    } else {
                        out.push(c);
                    }
                }
                unicode::from_buf(py, out.finish())
            }
        }?;
        Ok(out)
    }

    /// The attribute `newlines`.
    pub fn to_object(&self, py: Py<'_>) -> PyResult {
        let mut kinds = Vec::new();
        for (bit, text) in [(CR, "\r"), (LF, "\n"), (CRLF, "\r\n")] {
            if self.seen.get() & bit != 0 {
                kinds.push(unicode::from_str(py, text)?.upcast());
            }
        }
        match kinds.len() {
            0 => Ok(object::none()),
            1 => Ok(kinds.pop().expect("one")),
            _ => Ok(tuple::from_iter(py, kinds)?.upcast()),
        }
    }
}

/// The kinds of newlines in a text, and whether there is a `\r`.
fn look<U: Unit>(v: &[U]) -> (u8, bool) {
    // A loop without an exit becomes vector code.
    let any = |c: u32| v.chunks(256).any(|b| b.iter().fold(false, |found, u| found | (u.code() == c)));
    if !any(0x0D) {
        return (if any(0x0A) { LF } else { 0 }, false);
    }
    let (mut seen, mut i) = (0, 0);
    while i < v.len() {
        match v[i].code() {
            0x0A => seen |= LF,
            0x0D if v.get(i + 1).is_some_and(|u| u.code() == 0x0A) => {
                seen |= CRLF;
                i += 1;
            }
            0x0D => seen |= CR,
            _ => {}
        }
        i += 1;
    }
    (seen, true)
}

fn translated(v: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(v.len());
    let mut i = 0;
    while i < v.len() {
        if v[i] == b'\r' {
            out.push(b'\n');
            if v.get(i + 1) == Some(&b'\n') {
                i += 1;
            }
        } else {
            out.push(v[i]);
        }
        i += 1;
    }
    out
}

/// How lines end.
pub enum Ending<'a> {
    /// Only `\n`, everything else was translated.
    Translated,
    Universal,
    This(Str<'a>),
}

/// Where the line that begins at `start` ends; or how far no end is to be found.
pub fn line_end(s: Str<'_>, start: usize, ending: &Ending<'_>) -> Result<usize, usize> {
    each_kind!(s, v => find_end(v, start, ending))
}

fn find_end<U: Unit>(v: &[U], start: usize, ending: &Ending<'_>) -> Result<usize, usize> {
    let find = |from: usize, c: u32| v[from..].iter().position(|u| u.code() == c).map(|i| from + i);
    match ending {
        Ending::Translated => find(start, 0x0A).map(|i| i + 1).ok_or(v.len()),
        Ending::Universal => {
            match v[start..].iter().position(|u| u.code() == 0x0A || u.code() == 0x0D).map(|i| start + i) {
                None => Err(v.len()),
                Some(i) if v[i].code() == 0x0D && v.get(i + 1).is_some_and(|u| u.code() == 0x0A) => Ok(i + 2),
                Some(i) => Ok(i + 1),
            }
        }
        Ending::This(nl) => {
            let n = nl.len();
            let mut at = start;
            while let Some(i) = find(at, nl.at(0)) {
                let same = (0..n).take_while(|k| v.get(i + k).is_some_and(|u| u.code() == nl.at(*k))).count();
                if same == n {
                    return Ok(i + n);
                }
                if i + same == v.len() {
                    return Err(i);
                }
                at = i + 1;
            }
            Err(v.len())
        }
    }
}

/// `nldecoder_object`.
#[repr(C)]
pub struct NewlineDecoder {
    ob_base: PyObject,
    decoder: Field,
    errors: Field,
    state: Newlines,
}
// SAFETY: `#[repr(C)]`, and the header is first.
unsafe impl Layout for NewlineDecoder {}

/// `_io.IncrementalNewlineDecoder`.
pub static IncrementalNewlineDecoder: StaticType =
    StaticType::new::<NewlineDecoder>(c"_io.IncrementalNewlineDecoder")
        .flags(Py_TPFLAGS_BASETYPE)
        .doc(c"IncrementalNewlineDecoder(decoder, translate, errors='strict')\n--\n\nA decoder around another one, or none, that knows all newlines.")
        .init(glue::init(init))
        .dealloc(glue::dealloc(dealloc))
        .traverse(glue::traverse(traverse))
        .clear(glue::clear(clear))
        .methods(&METHODS)
        .getset(&GETSET);

methods! { static METHODS: for NewlineDecoder [
    "decode" = decode [2], "($self, /, input, final=False)", "The text of a piece of input.";
    "getstate" = getstate [0], "($self, /)", "What was not decoded yet, and flags.";
    "setstate" = setstate [1], "($self, state, /)", "Goes on from a state.";
    "reset" = reset [0], "($self, /)", "Begins anew.";
] }

getset! { static GETSET [
    "newlines" = |py: Py<'_>, d: &NewlineDecoder| { initialized(py, d)?; d.state.to_object(py) }, "";
] }

fn traverse(d: &NewlineDecoder, v: &glue::Visitor) -> Result<(), c_int> {
    v.visit(&d.decoder)?;
    v.visit(&d.errors)
}

fn clear(_: Py<'_>, d: &NewlineDecoder) {
    object::clear_field(&d.decoder);
    object::clear_field(&d.errors);
}

fn dealloc(py: Py<'_>, d: &NewlineDecoder) {
    // SAFETY: the type has a collector header.
    unsafe { gc::untrack(d.as_object()) };
    clear(py, d);
    // SAFETY: the fields were released; nobody uses the memory again.
    unsafe { object::tp_free(d.as_object()) }
}

fn init(py: Py<'_>, d: &NewlineDecoder, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let sig = signature!("IncrementalNewlineDecoder", "(decoder, translate, errors='strict')");
    bind_call(py, sig, args, kw, |b| {
        let translate: bool = b.arg(py, 1)?;
        let errors = match b.get(2) {
            Some(e) => e.to_owned(),
            None => unicode::from_str(py, "strict")?.upcast(),
        };
        set(&d.errors, Some(errors));
        set(&d.decoder, b.get(0).filter(|o| !object::is_none(o)).map(Object::to_owned));
        d.state.translate.set(translate);
        d.state.reset();
        Ok(())
    })
}

fn initialized(py: Py<'_>, d: &NewlineDecoder) -> PyResult<()> {
    if d.errors.get().is_null() {
        return Err(value_error(py, "IncrementalNewlineDecoder.__init__() not called"));
    }
    Ok(())
}

/// `check_decoded`.
pub fn decoded_str(py: Py<'_>, o: Owned) -> PyResult<Owned<PyUnicodeObject>> {
    if unicode::check(&o).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!("decoder should return a string result, not '{}'", type_name(o.ty())),
        ));
    }
    // SAFETY: LAYOUT: just checked.
    Ok(unsafe { o.cast() })
}

fn decode(
    py: Py<'_>,
    d: &NewlineDecoder,
    input: &PyObject,
    last: Option<bool>,
) -> PyResult<Owned<PyUnicodeObject>> {
    initialized(py, d)?;
    let last = last.unwrap_or(false);
    let text = match get(&d.decoder) {
        Some(inner) => {
            let flag = dxpy_core::boolean::new(last);
            call::method(py, &inner, name!("decode"), [input, flag.as_object()])?
        }
        None => input.to_owned(),
    };
    let text = decoded_str(py, text)?;
    d.state.feed(py, text, last)
}

fn getstate(py: Py<'_>, d: &NewlineDecoder) -> PyResult<Owned<PyTupleObject>> {
    initialized(py, d)?;
    let (buffer, flag) = match get(&d.decoder) {
        Some(inner) => {
            let state = call::method(py, &inner, name!("getstate"), [])?;
            let items = tuple::check(&state).map(tuple::items);
            match items {
                Some([buffer, flag]) => {
                    let flag = number::index(py, flag)?;
                    ((*buffer).to_owned(), long::to_u64(&flag).unwrap_or(0))
                }
                _ => return Err(exceptions::type_error(py, format_args!("illegal decoder state"))),
            }
        }
        None => (bytes::empty().upcast(), 0),
    };
    let flag = flag << 1 | d.state.pending_cr.get() as u64;
    tuple::from_iter(py, [buffer, long::from_u64(py, flag)?.upcast()])
}

fn setstate(py: Py<'_>, d: &NewlineDecoder, state: &PyObject) -> PyResult {
    initialized(py, d)?;
    let Some(t) = tuple::check(state) else {
        return Err(exceptions::type_error(py, format_args!("state argument must be a tuple")));
    };
    let [buffer, flag] = tuple::items(t) else {
        return Err(exceptions::type_error(py, format_args!("setstate(): illegal state argument")));
    };
    let flag = long::to_u64(&*number::index(py, flag)?).unwrap_or(0);
    d.state.pending_cr.set(flag & 1 != 0);
    match get(&d.decoder) {
        Some(inner) => {
            let rest = long::from_u64(py, flag >> 1)?.upcast();
            let state = tuple::from_iter(py, [(*buffer).to_owned(), rest])?;
            call::method(py, &inner, name!("setstate"), [state.as_object()])
        }
        None => Ok(object::none()),
    }
}

fn reset(py: Py<'_>, d: &NewlineDecoder) -> PyResult {
    initialized(py, d)?;
    d.state.reset();
    match get(&d.decoder) {
        Some(inner) => call::method(py, &inner, name!("reset"), []),
        None => Ok(object::none()),
    }
}
