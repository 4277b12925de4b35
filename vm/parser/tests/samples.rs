//! Trees, errors and warnings of many small texts against an installed CPython 3.12.1: those in its own tests, and a list
//! of what they leave out.

mod common;

use common::{Tables, ascii, ask, hex, oracle, show_error, unhex};
use dxpy_ast::dump::dump;
use dxpy_parser::{Mode, Options, WarningKind, parse_with};

fn mode(name: &str) -> Mode {
    match name {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        _ => Mode::FuncType,
    }
}

/// The tree or error, and the warnings with what the first one is as an error.
fn answer(source: &[u8], name: &str) -> (String, String) {
    let opts = Options { ignore_cookie: true, ..Options::new(mode(name)) };
    let mut warnings = Vec::new();
    let out = match parse_with(source, &opts, &Tables, &mut warnings) {
        Ok(tree) => dump(&tree),
        Err(e) => show_error(&e),
    };
    let mut issued: Vec<String> = Vec::new();
    for w in &warnings {
        let kind = if w.kind == WarningKind::Syntax { "SyntaxWarning" } else { "DeprecationWarning" };
        issued.push(format!("{kind} {} {}", w.lineno, ascii(&w.message)));
    }
    let mut issued = issued.join("; ");
    if let Some(w) = warnings.first() {
        issued += " -> ";
        issued += &show_error(&w.error);
    }
    (out, issued)
}

#[test]
fn texts_of_cpythons_tests_are_read_alike() {
    let Some((python, _)) = oracle("texts in its tests were") else { return };
    let input = TEXTS.iter().map(|t| hex(t.as_bytes()) + "\n").collect();
    let answers = ask(&python, "samples.py", &["samples"], input);
    let (mut trees, mut errors, mut warned, mut bad) = (0, 0, 0, Vec::new());
    for line in answers.lines() {
        let [source, mode, want, issued] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let text = unhex(source);
        let (got, warnings) = answer(&text, mode);
        if got == want && warnings == issued {
            trees += usize::from(!want.starts_with("ERROR"));
            errors += usize::from(want.starts_with("ERROR"));
            warned += usize::from(!issued.is_empty());
            continue;
        }
        let (got, want) = if got != want { (got.as_str(), want) } else { (warnings.as_str(), issued) };
        let same = got.bytes().zip(want.bytes()).take_while(|(a, b)| a == b).count().saturating_sub(60);
        let cut = |s: &str| {
            if s.starts_with("ERROR") { s.to_owned() } else { s.chars().skip(same).take(160).collect() }
        };
        bad.push(format!(
            "{mode} {:?}\n    got {}\n   want {}",
            String::from_utf8_lossy(&text),
            cut(got),
            cut(want)
        ));
    }
    println!("{trees} trees, {errors} errors, {warned} with warnings, {} differ", bad.len());
    assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad[..bad.len().min(3000)].join("\n"));
    assert!(trees > 5000 && errors > 5000 && warned > 50);
}

const TEXTS: &[&str] = &[
    "'\\d \\e'",
    "b'\\d \\400'",
    "'\\400 \\777'",
    "'\\é\\d'",
    "'é\\d'",
    "rf'{x:\\n\\d}'",
    "f'\\{6}\\d'",
    "f'\\}}'",
    "1if x else y",
    "0x1for x in y",
    "1_000and 2",
    "1jin x",
    "0b1or 2",
    "0o7is 1",
    "1.5not in x",
    "1else",
    "x = 1if 1else 2",
    "'\\d' 1if",
    "0xfor x in ()",
    "'\\d' + 1in x; (",
    "1 in x '\\d' )",
    "'''\n\\d\n'''",
    "x = ('a'\n '\\d')",
];
