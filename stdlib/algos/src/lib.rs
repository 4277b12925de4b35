//! Pure kernels of standard-library modules, without Python objects; each file's head says which functions it serves.
//! Not here: objects, the operating system (`stdlib/host`), compression (`stdlib/zip`), regular expressions
//! (`stdlib/sre`), number and text kernels (`runtime`).
#![forbid(unsafe_code)]

pub mod array;
pub mod audio;
pub mod binascii;
pub mod calendar;
pub mod crc;
pub mod csv;
pub mod datetime;
pub mod hashes;
pub mod json;
pub mod numbers;
pub mod pytime;
pub mod stat;
pub mod structs;
pub mod text;
pub mod twister;
