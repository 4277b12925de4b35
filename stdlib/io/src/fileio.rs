//! `FileIO`: a descriptor as a raw stream (`Modules/_io/fileio.c`).

use crate::DEFAULT_BUFFER_SIZE;
use crate::iobase::{self, IoBase, RawIOBase, begin_dealloc, end_dealloc};
use crate::util::{writable as writable_buffer, *};
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::args::bind_call;
use dxpy_core::buffer::View;
use dxpy_core::call::{self, type_name};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, bytes, codecs, exceptions, getset, glue, long, members, methods, name,
    object, protocol, signature, tuple, unicode,
};
use dxpy_host::{Errno, fd, fs};
use std::cell::Cell;
use std::ffi::CString;
use std::mem::offset_of;

/// The most bytes that one call of the system is asked for (`_PY_READ_MAX`).
const MOST: usize = 0x7FFF_F000;

/// `fileio`. All zero is a closed file: the descriptor is kept one too high.
#[repr(C)]
pub struct FileObject {
    pub base: IoBase,
    /// The descriptor plus one; 0 is none.
    fd: Cell<i32>,
    created: Cell<bool>,
    readable: Cell<bool>,
    writable: Cell<bool>,
    appending: Cell<bool>,
    /// 0 unknown, 1 no, 2 yes.
    seekable: Cell<u8>,
    keep_fd: Cell<bool>,
    finalizing: Cell<bool>,
    blksize: Cell<u32>,
}
// SAFETY: `#[repr(C)]`, and the header is first.
unsafe impl Layout for FileObject {}

/// `_io.FileIO`.
pub static FileIO: StaticType = StaticType::new::<FileObject>(c"_io.FileIO")
    .flags(Py_TPFLAGS_BASETYPE)
    .base(&RawIOBase)
    .doc(c"FileIO(file, mode='r', closefd=True, opener=None)\n--\n\nA descriptor as a raw stream.")
    .create(glue::create(|py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>| {
        object::tp_alloc(py, ty, 0)
    }))
    .init(glue::init(init))
    .dealloc(glue::dealloc(dealloc))
    .repr(glue::unary(repr))
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&GETSET);

methods! { static METHODS: for FileObject [
    "read" = read [1], "($self, size=-1, /)", "Up to size bytes by one call of the system; all if size is negative.", defining;
    "readall" = readall [0], "($self, /)", "All bytes up to the end; None if none are there yet.";
    "readinto" = readinto [1], "($self, buffer, /)", "Reads into memory that can be written.", defining;
    "write" = write [1], "($self, b, /)", "Writes bytes by one call of the system and gives how many it took.", defining;
    "seek" = seek [2], "($self, pos, whence=0, /)", "Moves to a place and gives it.";
    "tell" = tell [0], "($self, /)", "The current place.";
    "truncate" = truncate [1], "($self, size=None, /)", "Cuts or extends the file; the place stays.", defining;
    "close" = close [0], "($self, /)", "Closes the descriptor, if it is the stream's own.", defining;
    "seekable" = seekable [0], "($self, /)", "Whether places can be chosen.";
    "readable" = readable [0], "($self, /)", "Whether it was opened for reading.";
    "writable" = writable [0], "($self, /)", "Whether it was opened for writing.";
    "fileno" = fileno [0], "($self, /)", "The descriptor.";
    "isatty" = isatty [0], "($self, /)", "Whether the descriptor is a terminal.";
    "_dealloc_warn" = dealloc_warn_method [1], "?($self, source, /)", "";
    "__reduce__" = cannot_pickle::<FileObject> [0], "?($self, /)", "";
    "__reduce_ex__" = cannot_pickle_ex::<FileObject> [1], "?($self, protocol, /)", "";
] }

members! { static MEMBERS [
    "_blksize" = T_UINT, offset_of!(FileObject, blksize), 0, "";
    "_finalizing" = T_BOOL, offset_of!(FileObject, finalizing), 0, "";
] }

getset! { static GETSET [
    "closed" = |_: Py<'_>, f: &FileObject| Ok(dxpy_core::boolean::new(f.descriptor() < 0)), "True if the file is closed";
    "closefd" = |_: Py<'_>, f: &FileObject| Ok(dxpy_core::boolean::new(!f.keep_fd.get())), "Whether closing closes the descriptor.";
    "mode" = |py: Py<'_>, f: &FileObject| unicode::from_str(py, f.mode()), "The mode.";
] }

impl FileObject {
    fn descriptor(&self) -> i32 {
        self.fd.get().wrapping_sub(1)
    }

    fn set_descriptor(&self, fd: i32) {
        self.fd.set(fd.wrapping_add(1));
    }

    fn mode(&self) -> &'static str {
        let reads = self.readable.get();
        match (self.created.get(), self.appending.get()) {
            (true, _) if reads => "xb+",
            (true, _) => "xb",
            (_, true) if reads => "ab+",
            (_, true) => "ab",
            _ if reads && self.writable.get() => "rb+",
            _ if reads => "rb",
            _ => "wb",
        }
    }

    /// The descriptor, or the error for a closed file.
    fn open(&self, py: Py<'_>) -> PyResult<i32> {
        match self.descriptor() {
            fd if fd < 0 => Err(iobase::closed_error(py)),
            fd => Ok(fd),
        }
    }
}

/// Is this exactly a `FileIO`, so that nothing of it is overridden?
pub fn check_exact(o: &PyObject) -> Option<&FileObject> {
    // SAFETY: LAYOUT: the type says so.
    o.ty().is(&FileIO.0).then(|| unsafe { &*(o as *const PyObject as *const FileObject) })
}

/// Whether an exact file is closed.
pub fn is_closed(f: &FileObject) -> bool {
    f.descriptor() < 0
}

fn dealloc(py: Py<'_>, f: &FileObject) {
    if begin_dealloc(py, &f.base) {
        end_dealloc(&f.base);
    }
}

/// The descriptor of an integer argument; a negative one is an error, and what is no integer is not one.
fn descriptor_argument(py: Py<'_>, o: &PyObject) -> PyResult<Option<i32>> {
    match as_int(py, o) {
        Ok(fd) if fd < 0 => Err(value_error(py, "negative file descriptor")),
        Ok(fd) => Ok(Some(fd)),
        Err(e) => {
            glue::ignore(e);
            Ok(None)
        }
    }
}

fn bad_mode(py: Py<'_>) -> PyErr {
    value_error(py, "Must have exactly one of create/read/write/append mode and at most one plus")
}

/// `FileIO.__init__`.
fn init(py: Py<'_>, f: &FileObject, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let sig = signature!("FileIO", "(file, mode='r', closefd=True, opener=None)");
    bind_call(py, sig, args, kw, |b| {
        let mode = match b.arg::<Option<&PyUnicodeObject>>(py, 1)? {
            None => "r".to_owned(),
            Some(m) => {
                let m = unicode::utf8(py, m)?;
                if m.contains('\0') {
                    return Err(value_error(py, "embedded null character"));
                }
                m.into_owned()
            }
        };
        let close_fd = b.arg::<Option<bool>>(py, 2)?.unwrap_or(true);
        let opener = b.get(3).filter(|o| !object::is_none(o));
        open_file(py, f, b.arg(py, 0)?, &mode, close_fd, opener)
    })
}

fn open_file(
    py: Py<'_>,
    f: &FileObject,
    file: &PyObject,
    mode: &str,
    close_fd: bool,
    opener: Option<&PyObject>,
) -> PyResult<()> {
    if f.descriptor() >= 0 {
        if f.keep_fd.get() {
            f.set_descriptor(-1);
        } else {
            internal_close(py, f)?;
        }
    }
    let given = descriptor_argument(py, file)?;
    let path = if given.is_none() { Some(codecs::fs_path(py, file)?) } else { None };
    for cell in [&f.created, &f.readable, &f.writable, &f.appending] {
        cell.set(false);
    }
    f.seekable.set(0);
    let (mut flags, mut seen, mut plus) = (libc::O_CLOEXEC, false, false);
    for c in mode.chars() {
        match c {
            'x' | 'r' | 'w' | 'a' => {
                if seen {
                    return Err(bad_mode(py));
                }
                seen = true;
                match c {
                    'x' => {
                        f.created.set(true);
                        f.writable.set(true);
                        flags |= libc::O_EXCL | libc::O_CREAT;
                    }
                    'r' => f.readable.set(true),
                    'w' => {
                        f.writable.set(true);
                        flags |= libc::O_CREAT | libc::O_TRUNC;
                    }
                    _ => {
                        f.writable.set(true);
                        f.appending.set(true);
                        flags |= libc::O_APPEND | libc::O_CREAT;
                    }
                }
            }
            'b' => {}
            '+' => {
                if plus {
                    return Err(bad_mode(py));
                }
                plus = true;
                f.readable.set(true);
                f.writable.set(true);
            }
            _ => return Err(exceptions::value_error(py, format_args!("invalid mode: {mode}"))),
        }
    }
    if !seen {
        return Err(bad_mode(py));
    }
    flags |= match (f.readable.get(), f.writable.get()) {
        (true, true) => libc::O_RDWR,
        (true, false) => libc::O_RDONLY,
        _ => libc::O_WRONLY,
    };
    dxpy_core::audit::event_with(py, "open", || {
        let (mode, flags) = (unicode::from_str(py, mode)?, long::from_i64(py, flags.into())?);
        tuple::from_iter(py, [file.to_owned(), mode.upcast(), flags.upcast()])
    })?;
    match given {
        Some(fd) => {
            f.set_descriptor(fd);
            f.keep_fd.set(!close_fd);
        }
        None => {
            f.keep_fd.set(false);
            if !close_fd {
                return Err(value_error(py, "Cannot use closefd=False with file name"));
            }
            f.set_descriptor(open_descriptor(py, file, path.as_deref(), flags, opener)?);
        }
    }
    let checked = after_open(py, f, file);
    if checked.is_err() {
        match given {
            // Not this stream's to close.
            Some(_) => f.set_descriptor(-1),
            // What closing says is nothing beside the error.
            None => drop(internal_close(py, f)),
        }
    }
    checked
}

fn open_descriptor(
    py: Py<'_>,
    file: &PyObject,
    path: Option<&PyBytesObject>,
    flags: i32,
    opener: Option<&PyObject>,
) -> PyResult<i32> {
    let Some(opener) = opener else {
        let path = CString::new(path.map(bytes::as_slice).unwrap_or_default())
            .map_err(|_| value_error(py, "embedded null byte"))?;
        return retry(py, || fd::open(&path, flags, 0o666, None))?.map_err(|e| os_error(py, e, Some(file)));
    };
    let flags = long::from_i64(py, flags as i64)?;
    let fd = call::call(py, opener, [file, flags.as_object()])?;
    if long::check(&fd).is_none() {
        return Err(exceptions::type_error(py, format_args!("expected integer from opener")));
    }
    let fd = as_int(py, &fd)?;
    if fd < 0 {
        return Err(exceptions::value_error(py, format_args!("opener returned {fd}")));
    }
    fd::set_inheritable(fd, false).map_err(|e| os_error(py, e, None))?;
    Ok(fd)
}

/// What is checked and noted of a fresh descriptor.
fn after_open(py: Py<'_>, f: &FileObject, file: &PyObject) -> PyResult<()> {
    f.blksize.set(DEFAULT_BUFFER_SIZE as u32);
    match fs::fstat(f.descriptor()) {
        Err(e) if e.0 == libc::EBADF => return Err(os_error(py, e, None)),
        Err(_) => {}
        Ok(s) => {
            if s.mode & libc::S_IFMT == libc::S_IFDIR {
                return Err(os_error(py, Errno(libc::EISDIR), Some(file)));
            }
            if s.blksize > 1 {
                f.blksize.set(s.blksize as u32);
            }
        }
    }
    attr::set_name(py, f.base.ob_base.as_object(), name!("name"), file)?;
    if f.appending.get() {
        // A pipe has no end to go to.
        if fd::lseek(f.descriptor(), 0, libc::SEEK_END).is_ok() && f.seekable.get() == 0 {
            f.seekable.set(2);
        }
    }
    Ok(())
}

fn internal_close(py: Py<'_>, f: &FileObject) -> PyResult<()> {
    let fd = f.descriptor();
    if fd < 0 {
        return Ok(());
    }
    f.set_descriptor(-1);
    fd::close(fd).map_err(|e| os_error(py, e, None))
}

fn close(py: Py<'_>, f: &FileObject) -> PyResult {
    // The base's method flushes, which a subclass may have made something of.
    let flushed = iobase::close(py, &f.base);
    if f.keep_fd.get() {
        f.set_descriptor(-1);
        return flushed.map(|()| object::none());
    }
    if f.finalizing.get() {
        dealloc_warn(py, f, f.as_object());
    }
    chain(flushed.err(), internal_close(py, f).map(|()| object::none()))
}

/// `fileio_dealloc_warn`.
fn dealloc_warn(py: Py<'_>, f: &FileObject, source: &PyObject) {
    if f.descriptor() < 0 || f.keep_fd.get() {
        return;
    }
    let pending = PyErr::take(py);
    let text = protocol::repr(py, source).map(|r| unicode::display(r.as_object()));
    let warned =
        text.and_then(|t| exceptions::resource_warning(py, source, 1, format_args!("unclosed file {t}")));
    if let Err(e) = warned {
        if exceptions::matches(&e, &exceptions::Warning) {
            exceptions::unraisable(py, e, Some(f.as_object()));
        } else {
            glue::ignore(e);
        }
    }
    if let Some(e) = pending {
        e.restore(py);
    }
}

fn dealloc_warn_method(py: Py<'_>, f: &FileObject, source: &PyObject) {
    dealloc_warn(py, f, source);
}

fn wrong_mode(py: Py<'_>, action: &str) -> PyErr {
    unsupported(py, &format!("File not open for {action}"))
}

/// An open, readable file.
fn reading(py: Py<'_>, f: &FileObject) -> PyResult<i32> {
    let fd = f.open(py)?;
    if f.readable.get() { Ok(fd) } else { Err(wrong_mode(py, "reading")) }
}

/// An open, writable file.
fn writing(py: Py<'_>, f: &FileObject) -> PyResult<i32> {
    let fd = f.open(py)?;
    if f.writable.get() { Ok(fd) } else { Err(wrong_mode(py, "writing")) }
}

/// None where nothing is there yet.
fn would_block<T>(py: Py<'_>, r: dxpy_host::Result<T>) -> PyResult<Option<T>> {
    match r {
        Ok(n) => Ok(Some(n)),
        Err(e) if e.0 == libc::EAGAIN => Ok(None),
        Err(e) => Err(os_error(py, e, None)),
    }
}

/// `readinto` of plain memory; None where nothing is there yet.
pub fn read_into(py: Py<'_>, f: &FileObject, to: &mut [u8]) -> PyResult<Option<usize>> {
    let fd = reading(py, f)?;
    let n = to.len().min(MOST);
    let r = retry(py, || fd::read(fd, &mut to[..n]))?;
    would_block(py, r)
}

/// `write` of plain memory; None where nothing can be taken yet.
pub fn write_from(py: Py<'_>, f: &FileObject, from: &[u8]) -> PyResult<Option<usize>> {
    let fd = writing(py, f)?;
    let from = &from[..from.len().min(MOST)];
    let r = retry(py, || fd::write(fd, from))?;
    would_block(py, r)
}

/// A number of bytes, or None.
fn count(py: Py<'_>, n: Option<usize>) -> PyResult {
    match n {
        Some(n) => Ok(long::from_u64(py, n as u64)?.upcast()),
        None => Ok(object::none()),
    }
}

fn readinto(py: Py<'_>, f: &FileObject, b: &PyObject) -> PyResult {
    reading(py, f)?;
    let view = writable_buffer(py, b, "readinto", "argument 1")?;
    // SAFETY: the view is writable and nobody else looks at it during the call of the system.
    let n = read_into(py, f, unsafe { view.bytes_mut() })?;
    count(py, n)
}

fn read(py: Py<'_>, f: &FileObject, size: Option<Size>) -> PyResult {
    let fd = reading(py, f)?;
    let size = size.map_or(-1, |s| s.0);
    if size < 0 {
        return readall(py, f);
    }
    let mut out = Vec::new();
    let n = (size as usize).min(MOST);
    if out.try_reserve_exact(n).is_err() {
        return Err(exceptions::memory_error(py));
    }
    let r = retry(py, || fd::read_append(fd, &mut out, n))?;
    match would_block(py, r)? {
        Some(_) => Ok(bytes::new(py, &out)?.upcast()),
        None => Ok(object::none()),
    }
}

/// `FileIO.readall`: the room asked for first is what the file's size says is left, and one byte for the end.
fn readall(py: Py<'_>, f: &FileObject) -> PyResult {
    let fd = f.open(py)?;
    let place = fd::lseek(fd, 0, libc::SEEK_CUR).unwrap_or(-1);
    let size = fs::fstat(fd).map_or(0, |s| s.size);
    let mut room = DEFAULT_BUFFER_SIZE;
    if size > 0 && place >= 0 && size >= place && size - place < MOST as i64 {
        room = (size - place) as usize + 1;
    }
    let mut out = Vec::new();
    loop {
        if out.capacity() == out.len() {
            if !out.is_empty() {
                // `new_buffersize`: grows with what was read.
                room = if out.len() > 65536 { out.len() >> 3 } else { 256 + out.len() };
            }
            if out.try_reserve_exact(room).is_err() {
                return Err(exceptions::memory_error(py));
            }
        }
        let free = (out.capacity() - out.len()).min(MOST);
        let r = retry(py, || fd::read_append(fd, &mut out, free))?;
        match would_block(py, r)? {
            Some(0) => break,
            Some(_) => {}
            None if out.is_empty() => return Ok(object::none()),
            None => break,
        }
    }
    Ok(bytes::new(py, &out)?.upcast())
}

fn write(py: Py<'_>, f: &FileObject, b: View) -> PyResult {
    let n = write_from(py, f, b.bytes())?;
    count(py, n)
}

/// `portable_lseek`.
fn lseek(py: Py<'_>, f: &FileObject, place: i64, whence: i32) -> PyResult<i64> {
    let r = fd::lseek(f.descriptor(), place, whence);
    if f.seekable.get() == 0 {
        f.seekable.set(if r.is_ok() { 2 } else { 1 });
    }
    r.map_err(|e| os_error(py, e, None))
}

/// `seek` without objects.
pub fn seek_to(py: Py<'_>, f: &FileObject, place: i64, whence: i32) -> PyResult<i64> {
    f.open(py)?;
    lseek(py, f, place, whence)
}

fn seek(py: Py<'_>, f: &FileObject, place: &PyObject, whence: Option<i32>) -> PyResult<i64> {
    f.open(py)?;
    if dxpy_core::float::check(place).is_some() {
        return Err(exceptions::type_error(
            py,
            format_args!("'{}' object cannot be interpreted as an integer", type_name(place.ty())),
        ));
    }
    let place = offset(py, place, &exceptions::OverflowError)?;
    lseek(py, f, place, whence.unwrap_or(0))
}

fn tell(py: Py<'_>, f: &FileObject) -> PyResult<i64> {
    seek_to(py, f, 0, libc::SEEK_CUR)
}

fn truncate(py: Py<'_>, f: &FileObject, size: Option<&PyObject>) -> PyResult {
    let fd = writing(py, f)?;
    let size = match size.filter(|s| !object::is_none(s)) {
        Some(s) => s.to_owned(),
        None => long::from_i64(py, lseek(py, f, 0, libc::SEEK_CUR)?)?.upcast(),
    };
    let n = offset(py, &size, &exceptions::OverflowError)?;
    retry(py, || fd::ftruncate(fd, n))?.map_err(|e| os_error(py, e, None))?;
    Ok(size)
}

fn seekable(py: Py<'_>, f: &FileObject) -> PyResult<bool> {
    f.open(py)?;
    if f.seekable.get() == 0
        && let Err(e) = lseek(py, f, 0, libc::SEEK_CUR)
    {
        glue::ignore(e);
    }
    Ok(f.seekable.get() == 2)
}

fn readable(py: Py<'_>, f: &FileObject) -> PyResult<bool> {
    f.open(py)?;
    Ok(f.readable.get())
}

fn writable(py: Py<'_>, f: &FileObject) -> PyResult<bool> {
    f.open(py)?;
    Ok(f.writable.get())
}

fn fileno(py: Py<'_>, f: &FileObject) -> PyResult<i32> {
    f.open(py)
}

fn isatty(py: Py<'_>, f: &FileObject) -> PyResult<bool> {
    Ok(fd::isatty(f.open(py)?))
}

fn repr(py: Py<'_>, f: &FileObject) -> PyResult<Owned<PyUnicodeObject>> {
    let fd = f.descriptor();
    if fd < 0 {
        return unicode::from_str(py, "<_io.FileIO [closed]>");
    }
    let what = match name_repr(py, f.as_object())? {
        Some(name) => format!("name={name}"),
        None => format!("fd={fd}"),
    };
    let close = if f.keep_fd.get() { "False" } else { "True" };
    unicode::from_str(py, &format!("<_io.FileIO {what} mode='{}' closefd={close}>", f.mode()))
}
