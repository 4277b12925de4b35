//! The target that runs programs in dx-py and in CPython 3.12.1, each a process that runs one program after the other
//! (`server.py`), and compares what they say: what is printed, and the traceback of what was not caught.
//! Without the two it compares nothing, and says so once.

use crate::compare::DIFFERS;
use std::cell::RefCell;
use std::ffi::OsString;
use std::io::{BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

const SERVER: &str = include_str!("server.py");
/// Programs after which a process is renewed, so that one that ends it can be found again from the seed.
const TURN: u32 = 3000;

struct Server {
    child: Child,
    input: ChildStdin,
    answers: Receiver<Vec<u8>>,
    ran: u32,
    patience: Duration,
}

impl Server {
    /// `limit`: the seconds a program may take.
    fn start(python: &OsString, limit: u32) -> Option<Server> {
        let mut command = Command::new(python);
        command.args(["-c", SERVER, &limit.to_string()]).env("PYTHONHASHSEED", "0").env("PYTHONUTF8", "1");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().ok()?;
        let (input, mut output) = (child.stdin.take()?, BufReader::new(child.stdout.take()?));
        let (send, answers) = sync_channel(1);
        std::thread::spawn(move || {
            loop {
                let mut head = [0; 4];
                if output.read_exact(&mut head).is_err() {
                    return;
                }
                let mut answer = vec![0; u32::from_le_bytes(head) as usize];
                if output.read_exact(&mut answer).is_err() || send.send(answer).is_err() {
                    return;
                }
            }
        });
        Some(Server { child, input, answers, ran: 0, patience: Duration::from_secs(u64::from(limit) + 20) })
    }

    fn ask(&mut self, text: &[u8]) -> Option<String> {
        self.ran += 1;
        self.input.write_all(&(text.len() as u32).to_le_bytes()).ok()?;
        self.input.write_all(text).ok()?;
        self.input.flush().ok()?;
        let answer = self.answers.recv_timeout(self.patience).ok()?;
        Some(String::from_utf8_lossy(&answer).into_owned())
    }

    /// How the process ended, or that it did not.
    fn end(mut self) -> String {
        std::thread::sleep(Duration::from_millis(50));
        let status = self.child.try_wait().ok().flatten();
        let _ = self.child.kill();
        let _ = self.child.wait();
        status.map_or("no answer".into(), |status| status.to_string())
    }
}

/// One of the two interpreters.
#[derive(Default)]
struct Side {
    server: Option<Server>,
    tried: bool,
}

impl Side {
    /// What the program says, or how the process ended; nothing where there is no such interpreter.
    fn run(&mut self, python: &OsString, limit: u32, text: &[u8]) -> Option<Result<String, String>> {
        if self.server.as_ref().is_some_and(|server| server.ran >= TURN) {
            self.server.take().map(Server::end);
        }
        if self.server.is_none() {
            let mut server = Server::start(python, limit)?;
            // One that cannot run the server at all is not there.
            if !self.tried
                && server.ask(b"out(__import__('sys').version_info[:3])").as_deref() != Some("(3, 12, 1)")
            {
                server.end();
                return None;
            }
            self.tried = true;
            self.server = Some(server);
        }
        match self.server.as_mut()?.ask(text) {
            Some(answer) => Some(Ok(answer)),
            None => Some(Err(self.server.take()?.end())),
        }
    }
}

thread_local! {
    static SIDES: RefCell<[Side; 2]> = RefCell::default();
}

/// dx-py: `DXPY`, else what was built beside this program.
fn dxpy() -> OsString {
    let beside = std::env::current_exe().ok().map(|path| path.with_file_name("dx-py").into_os_string());
    std::env::var_os("DXPY").or(beside).unwrap_or("dx-py".into())
}

/// The target.
pub fn run(text: &[u8]) -> String {
    run_once(text).unwrap_or_else(|why| {
        // The hash of a NaN is its address, and so the order of a set with one.
        let text = String::from_utf8_lossy(text);
        let other = text.replace("'nan'", "'inf'");
        if other != text && run_once(other.as_bytes()).is_ok() {
            return "not compared".into();
        }
        panic!("{DIFFERS}{why}")
    })
}

/// Whether two lines differ in the order of a set only that has something whose hash is its address.
fn reordered(a: &str, b: &str) -> bool {
    let sorted = |line: &str| {
        let mut bytes = line.as_bytes().to_vec();
        bytes.sort_unstable();
        bytes
    };
    let by_address = [
        "<class ",
        "<function ",
        "<built-in ",
        "Ellipsis",
        "NotImplemented",
        "<enum ",
        "nan",
        " | ",
        "list[",
        "dict[",
    ];
    a.contains('{') && by_address.iter().any(|text| a.contains(text)) && sorted(a) == sorted(b)
}

/// The answer of both, or how they differ.
fn run_once(text: &[u8]) -> Result<String, String> {
    let oracle = std::env::var_os("DXPY_ORACLE").unwrap_or("python3.12".into());
    let skip = "SKIP: dx-py (DXPY) or CPython 3.12.1 (DXPY_ORACLE) is not there";
    let Some(theirs) = SIDES.with_borrow_mut(|[a, _]| a.run(&oracle, 2, text)) else {
        return Ok(skip.into());
    };
    // What CPython does not survive or takes long for is not compared.
    let Ok(theirs) = theirs else { return Ok("CPython ended".into()) };
    if theirs.ends_with("TOO LONG") || theirs.contains("MemoryError") || theirs.contains("RecursionError") {
        return Ok("not compared".into());
    }
    let Some(ours) = SIDES.with_borrow_mut(|[_, b]| b.run(&dxpy(), 20, text)) else { return Ok(skip.into()) };
    let ours = match ours {
        Ok(ours) => ours,
        Err(how) => return Err(format!("dx-py ended: {how}")),
    };
    let (mut a, mut b) = (ours.lines(), theirs.lines());
    loop {
        match (a.next(), b.next()) {
            (None, None) => break,
            (a, b) if a == b => {}
            (a, b) => {
                if reordered(a.unwrap_or(""), b.unwrap_or("")) {
                    return Ok("not compared".into());
                }
                let end = "(the end)";
                return Err(format!("{} ## CPython: {}", a.unwrap_or(end), b.unwrap_or(end)));
            }
        }
    }
    // The kinds of its last line are what makes it new.
    Ok(theirs.lines().last().unwrap_or("").split(':').next().unwrap_or("").chars().take(40).collect())
}
