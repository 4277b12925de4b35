//! `posix`: files, directories, descriptors, processes, and the constants that go with them. The functions are in the
//! submodules; here are the table, the types and what is small.

mod descriptors;
mod files;
mod process;
mod scandir;
mod spawn;
mod stat;

use crate::convert::{FsText, plain};
use crate::path::decode;
use descriptors::*;
use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule, exec};
use dxpy_core::ptr::Object;
use dxpy_core::statics::Gil;
use dxpy_core::{Owned, Py, PyResult, bytes, dict, exceptions, glue, list, long, methods, unicode};
use dxpy_host::{constants, env, fs};
use dxpy_types::structseq;
use files::*;
use process::*;
pub use spawn::warn_about_threads;
use spawn::*;
use stat::{fstat, lstat, stat};

/// `posix`.
pub static MODULE: StaticModule = StaticModule::new(c"posix")
    .doc(c"What the C standard and POSIX let a program ask of the system; use it through os.")
    .methods(&METHODS)
    .slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

#[rustfmt::skip] // One a line.
methods! { static METHODS: for PyModuleObject [
    "stat" = stat [3], "($module, /, path, *, dir_fd=None, follow_symlinks=True)", "What the system knows about a file.";
    "access" = access [5], "($module, /, path, mode, *, dir_fd=None, effective_ids=False,\n       follow_symlinks=True)", "Whether the user may use a path.";
    "ttyname" = ttyname [1], "($module, fd, /)", "The name of the terminal behind a descriptor.";
    "chdir" = chdir [1], "($module, /, path)", "Change the current working directory.";
    "chmod" = chmod [4], "($module, /, path, mode, *, dir_fd=None, follow_symlinks=True)", "Change the access permissions of a file.";
    "fchmod" = fchmod [2], "($module, /, fd, mode)", "Change the access permissions of an open file.";
    "chown" = chown [5], "($module, /, path, uid, gid, *, dir_fd=None, follow_symlinks=True)", "Change the owner and group of a file.";
    "fchown" = fchown [3], "($module, /, fd, uid, gid)", "Change the owner and group of an open file.";
    "lchown" = lchown [3], "($module, /, path, uid, gid)", "Change the owner and group of a file, not following links.";
    "chroot" = chroot [1], "($module, /, path)", "Change the root directory.";
    "ctermid" = ctermid [0], "($module, /)", "The name of the controlling terminal.";
    "getcwd" = getcwd [0], "($module, /)", "The current working directory.";
    "getcwdb" = getcwdb [0], "($module, /)", "The current working directory in bytes.";
    "link" = link [5], "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None,\n     follow_symlinks=True)", "Create a hard link.";
    "listdir" = listdir [1], "($module, /, path=None)", "The names of a directory's entries.";
    "lstat" = lstat [2], "($module, /, path, *, dir_fd=None)", "What the system knows about a file, not following links.";
    "mkdir" = mkdir [3], "($module, /, path, mode=511, *, dir_fd=None)", "Create a directory.";
    "nice" = nice [1], "($module, increment, /)", "Add to the niceness of the process, and return the new one.";
    "getpriority" = getpriority [2], "($module, /, which, who)", "The scheduling priority of a program.";
    "setpriority" = setpriority [3], "($module, /, which, who, priority)", "Set the scheduling priority of a program.";
    "posix_spawn" = posix_spawn [10], "($module, path, argv, env, /, *, file_actions=(),\n            setpgroup=<unrepresentable>, resetids=False, setsid=False,\n            setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)", "Run the program of this path in a new process.";
    "posix_spawnp" = posix_spawnp [10], "($module, path, argv, env, /, *, file_actions=(),\n             setpgroup=<unrepresentable>, resetids=False, setsid=False,\n             setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)", "Run a program, looked for along PATH, in a new process.";
    "readlink" = readlink [2], "($module, /, path, *, dir_fd=None)", "Where a symbolic link points to.";
    "copy_file_range" = copy_file_range [5], "($module, /, src, dst, count, offset_src=None,\n                offset_dst=None)", "Copy bytes from one descriptor to another inside the kernel.";
    "splice" = splice [6], "($module, /, src, dst, count, offset_src=None, offset_dst=None,\n       flags=0)", "Move bytes from one descriptor to another, one of them a pipe.";
    "rename" = rename [4], "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)", "Rename a file or directory.";
    "replace" = replace [4], "($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)", "Rename a file or directory, overwriting the destination.";
    "rmdir" = rmdir [2], "($module, /, path, *, dir_fd=None)", "Remove a directory.";
    "symlink" = symlink [4], "($module, /, src, dst, target_is_directory=False, *, dir_fd=None)", "Create a symbolic link.";
    "system" = system [1], "($module, /, command)", "Run a command in a shell.";
    "umask" = umask [1], "($module, mask, /)", "Set the file mode creation mask, and return the former one.";
    "uname" = uname [0], "($module, /)", "The system's name.";
    "unlink" = unlink [2], "($module, /, path, *, dir_fd=None)", "Remove a file.";
    "remove" = unlink [2], "($module, /, path, *, dir_fd=None)", "Remove a file.";
    "utime" = utime [5], "($module, /, path, times=None, *, ns=<unrepresentable>,\n      dir_fd=None, follow_symlinks=True)", "Set the times of last access and modification of a file.";
    "times" = times [0], "($module, /)", "The times that the process and its children used.";
    "_exit" = exit_now [1], "($module, /, status)", "Exit at once, without cleaning up.";
    "execv" = execv [2], "($module, path, argv, /)", "Run a program in place of this one.";
    "execve" = execve [3], "($module, /, path, argv, env)", "Run a program in place of this one, with another environment.";
    "fork" = fork [0], "($module, /)", "Fork a child process; 0 is the child's answer.";
    "register_at_fork" = register_at_fork [3], "($module, /, *, before=<unrepresentable>,\n                 after_in_child=<unrepresentable>,\n                 after_in_parent=<unrepresentable>)", "Register functions to call when a process is forked.";
    "sched_get_priority_max" = sched_get_priority_max [1], "($module, /, policy)", "The highest priority of a scheduling policy.";
    "sched_get_priority_min" = sched_get_priority_min [1], "($module, /, policy)", "The lowest priority of a scheduling policy.";
    "sched_getparam" = sched_getparam [1], "($module, pid, /)", "The scheduling parameters of a process.";
    "sched_getscheduler" = sched_getscheduler [1], "($module, pid, /)", "The scheduling policy of a process.";
    "sched_rr_get_interval" = sched_rr_get_interval [1], "($module, pid, /)", "The time slice of a process, in seconds.";
    "sched_setparam" = sched_setparam [2], "($module, pid, param, /)", "Set the scheduling parameters of a process.";
    "sched_setscheduler" = sched_setscheduler [3], "($module, pid, policy, param, /)", "Set the scheduling policy of a process.";
    "sched_yield" = sched_yield [0], "($module, /)", "Let others use the processor.";
    "sched_setaffinity" = sched_setaffinity [2], "($module, pid, mask, /)", "Set the processors that a process may use.";
    "sched_getaffinity" = sched_getaffinity [1], "($module, pid, /)", "The processors that a process may use.";
    "openpty" = openpty [0], "($module, /)", "Open a pseudo-terminal.";
    "login_tty" = login_tty [1], "($module, fd, /)", "Make a terminal the controlling one.";
    "forkpty" = forkpty [0], "($module, /)", "Fork a child that has a new pseudo-terminal.";
    "getegid" = getegid [0], "($module, /)", "The effective group id.";
    "geteuid" = geteuid [0], "($module, /)", "The effective user id.";
    "getgid" = getgid [0], "($module, /)", "The group id.";
    "getgrouplist" = getgrouplist [2], "($module, user, group, /)", "The groups that a user belongs to.";
    "getgroups" = getgroups [0], "($module, /)", "The supplementary groups of the process.";
    "getpid" = getpid [0], "($module, /)", "The process id.";
    "getpgrp" = getpgrp [0], "($module, /)", "The process group.";
    "getppid" = getppid [0], "($module, /)", "The parent's process id.";
    "getuid" = getuid [0], "($module, /)", "The user id.";
    "getlogin" = getlogin [0], "($module, /)", "The name of the user at the controlling terminal.";
    "kill" = kill [2], "($module, pid, signal, /)", "Send a signal to a process.";
    "killpg" = killpg [2], "($module, pgid, signal, /)", "Send a signal to a process group.";
    "setuid" = setuid [1], "($module, uid, /)", "Set the user id.";
    "seteuid" = seteuid [1], "($module, euid, /)", "Set the effective user id.";
    "setreuid" = setreuid [2], "($module, ruid, euid, /)", "Set the real and effective user ids.";
    "setgid" = setgid [1], "($module, gid, /)", "Set the group id.";
    "setegid" = setegid [1], "($module, egid, /)", "Set the effective group id.";
    "setregid" = setregid [2], "($module, rgid, egid, /)", "Set the real and effective group ids.";
    "setgroups" = setgroups [1], "($module, groups, /)", "Set the supplementary groups.";
    "initgroups" = initgroups [2], "($module, username, gid, /)", "Set the supplementary groups to those of a user, and one more.";
    "getpgid" = getpgid [1], "($module, /, pid)", "The group of a process.";
    "setpgrp" = setpgrp [0], "($module, /)", "Make the process the leader of its group.";
    "wait" = wait [0], "($module, /)", "Wait for any child process.";
    "wait3" = wait3 [1], "($module, /, options)", "Wait for any child, and tell what it used.";
    "wait4" = wait4 [2], "($module, /, pid, options)", "Wait for a child, and tell what it used.";
    "waitid" = waitid [3], "($module, idtype, id, options, /)", "Wait for a child to change.";
    "waitpid" = waitpid [2], "($module, pid, options, /)", "Wait for a child process.";
    "pidfd_open" = pidfd_open [2], "($module, /, pid, flags=0)", "A descriptor that refers to a process.";
    "getsid" = getsid [1], "($module, pid, /)", "The session of a process.";
    "setsid" = setsid [0], "($module, /)", "Make a new session.";
    "setpgid" = setpgid [2], "($module, pid, pgrp, /)", "Put a process into a group.";
    "tcgetpgrp" = tcgetpgrp [1], "($module, fd, /)", "The foreground process group of a terminal.";
    "tcsetpgrp" = tcsetpgrp [2], "($module, fd, pgid, /)", "Set the foreground process group of a terminal.";
    "open" = open [4], "($module, /, path, flags, mode=511, *, dir_fd=None)", "Open a file.";
    "close" = close [1], "($module, /, fd)", "Close a file descriptor.";
    "closerange" = closerange [2], "($module, fd_low, fd_high, /)", "Close the descriptors of a range, ignoring errors.";
    "device_encoding" = device_encoding [1], "($module, /, fd)", "The encoding of a terminal.";
    "dup" = dup [1], "($module, fd, /)", "A duplicate of a file descriptor.";
    "dup2" = dup2 [3], "($module, /, fd, fd2, inheritable=True)", "Duplicate a file descriptor onto another.";
    "lockf" = lockf [3], "($module, fd, command, length, /)", "Set, test or remove a lock on a part of a file.";
    "lseek" = lseek [3], "($module, fd, position, whence, /)", "Set a descriptor's position.";
    "read" = read [2], "($module, fd, length, /)", "Read from a descriptor.";
    "readv" = readv [2], "($module, fd, buffers, /)", "Read from a descriptor into several buffers.";
    "pread" = pread [3], "($module, fd, length, offset, /)", "Read from a descriptor at a position.";
    "preadv" = preadv [4], "($module, fd, buffers, offset, flags=0, /)", "Read from a descriptor at a position into several buffers.";
    "write" = write [2], "($module, fd, data, /)", "Write to a descriptor.";
    "writev" = writev [2], "($module, fd, buffers, /)", "Write several buffers to a descriptor.";
    "pwrite" = pwrite [3], "($module, fd, buffer, offset, /)", "Write to a descriptor at a position.";
    "pwritev" = pwritev [4], "($module, fd, buffers, offset, flags=0, /)", "Write several buffers to a descriptor at a position.";
    "sendfile" = sendfile [4], "($module, /, out_fd, in_fd, offset, count)", "Copy bytes from one descriptor to another.";
    "fstat" = fstat [1], "($module, /, fd)", "What the system knows about an open file.";
    "isatty" = isatty [1], "($module, fd, /)", "Whether a descriptor is a terminal.";
    "pipe" = pipe [0], "($module, /)", "Create a pipe.";
    "pipe2" = pipe2 [1], "($module, flags, /)", "Create a pipe with flags.";
    "mkfifo" = mkfifo [3], "($module, /, path, mode=438, *, dir_fd=None)", "Create a named pipe.";
    "mknod" = mknod [4], "($module, /, path, mode=384, device=0, *, dir_fd=None)", "Create a node in the file system.";
    "major" = major [1], "($module, device, /)", "The major number of a device.";
    "minor" = minor [1], "($module, device, /)", "The minor number of a device.";
    "makedev" = makedev [2], "($module, major, minor, /)", "A device number of a major and a minor one.";
    "ftruncate" = ftruncate [2], "($module, fd, length, /)", "Cut a file to a length.";
    "truncate" = truncate [2], "($module, /, path, length)", "Cut a file to a length.";
    "posix_fallocate" = posix_fallocate [3], "($module, fd, offset, length, /)", "Make sure that there is room for a part of a file.";
    "posix_fadvise" = posix_fadvise [4], "($module, fd, offset, length, advice, /)", "Tell the system how a file is going to be read.";
    "putenv" = putenv [2], "($module, name, value, /)", "Change an environment variable.";
    "unsetenv" = unsetenv [1], "($module, name, /)", "Delete an environment variable.";
    "strerror" = strerror [1], "($module, code, /)", "The text of an error number.";
    "fchdir" = fchdir [1], "($module, /, fd)", "Change to the directory of a descriptor.";
    "fsync" = fsync [1], "($module, /, fd)", "Force a file's data to disk.";
    "sync" = sync [0], "($module, /)", "Force everything to disk.";
    "fdatasync" = fdatasync [1], "($module, /, fd)", "Force a file's data to disk, but not all that describes it.";
    "WCOREDUMP" = WCOREDUMP [1], "($module, status, /)", "Whether a core file was written.";
    "WIFCONTINUED" = WIFCONTINUED [1], "($module, /, status)", "Whether the process was continued.";
    "WIFSTOPPED" = WIFSTOPPED [1], "($module, /, status)", "Whether the process was stopped.";
    "WIFSIGNALED" = WIFSIGNALED [1], "($module, /, status)", "Whether a signal ended the process.";
    "WIFEXITED" = WIFEXITED [1], "($module, /, status)", "Whether the process ended by exit().";
    "WEXITSTATUS" = WEXITSTATUS [1], "($module, /, status)", "The exit code of a wait status.";
    "WTERMSIG" = WTERMSIG [1], "($module, /, status)", "The signal that ended the process.";
    "WSTOPSIG" = WSTOPSIG [1], "($module, /, status)", "The signal that stopped the process.";
    "fstatvfs" = fstatvfs [1], "($module, fd, /)", "What the system knows about an open file's file system.";
    "statvfs" = statvfs [1], "($module, /, path)", "What the system knows about a path's file system.";
    "confstr" = confstr [1], "($module, name, /)", "A configuration text of the system.";
    "sysconf" = sysconf [1], "($module, name, /)", "A configuration number of the system.";
    "fpathconf" = fpathconf [2], "($module, fd, name, /)", "A configuration number of an open file.";
    "pathconf" = pathconf [2], "($module, /, path, name)", "A configuration number of a file.";
    "abort" = abort [0], "($module, /)", "Abort the process at once.";
    "_path_normpath" = path_normpath [1], "($module, /, path)", "A path without redundant parts.";
    "getloadavg" = getloadavg [0], "($module, /)", "The average load of the last 1, 5 and 15 minutes.";
    "urandom" = urandom [1], "($module, size, /)", "Random bytes for cryptographic use.";
    "setresuid" = setresuid [3], "($module, ruid, euid, suid, /)", "Set the real, effective and saved user ids.";
    "setresgid" = setresgid [3], "($module, rgid, egid, sgid, /)", "Set the real, effective and saved group ids.";
    "getresuid" = getresuid [0], "($module, /)", "The real, effective and saved user ids.";
    "getresgid" = getresgid [0], "($module, /)", "The real, effective and saved group ids.";
    "getxattr" = getxattr [3], "($module, /, path, attribute, *, follow_symlinks=True)", "The value of an extended attribute.";
    "setxattr" = setxattr [5], "($module, /, path, attribute, value, flags=0, *,\n         follow_symlinks=True)", "Set an extended attribute.";
    "removexattr" = removexattr [3], "($module, /, path, attribute, *, follow_symlinks=True)", "Remove an extended attribute.";
    "listxattr" = listxattr [2], "($module, /, path=None, *, follow_symlinks=True)", "The names of a file's extended attributes.";
    "get_terminal_size" = get_terminal_size [1], "($module, fd=<unrepresentable>, /)", "The size of the terminal window as (columns, lines).";
    "cpu_count" = cpu_count [0], "($module, /)", "The number of logical CPUs.";
    "get_inheritable" = get_inheritable [1], "($module, fd, /)", "Whether a descriptor is inherited.";
    "set_inheritable" = set_inheritable [2], "($module, fd, inheritable, /)", "Set whether a descriptor is inherited.";
    "get_blocking" = get_blocking [1], "($module, fd, /)", "Whether a descriptor blocks.";
    "set_blocking" = set_blocking [2], "($module, fd, blocking, /)", "Set whether a descriptor blocks.";
    "scandir" = scandir::scandir [1], "($module, /, path=None)", "An iterator over a directory's entries.";
    "fspath" = fspath [1], "($module, /, path)", "The text of a path.";
    "getrandom" = getrandom [2], "($module, /, size, flags=0)", "Random bytes from the system.";
    "memfd_create" = memfd_create [2], "($module, /, name, flags=MFD_CLOEXEC)", "An anonymous file in memory.";
    "eventfd" = eventfd [2], "($module, /, initval, flags=EFD_CLOEXEC)", "A descriptor for event notification.";
    "eventfd_read" = eventfd_read [1], "($module, /, fd)", "The counter of an event descriptor.";
    "eventfd_write" = eventfd_write [2], "($module, /, fd, value)", "Add to the counter of an event descriptor.";
    "waitstatus_to_exitcode" = waitstatus_to_exitcode [1], "($module, /, status)", "A wait status as an exit code.";
    "setns" = setns [2], "($module, /, fd, nstype=0)", "Move the thread into a namespace.";
    "unshare" = unshare [1], "($module, /, flags)", "Move the process into new namespaces.";
] }

/// `os.uname_result`.
static UNAME: structseq::Desc = structseq::Desc {
    name: "posix.uname_result",
    doc: "What os.uname() gives: five texts, which are attributes too.",
    fields: &[
        (Some("sysname"), "operating system name"),
        (Some("nodename"), "name of machine on network (implementation-defined)"),
        (Some("release"), "operating system release"),
        (Some("version"), "operating system version"),
        (Some("machine"), "hardware identifier"),
    ],
    visible: 5,
};
static UNAME_TYPE: Made = Made::new();

/// A type made when the module is, for functions that give its instances.
pub(crate) struct Made(Gil<core::cell::Cell<Option<&'static PyTypeObject>>>);

impl Made {
    pub(crate) const fn new() -> Made {
        Made(Gil(core::cell::Cell::new(None)))
    }

    pub(crate) fn get(&self) -> &'static PyTypeObject {
        self.0.get().expect("the module made it")
    }

    /// Makes the type once and adds it to the module under its short name.
    pub(crate) fn make(
        &self,
        py: Py<'_>,
        m: &PyModuleObject,
        desc: &'static structseq::Desc,
    ) -> PyResult<()> {
        self.make_with(py, m, desc, None, None)
    }

    /// The same with a constructor and methods of its own.
    pub(crate) fn make_with(
        &self,
        py: Py<'_>,
        m: &PyModuleObject,
        desc: &'static structseq::Desc,
        constructor: Option<newfunc>,
        methods: Option<*mut PyMethodDef>,
    ) -> PyResult<()> {
        if self.0.get().is_none() {
            self.0.set(Some(structseq::new_type_with(py, desc, constructor, methods)?));
        }
        let short = desc.name.rsplit('.').next().unwrap_or_default();
        module::add(py, m, short, self.get().as_object())
    }
}

/// `_have_functions`, by which `os` decides what takes descriptors and what follows links.
#[rustfmt::skip]
const HAVE: &[&str] = &[
    "HAVE_EVENTFD", "HAVE_FACCESSAT", "HAVE_FCHDIR", "HAVE_FCHMOD", "HAVE_FCHMODAT", "HAVE_FCHOWN", "HAVE_FCHOWNAT",
    "HAVE_FEXECVE", "HAVE_FDOPENDIR", "HAVE_FPATHCONF", "HAVE_FSTATAT", "HAVE_FSTATVFS", "HAVE_FTRUNCATE",
    "HAVE_FUTIMENS", "HAVE_FUTIMES", "HAVE_FUTIMESAT", "HAVE_LINKAT", "HAVE_LCHOWN", "HAVE_LSTAT", "HAVE_LUTIMES",
    "HAVE_MEMFD_CREATE", "HAVE_MKDIRAT", "HAVE_MKFIFOAT", "HAVE_MKNODAT", "HAVE_OPENAT", "HAVE_READLINKAT",
    "HAVE_RENAMEAT", "HAVE_SYMLINKAT", "HAVE_UNLINKAT", "HAVE_UTIMENSAT",
];

fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    for (n, v) in constants::os::POSIX {
        module::add_int(py, m, n, *v)?;
    }
    let environ = dict::new(py)?;
    for entry in env::all() {
        if let Some(at) = entry.iter().skip(1).position(|b| *b == b'=') {
            let (k, v) = (&entry[..at + 1], &entry[at + 2..]);
            let k = bytes::new(py, k)?;
            dict::set_default(py, &environ, k.as_object(), bytes::new(py, v)?.as_object())?;
        }
    }
    module::add(py, m, "environ", environ.as_object())?;
    module::add(py, m, "error", exceptions::OSError.as_object())?;
    for (name, table) in [
        ("pathconf_names", constants::os::PATHCONF),
        ("confstr_names", constants::os::CONFSTR),
        ("sysconf_names", constants::os::SYSCONF),
    ] {
        let names = dict::new(py)?;
        let mut table = table.to_vec();
        table.sort_unstable();
        for (n, v) in table {
            dict::set_str(py, &names, n, long::from_i64(py, v)?.as_object())?;
        }
        module::add(py, m, name, names.as_object())?;
    }
    let have: Vec<Owned> =
        HAVE.iter().map(|n| unicode::from_str(py, n).map(Owned::upcast)).collect::<PyResult<_>>()?;
    module::add(py, m, "_have_functions", list::from_iter(py, have)?.as_object())?;
    WAITID_TYPE.make(py, m, &WAITID)?;
    let constructor = Some(glue::create(stat::stat_new));
    stat::STAT_TYPE.make_with(py, m, &stat::STAT, constructor, None)?;
    VFS_TYPE.make(py, m, &VFS)?;
    let methods = Some(PARAM_METHODS.as_ptr().cast_mut());
    PARAM_TYPE.make_with(py, m, &PARAM, Some(glue::create(param_new)), methods)?;
    SIZE_TYPE.make(py, m, &SIZE)?;
    scandir::init(py)?;
    module::add(py, m, "DirEntry", scandir::DIR_ENTRY.as_object())?;
    TIMES_TYPE.make(py, m, &TIMES)?;
    UNAME_TYPE.make(py, m, &UNAME)
}

fn getcwd(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    decode(py, &crate::convert::once(py, fs::getcwd)?).map(Owned::upcast)
}

fn getcwdb(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    bytes::new(py, &crate::convert::once(py, fs::getcwd)?).map(Owned::upcast)
}

fn variable_event(py: Py<'_>, event: &str, texts: &[&std::ffi::CStr]) -> PyResult<()> {
    dxpy_core::audit::event_with(py, event, || {
        let items: Vec<Owned> =
            texts.iter().map(|t| bytes::new(py, t.to_bytes()).map(Owned::upcast)).collect::<PyResult<_>>()?;
        dxpy_core::tuple::from_iter(py, items)
    })
}

fn putenv(py: Py<'_>, _: &PyModuleObject, FsText(name): FsText, FsText(value): FsText) -> PyResult<()> {
    if name.to_bytes().contains(&b'=') {
        return Err(exceptions::value_error(py, format_args!("illegal environment variable name")));
    }
    variable_event(py, "os.putenv", &[&name, &value])?;
    env::set(&name, &value).map_err(|e| plain(py, e))
}

fn unsetenv(py: Py<'_>, _: &PyModuleObject, FsText(name): FsText) -> PyResult<()> {
    variable_event(py, "os.unsetenv", &[&name])?;
    env::unset(&name).map_err(|e| plain(py, e))
}

fn uname(py: Py<'_>, _: &PyModuleObject) -> PyResult {
    let parts = env::uname().map_err(|e| plain(py, e))?;
    let parts: Vec<Owned> =
        parts.iter().map(|p| decode(py, p).map(Owned::upcast)).collect::<PyResult<_>>()?;
    structseq::new(py, UNAME_TYPE.get(), parts)
}
