"""Prints what `tests/astopt.rs` should make of expressions: the text in hexadecimal, the level, and the constant it folds to.

A folded expression compiles to one `RETURN_CONST`; "-" stands for the others. Constants are written as `dxpy_ast::dump` does.
"""
import dis
import itertools
import random
import struct
import warnings

warnings.simplefilter("ignore")


def show(c):
    # The sign of a NaN depends on the order in which a C compiler puts operands.
    bits = lambda f: struct.pack(">d", f).hex() if f == f else "nan"
    match c:
        case _ if c is None or c is True or c is False or c is ...:
            return {None: "None", True: "True", False: "False", ...: "Ellipsis"}[c]
        case int():
            return f"-0x{-c:x}" if c < 0 else f"0x{c:x}"
        case float():
            return "float:" + bits(c)
        case complex():
            return f"complex:{bits(c.real)}:{bits(c.imag)}"
        case str() | bytes():
            return ascii(c)
        case tuple():
            return "tuple:[" + ", ".join(map(show, c)) + "]"
        case frozenset():
            return "frozenset:[" + ", ".join(sorted(map(show, c))) + "]"


def constants_of(source, level):
    try:
        code = compile(source, "", "eval", optimize=level)
    except (SyntaxError, ValueError):
        return None
    ops = [i.opname for i in dis.get_instructions(code)]
    if ops == ["RESUME", "RETURN_CONST"]:
        return show(code.co_consts[0])
    if ops == ["RESUME", "LOAD_NAME", "LOAD_CONST", "CONTAINS_OP", "RETURN_VALUE"]:
        return "in " + show(code.co_consts[0])
    return "-"


VALUES = """
None True False ... 0 1 2 3 5 7 10 63 64 100 127 128 129 255 256 1000 4095 4096 4097 2**53 (2**53+1) (2**63) (2**64-1) (2**64)
123456789012345678901234567890 99999999999999999999999999999999999999 0.0 1.0 2.0 0.5 0.1 3.7 1e300 1e308 5e-324 1e-300 1e400
2.2250738585072014e-308 1e16 (1e400-1e400) 0j 1j 2.5j 1e300j (1+2j) (0.1-3j) 100.0 101.0 '' 'a' 'abc' '\\u20ac' '\\ud800x' b'' b'x' b'xyz'
() (1,) (1,2,3) ((1,2),(3,4)) ('a',b'b',None) __debug__
""".split()
VALUES = [v.replace("~", " ") for v in VALUES]
BIG = "1" + "0" * 320
VALUES += [BIG, "9" * 308, "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910946555531940", "1" + "7" * 60]
BINARY = "+ - * / // % ** << >> | & ^ @".split()
UNARY = ["+", "-", "~", "not "]


def sources(rng):
    for v in VALUES:
        yield v
        for u in UNARY:
            yield u + v
            for w in UNARY:
                yield f"{u}({w}{v})"
    signed = VALUES + [f"-{v}" for v in VALUES]
    for a, b in itertools.product(signed, signed):
        if a[0] == b[0] == "-" and rng.random() < 0.5:
            continue
        for op in BINARY:
            yield f"({a}) {op} ({b})"
    for a, b in itertools.product(VALUES, VALUES):
        yield f"{a}[{b}]"
        yield f"{a}[-{b}]"
    # Sizes around the limits.
    for n in (0, 1, 2, 4, 16, 64, 85, 128, 255, 256, 257, 1024, 4095, 4096, 4097, -1, 2**63):
        for v in ("'ab'", "'abcd'", "b'ab'", "(1,)", "(1,2)", "((1,2),)*4", "((),)", "(((1,)*4,)*4,)*4", "''", "()", "'\\u20ac'"):
            yield f"({v}) * {n}"
            yield f"{n} * ({v})"
        for m in (1, 2, 3, 2**31, 2**63, 2**64, 2**100, 2**127, 2**128):
            for op in BINARY:
                yield f"{m} {op} {n}"
                yield f"-{m} {op} {n}"
    # Arithmetic at random.
    def number():
        match rng.randrange(7):
            case 0:
                return repr(rng.randrange(-20, 20))
            case 1:
                return repr(rng.getrandbits(rng.choice((8, 40, 64, 70, 120, 300, 1000))))
            case 2:
                return repr(struct.unpack("d", rng.randbytes(8))[0]).replace("nan", "0.").replace("inf", "1e999")
            case 3:
                return repr(rng.uniform(-100, 100))
            case 4:
                return repr(rng.uniform(-3, 3)) + "j"
            case 5:
                return f"({rng.randrange(-3, 3)}+{rng.randrange(3)}j)"
            case 6:
                return f"({rng.getrandbits(1060)}*1)"
    for _ in range(30000):
        yield f"({number()}) {rng.choice(BINARY)} ({number()})"
    for _ in range(2000):
        yield f"({number()} {rng.choice(BINARY)} {number()}) {rng.choice(BINARY)} ({number()} {rng.choice(BINARY)} {number()})"
    # Searched displays.
    for _ in range(2000):
        items = ", ".join(rng.choice(VALUES + ["x", "1.0", "True", "(1,)", "(1.0,)", "-0.0"]) for _ in range(rng.randrange(1, 7)))
        for display in (f"[{items}]", f"{{{items}}}", f"({items},)"):
            yield f"x {rng.choice(('in', 'not in'))} {display}"


for source in sources(random.Random(312)):
    for level in (0, 1) if "__debug__" in source else (0,):
        answer = constants_of(source, level)
        if answer is not None:
            print(source.encode().hex(), level, answer, sep="\t")
