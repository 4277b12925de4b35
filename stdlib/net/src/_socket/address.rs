//! Socket addresses as Python sees them: tuples and texts by family (`getsockaddrarg`, `makesockaddr`), names of hosts
//! (`setipaddr`).

use super::names::gai_failed;
use super::object::Sock;
use dxpy_core::abi::*;
use dxpy_core::buffer::View;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::thread::without_gil;
use dxpy_core::{Owned, Py, PyErr, PyResult, bytes, codecs, exceptions, long, object, tuple, unicode};
use dxpy_host::socket::address::{Address, inet_ntop, inet_pton};
use dxpy_host::socket::names::{self, Hints};
use dxpy_mod_os::convert::{c_long, fs_text, int, plain};
use dxpy_mod_os::path::decode;
use dxpy_types::bytearray;
use std::ffi::{CStr, CString};

/// The address families that are told apart.
pub mod af {
    pub const UNSPEC: i32 = 0;
    pub const UNIX: i32 = 1;
    pub const INET: i32 = 2;
    pub const INET6: i32 = 10;
    pub const NETLINK: i32 = 16;
    pub const PACKET: i32 = 17;
    pub const RDS: i32 = 21;
    pub const CAN: i32 = 29;
    pub const TIPC: i32 = 30;
    pub const ALG: i32 = 38;
    pub const VSOCK: i32 = 40;
    pub const QIPCRTR: i32 = 42;
}

/// The protocols of `AF_CAN`.
mod can {
    pub const RAW: i32 = 1;
    pub const BCM: i32 = 2;
    pub const ISOTP: i32 = 6;
    pub const J1939: i32 = 7;
}

#[cold]
pub(super) fn os(py: Py<'_>, text: &str) -> PyErr {
    exceptions::format(py, &exceptions::OSError, format_args!("{text}"))
}

#[cold]
pub(super) fn overflow(py: Py<'_>, text: &str) -> PyErr {
    exceptions::overflow_error(py, format_args!("{text}"))
}

#[cold]
fn wrong_type(py: Py<'_>, text: &str) -> PyErr {
    exceptions::type_error(py, format_args!("{text}"))
}

/// `idna_converter`: the name of a host as bytes.
pub(super) fn host_name(py: Py<'_>, o: &PyObject) -> PyResult<CString> {
    let raw = if let Some(b) = bytes::check(o) {
        bytes::as_slice(b).to_vec()
    } else if let Some(s) = unicode::check(o) {
        if unicode::is_ascii(s) {
            unicode::utf8(py, s)?.as_bytes().to_vec()
        } else {
            let e = codecs::encode(py, s, Some("idna"), None)
                .map_err(|_| wrong_type(py, "encoding of hostname failed"))?;
            bytes::check(&e).map(|b| bytes::as_slice(b).to_vec()).unwrap_or_default()
        }
    } else if bytearray::check(o).is_some() {
        View::simple(py, o)?.bytes().to_vec()
    } else {
        return Err(exceptions::type_error(
            py,
            format_args!("str, bytes or bytearray expected, not {}", type_name(o.ty())),
        ));
    };
    CString::new(raw).map_err(|_| wrong_type(py, "host name must not contain null character"))
}

/// Numbers of the families of the internet.
pub(super) enum Ip {
    V4([u8; 4]),
    V6([u8; 16], u32),
}

/// `setipaddr`: the first address of a host.
pub(super) fn resolve(py: Py<'_>, name: &CStr, family: i32) -> PyResult<Ip> {
    let ask = |host: Option<&CStr>, service: Option<&CStr>, hints: Hints| {
        without_gil(py, || names::getaddrinfo(host, service, hints)).map_err(|e| gai_failed(py, e))
    };
    let pick = |a: Option<&Address>| match a {
        Some(Address::Inet { ip, .. }) => Ok(Ip::V4(*ip)),
        Some(Address::Inet6 { ip, scope, .. }) => Ok(Ip::V6(*ip, *scope)),
        _ => Err(os(py, "unknown address family")),
    };
    let text = name.to_bytes();
    if text.is_empty() {
        let hints = Hints { flags: 1, family, kind: 2, protocol: 0 };
        let found = ask(None, Some(c"0"), hints)?;
        if !matches!(family, af::UNSPEC | af::INET | af::INET6) {
            return Err(os(py, "unsupported address family"));
        }
        if found.len() > 1 {
            return Err(os(py, "wildcard resolved to multiple address"));
        }
        return pick(found.first().and_then(|f| f.address.as_ref()));
    }
    if text == b"255.255.255.255" || text == b"<broadcast>" {
        if family != af::INET && family != af::UNSPEC {
            return Err(os(py, "address family mismatched"));
        }
        return Ok(Ip::V4([255; 4]));
    }
    if matches!(family, af::UNSPEC | af::INET)
        && let Ok(Some(a)) = inet_pton(af::INET, name)
        && let Ok(ip) = <[u8; 4]>::try_from(&a[..])
    {
        return Ok(Ip::V4(ip));
    }
    // A scope in the text is for the C library.
    if matches!(family, af::UNSPEC | af::INET6)
        && !text.contains(&b'%')
        && let Ok(Some(a)) = inet_pton(af::INET6, name)
        && let Ok(ip) = <[u8; 16]>::try_from(&a[..])
    {
        return Ok(Ip::V6(ip, 0));
    }
    let found = ask(Some(name), None, Hints { family, ..Hints::default() })?;
    pick(found.first().and_then(|f| f.address.as_ref()))
}

/// A port, which the messages of both families word alike.
fn port(py: Py<'_>, caller: &str, v: i32) -> PyResult<u16> {
    u16::try_from(v).map_err(|_| overflow(py, &format!("{caller}(): port must be 0-65535.")))
}

/// `PyArg_ParseTuple` of an address with `min` to `max` items.
fn items<'a>(
    py: Py<'_>,
    caller: &str,
    family: &str,
    o: &'a PyObject,
    (min, max): (usize, usize),
    message: &str,
) -> PyResult<&'a [&'a PyObject]> {
    let Some(t) = tuple::check(o) else {
        return Err(wrong_type(
            py,
            &format!("{caller}(): {family} address must be tuple, not {}", type_name(o.ty())),
        ));
    };
    let all = tuple::items(t);
    if all.len() < min || all.len() > max {
        return Err(wrong_type(py, message));
    }
    Ok(all)
}

/// `I` and `k` of the format strings: no check for overflow.
fn number(py: Py<'_>, o: Option<&&PyObject>) -> PyResult<u32> {
    match o {
        Some(o) => dxpy_mod_os::convert::low_bits(py, o),
        None => Ok(0),
    }
}

/// A name of an interface as its index; empty is none.
fn interface(py: Py<'_>, o: &PyObject) -> PyResult<i32> {
    let name = fs_text(py, o)?;
    if name.is_empty() {
        return Ok(0);
    }
    match names::if_nametoindex(&name) {
        Some(n) => Ok(n as i32),
        None => Err(plain(py, dxpy_host::Errno::last())),
    }
}

/// The bytes of a structure behind the family, from its parts.
fn packed(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// `getsockaddrarg`: the argument of `bind()`, `connect()` and the rest.
pub(super) fn to_address(py: Py<'_>, s: &Sock, o: &PyObject, caller: &str) -> PyResult<Address> {
    match s.family.get() {
        af::UNIX => unix(py, o),
        af::INET => {
            let message = "AF_INET address must be a pair (host, port)";
            let t = items(py, caller, "AF_INET", o, (2, 2), message)?;
            let (host, p) = (host_name(py, t[0])?, int(py, t[1])?);
            let p = port_after_host(py, caller, &host, p, af::INET)?;
            Ok(Address::Inet { ip: p.0, port: p.1 })
        }
        af::INET6 => {
            let message = "AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])";
            let t = items(py, caller, "AF_INET6", o, (2, 4), message)?;
            let (host, p) = (host_name(py, t[0])?, int(py, t[1])?);
            let (flowinfo, given) = (number(py, t.get(2))?, number(py, t.get(3))?);
            let Ip::V6(ip, scope) = resolve(py, &host, af::INET6)? else {
                return Err(os(py, "address family mismatched"));
            };
            let p = port(py, caller, p)?;
            if flowinfo > 0xF_FFFF {
                return Err(overflow(py, &format!("{caller}(): flowinfo must be 0-1048575.")));
            }
            // A scope that the name brought stays unless another one is given.
            let scope = if t.len() == 4 { given } else { scope };
            Ok(Address::Inet6 { ip, port: p, flowinfo, scope })
        }
        af::NETLINK => {
            let message = "AF_NETLINK address must be a pair (pid, groups)";
            let t = items(py, caller, "AF_NETLINK", o, (2, 2), message)?;
            Ok(Address::Netlink { pid: number(py, Some(&t[0]))?, groups: number(py, Some(&t[1]))? })
        }
        af::QIPCRTR => {
            let message = "AF_QIPCRTR address must be a pair (node, port)";
            let t = items(py, caller, "AF_QIPCRTR", o, (2, 2), message)?;
            let (node, p) = (number(py, Some(&t[0]))?, number(py, Some(&t[1]))?);
            let data = packed(&[&[0; 2], &node.to_ne_bytes(), &p.to_ne_bytes()]);
            Ok(Address::Other { family: af::QIPCRTR, data })
        }
        af::VSOCK => {
            let message = "AF_VSOCK address must be a pair (CID, port)";
            let t = items(py, caller, "AF_VSOCK", o, (2, 2), message)?;
            Ok(Address::Vsock { cid: number(py, Some(&t[0]))?, port: number(py, Some(&t[1]))? })
        }
        af::PACKET => packet(py, caller, o),
        af::CAN => can_address(py, s, caller, o),
        af::TIPC => tipc(py, caller, o),
        af::ALG => alg(py, caller, o),
        af::RDS => Err(exceptions::not_implemented_error(
            py,
            format_args!("{caller}(): addresses of AF_RDS are not implemented"),
        )),
        _ => Err(os(py, &format!("{caller}(): bad family"))),
    }
}

fn port_after_host(py: Py<'_>, caller: &str, host: &CStr, p: i32, family: i32) -> PyResult<([u8; 4], u16)> {
    let Ip::V4(ip) = resolve(py, host, family)? else { return Err(os(py, "address family mismatched")) };
    Ok((ip, port(py, caller, p)?))
}

fn unix(py: Py<'_>, o: &PyObject) -> PyResult<Address> {
    let path = match unicode::check(o) {
        Some(s) => dxpy_mod_os::path::encode(py, s)?,
        None => View::simple(py, o)
            .map_err(|e| {
                if exceptions::matches(&e, &exceptions::TypeError) {
                    // As the converter of bytes-like objects words it.
                    return wrong_type(
                        py,
                        &format!("a bytes-like object is required, not '{}'", type_name(o.ty())),
                    );
                }
                e
            })?
            .bytes()
            .to_vec(),
    };
    // A name in the abstract space may fill the structure, a path leaves room for its end.
    let abstract_name = path.first() == Some(&0);
    if path.len() > if abstract_name { 108 } else { 107 } {
        return Err(os(py, "AF_UNIX path too long"));
    }
    Ok(Address::Unix(path))
}

fn packet(py: Py<'_>, caller: &str, o: &PyObject) -> PyResult<Address> {
    let message = "AF_PACKET address must be a tuple of two to five elements";
    let t = items(py, caller, "AF_PACKET", o, (2, 5), message)?;
    let protocol = int(py, t[1])?;
    let kind = t.get(2).map(|o| int(py, o)).transpose()?.unwrap_or(0);
    let hardware_type = t.get(3).map(|o| int(py, o)).transpose()?.unwrap_or(0);
    let hardware = match t.get(4) {
        Some(o) => View::simple(py, o)?.bytes().to_vec(),
        None => Vec::new(),
    };
    let index = interface(py, t[0])?;
    if hardware.len() > 8 {
        return Err(exceptions::value_error(py, format_args!("Hardware address must be 8 bytes or less")));
    }
    let Ok(protocol) = u16::try_from(protocol) else {
        return Err(overflow(py, &format!("{caller}(): proto must be 0-65535.")));
    };
    Ok(Address::Packet {
        protocol: protocol.to_be(),
        index,
        kind: kind as u8,
        hardware_type: hardware_type as u16,
        hardware,
    })
}

fn can_address(py: Py<'_>, s: &Sock, caller: &str, o: &PyObject) -> PyResult<Address> {
    let data = match s.proto.get() {
        can::RAW | can::BCM => {
            let t = items(py, caller, "AF_CAN", o, (1, 1), "AF_CAN address must be a tuple (interface, )")?;
            let index = interface(py, t[0])?;
            packed(&[&[0; 2], &index.to_ne_bytes(), &[0; 16]])
        }
        can::ISOTP => {
            let message = "AF_CAN address must be a tuple (interface, rx_addr, tx_addr)";
            let t = items(py, caller, "AF_CAN", o, (3, 3), message)?;
            let (rx, tx) = (number(py, Some(&t[1]))?, number(py, Some(&t[2]))?);
            let index = interface(py, t[0])?;
            packed(&[&[0; 2], &index.to_ne_bytes(), &rx.to_ne_bytes(), &tx.to_ne_bytes(), &[0; 8]])
        }
        can::J1939 => {
            let message = "AF_CAN address must be a tuple (interface, name, pgn, addr)";
            let t = items(py, caller, "AF_CAN", o, (4, 4), message)?;
            let name = long::check(t[1]).and_then(long::to_u64).unwrap_or(0);
            let (pgn, addr) = (number(py, Some(&t[2]))?, number(py, Some(&t[3]))? as u8);
            let index = interface(py, t[0])?;
            packed(&[
                &[0; 2],
                &index.to_ne_bytes(),
                &name.to_ne_bytes(),
                &pgn.to_ne_bytes(),
                &[addr, 0, 0, 0],
            ])
        }
        _ => return Err(os(py, &format!("{caller}(): unsupported CAN protocol"))),
    };
    Ok(Address::Other { family: af::CAN, data })
}

fn tipc(py: Py<'_>, caller: &str, o: &PyObject) -> PyResult<Address> {
    let message = "AF_TIPC address must be a tuple (addr_type, v1, v2, v3[, scope])";
    let t = items(py, caller, "AF_TIPC", o, (4, 5), message)?;
    let kind = number(py, Some(&t[0]))?;
    let v = [number(py, Some(&t[1]))?, number(py, Some(&t[2]))?, number(py, Some(&t[3]))?];
    let scope = if t.len() == 5 { number(py, t.get(4))? } else { 2 };
    // Ranges (1), names (2) and ports (3) lie differently.
    let words = match kind {
        1 => v,
        2 => [v[0], v[1], 0],
        3 => [v[1], v[0], 0],
        _ => return Err(wrong_type(py, "Invalid address type")),
    };
    let words: Vec<u8> = words.iter().flat_map(|w| w.to_ne_bytes()).collect();
    let data = packed(&[&[kind as u8, scope as u8], &words]);
    Ok(Address::Other { family: af::TIPC, data })
}

fn alg(py: Py<'_>, caller: &str, o: &PyObject) -> PyResult<Address> {
    let message = "AF_ALG address must be a tuple (type, name[, feat[, mask]])";
    let t = items(py, caller, "AF_ALG", o, (2, 4), message)?;
    let text = |o: &PyObject, room: usize, message: &str| -> PyResult<Vec<u8>> {
        let mut raw = fs_text(py, o)?.into_bytes();
        if raw.len() >= room {
            return Err(exceptions::value_error(py, format_args!("{message}")));
        }
        raw.resize(room, 0);
        Ok(raw)
    };
    let kind = text(t[0], 14, "AF_ALG type too long.")?;
    let name = text(t[1], 64, "AF_ALG name too long.")?;
    let (feat, mask) = (number(py, t.get(2))?, number(py, t.get(3))?);
    let data = packed(&[&kind, &feat.to_ne_bytes(), &mask.to_ne_bytes(), &name]);
    Ok(Address::Other { family: af::ALG, data })
}

pub(super) fn ip_text(py: Py<'_>, family: i32, ip: &[u8]) -> PyResult {
    let text = inet_ntop(family, ip).map_err(|e| plain(py, e))?;
    decode(py, &text).map(Owned::upcast)
}

fn group(py: Py<'_>, values: Vec<Owned>) -> PyResult {
    tuple::from_iter(py, values).map(Owned::upcast)
}

fn integer(py: Py<'_>, v: i64) -> PyResult {
    long::from_i64(py, v).map(Owned::upcast)
}

/// A number of four bytes at a place of a structure, 0 beyond its end.
fn word(data: &[u8], at: usize) -> u32 {
    data.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_ne_bytes)
}

fn interface_name(py: Py<'_>, index: i32) -> PyResult {
    let name = if index == 0 { None } else { names::if_indextoname(index as u32).ok() };
    decode(py, name.as_ref().map_or(b"", |n| n.to_bytes())).map(Owned::upcast)
}

/// `makesockaddr`: what `getsockname()`, `accept()` and `recvfrom()` give.
pub(super) fn from_address(py: Py<'_>, a: Option<&Address>, proto: i32) -> PyResult {
    let Some(a) = a else { return Ok(object::none()) };
    match a {
        Address::Inet { ip, port } => {
            group(py, vec![ip_text(py, af::INET, ip)?, integer(py, (*port).into())?])
        }
        Address::Inet6 { ip, port, flowinfo, scope } => group(
            py,
            vec![
                ip_text(py, af::INET6, ip)?,
                integer(py, (*port).into())?,
                integer(py, (*flowinfo).into())?,
                integer(py, (*scope).into())?,
            ],
        ),
        Address::Unix(path) if path.first() == Some(&0) => bytes::new(py, path).map(Owned::upcast),
        Address::Unix(path) => decode(py, path).map(Owned::upcast),
        Address::Netlink { pid, groups } => {
            group(py, vec![integer(py, (*pid).into())?, integer(py, (*groups).into())?])
        }
        Address::Vsock { cid, port } => {
            group(py, vec![integer(py, (*cid).into())?, integer(py, (*port).into())?])
        }
        Address::Packet { protocol, index, kind, hardware_type, hardware } => group(
            py,
            vec![
                interface_name(py, *index)?,
                integer(py, u16::from_be(*protocol).into())?,
                integer(py, (*kind).into())?,
                integer(py, (*hardware_type).into())?,
                bytes::new(py, hardware)?.upcast(),
            ],
        ),
        Address::Other { family: af::CAN, data } => {
            let mut out = vec![interface_name(py, word(data, 2) as i32)?];
            match proto {
                can::ISOTP => {
                    out.push(integer(py, word(data, 6).into())?);
                    out.push(integer(py, word(data, 10).into())?);
                }
                can::J1939 => {
                    let name = u64::from(word(data, 6)) | u64::from(word(data, 10)) << 32;
                    out.push(long::from_u64(py, name)?.upcast());
                    out.push(integer(py, word(data, 14).into())?);
                    out.push(integer(py, data.get(18).copied().unwrap_or(0).into())?);
                }
                _ => {}
            }
            group(py, out)
        }
        Address::Other { family: af::QIPCRTR, data } => {
            group(py, vec![integer(py, word(data, 2).into())?, integer(py, word(data, 6).into())?])
        }
        Address::Other { family: af::TIPC, data } => {
            let v = [word(data, 2), word(data, 6), word(data, 10)];
            let (kind, scope) = match data.as_slice() {
                [kind, scope, ..] => (*kind, *scope as i8),
                _ => (0, 0),
            };
            // A name has its domain last, a port none; their order is that of the argument.
            let v = match kind {
                1 => v,
                2 => [v[0], v[1], v[1]],
                3 => [v[1], v[0], 0],
                _ => return Err(exceptions::value_error(py, format_args!("Invalid address type"))),
            };
            let mut out = vec![integer(py, kind.into())?];
            for n in v {
                out.push(integer(py, n.into())?);
            }
            out.push(integer(py, scope.into())?);
            group(py, out)
        }
        Address::Other { family: af::ALG, data } => {
            let text = |b: &[u8]| {
                let end = b.iter().position(|c| *c == 0).unwrap_or(b.len());
                decode(py, &b[..end]).map(Owned::upcast)
            };
            let part = |from: usize, to: usize| data.get(from..to.min(data.len())).unwrap_or_default();
            group(
                py,
                vec![
                    text(part(0, 14))?,
                    text(part(22, 86))?,
                    integer(py, word(data, 14).into())?,
                    integer(py, word(data, 18).into())?,
                ],
            )
        }
        Address::Other { family, data } => group(
            py,
            vec![integer(py, (*family).into())?, bytes::new(py, &data[..data.len().min(14)])?.upcast()],
        ),
    }
}

/// A tuple `(host, port[, flowinfo[, scope]])` of `getnameinfo`.
pub(super) fn name_argument(py: Py<'_>, o: &PyObject) -> PyResult<(CString, i32, u32, u32, usize)> {
    let Some(t) = tuple::check(o) else {
        return Err(wrong_type(py, "getnameinfo() argument 1 must be a tuple"));
    };
    let all = tuple::items(t);
    let illegal = || wrong_type(py, "getnameinfo(): illegal sockaddr argument");
    if all.len() < 2 || all.len() > 4 {
        return Err(illegal());
    }
    let Some(host) = unicode::check(all[0]) else { return Err(illegal()) };
    let host = CString::new(unicode::utf8(py, host)?.as_bytes())
        .map_err(|_| exceptions::value_error(py, format_args!("embedded null character")))?;
    let p = c_long(py, all[1]).map_err(|_| illegal())?;
    let p = i32::try_from(p).map_err(|_| overflow(py, "signed integer is greater than maximum"))?;
    let (flowinfo, scope) = (number(py, all.get(2))?, number(py, all.get(3))?);
    if flowinfo > 0xF_FFFF {
        return Err(overflow(py, "getnameinfo(): flowinfo must be 0-1048575."));
    }
    Ok((host, p, flowinfo, scope, all.len()))
}
