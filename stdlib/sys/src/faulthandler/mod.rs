//! `faulthandler`: where Python is when the process crashes, when a signal asks, or when time is over
//! (`Modules/faulthandler.c`). What is written, and how, is `dxpy_types::dump`'s; waiting is in `later`, signals that
//! programs choose are in `user`, ways to crash are in `crash`.

mod crash;
mod later;
mod user;

pub use later::after_fork_child;

use core::cell::Cell;
use core::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use dxpy_core::abi::*;
use dxpy_core::module::{StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::thread::{ThreadState, states};
use dxpy_core::{Owned, Py, PyResult, call, dict, exceptions, long, methods, module, name, object};
use dxpy_import::state;
use dxpy_types::dump::{self, Out};
use std::mem::MaybeUninit;

/// `faulthandler`.
pub static MODULE: StaticModule = StaticModule::new(c"faulthandler")
    .doc(c"Shows where Python is: at a crash, at a signal, or after some time.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|_, _| Ok(()));

methods! { static METHODS: for PyModuleObject [
    "enable" = enable [2], "!($module, /, file=sys.stderr, all_threads=True)", "Shows tracebacks at crashes.";
    "disable" = disable [0], "!($module, /)", "Undoes enable(); whether it was enabled.";
    "is_enabled" = is_enabled [0], "!($module, /)", "Whether crashes show tracebacks.";
    "dump_traceback" = dump_traceback [2], "!($module, /, file=sys.stderr, all_threads=True)", "Writes the traceback of this thread, or of all.";
    "dump_traceback_later" = later::start [4], "!($module, /, timeout, repeat=False, file=sys.stderr, exit=False)", "Writes the tracebacks of all threads after some seconds, once or again and again.";
    "cancel_dump_traceback_later" = later::cancel [0], "!($module, /)", "Undoes dump_traceback_later().";
    "register" = user::register [4], "!($module, /, signum, file=sys.stderr, all_threads=True, chain=False)", "Writes tracebacks when this signal comes.";
    "unregister" = user::unregister [1], "!($module, signum, /)", "Undoes register(); whether there was one.";
    "_read_null" = crash::read_null [0], "!($module, /)", "Reads from the address 0.";
    "_sigsegv" = crash::sigsegv [1], "!($module, release_gil=False, /)", "Raises SIGSEGV.";
    "_fatal_error_c_thread" = crash::fatal_error_c_thread [0], "!($module, /)", "A fatal error in a thread that Python does not know.";
    "_sigabrt" = crash::sigabrt [0], "!($module, /)", "Raises SIGABRT.";
    "_sigfpe" = crash::sigfpe [0], "!($module, /)", "Raises SIGFPE.";
    "_stack_overflow" = crash::stack_overflow [0], "!($module, /)", "Calls itself until the stack is full.";
] }

/// A signal that ends the process, and what to call it.
struct Fatal {
    signal: i32,
    name: &'static str,
    enabled: AtomicBool,
    previous: Gil<Cell<MaybeUninit<libc::sigaction>>>,
}

const fn fatal(signal: i32, name: &'static str) -> Fatal {
    Fatal { signal, name, enabled: AtomicBool::new(false), previous: Gil(Cell::new(MaybeUninit::uninit())) }
}

static FATAL: [Fatal; 5] = [
    fatal(libc::SIGBUS, "Bus error"),
    fatal(libc::SIGILL, "Illegal instruction"),
    fatal(libc::SIGFPE, "Floating point exception"),
    fatal(libc::SIGABRT, "Aborted"),
    fatal(libc::SIGSEGV, "Segmentation fault"),
];

static ENABLED: AtomicBool = AtomicBool::new(false);
static FD: AtomicI32 = AtomicI32::new(-1);
static ALL_THREADS: AtomicBool = AtomicBool::new(true);
/// The file of [`FD`], so that it stays open.
static FILE: Gil<Cell<*mut PyObject>> = Gil(Cell::new(core::ptr::null_mut()));
static ALTERNATIVE_STACK: AtomicBool = AtomicBool::new(false);

/// `faulthandler_get_fileno`: the descriptor of a file, and the file to keep; a number is a descriptor itself.
fn descriptor(py: Py<'_>, file: Option<&PyObject>) -> PyResult<(i32, Option<Owned>)> {
    let file = match file.filter(|f| !object::is_none(f)) {
        Some(f) => f.to_owned(),
        None => match dict::get_name(py, module::dict_of(state::sys()), name!("stderr"))? {
            None => return Err(exceptions::runtime_error(py, format_args!("unable to get sys.stderr"))),
            Some(f) if object::is_none(&f) => {
                return Err(exceptions::runtime_error(py, format_args!("sys.stderr is None")));
            }
            Some(f) => f,
        },
    };
    if let Some(n) = long::check(&file) {
        let Some(fd) = long::to_i64(n).and_then(|n| i32::try_from(n).ok()) else {
            return Err(exceptions::overflow_error(
                py,
                format_args!("Python int too large to convert to C int"),
            ));
        };
        if fd < 0 {
            return Err(exceptions::value_error(py, format_args!("file is not a valid file descripter")));
        }
        return Ok((fd, None));
    }
    let number = call::method(py, &file, name!("fileno"), [])?;
    let fd = long::check(&number).and_then(long::to_i64).and_then(|n| i32::try_from(n).ok()).unwrap_or(-1);
    if fd < 0 {
        let text = format_args!("file.fileno() is not a valid file descriptor");
        return Err(exceptions::runtime_error(py, text));
    }
    // What Python wrote comes first; that it cannot is told elsewhere.
    drop(call::method(py, &file, name!("flush"), []));
    Ok((fd, Some(file)))
}

/// Keeps a file in a cell instead of the one before.
fn keep(cell: &Cell<*mut PyObject>, file: Option<Owned>) {
    let old = cell.replace(file.map_or(core::ptr::null_mut(), Owned::into_ptr));
    // SAFETY: OWNED: the cell held it, or NULL.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
}

/// `faulthandler_dump_traceback`: not while it does so already.
fn dump(fd: i32, all: bool) {
    static BUSY: AtomicBool = AtomicBool::new(false);
    if BUSY.swap(true, Ordering::Acquire) {
        return;
    }
    let current: *mut ThreadState = states::bound();
    // SAFETY: with the GIL, or in a handler of signals, where it does not matter any more or is a program's wish.
    unsafe {
        if all {
            dump::threads(Out(fd), current);
        } else if !current.is_null() {
            dump::thread(Out(fd), current.cast(), true);
        }
    }
    BUSY.store(false, Ordering::Release);
}

fn dump_traceback(
    py: Py<'_>,
    _: &PyModuleObject,
    file: Option<&PyObject>,
    all: Option<bool>,
) -> PyResult<()> {
    let (fd, _file) = descriptor(py, file)?;
    dump(fd, all.unwrap_or(true));
    Ok(())
}

fn get_errno() -> i32 {
    // SAFETY: the address is this thread's.
    unsafe { *libc::__errno_location() }
}

fn set_errno(n: i32) {
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = n }
}

/// Sets an action for a signal; the one before.
///
/// # Safety
/// The handler does only what a handler may.
unsafe fn set_action(signal: i32, handler: extern "C" fn(i32), flags: i32) -> Option<libc::sigaction> {
    // SAFETY: all-zero is an action with an empty mask; two locals.
    unsafe {
        let (mut new, mut old): (libc::sigaction, libc::sigaction) =
            (core::mem::zeroed(), core::mem::zeroed());
        new.sa_sigaction = handler as libc::sighandler_t;
        libc::sigemptyset(&raw mut new.sa_mask);
        new.sa_flags = flags | if ALTERNATIVE_STACK.load(Ordering::Relaxed) { libc::SA_ONSTACK } else { 0 };
        (libc::sigaction(signal, &raw const new, &raw mut old) == 0).then_some(old)
    }
}

/// What was before.
fn restore(signal: i32, old: &Cell<MaybeUninit<libc::sigaction>>) {
    // SAFETY: set before the flag that says so.
    unsafe { libc::sigaction(signal, old.as_ptr().cast(), core::ptr::null_mut()) };
}

/// `faulthandler_fatal_error`: the handler. What was before is put back, and the instruction that failed runs again.
extern "C" fn on_fatal(signal: i32) {
    let errno = get_errno();
    let Some(f) = FATAL.iter().find(|f| f.signal == signal) else { return };
    if f.enabled.swap(false, Ordering::Relaxed) {
        restore(signal, &f.previous);
    }
    let fd = FD.load(Ordering::Relaxed);
    let out = Out(fd);
    out.text("Fatal Python error: ");
    out.text(f.name);
    out.text("\n\n");
    dump(fd, ALL_THREADS.load(Ordering::Relaxed));
    show_extensions(out);
    set_errno(errno);
    // The signal is not blocked, so that this ends the process if nothing else was there before.
    // SAFETY: takes an integer.
    unsafe { libc::raise(signal) };
}

fn show_extensions(out: Out) {
    let standard = dict_item(module::dict_of(state::sys()), "stdlib_module_names");
    dump::extension_modules(out, state::module_dict(), standard.and_then(dxpy_core::set::check_any));
}

/// An item of a dict, found without running anything.
fn dict_item<'d>(d: &'d PyDictObject, name: &str) -> Option<&'d PyObject> {
    let mut at = 0;
    while let Some((k, v)) = dict::next(d, &mut at) {
        if dxpy_core::unicode::equals_str(k, name) {
            return Some(v);
        }
    }
    None
}

/// A stack for handlers, for that of the thread may be what is full (`faulthandler_init`).
fn make_stack() {
    static SPACE: Gil<Cell<[u64; 8192]>> = Gil(Cell::new([0; 8192]));
    if ALTERNATIVE_STACK.swap(true, Ordering::Relaxed) {
        return;
    }
    let stack =
        libc::stack_t { ss_sp: SPACE.as_ptr().cast(), ss_flags: 0, ss_size: size_of::<[u64; 8192]>() };
    // SAFETY: memory that stays, and that nobody else uses.
    if unsafe { libc::sigaltstack(&raw const stack, core::ptr::null_mut()) } != 0 {
        ALTERNATIVE_STACK.store(false, Ordering::Relaxed);
    }
}

fn enable(py: Py<'_>, _: &PyModuleObject, file: Option<&PyObject>, all: Option<bool>) -> PyResult<()> {
    let (fd, file) = descriptor(py, file)?;
    keep(&FILE, file);
    FD.store(fd, Ordering::Relaxed);
    ALL_THREADS.store(all.unwrap_or(true), Ordering::Relaxed);
    if ENABLED.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    make_stack();
    for f in &FATAL {
        // SAFETY: the handler writes and raises only. It may come while it runs, for it takes itself away first.
        let Some(old) = (unsafe { set_action(f.signal, on_fatal, libc::SA_NODEFER) }) else {
            return Err(crate::errors::of(py, &exceptions::RuntimeError, dxpy_host::Errno::last()));
        };
        f.previous.set(MaybeUninit::new(old));
        f.enabled.store(true, Ordering::Relaxed);
    }
    Ok(())
}

fn switch_off() -> bool {
    let was = ENABLED.swap(false, Ordering::Relaxed);
    if was {
        for f in &FATAL {
            if f.enabled.swap(false, Ordering::Relaxed) {
                restore(f.signal, &f.previous);
            }
        }
    }
    keep(&FILE, None);
    was
}

fn disable(_: Py<'_>, _: &PyModuleObject) -> bool {
    switch_off()
}

fn is_enabled(_: Py<'_>, _: &PyModuleObject) -> bool {
    ENABLED.load(Ordering::Relaxed)
}

/// `-X faulthandler` (`faulthandler_init_enable`).
pub fn enable_at_start(py: Py<'_>) -> PyResult<()> {
    let name = dxpy_core::unicode::from_str(py, "faulthandler")?;
    let m = dxpy_import::import::import_module(py, &name)?;
    call::method(py, &m, name!("enable"), []).map(drop)
}

/// `_PyFaulthandler_Fini`.
pub fn finish(py: Py<'_>) {
    later::stop(py);
    user::finish();
    switch_off();
}
