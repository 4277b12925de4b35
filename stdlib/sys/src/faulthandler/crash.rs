//! Ways to crash, for tests of the handlers.

use dxpy_core::abi::*;
use dxpy_core::{Py, PyResult, exceptions};

/// Crash reports of the system are of no use to tests (`_PyFaulthandler_SuppressCrashReport`).
fn no_core() {
    // SAFETY: a local.
    unsafe {
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        libc::setrlimit(libc::RLIMIT_CORE, &raw const none);
    }
}

pub(super) fn read_null(_: Py<'_>, _: &PyModuleObject) -> i32 {
    no_core();
    // SAFETY: none: this is a test of what happens. The C library reads, for Rust would check first.
    unsafe { libc::strlen(core::hint::black_box(core::ptr::null())) as i32 }
}

pub(super) fn sigsegv(py: Py<'_>, _: &PyModuleObject, release: Option<i32>) {
    let raise = || {
        no_core();
        // The first is the handler's, which puts back what was before; the next one is that one's.
        loop {
            // SAFETY: takes an integer.
            unsafe { libc::raise(libc::SIGSEGV) };
        }
    };
    if release.unwrap_or(0) != 0 { py.allow_threads(raise) } else { raise() }
}

pub(super) fn sigabrt(_: Py<'_>, _: &PyModuleObject) {
    no_core();
    // SAFETY: takes nothing.
    unsafe { libc::abort() };
}

pub(super) fn sigfpe(_: Py<'_>, _: &PyModuleObject) {
    no_core();
    // SAFETY: takes an integer.
    unsafe { libc::raise(libc::SIGFPE) };
}

pub(super) fn fatal_error_c_thread(py: Py<'_>, _: &PyModuleObject) -> PyResult<()> {
    no_core();
    let body = || dxpy_types::dump::fatal(Some("faulthandler_fatal_error_thread"), "in new thread");
    if dxpy_host::thread::start(0, Box::new(body)).is_err() {
        return Err(exceptions::runtime_error(py, format_args!("unable to start the thread")));
    }
    // It ends the process; this thread only waits for that.
    py.allow_threads(|| std::thread::sleep(std::time::Duration::from_secs(60)));
    Ok(())
}

/// Uses the stack, and more of it. What is written keeps the calls from becoming a loop.
#[inline(never)]
fn deeper(min: usize, max: usize, depth: &mut usize) -> usize {
    let mut buffer = [0u8; 4096];
    let here = core::hint::black_box(&mut buffer).as_mut_ptr() as usize;
    *depth += 1;
    if here < min || max < here {
        return here;
    }
    buffer[0] = 1;
    let r = deeper(min, max, depth);
    core::hint::black_box(&buffer);
    r
}

/// Up to 100 MiB, in either direction.
pub(super) fn stack_overflow(py: Py<'_>, _: &PyModuleObject) -> PyResult<()> {
    const MOST: usize = 100 << 20;
    no_core();
    let (mut depth, mut marker) = (0, 0u8);
    let here = core::hint::black_box(&raw mut marker) as usize;
    let end = deeper(here.saturating_sub(MOST), here.saturating_add(MOST), &mut depth);
    let size = here.abs_diff(end);
    Err(exceptions::runtime_error(
        py,
        format_args!(
            "unable to raise a stack overflow (allocated {size} bytes on the stack, {depth} recursive calls)"
        ),
    ))
}
