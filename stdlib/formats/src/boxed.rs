//! Objects that hold one Rust value, and exceptions made with a module: what the modules here have in common.

use core::cell::{Cell, RefCell};
use core::ffi::c_char;
use core::fmt;
use core::mem::offset_of;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object, Owned, borrow};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::{
    Py, PyErr, PyResult, bytes, call, dict, exceptions, glue, module, name, object, tuple, types, unicode,
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

/// A [`Boxed`] decompressor, with what programs see of its state in fields of the object, where members find them.
#[repr(C)]
pub struct Stream<T> {
    boxed: Boxed<T>,
    unused_data: Cell<*mut PyObject>,
    unconsumed_tail: Cell<*mut PyObject>,
    eof: Cell<c_char>,
    needs_input: Cell<c_char>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl<T> Layout for Stream<T> {}

/// What programs see of a decompressor.
pub trait Progress {
    /// What came behind the end of the stream.
    fn unused_data(&self) -> &[u8];
    /// Input that awaits the next call, where the type tells it.
    fn unconsumed_tail(&self) -> &[u8] {
        b""
    }
    /// Was the end of the stream reached?
    fn eof(&self) -> bool;
    /// Is more input needed before more output can be had?
    fn needs_input(&self) -> bool;
}

impl<T: Progress> Stream<T> {
    pub const UNUSED_DATA: usize = offset_of!(Self, unused_data);
    pub const UNCONSUMED_TAIL: usize = offset_of!(Self, unconsumed_tail);
    pub const EOF: usize = offset_of!(Self, eof);
    pub const NEEDS_INPUT: usize = offset_of!(Self, needs_input);

    /// An instance of a type, which has this layout and [`stream_dealloc`].
    pub fn make(py: Py<'_>, ty: &PyTypeObject, value: T) -> PyResult {
        let made = Boxed::make(py, ty, value)?;
        // SAFETY: LAYOUT: the type has this layout, which begins like the box.
        unsafe { borrow::<Self>(made.as_ptr()) }.publish(py)?;
        Ok(made)
    }

    /// The decompressor. No Python code runs while it is borrowed; [`Stream::publish`] follows a change.
    pub fn get(&self) -> &RefCell<T> {
        self.boxed.get()
    }

    /// Writes the fields anew.
    pub fn publish(&self, py: Py<'_>) -> PyResult<()> {
        let state = self.get().borrow();
        self.eof.set(state.eof().into());
        self.needs_input.set(state.needs_input().into());
        let fields = [
            (&self.unused_data, bytes::new(py, state.unused_data())?),
            (&self.unconsumed_tail, bytes::new(py, state.unconsumed_tail())?),
        ];
        drop(state);
        for (field, b) in fields {
            let old = field.replace(b.into_raw() as *mut PyObject);
            // SAFETY: the field held a reference, or nothing.
            drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
        }
        Ok(())
    }
}

/// `tp_dealloc` of a type of [`Stream`]s.
pub const fn stream_dealloc<T>() -> destructor {
    glue::dealloc(|_: Py<'_>, o: &Stream<T>| {
        let p = o.boxed.value.replace(core::ptr::null_mut());
        object::clear_field(&o.unused_data);
        object::clear_field(&o.unconsumed_tail);
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
