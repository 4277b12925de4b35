//! What new code gets before it first runs (`_PyCode_Quicken`): counters in the caches of the instructions that specialise,
//! and instructions that do the work of two where pairs are frequent.

use dxpy_bytecode::Op;
use dxpy_bytecode::opcodes::CACHE_UNITS;

/// `adaptive_counter_warmup`: one run before the first try.
const WARMUP: u16 = 1 << 4 | 1;

/// The instruction for two in a row, the first's place, if there is one.
const fn pair(a: Op, b: Op) -> Option<Op> {
    Some(match (a, b) {
        (Op::LOAD_CONST, Op::LOAD_FAST) => Op::LOAD_CONST__LOAD_FAST,
        (Op::LOAD_FAST, Op::LOAD_CONST) => Op::LOAD_FAST__LOAD_CONST,
        (Op::LOAD_FAST, Op::LOAD_FAST) => Op::LOAD_FAST__LOAD_FAST,
        (Op::STORE_FAST, Op::LOAD_FAST) => Op::STORE_FAST__LOAD_FAST,
        (Op::STORE_FAST, Op::STORE_FAST) => Op::STORE_FAST__STORE_FAST,
        _ => return None,
    })
}

/// The opcodes that pairs are made of.
const PAIRED: [Op; 3] = [Op::LOAD_CONST, Op::LOAD_FAST, Op::STORE_FAST];

/// What is to be known of an opcode while code is prepared: its cache units, and 1 more than its place in [`PAIRED`] in the
/// four bits above them.
static STEPS: [u8; 256] = {
    let (mut steps, mut i) = (CACHE_UNITS, 0);
    while i < PAIRED.len() {
        steps[PAIRED[i] as usize] |= (i as u8 + 1) << 4;
        i += 1;
    }
    steps
};

/// The pairs of two of [`PAIRED`], places as in [`STEPS`]; 0 for none.
static PAIRS: [[u8; 4]; 4] = {
    let (mut table, mut a) = ([[0; 4]; 4], 0);
    while a < PAIRED.len() {
        let mut b = 0;
        while b < PAIRED.len() {
            if let Some(two) = pair(PAIRED[a], PAIRED[b]) {
                table[a + 1][b + 1] = two as u16 as u8;
            }
            b += 1;
        }
        a += 1;
    }
    table
};

/// Prepares code as the compiler made it. What is not an opcode is left alone.
pub(super) fn quicken(units: &mut [u16]) {
    let mut i = 0;
    let mut before = 0;
    while i < units.len() {
        let step = STEPS[(units[i] & 255) as usize];
        let (cache, place) = ((step & 15) as usize, (step >> 4 & 3) as usize);
        if cache > 0 {
            if let Some(counter) = units.get_mut(i + 1) {
                *counter = WARMUP;
            }
        } else if place > 0 && before > 0 {
            let two = PAIRS[before][place];
            if two != 0 {
                units[i - 1] = units[i - 1] & 0xFF00 | two as u16;
            }
        }
        before = place;
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
