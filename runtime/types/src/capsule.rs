//! `PyCapsule`: a C pointer with a name, as modules hand their C interfaces to each other (`Objects/capsule.c`).

use crate::{Part, no_hooks};
use core::ffi::{CStr, c_char, c_void};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::{Owned, Py, PyErr, PyResult, attr, exceptions, glue, hooks, object, unicode};

/// What this module brings.
pub static PART: Part = Part { adopt: &[], types: &[&PyCapsule_Type], hooks: no_hooks };

/// `PyCapsule`.
#[unsafe(no_mangle)]
pub static PyCapsule_Type: StaticType = StaticType::new::<PyCapsule>(c"PyCapsule")
    .doc(c"A pointer of C code in an object, with a name that says what it points to.")
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .dealloc(glue::dealloc(dealloc))
    .repr(glue::unary(repr));

/// `PyCapsule_CheckExact`.
pub fn check(o: &PyObject) -> Option<&PyCapsule> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&PyCapsule_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyCapsule) })
}

/// `PyCapsule_New`. The name is kept as it is: it lives as long as the capsule.
pub fn new(
    py: Py<'_>,
    pointer: *mut c_void,
    name: *const c_char,
    destructor: Option<PyCapsule_Destructor>,
) -> PyResult<Owned<PyCapsule>> {
    if pointer.is_null() {
        return Err(exceptions::value_error(py, format_args!("PyCapsule_New called with null pointer")));
    }
    // SAFETY: LAYOUT: the type's own struct.
    let c: Owned<PyCapsule> = unsafe { object::generic_alloc(py, &PyCapsule_Type, 0)?.cast() };
    c.pointer.set(pointer);
    c.name.set(name as *mut c_char);
    c.destructor.set(destructor);
    Ok(c)
}

/// `name_matches`.
fn same_name(a: *const c_char, b: *const c_char) -> bool {
    if a.is_null() || b.is_null() {
        return a == b;
    }
    // SAFETY: both are C strings, by the contract of capsules.
    unsafe { CStr::from_ptr(a) == CStr::from_ptr(b) }
}

/// `PyCapsule_IsValid`.
pub fn is_valid(o: &PyObject, name: *const c_char) -> bool {
    check(o).is_some_and(|c| !c.pointer.get().is_null() && same_name(c.name.get(), name))
}

/// A capsule for the function of this name, whose error says so otherwise (`is_legal_capsule`).
pub fn legal<'a>(py: Py<'_>, o: Option<&'a PyObject>, function: &str) -> PyResult<&'a PyCapsule> {
    match o.and_then(check) {
        Some(c) if !c.pointer.get().is_null() => Ok(c),
        _ => {
            Err(exceptions::value_error(py, format_args!("{function} called with invalid PyCapsule object")))
        }
    }
}

/// `PyCapsule_GetPointer`.
pub fn pointer(py: Py<'_>, o: Option<&PyObject>, name: *const c_char) -> PyResult<*mut c_void> {
    let c = legal(py, o, "PyCapsule_GetPointer")?;
    if !same_name(c.name.get(), name) {
        return Err(exceptions::value_error(
            py,
            format_args!("PyCapsule_GetPointer called with incorrect name"),
        ));
    }
    Ok(c.pointer.get())
}

/// `PyCapsule_Import`: the pointer of the capsule at `package.module.attribute`.
pub fn import(py: Py<'_>, name: &CStr) -> PyResult<*mut c_void> {
    let text = name.to_string_lossy();
    let mut parts = text.split('.');
    let first = parts.next().unwrap_or_default();
    let module = unicode::from_str(py, first)?;
    let mut o = hooks::import_by_name(py, &module).map_err(|e| {
        drop::<PyErr>(e);
        exceptions::format(
            py,
            &exceptions::ImportError,
            format_args!("PyCapsule_Import could not import module \"{first}\""),
        )
    })?;
    for part in parts {
        let part = unicode::intern_str(py, part)?;
        o = attr::get(py, &o, &part)?;
    }
    match check(&o) {
        Some(c) if is_valid(&o, name.as_ptr()) => Ok(c.pointer.get()),
        _ => Err(exceptions::attribute_error(py, format_args!("PyCapsule_Import \"{text}\" is not valid"))),
    }
}

fn repr(py: Py<'_>, c: &PyCapsule) -> PyResult<Owned<PyUnicodeObject>> {
    let name = match c.name.get() {
        p if p.is_null() => "NULL".to_owned(),
        // SAFETY: a C string that lives as long as the capsule.
        p => format!("\"{}\"", unsafe { CStr::from_ptr(p) }.to_string_lossy()),
    };
    unicode::from_str(py, &format!("<capsule object {name} at {:p}>", c.as_ptr()))
}

fn dealloc(_: Py<'_>, c: &PyCapsule) {
    // SAFETY: the destructor's contract: it receives the capsule, whole; the memory goes last.
    unsafe {
        if let Some(f) = c.destructor.get() {
            f(c.as_ptr());
        }
        object::tp_free(c.as_object());
    }
}
