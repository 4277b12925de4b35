//! From source text to modules: compiling with Python's errors and warnings, and what importing needs natively.

pub mod source;
