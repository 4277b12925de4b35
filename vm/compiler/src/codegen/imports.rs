//! `import` and `from ... import`.

use dxpy_ast::{Alias, Constant, Ident, Location};
use dxpy_bytecode::Op;

use super::{Compiler, Result};
use crate::error::CompileError;
use crate::instr::NO_LOCATION;

/// `INTRINSIC_IMPORT_STAR`.
const IMPORT_STAR: i32 = 2;

impl Compiler<'_> {
    /// `compiler_import`.
    pub(super) fn import(&mut self, at: Location, names: &[Alias]) -> Result {
        for alias in names {
            self.load_int(at, 0);
            self.load_none(at);
            self.op_name(at, Op::IMPORT_NAME, &alias.name);
            match (&alias.asname, alias.name.split_once('.')) {
                (Some(asname), Some((_, path))) => {
                    // The module is the first of the path: fetch what it leads to.
                    for (i, part) in path.split('.').enumerate() {
                        if i > 0 {
                            self.op_i(at, Op::SWAP, 2);
                            self.op(at, Op::POP_TOP);
                        }
                        self.op_name(at, Op::IMPORT_FROM, &part.into());
                    }
                    self.store_name(at, asname)?;
                    self.op(at, Op::POP_TOP);
                }
                (Some(asname), None) => self.store_name(at, asname)?,
                (None, Some((first, _))) => self.store_name(at, &first.into())?,
                (None, None) => self.store_name(at, &alias.name)?,
            }
        }
        Ok(())
    }

    /// `compiler_from_import`.
    pub(super) fn import_from(
        &mut self,
        at: Location,
        module: Option<&Ident>,
        names: &[Alias],
        level: i32,
    ) -> Result {
        self.load_const(at, Constant::Int(level.into()));
        let head = self.table.future.location;
        let after = at.lineno > head.end_lineno
            || (at.lineno == head.end_lineno && at.col_offset > head.end_col_offset);
        if after && module.is_some_and(|m| &**m == "__future__") {
            let m = "from __future__ imports must occur at the beginning of the file";
            return Err(CompileError::syntax(m, at));
        }
        let list = names.iter().map(|a| Constant::Str((&*a.name).into())).collect();
        self.load_const(at, Constant::Tuple(list));
        self.op_name(at, Op::IMPORT_NAME, module.unwrap_or(&"".into()));
        if names.first().is_some_and(|a| a.name.starts_with('*')) {
            self.op_i(at, Op::CALL_INTRINSIC_1, IMPORT_STAR);
            self.op(NO_LOCATION, Op::POP_TOP);
            return Ok(());
        }
        for alias in names {
            self.op_name(at, Op::IMPORT_FROM, &alias.name);
            self.store_name(at, alias.asname.as_ref().unwrap_or(&alias.name))?;
        }
        self.op(at, Op::POP_TOP);
        Ok(())
    }
}
