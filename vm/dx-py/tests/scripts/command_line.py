"""Command lines: what each says and ends with. Paths of the interpreter and its library are cut out."""
import os
import re
import subprocess
import sys
import tempfile
import zipfile

FLAGS = "import sys; print(sys.flags, sys._xoptions, sys.warnoptions)"
LIB = os.path.dirname(os.__file__)


def files():
    def put(name, content):
        os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
        with open(name, "wb") as f:
            f.write(content.encode() if isinstance(content, str) else content)

    put("args.py", "import sys\nprint(sys.argv, sys.flags.inspect, __name__)\n")
    put("skip.py", "not python $$$\nprint('line 2'); 1/0\n")
    put("dir/__main__.py", "import sys; print(sys.argv, __name__, sys.path[0], __spec__ is None, __package__)\n")
    put("nomain/x.py", "")
    put("package/__init__.py", "")
    put("runs/__init__.py", "")
    put("runs/__main__.py", "print(__name__, __package__)\n")
    put("fails.py", "def f():\n    return 1/0\nf()\n")
    put("open.py", "x = (1,\ny = 2\n")
    put("nul.py", b"x=1\0\n")
    put("bytes.py", b'x="\xff"\n')
    put("bom.py", b"\xef\xbb\xbfprint('bom')\n")
    put("latin.py", b"# coding: latin-1\nprint(ascii('\xe9'))\n")
    put("coding.py", "# coding: nosuch\n")
    put("warns.py", "import warnings; warnings.warn('w'); warnings.warn('d', DeprecationWarning); assert 0, 'a'\n")
    put("exit3.py", "import sys; sys.exit(3)")
    put("startup.py", "print('start-up')\n")
    with zipfile.ZipFile("a.zip", "w") as z:
        z.writestr("__main__.py", "import sys; print(sys.argv, sys.path[0]); 1/0\n")
    with zipfile.ZipFile("b.zip", "w") as z:
        z.writestr("other.py", "")


def run(*args, stdin=b"", **env):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") and not k.startswith("LC_")}
    kept |= {"LANG": "C.UTF-8", "HOME": os.getcwd(), "PYTHONHASHSEED": "0", **env}
    done = subprocess.run([sys.executable, *args], input=stdin, capture_output=True, env=kept, timeout=60)
    print("==", args, stdin, env, done.returncode)
    for data in (done.stdout, done.stderr):
        text = data.decode("utf-8", "backslashreplace")
        text = text.replace(LIB, "LIB").replace(sys.executable, "PYTHON").replace(os.getcwd(), "HERE")
        text = re.sub(r"0x[0-9a-f]{6,}", "0xX", text)
        print(re.sub(r"(Python 3\.12\.1) \(.*", r"\1", text).rstrip())


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    files()
    for option in ["-V", "-z", "--foo", "-c", "-m", "-W", "-X", "-J", "--check-hash-based-pycs"]:
        run(option)
    run("-zc", "pass")
    run("--check-hash-based-pycs", "foo", "args.py")
    run("-", "a", stdin=b"import sys\nprint(sys.argv, __name__)\n")
    run(stdin=b"def f():\n  1/0\nf()\n")
    run(stdin=b"print(1)\nx=\n")
    for typed in [
        b"print(1)\n1/0\nx=\n'a'\n",
        b"def f():\n  return 3\n\nf()\nif 1:\n  2\nelse:\n  3\n\nfor i in 1,2: i\n\n",
        b"quit\nexit\nexit(4)\n",
        b"raise SystemExit('m')\n",
        b"raise KeyboardInterrupt\n5\n",
        b"(1,\n2,\n3)\n'''abc\ndef'''\nx = [\n1\n",
        b"x = 1 +\n  y\n1 = 2\nif 1:\npass\n\n5\n",
        b"'\xff'\n1\n",
        b"\n\n   \n# c\n1\n\\\n2\n",
        b"import sys\nsys.ps1='a> '\nsys.ps1=3\n2\ndel sys.ps1\n3\n",
        b"import sys\nsys.displayhook=lambda x: print('D',x)\n3\nsys.excepthook=lambda *a: print('E',a)\n1/0\n",
        b"input('p ')\nhello\n",
    ]:
        run("-i", stdin=typed)
    run("-i", "args.py", "q", stdin=b"1+1\n_\n")
    run("-i", "fails.py", stdin=b"f.__name__\n")
    run("-i", "exit3.py", stdin=b"1\n")
    run("-qiI", stdin=b"1\n")
    for args in [
        ["args.py", "-x"], ["-x", "skip.py"], ["dir", "a"], ["nomain"], ["a.zip", "b"], ["b.zip"], ["nofile.py"],
        ["-m", "nomodule"], ["-m", "package"], ["-m", "runs", "x"], ["-m", "nopackage.sub"], ["-m", "args", "a"],
        ["/"], ["fails.py"], ["open.py"], ["nul.py"], ["bytes.py"], ["bom.py"], ["latin.py"], ["coding.py"],
        ["warns.py"], ["-O", "warns.py"], ["-We", "warns.py"], ["-c", "  x=1"], ["-c", "raise SystemExit(['a'])"],
        ["-c", "raise KeyboardInterrupt"], ["-c", "import sys; print(sys.argv)", "-x"], ["--", "args.py"],
    ]:
        run(*args)
    for w in ["error", "foo", "error::Foo", "error::nosuchmodule.Foo", "a:b:c:d:e:f", "ignore::::x", "", "de"]:
        run("-W" + w if w else "-W", *([] if w else [""]), "-c", FLAGS)
    for x in ["dev", "utf8=0", "utf8=2", "int_max_str_digits=100", "int_max_str_digits=5000", "tracemalloc=x",
              "no_debug_ranges", "frozen_modules=x", "nosuch=3", "a="]:
        run("-X", x, "-c", FLAGS)
    for flags in ["-bb", "-s", "-E", "-I", "-P", "-u", "-R", "-BOO", "-t"]:
        run(flags, "-c", FLAGS)
    run("-b", "-c", "print(str(b''), b'' == '', bytearray() == '', b'a' == 97)")
    run("-bb", "-c", "str(bytearray())")
    run("-bb", "-c", "b'' != ''")
    for name, value in [("INSPECT", "1"), ("STARTUP", "startup.py"), ("STARTUP", "nofile")]:
        run("-i", stdin=b"3\n", **{"PYTHON" + name: value})
        run("-c", "1/0", stdin=b"3\n", **{"PYTHON" + name: value})
    for name, value in [("HASHSEED", "x"), ("UTF8", "x"), ("INTMAXSTRDIGITS", "10"), ("MALLOC", "foo"),
                        ("OPTIMIZE", "2"), ("WARNINGS", "error,d::UserWarning"), ("IOENCODING", "latin-1:replace"),
                        ("IOENCODING", "nosuch"), ("TRACEMALLOC", "x")]:
        run("-c", FLAGS + "; print(sys.stdout.encoding, sys.stdout.errors)", **{"PYTHON" + name: value})
    os.chdir("/")
