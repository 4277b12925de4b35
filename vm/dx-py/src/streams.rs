//! The standard streams (`init_sys_streams`, `init_set_builtins_open`).

use core::sync::atomic::Ordering;
use dxpy_core::ptr::Object;
use dxpy_core::{Py, PyResult, attr, dict, module, name, unicode};
use dxpy_import::{bootstrap, state};
use dxpy_mod_sys::config;

/// Makes `builtins.open`. Needs no import.
pub fn open(py: Py<'_>) -> PyResult<()> {
    let io = bootstrap::early(py, "_io", &dxpy_mod_io::IO)?;
    let open = attr::get_name(py, io.as_object(), name!("open"))?;
    dict::set(py, module::dict_of(state::builtins()), name!("open").obj(py), &open)
}

/// Whether there is the encoding that the streams are to have.
pub fn check_encoding(py: Py<'_>) -> PyResult<()> {
    let encoding = config::get().stdio_encoding.as_str();
    // That one is known to be there, and need not be imported for it.
    if encoding == "utf-8" { Ok(()) } else { dxpy_core::codecs::registry::lookup(py, encoding).map(drop) }
}

/// Makes `sys.stdin`, `sys.stdout` and `sys.stderr`.
pub fn start(py: Py<'_>) -> PyResult<()> {
    let c = config::get();
    let modes = &dxpy_mod_io::MODES;
    modes.utf8.store(c.utf8_mode == 1, Ordering::Relaxed);
    modes.warn_default_encoding.store(c.warn_default_encoding != 0, Ordering::Relaxed);
    modes.dev.store(c.dev_mode, Ordering::Relaxed);
    let errors = c.stdio_errors.as_str();
    let sys = module::dict_of(state::sys());
    let streams = [
        ("stdin", "<stdin>", "r", errors),
        ("stdout", "<stdout>", "w", errors),
        ("stderr", "<stderr>", "w", "backslashreplace"),
    ];
    for (fd, (name, shown, mode, errors)) in streams.into_iter().enumerate() {
        let encoding = &c.stdio_encoding;
        let stream =
            dxpy_mod_io::standard_stream(py, fd as i32, shown, mode, encoding, errors, false, c.unbuffered)?;
        for name in [name.to_owned(), format!("__{name}__")] {
            let key = unicode::intern_str(py, &name)?;
            dict::set(py, sys, key.as_object(), &stream)?;
        }
    }
    Ok(())
}
