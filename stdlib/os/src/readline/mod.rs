//! `readline`: editing of lines at a terminal, with history and completion. The names are those of CPython's module on GNU
//! readline; the editor is our own (`editor`, `keys`, `screen`). Once imported, the prompt and `input()` read through it.
//! Not here: vi mode, numeric arguments (`M-1`), macros recorded at the keyboard, conditions in init files.

mod complete;
mod editor;
mod keys;
mod screen;

use core::cell::{Cell, RefCell};
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::thread::{check_signals, without_gil};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, bytes, call, codecs, exceptions, long, methods, object, protocol, unicode,
};
use dxpy_host::tty::{self, Modes};
use dxpy_host::{Errno, fd, poll};
use editor::{After, Editor};
use keys::{Binding, Command, Directive, Found};
use screen::{Prompt, Screen, decode, encode};
use std::collections::VecDeque;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// `readline`.
pub static MODULE: StaticModule = StaticModule::new(c"readline")
    .doc(c"Importing this module turns on editing of lines, with history and completion, as GNU readline does it.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

type M = PyModuleObject;

methods! { static METHODS: for PyModuleObject [
    "parse_and_bind" = parse_and_bind [1], "($module, string, /)", "Executes a line of an init file.";
    "get_line_buffer" = get_line_buffer [0], "($module, /)", "The line that is edited.";
    "insert_text" = insert_text [1], "($module, string, /)", "Inserts text into the line, where the cursor is.";
    "redisplay" = redisplay [0], "($module, /)", "Brings the screen up to date.";
    "read_init_file" = read_init_file [1], "($module, filename=None, /)", "Executes an init file; None is the last one, or the user's own.";
    "read_history_file" = read_history_file [1], "($module, filename=None, /)", "Adds the lines of a file to the history; None is ~/.history.";
    "write_history_file" = write_history_file [1], "($module, filename=None, /)", "Writes the history to a file; None is ~/.history.";
    "append_history_file" = append_history_file [2], "($module, nelements, filename=None, /)", "Appends the last lines of the history to a file; None is ~/.history.";
    "get_history_item" = get_history_item [1], "($module, index, /)", "A line of the history, the first being 1; None where there is none.";
    "get_current_history_length" = get_current_history_length [0], "($module, /)", "The number of lines in the history.";
    "set_history_length" = set_history_length [1], "($module, length, /)", "Sets how many lines are written to a history file; a negative number is any.";
    "get_history_length" = get_history_length [0], "($module, /)", "How many lines are written to a history file.";
    "set_completer" = set_completer [1], "($module, function=None, /)", "Sets or removes the function that is asked for completions: function(text, state), for state in 0, 1, 2, ... until it answers with something else than a str.";
    "get_completer" = get_completer [0], "($module, /)", "The function that is asked for completions.";
    "get_completion_type" = get_completion_type [0], "($module, /)", "The kind of completion attempted.";
    "get_begidx" = get_begidx [0], "($module, /)", "Where the text to be completed begins.";
    "get_endidx" = get_endidx [0], "($module, /)", "Where the text to be completed ends.";
    "set_completer_delims" = set_completer_delims [1], "($module, string, /)", "Sets the characters that end words for completion.";
    "set_auto_history" = set_auto_history [1], "($module, enabled, /)", "Whether lines that are read go to the history.";
    "add_history" = add_history [1], "($module, string, /)", "Adds a line to the history.";
    "remove_history_item" = remove_history_item [1], "($module, pos, /)", "Removes a line from the history, the first being 0.";
    "replace_history_item" = replace_history_item [2], "($module, pos, line, /)", "Replaces a line of the history, the first being 0.";
    "get_completer_delims" = get_completer_delims [0], "($module, /)", "The characters that end words for completion.";
    "set_startup_hook" = set_startup_hook [1], "($module, function=None, /)", "Sets or removes the function called just before a prompt is shown.";
    "set_completion_display_matches_hook" = set_display_hook [1], "($module, function=None, /)", "Sets or removes the function that shows completions: function(substitution, matches, longest_match_length).";
    "set_pre_input_hook" = set_pre_input_hook [1], "($module, function=None, /)", "Sets or removes the function called when the prompt is shown, before keys are read.";
    "clear_history" = clear_history [0], "($module, /)", "Forgets the history.";
] }

/// Functions of the program.
struct Callbacks {
    completer: Cell<*mut PyObject>,
    display: Cell<*mut PyObject>,
    startup: Cell<*mut PyObject>,
    pre_input: Cell<*mut PyObject>,
}

static CALLBACKS: Gil<Callbacks> = Gil(Callbacks {
    completer: Cell::new(core::ptr::null_mut()),
    display: Cell::new(core::ptr::null_mut()),
    startup: Cell::new(core::ptr::null_mut()),
    pre_input: Cell::new(core::ptr::null_mut()),
});

/// What is set once for all lines, and the line that is being read.
struct State {
    editor: Editor,
    screen: Screen,
    prompt: Prompt,
    /// Keys that come before those of the terminal: the text of a bound sequence.
    pending: VecDeque<u8>,
    /// The byte that was read last.
    byte: u8,
    /// Whether a line is being read.
    reading: bool,
    delimiters: Vec<char>,
    completion: complete::Settings,
    auto_history: bool,
    /// `set_history_length`.
    file_length: i32,
    bell: bool,
    init_file: Option<PathBuf>,
    last_search: Vec<char>,
}

static STATE: Gil<RefCell<Option<State>>> = Gil(RefCell::new(None));

/// Looks at the state. No Python code runs inside.
fn with<R>(f: impl FnOnce(&mut State) -> R) -> R {
    let mut state = STATE.borrow_mut();
    f(state.get_or_insert_with(|| State {
        editor: Editor::default(),
        screen: Screen::default(),
        prompt: Prompt::default(),
        pending: VecDeque::new(),
        byte: 0,
        reading: false,
        delimiters: " \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?".chars().collect(),
        completion: complete::Settings::default(),
        auto_history: true,
        file_length: -1,
        bell: true,
        init_file: None,
        last_search: Vec::new(),
    }))
}

fn fill(py: Py<'_>, m: &M) -> PyResult<()> {
    for (name, n) in [("_READLINE_VERSION", 0x802), ("_READLINE_RUNTIME_VERSION", 0x802)] {
        module::add_int(py, m, name, n)?;
    }
    module::add(py, m, "_READLINE_LIBRARY_VERSION", &unicode::from_str(py, "8.2")?.upcast())?;
    // The user's file may be missing, or wrong.
    let _ = read_init(None);
    dxpy_core::hooks::set_readline(read_line);
    Ok(())
}

/// Writes to the terminal; what cannot be written is lost.
fn write(mut b: &[u8]) {
    while !b.is_empty() {
        match fd::write(1, b) {
            Ok(n) => b = &b[n.min(b.len())..],
            Err(Errno(libc::EINTR)) => {}
            Err(_) => return,
        }
    }
}

fn columns() -> usize {
    tty::size(1).ok().map(|(_, c)| usize::from(c)).filter(|c| *c > 0).unwrap_or(80)
}

fn dumb() -> bool {
    std::env::var_os("TERM").is_none_or(|t| t == "dumb" || t.is_empty())
}

fn draw() {
    let out = with(|s| s.screen.draw(&s.prompt, &s.editor.text, s.editor.point, columns(), dumb()));
    write(&out);
}

fn ding() {
    if with(|s| s.bell) {
        write(b"\x07");
    }
}

/// Calls a hook; what it raises is dropped, as CPython drops it.
fn hook(py: Py<'_>, f: &Cell<*mut PyObject>) {
    // SAFETY: LIVE: the cell owns a reference, or is NULL.
    if let Some(f) = unsafe { f.get().as_ref() } {
        let f = f.to_owned();
        drop(call::call(py, &f, []));
    }
}

/// The terminal while a line is read; back to what it was when dropped.
struct Raw(Modes);

impl Raw {
    fn new() -> Result<Raw, Errno> {
        let old = tty::get_modes(0)?;
        Raw(old).enter()
    }

    fn enter(self) -> Result<Raw, Errno> {
        let mut m = self.0.clone();
        m.local &= !(libc::ICANON | libc::ECHO);
        m.input &= !(libc::ICRNL | libc::INLCR | libc::ISTRIP | libc::INPCK);
        m.characters[libc::VMIN] = 1;
        m.characters[libc::VTIME] = 0;
        for c in [libc::VLNEXT, libc::VSUSP, libc::VREPRINT, libc::VWERASE, libc::VDISCARD] {
            m.characters[c] = 0;
        }
        tty::set_modes(0, libc::TCSADRAIN, &m)?;
        Ok(self)
    }

    fn leave(&self) {
        let _ = tty::set_modes(0, libc::TCSADRAIN, &self.0);
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.leave();
        with(|s| {
            s.reading = false;
            s.pending.clear();
            s.screen.forget();
        });
    }
}

/// Whether a key waits to be read, or comes within so many milliseconds.
fn waiting(timeout: i32) -> bool {
    let mut p = [poll::PollFd { fd: 0, events: libc::POLLIN, revents: 0 }];
    !with(|s| s.pending.is_empty()) || poll::poll(&mut p, timeout).is_ok_and(|n| n > 0)
}

/// The next byte of the keyboard; `None` at its end. One at a time, so that what follows a line is left to others.
fn byte(py: Py<'_>) -> PyResult<Option<u8>> {
    if let Some(b) = with(|s| s.pending.pop_front()) {
        return Ok(Some(b));
    }
    check_signals(py)?;
    loop {
        // While nobody types, C code that shows windows gets its turn ten times a second.
        while dxpy_core::hooks::INPUT_HOOK.get().is_some() && !without_gil(py, || waiting(100)) {
            dxpy_core::hooks::before_input(py);
            check_signals(py)?;
        }
        let mut b = [0];
        match without_gil(py, || fd::read(0, &mut b)) {
            Ok(1) => return Ok(Some(b[0])),
            Err(Errno(libc::EINTR)) => check_signals(py)?,
            Err(Errno(libc::EAGAIN)) => {
                let _ = without_gil(py, || waiting(1000));
                check_signals(py)?;
            }
            _ => return Ok(None),
        }
    }
}

/// What was typed.
enum Key {
    Command(Command),
    Text(Vec<char>),
    Unknown,
    End,
}

/// The character that begins with a byte.
fn character(py: Py<'_>, first: u8) -> PyResult<Vec<char>> {
    let more = match first {
        0xc2..=0xdf => 1,
        0xe0..=0xef => 2,
        0xf0..=0xf4 => 3,
        _ => 0,
    };
    let mut all = vec![first];
    for _ in 0..more {
        match byte(py)? {
            Some(b @ 0x80..=0xbf) => all.push(b),
            Some(b) => {
                with(|s| s.pending.push_front(b));
                break;
            }
            None => break,
        }
    }
    Ok(decode(&all))
}

fn key(py: Py<'_>) -> PyResult<Key> {
    let mut keys = Vec::new();
    loop {
        let Some(b) = byte(py)? else { return Ok(Key::End) };
        with(|s| s.byte = b);
        keys.push(b);
        let bound = match with(|s| s.editor.keys.find(&keys)) {
            Found::Bound(b) => b,
            Found::Begun(Some(b)) if !without_gil(py, || waiting(500)) => b,
            Found::Begun(_) => continue,
            Found::Unknown if keys.len() == 1 && b >= 0x20 => return character(py, b).map(Key::Text),
            Found::Unknown => {
                // The rest of a sequence that nothing is bound to is not text.
                if keys.starts_with(b"\x1b[") {
                    let mut last = b;
                    while !(0x40..=0x7e).contains(&last) || keys.len() == 2 {
                        match byte(py)? {
                            Some(b) => last = b,
                            None => return Ok(Key::End),
                        }
                        keys.push(last);
                    }
                }
                return Ok(Key::Unknown);
            }
        };
        match bound {
            Binding::Do(Command::Insert) => return character(py, b).map(Key::Text),
            Binding::Do(c) => return Ok(Key::Command(c)),
            Binding::Keys(typed) => {
                let full = with(|s| {
                    // A sequence that types itself would never end.
                    if s.pending.len() + typed.len() > 1 << 16 {
                        s.pending.clear();
                        return true;
                    }
                    typed.iter().rev().for_each(|b| s.pending.push_front(*b));
                    false
                });
                if full {
                    return Ok(Key::Unknown);
                }
                check_signals(py)?;
                keys.clear();
            }
        }
    }
}

/// Finds lines of the history while one types. What was typed that ends it.
fn search(py: Py<'_>, mut older: bool) -> PyResult<Option<Key>> {
    let origin = with(|s| s.editor.place());
    let prompt = with(|s| s.prompt.clone());
    let mut what: Vec<char> = Vec::new();
    let mut failed = false;
    let ended = loop {
        let label = format!(
            "({}{}i-search)`{}': ",
            if failed { "failed " } else { "" },
            if older { "reverse-" } else { "" },
            what.iter().collect::<String>()
        );
        with(|s| {
            s.prompt = Prompt::new(label.as_bytes());
            s.screen.invalidate();
        });
        draw();
        match key(py) {
            Err(e) => {
                with(|s| s.prompt = prompt);
                return Err(e);
            }
            Ok(Key::Text(t)) => {
                what.extend(t);
                failed = !with(|s| s.editor.search(&what, older, false));
            }
            Ok(Key::Command(c @ (Command::SearchOlder | Command::SearchNewer))) => {
                older = c == Command::SearchOlder;
                let again = !what.is_empty();
                if !again {
                    what = with(|s| s.last_search.clone());
                }
                failed = !with(|s| s.editor.search(&what, older, again));
            }
            Ok(Key::Command(Command::Rubout)) => {
                what.pop();
                failed = !with(|s| {
                    s.editor.come_back(origin.clone());
                    s.editor.search(&what, older, false)
                });
            }
            Ok(Key::Command(Command::Abort)) => {
                with(|s| s.editor.come_back(origin));
                break None;
            }
            // Control-J ends the search and nothing more.
            Ok(Key::Command(Command::Accept)) if with(|s| s.byte == b'\n') => break None,
            Ok(Key::Unknown) => break None,
            Ok(k) => break Some(k),
        }
        if failed {
            ding();
        }
    };
    with(|s| {
        s.prompt = prompt;
        s.screen.invalidate();
        if !what.is_empty() {
            s.last_search = what;
        }
    });
    draw();
    Ok(ended)
}

/// Reads a line at the terminal (`call_readline`): with its end, or `None` at the end of the input.
pub fn read_line(py: Py<'_>, prompt: &[u8]) -> PyResult<Option<Vec<u8>>> {
    if with(|s| core::mem::replace(&mut s.reading, true)) {
        return Err(exceptions::runtime_error(py, format_args!("can't re-enter readline")));
    }
    let mut raw = match Raw::new() {
        Ok(r) => r,
        Err(e) => {
            with(|s| s.reading = false);
            return Err(crate::path::os_error(py, e, None, None));
        }
    };
    with(|s| {
        s.editor.begin();
        s.prompt = Prompt::new(prompt);
        s.screen.forget();
    });
    hook(py, &CALLBACKS.startup);
    write(&with(|s| core::mem::take(&mut s.prompt.above)));
    draw();
    hook(py, &CALLBACKS.pre_input);
    draw();
    let mut next = None;
    loop {
        let k = match next.take() {
            Some(k) => k,
            None => key(py)?,
        };
        let after = match k {
            Key::End if with(|s| s.editor.text.is_empty()) => After::End,
            Key::End => After::Accept,
            Key::Unknown => After::Ding,
            Key::Text(t) => {
                with(|s| {
                    s.editor.insert(&t);
                    s.editor.last = Some(Command::Insert);
                });
                After::Nothing
            }
            Key::Command(c @ (Command::Complete | Command::List | Command::InsertAll | Command::Menu)) => {
                complete::complete(py, c);
                After::Nothing
            }
            Key::Command(c) => with(|s| s.editor.run(c)),
        };
        match after {
            After::Ding => ding(),
            After::Accept => break,
            After::End => return Ok(None),
            After::Search { older } => next = search(py, older)?,
            After::Quoted => {
                if let Some(b) = byte(py)? {
                    let t = character(py, b)?;
                    with(|s| s.editor.insert(&t));
                }
            }
            After::Clear => {
                write(b"\x1b[H\x1b[2J");
                with(|s| s.screen.forget());
            }
            After::Redraw => with(|s| s.screen.invalidate()),
            After::Suspend => {
                raw.leave();
                let _ = dxpy_host::signal::raise(libc::SIGTSTP);
                let again = tty::get_modes(0).and_then(|_| Raw(raw.0.clone()).enter());
                match again {
                    Ok(r) => {
                        // The old one must not give the modes back yet.
                        core::mem::forget(core::mem::replace(&mut raw, r));
                    }
                    Err(_) => return Ok(None),
                }
                with(|s| s.screen.forget());
            }
            After::Reread => {
                let _ = read_init(None);
            }
            After::Paste => {
                let mut text = Vec::new();
                while let Some(b) = byte(py)? {
                    text.push(b);
                    if text.ends_with(b"\x1b[201~") {
                        text.truncate(text.len() - 6);
                        break;
                    }
                }
                with(|s| s.editor.insert(&decode(&text)));
            }
            After::Complete(_) | After::Nothing => {}
        }
        // Text that comes in a flood is drawn once.
        if next.is_none() && !waiting(0) {
            draw();
        }
    }
    with(|s| s.editor.point = s.editor.text.len());
    draw();
    if !with(|s| s.screen.is_on_fresh_row()) {
        write(b"\n");
    }
    Ok(Some(with(|s| {
        let text = s.editor.text.clone();
        if s.auto_history && !text.is_empty() && s.editor.history.last() != Some(&text) {
            s.editor.add_history(text.clone());
        }
        let mut line = encode(&text);
        line.push(b'\n');
        line
    })))
}

/// A str argument in the bytes of the terminal.
fn text_of(py: Py<'_>, o: &PyObject) -> PyResult<Vec<u8>> {
    let Some(s) = unicode::check(o) else {
        return Err(exceptions::type_error(py, format_args!("bad argument type for built-in operation")));
    };
    let b = bytes::as_slice(&*codecs::encode_fs(py, s)?).to_vec();
    if b.contains(&0) {
        return Err(exceptions::value_error(py, format_args!("embedded null character")));
    }
    Ok(b)
}

fn to_object(py: Py<'_>, text: &[char]) -> PyResult {
    codecs::decode_fs(py, &encode(text)).map(Owned::upcast)
}

fn none() -> PyResult {
    Ok(object::none())
}

fn apply(line: &str) {
    match keys::directive(line) {
        Some(Directive::Bind(keys, to)) => with(|s| s.editor.keys.bind(keys, to)),
        Some(Directive::Set(name, value)) => with(|s| {
            let on = !matches!(value.to_ascii_lowercase().as_str(), "off" | "0");
            match name.as_str() {
                "history-size" => {
                    s.editor.limit = value.parse::<i64>().ok().and_then(|n| usize::try_from(n).ok());
                    s.editor.stifle();
                }
                "bell-style" => s.bell = value != "none",
                _ => s.completion.set(&name, &value, on),
            }
        }),
        None => {}
    }
}

fn parse_and_bind(py: Py<'_>, _: &M, line: &PyObject) -> PyResult {
    apply(&String::from_utf8_lossy(&text_of(py, line)?));
    none()
}

fn home(name: &str) -> PathBuf {
    std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default().join(name)
}

/// `rl_read_init_file`.
fn read_init(path: Option<PathBuf>) -> std::io::Result<()> {
    let chosen = path.or_else(|| with(|s| s.init_file.clone()));
    let named = chosen.or_else(|| std::env::var_os("INPUTRC").filter(|v| !v.is_empty()).map(PathBuf::from));
    let content = match &named {
        Some(p) => std::fs::read(p)?,
        None => std::fs::read(home(".inputrc")).or_else(|_| std::fs::read("/etc/inputrc"))?,
    };
    if named.is_some() {
        with(|s| s.init_file = named);
    }
    String::from_utf8_lossy(&content).lines().for_each(apply);
    Ok(())
}

/// An optional file name.
fn path(py: Py<'_>, o: Option<&PyObject>) -> PyResult<Option<PathBuf>> {
    let Some(o) = o.filter(|o| !object::is_none(o)) else { return Ok(None) };
    let b = codecs::fs_path(py, o)?;
    Ok(Some(PathBuf::from(std::ffi::OsStr::from_bytes(bytes::as_slice(&b)))))
}

fn failed(py: Py<'_>, e: std::io::Error) -> PyErr {
    crate::path::os_error(py, Errno(e.raw_os_error().unwrap_or(libc::EIO)), None, None)
}

fn read_init_file(py: Py<'_>, _: &M, filename: Option<&PyObject>) -> PyResult {
    let p = path(py, filename)?;
    read_init(p).map_err(|e| failed(py, e))?;
    none()
}

fn history_path(py: Py<'_>, filename: Option<&PyObject>) -> PyResult<PathBuf> {
    Ok(path(py, filename)?.unwrap_or_else(|| home(".history")))
}

fn read_history_file(py: Py<'_>, _: &M, filename: Option<&PyObject>) -> PyResult {
    let p = history_path(py, filename)?;
    let content = std::fs::read(p).map_err(|e| failed(py, e))?;
    with(|s| {
        for line in content.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
            s.editor.history.push(decode(line));
        }
        s.editor.stifle();
    });
    none()
}

fn lines(of: &[Vec<char>]) -> Vec<u8> {
    let mut out = Vec::new();
    for l in of {
        out.extend(encode(l));
        out.push(b'\n');
    }
    out
}

/// `history_truncate_file`: only the last lines stay.
fn truncate(p: &Path, most: i32) -> std::io::Result<()> {
    let Ok(most) = usize::try_from(most) else { return Ok(()) };
    let content = std::fs::read(p)?;
    let ends: Vec<usize> =
        content.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i + 1).collect();
    match ends.len().checked_sub(most) {
        Some(over) if over > 0 => std::fs::write(p, &content[ends[over - 1]..]),
        _ => Ok(()),
    }
}

fn write_history_file(py: Py<'_>, _: &M, filename: Option<&PyObject>) -> PyResult {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let p = history_path(py, filename)?;
    let (all, most) = with(|s| (lines(&s.editor.history), s.file_length));
    let mut how = std::fs::OpenOptions::new();
    // Commands may hold secrets.
    let written = how.write(true).create(true).truncate(true).mode(0o600).open(&p);
    written.and_then(|mut f| f.write_all(&all)).map_err(|e| failed(py, e))?;
    let _ = truncate(&p, most);
    none()
}

fn append_history_file(py: Py<'_>, _: &M, nelements: i32, filename: Option<&PyObject>) -> PyResult {
    use std::io::Write;
    let p = history_path(py, filename)?;
    let (text, most) = with(|s| {
        let h = &s.editor.history;
        let n = usize::try_from(nelements).unwrap_or(0).min(h.len());
        (lines(&h[h.len() - n..]), s.file_length)
    });
    let opened = std::fs::OpenOptions::new().append(true).open(&p);
    opened.and_then(|mut f| f.write_all(&text)).map_err(|e| failed(py, e))?;
    let _ = truncate(&p, most);
    none()
}

fn set_history_length(_: Py<'_>, _: &M, length: i32) -> PyResult {
    with(|s| s.file_length = length);
    none()
}

fn get_history_length(py: Py<'_>, _: &M) -> PyResult<Owned<PyLongObject>> {
    long::from_i64(py, with(|s| s.file_length).into())
}

fn get_current_history_length(py: Py<'_>, _: &M) -> PyResult<Owned<PyLongObject>> {
    long::from_i64(py, with(|s| s.editor.history.len()) as i64)
}

fn get_history_item(py: Py<'_>, _: &M, index: i32) -> PyResult {
    let line = usize::try_from(index).ok().and_then(|i| i.checked_sub(1));
    match line.and_then(|i| with(|s| s.editor.history.get(i).cloned())) {
        Some(line) => to_object(py, &line),
        None => none(),
    }
}

/// A place in the history that must be there.
fn position(py: Py<'_>, pos: i32) -> PyResult<usize> {
    let Ok(i) = usize::try_from(pos) else {
        return Err(exceptions::value_error(py, format_args!("History index cannot be negative")));
    };
    if i >= with(|s| s.editor.history.len()) {
        return Err(exceptions::value_error(py, format_args!("No history item at position {pos}")));
    }
    Ok(i)
}

fn remove_history_item(py: Py<'_>, _: &M, pos: i32) -> PyResult {
    let i = position(py, pos)?;
    with(|s| drop(s.editor.history.remove(i)));
    none()
}

fn replace_history_item(py: Py<'_>, _: &M, pos: i32, line: &PyObject) -> PyResult {
    let line = decode(&text_of(py, line)?);
    let i = position(py, pos)?;
    with(|s| s.editor.history[i] = line);
    none()
}

fn add_history(py: Py<'_>, _: &M, line: &PyObject) -> PyResult {
    let line = decode(&text_of(py, line)?);
    with(|s| s.editor.add_history(line));
    none()
}

fn clear_history(_: Py<'_>, _: &M) -> PyResult {
    with(|s| s.editor.history.clear());
    none()
}

fn set_auto_history(_: Py<'_>, _: &M, enabled: bool) -> PyResult {
    with(|s| s.auto_history = enabled);
    none()
}

/// `set_hook`.
fn set(py: Py<'_>, to: &Cell<*mut PyObject>, name: &str, f: Option<&PyObject>) -> PyResult {
    let new = match f.filter(|f| !object::is_none(f)) {
        None => core::ptr::null_mut(),
        Some(f) if protocol::is_callable(f) => f.to_owned().into_ptr(),
        Some(_) => {
            return Err(exceptions::type_error(py, format_args!("set_{name}(func): argument not callable")));
        }
    };
    // SAFETY: OWNED: the cell owned it, or held NULL.
    drop(unsafe { Owned::<PyObject>::from_raw_opt(to.replace(new)) });
    none()
}

fn set_completer(py: Py<'_>, _: &M, f: Option<&PyObject>) -> PyResult {
    set(py, &CALLBACKS.completer, "completer", f)
}

fn set_startup_hook(py: Py<'_>, _: &M, f: Option<&PyObject>) -> PyResult {
    set(py, &CALLBACKS.startup, "startup_hook", f)
}

fn set_pre_input_hook(py: Py<'_>, _: &M, f: Option<&PyObject>) -> PyResult {
    set(py, &CALLBACKS.pre_input, "pre_input_hook", f)
}

fn set_display_hook(py: Py<'_>, _: &M, f: Option<&PyObject>) -> PyResult {
    set(py, &CALLBACKS.display, "completion_display_matches_hook", f)
}

fn get_completer(_: Py<'_>, _: &M) -> PyResult {
    // SAFETY: LIVE: the cell owns a reference, or is NULL.
    Ok(unsafe { CALLBACKS.completer.get().as_ref() }.map_or_else(object::none, Object::to_owned))
}

fn set_completer_delims(py: Py<'_>, _: &M, delimiters: &PyObject) -> PyResult {
    let d = decode(&text_of(py, delimiters)?);
    with(|s| s.delimiters = d);
    none()
}

fn get_completer_delims(py: Py<'_>, _: &M) -> PyResult {
    to_object(py, &with(|s| s.delimiters.clone()))
}

fn get_completion_type(py: Py<'_>, _: &M) -> PyResult<Owned<PyLongObject>> {
    long::from_i64(py, with(|s| s.completion.kind).into())
}

fn get_begidx(py: Py<'_>, _: &M) -> PyResult<Owned<PyLongObject>> {
    long::from_i64(py, with(|s| s.completion.begin) as i64)
}

fn get_endidx(py: Py<'_>, _: &M) -> PyResult<Owned<PyLongObject>> {
    long::from_i64(py, with(|s| s.completion.end) as i64)
}

fn get_line_buffer(py: Py<'_>, _: &M) -> PyResult {
    to_object(py, &with(|s| s.editor.text.clone()))
}

fn insert_text(py: Py<'_>, _: &M, text: &PyObject) -> PyResult {
    let text = decode(&text_of(py, text)?);
    with(|s| s.editor.insert(&text));
    none()
}

fn redisplay(_: Py<'_>, _: &M) -> PyResult {
    if with(|s| s.reading) {
        draw();
    }
    none()
}
