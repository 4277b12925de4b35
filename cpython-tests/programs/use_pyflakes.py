"""Checks the whole library; prints every message."""

import os
import sys

from pyflakes import checker
import ast

lib = sys.argv[1]
LEFT_OUT = {"test", "tests", "idlelib", "lib2to3", "site-packages", "__pycache__", "pydoc_data", "turtledemo"}
count = 0
for folder, folders, files in os.walk(lib):
    folders[:] = sorted(f for f in folders if f not in LEFT_OUT)
    for name in sorted(files):
        if not name.endswith(".py"):
            continue
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            tree = ast.parse(file.read(), path)
        found = checker.Checker(tree, os.path.relpath(path, lib))
        count += 1
        for message in sorted(found.messages, key=lambda m: (m.lineno, m.col, type(m).__name__, str(m))):
            print(message)
print(count)
