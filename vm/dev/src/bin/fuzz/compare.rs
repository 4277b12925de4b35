//! The target that compiles text with CPython 3.12.1 and with ours: equal code, or equal errors at equal places.
//! Without an oracle it compares nothing, and says so once.

use dxpy_ast::Mod;
use dxpy_bytecode::marshal::Graph;
use dxpy_compiler::{CompileError, Options};
use dxpy_parser::{ErrorKind, Mode, Unicode, parse};
use std::cell::RefCell;
use std::io::{BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// What a panic of this target begins with.
pub const DIFFERS: &str = "DIFFERS ";

/// Unicode 15.0, as the runtime has it.
pub struct Tables;

impl Unicode for Tables {
    fn is_xid_start(&self, c: char) -> bool {
        dxpy_text::unicode::is_xid_start(c as u32)
    }
    fn is_xid_continue(&self, c: char) -> bool {
        dxpy_text::unicode::is_xid_continue(c as u32)
    }
    fn is_printable(&self, c: char) -> bool {
        dxpy_text::unicode::is_printable(c as u32)
    }
    fn nfkc(&self, s: &str) -> Option<String> {
        Some(dxpy_text::unicode::normalize::nfkc_str(s))
    }
    fn by_name(&self, name: &str) -> Option<u32> {
        dxpy_text::unicode::names::by_name(name)
    }
}

/// Asked with a byte for the mode, one for the level and a length before the text; answers with a letter and a text or
/// marshalled code after its length.
const SCRIPT: &str = r#"
import marshal, sys, warnings
warnings.simplefilter("ignore")
read, out = sys.stdin.buffer.read, sys.stdout.buffer
if sys.version_info[:3] != (3, 12, 1):
    sys.exit(1)
modes = {ord("x"): "exec", ord("e"): "eval", ord("s"): "single"}
while head := read(6):
    source = read(int.from_bytes(head[2:], "little")).decode()
    try:
        kind, text = b"C", marshal.dumps(compile(source, "<fuzz>", modes[head[0]], 0, True, head[1]))
    except SyntaxError as e:
        text = f"{type(e).__name__}: {e.msg} | {e.lineno} {e.offset} {e.end_lineno} {e.end_offset}"
        kind, text = b"E", text.encode("utf-8", "backslashreplace")
    except BaseException as e:
        kind, text = b"E", f"{type(e).__name__}: {e}".encode("utf-8", "backslashreplace")
    out.write(kind + len(text).to_bytes(4, "little") + text)
    out.flush()
"#;

struct Oracle {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Oracle {
    fn start() -> Option<Oracle> {
        let python = std::env::var_os("DXPY_ORACLE").unwrap_or("python3.12".into());
        let mut command = Command::new(python);
        command.args(["-I", "-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().ok()?;
        let (input, output) = (child.stdin.take()?, BufReader::new(child.stdout.take()?));
        Some(Oracle { child, input, output })
    }

    fn ask(&mut self, mode: u8, level: u8, text: &str) -> Option<(u8, Vec<u8>)> {
        self.input.write_all(&[mode, level]).ok()?;
        self.input.write_all(&(text.len() as u32).to_le_bytes()).ok()?;
        self.input.write_all(text.as_bytes()).ok()?;
        self.input.flush().ok()?;
        let mut head = [0; 5];
        self.output.read_exact(&mut head).ok()?;
        let mut answer = vec![0; u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize];
        self.output.read_exact(&mut answer).ok()?;
        Some((head[0], answer))
    }
}

thread_local! {
    /// The oracle, and how often one was started.
    static ORACLE: RefCell<(Option<Oracle>, u32)> = const { RefCell::new((None, 0)) };
}

/// What CPython says; nothing where there is none, or where the input ended it.
fn theirs(mode: u8, level: u8, text: &str) -> Option<(u8, Vec<u8>)> {
    ORACLE.with_borrow_mut(|(oracle, started)| {
        if oracle.is_none() {
            *started += 1;
            *oracle = Oracle::start();
        }
        let answer = oracle.as_mut()?.ask(mode, level, text);
        if answer.is_none()
            && let Some(mut dead) = oracle.take()
        {
            let _ = dead.child.kill();
            let _ = dead.child.wait();
            if *started == 1 {
                eprintln!("SKIP: CPython 3.12.1 does not answer (DXPY_ORACLE): such inputs are not compared");
            }
        }
        answer
    })
}

enum Ours {
    Code(Box<dxpy_bytecode::CodeObject>),
    Error(String),
    /// What is known not to be done, or is not compared.
    Left,
}

fn ours(mode: Mode, level: u8, text: &str) -> Ours {
    let options = dxpy_parser::Options { ignore_cookie: true, ..dxpy_parser::Options::new(mode) };
    let mut tree: Mod = match parse(text.as_bytes(), &options, &Tables) {
        Ok((tree, _)) => tree,
        Err(e) => {
            let kind = match e.kind {
                ErrorKind::Syntax => "SyntaxError",
                ErrorKind::Indentation => "IndentationError",
                ErrorKind::Tab => "TabError",
                ErrorKind::Unicode => return Ours::Error(format!("UnicodeDecodeError: {}", e.message)),
                _ => return Ours::Left,
            };
            if e.lineno == 0 {
                return Ours::Error(format!("{kind}: {}", e.message));
            }
            let place = format!("{} {} {} {}", e.lineno, e.offset, e.end_lineno, e.end_offset);
            return Ours::Error(format!("{kind}: {} | {place}", e.message));
        }
    };
    let printable = dxpy_text::unicode::is_printable;
    let options = Options { optimize: level, printable, ..Options::default() };
    match dxpy_compiler::compile(&mut tree, &"<fuzz>".into(), options, &mut Vec::new()) {
        Ok(code) => Ours::Code(Box::new(code)),
        Err(CompileError::Syntax(e)) => {
            let r = e.range;
            let end = if r.end_col_offset == -2 { "None".into() } else { (r.end_col_offset + 1).to_string() };
            let place = format!("{} {} {} {end}", r.lineno, r.col_offset + 1, r.end_lineno);
            Ours::Error(format!("SyntaxError: {} | {place}", e.message))
        }
        Err(CompileError::NotImplemented(_) | CompileError::System(_)) => Ours::Left,
        Err(e) => Ours::Error(e.to_string()),
    }
}

/// The target.
pub fn run(input: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(input) else { return "not text".into() };
    let number = input.len() + usize::from(input.first().copied().unwrap_or(0));
    let (letter, mode) =
        [(b'x', Mode::Exec), (b'x', Mode::Exec), (b'e', Mode::Eval), (b's', Mode::Single)][number % 4];
    let level = (number / 4 % 3) as u8;
    let ours = ours(mode, level, text);
    if matches!(ours, Ours::Left) {
        return "not compared".into();
    }
    let Some((kind, answer)) = theirs(letter, level, text) else { return "no answer".into() };
    let said = String::from_utf8_lossy(&answer).into_owned();
    match (ours, kind) {
        (Ours::Code(ours), b'C') => {
            let (graph, _) = Graph::read(&answer).expect("CPython's code can be read");
            let theirs = graph.to_code().expect("CPython's code is code");
            if let Some(difference) = dxpy_bytecode::compare(&ours, &theirs) {
                panic!("{DIFFERS}code: {difference}");
            }
            "equal code".into()
        }
        (Ours::Code(_), _) if crash_like(&said) => "not compared".into(),
        (Ours::Code(_), _) => panic!("{DIFFERS}ours compiles; CPython: {said}"),
        (Ours::Error(error), b'C') => panic!("{DIFFERS}CPython compiles; ours: {error}"),
        (Ours::Error(error), _) => {
            let same = error == said
                || said.strip_suffix(" | None None None None") == Some(&error)
                || crash_like(&said);
            assert!(same, "{DIFFERS}{error} ## CPython: {said}");
            said
        }
        (Ours::Left, _) => unreachable!("returned above"),
    }
}

/// CPython's own limits, which depend on its stack.
fn crash_like(said: &str) -> bool {
    ["RecursionError", "MemoryError", "SystemError"].iter().any(|name| said.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Findings, made small.
    const ONCE_DIFFERENT: &[&str] = &[
        "for x in y:\n\\\n return\n",
        "def f(a):\n    b = c\n\\\n  d\n",
        "async def f(x):\n  for s in s:\n            n(b)\n            if m in e:\n\\\n lo",
        "x {{r()\nd(r(i) for i in o)\nr",
        "def f():\n    ''  #\n    '\\u0 '\\ufffe'\n",
        "async def f():  os\"\"f\"\\xf\"",
        "s\"\"f\"{f!e\n",
        "ª 07",
        "from __future__ import aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaéaaaaaa",
        "def f(\n*a, b: int = ..., /",
        "A(\n\\\n\\",
        "'é\\N{}'",
    ];

    #[test]
    fn what_once_differed_is_equal() {
        for &text in ONCE_DIFFERENT {
            for lines in 0..12 {
                run((text.to_owned() + &"\n".repeat(lines)).as_bytes());
            }
        }
    }

    #[test]
    fn equal_and_different_are_told_apart() {
        if theirs(b'x', 0, "x = 1\n").is_none() {
            println!("SKIP equal_and_different_are_told_apart: no CPython 3.12.1");
            return;
        }
        for text in ["x = 1\n", "def f(a):\n    return a + 1\n", "x = = 1\n", "return 1\n", "'a"] {
            // Each mode and level that its length and first byte may choose.
            for spaces in 0..12 {
                run((text.to_owned() + &"\n".repeat(spaces)).as_bytes());
            }
        }
        let Ours::Code(code) = ours(Mode::Exec, 0, "x = 1\n") else { panic!("it compiles") };
        let (graph, _) =
            Graph::read(&theirs(b'x', 0, "x = 2\n").unwrap().1).map(|(g, r)| (g, r.len())).unwrap();
        assert!(dxpy_bytecode::compare(&code, &graph.to_code().unwrap()).is_some());
    }
}
