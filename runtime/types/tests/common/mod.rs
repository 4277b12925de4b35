//! A runtime for tests of built-in types: all of them ready, no interpreter.

use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::thread::states;
use dxpy_core::{Owned, Py, PyErr, call, tuple, unicode};

static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// Runs `f` with the types ready. The thread state is leaked, for interned names outlive it.
pub fn with_types(f: impl FnOnce(Py<'_>)) {
    let _held = LOCK.lock().unwrap_or_else(|e| e.into_inner());
    states::ensure();
    // SAFETY: the thread holds the GIL until it saves its state, after which the token is gone.
    unsafe {
        let py = Py::assume();
        py.state().abi.c_recursion_remaining.set(200);
        dxpy_types::init(py).expect("the types are ready");
        f(py);
        states::save(py);
    }
}

/// The text of a str.
pub fn text(o: &PyObject) -> String {
    unicode::display(o)
}

/// `Type: message`.
pub fn message(e: PyErr) -> String {
    let e = e.into_value();
    // SAFETY: exceptions made by the runtime have a tuple of arguments.
    let args = unsafe { &*(e.args.get() as *const PyTupleObject) };
    let shown = tuple::items(args).first().map(|a| text(a)).unwrap_or_default();
    format!("{}: {shown}", call::type_name(e.as_object().ty()))
}

/// A str.
pub fn s(py: Py<'_>, t: &str) -> Owned {
    unicode::from_str(py, t).unwrap().upcast()
}
