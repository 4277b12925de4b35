//! Native modules of binary and text formats: `_struct`, `array`, `_csv`, `_datetime`, `zlib`, `_bz2`, and the hashes.
// Functions of modules have as many arguments as CPython gives them.
#![allow(non_upper_case_globals, clippy::too_many_arguments)]

pub mod _bz2;
pub mod _csv;
pub mod _datetime;
pub mod _decimal;
pub mod _pickle;
pub mod _struct;
pub mod array;
pub mod audioop;
mod boxed;
pub mod hashes;
pub mod zlib;
