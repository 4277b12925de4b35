//! Runs benchmarks against any interpreters given, in turns, and prints one table of CPU and wall time ratios: start-up, our
//! micro benchmarks (`micro/`), and pyperformance's.

mod process;
mod scripts;
mod startup;
mod suite;
mod table;

use dxpy_cpython_tests::record::{commit, record};
use scripts::{Effort, Script};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use suite::Suite;
use table::Results;

const USAGE: &str = "\
usage: benches [options] [startup] [micro] [pyperformance]      (without a kind: startup and micro)

  --python [NAME=]PATH   an interpreter; give it again for others, the first is what they are compared with
                         (default: DXPY_ORACLE or python3.12, and target/release/dx-py)
  --only TEXT            benchmarks whose name contains this; give it again for others
  --rounds N             processes a script and an interpreter (default 3)
  --seconds S            the least a value takes (default 0.1)
  --values N             values a process (default 3)
  --quick                one round and one value, that of finding out how often to loop
  --stdlib               of pyperformance, what needs no package beside it
  --cache DIR            where pyperformance and its requirements are kept (default: target/bench-cache)
  --pip PATH             the Python whose pip fetches them (default: DXPY_ORACLE or python3.12)
  --record FILE          write a summary of the one kind that is run into this document
  --out FILE             all numbers, tab separated (default: target/benches.tsv)
";

/// Names and contents of the micro benchmarks.
const MICRO: [(&str, &str); 15] = [
    ("calls", include_str!("../micro/calls.py")),
    ("attributes", include_str!("../micro/attributes.py")),
    ("loops", include_str!("../micro/loops.py")),
    ("containers", include_str!("../micro/containers.py")),
    ("mappings", include_str!("../micro/mappings.py")),
    ("strings", include_str!("../micro/strings.py")),
    ("arithmetic", include_str!("../micro/arithmetic.py")),
    ("exceptions", include_str!("../micro/exceptions.py")),
    ("generators", include_str!("../micro/generators.py")),
    ("iteration", include_str!("../micro/iteration.py")),
    ("regex", include_str!("../micro/regex.py")),
    ("formats", include_str!("../micro/formats.py")),
    ("records", include_str!("../micro/records.py")),
    ("dates", include_str!("../micro/dates.py")),
    ("streams", include_str!("../micro/streams.py")),
];

fn main() -> ExitCode {
    match command() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("benches: {message}");
            ExitCode::from(2)
        }
    }
}

struct Options {
    pythons: Vec<(String, PathBuf)>,
    only: Vec<String>,
    effort: Effort,
    stdlib: bool,
    cache: PathBuf,
    pip: PathBuf,
    out: PathBuf,
    record: Option<PathBuf>,
    kinds: Vec<String>,
}

fn options() -> Result<Options, String> {
    let oracle = PathBuf::from(std::env::var_os("DXPY_ORACLE").unwrap_or("python3.12".into()));
    let mut options = Options {
        pythons: Vec::new(),
        only: Vec::new(),
        effort: Effort { rounds: 3, seconds: 0.1, values: 3 },
        stdlib: false,
        cache: "target/bench-cache".into(),
        pip: oracle.clone(),
        out: "target/benches.tsv".into(),
        record: None,
        kinds: Vec::new(),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        fn number<T: std::str::FromStr>(text: String) -> Result<T, String> {
            text.parse().map_err(|_| format!("not a number: {text}"))
        }
        match argument.as_str() {
            "--python" => {
                let text = value()?;
                let last = text.rsplit('/').next().unwrap_or("").to_owned();
                let (name, path) =
                    text.split_once('=').map_or((last, text.as_str()), |(n, p)| (n.to_owned(), p));
                options.pythons.push((name, path.into()));
            }
            "--only" => options.only.push(value()?),
            "--rounds" => options.effort.rounds = number(value()?)?,
            "--seconds" => options.effort.seconds = number(value()?)?,
            "--values" => options.effort.values = number(value()?)?,
            "--quick" => options.effort = Effort { rounds: 1, values: 0, ..options.effort },
            "--stdlib" => options.stdlib = true,
            "--cache" => options.cache = value()?.into(),
            "--pip" => options.pip = value()?.into(),
            "--record" => options.record = Some(value()?.into()),
            "--out" => options.out = value()?.into(),
            "startup" | "micro" | "pyperformance" => options.kinds.push(argument),
            _ => return Err(format!("unknown argument {argument}\n\n{USAGE}")),
        }
    }
    if options.pythons.is_empty() {
        options.pythons = vec![("cpython".into(), oracle), ("dx-py".into(), "target/release/dx-py".into())];
    }
    if options.kinds.is_empty() {
        options.kinds = vec!["startup".into(), "micro".into()];
    }
    if options.record.is_some() && options.kinds.len() > 1 {
        return Err("--record takes one kind at a time".into());
    }
    for (_, path) in &mut options.pythons {
        // Scripts run in a folder of their own.
        if path.components().count() > 1 {
            *path = std::path::absolute(&path).map_err(|error| error.to_string())?;
        }
    }
    options.cache = std::path::absolute(&options.cache).map_err(|error| error.to_string())?;
    Ok(options)
}

fn command() -> Result<(), String> {
    let options = options()?;
    let scratch = std::env::temp_dir().join(format!("dxpy-benches-{}", std::process::id()));
    fs::create_dir_all(&scratch).map_err(|error| error.to_string())?;
    let mut results = Results::default();
    let done = run(&options, &scratch, &mut results);
    let _ = fs::remove_dir_all(&scratch);
    let labels: Vec<String> = options.pythons.iter().map(|(name, _)| name.clone()).collect();
    let text = done?;
    println!(
        "{} (seconds a loop, the least seen); NAME cpu/wall: how many times faster than {}\n",
        labels[0], labels[0]
    );
    print!("{}", results.table(&labels));
    if !text.is_empty() {
        print!("\n{text}");
    }
    if let Some(file) = &options.record {
        let kind = &options.kinds[0];
        let numbers = if kind == "startup" { text } else { results.summary(&labels) };
        record(file, kind, &format!("{}\n{numbers}", commit()))?;
    }
    if let Some(folder) = options.out.parent() {
        let _ = fs::create_dir_all(folder);
    }
    fs::write(&options.out, results.tsv(&labels))
        .map_err(|error| format!("{}: {error}", options.out.display()))
}

fn run(options: &Options, scratch: &Path, results: &mut Results) -> Result<String, String> {
    let wanted =
        |name: &str| options.only.is_empty() || options.only.iter().any(|text| name.contains(text.as_str()));
    let has = |kind: &str| options.kinds.iter().any(|k| k == kind);
    let write = |name: &str, text: &str| {
        let path = scratch.join(name);
        fs::write(&path, text).map(|()| path).map_err(|error| error.to_string())
    };
    let mut text = String::new();
    if has("startup") {
        text = startup::run(&options.pythons, 4 * options.effort.rounds, results);
    }
    if has("micro") {
        let runner = write("micro_runner.py", include_str!("python/micro.py"))?;
        for (name, source) in MICRO.iter().filter(|(name, _)| wanted(name)) {
            eprintln!("micro: {name}");
            let file = write(&format!("{name}.py"), source)?;
            let out = scratch.join("values");
            let effort = options.effort;
            let arguments = [&file.to_string_lossy(), &out.to_string_lossy()].map(|text| text.to_string());
            let mut arguments = Vec::from(arguments);
            arguments.extend([effort.seconds.to_string(), effort.values.to_string()]);
            let script =
                Script { name: name.to_string(), path: runner.clone(), arguments, folders: Vec::new() };
            scripts::run(&script, &options.pythons, effort, scratch, results);
        }
    }
    if has("pyperformance") {
        let stand_in = scratch.join("stand-in");
        fs::create_dir_all(stand_in.join("distutils")).map_err(|error| error.to_string())?;
        write("stand-in/distutils/__init__.py", include_str!("python/distutils.py"))?;
        write("stand-in/pyperf.py", include_str!("python/pyperf.py"))?;
        let suite = Suite::fetch(&options.cache, &options.pip)?;
        let list = suite.benchmarks()?;
        let list: Vec<_> = list
            .iter()
            .filter(|benchmark| wanted(&benchmark.name))
            .filter(|benchmark| !options.stdlib || suite.requirements(benchmark).is_empty())
            .collect();
        for (at, benchmark) in list.iter().enumerate() {
            eprintln!("[{}/{}] pyperformance: {}", at + 1, list.len(), benchmark.name);
            match suite.script(benchmark) {
                Ok(mut script) => {
                    script.folders.insert(0, stand_in.clone());
                    scripts::run(&script, &options.pythons, options.effort, scratch, results);
                    // The table so far: a run takes long, and one that is broken off is of use too.
                    let labels: Vec<String> = options.pythons.iter().map(|(name, _)| name.clone()).collect();
                    let _ = fs::write(options.out.with_extension("txt"), results.table(&labels));
                }
                Err(why) => {
                    (0..options.pythons.len()).for_each(|at| results.fail(&benchmark.name, at, why.clone()))
                }
            }
        }
    }
    Ok(text)
}
