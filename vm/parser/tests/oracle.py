"""Prints, for each file named on standard input, what `examples/dump_ast.rs` should print for it."""
import ast
import struct
import sys
import warnings

warnings.simplefilter("ignore")
sys.setrecursionlimit(20000)


def constant(value):
    kind = type(value)
    if kind is int:
        return hex(value)
    if kind is float:
        return "float:" + struct.pack(">d", value).hex()
    if kind is complex:
        return ":".join(["complex", struct.pack(">d", value.real).hex(), struct.pack(">d", value.imag).hex()])
    if kind is bytes:
        return "b" + ascii(value.decode("latin-1"))
    return ascii(value)


def text(node):
    if isinstance(node, ast.AST):
        cls = type(node)
        parts = []
        for name in node._fields:
            value = getattr(node, name, None)
            if value is None and getattr(cls, name, ...) is None:
                if not (name == "value" and cls in (ast.Constant, ast.MatchSingleton)):
                    continue
            if name == "value" and cls in (ast.Constant, ast.MatchSingleton):
                parts.append("value=" + constant(value))
            else:
                parts.append(f"{name}={text(value)}")
        for name in node._attributes:
            parts.append(f"{name}={getattr(node, name)}")
        return f"{cls.__name__}({', '.join(parts)})"
    if isinstance(node, list):
        return "[" + ", ".join(map(text, node)) + "]"
    return ascii(node)


def error(e):
    kind = {"SyntaxError": "Syntax", "IndentationError": "Indentation", "TabError": "Tab"}.get(type(e).__name__, type(e).__name__)
    if not isinstance(e, SyntaxError):
        return f"ERROR {kind} {e}"
    return f"ERROR {kind} {e.msg} | {e.lineno} {e.offset} {e.end_lineno} {e.end_offset} | {ascii(e.text)}"


def main():
    mode = sys.argv[1] if len(sys.argv) > 1 else "exec"
    for line in sys.stdin:
        with open(line.rstrip("\n"), "rb") as f:
            source = f.read()
        try:
            print(text(compile(source, "<string>", mode, ast.PyCF_ONLY_AST)))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as e:
            print(error(e).replace("\n", " "))


if __name__ == "__main__":
    main()
