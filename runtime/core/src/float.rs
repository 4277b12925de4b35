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
use core::cell::Cell;

/// `float`.
#[unsafe(no_mangle)]
pub static PyFloat_Type: StaticType = StaticType::new::<PyFloatObject>(c"float")
    .flags(Py_TPFLAGS_BASETYPE | _Py_TPFLAGS_MATCH_SELF)
    .dealloc(glue::dealloc(dealloc));

fn dealloc(_: Py<'_>, o: &PyFloatObject) {
    // SAFETY: a float holds no references; one of exactly this type has nothing in front of it.
    unsafe {
        if core::ptr::eq(o.ty(), &PyFloat_Type.0) {
            crate::alloc::free(o.as_ptr().cast())
        } else {
            object::tp_free(o.as_object())
        }
    }
}

/// `PyFloat_FromDouble`.
#[inline]
pub fn new(py: Py<'_>, v: f64) -> PyResult<Owned<PyFloatObject>> {
    let o = crate::alloc::malloc(size_of::<PyFloatObject>()) as *mut PyFloatObject;
    if o.is_null() {
        return Err(exceptions::memory_error(py));
    }
    // SAFETY: the block has room for the float, whose fields are all set; OWNED: the count is the reference handed out.
    unsafe {
        o.write(PyFloatObject {
            ob_base: PyObject {
                ob_refcnt: Cell::new(1),
                ob_type: Cell::new(&raw const PyFloat_Type.0 as *mut PyTypeObject),
            },
            ob_fval: Cell::new(v),
        });
        Ok(Owned::from_raw(o))
    }
}

/// A float in a block that is at hand; NULL where there is none: then [`new`] makes it. For code that shall call nothing.
///
/// # Safety
/// `ts` is the thread's attached state; GIL.
#[inline(always)]
pub unsafe fn at_hand(ts: *const crate::thread::ThreadState, v: f64) -> *mut PyObject {
    if cfg!(feature = "zeal") {
        return core::ptr::null_mut();
    }
    // SAFETY: the caller's promise; the block covers the float, whose fields are all set.
    unsafe {
        let o = crate::alloc::take(ts, size_of::<PyFloatObject>()) as *mut PyFloatObject;
        if !o.is_null() {
            o.write(PyFloatObject {
                ob_base: PyObject {
                    ob_refcnt: Cell::new(1),
                    ob_type: Cell::new(&raw const PyFloat_Type.0 as *mut PyTypeObject),
                },
                ob_fval: Cell::new(v),
            });
        }
        o as *mut PyObject
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
