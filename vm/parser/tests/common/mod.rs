//! What the tests that ask an installed CPython 3.12.1 have in common.
#![allow(dead_code)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dxpy_parser::{SyntaxError, Unicode};

/// The runtime's tables of Unicode 15.0.
pub struct Tables;
impl Unicode for Tables {
    fn is_xid_start(&self, c: char) -> bool {
        dxpy_text::unicode::is_xid_start(c as u32)
    }
    fn is_xid_continue(&self, c: char) -> bool {
        dxpy_text::unicode::is_xid_continue(c as u32)
    }
    fn is_printable(&self, c: char) -> bool {
        dxpy_text::unicode::is_printable(c as u32)
    }
    fn nfkc(&self, s: &str) -> Option<String> {
        Some(dxpy_text::unicode::normalize::nfkc_str(s))
    }
    /// The runtime asks its registry of codecs, and the tests the oracle's.
    fn decode_source(&self, encoding: &str, bytes: &[u8]) -> Option<Result<String, String>> {
        let (python, _) = oracle("an encoding was")?;
        let answer = ask(&python, "decode.py", &[encoding], hex(bytes));
        let (kind, text) = answer.split_once(' ')?;
        let text = String::from_utf8(unhex(text.trim())).unwrap();
        Some(if kind == "text" { Ok(text) } else { Err(text) })
    }
    fn by_name(&self, name: &str) -> Option<u32> {
        dxpy_text::unicode::names::by_name(name)
    }
}

/// The oracle's program and its library's folder; without one, a test says on what it was not compared.
pub fn oracle(what: &str) -> Option<(String, PathBuf)> {
    let python = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".into());
    let code = "import sys, os; print(sys.version.split()[0], os.path.dirname(os.__file__), sep='|', end='')";
    let out = Command::new(&python).args(["-c", code]).output();
    let text = out.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    let Some(library) = text.strip_prefix("3.12.1|") else {
        eprintln!("SKIP: no CPython 3.12.1 (set DXPY_ORACLE): {what} NOT compared with it");
        return None;
    };
    Some((python, library.into()))
}

/// What one of the scripts beside the tests answers to `input`.
pub fn ask(python: &str, script: &str, args: &[&str], input: String) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(script);
    let mut child = Command::new(python)
        .arg(path)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let out = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    assert!(out.status.success(), "{script} failed");
    String::from_utf8(out.stdout).unwrap()
}

/// All Python files below a folder.
pub fn collect(dir: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for p in entries.flatten().map(|e| e.path()) {
        if p.is_dir() {
            collect(&p, out);
        } else if p.extension().is_some_and(|x| x == "py") {
            out.push(p);
        }
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
pub fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}

/// Python's `ascii()` of a string.
pub fn ascii(s: &str) -> String {
    let mut out = String::new();
    dxpy_ast::dump::constant(&mut out, &dxpy_ast::Constant::Str(s.into()));
    out
}

/// An error as `oracle.py` writes it.
pub fn show_error(e: &SyntaxError) -> String {
    use dxpy_parser::ErrorKind::*;
    if e.kind == Unicode {
        return format!("ERROR UnicodeDecodeError {}", e.message);
    }
    if e.kind == Memory {
        return format!("ERROR MemoryError {}", e.message);
    }
    let kind = if matches!(e.kind, Incomplete) { "Syntax".into() } else { format!("{:?}", e.kind) };
    let text = e.text.as_ref().map_or("None".into(), |t| ascii(t));
    let message = e.message.replace('\n', " ");
    if e.lineno == 0 && e.offset == -1 {
        return format!("ERROR {kind} {message} | 0 -1 None None | None");
    }
    if e.lineno == 0 && e.text.is_none() {
        return format!("ERROR {kind} {message} | None None None None | None");
    }
    format!("ERROR {kind} {message} | {} {} {} {} | {text}", e.lineno, e.offset, e.end_lineno, e.end_offset)
}
