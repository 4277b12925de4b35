"""Compiles trees written as `dxpy_ast::dump` writes them, one on each line, and prints what validation says of them.

Errors of later passes count as "ok": a tree that is refused by validation never gets there.
"""
import ast
import sys
import warnings

warnings.simplefilter("ignore")


class Maker:
    """`tuple:[...]` is read as a call."""

    def __init__(self, kind):
        self.kind = kind

    def __matmul__(self, items):
        return self.kind(items)


NAMES = vars(ast) | {"tuple": Maker(tuple), "frozenset": Maker(frozenset)}

for line in sys.stdin:
    tree = eval(line.replace("tuple:[", "tuple@[").replace("frozenset:[", "frozenset@["), NAMES)
    mode = {"Module": "exec", "Interactive": "single", "Expression": "eval", "FunctionType": "func_type"}
    try:
        compile(tree, "", mode[type(tree).__name__])
        print("ok")
    except (ValueError, TypeError, RecursionError) as e:
        print(type(e).__name__ + ":", e)
    except (SyntaxError, SystemError):
        print("ok")
