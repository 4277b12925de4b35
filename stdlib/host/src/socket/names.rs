//! Names of hosts, services, protocols and interfaces, as the C library resolves them. Every call here may block.

use super::address::Address;
use crate::errno::{Errno, Result};
use std::ffi::{CStr, CString, c_char, c_int};
use std::mem::zeroed;
use std::ptr;

/// Why a resolver failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupError {
    /// `socket.gaierror` with this code
    Gai(i32),
    /// `socket.herror` with this code
    Host(i32),
    /// `OSError`
    System(Errno),
}

impl LookupError {
    /// The text of a `gaierror` or `herror`.
    pub fn message(self) -> Vec<u8> {
        unsafe extern "C" {
            fn hstrerror(code: c_int) -> *const c_char;
        }
        // SAFETY: both give a static C string for any code, copied at once.
        let text = unsafe {
            match self {
                LookupError::Gai(code) => crate::errno::text(libc::gai_strerror(code)),
                LookupError::Host(code) => crate::errno::text(hstrerror(code)),
                LookupError::System(e) => Some(e.message()),
            }
        };
        text.unwrap_or_default()
    }

    fn gai(code: i32) -> LookupError {
        if code == libc::EAI_SYSTEM { LookupError::System(Errno::last()) } else { LookupError::Gai(code) }
    }
}

/// One answer of `getaddrinfo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressInfo {
    pub family: i32,
    pub kind: i32,
    pub protocol: i32,
    pub canonical_name: Option<Vec<u8>>,
    pub address: Option<Address>,
}

/// What to ask `getaddrinfo` for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hints {
    pub flags: i32,
    pub family: i32,
    pub kind: i32,
    pub protocol: i32,
}

pub fn getaddrinfo(
    host: Option<&CStr>,
    service: Option<&CStr>,
    h: Hints,
) -> std::result::Result<Vec<AddressInfo>, LookupError> {
    // SAFETY: all-zero is a valid `addrinfo`.
    let mut hints: libc::addrinfo = unsafe { zeroed() };
    hints.ai_flags = h.flags;
    hints.ai_family = h.family;
    hints.ai_socktype = h.kind;
    hints.ai_protocol = h.protocol;
    let pointer = |s: Option<&CStr>| s.map_or(ptr::null(), CStr::as_ptr);
    let mut list = ptr::null_mut();
    // SAFETY: null or C strings, and locals.
    let code = unsafe { libc::getaddrinfo(pointer(host), pointer(service), &raw const hints, &raw mut list) };
    if code != 0 {
        return Err(LookupError::gai(code));
    }
    let mut out = Vec::new();
    let mut at = list;
    // SAFETY: a list of the library's, each with an address of the length said, freed once after it is copied.
    unsafe {
        while let Some(info) = at.as_ref() {
            out.push(AddressInfo {
                family: info.ai_family,
                kind: info.ai_socktype,
                protocol: info.ai_protocol,
                canonical_name: crate::errno::text(info.ai_canonname),
                address: Address::from_pointer(info.ai_addr, info.ai_addrlen),
            });
            at = info.ai_next;
        }
        libc::freeaddrinfo(list);
    }
    Ok(out)
}

/// Host and service.
pub fn getnameinfo(address: &Address, flags: i32) -> std::result::Result<(Vec<u8>, Vec<u8>), LookupError> {
    let (storage, length) = address.to_c().map_err(LookupError::System)?;
    let (mut host, mut service) = ([0u8; 1025], [0u8; 32]);
    // SAFETY: the storage holds `length` bytes; both texts have the room said.
    let code = unsafe {
        libc::getnameinfo(
            (&raw const storage).cast(),
            length,
            host.as_mut_ptr().cast(),
            host.len() as libc::socklen_t,
            service.as_mut_ptr().cast(),
            service.len() as libc::socklen_t,
            flags,
        )
    };
    if code != 0 {
        return Err(LookupError::gai(code));
    }
    let read = |b: &[u8]| CStr::from_bytes_until_nul(b).map(|s| s.to_bytes().to_vec()).unwrap_or_default();
    Ok((read(&host), read(&service)))
}

/// What `gethostbyname_ex` and `gethostbyaddr` give: name, aliases, addresses of the family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    pub name: Vec<u8>,
    pub aliases: Vec<Vec<u8>>,
    pub family: i32,
    pub addresses: Vec<Vec<u8>>,
}

unsafe extern "C" {
    fn gethostbyname_r(
        name: *const c_char,
        host: *mut libc::hostent,
        buffer: *mut c_char,
        size: usize,
        result: *mut *mut libc::hostent,
        error: *mut c_int,
    ) -> c_int;
    fn gethostbyaddr_r(
        address: *const std::ffi::c_void,
        length: libc::socklen_t,
        family: c_int,
        host: *mut libc::hostent,
        buffer: *mut c_char,
        size: usize,
        result: *mut *mut libc::hostent,
        error: *mut c_int,
    ) -> c_int;
}

/// Null-ended array of C strings.
///
/// # Safety
/// `list` is null or such an array.
unsafe fn strings(mut list: *mut *mut c_char) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    // SAFETY: the caller's promise.
    unsafe {
        while !list.is_null() && !(*list).is_null() {
            out.push(CStr::from_ptr(*list).to_bytes().to_vec());
            list = list.add(1);
        }
    }
    out
}

fn host(
    mut call: impl FnMut(*mut libc::hostent, *mut c_char, usize, *mut *mut libc::hostent, *mut c_int) -> c_int,
) -> std::result::Result<Host, LookupError> {
    let mut buffer = vec![0u8; 16_384];
    loop {
        // SAFETY: all-zero is a valid `hostent`.
        let mut entry: libc::hostent = unsafe { zeroed() };
        let (mut result, mut error) = (ptr::null_mut(), 0);
        let code =
            call(&raw mut entry, buffer.as_mut_ptr().cast(), buffer.len(), &raw mut result, &raw mut error);
        if code == libc::ERANGE && buffer.len() < 1 << 24 {
            let longer = buffer.len() * 4;
            buffer.resize(longer, 0);
            continue;
        }
        // SAFETY: null, or the entry with its lists inside the buffer.
        return match unsafe { result.as_ref() } {
            None => Err(LookupError::Host(error)),
            // SAFETY: as above; each address has the entry's length.
            Some(h) => unsafe {
                let mut addresses = Vec::new();
                let mut at = h.h_addr_list;
                while !at.is_null() && !(*at).is_null() {
                    addresses
                        .push(std::slice::from_raw_parts((*at).cast::<u8>(), h.h_length as usize).to_vec());
                    at = at.add(1);
                }
                Ok(Host {
                    name: crate::errno::text(h.h_name).unwrap_or_default(),
                    aliases: strings(h.h_aliases),
                    family: h.h_addrtype,
                    addresses,
                })
            },
        };
    }
}

pub fn gethostbyname_ex(name: &CStr) -> std::result::Result<Host, LookupError> {
    // SAFETY: a C string and the room of `host`.
    host(|entry, buffer, size, result, error| unsafe {
        gethostbyname_r(name.as_ptr(), entry, buffer, size, result, error)
    })
}

pub fn gethostbyaddr(family: i32, address: &[u8]) -> std::result::Result<Host, LookupError> {
    let (pointer, length) = (address.as_ptr().cast(), address.len() as libc::socklen_t);
    // SAFETY: the address is readable for its length, and the room of `host`.
    host(|entry, buffer, size, result, error| unsafe {
        gethostbyaddr_r(pointer, length, family, entry, buffer, size, result, error)
    })
}

/// The port of a service. The C library keeps one entry for the process: callers hold the GIL.
pub fn getservbyname(name: &CStr, protocol: Option<&CStr>) -> Option<u16> {
    let protocol = protocol.map_or(ptr::null(), CStr::as_ptr);
    // SAFETY: C strings or null; the entry is read at once.
    unsafe { libc::getservbyname(name.as_ptr(), protocol).as_ref() }.map(|s| u16::from_be(s.s_port as u16))
}

/// The name of a port's service.
pub fn getservbyport(port: u16, protocol: Option<&CStr>) -> Option<Vec<u8>> {
    unsafe extern "C" {
        fn getservbyport(port: c_int, protocol: *const c_char) -> *mut libc::servent;
    }
    let protocol = protocol.map_or(ptr::null(), CStr::as_ptr);
    // SAFETY: a C string or null; the entry is read at once.
    unsafe {
        getservbyport(port.to_be().into(), protocol).as_ref().and_then(|s| crate::errno::text(s.s_name))
    }
}

pub fn getprotobyname(name: &CStr) -> Option<i32> {
    // SAFETY: a C string; the entry is read at once.
    unsafe { libc::getprotobyname(name.as_ptr()).as_ref() }.map(|p| p.p_proto)
}

/// `socket.if_nameindex`.
pub fn if_nameindex() -> Result<Vec<(u32, Vec<u8>)>> {
    // SAFETY: takes nothing.
    let list = unsafe { libc::if_nameindex() };
    if list.is_null() {
        return Err(Errno::last());
    }
    let mut out = Vec::new();
    // SAFETY: an array that ends with a zero and a null, freed once.
    unsafe {
        let mut at = list;
        while (*at).if_index != 0 && !(*at).if_name.is_null() {
            out.push(((*at).if_index, CStr::from_ptr((*at).if_name).to_bytes().to_vec()));
            at = at.add(1);
        }
        libc::if_freenameindex(list);
    }
    Ok(out)
}

/// `None`: no such interface.
pub fn if_nametoindex(name: &CStr) -> Option<u32> {
    // SAFETY: a C string.
    Some(unsafe { libc::if_nametoindex(name.as_ptr()) }).filter(|n| *n != 0)
}

pub fn if_indextoname(index: u32) -> Result<CString> {
    let mut name = [0u8; libc::IF_NAMESIZE];
    // SAFETY: room for the longest name.
    if unsafe { libc::if_indextoname(index, name.as_mut_ptr().cast()) }.is_null() {
        return Err(Errno::last());
    }
    Ok(CStr::from_bytes_until_nul(&name).map(CStr::to_owned).unwrap_or_default())
}
