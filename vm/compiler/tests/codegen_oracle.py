"""Compiles what `tests/common/mod.rs` asks for, and answers with marshalled code objects or errors.

Asked on standard input, a line each: optimisation level, flags, mode, and "@" with a file's name or a text in hexadecimal.
Answered on standard output: "C" with the marshalled code object or "E" with the error, then the warnings, each of the two
parts with its length before it (4 bytes, little endian).

`samples` instead prints the texts found in CPython's own tests, in hexadecimal.
"""
import ast
import glob
import marshal
import os
import sys
import textwrap
import warnings

FILENAME = "<file>"


def error(e):
    if isinstance(e, SyntaxError):
        return f"{type(e).__name__}: {e.msg} | {e.lineno} {e.offset} {e.end_lineno} {e.end_offset}"
    return f"{type(e).__name__}: {e}"


def answer(level, flags, mode, source):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            code = compile(source, FILENAME, mode, int(flags), True, int(level))
            result = b"C", marshal.dumps(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, SystemError) as e:
            result = b"E", error(e).encode("utf-8", "backslashreplace")
    lines = [f"{w.category.__name__} {w.lineno} {w.message}" for w in caught]
    return *result, "\n".join(lines).encode("utf-8", "backslashreplace")


def serve():
    out = sys.stdout.buffer
    for line in sys.stdin:
        level, flags, mode, what = line.rstrip("\n").split(" ", 3)
        if what.startswith("@"):
            with open(what[1:], "rb") as f:
                source = f.read()
        else:
            source = bytes.fromhex(what).decode()
        kind, result, warned = answer(level, flags, mode, source)
        out.write(kind)
        for part in (result, warned):
            out.write(len(part).to_bytes(4, "little") + part)


def examples(text):
    """The programs in the doctests of a string."""
    lines = []
    for line in text.splitlines() + [""]:
        line = line.strip()
        if line.startswith(">>> "):
            if lines:
                yield "\n".join(lines) + "\n"
            lines = [line[4:]]
        elif lines and line.startswith("..."):
            lines.append(line[4:])
        elif lines:
            yield "\n".join(lines) + "\n"
            lines = []


def parses(source):
    try:
        ast.parse(source)
        return True
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def samples():
    seen = set()
    folder = os.path.join(os.path.dirname(os.__file__), "test")
    for path in sorted(glob.glob(os.path.join(folder, "**", "*.py"), recursive=True)):
        try:
            with open(path, encoding="utf-8") as f:
                tree = ast.parse(f.read())
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
                continue
            if len(node.value) > 20000:
                continue
            for source in [textwrap.dedent(node.value), *examples(node.value)]:
                if " " in source and source not in seen and parses(source):
                    seen.add(source)
                    yield source


if sys.argv[1:] == ["samples"]:
    warnings.simplefilter("ignore")
    for source in samples():
        try:
            print(source.encode().hex())
        except UnicodeEncodeError:
            continue
else:
    serve()
