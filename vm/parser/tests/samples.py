"""Prints what `tests/samples.rs` should make of texts: strings in CPython's own tests, and texts read from standard input.

A line is the text in hexadecimal, the mode, the tree or the error as in `oracle.py`, and the warnings, between tabs.
"""
import ast
import glob
import os
import random
import re
import sys
import textwrap
import warnings

from oracle import error, text

warnings.simplefilter("ignore")


def examples(source):
    """The programs in the doctests of a string."""
    lines = []
    for line in source.splitlines() + [""]:
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


def samples(seen):
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
            for source in [node.value, textwrap.dedent(node.value), *examples(node.value)]:
                if source not in seen and (" " in source or "\\" in source or "'" in source or '"' in source):
                    seen.add(source)
                    yield source


VERSIONED = """
x: int = 1 @ a.b: int @ async def f(): pass @ async def f():|  async for x in y: pass @ async def f():|  async with y: pass
async def f(): await x @ with (a as b, c): pass @ with (a): pass @ try: pass|except* A: pass @ match x:| case 1: pass @ type X = int
type X[T] = int @ def f[T](): pass @ class C[T]: pass @ (x := 1) @ def f(a, /): pass @ lambda a, /: 1 @ def f(a=1, /, b=2): pass
a \0 b @ a \0= b @ async def f(): return [x async for x in y] @ 1_000 @ 0x_f @ async = 1 @ await = 2 @ def async(): pass @ '\d'
b'\d' @ f(a:=1) @ [x:=1] @ [a async for a in b] @ async def f():|  x = await| @ x.async @ import async @ \0a|async def f(): pass
async def g():|  def f():|    await = 1| @ async def g():|  await x|await = 1| @ async def g(): await x|async = 2 @ async  \\|  def f(): pass
if 1:|  async def g():|    # c||    await x|# d|  await = 1|async = 2| @ async def f(a=|async): pass @ async (x) @ f(async=1) @ async def f(x: y = (z := 1), /): 1_0
"""


def versioned():
    for source in VERSIONED.replace("\n", " @ ").split(" @ "):
        if source.strip():
            for version in (3, 5, 6, 7, 8, 9, 10, 11):
                yield source.replace("|", "\n").replace("\0", "@"), version


TYPE_COMMENTS, INCOMPLETE, DONT_IMPLY_DEDENT, BARRY = 0x1000, 0x4000, 0x200, 0x400000


def variants(source):
    """Modes and flags that make a difference to a text."""
    if b"type:" in source:
        for mode in ("exec", "single"):
            yield mode, TYPE_COMMENTS
    if b"->" in source and len(source) < 100:
        yield "func_type", 0
    if b"<>" in source or b"!=" in source:
        for mode in ("exec", "eval"):
            yield mode, BARRY
    if len(source) < 300:
        for mode in ("exec", "eval", "single"):
            yield mode, INCOMPLETE | DONT_IMPLY_DEDENT
    if len(source) < 60:
        yield "single", INCOMPLETE
        yield "single", DONT_IMPLY_DEDENT


def flags(mode, version, more):
    return {"mode": mode, "flags": ast.PyCF_ONLY_AST | more, "_feature_version": version}


def answer(source, mode, version=-1, more=0):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        try:
            out = text(compile(source, "<string>", **flags(mode, version, more)))
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as e:
            out = error(e).replace("\n", " ")
    issued = "; ".join(f"{w.category.__name__} {w.lineno} {ascii(str(w.message))}" for w in found)
    if found:
        # What the warning is as an error.
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                compile(source, "<string>", **flags(mode, version, more))
                issued += " -> none"
            except (SyntaxError, ValueError, Warning) as e:
                issued += " -> " + error(e).replace("\n", " ")
    return out, issued


BASES = """
x = 1 @ x: int = y @ x += 1 @ (a, b), *c = d @ a.b[c:d, ...] = e @ del a, (b.c, [d]) @ return x @ raise A from b @ global a, b
import a.b as c, d @ from . import a @ from .a.b import (c as d, e,) @ from a import * @ assert a, b @ pass; break
if a: b|elif c: d|else: e @ while a:| b|else:| c @ for a, b in c:| d|else: e @ try:| a|except A as b:| c|except: d|else: e|finally: f
try: a|except* A: b @ with a as b, c: d @ with (a as b, c as d,): e @ async with a: b @ async for a in b: c
def f(a, /, b: c = 1, *d, e=2, **g) -> h: i @ async def f(): await a @ @a.b(c)|class A[T: int, *Ts, **P](B, c=d): e @ type A[T] = b
match a, b:| case [1, *c] if d: e| case {'k': v, **r}: f| case A.B(c, d=e) | None: g| case -1 + 2j as h: i
lambda a, b=1, *c, d, **e: f @ a if b else c @ not a and b or c @ a < b <= c != d is not e not in f @ a | b ^ c & d << e + f * -g ** h
f(a, *b, c=d, **e) @ f(a for a in b) @ [a for b in c if d for e in f] @ {a: b for c in d} @ {a, *b} @ {a: b, **c} @ (yield a) @ (a := b)
f'a{b!r:>{c}}d' @ f'{a=}' 'b' @ b'a' b'b' @ print a @ a[b:c, *d] @ x = yield from a @ print(a b) @ f(a=b for c in d) @ 1_000.5e3j + 0xff
"""
PIECES = """
( ) [ ] { } : , ; . = == != := -> + - * ** / // @ & | ^ ~ < > <= ... ! and or not if else elif for in is lambda async await def class
return import from as with try except finally while match case type None True pass del global yield raise assert x y _ 1 2.0 'a' b'c' f'{
}' f'{x}' u'd' += **= print $ ?
""".split()


def mutated():
    rng = random.Random(int(os.environ.get("DXPY_SEED", 312)))
    bases = [re.findall(r"[bfu]?'[^']*'|\\w+|[^\\w ]| +", b) for b in BASES.strip().replace("\n", " @ ").split(" @ ")]
    for _ in range(40000):
        tokens = list(rng.choice(bases))
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            at = rng.randrange(len(tokens))
            match rng.randrange(5):
                case 0:
                    del tokens[at]
                case 1:
                    tokens.insert(at, " " + rng.choice(PIECES) + " ")
                case 2:
                    tokens[at] = " " + rng.choice(PIECES) + " "
                case 3:
                    other = rng.choice(bases)
                    start = rng.randrange(len(other))
                    tokens[at:at] = [" ", *other[start : start + rng.randrange(1, 6)], " "]
                case 4:
                    del tokens[at:]
            if not tokens:
                break
        yield "".join(tokens).replace("|", rng.choice(("\n", "\n", "|")))


def main():
    seen = set()
    texts = [bytes.fromhex(line.strip()) for line in sys.stdin]
    if sys.argv[1:] == ["mutated"]:
        for source in mutated():
            print(source.encode().hex(), "str", "exec", *answer(source, "exec"), sep="\t")
        return
    if sys.argv[1:] == ["samples"]:
        texts += [s.encode() for s in samples(seen) if s.isascii() or not any("\ud800" <= c < "\ue000" for c in s)]
    if sys.argv[1:] == ["samples"]:
        for source, version in versioned():
            print(source.encode().hex(), f"str{version}", "exec", *answer(source, "exec", version), sep="\t")
    for source in texts:
        try:
            content = source.decode()
        except UnicodeDecodeError:
            content = source
        form = type(content).__name__
        modes = ["exec"] if b"\n" in source.strip() and len(source) > 60 else ["exec", "eval", "single"]
        for mode in modes:
            print(source.hex(), form, mode, *answer(content, mode), sep="\t")
        if form == "str" and len(source) < 3000:
            for mode, more in variants(source):
                print(source.hex(), f"str-{more}", mode, *answer(content, mode, -1, more), sep="\t")
        if form == "str" and (len(source) < 60 and not source.isascii() or b"coding" in source[:60]):
            print(source.hex(), "bytes", "exec", *answer(source, "exec"), sep="\t")


if __name__ == "__main__":
    main()
