"""Prints what `tests/symtable.rs` should make of the files named on standard input, or of texts found in CPython's tests.

Each line is the text in hexadecimal (or the file's name), a tab, and the tables or the error, lines joined by " ; ".
"""
import ast
import glob
import os
import sys
import textwrap
import warnings

import _symtable

warnings.simplefilter("ignore")


def show(block, indent, out):
    names = " ".join(f"{n}={f:x}" for n, f in sorted(block.symbols.items()))
    variables = ",".join(block.varnames)
    out.append(f"{indent}{block.name} {block.type} {block.lineno} {block.nested} [{variables}] {names}")
    for child in block.children:
        show(child, indent + ">", out)


def tables(source):
    out = []
    try:
        show(_symtable.symtable(source, "f", "exec"), "", out)
    except SyntaxError as e:
        out = [f"SyntaxError {e.msg} {e.lineno} {e.offset} {e.end_lineno} {e.end_offset}"]
    except (RecursionError, ValueError, MemoryError) as e:
        out = [f"{type(e).__name__} {e}"]
    return " ; ".join(out)


def parses(source):
    try:
        ast.parse(source)
        return True
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def examples(text):
    """The programs in the doctests of a string, each with the statements before it that its names may need left out."""
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
    for source in samples():
        try:
            data = source.encode()
        except UnicodeEncodeError:
            continue
        print(data.hex(), tables(source), sep="\t")
else:
    for line in sys.stdin:
        with open(line.rstrip("\n"), "rb") as f:
            print(line.rstrip("\n"), tables(f.read()), sep="\t")
