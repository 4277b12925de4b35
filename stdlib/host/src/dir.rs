//! Directories: a stream of entries with the type the file system tells, for `listdir`, `scandir` and `fwalk`.

use crate::errno::{Errno, Result, check};
use crate::fd::Fd;
use std::ffi::CStr;
use std::ptr::NonNull;

/// The type of an entry, where the file system tells (`d_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileType {
    Unknown,
    File,
    Dir,
    Symlink,
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: Vec<u8>,
    pub inode: u64,
    pub kind: FileType,
}

/// An open directory stream.
pub struct Dir {
    stream: NonNull<libc::DIR>,
}

// SAFETY: a stream may be used from any one thread at a time, and needs `&mut` here.
unsafe impl Send for Dir {}

impl Dir {
    pub fn open(path: &CStr) -> Result<Dir> {
        // SAFETY: a C string.
        NonNull::new(unsafe { libc::opendir(path.as_ptr()) })
            .map(|stream| Dir { stream })
            .ok_or_else(Errno::last)
    }

    /// The directory of a descriptor: of a duplicate of it, so that the caller's stays open. The position, which the
    /// two share, is set to the beginning now and when the stream is closed, as CPython does.
    pub fn from_fd(fd: Fd) -> Result<Dir> {
        let copy = crate::fd::dup(fd)?;
        // SAFETY: the descriptor is our own.
        match NonNull::new(unsafe { libc::fdopendir(copy) }) {
            Some(stream) => {
                // SAFETY: the stream is open.
                unsafe { libc::rewinddir(stream.as_ptr()) };
                Ok(Dir { stream })
            }
            None => {
                let e = Errno::last();
                let _ = crate::fd::close(copy);
                Err(e)
            }
        }
    }

    /// The next entry other than `.` and `..`; `None` at the end.
    pub fn next_entry(&mut self) -> Result<Option<Entry>> {
        loop {
            Errno(0).set_last();
            // SAFETY: the stream is open; the entry is valid until the next call on it, and is copied before that.
            let entry = unsafe { libc::readdir64(self.stream.as_ptr()) };
            if entry.is_null() {
                let e = Errno::last();
                return if e.0 == 0 { Ok(None) } else { Err(e) };
            }
            // SAFETY: not null; only the fields are looked at, as the structure may be shorter than its type.
            let (name, inode, kind) = unsafe {
                let name = CStr::from_ptr((&raw const (*entry).d_name).cast());
                (name.to_bytes(), (*entry).d_ino, (*entry).d_type)
            };
            if name == b"." || name == b".." {
                continue;
            }
            let kind = match kind {
                libc::DT_UNKNOWN => FileType::Unknown,
                libc::DT_REG => FileType::File,
                libc::DT_DIR => FileType::Dir,
                libc::DT_LNK => FileType::Symlink,
                _ => FileType::Other,
            };
            return Ok(Some(Entry { name: name.to_vec(), inode, kind }));
        }
    }

    /// The stream's own descriptor.
    pub fn fd(&self) -> Result<Fd> {
        // SAFETY: the stream is open.
        check(unsafe { libc::dirfd(self.stream.as_ptr()) })
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        // SAFETY: the stream is open and closed once.
        unsafe {
            libc::rewinddir(self.stream.as_ptr());
            libc::closedir(self.stream.as_ptr());
        }
    }
}

/// `os.listdir`.
pub fn list(mut dir: Dir) -> Result<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    while let Some(entry) = dir.next_entry()? {
        names.push(entry.name);
    }
    Ok(names)
}
