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
fn answer(source: &[u8], form: &str, name: &str) -> (String, String) {
    let is_text = form.starts_with("str");
    let more: u32 = form.strip_prefix("str-").and_then(|f| f.parse().ok()).unwrap_or(0);
    let feature_version = form.strip_prefix("str").and_then(|v| v.parse().ok()).unwrap_or(12);
    let opts = Options {
        ignore_cookie: is_text,
        feature_version,
        type_comments: more & 0x1000 != 0,
        allow_incomplete: more & 0x4000 != 0,
        dont_imply_dedent: more & 0x200 != 0,
        barry_as_flufl: more & 0x40_0000 != 0,
        ..Options::new(mode(name))
    };
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

/// Compares with the script's answers: how many trees, errors and texts with warnings are equal. None may differ.
fn compare(answers: &str) -> (usize, usize, usize) {
    let (mut trees, mut errors, mut warned, mut bad) = (0, 0, 0, Vec::new());
    for line in answers.lines() {
        let [source, form, mode, want, issued] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let text = unhex(source);
        let (got, warnings) = answer(&text, form, mode);
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
        let text = String::from_utf8_lossy(&text);
        bad.push(format!("{mode} {form} {text:?}\n    got {}\n   want {}", cut(got), cut(want)));
    }
    println!("{trees} trees, {errors} errors, {warned} with warnings, {} differ", bad.len());
    assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad[..bad.len().min(1000)].join("\n"));
    (trees, errors, warned)
}

#[test]
fn texts_of_cpythons_tests_are_read_alike() {
    let Some((python, _)) = oracle("texts in its tests were") else { return };
    let long: Vec<String> = LONG.iter().map(|t| t.replace('9', &"9".repeat(4301))).collect();
    let texts = TEXTS.iter().copied().chain(long.iter().map(String::as_str)).map(str::as_bytes);
    let input = texts.chain(BYTES.iter().copied()).map(|t| hex(t) + "\n").collect();
    let (trees, errors, warned) = compare(&ask(&python, "samples.py", &["samples"], input));
    assert!(trees > 30_000 && errors > 100_000 && warned > 500);
}

#[test]
fn broken_programs_are_refused_alike() {
    let Some((python, _)) = oracle("broken programs were") else { return };
    let (_, errors, _) = compare(&ask(&python, "samples.py", &["mutated"], String::new()));
    assert!(errors > 20_000);
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
    "a b '\\N'",
    "a '\\x' b",
    "(a b '\\d' '\\x')",
    "x y b'\\x'",
    "f'{a b '\\x'}'",
    "print '\\x'",
    "print 'a' '\\d'",
    "f(a for a in b, '\\x')",
    "ª 07",
    "'é\\N{}'",
    "f'\\N{}\\N{'",
    "'\\N{' '\\N'",
    "def f(*a, b, /",
    "def f(\n*a, b: int = ..., /",
    "(lambda *\na, /",
    "def f(a, /, b, /",
    "def f(\n/",
    "'\\é\\x'",
    "'é\\\\\\x'",
    "f'{x:é\\\\\\x}'",
    "f'{x:\\x}' (",
    "f'{x:{y}\\N{foo}}'",
    "A(\n\\\n\\",
    "A(\n\\\n \\x",
    "A(\n \\\n \\\n 1 1",
    "(\n\\",
    "'é' + 00_8",
    "a b f'\\x'",
    "a b f'{x:\\x}'",
    "a b f'{x}\\x' f'{y!z}'",
    "a b f'{x!z}\\x'",
    "a f'{x!z",
    "f'{x!z",
    "f'{x!z:",
    "f'{x!é}'",
    "f'{x!ª}'",
    "f'{x! r}'",
    "f'{x!rr!s}'",
    "a b f'{x!z:{y!q}}'",
    "a b f'{x! z}'",
    "'\\u0 '\\ufffe'",
    "x {{r()\nd(i)\nr",
    "(x {r()\nd(i)\nr\n",
    "match x:\n case 1j+2: pass",
    "match x:\n case -1j-2j: pass",
    "match x:\n case 1+2: pass",
    "match x:\n case 1+2: a b",
    "match x:\n case -1j+2: a b",
    "match x:\n case 1-2j: a b",
];

/// Texts with a number that has more digits than may be converted; it stands for `9`.
const LONG: &[&str] = &[
    "9",
    "x = 9",
    "a 9",
    "a b 9",
    "in 9",
    "f(a b, 9)",
    "f'{9}' b c",
    "a f'{9}'",
    "'\\x' 9",
    "9 '\\x'",
    "é + 9",
    "-9 = 1",
    "x = (9\n",
    "9j",
    "match x:\n case 9: pass",
    "(a 9",
    "a \\ 9",
    "9 )",
    "9.5",
    "0x9",
];

const BYTES: &[&[u8]] = &[
    b"x = \xf6\n",
    b"# \xf6\n",
    b"f'\xf6'",
    b"b'\xf6'",
    b"'a' + 'b\xf6'; x",
    b"# coding: utf-8\n'\xf6'",
    b"\xef\xbb\xbf'\xf6'",
    b"# coding: ascii\n'\xf6'",
    b"# coding: latin1\n'\xf6'",
    b"a b '\xf6'",
    b"x = 1 \xf6",
    b"x\xf6 = 1",
    b"\xf6\xf6 = 1",
    b"r'\xe2\x82'",
    b"'\\d\xe2\x82'",
    b"f'{x}\xe2\x82 {y}'",
    b"f'{x:\xe2}'",
    b"'\xed\xa0\x80'",
    b"x$\xf6",
    b"# type: ignore\xf6\n",
    b"x = 1 # type: \xf6\n",
    b"# coding: rot13\nk=1",
    b"# coding: utf-7\nx='+AOk-'",
    b"# coding: cp932\nx='\x82\xa0'",
    b"# coding: utf-8-sig\nx=1",
    b"# coding: utf8\nx='\xc3\xa9' y z",
    b"\xef\xbb\xbf# coding: latin-1\n",
    b"\xef\xbb\xbf# coding: utf8\n",
    b"\xef\xbb\xbf# coding: UTF_8\n1 1",
    b"# coding: UTF_8\n\xc3\xa9 = = 1",
    b"# coding: \xc3\xa9\n",
    b"# coding: a.b-c_d\n",
    b"# coding:utf8",
    b"#!\n  # coding: latin1\n'\xe9' 1",
    b"\n# coding: latin1\n'\xe9' 1",
    b"x\n# coding: latin1\n'\xe9' 1",
    b"'''\n# coding: latin1\n'''\xe9' 1",
    b"\x0c# coding: latin1\n\xe9 1",
    b"#coding:latin1 coding:utf8\n\xe9 1",
    b"#coding coding:latin1\n\xe9 1",
    b"# coding = x\r\n",
    b"\xef\xbb",
    b"# coding: latin-1-unix\n\xe9 1",
    b"#\x0bcoding: latin1\n\xe9",
    b"\x0b#coding: latin1\n\xe9",
];
