//! `whatsleft`: what an interpreter lacks against CPython 3.12.1, as numbers and as a table.

use dxpy_cpython_tests::left::{self, Lack};
use dxpy_cpython_tests::prefix;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: whatsleft --python PATH [options]

  --oracle PATH    CPython 3.12.1 (default: DXPY_ORACLE, else python3.12)
  --source DIR     the workspace, for C names and opcodes (default: .; they are left out where it is none)
  --out DIR        where left.tsv goes (default: target/whatsleft)
  --modules        one line a module that lacks something
";

fn main() -> ExitCode {
    dxpy_cpython_tests::job::end_with_the_pipe();
    match command() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("whatsleft: {message}");
            ExitCode::from(2)
        }
    }
}

fn command() -> Result<(), String> {
    let (mut python, mut oracle, mut by_module) = (None, None, false);
    let (mut source, mut out) = (PathBuf::from("."), PathBuf::from("target/whatsleft"));
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().map(PathBuf::from).ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--python" => python = Some(value()?),
            "--oracle" => oracle = Some(value()?),
            "--source" => source = value()?,
            "--out" => out = value()?,
            "--modules" => by_module = true,
            _ => return Err(format!("unknown argument {argument}\n\n{USAGE}")),
        }
    }
    let python = python.ok_or(USAGE)?;
    let python = std::path::absolute(python).map_err(|error| error.to_string())?;
    let oracle =
        oracle.or_else(|| std::env::var_os("DXPY_ORACLE").map(PathBuf::from)).unwrap_or("python3.12".into());
    let library = prefix::oracle_library(&oracle)?;
    let out = std::path::absolute(out).map_err(|error| error.to_string())?;
    let failed = |error: std::io::Error| error.to_string();
    let names = left::modules(&oracle, &out.join("oracle")).map_err(failed)?;
    let theirs = left::inventory(&oracle, &out.join("oracle"), &names).map_err(failed)?;
    // An interpreter without a library beside it gets one, as for the tests.
    let python = match prefix::library_beside(&python) {
        Some(_) => python,
        None => prefix::lay_out(&python, &library, &out.join("installation")).map_err(failed)?,
    };
    let ours = left::inventory(&python, &out.join("python"), &names).map_err(failed)?;
    let lacks = left::compare(&theirs, &ours);
    let native: BTreeSet<&str> = names.iter().filter_map(|name| name.strip_suffix('*')).collect();
    let attributes: usize = theirs.values().flatten().map(BTreeMap::len).sum();
    println!(
        "CPython 3.12.1 imports {} modules here, with {attributes} attributes and class members.",
        theirs.values().filter(|m| m.is_ok()).count()
    );
    let held: usize = ours
        .iter()
        .filter(|(name, _)| matches!(theirs.get(*name), Some(Ok(_))))
        .map(|(_, m)| m.as_ref().map_or(0, BTreeMap::len))
        .sum();
    println!("{:<34} {held:>6}", "found here in the same modules");
    print!("{}", numbers(&lacks, &native));
    if by_module {
        print!("{}", modules(&lacks, &native));
    }
    let mut table = String::from("what\tmodule\tname\tcpython\there\n");
    for Lack { what, module, name, theirs, ours } in &lacks {
        let [theirs, ours] = [theirs, ours].map(|text| text.replace(['\t', '\n', '\r'], " "));
        let _ = writeln!(table, "{what}\t{module}\t{name}\t{theirs}\t{ours}");
    }
    sources(&source, &mut table);
    let path = out.join("left.tsv");
    fs::write(&path, table).map_err(failed)?;
    println!("all of it: {}", path.display());
    Ok(())
}

fn numbers(lacks: &[Lack], native: &BTreeSet<&str>) -> String {
    let lines = [
        ("module", "modules that cannot be imported"),
        ("attribute", "attributes missing"),
        ("kind", "attributes of another type"),
        ("signature", "signatures that differ"),
        ("value", "constants that differ"),
        ("doc", "docstrings missing"),
    ];
    let mut text = String::new();
    for (what, words) in lines {
        let all: Vec<&Lack> = lacks.iter().filter(|lack| lack.what == what).collect();
        let of_native = all.iter().filter(|lack| native.contains(lack.module.as_str())).count();
        let _ =
            writeln!(text, "{words:<34} {:>6}   {of_native:>6} in modules not written in Python", all.len());
    }
    text
}

fn modules(lacks: &[Lack], native: &BTreeSet<&str>) -> String {
    let mut by_module = BTreeMap::<&str, Vec<&Lack>>::new();
    for lack in lacks {
        by_module.entry(&lack.module).or_default().push(lack);
    }
    let mut text = String::new();
    for (module, lacks) in by_module {
        let mark = if native.contains(module) { "*" } else { "" };
        let first: Vec<&str> = lacks.iter().map(|lack| lack.name.as_str()).take(6).collect();
        let more = if lacks.len() > 6 { " ..." } else { "" };
        let _ = match lacks[0] {
            lack if lack.what == "module" => {
                writeln!(text, "{module}{mark}: {}", lack.ours.replace('\n', " "))
            }
            _ => writeln!(text, "{module}{mark}: {}: {}{more}", lacks.len(), first.join(" ")),
        };
    }
    text
}

/// The lacks that the sources tell.
fn sources(root: &Path, table: &mut String) {
    let Ok(missing) = fs::read_to_string(root.join("capi/src/missing.rs")) else { return };
    let symbols = left::missing_symbols(&missing);
    println!("{:<34} {:>6}", "C API names without a body", symbols.len());
    let folders = [root.join("vm/ops/src"), root.join("vm/interp/src")];
    let opcodes = left::opcodes_without_case(&[&folders[0], &folders[1]]);
    let (general, fast): (Vec<&str>, Vec<&str>) = opcodes.iter().partition(|name| left::is_general(name));
    println!("{:<34} {:>6}", "opcodes without a case", general.len());
    println!("{:<34} {:>6}", "specialised or instrumented ones", fast.len());
    symbols.iter().for_each(|name| _ = writeln!(table, "symbol\t\t{name}\t\t"));
    opcodes.iter().for_each(|name| _ = writeln!(table, "opcode\t\t{name}\t\t"));
}
