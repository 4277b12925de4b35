//! What is read out of the library's code objects against the oracle: `co_lines()`, `co_positions()`, `co_lnotab`,
//! `co_varnames`, `co_cellvars`, `co_freevars`, the exception table, instructions and where they jump.

mod oracle;

use dxpy_bytecode::dis::Instructions;
use dxpy_bytecode::marshal::pyc;
use dxpy_bytecode::{CodeObject, Const, exctable, flag};
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = !0u32;
    for b in bytes {
        crc ^= u32::from(*b);
        for _ in 0..8 {
            crc = if crc & 1 != 0 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

fn text(code: &CodeObject, out: &mut String) {
    let join = |names: &mut dyn Iterator<Item = &dxpy_ast::PyStr>| {
        names.map(|n| n.to_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    let (vars, cells) = (join(&mut code.varnames()), join(&mut code.cellvars()));
    writeln!(out, "{} {vars}|{cells}|{}", code.nlocals(), join(&mut code.freevars())).unwrap();
    for r in code.lines() {
        let line = r.line.map_or("-".to_owned(), |l| l.to_string());
        writeln!(out, "{} {} {line}", r.start, r.end).unwrap();
    }
    let number = |n: i32| if n < 0 { "-".to_owned() } else { n.to_string() };
    for p in code.positions() {
        let fields = [p.lineno, p.end_lineno, p.col_offset, p.end_col_offset].map(number);
        writeln!(out, "{}", fields.join(" ")).unwrap();
    }
    code.lnotab().iter().for_each(|b| write!(out, "{b:02x}").unwrap());
    out.push('\n');
    for e in exctable::Entries::new(&code.exceptiontable) {
        let [start, end, target] = [e.start, e.end, e.target].map(|units| units * 2);
        writeln!(out, "{start} {end} {target} {} {}", e.depth, u8::from(e.lasti)).unwrap();
    }
    for i in Instructions::new(&code.code) {
        let target = i.jump_target().map_or("-".to_owned(), |t| t.to_string());
        let arg = if i.op().unwrap().has(flag::ARG) { i.arg } else { 0 };
        writeln!(out, "{} {} {arg} {target}", i.offset, i.number).unwrap();
    }
    for c in &code.consts {
        if let Const::Code(code) = c {
            text(code, out);
        }
    }
}

#[test]
fn views_of_the_librarys_code_are_the_oracles() {
    let Some(python) = oracle::find() else { return };
    // A part of them, since the oracle is slow at this.
    let files: Vec<_> = oracle::cached_files(&python).into_iter().step_by(8).collect();
    assert!(files.len() > 100, "the oracle's library has no cached files: run it with -m compileall once");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/views.py");
    let mut child = Command::new(python)
        .args(["-X", "utf8"])
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let names: Vec<&str> = files.iter().map(|f| f.to_str().unwrap()).collect();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), names.join("\n").as_bytes()).unwrap();
    let answers = child.wait_with_output().unwrap();
    let answers = String::from_utf8(answers.stdout).unwrap();
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers.len(), files.len());
    for (file, theirs) in files.iter().zip(answers) {
        let (_, code) = pyc::read_code(&std::fs::read(file).unwrap()).unwrap();
        let mut ours = String::new();
        text(&code, &mut ours);
        assert_eq!(crc32(ours.as_bytes()).to_string(), theirs, "{file:?}");
    }
    println!("{} files", files.len());
}
