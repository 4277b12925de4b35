//! Processes: identity, fork, exec, waiting, signals to others, priorities, limits, usage, scheduling, and the names
//! of `sysconf`. Starting a child as `subprocess` does is [`crate::spawn`].

use crate::errno::{Errno, Result, check, done};
use crate::fd::Fd;
use std::ffi::{CStr, CString, c_char};

/// The calls that take nothing and cannot fail.
macro_rules! plain {
    ($($name:ident -> $result:ty;)*) => {
        $(pub fn $name() -> $result {
            // SAFETY: takes nothing and cannot fail.
            unsafe { libc::$name() }
        })*
    };
}

plain! {
    getpid -> i32;
    getppid -> i32;
    getpgrp -> i32;
    getuid -> u32;
    geteuid -> u32;
    getgid -> u32;
    getegid -> u32;
}

/// The calls that take integers and give nothing.
macro_rules! simple {
    ($($name:ident($($arg:ident: $type:ty),*);)*) => {
        $(pub fn $name($($arg: $type),*) -> Result<()> {
            // SAFETY: takes integers.
            done(unsafe { libc::$name($($arg),*) })
        })*
    };
}

simple! {
    setuid(id: u32);
    seteuid(id: u32);
    setgid(id: u32);
    setegid(id: u32);
    setreuid(real: u32, effective: u32);
    setregid(real: u32, effective: u32);
    setresuid(real: u32, effective: u32, saved: u32);
    setresgid(real: u32, effective: u32, saved: u32);
    setpgid(pid: i32, group: i32);
    kill(pid: i32, signal: i32);
    killpg(group: i32, signal: i32);
    setns(fd: i32, kind: i32);
    unshare(flags: i32);
}

pub fn setsid() -> Result<i32> {
    // SAFETY: takes nothing.
    check(unsafe { libc::setsid() })
}

pub fn getsid(pid: i32) -> Result<i32> {
    // SAFETY: takes an integer.
    check(unsafe { libc::getsid(pid) })
}

pub fn getpgid(pid: i32) -> Result<i32> {
    // SAFETY: takes an integer.
    check(unsafe { libc::getpgid(pid) })
}

/// Real, effective and saved user.
pub fn getresuid() -> Result<(u32, u32, u32)> {
    let (mut a, mut b, mut c) = (0, 0, 0);
    // SAFETY: three locals.
    done(unsafe { libc::getresuid(&raw mut a, &raw mut b, &raw mut c) })?;
    Ok((a, b, c))
}

/// Real, effective and saved group.
pub fn getresgid() -> Result<(u32, u32, u32)> {
    let (mut a, mut b, mut c) = (0, 0, 0);
    // SAFETY: three locals.
    done(unsafe { libc::getresgid(&raw mut a, &raw mut b, &raw mut c) })?;
    Ok((a, b, c))
}

pub fn getgroups() -> Result<Vec<u32>> {
    // SAFETY: a size of 0 asks for the number and writes nothing.
    let n = check(unsafe { libc::getgroups(0, std::ptr::null_mut()) })?;
    let mut groups = vec![0; n as usize];
    // SAFETY: room for `n`.
    let n = check(unsafe { libc::getgroups(n, groups.as_mut_ptr()) })?;
    groups.truncate(n as usize);
    Ok(groups)
}

pub fn setgroups(groups: &[u32]) -> Result<()> {
    // SAFETY: the slice is readable for its length.
    done(unsafe { libc::setgroups(groups.len(), groups.as_ptr()) })
}

pub fn initgroups(user: &CStr, group: u32) -> Result<()> {
    // SAFETY: a C string.
    done(unsafe { libc::initgroups(user.as_ptr(), group) })
}

/// `os.getgrouplist`.
pub fn getgrouplist(user: &CStr, group: u32) -> Vec<u32> {
    let mut count = 16;
    loop {
        let mut groups = vec![0; count as usize];
        // SAFETY: room for `count`, which the call sets to what it needs.
        let n = unsafe { libc::getgrouplist(user.as_ptr(), group, groups.as_mut_ptr(), &raw mut count) };
        if n >= 0 {
            groups.truncate(count as usize);
            return groups;
        }
        count = count.max(groups.len() as i32 + 1);
    }
}

/// The name of the user at the controlling terminal.
pub fn getlogin() -> Result<Vec<u8>> {
    Errno(0).set_last();
    // SAFETY: null or a C string, copied at once.
    unsafe { crate::errno::text(libc::getlogin()) }.ok_or_else(Errno::last)
}

/// `None` in the child. What may be done there is what `fork(2)` says: the caller runs CPython's after-fork steps.
///
/// # Safety
/// In the child of a process with several threads, locks those threads held stay held for ever: the caller has to hold
/// every lock the child goes on to take (the allocator's are the C library's own care).
pub unsafe fn fork() -> Result<Option<i32>> {
    // SAFETY: the caller's promise.
    check(unsafe { libc::fork() }).map(|pid| if pid == 0 { None } else { Some(pid) })
}

pub fn exit_now(status: i32) -> ! {
    // SAFETY: ends the process.
    unsafe { libc::_exit(status) }
}

pub fn abort() -> ! {
    // SAFETY: ends the process.
    unsafe { libc::abort() }
}

/// A null-ended array of pointers to C strings, borrowed from them.
pub(crate) fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    strings.iter().map(|s| s.as_ptr()).chain([std::ptr::null()]).collect()
}

/// `execve`, or `fexecve` for a descriptor: returns only to fail. Without an environment the present one is used.
pub fn exec(
    file: std::result::Result<&CStr, Fd>,
    arguments: &[CString],
    environment: Option<&[CString]>,
) -> Errno {
    let argv = pointers(arguments);
    let envp = environment.map(pointers);
    // SAFETY: the arrays end with null and their strings live on; without an environment the process' own.
    unsafe {
        match (file, envp) {
            (Ok(path), Some(envp)) => libc::execve(path.as_ptr(), argv.as_ptr(), envp.as_ptr()),
            (Ok(path), None) => libc::execv(path.as_ptr(), argv.as_ptr()),
            (Err(fd), Some(envp)) => libc::fexecve(fd, argv.as_ptr(), envp.as_ptr()),
            (Err(fd), None) => {
                let own: Vec<CString> =
                    crate::env::all().into_iter().filter_map(|v| CString::new(v).ok()).collect();
                libc::fexecve(fd, argv.as_ptr(), pointers(&own).as_ptr())
            }
        }
    };
    Errno::last()
}

/// `os.system`.
pub fn system(command: &CStr) -> i32 {
    // SAFETY: a C string.
    unsafe { libc::system(command.as_ptr()) }
}

/// What a process used, as `resource.struct_rusage`: two times in seconds and microseconds, fourteen counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    pub user: (i64, i64),
    pub system: (i64, i64),
    pub counts: [i64; 14],
}

impl Usage {
    fn new(u: &libc::rusage) -> Usage {
        Usage {
            user: (u.ru_utime.tv_sec, u.ru_utime.tv_usec),
            system: (u.ru_stime.tv_sec, u.ru_stime.tv_usec),
            counts: [
                u.ru_maxrss,
                u.ru_ixrss,
                u.ru_idrss,
                u.ru_isrss,
                u.ru_minflt,
                u.ru_majflt,
                u.ru_nswap,
                u.ru_inblock,
                u.ru_oublock,
                u.ru_msgsnd,
                u.ru_msgrcv,
                u.ru_nsignals,
                u.ru_nvcsw,
                u.ru_nivcsw,
            ],
        }
    }
}

pub fn getrusage(who: i32) -> Result<Usage> {
    // SAFETY: all-zero is a valid `rusage`.
    let mut u: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: a local. The type of `who` differs between C libraries.
    done(unsafe { libc::getrusage(who as _, &raw mut u) })?;
    Ok(Usage::new(&u))
}

/// The child's number (0: `WNOHANG` and none has changed) and its status.
pub fn waitpid(pid: i32, options: i32) -> Result<(i32, i32)> {
    let mut status = 0;
    // SAFETY: a local.
    let pid = check(unsafe { libc::waitpid(pid, &raw mut status, options) })?;
    Ok((pid, status))
}

/// `wait4`; `wait3` is this with -1.
pub fn wait4(pid: i32, options: i32) -> Result<(i32, i32, Usage)> {
    let mut status = 0;
    // SAFETY: all-zero is a valid `rusage`.
    let mut u: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: locals.
    let pid = check(unsafe { libc::wait4(pid, &raw mut status, options, &raw mut u) })?;
    Ok((pid, status, Usage::new(&u)))
}

/// `os.waitid_result`: pid, uid, signo, status, code. `None`: `WNOHANG` and none has changed.
pub fn waitid(kind: u32, id: u32, options: i32) -> Result<Option<[i64; 5]>> {
    // SAFETY: all-zero is a valid `siginfo_t`.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    // SAFETY: a local.
    done(unsafe { libc::waitid(kind, id, &raw mut info, options) })?;
    // SAFETY: the fields of a child's change are those that `waitid` fills.
    let (pid, uid, status) = unsafe { (info.si_pid(), info.si_uid(), info.si_status()) };
    if pid == 0 {
        return Ok(None);
    }
    Ok(Some([pid.into(), uid.into(), info.si_signo.into(), status.into(), info.si_code.into()]))
}

pub fn pidfd_open(pid: i32, flags: u32) -> Result<Fd> {
    // SAFETY: takes integers.
    check(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) } as i32)
}

/// `signal.pidfd_send_signal`.
pub fn pidfd_send_signal(fd: Fd, signal: i32) -> Result<()> {
    // SAFETY: integers and a null pointer, which is the default information.
    done(unsafe { libc::syscall(libc::SYS_pidfd_send_signal, fd, signal, 0usize, 0) } as i32)
}

/// The questions of a wait status: `WIFEXITED` and the rest.
pub mod status {
    pub fn if_exited(status: i32) -> bool {
        libc::WIFEXITED(status)
    }
    pub fn exit_status(status: i32) -> i32 {
        libc::WEXITSTATUS(status)
    }
    pub fn if_signaled(status: i32) -> bool {
        libc::WIFSIGNALED(status)
    }
    pub fn term_signal(status: i32) -> i32 {
        libc::WTERMSIG(status)
    }
    pub fn if_stopped(status: i32) -> bool {
        libc::WIFSTOPPED(status)
    }
    pub fn stop_signal(status: i32) -> i32 {
        libc::WSTOPSIG(status)
    }
    pub fn if_continued(status: i32) -> bool {
        libc::WIFCONTINUED(status)
    }
    pub fn core_dumped(status: i32) -> bool {
        libc::WCOREDUMP(status)
    }
}

/// `os.nice`: -1 is a value too.
pub fn nice(increment: i32) -> Result<i32> {
    Errno(0).set_last();
    // SAFETY: takes an integer.
    let value = unsafe { libc::nice(increment) };
    if value == -1 && Errno::last().0 != 0 { Err(Errno::last()) } else { Ok(value) }
}

/// `os.getpriority`: -1 is a value too.
pub fn getpriority(which: i32, who: u32) -> Result<i32> {
    Errno(0).set_last();
    // SAFETY: takes integers. The type of `which` differs between C libraries.
    let value = unsafe { libc::getpriority(which as _, who) };
    if value == -1 && Errno::last().0 != 0 { Err(Errno::last()) } else { Ok(value) }
}

pub fn setpriority(which: i32, who: u32, priority: i32) -> Result<()> {
    // SAFETY: takes integers.
    done(unsafe { libc::setpriority(which as _, who, priority) })
}

/// Soft and hard limit; `u64::MAX` is none.
pub fn getrlimit(resource: i32) -> Result<(u64, u64)> {
    prlimit(0, resource, None)
}

pub fn setrlimit(resource: i32, limits: (u64, u64)) -> Result<()> {
    prlimit(0, resource, Some(limits)).map(drop)
}

/// The old limits of a process (0: this one), replaced where new ones are given.
pub fn prlimit(pid: i32, resource: i32, new: Option<(u64, u64)>) -> Result<(u64, u64)> {
    let new = new.map(|(soft, hard)| libc::rlimit { rlim_cur: soft, rlim_max: hard });
    let pointer = new.as_ref().map_or(std::ptr::null(), |l| &raw const *l);
    let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: null or a local, and a local.
    done(unsafe { libc::prlimit(pid, resource as _, pointer, &raw mut old) })?;
    Ok((old.rlim_cur, old.rlim_max))
}

/// `os.times`: user, system, children's user and system, elapsed, in clock ticks; and the ticks of a second.
pub fn times() -> Result<([i64; 5], i64)> {
    // SAFETY: all-zero is a valid `tms`.
    let mut t: libc::tms = unsafe { std::mem::zeroed() };
    // SAFETY: a local.
    let elapsed = check(unsafe { libc::times(&raw mut t) })?;
    Ok((
        [t.tms_utime, t.tms_stime, t.tms_cutime, t.tms_cstime, elapsed],
        sysconf(libc::_SC_CLK_TCK)?.unwrap_or(100),
    ))
}

/// `None`: the value has no limit, or is not known.
pub fn sysconf(name: i32) -> Result<Option<i64>> {
    Errno(0).set_last();
    // SAFETY: takes an integer.
    match unsafe { libc::sysconf(name) } {
        -1 if Errno::last().0 != 0 => Err(Errno::last()),
        -1 => Ok(None),
        n => Ok(Some(n)),
    }
}

/// `os.pathconf`; `None`: no limit.
pub fn pathconf(path: std::result::Result<&CStr, Fd>, name: i32) -> Result<Option<i64>> {
    Errno(0).set_last();
    // SAFETY: a C string or an integer.
    let value = unsafe {
        match path {
            Ok(path) => libc::pathconf(path.as_ptr(), name),
            Err(fd) => libc::fpathconf(fd, name),
        }
    };
    match value {
        -1 if Errno::last().0 != 0 => Err(Errno::last()),
        -1 => Ok(None),
        n => Ok(Some(n)),
    }
}

/// `os.confstr`; `None`: not set.
pub fn confstr(name: i32) -> Result<Option<Vec<u8>>> {
    Errno(0).set_last();
    // SAFETY: a length of 0 asks for the length and writes nothing.
    let n = unsafe { libc::confstr(name, std::ptr::null_mut(), 0) };
    if n == 0 {
        return if Errno::last().0 != 0 { Err(Errno::last()) } else { Ok(None) };
    }
    let mut buffer = vec![0u8; n];
    // SAFETY: room for `n`.
    unsafe { libc::confstr(name, buffer.as_mut_ptr().cast(), n) };
    buffer.pop();
    Ok(Some(buffer))
}

/// `os.getloadavg`.
pub fn getloadavg() -> Option<[f64; 3]> {
    let mut load = [0.0; 3];
    // SAFETY: room for three.
    (unsafe { libc::getloadavg(load.as_mut_ptr(), 3) } == 3).then_some(load)
}

pub fn sched_yield() -> Result<()> {
    // SAFETY: takes nothing.
    done(unsafe { libc::sched_yield() })
}

pub fn sched_getscheduler(pid: i32) -> Result<i32> {
    // SAFETY: takes an integer.
    check(unsafe { libc::sched_getscheduler(pid) })
}

pub fn sched_setscheduler(pid: i32, policy: i32, priority: i32) -> Result<()> {
    let p = libc::sched_param { sched_priority: priority };
    // SAFETY: a local.
    done(unsafe { libc::sched_setscheduler(pid, policy, &raw const p) })
}

pub fn sched_getparam(pid: i32) -> Result<i32> {
    let mut p = libc::sched_param { sched_priority: 0 };
    // SAFETY: a local.
    done(unsafe { libc::sched_getparam(pid, &raw mut p) })?;
    Ok(p.sched_priority)
}

pub fn sched_setparam(pid: i32, priority: i32) -> Result<()> {
    let p = libc::sched_param { sched_priority: priority };
    // SAFETY: a local.
    done(unsafe { libc::sched_setparam(pid, &raw const p) })
}

/// Minimum and maximum priority of a policy.
pub fn sched_priority_range(policy: i32) -> Result<(i32, i32)> {
    // SAFETY: takes integers.
    unsafe {
        Ok((check(libc::sched_get_priority_min(policy))?, check(libc::sched_get_priority_max(policy))?))
    }
}

/// Seconds.
pub fn sched_rr_get_interval(pid: i32) -> Result<f64> {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a local.
    done(unsafe { libc::sched_rr_get_interval(pid, &raw mut t) })?;
    Ok(t.tv_sec as f64 + t.tv_nsec as f64 * 1e-9)
}

/// The processors a process may run on.
pub fn sched_getaffinity(pid: i32) -> Result<Vec<usize>> {
    // In words: the kernel fills as many as its own mask has and asks for no fewer.
    let mut words = vec![0u64; 16];
    loop {
        // SAFETY: room for the bytes said.
        let n =
            unsafe { libc::syscall(libc::SYS_sched_getaffinity, pid, words.len() * 8, words.as_mut_ptr()) };
        match check(n) {
            Ok(_) => break,
            Err(Errno(libc::EINVAL)) if words.len() < 1 << 16 => {
                let longer = words.len() * 2;
                words.resize(longer, 0);
            }
            Err(e) => return Err(e),
        }
    }
    Ok((0..words.len() * 64).filter(|i| words[i / 64] >> (i % 64) & 1 == 1).collect())
}

pub fn sched_setaffinity(pid: i32, processors: &[usize]) -> Result<()> {
    let top = processors.iter().max().map_or(0, |p| *p);
    if top >= 1 << 22 {
        return Err(Errno(libc::EINVAL));
    }
    let mut words = vec![0u64; top / 64 + 1];
    processors.iter().for_each(|p| words[p / 64] |= 1 << (p % 64));
    // SAFETY: readable for the bytes said.
    let n = unsafe { libc::syscall(libc::SYS_sched_setaffinity, pid, words.len() * 8, words.as_ptr()) };
    check(n).map(drop)
}
