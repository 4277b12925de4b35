//! The process itself: identity, groups, sessions, priorities, scheduling, limits and configuration; signals to others;
//! what a wait status says. Children are in `spawn`.

use super::Made;
use super::descriptors::items;
use super::files::configuration;
use crate::convert::*;
use crate::path::decode;
use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, args, exceptions, float, hooks, long, object, protocol, sequence, signature,
    tuple, unicode,
};
use dxpy_host::process::{self, status};
use dxpy_host::{Errno, constants, fs};
use dxpy_types::structseq::{self, Desc};

type M = PyModuleObject;

macro_rules! numbers {
    ($($name:ident)*) => { $(
        pub(super) fn $name(_: Py<'_>, _: &M) -> i64 {
            process::$name() as i64
        }
    )* };
}
numbers! { getpid getppid getpgrp getuid geteuid getgid getegid }

macro_rules! users {
    ($($name:ident($($arg:ident: $kind:ident),*);)*) => { $(
        pub(super) fn $name(py: Py<'_>, _: &M, $($kind($arg): $kind),*) -> PyResult<()> {
            process::$name($($arg),*).map_err(|e| plain(py, e))
        }
    )* };
}
users! {
    setuid(id: Uid);
    seteuid(id: Uid);
    setreuid(real: Uid, effective: Uid);
    setresuid(real: Uid, effective: Uid, saved: Uid);
    setgid(id: Gid);
    setegid(id: Gid);
    setregid(real: Gid, effective: Gid);
    setresgid(real: Gid, effective: Gid, saved: Gid);
}

/// A user or group as a number: -1 where the system means nobody (`_PyLong_FromUid`).
fn id_value(v: u32) -> i64 {
    if v == u32::MAX { -1 } else { v.into() }
}

pub(super) fn getresuid(py: Py<'_>, _: &M) -> PyResult {
    let (a, b, c) = process::getresuid().map_err(|e| plain(py, e))?;
    int_tuple(py, [a, b, c].map(id_value))
}

pub(super) fn getresgid(py: Py<'_>, _: &M) -> PyResult {
    let (a, b, c) = process::getresgid().map_err(|e| plain(py, e))?;
    int_tuple(py, [a, b, c].map(id_value))
}

pub(super) fn getgroups(py: Py<'_>, _: &M) -> PyResult {
    let groups = process::getgroups().map_err(|e| plain(py, e))?;
    int_list(py, groups.into_iter().map(id_value))
}

pub(super) fn getgrouplist(py: Py<'_>, _: &M, Text(user): Text, Gid(group): Gid) -> PyResult {
    int_list(py, process::getgrouplist(&user, group).into_iter().map(id_value))
}

pub(super) fn setgroups(py: Py<'_>, _: &M, groups: &PyObject) -> PyResult<()> {
    if !sequence::check(groups) {
        return Err(exceptions::type_error(py, format_args!("setgroups argument must be a sequence")));
    }
    let n = protocol::len(py, groups)?;
    if n > 65536 {
        return Err(exceptions::value_error(py, format_args!("too many groups")));
    }
    let mut ids = Vec::new();
    for i in 0..n {
        let item = sequence::item(py, groups, i as isize)?;
        if long::check(&item).is_none() {
            return Err(exceptions::type_error(py, format_args!("groups must be integers")));
        }
        ids.push(id(py, &item, "gid")?);
    }
    process::setgroups(&ids).map_err(|e| plain(py, e))
}

pub(super) fn initgroups(py: Py<'_>, _: &M, FsText(user): FsText, Gid(group): Gid) -> PyResult<()> {
    process::initgroups(&user, group).map_err(|e| plain(py, e))
}

pub(super) fn getlogin(py: Py<'_>, _: &M) -> PyResult<Owned<PyUnicodeObject>> {
    decode(py, &process::getlogin().map_err(|e| plain(py, e))?)
}

pub(super) fn getpgid(py: Py<'_>, _: &M, pid: i32) -> PyResult<i32> {
    process::getpgid(pid).map_err(|e| plain(py, e))
}

pub(super) fn getsid(py: Py<'_>, _: &M, pid: i32) -> PyResult<i32> {
    process::getsid(pid).map_err(|e| plain(py, e))
}

pub(super) fn setsid(py: Py<'_>, _: &M) -> PyResult<()> {
    process::setsid().map(drop).map_err(|e| plain(py, e))
}

pub(super) fn setpgrp(py: Py<'_>, _: &M) -> PyResult<()> {
    process::setpgid(0, 0).map_err(|e| plain(py, e))
}

pub(super) fn setpgid(py: Py<'_>, _: &M, pid: i32, group: i32) -> PyResult<()> {
    process::setpgid(pid, group).map_err(|e| plain(py, e))
}

pub(super) fn nice(py: Py<'_>, _: &M, increment: i32) -> PyResult<i32> {
    process::nice(increment).map_err(|e| plain(py, e))
}

pub(super) fn getpriority(py: Py<'_>, _: &M, which: i32, who: i32) -> PyResult<i32> {
    process::getpriority(which, who as u32).map_err(|e| plain(py, e))
}

pub(super) fn setpriority(py: Py<'_>, _: &M, which: i32, who: i32, priority: i32) -> PyResult<()> {
    process::setpriority(which, who as u32, priority).map_err(|e| plain(py, e))
}

fn signalled(py: Py<'_>, event: &str, target: i32, signal: i32) -> PyResult<()> {
    dxpy_core::audit::event_with(py, event, || {
        let (a, b) = (long::from_i64(py, target.into())?, long::from_i64(py, signal.into())?);
        tuple::from_iter(py, [a.upcast(), b.upcast()])
    })
}

pub(super) fn kill(py: Py<'_>, _: &M, pid: i32, signal: i32) -> PyResult<()> {
    signalled(py, "os.kill", pid, signal)?;
    process::kill(pid, signal).map_err(|e| plain(py, e))?;
    // A signal to oneself has arrived; its handler runs before the caller goes on.
    dxpy_core::thread::check_signals(py)
}

pub(super) fn killpg(py: Py<'_>, _: &M, group: i32, signal: i32) -> PyResult<()> {
    signalled(py, "os.killpg", group, signal)?;
    process::killpg(group, signal).map_err(|e| plain(py, e))?;
    dxpy_core::thread::check_signals(py)
}

pub(super) fn abort(_: Py<'_>, _: &M) -> PyResult<()> {
    process::abort()
}

pub(super) fn exit_now(_: Py<'_>, _: &M, status: i32) -> PyResult<()> {
    process::exit_now(status)
}

pub(super) fn umask(_: Py<'_>, _: &M, mask: i32) -> i64 {
    fs::umask(mask as u32) as i64
}

pub(super) fn cpu_count(py: Py<'_>, _: &M) -> PyResult {
    match constants::find(constants::os::SYSCONF, "SC_NPROCESSORS_ONLN").map(|n| process::sysconf(n as i32)) {
        Some(Ok(Some(n))) if n > 0 => long::from_i64(py, n).map(Owned::upcast),
        _ => Ok(object::none()),
    }
}

pub(super) fn sysconf(py: Py<'_>, _: &M, name: &PyObject) -> PyResult<i64> {
    let name = configuration(py, name, constants::os::SYSCONF)?;
    process::sysconf(name).map(|v| v.unwrap_or(-1)).map_err(|e| plain(py, e))
}

pub(super) fn confstr(py: Py<'_>, _: &M, name: &PyObject) -> PyResult {
    let name = configuration(py, name, constants::os::CONFSTR)?;
    match process::confstr(name).map_err(|e| plain(py, e))? {
        Some(text) => decode(py, &text).map(Owned::upcast),
        None => Ok(object::none()),
    }
}

pub(super) fn getloadavg(py: Py<'_>, _: &M) -> PyResult {
    let Some(loads) = process::getloadavg() else {
        return Err(exceptions::format(
            py,
            &exceptions::OSError,
            format_args!("Load averages are unobtainable"),
        ));
    };
    let loads: Vec<Owned> =
        loads.iter().map(|v| float::new(py, *v).map(Owned::upcast)).collect::<PyResult<_>>()?;
    tuple::from_iter(py, loads).map(Owned::upcast)
}

pub(super) static TIMES: Desc = Desc {
    name: "posix.times_result",
    doc: "What os.times() gives: a tuple of five times in seconds, which are attributes too.",
    fields: &[
        (Some("user"), "user time"),
        (Some("system"), "system time"),
        (Some("children_user"), "user time of children"),
        (Some("children_system"), "system time of children"),
        (Some("elapsed"), "elapsed time since an arbitrary point in the past"),
    ],
    visible: 5,
};
pub(super) static TIMES_TYPE: Made = Made::new();

pub(super) fn times(py: Py<'_>, _: &M) -> PyResult {
    let (ticks, second) = process::times().map_err(|e| plain(py, e))?;
    let values: Vec<Owned> = ticks
        .iter()
        .map(|t| float::new(py, *t as f64 / second as f64).map(Owned::upcast))
        .collect::<PyResult<_>>()?;
    structseq::new(py, TIMES_TYPE.get(), values)
}

pub(super) fn setns(py: Py<'_>, _: &M, Descriptor(fd): Descriptor, kind: Option<i32>) -> PyResult<()> {
    once(py, || process::setns(fd, kind.unwrap_or(0)))
}

pub(super) fn unshare(py: Py<'_>, _: &M, flags: i32) -> PyResult<()> {
    once(py, || process::unshare(flags))
}

/// `os.sched_param`.
pub(super) static PARAM: Desc = Desc {
    name: "posix.sched_param",
    doc: "sched_param(sched_priority)\n--\n\nA scheduling parameter: so far the priority alone.",
    fields: &[(Some("sched_priority"), "the scheduling priority")],
    visible: 1,
};
pub(super) static PARAM_TYPE: Made = Made::new();

pub(super) fn param_new(
    py: Py<'_>,
    ty: &PyTypeObject,
    a: &PyTupleObject,
    kw: Option<&PyDictObject>,
) -> PyResult {
    args::bind_call(py, signature!("sched_param", "(sched_priority)"), a, kw, |b| {
        let priority: &PyObject = b.arg(py, 0)?;
        structseq::new(py, ty, vec![priority.to_owned()])
    })
}

dxpy_core::methods! { pub(super) static PARAM_METHODS: for PyTupleObject [
    "__reduce__" = param_reduce [0], "?($self, /)", "State for pickling.";
] }

fn param_reduce(py: Py<'_>, t: &PyTupleObject) -> PyResult {
    let items = tuple::items(t).iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
    let args = tuple::from_iter(py, items)?;
    tuple::from_iter(py, [t.as_object().ty().as_object().to_owned(), args.upcast()]).map(Owned::upcast)
}

/// `convert_sched_param`: the priority of one.
pub(super) fn priority(py: Py<'_>, o: &PyObject) -> PyResult<i32> {
    if !core::ptr::eq(o.ty(), PARAM_TYPE.get()) {
        return Err(exceptions::type_error(py, format_args!("must have a sched_param object")));
    }
    let first = tuple::check(o).map(tuple::items).and_then(|i| i.first().copied());
    let n = c_long(py, first.unwrap_or(o))?;
    i32::try_from(n).map_err(|_| exceptions::overflow_error(py, format_args!("sched_priority out of range")))
}

fn range(py: Py<'_>, policy: i32) -> PyResult<(i32, i32)> {
    process::sched_priority_range(policy).map_err(|e| plain(py, e))
}

pub(super) fn sched_get_priority_max(py: Py<'_>, _: &M, policy: i32) -> PyResult<i32> {
    range(py, policy).map(|r| r.1)
}

pub(super) fn sched_get_priority_min(py: Py<'_>, _: &M, policy: i32) -> PyResult<i32> {
    range(py, policy).map(|r| r.0)
}

pub(super) fn sched_getscheduler(py: Py<'_>, _: &M, pid: i32) -> PyResult<i32> {
    process::sched_getscheduler(pid).map_err(|e| plain(py, e))
}

pub(super) fn sched_setscheduler(py: Py<'_>, _: &M, pid: i32, policy: i32, param: &PyObject) -> PyResult<()> {
    let p = priority(py, param)?;
    process::sched_setscheduler(pid, policy, p).map_err(|e| plain(py, e))
}

pub(super) fn sched_getparam(py: Py<'_>, _: &M, pid: i32) -> PyResult {
    let p = process::sched_getparam(pid).map_err(|e| plain(py, e))?;
    structseq::new(py, PARAM_TYPE.get(), vec![long::from_i64(py, p.into())?.upcast()])
}

pub(super) fn sched_setparam(py: Py<'_>, _: &M, pid: i32, param: &PyObject) -> PyResult<()> {
    let p = priority(py, param)?;
    process::sched_setparam(pid, p).map_err(|e| plain(py, e))
}

pub(super) fn sched_rr_get_interval(py: Py<'_>, _: &M, pid: i32) -> PyResult<f64> {
    process::sched_rr_get_interval(pid).map_err(|e| plain(py, e))
}

pub(super) fn sched_yield(py: Py<'_>, _: &M) -> PyResult<()> {
    once(py, process::sched_yield)
}

pub(super) fn sched_setaffinity(py: Py<'_>, _: &M, pid: i32, mask: &PyObject) -> PyResult<()> {
    let mut cpus = Vec::new();
    for item in items(py, mask)? {
        if long::check(&item).is_none() {
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "expected an iterator of ints, but iterator yielded {}",
                    unicode::display(protocol::repr(py, item.ty().as_object())?.as_object())
                ),
            ));
        }
        let cpu = c_long(py, &item)?;
        let Ok(cpu) = usize::try_from(cpu) else {
            return Err(exceptions::value_error(py, format_args!("negative CPU number")));
        };
        if cpu > i32::MAX as usize - 1 {
            return Err(exceptions::overflow_error(py, format_args!("CPU number too large")));
        }
        cpus.push(cpu);
    }
    process::sched_setaffinity(pid, &cpus).map_err(|e| plain(py, e))
}

pub(super) fn sched_getaffinity(py: Py<'_>, _: &M, pid: i32) -> PyResult {
    let cpus = process::sched_getaffinity(pid).map_err(|e| plain(py, e))?;
    let cpus: Vec<Owned> =
        cpus.iter().map(|n| long::from_u64(py, *n as u64).map(Owned::upcast)).collect::<PyResult<_>>()?;
    hooks::new_set(py, cpus)
}

macro_rules! questions {
    ($($name:ident = $f:ident -> $r:ty;)*) => { $(
        #[allow(non_snake_case, reason = "the names of C's macros")]
        pub(super) fn $name(_: Py<'_>, _: &M, value: i32) -> $r {
            status::$f(value)
        }
    )* };
}
questions! {
    WCOREDUMP = core_dumped -> bool;
    WIFCONTINUED = if_continued -> bool;
    WIFSTOPPED = if_stopped -> bool;
    WIFSIGNALED = if_signaled -> bool;
    WIFEXITED = if_exited -> bool;
    WEXITSTATUS = exit_status -> i32;
    WTERMSIG = term_signal -> i32;
    WSTOPSIG = stop_signal -> i32;
}

pub(super) fn waitstatus_to_exitcode(py: Py<'_>, _: &M, value: i32) -> PyResult<i32> {
    let bad = |text: core::fmt::Arguments<'_>| -> PyErr { exceptions::value_error(py, text) };
    if status::if_exited(value) {
        return Ok(status::exit_status(value));
    }
    if status::if_signaled(value) {
        return match status::term_signal(value) {
            n if n <= 0 => Err(bad(format_args!("invalid WTERMSIG: {n}"))),
            n => Ok(-n),
        };
    }
    if status::if_stopped(value) {
        let n = status::stop_signal(value);
        return Err(bad(format_args!("process stopped by delivery of signal {n}")));
    }
    Err(bad(format_args!("invalid wait status: {value}")))
}

/// glibc's `gnu_dev_major`.
pub(super) fn major(_: Py<'_>, _: &M, Device(d): Device) -> u64 {
    (d >> 8 & 0xFFF | d >> 32 & !0xFFF) & 0xFFFF_FFFF
}

/// glibc's `gnu_dev_minor`.
pub(super) fn minor(_: Py<'_>, _: &M, Device(d): Device) -> u64 {
    (d & 0xFF | d >> 12 & !0xFF) & 0xFFFF_FFFF
}

/// glibc's `gnu_dev_makedev`.
pub(super) fn makedev(_: Py<'_>, _: &M, major: i32, minor: i32) -> u64 {
    let (a, b) = (u64::from(major as u32), u64::from(minor as u32));
    (a & 0xFFF) << 8 | (a & !0xFFF) << 32 | b & 0xFF | (b & !0xFF) << 12
}

pub(super) fn strerror(py: Py<'_>, _: &M, code: i32) -> PyResult<Owned<PyUnicodeObject>> {
    decode(py, &Errno(code).message())
}

/// The name of an object's type, where a message needs it.
pub(super) fn kind_of(o: &PyObject) -> String {
    type_name(o.ty())
}
