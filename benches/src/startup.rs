//! Start-up: what an interpreter takes to run nothing, or an import: CPU time, the clock, instructions, peak memory, memory of
//! its own, page faults. All interpreters in turns; the least of each number seen; ratios to the first interpreter.

use crate::process::{Usage, measure};
use crate::table::{Results, time};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is started: a name, options, and the code of `-c`.
const CASES: [(&str, &[&str], &str); 8] = [
    ("-c pass", &[], "pass"),
    ("-E -c pass", &["-E"], "pass"),
    ("-I -c pass", &["-I"], "pass"),
    ("-S -c pass", &["-S"], "pass"),
    ("-I -S -c pass", &["-I", "-S"], "pass"),
    ("import json", &["-I", "-S"], "import json"),
    ("import asyncio", &["-I", "-S"], "import asyncio"),
    (
        "import many",
        &["-I", "-S"],
        "import asyncio, json, re, typing, dataclasses, unittest, argparse, logging, inspect",
    ),
];

/// Shows how much memory is the process's own, where the system tells.
const OWN: &str = "\nwith open('/proc/self/smaps_rollup') as f: print(sum(int(l.split()[1]) for l in f if l.startswith('Private')))";

/// The numbers of one case and interpreter; the least seen.
#[derive(Clone, Copy, Default)]
struct Seen {
    instructions: Option<u64>,
    /// Peak resident bytes.
    memory: Option<u64>,
    /// Resident bytes at the end that no other process can share.
    own: Option<u64>,
    faults: Option<u64>,
}

fn least(old: &mut Option<u64>, new: Option<u64>) {
    *old = match (*old, new) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

/// Measures each case so many times with each interpreter, in turns; returns a table of what the common one does not show.
pub fn run(pythons: &[(String, PathBuf)], runs: usize, results: &mut Results) -> String {
    let mut text = format!(
        "{:<16} {:<12} {:>20} {:>20} {:>22} {:>22} {:>22} {:>16}\n",
        "start-up", "python", "wall", "cpu", "instructions", "peak memory", "own memory", "page faults"
    );
    for (name, options, code) in CASES {
        let label = format!("startup: {name}");
        let mut seen = vec![Seen::default(); pythons.len()];
        // The first turn warms the file cache and writes compiled files; it does not count.
        for turn in 0..=runs {
            for (at, (_, path)) in pythons.iter().enumerate() {
                let usage = measure(quiet(Command::new(path).args(options).arg("-c").arg(code)), 60);
                match usage {
                    Ok(Usage { good: true, cpu, wall, memory, faults }) => {
                        if turn > 0 {
                            results.add(&label, at, cpu, wall);
                            least(&mut seen[at].memory, Some(memory));
                            least(&mut seen[at].faults, Some(faults));
                        }
                    }
                    Ok(_) => results.fail(&label, at, "the process failed".into()),
                    Err(error) => results.fail(&label, at, error.to_string()),
                }
                // These hardly differ from run to run, and the first of them takes long where valgrind has to count.
                if (1..3).contains(&turn) {
                    least(&mut seen[at].instructions, instructions(path, options, code));
                    least(&mut seen[at].own, own(path, options, code));
                }
            }
        }
        for (at, (python, _)) in pythons.iter().enumerate() {
            let Some(all) = results.get(&label, at) else { continue };
            let base = results.get(&label, 0).unwrap_or(all);
            let (s, b) = (seen[at], seen[0]);
            let number = |of: Option<u64>, base: Option<u64>, unit: f64, name: &str| match of {
                None => "not counted".to_owned(),
                Some(n) => ratio(
                    format!("{:.2}{name}", n as f64 / unit),
                    n as f64,
                    base.map_or(n as f64, |b| b as f64),
                    at,
                ),
            };
            let _ = writeln!(
                text,
                "{name:<16} {python:<12} {:>20} {:>20} {:>22} {:>22} {:>22} {:>16}",
                ratio(time(all.wall), all.wall, base.wall, at),
                ratio(time(all.cpu), all.cpu, base.cpu, at),
                number(s.instructions, b.instructions, 1e6, " M"),
                number(s.memory, b.memory, 1e6, " MB"),
                number(s.own, b.own, 1e6, " MB"),
                number(s.faults, b.faults, 1.0, ""),
            );
        }
    }
    text
}

/// A number, and how many times the first interpreter's it is.
fn ratio(shown: String, number: f64, base: f64, at: usize) -> String {
    if at == 0 { shown } else { format!("{shown} ({:.2}x)", number / base) }
}

/// Bytes that are the process's own when the code has run.
fn own(python: &Path, options: &[&str], code: &str) -> Option<u64> {
    let code = format!("{code}{OWN}");
    let mut command = Command::new(python);
    command.args(options).arg("-c").arg(code).stdin(Stdio::null()).stderr(Stdio::null());
    let out = command.output().ok()?;
    let kilobytes: u64 = String::from_utf8_lossy(&out.stdout).trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// The instructions of one run: of the processor's counter where `perf` can read it, else of valgrind's simulation.
fn instructions(python: &Path, options: &[&str], code: &str) -> Option<u64> {
    let mut perf = Command::new("perf");
    perf.args(["stat", "-x,", "-e", "instructions:u"]).arg(python).args(options).args(["-c", code]);
    if let Some(count) =
        quiet(&mut perf).stderr(Stdio::piped()).output().ok().and_then(|out| counted(&out.stderr))
    {
        return Some(count);
    }
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    valgrind.arg(python).args(options).args(["-c", code]);
    let out = quiet(&mut valgrind).stderr(Stdio::piped()).output().ok().filter(|out| out.status.success())?;
    simulated(&out.stderr)
}

/// The count in what `perf stat -x,` wrote; none where the event is not supported.
fn counted(out: &[u8]) -> Option<u64> {
    let text = String::from_utf8_lossy(out);
    text.lines()
        .find(|line| line.contains("instructions"))
        .and_then(|line| line.split(',').next()?.parse().ok())
}

/// The count in what cachegrind wrote.
fn simulated(out: &[u8]) -> Option<u64> {
    let text = String::from_utf8_lossy(out);
    let line = text.lines().find(|line| line.contains("I ") && line.contains("refs:"))?;
    line.rsplit(' ').next()?.replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read() {
        assert_eq!(counted(b"1234567,,instructions:u,100,100.00,,\n"), Some(1_234_567));
        assert_eq!(counted(b"<not supported>,,instructions:u,0,100.00,,\n"), None);
        assert_eq!(simulated(b"==1== \n==1== I   refs:      44,169,603\n"), Some(44_169_603));
    }

    #[test]
    fn the_least_is_kept_and_ratios_are_to_the_first() {
        let mut n = None;
        for seen in [Some(5), None, Some(3), Some(4)] {
            least(&mut n, seen);
        }
        assert_eq!(n, Some(3));
        assert_eq!(ratio("3 MB".into(), 3.0, 2.0, 1), "3 MB (1.50x)");
        assert_eq!(ratio("2 MB".into(), 2.0, 2.0, 0), "2 MB");
    }
}
