//! `PyUnicode_FromFormatV`: text from a format of C's kind with Python's additions, and all that is made of it.

use crate::util::{pointer, token};
use crate::varargs::{VaList, variadic};
use core::ffi::{CStr, c_char};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, exceptions, protocol, unicode};

/// `PyUnicode_FromFormatV`.
///
/// # Safety
/// GIL; `format` is a C string, `args` holds what it asks for.
pub unsafe fn format(
    py: Py<'_>,
    format: *const c_char,
    args: &mut VaList,
) -> PyResult<Owned<PyUnicodeObject>> {
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(format) }.to_bytes();
    let mut out: Vec<u32> = Vec::with_capacity(text.len() + 32);
    let mut at = 0;
    while let Some(&c) = text.get(at) {
        if c == b'%' {
            // SAFETY: the caller's promise.
            at = unsafe { directive(py, text, at, args, &mut out) }?;
            continue;
        }
        if c >= 0x80 {
            return Err(exceptions::value_error(
                py,
                format_args!(
                    "PyUnicode_FromFormatV() expects an ASCII-encoded format string, got a non-ASCII byte: 0x{c:02x}"
                ),
            ));
        }
        out.push(u32::from(c));
        at += 1;
    }
    unicode::from_code_points(py, &out)
}

/// One `%` and what follows; the place after it.
///
/// # Safety
/// As for [`format`].
unsafe fn directive(
    py: Py<'_>,
    text: &[u8],
    start: usize,
    args: &mut VaList,
    out: &mut Vec<u32>,
) -> PyResult<usize> {
    let mut at = start + 1;
    let peek = |at: usize| text.get(at).copied().unwrap_or(0);
    let (mut left, mut zero) = (false, false);
    loop {
        match peek(at) {
            b'-' => left = true,
            b'0' => zero = true,
            _ => break,
        }
        at += 1;
    }
    // A width or precision: digits, or `*`. None: there is no such number.
    // SAFETY: the caller's promise.
    let number = |at: &mut usize, args: &mut VaList, what: &str| -> PyResult<Option<isize>> {
        if peek(*at) == b'*' {
            *at += 1;
            // SAFETY: as above.
            return Ok(Some(unsafe { args.int() } as isize));
        }
        let mut n: Option<isize> = None;
        while peek(*at).is_ascii_digit() {
            let digit = isize::from(peek(*at) - b'0');
            n = Some(
                n.unwrap_or(0)
                    .checked_mul(10)
                    .and_then(|v| v.checked_add(digit))
                    .ok_or_else(|| exceptions::value_error(py, format_args!("{what} too big")))?,
            );
            *at += 1;
        }
        Ok(n)
    };
    let mut width = number(&mut at, args, "width")?.unwrap_or(-1);
    if width < -1 {
        left = true;
        width = width.saturating_neg();
    }
    let mut precision = -1;
    if peek(at) == b'.' {
        at += 1;
        precision = number(&mut at, args, "precision")?.unwrap_or(0).max(-1);
    }
    let (mut long, mut wide) = (0, false);
    while long < 2 && peek(at) == b'l' {
        long += 1;
        at += 1;
    }
    if long == 0 && matches!(peek(at), b'z' | b'j' | b't') {
        wide = true;
        at += 1;
    }
    let code = peek(at);
    at += 1;
    let invalid = || {
        let rest = String::from_utf8_lossy(&text[start..]).into_owned();
        Err(exceptions::system_error(py, format_args!("invalid format string: {rest}")))
    };
    let misplaced = match code {
        b'd' | b'i' | b'o' | b'u' | b'x' | b'X' => false,
        b'c' | b'p' => long > 0 || wide || width >= 0 || precision >= 0,
        b's' | b'V' => long > 1 || wide,
        _ => long > 0 || wide,
    };
    if misplaced {
        return invalid();
    }
    // SAFETY: the caller's promise: each code takes what C's prototype says.
    unsafe {
        match code {
            b'%' if at == start + 2 => out.push(u32::from(b'%')),
            b'c' => {
                let c = args.int();
                if !(0..=0x10FFFF).contains(&c) {
                    return Err(exceptions::format(
                        py,
                        &exceptions::OverflowError,
                        format_args!("character argument not in range(0x110000)"),
                    ));
                }
                pad(out, vec![c as u32], width, left);
            }
            b'd' | b'i' | b'u' | b'x' | b'X' | b'o' => {
                let word = args.word();
                let narrow = long == 0 && !wide;
                let text = match code {
                    b'd' | b'i' if narrow => (word as i32).to_string(),
                    b'd' | b'i' => (word as i64).to_string(),
                    _ => {
                        let v = if narrow { u64::from(word as u32) } else { word };
                        match code {
                            b'u' => v.to_string(),
                            b'x' => format!("{v:x}"),
                            b'X' => format!("{v:X}"),
                            _ => format!("{v:o}"),
                        }
                    }
                };
                let (sign, digits) = match text.strip_prefix('-') {
                    Some(d) => ("-", d),
                    None => ("", text.as_str()),
                };
                let mut body: Vec<u32> = Vec::new();
                let filled = if zero && !left { width - sign.len() as isize } else { 0 };
                let zeros = precision.max(filled) - digits.len() as isize;
                body.extend(sign.bytes().map(u32::from));
                body.extend(core::iter::repeat_n(u32::from(b'0'), zeros.max(0) as usize));
                body.extend(digits.bytes().map(u32::from));
                pad(out, body, width, left);
            }
            b'p' => {
                let p = args.word();
                pad(out, format!("{p:#x}").bytes().map(u32::from).collect(), width, left);
            }
            b's' => {
                let body = if long > 0 {
                    wide_text(args.pointer(), precision)
                } else {
                    narrow_text(args.pointer(), precision)
                };
                pad(out, body, width, left);
            }
            b'A' | b'S' | b'R' | b'U' => {
                let o = &*args.pointer::<PyObject>();
                let s = match code {
                    b'A' => protocol::ascii(py, o)?,
                    b'S' => protocol::str(py, o)?,
                    b'R' => protocol::repr(py, o)?,
                    _ => {
                        use dxpy_core::ptr::Object;
                        crate::util::str_of(py, o.as_ptr())?.to_owned()
                    }
                };
                pad(out, clipped(&s, precision), width, left);
            }
            b'V' => {
                let o = args.pointer::<PyUnicodeObject>();
                let fallback = args.pointer::<c_char>();
                let body = match o.as_ref() {
                    Some(s) => clipped(s, precision),
                    None if long > 0 => wide_text(fallback as *const i32, precision),
                    None => narrow_text(fallback, precision),
                };
                pad(out, body, width, left);
            }
            _ => return invalid(),
        }
    }
    Ok(at)
}

fn pad(out: &mut Vec<u32>, body: Vec<u32>, width: isize, left: bool) {
    let fill = (width - body.len() as isize).max(0) as usize;
    if !left {
        out.extend(core::iter::repeat_n(u32::from(b' '), fill));
    }
    out.extend(body);
    if left {
        out.extend(core::iter::repeat_n(u32::from(b' '), fill));
    }
}

fn clipped(s: &PyUnicodeObject, precision: isize) -> Vec<u32> {
    let n = if precision < 0 { usize::MAX } else { precision as usize };
    unicode::code_points(s).take(n).collect()
}

/// UTF-8 up to a NUL or `precision` bytes; what is not UTF-8 is replaced.
///
/// # Safety
/// Such memory.
unsafe fn narrow_text(s: *const c_char, precision: isize) -> Vec<u32> {
    // SAFETY: the caller's promise.
    let bytes = unsafe {
        if precision < 0 {
            CStr::from_ptr(s).to_bytes()
        } else {
            let n = (0..precision as usize).take_while(|i| *s.add(*i) != 0).count();
            core::slice::from_raw_parts(s as *const u8, n)
        }
    };
    String::from_utf8_lossy(bytes).chars().map(u32::from).collect()
}

/// Wide characters up to a NUL or `precision` of them.
///
/// # Safety
/// Such memory.
unsafe fn wide_text(s: *const i32, precision: isize) -> Vec<u32> {
    let limit = if precision < 0 { usize::MAX } else { precision as usize };
    // SAFETY: the caller's promise.
    (0..limit).map(|i| unsafe { *s.add(i) } as u32).take_while(|c| *c != 0).collect()
}

/// `PyUnicode_FromFormat(format, ...)`, and `PyUnicode_FromFormatV(format, va_list)`.
///
/// # Safety
/// As for [`format`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_FromFormatV(text: *const c_char, args: &mut VaList) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, format(py, text, args))
    }
}

variadic!(PyUnicode_FromFormat, PyUnicode_FromFormatV, 1);

/// `PyErr_FormatV(type, format, va_list)`: raises, and answers NULL.
///
/// # Safety
/// As for [`format`]; an exception type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyErr_FormatV(
    ty: &PyObject,
    text: *const c_char,
    args: &mut VaList,
) -> *mut PyObject {
    // SAFETY: the caller's promise. The format may run Python code, so no exception is pending while it does.
    unsafe {
        let py = token();
        drop(dxpy_core::PyErr::take(py));
        match format(py, text, args) {
            Ok(s) => crate::pyerrors::raise(py, ty, Some(&s)),
            Err(e) => e.restore(py),
        }
        core::ptr::null_mut()
    }
}

variadic!(PyErr_Format, PyErr_FormatV, 2);

/// `_PyErr_FormatFromCause(type, format, ...)`: the pending exception becomes the cause.
pub(crate) unsafe extern "C" fn format_from_cause(
    ty: &PyObject,
    text: *const c_char,
    args: &mut VaList,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        let cause = dxpy_core::PyErr::take(py);
        PyErr_FormatV(ty, text, args);
        if let (Some(cause), Some(e)) = (cause, dxpy_core::PyErr::take(py)) {
            dxpy_core::exceptions::caused_by(py, e, cause).restore(py);
        }
        core::ptr::null_mut()
    }
}

variadic!(_PyErr_FormatFromCause, format_from_cause, 2);

/// `PySys_FormatStdout(format, ...)` and its kin: to the file of `sys`, or to the descriptor where there is none.
///
/// # Safety
/// As for [`format`].
unsafe fn to_stream(
    py: Py<'_>,
    stream: &'static dxpy_core::unicode::Name,
    text: *const c_char,
    args: &mut VaList,
) {
    let pending = dxpy_core::PyErr::take(py);
    // SAFETY: the caller's promise.
    let r = unsafe { format(py, text, args) }.and_then(|s| {
        let sys = dxpy_core::module::dict_of(dxpy_import::state::sys());
        match dxpy_core::dict::get_name(py, sys, stream)? {
            Some(f) if !dxpy_core::object::is_none(&f) => {
                dxpy_core::call::method(py, &f, dxpy_core::name!("write"), [s.as_object()]).map(drop)
            }
            _ => Ok(()),
        }
    });
    drop(r);
    if let Some(e) = pending {
        e.restore(py);
    }
}

unsafe extern "C" fn to_stdout(text: *const c_char, args: &mut VaList) {
    // SAFETY: the caller's promise.
    unsafe { to_stream(token(), dxpy_core::name!("stdout"), text, args) }
}

unsafe extern "C" fn to_stderr(text: *const c_char, args: &mut VaList) {
    // SAFETY: the caller's promise.
    unsafe { to_stream(token(), dxpy_core::name!("stderr"), text, args) }
}

variadic!(PySys_FormatStdout, to_stdout, 1);
variadic!(PySys_FormatStderr, to_stderr, 1);
