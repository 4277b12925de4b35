//! Waiting for a turn at something the GIL guards: who finds it taken sleeps until somebody says that something was
//! given back, and looks again. One place to sleep serves all, since such waits are rare.

use super::Py;
use core::time::Duration;
use std::sync::{Condvar, Mutex, PoisonError};

/// How often something was given back, and how many threads sleep until it is.
static GIVEN_BACK: Mutex<(u64, usize)> = Mutex::new((0, 0));
static CHANGED: Condvar = Condvar::new();

/// Something was given back, and somebody may wait for it.
pub fn given_back() {
    let mut state = GIVEN_BACK.lock().unwrap_or_else(PoisonError::into_inner);
    state.0 += 1;
    // Waking is a system call even where nobody sleeps.
    if state.1 > 0 {
        CHANGED.notify_all();
    }
}

/// Lets other threads run until something was given back, or the time is over. The caller saw, with the GIL, that what
/// it wants is taken, and has left word that it waits.
pub fn wait(py: Py<'_>, longest: Option<Duration>) {
    // Before the GIL is let go nothing can be given back.
    let seen = GIVEN_BACK.lock().unwrap_or_else(PoisonError::into_inner).0;
    py.allow_threads(|| {
        let mut now = GIVEN_BACK.lock().unwrap_or_else(PoisonError::into_inner);
        now.1 += 1;
        while now.0 == seen {
            match longest {
                None => now = CHANGED.wait(now).unwrap_or_else(PoisonError::into_inner),
                Some(t) => {
                    now = CHANGED.wait_timeout(now, t).unwrap_or_else(PoisonError::into_inner).0;
                    break;
                }
            }
        }
        now.1 -= 1;
    });
}

/// A child process: nobody waits.
///
/// # Safety
/// The process has one thread.
pub(super) unsafe fn renew() {
    // SAFETY: the caller's promise; a thread that is not here may have held the old ones, which are forgotten.
    unsafe {
        core::ptr::write((&raw const GIVEN_BACK).cast_mut(), Mutex::new((0, 0)));
        core::ptr::write((&raw const CHANGED).cast_mut(), Condvar::new());
    }
}
