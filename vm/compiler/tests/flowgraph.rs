//! The flow graph and the assembler against the oracle's: instruction sequences of library functions, and damaged ones, go
//! through `_testinternalcapi.optimize_cfg` and `assemble_code_object` and through ours.

use dxpy_ast::{Ident, Location, PyStr};
use dxpy_bytecode::marshal::Graph;
use dxpy_bytecode::{Const, ConstTable, Op, compare};
use dxpy_compiler::instr::{Instr, InstrSequence, NameTable, Unit};
use dxpy_compiler::internals::{assemble_code_object, optimize_cfg};
use std::path::{Path, PathBuf};
use std::process::Command;

fn oracle() -> Option<String> {
    let python = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".to_owned());
    let answer =
        Command::new(&python).args(["-c", "import sys, _testinternalcapi; print(sys.version)"]).output();
    match answer {
        Ok(out) if out.stdout.starts_with(b"3.12.1 ") => Some(python),
        _ => {
            println!("SKIP: {python} is no CPython 3.12.1 with _testinternalcapi; set DXPY_ORACLE to one");
            None
        }
    }
}

struct Records<'a>(&'a [u8]);

impl Records<'_> {
    fn number(&mut self) -> i32 {
        let (head, rest) = self.0.split_at(4);
        self.0 = rest;
        i32::from_le_bytes(head.try_into().unwrap())
    }

    fn instrs(&mut self) -> Vec<Instr> {
        let n = self.number();
        let mut one = || {
            let op = Op::from_number(self.number() as u16).expect("an opcode");
            let arg = self.number();
            let (lineno, end_lineno) = (self.number(), self.number());
            let (col_offset, end_col_offset) = (self.number(), self.number());
            Instr { op, arg, loc: Location { lineno, end_lineno, col_offset, end_col_offset } }
        };
        (0..n).map(|_| one()).collect()
    }

    fn value(&mut self) -> Const {
        let n = self.number() as usize;
        let (bytes, rest) = self.0.split_at(n);
        self.0 = rest;
        Graph::read(bytes).unwrap().0.to_const().unwrap()
    }

    fn consts(&mut self) -> Vec<Const> {
        (0..self.number()).map(|_| self.value()).collect()
    }
}

fn names<S: AsRef<str>>(list: &[S]) -> NameTable {
    let mut table = NameTable::default();
    list.iter().for_each(|n| {
        table.add(&Ident::from(n.as_ref()));
    });
    table
}

/// The metadata that the script gives to the oracle.
fn unit(nlocals: usize) -> Unit {
    let varnames: Vec<String> = (0..nlocals).map(|i| format!("v{i}")).collect();
    Unit {
        name: "unit".into(),
        qualname: "C.unit".into(),
        instrs: InstrSequence::default(),
        consts: ConstTable::default(),
        names: names(&["a", "b"]),
        varnames: names(&varnames),
        cellvars: names(if nlocals > 0 { &["v0", "cell"] } else { &["cell"] }),
        freevars: names(&["free"]),
        fasthidden: if nlocals > 1 { vec!["v1".into()] } else { vec![] },
        argcount: nlocals.min(2) as u32,
        posonlyargcount: 0,
        kwonlyargcount: 0,
        firstlineno: 7,
        flags: 0,
        is_generator_like: false,
        add_none: false,
        private: None,
    }
}

fn show(instrs: &[Instr]) -> String {
    let line = |(i, x): (usize, &Instr)| {
        let l = x.loc;
        format!(
            "{i:>4} {:?} {}  {}:{}-{}:{}",
            x.op, x.arg, l.lineno, l.col_offset, l.end_lineno, l.end_col_offset
        )
    };
    instrs.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn optimised_and_assembled_as_by_the_oracle() {
    let Some(python) = oracle() else { return };
    let seed = std::env::var("DXPY_FLOWGRAPH_SEED").unwrap_or_else(|_| "1".to_owned());
    let files = std::env::var("DXPY_FLOWGRAPH_FILES").unwrap_or_else(|_| "50".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flowgraph_oracle.py");
    let records = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("flowgraph-records");
    let out = Command::new(python).arg(script).arg(&records).args([files, seed]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    println!("{}", String::from_utf8_lossy(&out.stdout).trim_end());
    let bytes = std::fs::read(records).unwrap();
    let mut records = Records(&bytes);
    let (mut count, mut wrong, mut first) = (0, 0, None);
    while !records.0.is_empty() {
        let nlocals = records.number() as usize;
        let (given, consts) = (records.instrs(), records.consts());
        let (optimised, left, code) = (records.instrs(), records.consts(), records.value());
        count += 1;
        let fault = match optimize_cfg(&given, consts, nlocals) {
            Err(e) => Some(format!("optimize_cfg: {e}")),
            Ok((ours, _)) if ours != optimised => {
                let at = ours
                    .iter()
                    .zip(&optimised)
                    .position(|(a, b)| a != b)
                    .unwrap_or(ours.len().min(optimised.len()));
                let part = |list: &[Instr]| {
                    show(&list[at.saturating_sub(2).min(list.len())..(at + 14).min(list.len())])
                };
                Some(format!("at {at}, ours\n{}\noracle\n{}", part(&ours), part(&optimised)))
            }
            Ok((_, ours)) if ours.len() != left.len() || ours.iter().zip(&left).any(|(a, b)| !a.same(b)) => {
                Some(format!("constants: ours {ours:?}, oracle {left:?}"))
            }
            Ok(_) => match assemble_code_object(&optimised, unit(nlocals), &PyStr::from("file")) {
                Err(e) => Some(format!("assemble_code_object: {e}")),
                Ok(ours) => {
                    let Const::Code(theirs) = code else { panic!("no code") };
                    compare(&ours, &theirs).map(|d| d.to_string())
                }
            },
        };
        if let Some(fault) = fault {
            wrong += 1;
            let shorter = first.as_ref().is_none_or(|(n, _)| given.len() < *n);
            if shorter {
                first = Some((given.len(), format!("{fault}\ngiven\n{}", show(&given))));
            }
        }
    }
    println!("{count} sequences");
    assert!(count > 1000);
    if let Some((_, fault)) = first {
        panic!("{wrong} of {count} differ; the shortest: {fault}");
    }
}
