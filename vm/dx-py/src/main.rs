//! The `dx-py` executable: command line, configuration and REPL over the runtime below it.
//! Options beyond `-c`, a script, `-S`, `-E`, `-I`, `-B`, `-O` and `-V`, and the REPL, are not there yet.

// Linked for the symbols it exports.
extern crate dxpy_capi as _;

mod modules;
mod start;
mod streams;

fn main() {
    // The call keeps the stubs of the C API in the link.
    dxpy_capi::missing::dxpy_missing_anchor();
    std::process::exit(start::main(std::env::args().collect()));
}
