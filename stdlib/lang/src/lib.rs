//! Modules of the language itself: `builtins` and its kin.
#![allow(non_upper_case_globals)]

pub mod _opcode;
pub mod _symtable;
pub mod _testinternalcapi;
pub mod _tokenize;
pub mod _typing;
pub mod _warnings;
pub mod _weakref;
pub mod ast;
pub mod builtins;
pub mod marshal;
pub mod print;
