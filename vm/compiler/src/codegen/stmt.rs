//! Statements: the dispatch, and those that are short: conditions, loops, `return`, `assert`, `raise`.

use dxpy_ast::{Constant, Expr, ExprKind, For, Location, Stmt, StmtKind};
use dxpy_bytecode::Op;

use super::fblock::FBlock;
use super::unit::Scope;
use super::{Compiler, Result};
use crate::error::CompileError;
use crate::instr::NO_LOCATION;

/// `INTRINSIC_PRINT`.
const INTRINSIC_PRINT: i32 = 1;

impl<'a> Compiler<'a> {
    pub(super) fn stmts(&mut self, body: &'a [Stmt]) -> Result {
        body.iter().try_for_each(|s| self.stmt(s))
    }

    /// `compiler_visit_stmt`.
    fn stmt(&mut self, s: &'a Stmt) -> Result {
        let at = s.range;
        match &s.kind {
            StmtKind::FunctionDef(f) => self.function(s, f, false),
            StmtKind::AsyncFunctionDef(f) => self.function(s, f, true),
            StmtKind::ClassDef(c) => self.class(s, c),
            StmtKind::TypeAlias { name, type_params, value } => self.type_alias(s, name, type_params, value),
            StmtKind::Return { value } => self.return_(at, value.as_deref()),
            StmtKind::Delete { targets } => self.exprs(targets),
            StmtKind::Assign { targets, value, .. } => self.assign(at, targets, value),
            StmtKind::AugAssign { target, op, value } => self.aug_assign(at, target, *op, value),
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.ann_assign(at, target, annotation, value.as_deref(), *simple != 0)
            }
            StmtKind::For(f) => self.for_(at, f),
            StmtKind::AsyncFor(f) => self.async_for(at, f),
            StmtKind::While { test, body, orelse } => self.while_(at, test, body, orelse),
            StmtKind::If { test, body, orelse } => self.if_(at, test, body, orelse),
            StmtKind::With(w) => self.with(at, &w.items, &w.body, false),
            StmtKind::AsyncWith(w) => self.with(at, &w.items, &w.body, true),
            StmtKind::Match { subject, cases } => self.match_(subject, cases),
            StmtKind::Raise { exc, cause } => self.raise(at, exc.as_deref(), cause.as_deref()),
            StmtKind::Try(t) => self.try_(at, t, false),
            StmtKind::TryStar(t) => self.try_(at, t, true),
            StmtKind::Assert { test, msg } => self.assert_(at, test, msg.as_deref()),
            StmtKind::Import { names } => self.import(at, names),
            StmtKind::ImportFrom { module, names, level } => {
                self.import_from(at, module.as_ref(), names, *level)
            }
            StmtKind::Global { .. } | StmtKind::Nonlocal { .. } => Ok(()),
            StmtKind::Expr { value } => self.expr_stmt(at, value),
            StmtKind::Pass => {
                self.op(at, Op::NOP);
                Ok(())
            }
            StmtKind::Break => self.break_(at),
            StmtKind::Continue => self.continue_(at),
        }
    }

    /// `compiler_stmt_expr`.
    fn expr_stmt(&mut self, at: Location, value: &'a Expr) -> Result {
        if self.interactive && self.stack.len() <= 1 {
            self.expr(value)?;
            self.op_i(at, Op::CALL_INTRINSIC_1, INTRINSIC_PRINT);
        } else if matches!(value.kind, ExprKind::Constant { .. }) {
            self.op(at, Op::NOP);
            return Ok(());
        } else {
            self.expr(value)?;
        }
        self.op(NO_LOCATION, Op::POP_TOP);
        Ok(())
    }

    fn raise(&mut self, at: Location, exc: Option<&'a Expr>, cause: Option<&'a Expr>) -> Result {
        let mut n = 0;
        if let Some(exc) = exc {
            self.expr(exc)?;
            n += 1;
            if let Some(cause) = cause {
                self.expr(cause)?;
                n += 1;
            }
        }
        self.op_i(at, Op::RAISE_VARARGS, n);
        Ok(())
    }

    fn return_(&mut self, stmt: Location, value: Option<&'a Expr>) -> Result {
        let ste = self.ste();
        if !ste.is_function_like() {
            return Err(CompileError::syntax("'return' outside function", stmt));
        }
        if value.is_some() && ste.coroutine && ste.generator {
            return Err(CompileError::syntax("'return' with value in async generator", stmt));
        }
        let mut at = stmt;
        let mut constant: Option<&'a Constant> = Some(&Constant::None);
        if let Some(e) = value {
            if let ExprKind::Constant { value, .. } = &e.kind {
                at = e.range;
                self.op(at, Op::NOP);
                constant = Some(value);
            } else {
                self.expr(e)?;
                constant = None;
            }
        }
        if value.is_none_or(|e| e.range.lineno != stmt.lineno) {
            at = stmt;
            self.op(at, Op::NOP);
        }
        self.unwind_all(&mut at, constant.is_none())?;
        if let Some(c) = constant {
            self.load_tree_const(at, c, c.clone());
        }
        self.op(at, Op::RETURN_VALUE);
        Ok(())
    }

    fn assert_(&mut self, at: Location, test: &'a Expr, msg: Option<&'a Expr>) -> Result {
        let always = match &test.kind {
            ExprKind::Tuple { elts, .. } => !elts.is_empty(),
            ExprKind::Constant { value: Constant::Tuple(items), .. } => !items.is_empty(),
            _ => false,
        };
        if always {
            self.warn(at, "assertion is always true, perhaps remove parentheses?");
        }
        if self.optimize != 0 {
            return Ok(());
        }
        let end = self.new_label();
        self.jump_if(at, test, end, true)?;
        self.op(at, Op::LOAD_ASSERTION_ERROR);
        if let Some(msg) = msg {
            self.expr(msg)?;
            self.op_i(at, Op::CALL, 0);
        }
        self.op_i(at, Op::RAISE_VARARGS, 1);
        self.use_label(end);
        Ok(())
    }

    fn if_(&mut self, at: Location, test: &'a Expr, body: &'a [Stmt], orelse: &'a [Stmt]) -> Result {
        let end = self.new_label();
        let next = if orelse.is_empty() { end } else { self.new_label() };
        self.jump_if(at, test, next, false)?;
        self.stmts(body)?;
        if !orelse.is_empty() {
            self.jump(NO_LOCATION, Op::JUMP, end);
            self.use_label(next);
            self.stmts(orelse)?;
        }
        self.use_label(end);
        Ok(())
    }

    fn while_(&mut self, at: Location, test: &'a Expr, body: &'a [Stmt], orelse: &'a [Stmt]) -> Result {
        let (start, inside, end, done) =
            (self.new_label(), self.new_label(), self.new_label(), self.new_label());
        self.use_label(start);
        self.push_fblock(at, FBlock::While { start, exit: end })?;
        self.jump_if(at, test, done, false)?;
        self.use_label(inside);
        self.stmts(body)?;
        self.jump_if(at, test, inside, true)?;
        self.pop_fblock();
        self.use_label(done);
        self.stmts(orelse)?;
        self.use_label(end);
        Ok(())
    }

    fn for_(&mut self, at: Location, f: &'a For) -> Result {
        let (start, cleanup, end) = (self.new_label(), self.new_label(), self.new_label());
        self.push_fblock(at, FBlock::For { start, exit: end })?;
        self.expr(&f.iter)?;
        self.op(at, Op::GET_ITER);
        self.use_label(start);
        self.jump(at, Op::FOR_ITER, cleanup);
        self.expr(&f.target)?;
        self.stmts(&f.body)?;
        self.jump(NO_LOCATION, Op::JUMP, start);
        self.use_label(cleanup);
        self.op(NO_LOCATION, Op::END_FOR);
        self.pop_fblock();
        self.stmts(&f.orelse)?;
        self.use_label(end);
        Ok(())
    }

    fn async_for(&mut self, at: Location, f: &'a For) -> Result {
        self.needs_async(at, "'async for' outside async function")?;
        let (start, except, end) = (self.new_label(), self.new_label(), self.new_label());
        self.expr(&f.iter)?;
        self.op(at, Op::GET_AITER);
        self.use_label(start);
        self.push_fblock(at, FBlock::For { start, exit: end })?;
        self.jump(at, Op::SETUP_FINALLY, except);
        self.op(at, Op::GET_ANEXT);
        self.load_none(at);
        self.yield_from(at, true);
        self.op(at, Op::POP_BLOCK);
        self.expr(&f.target)?;
        self.stmts(&f.body)?;
        self.jump(NO_LOCATION, Op::JUMP, start);
        self.pop_fblock();
        self.use_label(except);
        self.op(f.iter.range, Op::END_ASYNC_FOR);
        self.stmts(&f.orelse)?;
        self.use_label(end);
        Ok(())
    }

    /// `async for` and `async with` stand in an async function, or at the top level where that is allowed.
    pub(super) fn needs_async(&mut self, at: Location, message: &str) -> Result {
        if self.top_level_await() {
            let block = self.u().block;
            self.table.block_mut(block).coroutine = true;
        } else if self.u().scope != Scope::AsyncFunction {
            return Err(CompileError::syntax(message, at));
        }
        Ok(())
    }
}
