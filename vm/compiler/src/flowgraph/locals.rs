//! `LOAD_FAST_CHECK` where a local may have no value (`add_checks_for_loads_of_uninitialized_variables`).

use super::{BlockId, Cfg};
use dxpy_bytecode::Op;

/// Locals that are followed through the whole graph; those beyond only inside a block, so that the time stays linear.
const TRACKED: usize = 64;

/// The state of the analysis: per block the set of locals that may be unset at its start.
struct Scan {
    unsafe_at: Vec<u64>,
    queued: Vec<bool>,
    todo: Vec<BlockId>,
}

impl Scan {
    fn push(&mut self, id: BlockId, mask: u64) {
        let both = self.unsafe_at[id] | mask;
        if both != self.unsafe_at[id] {
            self.unsafe_at[id] = both;
            if !std::mem::replace(&mut self.queued[id], true) {
                self.todo.push(id);
            }
        }
    }
}

impl Cfg {
    pub(super) fn add_checks_for_loads(&mut self, nlocals: usize, nparams: usize) {
        if nlocals == 0 {
            return;
        }
        if nlocals > TRACKED {
            self.check_loads_of_far_locals(nlocals);
        }
        let mut scan = Scan {
            unsafe_at: vec![0; self.blocks.len()],
            queued: vec![false; self.blocks.len()],
            todo: Vec::new(),
        };
        // At the start only the parameters have values.
        let start = (nparams..nlocals.min(TRACKED)).fold(0, |mask, i| mask | 1 << i);
        scan.push(self.entry, start);
        // A local may be deleted anywhere, so each block is looked at once whatever its start.
        for id in self.order() {
            self.scan_block(id, &mut scan);
        }
        while let Some(id) = scan.todo.pop() {
            scan.queued[id] = false;
            self.scan_block(id, &mut scan);
        }
    }

    fn scan_block(&mut self, id: BlockId, scan: &mut Scan) {
        let mut mask = scan.unsafe_at[id];
        for instr in &mut self.blocks[id].instrs {
            if let Some(handler) = instr.except {
                scan.push(handler, mask);
            }
            if !(0..TRACKED as i32).contains(&instr.arg) {
                continue;
            }
            let bit = 1u64 << instr.arg;
            match instr.op {
                Op::DELETE_FAST | Op::LOAD_FAST_AND_CLEAR | Op::STORE_FAST_MAYBE_NULL => mask |= bit,
                Op::STORE_FAST | Op::LOAD_FAST_CHECK => mask &= !bit,
                Op::LOAD_FAST => {
                    if mask & bit != 0 {
                        instr.op = Op::LOAD_FAST_CHECK;
                    }
                    mask &= !bit;
                }
                _ => {}
            }
        }
        if let Some(next) = self.fallthrough(id) {
            scan.push(next, mask);
        }
        if let Some(target) = self.jump_target(id) {
            scan.push(target, mask);
        }
    }

    /// The locals beyond the tracked ones: known to be set only after a load or store in the same block.
    fn check_loads_of_far_locals(&mut self, nlocals: usize) {
        let mut set_in = vec![usize::MAX; nlocals - TRACKED];
        for (number, id) in self.order().into_iter().enumerate() {
            for instr in &mut self.blocks[id].instrs {
                let Some(far) = (instr.arg as usize).checked_sub(TRACKED) else { continue };
                let Some(state) = set_in.get_mut(far) else { continue };
                match instr.op {
                    Op::DELETE_FAST | Op::LOAD_FAST_AND_CLEAR | Op::STORE_FAST_MAYBE_NULL => {
                        *state = usize::MAX
                    }
                    Op::STORE_FAST => *state = number,
                    Op::LOAD_FAST => {
                        if *state != number {
                            instr.op = Op::LOAD_FAST_CHECK;
                        }
                        *state = number;
                    }
                    _ => {}
                }
            }
        }
    }
}
