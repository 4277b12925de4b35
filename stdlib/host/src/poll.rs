//! Waiting for descriptors: `select`, `poll` and `epoll`. Timeouts are ready-made; remaking them after `EINTR` is the
//! caller's.

use crate::errno::{Errno, Result, check, done};
use crate::fd::Fd;

/// Descriptors of this number and above do not fit `select` (`ValueError`).
pub const SELECT_LIMIT: i32 = libc::FD_SETSIZE as i32;

/// The three lists reduced to those that are ready; `None` waits for ever, else seconds and microseconds. `EBADF` for a
/// number outside `0..`[`SELECT_LIMIT`].
pub fn select(lists: [&[Fd]; 3], timeout: Option<(i64, i64)>) -> Result<[Vec<Fd>; 3]> {
    let mut sets = lists.map(|_| {
        let mut set = std::mem::MaybeUninit::<libc::fd_set>::uninit();
        // SAFETY: the call initialises the set.
        unsafe {
            libc::FD_ZERO(set.as_mut_ptr());
            set.assume_init()
        }
    });
    let mut top = -1;
    for (list, set) in lists.iter().zip(&mut sets) {
        for &fd in *list {
            if !(0..SELECT_LIMIT).contains(&fd) {
                return Err(Errno(libc::EBADF));
            }
            top = top.max(fd);
            // SAFETY: the number is within the set.
            unsafe { libc::FD_SET(fd, set) };
        }
    }
    let mut time = timeout.map(|(s, us)| libc::timeval { tv_sec: s, tv_usec: us });
    let pointer = time.as_mut().map_or(std::ptr::null_mut(), |t| &raw mut *t);
    let [r, w, x] = &mut sets;
    // SAFETY: locals, or null.
    check(unsafe { libc::select(top + 1, r, w, x, pointer) })?;
    let mut ready = [const { Vec::new() }; 3];
    for ((list, set), out) in lists.iter().zip(&sets).zip(&mut ready) {
        // SAFETY: the number is within the set, as checked above.
        out.extend(list.iter().copied().filter(|fd| unsafe { libc::FD_ISSET(*fd, set) }));
    }
    Ok(ready)
}

/// One descriptor of `poll`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct PollFd {
    pub fd: Fd,
    pub events: i16,
    pub revents: i16,
}

/// Milliseconds; negative waits for ever. The number of those with events, which are in `revents`.
pub fn poll(fds: &mut [PollFd], timeout: i32) -> Result<usize> {
    // SAFETY: `PollFd` has the layout of `pollfd`; the slice is writable for its length.
    let n = unsafe { libc::poll(fds.as_mut_ptr().cast(), fds.len() as libc::nfds_t, timeout) };
    check(n).map(|n| n as usize)
}

/// `epoll_create1` (`O_CLOEXEC` always).
pub fn epoll_create(flags: i32) -> Result<Fd> {
    // SAFETY: takes an integer.
    check(unsafe { libc::epoll_create1(flags | libc::EPOLL_CLOEXEC) })
}

/// Adds, modifies or removes a descriptor; its number is the event's data.
pub fn epoll_ctl(epoll: Fd, operation: i32, fd: Fd, events: u32) -> Result<()> {
    let mut event = libc::epoll_event { events, u64: fd as u64 };
    // SAFETY: a local, which removing ignores.
    done(unsafe { libc::epoll_ctl(epoll, operation, fd, &raw mut event) })
}

/// Descriptors and their events, at most `most`. Milliseconds; negative waits for ever.
pub fn epoll_wait(epoll: Fd, most: i32, timeout: i32) -> Result<Vec<(Fd, u32)>> {
    let mut events = vec![libc::epoll_event { events: 0, u64: 0 }; most.max(0) as usize];
    // SAFETY: room for `most`.
    let n = check(unsafe { libc::epoll_wait(epoll, events.as_mut_ptr(), most, timeout) })?;
    Ok(events[..n as usize].iter().map(|e| (e.u64 as Fd, e.events)).collect())
}
