//! `match` statements and patterns (PEP 634).

use dxpy_ast::{
    CmpOp, Constant, Expr, ExprContext, ExprKind, Ident, Location, MatchCase, Operator, Pattern, PatternKind,
};
use dxpy_bytecode::Op;
use std::collections::HashSet;

use super::checks::equality_key;
use super::expr::binary_op;
use super::{Compiler, Result};
use crate::error::CompileError;
use crate::instr::{Label, NO_LOCATION};
use crate::unparse::repr;

/// The state of a pattern (`pattern_context`).
#[derive(Clone, Default)]
struct Context {
    /// Names bound so far; their values are on the stack below what is being matched, the first on top.
    stores: Vec<Ident>,
    /// A name or `_` may stand here, with which everything matches.
    allow_irrefutable: bool,
    /// Where to jump when the match fails, by the number of values to pop.
    fail_pop: Vec<Label>,
    /// How many values the parts of the subject still take on the stack's top.
    on_top: usize,
}

/// `_`.
fn is_wildcard(p: &Pattern) -> bool {
    matches!(p.kind, PatternKind::MatchAs { name: None, .. })
}

impl<'a> Compiler<'a> {
    /// `compiler_match_inner`.
    #[inline(never)]
    pub(super) fn match_(&mut self, subject: &'a Expr, cases: &'a [MatchCase]) -> Result {
        self.expr(subject)?;
        let end = self.new_label();
        let Some(last) = cases.last() else { return Ok(()) };
        let has_default = is_wildcard(&last.pattern) && cases.len() > 1;
        let tests = &cases[..cases.len() - usize::from(has_default)];
        for (i, case) in tests.iter().enumerate() {
            let at = case.pattern.range;
            let is_last = i + 1 == tests.len();
            if !is_last {
                self.op_i(at, Op::COPY, 1);
            }
            let mut pc = Context {
                allow_irrefutable: case.guard.is_some() || i + 1 == cases.len(),
                ..Context::default()
            };
            self.pattern(&case.pattern, &mut pc)?;
            for name in &pc.stores {
                self.store_name(at, name)?;
            }
            if let Some(guard) = &case.guard {
                let fail = self.fail_label(&mut pc, 0);
                self.jump_if(at, guard, fail, false)?;
            }
            if !is_last {
                self.op(at, Op::POP_TOP);
            }
            self.stmts(&case.body)?;
            self.jump(NO_LOCATION, Op::JUMP, end);
            self.reset_fail_pop(at, &mut pc);
        }
        if has_default {
            let at = last.pattern.range;
            self.op(at, Op::NOP);
            if let Some(guard) = &last.guard {
                self.jump_if(at, guard, end, false)?;
            }
            self.stmts(&last.body)?;
        }
        self.use_label(end);
        Ok(())
    }

    /// The label that pops `n` values and fails (`ensure_fail_pop`).
    fn fail_label(&mut self, pc: &mut Context, n: usize) -> Label {
        while pc.fail_pop.len() <= n {
            let label = self.new_label();
            pc.fail_pop.push(label);
        }
        pc.fail_pop[n]
    }

    /// `jump_to_fail_pop`.
    fn fail(&mut self, at: Location, pc: &mut Context, op: Op) {
        let label = self.fail_label(pc, pc.on_top + pc.stores.len());
        self.jump(at, op, label);
    }

    /// `emit_and_reset_fail_pop`.
    fn reset_fail_pop(&mut self, at: Location, pc: &mut Context) {
        let labels = std::mem::take(&mut pc.fail_pop);
        for (i, label) in labels.into_iter().enumerate().rev() {
            self.use_label(label);
            if i > 0 {
                self.op(at, Op::POP_TOP);
            }
        }
    }

    /// Moves the top of the stack below `n - 1` values (`pattern_helper_rotate`).
    fn rotate(&mut self, at: Location, n: usize) {
        for i in (2..=n).rev() {
            self.op_n(at, Op::SWAP, i);
        }
    }

    /// Keeps the stack's top for a name, below what is still to be matched (`pattern_helper_store_name`).
    fn capture(&mut self, at: Location, name: Option<&Ident>, pc: &mut Context) -> Result {
        let Some(name) = name else {
            self.op(at, Op::POP_TOP);
            return Ok(());
        };
        if pc.stores.contains(name) {
            return Err(duplicate_store(at, name));
        }
        self.rotate(at, pc.on_top + pc.stores.len() + 1);
        pc.stores.push(name.clone());
        Ok(())
    }

    fn pattern(&mut self, p: &'a Pattern, pc: &mut Context) -> Result {
        let at = p.range;
        match &p.kind {
            PatternKind::MatchValue { value } => self.pattern_value(at, value, pc),
            PatternKind::MatchSingleton { value } => {
                self.load_tree_const(at, value, value.clone());
                self.compare_op(at, CmpOp::Is);
                self.fail(at, pc, Op::POP_JUMP_IF_FALSE);
                Ok(())
            }
            PatternKind::MatchSequence { patterns } => self.pattern_sequence(at, patterns, pc),
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.pattern_mapping(at, keys, patterns, rest.as_ref(), pc)
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                self.pattern_class(at, cls, patterns, kwd_attrs, kwd_patterns, pc)
            }
            PatternKind::MatchStar { name } => self.capture(at, name.as_ref(), pc),
            PatternKind::MatchAs { pattern, name } => {
                self.pattern_as(at, pattern.as_deref(), name.as_ref(), pc)
            }
            PatternKind::MatchOr { patterns } => self.pattern_or(at, patterns, pc),
        }
    }

    /// A pattern inside another, where anything may match (`compiler_pattern_subpattern`).
    fn subpattern(&mut self, p: &'a Pattern, pc: &mut Context) -> Result {
        let before = std::mem::replace(&mut pc.allow_irrefutable, true);
        self.pattern(p, pc)?;
        pc.allow_irrefutable = before;
        Ok(())
    }

    fn pattern_value(&mut self, at: Location, value: &'a Expr, pc: &mut Context) -> Result {
        if !matches!(value.kind, ExprKind::Constant { .. } | ExprKind::Attribute { .. }) {
            let m = "patterns may only match literals and attribute lookups";
            return Err(CompileError::syntax(m, at));
        }
        self.expr(value)?;
        self.compare_op(at, CmpOp::Eq);
        self.fail(at, pc, Op::POP_JUMP_IF_FALSE);
        Ok(())
    }

    fn pattern_as(
        &mut self,
        at: Location,
        pattern: Option<&'a Pattern>,
        name: Option<&Ident>,
        pc: &mut Context,
    ) -> Result {
        let Some(pattern) = pattern else {
            if !pc.allow_irrefutable {
                let what = match name {
                    Some(name) => format!("name capture '{name}'"),
                    None => "wildcard".into(),
                };
                return Err(CompileError::syntax(format!("{what} makes remaining patterns unreachable"), at));
            }
            return self.capture(at, name, pc);
        };
        pc.on_top += 1;
        self.op_i(at, Op::COPY, 1);
        self.pattern(pattern, pc)?;
        pc.on_top -= 1;
        self.capture(at, name, pc)
    }

    // Sequences.

    #[inline(never)]
    fn pattern_sequence(&mut self, at: Location, patterns: &'a [Pattern], pc: &mut Context) -> Result {
        let mut star = None;
        let mut star_wildcard = false;
        let mut only_wildcard = true;
        for (i, p) in patterns.iter().enumerate() {
            if let PatternKind::MatchStar { name } = &p.kind {
                if star.is_some() {
                    let m = "multiple starred names in sequence pattern";
                    return Err(CompileError::syntax(m, at));
                }
                star_wildcard = name.is_none();
                only_wildcard &= star_wildcard;
                star = Some(i);
            } else {
                only_wildcard &= is_wildcard(p);
            }
        }
        pc.on_top += 1;
        self.op(at, Op::MATCH_SEQUENCE);
        self.fail(at, pc, Op::POP_JUMP_IF_FALSE);
        let size = patterns.len();
        if star.is_none() {
            self.check_length(at, size, CmpOp::Eq, pc);
        } else if size > 1 {
            self.check_length(at, size - 1, CmpOp::GtE, pc);
        }
        pc.on_top -= 1;
        match star {
            _ if only_wildcard => {
                self.op(at, Op::POP_TOP);
                Ok(())
            }
            Some(star) if star_wildcard => self.sequence_by_index(at, patterns, star, pc),
            _ => self.sequence_by_unpacking(at, patterns, pc),
        }
    }

    fn check_length(&mut self, at: Location, size: usize, op: CmpOp, pc: &mut Context) {
        self.op(at, Op::GET_LEN);
        self.load_int(at, size);
        self.compare_op(at, op);
        self.fail(at, pc, Op::POP_JUMP_IF_FALSE);
    }

    /// `pattern_helper_sequence_unpack`.
    fn sequence_by_unpacking(&mut self, at: Location, patterns: &'a [Pattern], pc: &mut Context) -> Result {
        let starred = |p: &Pattern| matches!(p.kind, PatternKind::MatchStar { .. });
        self.unpack_op(at, patterns.iter().map(starred), patterns.len(), "sequence pattern")?;
        pc.on_top += patterns.len();
        for p in patterns {
            pc.on_top -= 1;
            self.subpattern(p, pc)?;
        }
        Ok(())
    }

    /// With `*_` among the patterns, only the items that are looked at are fetched (`pattern_helper_sequence_subscr`).
    fn sequence_by_index(
        &mut self,
        at: Location,
        patterns: &'a [Pattern],
        star: usize,
        pc: &mut Context,
    ) -> Result {
        pc.on_top += 1;
        for (i, p) in patterns.iter().enumerate() {
            if is_wildcard(p) || i == star {
                continue;
            }
            self.op_i(at, Op::COPY, 1);
            if i < star {
                self.load_int(at, i);
            } else {
                self.op(at, Op::GET_LEN);
                self.load_int(at, patterns.len() - i);
                self.op_i(at, Op::BINARY_OP, binary_op(Operator::Sub));
            }
            self.op(at, Op::BINARY_SUBSCR);
            self.subpattern(p, pc)?;
        }
        pc.on_top -= 1;
        self.op(at, Op::POP_TOP);
        Ok(())
    }

    // Mappings and classes.

    #[inline(never)]
    fn pattern_mapping(
        &mut self,
        at: Location,
        keys: &'a [Expr],
        patterns: &'a [Pattern],
        rest: Option<&Ident>,
        pc: &mut Context,
    ) -> Result {
        let mut size = keys.len();
        if size != patterns.len() {
            let m =
                format!("keys ({size}) / patterns ({}) length mismatch in mapping pattern", patterns.len());
            return Err(CompileError::syntax(m, at));
        }
        pc.on_top += 1;
        self.op(at, Op::MATCH_MAPPING);
        self.fail(at, pc, Op::POP_JUMP_IF_FALSE);
        if size == 0 && rest.is_none() {
            pc.on_top -= 1;
            self.op(at, Op::POP_TOP);
            return Ok(());
        }
        if size != 0 {
            self.check_length(at, size, CmpOp::GtE, pc);
        }
        self.mapping_keys(at, keys)?;
        self.op_n(at, Op::BUILD_TUPLE, size);
        self.op(at, Op::MATCH_KEYS);
        // The tuples of keys and of values are on the subject now.
        pc.on_top += 2;
        self.fail_if_none(at, pc);
        self.op_n(at, Op::UNPACK_SEQUENCE, size);
        pc.on_top += size;
        pc.on_top -= 1;
        for p in patterns {
            pc.on_top -= 1;
            self.subpattern(p, pc)?;
        }
        pc.on_top -= 2;
        if rest.is_some() {
            // A copy of the subject without the keys.
            self.op_i(at, Op::BUILD_MAP, 0);
            self.op_i(at, Op::SWAP, 3);
            self.op_i(at, Op::DICT_UPDATE, 2);
            self.op_n(at, Op::UNPACK_SEQUENCE, size);
            while size > 0 {
                self.op_n(at, Op::COPY, 1 + size);
                self.op_i(at, Op::SWAP, 2);
                self.op(at, Op::DELETE_SUBSCR);
                size -= 1;
            }
            self.capture(at, rest, pc)
        } else {
            self.op(at, Op::POP_TOP);
            self.op(at, Op::POP_TOP);
            Ok(())
        }
    }

    fn mapping_keys(&mut self, at: Location, keys: &'a [Expr]) -> Result {
        let mut seen = HashSet::new();
        for key in keys {
            match &key.kind {
                ExprKind::Constant { value, .. } => {
                    let mut bytes = Vec::new();
                    equality_key(&mut bytes, value);
                    if !seen.insert(bytes) {
                        let m =
                            format!("mapping pattern checks duplicate key ({})", repr(value, self.printable));
                        return Err(CompileError::syntax(m, at));
                    }
                }
                ExprKind::Attribute { .. } => {}
                _ => {
                    let m = "mapping pattern keys may only match literals and attribute lookups";
                    return Err(CompileError::syntax(m, at));
                }
            }
            self.expr(key)?;
        }
        Ok(())
    }

    /// Fails if what was found is None.
    fn fail_if_none(&mut self, at: Location, pc: &mut Context) {
        self.op_i(at, Op::COPY, 1);
        self.load_none(at);
        self.op_i(at, Op::IS_OP, 1);
        self.fail(at, pc, Op::POP_JUMP_IF_FALSE);
    }

    #[inline(never)]
    fn pattern_class(
        &mut self,
        at: Location,
        cls: &'a Expr,
        patterns: &'a [Pattern],
        attrs: &'a [Ident],
        attr_patterns: &'a [Pattern],
        pc: &mut Context,
    ) -> Result {
        if attrs.len() != attr_patterns.len() {
            let m = format!(
                "kwd_attrs ({}) / kwd_patterns ({}) length mismatch in class pattern",
                attrs.len(),
                attr_patterns.len()
            );
            return Err(CompileError::syntax(m, at));
        }
        for (i, attr) in attrs.iter().enumerate() {
            self.not_debug(attr_patterns[i].range, attr, ExprContext::Store)?;
            if let Some(j) = (i + 1..attrs.len()).find(|j| attrs[*j] == *attr) {
                let m = format!("attribute name repeated in class pattern: {attr}");
                return Err(CompileError::syntax(m, attr_patterns[j].range));
            }
        }
        self.expr(cls)?;
        let names = attrs.iter().map(|a| Constant::Str((&**a).into())).collect();
        self.load_const(at, Constant::Tuple(names));
        self.op_n(at, Op::MATCH_CLASS, patterns.len());
        // The tuple of what was found takes the subject's place.
        pc.on_top += 1;
        self.op_i(at, Op::COPY, 1);
        self.load_none(at);
        self.op_i(at, Op::IS_OP, 1);
        self.fail(at, pc, Op::POP_JUMP_IF_FALSE);
        let n = patterns.len() + attrs.len();
        self.op_n(at, Op::UNPACK_SEQUENCE, n);
        pc.on_top += n;
        pc.on_top -= 1;
        for p in patterns.iter().chain(attr_patterns) {
            pc.on_top -= 1;
            if is_wildcard(p) {
                self.op(at, Op::POP_TOP);
            } else {
                self.subpattern(p, pc)?;
            }
        }
        Ok(())
    }

    // Alternatives.

    #[inline(never)]
    fn pattern_or(&mut self, at: Location, patterns: &'a [Pattern], pc: &mut Context) -> Result {
        let end = self.new_label();
        // The names of the first alternative: the others bind the same, and their values are put in this order.
        let mut control: Vec<Ident> = Vec::new();
        for (i, alt) in patterns.iter().enumerate() {
            let mut inner = Context {
                allow_irrefutable: i + 1 == patterns.len() && pc.allow_irrefutable,
                ..Context::default()
            };
            self.op_i(alt.range, Op::COPY, 1);
            self.pattern(alt, &mut inner)?;
            if i == 0 {
                control.clone_from(&inner.stores);
            } else {
                self.reorder(at, alt.range, &control, &mut inner.stores)?;
            }
            self.jump(alt.range, Op::JUMP, end);
            self.reset_fail_pop(alt.range, &mut inner);
        }
        self.op(at, Op::POP_TOP);
        self.fail(at, pc, Op::JUMP);
        self.use_label(end);
        let rotations = control.len() + 1 + pc.on_top + pc.stores.len();
        for name in control {
            self.rotate(at, rotations);
            if pc.stores.contains(&name) {
                return Err(duplicate_store(at, &name));
            }
            pc.stores.push(name);
        }
        self.op(at, Op::POP_TOP);
        Ok(())
    }

    /// Puts the values of an alternative in the order of `control`.
    fn reorder(&mut self, at: Location, alt: Location, control: &[Ident], stores: &mut Vec<Ident>) -> Result {
        let different = || CompileError::syntax("alternative patterns bind different names", at);
        if stores.len() != control.len() {
            return Err(different());
        }
        for (to, name) in control.iter().enumerate().rev() {
            let from = stores.iter().position(|n| n == name).ok_or_else(different)?;
            if from == to {
                continue;
            }
            // The names up to this one go to where it belongs, together.
            let rotations = from + 1;
            let rotated: Vec<Ident> = stores.drain(..rotations).collect();
            stores.splice(to - from..to - from, rotated);
            for _ in 0..rotations {
                self.rotate(alt, to + 1);
            }
        }
        Ok(())
    }
}

fn duplicate_store(at: Location, name: &Ident) -> CompileError {
    CompileError::syntax(format!("multiple assignments to name '{name}' in pattern"), at)
}
