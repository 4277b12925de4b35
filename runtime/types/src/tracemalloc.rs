//! Tracing of memory allocations (`Python/tracemalloc.c`): allocators in front of those of the three domains note, for each
//! block, its size and the Python frames that asked for it. While tracing is off nothing here runs.
//!
//! What is noted lies in tables of Rust's own, whose memory is not traced. They are behind a lock, for the raw domain is used
//! without the GIL; no object is made or released under it. A frame is the `co_filename` of its code, by address, and the
//! line; the tables hold a reference to each such name until the traces are cleared.

use crate::frame;
use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::hash::{BuildHasherDefault, Hasher};
use core::sync::atomic::{AtomicBool, Ordering};
use dxpy_core::abi::*;
use dxpy_core::domains::{self, Domain};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, exceptions, list, long, object, thread, tuple, unicode};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most frames of a traceback, and what is counted at most.
pub const MAX_FRAMES: usize = 65535;

/// A file name's address (0: not known) and a line.
type Place = (usize, u32);

/// A quick hash of a few words.
#[derive(Default)]
pub struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        // The tables take the top bits too.
        self.0 ^ (self.0 >> 29)
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_u64((*b).into()));
    }
    fn write_u32(&mut self, n: u32) {
        self.write_u64(n.into());
    }
    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// A map whose keys are addresses.
pub type Table<K, V> = HashMap<K, V, BuildHasherDefault<Mix>>;

#[derive(Clone, Copy)]
struct Trace {
    size: usize,
    /// A place in `Tables::tracebacks`.
    traceback: u32,
}

#[derive(Default)]
struct Tables {
    limit: usize,
    /// By domain (0, or what a program calls its own) and address.
    traces: Table<(u32, usize), Trace>,
    /// Frames, the newest first, and last the number of frames there were as a line of no file.
    tracebacks: Vec<Box<[Place]>>,
    known: Table<Box<[Place]>, u32>,
    /// The file names that are held.
    names: Table<usize, ()>,
    now: usize,
    peak: usize,
    scratch: Vec<Place>,
}

static TABLES: Mutex<Option<Tables>> = Mutex::new(None);
static TRACING: AtomicBool = AtomicBool::new(false);
/// What is below the tracing allocators.
static BELOW: Gil<Cell<[Domain; 3]>> = Gil(Cell::new([domains::RAW, domains::HEAP, domains::HEAP]));
/// Contexts: which domain it is.
static PLACES: [u8; 3] = [0, 1, 2];

fn tables() -> MutexGuard<'static, Option<Tables>> {
    TABLES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The domain of the interpreter's own three allocators.
pub const DEFAULT_DOMAIN: u32 = 0;

impl Tables {
    /// The traceback of the running thread, which holds the GIL if it runs Python.
    fn traceback(&mut self) -> u32 {
        let mut all = core::mem::take(&mut self.scratch);
        all.clear();
        let mut total = 0;
        let state = thread::current();
        if !state.is_null() {
            // SAFETY: an attached state is alive, and its frames are.
            unsafe {
                let mut f = frame::current(Py::from_state(state));
                while !f.is_null() {
                    if all.len() < self.limit {
                        let name = frame::code_of(f).co_filename.get();
                        if self.names.insert(name as usize, ()).is_none() {
                            dxpy_core::ptr::incref(&*name);
                        }
                        all.push((name as usize, frame::line(f).max(0) as u32));
                    }
                    total = MAX_FRAMES.min(total + 1);
                    f = frame::first_complete((*f).previous.get());
                }
            }
        }
        if all.is_empty() {
            all.push((0, 0));
            total = 1;
        }
        all.push((0, total as u32));
        let found = match self.known.get(all.as_slice()) {
            Some(i) => *i,
            None => {
                let i = self.tracebacks.len() as u32;
                self.tracebacks.push(all.as_slice().into());
                self.known.insert(all.as_slice().into(), i);
                i
            }
        };
        self.scratch = all;
        found
    }

    fn add(&mut self, domain: u32, p: usize, size: usize) {
        let traceback = self.traceback();
        if let Some(old) = self.traces.insert((domain, p), Trace { size, traceback }) {
            self.now = self.now.saturating_sub(old.size);
        }
        self.now = self.now.saturating_add(size);
        self.peak = self.peak.max(self.now);
    }

    fn remove(&mut self, domain: u32, p: usize) {
        if let Some(old) = self.traces.remove(&(domain, p)) {
            self.now = self.now.saturating_sub(old.size);
        }
    }
}

/// Notes a block; whether anything is traced.
pub fn track(domain: u32, p: usize, size: usize) -> bool {
    tables().as_mut().map(|t| t.add(domain, p, size)).is_some()
}

/// Forgets a block; whether anything is traced.
pub fn untrack(domain: u32, p: usize) -> bool {
    tables().as_mut().map(|t| t.remove(domain, p)).is_some()
}

/// The allocator below, by the context.
fn below(ctx: *mut c_void) -> Domain {
    // SAFETY: the context is one of `PLACES`; the cell holds three domains.
    unsafe { (*BELOW.as_ptr())[*(ctx as *const u8) as usize] }
}

unsafe extern "C" fn malloc(ctx: *mut c_void, n: usize) -> *mut c_void {
    let d = below(ctx);
    // SAFETY: the allocator's contract.
    let p = unsafe { (d.malloc)(d.ctx, n) };
    if !p.is_null() {
        track(DEFAULT_DOMAIN, p as usize, n);
    }
    p
}

unsafe extern "C" fn calloc(ctx: *mut c_void, count: usize, size: usize) -> *mut c_void {
    let d = below(ctx);
    // SAFETY: the allocator's contract.
    let p = unsafe { (d.calloc)(d.ctx, count, size) };
    if !p.is_null() {
        track(DEFAULT_DOMAIN, p as usize, count * size);
    }
    p
}

unsafe extern "C" fn realloc(ctx: *mut c_void, p: *mut c_void, n: usize) -> *mut c_void {
    let d = below(ctx);
    // SAFETY: the allocator's contract.
    let new = unsafe { (d.realloc)(d.ctx, p, n) };
    if !new.is_null() {
        if !p.is_null() && p != new {
            untrack(DEFAULT_DOMAIN, p as usize);
        }
        track(DEFAULT_DOMAIN, new as usize, n);
    }
    new
}

unsafe extern "C" fn free(ctx: *mut c_void, p: *mut c_void) {
    if p.is_null() {
        return;
    }
    // First: once it is free another thread may be given the block.
    untrack(DEFAULT_DOMAIN, p as usize);
    let d = below(ctx);
    // SAFETY: the allocator's contract.
    unsafe { (d.free)(d.ctx, p) }
}

/// `_PyTraceMalloc_IsTracing`.
pub fn is_tracing() -> bool {
    TRACING.load(Ordering::Relaxed)
}

/// `_PyTraceMalloc_Start`.
///
/// # Errors
/// `ValueError` for a number of frames that is out of range.
pub fn start(py: Py<'_>, frames: c_int) -> PyResult<()> {
    let Some(limit) = usize::try_from(frames).ok().filter(|n| (1..=MAX_FRAMES).contains(n)) else {
        return Err(exceptions::value_error(
            py,
            format_args!("the number of frames must be in range [1; {MAX_FRAMES}]"),
        ));
    };
    if is_tracing() {
        return Ok(());
    }
    *tables() = Some(Tables { limit, ..Tables::default() });
    LIMIT.set(limit);
    BELOW.set([0, 1, 2].map(domains::get));
    TRACING.store(true, Ordering::Relaxed);
    for (i, place) in PLACES.iter().enumerate() {
        let ctx = core::ptr::from_ref(place) as *mut c_void;
        domains::set(i, Domain { ctx, malloc, calloc, realloc, free });
    }
    Ok(())
}

/// The limit of the last start.
static LIMIT: Gil<Cell<usize>> = Gil(Cell::new(1));

/// `_PyTraceMalloc_GetTracebackLimit`.
pub fn limit(_: Py<'_>) -> usize {
    LIMIT.get()
}

/// Releases the names of tables that are no more in use.
fn release(t: Tables) {
    let Tables { names, .. } = t;
    for name in names.into_keys() {
        // SAFETY: OWNED: the tables' reference.
        unsafe { dxpy_core::ptr::decref(name as *mut PyObject) };
    }
}

/// `_PyTraceMalloc_Stop`.
pub fn stop(_: Py<'_>) {
    if !is_tracing() {
        return;
    }
    TRACING.store(false, Ordering::Relaxed);
    BELOW.get().into_iter().enumerate().for_each(|(i, d)| domains::set(i, d));
    let old = tables().take();
    if let Some(t) = old {
        release(t);
    }
}

/// `_PyTraceMalloc_ClearTraces`.
pub fn clear(_: Py<'_>) {
    let old = {
        let mut all = tables();
        all.as_mut().map(|t| {
            let limit = t.limit;
            core::mem::replace(t, Tables { limit, ..Tables::default() })
        })
    };
    if let Some(t) = old {
        release(t);
    }
}

/// `_PyTraceMalloc_GetTracedMemory`: the bytes of all blocks now, and at most.
pub fn traced(_: Py<'_>) -> (usize, usize) {
    tables().as_ref().map_or((0, 0), |t| (t.now, t.peak))
}

/// `_PyTraceMalloc_ResetPeak`.
pub fn reset_peak(_: Py<'_>) {
    if let Some(t) = tables().as_mut() {
        t.peak = t.now;
    }
}

/// `_PyTraceMalloc_GetMemory`: the bytes of the tables.
pub fn own_memory(_: Py<'_>) -> usize {
    size_of_val(&TABLES)
        + tables().as_ref().map_or(0, |t| {
            let frames: usize = t.tracebacks.iter().map(|b| 2 * size_of_val(&**b)).sum();
            // A slot of a table has a byte of its own beside the pair.
            t.traces.capacity() * (size_of::<((u32, usize), Trace)>() + 1)
                + t.tracebacks.capacity() * size_of::<Box<[Place]>>()
                + t.known.capacity() * (size_of::<(Box<[Place]>, u32)>() + 1)
                + t.names.capacity() * (size_of::<usize>() + 1)
                + frames
        })
}

/// A traceback as an object: pairs of file name and line, and how many frames there were.
fn shown(py: Py<'_>, all: &[Place]) -> PyResult<(Owned<PyTupleObject>, usize)> {
    let (total, frames) = all.split_last().map_or((0, all), |(last, f)| (last.1 as usize, f));
    let mut pairs = Vec::with_capacity(frames.len());
    for &(name, line) in frames {
        let name = if name == 0 {
            unicode::from_str(py, "<unknown>")?.upcast()
        } else {
            // SAFETY: LIVE: the tables hold it, and the caller keeps them from being cleared by holding the names.
            unsafe { &*(name as *const PyObject) }.to_owned()
        };
        let line = long::from_i64(py, line.into())?.upcast();
        pairs.push(tuple::from_iter(py, [name, line])?.upcast());
    }
    Ok((tuple::from_iter(py, pairs)?, total))
}

/// References to the file names of a traceback, so that it stays good while objects are made.
fn hold(all: &[Place]) -> Vec<Owned> {
    let names = all.iter().filter(|p| p.0 != 0);
    // SAFETY: LIVE: under the lock the tables hold the names.
    names.map(|p| unsafe { &*(p.0 as *const PyObject) }.to_owned()).collect()
}

/// `_PyTraceMalloc_GetTraces`: a list of domain, size, traceback and number of frames.
///
/// # Errors
/// `MemoryError`.
pub fn traces(py: Py<'_>) -> PyResult<Owned<PyListObject>> {
    let copied = tables().as_ref().map(|t| {
        let traces: Vec<(u32, Trace)> = t.traces.iter().map(|(k, v)| (k.0, *v)).collect();
        let held: Vec<Owned> = t.tracebacks.iter().flat_map(|b| hold(b)).collect();
        (traces, t.tracebacks.clone(), held)
    });
    let all = list::new(py)?;
    let Some((traces, tracebacks, held)) = copied else { return Ok(all) };
    let mut made: Vec<Option<(Owned<PyTupleObject>, Owned)>> = tracebacks.iter().map(|_| None).collect();
    for (domain, trace) in traces {
        let slot = &mut made[trace.traceback as usize];
        if slot.is_none() {
            let (frames, total) = shown(py, &tracebacks[trace.traceback as usize])?;
            *slot = Some((frames, long::from_i64(py, total as i64)?.upcast()));
        }
        let Some((frames, total)) = slot else { continue };
        let row = [
            long::from_i64(py, domain.into())?.upcast(),
            long::from_u64(py, trace.size as u64)?.upcast(),
            frames.clone().upcast(),
            total.clone(),
        ];
        list::append(py, &all, tuple::from_iter(py, row)?.as_object())?;
    }
    drop(held);
    Ok(all)
}

/// `_PyTraceMalloc_GetTraceback`: where a block was asked for, if that was noted.
///
/// # Errors
/// `MemoryError`.
pub fn traceback_of(py: Py<'_>, domain: u32, p: usize) -> PyResult<Option<Owned<PyTupleObject>>> {
    let found = tables().as_ref().and_then(|t| {
        let trace = t.traces.get(&(domain, p))?;
        let places = t.tracebacks[trace.traceback as usize].clone();
        let held = hold(&places);
        Some((places, held))
    });
    let Some((places, held)) = found else { return Ok(None) };
    let made = shown(py, &places)?.0;
    drop(held);
    Ok(Some(made))
}

/// `_PyTraceMalloc_GetObjectTraceback`.
///
/// # Errors
/// `MemoryError`.
pub fn traceback_of_object(py: Py<'_>, o: &PyObject) -> PyResult<Option<Owned<PyTupleObject>>> {
    let block = o.as_ptr() as usize - object::preheader_size(o.ty());
    traceback_of(py, DEFAULT_DOMAIN, block)
}

/// Shows on standard error where a block was asked for (`_PyMem_DumpTraceback`).
pub fn dump_block(p: usize) {
    if !is_tracing() {
        eprintln!("Enable tracemalloc to get the memory block allocation traceback\n");
        return;
    }
    let found = tables().as_ref().and_then(|t| {
        let trace = t.traces.get(&(DEFAULT_DOMAIN, p))?;
        Some(t.tracebacks[trace.traceback as usize].clone())
    });
    let Some(places) = found else { return };
    eprintln!("Memory block allocated at (most recent call first):");
    for &(name, line) in &places[..places.len() - 1] {
        let name = if name == 0 {
            "<unknown>".to_owned()
        } else {
            // SAFETY: LIVE: the tables hold it.
            unicode::display(unsafe { &*(name as *const PyObject) })
        };
        eprintln!("  File \"{name}\", line {line}");
    }
    eprintln!();
}
