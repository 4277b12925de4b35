# Put in front of every script of this folder: how values are written, and numbers worth trying.
# Tokens: i<hex> int, f<bits> float, c<float>;<float> complex, s<utf-8 in hex> str, x<hex> bytes, b0 b1 bool, n None,
# (a,b) tuple, E<class>:<message in hex> an exception.
import os
import random
import struct
import sys

# Another seed, another set of cases: DXPY_SEED=1 cargo test -p dxpy-num
rnd = random.Random(int(os.environ.get("DXPY_SEED", 20261121)))
sys.set_int_max_str_digits(0)


def tok(v):
    match v:
        case bool():
            return f"b{v:d}"
        case int():
            return f"i{v:x}"
        case float():
            return "fnan" if v != v else "f" + struct.pack(">d", v).hex()
        case complex():
            return f"c{tok(v.real)};{tok(v.imag)}"
        case str():
            return "s" + v.encode().hex()
        case bytes():
            return "x" + v.hex()
        case None:
            return "n"
        case tuple() | list():
            return "(" + ",".join(map(tok, v)) + ")"
    raise AssertionError(type(v))


def case(name, f, *args):
    try:
        r = tok(f(*args))
    except (ArithmeticError, ValueError, TypeError, MemoryError) as e:
        r = f"E{type(e).__name__}:{str(e).encode().hex()}"
    print(name, *map(tok, args), r)


def rint(bits):
    """An int of at most that many bits, often with long runs of ones or zeros."""
    n = rnd.randint(0, bits)
    match rnd.randrange(5):
        case 0:
            v = rnd.getrandbits(n) if n else 0
        case 1:
            v = (1 << n) - rnd.randint(0, 2)
        case 2:
            v = (1 << n) + rnd.randint(0, 2)
        case 3:
            v = rnd.getrandbits(n + 1) & ~((1 << rnd.randint(0, n + 1)) - 1)
        case _:
            v = ((1 << n) - 1) ^ ((1 << rnd.randint(0, n)) - 1) ^ rnd.getrandbits(rnd.randint(1, n + 1))
    return -v if rnd.random() < 0.5 else v


EDGE_INTS = [0, 1, -1, 2, -2, 3, 10, 255, 256, -255, -256]
for _k in (15, 29, 30, 31, 32, 52, 53, 54, 59, 60, 61, 62, 63, 64, 65, 89, 90, 91, 120, 127, 128, 1023, 1024):
    for _d in (-1, 0, 1):
        EDGE_INTS += [(1 << _k) + _d, -(1 << _k) + _d]


def bits(u):
    return struct.unpack("<d", struct.pack("<Q", u))[0]


inf, nan = float("inf"), float("nan")
EDGE_FLOATS = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 0.1, 0.2, 0.3, 10.0, 100.0, 1e15, 1e16, 1e17, 1e22, 1e23, 9007199254740993.0]
EDGE_FLOATS += [5e-324, 2.2250738585072014e-308, 2.225073858507201e-308, 1.7976931348623157e308, 1e308, 1e-308, 2.0**52, 2.0**53]
EDGE_FLOATS += [2.0**63, 2.0**64, 4.35, 2.675, 1e-5, 1e-4, 123456789.0, 0.00012345, 1e100, 1e-100, 3.141592653589793, 2.718281828459045]
EDGE_FLOATS += [1.0 + 2**-52, 1.0 - 2**-53, 170.5, 171.0, 171.7, 709.78, 710.0, -745.2, 0.7, 1.2, 1e-20, 1e20, 20.5, 33.0, 1e-300, inf, nan]
EDGE_FLOATS += [-x for x in EDGE_FLOATS]


def rfloat():
    match rnd.randrange(8):
        case 0:
            return rnd.choice(EDGE_FLOATS)
        case 1:
            return bits(rnd.getrandbits(64))
        case 2:
            return rnd.uniform(-1, 1)
        case 3:
            return rnd.gauss(0, 10)
        case 4:
            return float(rnd.randint(-1000, 1000))
        case 5:
            return rnd.randint(-(10**6), 10**6) / 10 ** rnd.randint(0, 6)
        case 6:
            return rnd.uniform(-1, 1) * 10.0 ** rnd.randint(-30, 30)
        case _:
            return rnd.randint(-200, 200) / 2


def rfinite():
    while True:
        v = rfloat()
        if v - v == 0:
            return v
