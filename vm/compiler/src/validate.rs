//! The check of trees made by hand (`_PyAST_Validate`): what `compile()` refuses before it compiles, with CPython's texts.
//!
//! Not here: what the node types already exclude (`None` where a node is required, constants of other types), which is
//! reported by whoever converts Python objects to nodes.

use dxpy_ast::*;

use crate::error::CompileError;

/// Nodes that may be open at once: `C_RECURSION_LIMIT`, scaled as in the symbol table.
const RECURSION_LIMIT: u32 = 1500 * FRAME_SCALE;
const FRAME_SCALE: u32 = 2;

/// Checks a tree.
pub fn validate(tree: &Mod) -> Result<(), CompileError> {
    validate_within(tree, 0)
}

/// The same for a caller that is itself `used` C calls deep, in CPython's count.
pub fn validate_within(tree: &Mod, used: u32) -> Result<(), CompileError> {
    let mut v = Validator { depth: used.saturating_mul(FRAME_SCALE).min(RECURSION_LIMIT) };
    match tree {
        Mod::Module { body, .. } | Mod::Interactive { body } => v.stmts(body),
        Mod::Expression { body } => v.load(body),
        Mod::FunctionType { argtypes, returns } => {
            v.loads(argtypes)?;
            v.load(returns)
        }
    }
}

type R = Result<(), CompileError>;

struct Validator {
    depth: u32,
}

#[cold]
fn value_error<T>(message: impl Into<String>) -> Result<T, CompileError> {
    Err(CompileError::Value(message.into()))
}

fn check(ok: bool, message: &str) -> R {
    if ok { Ok(()) } else { value_error(message) }
}

fn not_empty<T>(list: &[T], what: &str, owner: &str) -> R {
    if list.is_empty() { value_error(format!("empty {what} on {owner}")) } else { Ok(()) }
}

fn must_be_name(e: &Expr, message: &str) -> R {
    if matches!(e.kind, ExprKind::Name { .. }) { Ok(()) } else { Err(CompileError::Type(message.into())) }
}

fn positions(r: Location) -> R {
    if r.lineno > r.end_lineno {
        return value_error(format!("AST node line range ({}, {}) is not valid", r.lineno, r.end_lineno));
    }
    if r.lineno < 0 && r.end_lineno != r.lineno || r.col_offset < 0 && r.col_offset != r.end_col_offset {
        return value_error(format!(
            "AST node column range ({}, {}) for line range ({}, {}) is not valid",
            r.col_offset, r.end_col_offset, r.lineno, r.end_lineno
        ));
    }
    if r.lineno == r.end_lineno && r.col_offset > r.end_col_offset {
        return value_error(format!(
            "line {}, column {}-{} is not a valid range",
            r.lineno, r.col_offset, r.end_col_offset
        ));
    }
    Ok(())
}

fn name(id: &str) -> R {
    if matches!(id, "None" | "True" | "False") {
        return value_error(format!("identifier field can't represent '{id}' constant"));
    }
    Ok(())
}

/// A name that a pattern binds.
fn capture(id: &str) -> R {
    check(id != "_", "can't capture name '_' in patterns")?;
    name(id)
}

fn literal_number(e: &Expr, real: bool, imaginary: bool) -> bool {
    match &e.kind {
        ExprKind::Constant { value: Constant::Int(_) | Constant::Float(_), .. } => real,
        ExprKind::Constant { value: Constant::Complex { .. }, .. } => imaginary,
        _ => false,
    }
}

fn negative_number(e: &Expr, imaginary: bool) -> bool {
    matches!(&e.kind, ExprKind::UnaryOp { op: UnaryOp::USub, operand } if literal_number(operand, true, imaginary))
}

impl Validator {
    #[inline(never)]
    fn enter(&mut self) -> R {
        self.depth += 1;
        if self.depth > RECURSION_LIMIT {
            return Err(CompileError::Recursion("maximum recursion depth exceeded during compilation"));
        }
        Ok(())
    }

    fn stmts(&mut self, list: &[Stmt]) -> R {
        list.iter().try_for_each(|s| self.stmt(s))
    }
    fn body(&mut self, list: &[Stmt], owner: &str) -> R {
        not_empty(list, "body", owner)?;
        self.stmts(list)
    }
    fn load(&mut self, e: &Expr) -> R {
        self.expr(e, ExprContext::Load)
    }
    fn opt(&mut self, e: &Option<Box<Expr>>) -> R {
        e.as_deref().map_or(Ok(()), |e| self.load(e))
    }
    fn loads(&mut self, list: &[Expr]) -> R {
        list.iter().try_for_each(|e| self.load(e))
    }
    fn opt_loads(&mut self, list: &[Option<Expr>]) -> R {
        list.iter().flatten().try_for_each(|e| self.load(e))
    }
    fn targets(&mut self, list: &[Expr], ctx: ExprContext, owner: &str) -> R {
        not_empty(list, "targets", owner)?;
        list.iter().try_for_each(|e| self.expr(e, ctx))
    }

    fn function(&mut self, f: &FunctionDef, owner: &str) -> R {
        self.body(&f.body, owner)?;
        self.type_params(&f.type_params)?;
        self.arguments(&f.args)?;
        self.loads(&f.decorator_list)?;
        self.opt(&f.returns)
    }

    fn for_loop(&mut self, f: &For, owner: &str) -> R {
        self.expr(&f.target, ExprContext::Store)?;
        self.load(&f.iter)?;
        self.body(&f.body, owner)?;
        self.stmts(&f.orelse)
    }

    fn with(&mut self, w: &With, owner: &str) -> R {
        not_empty(&w.items, "items", owner)?;
        for item in &w.items {
            self.load(&item.context_expr)?;
            if let Some(vars) = &item.optional_vars {
                self.expr(vars, ExprContext::Store)?;
            }
        }
        self.body(&w.body, owner)
    }

    fn try_stmt(&mut self, t: &Try, owner: &str) -> R {
        self.body(&t.body, owner)?;
        if t.handlers.is_empty() {
            if t.finalbody.is_empty() {
                return value_error(format!("{owner} has neither except handlers nor finalbody"));
            }
            if !t.orelse.is_empty() {
                return value_error(format!("{owner} has orelse but no except handlers"));
            }
        }
        for h in &t.handlers {
            positions(h.range)?;
            self.opt(&h.typ)?;
            self.body(&h.body, "ExceptHandler")?;
        }
        self.stmts(&t.finalbody)?;
        self.stmts(&t.orelse)
    }

    fn stmt(&mut self, s: &Stmt) -> R {
        positions(s.range)?;
        self.enter()?;
        match &s.kind {
            StmtKind::FunctionDef(f) => self.function(f, "FunctionDef")?,
            StmtKind::AsyncFunctionDef(f) => self.function(f, "AsyncFunctionDef")?,
            StmtKind::ClassDef(c) => {
                self.body(&c.body, "ClassDef")?;
                self.type_params(&c.type_params)?;
                self.loads(&c.bases)?;
                self.keywords(&c.keywords)?;
                self.loads(&c.decorator_list)?;
            }
            StmtKind::Return { value } => self.opt(value)?,
            StmtKind::Delete { targets } => self.targets(targets, ExprContext::Del, "Delete")?,
            StmtKind::Assign { targets, value, .. } => {
                self.targets(targets, ExprContext::Store, "Assign")?;
                self.load(value)?;
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target, ExprContext::Store)?;
                self.load(value)?;
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                if *simple != 0 {
                    must_be_name(target, "AnnAssign with simple non-Name target")?;
                }
                self.expr(target, ExprContext::Store)?;
                self.opt(value)?;
                self.load(annotation)?;
            }
            StmtKind::TypeAlias { name, type_params, value } => {
                must_be_name(name, "TypeAlias with non-Name name")?;
                self.expr(name, ExprContext::Store)?;
                self.type_params(type_params)?;
                self.load(value)?;
            }
            StmtKind::For(f) => self.for_loop(f, "For")?,
            StmtKind::AsyncFor(f) => self.for_loop(f, "AsyncFor")?,
            StmtKind::While { test, body, orelse } => {
                self.load(test)?;
                self.body(body, "While")?;
                self.stmts(orelse)?;
            }
            StmtKind::If { test, body, orelse } => {
                self.load(test)?;
                self.body(body, "If")?;
                self.stmts(orelse)?;
            }
            StmtKind::With(w) => self.with(w, "With")?,
            StmtKind::AsyncWith(w) => self.with(w, "AsyncWith")?,
            StmtKind::Match { subject, cases } => {
                self.load(subject)?;
                not_empty(cases, "cases", "Match")?;
                for case in cases {
                    self.pattern(&case.pattern, false)?;
                    self.opt(&case.guard)?;
                    self.body(&case.body, "match_case")?;
                }
            }
            StmtKind::Raise { exc, cause } => {
                check(exc.is_some() || cause.is_none(), "Raise with cause but no exception")?;
                self.opt(exc)?;
                self.opt(cause)?;
            }
            StmtKind::Try(t) => self.try_stmt(t, "Try")?,
            StmtKind::TryStar(t) => self.try_stmt(t, "TryStar")?,
            StmtKind::Assert { test, msg } => {
                self.load(test)?;
                self.opt(msg)?;
            }
            StmtKind::Import { names } => not_empty(names, "names", "Import")?,
            StmtKind::ImportFrom { names, level, .. } => {
                check(*level >= 0, "Negative ImportFrom level")?;
                not_empty(names, "names", "ImportFrom")?;
            }
            StmtKind::Global { names } => not_empty(names, "names", "Global")?,
            StmtKind::Nonlocal { names } => not_empty(names, "names", "Nonlocal")?,
            StmtKind::Expr { value } => self.load(value)?,
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => {}
        }
        self.depth -= 1;
        Ok(())
    }

    fn expr(&mut self, e: &Expr, ctx: ExprContext) -> R {
        positions(e.range)?;
        self.enter()?;
        let actual = match &e.kind {
            ExprKind::Name { id, ctx } => {
                name(id)?;
                Some(*ctx)
            }
            ExprKind::Attribute { ctx, .. }
            | ExprKind::Subscript { ctx, .. }
            | ExprKind::Starred { ctx, .. }
            | ExprKind::List { ctx, .. }
            | ExprKind::Tuple { ctx, .. } => Some(*ctx),
            _ => None,
        };
        match actual {
            None if ctx != ExprContext::Load => {
                return value_error(format!("expression which can't be assigned to in {ctx:?} context"));
            }
            Some(actual) if actual != ctx => {
                return value_error(format!(
                    "expression must have {ctx:?} context but has {actual:?} instead"
                ));
            }
            _ => {}
        }
        match &e.kind {
            ExprKind::BoolOp { values, .. } => {
                check(values.len() >= 2, "BoolOp with less than 2 values")?;
                self.loads(values)?;
            }
            ExprKind::BinOp { left, right, .. } => {
                self.load(left)?;
                self.load(right)?;
            }
            ExprKind::UnaryOp { operand: value, .. }
            | ExprKind::YieldFrom { value }
            | ExprKind::Await { value }
            | ExprKind::Attribute { value, .. } => self.load(value)?,
            ExprKind::NamedExpr { target, value } => {
                must_be_name(target, "NamedExpr target must be a Name")?;
                self.load(value)?;
            }
            ExprKind::Yield { value } => self.opt(value)?,
            ExprKind::Lambda { args, body } => {
                self.arguments(args)?;
                self.load(body)?;
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.load(test)?;
                self.load(body)?;
                self.load(orelse)?;
            }
            ExprKind::Dict { keys, values } => {
                check(keys.len() == values.len(), "Dict doesn't have the same number of keys as values")?;
                self.opt_loads(keys)?;
                self.loads(values)?;
            }
            ExprKind::Set { elts: values } | ExprKind::JoinedStr { values } => self.loads(values)?,
            ExprKind::ListComp { elt, generators }
            | ExprKind::SetComp { elt, generators }
            | ExprKind::GeneratorExp { elt, generators } => {
                self.comprehensions(generators)?;
                self.load(elt)?;
            }
            ExprKind::DictComp { key, value, generators } => {
                self.comprehensions(generators)?;
                self.load(key)?;
                self.load(value)?;
            }
            ExprKind::Compare { left, ops, comparators } => {
                check(!comparators.is_empty(), "Compare with no comparators")?;
                let same = comparators.len() == ops.len();
                check(same, "Compare has a different number of comparators and operands")?;
                self.loads(comparators)?;
                self.load(left)?;
            }
            ExprKind::Call { func, args, keywords } => {
                self.load(func)?;
                self.loads(args)?;
                self.keywords(keywords)?;
            }
            ExprKind::Constant { value, .. } => self.constant(value)?,
            ExprKind::FormattedValue { value, format_spec, .. } => {
                self.load(value)?;
                self.opt(format_spec)?;
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.load(slice)?;
                self.load(value)?;
            }
            ExprKind::Starred { value, .. } => self.expr(value, ctx)?,
            ExprKind::Slice { lower, upper, step } => {
                self.opt(lower)?;
                self.opt(upper)?;
                self.opt(step)?;
            }
            ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => {
                elts.iter().try_for_each(|e| self.expr(e, ctx))?;
            }
            ExprKind::Name { .. } => {}
        }
        self.depth -= 1;
        Ok(())
    }

    fn constant(&mut self, c: &Constant) -> R {
        if let Constant::Tuple(items) | Constant::FrozenSet(items) = c {
            self.enter()?;
            items.iter().try_for_each(|c| self.constant(c))?;
            self.depth -= 1;
        }
        Ok(())
    }

    fn keywords(&mut self, list: &[Keyword]) -> R {
        list.iter().try_for_each(|k| self.load(&k.value))
    }

    fn comprehensions(&mut self, list: &[Comprehension]) -> R {
        check(!list.is_empty(), "comprehension with no generators")?;
        for c in list {
            self.expr(&c.target, ExprContext::Store)?;
            self.load(&c.iter)?;
            self.loads(&c.ifs)?;
        }
        Ok(())
    }

    fn args(&mut self, list: &[Arg]) -> R {
        for a in list {
            positions(a.range)?;
            self.opt(&a.annotation)?;
        }
        Ok(())
    }

    fn arguments(&mut self, a: &Arguments) -> R {
        self.args(&a.posonlyargs)?;
        self.args(&a.args)?;
        // The positions of `*args` and `**kwargs` are not looked at.
        a.vararg.as_ref().map_or(Ok(()), |v| self.opt(&v.annotation))?;
        self.args(&a.kwonlyargs)?;
        a.kwarg.as_ref().map_or(Ok(()), |v| self.opt(&v.annotation))?;
        let positional = a.posonlyargs.len() + a.args.len();
        check(a.defaults.len() <= positional, "more positional defaults than args on arguments")?;
        let same = a.kw_defaults.len() == a.kwonlyargs.len();
        check(same, "length of kwonlyargs is not the same as kw_defaults on arguments")?;
        self.loads(&a.defaults)?;
        self.opt_loads(&a.kw_defaults)
    }

    fn type_params(&mut self, list: &[TypeParam]) -> R {
        for p in list {
            positions(p.range)?;
            match &p.kind {
                TypeParamKind::TypeVar { name: n, bound } => {
                    name(n)?;
                    self.opt(bound)?;
                }
                TypeParamKind::ParamSpec { name: n } | TypeParamKind::TypeVarTuple { name: n } => name(n)?,
            }
        }
        Ok(())
    }

    /// What a value pattern or a key of a mapping pattern may be.
    fn pattern_value(&mut self, e: &Expr) -> R {
        self.load(e)?;
        let ok = match &e.kind {
            ExprKind::Constant { value, .. } => {
                let allowed = matches!(
                    value,
                    Constant::Int(_)
                        | Constant::Float(_)
                        | Constant::Complex { .. }
                        | Constant::Str(_)
                        | Constant::Bytes(_)
                );
                return check(allowed, "unexpected constant inside of a literal pattern");
            }
            // The code generator refuses f-strings.
            ExprKind::Attribute { .. } | ExprKind::JoinedStr { .. } => true,
            ExprKind::UnaryOp { .. } => negative_number(e, true),
            ExprKind::BinOp { left, op: Operator::Add | Operator::Sub, right } => {
                (literal_number(left, true, false) || negative_number(left, false))
                    && literal_number(right, false, true)
            }
            _ => false,
        };
        check(ok, "patterns may only match literals and attribute lookups")
    }

    fn patterns(&mut self, list: &[Pattern], star_ok: bool) -> R {
        list.iter().try_for_each(|p| self.pattern(p, star_ok))
    }

    fn pattern(&mut self, p: &Pattern, star_ok: bool) -> R {
        positions(p.range)?;
        self.enter()?;
        match &p.kind {
            PatternKind::MatchValue { value } => self.pattern_value(value)?,
            PatternKind::MatchSingleton { value } => {
                self.constant(value)?;
                let ok = matches!(value, Constant::None | Constant::True | Constant::False);
                check(ok, "MatchSingleton can only contain True, False and None")?;
            }
            PatternKind::MatchSequence { patterns } => self.patterns(patterns, true)?,
            PatternKind::MatchMapping { keys, patterns, rest } => {
                let same = keys.len() == patterns.len();
                check(same, "MatchMapping doesn't have the same number of keys as patterns")?;
                rest.as_deref().map_or(Ok(()), capture)?;
                for key in keys {
                    // As keys these three are allowed, as values they are `MatchSingleton`.
                    if !matches!(
                        key.kind,
                        ExprKind::Constant { value: Constant::None | Constant::True | Constant::False, .. }
                    ) {
                        self.pattern_value(key)?;
                    }
                }
                self.patterns(patterns, false)?;
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                let same = kwd_attrs.len() == kwd_patterns.len();
                check(same, "MatchClass doesn't have the same number of keyword attributes as patterns")?;
                self.load(cls)?;
                let mut base = &**cls;
                while let ExprKind::Attribute { value, .. } = &base.kind {
                    base = value;
                }
                let ok = matches!(base.kind, ExprKind::Name { .. });
                check(ok, "MatchClass cls field can only contain Name or Attribute nodes.")?;
                kwd_attrs.iter().try_for_each(|n| name(n))?;
                self.patterns(patterns, false)?;
                self.patterns(kwd_patterns, false)?;
            }
            PatternKind::MatchStar { name } => {
                check(star_ok, "can't use MatchStar here")?;
                name.as_deref().map_or(Ok(()), capture)?;
            }
            PatternKind::MatchAs { pattern, name } => {
                name.as_deref().map_or(Ok(()), capture)?;
                if let Some(inner) = pattern {
                    check(name.is_some(), "MatchAs must specify a target name if a pattern is given")?;
                    self.pattern(inner, false)?;
                }
            }
            PatternKind::MatchOr { patterns } => {
                check(patterns.len() >= 2, "MatchOr requires at least 2 patterns")?;
                self.patterns(patterns, false)?;
            }
        }
        self.depth -= 1;
        Ok(())
    }
}
