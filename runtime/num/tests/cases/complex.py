# complex: operators, text; every function of cmath.
import cmath
import operator as op

KINDS = [-inf, -2.3, -1.0, -0.0, 0.0, 0.5, 1.0, 2.3, inf, nan, 800.0, -800.0, 710.5, 1e308, -1.7e308, 5e-324, -1e-310, 1e160, 1e-160, 3.0, -7.0]
EDGES = [complex(a, b) for a in KINDS for b in KINDS]


def rcomplex():
    match rnd.randrange(5):
        case 0:
            return rnd.choice(EDGES)
        case 1:
            return complex(rfloat(), rfloat())
        case 2:
            return complex(rnd.uniform(-2, 2), rnd.uniform(-2, 2))
        case 3:
            return cmath.rect(rnd.uniform(0.6, 1.8), rnd.uniform(-4, 4))
        case _:
            return complex(rnd.gauss(0, 20), rnd.gauss(0, 20))


POOL = EDGES + [rcomplex() for _ in range(6000)]
ONE = ["acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "log", "log10", "phase", "polar", "sin", "sinh", "sqrt", "tan", "tanh"]
for z in POOL:
    for f in ONE:
        case(f, getattr(cmath, f), z)
    case("abs", abs, z)
    case("repr", repr, z)
    case("rect", cmath.rect, z.real, z.imag)
    case("parse", complex, repr(z))
    if z == z:
        case("hash", hash, z)
PAIRS = [(a, b) for a in EDGES[::5] for b in EDGES[::7]] + [(rcomplex(), rcomplex()) for _ in range(6000)]
for _ in range(3000):
    PAIRS.append((rcomplex(), complex(rnd.randint(-105, 105), 0)))
    PAIRS.append((rcomplex(), complex(rnd.randint(-20, 20) / 4, 0)))
for a, b in PAIRS:
    for name, f in (("add", op.add), ("sub", op.sub), ("mul", op.mul), ("div", op.truediv), ("pow", op.pow), ("log_base", cmath.log)):
        case(name, f, a, b)
for _ in range(2000):
    a = rcomplex()
    b = rnd.choice([rcomplex(), a * (1 + rnd.uniform(-1e-8, 1e-8)), a + rnd.uniform(-1, 1)])
    case("isclose", lambda a, b, r, s: cmath.isclose(a, b, rel_tol=r, abs_tol=s), a, b, rnd.choice([1e-9, 0.0, 0.5, -1.0, 1e-8]), rnd.choice([0.0, 0.1, -1.0, inf]))


def parse(s):
    try:
        return complex(s)
    except ValueError as e:
        if str(e).startswith("could not convert"):
            raise ValueError("underscores") from None
        raise


PARTS = ["", "1", "-1", "+1", "1.5", ".5e3", "1_0", "1__0", "inf", "nan", "-nan", "infinity", "j", "+j", "-j", "J", "1j", "-2j", "+2.5e-3j", "+infj", "-nanj", "+", "-", "(", ")", " ", "_", "e", "\t"]
for _ in range(8000):
    s = "".join(rnd.choice(PARTS) for _ in range(rnd.randint(0, 4)))
    case("parse", parse, s)
    case("parse", parse, f"({s})")
    case("parse", parse, f" ( {s} ) ")
