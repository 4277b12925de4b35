//! Pure kernels of standard-library modules, without Python objects. Here: the proleptic Gregorian
//! calendar ([`calendar`]), `_datetime` ([`datetime`]), `binascii` ([`binascii`]) and checksums ([`crc`]),
//! `_struct` ([`structs`]), `_csv` ([`csv`]), strings of the three widths ([`text`]), `_random` ([`twister`]).
//! Not here: objects, the
//! operating system (`stdlib/host`), regular expressions (`stdlib/sre`), number and text kernels (`runtime`).
#![forbid(unsafe_code)]

pub mod binascii;
pub mod calendar;
pub mod crc;
pub mod csv;
pub mod datetime;
pub mod structs;
pub mod text;
pub mod twister;
