//! Files, directories and processes: what the wrappers see against what CPython's `os` sees of the same tree, and
//! round trips in a folder of the test's own.

#[path = "../../algos/tests/common/mod.rs"]
mod common;

use dxpy_host::dir::{self, Dir, FileType};
use dxpy_host::{Errno, env, fd, fs, process};
use std::ffi::{CStr, CString};
use std::io::{IoSlice, IoSliceMut};

struct Folder(CString);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("dxpy-host-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(CString::new(path.into_os_string().into_encoded_bytes()).unwrap())
    }

    fn path(&self, name: &str) -> CString {
        CString::new([self.0.to_bytes(), b"/", name.as_bytes()].concat()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.to_str().unwrap());
    }
}

fn c(s: &str) -> CString {
    CString::new(s).unwrap()
}

fn create(path: &CStr, data: &[u8]) {
    let f = fd::open(path, libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC, 0o640, None).unwrap();
    assert_eq!(fd::write(f, data), Ok(data.len()));
    fd::close(f).unwrap();
}

#[test]
fn stat_as_cpython() {
    let folder = Folder::new("stat");
    create(&folder.path("file"), b"hello");
    fs::symlink(c"file", &folder.path("link"), None).unwrap();
    fs::mkdir(&folder.path("dir"), 0o755, None).unwrap();
    fs::mkfifo(&folder.path("fifo"), 0o600, None).unwrap();
    let times = Some([(1_000_000_000, 123_456_789), (-5, 7)]);
    fs::utime(Ok(&folder.path("file")), times, None, true).unwrap();
    let script = format!(
        "import os\nfor n in ['file','link','dir','fifo','/dev/null','/','/proc/self']:\n  for f in (True, False):\n    s = os.stat(os.path.join({:?}, n), follow_symlinks=f)\n    print(n, int(f), s.st_mode, s.st_ino if n != '/proc/self' else 0, s.st_dev, s.st_nlink if n != '/proc/self' else 0, s.st_uid, s.st_gid, s.st_size, s.st_mtime_ns if n != '/proc/self' else 0, s.st_blksize, s.st_blocks, s.st_rdev, sep='\\t')\nv = os.statvfs('/')\nprint('vfs', v.f_bsize, v.f_frsize, v.f_blocks, v.f_files, v.f_flag, v.f_namemax, v.f_fsid, sep='\\t')",
        folder.0
    );
    let Some(out) = common::oracle(&script) else { return };
    for r in common::rows(&out, 15) {
        if r[0] == "vfs" {
            let v = fs::statvfs(Ok(c"/")).unwrap();
            let wanted = [v[0], v[1], v[2], v[5], v[8], v[9], v[10]].map(|n| n.to_string());
            assert_eq!(wanted.as_slice(), &r[1..]);
            continue;
        }
        let path = if r[0].starts_with('/') { c(r[0]) } else { folder.path(r[0]) };
        let mut s = fs::stat(&path, None, r[1] == "1").unwrap();
        let ns = s.mtime.0 * 1_000_000_000 + s.mtime.1;
        let moving = r[0] == "/proc/self";
        if moving {
            (s.ino, s.nlink) = (0, 0);
        }
        let got = [
            s.mode.to_string(),
            s.ino.to_string(),
            s.dev.to_string(),
            s.nlink.to_string(),
            s.uid.to_string(),
            s.gid.to_string(),
            s.size.to_string(),
            if moving { "0".into() } else { ns.to_string() },
            s.blksize.to_string(),
            s.blocks.to_string(),
            s.rdev.to_string(),
        ];
        assert_eq!(got.as_slice(), &r[2..], "{}", r[0]);
    }
    let f = fd::open(&folder.path("file"), libc::O_RDONLY, 0, None).unwrap();
    assert_eq!(fs::fstat(f), fs::stat(&folder.path("file"), None, true));
    fd::close(f).unwrap();
    assert_eq!(fs::fstat(f), Err(Errno(libc::EBADF)));
    assert_eq!(fs::stat(&folder.path("none"), None, true), Err(Errno(libc::ENOENT)));
}

#[test]
fn directories() {
    let folder = Folder::new("dirs");
    for name in ["a", "b", "\u{e9}"] {
        create(&folder.path(name), b"");
    }
    fs::mkdir(&folder.path("sub"), 0o700, None).unwrap();
    fs::symlink(c"a", &folder.path("s"), None).unwrap();
    let mut names = dir::list(Dir::open(&folder.0).unwrap()).unwrap();
    names.sort();
    assert_eq!(names, ["a", "b", "s", "sub", "\u{e9}"].map(|n| n.as_bytes().to_vec()));
    let f = fd::open(&folder.0, libc::O_RDONLY | libc::O_DIRECTORY, 0, None).unwrap();
    for _ in 0..2 {
        // The position is shared with the descriptor and must be at the beginning each time.
        let mut d = Dir::from_fd(f).unwrap();
        let mut kinds = Vec::new();
        while let Some(e) = d.next_entry().unwrap() {
            assert_eq!(
                e.inode,
                fs::stat(&CString::new(e.name.clone()).unwrap(), Some(f), false).unwrap().ino
            );
            kinds.push((e.name, e.kind));
        }
        assert_eq!(kinds.len(), 5);
        assert!(
            kinds.contains(&(b"sub".to_vec(), FileType::Dir))
                && kinds.contains(&(b"s".to_vec(), FileType::Symlink))
        );
    }
    assert_eq!(fs::rmdir(c"sub", Some(f)), Ok(()));
    assert_eq!(fs::unlink(c"a", Some(f)), Ok(()));
    assert_eq!(fs::readlink(c"s", Some(f)), Ok(b"a".to_vec()));
    fd::close(f).unwrap();
    assert_eq!(Dir::open(&folder.path("none")).err(), Some(Errno(libc::ENOENT)));
    assert_eq!(Dir::from_fd(f).err(), Some(Errno(libc::EBADF)));
}

#[test]
fn reading_and_writing() {
    let folder = Folder::new("rw");
    let path = folder.path("f");
    let f = fd::open(&path, libc::O_RDWR | libc::O_CREAT, 0o600, None).unwrap();
    assert_eq!(fd::get_inheritable(f), Ok(false));
    assert_eq!(fd::writev(f, &[IoSlice::new(b"hello "), IoSlice::new(b"world")], None, 0), Ok(11));
    assert_eq!(fd::pwrite(f, b"W", 6), Ok(1));
    assert_eq!(fd::lseek(f, 0, libc::SEEK_SET), Ok(0));
    let mut out = b"> ".to_vec();
    assert_eq!(fd::read_append(f, &mut out, 100), Ok(11));
    assert_eq!(out, b"> hello World");
    assert_eq!(fd::read_append(f, &mut out, 100), Ok(0));
    let (mut a, mut b) = ([0; 3], [0; 4]);
    let n = fd::readv(f, &mut [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b)], Some(1), 0);
    assert_eq!((n, &a, &b), (Ok(7), b"ell", b"o Wo"));
    fd::ftruncate(f, 3).unwrap();
    assert_eq!(fd::lseek(f, 0, libc::SEEK_END), Ok(3));
    let g = fd::dup(f).unwrap();
    assert_eq!(fd::get_inheritable(g), Ok(false));
    fd::set_inheritable(g, true).unwrap();
    assert_eq!(fd::get_inheritable(g), Ok(true));
    assert_eq!(fd::dup2(f, g, false), Ok(g));
    assert_eq!(fd::get_inheritable(g), Ok(false));
    fd::close_range(g, g + 1);
    assert_eq!(fd::close(g), Err(Errno(libc::EBADF)));
    let (r, w) = fd::pipe2(libc::O_CLOEXEC | libc::O_NONBLOCK).unwrap();
    assert_eq!(fd::get_blocking(r), Ok(false));
    assert_eq!(fd::read(r, &mut a), Err(Errno(libc::EAGAIN)));
    fd::set_blocking(r, true).unwrap();
    assert_eq!(fd::sendfile(w, f, Some(1), 10), Ok(2));
    assert_eq!(fd::read(r, &mut a), Ok(2));
    assert_eq!(&a, b"ell");
    for fd in [f, r, w] {
        fd::close(fd).unwrap();
    }
    assert!(fs::access(&path, libc::R_OK, None, false, true));
    assert_eq!(fs::rename(&path, None, &folder.path("g"), None), Ok(()));
    assert!(!fs::access(&path, libc::F_OK, None, false, true));
    assert_eq!(fs::link(&folder.path("g"), None, &folder.path("h"), None, false), Ok(()));
    assert_eq!(fs::stat(&folder.path("h"), None, true).unwrap().nlink, 2);
    match fs::setxattr(fs::Target::Path(&folder.path("g")), c"user.x", b"value", 0) {
        Ok(()) => {
            assert_eq!(fs::getxattr(fs::Target::Path(&folder.path("h")), c"user.x"), Ok(b"value".to_vec()));
            assert!(
                fs::listxattr(fs::Target::Path(&folder.path("h"))).unwrap().contains(&b"user.x".to_vec())
            );
        }
        Err(e) => assert_eq!(e, Errno(libc::EOPNOTSUPP)),
    }
}

#[test]
#[allow(clippy::zombie_processes, reason = "they are waited for by the functions tested")]
fn processes_and_environment() {
    assert_eq!(process::getpid(), std::process::id() as i32);
    let child = std::process::Command::new("sh").args(["-c", "exit 7"]).spawn().unwrap();
    let (pid, status) = process::waitpid(child.id() as i32, 0).unwrap();
    assert_eq!((pid, process::status::exit_status(status)), (child.id() as i32, 7));
    let child = std::process::Command::new("sh").args(["-c", "kill -9 $$"]).spawn().unwrap();
    let info = process::waitid(libc::P_PID, child.id(), libc::WEXITED).unwrap().unwrap();
    assert_eq!([info[0], info[3], info[4]], [child.id().into(), 9, libc::CLD_KILLED.into()]);
    assert_eq!(process::waitpid(child.id() as i32, 0), Err(Errno(libc::ECHILD)));
    assert_eq!(process::exec(Ok(c"/none/such"), &[], None), Errno(libc::ENOENT));
    assert!(!process::sched_getaffinity(0).unwrap().is_empty());
    assert!(process::getrusage(libc::RUSAGE_SELF).unwrap().counts[0] > 0);
    assert_eq!(env::get(c"PATH"), std::env::var("PATH").ok().map(String::into_bytes));
    assert!(env::all().iter().any(|v| v.starts_with(b"PATH=")));
    let script = "import os\nprint(*os.uname(), sep='\\t')\nfor n in range(60): print(n, repr(os.strerror(n)), sep='\\t')\nprint(os.getgroups(), os.getpriority(0,0), os.sysconf('SC_PAGE_SIZE'), os.confstr('CS_PATH'), os.pathconf('/','PC_NAME_MAX'), sep='\\t')\nimport resource\nprint(*resource.getrlimit(resource.RLIMIT_STACK), sep='\\t')";
    let Some(out) = common::oracle(script) else { return };
    let rows = common::rows(&out, 62);
    assert_eq!(env::uname().unwrap().map(|s| String::from_utf8(s).unwrap()).as_slice(), rows[0].as_slice());
    for n in 0..60 {
        let text = String::from_utf8(Errno(n).message()).unwrap();
        let quote = if text.contains('\'') { '"' } else { '\'' };
        assert_eq!(rows[n as usize + 1][1], format!("{quote}{text}{quote}"));
    }
    let path = process::confstr(libc::_CS_PATH).unwrap().unwrap();
    let got = [
        format!("{:?}", process::getgroups().unwrap()),
        process::getpriority(0, 0).unwrap().to_string(),
        process::sysconf(libc::_SC_PAGESIZE).unwrap().unwrap().to_string(),
        String::from_utf8(path).unwrap(),
        process::pathconf(Ok(c"/"), libc::_PC_NAME_MAX).unwrap().unwrap().to_string(),
    ];
    assert_eq!(got.as_slice(), rows[61].as_slice());
    let (soft, hard) = process::getrlimit(libc::RLIMIT_STACK as i32).unwrap();
    let show = |n: u64| if n == u64::MAX { "-1".to_owned() } else { n.to_string() };
    assert_eq!([show(soft), show(hard)].as_slice(), rows[62].as_slice());
}
