//! Reading through a buffer (the `_bufferedreader_*` functions).

use super::{Buffered, Raw, invalid_length};
use crate::fileio;
use crate::util::*;
use dxpy_core::abi::*;
use dxpy_core::buffer::{self, View};
use dxpy_core::call::{self, type_name};
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyResult, attr, bytes, exceptions, name, number, object, protocol};

impl Buffered {
    /// `_bufferedreader_raw_read`: into memory that stays where it is.
    ///
    /// # Safety
    /// `len` bytes at `to` can be written, whatever Python code runs meanwhile.
    unsafe fn raw_read(&self, py: Py<'_>, to: *mut u8, len: usize) -> PyResult<Raw> {
        let raw = self.raw(py)?;
        let n = if let Some(f) = fileio::check_exact(&raw) {
            // SAFETY: the caller's promise.
            match fileio::read_into(py, f, unsafe { std::slice::from_raw_parts_mut(to, len) })? {
                None => return Ok(Raw::WouldBlock),
                Some(n) => n,
            }
        } else {
            // The memory that Python code sees is its own, so that it can keep it.
            let own = dxpy_types::bytearray::new(py, &vec![0; len])?;
            let view = dxpy_types::memoryview::from_object(py, own.as_object())?;
            let r = loop {
                match call::method(py, &raw, name!("readinto"), [view.as_object()]) {
                    Ok(r) => break r,
                    Err(e) => trap_eintr(py, e)?,
                }
            };
            if object::is_none(&r) {
                return Ok(Raw::WouldBlock);
            }
            let n = match number::as_ssize(py, &r, &exceptions::ValueError) {
                Ok(n) => n,
                Err(cause) => {
                    let e =
                        exceptions::format(py, &exceptions::OSError, format_args!("raw readinto() failed"));
                    return Err(with_cause(e, cause));
                }
            };
            if n < 0 || n as usize > len {
                return Err(invalid_length(py, "readinto", n, len));
            }
            let got = buffer::to_vec(py, own.as_object())?;
            let n = (n as usize).min(got.len());
            // SAFETY: the caller's promise; `n` is at most `len`.
            unsafe { std::ptr::copy_nonoverlapping(got.as_ptr(), to, n) };
            n
        };
        if n > 0 && self.abs_pos.get() != -1 {
            self.abs_pos.set(self.abs_pos.get() + n as i64);
        }
        Ok(Raw::Done(n))
    }

    /// `_bufferedreader_fill_buffer`.
    fn fill(&self, py: Py<'_>) -> PyResult<Raw> {
        let start = if self.valid_read() { self.read_end.get() as usize } else { 0 };
        if self.buffer.get().is_null() || start > self.size.get() {
            return Ok(Raw::Done(0));
        }
        // SAFETY: inside the buffer; it is not freed while the lock is held.
        let r = unsafe { self.raw_read(py, self.buffer.get().add(start), self.size.get() - start)? };
        if let Raw::Done(n @ 1..) = r {
            self.read_end.set((start + n) as i64);
            self.raw_pos.set((start + n) as i64);
        }
        Ok(r)
    }

    /// Takes `n` bytes that were read ahead.
    fn take(&self, n: usize) -> &[u8] {
        let pos = self.pos.get() as usize;
        self.pos.set((pos + n) as i64);
        // SAFETY: they were read ahead; the slice is used up at once by the callers.
        unsafe { self.bytes(pos, pos + n) }
    }

    /// `_bufferedreader_read_all`.
    fn read_all(&self, py: Py<'_>) -> PyResult {
        let mut data = Vec::new();
        let ahead = self.ahead();
        if ahead > 0 {
            data.extend_from_slice(self.take(ahead));
        }
        if self.writable.get() {
            self.flush_and_rewind(py)?;
        }
        self.reset_read();
        let raw = self.raw(py)?;
        if let Some(readall) = attr::lookup_name(py, &raw, name!("readall"))? {
            let rest = call::call(py, &readall, [])?;
            if let Some(b) = bytes::check(&rest) {
                if data.is_empty() {
                    return Ok(rest);
                }
                data.extend_from_slice(bytes::as_slice(b));
            } else if !object::is_none(&rest) {
                return Err(exceptions::type_error(py, format_args!("readall() should return bytes")));
            } else if data.is_empty() {
                return Ok(rest);
            }
            return Ok(bytes::new(py, &data)?.upcast());
        }
        loop {
            let more = call::method(py, &raw, name!("read"), [])?;
            let b = bytes::check(&more);
            if b.is_none() && !object::is_none(&more) {
                return Err(exceptions::type_error(py, format_args!("read() should return bytes")));
            }
            match b.map(bytes::as_slice) {
                Some(s) if !s.is_empty() => {
                    data.extend_from_slice(s);
                    if self.abs_pos.get() != -1 {
                        self.abs_pos.set(self.abs_pos.get() + s.len() as i64);
                    }
                }
                _ if data.is_empty() => return Ok(more),
                _ => return Ok(bytes::new(py, &data)?.upcast()),
            }
        }
    }

    /// `_bufferedreader_read_generic`.
    fn read_generic(&self, py: Py<'_>, n: usize) -> PyResult {
        let ahead = self.ahead();
        if n <= ahead {
            return Ok(bytes::new(py, self.take(n))?.upcast());
        }
        let mut out: Vec<u8> = Vec::new();
        if out.try_reserve_exact(n).is_err() {
            return Err(exceptions::memory_error(py));
        }
        if ahead > 0 {
            out.extend_from_slice(self.take(ahead));
        }
        if self.writable.get() {
            self.flush_and_rewind(py)?;
        }
        self.reset_read();
        let finish = |out: Vec<u8>, end: bool| -> PyResult {
            if end || !out.is_empty() { Ok(bytes::new(py, &out)?.upcast()) } else { Ok(object::none()) }
        };
        // Whole blocks go straight to the result; the rest comes through the buffer.
        let size = self.size.get().max(1);
        while n - out.len() >= size {
            let block = (n - out.len()) / size * size;
            // SAFETY: there is room behind what was read; nobody else knows the vector.
            let r = unsafe { self.raw_read(py, out.as_mut_ptr().add(out.len()), block)? };
            match r {
                Raw::Done(0) => return finish(out, true),
                // SAFETY: that many bytes were written there.
                Raw::Done(k) => unsafe { out.set_len(out.len() + k) },
                Raw::WouldBlock => return finish(out, false),
            }
        }
        self.pos.set(0);
        self.raw_pos.set(0);
        self.read_end.set(0);
        while out.len() < n && (self.read_end.get() as usize) < self.size.get() {
            match self.fill(py)? {
                Raw::Done(0) => return finish(out, true),
                Raw::Done(k) => {
                    let k = k.min(n - out.len()).min(self.ahead());
                    out.extend_from_slice(self.take(k));
                }
                Raw::WouldBlock => return finish(out, false),
            }
        }
        finish(out, true)
    }

    /// `_buffered_readline`.
    fn line(&self, py: Py<'_>, limit: isize) -> PyResult<Owned<PyBytesObject>> {
        self.check_closed(py, "readline of closed file")?;
        let mut left = usize::try_from(limit).unwrap_or(usize::MAX);
        let n = self.ahead().min(left);
        let pos = self.pos.get() as usize;
        // SAFETY: what was read ahead; nothing runs while the slice lives.
        let ahead = if n > 0 { unsafe { self.bytes(pos, pos + n) } } else { &[] };
        if let Some(i) = find_newline(ahead) {
            return bytes::new(py, self.take(i + 1));
        }
        if n == left {
            return bytes::new(py, if n > 0 { self.take(n) } else { &[] });
        }
        let _inside = self.enter(py)?;
        let mut out = Vec::new();
        if n > 0 {
            out.extend_from_slice(self.take(n));
            left -= n;
        }
        if self.writable.get() {
            self.flush_and_rewind(py)?;
        }
        loop {
            self.reset_read();
            let Raw::Done(n @ 1..) = self.fill(py)? else { break };
            self.pos.set(0);
            let n = n.min(left);
            // SAFETY: what was just read; nothing runs while the slice lives.
            let end = find_newline(unsafe { self.bytes(0, n) });
            out.extend_from_slice(self.take(end.map_or(n, |i| i + 1)));
            left -= n;
            if end.is_some() || left == 0 {
                break;
            }
        }
        bytes::new(py, &out)
    }

    /// `_buffered_readinto_generic`.
    fn fill_view(&self, py: Py<'_>, view: &View, once: bool) -> PyResult<Option<usize>> {
        self.raw(py)?;
        self.check_closed(py, "readinto of closed file")?;
        let to = view.raw().buf.get() as *mut u8;
        let len = view.len();
        let ahead = self.ahead();
        let mut written = ahead.min(len);
        // What is ahead stays for a view of no bytes.
        if ahead > 0 {
            let from = self.take(written);
            // SAFETY: the view is writable and as long as said; the buffer is other memory.
            unsafe { std::ptr::copy(from.as_ptr(), to, written) };
            if written == len {
                return Ok(Some(written));
            }
        }
        let _inside = self.enter(py)?;
        if self.writable.get() {
            self.flush_and_rewind(py)?;
        }
        self.reset_read();
        self.pos.set(0);
        while written < len {
            let rest = len - written;
            let r = if rest > self.size.get() {
                // SAFETY: inside the view, which its exporter keeps.
                unsafe { self.raw_read(py, to.add(written), rest)? }
            } else if once && written > 0 {
                Raw::Done(0)
            } else {
                match self.fill(py)? {
                    Raw::Done(n @ 1..) => {
                        let n = n.min(rest).min(self.ahead());
                        let from = self.take(n);
                        // SAFETY: as above.
                        unsafe { std::ptr::copy(from.as_ptr(), to.add(written), n) };
                        written += n;
                        continue;
                    }
                    r => r,
                }
            };
            match r {
                Raw::Done(0) => break,
                Raw::Done(n) => {
                    written += n;
                    if once {
                        break;
                    }
                }
                Raw::WouldBlock if written > 0 => break,
                Raw::WouldBlock => return Ok(None),
            }
        }
        Ok(Some(written))
    }
}

fn find_newline(s: &[u8]) -> Option<usize> {
    memchr::memchr(b'\n', s)
}

/// `raise e from cause`.
fn with_cause(e: dxpy_core::PyErr, cause: dxpy_core::PyErr) -> dxpy_core::PyErr {
    let v = e.value();
    let cause = cause.into_value();
    set(&v.context, Some(cause.clone()));
    set(&v.cause, Some(cause));
    v.suppress_context.set(1);
    e
}

/// `read(size=-1)`.
pub fn read(py: Py<'_>, b: &Buffered, size: Option<Size>) -> PyResult {
    let n = size.map_or(-1, |s| s.0);
    b.raw(py)?;
    if n < -1 {
        return Err(value_error(py, "read length must be non-negative or -1"));
    }
    b.check_closed(py, "read of closed file")?;
    if n == -1 {
        let _inside = b.enter(py)?;
        return b.read_all(py);
    }
    let n = n as usize;
    if n > 0 && n <= b.ahead() {
        return Ok(bytes::new(py, b.take(n))?.upcast());
    }
    let _inside = b.enter(py)?;
    if n == 0 {
        return Ok(bytes::empty().upcast());
    }
    b.read_generic(py, n)
}

/// `read1(size=-1)`.
pub fn read1(py: Py<'_>, b: &Buffered, size: Option<isize>) -> PyResult<Owned<PyBytesObject>> {
    b.raw(py)?;
    let n = size.filter(|n| *n >= 0).map_or(b.size.get(), |n| n as usize);
    b.check_closed(py, "read of closed file")?;
    if n == 0 {
        return Ok(bytes::empty());
    }
    let ahead = b.ahead();
    if ahead > 0 {
        return bytes::new(py, b.take(n.min(ahead)));
    }
    let mut out: Vec<u8> = Vec::new();
    if out.try_reserve_exact(n).is_err() {
        return Err(exceptions::memory_error(py));
    }
    let _inside = b.enter(py)?;
    b.reset_read();
    // SAFETY: there is room; nobody else knows the vector.
    let r = unsafe { b.raw_read(py, out.as_mut_ptr(), n)? };
    if let Raw::Done(k) = r {
        // SAFETY: that many bytes were written there.
        unsafe { out.set_len(k) };
    }
    bytes::new(py, &out)
}

/// `peek(size=0)`.
pub fn peek(py: Py<'_>, b: &Buffered, _: Option<isize>) -> PyResult<Owned<PyBytesObject>> {
    b.raw(py)?;
    b.check_closed(py, "peek of closed file")?;
    let _inside = b.enter(py)?;
    if b.writable.get() {
        b.flush_and_rewind(py)?;
    }
    let ahead = b.ahead();
    let pos = b.pos.get() as usize;
    if ahead > 0 {
        // SAFETY: it was read ahead; making a bytes object runs nothing.
        return bytes::new(py, unsafe { b.bytes(pos, pos + ahead) });
    }
    b.reset_read();
    let r = b.fill(py)?;
    b.pos.set(0);
    match r {
        // SAFETY: as above.
        Raw::Done(n) if n > 0 => bytes::new(py, unsafe { b.bytes(0, n) }),
        _ => Ok(bytes::empty()),
    }
}

fn count(py: Py<'_>, n: Option<usize>) -> PyResult {
    match n {
        Some(n) => Ok(dxpy_core::long::from_u64(py, n as u64)?.upcast()),
        None => Ok(object::none()),
    }
}

/// `readinto(buffer)`.
pub fn readinto(py: Py<'_>, b: &Buffered, to: &PyObject) -> PyResult {
    let view = writable(py, to, "readinto", "argument")?;
    let n = b.fill_view(py, &view, false)?;
    count(py, n)
}

/// `readinto1(buffer)`.
pub fn readinto1(py: Py<'_>, b: &Buffered, to: &PyObject) -> PyResult {
    let view = writable(py, to, "readinto1", "argument")?;
    let n = b.fill_view(py, &view, true)?;
    count(py, n)
}

/// `readline(size=-1)`.
pub fn readline(py: Py<'_>, b: &Buffered, size: Option<Size>) -> PyResult<Owned<PyBytesObject>> {
    b.raw(py)?;
    b.line(py, size.map_or(-1, |s| s.0))
}

/// `__next__`.
pub fn next(py: Py<'_>, b: &Buffered) -> PyResult<Option<Owned>> {
    b.raw(py)?;
    let ty = b.as_object().ty();
    let line = if ty.is(&super::types::BufferedReader.0) || ty.is(&super::types::BufferedRandom.0) {
        b.line(py, -1)?.upcast()
    } else {
        let line = call::method(py, b.as_object(), name!("readline"), [])?;
        if bytes::check(&line).is_none() {
            return Err(exceptions::format(
                py,
                &exceptions::OSError,
                format_args!(
                    "readline() should have returned a bytes object, not '{}'",
                    type_name(line.ty())
                ),
            ));
        }
        line
    };
    Ok((protocol::len(py, &line)? > 0).then_some(line))
}
