//! Finding and asking the oracle, an installed CPython 3.12.1.

// Each test uses a part of this.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// The oracle, or `None` with a loud word about it.
pub fn find() -> Option<String> {
    let python = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".to_owned());
    let answer = Command::new(&python).args(["-c", "import sys; print(sys.version)"]).output();
    match answer {
        Ok(out) if out.stdout.starts_with(b"3.12.1 ") => Some(python),
        _ => {
            println!("SKIP: {python} is no CPython 3.12.1; set DXPY_ORACLE to one");
            None
        }
    }
}

/// The standard output of `python -c script`.
pub fn ask(python: &str, script: &str) -> Vec<u8> {
    let out = Command::new(python).args(["-X", "utf8", "-c", script]).output().expect("the oracle runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

/// The `.pyc` files the oracle has cached for its library.
pub fn cached_files(python: &str) -> Vec<PathBuf> {
    let lib = ask(python, "import sysconfig; print(sysconfig.get_path('stdlib'), end='')");
    let mut found = Vec::new();
    let mut todo = vec![PathBuf::from(String::from_utf8(lib).expect("a path in UTF-8"))];
    while let Some(folder) = todo.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.filter_map(|e| Some(e.ok()?.path())) {
            if path.is_dir() {
                todo.push(path);
            } else if is_cached(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn is_cached(path: &Path) -> bool {
    path.to_str().is_some_and(|p| p.ends_with(".cpython-312.pyc"))
}
