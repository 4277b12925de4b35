//! `OSError`: the class follows from the number, and the fields from two to five arguments.

use super::base::{own_dict, put, str, value};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::exceptions::base::set_args;
use dxpy_core::ptr::Object;
use dxpy_core::statics::StaticType;
use dxpy_core::types::slots::has_keywords;
use dxpy_core::{
    Owned, Py, PyResult, exceptions, getset, glue, long, members, methods, number, object, protocol, tuple,
    unicode,
};

pub(super) static OS: StaticType = StaticType::new::<PyOSErrorObject>(c"OSError")
    .doc(c"Base class for I/O related errors.")
    .create(glue::create(create))
    .init(glue::init(init))
    .str(glue::unary(os_str))
    .members(&MEMBERS)
    .getset(&GETSET)
    .methods(&METHODS);
members! { static MEMBERS [
    "errno" = _Py_T_OBJECT, offset_of!(PyOSErrorObject, myerrno), 0, "POSIX exception code";
    "strerror" = _Py_T_OBJECT, offset_of!(PyOSErrorObject, strerror), 0, "exception strerror";
    "filename" = _Py_T_OBJECT, offset_of!(PyOSErrorObject, filename), 0, "exception filename";
    "filename2" = _Py_T_OBJECT, offset_of!(PyOSErrorObject, filename2), 0, "second exception filename";
] }
getset! { static GETSET [
    "characters_written" = get_written, set set_written, "";
] }
methods! { static METHODS: for PyOSErrorObject [
    "__reduce__" = reduce [0], "?($self, /)", "";
] }

/// The class of an error number (`errnomap`).
pub fn class_of(errno: i64) -> &'static StaticType {
    match errno as i32 {
        libc::EAGAIN | libc::EALREADY | libc::EINPROGRESS => &exceptions::BlockingIOError,
        libc::EPIPE | libc::ESHUTDOWN => &exceptions::BrokenPipeError,
        libc::ECHILD => &exceptions::ChildProcessError,
        libc::ECONNABORTED => &exceptions::ConnectionAbortedError,
        libc::ECONNREFUSED => &exceptions::ConnectionRefusedError,
        libc::ECONNRESET => &exceptions::ConnectionResetError,
        libc::EEXIST => &exceptions::FileExistsError,
        libc::ENOENT => &exceptions::FileNotFoundError,
        libc::EISDIR => &exceptions::IsADirectoryError,
        libc::ENOTDIR => &exceptions::NotADirectoryError,
        libc::EINTR => &exceptions::InterruptedError,
        libc::EACCES | libc::EPERM => &exceptions::PermissionError,
        libc::ESRCH => &exceptions::ProcessLookupError,
        libc::ETIMEDOUT => &exceptions::TimeoutError,
        _ => &exceptions::OSError,
    }
}

/// `oserror_use_init`: a subclass with its own `__init__` and the inherited `__new__` gets its fields there.
fn uses_init(ty: &PyTypeObject) -> bool {
    let own = |a: Option<usize>, b: Option<usize>| a != b;
    let init =
        own(ty.tp_init.get().map(|f| f as usize), exceptions::OSError.tp_init.get().map(|f| f as usize));
    let new = own(ty.tp_new.get().map(|f| f as usize), exceptions::OSError.tp_new.get().map(|f| f as usize));
    init && !new
}

/// `OSError_new`.
fn create(py: Py<'_>, ty: &PyTypeObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult {
    let mut ty = ty;
    if !uses_init(ty) {
        no_keywords(py, ty, kw)?;
        if ty.is(&exceptions::OSError.0)
            && let [first, _, ..] = tuple::items(a)
            && tuple::len(a) <= 5
            && let Some(n) = long::check(first).and_then(long::to_i64)
        {
            ty = class_of(n);
        }
    }
    let o = object::generic_alloc(py, ty, 0)?;
    // SAFETY: LAYOUT: subtypes of `OSError` begin so.
    let e = unsafe { &*(o.as_ptr() as *const PyOSErrorObject) };
    e.written.set(-1);
    if uses_init(ty) {
        put(&e.args, Some(tuple::empty().upcast()));
    } else {
        fill(py, e, a)?;
    }
    Ok(o)
}

fn no_keywords(py: Py<'_>, ty: &PyTypeObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    if has_keywords(kw) {
        let name = dxpy_core::call::type_name(ty);
        return Err(exceptions::type_error(py, format_args!("{name}() takes no keyword arguments")));
    }
    Ok(())
}

/// `OSError_init`.
fn init(py: Py<'_>, e: &PyOSErrorObject, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    if !uses_init(e.as_object().ty()) {
        return Ok(());
    }
    no_keywords(py, e.as_object().ty(), kw)?;
    fill(py, e, a)
}

/// `oserror_parse_args` and `oserror_init`: errno, strerror, filename, winerror (ignored), filename2.
fn fill(py: Py<'_>, e: &PyOSErrorObject, a: &PyTupleObject) -> PyResult<()> {
    let items = tuple::items(a);
    let mut shown = a.to_owned();
    if (2..=5).contains(&items.len()) {
        put(&e.myerrno, Some(items[0].to_owned()));
        put(&e.strerror, Some(items[1].to_owned()));
        if let Some(f) = items.get(2).filter(|f| !object::is_none(f)) {
            let blocking = e.as_object().ty().is(&exceptions::BlockingIOError.0);
            if blocking && number::has_index(f) {
                // The third argument counts characters.
                e.written.set(number::as_ssize(py, f, &exceptions::ValueError)?);
            } else {
                put(&e.filename, Some((*f).to_owned()));
                if let Some(f2) = items.get(4).filter(|f| !object::is_none(f)) {
                    put(&e.filename2, Some((*f2).to_owned()));
                }
                // File names are not among `args`.
                shown = tuple::from_iter(py, [items[0].to_owned(), items[1].to_owned()])?;
            }
        }
    }
    set_args(e, &shown);
    Ok(())
}

/// `OSError_str`.
fn os_str(py: Py<'_>, e: &PyOSErrorObject) -> PyResult<Owned<PyUnicodeObject>> {
    let text = |o: Owned| protocol::str(py, &o).map(|s| unicode::display(s.as_object()));
    let shown = |o: Owned| protocol::repr(py, &o).map(|s| unicode::display(s.as_object()));
    let (errno, strerror) = (value(&e.myerrno), value(&e.strerror));
    if !e.filename.get().is_null() {
        let first = format!("[Errno {}] {}: {}", text(errno)?, text(strerror)?, shown(value(&e.filename))?);
        let all = if e.filename2.get().is_null() {
            first
        } else {
            format!("{first} -> {}", shown(value(&e.filename2))?)
        };
        return unicode::from_str(py, &all);
    }
    if !e.myerrno.get().is_null() && !e.strerror.get().is_null() {
        return unicode::from_str(py, &format!("[Errno {}] {}", text(errno)?, text(strerror)?));
    }
    // SAFETY: LAYOUT: instances of every exception type begin so.
    str(py, unsafe { &*(e.as_ptr() as *const PyBaseExceptionObject) })
}

fn get_written(py: Py<'_>, e: &PyOSErrorObject) -> PyResult {
    if e.written.get() == -1 {
        return Err(exceptions::attribute_error(py, format_args!("characters_written")));
    }
    long::from_i64(py, e.written.get() as i64).map(Owned::upcast)
}

fn set_written(py: Py<'_>, e: &PyOSErrorObject, v: Option<&PyObject>) -> PyResult<()> {
    match v {
        None if e.written.get() == -1 => {
            return Err(exceptions::attribute_error(py, format_args!("characters_written")));
        }
        None => e.written.set(-1),
        Some(v) => e.written.set(number::as_ssize(py, v, &exceptions::ValueError)?),
    }
    Ok(())
}

/// `OSError_reduce`: file names come back as arguments.
fn reduce(py: Py<'_>, e: &PyOSErrorObject) -> PyResult {
    // SAFETY: LAYOUT: instances of every exception type begin so.
    let base = unsafe { &*(e.as_ptr() as *const PyBaseExceptionObject) };
    let mut a = super::base::args(base);
    if tuple::len(&a) == 2 && !e.filename.get().is_null() {
        let mut all: Vec<Owned> = tuple::items(&a).iter().map(|o| (*o).to_owned()).collect();
        all.push(value(&e.filename));
        if !e.filename2.get().is_null() {
            all.push(object::none());
            all.push(value(&e.filename2));
        }
        a = tuple::from_iter(py, all)?;
    }
    let class = e.as_object().ty().as_object().to_owned();
    let parts = match own_dict(base) {
        Some(d) => vec![class, a.upcast(), d.as_object().to_owned()],
        None => vec![class, a.upcast()],
    };
    tuple::from_iter(py, parts).map(Owned::upcast)
}
