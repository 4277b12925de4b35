//! `bytes`: construction and reading. Methods, operators and the buffer are in `dxpy-types`.

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

/// `PyConfig.bytes_warning`: whether `bytes` and `bytearray` warn (`BytesWarning`) when they are made into str or compared
/// with one (`-b`).
pub static WARNING: Gil<Cell<bool>> = Gil(Cell::new(false));

/// Issues a `BytesWarning` where `-b` asks for them.
pub fn warn(py: Py<'_>, text: &str) -> PyResult<()> {
    if WARNING.get() { crate::hooks::warn(py, &exceptions::BytesWarning, 1, text, None) } else { Ok(()) }
}

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

/// A bytes object of one byte, in static memory; the second byte is the NUL.
#[repr(C)]
struct OneByte {
    head: PyVarObject,
    shash: Cell<Py_hash_t>,
    content: [Cell<u8>; 2],
}

/// The shared objects of one byte each.
static BYTES: Gil<[OneByte; 256]> = {
    let mut table = [const {
        OneByte {
            head: PyVarObject {
                ob_base: PyObject {
                    ob_refcnt: Cell::new(IMMORTAL_REFCNT),
                    ob_type: Cell::new(&raw const PyBytes_Type.0 as *mut PyTypeObject),
                },
                ob_size: Cell::new(1),
            },
            shash: Cell::new(-1),
            content: [const { Cell::new(0) }; 2],
        }
    }; 256];
    let mut i = 0;
    while i < 256 {
        table[i].content[0] = Cell::new(i as u8);
        i += 1;
    }
    Gil(table)
};

/// The empty bytes object.
pub fn empty() -> Owned<PyBytesObject> {
    EMPTY.0.to_owned()
}

/// The shared object of one byte.
pub fn from_byte(b: u8) -> Owned<PyBytesObject> {
    // SAFETY: LAYOUT: the struct is a bytes object of one byte; it is never released.
    unsafe { Owned::from_raw(&BYTES.0[b as usize] as *const OneByte as *mut PyBytesObject) }
}

/// `PyBytes_FromStringAndSize(NULL, n)`: a new object whose content the caller writes.
///
/// # Safety
/// The caller writes all `n` bytes before anyone else sees the object.
pub unsafe fn alloc(py: Py<'_>, n: usize) -> PyResult<(Owned<PyBytesObject>, *mut u8)> {
    let size = n.checked_add(PyBytes_Type.tp_basicsize.get() as usize);
    let Some(size) = size.filter(|s| *s <= isize::MAX as usize) else {
        return Err(exceptions::memory_error(py));
    };
    // SAFETY: the size covers the content and its NUL; every other field is set here.
    unsafe {
        let b = object::alloc_uninit::<PyBytesObject>(py, &PyBytes_Type, size)?;
        b.ob_base.ob_size.set(n as isize);
        b.ob_shash.set(-1);
        let out = b.as_ptr().byte_add(offset_of!(PyBytesObject, ob_sval)) as *mut u8;
        *out.add(n) = 0;
        Ok((b, out))
    }
}

/// `PyBytes_FromStringAndSize`.
pub fn new(py: Py<'_>, content: &[u8]) -> PyResult<Owned<PyBytesObject>> {
    match content {
        [] => return Ok(empty()),
        [b] => return Ok(from_byte(*b)),
        _ => {}
    }
    // SAFETY: the content is copied in whole.
    unsafe {
        let (b, out) = alloc(py, content.len())?;
        core::ptr::copy_nonoverlapping(content.as_ptr(), out, content.len());
        Ok(b)
    }
}

/// A new object of `n` times one byte.
pub fn filled(py: Py<'_>, n: usize, byte: u8) -> PyResult<Owned<PyBytesObject>> {
    match n {
        0 => Ok(empty()),
        1 => Ok(from_byte(byte)),
        // SAFETY: all bytes are written.
        _ => unsafe {
            let (b, out) = alloc(py, n)?;
            core::ptr::write_bytes(out, byte, n);
            Ok(b)
        },
    }
}

/// The parts one after the other; None for a length that no object has.
pub fn concat(py: Py<'_>, parts: &[&[u8]]) -> PyResult<Option<Owned<PyBytesObject>>> {
    let n = parts.iter().try_fold(0usize, |n, p| n.checked_add(p.len()));
    let Some(n) = n.filter(|n| *n <= isize::MAX as usize) else { return Ok(None) };
    match n {
        0 => return Ok(Some(empty())),
        1 => return Ok(parts.iter().find_map(|p| p.first()).map(|b| from_byte(*b))),
        _ => {}
    }
    // SAFETY: the parts fill the object.
    unsafe {
        let (b, mut out) = alloc(py, n)?;
        for p in parts {
            core::ptr::copy_nonoverlapping(p.as_ptr(), out, p.len());
            out = out.add(p.len());
        }
        Ok(Some(b))
    }
}

/// `bytes_hash`.
pub fn hash(b: &PyBytesObject) -> Py_hash_t {
    match b.ob_shash.get() {
        -1 => {
            let h = crate::unicode::hash_bytes(as_slice(b));
            b.ob_shash.set(h);
            h
        }
        h => h,
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
    let shared = match as_slice(b) {
        [] => b.is(&EMPTY.0),
        [c] => core::ptr::addr_eq(b, &BYTES.0[*c as usize]),
        _ => false,
    };
    if shared {
        return object::revive(py, b.as_object());
    }
    // SAFETY: its memory is its own.
    unsafe { object::tp_free(b.as_object()) }
}
