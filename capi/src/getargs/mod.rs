//! `PyArg_Parse*` (`Python/getargs.c`): arguments of C functions by a format. The units are in `convert`, keyword
//! arguments in `keywords`, what needs no format in `unpack`.

mod convert;
mod keywords;
mod unpack;

use crate::util::token;
use crate::varargs::{VaList, variadic};
use convert::{Reader, Refused, count_units};
use core::ffi::{CStr, c_char, c_int};
use dxpy_core::abi::{Py_ssize_t, PyObject, PyTupleObject};
use dxpy_core::{Py, PyErr, PyResult, exceptions, tuple};

/// What a format says beside its units.
struct Names<'f> {
    /// After `:`: the function's name for messages.
    function: Option<&'f str>,
    /// After `;`: the message instead of the usual ones.
    message: Option<&'f str>,
}

impl<'f> Names<'f> {
    fn of(format: &'f [u8]) -> Names<'f> {
        let text = |at: usize| core::str::from_utf8(&format[at + 1..]).unwrap_or("?");
        match format.iter().position(|c| matches!(c, b':' | b';')) {
            Some(at) if format[at] == b':' => Names { function: Some(text(at)), message: None },
            Some(at) => Names { function: None, message: Some(text(at)) },
            None => Names { function: None, message: None },
        }
    }

    /// The function as the subject of a message.
    fn subject(&self) -> String {
        self.function.map_or_else(|| "function".to_owned(), |f| format!("{f}()"))
    }
}

/// `seterror`: the exception for a refused argument; the position is 1-based, 0 for an only argument.
fn refused(py: Py<'_>, why: Refused, position: usize, levels: &[usize], names: &Names<'_>) -> PyErr {
    let text = match why {
        Refused::Raised(e) => return e,
        Refused::Text(text) => text,
    };
    let mut whole = String::new();
    if let Some(m) = names.message {
        whole.push_str(m);
    } else {
        if let Some(f) = names.function {
            whole.push_str(&format!("{f}() "));
        }
        whole.push_str("argument");
        if position > 0 {
            whole.push_str(&format!(" {position}"));
            for l in levels {
                whole.push_str(&format!(", item {}", l - 1));
            }
        }
        whole.push(' ');
        whole.push_str(&text);
    }
    if text.starts_with('(') {
        exceptions::system_error(py, format_args!("{whole}"))
    } else {
        exceptions::type_error(py, format_args!("{whole}"))
    }
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// The parsing functions' result: 1, or 0 with the error pending.
fn parsed(py: Py<'_>, r: PyResult<()>) -> c_int {
    match r {
        Ok(()) => 1,
        Err(e) => {
            e.restore(py);
            0
        }
    }
}

/// A format's bytes.
///
/// # Safety
/// A C string.
unsafe fn format_of<'f>(format: *const c_char) -> &'f [u8] {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(format) }.to_bytes()
}

/// The least and the greatest number of arguments.
fn limits(format: &[u8]) -> (usize, usize) {
    let end = format.iter().position(|c| matches!(c, b':' | b';')).unwrap_or(format.len());
    let units = &format[..end];
    // An optional part begins outside parentheses.
    let mut level = 0;
    let bar = units.iter().position(|c| {
        match c {
            b'(' => level += 1,
            b')' => level -= 1,
            _ => {}
        }
        *c == b'|' && level == 0
    });
    let max = count_units(units);
    (bar.map_or(max, |at| count_units(&units[..at])), max)
}

/// `vgetargs1_impl`: positional arguments.
///
/// # Safety
/// GIL, LIVE; the arguments of the list are those of the format.
unsafe fn positional(
    py: Py<'_>,
    items: &[*mut PyObject],
    format: &[u8],
    args: &mut VaList,
    sizes: bool,
) -> PyResult<()> {
    let names = Names::of(format);
    let (min, max) = limits(format);
    let n = items.len();
    if n < min || n > max {
        return Err(match names.message {
            Some(m) => exceptions::type_error(py, format_args!("{m}")),
            None => {
                let limit = if n < min { min } else { max };
                let how = match () {
                    () if min == max => "exactly",
                    () if n < min => "at least",
                    () => "at most",
                };
                exceptions::type_error(
                    py,
                    format_args!(
                        "{} takes {how} {limit} argument{} ({n} given)",
                        names.subject(),
                        plural(limit)
                    ),
                )
            }
        });
    }
    let mut r = Reader { format, args, sizes, levels: Vec::new(), made: Default::default() };
    for (i, item) in items.iter().enumerate() {
        if r.peek() == b'|' {
            r.advance();
        }
        // SAFETY: the caller's promise.
        if let Err(why) = unsafe { r.item(py, &**item) } {
            let e = refused(py, why, i + 1, &r.levels, &names);
            // SAFETY: the caller's places are still there.
            unsafe { r.made.undo() };
            return Err(e);
        }
    }
    let next = r.peek();
    if next != 0 && !next.is_ascii_alphabetic() && !matches!(next, b'(' | b'|' | b':' | b';') {
        let text = String::from_utf8_lossy(format).into_owned();
        // SAFETY: as above.
        unsafe { r.made.undo() };
        return Err(exceptions::system_error(py, format_args!("bad format string: {text}")));
    }
    Ok(())
}

/// A tuple's items as C code has them.
fn pointers(t: &PyTupleObject) -> &[*mut PyObject] {
    let items = tuple::items(t);
    // SAFETY: LAYOUT: a reference is such a pointer.
    unsafe { core::slice::from_raw_parts(items.as_ptr().cast(), items.len()) }
}

/// The arguments of a tuple, or the error of the old functions for what is none.
///
/// # Safety
/// LIVE.
unsafe fn tuple_items<'a>(py: Py<'_>, o: *mut PyObject) -> PyResult<&'a [*mut PyObject]> {
    // SAFETY: the caller's promise.
    match unsafe { o.as_ref() }.and_then(tuple::check) {
        Some(t) => Ok(pointers(t)),
        None => Err(exceptions::system_error(
            py,
            format_args!("new style getargs format but argument is not a tuple"),
        )),
    }
}

/// `PyArg_VaParse` and `PyArg_ParseTuple`.
unsafe fn from_tuple(o: *mut PyObject, format: *const c_char, args: &mut VaList, sizes: bool) -> c_int {
    // SAFETY: the functions' contract.
    unsafe {
        let py = token();
        let r = tuple_items(py, o).and_then(|items| positional(py, items, format_of(format), args, sizes));
        parsed(py, r)
    }
}

/// `PyArg_Parse`: one argument as itself, or a tuple for more.
unsafe fn old_style(o: *mut PyObject, format: *const c_char, args: &mut VaList, sizes: bool) -> c_int {
    // SAFETY: the functions' contract.
    unsafe {
        let py = token();
        let format = format_of(format);
        let names = Names::of(format);
        let r = match (limits(format), o.as_ref()) {
            ((_, 0), None) => Ok(()),
            ((_, 0), Some(_)) => {
                Err(exceptions::type_error(py, format_args!("{} takes no arguments", names.subject())))
            }
            ((1, 1), None) => Err(exceptions::type_error(
                py,
                format_args!("{} takes at least one argument", names.subject()),
            )),
            ((1, 1), Some(o)) => {
                let mut r = Reader { format, args, sizes, levels: Vec::new(), made: Default::default() };
                r.item(py, o).map_err(|why| {
                    let e = refused(py, why, 0, &r.levels, &names);
                    core::mem::take(&mut r.made).undo();
                    e
                })
            }
            _ => {
                Err(exceptions::system_error(py, format_args!("old style getargs format uses new features")))
            }
        };
        parsed(py, r)
    }
}

/// `_PyArg_ParseStack`.
unsafe fn from_stack(
    items: *const *mut PyObject,
    n: Py_ssize_t,
    format: *const c_char,
    args: &mut VaList,
    sizes: bool,
) -> c_int {
    // SAFETY: the function's contract.
    unsafe {
        let py = token();
        let items = if n == 0 { &[] } else { core::slice::from_raw_parts(items, n as usize) };
        parsed(py, positional(py, items, format_of(format), args, sizes))
    }
}

/// Defines the two names of each function: with lengths as `int` (refused where a format has any), and as `Py_ssize_t`.
macro_rules! both {
    ($plain:ident, $sized:ident, $fixed:tt, $of:ident ($($arg:ident: $ty:ty),*)) => {
        mod $plain {
            use super::*;
            pub unsafe extern "C" fn plain($($arg: $ty,)* args: &mut VaList) -> c_int {
                // SAFETY: the functions' contract.
                unsafe { $of($($arg,)* args, false) }
            }
            pub unsafe extern "C" fn sized($($arg: $ty,)* args: &mut VaList) -> c_int {
                // SAFETY: the functions' contract.
                unsafe { $of($($arg,)* args, true) }
            }
        }
        variadic!($plain, $plain::plain, $fixed);
        variadic!($sized, $plain::sized, $fixed);
    };
}
use both;

both!(PyArg_ParseTuple, _PyArg_ParseTuple_SizeT, 2, from_tuple(o: *mut PyObject, format: *const c_char));
both!(PyArg_Parse, _PyArg_Parse_SizeT, 2, old_style(o: *mut PyObject, format: *const c_char));
both!(
    _PyArg_ParseStack,
    _PyArg_ParseStack_SizeT,
    3,
    from_stack(items: *const *mut PyObject, n: Py_ssize_t, format: *const c_char)
);

/// C: `int PyArg_VaParse(PyObject *, const char *, va_list)`.
///
/// # Safety
/// GIL, LIVE; the arguments of the list are those of the format.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyArg_VaParse(o: *mut PyObject, format: *const c_char, args: &mut VaList) -> c_int {
    // SAFETY: the caller's promise. The caller's list does not move.
    unsafe { from_tuple(o, format, &mut args.copy(), false) }
}

/// C: `int _PyArg_VaParse_SizeT(PyObject *, const char *, va_list)`.
///
/// # Safety
/// As for `PyArg_VaParse`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyArg_VaParse_SizeT(
    o: *mut PyObject,
    format: *const c_char,
    args: &mut VaList,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { from_tuple(o, format, &mut args.copy(), true) }
}
