//! One process under limits: its own session, a small environment, limits on CPU time, wall time and memory of all the
//! processes in its session, and nothing of it left behind but processes that leave the session.

use crate::events::End;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What a process and its descendants may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Seconds of CPU time.
    pub cpu: f64,
    /// Seconds on the clock.
    pub wall: f64,
    /// Bytes resident at one time.
    pub memory: u64,
}

/// How a process went.
#[derive(Debug)]
pub struct Ran {
    pub end: End,
    /// Seconds of CPU time, of the process and the descendants it waited for.
    pub cpu: f64,
    /// Seconds on the clock.
    pub wall: f64,
}

/// The variables a test process gets; everything else would make results depend on who runs them. The last chooses how a
/// debug build of dx-py runs hot code.
pub const KEPT: [&str; 7] = ["PATH", "HOME", "TERM", "USER", "SHELL", "LOGNAME", "DXPY_TIER"];

/// Reduces the environment of a command to [`KEPT`], a UTF-8 locale without a language, and `more`.
pub fn small_environment(command: &mut Command, more: &[(&str, &str)]) {
    command.env_clear().env("LANG", "C.UTF-8");
    for name in KEPT {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(more.iter().copied());
}

/// Lets this program end quietly when what reads its output does.
pub fn end_with_the_pipe() {
    // SAFETY: the default action needs no handler.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

/// Makes the command start a session with default signals, no core files, and end when this runner does.
fn isolate(command: &mut Command) {
    let set_up = || {
        // SAFETY: each of these is async-signal-safe and touches only the calling process.
        unsafe {
            if libc::setsid() < 0 || libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) < 0 {
                return Err(io::Error::last_os_error());
            }
            // A shell's background job ignores SIGINT, which breaks tests of generators and asyncio.
            libc::signal(libc::SIGINT, libc::SIG_DFL);
            libc::signal(libc::SIGQUIT, libc::SIG_DFL);
            libc::signal(libc::SIGPIPE, libc::SIG_DFL);
            let mut none = std::mem::zeroed::<libc::sigset_t>();
            libc::sigemptyset(&mut none);
            libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
            let mut core = std::mem::zeroed::<libc::rlimit>();
            libc::getrlimit(libc::RLIMIT_CORE, &mut core);
            core.rlim_cur = 0;
            libc::setrlimit(libc::RLIMIT_CORE, &core);
        }
        Ok(())
    };
    // SAFETY: `set_up` allocates nothing and takes no lock.
    unsafe { command.pre_exec(set_up) };
}

/// Runs a command to its end or its limits.
pub fn run(mut command: Command, limits: &Limits) -> Ran {
    isolate(&mut command);
    let began = Instant::now();
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Ran { end: End::NotStarted(error.to_string()), cpu: 0.0, wall: 0.0 },
    };
    let leader = child.id() as libc::pid_t;
    let mut pause = Duration::from_millis(4);
    let mut over = None;
    let (status, cpu) = loop {
        if let Some(ended) = reap(leader) {
            break ended;
        }
        let wall = began.elapsed().as_secs_f64();
        if over.is_none() {
            let used = Used::of_session(leader);
            over = if wall > limits.wall || used.cpu > limits.cpu {
                Some((End::Timeout, wall))
            } else if used.memory > limits.memory {
                Some((End::Memory, wall))
            } else {
                None
            };
            if over.is_some() {
                // faulthandler, where there is one, says where the process was.
                // SAFETY: the process is our child and not reaped yet.
                unsafe { libc::kill(leader, libc::SIGABRT) };
            }
        } else if over.as_ref().is_some_and(|(_, at)| wall > at + 1.0) {
            end_session(leader);
        }
        sleep(pause);
        pause = (pause * 3 / 2).min(Duration::from_millis(150));
    };
    end_session(leader);
    let end = over.map(|(end, _)| end).unwrap_or_else(|| {
        if libc::WIFSIGNALED(status) {
            End::Signal(libc::WTERMSIG(status))
        } else {
            End::Exit(libc::WEXITSTATUS(status))
        }
    });
    Ran { end, cpu, wall: began.elapsed().as_secs_f64() }
}

/// The status and CPU seconds of a child that has ended.
fn reap(pid: libc::pid_t) -> Option<(libc::c_int, f64)> {
    let mut status = 0;
    // SAFETY: a zeroed `rusage` is valid, and both pointers are to locals.
    let (reaped, usage) = unsafe {
        let mut usage = std::mem::zeroed::<libc::rusage>();
        (libc::wait4(pid, &mut status, libc::WNOHANG, &mut usage), usage)
    };
    let seconds = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 / 1e6;
    (reaped == pid).then(|| (status, seconds(usage.ru_utime) + seconds(usage.ru_stime)))
}

/// One line of `/proc/PID/stat`.
struct Stat {
    pid: libc::pid_t,
    session: libc::pid_t,
    ticks: u64,
    pages: u64,
}

impl Stat {
    /// All processes that can be read.
    fn all() -> impl Iterator<Item = Stat> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        entries.filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let text = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name in parentheses may hold anything.
            let rest = text.rsplit_once(')')?.1;
            let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
            let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
            // Fields 3 and on: state ppid pgrp session ... utime stime cutime cstime ... rss.
            let ticks = number(11)? + number(12)? + number(13)? + number(14)?;
            Some(Stat { pid, session: number(3)? as libc::pid_t, ticks, pages: number(21)? })
        })
    }
}

struct Used {
    cpu: f64,
    memory: u64,
}

impl Used {
    /// By the living processes of a session and the children they waited for.
    fn of_session(session: libc::pid_t) -> Used {
        let (mut ticks, mut pages) = (0, 0);
        for stat in Stat::all().filter(|stat| stat.session == session) {
            ticks += stat.ticks;
            pages += stat.pages;
        }
        // SAFETY: no preconditions.
        let (hertz, page) = unsafe { (libc::sysconf(libc::_SC_CLK_TCK), libc::sysconf(libc::_SC_PAGESIZE)) };
        Used { cpu: ticks as f64 / hertz as f64, memory: pages * page as u64 }
    }
}

/// Kills what is in a session that one of our children leads or led.
fn end_session(session: libc::pid_t) {
    for stat in Stat::all().filter(|stat| stat.session == session) {
        // SAFETY: the session is one that `run` started, so the process descends from this one.
        unsafe { libc::kill(stat.pid, libc::SIGKILL) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, limits: Limits) -> Ran {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run(command, &limits)
    }

    const WIDE: Limits = Limits { cpu: 20.0, wall: 20.0, memory: 1 << 32 };

    #[test]
    fn ends_are_told_apart() {
        assert_eq!(sh("exit 3", WIDE).end, End::Exit(3));
        assert_eq!(sh("kill -SEGV $$", WIDE).end, End::Signal(11));
        assert!(matches!(run(Command::new("/no/such/program"), &WIDE).end, End::NotStarted(_)));
    }

    #[test]
    fn limits_hold_for_descendants() {
        let ran = sh("sleep 30 & wait", Limits { wall: 0.2, ..WIDE });
        assert_eq!(ran.end, End::Timeout);
        assert!(ran.wall < 5.0);
        let ran = sh("(while :; do :; done) & wait", Limits { cpu: 0.3, ..WIDE });
        assert_eq!(ran.end, End::Timeout);
    }

    #[test]
    fn nothing_of_the_session_is_left() {
        let dir = std::env::temp_dir().join(format!("dxpy-job-{}", std::process::id()));
        let name = dir.display().to_string();
        sh(&format!("(sleep 1; touch {name}) >/dev/null 2>&1 &"), WIDE);
        sleep(Duration::from_millis(1500));
        assert!(!dir.exists());
    }
}
