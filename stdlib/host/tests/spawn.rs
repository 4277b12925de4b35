//! `fork_exec`: what the child sees, and the texts of its failures, by `vfork` and by `fork`.

use dxpy_host::spawn::{Child, fork_exec};
use dxpy_host::{fd, process};
use std::ffi::CString;

struct Setup {
    program: Vec<&'static str>,
    script: &'static str,
    environment: Option<Vec<CString>>,
    cwd: Option<CString>,
    keep: Vec<i32>,
    pgid: i32,
    umask: i32,
    setsid: bool,
    vfork: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Setup {
            program: vec!["/bin/sh"],
            script: "true",
            environment: None,
            cwd: None,
            keep: Vec::new(),
            pgid: -1,
            umask: -1,
            setsid: false,
            vfork: true,
        }
    }
}

fn read_all(f: i32) -> String {
    let mut out = Vec::new();
    while fd::read_append(f, &mut out, 4096).unwrap() > 0 {}
    fd::close(f).unwrap();
    String::from_utf8(out).unwrap()
}

/// The child's output, what it wrote to the error pipe, and its exit status.
fn run(s: &Setup, preexec: Option<&mut dyn FnMut() -> bool>) -> (String, String, i32) {
    let (out_r, out_w) = fd::pipe2(libc::O_CLOEXEC).unwrap();
    let (err_r, err_w) = fd::pipe2(libc::O_CLOEXEC).unwrap();
    let mut keep = s.keep.clone();
    keep.push(err_w);
    keep.sort();
    let executables: Vec<CString> = s.program.iter().map(|p| CString::new(*p).unwrap()).collect();
    let arguments = ["sh", "-c", s.script].map(|a| CString::new(a).unwrap());
    let child = Child {
        executables: &executables,
        arguments: &arguments,
        environment: s.environment.as_deref(),
        cwd: s.cwd.as_deref(),
        parent_ends: [-1, out_r, -1],
        child_ends: [-1, out_w, -1],
        errpipe_read: err_r,
        errpipe_write: err_w,
        close_fds: true,
        fds_to_keep: &keep,
        restore_signals: true,
        setsid: s.setsid,
        pgid: s.pgid,
        umask: s.umask,
        groups: None,
        gid: None,
        uid: None,
        allow_vfork: s.vfork,
    };
    // SAFETY: the child takes no locks before `exec`, and `preexec` of these tests only makes system calls.
    let pid = unsafe { fork_exec(&child, preexec) }.unwrap();
    fd::close(out_w).unwrap();
    fd::close(err_w).unwrap();
    let error = read_all(err_r);
    let output = read_all(out_r);
    let (_, status) = process::waitpid(pid, 0).unwrap();
    (output, error, process::status::exit_status(status))
}

fn output(s: &Setup) -> String {
    let (output, error, _) = run(s, None);
    assert_eq!(error, "");
    output
}

#[test]
fn the_child_sees_what_it_should() {
    for vfork in [true, false] {
        let base = || Setup { vfork, ..Setup::default() };
        assert_eq!(output(&Setup { script: "echo hi; exit 3", ..base() }), "hi\n");
        assert_eq!(run(&Setup { script: "exit 3", ..base() }, None).2, 3);
        let environment = Some(vec![CString::new("A=1").unwrap()]);
        assert_eq!(output(&Setup { script: "echo $A$PATH_NOT_SET", environment, ..base() }), "1\n");
        assert_eq!(output(&Setup { script: "pwd", cwd: Some(c"/".into()), ..base() }), "/\n");
        assert_eq!(output(&Setup { script: "umask", umask: 0o27, ..base() }), "0027\n");
        // Everything is closed but the streams and what is kept, which is inherited.
        let (r, w) = fd::pipe2(libc::O_CLOEXEC).unwrap();
        let script: &'static str =
            format!("test -e /proc/self/fd/{r} && echo r; test -e /proc/self/fd/{w} && echo w; true").leak();
        assert_eq!(output(&Setup { script, keep: vec![w], ..base() }), "w\n");
        fd::close(r).unwrap();
        fd::close(w).unwrap();
        let script = "test $(cut -d' ' -f5 /proc/$$/stat) = $$ && echo leader";
        assert_eq!(output(&Setup { script, pgid: 0, ..base() }), "leader\n");
        assert_eq!(output(&Setup { script, setsid: true, ..base() }), "leader\n");
        // Nothing of the parent's blocking reaches the child.
        assert_eq!(
            output(&Setup { script: "grep SigBlk /proc/$$/status | tr -d '0\\t\\n'", ..base() }),
            "SigBlk:"
        );
    }
}

#[test]
fn failures_are_reported() {
    for vfork in [true, false] {
        let fail = |s: Setup| {
            let (_, error, status) = run(&Setup { vfork, ..s }, None);
            assert_eq!(status, 255);
            error
        };
        let d = Setup::default;
        assert_eq!(fail(Setup { program: vec!["/none"], ..d() }), "OSError:2:");
        assert_eq!(fail(Setup { cwd: Some(c"/none".into()), ..d() }), "OSError:2:noexec");
        assert_eq!(fail(Setup { pgid: 4_000_000, ..d() }), "OSError:1:noexec");
        assert_eq!(fail(Setup { program: vec!["/none", "/etc/passwd", "/none/x"], ..d() }), "OSError:d:");
        assert_eq!(fail(Setup { program: vec!["/etc/passwd/x"], ..d() }), "OSError:14:");
    }
}

#[test]
fn preexec_runs_in_the_child() {
    let mut to_root = || {
        dxpy_host::fs::chdir(c"/").unwrap();
        true
    };
    let s = Setup { script: "pwd", ..Setup::default() };
    assert_eq!(run(&s, Some(&mut to_root)).0, "/\n");
    assert_ne!(dxpy_host::fs::getcwd().unwrap(), b"/");
    let text = "SubprocessError:0:Exception occurred in preexec_fn.";
    assert_eq!(run(&s, Some(&mut || false)).1, text);
}
