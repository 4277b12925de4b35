//! The references each exception struct holds, and the traverse, clear and dealloc slots made from them.

use crate::abi::*;
use crate::gc;
use crate::glue::Visitor;
use crate::object;
use crate::ptr::{IMMORTAL_REFCNT, Layout, Object};
use crate::thread::Py;
use core::cell::Cell;
use core::ffi::c_int;

/// A field that holds one reference, or NULL.
type Field = Cell<*mut PyObject>;

/// An exception struct: it begins with `PyBaseExceptionObject` and may have references of its own.
pub trait ExceptionLayout: Layout + Sized {
    /// Hands each field to `f`, in the order of the struct, until one answers with an error.
    fn each_field(&self, f: impl FnMut(&Field) -> Result<(), c_int>) -> Result<(), c_int>;
}

macro_rules! layouts {
    ($($t:ident [$($own:ident)*];)*) => { $(
        impl ExceptionLayout for $t {
            fn each_field(&self, mut f: impl FnMut(&Field) -> Result<(), c_int>) -> Result<(), c_int> {
                f(&self.dict)?;
                f(&self.args)?;
                f(&self.notes)?;
                f(&self.traceback)?;
                f(&self.context)?;
                f(&self.cause)?;
                $(f(&self.$own)?;)*
                Ok(())
            }
        }
    )* };
}

layouts! {
    PyBaseExceptionObject [];
    PyBaseExceptionGroupObject [msg excs];
    PySyntaxErrorObject [msg filename lineno offset end_lineno end_offset text print_file_and_line];
    PyImportErrorObject [msg name path name_from];
    PyUnicodeErrorObject [encoding object reason];
    PySystemExitObject [code];
    PyOSErrorObject [myerrno strerror filename filename2];
    PyStopIterationObject [value];
    PyNameErrorObject [name];
    PyAttributeErrorObject [obj name];
}

/// `BaseException_traverse` and its like.
pub(super) fn traverse<T: ExceptionLayout>(e: &T, v: &Visitor) -> Result<(), c_int> {
    e.each_field(|field| v.visit(field))
}

/// `BaseException_clear` and its like.
pub(super) fn clear<T: ExceptionLayout>(_: Py<'_>, e: &T) {
    let released = e.each_field(|field| {
        object::clear_field(field);
        Ok(())
    });
    debug_assert!(released.is_ok());
}

/// `BaseException_dealloc` and its like. The preallocated `MemoryError` becomes immortal again.
pub(super) fn dealloc<T: ExceptionLayout>(py: Py<'_>, e: &T) {
    if super::is_last_memory_error(e.as_object()) {
        return e.as_object().ob_refcnt.set(IMMORTAL_REFCNT);
    }
    // SAFETY: an exception has a collector header; its fields are released once and its memory last.
    unsafe {
        gc::untrack(e.as_object());
        clear(py, e);
        object::tp_free(e.as_object());
    }
}
