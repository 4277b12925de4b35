"""Every function of itertools, functools and operator."""

import functools
import itertools
import operator

HUNDRED = list(range(100))
PAIRS = [(i, i) for i in range(100)]


def consume(it):
    for _ in it:
        pass


@functools.lru_cache(maxsize=None)
def cached(x):
    return x


@functools.lru_cache(maxsize=10)
def bounded(x, y=1):
    return x


@functools.singledispatch
def single(x):
    return x


@single.register
def _(x: int):
    return x


def deco(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        return f(*args, **kwargs)

    return inner


@deco
def wrapped(x):
    return x


@functools.total_ordering
class Ordered:
    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return self.x == other.x

    def __lt__(self, other):
        return self.x < other.x


class Methods:
    @functools.cached_property
    def v(self):
        return 3

    @functools.partialmethod
    def p(self):
        return 4


def compare(a, b):
    return a - b


EACH = {
    "chain": ("", "for x in itertools.chain(HUNDRED, HUNDRED): pass"),
    "chain from_iterable": ("a = [HUNDRED] * 5", "for x in itertools.chain.from_iterable(a): pass"),
    "chain small": ("", "list(itertools.chain((1,), (2,)))"),
    "count": ("", "for x in itertools.count():\n    if x == 100: break"),
    "count step": ("c = itertools.count(0, 2)", "next(c)"),
    "cycle": ("c = itertools.cycle(HUNDRED); n_ = c.__next__", "next(c)"),
    "repeat": ("", "for x in itertools.repeat(None, 100): pass"),
    "accumulate": ("", "for x in itertools.accumulate(HUNDRED): pass"),
    "accumulate function": ("", "for x in itertools.accumulate(HUNDRED, operator.mul): pass"),
    "accumulate max": ("", "for x in itertools.accumulate(HUNDRED, max): pass"),
    "batched": ("", "for x in itertools.batched(HUNDRED, 3): pass"),
    "combinations": ("", "for x in itertools.combinations(range(10), 3): pass"),
    "combinations replacement": ("", "for x in itertools.combinations_with_replacement(range(8), 3): pass"),
    "permutations": ("", "for x in itertools.permutations(range(6), 3): pass"),
    "permutations list": ("", "list(itertools.permutations(range(5)))"),
    "product": ("", "for x in itertools.product(range(10), range(10)): pass"),
    "product repeat": ("", "for x in itertools.product((0, 1), repeat=7): pass"),
    "compress": ("s = [1, 0] * 50", "for x in itertools.compress(HUNDRED, s): pass"),
    "dropwhile": ("f = lambda x: x < 50", "for x in itertools.dropwhile(f, HUNDRED): pass"),
    "takewhile": ("f = lambda x: x < 50", "for x in itertools.takewhile(f, HUNDRED): pass"),
    "filterfalse": ("f = lambda x: x & 1", "for x in itertools.filterfalse(f, HUNDRED): pass"),
    "groupby": ("f = lambda x: x // 10", "for k, g in itertools.groupby(HUNDRED, f): list(g)"),
    "groupby plain": ("a = 'aaabbbccc' * 5", "for k, g in itertools.groupby(a): pass"),
    "islice": ("", "for x in itertools.islice(HUNDRED, 10, 90): pass"),
    "islice step": ("", "for x in itertools.islice(HUNDRED, 0, 90, 3): pass"),
    "pairwise": ("", "for x, y in itertools.pairwise(HUNDRED): pass"),
    "starmap": ("", "for x in itertools.starmap(operator.add, PAIRS): pass"),
    "starmap python": ("", "for x in itertools.starmap(compare, PAIRS): pass"),
    "tee": ("", "a, b = itertools.tee(HUNDRED)\nfor x in a: pass\nfor x in b: pass"),
    "zip_longest": ("", "for x, y in itertools.zip_longest(HUNDRED, HUNDRED[:50]): pass"),
    "zip": ("", "for x, y in zip(HUNDRED, HUNDRED): pass"),
    "zip 3": ("", "for x, y, z in zip(HUNDRED, HUNDRED, HUNDRED): pass"),
    "zip strict": ("", "for x, y in zip(HUNDRED, HUNDRED, strict=True): pass"),
    "zip star": ("", "list(zip(*PAIRS))"),
    "enumerate": ("", "for i, x in enumerate(HUNDRED): pass"),
    "enumerate start": ("", "for i, x in enumerate(HUNDRED, 1): pass"),
    "map": ("", "for x in map(operator.neg, HUNDRED): pass"),
    "map lambda": ("f = lambda x: x", "for x in map(f, HUNDRED): pass"),
    "map str": ("", "for x in map(str, HUNDRED): pass"),
    "map method": ("a = ['a '] * 100", "for x in map(str.strip, a): pass"),
    "filter": ("f = lambda x: x & 1", "for x in filter(f, HUNDRED): pass"),
    "filter None": ("", "for x in filter(None, HUNDRED): pass"),
    "reversed": ("", "for x in reversed(HUNDRED): pass"),
    "iter callable": ("f = [1].copy", "next(iter(f, None))"),
    "reduce": ("", "functools.reduce(operator.add, HUNDRED)"),
    "reduce lambda": ("f = lambda x, y: x + y", "functools.reduce(f, HUNDRED)"),
    "partial": ("f = functools.partial(compare, 3)", "f(4)"),
    "partial keywords": ("f = functools.partial(compare, b=3)", "f(4)"),
    "partial builtin": ("f = functools.partial(int, base=2)", "f('101')"),
    "partial made": ("", "functools.partial(compare, 3)"),
    "lru_cache hit": ("", "cached(3)"),
    "lru_cache bounded hit": ("", "bounded(3)"),
    "lru_cache keywords": ("", "bounded(3, y=2)"),
    "lru_cache miss": ("i = 0", "bounded(i); i += 1"),
    "cmp_to_key sort": ("k = functools.cmp_to_key(compare)", "sorted(HUNDRED, key=k)"),
    "singledispatch": ("", "single(3)"),
    "wraps": ("", "wrapped(3)"),
    "total_ordering": ("a = Ordered(1); b = Ordered(2)", "a >= b"),
    "cached_property": ("a = Methods(); a.v", "a.v"),
    "operator add": ("f = operator.add", "f(3, 4)"),
    "operator getitem": ("f = operator.getitem; a = [1, 2]", "f(a, 1)"),
    "itemgetter": ("f = operator.itemgetter(1); a = [1, 2]", "f(a)"),
    "itemgetter 2": ("f = operator.itemgetter(0, 1); a = [1, 2]", "f(a)"),
    "attrgetter": ("f = operator.attrgetter('real'); a = 3", "f(a)"),
    "attrgetter dotted": ("f = operator.attrgetter('real.real'); a = 3", "f(a)"),
    "methodcaller": ("f = operator.methodcaller('strip'); a = ' a '", "f(a)"),
    "deque consume": ("import collections", "collections.deque(HUNDRED, maxlen=0)"),
}
