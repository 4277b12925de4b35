//! Where an unpickler reads: bytes in memory, or a file whose `peek` is used so that what follows the pickle stays in it.

use super::unpickling_error;
use crate::fields::get;
use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, buffer, bytes, call, exceptions, long};

/// How many bytes `peek` is asked for (`PREFETCH`).
const PREFETCH: usize = 128 * 1024;

/// The methods of a file.
pub struct File<'a> {
    pub read: &'a Cell<*mut PyObject>,
    pub readline: &'a Cell<*mut PyObject>,
    pub peek: &'a Cell<*mut PyObject>,
}

/// Bytes at hand, and how many of them were read.
#[derive(Default)]
pub struct Input {
    /// What holds the bytes: a view of the object they were given in.
    view: Option<buffer::View>,
    pos: usize,
    /// Where the bytes begin that were peeked at and are still in the file.
    peeked: Option<usize>,
}

#[cold]
pub fn truncated(py: Py<'_>) -> PyErr {
    unpickling_error(py, format_args!("pickle data was truncated"))
}

impl Input {
    /// The bytes of an object.
    pub fn of(py: Py<'_>, o: &PyObject) -> PyResult<Input> {
        Ok(Input { view: Some(buffer::View::simple(py, o)?), pos: 0, peeked: None })
    }

    fn all(&self) -> &[u8] {
        self.view.as_ref().map_or(&[], |v| v.bytes())
    }

    /// What is at hand and not read.
    fn rest(&self) -> &[u8] {
        &self.all()[self.pos.min(self.all().len())..]
    }

    /// Reads over peeked bytes in the file that were read here (`_Unpickler_SkipConsumed`).
    pub fn skip_consumed(&mut self, py: Py<'_>, f: &File<'_>) -> PyResult<()> {
        let Some(from) = self.peeked.take() else { return Ok(()) };
        let n = self.pos - from;
        if n == 0 {
            return Ok(());
        }
        let Some(read) = get(f.read) else { return Ok(()) };
        call::call(py, &read, [long::from_i64(py, n as i64)?.as_object()]).map(drop)
    }

    /// Takes the bytes that a file gave.
    fn take(&mut self, py: Py<'_>, data: &PyObject) -> PyResult<usize> {
        if bytes::check(data).is_none() && !buffer::check(data) {
            let given = call::type_name(data.ty());
            return Err(exceptions::type_error(
                py,
                format_args!("a bytes-like object is required, not '{given}'"),
            ));
        }
        *self = Input::of(py, data)?;
        Ok(self.all().len())
    }

    /// `_Unpickler_ReadFromFile`: at least `n` bytes if the file has them, or a line; how many are at hand.
    fn fetch(&mut self, py: Py<'_>, f: &File<'_>, n: Option<usize>) -> PyResult<usize> {
        let Some(read) = get(f.read) else { return Ok(0) };
        self.skip_consumed(py, f)?;
        let Some(n) = n else {
            let Some(readline) = get(f.readline) else { return Ok(0) };
            return self.take(py, &*call::call(py, &readline, [])?);
        };
        let int = |n: usize| long::from_i64(py, n as i64);
        if n < PREFETCH
            && let Some(peek) = get(f.peek)
        {
            match call::call(py, &peek, [int(PREFETCH)?.as_object()]) {
                Ok(data) => {
                    let len = self.take(py, &data)?;
                    self.peeked = Some(0);
                    if n <= len {
                        return Ok(len);
                    }
                    self.peeked = None;
                }
                Err(e) if exceptions::matches(&e, &exceptions::NotImplementedError) => {
                    dxpy_core::object::clear_field(f.peek);
                }
                Err(e) => return Err(e),
            }
        }
        self.take(py, &*call::call(py, &read, [int(n)?.as_object()])?)
    }

    /// `_Unpickler_Read`: exactly `n` bytes, given to `g`, which does not run Python code.
    pub fn read<R>(&mut self, py: Py<'_>, f: &File<'_>, n: usize, g: impl FnOnce(&[u8]) -> R) -> PyResult<R> {
        if self.rest().len() < n && self.fetch(py, f, Some(n))? < n {
            return Err(truncated(py));
        }
        let r = g(&self.rest()[..n]);
        self.pos += n;
        Ok(r)
    }

    /// Makes `n` bytes be at hand, without reading them.
    pub fn ensure(&mut self, py: Py<'_>, f: &File<'_>, n: usize) -> PyResult<()> {
        self.read(py, f, n, |_| ())?;
        self.pos -= n;
        Ok(())
    }

    /// `N` bytes.
    pub fn array<const N: usize>(&mut self, py: Py<'_>, f: &File<'_>) -> PyResult<[u8; N]> {
        self.read(py, f, N, |b| {
            let mut a = [0; N];
            a.copy_from_slice(b);
            a
        })
    }

    /// `_Unpickler_Readline`: a line without its end.
    pub fn line(&mut self, py: Py<'_>, f: &File<'_>) -> PyResult<Vec<u8>> {
        let end = |b: &[u8]| b.iter().position(|c| *c == b'\n');
        let n = match end(self.rest()) {
            Some(n) => n,
            None => {
                self.fetch(py, f, None)?;
                match self.rest().split_last() {
                    Some((b'\n', line)) => line.len(),
                    _ => return Err(truncated(py)),
                }
            }
        };
        let line = self.rest()[..n].to_vec();
        self.pos += n + 1;
        Ok(line)
    }

    /// `n` bytes as an object; a file that gives them as such is not copied from.
    pub fn bytes_object(&mut self, py: Py<'_>, f: &File<'_>, n: usize) -> PyResult<Owned<PyBytesObject>> {
        if self.rest().len() >= n || f.read.get().is_null() || n < PREFETCH {
            return self.read(py, f, n, |b| bytes::new(py, b))?;
        }
        let mut start = self.rest().to_vec();
        self.pos += start.len();
        self.skip_consumed(py, f)?;
        *self = Input::default();
        let Some(read) = get(f.read) else { return Err(truncated(py)) };
        let more = call::call(py, &read, [long::from_i64(py, (n - start.len()) as i64)?.as_object()])?;
        if let Some(b) = bytes::check_exact(&more)
            && start.is_empty()
            && bytes::as_slice(b).len() == n
        {
            return Ok(b.to_owned());
        }
        start.extend_from_slice(buffer::View::simple(py, &more)?.bytes());
        if start.len() < n {
            return Err(truncated(py));
        }
        bytes::new(py, &start[..n])
    }
}
