//! The socket type: making, timeouts, connecting, sending and receiving, options. Messages with ancillary data are in
//! `messages`.

use super::address::{from_address, os, to_address};
use super::messages::*;
use super::{RESET, is_int, seconds};
use core::cell::Cell;
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::buffer::View;
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::thread::{check_signals, without_gil};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, args, bytes, call as calls, exceptions, float, getset, glue, long, members,
    methods, object, protocol, signature, tuple, unicode,
};
use dxpy_host::poll::{self, PollFd};
use dxpy_host::socket::address::Address;
use dxpy_host::{Errno, constants, fd, socket as host};
use dxpy_mod_os::convert::{int, plain};
use dxpy_mod_os::pytime::{self, Round};

/// `PySocketSockObject`.
#[repr(C)]
pub struct Sock {
    ob_base: PyObject,
    /// -1 is none.
    pub(super) fd: Cell<i32>,
    pub(super) family: Cell<i32>,
    kind: Cell<i32>,
    pub(super) proto: Cell<i32>,
    /// Nanoseconds; negative blocks.
    pub(super) timeout: Cell<i64>,
}
// SAFETY: `#[repr(C)]`, and the header is first.
unsafe impl Layout for Sock {}

/// The timeout of new sockets.
pub(super) static DEFAULT_TIMEOUT: Gil<Cell<i64>> = Gil(Cell::new(-1));

/// `_socket.socket`.
pub static SOCKET: StaticType = StaticType::new::<Sock>(c"_socket.socket")
    .doc(c"socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object\nsocket(family=-1, type=-1, proto=-1, fileno=None) -> socket object\n\nA socket; with a descriptor, what is not given is asked of the system.")
    .flags(Py_TPFLAGS_BASETYPE)
    .create(glue::create(new))
    .init(glue::init(init))
    .finalize(glue::dealloc(finalize))
    .dealloc(glue::dealloc(dealloc))
    .repr(glue::unary(repr))
    .methods(&METHODS)
    .members(&MEMBERS)
    .getset(&ATTRIBUTES);

members! { static MEMBERS [
    "family" = Py_T_INT, offset_of!(Sock, family), Py_READONLY, "the socket family";
    "type" = Py_T_INT, offset_of!(Sock, kind), Py_READONLY, "the socket type";
    "proto" = Py_T_INT, offset_of!(Sock, proto), Py_READONLY, "the socket protocol";
] }

getset! { static ATTRIBUTES [
    "timeout" = gettimeout, "the socket timeout";
] }

methods! { static METHODS: for Sock [
    "_accept" = accept [0], "?(/)", "The descriptor of a new connection, and the peer's address.";
    "bind" = bind [1], "?(address, /)", "Gives the socket an address of this host.";
    "close" = close [0], "?(/)", "Closes the socket.";
    "connect" = connect [1], "?(address, /)", "Connects the socket with an address.";
    "connect_ex" = connect_ex [1], "?(address, /)", "Connects the socket with an address; returns the error's number.";
    "detach" = detach [0], "?(/)", "Gives the descriptor away without closing it.";
    "fileno" = fileno [0], "?(/)", "The descriptor, -1 if closed.";
    "getpeername" = getpeername [0], "?(/)", "The address that the socket is connected with.";
    "getsockname" = getsockname [0], "?(/)", "The address of the socket.";
    "getsockopt" = getsockopt [3], "!(level, option, buffersize=0, /)", "An option of the socket, as an int or as that many bytes.";
    "listen" = listen [1], "!(backlog=128, /)", "Lets others connect.";
    "recv" = recv [2], "!(buffersize, flags=0, /)", "Receives at most so many bytes.";
    "recv_into" = recv_into [3], "!(buffer, nbytes=0, flags=0)", "Receives into a buffer; how many bytes.";
    "recvfrom" = recvfrom [2], "!(buffersize, flags=0, /)", "Receives bytes, and tells from whom.";
    "recvfrom_into" = recvfrom_into [3], "!(buffer, nbytes=0, flags=0)", "Receives into a buffer, and tells from whom.";
    "send" = send [2], "!(data, flags=0, /)", "Sends bytes; how many of them.";
    "sendall" = sendall [2], "!(data, flags=0, /)", "Sends all bytes.";
    "sendto" = sendto [1], "?(*args)", "sendto(data[, flags], address)";
    "setblocking" = setblocking [1], "?(flag, /)", "Lets the socket wait, or not.";
    "getblocking" = getblocking [0], "?(/)", "Whether the socket waits.";
    "settimeout" = settimeout [1], "?(timeout, /)", "Sets how long the socket waits.";
    "gettimeout" = gettimeout_method [0], "?(/)", "How long the socket waits.";
    "setsockopt" = setsockopt [1], "?(*args)", "setsockopt(level, option, value: int), or value: bytes, or None, optlen: int";
    "shutdown" = shutdown [1], "?(how, /)", "Ends one or both directions of the connection.";
    "recvmsg" = recvmsg [3], "!(bufsize, ancbufsize=0, flags=0, /)", "Receives bytes and ancillary data.";
    "recvmsg_into" = recvmsg_into [3], "!(buffers, ancbufsize=0, flags=0, /)", "Receives into buffers, with ancillary data.";
    "sendmsg" = sendmsg [4], "!(buffers, ancdata=(), flags=0, address=None, /)", "Sends bytes and ancillary data.";
    "sendmsg_afalg" = sendmsg_afalg [5], "!(msg=(), *, op, iv=None, assoclen=None, flags=0)", "Sends a message to the kernel's cryptography.";
] }

fn new(py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>) -> PyResult {
    // SAFETY: LAYOUT: instances of the type and its subtypes begin like this struct.
    let s: Owned<Sock> = unsafe { object::tp_alloc(py, ty, 0)?.cast() };
    s.fd.set(-1);
    s.timeout.set(DEFAULT_TIMEOUT.get());
    Ok(s.upcast())
}

const INET: i32 = 2;
const VSOCK: i32 = 40;
const STREAM: i32 = 1;
const NON_BLOCKING: i32 = 0o4000;
const CLOEXEC: i32 = 0o2000000;
const SOL_SOCKET: i32 = 1;

fn option(name: &str) -> i32 {
    constants::find(constants::net::SOCKET, name).unwrap_or_default() as i32
}

/// `init_sockobject`.
fn set_up(py: Py<'_>, s: &Sock, fd: i32, family: i32, kind: i32, proto: i32) -> PyResult<()> {
    s.fd.set(fd);
    s.family.set(family);
    s.kind.set(kind & !(NON_BLOCKING | CLOEXEC));
    s.proto.set(proto);
    if kind & NON_BLOCKING != 0 {
        s.timeout.set(0);
        return Ok(());
    }
    s.timeout.set(DEFAULT_TIMEOUT.get());
    if DEFAULT_TIMEOUT.get() >= 0 {
        set_blocking(py, s, false)?;
    }
    Ok(())
}

/// A socket of a descriptor that was just opened, which is closed if that fails.
pub(super) fn of_descriptor(py: Py<'_>, n: i32, family: i32, kind: i32, proto: i32) -> PyResult {
    let made = || {
        let s = new(py, &SOCKET, &tuple::empty(), None)?;
        // SAFETY: LAYOUT: just made of this type.
        let sock = unsafe { &*(s.as_ptr() as *const Sock) };
        set_up(py, sock, n, family, kind, proto)?;
        Ok(s)
    };
    let r: PyResult = made();
    if r.is_err() {
        let _ = fd::close(n);
    }
    r
}

fn init(py: Py<'_>, s: &Sock, a: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let desc = signature!("socket", "!(family=-1, type=-1, proto=-1, fileno=None)");
    let (family, kind, proto, given) = args::bind_call(py, desc, a, kw, |b| {
        let n = |i| Ok(b.arg::<Option<i32>>(py, i)?.unwrap_or(-1));
        let given = b.arg::<Option<&PyObject>>(py, 3)?.filter(|o| !object::is_none(o));
        Ok((n(0)?, n(1)?, n(2)?, given.map(|o| o.to_owned())))
    })?;
    dxpy_core::audit::event_with(py, "socket.__new__", || {
        let n = |v: i32| long::from_i64(py, v.into()).map(Owned::upcast);
        tuple::from_iter(py, [s.as_object().to_owned(), n(family)?, n(kind)?, n(proto)?])
    })?;
    let Some(given) = given else {
        let family = if family == -1 { INET } else { family };
        let kind = if kind == -1 { STREAM } else { kind };
        let proto = proto.max(0);
        let n = without_gil(py, || host::socket(family, kind, proto)).map_err(|e| plain(py, e))?;
        return set_up(py, s, n, family, kind, proto).inspect_err(|_| {
            let _ = fd::close(s.fd.replace(-1));
        });
    };
    if float::check(&given).is_some() {
        return Err(exceptions::type_error(py, format_args!("integer argument expected, got float")));
    }
    let n = int(py, &given)?;
    if n < 0 {
        return Err(exceptions::value_error(py, format_args!("negative file descriptor")));
    }
    // What is not given is asked of the system, which also tells whether this is a socket at all.
    let address = host::getsockname(n).map_err(|e| plain(py, e))?;
    let family = match family {
        -1 => address.as_ref().map_or(0, Address::family),
        f => f,
    };
    let ask = |name: &str| host::getsockopt_int(n, SOL_SOCKET, option(name)).map_err(|e| plain(py, e));
    let kind = if kind == -1 { ask("SO_TYPE")? } else { kind };
    let proto = if proto == -1 { ask("SO_PROTOCOL")? } else { proto };
    set_up(py, s, n, family, kind, proto)
}

fn finalize(py: Py<'_>, s: &Sock) {
    if s.fd.get() < 0 {
        return;
    }
    let pending = PyErr::take(py);
    let warned = protocol::repr(py, s.as_object()).and_then(|r| {
        exceptions::resource_warning(
            py,
            s.as_object(),
            1,
            format_args!("unclosed {}", unicode::display(r.as_object())),
        )
    });
    if let Err(e) = warned {
        if exceptions::matches(&e, &exceptions::Warning) {
            exceptions::unraisable(py, e, Some(s.as_object()));
        } else {
            glue::ignore(e);
        }
    }
    let n = s.fd.replace(-1);
    if n >= 0 {
        let _ = without_gil(py, || fd::close(n));
    }
    if let Some(e) = pending {
        e.restore(py);
    }
}

fn dealloc(py: Py<'_>, s: &Sock) {
    // SAFETY: the count is zero and the dealloc runs; nobody uses the memory again.
    unsafe {
        if !object::finalize_from_dealloc(py, s.as_object(), glue::dealloc(finalize)) {
            object::tp_free(s.as_object());
        }
    }
}

fn repr(py: Py<'_>, s: &Sock) -> PyResult<Owned<PyUnicodeObject>> {
    unicode::from_str(
        py,
        &format!(
            "<socket object, fd={}, family={}, type={}, proto={}>",
            s.fd.get(),
            s.family.get(),
            s.kind.get(),
            s.proto.get()
        ),
    )
}

/// The error of a call that took too long.
#[cold]
fn timed_out(py: Py<'_>) -> PyErr {
    exceptions::format(py, &exceptions::TimeoutError, format_args!("timed out"))
}

const POLLIN: i16 = 1;
const POLLOUT: i16 = 4;
const POLLERR: i16 = 8;
const EINTR: i32 = 4;
const EAGAIN: i32 = 11;
const EISCONN: i32 = 106;
const EINPROGRESS: i32 = 115;

/// What a call waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Read,
    Write,
    /// The end of a `connect` under way.
    Connection,
}

/// `internal_select`: whether the time was over.
fn wait(py: Py<'_>, n: i32, need: Need, timeout: i64) -> Result<bool, Errno> {
    let events = match need {
        Need::Read => POLLIN,
        Need::Write => POLLOUT,
        // An error of the connection is seen as one.
        Need::Connection => POLLOUT | POLLERR,
    };
    let ms = pytime::milliseconds(timeout, Round::Up);
    let ms = if timeout < 0 { -1 } else { i32::try_from(ms).unwrap_or(i32::MAX) };
    let mut entry = [PollFd { fd: n, events, revents: 0 }];
    without_gil(py, || poll::poll(&mut entry, ms)).map(|n| n == 0)
}

/// `sock_call_ex`: waits as long as the socket's timeout allows, and calls again after signals. The inner error is the
/// system's.
pub(super) fn call_with<T>(
    py: Py<'_>,
    s: &Sock,
    need: Need,
    timeout: i64,
    mut f: impl FnMut(i32) -> dxpy_host::Result<T>,
) -> PyResult<dxpy_host::Result<T>> {
    let deadline = if timeout > 0 { pytime::now().saturating_add(timeout) } else { 0 };
    loop {
        // A blocking socket waits in the call itself, but for a connection, which is under way.
        if timeout > 0 || need == Need::Connection {
            let left = if timeout > 0 { deadline - pytime::now() } else { timeout };
            if timeout > 0 && left < 0 {
                return Err(timed_out(py));
            }
            match wait(py, s.fd.get(), need, left) {
                Ok(false) => {}
                Ok(true) => return Err(timed_out(py)),
                Err(Errno(EINTR)) => {
                    check_signals(py)?;
                    continue;
                }
                Err(e) => return Ok(Err(e)),
            }
        }
        let n = s.fd.get();
        let r = loop {
            match without_gil(py, || f(n)) {
                Err(Errno(EINTR)) => check_signals(py)?,
                r => break r,
            }
        };
        match r {
            // Another thread was faster, or the system's word was not true.
            Err(Errno(EAGAIN)) if timeout > 0 => {}
            r => return Ok(r),
        }
    }
}

/// The same with the socket's own timeout, and with errors that have no more to say.
pub(super) fn call<T>(
    py: Py<'_>,
    s: &Sock,
    need: Need,
    f: impl FnMut(i32) -> dxpy_host::Result<T>,
) -> PyResult<T> {
    call_with(py, s, need, s.timeout.get(), f)?.map_err(|e| plain(py, e))
}

pub(super) fn timeout_object(py: Py<'_>, ns: i64) -> PyResult {
    if ns < 0 { Ok(object::none()) } else { float::new(py, seconds(ns)).map(Owned::upcast) }
}

/// `socket_parse_timeout`: nanoseconds, -1 without end.
pub(super) fn timeout_argument(py: Py<'_>, o: &PyObject) -> PyResult<i64> {
    if object::is_none(o) {
        return Ok(-1);
    }
    let ns = pytime::from_seconds(py, o, Round::Up)?;
    if ns < 0 {
        return Err(exceptions::value_error(py, format_args!("Timeout value out of range")));
    }
    if pytime::milliseconds(ns, Round::Up) > i32::MAX.into() {
        return Err(exceptions::overflow_error(py, format_args!("timeout doesn't fit into C timeval")));
    }
    Ok(ns)
}

fn gettimeout(py: Py<'_>, s: &Sock) -> PyResult {
    timeout_object(py, s.timeout.get())
}

fn gettimeout_method(py: Py<'_>, s: &Sock) -> PyResult {
    gettimeout(py, s)
}

fn set_blocking(py: Py<'_>, s: &Sock, blocking: bool) -> PyResult<()> {
    let n = s.fd.get();
    without_gil(py, || fd::set_blocking(n, blocking)).map_err(|e| plain(py, e))
}

fn settimeout(py: Py<'_>, s: &Sock, o: &PyObject) -> PyResult<()> {
    let ns = timeout_argument(py, o)?;
    s.timeout.set(ns);
    set_blocking(py, s, ns < 0)
}

fn setblocking(py: Py<'_>, s: &Sock, o: &PyObject) -> PyResult<()> {
    // As CPython: the truth of an integer.
    let blocking = dxpy_mod_os::convert::c_long(py, o)? != 0;
    s.timeout.set(if blocking { -1 } else { 0 });
    set_blocking(py, s, blocking)
}

fn getblocking(_: Py<'_>, s: &Sock) -> bool {
    s.timeout.get() != 0
}

fn accept(py: Py<'_>, s: &Sock) -> PyResult {
    let (n, address) = call(py, s, Need::Read, host::accept)?;
    let made = || -> PyResult {
        let address = from_address(py, address.as_ref(), s.proto.get())?;
        tuple::from_iter(py, [long::from_i64(py, n.into())?.upcast(), address]).map(Owned::upcast)
    };
    made().inspect_err(|_| {
        let _ = fd::close(n);
    })
}

fn audit(py: Py<'_>, event: &str, s: &Sock, o: &PyObject) -> PyResult<()> {
    dxpy_core::audit::event(py, event, [s.as_object(), o])
}

fn bind(py: Py<'_>, s: &Sock, o: &PyObject) -> PyResult<()> {
    let a = to_address(py, s, o, "bind")?;
    audit(py, "socket.bind", s, o)?;
    let n = s.fd.get();
    without_gil(py, || host::bind(n, &a)).map_err(|e| plain(py, e))
}

fn close(py: Py<'_>, s: &Sock) -> PyResult<()> {
    let n = s.fd.replace(-1);
    if n < 0 {
        return Ok(());
    }
    match without_gil(py, || fd::close(n)) {
        Ok(()) | Err(Errno(RESET)) => Ok(()),
        Err(e) => Err(plain(py, e)),
    }
}

/// `internal_connect`.
fn do_connect(py: Py<'_>, s: &Sock, a: &Address) -> PyResult<dxpy_host::Result<()>> {
    let n = s.fd.get();
    let e = match without_gil(py, || host::connect(n, a)) {
        Ok(()) => return Ok(Ok(())),
        Err(e) => e,
    };
    // After a signal the connection goes on being made.
    let under_way = match e.0 {
        EINTR => {
            check_signals(py)?;
            s.timeout.get() != 0
        }
        EINPROGRESS => s.timeout.get() > 0,
        _ => false,
    };
    if !under_way {
        return Ok(Err(e));
    }
    call_with(py, s, Need::Connection, s.timeout.get(), |n| {
        match host::getsockopt_int(n, SOL_SOCKET, option("SO_ERROR"))? {
            0 | EISCONN => Ok(()),
            e => Err(Errno(e)),
        }
    })
}

fn connect(py: Py<'_>, s: &Sock, o: &PyObject) -> PyResult<()> {
    let a = to_address(py, s, o, "connect")?;
    audit(py, "socket.connect", s, o)?;
    do_connect(py, s, &a)?.map_err(|e| plain(py, e))
}

fn connect_ex(py: Py<'_>, s: &Sock, o: &PyObject) -> PyResult<i32> {
    let a = to_address(py, s, o, "connect_ex")?;
    audit(py, "socket.connect", s, o)?;
    match do_connect(py, s, &a) {
        Ok(r) => Ok(r.err().map_or(0, |e| e.0)),
        // A connection that took too long has a number too.
        Err(e) if exceptions::matches(&e, &exceptions::TimeoutError) => Ok(EAGAIN),
        Err(e) => Err(e),
    }
}

fn detach(_: Py<'_>, s: &Sock) -> i32 {
    s.fd.replace(-1)
}

fn fileno(_: Py<'_>, s: &Sock) -> i32 {
    s.fd.get()
}

fn getpeername(py: Py<'_>, s: &Sock) -> PyResult {
    let n = s.fd.get();
    let a = without_gil(py, || host::getpeername(n)).map_err(|e| plain(py, e))?;
    from_address(py, a.as_ref(), s.proto.get())
}

fn getsockname(py: Py<'_>, s: &Sock) -> PyResult {
    let n = s.fd.get();
    let a = without_gil(py, || host::getsockname(n)).map_err(|e| plain(py, e))?;
    from_address(py, a.as_ref(), s.proto.get())
}

fn getsockopt(py: Py<'_>, s: &Sock, level: i32, name: i32, size: Option<i32>) -> PyResult {
    match size.unwrap_or(0) {
        // Options of virtual machines' sockets are twice as wide.
        0 if s.family.get() == VSOCK => {
            let v = host::getsockopt(s.fd.get(), level, name, 8).map_err(|e| plain(py, e))?;
            let v = <[u8; 8]>::try_from(&v[..]).map_or(0, u64::from_ne_bytes);
            long::from_u64(py, v).map(Owned::upcast)
        }
        0 => {
            let v = host::getsockopt_int(s.fd.get(), level, name).map_err(|e| plain(py, e))?;
            long::from_i64(py, v.into()).map(Owned::upcast)
        }
        n if !(0..=1024).contains(&n) => Err(os(py, "getsockopt buflen out of range")),
        n => {
            let v = host::getsockopt(s.fd.get(), level, name, n as usize).map_err(|e| plain(py, e))?;
            bytes::new(py, &v).map(Owned::upcast)
        }
    }
}

fn setsockopt(py: Py<'_>, s: &Sock, args::Rest(all): args::Rest<'_>) -> PyResult<()> {
    // SAFETY: LIVE: the caller holds the arguments during the call.
    let all: Vec<&PyObject> = all.iter().map(|o| unsafe { &**o }).collect();
    let n = s.fd.get();
    match all[..] {
        [level, name, value] => {
            let (level, name) = (int(py, level)?, int(py, name)?);
            if s.family.get() == VSOCK
                && let Some(v) = long::check(value)
            {
                let low = dxpy_mod_os::convert::unsigned(py, v.as_object()).unwrap_or_default();
                return host::setsockopt(n, level, name, &low.to_ne_bytes()).map_err(|e| plain(py, e));
            }
            // Whatever is no C int is taken for bytes, also a number that is too large.
            if is_int(value)
                && let Ok(v) = int(py, value)
            {
                return host::setsockopt_int(n, level, name, v).map_err(|e| plain(py, e));
            }
            let view = View::simple(py, value)?;
            host::setsockopt(n, level, name, view.bytes()).map_err(|e| plain(py, e))
        }
        [level, name, value, length] if object::is_none(value) => {
            let (level, name) = (int(py, level)?, int(py, name)?);
            let length = dxpy_mod_os::convert::low_bits(py, length)?;
            host::setsockopt_null(n, level, name, length).map_err(|e| plain(py, e))
        }
        _ => Err(exceptions::type_error(
            py,
            format_args!("setsockopt() takes exactly 3 arguments ({} given)", all.len()),
        )),
    }
}

fn listen(py: Py<'_>, s: &Sock, backlog: Option<i32>) -> PyResult<()> {
    let (n, backlog) = (s.fd.get(), backlog.unwrap_or(128).max(0));
    without_gil(py, || host::listen(n, backlog)).map_err(|e| plain(py, e))
}

/// Room for what is received.
pub(super) fn room(py: Py<'_>, n: usize) -> PyResult<Vec<u8>> {
    let mut buffer = Vec::new();
    if buffer.try_reserve_exact(n).is_err() {
        return Err(exceptions::memory_error(py));
    }
    buffer.resize(n, 0);
    Ok(buffer)
}

fn negative(py: Py<'_>, function: &str, n: isize) -> PyResult<usize> {
    usize::try_from(n)
        .map_err(|_| exceptions::value_error(py, format_args!("negative buffersize in {function}")))
}

fn recv(py: Py<'_>, s: &Sock, size: isize, flags: Option<i32>) -> PyResult {
    let mut buffer = room(py, negative(py, "recv", size)?)?;
    let flags = flags.unwrap_or(0);
    let got =
        if buffer.is_empty() { 0 } else { call(py, s, Need::Read, |n| host::recv(n, &mut buffer, flags))? };
    bytes::new(py, &buffer[..got]).map(Owned::upcast)
}

/// The part of a buffer that is filled: all of it unless a length is given.
fn part(py: Py<'_>, function: &str, view: &View, length: isize, too_small: &str) -> PyResult<usize> {
    match negative(py, function, length)? {
        0 => Ok(view.len()),
        n if n > view.len() => Err(exceptions::value_error(py, format_args!("{too_small}"))),
        n => Ok(n),
    }
}

fn recv_into(
    py: Py<'_>,
    s: &Sock,
    buffer: &PyObject,
    length: Option<isize>,
    flags: Option<i32>,
) -> PyResult<usize> {
    let view = View::writable(py, buffer).map_err(|e| not_writable(py, e, "recv_into", buffer))?;
    let small = "buffer too small for requested bytes";
    let size = part(py, "recv_into", &view, length.unwrap_or(0), small)?;
    if size == 0 {
        return Ok(0);
    }
    // SAFETY: as CPython, which lets the system write where the exporter said that it may.
    let target = unsafe { &mut view.bytes_mut()[..size] };
    let flags = flags.unwrap_or(0);
    call(py, s, Need::Read, |n| host::recv(n, target, flags))
}

/// The message for an argument that is no writable buffer (`w*`).
#[cold]
pub(super) fn not_writable(py: Py<'_>, e: PyErr, function: &str, o: &PyObject) -> PyErr {
    if exceptions::matches(&e, &exceptions::TypeError) || exceptions::matches(&e, &exceptions::BufferError) {
        return exceptions::type_error(
            py,
            format_args!(
                "{function}() argument 1 must be read-write bytes-like object, not {}",
                calls::type_name(o.ty())
            ),
        );
    }
    e
}

fn recvfrom(py: Py<'_>, s: &Sock, size: isize, flags: Option<i32>) -> PyResult {
    let mut buffer = room(py, negative(py, "recvfrom", size)?)?;
    let flags = flags.unwrap_or(0);
    let (got, address) = call(py, s, Need::Read, |n| host::recvfrom(n, &mut buffer, flags))?;
    let data = bytes::new(py, &buffer[..got.min(buffer.len())])?;
    let address = from_address(py, address.as_ref(), s.proto.get())?;
    tuple::from_iter(py, [data.upcast(), address]).map(Owned::upcast)
}

fn recvfrom_into(
    py: Py<'_>,
    s: &Sock,
    buffer: &PyObject,
    length: Option<isize>,
    flags: Option<i32>,
) -> PyResult {
    let view = View::writable(py, buffer).map_err(|e| not_writable(py, e, "recvfrom_into", buffer))?;
    let small = "nbytes is greater than the length of the buffer";
    let size = part(py, "recvfrom_into", &view, length.unwrap_or(0), small)?;
    // SAFETY: as for `recv_into`.
    let target = unsafe { &mut view.bytes_mut()[..size] };
    let flags = flags.unwrap_or(0);
    let (got, address) = call(py, s, Need::Read, |n| host::recvfrom(n, target, flags))?;
    let address = from_address(py, address.as_ref(), s.proto.get())?;
    tuple::from_iter(py, [long::from_u64(py, got as u64)?.upcast(), address]).map(Owned::upcast)
}

fn send(py: Py<'_>, s: &Sock, data: View, flags: Option<i32>) -> PyResult<usize> {
    let flags = flags.unwrap_or(0);
    call(py, s, Need::Write, |n| host::send(n, data.bytes(), flags))
}

fn sendall(py: Py<'_>, s: &Sock, data: View, flags: Option<i32>) -> PyResult<()> {
    let flags = flags.unwrap_or(0);
    let timeout = s.timeout.get();
    let deadline = if timeout > 0 { pytime::now().saturating_add(timeout) } else { 0 };
    let mut rest = data.bytes();
    loop {
        // The time is for all of them.
        let left = if timeout > 0 { deadline - pytime::now() } else { timeout };
        if timeout > 0 && left <= 0 {
            return Err(timed_out(py));
        }
        let sent =
            call_with(py, s, Need::Write, left, |n| host::send(n, rest, flags))?.map_err(|e| plain(py, e))?;
        rest = &rest[sent.min(rest.len())..];
        check_signals(py)?;
        if rest.is_empty() {
            return Ok(());
        }
    }
}

fn sendto(py: Py<'_>, s: &Sock, args::Rest(all): args::Rest<'_>) -> PyResult<usize> {
    // SAFETY: LIVE: the caller holds the arguments during the call.
    let all: Vec<&PyObject> = all.iter().map(|o| unsafe { &**o }).collect();
    let (data, flags, to) = match all[..] {
        [data, to] => (View::simple(py, data)?, 0, to),
        [data, flags, to] => (View::simple(py, data)?, int(py, flags)?, to),
        _ => {
            return Err(exceptions::type_error(
                py,
                format_args!("sendto() takes 2 or 3 arguments ({} given)", all.len()),
            ));
        }
    };
    let a = to_address(py, s, to, "sendto")?;
    audit(py, "socket.sendto", s, to)?;
    call(py, s, Need::Write, |n| host::sendto(n, data.bytes(), flags, &a))
}

fn shutdown(py: Py<'_>, s: &Sock, o: &PyObject) -> PyResult<()> {
    let (n, how) = (s.fd.get(), int(py, o)?);
    without_gil(py, || host::shutdown(n, how)).map_err(|e| plain(py, e))
}
