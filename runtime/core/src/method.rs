//! Bound methods: `PyMethod_Type` (`Objects/classobject.c`). Attribute access through to the function, `__reduce__`
//! and the constructor come with attribute lookup.

use crate::abi::constants::*;
use crate::abi::*;
use crate::call::{nargs, vectorcall_raw};
use crate::err::{PyResult, into_ptr};
use crate::gc;
use crate::glue;
use crate::object;
use crate::ptr::{Object, Owned, borrow};
use crate::statics::StaticType;
use crate::thread::Py;
use core::ffi::c_int;
use core::mem::offset_of;

/// `method`.
#[unsafe(no_mangle)]
pub static PyMethod_Type: StaticType = StaticType::new::<PyMethodObject>(c"method")
    .weaklist(offset_of!(PyMethodObject, im_weakreflist))
    .vectorcall_offset(offset_of!(PyMethodObject, vectorcall))
    .call(crate::call::vectorcall_call)
    .traverse(glue::traverse(traverse))
    .dealloc(glue::dealloc(dealloc));

/// `PyMethod_New`.
pub fn new(py: Py<'_>, function: &PyObject, this: &PyObject) -> PyResult<Owned<PyMethodObject>> {
    // SAFETY: every field after the header is set before the object is tracked.
    unsafe {
        let m = object::alloc_uninit::<PyMethodObject>(py, &PyMethod_Type, size_of::<PyMethodObject>())?;
        m.im_func.set(function.to_owned().into_ptr());
        m.im_self.set(this.to_owned().into_ptr());
        m.im_weakreflist.set(core::ptr::null_mut());
        m.vectorcall.set(Some(vectorcall));
        gc::track(m.as_object());
        Ok(m)
    }
}

/// `PyMethod_GET_FUNCTION`.
pub fn function(m: &PyMethodObject) -> &PyObject {
    // SAFETY: INIT; the method holds its function.
    unsafe { &*m.im_func.get() }
}

/// `PyMethod_GET_SELF`.
pub fn this(m: &PyMethodObject) -> &PyObject {
    // SAFETY: INIT; the method holds its self.
    unsafe { &*m.im_self.get() }
}

/// `method_vectorcall`: puts self in front. Where the caller left room before the arguments that costs one store.
unsafe extern "C" fn vectorcall(
    m: *mut PyObject,
    args: *const *mut PyObject,
    nargsf: usize,
    kwnames: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: GIL, LIVE, LAYOUT: the vectorcall contract, for a function only methods carry.
    unsafe {
        let (py, m) = (Py::assume(), borrow::<PyMethodObject>(m));
        // The method may be released by the call, so function and self are held here.
        let (function, this) = (function(m).to_owned(), this(m).to_owned());
        let n = nargs(nargsf);
        let names = (kwnames as *const PyTupleObject).as_ref();
        if nargsf & PY_VECTORCALL_ARGUMENTS_OFFSET != 0 {
            let first = args.sub(1) as *mut *mut PyObject;
            let saved = core::ptr::replace(first, this.as_ptr());
            let result = vectorcall_raw(py, &function, first, n + 1, names);
            *first = saved;
            return into_ptr(py, result);
        }
        let total = n + names.map_or(0, |k| k.ob_base.ob_size.get() as usize);
        let mut stack = Vec::with_capacity(total + 1);
        stack.push(this.as_ptr());
        if total > 0 {
            stack.extend_from_slice(core::slice::from_raw_parts(args, total));
        }
        into_ptr(py, vectorcall_raw(py, &function, stack.as_ptr(), n + 1, names))
    }
}

fn traverse(m: &PyMethodObject, v: &glue::Visitor) -> Result<(), c_int> {
    v.visit(&m.im_func)?;
    v.visit(&m.im_self)
}

/// `method_dealloc`.
fn dealloc(py: Py<'_>, m: &PyMethodObject) {
    // SAFETY: a method has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(m.as_object());
        if !m.im_weakreflist.get().is_null() {
            crate::weakref::clear_all(py, m.as_object());
        }
        object::clear_field(&m.im_func);
        object::clear_field(&m.im_self);
        object::free(m.as_object());
    }
}
