//! pycapsule.h: making capsules, reading and changing their fields, and importing one by its name.

use crate::util::{IntoC, pointer, status, token};
use core::ffi::{CStr, c_char, c_int, c_void};
use dxpy_core::abi::{PyCapsule, PyCapsule_Destructor, PyObject};
use dxpy_core::exceptions;
use dxpy_types::capsule::{self, legal};

/// C: `PyObject *PyCapsule_New(void *pointer, const char *name, PyCapsule_Destructor destructor)`.
///
/// # Safety
/// GIL; the name is a C string that outlives the capsule, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCapsule_New(
    p: *mut c_void,
    name: *const c_char,
    destructor: Option<PyCapsule_Destructor>,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let py = unsafe { token() };
    pointer(py, capsule::new(py, p, name, destructor))
}

/// C: `void *PyCapsule_GetPointer(PyObject *capsule, const char *name)`.
///
/// # Safety
/// GIL, LIVE or NULL; the name is a C string or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCapsule_GetPointer(o: *mut PyObject, name: *const c_char) -> *mut c_void {
    // SAFETY: the caller's promise.
    let (py, o) = unsafe { (token(), o.as_ref()) };
    capsule::pointer(py, o, name).into_c(py)
}

/// C: `int PyCapsule_IsValid(PyObject *capsule, const char *name)`.
///
/// # Safety
/// GIL, LIVE or NULL; the name is a C string or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCapsule_IsValid(o: *mut PyObject, name: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { o.as_ref() }.is_some_and(|o| capsule::is_valid(o, name)) as c_int
}

/// C: `void *PyCapsule_Import(const char *name, int no_block)`.
///
/// # Safety
/// GIL; a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCapsule_Import(name: *const c_char, _no_block: c_int) -> *mut c_void {
    // SAFETY: the caller's promise.
    let (py, name) = unsafe { (token(), CStr::from_ptr(name)) };
    capsule::import(py, name).into_c(py)
}

/// The field of a capsule, or NULL with an error that names the function.
///
/// # Safety
/// GIL, LIVE or NULL.
unsafe fn get<T>(o: *mut PyObject, function: &str, f: impl FnOnce(&PyCapsule) -> *mut T) -> *mut T {
    // SAFETY: the caller's promise.
    let (py, o) = unsafe { (token(), o.as_ref()) };
    legal(py, o, function).map(f).into_c(py)
}

/// Changes a capsule, or fails with an error that names the function.
///
/// # Safety
/// GIL, LIVE or NULL.
unsafe fn set(o: *mut PyObject, function: &str, f: impl FnOnce(&PyCapsule)) -> c_int {
    // SAFETY: the caller's promise.
    let (py, o) = unsafe { (token(), o.as_ref()) };
    status(py, legal(py, o, function).map(|c| (f(c), 0).1))
}

/// C: `const char *PyCapsule_GetName(PyObject *capsule)`.
///
/// # Safety
/// GIL, LIVE or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCapsule_GetName(o: *mut PyObject) -> *const c_char {
    // SAFETY: the caller's promise.
    unsafe { get(o, "PyCapsule_GetName", |c| c.name.get()) }
}

/// C: `void *PyCapsule_GetContext(PyObject *capsule)`.
///
/// # Safety
/// GIL, LIVE or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCapsule_GetContext(o: *mut PyObject) -> *mut c_void {
    // SAFETY: the caller's promise.
    unsafe { get(o, "PyCapsule_GetContext", |c| c.context.get()) }
}

/// C: `PyCapsule_Destructor PyCapsule_GetDestructor(PyObject *capsule)`.
///
/// # Safety
/// GIL, LIVE or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCapsule_GetDestructor(o: *mut PyObject) -> Option<PyCapsule_Destructor> {
    // SAFETY: the caller's promise.
    let (py, o) = unsafe { (token(), o.as_ref()) };
    match legal(py, o, "PyCapsule_GetDestructor") {
        Ok(c) => c.destructor.get(),
        Err(e) => {
            e.restore(py);
            None
        }
    }
}

/// C: `int PyCapsule_SetPointer(PyObject *capsule, void *pointer)`.
///
/// # Safety
/// GIL, LIVE or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCapsule_SetPointer(o: *mut PyObject, p: *mut c_void) -> c_int {
    if p.is_null() {
        // SAFETY: the caller's promise.
        let py = unsafe { token() };
        let text = format_args!("PyCapsule_SetPointer called with null pointer");
        return status(py, Err(exceptions::value_error(py, text)));
    }
    // SAFETY: the caller's promise.
    unsafe { set(o, "PyCapsule_SetPointer", |c| c.pointer.set(p)) }
}

/// C: `int PyCapsule_SetName(PyObject *capsule, const char *name)`.
///
/// # Safety
/// GIL, LIVE or NULL; the name is a C string that outlives the capsule, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCapsule_SetName(o: *mut PyObject, name: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { set(o, "PyCapsule_SetName", |c| c.name.set(name as *mut c_char)) }
}

/// C: `int PyCapsule_SetContext(PyObject *capsule, void *context)`.
///
/// # Safety
/// GIL, LIVE or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCapsule_SetContext(o: *mut PyObject, context: *mut c_void) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { set(o, "PyCapsule_SetContext", |c| c.context.set(context)) }
}

/// C: `int PyCapsule_SetDestructor(PyObject *capsule, PyCapsule_Destructor destructor)`.
///
/// # Safety
/// GIL, LIVE or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCapsule_SetDestructor(
    o: *mut PyObject,
    destructor: Option<PyCapsule_Destructor>,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { set(o, "PyCapsule_SetDestructor", |c| c.destructor.set(destructor)) }
}
