//! `Decimal`: the object, construction, operators, text.

use super::context::ContextObject;
use super::{FLOAT_OPERATION, RATIONAL, add_status, context_of, convert, current, kept, methods};
use core::cell::{Cell, UnsafeCell};
use core::ffi::c_int;
use core::mem::MaybeUninit;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::types::is_subtype;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, args, attr, boolean, call, exceptions, float, getset, glue, long, name,
    object, protocol, signature, tuple, types, unicode,
};
use dxpy_decimal::compare::operator;
use dxpy_decimal::{Context, Decimal, Flags, Rounding};

/// `PyDecObject`.
#[repr(C)]
pub struct DecimalObject {
    ob_base: PyObject,
    /// -1 is not known yet.
    hash: Cell<Py_hash_t>,
    /// Written once, by `make`.
    value: UnsafeCell<MaybeUninit<Decimal>>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for DecimalObject {}

pub static DECIMAL: StaticType = StaticType::new::<DecimalObject>(c"decimal.Decimal")
    .getattro(dxpy_core::attr::generic_get_slot)
    .doc(c"Decimal(value=\"0\", context=None)\n--\n\nA decimal number; value is an int, a string, a tuple, a float or a decimal. It is taken exactly.")
    .flags(Py_TPFLAGS_BASETYPE)
    .dealloc(glue::dealloc(|_: Py<'_>, d: &DecimalObject| {
        // SAFETY: INIT: `make` wrote the value, and nobody has the object any more; the memory goes last.
        unsafe {
            (*d.value.get()).assume_init_drop();
            object::tp_free(d.as_object());
        }
    }))
    .create(glue::create(create))
    .repr(glue::unary(|py: Py<'_>, d: &DecimalObject| {
        unicode::from_str(py, &format!("Decimal('{}')", text(py, d, false, None)?))
    }))
    .str(glue::unary(|py: Py<'_>, d: &DecimalObject| unicode::from_str(py, &text(py, d, false, None)?)))
    .hash(glue::hash(hash))
    .richcompare(glue::richcompare(richcompare))
    .number(&NUMBER)
    .methods(&methods::DECIMAL_METHODS)
    .getset(&ATTRIBUTES);

getset! { static ATTRIBUTES [
    "real" = |_: Py<'_>, d: &DecimalObject| Ok(d.to_owned()), "";
    "imag" = |py: Py<'_>, _: &DecimalObject| make(py, &DECIMAL, Decimal::from_i64(0)), "";
] }

/// An operator of two operands, which are decimals or ints.
macro_rules! operators {
    ($($name:ident = $f:expr;)*) => { $(
        fn $name(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
            binary(py, a, b, $f)
        }
    )* };
}
operators! {
    add = |c, a, b, s| c.add(a, b, s);
    subtract = |c, a, b, s| c.sub(a, b, s);
    multiply = |c, a, b, s| c.mul(a, b, s);
    divide = |c, a, b, s| c.div(a, b, s);
    floor_divide = |c, a, b, s| c.div_int(a, b, s);
    remainder = |c, a, b, s| c.rem(a, b, false, s);
}

static NUMBER: StaticTable<PyNumberMethods> = StaticTable::<PyNumberMethods>::empty()
    .add(glue::binary(add))
    .subtract(glue::binary(subtract))
    .multiply(glue::binary(multiply))
    .remainder(glue::binary(remainder))
    .divmod(glue::binary(divmod))
    .power(glue::ternary(power))
    .negative(glue::unary(|py: Py<'_>, d: &DecimalObject| unary(py, d, None, |c, a, s| c.minus(a, s))))
    .positive(glue::unary(|py: Py<'_>, d: &DecimalObject| unary(py, d, None, |c, a, s| c.plus(a, s))))
    .absolute(glue::unary(|py: Py<'_>, d: &DecimalObject| unary(py, d, None, |c, a, s| c.abs(a, s))))
    .bool(glue::truth(|_: Py<'_>, d: &DecimalObject| Ok(!value(d).is_zero())))
    .int(glue::unary(|py: Py<'_>, d: &DecimalObject| to_int(py, d, Rounding::Down)))
    .float(glue::unary(to_float))
    .floor_divide(glue::binary(floor_divide))
    .true_divide(glue::binary(divide));

pub fn check(o: &PyObject) -> Option<&DecimalObject> {
    // SAFETY: LAYOUT: the type says so.
    (o.ty().is(&DECIMAL.0) || is_subtype(o.ty(), &DECIMAL))
        .then(|| unsafe { &*(o as *const PyObject as *const DecimalObject) })
}

/// The value, which never changes.
pub fn value(d: &DecimalObject) -> &Decimal {
    // SAFETY: set when the object was made, before anyone saw it, and freed with it.
    unsafe { (*d.value.get()).assume_init_ref() }
}

/// An instance of a type, whose own constructor is not asked.
pub fn make(py: Py<'_>, ty: &PyTypeObject, v: Decimal) -> PyResult {
    // SAFETY: LAYOUT: the type's instances begin like this struct.
    let d: Owned<DecimalObject> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    d.hash.set(-1);
    // SAFETY: nobody else has the object yet.
    unsafe { (*d.value.get()).write(v) };
    Ok(d.upcast())
}

/// The result of an operation in a context: flags are set, and what is trapped is raised.
pub fn result(py: Py<'_>, c: &ContextObject, v: Decimal, status: Flags) -> PyResult {
    add_status(py, c, status)?;
    make(py, &DECIMAL, v)
}

/// An operation of one operand.
pub fn unary(
    py: Py<'_>,
    d: &DecimalObject,
    context: Option<&PyObject>,
    f: impl FnOnce(&Context, &Decimal, &mut Flags) -> Decimal,
) -> PyResult {
    let c = context_of(py, context)?;
    let mut status = 0;
    let v = f(&c.kernel(), value(d), &mut status);
    result(py, &c, v, status)
}

/// An operator of two operands.
fn binary(
    py: Py<'_>,
    a: &PyObject,
    b: &PyObject,
    f: impl FnOnce(&Context, &Decimal, &Decimal, &mut Flags) -> Decimal,
) -> PyResult {
    let (Some(a), Some(b)) = (convert::operand(py, a)?, convert::operand(py, b)?) else {
        return Ok(object::not_implemented());
    };
    let c = current(py)?;
    let mut status = 0;
    let v = f(&c.kernel(), value(&a), value(&b), &mut status);
    result(py, &c, v, status)
}

/// Quotient and remainder as a tuple.
pub fn both_parts(py: Py<'_>, c: &ContextObject, a: &DecimalObject, b: &DecimalObject) -> PyResult {
    let mut status = 0;
    let (q, r) = c.kernel().div_mod(value(a), value(b), &mut status);
    add_status(py, c, status)?;
    Ok(tuple::from_iter(py, [make(py, &DECIMAL, q)?, make(py, &DECIMAL, r)?])?.upcast())
}

fn divmod(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let (Some(a), Some(b)) = (convert::operand(py, a)?, convert::operand(py, b)?) else {
        return Ok(object::not_implemented());
    };
    both_parts(py, &*current(py)?, &a, &b)
}

/// `power` with or without a modulus.
pub fn powered(
    py: Py<'_>,
    c: &ContextObject,
    a: &DecimalObject,
    b: &DecimalObject,
    m: Option<&DecimalObject>,
) -> PyResult {
    let mut status = 0;
    let v = match m {
        None => c.kernel().power(value(a), value(b), &mut status),
        Some(m) => c.kernel().power_mod(value(a), value(b), value(m), &mut status),
    };
    result(py, c, v, status)
}

fn power(py: Py<'_>, a: &PyObject, b: &PyObject, m: &PyObject) -> PyResult {
    let (Some(a), Some(b)) = (convert::operand(py, a)?, convert::operand(py, b)?) else {
        return Ok(object::not_implemented());
    };
    let m = if object::is_none(m) {
        None
    } else {
        match convert::operand(py, m)? {
            None => return Ok(object::not_implemented()),
            some => some,
        }
    };
    powered(py, &*current(py)?, &a, &b, m.as_deref())
}

fn create(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    args::bind_call(py, signature!("", "!(value='0', context=None)"), a, kw, |b| {
        let c = context_of(py, b.get(1))?;
        convert::exact(py, ty, b.get(0), &c)
    })
}

/// The text in the style of a context's capitals.
pub fn text(
    py: Py<'_>,
    d: &DecimalObject,
    engineering: bool,
    context: Option<&PyObject>,
) -> PyResult<String> {
    let c = context_of(py, context)?;
    Ok(value(d).to_text(engineering, c.capitals()))
}

fn hash(py: Py<'_>, d: &DecimalObject) -> PyResult<Py_hash_t> {
    if d.hash.get() != -1 {
        return Ok(d.hash.get());
    }
    let v = value(d);
    let h = if v.is_signaling() {
        return Err(exceptions::type_error(py, format_args!("Cannot hash a signaling NaN value")));
    } else if v.is_nan() {
        protocol::hash_pointer(d.as_ptr() as *const core::ffi::c_void)
    } else if v.is_infinite() {
        if v.negative { -314_159 } else { 314_159 }
    } else {
        v.hash() as Py_hash_t
    };
    d.hash.set(h);
    Ok(h)
}

/// `dec_as_long`.
pub fn to_int(py: Py<'_>, d: &DecimalObject, rounding: Rounding) -> PyResult<Owned<PyLongObject>> {
    let v = value(d);
    if v.is_nan() {
        return Err(exceptions::value_error(py, format_args!("cannot convert NaN to integer")));
    }
    if v.is_infinite() {
        return Err(exceptions::overflow_error(py, format_args!("cannot convert Infinity to integer")));
    }
    let whole = Context { rounding, ..Context::max() }.to_integral(v, false, &mut 0);
    match whole.to_int() {
        Some(n) => convert::to_int(py, v.negative, n.magnitude()),
        None => Err(exceptions::memory_error(py)),
    }
}

pub fn to_float(py: Py<'_>, d: &DecimalObject) -> PyResult<Owned<PyFloatObject>> {
    let v = value(d);
    if v.is_nan() {
        if v.is_signaling() {
            return Err(exceptions::value_error(py, format_args!("cannot convert signaling NaN to float")));
        }
        return float::new(py, if v.negative { -f64::NAN } else { f64::NAN });
    }
    // The text of a decimal is one that Rust reads as Python does, rounding correctly.
    float::new(py, v.to_text(false, true).parse::<f64>().unwrap_or(f64::NAN))
}

/// `multiply_by_denominator`, and the numerator, of a rational.
fn of_rational(
    py: Py<'_>,
    d: &DecimalObject,
    q: &PyObject,
) -> PyResult<(Owned<DecimalObject>, Owned<DecimalObject>)> {
    let part = |n: &'static unicode::Name| {
        let p = attr::get_name(py, q, n)?;
        match long::check(&p) {
            Some(n) => Ok(convert::of_int(n)),
            None => Err(exceptions::type_error(py, format_args!("rational parts must be ints"))),
        }
    };
    let n = part(name!("numerator"))?;
    let v = if value(d).is_finite() {
        Context::max().mul(value(d), &part(name!("denominator"))?, &mut 0)
    } else {
        value(d).clone()
    };
    // SAFETY: LAYOUT: made of the type.
    unsafe { Ok((make(py, &DECIMAL, v)?.cast(), make(py, &DECIMAL, n)?.cast())) }
}

/// `convert_op_cmp` and `dec_richcompare`.
fn richcompare(py: Py<'_>, d: &DecimalObject, o: &PyObject, op: c_int) -> PyResult {
    let c = current(py)?;
    let equality = op == Py_EQ || op == Py_NE;
    let exact = |x: f64| -> PyResult<Owned<DecimalObject>> {
        // SAFETY: LAYOUT: made of the type.
        Ok(unsafe { make(py, &DECIMAL, convert::of_float(x))?.cast() })
    };
    let mut own = d.to_owned();
    let other = if let Some(o) = convert::operand(py, o)? {
        o
    } else if let Some(f) = float::check(o) {
        if equality {
            c.add_flags(FLOAT_OPERATION);
        } else {
            add_status(py, &c, FLOAT_OPERATION)?;
        }
        exact(f.ob_fval.get())?
    } else if let Some(z) = dxpy_types::complex::check(o).filter(|_| equality) {
        let z = dxpy_types::complex::value(z);
        if z.im != 0.0 {
            return Ok(object::not_implemented());
        }
        c.add_flags(FLOAT_OPERATION);
        exact(z.re)?
    } else {
        let Some(rational) = kept(&RATIONAL) else { return Ok(object::not_implemented()) };
        if !types::isinstance::is_instance(py, o, rational)? {
            return Ok(object::not_implemented());
        }
        let (v, n) = of_rational(py, d, o)?;
        own = v;
        n
    };
    let mut status = 0;
    match operator(value(&own), value(&other), !equality, &mut status) {
        Some(ordering) => Ok(boolean::new(protocol::compare_ordering(ordering, op)).upcast()),
        None => {
            add_status(py, &c, status)?;
            Ok(boolean::new(op == Py_NE).upcast())
        }
    }
}

/// A class of collections, called with three arguments (`DecimalTuple`).
pub fn call_three(py: Py<'_>, class: &PyObject, parts: [&PyObject; 3]) -> PyResult {
    call::call(py, class, parts)
}

/// The error of NaNs and infinities that have no ratio.
#[cold]
pub fn no_ratio(py: Py<'_>, nan: bool) -> PyErr {
    if nan {
        exceptions::value_error(py, format_args!("cannot convert NaN to integer ratio"))
    } else {
        exceptions::overflow_error(py, format_args!("cannot convert Infinity to integer ratio"))
    }
}
