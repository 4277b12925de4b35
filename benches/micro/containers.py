"""Lists, dicts, tuples and sets: index, store, append, iterate, comprehend, sort, look up, merge."""

ITEMS = list(range(100))
WORDS = ["w%d" % i for i in range(100)]
TABLE = {w: i for i, w in enumerate(WORDS)}
UNSORTED = [(i * 7919) % 1009 for i in range(200)]


def bench_list_index(n):
    items = list(range(10))
    for _ in range(n):
        items[3]
        items[-1]
        items[5] = items[4]


def bench_list_append_pop(n):
    items = []
    for i in range(n):
        items.append(i)
        items.append(i)
        items.pop()
        items.pop()


def bench_list_comprehension(n):
    for _ in range(n):
        [x + 1 for x in ITEMS if x & 1]


def bench_list_slice(n):
    for _ in range(n):
        ITEMS[10:60]
        ITEMS[::2]
        ITEMS + ITEMS


def bench_sort(n):
    for _ in range(n):
        sorted(UNSORTED)
        sorted(WORDS)
        sorted(UNSORTED, key=lambda x: -x)


def bench_dict_get(n):
    table = TABLE
    for _ in range(n):
        table["w3"]
        table["w77"]
        table.get("no")
        "w5" in table


def bench_dict_set(n):
    table = {}
    for i in range(n):
        table[i & 255] = i
        table["a"] = i


def bench_dict_build(n):
    for i in range(n):
        {"a": i, "b": 2, "c": 3}
        {k: k for k in range(10)}
        dict(a=1, b=2)


def bench_dict_iterate(n):
    for _ in range(n):
        for k, v in TABLE.items():
            pass


def bench_set(n):
    a = set(range(50))
    b = set(range(25, 75))
    for _ in range(n):
        a & b
        a | b
        7 in a
        {1, 2, 3}


def bench_tuple(n):
    for i in range(n):
        t = (i, 2, 3)
        t[0]
        t == (1, 2, 3)
        hash(t)


def bench_functions(n):
    for _ in range(n):
        sum(ITEMS)
        max(ITEMS)
        list(map(str, ITEMS[:10]))
        list(zip(ITEMS, WORDS))
        any(ITEMS)


THOUSAND = list(range(1000))
FLOATS = [i * 0.7 for i in range(1000)]
MIXED = [(i * 7919) % 1000 for i in range(1000)]
STRINGS = [str((i * 7919) % 1000) for i in range(1000)]
PAIRS = [((i * 7919) % 1000, i) for i in range(200)]


class Item:
    def __init__(self, x):
        self.x = x

    def __lt__(self, other):
        return self.x < other.x


OBJECTS = [Item(x) for x in MIXED[:100]]

EACH = {
    "list empty": ("", "[]"),
    "list literal": ("a = 1", "[a, a, a]"),
    "list constants": ("", "[1, 2, 3, 4, 5]"),
    "list index": ("a = THOUSAND; i = 5", "a[i]"),
    "list index negative": ("a = THOUSAND", "a[-1]"),
    "list store": ("a = [1, 2, 3]; i = 1", "a[i] = i"),
    "list store negative": ("a = [1, 2, 3]", "a[-1] = 3"),
    "list augmented": ("a = [1, 2, 3]", "a[1] += 1"),
    "list slice": ("a = THOUSAND", "a[10:20]"),
    "list slice from": ("a = [1, 2, 3, 4, 5]", "a[1:]"),
    "list slice step": ("a = THOUSAND", "a[::10]"),
    "list slice reverse": ("a = [1, 2, 3, 4, 5]", "a[::-1]"),
    "list slice copy": ("a = THOUSAND", "a[:]"),
    "list slice store": ("a = list(THOUSAND)", "a[10:13] = [1, 2, 3]"),
    "list slice delete": ("a = list(THOUSAND)", "a[10:13] = []; a[10:10] = [1, 2, 3]"),
    "list append": ("", "a = []; a.append(1); a.append(2); a.append(3)"),
    "list append many": ("", "a = []\nfor i in range(100): a.append(i)"),
    "list append pop": ("a = []", "a.append(1); a.pop()"),
    "list pop 0": ("a = [1, 2, 3]", "a.append(1); a.pop(0)"),
    "list insert": ("a = [1, 2, 3]", "a.insert(1, 5); a.pop()"),
    "list remove": ("a = [1, 2, 3]", "a.append(9); a.remove(9)"),
    "list delete": ("a = [1, 2, 3]", "a.append(9); del a[-1]"),
    "list extend": ("b = [1, 2, 3]", "a = []; a.extend(b)"),
    "list extend generator": ("b = [1, 2, 3]", "a = []; a.extend(x for x in b)"),
    "list add": ("a = [1, 2, 3]", "a + a"),
    "list iadd": ("a = [1, 2, 3]", "b = []; b += a"),
    "list multiply": ("", "[0] * 100"),
    "list in": ("a = THOUSAND", "100 in a"),
    "list in str": ("a = STRINGS", "'nothere' in a"),
    "list index of": ("a = THOUSAND", "a.index(100)"),
    "list count": ("a = THOUSAND", "a.count(100)"),
    "list eq": ("a = list(THOUSAND); b = list(THOUSAND)", "a == b"),
    "list lt": ("a = [1, 2, 3]; b = [1, 2, 4]", "a < b"),
    "list iterate": ("a = THOUSAND", "for x in a: pass"),
    "list reverse": ("a = list(THOUSAND)", "a.reverse()"),
    "list copy": ("a = [1, 2, 3]", "a.copy()"),
    "list clear": ("", "a = [1, 2, 3]; a.clear()"),
    "list comprehension": ("", "[x for x in THOUSAND]"),
    "list comprehension if": ("", "[x for x in THOUSAND if x & 1]"),
    "list comprehension call": ("", "[str(x) for x in range(20)]"),
    "list comprehension nested": ("", "[(x, y) for x in range(10) for y in range(10)]"),
    "list repr": ("a = [1, 2, 3]", "repr(a)"),
    "list of range": ("", "list(range(1000))"),
    "list of str": ("", "list('abcdefghij')"),
    "list of generator": ("", "list(x for x in range(100))"),
    "list sort sorted": ("a = list(THOUSAND)", "a.sort()"),
    "list sort ints": ("", "sorted(MIXED)"),
    "list sort floats": ("", "sorted(FLOATS, reverse=True)"),
    "list sort strings": ("", "sorted(STRINGS)"),
    "list sort pairs": ("", "sorted(PAIRS)"),
    "list sort objects": ("", "sorted(OBJECTS)"),
    "list sort key lambda": ("", "sorted(MIXED, key=lambda x: -x)"),
    "list sort key itemgetter": ("import operator; k = operator.itemgetter(0)", "sorted(PAIRS, key=k)"),
    "list sort key attrgetter": ("import operator; k = operator.attrgetter('x')", "sorted(OBJECTS, key=k)"),
    "list unpack 2": ("a = [1, 2]", "x, y = a"),
    "list unpack star": ("a = [1, 2, 3, 4]", "x, *y = a"),
    "list display unpack": ("a = [1, 2, 3, 4]", "[*a, *a]"),
    "list nested index": ("a = [[1, 2], [3, 4]]", "a[1][0]"),
    "list nested store": ("a = [[1, 2], [3, 4]]", "a[1][0] = 5"),
    "list matrix made": ("", "[[0] * 10 for _ in range(10)]"),
    "list index error": ("a = []", "try: a[5]\nexcept IndexError: pass"),
    "list subclass append": ("class L(list): pass\na = L()", "a.append(1); a.pop()"),
    "list subclass index": ("class L(list): pass\na = L((1, 2))", "a[1]"),
    "list max": ("", "max(THOUSAND)"),
    "list sum": ("", "sum(THOUSAND)"),
    "list sum floats": ("", "sum(FLOATS)"),
    "list bool": ("a = []", "not a"),
    "tuple made": ("a = 1", "(a, a)"),
    "tuple made 5": ("a = 1", "(a, a, a, a, a)"),
    "tuple index": ("a = (1, 2, 3)", "a[1]"),
    "tuple slice": ("a = (1, 2, 3)", "a[1:]"),
    "tuple add": ("a = (1, 2, 3)", "a + a"),
    "tuple unpack 2": ("a = (1, 2)", "x, y = a"),
    "tuple unpack 4": ("a = (1, 2, 3, 4)", "x, y, z, w = a"),
    "tuple unpack nested": ("a = (1, (2, 3))", "x, (y, z) = a"),
    "tuple iterate": ("a = tuple(THOUSAND)", "for x in a: pass"),
    "tuple in": ("a = (1, 2, 3)", "3 in a"),
    "tuple eq": ("a = (1, 2, 3); b = tuple([1, 2, 3])", "a == b"),
    "tuple lt": ("a = (1, 2, 3); b = (1, 2, 4)", "a < b"),
    "tuple hash": ("a = (1, 2, 3)", "hash(a)"),
    "tuple of generator": ("", "tuple(x for x in range(100))"),
    "tuple of list": ("", "tuple(THOUSAND)"),
    "tuple repr": ("a = (1, 2, 3)", "repr(a)"),
    "swap": ("a = 1; b = 2", "a, b = b, a"),
    "bytes index": ("a = b'abcdef'", "a[3]"),
    "bytes slice": ("a = b'abcdef'", "a[2:4]"),
    "bytes iterate": ("a = bytes(1000)", "for x in a: pass"),
    "bytes add": ("a = b'abc'", "a + a"),
    "bytes join": ("a = [b'abc'] * 10", "b''.join(a)"),
    "bytes find": ("a = b'abcdef' * 100 + b'x'", "a.find(b'x')"),
    "bytes split": ("a = b'a,b,c,d'", "a.split(b',')"),
    "bytes replace": ("a = b'a,b,c,d'", "a.replace(b',', b';')"),
    "bytes eq": ("a = b'abcdef'; b = bytes(bytearray(a))", "a == b"),
    "bytes in": ("a = b'abcdef'", "b'cd' in a"),
    "bytes hash": ("a = b'abcdef'", "hash(a)"),
    "bytes hex": ("a = b'abcdef'", "a.hex()"),
    "bytes fromhex": ("", "bytes.fromhex('616263')"),
    "bytes startswith": ("a = b'abcdef'", "a.startswith(b'abc')"),
    "bytes strip": ("a = b'  abc  '", "a.strip()"),
    "bytes translate": ("a = b'abcdef' * 10; t = bytes(range(256))", "a.translate(t)"),
    "bytes format": ("a = b'abc'", "b'%s-%d' % (a, 3)"),
    "bytes repr": ("a = b'abc'", "repr(a)"),
    "bytes to int": ("a = b'abcd'", "int.from_bytes(a, 'big')"),
    "int to bytes": ("a = 123456", "a.to_bytes(4, 'big')"),
    "bytearray append": ("a = bytearray()", "a.append(3); a.pop()"),
    "bytearray index": ("a = bytearray(100)", "a[5]"),
    "bytearray store": ("a = bytearray(100)", "a[5] = 6"),
    "bytearray extend": ("a = b'abc'", "x = bytearray(); x.extend(a)"),
    "bytearray iadd": ("a = b'abc'", "x = bytearray(); x += a"),
    "bytearray iterate": ("a = bytearray(1000)", "for x in a: pass"),
    "bytearray slice": ("a = bytearray(100)", "a[3:9]"),
    "bytearray delete": ("a = bytearray(100)", "del a[:3]; a += b'abc'"),
    "memoryview slice": ("a = memoryview(b'abcdefgh')", "a[2:4]"),
    "memoryview index": ("a = memoryview(b'abcdefgh')", "a[2]"),
    "memoryview tobytes": ("a = memoryview(b'abcdefgh')", "a.tobytes()"),
    "array index": ("import array; a = array.array('d', range(100))", "a[5]"),
    "array store": ("import array; a = array.array('d', range(100))", "a[5] = 1.5"),
    "array append": ("import array; a = array.array('i')", "a.append(5); a.pop()"),
    "array iterate": ("import array; a = array.array('i', range(1000))", "for x in a: pass"),
    "range made": ("", "range(3, 10)"),
    "range index": ("a = range(100)", "a[5]"),
    "range in": ("a = range(100)", "5 in a"),
    "range iterate": ("a = range(1000)", "for x in a: pass"),
    "heappush heappop": ("import heapq; h = list(range(100))", "heapq.heappush(h, 50); heapq.heappop(h)"),
    "heapify": ("import heapq", "h = MIXED[:]; heapq.heapify(h)"),
    "bisect": ("import bisect", "bisect.bisect_left(THOUSAND, 500)"),
    "insort": ("import bisect; a = [1, 5, 9]", "bisect.insort(a, 4); a.pop()"),
    "random": ("import random", "random.random()"),
    "randint": ("import random", "random.randint(1, 100)"),
    "random choice": ("import random", "random.choice(THOUSAND)"),
    "random shuffle": ("import random; a = list(range(50))", "random.shuffle(a)"),
}
