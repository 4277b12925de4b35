//! `stderrprinter`: what `sys.stderr` is until there are encodings and text files (`PyStdPrinter_Type` of
//! `Objects/fileobject.c`).

use core::cell::Cell;
use core::ffi::c_int;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::{Owned, Py, PyResult, boolean, getset, glue, methods, object, types, unicode};

/// `PyStdPrinter_Object`.
#[repr(C)]
pub struct StdPrinter {
    ob_base: PyObject,
    fd: Cell<c_int>,
}

// SAFETY: LAYOUT: the struct begins with an object's head.
unsafe impl dxpy_core::ptr::Layout for StdPrinter {}

/// C: `PyTypeObject PyStdPrinter_Type`.
#[unsafe(no_mangle)]
pub static PyStdPrinter_Type: StaticType = StaticType::new::<StdPrinter>(c"stderrprinter")
    .getattro(dxpy_core::attr::generic_get_slot)
    .doc(c"Writes text to a descriptor, as it comes.")
    .repr(glue::unary(repr))
    .methods(&METHODS)
    .getset(&GETSET);

methods! { static METHODS: for StdPrinter [
    "close" = nothing [0], "!($self, /)", "Does nothing.";
    "flush" = nothing [0], "!($self, /)", "Does nothing.";
    "fileno" = fileno [0], "!($self, /)", "The descriptor.";
    "isatty" = isatty [0], "!($self, /)", "Whether the descriptor is a terminal.";
    "write" = write [1], "?($self, text, /)", "Writes text; how many bytes.";
] }

getset! { static GETSET [
    "encoding" = encoding, "The encoding: there is none.";
    "closed" = closed, "Whether it is closed: never.";
    "mode" = mode, "How it was opened.";
] }

/// `PyFile_NewStdPrinter`.
pub fn new(py: Py<'_>, fd: c_int) -> PyResult {
    types::ready::ready(py, &PyStdPrinter_Type)?;
    // SAFETY: the field is set before the object is seen.
    unsafe {
        let o = object::alloc_uninit::<StdPrinter>(py, &PyStdPrinter_Type, size_of::<StdPrinter>())?;
        o.fd.set(fd);
        Ok(o.upcast())
    }
}

fn repr(py: Py<'_>, f: &StdPrinter) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, &format!("<stdprinter(fd={}) object at {f:p}>", f.fd.get()))
}

fn nothing(_: Py<'_>, _: &StdPrinter) {}

fn fileno(_: Py<'_>, f: &StdPrinter) -> i32 {
    f.fd.get()
}

fn isatty(_: Py<'_>, f: &StdPrinter) -> bool {
    dxpy_host::fd::isatty(f.fd.get())
}

fn write(_: Py<'_>, f: &StdPrinter, text: &PyUnicodeObject) -> isize {
    let text = unicode::display(text.as_object());
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        match dxpy_host::fd::write(f.fd.get(), rest) {
            Ok(n) if n > 0 => rest = &rest[n..],
            // Nobody could be told.
            _ => break,
        }
    }
    text.len() as isize
}

fn encoding(_: Py<'_>, _: &StdPrinter) -> PyResult {
    Ok(object::none())
}

fn closed(_: Py<'_>, _: &StdPrinter) -> PyResult<Owned<PyLongObject>> {
    Ok(boolean::new(false))
}

fn mode(py: Py<'_>, _: &StdPrinter) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(py, "w")
}
