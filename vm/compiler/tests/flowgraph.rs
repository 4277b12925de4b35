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

/// The oracle's records, and whether the one being read holds what is no instruction: damaged sequences make CPython read
/// memory that was never written, and what it finds there depends on the machine.
struct Records<'a>(&'a [u8], bool);

impl Records<'_> {
    fn number(&mut self) -> i32 {
        let (head, rest) = self.0.split_at(4);
        self.0 = rest;
        i32::from_le_bytes(head.try_into().unwrap())
    }

    fn instrs(&mut self) -> Vec<Instr> {
        let n = self.number();
        let mut one = || {
            let number = u16::try_from(self.number()).ok();
            let op = number.and_then(Op::from_number).unwrap_or_else(|| {
                self.1 = true;
                Op::NOP
            });
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

/// What is wrong with our answer to a case, and the case: its bytes and its instructions.
struct Fault {
    what: String,
    case: Vec<u8>,
    given: Vec<Instr>,
}

/// Goes through the oracle's answers: how many there are, and where ours differ.
fn check(bytes: &[u8]) -> (usize, Vec<Fault>) {
    let mut records = Records(bytes, false);
    let (mut count, mut garbage, mut faults) = (0, 0, Vec::new());
    while !records.0.is_empty() {
        let begin = records.0;
        let nlocals = records.number() as usize;
        let (given, consts) = (records.instrs(), records.consts());
        let case = begin[..begin.len() - records.0.len()].to_vec();
        let (optimised, left, code) = (records.instrs(), records.consts(), records.value());
        if std::mem::take(&mut records.1) {
            garbage += 1;
            continue;
        }
        count += 1;
        // The oracle's function does not know which constants are merged already; in a compilation none stands twice.
        if left.iter().enumerate().any(|(i, c)| left[..i].iter().any(|d| c.same(d))) {
            continue;
        }
        let what = match optimize_cfg(&given, consts, nlocals) {
            Err(e) => Some(format!("optimize_cfg: {e}")),
            Ok((ours, _)) if ours != optimised => {
                let first = ours.iter().zip(&optimised).position(|(a, b)| a != b);
                let at = first.unwrap_or(ours.len().min(optimised.len()));
                let part = |list: &[Instr]| {
                    let range = at.saturating_sub(2).min(list.len())..(at + 14).min(list.len());
                    show(&list[range])
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
        faults.extend(what.map(|what| Fault { what, case, given }));
    }
    assert!(garbage * 20 <= count, "{garbage} records of garbage, {count} others");
    (count, faults)
}

#[test]
fn optimised_and_assembled_as_by_the_oracle() {
    let Some(python) = oracle() else { return };
    let setting = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let (seed, files) = (setting("DXPY_FLOWGRAPH_SEED", "1"), setting("DXPY_FLOWGRAPH_FILES", "40"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flowgraph_oracle.py");
    let file = |name: &str| PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let ask = |mode: &str, rest: &[String]| {
        let records = file("flowgraph-records");
        let out = Command::new(&python).arg(&script).arg(mode).arg(&records).args(rest).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        println!("{}", String::from_utf8_lossy(&out.stdout).trim_end());
        std::fs::read(records).unwrap()
    };
    let (count, faults) = check(&ask("make", &[files, seed]));
    println!("{count} sequences");
    assert!(count > 1000);
    if faults.is_empty() {
        return;
    }
    // Damaged sequences can damage the oracle: those that differ have to differ in a fresh one.
    println!("{} differ at first", faults.len());
    let cases = file("flowgraph-cases");
    std::fs::write(&cases, faults.iter().flat_map(|f| f.case.iter().copied()).collect::<Vec<u8>>()).unwrap();
    let (_, faults) = check(&ask("again", &[cases.to_str().unwrap().to_owned()]));
    let Some(shortest) = faults.iter().min_by_key(|f| f.given.len()) else { return };
    let Fault { what, given, .. } = shortest;
    panic!("{} of {count} differ; the shortest: {what}\ngiven\n{}", faults.len(), show(given));
}

/// A program can hand over any list (`_testinternalcapi` is a module like others): an answer or an error, no panic, and
/// not for ever.
#[test]
fn lists_without_sense_are_answered() {
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let ops: Vec<Op> = (0..512).filter_map(Op::from_number).collect();
    let often = [
        Op::JUMP,
        Op::JUMP,
        Op::POP_JUMP_IF_TRUE,
        Op::FOR_ITER,
        Op::SETUP_FINALLY,
        Op::SETUP_WITH,
        Op::POP_BLOCK,
        Op::SWAP,
        Op::SWAP,
        Op::STORE_FAST,
        Op::LOAD_FAST,
        Op::LOAD_CONST,
        Op::BUILD_TUPLE,
        Op::COPY,
        Op::NOP,
        Op::RETURN_VALUE,
        Op::MAKE_CELL,
        Op::LOAD_CLOSURE,
    ];
    let (mut answers, mut codes) = (0, 0);
    for _ in 0..20_000 {
        let len = 1 + random(30);
        let instrs: Vec<Instr> = (0..len)
            .map(|_| {
                let op = if random(4) == 0 { ops[random(ops.len())] } else { often[random(often.len())] };
                let arg = match random(12) {
                    0 => -1 - random(3) as i32,
                    1 => i32::MAX - random(3) as i32,
                    2 => i32::MIN + random(3) as i32,
                    3 => 250 + random(70_000) as i32,
                    _ => random(6) as i32,
                };
                let is_target = op.has(dxpy_bytecode::flag::JUMP | dxpy_bytecode::flag::EXC);
                let arg = if is_target && random(50) > 0 { random(len) as i32 } else { arg };
                let kinds = if random(9) == 0 { 6 } else { 4 };
                let mut number = || [-1, 1, 2, 300, i32::MAX, i32::MIN][random(kinds)];
                let (lineno, end_lineno, col_offset, end_col_offset) =
                    (number(), number(), number(), number());
                Instr { op, arg, loc: Location { lineno, end_lineno, col_offset, end_col_offset } }
            })
            .collect();
        let consts = [dxpy_ast::Constant::None, dxpy_ast::Constant::True, dxpy_ast::Constant::Ellipsis];
        let consts: Vec<Const> = consts.into_iter().map(Const::from).collect();
        let nlocals = [0, 3, 70][random(3)];
        let optimised = optimize_cfg(&instrs, consts, nlocals);
        answers += usize::from(optimised.is_ok());
        for list in [Some(&instrs), optimised.as_ref().ok().map(|o| &o.0)].into_iter().flatten() {
            codes += usize::from(assemble_code_object(list, unit(nlocals), &PyStr::from("file")).is_ok());
        }
    }
    assert!(answers > 5_000 && codes > 5_000, "{answers} {codes}");
}
