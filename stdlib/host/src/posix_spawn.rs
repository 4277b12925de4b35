//! `os.posix_spawn` and `posix_spawnp`: a child by the C library, with file actions and attributes.

use crate::errno::{Result, code};
use crate::fd::Fd;
use crate::process::pointers;
use std::ffi::{CStr, CString};
use std::mem::{MaybeUninit, zeroed};

/// What is done to descriptors in the child, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Open(Fd, CString, i32, u32),
    Close(Fd),
    Dup2(Fd, Fd),
}

/// The keyword arguments.
#[derive(Clone, Debug, Default)]
pub struct Attributes {
    /// `setpgroup`
    pub group: Option<i32>,
    pub reset_ids: bool,
    pub setsid: bool,
    /// `setsigmask`
    pub mask: Option<Vec<i32>>,
    /// `setsigdef`
    pub default: Option<Vec<i32>>,
    /// Policy (`None`: as it is) and priority.
    pub scheduler: Option<(Option<i32>, i32)>,
}

fn signal_set(signals: &[i32]) -> Result<libc::sigset_t> {
    let mut set = MaybeUninit::uninit();
    // SAFETY: the first call initialises the set.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for s in signals {
            crate::errno::done(libc::sigaddset(set.as_mut_ptr(), *s))?;
        }
        Ok(set.assume_init())
    }
}

/// The child's number. `search`: along `PATH`.
pub fn spawn(
    path: &CStr,
    arguments: &[CString],
    environment: &[CString],
    actions: &[Action],
    attributes: &Attributes,
    search: bool,
) -> Result<i32> {
    let (argv, envp) = (pointers(arguments), pointers(environment));
    // SAFETY: all-zero is a value to be initialised, which the next calls do; both are destroyed below.
    let mut files: libc::posix_spawn_file_actions_t = unsafe { zeroed() };
    // SAFETY: as above.
    let mut attr: libc::posix_spawnattr_t = unsafe { zeroed() };
    // SAFETY: locals.
    unsafe {
        libc::posix_spawn_file_actions_init(&raw mut files);
        libc::posix_spawnattr_init(&raw mut attr);
    }
    let mut prepare = || -> Result<()> {
        for action in actions {
            // SAFETY: initialised actions; the path is copied.
            code(unsafe {
                match action {
                    Action::Open(fd, path, flags, mode) => libc::posix_spawn_file_actions_addopen(
                        &raw mut files,
                        *fd,
                        path.as_ptr(),
                        *flags,
                        *mode,
                    ),
                    Action::Close(fd) => libc::posix_spawn_file_actions_addclose(&raw mut files, *fd),
                    Action::Dup2(fd, to) => libc::posix_spawn_file_actions_adddup2(&raw mut files, *fd, *to),
                }
            })?;
        }
        let mut flags = 0;
        let attr = &raw mut attr;
        // SAFETY: initialised attributes, and locals that are copied.
        unsafe {
            if let Some(group) = attributes.group {
                flags |= libc::POSIX_SPAWN_SETPGROUP;
                code(libc::posix_spawnattr_setpgroup(attr, group))?;
            }
            if attributes.reset_ids {
                flags |= libc::POSIX_SPAWN_RESETIDS;
            }
            if attributes.setsid {
                flags |= libc::POSIX_SPAWN_SETSID;
            }
            if let Some(mask) = &attributes.mask {
                flags |= libc::POSIX_SPAWN_SETSIGMASK;
                let set = signal_set(mask)?;
                code(libc::posix_spawnattr_setsigmask(attr, &raw const set))?;
            }
            if let Some(signals) = &attributes.default {
                flags |= libc::POSIX_SPAWN_SETSIGDEF;
                let set = signal_set(signals)?;
                code(libc::posix_spawnattr_setsigdefault(attr, &raw const set))?;
            }
            if let Some((policy, priority)) = attributes.scheduler {
                if let Some(policy) = policy {
                    flags |= libc::POSIX_SPAWN_SETSCHEDULER;
                    code(libc::posix_spawnattr_setschedpolicy(attr, policy))?;
                }
                flags |= libc::POSIX_SPAWN_SETSCHEDPARAM;
                let p = libc::sched_param { sched_priority: priority };
                code(libc::posix_spawnattr_setschedparam(attr, &raw const p))?;
            }
            code(libc::posix_spawnattr_setflags(attr, flags as libc::c_short))
        }
    };
    let prepared = prepare();
    let mut pid = 0;
    let result = prepared.and_then(|()| {
        let call = if search { libc::posix_spawnp } else { libc::posix_spawn };
        // SAFETY: null-ended arrays whose strings live on, initialised actions and attributes.
        code(unsafe {
            call(
                &raw mut pid,
                path.as_ptr(),
                &raw const files,
                &raw const attr,
                argv.as_ptr().cast(),
                envp.as_ptr().cast(),
            )
        })
    });
    // SAFETY: initialised above.
    unsafe {
        libc::posix_spawn_file_actions_destroy(&raw mut files);
        libc::posix_spawnattr_destroy(&raw mut attr);
    }
    result.map(|()| pid)
}
