//! `dump_traceback_later`: a thread that Python does not know waits, and writes.

use super::{descriptor, keep};
use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, exceptions};
use dxpy_types::dump::{self, Out};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A wait that goes on.
struct Watch {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    cancelled: bool,
    ended: bool,
}

static WATCH: Mutex<Option<Arc<Watch>>> = Mutex::new(None);
static FILE: Gil<Cell<*mut PyObject>> = Gil(Cell::new(core::ptr::null_mut()));

/// `format_timeout`.
fn header(us: u64) -> String {
    let (s, us) = (us / 1_000_000, us % 1_000_000);
    let (m, s) = (s / 60, s % 60);
    let (h, m) = (m / 60, m % 60);
    let fraction = if us == 0 { String::new() } else { format!(".{us:06}") };
    format!("Timeout ({h}:{m:02}:{s:02}{fraction})!\n")
}

pub(super) fn start(
    py: Py<'_>,
    _: &PyModuleObject,
    timeout: &PyObject,
    repeat: Option<bool>,
    file: Option<&PyObject>,
    exit: Option<bool>,
) -> PyResult<()> {
    let (repeat, exit) = (repeat.unwrap_or(false), exit.unwrap_or(false));
    let ns = crate::_thread::lock::nanoseconds(py, timeout)?;
    let us = ns.div_euclid(1000) + i64::from(ns.rem_euclid(1000) != 0);
    let Some(us) = u64::try_from(us).ok().filter(|us| *us > 0) else {
        return Err(exceptions::value_error(py, format_args!("timeout must be greater than 0")));
    };
    let (fd, file) = descriptor(py, file)?;
    stop(py);
    keep(&FILE, file);
    let watch = Arc::new(Watch { state: Mutex::new(State::default()), changed: Condvar::new() });
    *WATCH.lock().unwrap_or_else(PoisonError::into_inner) = Some(watch.clone());
    let text = header(us);
    let body = move || run(&watch, Duration::from_micros(us), &text, fd, repeat, exit);
    if dxpy_host::thread::start(0, Box::new(body)).is_err() {
        *WATCH.lock().unwrap_or_else(PoisonError::into_inner) = None;
        keep(&FILE, None);
        return Err(exceptions::runtime_error(py, format_args!("unable to start watchdog thread")));
    }
    Ok(())
}

/// `faulthandler_thread`.
fn run(watch: &Watch, time: Duration, text: &str, fd: i32, repeat: bool, exit: bool) {
    // Signals are for the other threads.
    // SAFETY: a local that the first call initialises.
    unsafe {
        let mut all = core::mem::zeroed::<libc::sigset_t>();
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, core::ptr::null_mut());
    }
    loop {
        let state = watch.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = watch.changed.wait_timeout_while(state, time, |s| !s.cancelled);
        if waited.unwrap_or_else(PoisonError::into_inner).0.cancelled {
            break;
        }
        Out(fd).text(text);
        // SAFETY: without the GIL: what is shown is what was seen, as the module's documentation says.
        unsafe { dump::threads(Out(fd), core::ptr::null()) };
        if exit {
            // SAFETY: takes an integer.
            unsafe { libc::_exit(1) };
        }
        if !repeat {
            break;
        }
    }
    watch.state.lock().unwrap_or_else(PoisonError::into_inner).ended = true;
    watch.changed.notify_all();
}

/// Ends the wait, and waits for that.
pub(super) fn stop(py: Py<'_>) {
    let old = WATCH.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(watch) = old {
        watch.state.lock().unwrap_or_else(PoisonError::into_inner).cancelled = true;
        watch.changed.notify_all();
        py.allow_threads(|| {
            let state = watch.state.lock().unwrap_or_else(PoisonError::into_inner);
            drop(watch.changed.wait_while(state, |s| !s.ended).unwrap_or_else(PoisonError::into_inner));
        });
    }
    let file: Option<Owned> = None;
    keep(&FILE, file);
}

pub(super) fn cancel(py: Py<'_>, _: &PyModuleObject) {
    stop(py);
}

/// In a child process nobody waits.
pub fn after_fork_child() {
    let watch = WATCH.try_lock().ok().and_then(|mut w| w.take());
    // The thread that has the other reference is not in this process.
    core::mem::forget(watch);
}
