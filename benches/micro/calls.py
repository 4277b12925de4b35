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


class Empty:
    pass


class Slotted:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y


class Child(Point):
    def __init__(self, x, y):
        super().__init__(x, y)

    def method(self, z):
        return super().method(z)

    @classmethod
    def made(cls, z):
        return super().made(z)


class New:
    def __new__(cls, x):
        return super().__new__(cls)


class Meta(type):
    def __call__(cls, x):
        return x


class WithMeta(metaclass=Meta):
    pass


class Sized:
    def __len__(self):
        return 3

    def __bool__(self):
        return True

    def __add__(self, other):
        return other

    def __radd__(self, other):
        return other

    def __getitem__(self, at):
        return at

    def __setitem__(self, at, value):
        pass

    def __contains__(self, x):
        return True

    def __eq__(self, other):
        return True

    def __lt__(self, other):
        return True

    def __hash__(self):
        return 1

    def __str__(self):
        return "s"

    def __repr__(self):
        return "r"

    def __int__(self):
        return 1

    def __index__(self):
        return 1

    def __enter__(self):
        return self

    def __exit__(self, *e):
        return None


def many(a, b, c, d=4, e=5, f=6, *rest, g=7, h=8, **other):
    return a


def key(x):
    return -x


NUMBERS = [5, 3, 8, 1, 9, 2]

EACH = {
    "posonly defaults": ("def f(a, b=1, /): return a", "f(1)"),
    "kwonly": ("def f(*, a, b): return a", "f(a=1, b=2)"),
    "kwonly defaults": ("def f(*, a=1, b=2): return a", "f()"),
    "star args 3": ("def f(*args): return args", "f(1, 2, 3)"),
    "star kwargs 2": ("def f(**kw): return kw", "f(a=1, b=2)"),
    "pass on *args **kw": ("def g(a, b, c): pass\ndef f(*args, **kw): return g(*args, **kw)", "f(1, 2, c=3)"),
    "pass on *args": ("def g(a, b, c): pass\ndef f(*args): return g(*args)", "f(1, 2, 3)"),
    "call **dict": ("def g(a, b, c): pass\nd = {'a': 1, 'b': 2, 'c': 3}", "g(**d)"),
    "call builtin *args": ("a = (3, 4)", "min(*a)"),
    "call class *args": ("a = (3, 4)", "Point(*a)"),
    "call method *args": ("a = (3,); p = Point(1, 2)", "p.method(*a)"),
    "many parameters": ("", "many(1, 2, 3)"),
    "many parameters, keywords": ("", "many(1, 2, 3, e=7, g=8)"),
    "many parameters, others": ("", "many(1, 2, 3, 4, 5, 6, 7, x=9)"),
    "lambda": ("f = lambda x: x", "f(1)"),
    "nested function made": ("", "def f(): pass"),
    "closure made": ("x = 1", "def f(): return x"),
    "lambda with defaults made": ("x = 1", "f = lambda a=x: a"),
    "method": ("p = Point(1, 2)", "p.method(1)"),
    "method keyword": ("p = Point(1, 2)", "p.method(z=1)"),
    "method of class": ("p = Point(1, 2)", "Point.method(p, 1)"),
    "bound method": ("p = Point(1, 2).method", "p(1)"),
    "bound method keyword": ("p = Point(1, 2).method", "p(z=1)"),
    "classmethod": ("", "Point.made(1)"),
    "classmethod of instance": ("p = Point(1, 2)", "p.made(1)"),
    "staticmethod": ("", "Point.free(1)"),
    "super method": ("p = Child(1, 2)", "p.method(1)"),
    "super classmethod": ("", "Child.made(1)"),
    "construct empty": ("", "Empty()"),
    "construct init": ("", "Point(1, 2)"),
    "construct init keywords": ("", "Point(x=1, y=2)"),
    "construct slots": ("", "Slotted(1, 2)"),
    "construct super": ("", "Child(1, 2)"),
    "construct new": ("", "New(1)"),
    "metaclass call": ("", "WithMeta(1)"),
    "callable object": ("c = Callable()", "c(1)"),
    "callable object keyword": ("c = Callable()", "c(a=1)"),
    "construct object": ("", "object()"),
    "construct list": ("t = (1, 2, 3)", "list(t)"),
    "construct list empty": ("", "list()"),
    "construct tuple": ("t = [1, 2, 3]", "tuple(t)"),
    "construct dict": ("", "dict()"),
    "construct dict keywords": ("", "dict(a=1, b=2)"),
    "construct dict of dict": ("d = {'a': 1, 'b': 2}", "dict(d)"),
    "construct dict of pairs": ("d = [('a', 1), ('b', 2)]", "dict(d)"),
    "construct set": ("t = (1, 2, 3)", "set(t)"),
    "construct set empty": ("", "set()"),
    "construct frozenset": ("t = (1, 2, 3)", "frozenset(t)"),
    "construct int of float": ("", "int(3.5)"),
    "construct int of str": ("", "int('123')"),
    "construct int of str base": ("", "int('ff', 16)"),
    "construct float of str": ("", "float('1.5')"),
    "construct float of int": ("", "float(3)"),
    "construct bool": ("", "bool(3)"),
    "construct str": ("", "str(3)"),
    "construct str of str": ("", "str('abc')"),
    "construct bytes": ("", "bytes(10)"),
    "construct bytes of list": ("a = [1, 2, 3]", "bytes(a)"),
    "construct bytearray": ("", "bytearray(b'abc')"),
    "construct complex": ("", "complex(1, 2)"),
    "construct range": ("", "range(10)"),
    "construct slice": ("", "slice(1, 2)"),
    "construct property": ("", "property(key)"),
    "construct exception": ("", "ValueError('x')"),
    "construct memoryview": ("b = b'abc'", "memoryview(b)"),
    "type of": ("x = 3", "type(x)"),
    "isinstance": ("x = 3", "isinstance(x, int)"),
    "isinstance false": ("x = 3", "isinstance(x, str)"),
    "isinstance tuple": ("x = 3", "isinstance(x, (str, int))"),
    "isinstance union": ("x = 3; u = str | int", "isinstance(x, u)"),
    "isinstance class": ("x = Child(1, 2)", "isinstance(x, Point)"),
    "issubclass": ("", "issubclass(Child, Point)"),
    "callable": ("", "callable(key)"),
    "len list": ("x = [1, 2]", "len(x)"),
    "len str": ("x = 'abc'", "len(x)"),
    "len object": ("x = Sized()", "len(x)"),
    "bool object": ("x = Sized()", "not x"),
    "add object": ("x = Sized()", "x + 1"),
    "radd object": ("x = Sized()", "1 + x"),
    "getitem object": ("x = Sized()", "x[1]"),
    "setitem object": ("x = Sized()", "x[1] = 2"),
    "contains object": ("x = Sized()", "1 in x"),
    "eq object": ("x = Sized()", "x == 1"),
    "lt object": ("x = Sized()", "x < 1"),
    "hash object": ("x = Sized()", "hash(x)"),
    "str object": ("x = Sized()", "str(x)"),
    "repr object": ("x = Sized()", "repr(x)"),
    "int object": ("x = Sized()", "int(x)"),
    "index object": ("x = Sized(); a = [1, 2]", "a[x]"),
    "with object": ("x = Sized()", "with x: pass"),
    "eq default": ("x = Empty(); y = Empty()", "x == y"),
    "hash default": ("x = Empty()", "hash(x)"),
    "repr default": ("x = Empty()", "repr(x)"),
    "min 2": ("", "min(3, 4)"),
    "max 3": ("", "max(3, 4, 5)"),
    "min list": ("", "min(NUMBERS)"),
    "max list key": ("", "max(NUMBERS, key=key)"),
    "min default": ("", "min((), default=1)"),
    "sum list": ("", "sum(NUMBERS)"),
    "sum floats": ("a = [1.5, 2.5, 3.5]", "sum(a)"),
    "sum generator": ("", "sum(x for x in NUMBERS)"),
    "sorted": ("", "sorted(NUMBERS)"),
    "sorted key": ("", "sorted(NUMBERS, key=key)"),
    "sorted reverse": ("", "sorted(NUMBERS, reverse=True)"),
    "any": ("a = [0, 0, 1]", "any(a)"),
    "all generator": ("", "all(x > 0 for x in NUMBERS)"),
    "map": ("", "list(map(key, NUMBERS))"),
    "map builtin": ("", "list(map(str, NUMBERS))"),
    "map 2": ("", "list(map(pow, NUMBERS, NUMBERS))"),
    "filter": ("", "list(filter(key, NUMBERS))"),
    "filter None": ("", "list(filter(None, NUMBERS))"),
    "zip": ("", "list(zip(NUMBERS, NUMBERS))"),
    "enumerate": ("", "list(enumerate(NUMBERS))"),
    "reversed": ("", "list(reversed(NUMBERS))"),
    "iter next": ("", "next(iter(NUMBERS))"),
    "next default": ("i = iter(())", "next(i, None)"),
    "abs": ("x = -3", "abs(x)"),
    "round": ("x = 3.7", "round(x)"),
    "round 2": ("x = 3.14159", "round(x, 2)"),
    "divmod": ("x = 17", "divmod(x, 5)"),
    "pow": ("x = 17", "pow(x, 2)"),
    "pow 3": ("x = 17", "pow(x, 20, 1000)"),
    "hash str": ("x = 'abc'", "hash(x)"),
    "hash tuple": ("x = (1, 2, 'abc')", "hash(x)"),
    "id": ("x = 3", "id(x)"),
    "ord": ("x = 'a'", "ord(x)"),
    "chr": ("x = 97", "chr(x)"),
    "hex": ("x = 255", "hex(x)"),
    "bin": ("x = 255", "bin(x)"),
    "repr int": ("x = 255", "repr(x)"),
    "ascii": ("x = 'abc'", "ascii(x)"),
    "format": ("x = 255", "format(x, '5d')"),
    "getattr": ("x = Point(1, 2)", "getattr(x, 'x')"),
    "getattr default": ("x = Point(1, 2)", "getattr(x, 'nothere', None)"),
    "hasattr": ("x = Point(1, 2)", "hasattr(x, 'x')"),
    "hasattr false": ("x = Point(1, 2)", "hasattr(x, 'nothere')"),
    "setattr": ("x = Point(1, 2)", "setattr(x, 'x', 1)"),
    "vars": ("x = Point(1, 2)", "vars(x)"),
    "globals": ("", "globals()"),
    "locals": ("", "locals()"),
    "dir": ("x = Empty()", "dir(x)"),
    "print to nothing": ("class W:\n    def write(self, x): pass\nw = W()", "print('a', 1, file=w)"),
    "eval": ("", "eval('1 + 2')"),
    "exec code": ("c = compile('x = 1', 's', 'exec'); d = {}", "exec(c, d)"),
    "compile": ("", "compile('x = a + b(c)', 's', 'exec')"),
    "class made": ("", "class A: pass"),
    "class made with methods": ("", "class A(Point):\n    x = 1\n    def f(self): pass\n    def g(self): pass"),
    "type made": ("", "type('A', (), {})"),
    "decorated": ("def d(f): return f", "@d\ndef f(): pass"),
    "import module": ("", "import sys"),
    "import from": ("", "from sys import path"),
}
