//! The `dx-py` executable: command line, configuration, start-up, what is run, and the end, over the runtime below it.
//!
//! `main` is C's: Rust's own would open /dev/null in place of standard streams that the parent closed, which a program is
//! to see (`sys.stdin` is None then).

#![no_main]

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

use core::ffi::{c_char, c_int};
use std::ffi::OsString;

/// The entry of the process.
#[unsafe(no_mangle)]
pub extern "C" fn main(_argc: c_int, _argv: *const *const c_char) -> c_int {
    // The call keeps the stubs of the C API in the link.
    dxpy_capi::missing::dxpy_missing_anchor();
    let status = start::main(std::env::args_os().collect::<Vec<OsString>>());
    std::process::exit(status)
}
