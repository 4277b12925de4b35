//! Limits and counters of the interpreter: recursion, switching of threads, digits of integers, memory, loading flags.

use core::sync::atomic::Ordering;
use dxpy_core::abi::*;
use dxpy_core::thread::{self, gil, states};
use dxpy_core::{Py, PyResult, alloc, audit, exceptions, long, types, unicode};

/// `sys.addaudithook`.
pub(super) fn addaudithook(py: Py<'_>, _: &PyModuleObject, hook: &PyObject) -> PyResult<()> {
    audit::add_hook(py, hook)
}

/// `sys.getrecursionlimit`.
pub(super) fn getrecursionlimit(py: Py<'_>, _: &PyModuleObject) -> i32 {
    py.state().abi.py_recursion_limit.get()
}

/// `sys.setrecursionlimit`: of all threads there are, and of those to come.
pub(super) fn setrecursionlimit(py: Py<'_>, _: &PyModuleObject, limit: i32) -> PyResult<()> {
    if limit < 1 {
        return Err(exceptions::value_error(
            py,
            format_args!("recursion limit must be greater or equal than 1"),
        ));
    }
    let abi = &py.state().abi;
    let depth = abi.py_recursion_limit.get() - abi.py_recursion_remaining.get();
    if depth >= limit {
        return Err(exceptions::format(
            py,
            &exceptions::RecursionError,
            format_args!(
                "cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low"
            ),
        ));
    }
    thread::RECURSION_LIMIT.store(limit, Ordering::Relaxed);
    for state in states::all(py) {
        let abi = &state.abi;
        let depth = abi.py_recursion_limit.get() - abi.py_recursion_remaining.get();
        abi.py_recursion_limit.set(limit);
        abi.py_recursion_remaining.set(limit - depth);
    }
    Ok(())
}

/// `sys.getswitchinterval`.
pub(super) fn getswitchinterval(_: Py<'_>, _: &PyModuleObject) -> f64 {
    1e-6 * gil::interval() as f64
}

/// `sys.setswitchinterval`.
pub(super) fn setswitchinterval(py: Py<'_>, _: &PyModuleObject, seconds: f64) -> PyResult<()> {
    if seconds.is_nan() || seconds <= 0.0 {
        return Err(exceptions::value_error(py, format_args!("switch interval must be strictly positive")));
    }
    gil::set_interval((1e6 * seconds) as u64);
    Ok(())
}

/// `sys.getallocatedblocks`.
pub(super) fn getallocatedblocks(py: Py<'_>, _: &PyModuleObject) -> i64 {
    alloc::usage(py).used() as i64
}

/// `sys.gettotalrefcount`, as in CPython's debugging builds.
#[cfg(feature = "zeal")]
pub(super) fn gettotalrefcount(_: Py<'_>, _: &PyModuleObject) -> i64 {
    dxpy_core::zeal::total() as i64
}

/// `sys.getunicodeinternedsize`.
pub(super) fn getunicodeinternedsize(_: Py<'_>, _: &PyModuleObject) -> i64 {
    unicode::interned_count() as i64
}

/// `sys._debugmallocstats`.
pub(super) fn debugmallocstats(py: Py<'_>, _: &PyModuleObject) {
    use std::fmt::Write;
    let usage = alloc::usage(py);
    let mut out =
        format!("Small block threshold = {}, in {} size classes.\n\n", alloc::SMALL_MAX, usage.classes.len());
    out.push_str("class   size   pools   blocks in use   free blocks\n-----   ----   -----   -------------   -----------\n",
    );
    for (i, c) in usage.classes.iter().enumerate().filter(|(_, c)| c.pools > 0) {
        let used = c.blocks - c.free;
        let _ = writeln!(out, "{i:5} {:6} {:7} {used:15} {:13}", (i + 1) * alloc::STEP, c.pools, c.free);
    }
    // Dicts and tuples have no lists of their own: what is free for them are the blocks of their class.
    for (what, size) in [("PyDictObject", 64), ("PyTupleObject", 48)] {
        let free = usage.classes[size / alloc::STEP - 1].free;
        let _ = writeln!(out, "{free} free {what}s * {size} bytes each = {}", free * size);
    }
    eprint!("{out}");
}

/// `sys.get_int_max_str_digits`.
pub(super) fn get_int_max_str_digits(_: Py<'_>, _: &PyModuleObject) -> i64 {
    long::MAX_STR_DIGITS.get() as i64
}

/// `sys.set_int_max_str_digits`.
pub(super) fn set_int_max_str_digits(py: Py<'_>, _: &PyModuleObject, n: i32) -> PyResult<()> {
    match usize::try_from(n) {
        Ok(n) if n == 0 || n >= 640 => {
            long::MAX_STR_DIGITS.set(n);
            Ok(())
        }
        _ => Err(exceptions::value_error(py, format_args!("maxdigits must be 0 or larger than 640"))),
    }
}

/// `sys.getdlopenflags`.
pub fn getdlopenflags(_: Py<'_>, _: &PyModuleObject) -> i32 {
    dxpy_import::dynamic::flags()
}

/// `sys.setdlopenflags`.
pub(super) fn setdlopenflags(_: Py<'_>, _: &PyModuleObject, flags: i32) {
    dxpy_import::dynamic::set_flags(flags);
}

/// `sys._clear_type_cache`.
pub(super) fn clear_type_cache(_: Py<'_>, _: &PyModuleObject) {
    types::lookup::clear_cache();
}

/// `sys.activate_stack_trampoline`.
pub(super) fn activate_stack_trampoline(
    py: Py<'_>,
    _: &PyModuleObject,
    backend: &PyUnicodeObject,
) -> PyResult<()> {
    use dxpy_core::ptr::Object;
    Err(if unicode::equals_str(backend.as_object(), "perf") {
        exceptions::value_error(py, format_args!("perf trampoline not available"))
    } else {
        exceptions::value_error(
            py,
            format_args!("invalid backend: {}", unicode::display(backend.as_object())),
        )
    })
}

/// `sys.deactivate_stack_trampoline`.
pub(super) fn deactivate_stack_trampoline(_: Py<'_>, _: &PyModuleObject) {}

/// `sys.is_stack_trampoline_active`.
pub(super) fn is_stack_trampoline_active(_: Py<'_>, _: &PyModuleObject) -> bool {
    false
}
