//! Modules about the running interpreter: `sys` and its kin.
#![allow(non_upper_case_globals)]

pub mod _abc;
pub mod _contextvars;
pub mod _lsprof;
pub mod _queue;
pub mod _signal;
pub mod _thread;
pub mod _tracemalloc;
pub mod atexit;
pub mod errors;
pub mod faulthandler;
pub mod gc;
mod hooks;
pub mod sys;

pub use dxpy_import::config;
