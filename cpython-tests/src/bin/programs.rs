//! `programs`: runs the programs of `programs/list.tsv` with CPython 3.12.1 and another interpreter and compares.

use dxpy_cpython_tests::programs::{self, Places, Program};
use dxpy_cpython_tests::{job, prefix, record};
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
usage: programs --python PATH [options] [NAME...]

  --oracle PATH    CPython 3.12.1 (default: DXPY_ORACLE, else python3.12)
  --list DIR       where list.tsv and the scripts are (default: cpython-tests/programs)
  --cache DIR      where packages are kept (default: target/programs-cache)
  --record FILE    write the numbers into this document, where it has a place for them
  --offline        leave out programs that require packages
";

fn main() -> ExitCode {
    job::end_with_the_pipe();
    match command() {
        Ok(good) => ExitCode::from(u8::from(!good)),
        Err(message) => {
            eprintln!("programs: {message}");
            ExitCode::from(2)
        }
    }
}

fn command() -> Result<bool, String> {
    let (mut python, mut oracle, mut recorded, mut offline, mut names) =
        (None, None, None, false, Vec::new());
    let (mut here, mut cache) =
        (PathBuf::from("cpython-tests/programs"), PathBuf::from("target/programs-cache"));
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().map(PathBuf::from).ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--python" => python = Some(value()?),
            "--oracle" => oracle = Some(value()?),
            "--list" => here = value()?,
            "--cache" => cache = value()?,
            "--record" => recorded = Some(value()?),
            "--offline" => offline = true,
            other if other.starts_with('-') => return Err(format!("unknown option {other}\n\n{USAGE}")),
            _ => names.push(argument),
        }
    }
    let absolute = |path: PathBuf| std::path::absolute(path).map_err(|error| error.to_string());
    let python = absolute(python.ok_or(USAGE)?)?;
    let oracle =
        oracle.or_else(|| std::env::var_os("DXPY_ORACLE").map(PathBuf::from)).unwrap_or("python3.12".into());
    let lib = prefix::oracle_library(&oracle)?;
    let scratch = std::env::temp_dir().join(format!("dxpy-programs-{}", std::process::id()));
    fs::create_dir_all(&scratch).map_err(|error| error.to_string())?;
    let places = Places { here: absolute(here)?, lib, cache: absolute(cache)?, oracle, scratch };
    let path = places.here.join("list.tsv");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut list = programs::list(&text)?;
    if let Some(unknown) = names.iter().find(|name| !list.iter().any(|program| program.name == **name)) {
        return Err(format!("there is no program {unknown}"));
    }
    list.retain(|program| names.is_empty() || names.contains(&program.name));
    list.retain(|program| {
        !offline || (program.requirements.is_empty() && program.wheels.is_empty() && program.source.is_none())
    });
    let (mut equal, mut ratios) = (0, Vec::new());
    for program in &list {
        match one(program, &places, &python) {
            Ok((line, ratio)) => {
                equal += 1;
                ratios.push(ratio);
                println!("equal      {:<22} {line}", program.name);
            }
            Err(why) => println!("DIFFERENT  {:<22} {why}", program.name),
        }
    }
    let _ = fs::remove_dir_all(&places.scratch);
    let mut numbers = format!("{equal} of {} programs give CPython's output, byte for byte\n", list.len());
    if !ratios.is_empty() {
        let mean = (ratios.iter().map(|r: &f64| r.ln()).sum::<f64>() / ratios.len() as f64).exp();
        let most = ratios.iter().copied().fold(0.0, f64::max);
        numbers += &format!("CPU time in CPython's: {mean:.2} (geometric mean), {most:.2} at most\n");
    }
    print!("{numbers}");
    if let Some(file) = recorded {
        record::record(&file, "programs", &format!("{}\n{numbers}", record::commit()))?;
    }
    Ok(equal == list.len())
}

/// Compares one program: what to say of it, and its CPU time in CPython's.
fn one(program: &Program, places: &Places, python: &std::path::Path) -> Result<(String, f64), String> {
    let fetched = programs::fetch(program, places)?;
    let theirs =
        programs::run(program, &fetched, &places.oracle, places).map_err(|error| error.to_string())?;
    // A script that fails where it should not would compare little.
    if program.filters.iter().any(|word| word == "fails") == (theirs.end == "ok") {
        return Err(format!("CPython itself ends with {}: {}", theirs.end, theirs.errors.trim_end()));
    }
    if theirs.text.is_empty() {
        return Err(format!("CPython itself prints nothing ({}): {}", theirs.end, theirs.errors.trim_end()));
    }
    let ours = programs::run(program, &fetched, python, places).map_err(|error| error.to_string())?;
    if let Some((line, one, other)) = programs::first_difference(&theirs.text, &ours.text) {
        let last = ours.errors.trim_end().lines().last().unwrap_or("").to_owned();
        return Err(format!("line {line}: CPython {one:?}, here {other:?} ({}) {last}", ours.end));
    }
    if theirs.end != ours.end {
        return Err(format!("CPython ends with {}, here {}", theirs.end, ours.end));
    }
    let ratio = ours.cpu / theirs.cpu.max(0.001);
    let mut line = format!(
        "{} bytes, {}, CPU {:.2} s here, {:.2} s CPython's: {ratio:.2}",
        ours.text.len(),
        ours.end,
        ours.cpu,
        theirs.cpu
    );
    if !program.lent.is_empty() {
        line += &format!(" (with CPython's own {})", program.lent.join(", "));
    }
    Ok((line, ratio))
}
