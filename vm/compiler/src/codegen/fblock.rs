//! Blocks that control flow leaves in a statement: loops, handlers, `finally`, `with` (`struct fblockinfo`).

use dxpy_ast::{ExprContext, Ident, Location, Stmt};
use dxpy_bytecode::Op;

use super::{Compiler, Result};
use crate::error::CompileError;
use crate::instr::{Label, NO_LOCATION};

/// `CO_MAXBLOCKS`.
const MAX_BLOCKS: usize = 20;

/// A block, with what leaving it takes.
#[derive(Clone)]
pub(super) enum FBlock<'a> {
    While { start: Label, exit: Label },
    For { start: Label, exit: Label },
    TryExcept,
    FinallyTry(&'a [Stmt]),
    FinallyEnd,
    With { at: Location, is_async: bool },
    HandlerCleanup(Option<Ident>),
    PopValue,
    ExceptionHandler,
    ExceptionGroupHandler,
    AsyncComprehension,
    StopIteration,
}

impl<'a> Compiler<'a> {
    pub(super) fn push_fblock(&mut self, at: Location, block: FBlock<'a>) -> Result {
        let blocks = &mut self.u().fblocks;
        if blocks.len() >= MAX_BLOCKS {
            return Err(CompileError::syntax("too many statically nested blocks", at));
        }
        blocks.push(block);
        Ok(())
    }

    pub(super) fn pop_fblock(&mut self) {
        self.u().fblocks.pop();
    }

    /// Leaves one block (`compiler_unwind_fblock`). `keep`: the value on the stack's top stays there. `at` becomes
    /// artificial once code of another place has run.
    fn unwind(&mut self, at: &mut Location, block: &FBlock<'a>, keep: bool) -> Result {
        let swap = |c: &mut Self, at| {
            if keep {
                c.op_i(at, Op::SWAP, 2);
            }
        };
        match block {
            FBlock::While { .. }
            | FBlock::ExceptionHandler
            | FBlock::ExceptionGroupHandler
            | FBlock::AsyncComprehension
            | FBlock::StopIteration => {}
            FBlock::For { .. } | FBlock::PopValue => {
                swap(self, *at);
                self.op(*at, Op::POP_TOP);
            }
            FBlock::TryExcept => self.op(*at, Op::POP_BLOCK),
            FBlock::FinallyTry(body) => {
                self.op(*at, Op::POP_BLOCK);
                if keep {
                    self.push_fblock(*at, FBlock::PopValue)?;
                }
                self.stmts(body)?;
                if keep {
                    self.pop_fblock();
                }
                *at = NO_LOCATION;
            }
            FBlock::FinallyEnd => {
                swap(self, *at);
                self.op(*at, Op::POP_TOP);
                swap(self, *at);
                self.op(*at, Op::POP_BLOCK);
                self.op(*at, Op::POP_EXCEPT);
            }
            FBlock::With { at: stmt, is_async } => {
                self.op(*stmt, Op::POP_BLOCK);
                swap(self, *stmt);
                self.call_exit_with_nones(*stmt);
                if *is_async {
                    self.await_value(*stmt, 2);
                }
                self.op(*stmt, Op::POP_TOP);
                *at = NO_LOCATION;
            }
            FBlock::HandlerCleanup(name) => {
                if name.is_some() {
                    self.op(*at, Op::POP_BLOCK);
                }
                swap(self, *at);
                self.op(*at, Op::POP_BLOCK);
                self.op(*at, Op::POP_EXCEPT);
                if let Some(name) = name {
                    self.forget(*at, name)?;
                }
            }
        }
        Ok(())
    }

    /// Leaves all blocks, or those up to the innermost loop, which is returned (`compiler_unwind_fblock_stack`).
    fn unwind_stack(&mut self, at: &mut Location, keep: bool, to_loop: bool) -> Result<Option<FBlock<'a>>> {
        // The code of an outer `finally` must not see the blocks inside.
        let mut left = Vec::new();
        let found = loop {
            let blocks = &mut self.u().fblocks;
            match blocks.last() {
                None => break None,
                Some(FBlock::ExceptionGroupHandler) => {
                    let m = "'break', 'continue' and 'return' cannot appear in an except* block";
                    return Err(CompileError::syntax(m, *at));
                }
                Some(b @ (FBlock::While { .. } | FBlock::For { .. })) if to_loop => break Some(b.clone()),
                Some(_) => {}
            }
            let block = blocks.pop().expect("a block is there");
            self.unwind(at, &block, keep)?;
            left.push(block);
        };
        self.u().fblocks.extend(left.into_iter().rev());
        Ok(found)
    }

    /// Leaves every block of the function, for `return`.
    pub(super) fn unwind_all(&mut self, at: &mut Location, keep: bool) -> Result {
        self.unwind_stack(at, keep, false).map(|_| ())
    }

    pub(super) fn break_(&mut self, stmt: Location) -> Result {
        let mut at = stmt;
        self.op(at, Op::NOP);
        match self.unwind_stack(&mut at, false, true)? {
            Some(block @ (FBlock::While { exit, .. } | FBlock::For { exit, .. })) => {
                self.unwind(&mut at, &block, false)?;
                self.jump(at, Op::JUMP, exit);
                Ok(())
            }
            _ => Err(CompileError::syntax("'break' outside loop", stmt)),
        }
    }

    pub(super) fn continue_(&mut self, stmt: Location) -> Result {
        let mut at = stmt;
        self.op(at, Op::NOP);
        match self.unwind_stack(&mut at, false, true)? {
            Some(FBlock::While { start, .. } | FBlock::For { start, .. }) => {
                self.jump(at, Op::JUMP, start);
                Ok(())
            }
            _ => Err(CompileError::syntax("'continue' not properly in loop", stmt)),
        }
    }

    /// `name = None; del name`, at the end of a handler.
    pub(super) fn forget(&mut self, at: Location, name: &Ident) -> Result {
        self.load_none(at);
        self.store_name(at, name)?;
        self.name(at, name, ExprContext::Del)
    }

    /// Calls the `__exit__` on the stack with three Nones.
    pub(super) fn call_exit_with_nones(&mut self, at: Location) {
        self.load_none(at);
        self.load_none(at);
        self.load_none(at);
        self.op_i(at, Op::CALL, 2);
    }

    /// Awaits the value on the stack; `kind` tells the error message of a wrong one: 1 `__aenter__`, 2 `__aexit__`.
    pub(super) fn await_value(&mut self, at: Location, kind: i32) {
        self.op_i(at, Op::GET_AWAITABLE, kind);
        self.load_none(at);
        self.yield_from(at, true);
    }

    /// Delegates to the iterator on the stack (`compiler_add_yield_from`).
    pub(super) fn yield_from(&mut self, at: Location, is_await: bool) {
        let (send, fail, exit) = (self.new_label(), self.new_label(), self.new_label());
        self.use_label(send);
        self.jump(at, Op::SEND, exit);
        // A StopIteration out of `close` or `throw` ends the delegation as well.
        self.jump(at, Op::SETUP_FINALLY, fail);
        self.op_i(at, Op::YIELD_VALUE, 0);
        self.op(NO_LOCATION, Op::POP_BLOCK);
        self.op_i(at, Op::RESUME, if is_await { 3 } else { 2 });
        self.jump(at, Op::JUMP_NO_INTERRUPT, send);
        self.use_label(fail);
        self.op(at, Op::CLEANUP_THROW);
        self.use_label(exit);
        self.op(at, Op::END_SEND);
    }

    /// `POP_EXCEPT_AND_RERAISE`.
    pub(super) fn pop_except_and_reraise(&mut self, at: Location) {
        self.op_i(at, Op::COPY, 3);
        self.op(at, Op::POP_EXCEPT);
        self.op_i(at, Op::RERAISE, 1);
    }
}
