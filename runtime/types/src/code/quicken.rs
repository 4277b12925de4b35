//! What new code gets before it first runs (`_PyCode_Quicken`): counters in the caches of the instructions that specialise,
//! and instructions that do the work of two where pairs are frequent.

use dxpy_bytecode::Op;

/// `adaptive_counter_warmup`: one run before the first try.
const WARMUP: u16 = 1 << 4 | 1;

/// The instruction for two in a row, the first's place, if there is one.
fn pair(a: Op, b: Op) -> Option<Op> {
    Some(match (a, b) {
        (Op::LOAD_CONST, Op::LOAD_FAST) => Op::LOAD_CONST__LOAD_FAST,
        (Op::LOAD_FAST, Op::LOAD_CONST) => Op::LOAD_FAST__LOAD_CONST,
        (Op::LOAD_FAST, Op::LOAD_FAST) => Op::LOAD_FAST__LOAD_FAST,
        (Op::STORE_FAST, Op::LOAD_FAST) => Op::STORE_FAST__LOAD_FAST,
        (Op::STORE_FAST, Op::STORE_FAST) => Op::STORE_FAST__STORE_FAST,
        _ => return None,
    })
}

/// Prepares code as the compiler made it. What is not an opcode is left alone.
pub(super) fn quicken(units: &mut [u16]) {
    let mut i = 0;
    let mut before: Option<(usize, Op)> = None;
    while i < units.len() {
        let Some(op) = Op::from_number(units[i] & 255) else {
            before = None;
            i += 1;
            continue;
        };
        let cache = op.meta().cache as usize;
        if cache > 0
            && let Some(counter) = units.get_mut(i + 1)
        {
            *counter = WARMUP;
        }
        if let Some((at, first)) = before
            && let Some(two) = pair(first, op)
        {
            units[at] = units[at] & 0xFF00 | two as u16;
        }
        before = Some((i, op));
        i += 1 + cache;
    }
}

/// The code as the compiler made it: heads of families, empty caches. Opcodes of events are gone already.
pub(super) fn undo(code: &mut [u8]) {
    let mut i = 0;
    while i < code.len() {
        let Some(op) = Op::from_number(code[i].into()) else {
            i += 2;
            continue;
        };
        let head = op.meta().family;
        code[i] = head as u16 as u8;
        let end = (i + 2 + 2 * head.meta().cache as usize).min(code.len());
        code[i + 2..end].fill(0);
        i = end;
    }
}
