//! `fcntl`: control of descriptors, devices and locks.

use dxpy_core::abi::constants::PyBUF_WRITABLE;
use dxpy_core::abi::*;
use dxpy_core::buffer::View;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyErr, PyResult, bytes, exceptions, long, methods, number, tuple, unicode};
use dxpy_host::{constants, fd};
use dxpy_mod_os::convert::{Bits, Descriptor, c_long, low_bits, retry};

/// `fcntl`.
pub static MODULE: StaticModule = StaticModule::new(c"fcntl")
    .doc(c"Control of descriptors, devices and locks; a descriptor is a number or has a fileno() method.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|py: Py<'_>, m: &PyModuleObject| {
    constants::io::FCNTL.iter().try_for_each(|(n, v)| module::add_int(py, m, n, *v))
});

methods! { static METHODS: for PyModuleObject [
    "fcntl" = fcntl [3], "($module, fd, cmd, arg=0, /)", "Does what cmd says to a descriptor, with a number or with bytes.";
    "ioctl" = ioctl [4], "($module, fd, request, arg=0, mutate_flag=True, /)", "Asks a device, with a number, with bytes, or with a buffer that is changed in place.";
    "flock" = flock [2], "($module, fd, operation, /)", "Takes or gives back a lock of a whole file.";
    "lockf" = lockf [5], "($module, fd, cmd, len=0, start=0, whence=0, /)", "Takes or gives back a lock of a part of a file.";
] }

type M = PyModuleObject;

/// The most bytes that are copied (`FCNTL_BUFSZ`, `IOCTL_BUFSZ`).
const MOST: usize = 1024;

#[cold]
fn long_argument(py: Py<'_>, function: &str) -> PyErr {
    exceptions::value_error(py, format_args!("{function} string arg too long"))
}

fn audit(py: Py<'_>, event: &str, fd: i32, command: i64, arg: Option<&PyObject>) -> PyResult<()> {
    dxpy_core::audit::event_with(py, event, || {
        let arg = match arg {
            Some(a) => a.to_owned(),
            None => long::from_i64(py, 0)?.upcast(),
        };
        let (fd, command) = (long::from_i64(py, fd.into())?, long::from_i64(py, command)?);
        tuple::from_iter(py, [fd.upcast(), command.upcast(), arg])
    })
}

/// The bytes of a str or of an object with a buffer of its own (`s#` and `s*`).
fn text(py: Py<'_>, o: &PyObject) -> PyResult<Option<Vec<u8>>> {
    if let Some(s) = unicode::check(o) {
        return Ok(Some(unicode::utf8(py, s)?.as_bytes().to_vec()));
    }
    Ok(View::simple(py, o).ok().map(|v| v.bytes().to_vec()))
}

/// The number that is left if an argument is neither text nor buffer.
fn integer(py: Py<'_>, o: &PyObject, message: &str) -> PyResult<i64> {
    if !number::has_index(o) {
        return Err(exceptions::type_error(py, format_args!("{message}")));
    }
    low_bits(py, o).map(|v| v as i32 as i64)
}

fn fcntl(py: Py<'_>, _: &M, Descriptor(n): Descriptor, command: i32, arg: Option<&PyObject>) -> PyResult {
    audit(py, "fcntl.fcntl", n, command.into(), arg)?;
    let mut number = 0;
    if let Some(o) = arg {
        if let Some(mut data) = text(py, o)? {
            if data.len() > MOST {
                return Err(long_argument(py, "fcntl"));
            }
            // SAFETY: as in C, it is the caller's word that the command takes a structure; there is room for any.
            retry(py, || unsafe { fd::fcntl_buffer(n, command, &mut data) })?;
            return bytes::new(py, &data).map(Owned::upcast);
        }
        let message =
            "fcntl requires a file or file descriptor, an integer and optionally a third integer or a string";
        number = integer(py, o, message)?;
    }
    // SAFETY: as in C, it is the caller's word that the command takes a number.
    let r = retry(py, || unsafe { fd::fcntl_int(n, command, number) })?;
    long::from_i64(py, r.into()).map(Owned::upcast)
}

fn ioctl(
    py: Py<'_>,
    _: &M,
    Descriptor(n): Descriptor,
    Bits(request): Bits,
    arg: Option<&PyObject>,
    mutate: Option<bool>,
) -> PyResult {
    audit(py, "fcntl.ioctl", n, request.into(), arg)?;
    let request = u64::from(request);
    let mut number = 0;
    if let Some(o) = arg {
        let mutable = if unicode::check(o).is_some() { None } else { View::get(py, o, PyBUF_WRITABLE).ok() };
        if let Some(view) = mutable {
            let mutate = mutate.unwrap_or(true);
            if view.len() > MOST && !mutate {
                return Err(long_argument(py, "ioctl"));
            }
            let mut data = view.bytes().to_vec();
            // SAFETY: as in C, it is the caller's word what the request takes; there is room for what fits the buffer,
            // or for any structure if it is short.
            let r = retry(py, || unsafe { fd::ioctl_buffer(n, request, &mut data) });
            if mutate {
                // SAFETY: the exporter keeps the memory for the view, and no other slice of it is alive.
                unsafe { view.bytes_mut() }.copy_from_slice(&data);
                return long::from_i64(py, r?.into()).map(Owned::upcast);
            }
            r?;
            return bytes::new(py, &data).map(Owned::upcast);
        }
        if let Some(mut data) = text(py, o)? {
            if data.len() > MOST {
                return Err(long_argument(py, "ioctl"));
            }
            // SAFETY: as above; the text is copied into room for any structure.
            retry(py, || unsafe { fd::ioctl_buffer(n, request, &mut data) })?;
            return bytes::new(py, &data).map(Owned::upcast);
        }
        let message = "ioctl requires a file or file descriptor, an integer and optionally an integer or buffer argument";
        number = integer(py, o, message)?;
    }
    // SAFETY: as in C, it is the caller's word that the request takes a number.
    let r = retry(py, || unsafe { fd::ioctl_int(n, request, number) })?;
    long::from_i64(py, r.into()).map(Owned::upcast)
}

fn flock(py: Py<'_>, _: &M, Descriptor(n): Descriptor, operation: i32) -> PyResult<()> {
    audit(py, "fcntl.flock", n, operation.into(), None)?;
    retry(py, || fd::flock(n, operation))
}

fn lockf(
    py: Py<'_>,
    _: &M,
    Descriptor(n): Descriptor,
    operation: i32,
    length: Option<&PyObject>,
    start: Option<&PyObject>,
    whence: Option<i32>,
) -> PyResult<()> {
    const SHARED: i32 = 1;
    const EXCLUSIVE: i32 = 2;
    const NO_WAIT: i32 = 4;
    const UNLOCK: i32 = 8;
    audit(py, "fcntl.lockf", n, operation.into(), length)?;
    let find = |name| constants::find(constants::io::FCNTL, name).unwrap_or_default() as i16;
    let kind = match operation {
        UNLOCK => find("F_UNLCK"),
        o if o & SHARED != 0 => find("F_RDLCK"),
        o if o & EXCLUSIVE != 0 => find("F_WRLCK"),
        _ => return Err(exceptions::value_error(py, format_args!("unrecognized lockf argument"))),
    };
    let length = length.map(|o| c_long(py, o)).transpose()?.unwrap_or(0);
    let start = start.map(|o| c_long(py, o)).transpose()?.unwrap_or(0);
    let whence = whence.unwrap_or(0) as i16;
    retry(py, || fd::record_lock(n, kind, operation & NO_WAIT == 0, start, length, whence))
}
