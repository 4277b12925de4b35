//! The General Decimal Arithmetic of `_decimal`, without Python objects: coefficients ([`mag`]), numbers and their text
//! ([`number`]), contexts and rounding ([`context`]), `__format__` ([`format`]), operations ([`arith`], [`compare`], [`logic`],
//! [`power`]).
//! Signals are returned as flags; whether one is trapped, and contexts of threads, are the module's.
#![forbid(unsafe_code)]

pub mod arith;
pub mod compare;
pub mod context;
pub mod format;
pub mod logic;
pub mod mag;
pub mod number;
pub mod power;
mod series;

pub use context::{Context, Flags, Rounding, flag};
pub use number::{Decimal, Value};
