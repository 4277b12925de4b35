//! The thread token [`Py`] and the thread state behind it: the ABI's `PyThreadState`, then dx-py's private words.
//! The lock is in `gil`, the list of states and their lives in `states`, what the eval breaker asks for in `pending`,
//! the native stack in `stack`,
//! waiting for each other in `turn`. Starting threads of the system is the `_thread` module's.

pub mod fork;
pub mod gil;
pub mod import_lock;
pub mod pending;
pub mod stack;
pub mod states;
pub mod turn;

pub use pending::check_signals;

use crate::abi::{PyObject, PyThreadState};
use crate::alloc::FreeLists;
use core::cell::Cell;
use core::sync::atomic::{AtomicI32, AtomicU32, AtomicU64, Ordering};

/// A thread state: the part extensions read, then ours at offsets that never change (compiled code uses them).
#[repr(C)]
pub struct ThreadState {
    /// What C code sees.
    pub abi: PyThreadState,
    /// Heads of the size-class free lists; three instructions allocate or free.
    pub free: FreeLists,
    /// Keyword names of the next `CALL`, borrowed from the constants of the running code.
    pub kwnames: Cell<*mut PyObject>,
    /// Where a dispatch loop without tail calls goes on: instruction, stack, frame, argument (debug builds); what
    /// unwinding found (all builds).
    pub resume: [Cell<usize>; 4],
    /// The lowest address of the native stack to which recursion may go; 0 is any.
    pub stack_limit: Cell<usize>,
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
            stack_limit: Cell::new(0),
        });
        let abi = &state.abi;
        abi.c_recursion_remaining.set(C_RECURSION_LIMIT);
        let limit = RECURSION_LIMIT.load(Ordering::Relaxed);
        abi.py_recursion_limit.set(limit);
        abi.py_recursion_remaining.set(limit);
        abi.what_event.set(-1);
        abi.exc_info.set(&raw const abi.exc_state as *mut _);
        abi.cframe.set(&raw const abi.root_cframe as *mut _);
        abi.gilstate_counter.set(1);
        state
    }
}

/// Native calls that may nest (`C_RECURSION_LIMIT`): handlers and slots of release builds need less than 2 KiB each
/// of the 16 MiB that threads running Python have.
pub const C_RECURSION_LIMIT: i32 = 1500;
/// `Py_DEFAULT_RECURSION_LIMIT`.
pub const DEFAULT_RECURSION_LIMIT: i32 = 1000;
/// `sys.getrecursionlimit()` of threads to come.
pub static RECURSION_LIMIT: AtomicI32 = AtomicI32::new(DEFAULT_RECURSION_LIMIT);

/// Work that waits for a running thread at its next back edge or call: signals, a collection, a request for the GIL.
/// Bits are `breaker::*`; zero is nothing.
pub static EVAL_BREAKER: AtomicU32 = AtomicU32::new(0);
/// What [`EVAL_BREAKER`] asked of the main thread while another ran; back there when the main thread has the GIL.
static MAIN_WAITS: AtomicU32 = AtomicU32::new(0);
/// The identity of the main thread; 0 before there is one.
static MAIN_THREAD: AtomicU64 = AtomicU64::new(0);

/// What [`EVAL_BREAKER`] asks for.
pub mod breaker {
    /// A garbage collection is due.
    pub const COLLECT: u32 = 1;
    /// A signal arrived.
    pub const SIGNAL: u32 = 2;
    /// Another thread waits for the GIL.
    pub const GIL: u32 = 4;
    /// Calls are pending (`Py_AddPendingCall`).
    pub const PENDING: u32 = 8;
    /// Another thread raised an exception in this one (`PyThreadState_SetAsyncExc`).
    pub const ASYNC: u32 = 16;
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

    /// Lets other threads run Python while `f` waits or works without touching objects (`Py_BEGIN_ALLOW_THREADS`). What
    /// `f` refers to must be `Send`, which neither objects nor tokens are.
    pub fn allow_threads<R: Send>(self, f: impl FnOnce() -> R + Send) -> R {
        without_gil(self, f)
    }

    /// Is the native stack nearly used up?
    #[inline(always)]
    pub fn stack_is_full(self) -> bool {
        stack::here() < self.0.stack_limit.get()
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

/// Runs a call of the system that may wait, while other threads run Python (`Py_BEGIN_ALLOW_THREADS`). The call must not
/// touch any object; [`Py::allow_threads`] has the compiler see to that, this is for calls that it would not believe.
pub fn without_gil<R>(py: Py<'_>, f: impl FnOnce() -> R) -> R {
    /// Takes the GIL again, also when `f` panics.
    struct Back(*mut ThreadState);
    impl Drop for Back {
        fn drop(&mut self) {
            // SAFETY: the state was this thread's before.
            unsafe { states::restore(self.0) }
        }
    }
    // SAFETY: `f` touches no objects; the token is not used before the guard is dropped.
    let back = Back(unsafe { states::save(py) });
    let r = f();
    drop(back);
    r
}

/// Is this the state of the main thread, which alone runs signal handlers and pending calls?
pub fn is_main_thread(state: &ThreadState) -> bool {
    state.abi.thread_id.get() == MAIN_THREAD.load(Ordering::Relaxed)
}

/// Gives up the GIL and takes it again, so that those who asked for it run.
fn yield_gil(py: Py<'_>) {
    let state = core::ptr::from_ref(py.state()).cast_mut();
    gil::give(state, false);
    gil::take(state);
}
