//! The system's log (`syslog`). The identity is kept here, since the C library only borrows it.

use std::ffi::{CStr, CString};
use std::sync::Mutex;

static IDENTITY: Mutex<Option<CString>> = Mutex::new(None);

/// `openlog`; without an identity the program's name is used.
pub fn open(identity: Option<CString>, options: i32, facility: i32) {
    let mut kept = IDENTITY.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let pointer = identity.as_ref().map_or(std::ptr::null(), |s| s.as_ptr());
    // SAFETY: null, or a C string that lives until the next call that replaces it.
    unsafe { libc::openlog(pointer, options, facility) };
    // The old one goes only now that it is not referred to any more.
    *kept = identity;
}

/// Sends a message, which is not a format.
pub fn send(priority: i32, message: &CStr) {
    // SAFETY: the format takes one string.
    unsafe { libc::syslog(priority, c"%s".as_ptr(), message.as_ptr()) };
}

pub fn close() {
    let mut kept = IDENTITY.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // SAFETY: takes nothing.
    unsafe { libc::closelog() };
    *kept = None;
}

/// `setlogmask`: the old mask.
pub fn set_mask(mask: i32) -> i32 {
    // SAFETY: takes an integer.
    unsafe { libc::setlogmask(mask) }
}
