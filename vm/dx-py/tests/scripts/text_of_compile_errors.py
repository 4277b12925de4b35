"""Where the compiler's errors take their text from: the file that the source names, if it can be read."""

import os
import tempfile
import traceback

SOURCES = (
    "return 3", "def f():\n  break", "if 1:\n nonlocal x", "def f(a, a): pass", "from __future__ import x",
    "x: int; global x", "from __future__ import braces", "x = 1\nfrom __future__ import division", "f(a=1, a=2)",
    "def f():\n  x = 1\n  global x", "é; return 1", "[x for x in y if (yield)]", "__debug__ = 1", "*a = 1",
    "match x:\n case a: 1\n case b: 2", "(a, *b, *c) = 1", "async with a: 0", "class A[T, T]: 0", "continue",
)
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for source in SOURCES:
        with open("there.py", "w", encoding="utf-8") as file:
            file.write(source)
        with open("other.py", "w", encoding="utf-8") as file:
            file.write("\ufeffone\r\ntwo\rthree, " + "long " * 300)
        for name in "<text>", "not there.py", "there.py", "other.py":
            try:
                compile(source, name, "exec")
            except SyntaxError as error:
                print(error.args, error.msg, error.filename, error.lineno, error.offset, repr(error.text))
                print(error.end_lineno, error.end_offset, error.print_file_and_line)
                print("".join(traceback.format_exception_only(error)))
