//! Terminals: modes (`termios`), process groups, sizes, names, pseudo-terminals.

use crate::errno::{Errno, Result, check, code, done};
use crate::fd::Fd;
use std::mem::zeroed;

/// `termios.tcgetattr`: the four flags, two speeds and the control characters. The speeds are codes (`B9600`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modes {
    pub input: u32,
    pub output: u32,
    pub control: u32,
    pub local: u32,
    pub input_speed: u32,
    pub output_speed: u32,
    pub characters: [u8; libc::NCCS],
}

pub fn get_modes(fd: Fd) -> Result<Modes> {
    // SAFETY: all-zero is a valid `termios`.
    let mut t: libc::termios = unsafe { zeroed() };
    // SAFETY: a local.
    done(unsafe { libc::tcgetattr(fd, &raw mut t) })?;
    // SAFETY: a local.
    let (input_speed, output_speed) =
        unsafe { (libc::cfgetispeed(&raw const t), libc::cfgetospeed(&raw const t)) };
    Ok(Modes {
        input: t.c_iflag,
        output: t.c_oflag,
        control: t.c_cflag,
        local: t.c_lflag,
        input_speed,
        output_speed,
        characters: t.c_cc,
    })
}

/// `termios.tcsetattr`; what the structure has besides stays as it is.
pub fn set_modes(fd: Fd, when: i32, modes: &Modes) -> Result<()> {
    // SAFETY: all-zero is a valid `termios`.
    let mut t: libc::termios = unsafe { zeroed() };
    // SAFETY: a local, filled here.
    unsafe {
        done(libc::tcgetattr(fd, &raw mut t))?;
        (t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag) =
            (modes.input, modes.output, modes.control, modes.local);
        t.c_cc = modes.characters;
        done(libc::cfsetispeed(&raw mut t, modes.input_speed))?;
        done(libc::cfsetospeed(&raw mut t, modes.output_speed))?;
        done(libc::tcsetattr(fd, when, &raw const t))
    }
}

/// The calls that take a descriptor and an integer.
macro_rules! control {
    ($($name:ident = $function:ident;)*) => {
        $(pub fn $name(fd: Fd, argument: i32) -> Result<()> {
            // SAFETY: takes integers.
            done(unsafe { libc::$function(fd, argument) })
        })*
    };
}

control! {
    send_break = tcsendbreak;
    flush = tcflush;
    flow = tcflow;
    set_foreground_group = tcsetpgrp;
}

pub fn drain(fd: Fd) -> Result<()> {
    // SAFETY: takes an integer.
    done(unsafe { libc::tcdrain(fd) })
}

pub fn foreground_group(fd: Fd) -> Result<i32> {
    // SAFETY: takes an integer.
    check(unsafe { libc::tcgetpgrp(fd) })
}

/// Rows and columns.
pub fn size(fd: Fd) -> Result<(u16, u16)> {
    // SAFETY: all-zero is a valid `winsize`.
    let mut w: libc::winsize = unsafe { zeroed() };
    // SAFETY: the request fills a `winsize`.
    done(unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, &raw mut w) })?;
    Ok((w.ws_row, w.ws_col))
}

/// `termios.tcsetwinsize`; the sizes in pixels stay.
pub fn set_size(fd: Fd, rows: u16, columns: u16) -> Result<()> {
    // SAFETY: all-zero is a valid `winsize`.
    let mut w: libc::winsize = unsafe { zeroed() };
    // SAFETY: the requests fill and read a `winsize`.
    unsafe {
        done(libc::ioctl(fd, libc::TIOCGWINSZ, &raw mut w))?;
        (w.ws_row, w.ws_col) = (rows, columns);
        done(libc::ioctl(fd, libc::TIOCSWINSZ, &raw const w))
    }
}

/// A buffer filled by a call whose result is the error.
fn named(call: impl Fn(*mut libc::c_char, usize) -> i32) -> Result<Vec<u8>> {
    let mut buffer = vec![0u8; 4096];
    code(call(buffer.as_mut_ptr().cast(), buffer.len()))?;
    let end = buffer.iter().position(|c| *c == 0).unwrap_or(0);
    buffer.truncate(end);
    Ok(buffer)
}

/// `os.ttyname`.
pub fn name(fd: Fd) -> Result<Vec<u8>> {
    // SAFETY: the buffer is as long as said.
    named(|b, n| unsafe { libc::ttyname_r(fd, b, n) })
}

/// `os.ctermid`.
pub fn controlling_name() -> Vec<u8> {
    unsafe extern "C" {
        fn ctermid(buffer: *mut libc::c_char) -> *mut libc::c_char;
    }
    let mut buffer = [0u8; 64];
    // SAFETY: longer than `L_ctermid`; the result is the buffer or a static string, copied at once.
    unsafe { crate::errno::text(ctermid(buffer.as_mut_ptr().cast())) }.unwrap_or_default()
}

/// `os.openpty`: the two ends, not inherited.
pub fn open_pair() -> Result<(Fd, Fd)> {
    let (mut a, mut b) = (-1, -1);
    let null = std::ptr::null_mut();
    // SAFETY: two locals and nulls.
    done(unsafe { libc::openpty(&raw mut a, &raw mut b, null, null.cast(), null.cast()) })?;
    for fd in [a, b] {
        crate::fd::set_inheritable(fd, false)?;
    }
    Ok((a, b))
}

/// `os.login_tty`.
pub fn login(fd: Fd) -> Result<()> {
    // SAFETY: takes an integer.
    done(unsafe { libc::login_tty(fd) })
}

/// `os.forkpty`: in the parent the child's number and the terminal's other end; `None` in the child.
///
/// # Safety
/// As [`crate::process::fork`].
pub unsafe fn fork_in_pair() -> Result<Option<(i32, Fd)>> {
    let mut fd = -1;
    let null = std::ptr::null_mut();
    // SAFETY: a local and nulls, and the caller's promise.
    match unsafe { libc::forkpty(&raw mut fd, null, null.cast(), null.cast()) } {
        -1 => Err(Errno::last()),
        0 => Ok(None),
        pid => Ok(Some((pid, fd))),
    }
}
