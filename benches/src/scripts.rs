//! Runs benchmark scripts, our micro ones and pyperformance's, in turns with each interpreter, and reads their values.

use crate::process::measure;
use crate::table::Results;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How long and how often.
#[derive(Clone, Copy)]
pub struct Effort {
    /// Processes a script and an interpreter.
    pub rounds: usize,
    /// The least seconds of a value.
    pub seconds: f64,
    /// Values a process.
    pub values: usize,
}

/// A script with its arguments and the folders its imports are found in.
pub struct Script {
    pub name: String,
    pub path: PathBuf,
    pub arguments: Vec<String>,
    pub folders: Vec<PathBuf>,
}

/// Seconds that one process may take.
const LIMIT: u64 = 600;

/// Runs a script's processes, in turns. `scratch` is a folder for files of the run.
pub fn run(
    script: &Script,
    pythons: &[(String, PathBuf)],
    effort: Effort,
    scratch: &Path,
    results: &mut Results,
) {
    // After one failure the others would only take time.
    let mut failed = vec![false; pythons.len()];
    for _ in 0..effort.rounds {
        for (at, (_, python)) in pythons.iter().enumerate().filter(|(at, _)| !failed[*at]).collect::<Vec<_>>()
        {
            match once(script, python, effort, scratch) {
                Ok(values) => values.iter().for_each(|(name, cpu, wall)| results.add(name, at, *cpu, *wall)),
                Err(why) => {
                    failed[at] = true;
                    results.fail(&script.name, at, why);
                }
            }
        }
    }
}

type Value = (String, f64, f64);

fn once(script: &Script, python: &Path, effort: Effort, scratch: &Path) -> Result<Vec<Value>, String> {
    let (out, log) = (scratch.join("values"), scratch.join("log"));
    let _ = fs::remove_file(&out);
    let file = fs::File::create(&log).map_err(|error| error.to_string())?;
    let other = file.try_clone().map_err(|error| error.to_string())?;
    let mut command = Command::new(python);
    command.arg(&script.path).args(&script.arguments).current_dir(scratch);
    command.stdin(Stdio::null()).stdout(file).stderr(other);
    let path = std::env::join_paths(&script.folders).map_err(|error| error.to_string())?;
    command.env("PYTHONPATH", path).env("PYTHONHASHSEED", "0").env("DXPY_BENCH_OUT", &out);
    command.env("DXPY_BENCH_SECONDS", effort.seconds.to_string());
    command.env("DXPY_BENCH_VALUES", effort.values.to_string());
    let usage = measure(&mut command, LIMIT).map_err(|error| error.to_string())?;
    let text = fs::read_to_string(&out).unwrap_or_default();
    let values = read(&text, &script.name);
    if !usage.good || values.is_empty() {
        let log = fs::read(&log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log).into_owned();
        let last = log.lines().rev().find(|line| !line.trim().is_empty());
        return Err(last.unwrap_or("it ended without a value or a word").chars().take(160).collect());
    }
    Ok(values)
}

/// Reads `V name loops inner wall cpu` lines into seconds a loop. A script's only benchmark takes the script's name.
fn read(text: &str, script: &str) -> Vec<Value> {
    let mut values: Vec<Value> = text
        .lines()
        .filter_map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let ["V", name, loops, inner, wall, cpu] = fields[..] else { return None };
            let times = loops.parse::<f64>().ok()? * inner.parse::<f64>().ok()?;
            let each = |text: &str| Some((text.parse::<f64>().ok()? / times).max(1e-12));
            Some((name.to_owned(), each(cpu)?, each(wall)?))
        })
        .collect();
    let one = values.iter().all(|value| value.0 == values[0].0);
    for value in &mut values {
        value.0 = if one { script.to_owned() } else { format!("{script}: {}", value.0) };
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_seconds_a_loop() {
        assert_eq!(read("V\tx\t10\t2\t4.0\t2.0\nnoise\n", "s"), [("s".to_owned(), 0.1, 0.2)]);
        let names: Vec<String> =
            read("V\tx\t1\t1\t1\t1\nV\ty\t1\t1\t1\t1\n", "s").into_iter().map(|v| v.0).collect();
        assert_eq!(names, ["s: x", "s: y"]);
    }
}
