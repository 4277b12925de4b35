//! `print` (`builtin_print_impl`).

use dxpy_core::abi::*;
use dxpy_core::args::Rest;
use dxpy_core::call::{self, type_name};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, dict, exceptions, module, name, object, protocol, unicode};
use dxpy_import::state;

/// A separator: a str, or None for the usual one.
fn separator(py: Py<'_>, what: &str, o: Option<&PyObject>, usual: &'static str) -> PyResult<Owned> {
    match o.filter(|o| !object::is_none(o)) {
        None => Ok(unicode::from_str(py, usual)?.upcast()),
        Some(o) if unicode::check(o).is_some() => Ok(o.to_owned()),
        Some(o) => Err(exceptions::type_error(
            py,
            format_args!("{what} must be None or a string, not {}", type_name(o.ty())),
        )),
    }
}

#[cold]
fn lost(py: Py<'_>) -> PyErr {
    exceptions::runtime_error(py, format_args!("lost sys.stdout"))
}

/// `print(*args, sep=' ', end='\n', file=None, flush=False)`.
pub fn print(
    py: Py<'_>,
    _: &PyModuleObject,
    args: Rest<'_>,
    sep: Option<&PyObject>,
    end: Option<&PyObject>,
    file: Option<&PyObject>,
    flush: Option<bool>,
) -> PyResult<()> {
    let file = match file.filter(|f| !object::is_none(f)) {
        Some(f) => f.to_owned(),
        None => {
            dict::get_name(py, module::dict_of(state::sys()), name!("stdout"))?.ok_or_else(|| lost(py))?
        }
    };
    // A process without standard output has None there.
    if object::is_none(&file) {
        return Ok(());
    }
    let sep = separator(py, "sep", sep, " ")?;
    let end = separator(py, "end", end, "\n")?;
    let write = |o: &PyObject| call::method(py, &file, name!("write"), [o]).map(drop);
    for (i, a) in args.0.iter().enumerate() {
        if i > 0 {
            write(&sep)?;
        }
        // SAFETY: LIVE: an argument of the call.
        write(protocol::str(py, unsafe { &**a })?.as_object())?;
    }
    write(&end)?;
    if flush.unwrap_or(false) {
        call::method(py, &file, name!("flush"), [])?;
    }
    Ok(())
}
