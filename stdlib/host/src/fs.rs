//! Files by name: `stat` and its kin, permissions, owners, links, renaming, times, extended attributes, the working
//! directory. Where a function takes a directory descriptor, `None` is the current directory.

use crate::errno::{Errno, Result, check, done};
use crate::fd::{Fd, at};
use std::ffi::CStr;

/// What `os.stat_result` is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    pub mode: u32,
    pub ino: u64,
    pub dev: u64,
    pub nlink: u64,
    pub uid: u32,
    pub gid: u32,
    pub size: i64,
    /// seconds and nanoseconds
    pub atime: (i64, i64),
    pub mtime: (i64, i64),
    pub ctime: (i64, i64),
    pub blksize: i64,
    pub blocks: i64,
    pub rdev: u64,
}

impl Stat {
    fn new(s: &libc::stat) -> Stat {
        // The types of the fields differ between architectures.
        #[allow(clippy::unnecessary_cast)]
        Stat {
            mode: s.st_mode,
            ino: s.st_ino,
            dev: s.st_dev,
            nlink: s.st_nlink as u64,
            uid: s.st_uid,
            gid: s.st_gid,
            size: s.st_size,
            atime: (s.st_atime, s.st_atime_nsec as i64),
            mtime: (s.st_mtime, s.st_mtime_nsec as i64),
            ctime: (s.st_ctime, s.st_ctime_nsec as i64),
            blksize: s.st_blksize as i64,
            blocks: s.st_blocks,
            rdev: s.st_rdev,
        }
    }

    pub fn is_dir(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFDIR
    }

    pub fn is_file(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFREG
    }

    pub fn is_symlink(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFLNK
    }
}

fn follow_flag(follow: bool) -> i32 {
    if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW }
}

/// `os.stat` and `os.lstat`.
pub fn stat(path: &CStr, dir: Option<Fd>, follow: bool) -> Result<Stat> {
    // SAFETY: all-zero is a valid `stat`.
    let mut s: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: a C string and a local.
    done(unsafe { libc::fstatat(at(dir), path.as_ptr(), &raw mut s, follow_flag(follow)) })?;
    Ok(Stat::new(&s))
}

pub fn fstat(fd: Fd) -> Result<Stat> {
    // SAFETY: all-zero is a valid `stat`.
    let mut s: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: a local.
    done(unsafe { libc::fstat(fd, &raw mut s) })?;
    Ok(Stat::new(&s))
}

/// `os.statvfs_result`, in its order, with `f_fsid` last.
pub fn statvfs(path: std::result::Result<&CStr, Fd>) -> Result<[u64; 11]> {
    // SAFETY: all-zero is a valid `statvfs`.
    let mut s: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: a C string or an integer, and a local.
    done(unsafe {
        match path {
            Ok(path) => libc::statvfs(path.as_ptr(), &raw mut s),
            Err(fd) => libc::fstatvfs(fd, &raw mut s),
        }
    })?;
    Ok([
        s.f_bsize,
        s.f_frsize,
        s.f_blocks,
        s.f_bfree,
        s.f_bavail,
        s.f_files,
        s.f_ffree,
        s.f_favail,
        s.f_flag,
        s.f_namemax,
        s.f_fsid,
    ])
}

/// `os.access`: only a denial or an absence is `false`, as for CPython every failure.
pub fn access(path: &CStr, mode: i32, dir: Option<Fd>, effective: bool, follow: bool) -> bool {
    let flags = follow_flag(follow) | if effective { libc::AT_EACCESS } else { 0 };
    // SAFETY: a C string.
    unsafe { libc::faccessat(at(dir), path.as_ptr(), mode, flags) == 0 }
}

/// `os.chmod`; not following links is refused by Linux' C library for links themselves.
pub fn chmod(path: &CStr, mode: u32, dir: Option<Fd>, follow: bool) -> Result<()> {
    // SAFETY: a C string.
    done(unsafe { libc::fchmodat(at(dir), path.as_ptr(), mode, follow_flag(follow)) })
}

pub fn fchmod(fd: Fd, mode: u32) -> Result<()> {
    // SAFETY: takes integers.
    done(unsafe { libc::fchmod(fd, mode) })
}

/// `u32::MAX` leaves the owner or the group as it is.
pub fn chown(path: &CStr, uid: u32, gid: u32, dir: Option<Fd>, follow: bool) -> Result<()> {
    // SAFETY: a C string.
    done(unsafe { libc::fchownat(at(dir), path.as_ptr(), uid, gid, follow_flag(follow)) })
}

pub fn fchown(fd: Fd, uid: u32, gid: u32) -> Result<()> {
    // SAFETY: takes integers.
    done(unsafe { libc::fchown(fd, uid, gid) })
}

pub fn mkdir(path: &CStr, mode: u32, dir: Option<Fd>) -> Result<()> {
    // SAFETY: a C string.
    done(unsafe { libc::mkdirat(at(dir), path.as_ptr(), mode) })
}

pub fn rmdir(path: &CStr, dir: Option<Fd>) -> Result<()> {
    // SAFETY: a C string.
    done(unsafe { libc::unlinkat(at(dir), path.as_ptr(), libc::AT_REMOVEDIR) })
}

pub fn unlink(path: &CStr, dir: Option<Fd>) -> Result<()> {
    // SAFETY: a C string.
    done(unsafe { libc::unlinkat(at(dir), path.as_ptr(), 0) })
}

/// `os.rename` and `os.replace`, which are the same here.
pub fn rename(from: &CStr, from_dir: Option<Fd>, to: &CStr, to_dir: Option<Fd>) -> Result<()> {
    // SAFETY: two C strings.
    done(unsafe { libc::renameat(at(from_dir), from.as_ptr(), at(to_dir), to.as_ptr()) })
}

/// `os.link`; links to symbolic links are made unless they are followed.
pub fn link(from: &CStr, from_dir: Option<Fd>, to: &CStr, to_dir: Option<Fd>, follow: bool) -> Result<()> {
    let flags = if follow { libc::AT_SYMLINK_FOLLOW } else { 0 };
    // SAFETY: two C strings.
    done(unsafe { libc::linkat(at(from_dir), from.as_ptr(), at(to_dir), to.as_ptr(), flags) })
}

pub fn symlink(target: &CStr, path: &CStr, dir: Option<Fd>) -> Result<()> {
    // SAFETY: two C strings.
    done(unsafe { libc::symlinkat(target.as_ptr(), at(dir), path.as_ptr()) })
}

pub fn readlink(path: &CStr, dir: Option<Fd>) -> Result<Vec<u8>> {
    let mut buffer = vec![0; 256];
    loop {
        // SAFETY: a C string, and a buffer writable for its length.
        let n = unsafe { libc::readlinkat(at(dir), path.as_ptr(), buffer.as_mut_ptr().cast(), buffer.len()) };
        let n = check(n)? as usize;
        // A full buffer may have cut the target.
        if n < buffer.len() {
            buffer.truncate(n);
            return Ok(buffer);
        }
        buffer.resize(buffer.len() * 2, 0);
    }
}

pub fn mkfifo(path: &CStr, mode: u32, dir: Option<Fd>) -> Result<()> {
    // SAFETY: a C string.
    done(unsafe { libc::mkfifoat(at(dir), path.as_ptr(), mode) })
}

pub fn mknod(path: &CStr, mode: u32, device: u64, dir: Option<Fd>) -> Result<()> {
    // SAFETY: a C string.
    done(unsafe { libc::mknodat(at(dir), path.as_ptr(), mode, device) })
}

pub fn truncate(path: &CStr, length: i64) -> Result<()> {
    // SAFETY: a C string.
    done(unsafe { libc::truncate(path.as_ptr(), length) })
}

/// `os.utime`: access and modification time in seconds and nanoseconds; `None` is now.
pub fn utime(
    path: std::result::Result<&CStr, Fd>,
    times: Option<[(i64, i64); 2]>,
    dir: Option<Fd>,
    follow: bool,
) -> Result<()> {
    let times = times.map(|t| t.map(|(s, ns)| libc::timespec { tv_sec: s, tv_nsec: ns as _ }));
    let pointer = times.as_ref().map_or(std::ptr::null(), |t| t.as_ptr());
    // SAFETY: a C string or an integer; the times are null or two.
    done(unsafe {
        match path {
            Ok(path) => libc::utimensat(at(dir), path.as_ptr(), pointer, follow_flag(follow)),
            Err(fd) => libc::futimens(fd, pointer),
        }
    })
}

pub fn getcwd() -> Result<Vec<u8>> {
    let mut buffer = vec![0u8; 1024];
    loop {
        // SAFETY: the buffer is writable for its length.
        if unsafe { libc::getcwd(buffer.as_mut_ptr().cast(), buffer.len()) }.is_null() {
            match Errno::last() {
                Errno(libc::ERANGE) => buffer.resize(buffer.len() * 2, 0),
                e => return Err(e),
            }
        } else {
            let end = buffer.iter().position(|c| *c == 0).unwrap_or(0);
            buffer.truncate(end);
            return Ok(buffer);
        }
    }
}

pub fn chdir(path: &CStr) -> Result<()> {
    // SAFETY: a C string.
    done(unsafe { libc::chdir(path.as_ptr()) })
}

pub fn fchdir(fd: Fd) -> Result<()> {
    // SAFETY: takes an integer.
    done(unsafe { libc::fchdir(fd) })
}

pub fn chroot(path: &CStr) -> Result<()> {
    // SAFETY: a C string.
    done(unsafe { libc::chroot(path.as_ptr()) })
}

pub fn umask(mask: u32) -> u32 {
    // SAFETY: takes an integer and cannot fail.
    unsafe { libc::umask(mask) }
}

pub fn sync() {
    // SAFETY: takes nothing.
    unsafe { libc::sync() }
}

/// The object of an extended attribute: a path, followed or not, or a descriptor.
#[derive(Clone, Copy)]
pub enum Target<'a> {
    Path(&'a CStr),
    Link(&'a CStr),
    Fd(Fd),
}

/// Calls with growing buffers until the value fits.
fn sized(mut call: impl FnMut(*mut libc::c_void, usize) -> isize) -> Result<Vec<u8>> {
    let mut buffer = Vec::new();
    for size in [128, 65_536] {
        buffer.resize(size, 0u8);
        match check(call(buffer.as_mut_ptr().cast(), size)) {
            Ok(n) => {
                buffer.truncate(n as usize);
                return Ok(buffer);
            }
            Err(Errno(libc::ERANGE)) => (),
            Err(e) => return Err(e),
        }
    }
    Err(Errno(libc::ERANGE))
}

pub fn getxattr(target: Target, name: &CStr) -> Result<Vec<u8>> {
    let name = name.as_ptr();
    // SAFETY: C strings, and a buffer writable for its length.
    sized(|buffer, size| unsafe {
        match target {
            Target::Path(path) => libc::getxattr(path.as_ptr(), name, buffer, size),
            Target::Link(path) => libc::lgetxattr(path.as_ptr(), name, buffer, size),
            Target::Fd(fd) => libc::fgetxattr(fd, name, buffer, size),
        }
    })
}

pub fn setxattr(target: Target, name: &CStr, value: &[u8], flags: i32) -> Result<()> {
    let (name, data, size) = (name.as_ptr(), value.as_ptr().cast(), value.len());
    // SAFETY: C strings, and a value readable for its length.
    done(unsafe {
        match target {
            Target::Path(path) => libc::setxattr(path.as_ptr(), name, data, size, flags),
            Target::Link(path) => libc::lsetxattr(path.as_ptr(), name, data, size, flags),
            Target::Fd(fd) => libc::fsetxattr(fd, name, data, size, flags),
        }
    })
}

pub fn removexattr(target: Target, name: &CStr) -> Result<()> {
    let name = name.as_ptr();
    // SAFETY: C strings.
    done(unsafe {
        match target {
            Target::Path(path) => libc::removexattr(path.as_ptr(), name),
            Target::Link(path) => libc::lremovexattr(path.as_ptr(), name),
            Target::Fd(fd) => libc::fremovexattr(fd, name),
        }
    })
}

pub fn listxattr(target: Target) -> Result<Vec<Vec<u8>>> {
    // SAFETY: C strings, and a buffer writable for its length.
    let names = sized(|buffer, size| unsafe {
        match target {
            Target::Path(path) => libc::listxattr(path.as_ptr(), buffer.cast(), size),
            Target::Link(path) => libc::llistxattr(path.as_ptr(), buffer.cast(), size),
            Target::Fd(fd) => libc::flistxattr(fd, buffer.cast(), size),
        }
    })?;
    Ok(names.split(|c| *c == 0).filter(|n| !n.is_empty()).map(<[u8]>::to_vec).collect())
}
