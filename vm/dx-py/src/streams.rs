//! The standard streams (`init_sys_streams`, `init_set_builtins_open`).

use dxpy_core::ptr::Object;
use dxpy_core::{Py, PyResult, attr, dict, module, name, unicode};
use dxpy_import::{bootstrap, state};
use dxpy_mod_sys::config;

/// How descriptors that are not opened by the program are decoded: encoding, and error handler of the first two streams
/// (`config_init_stdio_encoding`).
fn encoding() -> (String, String) {
    let set = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")).unwrap_or_default();
    // The C locale, and those it is coerced to, may stand for any bytes.
    let any = matches!(locale.as_str(), "" | "C" | "POSIX" | "C.UTF-8" | "C.utf8" | "UTF-8");
    let mut found = ("utf-8".to_owned(), if any { "surrogateescape" } else { "strict" }.to_owned());
    if let Some(v) = set("PYTHONIOENCODING").filter(|_| config::get().ignore_environment == 0) {
        let (encoding, errors) = v.split_once(':').unwrap_or((&v, ""));
        if !encoding.is_empty() {
            found.0 = encoding.to_owned();
            found.1 = "strict".to_owned();
        }
        if !errors.is_empty() {
            found.1 = errors.to_owned();
        }
    }
    found
}

/// Makes `builtins.open`. Needs no import.
pub fn open(py: Py<'_>) -> PyResult<()> {
    let io = bootstrap::early(py, "_io", &dxpy_mod_io::IO)?;
    let open = attr::get_name(py, io.as_object(), name!("open"))?;
    dict::set(py, module::dict_of(state::builtins()), name!("open").obj(py), &open)
}

/// Makes `sys.stdin`, `sys.stdout` and `sys.stderr`.
pub fn start(py: Py<'_>) -> PyResult<()> {
    let (encoding, errors) = encoding();
    let unbuffered = config::get().unbuffered;
    let sys = module::dict_of(state::sys());
    let streams = [
        ("stdin", "<stdin>", "r", errors.as_str()),
        ("stdout", "<stdout>", "w", errors.as_str()),
        ("stderr", "<stderr>", "w", "backslashreplace"),
    ];
    for (fd, (name, shown, mode, errors)) in streams.into_iter().enumerate() {
        let stream =
            dxpy_mod_io::standard_stream(py, fd as i32, shown, mode, &encoding, errors, false, unbuffered)?;
        for name in [name.to_owned(), format!("__{name}__")] {
            let key = unicode::intern_str(py, &name)?;
            dict::set(py, sys, key.as_object(), &stream)?;
        }
    }
    Ok(())
}
