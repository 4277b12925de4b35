//! `_BufferedIOBase` and `_TextIOBase`: what a buffered stream and a stream of text must have; most of it raises
//! `UnsupportedOperation`.

use crate::iobase::{IOBase, IoBase};
use crate::util::*;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::unicode::Name;
use dxpy_core::{Py, PyResult, bytes, exceptions, getset, long, methods, name, object};

/// `_io._BufferedIOBase`.
pub static BufferedIOBase: StaticType = StaticType::new::<IoBase>(c"_io._BufferedIOBase")
    .flags(Py_TPFLAGS_BASETYPE)
    .base(&IOBase)
    .doc(c"The base of streams of bytes with a buffer.")
    .methods(&BUFFERED);

methods! { static BUFFERED: for IoBase [
    "detach" = detach [0], "($self, /)", "Separates the raw stream and gives it.", defining;
    "read" = read [1], "($self, size=-1, /)", "Up to size bytes, or all of them.", defining;
    "read1" = read1 [1], "($self, size=-1, /)", "Up to size bytes with at most one call of the raw stream.", defining;
    "readinto" = readinto [1], "($self, buffer, /)", "Reads into memory that can be written.";
    "readinto1" = readinto1 [1], "($self, buffer, /)", "Reads into memory with at most one call of the raw stream.";
    "write" = write [1], "($self, b, /)", "Writes bytes and gives their number.", defining;
] }

fn detach(py: Py<'_>, _: &IoBase) -> PyResult {
    Err(unsupported(py, "detach"))
}

fn read(py: Py<'_>, _: &IoBase, _: Option<&PyObject>) -> PyResult {
    Err(unsupported(py, "read"))
}

fn read1(py: Py<'_>, _: &IoBase, _: Option<&PyObject>) -> PyResult {
    Err(unsupported(py, "read1"))
}

fn write(py: Py<'_>, _: &IoBase, _: &PyObject) -> PyResult {
    Err(unsupported(py, "write"))
}

/// `_bufferediobase_readinto_generic`: by way of `read` or `read1`.
fn readinto_by(py: Py<'_>, s: &IoBase, b: &PyObject, method: &Name, shown: &str) -> PyResult {
    let view = writable(py, b, shown, "argument")?;
    let n = long::from_u64(py, view.len() as u64)?;
    let data = call::method(py, s.as_object(), method, [n.as_object()])?;
    let Some(got) = bytes::check(&data) else {
        return Err(exceptions::type_error(py, format_args!("read() should return bytes")));
    };
    let got = bytes::as_slice(got);
    if got.len() > view.len() {
        return Err(exceptions::value_error(
            py,
            format_args!(
                "read() returned too much data: {} bytes requested, {} returned",
                view.len(),
                got.len()
            ),
        ));
    }
    // SAFETY: the view is writable; a bytes object never changes, so it is other memory.
    let to = unsafe { view.bytes_mut() };
    to[..got.len()].copy_from_slice(got);
    Ok(long::from_u64(py, got.len() as u64)?.upcast())
}

fn readinto(py: Py<'_>, s: &IoBase, b: &PyObject) -> PyResult {
    readinto_by(py, s, b, name!("read"), "readinto")
}

fn readinto1(py: Py<'_>, s: &IoBase, b: &PyObject) -> PyResult {
    readinto_by(py, s, b, name!("read1"), "readinto1")
}

/// `_io._TextIOBase`.
pub static TextIOBase: StaticType = StaticType::new::<IoBase>(c"_io._TextIOBase")
    .flags(Py_TPFLAGS_BASETYPE)
    .base(&IOBase)
    .doc(c"The base of streams of text.")
    .methods(&TEXT)
    .getset(&TEXT_GETSET);

methods! { static TEXT: for IoBase [
    "detach" = detach [0], "($self, /)", "Separates the buffer and gives it.", defining;
    "read" = read [1], "($self, size=-1, /)", "Up to size characters, or all of them.", defining;
    "readline" = text_readline [1], "($self, size=-1, /)", "Up to the end of the line.", defining;
    "write" = text_write [1], "($self, s, /)", "Writes text and gives the number of its characters.", defining;
] }

getset! { static TEXT_GETSET [
    "encoding" = |_: Py<'_>, _: &IoBase| Ok(object::none()), "";
    "newlines" = |_: Py<'_>, _: &IoBase| Ok(object::none()), "";
    "errors" = |_: Py<'_>, _: &IoBase| Ok(object::none()), "";
] }

fn text_readline(py: Py<'_>, _: &IoBase, _: Option<&PyObject>) -> PyResult {
    Err(unsupported(py, "readline"))
}

fn text_write(py: Py<'_>, _: &IoBase, _: &PyObject) -> PyResult {
    Err(unsupported(py, "write"))
}
