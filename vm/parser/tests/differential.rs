//! Trees and errors against an installed CPython 3.12.1, over its library. Not here: what the tree means.

mod common;

use common::{Tables, ask, collect, oracle, show_error};
use dxpy_ast::dump::dump;
use dxpy_parser::{ErrorKind, Mode, Options, parse};

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
    let deepest = |open: &[&str], close: &[&str]| -> String {
        let mut text: String = (0..99).map(|i| format!("{}if 1:\n", " ".repeat(i))).collect();
        text += &" ".repeat(99);
        text += &(0..200).map(|i| open[i % open.len()]).collect::<String>();
        text += "1";
        text += &(0..200).rev().map(|i| close[i % close.len()]).collect::<String>();
        text + "\n"
    };
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
        "lambda x=".repeat(700) + "1" + &":1".repeat(700),
        "lambda x=".repeat(20_000),
        deepest(&["("], &[")"]),
        deepest(&["[2**-"], &["]"]),
        deepest(&["a(b=1 if 2 else ", "{1: not "], &[")", "}"]),
        deepest(&["a[1:", "(lambda: ", "[x for x in "], &["]", ")", "]"]),
        "f'{".repeat(148) + "1" + &"}'".repeat(148),
        "match x:\n case ".to_owned() + &"a(b=[".repeat(99) + "1" + &"])".repeat(99) + ": 1",
        "if 1: pass\n".to_owned() + &"elif 1: pass\n".repeat(20_000),
    ];
    let work = move || {
        for t in &texts {
            let _ = parse(t.as_bytes(), &Options::new(Mode::Exec), &Tables);
        }
    };
    // A quarter of what the main thread has.
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn the_parser_gives_up_where_cpythons_does() {
    // CPython 3.12.1's numbers, found by bisection.
    let memory = |text: String, mode: Mode| {
        let found = parse(text.as_bytes(), &Options::new(mode), &Tables);
        found.is_err_and(|e| e.kind == ErrorKind::Memory)
    };
    let chains: [(&str, &str, usize, usize); 9] = [
        ("-", "", 5968, 5974),
        ("not ", "", 5968, 5974),
        ("lambda:", "", 2984, 2987),
        ("1 if 1 else ", "", 5968, 5974),
        ("2**", "", 2984, 2987),
        ("lambda x=", ":1", 746, 746),
        ("2**-", "", 1989, 1991),
        ("lambda:1 if 1 else ", "", 1989, 1991),
        ("~-", "", 2984, 2987),
    ];
    for (open, close, exec, eval) in chains {
        let text = |n: usize| open.repeat(n) + "1" + &close.repeat(n);
        for (mode, most) in [(Mode::Exec, exec), (Mode::Eval, eval)] {
            assert!(!memory(text(most), mode), "{open:?} {most} {mode:?}");
            assert!(memory(text(most + 1), mode), "{open:?} {most} + 1 {mode:?}");
        }
    }
    let elifs = |n: usize| "if 1: pass\n".to_owned() + &"elif 1: pass\n".repeat(n);
    assert!(!memory(elifs(5965), Mode::Exec) && memory(elifs(5966), Mode::Exec));
    for (open, close) in
        [("(", ")"), ("[", "]"), ("{1:", "}"), ("a(", ")"), ("a[", "]"), ("(1 if 1 else ", ")")]
    {
        let text = |n: usize| open.repeat(n) + "1" + &close.repeat(n);
        assert!(parse(text(200).as_bytes(), &Options::new(Mode::Exec), &Tables).is_ok(), "{open:?}");
        let e = parse(text(201).as_bytes(), &Options::new(Mode::Exec), &Tables).unwrap_err();
        assert_eq!(e.message, "too many nested parentheses");
    }
}
#[test]
fn scripts_in_odd_encodings_fail_as_cpythons_do() {
    let Some((python, _)) = oracle("scripts were") else { return };
    let texts: [&[u8]; 18] = [
        b"# coding: foo\nx\n",
        b"# coding: ascii\n'\xf6'\n",
        b"x\0y",
        b"print('\xf6')\n",
        b"y\n'a\0b'\n",
        b"# coding: latin-1\ny\nx\0y",
        b"x y\n\n\n\n'\xf6'\n",
        b"\xef\xbb\xbf# coding: latin-1\n",
        b"# coding: utf-8\nx = '\xf6'\n",
        b"# coding: utf8\nx = '\xf6'\n",
        b"x = 1\n\xc3\xa9 = = 1\n",
        b"# coding: utf8\n\xc3\xa9 = = 1\n",
        b"x = (1,\n'\xf6'\n",
        b"# coding: koi8-r\nx = '\xf6' y\n",
        b"# coding: cp1252\n\xe9 = 1 1\n",
        b"x = 1 +\n",
        b"if x:\n  y\n z\n",
        b"'''\n",
    ];
    let folder = std::env::temp_dir().join(format!("dxpy-parser-scripts-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let hook = "import sys\nsys.excepthook = lambda t, e, tb: print(t.__name__, ascii(e.args))\n";
    std::fs::write(folder.join("sitecustomize.py"), hook).unwrap();
    let mut bad = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        let path = folder.join(format!("s{i}.py"));
        std::fs::write(&path, text).unwrap();
        let name = path.display().to_string();
        let mut run = std::process::Command::new(&python);
        let out = run.arg(&path).env("PYTHONPATH", &folder).output().unwrap();
        let want = String::from_utf8_lossy(&out.stdout).trim().to_owned();
        let opts = Options { file: Some(name.clone()), ..Options::new(Mode::Exec) };
        let e = parse(text, &opts, &Tables).unwrap_err();
        let mut got = format!("{:?}Error ({}", e.kind, common::ascii(&e.message));
        match &e.text {
            // The text of the line is read from the file by whoever raises the error.
            Some(_) => {
                got += &format!(", ({}, {}, {}, ", common::ascii(&name), e.lineno, e.offset);
                let rest = format!(", {}, {}))", e.end_lineno, e.end_offset);
                if !(want.starts_with(&got) && want.ends_with(&rest)) {
                    bad.push(format!("{i}: got {got}...{rest}, want {want}"));
                }
            }
            None if want == got.clone() + ",)" => {}
            None => bad.push(format!("{i}: got {got},), want {want}")),
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
