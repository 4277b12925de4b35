//! Files, directories and descriptors.

use super::plain;
use super::stat::dir_fd;
use crate::path::{Path, Spec, os_error, path};
use dxpy_core::abi::*;
use dxpy_core::{Owned, Py, PyResult, bytes, exceptions, list, long, object, tuple};
use dxpy_host::{dir, fd, fs};

/// A plain path argument.
fn arg(py: Py<'_>, o: &PyObject, function: &'static str, argument: &'static str) -> PyResult<Path> {
    path(py, o, Spec { function, argument, nullable: false, allow_fd: false })
}

type M = PyModuleObject;

pub(super) fn access(
    py: Py<'_>,
    _: &M,
    p: &PyObject,
    mode: i32,
    dir: Option<&PyObject>,
    effective: Option<bool>,
    follow: Option<bool>,
) -> PyResult<bool> {
    let p = arg(py, p, "access", "path")?;
    let dir = dir_fd(py, dir)?;
    Ok(fs::access(p.c(), mode, dir, effective.unwrap_or(false), follow.unwrap_or(true)))
}

pub(super) fn chdir(py: Py<'_>, _: &M, p: &PyObject) -> PyResult<()> {
    let p = path(py, p, Spec { function: "chdir", argument: "path", nullable: false, allow_fd: true })?;
    let r = match p.fd {
        Some(fd) => fs::fchdir(fd),
        None => fs::chdir(p.c()),
    };
    r.map_err(|e| p.error(py, e))
}

pub(super) fn chmod(
    py: Py<'_>,
    _: &M,
    p: &PyObject,
    mode: i32,
    dir: Option<&PyObject>,
    follow: Option<bool>,
) -> PyResult<()> {
    let p = path(py, p, Spec { function: "chmod", argument: "path", nullable: false, allow_fd: true })?;
    let dir = dir_fd(py, dir)?;
    let r = match p.fd {
        Some(fd) => fs::fchmod(fd, mode as u32),
        None => fs::chmod(p.c(), mode as u32, dir, follow.unwrap_or(true)),
    };
    r.map_err(|e| p.error(py, e))
}

pub(super) fn close(py: Py<'_>, _: &M, n: i32) -> PyResult<()> {
    fd::close(n).map_err(|e| plain(py, e))
}

pub(super) fn dup(py: Py<'_>, _: &M, n: i32) -> PyResult<i32> {
    fd::dup(n).map_err(|e| plain(py, e))
}

pub(super) fn dup2(py: Py<'_>, _: &M, from: i32, to: i32, inheritable: Option<bool>) -> PyResult<i32> {
    fd::dup2(from, to, inheritable.unwrap_or(true)).map_err(|e| plain(py, e))?;
    Ok(to)
}

pub(super) fn fsync(py: Py<'_>, _: &M, n: i32) -> PyResult<()> {
    fd::fsync(n).map_err(|e| plain(py, e))
}

pub(super) fn ftruncate(py: Py<'_>, _: &M, n: i32, length: i64) -> PyResult<()> {
    fd::ftruncate(n, length).map_err(|e| plain(py, e))
}

pub(super) fn get_inheritable(py: Py<'_>, _: &M, n: i32) -> PyResult<bool> {
    fd::get_inheritable(n).map_err(|e| plain(py, e))
}

pub(super) fn set_inheritable(py: Py<'_>, _: &M, n: i32, on: i32) -> PyResult<()> {
    fd::set_inheritable(n, on != 0).map_err(|e| plain(py, e))
}

pub(super) fn isatty(_: Py<'_>, _: &M, n: i32) -> bool {
    fd::isatty(n)
}

pub(super) fn link(
    py: Py<'_>,
    _: &M,
    src: &PyObject,
    dst: &PyObject,
    src_dir: Option<&PyObject>,
    dst_dir: Option<&PyObject>,
    follow: Option<bool>,
) -> PyResult<()> {
    let (s, d) = (arg(py, src, "link", "src")?, arg(py, dst, "link", "dst")?);
    let (sd, dd) = (dir_fd(py, src_dir)?, dir_fd(py, dst_dir)?);
    fs::link(s.c(), sd, d.c(), dd, follow.unwrap_or(true))
        .map_err(|e| os_error(py, e, Some(&s.object), Some(&d.object)))
}

pub(super) fn listdir(py: Py<'_>, _: &M, p: Option<&PyObject>) -> PyResult {
    let none = object::none();
    let spec = Spec { function: "listdir", argument: "path", nullable: true, allow_fd: true };
    let p = path(py, p.unwrap_or(&none), spec)?;
    let d = match p.fd {
        Some(n) => fd::dup(n).and_then(dir::Dir::from_fd),
        None if object::is_none(&p.object) => dir::Dir::open(c"."),
        None => dir::Dir::open(p.c()),
    };
    let names = d.and_then(dir::list).map_err(|e| {
        if object::is_none(&p.object) { os_error(py, e, Some(&none), None) } else { p.error(py, e) }
    })?;
    let names: Vec<Owned> = names.iter().map(|n| p.result(py, n)).collect::<PyResult<_>>()?;
    list::from_iter(py, names).map(Owned::upcast)
}

pub(super) fn lseek(py: Py<'_>, _: &M, n: i32, position: i64, whence: i32) -> PyResult<i64> {
    fd::lseek(n, position, whence).map_err(|e| plain(py, e))
}

pub(super) fn mkdir(
    py: Py<'_>,
    _: &M,
    p: &PyObject,
    mode: Option<i32>,
    dir: Option<&PyObject>,
) -> PyResult<()> {
    let p = arg(py, p, "mkdir", "path")?;
    let dir = dir_fd(py, dir)?;
    fs::mkdir(p.c(), mode.unwrap_or(0o777) as u32, dir).map_err(|e| p.error(py, e))
}

pub(super) fn open(
    py: Py<'_>,
    _: &M,
    p: &PyObject,
    flags: i32,
    mode: Option<i32>,
    dir: Option<&PyObject>,
) -> PyResult<i32> {
    let p = arg(py, p, "open", "path")?;
    let dir = dir_fd(py, dir)?;
    fd::open(p.c(), flags, mode.unwrap_or(0o777) as u32, dir).map_err(|e| p.error(py, e))
}

pub(super) fn pipe(py: Py<'_>, _: &M) -> PyResult {
    // O_CLOEXEC: descriptors are not inherited unless asked.
    let (r, w) = fd::pipe2(0o2000000).map_err(|e| plain(py, e))?;
    let (r, w) = (long::from_i64(py, r as i64)?, long::from_i64(py, w as i64)?);
    tuple::from_iter(py, [r.upcast(), w.upcast()]).map(Owned::upcast)
}

pub(super) fn read(py: Py<'_>, _: &M, n: i32, length: isize) -> PyResult {
    let Ok(length) = usize::try_from(length) else {
        return Err(os_error(py, dxpy_host::Errno(22), None, None));
    };
    let mut buffer = vec![0u8; length.min(0x7fff_f000)];
    let got = fd::read(n, &mut buffer).map_err(|e| plain(py, e))?;
    bytes::new(py, &buffer[..got]).map(Owned::upcast)
}

pub(super) fn write(py: Py<'_>, _: &M, n: i32, data: &PyObject) -> PyResult<usize> {
    let view = dxpy_core::buffer::View::simple(py, data)?;
    fd::write(n, view.bytes()).map_err(|e| plain(py, e))
}

pub(super) fn readlink(py: Py<'_>, _: &M, p: &PyObject, dir: Option<&PyObject>) -> PyResult {
    let p = arg(py, p, "readlink", "path")?;
    let dir = dir_fd(py, dir)?;
    let target = fs::readlink(p.c(), dir).map_err(|e| p.error(py, e))?;
    p.result(py, &target)
}

fn do_rename(
    py: Py<'_>,
    function: &'static str,
    src: &PyObject,
    dst: &PyObject,
    src_dir: Option<&PyObject>,
    dst_dir: Option<&PyObject>,
) -> PyResult<()> {
    let (s, d) = (arg(py, src, function, "src")?, arg(py, dst, function, "dst")?);
    let (sd, dd) = (dir_fd(py, src_dir)?, dir_fd(py, dst_dir)?);
    fs::rename(s.c(), sd, d.c(), dd).map_err(|e| os_error(py, e, Some(&s.object), Some(&d.object)))
}

pub(super) fn rename(
    py: Py<'_>,
    _: &M,
    src: &PyObject,
    dst: &PyObject,
    src_dir: Option<&PyObject>,
    dst_dir: Option<&PyObject>,
) -> PyResult<()> {
    do_rename(py, "rename", src, dst, src_dir, dst_dir)
}

pub(super) fn replace(
    py: Py<'_>,
    _: &M,
    src: &PyObject,
    dst: &PyObject,
    src_dir: Option<&PyObject>,
    dst_dir: Option<&PyObject>,
) -> PyResult<()> {
    do_rename(py, "replace", src, dst, src_dir, dst_dir)
}

pub(super) fn rmdir(py: Py<'_>, _: &M, p: &PyObject, dir: Option<&PyObject>) -> PyResult<()> {
    let p = arg(py, p, "rmdir", "path")?;
    let dir = dir_fd(py, dir)?;
    fs::rmdir(p.c(), dir).map_err(|e| p.error(py, e))
}

pub(super) fn symlink(
    py: Py<'_>,
    _: &M,
    src: &PyObject,
    dst: &PyObject,
    _is_dir: Option<bool>,
    dir: Option<&PyObject>,
) -> PyResult<()> {
    let (s, d) = (arg(py, src, "symlink", "src")?, arg(py, dst, "symlink", "dst")?);
    let dir = dir_fd(py, dir)?;
    if s.bytes != d.bytes {
        return Err(exceptions::value_error(py, format_args!("symlink: src and dst must be the same type")));
    }
    fs::symlink(s.c(), d.c(), dir).map_err(|e| os_error(py, e, Some(&s.object), Some(&d.object)))
}

pub(super) fn unlink(py: Py<'_>, _: &M, p: &PyObject, dir: Option<&PyObject>) -> PyResult<()> {
    let p = arg(py, p, "remove", "path")?;
    let dir = dir_fd(py, dir)?;
    fs::unlink(p.c(), dir).map_err(|e| p.error(py, e))
}
