//! The debug hooks of the allocators (`PyMem_SetupDebugHooks`, `_PyMem_Debug*` of `Objects/obmalloc.c`): every block lies
//! between pads whose bytes are known, new memory and freed memory are filled, and freeing or resizing a block looks whether
//! anyone wrote beyond it or takes it for another domain's.
//!
//! A block, as in CPython: its size (big-endian), the letter of its domain, seven pad bytes; the data; eight pad bytes.

use crate::domains::{self, Domain};
use crate::statics::Gil;
use crate::thread;
use core::cell::Cell;
use core::ffi::c_void;
use core::sync::atomic::{AtomicBool, Ordering};
use std::fmt::Write;

const WORD: usize = size_of::<usize>();
/// What is in front of the data.
const HEAD: usize = 2 * WORD;
const EXTRA: usize = 3 * WORD;
const CLEAN: u8 = 0xCD;
const DEAD: u8 = 0xDD;
const FORBIDDEN: u8 = 0xFD;

/// The context of the hooks of one domain: what is below them.
struct Hooks {
    letter: u8,
    below: Cell<Domain>,
}

static HOOKS: [Gil<Hooks>; 3] = [
    Gil(Hooks { letter: b'r', below: Cell::new(domains::RAW) }),
    Gil(Hooks { letter: b'm', below: Cell::new(domains::HEAP) }),
    Gil(Hooks { letter: b'o', below: Cell::new(domains::HEAP) }),
];
/// Is the GIL looked for? Not before the interpreter runs and not after (`gilstate.check_enabled`).
static CHECK_GIL: AtomicBool = AtomicBool::new(false);

/// What ends the process, with the function's name and the message, where something is wrong. Set by who can show tracebacks.
pub static FATAL: Gil<Cell<Option<fn(&str, &str) -> !>>> = Gil(Cell::new(None));

/// From now on (or no more) the GIL has to be held where memory of `mem` and `obj` is asked for.
pub fn check_gil(on: bool) {
    CHECK_GIL.store(on, Ordering::Relaxed);
}

/// What a domain's hooks have below them, if these are hooks.
pub fn below(i: usize, d: &Domain) -> Option<Domain> {
    domains::same(d, &hooks(i)).then(|| HOOKS[i].0.below.get())
}

fn hooks(i: usize) -> Domain {
    let ctx = &raw const HOOKS[i].0 as *mut c_void;
    if i == domains::RAW_DOMAIN {
        Domain { ctx, malloc: raw_malloc, calloc: raw_calloc, realloc: raw_realloc, free: raw_free }
    } else {
        Domain { ctx, malloc, calloc, realloc, free }
    }
}

/// `PyMem_SetupDebugHooks`: hooks every domain that has none.
pub fn install() {
    INSTALLED.set(true);
    for (i, place) in HOOKS.iter().enumerate() {
        let now = domains::get(i);
        if below(i, &now).is_none() {
            place.0.below.set(now);
            domains::set(i, hooks(i));
        }
    }
}

/// Are the hooks of all domains there (`_PyMem_DebugEnabled`)?
pub fn enabled() -> bool {
    below(domains::OBJ_DOMAIN, &domains::get(domains::OBJ_DOMAIN)).is_some()
}

/// A block of the object heap without asking the allocator that a program set: with pads where blocks have them.
pub(crate) fn malloc_below(n: usize) -> *mut c_void {
    let d = if INSTALLED.get() { hooks(domains::OBJ_DOMAIN) } else { domains::HEAP };
    // SAFETY: the allocator's contract.
    unsafe { (d.malloc)(d.ctx, n) }
}

/// Resizes a block in the same way.
///
/// # Safety
/// As `realloc`.
pub(crate) unsafe fn realloc_below(p: *mut c_void, n: usize) -> *mut c_void {
    let d = if INSTALLED.get() { hooks(domains::OBJ_DOMAIN) } else { domains::HEAP };
    // SAFETY: the caller's promise.
    unsafe { (d.realloc)(d.ctx, p, n) }
}

/// Were the hooks put there?
static INSTALLED: Gil<Cell<bool>> = Gil(Cell::new(false));

#[cold]
fn fatal(function: &str, message: &str) -> ! {
    if let Some(f) = FATAL.get() {
        f(function, message);
    }
    eprintln!("Fatal Python error: {function}: {message}");
    std::process::abort()
}

fn held(function: &str) {
    if CHECK_GIL.load(Ordering::Relaxed) && thread::current().is_null() {
        fatal(function, "Python memory allocator called without holding the GIL");
    }
}

unsafe fn of<'a>(ctx: *mut c_void) -> &'a Hooks {
    // SAFETY: the context is one of `HOOKS`.
    unsafe { &*(ctx as *const Hooks) }
}

/// Writes the pads around a new block of `n` bytes; its data.
unsafe fn dress(h: &Hooks, block: *mut u8, n: usize) -> *mut c_void {
    // SAFETY: the caller's block has `n + EXTRA` bytes.
    unsafe {
        (block as *mut [u8; WORD]).write(n.to_be_bytes());
        block.add(WORD).write(h.letter);
        core::ptr::write_bytes(block.add(WORD + 1), FORBIDDEN, WORD - 1);
        core::ptr::write_bytes(block.add(HEAD + n), FORBIDDEN, WORD);
        block.add(HEAD) as *mut c_void
    }
}

unsafe extern "C" fn raw_malloc(ctx: *mut c_void, n: usize) -> *mut c_void {
    if n > isize::MAX as usize - EXTRA {
        return core::ptr::null_mut();
    }
    // SAFETY: the allocator's contract; the block is new.
    unsafe {
        let h = of(ctx);
        let d = h.below.get();
        let block = (d.malloc)(d.ctx, n + EXTRA) as *mut u8;
        if block.is_null() {
            return core::ptr::null_mut();
        }
        core::ptr::write_bytes(block.add(HEAD), CLEAN, n);
        dress(h, block, n)
    }
}

unsafe extern "C" fn raw_calloc(ctx: *mut c_void, count: usize, size: usize) -> *mut c_void {
    let Some(n) = count.checked_mul(size).filter(|n| *n <= isize::MAX as usize - EXTRA) else {
        return core::ptr::null_mut();
    };
    // SAFETY: as in `raw_malloc`.
    unsafe {
        let h = of(ctx);
        let d = h.below.get();
        let block = (d.calloc)(d.ctx, 1, n + EXTRA) as *mut u8;
        if block.is_null() { core::ptr::null_mut() } else { dress(h, block, n) }
    }
}

unsafe extern "C" fn raw_free(ctx: *mut c_void, p: *mut c_void) {
    if p.is_null() {
        return;
    }
    // SAFETY: the allocator's contract: a block of these hooks, which the check ends the process for if it is not.
    unsafe {
        let h = of(ctx);
        check("_PyMem_DebugRawFree", h.letter, p as *const u8);
        let block = (p as *mut u8).sub(HEAD);
        core::ptr::write_bytes(block, DEAD, size_of_block(p as *const u8) + EXTRA);
        let d = h.below.get();
        (d.free)(d.ctx, block as *mut c_void)
    }
}

unsafe extern "C" fn raw_realloc(ctx: *mut c_void, p: *mut c_void, n: usize) -> *mut c_void {
    // SAFETY: as in `raw_free`; the copies stay within the blocks.
    unsafe {
        if p.is_null() {
            return raw_malloc(ctx, n);
        }
        let h = of(ctx);
        check("_PyMem_DebugRawRealloc", h.letter, p as *const u8);
        if n > isize::MAX as usize - EXTRA {
            return core::ptr::null_mut();
        }
        let old = size_of_block(p as *const u8);
        // What goes is dead in the new block and in the old one; a failure leaves the old one as it was.
        let lost = if n < old {
            let tail = (p as *mut u8).add(n);
            let kept = core::slice::from_raw_parts(tail, old - n + WORD).to_vec();
            core::ptr::write_bytes(tail, DEAD, old - n);
            Some((tail, kept))
        } else {
            None
        };
        let d = h.below.get();
        let block = (d.realloc)(d.ctx, (p as *mut u8).sub(HEAD) as *mut c_void, n + EXTRA) as *mut u8;
        if block.is_null() {
            if let Some((tail, kept)) = lost {
                core::ptr::copy_nonoverlapping(kept.as_ptr(), tail, kept.len());
            }
            return core::ptr::null_mut();
        }
        if n > old {
            core::ptr::write_bytes(block.add(HEAD + old), CLEAN, n - old);
        }
        dress(h, block, n)
    }
}

unsafe extern "C" fn malloc(ctx: *mut c_void, n: usize) -> *mut c_void {
    held("_PyMem_DebugMalloc");
    // SAFETY: passed on.
    unsafe { raw_malloc(ctx, n) }
}

unsafe extern "C" fn calloc(ctx: *mut c_void, count: usize, size: usize) -> *mut c_void {
    held("_PyMem_DebugCalloc");
    // SAFETY: passed on.
    unsafe { raw_calloc(ctx, count, size) }
}

unsafe extern "C" fn realloc(ctx: *mut c_void, p: *mut c_void, n: usize) -> *mut c_void {
    held("_PyMem_DebugRealloc");
    // SAFETY: passed on.
    unsafe { raw_realloc(ctx, p, n) }
}

unsafe extern "C" fn free(ctx: *mut c_void, p: *mut c_void) {
    held("_PyMem_DebugFree");
    // SAFETY: passed on.
    unsafe { raw_free(ctx, p) }
}

/// The size of a block, from its head.
unsafe fn size_of_block(p: *const u8) -> usize {
    // SAFETY: the caller's block has a head.
    unsafe { usize::from_be_bytes((p.sub(HEAD) as *const [u8; WORD]).read()) }
}

/// `_PyMem_DebugCheckAddress`.
unsafe fn check(function: &str, letter: u8, p: *const u8) {
    // SAFETY: the caller's block has a head; where that is whole, its size too and with it the tail.
    unsafe {
        let id = *p.sub(WORD);
        if id != letter {
            dump(p);
            let (id, letter) = (id as char, letter as char);
            fatal(function, &format!("bad ID: Allocated using API '{id}', verified using API '{letter}'"));
        }
        if (1..WORD).any(|i| *p.sub(i) != FORBIDDEN) {
            dump(p);
            fatal(function, "bad leading pad byte");
        }
        let tail = p.add(size_of_block(p));
        if (0..WORD).any(|i| *tail.add(i) != FORBIDDEN) {
            dump(p);
            fatal(function, "bad trailing pad byte");
        }
    }
}

/// `_PyObject_DebugDumpAddress`, on standard error.
unsafe fn dump(p: *const u8) {
    let mut out = String::new();
    // SAFETY: as in `check`.
    unsafe {
        let _ = writeln!(out, "Debug memory block at address p={p:p}: API '{}'", *p.sub(WORD) as char);
        let n = size_of_block(p);
        let _ = writeln!(out, "    {n} bytes originally requested");
        let ouch = |b: u8| if b == FORBIDDEN { "" } else { " *** OUCH" };
        let _ = write!(out, "    The {} pad bytes at p-{} are ", WORD - 1, WORD - 1);
        if (1..WORD).all(|i| *p.sub(i) == FORBIDDEN) {
            let _ = writeln!(out, "FORBIDDENBYTE, as expected.");
        } else {
            let _ = writeln!(out, "not all FORBIDDENBYTE (0x{FORBIDDEN:02x}):");
            for i in (1..WORD).rev() {
                let b = *p.sub(i);
                let _ = writeln!(out, "        at p-{i}: 0x{b:02x}{}", ouch(b));
            }
            let _ = writeln!(
                out,
                "    Because memory is corrupted at the start, the count of bytes requested\n       may be bogus, and checking the trailing pad bytes may segfault."
            );
        }
        eprint!("{out}");
        out.clear();
        let tail = p.add(n);
        let _ = write!(out, "    The {WORD} pad bytes at tail={tail:p} are ");
        if (0..WORD).all(|i| *tail.add(i) == FORBIDDEN) {
            let _ = writeln!(out, "FORBIDDENBYTE, as expected.");
        } else {
            let _ = writeln!(out, "not all FORBIDDENBYTE (0x{FORBIDDEN:02x}):");
            for i in 0..WORD {
                let b = *tail.add(i);
                let _ = writeln!(out, "        at tail+{i}: 0x{b:02x}{}", ouch(b));
            }
        }
        if n > 0 {
            out.push_str("    Data at p:");
            let shown = core::slice::from_raw_parts(p, n);
            let hex = |out: &mut String, bytes: &[u8]| {
                for b in bytes {
                    let _ = write!(out, " {b:02x}");
                }
            };
            if n <= 16 {
                hex(&mut out, shown);
            } else {
                hex(&mut out, &shown[..8]);
                out.push_str(" ...");
                hex(&mut out, &shown[n - 8..]);
            }
            out.push('\n');
        }
        out.push('\n');
        eprint!("{out}");
        if let Some(f) = SOURCE.get() {
            f(p as usize);
        }
    }
}

/// Shows where a block was made (`_PyMem_DumpTraceback`).
pub static SOURCE: Gil<Cell<Option<fn(usize)>>> = Gil(Cell::new(None));
