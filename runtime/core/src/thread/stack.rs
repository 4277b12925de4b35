//! The native stack: where a thread's ends, and room for the main thread's.

use core::sync::atomic::{AtomicUsize, Ordering};

/// What is left to functions that do not ask how deep they are: making an exception, a system call, a C library's frame.
const MARGIN: usize = 192 * 1024;
/// The stack that a thread running Python has at least.
pub const SIZE: usize = 16 * 1024 * 1024;
/// What the program asked stacks of threads to come to be; 0 is the default.
static ASKED: AtomicUsize = AtomicUsize::new(0);
/// The smallest stack that CPython accepts for a thread.
const LEAST: usize = 0x8000;

/// What the program asked for last (`PyThread_get_stacksize`).
pub fn asked() -> usize {
    ASKED.load(Ordering::Relaxed)
}

/// `PyThread_set_stacksize`: what was asked before; `None` if the size is not valid, `fits` being the system's answer.
pub fn ask(size: usize, fits: fn(usize) -> bool) -> Option<usize> {
    (size == 0 || (size >= LEAST && fits(size))).then(|| ASKED.swap(size, Ordering::Relaxed))
}

/// The stack of a thread to be started: one smaller than the interpreter's frames are made for is of no use to anybody.
pub fn for_new_thread() -> usize {
    asked().max(SIZE)
}

/// The lowest address to which recursion of this thread may go; 0 where it cannot be found out.
pub fn limit() -> usize {
    use core::mem::MaybeUninit;
    let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
    let (mut low, mut size) = (core::ptr::null_mut(), 0);
    // SAFETY: attributes are initialised by the first call where it succeeds, and destroyed.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return 0;
        }
        let failed = libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut low, &raw mut size) != 0;
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        if failed { 0 } else { low as usize + MARGIN.min(size / 4) }
    }
}

/// About where this thread's stack is now.
#[inline(always)]
pub fn here() -> usize {
    let marker = 0u8;
    (&raw const marker) as usize
}

/// Gives the main thread [`SIZE`] bytes of stack where the system's limit says less; its limit of recursion. The kernel
/// grows a stack to an address that is used while the limit allows it, and asks no more once it has; so the limit is
/// raised for a moment only, and child processes do not inherit it.
pub fn grow_main() -> usize {
    // SAFETY: plain system calls with locals. The page that is written is below this frame and above the raised limit:
    // inside what the kernel keeps free for this stack (at least 128 MiB), and nobody's.
    unsafe {
        let mut old = core::mem::zeroed::<libc::rlimit>();
        if libc::getrlimit(libc::RLIMIT_STACK, &raw mut old) != 0 {
            return limit();
        }
        // Arguments and environment lie above this frame and count too; the kernel gives them a quarter at most.
        let want = (SIZE + SIZE / 2) as libc::rlim_t;
        if old.rlim_cur >= want {
            return limit();
        }
        let new = libc::rlimit { rlim_cur: want.min(old.rlim_max), rlim_max: old.rlim_max };
        if new.rlim_cur < want || libc::setrlimit(libc::RLIMIT_STACK, &raw const new) != 0 {
            return limit();
        }
        let low = (here() & !4095) - SIZE;
        // The kernel writes there, and says where it cannot: under valgrind the stack has a size of its own.
        let grown = libc::syscall(libc::SYS_getrlimit, libc::RLIMIT_CORE, low - 4096) == 0;
        libc::setrlimit(libc::RLIMIT_STACK, &raw const old);
        if grown { low + MARGIN } else { limit() }
    }
}
