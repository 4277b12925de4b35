//! What a running thread stops for: signals, calls that others asked for, exceptions from other threads
//! (`_Py_HandlePending`, `Py_AddPendingCall`, `PyErr_CheckSignals`).

use super::{EVAL_BREAKER, MAIN_WAITS, Py, breaker, is_main_thread, yield_gil};
use crate::err::{PyErr, PyResult};
use crate::exceptions;
use crate::ptr::Owned;
use core::ffi::{c_int, c_void};
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// A call of `Py_AddPendingCall`.
#[derive(Clone, Copy)]
struct Call(unsafe extern "C" fn(*mut c_void) -> c_int, *mut c_void);
// SAFETY: whoever asked for the call answers for its argument being used in the thread that runs it.
unsafe impl Send for Call {}

/// Calls that wait, and whether one runs: a pending call does not start others.
struct Queue {
    calls: Mutex<Vec<Call>>,
    running: AtomicBool,
}

impl Queue {
    const fn new() -> Queue {
        Queue { calls: Mutex::new(Vec::new()), running: AtomicBool::new(false) }
    }

    fn add(&self, call: Call) -> bool {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if calls.len() >= MOST {
            return false;
        }
        calls.push(call);
        EVAL_BREAKER.fetch_or(breaker::PENDING, Ordering::Release);
        true
    }

    fn len(&self) -> usize {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Runs what was asked for; what comes meanwhile waits for the next time.
    fn run(&self, py: Py<'_>) -> PyResult<()> {
        if self.running.swap(true, Ordering::Acquire) {
            return Ok(());
        }
        let mut result = Ok(());
        for _ in 0..self.len() {
            let next = {
                let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
                if calls.is_empty() { None } else { Some(calls.remove(0)) }
            };
            let Some(Call(f, arg)) = next else { break };
            // SAFETY: GIL, and the thread that was asked for: what the function was promised.
            if unsafe { f(arg) } != 0 {
                result = Err(PyErr::fetch(py));
                break;
            }
        }
        self.running.store(false, Ordering::Release);
        if self.len() != 0 {
            EVAL_BREAKER.fetch_or(breaker::PENDING, Ordering::Release);
        }
        result
    }
}

/// `NPENDINGCALLS`.
const MOST: usize = 32;
/// Those for the main thread.
static MAIN: Queue = Queue::new();
/// Those for any thread.
static ANY: Queue = Queue::new();

/// `Py_AddPendingCall`: whether there was room. Any thread may ask, with the GIL or without.
pub fn add_call(f: unsafe extern "C" fn(*mut c_void) -> c_int, arg: *mut c_void) -> bool {
    MAIN.add(Call(f, arg))
}

/// `_PyEval_AddPendingCall` for the thread that comes first.
pub fn add_call_anywhere(f: unsafe extern "C" fn(*mut c_void) -> c_int, arg: *mut c_void) -> bool {
    ANY.add(Call(f, arg))
}

/// A signal arrived, or its handler is to run once more. May be called in a handler of signals.
pub fn ask_for_signals() {
    EVAL_BREAKER.fetch_or(breaker::SIGNAL, Ordering::Release);
}

/// `_PyEval_SignalAsyncExc`: the running thread looks whether another one left it an exception.
pub fn ask_for_async() {
    EVAL_BREAKER.fetch_or(breaker::ASYNC, Ordering::Release);
}

/// `Py_MakePendingCalls`: signals, then calls; in other threads than the main one only the calls for any thread.
pub fn make_calls(py: Py<'_>) -> PyResult<()> {
    if !is_main_thread(py.state()) {
        return if ANY.len() == 0 { Ok(()) } else { ANY.run(py) };
    }
    run_signals(py)?;
    EVAL_BREAKER.fetch_and(!breaker::PENDING, Ordering::AcqRel);
    MAIN.run(py)?;
    ANY.run(py)
}

fn run_signals(py: Py<'_>) -> PyResult<()> {
    EVAL_BREAKER.fetch_and(!breaker::SIGNAL, Ordering::AcqRel);
    crate::hooks::HOOKS.signals.get().map_or(Ok(()), |f| f(py))
}

/// `PyErr_CheckSignals`: what native code that waits or works for long asks from time to time, and after each `EINTR`.
pub fn check_signals(py: Py<'_>) -> PyResult<()> {
    let asked = EVAL_BREAKER.load(Ordering::Relaxed);
    if asked == 0 {
        return Ok(());
    }
    if asked & breaker::COLLECT != 0 {
        EVAL_BREAKER.fetch_and(!breaker::COLLECT, Ordering::Relaxed);
        crate::gc::collect::run_scheduled(py);
    }
    if asked & breaker::SIGNAL != 0 && is_main_thread(py.state()) {
        run_signals(py)?;
    }
    Ok(())
}

/// Does all that the breaker asks for (`_Py_HandlePending`).
#[cold]
pub fn handle(py: Py<'_>) -> PyResult<()> {
    let asked = EVAL_BREAKER.load(Ordering::Acquire);
    let here = asked & (breaker::SIGNAL | breaker::PENDING);
    if here != 0 && !is_main_thread(py.state()) {
        // The main thread finds them when it next gets the GIL.
        EVAL_BREAKER.fetch_and(!here, Ordering::AcqRel);
        MAIN_WAITS.fetch_or(here, Ordering::Relaxed);
        if asked & breaker::PENDING != 0 && ANY.len() != 0 {
            ANY.run(py)?;
        }
    } else {
        if asked & breaker::SIGNAL != 0 {
            run_signals(py)?;
        }
        if asked & breaker::PENDING != 0 {
            EVAL_BREAKER.fetch_and(!breaker::PENDING, Ordering::AcqRel);
            MAIN.run(py)?;
            ANY.run(py)?;
        }
    }
    if asked & breaker::COLLECT != 0 {
        EVAL_BREAKER.fetch_and(!breaker::COLLECT, Ordering::Relaxed);
        crate::gc::collect::run_scheduled(py);
    }
    if asked & breaker::GIL != 0 {
        yield_gil(py);
    }
    if EVAL_BREAKER.load(Ordering::Relaxed) & breaker::ASYNC != 0 {
        EVAL_BREAKER.fetch_and(!breaker::ASYNC, Ordering::Relaxed);
        let e = py.state().abi.async_exc.replace(core::ptr::null_mut());
        // SAFETY: OWNED: the state held a reference, or NULL.
        if let Some(e) = unsafe { Owned::from_raw_opt(e) } {
            return Err(exceptions::raise_object(py, &e));
        }
    }
    Ok(())
}

/// In a child process: calls that other threads asked for are forgotten, with the lock that one of them may have held.
///
/// # Safety
/// The process has one thread.
pub(super) unsafe fn renew() {
    // SAFETY: the caller's promise; the old lists are forgotten, as a thread that is not here may have been changing them.
    unsafe {
        core::ptr::write((&raw const MAIN.calls).cast_mut(), Mutex::new(Vec::new()));
        core::ptr::write((&raw const ANY.calls).cast_mut(), Mutex::new(Vec::new()));
    }
    EVAL_BREAKER.fetch_and(!breaker::PENDING, Ordering::Relaxed);
    MAIN.running.store(false, Ordering::Relaxed);
    ANY.running.store(false, Ordering::Relaxed);
}
