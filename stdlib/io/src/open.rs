//! `open`, `open_code`, `text_encoding` (`Modules/_io/_iomodule.c`), and the standard streams (`create_stdio`).

use crate::MODES;
use crate::buffered::types::{BufferedRandom, BufferedReader, BufferedWriter};
use crate::fileio::FileIO;
use crate::textio::types::TextIOWrapper;
use crate::util::*;
use core::sync::atomic::Ordering;
use dxpy_core::abi::*;
use dxpy_core::boolean;
use dxpy_core::call;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyResult, attr, codecs, exceptions, long, name, number, object, protocol, unicode,
};

/// What `open` is told.
struct How<'a> {
    buffering: i32,
    encoding: Option<&'a PyObject>,
    errors: Option<&'a PyObject>,
    newline: Option<&'a PyObject>,
    closefd: bool,
    opener: Option<&'a PyObject>,
}

/// `open`.
pub fn open(
    py: Py<'_>,
    _: &PyModuleObject,
    file: &PyObject,
    mode: Option<&PyUnicodeObject>,
    buffering: Option<i32>,
    encoding: Option<Text>,
    errors: Option<Text>,
    newline: Option<Text>,
    closefd: Option<bool>,
    opener: Option<&PyObject>,
) -> PyResult {
    let object = |t: &Option<Text>| t.as_ref().and_then(|t| t.0.clone());
    let (encoding, errors, newline) = (object(&encoding), object(&errors), object(&newline));
    let how = How {
        buffering: buffering.unwrap_or(-1),
        encoding: encoding.as_deref(),
        errors: errors.as_deref(),
        newline: newline.as_deref(),
        closefd: closefd.unwrap_or(true),
        opener: opener.filter(|o| !object::is_none(o)),
    };
    match mode {
        None => open_with(py, file, "r", &how),
        Some(m) => {
            let text = unicode::utf8(py, m)?;
            if text.contains('\0') {
                return Err(value_error(py, "embedded null character"));
            }
            open_with(py, file, &text, &how)
        }
    }
}

/// A str or None.
pub struct Text(Option<Owned>);

impl<'a> dxpy_core::args::FromArg<'a> for Text {
    fn from_arg(py: Py<'a>, b: &dxpy_core::args::Bound<'a>, i: usize) -> PyResult<Self> {
        let o = <&'a PyObject>::from_arg(py, b, i)?;
        if object::is_none(o) {
            return Ok(Text(None));
        }
        let Some(s) = unicode::check(o) else {
            return Err(dxpy_core::args::bad_argument(py, b, i, "str or None"));
        };
        if unicode::utf8(py, s)?.contains('\0') {
            return Err(value_error(py, "embedded null character"));
        }
        Ok(Text(Some(o.to_owned())))
    }
}

fn open_with(py: Py<'_>, file: &PyObject, mode: &str, how: &How<'_>) -> PyResult {
    crate::ready(py)?;
    let is_number = number::check(file);
    let path = if is_number { file.to_owned() } else { codecs::fspath(py, file)? };
    let mut raw_mode = String::new();
    let (mut text, mut binary, mut updating) = (false, false, false);
    let (mut reads, mut kinds) = (false, 0);
    for (i, c) in mode.char_indices() {
        let bad = || exceptions::value_error(py, format_args!("invalid mode: '{mode}'"));
        match c {
            'x' | 'w' | 'a' => kinds += 1,
            'r' => {
                kinds += 1;
                reads = true;
            }
            '+' => updating = true,
            't' => text = true,
            'b' => binary = true,
            _ => return Err(bad()),
        }
        if mode[i + 1..].contains(c) {
            return Err(bad());
        }
        if !matches!(c, 't' | 'b') {
            raw_mode.push(c);
        }
    }
    // The raw mode has its letters in this order.
    let raw_mode: String = ['x', 'r', 'w', 'a', '+'].into_iter().filter(|c| raw_mode.contains(*c)).collect();
    if text && binary {
        return Err(value_error(py, "can't have text and binary mode at once"));
    }
    if kinds > 1 {
        return Err(value_error(py, "must have exactly one of create/read/write/append mode"));
    }
    for (what, given) in [
        ("an encoding", how.encoding.is_some()),
        ("an errors", how.errors.is_some()),
        ("a newline", how.newline.is_some()),
    ] {
        if binary && given {
            return Err(exceptions::value_error(
                py,
                format_args!("binary mode doesn't take {what} argument"),
            ));
        }
    }
    if binary && how.buffering == 1 {
        exceptions::warn(
            py,
            &exceptions::RuntimeWarning,
            1,
            format_args!(
                "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used"
            ),
        )?;
    }
    let raw_mode = unicode::from_str(py, &raw_mode)?;
    let none = object::none();
    let raw = call::call(
        py,
        FileIO.as_object(),
        [&path, raw_mode.as_object(), boolean::new(how.closefd).as_object(), how.opener.unwrap_or(&none)],
    )?;
    let mut made = raw.clone();
    let result = wrap(py, &raw, mode, how, (binary, updating, reads, kinds), &mut made);
    if let Err(e) = result {
        let closed = call::method(py, &made, name!("close"), []);
        return match closed {
            Ok(_) => Err(e),
            Err(second) => chain(Some(e), Err(second)),
        };
    }
    Ok(made)
}

/// Puts a buffer and text around the raw file; `made` is the outermost so far.
fn wrap(
    py: Py<'_>,
    raw: &PyObject,
    mode: &str,
    how: &How<'_>,
    (binary, updating, reads, kinds): (bool, bool, bool, i32),
    made: &mut Owned,
) -> PyResult<()> {
    let mut buffering = how.buffering as i64;
    let terminal = buffering < 0 && protocol::is_true(py, &*call::method(py, raw, name!("isatty"), [])?)?;
    let line_buffering = buffering == 1 || terminal;
    if line_buffering {
        buffering = -1;
    }
    if buffering < 0 {
        let size = attr::get_name(py, raw, name!("_blksize"))?;
        buffering = number::as_ssize(py, &size, &exceptions::OverflowError)? as i64;
    }
    if buffering < 0 {
        return Err(value_error(py, "invalid buffering size"));
    }
    if buffering == 0 {
        return if binary { Ok(()) } else { Err(value_error(py, "can't have unbuffered text I/O")) };
    }
    let class: &StaticType = if updating {
        &BufferedRandom
    } else if kinds > 0 && !reads {
        &BufferedWriter
    } else if reads {
        &BufferedReader
    } else {
        return Err(exceptions::value_error(py, format_args!("unknown mode: '{mode}'")));
    };
    let size = long::from_i64(py, buffering)?;
    *made = call::call(py, class.as_object(), [raw, size.as_object()])?;
    if binary {
        return Ok(());
    }
    let none = object::none();
    let line = boolean::new(line_buffering);
    *made = call::call(
        py,
        TextIOWrapper.as_object(),
        [
            &*made.clone(),
            how.encoding.unwrap_or(&none),
            how.errors.unwrap_or(&none),
            how.newline.unwrap_or(&none),
            line.as_object(),
        ],
    )?;
    let mode = unicode::from_str(py, mode)?;
    attr::set_name(py, made, name!("mode"), mode.as_object())
}

/// `open_code`.
pub fn open_code(py: Py<'_>, _: &PyModuleObject, path: &PyUnicodeObject) -> PyResult {
    if let Some(opened) = dxpy_core::hooks::open_code(py, path) {
        return opened;
    }
    let how = How { buffering: -1, encoding: None, errors: None, newline: None, closefd: true, opener: None };
    open_with(py, path.as_object(), "rb", &how)
}

/// `text_encoding`.
pub fn text_encoding(py: Py<'_>, _: &PyModuleObject, encoding: &PyObject, level: Option<i32>) -> PyResult {
    if !object::is_none(encoding) {
        return Ok(encoding.to_owned());
    }
    warn_default_encoding(py, level.unwrap_or(2) as isize)?;
    let name = if MODES.utf8.load(Ordering::Relaxed) { "utf-8" } else { "locale" };
    Ok(unicode::from_str(py, name)?.upcast())
}

/// The warning that no encoding was given, where it is asked for (PEP 597).
pub fn warn_default_encoding(py: Py<'_>, level: isize) -> PyResult<()> {
    if !MODES.warn_default_encoding.load(Ordering::Relaxed) {
        return Ok(());
    }
    let text = format_args!("'encoding' argument not specified");
    exceptions::warn(py, &exceptions::EncodingWarning, level, text)
}

/// `create_stdio`: `sys.stdin` and its like over a descriptor. `mode` is `r` or `w`; None for a descriptor that is not open.
/// With `write_through` nothing is buffered for writing; otherwise a terminal and standard error are written by lines.
pub fn standard_stream(
    py: Py<'_>,
    fd: i32,
    name: &str,
    mode: &str,
    encoding: &str,
    errors: &str,
    line_buffering: bool,
    write_through: bool,
) -> PyResult {
    if dxpy_host::fs::fstat(fd).is_err() {
        return Ok(object::none());
    }
    let writes = mode.starts_with('w');
    let unbuffered = writes && write_through;
    let how = How {
        buffering: if unbuffered { 0 } else { -1 },
        encoding: None,
        errors: None,
        newline: None,
        closefd: false,
        opener: None,
    };
    let number = long::from_i64(py, fd as i64)?;
    let buffer = open_with(py, number.as_object(), if writes { "wb" } else { "rb" }, &how)?;
    let raw = if unbuffered { buffer.clone() } else { attr::get_name(py, &buffer, name!("raw"))? };
    let text = unicode::from_str(py, name)?;
    attr::set_name(py, &raw, name!("name"), text.as_object())?;
    let terminal = protocol::is_true(py, &*call::method(py, &raw, name!("isatty"), [])?)?;
    let lines = line_buffering || (!write_through && (terminal || fd == 2));
    let (encoding, errors) = (unicode::from_str(py, encoding)?, unicode::from_str(py, errors)?);
    let newline = unicode::from_str(py, "\n")?;
    let stream = call::call(
        py,
        TextIOWrapper.as_object(),
        [
            &buffer,
            encoding.as_object(),
            errors.as_object(),
            newline.as_object(),
            boolean::new(lines).as_object(),
            boolean::new(write_through).as_object(),
        ],
    )?;
    let mode = unicode::from_str(py, mode)?;
    attr::set_name(py, &stream, name!("mode"), mode.as_object())?;
    Ok(stream)
}
