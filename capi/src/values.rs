//! longobject.h, floatobject.h, boolobject.h, bytesobject.h, tupleobject.h, cellobject.h, classobject.h and
//! methodobject.h: making and reading values, as far as the runtime has them.

use crate::util::{pointer, token};
use core::ffi::{c_char, c_int, c_long, c_longlong, c_ulong, c_ulonglong};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{boolean, bytes, cell, cfunction, exceptions, float, long, method, tuple};

/// Functions that make an int of a C integer.
macro_rules! make_int {
    ($($name:ident: $t:ty, $via:ident as $wide:ty;)*) => { $(
        /// C: an int with the argument's value.
        ///
        /// # Safety
        /// GIL.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(v: $t) -> *mut PyObject {
            // SAFETY: the caller's promise.
            let py = unsafe { token() };
            pointer(py, long::$via(py, v as $wide))
        }
    )* };
}
make_int! {
    PyLong_FromLong: c_long, from_i64 as i64;
    PyLong_FromLongLong: c_longlong, from_i64 as i64;
    PyLong_FromSsize_t: Py_ssize_t, from_i64 as i64;
    PyLong_FromUnsignedLong: c_ulong, from_u64 as u64;
    PyLong_FromUnsignedLongLong: c_ulonglong, from_u64 as u64;
    PyLong_FromSize_t: usize, from_u64 as u64;
}

/// C: `PyObject *PyFloat_FromDouble(double)`.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyFloat_FromDouble(v: f64) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let py = unsafe { token() };
    pointer(py, float::new(py, v))
}

/// C: `PyObject *PyBool_FromLong(long)`.
#[unsafe(no_mangle)]
pub extern "C" fn PyBool_FromLong(v: c_long) -> *mut PyObject {
    boolean::new(v != 0).into_ptr()
}

/// C: `PyObject *PyBytes_FromStringAndSize(const char *, Py_ssize_t)`: without a text, uninitialised there and zero here.
///
/// # Safety
/// GIL; `size` bytes at `text` unless it is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBytes_FromStringAndSize(text: *const c_char, size: Py_ssize_t) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        if size < 0 {
            let e = exceptions::system_error(
                py,
                format_args!("Negative size passed to PyBytes_FromStringAndSize"),
            );
            return pointer::<PyObject>(py, Err(e));
        }
        if text.is_null() {
            return pointer(py, bytes::new(py, &vec![0; size as usize]));
        }
        pointer(py, bytes::new(py, core::slice::from_raw_parts(text as *const u8, size as usize)))
    }
}

/// C: `PyObject *PyBytes_FromString(const char *)`.
///
/// # Safety
/// GIL; a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyBytes_FromString(text: *const c_char) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, bytes::new(py, core::ffi::CStr::from_ptr(text).to_bytes()))
    }
}

/// C: `PyObject *PyTuple_New(Py_ssize_t)`: the items are NULL until the caller sets them.
///
/// # Safety
/// GIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyTuple_New(n: Py_ssize_t) -> *mut PyObject {
    // SAFETY: the caller's promise.
    let py = unsafe { token() };
    if n < 0 {
        let e = exceptions::system_error(py, format_args!("bad argument to internal function"));
        return pointer::<PyObject>(py, Err(e));
    }
    pointer(py, tuple::new_unset(py, n as usize))
}

/// C: `Py_ssize_t PyTuple_Size(PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyTuple_Size(o: *mut PyObject) -> Py_ssize_t {
    // SAFETY: the caller's promise.
    match unsafe { tuple::check(&*o) } {
        Some(t) => t.ob_base.ob_size.get(),
        // SAFETY: the caller's promise.
        None => unsafe {
            let py = token();
            exceptions::system_error(py, format_args!("bad argument to internal function")).restore(py);
            -1
        },
    }
}

/// C: `PyObject *PyCell_New(PyObject *)`; NULL makes it empty.
///
/// # Safety
/// GIL, LIVE where not NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCell_New(o: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, cell::new(py, o.as_ref().map(Object::to_owned)))
    }
}

/// C: `PyObject *PyMethod_New(PyObject *function, PyObject *self)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyMethod_New(function: *mut PyObject, this: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        if this.is_null() {
            let e = exceptions::system_error(py, format_args!("bad argument to internal function"));
            return pointer::<PyObject>(py, Err(e));
        }
        pointer(py, method::new(py, &*function, &*this))
    }
}

/// C: `PyObject *PyCMethod_New(PyMethodDef *, PyObject *self, PyObject *module, PyTypeObject *)`.
///
/// # Safety
/// GIL, LIVE where not NULL; the definition outlives the function.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCMethod_New(
    def: *mut PyMethodDef,
    this: *mut PyObject,
    module: *mut PyObject,
    class: *mut PyTypeObject,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, cfunction::new(py, &*def, this.as_ref(), module.as_ref(), class.as_ref()))
    }
}

/// C: `PyObject *PyCFunction_NewEx(PyMethodDef *, PyObject *self, PyObject *module)`.
///
/// # Safety
/// As [`PyCMethod_New`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCFunction_NewEx(
    def: *mut PyMethodDef,
    this: *mut PyObject,
    module: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe { PyCMethod_New(def, this, module, core::ptr::null_mut()) }
}

/// C: `PyObject *PyObject_CallNoArgs(PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_CallNoArgs(callable: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, dxpy_core::call::call(py, &*callable, []))
    }
}

/// C: `PyObject *PyObject_CallOneArg(PyObject *, PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_CallOneArg(callable: *mut PyObject, arg: *mut PyObject) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        pointer(py, dxpy_core::call::call(py, &*callable, [&*arg]))
    }
}

/// C: `PyObject *PyObject_Vectorcall(PyObject *, PyObject *const *, size_t, PyObject *kwnames)`.
///
/// # Safety
/// The vectorcall contract.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_Vectorcall(
    callable: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let py = token();
        let names = (kwnames as *const PyTupleObject).as_ref();
        pointer(py, dxpy_core::call::vectorcall_raw(py, &*callable, args, nargsf, names))
    }
}

/// C: `int PyCFunction_GetFlags(PyObject *)`.
///
/// # Safety
/// GIL, LIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCFunction_GetFlags(f: *mut PyObject) -> c_int {
    // SAFETY: the caller's promise; a built-in function holds its definition.
    unsafe {
        if dxpy_core::types::is_subtype((*f).ty(), &cfunction::PyCFunction_Type) {
            return (*(*(f as *mut PyCFunctionObject)).m_ml.get()).ml_flags.get();
        }
        let py = token();
        exceptions::system_error(py, format_args!("bad argument to internal function")).restore(py);
        -1
    }
}
