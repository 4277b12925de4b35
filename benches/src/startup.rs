//! Start-up: how long an interpreter takes to run nothing, in CPU time, on the clock, in instructions and in memory.

use crate::process::{Usage, measure};
use crate::table::{Results, time};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is started: a name and the arguments.
const CASES: [(&str, &[&str]); 4] = [
    ("-c pass", &["-c", "pass"]),
    ("-I -S -c pass", &["-I", "-S", "-c", "pass"]),
    ("import json", &["-c", "import json"]),
    ("import asyncio", &["-c", "import asyncio"]),
];

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

/// Measures each case so many times with each interpreter, in turns; returns lines about memory and instructions.
pub fn run(pythons: &[(String, PathBuf)], runs: usize, results: &mut Results) -> String {
    let mut text = String::new();
    for (name, arguments) in CASES {
        let label = format!("startup: {name}");
        let mut memory = vec![None; pythons.len()];
        // The first turn warms the file cache and writes compiled files; it does not count.
        for turn in 0..=runs {
            for (at, (_, path)) in pythons.iter().enumerate() {
                match measure(quiet(Command::new(path).args(arguments)), 60) {
                    Ok(Usage { good: true, cpu, wall, memory: peak }) => {
                        if turn > 0 {
                            results.add(&label, at, cpu, wall);
                        }
                        memory[at] = Some(memory[at].unwrap_or(peak).min(peak));
                    }
                    Ok(_) => results.fail(&label, at, "the process failed".into()),
                    Err(error) => results.fail(&label, at, error.to_string()),
                }
            }
        }
        for (at, (python, path)) in pythons.iter().enumerate() {
            let Some(least) = results.get(&label, at) else { continue };
            let peak = memory[at].unwrap_or(0) as f64 / 1e6;
            let counted = instructions(path, arguments)
                .map_or("not counted".into(), |n| format!("{:.1} M", n as f64 / 1e6));
            let (wall, cpu) = (time(least.wall), time(least.cpu));
            let _ = writeln!(
                text,
                "{label:<28} {python:<12} wall {wall:>9}  cpu {cpu:>9}  memory {peak:>6.1} MB  instructions {counted}"
            );
        }
    }
    text
}

/// The instructions of one run: of the processor's counter where `perf` can read it, else of valgrind's simulation.
fn instructions(python: &Path, arguments: &[&str]) -> Option<u64> {
    let mut perf = Command::new("perf");
    perf.args(["stat", "-x,", "-e", "instructions:u"]).arg(python).args(arguments);
    let counted = |out: std::process::Output| {
        let text = String::from_utf8_lossy(&out.stderr).into_owned();
        text.lines()
            .find(|line| line.contains("instructions"))
            .and_then(|line| line.split(',').next()?.parse().ok())
    };
    if let Some(count) = perf.stdin(Stdio::null()).output().ok().and_then(counted) {
        return Some(count);
    }
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    let out = valgrind.arg(python).args(arguments).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&out.stderr);
    let line = text.lines().find(|line| line.contains("I ") && line.contains("refs:"))?;
    line.rsplit(' ').next()?.replace(',', "").parse().ok()
}
