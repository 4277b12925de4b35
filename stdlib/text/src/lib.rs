//! Modules of text: `_codecs`, `_multibytecodec` and its codecs, `_string`, `unicodedata`, `_sre`, `_json`, `binascii`; `_csv` is not here yet. Each file has its definition as
//! `MODULE`.
#![allow(non_upper_case_globals)]
// Functions of a module have as many arguments as they have.
#![allow(clippy::too_many_arguments)]

pub mod _codecs;
pub mod _json;
pub mod _multibytecodec;
pub mod _sre;
pub mod _string;
pub mod binascii;
pub mod unicodedata;
