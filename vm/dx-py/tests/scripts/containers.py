# deque, defaultdict, OrderedDict, partial, lru_cache, heaps and bisection, by themselves and in the hands of code that
# changes them while they work.
import bisect
import collections
import copy
import functools
import gc
import heapq
import pickle
import weakref
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple


def show(what, f):
    try:
        print(what, repr(f()))
    except Exception as e:
        print(what, type(e).__name__, e)


# deque against a list.
import random

rng = random.Random(7)
d, model = deque(), []
for step in range(3000):
    op = rng.randrange(9)
    if op == 0:
        d.append(step), model.append(step)
    elif op == 1:
        d.appendleft(step), model.insert(0, step)
    elif op == 2 and model:
        assert d.pop() == model.pop()
    elif op == 3 and model:
        assert d.popleft() == model.pop(0)
    elif op == 4 and model:
        n = rng.randrange(-200, 200)
        d.rotate(n)
        n %= len(model)
        model = model[-n:] + model[:-n] if n else model
    elif op == 5 and model:
        i = rng.randrange(-len(model), len(model))
        d[i] = model[i] = -step
    elif op == 6 and model:
        i = rng.randrange(len(model))
        del d[i], model[i]
    elif op == 7:
        i = rng.randrange(-5, len(model) + 5)
        d.insert(i, step), model.insert(i, step)
    else:
        more = list(range(rng.randrange(100)))
        d.extend(more), model.extend(more)
    if step % 100 == 0:
        assert list(d) == model and list(reversed(d)) == model[::-1], step
print("deque", len(d), list(d) == model, sum(model))

b = deque(range(5), 3)
show("bounded", lambda: (b, b.maxlen, b * 2, b + deque("ab"), copy.copy(b), pickle.loads(pickle.dumps(b))))
show("bounded insert", lambda: b.insert(1, 2))
show("iterate", lambda: [b.append(x) for x in b])
show("index", lambda: deque("abcab").index("b", 2))
show("no index", lambda: deque("abc").index("z"))
show("no remove", lambda: deque("abc").remove("z"))
show("nested", lambda: (lambda q: (q.append(q), repr(q))[1])(deque([1])))


class Mutates:
    def __init__(self, what):
        self.what = what

    def __eq__(self, other):
        self.what.clear()
        return False


for name in "index", "count", "remove", "__contains__":
    q = deque([1, 2, 3])
    q.appendleft(Mutates(q))
    show("mutated " + name, lambda: getattr(q, name)(9))
show("limits", lambda: deque(maxlen=-1))
show("limits", lambda: deque(1, 2, 3))
show("compare", lambda: (deque([1, 2]) < deque([1, 3]), deque([1]) == [1], deque() >= deque()))
it = iter(deque("abcd"))
next(it)
show("iterator", lambda: (it.__length_hint__(), list(copy.copy(it)), it.__reduce__()[1]))


class Sub(deque):
    pass


s = Sub("xy", 4)
s.tag = 1
w = weakref.ref(s)
show("sub", lambda: (s, s.copy(), s * 2, pickle.loads(pickle.dumps(s)).tag))
del s
print("dead", w() is None)

# defaultdict
dd = defaultdict(list)
dd["a"].append(1)
show("dd", lambda: (dd, dd | {"b": 2}, {"b": 2} | dd, copy.copy(dd), pickle.loads(pickle.dumps(dd))))
show("dd none", lambda: defaultdict()["x"])
show("dd bad", lambda: defaultdict(1))
dd2 = defaultdict(lambda: dd2)
dd2["self"]
print(repr(dd2).count("defaultdict"))

# OrderedDict
od = OrderedDict.fromkeys("abcde")
od.move_to_end("b")
od.move_to_end("d", last=False)
od["a"] = 1
del od["c"]
show("od", lambda: (od, list(reversed(od)), od.popitem(), od.popitem(last=False), od))
show("od eq", lambda: (OrderedDict(a=1, b=2) == OrderedDict(b=2, a=1), OrderedDict(a=1) == {"a": 1}))
show("od missing", lambda: od.move_to_end("zz"))
show("od empty", lambda: OrderedDict().popitem())
show("od pop", lambda: (od.pop("zz", 3), od.setdefault("q", 4), list(od.items())))
show("od or", lambda: (od | {"z": 1}, {"z": 1} | od))
show("od init", lambda: OrderedDict([(1, 2, 3)]))
show("od init", lambda: OrderedDict({}, {}))


def grow():
    o = OrderedDict.fromkeys(range(10))
    for k in o:
        o[k + 100] = 1


show("od grow", grow)


def shrink():
    o = OrderedDict.fromkeys(range(10))
    for k in o.items():
        o.popitem()


show("od shrink", shrink)
o = OrderedDict.fromkeys(range(5))
dict.__delitem__(o, 2)
show("od behind", lambda: list(o))
dict.clear(o)
show("od cleared", lambda: o)
o[7] = 8
show("od again", lambda: (o, list(o.values()), pickle.loads(pickle.dumps(o))))
rng = random.Random(3)
o, keys = OrderedDict(), []
for step in range(4000):
    k = rng.randrange(60)
    op = rng.randrange(4)
    if op < 2:
        if k not in o:
            keys.append(k)
        o[k] = step
    elif op == 2:
        if o.pop(k, None) is not None:
            keys.remove(k)
    elif k in o:
        last = bool(step % 2)
        o.move_to_end(k, last)
        keys.remove(k)
        keys.insert(len(keys) if last else 0, k)
assert list(o) == keys and list(reversed(o)) == keys[::-1] and list(o.copy()) == keys
print("od model", len(keys))

# partial
p = functools.partial(int, base=2)
show("partial", lambda: (p("101"), p.func, p.args, p.keywords, repr(p)))
show("partial of partial", lambda: functools.partial(p, "11").args)
show("partial bad", lambda: functools.partial())
show("partial bad", lambda: functools.partial(1))
r = functools.partial(print)
r.__setstate__((r, (), {}, {}))
show("partial loop", lambda: repr(r))
r.__setstate__((len, ([1],), {}, {}))
show("partial state", lambda: (r(), r.__setstate__((len,))))

# lru_cache
calls = []


@functools.lru_cache(maxsize=3)
def f(*args, **kw):
    calls.append(args)
    return args, tuple(kw.items())


for x in 1, 2, 3, 1, 4, 2, 1:
    f(x)
f(x=1), f(x=1), f(1.0)
show("lru", lambda: (f.cache_info(), calls, f.cache_parameters()))
f.cache_clear()
show("lru cleared", lambda: f.cache_info())


@functools.lru_cache(maxsize=None, typed=True)
def g(x):
    return type(x).__name__


show("typed", lambda: (g(1), g(1.0), g(True), g(1), g.cache_info()))


@functools.lru_cache(maxsize=20)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


show("fib", lambda: (fib(60), fib.cache_info()))


class Clears:
    def __hash__(self):
        return 1

    def __eq__(self, other):
        f.cache_clear()
        return self is other


for i in range(20):
    f(Clears())
show("lru reentered", lambda: f.cache_info())
show("lru bad", lambda: functools.lru_cache(maxsize="x")(len))
show("lru unhashable", lambda: f([]))


class M:
    @functools.lru_cache
    def m(self, x):
        return x


show("lru method", lambda: (M().m(3), M.m.cache_info()))

# cmp_to_key and reduce
K = functools.cmp_to_key(lambda a, b: b - a)
show("cmp", lambda: (sorted([3, 1, 2], key=K), K(1) < K(2), K(5).obj))
show("cmp bad", lambda: K(1) < 3)
show("reduce", lambda: (functools.reduce(lambda a, b: a * b, [1, 2, 3, 4]), functools.reduce(max, [], 0)))
show("reduce none", lambda: functools.reduce(max, []))
show("reduce bad", lambda: functools.reduce(max, 1))

# heaps and bisection
h = [rng.randrange(100) for _ in range(50)]
want = sorted(h)
heapq.heapify(h)
print([heapq.heappop(h) for _ in range(50)] == want)
show("heap", lambda: heapq.heappop([]))
show("heap", lambda: heapq.heappush((), 1))
show("heap", lambda: (heapq.heappushpop([2, 3], 1), heapq.heapreplace([2, 3], 1), heapq.nsmallest(2, want)))


class Evil:
    def __init__(self, heap):
        self.heap = heap

    def __lt__(self, other):
        self.heap.clear()
        return True


heap = []
heap.extend(Evil(heap) for _ in range(5))
show("heap mutated", lambda: heapq.heappop(heap))
show("bisect", lambda: [bisect.bisect([1, 2, 2, 3], x) for x in range(5)])
show("bisect", lambda: [bisect.bisect_left([1, 2, 2, 3], x, 1, 3) for x in range(5)])
show("bisect key", lambda: bisect.bisect_left([(1, 2), (3, 4)], 3, key=lambda t: t[0]))
show("bisect lo", lambda: bisect.bisect([1], 1, -1))
x = [1, 3]
bisect.insort(x, 2)
bisect.insort_left(x, 5, key=lambda v: -v)
print(x)

# Counter and namedtuple
c = Counter("abracadabra")
c.update("bb")
show("counter", lambda: (c.most_common(2), c - Counter("aaa"), +c))
P = namedtuple("P", "x y")
show("namedtuple", lambda: (P(1, 2), P(1, 2)._replace(x=5), P.x, P._fields))
show("namedtuple", lambda: P.x.__get__([], list))

# Cycles
for make in (lambda: deque(), lambda: OrderedDict(), lambda: defaultdict()):
    class C:
        pass

    o = C()
    w = weakref.ref(o)
    o.box = box = make()
    box.append(o) if isinstance(box, deque) else box.setdefault("o", o)
    del o, box
    gc.collect()
    print("collected", w() is None)

# A union's module is its class's.
print((int | str).__module__)
