"""Formats the files of Lib/asyncio; prints a digest of each and the difference of some."""

import difflib
import hashlib
import os
import sys

import black

folder = os.path.join(sys.argv[1], "asyncio")
mode = black.Mode(target_versions={black.TargetVersion.PY312}, line_length=100)
for name in sorted(os.listdir(folder)):
    if not name.endswith(".py"):
        continue
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        text = file.read()
    made = black.format_str(text, mode=mode)
    assert black.format_str(made, mode=mode) == made
    print(name, len(made), hashlib.sha256(made.encode()).hexdigest())
    if name in ("queues.py", "locks.py"):
        sys.stdout.writelines(difflib.unified_diff(text.splitlines(True), made.splitlines(True), name, name))
try:
    black.format_str("def f(:\n", mode=mode)
except black.InvalidInput as err:
    print(err)
