//! `BufferedReader`, `BufferedWriter` and `BufferedRandom`: constructors and tables.

use super::*;
use super::{read, write};
use crate::abc::BufferedIOBase;
use dxpy_core::abi::constants::*;
use dxpy_core::args::bind_call;
use dxpy_core::statics::StaticType;
use dxpy_core::{getset, members, methods, signature};
use std::mem::offset_of;

macro_rules! buffered_type {
    ($name:ident, $c:literal, $doc:literal, $init:path, $methods:ident) => {
        /// The type of the same name in `_io`.
        pub static $name: StaticType = StaticType::new::<Buffered>($c)
            .flags(Py_TPFLAGS_BASETYPE)
            .base(&BufferedIOBase)
            .doc($doc)
            .init(glue::init($init))
            .dealloc(glue::dealloc(dealloc))
            .repr(glue::unary(repr))
            .traverse(glue::traverse(traverse))
            .clear(glue::clear(clear))
            .methods(&$methods)
            .members(&MEMBERS)
            .getset(&GETSET);
    };
}

buffered_type!(
    BufferedWriter,
    c"_io.BufferedWriter",
    c"BufferedWriter(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nA buffer before a raw stream that can be written.",
    init_writer,
    WRITER
);

/// `_io.BufferedReader`.
pub static BufferedReader: StaticType = StaticType::new::<Buffered>(c"_io.BufferedReader")
    .flags(Py_TPFLAGS_BASETYPE)
    .base(&BufferedIOBase)
    .doc(c"BufferedReader(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nA buffer before a raw stream that can be read.")
    .init(glue::init(init_reader))
    .dealloc(glue::dealloc(dealloc))
    .repr(glue::unary(repr))
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(clear))
    .iternext(glue::iternext(read::next))
    .methods(&READER)
    .members(&MEMBERS)
    .getset(&GETSET);

/// `_io.BufferedRandom`.
pub static BufferedRandom: StaticType = StaticType::new::<Buffered>(c"_io.BufferedRandom")
    .flags(Py_TPFLAGS_BASETYPE)
    .base(&BufferedIOBase)
    .doc(c"BufferedRandom(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nA buffer before a raw stream with places, for both directions.")
    .init(glue::init(init_random))
    .dealloc(glue::dealloc(dealloc))
    .repr(glue::unary(repr))
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(clear))
    .iternext(glue::iternext(read::next))
    .methods(&RANDOM)
    .members(&MEMBERS)
    .getset(&GETSET);

members! { static MEMBERS [
    "raw" = T_OBJECT, offset_of!(Buffered, raw), READONLY, "";
    "_finalizing" = T_BOOL, offset_of!(Buffered, finalizing), 0, "";
] }

getset! { static GETSET [
    "closed" = get_closed, "";
    "name" = get_name, "";
    "mode" = get_mode, "";
] }

fn dealloc_warn_method(py: Py<'_>, b: &Buffered, source: &PyObject) {
    dealloc_warn(py, b, source);
}

methods! { static READER: for Buffered [
    "detach" = detach [0], "($self, /)", "Separates the raw stream and gives it.";
    "flush" = simple_flush [0], "($self, /)", "Flushes the raw stream.";
    "close" = close [0], "($self, /)", "Closes the raw stream.";
    "seekable" = seekable [0], "($self, /)", "As the raw stream's.";
    "readable" = readable [0], "($self, /)", "As the raw stream's.";
    "fileno" = fileno [0], "($self, /)", "As the raw stream's.";
    "isatty" = isatty [0], "($self, /)", "As the raw stream's.";
    "_dealloc_warn" = dealloc_warn_method [1], "($self, source, /)", "";
    "read" = read::read [1], "($self, size=-1, /)", "Size bytes, fewer at the end; all if size is -1.";
    "peek" = read::peek [1], "($self, size=0, /)", "What is buffered, without moving; one raw read if nothing is.";
    "read1" = read::read1 [1], "($self, size=-1, /)", "Up to size bytes with at most one raw read.";
    "readinto" = read::readinto [1], "($self, buffer, /)", "Fills memory that can be written.";
    "readinto1" = read::readinto1 [1], "($self, buffer, /)", "Fills memory with at most one raw read.";
    "readline" = read::readline [1], "($self, size=-1, /)", "One line, at most size bytes of it.";
    "seek" = seek [2], "($self, target, whence=0, /)", "Moves to a place and gives it.";
    "tell" = tell [0], "($self, /)", "The current place.";
    "truncate" = truncate [1], "($self, pos=None, /)", "Cuts or extends the raw stream.", defining;
    "__sizeof__" = sizeof [0], "($self, /)", "The bytes in memory, those of the buffer included.";
    "__reduce__" = cannot_pickle::<Buffered> [0], "?($self, /)", "";
    "__reduce_ex__" = cannot_pickle_ex::<Buffered> [1], "?($self, protocol, /)", "";
] }

methods! { static WRITER: for Buffered [
    "close" = close [0], "($self, /)", "Flushes and closes the raw stream.";
    "detach" = detach [0], "($self, /)", "Separates the raw stream and gives it.";
    "seekable" = seekable [0], "($self, /)", "As the raw stream's.";
    "writable" = writable [0], "($self, /)", "As the raw stream's.";
    "fileno" = fileno [0], "($self, /)", "As the raw stream's.";
    "isatty" = isatty [0], "($self, /)", "As the raw stream's.";
    "_dealloc_warn" = dealloc_warn_method [1], "($self, source, /)", "";
    "write" = write::write [1], "($self, buffer, /)", "Writes bytes and gives their number.";
    "truncate" = truncate [1], "($self, pos=None, /)", "Cuts or extends the raw stream.", defining;
    "flush" = flush [0], "($self, /)", "Writes out what is buffered.";
    "seek" = seek [2], "($self, target, whence=0, /)", "Moves to a place and gives it.";
    "tell" = tell [0], "($self, /)", "The current place.";
    "__sizeof__" = sizeof [0], "($self, /)", "The bytes in memory, those of the buffer included.";
    "__reduce__" = cannot_pickle::<Buffered> [0], "?($self, /)", "";
    "__reduce_ex__" = cannot_pickle_ex::<Buffered> [1], "?($self, protocol, /)", "";
] }

methods! { static RANDOM: for Buffered [
    "close" = close [0], "($self, /)", "Flushes and closes the raw stream.";
    "detach" = detach [0], "($self, /)", "Separates the raw stream and gives it.";
    "seekable" = seekable [0], "($self, /)", "As the raw stream's.";
    "readable" = readable [0], "($self, /)", "As the raw stream's.";
    "writable" = writable [0], "($self, /)", "As the raw stream's.";
    "fileno" = fileno [0], "($self, /)", "As the raw stream's.";
    "isatty" = isatty [0], "($self, /)", "As the raw stream's.";
    "_dealloc_warn" = dealloc_warn_method [1], "($self, source, /)", "";
    "flush" = flush [0], "($self, /)", "Writes out what is buffered.";
    "seek" = seek [2], "($self, target, whence=0, /)", "Moves to a place and gives it.";
    "tell" = tell [0], "($self, /)", "The current place.";
    "truncate" = truncate [1], "($self, pos=None, /)", "Cuts or extends the raw stream.", defining;
    "read" = read::read [1], "($self, size=-1, /)", "Size bytes, fewer at the end; all if size is -1.";
    "read1" = read::read1 [1], "($self, size=-1, /)", "Up to size bytes with at most one raw read.";
    "readinto" = read::readinto [1], "($self, buffer, /)", "Fills memory that can be written.";
    "readinto1" = read::readinto1 [1], "($self, buffer, /)", "Fills memory with at most one raw read.";
    "readline" = read::readline [1], "($self, size=-1, /)", "One line, at most size bytes of it.";
    "peek" = read::peek [1], "($self, size=0, /)", "What is buffered, without moving; one raw read if nothing is.";
    "write" = write::write [1], "($self, buffer, /)", "Writes bytes and gives their number.";
    "__sizeof__" = sizeof [0], "($self, /)", "The bytes in memory, those of the buffer included.";
    "__reduce__" = cannot_pickle::<Buffered> [0], "?($self, /)", "";
    "__reduce_ex__" = cannot_pickle_ex::<Buffered> [1], "?($self, protocol, /)", "";
] }

/// Takes the lock for a constructor and forgets the former stream.
fn begin<'a>(py: Py<'_>, b: &'a Buffered) -> PyResult<Inside<'a>> {
    let inside = b.enter(py)?;
    b.ok.set(false);
    b.detached.set(false);
    Ok(inside)
}

fn init_reader(py: Py<'_>, b: &Buffered, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    bind_call(py, signature!("BufferedReader", "(raw, buffer_size=DEFAULT_BUFFER_SIZE)"), args, kw, |a| {
        let size = a.arg::<Option<isize>>(py, 1)?.unwrap_or(crate::DEFAULT_BUFFER_SIZE as isize);
        let raw: &PyObject = a.arg(py, 0)?;
        let inside = begin(py, b)?;
        check_readable(py, raw)?;
        b.readable.set(true);
        b.writable.set(false);
        drop(inside);
        b.start(py, raw, size, b.as_object().ty().is(&BufferedReader.0))
    })
}

fn init_writer(py: Py<'_>, b: &Buffered, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    bind_call(py, signature!("BufferedWriter", "(raw, buffer_size=DEFAULT_BUFFER_SIZE)"), args, kw, |a| {
        let size = a.arg::<Option<isize>>(py, 1)?.unwrap_or(crate::DEFAULT_BUFFER_SIZE as isize);
        let raw: &PyObject = a.arg(py, 0)?;
        let inside = begin(py, b)?;
        check_writable(py, raw)?;
        b.readable.set(false);
        b.writable.set(true);
        drop(inside);
        b.start(py, raw, size, b.as_object().ty().is(&BufferedWriter.0))
    })
}

fn init_random(py: Py<'_>, b: &Buffered, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    bind_call(py, signature!("BufferedRandom", "(raw, buffer_size=DEFAULT_BUFFER_SIZE)"), args, kw, |a| {
        let size = a.arg::<Option<isize>>(py, 1)?.unwrap_or(crate::DEFAULT_BUFFER_SIZE as isize);
        let raw: &PyObject = a.arg(py, 0)?;
        let inside = begin(py, b)?;
        check_seekable(py, raw)?;
        check_readable(py, raw)?;
        check_writable(py, raw)?;
        b.readable.set(true);
        b.writable.set(true);
        drop(inside);
        b.start(py, raw, size, b.as_object().ty().is(&BufferedRandom.0))
    })
}
