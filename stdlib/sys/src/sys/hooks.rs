//! Hooks: `displayhook`, audit events, asynchronous generators and the origins of coroutines.

use super::records;
use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::args::Raw;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyResult, attr, audit as events, call, dict, exceptions, module, name, object, protocol,
    tuple, unicode,
};
use dxpy_import::state;

/// Writes what is shown where the stream cannot encode it: with `backslashreplace` (`sys_displayhook_unencodable`).
fn unencodable(py: Py<'_>, out: &PyObject, shown: &PyObject) -> PyResult<()> {
    let encoding = attr::get_name(py, out, name!("encoding"))?;
    let errors = unicode::from_str(py, "backslashreplace")?;
    let bytes = call::method(py, shown, name!("encode"), [&*encoding, errors.as_object()])?;
    if let Some(buffer) = attr::lookup_name(py, out, name!("buffer"))? {
        return call::method(py, &buffer, name!("write"), [&*bytes]).map(drop);
    }
    let strict = unicode::from_str(py, "strict")?;
    let text = call::method(py, &bytes, name!("decode"), [&*encoding, strict.as_object()])?;
    call::method(py, out, name!("write"), [&*text]).map(drop)
}

/// `sys.displayhook`.
pub(super) fn displayhook(py: Py<'_>, _: &PyModuleObject, o: &PyObject) -> PyResult<()> {
    // What `sys.modules` says, as a program may have taken it away.
    let modules = state::modules(py)?;
    let builtins = match dict::check(&modules) {
        Some(d) => dict::get_str(py, d, "builtins")?,
        None => None,
    };
    let Some(builtins) = builtins else {
        return Err(exceptions::runtime_error(py, format_args!("lost builtins module")));
    };
    // None is neither shown nor kept; keeping nothing meanwhile avoids that `_` refers to itself.
    if object::is_none(o) {
        return Ok(());
    }
    attr::set_name(py, &builtins, name!("_"), &object::none())?;
    let out = dict::get_name(py, module::dict_of(state::sys()), name!("stdout"))?;
    let Some(out) = out.filter(|o| !object::is_none(o)) else {
        return Err(exceptions::runtime_error(py, format_args!("lost sys.stdout")));
    };
    let shown = protocol::repr(py, o)?;
    match call::method(py, &out, name!("write"), [shown.as_object()]) {
        Ok(_) => {}
        Err(e) if exceptions::matches(&e, &exceptions::UnicodeEncodeError) => {
            unencodable(py, &out, shown.as_object())?;
        }
        Err(e) => return Err(e),
    }
    let newline = unicode::from_str(py, "\n")?;
    call::method(py, &out, name!("write"), [newline.as_object()])?;
    attr::set_name(py, &builtins, name!("_"), o)
}

/// `sys.audit`.
pub(super) fn audit(py: Py<'_>, _: &PyModuleObject, a: Raw<'_>) -> PyResult<()> {
    if a.0.kwnames.is_some_and(|k| tuple::len(k) > 0) {
        return Err(exceptions::type_error(py, format_args!("audit() takes no keyword arguments")));
    }
    // SAFETY: LIVE: the call holds its arguments.
    let given: Vec<&PyObject> = a.0.all[..a.0.nargs].iter().map(|p| unsafe { &**p }).collect();
    let Some((event, rest)) = given.split_first() else {
        return Err(exceptions::type_error(
            py,
            format_args!("audit() missing 1 required positional argument: 'event'"),
        ));
    };
    if !events::is_active() {
        return Ok(());
    }
    if unicode::check(event).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!("expected str for argument 'event', not {}", call::type_name(event.ty())),
        ));
    }
    let rest = tuple::from_iter(py, rest.iter().map(|o| (*o).to_owned()).collect::<Vec<_>>())?;
    events::raise(py, event, &rest)
}

fn hook_of(field: &Cell<*mut PyObject>) -> Owned {
    // SAFETY: LIVE: the thread state holds it, or NULL.
    unsafe { field.get().as_ref() }.map_or_else(object::none, Object::to_owned)
}

/// `sys.get_asyncgen_hooks`.
pub(super) fn get_asyncgen_hooks(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    let abi = &py.state().abi;
    records::asyncgen_hooks(py, hook_of(&abi.async_gen_firstiter), hook_of(&abi.async_gen_finalizer))
}

/// `sys.set_asyncgen_hooks`: both are looked at before either is set.
pub(super) fn set_asyncgen_hooks(
    py: Py<'_>,
    _: &PyModuleObject,
    firstiter: Option<&PyObject>,
    finalizer: Option<&PyObject>,
) -> PyResult<()> {
    let check = |o: Option<&PyObject>, what: &str| match o {
        Some(f) if !object::is_none(f) && !protocol::is_callable(f) => Err(exceptions::type_error(
            py,
            format_args!("callable {what} expected, got {}", call::type_name(f.ty())),
        )),
        _ => Ok(()),
    };
    check(finalizer, "finalizer")?;
    check(firstiter, "firstiter")?;
    let abi = &py.state().abi;
    for (new, field, event) in [
        (finalizer, &abi.async_gen_finalizer, "sys.set_asyncgen_hooks_finalizer"),
        (firstiter, &abi.async_gen_firstiter, "sys.set_asyncgen_hooks_firstiter"),
    ] {
        let Some(f) = new else { continue };
        events::event(py, event, [])?;
        let new = if object::is_none(f) { core::ptr::null_mut() } else { f.to_owned().into_ptr() };
        // SAFETY: OWNED: the thread state held the former one, or NULL.
        drop(unsafe { Owned::<PyObject>::from_raw_opt(field.replace(new)) });
    }
    Ok(())
}

/// `sys.set_coroutine_origin_tracking_depth`.
pub(super) fn set_coroutine_origin_tracking_depth(
    py: Py<'_>,
    _: &PyModuleObject,
    depth: i32,
) -> PyResult<()> {
    if depth < 0 {
        return Err(exceptions::value_error(py, format_args!("depth must be >= 0")));
    }
    py.state().abi.coroutine_origin_tracking_depth.set(depth);
    Ok(())
}

/// `sys.get_coroutine_origin_tracking_depth`.
pub(super) fn get_coroutine_origin_tracking_depth(py: Py<'_>, _: &PyModuleObject) -> i32 {
    py.state().abi.coroutine_origin_tracking_depth.get()
}
