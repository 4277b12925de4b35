//! Stack effects (`stack_effect` of `compile.c`, `dis.stack_effect`).
//!
//! The effect of the path that does not jump is in the opcode table; this adds the few that differ when they jump.

use crate::{Op, flag};

/// Which way out of an instruction an effect is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Path {
    /// Execution goes on with the next instruction.
    Fall,
    /// The instruction jumps, or its handler is entered.
    Jump,
    /// Whichever leaves more on the stack.
    Either,
}

/// By how much `op` changes the depth of the stack. `None` for an opcode that only the interpreter makes (specialised
/// forms) and for an argument outside of what a compiler makes.
pub fn stack_effect(op: Op, arg: i32, path: Path) -> Option<i32> {
    let meta = op.meta();
    let instrumented = (op as u16) >= Op::INSTRUMENTED_LOAD_SUPER_ATTR as u16 && !op.is_pseudo();
    if (meta.family != op && !instrumented) || !(0..1 << 30).contains(&arg) {
        return None;
    }
    // Making room for a handler's values happens on its way in, not where it is set up.
    let jump = match op {
        Op::SETUP_FINALLY | Op::SETUP_WITH => 1,
        Op::SETUP_CLEANUP => 2,
        _ => (meta.pushes)(arg) - (meta.pops)(arg),
    };
    let fall = if meta.flags & flag::EXC != 0 { 0 } else { (meta.pushes)(arg) - (meta.pops)(arg) };
    Some(match path {
        Path::Fall => fall,
        Path::Jump => jump,
        Path::Either => fall.max(jump),
    })
}
