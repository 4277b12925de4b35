"""Runs the functions of one micro benchmark file: micro.py FILE OUT SECONDS VALUES.

A function bench_NAME(n) does its work n times. A dictionary EACH of NAME: (SETUP, STATEMENT) makes one such function a row,
which runs the setup once and the statement, written COPIES times over, n times. Writes the lines that pyperf.py beside this file writes. Needs only sys,
posix and time, so that an interpreter that can do little else can be measured.
"""

import posix
import sys
import time


def run(name, function, fd, seconds, values):
    clock, cpu_clock = time.perf_counter, time.process_time
    n = 1
    while True:
        began = clock()
        function(n)
        if clock() - began >= seconds or n >= 1 << 40:
            break
        n = n * 2
    for _ in range(values):
        began, cpu = clock(), cpu_clock()
        function(n)
        wall, cpu = clock() - began, cpu_clock() - cpu
        posix.write(fd, ("V\t%s\t%d\t1\t%r\t%r\n" % (name, n, wall, cpu)).encode())


COPIES = 5


def made(row, names):
    """The function of a row of EACH. Its names are locals, as those of a program's functions are."""
    setup, statement = row
    lines = ["def function(n):"]
    lines += ["    " + line for line in setup.splitlines()]
    lines += ["    for _ in range(n):"]
    lines += ["        " + line for line in statement.splitlines() * COPIES]
    scope = {}
    exec("\n".join(lines), names, scope)
    return scope["function"]


def main():
    path, out, seconds, values = sys.argv[1:5]
    fd = posix.open(out, posix.O_WRONLY | posix.O_CREAT | posix.O_APPEND, 0o644)
    with open(path) as file:
        code = compile(file.read(), path, "exec")
    names = {"__name__": "micro"}
    exec(code, names)
    for name in list(names):
        if name.startswith("bench_"):
            run(name[6:], names[name], fd, float(seconds), int(values))
    for name, row in names.get("EACH", {}).items():
        run(name, made(row, names), fd, float(seconds), int(values))


main()
