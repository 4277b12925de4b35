//! `_IOBase` and `_RawIOBase` (`Modules/_io/iobase.c`): what every stream can do by its own methods, closing, iteration,
//! finalisation.

use crate::util::*;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::Rest;
use dxpy_core::call::{self, type_name};
use dxpy_core::number;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, buffer, bytes, exceptions, gc, getset, glue, instance, list, long,
    methods, name, object, protocol, weakref,
};
use std::ffi::c_int;
use std::mem::offset_of;

/// What every stream's struct begins with (`iobase`).
#[repr(C)]
pub struct IoBase {
    pub ob_base: PyObject,
    pub dict: Field,
    pub weakrefs: Field,
}
// SAFETY: `#[repr(C)]`, and the header is first.
unsafe impl Layout for IoBase {}

/// `_io._IOBase`.
pub static IOBase: StaticType = StaticType::new::<IoBase>(c"_io._IOBase")
    .flags(Py_TPFLAGS_BASETYPE)
    .doc(c"The base of all streams.")
    .dict(offset_of!(IoBase, dict))
    .weaklist(offset_of!(IoBase, weakrefs))
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(|_: Py<'_>, s: &IoBase| object::clear_field(&s.dict)))
    .dealloc(glue::dealloc(dealloc))
    .finalize(glue::dealloc(finalize))
    .iter(glue::unary(iter))
    .iternext(glue::iternext(next))
    .methods(&METHODS)
    .getset(&GETSET);

methods! { static METHODS: for IoBase [
    "seek" = seek [2], "($self, offset, whence=os.SEEK_SET, /)", "Moves to a place and gives it.", defining;
    "tell" = tell [0], "($self, /)", "The current place.";
    "truncate" = truncate [1], "($self, size=None, /)", "Cuts or extends the file to a size.", defining;
    "flush" = flush [0], "($self, /)", "Writes out what is buffered.";
    "close" = close [0], "($self, /)", "Flushes and closes; a second time it does nothing.";
    "seekable" = no [0], "($self, /)", "Whether places can be chosen.";
    "readable" = no [0], "($self, /)", "Whether it can be read.";
    "writable" = no [0], "($self, /)", "Whether it can be written.";
    "_checkClosed" = check_closed_method [1], "?(*args)", "";
    "_checkSeekable" = check_seekable_method [1], "?(*args)", "";
    "_checkReadable" = check_readable_method [1], "?(*args)", "";
    "_checkWritable" = check_writable_method [1], "?(*args)", "";
    "fileno" = fileno [0], "($self, /)", "The descriptor behind the stream.", defining;
    "isatty" = isatty [0], "($self, /)", "Whether a person sits at the other end.";
    "__enter__" = enter [0], "?($self, /)", "";
    "__exit__" = exit [1], "?(*args)", "";
    "readline" = readline [1], "($self, size=-1, /)", "One line, at most size bytes of it if size is not negative.";
    "readlines" = readlines [1], "($self, hint=-1, /)", "A list of lines, ended when their sizes reach the hint.";
    "writelines" = writelines [1], "($self, lines, /)", "Writes lines, which bring their own ends.";
] }

getset! { static GETSET [
    "__dict__" = |py: Py<'_>, s: &IoBase| Ok(instance::dict(py, s.as_object())?.expect("streams have a dict")),
        set |py: Py<'_>, s: &IoBase, v: Option<&PyObject>| object::set_dict_attribute(py, s.as_object(), v), "";
    "closed" = |py: Py<'_>, s: &IoBase| Ok(dxpy_core::boolean::new(is_marked_closed(py, s.as_object())?)), "";
] }

fn traverse(s: &IoBase, v: &glue::Visitor) -> Result<(), c_int> {
    v.visit(&s.dict)
}

/// The parts of `tp_dealloc` that all streams share: closing, then untracking and weak references. False if closing
/// brought the stream back to life.
pub fn begin_dealloc(py: Py<'_>, s: &IoBase) -> bool {
    // SAFETY: the count is zero and the dealloc runs.
    if unsafe { object::finalize_from_dealloc(py, s.as_object(), glue::dealloc(finalize)) } {
        return false;
    }
    // SAFETY: streams have a collector header.
    unsafe { gc::untrack(s.as_object()) };
    weakref::clear_all(py, s.as_object());
    true
}

/// As [`begin_dealloc`], for a stream in memory: one of exactly such a type is not closed first, as in CPython, for nobody
/// could see it.
pub fn begin_memory_dealloc(py: Py<'_>, s: &IoBase, own: &'static StaticType) -> bool {
    if !s.as_object().ty().is(&own.0) {
        return begin_dealloc(py, s);
    }
    // SAFETY: streams have a collector header.
    unsafe { gc::untrack(s.as_object()) };
    weakref::clear_all(py, s.as_object());
    true
}

/// The end of `tp_dealloc`.
pub fn end_dealloc(s: &IoBase) {
    object::clear_field(&s.dict);
    // SAFETY: the fields were released; nobody uses the memory again.
    unsafe { object::tp_free(s.as_object()) }
}

fn dealloc(py: Py<'_>, s: &IoBase) {
    if begin_dealloc(py, s) {
        end_dealloc(s);
    }
}

/// `iobase_finalize`: a stream that is not closed closes itself; what that raises is dropped.
pub fn finalize(py: Py<'_>, s: &IoBase) {
    let o = s.as_object();
    let pending = PyErr::take(py);
    // A stream whose `closed` cannot be asked is too broken to be closed.
    let closed = match attr::lookup_name(py, o, name!("closed")) {
        Ok(Some(v)) => protocol::is_true(py, &v).unwrap_or_else(|e| {
            glue::ignore(e);
            true
        }),
        Ok(None) => true,
        Err(e) => {
            glue::ignore(e);
            true
        }
    };
    if !closed {
        // Tells close() that it runs as part of the finalisation.
        let yes = dxpy_core::boolean::new(true);
        if let Err(e) = attr::set_name(py, o, name!("_finalizing"), yes.as_object()) {
            glue::ignore(e);
        }
        if let Err(e) = call::method(py, o, name!("close"), []) {
            glue::ignore(e);
        }
    }
    if let Some(e) = pending {
        e.restore(py);
    }
}

/// Was `_IOBase.close` called?
fn is_marked_closed(py: Py<'_>, o: &PyObject) -> PyResult<bool> {
    Ok(attr::lookup_name(py, o, name!("__IOBase_closed"))?.is_some())
}

/// The error for a stream that is closed.
#[cold]
pub fn closed_error(py: Py<'_>) -> PyErr {
    value_error(py, "I/O operation on closed file.")
}

/// `_PyIOBase_check_closed`.
pub fn check_closed(py: Py<'_>, o: &PyObject) -> PyResult<()> {
    // A pseudo-file need not have the attribute at all.
    match attr::lookup_name(py, o, name!("closed"))? {
        Some(v) if protocol::is_true(py, &v)? => Err(closed_error(py)),
        _ => Ok(()),
    }
}

fn seek(py: Py<'_>, _: &IoBase, _: &PyObject, _: Option<&PyObject>) -> PyResult {
    Err(unsupported(py, "seek"))
}

fn tell(py: Py<'_>, s: &IoBase) -> PyResult {
    let (zero, one) = (long::from_i64(py, 0)?, long::from_i64(py, 1)?);
    call::method(py, s.as_object(), name!("seek"), [zero.as_object(), one.as_object()])
}

fn truncate(py: Py<'_>, _: &IoBase, _: Option<&PyObject>) -> PyResult {
    Err(unsupported(py, "truncate"))
}

fn flush(py: Py<'_>, s: &IoBase) -> PyResult<()> {
    if is_marked_closed(py, s.as_object())? {
        return Err(closed_error(py));
    }
    Ok(())
}

/// `_IOBase.close`.
pub fn close(py: Py<'_>, s: &IoBase) -> PyResult<()> {
    let o = s.as_object();
    if is_marked_closed(py, o)? {
        return Ok(());
    }
    let flushed = call::method(py, o, name!("flush"), []);
    let yes = dxpy_core::boolean::new(true);
    let marked = attr::set_name(py, o, name!("__IOBase_closed"), yes.as_object()).map(|()| object::none());
    chain(flushed.err(), marked).map(drop)
}

fn no(_: Py<'_>, _: &IoBase) -> bool {
    false
}

fn check_closed_method(py: Py<'_>, s: &IoBase, _: Rest<'_>) -> PyResult<()> {
    check_closed(py, s.as_object())
}

/// `_PyIOBase_check_seekable` and its like: the method must answer with `True` itself.
fn check_able(py: Py<'_>, o: &PyObject, method: &dxpy_core::unicode::Name, what: &str) -> PyResult {
    let r = call::method(py, o, method, [])?;
    if !is_true_object(&r) {
        return Err(unsupported(py, what));
    }
    Ok(r)
}

/// `_PyIOBase_check_seekable`.
pub fn check_seekable(py: Py<'_>, o: &PyObject) -> PyResult {
    check_able(py, o, name!("seekable"), "File or stream is not seekable.")
}

/// `_PyIOBase_check_readable`.
pub fn check_readable(py: Py<'_>, o: &PyObject) -> PyResult {
    check_able(py, o, name!("readable"), "File or stream is not readable.")
}

/// `_PyIOBase_check_writable`.
pub fn check_writable(py: Py<'_>, o: &PyObject) -> PyResult {
    check_able(py, o, name!("writable"), "File or stream is not writable.")
}

fn check_seekable_method(py: Py<'_>, s: &IoBase, _: Rest<'_>) -> PyResult {
    check_seekable(py, s.as_object())
}

fn check_readable_method(py: Py<'_>, s: &IoBase, _: Rest<'_>) -> PyResult {
    check_readable(py, s.as_object())
}

fn check_writable_method(py: Py<'_>, s: &IoBase, _: Rest<'_>) -> PyResult {
    check_writable(py, s.as_object())
}

fn fileno(py: Py<'_>, _: &IoBase) -> PyResult {
    Err(unsupported(py, "fileno"))
}

fn isatty(py: Py<'_>, s: &IoBase) -> PyResult<bool> {
    check_closed(py, s.as_object())?;
    Ok(false)
}

fn enter(py: Py<'_>, s: &IoBase) -> PyResult<Owned<IoBase>> {
    check_closed(py, s.as_object())?;
    Ok(s.to_owned())
}

fn exit(py: Py<'_>, s: &IoBase, _: Rest<'_>) -> PyResult {
    call::method(py, s.as_object(), name!("close"), [])
}

/// `_IOBase.readline`: by `peek` where there is one, else byte by byte.
fn readline(py: Py<'_>, s: &IoBase, limit: Option<Size>) -> PyResult {
    let o = s.as_object();
    let limit = limit.map_or(-1, |l| l.0);
    let peek = attr::lookup_name(py, o, name!("peek"))?;
    let mut line = Vec::new();
    while limit < 0 || line.len() < limit as usize {
        let mut want = 1;
        if let Some(peek) = &peek {
            let one = long::from_i64(py, 1)?;
            let ahead = match call::call(py, peek, [one.as_object()]) {
                Ok(b) => b,
                Err(e) => {
                    trap_eintr(py, e)?;
                    continue;
                }
            };
            let Some(b) = bytes::check(&ahead) else {
                return Err(exceptions::format(
                    py,
                    &exceptions::OSError,
                    format_args!(
                        "peek() should have returned a bytes object, not '{}'",
                        type_name(ahead.ty())
                    ),
                ));
            };
            let mut content = bytes::as_slice(b);
            if !content.is_empty() {
                if limit >= 0 {
                    content = &content[..content.len().min(limit as usize - line.len())];
                }
                want = content.iter().position(|&c| c == b'\n').map_or(content.len(), |i| i + 1);
            }
        }
        let n = long::from_u64(py, want as u64)?;
        let b = match call::method(py, o, name!("read"), [n.as_object()]) {
            Ok(b) => b,
            Err(e) => {
                trap_eintr(py, e)?;
                continue;
            }
        };
        let Some(content) = bytes::check(&b) else {
            return Err(exceptions::format(
                py,
                &exceptions::OSError,
                format_args!("read() should have returned a bytes object, not '{}'", type_name(b.ty())),
            ));
        };
        let content = bytes::as_slice(content);
        if content.is_empty() {
            break;
        }
        line.extend_from_slice(content);
        if line.last() == Some(&b'\n') {
            break;
        }
    }
    Ok(bytes::new(py, &line)?.upcast())
}

fn iter(py: Py<'_>, s: &IoBase) -> PyResult<Owned<IoBase>> {
    check_closed(py, s.as_object())?;
    Ok(s.to_owned())
}

fn next(py: Py<'_>, s: &IoBase) -> PyResult<Option<Owned>> {
    let line = call::method(py, s.as_object(), name!("readline"), [])?;
    Ok((protocol::len(py, &line)? > 0).then_some(line))
}

fn readlines(py: Py<'_>, s: &IoBase, hint: Option<Size>) -> PyResult<Owned<PyListObject>> {
    let hint = hint.map_or(-1, |h| h.0);
    let out = list::new(py)?;
    let it = protocol::iter(py, s.as_object())?;
    let mut size = 0usize;
    while let Some(line) = protocol::next(py, &it)? {
        let n = protocol::len(py, &line)?;
        list::push(py, &out, line)?;
        size = size.saturating_add(n);
        if hint > 0 && size > hint as usize {
            break;
        }
    }
    Ok(out)
}

fn writelines(py: Py<'_>, s: &IoBase, lines: &PyObject) -> PyResult<()> {
    let o = s.as_object();
    check_closed(py, o)?;
    let it = protocol::iter(py, lines)?;
    while let Some(line) = protocol::next(py, &it)? {
        while let Err(e) = call::method(py, o, name!("write"), [&line]) {
            trap_eintr(py, e)?;
        }
    }
    Ok(())
}

/// `_io._RawIOBase`.
pub static RawIOBase: StaticType = StaticType::new::<IoBase>(c"_io._RawIOBase")
    .flags(Py_TPFLAGS_BASETYPE)
    .base(&IOBase)
    .doc(c"The base of streams of bytes without a buffer.")
    .methods(&RAW_METHODS);

methods! { static RAW_METHODS: for IoBase [
    "read" = raw_read [1], "($self, size=-1, /)", "Up to size bytes, or all of them.";
    "readall" = raw_readall [0], "($self, /)", "All bytes up to the end.";
    "readinto" = raw_missing [1], "?(*args)", "";
    "write" = raw_missing [1], "?(*args)", "";
] }

fn raw_missing(py: Py<'_>, _: &IoBase, _: Rest<'_>) -> PyResult {
    Err(exceptions::create(py, &exceptions::NotImplementedError, None))
}

fn raw_read(py: Py<'_>, s: &IoBase, n: Option<isize>) -> PyResult {
    let o = s.as_object();
    let n = n.unwrap_or(-1);
    if n < 0 {
        return call::method(py, o, name!("readall"), []);
    }
    let size = long::from_i64(py, n as i64)?;
    let b = call::call(py, dxpy_types::bytearray::PyByteArray_Type.as_object(), [size.as_object()])?;
    let r = call::method(py, o, name!("readinto"), [&b])?;
    if object::is_none(&r) {
        return Ok(r);
    }
    let n = number::as_ssize(py, &r, &exceptions::ValueError)?;
    let content = buffer::to_vec(py, &b)?;
    let n = if n < 0 { content.len().saturating_add_signed(n) } else { content.len().min(n as usize) };
    Ok(bytes::new(py, &content[..n])?.upcast())
}

fn raw_readall(py: Py<'_>, s: &IoBase) -> PyResult {
    let mut all: Vec<u8> = Vec::new();
    let mut any = false;
    loop {
        let size = long::from_u64(py, crate::DEFAULT_BUFFER_SIZE as u64)?;
        let data = match call::method(py, s.as_object(), name!("read"), [size.as_object()]) {
            Ok(d) => d,
            Err(e) => {
                trap_eintr(py, e)?;
                continue;
            }
        };
        if object::is_none(&data) {
            if !any {
                return Ok(data);
            }
            break;
        }
        let Some(b) = bytes::check(&data) else {
            return Err(exceptions::type_error(py, format_args!("read() should return bytes")));
        };
        if bytes::as_slice(b).is_empty() {
            break;
        }
        any = true;
        all.extend_from_slice(bytes::as_slice(b));
    }
    Ok(bytes::new(py, &all)?.upcast())
}
