"""posix: files, descriptors, processes, environment, errors and their messages."""
import errno, grp, os, pwd, resource, stat, sys, tempfile


def error(f, *a, **k):
    try:
        print("no error:", f(*a, **k))
    except Exception as e:
        print(type(e).__name__, str(e).replace(here, "HERE"))


with tempfile.TemporaryDirectory() as here:
    os.chdir(here)
    fd = os.open("a", os.O_RDWR | os.O_CREAT, 0o640)
    print(os.write(fd, b"hello world"), os.lseek(fd, 0, 0), os.read(fd, 5), os.pread(fd, 5, 6))
    print(os.writev(fd, [b"x", bytearray(b"yz")]), os.fstat(fd).st_size, os.get_inheritable(fd), os.get_blocking(fd))
    buffers = [bytearray(3), bytearray(4)]
    print(os.preadv(fd, buffers, 1), buffers)
    os.ftruncate(fd, 3)
    os.close(fd)
    print(os.stat("a").st_size, stat.filemode(os.stat("a").st_mode), os.access("a", os.R_OK), os.access("b", os.F_OK))
    os.symlink("a", "link")
    os.link("a", "hard")
    os.mkdir("d")
    os.rename("hard", "d/moved")
    print(sorted(os.listdir()), os.readlink("link"), os.readlink(b"link"), os.listdir(b"d"))
    os.utime("a", ns=(1_500_000_000, 2_000_000_007))
    s = os.stat("a")
    print(s.st_atime, s.st_mtime_ns, s[7], s.st_nlink, len(s), type(s).__module__)
    with os.scandir(".") as it:
        print(sorted((e.name, e.is_dir(), e.is_file(follow_symlinks=False), e.is_symlink()) for e in it))
    for args in [("none",), ("a\0b",), (b"a\0b",), (3.5,), (None,)]:
        error(os.stat, *args)
    error(os.rmdir, "d")
    error(os.rename, "none", "other")
    error(os.open, "none", os.O_RDONLY)
    error(os.listdir, "a")
    error(os.close, 12345)
    error(os.read, 12345, 1)
    error(os.read, 0, -1)
    error(os.chown, "a", "x", 1)
    error(os.stat, 0, follow_symlinks=False)
    error(os.utime, "a", (1, 2), ns=(3, 4))
    error(os.utime, "a", 3)
    error(os.execv, "a", ())
    error(os.execve, "a", ["a"], 3)
    error(os.posix_spawn, "a", ["a"], {}, file_actions=[(99,)])
    error(os.sched_setaffinity, 0, [-1])
    error(os.register_at_fork)
    error(os.setgroups, 3)
    error(os.sysconf, "SC_NONE")
    error(os.putenv, "a=b", "c")
    error(os.waitstatus_to_exitcode, 0x7F)
    error(os.memfd_create, 3)
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(w, b"child")
        os._exit(7)
    print(os.read(r, 10), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    pid = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 3"], os.environ)
    print(os.waitstatus_to_exitcode(os.wait4(pid, 0)[1]), os.system("exit 5") >> 8)
    e = os.eventfd(3)
    os.eventfd_write(e, 4)
    print(os.eventfd_read(e), os.major(os.makedev(8, 300)), os.minor(os.makedev(8, 300)))
    os.environ["DXPY_TEST"] = "\udcff"
    print(os.environb[b"DXPY_TEST"], os.getenv("DXPY_TEST") == "\udcff")
    print(os.sched_param(4), os.stat_result(range(10)).st_ctime, os.terminal_size((80, 24)))
    print(os.path.normpath("//a/../b/./c"), os._path_normpath("/../x//y/..") if hasattr(os, "_path_normpath") else "")
    os.chdir("/")
print(errno.errorcode[errno.ENOENT], pwd.getpwuid(0).pw_name, grp.getgrgid(0)[0], resource.RLIM_INFINITY)
error(pwd.getpwnam, "no such user")
error(grp.getgrgid, 2**40)
error(resource.getrlimit, 99)
error(resource.setrlimit, 0, (1, 2, 3))

# A stream that is not made leaves no descriptor behind, and nobody is warned of it.
import io, warnings
warnings.simplefilter("always")
descriptors = len(os.listdir("/proc/self/fd"))
for attempt in (lambda: open("/"), lambda: open("/", "w"), lambda: io.FileIO("/"), lambda: open("/", "rb"),
                lambda: io.FileIO("/nowhere"), lambda: open(__file__, encoding="nope"),
                lambda: open(__file__, errors="nope", newline="x"),
                lambda: open(__file__, "rb", opener=lambda p, f: "x"),
                lambda: open(__file__, "rb", opener=lambda p, f: os.open("/", 0))):
    try:
        attempt()
    except Exception as e:
        print(type(e).__name__, e.args[0])
    print(len(os.listdir("/proc/self/fd")) - descriptors)
