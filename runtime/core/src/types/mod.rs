//! `type` and `object`. Readying of types, the MRO, attribute lookup and slot updates are not here yet.

pub mod inherit;
pub mod mro;

use crate::abi::constants::*;
use crate::abi::*;
use crate::statics::StaticType;
use core::mem::offset_of;

/// `type`.
#[unsafe(no_mangle)]
pub static PyType_Type: StaticType = StaticType::new::<PyHeapTypeObject>(c"type")
    .sized(size_of::<PyHeapTypeObject>(), size_of::<PyMemberDef>())
    .flags(
        Py_TPFLAGS_HAVE_GC
            | Py_TPFLAGS_BASETYPE
            | Py_TPFLAGS_TYPE_SUBCLASS
            | Py_TPFLAGS_HAVE_VECTORCALL
            | Py_TPFLAGS_ITEMS_AT_END,
    )
    .weaklist(offset_of!(PyTypeObject, tp_weaklist))
    .dict(offset_of!(PyTypeObject, tp_dict))
    .vectorcall_offset(offset_of!(PyTypeObject, tp_vectorcall));

/// `object`.
#[unsafe(no_mangle)]
pub static PyBaseObject_Type: StaticType = StaticType::new::<PyObject>(c"object").flags(Py_TPFLAGS_BASETYPE);

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
