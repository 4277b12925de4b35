//! structseq.h: tuples whose items have names, of types that C code describes. The types are static and stay.

use crate::util::{api, c_bytes, given};
use core::ffi::{c_char, c_ulong};
use dxpy_core::abi::constants::Py_TPFLAGS_DISALLOW_INSTANTIATION;
use dxpy_core::abi::{PyObject, PyStructSequence_Desc, PyTupleObject, PyTypeObject};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult};
use dxpy_types::structseq::{self, Desc, Field};

/// The name that a field without one has, which is found by its address.
const UNNAMED: &core::ffi::CStr = c"unnamed field";

/// C: `const char *const PyStructSequence_UnnamedField`.
#[unsafe(no_mangle)]
pub static PyStructSequence_UnnamedField: crate::codecs::Text = crate::codecs::Text(UNNAMED.as_ptr());

fn text(s: *const c_char) -> &'static str {
    if s.is_null() {
        return "";
    }
    Box::leak(String::from_utf8_lossy(c_bytes(s)).into_owned().into_boxed_str())
}

/// A description that stays.
fn desc(of: &PyStructSequence_Desc) -> &'static Desc {
    let mut fields: Vec<Field> = Vec::new();
    let mut p = of.fields.get();
    // SAFETY: the C API's contract: a table that ends with a field without a name.
    unsafe {
        while !(*p).name.get().is_null() {
            let name = (*p).name.get().cast_const();
            let unnamed = name == PyStructSequence_UnnamedField.0 || c_bytes(name) == UNNAMED.to_bytes();
            fields.push(((!unnamed).then(|| text(name)), text((*p).doc.get())));
            p = p.add(1);
        }
    }
    Box::leak(Box::new(Desc {
        name: text(of.name.get()),
        doc: text(of.doc.get()),
        visible: (of.n_in_sequence.get().max(0) as usize).min(fields.len()),
        fields: Vec::leak(fields),
    }))
}

fn new_type(py: Py<'_>, of: &PyStructSequence_Desc) -> PyResult<Owned<PyTypeObject>> {
    structseq::new_type(py, desc(of)).map(|t| t.to_owned())
}

/// The place of a field, visible or not.
fn place(o: &PyTupleObject, i: isize) -> &core::cell::Cell<*mut PyObject> {
    // SAFETY: the C API's contract: an instance, and a field that it has.
    unsafe { &*o.ob_item.as_ptr().offset(i) }
}

api! {
    /// C: `PyTypeObject *PyStructSequence_NewType(PyStructSequence_Desc *)`.
    fn PyStructSequence_NewType(py, of: &PyStructSequence_Desc) -> PyResult<Owned<PyTypeObject>> {
        new_type(py, of)
    }

    /// C: `PyTypeObject *_PyStructSequence_NewType(PyStructSequence_Desc *, unsigned long flags)`.
    fn _PyStructSequence_NewType(py, of: &PyStructSequence_Desc, flags: c_ulong) -> PyResult<Owned<PyTypeObject>> {
        let ty = new_type(py, of)?;
        if flags & Py_TPFLAGS_DISALLOW_INSTANTIATION != 0 {
            structseq::close(py, &ty)?;
        }
        Ok(ty)
    }

    /// C: `int PyStructSequence_InitType2(PyTypeObject *, PyStructSequence_Desc *)`.
    fn PyStructSequence_InitType2(py, ty: &'static PyTypeObject, of: &PyStructSequence_Desc) -> PyResult<()> {
        structseq::init_type(py, ty, desc(of))
    }

    /// C: `void PyStructSequence_InitType(PyTypeObject *, PyStructSequence_Desc *)`.
    fn PyStructSequence_InitType(py, ty: &'static PyTypeObject, of: &PyStructSequence_Desc) -> () {
        structseq::init_type(py, ty, desc(of)).unwrap_or_else(|e: PyErr| e.restore(py));
    }

    /// C: `PyObject *PyStructSequence_New(PyTypeObject *)`: all fields `None` until they are set.
    fn PyStructSequence_New(py, ty: &PyTypeObject) -> PyResult<Owned> {
        structseq::new(py, ty, Vec::new())
    }

    /// C: `void PyStructSequence_SetItem(PyObject *, Py_ssize_t, PyObject *)`: takes the reference.
    fn PyStructSequence_SetItem(_, o: &PyTupleObject, i: isize, value: *mut PyObject) -> () {
        drop(given(place(o, i).replace(value)));
    }

    /// C: `PyObject *PyStructSequence_GetItem(PyObject *, Py_ssize_t)`: borrowed.
    fn PyStructSequence_GetItem(_, o: &PyTupleObject, i: isize) -> *mut PyObject {
        place(o, i).get()
    }
}
