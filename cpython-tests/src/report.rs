//! Counts a run against the frozen list. The numbers, which every report repeats at its top:
//!
//! - *counts*: an id that passes (or fails as expected) with CPython 3.12.1, reliably, in a file an installed 3.12.1 has,
//!   that is not about another system, a screen or the real network. There are 38,216 in 417 files.
//! - *passes*: an id that counts and ends here with `pass` or `xfail`. Skipped, failed, timed out, crashed, not reached and
//!   not existing ids do not pass; a file that cannot be imported passes none of its ids.
//! - *strict total*: passing ids of T1 to T4, of all that count. *Portable T1* leaves out ids that CPython turns off for
//!   other implementations or that need its C helper extension modules.
//! - *file at 100%*: all of its ids that count pass, and there is at least one.

use crate::data::{File, Table, passes};
use crate::events::End;
use crate::run::Done;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

/// What the top of a report says.
pub const DEFINITIONS: &str = "\
An id counts if it passes (or fails as expected) with CPython 3.12.1. It passes here if it ends with pass or xfail here;
skip, fail, error, xpass, timeout, memory, crash, not run and not there do not. Portable T1 leaves out ids that CPython
turns off for other implementations or that need its C helper modules. A file is at 100% if all its counting ids pass.";

/// A part of the measure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Count {
    /// Ids that count and pass.
    pub passed: usize,
    /// Ids that count.
    pub ids: usize,
    /// Files at 100%.
    pub whole: usize,
    /// Files with ids that count.
    pub files: usize,
}

impl Count {
    fn line(&self, name: &str) -> String {
        let percent = if self.ids == 0 { 0.0 } else { 100.0 * self.passed as f64 / self.ids as f64 };
        let Count { passed, ids, whole, files } = self;
        // Rounded down: 100% is said only of all.
        let percent = (percent * 100.0).floor() / 100.0;
        format!(
            "{name:<14} {passed:>6} of {ids:>6}  {percent:>6.2}%   files at 100%: {whole:>3} of {files:>3}\n"
        )
    }
}

/// The outcomes of one file's ids by name.
pub fn outcomes(done: &Done) -> HashMap<&str, &str> {
    done.result.ids.iter().map(|row| (row.id.as_str(), row.outcome.as_str())).collect()
}

/// How many of a file's ids count and pass.
pub fn passed(file: &File, done: &Done, portable: bool) -> usize {
    let got = outcomes(done);
    let wanted = file.ids.iter().filter(|id| if portable { id.portable } else { id.counts });
    wanted.filter(|id| got.get(id.name).is_some_and(|outcome| passes(outcome))).count()
}

/// Counts the files of a run that a predicate chooses.
pub fn count(table: &Table, run: &[Done], portable: bool, of: impl Fn(&File) -> bool) -> Count {
    let mut count = Count::default();
    for done in run {
        let Some(file) = table.file(&done.name).filter(|file| of(file)) else { continue };
        let ids = file.ids.iter().filter(|id| if portable { id.portable } else { id.counts }).count();
        let good = passed(file, done, portable);
        count.passed += good;
        count.ids += ids;
        count.files += usize::from(ids > 0);
        count.whole += usize::from(ids > 0 && good == ids);
    }
    count
}

/// The report of a run: the numbers, the files that ended badly, and with `by_file` one line a file.
pub fn report(table: &Table, run: &[Done], by_file: bool) -> String {
    let mut text = format!("{DEFINITIONS}\n\n");
    let counted = table.files.iter().filter(|file| file.ids.iter().any(|id| id.counts)).count();
    let chosen = count(table, run, false, |_| true).files;
    if chosen < counted {
        let _ = writeln!(text, "Only {chosen} of the {counted} files were run: the numbers are of these.\n");
    }
    text += &numbers(table, run);
    if by_file {
        text += "\nfile                                      tier  pass   of  end          note\n";
        for done in run {
            let Some(file) = table.file(&done.name) else { continue };
            let ids = file.ids.iter().filter(|id| id.counts).count();
            let note: String = done.result.note.replace('\n', " ").chars().take(90).collect();
            let (good, end) = (passed(file, done, false), done.end.word());
            let line = format!("{:<42}{:<4}{good:>6}{ids:>5}  {end:<12} {note}", file.name, file.tier);
            text += line.trim_end();
            text.push('\n');
        }
    }
    text
}

/// The numbers alone: a line a tier, and how many files ended badly.
pub fn numbers(table: &Table, run: &[Done]) -> String {
    let mut text = String::new();
    for tier in ["T1", "T2", "T3", "T4"] {
        let part = count(table, run, false, |file| file.tier == tier);
        if part.files > 0 {
            text += &part.line(tier);
        }
        if tier == "T1" && part.files > 0 {
            text += &count(table, run, true, |file| file.tier == tier).line("portable T1");
        }
    }
    text += &count(table, run, false, |_| true).line("strict total");
    text + &bad_ends(run)
}

/// Crashes, panics and exceeded limits, apart from ordinary failures.
fn bad_ends(run: &[Done]) -> String {
    let named = |choose: &dyn Fn(&Done) -> bool| -> Vec<&str> {
        run.iter().filter(|done| choose(done)).map(|done| done.name.as_str()).collect()
    };
    let groups = [
        ("ended by a signal", named(&|d| matches!(d.end, End::Signal(_)))),
        ("panicked", named(&|d| d.panicked)),
        ("over a time limit", named(&|d| d.end == End::Timeout)),
        ("over the memory limit", named(&|d| d.end == End::Memory)),
        ("not started", named(&|d| matches!(d.end, End::NotStarted(_)))),
    ];
    let mut text = String::new();
    for (what, names) in groups {
        let list = if names.is_empty() { String::new() } else { format!(": {}", names.join(" ")) };
        let _ = writeln!(text, "{what}: {}{list}", names.len());
    }
    text
}

/// The ids of the files run that end otherwise than with CPython when the table was made, as `id, then, now, detail`.
pub fn differences(table: &Table, run: &[Done]) -> Vec<[String; 4]> {
    let mut list = Vec::new();
    for done in run {
        let Some(file) = table.file(&done.name) else { continue };
        let got: HashMap<&str, _> = done.result.ids.iter().map(|row| (row.id.as_str(), row)).collect();
        for id in &file.ids {
            let (now, detail) =
                got.get(id.name).map_or(("absent", &done.result.note), |r| (r.outcome.as_str(), &r.detail));
            // A class or file that skips as a whole does not list its ids.
            let skip = now == "absent" && done.result.skipped && id.outcome == "skip";
            // The worker leaves out what hangs with CPython.
            let hang = now == "notrun" && id.outcome == "timeout";
            if now != id.outcome && !skip && !hang {
                list.push([id.name, id.outcome, now, detail.as_str()].map(str::to_owned));
            }
        }
        let known: HashSet<&str> = file.ids.iter().map(|id| id.name).collect();
        for row in done.result.ids.iter().filter(|row| !known.contains(row.id.as_str())) {
            list.push([&row.id, "absent", &row.outcome, &row.detail].map(String::from));
        }
    }
    list
}
