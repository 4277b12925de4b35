//! `complex`: not here yet.

use dxpy_core::{Py, PyResult};

/// `a ** b` of a negative float and a fraction.
pub fn pow_f64(py: Py<'_>, _: f64, _: f64) -> PyResult {
    Err(crate::code::missing_constant(py, "complex"))
}
