"""Tracebacks as the interpreter prints them: carets, suggestions, chains, groups, recursion, syntax errors, exit."""

import sys
import traceback


class Thing:
    colour = 1

    def method(self):
        return self.color


def attempt(function, *args):
    try:
        function(*args)
    except BaseException:
        traceback.print_exc(file=sys.stdout)


def zero(a):
    return 1 + (a / 0) * 2


def chained():
    try:
        {}["key"]
    except KeyError as err:
        raise ValueError("second") from err


def implicit():
    try:
        [].pop()
    except IndexError:
        undefined_name


def group():
    raise ExceptionGroup("several", [ValueError(1), ExceptionGroup("inner", [TypeError("t"), KeyError("k")])])


def noted():
    err = RuntimeError("with notes")
    err.add_note("one\ntwo")
    raise err


def deep(n):
    return deep(n + 1)


attempt(zero, 5)
attempt(Thing().method)
attempt(chained)
attempt(implicit)
attempt(group)
attempt(noted)
attempt(deep, 0)
attempt(lambda: (lambda x, *, y: 0)(1))
attempt(lambda: "a" + 1)
attempt(lambda: None.missing)
attempt(lambda: [1, 2][5])
attempt(lambda: int("12x"))
attempt(__import__, "no_such_module")
attempt(exec, "from os import pth")
for text in ("a b", "x = (1,\n", "def f(:\n  pass", "if x = 3: pass", "f(a for a in b, c)", "'abc", "  x\n y", "x = 5 +", "print 'x'", "f'{a b}'", "else: x", "a = 0777", "return 3", "*a"):
    attempt(compile, text, "<text>", "exec")


class Cleanup:
    def __del__(self):
        raise OSError("in __del__")


x = Cleanup()
del x
import atexit

atexit.register(lambda: print("at exit"))
print("before the end")
sys.stdout.flush()
zero(0)
