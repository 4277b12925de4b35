//! Errors that nobody can receive, and those that threads die of: `sys.unraisablehook`, `threading.excepthook` and their
//! texts (`Python/errors.c`, `Modules/_threadmodule.c`).

use super::traceback;
use super::{Out, base, class_name, display_in, held, sys_attribute};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, audit, call, exceptions, name, object, protocol, tuple, unicode,
};
use dxpy_types::structseq;

static ARGS: structseq::Desc = structseq::Desc {
    name: "UnraisableHookArgs",
    doc: "What sys.unraisablehook() receives.",
    fields: &[
        (Some("exc_type"), "Exception type"),
        (Some("exc_value"), "Exception value"),
        (Some("exc_traceback"), "Exception traceback"),
        (Some("err_msg"), "Error message"),
        (Some("object"), "Object causing the exception"),
    ],
    visible: 5,
};

static ARGS_TYPE: Gil<core::cell::Cell<*const PyTypeObject>> = Gil(core::cell::Cell::new(core::ptr::null()));

/// The type of the hook's argument; made at start-up.
pub fn args_type(py: Py<'_>) -> PyResult<&'static PyTypeObject> {
    // SAFETY: LIVE: the type stays.
    if let Some(t) = unsafe { ARGS_TYPE.get().as_ref() } {
        return Ok(t);
    }
    let t = structseq::new_type(py, &ARGS)?;
    ARGS_TYPE.set(t);
    Ok(t)
}

/// `_PyErr_WriteUnraisableMsg`: hands an error to `sys.unraisablehook`. The message says what was being done; without one
/// it is "Exception ignored in".
pub fn report(py: Py<'_>, e: PyErr, doing: Option<&str>, source: Option<&PyObject>) {
    let value = e.into_value();
    if held(&value.traceback).is_none()
        && let Some(tb) = here(py)
    {
        value.traceback.set(tb.into_ptr());
    }
    let value: Owned = value.upcast();
    let ty = value.ty().as_object().to_owned();
    let tb = base(&value).and_then(|b| held(&b.traceback));
    let message = doing.and_then(|m| unicode::from_str(py, &format!("Exception ignored {m}")).ok());
    let message = message.as_ref().map(|m| m.as_object());
    let plain = |message: Option<&PyObject>, source: Option<&PyObject>, e: &PyObject| {
        let tb = base(e).and_then(|b| held(&b.traceback));
        let u = Unraisable {
            ty: Some(e.ty().as_object()),
            value: Some(e),
            traceback: tb.as_deref(),
            message,
            object: source,
        };
        drop(write(py, &u));
    };
    let Some(hook) = sys_attribute(py, name!("unraisablehook")).filter(|h| !object::is_none(h)) else {
        return plain(message, source, &value);
    };
    let run = || -> PyResult<()> {
        let or_none = |o: Option<&PyObject>| o.map_or_else(object::none, Object::to_owned);
        let fields = vec![ty, value.clone(), or_none(tb.as_deref()), or_none(message), or_none(source)];
        let args = structseq::new(py, args_type(py)?, fields)?;
        audit::event(py, "sys.unraisablehook", [&hook, &args])?;
        call::call(py, &hook, [&args]).map(drop)
    };
    if let Err(second) = run() {
        let text = unicode::from_str(py, "Exception ignored in sys.unraisablehook").ok();
        plain(text.as_ref().map(|t| t.as_object()), Some(&hook), second.value().as_object());
    }
}

/// A traceback of the frame that runs, for an error that has none.
fn here(py: Py<'_>) -> Option<Owned> {
    let f = dxpy_types::frame::current(py);
    if f.is_null() {
        return None;
    }
    // SAFETY: LIVE: a running frame.
    let (o, lasti) = unsafe { (dxpy_types::frame::object_of(py, f).ok()?, dxpy_types::frame::lasti(f)) };
    dxpy_types::traceback::new(py, None, o, (lasti * 2) as i32, -1).ok().map(Owned::upcast)
}

/// `sys.unraisablehook` as it is at start.
pub fn hook(py: Py<'_>, args: &PyObject) -> PyResult<()> {
    if !args.ty().is(args_type(py)?) {
        return Err(exceptions::type_error(
            py,
            format_args!("sys.unraisablehook argument type must be UnraisableHookArgs"),
        ));
    }
    // SAFETY: LAYOUT: a structure sequence is a tuple.
    let t = unsafe { &*(args as *const PyObject as *const PyTupleObject) };
    let items: Vec<Owned> = tuple::items(t).iter().map(|o| (*o).to_owned()).collect();
    let [ty, value, tb, message, source] = items.as_slice() else { return Ok(()) };
    let u = Unraisable {
        ty: Some(ty),
        value: Some(value),
        traceback: Some(tb),
        message: Some(message),
        object: Some(source),
    };
    write(py, &u)
}

/// `thread_excepthook`: what a thread died of. `args` are those of `threading.excepthook`.
pub fn thread(py: Py<'_>, args: &[&PyObject], ident: u64) -> PyResult<()> {
    let [ty, value, tb, thread] = args else { return Ok(()) };
    if ty.is(exceptions::SystemExit.as_object()) {
        return Ok(());
    }
    let some = |o: &PyObject| !object::is_none(o);
    let file = match sys_attribute(py, name!("stderr")).filter(|f| some(f)) {
        Some(f) => f,
        None => {
            // The thread remembers the stream it was started with.
            if !some(thread) {
                return Ok(());
            }
            let f = dxpy_core::attr::get_name(py, thread, name!("_stderr"))?;
            if !some(&f) {
                return Ok(());
            }
            f
        }
    };
    let out = Out::new(py, &file);
    out.text("Exception in thread ")?;
    let named = match some(thread) {
        true => dxpy_core::attr::lookup_name(py, thread, name!("name"))?,
        false => None,
    };
    match named {
        Some(n) => out.object(&n)?,
        None => out.text(&ident.to_string())?,
    }
    out.text(":\n")?;
    let _ = ty;
    let tb = Some(*tb).filter(|t| some(t));
    display_in(py, &file, value, tb);
    Ok(())
}

/// What is known of an error that nobody can receive (`sys.UnraisableHookArgs`).
pub struct Unraisable<'a> {
    pub ty: Option<&'a PyObject>,
    pub value: Option<&'a PyObject>,
    pub traceback: Option<&'a PyObject>,
    pub message: Option<&'a PyObject>,
    pub object: Option<&'a PyObject>,
}

/// `write_unraisable_exc`: the default `sys.unraisablehook`.
pub fn write(py: Py<'_>, u: &Unraisable<'_>) -> PyResult<()> {
    match sys_attribute(py, name!("stderr")) {
        Some(f) if !object::is_none(&f) => write_in(py, u, &f),
        _ => Ok(()),
    }
}

/// The same in a file.
pub fn write_in(py: Py<'_>, u: &Unraisable<'_>, file: &PyObject) -> PyResult<()> {
    let out = Out::new(py, file);
    let some = |o: Option<&'_ PyObject>| o.filter(|o| !object::is_none(o)).map(Object::to_owned);
    let message = some(u.message);
    match (some(u.object), &message) {
        (Some(o), m) => {
            match m {
                Some(m) => {
                    out.object(m)?;
                    out.text(": ")?;
                }
                None => out.text("Exception ignored in: ")?,
            }
            match protocol::repr(py, &o) {
                Ok(r) => out.object(r.as_object())?,
                Err(e) => {
                    drop(e);
                    out.text("<object repr() failed>")?;
                }
            }
            out.text("\n")?;
        }
        (None, Some(m)) => {
            out.object(m)?;
            out.text(":\n")?;
        }
        (None, None) => {}
    }
    if let Some(tb) = some(u.traceback)
        && let Err(e) = traceback::print_plain(&out, &tb)
    {
        drop(e);
    }
    let Some(ty) = some(u.ty) else { return out.end() };
    class_name(&out, &ty, "<unknown>")?;
    if let Some(v) = some(u.value) {
        out.text(": ")?;
        match protocol::str(py, &v) {
            Ok(s) => out.object(s.as_object())?,
            Err(e) => {
                drop(e);
                out.text("<exception str() failed>")?;
            }
        }
    }
    out.text("\n")?;
    call::method(py, file, name!("flush"), []).map(drop)
}
