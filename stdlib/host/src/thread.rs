//! Threads and locks as `_thread` needs them: a lock that any thread may release, taken with a timeout and interrupted
//! by signals; starting threads with a chosen stack; identities.

use crate::errno::{Errno, Result, check, code};
use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::mem::{MaybeUninit, zeroed};

/// `PyThread_type_lock`: a semaphore of one, as CPython's on Linux.
pub struct Lock {
    // Boxed: a semaphore must not move.
    semaphore: Box<UnsafeCell<libc::sem_t>>,
}

// SAFETY: a semaphore is made to be shared.
unsafe impl Send for Lock {}
// SAFETY: as above; it is reached by pointer only.
unsafe impl Sync for Lock {}

/// How an attempt ended (`PyLockStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acquired {
    Yes,
    TimedOut,
    /// A signal came first; only where asked for.
    Interrupted,
}

unsafe extern "C" {
    fn sem_clockwait(semaphore: *mut libc::sem_t, clock: i32, deadline: *const libc::timespec) -> i32;
}

impl Default for Lock {
    fn default() -> Lock {
        // SAFETY: all-zero is a value to be initialised.
        let semaphore = Box::new(UnsafeCell::new(unsafe { zeroed() }));
        // SAFETY: its final address; 1 is below the limit, so it cannot fail.
        unsafe { libc::sem_init(semaphore.get(), 0, 1) };
        Lock { semaphore }
    }
}

impl Lock {
    pub fn new() -> Lock {
        Lock::default()
    }

    /// `PyThread_acquire_lock_timed`: nanoseconds, negative for ever, 0 for one try. Where signals do not interrupt, the
    /// wait goes on to the same deadline.
    pub fn acquire(&self, timeout: i64, interruptible: bool) -> Acquired {
        let semaphore = self.semaphore.get();
        let deadline = if timeout > 0 {
            let now = crate::clock::get_ns(libc::CLOCK_MONOTONIC).unwrap_or(0);
            let at = now.saturating_add(timeout);
            Some(libc::timespec { tv_sec: at / 1_000_000_000, tv_nsec: at % 1_000_000_000 })
        } else {
            None
        };
        loop {
            // SAFETY: an initialised semaphore and a local.
            let result = unsafe {
                match &deadline {
                    Some(at) => sem_clockwait(semaphore, libc::CLOCK_MONOTONIC, at),
                    None if timeout == 0 => libc::sem_trywait(semaphore),
                    None => libc::sem_wait(semaphore),
                }
            };
            match check(result) {
                Ok(_) => return Acquired::Yes,
                Err(Errno(libc::EINTR)) if interruptible => return Acquired::Interrupted,
                Err(Errno(libc::EINTR)) => (),
                Err(_) => return Acquired::TimedOut,
            }
        }
    }

    /// By any thread; a lock that is free becomes free twice, so the caller checks first, as `_thread` does.
    pub fn release(&self) {
        // SAFETY: an initialised semaphore.
        unsafe { libc::sem_post(self.semaphore.get()) };
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // SAFETY: initialised, and nobody waits: nobody else has a reference.
        unsafe { libc::sem_destroy(self.semaphore.get()) };
    }
}

/// `threading.get_ident`.
pub fn identity() -> u64 {
    // SAFETY: takes nothing.
    unsafe { libc::pthread_self() }
}

/// `threading.get_native_id`.
pub fn native_id() -> i64 {
    // SAFETY: takes nothing.
    unsafe { libc::syscall(libc::SYS_gettid) }
}

extern "C" fn begin(body: *mut c_void) -> *mut c_void {
    // SAFETY: the pointer is the box that `start` let go of, once.
    let body = unsafe { Box::from_raw(body.cast::<Box<dyn FnOnce() + Send>>()) };
    // A panic must not unwind into the C library; the process ends as it does for one in a thread of its own.
    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).is_err() {
        crate::process::abort();
    }
    std::ptr::null_mut()
}

/// Starts a detached thread (`PyThread_start_new_thread`), with a stack of this size, or the default one for 0. Its
/// identity.
pub fn start(stack_size: usize, body: Box<dyn FnOnce() + Send>) -> Result<u64> {
    let body = Box::into_raw(Box::new(body));
    let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
    let mut thread = 0;
    // SAFETY: attributes are initialised, used and destroyed here; the thread takes over the box.
    let result = unsafe {
        libc::pthread_attr_init(attributes.as_mut_ptr());
        if stack_size > 0 {
            libc::pthread_attr_setstacksize(attributes.as_mut_ptr(), stack_size);
        }
        libc::pthread_attr_setdetachstate(attributes.as_mut_ptr(), libc::PTHREAD_CREATE_DETACHED);
        let result = libc::pthread_create(&raw mut thread, attributes.as_ptr(), begin, body.cast());
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        result
    };
    if let Err(e) = code(result) {
        // SAFETY: no thread was made, so the box is still ours.
        drop(unsafe { Box::from_raw(body) });
        return Err(e);
    }
    Ok(thread)
}

/// Whether a stack size is one that `_thread.stack_size` takes.
pub fn stack_size_is_valid(size: usize) -> bool {
    let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
    // SAFETY: attributes are initialised, used and destroyed here.
    unsafe {
        libc::pthread_attr_init(attributes.as_mut_ptr());
        let result = libc::pthread_attr_setstacksize(attributes.as_mut_ptr(), size);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        result == 0
    }
}

/// Where this thread's stack lies: its lowest address and its size; for the depth of native recursion.
pub fn stack_bounds() -> Option<(usize, usize)> {
    let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
    let (mut low, mut size) = (std::ptr::null_mut(), 0);
    // SAFETY: attributes are initialised by the first call where it succeeds, and destroyed.
    unsafe {
        code(libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr())).ok()?;
        let result = libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut low, &raw mut size);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        (result == 0).then_some((low as usize, size))
    }
}
