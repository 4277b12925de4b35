"""Streams: text and bytes in memory, files, pipes of lines, print."""

import io
import os
import tempfile

LINES = "".join("line number %d of the text\n" % i for i in range(200))
DATA = LINES.encode()
_, PATH = tempfile.mkstemp()
with open(PATH, "w") as file:
    file.write(LINES)
NULL = open(os.devnull, "w")
NULLB = open(os.devnull, "wb")

EACH = {
    "StringIO made": ("", "io.StringIO()"),
    "StringIO write": ("a = io.StringIO()", "a.write('abc')"),
    "StringIO write getvalue": ("", "a = io.StringIO(); a.write('abc'); a.write('def'); a.getvalue()"),
    "StringIO iterate": ("", "for l in io.StringIO(LINES): pass"),
    "StringIO readline": ("a = io.StringIO(LINES)", "a.readline(); a.seek(0)"),
    "StringIO read": ("a = io.StringIO(LINES)", "a.read(10); a.seek(0)"),
    "BytesIO made": ("", "io.BytesIO()"),
    "BytesIO write": ("a = io.BytesIO()", "a.write(b'abc'); a.seek(0)"),
    "BytesIO getvalue": ("", "a = io.BytesIO(); a.write(b'abc'); a.getvalue()"),
    "BytesIO iterate": ("", "for l in io.BytesIO(DATA): pass"),
    "BytesIO read": ("a = io.BytesIO(DATA)", "a.read(10); a.seek(0)"),
    "text of bytes": ("", "for l in io.TextIOWrapper(io.BytesIO(DATA)): pass"),
    "text write": ("a = NULL", "a.write('abc')"),
    "text write line": ("a = NULL", "a.write('some longer line of text\\n')"),
    "text writelines": ("a = NULL; b = ['abc\\n'] * 20", "a.writelines(b)"),
    "print": ("a = NULL", "print('abc', file=a)"),
    "print parts": ("a = NULL", "print('abc', 1, 2.5, sep=',', file=a)"),
    "print nothing": ("a = NULL", "print(file=a)"),
    "print f-string": ("a = NULL; x = 3", "print(f'{x} is {x}', file=a)"),
    "file lines": ("", "with open(PATH) as f:\n    for l in f: pass"),
    "file lines strip": ("", "with open(PATH) as f:\n    for l in f: l.rstrip()"),
    "file read": ("", "with open(PATH) as f: f.read()"),
    "file readlines": ("", "with open(PATH) as f: f.readlines()"),
    "file readline": ("f = open(PATH)", "f.readline(); f.seek(0)"),
    "file bytes read": ("", "with open(PATH, 'rb') as f: f.read()"),
    "file bytes lines": ("", "with open(PATH, 'rb') as f:\n    for l in f: pass"),
    "file bytes small reads": ("", "with open(PATH, 'rb') as f:\n    for _ in range(100): f.read(10)"),
    "file small reads": ("", "with open(PATH) as f:\n    for _ in range(100): f.read(10)"),
    "file bytes write": ("a = NULLB", "a.write(b'abc')"),
    "file utf-8": ("", "with open(PATH, encoding='utf-8') as f: f.read()"),
    "file open": ("", "open(PATH).close()"),
    "os.stat": ("", "os.stat(PATH)"),
    "os.path.exists": ("", "os.path.exists(PATH)"),
    "os.getpid": ("", "os.getpid()"),
    "os.environ": ("", "os.environ.get('PATH')"),
    "os.listdir": ("", "os.listdir('/')"),
    "os.scandir": ("", "for e in os.scandir('/'): e.is_dir()"),
}
