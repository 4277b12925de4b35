//! Descriptors: opening, reading and writing, positions, duplication, pipes, flags, locks. A descriptor is an `i32`
//! owned by nobody here: Python's integers are free to be wrong, and then the answer is `EBADF`.

use crate::errno::{Errno, Result, check, code, done};
use std::ffi::CStr;
use std::io::{IoSlice, IoSliceMut};

pub type Fd = i32;

/// A directory descriptor argument: `None` is the current directory.
pub(crate) fn at(dir: Option<Fd>) -> Fd {
    dir.unwrap_or(libc::AT_FDCWD)
}

/// `openat`; `O_CLOEXEC` is added as PEP 446 asks.
pub fn open(path: &CStr, flags: i32, mode: u32, dir: Option<Fd>) -> Result<Fd> {
    // SAFETY: `path` is a C string; the mode is passed as the variadic call expects it.
    check(unsafe { libc::openat(at(dir), path.as_ptr(), flags | libc::O_CLOEXEC, mode) })
}

pub fn close(fd: Fd) -> Result<()> {
    // SAFETY: takes an integer. On Linux the descriptor is gone even after EINTR.
    done(unsafe { libc::close(fd) })
}

/// `os.closerange(low, high)`: errors are ignored.
pub fn close_range(low: Fd, high: Fd) {
    if high <= low {
        return;
    }
    // SAFETY: takes integers; an old kernel answers ENOSYS.
    let closed = low >= 0
        && unsafe {
            libc::syscall(libc::SYS_close_range, low as libc::c_uint, (high - 1) as libc::c_uint, 0)
        } == 0;
    if !closed {
        for fd in low.max(0)..high {
            let _ = close(fd);
        }
    }
}

/// Bytes read; 0 is the end of the file.
pub fn read(fd: Fd, buffer: &mut [u8]) -> Result<usize> {
    // SAFETY: the buffer is writable for its length.
    check(unsafe { libc::read(fd, buffer.as_mut_ptr().cast(), buffer.len()) }).map(|n| n as usize)
}

/// Reads at most `room` bytes behind the end of `buffer`, into memory not yet initialised.
pub fn read_append(fd: Fd, buffer: &mut Vec<u8>, room: usize) -> Result<usize> {
    buffer.reserve(room);
    let spare = buffer.spare_capacity_mut();
    // SAFETY: the spare part of the vector is writable for at least `room` bytes.
    let n = check(unsafe { libc::read(fd, spare.as_mut_ptr().cast(), room) })? as usize;
    // SAFETY: the system has written `n` bytes behind the old end.
    unsafe { buffer.set_len(buffer.len() + n) };
    Ok(n)
}

pub fn write(fd: Fd, data: &[u8]) -> Result<usize> {
    // SAFETY: the data are readable for their length.
    check(unsafe { libc::write(fd, data.as_ptr().cast(), data.len()) }).map(|n| n as usize)
}

pub fn pread(fd: Fd, buffer: &mut [u8], offset: i64) -> Result<usize> {
    // SAFETY: the buffer is writable for its length.
    check(unsafe { libc::pread(fd, buffer.as_mut_ptr().cast(), buffer.len(), offset) }).map(|n| n as usize)
}

pub fn pwrite(fd: Fd, data: &[u8], offset: i64) -> Result<usize> {
    // SAFETY: the data are readable for their length.
    check(unsafe { libc::pwrite(fd, data.as_ptr().cast(), data.len(), offset) }).map(|n| n as usize)
}

/// `readv`, or `preadv2` where an offset is given (-1 as an offset is the current position).
pub fn readv(fd: Fd, buffers: &mut [IoSliceMut<'_>], offset: Option<i64>, flags: i32) -> Result<usize> {
    let (pointer, count) = (buffers.as_mut_ptr().cast::<libc::iovec>(), buffers.len() as i32);
    // SAFETY: `IoSliceMut` has the layout of `iovec`; each is writable for its length.
    let n = unsafe {
        match offset {
            None => libc::readv(fd, pointer, count),
            Some(offset) if flags == 0 => libc::preadv(fd, pointer, count, offset),
            Some(offset) => libc::preadv2(fd, pointer, count, offset, flags),
        }
    };
    check(n).map(|n| n as usize)
}

/// `writev`, or `pwritev2` where an offset is given.
pub fn writev(fd: Fd, buffers: &[IoSlice<'_>], offset: Option<i64>, flags: i32) -> Result<usize> {
    let (pointer, count) = (buffers.as_ptr().cast::<libc::iovec>(), buffers.len() as i32);
    // SAFETY: `IoSlice` has the layout of `iovec`; each is readable for its length.
    let n = unsafe {
        match offset {
            None => libc::writev(fd, pointer, count),
            Some(offset) if flags == 0 => libc::pwritev(fd, pointer, count, offset),
            Some(offset) => libc::pwritev2(fd, pointer, count, offset, flags),
        }
    };
    check(n).map(|n| n as usize)
}

pub fn lseek(fd: Fd, offset: i64, whence: i32) -> Result<i64> {
    // SAFETY: takes integers.
    check(unsafe { libc::lseek(fd, offset, whence) })
}

pub fn ftruncate(fd: Fd, length: i64) -> Result<()> {
    // SAFETY: takes integers.
    done(unsafe { libc::ftruncate(fd, length) })
}

pub fn fsync(fd: Fd) -> Result<()> {
    // SAFETY: takes an integer.
    done(unsafe { libc::fsync(fd) })
}

pub fn fdatasync(fd: Fd) -> Result<()> {
    // SAFETY: takes an integer.
    done(unsafe { libc::fdatasync(fd) })
}

pub fn posix_fallocate(fd: Fd, offset: i64, length: i64) -> Result<()> {
    // SAFETY: takes integers; the result is the error.
    code(unsafe { libc::posix_fallocate(fd, offset, length) })
}

pub fn posix_fadvise(fd: Fd, offset: i64, length: i64, advice: i32) -> Result<()> {
    // SAFETY: takes integers; the result is the error.
    code(unsafe { libc::posix_fadvise(fd, offset, length, advice) })
}

/// `sendfile(out, in, offset, count)`; without an offset the input's position is used and moved.
pub fn sendfile(out: Fd, input: Fd, offset: Option<i64>, count: usize) -> Result<usize> {
    let mut place = offset.unwrap_or(0);
    let pointer = if offset.is_some() { &raw mut place } else { std::ptr::null_mut() };
    // SAFETY: the offset is null or a local.
    check(unsafe { libc::sendfile(out, input, pointer, count) }).map(|n| n as usize)
}

/// `copy_file_range`; an absent offset is the descriptor's own position.
pub fn copy_file_range(
    from: Fd,
    from_offset: Option<i64>,
    to: Fd,
    to_offset: Option<i64>,
    count: usize,
    flags: u32,
) -> Result<usize> {
    let (mut a, mut b) = (from_offset.unwrap_or(0), to_offset.unwrap_or(0));
    let pa = if from_offset.is_some() { &raw mut a } else { std::ptr::null_mut() };
    let pb = if to_offset.is_some() { &raw mut b } else { std::ptr::null_mut() };
    // SAFETY: the offsets are null or locals.
    check(unsafe { libc::copy_file_range(from, pa, to, pb, count, flags) }).map(|n| n as usize)
}

/// `splice`; as `copy_file_range`.
pub fn splice(
    from: Fd,
    from_offset: Option<i64>,
    to: Fd,
    to_offset: Option<i64>,
    count: usize,
    flags: u32,
) -> Result<usize> {
    let (mut a, mut b) = (from_offset.unwrap_or(0), to_offset.unwrap_or(0));
    let pa = if from_offset.is_some() { &raw mut a } else { std::ptr::null_mut() };
    let pb = if to_offset.is_some() { &raw mut b } else { std::ptr::null_mut() };
    // SAFETY: the offsets are null or locals.
    check(unsafe { libc::splice(from, pa, to, pb, count, flags) }).map(|n| n as usize)
}

/// A duplicate that is not inherited.
pub fn dup(fd: Fd) -> Result<Fd> {
    // SAFETY: takes integers.
    check(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) })
}

/// `os.dup2(fd, to, inheritable)`.
pub fn dup2(fd: Fd, to: Fd, inheritable: bool) -> Result<Fd> {
    // SAFETY: takes integers. `dup3` refuses equal descriptors, which `dup2` takes.
    check(unsafe {
        if inheritable || fd == to { libc::dup2(fd, to) } else { libc::dup3(fd, to, libc::O_CLOEXEC) }
    })
}

/// `pipe2`; the caller adds `O_CLOEXEC` (`os.pipe` does, `os.pipe2` does what it is told).
pub fn pipe2(flags: i32) -> Result<(Fd, Fd)> {
    let mut fds = [0; 2];
    // SAFETY: the array has room for two descriptors.
    done(unsafe { libc::pipe2(fds.as_mut_ptr(), flags) })?;
    Ok((fds[0], fds[1]))
}

pub fn memfd_create(name: &CStr, flags: u32) -> Result<Fd> {
    // SAFETY: a C string and an integer.
    check(unsafe { libc::memfd_create(name.as_ptr(), flags) })
}

pub fn eventfd(initial: u32, flags: i32) -> Result<Fd> {
    // SAFETY: takes integers.
    check(unsafe { libc::eventfd(initial, flags) })
}

pub fn eventfd_read(fd: Fd) -> Result<u64> {
    let mut value = 0;
    // SAFETY: the value is a local.
    done(unsafe { libc::eventfd_read(fd, &raw mut value) })?;
    Ok(value)
}

pub fn eventfd_write(fd: Fd, value: u64) -> Result<()> {
    // SAFETY: takes integers.
    done(unsafe { libc::eventfd_write(fd, value) })
}

pub fn isatty(fd: Fd) -> bool {
    // SAFETY: takes an integer.
    unsafe { libc::isatty(fd) == 1 }
}

/// `fcntl` with an integer argument.
///
/// # Safety
/// `argument` is an integer for this command, not an address it would follow.
pub unsafe fn fcntl_int(fd: Fd, command: i32, argument: i64) -> Result<i32> {
    // SAFETY: the caller's promise.
    check(unsafe { libc::fcntl(fd, command, argument) })
}

/// `fcntl` with a buffer that is read and written in place, 1024 bytes at most.
///
/// # Safety
/// The command takes the address of a structure of at most 2048 bytes.
pub unsafe fn fcntl_buffer(fd: Fd, command: i32, buffer: &mut [u8]) -> Result<i32> {
    let mut room = padded(buffer)?;
    // SAFETY: the kernel reads and writes no more than the command's structure, inside the padded copy.
    let result = check(unsafe { libc::fcntl(fd, command, room.as_mut_ptr()) })?;
    buffer.copy_from_slice(&room[..buffer.len()]);
    Ok(result)
}

/// `ioctl` with an integer argument.
///
/// # Safety
/// `argument` is an integer for this request, not an address it would follow.
pub unsafe fn ioctl_int(fd: Fd, request: u64, argument: i64) -> Result<i32> {
    // SAFETY: the caller's promise.
    check(unsafe { libc::ioctl(fd, request as _, argument) })
}

/// `ioctl` with a buffer that is read and written in place; beyond 1024 bytes without a copy.
///
/// # Safety
/// The request takes the address of a structure no larger than the buffer, or than 2048 bytes where the buffer has
/// 1024 or fewer.
pub unsafe fn ioctl_buffer(fd: Fd, request: u64, buffer: &mut [u8]) -> Result<i32> {
    if buffer.len() > 1024 {
        // SAFETY: the buffer is writable for its length, which the caller promises is enough.
        return check(unsafe { libc::ioctl(fd, request as _, buffer.as_mut_ptr()) });
    }
    let mut room = padded(buffer)?;
    // SAFETY: as in `fcntl_buffer`.
    let result = check(unsafe { libc::ioctl(fd, request as _, room.as_mut_ptr()) })?;
    buffer.copy_from_slice(&room[..buffer.len()]);
    Ok(result)
}

/// A copy with 1024 bytes of room and more, so that a short argument is not overrun.
fn padded(buffer: &[u8]) -> Result<Vec<u8>> {
    if buffer.len() > 1024 {
        return Err(Errno(libc::EINVAL));
    }
    let mut room = vec![0; 2048];
    room[..buffer.len()].copy_from_slice(buffer);
    Ok(room)
}

pub fn get_inheritable(fd: Fd) -> Result<bool> {
    // SAFETY: takes integers.
    check(unsafe { libc::fcntl(fd, libc::F_GETFD) }).map(|flags| flags & libc::FD_CLOEXEC == 0)
}

pub fn set_inheritable(fd: Fd, inheritable: bool) -> Result<()> {
    // SAFETY: takes integers.
    let flags = check(unsafe { libc::fcntl(fd, libc::F_GETFD) })?;
    let wanted = if inheritable { flags & !libc::FD_CLOEXEC } else { flags | libc::FD_CLOEXEC };
    if wanted == flags {
        return Ok(());
    }
    // SAFETY: takes integers.
    done(unsafe { libc::fcntl(fd, libc::F_SETFD, wanted) })
}

pub fn get_blocking(fd: Fd) -> Result<bool> {
    // SAFETY: takes integers.
    check(unsafe { libc::fcntl(fd, libc::F_GETFL) }).map(|flags| flags & libc::O_NONBLOCK == 0)
}

pub fn set_blocking(fd: Fd, blocking: bool) -> Result<()> {
    // SAFETY: takes integers.
    let flags = check(unsafe { libc::fcntl(fd, libc::F_GETFL) })?;
    let wanted = if blocking { flags & !libc::O_NONBLOCK } else { flags | libc::O_NONBLOCK };
    // SAFETY: takes integers.
    done(unsafe { libc::fcntl(fd, libc::F_SETFL, wanted) })
}

pub fn flock(fd: Fd, operation: i32) -> Result<()> {
    // SAFETY: takes integers.
    done(unsafe { libc::flock(fd, operation) })
}

/// `os.lockf`.
pub fn lockf(fd: Fd, command: i32, length: i64) -> Result<()> {
    // SAFETY: takes integers.
    done(unsafe { libc::lockf(fd, command, length) })
}

/// `fcntl.lockf`: a record lock by `fcntl`.
pub fn record_lock(fd: Fd, kind: i16, wait: bool, start: i64, length: i64, whence: i16) -> Result<()> {
    // SAFETY: all-zero is a valid `flock` structure.
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    (lock.l_type, lock.l_whence, lock.l_start, lock.l_len) = (kind, whence, start, length);
    // SAFETY: the structure is a local.
    done(unsafe { libc::fcntl(fd, if wait { libc::F_SETLKW } else { libc::F_SETLK }, &raw const lock) })
}
