//! Runs CPython test files, one process a file, and reports per-id outcomes.
fn main() {}
