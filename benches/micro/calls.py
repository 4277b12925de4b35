"""Calls: of functions with each kind of parameter, of methods, classes, closures and built-in functions."""


def nothing():
    pass


def three(a, b, c):
    return b


def defaults(a, b=1, *, c=2):
    return a


def variadic(*args, **kwargs):
    return args


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def method(self, z):
        return z

    @classmethod
    def made(cls, z):
        return z

    @staticmethod
    def free(z):
        return z


class Callable:
    def __call__(self, a):
        return a


def bench_no_arguments(n):
    for _ in range(n):
        nothing()
        nothing()
        nothing()
        nothing()


def bench_positional(n):
    for _ in range(n):
        three(1, 2, 3)
        three(1, 2, 3)
        three(1, 2, 3)
        three(1, 2, 3)


def bench_keywords(n):
    for _ in range(n):
        three(c=1, a=2, b=3)
        defaults(1, c=3)
        defaults(1)
        defaults(1, b=2)


def bench_variadic(n):
    args = (1, 2, 3)
    kwargs = {"x": 1, "y": 2}
    for _ in range(n):
        variadic(1, 2, z=3)
        variadic(*args)
        variadic(**kwargs)
        three(*args)


def bench_method(n):
    p = Point(1, 2)
    bound = p.method
    for _ in range(n):
        p.method(1)
        bound(2)
        Point.made(3)
        p.free(4)


def bench_construct(n):
    for _ in range(n):
        Point(1, 2)
        Point(3, 4)


def bench_callable_object(n):
    c = Callable()
    for _ in range(n):
        c(1)
        c(2)


def bench_closure(n):
    total = 0

    def add(x):
        nonlocal total
        total += x

    for _ in range(n):
        add(1)
        add(2)


def bench_builtin(n):
    items = [1, 2, 3]
    for _ in range(n):
        len(items)
        isinstance(items, list)
        abs(-3)
        min(1, 2)
        ord("a")


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def bench_recursion(n):
    for _ in range(n):
        fibonacci(12)
