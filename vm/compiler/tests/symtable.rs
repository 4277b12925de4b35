//! Symbol tables and their errors against an installed CPython 3.12.1: its library, and the texts in its tests.
//! Not here: what the parser refuses, which its own tests compare.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dxpy_compiler::future::Future;
use dxpy_compiler::symtable::{BlockId, SymbolTable};
use dxpy_compiler::{CompileError, SyntaxError};
use dxpy_parser::{Mode, Options, StdUnicode, parse};

fn oracle() -> Option<(String, PathBuf)> {
    let python = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".into());
    let code = "import sys, os; print(sys.version.split()[0], os.path.dirname(os.__file__), sep='|', end='')";
    let out = Command::new(&python).args(["-c", code]).output().ok()?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let library = text.strip_prefix("3.12.1|")?;
    Some((python, library.into()))
}

fn ask(python: &str, args: &[&str], input: String) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/symtable_oracle.py");
    let mut child = Command::new(python)
        .arg(script)
        .args(args)
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let out = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    assert!(out.status.success(), "the oracle's script failed");
    String::from_utf8(out.stdout).unwrap()
}

fn collect(dir: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for p in entries.flatten().map(|e| e.path()) {
        if p.is_dir() {
            collect(&p, out);
        } else if p.extension().is_some_and(|x| x == "py") {
            out.push(p);
        }
    }
}

fn show(table: &SymbolTable, id: BlockId, depth: usize, out: &mut String) {
    let b = table.block(id);
    if depth > 0 {
        out.push_str(" ; ");
    }
    let (name, kind, line) = (&b.name, b.kind as u8, b.range.lineno);
    let nested = i32::from(b.nested);
    write!(out, "{:>>depth$}{name} {kind} {line} {nested} [{}] ", "", b.varnames.join(",")).unwrap();
    let mut symbols: Vec<_> = b.symbols.iter().collect();
    symbols.sort();
    let symbols: Vec<_> = symbols.iter().map(|(n, f)| format!("{n}={f:x}")).collect();
    out.push_str(&symbols.join(" "));
    b.children.iter().for_each(|c| show(table, *c, depth + 1, out));
}

/// The tables of a text as the oracle's script prints them; `None` when the parser refuses it.
fn tables(source: &[u8], is_text: bool) -> Option<String> {
    let opts = Options { ignore_cookie: is_text, ..Options::new(Mode::Exec) };
    let (tree, _) = parse(source, &opts, &StdUnicode).ok()?;
    let table = Future::from_ast(&tree).and_then(|f| SymbolTable::build_within(&tree, f, 2));
    Some(match table {
        Ok(table) => {
            let mut out = String::new();
            show(&table, table.top, 0, &mut out);
            out
        }
        Err(CompileError::Syntax(SyntaxError { message, range: r, .. })) => {
            let col = r.col_offset + 1;
            let end = if r.end_col_offset == -2 { "None".into() } else { (r.end_col_offset + 1).to_string() };
            format!("SyntaxError {message} {} {col} {} {end}", r.lineno, r.end_lineno)
        }
        Err(e) => e.to_string().replacen(": ", " ", 1),
    })
}

/// Compares, and says how many were compared and how many of these were errors.
fn compare(lines: &str, source_of: impl Fn(&str) -> Vec<u8>, is_text: bool) -> (usize, usize, usize) {
    let (mut same, mut errors, mut refused, mut bad) = (0, 0, 0, Vec::new());
    for line in lines.lines() {
        let (key, want) = line.split_once('\t').unwrap();
        let source = source_of(key);
        match tables(&source, is_text) {
            None => refused += 1,
            Some(got) if got == want => {
                same += 1;
                errors += usize::from(want.starts_with("SyntaxError "));
            }
            Some(got) => {
                let diff = got.split(" ; ").zip(want.split(" ; ")).find(|(g, w)| g != w);
                let text = if is_text { String::from_utf8_lossy(&source) } else { key.into() };
                bad.push(format!("{text}\n  (got, want) {diff:?}"));
            }
        }
    }
    let (n, bad) = (bad.len(), bad.into_iter().take(20).collect::<Vec<_>>());
    assert!(n == 0, "{n} differ, {same} are equal:\n{}", bad.join("\n"));
    (same, errors, refused)
}

#[test]
fn tables_of_the_whole_library_are_equal() {
    let Some((python, library)) = oracle() else {
        eprintln!("SKIP: no CPython 3.12.1 (set DXPY_ORACLE): symbol tables were NOT compared with it");
        return;
    };
    let mut files = Vec::new();
    collect(&library, &mut files);
    assert!(files.len() > 500, "no library found");
    let list = files.iter().map(|f| format!("{}\n", f.display())).collect();
    let answer = ask(&python, &[], list);
    let (same, _, refused) = compare(&answer, |name| std::fs::read(name).unwrap(), false);
    println!("{same} equal, {refused} refused by the parser");
    assert!(same > 1500 && refused < 60, "{same} equal, {refused} refused by the parser");
}

#[test]
fn tables_and_errors_of_the_texts_in_cpythons_tests_are_equal() {
    let Some((python, _)) = oracle() else {
        eprintln!("SKIP: no CPython 3.12.1 (set DXPY_ORACLE): symbol table errors were NOT compared with it");
        return;
    };
    let answer = ask(&python, &["samples"], String::new());
    let unhex = |key: &str| -> Vec<u8> {
        (0..key.len() / 2).map(|i| u8::from_str_radix(&key[2 * i..2 * i + 2], 16).unwrap()).collect()
    };
    let (same, errors, refused) = compare(&answer, unhex, true);
    println!("{same} equal, {errors} of them errors, {refused} refused by the parser");
    assert!(same > 3000 && errors > 100 && refused < 100, "{same} equal, {errors} errors, {refused} refused");
}

#[test]
fn deep_trees_are_an_error_before_the_stack_ends() {
    let text = |n: usize| vec!["a"; n].join("+");
    // CPython's own numbers, for `_symtable.symtable` called from a script.
    for (n, fits) in [(2_000, true), (2_995, true), (2_996, false), (50_000, false)] {
        let got = tables(text(n).as_bytes(), true).unwrap();
        assert_eq!(
            !got.starts_with("RecursionError maximum recursion depth exceeded during compilation"),
            fits,
            "{n}"
        );
    }
}
