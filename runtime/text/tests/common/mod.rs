//! Asking the oracle (env `DXPY_ORACLE`, or `python3.12`): a script's output, or None with a loud SKIP.

use std::io::Write;
use std::process::{Command, Stdio};

/// Runs `script` on CPython 3.12.1 with these environment variables and this standard input.
pub fn oracle_with(script: &str, env: &[(&str, &str)], input: &[u8]) -> Option<Vec<u8>> {
    let exe = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".to_owned());
    let check = "import sys; print(sys.version.split()[0], sys.implementation.name)";
    let version = Command::new(&exe).args(["-S", "-c", check]).output();
    if !version.is_ok_and(|o| o.stdout.starts_with(b"3.12.1 cpython")) {
        eprintln!("SKIP: no CPython 3.12.1 oracle (set DXPY_ORACLE); this test compared nothing");
        return None;
    }
    let mut command = Command::new(&exe);
    command.args(["-S", "-X", "utf8", "-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    for (k, v) in env {
        command.env(k, v);
    }
    let mut child = command.spawn().expect("the oracle starts");
    let mut pipe = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feed = std::thread::spawn(move || pipe.write_all(&input));
    let out = child.wait_with_output().expect("the oracle ends");
    feed.join().unwrap().expect("the oracle reads its input");
    assert!(out.status.success(), "the oracle failed: {:?}", out.status);
    Some(out.stdout)
}

/// Runs `script` on CPython 3.12.1.
#[allow(dead_code)]
pub fn oracle(script: &str) -> Option<Vec<u8>> {
    oracle_with(script, &[], b"")
}
