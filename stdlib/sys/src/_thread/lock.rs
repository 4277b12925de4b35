//! `_thread.lock` and `_thread.RLock` (`Modules/_threadmodule.c`): semaphores of the system, waited for without the GIL,
//! interrupted by signals whose handlers raise.

use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::Rest;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::thread::pending;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, call, exceptions, float, glue, long, methods, object, tuple, unicode, weakref,
};
use dxpy_host::thread::{Acquired, Lock, identity};
use std::time::{Duration, Instant};

/// The longest wait in seconds.
pub const TIMEOUT_MAX: f64 = 9_223_372_036.0;
/// The timeouts of [`acquire`] that are no time.
pub const FOREVER: i64 = -1;
/// One try.
pub const AT_ONCE: i64 = 0;

/// `acquire_timed`: takes a lock within so many nanoseconds, [`FOREVER`] or [`AT_ONCE`]; whether it was taken. Handlers
/// of signals run meanwhile, and may raise.
pub fn acquire(py: Py<'_>, lock: &Lock, timeout: i64) -> PyResult<bool> {
    let end = u64::try_from(timeout).ok().and_then(|t| Instant::now().checked_add(Duration::from_nanos(t)));
    let mut left = timeout;
    loop {
        let mut r = lock.acquire(AT_ONCE, false);
        if r == Acquired::TimedOut && left != AT_ONCE {
            r = py.allow_threads(|| lock.acquire(left, true));
        }
        match r {
            Acquired::Yes => return Ok(true),
            Acquired::TimedOut => return Ok(false),
            Acquired::Interrupted => pending::make_calls(py)?,
        }
        if let Some(end) = end {
            let now = Instant::now();
            if now > end {
                return Ok(false);
            }
            left = (end - now).as_nanos() as i64;
        }
    }
}

/// Takes a lock, however long it takes; signals wait as well (`PyThread_acquire_lock`).
pub fn acquire_always(py: Py<'_>, lock: &Lock) {
    if lock.acquire(AT_ONCE, false) != Acquired::Yes {
        py.allow_threads(|| lock.acquire(FOREVER, false));
    }
}

/// Seconds to wait for a lock, rounded up to nanoseconds; a negative number other than -1 is the caller's to refuse.
pub fn nanoseconds(py: Py<'_>, timeout: &PyObject) -> PyResult<i64> {
    let seconds = float::as_f64(py, timeout)?;
    if seconds.is_nan() {
        return Err(exceptions::value_error(py, format_args!("Invalid value NaN (not a number)")));
    }
    // Nanoseconds in 64 bits end a little after the limit, and the clock's own error comes first there.
    if seconds.abs() >= 9_223_372_036.854_775 {
        let text = if long::check(timeout).is_some() {
            "timestamp too large to convert to C _PyTime_t"
        } else {
            "timestamp out of range for platform time_t"
        };
        return Err(exceptions::overflow_error(py, format_args!("{text}")));
    }
    let ns = seconds * 1e9;
    Ok(if ns >= 0.0 { ns.ceil() } else { ns.floor() } as i64)
}

/// `lock_acquire_parse_args`.
fn wait_of(py: Py<'_>, blocking: Option<&PyObject>, timeout: Option<&PyObject>) -> PyResult<i64> {
    let blocking = match blocking {
        Some(b) => dxpy_core::protocol::is_true(py, b)?,
        None => true,
    };
    const UNSET: i64 = -1_000_000_000;
    let ns = match timeout {
        Some(t) => nanoseconds(py, t)?,
        None => UNSET,
    };
    let error = |text: &str| Err(exceptions::value_error(py, format_args!("{text}")));
    if !blocking && ns != UNSET {
        return error("can't specify a timeout for a non-blocking call");
    }
    if ns < 0 && ns != UNSET {
        return error("timeout value must be positive");
    }
    if !blocking {
        return Ok(AT_ONCE);
    }
    if ns == UNSET {
        return Ok(FOREVER);
    }
    Ok(ns)
}

/// `lock` and `RLock`, which differ in what the last two fields are used for.
#[repr(C)]
pub struct LockObject {
    ob_base: PyObject,
    lock: Cell<*mut Lock>,
    weakrefs: Cell<*mut PyObject>,
    /// The thread that holds an `RLock`.
    owner: Cell<u64>,
    /// How often it does; 1 for a `lock` that is held.
    count: Cell<u64>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for LockObject {}

pub static LOCK: StaticType = StaticType::new::<LockObject>(c"_thread.lock")
    .doc(c"A lock: acquire() takes it, release() gives it back, from any thread.")
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE)
    .weaklist(offset_of!(LockObject, weakrefs))
    .dealloc(glue::dealloc(lock_dealloc))
    .repr(glue::unary(lock_repr))
    .methods(&LOCK_METHODS);

methods! { static LOCK_METHODS: for LockObject [
    "acquire_lock" = lock_acquire [2], "!($self, /, blocking=True, timeout=-1)", "Another name of acquire().";
    "acquire" = lock_acquire [2], "!($self, /, blocking=True, timeout=-1)", "Takes the lock; whether it could.";
    "release_lock" = lock_release [0], "!($self, /)", "Another name of release().";
    "release" = lock_release [0], "!($self, /)", "Gives the lock back; an error if nobody holds it.";
    "locked_lock" = lock_locked [0], "!($self, /)", "Another name of locked().";
    "locked" = lock_locked [0], "!($self, /)", "Whether somebody holds the lock.";
    "__enter__" = lock_acquire [2], "!($self, /, blocking=True, timeout=-1)", "Takes the lock.";
    "__exit__" = lock_exit [1], "?($self, /, *args)", "Gives the lock back.";
    "_at_fork_reinit" = lock_reinit [0], "!($self, /)", "Makes the lock a new one, in a child process.";
] }

pub static RLOCK: StaticType = StaticType::new::<LockObject>(c"_thread.RLock")
    .flags(Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE)
    .weaklist(offset_of!(LockObject, weakrefs))
    .dealloc(glue::dealloc(lock_dealloc))
    .repr(glue::unary(rlock_repr))
    .create(glue::create(rlock_new))
    .methods(&RLOCK_METHODS);

methods! { static RLOCK_METHODS: for LockObject [
    "acquire" = rlock_acquire [2], "!($self, /, blocking=True, timeout=-1)", "Takes the lock, once more if this thread holds it.";
    "release" = rlock_release [0], "!($self, /)", "Undoes one acquire() of this thread.";
    "_is_owned" = rlock_is_owned [0], "!($self, /)", "Whether this thread holds the lock.";
    "_acquire_restore" = rlock_acquire_restore [1], "?($self, state, /)", "Takes the lock as often as _release_save() gave it back.";
    "_release_save" = rlock_release_save [0], "!($self, /)", "Gives the lock back altogether, and says how to take it again.";
    "_recursion_count" = rlock_recursion_count [0], "!($self, /)", "How often this thread holds the lock.";
    "__enter__" = rlock_acquire [2], "!($self, /, blocking=True, timeout=-1)", "Takes the lock.";
    "__exit__" = rlock_exit [1], "?($self, /, *args)", "Gives the lock back.";
    "_at_fork_reinit" = lock_reinit [0], "!($self, /)", "Makes the lock a new one, in a child process.";
] }

/// A lock of a type, not held.
pub fn new_lock(py: Py<'_>, ty: &PyTypeObject) -> PyResult<Owned<LockObject>> {
    // SAFETY: LAYOUT: both types and their subtypes begin like this struct.
    let l: Owned<LockObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    l.lock.set(Box::into_raw(Box::new(Lock::new())));
    Ok(l)
}

fn inner(l: &LockObject) -> &Lock {
    // SAFETY: set when the lock was made, and freed with it.
    unsafe { &*l.lock.get() }
}

fn lock_dealloc(py: Py<'_>, l: &LockObject) {
    weakref::clear_all(py, l.as_object());
    let p = l.lock.replace(core::ptr::null_mut());
    // SAFETY: made by `new_lock`, unless that failed; the memory goes last.
    unsafe {
        if !p.is_null() {
            drop(Box::from_raw(p));
        }
        object::tp_free(l.as_object());
    }
}

fn lock_repr(py: Py<'_>, l: &LockObject) -> PyResult<Owned<PyUnicodeObject>> {
    let state = if l.count.get() != 0 { "locked" } else { "unlocked" };
    unicode::from_str(py, &format!("<{state} {} object at {:p}>", call::type_name(l.ty()), l.as_ptr()))
}

fn lock_acquire(
    py: Py<'_>,
    l: &LockObject,
    blocking: Option<&PyObject>,
    timeout: Option<&PyObject>,
) -> PyResult<bool> {
    let taken = acquire(py, inner(l), wait_of(py, blocking, timeout)?)?;
    if taken {
        l.count.set(1);
    }
    Ok(taken)
}

fn lock_release(py: Py<'_>, l: &LockObject) -> PyResult<()> {
    if release_if_held(l) {
        return Ok(());
    }
    Err(exceptions::runtime_error(py, format_args!("release unlocked lock")))
}

/// Gives a `lock` back if somebody holds it.
pub fn release_if_held(l: &LockObject) -> bool {
    let held = l.count.replace(0) != 0;
    if held {
        inner(l).release();
    }
    held
}

fn lock_locked(_: Py<'_>, l: &LockObject) -> bool {
    l.count.get() != 0
}

fn lock_exit(py: Py<'_>, l: &LockObject, _: Rest<'_>) -> PyResult<()> {
    lock_release(py, l)
}

/// The thread that held it is not in this process; the old semaphore is forgotten, as it may be in any state.
fn lock_reinit(_: Py<'_>, l: &LockObject) {
    l.lock.set(Box::into_raw(Box::new(Lock::new())));
    l.owner.set(0);
    l.count.set(0);
}

fn rlock_new(py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>) -> PyResult {
    new_lock(py, ty).map(Owned::upcast)
}

fn rlock_repr(py: Py<'_>, l: &LockObject) -> PyResult<Owned<PyUnicodeObject>> {
    let (owner, count) = (l.owner.get(), l.count.get());
    let state = if count > 0 { "locked" } else { "unlocked" };
    let name = call::type_name(l.ty());
    unicode::from_str(py, &format!("<{state} {name} object owner={owner} count={count} at {:p}>", l.as_ptr()))
}

fn owned_here(l: &LockObject) -> bool {
    l.count.get() > 0 && l.owner.get() == identity()
}

fn rlock_acquire(
    py: Py<'_>,
    l: &LockObject,
    blocking: Option<&PyObject>,
    timeout: Option<&PyObject>,
) -> PyResult<bool> {
    let wait = wait_of(py, blocking, timeout)?;
    if owned_here(l) {
        let Some(n) = l.count.get().checked_add(1) else {
            return Err(exceptions::overflow_error(py, format_args!("Internal lock count overflowed")));
        };
        l.count.set(n);
        return Ok(true);
    }
    let taken = acquire(py, inner(l), wait)?;
    if taken {
        l.owner.set(identity());
        l.count.set(1);
    }
    Ok(taken)
}

fn not_acquired(py: Py<'_>) -> PyErr {
    exceptions::runtime_error(py, format_args!("cannot release un-acquired lock"))
}

fn rlock_release(py: Py<'_>, l: &LockObject) -> PyResult<()> {
    if !owned_here(l) {
        return Err(not_acquired(py));
    }
    l.count.set(l.count.get() - 1);
    if l.count.get() == 0 {
        l.owner.set(0);
        inner(l).release();
    }
    Ok(())
}

fn rlock_exit(py: Py<'_>, l: &LockObject, _: Rest<'_>) -> PyResult<()> {
    rlock_release(py, l)
}

fn rlock_is_owned(_: Py<'_>, l: &LockObject) -> bool {
    owned_here(l)
}

fn rlock_recursion_count(_: Py<'_>, l: &LockObject) -> u64 {
    if owned_here(l) { l.count.get() } else { 0 }
}

fn rlock_acquire_restore(py: Py<'_>, l: &LockObject, state: &PyTupleObject) -> PyResult<()> {
    let part = |i: usize| tuple::items(state).get(i).and_then(|o| long::check(o)).and_then(long::to_u64);
    let (Some(count), Some(owner), 2) = (part(0), part(1), tuple::len(state)) else {
        return Err(exceptions::type_error(
            py,
            format_args!("_acquire_restore() argument must be a count and an owner"),
        ));
    };
    acquire_always(py, inner(l));
    l.count.set(count);
    l.owner.set(owner);
    Ok(())
}

fn rlock_release_save(py: Py<'_>, l: &LockObject) -> PyResult<Owned<PyTupleObject>> {
    if l.count.get() == 0 {
        return Err(not_acquired(py));
    }
    let state = [long::from_u64(py, l.count.get())?.upcast(), long::from_u64(py, l.owner.get())?.upcast()];
    let state = tuple::from_iter(py, state)?;
    l.count.set(0);
    l.owner.set(0);
    inner(l).release();
    Ok(state)
}
