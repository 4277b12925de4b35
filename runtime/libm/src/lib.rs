//! The C library's mathematical functions that Rust's standard library does not call for its methods: it has none for
//! some, and formulas of its own for others. CPython's results are the C library's, to the last bit, so ours must be.
//!
//! Only declarations are here. The other functions (`sin`, `exp`, `pow`, …) reach the same library through `f64`.

// SAFETY: the signatures are those of C's <math.h>; the functions take and return plain numbers and are total.
#[link(name = "m")]
unsafe extern "C" {
    /// Inverse hyperbolic cosine.
    pub safe fn acosh(x: f64) -> f64;
    /// Inverse hyperbolic sine.
    pub safe fn asinh(x: f64) -> f64;
    /// Inverse hyperbolic tangent.
    pub safe fn atanh(x: f64) -> f64;
    /// Cube root.
    pub safe fn cbrt(x: f64) -> f64;
    /// Error function.
    pub safe fn erf(x: f64) -> f64;
    /// Complementary error function.
    pub safe fn erfc(x: f64) -> f64;
}
