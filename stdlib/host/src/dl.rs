//! Shared objects: opening an extension module or a library, finding its symbols. Nothing is ever closed: code of it may
//! be referred to from anywhere.

use std::ffi::{CStr, c_void};
use std::ptr::NonNull;

/// An opened object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Library(NonNull<c_void>);

// SAFETY: a handle is a number to the loader, which does its own locking.
unsafe impl Send for Library {}
// SAFETY: as above.
unsafe impl Sync for Library {}

/// The loader's text for what went wrong last in this thread.
fn error() -> Vec<u8> {
    // SAFETY: null or a C string, copied at once.
    unsafe { crate::errno::text(libc::dlerror()) }.unwrap_or_else(|| b"unknown dlopen() error".to_vec())
}

impl Library {
    /// `dlopen`; `None` is the program itself. The error is the loader's text.
    ///
    /// # Safety
    /// The object's initialisers run.
    pub unsafe fn open(path: Option<&CStr>, flags: i32) -> Result<Library, Vec<u8>> {
        let path = path.map_or(std::ptr::null(), CStr::as_ptr);
        // SAFETY: null or a C string, and the caller's promise.
        NonNull::new(unsafe { libc::dlopen(path, flags) }).map(Library).ok_or_else(error)
    }

    /// `dlsym`; `None`: there is no such symbol, or it is null.
    pub fn symbol(self, name: &CStr) -> Option<NonNull<c_void>> {
        // SAFETY: an open handle and a C string.
        NonNull::new(unsafe { libc::dlsym(self.0.as_ptr(), name.as_ptr()) })
    }

    /// The same with the loader's text where there is none.
    pub fn symbol_or_error(self, name: &CStr) -> Result<NonNull<c_void>, Vec<u8>> {
        self.symbol(name).ok_or_else(error)
    }

    /// The handle as `ctypes` passes it around.
    pub fn handle(self) -> *mut c_void {
        self.0.as_ptr()
    }
}

/// `posix`' and `sys.setdlopenflags`' names.
pub const FLAGS: &[(&str, i64)] = crate::constants::table! { RTLD_LAZY RTLD_NOW RTLD_GLOBAL RTLD_LOCAL RTLD_NODELETE RTLD_NOLOAD RTLD_DEEPBIND };
