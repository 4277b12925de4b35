//! What a worker wrote, turned into an outcome for each id: `pass`, `xfail`, `skip`, `fail`, `error`, `xpass`; `timeout`,
//! `memory` or `crash` for the id in progress when the process ended; `notrun` for those after it.

use std::collections::HashMap;

/// How the worker's process ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// It returned this exit status.
    Exit(i32),
    /// It died of this signal, by itself.
    Signal(i32),
    /// The runner ended it over its CPU or wall-clock limit.
    Timeout,
    /// The runner ended it over its memory limit.
    Memory,
    /// It could not be started.
    NotStarted(String),
}

impl End {
    /// One word for tables.
    pub fn word(&self) -> String {
        match self {
            End::Exit(0) => "ok".into(),
            End::Exit(status) => format!("exit {status}"),
            End::Signal(signal) => format!("signal {signal}"),
            End::Timeout => "timeout".into(),
            End::Memory => "memory".into(),
            End::NotStarted(_) => "not started".into(),
        }
    }
}

/// One id of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub id: String,
    pub outcome: String,
    pub seconds: f64,
    pub detail: String,
}

/// One file of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileResult {
    pub ids: Vec<Outcome>,
    /// Why the file as a whole did not run: its skip, import error or load errors.
    pub note: String,
    /// The whole file skips.
    pub skipped: bool,
}

/// Undoes what the Python side does to tabs and line ends.
pub fn unescape(field: &str) -> String {
    let mut out = String::with_capacity(field.len());
    let mut chars = field.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('r')) => out.push('\r'),
            ('\\', Some('\\')) => out.push('\\'),
            ('\\', Some(other)) => out.extend(['\\', other]),
            (c, _) => out.push(c),
        }
    }
    out
}

/// Reads the events of one worker.
pub fn read(text: &str, end: &End) -> FileResult {
    let mut result = FileResult::default();
    // Every id with its number among equal ones, in order of first appearance.
    let mut listed: HashMap<String, usize> = HashMap::new();
    let mut position: HashMap<String, usize> = HashMap::new();
    let mut ended: HashMap<String, usize> = HashMap::new();
    let mut running: Option<String> = None;
    let mut fixtures = Vec::new();
    let mut done = false;
    // How far the file as a whole has come.
    let mut stage = String::new();
    let numbered = |id: &str, n: usize| if n == 1 { id.to_owned() } else { format!("{id}#{n}") };
    let absent = |id: String| Outcome { id, outcome: String::new(), seconds: 0.0, detail: String::new() };
    // A line that was cut by the end of the process has no newline.
    let whole = text.rfind('\n').map_or("", |at| &text[..at]);
    for line in whole.lines() {
        let fields: Vec<String> = line.split('\t').map(unescape).collect();
        let field = |n: usize| fields.get(n).map_or("", String::as_str);
        match field(0) {
            "E" => {
                let n = listed.entry(field(1).to_owned()).or_default();
                *n += 1;
                let id = numbered(field(1), *n);
                position.insert(id.clone(), result.ids.len());
                result.ids.push(absent(id));
            }
            "S" => running = Some(field(1).to_owned()),
            "R" => {
                running = None;
                let n = ended.entry(field(1).to_owned()).or_default();
                *n += 1;
                let id = numbered(field(1), *n);
                let at = *position.entry(id.clone()).or_insert_with(|| {
                    result.ids.push(absent(id));
                    result.ids.len() - 1
                });
                let row = &mut result.ids[at];
                row.outcome = field(2).to_owned();
                row.seconds = field(3).parse().unwrap_or(0.0);
                row.detail = field(4).to_owned();
            }
            "C" => fixtures.push((field(1).to_owned(), field(2).to_owned(), field(3).to_owned())),
            "X" if field(1) == "module-skip" => {
                result.skipped = true;
                result.note = format!("skipped: {}", field(2));
            }
            "X" if field(1) == "at" => stage = format!(" at: {}", field(2)),
            "X" if field(1) == "loaded" => stage.clear(),
            "X" if field(1) == "import-error" => result.note = format!("{}{stage}: {}", field(1), field(2)),
            "X" => result.note = format!("{}: {}", field(1), field(2)),
            "Z" => done = true,
            _ => {}
        }
    }
    for (outcome, place, detail) in fixtures {
        // "setUpClass (test.test_x.Class)" or "setUpModule (test.test_x)"; tear-downs change no outcome.
        let Some(owner) = place.strip_prefix("setUp").and_then(|p| p.split_once('(')) else { continue };
        let prefix = format!("{}.", owner.1.trim_end_matches(')'));
        for row in result.ids.iter_mut().filter(|row| row.outcome.is_empty() && row.id.starts_with(&prefix)) {
            row.outcome.clone_from(&outcome);
            row.detail = format!("{place}: {detail}");
        }
    }
    if let Some(id) = running.filter(|_| !done) {
        let id = numbered(&id, ended.get(&id).copied().unwrap_or(0) + 1);
        if let Some(&at) = position.get(&id) {
            let row = &mut result.ids[at];
            row.outcome = match end {
                End::Timeout => "timeout".into(),
                End::Memory => "memory".into(),
                _ => "crash".into(),
            };
            row.detail = end.word();
        }
    }
    for row in result.ids.iter_mut().filter(|row| row.outcome.is_empty()) {
        row.outcome = "notrun".into();
    }
    if !done && result.note.is_empty() {
        result.note = match end {
            End::NotStarted(why) => format!("not started: {why}"),
            _ if result.ids.is_empty() => format!("ended before any test ({}){stage}", end.word()),
            _ => format!("ended early ({})", end.word()),
        };
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(text: &str, end: &End) -> Vec<(String, String)> {
        read(text, end).ids.into_iter().map(|row| (row.id, row.outcome)).collect()
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect()
    }

    #[test]
    fn a_whole_run_gives_each_id_its_outcome() {
        let text = "E\ta.b\nE\ta.c\nE\ta.b\nX\tloaded\t\nS\ta.b\nR\ta.b\tpass\t0.1\t\nS\ta.c\nR\ta.c\tfail\t0.2\tx\\ty\\\\n\n\
                    S\ta.b\nR\ta.b\tskip\t0\twhy\nZ\n";
        let expected = pairs(&[("a.b", "pass"), ("a.c", "fail"), ("a.b#2", "skip")]);
        assert_eq!(outcomes(text, &End::Exit(0)), expected);
        assert_eq!(read(text, &End::Exit(0)).ids[1].detail, "x\ty\\n");
    }

    #[test]
    fn what_was_not_reached_is_said() {
        let text = "E\ta\nE\tb\nE\tc\nS\ta\nR\ta\tpass\t0\t\nS\tb\nR\tb\tpa";
        let with = |word| pairs(&[("a", "pass"), ("b", word), ("c", "notrun")]);
        assert_eq!(outcomes(text, &End::Signal(11)), with("crash"));
        assert_eq!(outcomes(text, &End::Timeout), with("timeout"));
        assert_eq!(outcomes(text, &End::Memory), with("memory"));
        assert_eq!(read("", &End::Exit(1)).note, "ended before any test (exit 1)");
        let text = "X\tat\timport unittest\n";
        assert_eq!(
            read(text, &End::Signal(11)).note,
            "ended before any test (signal 11) at: import unittest"
        );
        let text = "X\tat\timport unittest\nX\timport-error\tImportError: no\nZ\n";
        assert_eq!(read(text, &End::Exit(1)).note, "import-error at: import unittest: ImportError: no");
    }

    #[test]
    fn fixtures_speak_for_their_classes() {
        let text = "E\tm.A.x\nE\tm.B.x\nC\tskip\tsetUpClass (m.A)\tno\nS\tm.B.x\nR\tm.B.x\tpass\t0\t\n\
                    C\terror\ttearDownClass (m.B)\toops\nZ\n";
        assert_eq!(outcomes(text, &End::Exit(0)), pairs(&[("m.A.x", "skip"), ("m.B.x", "pass")]));
        let text = "E\tm.A.x\nE\tm.B.x\nC\terror\tsetUpModule (m)\tno\nZ\n";
        assert_eq!(outcomes(text, &End::Exit(0)), pairs(&[("m.A.x", "error"), ("m.B.x", "error")]));
    }
}
