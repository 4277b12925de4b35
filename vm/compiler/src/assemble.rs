//! From a finished [`Unit`] to a code object: the entry into everything that follows code generation, and the last
//! steps, which give variables their numbers and make bytes (`optimize_and_assemble`, `assemble.c`).
//!
//! Not here: which instructions a unit has (`codegen`), and what is made of them (`flowgraph`).

use crate::flowgraph::{Block, Cfg, CfgInstr};
use crate::instr::{NO_LOCATION, Unit};
use dxpy_ast::{Constant, Location, PyStr};
use dxpy_bytecode::{CodeObject, Op, co, exctable, fast, linetable};
use std::collections::HashSet;
use std::fmt;

/// `INTRINSIC_STOPITERATION_ERROR`.
const STOPITERATION_ERROR: i32 = 3;

/// Why a unit could not become a code object: the code generator broke a rule (`SystemError` in CPython).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssembleError {
    Malformed(&'static str),
}

impl fmt::Display for AssembleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AssembleError::Malformed(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for AssembleError {}

/// Optimises and assembles a unit (`optimize_and_assemble`).
pub fn assemble(mut unit: Unit, filename: &PyStr) -> Result<CodeObject, AssembleError> {
    if unit.is_generator_like {
        wrap_in_stopiteration_handler(&mut unit);
    }
    add_return_at_end(&mut unit);
    let mut cfg = Cfg::from_sequence(&unit.instrs)?;
    let (nlocals, nparams) = (unit.varnames.len(), parameters(&unit));
    cfg.optimize_code_unit(&mut unit.consts, nlocals, nparams, unit.firstlineno)?;
    finish(unit, cfg, filename)
}

/// Makes the code object of an optimised graph.
pub(crate) fn finish(unit: Unit, mut cfg: Cfg, filename: &PyStr) -> Result<CodeObject, AssembleError> {
    let resumable = unit.flags & (co::GENERATOR | co::COROUTINE | co::ASYNC_GENERATOR) != 0;
    let stacksize = cfg.stack_depth(resumable)?;
    let cells = CellSlots::of(&unit);
    insert_prefix(&unit, &cells, resumable, &mut cfg);
    cells.fix_offsets(&mut cfg)?;
    cfg.convert_pseudo_ops();
    cfg.resolve_jumps()?;
    let (localsplusnames, localspluskinds) = localsplus(&unit);
    Ok(CodeObject {
        argcount: unit.argcount,
        posonlyargcount: unit.posonlyargcount,
        kwonlyargcount: unit.kwonlyargcount,
        stacksize: stacksize as u32,
        flags: unit.flags,
        code: code_bytes(&cfg),
        names: unit.names.list().iter().map(|n| PyStr::from(&**n)).collect(),
        localsplusnames,
        localspluskinds,
        filename: filename.clone(),
        name: PyStr::from(&*unit.name),
        qualname: PyStr::from(&*unit.qualname),
        firstlineno: unit.firstlineno,
        linetable: location_table(&cfg, unit.firstlineno),
        exceptiontable: exception_table(&cfg)?,
        consts: unit.consts.into_list(),
    })
}

/// How many of the first locals are parameters, `*args` and `**kwargs` among them.
fn parameters(unit: &Unit) -> usize {
    let flag = |bit| usize::from(unit.flags & bit != 0);
    (unit.argcount + unit.kwonlyargcount) as usize + flag(co::VARARGS) + flag(co::VARKEYWORDS)
}

/// A StopIteration that leaves a generator becomes a RuntimeError (PEP 479).
fn wrap_in_stopiteration_handler(unit: &mut Unit) {
    let none = unit.consts.add(Constant::None.into()) as i32;
    let seq = &mut unit.instrs;
    let handler = seq.new_label();
    seq.insert(0, Op::SETUP_CLEANUP, handler.0 as i32, NO_LOCATION);
    seq.add(Op::LOAD_CONST, none, NO_LOCATION);
    seq.add(Op::RETURN_VALUE, 0, NO_LOCATION);
    seq.use_label(handler);
    seq.add(Op::CALL_INTRINSIC_1, STOPITERATION_ERROR, NO_LOCATION);
    seq.add(Op::RERAISE, 1, NO_LOCATION);
}

/// No way falls off the end, and no label stands behind the last instruction.
pub(crate) fn add_return_at_end(unit: &mut Unit) {
    if unit.add_none {
        let none = unit.consts.add(Constant::None.into()) as i32;
        unit.instrs.add(Op::LOAD_CONST, none, NO_LOCATION);
    }
    unit.instrs.add(Op::RETURN_VALUE, 0, NO_LOCATION);
}

/// Where cells and free variables stand among the fast locals. The code generator numbers cells from 0 and free
/// variables behind them; here they stand behind the locals. A cell that is also an argument is that argument's slot, and those behind
/// move up (`build_cellfixedoffsets`, `fix_cell_offsets`).
struct CellSlots(Vec<usize>);

impl CellSlots {
    fn of(unit: &Unit) -> CellSlots {
        let nlocals = unit.varnames.len();
        let mut dropped = 0;
        let cells = unit.cellvars.list().iter().enumerate().map(|(i, name)| match unit.varnames.get(name) {
            Some(argument) => {
                dropped += 1;
                argument
            }
            None => nlocals + i - dropped,
        });
        let mut slots: Vec<usize> = cells.collect();
        let free = nlocals + slots.len() - dropped;
        slots.extend(free..free + unit.freevars.len());
        CellSlots(slots)
    }

    fn fix_offsets(&self, cfg: &mut Cfg) -> Result<(), AssembleError> {
        for id in cfg.order() {
            for instr in &mut cfg.blocks[id].instrs {
                if matches!(
                    instr.op,
                    Op::MAKE_CELL
                        | Op::LOAD_CLOSURE
                        | Op::LOAD_DEREF
                        | Op::STORE_DEREF
                        | Op::DELETE_DEREF
                        | Op::LOAD_FROM_DICT_OR_DEREF
                ) {
                    let slot = self.0.get(instr.arg as usize);
                    instr.arg = *slot.ok_or(AssembleError::Malformed("a cell that does not exist"))? as i32;
                }
            }
        }
        Ok(())
    }
}

/// What comes before the first line of every call (`insert_prefix_instructions`).
fn insert_prefix(unit: &Unit, cells: &CellSlots, resumable: bool, cfg: &mut Cfg) {
    let mut prefix = Vec::new();
    let nfree = unit.freevars.len();
    if nfree != 0 {
        prefix.push(CfgInstr::new(Op::COPY_FREE_VARS, nfree as i32, NO_LOCATION));
    }
    let mut order: Vec<usize> = (0..unit.cellvars.len()).collect();
    order.sort_by_key(|cell| cells.0[*cell]);
    // The numbers of cells are still the code generator's here.
    prefix.extend(order.iter().map(|cell| CfgInstr::new(Op::MAKE_CELL, *cell as i32, NO_LOCATION)));
    if resumable {
        let line = unit.firstlineno;
        let loc = Location { lineno: line, end_lineno: line, col_offset: -1, end_col_offset: -1 };
        prefix.push(CfgInstr::new(Op::RETURN_GENERATOR, 0, loc));
        prefix.push(CfgInstr::new(Op::POP_TOP, 0, NO_LOCATION));
    }
    let entry = cfg.entry;
    cfg.blocks[entry].instrs.splice(0..0, prefix);
}

/// Names and kinds of locals, cells and free variables (`compute_localsplus_info`).
fn localsplus(unit: &Unit) -> (Vec<PyStr>, Vec<u8>) {
    let mut names = Vec::new();
    let mut kinds = Vec::new();
    let hidden_names: HashSet<_> = unit.fasthidden.iter().collect();
    for name in unit.varnames.list() {
        let hidden = if hidden_names.contains(name) { fast::HIDDEN } else { 0 };
        let cell = if unit.cellvars.get(name).is_some() { fast::CELL } else { 0 };
        names.push(PyStr::from(&**name));
        kinds.push(fast::LOCAL | hidden | cell);
    }
    for name in unit.cellvars.list().iter().filter(|n| unit.varnames.get(n).is_none()) {
        names.push(PyStr::from(&**name));
        kinds.push(fast::CELL);
    }
    for name in unit.freevars.list() {
        names.push(PyStr::from(&**name));
        kinds.push(fast::FREE);
    }
    (names, kinds)
}

fn instructions(cfg: &Cfg) -> impl Iterator<Item = &CfgInstr> {
    cfg.order().into_iter().flat_map(|id| &cfg.blocks[id].instrs)
}

fn code_bytes(cfg: &Cfg) -> Vec<u8> {
    let mut code = Vec::new();
    for instr in instructions(cfg) {
        let arg = instr.arg as u32;
        for shift in [24, 16, 8] {
            if arg >> shift != 0 {
                code.extend([Op::EXTENDED_ARG as u8, (arg >> shift) as u8]);
            }
        }
        code.extend([instr.op as u8, arg as u8]);
        code.resize(code.len() + 2 * instr.op.meta().cache as usize, 0);
    }
    code
}

fn location_table(cfg: &Cfg, firstlineno: i32) -> Vec<u8> {
    let mut writer = linetable::Writer::new(firstlineno);
    let mut run = (NO_LOCATION, 0);
    for instr in instructions(cfg) {
        if instr.loc != run.0 {
            writer.add(run.0, run.1);
            run = (instr.loc, 0);
        }
        run.1 += instr.size();
    }
    writer.add(run.0, run.1);
    writer.finish()
}

fn exception_table(cfg: &Cfg) -> Result<Vec<u8>, AssembleError> {
    let mut table = Vec::new();
    let mut emit = |handler: Option<&Block>, start: usize, end: usize| {
        let Some(handler) = handler else { return Ok(()) };
        // The handler starts with the exception, and perhaps the offset, on the stack.
        let pushed = 1 + i32::from(handler.preserve_lasti);
        let depth = handler.start_depth.unwrap_or(0) - pushed;
        let depth =
            u32::try_from(depth).map_err(|_| AssembleError::Malformed("a handler below the stack"))?;
        exctable::write(
            &mut table,
            exctable::Entry {
                start: start as u32,
                end: end as u32,
                target: handler.offset as u32,
                depth,
                lasti: handler.preserve_lasti,
            },
        );
        Ok(())
    };
    let mut current: Option<&Block> = None;
    let (mut start, mut at) = (0, 0);
    for instr in instructions(cfg) {
        let handler = instr.except.map(|id| &cfg.blocks[id]);
        if handler.map(|h| h.offset) != current.map(|h| h.offset) {
            emit(current, start, at)?;
            start = at;
            current = handler;
        }
        at += instr.size();
    }
    emit(current, start, at)?;
    Ok(table)
}
