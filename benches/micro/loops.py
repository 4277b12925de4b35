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
