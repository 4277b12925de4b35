//! The end of the interpreter (`Py_FinalizeEx`): threads, exit functions, streams, modules.

use dxpy_core::{Owned, Py, attr, call, dict, module, name, object, protocol};
use dxpy_import::{display, state};

/// Ends the interpreter; whether standard output could be written whole.
pub fn finish(py: Py<'_>) -> bool {
    wait_for_threads(py);
    dxpy_mod_sys::atexit::run(py);
    let whole = flush(py);
    // From here on other threads stop where they next ask for the GIL.
    dxpy_core::thread::gil::set_finalizing(py.state() as *const _ as *mut _);
    let _ = flush(py);
    whole
}

/// `wait_for_thread_shutdown`: threads that are no daemons are waited for.
fn wait_for_threads(py: Py<'_>) {
    let Ok(modules) = state::modules(py) else { return };
    let found = dxpy_ops::names::mapping_get(py, &modules, name!("threading").obj(py));
    let Ok(Some(threading)) = found else { return };
    if let Err(e) = call::method(py, &threading, name!("_shutdown"), []) {
        display::ignored::report(py, e, None, Some(&threading));
    }
}

/// Whether a stream says that it is closed (`file_is_closed`).
fn closed(py: Py<'_>, f: &dxpy_core::abi::PyObject) -> bool {
    let asked = attr::get_name(py, f, name!("closed")).and_then(|c| protocol::is_true(py, &c));
    asked.unwrap_or(false)
}

/// `flush_std_files`.
fn flush(py: Py<'_>) -> bool {
    let stream = |n| -> Option<Owned> {
        let f = dict::get_name(py, module::dict_of(state::sys()), n).ok().flatten()?;
        (!object::is_none(&f) && !closed(py, &f)).then_some(f)
    };
    let mut whole = true;
    if let Some(f) = stream(name!("stdout"))
        && let Err(e) = call::method(py, &f, name!("flush"), [])
    {
        display::ignored::report(py, e, None, Some(&f));
        whole = false;
    }
    if let Some(f) = stream(name!("stderr"))
        && let Err(e) = call::method(py, &f, name!("flush"), [])
    {
        drop(e);
        whole = false;
    }
    whole
}

/// `exit_sigint`: the process dies of the signal, as its parent expects of an interrupted program.
pub fn die_interrupted() -> i32 {
    const SIGINT: i32 = 2;
    let _ = dxpy_host::signal::set(SIGINT, dxpy_host::signal::Disposition::Default);
    let _ = dxpy_host::signal::raise(SIGINT);
    SIGINT + 128
}
