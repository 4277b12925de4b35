//! complexobject.h: making and reading complex numbers. `Py_complex` is returned and passed as C's structure of two doubles.

use crate::util::{pointer, token};
use core::cell::Cell;
use dxpy_core::abi::{Py_complex, PyObject};
use dxpy_num::complex::{self, Complex};
use dxpy_types::complex as complex_type;

fn of_c(c: &Py_complex) -> Complex {
    complex::new(c.real.get(), c.imag.get())
}

fn to_c(c: Complex) -> Py_complex {
    Py_complex { real: Cell::new(c.re), imag: Cell::new(c.im) }
}

/// C: `PyObject *PyComplex_FromDoubles(double, double)`.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyComplex_FromDoubles(real: f64, imag: f64) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let py = unsafe { token() };
    pointer(py, complex_type::new(py, complex::new(real, imag)))
}

/// C: `PyObject *PyComplex_FromCComplex(Py_complex)`.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyComplex_FromCComplex(c: Py_complex) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let py = unsafe { token() };
    pointer(py, complex_type::new(py, of_c(&c)))
}

/// C: `Py_complex PyComplex_AsCComplex(PyObject *)`: -1 with the error pending.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyComplex_AsCComplex(o: *mut PyObject) -> Py_complex {
    // SAFETY: the caller's promise.
    let (py, o) = unsafe { (token(), &*o) };
    to_c(complex_type::as_complex(py, o).unwrap_or_else(|e| {
        e.restore(py);
        complex::new(-1.0, 0.0)
    }))
}

/// C: `double PyComplex_RealAsDouble(PyObject *)`: of a complex number, else of a float.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyComplex_RealAsDouble(o: *mut PyObject) -> f64 {
    // SAFETY: the caller's promise.
    let (py, o) = unsafe { (token(), &*o) };
    match complex_type::check(o) {
        Some(c) => complex_type::value(c).re,
        None => dxpy_core::float::as_f64(py, o).unwrap_or_else(|e| {
            e.restore(py);
            -1.0
        }),
    }
}

/// C: `double PyComplex_ImagAsDouble(PyObject *)`: 0 of what is no complex number.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyComplex_ImagAsDouble(o: *mut PyObject) -> f64 {
    // SAFETY: the caller's promise.
    complex_type::check(unsafe { &*o }).map_or(0.0, |c| complex_type::value(c).im)
}
