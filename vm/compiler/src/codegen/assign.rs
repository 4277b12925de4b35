//! Assignments: plain, unpacking, augmented; annotated ones are in `annotations`.

use dxpy_ast::{Expr, ExprKind, Location, Operator};
use dxpy_bytecode::Op;

use super::expr::{at_attribute, binary_op, is_two_element_slice};
use super::{Compiler, Result};
use crate::error::CompileError;

/// The in-place form of a binary operation (`NB_INPLACE_ADD` - `NB_ADD`).
const INPLACE: i32 = 13;

impl<'a> Compiler<'a> {
    pub(super) fn assign(&mut self, at: Location, targets: &'a [Expr], value: &'a Expr) -> Result {
        self.expr(value)?;
        for (i, target) in targets.iter().enumerate() {
            if i + 1 < targets.len() {
                self.op_i(at, Op::COPY, 1);
            }
            self.expr(target)?;
        }
        Ok(())
    }

    /// Unpacks into targets (`assignment_helper`).
    #[inline(never)]
    pub(super) fn unpack(&mut self, at: Location, elts: &'a [Expr]) -> Result {
        let starred = |e: &Expr| matches!(e.kind, ExprKind::Starred { .. });
        self.unpack_op(at, elts.iter().map(starred), elts.len(), "assignment")?;
        elts.iter().try_for_each(|e| match &e.kind {
            ExprKind::Starred { value, .. } => self.expr(value),
            _ => self.expr(e),
        })
    }

    /// The instruction that unpacks `n` parts, of which one may be starred (`unpack_helper`, `pattern_unpack_helper`).
    pub(super) fn unpack_op(
        &mut self,
        at: Location,
        starred: impl Iterator<Item = bool>,
        n: usize,
        what: &str,
    ) -> Result {
        let mut seen = false;
        for i in starred.enumerate().filter(|(_, s)| *s).map(|(i, _)| i) {
            if seen {
                return Err(CompileError::syntax(format!("multiple starred expressions in {what}"), at));
            }
            let after = n - i - 1;
            if i >= 1 << 8 || after >= (i32::MAX >> 8) as usize {
                let what = if what == "assignment" {
                    "star-unpacking assignment"
                } else {
                    "star-unpacking sequence pattern"
                };
                return Err(CompileError::syntax(format!("too many expressions in {what}"), at));
            }
            self.op_n(at, Op::UNPACK_EX, i + (after << 8));
            seen = true;
        }
        if !seen {
            self.op_n(at, Op::UNPACK_SEQUENCE, n);
        }
        Ok(())
    }

    /// `compiler_augassign`.
    #[inline(never)]
    pub(super) fn aug_assign(
        &mut self,
        stmt: Location,
        target: &'a Expr,
        op: Operator,
        value: &'a Expr,
    ) -> Result {
        let at = target.range;
        match &target.kind {
            ExprKind::Attribute { value: object, attr, .. } => {
                self.expr(object)?;
                self.op_i(at, Op::COPY, 1);
                self.op_name(at_attribute(at, target, attr), Op::LOAD_ATTR, attr);
            }
            ExprKind::Subscript { value: object, slice, .. } => {
                self.expr(object)?;
                if is_two_element_slice(slice) {
                    self.slice(slice)?;
                    self.op_i(at, Op::COPY, 3);
                    self.op_i(at, Op::COPY, 3);
                    self.op_i(at, Op::COPY, 3);
                    self.op(at, Op::BINARY_SLICE);
                } else {
                    self.expr(slice)?;
                    self.op_i(at, Op::COPY, 2);
                    self.op_i(at, Op::COPY, 2);
                    self.op(at, Op::BINARY_SUBSCR);
                }
            }
            ExprKind::Name { id, .. } => self.load_name(at, id)?,
            _ => return Err(CompileError::System("invalid node type for augmented assignment".into())),
        }
        self.expr(value)?;
        self.op_i(stmt, Op::BINARY_OP, binary_op(op) + INPLACE);
        match &target.kind {
            ExprKind::Attribute { attr, .. } => {
                let at = at_attribute(at, target, attr);
                self.op_i(at, Op::SWAP, 2);
                self.op_name(at, Op::STORE_ATTR, attr);
            }
            ExprKind::Subscript { slice, .. } if is_two_element_slice(slice) => {
                self.op_i(at, Op::SWAP, 4);
                self.op_i(at, Op::SWAP, 3);
                self.op_i(at, Op::SWAP, 2);
                self.op(at, Op::STORE_SLICE);
            }
            ExprKind::Subscript { .. } => {
                self.op_i(at, Op::SWAP, 3);
                self.op_i(at, Op::SWAP, 2);
                self.op(at, Op::STORE_SUBSCR);
            }
            ExprKind::Name { id, .. } => self.store_name(at, id)?,
            _ => {}
        }
        Ok(())
    }
}
