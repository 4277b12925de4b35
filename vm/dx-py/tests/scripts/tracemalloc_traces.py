# tracemalloc: what is traced, its frames, limits, and that nothing is left when it stops.
import gc
import os
import subprocess
import sys
import threading
import tracemalloc

tracemalloc.start(5)


def blocks(n):
    return [bytes(1000) for _ in range(n)]


x = blocks(100)
top = tracemalloc.take_snapshot().statistics("lineno")[0]
print(os.path.basename(top.traceback[0].filename), top.traceback[0].lineno, 100 <= top.count < 110, top.size // 1033)
of_item = tracemalloc.get_object_traceback(x[5])
print([f.lineno for f in of_item], of_item.total_nframe)
del x
now, most = tracemalloc.get_traced_memory()
print(now < 30000, most > 100000)
tracemalloc.reset_peak()
print(tracemalloc.get_traced_memory()[1] < 30000)
tracemalloc.clear_traces()
print(tracemalloc.get_traceback_limit(), tracemalloc.is_tracing())

d = {}
for i in range(1000):
    d[i] = str(i) * 20
print(tracemalloc.get_traced_memory()[0] > 80000)
big = 10**30 * len(d)
print(tracemalloc.get_object_traceback(big)[-1].lineno)


def deep(n):
    return deep(n - 1) if n else bytearray(5000)


b = deep(20)
t = tracemalloc.get_object_traceback(b)
print(len(t), t.total_nframe, [f.lineno for f in t])
tracemalloc.stop()
print(tracemalloc.is_tracing(), tracemalloc.get_object_traceback(b), tracemalloc.get_traced_memory())

tracemalloc.start()
kept = []
threads = [threading.Thread(target=lambda: kept.append([str(i) * 9 for i in range(1000)])) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
here = [s for s in tracemalloc.take_snapshot().statistics("lineno") if s.traceback[0].filename == __file__]
print(max(s.count for s in here) >= 4000)
tracemalloc.stop()
del kept
gc.collect()

for wrong in (0, -1, 65536, "x"):
    try:
        tracemalloc.start(wrong)
    except Exception as e:
        print(type(e).__name__, e)

# The options that start it, and the allocators' debug hooks.
code = "import tracemalloc as t; print(t.is_tracing(), t.get_traceback_limit())"
for args, env in (
    (["-X", "tracemalloc"], {}),
    (["-X", "tracemalloc=7"], {}),
    ([], {"PYTHONTRACEMALLOC": "3"}),
    (["-E"], {"PYTHONTRACEMALLOC": "3"}),
    (["-X", "dev"], {}),
    ([], {"PYTHONMALLOC": "debug"}),
    (["-X", "tracemalloc=2"], {"PYTHONMALLOC": "malloc_debug"}),
    (["-X", "tracemalloc=99999"], {}),
):
    p = subprocess.run([sys.executable, *args, "-c", code], env={**os.environ, **env}, capture_output=True, text=True)
    print(args, env, p.returncode, p.stdout.strip(), p.stderr.splitlines()[:3])

warn = "import warnings; open(__import__('sys').argv[1])"
p = subprocess.run([sys.executable, "-X", "tracemalloc=2", "-W", "default", "-c", warn, __file__], capture_output=True, text=True)
print(["Object allocated at" in line for line in p.stderr.splitlines()])
