//! Constants: folding tuples of them, and dropping those that no instruction uses.

use super::{Cfg, CfgInstr};
use crate::assemble::AssembleError;
use dxpy_ast::Constant;
use dxpy_bytecode::{Const, ConstTable, Op, flag};

/// Replaces the `n` loads of constants before `BUILD_TUPLE n` at `at` and itself by one load of the tuple, if they are
/// that (`fold_tuple_on_constants`).
pub(super) fn fold_tuple(instrs: &mut [CfgInstr], at: usize, n: usize, consts: &mut ConstTable) {
    let Some(first) = at.checked_sub(n) else { return };
    let mut items = Vec::with_capacity(n);
    for instr in &instrs[first..at] {
        match consts.list().get(instr.arg as usize) {
            Some(Const::Value(value)) if instr.op == Op::LOAD_CONST => items.push(value.clone()),
            _ => return,
        }
    }
    let index = consts.add(Constant::Tuple(items).into());
    instrs[first..at].iter_mut().for_each(CfgInstr::clear);
    instrs[at].set(Op::LOAD_CONST, index as i32);
}

/// `bool(constant)`.
pub(super) fn is_true(c: &Const) -> bool {
    match c {
        Const::Code(_) => true,
        Const::Value(value) => value.is_true(),
    }
}

impl Cfg {
    /// Drops unused constants and renumbers the rest. The first one stays: it may be the documentation string.
    pub(super) fn remove_unused_consts(&mut self, consts: &mut ConstTable) -> Result<(), AssembleError> {
        let count = consts.list().len();
        let order = self.order();
        let mut used = vec![false; count];
        if let Some(first) = used.first_mut() {
            *first = true;
        }
        for &id in &order {
            for instr in self.blocks[id].instrs.iter().filter(|i| i.op.has(flag::CONST)) {
                *used
                    .get_mut(instr.arg as usize)
                    .ok_or(AssembleError::Malformed("a constant's number is not in the table"))? = true;
            }
        }
        if used.iter().all(|u| *u) {
            return Ok(());
        }
        let mut new_index = vec![0; count];
        let mut kept = Vec::new();
        for (old, value) in std::mem::take(consts).into_list().into_iter().enumerate() {
            if used[old] {
                new_index[old] = kept.len() as i32;
                kept.push(value);
            }
        }
        *consts = ConstTable::from_list(kept);
        for &id in &order {
            for instr in self.blocks[id].instrs.iter_mut().filter(|i| i.op.has(flag::CONST)) {
                instr.arg = new_index[instr.arg as usize];
            }
        }
        Ok(())
    }
}
