//! Expressions: the dispatch, operators, comparisons, conditions, displays and subscripts.

use dxpy_ast::{BoolOp, CmpOp, Constant, Expr, ExprContext, ExprKind, Ident, Location, Operator, UnaryOp};
use dxpy_bytecode::Op;

use super::comprehension::Kind;
use super::unit::Scope;
use super::{Compiler, Result, STACK_USE_GUIDELINE};
use crate::error::CompileError;
use crate::instr::{Label, NO_LOCATION};

/// `INTRINSIC_ASYNC_GEN_WRAP`, `INTRINSIC_UNARY_POSITIVE`, `INTRINSIC_LIST_TO_TUPLE`.
const ASYNC_GEN_WRAP: i32 = 4;
const UNARY_POSITIVE: i32 = 5;
const LIST_TO_TUPLE: i32 = 6;

/// What a display or an argument list builds, and with what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Build {
    List,
    Set,
    Tuple,
}

impl Build {
    /// Making, adding one, adding all of an iterable. A tuple is made from a list.
    fn ops(self) -> (Op, Op, Op) {
        match self {
            Build::Set => (Op::BUILD_SET, Op::SET_ADD, Op::SET_UPDATE),
            Build::List | Build::Tuple => (Op::BUILD_LIST, Op::LIST_APPEND, Op::LIST_EXTEND),
        }
    }
}

/// The argument of `BINARY_OP` (`NB_*`).
pub(super) fn binary_op(op: Operator) -> i32 {
    match op {
        Operator::Add => 0,
        Operator::BitAnd => 1,
        Operator::FloorDiv => 2,
        Operator::LShift => 3,
        Operator::MatMult => 4,
        Operator::Mult => 5,
        Operator::Mod => 6,
        Operator::BitOr => 7,
        Operator::Pow => 8,
        Operator::RShift => 9,
        Operator::Sub => 10,
        Operator::Div => 11,
        Operator::BitXor => 12,
    }
}

/// Whether the end of an attribute's line is its own place (`update_start_location_to_match_attr`): the part of an
/// expression over many lines that an error shows.
pub(super) fn at_attribute(mut at: Location, attribute: &Expr, name: &str) -> Location {
    let end = attribute.range;
    if at.lineno != end.end_lineno {
        at.lineno = end.end_lineno;
        let len = name.chars().count() as i32;
        if len <= end.end_col_offset {
            at.col_offset = end.end_col_offset - len;
        } else {
            at.col_offset = -1;
            at.end_col_offset = -1;
        }
    }
    at
}

impl<'a> Compiler<'a> {
    pub(super) fn exprs(&mut self, list: &'a [Expr]) -> Result {
        list.iter().try_for_each(|e| self.expr(e))
    }

    /// `compiler_visit_expr1`. The deep chains of real programs pass here, so the frame is kept small.
    pub(super) fn expr(&mut self, e: &'a Expr) -> Result {
        let at = e.range;
        match &e.kind {
            ExprKind::NamedExpr { target, value } => {
                self.expr(value)?;
                self.op_i(at, Op::COPY, 1);
                self.expr(target)
            }
            ExprKind::BoolOp { op, values } => self.bool_op(at, *op, values),
            ExprKind::BinOp { left, op, right } => {
                self.expr(left)?;
                self.expr(right)?;
                self.op_i(at, Op::BINARY_OP, binary_op(*op));
                Ok(())
            }
            ExprKind::UnaryOp { op, operand } => {
                self.expr(operand)?;
                match op {
                    UnaryOp::UAdd => self.op_i(at, Op::CALL_INTRINSIC_1, UNARY_POSITIVE),
                    UnaryOp::Invert => self.op(at, Op::UNARY_INVERT),
                    UnaryOp::Not => self.op(at, Op::UNARY_NOT),
                    UnaryOp::USub => self.op(at, Op::UNARY_NEGATIVE),
                }
                Ok(())
            }
            ExprKind::Lambda { args, body } => self.lambda(e, args, body),
            ExprKind::IfExp { test, body, orelse } => self.if_exp(at, test, body, orelse),
            ExprKind::Dict { keys, values } => self.dict(at, keys, values),
            ExprKind::Set { elts } => self.build(at, elts, None, 0, Build::Set),
            ExprKind::GeneratorExp { elt, generators } => {
                self.comprehension(e, Kind::Generator, generators, elt, None)
            }
            ExprKind::ListComp { elt, generators } => {
                self.comprehension(e, Kind::List, generators, elt, None)
            }
            ExprKind::SetComp { elt, generators } => self.comprehension(e, Kind::Set, generators, elt, None),
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension(e, Kind::Dict, generators, key, Some(value))
            }
            ExprKind::Yield { value } => {
                self.inside_function(at, "'yield' outside function")?;
                match value {
                    Some(value) => self.expr(value)?,
                    None => self.load_none(at),
                }
                self.yield_value(at);
                Ok(())
            }
            ExprKind::YieldFrom { value } => {
                self.inside_function(at, "'yield' outside function")?;
                if self.u().scope == Scope::AsyncFunction {
                    return Err(CompileError::syntax("'yield from' inside async function", at));
                }
                self.expr(value)?;
                self.op(at, Op::GET_YIELD_FROM_ITER);
                self.load_none(at);
                self.yield_from(at, false);
                Ok(())
            }
            ExprKind::Await { value } => {
                self.may_await(at)?;
                self.expr(value)?;
                self.await_value(at, 0);
                Ok(())
            }
            ExprKind::Compare { left, ops, comparators } => self.compare(at, left, ops, comparators),
            ExprKind::Call { func, args, keywords } => self.call(at, func, args, keywords),
            ExprKind::Constant { value, .. } => {
                self.load_tree_const(at, value, value.clone());
                Ok(())
            }
            ExprKind::JoinedStr { values } => self.joined_str(at, values),
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.formatted_value(at, value, *conversion, format_spec.as_deref())
            }
            ExprKind::Attribute { value, attr, ctx } => self.attribute(e, value, attr, *ctx),
            ExprKind::Subscript { value, slice, ctx } => self.subscript(at, value, slice, *ctx),
            ExprKind::Starred { ctx, .. } => Err(CompileError::syntax(
                match ctx {
                    ExprContext::Store => "starred assignment target must be in a list or tuple",
                    _ => "can't use starred expression here",
                },
                at,
            )),
            ExprKind::Slice { .. } => {
                let n = self.slice(e)?;
                self.op_i(at, Op::BUILD_SLICE, n);
                Ok(())
            }
            ExprKind::Name { id, ctx } => self.name(at, id, *ctx),
            ExprKind::List { elts, ctx } => self.sequence(at, elts, *ctx, Build::List),
            ExprKind::Tuple { elts, ctx } => self.sequence(at, elts, *ctx, Build::Tuple),
        }
    }

    fn inside_function(&mut self, at: Location, message: &str) -> Result {
        if !self.ste().is_function_like() {
            return Err(CompileError::syntax(message, at));
        }
        Ok(())
    }

    fn may_await(&mut self, at: Location) -> Result {
        if !self.top_level_await() {
            self.inside_function(at, "'await' outside function")?;
            if !matches!(self.u().scope, Scope::AsyncFunction | Scope::Comprehension) {
                return Err(CompileError::syntax("'await' outside async function", at));
            }
        }
        Ok(())
    }

    /// `ADDOP_YIELD`.
    pub(super) fn yield_value(&mut self, at: Location) {
        let ste = self.ste();
        if ste.generator && ste.coroutine {
            self.op_i(at, Op::CALL_INTRINSIC_1, ASYNC_GEN_WRAP);
        }
        self.op_i(at, Op::YIELD_VALUE, 0);
        self.op_i(at, Op::RESUME, 1);
    }

    #[inline(never)]
    fn bool_op(&mut self, at: Location, op: BoolOp, values: &'a [Expr]) -> Result {
        let jump = match op {
            BoolOp::And => Op::POP_JUMP_IF_FALSE,
            BoolOp::Or => Op::POP_JUMP_IF_TRUE,
        };
        let end = self.new_label();
        let Some((last, first)) = values.split_last() else {
            return Err(CompileError::Value("BoolOp with less than 2 values".into()));
        };
        for value in first {
            self.expr(value)?;
            self.op_i(at, Op::COPY, 1);
            self.jump(at, jump, end);
            self.op(at, Op::POP_TOP);
        }
        self.expr(last)?;
        self.use_label(end);
        Ok(())
    }

    #[inline(never)]
    fn if_exp(&mut self, at: Location, test: &'a Expr, body: &'a Expr, orelse: &'a Expr) -> Result {
        let (end, next) = (self.new_label(), self.new_label());
        self.jump_if(at, test, next, false)?;
        self.expr(body)?;
        self.jump(NO_LOCATION, Op::JUMP, end);
        self.use_label(next);
        self.expr(orelse)?;
        self.use_label(end);
        Ok(())
    }

    // Comparisons and conditions.

    pub(super) fn compare_op(&mut self, at: Location, op: CmpOp) {
        // The comparison in the high bits, what it accepts (unordered 1, less 2, greater 4, equal 8) in the low ones.
        let (op, arg) = match op {
            CmpOp::Lt => (Op::COMPARE_OP, 2),
            CmpOp::LtE => (Op::COMPARE_OP, 1 << 4 | 10),
            CmpOp::Eq => (Op::COMPARE_OP, 2 << 4 | 8),
            CmpOp::NotEq => (Op::COMPARE_OP, 3 << 4 | 7),
            CmpOp::Gt => (Op::COMPARE_OP, 4 << 4 | 4),
            CmpOp::GtE => (Op::COMPARE_OP, 5 << 4 | 12),
            CmpOp::Is => (Op::IS_OP, 0),
            CmpOp::IsNot => (Op::IS_OP, 1),
            CmpOp::In => (Op::CONTAINS_OP, 0),
            CmpOp::NotIn => (Op::CONTAINS_OP, 1),
        };
        self.op_i(at, op, arg);
    }

    #[inline(never)]
    fn compare(&mut self, at: Location, left: &'a Expr, ops: &'a [CmpOp], right: &'a [Expr]) -> Result {
        self.check_compare(at, left, ops, right);
        self.expr(left)?;
        let chain = ops.len().min(right.len()).saturating_sub(1);
        let cleanup = self.new_label();
        for (op, value) in ops.iter().zip(right).take(chain) {
            self.expr(value)?;
            self.op_i(at, Op::SWAP, 2);
            self.op_i(at, Op::COPY, 2);
            self.compare_op(at, *op);
            self.op_i(at, Op::COPY, 1);
            self.jump(at, Op::POP_JUMP_IF_FALSE, cleanup);
            self.op(at, Op::POP_TOP);
        }
        if let (Some(op), Some(value)) = (ops.get(chain), right.get(chain)) {
            self.expr(value)?;
            self.compare_op(at, *op);
        }
        if chain > 0 {
            let end = self.new_label();
            self.jump(NO_LOCATION, Op::JUMP, end);
            self.use_label(cleanup);
            self.op_i(at, Op::SWAP, 2);
            self.op(at, Op::POP_TOP);
            self.use_label(end);
        }
        Ok(())
    }

    /// Jumps to `next` if `e` is as `cond` says, without making a value where it can (`compiler_jump_if`).
    pub(super) fn jump_if(&mut self, at: Location, e: &'a Expr, next: Label, cond: bool) -> Result {
        match &e.kind {
            ExprKind::UnaryOp { op: UnaryOp::Not, operand } => self.jump_if(at, operand, next, !cond),
            ExprKind::BoolOp { op, values } if !values.is_empty() => {
                self.jump_if_bool(at, *op, values, next, cond)
            }
            ExprKind::IfExp { test, body, orelse } => {
                let (end, other) = (self.new_label(), self.new_label());
                self.jump_if(at, test, other, false)?;
                self.jump_if(at, body, next, cond)?;
                self.jump(NO_LOCATION, Op::JUMP, end);
                self.use_label(other);
                self.jump_if(at, orelse, next, cond)?;
                self.use_label(end);
                Ok(())
            }
            ExprKind::Compare { left, ops, comparators } if ops.len() > 1 => {
                self.jump_if_compare(e.range, left, ops, comparators, next, cond)
            }
            _ => {
                self.expr(e)?;
                self.pop_jump_if(e.range, next, cond);
                Ok(())
            }
        }
    }

    fn pop_jump_if(&mut self, at: Location, next: Label, cond: bool) {
        self.jump(at, if cond { Op::POP_JUMP_IF_TRUE } else { Op::POP_JUMP_IF_FALSE }, next);
    }

    #[inline(never)]
    fn jump_if_bool(
        &mut self,
        at: Location,
        op: BoolOp,
        values: &'a [Expr],
        next: Label,
        cond: bool,
    ) -> Result {
        let short = op == BoolOp::Or;
        let inner = if short == cond { next } else { self.new_label() };
        if let Some((last, first)) = values.split_last() {
            for value in first {
                self.jump_if(at, value, inner, short)?;
            }
            self.jump_if(at, last, next, cond)?;
        }
        if inner != next {
            self.use_label(inner);
        }
        Ok(())
    }

    #[inline(never)]
    fn jump_if_compare(
        &mut self,
        at: Location,
        left: &'a Expr,
        ops: &'a [CmpOp],
        right: &'a [Expr],
        next: Label,
        cond: bool,
    ) -> Result {
        self.check_compare(at, left, ops, right);
        let cleanup = self.new_label();
        self.expr(left)?;
        let chain = ops.len() - 1;
        for (i, (op, value)) in ops.iter().zip(right).enumerate() {
            self.expr(value)?;
            if i < chain {
                self.op_i(at, Op::SWAP, 2);
                self.op_i(at, Op::COPY, 2);
            }
            self.compare_op(at, *op);
            if i < chain {
                self.jump(at, Op::POP_JUMP_IF_FALSE, cleanup);
            }
        }
        self.pop_jump_if(at, next, cond);
        let end = self.new_label();
        self.jump(NO_LOCATION, Op::JUMP, end);
        self.use_label(cleanup);
        self.op(at, Op::POP_TOP);
        if !cond {
            self.jump(NO_LOCATION, Op::JUMP, next);
        }
        self.use_label(end);
        Ok(())
    }

    // Displays.

    /// Builds a list, set or tuple of `elts` and one `more` behind them, with `pushed` values of it on the stack already
    /// (`starunpack_helper`).
    #[inline(never)]
    pub(super) fn build(
        &mut self,
        at: Location,
        elts: &'a [Expr],
        more: Option<&Ident>,
        pushed: usize,
        what: Build,
    ) -> Result {
        let (build, add, extend) = what.ops();
        let tuple = what == Build::Tuple;
        let n = elts.len() + usize::from(more.is_some());
        if n > 2
            && more.is_none()
            && let Some(items) = constants(elts)
        {
            if tuple && pushed == 0 {
                self.load_tree_const(at, elts, Constant::Tuple(items));
                return Ok(());
            }
            self.op_n(at, build, pushed);
            let folded = match what {
                Build::Set => Constant::FrozenSet(super::checks::distinct(items)),
                _ => Constant::Tuple(items),
            };
            self.load_tree_const(at, elts, folded);
            self.op_i(at, extend, 1);
            if tuple {
                self.op_i(at, Op::CALL_INTRINSIC_1, LIST_TO_TUPLE);
            }
            return Ok(());
        }
        let big = n + pushed > STACK_USE_GUIDELINE;
        let starred = |e: &Expr| matches!(e.kind, ExprKind::Starred { .. });
        if !big && !elts.iter().any(starred) {
            self.exprs(elts)?;
            if let Some(more) = more {
                self.load_name(at, more)?;
            }
            self.op_n(at, if tuple { Op::BUILD_TUPLE } else { build }, n + pushed);
            return Ok(());
        }
        let mut built = big;
        if big {
            self.op_n(at, build, pushed);
        }
        for (i, e) in elts.iter().enumerate() {
            if let ExprKind::Starred { value, .. } = &e.kind {
                if !built {
                    self.op_n(at, build, i + pushed);
                    built = true;
                }
                self.expr(value)?;
                self.op_i(at, extend, 1);
            } else {
                self.expr(e)?;
                if built {
                    self.op_i(at, add, 1);
                }
            }
        }
        if let Some(more) = more {
            self.load_name(at, more)?;
            self.op_i(at, add, 1);
        }
        if tuple {
            self.op_i(at, Op::CALL_INTRINSIC_1, LIST_TO_TUPLE);
        }
        Ok(())
    }

    fn sequence(&mut self, at: Location, elts: &'a [Expr], ctx: ExprContext, what: Build) -> Result {
        match ctx {
            ExprContext::Load => self.build(at, elts, None, 0, what),
            ExprContext::Store => self.unpack(at, elts),
            ExprContext::Del => self.exprs(elts),
        }
    }

    #[inline(never)]
    fn dict(&mut self, at: Location, keys: &'a [Option<Expr>], values: &'a [Expr]) -> Result {
        let mut have_dict = false;
        // How many entries wait to be built.
        let mut waiting = 0;
        let n = keys.len().min(values.len());
        for i in 0..n {
            if keys[i].is_none() {
                if waiting > 0 {
                    self.sub_dict(at, &keys[i - waiting..i], &values[i - waiting..i], &mut have_dict)?;
                    waiting = 0;
                }
                if !have_dict {
                    self.op_i(at, Op::BUILD_MAP, 0);
                    have_dict = true;
                }
                self.expr(&values[i])?;
                self.op_i(at, Op::DICT_UPDATE, 1);
            } else if waiting * 2 > STACK_USE_GUIDELINE {
                self.sub_dict(at, &keys[i - waiting..=i], &values[i - waiting..=i], &mut have_dict)?;
                waiting = 0;
            } else {
                waiting += 1;
            }
        }
        if waiting > 0 {
            self.sub_dict(at, &keys[n - waiting..n], &values[n - waiting..n], &mut have_dict)?;
        }
        if !have_dict {
            self.op_i(at, Op::BUILD_MAP, 0);
        }
        Ok(())
    }

    /// Builds a part of a display, and puts it into the dict that is there (`compiler_subdict`).
    fn sub_dict(
        &mut self,
        at: Location,
        keys: &'a [Option<Expr>],
        values: &'a [Expr],
        have_dict: &mut bool,
    ) -> Result {
        let n = keys.len();
        let big = n * 2 > STACK_USE_GUIDELINE;
        if n > 1
            && !big
            && let Some(items) = constants(keys.iter().flatten())
        {
            self.exprs(values)?;
            self.load_tree_const(at, keys, Constant::Tuple(items));
            self.op_n(at, Op::BUILD_CONST_KEY_MAP, n);
        } else {
            if big {
                self.op_i(at, Op::BUILD_MAP, 0);
            }
            for (key, value) in keys.iter().flatten().zip(values) {
                self.expr(key)?;
                self.expr(value)?;
                if big {
                    self.op_i(at, Op::MAP_ADD, 1);
                }
            }
            if !big {
                self.op_n(at, Op::BUILD_MAP, n);
            }
        }
        if *have_dict {
            self.op_i(at, Op::DICT_UPDATE, 1);
        }
        *have_dict = true;
        Ok(())
    }

    // Attributes and subscripts.

    #[inline(never)]
    fn attribute(&mut self, e: &'a Expr, value: &'a Expr, attr: &Ident, ctx: ExprContext) -> Result {
        if ctx == ExprContext::Load
            && let Some(args) = self.super_args(value, attr)
        {
            self.load_super(value, args)?;
            let op = if args.is_empty() { Op::LOAD_ZERO_SUPER_ATTR } else { Op::LOAD_SUPER_ATTR };
            self.op_name(e.range, op, attr);
            self.op(at_attribute(e.range, e, attr), Op::NOP);
            return Ok(());
        }
        self.expr(value)?;
        let at = at_attribute(e.range, e, attr);
        match ctx {
            ExprContext::Load => self.op_name(at, Op::LOAD_ATTR, attr),
            ExprContext::Store => {
                self.not_debug(at, attr, ctx)?;
                self.op_name(at, Op::STORE_ATTR, attr);
            }
            ExprContext::Del => self.op_name(at, Op::DELETE_ATTR, attr),
        }
        Ok(())
    }

    #[inline(never)]
    fn subscript(&mut self, at: Location, value: &'a Expr, slice: &'a Expr, ctx: ExprContext) -> Result {
        if ctx == ExprContext::Load {
            self.check_subscripter(value);
            self.check_index(value, slice);
        }
        self.expr(value)?;
        if is_two_element_slice(slice) && ctx != ExprContext::Del {
            self.slice(slice)?;
            let load = ctx == ExprContext::Load;
            self.op(at, if load { Op::BINARY_SLICE } else { Op::STORE_SLICE });
        } else {
            self.expr(slice)?;
            let op = match ctx {
                ExprContext::Load => Op::BINARY_SUBSCR,
                ExprContext::Store => Op::STORE_SUBSCR,
                ExprContext::Del => Op::DELETE_SUBSCR,
            };
            self.op(at, op);
        }
        Ok(())
    }

    /// Puts the parts of a slice on the stack; returns how many (`compiler_slice`).
    #[inline(never)]
    pub(super) fn slice(&mut self, e: &'a Expr) -> Result<i32> {
        let ExprKind::Slice { lower, upper, step } = &e.kind else {
            return Err(CompileError::System("not a slice".into()));
        };
        for part in [lower, upper] {
            match part {
                Some(part) => self.expr(part)?,
                None => self.load_none(e.range),
            }
        }
        match step {
            Some(step) => self.expr(step).map(|()| 3),
            None => Ok(2),
        }
    }
}

/// `a[b:c]`, which has instructions of its own.
pub(super) fn is_two_element_slice(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Slice { step: None, .. })
}

/// The values of a list of constants (`are_all_items_const`).
fn constants<'e>(list: impl IntoIterator<Item = &'e Expr>) -> Option<Vec<Constant>> {
    let value = |e: &Expr| match &e.kind {
        ExprKind::Constant { value, .. } => Some(value.clone()),
        _ => None,
    };
    list.into_iter().map(value).collect()
}
