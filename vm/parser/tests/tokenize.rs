//! `TokenizerIter` against `_tokenize.TokenizerIter` of an installed CPython 3.12.1: tokens and errors.

mod common;

use common::{Tables, ascii, ask, collect, oracle, unhex};
use dxpy_parser::{TokenizeError, TokenizerIter};

/// The tokens as `tokenize.py` writes them.
fn tokens(source: &str, extra: bool) -> String {
    let mut lines = source.split_inclusive('\n');
    let mut read = || -> Result<Vec<u8>, ()> { Ok(lines.next().unwrap_or("").as_bytes().to_vec()) };
    let mut it = TokenizerIter::new(extra);
    let mut out = Vec::new();
    let mut warnings = Vec::new();
    while let Some(token) = it.next(&mut read, &Tables, &mut warnings) {
        out.push(match token {
            Ok(t) => {
                let ((a, b), (c, d)) = (t.start, t.end);
                format!("{} {a},{b}-{c},{d} {} {}", t.kind, t.string, t.line)
            }
            Err(TokenizeError::Syntax(e)) => {
                let kind = format!("{:?}Error", e.kind);
                let none = |n: i32| if n == -1 { "None".into() } else { n.to_string() };
                let (line, col) = (none(e.end_lineno), none(e.end_offset));
                let text = e.text.unwrap_or_default();
                format!("{kind} {} {} {} {line} {col} {text}", e.message, e.lineno, e.offset)
            }
            Err(TokenizeError::Eof { message, lineno, offset }) => {
                format!("SyntaxError {message} {lineno} {offset} {lineno} None None")
            }
            Err(TokenizeError::Read(())) => unreachable!(),
        });
    }
    out.join("\n")
}

fn crc32(data: &[u8]) -> u32 {
    let step = |c: u32| (0..8).fold(c, |c, _| if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 });
    let table: Vec<u32> = (0..256).map(step).collect();
    !data.iter().fold(!0, |c, b| table[((c ^ u32::from(*b)) & 255) as usize] ^ c >> 8)
}

#[test]
fn tokens_of_the_whole_library_are_equal() {
    let Some((python, library)) = oracle("the library's tokens were") else { return };
    let mut files = Vec::new();
    collect(&library, &mut files);
    assert!(files.len() > 500, "no library found");
    let list = files.iter().map(|f| format!("{}\n", f.display())).collect::<String>();
    let answers = ask(&python, "tokenize.py", &[], list);
    assert_eq!(answers.lines().count(), files.len());
    let (mut same, mut left_out, mut bad) = (0, 0, Vec::new());
    for (file, want) in files.iter().zip(answers.lines()) {
        let Ok(source) = std::fs::read_to_string(file) else {
            left_out += 1;
            continue;
        };
        let got = tokens(&source, true);
        if crc32(got.as_bytes()).to_string() == want {
            same += 1;
            continue;
        }
        let name = file.display().to_string();
        let want = ask(&python, "tokenize.py", &["show", &name], String::new());
        let differ = got.lines().zip(want.lines()).find(|(g, w)| g != w);
        bad.push(format!("{name}: {differ:?}"));
    }
    assert!(
        bad.is_empty(),
        "{} differ, {same} are equal:\n{}",
        bad.len(),
        bad[..bad.len().min(20)].join("\n")
    );
    assert!(same > 500 && left_out < 10, "{same} equal, {left_out} are no UTF-8");
}

#[test]
fn tokens_and_errors_of_the_texts_in_cpythons_tests_are_equal() {
    let Some((python, _)) = oracle("tokens were") else { return };
    let (mut same, mut errors, mut bad) = (0, 0, Vec::new());
    for line in ask(&python, "tokenize.py", &["samples"], String::new()).lines() {
        let [source, extra, want] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let source = String::from_utf8(unhex(source)).unwrap();
        let got = ascii(&tokens(&source, extra == "1"));
        if got == want {
            same += 1;
            errors += usize::from(got.contains("Error "));
            continue;
        }
        let at = got.bytes().zip(want.bytes()).take_while(|(a, b)| a == b).count().saturating_sub(50);
        let cut = |s: &str| s.bytes().skip(at).take(150).map(char::from).collect::<String>();
        bad.push(format!("{extra} {source:?}\n    got {}\n   want {}", cut(&got), cut(want)));
    }
    println!("{same} equal, {errors} with errors, {} differ", bad.len());
    assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad[..bad.len().min(200)].join("\n"));
    assert!(same > 20_000 && errors > 1_000, "{same} equal, {errors} errors");
}

#[test]
fn a_long_string_is_read_in_linear_time() {
    let text = format!("'''\n{}'''\n", "line\n".repeat(200_000));
    let found = tokens(&text, true);
    assert!(found.starts_with("3 1,0-200002,3 "));
    assert!(tokens(&text[..text.len() - 4], true).starts_with("SyntaxError unterminated triple-quoted"));
}
