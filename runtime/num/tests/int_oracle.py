# Prints integer cases: operation, arguments, result, separated by tabs. Ints are written in hexadecimal.
import math, random, struct, sys

sys.set_int_max_str_digits(0)
rng = random.Random(3121)
EDGE = [0, 1, 2, 3, 7, 9, 10, 2**15, 2**29, 2**30 - 1, 2**30, 2**30 + 1, 2**31, 2**53, 2**53 + 1, 2**54 + 2, 2**59, 2**60 - 1,
        2**60, 2**61 - 1, 2**61, 2**62, 2**63 - 1, 2**63, 2**63 + 1, 2**64 - 1, 2**64, 2**64 + 1, 2**89, 2**90 - 1, 2**90,
        2**120 - 2**60, 2**127, 2**128 - 1, 2**128, 10**18, 10**19, 10**27, 10**100, 3**200, 2**1023, 2**1024 - 2**970,
        2**1024 - 2**970 - 1, 2**1024, 2**3000 - 1, 10**1000, 2**30**2 - 2**30]
EDGE += [-x for x in EDGE if x]


def number(limit=None):
    kind = rng.random()
    if kind < 0.15:
        x = rng.choice(EDGE)
    else:
        bits = rng.choice((8, 30, 31, 60, 62, 90, 128, 300, 900, 2000, 4000)) if limit is None else limit
        x = rng.getrandbits(rng.randint(0, bits))
        if kind < 0.35:
            # Runs of ones and zeros are what carries trip over.
            x = 0
            for _ in range(rng.randint(1, 6)):
                n = rng.randint(0, max(1, bits // 4))
                x = (x << n) | (rng.getrandbits(1) and (1 << n) - 1)
    return -x if rng.random() < 0.4 else x


def show(v):
    if isinstance(v, bool):
        return str(int(v))
    if isinstance(v, int):
        return hex(v)
    if isinstance(v, float):
        return "f" + struct.pack(">d", v).hex()
    if isinstance(v, tuple):
        return ",".join(map(show, v))
    if isinstance(v, (bytes, bytearray)):
        return "b" + v.hex()
    return str(v)


def case(name, f, *args):
    try:
        r = show(f(*args))
    except Exception as e:
        r = f"!{type(e).__name__}: {e}"
    print(name, *map(show, args), r, sep="\t")


def near(a, b):
    q, r = divmod(a, b)
    if b > 0 and (2 * r > b or (2 * r == b and q % 2)) or b < 0 and (2 * r < b or (2 * r == b and q % 2)):
        q, r = q + 1, r - b
    return q, r


BINARY = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "divmod": divmod,
    "floordiv": lambda a, b: a // b, "rem": lambda a, b: a % b, "truediv": lambda a, b: a / b,
    "and": lambda a, b: a & b, "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b,
    "cmp": lambda a, b: (a > b) - (a < b), "gcd": math.gcd, "lcm": math.lcm,
}
for i in range(800):
    a, b = number(), number()
    if i % 10 == 0:
        b = a
    for name, f in BINARY.items():
        case(name, f, a, b)
    if b:
        case("near", near, a, b)
for a in EDGE:
    for b in EDGE:
        for name in ("add", "sub", "divmod", "truediv", "and", "or", "xor", "cmp"):
            case(name, BINARY[name], a, b)
# Close to halfway and to the ends of the range of floats.
for i in range(1500):
    m, e = rng.getrandbits(54) | 1, rng.randint(-1130, 1000)
    a, b = (m << max(e, 0)), (1 << max(-e, 0))
    k = rng.getrandbits(70) | 1
    case("truediv", BINARY["truediv"], a * k + rng.randint(-1, 1), b * k)
# Above the cutoffs of multiplication and division.
for i in range(60):
    a, b = number(rng.choice((3000, 20000, 60000))), number(rng.choice((1000, 2500, 9000, 20000)))
    for name in ("mul", "divmod", "gcd"):
        case(name, BINARY[name], a, b)
    case("mul", BINARY["mul"], a, a)
for i in range(12):
    a, b = number(200_000), number(rng.choice((20_000, 60_001, 99_999)))
    case("divmod", divmod, a, b)
    case("divmod", divmod, a * b + rng.randint(-1, 1), b)
    b = (1 << 70_000) - (1 << rng.randint(1, 69_999))
    case("divmod", divmod, (b << 70_000) - 1, b)
UNARY = {
    "invert": lambda a: ~a, "bit_length": int.bit_length, "bit_count": int.bit_count, "hash": hash, "float": float,
    "frexp_ok": lambda a: math.frexp(a)[0], "isqrt": math.isqrt, "str": str, "hex": hex, "oct": oct, "bin": bin,
    "mask": lambda a: a & (2**64 - 1),
    "i64": lambda a: a if -2**63 <= a < 2**63 else "none", "u64": lambda a: a if 0 <= a < 2**64 else "none",
    "i128": lambda a: a if -2**127 <= a < 2**127 else "none", "u128": lambda a: a if 0 <= a < 2**128 else "none",
}
for a in EDGE + [number() for _ in range(700)]:
    for name, f in UNARY.items():
        if name == "frexp_ok" and abs(a) >= 2**1023:
            continue
        case(name, f, a)
    for k in (0, 1, 29, 30, 31, 59, 60, 90, rng.randint(0, 500), -1, 2**70):
        if k < 2**60:
            case("lshift", lambda a, k: a << k, a, k)
        case("rshift", lambda a, k: a >> k, a, k)
    for n in (0, 1, 3, 8, 16, rng.randint(0, 300), -1 - rng.randint(0, 40)):
        case("round", round, a, n) if n < 0 else None
        for order in ("little", "big"):
            for signed in (False, True):
                if n >= 0:
                    case("to_bytes_" + order + str(int(signed)), lambda a, n: a.to_bytes(n, order, signed=signed), a, n)
    n = (a.bit_length() + 7) // 8
    for signed in (False, True):
        for order in ("little", "big"):
            for m in (n, n + 1):
                case("to_bytes_" + order + str(int(signed)), lambda a, n: a.to_bytes(n, order, signed=signed), a, m)
    case("round", round, a, -rng.randint(0, 1200))
for i in range(600):
    data = rng.choice((rng.randbytes(rng.randint(0, 40)), bytes([255] * rng.randint(0, 12)), bytes(rng.randint(0, 9)) + b"\x80",
                       b"\x80" + bytes(rng.randint(0, 9))))
    for order in ("little", "big"):
        for signed in (False, True):
            case("from_bytes_" + order + str(int(signed)), lambda d: int.from_bytes(d, order, signed=signed), data)
for i in range(500):
    a, e = number(rng.choice((5, 30, 70, 200))), rng.randint(0, 60)
    case("pow", pow, a, e)
case("pow", pow, 2, 100_000), case("pow", pow, 12, 5000), case("pow", pow, -3, 5001), case("pow", pow, 0, 0), case("pow", pow, 10, 20_000)
for i in range(700):
    bits = rng.choice((5, 29, 31, 60, 61, 64, 100, 200, 239, 241, 300, 800))
    a, e, m = number(bits), number(rng.choice((4, 60, 200))), number(bits)
    case("modpow", pow, a, e, m)
    case("modpow", pow, a, -abs(e), m | 1)
for v in [0.0, -0.0, 0.5, -0.5, 1.5, 1e15, -1e15 - 0.5, 2.0**52 + 0.5, 9e18, 2.0**63, -2.0**63, 1e300, -1.7976931348623157e308, 5e-324,
          2.2250738585072014e-308, math.inf, -math.inf, math.nan, math.pi] + [rng.uniform(-1, 1) * 10.0**rng.randint(-300, 300) for _ in range(400)]:
    case("int", int, v)
    case("ratio", float.as_integer_ratio, v)
    if v == v:
        case("hashf", hash, v)
        for a in [number() for _ in range(3)] + ([int(v), int(v) + 1, int(v) - 1] if math.isfinite(v) else []):
            case("cmpf", lambda a, v: (a > v) - (a < v), a, v)
for i in range(300):
    z = complex(rng.choice((0.0, 1.0, -1.0, 1e300, rng.random(), math.inf)), rng.choice((0.0, 1.0, rng.random(), -math.inf)))
    case("hashc", lambda a, b: hash(complex(a, b)), z.real, z.imag)
