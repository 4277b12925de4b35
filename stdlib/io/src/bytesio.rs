//! `BytesIO`: bytes in memory as a stream, and the object that lends them as a buffer (`Modules/_io/bytesio.c`).

use crate::abc::BufferedIOBase;
use crate::iobase::{self, IoBase, begin_memory_dealloc, end_dealloc};
use crate::util::*;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::bind_call;
use dxpy_core::buffer::{self, View};
use dxpy_core::call::type_name;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{StaticTable, StaticType};
use dxpy_core::{
    Owned, Py, PyResult, bytes, dict, exceptions, gc, getset, glue, instance, list, long, methods, number,
    object, protocol, signature, tuple,
};
use std::cell::Cell;
use std::ffi::c_int;

/// The content: the bytes object it came from or was given as, for as long as it is the same; else memory of its own.
#[derive(Default)]
struct Content {
    shared: Option<Owned<PyBytesObject>>,
    own: Vec<u8>,
}

/// `bytesio`.
#[repr(C)]
pub struct BytesObject {
    base: IoBase,
    /// The content, boxed; NULL once it is closed.
    content: Cell<*mut Content>,
    pos: Cell<usize>,
    /// How many buffers were lent; until they come back the content must not move.
    exports: Cell<isize>,
    reserved: Cell<usize>,
}
// SAFETY: `#[repr(C)]`, and the header is first.
unsafe impl Layout for BytesObject {}

/// `_io.BytesIO`.
pub static BytesIO: StaticType = StaticType::new::<BytesObject>(c"_io.BytesIO")
    .flags(Py_TPFLAGS_BASETYPE)
    .base(&BufferedIOBase)
    .doc(c"BytesIO(initial_bytes=b'')\n--\n\nBytes in memory as a stream.")
    .create(glue::create(create))
    .init(glue::init(init))
    .dealloc(glue::dealloc(dealloc))
    .iter(glue::unary(|_: Py<'_>, b: &BytesObject| Ok(b.to_owned())))
    .iternext(glue::iternext(next))
    .methods(&METHODS)
    .getset(&GETSET);

methods! { static METHODS: for BytesObject [
    "readable" = yes [0], "($self, /)", "True.";
    "seekable" = yes [0], "($self, /)", "True.";
    "writable" = yes [0], "($self, /)", "True.";
    "close" = close [0], "($self, /)", "Gives the content up.";
    "flush" = flush [0], "($self, /)", "Does nothing.";
    "isatty" = isatty [0], "($self, /)", "False.";
    "tell" = tell [0], "($self, /)", "The current place.";
    "write" = write [1], "($self, b, /)", "Writes bytes and gives their number.";
    "writelines" = writelines [1], "($self, lines, /)", "Writes each of an iterable.";
    "read1" = read [1], "($self, size=-1, /)", "Up to size bytes, or all that are left.";
    "readinto" = readinto [1], "($self, buffer, /)", "Reads into memory that can be written.";
    "readline" = readline [1], "($self, size=-1, /)", "One line, at most size bytes of it.";
    "readlines" = readlines [1], "($self, size=None, /)", "A list of lines, ended when their sizes reach size.";
    "read" = read [1], "($self, size=-1, /)", "Up to size bytes, or all that are left.";
    "getbuffer" = getbuffer [0], "($self, /)", "The content as a memoryview that can be written.", defining;
    "getvalue" = getvalue [0], "($self, /)", "The content as bytes.";
    "seek" = seek [2], "($self, pos, whence=0, /)", "Moves to a place and gives it.";
    "truncate" = truncate [1], "($self, size=None, /)", "Cuts the content to a size.";
    "__getstate__" = getstate [0], "?($self, /)", "";
    "__setstate__" = setstate [1], "?($self, state, /)", "";
    "__sizeof__" = sizeof [0], "?($self, /)", "";
] }

getset! { static GETSET [
    "closed" = |_: Py<'_>, b: &BytesObject| Ok(dxpy_core::boolean::new(b.content.get().is_null())), "Whether it is closed.";
] }

impl BytesObject {
    #[allow(clippy::mut_from_ref, reason = "the one way to the content, which no two hold at a time")]
    fn content(&self, py: Py<'_>) -> PyResult<&mut Content> {
        // SAFETY: OWNED by this object and only reached in this file, where nothing that holds it runs what could come
        // back: what is dropped there are exact bytes.
        unsafe { self.content.get().as_mut() }.ok_or_else(|| iobase::closed_error(py))
    }

    /// Runs `f` with the content, to be changed: a copy if it was shared. `f` must not run Python code.
    fn with<R>(&self, py: Py<'_>, f: impl FnOnce(&mut Vec<u8>) -> R) -> PyResult<R> {
        let c = self.content(py)?;
        if let Some(shared) = c.shared.take() {
            c.own = bytes::as_slice(&shared).to_vec();
        }
        Ok(f(&mut c.own))
    }

    /// Runs `f` with the content, to be read. `f` must not run Python code.
    fn look<R>(&self, py: Py<'_>, f: impl FnOnce(&[u8]) -> R) -> PyResult<R> {
        let c = self.content(py)?;
        Ok(f(match &c.shared {
            Some(b) => bytes::as_slice(b),
            None => &c.own,
        }))
    }

    fn check_open(&self, py: Py<'_>) -> PyResult<()> {
        self.content(py).map(drop)
    }

    fn check_exports(&self, py: Py<'_>) -> PyResult<()> {
        if self.exports.get() > 0 {
            return Err(exceptions::buffer_error(
                py,
                format_args!("Existing exports of data: object cannot be re-sized"),
            ));
        }
        Ok(())
    }

    fn free(&self) {
        let p = self.content.replace(std::ptr::null_mut());
        if !p.is_null() {
            // SAFETY: OWNED: boxed by `create`.
            drop(unsafe { Box::from_raw(p) });
        }
    }

    fn put(&self, py: Py<'_>, data: &[u8]) -> PyResult<usize> {
        let pos = self.pos.get();
        let Some(end) = pos.checked_add(data.len()).filter(|e| *e <= isize::MAX as usize) else {
            return Err(exceptions::overflow_error(py, format_args!("new buffer size too large")));
        };
        if data.is_empty() {
            return Ok(0);
        }
        let stored = self.with(py, |v| {
            if end > v.len() && v.try_reserve(end - v.len()).is_err() {
                return false;
            }
            if pos > v.len() {
                v.resize(pos, 0);
            }
            let over = data.len().min(v.len() - pos);
            v[pos..pos + over].copy_from_slice(&data[..over]);
            v.extend_from_slice(&data[over..]);
            true
        })?;
        if !stored {
            return Err(exceptions::memory_error(py));
        }
        self.pos.set(end);
        Ok(data.len())
    }

    /// The bytes from the current place on, at most `n`; the place moves behind them.
    fn take(&self, py: Py<'_>, n: usize) -> PyResult<Owned<PyBytesObject>> {
        let made = self.look(py, |v| {
            let rest = v.get(self.pos.get()..).unwrap_or_default();
            bytes::new(py, &rest[..n.min(rest.len())])
        })??;
        self.pos.set(self.pos.get() + bytes::as_slice(&made).len());
        Ok(made)
    }

    fn take_line(&self, py: Py<'_>, limit: isize) -> PyResult<Owned<PyBytesObject>> {
        let n = self.look(py, |v| {
            let rest = v.get(self.pos.get()..).unwrap_or_default();
            let rest = &rest[..rest.len().min(usize::try_from(limit).unwrap_or(usize::MAX))];
            memchr::memchr(b'\n', rest).map_or(rest.len(), |i| i + 1)
        })?;
        self.take(py, n)
    }
}

fn create(py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>) -> PyResult {
    let o = object::tp_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: an instance of this type or a subtype.
    let b = unsafe { &*(o.as_ptr() as *const BytesObject) };
    b.content.set(Box::into_raw(Box::default()));
    Ok(o)
}

fn init(py: Py<'_>, b: &BytesObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    bind_call(py, signature!("BytesIO", "(initial_bytes=b'')"), args, kw, |a| {
        start(py, b, a.get(0).filter(|o| !object::is_none(o)))
    })
}

fn start(py: Py<'_>, b: &BytesObject, initial: Option<&PyObject>) -> PyResult<()> {
    b.check_exports(py)?;
    b.pos.set(0);
    if b.content.get().is_null() {
        b.content.set(Box::into_raw(Box::default()));
    }
    *b.content(py)? = Content::default();
    let Some(o) = initial else { return Ok(()) };
    if let Some(exact) = bytes::check_exact(o) {
        b.content(py)?.shared = Some(exact.to_owned());
        return Ok(());
    }
    write(py, b, o)?;
    b.pos.set(0);
    Ok(())
}

fn dealloc(py: Py<'_>, b: &BytesObject) {
    if begin_memory_dealloc(py, &b.base, &BytesIO) {
        b.free();
        end_dealloc(&b.base);
    }
}

fn yes(py: Py<'_>, b: &BytesObject) -> PyResult<bool> {
    b.check_open(py)?;
    Ok(true)
}

fn isatty(py: Py<'_>, b: &BytesObject) -> PyResult<bool> {
    b.check_open(py)?;
    Ok(false)
}

fn flush(py: Py<'_>, b: &BytesObject) -> PyResult<()> {
    b.check_open(py)
}

fn close(py: Py<'_>, b: &BytesObject) -> PyResult<()> {
    b.check_exports(py)?;
    b.free();
    Ok(())
}

fn tell(py: Py<'_>, b: &BytesObject) -> PyResult<usize> {
    b.check_open(py)?;
    Ok(b.pos.get())
}

fn write(py: Py<'_>, b: &BytesObject, data: &PyObject) -> PyResult<usize> {
    b.check_open(py)?;
    b.check_exports(py)?;
    let view = View::get(py, data, PyBUF_CONTIG_RO)?;
    // Getting the buffer may have run code.
    b.check_open(py)?;
    b.check_exports(py)?;
    b.put(py, view.bytes())
}

fn writelines(py: Py<'_>, b: &BytesObject, lines: &PyObject) -> PyResult<()> {
    b.check_open(py)?;
    let it = protocol::iter(py, lines)?;
    while let Some(line) = protocol::next(py, &it)? {
        write(py, b, &line)?;
    }
    Ok(())
}

fn read(py: Py<'_>, b: &BytesObject, size: Option<Size>) -> PyResult<Owned<PyBytesObject>> {
    b.take(py, size.and_then(|s| usize::try_from(s.0).ok()).unwrap_or(usize::MAX))
}

fn readinto(py: Py<'_>, b: &BytesObject, to: &PyObject) -> PyResult<usize> {
    b.check_open(py)?;
    let view = writable(py, to, "readinto", "argument")?;
    let (to, len) = (view.raw().buf.get() as *mut u8, view.len());
    let n = b.look(py, |v| {
        let rest = v.get(b.pos.get()..).unwrap_or_default();
        let n = rest.len().min(len);
        // SAFETY: the view is writable and as long as said; it may be a part of the content itself.
        unsafe { std::ptr::copy(rest.as_ptr(), to, n) };
        n
    })?;
    b.pos.set(b.pos.get() + n);
    Ok(n)
}

fn readline(py: Py<'_>, b: &BytesObject, size: Option<Size>) -> PyResult<Owned<PyBytesObject>> {
    b.take_line(py, size.map_or(-1, |s| s.0))
}

fn readlines(py: Py<'_>, b: &BytesObject, size: Option<&PyObject>) -> PyResult<Owned<PyListObject>> {
    b.check_open(py)?;
    let most = match size.filter(|o| !object::is_none(o)) {
        None => 0,
        Some(o) if long::check(o).is_some() => number::as_ssize(py, o, &exceptions::OverflowError)?,
        Some(o) => {
            return Err(exceptions::type_error(
                py,
                format_args!("integer argument expected, got '{}'", type_name(o.ty())),
            ));
        }
    };
    let out = list::new(py)?;
    let mut total = 0usize;
    loop {
        let line = b.take_line(py, -1)?;
        let n = bytes::as_slice(&line).len();
        if n == 0 {
            return Ok(out);
        }
        list::push(py, &out, line.upcast())?;
        total += n;
        if most > 0 && total >= most as usize {
            return Ok(out);
        }
    }
}

fn next(py: Py<'_>, b: &BytesObject) -> PyResult<Option<Owned>> {
    let line = b.take_line(py, -1)?;
    Ok((!bytes::as_slice(&line).is_empty()).then(|| line.upcast()))
}

fn getvalue(py: Py<'_>, b: &BytesObject) -> PyResult<Owned<PyBytesObject>> {
    let exported = b.exports.get() > 0;
    let c = b.content(py)?;
    if let Some(shared) = &c.shared {
        return Ok(shared.clone());
    }
    let made = bytes::new(py, &c.own)?;
    // From now on both are the same, until one is written to.
    if !exported {
        *c = Content { shared: Some(made.clone()), own: Vec::new() };
    }
    Ok(made)
}

fn seek(py: Py<'_>, b: &BytesObject, pos: isize, whence: Option<i32>) -> PyResult<usize> {
    let len = b.look(py, <[u8]>::len)?;
    let base = match whence.unwrap_or(0) {
        0 if pos < 0 => {
            return Err(exceptions::value_error(py, format_args!("negative seek value {pos}")));
        }
        0 => 0,
        1 => b.pos.get(),
        2 => len,
        other => {
            return Err(exceptions::value_error(
                py,
                format_args!("invalid whence ({other}, should be 0, 1 or 2)"),
            ));
        }
    };
    let Some(to) = (base as isize).checked_add(pos) else {
        return Err(exceptions::overflow_error(py, format_args!("new position too large")));
    };
    b.pos.set(to.max(0) as usize);
    Ok(b.pos.get())
}

fn truncate(py: Py<'_>, b: &BytesObject, size: Option<&PyObject>) -> PyResult<usize> {
    // None comes as -1 through the conversion, so a given negative size is told apart before.
    let size = match size.filter(|o| !object::is_none(o)) {
        None => Ok(b.pos.get()),
        Some(o) => {
            let n = size_or_none(py, o)?;
            usize::try_from(n).map_err(|_| n)
        }
    };
    b.check_open(py)?;
    b.check_exports(py)?;
    let size = match size {
        Ok(n) => n,
        Err(n) => return Err(exceptions::value_error(py, format_args!("negative size value {n}"))),
    };
    b.with(py, |v| v.truncate(size))?;
    Ok(size)
}

fn sizeof(py: Py<'_>, b: &BytesObject) -> usize {
    let held = b.look(py, |v| if v.is_empty() { 0 } else { v.len() + 33 });
    let held = held.unwrap_or_else(|e| {
        glue::ignore(e);
        0
    });
    b.as_object().ty().tp_basicsize.get() as usize + held
}

fn getstate(py: Py<'_>, b: &BytesObject) -> PyResult<Owned<PyTupleObject>> {
    let value = getvalue(py, b)?;
    let d = match get(&b.base.dict).as_deref().and_then(dict::check) {
        Some(d) => dict::copy(py, d)?.upcast(),
        None => object::none(),
    };
    tuple::from_iter(py, [value.upcast(), long::from_u64(py, b.pos.get() as u64)?.upcast(), d])
}

fn setstate(py: Py<'_>, b: &BytesObject, state: &PyObject) -> PyResult<()> {
    let Some([value, pos, d]) = tuple::check(state).map(tuple::items) else {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "{}.__setstate__ argument should be 3-tuple, got {}",
                type_name(b.as_object().ty()),
                type_name(state.ty())
            ),
        ));
    };
    b.check_open(py)?;
    start(py, b, Some(value))?;
    let pos = position(py, pos, "second")?;
    b.pos.set(pos);
    update_dict(py, &b.base, d, "third")
}

/// The place of a pickled stream.
pub fn position(py: Py<'_>, o: &PyObject, which: &str) -> PyResult<usize> {
    if long::check(o).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!("{which} item of state must be an integer, got {}", type_name(o.ty())),
        ));
    }
    let n = number::as_ssize(py, o, &exceptions::OverflowError)?;
    usize::try_from(n).map_err(|_| value_error(py, "position value cannot be negative"))
}

/// The attributes of a pickled stream.
pub fn update_dict(py: Py<'_>, s: &IoBase, d: &PyObject, which: &str) -> PyResult<()> {
    if object::is_none(d) {
        return Ok(());
    }
    let Some(from) = dict::check(d) else {
        return Err(exceptions::type_error(
            py,
            format_args!("{which} item of state should be a dict, got a {}", type_name(d.ty())),
        ));
    };
    match instance::dict(py, s.as_object())? {
        Some(own) => dict::update(py, &own, from, true),
        None => Ok(()),
    }
}

/// `bytesiobuf`: lends the content of a `BytesIO`.
#[repr(C)]
pub struct Lender {
    ob_base: PyObject,
    source: Field,
}
// SAFETY: `#[repr(C)]`, and the header is first.
unsafe impl Layout for Lender {}

/// `_io._BytesIOBuffer`.
pub static BytesIOBuffer: StaticType = StaticType::new::<Lender>(c"_io._BytesIOBuffer")
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .traverse(glue::traverse(|l: &Lender, v: &glue::Visitor| v.visit(&l.source)))
    .dealloc(glue::dealloc(lender_dealloc))
    .buffer(&BUFFER);

static BUFFER: StaticTable<PyBufferProcs> = StaticTable::<PyBufferProcs>::empty()
    .get(glue::get_buffer(lend))
    .release(glue::release_buffer(take_back));

fn lender_dealloc(_: Py<'_>, l: &Lender) {
    // SAFETY: the type has a collector header; the field is released and the memory goes last.
    unsafe {
        gc::untrack(l.as_object());
        object::clear_field(&l.source);
        object::tp_free(l.as_object());
    }
}

fn source(l: &Lender) -> &BytesObject {
    // SAFETY: LIVE, LAYOUT: set once, at creation.
    unsafe { &*(l.source.get() as *const BytesObject) }
}

fn lend(py: Py<'_>, l: &Lender, view: &Py_buffer, flags: c_int) -> PyResult<()> {
    let b = source(l);
    let (start, len) = b.with(py, |v| (v.as_mut_ptr(), v.len()))?;
    // SAFETY: the content stays where it is until the view is released, because it is counted.
    unsafe { buffer::fill_info(py, view, Some(l.as_object()), start.cast(), len, false, flags)? };
    b.exports.set(b.exports.get() + 1);
    Ok(())
}

fn take_back(_: Py<'_>, l: &Lender, _: &Py_buffer) {
    let b = source(l);
    b.exports.set(b.exports.get() - 1);
}

fn getbuffer(py: Py<'_>, b: &BytesObject) -> PyResult<Owned<PyMemoryViewObject>> {
    b.check_open(py)?;
    // SAFETY: LAYOUT: a zeroed lender.
    let l: Owned<Lender> = unsafe { object::generic_alloc(py, &BytesIOBuffer, 0)?.cast() };
    set(&l.source, Some(b.to_owned()));
    dxpy_types::memoryview::from_object(py, l.as_object())
}
