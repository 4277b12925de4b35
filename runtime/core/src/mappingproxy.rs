//! `mappingproxy`: the type and its construction (`PyDictProxy_New`). Its methods are in the crate of built-in types.

use crate::abi::constants::*;
use crate::abi::*;
use crate::err::PyResult;
use crate::gc;
use crate::glue;
use crate::object;
use crate::ptr::Object;
use crate::statics::StaticType;
use crate::thread::Py;

/// `mappingproxy`.
#[unsafe(no_mangle)]
pub static PyDictProxy_Type: StaticType = StaticType::new::<mappingproxyobject>(c"mappingproxy")
    .flags(Py_TPFLAGS_MAPPING)
    .traverse(glue::traverse(traverse))
    .dealloc(glue::dealloc(dealloc));

/// A proxy of a mapping that was checked.
pub fn new(py: Py<'_>, mapping: &PyObject) -> PyResult {
    // SAFETY: every field is set before the object is tracked.
    unsafe {
        let p = object::alloc_uninit::<mappingproxyobject>(
            py,
            &PyDictProxy_Type,
            size_of::<mappingproxyobject>(),
        )?;
        p.mapping.set(mapping.to_owned().into_ptr());
        gc::track(p.as_object());
        Ok(p.upcast())
    }
}

/// `PyDictProxy_New`: of a mapping, which lists and tuples are not.
pub fn checked(py: Py<'_>, mapping: &PyObject) -> PyResult {
    if !crate::sequence::is_mapping(mapping)
        || crate::list::check(mapping).is_some()
        || crate::tuple::check(mapping).is_some()
    {
        return Err(crate::exceptions::type_error(
            py,
            format_args!(
                "mappingproxy() argument must be a mapping, not {}",
                crate::call::type_name(mapping.ty())
            ),
        ));
    }
    new(py, mapping)
}

/// The mapping behind the proxy.
pub fn mapping(p: &mappingproxyobject) -> &PyObject {
    // SAFETY: LIVE: the proxy holds it.
    unsafe { &*p.mapping.get() }
}

fn traverse(p: &mappingproxyobject, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    v.visit(&p.mapping)
}

fn dealloc(_: Py<'_>, p: &mappingproxyobject) {
    // SAFETY: the object has a collector header; its field is released once and its memory last.
    unsafe {
        gc::untrack(p.as_object());
        object::clear_field(&p.mapping);
        object::free(p.as_object());
    }
}
