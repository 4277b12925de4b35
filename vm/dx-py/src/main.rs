//! The `dx-py` executable: command line, configuration and REPL over the runtime below it.
//! The interpreter is not assembled yet: every run says so and fails.

// Linked for the symbols it exports.
extern crate dxpy_capi as _;

fn main() {
    // The call keeps the stubs of the C API in the link.
    dxpy_capi::missing::dxpy_missing_anchor();
    eprintln!("dx-py: running Python is not implemented yet; README.md says what is");
    std::process::exit(1);
}
