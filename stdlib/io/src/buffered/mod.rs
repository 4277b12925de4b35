//! Buffered streams over a raw one (`Modules/_io/bufferedio.c`): the shared struct with its positions, closing, seeking.
//! Reading is in `read`, writing in `write`, the three types in `types`.

mod read;
pub mod types;
mod write;

use crate::fileio;
use crate::iobase::{self, IoBase, begin_dealloc, check_seekable, end_dealloc};
use crate::util::*;
use dxpy_core::abi::*;
use dxpy_core::call;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::thread::{gil, turn};
use dxpy_core::{Owned, Py, PyErr, PyResult, attr, exceptions, glue, long, name, object, protocol, unicode};
use std::cell::Cell;
use std::ffi::c_int;
use std::time::Duration;

/// `buffered`. `read_end` and `write_end` are -1 while the buffer holds nothing of that kind.
#[repr(C)]
pub struct Buffered {
    pub base: IoBase,
    raw: Field,
    ok: Cell<bool>,
    detached: Cell<bool>,
    readable: Cell<bool>,
    writable: Cell<bool>,
    finalizing: Cell<bool>,
    /// The raw stream is a `FileIO` and this no subclass: no Python method is between them.
    direct: Cell<bool>,
    /// The raw stream's place, -1 if it is not known.
    abs_pos: Cell<i64>,
    /// NULL once it is closed.
    buffer: Cell<*mut u8>,
    size: Cell<usize>,
    /// The logical place in the buffer.
    pos: Cell<i64>,
    /// The raw stream's place in the buffer.
    raw_pos: Cell<i64>,
    read_end: Cell<i64>,
    write_pos: Cell<i64>,
    write_end: Cell<i64>,
    /// The thread state that is inside, or NULL.
    owner: Cell<*const u8>,
    /// How many threads wait to get in.
    waiting: Cell<u32>,
}
// SAFETY: `#[repr(C)]`, and the header is first.
unsafe impl Layout for Buffered {}

/// The lock of a stream, held (`ENTER_BUFFERED`).
struct Inside<'a>(&'a Buffered);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.owner.set(std::ptr::null());
        if self.0.waiting.get() > 0 {
            turn::given_back();
        }
    }
}

/// How a call of the raw stream ended.
enum Raw {
    Done(usize),
    WouldBlock,
}

impl Buffered {
    fn enter<'a>(&'a self, py: Py<'_>) -> PyResult<Inside<'a>> {
        let me = py.state() as *const _ as *const u8;
        if self.owner.get() == me {
            let shown = protocol::repr(py, self.as_object())?;
            return Err(exceptions::runtime_error(
                py,
                format_args!("reentrant call inside {}", unicode::display(shown.as_object())),
            ));
        }
        while !self.owner.get().is_null() {
            // Another thread is inside, and waits for the system or runs Python code.
            let ends = !gil::finalizing().is_null();
            self.waiting.set(self.waiting.get() + 1);
            turn::wait(py, ends.then_some(Duration::from_secs(1)));
            self.waiting.set(self.waiting.get() - 1);
            if ends && !self.owner.get().is_null() {
                // A daemon thread was stopped inside: nobody will ever come out.
                let shown = protocol::repr(py, self.as_object())?;
                eprintln!(
                    "Fatal Python error: _enter_buffered_busy: could not acquire lock for {} at interpreter shutdown, \
                     possibly due to daemon threads",
                    unicode::display(shown.as_object())
                );
                std::process::abort();
            }
        }
        self.owner.set(me);
        Ok(Inside(self))
    }

    /// The raw stream of one that is initialised (`CHECK_INITIALIZED`).
    fn raw(&self, py: Py<'_>) -> PyResult {
        match get(&self.raw) {
            Some(raw) if self.ok.get() => Ok(raw),
            _ => Err(value_error(
                py,
                if self.detached.get() {
                    "raw stream has been detached"
                } else {
                    "I/O operation on uninitialized object"
                },
            )),
        }
    }

    fn valid_read(&self) -> bool {
        self.readable.get() && self.read_end.get() != -1
    }

    fn valid_write(&self) -> bool {
        self.writable.get() && self.write_end.get() != -1
    }

    /// `READAHEAD`.
    fn ahead(&self) -> usize {
        if self.valid_read() { (self.read_end.get() - self.pos.get()).max(0) as usize } else { 0 }
    }

    /// `RAW_OFFSET`.
    fn raw_offset(&self) -> i64 {
        let valid = (self.valid_read() || self.valid_write()) && self.raw_pos.get() >= 0;
        if valid { self.raw_pos.get() - self.pos.get() } else { 0 }
    }

    /// `ADJUST_POSITION`.
    fn adjust(&self, pos: i64) {
        self.pos.set(pos);
        if self.valid_read() && self.read_end.get() < pos {
            self.read_end.set(pos);
        }
    }

    fn reset_read(&self) {
        self.read_end.set(-1);
    }

    fn reset_write(&self) {
        self.write_pos.set(0);
        self.write_end.set(-1);
    }

    /// `IS_CLOSED`.
    fn is_closed(&self, py: Py<'_>) -> PyResult<bool> {
        if self.buffer.get().is_null() {
            return Ok(true);
        }
        let raw = self.raw(py)?;
        if self.direct.get()
            && let Some(f) = fileio::check_exact(&raw)
        {
            return Ok(fileio::is_closed(f));
        }
        flag(py, &raw, name!("closed"))
    }

    /// `CHECK_CLOSED`: what was read ahead can still be had.
    fn check_closed(&self, py: Py<'_>, text: &str) -> PyResult<()> {
        if self.is_closed(py)? && (self.ahead() == 0 || self.buffer.get().is_null()) {
            return Err(value_error(py, text));
        }
        Ok(())
    }

    /// Bytes of the buffer.
    ///
    /// # Safety
    /// The buffer is there, `from..to` is inside it, and nothing is written or freed while the slice lives.
    unsafe fn bytes(&self, from: usize, to: usize) -> &[u8] {
        debug_assert!(from <= to && to <= self.size.get());
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts(self.buffer.get().add(from), to - from) }
    }

    /// Copies into the buffer at `at`.
    fn put(&self, at: i64, data: &[u8]) {
        let at = at as usize;
        assert!(at + data.len() <= self.size.get() && !self.buffer.get().is_null());
        // SAFETY: inside the buffer, which is other memory than any object's.
        unsafe { std::ptr::copy(data.as_ptr(), self.buffer.get().add(at), data.len()) };
    }

    fn free_buffer(&self) {
        let p = self.buffer.replace(std::ptr::null_mut());
        if !p.is_null() {
            // SAFETY: OWNED: made from a boxed slice of this size in `start`.
            drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(p, self.size.get())) });
        }
        self.size.set(0);
    }

    /// `_buffered_init` and what the three constructors share around it.
    fn start(&self, py: Py<'_>, raw: &PyObject, size: isize, direct: bool) -> PyResult<()> {
        set(&self.raw, Some(raw.to_owned()));
        if size <= 0 {
            return Err(value_error(py, "buffer size must be strictly positive"));
        }
        self.free_buffer();
        let mut block: Vec<u8> = Vec::new();
        if block.try_reserve_exact(size as usize).is_err() {
            return Err(exceptions::memory_error(py));
        }
        block.resize(size as usize, 0);
        self.buffer.set(Box::into_raw(block.into_boxed_slice()) as *mut u8);
        self.size.set(size as usize);
        self.abs_pos.set(-1);
        self.pos.set(0);
        self.raw_pos.set(0);
        self.reset_read();
        self.reset_write();
        self.direct.set(direct && fileio::check_exact(raw).is_some());
        self.ok.set(true);
        // A stream without places is told apart by the error.
        if let Err(e) = self.raw_tell(py) {
            glue::ignore(e);
        }
        Ok(())
    }

    /// `_buffered_raw_tell`.
    fn raw_tell(&self, py: Py<'_>) -> PyResult<i64> {
        let raw = self.raw(py)?;
        let n = match fileio::check_exact(&raw) {
            Some(f) => fileio::seek_to(py, f, 0, libc::SEEK_CUR)?,
            None => offset(py, &*call::method(py, &raw, name!("tell"), [])?, &exceptions::ValueError)?,
        };
        self.at_place(py, n)
    }

    fn at_place(&self, py: Py<'_>, n: i64) -> PyResult<i64> {
        if n < 0 {
            return Err(exceptions::format(
                py,
                &exceptions::OSError,
                format_args!("Raw stream returned invalid position {n}"),
            ));
        }
        self.abs_pos.set(n);
        Ok(n)
    }

    /// `_buffered_raw_seek`.
    fn raw_seek(&self, py: Py<'_>, place: i64, whence: c_int) -> PyResult<i64> {
        let raw = self.raw(py)?;
        let n = match fileio::check_exact(&raw) {
            Some(f) => fileio::seek_to(py, f, place, whence)?,
            None => {
                let (p, w) = (long::from_i64(py, place)?, long::from_i64(py, whence as i64)?);
                let r = call::method(py, &raw, name!("seek"), [p.as_object(), w.as_object()])?;
                offset(py, &r, &exceptions::ValueError)?
            }
        };
        self.at_place(py, n)
    }

    fn known_place(&self, py: Py<'_>) -> PyResult<i64> {
        match self.abs_pos.get() {
            -1 => self.raw_tell(py),
            n => Ok(n),
        }
    }

    /// `buffered_flush_and_rewind_unlocked`.
    fn flush_and_rewind(&self, py: Py<'_>) -> PyResult<()> {
        self.flush_unlocked(py)?;
        if self.readable.get() {
            // The raw stream goes back to where the logical place is.
            let moved = self.raw_seek(py, -self.raw_offset(), libc::SEEK_CUR);
            self.reset_read();
            moved?;
        }
        Ok(())
    }
}

fn traverse(b: &Buffered, v: &glue::Visitor) -> Result<(), c_int> {
    v.visit(&b.raw)?;
    v.visit(&b.base.dict)
}

fn clear(_: Py<'_>, b: &Buffered) {
    b.ok.set(false);
    object::clear_field(&b.raw);
    object::clear_field(&b.base.dict);
}

fn dealloc(py: Py<'_>, b: &Buffered) {
    b.finalizing.set(true);
    if begin_dealloc(py, &b.base) {
        b.ok.set(false);
        b.free_buffer();
        object::clear_field(&b.raw);
        end_dealloc(&b.base);
    }
}

fn repr(py: Py<'_>, b: &Buffered) -> PyResult<Owned<PyUnicodeObject>> {
    let o = b.as_object();
    let ty = call::type_name(o.ty());
    match name_repr(py, o)? {
        None => unicode::from_str(py, &format!("<{}>", shown_type(py, o, &ty))),
        Some(name) => unicode::from_str(py, &format!("<{} name={name}>", shown_type(py, o, &ty))),
    }
}

/// `tp_name`, which for a class of Python's has no module.
fn shown_type(_: Py<'_>, _: &PyObject, name: &str) -> String {
    name.to_owned()
}

fn detach(py: Py<'_>, b: &Buffered) -> PyResult {
    b.raw(py)?;
    call::method(py, b.as_object(), name!("flush"), [])?;
    let raw = b.raw(py)?;
    set::<PyObject>(&b.raw, None);
    b.detached.set(true);
    b.ok.set(false);
    Ok(raw)
}

/// `BufferedReader.flush`: there is nothing to write.
fn simple_flush(py: Py<'_>, b: &Buffered) -> PyResult {
    call::method(py, &*b.raw(py)?, name!("flush"), [])
}

fn flush(py: Py<'_>, b: &Buffered) -> PyResult<()> {
    b.raw(py)?;
    b.check_closed(py, "flush of closed file")?;
    let _inside = b.enter(py)?;
    b.flush_and_rewind(py)
}

fn close(py: Py<'_>, b: &Buffered) -> PyResult {
    let raw = b.raw(py)?;
    let inside = b.enter(py)?;
    if flag(py, &raw, name!("closed"))? {
        return Ok(object::none());
    }
    if b.finalizing.get() {
        dealloc_warn(py, b, b.as_object());
    }
    // flush() takes the lock itself.
    drop(inside);
    let flushed = call::method(py, b.as_object(), name!("flush"), []);
    let _inside = b.enter(py)?;
    let closed = call::method(py, &raw, name!("close"), []);
    b.free_buffer();
    b.read_end.set(0);
    b.pos.set(0);
    chain(flushed.err(), closed)
}

/// `buffered_dealloc_warn`.
fn dealloc_warn(py: Py<'_>, b: &Buffered, source: &PyObject) {
    if let Some(raw) = get(&b.raw).filter(|_| b.ok.get())
        && let Err(e) = call::method(py, &raw, name!("_dealloc_warn"), [source])
    {
        glue::ignore(e);
    }
}

fn seekable(py: Py<'_>, b: &Buffered) -> PyResult {
    call::method(py, &*b.raw(py)?, name!("seekable"), [])
}

fn readable(py: Py<'_>, b: &Buffered) -> PyResult {
    call::method(py, &*b.raw(py)?, name!("readable"), [])
}

fn writable(py: Py<'_>, b: &Buffered) -> PyResult {
    call::method(py, &*b.raw(py)?, name!("writable"), [])
}

fn fileno(py: Py<'_>, b: &Buffered) -> PyResult {
    call::method(py, &*b.raw(py)?, name!("fileno"), [])
}

fn isatty(py: Py<'_>, b: &Buffered) -> PyResult {
    call::method(py, &*b.raw(py)?, name!("isatty"), [])
}

fn tell(py: Py<'_>, b: &Buffered) -> PyResult<i64> {
    let place = b.raw_tell(py)?;
    Ok(place - b.raw_offset())
}

fn seek(py: Py<'_>, b: &Buffered, target: &PyObject, whence: Option<i32>) -> PyResult<i64> {
    let whence = whence.unwrap_or(0);
    let raw = b.raw(py)?;
    if !(0..=2).contains(&whence) && whence != libc::SEEK_DATA && whence != libc::SEEK_HOLE {
        return Err(exceptions::value_error(py, format_args!("whence value {whence} unsupported")));
    }
    b.check_closed(py, "seek of closed file")?;
    check_seekable(py, &raw)?;
    let mut target = offset(py, target, &exceptions::ValueError)?;
    // Inside the buffer no call of the raw stream is needed.
    if whence <= libc::SEEK_CUR && b.readable.get() {
        let current = b.known_place(py)?;
        let ahead = b.ahead() as i64;
        if ahead > 0 {
            let by = if whence == 0 { target.wrapping_sub(current - b.raw_offset()) } else { target };
            if by >= -b.pos.get() && by <= ahead {
                b.pos.set(b.pos.get() + by);
                return Ok(current - ahead + by);
            }
        }
    }
    let _inside = b.enter(py)?;
    if b.writable.get() {
        b.flush_unlocked(py)?;
    }
    if whence == libc::SEEK_CUR {
        target = target.wrapping_sub(b.raw_offset());
    }
    let n = b.raw_seek(py, target, whence)?;
    b.raw_pos.set(-1);
    if b.readable.get() {
        b.reset_read();
    }
    Ok(n)
}

fn truncate(py: Py<'_>, b: &Buffered, place: Option<&PyObject>) -> PyResult {
    let raw = b.raw(py)?;
    b.check_closed(py, "truncate of closed file")?;
    if !b.writable.get() {
        return Err(unsupported(py, "truncate"));
    }
    let _inside = b.enter(py)?;
    b.flush_and_rewind(py)?;
    let none = object::none();
    let r = call::method(py, &raw, name!("truncate"), [place.unwrap_or(&none)])?;
    if let Err(e) = b.raw_tell(py) {
        glue::ignore(e);
    }
    Ok(r)
}

fn sizeof(_: Py<'_>, b: &Buffered) -> usize {
    b.as_object().ty().tp_basicsize.get() as usize + b.size.get()
}

fn get_closed(py: Py<'_>, b: &Buffered) -> PyResult {
    attr::get_name(py, &*b.raw(py)?, name!("closed"))
}

fn get_name(py: Py<'_>, b: &Buffered) -> PyResult {
    attr::get_name(py, &*b.raw(py)?, name!("name"))
}

fn get_mode(py: Py<'_>, b: &Buffered) -> PyResult {
    attr::get_name(py, &*b.raw(py)?, name!("mode"))
}

/// The error of a raw stream that answers with a wrong number.
#[cold]
fn invalid_length(py: Py<'_>, what: &str, n: isize, len: usize) -> PyErr {
    exceptions::format(
        py,
        &exceptions::OSError,
        format_args!("raw {what}() returned invalid length {n} (should have been between 0 and {len})"),
    )
}

/// `iobase::check_closed` is another question; this one is re-exported for the constructors.
use iobase::{check_readable, check_writable};

/// Writes all of it, again after a signal, as the text layer does.
pub fn write_all(py: Py<'_>, b: &Buffered, data: &[u8]) -> PyResult<()> {
    b.raw(py)?;
    write::write_bytes(py, b, data).map(drop)
}

/// The raw file of a stream without Python methods between.
pub fn raw_file(b: &Buffered) -> Option<Owned<fileio::FileObject>> {
    let raw = get(&b.raw).filter(|_| b.ok.get() && b.direct.get())?;
    fileio::check_exact(&raw).map(Object::to_owned)
}
