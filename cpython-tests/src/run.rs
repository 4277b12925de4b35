//! Runs files with an interpreter, several at once, and keeps what happened: `results.tsv` (one line an id), `files.tsv`
//! (one line a file) and one log a file.

use crate::data::File;
use crate::events::{self, End, FileResult};
use crate::job::{self, Limits};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The Python side, written out for each run.
const WORKER: &str = include_str!("worker.py");

/// Its stand-ins for unittest and test.support.
const LIGHT: &str = include_str!("light.py");

/// What to run and how.
pub struct Plan {
    /// The interpreter, an absolute path.
    pub python: PathBuf,
    /// Processes at once.
    pub jobs: usize,
    /// Where results go.
    pub out: PathBuf,
    /// Seconds of CPU time a file may use at least; ten times what CPython takes, where that is more.
    pub cpu: f64,
    /// Seconds on the clock, likewise.
    pub wall: f64,
    /// Bytes.
    pub memory: u64,
    /// How much of an interpreter the Python side takes; short of `Whole`, the numbers are not the measure.
    pub needs: Needs,
    /// The folder with CPython's tests, for [`Needs::Script`].
    pub tests: Option<PathBuf>,
    /// Say each file's end on standard error.
    pub verbose: bool,
}

/// How much of an interpreter the Python side takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// unittest and test.support, as regrtest does.
    Whole,
    /// Importing files: stand-ins take the place of those two.
    Light,
    /// Running one script: the stand-ins' text and the test's are put into one.
    Script,
}

/// One file's run.
#[derive(Debug)]
pub struct Done {
    /// The file's name.
    pub name: String,
    /// How its process ended.
    pub end: End,
    /// Whether a Rust panic was seen in its output, in it or in a process it started.
    pub panicked: bool,
    pub cpu: f64,
    pub wall: f64,
    pub result: FileResult,
}

/// A short folder for temporary files: socket addresses in it have 108 bytes at most.
fn short_temporary() -> PathBuf {
    let given = std::env::temp_dir();
    let base = if given.as_os_str().len() <= 24 { given } else { PathBuf::from("/tmp") };
    // A process may run several plans at once.
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    base.join(format!("dxt{}-{}", std::process::id(), RUNS.fetch_add(1, Ordering::Relaxed)))
}

/// Runs the files, the slow ones first, and returns them in the order given.
pub fn run(plan: &Plan, files: &[&File]) -> io::Result<Vec<Done>> {
    fs::create_dir_all(plan.out.join("logs"))?;
    let scratch = short_temporary();
    fs::create_dir_all(&scratch)?;
    let worker = scratch.join("worker.py");
    fs::write(&worker, WORKER)?;
    fs::write(scratch.join("light.py"), LIGHT)?;
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by(|&a, &b| files[b].cpu.total_cmp(&files[a].cpu));
    let (next, finished) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..plan.jobs.max(1) {
            scope.spawn(|| {
                while let Some(&at) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let home = scratch.join(at.to_string());
                    let done = one(plan, files[at], &worker, &home);
                    let mut finished = finished.lock().expect("no thread panics holding it");
                    finished.push((at, done));
                    if plan.verbose {
                        let (count, done) = (finished.len(), &finished.last().expect("just pushed").1);
                        let passed =
                            done.result.ids.iter().filter(|id| crate::data::passes(&id.outcome)).count();
                        let (all, word) = (done.result.ids.len(), done.end.word());
                        eprintln!(
                            "[{count}/{}] {}: {passed} of {all} pass, {word}, {:.1} s",
                            files.len(),
                            done.name,
                            done.cpu
                        );
                    }
                }
            });
        }
    });
    let _ = fs::remove_dir_all(&scratch);
    let mut finished = finished.into_inner().expect("no thread panicked");
    finished.sort_by_key(|(at, _)| *at);
    let done: Vec<Done> = finished.into_iter().map(|(_, done)| done).collect();
    keep(&plan.out, &done)?;
    Ok(done)
}

fn one(plan: &Plan, file: &File, worker: &Path, home: &Path) -> Done {
    // Tests find their packages by the full name; a file outside a package is a module of `test`.
    let module =
        if file.name.starts_with("test.") { file.name.into() } else { format!("test.{}", file.name) };
    let (cwd, temporary, events) = (home.join("w"), home.join("t"), home.join("events"));
    let log = plan.out.join("logs").join(format!("{}.log", file.name));
    let prepared = (|| {
        fs::create_dir_all(&cwd)?;
        fs::create_dir_all(&temporary)?;
        let log = fs::File::create(&log)?;
        Ok::<_, io::Error>((log.try_clone()?, log))
    })();
    let (out, err) = match prepared {
        Ok(both) => both,
        Err(error) => {
            let end = End::NotStarted(error.to_string());
            let result = events::read("", &end);
            return Done { name: file.name.into(), end, panicked: false, cpu: 0.0, wall: 0.0, result };
        }
    };
    let mut command = Command::new(&plan.python);
    command.current_dir(&cwd);
    if plan.needs == Needs::Script {
        let script = home.join("script.py");
        let text = plan.tests.as_deref().map(|tests| one_script(tests, file.name)).unwrap_or_default();
        // A script that cannot be written is one that does not run.
        let _ = fs::write(&script, text);
        command.arg(&script);
    } else {
        command.arg(worker).args((plan.needs == Needs::Light).then_some("--light")).arg(&module).arg(&events);
    }
    // They hang with CPython too, each for as long as the file may take.
    let left_out = file.ids.iter().filter(|_| plan.needs == Needs::Whole);
    command.args(left_out.filter(|id| id.outcome == "timeout").map(|id| id.name));
    command.stdin(Stdio::null()).stdout(out).stderr(err);
    job::small_environment(&mut command, &[("TMPDIR", &temporary.to_string_lossy())]);
    let limits = Limits {
        cpu: plan.cpu.max(10.0 * file.cpu),
        wall: plan.wall.max(12.0 * file.cpu),
        memory: plan.memory,
    };
    let ran = job::run(command, &limits);
    let mut text =
        fs::read(&events).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    if plan.needs == Needs::Script {
        let said = fs::read(&log).unwrap_or_default();
        let said = String::from_utf8_lossy(&said).into_owned();
        let events = said.lines().filter_map(|line| line.split_once('\x1e'));
        text = events.map(|(_, event)| format!("{event}\n")).collect();
    }
    let mut result = events::read(&text, &ran.end);
    let _ = fs::remove_dir_all(home);
    let log = fs::read(&log).unwrap_or_default();
    if result.note.starts_with("ended") {
        // What it said last is most often why.
        let last =
            log.rsplit(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or(&[]);
        result.note += &format!(": {}", String::from_utf8_lossy(&last[..last.len().min(300)]));
    }
    let panicked = contains(&log, b"' panicked at ") || contains(&log, b") panicked at ");
    Done { name: file.name.into(), end: ran.end, panicked, cpu: ran.cpu, wall: ran.wall, result }
}

/// The stand-ins, a test file and the call that runs it, as one script. Its own `__future__` imports cannot come first:
/// they are taken out.
fn one_script(tests: &Path, name: &str) -> String {
    let full = name.strip_prefix("test.").unwrap_or(name);
    let test = fs::read(tests.join(full.replace('.', "/")).with_extension("py")).unwrap_or_default();
    let test =
        String::from_utf8_lossy(&test).replace("\nfrom __future__ import ", "\n# from __future__ import ");
    format!(
        "{LIGHT}\n\n__name__ = \"test.{full}\"\n_run, _print_event = run, print_event\ninstall_for_script()\n{test}\n\n\
         _run(_print_event, dict(globals()))\n_print_event(\"Z\")\n"
    )
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|part| part == word)
}

fn clean(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\r', "\\r").replace('\n', "\\n")
}

/// Writes the two tables.
fn keep(out: &Path, done: &[Done]) -> io::Result<()> {
    let mut ids = String::from("file\tid\toutcome\tseconds\tdetail\n");
    let mut files = String::from("file\tend\tpanicked\tcpu\twall\tnote\n");
    for file in done {
        for row in &file.result.ids {
            let _ = writeln!(
                ids,
                "{}\t{}\t{}\t{:.4}\t{}",
                file.name,
                clean(&row.id),
                row.outcome,
                row.seconds,
                clean(&row.detail)
            );
        }
        let (end, note) = (file.end.word(), clean(&file.result.note));
        let _ = writeln!(
            files,
            "{}\t{end}\t{}\t{:.2}\t{:.2}\t{note}",
            file.name, file.panicked, file.cpu, file.wall
        );
    }
    fs::write(out.join("results.tsv"), ids)?;
    fs::write(out.join("files.tsv"), files)
}
