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
