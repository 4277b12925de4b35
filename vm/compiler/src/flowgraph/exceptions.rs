//! Which handler stands behind each instruction, and how deep the stack gets.

use super::{BlockId, Cfg};
use crate::assemble::AssembleError;
use dxpy_bytecode::Op;
use dxpy_bytecode::stack_effect::{Path, stack_effect};

impl Cfg {
    /// Marks the blocks that are pushed as handlers.
    pub(super) fn mark_except_handlers(&mut self) {
        for id in self.order() {
            for i in 0..self.blocks[id].instrs.len() {
                let instr = self.blocks[id].instrs[i];
                if let Some(target) = instr.target.filter(|_| instr.is_block_push()) {
                    self.blocks[target].except_handler = true;
                }
            }
        }
    }

    /// Walks the graph with the stack of handlers and notes the innermost at each instruction. A `YIELD_VALUE` gets the
    /// number of handlers around it as its argument.
    pub(super) fn label_exception_targets(&mut self) -> Result<(), AssembleError> {
        let mut visited = vec![false; self.blocks.len()];
        let mut todo: Vec<(BlockId, Vec<BlockId>)> = vec![(self.entry, Vec::new())];
        visited[self.entry] = true;
        while let Some((id, mut handlers)) = todo.pop() {
            for i in 0..self.blocks[id].instrs.len() {
                let instr = self.blocks[id].instrs[i];
                match instr.target {
                    Some(target) if instr.is_block_push() => {
                        if !std::mem::replace(&mut visited[target], true) {
                            todo.push((target, handlers.clone()));
                        }
                        if matches!(instr.op, Op::SETUP_WITH | Op::SETUP_CLEANUP) {
                            self.blocks[target].preserve_lasti = true;
                        }
                        handlers.push(target);
                    }
                    _ if instr.op == Op::POP_BLOCK => {
                        handlers.pop().ok_or(AssembleError::Malformed("POP_BLOCK without a block"))?;
                    }
                    Some(target) => {
                        self.blocks[id].instrs[i].except = handlers.last().copied();
                        if !std::mem::replace(&mut visited[target], true) {
                            todo.push((target, handlers.clone()));
                        }
                    }
                    None => {
                        let instr = &mut self.blocks[id].instrs[i];
                        if instr.op == Op::YIELD_VALUE {
                            instr.arg = handlers.len() as i32;
                        }
                        instr.except = handlers.last().copied();
                    }
                }
            }
            if let Some(next) = self.fallthrough(id)
                && !std::mem::replace(&mut visited[next], true)
            {
                todo.push((next, handlers));
            }
        }
        Ok(())
    }

    /// The deepest the stack gets, and the depth at the start of each block (`_PyCfg_Stackdepth`). As in 3.12, nothing is
    /// said about code that takes more than there is.
    pub fn stack_depth(&mut self, resumable: bool) -> Result<i32, AssembleError> {
        let bad = AssembleError::Malformed("an instruction without a stack effect");
        let mut todo = Vec::new();
        for block in &mut self.blocks {
            block.start_depth = None;
        }
        self.reach(&mut todo, self.entry, 0);
        // The prefix of a generator, which is not there yet, pops what making the generator leaves.
        let mut deepest = i32::from(resumable);
        while let Some(id) = todo.pop() {
            let mut depth = self.blocks[id].start_depth.unwrap_or(0);
            let mut falls = true;
            for i in 0..self.blocks[id].instrs.len() {
                let instr = self.blocks[id].instrs[i];
                let effect = |path| stack_effect(instr.op, instr.arg, path).ok_or(bad.clone());
                let after = depth.saturating_add(effect(Path::Fall)?);
                deepest = deepest.max(after);
                if let Some(target) = instr.target.filter(|_| instr.has_target()) {
                    let at_target = depth.saturating_add(effect(Path::Jump)?);
                    deepest = deepest.max(at_target);
                    self.reach(&mut todo, target, at_target);
                }
                depth = after;
                if instr.is_unconditional_jump() || instr.is_scope_exit() {
                    falls = false;
                    break;
                }
            }
            if let Some(next) = self.blocks[id].next.filter(|_| falls) {
                self.reach(&mut todo, next, depth);
            }
        }
        Ok(deepest)
    }

    fn reach(&mut self, todo: &mut Vec<BlockId>, id: BlockId, depth: i32) {
        // All ways into a block leave the same depth, so that once is enough. Where they do not, the block is walked
        // again for a greater depth, up to a bound, as CPython does.
        const WALK_AGAIN_BELOW: i32 = 100;
        let known = &mut self.blocks[id].start_depth;
        if known.is_none_or(|known| known < depth && known < WALK_AGAIN_BELOW) {
            *known = Some(depth);
            todo.push(id);
        }
    }
}
