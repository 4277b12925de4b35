//! `persistent_id` of picklers and `persistent_load` of unpicklers: a function for the objects that live outside pickles.
//! When it is called is `save`'s and `load`'s to say.

use super::pickler::{held, put};
use core::cell::Cell;
use dxpy_core::abi::{PyMethodObject, PyObject};
use dxpy_core::ptr::Object;
use dxpy_core::unicode::Name;
use dxpy_core::{Owned, Py, PyResult, attr, call, exceptions, method, protocol};

/// The function, if there is one.
#[repr(C)]
pub struct Persistent {
    pub function: Cell<*mut PyObject>,
    /// The function takes the pickler or unpickler first.
    bound: Cell<bool>,
}

impl Persistent {
    /// `init_method_ref`: takes the attribute of this name. A method of the object itself is kept as its function, so
    /// that there is no cycle.
    ///
    /// # Errors
    /// What looking up the attribute raises.
    pub fn look_up(&self, py: Py<'_>, of: &PyObject, name: &Name) -> PyResult<()> {
        let found = attr::lookup_name(py, of, name)?;
        let own = found.as_ref().and_then(|f| own_function(of, f));
        self.bound.set(own.is_some());
        put(&self.function, own.or(found));
        Ok(())
    }

    /// What the function says of an object; `None` without one.
    ///
    /// # Errors
    /// What the function raises.
    pub fn call(&self, py: Py<'_>, of: &PyObject, o: &PyObject) -> PyResult<Option<Owned>> {
        let Some(f) = held(&self.function) else { return Ok(None) };
        if self.bound.get() { call::call(py, &f, [of, o]) } else { call::call(py, &f, [o]) }.map(Some)
    }

    /// The attribute's value.
    ///
    /// # Errors
    /// `AttributeError` without a function.
    pub fn get(&self, py: Py<'_>, of: &PyObject, name: &str) -> PyResult {
        match held(&self.function) {
            None => Err(exceptions::attribute_error(py, format_args!("{name}"))),
            Some(f) if self.bound.get() => Ok(method::new(py, &f, of)?.upcast()),
            Some(f) => Ok(f),
        }
    }

    /// Sets the attribute.
    ///
    /// # Errors
    /// `TypeError` for what cannot be called, and for deletion.
    pub fn set(&self, py: Py<'_>, f: Option<&PyObject>, name: &str) -> PyResult<()> {
        let Some(f) = f else {
            return Err(exceptions::type_error(py, format_args!("attribute deletion is not supported")));
        };
        if !protocol::is_callable(f) {
            return Err(exceptions::type_error(
                py,
                format_args!("{name} must be a callable taking one argument"),
            ));
        }
        put(&self.function, Some(f.to_owned()));
        self.bound.set(false);
        Ok(())
    }
}

/// The function of a method of the object itself.
fn own_function(of: &PyObject, f: &PyObject) -> Option<Owned> {
    if !f.ty().is(&method::PyMethod_Type.0) {
        return None;
    }
    // SAFETY: LAYOUT: just checked.
    let m = unsafe { &*(f as *const PyObject as *const PyMethodObject) };
    method::this(m).is(of).then(|| method::function(m).to_owned())
}
