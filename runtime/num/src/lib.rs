//! Number kernels without Python objects: big integers on 30-bit digits (`int`, `small`, `power`, `bits`), floats
//! (`float`, `float_text`), complex numbers, `math` and `cmath`, text of all of them, format specifications, hashes.
//!
//! Integers are `(sign, digits)` with the digits of `PyLongObject` (30 bits each, least significant first, no zero
//! digit at the top, zero has none); `int::Ref` borrows them, `int::Int` owns them. What needs a Python object
//! (argument conversion, subclass checks, the fast paths for compact ints) is in the runtime's `int` and `float`.
#![forbid(unsafe_code)]

pub mod bits;
pub mod cmath;
pub mod complex;
pub mod convert;
pub mod decimal;
pub mod error;
pub mod float;
pub mod float_text;
pub mod format;
pub mod format_number;
pub mod hash;
pub mod int;
pub mod large;
pub mod mag;
pub mod math;
pub mod power;
mod shortest;
pub mod small;
pub mod text;

pub use error::{Error, Exception, Result};
pub use int::{Int, Ref};
