//! `SyntaxError` and its subtypes.

use super::base::{put, value};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::exceptions::base::set_args;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{Owned, Py, PyResult, exceptions, glue, long, members, protocol, sequence, tuple, unicode};

pub(super) static SYNTAX: StaticType = StaticType::new::<PySyntaxErrorObject>(c"SyntaxError")
    .doc(c"Invalid syntax.")
    .init(glue::init(init))
    .str(glue::unary(text))
    .members(&MEMBERS);
members! { static MEMBERS [
    "msg" = _Py_T_OBJECT, offset_of!(PySyntaxErrorObject, msg), 0, "exception msg";
    "filename" = _Py_T_OBJECT, offset_of!(PySyntaxErrorObject, filename), 0, "exception filename";
    "lineno" = _Py_T_OBJECT, offset_of!(PySyntaxErrorObject, lineno), 0, "exception lineno";
    "offset" = _Py_T_OBJECT, offset_of!(PySyntaxErrorObject, offset), 0, "exception offset";
    "text" = _Py_T_OBJECT, offset_of!(PySyntaxErrorObject, text), 0, "exception text";
    "end_lineno" = _Py_T_OBJECT, offset_of!(PySyntaxErrorObject, end_lineno), 0, "exception end lineno";
    "end_offset" = _Py_T_OBJECT, offset_of!(PySyntaxErrorObject, end_offset), 0, "exception end offset";
    "print_file_and_line" = _Py_T_OBJECT, offset_of!(PySyntaxErrorObject, print_file_and_line), 0, "exception print_file_and_line";
] }

/// `SyntaxError_init`: a message, and maybe (filename, lineno, offset, text[, end_lineno, end_offset]).
fn init(py: Py<'_>, e: &PySyntaxErrorObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    if has_keywords(kw) {
        let name = dxpy_core::call::type_name(e.as_object().ty());
        return Err(exceptions::type_error(py, format_args!("{name}() takes no keyword arguments")));
    }
    set_args(e, a);
    let items = tuple::items(a);
    if let Some(msg) = items.first() {
        put(&e.msg, Some((*msg).to_owned()));
    }
    if let [_, info] = items {
        let info = sequence::to_tuple(py, info)?;
        let parts = tuple::items(&info);
        let n = parts.len();
        if n < 4 {
            return Err(exceptions::type_error(
                py,
                format_args!("function missing required argument {} (pos {})", missing(n), n + 1),
            ));
        }
        if n > 6 {
            return Err(exceptions::type_error(
                py,
                format_args!("function takes at most 6 arguments ({n} given)"),
            ));
        }
        let fields = [&e.filename, &e.lineno, &e.offset, &e.text, &e.end_lineno, &e.end_offset];
        for (i, field) in fields.into_iter().enumerate() {
            put(field, parts.get(i).map(|p| (*p).to_owned()));
        }
        if !e.end_lineno.get().is_null() && e.end_offset.get().is_null() {
            return Err(exceptions::type_error(
                py,
                format_args!("end_offset must be provided when end_lineno is provided"),
            ));
        }
    }
    Ok(())
}

/// The name of a missing part of the second argument.
fn missing(n: usize) -> &'static str {
    ["'filename'", "'lineno'", "'offset'", "'text'"].get(n).copied().unwrap_or_default()
}

/// `SyntaxError_str`: the message with file and line.
fn text(py: Py<'_>, e: &PySyntaxErrorObject) -> PyResult<Owned<PyUnicodeObject>> {
    let msg = protocol::str(py, &value(&e.msg))?;
    let file = value(&e.filename);
    // SAFETY: LIVE: a field holds a reference, or NULL.
    let line = unsafe { e.lineno.get().as_ref() }.and_then(long::check_exact).and_then(long::to_i64);
    let file = unicode::check(&file).map(|f| {
        let f = unicode::display(f.as_object());
        f.rsplit('/').next().unwrap_or_default().to_owned()
    });
    let msg_text = unicode::display(msg.as_object());
    match (file, line) {
        (Some(f), Some(l)) => unicode::from_str(py, &format!("{msg_text} ({f}, line {l})")),
        (Some(f), None) => unicode::from_str(py, &format!("{msg_text} ({f})")),
        (None, Some(l)) => unicode::from_str(py, &format!("{msg_text} (line {l})")),
        (None, None) => Ok(msg),
    }
}
