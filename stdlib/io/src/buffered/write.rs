//! Writing through a buffer (the `_bufferedwriter_*` functions).

use super::{Buffered, Raw, invalid_length};
use crate::fileio;
use crate::util::*;
use dxpy_core::buffer::View;
use dxpy_core::call;
use dxpy_core::ptr::Object;
use dxpy_core::{Py, PyErr, PyResult, bytes, exceptions, glue, name, number, object};

const BLOCKED: &str = "write could not complete without blocking";

impl Buffered {
    /// `_bufferedwriter_raw_write`.
    fn raw_write(&self, py: Py<'_>, data: &[u8]) -> PyResult<Raw> {
        let raw = self.raw(py)?;
        let n = if let Some(f) = fileio::check_exact(&raw) {
            match fileio::write_from(py, f, data)? {
                None => return Ok(Raw::WouldBlock),
                Some(n) => n,
            }
        } else {
            // What Python code gets is its own, so that it can keep it.
            let own = bytes::new(py, data)?;
            let view = dxpy_types::memoryview::from_object(py, own.as_object())?;
            // The error number to report is the one that the method leaves behind.
            dxpy_host::Errno(0).set_last();
            let r = loop {
                match call::method(py, &raw, name!("write"), [view.as_object()]) {
                    Ok(r) => break r,
                    Err(e) => trap_eintr(py, e)?,
                }
            };
            let errno = dxpy_host::Errno::last();
            if object::is_none(&r) {
                errno.set_last();
                return Ok(Raw::WouldBlock);
            }
            let n = number::as_ssize(py, &r, &exceptions::ValueError)?;
            if n < 0 || n as usize > data.len() {
                return Err(invalid_length(py, "write", n, data.len()));
            }
            n as usize
        };
        if n > 0 && self.abs_pos.get() != -1 {
            self.abs_pos.set(self.abs_pos.get() + n as i64);
        }
        Ok(Raw::Done(n))
    }

    /// `_bufferedwriter_flush_unlocked`.
    pub(super) fn flush_unlocked(&self, py: Py<'_>) -> PyResult<()> {
        if !self.valid_write() || self.write_pos.get() == self.write_end.get() {
            self.reset_write();
            return Ok(());
        }
        let back = self.raw_offset() + (self.pos.get() - self.write_pos.get());
        if back != 0 {
            self.raw_seek(py, -back, libc::SEEK_CUR)?;
            self.raw_pos.set(self.raw_pos.get() - back);
        }
        while self.write_pos.get() < self.write_end.get() {
            let (from, to) = (self.write_pos.get() as usize, self.write_end.get() as usize);
            // SAFETY: what is to be written; the lock keeps others from it.
            let n = match self.raw_write(py, unsafe { self.bytes(from, to) })? {
                Raw::Done(n) => n,
                Raw::WouldBlock => return Err(blocking_error(py, BLOCKED, 0)),
            };
            self.write_pos.set((from + n) as i64);
            self.raw_pos.set(self.write_pos.get());
            check_signals(py)?;
        }
        self.reset_write();
        Ok(())
    }
}

/// `_buffered_check_blocking_error`.
fn is_blocking(e: &PyErr) -> bool {
    exceptions::matches(e, &exceptions::BlockingIOError)
}

/// `write(buffer)`.
pub fn write(py: Py<'_>, b: &Buffered, view: View) -> PyResult<usize> {
    b.raw(py)?;
    write_bytes(py, b, view.bytes())
}

/// `write` of bytes that stay while Python code runs.
pub fn write_bytes(py: Py<'_>, b: &Buffered, data: &[u8]) -> PyResult<usize> {
    let _inside = b.enter(py)?;
    if b.is_closed(py)? {
        return Err(value_error(py, "write to closed file"));
    }
    let size = b.size.get();
    if !b.valid_read() && !b.valid_write() {
        b.pos.set(0);
        b.raw_pos.set(0);
    }
    // All of it fits behind what is there.
    let room = size.saturating_sub(b.pos.get() as usize);
    if data.len() <= room && data.len() < size {
        b.put(b.pos.get(), data);
        if !b.valid_write() || b.write_pos.get() > b.pos.get() {
            b.write_pos.set(b.pos.get());
        }
        b.adjust(b.pos.get() + data.len() as i64);
        if b.write_end.get() < b.pos.get() {
            b.write_end.set(b.pos.get());
        }
        return Ok(data.len());
    }
    if let Err(e) = b.flush_unlocked(py) {
        if !is_blocking(&e) {
            return Err(e);
        }
        if b.readable.get() {
            b.reset_read();
        }
        // What could not be written moves to the beginning.
        let (from, to) = (b.write_pos.get(), b.write_end.get());
        // SAFETY: the bytes move inside the buffer.
        unsafe {
            let p = b.buffer.get();
            std::ptr::copy(p.add(from as usize), p, (to - from) as usize);
        }
        b.write_end.set(to - from);
        b.raw_pos.set(b.raw_pos.get() - from);
        b.pos.set(b.pos.get() - from);
        b.write_pos.set(0);
        let room = size - b.write_end.get() as usize;
        let n = room.min(data.len());
        b.put(b.write_end.get(), &data[..n]);
        b.write_end.set(b.write_end.get() + n as i64);
        b.pos.set(b.pos.get() + n as i64);
        if n == data.len() {
            glue::ignore(e);
            return Ok(n);
        }
        return Err(blocking_error(py, BLOCKED, n));
    }
    let off = b.raw_offset();
    if off != 0 {
        b.raw_seek(py, -off, libc::SEEK_CUR)?;
        b.raw_pos.set(b.raw_pos.get() - off);
    }
    let mut written = 0;
    while data.len() - written > size {
        match b.raw_write(py, &data[written..])? {
            Raw::Done(n) => written += n,
            Raw::WouldBlock => {
                // As much as there is room for is kept.
                b.put(0, &data[written..written + size]);
                b.raw_pos.set(0);
                b.adjust(size as i64);
                b.write_pos.set(0);
                b.write_end.set(size as i64);
                return Err(blocking_error(py, BLOCKED, written + size));
            }
        }
        check_signals(py)?;
    }
    if b.readable.get() {
        b.reset_read();
    }
    let rest = &data[written..];
    b.put(0, rest);
    b.write_pos.set(0);
    b.write_end.set(rest.len() as i64);
    b.adjust(rest.len() as i64);
    b.raw_pos.set(0);
    Ok(data.len())
}
