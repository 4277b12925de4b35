//! The regular-expression engine behind `_sre` (MAGIC 20221023), without Python objects.
//!
//! Here: code validation ([`Program`]), the matcher ([`State`]), character properties
//! ([`CharProps`]) and template expansion. Not here: the pattern compiler (it is Python code),
//! the pattern and match objects, and the Unicode database, which the caller supplies.
#![forbid(unsafe_code)]

mod classes;
mod engine;
mod lead;
mod ops;
mod props;
mod template;
mod validate;

pub use engine::{Error, State, Unit};
pub use props::{
    AsciiProps, CharProps, UnicodeProps, ascii_iscased, ascii_tolower, getlower, is_unicode_linebreak,
    is_unicode_space, unicode_iscased, unicode_tolower,
};
pub use template::Template;
pub use validate::{InvalidCode, Program};

/// The `MAGIC` number `_sre` must announce for this instruction set.
pub const MAGIC: u32 = 20_221_023;
/// `_sre.MAXREPEAT`: a repeat count that means "without limit".
pub const MAXREPEAT: u32 = u32::MAX;
/// `_sre.MAXGROUPS` of a 64-bit build.
pub const MAXGROUPS: u32 = 1_073_741_823;
/// `_sre.CODESIZE`: bytes in one code word.
pub const CODESIZE: u32 = 4;
