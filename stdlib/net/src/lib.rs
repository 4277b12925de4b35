//! Native modules that talk to other processes: `_posixsubprocess`, `_socket`, `fcntl`, `select`.
#![allow(non_upper_case_globals)]

pub mod _posixsubprocess;
pub mod _socket;
pub mod fcntl;
pub mod select;
