//! Deep trees: compiled, or refused with CPython's words, before the native stack ends.

use dxpy_ast::PyStr;
use dxpy_compiler::{CompileError, Options, compile};
use dxpy_parser::{Mode, StdUnicode, parse};

const LIMIT: CompileError = CompileError::Recursion("maximum recursion depth exceeded during compilation");

/// `compile()` called from a script, which is two C calls deep in CPython's count.
fn outcome(text: &str) -> Result<(), CompileError> {
    let (mut tree, _) = parse(text.as_bytes(), &dxpy_parser::Options::new(Mode::Exec), &StdUnicode).unwrap();
    compile(&mut tree, &PyStr::from("f"), Options { used_depth: 2, ..Options::default() }, &mut Vec::new())
        .map(|_| ())
}

/// A thread with little stack: what Rust gives to tests and other threads by default.
fn in_small_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn chains_up_to_the_limit_compile() {
    in_small_stack(|| {
        let n = 2_900;
        for text in [
            vec!["a"; n].join("+"),
            format!("a{}", ".b".repeat(n)),
            format!("a{}", "()".repeat(n)),
            format!("a{}", ".b()".repeat(n / 2)),
            format!("a{}", "[b]".repeat(n)),
            format!("a{} += 1", "[b:c]".repeat(n)),
            format!("x = {}", vec!["a"; n].join(" if b else ")),
            format!("x = {}a", "not ".repeat(n)),
            format!("x = {}a", "lambda: ".repeat(n)),
            format!("x = {}a{}", "lambda a=".repeat(200), ": a".repeat(200)),
            format!("x = {}a", "a**".repeat(n)),
            format!("x = {}a", "a if b else lambda: ".repeat(n / 2)),
            format!("if a: b\n{}", "elif a: b\n".repeat(n)),
            format!("del a{}", ".b[c]".repeat(n / 2)),
            format!("from __future__ import annotations\na: {}", vec!["a"; n].join("+")),
        ] {
            let shown: String = text.chars().take(60).collect();
            if let Err(e) = outcome(&text) {
                panic!("{shown}: {e}");
            }
        }
    });
}

#[test]
fn chains_beyond_the_limit_are_an_error() {
    in_small_stack(|| {
        for text in [
            vec!["a"; 3_001].join("+"),
            vec!["a"; 100_000].join("+"),
            format!("a{}", "()".repeat(100_000)),
            format!("a{}", ".b()".repeat(100_000)),
            format!("a: int{}", "[b]".repeat(100_000)),
            format!("if a: b\n{}", "elif a: b\n".repeat(5_900)),
        ] {
            let shown: String = text.chars().take(60).collect();
            assert_eq!(outcome(&text), Err(LIMIT), "{shown}");
        }
    });
}

#[test]
fn the_limit_is_cpythons() {
    in_small_stack(|| {
        // CPython's own numbers, for `compile()` called from a script.
        for (make, fits) in [
            ((|n| vec!["a"; n].join("+")) as fn(usize) -> String, 2_995),
            (|n| format!("a{}", "()".repeat(n)), 2_994),
        ] {
            assert_eq!(outcome(&make(fits)), Ok(()));
            assert_eq!(outcome(&make(fits + 1)), Err(LIMIT));
        }
    });
}
