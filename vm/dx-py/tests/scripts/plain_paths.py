"""Paths taken by short ints, plain strings, sorted keys, super() and containers of known types give what the general ones do."""
import sys
# super forms
class A:
    def m(self, z): return ("A", z)
    @classmethod
    def c(cls, z): return (cls.__name__, z)
    @staticmethod
    def s(z): return z
    @property
    def p(self): return "p"
    x = 3
class B(A):
    def m(self, z): return super().m(z)
    @classmethod
    def c(cls, z): return super().c(z)
    def s2(self): return super().s(4), super().p, super().x, super(B, self).m(2), super().__class__
    def none(self):
        try: super().nothere
        except AttributeError as e: return str(e)
    def none2(self):
        try: super().nothere()
        except AttributeError as e: return str(e)
b = B()
for _ in range(20):
    r = (b.m(1), B.c(2), b.c(3), b.s2()[:-1], b.s2()[-1].__name__, b.none(), b.none2())
print(r)
class M(type):
    def f(cls): return "M.f"
class N(M):
    def f(cls): return "N" + super().f()
class K(metaclass=N): pass
print(K.f())
def bad():
    try: return super(B, 3).m()
    except TypeError as e: return str(e)
print(bad())
import random
random.seed(3)
for n in (0, 1, 2, 5, 21, 100, 3000):
    a = [random.randrange(-50, 50) for _ in range(n)]
    f = [random.choice([0.0, -0.0, 1.5, 2.5, float("inf")]) for _ in range(n)]
    g = [random.choice([float("nan"), 1.0, 2.0, 0.5]) for _ in range(n)]
    s = [random.choice("abcé") * random.randrange(3) for _ in range(n)]
    big = [random.choice([2**70, 5, -2**65]) for _ in range(n)]
    for q in (a, f, g, s, big):
        for kw in ({}, {"reverse": True}, {"key": lambda x: x}, {"key": str}):
            print(hash(tuple(map(repr, sorted(q, **kw)))) != 0, end="")
            w = list(enumerate(q)); w.sort(key=lambda p: p[1], **({"reverse": True} if "reverse" in kw else {}))
            print(sum(i * k for k, (i, _) in enumerate(w)), [i for i, _ in w][:20])
l = [1, 2, 3]; l2 = [1, 2, 4]
print(l == l2, l < l2, l <= l2, l != l2, l > l2, l >= l2, [1, 2] < [1, 2, 3], [2**40] == [2**40], ["a"] == ["a"], [1.0] == [1], [float("nan")] == [float("nan")])
n = float("nan"); print([n] == [n], n in [n], 3 in [1, "x", 3.0], 3 in [1.5, 3], "b" in ["a", 3, "b"], 2**80 in [1, 2**80])
print(list({1: 2, 3: 4}), list({}), [0, *{5: 6}])
print({True: 1}[1], {1: 2}[True], {1.0: 3}[1], {2**70: 1}[2**70], 1 in {True}, {1, True, 1.0})
x = []; x.extend({1: 1}); x += {2: 2}; print(x)
print(",".join(["a"]), ",".join([]), "".join(["é", "b"]), "é".join("ab"), "".join(["\u1234", "a"]), "".join(["a", ""]), "".join(["", "b"]), "-".join(["", ""]))
print(b",".join([b"a", b"b"]), bytearray(b"").join([b"a"]), b"x".join([bytearray(b"q"), b"z"]))
print([("abc" * 50 + "xyz").find(q) for q in ("xyz", "bca", "cab", "zz", "cx", "abcabcx")], ("a" * 5000).find("ab"))
print(range(3), range(1, 5), range(1, 9, 2), list(range(5, 0, -2)))
for bad in (lambda: range(), lambda: range(1, 2, 0), lambda: range(1, 2, 3, 4), lambda: range(x=3), lambda: range("a"), lambda: set(1, 2), lambda: frozenset(1, 2)):
    try: bad(); print("??")
    except Exception as e: print(type(e).__name__, e)
import types
m = types.ModuleType("m"); print(hasattr(m, "q"), getattr(m, "q", 4)); m.__getattr__ = lambda n: n * 2; print(hasattr(m, "q"), m.q)
print(hasattr(int, "nope"), getattr(B, "x"), getattr(K, "zz", 1))
import math; print(math.gcd(), math.gcd(-4), math.gcd(12, 18, 8), math.gcd(2**63, 6), math.gcd(-2**63, 4), math.isqrt(2**64 - 1), math.isqrt(2**64), math.lcm(4, 6), math.comb(50, 20), math.comb(67, 33), math.comb(70, 35), math.factorial(20), math.factorial(21))
class H:
    def __hash__(self): return 1
    def __eq__(self, o): return True
print({1: 2}.get(H()), 1 in {H()}, H() in [3])
d = dict.fromkeys(range(1000)); e = dict(d); e2 = d.copy(); del e2[5]; e3 = e2.copy(); e3[5] = 1; print(d == e, len(e3), list(e3)[-1], len(e2))
it = zip([1, 2], "ab"); a1 = next(it); a2 = next(it); print(a1, a2, list(zip([1, 2, 3], [4, 5])), list(enumerate("ab", 5)))
print([x for x in zip([1], [2])], list(zip()), [i for i, _ in enumerate("abc")])
print(-2**100 % 7, 2**100 // -7, (-2**90) >> 3, (2**90) << 40, 2**90 ^ -5, -2**119 * 2, 2**119 + 2**119, (1 << 120) - 1 + 1, ~2**100, -(2**89) // 2**60, divmod(-2**80, 3), 2**62 * 2**62, 3**76 * 3**50)
