//! `scandir`: the iterator over a directory and its entries, which ask the system as late and as seldom as they can.

use super::stat;
use crate::path::{Path, Spec, os_error, path};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::StaticType;
use dxpy_core::thread::without_gil;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, exceptions, glue, long, members, methods, object, protocol, types, unicode,
};
use dxpy_host::Errno;
use dxpy_host::dir::{Dir, FileType};
use dxpy_host::fs::{self, Stat};

/// What an entry remembers besides the attributes that programs see.
struct Known {
    /// The name of the entry for the system: with its directory, or alone if that is a descriptor.
    path: std::ffi::CString,
    dir_fd: Option<i32>,
    kind: FileType,
    inode: u64,
}

/// `DirEntry`.
#[repr(C)]
pub struct Entry {
    ob_base: PyObject,
    name: Cell<*mut PyObject>,
    path: Cell<*mut PyObject>,
    /// Results of `stat()`, of the target and of the entry itself.
    stat: Cell<*mut PyObject>,
    lstat: Cell<*mut PyObject>,
    known: Cell<*mut Known>,
}
// SAFETY: `#[repr(C)]`, and the header is first.
unsafe impl Layout for Entry {}

/// `os.DirEntry`.
pub static DIR_ENTRY: StaticType = StaticType::new::<Entry>(c"posix.DirEntry")
    .mutable()
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .dealloc(glue::dealloc(entry_dealloc))
    .repr(glue::unary(entry_repr))
    .members(&ENTRY_MEMBERS)
    .methods(&ENTRY_METHODS);

members! { static ENTRY_MEMBERS [
    "name" = Py_T_OBJECT_EX, offset_of!(Entry, name), Py_READONLY, "The entry's name, relative to the directory scanned.";
    "path" = Py_T_OBJECT_EX, offset_of!(Entry, path), Py_READONLY, "The name behind the path that was given to scandir().";
] }

methods! { static ENTRY_METHODS: for Entry [
    "is_dir" = is_dir [1], "($self, /, *, follow_symlinks=True)", "Whether the entry is a directory.", defining;
    "is_file" = is_file [1], "($self, /, *, follow_symlinks=True)", "Whether the entry is a file.", defining;
    "is_symlink" = is_symlink [0], "($self, /)", "Whether the entry is a symbolic link.", defining;
    "is_junction" = is_junction [0], "($self, /)", "Whether the entry is a junction, which this system does not have.", defining;
    "stat" = entry_stat [1], "($self, /, *, follow_symlinks=True)", "The result of os.stat() for the entry, kept for the next time.", defining;
    "inode" = inode [0], "($self, /)", "The number of the entry's inode.";
    "__fspath__" = fspath [0], "($self, /)", "The path of the entry.";
    "__class_getitem__" = class_getitem [1], "?($type, object, /)", "See PEP 585", class;
] }

fn entry_dealloc(_: Py<'_>, e: &Entry) {
    for cell in [&e.name, &e.path, &e.stat, &e.lstat] {
        object::clear_field(cell);
    }
    let known = e.known.replace(core::ptr::null_mut());
    // SAFETY: made with the entry, which ends here.
    unsafe {
        if !known.is_null() {
            drop(Box::from_raw(known));
        }
        object::tp_free(e.as_object());
    }
}

fn known(e: &Entry) -> &Known {
    // SAFETY: set before anybody sees the entry, and freed with it.
    unsafe { &*e.known.get() }
}

/// An attribute that was set when the entry was made.
fn set(cell: &Cell<*mut PyObject>) -> Owned {
    // SAFETY: the same; the entry holds it.
    unsafe { (*cell.get()).to_owned() }
}

fn entry_repr(py: Py<'_>, e: &Entry) -> PyResult<Owned<PyUnicodeObject>> {
    let name = protocol::repr(py, &set(&e.name))?;
    let mut text = vec![];
    text.extend("<DirEntry ".chars().map(u32::from));
    text.extend(unicode::code_points(&name));
    text.push('>' as u32);
    unicode::from_code_points(py, &text)
}

fn class_getitem(py: Py<'_>, ty: &Entry, item: &PyObject) -> PyResult {
    dxpy_core::hooks::generic_alias(py, ty.as_object(), item)
}

fn fspath(_: Py<'_>, e: &Entry) -> Owned {
    set(&e.path)
}

fn ask(py: Py<'_>, e: &Entry, follow: bool) -> Result<Stat, Errno> {
    let k = known(e);
    without_gil(py, || fs::stat(&k.path, k.dir_fd, follow))
}

fn fetch(py: Py<'_>, e: &Entry, follow: bool) -> PyResult<Result<Owned, Errno>> {
    match ask(py, e, follow) {
        Ok(s) => stat::result(py, &s).map(Ok),
        Err(e) => Ok(Err(e)),
    }
}

/// The cached result or a new one.
fn cached(py: Py<'_>, e: &Entry, follow: bool) -> PyResult<Result<Owned, Errno>> {
    let follow = follow && kind_is_link(py, e)?;
    let cell = if follow { &e.stat } else { &e.lstat };
    if cell.get().is_null() {
        match fetch(py, e, follow)? {
            Ok(r) => cell.set(r.into_ptr()),
            Err(e) => return Ok(Err(e)),
        }
    }
    Ok(Ok(set(cell)))
}

fn kind_is_link(py: Py<'_>, e: &Entry) -> PyResult<bool> {
    match known(e).kind {
        FileType::Unknown => test(py, e, false, FileType::Symlink),
        kind => Ok(kind == FileType::Symlink),
    }
}

fn path_error(py: Py<'_>, e: &Entry, n: Errno) -> PyErr {
    os_error(py, n, Some(&set(&e.path)), None)
}

/// `DirEntry_test_mode`: an entry that went away meanwhile is of no kind.
fn test(py: Py<'_>, e: &Entry, follow: bool, wanted: FileType) -> PyResult<bool> {
    const FORMAT: i64 = 0o170000;
    const ENOENT: i32 = 2;
    let kind = known(e).kind;
    if kind != FileType::Unknown && !(follow && kind == FileType::Symlink) {
        return Ok(kind == wanted);
    }
    let s = match cached(py, e, follow)? {
        Ok(s) => s,
        Err(Errno(ENOENT)) => return Ok(false),
        Err(n) => return Err(path_error(py, e, n)),
    };
    let mode = dxpy_core::attr::get_name(py, &s, dxpy_core::name!("st_mode"))?;
    let mode = long::check(&mode).and_then(long::to_i64).unwrap_or_default() & FORMAT;
    Ok(mode
        == match wanted {
            FileType::Dir => 0o040000,
            FileType::Symlink => 0o120000,
            _ => 0o100000,
        })
}

fn is_dir(py: Py<'_>, e: &Entry, follow: Option<bool>) -> PyResult<bool> {
    test(py, e, follow.unwrap_or(true), FileType::Dir)
}

fn is_file(py: Py<'_>, e: &Entry, follow: Option<bool>) -> PyResult<bool> {
    test(py, e, follow.unwrap_or(true), FileType::File)
}

fn is_symlink(py: Py<'_>, e: &Entry) -> PyResult<bool> {
    kind_is_link(py, e)
}

fn is_junction(_: Py<'_>, _: &Entry) -> bool {
    false
}

fn entry_stat(py: Py<'_>, e: &Entry, follow: Option<bool>) -> PyResult {
    cached(py, e, follow.unwrap_or(true))?.map_err(|n| path_error(py, e, n))
}

fn inode(_: Py<'_>, e: &Entry) -> u64 {
    known(e).inode
}

/// The directory that is being read, and how it was given.
struct Scan {
    dir: Dir,
    path: Path,
}

/// `ScandirIterator`: NULL once it is closed or at its end.
#[repr(C)]
pub struct Iter {
    ob_base: PyObject,
    scan: Cell<*mut Scan>,
}
// SAFETY: `#[repr(C)]`, and the header is first.
unsafe impl Layout for Iter {}

/// `posix.ScandirIterator`.
pub static ITERATOR: StaticType = StaticType::new::<Iter>(c"posix.ScandirIterator")
    .mutable()
    .flags(Py_TPFLAGS_DISALLOW_INSTANTIATION)
    .dealloc(glue::dealloc(iter_dealloc))
    .finalize(glue::dealloc(iter_finalize))
    .iter(glue::unary(|_: Py<'_>, i: &Iter| Ok(i.to_owned())))
    .iternext(glue::iternext(iter_next))
    .methods(&ITER_METHODS);

methods! { static ITER_METHODS: for Iter [
    "__enter__" = enter [0], "!($self, /)", "";
    "__exit__" = exit [1], "?($self, *args)", "";
    "close" = close [0], "!($self, /)", "Closes the directory.";
] }

/// Makes the types ready.
pub fn init(py: Py<'_>) -> PyResult<()> {
    types::ready(py, &DIR_ENTRY)?;
    types::ready(py, &ITERATOR)
}

fn end(py: Py<'_>, i: &Iter) {
    let scan = i.scan.replace(core::ptr::null_mut());
    if !scan.is_null() {
        // SAFETY: made by `scandir`; the cell is empty now.
        let Scan { dir, path } = *unsafe { Box::from_raw(scan) };
        without_gil(py, || drop(dir));
        drop(path);
    }
}

fn iter_finalize(py: Py<'_>, i: &Iter) {
    if i.scan.get().is_null() {
        return;
    }
    let pending = PyErr::take(py);
    let warned = protocol::repr(py, i.as_object()).and_then(|r| {
        exceptions::resource_warning(
            py,
            i.as_object(),
            1,
            format_args!("unclosed scandir iterator {}", unicode::display(r.as_object())),
        )
    });
    if let Err(e) = warned {
        if exceptions::matches(&e, &exceptions::Warning) {
            exceptions::unraisable(py, e, Some(i.as_object()));
        } else {
            glue::ignore(e);
        }
    }
    end(py, i);
    if let Some(e) = pending {
        e.restore(py);
    }
}

fn iter_dealloc(py: Py<'_>, i: &Iter) {
    // SAFETY: the count is zero and the dealloc runs; nobody uses the memory again.
    unsafe {
        if !object::finalize_from_dealloc(py, i.as_object(), glue::dealloc(iter_finalize)) {
            object::tp_free(i.as_object());
        }
    }
}

fn iter_next(py: Py<'_>, i: &Iter) -> PyResult<Option<Owned>> {
    let scan = i.scan.get();
    if scan.is_null() {
        return Ok(None);
    }
    // The cell is emptied for the call, which another thread may come into.
    i.scan.set(core::ptr::null_mut());
    // SAFETY: made by `scandir`, and nobody else reaches it now.
    let mut scan = unsafe { Box::from_raw(scan) };
    match without_gil(py, || scan.dir.next_entry()) {
        Ok(Some(found)) => {
            let entry = new_entry(py, &scan.path, found);
            if i.scan.get().is_null() {
                i.scan.set(Box::into_raw(scan));
            }
            entry.map(Some)
        }
        Ok(None) => Ok(None),
        Err(e) => Err(scan.path.error(py, e)),
    }
}

fn new_entry(py: Py<'_>, p: &Path, found: dxpy_host::dir::Entry) -> PyResult {
    let mut full = Vec::new();
    if p.fd.is_none() {
        let dir = if object::is_none(&p.object) { b"." } else { p.c().to_bytes() };
        full.extend_from_slice(dir);
        if full.last().is_some_and(|c| *c != b'/') {
            full.push(b'/');
        }
    }
    full.extend_from_slice(&found.name);
    let name = p.result(py, &found.name)?;
    let path = if p.fd.is_some() { name.clone() } else { p.result(py, &full)? };
    let full = std::ffi::CString::new(full).map_err(|_| crate::path::null_byte(py))?;
    // SAFETY: LAYOUT: instances of the type are this struct; all zero is an entry without anything.
    let e: Owned<Entry> = unsafe { object::tp_alloc(py, &DIR_ENTRY, 0)?.cast() };
    let known = Known { path: full, dir_fd: p.fd, kind: found.kind, inode: found.inode };
    e.known.set(Box::into_raw(Box::new(known)));
    e.name.set(name.into_ptr());
    e.path.set(path.into_ptr());
    Ok(e.upcast())
}

fn enter(_: Py<'_>, i: &Iter) -> Owned<Iter> {
    i.to_owned()
}

fn exit(py: Py<'_>, i: &Iter, _: dxpy_core::args::Rest<'_>) {
    end(py, i);
}

fn close(py: Py<'_>, i: &Iter) {
    end(py, i);
}

/// `os.scandir`.
pub(super) fn scandir(py: Py<'_>, _: &PyModuleObject, p: Option<&PyObject>) -> PyResult {
    let none = object::none();
    let spec = Spec { function: "scandir", argument: "path", nullable: true, allow_fd: true };
    let p = path(py, p.unwrap_or(&none), spec)?;
    dxpy_core::audit::event(py, "os.scandir", [&*p.object])?;
    // SAFETY: LAYOUT: instances of the type are this struct.
    let i: Owned<Iter> = unsafe { object::tp_alloc(py, &ITERATOR, 0)?.cast() };
    let dir = without_gil(py, || match p.fd {
        Some(n) => Dir::from_fd(n),
        None if object::is_none(&p.object) => Dir::open(c"."),
        None => Dir::open(p.c()),
    });
    match dir {
        Ok(dir) => i.scan.set(Box::into_raw(Box::new(Scan { dir, path: p }))),
        // CPython names the file where it was named, even None; a descriptor is not.
        Err(e) => return Err(if p.fd.is_some() { crate::convert::plain(py, e) } else { p.error(py, e) }),
    }
    Ok(i.upcast())
}
