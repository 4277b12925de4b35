# What start-up is told: -X importtime, PYTHONMALLOC, and the configuration that results; memory that is free serves again.
import os
import re
import subprocess
import sys
import tempfile


def run(*args, **env):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return subprocess.run([sys.executable, *args], env={**kept, **env}, capture_output=True, text=True)


with tempfile.TemporaryDirectory() as folder:
    def write(name, text):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)

    write("outer/__init__.py", "from . import inner\nimport other\n")
    write("outer/inner.py", "import time; time.sleep(0.02)\n")
    write("other.py", "try:\n    import nowhere\nexcept ImportError:\n    pass\n")
    for args, env in [(("-X", "importtime"), {}), ((), {"PYTHONPROFILEIMPORTTIME": "1"})]:
        done = run(*args, "-c", "import outer, outer.inner", PYTHONPATH=folder, **env)
        lines = done.stderr.splitlines()
        print(done.returncode, lines[0])
        times = {}
        for line in lines[1:]:
            own, whole, name = re.fullmatch(r"import time: +(\d+) \| +(\d+) \| (.*)", line).groups()
            assert len(line.split("|")[0]) == len("import time: ") + 10 and len(line.split("|")[1]) == 12, line
            if name.strip().partition(".")[0] in ("outer", "other", "nowhere"):
                print(repr(name))
                times[name.strip()] = int(own), int(whole)
        print(times["outer"][1] >= times["outer.inner"][1] >= 20000 > times["outer"][0])

show = "import _testinternalcapi as t; c = t.get_configs(); print(c['pre_config']['allocator'], c['config']['dev_mode'])"
for name in ["", "default", "debug", "malloc", "malloc_debug", "pymalloc", "pymalloc_debug", "bogus"]:
    done = run("-c", show, PYTHONMALLOC=name)
    print(repr(name), done.returncode, done.stdout, done.stderr)
done = run("-E", "-c", show, PYTHONMALLOC="bogus")
print(done.returncode, done.stdout, done.stderr)
print(run("-X", "dev", "-c", show).stdout)

show = """
import _testinternalcapi as t
c = t.get_configs()
machine = {'executable', 'base_executable', 'prefix', 'base_prefix', 'exec_prefix', 'base_exec_prefix', 'stdlib_dir',
           'module_search_paths', 'orig_argv', 'program_name', 'home', 'run_command'}
for part in sorted(c):
    for name, value in sorted(c[part].items()):
        if name not in machine:
            print(part, name, value)
print(c['config']['run_command'] is not None, c['config']['orig_argv'][-2:])
"""
for args, env in [
    ((), {}),
    (("-I", "-O", "-b", "-W", "error", "-X", "tracemalloc=2", "-X", "frozen_modules=off"), {}),
    (("-S", "-s", "-B", "-u", "-q", "-P", "-X", "no_debug_ranges", "-X", "faulthandler"), {}),
    ((), {"PYTHONHASHSEED": "12", "PYTHONPATH": "/nowhere", "PYTHONMALLOCSTATS": "", "PYTHONDUMPREFS": "1"}),
]:
    print(args, env)
    done = run(*args, "-c", show, "one", "two", **env)
    print(done.returncode, done.stdout, done.stderr)

done = run("-c", """
import gc
def resident():
    with open('/proc/self/statm') as f:
        return int(f.read().split()[1]) * 4
class P:
    __slots__ = 'x', 'y', 'z'
start = resident()
for make in [lambda i: (i,), lambda i: {'a': i}, float, lambda i: [i, i], str, lambda i: P()]:
    many = [make(i) for i in range(200000)]
    full = resident()
    del many
    gc.collect()
    print(full > start + 5000, resident() < start + 6000)
""")
print(done.stdout, done.stderr)
