//! Trees and errors against an installed CPython 3.12.1, over its library. Not here: what the tree means.

mod common;

use common::{Tables, ask, collect, oracle, show_error};
use dxpy_ast::dump::dump;
use dxpy_parser::{Mode, Options, parse};

#[test]
fn trees_of_the_whole_library_are_equal() {
    let Some((python, library)) = oracle("the library's trees were") else { return };
    let mut files = Vec::new();
    collect(&library, &mut files);
    assert!(files.len() > 500, "no library found");
    let list = files.iter().map(|f| format!("{}\n", f.display())).collect::<String>();
    let answers = ask(&python, "oracle.py", &[], list);
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers.len(), files.len());
    let mut bad = Vec::new();
    for (file, want) in files.iter().zip(answers) {
        let source = std::fs::read(file).unwrap();
        let got = match parse(&source, &Options::new(Mode::Exec), &Tables) {
            Ok((tree, _)) => dump(&tree),
            Err(e) => show_error(&e),
        };
        if got != want {
            let same = got.bytes().zip(want.bytes()).take_while(|(a, b)| a == b).count().saturating_sub(60);
            let cut = |s: &str| s.bytes().skip(same).take(200).map(char::from).collect::<String>();
            bad.push(format!("{}\n    got {}\n   want {}", file.display(), cut(&got), cut(want)));
        }
    }
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
        let _ = parse(t.as_bytes(), &Options::new(Mode::Exec), &Tables);
    }
}
