//! Signals: a handler that only raises flags (and writes to the wake-up descriptor), taken down later by the
//! interpreter; dispositions, masks, waiting, timers. Which Python function belongs to a signal is the module's.

use crate::errno::{Errno, Result, check, code, done};
use crate::fd::Fd;
use std::mem::{MaybeUninit, zeroed};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering};

/// One more than the largest signal (`NSIG`).
pub const COUNT: usize = 65;

static TRIPPED: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];
static ANY: AtomicBool = AtomicBool::new(false);
static WAKEUP: AtomicI32 = AtomicI32::new(-1);
static WARN_ON_FULL: AtomicBool = AtomicBool::new(true);
static WAKEUP_ERROR: AtomicI32 = AtomicI32::new(0);
/// A `fn()` or null.
static NOTIFY: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());

/// What is called in the handler after the flags are up: sets the eval breaker. It runs inside a signal handler, so it
/// may only store to atomics.
pub fn set_notify(notify: fn()) {
    NOTIFY.store(notify as *mut (), Ordering::SeqCst);
}

/// `trip_signal`: raises the flag of a signal as if it had come. Safe in a handler.
pub fn trip(signal: i32) {
    let Some(flag) = usize::try_from(signal).ok().and_then(|s| TRIPPED.get(s)) else { return };
    flag.store(true, Ordering::SeqCst);
    ANY.store(true, Ordering::SeqCst);
    let notify = NOTIFY.load(Ordering::SeqCst);
    if !notify.is_null() {
        // SAFETY: only `set_notify` stores here, and it stores a `fn()`.
        unsafe { std::mem::transmute::<*mut (), fn()>(notify)() }
    }
    let fd = WAKEUP.load(Ordering::SeqCst);
    if fd != -1 {
        let byte = signal as u8;
        // SAFETY: `write` is safe in a handler; the byte is a local. A socket takes `write` as it takes `send`.
        if unsafe { libc::write(fd, (&raw const byte).cast(), 1) } == -1 {
            let e = Errno::last();
            if WARN_ON_FULL.load(Ordering::SeqCst) || e.0 != libc::EAGAIN {
                WAKEUP_ERROR.store(e.0, Ordering::SeqCst);
            }
        }
    }
}

extern "C" fn handler(signal: i32) {
    let saved = Errno::last();
    trip(signal);
    saved.set_last();
}

/// Whether any signal waits to be handled; one load.
pub fn any_pending() -> bool {
    ANY.load(Ordering::Relaxed)
}

/// Whether any signal waits, which is then known: the caller looks at each with [`take`].
pub fn take_any() -> bool {
    ANY.swap(false, Ordering::SeqCst)
}

/// Whether this signal waits; it does not any more.
pub fn take(signal: usize) -> bool {
    TRIPPED.get(signal).is_some_and(|s| s.swap(false, Ordering::SeqCst))
}

/// Signals are left to be taken, for a handler failed.
pub fn leave() {
    ANY.store(true, Ordering::SeqCst);
}

/// Forgets all flags; the child does so after a fork.
pub fn clear_pending() {
    take_any();
    for s in 1..COUNT {
        take(s);
    }
}

/// `signal.set_wakeup_fd`: the old one (-1: none).
pub fn set_wakeup_fd(fd: Fd, warn_on_full: bool) -> Fd {
    WARN_ON_FULL.store(warn_on_full, Ordering::SeqCst);
    WAKEUP.swap(fd, Ordering::SeqCst)
}

/// The error of a write to the wake-up descriptor since the last question.
pub fn take_wakeup_error() -> Option<Errno> {
    match WAKEUP_ERROR.swap(0, Ordering::SeqCst) {
        0 => None,
        e => Some(Errno(e)),
    }
}

/// What happens when a signal comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    Default,
    Ignore,
    /// the handler here
    Flag,
    /// someone else's handler
    Foreign,
}

/// `PyOS_setsig`: the old disposition. `Foreign` cannot be set (`EINVAL`).
pub fn set(signal: i32, new: Disposition) -> Result<Disposition> {
    let function = match new {
        Disposition::Default => libc::SIG_DFL,
        Disposition::Ignore => libc::SIG_IGN,
        Disposition::Flag => handler as extern "C" fn(i32) as libc::sighandler_t,
        Disposition::Foreign => return Err(Errno(libc::EINVAL)),
    };
    // SAFETY: all-zero is a valid `sigaction`, with an empty mask.
    let (mut action, mut old): (libc::sigaction, libc::sigaction) = unsafe { (zeroed(), zeroed()) };
    action.sa_sigaction = function;
    // No SA_RESTART: calls end with EINTR, so that Python's handlers run.
    action.sa_flags = libc::SA_ONSTACK;
    // SAFETY: two locals; the handler does only what a handler may.
    done(unsafe { libc::sigaction(signal, &raw const action, &raw mut old) })?;
    Ok(disposition(&old))
}

/// `PyOS_getsig`.
pub fn get(signal: i32) -> Result<Disposition> {
    // SAFETY: all-zero is a valid `sigaction`.
    let mut old: libc::sigaction = unsafe { zeroed() };
    // SAFETY: null and a local.
    done(unsafe { libc::sigaction(signal, std::ptr::null(), &raw mut old) })?;
    Ok(disposition(&old))
}

fn disposition(action: &libc::sigaction) -> Disposition {
    match action.sa_sigaction {
        libc::SIG_DFL => Disposition::Default,
        libc::SIG_IGN => Disposition::Ignore,
        f if f == handler as extern "C" fn(i32) as libc::sighandler_t => Disposition::Flag,
        _ => Disposition::Foreign,
    }
}

/// `signal.siginterrupt`.
pub fn interrupt(signal: i32, interrupt: bool) -> Result<()> {
    // SAFETY: all-zero is a valid `sigaction`.
    let mut action: libc::sigaction = unsafe { zeroed() };
    // SAFETY: null and a local, then a local and null.
    unsafe {
        done(libc::sigaction(signal, std::ptr::null(), &raw mut action))?;
        action.sa_flags = match interrupt {
            true => action.sa_flags & !libc::SA_RESTART,
            false => action.sa_flags | libc::SA_RESTART,
        };
        done(libc::sigaction(signal, &raw const action, std::ptr::null_mut()))
    }
}

/// The signals as the C library has them.
pub fn to_set(signals: &[i32]) -> Result<libc::sigset_t> {
    let mut set = MaybeUninit::uninit();
    // SAFETY: the first call initialises the set.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for s in signals {
            done(libc::sigaddset(set.as_mut_ptr(), *s))?;
        }
        Ok(set.assume_init())
    }
}

fn from_set(set: &libc::sigset_t) -> Vec<i32> {
    // SAFETY: the set is initialised.
    (1..COUNT as i32).filter(|s| unsafe { libc::sigismember(set, *s) } == 1).collect()
}

/// `signal.pidfd_send_signal`.
pub fn pidfd_send(fd: Fd, signal: i32, flags: u32) -> Result<()> {
    // SAFETY: integers, and null for the kernel's own information.
    let r = unsafe {
        libc::syscall(libc::SYS_pidfd_send_signal, fd, signal, std::ptr::null::<libc::siginfo_t>(), flags)
    };
    if r < 0 { Err(Errno::last()) } else { Ok(()) }
}

/// `signal.pthread_sigmask`: the old mask.
pub fn mask(how: i32, signals: &[i32]) -> Result<Vec<i32>> {
    let (set, mut old) = (to_set(signals)?, to_set(&[])?);
    // SAFETY: two locals. The result is the error.
    code(unsafe { libc::pthread_sigmask(how, &raw const set, &raw mut old) })?;
    Ok(from_set(&old))
}

pub fn pending() -> Result<Vec<i32>> {
    let mut set = to_set(&[])?;
    // SAFETY: a local.
    done(unsafe { libc::sigpending(&raw mut set) })?;
    Ok(from_set(&set))
}

pub fn wait(signals: &[i32]) -> Result<i32> {
    let (set, mut signal) = (to_set(signals)?, 0);
    // SAFETY: two locals. The result is the error.
    code(unsafe { libc::sigwait(&raw const set, &raw mut signal) })?;
    Ok(signal)
}

/// `signal.struct_siginfo`: signo, code, errno, pid, uid, status, band.
pub type Info = [i64; 7];

/// `sigwaitinfo`, or `sigtimedwait` with a time in seconds and nanoseconds (`EAGAIN` when it is over).
pub fn wait_info(signals: &[i32], timeout: Option<(i64, i64)>) -> Result<Info> {
    let set = to_set(signals)?;
    // SAFETY: all-zero is a valid `siginfo_t`.
    let mut info: libc::siginfo_t = unsafe { zeroed() };
    let time = timeout.map(|(s, ns)| libc::timespec { tv_sec: s, tv_nsec: ns as _ });
    let pointer = time.as_ref().map_or(std::ptr::null(), |t| &raw const *t);
    // SAFETY: locals, or null for no limit.
    check(unsafe { libc::sigtimedwait(&raw const set, &raw mut info, pointer) })?;
    // SAFETY: the union's fields are plain numbers; those that the signal does not have are some other bytes of it,
    // as they are in CPython. The band is the union's first word.
    let (pid, uid, status, band) = unsafe {
        let band = (&raw const info).cast::<i64>().add(2).read();
        (info.si_pid(), info.si_uid(), info.si_status(), band)
    };
    let (signo, code, errno) = (info.si_signo, info.si_code, info.si_errno);
    Ok([signo.into(), code.into(), errno.into(), pid.into(), uid.into(), status.into(), band])
}

/// `signal.valid_signals`.
pub fn valid() -> Vec<i32> {
    let mut set = MaybeUninit::uninit();
    // SAFETY: the call initialises the set; it leaves out what the C library keeps for itself.
    from_set(&unsafe {
        libc::sigfillset(set.as_mut_ptr());
        set.assume_init()
    })
}

/// `SIGRTMIN` and `SIGRTMAX`.
pub fn realtime_range() -> (i32, i32) {
    (libc::SIGRTMIN(), libc::SIGRTMAX())
}

pub fn raise(signal: i32) -> Result<()> {
    // SAFETY: takes an integer; a handler is this file's or the program's own affair.
    if unsafe { libc::raise(signal) } == 0 { Ok(()) } else { Err(Errno::last()) }
}

/// `signal.pthread_kill`.
///
/// # Safety
/// The thread is one that has not been joined.
pub unsafe fn thread_kill(thread: u64, signal: i32) -> Result<()> {
    // SAFETY: the caller's promise. The result is the error.
    code(unsafe { libc::pthread_kill(thread, signal) })
}

/// Waits for any signal; always `EINTR`.
pub fn pause() -> Errno {
    // SAFETY: takes nothing.
    unsafe { libc::pause() };
    Errno::last()
}

/// `signal.alarm`: the seconds that were left.
pub fn alarm(seconds: u32) -> u32 {
    // SAFETY: takes an integer.
    unsafe { libc::alarm(seconds) }
}

unsafe extern "C" {
    fn setitimer(which: i32, new: *const libc::itimerval, old: *mut libc::itimerval) -> i32;
    fn getitimer(which: i32, value: *mut libc::itimerval) -> i32;
}

/// A timer's first time and its interval, each in seconds and microseconds.
pub type Timer = [(i64, i64); 2];

fn timer(t: &libc::itimerval) -> Timer {
    [(t.it_value.tv_sec, t.it_value.tv_usec), (t.it_interval.tv_sec, t.it_interval.tv_usec)]
}

/// `signal.setitimer`: the old setting.
pub fn set_timer(which: i32, new: Timer) -> Result<Timer> {
    let time = |(s, us): (i64, i64)| libc::timeval { tv_sec: s, tv_usec: us };
    let new = libc::itimerval { it_value: time(new[0]), it_interval: time(new[1]) };
    // SAFETY: all-zero is a valid `itimerval`.
    let mut old: libc::itimerval = unsafe { zeroed() };
    // SAFETY: two locals.
    done(unsafe { setitimer(which, &raw const new, &raw mut old) })?;
    Ok(timer(&old))
}

/// `signal.getitimer`.
pub fn get_timer(which: i32) -> Result<Timer> {
    // SAFETY: all-zero is a valid `itimerval`.
    let mut old: libc::itimerval = unsafe { zeroed() };
    // SAFETY: a local.
    done(unsafe { getitimer(which, &raw mut old) })?;
    Ok(timer(&old))
}

/// `signal.strsignal`; `None` for a number that is no signal.
pub fn name(signal: i32) -> Option<Vec<u8>> {
    if !(1..COUNT as i32).contains(&signal) {
        return None;
    }
    // SAFETY: null or a string of the C library, copied at once.
    let text = unsafe { crate::errno::text(libc::strsignal(signal)) }?;
    (!text.starts_with(b"Unknown signal")).then_some(text)
}
