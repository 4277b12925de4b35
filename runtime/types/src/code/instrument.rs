//! Instrumented code (PEP 669, `Python/instrumentation.c`): which tools want which events of which code, and the code units
//! that say so. Calling the tools is the interpreter's.
//!
//! What is kept for a code object is the opcode of each unit as the compiler made it, and for each unit the tools that want
//! its event, its line, itself. The opcode in the code is always the outermost of the three that somebody wants; handlers
//! ask here what comes below it.

use super::{exception_table, line_table, units};
use core::cell::Cell;
use dxpy_bytecode::{Op, exctable, linetable};
use dxpy_core::abi::*;
use dxpy_core::statics::Gil;

/// Events by number (`PY_MONITORING_EVENT_*`).
pub mod event {
    pub const PY_START: usize = 0;
    pub const PY_RESUME: usize = 1;
    pub const PY_RETURN: usize = 2;
    pub const PY_YIELD: usize = 3;
    pub const CALL: usize = 4;
    pub const LINE: usize = 5;
    pub const INSTRUCTION: usize = 6;
    pub const JUMP: usize = 7;
    pub const BRANCH: usize = 8;
    pub const STOP_ITERATION: usize = 9;
    pub const RAISE: usize = 10;
    pub const EXCEPTION_HANDLED: usize = 11;
    pub const PY_UNWIND: usize = 12;
    pub const PY_THROW: usize = 13;
    pub const RERAISE: usize = 14;
    pub const C_RETURN: usize = 15;
    pub const C_RAISE: usize = 16;

    /// Events below this number are seen in the code; only they can be local.
    pub const INSTRUMENTED: usize = 10;
    /// Events below this number are asked for one by one; the others come with `CALL`.
    pub const UNGROUPED: usize = 15;
    /// All events.
    pub const ALL: usize = 17;

    /// The events by name.
    pub const NAMES: [&str; ALL] = [
        "PY_START",
        "PY_RESUME",
        "PY_RETURN",
        "PY_YIELD",
        "CALL",
        "LINE",
        "INSTRUCTION",
        "JUMP",
        "BRANCH",
        "STOP_ITERATION",
        "RAISE",
        "EXCEPTION_HANDLED",
        "PY_UNWIND",
        "PY_THROW",
        "RERAISE",
        "C_RETURN",
        "C_RAISE",
    ];
}

/// The tools that want each event, a bit each.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Monitors(pub [u8; event::UNGROUPED]);

impl Monitors {
    fn zip(self, other: Monitors, f: impl Fn(u8, u8) -> u8) -> Monitors {
        Monitors(core::array::from_fn(|i| f(self.0[i], other.0[i])))
    }

    /// The events a tool wants, a bit each.
    pub fn events_of(&self, tool: usize) -> u32 {
        (0..event::UNGROUPED).fold(0, |set, e| set | u32::from(self.0[e] >> tool & 1) << e)
    }

    fn with_events(mut self, tool: usize, events: u32) -> Monitors {
        for (e, tools) in self.0.iter_mut().enumerate() {
            *tools = *tools & !(1 << tool) | ((events >> e & 1) as u8) << tool;
        }
        self
    }
}

/// What holds for all code.
struct Global {
    /// `monitoring_version`: changes with what tools want.
    version: Cell<u64>,
    /// Code instrumented before this version forgets what was disabled in it.
    restart: Cell<u64>,
    monitors: Cell<Monitors>,
    /// Whether a frame ever asked for its opcodes (`f_opcode_trace_set`).
    opcodes: Cell<bool>,
}

static GLOBAL: Gil<Global> = Gil(Global {
    version: Cell::new(0),
    restart: Cell::new(0),
    monitors: Cell::new(Monitors([0; event::UNGROUPED])),
    opcodes: Cell::new(false),
});

/// The version that instrumented code has to have.
#[inline(always)]
pub fn version() -> u64 {
    GLOBAL.version.get()
}

/// What tools want of all code.
pub fn monitors() -> Monitors {
    GLOBAL.monitors.get()
}

/// Sets the events a tool wants; whether that changes anything. Running code is the caller's.
pub fn set_events(tool: usize, events: u32) -> bool {
    let m = monitors();
    if m.events_of(tool) == events {
        return false;
    }
    GLOBAL.monitors.set(m.with_events(tool, events));
    GLOBAL.version.set(version() + 1);
    true
}

/// `sys.monitoring.restart_events`: code that is older than this forgets what was disabled.
pub fn restart() {
    GLOBAL.restart.set(version() + 1);
    GLOBAL.version.set(version() + 2);
}

/// Whether a frame ever asked for its opcodes to be traced.
pub fn traces_opcodes() -> bool {
    GLOBAL.opcodes.get()
}

/// A frame asks for its opcodes to be traced.
pub fn want_opcodes() {
    GLOBAL.opcodes.set(true);
}

/// Of one code unit.
struct Unit {
    /// The opcode as the compiler made it; 0 is a cache.
    base: u8,
    /// Its line, -1 for none; -2 for a cache.
    line: i32,
    /// Can a line event happen here?
    starts_line: bool,
    tools: Cell<u8>,
    line_tools: Cell<u8>,
    instruction_tools: Cell<u8>,
}

const NOT_AN_INSTRUCTION: i32 = -2;

/// Of one code object (`_PyCoMonitoringData`).
pub struct Data {
    local: Cell<Monitors>,
    active: Cell<Monitors>,
    units: Vec<Unit>,
}

/// What is kept for a code object, if it was ever instrumented.
#[inline(always)]
pub fn data(c: &PyCodeObject) -> Option<&Data> {
    // SAFETY: INIT: NULL, or what `make` put there, which the code object owns.
    unsafe { (c._co_monitoring.get() as *const Data).as_ref() }
}

/// Frees it, with the code object.
pub(super) fn free(c: &PyCodeObject) {
    let p = c._co_monitoring.replace(core::ptr::null_mut()) as *mut Data;
    if !p.is_null() {
        // SAFETY: made by `make` from a box; the code object was its only owner.
        drop(unsafe { Box::from_raw(p) });
    }
}

/// The event of an instruction, and its instrumented form; `arg` tells the start of a function from its going on.
fn event_of(base: u8, arg: u8) -> Option<(usize, Op)> {
    Some(match Op::from_number(base.into())? {
        Op::RESUME if arg == 0 => (event::PY_START, Op::INSTRUMENTED_RESUME),
        Op::RESUME => (event::PY_RESUME, Op::INSTRUMENTED_RESUME),
        Op::RETURN_VALUE => (event::PY_RETURN, Op::INSTRUMENTED_RETURN_VALUE),
        Op::RETURN_CONST => (event::PY_RETURN, Op::INSTRUMENTED_RETURN_CONST),
        Op::YIELD_VALUE => (event::PY_YIELD, Op::INSTRUMENTED_YIELD_VALUE),
        Op::CALL => (event::CALL, Op::INSTRUMENTED_CALL),
        Op::CALL_FUNCTION_EX => (event::CALL, Op::INSTRUMENTED_CALL_FUNCTION_EX),
        Op::LOAD_SUPER_ATTR => (event::CALL, Op::INSTRUMENTED_LOAD_SUPER_ATTR),
        Op::JUMP_FORWARD => (event::JUMP, Op::INSTRUMENTED_JUMP_FORWARD),
        Op::JUMP_BACKWARD => (event::JUMP, Op::INSTRUMENTED_JUMP_BACKWARD),
        Op::POP_JUMP_IF_TRUE => (event::BRANCH, Op::INSTRUMENTED_POP_JUMP_IF_TRUE),
        Op::POP_JUMP_IF_FALSE => (event::BRANCH, Op::INSTRUMENTED_POP_JUMP_IF_FALSE),
        Op::POP_JUMP_IF_NONE => (event::BRANCH, Op::INSTRUMENTED_POP_JUMP_IF_NONE),
        Op::POP_JUMP_IF_NOT_NONE => (event::BRANCH, Op::INSTRUMENTED_POP_JUMP_IF_NOT_NONE),
        Op::FOR_ITER => (event::BRANCH, Op::INSTRUMENTED_FOR_ITER),
        Op::END_FOR => (event::STOP_ITERATION, Op::INSTRUMENTED_END_FOR),
        Op::END_SEND => (event::STOP_ITERATION, Op::INSTRUMENTED_END_SEND),
        _ => return None,
    })
}

/// The opcode and argument of a unit of the code as it is.
fn unit_at(c: &PyCodeObject, i: usize) -> (u8, u8) {
    // SAFETY: the index is below the number of units; units are only read and written with the GIL.
    let u = unsafe { *units(c).add(i) };
    (u as u8, (u >> 8) as u8)
}

/// The opcode as the compiler makes it.
fn base_of(op: u8) -> u8 {
    Op::from_number(op.into()).map_or(op, |o| o.meta().family as u16 as u8)
}

/// Looks at code that was never instrumented.
fn make(c: &PyCodeObject) -> Data {
    let n = c.ob_base.ob_size.get() as usize;
    let first = c._co_firsttraceable.get() as usize;
    let mut lines = Vec::with_capacity(n);
    for (loc, count) in linetable::Entries::new(line_table(c), c.co_firstlineno.get()) {
        lines.extend(core::iter::repeat_n(loc.lineno, count));
    }
    lines.resize(n, -1);
    let mut found: Vec<Unit> = (0..n)
        .map(|i| Unit {
            base: base_of(unit_at(c, i).0),
            line: lines[i],
            starts_line: false,
            tools: Cell::new(0),
            line_tools: Cell::new(0),
            instruction_tools: Cell::new(0),
        })
        .collect();
    let mut i = 0;
    let mut current = -1;
    while i < n {
        let op = Op::from_number(found[i].base.into());
        let line = found[i].line;
        if i >= first {
            // A line event waits where an instruction is sure to be reached: END_FOR and END_SEND are skipped at times,
            // and RESUME has its own event.
            let hidden = matches!(op, Some(Op::END_ASYNC_FOR | Op::END_FOR | Op::END_SEND | Op::RESUME));
            found[i].starts_line = !hidden && line != current && line >= 0;
            // The body of a function may begin on the line of its head, where RESUME stands.
            if op != Some(Op::RESUME) {
                current = line;
            }
        }
        let length = 1 + op.map_or(0, |op| op.meta().cache as usize);
        for u in found.iter_mut().skip(i + 1).take(length - 1) {
            u.base = 0;
            u.line = NOT_AN_INSTRUCTION;
        }
        i += length;
    }
    // Whatever is jumped to, or handles an exception, may be reached from another line.
    let mut targets: Vec<usize> =
        exctable::Entries::new(exception_table(c)).map(|e| e.target as usize).collect();
    let mut extended = 0usize;
    for (i, u) in found.iter().enumerate().skip(first).filter(|(_, u)| u.line != NOT_AN_INSTRUCTION) {
        let arg = extended << 8 | unit_at(c, i).1 as usize;
        let Some(op) = Op::from_number(u.base.into()) else { continue };
        extended = if op == Op::EXTENDED_ARG { arg } else { 0 };
        let next = i + 1 + op.meta().cache as usize;
        match op {
            Op::POP_JUMP_IF_FALSE
            | Op::POP_JUMP_IF_TRUE
            | Op::POP_JUMP_IF_NONE
            | Op::POP_JUMP_IF_NOT_NONE
            | Op::JUMP_FORWARD => targets.push(next + arg),
            // Behind END_FOR and END_SEND.
            Op::FOR_ITER | Op::SEND => targets.push(next + arg + 1),
            Op::JUMP_BACKWARD | Op::JUMP_BACKWARD_NO_INTERRUPT => targets.extend(next.checked_sub(arg)),
            _ => {}
        }
    }
    for t in targets {
        if let Some(u) = found.get_mut(t)
            && u.line >= 0
        {
            u.starts_line = true;
        }
    }
    let none = Monitors::default();
    Data { local: Cell::new(none), active: Cell::new(none), units: found }
}

fn data_of(c: &PyCodeObject) -> &Data {
    if data(c).is_none() {
        c._co_monitoring.set(Box::into_raw(Box::new(make(c))).cast());
    }
    data(c).expect("just made")
}

impl Data {
    /// The opcode that runs an instruction below the events of lines and instructions.
    fn inner(&self, c: &PyCodeObject, i: usize) -> u8 {
        let u = &self.units[i];
        match event_of(u.base, unit_at(c, i).1) {
            Some((_, op)) if u.tools.get() != 0 => op as u16 as u8,
            _ => u.base,
        }
    }

    /// The opcode below the event of a line.
    fn below_line(&self, c: &PyCodeObject, i: usize) -> u8 {
        if self.units[i].instruction_tools.get() != 0 {
            Op::INSTRUMENTED_INSTRUCTION as u16 as u8
        } else {
            self.inner(c, i)
        }
    }

    /// Writes the opcode of a unit.
    fn write(&self, c: &PyCodeObject, i: usize) {
        let op = if self.units[i].line_tools.get() != 0 {
            Op::INSTRUMENTED_LINE as u16 as u8
        } else {
            self.below_line(c, i)
        };
        // SAFETY: the index is below the number of units; units are only read and written with the GIL.
        unsafe {
            let u = units(c).add(i);
            *u = *u & 0xFF00 | u16::from(op);
        }
    }
}

/// Whether the code is as the tools want it.
#[inline(always)]
pub fn is_current(c: &PyCodeObject) -> bool {
    c._co_instrumentation_version.get() == version()
}

/// `_Py_Instrument`: brings the code up to date.
pub fn update(c: &PyCodeObject) {
    if is_current(c) {
        return;
    }
    let n = c.ob_base.ob_size.get() as usize;
    if data(c).is_none() && monitors() == Monitors::default() || c._co_firsttraceable.get() as usize >= n {
        c._co_instrumentation_version.set(version());
        return;
    }
    let d = data_of(c);
    let (before, now) = (d.active.get(), monitors().zip(d.local.get(), |a, b| a | b));
    let restarted = GLOBAL.restart.get() > c._co_instrumentation_version.get();
    let (removed, new) = if restarted {
        (before, now)
    } else {
        (before.zip(now, |a, b| a & !b), now.zip(before, |a, b| a & !b))
    };
    d.active.set(now);
    c._co_instrumentation_version.set(version());
    if removed == Monitors::default() && new == Monitors::default() {
        return;
    }
    let change = |tools: &Cell<u8>, e: usize| tools.set(tools.get() & !removed.0[e] | new.0[e]);
    for (i, u) in d.units.iter().enumerate().skip(c._co_firsttraceable.get() as usize) {
        if u.line == NOT_AN_INSTRUCTION {
            continue;
        }
        if let Some((e, _)) = event_of(u.base, unit_at(c, i).1) {
            change(&u.tools, e);
        }
        if u.starts_line {
            change(&u.line_tools, event::LINE);
        }
        if u.base as u16 != Op::RESUME as u16 {
            change(&u.instruction_tools, event::INSTRUCTION);
        }
        d.write(c, i);
    }
}

/// The events a tool wants of this code alone.
pub fn local_events(c: &PyCodeObject, tool: usize) -> u32 {
    data(c).map_or(0, |d| d.local.get().events_of(tool))
}

/// `_PyMonitoring_SetLocalEvents`.
pub fn set_local_events(c: &PyCodeObject, tool: usize, events: u32) {
    let d = data_of(c);
    if d.local.get().events_of(tool) == events {
        return;
    }
    d.local.set(d.local.get().with_events(tool, events));
    if is_current(c) {
        // Any older version brings it up to date; this one is no restart.
        c._co_instrumentation_version.set(version().wrapping_sub(1));
    }
    update(c);
}

/// The tools that want an event of the instruction at `i` (not a line's, nor the instruction's own).
pub fn tools(c: &PyCodeObject, i: usize, e: usize) -> u8 {
    let e = if e >= event::UNGROUPED { event::CALL } else { e };
    match data(c) {
        Some(d) if e < event::INSTRUMENTED => d.units[i].tools.get(),
        Some(d) => d.active.get().0[e],
        None => monitors().0[e],
    }
}

/// Whether any tool wants an event that is not seen in the code.
#[inline]
pub fn wanted(c: &PyCodeObject, e: usize) -> bool {
    match data(c) {
        Some(d) => d.active.get().0[e] != 0,
        None => version() != 0 && monitors().0[e] != 0,
    }
}

/// The tools that want the line that begins at `i`, the line, and the opcode to go on with.
pub fn line_event(c: &PyCodeObject, i: usize) -> (u8, i32, u8) {
    let d = data_of(c);
    (d.units[i].line_tools.get(), d.units[i].line, d.below_line(c, i))
}

/// The tools that want the instruction at `i`, and the opcode to go on with.
pub fn instruction_event(c: &PyCodeObject, i: usize) -> (u8, u8) {
    let d = data_of(c);
    (d.units[i].instruction_tools.get(), d.inner(c, i))
}

/// The line of the unit at `i`, as cheaply as it is known; caches are on the line of their instruction.
pub fn line_of(c: &PyCodeObject, i: isize) -> i32 {
    let Ok(mut i) = usize::try_from(i) else { return c.co_firstlineno.get() };
    match data(c) {
        Some(d) => {
            while i > 0 && d.units[i].line == NOT_AN_INSTRUCTION {
                i -= 1;
            }
            d.units[i].line
        }
        None => super::line_at(c, (i * 2) as i32),
    }
}

/// A tool answered `DISABLE`: it does not want this event here any more.
pub fn disable(c: &PyCodeObject, i: usize, e: usize, tool: usize) {
    let Some(d) = data(c) else { return };
    let u = &d.units[i];
    let tools = match e {
        event::LINE => &u.line_tools,
        event::INSTRUCTION => &u.instruction_tools,
        _ => &u.tools,
    };
    tools.set(tools.get() & !(1 << tool));
    d.write(c, i);
}

/// The opcode of the unit at `i` as the compiler made it.
pub fn base_opcode(c: &PyCodeObject, i: usize) -> u8 {
    data(c).map_or_else(|| unit_at(c, i).0, |d| d.units[i].base)
}

/// Puts the opcodes as the compiler made them into a copy of the code.
pub(super) fn restore(c: &PyCodeObject, copy: &mut [u8]) {
    if let Some(d) = data(c) {
        for (bytes, u) in copy.chunks_exact_mut(2).zip(&d.units) {
            bytes[0] = u.base;
        }
    }
}
