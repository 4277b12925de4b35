//! `BufferedRWPair`: a reader and a writer that look like one stream (`Modules/_io/bufferedio.c`).

use crate::abc::BufferedIOBase;
use crate::buffered::types::{BufferedReader, BufferedWriter};
use crate::iobase::{IoBase, begin_dealloc, check_readable, check_writable, end_dealloc};
use crate::util::*;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::{Rest, bind_call};
use dxpy_core::call;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::unicode::Name;
use dxpy_core::{
    Py, PyResult, attr, exceptions, getset, glue, long, methods, name, object, protocol, signature, tuple,
};
use std::ffi::c_int;

/// `rwpair`.
#[repr(C)]
pub struct Pair {
    base: IoBase,
    reader: Field,
    writer: Field,
}
// SAFETY: `#[repr(C)]`, and the header is first.
unsafe impl Layout for Pair {}

/// `_io.BufferedRWPair`.
pub static BufferedRWPair: StaticType = StaticType::new::<Pair>(c"_io.BufferedRWPair")
    .flags(Py_TPFLAGS_BASETYPE)
    .base(&BufferedIOBase)
    .doc(c"BufferedRWPair(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)\n--\n\nA reader and a writer as one stream.")
    .init(glue::init(init))
    .dealloc(glue::dealloc(dealloc))
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(clear))
    .methods(&METHODS)
    .getset(&GETSET);

methods! { static METHODS: for Pair [
    "read" = read [1], "?(*args)", "";
    "peek" = peek [1], "?(*args)", "";
    "read1" = read1 [1], "?(*args)", "";
    "readinto" = readinto [1], "?(*args)", "";
    "readinto1" = readinto1 [1], "?(*args)", "";
    "write" = write [1], "?(*args)", "";
    "flush" = flush [1], "?(*args)", "";
    "readable" = readable [1], "?(*args)", "";
    "writable" = writable [1], "?(*args)", "";
    "close" = close [0], "?($self, /)", "";
    "isatty" = isatty [0], "?($self, /)", "";
] }

getset! { static GETSET [
    "closed" = closed, "";
] }

fn traverse(p: &Pair, v: &glue::Visitor) -> Result<(), c_int> {
    v.visit(&p.reader)?;
    v.visit(&p.writer)?;
    v.visit(&p.base.dict)
}

fn clear(_: Py<'_>, p: &Pair) {
    object::clear_field(&p.reader);
    object::clear_field(&p.writer);
    object::clear_field(&p.base.dict);
}

fn dealloc(py: Py<'_>, p: &Pair) {
    if begin_dealloc(py, &p.base) {
        clear(py, p);
        end_dealloc(&p.base);
    }
}

fn init(py: Py<'_>, p: &Pair, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let sig = signature!("BufferedRWPair", "(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)");
    bind_call(py, sig, args, kw, |b| {
        let (reader, writer) = (b.arg::<&PyObject>(py, 0)?, b.arg::<&PyObject>(py, 1)?);
        let size = b.arg::<Option<isize>>(py, 2)?.unwrap_or(crate::DEFAULT_BUFFER_SIZE as isize);
        check_readable(py, reader)?;
        check_writable(py, writer)?;
        let size = long::from_i64(py, size as i64)?;
        let r = call::call(py, BufferedReader.as_object(), [reader, size.as_object()])?;
        let w = call::call(py, BufferedWriter.as_object(), [writer, size.as_object()])?;
        set(&p.reader, Some(r));
        set(&p.writer, Some(w));
        Ok(())
    })
}

/// Calls a method of one half (`_forward_call`).
fn forward(py: Py<'_>, half: &Field, name: &Name, args: Rest<'_>) -> PyResult {
    let Some(o) = get(half) else {
        return Err(value_error(py, "I/O operation on uninitialized object"));
    };
    let m = attr::get_name(py, &o, name)?;
    // SAFETY: LIVE: arguments are live for the call.
    let args = tuple::from_iter(py, args.0.iter().map(|a| unsafe { &**a }.to_owned()).collect::<Vec<_>>())?;
    call::call_tuple(py, &m, &args, None)
}

macro_rules! forwards {
    ($($f:ident $name:literal $half:ident;)*) => { $(
        fn $f(py: Py<'_>, p: &Pair, args: Rest<'_>) -> PyResult {
            forward(py, &p.$half, name!($name), args)
        }
    )* };
}
forwards! {
    read "read" reader; peek "peek" reader; read1 "read1" reader; readinto "readinto" reader; readinto1 "readinto1" reader; readable "readable" reader;
    write "write" writer; flush "flush" writer; writable "writable" writer;
}

fn close(py: Py<'_>, p: &Pair) -> PyResult {
    let first = forward(py, &p.writer, name!("close"), Rest(&[]));
    let second = forward(py, &p.reader, name!("close"), Rest(&[]));
    chain(first.err(), second)
}

fn isatty(py: Py<'_>, p: &Pair) -> PyResult {
    let r = forward(py, &p.writer, name!("isatty"), Rest(&[]))?;
    if protocol::is_true(py, &r)? {
        return Ok(r);
    }
    forward(py, &p.reader, name!("isatty"), Rest(&[]))
}

fn closed(py: Py<'_>, p: &Pair) -> PyResult {
    match get(&p.writer) {
        Some(w) => attr::get_name(py, &w, name!("closed")),
        None => Err(exceptions::runtime_error(
            py,
            format_args!("the BufferedRWPair object is being garbage-collected"),
        )),
    }
}
