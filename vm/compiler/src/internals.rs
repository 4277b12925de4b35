//! The passes after code generation, one by one, on lists of instructions: what `_testinternalcapi` shows of them.
//!
//! In these lists the argument of a jump or of a pushed handler is the index of an instruction.

use crate::assemble::{self, AssembleError};
use crate::flowgraph::{Cfg, CfgInstr};
use crate::instr::{Instr, InstrSequence, NO_LOCATION, Unit};
use dxpy_ast::PyStr;
use dxpy_bytecode::{CodeObject, Const, ConstTable, Op, flag};

/// The graph of a list; a return is added if the last instruction is neither one nor a jump (`instructions_to_cfg`).
fn cfg_of(instrs: &[Instr]) -> Result<Cfg, AssembleError> {
    let mut seq = InstrSequence { instrs: instrs.to_vec(), labels: vec![usize::MAX; instrs.len()] };
    for instr in &mut seq.instrs {
        if instr.op.has(flag::JUMP | flag::EXC) {
            let place = usize::try_from(instr.arg).ok().filter(|i| *i < instrs.len());
            let place = place.ok_or(AssembleError::Malformed("a jump out of the list"))?;
            seq.labels[place] = place;
        } else if !instr.op.has(flag::ARG) {
            instr.arg = 0;
        }
    }
    if seq.instrs.last().is_none_or(|last| !CfgInstr::new(last.op, last.arg, last.loc).is_terminator()) {
        seq.add(Op::RETURN_VALUE, 0, NO_LOCATION);
    }
    Cfg::from_sequence(&seq)
}

/// Optimises a list of instructions and its constants (`_testinternalcapi.optimize_cfg`).
pub fn optimize_cfg(
    instrs: &[Instr],
    consts: Vec<Const>,
    nlocals: usize,
) -> Result<(Vec<Instr>, Vec<Const>), AssembleError> {
    let mut cfg = cfg_of(instrs)?;
    let mut consts = ConstTable::from_list(consts);
    cfg.optimize_code_unit(&mut consts, nlocals, 0, 1)?;
    let order = cfg.order();
    let mut places = vec![0; cfg.blocks.len()];
    let mut place = 0;
    for &id in &order {
        places[id] = place;
        place += cfg.blocks[id].instrs.len() as i32;
    }
    let out = order.iter().flat_map(|id| &cfg.blocks[*id].instrs).map(|instr| {
        let target = instr.target.filter(|_| instr.has_target());
        Instr { op: instr.op, arg: target.map_or(instr.arg, |id| places[id]), loc: instr.loc }
    });
    Ok((out.collect(), consts.into_list()))
}

/// Makes a code object of a list of instructions that is optimised already, with the metadata of `unit`, whose own
/// instructions are not looked at (`_testinternalcapi.assemble_code_object`). It has no exception table.
pub fn assemble_code_object(
    instrs: &[Instr],
    unit: Unit,
    filename: &PyStr,
) -> Result<CodeObject, AssembleError> {
    assemble::finish(unit, cfg_of(instrs)?, filename)
}
