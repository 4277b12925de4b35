//! The environment as bytes, read at start and kept in step by `putenv` and `unsetenv`; the host's name.

use crate::errno::{Result, done};
use std::ffi::{CStr, c_char};

unsafe extern "C" {
    static mut environ: *const *const c_char;
}

/// Every `name=value`, in the environment's order. Another thread changing the environment meanwhile is a race in
/// every C program; Python's threads hold the GIL here.
pub fn all() -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    // SAFETY: `environ` is null or an array of C strings ended by a null.
    unsafe {
        let mut at = environ;
        while !at.is_null() && !(*at).is_null() {
            out.push(CStr::from_ptr(*at).to_bytes().to_vec());
            at = at.add(1);
        }
    }
    out
}

/// `os.putenv`.
pub fn set(name: &CStr, value: &CStr) -> Result<()> {
    // SAFETY: two C strings, which are copied.
    done(unsafe { libc::setenv(name.as_ptr(), value.as_ptr(), 1) })
}

/// `os.unsetenv`.
pub fn unset(name: &CStr) -> Result<()> {
    // SAFETY: a C string.
    done(unsafe { libc::unsetenv(name.as_ptr()) })
}

/// The value now, for a caller outside `os.environ`.
pub fn get(name: &CStr) -> Option<Vec<u8>> {
    // SAFETY: a C string; the result is null or a C string, copied at once.
    unsafe { crate::errno::text(libc::getenv(name.as_ptr())) }
}

/// `os.uname()`: system, node, release, version, machine.
pub fn uname() -> Result<[Vec<u8>; 5]> {
    // SAFETY: all-zero is a valid structure of arrays.
    let mut u: libc::utsname = unsafe { std::mem::zeroed() };
    // SAFETY: the structure is a local.
    done(unsafe { libc::uname(&raw mut u) })?;
    // SAFETY: the call has left a C string in each array.
    let read = |field: &[c_char]| unsafe { CStr::from_ptr(field.as_ptr()) }.to_bytes().to_vec();
    Ok([read(&u.sysname), read(&u.nodename), read(&u.release), read(&u.version), read(&u.machine)])
}

pub fn gethostname() -> Result<Vec<u8>> {
    let mut buffer = [0u8; 1024];
    // SAFETY: the last byte is left out, so that what is there ends.
    done(unsafe { libc::gethostname(buffer.as_mut_ptr().cast(), buffer.len() - 1) })?;
    Ok(CStr::from_bytes_until_nul(&buffer).map(|s| s.to_bytes().to_vec()).unwrap_or_default())
}

pub fn sethostname(name: &[u8]) -> Result<()> {
    // SAFETY: the bytes are readable for their length.
    done(unsafe { libc::sethostname(name.as_ptr().cast(), name.len()) })
}

/// `os.getrandom`, one call.
pub fn getrandom(buffer: &mut [u8], flags: u32) -> Result<usize> {
    // SAFETY: the buffer is writable for its length.
    crate::errno::check(unsafe { libc::getrandom(buffer.as_mut_ptr().cast(), buffer.len(), flags) })
        .map(|n| n as usize)
}
