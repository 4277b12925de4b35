"""Loops and arithmetic: ints, floats, large ints, comparisons, booleans, nesting."""


def bench_empty_range(n):
    for _ in range(n):
        pass


def bench_while(n):
    i = 0
    while i < n:
        i += 1


def bench_int_arithmetic(n):
    a = 0
    for i in range(n):
        a = (a + i * 3 - 7) & 0xFFFF
        a ^= i >> 1


def bench_float_arithmetic(n):
    x = 0.5
    for _ in range(n):
        x = x * 1.0001 + 0.25 - x / 3.0


def bench_int_division(n):
    a = 1
    for i in range(n):
        a = (i // 3 + i % 7) * 2


def bench_large_int(n):
    a = (1 << 200) + 12345
    b = (1 << 150) + 999
    for _ in range(n):
        a * b
        a + b
        a % b


def bench_compare(n):
    hits = 0
    for i in range(n):
        if 3 < i < 1000 and i != 77 or i == 5:
            hits += 1


def bench_nested(n):
    total = 0
    for i in range(n):
        for j in range(10):
            total += i * j


def bench_sieve(n):
    for _ in range(n):
        flags = [True] * 500
        for i in range(2, 23):
            if flags[i]:
                for j in range(i * i, 500, i):
                    flags[j] = False


def bench_unpack(n):
    a, b, c = 1, 2, 3
    for _ in range(n):
        a, b = b, a
        a, b, c = c, a, b


EACH = {
    "range 10": ("", "for i in range(10): pass"),
    "range 1000": ("", "for i in range(1000): pass"),
    "range step": ("", "for i in range(0, 1000, 3): pass"),
    "range big": ("", "for i in range(2**40, 2**40 + 100): pass"),
    "while": ("", "i = 0\nwhile i < 100: i += 1"),
    "while true break": ("", "while True: break"),
    "nested": ("", "for i in range(10):\n    for j in range(10): pass"),
    "continue": ("", "for i in range(100):\n    if i & 1: continue"),
    "else": ("", "for i in (): pass\nelse: x = 1"),
    "if chain": ("a = 5", "if a == 1: pass\nelif a == 2: pass\nelif a == 3: pass\nelif a == 5: pass"),
    "list while pop": ("", "a = [1] * 50\nwhile a: a.pop()"),
    "sum of squares": ("", "s = 0\nfor i in range(100): s += i * i"),
    "float loop": ("", "s = 0.0\nfor i in range(100): s += i * 0.5"),
    "index loop": ("a = list(range(100))", "for i in range(len(a)): a[i]"),
    "sieve": ("", "s = [True] * 200\nfor i in range(2, 15):\n    if s[i]:\n        for j in range(i * i, 200, i): s[j] = False"),
    "matrix": (
        "a = [[1.0] * 6 for _ in range(6)]",
        "for i in range(6):\n    for j in range(6):\n        t = 0.0\n        for k in range(6): t += a[i][k] * a[k][j]",
    ),
    "walrus": ("a = [1, 2, 3]", "if (k := len(a)) > 2: pass"),
    "assert": ("a = 3", "assert a"),
    "global store": ("global g", "g = 3"),
    "nonlocal": ("x = 0\ndef f():\n    nonlocal x\n    x += 1", "f()"),
    "del local": ("", "x = 1; del x"),
    "multiple assignment": ("", "a = b = c = 1"),
}
