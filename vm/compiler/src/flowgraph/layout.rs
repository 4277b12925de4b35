//! The order of the code and the distances of its jumps.

use super::{BlockId, Cfg};
use crate::assemble::AssembleError;
use crate::instr::NO_LOCATION;
use dxpy_bytecode::Op;

impl Cfg {
    /// Blocks that only exceptions lead to are cold (`mark_cold`); all others that can be reached are warm.
    fn mark_cold(&mut self) {
        let mut visited = vec![false; self.blocks.len()];
        let mut todo = vec![self.entry];
        visited[self.entry] = true;
        while let Some(id) = todo.pop() {
            self.blocks[id].warm = true;
            for next in [self.fallthrough(id), self.jump_target(id)].into_iter().flatten() {
                if !std::mem::replace(&mut visited[next], true) {
                    todo.push(next);
                }
            }
        }
        visited.fill(false);
        for id in self.order() {
            if self.blocks[id].except_handler {
                visited[id] = true;
                todo.push(id);
            }
        }
        while let Some(id) = todo.pop() {
            self.blocks[id].cold = true;
            for next in [self.fallthrough(id), self.jump_target(id)].into_iter().flatten() {
                if !self.blocks[next].warm && !std::mem::replace(&mut visited[next], true) {
                    todo.push(next);
                }
            }
        }
    }

    /// Moves cold blocks behind all others, in their order.
    pub(super) fn push_cold_blocks_to_end(&mut self) {
        if self.blocks[self.entry].next.is_none() {
            return;
        }
        self.mark_cold();
        for id in self.order() {
            if self.blocks[id].cold
                && let Some(next) = self.fallthrough(id)
                && self.blocks[next].warm
            {
                let jump = self.new_jump_block(next, NO_LOCATION);
                self.blocks[jump].cold = true;
                self.blocks[jump].next = Some(next);
                self.blocks[id].next = Some(jump);
            }
        }
        let (cold, mut order): (Vec<BlockId>, Vec<BlockId>) =
            self.order().into_iter().partition(|id| self.blocks[*id].cold);
        let any_cold = !cold.is_empty();
        order.extend(cold);
        for (i, id) in order.iter().enumerate() {
            self.blocks[*id].next = order.get(i + 1).copied();
        }
        if any_cold {
            self.remove_redundant_jumps();
        }
    }

    /// Pseudo-instructions that only the passes needed become real ones.
    pub fn convert_pseudo_ops(&mut self) {
        for id in self.order() {
            for instr in &mut self.blocks[id].instrs {
                if instr.is_block_push() || instr.op == Op::POP_BLOCK {
                    instr.clear();
                } else if instr.op == Op::STORE_FAST_MAYBE_NULL {
                    instr.op = Op::STORE_FAST;
                }
            }
        }
        self.remove_all_redundant_nops();
    }

    /// Gives jumps their direction and distance (`_PyCfg_ResolveJumps`).
    pub fn resolve_jumps(&mut self) -> Result<(), AssembleError> {
        self.normalize_jumps();
        let order = self.order();
        // An argument may grow when code before it grew: again until none does.
        loop {
            let mut total = 0;
            for &id in &order {
                let block = &mut self.blocks[id];
                block.offset = total;
                total += block.instrs.iter().map(|i| i.size()).sum::<usize>();
            }
            if total >= 1 << 30 {
                return Err(AssembleError::Malformed("code too large"));
            }
            let mut changed = false;
            for &id in &order {
                let mut at = self.blocks[id].offset;
                for i in 0..self.blocks[id].instrs.len() {
                    let mut instr = self.blocks[id].instrs[i];
                    let size = instr.size();
                    at += size;
                    if let Some(target) = instr.target.filter(|_| instr.is_jump()) {
                        instr.arg = self.blocks[target].offset.abs_diff(at) as i32;
                        changed |= instr.size() != size;
                        self.blocks[id].instrs[i] = instr;
                    }
                }
            }
            if !changed {
                return Ok(());
            }
        }
    }

    fn normalize_jumps(&mut self) {
        let mut visited = vec![false; self.blocks.len()];
        let mut at = Some(self.entry);
        while let Some(id) = at {
            if visited.len() < self.blocks.len() {
                visited.resize(self.blocks.len(), false);
            }
            visited[id] = true;
            self.normalize_jump(id, &visited);
            at = self.blocks[id].next;
        }
    }

    fn normalize_jump(&mut self, id: BlockId, visited: &[bool]) {
        let Some(target) = self.jump_target(id) else { return };
        let next = self.blocks[id].next;
        let Some(last) = self.blocks[id].instrs.last_mut() else { return };
        let forward = !visited.get(target).is_some_and(|v| *v);
        let reversed = match last.op {
            Op::JUMP => {
                last.op = if forward { Op::JUMP_FORWARD } else { Op::JUMP_BACKWARD };
                return;
            }
            Op::JUMP_NO_INTERRUPT => {
                last.op = if forward { Op::JUMP_FORWARD } else { Op::JUMP_BACKWARD_NO_INTERRUPT };
                return;
            }
            _ if forward => return,
            Op::POP_JUMP_IF_NOT_NONE => Op::POP_JUMP_IF_NONE,
            Op::POP_JUMP_IF_NONE => Op::POP_JUMP_IF_NOT_NONE,
            Op::POP_JUMP_IF_FALSE => Op::POP_JUMP_IF_TRUE,
            Op::POP_JUMP_IF_TRUE => Op::POP_JUMP_IF_FALSE,
            _ => return,
        };
        // Conditional jumps only go forward: the opposite one leaps over a jump back.
        last.op = reversed;
        last.target = next;
        let loc = last.loc;
        let cold = self.blocks[id].cold;
        let back = self.new_jump_block(target, loc);
        self.blocks[back].cold = cold;
        self.blocks[back].next = next;
        self.blocks[id].next = Some(back);
    }
}
