//! Named semaphores (`_multiprocessing.SemLock`): made, opened again by name in another process, waited for with a
//! timeout. Recursion and ownership are the object's.

use crate::errno::{Errno, Result, check, done};
use std::ffi::CStr;

/// An open semaphore.
#[derive(Debug)]
pub struct Semaphore {
    handle: *mut libc::sem_t,
}

// SAFETY: a semaphore is made to be shared, and is reached by pointer only.
unsafe impl Send for Semaphore {}
// SAFETY: as above.
unsafe impl Sync for Semaphore {}

/// `SEM_VALUE_MAX`.
pub const VALUE_MAX: u32 = i32::MAX as u32;

impl Semaphore {
    /// A new one; `EEXIST` where the name is taken.
    pub fn create(name: &CStr, value: u32) -> Result<Semaphore> {
        let flags = libc::O_CREAT | libc::O_EXCL;
        // SAFETY: a C string; mode and value as the variadic call expects them.
        let handle = unsafe { libc::sem_open(name.as_ptr(), flags, 0o600 as libc::c_uint, value) };
        Semaphore::opened(handle)
    }

    /// An existing one.
    pub fn open(name: &CStr) -> Result<Semaphore> {
        // SAFETY: a C string.
        Semaphore::opened(unsafe { libc::sem_open(name.as_ptr(), 0) })
    }

    fn opened(handle: *mut libc::sem_t) -> Result<Semaphore> {
        if handle == libc::SEM_FAILED { Err(Errno::last()) } else { Ok(Semaphore { handle }) }
    }

    /// The number that `SemLock` hands to children made by `fork`.
    pub fn handle(&self) -> usize {
        self.handle as usize
    }

    /// `EAGAIN` where it is taken.
    pub fn try_wait(&self) -> Result<()> {
        // SAFETY: an open semaphore.
        done(unsafe { libc::sem_trywait(self.handle) })
    }

    /// Waits until the real-time clock has this value (`ETIMEDOUT`), or for ever; `EINTR` where a signal came first.
    pub fn wait(&self, deadline: Option<(i64, i64)>) -> Result<()> {
        // SAFETY: an open semaphore, and a local.
        done(unsafe {
            match deadline {
                None => libc::sem_wait(self.handle),
                Some((s, ns)) => {
                    let at = libc::timespec { tv_sec: s, tv_nsec: ns };
                    libc::sem_timedwait(self.handle, &raw const at)
                }
            }
        })
    }

    pub fn post(&self) -> Result<()> {
        // SAFETY: an open semaphore.
        done(unsafe { libc::sem_post(self.handle) })
    }

    pub fn value(&self) -> Result<i32> {
        let mut value = 0;
        // SAFETY: an open semaphore and a local.
        check(unsafe { libc::sem_getvalue(self.handle, &raw mut value) })?;
        Ok(value)
    }
}

impl Drop for Semaphore {
    fn drop(&mut self) {
        // SAFETY: open, and closed once.
        unsafe { libc::sem_close(self.handle) };
    }
}

/// `_multiprocessing.sem_unlink`.
pub fn unlink(name: &CStr) -> Result<()> {
    // SAFETY: a C string.
    done(unsafe { libc::sem_unlink(name.as_ptr()) })
}
