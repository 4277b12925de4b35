//! `_posixsubprocess.fork_exec`: a child with its descriptors arranged, started by `vfork` (as `clone` with a stack of
//! its own) or, where Python code runs in the child or identities change, by `fork`. Errors before and at `exec` reach
//! the parent as text in the error pipe, in the form `subprocess` reads.

use crate::errno::{Errno, Result, check};
use crate::fd::{self, Fd};
use crate::process::pointers;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;

/// The arguments of `fork_exec`; a descriptor of -1 is none.
pub struct Child<'a> {
    /// Tried one after the other.
    pub executables: &'a [CString],
    pub arguments: &'a [CString],
    /// `None`: the present one.
    pub environment: Option<&'a [CString]>,
    pub cwd: Option<&'a CStr>,
    /// The parent's end and the child's end of the three standard streams: `p2cwrite`/`p2cread`, `c2pread`/`c2pwrite`,
    /// `errread`/`errwrite`.
    pub parent_ends: [Fd; 3],
    pub child_ends: [Fd; 3],
    pub errpipe_read: Fd,
    pub errpipe_write: Fd,
    pub close_fds: bool,
    /// Sorted, and with `errpipe_write`.
    pub fds_to_keep: &'a [Fd],
    pub restore_signals: bool,
    pub setsid: bool,
    /// -1: leave the group.
    pub pgid: i32,
    pub umask: i32,
    pub groups: Option<&'a [u32]>,
    pub gid: Option<u32>,
    pub uid: Option<u32>,
    pub allow_vfork: bool,
}

/// Everything the child needs, laid out before it exists: it allocates nothing.
struct Plan<'a> {
    child: &'a Child<'a>,
    executables: Vec<*const c_char>,
    argv: Vec<*const c_char>,
    envp: Option<Vec<*const c_char>>,
    /// The mask to go back to; handlers are reset first. Of `vfork` only.
    mask: Option<libc::sigset_t>,
}

/// Starts the child and returns its number. `preexec` runs in the child just before `exec`, and says whether it went
/// well; it forces `fork`.
///
/// # Safety
/// With `preexec` (or `fork` for other reasons, see [`Child::allow_vfork`]) what [`crate::process::fork`] says holds.
pub unsafe fn fork_exec(child: &Child, preexec: Option<&mut dyn FnMut() -> bool>) -> Result<i32> {
    let mut plan = Plan {
        child,
        executables: child.executables.iter().map(|e| e.as_ptr()).collect(),
        argv: pointers(child.arguments),
        envp: child.environment.map(pointers),
        mask: None,
    };
    // The C library's identity functions signal every thread it believes to be in this process.
    let identity = child.groups.is_some() || child.gid.is_some() || child.uid.is_some();
    if child.allow_vfork && preexec.is_none() && !identity {
        return vfork(&mut plan);
    }
    // SAFETY: the caller's promise.
    match unsafe { crate::process::fork() }? {
        Some(pid) => Ok(pid),
        None => {
            run(&plan, preexec);
            crate::process::exit_now(255)
        }
    }
}

/// A stack that ends at a page nothing may touch.
struct Stack {
    base: *mut c_void,
}

impl Stack {
    const SIZE: usize = 256 * 1024;
    const GUARD: usize = 64 * 1024;

    fn new() -> Result<Stack> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK;
        // SAFETY: a new mapping at an address of the kernel's choice.
        let base = unsafe {
            libc::mmap(ptr::null_mut(), Self::SIZE, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0)
        };
        if base == libc::MAP_FAILED {
            return Err(Errno::last());
        }
        let stack = Stack { base };
        // SAFETY: the lowest part of the new mapping.
        check(unsafe { libc::mprotect(base, Self::GUARD, libc::PROT_NONE) })?;
        Ok(stack)
    }

    fn top(&self) -> *mut c_void {
        // SAFETY: one past the end of the mapping.
        unsafe { self.base.add(Self::SIZE) }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours and nobody runs on it any more.
        unsafe { libc::munmap(self.base, Self::SIZE) };
    }
}

extern "C" fn vfork_child(plan: *mut c_void) -> c_int {
    // SAFETY: `vfork` passes its plan, which outlives the child's use of this memory.
    run(unsafe { &*plan.cast::<Plan>() }, None);
    255
}

fn vfork(plan: &mut Plan) -> Result<i32> {
    let stack = Stack::new()?;
    // SAFETY: all-zero is a valid set, filled below.
    let (mut all, mut old): (libc::sigset_t, libc::sigset_t) =
        unsafe { (std::mem::zeroed(), std::mem::zeroed()) };
    // SAFETY: locals. No signal handler may run in the child while it shares our memory.
    unsafe {
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const all, &raw mut old);
    }
    plan.mask = Some(old);
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    let plan: *mut Plan = plan;
    // SAFETY: the child runs on its own stack, in our memory, while this thread waits; it only makes system calls and
    // reads the plan, and ends with `exec` or `_exit`.
    let pid = check(unsafe { libc::clone(vfork_child, stack.top(), flags, plan.cast()) });
    // SAFETY: a local and null.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const old, ptr::null_mut()) };
    pid
}

/// Why the child did not become another program.
struct Failure {
    errno: Errno,
    text: &'static str,
}

/// The child's side. Returns only to fail, after reporting.
fn run(plan: &Plan, preexec: Option<&mut dyn FnMut() -> bool>) {
    let failure = prepare(plan, preexec);
    let pipe = plan.child.errpipe_write;
    // What cannot be written cannot be reported either.
    let put = |b: &[u8]| {
        let _ = fd::write(pipe, b);
    };
    if failure.errno.0 == 0 {
        put(b"SubprocessError:0:");
    } else {
        put(b"OSError:");
        let mut digits = [0; 8];
        let (mut at, mut n) = (digits.len(), failure.errno.0 as u32);
        while n > 0 {
            at -= 1;
            digits[at] = b"0123456789abcdef"[(n & 15) as usize];
            n >>= 4;
        }
        put(&digits[at..]);
        put(b":");
    }
    put(failure.text.as_bytes());
}

fn prepare(plan: &Plan, preexec: Option<&mut dyn FnMut() -> bool>) -> Failure {
    if let Err(errno) = before_exec(plan) {
        return Failure { errno, text: "noexec" };
    }
    if preexec.is_some_and(|preexec| !preexec()) {
        return Failure { errno: Errno(0), text: "Exception occurred in preexec_fn." };
    }
    let child = plan.child;
    if child.close_fds {
        close_others(child.fds_to_keep);
    }
    // The first reason that is not mere absence is the one to report.
    let mut reason = if plan.executables.is_empty() { Some(Errno(0)) } else { None };
    for executable in &plan.executables {
        // SAFETY: C strings and null-ended arrays of the plan's.
        unsafe {
            match &plan.envp {
                Some(envp) => libc::execve(*executable, plan.argv.as_ptr(), envp.as_ptr()),
                None => libc::execv(*executable, plan.argv.as_ptr()),
            }
        };
        let e = Errno::last();
        if reason.is_none() && e.0 != libc::ENOENT && e.0 != libc::ENOTDIR {
            reason = Some(e);
        }
    }
    Failure { errno: reason.unwrap_or_else(Errno::last), text: "" }
}

/// Undoes `FD_CLOEXEC` with calls that are allowed in the child.
fn inherit(fd: Fd) -> Result<()> {
    fd::set_inheritable(fd, true)
}

fn dup(fd: Fd) -> Result<Fd> {
    // SAFETY: takes an integer.
    check(unsafe { libc::dup(fd) })
}

fn before_exec(plan: &Plan) -> Result<()> {
    let child = plan.child;
    for &fd in child.fds_to_keep {
        // One that is not open is passed over, as in CPython.
        if fd != child.errpipe_write {
            let _ = inherit(fd);
        }
    }
    for fd in [child.parent_ends[0], child.parent_ends[1], child.parent_ends[2], child.errpipe_read] {
        if fd != -1 {
            fd::close(fd)?;
        }
    }
    let [input, mut output, mut error] = child.child_ends;
    // None may sit where an earlier stream is about to be put.
    if output == 0 {
        output = dup(output)?;
    }
    while error == 0 || error == 1 {
        error = dup(error)?;
    }
    for (fd, standard) in [(input, 0), (output, 1), (error, 2)] {
        if fd == standard {
            inherit(fd)?;
        } else if fd != -1 {
            // SAFETY: takes integers.
            check(unsafe { libc::dup2(fd, standard) })?;
        }
    }
    if let Some(cwd) = child.cwd {
        crate::fs::chdir(cwd)?;
    }
    if child.umask >= 0 {
        crate::fs::umask(child.umask as u32);
    }
    // SAFETY: signals of this process only; the table is the child's own.
    unsafe {
        if child.restore_signals {
            libc::signal(libc::SIGPIPE, libc::SIG_DFL);
            libc::signal(libc::SIGXFSZ, libc::SIG_DFL);
        }
        if let Some(mask) = &plan.mask {
            reset_handlers();
            libc::pthread_sigmask(libc::SIG_SETMASK, mask, ptr::null_mut());
        }
    }
    if child.setsid {
        crate::process::setsid()?;
    }
    if child.pgid >= 0 {
        crate::process::setpgid(0, child.pgid)?;
    }
    if let Some(groups) = child.groups {
        crate::process::setgroups(groups)?;
    }
    if let Some(gid) = child.gid {
        crate::process::setregid(gid, gid)?;
    }
    if let Some(uid) = child.uid {
        crate::process::setreuid(uid, uid)?;
    }
    Ok(())
}

/// Signals with a handler go to their default: the handler's code must not run in shared memory.
fn reset_handlers() {
    for signal in 1..crate::signal::COUNT as i32 {
        if signal == libc::SIGKILL || signal == libc::SIGSTOP {
            continue;
        }
        // SAFETY: all-zero is a valid `sigaction`; locals.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            if libc::sigaction(signal, ptr::null(), &raw mut action) == -1 {
                continue;
            }
            if action.sa_sigaction != libc::SIG_DFL && action.sa_sigaction != libc::SIG_IGN {
                action.sa_sigaction = libc::SIG_DFL;
                libc::sigaction(signal, &raw const action, ptr::null_mut());
            }
        }
    }
}

/// Closes everything from 3 on but these (sorted).
fn close_others(keep: &[Fd]) {
    let mut low = 3;
    for &fd in keep {
        if fd >= low {
            close_run(low, fd);
            low = fd + 1;
        }
    }
    close_run(low, i32::MAX);
}

/// `low..high`. Without `close_range` each is closed, up to the limit of open files.
fn close_run(low: Fd, high: Fd) {
    if low >= high {
        return;
    }
    // SAFETY: takes integers.
    let r = unsafe { libc::syscall(libc::SYS_close_range, low as u32, (high - 1) as u32, 0) };
    if r == -1 {
        // SAFETY: takes an integer.
        let most = unsafe { libc::sysconf(libc::_SC_OPEN_MAX) }.clamp(256, 1 << 20) as i32;
        for fd in low..high.min(most) {
            let _ = fd::close(fd);
        }
    }
}
