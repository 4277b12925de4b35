//! The operating system as the native modules see it: thin safe wrappers over the C library, each returning
//! `Result<T, Errno>`, no Python types, no global lock. Nothing retries on `EINTR` and nothing releases the GIL:
//! both are the caller's. Paths are C strings; an embedded NUL is the caller's `ValueError`.

pub mod clock;
pub mod constants;
pub mod dir;
pub mod dl;
pub mod env;
pub mod errno;
pub mod fd;
pub mod fs;
pub mod locale;
pub mod map;
pub mod poll;
pub mod posix_spawn;
pub mod process;
pub mod semaphore;
pub mod signal;
pub mod socket;
pub mod spawn;
pub mod syslog;
pub mod thread;
pub mod tty;
pub mod users;

pub use errno::{Errno, Result};
