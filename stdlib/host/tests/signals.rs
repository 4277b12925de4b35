//! Signals raised to this process, and waiting for descriptors. One test, since signals and masks are shared.

use dxpy_host::poll::{self, PollFd};
use dxpy_host::signal::{self, Disposition};
use dxpy_host::{Errno, fd, process};
use std::sync::atomic::{AtomicU32, Ordering};

static NOTIFIED: AtomicU32 = AtomicU32::new(0);

/// The signals whose flags are up; they are not any more.
fn taken() -> Vec<i32> {
    signal::take_any();
    (1..signal::COUNT).filter(|s| signal::take(*s)).map(|s| s as i32).collect()
}

#[test]
fn signals_and_descriptors() {
    signal::set_notify(|| {
        NOTIFIED.fetch_add(1, Ordering::SeqCst);
    });
    assert_eq!(signal::set(libc::SIGUSR1, Disposition::Flag), Ok(Disposition::Default));
    assert_eq!(signal::get(libc::SIGUSR1), Ok(Disposition::Flag));
    assert_eq!(signal::set(libc::SIGKILL, Disposition::Ignore), Err(Errno(libc::EINVAL)));
    assert_eq!(signal::set(0, Disposition::Ignore), Err(Errno(libc::EINVAL)));
    let (r, w) = fd::pipe2(libc::O_CLOEXEC | libc::O_NONBLOCK).unwrap();
    assert_eq!(signal::set_wakeup_fd(w, true), -1);
    assert!(!signal::any_pending());
    signal::raise(libc::SIGUSR1).unwrap();
    signal::raise(libc::SIGUSR1).unwrap();
    assert!(signal::any_pending());
    assert_eq!(NOTIFIED.load(Ordering::SeqCst), 2);
    assert_eq!(taken(), [libc::SIGUSR1]);
    assert!(taken().is_empty());
    let mut bytes = [0; 8];
    assert_eq!(fd::read(r, &mut bytes), Ok(2));
    assert_eq!(bytes[..2], [libc::SIGUSR1 as u8; 2]);
    assert_eq!(signal::set_wakeup_fd(-1, true), w);

    // A wake-up descriptor that cannot be written is reported, once.
    let bad = fd::dup(r).unwrap();
    signal::set_wakeup_fd(bad, true);
    signal::raise(libc::SIGUSR1).unwrap();
    assert_eq!(signal::take_wakeup_error(), Some(Errno(libc::EBADF)));
    assert_eq!(signal::take_wakeup_error(), None);
    signal::set_wakeup_fd(-1, true);
    signal::clear_pending();

    // Blocked, pending, waited for.
    let old = signal::mask(libc::SIG_BLOCK, &[libc::SIGUSR2]).unwrap();
    assert!(!old.contains(&libc::SIGUSR2));
    signal::raise(libc::SIGUSR2).unwrap();
    assert_eq!(signal::pending().unwrap(), [libc::SIGUSR2]);
    let info = signal::wait_info(&[libc::SIGUSR2], Some((5, 0))).unwrap();
    assert_eq!(info[0], libc::SIGUSR2.into());
    assert_eq!(info[3], process::getpid().into());
    assert_eq!(signal::wait_info(&[libc::SIGUSR2], Some((0, 1))), Err(Errno(libc::EAGAIN)));
    signal::raise(libc::SIGUSR2).unwrap();
    assert_eq!(signal::wait(&[libc::SIGUSR2]), Ok(libc::SIGUSR2));
    assert!(signal::mask(libc::SIG_UNBLOCK, &[libc::SIGUSR2]).unwrap().contains(&libc::SIGUSR2));
    assert_eq!(signal::mask(libc::SIG_BLOCK, &[99]), Err(Errno(libc::EINVAL)));

    // A timer interrupts a wait.
    signal::set(libc::SIGALRM, Disposition::Flag).unwrap();
    let me = [libc::SIGALRM];
    assert_eq!(signal::set_timer(libc::ITIMER_REAL, [(0, 20_000), (0, 0)]), Ok([(0, 0), (0, 0)]));
    assert!(signal::get_timer(libc::ITIMER_REAL).unwrap()[0].1 > 0);
    // The harness' own thread may be the one that is interrupted, so the wait has an end of its own.
    let waited = poll::poll(&mut [], 2000);
    assert!(waited == Err(Errno(libc::EINTR)) || waited == Ok(0));
    assert_eq!(taken(), me);
    assert_eq!(signal::name(libc::SIGINT), Some(b"Interrupt".to_vec()));
    assert_eq!(signal::name(0), None);
    assert_eq!(signal::realtime_range(), (34, 64));
    assert_eq!(signal::valid().len(), 62);

    // select, poll and epoll of the pipe.
    let (none, zero): (&[i32], _) = (&[], Some((0, 0)));
    assert_eq!(poll::select([&[r], &[w], none], zero), Ok([vec![], vec![w], vec![]]));
    fd::write(w, b"x").unwrap();
    assert_eq!(poll::select([&[r], none, none], None), Ok([vec![r], vec![], vec![]]));
    assert_eq!(poll::select([&[-1], none, none], zero), Err(Errno(libc::EBADF)));
    assert_eq!(poll::select([&[5000], none, none], zero), Err(Errno(libc::EBADF)));
    let mut fds =
        [(r, libc::POLLIN), (w, libc::POLLOUT)].map(|(fd, events)| PollFd { fd, events, revents: 0 });
    assert_eq!(poll::poll(&mut fds, -1), Ok(2));
    assert_eq!(fds.map(|f| f.revents), [libc::POLLIN, libc::POLLOUT]);
    let e = poll::epoll_create(0).unwrap();
    poll::epoll_ctl(e, libc::EPOLL_CTL_ADD, r, libc::EPOLLIN as u32).unwrap();
    assert_eq!(poll::epoll_ctl(e, libc::EPOLL_CTL_ADD, r, 1), Err(Errno(libc::EEXIST)));
    assert_eq!(poll::epoll_wait(e, 10, -1), Ok(vec![(r, libc::EPOLLIN as u32)]));
    poll::epoll_ctl(e, libc::EPOLL_CTL_DEL, r, 0).unwrap();
    assert_eq!(poll::epoll_wait(e, 10, 0), Ok(vec![]));
    assert_eq!(poll::epoll_wait(e, 0, 0), Err(Errno(libc::EINVAL)));
    for f in [r, w, bad, e] {
        fd::close(f).unwrap();
    }
}
