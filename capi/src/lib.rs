//! The exported C API of CPython 3.12: every name of its symbol table resolves.
//! Functions with a body are thin wrappers, one file a header; the others are listed in `missing`.
pub mod missing;
