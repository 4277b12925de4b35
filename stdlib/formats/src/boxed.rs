//! Objects that hold one Rust value, and exceptions made with a module: what the modules here have in common.

use core::cell::{Cell, RefCell};
use core::fmt;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object, Owned};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{
    Py, PyErr, PyResult, call, dict, exceptions, glue, module, name, object, tuple, types, unicode,
};

/// An instance whose content is a Rust value on the heap. The value holds no references that the collector should
/// follow.
#[repr(C)]
pub struct Boxed<T> {
    ob_base: PyObject,
    value: Cell<*mut RefCell<T>>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl<T> Layout for Boxed<T> {}

impl<T> Boxed<T> {
    /// An instance of a type, which has this layout and [`dealloc`].
    pub fn make(py: Py<'_>, ty: &PyTypeObject, value: T) -> PyResult {
        // SAFETY: LAYOUT: the caller's type begins like this struct.
        let o: Owned<Boxed<T>> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
        o.value.set(Box::into_raw(Box::new(RefCell::new(value))));
        Ok(o.upcast())
    }

    /// The value. No Python code runs while it is borrowed.
    pub fn get(&self) -> &RefCell<T> {
        // SAFETY: set when the object was made, before anyone saw it, and freed with it.
        unsafe { &*self.value.get() }
    }
}

/// `tp_dealloc` of such a type.
pub const fn dealloc<T>() -> destructor {
    glue::dealloc(|_: Py<'_>, o: &Boxed<T>| {
        let p = o.value.replace(core::ptr::null_mut());
        // SAFETY: made by `make`, unless that failed; the memory goes last.
        unsafe {
            if !p.is_null() {
                drop(Box::from_raw(p));
            }
            object::tp_free(o.as_object());
        }
    })
}

/// A class that a module makes when it is executed, and keeps for ever.
pub type Class = Gil<Cell<*mut PyObject>>;

/// Before the module is executed.
pub const fn no_class() -> Class {
    Gil(Cell::new(core::ptr::null_mut()))
}

/// `PyErr_NewExceptionWithDoc`, added to the module under its last name and kept in `slot`.
pub fn add_exception(
    py: Py<'_>,
    m: &PyModuleObject,
    module_name: &str,
    short: &str,
    base: &'static StaticType,
    slot: &'static Class,
) -> PyResult<()> {
    // A module that is executed again has the same class: instances of it may be about.
    // SAFETY: LIVE: kept for ever once set.
    if let Some(class) = unsafe { slot.get().as_ref() } {
        return module::add(py, m, short, class);
    }
    let d = dict::new(py)?;
    let module_name = unicode::from_str(py, module_name)?;
    dict::set(py, &d, name!("__module__").obj(py), module_name.as_object())?;
    let bases = tuple::from_iter(py, [base.as_object().to_owned()])?;
    let n = unicode::from_str(py, short)?;
    let made =
        call::call(py, types::PyType_Type.as_object(), [n.as_object(), bases.as_object(), d.as_object()])?;
    module::add(py, m, short, &made)?;
    slot.set(made.into_ptr());
    Ok(())
}

/// An instance of such a class with this message.
#[cold]
pub fn error(py: Py<'_>, class: &'static Class, message: fmt::Arguments<'_>) -> PyErr {
    // SAFETY: LIVE: kept for ever once set; the layout is a type's.
    let Some(class) = (unsafe { (class.get() as *const PyTypeObject).as_ref() }) else {
        return exceptions::system_error(py, format_args!("the module was not executed: {message}"));
    };
    match unicode::from_str(py, &message.to_string()) {
        Ok(text) => exceptions::create(py, class, Some(text.as_object())),
        Err(e) => e,
    }
}
