//! `_posixsubprocess`: the one function behind `subprocess`. What happens between fork and exec is in
//! `dxpy_host::spawn`.

use dxpy_core::abi::*;
use dxpy_core::call::type_name;
use dxpy_core::module::{StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::thread::{fork, gil};
use dxpy_core::{
    Owned, Py, PyErr, PyResult, bytes, call, exceptions, gc, list, long, methods, object, protocol, sequence,
    tuple,
};
use dxpy_host::spawn::{self, Child};
use dxpy_mod_os::convert::{fs_text, id, plain};
use dxpy_mod_os::posix;
use std::ffi::CString;

/// `_posixsubprocess`.
pub static MODULE: StaticModule = StaticModule::new(c"_posixsubprocess")
    .doc(c"What subprocess needs to start a child.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(|_: Py<'_>, _: &PyModuleObject| Ok(()));

methods! { static METHODS: for PyModuleObject [
    "fork_exec" = fork_exec [23], "($module, args, executable_list, close_fds, pass_fds, cwd,\n          env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite,\n          errpipe_read, errpipe_write, restore_signals, call_setsid,\n          pgid_to_set, gid, extra_groups, uid, child_umask, preexec_fn,\n          allow_vfork, /)", "Starts a child process and returns its number; what goes wrong in the child is told in the error pipe.";
] }

#[cold]
fn value(py: Py<'_>, text: &str) -> PyErr {
    exceptions::value_error(py, format_args!("{text}"))
}

/// `_PySequence_BytesToCharpArray`.
fn all_bytes(py: Py<'_>, o: &PyObject) -> PyResult<Vec<CString>> {
    let n = protocol::len(py, o)?;
    let mut out = Vec::new();
    // The length is what the sequence says, whatever it has.
    out.try_reserve_exact(n).map_err(|_| exceptions::memory_error(py))?;
    for i in 0..n {
        let item = sequence::item(py, o, i as isize)?;
        let Some(b) = bytes::check(&item) else {
            return Err(exceptions::type_error(
                py,
                format_args!("expected bytes, {} found", type_name(item.ty())),
            ));
        };
        out.push(CString::new(bytes::as_slice(b)).map_err(|_| value(py, "embedded null byte"))?);
    }
    Ok(out)
}

/// `_sanity_check_python_fd_sequence`: ascending numbers that can be descriptors.
fn kept(py: Py<'_>, t: &PyTupleObject) -> PyResult<Vec<i32>> {
    let mut last = -1;
    let mut out = Vec::new();
    for item in tuple::items(t) {
        let fd = long::check(item).and_then(long::to_i64).and_then(|v| i32::try_from(v).ok());
        let Some(fd) = fd.filter(|fd| *fd > last) else {
            return Err(value(py, "bad value(s) in fds_to_keep"));
        };
        out.push(fd);
        last = fd;
    }
    Ok(out)
}

/// The supplementary groups, None if they stay.
fn groups(py: Py<'_>, o: &PyObject) -> PyResult<Option<Vec<u32>>> {
    if object::is_none(o) {
        return Ok(None);
    }
    let Some(l) = list::check(o) else {
        return Err(exceptions::type_error(py, format_args!("setgroups argument must be a list")));
    };
    if list::len(l) > 65536 {
        return Err(value(py, "too many extra_groups"));
    }
    let mut out = Vec::new();
    while let Some(item) = list::get(l, out.len()) {
        if long::check(&item).is_none() {
            return Err(exceptions::type_error(py, format_args!("extra_groups must be integers")));
        }
        out.push(id(py, &item, "gid").map_err(|_| value(py, "invalid group id"))?);
    }
    Ok(Some(out))
}

/// The number of a user or group, None if it stays.
fn identity(py: Py<'_>, o: &PyObject, what: &str) -> PyResult<Option<u32>> {
    if object::is_none(o) { Ok(None) } else { id(py, o, what).map(Some) }
}

/// The arguments of the program.
fn arguments(py: Py<'_>, o: &PyObject) -> PyResult<Vec<CString>> {
    let all = sequence::to_list(py, o).map_err(|e| {
        if exceptions::matches(&e, &exceptions::TypeError) {
            return exceptions::type_error(py, format_args!("argv must be a tuple"));
        }
        e
    })?;
    let mut out = Vec::new();
    while let Some(item) = list::get(&all, out.len()) {
        out.push(fs_text(py, &item)?);
    }
    Ok(out)
}

#[allow(clippy::too_many_arguments, reason = "as many as CPython's")]
fn fork_exec(
    py: Py<'_>,
    _: &PyModuleObject,
    argv: &PyObject,
    executables: &PyObject,
    close_fds: bool,
    pass_fds: &PyTupleObject,
    cwd: &PyObject,
    env: &PyObject,
    p2cread: i32,
    p2cwrite: i32,
    c2pread: i32,
    c2pwrite: i32,
    errread: i32,
    errwrite: i32,
    errpipe_read: i32,
    errpipe_write: i32,
    restore_signals: bool,
    setsid: bool,
    pgid: i32,
    gid: &PyObject,
    extra_groups: &PyObject,
    uid: &PyObject,
    umask: i32,
    preexec: &PyObject,
    allow_vfork: bool,
) -> PyResult<i32> {
    let child_ends = [p2cread, c2pwrite, errwrite];
    let parent_ends = [p2cwrite, c2pread, errread];
    if !object::is_none(preexec) && gil::is_closing() {
        return Err(exceptions::runtime_error(
            py,
            format_args!("preexec_fn not supported at interpreter shutdown"),
        ));
    }
    if close_fds && errpipe_write < 3 {
        return Err(value(py, "errpipe_write must be >= 3"));
    }
    let fds_to_keep = kept(py, pass_fds)?;
    let executables = all_bytes(py, executables)?;
    let argv = if object::is_none(argv) { Vec::new() } else { arguments(py, argv)? };
    let env = if object::is_none(env) { None } else { Some(all_bytes(py, env)?) };
    let cwd = if object::is_none(cwd) { None } else { Some(fs_text(py, cwd)?) };
    let groups = groups(py, extra_groups)?;
    let (gid, uid) = (identity(py, gid, "gid")?, identity(py, uid, "uid")?);
    let child = Child {
        executables: &executables,
        arguments: &argv,
        environment: env.as_deref(),
        cwd: cwd.as_deref(),
        parent_ends,
        child_ends,
        errpipe_read,
        errpipe_write,
        close_fds,
        fds_to_keep: &fds_to_keep,
        restore_signals,
        setsid,
        pgid,
        umask,
        groups: groups.as_deref(),
        gid,
        uid,
        allow_vfork,
    };
    if object::is_none(preexec) {
        // SAFETY: no Python code runs in the child, which allocates nothing and takes no lock.
        return unsafe { spawn::fork_exec(&child, None) }.map_err(|e| plain(py, e));
    }
    // Objects that the collector would finalize in the child are not the child's.
    let collects = gc::collect::is_enabled();
    gc::collect::set_enabled(false);
    fork::before(py);
    let preexec: Owned = preexec.to_owned();
    let mut run = || {
        // SAFETY: the child, by the thread that forked.
        unsafe { fork::after(py) };
        // What went wrong is told in the pipe in general words only.
        call::call(py, &preexec, []).is_ok()
    };
    // SAFETY: the GIL is held, and so is what it guards; the child renews what other threads may have held.
    let r = unsafe { spawn::fork_exec(&child, Some(&mut run)) };
    fork::in_parent(py);
    gc::collect::set_enabled(collects);
    let pid = r.map_err(|e| plain(py, e))?;
    posix::warn_about_threads(py, "fork")?;
    Ok(pid)
}
