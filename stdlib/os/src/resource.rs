//! `resource`: limits and usage.

use crate::convert::{int_tuple, plain};
use crate::posix::Made;
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, exceptions, float, long, methods, number, object, sequence, tuple,
};
use dxpy_host::process::{self, Usage};
use dxpy_host::{Errno, constants};
use dxpy_types::structseq::{self, Desc};

/// `resource`.
pub static MODULE: StaticModule = StaticModule::new(c"resource").methods(&METHODS).slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

methods! { static METHODS: for PyModuleObject [
    "getrusage" = getrusage [1], "($module, who, /)", "What the process or its children used.";
    "getrlimit" = getrlimit [1], "($module, resource, /)", "The soft and the hard limit of a resource.";
    "prlimit" = prlimit [3], "($module, pid, resource, limits=None, /)", "Get and maybe set the limits of a process.";
    "setrlimit" = setrlimit [2], "($module, resource, limits, /)", "Set the soft and the hard limit of a resource.";
    "getpagesize" = getpagesize [0], "($module, /)", "The size of a page of memory.";
] }

static STRUCT: Desc = Desc {
    name: "resource.struct_rusage",
    doc: "What getrusage() gives: a tuple of sixteen numbers, which are attributes too.",
    fields: &[
        (Some("ru_utime"), "user time used"),
        (Some("ru_stime"), "system time used"),
        (Some("ru_maxrss"), "max. resident set size"),
        (Some("ru_ixrss"), "shared memory size"),
        (Some("ru_idrss"), "unshared data size"),
        (Some("ru_isrss"), "unshared stack size"),
        (Some("ru_minflt"), "page faults not requiring I/O"),
        (Some("ru_majflt"), "page faults requiring I/O"),
        (Some("ru_nswap"), "number of swap outs"),
        (Some("ru_inblock"), "block input operations"),
        (Some("ru_oublock"), "block output operations"),
        (Some("ru_msgsnd"), "IPC messages sent"),
        (Some("ru_msgrcv"), "IPC messages received"),
        (Some("ru_nsignals"), "signals received"),
        (Some("ru_nvcsw"), "voluntary context switches"),
        (Some("ru_nivcsw"), "involuntary context switches"),
    ],
    visible: 16,
};
static TYPE: Made = Made::new();

/// `RLIM_NLIMITS`.
const LIMITS: i32 = 16;
const EPERM: i32 = 1;
const EINVAL: i32 = 22;

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    module::add(py, m, "error", exceptions::OSError.as_object())?;
    TYPE.make(py, m, &STRUCT)?;
    constants::io::RESOURCE.iter().try_for_each(|(n, v)| module::add_int(py, m, n, *v))
}

/// The items of a `struct_rusage`.
pub fn usage_values(py: Py<'_>, u: &Usage) -> PyResult<Vec<Owned>> {
    let seconds = |t: (i64, i64)| float::new(py, t.0 as f64 + t.1 as f64 * 1e-6).map(Owned::upcast);
    let mut values = vec![seconds(u.user)?, seconds(u.system)?];
    for n in u.counts {
        values.push(long::from_i64(py, n)?.upcast());
    }
    Ok(values)
}

fn getrusage(py: Py<'_>, _: &PyModuleObject, who: i32) -> PyResult {
    match process::getrusage(who) {
        Ok(u) => structseq::new(py, TYPE.get(), usage_values(py, &u)?),
        Err(Errno(EINVAL)) => Err(exceptions::value_error(py, format_args!("invalid who parameter"))),
        Err(e) => Err(plain(py, e)),
    }
}

#[cold]
fn invalid(py: Py<'_>) -> PyErr {
    exceptions::value_error(py, format_args!("invalid resource specified"))
}

fn check(py: Py<'_>, resource: i32) -> PyResult<()> {
    if (0..LIMITS).contains(&resource) { Ok(()) } else { Err(invalid(py)) }
}

/// `py2rlimit`.
fn limits_of(py: Py<'_>, o: &PyObject) -> PyResult<(u64, u64)> {
    let t = sequence::to_tuple(py, o)?;
    let [soft, hard] = tuple::items(&t) else {
        return Err(exceptions::value_error(py, format_args!("expected a tuple of 2 integers")));
    };
    // Numbers of C's long; -1 is no limit.
    let limit = |o: &PyObject| -> PyResult<u64> {
        let n = number::index_any(py, o)?;
        long::to_i64(&n).map(|v| v as u64).ok_or_else(|| {
            exceptions::overflow_error(py, format_args!("Python int too large to convert to C long"))
        })
    };
    Ok((limit(soft)?, limit(hard)?))
}

fn pair(py: Py<'_>, (soft, hard): (u64, u64)) -> PyResult {
    int_tuple(py, [soft as i64, hard as i64])
}

fn getrlimit(py: Py<'_>, _: &PyModuleObject, resource: i32) -> PyResult {
    check(py, resource)?;
    pair(py, process::getrlimit(resource).map_err(|e| plain(py, e))?)
}

fn setrlimit(py: Py<'_>, _: &PyModuleObject, resource: i32, limits: &PyObject) -> PyResult<()> {
    let n = long::from_i64(py, resource.into())?;
    dxpy_core::audit::event(py, "resource.setrlimit", [n.as_object(), limits])?;
    check(py, resource)?;
    let limits = limits_of(py, limits)?;
    let value = |text: &str| exceptions::value_error(py, format_args!("{text}"));
    process::setrlimit(resource, limits).map_err(|e| match e.0 {
        EINVAL => value("current limit exceeds maximum limit"),
        EPERM => value("not allowed to raise maximum limit"),
        _ => plain(py, e),
    })
}

fn prlimit(py: Py<'_>, _: &PyModuleObject, pid: i32, resource: i32, limits: Option<&PyObject>) -> PyResult {
    check(py, resource)?;
    let (p, n) = (long::from_i64(py, pid.into())?, long::from_i64(py, resource.into())?);
    let none = object::none();
    let given = limits.unwrap_or(&none);
    dxpy_core::audit::event(py, "resource.prlimit", [p.as_object(), n.as_object(), given])?;
    let new = if object::is_none(given) { None } else { Some(limits_of(py, given)?) };
    match process::prlimit(pid, resource, new) {
        Ok(old) => pair(py, old),
        Err(Errno(EINVAL)) => Err(invalid(py)),
        Err(e) => Err(plain(py, e)),
    }
}

fn getpagesize(py: Py<'_>, _: &PyModuleObject) -> PyResult<i64> {
    let name = constants::find(constants::os::SYSCONF, "SC_PAGESIZE").unwrap_or(30);
    process::sysconf(name as i32).map(|n| n.unwrap_or(4096)).map_err(|e| plain(py, e))
}
