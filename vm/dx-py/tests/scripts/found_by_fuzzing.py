"""Differences that the fuzzer's programs have found."""
import bisect
import enum


def attempt(f):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)


for n in (1 << 59, 1 << 60, 1 << 62, (1 << 63) - 1, 1 << 63):
    for s in ("ab", "a" * 40, "\u20ac" * 30, b"ab", b"a" * 40, bytearray(b"ab"), (1, 2), [1, 2]):
        if n * len(s) >= 1 << 62:
            attempt(lambda: n * s)

for a in (enum.Flag("", "c")(0), {}, {1: 2}, set(), 5, None):
    for f in (bisect.bisect, bisect.bisect_left, bisect.insort, bisect.insort_left):
        attempt(lambda: f(a, b""))
        attempt(lambda: f(a, b"", 0, 0))

for args in ((None, (), {}), ("a", None, {}), ("a", (), None), (1, (), {}), ("a", [], {})):
    attempt(lambda: type(*args))
