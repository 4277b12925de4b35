//! `_thread`: starting threads, their identities, and what is reported of their ends (`Modules/_threadmodule.c`).
//! Locks are in `lock`, attributes of one thread in `local`.

mod local;
pub mod lock;

use core::cell::Cell;
use core::ffi::c_void;
use dxpy_core::abi::*;
use dxpy_core::args::Rest;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::thread::{gil, stack, states};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, audit, call, dict, exceptions, float, methods, object, protocol, tuple,
    types, weakref,
};
use dxpy_host::thread::{identity, native_id, stack_size_is_valid};
use dxpy_import::display::ignored;
use dxpy_types::structseq;
use lock::{LOCK, LockObject, RLOCK};

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
    "interrupt_main" = interrupt_main [1], "!($module, signum=2, /)", "Simulates a signal in the main thread.";
    "get_ident" = get_ident [0], "!($module, /)", "The identity of this thread, as an int that is not zero.";
    "get_native_id" = get_native_id [0], "!($module, /)", "The identity of this thread that the kernel gave it.";
    "_count" = count [0], "!($module, /)", "How many threads this module started.";
    "stack_size" = stack_size [1], "!($module, size=0, /)", "The stack size of threads to come; sets it if given.";
    "_set_sentinel" = set_sentinel [0], "!($module, /)", "A lock that is released when this thread ends.";
    "_excepthook" = excepthook [1], "?($module, args, /)", "Reports what a thread died of.";
    "_is_main_interpreter" = is_main_interpreter [0], "!($module, /)", "Whether this is the main interpreter.";
] }

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

/// The type made of it.
static ARGS_TYPE: Gil<Cell<Option<&'static PyTypeObject>>> = Gil(Cell::new(None));

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    for ty in [&LOCK, &RLOCK, &local::LOCAL, &local::USE] {
        types::ready::ready(py, ty)?;
    }
    module::add(py, m, "LockType", LOCK.as_object())?;
    module::add(py, m, "RLock", RLOCK.as_object())?;
    module::add(py, m, "_local", local::LOCAL.as_object())?;
    module::add(py, m, "error", exceptions::RuntimeError.as_object())?;
    let args = match ARGS_TYPE.get() {
        Some(t) => t,
        None => structseq::new_type(py, &EXCEPT_HOOK_ARGS)?,
    };
    ARGS_TYPE.set(Some(args));
    module::add(py, m, "_ExceptHookArgs", args.as_object())?;
    module::add(py, m, "TIMEOUT_MAX", float::new(py, lock::TIMEOUT_MAX)?.as_object())
}

/// What a new thread starts with: owned references, and its state. The pointers cross threads; whoever holds the GIL
/// may use them.
struct Boot {
    state: *mut dxpy_core::thread::ThreadState,
    function: *mut PyObject,
    args: *mut PyObject,
    kw: *mut PyObject,
}
// SAFETY: only used with the GIL held, by the new thread, or by the old one if none was started.
unsafe impl Send for Boot {}

/// `interp->threads.count`: threads started here that run.
static COUNT: Gil<Cell<usize>> = Gil(Cell::new(0));

fn start_new_thread(py: Py<'_>, _: &PyModuleObject, args: Rest<'_>) -> PyResult<u64> {
    let n = args.0.len();
    if !(2..=3).contains(&n) {
        let (word, bound) = if n < 2 { ("least", 2) } else { ("most", 3) };
        return Err(exceptions::type_error(
            py,
            format_args!("start_new_thread expected at {word} {bound} arguments, got {n}"),
        ));
    }
    // SAFETY: LIVE: the caller holds its arguments.
    let arg = |i: usize| args.0.get(i).map(|a| unsafe { &**a });
    let error = |text: &str| Err(exceptions::type_error(py, format_args!("{text}")));
    let (Some(function), Some(given), kw) = (arg(0), arg(1), arg(2)) else { return error("no arguments") };
    if !protocol::is_callable(function) {
        return error("first arg must be callable");
    }
    let Some(given) = tuple::check(given) else { return error("2nd arg must be a tuple") };
    let kw = match kw {
        None => None,
        Some(kw) => match dict::check(kw) {
            Some(d) => Some(d),
            None => return error("optional 3rd arg must be a dictionary"),
        },
    };
    audit::event_with(py, "_thread.start_new_thread", || {
        let kw = kw.map_or_else(object::none, |k| k.as_object().to_owned());
        tuple::from_iter(py, [function.to_owned(), given.as_object().to_owned(), kw])
    })?;
    if gil::is_closing() {
        return Err(exceptions::runtime_error(
            py,
            format_args!("can't create new thread at interpreter shutdown"),
        ));
    }
    let boot = Boot {
        state: states::new(),
        function: function.to_owned().into_ptr(),
        args: given.to_owned().into_ptr(),
        // A copy, as calling with `**kw` makes one.
        kw: match kw {
            Some(k) => dict::copy(py, k)?.into_ptr(),
            None => core::ptr::null_mut(),
        },
    };
    let (state, all) = (boot.state, [boot.function, boot.args, boot.kw]);
    match dxpy_host::thread::start(stack::for_new_thread(), Box::new(move || run(boot))) {
        Ok(id) => Ok(id),
        Err(_) => {
            // SAFETY: no thread was made: the state is nobody's, the references are ours.
            unsafe {
                states::clear(py, &*state);
                states::delete(state);
                for o in all {
                    drop(Owned::from_raw_opt(o));
                }
            }
            Err(exceptions::runtime_error(py, format_args!("can't start new thread")))
        }
    }
}

/// `thread_run`: the life of a thread.
fn run(boot: Boot) {
    let Boot { state, function, args, kw } = boot;
    // SAFETY: the state is new, and this thread's from here on; the references are owned.
    unsafe {
        states::bind(state);
        states::restore(state);
        let py = Py::from_state(state);
        COUNT.set(COUNT.get() + 1);
        let function = Owned::<PyObject>::from_raw(function);
        {
            let args = Owned::<PyTupleObject>::from_raw(args.cast());
            let kw = Owned::<PyDictObject>::from_raw_opt(kw.cast());
            let r = call::call_tuple(py, &function, &args, kw.as_deref());
            match r {
                Ok(_) => {}
                Err(e) if exceptions::matches(&e, &exceptions::SystemExit) => {}
                Err(e) => report(py, e, &function),
            }
        }
        drop(function);
        COUNT.set(COUNT.get() - 1);
        states::clear(py, &*state);
        states::delete_current(state);
    }
}

fn report(py: Py<'_>, e: PyErr, function: &PyObject) {
    ignored::report(py, e, Some("in thread started by"), Some(function));
}

fn daemon_threads_allowed(_: Py<'_>, _: &PyModuleObject) -> bool {
    true
}

fn allocate_lock(py: Py<'_>, _: &PyModuleObject) -> PyResult<Owned<LockObject>> {
    lock::new_lock(py, &LOCK)
}

fn exit(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    Err(exceptions::create(py, &exceptions::SystemExit, None))
}

fn interrupt_main(py: Py<'_>, _: &PyModuleObject, signum: Option<i32>) -> PyResult<()> {
    let signum = signum.unwrap_or(libc::SIGINT);
    if crate::_signal::interrupt(signum) {
        return Ok(());
    }
    Err(exceptions::value_error(py, format_args!("signal number out of range")))
}

fn get_ident(_: Py<'_>, _: &PyModuleObject) -> u64 {
    identity()
}

fn get_native_id(_: Py<'_>, _: &PyModuleObject) -> i64 {
    native_id()
}

fn count(_: Py<'_>, _: &PyModuleObject) -> usize {
    COUNT.get()
}

fn stack_size(py: Py<'_>, _: &PyModuleObject, size: Option<isize>) -> PyResult<usize> {
    let Ok(new) = usize::try_from(size.unwrap_or(0)) else {
        return Err(exceptions::value_error(py, format_args!("size must be 0 or a positive value")));
    };
    // Asking without an argument sets the default again, as CPython does.
    stack::ask(new, stack_size_is_valid)
        .ok_or_else(|| exceptions::value_error(py, format_args!("size not valid: {new} bytes")))
}

/// `_set_sentinel`: the lock is reached weakly from the thread's state, and given back when that is cleared.
fn set_sentinel(py: Py<'_>, _: &PyModuleObject) -> PyResult<Owned<LockObject>> {
    let abi = &py.state().abi;
    if !abi.on_delete_data.get().is_null() {
        // A child process makes a new one for its only thread.
        abi.on_delete.set(None);
        // SAFETY: OWNED: the weak reference that an earlier call left.
        drop(unsafe {
            Owned::<PyObject>::from_raw_opt(abi.on_delete_data.replace(core::ptr::null_mut()).cast())
        });
    }
    let l = lock::new_lock(py, &LOCK)?;
    let w = weakref::new_ref(py, &weakref::_PyWeakref_RefType, l.as_object(), None)?;
    abi.on_delete_data.set(w.into_ptr().cast());
    // SAFETY: the field does not say the argument's type; `states::clear` gives the function the data.
    abi.on_delete.set(Some(unsafe {
        core::mem::transmute::<unsafe extern "C" fn(*mut c_void), unsafe extern "C" fn()>(release_sentinel)
    }));
    Ok(l)
}

/// The end of a thread: whoever joins it goes on.
unsafe extern "C" fn release_sentinel(data: *mut c_void) {
    // SAFETY: GIL; OWNED: the weak reference of `set_sentinel`, which is to a lock.
    unsafe {
        let w = Owned::<PyObject>::from_raw(data.cast());
        if let Some(l) = weakref::check_ref(&w).and_then(weakref::target) {
            let l: Owned<LockObject> = l.cast();
            lock::release_if_held(&l);
        }
    }
}

fn excepthook(py: Py<'_>, _: &PyModuleObject, args: &PyObject) -> PyResult<()> {
    let ours = ARGS_TYPE.get().is_some_and(|t| args.ty().is(t));
    let Some(t) = tuple::check(args).filter(|_| ours) else {
        return Err(exceptions::type_error(
            py,
            format_args!("_thread.excepthook argument type must be ExceptHookArgs"),
        ));
    };
    if tuple::items(t)[0].is(exceptions::SystemExit.as_object()) {
        return Ok(());
    }
    ignored::thread(py, tuple::items(t), identity())
}

fn is_main_interpreter(_: Py<'_>, _: &PyModuleObject) -> bool {
    true
}
