//! `with` and `async with`.

use dxpy_ast::{Location, Stmt, WithItem};
use dxpy_bytecode::Op;

use super::fblock::FBlock;
use super::{Compiler, Result};
use crate::instr::{Label, NO_LOCATION};

impl<'a> Compiler<'a> {
    /// The items of a statement and its body, one inside the other (`compiler_with`, `compiler_async_with`).
    pub(super) fn with(
        &mut self,
        at: Location,
        items: &'a [WithItem],
        body: &'a [Stmt],
        is_async: bool,
    ) -> Result {
        let Some((item, rest)) = items.split_first() else { return self.stmts(body) };
        if is_async {
            self.needs_async(at, "'async with' outside async function")?;
        }
        let (block, on_error, exit, cleanup) =
            (self.new_label(), self.new_label(), self.new_label(), self.new_label());
        self.expr(&item.context_expr)?;
        if is_async {
            self.op(at, Op::BEFORE_ASYNC_WITH);
            self.await_value(at, 1);
        } else {
            self.op(at, Op::BEFORE_WITH);
        }
        self.jump(at, Op::SETUP_WITH, on_error);
        self.use_label(block);
        self.push_fblock(at, FBlock::With { at, is_async })?;
        match &item.optional_vars {
            Some(target) => self.expr(target)?,
            None => self.op(at, Op::POP_TOP),
        }
        self.with(at, rest, body, is_async)?;
        self.pop_fblock();
        self.op(if is_async { at } else { NO_LOCATION }, Op::POP_BLOCK);
        self.call_exit_with_nones(at);
        if is_async {
            self.await_value(at, 2);
        }
        self.op(at, Op::POP_TOP);
        self.jump(at, Op::JUMP, exit);

        self.use_label(on_error);
        self.jump(at, Op::SETUP_CLEANUP, cleanup);
        self.op(at, Op::PUSH_EXC_INFO);
        self.op(at, Op::WITH_EXCEPT_START);
        if is_async {
            self.await_value(at, 2);
        }
        self.with_except_finish(cleanup);
        self.use_label(exit);
        Ok(())
    }

    /// Looks at what `__exit__` said of the exception (`compiler_with_except_finish`).
    fn with_except_finish(&mut self, cleanup: Label) {
        let at = NO_LOCATION;
        let (suppress, exit) = (self.new_label(), self.new_label());
        self.jump(at, Op::POP_JUMP_IF_TRUE, suppress);
        self.op_i(at, Op::RERAISE, 2);
        self.use_label(suppress);
        self.op(at, Op::POP_TOP);
        self.op(at, Op::POP_BLOCK);
        self.op(at, Op::POP_EXCEPT);
        self.op(at, Op::POP_TOP);
        self.op(at, Op::POP_TOP);
        self.jump(at, Op::JUMP, exit);
        self.use_label(cleanup);
        self.pop_except_and_reraise(at);
        self.use_label(exit);
    }
}
