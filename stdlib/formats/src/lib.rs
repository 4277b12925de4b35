//! Native modules of binary and text formats: `_struct`, `array`, `_csv`, `_datetime`, `zlib`, `_bz2`, and the hashes.
#![allow(non_upper_case_globals)]

pub mod _struct;
pub mod array;
mod boxed;
pub mod hashes;
