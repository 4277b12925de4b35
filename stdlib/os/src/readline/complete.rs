//! Completion: asking the program's function or the file system, replacing the word, showing the choices.

use super::keys::Command;
use super::screen::{decode, encode, width};
use super::{CALLBACKS, byte, columns, ding, draw, to_object, with, write};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Py, PyResult, bytes, call, codecs, list, long, unicode};
use std::os::unix::ffi::OsStrExt;

/// What init files set, and what the last completion was about.
pub struct Settings {
    disabled: bool,
    show_if_ambiguous: bool,
    show_if_unmodified: bool,
    ignore_case: bool,
    /// From this number of choices on one is asked whether to see them.
    ask_from: usize,
    pub kind: u8,
    pub begin: usize,
    pub end: usize,
    /// The last command was a completion that changed nothing: the next one shows the choices.
    stuck: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            disabled: false,
            show_if_ambiguous: false,
            show_if_unmodified: false,
            ignore_case: false,
            ask_from: 100,
            kind: 0,
            begin: 0,
            end: 0,
            stuck: false,
        }
    }
}

impl Settings {
    pub fn set(&mut self, name: &str, value: &str, on: bool) {
        match name {
            "disable-completion" => self.disabled = on,
            "show-all-if-ambiguous" => self.show_if_ambiguous = on,
            "show-all-if-unmodified" => self.show_if_unmodified = on,
            "completion-ignore-case" => self.ignore_case = on,
            "completion-query-items" => self.ask_from = value.parse().unwrap_or(100),
            _ => {}
        }
    }
}

/// The answers of the program's function; an exception ends them.
fn ask(py: Py<'_>, f: &PyObject, word: &[char]) -> PyResult<Vec<Vec<char>>> {
    let f = f.to_owned();
    let word = to_object(py, word)?;
    let mut found = Vec::new();
    loop {
        let n = long::from_i64(py, found.len() as i64)?;
        let Ok(next) = call::call(py, &f, [&*word, n.as_object()]) else { return Ok(found) };
        let Some(next) = unicode::check(&next) else { return Ok(found) };
        let Ok(b) = codecs::encode_fs(py, next) else { return Ok(found) };
        found.push(decode(bytes::as_slice(&b)));
    }
}

/// Files whose names begin with the word.
fn files(word: &[char]) -> Vec<Vec<char>> {
    let bytes = encode(word);
    let cut = bytes.iter().rposition(|b| *b == b'/').map_or(0, |i| i + 1);
    let (folder, start) = bytes.split_at(cut);
    let shown = if folder.is_empty() { &b"."[..] } else { folder };
    let Ok(entries) = std::fs::read_dir(std::ffi::OsStr::from_bytes(shown)) else { return Vec::new() };
    let mut found = Vec::new();
    for e in entries.flatten().take(100_000) {
        let name = e.file_name();
        let name = name.as_bytes();
        if name.starts_with(start) && (!start.is_empty() || !name.starts_with(b".")) {
            found.push(decode(&[folder, name].concat()));
        }
    }
    found
}

/// The longest beginning that all have.
fn common(all: &[Vec<char>], ignore_case: bool) -> Vec<char> {
    let same = |a: &char, b: &char| a == b || ignore_case && a.to_lowercase().eq(b.to_lowercase());
    let Some((first, rest)) = all.split_first() else { return Vec::new() };
    let n = rest
        .iter()
        .fold(first.len(), |n, m| first.iter().zip(m).take(n).take_while(|(a, b)| same(a, b)).count());
    first[..n].to_vec()
}

/// `rl_complete_internal`.
pub fn complete(py: Py<'_>, how: Command) {
    let before =
        with(|s| (s.editor.text.clone(), s.editor.last == Some(Command::Complete) && s.completion.stuck));
    let (text, stuck) = before;
    let show = how == Command::List || stuck;
    let word = with(|s| {
        let end = s.editor.point;
        let begin = s.editor.text[..end].iter().rposition(|c| s.delimiters.contains(c)).map_or(0, |i| i + 1);
        s.completion.begin = begin;
        s.completion.end = end;
        s.completion.kind = if show { b'?' } else { b'\t' };
        s.editor.text[begin..end].to_vec()
    });
    if with(|s| s.completion.disabled) {
        with(|s| s.editor.insert(&['\t']));
        return;
    }
    // SAFETY: LIVE: the cell owns a reference, or is NULL.
    let completer = unsafe { CALLBACKS.completer.get().as_ref() };
    let mut found = match completer {
        Some(f) => ask(py, f, &word).unwrap_or_default(),
        None => files(&word),
    };
    // The function may have changed the line.
    let (begin, end) = with(|s| {
        s.editor.last = Some(Command::Complete);
        (s.completion.begin.min(s.editor.text.len()), s.editor.point)
    });
    if found.is_empty() {
        with(|s| s.completion.stuck = false);
        ding();
        return;
    }
    let longest = common(&found, with(|s| s.completion.ignore_case));
    found.sort();
    found.dedup();
    if how == Command::InsertAll {
        let all = found.join(&' ');
        with(|s| s.editor.replace(begin, end, &all));
        return;
    }
    if !show && !longest.is_empty() && longest != word {
        with(|s| s.editor.replace(begin, end, &longest));
    }
    let changed = with(|s| s.editor.text != text);
    with(|s| s.completion.stuck = !changed);
    let (ambiguous, unmodified) =
        with(|s| (s.completion.show_if_ambiguous, s.completion.show_if_unmodified && !changed));
    if found.len() > 1 {
        if show || ambiguous || unmodified {
            display(py, &longest, &found);
        } else {
            ding();
        }
    } else if show {
        display(py, &longest, &found);
    }
}

/// Shows the choices, by the program's function if there is one.
fn display(py: Py<'_>, longest: &[char], found: &[Vec<char>]) {
    let room = |c: &Vec<char>| c.iter().map(|c| width(*c)).sum::<usize>();
    let widest = found.iter().map(room).max().unwrap_or(0);
    // SAFETY: LIVE: the cell owns a reference, or is NULL.
    if let Some(f) = unsafe { CALLBACKS.display.get().as_ref() } {
        let f = f.to_owned();
        let call = || -> PyResult<()> {
            let all = found.iter().map(|m| to_object(py, m)).collect::<PyResult<Vec<_>>>()?;
            let (all, n) = (list::from_iter(py, all)?, long::from_i64(py, widest as i64)?);
            call::call(py, &f, [&*to_object(py, longest)?, all.as_object(), n.as_object()]).map(drop)
        };
        // What it raises is dropped, as CPython drops it.
        let _ = call();
        return;
    }
    let point = with(|s| core::mem::replace(&mut s.editor.point, s.editor.text.len()));
    draw();
    with(|s| s.editor.point = point);
    write(b"\n");
    if found.len() >= with(|s| s.completion.ask_from).max(1) {
        write(format!("Display all {} possibilities? (y or n)", found.len()).as_bytes());
        let yes = loop {
            match byte(py) {
                Ok(Some(b'y' | b'Y' | b' ')) => break true,
                Ok(Some(b'n' | b'N' | 0x7f | 7)) | Ok(None) | Err(_) => break false,
                Ok(Some(_)) => write(b"\x07"),
            }
        };
        write(b"\n");
        if !yes {
            with(|s| s.screen.forget());
            return;
        }
    }
    let cell = widest + 2;
    let across = (columns() / cell).max(1);
    let across = if across > 1 && across * cell == columns() { across - 1 } else { across }.max(1);
    let rows = found.len().div_ceil(across);
    let mut out = Vec::new();
    for row in 0..rows {
        for column in 0..across {
            let Some(m) = found.get(row + column * rows) else { break };
            out.extend(encode(m));
            if row + (column + 1) * rows < found.len() {
                out.extend(std::iter::repeat_n(b' ', cell - room(m)));
            }
        }
        out.push(b'\n');
    }
    write(&out);
    with(|s| s.screen.forget());
}
