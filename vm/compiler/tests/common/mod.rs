//! Compiling with this crate and with an installed CPython 3.12.1, and comparing: for the tests and `examples/codecmp`.
#![allow(dead_code)]

use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dxpy_ast::PyStr;
use dxpy_bytecode::marshal::Graph;
use dxpy_bytecode::{CodeObject, Const, compare};
use dxpy_compiler::{CompileError, Options, WarningKind, compile};
use dxpy_parser::{ErrorKind, Mode, Unicode, parse};

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

/// Something to compile.
#[derive(Clone, Debug)]
pub enum Source {
    File(PathBuf),
    Text(Vec<u8>),
}

#[derive(Clone, Debug)]
pub struct Job {
    pub source: Source,
    pub level: u8,
    pub flags: u32,
    pub mode: Mode,
}

impl Job {
    pub fn name(&self) -> String {
        let Job { level, flags, mode, .. } = self;
        match &self.source {
            Source::File(path) => format!("{} -O{level}", path.display()),
            Source::Text(text) => {
                format!("{mode:?} -O{level} flags {flags:x}:\n{}", String::from_utf8_lossy(text))
            }
        }
    }
}

/// The oracle and its library's folder; without one, a loud word.
pub fn oracle() -> Option<(String, PathBuf)> {
    let python = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".into());
    let code = "import sys, os; print(sys.version.split()[0], os.path.dirname(os.__file__), sep='|', end='')";
    let answer = Command::new(&python).args(["-c", code]).output().ok();
    let text = answer.map(|out| String::from_utf8_lossy(&out.stdout).into_owned()).unwrap_or_default();
    match text.strip_prefix("3.12.1|") {
        Some(library) => Some((python, library.into())),
        None => {
            println!("SKIP: {python} is no CPython 3.12.1 (set DXPY_ORACLE): code was NOT compared with it");
            None
        }
    }
}

pub fn collect(path: &Path, out: &mut Vec<PathBuf>) {
    if path.is_file() {
        return out.push(path.into());
    }
    let Ok(entries) = std::fs::read_dir(path) else { return };
    let mut entries: Vec<_> = entries.flatten().map(|e| e.path()).collect();
    entries.sort();
    for p in entries {
        if p.is_dir() {
            collect(&p, out);
        } else if p.extension().is_some_and(|x| x == "py") {
            out.push(p);
        }
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/codegen_oracle.py")
}

/// The texts found in CPython's tests.
pub fn samples(python: &str) -> Vec<Vec<u8>> {
    texts(Command::new(python).arg(script()).arg("samples"))
}

/// Programs made by chance, or (`broken`) what is hardly a program any more.
pub fn programs(python: &str, seed: u64, count: usize, broken: bool) -> Vec<Vec<u8>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs.py");
    texts(
        Command::new(python)
            .arg(script)
            .args([seed.to_string(), count.to_string()])
            .args(broken.then_some("broken")),
    )
}

fn texts(command: &mut Command) -> Vec<Vec<u8>> {
    let out = command.output().expect("the oracle runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let unhex = |key: &[u8]| -> Vec<u8> {
        let digit = |b: u8| (b as char).to_digit(16).expect("a digit") as u8;
        key.chunks(2).map(|d| digit(d[0]) << 4 | digit(d[1])).collect()
    };
    out.stdout.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(unhex).collect()
}

pub enum Verdict {
    Equal,
    /// Equal, and an error.
    EqualError,
    /// The parser, or the marshal reader, cannot do this one.
    Refused(String),
    Different(String),
}

/// Compiles all jobs with both, and says of each how they compare.
pub fn run(python: &str, jobs: &[Job], mut each: impl FnMut(&Job, Verdict)) {
    let mut child = Command::new(python)
        .arg(script())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the oracle runs");
    let mut input = BufWriter::new(child.stdin.take().expect("a pipe"));
    let lines: Vec<String> = jobs.iter().map(request).collect();
    let feeder = std::thread::spawn(move || lines.iter().try_for_each(|l| input.write_all(l.as_bytes())));
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    for job in jobs {
        let mut kind = [0];
        if output.read_exact(&mut kind).is_err() {
            each(job, Verdict::Different("the oracle died".into()));
            break;
        }
        let want = part(&mut output);
        let warned = String::from_utf8(part(&mut output)).expect("UTF-8");
        each(job, judge(job, kind[0] == b'C', &want, &warned));
    }
    feeder.join().expect("the oracle is fed").ok();
    child.wait().expect("the oracle ends");
}

fn request(job: &Job) -> String {
    let mode = match job.mode {
        Mode::Eval => "eval",
        Mode::Single => "single",
        _ => "exec",
    };
    let source = match &job.source {
        Source::File(path) => format!("@{}", path.display()),
        Source::Text(text) => text.iter().map(|b| format!("{b:02x}")).collect(),
    };
    format!("{} {} {mode} {source}\n", job.level, job.flags)
}

fn part(from: &mut impl Read) -> Vec<u8> {
    let mut len = [0; 4];
    from.read_exact(&mut len).expect("a length");
    let mut bytes = vec![0; u32::from_le_bytes(len) as usize];
    from.read_exact(&mut bytes).expect("an answer");
    bytes
}

/// Compiles with this crate; warnings come as the oracle shows them. The outer error is the parser's.
pub fn compile_job(
    job: &Job,
    warned: &mut Vec<String>,
) -> Result<Result<CodeObject, CompileError>, dxpy_parser::SyntaxError> {
    let (source, text) = match &job.source {
        Source::File(path) => (std::fs::read(path).expect("a file to read"), false),
        Source::Text(text) => (text.clone(), true),
    };
    let options = dxpy_parser::Options {
        ignore_cookie: text,
        barry_as_flufl: job.flags & dxpy_bytecode::co::FUTURE_BARRY_AS_BDFL != 0,
        ..dxpy_parser::Options::new(job.mode)
    };
    let (mut tree, early) = parse(&source, &options, &Tables)?;
    warned.extend(early.iter().map(|w| {
        let kind = match w.kind {
            dxpy_parser::WarningKind::Syntax => "SyntaxWarning",
            dxpy_parser::WarningKind::Deprecation => "DeprecationWarning",
        };
        format!("{kind} {} {}", w.lineno, w.message)
    }));
    let options = Options {
        optimize: job.level,
        flags: job.flags,
        printable: dxpy_text::unicode::is_printable,
        ..Options::default()
    };
    let mut warnings = Vec::new();
    let result = compile(&mut tree, &PyStr::from("<file>"), options, &mut warnings);
    warned.extend(warnings.iter().map(|w| match w.kind {
        WarningKind::Syntax => format!("SyntaxWarning {} {}", w.range.lineno, w.message),
        WarningKind::Deprecation => format!("DeprecationWarning {}", w.message),
    }));
    Ok(result)
}

fn judge(job: &Job, is_code: bool, want: &[u8], warned: &str) -> Verdict {
    let mut warnings = Vec::new();
    let got = match compile_job(job, &mut warnings) {
        Ok(got) => got,
        Err(e) if is_code && e.kind == ErrorKind::UnknownEncoding => return Verdict::Refused(e.message),
        Err(e) if is_code => return Verdict::Refused(format!("{e:?}")),
        Err(e) => {
            let (got, want) = (parser_error(&e), String::from_utf8_lossy(want));
            // Errors of the coding cookie have no position, which CPython shows in more than one way.
            let same = match got.split_once(" | 0 ") {
                Some((got, _)) => want.split_once(" | 0 ").is_some_and(|(want, _)| got == want),
                None => got == want,
            };
            return match same {
                true => Verdict::EqualError,
                false => Verdict::Different(format!("{got} != {want}")),
            };
        }
    };
    let got = match got {
        Ok(code) if is_code => code,
        Ok(_) => return Verdict::Different(format!("no error, want {}", String::from_utf8_lossy(want))),
        Err(e) if is_code => return Verdict::Different(format!("{e}")),
        Err(e) => {
            let (got, want) = (error(&e), String::from_utf8_lossy(want));
            // 3.12.1 has a fault with `__class__` in a class body, and says so with addresses in the text.
            let same = got == want || (got.starts_with("SystemError") && want.starts_with("SystemError"));
            return match same {
                true => Verdict::EqualError,
                false => Verdict::Different(format!("{got} != {want}")),
            };
        }
    };
    let want = match Graph::read(want).map_err(|e| format!("{e:?}")) {
        Ok((graph, _)) => graph.to_code().map_err(|e| format!("{e:?}")),
        Err(e) => Err(e),
    };
    let want = match want {
        Ok(want) => want,
        Err(e) => return Verdict::Refused(e),
    };
    if let Some(difference) = compare(&got, &want) {
        return Verdict::Different(difference.to_string());
    }
    // Warnings of folding have the line of whoever called `compile()`.
    let want: Vec<String> = warned
        .lines()
        .map(|l| match l.split_once(' ').unwrap_or_default() {
            (kind, rest) if rest.contains("Bitwise inversion") => {
                format!("{kind} {}", rest.split_once(' ').unwrap_or_default().1)
            }
            _ => l.to_owned(),
        })
        .collect();
    let got = warnings;
    if got != want {
        return Verdict::Different(format!("warnings {got:?} != {want:?}"));
    }
    Verdict::Equal
}

fn parser_error(e: &dxpy_parser::SyntaxError) -> String {
    let dxpy_parser::SyntaxError { message, lineno, offset, end_lineno, end_offset, .. } = e;
    let name = match e.kind {
        ErrorKind::Indentation => "IndentationError",
        ErrorKind::Tab => "TabError",
        ErrorKind::Memory => return format!("MemoryError: {message}"),
        // The parser names an encoding that it does not know; whether anyone does is for the runtime to say.
        ErrorKind::UnknownEncoding => return format!("SyntaxError: unknown encoding: {message} | 0 "),
        _ => "SyntaxError",
    };
    format!("{name}: {message} | {lineno} {offset} {end_lineno} {end_offset}")
}

fn error(e: &CompileError) -> String {
    match e {
        CompileError::Syntax(e) => {
            let r = e.range;
            let end = if r.end_col_offset == -2 { "None".into() } else { (r.end_col_offset + 1).to_string() };
            format!("SyntaxError: {} | {} {} {} {end}", e.message, r.lineno, r.col_offset + 1, r.end_lineno)
        }
        e => e.to_string(),
    }
}

/// How many code objects there are, nested ones included.
pub fn count(code: &CodeObject) -> usize {
    let inner = code.consts.iter().map(|c| match c {
        Const::Code(c) => count(c),
        Const::Value(_) => 0,
    });
    1 + inner.sum::<usize>()
}
