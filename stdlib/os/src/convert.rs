//! Arguments of the functions of `posix`, as Argument Clinic's converters take them, and the calls of the system that
//! follow: without the GIL, again after a signal where CPython does so (PEP 475).

use crate::path::{self, Path, Spec, os_error};
use dxpy_core::abi::*;
use dxpy_core::args::{Bound, FromArg};
use dxpy_core::call::{call, type_name};
use dxpy_core::ptr::Object;
use dxpy_core::thread::{check_signals, without_gil};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, bytes, exceptions, long, name, number, object, sequence, unicode,
};
use dxpy_host::Errno;
use std::ffi::CString;

/// `EINTR`.
const INTERRUPTED: i32 = 4;

/// An error without a file name (`posix_error`).
#[cold]
pub fn plain(py: Py<'_>, e: Errno) -> PyErr {
    os_error(py, e, None, None)
}

/// Calls the system once; what goes wrong has no file name.
pub fn once<T>(py: Py<'_>, f: impl FnOnce() -> dxpy_host::Result<T>) -> PyResult<T> {
    without_gil(py, f).map_err(|e| plain(py, e))
}

/// Calls the system, again after a signal. The inner error is the system's, the outer one a signal handler's.
pub fn again<T>(py: Py<'_>, mut f: impl FnMut() -> dxpy_host::Result<T>) -> PyResult<dxpy_host::Result<T>> {
    loop {
        match without_gil(py, &mut f) {
            Err(Errno(INTERRUPTED)) => check_signals(py)?,
            r => return Ok(r),
        }
    }
}

/// Calls the system, again after a signal; what goes wrong has no file name.
pub fn retry<T>(py: Py<'_>, f: impl FnMut() -> dxpy_host::Result<T>) -> PyResult<T> {
    again(py, f)?.map_err(|e| plain(py, e))
}

fn spec(bound: &Bound<'_>, i: usize, nullable: bool, allow_fd: bool) -> Spec {
    Spec { function: bound.desc.name, argument: bound.desc.params[i].name, nullable, allow_fd }
}

fn given<'a>(bound: &Bound<'a>, i: usize) -> &'a PyObject {
    bound.get(i).expect("a parameter without a default is bound")
}

impl<'a> FromArg<'a> for Path {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        path::path(py, given(bound, i), spec(bound, i, false, false))
    }
}

/// A file name or a descriptor.
pub struct PathOrFd(pub Path);

impl<'a> FromArg<'a> for PathOrFd {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        path::path(py, given(bound, i), spec(bound, i, false, true)).map(PathOrFd)
    }
}

/// A file name, a descriptor or None.
pub struct PathFdOrNone(pub Path);

impl<'a> FromArg<'a> for PathFdOrNone {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        path::path(py, given(bound, i), spec(bound, i, true, true)).map(PathFdOrNone)
    }
}

/// `PyUnicode_FSConverter`: a text of the system, of str, bytes or a path-like object.
pub fn fs_text(py: Py<'_>, o: &PyObject) -> PyResult<CString> {
    let o = dxpy_core::codecs::fspath(py, o)?;
    let raw = match (unicode::check(&o), bytes::check(&o)) {
        (Some(s), _) => path::encode(py, s)?,
        (None, Some(b)) => bytes::as_slice(b).to_vec(),
        (None, None) => Vec::new(),
    };
    CString::new(raw).map_err(|_| path::null_byte(py))
}

/// An argument of [`fs_text`].
pub struct FsText(pub CString);

impl<'a> FromArg<'a> for FsText {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        fs_text(py, given(bound, i)).map(FsText)
    }
}

/// An integer that fits a C int, of anything with `__index__`.
pub fn int(py: Py<'_>, o: &PyObject) -> PyResult<i32> {
    let n = number::index_any(py, o)?;
    long::to_i64(&n).and_then(|v| i32::try_from(v).ok()).ok_or_else(|| {
        exceptions::overflow_error(py, format_args!("Python int too large to convert to C int"))
    })
}

/// An integer that fits a C long.
pub fn c_long(py: Py<'_>, o: &PyObject) -> PyResult<i64> {
    let n = number::index_any(py, o)?;
    long::to_i64(&n).ok_or_else(|| {
        exceptions::overflow_error(py, format_args!("Python int too large to convert to C long"))
    })
}

/// `PyObject_AsFileDescriptor`: an integer, or what `fileno()` gives.
pub fn descriptor(py: Py<'_>, o: &PyObject) -> PyResult<i32> {
    let fd = if long::check(o).is_some() {
        int(py, o)?
    } else if let Some(m) = attr::lookup_name(py, o, name!("fileno"))? {
        let n = call(py, &m, [])?;
        if long::check(&n).is_none() {
            return Err(exceptions::type_error(py, format_args!("fileno() returned a non-integer")));
        }
        int(py, &n)?
    } else {
        return Err(exceptions::type_error(
            py,
            format_args!("argument must be an int, or have a fileno() method."),
        ));
    };
    if fd < 0 {
        return Err(exceptions::value_error(
            py,
            format_args!("file descriptor cannot be a negative integer ({fd})"),
        ));
    }
    Ok(fd)
}

/// A descriptor, or an object that has one (`fildes_converter`).
pub struct Descriptor(pub i32);

impl<'a> FromArg<'a> for Descriptor {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        descriptor(py, given(bound, i)).map(Descriptor)
    }
}

/// `dir_fd`: a descriptor, or None for the current directory.
#[derive(Clone, Copy, Default)]
pub struct DirFd(pub Option<i32>);

impl<'a> FromArg<'a> for DirFd {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        let o = given(bound, i);
        if object::is_none(o) {
            return Ok(DirFd(None));
        }
        if !number::has_index(o) {
            return Err(exceptions::type_error(
                py,
                format_args!("argument should be integer or None, not {}", type_name(o.ty())),
            ));
        }
        path::descriptor_of_index(py, o).map(|fd| DirFd(Some(fd)))
    }
}

/// The number of a user or a group (`_Py_Uid_Converter`); -1 is the value that means «leave it».
pub fn id(py: Py<'_>, o: &PyObject, what: &str) -> PyResult<u32> {
    let Ok(n) = (if number::has_index(o) { number::index(py, o).map_err(Some) } else { Err(None) }) else {
        return Err(exceptions::type_error(
            py,
            format_args!("{what} should be integer, not {}", type_name(o.ty())),
        ));
    };
    match long::to_i64(&n) {
        Some(-1) => Ok(u32::MAX),
        Some(v) => u32::try_from(v).map_err(|_| {
            // CPython says so of numbers that are too large as well, up to the range of C's long.
            exceptions::overflow_error(py, format_args!("{what} is less than minimum"))
        }),
        None => {
            let side = if long::sign(&n) > 0 { "greater than maximum" } else { "less than minimum" };
            Err(exceptions::overflow_error(py, format_args!("{what} is {side}")))
        }
    }
}

/// A user's number.
#[derive(Clone, Copy)]
pub struct Uid(pub u32);

impl<'a> FromArg<'a> for Uid {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        id(py, given(bound, i), "uid").map(Uid)
    }
}

/// A group's number.
#[derive(Clone, Copy)]
pub struct Gid(pub u32);

impl<'a> FromArg<'a> for Gid {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        id(py, given(bound, i), "gid").map(Gid)
    }
}

/// `PyLong_AsUnsignedLongLong`.
pub fn unsigned(py: Py<'_>, o: &PyObject) -> PyResult<u64> {
    let Some(n) = long::check(o) else {
        return Err(exceptions::type_error(py, format_args!("an integer is required")));
    };
    long::to_u64(n).ok_or_else(|| {
        let text = if long::sign(n) < 0 {
            "can't convert negative int to unsigned"
        } else {
            "int too big to convert"
        };
        exceptions::overflow_error(py, format_args!("{text}"))
    })
}

/// The number of a device.
pub struct Device(pub u64);

impl<'a> FromArg<'a> for Device {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        unsigned(py, given(bound, i)).map(Device)
    }
}

/// An integer of 64 bits without a sign (`unsigned_long_long` of Argument Clinic).
pub struct U64(pub u64);

impl<'a> FromArg<'a> for U64 {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        let o = given(bound, i);
        if long::check(o).is_some_and(|n| long::sign(n) < 0) {
            return Err(exceptions::value_error(py, format_args!("value must be positive")));
        }
        unsigned(py, o).map(U64)
    }
}

/// An integer of 32 bits without a sign (`unsigned_int` of Argument Clinic).
pub struct U32(pub u32);

impl<'a> FromArg<'a> for U32 {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        let U64(v) = U64::from_arg(py, bound, i)?;
        u32::try_from(v).map(U32).map_err(|_| {
            exceptions::overflow_error(py, format_args!("Python int too large for C unsigned int"))
        })
    }
}

/// The low 32 bits of an integer (`unsigned_int(bitwise=True)`).
pub struct Bits(pub u32);

/// The low 32 bits of an integer.
pub fn low_bits(py: Py<'_>, o: &PyObject) -> PyResult<u32> {
    let n = number::index_any(py, o)?;
    let low = long::digits(&n).iter().take(2).enumerate().fold(0u64, |a, (i, d)| a | (*d as u64) << (30 * i));
    Ok(if long::sign(&n) < 0 { (low as u32).wrapping_neg() } else { low as u32 })
}

impl<'a> FromArg<'a> for Bits {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        low_bits(py, given(bound, i)).map(Bits)
    }
}

/// An offset, or None.
pub struct Offset(pub Option<i64>);

impl<'a> FromArg<'a> for Offset {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        let o = given(bound, i);
        if object::is_none(o) { Ok(Offset(None)) } else { c_long(py, o).map(|v| Offset(Some(v))) }
    }
}

/// A str without NULs, as a C string.
pub struct Text(pub CString);

impl<'a> FromArg<'a> for Text {
    fn from_arg(py: Py<'a>, bound: &Bound<'a>, i: usize) -> PyResult<Self> {
        let s = <&PyUnicodeObject>::from_arg(py, bound, i)?;
        let text = unicode::utf8(py, s)?.into_owned();
        CString::new(text)
            .map(Text)
            .map_err(|_| exceptions::value_error(py, format_args!("embedded null character")))
    }
}

/// The texts of a list or tuple (`parse_arglist`).
pub fn texts(py: Py<'_>, o: &PyObject) -> PyResult<Vec<CString>> {
    let items = sequence::to_list(py, o)?;
    let mut out = Vec::new();
    while let Some(item) = dxpy_core::list::get(&items, out.len()) {
        out.push(fs_text(py, &item)?);
    }
    Ok(out)
}

/// `name=value` of each entry of a mapping (`parse_envlist`).
pub fn environment(py: Py<'_>, o: &PyObject) -> PyResult<Vec<CString>> {
    let list = |name: &dxpy_core::unicode::Name, what: &str| -> PyResult<Owned<PyListObject>> {
        let all = dxpy_core::call::method(py, o, name, [])?;
        sequence::to_list(py, &all).map_err(|e| {
            if !exceptions::matches(&e, &exceptions::TypeError) {
                return e;
            }
            exceptions::type_error(
                py,
                format_args!(
                    "{}.{what}() returned a non-iterable (type {})",
                    type_name(o.ty()),
                    type_name(all.ty())
                ),
            )
        })
    };
    let (keys, values) = (list(name!("keys"), "keys")?, list(name!("values"), "values")?);
    let mut out = Vec::new();
    while let (Some(k), Some(v)) =
        (dxpy_core::list::get(&keys, out.len()), dxpy_core::list::get(&values, out.len()))
    {
        let (k, v) = (fs_text(py, &k)?, fs_text(py, &v)?);
        if k.is_empty() || k.to_bytes()[1..].contains(&b'=') {
            return Err(exceptions::value_error(py, format_args!("illegal environment variable name")));
        }
        let mut entry = k.into_bytes();
        entry.push(b'=');
        entry.extend_from_slice(v.to_bytes());
        out.push(CString::new(entry).map_err(|_| path::null_byte(py))?);
    }
    Ok(out)
}

/// A list of integers.
pub fn int_list(py: Py<'_>, values: impl IntoIterator<Item = i64>) -> PyResult {
    let values: Vec<Owned> =
        values.into_iter().map(|v| long::from_i64(py, v).map(Owned::upcast)).collect::<PyResult<_>>()?;
    dxpy_core::list::from_iter(py, values).map(Owned::upcast)
}

/// A tuple of integers.
pub fn int_tuple(py: Py<'_>, values: impl IntoIterator<Item = i64>) -> PyResult {
    let values: Vec<Owned> =
        values.into_iter().map(|v| long::from_i64(py, v).map(Owned::upcast)).collect::<PyResult<_>>()?;
    dxpy_core::tuple::from_iter(py, values).map(Owned::upcast)
}
