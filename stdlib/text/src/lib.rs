//! Modules of text: `_codecs`, `_string`, `unicodedata`, `_sre`, `_csv`, `_json`. [`MODULES`] lists them for the table of
//! built-in modules.
#![allow(non_upper_case_globals)]

pub mod _codecs;
pub mod _string;

use dxpy_core::module::StaticModule;

/// The modules of this crate.
pub static MODULES: &[&StaticModule] = &[&_codecs::MODULE, &_string::MODULE];
