"""Names of CPython's internal headers: what the functions of `insides.c` answer."""
import io
import os
import re
import sys
import weakref

import insides


def show(f, *args):
    try:
        print(f.__name__, args, repr(f(*args)))
    except SystemError:
        print(f.__name__, args, "SystemError")
    except Exception as e:
        print(f.__name__, args, type(e).__name__, e)


for v in 0.0, -0.0, 0.1, 1.5, 2.5, 0.5, 1234.5678, -99.5, 1e22, 1e23, 5e-324, 1.7976931348623157e308, float("inf"), -float("nan"):
    for mode, digits in (0, 0), (0, 5), (2, 0), (2, 3), (2, 17), (2, 40), (3, 0), (3, 2), (3, -1), (3, -2), (3, 20), (3, -400):
        show(insides.dtoa, v, mode, digits)
for path in ("", ".", "..", "/", "//", "///", "a", "a/", "./a", ".//a", "a/.", "a/./b", "a//b", "a/..", "a/../..", "/..", "/../a",
             "//..", "//a/../..", "../a", "../../a", "./..", "./../a", "a/b/../c", "a/b/../../..", "...", "/a/...", "/.", "./.",
             "a/../b/../c", "\u20ac/../\U0001f600/"):
    show(insides.normpath, path, -1)
    show(insides.normpath, path, len(path))
    # Of a path cut after two slashes, CPython looks at what is behind.
    if len(path) > 2 and path != "///":
        show(insides.normpath, path, 2)
for o in 0, 5, -1, -2, 2**32 - 1, 2**32, 2**70, -2**70, "x", 1.5, True:
    show(insides.ids, o)
for o in [], [2, 15], range(1, 4), {9}, [0], [65], [-1], ["x"], 5, [2**70]:
    show(insides.signals, o)
show(insides.numeric)


def failing(n):
    if n:
        failing(n - 1)
    else:
        1 / 0


try:
    failing(5)
except ZeroDivisionError as e:
    tb = e.__traceback__
here = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.path.basename(__file__))
for name, line in (here, 36), (here, 37), (here, 10000), ("<string>", 1), ("no such file", 1):
    out = io.StringIO()
    r = insides.shown(out, name, line, tb)
    print(repr(out.getvalue().replace(os.path.dirname(here), "")), r)


def dump(f, *args):
    r, w = os.pipe()
    answer = f(*[w if a is ... else a for a in args])
    os.close(w)
    text = b""
    while part := os.read(r, 65536):
        text += part
    os.close(r)
    text = re.sub(r"0x[0-9a-f]{16} ", "0xID ", text.decode())
    print(answer, repr(text.replace(os.path.dirname(here), "")))


dump(insides.dumped, ..., "plain \xe9 \u20ac \U0001f600 \n")
dump(insides.dumped, ..., "long" * 300)
dump(insides.modules, ...)
for digits in "1234567", "12", "":
    for width in 0, 1, 9, 20:
        for grouping, separator in (b"\3", ","), (b"\3\2", "\u20ac"), (b"\2\x7f", "--"), (b"\x7f", "."), (b"", ""), (b"\1", "\U0001f600"):
            show(insides.grouped, digits, 0, len(digits), width, grouping, separator)
show(insides.grouped, "xx1234567yy", 2, 7, 0, b"\3", ",")


class Point:
    def __init__(self, x):
        self.x = x

    def __str__(self):
        return "a point"


class Int(int):
    pass


for o in None, 0, -5, 2**62, 2**63 - 1, -2**63, b"", b"a\0b", "", "abc", "\xe9", "\u20ac", "\U0001f600":
    show(insides.crossed, o)
    show(insides.allocated, o)
for o in 2**63, 1.5, (), True, Int(4), [1], bytearray(b"x"):
    show(insides.crossed, o)
try:
    insides.crossed(Point(3))
except ValueError as e:
    print(e)
insides.register_class(Point)
insides.register_class(Point)
print(insides.crossed(Point(3)), insides.allocated(Point(4)))
p = Point(1)
del p.x
try:
    insides.crossed(p)
except AttributeError as e:
    print(e)
print(insides.unregister_class(Point), insides.crossed(Point(5))[0])
print(insides.unregister_class(Point), insides.unregister_class(Point))
show(insides.register_class, 5)
try:
    insides.crossed(Point(3))
except ValueError as e:
    print(e)
print(insides.secret())

m = type(sys)("m")
m._one = m.two = m.__three = m.__builtins__ = 1
d = {"_x": 1, "__y": 2, "z": 3, 5: 6, "__builtins__": 7, "none": None}
insides.cleared(m, d)
print(sorted(vars(m).items()), d)
modules = {}
m, *rest = insides.made(modules)
print(m.__name__, m.__doc__, m.one, rest, list(modules), modules["made"] is m)
p = Point(2)
ref = weakref.ref(p, print)
plain = weakref.ref(p)
print(insides.weak_cleared(ref), ref(), plain() is p, insides.weak_cleared(plain), plain(), weakref.getweakrefcount(p))
del p
print(insides.locked())
print(insides.exited())
print(insides.ends())
