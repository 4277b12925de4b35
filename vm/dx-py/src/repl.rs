//! Where the prompt reads lines from: a terminal with editing, history and completion, or plain standard input.

use dxpy_core::ptr::Object;
use dxpy_core::thread::states;
use dxpy_core::{Owned, Py, PyResult, call, long, module, name, object, unicode};
use dxpy_import::interactive::{Line, Reader};
use dxpy_import::{import, run};
use dxpy_mod_sys::config;
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Editor, Helper};
use std::cell::RefCell;
use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

/// The reader of this process' standard input.
pub fn reader(py: Py<'_>) -> Box<dyn Reader> {
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    if terminal && let Some(t) = Terminal::new(py) { Box::new(t) } else { Box::new(Plain) }
}

/// Lines as they come, without editing (`PyOS_StdioReadline`); prompts go to standard error.
struct Plain;

impl Reader for Plain {
    fn line(&mut self, py: Py<'_>, prompt: &str) -> PyResult<Line> {
        let mut err = std::io::stderr();
        let _ = err.write_all(prompt.as_bytes()).and_then(|()| err.flush());
        let mut line = Vec::new();
        let read = py.allow_threads(|| std::io::stdin().lock().read_until(b'\n', &mut line));
        match read {
            Ok(n) if n > 0 => Ok(Line::Text(line)),
            _ => {
                let _ = err.write_all(b"\n");
                Ok(Line::End)
            }
        }
    }
}

/// Names of the program, by `rlcompleter`.
struct Names {
    completer: Option<Owned>,
}

impl Names {
    fn new(py: Py<'_>) -> Names {
        let make = || -> PyResult {
            let m = import::import_module(py, name!("rlcompleter").get(py))?;
            let main = run::main_module(py)?;
            call::method(py, &m, name!("Completer"), [module::dict_of(&main).as_object()])
        };
        Names { completer: make().ok() }
    }

    /// What may stand for a word.
    fn all(&self, py: Py<'_>, word: &str) -> PyResult<Vec<String>> {
        let Some(completer) = &self.completer else { return Ok(Vec::new()) };
        let text = unicode::from_str(py, word)?;
        let mut found = Vec::new();
        loop {
            let n = long::from_i64(py, found.len() as i64)?;
            let next = call::method(py, completer, name!("complete"), [text.as_object(), n.as_object()])?;
            if object::is_none(&next) {
                return Ok(found);
            }
            found.push(unicode::display(&next));
        }
    }
}

/// The helper of the editor. It is asked while other threads run, and takes the GIL for its answer.
struct Help {
    names: RefCell<Names>,
}

impl Completer for Help {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let front = &line[..pos];
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        let start =
            front.rfind(|c| !word(c)).map_or(0, |i| i + front[i..].chars().next().map_or(1, char::len_utf8));
        if front.trim().is_empty() {
            let indent = Pair { display: String::new(), replacement: "    ".to_owned() };
            return Ok((pos, vec![indent]));
        }
        let held = states::ensure();
        // SAFETY: GIL: just taken.
        let py = unsafe { Py::assume() };
        let found = self.names.borrow().all(py, &front[start..]).unwrap_or_else(|e| {
            drop(e);
            Vec::new()
        });
        // SAFETY: GIL; pairs with the call above.
        unsafe { states::release(held) };
        Ok((start, found.into_iter().map(|t| Pair { display: t.clone(), replacement: t }).collect()))
    }
}

impl Hinter for Help {
    type Hint = String;
}
impl Highlighter for Help {}
impl Validator for Help {}
impl Helper for Help {}

/// A terminal with line editing.
struct Terminal {
    editor: Editor<Help, DefaultHistory>,
    history: Option<PathBuf>,
}

impl Terminal {
    fn new(py: Py<'_>) -> Option<Terminal> {
        let how = Config::builder().completion_type(CompletionType::List).auto_add_history(false).build();
        let mut editor = Editor::<Help, DefaultHistory>::with_config(how).ok()?;
        editor.set_helper(Some(Help { names: RefCell::new(Names::new(py)) }));
        let history = history_file();
        if let Some(h) = &history {
            // There is none the first time.
            let _ = editor.load_history(h);
        }
        Some(Terminal { editor, history })
    }
}

/// Where lines are kept between sessions; nowhere for an isolated one.
fn history_file() -> Option<PathBuf> {
    if config::get().isolated != 0 {
        return None;
    }
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let base = absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|h| h.join(".local/state")))?;
    Some(base.join("dx-py/history"))
}

/// The editor is used by the thread that reads, while it does not hold the GIL.
struct Lent<'a>(&'a mut Editor<Help, DefaultHistory>);
// SAFETY: the reference is used by the calling thread only; the objects it holds are touched with the GIL held.
unsafe impl Send for Lent<'_> {}

impl Reader for Terminal {
    fn line(&mut self, py: Py<'_>, prompt: &str) -> PyResult<Line> {
        let lent = Lent(&mut self.editor);
        let read = py.allow_threads(move || {
            let Lent(editor) = { lent };
            editor.readline(prompt)
        });
        match read {
            Ok(mut line) => {
                line.push('\n');
                Ok(Line::Text(line.into_bytes()))
            }
            Err(ReadlineError::Interrupted) => Ok(Line::Interrupt),
            Err(_) => {
                println!();
                Ok(Line::End)
            }
        }
    }

    fn accepted(&mut self, text: &str) {
        for line in text.lines() {
            let _ = self.editor.add_history_entry(line);
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let Some(h) = &self.history else { return };
        let made = h.parent().is_some_and(|d| std::fs::create_dir_all(d).is_ok());
        if made {
            // A history that cannot be kept is lost, not an error of the program's.
            let _ = self.editor.save_history(h);
        }
    }
}
