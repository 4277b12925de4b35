//! `try`: handlers, `except*`, `finally`.

use dxpy_ast::{ExceptHandler, Location, Try};
use dxpy_bytecode::Op;

use super::fblock::FBlock;
use super::{Compiler, Result};
use crate::error::CompileError;
use crate::instr::{Label, NO_LOCATION};

/// `INTRINSIC_PREP_RERAISE_STAR`.
const PREP_RERAISE_STAR: i32 = 1;

impl<'a> Compiler<'a> {
    pub(super) fn try_(&mut self, at: Location, t: &'a Try, star: bool) -> Result {
        if t.finalbody.is_empty() { self.try_handlers(at, t, star) } else { self.try_finally(at, t, star) }
    }

    fn try_handlers(&mut self, at: Location, t: &'a Try, star: bool) -> Result {
        if star { self.try_star_except(at, t) } else { self.try_except(at, t) }
    }

    /// `compiler_try_finally`: the last block is compiled twice, and once more for each way out of the body.
    fn try_finally(&mut self, at: Location, t: &'a Try, star: bool) -> Result {
        let (body, end, exit, cleanup) =
            (self.new_label(), self.new_label(), self.new_label(), self.new_label());
        self.jump(at, Op::SETUP_FINALLY, end);
        self.use_label(body);
        self.push_fblock(at, FBlock::FinallyTry(&t.finalbody))?;
        if t.handlers.is_empty() {
            self.stmts(&t.body)?;
        } else {
            self.try_handlers(at, t, star)?;
        }
        let at = NO_LOCATION;
        self.op(at, Op::POP_BLOCK);
        self.pop_fblock();
        self.stmts(&t.finalbody)?;
        self.jump(at, Op::JUMP, exit);

        self.use_label(end);
        self.push_fblock(at, FBlock::FinallyEnd)?;
        self.jump(at, Op::SETUP_CLEANUP, cleanup);
        self.op(at, Op::PUSH_EXC_INFO);
        self.stmts(&t.finalbody)?;
        self.pop_fblock();
        self.op_i(at, Op::RERAISE, 0);
        self.use_label(cleanup);
        self.pop_except_and_reraise(at);
        self.use_label(exit);
        Ok(())
    }

    /// `compiler_try_except`.
    fn try_except(&mut self, at: Location, t: &'a Try) -> Result {
        let (body, except, end, cleanup) =
            (self.new_label(), self.new_label(), self.new_label(), self.new_label());
        self.jump(at, Op::SETUP_FINALLY, except);
        self.use_label(body);
        self.push_fblock(at, FBlock::TryExcept)?;
        self.stmts(&t.body)?;
        self.pop_fblock();
        self.op(NO_LOCATION, Op::POP_BLOCK);
        self.stmts(&t.orelse)?;
        self.jump(NO_LOCATION, Op::JUMP, end);

        self.use_label(except);
        self.jump(NO_LOCATION, Op::SETUP_CLEANUP, cleanup);
        self.op(NO_LOCATION, Op::PUSH_EXC_INFO);
        self.push_fblock(at, FBlock::ExceptionHandler)?;
        for (i, handler) in t.handlers.iter().enumerate() {
            if handler.typ.is_none() && i + 1 < t.handlers.len() {
                return Err(CompileError::syntax("default 'except:' must be last", handler.range));
            }
            let next = self.new_label();
            self.handler(handler, next, end)?;
            self.use_label(next);
        }
        self.pop_fblock();
        self.op_i(NO_LOCATION, Op::RERAISE, 0);
        self.use_label(cleanup);
        self.pop_except_and_reraise(NO_LOCATION);
        self.use_label(end);
        Ok(())
    }

    fn handler(&mut self, handler: &'a ExceptHandler, next: Label, end: Label) -> Result {
        let at = handler.range;
        if let Some(typ) = &handler.typ {
            self.expr(typ)?;
            self.op(at, Op::CHECK_EXC_MATCH);
            self.jump(at, Op::POP_JUMP_IF_FALSE, next);
        }
        let Some(name) = &handler.name else {
            self.op(at, Op::POP_TOP);
            let body = self.new_label();
            self.use_label(body);
            self.push_fblock(at, FBlock::HandlerCleanup(None))?;
            self.stmts(&handler.body)?;
            self.pop_fblock();
            self.op(NO_LOCATION, Op::POP_BLOCK);
            self.op(NO_LOCATION, Op::POP_EXCEPT);
            self.jump(NO_LOCATION, Op::JUMP, end);
            return Ok(());
        };
        let (cleanup, body) = (self.new_label(), self.new_label());
        self.store_name(at, name)?;
        self.jump(at, Op::SETUP_CLEANUP, cleanup);
        self.use_label(body);
        self.push_fblock(at, FBlock::HandlerCleanup(Some(name.clone())))?;
        self.stmts(&handler.body)?;
        self.pop_fblock();
        self.op(NO_LOCATION, Op::POP_BLOCK);
        self.op(NO_LOCATION, Op::POP_BLOCK);
        self.op(NO_LOCATION, Op::POP_EXCEPT);
        self.forget(NO_LOCATION, name)?;
        self.jump(NO_LOCATION, Op::JUMP, end);
        self.use_label(cleanup);
        self.forget(NO_LOCATION, name)?;
        self.op_i(NO_LOCATION, Op::RERAISE, 1);
        Ok(())
    }

    /// `compiler_try_star_except`. On the stack: the whole exception, the list of what handlers raised, the rest.
    fn try_star_except(&mut self, at: Location, t: &'a Try) -> Result {
        let (body, except, orelse) = (self.new_label(), self.new_label(), self.new_label());
        let (end, cleanup, reraise_star) = (self.new_label(), self.new_label(), self.new_label());
        self.jump(at, Op::SETUP_FINALLY, except);
        self.use_label(body);
        self.push_fblock(at, FBlock::TryExcept)?;
        self.stmts(&t.body)?;
        self.pop_fblock();
        self.op(NO_LOCATION, Op::POP_BLOCK);
        self.jump(NO_LOCATION, Op::JUMP, orelse);

        self.use_label(except);
        self.jump(NO_LOCATION, Op::SETUP_CLEANUP, cleanup);
        self.op(NO_LOCATION, Op::PUSH_EXC_INFO);
        self.push_fblock(at, FBlock::ExceptionGroupHandler)?;
        for (i, handler) in t.handlers.iter().enumerate() {
            if i == 0 {
                self.op_i(handler.range, Op::BUILD_LIST, 0);
                self.op_i(handler.range, Op::COPY, 2);
            }
            self.star_handler(handler)?;
            if i + 1 == t.handlers.len() {
                self.op_i(NO_LOCATION, Op::LIST_APPEND, 1);
                self.jump(NO_LOCATION, Op::JUMP, reraise_star);
            }
        }
        self.pop_fblock();
        let at = NO_LOCATION;
        let reraise = self.new_label();
        self.use_label(reraise_star);
        self.op_i(at, Op::CALL_INTRINSIC_2, PREP_RERAISE_STAR);
        self.op_i(at, Op::COPY, 1);
        self.jump(at, Op::POP_JUMP_IF_NOT_NONE, reraise);
        self.op(at, Op::POP_TOP);
        self.op(at, Op::POP_BLOCK);
        self.op(at, Op::POP_EXCEPT);
        self.jump(at, Op::JUMP, end);
        self.use_label(reraise);
        self.op(at, Op::POP_BLOCK);
        self.op_i(at, Op::SWAP, 2);
        self.op(at, Op::POP_EXCEPT);
        self.op_i(at, Op::RERAISE, 0);
        self.use_label(cleanup);
        self.pop_except_and_reraise(at);
        self.use_label(orelse);
        self.stmts(&t.orelse)?;
        self.use_label(end);
        Ok(())
    }

    fn star_handler(&mut self, handler: &'a ExceptHandler) -> Result {
        let at = handler.range;
        let (except, with_error, no_match) = (self.new_label(), self.new_label(), self.new_label());
        if let Some(typ) = &handler.typ {
            self.expr(typ)?;
            self.op(at, Op::CHECK_EG_MATCH);
            self.op_i(at, Op::COPY, 1);
            self.jump(at, Op::POP_JUMP_IF_NONE, no_match);
        }
        let (cleanup, body) = (self.new_label(), self.new_label());
        match &handler.name {
            Some(name) => self.store_name(at, name)?,
            None => self.op(at, Op::POP_TOP),
        }
        self.jump(at, Op::SETUP_CLEANUP, cleanup);
        self.use_label(body);
        self.push_fblock(at, FBlock::HandlerCleanup(handler.name.clone()))?;
        self.stmts(&handler.body)?;
        self.pop_fblock();
        self.op(NO_LOCATION, Op::POP_BLOCK);
        if let Some(name) = &handler.name {
            self.forget(NO_LOCATION, name)?;
        }
        self.jump(NO_LOCATION, Op::JUMP, except);

        self.use_label(cleanup);
        if let Some(name) = &handler.name {
            self.forget(NO_LOCATION, name)?;
        }
        self.op_i(NO_LOCATION, Op::LIST_APPEND, 3);
        self.op(NO_LOCATION, Op::POP_TOP);
        self.jump(NO_LOCATION, Op::JUMP, with_error);
        self.use_label(except);
        self.op(NO_LOCATION, Op::NOP);
        self.jump(NO_LOCATION, Op::JUMP, with_error);
        self.use_label(no_match);
        self.op(at, Op::POP_TOP);
        self.use_label(with_error);
        Ok(())
    }
}
