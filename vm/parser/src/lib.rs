//! Tokenizer and parser for Python 3.12, with CPython's syntax errors.
#![forbid(unsafe_code)]
