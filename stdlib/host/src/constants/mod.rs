//! Names and numbers of the native modules' constants, taken from the C library where it declares them, so that they are
//! right on every architecture; what it does not declare is the same on all of them and stands as a number.
//! `errno` and `signal` are in `dxpy-algos`.

#![allow(clippy::unnecessary_cast, reason = "libc gives the constants many types")]

pub mod io;
pub mod net;
pub mod os;

/// Names that libc knows, then names with their numbers.
macro_rules! table {
    ($($name:ident)* $(; $($extra:ident = $value:literal,)*)?) => {
        &[$((stringify!($name), libc::$name as i64),)* $($((stringify!($extra), $value),)*)?]
    };
}

/// The same of names that libc writes with an underscore in front.
macro_rules! prefixed {
    ($($name:ident)* $(; $($extra:ident = $value:literal,)*)?) => {
        &[
            $((stringify!($name).split_at(1).1, libc::$name as i64),)*
            $($((stringify!($extra), $value),)*)?
        ]
    };
}
pub(crate) use {prefixed, table};

/// The number of a name in one of the tables.
pub fn find(table: &[(&str, i64)], name: &str) -> Option<i64> {
    table.iter().find(|entry| entry.0 == name).map(|entry| entry.1)
}
