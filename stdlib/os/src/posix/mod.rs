//! `posix`: files, directories, descriptors, environment and process identity. Spawning, scheduling, extended attributes
//! and terminals are not complete yet: what is not here raises `AttributeError`, and `whatsleft` counts it.

mod files;
mod scandir;
mod stat;

use crate::path::{decode, encode, os_error};
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{
    Owned, Py, PyResult, bytes, dict, exceptions, list, long, methods, name, object, tuple, types, unicode,
};
use dxpy_host::{Errno, constants, env, fs, process};
use files::*;
use stat::{fstat, lstat, stat};
use std::ffi::CString;

/// `posix`.
pub static MODULE: StaticModule = StaticModule::new(c"posix")
    .doc(c"This module provides access to operating system functionality that is standardized by the C Standard and the POSIX standard.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "stat" = stat [3], "($module, /, path, *, dir_fd=None, follow_symlinks=True)", "Perform a stat system call on the given path.";
    "lstat" = lstat [2], "($module, /, path, *, dir_fd=None)", "Perform a stat system call without following symbolic links.";
    "fstat" = fstat [1], "($module, /, fd)", "Perform a stat system call on the given file descriptor.";
    "access" = access [5], "($module, /, path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)", "Whether the user may use a path.";
    "chdir" = chdir [1], "($module, /, path)", "Change the current working directory.";
    "chmod" = chmod [4], "($module, /, path, mode, *, dir_fd=None, follow_symlinks=True)", "Change the access permissions of a file.";
    "close" = close [1], "($module, /, fd)", "Close a file descriptor.";
    "cpu_count" = cpu_count [0], "($module, /)", "The number of logical CPUs.";
    "dup" = dup [1], "($module, fd, /)", "A duplicate of a file descriptor.";
    "dup2" = dup2 [3], "($module, /, fd, fd2, inheritable=True)", "Duplicate a file descriptor onto another.";
    "_exit" = exit_now [1], "($module, /, status)", "Exit at once, without cleaning up.";
    "fspath" = fspath [1], "($module, /, path)", "The text of a path.";
    "fsync" = fsync [1], "($module, /, fd)", "Force a file's data to disk.";
    "ftruncate" = ftruncate [2], "($module, fd, length, /)", "Cut a file to a length.";
    "getcwd" = getcwd [0], "($module, /)", "The current working directory.";
    "getcwdb" = getcwdb [0], "($module, /)", "The current working directory in bytes.";
    "getegid" = getegid [0], "($module, /)", "The effective group id.";
    "geteuid" = geteuid [0], "($module, /)", "The effective user id.";
    "getgid" = getgid [0], "($module, /)", "The group id.";
    "getpid" = getpid [0], "($module, /)", "The process id.";
    "getppid" = getppid [0], "($module, /)", "The parent's process id.";
    "getuid" = getuid [0], "($module, /)", "The user id.";
    "get_inheritable" = get_inheritable [1], "($module, fd, /)", "Whether a descriptor is inherited.";
    "set_inheritable" = set_inheritable [2], "($module, fd, inheritable, /)", "Set whether a descriptor is inherited.";
    "isatty" = isatty [1], "($module, fd, /)", "Whether a descriptor is a terminal.";
    "kill" = kill [2], "($module, pid, signal, /)", "Send a signal to a process.";
    "link" = link [5], "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)", "Create a hard link.";
    "listdir" = listdir [1], "($module, /, path=None)", "The names of a directory's entries.";
    "lseek" = lseek [3], "($module, fd, position, whence, /)", "Set a descriptor's position.";
    "mkdir" = mkdir [3], "($module, /, path, mode=511, *, dir_fd=None)", "Create a directory.";
    "open" = open [4], "($module, /, path, flags, mode=511, *, dir_fd=None)", "Open a file.";
    "pipe" = pipe [0], "($module, /)", "Create a pipe.";
    "putenv" = putenv [2], "($module, name, value, /)", "Change an environment variable.";
    "read" = read [2], "($module, fd, length, /)", "Read from a descriptor.";
    "readlink" = readlink [2], "($module, /, path, *, dir_fd=None)", "Where a symbolic link points to.";
    "remove" = unlink [2], "($module, /, path, *, dir_fd=None)", "Remove a file.";
    "rename" = rename [4], "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)", "Rename a file or directory.";
    "replace" = replace [4], "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)", "Rename a file or directory, overwriting the destination.";
    "rmdir" = rmdir [2], "($module, /, path, *, dir_fd=None)", "Remove a directory.";
    "scandir" = scandir::scandir [1], "($module, /, path=None)", "An iterator over a directory's entries.";
    "strerror" = strerror [1], "($module, code, /)", "The text of an error number.";
    "symlink" = symlink [4], "($module, /, src, dst, target_is_directory=False, *, dir_fd=None)", "Create a symbolic link.";
    "umask" = umask [1], "($module, mask, /)", "Set the file mode creation mask, and return the former one.";
    "uname" = uname [0], "($module, /)", "The system's name.";
    "unlink" = unlink [2], "($module, /, path, *, dir_fd=None)", "Remove a file.";
    "unsetenv" = unsetenv [1], "($module, name, /)", "Delete an environment variable.";
    "urandom" = urandom [1], "($module, size, /)", "Random bytes.";
    "write" = write [2], "($module, fd, data, /)", "Write to a descriptor.";
    "_path_normpath" = path_normpath [1], "($module, /, path)", "A path without redundant parts.";
    "waitpid" = waitpid [2], "($module, pid, options, /)", "Wait for a child process.";
    "system" = system [1], "($module, /, command)", "Run a command in a shell.";
] }

/// `os.uname_result`.
static UNAME: dxpy_types::structseq::Desc = dxpy_types::structseq::Desc {
    name: "posix.uname_result",
    doc: "uname_result: Result from os.uname().",
    fields: &[
        (Some("sysname"), "operating system name"),
        (Some("nodename"), "name of machine on network (implementation-defined)"),
        (Some("release"), "operating system release"),
        (Some("version"), "operating system version"),
        (Some("machine"), "hardware identifier"),
    ],
    visible: 5,
};

/// A type made when the module is, for functions that give its instances.
pub(crate) struct Made(Gil<core::cell::Cell<Option<&'static PyTypeObject>>>);

impl Made {
    pub(crate) const fn new() -> Made {
        Made(Gil(core::cell::Cell::new(None)))
    }

    pub(crate) fn get(&self) -> &'static PyTypeObject {
        self.0.get().expect("the module made it")
    }

    /// Makes the type once and adds it to the module under its short name.
    pub(crate) fn make(
        &self,
        py: Py<'_>,
        m: &PyModuleObject,
        desc: &'static dxpy_types::structseq::Desc,
    ) -> PyResult<()> {
        if self.0.get().is_none() {
            self.0.set(Some(dxpy_types::structseq::new_type(py, desc)?));
        }
        let short = desc.name.rsplit('.').next().unwrap_or_default();
        module::add(py, m, short, self.get().as_object())
    }
}

static UNAME_TYPE: Made = Made::new();

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    for (n, v) in constants::os::POSIX {
        module::add_int(py, m, n, *v)?;
    }
    let environ = dict::new(py)?;
    for entry in env::all() {
        if let Some(at) = entry.iter().skip(1).position(|b| *b == b'=') {
            let (k, v) = (&entry[..at + 1], &entry[at + 2..]);
            let k = bytes::new(py, k)?;
            dict::set_default(py, &environ, k.as_object(), bytes::new(py, v)?.as_object())?;
        }
    }
    module::add(py, m, "environ", environ.as_object())?;
    module::add(py, m, "error", exceptions::OSError.as_object())?;
    let have = [
        "HAVE_FACCESSAT",
        "HAVE_FCHDIR",
        "HAVE_FCHMOD",
        "HAVE_FCHMODAT",
        "HAVE_FCHOWN",
        "HAVE_FCHOWNAT",
        "HAVE_FDOPENDIR",
        "HAVE_FEXECVE",
        "HAVE_FPATHCONF",
        "HAVE_FSTATAT",
        "HAVE_FSTATVFS",
        "HAVE_FTRUNCATE",
        "HAVE_FUTIMENS",
        "HAVE_LINKAT",
        "HAVE_LCHOWN",
        "HAVE_LSTAT",
        "HAVE_LUTIMES",
        "HAVE_MEMFD_CREATE",
        "HAVE_MKDIRAT",
        "HAVE_MKFIFOAT",
        "HAVE_MKNODAT",
        "HAVE_OPENAT",
        "HAVE_READLINKAT",
        "HAVE_RENAMEAT",
        "HAVE_SYMLINKAT",
        "HAVE_UNLINKAT",
        "HAVE_UTIMENSAT",
    ];
    let have: Vec<Owned> =
        have.iter().map(|n| unicode::from_str(py, n).map(Owned::upcast)).collect::<PyResult<_>>()?;
    module::add(py, m, "_have_functions", list::from_iter(py, have)?.as_object())?;
    UNAME_TYPE.make(py, m, &UNAME)?;
    scandir::init(py)?;
    module::add(py, m, "DirEntry", scandir::DIR_ENTRY.as_object())?;
    stat::STAT_TYPE.make(py, m, &stat::STAT)
}

/// An error without a file name.
pub(crate) fn plain(py: Py<'_>, e: Errno) -> dxpy_core::PyErr {
    os_error(py, e, None, None)
}

fn cpu_count(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    match process::sysconf(84) {
        Ok(Some(n)) if n > 0 => long::from_i64(py, n).map(Owned::upcast),
        _ => Ok(object::none()),
    }
}

fn exit_now(_: Py<'_>, _: &PyModuleObject, status: i32) -> PyResult<()> {
    process::exit_now(status)
}

/// `PyOS_FSPath`.
fn fspath(py: Py<'_>, _: &PyModuleObject, path: &PyObject) -> PyResult {
    if unicode::check(path).is_some() || bytes::check(path).is_some() {
        return Ok(path.to_owned());
    }
    let name = dxpy_core::call::type_name(path.ty());
    let Some(m) = types::special::bound(py, path, name!("__fspath__"))? else {
        return Err(exceptions::type_error(
            py,
            format_args!("expected str, bytes or os.PathLike object, not {name}"),
        ));
    };
    let r = dxpy_core::call::call(py, &m, [])?;
    if unicode::check(&r).is_none() && bytes::check(&r).is_none() {
        return Err(exceptions::type_error(
            py,
            format_args!(
                "expected {name}.__fspath__() to return str or bytes, not {}",
                dxpy_core::call::type_name(r.ty())
            ),
        ));
    }
    Ok(r)
}

fn getcwd(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    let b = fs::getcwd().map_err(|e| plain(py, e))?;
    decode(py, &b).map(Owned::upcast)
}

fn getcwdb(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    let b = fs::getcwd().map_err(|e| plain(py, e))?;
    bytes::new(py, &b).map(Owned::upcast)
}

fn getpid(_: Py<'_>, _: &PyModuleObject) -> i64 {
    std::process::id() as i64
}

fn getppid(_: Py<'_>, _: &PyModuleObject) -> i64 {
    std::os::unix::process::parent_id() as i64
}

fn getuid(_: Py<'_>, _: &PyModuleObject) -> i64 {
    process::getuid() as i64
}

fn geteuid(_: Py<'_>, _: &PyModuleObject) -> i64 {
    process::geteuid() as i64
}

fn getgid(_: Py<'_>, _: &PyModuleObject) -> i64 {
    process::getgid() as i64
}

fn getegid(_: Py<'_>, _: &PyModuleObject) -> i64 {
    process::getegid() as i64
}

fn kill(py: Py<'_>, _: &PyModuleObject, pid: i32, signal: i32) -> PyResult<()> {
    process::kill(pid, signal).map_err(|e| plain(py, e))
}

/// A name or value of the environment.
fn environment_text(py: Py<'_>, o: &PyObject) -> PyResult<CString> {
    let raw = match (unicode::check(o), bytes::check(o)) {
        (Some(s), _) => encode(py, s)?,
        (None, Some(b)) => bytes::as_slice(b).to_vec(),
        (None, None) => {
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "expected str, bytes or os.PathLike object, not {}",
                    dxpy_core::call::type_name(o.ty())
                ),
            ));
        }
    };
    CString::new(raw).map_err(|_| exceptions::value_error(py, format_args!("embedded null byte")))
}

fn putenv(py: Py<'_>, _: &PyModuleObject, name: &PyObject, value: &PyObject) -> PyResult<()> {
    let (n, v) = (environment_text(py, name)?, environment_text(py, value)?);
    if n.to_bytes().contains(&b'=') {
        return Err(exceptions::value_error(py, format_args!("illegal environment variable name")));
    }
    env::set(&n, &v).map_err(|e| plain(py, e))
}

fn unsetenv(py: Py<'_>, _: &PyModuleObject, name: &PyObject) -> PyResult<()> {
    let n = environment_text(py, name)?;
    env::unset(&n).map_err(|e| plain(py, e))
}

fn strerror(py: Py<'_>, _: &PyModuleObject, code: i32) -> PyResult<Owned<PyUnicodeObject>> {
    decode(py, &Errno(code).message())
}

fn umask(_: Py<'_>, _: &PyModuleObject, mask: i32) -> i64 {
    fs::umask(mask as u32) as i64
}

fn uname(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    let parts = env::uname().map_err(|e| plain(py, e))?;
    let parts: Vec<Owned> =
        parts.iter().map(|p| decode(py, p).map(Owned::upcast)).collect::<PyResult<_>>()?;
    dxpy_types::structseq::new(py, UNAME_TYPE.get(), parts)
}

fn urandom(py: Py<'_>, _: &PyModuleObject, size: isize) -> PyResult {
    let Ok(n) = usize::try_from(size) else {
        return Err(exceptions::value_error(py, format_args!("negative argument not allowed")));
    };
    let mut buffer = vec![0u8; n];
    let mut at = 0;
    while at < n {
        match env::getrandom(&mut buffer[at..], 0) {
            Ok(k) => at += k,
            Err(e) if e.0 == 4 => {}
            Err(e) => return Err(plain(py, e)),
        }
    }
    bytes::new(py, &buffer).map(Owned::upcast)
}

fn waitpid(py: Py<'_>, _: &PyModuleObject, pid: i32, options: i32) -> PyResult {
    let (p, status) = process::waitpid(pid, options).map_err(|e| plain(py, e))?;
    let (p, status) = (long::from_i64(py, p as i64)?, long::from_i64(py, status as i64)?);
    tuple::from_iter(py, [p.upcast(), status.upcast()]).map(Owned::upcast)
}

fn system(py: Py<'_>, _: &PyModuleObject, command: &PyObject) -> PyResult<i32> {
    let c = environment_text(py, command)?;
    Ok(process::system(&c))
}

/// `_Py_normpath`: empty and dot parts go, `..` takes a part with it where there is one.
fn path_normpath(py: Py<'_>, _: &PyModuleObject, path: &PyObject) -> PyResult {
    let p = crate::path::path(
        py,
        path,
        crate::path::Spec { function: "_path_normpath", argument: "path", nullable: false, allow_fd: false },
    )?;
    let raw = p.text.as_bytes();
    let slashes = raw.iter().take_while(|b| **b == b'/').count();
    let lead = if slashes == 2 { 2 } else { slashes.min(1) };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in raw.split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." if lead > 0 && parts.is_empty() => {}
            b".." if parts.last().is_some_and(|l| *l != b"..") => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let mut out = vec![b'/'; lead];
    out.extend(parts.join(&b'/'));
    if out.is_empty() {
        out.push(b'.');
    }
    p.result(py, &out)
}
