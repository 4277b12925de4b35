//! The code generator (`compile.c`): from a tree and its symbol table to [`Unit`](crate::instr::Unit)s, one a scope.
//!
//! Here: the entry, its options and the modules' own code. `unit` has scopes, emitting and names; the other modules
//! have one family of statements or expressions each. Not here: what becomes of the instructions (`assemble`).

mod annotations;
mod assign;
mod call;
mod checks;
mod class;
mod comprehension;
mod expr;
mod fblock;
mod fstring;
mod function;
mod imports;
mod pattern;
mod stmt;
mod try_;
mod type_params;
mod unit;
mod with;

use dxpy_ast::{Constant, ExprKind, Location, Mod, PyStr, Stmt, StmtKind};
use dxpy_bytecode::{CodeObject, Op, co};
use std::rc::Rc;

use crate::assemble::add_return_at_end;
use crate::astopt;
use crate::error::CompileError;
use crate::future::Future;
use crate::instr::{NO_LOCATION, Unit};
use crate::symtable::{NodeKey, SymbolTable};
use crate::unparse::Printable;
use unit::{Scope, UnitState};

pub(crate) type Result<T = ()> = std::result::Result<T, CompileError>;

/// `PyCF_ALLOW_TOP_LEVEL_AWAIT`.
pub const ALLOW_TOP_LEVEL_AWAIT: u32 = 0x2000;

/// `PyCF_MASK`: the flags that code objects inherit.
pub const FLAGS_MASK: u32 = co::FUTURE_DIVISION
    | co::FUTURE_ABSOLUTE_IMPORT
    | co::FUTURE_WITH_STATEMENT
    | co::FUTURE_PRINT_FUNCTION
    | co::FUTURE_UNICODE_LITERALS
    | co::FUTURE_BARRY_AS_BDFL
    | co::FUTURE_GENERATOR_STOP
    | co::FUTURE_ANNOTATIONS;

/// How many values may be on the stack for one construct (`STACK_USE_GUIDELINE`).
const STACK_USE_GUIDELINE: usize = 30;

/// How to compile. The mode is the tree's: `Module`, `Interactive` or `Expression`.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// 0; 1 without asserts and `__debug__`; 2 without docstrings too.
    pub optimize: u8,
    /// `co::FUTURE_*` inherited from the caller, and `PyCF_*` bits ([`ALLOW_TOP_LEVEL_AWAIT`]).
    pub flags: u32,
    /// How many C calls deep the caller is, in CPython's count: less nesting is left to the tree.
    pub used_depth: u32,
    /// `str.isprintable` of a code point, for `repr` in annotations that become text.
    pub printable: Printable,
}

impl Default for Options {
    /// No optimisation, no flags; Rust's own idea of what is printable, which is no particular version of Unicode's.
    fn default() -> Options {
        let printable =
            |c| char::from_u32(c).is_some_and(|c| c == ' ' || !(c.is_control() || c.is_whitespace()));
        Options { optimize: 0, flags: 0, used_depth: 0, printable }
    }
}

/// The category of a [`Warning`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarningKind {
    /// `SyntaxWarning` in the line of `range` of the file; as an error, a `SyntaxError` over `range`.
    Syntax,
    /// `DeprecationWarning` in the line of whoever called `compile()`; as an error, without an effect.
    Deprecation,
}

/// A warning for the caller to issue, in order, before it looks at the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub kind: WarningKind,
    pub message: String,
    pub range: Location,
}

/// Compiles a tree (`_PyAST_Compile`), which is optimised in place on the way, as CPython does.
pub fn compile(
    tree: &mut Mod,
    filename: &PyStr,
    options: Options,
    warnings: &mut Vec<Warning>,
) -> Result<CodeObject> {
    with_compiler(tree, filename, options, warnings, |c, tree| {
        c.module(tree)?;
        c.leave(!matches!(tree, Mod::Expression { .. })).map(Rc::unwrap_or_clone)
    })
}

/// The instructions of a tree's outermost scope before they are optimised (`_PyCompile_CodeGen`).
pub fn generate(
    tree: &mut Mod,
    filename: &PyStr,
    options: Options,
    warnings: &mut Vec<Warning>,
) -> Result<Unit> {
    with_compiler(tree, filename, options, warnings, |c, tree| {
        c.module(tree)?;
        let mut unit = c.take(!matches!(tree, Mod::Expression { .. }));
        add_return_at_end(&mut unit);
        Ok(unit)
    })
}

fn with_compiler<R>(
    tree: &mut Mod,
    filename: &PyStr,
    options: Options,
    warnings: &mut Vec<Warning>,
    body: impl for<'a> FnOnce(&mut Compiler<'a>, &'a Mod) -> Result<R>,
) -> Result<R> {
    let mut future = Future::from_ast(tree)?;
    future.features |= options.flags;
    let mut warn = |message: &'static str| {
        let (kind, range) = (WarningKind::Deprecation, NO_LOCATION);
        warnings.push(Warning { kind, message: message.into(), range });
        true
    };
    let (level, future_flags, used) = (options.optimize, future.features, options.used_depth);
    astopt::optimize_with(tree, astopt::Settings { level, future_flags, used, warn: &mut warn })?;
    let tree = &*tree;
    let table = SymbolTable::build_within(tree, future, options.used_depth)?;
    let mut c = Compiler {
        table,
        stack: Vec::new(),
        filename,
        flags: future.features,
        optimize: options.optimize,
        interactive: matches!(tree, Mod::Interactive { .. }),
        printable: options.printable,
        warnings,
    };
    body(&mut c, tree)
}

/// The state of a compilation (`struct compiler`); `'a` is the tree's.
pub(crate) struct Compiler<'a> {
    table: SymbolTable,
    /// The scopes being compiled, the innermost last.
    stack: Vec<UnitState<'a>>,
    filename: &'a PyStr,
    /// Features and flags in force.
    flags: u32,
    optimize: u8,
    interactive: bool,
    printable: Printable,
    warnings: &'a mut Vec<Warning>,
}

impl<'a> Compiler<'a> {
    /// `compiler_mod`.
    fn module(&mut self, tree: &'a Mod) -> Result {
        self.enter("<module>".into(), Scope::Module, NodeKey::module(tree), 1)?;
        let at = Location { lineno: 1, end_lineno: 1, col_offset: 0, end_col_offset: 0 };
        match tree {
            Mod::Module { body, .. } => self.body(at, body)?,
            Mod::Interactive { body } => {
                if has_annotation(body) {
                    self.op(at, Op::SETUP_ANNOTATIONS);
                }
                self.stmts(body)?;
            }
            Mod::Expression { body } => self.expr(body)?,
            Mod::FunctionType { .. } => {
                return Err(CompileError::System("module kind 4 should not be possible".into()));
            }
        }
        Ok(())
    }

    /// The statements of a module or class, with docstring and annotations (`compiler_body`).
    fn body(&mut self, mut at: Location, body: &'a [Stmt]) -> Result {
        if self.u().scope == Scope::Module
            && let Some(first) = body.first()
        {
            at = first.range;
        }
        if has_annotation(body) {
            self.op(at, Op::SETUP_ANNOTATIONS);
        }
        let mut rest = body;
        if self.optimize < 2
            && let Some((doc, range)) = docstring(body)
        {
            self.load_const(range, Constant::Str(doc.clone()));
            self.store_name(NO_LOCATION, &"__doc__".into())?;
            rest = &body[1..];
        }
        self.stmts(rest)
    }
}

/// The docstring of a body, and where it stands (`_PyAST_GetDocString`).
fn docstring(body: &[Stmt]) -> Option<(&PyStr, Location)> {
    let StmtKind::Expr { value } = &body.first()?.kind else { return None };
    match &value.kind {
        ExprKind::Constant { value: Constant::Str(s), .. } => Some((s, value.range)),
        _ => None,
    }
}

/// Whether an annotated assignment is among these statements or nested in them (`find_ann`).
fn has_annotation(body: &[Stmt]) -> bool {
    body.iter().any(|s| match &s.kind {
        StmtKind::AnnAssign { .. } => true,
        StmtKind::For(f) | StmtKind::AsyncFor(f) => has_annotation(&f.body) || has_annotation(&f.orelse),
        StmtKind::While { body, orelse, .. } | StmtKind::If { body, orelse, .. } => {
            has_annotation(body) || has_annotation(orelse)
        }
        StmtKind::With(w) | StmtKind::AsyncWith(w) => has_annotation(&w.body),
        StmtKind::Match { cases, .. } => cases.iter().any(|c| has_annotation(&c.body)),
        StmtKind::Try(t) | StmtKind::TryStar(t) => {
            t.handlers.iter().any(|h| has_annotation(&h.body))
                || has_annotation(&t.body)
                || has_annotation(&t.finalbody)
                || has_annotation(&t.orelse)
        }
        _ => false,
    })
}
