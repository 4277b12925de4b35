# float: text both ways, hex, rounding, arithmetic.
import math
import operator as op

POOL = EDGE_FLOATS + [2.0**k for k in range(-1074, 1024)] + [-(10.0**k) for k in range(-320, 308)]
POOL += [math.nextafter(10.0**k, d) for k in range(-30, 40) for d in (0, inf)]
POOL += [math.nextafter(2.0**k, d) for k in range(-1074, 1024, 7) for d in (0, inf)]
POOL += [rfloat() for _ in range(6000)]
STYLES = "efgEFG"
for v in POOL:
    case("repr", repr, v)
    case("hex", float.hex, v)
    case("fromhex", float.fromhex, v.hex())
    case("parse", float, repr(v))
    case("is_integer", float.is_integer, v)
    for _ in range(3):
        spec = "%" + rnd.choice(["", "+", "#", "+#"]) + "." + str(rnd.choice([0, 1, 2, 3, 5, 6, 10, 15, 16, 17, 20, 40, 41, 60, 340, 800, 1100, 1200])) + rnd.choice(STYLES)
        case("percent", lambda v, s: s % v, v, spec)
for v in POOL[:200]:
    for p in range(0, 30):
        for s in "efg":
            case("percent", lambda v, s: s % v, v, f"%.{p}{s}")
for m in range(0, 400):
    for s in ("%.0f", "%.1f", "%.2f", "%.0e", "%.1e", "%.1g", "%.2g"):
        case("percent", lambda v, s: s % v, m / 8, s)
TEXTS = ["", ".", "1", "1.", ".5", "-.5", "+1.e5", "1e", "1e+", "1e5.", "e5", ".e5", "1_0", "1__0", "_1", "1_", "1_.5", "1._5", "1e_5", "1e1_0", "1.5_5",
         "inf", "-inf", "+Infinity", "iNfIniTy", "infin", "nan", "-nan", "+NaN", "nan1", "na_n", "1 ", " 1", "\t1\n", "1 2", "0x1", "1e400", "-1e400",
         "1e-400", "1e99999999999999999999", "0e99999999999999999999", "1e-99999999999999999999", "1" * 400, "0." + "0" * 400 + "1", "1\x00", "1j", "--1",
         "4.9e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623158e308", "1.7976931348623159e308", "1e23", "8.5e22",
         "9007199254740993", "9007199254740992.99999999999999999999999", "9007199254740993.00000000000000000000001", "1_000.000_1e-1_0", "+", "-", "٣"]
for s in TEXTS:
    def parse(s):
        try:
            return float(s)
        except ValueError:
            return None
    if s.isascii():
        case("parse", parse, s)
for _ in range(4000):
    s = "".join(rnd.choice("0123456789") for _ in range(rnd.randint(0, 25)))
    if rnd.random() < 0.6:
        s += "." + "".join(rnd.choice("0123456789") for _ in range(rnd.randint(0, 25)))
    if rnd.random() < 0.6:
        s += rnd.choice("eE") + rnd.choice(["", "+", "-"]) + str(rnd.randint(0, 330))
    if rnd.random() < 0.1 and s:
        at = rnd.randint(0, len(s))
        s = s[:at] + rnd.choice("_._e+x ") + s[at:]
    case("parse", parse, rnd.choice(["", "-", "+"]) + s)
HEX = ["", "0x", "0x.", "1", ".8", "8.", "0x1p", "0x1p+", "0x1.8p1", "1p-1074", "1p-1075", "1.8p-1075", "1.0000000001p-1075", "0x1p1023", "0x1p1024",
       "-0x1.fffffffffffff7p1023", "0x1.fffffffffffff8p1023", "0x1.fffffffffffff7ffffffffffffffffp1023", "0x1.00000000000008p0", "0x1.000000000000080000000000001p0",
       "0x1.00000000000018p0", "0p99999999999999999999", "1p99999999999999999999", "1p-99999999999999999999", "inf", "-Infinity", "nan", "infx", "0x1..", "0x1.8.1",
       " 0x1 ", "0x 1", "0X1P+3", "+-1", "0x" + "0" * 100 + "1", "0x" + "f" * 300, "0x." + "0" * 300 + "1p1200", "1_0", "g", "0x1p3x", "123456789abcdef01p0"]
for s in HEX:
    case("fromhex", float.fromhex, s)
for _ in range(3000):
    s = rnd.choice(["", "0x"]) + "%x" % rnd.getrandbits(rnd.randint(1, 120))
    at = rnd.randint(2, len(s)) if len(s) > 2 else len(s)
    s = s[:at] + "." + s[at:]
    s += "p%d" % rnd.randint(-1200, 1100)
    case("fromhex", float.fromhex, s)
for _ in range(6000):
    v = rfloat()
    case("round", round, v, rnd.choice([0, 1, 2, 3, 5, 10, 15, 20, 100, 323, 324, -1, -2, -5, -15, -300, -308, -309]))
for k in range(-400, 400):
    for v in (k / 2, k / 4, k * 2.5, k * 1.25, k * 25.0, k * 5e22, k * 0.005):
        case("round", round, v, rnd.choice([0, 1, 2, -1, -2]))
    case("round_whole", lambda v: float(round(v)), k / 4)
for v in (1.7976931348623157e308, -1.6e308, 1.5e308, 1.4e308, 5e307, 4e307):
    for n in range(-310, -300):
        case("round", round, v, n)
PAIRS = [(a, b) for a in EDGE_FLOATS[::2] for b in EDGE_FLOATS[::3]] + [(rfloat(), rfloat()) for _ in range(8000)]
PAIRS += [(b * rnd.randint(-50, 50), b) for b in (rfinite() for _ in range(2000))]
PAIRS += [(rfloat(), float(rnd.randint(-20, 20))) for _ in range(2000)]


def power(a, b):
    try:
        r = a**b
    except OverflowError as e:
        if str(e) == "complex exponentiation":
            return None
        raise
    return None if isinstance(r, complex) else r


for a, b in PAIRS:
    case("div", op.truediv, a, b)
    case("floordiv", op.floordiv, a, b)
    case("mod", op.mod, a, b)
    case("divmod", divmod, a, b)
    case("pow", power, a, b)
