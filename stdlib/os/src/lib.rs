//! Modules about the operating system: `posix`, `time`, on the wrappers of `dxpy-host`.
#![allow(non_upper_case_globals)]

pub mod convert;
pub mod path;
pub mod posix;
pub mod time;
