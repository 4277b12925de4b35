//! The symbol table (`symtable.c`): which names each block of a tree binds and uses, and where each lives.
//!
//! Here: the tables and how to look them up. `build` walks the tree and reports misplaced names; `analyze` decides the
//! scopes and which comprehensions are inlined (PEP 709). Not here: code.

use std::collections::HashMap;

use dxpy_ast::{Expr, Ident, Location, Mod, Stmt, TypeParam};

use crate::error::CompileError;
use crate::future::Future;

mod analyze;
mod build;

/// What a block does with a name: the bits of a value in `ste_symbols`, below [`SCOPE_OFFSET`].
pub mod def {
    pub const GLOBAL: u32 = 1;
    pub const LOCAL: u32 = 2;
    pub const PARAM: u32 = 2 << 1;
    pub const NONLOCAL: u32 = 2 << 2;
    pub const USE: u32 = 2 << 3;
    pub const FREE: u32 = 2 << 4;
    /// Free variable of a class that is also bound in its body.
    pub const FREE_CLASS: u32 = 2 << 5;
    pub const IMPORT: u32 = 2 << 6;
    pub const ANNOT: u32 = 2 << 7;
    pub const COMP_ITER: u32 = 2 << 8;
    pub const TYPE_PARAM: u32 = 2 << 9;
    /// Set by `analyze` for a cell of an inlined comprehension.
    pub const COMP_CELL: u32 = 2 << 10;
    pub const BOUND: u32 = LOCAL | PARAM | IMPORT;
}

/// Where the scope is in a symbol's flags.
pub const SCOPE_OFFSET: u32 = 12;
pub const SCOPE_MASK: u32 = def::GLOBAL | def::LOCAL | def::PARAM | def::NONLOCAL;

/// Where a name lives, seen from a block (`LOCAL`, `GLOBAL_EXPLICIT`, ...).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Scope {
    /// The block does not know the name (0).
    Unknown = 0,
    Local = 1,
    GlobalExplicit = 2,
    GlobalImplicit = 3,
    Free = 4,
    Cell = 5,
}

impl Scope {
    /// The scope in a symbol's flags.
    pub fn of(flags: u32) -> Scope {
        match (flags >> SCOPE_OFFSET) & SCOPE_MASK {
            1 => Scope::Local,
            2 => Scope::GlobalExplicit,
            3 => Scope::GlobalImplicit,
            4 => Scope::Free,
            5 => Scope::Cell,
            _ => Scope::Unknown,
        }
    }
}

/// The kind of a block (`_Py_block_ty`), numbered as CPython's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum BlockType {
    Function = 0,
    Class = 1,
    Module = 2,
    /// Annotations that are not evaluated, under `from __future__ import annotations`.
    Annotation = 3,
    TypeVarBound = 4,
    TypeAlias = 5,
    TypeParam = 6,
}

/// Which comprehension a function block stands for (`_Py_comprehension_ty`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ComprehensionType {
    No = 0,
    List = 1,
    Dict = 2,
    Set = 3,
    Generator = 4,
}

/// A block's place in its [`SymbolTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId(pub u32);

/// The identity of the node that opened a block: its address, as in CPython, and its sort, since in Rust a node and its
/// first field may share an address. The tree must stay where it is while the table is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeKey(usize, u8);

impl NodeKey {
    /// The address, which `_symtable` shows as a block's `id`.
    pub fn address(self) -> usize {
        self.0
    }
    pub fn module(m: &Mod) -> NodeKey {
        NodeKey(std::ptr::from_ref(m).addr(), 0)
    }
    /// Functions, classes, and the value of a type alias.
    pub fn stmt(s: &Stmt) -> NodeKey {
        NodeKey(std::ptr::from_ref(s).addr(), 1)
    }
    /// Lambdas, comprehensions, and annotations under the future import.
    pub fn expr(e: &Expr) -> NodeKey {
        NodeKey(std::ptr::from_ref(e).addr(), 2)
    }
    /// The bound of a type variable.
    pub fn type_param(t: &TypeParam) -> NodeKey {
        NodeKey(std::ptr::from_ref(t).addr(), 3)
    }
    /// The block around a generic function, class or alias; the list is not empty.
    pub fn type_params(list: &[TypeParam]) -> NodeKey {
        NodeKey(list.as_ptr().addr(), 4)
    }
}

/// Names and their flags, in the order of first insertion, as a `dict` keeps them (`ste_symbols`).
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    list: Vec<(Ident, u32)>,
    index: HashMap<Ident, usize>,
}

impl Symbols {
    /// The flags of `name`, scope included.
    pub fn get(&self, name: &str) -> Option<u32> {
        self.index.get(name).map(|i| self.list[*i].1)
    }
    /// Sets the flags of `name`; a name already there keeps its place.
    pub fn set(&mut self, name: &Ident, flags: u32) {
        match self.index.get(name) {
            Some(i) => self.list[*i].1 = flags,
            None => {
                self.index.insert(name.clone(), self.list.len());
                self.list.push((name.clone(), flags));
            }
        }
    }
    /// Removes `name` as `del dict[name]` does; the others keep their order.
    pub fn remove(&mut self, name: &str) -> Option<u32> {
        let at = self.index.remove(name)?;
        let (_, flags) = self.list.remove(at);
        for i in self.index.values_mut().filter(|i| **i > at) {
            *i -= 1;
        }
        Some(flags)
    }
    pub fn contains(&self, name: &str) -> bool {
        self.index.contains_key(name)
    }
    pub fn iter(&self) -> impl Iterator<Item = (&Ident, u32)> {
        self.list.iter().map(|(n, f)| (n, *f))
    }
    pub fn len(&self) -> usize {
        self.list.len()
    }
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// One block (`PySTEntryObject`).
#[derive(Clone, Debug)]
pub struct Block {
    pub key: NodeKey,
    pub name: Ident,
    pub kind: BlockType,
    /// Names are mangled before they come here.
    pub symbols: Symbols,
    /// Parameters, in the order of the code object's arguments (`ste_varnames`).
    pub varnames: Vec<Ident>,
    pub children: Vec<BlockId>,
    /// Places of `global` and `nonlocal` (`ste_directives`).
    pub directives: Vec<(Ident, Location)>,
    pub comprehension: ComprehensionType,
    /// Inside a function, however deep.
    pub nested: bool,
    /// The block has free variables.
    pub free: bool,
    /// A child has free variables, through classes and inlined comprehensions too.
    pub child_free: bool,
    pub generator: bool,
    pub coroutine: bool,
    /// `*args` and `**kwargs`.
    pub varargs: bool,
    pub varkeywords: bool,
    /// `return` with a value.
    pub returns_value: bool,
    /// A class with a method that needs `__class__`.
    pub needs_class_closure: bool,
    /// A class that a type scope looks into: `__classdict__`.
    pub needs_classdict: bool,
    /// The comprehension is compiled into the block around it (PEP 709).
    pub comp_inlined: bool,
    /// The target of a comprehension is being visited.
    pub comp_iter_target: bool,
    /// How many nested iterables of comprehensions are being visited.
    pub comp_iter_expr: u32,
    /// An annotation or type scope directly inside a class, which sees the class's names.
    pub can_see_class_scope: bool,
    pub range: Location,
}

impl Block {
    /// The flags of a mangled name, 0 when it is not known here (`_PyST_GetSymbol`).
    pub fn symbol(&self, name: &str) -> u32 {
        self.symbols.get(name).unwrap_or(0)
    }
    /// The scope of a mangled name (`_PyST_GetScope`).
    pub fn scope(&self, name: &str) -> Scope {
        Scope::of(self.symbol(name))
    }
    /// Function or type scope (`_PyST_IsFunctionLike`).
    pub fn is_function_like(&self) -> bool {
        matches!(
            self.kind,
            BlockType::Function | BlockType::TypeVarBound | BlockType::TypeAlias | BlockType::TypeParam
        )
    }
}

/// The tables of a whole module (`struct symtable`).
#[derive(Clone, Debug)]
pub struct SymbolTable {
    blocks: Vec<Block>,
    index: HashMap<NodeKey, BlockId>,
    pub top: BlockId,
    pub future: Future,
}

impl SymbolTable {
    /// Makes the tables of a module (`_PySymtable_Build`).
    pub fn build(tree: &Mod, future: Future) -> Result<SymbolTable, CompileError> {
        build::build(tree, future, 0)
    }
    /// The same for a caller that is itself `used` C calls deep, in CPython's count: less nesting is left to the tree.
    pub fn build_within(tree: &Mod, future: Future, used: u32) -> Result<SymbolTable, CompileError> {
        build::build(tree, future, used)
    }
    /// The block a node opened (`_PySymtable_Lookup`).
    pub fn lookup(&self, key: NodeKey) -> Option<BlockId> {
        self.index.get(&key).copied()
    }
    pub fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.0 as usize]
    }
    /// For the code generator, which overrides the scopes of names while it compiles an inlined comprehension.
    pub fn block_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id.0 as usize]
    }
}

/// The name under which a private name of a class is stored (`_Py_Mangle`); others come back as they are.
pub fn mangle(class: Option<&str>, name: &Ident) -> Ident {
    let Some(class) = class else { return name.clone() };
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') {
        return name.clone();
    }
    let class = class.trim_start_matches('_');
    if class.is_empty() {
        return name.clone();
    }
    format!("_{class}{name}").into()
}
