//! The frozen tables: which test ids exist, how they end with CPython 3.12.1, and which files they are in.
//! `data/baseline.tsv.gz` and `data/files.tsv` were made with this runner's protocol and CPython 3.12.1 on Linux x86-64.

use std::collections::HashMap;
use zlib_rs::{Inflate, InflateFlush, Status};

/// One file of the suite, as regrtest names it.
#[derive(Debug)]
pub struct File {
    /// `test_grammar`, `test.test_asyncio.test_tasks`.
    pub name: &'static str,
    /// `T1` language, `T2` essential library, `T3` rest of the library, `T4` CPython's internals, `X` left out.
    pub tier: &'static str,
    /// The stage it is worked on in, `S1` to `S12`, or `-`.
    pub stage: &'static str,
    /// CPU seconds with CPython.
    pub cpu: f64,
    /// Not in an installed 3.12.1 (its installer forgets some folders): outside the measure.
    pub restored: bool,
    /// Its ids, in the table's order.
    pub ids: Vec<Id>,
}

/// One test.
#[derive(Debug)]
pub struct Id {
    /// As unittest gives it; repeated ones in a file have `#2`, `#3` appended.
    pub name: &'static str,
    /// With CPython 3.12.1.
    pub outcome: &'static str,
    /// Whether it counts: see [`Table::load`].
    pub counts: bool,
    /// Whether it counts for the portable measure too: neither turned off for other implementations, nor in need of
    /// CPython's helper extension modules.
    pub portable: bool,
}

/// All files.
pub struct Table {
    /// In the order in which they are best worked on.
    pub files: Vec<File>,
    by_name: HashMap<&'static str, usize>,
}

/// Whether an outcome counts as passing.
pub fn passes(outcome: &str) -> bool {
    matches!(outcome, "pass" | "xfail")
}

impl Table {
    /// Reads the embedded tables. An id counts when CPython passes it, reliably, in a file that an installed CPython
    /// has and that is not about another system, a screen or the real network.
    pub fn load() -> Table {
        let mut files = Vec::new();
        for line in include_str!("../data/files.tsv").lines().skip(1) {
            let columns: Vec<&'static str> = line.split('\t').collect();
            let [name, tier, stage, _ids, _passed, cpu, note] = columns[..] else {
                panic!("files.tsv: {line}");
            };
            let cpu = cpu.parse().expect("a number of seconds");
            files.push(File { name, tier, stage, cpu, restored: note == "restored", ids: Vec::new() });
        }
        let by_name: HashMap<_, _> = files.iter().enumerate().map(|(i, f)| (f.name, i)).collect();
        for line in baseline().lines().skip(1) {
            let columns: Vec<&'static str> = line.split('\t').collect();
            let [file, name, outcome, flags] = columns[..] else {
                panic!("baseline.tsv: {line}");
            };
            let file = &mut files[by_name[file]];
            let unstable = flags == "unstable";
            let counts = passes(outcome) && file.tier != "X" && !unstable && !file.restored;
            file.ids.push(Id { name, outcome, counts, portable: counts && flags.is_empty() });
        }
        Table { files, by_name }
    }

    /// A file by its name.
    pub fn file(&self, name: &str) -> Option<&File> {
        self.by_name.get(name).map(|&i| &self.files[i])
    }

    /// The files that a list of selectors names: a tier, a stage, a file, or a shell-like pattern; none means all that
    /// count.
    pub fn select(&self, selectors: &[String]) -> Result<Vec<&File>, String> {
        let mut chosen = Vec::new();
        let counted = |file: &&File| file.tier != "X" && !file.restored;
        if selectors.is_empty() {
            return Ok(self.files.iter().filter(counted).collect());
        }
        for selector in selectors {
            let group = |f: &&File| counted(f) && (f.tier == selector || f.stage == selector);
            let exact = |f: &&File| f.name == selector || glob(selector, f.name);
            let mut found: Vec<&File> = self.files.iter().filter(group).collect();
            if found.is_empty() {
                found = self.files.iter().filter(exact).collect();
            }
            if found.is_empty() {
                return Err(format!("no test file, tier or stage is called {selector}"));
            }
            for file in found {
                if !chosen.iter().any(|f: &&File| f.name == file.name) {
                    chosen.push(file);
                }
            }
        }
        Ok(chosen)
    }
}

/// `*` stands for any text.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|tail| {
            (0..=tail.len()).any(|at| tail.is_char_boundary(at) && glob(rest, &tail[at..]))
        }),
    }
}

/// The table of ids, unpacked and kept for the life of the process.
fn baseline() -> &'static str {
    let packed = include_bytes!("../data/baseline.tsv.gz");
    let size = u32::from_le_bytes(*packed.last_chunk().expect("a gzip trailer")) as usize;
    let mut data = vec![0; size];
    // 16 + 15 asks for gzip framing and its checksum.
    let end = Inflate::new(true, 16 + 15).decompress(packed, &mut data, InflateFlush::Finish);
    assert!(matches!(end, Ok(Status::StreamEnd)), "the embedded table is damaged");
    String::from_utf8(data).expect("ids are UTF-8").leak()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_measure_has_its_numbers() {
        let table = Table::load();
        let count = |tier: &str, portable: bool| {
            let files = table.files.iter().filter(|f| f.tier == tier);
            files.flat_map(|f| &f.ids).filter(|id| if portable { id.portable } else { id.counts }).count()
        };
        assert_eq!(["T1", "T2", "T3", "T4", "X"].map(|t| count(t, false)), [8681, 19938, 8268, 1329, 0]);
        assert_eq!(count("T1", true), 7165);
        assert_eq!(table.files.len(), 489);
    }

    #[test]
    fn selectors_choose_files() {
        let table = Table::load();
        let names = |s: &[&str]| -> Result<Vec<&str>, String> {
            let s: Vec<String> = s.iter().map(|s| s.to_string()).collect();
            Ok(table.select(&s)?.iter().map(|f| f.name).collect())
        };
        assert_eq!(names(&["test_grammar", "test_gramm*"]).unwrap(), ["test_grammar"]);
        assert_eq!(names(&["S1"]).unwrap().len(), 43);
        assert!(names(&["test.test_asyncio.*"]).unwrap().len() > 20);
        assert!(names(&["nonsense"]).is_err());
        assert_eq!(names(&[]).unwrap().len(), 489 - 24 - 20);
    }
}
