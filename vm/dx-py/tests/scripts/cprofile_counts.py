# cProfile: what is counted, recursion, callers, a timer of one's own, and that only one profiler runs.
import _lsprof
import cProfile
import io
import os
import pstats
import subprocess
import sys
import tempfile


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def gen(n):
    for i in range(n):
        yield str(i)


def work():
    fib(10)
    list(gen(5))
    [].append(1)
    sorted([3, 1, 2], key=lambda v: -v)
    try:
        {}["x"]
        [].pop()
    except KeyError:
        pass
    try:
        [].pop()
    except IndexError:
        pass
    ",".join(["a"])


def rows(p):
    def name(c):
        return c if isinstance(c, str) else c.co_name

    for e in sorted(p.getstats(), key=lambda e: name(e.code)):
        calls = sorted((name(c.code), c.callcount, c.reccallcount) for c in e.calls or ())
        print(name(e.code), e.callcount, e.reccallcount, e.totaltime >= e.inlinetime >= 0, calls)


p = cProfile.Profile()
p.enable()
work()
p.disable()
rows(p)
p.clear()
print(p.getstats())

ticks = iter(range(1000))
p = cProfile.Profile(lambda: next(ticks), 0.5)
p.enable()
fib(3)
p.disable()
for e in sorted(p.getstats(), key=lambda e: str(e.code)):
    print(e.code if isinstance(e.code, str) else e.code.co_name, e.callcount, e.reccallcount, e.totaltime, e.inlinetime)

p = cProfile.Profile(subcalls=False, builtins=False)
p.runcall(work)
rows(p)

p.enable()
try:
    cProfile.Profile().enable()
except ValueError as e:
    print(e)
p.disable()
p.disable()
with cProfile.Profile() as p:
    gen(1)
print(sorted(e.callcount for e in p.getstats() if not isinstance(e.code, str) and e.code.co_name == "gen"))

out = io.StringIO()
p = cProfile.Profile()
p.runcall(fib, 5)
pstats.Stats(p, stream=out).strip_dirs().sort_stats("name").print_stats()
print([line.split()[0] for line in out.getvalue().splitlines() if "fib" in line], "function calls" in out.getvalue())
for wrong in ((1, 2, 3, 4, 5), (None, "x")):
    try:
        _lsprof.Profiler(*wrong)
    except TypeError as e:
        print(e)

with tempfile.TemporaryDirectory() as d:
    script = os.path.join(d, "s.py")
    with open(script, "w") as f:
        f.write("def f(): return 1\nfor i in range(7): f()\n")
    r = subprocess.run([sys.executable, "-m", "cProfile", "-s", "name", script], capture_output=True, text=True)
    print(r.returncode, [line.split()[0] for line in r.stdout.splitlines() if line.endswith("(f)")], r.stderr)
