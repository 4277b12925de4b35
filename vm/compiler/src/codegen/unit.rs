//! The scope being compiled: entering and leaving it, emitting instructions, names and constants, closures.

use dxpy_ast::{Constant, ExprContext, Ident, Location};
use dxpy_bytecode::{CodeObject, Const, ConstTable, Op, co, fast, has_nan};
use std::collections::HashMap;
use std::rc::Rc;

use super::fblock::FBlock;
use super::{ALLOW_TOP_LEVEL_AWAIT, Compiler, FLAGS_MASK, Result, Warning, WarningKind};
use crate::assemble::assemble;
use crate::error::CompileError;
use crate::instr::{InstrSequence, Label, NameTable, Unit};
use crate::symtable::{self, Block, BlockId, BlockType, NodeKey, def, mangle};

/// What a scope is (`COMPILER_SCOPE_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    Comprehension,
    TypeParams,
}

/// One scope in the making (`struct compiler_unit`).
pub(super) struct UnitState<'a> {
    pub block: BlockId,
    pub scope: Scope,
    pub name: Ident,
    pub qualname: Ident,
    /// The class whose private names are mangled here.
    pub private: Option<Ident>,
    pub seq: InstrSequence,
    pub consts: ConstTable,
    pub names: NameTable,
    pub varnames: NameTable,
    pub cellvars: NameTable,
    pub freevars: NameTable,
    /// Names that are or were fast locals of an inlined comprehension outside functions; whether they are now.
    pub fasthidden: HashMap<Ident, bool>,
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub firstlineno: i32,
    pub fblocks: Vec<FBlock<'a>>,
    /// Constants with a NaN in them, by the place of their node: a NaN is equal only to itself, that is to the same node
    /// compiled again.
    pub nans: Vec<(usize, usize)>,
    /// How many inlined comprehensions are open.
    pub inlined: u32,
    /// StopIteration is turned into RuntimeError around the body.
    pub stopiteration: bool,
}

impl<'a> Compiler<'a> {
    pub(super) fn u(&mut self) -> &mut UnitState<'a> {
        self.stack.last_mut().expect("a scope is open")
    }

    /// The symbol table's block of the scope.
    pub(super) fn ste(&self) -> &Block {
        self.table.block(self.stack.last().expect("a scope is open").block)
    }

    /// Opens a scope (`compiler_enter_scope`).
    #[inline(never)]
    pub(super) fn enter(&mut self, name: Ident, scope: Scope, key: NodeKey, lineno: i32) -> Result {
        let Some(block) = self.table.lookup(key) else {
            return Err(CompileError::System(format!("no symbol table for {name}")));
        };
        let ste = self.table.block(block);
        let mut varnames = NameTable::default();
        ste.varnames.iter().for_each(|n| {
            varnames.add(n);
        });
        let mut cellvars = sorted_names(ste, symtable::Scope::Cell, def::COMP_CELL);
        if ste.needs_class_closure {
            cellvars.add(&"__class__".into());
        }
        if ste.needs_classdict {
            cellvars.add(&"__classdict__".into());
        }
        let freevars = sorted_names(ste, symtable::Scope::Free, def::FREE_CLASS);
        let qualname = match scope {
            Scope::Module => name.clone(),
            _ => self.qualname(&name, scope),
        };
        let private = self.stack.last().and_then(|u| u.private.clone());
        self.stack.push(UnitState {
            block,
            scope,
            name,
            qualname,
            private,
            seq: InstrSequence::default(),
            consts: ConstTable::default(),
            names: NameTable::default(),
            varnames,
            cellvars,
            freevars,
            fasthidden: HashMap::new(),
            argcount: 0,
            posonlyargcount: 0,
            kwonlyargcount: 0,
            firstlineno: lineno,
            fblocks: Vec::new(),
            nans: Vec::new(),
            inlined: 0,
            stopiteration: false,
        });
        let start = if scope == Scope::Module { 0 } else { lineno };
        let at = Location { lineno: start, end_lineno: lineno, col_offset: 0, end_col_offset: 0 };
        self.op_i(at, Op::RESUME, 0);
        Ok(())
    }

    /// The qualified name of a scope about to be opened (`compiler_set_qualname`).
    fn qualname(&self, name: &Ident, scope: Scope) -> Ident {
        let mut outer = self.stack.as_slice();
        // The scope of type parameters does not show in names.
        if outer.len() > 1 && outer[outer.len() - 1].scope == Scope::TypeParams {
            outer = &outer[..outer.len() - 1];
        }
        let Some((parent, [_, ..])) = outer.split_last() else { return name.clone() };
        if matches!(scope, Scope::Function | Scope::AsyncFunction | Scope::Class) {
            let mangled = mangle(parent.private.as_deref(), name);
            if self.table.block(parent.block).scope(&mangled) == symtable::Scope::GlobalExplicit {
                return name.clone();
            }
        }
        let locals = match parent.scope {
            Scope::Function | Scope::AsyncFunction | Scope::Lambda => ".<locals>",
            _ => "",
        };
        format!("{}{locals}.{name}", parent.qualname).into()
    }

    /// Closes the scope and makes its code object (`optimize_and_assemble`, `compiler_exit_scope`). What it returns is
    /// small, for the sake of the frames of nested scopes.
    #[inline(never)]
    pub(super) fn leave(&mut self, add_none: bool) -> Result<Rc<CodeObject>> {
        self.finish(add_none).map(Rc::new)
    }

    fn finish(&mut self, add_none: bool) -> Result<CodeObject> {
        let unit = self.take(add_none);
        assemble(unit, self.filename).map_err(|e| CompileError::System(e.to_string()))
    }

    /// Closes the scope.
    pub(super) fn take(&mut self, add_none: bool) -> Unit {
        let flags = self.code_flags();
        let u = self.stack.pop().expect("a scope is open");
        Unit {
            name: u.name,
            qualname: u.qualname,
            instrs: u.seq,
            consts: u.consts,
            names: u.names,
            varnames: u.varnames,
            cellvars: u.cellvars,
            freevars: u.freevars,
            fasthidden: u.fasthidden.into_keys().collect(),
            argcount: u.argcount + u.posonlyargcount,
            posonlyargcount: u.posonlyargcount,
            kwonlyargcount: u.kwonlyargcount,
            firstlineno: u.firstlineno,
            flags,
            is_generator_like: u.stopiteration,
            add_none,
            private: u.private,
        }
    }

    /// `compute_code_flags`.
    fn code_flags(&self) -> u32 {
        let ste = self.ste();
        let mut flags = self.flags & FLAGS_MASK;
        if ste.is_function_like() {
            flags |= co::NEWLOCALS | co::OPTIMIZED;
            flags |= if ste.nested { co::NESTED } else { 0 };
            flags |= match (ste.generator, ste.coroutine) {
                (true, false) => co::GENERATOR,
                (false, true) => co::COROUTINE,
                (true, true) => co::ASYNC_GENERATOR,
                (false, false) => 0,
            };
            flags |= if ste.varargs { co::VARARGS } else { 0 };
            flags |= if ste.varkeywords { co::VARKEYWORDS } else { 0 };
        }
        if self.top_level_await() && ste.coroutine && !ste.generator {
            flags |= co::COROUTINE;
        }
        flags
    }

    /// `IS_TOP_LEVEL_AWAIT`.
    pub(super) fn top_level_await(&self) -> bool {
        self.flags & ALLOW_TOP_LEVEL_AWAIT != 0 && self.ste().kind == BlockType::Module
    }

    pub(super) fn warn(&mut self, range: Location, message: impl Into<String>) {
        let kind = WarningKind::Syntax;
        self.warnings.push(Warning { kind, message: message.into(), range });
    }

    // Instructions.

    pub(super) fn op(&mut self, at: Location, op: Op) {
        self.u().seq.add(op, 0, at);
    }

    pub(super) fn op_i(&mut self, at: Location, op: Op, arg: i32) {
        self.u().seq.add(op, arg, at);
    }

    pub(super) fn op_n(&mut self, at: Location, op: Op, arg: usize) {
        self.op_i(at, op, i32::try_from(arg).unwrap_or(i32::MAX));
    }

    pub(super) fn jump(&mut self, at: Location, op: Op, to: Label) {
        self.u().seq.add(op, to.0 as i32, at);
    }

    pub(super) fn new_label(&mut self) -> Label {
        self.u().seq.new_label()
    }

    pub(super) fn use_label(&mut self, label: Label) {
        self.u().seq.use_label(label);
    }

    /// The index of a constant, which need not be loaded (`compiler_add_const`).
    pub(super) fn add_const(&mut self, c: impl Into<Const>) -> usize {
        self.u().consts.add(c.into())
    }

    pub(super) fn load_const(&mut self, at: Location, c: impl Into<Const>) {
        let i = self.add_const(c);
        self.op_n(at, Op::LOAD_CONST, i);
    }

    /// Loads a constant that the tree has at `node`.
    pub(super) fn load_tree_const<T: ?Sized>(&mut self, at: Location, node: &'a T, c: Constant) {
        if !has_nan(&c) {
            return self.load_const(at, c);
        }
        let place = std::ptr::from_ref(node).cast::<u8>().addr();
        let u = self.u();
        let i = match u.nans.iter().find(|(p, _)| *p == place) {
            Some((_, i)) => *i,
            None => {
                let i = u.consts.push(c.into());
                u.nans.push((place, i));
                i
            }
        };
        self.op_n(at, Op::LOAD_CONST, i);
    }

    pub(super) fn load_none(&mut self, at: Location) {
        self.load_const(at, Constant::None);
    }

    pub(super) fn load_str(&mut self, at: Location, s: &str) {
        self.load_const(at, Constant::Str(s.into()));
    }

    pub(super) fn load_int(&mut self, at: Location, n: usize) {
        self.load_const(at, Constant::Int(n.into()));
    }

    pub(super) fn mangled(&mut self, name: &Ident) -> Ident {
        mangle(self.u().private.as_deref(), name)
    }

    /// An instruction on one of `co_names`; the forms of attribute loading become real opcodes (`compiler_addop_name`).
    pub(super) fn op_name(&mut self, at: Location, op: Op, name: &Ident) {
        let name = self.mangled(name);
        let i = self.u().names.add(&name);
        let (op, i) = match op {
            Op::LOAD_ATTR => (op, i << 1),
            Op::LOAD_METHOD => (Op::LOAD_ATTR, i << 1 | 1),
            Op::LOAD_SUPER_ATTR => (op, i << 2 | 2),
            Op::LOAD_SUPER_METHOD => (Op::LOAD_SUPER_ATTR, i << 2 | 3),
            Op::LOAD_ZERO_SUPER_ATTR => (Op::LOAD_SUPER_ATTR, i << 2),
            Op::LOAD_ZERO_SUPER_METHOD => (Op::LOAD_SUPER_ATTR, i << 2 | 1),
            _ => (op, i),
        };
        self.op_n(at, op, i);
    }

    // Names.

    pub(super) fn load_name(&mut self, at: Location, name: &Ident) -> Result {
        self.name(at, name, ExprContext::Load)
    }

    pub(super) fn store_name(&mut self, at: Location, name: &Ident) -> Result {
        self.name(at, name, ExprContext::Store)
    }

    /// Loads, stores or deletes a name where it lives (`compiler_nameop`).
    #[inline(never)]
    pub(super) fn name(&mut self, at: Location, name: &Ident, ctx: ExprContext) -> Result {
        use ExprContext::{Del, Load, Store};
        self.not_debug(at, name, ctx)?;
        let name = self.mangled(name);
        let ste = self.ste();
        let scope = ste.scope(&name);
        let function = ste.is_function_like();
        let class = ste.kind == BlockType::Class;
        let sees_class = ste.can_see_class_scope;
        let u = self.u();
        let inlined = u.inlined != 0;
        match scope {
            symtable::Scope::Free | symtable::Scope::Cell => {
                let arg = if scope == symtable::Scope::Free {
                    u.freevars.add(&name) + u.cellvars.len()
                } else {
                    u.cellvars.add(&name)
                };
                let op = match ctx {
                    Load if class && !inlined => {
                        self.op(at, Op::LOAD_LOCALS);
                        Op::LOAD_FROM_DICT_OR_DEREF
                    }
                    Load if sees_class => {
                        self.load_classdict(at);
                        Op::LOAD_FROM_DICT_OR_DEREF
                    }
                    Load => Op::LOAD_DEREF,
                    Store => Op::STORE_DEREF,
                    Del => Op::DELETE_DEREF,
                };
                self.op_n(at, op, arg);
            }
            symtable::Scope::Local if function || u.fasthidden.get(&name) == Some(&true) => {
                let op = match ctx {
                    Load => Op::LOAD_FAST,
                    Store => Op::STORE_FAST,
                    Del => Op::DELETE_FAST,
                };
                let arg = u.varnames.add(&name);
                self.op_n(at, op, arg);
            }
            symtable::Scope::GlobalExplicit | symtable::Scope::GlobalImplicit
                if function || scope == symtable::Scope::GlobalExplicit =>
            {
                let op = match ctx {
                    Load if sees_class && scope == symtable::Scope::GlobalImplicit => {
                        self.load_classdict(at);
                        Op::LOAD_FROM_DICT_OR_GLOBALS
                    }
                    Load => Op::LOAD_GLOBAL,
                    Store => Op::STORE_GLOBAL,
                    Del => Op::DELETE_GLOBAL,
                };
                let arg = self.u().names.add(&name);
                self.op_n(at, op, if op == Op::LOAD_GLOBAL { arg << 1 } else { arg });
            }
            _ => {
                let arg = u.names.add(&name);
                match ctx {
                    // The names of a class are not seen in its comprehensions.
                    Load if class && inlined => self.op_n(at, Op::LOAD_GLOBAL, arg << 1),
                    Load => self.op_n(at, Op::LOAD_NAME, arg),
                    Store => self.op_n(at, Op::STORE_NAME, arg),
                    Del => self.op_n(at, Op::DELETE_NAME, arg),
                }
            }
        }
        Ok(())
    }

    fn load_classdict(&mut self, at: Location) {
        let u = self.u();
        let arg = u.freevars.add(&"__classdict__".into()) + u.cellvars.len();
        self.op_n(at, Op::LOAD_DEREF, arg);
    }

    /// `forbidden_name`.
    pub(super) fn not_debug(&self, at: Location, name: &str, ctx: ExprContext) -> Result {
        let verb = match ctx {
            ExprContext::Load => return Ok(()),
            ExprContext::Store => "assign to",
            ExprContext::Del => "delete",
        };
        if name == "__debug__" {
            return Err(CompileError::syntax(format!("cannot {verb} __debug__"), at));
        }
        Ok(())
    }

    /// Where a name of an inner scope's closure lives in this one (`get_ref_type`).
    pub(super) fn ref_type(&mut self, name: &str) -> symtable::Scope {
        if self.u().scope == Scope::Class && matches!(name, "__class__" | "__classdict__") {
            return symtable::Scope::Cell;
        }
        self.ste().scope(name)
    }

    /// Makes a function of a code object, with its closure (`compiler_make_closure`).
    #[inline(never)]
    pub(super) fn make_closure(&mut self, at: Location, code: Rc<CodeObject>, mut flags: i32) -> Result {
        let mut count = 0;
        for (name, _) in
            code.localsplusnames.iter().zip(&code.localspluskinds).filter(|(_, k)| **k & fast::FREE != 0)
        {
            let name = name.to_str().unwrap_or_default();
            let cell = self.ref_type(name) == symtable::Scope::Cell;
            let u = self.u();
            let arg = match cell {
                true => u.cellvars.get(name),
                false => u.freevars.get(name).map(|i| i + u.cellvars.len()),
            };
            let Some(arg) = arg else {
                return Err(CompileError::System(format!(
                    "compiler_lookup_arg({name}) failed in {} for {}",
                    u.name,
                    code.name.to_str().unwrap_or_default()
                )));
            };
            self.op_n(at, Op::LOAD_CLOSURE, arg);
            count += 1;
        }
        if count != 0 {
            flags |= 8;
            self.op_i(at, Op::BUILD_TUPLE, count);
        }
        self.load_const(at, Const::Code(code));
        self.op_i(at, Op::MAKE_FUNCTION, flags);
        Ok(())
    }
}

/// The names of a scope kind, or with a flag, sorted (`dictbytype`).
fn sorted_names(ste: &Block, scope: symtable::Scope, flag: u32) -> NameTable {
    let has = |flags| symtable::Scope::of(flags) == scope || flags & flag != 0;
    let mut names: Vec<&Ident> = ste.symbols.iter().filter(|(_, f)| has(*f)).map(|(n, _)| n).collect();
    names.sort();
    let mut out = NameTable::default();
    names.into_iter().for_each(|n| {
        out.add(n);
    });
    out
}
