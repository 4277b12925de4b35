//! The opcode table and stack effects against the oracle's.

mod oracle;

use dxpy_bytecode::opcodes::TABLE;
use dxpy_bytecode::stack_effect::{Path, stack_effect};
use dxpy_bytecode::{Op, flag};
use std::fmt::Write;

#[test]
fn the_table_is_the_oracles() {
    let Some(python) = oracle::find() else { return };
    let theirs = oracle::ask(&python, include_str!("opcodes.py"));
    let theirs = String::from_utf8(theirs).unwrap();
    let mut ours = String::new();
    for meta in TABLE {
        let n = meta.op as u16;
        let bits = [flag::ARG, flag::CONST, flag::NAME, flag::JUMP, flag::LOCAL, flag::FREE, flag::EXC];
        let instrumented = meta.name.starts_with("INSTRUMENTED_");
        // The oracle's module gives nothing for specialised forms (but the local it gives for one by mistake), and an
        // argument for all instrumented ones.
        let plain = meta.family == meta.op;
        let has: String = match meta.op {
            Op::STORE_ATTR_SLOT => "0000010".to_owned(),
            _ if instrumented => "1000000".to_owned(),
            op => bits.iter().map(|b| if plain && op.has(*b) { '1' } else { '0' }).collect(),
        };
        let caches = if plain { meta.cache } else { 0 };
        let family = if instrumented { meta.name } else { meta.family.meta().name };
        writeln!(ours, "{n} {} {has} {caches} {family}", meta.name).unwrap();
        let args: &[i32] = if n >= 90 { &[0, 1, 2, 3, 5, 255, 256, 70_000] } else { &[0] };
        for &arg in args {
            let effect = |path| stack_effect(meta.op, arg, path).map_or("-".to_owned(), |e| e.to_string());
            writeln!(
                ours,
                "{n} {arg} {} {} {}",
                effect(Path::Fall),
                effect(Path::Jump),
                effect(Path::Either)
            )
            .unwrap();
        }
    }
    for (a, b) in ours.lines().zip(theirs.lines()) {
        assert_eq!(a, b, "ours, oracle");
    }
    assert_eq!(ours.lines().count(), theirs.lines().count());
}
