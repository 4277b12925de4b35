//! Messages with ancillary data: `recvmsg`, `recvmsg_into`, `sendmsg`, `sendmsg_afalg`.

use super::address::{from_address, os, to_address};
use super::object::{Need, Sock, call, room};
use dxpy_core::abi::*;
use dxpy_core::buffer::View;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, bytes, exceptions, list, long, object, sequence, tuple};
use dxpy_host::socket::address::Address;
use dxpy_host::socket::{self as host, Ancillary, Received};
use dxpy_mod_os::convert::int;
use std::io::{IoSlice, IoSliceMut};

/// The items of an iterable, with another message for what is none.
fn iterable(py: Py<'_>, o: &PyObject, message: &str) -> PyResult<Owned<PyListObject>> {
    sequence::to_list(py, o).map_err(|e| {
        if exceptions::matches(&e, &exceptions::TypeError) {
            return exceptions::type_error(py, format_args!("{message}"));
        }
        e
    })
}

fn too_long(py: Py<'_>, what: &str) -> PyErr {
    os(py, &format!("{what} is too long"))
}

/// `recvmsg` into buffers, once there is room; what the first item of the result is, the caller says.
fn receive(
    py: Py<'_>,
    s: &Sock,
    buffers: &mut [IoSliceMut<'_>],
    room: isize,
    flags: i32,
) -> PyResult<Received> {
    let Some(room) = usize::try_from(room).ok().filter(|n| *n <= i32::MAX as usize) else {
        return Err(exceptions::value_error(py, format_args!("invalid ancillary data buffer length")));
    };
    call(py, s, Need::Read, |n| host::recvmsg(n, buffers, room, flags))
}

/// The four items of the result.
fn result(py: Py<'_>, s: &Sock, first: Owned, r: &Received) -> PyResult {
    let ancillary = list::new(py)?;
    for (level, kind, data) in &r.1 {
        let n = |v: i32| long::from_i64(py, v.into()).map(Owned::upcast);
        let row = [n(*level)?, n(*kind)?, bytes::new(py, data)?.upcast()];
        list::push(py, &ancillary, tuple::from_iter(py, row)?.upcast())?;
    }
    let flags = long::from_i64(py, r.2.into())?;
    let address = from_address(py, r.3.as_ref(), s.proto.get())?;
    tuple::from_iter(py, [first, ancillary.upcast(), flags.upcast(), address]).map(Owned::upcast)
}

pub(super) fn recvmsg(
    py: Py<'_>,
    s: &Sock,
    size: isize,
    ancillary: Option<isize>,
    flags: Option<i32>,
) -> PyResult {
    let Ok(size) = usize::try_from(size) else {
        return Err(exceptions::value_error(py, format_args!("negative buffer size in recvmsg()")));
    };
    let mut buffer = room(py, size)?;
    let mut one = [IoSliceMut::new(&mut buffer)];
    let r = receive(py, s, &mut one, ancillary.unwrap_or(0), flags.unwrap_or(0))?;
    let data = bytes::new(py, &buffer[..r.0.min(size)])?;
    result(py, s, data.upcast(), &r)
}

pub(super) fn recvmsg_into(
    py: Py<'_>,
    s: &Sock,
    buffers: &PyObject,
    ancillary: Option<isize>,
    flags: Option<i32>,
) -> PyResult {
    let all = iterable(py, buffers, "recvmsg_into() argument 1 must be an iterable")?;
    if list::len(&all) > i32::MAX as usize {
        return Err(too_long(py, "recvmsg_into() argument 1"));
    }
    let mut views = Vec::new();
    while let Some(item) = list::get(&all, views.len()) {
        views.push(View::writable(py, &item).map_err(|e| {
            if exceptions::matches(&e, &exceptions::TypeError)
                || exceptions::matches(&e, &exceptions::BufferError)
            {
                return exceptions::type_error(
                    py,
                    format_args!(
                        "recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers"
                    ),
                );
            }
            e
        })?);
    }
    // SAFETY: as CPython, which lets the system write where the exporters said that it may; two views of one object may
    // overlap, and nothing but the system looks at the slices.
    let mut slices: Vec<IoSliceMut<'_>> =
        views.iter().map(|v| IoSliceMut::new(unsafe { v.bytes_mut() })).collect();
    let r = receive(py, s, &mut slices, ancillary.unwrap_or(0), flags.unwrap_or(0))?;
    let got = long::from_u64(py, r.0 as u64)?;
    result(py, s, got.upcast(), &r)
}

/// The bytes of each item of an iterable (`sock_sendmsg_iovec`).
fn data_views(py: Py<'_>, function: &str, o: &PyObject) -> PyResult<Vec<View>> {
    let all = iterable(py, o, &format!("{function}() argument 1 must be an iterable"))?;
    if list::len(&all) > i32::MAX as usize {
        return Err(too_long(py, &format!("{function}() argument 1")));
    }
    let mut views = Vec::new();
    while let Some(item) = list::get(&all, views.len()) {
        views.push(View::simple(py, &item)?);
    }
    Ok(views)
}

fn ancillary_items(py: Py<'_>, o: &PyObject) -> PyResult<Vec<Ancillary>> {
    let all = iterable(py, o, "sendmsg() argument 2 must be an iterable")?;
    let mut out = Vec::new();
    let mut room = 0usize;
    while let Some(item) = list::get(&all, out.len()) {
        let parts = tuple::check(&item).map(tuple::items).unwrap_or_default();
        let [level, kind, data] = parts else {
            return Err(exceptions::type_error(
                py,
                format_args!("[sendmsg() ancillary data items] must be 3-item sequence, not {}", what(&item)),
            ));
        };
        let (level, kind) = (int(py, level)?, int(py, kind)?);
        let data = View::simple(py, data)?.bytes().to_vec();
        let Some(space) = host::cmsg_space(data.len()) else {
            return Err(os(py, "ancillary data item too large"));
        };
        room += space;
        if room > i32::MAX as usize {
            return Err(os(py, "too much ancillary data"));
        }
        out.push((level, kind, data));
    }
    Ok(out)
}

/// What an argument is instead of three items.
fn what(o: &PyObject) -> String {
    match tuple::check(o) {
        Some(t) => tuple::len(t).to_string(),
        None => dxpy_core::call::type_name(o.ty()),
    }
}

fn transmit(
    py: Py<'_>,
    s: &Sock,
    views: &[View],
    ancillary: &[Ancillary],
    flags: i32,
    address: Option<&Address>,
) -> PyResult<usize> {
    let slices: Vec<IoSlice<'_>> = views.iter().map(|v| IoSlice::new(v.bytes())).collect();
    call(py, s, Need::Write, |n| host::sendmsg(n, &slices, ancillary, flags, address))
}

pub(super) fn sendmsg(
    py: Py<'_>,
    s: &Sock,
    buffers: &PyObject,
    ancillary: Option<&PyObject>,
    flags: Option<i32>,
    to: Option<&PyObject>,
) -> PyResult<usize> {
    let to = to.filter(|o| !object::is_none(o));
    let address = to.map(|o| to_address(py, s, o, "sendmsg")).transpose()?;
    let none = object::none();
    dxpy_core::audit::event(py, "socket.sendmsg", [s.as_object(), to.unwrap_or(&none)])?;
    let views = data_views(py, "sendmsg", buffers)?;
    let ancillary = match ancillary {
        Some(o) => ancillary_items(py, o)?,
        None => Vec::new(),
    };
    transmit(py, s, &views, &ancillary, flags.unwrap_or(0), address.as_ref())
}

const SOL_ALG: i32 = 279;
const SET_IV: i32 = 2;
const SET_OP: i32 = 3;
const SET_ASSOCLEN: i32 = 4;
const ALG: i32 = 38;

pub(super) fn sendmsg_afalg(
    py: Py<'_>,
    s: &Sock,
    data: Option<&PyObject>,
    op: Option<i32>,
    iv: Option<&PyObject>,
    assoclen: Option<&PyObject>,
    flags: Option<i32>,
) -> PyResult<usize> {
    let wrong = |text: &str| exceptions::type_error(py, format_args!("{text}"));
    if s.family.get() != ALG {
        return Err(os(py, "algset is only supported for AF_ALG"));
    }
    let Some(op) = op.filter(|n| *n >= 0) else {
        return Err(wrong("Invalid or missing argument 'op'"));
    };
    let assoclen = match assoclen {
        None => None,
        Some(o) if long::check(o).is_none() => return Err(wrong("Invalid argument 'assoclen'")),
        Some(o) => match int(py, o)? {
            n if n < 0 => return Err(wrong("Invalid argument 'assoclen'")),
            n => Some(n as u32),
        },
    };
    let mut ancillary = vec![(SOL_ALG, SET_OP, (op as u32).to_ne_bytes().to_vec())];
    if let Some(iv) = iv.filter(|o| !object::is_none(o)) {
        let iv = View::simple(py, iv)?;
        let mut raw = (iv.len() as u32).to_ne_bytes().to_vec();
        raw.extend_from_slice(iv.bytes());
        ancillary.push((SOL_ALG, SET_IV, raw));
    }
    if let Some(n) = assoclen {
        ancillary.push((SOL_ALG, SET_ASSOCLEN, n.to_ne_bytes().to_vec()));
    }
    let views = match data {
        Some(o) => data_views(py, "sendmsg_afalg", o)?,
        None => Vec::new(),
    };
    transmit(py, s, &views, &ancillary, flags.unwrap_or(0), None)
}
