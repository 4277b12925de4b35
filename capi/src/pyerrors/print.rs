//! C's own formats: `PyOS_snprintf`, `PySys_WriteStdout`, `PyBytes_FromFormat`, fatal errors, audit events.

use crate::util::{c_bytes, c_text, pointer, token};
use crate::varargs::{VaList, variadic};
use core::ffi::{c_char, c_int};
use dxpy_core::abi::PyObject;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, audit, bytes, call, dict, exceptions, module, name, object, tuple, unicode,
};

unsafe extern "C" {
    fn vsnprintf(to: *mut c_char, n: usize, format: *const c_char, args: *mut VaList) -> c_int;
}

/// C: `int PyOS_vsnprintf(char *, size_t, const char *, va_list)`: always ends with a zero.
///
/// # Safety
/// Room for `n` characters; a format and what it asks for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyOS_vsnprintf(
    to: *mut c_char,
    n: usize,
    format: *const c_char,
    args: &mut VaList,
) -> c_int {
    if n > c_int::MAX as usize - 512 || n == 0 {
        return -666;
    }
    // SAFETY: the caller's promise; the list is what C has for one.
    unsafe {
        let written = vsnprintf(to, n, format, args);
        *to.add(n - 1) = 0;
        written
    }
}

variadic!(PyOS_snprintf, PyOS_vsnprintf, 3);

/// The text that C's `printf` makes.
unsafe fn formatted(format: *const c_char, args: &VaList) -> Vec<u8> {
    let mut out = vec![0u8; 1024];
    // SAFETY: the caller's promise; a list is read by each call, so each has its own.
    unsafe {
        let n = vsnprintf(out.as_mut_ptr().cast(), out.len(), format, &mut args.copy()).max(0) as usize;
        if n >= out.len() {
            out.resize(n + 1, 0);
            vsnprintf(out.as_mut_ptr().cast(), out.len(), format, &mut args.copy());
        }
        out.truncate(n);
    }
    out
}

/// `sys_write`: at most 1,000 bytes, to the file of `sys`, or to C's stream where that fails.
fn write(py: Py<'_>, stream: &'static unicode::Name, fd: c_int, text: &[u8]) {
    let pending = PyErr::take(py);
    let send = |text: &[u8]| -> PyResult<bool> {
        let sys = module::dict_of(dxpy_import::state::sys());
        let Some(f) = dict::get_name(py, sys, stream)?.filter(|f| !object::is_none(f)) else {
            return Ok(false);
        };
        let s = dxpy_core::codecs::decode_utf8(py, dxpy_core::codecs::Source::new(text), Some("replace"))?;
        call::method(py, &f, name!("write"), [s.as_object()]).map(|_| true)
    };
    let mut parts = vec![&text[..text.len().min(1000)]];
    if text.len() > 1000 {
        parts.push(b"... truncated");
    }
    for part in parts {
        if !send(part).unwrap_or(false) {
            // There is nowhere to report a failure.
            let _ = dxpy_host::fd::write(fd, part);
        }
    }
    if let Some(e) = pending {
        e.restore(py);
    }
}

unsafe extern "C" fn write_stdout(format: *const c_char, args: &mut VaList) {
    // SAFETY: GIL; the C function's contract.
    unsafe { write(token(), name!("stdout"), 1, &formatted(format, args)) }
}

unsafe extern "C" fn write_stderr(format: *const c_char, args: &mut VaList) {
    // SAFETY: GIL; the C function's contract.
    unsafe { write(token(), name!("stderr"), 2, &formatted(format, args)) }
}

variadic!(PySys_WriteStdout, write_stdout, 1);
variadic!(PySys_WriteStderr, write_stderr, 1);

/// `PyBytes_FromFormatV`.
unsafe fn bytes_format(py: Py<'_>, format: *const c_char, args: &mut VaList) -> PyResult<Vec<u8>> {
    let text = c_bytes(format);
    let mut out = Vec::with_capacity(text.len());
    let mut i = 0;
    while let Some(&c) = text.get(i) {
        i += 1;
        if c != b'%' {
            out.push(c);
            continue;
        }
        let start = i - 1;
        let peek = |i: usize| text.get(i).copied().unwrap_or(0);
        let mut number = 0usize;
        while peek(i).is_ascii_digit() {
            i += 1;
        }
        let mut precision = None;
        if peek(i) == b'.' {
            i += 1;
            while peek(i).is_ascii_digit() {
                number = number.saturating_mul(10).saturating_add((peek(i) - b'0') as usize);
                i += 1;
            }
            precision = Some(number);
        }
        while peek(i) != 0 && peek(i) != b'%' && !peek(i).is_ascii_alphabetic() {
            i += 1;
        }
        let mut long = false;
        if matches!(peek(i), b'l' | b'z') && matches!(peek(i + 1), b'd' | b'u') {
            long = true;
            i += 1;
        }
        let code = peek(i);
        i += 1;
        // SAFETY: the caller's promise: the format names what is there.
        unsafe {
            match code {
                b'c' => match u8::try_from(args.int()) {
                    Ok(c) => out.push(c),
                    Err(_) => {
                        return Err(exceptions::overflow_error(
                            py,
                            format_args!(
                                "PyBytes_FromFormatV(): %c format expects an integer in range [0; 255]"
                            ),
                        ));
                    }
                },
                b'd' | b'i' if long => out.extend((args.word() as i64).to_string().bytes()),
                b'd' | b'i' => out.extend(args.int().to_string().bytes()),
                b'u' if long => out.extend(args.word().to_string().bytes()),
                b'u' => out.extend((args.int() as u32).to_string().bytes()),
                b'x' => out.extend(format!("{:x}", args.int()).bytes()),
                b's' => {
                    let p = args.pointer::<c_char>();
                    let limit = precision.filter(|n| *n > 0).unwrap_or(usize::MAX);
                    out.extend((0..limit).map(|i| *p.add(i) as u8).take_while(|c| *c != 0));
                }
                b'p' => out.extend(format!("0x{:x}", args.word()).bytes()),
                b'%' => out.push(b'%'),
                // What is not known is copied, with all that follows.
                _ => {
                    out.extend(&text[start..]);
                    return Ok(out);
                }
            }
        }
    }
    Ok(out)
}

/// C: `PyObject *PyBytes_FromFormatV(const char *, va_list)`.
///
/// # Safety
/// GIL; a format and what it asks for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBytes_FromFormatV(format: *const c_char, args: &mut VaList) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, bytes_format(py, format, args).and_then(|b| bytes::new(py, &b)))
    }
}

variadic!(PyBytes_FromFormat, PyBytes_FromFormatV, 1);

/// `_Py_FatalErrorFormat(function, format, ...)`: ends the process.
unsafe extern "C" fn fatal_format(function: *const c_char, format: *const c_char, args: &mut VaList) {
    // SAFETY: the caller's promise.
    let text = unsafe { formatted(format, args) };
    dxpy_types::dump::fatal(c_text(function), &String::from_utf8_lossy(&text))
}

variadic!(_Py_FatalErrorFormat, fatal_format, 2);

/// `PySys_Audit(event, format, ...)`.
unsafe extern "C" fn sys_audit(event: *const c_char, format: *const c_char, args: &mut VaList) -> c_int {
    if !audit::is_active() {
        return 0;
    }
    // SAFETY: GIL; the C function's contract.
    unsafe {
        let py = token();
        let make = |args: &mut VaList| -> PyResult<()> {
            let given = if c_text(format).unwrap_or("").is_empty() {
                tuple::empty()
            } else {
                let o: Owned =
                    dxpy_core::err::from_ptr(py, crate::modsupport::_Py_VaBuildValue_SizeT(format, args))?;
                match tuple::check(&o) {
                    Some(t) => t.to_owned(),
                    None => tuple::from_iter(py, [o])?,
                }
            };
            audit::raise(py, unicode::from_utf8(py, c_bytes(event))?.as_object(), &given)
        };
        crate::util::IntoC::into_c(make(args), py)
    }
}

variadic!(PySys_Audit, sys_audit, 2);
