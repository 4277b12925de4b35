//! Symbol table, code generator, flow graph and assembler: AST to code unit.
#![forbid(unsafe_code)]
