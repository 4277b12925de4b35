//! The number protocol (`PyNumber_*` of `Objects/abstract.c`): operators with their reflected and in-place forms, and
//! conversion through `__index__`. `int()` and `float()` of text are the types' own.

use crate::abi::*;
use crate::call::type_name;
use crate::err::{PyResult, from_ptr};
use crate::exceptions;
use crate::long;
use crate::object::{is_none, is_not_implemented, not_implemented};
use crate::ptr::{Object, Owned};
use crate::statics::StaticType;
use crate::thread::Py;
use crate::types::is_subtype;

/// The number table of a type.
#[inline(always)]
pub fn table(o: &PyObject) -> Option<&PyNumberMethods> {
    // SAFETY: LIVE: the table of a live type.
    unsafe { o.ty().tp_as_number.get().as_ref() }
}

#[inline(always)]
fn sequence(o: &PyObject) -> Option<&PySequenceMethods> {
    // SAFETY: LIVE: the table of a live type.
    unsafe { o.ty().tp_as_sequence.get().as_ref() }
}

type Slot = fn(&PyNumberMethods) -> Option<binaryfunc>;

/// `binary_op1`: left operand first, unless the right one is of a subtype with another function.
#[inline]
pub(crate) fn binary_op1(py: Py<'_>, a: &PyObject, b: &PyObject, slot: Slot) -> PyResult {
    let left = table(a).and_then(slot);
    let mut right = if a.ty().is(b.ty()) { None } else { table(b).and_then(slot) };
    if let (Some(l), Some(r)) = (left, right)
        && core::ptr::fn_addr_eq(l, r)
    {
        right = None;
    }
    // SAFETY: the slots' contract.
    let call = |f: binaryfunc| unsafe { from_ptr::<PyObject>(py, f(a.as_ptr(), b.as_ptr())) };
    if let Some(l) = left {
        if let Some(r) = right
            && is_subtype(b.ty(), a.ty())
        {
            let x = call(r)?;
            if !is_not_implemented(&x) {
                return Ok(x);
            }
            right = None;
        }
        let x = call(l)?;
        if !is_not_implemented(&x) {
            return Ok(x);
        }
    }
    match right {
        Some(r) => call(r),
        None => Ok(not_implemented()),
    }
}

/// `binop_type_error`.
#[cold]
fn unsupported(py: Py<'_>, a: &PyObject, b: &PyObject, op: &str) -> PyResult {
    Err(exceptions::type_error(
        py,
        format_args!(
            "unsupported operand type(s) for {op}: '{}' and '{}'",
            type_name(a.ty()),
            type_name(b.ty())
        ),
    ))
}

fn binary(py: Py<'_>, a: &PyObject, b: &PyObject, slot: Slot, op: &str) -> PyResult {
    let r = binary_op1(py, a, b, slot)?;
    if !is_not_implemented(&r) {
        return Ok(r);
    }
    // A hint for `print >>f`, as `binary_op` gives.
    if op == ">>"
        && crate::cfunction::check(a)
            .is_some_and(|f| crate::cfunction::name_of(crate::cfunction::method_def(f)) == "print")
    {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "unsupported operand type(s) for {op}: '{}' and '{}'. Did you mean \"print(<message>, file=<output_stream>)\"?",
                type_name(a.ty()),
                type_name(b.ty())
            ),
        ));
    }
    unsupported(py, a, b, op)
}

/// `binary_iop1`.
pub(crate) fn inplace_op1(py: Py<'_>, a: &PyObject, b: &PyObject, inplace: Slot, slot: Slot) -> PyResult {
    if let Some(f) = table(a).and_then(inplace) {
        // SAFETY: the slot's contract.
        let r = unsafe { from_ptr::<PyObject>(py, f(a.as_ptr(), b.as_ptr()))? };
        if !is_not_implemented(&r) {
            return Ok(r);
        }
    }
    binary_op1(py, a, b, slot)
}

macro_rules! operators {
    ($($name:ident $inplace:ident $nb:ident $nb_inplace:ident $op:literal;)*) => { $(
        #[doc = concat!("`a ", $op, " b`.")]
        pub fn $name(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
            binary(py, a, b, |t| t.$nb.get(), $op)
        }
        #[doc = concat!("`a ", $op, "= b`.")]
        pub fn $inplace(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
            let r = inplace_op1(py, a, b, |t| t.$nb_inplace.get(), |t| t.$nb.get())?;
            if is_not_implemented(&r) { unsupported(py, a, b, concat!($op, "=")) } else { Ok(r) }
        }
    )* };
}
operators! {
    subtract inplace_subtract nb_subtract nb_inplace_subtract "-";
    or inplace_or nb_or nb_inplace_or "|";
    xor inplace_xor nb_xor nb_inplace_xor "^";
    and inplace_and nb_and nb_inplace_and "&";
    lshift inplace_lshift nb_lshift nb_inplace_lshift "<<";
    rshift inplace_rshift nb_rshift nb_inplace_rshift ">>";
    floor_divide inplace_floor_divide nb_floor_divide nb_inplace_floor_divide "//";
    true_divide inplace_true_divide nb_true_divide nb_inplace_true_divide "/";
    remainder inplace_remainder nb_remainder nb_inplace_remainder "%";
    matrix_multiply inplace_matrix_multiply nb_matrix_multiply nb_inplace_matrix_multiply "@";
}

/// `PyNumber_Divmod`.
pub fn divmod(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    binary(py, a, b, |t| t.nb_divmod.get(), "divmod()")
}

/// `PyNumber_Add`: sequences concatenate where no number slot answers.
pub fn add(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let r = binary_op1(py, a, b, |t| t.nb_add.get())?;
    if !is_not_implemented(&r) {
        return Ok(r);
    }
    match sequence(a).and_then(|s| s.sq_concat.get()) {
        // SAFETY: the slot's contract.
        Some(f) => unsafe { from_ptr(py, f(a.as_ptr(), b.as_ptr())) },
        None => unsupported(py, a, b, "+"),
    }
}

/// `PyNumber_InPlaceAdd`.
pub fn inplace_add(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let r = inplace_op1(py, a, b, |t| t.nb_inplace_add.get(), |t| t.nb_add.get())?;
    if !is_not_implemented(&r) {
        return Ok(r);
    }
    match sequence(a).and_then(|s| s.sq_inplace_concat.get().or(s.sq_concat.get())) {
        // SAFETY: the slot's contract.
        Some(f) => unsafe { from_ptr(py, f(a.as_ptr(), b.as_ptr())) },
        None => unsupported(py, a, b, "+="),
    }
}

/// `sequence_repeat`.
fn repeat(py: Py<'_>, f: ssizeargfunc, s: &PyObject, n: &PyObject) -> PyResult {
    if !has_index(n) {
        return Err(exceptions::type_error(
            py,
            format_args!("can't multiply sequence by non-int of type '{}'", type_name(n.ty())),
        ));
    }
    let n = as_ssize(py, n, &exceptions::OverflowError)?;
    // SAFETY: the slot's contract.
    unsafe { from_ptr(py, f(s.as_ptr(), n)) }
}

/// `PyNumber_Multiply`: a sequence repeats where no number slot answers.
pub fn multiply(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let r = binary_op1(py, a, b, |t| t.nb_multiply.get())?;
    if !is_not_implemented(&r) {
        return Ok(r);
    }
    if let Some(f) = sequence(a).and_then(|s| s.sq_repeat.get()) {
        return repeat(py, f, a, b);
    }
    if let Some(f) = sequence(b).and_then(|s| s.sq_repeat.get()) {
        return repeat(py, f, b, a);
    }
    unsupported(py, a, b, "*")
}

/// `PyNumber_InPlaceMultiply`.
pub fn inplace_multiply(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult {
    let r = inplace_op1(py, a, b, |t| t.nb_inplace_multiply.get(), |t| t.nb_multiply.get())?;
    if !is_not_implemented(&r) {
        return Ok(r);
    }
    if let Some(f) = sequence(a).and_then(|s| s.sq_inplace_repeat.get().or(s.sq_repeat.get())) {
        return repeat(py, f, a, b);
    }
    // The right operand must not be changed, so it is asked for a new object.
    if let Some(f) = sequence(b).and_then(|s| s.sq_repeat.get()) {
        return repeat(py, f, b, a);
    }
    unsupported(py, a, b, "*=")
}

/// `ternary_op`; `op` names the operator for messages.
fn ternary(
    py: Py<'_>,
    a: &PyObject,
    b: &PyObject,
    c: &PyObject,
    slot: fn(&PyNumberMethods) -> Option<ternaryfunc>,
    op: &str,
) -> PyResult {
    let same = |x: Option<ternaryfunc>, y: ternaryfunc| x.is_some_and(|x| core::ptr::fn_addr_eq(x, y));
    let left = table(a).and_then(slot);
    let mut right =
        if a.ty().is(b.ty()) { None } else { table(b).and_then(slot).filter(|r| !same(left, *r)) };
    let first_right = right;
    // SAFETY: the slots' contract.
    let call = |f: ternaryfunc| unsafe { from_ptr::<PyObject>(py, f(a.as_ptr(), b.as_ptr(), c.as_ptr())) };
    if let Some(l) = left {
        if let Some(r) = right
            && is_subtype(b.ty(), a.ty())
        {
            let x = call(r)?;
            if !is_not_implemented(&x) {
                return Ok(x);
            }
            right = None;
        }
        let x = call(l)?;
        if !is_not_implemented(&x) {
            return Ok(x);
        }
    }
    if let Some(r) = right {
        let x = call(r)?;
        if !is_not_implemented(&x) {
            return Ok(x);
        }
    }
    if let Some(f) = table(c).and_then(slot)
        && !same(left, f)
        && !same(first_right, f)
    {
        let x = call(f)?;
        if !is_not_implemented(&x) {
            return Ok(x);
        }
    }
    let (ta, tb) = (type_name(a.ty()), type_name(b.ty()));
    Err(if is_none(c) {
        exceptions::type_error(py, format_args!("unsupported operand type(s) for {op}: '{ta}' and '{tb}'"))
    } else {
        exceptions::type_error(
            py,
            format_args!("unsupported operand type(s) for {op}: '{ta}', '{tb}', '{}'", type_name(c.ty())),
        )
    })
}

/// `PyNumber_Power`.
pub fn power(py: Py<'_>, a: &PyObject, b: &PyObject, m: &PyObject) -> PyResult {
    ternary(py, a, b, m, |t| t.nb_power.get(), "** or pow()")
}

/// `PyNumber_InPlacePower`.
pub fn inplace_power(py: Py<'_>, a: &PyObject, b: &PyObject, m: &PyObject) -> PyResult {
    if let Some(f) = table(a).and_then(|t| t.nb_inplace_power.get()) {
        // SAFETY: the slot's contract.
        let r = unsafe { from_ptr::<PyObject>(py, f(a.as_ptr(), b.as_ptr(), m.as_ptr()))? };
        if !is_not_implemented(&r) {
            return Ok(r);
        }
    }
    ternary(py, a, b, m, |t| t.nb_power.get(), "**=")
}

macro_rules! unary {
    ($($name:ident $nb:ident $what:literal;)*) => { $(
        #[doc = concat!("The operator of `", stringify!($nb), "`.")]
        pub fn $name(py: Py<'_>, o: &PyObject) -> PyResult {
            match table(o).and_then(|t| t.$nb.get()) {
                // SAFETY: the slot's contract.
                Some(f) => unsafe { from_ptr(py, f(o.as_ptr())) },
                None => Err(exceptions::type_error(
                    py,
                    format_args!(concat!("bad operand type for ", $what, ": '{}'"), type_name(o.ty())),
                )),
            }
        }
    )* };
}
unary! {
    negative nb_negative "unary -";
    positive nb_positive "unary +";
    invert nb_invert "unary ~";
    absolute nb_absolute "abs()";
}

/// `PyIndex_Check`.
#[inline(always)]
pub fn has_index(o: &PyObject) -> bool {
    long::check(o).is_some() || table(o).is_some_and(|t| t.nb_index.get().is_some())
}

/// `_PyNumber_Index`: an int, maybe of a subclass.
pub fn index_any(py: Py<'_>, o: &PyObject) -> PyResult<Owned<PyLongObject>> {
    if let Some(n) = long::check(o) {
        return Ok(n.to_owned());
    }
    let Some(f) = table(o).and_then(|t| t.nb_index.get()) else {
        return Err(exceptions::type_error(
            py,
            format_args!("'{}' object cannot be interpreted as an integer", type_name(o.ty())),
        ));
    };
    // SAFETY: the slot's contract.
    let r = unsafe { from_ptr::<PyObject>(py, f(o.as_ptr()))? };
    if long::check_exact(&r).is_none() {
        let Some(_) = long::check(&r) else {
            return Err(exceptions::type_error(
                py,
                format_args!("__index__ returned non-int (type {})", type_name(r.ty())),
            ));
        };
        exceptions::warn(
            py,
            &exceptions::DeprecationWarning,
            1,
            format_args!(
                "__index__ returned non-int (type {}).  The ability to return an instance of a strict subclass of int is deprecated, and may not be supported in a future version of Python.",
                type_name(r.ty())
            ),
        )?;
    }
    // SAFETY: LAYOUT: just checked.
    Ok(unsafe { r.cast() })
}

/// `PyNumber_Index`: an exact int.
pub fn index(py: Py<'_>, o: &PyObject) -> PyResult<Owned<PyLongObject>> {
    let n = index_any(py, o)?;
    if long::check_exact(n.as_object()).is_some() {
        return Ok(n);
    }
    long::from_digits(py, long::sign(&n) < 0, long::digits(&n))
}

/// The value as a C size; one that does not fit raises `error`.
pub fn to_ssize(py: Py<'_>, n: &PyLongObject, error: &'static StaticType) -> PyResult<isize> {
    match long::to_i64(n) {
        Some(v) => Ok(v as isize),
        None => Err(exceptions::format(
            py,
            error,
            format_args!("cannot fit '{}' into an index-sized integer", type_name(n.ty())),
        )),
    }
}

/// `PyNumber_AsSsize_t`.
pub fn as_ssize(py: Py<'_>, o: &PyObject, error: &'static StaticType) -> PyResult<isize> {
    let n = index_any(py, o)?;
    match long::to_i64(&n) {
        Some(v) => Ok(v as isize),
        None => Err(exceptions::format(
            py,
            error,
            format_args!("cannot fit '{}' into an index-sized integer", type_name(o.ty())),
        )),
    }
}

/// `PyNumber_AsSsize_t` without an error type: values that do not fit become the nearest that does.
pub fn as_ssize_clipped(py: Py<'_>, o: &PyObject) -> PyResult<isize> {
    let n = index_any(py, o)?;
    Ok(long::to_i64(&n).map_or(if long::sign(&n) < 0 { isize::MIN } else { isize::MAX }, |v| v as isize))
}

/// `_PyEval_SliceIndex`: an index clipped to what a C size holds; `None` for Python's `None`.
pub fn slice_index(py: Py<'_>, o: &PyObject) -> PyResult<Option<isize>> {
    if crate::object::is_none(o) {
        return Ok(None);
    }
    if !has_index(o) {
        return Err(exceptions::type_error(
            py,
            format_args!("slice indices must be integers or None or have an __index__ method"),
        ));
    }
    as_ssize_clipped(py, o).map(Some)
}

/// `PyNumber_Check` but for complex numbers, whose type is not known here.
pub fn check(o: &PyObject) -> bool {
    has_index(o) || table(o).is_some_and(|t| t.nb_int.get().is_some() || t.nb_float.get().is_some())
}

/// `PyNumber_Long` of an object that is a number, not text: `__int__`, `__index__`, or `__trunc__`.
pub fn truncated(py: Py<'_>, o: &PyObject) -> PyResult<Owned<PyLongObject>> {
    if let Some(n) = long::check_exact(o) {
        return Ok(n.to_owned());
    }
    let Some(f) = table(o).and_then(|t| t.nb_int.get()) else {
        if has_index(o) {
            return index(py, o);
        }
        if let Some(m) = crate::types::special::lookup(py, o, crate::name!("__trunc__"))? {
            exceptions::warn(
                py,
                &exceptions::DeprecationWarning,
                1,
                format_args!("The delegation of int() to __trunc__ is deprecated."),
            )?;
            let r = m.call(py, o, [])?;
            if !has_index(&r) {
                return Err(exceptions::type_error(
                    py,
                    format_args!("__trunc__ returned non-Integral (type {})", type_name(r.ty())),
                ));
            }
            return index(py, &r);
        }
        return Err(exceptions::type_error(
            py,
            format_args!(
                "int() argument must be a string, a bytes-like object or a real number, not '{}'",
                type_name(o.ty())
            ),
        ));
    };
    // SAFETY: the slot's contract.
    let r = unsafe { from_ptr::<PyObject>(py, f(o.as_ptr()))? };
    match long::check(&r) {
        None => Err(exceptions::type_error(
            py,
            format_args!("__int__ returned non-int (type {})", type_name(r.ty())),
        )),
        Some(n) if long::check_exact(&r).is_some() => Ok(n.to_owned()),
        Some(n) => {
            exceptions::warn(
                py,
                &exceptions::DeprecationWarning,
                1,
                format_args!(
                    "__int__ returned non-int (type {}).  The ability to return an instance of a strict subclass of int is deprecated, and may not be supported in a future version of Python.",
                    type_name(r.ty())
                ),
            )?;
            long::from_digits(py, long::sign(n) < 0, long::digits(n))
        }
    }
}

/// The exception for an error of a number kernel.
#[cold]
pub fn error(py: Py<'_>, e: &dxpy_num::Error) -> crate::err::PyErr {
    use dxpy_num::Exception;
    if matches!(e, dxpy_num::Error::PowRange) {
        // The one that is raised from `errno`: number and text are its arguments.
        let args = long::from_i64(py, 34).and_then(|n| {
            let text = crate::unicode::from_str(py, "Numerical result out of range")?;
            crate::tuple::from_iter(py, [n.upcast(), text.upcast()])
        });
        return args.map_or_else(|e| e, |args| exceptions::with_args(py, &exceptions::OverflowError, args));
    }
    let class = match e.exception() {
        Exception::ValueError => &exceptions::ValueError,
        Exception::OverflowError => &exceptions::OverflowError,
        Exception::ZeroDivisionError => &exceptions::ZeroDivisionError,
        Exception::TypeError => &exceptions::TypeError,
        Exception::MemoryError => return exceptions::memory_error(py),
    };
    exceptions::format(py, class, format_args!("{e}"))
}
