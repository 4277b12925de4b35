//! Line numbers of instructions that have none (`resolve_line_numbers`), so that a frame that ends has a line (PEP 626).

use super::{Block, Cfg};
use crate::instr::NO_LOCATION;
use dxpy_bytecode::Op;

fn is_exit_without_line(block: &Block) -> bool {
    block.exits_scope() && block.instrs.iter().all(|i| i.loc.lineno < 0)
}

impl Cfg {
    pub(super) fn resolve_line_numbers(&mut self, firstlineno: i32) {
        self.duplicate_exits_without_line();
        self.propagate_line_numbers();
        self.guarantee_line_of_exits(firstlineno);
    }

    /// Copies exits without a line for each jump to them, and gives them the line of the way that leads in.
    fn duplicate_exits_without_line(&mut self) {
        let mut at = Some(self.entry);
        while let Some(id) = at {
            if let Some(target) = self.jump_target(id)
                && is_exit_without_line(&self.blocks[target])
                && self.blocks[target].predecessors > 1
            {
                let copy = self.new_block();
                self.blocks[copy].instrs = self.blocks[target].instrs.clone();
                self.blocks[target].predecessors -= 1;
                self.blocks[copy].predecessors = 1;
                self.blocks[copy].next = self.blocks[target].next;
                self.blocks[target].next = Some(copy);
                if let Some(jump) = self.blocks[id].instrs.last_mut() {
                    jump.target = Some(copy);
                    let loc = jump.loc;
                    self.blocks[copy].instrs[0].loc = loc;
                }
            }
            at = self.blocks[id].next;
        }
        for id in self.order() {
            // Those that remain are reached only from the block before.
            if let Some(next) = self.fallthrough(id)
                && let Some(loc) = self.blocks[id].last().map(|i| i.loc)
                && is_exit_without_line(&self.blocks[next])
            {
                self.blocks[next].instrs[0].loc = loc;
            }
        }
    }

    /// Instructions inherit the location before them, also over an edge that is the only way into a block.
    fn propagate_line_numbers(&mut self) {
        for id in self.order() {
            if self.blocks[id].instrs.is_empty() {
                continue;
            }
            let mut before = NO_LOCATION;
            for instr in &mut self.blocks[id].instrs {
                if instr.loc.lineno < 0 {
                    instr.loc = before;
                } else {
                    before = instr.loc;
                }
            }
            for next in [self.fallthrough(id), self.jump_target(id)].into_iter().flatten() {
                let next = &mut self.blocks[next];
                if next.predecessors == 1
                    && let Some(first) = next.instrs.first_mut()
                    && first.loc.lineno < 0
                {
                    first.loc = before;
                }
            }
        }
    }

    /// Returns that still have no line get the one of the block before, or the first of the unit.
    fn guarantee_line_of_exits(&mut self, firstlineno: i32) {
        let mut line = firstlineno;
        for id in self.order() {
            let instrs = &mut self.blocks[id].instrs;
            let Some(last) = instrs.last() else { continue };
            if last.loc.lineno >= 0 {
                line = last.loc.lineno;
            } else if last.op == Op::RETURN_VALUE {
                instrs.iter_mut().for_each(|i| i.loc.lineno = line);
            }
        }
    }
}
