//! Runs benchmarks against any interpreters given, interleaved, and prints ratios.
fn main() {}
