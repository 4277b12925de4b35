//! Sockets: making, connecting, sending and receiving, options, ancillary data. Addresses are in [`address`], names of
//! hosts, services and interfaces in [`names`]. Timeouts are the caller's, with [`crate::poll`].

pub mod address;
pub mod names;

use crate::errno::{Errno, Result, check, done};
use crate::fd::Fd;
use address::Address;
use std::io::{IoSlice, IoSliceMut};
use std::mem::zeroed;

/// Never inherited, as PEP 446 asks.
pub fn socket(family: i32, kind: i32, protocol: i32) -> Result<Fd> {
    // SAFETY: takes integers.
    check(unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol) })
}

pub fn socketpair(family: i32, kind: i32, protocol: i32) -> Result<(Fd, Fd)> {
    let mut fds = [0; 2];
    // SAFETY: room for two.
    done(unsafe { libc::socketpair(family, kind | libc::SOCK_CLOEXEC, protocol, fds.as_mut_ptr()) })?;
    Ok((fds[0], fds[1]))
}

pub fn bind(fd: Fd, address: &Address) -> Result<()> {
    let (storage, length) = address.to_c()?;
    // SAFETY: the storage holds `length` bytes of address.
    done(unsafe { libc::bind(fd, (&raw const storage).cast(), length) })
}

pub fn connect(fd: Fd, address: &Address) -> Result<()> {
    let (storage, length) = address.to_c()?;
    // SAFETY: the storage holds `length` bytes of address.
    done(unsafe { libc::connect(fd, (&raw const storage).cast(), length) })
}

pub fn listen(fd: Fd, backlog: i32) -> Result<()> {
    // SAFETY: takes integers.
    done(unsafe { libc::listen(fd, backlog) })
}

/// A call that fills in an address.
fn with_address(
    call: impl FnOnce(*mut libc::sockaddr, *mut libc::socklen_t) -> isize,
) -> Result<(isize, Option<Address>)> {
    // SAFETY: all-zero is a valid storage.
    let mut storage: libc::sockaddr_storage = unsafe { zeroed() };
    let mut length = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
    let result = check(call((&raw mut storage).cast(), &raw mut length))?;
    Ok((result, Address::from_c(&storage, length)))
}

/// The new socket, not inherited, and its peer.
pub fn accept(fd: Fd) -> Result<(Fd, Option<Address>)> {
    // SAFETY: the address' room is as said.
    let (new, address) =
        with_address(|a, l| unsafe { libc::accept4(fd, a, l, libc::SOCK_CLOEXEC) } as isize)?;
    Ok((new as Fd, address))
}

/// `None` where the address family has none.
pub fn getsockname(fd: Fd) -> Result<Option<Address>> {
    // SAFETY: the address' room is as said.
    with_address(|a, l| unsafe { libc::getsockname(fd, a, l) } as isize).map(|r| r.1)
}

pub fn getpeername(fd: Fd) -> Result<Option<Address>> {
    // SAFETY: the address' room is as said.
    with_address(|a, l| unsafe { libc::getpeername(fd, a, l) } as isize).map(|r| r.1)
}

pub fn shutdown(fd: Fd, how: i32) -> Result<()> {
    // SAFETY: takes integers.
    done(unsafe { libc::shutdown(fd, how) })
}

pub fn send(fd: Fd, data: &[u8], flags: i32) -> Result<usize> {
    // SAFETY: the data are readable for their length.
    check(unsafe { libc::send(fd, data.as_ptr().cast(), data.len(), flags) }).map(|n| n as usize)
}

pub fn sendto(fd: Fd, data: &[u8], flags: i32, address: &Address) -> Result<usize> {
    let (storage, length) = address.to_c()?;
    // SAFETY: the data are readable for their length, the storage holds `length` bytes.
    let n = unsafe {
        libc::sendto(fd, data.as_ptr().cast(), data.len(), flags, (&raw const storage).cast(), length)
    };
    check(n).map(|n| n as usize)
}

pub fn recv(fd: Fd, buffer: &mut [u8], flags: i32) -> Result<usize> {
    // SAFETY: the buffer is writable for its length.
    check(unsafe { libc::recv(fd, buffer.as_mut_ptr().cast(), buffer.len(), flags) }).map(|n| n as usize)
}

pub fn recvfrom(fd: Fd, buffer: &mut [u8], flags: i32) -> Result<(usize, Option<Address>)> {
    let (pointer, size) = (buffer.as_mut_ptr().cast(), buffer.len());
    // SAFETY: the buffer is writable for its length, the address' room is as said.
    with_address(|a, l| unsafe { libc::recvfrom(fd, pointer, size, flags, a, l) })
        .map(|(n, a)| (n as usize, a))
}

/// One ancillary item: level, type, data.
pub type Ancillary = (i32, i32, Vec<u8>);

/// The largest length of an ancillary item (`SOCKLEN_T_LIMIT`).
const LENGTH_LIMIT: u32 = i32::MAX as u32;

/// `CMSG_LEN`; `None`: the length is out of range.
pub fn cmsg_len(length: usize) -> Option<usize> {
    // SAFETY: pure arithmetic.
    let with_header = |n: u32| unsafe { libc::CMSG_LEN(n) };
    let length = u32::try_from(length).ok().filter(|n| *n <= LENGTH_LIMIT - with_header(0))?;
    Some(with_header(length)).filter(|n| *n <= LENGTH_LIMIT).map(|n| n as usize)
}

/// `CMSG_SPACE`; `None`: the length is out of range.
pub fn cmsg_space(length: usize) -> Option<usize> {
    // SAFETY: pure arithmetic.
    let with_padding = |n: u32| unsafe { libc::CMSG_SPACE(n) };
    // With one byte of data there is padding before and after it.
    let length = u32::try_from(length).ok().filter(|n| *n <= LENGTH_LIMIT - with_padding(1))?;
    Some(with_padding(length)).filter(|n| *n <= LENGTH_LIMIT).map(|n| n as usize)
}

/// A control buffer aligned as its headers are.
fn control_buffer(size: usize) -> Vec<u64> {
    vec![0; size.div_ceil(8)]
}

pub fn sendmsg(
    fd: Fd,
    buffers: &[IoSlice<'_>],
    ancillary: &[Ancillary],
    flags: i32,
    address: Option<&Address>,
) -> Result<usize> {
    let mut room = 0usize;
    for (_, _, data) in ancillary {
        let space = cmsg_space(data.len()).ok_or(Errno(libc::EMSGSIZE))?;
        room = room.checked_add(space).ok_or(Errno(libc::EMSGSIZE))?;
    }
    let mut control = control_buffer(room);
    // SAFETY: all-zero is a valid `msghdr`.
    let mut message: libc::msghdr = unsafe { zeroed() };
    let mut storage;
    if let Some(address) = address {
        let length;
        (storage, length) = address.to_c()?;
        message.msg_name = (&raw mut storage).cast();
        message.msg_namelen = length;
    }
    message.msg_iov = buffers.as_ptr().cast_mut().cast();
    message.msg_iovlen = buffers.len() as _;
    if room > 0 {
        message.msg_control = control.as_mut_ptr().cast();
        message.msg_controllen = room as _;
    }
    // SAFETY: the control buffer is aligned and has room for every header and its data, as CMSG_SPACE added up.
    unsafe {
        let mut header = libc::CMSG_FIRSTHDR(&raw const message);
        for (level, kind, data) in ancillary {
            (*header).cmsg_level = *level;
            (*header).cmsg_type = *kind;
            (*header).cmsg_len = libc::CMSG_LEN(data.len() as u32) as _;
            libc::CMSG_DATA(header).copy_from_nonoverlapping(data.as_ptr(), data.len());
            header = libc::CMSG_NXTHDR(&raw const message, header);
            if header.is_null() {
                break;
            }
        }
    }
    // SAFETY: every pointer of the message reaches what is said of it, and lives on.
    check(unsafe { libc::sendmsg(fd, &raw const message, flags) }).map(|n| n as usize)
}

/// What `recvmsg` gives: bytes read, ancillary items, flags, address.
pub type Received = (usize, Vec<Ancillary>, i32, Option<Address>);

pub fn recvmsg(fd: Fd, buffers: &mut [IoSliceMut<'_>], control_size: usize, flags: i32) -> Result<Received> {
    let mut control = control_buffer(control_size);
    // SAFETY: all-zero is valid for both.
    let (mut message, mut storage): (libc::msghdr, libc::sockaddr_storage) = unsafe { (zeroed(), zeroed()) };
    message.msg_name = (&raw mut storage).cast();
    message.msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
    message.msg_iov = buffers.as_mut_ptr().cast();
    message.msg_iovlen = buffers.len() as _;
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = control_size as _;
    // SAFETY: every pointer of the message reaches what is said of it.
    let n = check(unsafe { libc::recvmsg(fd, &raw mut message, flags) })?;
    let mut items = Vec::new();
    let start = control.as_ptr() as usize;
    #[allow(clippy::unnecessary_cast, reason = "the type differs between C libraries")]
    let end = start + message.msg_controllen as usize;
    // SAFETY: the headers are those the kernel wrote; data are cut at the end of what it wrote, since the last item may
    // say more than there is.
    unsafe {
        let mut header = libc::CMSG_FIRSTHDR(&raw const message);
        while !header.is_null() {
            let data = libc::CMSG_DATA(header).cast_const();
            #[allow(clippy::unnecessary_cast, reason = "the type differs between C libraries")]
            let said = ((*header).cmsg_len as usize).saturating_sub(libc::CMSG_LEN(0) as usize);
            let length = said.min(end.saturating_sub(data as usize));
            let bytes = std::slice::from_raw_parts(data, length).to_vec();
            items.push(((*header).cmsg_level, (*header).cmsg_type, bytes));
            header = libc::CMSG_NXTHDR(&raw const message, header);
        }
    }
    Ok((n as usize, items, message.msg_flags, Address::from_c(&storage, message.msg_namelen)))
}

pub fn getsockopt_int(fd: Fd, level: i32, name: i32) -> Result<i32> {
    let (mut value, mut length) = (0i32, 4);
    // SAFETY: room for four bytes.
    done(unsafe { libc::getsockopt(fd, level, name, (&raw mut value).cast(), &raw mut length) })?;
    Ok(value)
}

/// At most `size` bytes (1024 in `socket`).
pub fn getsockopt(fd: Fd, level: i32, name: i32, size: usize) -> Result<Vec<u8>> {
    let mut buffer = vec![0u8; size];
    let mut length = size as libc::socklen_t;
    // SAFETY: room for `size` bytes.
    done(unsafe { libc::getsockopt(fd, level, name, buffer.as_mut_ptr().cast(), &raw mut length) })?;
    buffer.truncate(length as usize);
    Ok(buffer)
}

pub fn setsockopt_int(fd: Fd, level: i32, name: i32, value: i32) -> Result<()> {
    // SAFETY: a local of four bytes.
    done(unsafe { libc::setsockopt(fd, level, name, (&raw const value).cast(), 4) })
}

pub fn setsockopt(fd: Fd, level: i32, name: i32, value: &[u8]) -> Result<()> {
    let length = value.len() as libc::socklen_t;
    // SAFETY: the value is readable for its length.
    done(unsafe { libc::setsockopt(fd, level, name, value.as_ptr().cast(), length) })
}

/// `setsockopt(level, name, None, length)`.
pub fn setsockopt_null(fd: Fd, level: i32, name: i32, length: u32) -> Result<()> {
    // SAFETY: a null value; the kernel answers EFAULT where it wants one.
    done(unsafe { libc::setsockopt(fd, level, name, std::ptr::null(), length) })
}
