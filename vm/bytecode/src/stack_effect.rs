//! Stack effects (`stack_effect` of `compile.c`, `dis.stack_effect`).
//!
//! The effect of the path that does not jump is in the opcode table; this adds the few that differ when they jump.

use crate::Op;

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
    let table = (meta.pushes)(arg) - (meta.pops)(arg);
    // Making room for a handler's values happens on its way in, not where it is set up.
    let (fall, jump) = match op {
        Op::SETUP_FINALLY | Op::SETUP_WITH => (0, 1),
        Op::SETUP_CLEANUP => (0, 2),
        // What is on the stack when the generator goes on is not counted here.
        Op::RETURN_GENERATOR => (0, 0),
        // One more than is true.
        Op::LOAD_ZERO_SUPER_ATTR => (-1, -1),
        // No compiler makes these, and CPython does not know what they do to the stack.
        Op::INSTRUMENTED_POP_JUMP_IF_NONE
        | Op::INSTRUMENTED_POP_JUMP_IF_NOT_NONE
        | Op::INSTRUMENTED_POP_JUMP_IF_FALSE
        | Op::INSTRUMENTED_POP_JUMP_IF_TRUE
        | Op::INSTRUMENTED_FOR_ITER
        | Op::INSTRUMENTED_CALL
        | Op::INSTRUMENTED_CALL_FUNCTION_EX => (0, 0),
        Op::INSTRUMENTED_LINE => return None,
        _ => (table, table),
    };
    Some(match path {
        Path::Fall => fall,
        Path::Jump => jump,
        Path::Either => fall.max(jump),
    })
}
