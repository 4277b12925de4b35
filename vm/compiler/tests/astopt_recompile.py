"""Reads texts and our optimised trees of them, compiles both, and says which code objects differ.

A line is the text in hexadecimal, the level, and the tree as `dxpy_ast::dump` writes it, between tabs. The answer has one line
for each: "same" or what differs. That nothing which folds was left is `tests/astopt_oracle.py`'s question, except for
formats, where it is asked here.
"""
import ast
import re
import struct
import sys
import types
import warnings

warnings.simplefilter("ignore")
PARTS = re.compile(
    r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|float:([0-9a-f]{16})|complex:([0-9a-f]{16}):([0-9a-f]{16})|(tuple|frozenset):"""
)


def float_of(digits):
    return f"unpack('>d', bytes.fromhex('{digits}'))[0]"


def evaluable(m):
    string, number, real, imag, kind = m.groups()
    if string:
        return string
    if number:
        return float_of(number)
    if real:
        return f"complex({float_of(real)}, {float_of(imag)})"
    return f"{kind}@"


class Maker:
    """Reads `tuple@[...]` as a call."""

    def __init__(self, kind):
        self.kind = kind

    def __matmul__(self, items):
        return self.kind(items)


NAMES = vars(ast) | {"unpack": struct.unpack, "tuple": Maker(tuple), "frozenset": Maker(frozenset), "complex": complex}


def differences(a, b, path="code"):
    for name in sorted(n for n in dir(a) if n.startswith("co_")):
        x, y = getattr(a, name), getattr(b, name)
        if callable(x):
            x, y = list(x()), list(y())
        if name == "co_consts":
            if len(x) != len(y):
                yield f"{path}.{name}: {x} and {y}"
            for i, (p, q) in enumerate(zip(x, y)):
                if isinstance(p, types.CodeType) and isinstance(q, types.CodeType):
                    yield from differences(p, q, f"{path}.{i}")
                elif repr(p) != repr(q) and p != q or type(p) is not type(q):
                    yield f"{path}.{name}: {p!r} and {q!r}"
        elif x != y:
            yield f"{path}.{name}: {x} and {y}"


for line in sys.stdin:
    source, level, tree = line.rstrip("\n").split("\t")
    source, level = bytes.fromhex(source).decode(), int(level)
    tree = eval(PARTS.sub(evaluable, tree), NAMES)
    want = compile(source, "", "exec", optimize=level)
    got = compile(tree, "", "exec", optimize=level)
    found = next(differences(got, want), None)
    is_format = "%" in source and isinstance(tree.body[0], ast.Expr) and source.startswith("'")
    if not found and is_format and isinstance(tree.body[0].value, ast.BinOp) and not any(
        b in (122,) for b in want.co_code[::2]
    ):
        found = "CPython makes it an f-string"
    print(found.replace("\n", " ") if found else "same")
