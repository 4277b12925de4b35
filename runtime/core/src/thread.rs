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
