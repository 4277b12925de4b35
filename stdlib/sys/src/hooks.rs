//! The hooks of `sys` as they are at start: `excepthook`, `unraisablehook`, `breakpointhook`.

use crate::config;
use dxpy_core::abi::*;
use dxpy_core::args::{Keywords, Rest};
use dxpy_core::module;
use dxpy_core::ptr::Object;
use dxpy_core::{Py, PyResult, attr, call, dict, exceptions, object, tuple};
use dxpy_import::display;

/// Adds the functions, the originals and the type of the argument of `unraisablehook`.
pub(crate) fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    display::ignored::args_type(py)?;
    for (original, hook) in [
        ("__excepthook__", "excepthook"),
        ("__unraisablehook__", "unraisablehook"),
        ("__breakpointhook__", "breakpointhook"),
    ] {
        if let Some(f) = dict::get_str(py, module::dict_of(m), hook)? {
            module::add(py, m, original, &f)?;
        }
    }
    Ok(())
}

/// `sys.excepthook`.
pub(crate) fn excepthook(py: Py<'_>, _: &PyModuleObject, _class: &PyObject, value: &PyObject, tb: &PyObject) {
    display::display(py, value, Some(tb));
}

/// `sys.unraisablehook`.
pub(crate) fn unraisablehook(py: Py<'_>, _: &PyModuleObject, args: &PyObject) -> PyResult<()> {
    display::ignored::hook(py, args)
}

/// `sys.breakpointhook`: calls what `PYTHONBREAKPOINT` names, `pdb.set_trace` by default.
pub(crate) fn breakpointhook(py: Py<'_>, _: &PyModuleObject, args: Rest<'_>, kw: Keywords<'_>) -> PyResult {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let ignored = config::get().ignore_environment != 0;
    let named = std::env::var_os("PYTHONBREAKPOINT").filter(|v| !ignored && !v.is_empty());
    let named = named.unwrap_or_else(|| "pdb.set_trace".into()).into_vec();
    if named == b"0" {
        return Ok(object::none());
    }
    let shown = dxpy_core::codecs::decode_fs(py, &named)?;
    let (module, attribute) = match named.iter().rposition(|b| *b == b'.') {
        Some(at) => (&named[..at], &named[at + 1..]),
        None => (&b"builtins"[..], &named[..]),
    };
    let find = || -> PyResult {
        let module = dxpy_core::codecs::decode_fs(py, module)?;
        let attribute = dxpy_core::codecs::decode_fs(py, attribute)?;
        let from = tuple::from_iter(py, [shown.clone().upcast()])?;
        let m = dxpy_import::import::import_level(py, module.as_object(), None, Some(from.as_object()), 0)?;
        attr::get(py, &m, &attribute)
    };
    let f = match find() {
        Ok(f) => f,
        Err(e) => {
            let expected = [&exceptions::ImportError, &exceptions::AttributeError, &exceptions::ValueError];
            if !expected.iter().any(|t| exceptions::matches(&e, t)) {
                return Err(e);
            }
            let text = std::ffi::OsStr::from_bytes(&named).to_string_lossy();
            let text = format_args!("Ignoring unimportable $PYTHONBREAKPOINT: \"{text}\"");
            exceptions::warn(py, &exceptions::RuntimeWarning, 0, text)?;
            return Ok(object::none());
        }
    };
    // SAFETY: LIVE: the arguments live for the call.
    let given = args.0.iter().map(|a| unsafe { &**a }.to_owned());
    let given = tuple::from_iter(py, given.collect::<Vec<_>>())?;
    let kw = kw.to_dict(py)?;
    call::call_tuple(py, &f, &given, Some(&kw))
}
