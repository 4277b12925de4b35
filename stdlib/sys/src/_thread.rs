//! `_thread`: locks, thread identities and per-thread attributes (`Modules/_threadmodule.c`).
//!
//! One thread runs Python, for there is no GIL to hand over yet: `start_new_thread`, `interrupt_main` and `_excepthook`
//! say that they are not implemented, and waiting for a lock that this thread itself holds waits as CPython does.

use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, call, dict, exceptions, float, gc, glue, long, methods, object, tuple,
    types, unicode, weakref,
};
use dxpy_types::structseq;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// `_thread`.
pub static MODULE: StaticModule = StaticModule::new(c"_thread")
    .doc(c"Threads and locks at their most primitive; the threading module builds on these.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "start_new_thread" = start_new_thread [1], "?($module, /, *args)", "Starts a thread that calls a function.";
    "start_new" = start_new_thread [1], "?($module, /, *args)", "Another name of start_new_thread().";
    "daemon_threads_allowed" = daemon_threads_allowed [0], "!($module, /)", "Whether threads may be daemons here.";
    "allocate_lock" = allocate_lock [0], "!($module, /)", "A new lock, not held.";
    "allocate" = allocate_lock [0], "!($module, /)", "Another name of allocate_lock().";
    "exit_thread" = exit [0], "!($module, /)", "Another name of exit().";
    "exit" = exit [0], "!($module, /)", "Ends the thread by raising SystemExit.";
    "interrupt_main" = interrupt_main [1], "?($module, signum=2, /)", "Simulates a signal in the main thread.";
    "get_ident" = get_ident [0], "!($module, /)", "The identity of this thread, as an int that is not zero.";
    "get_native_id" = get_native_id [0], "!($module, /)", "The identity of this thread that the kernel gave it.";
    "_count" = count [0], "!($module, /)", "How many threads this module started.";
    "stack_size" = stack_size [1], "?($module, size=0, /)", "The stack size of threads to come; sets it if given.";
    "_set_sentinel" = set_sentinel [0], "!($module, /)", "A lock that is released when this thread ends.";
    "_excepthook" = excepthook [1], "?($module, args, /)", "Reports what a thread died of.";
    "_is_main_interpreter" = is_main_interpreter [0], "!($module, /)", "Whether this is the main interpreter.";
] }

/// The longest wait in seconds.
const TIMEOUT_MAX: f64 = 9_223_372_036.0;

static EXCEPT_HOOK_ARGS: structseq::Desc = structseq::Desc {
    name: "_thread._ExceptHookArgs",
    doc: "What threading.excepthook() receives.",
    fields: &[
        (Some("exc_type"), "Exception type"),
        (Some("exc_value"), "Exception value"),
        (Some("exc_traceback"), "Exception traceback"),
        (Some("thread"), "Thread"),
    ],
    visible: 4,
};

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    for ty in [&LOCK, &RLOCK, &LOCAL] {
        types::ready::ready(py, ty)?;
    }
    module::add(py, m, "LockType", LOCK.as_object())?;
    module::add(py, m, "RLock", RLOCK.as_object())?;
    module::add(py, m, "_local", LOCAL.as_object())?;
    module::add(py, m, "error", exceptions::RuntimeError.as_object())?;
    let args = structseq::new_type(py, &EXCEPT_HOOK_ARGS)?;
    module::add(py, m, "_ExceptHookArgs", args.as_object())?;
    module::add(py, m, "TIMEOUT_MAX", float::new(py, TIMEOUT_MAX)?.as_object())
}

#[cold]
fn not_implemented(py: Py<'_>, what: &str) -> PyErr {
    exceptions::format(
        py,
        &exceptions::NotImplementedError,
        format_args!("_thread.{what} is not implemented in dx-py: one thread runs Python"),
    )
}

/// The identity of this thread: what pthread_self() gives.
fn ident() -> u64 {
    // SAFETY: the function always succeeds.
    unsafe { libc::pthread_self() as u64 }
}

// What a lock is made of.

/// A lock of the operating system that one thread may take and another give back.
struct Semaphore {
    held: Mutex<bool>,
    free: Condvar,
}

impl Semaphore {
    const fn new() -> Semaphore {
        Semaphore { held: Mutex::new(false), free: Condvar::new() }
    }

    /// Takes the lock, waiting no longer than `wait`; whether it was taken.
    fn acquire(&self, wait: Wait) -> bool {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let end = match wait {
            // A wait beyond the clock's range is one without end.
            Wait::For(d) => Instant::now().checked_add(d),
            _ => None,
        };
        while *held {
            held = match (&wait, end) {
                (Wait::No, _) => return false,
                (_, Some(end)) => {
                    let left = end.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return false;
                    }
                    self.free.wait_timeout(held, left).unwrap_or_else(PoisonError::into_inner).0
                }
                (_, None) => self.free.wait(held).unwrap_or_else(PoisonError::into_inner),
            };
        }
        *held = true;
        true
    }

    /// Gives the lock back; false if nobody held it.
    fn release(&self) -> bool {
        let held = core::mem::replace(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner), false);
        self.free.notify_one();
        held
    }

    fn is_held(&self) -> bool {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long to wait for a lock.
enum Wait {
    No,
    For(Duration),
    Forever,
}

/// `lock_acquire_parse_args`.
fn wait_of(py: Py<'_>, blocking: Option<&PyObject>, timeout: Option<&PyObject>) -> PyResult<Wait> {
    let blocking = match blocking {
        Some(b) => dxpy_core::protocol::is_true(py, b)?,
        None => true,
    };
    let seconds = match timeout {
        Some(t) => float::as_f64(py, t)?,
        None => -1.0,
    };
    let error = |text: &str| exceptions::value_error(py, format_args!("{text}"));
    if seconds.is_nan() {
        return Err(error("Invalid value NaN (not a number)"));
    }
    if !blocking && seconds != -1.0 {
        return Err(error("can't specify a timeout for a non-blocking call"));
    }
    if seconds < 0.0 && seconds != -1.0 {
        return Err(error("timeout value must be positive"));
    }
    if !blocking {
        return Ok(Wait::No);
    }
    if seconds < 0.0 {
        return Ok(Wait::Forever);
    }
    if seconds > TIMEOUT_MAX {
        // Nanoseconds in 64 bits end a little after the limit, and the clock's own error comes first there.
        let text = if seconds < 9_223_372_036.854_775 {
            "timeout value is too large"
        } else if timeout.is_some_and(|t| long::check(t).is_some()) {
            "timestamp too large to convert to C _PyTime_t"
        } else {
            "timestamp out of range for platform time_t"
        };
        return Err(exceptions::overflow_error(py, format_args!("{text}")));
    }
    Ok(if seconds == 0.0 { Wait::No } else { Wait::For(Duration::from_secs_f64(seconds)) })
}

/// `lock` and `RLock`, which differ in what the last two fields are used for.
#[repr(C)]
struct LockObject {
    ob_base: PyObject,
    semaphore: Cell<*mut Semaphore>,
    weakrefs: Cell<*mut PyObject>,
    /// The thread that holds an `RLock`.
    owner: Cell<u64>,
    /// How often it does.
    count: Cell<u64>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for LockObject {}

static LOCK: StaticType = StaticType::new::<LockObject>(c"_thread.lock")
    .doc(c"A lock: acquire() takes it, release() gives it back, from any thread.")
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .weaklist(offset_of!(LockObject, weakrefs))
    .dealloc(glue::dealloc(lock_dealloc))
    .repr(glue::unary(lock_repr))
    .methods(&LOCK_METHODS);

methods! { static LOCK_METHODS: for LockObject [
    "acquire_lock" = lock_acquire [2], "?($self, /, blocking=True, timeout=-1)", "Another name of acquire().";
    "acquire" = lock_acquire [2], "?($self, /, blocking=True, timeout=-1)", "Takes the lock; whether it could.";
    "release_lock" = lock_release [0], "!($self, /)", "Another name of release().";
    "release" = lock_release [0], "!($self, /)", "Gives the lock back; an error if nobody holds it.";
    "locked_lock" = lock_locked [0], "!($self, /)", "Another name of locked().";
    "locked" = lock_locked [0], "!($self, /)", "Whether somebody holds the lock.";
    "__enter__" = lock_acquire [2], "?($self, /, blocking=True, timeout=-1)", "Takes the lock.";
    "__exit__" = lock_exit [1], "?($self, /, *args)", "Gives the lock back.";
    "_at_fork_reinit" = lock_reinit [0], "!($self, /)", "Makes the lock a new one, in a child process.";
] }

static RLOCK: StaticType = StaticType::new::<LockObject>(c"_thread.RLock")
    .doc(c"A lock that the thread holding it may take again.")
    .flags(Py_TPFLAGS_BASETYPE)
    .weaklist(offset_of!(LockObject, weakrefs))
    .dealloc(glue::dealloc(lock_dealloc))
    .repr(glue::unary(rlock_repr))
    .create(glue::create(rlock_new))
    .methods(&RLOCK_METHODS);

methods! { static RLOCK_METHODS: for LockObject [
    "acquire" = rlock_acquire [2], "?($self, /, blocking=True, timeout=-1)", "Takes the lock, once more if this thread holds it.";
    "release" = rlock_release [0], "!($self, /)", "Undoes one acquire() of this thread.";
    "_is_owned" = rlock_is_owned [0], "!($self, /)", "Whether this thread holds the lock.";
    "_acquire_restore" = rlock_acquire_restore [1], "?($self, state, /)", "Takes the lock as often as _release_save() gave it back.";
    "_release_save" = rlock_release_save [0], "!($self, /)", "Gives the lock back altogether, and says how to take it again.";
    "_recursion_count" = rlock_recursion_count [0], "!($self, /)", "How often this thread holds the lock.";
    "__enter__" = rlock_acquire [2], "?($self, /, blocking=True, timeout=-1)", "Takes the lock.";
    "__exit__" = rlock_exit [1], "?($self, /, *args)", "Gives the lock back.";
    "_at_fork_reinit" = lock_reinit [0], "!($self, /)", "Makes the lock a new one, in a child process.";
] }

/// A lock of a type, not held.
fn new_lock(py: Py<'_>, ty: &PyTypeObject) -> PyResult {
    // SAFETY: LAYOUT: both types and their subtypes begin like this struct.
    let l: Owned<LockObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    l.semaphore.set(Box::into_raw(Box::new(Semaphore::new())));
    Ok(l.upcast())
}

fn semaphore(l: &LockObject) -> &Semaphore {
    // SAFETY: set when the lock was made, and freed with it.
    unsafe { &*l.semaphore.get() }
}

fn lock_dealloc(py: Py<'_>, l: &LockObject) {
    weakref::clear_all(py, l.as_object());
    let p = l.semaphore.replace(core::ptr::null_mut());
    // SAFETY: made by `new_lock`, unless that failed; the memory goes last.
    unsafe {
        if !p.is_null() {
            drop(Box::from_raw(p));
        }
        object::tp_free(l.as_object());
    }
}

fn lock_repr(py: Py<'_>, l: &LockObject) -> PyResult<Owned<PyUnicodeObject>> {
    let state = if semaphore(l).is_held() { "locked" } else { "unlocked" };
    unicode::from_str(py, &format!("<{state} {} object at {:p}>", call::type_name(l.ty()), l.as_ptr()))
}

fn lock_acquire(
    py: Py<'_>,
    l: &LockObject,
    blocking: Option<&PyObject>,
    timeout: Option<&PyObject>,
) -> PyResult<bool> {
    Ok(semaphore(l).acquire(wait_of(py, blocking, timeout)?))
}

fn lock_release(py: Py<'_>, l: &LockObject) -> PyResult<()> {
    match semaphore(l).release() {
        true => Ok(()),
        false => Err(exceptions::runtime_error(py, format_args!("release unlocked lock"))),
    }
}

fn lock_locked(_: Py<'_>, l: &LockObject) -> bool {
    semaphore(l).is_held()
}

fn lock_exit(py: Py<'_>, l: &LockObject, _: dxpy_core::args::Rest<'_>) -> PyResult<()> {
    lock_release(py, l)
}

fn lock_reinit(_: Py<'_>, l: &LockObject) {
    // The thread that held it is not in this process.
    semaphore(l).release();
    l.owner.set(0);
    l.count.set(0);
}

fn rlock_new(py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>) -> PyResult {
    new_lock(py, ty)
}

fn rlock_repr(py: Py<'_>, l: &LockObject) -> PyResult<Owned<PyUnicodeObject>> {
    let (owner, count) = (l.owner.get(), l.count.get());
    let state = if count > 0 { "locked" } else { "unlocked" };
    let name = call::type_name(l.ty());
    unicode::from_str(py, &format!("<{state} {name} object owner={owner} count={count} at {:p}>", l.as_ptr()))
}

fn owned_here(l: &LockObject) -> bool {
    l.count.get() > 0 && l.owner.get() == ident()
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
    let taken = semaphore(l).acquire(wait);
    if taken {
        l.owner.set(ident());
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
        semaphore(l).release();
    }
    Ok(())
}

fn rlock_exit(py: Py<'_>, l: &LockObject, _: dxpy_core::args::Rest<'_>) -> PyResult<()> {
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
    semaphore(l).acquire(Wait::Forever);
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
    semaphore(l).release();
    Ok(state)
}

// Attributes of one thread.

/// An instance of `_thread._local`. The dicts are by thread; while one thread runs Python there is one.
#[repr(C)]
struct LocalObject {
    ob_base: PyObject,
    /// The arguments that `__init__` gets again in every thread, or NULL.
    args: Cell<*mut PyObject>,
    kw: Cell<*mut PyObject>,
    dict: Cell<*mut PyObject>,
    weakrefs: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for LocalObject {}

static LOCAL: StaticType = StaticType::new::<LocalObject>(c"_thread._local")
    .doc(c"Attributes that every thread has its own values of.")
    .flags(Py_TPFLAGS_BASETYPE)
    .weaklist(offset_of!(LocalObject, weakrefs))
    .traverse(glue::traverse(|l: &LocalObject, v: &glue::Visitor| {
        v.visit(&l.args)?;
        v.visit(&l.kw)?;
        v.visit(&l.dict)
    }))
    .clear(glue::clear(local_clear))
    .dealloc(glue::dealloc(local_dealloc))
    .getattro(glue::binary(local_getattr))
    .setattro(glue::assign(local_setattr))
    .create(glue::create(local_new));

fn local_clear(_: Py<'_>, l: &LocalObject) {
    object::clear_field(&l.args);
    object::clear_field(&l.kw);
    object::clear_field(&l.dict);
}

fn local_dealloc(py: Py<'_>, l: &LocalObject) {
    weakref::clear_all(py, l.as_object());
    // SAFETY: the type has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(l.as_object());
        local_clear(py, l);
        object::tp_free(l.as_object());
    }
}

/// `local_new`: arguments are for an `__init__` of a subclass.
fn local_new(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    if tuple::len(args) > 0 || has_keywords(kw) {
        let (own, plain) = (ty.tp_init.get(), types::PyBaseObject_Type.0.tp_init.get());
        if own.map(|f| f as usize) == plain.map(|f| f as usize) {
            return Err(exceptions::type_error(
                py,
                format_args!("Initialization arguments are not supported"),
            ));
        }
    }
    // SAFETY: LAYOUT: subtypes begin like this struct.
    let l: Owned<LocalObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    l.args.set(args.to_owned().into_ptr());
    l.kw.set(kw.map_or(core::ptr::null_mut(), |kw| kw.to_owned().into_ptr()));
    l.dict.set(dict::new(py)?.into_ptr());
    Ok(l.upcast())
}

/// The dict of this thread.
fn local_dict(py: Py<'_>, l: &LocalObject) -> PyResult<Owned<PyDictObject>> {
    if l.dict.get().is_null() {
        // The collector cleared it.
        l.dict.set(dict::new(py)?.into_ptr());
    }
    // SAFETY: LIVE, LAYOUT: the object holds its dict.
    Ok(unsafe { &*(l.dict.get() as *const PyDictObject) }.to_owned())
}

fn local_getattr(py: Py<'_>, l: &LocalObject, name: &PyObject) -> PyResult {
    let name = attr::check_name(py, name)?;
    let d = local_dict(py, l)?;
    if unicode::equals_str(name.as_object(), "__dict__") {
        return Ok(d.upcast());
    }
    match attr::generic_lookup(py, l.as_object(), name, Some(&d))? {
        Some(v) => Ok(v),
        None => Err(attr::no_attribute(py, l.as_object(), name)),
    }
}

fn local_setattr(py: Py<'_>, l: &LocalObject, name: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
    let name = attr::check_name(py, name)?;
    let d = local_dict(py, l)?;
    if unicode::equals_str(name.as_object(), "__dict__") {
        let shown = call::type_name(l.ty());
        return Err(exceptions::format(
            py,
            &exceptions::AttributeError,
            format_args!("'{shown}' object attribute '__dict__' is read-only"),
        ));
    }
    attr::generic_set_with_dict(py, l.as_object(), name, value, Some(&d))
}

// The functions.

fn start_new_thread(py: Py<'_>, _: &PyModuleObject, _: dxpy_core::args::Rest<'_>) -> PyResult {
    Err(not_implemented(py, "start_new_thread"))
}

fn daemon_threads_allowed(_: Py<'_>, _: &PyModuleObject) -> bool {
    true
}

fn allocate_lock(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    new_lock(py, &LOCK)
}

fn exit(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    Err(exceptions::create(py, &exceptions::SystemExit, None))
}

fn interrupt_main(py: Py<'_>, _: &PyModuleObject, _: Option<i32>) -> PyResult {
    Err(not_implemented(py, "interrupt_main"))
}

fn get_ident(_: Py<'_>, _: &PyModuleObject) -> u64 {
    ident()
}

fn get_native_id(_: Py<'_>, _: &PyModuleObject) -> i32 {
    // SAFETY: the call always succeeds.
    unsafe { libc::gettid() }
}

fn count(_: Py<'_>, _: &PyModuleObject) -> i32 {
    0
}

/// The smallest stack that CPython accepts for a thread.
const STACK_MIN: isize = 0x8000;

fn stack_size(py: Py<'_>, _: &PyModuleObject, size: Option<isize>) -> PyResult<isize> {
    thread_local! { static SIZE: Cell<isize> = const { Cell::new(0) }; }
    let new = size.unwrap_or(0);
    if new < 0 {
        return Err(exceptions::value_error(py, format_args!("size must be 0 or a positive value")));
    }
    if new != 0 && new < STACK_MIN {
        return Err(exceptions::value_error(py, format_args!("size not valid: {new} bytes")));
    }
    // Asking without an argument sets the default again, as CPython does.
    Ok(SIZE.with(|s| s.replace(new)))
}

fn set_sentinel(py: Py<'_>, m: &PyModuleObject) -> PyResult {
    // The main thread's end is the interpreter's, after which nobody looks at the lock.
    allocate_lock(py, m)
}

/// `thread_excepthook`.
fn excepthook(py: Py<'_>, m: &PyModuleObject, args: &PyObject) -> PyResult<()> {
    let ty = dict::get_str(py, module::dict_of(m), "_ExceptHookArgs")?;
    if !ty.is_some_and(|t| t.is(args.ty().as_object())) {
        return Err(exceptions::type_error(
            py,
            format_args!("_thread.excepthook argument type must be ExceptHookArgs"),
        ));
    }
    // SAFETY: LAYOUT: a structure sequence is a tuple.
    let t = unsafe { &*(args as *const PyObject as *const PyTupleObject) };
    dxpy_import::display::ignored::thread(py, tuple::items(t), ident())
}

fn is_main_interpreter(_: Py<'_>, _: &PyModuleObject) -> bool {
    true
}
