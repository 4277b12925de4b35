//! The C library's mathematical functions that Rust's standard library does not call for its methods: it has none for
//! some, and formulas of its own for others. CPython's results are the C library's, to the last bit, so ours must be.
//!
//! Only access is here. The other functions (`sin`, `exp`, `pow`, …) reach the same library through `f64`.

use std::sync::OnceLock;

// SAFETY: the signatures are those of C's <math.h>; the functions take and return plain numbers and are total.
#[link(name = "m")]
unsafe extern "C" {
    /// Inverse hyperbolic cosine.
    pub safe fn acosh(x: f64) -> f64;
    /// Inverse hyperbolic sine.
    pub safe fn asinh(x: f64) -> f64;
    /// Inverse hyperbolic tangent.
    pub safe fn atanh(x: f64) -> f64;
    /// Error function.
    pub safe fn erf(x: f64) -> f64;
    /// Complementary error function.
    pub safe fn erfc(x: f64) -> f64;
}

type Function = extern "C" fn(f64) -> f64;

/// Cube root. The compiler's library defines the name too, correctly rounded where some C libraries are not, and the
/// static linker prefers it; so the C library's is asked for by name.
pub fn cbrt(x: f64) -> f64 {
    static CBRT: OnceLock<Option<Function>> = OnceLock::new();
    let found = CBRT.get_or_init(|| {
        // SAFETY: the name ends with a zero byte; RTLD_DEFAULT searches what is loaded already.
        let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"cbrt".as_ptr()) };
        if address.is_null() {
            return None;
        }
        // SAFETY: whichever library defines `cbrt` does so with the signature of C's <math.h>.
        Some(unsafe { core::mem::transmute::<*mut libc::c_void, Function>(address) })
    });
    match found {
        Some(f) => f(x),
        // A program without a dynamic C library.
        None => x.cbrt(),
    }
}
