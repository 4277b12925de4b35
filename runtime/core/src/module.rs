//! `module`: the type and its check. Making modules from definitions, their attributes and state are not here yet.

use crate::abi::constants::*;
use crate::abi::*;
use crate::gc;
use crate::glue;
use crate::object;
use crate::ptr::Object;
use crate::statics::StaticType;
use crate::thread::Py;
use crate::types::is_subtype;
use core::ffi::c_int;
use core::mem::offset_of;

/// `module`.
#[unsafe(no_mangle)]
pub static PyModule_Type: StaticType = StaticType::new::<PyModuleObject>(c"module")
    .flags(Py_TPFLAGS_BASETYPE)
    .dict(offset_of!(PyModuleObject, md_dict))
    .weaklist(offset_of!(PyModuleObject, md_weaklist))
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(clear))
    .dealloc(glue::dealloc(dealloc));

/// `PyModule_Check`.
#[inline(always)]
pub fn check(o: &PyObject) -> bool {
    is_subtype(o.ty(), &PyModule_Type)
}

/// The definition a module was made from, if any.
fn definition(m: &PyModuleObject) -> Option<&PyModuleDef> {
    // SAFETY: STATIC: definitions outlive their modules.
    unsafe { m.md_def.get().as_ref() }
}

/// `module_traverse`: the state's own traversal first, once there is state or the definition needs none.
fn traverse(m: &PyModuleObject, v: &glue::Visitor) -> Result<(), c_int> {
    if let Some(def) = definition(m)
        && let Some(f) = def.m_traverse.get()
        && (def.m_size.get() <= 0 || !m.md_state.get().is_null())
    {
        v.delegate(f, m.as_object())?;
    }
    v.visit(&m.md_dict)
}

/// `module_clear`.
fn clear(_: Py<'_>, m: &PyModuleObject) {
    if let Some(def) = definition(m)
        && let Some(f) = def.m_clear.get()
        && (def.m_size.get() <= 0 || !m.md_state.get().is_null())
    {
        // SAFETY: the slot's contract.
        unsafe { f(m.as_ptr()) };
    }
    object::clear_field(&m.md_dict);
}

/// `module_dealloc`.
fn dealloc(_: Py<'_>, m: &PyModuleObject) {
    // SAFETY: a module has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(m.as_object());
        if let Some(def) = definition(m)
            && let Some(f) = def.m_free.get()
            && (def.m_size.get() <= 0 || !m.md_state.get().is_null())
        {
            f(m.as_ptr() as *mut core::ffi::c_void);
        }
        object::clear_field(&m.md_dict);
        object::clear_field(&m.md_name);
        if !m.md_state.get().is_null() {
            crate::alloc::free(m.md_state.get());
        }
        object::tp_free(m.as_object());
    }
}
