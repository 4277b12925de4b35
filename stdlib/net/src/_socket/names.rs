//! Names of hosts, services, protocols and interfaces, and the errors of the resolver.

use super::address::{Ip, af, from_address, host_name, ip_text, name_argument, os, overflow, resolve};
use core::cell::Cell;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::thread::without_gil;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, bytes, codecs, exceptions, list, long, object, protocol, tuple, unicode,
};
use dxpy_host::socket::address::Address;
use dxpy_host::socket::names::{self as host, Hints, Host, LookupError};
use dxpy_host::{Errno, env};
use dxpy_mod_os::convert::{FsText, Text, plain};
use dxpy_mod_os::path::decode;
use std::ffi::{CStr, CString};

type M = PyModuleObject;

/// `socket.herror` and `socket.gaierror`, made with the module.
pub(super) static HOST_ERROR: Gil<Cell<*mut PyObject>> = Gil(Cell::new(core::ptr::null_mut()));
pub(super) static GAI_ERROR: Gil<Cell<*mut PyObject>> = Gil(Cell::new(core::ptr::null_mut()));

/// A class that was made with the module.
pub(super) fn class(place: &'static Gil<Cell<*mut PyObject>>) -> &'static PyObject {
    assert!(!place.get().is_null(), "the module makes the class first");
    // SAFETY: LIVE: kept for ever once set.
    unsafe { &*place.get() }
}

/// `set_gaierror` and `set_herror`.
#[cold]
pub(super) fn gai_failed(py: Py<'_>, e: LookupError) -> PyErr {
    let (place, code) = match e {
        LookupError::System(e) => return plain(py, e),
        LookupError::Gai(code) => (&GAI_ERROR, code),
        LookupError::Host(code) => (&HOST_ERROR, code),
    };
    let run = || -> PyResult<PyErr> {
        let text = decode(py, &e.message())?;
        let code = long::from_i64(py, code.into())?;
        let args = tuple::from_iter(py, [code.upcast(), text.upcast()])?;
        let Some(ty) = dxpy_core::types::check(class(place)) else { return Ok(os(py, "no class")) };
        Ok(exceptions::create(py, ty, Some(args.as_object())))
    };
    run().unwrap_or_else(|e| e)
}

fn audit(py: Py<'_>, event: &str, o: &PyObject) -> PyResult<()> {
    dxpy_core::audit::event(py, event, [o])
}

pub(super) fn gethostbyname(py: Py<'_>, _: &M, o: &PyObject) -> PyResult {
    let name = host_name(py, o)?;
    audit(py, "socket.gethostbyname", o)?;
    match resolve(py, &name, af::INET)? {
        Ip::V4(ip) => ip_text(py, af::INET, &ip),
        Ip::V6(..) => Err(os(py, "unknown address family")),
    }
}

/// `gethost_common`: name, aliases, addresses.
fn host_entry(py: Py<'_>, h: &Host) -> PyResult {
    let name = decode(py, &h.name)?;
    let aliases: Vec<Owned> =
        h.aliases.iter().map(|a| decode(py, a).map(Owned::upcast)).collect::<PyResult<_>>()?;
    let addresses: Vec<Owned> =
        h.addresses.iter().map(|a| ip_text(py, h.family, a)).collect::<PyResult<_>>()?;
    let parts =
        [name.upcast(), list::from_iter(py, aliases)?.upcast(), list::from_iter(py, addresses)?.upcast()];
    tuple::from_iter(py, parts).map(Owned::upcast)
}

pub(super) fn gethostbyname_ex(py: Py<'_>, _: &M, o: &PyObject) -> PyResult {
    let name = host_name(py, o)?;
    audit(py, "socket.gethostbyname", o)?;
    resolve(py, &name, af::INET)?;
    let h = without_gil(py, || host::gethostbyname_ex(&name)).map_err(|e| gai_failed(py, e))?;
    host_entry(py, &h)
}

pub(super) fn gethostbyaddr(py: Py<'_>, _: &M, o: &PyObject) -> PyResult {
    let name = host_name(py, o)?;
    audit(py, "socket.gethostbyaddr", o)?;
    let (family, raw) = match resolve(py, &name, af::UNSPEC)? {
        Ip::V4(ip) => (af::INET, ip.to_vec()),
        Ip::V6(ip, _) => (af::INET6, ip.to_vec()),
    };
    let h = without_gil(py, || host::gethostbyaddr(family, &raw)).map_err(|e| gai_failed(py, e))?;
    host_entry(py, &h)
}

pub(super) fn gethostname(py: Py<'_>, _: &M) -> PyResult<Owned<PyUnicodeObject>> {
    dxpy_core::audit::event(py, "socket.gethostname", [])?;
    decode(py, &env::gethostname().map_err(|e| plain(py, e))?)
}

pub(super) fn sethostname(py: Py<'_>, _: &M, FsText(name): FsText) -> PyResult<()> {
    let text = decode(py, name.to_bytes())?;
    audit(py, "socket.sethostname", text.as_object())?;
    env::sethostname(name.to_bytes()).map_err(|e| plain(py, e))
}

pub(super) fn getservbyname(py: Py<'_>, _: &M, Text(name): Text, proto: Option<Text>) -> PyResult<i64> {
    // The C library keeps one entry for the process: the GIL is held.
    match host::getservbyname(&name, proto.as_ref().map(|t| &*t.0)) {
        Some(port) => Ok(port.into()),
        None => Err(os(py, "service/proto not found")),
    }
}

pub(super) fn getservbyport(
    py: Py<'_>,
    _: &M,
    port: i32,
    proto: Option<Text>,
) -> PyResult<Owned<PyUnicodeObject>> {
    let Ok(port) = u16::try_from(port) else {
        return Err(overflow(py, "getservbyport: port must be 0-65535."));
    };
    match host::getservbyport(port, proto.as_ref().map(|t| &*t.0)) {
        Some(name) => decode(py, &name),
        None => Err(os(py, "port/proto not found")),
    }
}

pub(super) fn getprotobyname(py: Py<'_>, _: &M, Text(name): Text) -> PyResult<i32> {
    host::getprotobyname(&name).ok_or_else(|| os(py, "protocol not found"))
}

/// A text of bytes for the resolver.
fn c_text(py: Py<'_>, raw: &[u8]) -> PyResult<CString> {
    CString::new(raw).map_err(|_| exceptions::value_error(py, format_args!("embedded null character")))
}

#[allow(clippy::too_many_arguments, reason = "as many as CPython's")]
pub(super) fn getaddrinfo(
    py: Py<'_>,
    _: &M,
    name: &PyObject,
    port: &PyObject,
    family: Option<i32>,
    kind: Option<i32>,
    protocol: Option<i32>,
    flags: Option<i32>,
) -> PyResult {
    let until_nul = |raw: &[u8]| {
        let end = raw.iter().position(|c| *c == 0).unwrap_or(raw.len());
        c_text(py, &raw[..end])
    };
    let node = if object::is_none(name) {
        None
    } else if let Some(s) = unicode::check(name) {
        let e = codecs::encode(py, s, Some("idna"), None)?;
        Some(until_nul(bytes::check(&e).map(bytes::as_slice).unwrap_or_default())?)
    } else if let Some(b) = bytes::check(name) {
        Some(until_nul(bytes::as_slice(b))?)
    } else {
        return Err(exceptions::type_error(
            py,
            format_args!("getaddrinfo() argument 1 must be string or None"),
        ));
    };
    let service = if object::is_none(port) {
        None
    } else if long::check(port).is_some() {
        let s = protocol::str(py, port)?;
        Some(c_text(py, unicode::utf8(py, &s)?.as_bytes())?)
    } else if let Some(s) = unicode::check(port) {
        Some(until_nul(unicode::utf8(py, s)?.as_bytes())?)
    } else if let Some(b) = bytes::check(port) {
        Some(until_nul(bytes::as_slice(b))?)
    } else {
        return Err(os(py, "Int or String expected"));
    };
    let hints = Hints {
        flags: flags.unwrap_or(0),
        family: family.unwrap_or(0),
        kind: kind.unwrap_or(0),
        protocol: protocol.unwrap_or(0),
    };
    dxpy_core::audit::event_with(py, "socket.getaddrinfo", || {
        let n = |v: i32| long::from_i64(py, v.into()).map(Owned::upcast);
        tuple::from_iter(
            py,
            [
                name.to_owned(),
                port.to_owned(),
                n(hints.family)?,
                n(hints.kind)?,
                n(hints.protocol)?,
                n(hints.flags)?,
            ],
        )
    })?;
    let found = without_gil(py, || host::getaddrinfo(node.as_deref(), service.as_deref(), hints))
        .map_err(|e| gai_failed(py, e))?;
    let out = list::new(py)?;
    for f in found {
        let n = |v: i32| long::from_i64(py, v.into()).map(Owned::upcast);
        let canonical = decode(py, f.canonical_name.as_deref().unwrap_or_default())?;
        let address = from_address(py, f.address.as_ref(), 0)?;
        let row = [n(f.family)?, n(f.kind)?, n(f.protocol)?, canonical.upcast(), address];
        list::push(py, &out, tuple::from_iter(py, row)?.upcast())?;
    }
    Ok(out.upcast())
}

pub(super) fn getnameinfo(py: Py<'_>, _: &M, o: &PyObject, flags: i32) -> PyResult {
    let (name, port, flowinfo, scope, given) = name_argument(py, o)?;
    audit(py, "socket.getnameinfo", o)?;
    let service = c_text(py, (port as u32).to_string().as_bytes())?;
    // Only numbers are taken for the host; datagrams, for the port to be found in every case.
    const NUMERIC: i32 = 4;
    let hints = Hints { flags: NUMERIC, family: 0, kind: 2, protocol: 0 };
    let mut found = without_gil(py, || host::getaddrinfo(Some(&name), Some(&service), hints))
        .map_err(|e| gai_failed(py, e))?;
    if found.len() > 1 {
        return Err(os(py, "sockaddr resolved to multiple addresses"));
    }
    let Some(mut address) = found.pop().and_then(|f| f.address) else {
        return Err(os(py, "unknown address family"));
    };
    match &mut address {
        Address::Inet { .. } if given != 2 => {
            return Err(os(py, "IPv4 sockaddr must be 2 tuple"));
        }
        Address::Inet6 { flowinfo: f, scope: s, .. } => (*f, *s) = (flowinfo, scope),
        _ => {}
    }
    let (host, service) =
        without_gil(py, || host::getnameinfo(&address, flags)).map_err(|e| gai_failed(py, e))?;
    tuple::from_iter(py, [decode(py, &host)?.upcast(), decode(py, &service)?.upcast()]).map(Owned::upcast)
}

pub(super) fn if_nameindex(py: Py<'_>, _: &M) -> PyResult {
    let all = without_gil(py, host::if_nameindex).map_err(|e| plain(py, e))?;
    let out = list::new(py)?;
    for (index, name) in all {
        let row = [long::from_u64(py, index.into())?.upcast(), decode(py, &name)?.upcast()];
        list::push(py, &out, tuple::from_iter(py, row)?.upcast())?;
    }
    Ok(out.upcast())
}

pub(super) fn if_nametoindex(py: Py<'_>, _: &M, FsText(name): FsText) -> PyResult<i64> {
    host::if_nametoindex(&name).map(i64::from).ok_or_else(|| os(py, "no interface with this name"))
}

pub(super) fn if_indextoname(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<Owned<PyUnicodeObject>> {
    let Some(n) = long::check(o) else {
        return Err(exceptions::type_error(py, format_args!("an integer is required")));
    };
    let Some(v) = long::to_u64(n) else {
        return Err(overflow(
            py,
            if long::sign(n) < 0 {
                "can't convert negative value to unsigned int"
            } else {
                "Python int too large to convert to C unsigned long"
            },
        ));
    };
    let Ok(index) = u32::try_from(v) else { return Err(plain(py, Errno(6))) };
    let name = host::if_indextoname(index).map_err(|e| plain(py, e))?;
    let name: &CStr = &name;
    decode(py, name.to_bytes())
}
