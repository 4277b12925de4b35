//! Specialisation (PEP 659, `Python/specialize.c`): an instruction that runs often looks at its operands and becomes the
//! member of its family made for such operands; what that member relies on is kept in the instruction's inline cache.
//!
//! Here is the bookkeeping: counters, cache words, versions of keys. What each family chooses is in the files beside;
//! the specialised instructions are in `handlers::fast`. A specialised instruction that meets something else goes on as
//! its family's head, which counts down to another try.

pub mod attrs;
pub mod calls;
pub mod items;

use crate::dispatch::Pc;
use crate::tier;
use core::cell::Cell;
use dxpy_bytecode::Op;
use dxpy_core::abi::*;
use dxpy_core::dict::keys::UNICODE;
use dxpy_core::dict::lookup::{Found, unicode_key};
use dxpy_core::statics::Gil;
use dxpy_core::unicode;

/// `adaptive_counter_cooldown`: a specialised instruction misses this often before another try.
const COOLDOWN: u16 = 52 << 4;
/// `MAX_BACKOFF_VALUE`.
const MAX_BACKOFF: u16 = 12;

/// A word of the inline cache behind an instruction.
///
/// # Safety
/// The instruction's cache has it.
#[inline(always)]
pub unsafe fn word<'a>(pc: Pc, i: usize) -> &'a Cell<u16> {
    // SAFETY: the caller's promise; code units are written with the GIL only.
    unsafe { &*(pc.add(i) as *const Cell<u16>) }
}

/// Two words.
///
/// # Safety
/// As for [`word`].
#[inline(always)]
pub unsafe fn read_u32(pc: Pc, i: usize) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { (pc.add(i) as *const u32).read_unaligned() }
}

/// # Safety
/// As for [`word`].
pub unsafe fn write_u32(pc: Pc, i: usize, v: u32) {
    // SAFETY: the caller's promise.
    unsafe { (pc.add(i) as *mut u32).write_unaligned(v) }
}

/// Four words: an object, borrowed from a type as long as its version stands.
///
/// # Safety
/// As for [`word`].
#[inline(always)]
pub unsafe fn read_object(pc: Pc, i: usize) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { (pc.add(i) as *const *mut PyObject).read_unaligned() }
}

/// # Safety
/// As for [`word`].
pub unsafe fn write_object(pc: Pc, i: usize, o: *mut PyObject) {
    // SAFETY: the caller's promise.
    unsafe { (pc.add(i) as *mut *mut PyObject).write_unaligned(o) }
}

/// Is it time for a try? Counts down otherwise.
///
/// # Safety
/// The instruction before `pc` has a cache.
#[inline(always)]
pub unsafe fn due(pc: Pc) -> bool {
    // SAFETY: the caller's promise: the first word is the counter.
    let counter = unsafe { word(pc, 0) };
    let c = counter.get();
    if c < 16 {
        return true;
    }
    counter.set(c - 16);
    false
}

/// Writes the chosen opcode, or the head's, with a longer wait for the next try. The choice has written the cache, so a
/// member of the family that missed does not stay. Whether the instruction is to be dispatched again: not when it runs
/// below an event, whose opcode stands in its place.
///
/// # Safety
/// The instruction before `pc` has a cache.
pub unsafe fn settle(pc: Pc, head: Op, chosen: Option<Op>) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let unit = word(pc.sub(1), 0);
        let counter = word(pc, 0);
        let now = unit.get() & 255;
        let ours = now == head as u16
            || Op::from_number(now).is_some_and(|o| {
                o.meta().family as u16 == head as u16 && now < Op::INSTRUMENTED_LOAD_SUPER_ATTR as u16
            });
        if !ours {
            // Not before the event is gone.
            counter.set(COOLDOWN);
            return false;
        }
        unit.set(unit.get() & 0xFF00 | chosen.unwrap_or(head) as u16);
        if chosen.is_some() {
            counter.set(COOLDOWN);
        } else {
            let backoff = ((counter.get() & 15) + 1).min(MAX_BACKOFF);
            counter.set(((1u16 << backoff) - 1) << 4 | backoff);
        }
        if tier::installed() {
            tier::learn(pc);
        }
        chosen.is_some()
    }
}

/// The version given to keys next (`interp->dict_state.next_keys_version`).
static NEXT_KEYS: Gil<Cell<u32>> = Gil(Cell::new(2));

/// `_PyDictKeys_GetVersionForCurrentState`: a number that these keys have as long as no key is added or taken away; 0
/// when numbers have run out.
pub fn keys_version(k: &PyDictKeysObject) -> u32 {
    let v = k.dk_version.get();
    if v != 0 {
        return v;
    }
    let next = NEXT_KEYS.get();
    if next != 0 {
        NEXT_KEYS.set(next.wrapping_add(1));
        k.dk_version.set(next);
    }
    next
}

/// The keys of a dict that has str keys alone and values of its own.
pub fn own_keys(d: &PyDictObject) -> Option<&PyDictKeysObject> {
    // SAFETY: LIVE: a dict holds its keys.
    let k = unsafe { &*d.ma_keys.get() };
    (k.dk_kind.get() == UNICODE && d.ma_values.get().is_null()).then_some(k)
}

/// Where a name stands among keys.
pub fn index_of(k: &PyDictKeysObject, name: &PyUnicodeObject) -> Option<usize> {
    match unicode_key(k, name, unicode::hash(name)) {
        Found::At(i) => Some(i),
        Found::Missing => None,
    }
}

/// The value at an index of a table with str keys; the index is one of its entries'.
#[inline(always)]
pub fn value_at(k: &PyDictKeysObject, i: usize) -> *mut PyObject {
    dxpy_core::dict::keys::unicode_value(k, i).get()
}

/// `_Py_Specialize_LoadGlobal`.
///
/// # Safety
/// The instruction before `pc` is `LOAD_GLOBAL`.
pub unsafe fn load_global(
    pc: Pc,
    globals: &PyObject,
    builtins: &PyObject,
    name: &PyUnicodeObject,
) -> Option<Op> {
    let g = own_keys(dxpy_core::dict::check_exact(globals)?)?;
    let version = |k| u16::try_from(keys_version(k)).ok().filter(|v| *v != 0);
    // SAFETY: the caller's promise: counter, index, version of the module's keys, of the builtins'.
    unsafe {
        if let Some(i) = index_of(g, name) {
            word(pc, 1).set(u16::try_from(i).ok()?);
            word(pc, 2).set(version(g)?);
            return Some(Op::LOAD_GLOBAL_MODULE);
        }
        let b = own_keys(dxpy_core::dict::check_exact(builtins)?)?;
        let i = index_of(b, name)?;
        word(pc, 1).set(u16::try_from(i).ok()?);
        word(pc, 2).set(version(g)?);
        word(pc, 3).set(version(b)?);
        Some(Op::LOAD_GLOBAL_BUILTIN)
    }
}
