//! Finds the oracle (env `DXPY_ORACLE`, or `python3.12`) and runs a script in it; used by every differential test.

use std::io::Write;
use std::process::{Command, Stdio};

/// The output of a script run by CPython 3.12.1; `None`, after a loud line, where there is none.
pub fn oracle(script: &str) -> Option<String> {
    let exe = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".into());
    let version = Command::new(&exe).arg("--version").output();
    if !version.is_ok_and(|v| String::from_utf8_lossy(&v.stdout).contains("3.12.1\n")) {
        // Written past the harness, which would keep it to itself.
        let _ = std::io::stderr().write_all(b"SKIP: no CPython 3.12.1 (set DXPY_ORACLE)\n");
        return None;
    }
    let mut child = Command::new(&exe)
        .args(["-X", "utf8", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the oracle starts");
    child.stdin.take().expect("a pipe").write_all(script.as_bytes()).expect("the oracle reads");
    let out = child.wait_with_output().expect("the oracle ends");
    assert!(out.status.success(), "the oracle's script failed");
    Some(String::from_utf8(out.stdout).expect("the script prints UTF-8"))
}

/// The fields of every line; fails where there are fewer than `least` lines, so that nothing passes by being empty.
#[allow(dead_code)]
pub fn rows(out: &str, least: usize) -> Vec<Vec<&str>> {
    let rows: Vec<Vec<&str>> = out.lines().map(|l| l.split('\t').collect()).collect();
    assert!(rows.len() >= least, "only {} cases", rows.len());
    rows
}

/// Hex to bytes; tests pass arbitrary bytes so.
#[allow(dead_code)]
pub fn unhex(s: &str) -> Vec<u8> {
    (0..s.len()).step_by(2).map(|i| u8::from_str_radix(&s[i..i + 2], 16).expect("hex")).collect()
}

/// Bytes to hex.
#[allow(dead_code)]
pub fn hex(b: &[u8]) -> String {
    b.iter().map(|b| format!("{b:02x}")).collect()
}
