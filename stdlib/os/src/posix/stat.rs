//! `stat` and its result.

use super::{Made, plain};
use crate::path::{Spec, path};
use dxpy_core::abi::*;
use dxpy_core::{Owned, Py, PyResult, exceptions, float, long, number, object};
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

/// `dir_fd`: None, or a descriptor.
pub(super) fn dir_fd(py: Py<'_>, o: Option<&PyObject>) -> PyResult<Option<i32>> {
    match o.filter(|o| !object::is_none(o)) {
        None => Ok(None),
        Some(o) => {
            if !number::has_index(o) {
                return Err(exceptions::type_error(
                    py,
                    format_args!(
                        "argument should be integer or None, not {}",
                        dxpy_core::call::type_name(dxpy_core::ptr::Object::ty(o))
                    ),
                ));
            }
            let n = number::index(py, o)?;
            long::to_i64(&n).and_then(|v| i32::try_from(v).ok()).map(Some).ok_or_else(|| {
                let side = if long::sign(&n) > 0 { "greater than maximum" } else { "less than minimum" };
                exceptions::overflow_error(py, format_args!("fd is {side}"))
            })
        }
    }
}

pub(super) fn stat(
    py: Py<'_>,
    _: &PyModuleObject,
    p: &PyObject,
    dir: Option<&PyObject>,
    follow: Option<bool>,
) -> PyResult {
    do_stat(py, "stat", p, dir, follow.unwrap_or(true))
}

pub(super) fn lstat(py: Py<'_>, _: &PyModuleObject, p: &PyObject, dir: Option<&PyObject>) -> PyResult {
    do_stat(py, "lstat", p, dir, false)
}

fn do_stat(
    py: Py<'_>,
    function: &'static str,
    p: &PyObject,
    dir: Option<&PyObject>,
    follow: bool,
) -> PyResult {
    let p = path(py, p, Spec { function, argument: "path", nullable: false, allow_fd: function == "stat" })?;
    let dir = dir_fd(py, dir)?;
    if p.fd.is_some() && dir.is_some() {
        return Err(exceptions::value_error(
            py,
            format_args!("{function}: can't specify dir_fd without matching path"),
        ));
    }
    if p.fd.is_some() && !follow {
        return Err(exceptions::value_error(
            py,
            format_args!("{function}: cannot use fd and follow_symlinks together"),
        ));
    }
    let s = match p.fd {
        Some(fd) => fs::fstat(fd),
        None => fs::stat(p.c(), dir, follow),
    };
    result(py, &s.map_err(|e| p.error(py, e))?)
}

pub(super) fn fstat(py: Py<'_>, _: &PyModuleObject, fd: i32) -> PyResult {
    let s = fs::fstat(fd).map_err(|e| plain(py, e))?;
    result(py, &s)
}
