//! Comprehensions and generator expressions, inlined (PEP 709) or not.

use dxpy_ast::{Comprehension, Expr, ExprKind, Ident, Location};
use dxpy_bytecode::Op;

use super::fblock::FBlock;
use super::unit::Scope;
use super::{Compiler, Result};
use crate::error::CompileError;
use crate::instr::{Label, NO_LOCATION};
use crate::symtable::{self, BlockId, BlockType, NodeKey, def};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Generator,
    List,
    Set,
    Dict,
}

/// What is compiled in the innermost loop.
#[derive(Clone, Copy)]
struct Element<'a> {
    kind: Kind,
    elt: &'a Expr,
    value: Option<&'a Expr>,
}

/// What an inlined comprehension changed around it (`inlined_comprehension_state`).
#[derive(Default)]
struct Inlined {
    /// Flags of names that are something else in the comprehension.
    outer_symbols: Vec<(Ident, u32)>,
    /// Names whose values wait on the stack.
    pushed: Vec<Ident>,
    /// Names that are fast locals for the time being, outside functions.
    hidden: Vec<Ident>,
    /// The handler that puts the values back, and the end.
    labels: Option<(Label, Label)>,
}

impl<'a> Compiler<'a> {
    /// `compiler_comprehension`.
    #[inline(never)]
    pub(super) fn comprehension(
        &mut self,
        e: &'a Expr,
        kind: Kind,
        generators: &'a [Comprehension],
        elt: &'a Expr,
        value: Option<&'a Expr>,
    ) -> Result {
        let at = e.range;
        let Some(outermost) = generators.first() else {
            return Err(CompileError::Value("comprehension with no generators".into()));
        };
        let Some(block) = self.table.lookup(NodeKey::expr(e)) else {
            return Err(CompileError::System("no symbol table for a comprehension".into()));
        };
        let outer_scope = self.u().scope;
        let top_level_await = self.top_level_await();
        let entry = self.table.block(block);
        let (inline, is_async) = (entry.comp_inlined, entry.coroutine);
        let mut state = Inlined::default();
        if inline {
            self.iterator(at, outermost)?;
            state = self.push_inlined(at, block);
        } else {
            let name = match kind {
                Kind::Generator => "<genexpr>",
                Kind::List => "<listcomp>",
                Kind::Set => "<setcomp>",
                Kind::Dict => "<dictcomp>",
            };
            self.enter(name.into(), Scope::Comprehension, NodeKey::expr(e), at.lineno)?;
        }
        if is_async
            && kind != Kind::Generator
            && !matches!(outer_scope, Scope::AsyncFunction | Scope::Comprehension)
            && !top_level_await
        {
            let m = "asynchronous comprehension outside of an asynchronous function";
            return Err(CompileError::syntax(m, at));
        }
        let build = match kind {
            Kind::Generator => None,
            Kind::List => Some(Op::BUILD_LIST),
            Kind::Set => Some(Op::BUILD_SET),
            Kind::Dict => Some(Op::BUILD_MAP),
        };
        if let Some(build) = build {
            self.op_i(at, build, 0);
            if inline {
                self.op_i(at, Op::SWAP, 2);
            }
        }
        let element = Element { kind, elt, value };
        self.generator(at, generators, 0, 0, element, inline)?;
        if inline {
            self.pop_inlined(at, state);
            return Ok(());
        }
        if kind == Kind::Generator {
            self.u().stopiteration = true;
        } else {
            self.op(elt.range, Op::RETURN_VALUE);
        }
        let code = self.leave(true)?;
        if top_level_await && is_async {
            let block = self.u().block;
            self.table.block_mut(block).coroutine = true;
        }
        self.make_closure(at, code, 0)?;
        self.iterator(at, outermost)?;
        self.op_i(at, Op::CALL, 0);
        if is_async && kind != Kind::Generator {
            self.await_value(at, 0);
        }
        Ok(())
    }

    /// The iterator over a loop's iterable (`compiler_comprehension_iter`).
    fn iterator(&mut self, at: Location, g: &'a Comprehension) -> Result {
        self.expr(&g.iter)?;
        self.op(at, if g.is_async != 0 { Op::GET_AITER } else { Op::GET_ITER });
        Ok(())
    }

    /// One loop and those inside (`compiler_comprehension_generator`). `on_stack`: the iterator is there already.
    fn generator(
        &mut self,
        at: Location,
        generators: &'a [Comprehension],
        index: usize,
        depth: i32,
        element: Element<'a>,
        on_stack: bool,
    ) -> Result {
        let Some(g) = generators.get(index) else { return Ok(()) };
        if g.is_async != 0 {
            self.async_generator(at, generators, index, depth, element, on_stack)
        } else {
            self.sync_generator(at, generators, index, depth, element, on_stack)
        }
    }

    fn sync_generator(
        &mut self,
        at: Location,
        generators: &'a [Comprehension],
        index: usize,
        mut depth: i32,
        element: Element<'a>,
        on_stack: bool,
    ) -> Result {
        let g = &generators[index];
        let (start, if_cleanup, anchor) = (self.new_label(), self.new_label(), self.new_label());
        let mut loops = true;
        if !on_stack && index == 0 {
            self.u().argcount = 1;
            self.op_i(at, Op::LOAD_FAST, 0);
        } else if !on_stack {
            // `for y in [f(x)]` is an assignment.
            match &g.iter.kind {
                ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. }
                    if elts.len() == 1 && !matches!(elts[0].kind, ExprKind::Starred { .. }) =>
                {
                    self.expr(&elts[0])?;
                    loops = false;
                }
                _ => {
                    self.expr(&g.iter)?;
                    self.op(at, Op::GET_ITER);
                }
            }
        }
        if loops {
            depth += 1;
            self.use_label(start);
            self.jump(at, Op::FOR_ITER, anchor);
        }
        self.expr(&g.target)?;
        for test in &g.ifs {
            self.jump_if(at, test, if_cleanup, false)?;
        }
        let end = self.inner(at, generators, index + 1, depth, element)?;
        self.use_label(if_cleanup);
        if loops {
            self.jump(end, Op::JUMP, start);
            self.use_label(anchor);
            self.op(NO_LOCATION, Op::END_FOR);
        }
        Ok(())
    }

    fn async_generator(
        &mut self,
        at: Location,
        generators: &'a [Comprehension],
        index: usize,
        depth: i32,
        element: Element<'a>,
        on_stack: bool,
    ) -> Result {
        let g = &generators[index];
        let (start, except, if_cleanup) = (self.new_label(), self.new_label(), self.new_label());
        if !on_stack && index == 0 {
            self.u().argcount = 1;
            self.op_i(at, Op::LOAD_FAST, 0);
        } else if !on_stack {
            self.expr(&g.iter)?;
            self.op(at, Op::GET_AITER);
        }
        self.use_label(start);
        self.push_fblock(at, FBlock::AsyncComprehension)?;
        self.jump(at, Op::SETUP_FINALLY, except);
        self.op(at, Op::GET_ANEXT);
        self.load_none(at);
        self.yield_from(at, true);
        self.op(at, Op::POP_BLOCK);
        self.expr(&g.target)?;
        for test in &g.ifs {
            self.jump_if(at, test, if_cleanup, false)?;
        }
        let end = self.inner(at, generators, index + 1, depth + 1, element)?;
        self.use_label(if_cleanup);
        self.jump(end, Op::JUMP, start);
        self.pop_fblock();
        self.use_label(except);
        self.op(at, Op::END_ASYNC_FOR);
        Ok(())
    }

    /// What is inside a loop: the next one, or the element. Returns the place of the jump back.
    fn inner(
        &mut self,
        at: Location,
        generators: &'a [Comprehension],
        index: usize,
        depth: i32,
        element: Element<'a>,
    ) -> Result<Location> {
        let Element { kind, elt, value } = element;
        let mut end = elt.range;
        if index < generators.len() {
            self.generator(at, generators, index, depth, element, false)?;
            return Ok(end);
        }
        self.expr(elt)?;
        match kind {
            Kind::Generator => {
                self.yield_value(end);
                self.op(end, Op::POP_TOP);
            }
            Kind::List => self.op_i(end, Op::LIST_APPEND, depth + 1),
            Kind::Set => self.op_i(end, Op::SET_ADD, depth + 1),
            Kind::Dict => {
                if let Some(value) = value {
                    self.expr(value)?;
                    end = end.to(value.range);
                }
                self.op_i(end, Op::MAP_ADD, depth + 1);
            }
        }
        Ok(end)
    }

    // Inlining.

    /// Makes the names of the scope those of the comprehension, and saves the values of its locals on the stack below
    /// the iterator (`push_inlined_comprehension_state`).
    fn push_inlined(&mut self, at: Location, comp: BlockId) -> Inlined {
        let mut state = Inlined::default();
        let outer = self.u().block;
        let in_class = self.ste().kind == BlockType::Class && self.u().inlined == 0;
        let function = self.ste().is_function_like();
        self.u().inlined += 1;
        let symbols: Vec<(Ident, u32)> =
            self.table.block(comp).symbols.iter().map(|(n, f)| (n.clone(), f)).collect();
        for (name, flags) in symbols {
            let bound = flags & def::LOCAL != 0 && flags & def::NONLOCAL == 0;
            if !bound && !in_class {
                continue;
            }
            let scope = symtable::Scope::of(flags);
            let outer_flags = self.table.block(outer).symbol(&name);
            let outer_scope = symtable::Scope::of(outer_flags);
            // What is a cell inside and free outside stays free: both are reached the same way.
            let cell_of_free = scope == symtable::Scope::Cell && outer_scope == symtable::Scope::Free;
            if (scope != outer_scope && scope != symtable::Scope::Free && !cell_of_free) || in_class {
                self.table.block_mut(outer).symbols.set(&name, flags);
                state.outer_symbols.push((name.clone(), outer_flags));
            }
            // In a class, 3.12.1 does this for every name of the comprehension.
            let u = self.u();
            if !function && u.fasthidden.insert(name.clone(), true) != Some(true) {
                state.hidden.push(name.clone());
            }
            let slot = u.varnames.add(&name);
            self.op_n(at, Op::LOAD_FAST_AND_CLEAR, slot);
            if scope == symtable::Scope::Cell {
                let u = self.u();
                let cell = match outer_scope {
                    symtable::Scope::Free => u.freevars.add(&name) + u.cellvars.len(),
                    _ => u.cellvars.add(&name),
                };
                self.op_n(at, Op::MAKE_CELL, cell);
            }
            state.pushed.push(name);
        }
        if !state.pushed.is_empty() {
            self.op_n(at, Op::SWAP, state.pushed.len() + 1);
            let (cleanup, end) = (self.new_label(), self.new_label());
            state.labels = Some((cleanup, end));
            self.jump(at, Op::SETUP_FINALLY, cleanup);
        }
        state
    }

    /// `pop_inlined_comprehension_state`.
    fn pop_inlined(&mut self, loc: Location, state: Inlined) {
        let outer = self.u().block;
        self.u().inlined -= 1;
        for (name, flags) in &state.outer_symbols {
            self.table.block_mut(outer).symbols.set(name, *flags);
        }
        if let Some((cleanup, end)) = state.labels {
            let at = NO_LOCATION;
            self.op(at, Op::POP_BLOCK);
            self.jump(at, Op::JUMP, end);
            self.use_label(cleanup);
            self.op_i(at, Op::SWAP, 2);
            self.op(at, Op::POP_TOP);
            self.restore(loc, &state.pushed);
            self.op_i(at, Op::RERAISE, 0);
            self.use_label(end);
            self.restore(loc, &state.pushed);
        }
        for name in &state.hidden {
            self.u().fasthidden.insert(name.clone(), false);
        }
    }

    fn restore(&mut self, at: Location, pushed: &[Ident]) {
        self.op_n(at, Op::SWAP, pushed.len() + 1);
        for name in pushed.iter().rev() {
            let slot = self.u().varnames.add(name);
            self.op_n(at, Op::STORE_FAST_MAYBE_NULL, slot);
        }
    }
}
