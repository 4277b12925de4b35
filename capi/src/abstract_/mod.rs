//! abstract.h: the protocols of objects, numbers, sequences and mappings, calls and iteration.

pub mod calls;
pub mod numbers;
pub mod objects;
pub mod sequences;
