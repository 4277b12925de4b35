//! Text kernels without Python objects: Unicode 15.0 tables, 1/2/4-byte string kernels, codecs.
#![forbid(unsafe_code)]
