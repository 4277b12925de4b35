//! What the code generator hands to the flow graph: an instruction sequence with labels, and the unit around it.
//!
//! No policy is here: which instructions are made is `codegen`'s, what becomes of them is `flowgraph`'s and `assemble`'s.

use dxpy_ast::{Ident, Location};
use dxpy_bytecode::{ConstTable, Op};

/// A jump target that may be placed after it is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Label(pub u32);

/// The location of an artificial instruction (`NO_LOCATION`): all fields -1.
pub const NO_LOCATION: Location = Location { lineno: -1, end_lineno: -1, col_offset: -1, end_col_offset: -1 };

/// One instruction or pseudo-instruction. For opcodes with `flag::JUMP` or `flag::EXC`, `arg` is a label's number; for
/// those with `flag::FREE` it counts the cell variables from 0 and goes on with the free variables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instr {
    pub op: Op,
    pub arg: i32,
    pub loc: Location,
}

/// Instructions in order, with the places of labels (`instr_sequence`).
#[derive(Clone, Debug, Default)]
pub struct InstrSequence {
    pub instrs: Vec<Instr>,
    /// Label number to the index of the instruction it stands before; `usize::MAX` until it is placed.
    pub labels: Vec<usize>,
}

impl InstrSequence {
    /// A label not yet placed (`instr_sequence_new_label`).
    pub fn new_label(&mut self) -> Label {
        self.labels.push(usize::MAX);
        Label(self.labels.len() as u32 - 1)
    }

    /// Places `label` before the next instruction (`instr_sequence_use_label`).
    pub fn use_label(&mut self, label: Label) {
        self.labels[label.0 as usize] = self.instrs.len();
    }

    /// Appends an instruction (`instr_sequence_addop`).
    pub fn add(&mut self, op: Op, arg: i32, loc: Location) {
        self.instrs.push(Instr { op, arg, loc });
    }

    /// Inserts an instruction and moves the labels behind it (`instr_sequence_insert_instruction`).
    pub fn insert(&mut self, at: usize, op: Op, arg: i32, loc: Location) {
        self.instrs.insert(at, Instr { op, arg, loc });
        for place in self.labels.iter_mut().filter(|p| **p != usize::MAX && **p >= at) {
            *place += 1;
        }
    }
}

/// Names in order of first use, each once (`dict_add_o`, `u_names`, `u_varnames`, ...).
#[derive(Clone, Debug, Default)]
pub struct NameTable {
    list: Vec<Ident>,
    index: std::collections::HashMap<Ident, usize>,
}

impl NameTable {
    /// The index of `name`, appended if new.
    pub fn add(&mut self, name: &Ident) -> usize {
        *self.index.entry(name.clone()).or_insert_with(|| {
            self.list.push(name.clone());
            self.list.len() - 1
        })
    }

    /// The index of `name` if it is there.
    pub fn get(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    pub fn list(&self) -> &[Ident] {
        &self.list
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// A finished code unit, before the flow graph (`_PyCompile_CodeUnitMetadata` and its instruction sequence).
#[derive(Clone, Debug)]
pub struct Unit {
    pub name: Ident,
    pub qualname: Ident,
    pub instrs: InstrSequence,
    pub consts: ConstTable,
    pub names: NameTable,
    /// Arguments first, then other fast locals.
    pub varnames: NameTable,
    /// Cell variables in the order `dictbytype` gives (sorted by name).
    pub cellvars: NameTable,
    /// Free variables, likewise.
    pub freevars: NameTable,
    /// Comprehension locals of inlined comprehensions outside functions, by name (`u_fasthidden`): `CO_FAST_HIDDEN`.
    pub fasthidden: Vec<Ident>,
    /// As `co_argcount`: the positional-only parameters are among them.
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub firstlineno: i32,
    /// `co::*`, complete.
    pub flags: u32,
    /// Whether the unit is a generator, coroutine or async generator: `RETURN_GENERATOR` and the StopIteration handler.
    /// `assemble` adds both: the former because of `flags`, the latter because of this (lambdas and top-level await
    /// have the one without the other).
    pub is_generator_like: bool,
    /// Whether falling off the end returns None (`compiler_optimize_and_assemble`'s `addNone`).
    pub add_none: bool,
    /// The class name that mangles private names here.
    pub private: Option<Ident>,
}
