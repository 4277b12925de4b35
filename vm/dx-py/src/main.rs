//! The `dx-py` executable: command line, configuration and REPL over the runtime below it.
fn main() {
    eprintln!("dx-py: the interpreter is not assembled yet; see README.md, \"What is left\"");
    std::process::exit(1);
}
