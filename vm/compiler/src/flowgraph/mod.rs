//! The control flow graph: its blocks, how it is built from an instruction sequence, and the order of its passes
//! (`_PyCfg_OptimizeCodeUnit`). The passes themselves are in the modules below.
//!
//! Blocks live in a vector and are named by their index; the order of the code is the chain of `next`.

mod consts;
mod exceptions;
mod layout;
mod lines;
mod locals;
mod optimize;
mod swaps;

use crate::assemble::AssembleError;
use crate::instr::InstrSequence;
use dxpy_ast::Location;
use dxpy_bytecode::{ConstTable, Op, flag};

/// Index of a block in [`Cfg::blocks`].
pub(crate) type BlockId = usize;

/// An instruction in the graph.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CfgInstr {
    pub op: Op,
    pub arg: i32,
    pub loc: Location,
    /// Where it jumps, or the handler it pushes.
    pub target: Option<BlockId>,
    /// The handler of what it raises.
    pub except: Option<BlockId>,
}

impl CfgInstr {
    pub fn new(op: Op, arg: i32, loc: Location) -> CfgInstr {
        CfgInstr { op, arg, loc, target: None, except: None }
    }

    /// Becomes an instruction without an argument; where it stands and what handles it stays.
    pub fn set(&mut self, op: Op, arg: i32) {
        self.op = op;
        self.arg = arg;
    }

    pub fn clear(&mut self) {
        self.set(Op::NOP, 0);
    }

    pub fn is_jump(&self) -> bool {
        self.op.has(flag::JUMP)
    }

    pub fn is_block_push(&self) -> bool {
        self.op.has(flag::EXC)
    }

    pub fn has_target(&self) -> bool {
        self.op.has(flag::JUMP | flag::EXC)
    }

    pub fn is_unconditional_jump(&self) -> bool {
        matches!(
            self.op,
            Op::JUMP
                | Op::JUMP_NO_INTERRUPT
                | Op::JUMP_FORWARD
                | Op::JUMP_BACKWARD
                | Op::JUMP_BACKWARD_NO_INTERRUPT
        )
    }

    pub fn is_scope_exit(&self) -> bool {
        matches!(self.op, Op::RETURN_VALUE | Op::RETURN_CONST | Op::RAISE_VARARGS | Op::RERAISE)
    }

    /// Whether a block ends after it.
    pub fn is_terminator(&self) -> bool {
        self.is_jump() || self.is_scope_exit()
    }

    /// Code units with its `EXTENDED_ARG`s and caches (`_PyCompile_InstrSize`).
    pub fn size(&self) -> usize {
        instr_size(self.op, self.arg)
    }
}

/// Code units of an instruction with its `EXTENDED_ARG`s and caches.
pub(crate) fn instr_size(op: Op, arg: i32) -> usize {
    let arg = arg as u32;
    let prefixes = usize::from(arg > 0xFF) + usize::from(arg > 0xFFFF) + usize::from(arg > 0xFF_FFFF);
    prefixes + 1 + op.meta().cache as usize
}

/// A basic block.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    pub instrs: Vec<CfgInstr>,
    pub next: Option<BlockId>,
    /// Whether the code generator put a label here. Blocks made by passes have none, though jumps may lead to them.
    pub labelled: bool,
    pub predecessors: usize,
    /// Entered when something raises.
    pub except_handler: bool,
    /// The handler wants the offset of what raised on the stack.
    pub preserve_lasti: bool,
    pub warm: bool,
    pub cold: bool,
    /// Depth of the stack at its start; `None` while not reached.
    pub start_depth: Option<i32>,
    /// In code units, once jumps are resolved.
    pub offset: usize,
}

impl Block {
    pub fn last(&self) -> Option<&CfgInstr> {
        self.instrs.last()
    }

    pub fn has_fallthrough(&self) -> bool {
        !self.last().is_some_and(|i| i.is_unconditional_jump() || i.is_scope_exit())
    }

    pub fn exits_scope(&self) -> bool {
        self.last().is_some_and(CfgInstr::is_scope_exit)
    }
}

/// The graph of a code unit.
#[derive(Clone, Debug)]
pub(crate) struct Cfg {
    pub blocks: Vec<Block>,
    pub entry: BlockId,
}

impl Cfg {
    /// Cuts a sequence into blocks (`instr_sequence_to_cfg`) and resolves labels (`translate_jump_labels_to_targets`).
    pub fn from_sequence(seq: &InstrSequence) -> Result<Cfg, AssembleError> {
        let mut cfg = Cfg { blocks: vec![Block::default()], entry: 0 };
        let mut labelled = vec![false; seq.instrs.len()];
        for &at in seq.labels.iter().filter(|at| **at != usize::MAX) {
            *labelled.get_mut(at).ok_or(AssembleError::Malformed("a label after the last instruction"))? =
                true;
        }
        // The block that starts at each labelled instruction.
        let mut block_at = vec![0; seq.instrs.len()];
        let mut current = 0;
        for (i, instr) in seq.instrs.iter().enumerate() {
            let block = &cfg.blocks[current];
            let terminated = block.last().is_some_and(CfgInstr::is_terminator);
            if terminated || (labelled[i] && !block.instrs.is_empty()) {
                let new = cfg.new_block();
                cfg.blocks[current].next = Some(new);
                current = new;
            }
            if labelled[i] {
                cfg.blocks[current].labelled = true;
                block_at[i] = current;
            }
            cfg.blocks[current].instrs.push(CfgInstr::new(instr.op, instr.arg, instr.loc));
        }
        for block in &mut cfg.blocks {
            for instr in block.instrs.iter_mut().filter(|i| i.has_target()) {
                let place = usize::try_from(instr.arg).ok().and_then(|label| seq.labels.get(label));
                match place {
                    Some(&at) if at != usize::MAX => instr.target = Some(block_at[at]),
                    _ => return Err(AssembleError::Malformed("a jump to a label that is nowhere")),
                }
            }
        }
        Ok(cfg)
    }

    pub fn new_block(&mut self) -> BlockId {
        self.blocks.push(Block::default());
        self.blocks.len() - 1
    }

    /// A block that only jumps to `target` (placed by the caller).
    pub fn new_jump_block(&mut self, target: BlockId, loc: Location) -> BlockId {
        let id = self.new_block();
        let mut jump = CfgInstr::new(Op::JUMP, 0, loc);
        jump.target = Some(target);
        self.blocks[id].instrs.push(jump);
        id
    }

    /// The blocks in the order of the code, as it is when this is called.
    pub fn order(&self) -> Vec<BlockId> {
        std::iter::successors(Some(self.entry), |b| self.blocks[*b].next).collect()
    }

    /// The block that execution enters behind `id` without a jump, if there is one.
    pub fn fallthrough(&self, id: BlockId) -> Option<BlockId> {
        let block = &self.blocks[id];
        block.next.filter(|_| block.has_fallthrough())
    }

    /// Where the last instruction of a block jumps.
    pub fn jump_target(&self, id: BlockId) -> Option<BlockId> {
        self.blocks[id].last().filter(|i| i.is_jump()).and_then(|i| i.target)
    }

    /// All passes that choose instructions and their order (`_PyCfg_OptimizeCodeUnit`).
    pub fn optimize_code_unit(
        &mut self,
        consts: &mut ConstTable,
        nlocals: usize,
        nparams: usize,
        firstlineno: i32,
    ) -> Result<(), AssembleError> {
        self.mark_except_handlers();
        self.label_exception_targets()?;
        self.optimize(consts)?;
        self.remove_unused_consts(consts)?;
        self.add_checks_for_loads(nlocals, nparams);
        self.push_cold_blocks_to_end();
        self.resolve_line_numbers(firstlineno);
        Ok(())
    }
}
