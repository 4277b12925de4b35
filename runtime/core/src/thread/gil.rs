//! The GIL (`Python/ceval_gil.c`): a flag under a mutex, a condition for those who want it, and forced switching: who was
//! asked to give it up waits until somebody else has had it.
//!
//! Free lists of memory go with the GIL from holder to holder, so that what one thread allocates and another frees does
//! not pile up with the second.

use super::{EVAL_BREAKER, MAIN_WAITS, ThreadState, breaker, is_main_thread};
use crate::alloc::FreeLists;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};
use core::time::Duration;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What the mutex guards.
struct State {
    locked: bool,
    /// Who holds the GIL, or held it last; NULL if that state is gone.
    last: *mut ThreadState,
    /// How often it went from one thread to another.
    switches: u64,
    /// Threads that wait for it.
    waiters: u32,
    /// Threads that gave it up and wait until another has it.
    yielding: u32,
}

// SAFETY: the pointer is followed by the holder of the GIL only.
unsafe impl Send for State {}

struct Gil {
    state: Mutex<State>,
    free: Condvar,
    switched: Condvar,
}

impl Gil {
    const fn new() -> Gil {
        let last = core::ptr::null_mut();
        Gil {
            state: Mutex::new(State { locked: false, last, switches: 0, waiters: 0, yielding: 0 }),
            free: Condvar::new(),
            switched: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place that a child process overwrites with a new lock.
struct Renewable<T>(UnsafeCell<T>);
// SAFETY: written by a process that has one thread only; otherwise shared as its content is.
unsafe impl<T: Sync> Sync for Renewable<T> {}

static GIL: Renewable<Gil> = Renewable(UnsafeCell::new(Gil::new()));
/// `sys.getswitchinterval` in microseconds.
static INTERVAL: AtomicU64 = AtomicU64::new(5000);
/// The state of the thread that ends the interpreter; all others stop where they ask for the GIL.
static FINALIZING: AtomicPtr<ThreadState> = AtomicPtr::new(core::ptr::null_mut());
/// The interpreter is about to end: no new threads, no new processes (`interp->finalizing`).
static CLOSING: AtomicBool = AtomicBool::new(false);
/// The free lists of a holder whose state went away.
static STASH: crate::statics::Gil<FreeLists> = crate::statics::Gil(FreeLists::new());

fn gil() -> &'static Gil {
    // SAFETY: overwritten by `renew` only, in a process with one thread.
    unsafe { &*GIL.0.get() }
}

/// The switch interval in microseconds.
pub fn interval() -> u64 {
    INTERVAL.load(Ordering::Relaxed)
}

/// Sets the switch interval; at least a microsecond.
pub fn set_interval(microseconds: u64) {
    INTERVAL.store(microseconds.max(1), Ordering::Relaxed);
}

/// Who ends the interpreter, or NULL (`_PyRuntimeState_GetFinalizing`).
pub fn finalizing() -> *mut ThreadState {
    FINALIZING.load(Ordering::Acquire)
}

/// Is the interpreter about to end? Then it starts no threads and no processes.
pub fn is_closing() -> bool {
    CLOSING.load(Ordering::Relaxed)
}

/// The end of the interpreter begins.
pub fn set_closing() {
    CLOSING.store(true, Ordering::Relaxed);
}

/// From now on no other thread gets the GIL.
pub fn set_finalizing(state: *mut ThreadState) {
    FINALIZING.store(state, Ordering::Release);
}

/// Is this a thread that outlived the interpreter (`tstate_must_exit`)?
fn must_stop(state: *mut ThreadState) -> bool {
    let f = finalizing();
    !f.is_null() && f != state
}

/// Where a daemon thread ends once the interpreter is going away: it can neither run nor be unwound, so it sleeps until
/// the process is gone.
fn stop(guard: MutexGuard<'_, State>) -> ! {
    drop(guard);
    loop {
        std::thread::park();
    }
}

/// Moves the free lists to a new holder.
fn hand_over(from: *mut ThreadState, to: *mut ThreadState) {
    // SAFETY: GIL: the caller holds it, and states die with it held, by `retire`.
    unsafe {
        let source = from.as_ref().map_or(&STASH.0, |s| &s.free);
        let target = to.as_ref().map_or(&STASH.0, |s| &s.free);
        if !core::ptr::eq(source, target) {
            source.swap(target);
        }
    }
}

/// `take_gil`: waits until it is free; asks its holder to give it up after the switch interval.
pub(super) fn take(state: *mut ThreadState) {
    let errno = errno();
    let gil = gil();
    let mut s = gil.lock();
    if must_stop(state) {
        stop(s);
    }
    while s.locked {
        let seen = s.switches;
        s.waiters += 1;
        let (guard, timeout) = gil
            .free
            .wait_timeout(s, Duration::from_micros(interval()))
            .unwrap_or_else(PoisonError::into_inner);
        s = guard;
        s.waiters -= 1;
        if timeout.timed_out() && s.locked && s.switches == seen {
            if must_stop(state) {
                gil.switched.notify_all();
                stop(s);
            }
            EVAL_BREAKER.fetch_or(breaker::GIL, Ordering::Release);
        }
    }
    if must_stop(state) {
        // Free again for the one who may have it.
        if s.waiters > 0 {
            gil.free.notify_one();
        }
        stop(s);
    }
    s.locked = true;
    if s.last != state {
        hand_over(s.last, state);
        s.last = state;
        s.switches += 1;
    }
    if s.yielding > 0 {
        gil.switched.notify_all();
    }
    EVAL_BREAKER.fetch_and(!breaker::GIL, Ordering::Relaxed);
    drop(s);
    // SAFETY: the state is this thread's, hence alive.
    let state = unsafe { &*state };
    if is_main_thread(state) {
        let waits = MAIN_WAITS.swap(0, Ordering::Relaxed);
        if waits != 0 {
            EVAL_BREAKER.fetch_or(waits, Ordering::Relaxed);
        }
    }
    if !state.abi.async_exc.get().is_null() {
        EVAL_BREAKER.fetch_or(breaker::ASYNC, Ordering::Relaxed);
    }
    set_errno(errno);
}

/// `drop_gil`: lets others have it. If one of them asked, waits until it got it; a state that ends does not wait.
pub(super) fn give(state: *mut ThreadState, ends: bool) {
    let gil = gil();
    let mut s = gil.lock();
    assert!(s.locked, "the GIL was given up by a thread that does not hold it");
    s.locked = false;
    if s.waiters == 0 {
        return;
    }
    gil.free.notify_one();
    if ends || EVAL_BREAKER.load(Ordering::Relaxed) & breaker::GIL == 0 {
        return;
    }
    s.yielding += 1;
    while s.last == state && !s.locked && s.waiters > 0 {
        s = gil.switched.wait(s).unwrap_or_else(PoisonError::into_inner);
    }
    s.yielding -= 1;
}

/// The holder goes on as another state, NULL for none (`PyThreadState_Swap`).
pub(super) fn rename(new: *mut ThreadState) {
    let mut s = gil().lock();
    hand_over(s.last, new);
    s.last = new;
}

/// The holder's state is about to be freed: its free lists wait for the next holder.
pub(super) fn retire(state: *mut ThreadState) {
    let mut s = gil().lock();
    if s.last == state {
        hand_over(state, core::ptr::null_mut());
        s.last = core::ptr::null_mut();
    }
}

/// A child process starts with locks that nobody holds, but for the GIL, which its one thread has.
///
/// # Safety
/// This thread is the only one of the process, and holds the GIL with `state`.
pub(super) unsafe fn renew(state: *mut ThreadState) {
    let new = Gil::new();
    {
        let mut s = new.lock();
        s.locked = true;
        s.last = state;
    }
    // SAFETY: the caller's promise: nobody uses the old one; it is forgotten, for a thread that is not here may have
    // held it.
    unsafe { core::ptr::write(GIL.0.get(), new) };
    EVAL_BREAKER.fetch_and(!breaker::GIL, Ordering::Relaxed);
}

fn errno() -> i32 {
    // SAFETY: the address is this thread's.
    unsafe { *libc::__errno_location() }
}

fn set_errno(n: i32) {
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = n }
}
