//! `register` and `unregister`: tracebacks at signals that programs choose.

use super::{FATAL, descriptor, dump, get_errno, keep, restore, set_action, set_errno};
use core::cell::Cell;
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use dxpy_core::abi::*;
use dxpy_core::statics::Gil;
use dxpy_core::{Py, PyResult, exceptions};
use dxpy_host::signal::COUNT;

struct User {
    enabled: AtomicBool,
    fd: AtomicI32,
    all: AtomicBool,
    chain: AtomicBool,
    file: Gil<Cell<*mut PyObject>>,
    previous: Gil<Cell<MaybeUninit<libc::sigaction>>>,
}

static USERS: [User; COUNT] = [const {
    User {
        enabled: AtomicBool::new(false),
        fd: AtomicI32::new(-1),
        all: AtomicBool::new(false),
        chain: AtomicBool::new(false),
        file: Gil(Cell::new(core::ptr::null_mut())),
        previous: Gil(Cell::new(MaybeUninit::uninit())),
    }
}; COUNT];

/// `check_signum`.
fn user(py: Py<'_>, signal: i32) -> PyResult<&'static User> {
    if FATAL.iter().any(|f| f.signal == signal) {
        return Err(exceptions::runtime_error(
            py,
            format_args!("signal {signal} cannot be registered, use enable() instead"),
        ));
    }
    usize::try_from(signal)
        .ok()
        .filter(|s| *s >= 1)
        .and_then(|s| USERS.get(s))
        .ok_or_else(|| exceptions::value_error(py, format_args!("signal number out of range")))
}

/// Chained signals end calls of the system as they would without this module.
fn flags(chain: bool) -> i32 {
    libc::SA_RESTART | if chain { libc::SA_NODEFER } else { 0 }
}

/// `faulthandler_user`: the handler.
extern "C" fn on_signal(signal: i32) {
    let Some(u) = usize::try_from(signal).ok().and_then(|s| USERS.get(s)) else { return };
    if !u.enabled.load(Ordering::Relaxed) {
        return;
    }
    let errno = get_errno();
    dump(u.fd.load(Ordering::Relaxed), u.all.load(Ordering::Relaxed));
    if u.chain.load(Ordering::Relaxed) {
        restore(signal, &u.previous);
        set_errno(errno);
        // SAFETY: whoever handled the signal before does so now.
        unsafe { libc::raise(signal) };
        let errno = get_errno();
        // SAFETY: as when it was registered.
        unsafe { set_action(signal, on_signal, flags(true)) };
        set_errno(errno);
    } else {
        set_errno(errno);
    }
}

pub(super) fn register(
    py: Py<'_>,
    _: &PyModuleObject,
    signal: i32,
    file: Option<&PyObject>,
    all: Option<bool>,
    chain: Option<bool>,
) -> PyResult<()> {
    let u = user(py, signal)?;
    let (fd, file) = descriptor(py, file)?;
    let chain = chain.unwrap_or(false);
    super::make_stack();
    if !u.enabled.load(Ordering::Relaxed) {
        // SAFETY: the handler writes and raises only.
        match unsafe { set_action(signal, on_signal, flags(chain)) } {
            Some(old) => u.previous.set(MaybeUninit::new(old)),
            None => return Err(crate::errors::os(py, dxpy_host::Errno::last())),
        }
    }
    keep(&u.file, file);
    u.fd.store(fd, Ordering::Relaxed);
    u.all.store(all.unwrap_or(true), Ordering::Relaxed);
    u.chain.store(chain, Ordering::Relaxed);
    u.enabled.store(true, Ordering::Relaxed);
    Ok(())
}

fn take_away(signal: usize) -> bool {
    let u = &USERS[signal];
    if !u.enabled.swap(false, Ordering::Relaxed) {
        return false;
    }
    restore(signal as i32, &u.previous);
    keep(&u.file, None);
    u.fd.store(-1, Ordering::Relaxed);
    true
}

pub(super) fn unregister(py: Py<'_>, _: &PyModuleObject, signal: i32) -> PyResult<bool> {
    user(py, signal)?;
    Ok(take_away(signal as usize))
}

pub(super) fn finish() {
    for signal in 1..COUNT {
        take_away(signal);
    }
}
