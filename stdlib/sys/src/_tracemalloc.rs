//! `_tracemalloc`: the functions below `tracemalloc` (`Modules/_tracemalloc.c`). The tracing is `dxpy_types::tracemalloc`.

use dxpy_core::abi::*;
use dxpy_core::module::StaticModule;
use dxpy_core::{Owned, Py, PyResult, boolean, long, methods, object, tuple};
use dxpy_types::tracemalloc;

/// `_tracemalloc`.
pub static MODULE: StaticModule = StaticModule::new(c"_tracemalloc")
    .doc(c"Debug module to trace memory blocks allocated by Python.")
    .methods(&METHODS);

type M = PyModuleObject;

methods! { static METHODS: for PyModuleObject [
    "is_tracing" = is_tracing [0], "($module, /)", "Whether allocations are traced.";
    "clear_traces" = clear_traces [0], "($module, /)", "Forgets what was traced so far.";
    "_get_traces" = get_traces [0], "($module, /)", "The traces of all blocks as a list of tuples: domain, size, frames, number of frames.";
    "_get_object_traceback" = get_object_traceback [1], "($module, obj, /)", "The frames that allocated an object, as a tuple of names and lines; None if that is not known.";
    "start" = start [1], "($module, nframe=1, /)", "Starts tracing; a trace keeps so many frames at most.";
    "stop" = stop [0], "($module, /)", "Stops tracing, and forgets what was traced.";
    "get_traceback_limit" = get_traceback_limit [0], "($module, /)", "How many frames a trace keeps at most.";
    "get_tracemalloc_memory" = get_tracemalloc_memory [0], "($module, /)", "The bytes that tracing itself uses.";
    "get_traced_memory" = get_traced_memory [0], "($module, /)", "The bytes of traced blocks, now and at most.";
    "reset_peak" = reset_peak [0], "($module, /)", "Has the most be what there is now.";
] }

fn is_tracing(_: Py<'_>, _: &M) -> PyResult<Owned<PyLongObject>> {
    Ok(boolean::new(tracemalloc::is_tracing()))
}

fn clear_traces(py: Py<'_>, _: &M) {
    tracemalloc::clear(py);
}

fn get_traces(py: Py<'_>, _: &M) -> PyResult<Owned<PyListObject>> {
    tracemalloc::traces(py)
}

fn get_object_traceback(py: Py<'_>, _: &M, o: &PyObject) -> PyResult {
    Ok(tracemalloc::traceback_of_object(py, o)?.map_or_else(object::none, Owned::upcast))
}

fn start(py: Py<'_>, _: &M, frames: Option<i32>) -> PyResult<()> {
    tracemalloc::start(py, frames.unwrap_or(1))
}

fn stop(py: Py<'_>, _: &M) {
    tracemalloc::stop(py);
}

fn get_traceback_limit(py: Py<'_>, _: &M) -> usize {
    tracemalloc::limit(py)
}

fn get_tracemalloc_memory(py: Py<'_>, _: &M) -> usize {
    tracemalloc::own_memory(py)
}

fn get_traced_memory(py: Py<'_>, _: &M) -> PyResult<Owned<PyTupleObject>> {
    let (now, most) = tracemalloc::traced(py);
    let number = |n: usize| long::from_u64(py, n as u64).map(Owned::upcast);
    tuple::from_iter(py, [number(now)?, number(most)?])
}

fn reset_peak(py: Py<'_>, _: &M) {
    tracemalloc::reset_peak(py);
}
