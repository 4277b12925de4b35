//! `cmath` (`Modules/cmathmodule.c`).

use crate::{constant, raised};
use dxpy_core::abi::*;
use dxpy_core::args::{Bound, FromArg};
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, float, methods, tuple};
use dxpy_num::cmath as kernel;
use dxpy_num::complex::{self, Complex};
use dxpy_types::complex as complex_type;

/// `cmath`.
pub static MODULE: StaticModule =
    StaticModule::new(c"cmath").doc(c"Functions of complex numbers.").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    constant(py, m, "pi", core::f64::consts::PI)?;
    constant(py, m, "e", core::f64::consts::E)?;
    constant(py, m, "tau", core::f64::consts::TAU)?;
    constant(py, m, "inf", f64::INFINITY)?;
    module::add(py, m, "infj", complex_type::new(py, complex::new(0.0, f64::INFINITY))?.as_object())?;
    constant(py, m, "nan", f64::NAN)?;
    module::add(py, m, "nanj", complex_type::new(py, complex::new(0.0, f64::NAN))?.as_object())
}

methods! { static METHODS: for PyModuleObject [
    "acos" = acos [1], "($module, z, /)", "The arc cosine of z.";
    "acosh" = acosh [1], "($module, z, /)", "The inverse hyperbolic cosine of z.";
    "asin" = asin [1], "($module, z, /)", "The arc sine of z.";
    "asinh" = asinh [1], "($module, z, /)", "The inverse hyperbolic sine of z.";
    "atan" = atan [1], "($module, z, /)", "The arc tangent of z.";
    "atanh" = atanh [1], "($module, z, /)", "The inverse hyperbolic tangent of z.";
    "cos" = cos [1], "($module, z, /)", "The cosine of z.";
    "cosh" = cosh [1], "($module, z, /)", "The hyperbolic cosine of z.";
    "exp" = exp [1], "($module, z, /)", "e raised to the power z.";
    "isclose" = isclose [4], "($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)", "Whether two numbers differ by at most rel_tol of the larger one, or by at most abs_tol.\n\nNaN is close to nothing, an infinity to itself only.";
    "isfinite" = isfinite [1], "($module, z, /)", "Whether both parts of z are finite.";
    "isinf" = isinf [1], "($module, z, /)", "Whether a part of z is an infinity.";
    "isnan" = isnan [1], "($module, z, /)", "Whether a part of z is NaN.";
    "log" = log [2], "($module, z, base=<unrepresentable>, /)", "The logarithm of z to a base, the natural one without it.";
    "log10" = log10 [1], "($module, z, /)", "The logarithm of z to base 10.";
    "phase" = phase [1], "($module, z, /)", "The angle of z.";
    "polar" = polar [1], "($module, z, /)", "Distance from zero and angle of z.";
    "rect" = rect [2], "($module, r, phi, /)", "The number at this distance from zero and this angle.";
    "sin" = sin [1], "($module, z, /)", "The sine of z.";
    "sinh" = sinh [1], "($module, z, /)", "The hyperbolic sine of z.";
    "sqrt" = sqrt [1], "($module, z, /)", "The square root of z.";
    "tan" = tan [1], "($module, z, /)", "The tangent of z.";
    "tanh" = tanh [1], "($module, z, /)", "The hyperbolic tangent of z.";
] }

type Module = PyModuleObject;
type Number = PyResult<Owned<PyComplexObject>>;

/// A complex argument (`D` of argument formats).
struct Z(Complex);

impl<'a> FromArg<'a> for Z {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        complex_type::as_complex(py, <&'a PyObject>::from_arg(py, bound, i)?).map(Z)
    }
}

/// Functions of one number.
macro_rules! functions {
    ($($name:ident: $f:expr;)*) => { $(
        fn $name(py: Py<'_>, _: &Module, z: Z) -> Number {
            let f: fn(Complex) -> dxpy_num::Result<Complex> = $f;
            complex_type::new(py, raised(py, f(z.0))?)
        }
    )* };
}
functions! {
    acos: |z| Ok(kernel::acos(z));
    acosh: |z| Ok(kernel::acosh(z));
    asin: |z| Ok(kernel::asin(z));
    asinh: |z| Ok(kernel::asinh(z));
    atan: kernel::atan;
    atanh: kernel::atanh;
    cos: kernel::cos;
    cosh: kernel::cosh;
    exp: kernel::exp;
    log10: kernel::log10;
    sin: kernel::sin;
    sinh: kernel::sinh;
    sqrt: |z| Ok(kernel::sqrt(z));
    tan: kernel::tan;
    tanh: kernel::tanh;
}

/// `cmath.log`.
fn log(py: Py<'_>, _: &Module, z: Z, base: Option<Z>) -> Number {
    let r = match base {
        None => kernel::log(z.0),
        Some(base) => kernel::log_base(z.0, base.0),
    };
    complex_type::new(py, raised(py, r)?)
}

fn isfinite(_: Py<'_>, _: &Module, z: Z) -> bool {
    z.0.re.is_finite() && z.0.im.is_finite()
}

fn isinf(_: Py<'_>, _: &Module, z: Z) -> bool {
    z.0.re.is_infinite() || z.0.im.is_infinite()
}

fn isnan(_: Py<'_>, _: &Module, z: Z) -> bool {
    z.0.re.is_nan() || z.0.im.is_nan()
}

/// `cmath.isclose`.
fn isclose(
    py: Py<'_>,
    _: &Module,
    a: Z,
    b: Z,
    relative: Option<f64>,
    absolute: Option<f64>,
) -> PyResult<bool> {
    raised(py, kernel::is_close(a.0, b.0, relative.unwrap_or(1e-9), absolute.unwrap_or(0.0)))
}

fn phase(py: Py<'_>, _: &Module, z: Z) -> PyResult<f64> {
    raised(py, kernel::phase(z.0))
}

/// `cmath.polar`.
fn polar(py: Py<'_>, _: &Module, z: Z) -> PyResult<Owned<PyTupleObject>> {
    let (r, phi) = raised(py, kernel::polar(z.0))?;
    tuple::from_iter(py, [float::new(py, r)?.upcast(), float::new(py, phi)?.upcast()])
}

fn rect(py: Py<'_>, _: &Module, r: f64, phi: f64) -> Number {
    complex_type::new(py, raised(py, kernel::rect(r, phi))?)
}
