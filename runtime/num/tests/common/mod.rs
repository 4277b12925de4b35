//! Runs CPython 3.12.1 on a script and hands its lines to a test; says SKIP loudly where there is none.

use std::io::Write;
use std::process::{Command, Stdio};

/// The oracle's path, or `None` after a loud notice.
pub fn oracle() -> Option<String> {
    let path = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".into());
    let version = Command::new(&path).args(["-c", "import sys; print(sys.version.split()[0])"]).output();
    match version {
        Ok(out) if out.stdout.trim_ascii() == b"3.12.1" => Some(path),
        _ => {
            eprintln!("SKIP: {path} is not CPython 3.12.1; set DXPY_ORACLE to compare numbers with it");
            None
        }
    }
}

/// The lines the script prints, each split at tabs. Fails if the script does.
pub fn run(script: &str) -> Option<Vec<Vec<String>>> {
    let mut child = Command::new(oracle()?)
        .args(["-I", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the oracle starts");
    let script = script.to_owned();
    let mut stdin = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || stdin.write_all(script.as_bytes()));
    let out = child.wait_with_output().expect("the oracle ends");
    writer.join().expect("the writer ends").expect("the script is written");
    assert!(out.status.success(), "the oracle's script failed");
    let text = String::from_utf8(out.stdout).expect("UTF-8");
    Some(text.lines().map(|l| l.split('\t').map(str::to_owned).collect()).collect())
}

/// Compares what `ours` makes of the arguments with the last column of each row; `least` guards against a script
/// that prints nothing.
pub fn compare(script: &str, least: usize, ours: impl Fn(&[&str]) -> String) {
    let Some(rows) = run(script) else { return };
    assert!(rows.len() >= least, "only {} cases", rows.len());
    let mut wrong = 0;
    for row in &rows {
        let (want, args) = row.split_last().expect("columns");
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let got = ours(&args);
        if got != *want {
            wrong += 1;
            if wrong <= 20 {
                let cut = |s: &str| s.chars().take(300).collect::<String>();
                let args: Vec<String> = args.iter().map(|a| cut(a)).collect();
                eprintln!("{args:?}\n    ours {}\n  oracle {}", cut(&got), cut(want));
            }
        }
    }
    assert_eq!(wrong, 0, "of {} cases", rows.len());
    eprintln!("{} cases equal", rows.len());
}
