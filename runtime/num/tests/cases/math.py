# Every function of math.
import math

ONE = ["acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "cos", "cosh", "degrees", "erf", "erfc", "exp", "exp2", "expm1", "fabs", "frexp",
       "gamma", "lgamma", "log", "log10", "log1p", "log2", "modf", "radians", "sin", "sinh", "sqrt", "tan", "tanh", "ulp", "ceil", "floor", "trunc"]
TWO = ["atan2", "copysign", "fmod", "pow", "remainder", "nextafter"]
POOL = EDGE_FLOATS + [rfloat() for _ in range(9000)] + [k / 4 for k in range(-800, 800)] + [rnd.uniform(-30, 30) for _ in range(3000)]
for v in POOL:
    for f in ONE:
        case(f, getattr(math, f), v)
PAIRS = [(a, b) for a in EDGE_FLOATS[::2] for b in EDGE_FLOATS[1::3]] + [(rfloat(), rfloat()) for _ in range(8000)]
PAIRS += [(b * rnd.randint(-50, 50) / 2, b) for b in (rfinite() for _ in range(2000))]
for a, b in PAIRS:
    for f in TWO:
        # A token does not tell the sign of NaN.
        if f == "copysign" and b != b:
            continue
        case(f, getattr(math, f), a, b)
    case("log_base", math.log, a, b)
    case("steps", lambda a, b, n: math.nextafter(a, b, steps=n), a, b, rnd.choice([0, 1, 2, 1000, 2**52, 2**62, 2**63, 2**64 - 1, rnd.getrandbits(63)]))
    case("isclose", lambda a, b, r, s: math.isclose(a, b, rel_tol=r, abs_tol=s), a, rnd.choice([b, a * (1 + 1e-9), a + 1e-9]), rnd.choice([1e-9, 0.0, -1.0, 0.5]), rnd.choice([0.0, 1e-9, 0.1, inf, -1.0]))
for _ in range(6000):
    case("ldexp", math.ldexp, rfloat(), rnd.choice([0, 1, -1, rnd.randint(-1200, 1200), rnd.randint(-2200, 2200), 10**15, -(10**15), 2**31]))


def vector():
    n = rnd.choice([0, 1, 2, 2, 3, 3, 4, 10, 30])
    match rnd.randrange(5):
        case 0:
            return [rfloat() for _ in range(n)]
        case 1:
            return [rnd.uniform(-1, 1) for _ in range(n)]
        case 2:
            return [rnd.uniform(-1, 1) * 10.0 ** rnd.randint(-320, 308) for _ in range(n)]
        case 3:
            return [rnd.uniform(-1, 1) * 2.0 ** rnd.randint(-60, 60) for _ in range(n)]
        case _:
            base = rnd.choice([1e16, 1.0, 5e-324, 1e308, 1e-310])
            return [base * rnd.choice([1, -1, 0.5, 2.0**-53, -(2.0**-53), 0.1]) for _ in range(n)]


for _ in range(9000):
    v, w = vector(), vector()
    n = min(len(v), len(w))
    case("fsum", math.fsum, v)
    case("sum", lambda v: float(sum(v, 0.0)), v)
    case("hypot", lambda v: math.hypot(*v), v)
    case("dist", math.dist, v[:n], w[:n])
    case("sumprod", lambda a, b: float(math.sumprod(a, b)), v[:n], w[:n])
for _ in range(1500):
    n = rnd.randint(3, 40)
    v = [rnd.uniform(-1, 1) * 10.0 ** rnd.randint(0, 20) for _ in range(n)]
    v = v + [-x for x in v[: n // 2]] + [rnd.uniform(-1, 1)]
    rnd.shuffle(v)
    case("fsum", math.fsum, v)
    case("sum", lambda v: float(sum(v, 0.0)), v)
    case("sumprod", lambda a, b: float(math.sumprod(a, b)), v, v[::-1])
# Sums halfway between two floats.
for _ in range(20000):
    n, base = rnd.randint(1, 5), rnd.choice([1e16, 1.0, 1e8, 3.0])
    v = [base * rnd.choice([1, -1, 0.5, 2.0**-53, -(2.0**-53), 0.1, 2.0**-26, -(2.0**-30), 0.3]) for _ in range(n)]
    w = [base * rnd.choice([1, -1, 0.5, 2.0**-53, -(2.0**-53), 0.1, 2.0**-26, 2.0**-60]) for _ in range(n)]
    case("sumprod", lambda a, b: float(math.sumprod(a, b)), v, w)
    case("fsum", math.fsum, v + w)
    case("sum", lambda v: float(sum(v, 0.0)), v + w)
    case("hypot", lambda v: math.hypot(*v), v)

BIG = [0, 1, -1, 2, 10, 2**1023, 2**1024 - 1, 2**1024, 10**308, 10**309, 10**1000, 3**5000, 2**100000, 10**30000 + 7]
for v in BIG + [abs(rint(3000)) for _ in range(500)]:
    for f in ("log", "log2", "log10"):
        case("int_" + f, getattr(math, f), v)
for n in list(range(-2, 200)) + [255, 256, 257, 1000, 1023, 2000, 5000, 12345, 2**63, 10**30]:
    case("factorial", math.factorial, n)
for n in range(-1, 75):
    for k in range(-1, n + 3):
        case("comb", math.comb, n, k)
        case("perm", math.perm, n, k)
for _ in range(1500):
    n, k = abs(rint(rnd.choice([8, 12, 40, 70, 200]))), abs(rint(rnd.choice([3, 5, 8])))
    case("comb", math.comb, n, k)
    case("perm", math.perm, n, k)
    if n < 5000:
        case("comb", math.comb, n, n - k if n > k else n // 2)
        case("comb", math.comb, n, n // 2)
for n, k in ((2**64, 2**63), (2**100, 2**64), (2**64 + 5, 2**64 + 3), (-1, 2**70), (2**70, -1), (5, 2**70), (3000, 1500), (10000, 7000)):
    case("comb", math.comb, n, k)
for n, k in ((2**100, 2**64), (2**70, 2**63), (5, 2**70), (3000, 1500), (10000, 7000)):
    case("perm", math.perm, n, k)
