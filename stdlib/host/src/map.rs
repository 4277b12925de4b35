//! Memory maps (`mmap`): a mapping that is unmapped when dropped, growing, flushing, advising; page sizes.

use crate::errno::{Errno, Result, check, done};
use crate::fd::Fd;
use std::ffi::c_void;
use std::ptr::{self, NonNull};

/// A mapping. Its bytes may change at any time through the file or another process, so it hands out a pointer only.
#[derive(Debug)]
pub struct Map {
    base: NonNull<c_void>,
    length: usize,
}

// SAFETY: the mapping belongs to the process, not to a thread; what is in it is reached by raw pointer only.
unsafe impl Send for Map {}
// SAFETY: as above.
unsafe impl Sync for Map {}

impl Map {
    /// A descriptor of -1 with `MAP_ANONYMOUS` maps no file.
    pub fn new(length: usize, protection: i32, flags: i32, fd: Fd, offset: i64) -> Result<Map> {
        // Without this flag the kernel chooses the address, so that no other mapping is replaced.
        if flags & libc::MAP_FIXED != 0 {
            return Err(Errno(libc::EINVAL));
        }
        // SAFETY: a new mapping at an address of the kernel's choice.
        let base = unsafe { libc::mmap(ptr::null_mut(), length, protection, flags, fd, offset) };
        match NonNull::new(base) {
            Some(base) if base.as_ptr() != libc::MAP_FAILED => Ok(Map { base, length }),
            _ => Err(Errno::last()),
        }
    }

    pub fn as_ptr(&self) -> *mut u8 {
        self.base.as_ptr().cast()
    }

    pub fn len(&self) -> usize {
        self.length
    }

    /// Never: a mapping of no bytes is refused.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// `mmap.resize`: the mapping may move. Pointers from before are dead.
    pub fn resize(&mut self, length: usize) -> Result<()> {
        // SAFETY: our own mapping, with its length.
        let base = unsafe { libc::mremap(self.base.as_ptr(), self.length, length, libc::MREMAP_MAYMOVE) };
        match NonNull::new(base) {
            Some(base) if base.as_ptr() != libc::MAP_FAILED => {
                (self.base, self.length) = (base, length);
                Ok(())
            }
            _ => Err(Errno::last()),
        }
    }

    /// `EINVAL` for a part that is not inside the mapping.
    fn part(&self, offset: usize, length: usize) -> Result<*mut c_void> {
        match offset.checked_add(length) {
            // SAFETY: inside the mapping.
            Some(end) if end <= self.length => Ok(unsafe { self.base.as_ptr().add(offset) }),
            _ => Err(Errno(libc::EINVAL)),
        }
    }

    /// `mmap.flush`.
    pub fn flush(&self, offset: usize, length: usize) -> Result<()> {
        let part = self.part(offset, length)?;
        // SAFETY: inside the mapping.
        done(unsafe { libc::msync(part, length, libc::MS_SYNC) })
    }

    /// `mmap.madvise`.
    pub fn advise(&self, advice: i32, offset: usize, length: usize) -> Result<()> {
        let part = self.part(offset, length)?;
        // SAFETY: inside the mapping, whose bytes nobody holds a reference to.
        done(unsafe { libc::madvise(part, length, advice) })
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: our own mapping, unmapped once.
        unsafe { libc::munmap(self.base.as_ptr(), self.length) };
    }
}

pub fn page_size() -> usize {
    // SAFETY: takes an integer.
    check(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).map_or(4096, |n| n as usize)
}

/// `_posixshmem.shm_open`; not inherited.
pub fn shm_open(name: &std::ffi::CStr, flags: i32, mode: u32) -> Result<Fd> {
    // SAFETY: a C string.
    check(unsafe { libc::shm_open(name.as_ptr(), flags | libc::O_CLOEXEC, mode) })
}

pub fn shm_unlink(name: &std::ffi::CStr) -> Result<()> {
    // SAFETY: a C string.
    done(unsafe { libc::shm_unlink(name.as_ptr()) })
}
