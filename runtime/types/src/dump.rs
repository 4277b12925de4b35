//! Tracebacks written to a descriptor from anywhere, a handler of signals included (`_Py_DumpTraceback`,
//! `_Py_DumpTracebackThreads`, `Py_FatalError` of `Python/traceback.c` and `Python/pylifecycle.c`): nothing is allocated,
//! nothing is called that takes a lock. Other threads may run on meanwhile; what is shown of them is what was seen.

use crate::frame::{self, Frame};
use dxpy_core::abi::*;
use dxpy_core::module;
use dxpy_core::thread::{ThreadState, states};
use dxpy_core::{dict, gc, set, unicode};

/// The longest text shown of a name.
const MAX_TEXT: usize = 500;
/// How many frames and threads are shown.
const MAX_FRAMES: usize = 100;
const MAX_THREADS: usize = 100;

/// A descriptor to write to.
#[derive(Clone, Copy)]
pub struct Out(pub i32);

impl Out {
    /// Writes bytes; what cannot be written is lost.
    pub fn bytes(self, mut b: &[u8]) {
        while !b.is_empty() {
            // SAFETY: a readable slice; `write` may be called in a handler.
            let n = unsafe { libc::write(self.0, b.as_ptr().cast(), b.len()) };
            if n > 0 {
                b = &b[n as usize..];
                continue;
            }
            // SAFETY: the address is this thread's.
            if n == 0 || unsafe { *libc::__errno_location() } != libc::EINTR {
                return;
            }
        }
    }

    /// Writes a text.
    pub fn text(self, s: &str) {
        self.bytes(s.as_bytes());
    }

    /// `_Py_DumpDecimal`.
    pub fn decimal(self, mut n: u64) {
        let (mut buffer, mut at) = ([0u8; 20], 20);
        loop {
            at -= 1;
            buffer[at] = b'0' + (n % 10) as u8;
            n /= 10;
            if n == 0 {
                return self.bytes(&buffer[at..]);
            }
        }
    }

    /// `_Py_DumpHexadecimal`: at least so many digits.
    pub fn hexadecimal(self, mut n: u64, width: usize) {
        let (mut buffer, mut at) = ([b'0'; 16], 16);
        while n != 0 || 16 - at < width.clamp(1, 16) {
            at -= 1;
            buffer[at] = b"0123456789abcdef"[(n & 15) as usize];
            n >>= 4;
        }
        self.bytes(&buffer[at..]);
    }

    /// `_Py_DumpASCII`: a str with escapes, cut where it is very long.
    pub fn str(self, s: &PyUnicodeObject) {
        let mut buffer = [0u8; 64];
        let mut used = 0;
        for c in unicode::code_points(s).take(MAX_TEXT) {
            if used > buffer.len() - 10 {
                self.bytes(&buffer[..used]);
                used = 0;
            }
            if (32..127).contains(&c) {
                buffer[used] = c as u8;
                used += 1;
                continue;
            }
            self.bytes(&buffer[..used]);
            used = 0;
            let (letter, width) = match c {
                0..=0xFF => ("\\x", 2),
                0x100..=0xFFFF => ("\\u", 4),
                _ => ("\\U", 8),
            };
            self.text(letter);
            self.hexadecimal(c.into(), width);
        }
        self.bytes(&buffer[..used]);
        if unicode::len(s) > MAX_TEXT {
            self.text("...");
        }
    }

    fn name(self, o: *mut PyObject) {
        // SAFETY: LIVE: a code object holds its names.
        match unsafe { o.as_ref() }.and_then(unicode::check) {
            Some(s) => self.str(s),
            None => self.text("???"),
        }
    }
}

/// `dump_frame`.
///
/// # Safety
/// A frame of a thread, with its code.
unsafe fn dump_frame(out: Out, f: *mut Frame) {
    // SAFETY: the caller's promise.
    unsafe {
        let c = frame::code_of(f);
        out.text("  File \"");
        out.name(c.co_filename.get());
        out.text("\", line ");
        match frame::line(f) {
            n @ 0.. => out.decimal(n as u64),
            _ => out.text("???"),
        }
        out.text(" in ");
        out.name(c.co_name.get());
        out.text("\n");
    }
}

/// `dump_traceback`: the frames of a thread, the running one first.
///
/// # Safety
/// The state is alive.
pub unsafe fn thread(out: Out, state: *const PyThreadState, header: bool) {
    if header {
        out.text("Stack (most recent call first):\n");
    }
    // SAFETY: the caller's promise. Frames end with NULL; those of native calls are no Python frames.
    unsafe {
        let cframe = (*state).cframe.get();
        let python = |mut f: *mut Frame| {
            while !f.is_null() && (*f).owner.get() == frame::OWNED_BY_CSTACK {
                f = (*f).previous.get();
            }
            f
        };
        let mut f =
            if cframe.is_null() { core::ptr::null_mut() } else { python((*cframe).current_frame.get()) };
        if f.is_null() {
            return out.text("  <no Python frame>\n");
        }
        for depth in 0.. {
            if depth >= MAX_FRAMES {
                return out.text("  ...\n");
            }
            dump_frame(out, f);
            f = python((*f).previous.get());
            if f.is_null() {
                return;
            }
        }
    }
}

/// `_Py_DumpTracebackThreads`: all threads; `current` is the one that runs, or NULL.
///
/// # Safety
/// GIL, or it does not matter any more what happens.
pub unsafe fn threads(out: Out, current: *const ThreadState) {
    let mut state: *const PyThreadState = states::head();
    if state.is_null() {
        return out.text("<no thread state>");
    }
    let mut n = 0;
    // SAFETY: members of the list are alive while the GIL is held; without it this is the best that can be done.
    while let Some(s) = unsafe { state.as_ref() } {
        if n != 0 {
            out.text("\n");
        }
        if n >= MAX_THREADS {
            return out.text("...\n");
        }
        let is_current = core::ptr::addr_eq(state, current);
        out.text(if is_current { "Current thread 0x" } else { "Thread 0x" });
        out.hexadecimal(s.thread_id.get(), 16);
        out.text(" (most recent call first):\n");
        if is_current && gc::collect::is_running() {
            out.text("  Garbage-collecting\n");
        }
        // SAFETY: as above.
        unsafe { thread(out, s, false) };
        state = s.next.get();
        n += 1;
    }
}

/// `_Py_DumpExtensionModules`: the native modules that are none of the standard library's. `modules` is `sys.modules`,
/// `standard` `sys.stdlib_module_names` if it is a set.
pub fn extension_modules(out: Out, modules: &PyDictObject, standard: Option<&PySetObject>) {
    let (mut at, mut n) = (0, 0);
    while let Some((key, m)) = dict::next(modules, &mut at) {
        let Some(name) = unicode::check(key) else { continue };
        if !module::check(m) {
            continue;
        }
        // SAFETY: LAYOUT: just checked.
        let m = unsafe { &*(m as *const PyObject as *const PyModuleObject) };
        let native = module::def_of(m).is_some_and(|d| !d.m_methods.get().is_null());
        if !native || standard.is_some_and(|s| holds(s, name)) {
            continue;
        }
        out.text(if n == 0 { "\nExtension modules: " } else { ", " });
        out.str(name);
        n += 1;
    }
    if n > 0 {
        out.text(" (total: ");
        out.decimal(n);
        out.text(")\n");
    }
}

/// Whether a set holds a str, found without running anything.
fn holds(s: &PySetObject, name: &PyUnicodeObject) -> bool {
    let mut at = 0;
    while let Some((key, _)) = set::next(s, &mut at) {
        if unicode::check(key).is_some_and(|k| unicode::equal(k, name)) {
            return true;
        }
    }
    false
}

/// `Py_FatalError`: says what is wrong and where Python is, and ends the process with `SIGABRT`.
pub fn fatal(function: Option<&str>, message: &str) -> ! {
    let out = Out(2);
    out.text("Fatal Python error: ");
    if let Some(f) = function {
        out.text(f);
        out.text(": ");
    }
    out.text(message);
    out.text("\nPython runtime state: ");
    let ending = !dxpy_core::thread::gil::finalizing().is_null();
    out.text(if ending { "finalizing (tstate=0x" } else { "initialized" });
    if ending {
        out.hexadecimal(dxpy_core::thread::gil::finalizing() as u64, 16);
        out.text(")");
    }
    out.text("\n\n");
    // SAFETY: the process ends here.
    unsafe {
        threads(out, states::bound());
        libc::abort()
    }
}
