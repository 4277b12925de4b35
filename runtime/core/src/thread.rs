//! The thread token [`Py`] and the thread state behind it: the ABI's `PyThreadState`, then dx-py's private words.
//! The GIL itself, thread creation and the eval breaker are not here yet.

use crate::abi::{PyObject, PyThreadState};
use crate::alloc::FreeLists;
use core::cell::Cell;

/// A thread state: the part extensions read, then ours at offsets that never change (compiled code uses them).
#[repr(C)]
pub struct ThreadState {
    /// What C code sees.
    pub abi: PyThreadState,
    /// Heads of the size-class free lists; three instructions allocate or free.
    pub free: FreeLists,
    /// Keyword names of the next `CALL`, borrowed from the constants of the running code.
    pub kwnames: Cell<*mut PyObject>,
    /// Where a dispatch loop without tail calls goes on: instruction, stack, frame, argument (debug builds).
    pub resume: [Cell<usize>; 4],
}

impl ThreadState {
    /// A state that belongs to no thread yet.
    pub fn new() -> Box<ThreadState> {
        let state = Box::new(ThreadState {
            // SAFETY: all-zero is an empty thread state: NULL pointers and zero counts.
            abi: unsafe { core::mem::zeroed() },
            free: FreeLists::new(),
            kwnames: Cell::new(core::ptr::null_mut()),
            resume: [const { Cell::new(0) }; 4],
        });
        let abi = &state.abi;
        abi.c_recursion_remaining.set(C_RECURSION_LIMIT);
        abi.py_recursion_limit.set(DEFAULT_RECURSION_LIMIT);
        abi.py_recursion_remaining.set(DEFAULT_RECURSION_LIMIT);
        abi.exc_info.set(&raw const abi.exc_state as *mut _);
        abi.cframe.set(&raw const abi.root_cframe as *mut _);
        state
    }
}

/// Native calls that may nest (`C_RECURSION_LIMIT`): handlers and slots of release builds need less than 2 KiB each
/// of the 16 MiB that threads running Python have.
pub const C_RECURSION_LIMIT: i32 = 1500;
/// `Py_DEFAULT_RECURSION_LIMIT`.
pub const DEFAULT_RECURSION_LIMIT: i32 = 1000;

/// Work that waits for a running thread at its next back edge or call: signals, a collection, a request for the GIL.
/// Bits are `breaker::*`; zero is nothing.
pub static EVAL_BREAKER: core::sync::atomic::AtomicU32 = core::sync::atomic::AtomicU32::new(0);

/// What [`EVAL_BREAKER`] asks for.
pub mod breaker {
    /// A garbage collection is due.
    pub const COLLECT: u32 = 1;
    /// A signal arrived.
    pub const SIGNAL: u32 = 2;
    /// Another thread waits for the GIL.
    pub const GIL: u32 = 4;
    /// Calls are pending (`Py_AddPendingCall`), or an exception for this thread.
    pub const PENDING: u32 = 8;
}

thread_local! {
    static CURRENT: Cell<*mut ThreadState> = const { Cell::new(core::ptr::null_mut()) };
}

/// Proof that this thread holds the GIL, and the way to its thread state. One word, `Copy`.
#[derive(Clone, Copy)]
pub struct Py<'py>(&'py ThreadState);

impl<'py> Py<'py> {
    /// The token of a thread that C code entered holding the GIL, as every slot and method is.
    ///
    /// # Safety
    /// GIL, and a thread state was attached to this thread with [`attach`].
    #[inline(always)]
    pub unsafe fn assume() -> Py<'py> {
        let state = CURRENT.with(Cell::get);
        debug_assert!(!state.is_null(), "a function that needs the GIL was called without a thread state");
        // SAFETY: the caller's promise: `attach` was given a state that outlives its use on this thread.
        Py(unsafe { &*state })
    }

    /// The token of whoever holds a thread's state while it runs.
    ///
    /// # Safety
    /// GIL; `state` is attached to this thread.
    #[inline(always)]
    pub unsafe fn from_state(state: *const ThreadState) -> Py<'py> {
        // SAFETY: the caller's promise.
        Py(unsafe { &*state })
    }

    /// The state behind the token.
    #[inline(always)]
    pub fn state(self) -> &'py ThreadState {
        self.0
    }

    /// `PyErr_Occurred` as the boundary sees it: the pending exception object, or NULL. Borrowed.
    #[inline(always)]
    pub fn pending(self) -> *mut PyObject {
        self.0.abi.current_exception.get()
    }
}

/// The current thread's state, NULL if none is attached (`_PyThreadState_UncheckedGet`).
#[inline(always)]
pub fn current() -> *mut ThreadState {
    CURRENT.with(Cell::get)
}

/// Makes `state` this thread's (`PyThreadState_Swap`); gives the previous one back.
///
/// # Safety
/// `state` is NULL or outlives its being attached; no [`Py`] of the previous state is used afterwards.
pub unsafe fn attach(state: *mut ThreadState) -> *mut ThreadState {
    CURRENT.with(|c| c.replace(state))
}

/// Runs a call of the system that may wait, while other threads may run Python (`Py_BEGIN_ALLOW_THREADS`). The call must
/// not touch any object. There is one thread yet, so nothing is given up.
pub fn without_gil<R>(_: Py<'_>, f: impl FnOnce() -> R) -> R {
    f()
}

/// Runs Python's handlers of signals that arrived (`PyErr_CheckSignals`).
pub fn check_signals(py: Py<'_>) -> crate::err::PyResult<()> {
    crate::hooks::HOOKS.signals.get().map_or(Ok(()), |f| f(py))
}
