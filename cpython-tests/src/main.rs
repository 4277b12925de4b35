//! `cpython-tests`: the command line over the library of this crate.

use dxpy_cpython_tests::data::Table;
use dxpy_cpython_tests::gate::{self, Gate};
use dxpy_cpython_tests::run::Needs;
use dxpy_cpython_tests::{prefix, record, report, run};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cpython-tests [options] [SELECTOR...]

Runs CPython 3.12.1's test files, one process each. A SELECTOR is a tier (T1), a stage (S1), a file or a pattern;
without one, all files that count are run. An interpreter that has no test suite beside it is copied into an installation
of its own below --out, with the suite of the CPython 3.12.1 that DXPY_ORACLE (or python3.12) names.

  --python PATH    the interpreter (default: DXPY_ORACLE, else python3.12)
  -j N             processes at once (default: the number of CPUs)
  --out DIR        where results and logs go (default: target/cpython-tests/NAME)
  --cpu SECONDS    CPU time a file may use (default 120, or ten times CPython's)
  --wall SECONDS   time on the clock (default 240, or twelve times CPython's CPU time)
  --memory MB      resident memory (default 4096)
  --by-file        one line a file
  --differences    list the ids that end otherwise than in the baseline; exit status 1 if there are any
  --check-floor    run the files of the floor; exit status 1 if they do not reach it (see floor.tsv and tags/)
  --print-floor    print the lines of a floor for the files run
  --gate DIR       where floor.tsv and tags/ are (default: cpython-tests)
  --record FILE    write the numbers into this document, where it has a place for them
  --light          with small stand-ins for unittest and test.support, for an interpreter that cannot import them yet: shows
                   what works, is not the measure
  --script         likewise, in one script each, for an interpreter that cannot import files yet
  --list           print the files chosen, run nothing
  -q               do not say each file's end as it comes
";

fn main() -> ExitCode {
    dxpy_cpython_tests::job::end_with_the_pipe();
    match command() {
        Ok(good) => ExitCode::from(u8::from(!good)),
        Err(message) => {
            eprintln!("cpython-tests: {message}");
            ExitCode::from(2)
        }
    }
}

#[derive(Default)]
struct Options {
    python: Option<String>,
    jobs: Option<usize>,
    out: Option<PathBuf>,
    cpu: Option<f64>,
    wall: Option<f64>,
    memory: Option<u64>,
    by_file: bool,
    differences: bool,
    needs: Option<Needs>,
    check_floor: bool,
    print_floor: bool,
    gate: Option<PathBuf>,
    record: Option<PathBuf>,
    list: bool,
    quiet: bool,
    help: bool,
    selectors: Vec<String>,
}

fn options() -> Result<Options, String> {
    let mut options = Options::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        fn number<T: std::str::FromStr>(text: String) -> Result<T, String> {
            text.parse().map_err(|_| format!("not a number: {text}"))
        }
        match argument.as_str() {
            "--python" => options.python = Some(value()?),
            "-j" => options.jobs = Some(number(value()?)?),
            "--out" => options.out = Some(value()?.into()),
            "--cpu" => options.cpu = Some(number(value()?)?),
            "--wall" => options.wall = Some(number(value()?)?),
            "--memory" => options.memory = Some(number(value()?)?),
            "--by-file" => options.by_file = true,
            "--differences" => options.differences = true,
            "--light" => options.needs = Some(Needs::Light),
            "--script" => options.needs = Some(Needs::Script),
            "--check-floor" => options.check_floor = true,
            "--print-floor" => options.print_floor = true,
            "--gate" => options.gate = Some(value()?.into()),
            "--record" => options.record = Some(value()?.into()),
            "--list" => options.list = true,
            "-q" => options.quiet = true,
            "-h" | "--help" => options.help = true,
            other if other.starts_with('-') => return Err(format!("unknown option {other}\n\n{USAGE}")),
            _ => options.selectors.push(argument),
        }
    }
    Ok(options)
}

fn command() -> Result<bool, String> {
    let options = options()?;
    if options.help {
        print!("{USAGE}");
        return Ok(true);
    }
    let needs = options.needs.unwrap_or(Needs::Whole);
    if needs != Needs::Whole && (options.check_floor || options.print_floor || options.differences) {
        return Err("--light and --script are not the measure: nothing is compared with it".into());
    }
    let table = Table::load();
    let gate = if options.check_floor {
        Some(Gate::read(&options.gate.clone().unwrap_or("cpython-tests".into()), &table)?)
    } else {
        None
    };
    let files = match &gate {
        Some(gate) if gate.floor.is_empty() => {
            println!("the floor is empty: nothing is checked");
            return Ok(true);
        }
        Some(gate) => gate.floor.iter().filter_map(|(name, _)| table.file(name)).collect(),
        None => table.select(&options.selectors)?,
    };
    if options.list {
        files
            .iter()
            .for_each(|file| println!("{}\t{}\t{}\t{}", file.name, file.tier, file.stage, file.ids.len()));
        return Ok(true);
    }
    let given = options.python.or_else(|| std::env::var("DXPY_ORACLE").ok()).unwrap_or("python3.12".into());
    let python = find_program(&given).ok_or(format!("there is no program {given}"))?;
    let name = python.file_name().map_or("python".into(), |name| name.to_string_lossy().into_owned());
    let out = options.out.unwrap_or_else(|| PathBuf::from("target/cpython-tests").join(name));
    let tests = match needs {
        Needs::Script => Some(prefix::oracle_library(&oracle())?.join("test")),
        _ => None,
    };
    let python = match with_tests(python, &out) {
        // As every test that needs the oracle.
        Err(message) if gate.is_some() => {
            println!("SKIP: the floor is not checked, no CPython 3.12.1 with its tests was found: {message}");
            return Ok(true);
        }
        found => found?,
    };
    let plan = run::Plan {
        python,
        jobs: options.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
        out,
        cpu: options.cpu.unwrap_or(120.0),
        wall: options.wall.unwrap_or(240.0),
        memory: options.memory.unwrap_or(4096) << 20,
        needs,
        tests,
        verbose: !options.quiet,
    };
    let done = run::run(&plan, &files).map_err(|error| format!("{}: {error}", plan.out.display()))?;
    if needs != Needs::Whole {
        println!("NOT THE MEASURE: run with stand-ins for unittest and test.support.\n");
    }
    print!("{}", report::report(&table, &done, options.by_file));
    if let Some(file) = &options.record {
        let numbers = format!("{}\n{}", record::commit(), report::numbers(&table, &done));
        record::record(file, "conformance", &numbers)?;
    }
    println!("results: {}", plan.out.join("results.tsv").display());
    if options.print_floor {
        print!("{}", gate::floor_of(&table, &done));
    }
    if let Some(gate) = gate {
        let (broken, better) = gate.check(&table, &done);
        better.iter().for_each(|line| println!("the floor can be raised: {line}"));
        broken.iter().for_each(|line| println!("BROKEN: {line}"));
        return Ok(broken.is_empty());
    }
    if options.differences {
        let list = report::differences(&table, &done);
        println!("\n{} differences from the baseline", list.len());
        for [id, then, now, detail] in &list {
            println!("{id}\t{then}\t{now}\t{}", detail.replace('\n', "\\n"));
        }
        return Ok(list.is_empty());
    }
    Ok(true)
}

fn oracle() -> PathBuf {
    std::env::var_os("DXPY_ORACLE").map_or("python3.12".into(), PathBuf::from)
}

/// The interpreter itself if the suite is beside it, else its copy in an installation that has one.
fn with_tests(python: PathBuf, out: &Path) -> Result<PathBuf, String> {
    if prefix::library_beside(&python).is_some_and(|library| library.join("test/support").is_dir()) {
        return Ok(python);
    }
    let library = prefix::oracle_library(&oracle())?;
    let home = std::path::absolute(out.join("installation")).map_err(|error| error.to_string())?;
    prefix::lay_out(&python, &library, &home).map_err(|error| format!("{}: {error}", home.display()))
}

/// The absolute path of a program given by path or by name, not following links: an environment's interpreter is found by
/// the link's place.
fn find_program(given: &str) -> Option<PathBuf> {
    let found = if given.contains('/') {
        PathBuf::from(given)
    } else {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join(given)).find(|path| path.is_file())?
    };
    found.is_file().then(|| std::path::absolute(found).ok()).flatten()
}
