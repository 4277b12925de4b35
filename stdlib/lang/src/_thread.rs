//! `_thread` before threads: locks, identities and thread-local data of the only thread. Starting a thread raises "not
//! implemented"; a wait that only another thread could end does too, since it would never end.

use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::Raw;
use dxpy_core::module::{StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, call, exceptions, float, gc, glue, methods, module, object, tuple, types,
    unicode,
};

/// `_thread`.
pub static MODULE: StaticModule = StaticModule::new(c"_thread")
    .doc(c"Threads and locks, as threading builds on them.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

/// The longest wait in seconds (`PY_TIMEOUT_MAX` in whole seconds).
const TIMEOUT_MAX: f64 = 9223372036.0;

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    for t in [&LOCK, &RLOCK, &LOCAL] {
        types::ready::ready(py, t)?;
        module::add_type(py, m, t)?;
    }
    module::add(py, m, "LockType", LOCK.0.as_object())?;
    module::add(py, m, "error", exceptions::RuntimeError.0.as_object())?;
    module::add(py, m, "TIMEOUT_MAX", float::new(py, TIMEOUT_MAX)?.as_object())
}

methods! { static METHODS: for PyModuleObject [
    "start_new_thread" = start_new_thread [1], "?($module, *args)", "Starts a thread.";
    "start_new" = start_new_thread [1], "?($module, *args)", "Obsolete name of start_new_thread().";
    "daemon_threads_allowed" = daemon_threads_allowed [0], "?($module, /)", "Whether this interpreter allows daemon threads.";
    "allocate_lock" = allocate_lock [0], "?($module, /)", "A new lock.";
    "allocate" = allocate_lock [0], "?($module, /)", "Obsolete name of allocate_lock().";
    "exit_thread" = exit [0], "?($module, /)", "Obsolete name of exit().";
    "exit" = exit [0], "?($module, /)", "Ends the thread, as SystemExit does.";
    "get_ident" = get_ident [0], "?($module, /)", "The identity of the running thread.";
    "get_native_id" = get_native_id [0], "?($module, /)", "The system's number for the running thread.";
    "_count" = count [0], "?($module, /)", "The number of threads started here that run.";
] }

fn missing(py: Py<'_>, what: &str) -> PyErr {
    exceptions::not_implemented_error(py, format_args!("dx-py: {what} is not implemented yet"))
}

fn start_new_thread(py: Py<'_>, _: &PyModuleObject, _: dxpy_core::args::Rest<'_>) -> PyResult<()> {
    Err(missing(py, "_thread.start_new_thread()"))
}

fn daemon_threads_allowed(_: Py<'_>, _: &PyModuleObject) -> PyResult<bool> {
    Ok(true)
}

fn exit(py: Py<'_>, _: &PyModuleObject) -> PyResult<()> {
    Err(exceptions::create(py, &exceptions::SystemExit, None))
}

/// The identity of the running thread (`PyThread_get_thread_ident`).
fn ident() -> u64 {
    // SAFETY: no preconditions.
    unsafe { libc::pthread_self() as u64 }
}

fn get_ident(_: Py<'_>, _: &PyModuleObject) -> PyResult<u64> {
    Ok(ident())
}

fn get_native_id(_: Py<'_>, _: &PyModuleObject) -> PyResult<i64> {
    // SAFETY: no preconditions.
    Ok(unsafe { libc::syscall(libc::SYS_gettid) })
}

fn count(_: Py<'_>, _: &PyModuleObject) -> PyResult<i64> {
    Ok(0)
}

/// A lock, and with owner and count a reentrant one.
#[repr(C)]
struct Lock {
    base: PyObject,
    weak: Cell<*mut PyObject>,
    owner: Cell<u64>,
    count: Cell<u64>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for Lock {}

const fn lock_type(name: &'static core::ffi::CStr) -> StaticType {
    StaticType::new::<Lock>(name).weaklist(offset_of!(Lock, weak)).dealloc(glue::dealloc(
        |py: Py<'_>, l: &Lock| {
            // SAFETY: weak references first, the memory last.
            unsafe {
                if !l.weak.get().is_null() {
                    dxpy_core::weakref::clear_all(py, l.as_object());
                }
                object::tp_free(l.as_object());
            }
        },
    ))
}

static LOCK: StaticType = lock_type(c"_thread.lock")
    .doc(c"A lock. allocate_lock() makes them.")
    .repr(glue::unary(|py, l: &Lock| shown(py, l, false)))
    .methods(&LOCK_METHODS);

static RLOCK: StaticType = lock_type(c"_thread.RLock")
    .flags(Py_TPFLAGS_BASETYPE)
    .doc(c"A lock that its owner may take again.")
    .create(glue::create(new_rlock))
    .repr(glue::unary(|py, l: &Lock| shown(py, l, true)))
    .methods(&RLOCK_METHODS);

methods! { static LOCK_METHODS: for Lock [
    "acquire_lock" = acquire [2], "?($self, blocking=True, timeout=-1)", "Obsolete name of acquire().";
    "acquire" = acquire [2], "?($self, blocking=True, timeout=-1)", "Takes the lock, waiting for it if told so.";
    "release_lock" = release [0], "?($self, /)", "Obsolete name of release().";
    "release" = release [0], "?($self, /)", "Gives up the lock.";
    "locked_lock" = locked [0], "?($self, /)", "Obsolete name of locked().";
    "locked" = locked [0], "?($self, /)", "Whether someone holds the lock.";
    "__enter__" = enter [0], "?($self, /)", "Takes the lock.";
    "__exit__" = leave [1], "?($self, *args)", "Gives up the lock.";
    "_at_fork_reinit" = reset [0], "?($self, /)", "Makes it free in a forked process.";
] }

methods! { static RLOCK_METHODS: for Lock [
    "acquire" = acquire_again [2], "?($self, blocking=True, timeout=-1)", "Takes the lock once more, waiting for it if told so.";
    "release" = release_once [0], "?($self, /)", "Gives up the lock once.";
    "_is_owned" = is_owned [0], "?($self, /)", "Whether this thread holds the lock.";
    "_acquire_restore" = acquire_restore [1], "?($self, state, /)", "Takes the lock as often as it was held.";
    "_release_save" = release_save [0], "?($self, /)", "Gives up the lock whole; how often it was held.";
    "_recursion_count" = recursion_count [0], "?($self, /)", "How often this thread holds the lock.";
    "__enter__" = enter_again [0], "?($self, /)", "Takes the lock once more.";
    "__exit__" = leave_once [1], "?($self, *args)", "Gives up the lock once.";
    "_at_fork_reinit" = reset [0], "?($self, /)", "Makes it free in a forked process.";
] }

fn new_lock(py: Py<'_>, ty: &PyTypeObject) -> PyResult {
    object::tp_alloc(py, ty, 0)
}

fn allocate_lock(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    new_lock(py, &LOCK)
}

fn new_rlock(py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>) -> PyResult {
    new_lock(py, ty)
}

fn shown(py: Py<'_>, l: &Lock, again: bool) -> PyResult<Owned<PyUnicodeObject>> {
    let state = if l.count.get() > 0 { "locked" } else { "unlocked" };
    let name = call::type_name(l.as_object().ty());
    let text = if again {
        format!("<{state} {name} object owner={} count={} at {:p}>", l.owner.get(), l.count.get(), l.as_ptr())
    } else {
        format!("<{state} {name} object at {:p}>", l.as_ptr())
    };
    unicode::from_str(py, &text)
}

/// `lock_acquire_parse_args`: how long to wait at most; none is for ever.
fn wait(py: Py<'_>, blocking: Option<bool>, timeout: Option<f64>) -> PyResult<Option<f64>> {
    let blocking = blocking.unwrap_or(true);
    let timeout = timeout.unwrap_or(-1.0);
    if !blocking && timeout != -1.0 {
        return Err(exceptions::value_error(
            py,
            format_args!("can't specify a timeout for a non-blocking call"),
        ));
    }
    if timeout < 0.0 && timeout != -1.0 {
        return Err(exceptions::value_error(py, format_args!("timeout value must be a non-negative number")));
    }
    if timeout.is_nan() {
        return Err(exceptions::value_error(py, format_args!("Invalid value NaN (not a number)")));
    }
    if timeout > TIMEOUT_MAX {
        return Err(exceptions::overflow_error(py, format_args!("timeout value is too large")));
    }
    Ok(match (blocking, timeout == -1.0) {
        (false, _) => Some(0.0),
        (true, true) => None,
        (true, false) => Some(timeout),
    })
}

fn acquire(py: Py<'_>, l: &Lock, blocking: Option<bool>, timeout: Option<f64>) -> PyResult<bool> {
    let wait = wait(py, blocking, timeout)?;
    if l.count.get() == 0 {
        l.count.set(1);
        return Ok(true);
    }
    match wait {
        None => Err(missing(py, "waiting for a lock that only another thread could release")),
        Some(seconds) => {
            if seconds > 0.0 {
                std::thread::sleep(std::time::Duration::from_secs_f64(seconds));
            }
            Ok(false)
        }
    }
}

fn release(py: Py<'_>, l: &Lock) -> PyResult<()> {
    if l.count.get() == 0 {
        return Err(exceptions::runtime_error(py, format_args!("release unlocked lock")));
    }
    l.count.set(0);
    Ok(())
}

fn locked(_: Py<'_>, l: &Lock) -> PyResult<bool> {
    Ok(l.count.get() > 0)
}

fn enter(py: Py<'_>, l: &Lock) -> PyResult<bool> {
    acquire(py, l, None, None)
}

fn leave(py: Py<'_>, l: &Lock, _: Raw<'_>) -> PyResult<()> {
    release(py, l)
}

fn reset(_: Py<'_>, l: &Lock) -> PyResult<()> {
    l.count.set(0);
    l.owner.set(0);
    Ok(())
}

fn acquire_again(py: Py<'_>, l: &Lock, blocking: Option<bool>, timeout: Option<f64>) -> PyResult<bool> {
    wait(py, blocking, timeout)?;
    l.owner.set(ident());
    l.count.set(l.count.get() + 1);
    Ok(true)
}

fn not_held(py: Py<'_>) -> PyErr {
    exceptions::runtime_error(py, format_args!("cannot release un-acquired lock"))
}

fn release_once(py: Py<'_>, l: &Lock) -> PyResult<()> {
    if l.count.get() == 0 {
        return Err(not_held(py));
    }
    l.count.set(l.count.get() - 1);
    if l.count.get() == 0 {
        l.owner.set(0);
    }
    Ok(())
}

fn is_owned(_: Py<'_>, l: &Lock) -> PyResult<bool> {
    Ok(l.count.get() > 0 && l.owner.get() == ident())
}

fn acquire_restore(py: Py<'_>, l: &Lock, state: &PyTupleObject) -> PyResult<()> {
    let word = |i: usize| {
        let v = tuple::items(state).get(i).and_then(|o| dxpy_core::long::check(o));
        v.and_then(dxpy_core::long::to_u64)
    };
    let (2, Some(count), Some(owner)) = (tuple::len(state), word(0), word(1)) else {
        return Err(exceptions::type_error(
            py,
            format_args!("_acquire_restore() takes a count and an owner"),
        ));
    };
    l.count.set(count);
    l.owner.set(owner);
    Ok(())
}

fn release_save(py: Py<'_>, l: &Lock) -> PyResult<Owned<PyTupleObject>> {
    if l.count.get() == 0 {
        return Err(not_held(py));
    }
    let (count, owner) = (l.count.replace(0), l.owner.replace(0));
    let int = |v| dxpy_core::long::from_u64(py, v);
    tuple::from_iter(py, [int(count)?.upcast(), int(owner)?.upcast()])
}

fn recursion_count(_: Py<'_>, l: &Lock) -> PyResult<u64> {
    Ok(if l.owner.get() == ident() { l.count.get() } else { 0 })
}

fn enter_again(py: Py<'_>, l: &Lock) -> PyResult<bool> {
    acquire_again(py, l, None, None)
}

fn leave_once(py: Py<'_>, l: &Lock, _: Raw<'_>) -> PyResult<()> {
    release_once(py, l)
}

/// `_thread._local`: with one thread its attributes are the instance's.
#[repr(C)]
struct Local {
    base: PyObject,
    dict: Cell<*mut PyObject>,
    weak: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for Local {}

static LOCAL: StaticType = StaticType::new::<Local>(c"_thread._local")
    .flags(Py_TPFLAGS_BASETYPE)
    .doc(c"Data of which each thread has its own.")
    .dict(offset_of!(Local, dict))
    .weaklist(offset_of!(Local, weak))
    .create(glue::create(new_local))
    .traverse(glue::traverse(|l: &Local, v: &glue::Visitor| v.visit(&l.dict)))
    .clear(glue::clear(|_: Py<'_>, l: &Local| object::clear_field(&l.dict)))
    .dealloc(glue::dealloc(|py: Py<'_>, l: &Local| {
        // SAFETY: the object has a collector header; its fields are released once and its memory last.
        unsafe {
            gc::untrack(l.as_object());
            if !l.weak.get().is_null() {
                dxpy_core::weakref::clear_all(py, l.as_object());
            }
            object::clear_field(&l.dict);
            object::tp_free(l.as_object());
        }
    }));

/// `local_new`: arguments are for the `__init__` of a subclass.
fn new_local(py: Py<'_>, ty: &PyTypeObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let plain =
        ty.tp_init.get().map(|f| f as usize) == types::PyBaseObject_Type.tp_init.get().map(|f| f as usize);
    if plain && (tuple::len(args) > 0 || has_keywords(kw)) {
        return Err(exceptions::type_error(py, format_args!("Initialization arguments are not supported")));
    }
    object::tp_alloc(py, ty, 0)
}
