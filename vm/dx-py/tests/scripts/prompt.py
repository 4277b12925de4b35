"""The prompt at a terminal: each session is typed into an interpreter behind a pseudo-terminal, one step when the one
before has been answered, and what the screen shows is printed."""
import os
import pty
import re
import select
import signal
import sys
import tempfile
import termios
import time

HOME = tempfile.mkdtemp()
with open(os.path.join(HOME, "start.py"), "w") as f:
    f.write("STARTED = 'yes'\nprint('start-up file')\n")
with open(os.path.join(HOME, "failing.py"), "w") as f:
    f.write("x = 41\ndef f():\n    return 1/0\nf()\n")

UP, LEFT = b"\x1b[A", b"\x1b[D"
PS1, PS2 = ">>> ", "... "
END = None


def screen(data):
    """What a terminal shows: the few sequences that editing of lines uses."""
    text, rows, x, y, i = data.decode("utf-8", "replace"), [[]], 0, 0, 0
    while i < len(text):
        c = text[i]
        m = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z@])").match(text, i)
        i = m.end() if m else i + 1
        if m:
            n = int(m[1]) if m[1].isdigit() else 1
            match m[2]:
                case "A": y = max(0, y - n)
                case "C": x += n
                case "D": x = max(0, x - n)
                case "K": del rows[y][x:]
                case "P": del rows[y][x:x + n]
                case "@": rows[y][x:x] = " " * n
                case "J":
                    del rows[y][x:]
                    del rows[y + 1:]
        elif c == "\r":
            x = 0
        elif c == "\n":
            y += 1
        elif c == "\b":
            x = max(0, x - 1)
        elif c != "\x07":
            rows[y].extend(" " * (x - len(rows[y])))
            rows[y][x:x + 1] = c
            x += 1
        while len(rows) <= y:
            rows.append([])
    return "\n".join("".join(r).rstrip() for r in rows)


def session(name, args, steps, env=(), first=PS1):
    """Steps: what is typed, and what the screen's last line is then; END for the end of the process."""
    environment = {"PATH": os.environ["PATH"], "HOME": HOME, "TERM": "xterm", "LANG": "C.UTF-8", **dict(env)}
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(HOME)
        os.execve(sys.executable, [sys.executable, *args], environment)
    termios.tcsetwinsize(fd, (24, 200))
    data = b""

    def until(wanted):
        nonlocal data
        before = len(data)
        limit = time.monotonic() + 60
        while time.monotonic() < limit:
            ready = select.select([fd], [], [], 0.05)[0]
            if not ready:
                # What was typed has been answered: the prompt came, and nothing behind it.
                answered = len(data) > before and wanted is not END
                if answered and screen(data).split("\n")[-1] == wanted.rstrip():
                    return
                continue
            try:
                more = os.read(fd, 65536)
            except OSError:
                more = b""
            if not more:
                return
            data += more
        data += b"<no answer>"
        os.kill(pid, signal.SIGKILL)

    until(first)
    for typed, wanted in steps:
        os.write(fd, typed)
        until(wanted)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(fd)
    shown = screen(data).replace(HOME, "HOME")
    shown = re.sub(r'"[^"\n]*/lib/python3\.12/', '"LIB/', shown)
    print(f"== {name}: {status}\n{shown}")


def lines(*texts, then=PS1):
    return [(t.encode() + b"\n", then) for t in texts]


EXIT = [(b"\x04", END)]
session("expressions", ["-q"], lines("1 + 1", "_ * 2", "None", "'a\\n'", "# nothing", "") + EXIT)
session("several lines", ["-q"], [
    (b"def f(x):\n", PS2), (b"  return x\n", PS2), (b"\n", PS1), (b"f(3)\n", PS1),
    (b"(1,\n", PS2), (b"2)\n", PS1), (b'"""a\n', PS2), (b'b"""\n', PS1),
    (b"if 0:\n", PS2), (b"  1\n", PS2), (b"else:\n", PS2), (b"  2\n", PS2), (b"\n", PS1),
] + EXIT)
session("syntax errors", ["-q"], lines("x = = 1", "print 1", "  x", "f(1))", '"abc', "x = 5 5") + [
    (b"if 1:\n", PS2), (b"pass\n", PS1)] + EXIT)
session("tracebacks", ["-q"], lines("1/0") + [(b"def f(): return 1/0\n", PS2), (b"\n", PS1)] + lines(
    "f()", "raise ExceptionGroup('a', [ValueError(1)])", "import sys; type(sys.last_exc)") + lines(
    "raise SystemExit(3)", then=END))
session("interrupts", ["-q"], [
    (b"abc", ">>> abc"), (b"\x03", PS1), (b"if 1:\n", PS2), (b"  2", "...   2"), (b"\x03", PS1), (b"3\n", PS1),
    (b"input('q> ')\n", "q> "), (b"ab", "q> ab"), (b"\x03", PS1), (b"input()\n", ""), (b"\x04", PS1),
] + lines("import signal", "signal.signal(signal.SIGINT, lambda *a: 1/0) and None") + [
    (b"abc", ">>> abc"), (b"\x03", PS1)] + EXIT)
session("the end", ["-q"], lines("exit", "quit", "raise KeyboardInterrupt") + lines("exit(7)", then=END))
session("editing", ["-q"], [
    (b"ac = 1" + b"\x01\x06b\n", PS1), (b"abc + 1" + LEFT + b"2\n", PS1), (b"'one two\x17three'\n", PS1),
    (b"123\x7f\x7f + 1\n", PS1), (b"foo\x15'a b'\x1bb\x1bd\x19\n", PS1), ("'日本é'\x7f\x7f'\n".encode(), PS1),
    (b"'" + b"0123456789" * 15 + b"\x01len(\x05')\n", PS1)] + EXIT)
session("history", ["-q"], lines("x = 1", "x + 5") + [(UP + b"\n", PS1), (UP + UP + b"0\n", PS1)] + lines(
    "x", "import readline", "[readline.get_history_item(i) for i in range(1, 4)]") + lines("exit()", then=END))
session("the next session", ["-q"], [(UP + UP + UP + b"\n", PS1), (b"\x12import\r", PS1)] + EXIT)
session("completion", ["-q"], lines("abcdef1 = 1; abcdef2 = 2; abcxyz = 3") + [
    (b"abc\t", ">>> abc"), (b"d\t", ">>> abcdef"), (b"1\n", PS1), (b"'x'.\x15impo\t", ">>> import "), (b"os\n", PS1),
    (b"abcd\t", ">>> abcdef"), (b"\t\t", ">>> abcdef"), (b"2\n", PS1), (b"if 1:\n", PS2), (b"\tprint(1)\n", PS2),
    (b"\n", PS1)] + EXIT)
session("prompts", ["-q"], lines("import sys") + lines("sys.ps1 = '<1> '; sys.ps2 = '<2> '", then="<1> ") + [
    (b"(\n", "<2> "), (b"5)\n", "<1> "), (b"sys.ps1 = '\\x01\\x1b[31m\\x02red\\x01\\x1b[0m\\x02> '\n", "red> "),
    (b"3\n", "red> "), (b"\x04", END)])
session("-i", ["-i", "failing.py"], lines("x", "import sys; sys.last_value") + EXIT)
session("-i and exit", ["-i", "-c", "import sys; sys.exit(3)"], lines("1") + EXIT)
session("start-up file", ["-q"], lines("STARTED") + EXIT, {"PYTHONSTARTUP": "start.py"})
session("PYTHONINSPECT", ["-c", "x = 4"], lines("x") + EXIT, {"PYTHONINSPECT": "1"})
session("input", ["-c", "x = input('name: '); print([x]); y = input(); print([y])"],
        [(b"bob\n", ""), (b"al\x7fx\n", END)], first="name: ")
session("input edited", ["-c", "import readline\nx = input('1> '); print([x]); y = input('2> '); print([y])"],
        [(b"bo" + LEFT + b"X\n", "2> "), (UP + b"\n", END)], first="1> ")
session("help", ["-q"], lines("help") + [(b"help()\n", "help> "), (b"q\n", PS1)] + EXIT)
