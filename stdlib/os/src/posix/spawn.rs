//! Children: `fork` and what is done around it, `exec`, `posix_spawn`, waiting.

use super::Made;
use super::descriptors::items;
use super::process::{kind_of, priority};
use crate::convert::*;
use crate::path::Path;
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::thread::{fork as at_fork, gil, without_gil};
use dxpy_core::{
    Owned, Py, PyResult, attr, call, exceptions, hooks, list, long, name, number, object, protocol, sequence,
    tuple,
};
use dxpy_host::posix_spawn::{Action, Attributes};
use dxpy_host::{posix_spawn as host_spawn, process, signal, tty};
use dxpy_types::structseq::{self, Desc};
use std::ffi::CString;

type M = PyModuleObject;

pub(super) fn register_at_fork(
    py: Py<'_>,
    _: &M,
    before: Option<&PyObject>,
    in_child: Option<&PyObject>,
    in_parent: Option<&PyObject>,
) -> PyResult<()> {
    let given = [before, in_child, in_parent];
    if given.iter().all(Option::is_none) {
        return Err(exceptions::type_error(py, format_args!("At least one argument is required.")));
    }
    for (f, what) in given.iter().zip(["before", "after_in_child", "after_in_parent"]) {
        if let Some(f) = f.filter(|f| !protocol::is_callable(f)) {
            return Err(exceptions::type_error(
                py,
                format_args!("'{what}' must be callable, not {}", kind_of(f)),
            ));
        }
    }
    at_fork::register(py, before, in_parent, in_child)
}

/// How many threads the system says there are (`/proc/self/stat`).
fn native_threads() -> Option<i64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is a name in parentheses; the number of threads is the twentieth.
    stat.rsplit_once(')')?.1.split_whitespace().nth(17)?.parse().ok()
}

/// `warn_about_fork_with_threads`.
pub fn warn_about_threads(py: Py<'_>, function: &str) -> PyResult<()> {
    if native_threads().is_none_or(|n| n <= 1) {
        return Ok(());
    }
    exceptions::warn(
        py,
        &exceptions::DeprecationWarning,
        1,
        format_args!(
            "This process (pid={}) is multi-threaded, use of {function}() may lead to deadlocks in the child.",
            process::getpid()
        ),
    )
}

/// What every fork asks first.
fn may_fork(py: Py<'_>, event: &str) -> PyResult<()> {
    if gil::is_closing() {
        return Err(exceptions::runtime_error(py, format_args!("can't fork at interpreter shutdown")));
    }
    dxpy_core::audit::event(py, event, [])
}

pub(super) fn fork(py: Py<'_>, _: &M) -> PyResult<i32> {
    may_fork(py, "os.fork")?;
    at_fork::before(py);
    // SAFETY: the GIL is held, and so is whatever it guards; the child renews what other threads may have held.
    match unsafe { process::fork() } {
        Ok(None) => {
            // SAFETY: the child.
            unsafe { at_fork::after(py) };
            Ok(0)
        }
        Ok(Some(pid)) => {
            warn_about_threads(py, "fork")?;
            at_fork::in_parent(py);
            Ok(pid)
        }
        Err(e) => {
            at_fork::in_parent(py);
            Err(plain(py, e))
        }
    }
}

pub(super) fn forkpty(py: Py<'_>, _: &M) -> PyResult {
    may_fork(py, "os.forkpty")?;
    at_fork::before(py);
    // SAFETY: as for `fork`.
    match unsafe { tty::fork_in_pair() } {
        Ok(None) => {
            // SAFETY: the child.
            unsafe { at_fork::after(py) };
            int_tuple(py, [0, -1])
        }
        Ok(Some((pid, fd))) => {
            warn_about_threads(py, "forkpty")?;
            at_fork::in_parent(py);
            int_tuple(py, [pid.into(), fd.into()])
        }
        Err(e) => {
            at_fork::in_parent(py);
            Err(plain(py, e))
        }
    }
}

fn joined(function: &str, colon: bool, text: &str) -> String {
    if colon { format!("{function}: {text}") } else { format!("{function}() arg 2 {text}") }
}

/// The arguments of a program, of which there is at least a name.
fn arguments(py: Py<'_>, function: &str, argv: &PyObject) -> PyResult<Vec<CString>> {
    let colon = function != "execv";
    let what = if colon { "argv " } else { "" };
    if list::check(argv).is_none() && tuple::check(argv).is_none() {
        let text = joined(function, colon, &format!("{what}must be a tuple or list"));
        return Err(exceptions::type_error(py, format_args!("{text}")));
    }
    if protocol::len(py, argv)? == 0 {
        let text = joined(function, colon, &format!("{what}must not be empty"));
        return Err(exceptions::value_error(py, format_args!("{text}")));
    }
    let all = texts(py, argv)?;
    if all.first().is_none_or(|a| a.is_empty()) {
        let text = joined(function, colon, &format!("{what}first element cannot be empty"));
        return Err(exceptions::value_error(py, format_args!("{text}")));
    }
    Ok(all)
}

fn environment_of(py: Py<'_>, function: &str, env: &PyObject) -> PyResult<Vec<CString>> {
    if !sequence::is_mapping(env) {
        return Err(exceptions::type_error(
            py,
            format_args!("{function}: environment must be a mapping object"),
        ));
    }
    environment(py, env)
}

fn audit_exec(py: Py<'_>, event: &str, p: &Path, argv: &PyObject, env: Option<&PyObject>) -> PyResult<()> {
    let none = object::none();
    dxpy_core::audit::event(py, event, [&p.object, argv, env.unwrap_or(&none)])
}

pub(super) fn execv(py: Py<'_>, _: &M, p: Path, argv: &PyObject) -> PyResult<()> {
    let all = arguments(py, "execv", argv)?;
    audit_exec(py, "os.exec", &p, argv, None)?;
    Err(p.error(py, process::exec(Ok(p.c()), &all, None)))
}

pub(super) fn execve(
    py: Py<'_>,
    _: &M,
    PathOrFd(p): PathOrFd,
    argv: &PyObject,
    env: &PyObject,
) -> PyResult<()> {
    if list::check(argv).is_some() || tuple::check(argv).is_some() {
        // CPython looks at the mapping before it converts anything.
        if protocol::len(py, argv)? > 0 && !sequence::is_mapping(env) {
            return Err(exceptions::type_error(
                py,
                format_args!("execve: environment must be a mapping object"),
            ));
        }
    }
    let all = arguments(py, "execve", argv)?;
    let vars = environment_of(py, "execve", env)?;
    audit_exec(py, "os.exec", &p, argv, Some(env))?;
    Err(p.error(py, process::exec(p.fd.map_or(Ok(p.c()), Err), &all, Some(&vars))))
}

/// `_Py_Sigset_Converter`: the numbers of an iterable; those that are reserved are left out with a warning.
pub fn signal_set(py: Py<'_>, o: &PyObject) -> PyResult<Vec<i32>> {
    let valid = signal::valid();
    let mut out = Vec::new();
    for item in items(py, o)? {
        let n = number::index_any(py, &item)?;
        let v = long::to_i64(&n).unwrap_or(-1);
        if !(1..=64).contains(&v) {
            return Err(exceptions::value_error(py, format_args!("signal number {v} out of range [1; 64]")));
        }
        if valid.contains(&(v as i32)) {
            out.push(v as i32);
            continue;
        }
        exceptions::warn(
            py,
            &exceptions::RuntimeWarning,
            1,
            format_args!("invalid signal number {v}, please use valid_signals()"),
        )?;
    }
    Ok(out)
}

/// The items of a tuple that has this many, or the error.
fn parts<'a, const N: usize>(py: Py<'_>, t: &'a PyTupleObject, text: &str) -> PyResult<[&'a PyObject; N]> {
    <[&PyObject; N]>::try_from(tuple::items(t))
        .map_err(|_| exceptions::type_error(py, format_args!("{text}")))
}

/// `parse_file_actions`.
fn actions(py: Py<'_>, o: &PyObject) -> PyResult<Vec<Action>> {
    let all = items(py, o).map_err(|e| {
        if exceptions::matches(&e, &exceptions::TypeError) {
            return exceptions::type_error(py, format_args!("file_actions must be a sequence or None"));
        }
        e
    })?;
    let mut out = Vec::new();
    for item in all {
        let Some(t) = tuple::check(&item).filter(|t| tuple::len(t) > 0) else {
            return Err(exceptions::type_error(
                py,
                format_args!("Each file_actions element must be a non-empty tuple"),
            ));
        };
        out.push(match c_long(py, tuple::items(t)[0])? {
            0 => {
                let text = "A open file_action tuple must have 5 elements";
                let [_, fd, path, flags, mode] = parts(py, t, text)?;
                let fd = int(py, fd)?;
                let path = fs_text(py, path)?;
                Action::Open(fd, path, int(py, flags)?, low_bits(py, mode)?)
            }
            1 => {
                let [_, fd] = parts(py, t, "A close file_action tuple must have 2 elements")?;
                Action::Close(int(py, fd)?)
            }
            2 => {
                let [_, a, b] = parts(py, t, "A dup2 file_action tuple must have 3 elements")?;
                Action::Dup2(int(py, a)?, int(py, b)?)
            }
            _ => {
                return Err(exceptions::type_error(py, format_args!("Unknown file_actions identifier")));
            }
        });
    }
    Ok(out)
}

/// The keyword arguments of both functions.
pub(super) struct Options {
    attributes: Attributes,
    files: Vec<Action>,
}

#[allow(clippy::too_many_arguments, reason = "as many as CPython's")]
fn do_spawn(
    py: Py<'_>,
    function: &str,
    p: Path,
    argv: &PyObject,
    env: &PyObject,
    search: bool,
    options: impl FnOnce() -> PyResult<Options>,
) -> PyResult<i32> {
    if (list::check(argv).is_some() || tuple::check(argv).is_some())
        && protocol::len(py, argv)? > 0
        && !sequence::is_mapping(env)
    {
        return Err(exceptions::type_error(
            py,
            format_args!("{function}: environment must be a mapping object"),
        ));
    }
    let all = arguments(py, function, argv)?;
    let vars = environment_of(py, function, env)?;
    let options = options()?;
    audit_exec(py, "os.posix_spawn", &p, argv, Some(env))?;
    host_spawn::spawn(p.c(), &all, &vars, &options.files, &options.attributes, search)
        .map_err(|e| p.error(py, e))
}

/// `parse_posix_spawn_flags`.
#[allow(clippy::too_many_arguments, reason = "as many as CPython's")]
fn options(
    py: Py<'_>,
    function: &str,
    files: Option<&PyObject>,
    group: Option<&PyObject>,
    reset_ids: Option<bool>,
    setsid: Option<bool>,
    mask: Option<&PyObject>,
    default: Option<&PyObject>,
    scheduler: Option<&PyObject>,
) -> PyResult<Options> {
    let files = match files.filter(|f| !object::is_none(f)) {
        Some(f) => actions(py, f)?,
        None => Vec::new(),
    };
    let mut attributes = Attributes {
        group: group.map(|g| int(py, g)).transpose()?,
        reset_ids: reset_ids.unwrap_or(false),
        setsid: setsid.unwrap_or(false),
        mask: mask.map(|m| signal_set(py, m)).transpose()?,
        default: default.map(|m| signal_set(py, m)).transpose()?,
        scheduler: None,
    };
    if let Some(s) = scheduler {
        let Some(t) = tuple::check(s) else {
            return Err(exceptions::type_error(
                py,
                format_args!("{function}() argument 'scheduler' must be tuple, not {}", kind_of(s)),
            ));
        };
        let [policy, param] = parts(py, t, "A scheduler tuple must have two elements")?;
        let policy = if object::is_none(policy) { None } else { Some(int(py, policy)?) };
        attributes.scheduler = Some((policy, priority(py, param)?));
    }
    Ok(Options { attributes, files })
}

macro_rules! spawns {
    ($($name:ident $search:literal;)*) => { $(
        #[allow(clippy::too_many_arguments, reason = "as many as CPython's")]
        pub(super) fn $name(
            py: Py<'_>,
            _: &M,
            p: Path,
            argv: &PyObject,
            env: &PyObject,
            files: Option<&PyObject>,
            group: Option<&PyObject>,
            reset_ids: Option<bool>,
            setsid: Option<bool>,
            mask: Option<&PyObject>,
            default: Option<&PyObject>,
            scheduler: Option<&PyObject>,
        ) -> PyResult<i32> {
            let f = stringify!($name);
            do_spawn(py, f, p, argv, env, $search, || {
                options(py, f, files, group, reset_ids, setsid, mask, default, scheduler)
            })
        }
    )* };
}
spawns! {
    posix_spawn false;
    posix_spawnp true;
}

pub(super) fn system(py: Py<'_>, _: &M, FsText(command): FsText) -> PyResult<i32> {
    dxpy_core::audit::event_with(py, "os.system", || {
        let c = dxpy_core::bytes::new(py, command.to_bytes())?;
        tuple::from_iter(py, [c.upcast()])
    })?;
    Ok(without_gil(py, || process::system(&command)))
}

fn pid_and_status(py: Py<'_>, (pid, status): (i32, i32)) -> PyResult {
    int_tuple(py, [pid.into(), status.into()])
}

pub(super) fn wait(py: Py<'_>, _: &M) -> PyResult {
    pid_and_status(py, retry(py, || process::waitpid(-1, 0))?)
}

pub(super) fn waitpid(py: Py<'_>, _: &M, pid: i32, options: i32) -> PyResult {
    pid_and_status(py, retry(py, || process::waitpid(pid, options))?)
}

/// `wait_helper`: the third item is of the type that `resource` has.
fn with_usage(py: Py<'_>, r: (i32, i32, process::Usage)) -> PyResult {
    let (pid, status, usage) = r;
    let module = hooks::import(py, name!("resource"))?;
    let ty = attr::get_name(py, &module, name!("struct_rusage"))?;
    // Where no child was there, the system leaves the numbers as they were: all zero.
    let usage =
        if pid == 0 { process::Usage { user: (0, 0), system: (0, 0), counts: [0; 14] } } else { usage };
    let values = crate::resource::usage_values(py, &usage)?;
    let values = tuple::from_iter(py, values)?;
    let usage = call::call(py, &ty, [values.as_object()])?;
    let (pid, status) = (long::from_i64(py, pid.into())?, long::from_i64(py, status.into())?);
    tuple::from_iter(py, [pid.upcast(), status.upcast(), usage]).map(Owned::upcast)
}

pub(super) fn wait3(py: Py<'_>, _: &M, options: i32) -> PyResult {
    with_usage(py, retry(py, || process::wait4(-1, options))?)
}

pub(super) fn wait4(py: Py<'_>, _: &M, pid: i32, options: i32) -> PyResult {
    with_usage(py, retry(py, || process::wait4(pid, options))?)
}

/// `os.waitid_result`.
pub(super) static WAITID: Desc = Desc {
    name: "posix.waitid_result",
    doc: "What os.waitid() tells of a child, by name or as a tuple.",
    fields: &[
        (Some("si_pid"), ""),
        (Some("si_uid"), ""),
        (Some("si_signo"), ""),
        (Some("si_status"), ""),
        (Some("si_code"), ""),
    ],
    visible: 5,
};
pub(super) static WAITID_TYPE: Made = Made::new();

pub(super) fn waitid(py: Py<'_>, _: &M, kind: i32, id: i32, options: i32) -> PyResult {
    let found = retry(py, || process::waitid(kind as u32, id as u32, options))?;
    let Some(found) = found else { return Ok(object::none()) };
    let values: Vec<Owned> =
        found.iter().map(|v| long::from_i64(py, *v).map(Owned::upcast)).collect::<PyResult<_>>()?;
    structseq::new(py, WAITID_TYPE.get(), values)
}

pub(super) fn pidfd_open(py: Py<'_>, _: &M, pid: i32, flags: Option<Bits>) -> PyResult<i32> {
    process::pidfd_open(pid, flags.map_or(0, |f| f.0)).map_err(|e| plain(py, e))
}
