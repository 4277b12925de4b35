//! `complex`: constructor, operators, comparison, text, methods. Arithmetic and text are `dxpy_num`'s.

use crate::number_text::{self, literal_error, to_ascii};
use crate::{Part, no_hooks};
use core::cell::Cell;
use core::ffi::c_int;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::object::{is_none, not_implemented};
use dxpy_core::ptr::Object;
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::types::special;
use dxpy_core::unicode::{self, view};
use dxpy_core::{
    Owned, Py, PyResult, args, boolean, exceptions, float, glue, long, members, methods, name, number,
    object, protocol, signature, tuple, types,
};
use dxpy_num::complex::{self as kernel, Complex, ParseError};
use dxpy_num::{convert, format_number, hash};

/// What this module brings.
pub static PART: Part = Part { adopt: &[], types: &[&PyComplex_Type], hooks: no_hooks };

/// `complex`.
#[unsafe(no_mangle)]
pub static PyComplex_Type: StaticType = StaticType::new::<PyComplexObject>(c"complex")
    .doc(c"complex(real=0, imag=0)\n--\n\nThe complex number that a string writes, or real + imag*1j of two numbers.")
    .flags(Py_TPFLAGS_BASETYPE)
    .dealloc(glue::dealloc(dealloc))
    .create(glue::create(create))
    .repr(glue::unary(repr))
    .hash(glue::hash(hash_of))
    .richcompare(glue::richcompare(richcompare))
    .number(&NUMBER)
    .methods(&METHODS)
    .members(&MEMBERS)
    .getattro(dxpy_core::attr::generic_get_slot);

static NUMBER: StaticTable<PyNumberMethods> = StaticTable::<PyNumberMethods>::empty()
    .add(glue::binary(add))
    .subtract(glue::binary(subtract))
    .multiply(glue::binary(multiply))
    .power(glue::ternary(pow))
    .negative(glue::unary(|py: Py<'_>, c: &PyComplexObject| new(py, -value(c))))
    .positive(glue::unary(exact))
    .absolute(glue::unary(absolute))
    .bool(glue::truth(|_: Py<'_>, c: &PyComplexObject| Ok(value(c) != kernel::new(0.0, 0.0))))
    .true_divide(glue::binary(true_divide));

methods! { static METHODS: for PyComplexObject [
    "conjugate" = conjugate [0], "($self, /)", "The number with its imaginary part negated.";
    "__complex__" = exact [0], "($self, /)", "The number as an exact complex.";
    "__getnewargs__" = getnewargs [0], "($self, /)", "";
    "__format__" = format [1], "($self, format_spec, /)", "The number laid out as a format specification says.";
] }

members! { static MEMBERS [
    "real" = Py_T_DOUBLE, offset_of!(PyComplexObject, cval) + offset_of!(Py_complex, real), Py_READONLY, "the real part of a complex number";
    "imag" = Py_T_DOUBLE, offset_of!(PyComplexObject, cval) + offset_of!(Py_complex, imag), Py_READONLY, "the imaginary part of a complex number";
] }

type Result = PyResult<Owned<PyComplexObject>>;

fn dealloc(_: Py<'_>, o: &PyComplexObject) {
    // SAFETY: a complex number holds no references.
    unsafe { object::tp_free(o.as_object()) }
}

/// `PyComplex_FromDoubles`.
pub fn new(py: Py<'_>, c: Complex) -> Result {
    // SAFETY: both fields after the header are set here.
    unsafe {
        let o = object::alloc_uninit::<PyComplexObject>(py, &PyComplex_Type, size_of::<PyComplexObject>())?;
        o.cval.set(fields(c));
        Ok(o)
    }
}

/// The value of a complex object.
pub fn value(c: &PyComplexObject) -> Complex {
    // SAFETY: LIVE: fields of a live object, which are only copied.
    let v = unsafe { &*c.cval.as_ptr() };
    kernel::new(v.real.get(), v.imag.get())
}

/// The value as the object has it.
fn fields(c: Complex) -> Py_complex {
    Py_complex { real: Cell::new(c.re), imag: Cell::new(c.im) }
}

/// `PyNumber_Check`.
pub fn is_number(o: &PyObject) -> bool {
    dxpy_core::number::check(o) || check(o).is_some()
}

/// `PyComplex_Check`.
pub fn check(o: &PyObject) -> Option<&PyComplexObject> {
    // SAFETY: LAYOUT: just checked.
    (o.ty().is(&PyComplex_Type.0) || types::is_subtype(o.ty(), &PyComplex_Type))
        .then(|| unsafe { &*(o as *const PyObject as *const PyComplexObject) })
}

/// `PyComplex_CheckExact`.
pub fn check_exact(o: &PyObject) -> Option<&PyComplexObject> {
    check(o).filter(|_| o.ty().is(&PyComplex_Type.0))
}

/// `complex_new`.
fn create(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("complex", "(real=0, imag=0)"), a, kw, |b| {
        of_arguments(py, ty, b.get(0), b.get(1))
    })
}

fn of_arguments(py: Py<'_>, ty: &PyTypeObject, real: Option<&PyObject>, imag: Option<&PyObject>) -> PyResult {
    let exact = ty.is(&PyComplex_Type.0);
    let Some(real) = real else {
        let im = imag.map_or(Ok(None), |i| part(py, i, "second argument must be a number").map(Some))?;
        return subtype_new(py, ty, join(Given::Real(0.0), im));
    };
    if exact && imag.is_none() && check_exact(real).is_some() {
        return Ok(real.to_owned());
    }
    if let Some(s) = unicode::check(real) {
        if imag.is_some() {
            return Err(exceptions::type_error(
                py,
                format_args!("complex() can't take second arg if first is a string"),
            ));
        }
        return subtype_new(py, ty, of_str(py, s)?);
    }
    if imag.is_some_and(|i| unicode::check(i).is_some()) {
        return Err(exceptions::type_error(py, format_args!("complex() second arg can't be a string")));
    }
    let converted = special_method(py, real)?;
    let real = converted.as_ref().map_or(real, |c| c.as_object());
    check_number(py, real, "first argument must be a string or a number")?;
    if let Some(i) = imag {
        check_number(py, i, "second argument must be a number")?;
    }
    let re = read(py, real)?;
    let im = imag.map(|i| read(py, i)).transpose()?;
    subtype_new(py, ty, join(re, im))
}

/// What an argument of the constructor is.
enum Given {
    Real(f64),
    Complex(Complex),
}

/// `real + imag * 1j`, without the signs of zeros that adding nothing would lose.
fn join(real: Given, imag: Option<Given>) -> Complex {
    let (mut re, from_real) = match real {
        Given::Real(v) => (v, None),
        Given::Complex(c) => (c.re, Some(c.im)),
    };
    let im = match imag {
        None => return kernel::new(re, from_real.unwrap_or(0.0)),
        Some(Given::Real(v)) => v,
        Some(Given::Complex(c)) => {
            re -= c.im;
            c.re
        }
    };
    kernel::new(re, from_real.map_or(im, |r| im + r))
}

/// Refuses what is no number.
fn check_number(py: Py<'_>, o: &PyObject, expected: &str) -> PyResult<()> {
    let numeric = number::table(o).is_some_and(|t| t.nb_float.get().is_some() || t.nb_index.get().is_some());
    if numeric || check(o).is_some() {
        return Ok(());
    }
    Err(exceptions::type_error(py, format_args!("complex() {expected}, not '{}'", type_name(o.ty()))))
}

fn read(py: Py<'_>, o: &PyObject) -> PyResult<Given> {
    match check(o) {
        Some(c) => Ok(Given::Complex(value(c))),
        None => Ok(Given::Real(crate::float::of_object(py, o)?.ob_fval.get())),
    }
}

fn part(py: Py<'_>, o: &PyObject, expected: &str) -> PyResult<Given> {
    if unicode::check(o).is_some() {
        return Err(exceptions::type_error(py, format_args!("complex() second arg can't be a string")));
    }
    check_number(py, o, expected)?;
    read(py, o)
}

/// `complex_subtype_from_c_complex`.
fn subtype_new(py: Py<'_>, ty: &PyTypeObject, c: Complex) -> PyResult {
    if ty.is(&PyComplex_Type.0) {
        return new(py, c).map(Owned::upcast);
    }
    let o = object::tp_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: instances of subclasses of complex begin alike.
    unsafe { &*(o.as_ptr() as *const PyComplexObject) }.cval.set(fields(c));
    Ok(o)
}

fn of_str(py: Py<'_>, s: &PyUnicodeObject) -> PyResult<Complex> {
    kernel::parse(&to_ascii(view(s))).map_err(|e| match e {
        ParseError::Malformed => {
            exceptions::value_error(py, format_args!("complex() arg is a malformed string"))
        }
        ParseError::Underscores => {
            literal_error(py, "could not convert string to complex: ", s.as_object(), usize::MAX)
        }
    })
}

/// `try_complex_special_method`: what `__complex__` answers, where the type has it.
pub fn special_method(py: Py<'_>, o: &PyObject) -> PyResult<Option<Owned<PyComplexObject>>> {
    let Some(m) = special::lookup(py, o, name!("__complex__"))? else { return Ok(None) };
    let r = m.call(py, o, [])?;
    if check(&r).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!("__complex__ returned non-complex (type {})", type_name(r.ty())),
        ));
    }
    if check_exact(&r).is_none() {
        exceptions::warn(
            py,
            &exceptions::DeprecationWarning,
            1,
            format_args!(
                "__complex__ returned non-complex (type {}).  The ability to return an instance of a strict subclass of complex is deprecated, and may not be supported in a future version of Python.",
                type_name(r.ty())
            ),
        )?;
    }
    // SAFETY: LAYOUT: just checked.
    Ok(Some(unsafe { r.cast() }))
}

/// `PyComplex_AsCComplex`: a complex, what `__complex__` answers, or a float without imaginary part.
pub fn as_complex(py: Py<'_>, o: &PyObject) -> PyResult<Complex> {
    if let Some(c) = check(o) {
        return Ok(value(c));
    }
    match special_method(py, o)? {
        Some(c) => Ok(value(&c)),
        None => Ok(kernel::new(float::as_f64(py, o)?, 0.0)),
    }
}

/// An operand's value; `None` of what is no number.
fn operand(py: Py<'_>, o: &PyObject) -> PyResult<Option<Complex>> {
    if let Some(c) = check(o) {
        return Ok(Some(value(c)));
    }
    let re = if let Some(f) = float::check(o) {
        f.ob_fval.get()
    } else if let Some(n) = long::check(o) {
        long::as_f64(py, n)?
    } else {
        return Ok(None);
    };
    Ok(Some(kernel::new(re, 0.0)))
}

fn operands(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Option<(Complex, Complex)>> {
    let Some(a) = operand(py, a)? else { return Ok(None) };
    Ok(operand(py, b)?.map(|b| (a, b)))
}

macro_rules! operators {
    ($($name:ident |$a:ident, $b:ident| $e:expr;)*) => { $(
        fn $name(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
            let Some(($a, $b)) = operands(py, a, b)? else { return Ok(not_implemented()) };
            let v: dxpy_num::Result<Complex> = $e;
            new(py, v.map_err(|e| number::error(py, &e))?).map(Owned::upcast)
        }
    )* };
}
operators! {
    add |a, b| Ok(a + b);
    subtract |a, b| Ok(a - b);
    multiply |a, b| Ok(a * b);
    true_divide |a, b| a.divided(b);
}

/// `complex_pow`.
fn pow(py: Py<'_>, a: &PyObject, b: &PyObject, m: &PyObject) -> PyResult {
    let Some((a, b)) = operands(py, a, b)? else { return Ok(not_implemented()) };
    if !is_none(m) {
        return Err(exceptions::value_error(py, format_args!("complex modulo")));
    }
    new(py, a.pow(b).map_err(|e| number::error(py, &e))?).map(Owned::upcast)
}

/// `a ** b` of a negative float and a fraction.
pub fn pow_f64(py: Py<'_>, a: f64, b: f64) -> PyResult {
    let r = kernel::new(a, 0.0).pow(kernel::new(b, 0.0));
    new(py, r.map_err(|e| number::error(py, &e))?).map(Owned::upcast)
}

fn absolute(py: Py<'_>, c: &PyComplexObject) -> PyResult<Owned<PyFloatObject>> {
    float::new(py, value(c).abs().map_err(|e| number::error(py, &e))?)
}

fn exact(py: Py<'_>, c: &PyComplexObject) -> Result {
    match check_exact(c.as_object()) {
        Some(c) => Ok(c.to_owned()),
        None => new(py, value(c)),
    }
}

fn conjugate(py: Py<'_>, c: &PyComplexObject) -> Result {
    let c = value(c);
    new(py, kernel::new(c.re, -c.im))
}

fn getnewargs(py: Py<'_>, c: &PyComplexObject) -> PyResult<Owned<PyTupleObject>> {
    let c = value(c);
    tuple::from_iter(py, [float::new(py, c.re)?.upcast(), float::new(py, c.im)?.upcast()])
}

fn repr(py: Py<'_>, c: &PyComplexObject) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_latin1(py, value(c).repr().as_bytes())
}

fn hash_of(_: Py<'_>, c: &PyComplexObject) -> PyResult<Py_hash_t> {
    let (o, c) = (c.as_object(), value(c));
    let part = |v| crate::float::hash_f64(o, v) as i64;
    Ok(hash::of_complex(part(c.re), part(c.im)) as Py_hash_t)
}

/// `complex_richcompare`: complex numbers have no order.
fn richcompare(_: Py<'_>, a: &PyComplexObject, b: &PyObject, op: c_int) -> PyResult {
    if op != protocol::EQ && op != protocol::NE {
        return Ok(not_implemented());
    }
    let a = value(a);
    let equal = if let Some(b) = long::check(b) {
        a.im == 0.0 && convert::cmp_f64(long::num(b), a.re).is_some_and(|o| o.is_eq())
    } else if let Some(b) = float::check(b) {
        a.im == 0.0 && a.re == b.ob_fval.get()
    } else if let Some(b) = check(b) {
        a == value(b)
    } else {
        return Ok(not_implemented());
    };
    Ok(boolean::new(equal == (op == protocol::EQ)).upcast())
}

/// `complex.__format__`.
fn format(py: Py<'_>, c: &PyComplexObject, spec: &PyUnicodeObject) -> PyResult<Owned<PyUnicodeObject>> {
    if unicode::len(spec) == 0 {
        return match check_exact(c.as_object()) {
            Some(c) => repr(py, c),
            None => protocol::str(py, c.as_object()),
        };
    }
    let name = type_name(c.ty());
    let v = value(c);
    number_text::format(py, spec, 0, &name, |spec, locale| {
        format_number::format_complex(v.re, v.im, spec, locale, &name)
    })
}
