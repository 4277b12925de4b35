//! `float`: construction. Operators, methods and text are not here yet.

use crate::abi::constants::*;
use crate::abi::*;
use crate::err::PyResult;
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
