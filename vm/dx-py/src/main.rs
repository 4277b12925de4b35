//! The `dx-py` executable: command line, configuration, start-up, what is run, and the end, over the runtime below it.

// Linked for the symbols it exports.
extern crate dxpy_capi as _;

mod finish;
mod help;
mod modules;
mod options;
mod paths;
mod repl;
mod run;
mod settings;
mod start;
mod streams;

fn main() {
    // The call keeps the stubs of the C API in the link.
    dxpy_capi::missing::dxpy_missing_anchor();
    std::process::exit(start::main(std::env::args_os().collect()));
}
