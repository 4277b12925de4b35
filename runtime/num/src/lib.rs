//! Number kernels without Python objects: big integers on 30-bit digits, float and text, number hashing.
#![forbid(unsafe_code)]
