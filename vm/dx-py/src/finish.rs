//! The end of the interpreter (`Py_FinalizeEx`, `finalize_modules`): threads, `atexit`, signals, modules, standard streams.

use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::gc::{collect, control};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::thread::{fork, gil, pending, states};
use dxpy_core::{
    Py, PyResult, attr, call, dict, exceptions, hooks, module, name, object, protocol, unicode, weakref,
};
use dxpy_import::state;
use dxpy_mod_sys::{_signal, atexit};

/// `interp->builtins_copy`: what `builtins` held before programs could change it.
static BUILTINS: Gil<Cell<*mut PyDictObject>> = Gil(Cell::new(core::ptr::null_mut()));

/// Keeps a copy of `builtins`, for destructors that run when everything else is gone.
pub fn keep_builtins(py: Py<'_>) -> PyResult<()> {
    BUILTINS.set(dict::copy(py, module::dict_of(state::builtins()))?.into_raw());
    Ok(())
}

/// Takes the interpreter apart (`Py_FinalizeEx`); whether all output was written.
pub fn finish(py: Py<'_>) -> bool {
    gil::set_closing();
    wait_for_threads(py);
    if let Err(e) = pending::make_calls(py) {
        exceptions::unraisable(py, e, None);
    }
    atexit::run(py);
    // From here on threads that are left stop where they ask for the GIL.
    gil::set_finalizing(core::ptr::from_ref(py.state()).cast_mut());
    states::clear_others(py);
    let mut flushed = flush(py);
    _signal::finish(py);
    collect::collect(py, 2);
    modules(py);
    dxpy_mod_sys::faulthandler::finish(py);
    fork::clear(py);
    flushed &= flush(py);
    dxpy_core::startup::run_at_end();
    dxpy_core::startup::run_at_exit();
    flushed
}

/// `wait_for_thread_shutdown`: `threading` joins the threads that are no daemons.
fn wait_for_threads(py: Py<'_>) {
    let found = dict::get_name(py, state::module_dict(), name!("threading"));
    let Ok(Some(threading)) = found else { return };
    if let Err(e) = call::method(py, &threading, name!("_shutdown"), []) {
        exceptions::unraisable(py, e, Some(&threading));
    }
}

/// `flush_std_files`.
fn flush(py: Py<'_>) -> bool {
    let mut good = true;
    for (n, reported) in [(name!("stdout"), true), (name!("stderr"), false)] {
        let Ok(Some(f)) = dict::get_name(py, module::dict_of(state::sys()), n) else { continue };
        if object::is_none(&f) || is_closed(py, &f) {
            continue;
        }
        if let Err(e) = call::method(py, &f, name!("flush"), []) {
            if reported {
                exceptions::unraisable(py, e, Some(&f));
            }
            good = false;
        }
    }
    good
}

fn is_closed(py: Py<'_>, f: &PyObject) -> bool {
    match attr::lookup_name(py, f, name!("closed")) {
        Ok(Some(v)) => protocol::is_true(py, &v).unwrap_or(false),
        _ => false,
    }
}

/// An error of a step that nothing can be done about.
fn unheard<T>(py: Py<'_>, r: PyResult<T>) {
    if let Err(e) = r {
        exceptions::unraisable(py, e, None);
    }
}

/// `finalize_modules`: what a program left is destroyed while `sys` and `builtins` still work, those two last.
fn modules(py: Py<'_>) {
    let (sys, builtins) = (module::dict_of(state::sys()), module::dict_of(state::builtins()));
    delete_special(py, sys, builtins);
    let modules = state::module_dict();
    let mut left = Vec::new();
    for (key, m) in dict::items(modules) {
        if module::check(&m) {
            left.extend(weakref::new_ref(py, &weakref::_PyWeakref_RefType, &m, None).ok());
            drop(m);
            unheard(py, dict::set(py, modules, &key, &object::none()));
        }
    }
    dict::clear(py, modules);
    restore_builtins(py, builtins);
    collect::collect_quietly(py);
    tell_of_garbage(py);
    for w in left.iter().rev() {
        if let Some(m) = weakref::target(w)
            && let Some(d) = module_dict(&m)
            && !d.is(sys)
            && !d.is(builtins)
        {
            module::clear_dict(py, d);
        }
    }
    drop(left);
    module::clear_dict(py, sys);
    module::clear_dict(py, builtins);
    dict::clear(py, modules);
    collect::collect_quietly(py);
}

fn module_dict(m: &PyObject) -> Option<&PyDictObject> {
    // SAFETY: LAYOUT: just checked.
    module::check(m).then(|| module::dict_of(unsafe { &*(m as *const PyObject as *const PyModuleObject) }))
}

/// `finalize_modules_delete_special`: places where a program's objects hide.
fn delete_special(py: Py<'_>, sys: &PyDictObject, builtins: &PyDictObject) {
    let none = object::none();
    unheard(py, dict::set_str(py, builtins, "_", &none));
    const NAMES: [&str; 12] = [
        "path",
        "argv",
        "ps1",
        "ps2",
        "last_exc",
        "last_type",
        "last_value",
        "last_traceback",
        "path_importer_cache",
        "path_hooks",
        "meta_path",
        "__interactivehook__",
    ];
    for n in NAMES {
        unheard(py, dict::set_str(py, sys, n, &none));
    }
    for n in ["stdin", "stdout", "stderr"] {
        let original = dict::get_str(py, sys, &format!("__{n}__")).ok().flatten();
        unheard(py, dict::set_str(py, sys, n, &original.unwrap_or_else(object::none)));
    }
}

/// `finalize_restore_builtins_copy`.
fn restore_builtins(py: Py<'_>, builtins: &PyDictObject) {
    // SAFETY: LIVE: held since start-up.
    let Some(kept) = (unsafe { BUILTINS.get().as_ref() }) else { return };
    let old = dict::copy(py, builtins);
    dict::clear(py, builtins);
    unheard(py, dict::update(py, builtins, kept, true));
    drop(old);
}

/// `_PyGC_DumpShutdownStats`: objects that were found unreachable and could not be freed.
fn tell_of_garbage(py: Py<'_>) {
    use control::debug;
    let Ok(garbage) = control::garbage(py) else { return };
    let n = dxpy_core::list::len(&garbage);
    if n == 0 || control::flags() & debug::SAVEALL != 0 {
        return;
    }
    let listed = control::flags() & debug::UNCOLLECTABLE != 0;
    let hint = if listed { "" } else { "; use gc.set_debug(gc.DEBUG_UNCOLLECTABLE) to list them" };
    let text = format!("gc: {n} uncollectable objects at shutdown{hint}");
    if let Some(warn) = hooks::HOOKS.warn_explicit.get()
        && let Ok(file) = unicode::from_str(py, "gc")
    {
        unheard(py, warn(py, &exceptions::ResourceWarning, &text, &file, 0));
    }
    if listed && let Ok(shown) = protocol::repr(py, garbage.as_object()) {
        eprintln!("      {}", unicode::display(shown.as_object()));
    }
}
