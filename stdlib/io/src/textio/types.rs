//! `TextIOWrapper`'s construction (`_io_TextIOWrapper___init__`, `reconfigure`) and tables.

use super::seek::{seek, tell};
use super::*;
use crate::MODES;
use crate::abc::TextIOBase;
use crate::open::warn_default_encoding;
use crate::textdecode::{self, FOREIGN};
use core::sync::atomic::Ordering;
use dxpy_core::abi::constants::*;
use dxpy_core::args::bind_call;
use dxpy_core::codecs::registry;
use dxpy_core::statics::StaticType;
use dxpy_core::{getset, members, methods, number, signature};
use std::mem::offset_of;

/// `_io.TextIOWrapper`.
pub static TextIOWrapper: StaticType = StaticType::new::<TextIO>(c"_io.TextIOWrapper")
    .flags(Py_TPFLAGS_BASETYPE)
    .base(&TextIOBase)
    .doc(c"TextIOWrapper(buffer, encoding=None, errors=None, newline=None,\n              line_buffering=False, write_through=False)\n--\n\nText over a buffered stream of bytes.")
    .init(glue::init(init))
    .dealloc(glue::dealloc(dealloc))
    .repr(glue::unary(repr))
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(clear))
    .iternext(glue::iternext(next))
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&GETSET);

methods! { static METHODS: for TextIO [
    "detach" = detach [0], "($self, /)", "Separates the buffer and gives it.";
    "reconfigure" = reconfigure [5], "($self, /, *, encoding=None, errors=None, newline=None,\n            line_buffering=None, write_through=None)", "Changes how text is read and written.";
    "write" = write [1], "($self, text, /)", "Writes text and gives the number of its characters.";
    "read" = read [1], "($self, size=-1, /)", "Up to size characters, or all of them.";
    "readline" = readline [1], "($self, size=-1, /)", "One line, at most size characters of it.";
    "flush" = flush [0], "($self, /)", "Writes out what waits.";
    "close" = close [0], "($self, /)", "Flushes and closes the buffer.";
    "fileno" = fileno [0], "($self, /)", "As the buffer's.";
    "seekable" = seekable [0], "($self, /)", "As the buffer's.";
    "readable" = readable [0], "($self, /)", "As the buffer's.";
    "writable" = writable [0], "($self, /)", "As the buffer's.";
    "isatty" = isatty [0], "($self, /)", "As the buffer's.";
    "seek" = seek [2], "($self, cookie, whence=os.SEEK_SET, /)", "Goes to a place that tell() gave, the beginning, or the end.";
    "tell" = tell [0], "($self, /)", "The place, as an opaque number for seek().";
    "truncate" = truncate [1], "($self, pos=None, /)", "Cuts or extends the buffer's file.";
    "__reduce__" = cannot_pickle::<TextIO> [0], "?($self, /)", "";
    "__reduce_ex__" = cannot_pickle_ex::<TextIO> [1], "?($self, protocol, /)", "";
] }

members! { static MEMBERS [
    "encoding" = T_OBJECT, offset_of!(TextIO, encoding), READONLY, "";
    "buffer" = T_OBJECT, offset_of!(TextIO, buffer), READONLY, "";
    "line_buffering" = T_BOOL, offset_of!(TextIO, line_buffering), READONLY, "";
    "write_through" = T_BOOL, offset_of!(TextIO, write_through), READONLY, "";
    "_finalizing" = T_BOOL, offset_of!(TextIO, finalizing), 0, "";
] }

getset! { static GETSET [
    "name" = |py: Py<'_>, t: &TextIO| attr::get_name(py, &*t.attached(py)?, name!("name")), "";
    "closed" = |py: Py<'_>, t: &TextIO| attr::get_name(py, &*t.attached(py)?, name!("closed")), "";
    "newlines" = |py: Py<'_>, t: &TextIO| { t.attached(py)?; t.decoder.seen(py) }, "";
    "errors" = |py: Py<'_>, t: &TextIO| match get(&t.errors).filter(|_| t.ok.get()) {
        Some(e) => Ok(e),
        None => t.attached(py),
    }, "";
    "_CHUNK_SIZE" = |py: Py<'_>, t: &TextIO| { t.attached(py)?; long::from_i64(py, t.chunk_size.get() as i64) },
        set set_chunk_size, "";
] }

fn set_chunk_size(py: Py<'_>, t: &TextIO, v: Option<&PyObject>) -> PyResult<()> {
    t.attached(py)?;
    let Some(v) = v else {
        return Err(exceptions::attribute_error(py, format_args!("cannot delete attribute")));
    };
    let n = number::as_ssize(py, v, &exceptions::ValueError)?;
    if n <= 0 {
        return Err(value_error(py, "a strictly positive integer is required"));
    }
    t.chunk_size.set(n);
    Ok(())
}

fn fileno(py: Py<'_>, t: &TextIO) -> PyResult {
    call::method(py, &*t.attached(py)?, name!("fileno"), [])
}

fn seekable(py: Py<'_>, t: &TextIO) -> PyResult {
    call::method(py, &*t.attached(py)?, name!("seekable"), [])
}

fn readable(py: Py<'_>, t: &TextIO) -> PyResult {
    call::method(py, &*t.attached(py)?, name!("readable"), [])
}

fn writable(py: Py<'_>, t: &TextIO) -> PyResult {
    call::method(py, &*t.attached(py)?, name!("writable"), [])
}

fn isatty(py: Py<'_>, t: &TextIO) -> PyResult {
    call::method(py, &*t.attached(py)?, name!("isatty"), [])
}

fn truncate(py: Py<'_>, t: &TextIO, place: Option<&PyObject>) -> PyResult {
    let buffer = t.attached(py)?;
    call::method(py, t.as_object(), name!("flush"), [])?;
    let none = object::none();
    call::method(py, &buffer, name!("truncate"), [place.unwrap_or(&none)])
}

/// `validate_newline`.
fn check_newline(py: Py<'_>, newline: Option<&str>) -> PyResult<()> {
    match newline {
        None | Some("" | "\n" | "\r" | "\r\n") => Ok(()),
        Some(other) => Err(exceptions::value_error(py, format_args!("illegal newline value: {other}"))),
    }
}

/// `set_newline`.
fn set_newline(py: Py<'_>, t: &TextIO, newline: Option<&str>) -> PyResult<()> {
    let object = match newline {
        Some(n) => Some(unicode::from_str(py, n)?),
        None => None,
    };
    set(&t.read_nl, object.clone());
    t.read_universal.set(newline.is_none_or(str::is_empty));
    t.read_translate.set(newline.is_none());
    t.write_translate.set(newline != Some(""));
    let writes = object.filter(|_| matches!(newline, Some("\r" | "\r\n")));
    set(&t.write_nl, writes);
    Ok(())
}

/// The encoding of the locale (`_Py_GetLocaleEncodingObject`); the C locale counts as UTF-8, as CPython's coercion makes
/// it.
pub fn locale_encoding(py: Py<'_>) -> PyResult<Owned<PyUnicodeObject>> {
    if MODES.utf8.load(Ordering::Relaxed) {
        return unicode::from_str(py, "utf-8");
    }
    let name = dxpy_host::locale::info(libc::CODESET).and_then(|b| String::from_utf8(b).ok());
    match name.as_deref() {
        Some(n) if !n.is_empty() && n != "ANSI_X3.4-1968" => unicode::from_str(py, n),
        _ => unicode::from_str(py, "UTF-8"),
    }
}

/// Decoder and encoder of an encoding (`_textiowrapper_set_decoder`, `_textiowrapper_set_encoder`).
fn set_codecs(py: Py<'_>, t: &TextIO, encoding: &PyUnicodeObject, errors: &PyObject) -> PyResult<()> {
    let text = unicode::utf8(py, encoding)?;
    // `reconfigure` lets zeros through; CPython's look-up takes the name as text of C, which ends there.
    let text = text.split('\0').next().unwrap_or_default();
    let kind = textdecode::native(text);
    let codec = match kind {
        FOREIGN => Some(registry::lookup_text(py, text, "codecs.open()")?.upcast()),
        _ => None,
    };
    let buffer = get(&t.buffer).unwrap_or_else(object::none);
    let able = |name| -> PyResult<bool> { protocol::is_true(py, &*call::method(py, &buffer, name, [])?) };
    if able(name!("readable"))? {
        let (universal, translate) = (t.read_universal.get(), t.read_translate.get());
        t.decoder.start(py, kind, codec.as_deref(), errors, universal, translate)?;
    }
    if able(name!("writable"))? {
        t.encoder.start(py, kind, codec.as_deref(), errors)?;
    }
    Ok(())
}

/// `_textiowrapper_fix_encoder_state`: no byte order mark in the middle of a file.
fn fix_encoder(py: Py<'_>, t: &TextIO) -> PyResult<()> {
    if !t.seekable.get() || !t.encoder.exists() {
        return Ok(());
    }
    let buffer = get(&t.buffer).unwrap_or_else(object::none);
    let place = call::method(py, &buffer, name!("tell"), [])?;
    let zero = long::from_i64(py, 0)?;
    if !protocol::rich_compare_bool(py, &place, zero.as_object(), Py_EQ)? {
        t.encoder.reset(py, false)?;
    }
    Ok(())
}

/// What `TextIOWrapper(...)` is given.
pub struct Settings<'a> {
    pub encoding: Option<&'a PyUnicodeObject>,
    pub errors: Option<&'a PyObject>,
    pub newline: Option<&'a str>,
    pub line_buffering: bool,
    pub write_through: bool,
}

/// The constructor's work.
pub fn start(py: Py<'_>, t: &TextIO, buffer: &PyObject, s: &Settings<'_>) -> PyResult<()> {
    t.ok.set(false);
    t.detached.set(false);
    if s.encoding.is_none() {
        warn_default_encoding(py, 1)?;
    }
    let errors = match s.errors {
        None => unicode::from_str(py, "strict")?.upcast(),
        Some(e) => match unicode::check(e) {
            None => {
                return Err(exceptions::type_error(
                    py,
                    format_args!(
                        "TextIOWrapper() argument 'errors' must be str or None, not {}",
                        type_name(e.ty())
                    ),
                ));
            }
            Some(text) => {
                if unicode::utf8(py, text)?.contains('\0') {
                    return Err(value_error(py, "embedded null character"));
                }
                e.to_owned()
            }
        },
    };
    check_newline(py, s.newline)?;
    if MODES.dev.load(Ordering::Relaxed)
        && let Some(e) = unicode::check(&errors)
    {
        registry::lookup_error(py, &unicode::utf8(py, e)?)?;
    }
    fields(t).into_iter().for_each(object::clear_field);
    t.decoder.kind.set(textdecode::NONE);
    t.encoder.kind.set(textdecode::NONE);
    drop(t.pending.take());
    t.pending_len.set(0);
    t.used.set(0);
    t.ratio.set(0.0);
    let encoding = match s.encoding {
        Some(e) if !unicode::equals_str(e.as_object(), "locale") => e.to_owned(),
        _ => locale_encoding(py)?,
    };
    t.chunk_size.set(8192);
    t.line_buffering.set(s.line_buffering);
    t.write_through.set(s.write_through);
    set_newline(py, t, s.newline)?;
    set(&t.buffer, Some(buffer.to_owned()));
    set_codecs(py, t, &encoding, &errors)?;
    set(&t.encoding, Some(encoding));
    set(&t.errors, Some(errors));
    let seekable = protocol::is_true(py, &*call::method(py, buffer, name!("seekable"), [])?)?;
    t.seekable.set(seekable);
    t.telling.set(seekable);
    t.has_read1.set(attr::lookup_name(py, buffer, name!("read1"))?.is_some());
    fix_encoder(py, t)?;
    t.ok.set(true);
    Ok(())
}

/// A str or None as `z` takes it.
fn text_or_none<'a>(
    py: Py<'a>,
    what: &str,
    o: Option<&'a PyObject>,
) -> PyResult<Option<std::borrow::Cow<'a, str>>> {
    let Some(o) = o.filter(|o| !object::is_none(o)) else { return Ok(None) };
    let Some(s) = unicode::check(o) else {
        return Err(exceptions::type_error(
            py,
            format_args!("{what} must be str or None, not {}", type_name(o.ty())),
        ));
    };
    let text = unicode::utf8(py, s)?;
    if text.contains('\0') {
        return Err(value_error(py, "embedded null character"));
    }
    Ok(Some(text))
}

fn init(py: Py<'_>, t: &TextIO, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let sig = signature!(
        "TextIOWrapper",
        "(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)"
    );
    bind_call(py, sig, args, kw, |b| {
        let given = |i: usize| b.get(i).filter(|o| !object::is_none(o));
        text_or_none(py, "TextIOWrapper() argument 'encoding'", b.get(1))?;
        let newline = text_or_none(py, "TextIOWrapper() argument 'newline'", b.get(3))?;
        let settings = Settings {
            encoding: given(1).and_then(unicode::check),
            errors: given(2),
            newline: newline.as_deref(),
            line_buffering: b.arg::<Option<bool>>(py, 4)?.unwrap_or(false),
            write_through: b.arg::<Option<bool>>(py, 5)?.unwrap_or(false),
        };
        start(py, t, b.arg(py, 0)?, &settings)
    })
}

/// `reconfigure`.
fn reconfigure(
    py: Py<'_>,
    t: &TextIO,
    encoding: Option<&PyObject>,
    errors: Option<&PyObject>,
    newline: Option<&PyObject>,
    line_buffering: Option<&PyObject>,
    write_through: Option<&PyObject>,
) -> PyResult<()> {
    let some = |o: Option<&PyObject>| o.is_some_and(|o| !object::is_none(o));
    if !t.decoded.get().is_null() && (some(encoding) || some(errors) || newline.is_some()) {
        return Err(unsupported(
            py,
            "It is not possible to set the encoding or newline of stream after the first read",
        ));
    }
    let nl = text_or_none(py, "reconfigure() argument 'newline'", newline)?;
    if newline.is_some() {
        check_newline(py, nl.as_deref())?;
    }
    let bool_or = |o: Option<&PyObject>, default: bool| match o.filter(|o| !object::is_none(o)) {
        // CPython takes a number here, not a truth value.
        Some(o) => Ok(number::as_ssize(py, o, &exceptions::OverflowError)? != 0),
        None => Ok(default),
    };
    let line_buffering = bool_or(line_buffering, t.line_buffering.get())?;
    let write_through = bool_or(write_through, t.write_through.get())?;
    call::method(py, t.as_object(), name!("flush"), [])?;
    t.ratio.set(0.0);
    if newline.is_some() {
        set_newline(py, t, nl.as_deref())?;
    }
    if some(encoding) || some(errors) || newline.is_some() {
        if let Some(e) = encoding.filter(|o| !object::is_none(o) && unicode::check(o).is_none()) {
            let text = format_args!(
                "reconfigure() argument 'encoding' must be str or None, not {}",
                type_name(e.ty())
            );
            return Err(exceptions::type_error(py, text));
        }
        text_or_none(py, "reconfigure() argument 'errors'", errors)?;
        let given = encoding.filter(|o| !object::is_none(o));
        let new_errors = match errors.filter(|o| !object::is_none(o)) {
            Some(e) => e.to_owned(),
            None if given.is_none() => get(&t.errors).unwrap_or_else(object::none),
            None => unicode::from_str(py, "strict")?.upcast(),
        };
        let new_encoding = match given.and_then(unicode::check) {
            Some(e) if unicode::equals_str(e.as_object(), "locale") => locale_encoding(py)?,
            Some(e) => e.to_owned(),
            None => match get(&t.encoding) {
                // SAFETY: LAYOUT: only strings are put there.
                Some(e) => unsafe { e.cast() },
                None => return t.attached(py).map(drop),
            },
        };
        set_codecs(py, t, &new_encoding, &new_errors)?;
        set(&t.encoding, Some(new_encoding));
        set(&t.errors, Some(new_errors));
        fix_encoder(py, t)?;
    }
    t.line_buffering.set(line_buffering);
    t.write_through.set(write_through);
    Ok(())
}
