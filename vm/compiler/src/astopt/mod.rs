//! The optimiser of trees (`ast_opt.c`): folds constant expressions, `__debug__`, `not a in b`, formats, and displays that
//! are only iterated over or searched.
//!
//! Here: the walk over the tree and the decisions on nodes. The arithmetic is in `arith`, `complex` and `sets`, formats are
//! in `format`. Not here: what happens to dead code and to documentation strings under `-O`, which is the code generator's.

use dxpy_ast::*;
use dxpy_bytecode::co;

use crate::error::CompileError;

mod arith;
mod complex;
mod format;
mod sets;

/// Nodes that may be open at once: `C_RECURSION_LIMIT`, scaled as in the symbol table.
const RECURSION_LIMIT: u32 = 1500 * FRAME_SCALE;
const FRAME_SCALE: u32 = 2;

/// The text of the one warning that folding issues, a `DeprecationWarning` attributed to the caller of `compile()`.
pub const BOOL_INVERSION: &str = "Bitwise inversion '~' on bool is deprecated. This returns the bitwise inversion of the \
     underlying int object and is usually not what you expect from negating a bool. Use the 'not' operator for boolean \
     negation or ~int(x) if you really want the bitwise inversion of the underlying int.";

/// What the optimiser depends on besides the tree.
pub struct Settings<'a> {
    /// `-O`: 0, 1 or 2.
    pub level: u8,
    /// `co::FUTURE_*` bits.
    pub future_flags: u32,
    /// How deep the caller is, in CPython's count of C calls: less nesting is left to the tree.
    pub used: u32,
    /// Issues [`BOOL_INVERSION`]; `false` when that raised, and then the expression is left as it is.
    pub warn: &'a mut dyn FnMut(&'static str) -> bool,
}

/// Folds the constants of a module in place (`_PyAST_Optimize`), warnings ignored.
pub fn optimize(module: &mut Mod, level: u8, future_flags: u32) -> Result<(), CompileError> {
    optimize_with(module, Settings { level, future_flags, used: 0, warn: &mut |_| true })
}

/// The same with everything CPython's has.
pub fn optimize_with(module: &mut Mod, settings: Settings<'_>) -> Result<(), CompileError> {
    let mut o = Optimizer {
        level: settings.level,
        annotations: settings.future_flags & co::FUTURE_ANNOTATIONS == 0,
        depth: settings.used.saturating_mul(FRAME_SCALE).min(RECURSION_LIMIT),
        warn: settings.warn,
    };
    match module {
        Mod::Module { body, .. } => o.body(body),
        Mod::Interactive { body } => o.stmts(body),
        Mod::Expression { body } => o.expr(body),
        Mod::FunctionType { .. } => Ok(()),
    }
}

type R = Result<(), CompileError>;

struct Optimizer<'a> {
    level: u8,
    /// Annotations are compiled as expressions.
    annotations: bool,
    depth: u32,
    warn: &'a mut dyn FnMut(&'static str) -> bool,
}

/// Makes `node` a constant, at its old place.
fn set_constant(node: &mut Expr, value: Constant) {
    node.kind = ExprKind::Constant { value, kind: None };
}

fn as_constant(e: &Expr) -> Option<&Constant> {
    match &e.kind {
        ExprKind::Constant { value, .. } => Some(value),
        _ => None,
    }
}

/// The values of a display all of whose items are constants.
fn constants(elts: &mut [Expr]) -> Option<Vec<Constant>> {
    if !elts.iter().all(|e| as_constant(e).is_some()) {
        return None;
    }
    let value = |e: &mut Expr| match &mut e.kind {
        ExprKind::Constant { value, .. } => std::mem::replace(value, Constant::None),
        _ => Constant::None,
    };
    Some(elts.iter_mut().map(value).collect())
}

fn has_starred(elts: &[Expr]) -> bool {
    elts.iter().any(|e| matches!(e.kind, ExprKind::Starred { .. }))
}

fn is_docstring(body: &[Stmt]) -> bool {
    matches!(body.first(), Some(Stmt { kind: StmtKind::Expr { value }, .. })
        if matches!(value.kind, ExprKind::Constant { value: Constant::Str(_), .. }))
}

impl Optimizer<'_> {
    #[inline(never)]
    fn enter(&mut self) -> R {
        self.depth += 1;
        if self.depth > RECURSION_LIMIT {
            return Err(CompileError::Recursion("maximum recursion depth exceeded during compilation"));
        }
        Ok(())
    }

    /// The body of a module, class or function. A string that only folding made must not become its documentation.
    fn body(&mut self, body: &mut [Stmt]) -> R {
        let before = is_docstring(body);
        self.stmts(body)?;
        if !before
            && is_docstring(body)
            && let Some(Stmt { kind: StmtKind::Expr { value }, range }) = body.first_mut()
        {
            let string = value.take();
            **value = Expr::new(ExprKind::JoinedStr { values: vec![string] }, *range);
        }
        Ok(())
    }

    fn stmts(&mut self, body: &mut [Stmt]) -> R {
        body.iter_mut().try_for_each(|s| self.stmt(s))
    }
    fn exprs(&mut self, list: &mut [Expr]) -> R {
        list.iter_mut().try_for_each(|e| self.expr(e))
    }
    fn opt(&mut self, e: &mut Option<Box<Expr>>) -> R {
        e.as_deref_mut().map_or(Ok(()), |e| self.expr(e))
    }

    fn function(&mut self, f: &mut FunctionDef) -> R {
        self.type_params(&mut f.type_params)?;
        self.arguments(&mut f.args)?;
        self.body(&mut f.body)?;
        self.exprs(&mut f.decorator_list)?;
        if self.annotations {
            self.opt(&mut f.returns)?;
        }
        Ok(())
    }

    fn class(&mut self, c: &mut ClassDef) -> R {
        self.type_params(&mut c.type_params)?;
        self.exprs(&mut c.bases)?;
        self.keywords(&mut c.keywords)?;
        self.body(&mut c.body)?;
        self.exprs(&mut c.decorator_list)
    }

    fn for_loop(&mut self, f: &mut For) -> R {
        self.expr(&mut f.target)?;
        self.expr(&mut f.iter)?;
        self.stmts(&mut f.body)?;
        self.stmts(&mut f.orelse)
    }

    fn with(&mut self, w: &mut With) -> R {
        for item in &mut w.items {
            self.expr(&mut item.context_expr)?;
            self.opt(&mut item.optional_vars)?;
        }
        self.stmts(&mut w.body)
    }

    fn try_stmt(&mut self, t: &mut Try) -> R {
        self.stmts(&mut t.body)?;
        for h in &mut t.handlers {
            self.opt(&mut h.typ)?;
            self.stmts(&mut h.body)?;
        }
        self.stmts(&mut t.orelse)?;
        self.stmts(&mut t.finalbody)
    }

    fn stmt(&mut self, s: &mut Stmt) -> R {
        self.enter()?;
        match &mut s.kind {
            StmtKind::FunctionDef(f) | StmtKind::AsyncFunctionDef(f) => self.function(f)?,
            StmtKind::ClassDef(c) => self.class(c)?,
            StmtKind::Return { value } => self.opt(value)?,
            StmtKind::Delete { targets } => self.exprs(targets)?,
            StmtKind::Assign { targets, value, .. } => {
                self.exprs(targets)?;
                self.expr(value)?;
            }
            StmtKind::TypeAlias { name, type_params, value } => {
                self.expr(name)?;
                self.type_params(type_params)?;
                self.expr(value)?;
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target)?;
                self.expr(value)?;
            }
            StmtKind::AnnAssign { target, annotation, value, .. } => {
                self.expr(target)?;
                if self.annotations {
                    self.expr(annotation)?;
                }
                self.opt(value)?;
            }
            StmtKind::For(f) => {
                self.for_loop(f)?;
                fold_iter(&mut f.iter);
            }
            StmtKind::AsyncFor(f) => self.for_loop(f)?,
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expr(test)?;
                self.stmts(body)?;
                self.stmts(orelse)?;
            }
            StmtKind::With(w) | StmtKind::AsyncWith(w) => self.with(w)?,
            StmtKind::Match { subject, cases } => {
                self.expr(subject)?;
                for case in cases {
                    self.pattern(&mut case.pattern)?;
                    self.opt(&mut case.guard)?;
                    self.stmts(&mut case.body)?;
                }
            }
            StmtKind::Raise { exc, cause } => {
                self.opt(exc)?;
                self.opt(cause)?;
            }
            StmtKind::Try(t) | StmtKind::TryStar(t) => self.try_stmt(t)?,
            StmtKind::Assert { test, msg } => {
                self.expr(test)?;
                self.opt(msg)?;
            }
            StmtKind::Expr { value } => self.expr(value)?,
            StmtKind::Import { .. }
            | StmtKind::ImportFrom { .. }
            | StmtKind::Global { .. }
            | StmtKind::Nonlocal { .. }
            | StmtKind::Pass
            | StmtKind::Break
            | StmtKind::Continue => {}
        }
        self.depth -= 1;
        Ok(())
    }

    fn expr(&mut self, e: &mut Expr) -> R {
        self.enter()?;
        match &mut e.kind {
            ExprKind::BoolOp { values, .. } | ExprKind::JoinedStr { values } => self.exprs(values)?,
            ExprKind::BinOp { left, right, .. } => {
                self.expr(left)?;
                self.expr(right)?;
                fold_binary(e);
            }
            ExprKind::UnaryOp { operand, .. } => {
                self.expr(operand)?;
                self.fold_unary(e);
            }
            ExprKind::Lambda { args, body } => {
                self.arguments(args)?;
                self.expr(body)?;
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.expr(test)?;
                self.expr(body)?;
                self.expr(orelse)?;
            }
            ExprKind::Dict { keys, values } => {
                keys.iter_mut().flatten().try_for_each(|k| self.expr(k))?;
                self.exprs(values)?;
            }
            ExprKind::Set { elts } | ExprKind::List { elts, .. } => self.exprs(elts)?,
            ExprKind::Tuple { elts, ctx } => {
                self.exprs(elts)?;
                if *ctx == ExprContext::Load
                    && let Some(items) = constants(elts)
                {
                    set_constant(e, Constant::Tuple(items));
                }
            }
            ExprKind::ListComp { elt, generators }
            | ExprKind::SetComp { elt, generators }
            | ExprKind::GeneratorExp { elt, generators } => {
                self.expr(elt)?;
                self.comprehensions(generators)?;
            }
            ExprKind::DictComp { key, value, generators } => {
                self.expr(key)?;
                self.expr(value)?;
                self.comprehensions(generators)?;
            }
            ExprKind::Await { value }
            | ExprKind::YieldFrom { value }
            | ExprKind::Attribute { value, .. }
            | ExprKind::Starred { value, .. }
            | ExprKind::NamedExpr { value, .. } => self.expr(value)?,
            ExprKind::Yield { value } => self.opt(value)?,
            ExprKind::Compare { left, ops, comparators } => {
                self.expr(left)?;
                self.exprs(comparators)?;
                if let (Some(CmpOp::In | CmpOp::NotIn), Some(last)) = (ops.last(), comparators.last_mut()) {
                    fold_iter(last);
                }
            }
            ExprKind::Call { func, args, keywords } => {
                self.expr(func)?;
                self.exprs(args)?;
                self.keywords(keywords)?;
            }
            ExprKind::FormattedValue { value, format_spec, .. } => {
                self.expr(value)?;
                self.opt(format_spec)?;
            }
            ExprKind::Subscript { value, slice, ctx } => {
                self.expr(value)?;
                self.expr(slice)?;
                if *ctx == ExprContext::Load
                    && let (Some(v), Some(i)) = (as_constant(value), as_constant(slice))
                    && let Some(item) = arith::subscript(v, i)
                {
                    set_constant(e, item);
                }
            }
            ExprKind::Slice { lower, upper, step } => {
                self.opt(lower)?;
                self.opt(upper)?;
                self.opt(step)?;
            }
            ExprKind::Name { id, ctx } => {
                if *ctx == ExprContext::Load && &**id == "__debug__" {
                    let value = if self.level == 0 { Constant::True } else { Constant::False };
                    set_constant(e, value);
                }
            }
            ExprKind::Constant { .. } => {}
        }
        self.depth -= 1;
        Ok(())
    }

    #[inline(never)]
    fn fold_unary(&mut self, node: &mut Expr) {
        let ExprKind::UnaryOp { op, operand } = &mut node.kind else { return };
        match &mut operand.kind {
            ExprKind::Constant { value, .. } => {
                let mut warned = || (self.warn)(BOOL_INVERSION);
                if let Some(v) = arith::unary(*op, value, &mut warned) {
                    set_constant(node, v);
                }
            }
            // Only these four are each other's negation whatever the operands define; the place is the comparison's.
            ExprKind::Compare { ops, .. } if *op == UnaryOp::Not && ops.len() == 1 => {
                ops[0] = match ops[0] {
                    CmpOp::Is => CmpOp::IsNot,
                    CmpOp::IsNot => CmpOp::Is,
                    CmpOp::In => CmpOp::NotIn,
                    CmpOp::NotIn => CmpOp::In,
                    _ => return,
                };
                *node = operand.take();
            }
            _ => {}
        }
    }

    fn keywords(&mut self, list: &mut [Keyword]) -> R {
        list.iter_mut().try_for_each(|k| self.expr(&mut k.value))
    }

    fn comprehensions(&mut self, list: &mut [Comprehension]) -> R {
        for c in list {
            self.expr(&mut c.target)?;
            self.expr(&mut c.iter)?;
            self.exprs(&mut c.ifs)?;
            fold_iter(&mut c.iter);
        }
        Ok(())
    }

    fn arguments(&mut self, a: &mut Arguments) -> R {
        a.posonlyargs.iter_mut().try_for_each(|a| self.arg(a))?;
        a.args.iter_mut().try_for_each(|a| self.arg(a))?;
        a.vararg.as_deref_mut().map_or(Ok(()), |a| self.arg(a))?;
        a.kwonlyargs.iter_mut().try_for_each(|a| self.arg(a))?;
        a.kw_defaults.iter_mut().flatten().try_for_each(|e| self.expr(e))?;
        a.kwarg.as_deref_mut().map_or(Ok(()), |a| self.arg(a))?;
        self.exprs(&mut a.defaults)
    }
    fn arg(&mut self, a: &mut Arg) -> R {
        if self.annotations { self.opt(&mut a.annotation) } else { Ok(()) }
    }

    fn type_params(&mut self, list: &mut [TypeParam]) -> R {
        list.iter_mut().try_for_each(|p| match &mut p.kind {
            TypeParamKind::TypeVar { bound, .. } => self.opt(bound),
            TypeParamKind::ParamSpec { .. } | TypeParamKind::TypeVarTuple { .. } => Ok(()),
        })
    }

    fn patterns(&mut self, list: &mut [Pattern]) -> R {
        list.iter_mut().try_for_each(|p| self.pattern(p))
    }

    /// Negative and complex literals in patterns become constants like all others.
    fn pattern(&mut self, p: &mut Pattern) -> R {
        self.enter()?;
        match &mut p.kind {
            PatternKind::MatchValue { value } => self.expr(value)?,
            PatternKind::MatchSequence { patterns } | PatternKind::MatchOr { patterns } => {
                self.patterns(patterns)?;
            }
            PatternKind::MatchMapping { keys, patterns, .. } => {
                self.exprs(keys)?;
                self.patterns(patterns)?;
            }
            PatternKind::MatchClass { cls, patterns, kwd_patterns, .. } => {
                self.expr(cls)?;
                self.patterns(patterns)?;
                self.patterns(kwd_patterns)?;
            }
            PatternKind::MatchAs { pattern: Some(inner), .. } => self.pattern(inner)?,
            PatternKind::MatchAs { pattern: None, .. }
            | PatternKind::MatchSingleton { .. }
            | PatternKind::MatchStar { .. } => {}
        }
        self.depth -= 1;
        Ok(())
    }
}

/// Folds `left op right` (`fold_binop`).
#[inline(never)]
fn fold_binary(node: &mut Expr) {
    let ExprKind::BinOp { left, op, right } = &mut node.kind else { return };
    let Some(l) = as_constant(left) else { return };
    if let (Operator::Mod, Constant::Str(text), ExprKind::Tuple { elts, .. }) = (*op, l, &mut right.kind)
        && !has_starred(elts)
    {
        if let Some(values) = format::joined_values(text, elts) {
            node.kind = ExprKind::JoinedStr { values };
        }
        return;
    }
    let Some(r) = as_constant(right) else { return };
    if let Some(value) = arith::binary(*op, l, r) {
        set_constant(node, value);
    }
}

/// A display that is only iterated over or searched may as well not be mutable (`fold_iter`).
#[inline(never)]
fn fold_iter(e: &mut Expr) {
    match &mut e.kind {
        ExprKind::List { elts, .. } if has_starred(elts) => {}
        ExprKind::List { elts, ctx } => {
            e.kind = match constants(elts) {
                Some(items) => ExprKind::Constant { value: Constant::Tuple(items), kind: None },
                None => ExprKind::Tuple { elts: std::mem::take(elts), ctx: *ctx },
            };
        }
        ExprKind::Set { elts } => {
            if let Some(items) = constants(elts) {
                set_constant(e, Constant::FrozenSet(sets::unique(items)));
            }
        }
        _ => {}
    }
}
