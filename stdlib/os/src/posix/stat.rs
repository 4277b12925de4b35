//! `stat` and its result.

use super::Made;
use super::files::{no_dir_without_path, no_links_of_fd};
use crate::convert::*;
use crate::path::Path;
use dxpy_core::abi::*;
use dxpy_core::thread::without_gil;
use dxpy_core::{Owned, Py, PyResult, float, long, number};
use dxpy_host::fs::{self, Stat};
use dxpy_types::structseq::{self, Desc};

pub(super) static STAT: Desc = Desc {
    name: "os.stat_result",
    doc: "stat_result: Result from stat, fstat, or lstat.",
    fields: &[
        (Some("st_mode"), "protection bits"),
        (Some("st_ino"), "inode"),
        (Some("st_dev"), "device"),
        (Some("st_nlink"), "number of hard links"),
        (Some("st_uid"), "user ID of owner"),
        (Some("st_gid"), "group ID of owner"),
        (Some("st_size"), "total size, in bytes"),
        (None, "integer time of last access"),
        (None, "integer time of last modification"),
        (None, "integer time of last change"),
        (Some("st_atime"), "time of last access"),
        (Some("st_mtime"), "time of last modification"),
        (Some("st_ctime"), "time of last change"),
        (Some("st_atime_ns"), "time of last access in nanoseconds"),
        (Some("st_mtime_ns"), "time of last modification in nanoseconds"),
        (Some("st_ctime_ns"), "time of last change in nanoseconds"),
        (Some("st_blksize"), "blocksize for filesystem I/O"),
        (Some("st_blocks"), "number of blocks allocated"),
        (Some("st_rdev"), "device type (if inode device)"),
    ],
    visible: 10,
};

pub(super) static STAT_TYPE: Made = Made::new();

/// `_pystat_fromstructstat`.
pub(super) fn result(py: Py<'_>, s: &Stat) -> PyResult {
    let i = |v: i64| long::from_i64(py, v).map(Owned::upcast);
    let u = |v: u64| long::from_u64(py, v).map(Owned::upcast);
    let f = |t: (i64, i64)| float::new(py, t.0 as f64 + 1e-9 * t.1 as f64).map(Owned::upcast);
    let ns = |t: (i64, i64)| -> PyResult {
        match t.0.checked_mul(1_000_000_000).and_then(|s| s.checked_add(t.1)) {
            Some(n) => i(n),
            None => {
                let (s, billion, n) = (i(t.0)?, i(1_000_000_000)?, i(t.1)?);
                number::add(py, &*number::multiply(py, &s, &billion)?, &n)
            }
        }
    };
    let values = vec![
        i(s.mode as i64)?,
        u(s.ino)?,
        u(s.dev)?,
        u(s.nlink)?,
        i(s.uid as i64)?,
        i(s.gid as i64)?,
        i(s.size)?,
        i(s.atime.0)?,
        i(s.mtime.0)?,
        i(s.ctime.0)?,
        f(s.atime)?,
        f(s.mtime)?,
        f(s.ctime)?,
        ns(s.atime)?,
        ns(s.mtime)?,
        ns(s.ctime)?,
        i(s.blksize)?,
        i(s.blocks)?,
        u(s.rdev)?,
    ];
    structseq::new(py, STAT_TYPE.get(), values)
}

/// `statresult_new`: times that are not given are those of the tuple.
pub(super) fn stat_new(
    py: Py<'_>,
    ty: &PyTypeObject,
    a: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    let r = structseq::create(py, ty, a, kw)?;
    for i in 7..10 {
        structseq::fill_from(py, &r, i + 3, i);
    }
    Ok(r)
}

pub(super) fn stat(
    py: Py<'_>,
    _: &PyModuleObject,
    PathOrFd(p): PathOrFd,
    dir: Option<DirFd>,
    follow: Option<bool>,
) -> PyResult {
    do_stat(py, "stat", p, dir, follow.unwrap_or(true))
}

pub(super) fn lstat(py: Py<'_>, _: &PyModuleObject, p: Path, dir: Option<DirFd>) -> PyResult {
    do_stat(py, "lstat", p, dir, false)
}

fn do_stat(py: Py<'_>, function: &str, p: Path, dir: Option<DirFd>, follow: bool) -> PyResult {
    no_dir_without_path(py, function, &p, dir)?;
    no_links_of_fd(py, function, &p, follow)?;
    let dir = dir.unwrap_or_default().0;
    let s = without_gil(py, || match p.fd {
        Some(fd) => fs::fstat(fd),
        None => fs::stat(p.c(), dir, follow),
    });
    result(py, &s.map_err(|e| p.error(py, e))?)
}

pub(super) fn fstat(py: Py<'_>, _: &PyModuleObject, fd: i32) -> PyResult {
    let s = retry(py, || fs::fstat(fd))?;
    result(py, &s)
}
