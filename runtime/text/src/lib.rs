//! Text kernels without Python objects: string hashing, Unicode 15.0 tables, 1/2/4-byte string kernels, codecs.
//! Objects, error handlers and the codec registry are the runtime's.
#![forbid(unsafe_code)]

pub mod bytes;
pub mod codecs;
pub mod format;
pub mod hash;
pub mod strings;
pub mod unicode;
