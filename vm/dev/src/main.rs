//! Developer tools: dump a stage of the pipeline, what is left, structural checks.
fn main() {}
