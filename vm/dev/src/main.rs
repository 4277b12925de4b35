//! Developer tools: shows a stage of the way from source to code.
//!
//! `dxpy-dev ast FILE...` prints trees, `dxpy-dev dis FILE...` instructions, `dxpy-dev diff A B` the first difference of
//! two code objects. A file is a source or a `.pyc`; `-O LEVEL` before the files is the level of optimisation.

use dxpy_ast::{Mod, PyStr};
use dxpy_bytecode::marshal::pyc;
use dxpy_bytecode::{CodeObject, compare, dis};
use dxpy_compiler::compile;
use dxpy_parser::{Mode, StdUnicode, parse};
use std::process::ExitCode;
use std::rc::Rc;

fn tree(file: &str) -> Result<Mod, String> {
    let source = std::fs::read(file).map_err(|e| format!("{file}: {e}"))?;
    let options = dxpy_parser::Options::new(Mode::Exec);
    match parse(&source, &options, &StdUnicode) {
        Ok((tree, _)) => Ok(tree),
        Err(e) => Err(format!("{file}:{}:{}: {}", e.lineno, e.offset, e.message)),
    }
}

/// The code of a file, which a source says to be of `name` or else of itself.
fn code(file: &str, optimize: u8, name: Option<&PyStr>) -> Result<Rc<CodeObject>, String> {
    if file.ends_with(".pyc") {
        let bytes = std::fs::read(file).map_err(|e| format!("{file}: {e}"))?;
        return pyc::read_code(&bytes).map(|(_, code)| code).map_err(|e| e.message(&format!("{file:?}")));
    }
    let options = dxpy_compiler::Options { optimize, ..Default::default() };
    let name = name.cloned().unwrap_or_else(|| file.into());
    let code = compile(&mut tree(file)?, &name, options, &mut Vec::new());
    code.map(Rc::new).map_err(|e| format!("{file}: {e}"))
}

fn run() -> Result<ExitCode, String> {
    const USAGE: &str = "usage: dxpy-dev ast FILE... | [-O LEVEL] dis FILE... | [-O LEVEL] diff A B";
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let mut optimize = 0;
    if args.first().is_some_and(|a| a == "-O") {
        optimize = args.get(1).and_then(|n| n.parse().ok()).ok_or(USAGE)?;
        args.drain(..2);
    }
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["ast", ref files @ ..] if !files.is_empty() => {
            for file in files {
                println!("{}", dxpy_ast::dump::dump(&tree(file)?));
            }
        }
        ["dis", ref files @ ..] if !files.is_empty() => {
            for file in files {
                print!("{}", dis::dis(&*code(file, optimize, None)?));
            }
        }
        ["diff", a, b] => {
            let b = code(b, optimize, None)?;
            if let Some(difference) = compare(&*code(a, optimize, Some(&b.filename))?, &b) {
                println!("{difference}");
                return Ok(ExitCode::FAILURE);
            }
        }
        _ => return Err(USAGE.to_owned()),
    }
    Ok(ExitCode::SUCCESS)
}

fn main() -> ExitCode {
    run().unwrap_or_else(|why| {
        eprintln!("{why}");
        ExitCode::from(2)
    })
}
