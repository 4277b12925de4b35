//! Counts that must not grow: `soak/leaks.py` calls every method of every built-in type and every function of the native
//! modules, over and over, and looks at blocks of memory in use and at reference counts. It fails by itself when leaks made
//! on purpose are not seen.
//!
//! The other soak tests are run by hand: T1 of `cpython-tests` with the `zeal` build, valgrind with `PYTHONMALLOC=malloc`.

use std::path::Path;
use std::process::Command;

#[test]
fn counts_stay_flat_over_methods_and_functions() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/soak/leaks.py");
    let out = Command::new(env!("CARGO_BIN_EXE_dx-py"))
        .arg(script)
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("it runs");
    let (text, errors) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{}: {text}{errors}", out.status);
    let last = text.lines().last().unwrap_or_default();
    assert!(last.ends_with(" 0 grow") && !last.starts_with('0'), "{text}{errors}");
}
