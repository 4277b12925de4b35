//! Runs of `SWAP`: the shortest one with the same effect (`swaptimize`), and none where the instructions behind can be
//! exchanged instead (`apply_static_swaps`).

use super::CfgInstr;
use dxpy_bytecode::Op;

/// Rewrites the run of swaps and NOPs that begins at `start`; the index of the last instruction looked at.
pub(super) fn optimize_run(instrs: &mut [CfgInstr], start: usize) -> usize {
    let len = instrs[start..].iter().take_while(|i| matches!(i.op, Op::SWAP | Op::NOP)).count();
    let run = &mut instrs[start..start + len];
    if run.iter().filter(|i| i.op == Op::SWAP).count() < 2 {
        return start;
    }
    // The positions that are swapped, the top being 0; all others stay, however deep the run reaches.
    let position = |swap: &CfgInstr| swap.arg.max(1) as usize - 1;
    let mut positions: Vec<usize> = run.iter().filter(|i| i.op == Op::SWAP).map(position).collect();
    positions.push(0);
    positions.sort_unstable();
    positions.dedup();
    // What the run does, as a permutation of these: position to the item that ends up there.
    let mut stack: Vec<Option<usize>> = (0..positions.len()).map(Some).collect();
    for swap in run.iter().filter(|i| i.op == Op::SWAP) {
        if let Ok(with) = positions.binary_search(&position(swap)) {
            stack.swap(0, with);
        }
    }
    // Each cycle of the permutation is walked with swaps against the top. They are written from the end of the run,
    // since walking a cycle undoes it, and so gives the swaps in reverse.
    let mut free = len;
    let mut emit = |index: usize| {
        // The run given is never shorter than the best one.
        free -= 1;
        run[free].set(Op::SWAP, positions[index] as i32 + 1);
    };
    for i in 0..stack.len() {
        if stack[i].is_none_or(|item| item == i) {
            continue;
        }
        let mut j = i;
        loop {
            if j != 0 {
                emit(j);
            }
            match stack[j].take() {
                None => break,
                Some(next) => j = next,
            }
        }
    }
    run[..free].iter_mut().for_each(CfgInstr::clear);
    start + len - 1
}

/// Instructions that only take the top of the stack, and neither raise nor jump.
fn is_swappable(op: Op) -> bool {
    matches!(op, Op::STORE_FAST | Op::STORE_FAST_MAYBE_NULL | Op::POP_TOP)
}

fn stores_to(instr: &CfgInstr) -> Option<i32> {
    matches!(instr.op, Op::STORE_FAST | Op::STORE_FAST_MAYBE_NULL).then_some(instr.arg)
}

/// The next swappable instruction after `i`, over NOPs; all on `line` if one is given.
fn next_swappable(instrs: &[CfgInstr], i: usize, line: Option<i32>) -> Option<usize> {
    for (at, instr) in instrs.iter().enumerate().skip(i + 1) {
        if line.is_some_and(|line| instr.loc.lineno != line) {
            // Crossing a line would be seen by a tracer.
            return None;
        }
        if instr.op != Op::NOP {
            return is_swappable(instr.op).then_some(at);
        }
    }
    None
}

/// Takes swaps away, from the one at `end` backwards, by exchanging the instructions that use the swapped values.
pub(super) fn apply_statically(instrs: &mut [CfgInstr], end: usize) {
    for i in (0..=end).rev() {
        let swap = instrs[i];
        if swap.op != Op::SWAP {
            if swap.op == Op::NOP || is_swappable(swap.op) {
                continue;
            }
            return;
        }
        let Some(j) = next_swappable(instrs, i, None) else { return };
        // An artificial instruction is on no line, and binds those after it to none.
        let line = Some(instrs[j].loc.lineno).filter(|line| *line >= 0);
        let mut k = j;
        for _ in 1..swap.arg {
            match next_swappable(instrs, k, line) {
                Some(next) => k = next,
                None => return,
            }
        }
        // The order of stores into one variable must stay.
        let (store_j, store_k) = (stores_to(&instrs[j]), stores_to(&instrs[k]));
        if store_j.is_some() || store_k.is_some() {
            let between = || instrs[j + 1..k.max(j + 1)].iter().filter_map(stores_to);
            if store_j == store_k || between().any(|s| Some(s) == store_j || Some(s) == store_k) {
                return;
            }
        }
        instrs[i].clear();
        instrs.swap(j, k);
    }
}
