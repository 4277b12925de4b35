//! The abstract syntax tree of Python 3.12.
#![forbid(unsafe_code)]
