//! The user and group databases (`pwd`, `grp`). The calls that list all share one position in the C library: callers
//! hold the GIL.

use crate::errno::{Errno, Result};
use std::ffi::{CStr, c_char};
use std::mem::zeroed;
use std::ptr;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub name: Vec<u8>,
    pub password: Vec<u8>,
    pub uid: u32,
    pub gid: u32,
    pub gecos: Vec<u8>,
    pub dir: Vec<u8>,
    pub shell: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub name: Vec<u8>,
    pub password: Vec<u8>,
    pub gid: u32,
    pub members: Vec<Vec<u8>>,
}

/// # Safety
/// The entry's texts are null or C strings.
unsafe fn user(p: &libc::passwd) -> User {
    // SAFETY: the caller's promise.
    let text = |t: *const c_char| unsafe { crate::errno::text(t) }.unwrap_or_default();
    User {
        name: text(p.pw_name),
        password: text(p.pw_passwd),
        uid: p.pw_uid,
        gid: p.pw_gid,
        gecos: text(p.pw_gecos),
        dir: text(p.pw_dir),
        shell: text(p.pw_shell),
    }
}

/// # Safety
/// The entry's texts are null or C strings, its members an array of them that ends with null, or null.
unsafe fn group(g: &libc::group) -> Group {
    let mut members = Vec::new();
    let mut at = g.gr_mem;
    // SAFETY: the caller's promise.
    unsafe {
        while !at.is_null() && !(*at).is_null() {
            members.push(CStr::from_ptr(*at).to_bytes().to_vec());
            at = at.add(1);
        }
        let text = |t: *const c_char| crate::errno::text(t).unwrap_or_default();
        Group { name: text(g.gr_name), password: text(g.gr_passwd), gid: g.gr_gid, members }
    }
}

/// Calls a reentrant lookup with growing buffers; `None`: no such entry.
fn lookup<C, T>(
    call: impl Fn(*mut C, *mut c_char, usize, *mut *mut C) -> i32,
    read: unsafe fn(&C) -> T,
) -> Result<Option<T>> {
    let mut buffer = vec![0u8; 1024];
    loop {
        // SAFETY: both structures are numbers and pointers, for which zero is a value.
        let (mut entry, mut result): (C, _) = (unsafe { zeroed() }, ptr::null_mut());
        match call(&raw mut entry, buffer.as_mut_ptr().cast(), buffer.len(), &raw mut result) {
            libc::ERANGE if buffer.len() < 1 << 26 => {
                let longer = buffer.len() * 4;
                buffer.resize(longer, 0);
            }
            // What the databases say for an absent entry differs; CPython takes these for absence.
            0 | libc::ENOENT | libc::ESRCH | libc::EBADF | libc::EPERM => {
                // SAFETY: null, or the entry with its texts inside the buffer.
                return Ok(unsafe { result.as_ref().map(|entry| read(entry)) });
            }
            error => return Err(Errno(error)),
        }
    }
}

pub fn user_by_name(name: &CStr) -> Result<Option<User>> {
    // SAFETY: a C string and the room of `lookup`.
    lookup(|e, b, n, r| unsafe { libc::getpwnam_r(name.as_ptr(), e, b, n, r) }, user)
}

pub fn user_by_id(uid: u32) -> Result<Option<User>> {
    // SAFETY: an integer and the room of `lookup`.
    lookup(|e, b, n, r| unsafe { libc::getpwuid_r(uid, e, b, n, r) }, user)
}

pub fn group_by_name(name: &CStr) -> Result<Option<Group>> {
    // SAFETY: a C string and the room of `lookup`.
    lookup(|e, b, n, r| unsafe { libc::getgrnam_r(name.as_ptr(), e, b, n, r) }, group)
}

pub fn group_by_id(gid: u32) -> Result<Option<Group>> {
    // SAFETY: an integer and the room of `lookup`.
    lookup(|e, b, n, r| unsafe { libc::getgrgid_r(gid, e, b, n, r) }, group)
}

/// `pwd.getpwall`.
pub fn all_users() -> Vec<User> {
    let mut out = Vec::new();
    // SAFETY: each entry is copied before the next call.
    unsafe {
        libc::setpwent();
        while let Some(p) = libc::getpwent().as_ref() {
            out.push(user(p));
        }
        libc::endpwent();
    }
    out
}

/// `grp.getgrall`.
pub fn all_groups() -> Vec<Group> {
    let mut out = Vec::new();
    // SAFETY: each entry is copied before the next call.
    unsafe {
        libc::setgrent();
        while let Some(g) = libc::getgrent().as_ref() {
            out.push(group(g));
        }
        libc::endgrent();
    }
    out
}
