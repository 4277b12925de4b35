//! What instructions mean for objects, independent of how they are dispatched: the interpreter's handlers and compiled
//! code call the same functions. Nothing here knows of frames' stacks or instruction pointers.

pub mod errors;
pub mod imports;
pub mod intrinsics;
pub mod matching;
pub mod names;
pub mod operators;
pub mod unpack;
