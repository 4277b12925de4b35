//! `posix_spawn`, named semaphores and the log.

use dxpy_host::posix_spawn::{Action, Attributes, spawn};
use dxpy_host::semaphore::{self, Semaphore};
use dxpy_host::{Errno, clock, env, fd, process, syslog};
use std::ffi::CString;

fn strings(list: &[&str]) -> Vec<CString> {
    list.iter().map(|s| CString::new(*s).unwrap()).collect()
}

#[test]
fn spawning() {
    let (r, w) = fd::pipe2(libc::O_CLOEXEC).unwrap();
    let environment: Vec<CString> = env::all().into_iter().map(|v| CString::new(v).unwrap()).collect();
    let actions =
        [Action::Open(0, c"/dev/null".into(), libc::O_RDONLY, 0), Action::Dup2(w, 1), Action::Close(2)];
    let attributes = Attributes {
        group: Some(0),
        mask: Some(vec![libc::SIGUSR1]),
        default: Some(vec![libc::SIGPIPE]),
        ..Attributes::default()
    };
    let script = "readlink /proc/$$/fd/0; test -e /proc/$$/fd/2 || echo closed; cut -d' ' -f5 /proc/$$/stat | grep -qx $$ && echo leader";
    let arguments = strings(&["sh", "-c", script]);
    let pid = spawn(c"sh", &arguments, &environment, &actions, &attributes, true).unwrap();
    fd::close(w).unwrap();
    let mut out = Vec::new();
    while fd::read_append(r, &mut out, 4096).unwrap() > 0 {}
    fd::close(r).unwrap();
    assert_eq!(process::waitpid(pid, 0).map(|s| s.0), Ok(pid));
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines, ["/dev/null", "closed", "leader"]);
    // Not through a shell, which may clear the mask for itself.
    let (r, w) = fd::pipe2(libc::O_CLOEXEC).unwrap();
    let arguments = strings(&["grep", "SigBlk", "/proc/self/status"]);
    let pid = spawn(c"grep", &arguments, &environment, &[Action::Dup2(w, 1)], &attributes, true).unwrap();
    fd::close(w).unwrap();
    let mut out = Vec::new();
    while fd::read_append(r, &mut out, 4096).unwrap() > 0 {}
    fd::close(r).unwrap();
    process::waitpid(pid, 0).unwrap();
    assert!(out.ends_with(b"200\n"), "{}", String::from_utf8_lossy(&out));
    let none = Attributes::default();
    assert_eq!(spawn(c"/no/such", &arguments, &environment, &[], &none, false), Err(Errno(libc::ENOENT)));
    let bad = Attributes { mask: Some(vec![999]), ..none };
    assert_eq!(spawn(c"/bin/true", &arguments, &environment, &[], &bad, false), Err(Errno(libc::EINVAL)));
}

#[test]
fn semaphores() {
    let name = CString::new(format!("/dxpy-host-sem-{}", std::process::id())).unwrap();
    let a = Semaphore::create(&name, 1).unwrap();
    assert_eq!(Semaphore::create(&name, 1).err(), Some(Errno(libc::EEXIST)));
    let b = Semaphore::open(&name).unwrap();
    assert_eq!(a.wait(None), Ok(()));
    assert_eq!((b.try_wait(), b.value()), (Err(Errno(libc::EAGAIN)), Ok(0)));
    let (s, ns) = clock::get(libc::CLOCK_REALTIME).unwrap();
    let soon = (s + i64::from(ns >= 990_000_000), (ns + 10_000_000) % 1_000_000_000);
    assert_eq!(b.wait(Some(soon)), Err(Errno(libc::ETIMEDOUT)));
    b.post().unwrap();
    assert_eq!(a.try_wait(), Ok(()));
    semaphore::unlink(&name).unwrap();
    assert_eq!(semaphore::unlink(&name), Err(Errno(libc::ENOENT)));
    assert_eq!(Semaphore::open(&name).err(), Some(Errno(libc::ENOENT)));
}

#[test]
fn the_log_takes_messages() {
    syslog::open(Some(c"dxpy-host".into()), libc::LOG_PID, libc::LOG_USER);
    let old = syslog::set_mask(1);
    assert_eq!(syslog::set_mask(old), 1);
    syslog::send(libc::LOG_DEBUG, c"%s is no format here");
    syslog::open(None, 0, libc::LOG_USER);
    syslog::close();
}
