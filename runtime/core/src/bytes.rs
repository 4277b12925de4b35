//! `bytes`: construction and reading. Methods, operators, the buffer and hashing are not here yet.

use crate::abi::constants::*;
use crate::abi::*;
use crate::err::PyResult;
use crate::exceptions;
use crate::glue;
use crate::object;
use crate::ptr::{IMMORTAL_REFCNT, Object, Owned};
use crate::statics::{Gil, StaticType};
use crate::thread::Py;
use core::cell::Cell;
use core::mem::offset_of;

/// `bytes`. Its `tp_basicsize` counts the NUL behind the content.
#[unsafe(no_mangle)]
pub static PyBytes_Type: StaticType = StaticType::new::<PyBytesObject>(c"bytes")
    .sized(offset_of!(PyBytesObject, ob_sval) + 1, 1)
    .flags(Py_TPFLAGS_BASETYPE | Py_TPFLAGS_BYTES_SUBCLASS | _Py_TPFLAGS_MATCH_SELF)
    .dealloc(glue::dealloc(dealloc));

const fn immortal_empty() -> PyBytesObject {
    PyBytesObject {
        ob_base: PyVarObject {
            ob_base: PyObject {
                ob_refcnt: Cell::new(IMMORTAL_REFCNT),
                ob_type: Cell::new(&raw const PyBytes_Type.0 as *mut PyTypeObject),
            },
            ob_size: Cell::new(0),
        },
        ob_shash: Cell::new(-1),
        ob_sval: [Cell::new(0)],
    }
}

/// The empty bytes object.
static EMPTY: Gil<PyBytesObject> = Gil(immortal_empty());

/// `PyBytes_FromStringAndSize`.
pub fn new(py: Py<'_>, content: &[u8]) -> PyResult<Owned<PyBytesObject>> {
    if content.is_empty() {
        return Ok(EMPTY.0.to_owned());
    }
    let Some(size) = content.len().checked_add(PyBytes_Type.tp_basicsize.get() as usize) else {
        return Err(exceptions::memory_error(py));
    };
    // SAFETY: the size covers the content and its NUL; every field is set here.
    unsafe {
        let b = object::alloc_uninit::<PyBytesObject>(py, &PyBytes_Type, size)?;
        b.ob_base.ob_size.set(content.len() as isize);
        b.ob_shash.set(-1);
        let out = b.as_ptr().byte_add(offset_of!(PyBytesObject, ob_sval)) as *mut u8;
        core::ptr::copy_nonoverlapping(content.as_ptr(), out, content.len());
        *out.add(content.len()) = 0;
        Ok(b)
    }
}

/// `PyBytes_Check`.
#[inline(always)]
pub fn check(o: &PyObject) -> Option<&PyBytesObject> {
    // SAFETY: LAYOUT: the subclass flag says so.
    (o.ty().tp_flags.get() & Py_TPFLAGS_BYTES_SUBCLASS != 0)
        .then(|| unsafe { &*(o as *const PyObject as *const PyBytesObject) })
}

/// `PyBytes_CheckExact`.
#[inline(always)]
pub fn check_exact(o: &PyObject) -> Option<&PyBytesObject> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&PyBytes_Type.0).then(|| unsafe { &*(o as *const PyObject as *const PyBytesObject) })
}

/// The content, without the NUL.
#[inline(always)]
pub fn as_slice(b: &PyBytesObject) -> &[u8] {
    // SAFETY: `ob_size` bytes follow the header; bytes objects do not change.
    unsafe { core::slice::from_raw_parts(b.ob_sval.as_ptr() as *const u8, b.ob_base.ob_size.get() as usize) }
}

/// A bytes object without references to release.
fn dealloc(py: Py<'_>, b: &PyBytesObject) {
    if b.is(&EMPTY.0) {
        return object::revive(py, b.as_object());
    }
    // SAFETY: its memory is its own.
    unsafe { object::tp_free(b.as_object()) }
}
