//! Calling special methods: looked up on the type, never on the instance (`lookup_maybe_method`, `vectorcall_method`).

use super::inherit::has;
use super::lookup::find;
use crate::abi::constants::*;
use crate::abi::*;
use crate::attr::{bind, no_attribute};
use crate::call::vectorcall_raw;
use crate::err::PyResult;
use crate::ptr::{Object, Owned};
use crate::thread::Py;
use crate::unicode::Name;

/// A special method as found: whether the object still has to be passed.
pub struct Special {
    pub function: Owned,
    pub unbound: bool,
}

/// `lookup_maybe_method`.
#[inline]
pub fn lookup(py: Py<'_>, o: &PyObject, name: &Name) -> PyResult<Option<Special>> {
    lookup_str(py, o, name.get(py))
}

/// As [`lookup`], for a name that is not fixed.
pub fn lookup_str(py: Py<'_>, o: &PyObject, name: &PyUnicodeObject) -> PyResult<Option<Special>> {
    let Some(d) = find(py, o.ty(), name) else { return Ok(None) };
    if has(d.ty(), Py_TPFLAGS_METHOD_DESCRIPTOR) {
        return Ok(Some(Special { function: d, unbound: true }));
    }
    let function = match d.ty().tp_descr_get.get() {
        Some(f) => bind(py, f, &d, o)?,
        None => d,
    };
    Ok(Some(Special { function, unbound: false }))
}

/// The bound special method (`_PyObject_LookupSpecial`).
pub fn bound(py: Py<'_>, o: &PyObject, name: &Name) -> PyResult<Option<Owned>> {
    let Some(d) = find(py, o.ty(), name.get(py)) else { return Ok(None) };
    match d.ty().tp_descr_get.get() {
        Some(f) => bind(py, f, &d, o).map(Some),
        None => Ok(Some(d)),
    }
}

impl Special {
    /// Calls it with up to four arguments after the object.
    pub fn call<const N: usize>(&self, py: Py<'_>, o: &PyObject, args: [&PyObject; N]) -> PyResult {
        const { assert!(N <= 4) };
        let mut stack = [core::ptr::null_mut(); 6];
        stack[1] = o.as_ptr();
        for (slot, arg) in stack[2..].iter_mut().zip(args) {
            *slot = arg.as_ptr();
        }
        // SAFETY: the arguments are borrowed for the call; the word before the first is ours to lend.
        unsafe {
            if self.unbound {
                vectorcall_raw(
                    py,
                    &self.function,
                    stack.as_ptr().add(1),
                    (N + 1) | PY_VECTORCALL_ARGUMENTS_OFFSET,
                    None,
                )
            } else {
                vectorcall_raw(
                    py,
                    &self.function,
                    stack.as_ptr().add(2),
                    N | PY_VECTORCALL_ARGUMENTS_OFFSET,
                    None,
                )
            }
        }
    }
}

/// `vectorcall_maybe`: None if the type has no such method.
pub fn call_maybe<const N: usize>(
    py: Py<'_>,
    o: &PyObject,
    name: &Name,
    args: [&PyObject; N],
) -> PyResult<Option<Owned>> {
    match lookup(py, o, name)? {
        Some(m) => m.call(py, o, args).map(Some),
        None => Ok(None),
    }
}

/// `vectorcall_method`: `AttributeError` if the type has no such method.
pub fn call<const N: usize>(py: Py<'_>, o: &PyObject, name: &Name, args: [&PyObject; N]) -> PyResult {
    match call_maybe(py, o, name, args)? {
        Some(r) => Ok(r),
        None => Err(no_attribute(py, o, name.get(py))),
    }
}
