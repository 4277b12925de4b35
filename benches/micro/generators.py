"""Generators, iterators, coroutines and comprehension expressions."""


def count(n):
    i = 0
    while i < n:
        yield i
        i += 1


def through(n):
    yield from count(n)


def echo():
    x = None
    while True:
        x = yield x


class Iterator:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n


async def leaf():
    return 1


async def branch(n):
    total = 0
    for _ in range(n):
        total += await leaf()
    return total


def bench_iterate(n):
    for _ in count(n):
        pass


def bench_create(n):
    for _ in range(n):
        next(count(1))


def bench_yield_from(n):
    for _ in through(n):
        pass


def bench_send(n):
    g = echo()
    next(g)
    send = g.send
    for i in range(n):
        send(i)


def bench_expression(n):
    sum(x * 2 for x in range(n))


def bench_iterator_class(n):
    for _ in Iterator(n):
        pass


def bench_await(n):
    try:
        branch(n).send(None)
    except StopIteration:
        pass


def bench_builtin_iterators(n):
    for _ in range(n):
        for i, (a, b) in enumerate(zip("abc", "xyz")):
            pass
        for x in reversed((1, 2, 3)):
            pass


def numbers(n):
    for i in range(n):
        yield i


def through(n):
    yield from numbers(n)


def deeper(n):
    yield from through(n)


def receive():
    x = None
    while True:
        x = yield x


async def value():
    return 3


async def waits(n):
    for _ in range(n):
        await value()


async def stream(n):
    for i in range(n):
        yield i


async def reads(n):
    async for _ in stream(n):
        pass


class Manager:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *e):
        return None


async def withs(n):
    for _ in range(n):
        async with Manager():
            pass


def drive(coroutine):
    try:
        coroutine.send(None)
    except StopIteration:
        pass


class Counter:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n


class Sequence:
    def __getitem__(self, at):
        if at >= 20:
            raise IndexError
        return at


def tree(depth):
    if depth:
        yield from tree(depth - 1)
        yield depth
        yield from tree(depth - 1)


def matches(x):
    match x:
        case 0:
            return 1
        case "a" | "b":
            return 2
        case [a, b]:
            return a
        case {"k": v}:
            return v
        case int(n) if n > 5:
            return n
        case _:
            return None


EACH = {
    "generator 100": ("", "for x in numbers(100): pass"),
    "generator 1": ("", "for x in numbers(1): pass"),
    "generator made": ("", "numbers(1)"),
    "generator next": ("g = receive(); next(g)", "next(g)"),
    "generator send": ("g = receive(); next(g)", "g.send(3)"),
    "generator close": ("", "g = receive(); next(g); g.close()"),
    "generator to list": ("", "list(numbers(100))"),
    "generator sum": ("", "sum(numbers(100))"),
    "generator expression": ("", "for x in (y for y in range(100)): pass"),
    "yield from": ("", "for x in through(100): pass"),
    "yield from twice": ("", "for x in deeper(100): pass"),
    "yield from tree": ("", "for x in tree(6): pass"),
    "await": ("", "drive(waits(100))"),
    "async for": ("", "drive(reads(100))"),
    "async with": ("", "drive(withs(100))"),
    "coroutine made": ("", "drive(value())"),
    "iterator class": ("", "for x in Counter(50): pass"),
    "iterator getitem": ("", "for x in Sequence(): pass"),
    "match int": ("", "matches(0)"),
    "match str": ("", "matches('b')"),
    "match sequence": ("a = [1, 2]", "matches(a)"),
    "match mapping": ("a = {'k': 2}", "matches(a)"),
    "match class": ("", "matches(8)"),
    "match none": ("", "matches(None)"),
    "asyncio run": (
        "import asyncio\nasync def f():\n    for _ in range(100): await asyncio.sleep(0)",
        "asyncio.run(f())",
    ),
    "asyncio gather": (
        "import asyncio\nasync def g(): return 1\nasync def f():\n    await asyncio.gather(*[g() for _ in range(50)])",
        "asyncio.run(f())",
    ),
}
