//! Native modules of numbers: `math`, `cmath` and `_random`. The functions are `dxpy_num`'s and `dxpy_algos`'; here are
//! arguments, errors, and what calls back into Python.
#![allow(non_upper_case_globals)]

pub mod cmath;
pub mod math;
pub mod random;
pub mod statistics;

use dxpy_core::abi::PyModuleObject;
use dxpy_core::ptr::Object;
use dxpy_core::{Py, PyResult, float, module, number};

/// A kernel's result, its error raised.
pub(crate) fn raised<T>(py: Py<'_>, r: dxpy_num::Result<T>) -> PyResult<T> {
    r.map_err(|e| number::error(py, &e))
}

/// A float as an attribute of a module.
pub(crate) fn constant(py: Py<'_>, m: &PyModuleObject, name: &str, v: f64) -> PyResult<()> {
    module::add(py, m, name, float::new(py, v)?.as_object())
}
