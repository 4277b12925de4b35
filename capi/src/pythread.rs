//! pythread.h: threads, their identities, locks, thread-specific storage.

use core::ffi::{c_int, c_ulong, c_void};
use dxpy_core::thread::stack;
use dxpy_host::thread::{Acquired, Lock, stack_size_is_valid};

/// `PyLockStatus`.
const FAILURE: c_int = 0;
const ACQUIRED: c_int = 1;
const INTERRUPTED: c_int = 2;

/// `Py_tss_t`.
#[repr(C)]
pub struct Py_tss_t {
    is_initialized: c_int,
    key: libc::pthread_key_t,
}

/// C: `void PyThread_init_thread(void)`: nothing is left to do.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_init_thread() {}

/// C: `unsigned long PyThread_get_thread_ident(void)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_get_thread_ident() -> c_ulong {
    dxpy_host::thread::identity()
}

/// A function of C and what it is given, on their way to a thread.
struct Start(extern "C" fn(*mut c_void), *mut c_void);
// SAFETY: whoever starts a thread gives it what is the thread's to use.
unsafe impl Send for Start {}

/// C: `unsigned long PyThread_start_new_thread(void (*)(void *), void *)`: its identity, or
/// `PYTHREAD_INVALID_THREAD_ID`. The thread has no state until it makes one.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_start_new_thread(f: extern "C" fn(*mut c_void), arg: *mut c_void) -> c_ulong {
    let start = Start(f, arg);
    let body = move || {
        let Start(f, arg) = { start };
        f(arg);
    };
    dxpy_host::thread::start(stack::for_new_thread(), Box::new(body)).unwrap_or(c_ulong::MAX)
}

/// C: `void PyThread_exit_thread(void)`: the calling thread ends here. What its frames hold stays, as in CPython; nothing of
/// them is unwound, for those of Rust may not be, and so the thread's stack stays too until the process ends.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_exit_thread() -> ! {
    loop {
        // SAFETY: ends this thread, and no other.
        unsafe { libc::syscall(libc::SYS_exit, 0) };
    }
}

/// C: `size_t PyThread_get_stacksize(void)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_get_stacksize() -> usize {
    stack::asked()
}

/// C: `int PyThread_set_stacksize(size_t)`: -1 if the size is not valid.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_set_stacksize(size: usize) -> c_int {
    if stack::ask(size, stack_size_is_valid).is_some() { 0 } else { -1 }
}

/// C: `unsigned long PyThread_get_thread_native_id(void)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_get_thread_native_id() -> c_ulong {
    dxpy_host::thread::native_id() as c_ulong
}

/// C: `PyThread_type_lock PyThread_allocate_lock(void)`: free. The GIL is not needed for any of these.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_allocate_lock() -> *mut c_void {
    Box::into_raw(Box::new(Lock::new())).cast()
}

/// A lock behind its pointer.
///
/// # Safety
/// Made by `PyThread_allocate_lock` and not freed.
unsafe fn lock<'a>(p: *mut c_void) -> &'a Lock {
    // SAFETY: the caller's promise.
    unsafe { &*p.cast::<Lock>() }
}

/// C: `void PyThread_free_lock(PyThread_type_lock)`.
///
/// # Safety
/// The lock is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_free_lock(p: *mut c_void) {
    if !p.is_null() {
        // SAFETY: the caller's promise.
        drop(unsafe { Box::from_raw(p.cast::<Lock>()) });
    }
}

/// C: `int PyThread_acquire_lock(PyThread_type_lock, int)`: waits, or tries once.
///
/// # Safety
/// A lock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_acquire_lock(p: *mut c_void, wait: c_int) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { PyThread_acquire_lock_timed(p, if wait != 0 { -1 } else { 0 }, 0) }
}

/// C: `PyLockStatus PyThread_acquire_lock_timed(PyThread_type_lock, PY_TIMEOUT_T microseconds, int intr_flag)`.
///
/// # Safety
/// A lock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_acquire_lock_timed(
    p: *mut c_void,
    microseconds: i64,
    interruptible: c_int,
) -> c_int {
    let timeout = if microseconds > 0 { microseconds.saturating_mul(1000) } else { microseconds };
    // SAFETY: the caller's promise.
    match unsafe { lock(p) }.acquire(timeout, interruptible != 0) {
        Acquired::Yes => ACQUIRED,
        Acquired::Interrupted => INTERRUPTED,
        Acquired::TimedOut => FAILURE,
    }
}

/// C: `void PyThread_release_lock(PyThread_type_lock)`.
///
/// # Safety
/// A lock that is taken.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_release_lock(p: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { lock(p) }.release();
}

/// C: `int _PyThread_at_fork_reinit(PyThread_type_lock *)`: a new, free lock in the child; the old one's memory stays,
/// as its state is not known.
///
/// # Safety
/// The place of a lock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyThread_at_fork_reinit(place: *mut *mut c_void) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { *place = PyThread_allocate_lock() };
    0
}

/// C: `Py_tss_t *PyThread_tss_alloc(void)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_tss_alloc() -> *mut Py_tss_t {
    Box::into_raw(Box::new(Py_tss_t { is_initialized: 0, key: 0 }))
}

/// C: `void PyThread_tss_free(Py_tss_t *)`.
///
/// # Safety
/// From `PyThread_tss_alloc`, or NULL; not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_tss_free(key: *mut Py_tss_t) {
    if !key.is_null() {
        // SAFETY: the caller's promise.
        unsafe {
            PyThread_tss_delete(key);
            drop(Box::from_raw(key));
        }
    }
}

/// C: `int PyThread_tss_is_created(Py_tss_t *)`.
///
/// # Safety
/// A key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_tss_is_created(key: *mut Py_tss_t) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { (*key).is_initialized }
}

/// C: `int PyThread_tss_create(Py_tss_t *)`.
///
/// # Safety
/// A key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_tss_create(key: *mut Py_tss_t) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        if (*key).is_initialized != 0 {
            return 0;
        }
        if libc::pthread_key_create(&raw mut (*key).key, None) != 0 {
            return -1;
        }
        (*key).is_initialized = 1;
    }
    0
}

/// C: `void PyThread_tss_delete(Py_tss_t *)`.
///
/// # Safety
/// A key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_tss_delete(key: *mut Py_tss_t) {
    // SAFETY: the caller's promise.
    unsafe {
        if (*key).is_initialized != 0 {
            libc::pthread_key_delete((*key).key);
            (*key).is_initialized = 0;
        }
    }
}

/// C: `int PyThread_tss_set(Py_tss_t *, void *)`.
///
/// # Safety
/// A created key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_tss_set(key: *mut Py_tss_t, value: *mut c_void) -> c_int {
    // SAFETY: the caller's promise.
    if unsafe { libc::pthread_setspecific((*key).key, value) } == 0 { 0 } else { -1 }
}

/// C: `void *PyThread_tss_get(Py_tss_t *)`.
///
/// # Safety
/// A created key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_tss_get(key: *mut Py_tss_t) -> *mut c_void {
    // SAFETY: the caller's promise.
    unsafe { libc::pthread_getspecific((*key).key) }
}

/// C: `int PyThread_create_key(void)`: the older interface, whose keys are numbers.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_create_key() -> c_int {
    let mut key = 0;
    // SAFETY: a local.
    match unsafe { libc::pthread_key_create(&raw mut key, None) } {
        0 => key as c_int,
        _ => -1,
    }
}

/// C: `void PyThread_delete_key(int)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_delete_key(key: c_int) {
    // SAFETY: takes a number.
    unsafe { libc::pthread_key_delete(key as libc::pthread_key_t) };
}

/// C: `int PyThread_set_key_value(int, void *)`.
///
/// # Safety
/// None for this function; what the value points at is the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_set_key_value(key: c_int, value: *mut c_void) -> c_int {
    // SAFETY: takes a number and a value that it does not read.
    if unsafe { libc::pthread_setspecific(key as libc::pthread_key_t, value) } == 0 { 0 } else { -1 }
}

/// C: `void *PyThread_get_key_value(int)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_get_key_value(key: c_int) -> *mut c_void {
    // SAFETY: takes a number.
    unsafe { libc::pthread_getspecific(key as libc::pthread_key_t) }
}

/// C: `void PyThread_delete_key_value(int)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_delete_key_value(key: c_int) {
    // SAFETY: takes a number.
    unsafe { libc::pthread_setspecific(key as libc::pthread_key_t, core::ptr::null()) };
}

/// C: `void PyThread_ReInitTLS(void)`: the system's keys survive a fork.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_ReInitTLS() {}
