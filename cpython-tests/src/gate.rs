//! The gate: what an interpreter must not fall below, as data beside this crate.
//!
//! `floor.tsv` has one line a file: its name and the number of counting ids that must pass, or `all`. `tags/*.tsv` has
//! one line an id that does not pass, with the outcome expected and the reason; with `all`, every id without a tag must
//! pass. A tagged id that passes breaks the gate as well, so that tags go when their reason does; the outcome `unstable`
//! permits both.

use crate::data::{Table, passes};
use crate::report::{outcomes, passed};
use crate::run::Done;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What a file of the floor must reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Least {
    /// At least so many counting ids pass.
    Ids(usize),
    /// All counting ids without a tag pass.
    All,
}

/// An id known not to pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    /// The outcome expected, or `unstable`.
    pub outcome: String,
    /// Why.
    pub reason: String,
}

/// The floor and the tags.
#[derive(Debug, Default)]
pub struct Gate {
    /// File names with what they must reach, in the floor's order.
    pub floor: Vec<(String, Least)>,
    /// Ids with their tags.
    pub tags: HashMap<String, Tag>,
}

/// Lines without comments and blank lines.
fn rows(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

impl Gate {
    /// Reads `floor.tsv` and `tags/` below a folder.
    pub fn read(folder: &Path, table: &Table) -> Result<Gate, String> {
        let floor = folder.join("floor.tsv");
        let text = fs::read_to_string(&floor).map_err(|error| format!("{}: {error}", floor.display()))?;
        let mut tags = Vec::new();
        let entries = fs::read_dir(folder.join("tags")).into_iter().flatten().flatten();
        for path in
            entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "tsv"))
        {
            tags.push(fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?);
        }
        Gate::parse(&text, &tags, table)
    }

    fn parse(floor: &str, tags: &[String], table: &Table) -> Result<Gate, String> {
        let mut gate = Gate::default();
        for line in rows(floor) {
            let (name, least) = line.split_once('\t').ok_or_else(|| format!("floor: {line}"))?;
            table.file(name).ok_or_else(|| format!("floor: there is no file {name}"))?;
            let least = match least {
                "all" => Least::All,
                number => Least::Ids(number.parse().map_err(|_| format!("floor: {line}"))?),
            };
            gate.floor.push((name.to_owned(), least));
        }
        let known: HashSet<&str> =
            table.files.iter().flat_map(|f| &f.ids).filter(|id| id.counts).map(|id| id.name).collect();
        for line in tags.iter().flat_map(|text| rows(text)) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [id, outcome, reason] = columns[..] else {
                return Err(format!("tags: not three columns: {line}"));
            };
            if !known.contains(id) {
                return Err(format!("tags: no id that counts is called {id}"));
            }
            if reason.is_empty() || passes(outcome) {
                return Err(format!("tags: {id} needs an outcome that does not pass, and a reason"));
            }
            let tag = Tag { outcome: outcome.to_owned(), reason: reason.to_owned() };
            if gate.tags.insert(id.to_owned(), tag).is_some() {
                return Err(format!("tags: {id} is there twice"));
            }
        }
        Ok(gate)
    }

    /// Whether a run of the floor's files holds: what breaks it, and what could be raised.
    pub fn check(&self, table: &Table, run: &[Done]) -> (Vec<String>, Vec<String>) {
        let (mut broken, mut better) = (Vec::new(), Vec::new());
        for (name, least) in &self.floor {
            let Some(done) = run.iter().find(|done| done.name == *name) else {
                broken.push(format!("{name} was not run"));
                continue;
            };
            let file = table.file(name).expect("checked when read");
            let (got, now) = (outcomes(done), passed(file, done, false));
            match least {
                Least::Ids(least) if now < *least => {
                    broken
                        .push(format!("{name}: {now} ids pass, the floor is {least} ({})", done.end.word()));
                }
                Least::Ids(least) if now > *least => {
                    better.push(format!("{name}: {now} ids pass, the floor is {least}"))
                }
                _ => {}
            }
            for id in file.ids.iter().filter(|id| id.counts) {
                let outcome = got.get(id.name).copied().unwrap_or("absent");
                match (self.tags.get(id.name), passes(outcome)) {
                    (Some(tag), true) if tag.outcome != "unstable" => {
                        broken.push(format!("{} passes: take its tag away ({})", id.name, tag.reason));
                    }
                    (Some(tag), false) if tag.outcome != outcome && tag.outcome != "unstable" => {
                        broken
                            .push(format!("{}: {outcome}, tagged {} ({})", id.name, tag.outcome, tag.reason));
                    }
                    (None, false) if *least == Least::All => broken.push(format!("{}: {outcome}", id.name)),
                    _ => {}
                }
            }
        }
        (broken, better)
    }
}

/// The lines of a floor from a run: files none of whose ids pass are left out, those with all are `all`.
pub fn floor_of(table: &Table, run: &[Done]) -> String {
    let mut text = String::new();
    for done in run {
        let Some(file) = table.file(&done.name) else { continue };
        let all = file.ids.iter().filter(|id| id.counts).count();
        match passed(file, done, false) {
            0 => {}
            now if now == all => _ = writeln!(text, "{}\tall", file.name),
            now => _ = writeln!(text, "{}\t{now}", file.name),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{self, End};

    const UNARY: &str = "test.test_unary.UnaryOpTestCase.test_";

    /// `test_unary` with every id passing but one.
    fn run_of(table: &Table, failing: &str) -> Vec<Done> {
        let file = table.file("test_unary").unwrap();
        let line =
            |id: &str| format!("R\t{id}\t{}\t0\t\n", if id.ends_with(failing) { "fail" } else { "pass" });
        let text: String = file.ids.iter().map(|id| line(id.name)).collect();
        let result = events::read(&(text + "Z\n"), &End::Exit(0));
        vec![Done {
            name: "test_unary".into(),
            end: End::Exit(0),
            panicked: false,
            cpu: 0.0,
            wall: 0.0,
            result,
        }]
    }

    #[test]
    fn a_fall_breaks_the_gate_and_a_rise_is_said() {
        let table = Table::load();
        let run = run_of(&table, "test_invert");
        let check = |floor: &str| Gate::parse(floor, &[], &table).unwrap().check(&table, &run);
        assert_eq!(check("test_unary\t6").0.len(), 1);
        assert_eq!(check("test_unary\t5"), (vec![], vec![]));
        assert_eq!(check("test_unary\t4").1.len(), 1);
        assert_eq!(check("test_unary\tall").0, [format!("{UNARY}invert: fail")]);
        assert_eq!(check("test_bool\t1").0, ["test_bool was not run"]);
        assert_eq!(floor_of(&table, &run), "test_unary\t5\n");
    }

    #[test]
    fn tags_excuse_failures_and_forbid_passes() {
        let table = Table::load();
        let check = |tag: &str, failing: &str| {
            let gate = Gate::parse("test_unary\tall", &[format!("{UNARY}{tag}\tbecause\n")], &table).unwrap();
            gate.check(&table, &run_of(&table, failing)).0
        };
        assert!(check("invert\tfail", "test_invert").is_empty());
        assert!(check("invert\tunstable", "none").is_empty());
        assert_eq!(check("invert\tfail", "none").len(), 1);
        assert_eq!(check("invert\tcrash", "test_invert").len(), 1);
    }

    #[test]
    fn tables_are_checked_when_read() {
        let table = Table::load();
        let parse = |floor: &str, tags: &str| Gate::parse(floor, &[tags.to_owned()], &table).is_err();
        assert!(parse("test_nothing\t1", "") && parse("test_unary\tmany", ""));
        assert!(parse("", "test.nothing\tfail\twhy") && parse("", &format!("{UNARY}invert\tfail\t")));
        assert!(parse("", &format!("{UNARY}invert\tpass\twhy")));
        let twice = format!("{UNARY}invert\tfail\twhy\n").repeat(2);
        assert!(parse("", &twice) && !parse("# nothing\n", "\n"));
    }

    #[test]
    fn the_committed_tables_can_be_read() {
        Gate::read(Path::new(env!("CARGO_MANIFEST_DIR")), &Table::load()).unwrap();
    }
}
