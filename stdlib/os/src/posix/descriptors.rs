//! Descriptors: reading, writing, positions, copies, pipes, flags, terminals.

use super::Made;
use super::files::{Shown, tell};
use crate::convert::*;
use crate::path::{Path, decode};
use dxpy_core::abi::*;
use dxpy_core::buffer::View;
use dxpy_core::ptr::Object;
use dxpy_core::thread::without_gil;
use dxpy_core::{Owned, Py, PyErr, PyResult, bytes, exceptions, list, long, object, sequence, unicode};
use dxpy_host::{Errno, env, fd, fs, tty};
use dxpy_types::structseq::{self, Desc};
use std::io::{IoSlice, IoSliceMut};

type M = PyModuleObject;

/// The most bytes one call is asked to move (`_PY_READ_MAX`).
const MOST: usize = 0x7FFF_F000;
/// `EINVAL`.
const INVALID: Errno = Errno(22);
/// `O_CLOEXEC`: descriptors are not inherited unless asked.
const CLOEXEC: i32 = 0o2000000;

pub(super) fn close(py: Py<'_>, _: &M, n: i32) -> PyResult<()> {
    once(py, || fd::close(n))
}

pub(super) fn closerange(py: Py<'_>, _: &M, low: i32, high: i32) {
    without_gil(py, || fd::close_range(low, high));
}

pub(super) fn dup(py: Py<'_>, _: &M, n: i32) -> PyResult<i32> {
    once(py, || fd::dup(n))
}

pub(super) fn dup2(py: Py<'_>, _: &M, from: i32, to: i32, inheritable: Option<bool>) -> PyResult<i32> {
    if from < 0 || to < 0 {
        return Err(plain(py, Errno(9)));
    }
    retry(py, || fd::dup2(from, to, inheritable.unwrap_or(true)))?;
    Ok(to)
}

pub(super) fn fsync(py: Py<'_>, _: &M, Descriptor(n): Descriptor) -> PyResult<()> {
    retry(py, || fd::fsync(n))
}

pub(super) fn fdatasync(py: Py<'_>, _: &M, Descriptor(n): Descriptor) -> PyResult<()> {
    retry(py, || fd::fdatasync(n))
}

pub(super) fn sync(py: Py<'_>, _: &M) {
    without_gil(py, fs::sync);
}

pub(super) fn ftruncate(py: Py<'_>, _: &M, n: i32, length: i64) -> PyResult<()> {
    tell(py, "os.truncate", &[Shown::Int(n.into()), Shown::Int(length)])?;
    retry(py, || fd::ftruncate(n, length))
}

pub(super) fn fchmod(py: Py<'_>, _: &M, n: i32, mode: i32) -> PyResult<()> {
    tell(py, "os.chmod", &[Shown::Int(n.into()), Shown::Int(mode.into()), Shown::Dir(None)])?;
    retry(py, || fs::fchmod(n, mode as u32))
}

pub(super) fn fchown(py: Py<'_>, _: &M, n: i32, Uid(uid): Uid, Gid(gid): Gid) -> PyResult<()> {
    let (u, g) = (Shown::Int((uid as i32).into()), Shown::Int((gid as i32).into()));
    tell(py, "os.chown", &[Shown::Int(n.into()), u, g, Shown::Dir(None)])?;
    retry(py, || fs::fchown(n, uid, gid))
}

pub(super) fn get_inheritable(py: Py<'_>, _: &M, n: i32) -> PyResult<bool> {
    once(py, || fd::get_inheritable(n))
}

pub(super) fn set_inheritable(py: Py<'_>, _: &M, n: i32, on: i32) -> PyResult<()> {
    once(py, || fd::set_inheritable(n, on != 0))
}

pub(super) fn get_blocking(py: Py<'_>, _: &M, n: i32) -> PyResult<bool> {
    once(py, || fd::get_blocking(n))
}

pub(super) fn set_blocking(py: Py<'_>, _: &M, n: i32, blocking: bool) -> PyResult<()> {
    once(py, || fd::set_blocking(n, blocking))
}

pub(super) fn isatty(py: Py<'_>, _: &M, n: i32) -> bool {
    without_gil(py, || fd::isatty(n))
}

pub(super) fn lseek(py: Py<'_>, _: &M, n: i32, position: i64, whence: i32) -> PyResult<i64> {
    once(py, || fd::lseek(n, position, whence))
}

pub(super) fn lockf(py: Py<'_>, _: &M, n: i32, command: i32, length: i64) -> PyResult<()> {
    tell(py, "os.lockf", &[Shown::Int(n.into()), Shown::Int(command.into()), Shown::Int(length)])?;
    retry(py, || fd::lockf(n, command, length))
}

/// Room for `length` bytes, at most what one call moves.
fn room(py: Py<'_>, length: isize) -> PyResult<Vec<u8>> {
    let Ok(length) = usize::try_from(length) else { return Err(plain(py, INVALID)) };
    let mut buffer = Vec::new();
    match buffer.try_reserve_exact(length.min(MOST)) {
        Ok(()) => Ok(buffer),
        Err(_) => Err(exceptions::memory_error(py)),
    }
}

pub(super) fn read(py: Py<'_>, _: &M, n: i32, length: isize) -> PyResult {
    let mut buffer = room(py, length)?;
    let most = buffer.capacity().min(length as usize);
    retry(py, || fd::read_append(n, &mut buffer, most))?;
    bytes::new(py, &buffer).map(Owned::upcast)
}

pub(super) fn pread(py: Py<'_>, _: &M, n: i32, length: isize, offset: i64) -> PyResult {
    let mut buffer = room(py, length)?;
    buffer.resize(buffer.capacity().min(length as usize), 0);
    let got = retry(py, || fd::pread(n, &mut buffer, offset))?;
    bytes::new(py, &buffer[..got]).map(Owned::upcast)
}

pub(super) fn write(py: Py<'_>, _: &M, n: i32, data: &PyObject) -> PyResult<usize> {
    let view = View::simple(py, data)?;
    let data = view.bytes();
    retry(py, || fd::write(n, &data[..data.len().min(MOST)]))
}

pub(super) fn pwrite(py: Py<'_>, _: &M, n: i32, data: &PyObject, offset: i64) -> PyResult<usize> {
    let view = View::simple(py, data)?;
    retry(py, || fd::pwrite(n, view.bytes(), offset))
}

/// The memory of each item of a sequence (`iov_setup`).
fn views(py: Py<'_>, function: &str, o: &PyObject, writable: bool) -> PyResult<Vec<View>> {
    if !sequence::check(o) {
        return Err(exceptions::type_error(py, format_args!("{function}() arg 2 must be a sequence")));
    }
    let n = dxpy_core::protocol::len(py, o)?;
    let mut views = Vec::new();
    for i in 0..n {
        let item = sequence::item(py, o, i as isize)?;
        views.push(if writable { View::writable(py, &item)? } else { View::simple(py, &item)? });
    }
    Ok(views)
}

fn read_into(
    py: Py<'_>,
    function: &str,
    n: i32,
    buffers: &PyObject,
    offset: Option<i64>,
    flags: i32,
) -> PyResult<usize> {
    let views = views(py, function, buffers, true)?;
    // SAFETY: as CPython, which lets the system write where the exporters said that it may; two views of one object may
    // overlap, and nothing but the system looks at the slices.
    let mut slices: Vec<IoSliceMut<'_>> =
        views.iter().map(|v| IoSliceMut::new(unsafe { v.bytes_mut() })).collect();
    retry(py, || fd::readv(n, &mut slices, offset, flags))
}

fn write_from(
    py: Py<'_>,
    function: &str,
    n: i32,
    buffers: &PyObject,
    offset: Option<i64>,
    flags: i32,
) -> PyResult<usize> {
    let views = views(py, function, buffers, false)?;
    let slices: Vec<IoSlice<'_>> = views.iter().map(|v| IoSlice::new(v.bytes())).collect();
    retry(py, || fd::writev(n, &slices, offset, flags))
}

pub(super) fn readv(py: Py<'_>, _: &M, n: i32, buffers: &PyObject) -> PyResult<usize> {
    read_into(py, "readv", n, buffers, None, 0)
}

pub(super) fn preadv(
    py: Py<'_>,
    _: &M,
    n: i32,
    buffers: &PyObject,
    offset: i64,
    flags: Option<i32>,
) -> PyResult<usize> {
    read_into(py, "preadv2", n, buffers, Some(offset), flags.unwrap_or(0))
}

pub(super) fn writev(py: Py<'_>, _: &M, n: i32, buffers: &PyObject) -> PyResult<usize> {
    write_from(py, "writev", n, buffers, None, 0)
}

pub(super) fn pwritev(
    py: Py<'_>,
    _: &M,
    n: i32,
    buffers: &PyObject,
    offset: i64,
    flags: Option<i32>,
) -> PyResult<usize> {
    write_from(py, "pwritev", n, buffers, Some(offset), flags.unwrap_or(0))
}

pub(super) fn sendfile(
    py: Py<'_>,
    _: &M,
    out: i32,
    input: i32,
    Offset(offset): Offset,
    count: isize,
) -> PyResult<usize> {
    retry(py, || fd::sendfile(out, input, offset, count as usize))
}

fn counted(py: Py<'_>, count: isize) -> PyResult<usize> {
    usize::try_from(count)
        .map_err(|_| exceptions::value_error(py, format_args!("negative value for 'count' not allowed")))
}

pub(super) fn copy_file_range(
    py: Py<'_>,
    _: &M,
    src: i32,
    dst: i32,
    count: isize,
    from: Option<Offset>,
    to: Option<Offset>,
) -> PyResult<usize> {
    let count = counted(py, count)?;
    let (from, to) = (from.and_then(|o| o.0), to.and_then(|o| o.0));
    retry(py, || fd::copy_file_range(src, from, dst, to, count, 0))
}

#[allow(clippy::too_many_arguments, reason = "as many as CPython's")]
pub(super) fn splice(
    py: Py<'_>,
    _: &M,
    src: i32,
    dst: i32,
    count: isize,
    from: Option<Offset>,
    to: Option<Offset>,
    flags: Option<Bits>,
) -> PyResult<usize> {
    let count = counted(py, count)?;
    let (from, to) = (from.and_then(|o| o.0), to.and_then(|o| o.0));
    let flags = flags.map_or(0, |f| f.0);
    retry(py, || fd::splice(src, from, dst, to, count, flags))
}

pub(super) fn posix_fallocate(py: Py<'_>, _: &M, n: i32, offset: i64, length: i64) -> PyResult<()> {
    retry(py, || fd::posix_fallocate(n, offset, length))
}

pub(super) fn posix_fadvise(
    py: Py<'_>,
    _: &M,
    n: i32,
    offset: i64,
    length: i64,
    advice: i32,
) -> PyResult<()> {
    retry(py, || fd::posix_fadvise(n, offset, length, advice))
}

fn pair(py: Py<'_>, (a, b): (i32, i32)) -> PyResult {
    int_tuple(py, [a as i64, b as i64])
}

pub(super) fn pipe(py: Py<'_>, _: &M) -> PyResult {
    pair(py, once(py, || fd::pipe2(CLOEXEC))?)
}

pub(super) fn pipe2(py: Py<'_>, _: &M, flags: i32) -> PyResult {
    pair(py, once(py, || fd::pipe2(flags))?)
}

pub(super) fn openpty(py: Py<'_>, _: &M) -> PyResult {
    pair(py, once(py, tty::open_pair)?)
}

pub(super) fn login_tty(py: Py<'_>, _: &M, Descriptor(n): Descriptor) -> PyResult<()> {
    once(py, || tty::login(n))
}

pub(super) fn ttyname(py: Py<'_>, _: &M, n: i32) -> PyResult<Owned<PyUnicodeObject>> {
    decode(py, &once(py, || tty::name(n))?)
}

pub(super) fn ctermid(py: Py<'_>, _: &M) -> PyResult<Owned<PyUnicodeObject>> {
    decode(py, &tty::controlling_name())
}

pub(super) fn tcgetpgrp(py: Py<'_>, _: &M, n: i32) -> PyResult<i32> {
    once(py, || tty::foreground_group(n))
}

pub(super) fn tcsetpgrp(py: Py<'_>, _: &M, n: i32, group: i32) -> PyResult<()> {
    once(py, || tty::set_foreground_group(n, group))
}

/// `_Py_device_encoding`: text is UTF-8 everywhere here.
pub(super) fn device_encoding(py: Py<'_>, _: &M, n: i32) -> PyResult {
    if fd::isatty(n) { unicode::from_str(py, "UTF-8").map(Owned::upcast) } else { Ok(object::none()) }
}

pub(super) static SIZE: Desc = Desc {
    name: "os.terminal_size",
    doc: "A tuple of (columns, lines) for holding terminal window size",
    fields: &[
        (Some("columns"), "width of the terminal window in characters"),
        (Some("lines"), "height of the terminal window in characters"),
    ],
    visible: 2,
};
pub(super) static SIZE_TYPE: Made = Made::new();

pub(super) fn get_terminal_size(py: Py<'_>, _: &M, n: Option<i32>) -> PyResult {
    // Standard output is meant, whatever is open there.
    let (rows, columns) = once(py, || tty::size(n.unwrap_or(1)))?;
    let i = |v: u16| long::from_i64(py, v as i64).map(Owned::upcast);
    structseq::new(py, SIZE_TYPE.get(), vec![i(columns)?, i(rows)?])
}

pub(super) fn memfd_create(py: Py<'_>, _: &M, FsText(name): FsText, flags: Option<Bits>) -> PyResult<i32> {
    once(py, || fd::memfd_create(&name, flags.map_or(1, |f| f.0)))
}

pub(super) fn eventfd(py: Py<'_>, _: &M, U32(initial): U32, flags: Option<i32>) -> PyResult<i32> {
    once(py, || fd::eventfd(initial, flags.unwrap_or(CLOEXEC)))
}

pub(super) fn eventfd_read(py: Py<'_>, _: &M, Descriptor(n): Descriptor) -> PyResult<u64> {
    once(py, || fd::eventfd_read(n))
}

pub(super) fn eventfd_write(py: Py<'_>, _: &M, Descriptor(n): Descriptor, U64(value): U64) -> PyResult<()> {
    once(py, || fd::eventfd_write(n, value))
}

/// Random bytes, or the system's error.
fn random(py: Py<'_>, n: usize, flags: u32, all: bool) -> PyResult {
    let mut buffer: Vec<u8> = Vec::new();
    if buffer.try_reserve_exact(n).is_err() {
        return Err(exceptions::memory_error(py));
    }
    buffer.resize(n, 0);
    let mut at = 0;
    while at < n {
        at += retry(py, || env::getrandom(&mut buffer[at..], flags))?;
        if !all {
            break;
        }
    }
    bytes::new(py, &buffer[..at]).map(Owned::upcast)
}

pub(super) fn urandom(py: Py<'_>, _: &M, size: isize) -> PyResult {
    let Ok(n) = usize::try_from(size) else {
        return Err(exceptions::value_error(py, format_args!("negative argument not allowed")));
    };
    random(py, n, 0, true)
}

pub(super) fn getrandom(py: Py<'_>, _: &M, size: isize, flags: Option<i32>) -> PyResult {
    let Ok(n) = usize::try_from(size) else { return Err(plain(py, INVALID)) };
    random(py, n, flags.unwrap_or(0) as u32, false)
}

/// `os.statvfs_result`.
pub(super) static VFS: Desc = Desc {
    name: "os.statvfs_result",
    doc: "statvfs_result: Result from statvfs or fstatvfs.",
    fields: &[
        (Some("f_bsize"), ""),
        (Some("f_frsize"), ""),
        (Some("f_blocks"), ""),
        (Some("f_bfree"), ""),
        (Some("f_bavail"), ""),
        (Some("f_files"), ""),
        (Some("f_ffree"), ""),
        (Some("f_favail"), ""),
        (Some("f_flag"), ""),
        (Some("f_namemax"), ""),
        (Some("f_fsid"), ""),
    ],
    visible: 10,
};
pub(super) static VFS_TYPE: Made = Made::new();

fn vfs(py: Py<'_>, r: [u64; 11]) -> PyResult {
    let values: Vec<Owned> =
        r.iter().map(|v| long::from_u64(py, *v).map(Owned::upcast)).collect::<PyResult<_>>()?;
    structseq::new(py, VFS_TYPE.get(), values)
}

pub(super) fn statvfs(py: Py<'_>, _: &M, PathOrFd(p): PathOrFd) -> PyResult {
    let of = |p: &Path| without_gil(py, || fs::statvfs(p.fd.map_or(Ok(p.c()), Err)));
    let r: Result<_, PyErr> = of(&p).map_err(|e| p.error(py, e));
    vfs(py, r?)
}

pub(super) fn fstatvfs(py: Py<'_>, _: &M, n: i32) -> PyResult {
    vfs(py, retry(py, || fs::statvfs(Err(n)))?)
}

/// The parts of an object that is iterated while it may change are taken out first.
pub(super) fn items(py: Py<'_>, o: &PyObject) -> PyResult<Vec<Owned>> {
    let l = sequence::to_list(py, o)?;
    Ok(list::items(&l).iter().map(|i| (*i).to_owned()).collect())
}
