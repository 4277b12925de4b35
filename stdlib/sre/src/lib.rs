//! The regular-expression engine behind `_sre`, without Python objects.
#![forbid(unsafe_code)]
