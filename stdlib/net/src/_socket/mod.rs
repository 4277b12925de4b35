//! `_socket`: the socket type (`object`, its messages in `messages`), addresses (`address`), names of hosts, services and
//! interfaces (`names`), and here the constants and what needs no socket.

mod address;
mod messages;
mod names;
mod object;

use address::{os, overflow};
use core::ffi::c_void;
use dxpy_core::abi::*;
use dxpy_core::buffer::View;
use dxpy_core::call::type_name;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::thread::without_gil;
use dxpy_core::{
    Owned, Py, PyResult, boolean, bytes, exceptions, long, methods, number, object as objects, tuple,
};
use dxpy_host::socket::address::{inet_aton as host_aton, inet_ntop as host_ntop, inet_pton as host_pton};
use dxpy_host::{Errno, constants, fd, socket as host};
use dxpy_mod_os::convert::{Text, int, plain};
use dxpy_mod_os::path::decode;
use dxpy_mod_os::pytime;
use dxpy_types::capsule;
use names::*;
use object::SOCKET;

/// `_socket`.
pub static MODULE: StaticModule =
    StaticModule::new(c"_socket").doc(c"What socket is built on.").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

type M = PyModuleObject;

methods! { static METHODS: for PyModuleObject [
    "gethostbyname" = gethostbyname [1], "!(host, /)", "The IPv4 address of a host, as text.";
    "gethostbyname_ex" = gethostbyname_ex [1], "!(host, /)", "The name, the aliases and the IPv4 addresses of a host.";
    "gethostbyaddr" = gethostbyaddr [1], "!(host, /)", "The name, the aliases and the addresses of the host with an address.";
    "gethostname" = gethostname [0], "?(/)", "The name of this host.";
    "sethostname" = sethostname [1], "!(name, /)", "Sets the name of this host.";
    "getservbyname" = getservbyname [2], "!(servicename, protocolname='', /)", "The port of a service.";
    "getservbyport" = getservbyport [2], "!(port, protocolname='', /)", "The service of a port.";
    "getprotobyname" = getprotobyname [1], "!(name, /)", "The number of a protocol.";
    "close" = close [1], "?(fd, /)", "Closes a socket's descriptor.";
    "dup" = dup [1], "?(fd, /)", "A duplicate of a socket's descriptor.";
    "socketpair" = socketpair [3], "!(family=1, type=1, proto=0, /)", "Two sockets that are connected with each other.";
    "ntohs" = ntohs [1], "!(x, /)", "A number of 16 bits from network order.";
    "ntohl" = ntohl [1], "?(x, /)", "A number of 32 bits from network order.";
    "htons" = htons [1], "!(x, /)", "A number of 16 bits to network order.";
    "htonl" = htonl [1], "?(x, /)", "A number of 32 bits to network order.";
    "inet_aton" = inet_aton [1], "!(string, /)", "An IPv4 address from text to four bytes.";
    "inet_ntoa" = inet_ntoa [1], "!(packed_ip, /)", "An IPv4 address from four bytes to text.";
    "inet_pton" = inet_pton [2], "!(af, ip, /)", "An address from text to bytes.";
    "inet_ntop" = inet_ntop [2], "!(af, packed_ip, /)", "An address from bytes to text.";
    "getaddrinfo" = getaddrinfo [6], "!(host, port, family=0, type=0, proto=0, flags=0)", "What sockets can reach a host's port.";
    "getnameinfo" = getnameinfo [2], "!(sockaddr, flags, /)", "The host and the service of an address.";
    "getdefaulttimeout" = getdefaulttimeout [0], "?(/)", "The timeout of new sockets.";
    "setdefaulttimeout" = setdefaulttimeout [1], "?(timeout, /)", "Sets the timeout of new sockets.";
    "if_nameindex" = if_nameindex [0], "?(/)", "The interfaces with their indices.";
    "if_nametoindex" = if_nametoindex [1], "!(if_name, /)", "The index of an interface.";
    "if_indextoname" = if_indextoname [1], "?(if_index, /)", "The name of an interface.";
    "CMSG_LEN" = cmsg_len [1], "!(length, /)", "The length of an ancillary item with this much data, without padding.";
    "CMSG_SPACE" = cmsg_space [1], "!(length, /)", "The room for an ancillary item with this much data.";
] }

fn fill(py: Py<'_>, m: &M) -> PyResult<()> {
    module::add(py, m, "error", exceptions::OSError.as_object())?;
    for (name, place) in [("herror", &HOST_ERROR), ("gaierror", &GAI_ERROR)] {
        if place.get().is_null() {
            place.set(exceptions::new_class(py, "socket", name, &exceptions::OSError)?.into_ptr());
        }
        module::add(py, m, name, class(place))?;
    }
    module::add(py, m, "timeout", exceptions::TimeoutError.as_object())?;
    module::add_type(py, m, &SOCKET)?;
    module::add(py, m, "SocketType", SOCKET.as_object())?;
    module::add(py, m, "has_ipv6", boolean::new(true).as_object())?;
    let capi = capsule::new(py, (&raw const CAPI) as *mut c_void, c"_socket.CAPI".as_ptr(), None)?;
    module::add(py, m, "CAPI", capi.as_object())?;
    constants::net::SOCKET.iter().try_for_each(|(n, v)| module::add_int(py, m, n, *v))
}

/// `PySocketModule_APIObject`: what another C module needs to tell sockets.
#[repr(C)]
struct Api {
    sock_type: &'static StaticType,
    error: &'static StaticType,
    timeout_error: &'static StaticType,
}

static CAPI: Gil<Api> =
    Gil(Api { sock_type: &SOCKET, error: &exceptions::OSError, timeout_error: &exceptions::TimeoutError });

/// `ECONNRESET`, which the end of a socket does not tell.
const RESET: i32 = 104;

fn close(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<()> {
    let n = int(py, o)?;
    match without_gil(py, || fd::close(n)) {
        Ok(()) | Err(Errno(RESET)) => Ok(()),
        Err(e) => Err(plain(py, e)),
    }
}

fn dup(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<i32> {
    let n = int(py, o)?;
    fd::dup(n).map_err(|e| plain(py, e))
}

fn socketpair(py: Py<'_>, _: &M, family: Option<i32>, kind: Option<i32>, proto: Option<i32>) -> PyResult {
    let (family, kind, proto) = (family.unwrap_or(1), kind.unwrap_or(1), proto.unwrap_or(0));
    let (a, b) = without_gil(py, || host::socketpair(family, kind, proto)).map_err(|e| plain(py, e))?;
    let made = |n| object::of_descriptor(py, n, family, kind, proto);
    let first = made(a);
    let second = made(b);
    // Both know their descriptors from here on.
    tuple::from_iter(py, [first?, second?]).map(Owned::upcast)
}

/// `ntohs` and `htons`.
fn short(py: Py<'_>, function: &str, o: i32) -> PyResult<i64> {
    match u16::try_from(o) {
        Ok(v) => Ok(v.to_be().into()),
        Err(_) if o < 0 => Err(overflow(
            py,
            &format!("{function}: can't convert negative Python int to C 16-bit unsigned integer"),
        )),
        Err(_) => Err(overflow(
            py,
            &format!("{function}: Python int too large to convert to C 16-bit unsigned integer"),
        )),
    }
}

fn ntohs(py: Py<'_>, _: &M, o: i32) -> PyResult<i64> {
    short(py, "ntohs", o)
}

fn htons(py: Py<'_>, _: &M, o: i32) -> PyResult<i64> {
    short(py, "htons", o)
}

/// `ntohl` and `htonl`.
fn word(py: Py<'_>, o: &PyObject) -> PyResult<i64> {
    let Some(n) = long::check(o) else {
        return Err(exceptions::type_error(py, format_args!("expected int, {} found", type_name(o.ty()))));
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
    match u32::try_from(v) {
        Ok(v) => Ok(v.to_be().into()),
        Err(_) => Err(overflow(py, "int larger than 32 bits")),
    }
}

fn ntohl(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<i64> {
    word(py, o)
}

fn htonl(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<i64> {
    word(py, o)
}

fn inet_aton(py: Py<'_>, _: &M, Text(text): Text) -> PyResult {
    match host_aton(&text) {
        Some(ip) => bytes::new(py, &ip).map(Owned::upcast),
        None => Err(os(py, "illegal IP address string passed to inet_aton")),
    }
}

fn inet_ntoa(py: Py<'_>, _: &M, packed: View) -> PyResult {
    let b = packed.bytes();
    if b.len() != 4 {
        return Err(os(py, "packed IP wrong length"));
    }
    address::ip_text(py, address::af::INET, b)
}

fn inet_pton(py: Py<'_>, _: &M, family: i32, Text(text): Text) -> PyResult {
    match host_pton(family, &text).map_err(|e| plain(py, e))? {
        Some(ip) => bytes::new(py, &ip).map(Owned::upcast),
        None => Err(os(py, "illegal IP address string passed to inet_pton")),
    }
}

fn inet_ntop(py: Py<'_>, _: &M, family: i32, packed: View) -> PyResult {
    let wanted = match family {
        address::af::INET => 4,
        address::af::INET6 => 16,
        _ => {
            return Err(exceptions::value_error(py, format_args!("unknown address family {family}")));
        }
    };
    if packed.len() != wanted {
        return Err(exceptions::value_error(py, format_args!("invalid length of packed IP address string")));
    }
    let text = host_ntop(family, packed.bytes()).map_err(|e| plain(py, e))?;
    decode(py, &text).map(Owned::upcast)
}

fn getdefaulttimeout(py: Py<'_>, _: &M) -> PyResult {
    object::timeout_object(py, object::DEFAULT_TIMEOUT.get())
}

fn setdefaulttimeout(py: Py<'_>, _: &M, o: &PyObject) -> PyResult<()> {
    object::DEFAULT_TIMEOUT.set(object::timeout_argument(py, o)?);
    Ok(())
}

fn length_of(py: Py<'_>, function: &str, n: isize, f: fn(usize) -> Option<usize>) -> PyResult<usize> {
    usize::try_from(n)
        .ok()
        .and_then(f)
        .ok_or_else(|| overflow(py, &format!("{function}() argument out of range")))
}

fn cmsg_len(py: Py<'_>, _: &M, n: isize) -> PyResult<usize> {
    length_of(py, "CMSG_LEN", n, host::cmsg_len)
}

fn cmsg_space(py: Py<'_>, _: &M, n: isize) -> PyResult<usize> {
    length_of(py, "CMSG_SPACE", n, host::cmsg_space)
}

/// The seconds of a timeout in nanoseconds.
pub(crate) fn seconds(ns: i64) -> f64 {
    pytime::as_seconds(ns)
}

/// An argument that may be an int.
pub(crate) fn is_int(o: &PyObject) -> bool {
    long::check(o).is_some() || number::has_index(o) && !objects::is_none(o)
}
