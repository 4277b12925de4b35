//! Native modules of binary and text formats: `_struct`, `array`, `_csv`, `_datetime`, `zlib`, and the hashes.
#![allow(non_upper_case_globals)]
