//! `type` and `object`, and everything types are: readying, the MRO, attribute lookup, slots, creation of classes.

pub mod attrs;
pub mod create;
pub mod inherit;
pub mod isinstance;
pub mod lookup;
pub mod mro;
pub mod object;
pub mod ready;
mod reduce;
pub mod slotdefs;
pub mod slots;
pub mod spec;
pub mod special;
pub mod wrap;

use crate::abi::constants::*;
use crate::abi::*;
use crate::err::PyResult;
use crate::ptr::Object;
use crate::statics::StaticType;
use crate::thread::Py;

pub use attrs::super_lookup;
pub use ready::ready;

/// `type`.
#[unsafe(no_mangle)]
pub static PyType_Type: StaticType = attrs::type_type();

/// `object`.
#[unsafe(no_mangle)]
pub static PyBaseObject_Type: StaticType = object::object_type();

/// `PyType_Check`.
#[inline(always)]
pub fn check(o: &PyObject) -> Option<&PyTypeObject> {
    // SAFETY: LAYOUT: the subclass flag says so.
    (o.ty().tp_flags.get() & Py_TPFLAGS_TYPE_SUBCLASS != 0)
        .then(|| unsafe { &*(o as *const PyObject as *const PyTypeObject) })
}

/// `PyStaticMethod_New`.
pub fn staticmethod(py: Py<'_>, callable: &PyObject) -> PyResult {
    crate::function::new_static(py, callable)
}

/// `PyClassMethod_New`.
pub fn classmethod(py: Py<'_>, callable: &PyObject) -> PyResult {
    crate::function::new_class(py, callable)
}

/// `Py_GenericAlias`.
pub fn generic_alias(py: Py<'_>, origin: &PyObject, args: &PyObject) -> PyResult {
    crate::hooks::generic_alias(py, origin, args)
}

/// `PyDict_Update` with any mapping.
pub fn merge_mapping(py: Py<'_>, into: &PyDictObject, from: &PyObject) -> PyResult<()> {
    crate::dict::merge(py, into, from, true)
}

/// `PyType_IsSubtype`: by MRO, or by the chain of bases for a type that is not ready.
pub fn is_subtype(a: &PyTypeObject, b: &PyTypeObject) -> bool {
    let mro = a.tp_mro.get() as *const PyTupleObject;
    // SAFETY: LIVE: a type holds its MRO and its base; LAYOUT: the MRO is a tuple of types.
    unsafe {
        if let Some(mro) = mro.as_ref() {
            return crate::tuple::items(mro).iter().any(|t| core::ptr::addr_eq(*t, b));
        }
        let mut t: *const PyTypeObject = a;
        while let Some(ty) = t.as_ref() {
            if core::ptr::eq(ty, b) {
                return true;
            }
            t = ty.tp_base.get();
        }
    }
    core::ptr::eq(b, &PyBaseObject_Type.0)
}
