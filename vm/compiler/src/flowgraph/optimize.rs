//! The peephole optimiser and the removal of what cannot be reached (`optimize_cfg`).

use super::consts::{fold_tuple, is_true};
use super::{BlockId, Cfg, CfgInstr, swaps};
use crate::assemble::AssembleError;
use dxpy_ast::Constant;
use dxpy_bytecode::{Const, ConstTable, Op};

/// A block that leaves the scope is copied over a jump to it if it is not longer than this.
const MAX_COPY_SIZE: usize = 4;

impl Cfg {
    /// What jumps or leaves stands last in its block.
    fn check(&self) -> Result<(), AssembleError> {
        let malformed = self.blocks.iter().any(|b| {
            let n = b.instrs.len();
            n > 1 && b.instrs[..n - 1].iter().any(CfgInstr::is_terminator)
        });
        if malformed { Err(AssembleError::Malformed("malformed control flow graph.")) } else { Ok(()) }
    }

    pub(super) fn optimize(&mut self, consts: &mut ConstTable) -> Result<(), AssembleError> {
        self.check()?;
        self.eliminate_empty_blocks()?;
        self.inline_small_exit_blocks();
        for id in self.order() {
            self.optimize_block(id, consts)?;
        }
        self.remove_redundant_nops_and_pairs();
        self.inline_small_exit_blocks();
        self.count_predecessors();
        for id in self.order() {
            if self.blocks[id].predecessors == 0 {
                self.blocks[id].instrs.clear();
            }
        }
        self.remove_all_redundant_nops();
        self.eliminate_empty_blocks()?;
        self.remove_redundant_jumps();
        Ok(())
    }

    fn first_not_empty(&self, mut id: Option<BlockId>) -> Option<BlockId> {
        while let Some(b) = id
            && self.blocks[b].instrs.is_empty()
        {
            id = self.blocks[b].next;
        }
        id
    }

    /// Takes empty blocks out of the chain and moves jumps to them onwards.
    pub(super) fn eliminate_empty_blocks(&mut self) -> Result<(), AssembleError> {
        let end = AssembleError::Malformed("a jump behind the end of the code");
        self.entry = self.first_not_empty(Some(self.entry)).ok_or(end.clone())?;
        let mut at = Some(self.entry);
        while let Some(id) = at {
            at = self.first_not_empty(self.blocks[id].next);
            self.blocks[id].next = at;
        }
        for id in self.order() {
            for i in 0..self.blocks[id].instrs.len() {
                if let Some(target) = self.blocks[id].instrs[i].target
                    && self.blocks[id].instrs[i].has_target()
                {
                    let target = self.first_not_empty(Some(target)).ok_or(end.clone())?;
                    self.blocks[id].instrs[i].target = Some(target);
                }
            }
        }
        Ok(())
    }

    /// Puts short blocks that leave the scope in the place of unconditional jumps to them.
    fn inline_small_exit_blocks(&mut self) {
        for id in self.order() {
            let Some(last) = self.blocks[id].last() else { continue };
            let Some(target) = last.target.filter(|_| last.is_unconditional_jump()) else { continue };
            let exit = &self.blocks[target];
            if exit.exits_scope() && exit.instrs.len() <= MAX_COPY_SIZE {
                let copy = exit.instrs.clone();
                let instrs = &mut self.blocks[id].instrs;
                if let Some(jump) = instrs.last_mut() {
                    jump.clear();
                }
                instrs.extend(copy);
            }
        }
    }

    fn count_predecessors(&mut self) {
        let mut visited = vec![false; self.blocks.len()];
        self.blocks[self.entry].predecessors = 1;
        let mut todo = vec![self.entry];
        while let Some(id) = todo.pop() {
            // A block can be pushed twice before it is visited, and then counts its successors twice, as CPython does.
            visited[id] = true;
            let targets = self.blocks[id].instrs.iter().filter(|i| i.has_target()).filter_map(|i| i.target);
            let successors: Vec<BlockId> = self.fallthrough(id).into_iter().chain(targets).collect();
            for next in successors {
                if !visited[next] {
                    todo.push(next);
                }
                self.blocks[next].predecessors += 1;
            }
        }
    }

    pub(super) fn remove_all_redundant_nops(&mut self) {
        for id in self.order() {
            self.remove_redundant_nops(id);
        }
    }

    /// Removes the NOPs of a block that no line event needs.
    fn remove_redundant_nops(&mut self, id: BlockId) {
        let next_line =
            self.first_not_empty(self.blocks[id].next).map(|next| self.blocks[next].instrs[0].loc.lineno);
        let instrs = &mut self.blocks[id].instrs;
        let mut kept = 0;
        let mut prev_line = -1;
        for i in 0..instrs.len() {
            let instr = instrs[i];
            let line = instr.loc.lineno;
            if instr.op == Op::NOP {
                if line < 0 || line == prev_line {
                    continue;
                }
                match instrs.get_mut(i + 1) {
                    Some(next) if next.loc.lineno == line => continue,
                    Some(next) if next.loc.lineno < 0 => {
                        next.loc = instr.loc;
                        continue;
                    }
                    None if next_line == Some(line) => continue,
                    _ => {}
                }
            }
            instrs[kept] = instr;
            kept += 1;
            prev_line = line;
        }
        instrs.truncate(kept);
    }

    /// Removes values that are pushed and popped at once, until there are none.
    fn remove_redundant_nops_and_pairs(&mut self) {
        let order = self.order();
        let mut done = false;
        while !done {
            done = true;
            let mut previous: Option<(BlockId, usize)> = None;
            for &id in &order {
                self.remove_redundant_nops(id);
                if self.blocks[id].labelled {
                    previous = None;
                }
                for i in 0..self.blocks[id].instrs.len() {
                    if let Some((b, at)) = previous
                        && self.blocks[id].instrs[i].op == Op::POP_TOP
                    {
                        let before = &mut self.blocks[b].instrs[at];
                        if before.op == Op::LOAD_CONST || (before.op == Op::COPY && before.arg == 1) {
                            before.clear();
                            self.blocks[id].instrs[i].clear();
                            done = false;
                        }
                    }
                    previous = Some((id, i));
                }
                let after_jump = previous.is_some_and(|(b, at)| self.blocks[b].instrs[at].is_jump());
                if after_jump || !self.blocks[id].has_fallthrough() {
                    previous = None;
                }
            }
        }
    }

    /// Jumps to the next block become NOPs.
    pub(super) fn remove_redundant_jumps(&mut self) {
        for id in self.order() {
            let next = self.blocks[id].next;
            if let Some(last) = self.blocks[id].instrs.last_mut()
                && last.is_unconditional_jump()
                && last.target == next
            {
                last.clear();
            }
        }
    }

    /// Lets the jump at `i` go where the jump it leads to goes, if no line event is lost.
    fn thread_jump(&mut self, id: BlockId, i: usize, through: CfgInstr) -> bool {
        let instr = &mut self.blocks[id].instrs[i];
        let same_line = instr.loc.lineno == through.loc.lineno || through.loc.lineno == -1;
        if same_line && instr.target != through.target {
            instr.target = through.target;
            return true;
        }
        false
    }

    fn optimize_block(&mut self, id: BlockId, consts: &mut ConstTable) -> Result<(), AssembleError> {
        let bad = AssembleError::Malformed("Internal error: failed to get value of a constant");
        let (mut op, mut arg, mut target) = (Op::CACHE, 0, None);
        // In a ring of jumps the last one could go on for ever.
        let mut threads_left = self.blocks.len();
        let mut i = 0;
        while i < self.blocks[id].instrs.len() {
            let instr = self.blocks[id].instrs[i];
            // A copy of a constant is looked at as if the constant were loaded again.
            if !(op == Op::LOAD_CONST && instr.op == Op::COPY && instr.arg == 1) {
                (op, arg) = (instr.op, instr.arg);
                target = instr
                    .target
                    .filter(|_| instr.has_target())
                    .and_then(|t| self.blocks[t].instrs.first().copied());
            }
            let instrs = &mut self.blocks[id].instrs;
            let next_op = instrs.get(i + 1).map_or(Op::CACHE, |n| n.op);
            match op {
                Op::LOAD_CONST => {
                    let value = consts.list().get(arg as usize).ok_or(bad.clone())?;
                    match next_op {
                        Op::POP_JUMP_IF_FALSE | Op::POP_JUMP_IF_TRUE => {
                            instrs[i].clear();
                            if is_true(value) == (next_op == Op::POP_JUMP_IF_TRUE) {
                                instrs[i + 1].op = Op::JUMP;
                            } else {
                                instrs[i + 1].clear();
                            }
                        }
                        Op::IS_OP if *value == Const::Value(Constant::None) => {
                            let negated = instrs[i + 1].arg != 0;
                            if let Some(jump) = instrs.get_mut(i + 2)
                                && matches!(jump.op, Op::POP_JUMP_IF_FALSE | Op::POP_JUMP_IF_TRUE)
                            {
                                let unless_none = negated != (jump.op == Op::POP_JUMP_IF_FALSE);
                                jump.op =
                                    if unless_none { Op::POP_JUMP_IF_NOT_NONE } else { Op::POP_JUMP_IF_NONE };
                                instrs[i].clear();
                                instrs[i + 1].clear();
                            }
                        }
                        Op::RETURN_VALUE => {
                            instrs[i].clear();
                            i += 1;
                            instrs[i].set(Op::RETURN_CONST, arg);
                        }
                        _ => {}
                    }
                }
                Op::BUILD_TUPLE => {
                    let unpacked = next_op == Op::UNPACK_SEQUENCE && instrs[i + 1].arg == arg;
                    match arg {
                        1 if unpacked => {
                            instrs[i].clear();
                            instrs[i + 1].clear();
                        }
                        2 | 3 if unpacked => {
                            instrs[i].clear();
                            instrs[i + 1].op = Op::SWAP;
                        }
                        _ => fold_tuple(instrs, i, arg as usize, consts),
                    }
                }
                Op::POP_JUMP_IF_NOT_NONE
                | Op::POP_JUMP_IF_NONE
                | Op::POP_JUMP_IF_FALSE
                | Op::POP_JUMP_IF_TRUE
                | Op::JUMP => {
                    if let Some(through) = target.filter(|t| t.op == Op::JUMP)
                        && threads_left > 0
                        && self.thread_jump(id, i, through)
                    {
                        threads_left -= 1;
                        // The same instruction again, with its new target.
                        continue;
                    }
                }
                Op::SWAP => {
                    if arg == 1 {
                        instrs[i].clear();
                    } else {
                        i = swaps::optimize_run(instrs, i);
                        swaps::apply_statically(instrs, i);
                    }
                }
                Op::PUSH_NULL if next_op == Op::LOAD_GLOBAL && instrs[i + 1].arg & 1 == 0 => {
                    // LOAD_GLOBAL pushes the NULL itself.
                    instrs[i].clear();
                    instrs[i + 1].arg |= 1;
                }
                _ => {}
            }
            threads_left = self.blocks.len();
            i += 1;
        }
        Ok(())
    }
}
