//! The optimiser of trees against an installed CPython 3.12.1: which expressions fold, and to what, bit for bit.

use std::process::Command;

use dxpy_ast::{Constant, ExprKind, Mod, dump};
use dxpy_compiler::astopt::optimize;
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
