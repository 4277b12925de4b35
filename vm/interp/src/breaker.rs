//! What a running thread stops for at back edges and calls: a scheduled collection, signals, requests for the GIL
//! (`_Py_HandlePending` of `Python/ceval_gil.c`).

use core::sync::atomic::Ordering;
use dxpy_core::thread::{EVAL_BREAKER, breaker};
use dxpy_core::{Py, PyResult};

/// Does all that is asked for. Signals and requests for the GIL come with threads and the `_signal` module.
pub fn handle(py: Py<'_>) -> PyResult<()> {
    let asked = EVAL_BREAKER.swap(0, Ordering::AcqRel);
    if asked & breaker::COLLECT != 0 {
        dxpy_core::gc::collect::run_scheduled(py);
    }
    for (bit, hook) in [
        (breaker::SIGNAL, &dxpy_core::hooks::HOOKS.signals),
        (breaker::PENDING, &dxpy_core::hooks::HOOKS.pending),
        (breaker::GIL, &dxpy_core::hooks::HOOKS.switch_threads),
    ] {
        if asked & bit != 0
            && let Some(f) = hook.get()
        {
            f(py)?;
        }
    }
    Ok(())
}
