//! Modules about the operating system: `posix`, `time`, `errno`, `_stat`, `pwd`, `grp`, `resource`, `termios`,
//! `_locale`, `readline`, on the wrappers of `dxpy-host`.
#![allow(non_upper_case_globals)]

pub mod _locale;
pub mod _multiprocessing;
pub mod _posixshmem;
pub mod _stat;
pub mod _uuid;
pub mod convert;
pub mod errno;
pub mod grp;
pub mod path;
pub mod posix;
pub mod pwd;
pub mod pytime;
pub mod readline;
pub mod resource;
pub mod syslog;
pub mod termios;
pub mod time;
