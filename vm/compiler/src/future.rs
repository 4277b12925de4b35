//! `from __future__` (`future.c`): which features a module asks for, and the errors of asking wrongly.

use dxpy_ast::{Constant, ExprKind, Location, Mod, Stmt, StmtKind};
use dxpy_bytecode::co;

use crate::error::CompileError;
use crate::instr::NO_LOCATION;

/// The features in force and the last future import (`PyFutureFeatures`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Future {
    /// `co::FUTURE_*` bits.
    pub features: u32,
    /// The last future import; [`NO_LOCATION`] without one. Later ones are misplaced, says the code generator.
    pub location: Location,
}

impl Default for Future {
    fn default() -> Future {
        Future { features: 0, location: NO_LOCATION }
    }
}

impl Future {
    /// Reads the future imports at the head of a module (`_PyFuture_FromAST`).
    pub fn from_ast(tree: &Mod) -> Result<Future, CompileError> {
        let mut future = Future::default();
        let (Mod::Module { body, .. } | Mod::Interactive { body }) = tree else { return Ok(future) };
        let docstring = body.first().is_some_and(is_docstring);
        for s in &body[usize::from(docstring)..] {
            // Anything else ends the head. CPython 3.12.1 does not look at the level: `from .__future__` counts too.
            let StmtKind::ImportFrom { module: Some(module), names, .. } = &s.kind else { break };
            if &**module != "__future__" {
                break;
            }
            for alias in names {
                future.features |= feature(&alias.name, s.range)?;
            }
            future.location = s.range;
        }
        Ok(future)
    }
}

/// Whether a statement is a string by itself.
fn is_docstring(s: &Stmt) -> bool {
    matches!(&s.kind, StmtKind::Expr { value }
        if matches!(value.kind, ExprKind::Constant { value: Constant::Str(_), .. }))
}

/// The bit of a feature's name (`future_check_features`).
fn feature(name: &str, at: Location) -> Result<u32, CompileError> {
    // The error stands at the start of the statement and has no end: -2 and 1 make the -1 that reads as `None`.
    let at = Location { end_lineno: at.lineno, end_col_offset: -2, ..at };
    Ok(match name {
        "nested_scopes" | "generators" | "division" | "absolute_import" | "with_statement"
        | "print_function" | "unicode_literals" | "generator_stop" => 0,
        "barry_as_FLUFL" => co::FUTURE_BARRY_AS_BDFL,
        "annotations" => co::FUTURE_ANNOTATIONS,
        "braces" => return Err(CompileError::of_table("not a chance", at)),
        _ => {
            // The message has room for a hundred bytes of it.
            let shown = String::from_utf8_lossy(&name.as_bytes()[..name.len().min(100)]);
            return Err(CompileError::of_table(format!("future feature {shown} is not defined"), at));
        }
    })
}
