//! Where a compiler of hot code plugs in. A [`Tier`] is told which code runs often, reads what the interpreter has learnt
//! of it ([`feedback`]), and publishes machine code for a function's beginning or a loop's ([`publish`]); the interpreter
//! enters that at `RESUME` and `JUMP_BACKWARD`, and goes on where it says ([`Exit`]). Without a tier nothing is counted
//! and nothing learnt.
//!
//! Instrumented code (tracing, profiling, `sys.monitoring`) has other opcodes at these places, so that it is neither
//! counted nor entered. What a compiler assumes of types, dicts, functions and code it guards by their versions, or
//! watches (`dxpy_core::watch`). Not here: how often branches are taken.
//!
//! [`reference`] is a tier without machine code, by which micro-ops are tested.

pub mod reference;

use crate::dispatch::{Fp, Obj, Pc, Sp, Ts, next};
use crate::specialize::word;
use crate::unwind;
use core::cell::Cell;
use dxpy_bytecode::Op;
use dxpy_core::Py;
use dxpy_core::abi::*;
use dxpy_core::statics::Gil;
use dxpy_types::code::private;
pub use dxpy_types::code::private::{Site, Variant};
use dxpy_types::frame;

/// The heat of a call; that of a backward jump is 1.
pub const CALL_HEAT: u32 = 8;
/// The heat from which the interpreter learns of a code object: that of eight calls.
pub const LEARNING: u32 = 8 * CALL_HEAT;

/// A compiler.
pub trait Tier: Sync {
    /// The heat at which code is reported, the first time and each time again; more than [`LEARNING`].
    fn threshold(&self) -> u32;

    /// Code has become hot. It is about to run from `at`, in code units: its `RESUME`, or the head of a loop.
    fn hot(&self, py: Py<'_>, code: &PyCodeObject, at: u32);

    /// A code object goes of which something was learnt or published.
    fn dies(&self, code: &PyCodeObject);
}

/// Machine code for the thread's current frame: it gets the frame, the place behind the top of its value stack, the thread
/// state, and the instruction to begin with: the one behind `RESUME`, or the loop's head.
///
/// It keeps what handlers keep (see `dispatch`), may push and pop frames, and leaves the frame that then is current as
/// [`Exit`] says.
pub type Entry = unsafe extern "C" fn(Fp, Sp, Ts, Pc) -> Exit;

/// Where the interpreter goes on, in the frame that is current then.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Exit {
    /// The next instruction; odd if the exception that is pending is raised behind it.
    pc: usize,
    sp: Sp,
}

impl Exit {
    /// At this instruction.
    pub fn go_on(pc: Pc, sp: Sp) -> Exit {
        Exit { pc: pc as usize, sp }
    }

    /// With the pending exception, which the instruction before `pc` has raised.
    pub fn raise(pc: Pc, sp: Sp) -> Exit {
        Exit { pc: pc as usize | 1, sp }
    }
}

static TIER: Gil<Cell<Option<&'static dyn Tier>>> = Gil(Cell::new(None));
/// The tier's threshold; 0 without one.
static THRESHOLD: Gil<Cell<u32>> = Gil(Cell::new(0));

/// Plugs a compiler in, for the life of the process.
///
/// # Panics
/// There is one already, or its threshold is too low.
pub fn install(_py: Py<'_>, tier: &'static dyn Tier) {
    assert!(TIER.get().is_none() && tier.threshold() > LEARNING);
    TIER.set(Some(tier));
    THRESHOLD.set(tier.threshold());
    private::DIES.set(Some(|c| {
        if let Some(tier) = TIER.get() {
            tier.dies(c);
        }
    }));
}

/// Is there a compiler?
#[inline(always)]
pub(crate) fn installed() -> bool {
    THRESHOLD.get() != 0
}

/// What the interpreter has learnt of a code object's instructions; nothing before it is warm.
pub fn feedback(_py: Py<'_>, code: &PyCodeObject) -> Vec<Site> {
    private::existing(code).and_then(|p| p.feedback()).map(|f| f.snapshot()).unwrap_or_default()
}

/// Publishes machine code for an instruction where it is looked for: the code's `RESUME`, or the target of a backward
/// jump. What was there is returned, and is not entered any more; frames may still be in it.
///
/// # Safety
/// The machine code is for this code object and instruction, keeps the contract of [`Entry`], and stays until it is
/// withdrawn and no frame is in it.
pub unsafe fn publish(_py: Py<'_>, code: &PyCodeObject, at: u32, entry: Entry) -> Option<Entry> {
    private::of(code).set_entry(at, Some(entry as *const ())).map(as_entry)
}

/// Takes machine code back.
pub fn withdraw(_py: Py<'_>, code: &PyCodeObject, at: u32) -> Option<Entry> {
    private::existing(code)?.set_entry(at, None).map(as_entry)
}

fn as_entry(p: *const ()) -> Entry {
    // SAFETY: only `publish` sets entries.
    unsafe { core::mem::transmute::<*const (), Entry>(p) }
}

/// The beginning of the code units.
fn units(c: &PyCodeObject) -> Pc {
    c.co_code_adaptive.as_ptr() as Pc
}

/// Counts, and looks for machine code that begins at `pc`.
///
/// # Safety
/// The handler contract; `pc` is in the frame's code.
#[inline(never)]
unsafe fn count(pc: Pc, fp: Fp, ts: Ts, heat: u32) -> Option<Entry> {
    // SAFETY: the caller's promise.
    let (py, c, at) = unsafe {
        let c = frame::code_of(fp);
        (Py::from_state(ts), c, pc.offset_from(units(c)) as u32)
    };
    if let Some(entry) = private::existing(c).and_then(|p| p.entry(at)) {
        return Some(as_entry(entry));
    }
    let before = c.dx_heat.get();
    let now = before.saturating_add(heat);
    c.dx_heat.set(now);
    if now < LEARNING {
        return None;
    }
    if before < LEARNING && private::of(c).feedback().is_none() {
        look_around(c);
    }
    if now < THRESHOLD.get() {
        return None;
    }
    c.dx_heat.set(LEARNING);
    TIER.get()?.hot(py, c, at);
    // It may have compiled at once.
    private::existing(c).and_then(|p| p.entry(at)).map(as_entry)
}

/// Begins to learn of a code object: with what its instructions have become so far.
fn look_around(c: &PyCodeObject) {
    let feedback = private::of(c).learn();
    let mut at = 0;
    while at < c.ob_base.ob_size.get() as usize {
        // SAFETY: an instruction of the code, with its cache.
        let pc = unsafe { units(c).add(at + 1) };
        // SAFETY: as above.
        let number = unsafe { *pc.sub(1) } & 255;
        let Some(op) = Op::from_number(number) else { break };
        let meta = op.meta();
        if meta.family as u16 != number && meta.cache > 0 && number < Op::INSTRUMENTED_LOAD_SUPER_ATTR as u16
        {
            feedback.see(at as u32, number as u8, cache_of(pc, meta.cache));
        }
        at += 1 + meta.cache as usize;
    }
}

/// The words behind the counter that are kept of an instruction.
fn cache_of(pc: Pc, units: u8) -> [u16; 3] {
    // SAFETY: the instruction before `pc` has so many cache units.
    core::array::from_fn(|i| if i + 1 < units.into() { unsafe { word(pc, i + 1).get() } } else { 0 })
}

/// Learns what the instruction before `pc`, of the frame that runs, has become.
///
/// # Safety
/// The instruction has a cache and is the current frame's.
#[inline(never)]
pub(crate) unsafe fn learn(pc: Pc) {
    // SAFETY: GIL: a handler runs; the caller's promise.
    unsafe {
        let c = frame::code_of(frame::current(Py::assume()));
        let Some(feedback) = private::existing(c).and_then(|p| p.feedback()) else { return };
        let number = *pc.sub(1) & 255;
        let Some(op) = Op::from_number(number) else { return };
        let meta = op.meta();
        // Of the head no cache word is of use: nothing fits.
        let cache = if meta.family as u16 == number { [0; 3] } else { cache_of(pc, meta.cache) };
        feedback.see(pc.sub(1).offset_from(units(c)) as u32, number as u8, cache);
    }
}

/// Runs machine code.
#[inline(never)]
unsafe fn run(entry: Entry, sp: Sp, fp: Fp, ts: Ts, at: Pc) -> Exit {
    // SAFETY: the contract of `publish`; the handler contract.
    unsafe { entry(fp, sp, ts, at) }
}

/// `RESUME` at the beginning of a call, with a compiler: `pc` is behind it.
pub(crate) unsafe extern "C" fn at_start(pc: Pc, sp: Sp, fp: Fp, ts: Ts, _: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        if let Some(entry) = count(pc.sub(1), fp, ts, CALL_HEAT) {
            return enter(entry as Pc, sp, fp, ts, pc as usize);
        }
        next!(pc, sp, fp, ts)
    }
}

/// The head of a loop after `JUMP_BACKWARD`, with a compiler: `pc` is at it.
pub(crate) unsafe extern "C" fn at_loop(pc: Pc, sp: Sp, fp: Fp, ts: Ts, _: usize) -> Obj {
    // SAFETY: the handler contract.
    unsafe {
        if let Some(entry) = count(pc, fp, ts, 1) {
            return enter(entry as Pc, sp, fp, ts, pc as usize);
        }
        next!(pc, sp, fp, ts)
    }
}

/// Runs machine code, given in the place of an instruction, from `at`, and goes on as it says.
unsafe extern "C" fn enter(entry: Pc, sp: Sp, fp: Fp, ts: Ts, at: usize) -> Obj {
    // SAFETY: the handler contract; `Exit` names a place in the frame that is current then.
    unsafe {
        let exit = run(as_entry(entry as *const ()), sp, fp, ts, at as Pc);
        let fp = (*(*ts).abi.cframe.get()).current_frame.get();
        let pc = (exit.pc & !1) as Pc;
        if exit.pc & 1 != 0 {
            return unwind::error(pc, exit.sp, fp, ts, 0);
        }
        next!(pc, exit.sp, fp, ts)
    }
}
