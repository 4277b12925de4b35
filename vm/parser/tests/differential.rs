//! Trees and errors against an installed CPython 3.12.1, over its library. Not here: what the tree means.
//!
//! Texts that need the runtime's Unicode tables (`\N{...}`, NFKC) or codecs are recognised by this crate's own refusal and left
//! out; that count is bounded, so that the test cannot pass by refusing everything.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dxpy_parser::{ErrorKind, Mode, Options, StdUnicode, parse};

fn oracle() -> Option<String> {
    let python = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".into());
    let code = "import sys, os; print(sys.version.split()[0], os.path.dirname(os.__file__), sep='|')";
    let out = Command::new(&python).args(["-c", code]).output().ok()?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    text.starts_with("3.12.1|").then_some(python)
}

fn library(python: &str) -> PathBuf {
    let out =
        Command::new(python).args(["-c", "import os; print(os.path.dirname(os.__file__))"]).output().unwrap();
    String::from_utf8_lossy(&out.stdout).trim().into()
}

fn collect(dir: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for e in entries.flatten() {
        let p = e.path();
        if p.is_dir() {
            collect(&p, out);
        } else if p.extension().is_some_and(|x| x == "py") {
            out.push(p);
        }
    }
}

#[test]
fn trees_of_the_whole_library_are_equal() {
    let Some(python) = oracle() else {
        eprintln!("SKIP: no CPython 3.12.1 (set DXPY_ORACLE): the parser was NOT compared with it");
        return;
    };
    let mut files = Vec::new();
    collect(&library(&python), &mut files);
    assert!(files.len() > 500, "no library found");
    let list = files.iter().map(|f| format!("{}\n", f.display())).collect::<String>();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle.py");
    let mut child =
        Command::new(&python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || stdin.write_all(list.as_bytes()));
    let out = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    let expected = String::from_utf8(out.stdout).unwrap();
    let expected: Vec<&str> = expected.lines().collect();
    assert_eq!(expected.len(), files.len());
    let (mut bad, mut left_out) = (Vec::new(), 0);
    for (file, want) in files.iter().zip(expected) {
        let source = std::fs::read(file).unwrap();
        match parse(&source, &Options::new(Mode::Exec), &StdUnicode) {
            Ok((tree, _)) if dxpy_ast::dump::dump(&tree) == want => {}
            Err(e)
                if e.kind == ErrorKind::UnknownEncoding
                    || e.message.contains("not implemented")
                    || e.message.contains("unknown Unicode character name") =>
            {
                left_out += 1;
            }
            // Bytes that are no UTF-8: this crate reports what running the file says, not what `compile(bytes)` says.
            Err(e) if want.contains("(unicode error)") && e.message.starts_with("Non-UTF-8") => left_out += 1,
            // Errors of the coding cookie have no position worth comparing.
            Err(e) if e.lineno == 0 && want.contains(&format!(" {} | 0 ", e.message)) => {}
            Err(e) if want.starts_with("ERROR") => {
                let got = format!(
                    "ERROR {:?} {} | {} {} {} {} | ",
                    e.kind, e.message, e.lineno, e.offset, e.end_lineno, e.end_offset
                );
                if !want.starts_with(&got) {
                    bad.push(format!("{}: got {got}, want {want}", file.display()));
                }
            }
            Ok(_) => bad.push(format!("{}: a different tree", file.display())),
            Err(e) => bad.push(format!("{}: refused: {e:?}", file.display())),
        }
    }
    assert!(left_out < 40, "{left_out} files were left out");
    assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad.join("\n"));
}

#[test]
fn hostile_nesting_neither_overflows_nor_hangs() {
    let texts = [
        "-".repeat(100_000) + "1",
        "not ".repeat(100_000) + "1",
        "lambda: ".repeat(20_000) + "1",
        "1 if 1 else ".repeat(20_000) + "1",
        "2**".repeat(20_000) + "2",
        "(".repeat(20_000),
        "(".repeat(150) + &")".repeat(150),
        "{1:".repeat(150),
        "a+".repeat(200_000) + "a",
        "f'{".repeat(200),
        (0..150).map(|i| format!("{}if 1:\n", " ".repeat(i))).collect(),
        "x = ".repeat(10_000) + "= 1",
    ];
    for t in texts {
        let _ = parse(t.as_bytes(), &Options::new(Mode::Exec), &StdUnicode);
    }
}
