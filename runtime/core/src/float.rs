//! `float`: construction and reading of values. Operators, methods and text are in `dxpy-types`.

use crate::abi::constants::*;
use crate::abi::*;
use crate::err::PyResult;
use crate::exceptions;
use crate::glue;
use crate::object;
use crate::ptr::{Object, Owned};
use crate::statics::StaticType;
use crate::thread::Py;

/// `float`.
#[unsafe(no_mangle)]
pub static PyFloat_Type: StaticType = StaticType::new::<PyFloatObject>(c"float")
    .flags(Py_TPFLAGS_BASETYPE | _Py_TPFLAGS_MATCH_SELF)
    .dealloc(glue::dealloc(dealloc));

fn dealloc(_: Py<'_>, o: &PyFloatObject) {
    // SAFETY: a float holds no references.
    unsafe { object::tp_free(o.as_object()) }
}

/// `PyFloat_FromDouble`.
#[inline]
pub fn new(py: Py<'_>, v: f64) -> PyResult<Owned<PyFloatObject>> {
    // SAFETY: the one field after the header is set here.
    unsafe {
        let o = object::alloc_uninit::<PyFloatObject>(py, &PyFloat_Type, size_of::<PyFloatObject>())?;
        o.ob_fval.set(v);
        Ok(o)
    }
}

/// `PyFloat_Check`.
#[inline(always)]
pub fn check(o: &PyObject) -> Option<&PyFloatObject> {
    // SAFETY: LAYOUT: just checked.
    (o.ty().is(&PyFloat_Type.0) || crate::types::is_subtype(o.ty(), &PyFloat_Type))
        .then(|| unsafe { &*(o as *const PyObject as *const PyFloatObject) })
}

/// `PyFloat_CheckExact`.
#[inline(always)]
pub fn check_exact(o: &PyObject) -> Option<&PyFloatObject> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&PyFloat_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyFloatObject) })
}

/// `PyFloat_AsDouble`: a float, else `__float__`, else `__index__`.
pub fn as_f64(py: Py<'_>, o: &PyObject) -> PyResult<f64> {
    if let Some(f) = check(o) {
        return Ok(f.ob_fval.get());
    }
    if crate::number::table(o).is_none_or(|t| t.nb_float.get().is_none()) {
        if crate::number::has_index(o) {
            let n = crate::number::index_any(py, o)?;
            return crate::long::as_f64(py, &n);
        }
        return Err(exceptions::type_error(
            py,
            format_args!("must be real number, not {}", crate::call::type_name(o.ty())),
        ));
    }
    call_slot(py, o)
}

/// The value that `nb_float` answers; the object has it.
pub fn call_slot(py: Py<'_>, o: &PyObject) -> PyResult<f64> {
    let f = crate::number::table(o).and_then(|t| t.nb_float.get()).expect("the caller saw the slot");
    // SAFETY: the slot's contract.
    let r = unsafe { crate::err::from_ptr::<PyObject>(py, f(o.as_ptr()))? };
    let Some(v) = check(&r) else {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "{}.__float__ returned non-float (type {})",
                crate::call::type_name(o.ty()),
                crate::call::type_name(r.ty())
            ),
        ));
    };
    if check_exact(&r).is_none() {
        exceptions::warn(
            py,
            &exceptions::DeprecationWarning,
            1,
            format_args!(
                "{}.__float__ returned non-float (type {}).  The ability to return an instance of a strict subclass of float is deprecated, and may not be supported in a future version of Python.",
                crate::call::type_name(o.ty()),
                crate::call::type_name(r.ty())
            ),
        )?;
    }
    Ok(v.ob_fval.get())
}
