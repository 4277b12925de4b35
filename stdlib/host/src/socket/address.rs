//! Socket addresses of the families that Linux programs meet, to and from the kernel's form. Ports and scopes are in
//! the machine's order.

use crate::errno::{Errno, Result};
use std::mem::{offset_of, zeroed};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    Inet {
        ip: [u8; 4],
        port: u16,
    },
    Inet6 {
        ip: [u8; 16],
        port: u16,
        flowinfo: u32,
        scope: u32,
    },
    /// A path, or after a NUL a name in the abstract space; empty is unnamed.
    Unix(Vec<u8>),
    Netlink {
        pid: u32,
        groups: u32,
    },
    Packet {
        /// in network order, as the module converts it
        protocol: u16,
        index: i32,
        kind: u8,
        hardware_type: u16,
        hardware: Vec<u8>,
    },
    Vsock {
        cid: u32,
        port: u32,
    },
    /// A family this file does not know: the bytes behind the family.
    Other {
        family: i32,
        data: Vec<u8>,
    },
}

const UNIX_PATH: usize = offset_of!(libc::sockaddr_un, sun_path);

fn copied<T>(value: T) -> (libc::sockaddr_storage, libc::socklen_t) {
    const { assert!(size_of::<T>() <= size_of::<libc::sockaddr_storage>()) }
    // SAFETY: all-zero is a valid storage.
    let mut storage: libc::sockaddr_storage = unsafe { zeroed() };
    // SAFETY: the storage is large enough, as asserted, and aligned for every address.
    unsafe { (&raw mut storage).cast::<T>().write(value) };
    (storage, size_of::<T>() as libc::socklen_t)
}

impl Address {
    pub fn family(&self) -> i32 {
        match self {
            Address::Inet { .. } => libc::AF_INET,
            Address::Inet6 { .. } => libc::AF_INET6,
            Address::Unix(_) => libc::AF_UNIX,
            Address::Netlink { .. } => libc::AF_NETLINK,
            Address::Packet { .. } => libc::AF_PACKET,
            Address::Vsock { .. } => libc::AF_VSOCK,
            Address::Other { family, .. } => *family,
        }
    }

    /// `ENAMETOOLONG` for a path that does not fit (`OSError("AF_UNIX path too long")`).
    pub(crate) fn to_c(&self) -> Result<(libc::sockaddr_storage, libc::socklen_t)> {
        let family = self.family() as libc::sa_family_t;
        // SAFETY: all-zero is a valid value of every address structure.
        unsafe {
            Ok(match self {
                Address::Inet { ip, port } => {
                    let mut a: libc::sockaddr_in = zeroed();
                    (a.sin_family, a.sin_port) = (family, port.to_be());
                    a.sin_addr.s_addr = u32::from_ne_bytes(*ip);
                    copied(a)
                }
                Address::Inet6 { ip, port, flowinfo, scope } => {
                    let mut a: libc::sockaddr_in6 = zeroed();
                    (a.sin6_family, a.sin6_port, a.sin6_scope_id) = (family, port.to_be(), *scope);
                    (a.sin6_flowinfo, a.sin6_addr.s6_addr) = (flowinfo.to_be(), *ip);
                    copied(a)
                }
                Address::Unix(path) => {
                    let mut a: libc::sockaddr_un = zeroed();
                    a.sun_family = family;
                    // A path is followed by a NUL, a name of the abstract space is not.
                    let named = path.first().is_some_and(|c| *c != 0);
                    if path.len() + usize::from(named) > a.sun_path.len() {
                        return Err(Errno(libc::ENAMETOOLONG));
                    }
                    a.sun_path.iter_mut().zip(path).for_each(|(to, from)| *to = *from as _);
                    let (storage, _) = copied(a);
                    (storage, (UNIX_PATH + path.len() + usize::from(named)) as libc::socklen_t)
                }
                Address::Netlink { pid, groups } => {
                    let mut a: libc::sockaddr_nl = zeroed();
                    (a.nl_family, a.nl_pid, a.nl_groups) = (family, *pid, *groups);
                    copied(a)
                }
                Address::Packet { protocol, index, kind, hardware_type, hardware } => {
                    let mut a: libc::sockaddr_ll = zeroed();
                    if hardware.len() > a.sll_addr.len() {
                        return Err(Errno(libc::EINVAL));
                    }
                    (a.sll_family, a.sll_protocol, a.sll_ifindex) = (family, *protocol, *index);
                    (a.sll_pkttype, a.sll_hatype, a.sll_halen) =
                        (*kind, *hardware_type, hardware.len() as u8);
                    a.sll_addr[..hardware.len()].copy_from_slice(hardware);
                    copied(a)
                }
                Address::Vsock { cid, port } => {
                    let mut a: libc::sockaddr_vm = zeroed();
                    (a.svm_family, a.svm_cid, a.svm_port) = (family, *cid, *port);
                    copied(a)
                }
                Address::Other { data, .. } => {
                    let mut storage: libc::sockaddr_storage = zeroed();
                    storage.ss_family = family;
                    if data.len() + 2 > size_of::<libc::sockaddr_storage>() {
                        return Err(Errno(libc::EINVAL));
                    }
                    let to = (&raw mut storage).cast::<u8>().add(2);
                    to.copy_from_nonoverlapping(data.as_ptr(), data.len());
                    (storage, (data.len() + 2) as libc::socklen_t)
                }
            })
        }
    }

    /// `None` where the kernel gave no address.
    pub(crate) fn from_c(storage: &libc::sockaddr_storage, length: libc::socklen_t) -> Option<Address> {
        let length = (length as usize).min(size_of::<libc::sockaddr_storage>());
        if length < 2 {
            return None;
        }
        let base = (&raw const *storage).cast::<u8>();
        // SAFETY: the storage is aligned for and as large as every address structure, and initialised in whole.
        unsafe {
            Some(match i32::from(storage.ss_family) {
                libc::AF_INET => {
                    let a = &*base.cast::<libc::sockaddr_in>();
                    Address::Inet { ip: a.sin_addr.s_addr.to_ne_bytes(), port: u16::from_be(a.sin_port) }
                }
                libc::AF_INET6 => {
                    let a = &*base.cast::<libc::sockaddr_in6>();
                    Address::Inet6 {
                        ip: a.sin6_addr.s6_addr,
                        port: u16::from_be(a.sin6_port),
                        flowinfo: u32::from_be(a.sin6_flowinfo),
                        scope: a.sin6_scope_id,
                    }
                }
                libc::AF_UNIX => {
                    let path =
                        std::slice::from_raw_parts(base.add(UNIX_PATH), length.saturating_sub(UNIX_PATH));
                    // A path ends at its NUL; a name of the abstract space at the length.
                    let end = match path.first() {
                        Some(0) => path.len(),
                        _ => path.iter().position(|c| *c == 0).unwrap_or(path.len()),
                    };
                    Address::Unix(path[..end].to_vec())
                }
                libc::AF_NETLINK => {
                    let a = &*base.cast::<libc::sockaddr_nl>();
                    Address::Netlink { pid: a.nl_pid, groups: a.nl_groups }
                }
                libc::AF_PACKET => {
                    let a = &*base.cast::<libc::sockaddr_ll>();
                    let n = usize::from(a.sll_halen).min(a.sll_addr.len());
                    Address::Packet {
                        protocol: a.sll_protocol,
                        index: a.sll_ifindex,
                        kind: a.sll_pkttype,
                        hardware_type: a.sll_hatype,
                        hardware: a.sll_addr[..n].to_vec(),
                    }
                }
                libc::AF_VSOCK => {
                    let a = &*base.cast::<libc::sockaddr_vm>();
                    Address::Vsock { cid: a.svm_cid, port: a.svm_port }
                }
                family => {
                    let data = std::slice::from_raw_parts(base.add(2), length - 2).to_vec();
                    Address::Other { family, data }
                }
            })
        }
    }

    /// From a pointer of the C library's.
    ///
    /// # Safety
    /// `address` is null or points at `length` readable bytes.
    pub(crate) unsafe fn from_pointer(
        address: *const libc::sockaddr,
        length: libc::socklen_t,
    ) -> Option<Address> {
        if address.is_null() {
            return None;
        }
        // SAFETY: all-zero is a valid storage.
        let mut storage: libc::sockaddr_storage = unsafe { zeroed() };
        let n = (length as usize).min(size_of::<libc::sockaddr_storage>());
        // SAFETY: the caller's promise, cut to the storage.
        unsafe { (&raw mut storage).cast::<u8>().copy_from_nonoverlapping(address.cast(), n) };
        Address::from_c(&storage, length)
    }
}

/// `socket.inet_aton`: every form the C library takes.
pub fn inet_aton(text: &std::ffi::CStr) -> Option<[u8; 4]> {
    unsafe extern "C" {
        fn inet_aton(text: *const std::ffi::c_char, address: *mut libc::in_addr) -> i32;
    }
    let mut a = libc::in_addr { s_addr: 0 };
    // SAFETY: a C string and a local.
    (unsafe { inet_aton(text.as_ptr(), &raw mut a) } != 0).then(|| a.s_addr.to_ne_bytes())
}

/// `socket.inet_pton`: `None` for an illegal text; `EAFNOSUPPORT` for another family.
pub fn inet_pton(family: i32, text: &std::ffi::CStr) -> Result<Option<Vec<u8>>> {
    unsafe extern "C" {
        fn inet_pton(family: i32, text: *const std::ffi::c_char, address: *mut std::ffi::c_void) -> i32;
    }
    let mut out = [0u8; 16];
    // SAFETY: a C string, and room for the longest address.
    match unsafe { inet_pton(family, text.as_ptr(), out.as_mut_ptr().cast()) } {
        1 => Ok(Some(out[..if family == libc::AF_INET { 4 } else { 16 }].to_vec())),
        0 => Ok(None),
        _ => Err(Errno::last()),
    }
}

/// `socket.inet_ntop` of an address of the right length (4 or 16).
pub fn inet_ntop(family: i32, address: &[u8]) -> Result<Vec<u8>> {
    let expected = match family {
        libc::AF_INET => 4,
        libc::AF_INET6 => 16,
        _ => return Err(Errno(libc::EAFNOSUPPORT)),
    };
    if address.len() != expected {
        return Err(Errno(libc::EINVAL));
    }
    unsafe extern "C" {
        fn inet_ntop(
            family: i32,
            address: *const std::ffi::c_void,
            out: *mut std::ffi::c_char,
            size: libc::socklen_t,
        ) -> *const std::ffi::c_char;
    }
    let mut out = [0u8; 64];
    // SAFETY: the address has the family's length, the room is as said; null or a C string inside it, copied at once.
    unsafe {
        let text = inet_ntop(family, address.as_ptr().cast(), out.as_mut_ptr().cast(), 64);
        crate::errno::text(text).ok_or_else(Errno::last)
    }
}
