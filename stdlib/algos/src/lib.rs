//! Pure kernels of standard-library modules, without Python objects. Here: the proleptic Gregorian
//! calendar ([`calendar`]), `_datetime` ([`datetime`]) and `binascii.crc_hqx` ([`crc`]). Not here: objects, the
//! operating system (`stdlib/host`), regular expressions (`stdlib/sre`), number and text kernels (`runtime`).
#![forbid(unsafe_code)]

pub mod calendar;
pub mod crc;
pub mod datetime;
