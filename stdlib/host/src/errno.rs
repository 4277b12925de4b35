//! Error numbers: what every wrapper returns, and the C library's text for one.

use std::ffi::CStr;
use std::fmt;

/// The value of `errno` after a failed call.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(pub i32);

pub type Result<T> = std::result::Result<T, Errno>;

impl Errno {
    /// The calling thread's `errno`.
    pub fn last() -> Errno {
        // SAFETY: the function returns the address of the thread's own errno, which is always readable.
        Errno(unsafe { *libc::__errno_location() })
    }

    /// Sets the calling thread's `errno`; for C code that looks at it (`ctypes`, extension modules).
    pub fn set_last(self) {
        // SAFETY: as in `last`, and writable.
        unsafe { *libc::__errno_location() = self.0 }
    }

    /// `os.strerror`: bytes in the locale's encoding.
    pub fn message(self) -> Vec<u8> {
        let mut buffer = [0u8; 256];
        // SAFETY: the buffer is as long as said; this is the XSI function, which leaves a C string in it.
        unsafe { libc::strerror_r(self.0, buffer.as_mut_ptr().cast(), buffer.len()) };
        CStr::from_bytes_until_nul(&buffer).map(|s| s.to_bytes().to_vec()).unwrap_or_default()
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Errno({}: {})", self.0, String::from_utf8_lossy(&self.message()))
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.message()))
    }
}

impl std::error::Error for Errno {}

/// The C convention: -1 is failure.
pub(crate) trait Failed: Copy {
    fn failed(self) -> bool;
}

impl Failed for i32 {
    fn failed(self) -> bool {
        self == -1
    }
}

impl Failed for i64 {
    fn failed(self) -> bool {
        self == -1
    }
}

impl Failed for isize {
    fn failed(self) -> bool {
        self == -1
    }
}

/// The value, or the error where it is -1.
pub(crate) fn check<T: Failed>(value: T) -> Result<T> {
    if value.failed() { Err(Errno::last()) } else { Ok(value) }
}

/// Nothing, or the error where the value is -1.
pub(crate) fn done(value: i32) -> Result<()> {
    check(value).map(drop)
}

/// The convention of the pthread and posix_ functions: the value is the error.
pub(crate) fn code(value: i32) -> Result<()> {
    if value == 0 { Ok(()) } else { Err(Errno(value)) }
}

/// A text of the C library, copied.
///
/// # Safety
/// `text` is null or a C string.
pub(crate) unsafe fn text(text: *const libc::c_char) -> Option<Vec<u8>> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not null, and the caller's promise.
    Some(unsafe { CStr::from_ptr(text) }.to_bytes().to_vec())
}
