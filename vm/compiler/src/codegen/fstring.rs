//! f-strings.

use dxpy_ast::{Expr, Location};
use dxpy_bytecode::Op;

use super::{Compiler, Result, STACK_USE_GUIDELINE};
use crate::error::CompileError;

/// `FVS_HAVE_SPEC`.
const HAVE_SPEC: i32 = 4;

impl<'a> Compiler<'a> {
    /// `compiler_joined_str`.
    #[inline(never)]
    pub(super) fn joined_str(&mut self, at: Location, values: &'a [Expr]) -> Result {
        if values.len() > STACK_USE_GUIDELINE {
            self.load_str(at, "");
            self.op_name(at, Op::LOAD_METHOD, &"join".into());
            self.op_i(at, Op::BUILD_LIST, 0);
            for value in values {
                self.expr(value)?;
                self.op_i(at, Op::LIST_APPEND, 1);
            }
            self.op_i(at, Op::CALL, 1);
        } else {
            self.exprs(values)?;
            if values.len() != 1 {
                self.op_n(at, Op::BUILD_STRING, values.len());
            }
        }
        Ok(())
    }

    /// `compiler_formatted_value`.
    #[inline(never)]
    pub(super) fn formatted_value(
        &mut self,
        at: Location,
        value: &'a Expr,
        conversion: i32,
        spec: Option<&'a Expr>,
    ) -> Result {
        self.expr(value)?;
        let mut arg = match u8::try_from(conversion) {
            _ if conversion == -1 => 0,
            Ok(b's') => 1,
            Ok(b'r') => 2,
            Ok(b'a') => 3,
            _ => {
                let m = format!("Unrecognized conversion character {conversion}");
                return Err(CompileError::System(m));
            }
        };
        if let Some(spec) = spec {
            self.expr(spec)?;
            arg |= HAVE_SPEC;
        }
        self.op_i(at, Op::FORMAT_VALUE, arg);
        Ok(())
    }
}
