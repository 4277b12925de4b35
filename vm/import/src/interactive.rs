//! The interactive loop (`_PyRun_InteractiveLoopObject`): prompts, statements over several lines, and what is done with
//! them. Where lines come from is the caller's: a terminal with editing, or plain standard input.

use crate::run::{self, Exit};
use crate::source::{self, Compile, flag};
use crate::state;
use dxpy_ast::{Mod, StmtKind};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{Owned, Py, PyErr, PyResult, dict, exceptions, module, name, protocol, unicode};
use dxpy_parser::Mode;

/// What a reader gives.
pub enum Line {
    /// A line with its end, or the last one without.
    Text(Vec<u8>),
    End,
}

/// Where lines come from.
pub trait Reader {
    /// Shows a prompt and reads a line.
    fn line(&mut self, py: Py<'_>, prompt: &[u8]) -> PyResult<Line>;
}

/// `PyCF_*` flags and future features that earlier statements turned on.
#[derive(Default)]
struct Session {
    flags: u32,
}

/// What one statement came to.
enum One {
    Done,
    End,
}

/// Reads and runs one statement (`PyRun_InteractiveOneObjectEx`); false where there is none any more.
pub fn run_one(py: Py<'_>, reader: &mut dyn Reader, filename: &str) -> PyResult<bool> {
    one(py, reader, filename, &mut Session::default()).map(|o| matches!(o, One::Done))
}

/// Reads and runs statements until there are no more.
pub fn run_loop(py: Py<'_>, reader: &mut dyn Reader, filename: &str) -> Result<(), Exit> {
    let sys = module::dict_of(state::sys());
    for (n, text) in [(name!("ps1"), ">>> "), (name!("ps2"), "... ")] {
        let has = dict::get_name(py, sys, n).ok().flatten().is_some();
        if !has && let Ok(text) = unicode::from_str(py, text) {
            drop(dict::set(py, sys, n.obj(py), text.as_object()));
        }
    }
    let mut session = Session::default();
    let mut refused = 0;
    loop {
        match one(py, reader, filename, &mut session) {
            Ok(One::End) => return Ok(()),
            Ok(One::Done) => {}
            Err(e) => {
                // Without memory not even the end of input is seen: no endless loop, but one command may fail.
                let no_memory = exceptions::matches(&e, &exceptions::MemoryError);
                refused = if no_memory { refused + 1 } else { 0 };
                if refused > 16 {
                    return Err(Exit(1));
                }
                run::print(py, e, true)?;
            }
        }
        run::flush(py);
    }
}

/// The bytes of a prompt; nothing where there is none.
fn prompt(py: Py<'_>, n: &unicode::Name) -> Vec<u8> {
    let found = dict::get_name(py, module::dict_of(state::sys()), n).ok().flatten();
    let text = found.and_then(|o| protocol::str(py, &o).ok());
    text.and_then(|t| encoded(py, &t, name!("stdout")).ok()).unwrap_or_default()
}

/// A prompt in the encoding of a stream.
fn encoded(py: Py<'_>, text: &PyUnicodeObject, stream: &unicode::Name) -> PyResult<Vec<u8>> {
    let stream = dict::get_name(py, module::dict_of(state::sys()), stream)?;
    let of = |n: &unicode::Name| -> Option<String> {
        let v = dxpy_core::attr::get_name(py, stream.as_ref()?, n).ok()?;
        unicode::check(&v).map(|v| unicode::display(v.as_object()))
    };
    let (encoding, errors) = (of(name!("encoding")), of(name!("errors")));
    let b = dxpy_core::codecs::encode(py, text, encoding.as_deref(), errors.as_deref())?;
    Ok(dxpy_core::bytes::check(&b).map(|b| dxpy_core::bytes::as_slice(b).to_vec()).unwrap_or_default())
}

/// Whether the tokenizer passes a first line that has no statement.
fn empty(line: &str) -> bool {
    let rest = line.trim_matches([' ', '\t', '\x0c', '\n', '\r', '\0']);
    rest.is_empty() || rest.starts_with('#')
}

/// Statements that end with an empty line.
fn compound(tree: &Mod) -> bool {
    let Mod::Interactive { body } = tree else { return false };
    use StmtKind::*;
    body.last().is_some_and(|s| {
        matches!(
            s.kind,
            FunctionDef { .. }
                | AsyncFunctionDef { .. }
                | ClassDef { .. }
                | For { .. }
                | AsyncFor { .. }
                | While { .. }
                | If { .. }
                | With { .. }
                | AsyncWith { .. }
                | Match { .. }
                | Try { .. }
                | TryStar { .. }
        )
    })
}

/// `PyRun_InteractiveOneObjectEx`.
fn one(py: Py<'_>, reader: &mut dyn Reader, filename: &str, session: &mut Session) -> PyResult<One> {
    let (first, more) = (prompt(py, name!("ps1")), prompt(py, name!("ps2")));
    let name = unicode::from_str(py, filename)?;
    let mut text = String::new();
    let mut tree = loop {
        let line = match reader.line(py, if text.is_empty() { &first } else { &more })? {
            Line::Text(mut b) => {
                // Lines end at a NUL, where C's would.
                if let Some(end) = b.iter().position(|c| *c == 0) {
                    b.truncate(end);
                }
                Some(decoded(py, &b, &name)?)
            }
            Line::End => None,
        };
        let how = Compile {
            mode: Mode::Single,
            flags: session.flags,
            ignore_cookie: true,
            script: false,
            ..run::defaults()
        };
        let Some(line) = line else {
            if text.is_empty() {
                return Ok(One::End);
            }
            // The end of the input ends the statement too.
            break source::parse(py, text.as_bytes(), &name, how)?;
        };
        if text.is_empty() && empty(&line) {
            return Ok(One::Done);
        }
        let last = line == "\n" || line == "\r\n";
        text.push_str(&line);
        if !line.ends_with('\n') {
            // The last line lacks its end: what follows is the end of the input.
            continue;
        }
        if last {
            match source::parse(py, text.as_bytes(), &name, how) {
                Ok(t) => break t,
                Err(e) if open(py, &e) => continue,
                Err(e) => return Err(e),
            }
        }
        let partial = Compile { flags: how.flags | flag::ALLOW_INCOMPLETE, ..how };
        match source::parse(py, text.as_bytes(), &name, partial) {
            Ok(t) if compound(&t) => continue,
            Ok(t) => break t,
            Err(e) if incomplete(py, &e) => continue,
            Err(e) => return Err(multiple(py, e)),
        }
    };
    let how = Compile { mode: Mode::Single, flags: session.flags, ..run::defaults() };
    let code = source::compile_tree(py, &mut tree, &name, how, &mut dxpy_types::code::Cache::default())?;
    session.flags |= code.co_flags.get() as u32 & dxpy_compiler::FLAGS_MASK;
    let main = run::main_module(py)?;
    let d = module::dict_of(&main);
    run::eval(py, &code, d, d.as_object())?;
    Ok(One::Done)
}

/// A line of the input as text: UTF-8. What is not makes a `SyntaxError` that has a place but no number of a line.
fn decoded(py: Py<'_>, line: &[u8], filename: &PyUnicodeObject) -> PyResult<String> {
    if let Ok(text) = core::str::from_utf8(line) {
        return Ok(text.to_owned());
    }
    let e = match dxpy_core::codecs::decode_utf8(py, dxpy_core::codecs::Source::new(line), None) {
        // No text of Rust's: a surrogate cannot come from a strict decoder.
        Ok(text) => return Ok(unicode::display(text.as_object())),
        Err(e) => e,
    };
    let reason = protocol::str(py, e.value().as_object())?;
    let text = unicode::from_str(py, &format!("(unicode error) {}", unicode::display(reason.as_object())))?;
    let zero = dxpy_core::long::from_i64(py, 0)?;
    let place = dxpy_core::tuple::from_iter(
        py,
        [
            filename.as_object().to_owned(),
            zero.clone().upcast(),
            zero.upcast(),
            unicode::from_str(py, "")?.upcast(),
        ],
    )?;
    let class = exceptions::SyntaxError.as_object();
    let made = dxpy_core::call::call(py, class, [text.as_object(), place.as_object()])?;
    Err(exceptions::raise_object(py, &made))
}

/// The message of a syntax error.
fn message(py: Py<'_>, e: &PyErr) -> Option<String> {
    if !exceptions::matches(e, &exceptions::SyntaxError) {
        return None;
    }
    let m: Owned = dxpy_core::attr::get_name(py, e.value().as_object(), name!("msg")).ok()?;
    Some(unicode::display(&m))
}

fn incomplete(py: Py<'_>, e: &PyErr) -> bool {
    message(py, e).is_some_and(|m| m == "incomplete input")
}

/// Whether a text ends inside brackets or a string, where an empty line means nothing.
fn open(py: Py<'_>, e: &PyErr) -> bool {
    message(py, e).is_some_and(|m| {
        m.ends_with("was never closed")
            || m.starts_with("unterminated triple-quoted")
            || m.starts_with("unexpected EOF while parsing")
    })
}

/// A statement behind one that an empty line should have ended is an error of its own at the prompt.
fn multiple(py: Py<'_>, e: PyErr) -> PyErr {
    if message(py, &e).is_some_and(|m| m.starts_with("multiple statements found"))
        && let Ok(text) = unicode::from_str(py, "invalid syntax")
    {
        drop(dxpy_core::attr::set_name(py, e.value().as_object(), name!("msg"), text.as_object()));
    }
    e
}
