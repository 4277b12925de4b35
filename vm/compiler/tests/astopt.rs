//! The optimiser of trees against an installed CPython 3.12.1: which expressions fold, and to what, bit for bit.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use dxpy_ast::{Constant, ExprKind, Mod, dump};
use dxpy_compiler::CompileError;
use dxpy_compiler::astopt::{BOOL_INVERSION, Settings, optimize, optimize_with};
use dxpy_compiler::future::Future;
use dxpy_parser::{Mode, Options, StdUnicode, parse};

fn oracle() -> Option<String> {
    let python = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".into());
    let out = Command::new(&python).args(["-c", "import sys; print(sys.version)"]).output().ok()?;
    String::from_utf8_lossy(&out.stdout).starts_with("3.12.1 ").then_some(python)
}

fn expression(source: &[u8], level: u8) -> Mod {
    let opts = Options { ignore_cookie: true, int_max_str_digits: 0, ..Options::new(Mode::Eval) };
    let (mut tree, _) = parse(source, &opts, &StdUnicode).unwrap();
    optimize(&mut tree, level, 0).unwrap();
    tree
}

fn show(c: &Constant) -> String {
    if let Constant::FrozenSet(items) = c {
        let mut items: Vec<String> = items.iter().map(show).collect();
        items.sort();
        return format!("frozenset:[{}]", items.join(", "));
    }
    let mut text = String::new();
    dump::constant(&mut text, c);
    text.replace(":7ff8000000000000", ":nan").replace(":fff8000000000000", ":nan")
}

#[test]
fn expressions_fold_as_cpythons_do() {
    let Some(python) = oracle() else {
        eprintln!("SKIP: no CPython 3.12.1 (set DXPY_ORACLE): constant folding was NOT compared with it");
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/astopt_oracle.py");
    let out = Command::new(&python).arg(script).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let (mut folded, mut kept, mut bad) = (0, 0, Vec::new());
    for line in String::from_utf8(out.stdout).unwrap().lines() {
        let [hex, level, want] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let source: Vec<u8> =
            (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect();
        let Mod::Expression { body } = expression(&source, level.parse().unwrap()) else { panic!() };
        let got = match &body.kind {
            ExprKind::Constant { value, .. } => show(value),
            ExprKind::Compare { comparators, .. } => match &comparators[0].kind {
                ExprKind::Constant { value, .. } => format!("in {}", show(value)),
                _ => "-".into(),
            },
            _ => "-".into(),
        };
        if got != want {
            bad.push(format!("{}\n   got {got}\n  want {want}", String::from_utf8_lossy(&source)));
        } else if want == "-" {
            kept += 1;
        } else {
            folded += 1;
        }
    }
    assert!(
        bad.is_empty(),
        "{} of {folded}+{kept} differ:\n{}",
        bad.len(),
        bad[..bad.len().min(20)].join("\n")
    );
    assert!(folded > 50_000 && kept > 50_000, "{folded} folded, {kept} not");
}

/// Statements of every kind with something in them to fold, or to leave alone.
const STATEMENTS: &[&str] = &[
    "def f(a: 1 + 1 = 2 + 2, *b: 3 + 3, c: 4 + 4 = 5 + 5, **d: 6 + 6) -> 7 + 7: return 8 + 8",
    "from __future__ import annotations\ndef f(a: 1 + 1 = 2 + 2) -> 7 + 7:\n    x: 1 + 1 = 2 + 2",
    "x: 1 + 1 = 2 + 2",
    "class C[T: (1 + 1)](B, k=1 + 1):\n    'a' 'b'\n    x = 1 + 1",
    "'a' + 'b'",
    "def f():\n    'a' + 'b'",
    "class C:\n    'a' + 'b'\n    x = 1",
    "'doc'\n'a' + 'b'",
    "def f():\n    'a %s' % ()",
    "type X[T: 1 + 1] = 2 + 2",
    "for x in [1, 2, 3]: pass",
    "for x in [a, 2, 3]: pass",
    "for x in [*a, 2, 3]: pass",
    "for x in {1, 2, 1.0}: pass",
    "for x in {a, 2}: pass",
    "async def f():\n    async for x in [1, 2]: await (1 + 1)\n    async with a[1 + 1] as b[2 + 2]: pass",
    "[x for x in [1, 2] if x in [3, 4]]",
    "{x for x in [1, a]}; {x: 1 + 1 for x in {1, 2}}; (x for x in (1, 2))",
    "if __debug__:\n    a\nelse:\n    b",
    "__debug__ or not __debug__",
    "assert __debug__, 'a' 'b' + 'c'",
    "while not a in b: pass",
    "not a is b; not a is not b; not a not in b; not a == b; not a < b; not a in b in c; not a in [1, 2]",
    "x = not not a in b",
    "with (a, [1 + 1]) as b: pass",
    "try:\n    1 + 1\nexcept (1 + 1, 2):\n    'a' + 'b'\nelse:\n    2 + 2\nfinally:\n    3 + 3",
    "try:\n    1 + 1\nexcept* (A, B):\n    'a' + 'b'",
    "match x:\n    case -1 | 1 + 2j | -1 - 2j: pass\n    case {-1: a, 1 + 2j: b, **c} if 1 + 1: pass\n    case [-1, *_] as d: pass\n    \
     case A(-1, b=-2): pass\n    case None | True: pass",
    "raise A(1 + 1) from 2 + 2",
    "del a[1 + 1], (b, c)",
    "a[1 + 1] += 2 + 2",
    "a[1:2 + 2, ::-1] = 'abc'[1], b'abc'[-1], (1, 2)[0], (1, 2)[True], 'a'[9]",
    "(1, 2)[0] = 3",
    "f(*(1, 2), **{'a': -1}, k=1 + 1); f'{1 + 1:{2 + 2}}'; lambda a=1 + 1, *, b=2 + 2: 3 + 3",
    "x = yield_ = (y := 1 + 1) if 2 + 2 else 3 + 3",
    "def g():\n    yield 1 + 1\n    yield from [1, 2]\n    return",
    "x = {**a, 1 + 1: 2 + 2}; y = {1, 2}; z = [1, 2]; w = (1, [2])",
    "x = -(1) ** 2, ~5, +True, -0.0, -(0j), 1 / 3, 1 // 0, 2 ** -1, 10 ** 20, 2 ** 1000, 'a' * 5000",
    "x = (1, 2) + (3,), ((1, 2), 3) * 2, 'a' if 0 else 1 @ 2",
];

fn formats() -> Vec<String> {
    let mut state = 312u64;
    let mut pick = |n: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % n
    };
    let pieces = [
        "%s", "%s", "%r", "%a", "%%", "a", "\u{20ac}", "%5s", "%-5s", "%05s", "%.3s", "%10.2r", "%-99.99a",
        "%100s", "%.100s", "%.s", "%d", "%x", "%(a)s", "%", "%*s", "%ls", "%c", "%+s", "% s", "%#r", "%0s",
        "%00s", "%.00s", "%007.01s", "%1", "%.",
    ];
    let items = ["a", "1", "*b", "'x'", "f(1 + 1)"];
    (0..4000)
        .map(|_| {
            let format: String = (0..pick(6))
                .map(|_| {
                    let among = if pick(3) == 0 { pieces.len() } else { 18 };
                    pieces[pick(among)]
                })
                .collect();
            let conversions = format.replace("%%", "").matches('%').count();
            let n = if pick(5) == 0 { pick(5) } else { conversions };
            let tuple: String = (0..n)
                .map(|_| {
                    let among = if pick(20) == 0 { 5 } else { 2 };
                    items[pick(among)].to_owned() + ", "
                })
                .collect();
            format!("'{format}' % ({})", if tuple.is_empty() { "" } else { &tuple })
        })
        .collect()
}

#[test]
fn optimised_trees_compile_to_the_same_code() {
    let Some(python) = oracle() else {
        eprintln!("SKIP: no CPython 3.12.1 (set DXPY_ORACLE): optimised trees were NOT compiled with it");
        return;
    };
    let mut texts: Vec<String> = STATEMENTS.iter().map(|s| s.to_string()).collect();
    texts.extend(formats());
    let mut input = String::new();
    for text in &texts {
        for level in [0, 2] {
            let opts = Options { ignore_cookie: true, ..Options::new(Mode::Exec) };
            let (mut tree, _) =
                parse(text.as_bytes(), &opts, &StdUnicode).unwrap_or_else(|e| panic!("{text}: {e:?}"));
            let future = Future::from_ast(&tree).unwrap();
            optimize(&mut tree, level, future.features).unwrap();
            text.bytes().for_each(|b| write!(input, "{b:02x}").unwrap());
            writeln!(input, "\t{level}\t{}", dump::dump(&tree)).unwrap();
        }
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/astopt_recompile.py");
    let mut child =
        Command::new(&python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let out = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    assert!(out.status.success());
    let answers = String::from_utf8(out.stdout).unwrap();
    assert_eq!(answers.lines().count(), 2 * texts.len());
    let differ = answers.lines().enumerate().filter(|(_, a)| *a != "same");
    let bad: Vec<String> = differ.map(|(i, a)| format!("{:?}: {a}", texts[i / 2])).collect();
    assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad[..bad.len().min(20)].join("\n"));
}

#[test]
fn inverting_a_bool_warns_and_a_warning_that_raises_keeps_the_expression() {
    let opts = Options::new(Mode::Eval);
    for (quiet, want) in [(true, "Constant("), (false, "UnaryOp(")] {
        let (mut tree, _) = parse(b"~True", &opts, &StdUnicode).unwrap();
        let mut texts = Vec::new();
        let mut warn = |text| {
            texts.push(text);
            quiet
        };
        optimize_with(&mut tree, Settings { level: 0, future_flags: 0, used: 0, warn: &mut warn }).unwrap();
        assert!(dump::dump(&tree).starts_with(&format!("Expression(body={want}")));
        assert_eq!(texts, [BOOL_INVERSION]);
    }
}

#[test]
fn deep_trees_are_an_error_before_the_stack_ends() {
    // CPython's own numbers, for `compile()` called from a script.
    for (n, fits) in [(2_995, true), (2_996, false), (100_000, false)] {
        let (mut tree, _) =
            parse(vec!["a"; n].join("+").as_bytes(), &Options::new(Mode::Exec), &StdUnicode).unwrap();
        let settings = Settings { level: 0, future_flags: 0, used: 2, warn: &mut |_| true };
        let got = optimize_with(&mut tree, settings);
        assert_eq!(got.is_ok(), fits, "{n}");
        assert!(fits || matches!(got, Err(CompileError::Recursion(_))));
    }
}
