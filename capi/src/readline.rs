//! Reading lines at the terminal (`Parser/myreadline.c`): `PyOS_Readline`, and the function that C code may put in its place.
//! The line editor itself is the module `readline`; `PyOS_InputHook` is in `dxpy_core::hooks`.

use crate::pymem::{PyMem_Malloc, PyMem_RawFree, PyMem_RawMalloc};
use crate::util::{api, c_bytes};
use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int};
use dxpy_core::abi::PyThreadState;
use dxpy_core::hooks::HOOKS;
use dxpy_core::statics::Gil;
use dxpy_core::thread::{check_signals, without_gil};
use dxpy_core::{Py, PyResult, exceptions};
use dxpy_import::readline;
use libc::FILE;
use std::ffi::CString;
use std::io::Write;

/// Shows a prompt and reads a line between two files: from `PyMem_RawMalloc`, empty at the end of the input, NULL when it was
/// interrupted. Without the GIL.
type Function = unsafe extern "C" fn(*mut FILE, *mut FILE, *const c_char) -> *mut c_char;

unsafe extern "C" {
    static stdin: *mut FILE;
    static stdout: *mut FILE;
}

/// C: `char *(*PyOS_ReadlineFunctionPointer)(FILE *, FILE *, const char *)`: NULL until a line is read.
#[unsafe(no_mangle)]
pub static PyOS_ReadlineFunctionPointer: Gil<Cell<Option<Function>>> = Gil(Cell::new(None));

/// C: `PyThreadState *_PyOS_ReadlineTState`: the thread that reads a line.
#[unsafe(no_mangle)]
pub static _PyOS_ReadlineTState: Gil<Cell<*mut PyThreadState>> = Gil(Cell::new(core::ptr::null_mut()));

/// What is in the pointer where nobody replaced it: the module `readline`, or a plain line.
unsafe extern "C" fn own(input: *mut FILE, output: *mut FILE, prompt: *const c_char) -> *mut c_char {
    let state = _PyOS_ReadlineTState.get();
    // SAFETY: called without the GIL by whoever reads lines, whose state this is; a C string.
    unsafe {
        if state.is_null() {
            return core::ptr::null_mut();
        }
        dxpy_core::thread::states::restore(state.cast());
        let py = Py::assume();
        let prompt = if prompt.is_null() { &b""[..] } else { c_bytes(prompt) };
        let line = if core::ptr::eq(input, stdin) && core::ptr::eq(output, stdout) {
            readline::plain_line(py, prompt, is_terminal(input, output))
        } else {
            plain(py, input, prompt)
        };
        let line = match line {
            Ok(line) => raw(&line.unwrap_or_default()),
            Err(e) => {
                e.restore(py);
                core::ptr::null_mut()
            }
        };
        dxpy_core::thread::states::save(py);
        line
    }
}

/// Text as C has it, from `PyMem_RawMalloc`, up to a NUL in it.
fn raw(line: &[u8]) -> *mut c_char {
    let n = line.iter().position(|b| *b == 0).unwrap_or(line.len());
    // SAFETY: room for the text and its NUL.
    unsafe {
        let p = PyMem_RawMalloc(n + 1).cast::<u8>();
        if !p.is_null() {
            core::ptr::copy_nonoverlapping(line.as_ptr(), p, n);
            *p.add(n) = 0;
        }
        p.cast()
    }
}

fn is_terminal(input: *mut FILE, output: *mut FILE) -> bool {
    // SAFETY: open files.
    unsafe { libc::isatty(libc::fileno(input)) != 0 && libc::isatty(libc::fileno(output)) != 0 }
}

/// `PyOS_StdioReadline`: the prompt goes to standard error.
fn plain(py: Py<'_>, input: *mut FILE, prompt: &[u8]) -> PyResult<Option<Vec<u8>>> {
    let mut err = std::io::stderr();
    // Nobody is there to be told of a prompt that cannot be shown.
    let _ = err.write_all(prompt).and_then(|()| err.flush());
    let mut line = Vec::new();
    loop {
        dxpy_core::hooks::before_input(py);
        let file = input as usize;
        let c = without_gil(py, || {
            let file = file as *mut FILE;
            // SAFETY: an open file.
            unsafe {
                libc::clearerr(file);
                libc::fgetc(file)
            }
        });
        if c != libc::EOF {
            line.push(c as u8);
            if c == c_int::from(b'\n') {
                return Ok(Some(line));
            }
            continue;
        }
        // SAFETY: an open file.
        let ended = unsafe { libc::feof(input) } != 0;
        if ended || dxpy_host::Errno::last().0 != libc::EINTR {
            return Ok((!line.is_empty()).then_some(line));
        }
        check_signals(py)?;
    }
}

/// Calls a function of C code that reads lines.
fn call(
    py: Py<'_>,
    f: Function,
    input: *mut FILE,
    output: *mut FILE,
    prompt: &CStr,
) -> PyResult<Option<Vec<u8>>> {
    let state = core::ptr::from_ref(&py.state().abi).cast_mut();
    if _PyOS_ReadlineTState.get() == state {
        return Err(exceptions::runtime_error(py, format_args!("can't re-enter readline")));
    }
    _PyOS_ReadlineTState.set(state);
    let (files, text) = ((input as usize, output as usize), prompt.as_ptr() as usize);
    let line = without_gil(py, || {
        // SAFETY: what the pointer's functions are called with.
        unsafe { f(files.0 as *mut FILE, files.1 as *mut FILE, text as *const c_char) as usize }
    }) as *mut c_char;
    _PyOS_ReadlineTState.set(core::ptr::null_mut());
    if line.is_null() {
        if let Some(e) = dxpy_core::PyErr::take(py) {
            return Err(e);
        }
        check_signals(py)?;
        return Err(exceptions::create(py, &exceptions::KeyboardInterrupt, None));
    }
    let content = c_bytes(line).to_vec();
    // SAFETY: from `PyMem_RawMalloc`, and given up.
    unsafe { PyMem_RawFree(line.cast()) };
    Ok((!content.is_empty()).then_some(content))
}

/// The line of a function that C code put into the pointer; nothing where there is none.
fn foreign(py: Py<'_>, prompt: &[u8]) -> Option<PyResult<Option<Vec<u8>>>> {
    let f = match PyOS_ReadlineFunctionPointer.get() {
        Some(f) if !core::ptr::fn_addr_eq(f, own as Function) => f,
        _ => {
            PyOS_ReadlineFunctionPointer.set(Some(own));
            return None;
        }
    };
    let prompt = CString::new(prompt).unwrap_or_default();
    // SAFETY: the C library's own files.
    Some(unsafe { call(py, f, stdin, stdout, &prompt) })
}

/// Lets what reads lines know of the pointer.
pub fn start() {
    HOOKS.foreign_readline.set(Some(foreign));
    HOOKS.readline_pointer.set(Some(|| PyOS_ReadlineFunctionPointer.set(Some(own))));
}

api! {
    /// C: `char *PyOS_Readline(FILE *, FILE *, const char *prompt)`: from `PyMem_Malloc`; empty at the end of the input.
    fn PyOS_Readline(py, input: *mut FILE, output: *mut FILE, prompt: *const c_char) -> PyResult<*mut c_char> {
        let f = PyOS_ReadlineFunctionPointer.get().unwrap_or(own);
        PyOS_ReadlineFunctionPointer.set(Some(f));
        let text = if prompt.is_null() { &b""[..] } else { c_bytes(prompt) };
        let line = if is_terminal(input, output) {
            let text = CString::new(text).unwrap_or_default();
            call(py, f, input, output, &text)?
        } else {
            plain(py, input, text)?
        };
        let line = line.unwrap_or_default();
        // SAFETY: room for the text and its NUL.
        unsafe {
            let p = PyMem_Malloc(line.len() + 1).cast::<u8>();
            if p.is_null() {
                return Err(exceptions::memory_error(py));
            }
            core::ptr::copy_nonoverlapping(line.as_ptr(), p, line.len());
            *p.add(line.len()) = 0;
            Ok(p.cast())
        }
    }
}
