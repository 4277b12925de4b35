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
