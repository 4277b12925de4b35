//! One measured process: CPU time and peak memory as the kernel counted them, wall time, and an end when it takes too long.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// What one process took, with the children it waited for.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Seconds on the clock.
    pub wall: f64,
    /// Seconds of CPU time.
    pub cpu: f64,
    /// Peak resident bytes of the largest process.
    pub memory: u64,
    /// Page faults that no file was read for.
    pub faults: u64,
    /// Whether it ended with status 0.
    pub good: bool,
}

/// Runs a command to its end, for so many seconds at most.
pub fn measure(command: &mut Command, limit: u64) -> io::Result<Usage> {
    // Its own group, so that its children end with it.
    command.process_group(0);
    let began = Instant::now();
    let pid = command.spawn()?.id() as libc::pid_t;
    let (done, waiting) = mpsc::channel::<()>();
    let watch = thread::spawn(move || {
        if waiting.recv_timeout(Duration::from_secs(limit)).is_err() {
            // SAFETY: the group is of our child, which is reaped only after this thread was told so.
            unsafe { libc::kill(-pid, libc::SIGKILL) };
        }
    });
    let mut status = 0;
    // SAFETY: a zeroed siginfo is valid. WNOWAIT leaves the child to be reaped below, so that its number stays taken.
    unsafe {
        let mut info = std::mem::zeroed::<libc::siginfo_t>();
        libc::waitid(libc::P_PID, pid as libc::id_t, &mut info, libc::WEXITED | libc::WNOWAIT);
    }
    let wall = began.elapsed().as_secs_f64();
    let _ = done.send(());
    watch.join().expect("the watch does not panic");
    // SAFETY: a zeroed rusage is valid, the pointers are to locals.
    let (reaped, usage) = unsafe {
        let mut usage = std::mem::zeroed::<libc::rusage>();
        (libc::wait4(pid, &mut status, 0, &mut usage), usage)
    };
    if reaped != pid {
        return Err(io::Error::last_os_error());
    }
    let seconds = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 / 1e6;
    let good = libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0;
    let cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    let (memory, faults) = (usage.ru_maxrss as u64 * 1024, usage.ru_minflt as u64);
    Ok(Usage { wall, cpu, memory, faults, good })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_is_of_the_whole_tree() {
        let mut busy = Command::new("sh");
        busy.args(["-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sh -c 'sleep 0.1'"]);
        let usage = measure(&mut busy, 60).unwrap();
        assert!(usage.good && usage.cpu > 0.01 && usage.wall > 0.1 && usage.memory > 100_000, "{usage:?}");
    }

    #[test]
    fn a_process_that_takes_too_long_is_ended() {
        let usage = measure(Command::new("sleep").arg("60"), 1).unwrap();
        assert!(!usage.good && usage.wall < 30.0);
    }
}
