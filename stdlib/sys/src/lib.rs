//! Modules about the running interpreter: `sys` and its kin.
#![allow(non_upper_case_globals)]

pub mod config;
pub mod sys;
