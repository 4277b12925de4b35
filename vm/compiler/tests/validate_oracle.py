"""Compiles trees written as `dxpy_ast::dump` writes them, one on each line, and prints what validation says of them.

Errors of later passes count as "ok": a tree that is refused by validation never gets there.
"""
import ast
import re
import struct
import sys
import warnings

warnings.simplefilter("ignore")


class Maker:
    """`tuple:[...]` is read as a call."""

    def __init__(self, kind):
        self.kind = kind

    def __matmul__(self, items):
        return self.kind(items)


def nest(kinds):
    """None in so many containers, the last kind innermost."""
    value = None
    for kind in reversed(kinds):
        value = (tuple if kind == "tuple" else frozenset)([value])
    return value


def shorten(match):
    """More brackets than the parser takes, as a call."""
    kinds = re.findall("tuple|frozenset", match[1])
    return f"nest({kinds!r})" + "]" * (len(match[2]) - len(kinds))


def real(digits):
    """A float by its bits."""
    return struct.unpack(">d", bytes.fromhex(digits))[0]


NAMES = {"nest": nest, "real": real} | vars(ast) | {"tuple": Maker(tuple), "frozenset": Maker(frozenset)}

for line in sys.stdin:
    line = line.replace("tuple:[", "tuple@[").replace("frozenset:[", "frozenset@[")
    line = re.sub("complex:([0-9a-f]{16}):([0-9a-f]{16})", r"complex(real('\1'), real('\2'))", line)
    line = re.sub("float:([0-9a-f]{16})", r"real('\1')", line)
    tree = eval(re.sub(r"((?:(?:tuple|frozenset)@\[){100,})None(\]+)", shorten, line), NAMES)
    mode = {"Module": "exec", "Interactive": "single", "Expression": "eval", "FunctionType": "func_type"}
    try:
        compile(tree, "", mode[type(tree).__name__])
        print("ok")
    except (ValueError, TypeError, RecursionError) as e:
        print(type(e).__name__ + ":", e)
    except (SyntaxError, SystemError):
        print("ok")
