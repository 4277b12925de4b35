//! How the interpreter of a release build reaches the next instruction: its handlers, disassembled by `objdump`, end in jumps
//! and never return, so that the native stack does not grow; and a conditional jump is a branch, which the processor can
//! predict, not a choice between two addresses. (Builds with debug assertions return to a loop: nothing to see there.)

#![cfg(all(not(debug_assertions), target_arch = "x86_64"))]

use dxpy_bytecode::opcodes::TABLE;
use std::collections::HashMap;
use std::process::Command;

/// The instructions of each handler, by opcode.
fn handlers() -> HashMap<String, Vec<String>> {
    let out = Command::new("objdump")
        .args(["-d", "-C", "--no-show-raw-insn", "-M", "intel", env!("CARGO_BIN_EXE_dx-py")])
        .output()
        .expect("objdump, which comes with gcc");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let (mut all, mut current) = (HashMap::new(), None);
    for line in String::from_utf8_lossy(&out.stdout).lines() {
        if let Some(name) = line.strip_suffix(">:") {
            let (_, name) = name.split_once('<').expect("an address and a name");
            let ours = name.contains("dxpy_interp") && name.contains("::handlers::");
            current = ours.then(|| name.rsplit("::").next().unwrap_or(name).to_owned());
        } else if let (Some(name), Some((_, code))) = (&current, line.split_once(":\t")) {
            all.entry(name.clone()).or_insert_with(Vec::new).push(code.trim().to_owned());
        }
    }
    all
}

fn mnemonic(code: &str) -> &str {
    code.split_whitespace().next().unwrap_or_default()
}

#[test]
fn handlers_end_in_jumps() {
    let all = handlers();
    let mut seen = 0;
    for meta in TABLE.iter().filter(|m| !m.op.is_pseudo() && m.name != "INTERPRETER_EXIT") {
        // Equal code is kept once: a handler may have gone into another.
        let Some(code) = all.get(meta.name) else { continue };
        seen += 1;
        for line in code {
            assert!(!mnemonic(line).starts_with("ret"), "{} returns", meta.name);
            assert!(
                !(mnemonic(line) == "call" && line.contains("*8]")),
                "{} calls the next: {line}",
                meta.name
            );
        }
        assert!(code.iter().any(|line| mnemonic(line) == "jmp"), "{} ends nowhere", meta.name);
    }
    assert!(seen > 150, "only {seen} handlers were found");
}

#[test]
fn conditional_jumps_are_branches() {
    let all = handlers();
    let jumps = [
        "POP_JUMP_IF_TRUE",
        "POP_JUMP_IF_FALSE",
        "POP_JUMP_IF_NONE",
        "POP_JUMP_IF_NOT_NONE",
        "FOR_ITER_LIST",
        "FOR_ITER_TUPLE",
    ];
    let mut seen = 0;
    for name in jumps {
        let Some(code) = all.get(name) else { continue };
        seen += 1;
        assert!(code.iter().all(|line| !mnemonic(line).starts_with("cmov")), "{name} chooses an address");
    }
    assert!(seen > 4, "only {seen} were found");
}
