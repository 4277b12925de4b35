//! The opcode table, code units, location and exception tables, and the marshal format.
#![forbid(unsafe_code)]
