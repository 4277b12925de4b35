//! Pure kernels of standard-library modules, without Python objects. Here: the proleptic Gregorian
//! calendar of `datetime` ([`calendar`]) and `binascii.crc_hqx` ([`crc`]). Not here yet: base64,
//! hex, uu, quoted-printable, struct, csv, json and the isoformat parsers.
#![forbid(unsafe_code)]

pub mod calendar;
pub mod crc;
