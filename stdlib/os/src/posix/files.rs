//! Files and directories by their names.

use crate::convert::*;
use crate::path::{Path, os_error};
use crate::pytime::{Round, timespec};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::thread::without_gil;
use dxpy_core::{Owned, Py, PyErr, PyResult, call, exceptions, list, long, number, object, tuple};
use dxpy_host::fs::Target;
use dxpy_host::{Errno, dir, fd, fs, process};

type M = PyModuleObject;

/// `ENOTSUP`.
const UNSUPPORTED: i32 = 95;

/// One call of the system about a path, whose name the error carries.
fn on<T>(py: Py<'_>, p: &Path, f: impl FnOnce() -> dxpy_host::Result<T>) -> PyResult<T> {
    without_gil(py, f).map_err(|e| p.error(py, e))
}

/// The same about two paths.
fn on_both(py: Py<'_>, a: &Path, b: &Path, f: impl FnOnce() -> dxpy_host::Result<()>) -> PyResult<()> {
    without_gil(py, f).map_err(|e| os_error(py, e, Some(&a.object), Some(&b.object)))
}

#[cold]
fn wrong(py: Py<'_>, function: &str, text: &str) -> PyErr {
    exceptions::value_error(py, format_args!("{function}: {text}"))
}

/// `path_and_dir_fd_invalid`.
pub(super) fn no_dir_without_path(py: Py<'_>, function: &str, p: &Path, dir: Option<DirFd>) -> PyResult<()> {
    match (p.fd, dir) {
        (Some(_), Some(DirFd(Some(_)))) => {
            Err(wrong(py, function, "can't specify dir_fd without matching path"))
        }
        _ => Ok(()),
    }
}

/// `fd_and_follow_symlinks_invalid`.
pub(super) fn no_links_of_fd(py: Py<'_>, function: &str, p: &Path, follow: bool) -> PyResult<()> {
    // Descriptor 0 passes, as it does in CPython.
    if p.fd.is_some_and(|fd| fd > 0) && !follow {
        return Err(wrong(py, function, "cannot use fd and follow_symlinks together"));
    }
    Ok(())
}

/// Something an audit event shows.
pub(super) enum Shown<'a> {
    Object(&'a PyObject),
    Int(i64),
    /// The folder a name is in, -1 for the current one.
    Dir(Option<i32>),
}
use Shown::{Dir, Int, Object as Given};

/// An audit event about a file.
pub(super) fn tell(py: Py<'_>, event: &str, args: &[Shown<'_>]) -> PyResult<()> {
    dxpy_core::audit::event_with(py, event, || {
        let number = |n: i64| long::from_i64(py, n).map(Owned::upcast);
        let items: Vec<Owned> = args
            .iter()
            .map(|a| match a {
                Given(o) => Ok((*o).to_owned()),
                Int(n) => number(*n),
                Dir(d) => number(d.unwrap_or(-1).into()),
            })
            .collect::<PyResult<_>>()?;
        tuple::from_iter(py, items)
    })
}

fn dir(d: Option<DirFd>) -> Option<i32> {
    d.unwrap_or_default().0
}

pub(super) fn access(
    py: Py<'_>,
    _: &M,
    p: Path,
    mode: i32,
    d: Option<DirFd>,
    effective: Option<bool>,
    follow: Option<bool>,
) -> bool {
    without_gil(py, || fs::access(p.c(), mode, dir(d), effective.unwrap_or(false), follow.unwrap_or(true)))
}

pub(super) fn chdir(py: Py<'_>, _: &M, PathOrFd(p): PathOrFd) -> PyResult<()> {
    tell(py, "os.chdir", &[Given(&p.object)])?;
    on(py, &p, || match p.fd {
        Some(fd) => fs::fchdir(fd),
        None => fs::chdir(p.c()),
    })
}

pub(super) fn fchdir(py: Py<'_>, _: &M, Descriptor(fd): Descriptor) -> PyResult<()> {
    tell(py, "os.chdir", &[Int(fd.into())])?;
    retry(py, || fs::fchdir(fd))
}

pub(super) fn chmod(
    py: Py<'_>,
    _: &M,
    PathOrFd(p): PathOrFd,
    mode: i32,
    d: Option<DirFd>,
    follow: Option<bool>,
) -> PyResult<()> {
    let (d, follow) = (dir(d), follow.unwrap_or(true));
    tell(py, "os.chmod", &[Given(&p.object), Int(mode.into()), Dir(d)])?;
    let r = without_gil(py, || match p.fd {
        Some(fd) => fs::fchmod(fd, mode as u32),
        None => fs::chmod(p.c(), mode as u32, d, follow),
    });
    match r {
        Err(Errno(UNSUPPORTED)) if !follow && p.fd.is_none() => Err(if d.is_some() {
            wrong(py, "chmod", "cannot use dir_fd and follow_symlinks together")
        } else {
            exceptions::not_implemented_error(
                py,
                format_args!("chmod: follow_symlinks unavailable on this platform"),
            )
        }),
        r => r.map_err(|e| p.error(py, e)),
    }
}

pub(super) fn chown(
    py: Py<'_>,
    _: &M,
    PathOrFd(p): PathOrFd,
    Uid(uid): Uid,
    Gid(gid): Gid,
    d: Option<DirFd>,
    follow: Option<bool>,
) -> PyResult<()> {
    let (d, follow) = (dir(d), follow.unwrap_or(true));
    if p.fd.is_some() && d.is_some() {
        return Err(wrong(py, "chown", "can't specify both dir_fd and fd"));
    }
    no_links_of_fd(py, "chown", &p, follow)?;
    let ids = [i64::from(uid as i32), i64::from(gid as i32)];
    tell(py, "os.chown", &[Given(&p.object), Int(ids[0]), Int(ids[1]), Dir(d)])?;
    on(py, &p, || match p.fd {
        Some(fd) => fs::fchown(fd, uid, gid),
        None => fs::chown(p.c(), uid, gid, d, follow),
    })
}

pub(super) fn lchown(py: Py<'_>, _: &M, p: Path, Uid(uid): Uid, Gid(gid): Gid) -> PyResult<()> {
    let ids = [i64::from(uid as i32), i64::from(gid as i32)];
    tell(py, "os.chown", &[Given(&p.object), Int(ids[0]), Int(ids[1]), Dir(None)])?;
    on(py, &p, || fs::chown(p.c(), uid, gid, None, false))
}

pub(super) fn chroot(py: Py<'_>, _: &M, p: Path) -> PyResult<()> {
    on(py, &p, || fs::chroot(p.c()))
}

pub(super) fn link(
    py: Py<'_>,
    _: &M,
    s: Path,
    d: Path,
    sd: Option<DirFd>,
    dd: Option<DirFd>,
    follow: Option<bool>,
) -> PyResult<()> {
    let (sd, dd) = (dir(sd), dir(dd));
    // Without any of them CPython calls link(), which on Linux links to the symbolic link itself.
    let follow = follow.unwrap_or(true) && (sd.is_some() || dd.is_some());
    tell(py, "os.link", &[Given(&s.object), Given(&d.object), Dir(sd), Dir(dd)])?;
    on_both(py, &s, &d, || fs::link(s.c(), sd, d.c(), dd, follow))
}

pub(super) fn symlink(
    py: Py<'_>,
    _: &M,
    s: Path,
    d: Path,
    _is_dir: Option<bool>,
    dd: Option<DirFd>,
) -> PyResult<()> {
    let dd = dir(dd);
    tell(py, "os.symlink", &[Given(&s.object), Given(&d.object), Dir(dd)])?;
    on_both(py, &s, &d, || fs::symlink(s.c(), d.c(), dd))
}

/// The same as `rename` here.
pub(super) fn replace(
    py: Py<'_>,
    m: &M,
    s: Path,
    d: Path,
    sd: Option<DirFd>,
    dd: Option<DirFd>,
) -> PyResult<()> {
    rename(py, m, s, d, sd, dd)
}

pub(super) fn rename(
    py: Py<'_>,
    _: &M,
    s: Path,
    d: Path,
    sd: Option<DirFd>,
    dd: Option<DirFd>,
) -> PyResult<()> {
    let (sd, dd) = (dir(sd), dir(dd));
    tell(py, "os.rename", &[Given(&s.object), Given(&d.object), Dir(sd), Dir(dd)])?;
    on_both(py, &s, &d, || fs::rename(s.c(), sd, d.c(), dd))
}

pub(super) fn readlink(py: Py<'_>, _: &M, p: Path, d: Option<DirFd>) -> PyResult {
    let target = on(py, &p, || fs::readlink(p.c(), dir(d)))?;
    p.result(py, &target)
}

pub(super) fn listdir(py: Py<'_>, _: &M, p: Option<PathFdOrNone>) -> PyResult {
    let p = match p {
        Some(PathFdOrNone(p)) => p,
        None => Path::none(),
    };
    tell(py, "os.listdir", &[Given(&p.object)])?;
    let opened = without_gil(py, || match p.fd {
        Some(n) => dir::Dir::from_fd(n),
        None if object::is_none(&p.object) => dir::Dir::open(c"."),
        None => dir::Dir::open(p.c()),
    });
    // A descriptor that is none has no name in the error, one that is no directory has.
    let opened =
        opened.map_err(|e| if p.fd.is_some() && e.0 == 9 { plain(py, e) } else { p.error(py, e) })?;
    let names = on(py, &p, || dir::list(opened))?;
    let names: Vec<Owned> = names.iter().map(|n| p.result(py, n)).collect::<PyResult<_>>()?;
    list::from_iter(py, names).map(Owned::upcast)
}

pub(super) fn mkdir(py: Py<'_>, _: &M, p: Path, mode: Option<i32>, d: Option<DirFd>) -> PyResult<()> {
    let (mode, d) = (mode.unwrap_or(0o777), dir(d));
    tell(py, "os.mkdir", &[Given(&p.object), Int(mode.into()), Dir(d)])?;
    on(py, &p, || fs::mkdir(p.c(), mode as u32, d))
}

pub(super) fn mkfifo(py: Py<'_>, _: &M, p: Path, mode: Option<i32>, d: Option<DirFd>) -> PyResult<()> {
    retry(py, || fs::mkfifo(p.c(), mode.unwrap_or(0o666) as u32, dir(d)))
}

pub(super) fn mknod(
    py: Py<'_>,
    _: &M,
    p: Path,
    mode: Option<i32>,
    device: Option<Device>,
    d: Option<DirFd>,
) -> PyResult<()> {
    let device = device.map_or(0, |d| d.0);
    retry(py, || fs::mknod(p.c(), mode.unwrap_or(0o600) as u32, device, dir(d)))
}

pub(super) fn open(
    py: Py<'_>,
    _: &M,
    p: Path,
    flags: i32,
    mode: Option<i32>,
    d: Option<DirFd>,
) -> PyResult<i32> {
    dxpy_core::audit::event_with(py, "open", || {
        let flags = dxpy_core::long::from_i64(py, flags.into())?;
        dxpy_core::tuple::from_iter(py, [p.object.clone(), dxpy_core::object::none(), flags.upcast()])
    })?;
    again(py, || fd::open(p.c(), flags, mode.unwrap_or(0o777) as u32, dir(d)))?.map_err(|e| p.error(py, e))
}

pub(super) fn rmdir(py: Py<'_>, _: &M, p: Path, d: Option<DirFd>) -> PyResult<()> {
    let d = dir(d);
    tell(py, "os.rmdir", &[Given(&p.object), Dir(d)])?;
    on(py, &p, || fs::rmdir(p.c(), d))
}

pub(super) fn unlink(py: Py<'_>, _: &M, p: Path, d: Option<DirFd>) -> PyResult<()> {
    let d = dir(d);
    tell(py, "os.remove", &[Given(&p.object), Dir(d)])?;
    on(py, &p, || fs::unlink(p.c(), d))
}

pub(super) fn truncate(py: Py<'_>, _: &M, PathOrFd(p): PathOrFd, length: i64) -> PyResult<()> {
    tell(py, "os.truncate", &[Given(&p.object), Int(length)])?;
    match p.fd {
        Some(n) => retry(py, || fd::ftruncate(n, length)),
        None => on(py, &p, || fs::truncate(p.c(), length)),
    }
}

/// A name of a configuration value, or its number (`conv_confname`).
pub(super) fn configuration(py: Py<'_>, o: &PyObject, table: &[(&str, i64)]) -> PyResult<i32> {
    if long::check(o).is_some() {
        return int(py, o);
    }
    let Some(s) = dxpy_core::unicode::check(o) else {
        return Err(exceptions::type_error(
            py,
            format_args!("configuration names must be strings or integers"),
        ));
    };
    let text = dxpy_core::unicode::display(s.as_object());
    dxpy_host::constants::find(table, &text)
        .map(|v| v as i32)
        .ok_or_else(|| exceptions::value_error(py, format_args!("unrecognized configuration name")))
}

pub(super) fn pathconf(py: Py<'_>, _: &M, PathOrFd(p): PathOrFd, name: &PyObject) -> PyResult<i64> {
    let name = configuration(py, name, dxpy_host::constants::os::PATHCONF)?;
    process::pathconf(p.fd.map_or(Ok(p.c()), Err), name)
        .map(|v| v.unwrap_or(-1))
        // What is wrong with the number is not the path's fault.
        .map_err(|e| if e.0 == 22 { plain(py, e) } else { p.error(py, e) })
}

pub(super) fn fpathconf(py: Py<'_>, _: &M, Descriptor(fd): Descriptor, name: &PyObject) -> PyResult<i64> {
    let name = configuration(py, name, dxpy_host::constants::os::PATHCONF)?;
    process::pathconf(Err(fd), name).map(|v| v.unwrap_or(-1)).map_err(|e| plain(py, e))
}

fn target<'a>(py: Py<'_>, function: &str, p: &'a Path, follow: Option<bool>) -> PyResult<Target<'a>> {
    let follow = follow.unwrap_or(true);
    no_links_of_fd(py, function, p, follow)?;
    Ok(match p.fd {
        Some(fd) => Target::Fd(fd),
        None if follow => Target::Path(p.c()),
        None => Target::Link(p.c()),
    })
}

pub(super) fn getxattr(
    py: Py<'_>,
    _: &M,
    PathOrFd(p): PathOrFd,
    attribute: Path,
    follow: Option<bool>,
) -> PyResult {
    let t = target(py, "getxattr", &p, follow)?;
    tell(py, "os.getxattr", &[Given(&p.object), Given(&attribute.object)])?;
    let value = on(py, &p, || fs::getxattr(t, attribute.c()))?;
    dxpy_core::bytes::new(py, &value).map(Owned::upcast)
}

pub(super) fn setxattr(
    py: Py<'_>,
    _: &M,
    PathOrFd(p): PathOrFd,
    attribute: Path,
    value: &PyObject,
    flags: Option<i32>,
    follow: Option<bool>,
) -> PyResult<()> {
    let view = dxpy_core::buffer::View::simple(py, value)?;
    let t = target(py, "setxattr", &p, follow)?;
    let shown = [Given(&p.object), Given(&attribute.object), Given(value), Int(flags.unwrap_or(0).into())];
    tell(py, "os.setxattr", &shown)?;
    let value = view;
    on(py, &p, || fs::setxattr(t, attribute.c(), value.bytes(), flags.unwrap_or(0)))
}

pub(super) fn removexattr(
    py: Py<'_>,
    _: &M,
    PathOrFd(p): PathOrFd,
    attribute: Path,
    follow: Option<bool>,
) -> PyResult<()> {
    let t = target(py, "removexattr", &p, follow)?;
    tell(py, "os.removexattr", &[Given(&p.object), Given(&attribute.object)])?;
    on(py, &p, || fs::removexattr(t, attribute.c()))
}

pub(super) fn listxattr(py: Py<'_>, _: &M, p: Option<PathFdOrNone>, follow: Option<bool>) -> PyResult {
    let p = p.map_or_else(Path::none, |p| p.0);
    let t = match target(py, "listxattr", &p, follow)? {
        Target::Path(_) if object::is_none(&p.object) => Target::Path(c"."),
        Target::Link(_) if object::is_none(&p.object) => Target::Link(c"."),
        t => t,
    };
    tell(py, "os.listxattr", &[Given(&p.object)])?;
    let names = on(py, &p, || fs::listxattr(t))?;
    let names: Vec<Owned> =
        names.iter().map(|n| crate::path::decode(py, n).map(Owned::upcast)).collect::<PyResult<_>>()?;
    list::from_iter(py, names).map(Owned::upcast)
}

#[cold]
fn out_of_range(py: Py<'_>) -> PyErr {
    exceptions::overflow_error(py, format_args!("timestamp out of range for platform time_t"))
}

/// Seconds and nanoseconds of a count of nanoseconds (`split_py_long_to_s_and_ns`).
fn split(py: Py<'_>, o: &PyObject) -> PyResult<(i64, i64)> {
    let billion = long::from_i64(py, 1_000_000_000)?;
    let both = number::divmod(py, o, billion.as_object())?;
    let parts = tuple::check(&both).map(tuple::items);
    let Some([s, ns]) = parts else {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "{}.__divmod__() must return a 2-tuple, not {}",
                call::type_name(o.ty()),
                call::type_name(both.ty())
            ),
        ));
    };
    let s = number::index_any(py, s)?;
    let s = long::to_i64(&s).ok_or_else(|| out_of_range(py))?;
    Ok((s, c_long(py, ns)?))
}

pub(super) fn utime(
    py: Py<'_>,
    _: &M,
    PathOrFd(p): PathOrFd,
    times: Option<&PyObject>,
    ns: Option<&PyObject>,
    d: Option<DirFd>,
    follow: Option<bool>,
) -> PyResult<()> {
    let times = times.filter(|t| !object::is_none(t));
    let none = object::none();
    let given = [times.unwrap_or(&none), ns.unwrap_or(&none)];
    let pair = |o: &PyObject| -> Option<(Owned, Owned)> {
        match tuple::check_exact(o).map(tuple::items) {
            Some([a, b]) => Some(((*a).to_owned(), (*b).to_owned())),
            _ => None,
        }
    };
    let text = |t: &str| exceptions::type_error(py, format_args!("utime: {t}"));
    let times = match (times, ns) {
        (Some(_), Some(_)) => {
            return Err(wrong(py, "utime", "you may specify either 'times' or 'ns' but not both"));
        }
        (Some(t), None) => {
            let (a, b) = pair(t).ok_or_else(|| text("'times' must be either a tuple of two ints or None"))?;
            Some([timespec(py, &a, Round::Floor)?, timespec(py, &b, Round::Floor)?])
        }
        (None, Some(t)) => {
            let (a, b) = pair(t).ok_or_else(|| text("'ns' must be a tuple of two ints"))?;
            Some([split(py, &a)?, split(py, &b)?])
        }
        (None, None) => None,
    };
    no_dir_without_path(py, "utime", &p, d)?;
    let follow = follow.unwrap_or(true);
    no_links_of_fd(py, "utime", &p, follow)?;
    let d = dir(d);
    tell(py, "os.utime", &[Given(&p.object), Given(given[0]), Given(given[1]), Dir(d)])?;
    // Which of path and times is wrong the system does not say, so the error names neither.
    once(py, || fs::utime(p.fd.map_or(Ok(p.c()), Err), times, d, follow))
}

/// `os.fspath`.
pub(super) fn fspath(py: Py<'_>, _: &M, path: &PyObject) -> PyResult {
    dxpy_core::codecs::fspath(py, path)
}

/// `_Py_normpath`: empty and dot parts go, `..` takes a part with it where there is one.
pub(super) fn path_normpath(py: Py<'_>, _: &M, path: &PyObject) -> PyResult {
    let Some(text) = dxpy_core::unicode::check(path) else {
        return Err(exceptions::type_error(
            py,
            format_args!("expected 'str', not '{}'", call::type_name(path.ty())),
        ));
    };
    let raw: Vec<u32> = dxpy_core::unicode::code_points(text).collect();
    let out = crate::path::normal(&raw);
    dxpy_core::unicode::from_code_points(py, &out).map(Owned::upcast)
}
