"""A frame evaluation function sees every frame, also of code that ran often before, and none when it is gone."""
import frames


def inner(x=42, *rest, key=None, **more):
    return x


def plain(a, b):
    return a + b


class C:
    @property
    def a(self):
        return 42

    def method(self, x):
        return plain(x, 1)

    def __getitem__(self, i):
        return i

    def __call__(self):
        return "called"

    def __add__(self, other):
        return self

    def __iter__(self):
        return gen(2)

    def __init__(self, *args):
        self.args = args

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return True

    def __del__(self):
        pass


class D:
    def __getattribute__(self, name):
        return name

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 5


def gen(n):
    for i in range(n):
        got = yield i
    return "done"


def delegating():
    x = yield from gen(2)
    yield x


async def waited(n):
    return n


async def waiting():
    return await waited(3) + await waited(4)


async def agen():
    yield 1
    yield 2


async def loops():
    return [x async for x in agen()]


def run(c):
    try:
        while True:
            c.send(None)
    except StopIteration as e:
        return e.value


def raising(n):
    if n == 0:
        raise ValueError("deep")
    raising(n - 1)


def closures():
    def made(x):
        return lambda y: x + y
    return made(1)(2)


def work():
    inner()
    inner(1, 2, key=3)
    inner(*[1, 2], **{"other": 3})
    plain(1, 2)
    c = C()
    c.a
    c.method(1)
    m = c.method
    m(2)
    c[1]
    c()
    c + c
    with c:
        raise KeyError
    D().name
    D() == D()
    {D(): 1}[D()]
    for x in gen(2):
        pass
    for x in c:
        pass
    list(gen(1))
    list(delegating())
    run(waiting())
    run(loops())
    g = gen(3)
    next(g)
    g.send(1)
    try:
        g.throw(OSError("thrown"))
    except OSError:
        pass
    g = gen(3)
    next(g)
    g.close()
    try:
        raising(3)
    except ValueError:
        pass
    closures()
    sorted([3, 1, 2], key=lambda x: -x)
    exec("def late(): return [i for i in range(2)]\nlate()\nclass Late:\n    x = late()\nLate()", {"frames": frames})
    eval("plain(1, 2)", globals(), {})
    list(map(plain, [1], [2]))
    sum(x for x in [1, 2])


for i in range(100):
    work()
for times in range(3):
    print(frames.begin())
    for i in range(5 * times):
        work()
    seen, fine = frames.end()
    print(len(seen), fine, seen[: len(seen) // max(5 * times, 1)])
    before = len(seen)
    work()
    print(len(seen) == before)


def new_while_hooked():
    frames.begin()

    def fresh(x):
        return x * 2

    class Fresh:
        def method(self):
            return fresh(3)

    for i in range(50):
        fresh(i)
        Fresh().method()
    seen, fine = frames.end()
    n = len(seen)
    for i in range(50):
        fresh(i)
        Fresh().method()
    return n, seen[:4], len(seen) == n


print(new_while_hooked())


def in_a_loop():
    total = 0
    for i, x in enumerate(gen(40)):
        if i == 10:
            frames.begin()
        if i == 20:
            seen, fine = frames.end()
            print(len(seen), seen[:2])
        total += plain(i, x)
    return total


print(in_a_loop())
frames.begin()
try:
    (lambda f: f(f))(lambda f: f(f))
except RecursionError as e:
    print(e)
print(len(frames.end()[0]) > 100)
