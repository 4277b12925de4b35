//! `PyOS_Readline` (`Parser/myreadline.c`): a line from standard input behind a prompt. The module `readline` edits it where
//! a person sits at both ends; else it is read as it comes, and the prompt goes to standard error.

use core::cell::RefCell;
use dxpy_core::hooks::HOOKS;
use dxpy_core::statics::Gil;
use dxpy_core::thread::{check_signals, without_gil};
use dxpy_core::{Py, PyResult};
use dxpy_host::{Errno, fd};
use std::io::Write;

/// What was read beyond a line.
static AHEAD: Gil<RefCell<Vec<u8>>> = Gil(RefCell::new(Vec::new()));

/// A line with its end, or the last one without; `None` at the end of the input. A signal's handler may raise.
pub fn read_line(py: Py<'_>, prompt: &[u8]) -> PyResult<Option<Vec<u8>>> {
    let terminal = fd::isatty(0) && fd::isatty(1);
    if let Some(line) = HOOKS.foreign_readline.get().filter(|_| terminal).and_then(|f| f(py, prompt)) {
        return line;
    }
    plain_line(py, prompt, terminal)
}

/// As [`read_line`], whatever C code has put in the place of reading.
pub fn plain_line(py: Py<'_>, prompt: &[u8], terminal: bool) -> PyResult<Option<Vec<u8>>> {
    if let Some(edit) = HOOKS.readline.get().filter(|_| terminal) {
        return edit(py, prompt);
    }
    let mut err = std::io::stderr();
    // Nobody is there to be told of a prompt that cannot be shown.
    let _ = err.write_all(prompt).and_then(|()| err.flush());
    loop {
        let line = {
            let mut ahead = AHEAD.borrow_mut();
            let end = ahead.iter().position(|b| *b == b'\n').map(|i| i + 1);
            end.map(|end| ahead.drain(..end).collect::<Vec<u8>>())
        };
        if line.is_some() {
            return Ok(line);
        }
        if terminal {
            dxpy_core::hooks::before_input(py);
        }
        let mut more = [0; 8192];
        match without_gil(py, || fd::read(0, &mut more)) {
            Err(Errno(libc::EINTR)) => check_signals(py)?,
            Ok(n) if n > 0 => AHEAD.borrow_mut().extend_from_slice(&more[..n]),
            _ => {
                let rest = core::mem::take(&mut *AHEAD.borrow_mut());
                return Ok((!rest.is_empty()).then_some(rest));
            }
        }
    }
}
