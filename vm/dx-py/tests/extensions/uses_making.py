"""Code, generators, lines and programs through the C API: what the functions of `making.c` answer."""
import ast
import io
import os
import pty
import sys

import making


def show(f, *args):
    try:
        print(f.__name__, args, repr(f(*args)))
    except SystemError:
        print(f.__name__, args, "SystemError")
    except Exception as e:
        print(f.__name__, args, type(e).__name__, e)


for op in range(268):
    for arg in 0, 1, 2, 7:
        print(op, arg, making.effects(op, arg))
print(making.effects(-1, 0), making.effects(1000, 0))

for c in (None, ..., 1, True, "a", b"a", 1.0, 0.0, -0.0, 1j, complex(-0.0, 0.0), complex(0.0, -0.0), complex(-0.0, -0.0), (1, 1.0, (True,)), ()):
    print(c, making.key(c))
for o in [1], object, float("nan"):
    k = making.key(o)
    print(k[0] == id(o), k[1] is o, type(k))
k = making.key(frozenset({1, 1.0, "x"}))
print(type(k), k[0] == frozenset({1, "x"}), k[1] == frozenset({1, "x"}))
print(making.key(show.__code__) is show.__code__)

source = """
def f(a, b=2):
    return [a + 1 for x in b]
x = 1 if f else 2
"""
print(making.codegen(ast.parse("x = 1 + y\nprint(x)"), "file", 0, 0))
show(making.codegen, 5, "file", 0, 0)
consts = [1, 2, 3, None]
print(making.optimized([(100, 0, 1, 1, 0, 0), (100, 1, 2, 2, 0, 0), (1, 0, 2, 2, 0, 0), (83, 0, 3, 3, 0, 0)], consts, 0), consts)
c = making.assembled("name", "qual.name", {5: 0}, {}, {"a": 0}, {}, {}, {}, 1, 0, 0, 7,
                     [(151, 0, 7, 7, 0, 0), (100, 0, 8, 8, 0, 0), (83, 0, 8, 8, 0, 0)])
print(c.co_name, c.co_qualname, c.co_argcount, c.co_varnames, c.co_firstlineno, c.co_consts, list(c.co_lines()))


def sample(a, /, b, *c, d):
    x = [a for a in c]
    return a, b, d, x


def parts(**changes):
    co = sample.__code__
    given = dict(filename=co.co_filename, name=co.co_name, qualname=co.co_qualname, flags=co.co_flags, code=co.co_code,
                 firstlineno=co.co_firstlineno, linetable=co.co_linetable, consts=co.co_consts, names=co.co_names,
                 localsplusnames=co.co_varnames, kinds=bytes([0x20] * len(co.co_varnames)), argcount=2, posonly=1, kwonly=1,
                 stacksize=co.co_stacksize, exceptiontable=co.co_exceptiontable)
    given.update(changes)
    return tuple(given.values())


made = making.code(*parts())
print(made == sample.__code__, made.co_varnames, type(sample)(made, {})(1, 2, 3, 4, d=5))
for changes in (dict(argcount=0), dict(posonly=-1), dict(kwonly=-1), dict(stacksize=-1), dict(flags=-1), dict(code="x"), dict(consts=[]),
                dict(names=None), dict(kinds=b""), dict(code=b"abc"), dict(kwonly=9), dict(name=5), dict(exceptiontable=None)):
    try:
        print(changes, making.code(*parts(**changes)))
    except SystemError:
        print(changes, "SystemError")
    except Exception as e:
        print(changes, type(e).__name__, e)


def winding(x):
    for i in x:
        try:
            if i:
                print(
                    i,
                    end="")
        finally:
            x = 1
    with open(x):
        pass
    return [
        y
        for y in x
    ]


n = len(winding.__code__.co_code)
first = winding.__code__.co_firstlineno
for places in list(range(0, n, 2)), list(range(n - 2, -2, -2)), [n - 2, 0, 6, n, 8, n // 2 * 2, 2, n + 100, 0]:
    print([line - first if line > 0 else line for line in making.lines(winding.__code__, places)])


def gen():
    got = yield 1
    yield got, [n for n in range(3)]
    return "end"


async def coro():
    return 5


async def agen():
    yield 6


g = making.generator(gen, 0)
print(type(g), g.__name__, g.__qualname__, g.gi_frame.f_code is gen.__code__, g.gi_running, g.gi_suspended)
print(next(g), g.send("sent"))
try:
    next(g)
except StopIteration as e:
    print(e.value, g.gi_frame)
g = making.generator(gen, 1, "name", "qual")
print(g.__name__, g.__qualname__, list(g))
del g
c = making.generator(coro, 2, "c", "q.c")
print(type(c), c.__name__, c.__qualname__)
try:
    c.send(None)
except StopIteration as e:
    print(e.value)
a = making.generator(agen, 3, "a", "q.a")
print(type(a), a.__name__, a.__qualname__)
try:
    a.__anext__().send(None)
except StopIteration as e:
    print(e.value)


def evaluated():
    x = n // n + 5
    return x, sys._getframe().f_code.co_name, sorted(locals())


def raising():
    raise ValueError("raised")


def unready(a):
    return a


# CPython gives back twice what such a frame holds, and ends in a crash: here it must work.
if "dx-py" in sys.version:
    held = [sys.getrefcount(o) for o in (evaluated, evaluated.__code__, raising)]
    for i in range(200):
        r = making.evaluated(evaluated, i % 2)
        assert r == ((6, "evaluated", ["x"]), 1), r
        try:
            making.evaluated(raising, i % 2)
            raise AssertionError("no error")
        except ValueError as e:
            assert e.__traceback__.tb_next.tb_lineno == raising.__code__.co_firstlineno + 1
            del e
    assert held == [sys.getrefcount(o) for o in (evaluated, evaluated.__code__, raising)]
    assert [r for r in making.evaluated(gen, 0)[0]][0] == 1
    try:
        making.evaluated(unready, 0)
        raise AssertionError("no error")
    except SystemError:
        pass
print(making.stacked("o"))
# With fewer positional arguments than are allowed, 3.12.1 puts those by name in the tuple's place.
for args, kw in (((1, 2), dict(c=3)), ((1, 2, 3, 4), dict(c=5, d=6)), ((1, 2), dict(d=6, c=5)), ((), {}), ((1,), {}),
                 ((1, 2), {}), ((1, 2, 3), {}), ((1, 2), dict(c=1, e=2)), ((1, 2), dict(b=1, c=2)), ((1, 2, 3), dict(c=1, b=2))):
    try:
        print(args, kw, making.varied(*args, **kw))
    except TypeError as e:
        print(args, kw, e)
print(making.wrapper())
for args in ("x = 1\nprint(x)\n", 257, -1), ("x + 1", 258, -1), ("(int, str) -> None", 345, -1), ("x = (", 257, -1), ("match x:\n case 1: pass", 257, 9):
    try:
        print(ast.dump(making.tree(*args)))
    except Exception as e:
        print(type(e).__name__, e)
print(making.running())
print(making.formatted())


def at_terminal(body, *typed):
    # Each text is typed when its prompt is there, so that the echo is behind it.
    sys.stdout.flush()
    pid, fd = pty.fork()
    if pid == 0:
        try:
            body()
            sys.stdout.flush()
        finally:
            os._exit(0)
    typed = list(typed)
    shown = b""
    while True:
        if typed and shown.endswith(typed[0][0]):
            os.write(fd, typed.pop(0)[1])
        try:
            part = os.read(fd, 1000)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.waitpid(pid, 0)
    print(shown)


def replaced():
    making.install()
    print(repr(input("first")))
    try:
        input("second")
    except EOFError as e:
        print("EOFError", e)
    making.hook()


def interrupted():
    input("one")
    making.install()
    input("a")
    try:
        input("b")
    except EOFError:
        pass
    print(repr(input("third ")))
    try:
        input("fourth")
    except KeyboardInterrupt:
        print("KeyboardInterrupt")
    print(repr(making.read_line("fifth")))


def hooked():
    making.hook()
    print(repr(input("asked ")), making.has_waited())


at_terminal(replaced)
at_terminal(interrupted, (b"one", b"typed one\n"), (b"third ", b"typed three\n"))


def edited():
    import readline
    print(making.install())
    print(repr(input("edited ")))


at_terminal(edited)
at_terminal(hooked, (b"asked ", b"typed\n"))


def in_child(*args):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        making.main_again(*args)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


in_child("prog", "-c", "import sys, atexit; atexit.register(print, 'at exit'); print(sys.argv, sys.orig_argv)", "an", "argument")
in_child("prog", "-c", "import sys; sys.exit(3)")
in_child("prog", "-V")
making.open_hook()
print(io.open_code("/some/path"))
show(making.open_hook)
