# list.sort: orders, stability, the number of comparisons, and where items stand when a comparison fails.
import random
random.seed(7)
class C:
    n = 0; bomb = None
    def __init__(s, v): s.v = v
    def __lt__(a, b):
        C.n += 1
        if C.n == C.bomb: raise ZeroDivisionError
        return a.v < b.v
h = 0

for n in list(range(0, 70)) + [100, 1000, 3000]:
    for pat in range(6):
        if pat == 0: v = [random.randrange(n + 1) for _ in range(n)]
        elif pat == 1: v = list(range(n))
        elif pat == 2: v = list(range(n, 0, -1))
        elif pat == 3: v = [i % 7 for i in range(n)]
        elif pat == 4: v = sorted(random.randrange(n + 1) for _ in range(n // 2)) + sorted(random.randrange(n+1) for _ in range(n - n // 2))
        else:
            v = list(range(n))
            for _ in range(n // 50 + 1):
                if n: i, j = random.randrange(n), random.randrange(n); v[i], v[j] = v[j], v[i]
        xs = [C(x) for x in v]
        C.n = 0; C.bomb = None
        ys = sorted(xs)
        total = C.n; h = hash((h, total))
        assert [y.v for y in ys] == sorted(v)
        # stability
        pos = {id(x): i for i, x in enumerate(xs)}
        for a, b in zip(ys, ys[1:]): assert (a.v, pos[id(a)]) < (b.v, pos[id(b)])
        assert [y.v for y in sorted(xs, reverse=True)] == sorted(v, reverse=True)
        if total:
            for C.bomb in {1, total // 2 or 1, total, max(total - 3, 1), max(2 * total // 3, 1)}:
                C.n = 0
                zs = list(xs)
                try: zs.sort(); print("no error", n, pat)
                except ZeroDivisionError: pass
                assert sorted(map(id, zs)) == sorted(map(id, xs)), (n, pat)
                h = hash((h, tuple(pos[id(z)] for z in zs)))
        C.bomb = None
        for conv in (int, float, str, lambda x: (x, 'a'), lambda x: (str(x), 1), lambda x: x << 40, lambda x: (x % 3, x)):
            w = [conv(x) for x in v]
            assert [y for _, y in sorted(zip(w, v), key=lambda p: p[0])] == [y for _, y in sorted(((a, b) for a, b in zip(w, v)), key=lambda p: C(p[0]))]
print(h)
class R:
    def __lt__(a, b): return random.random() < .5
for n in (10, 100, 1000, 5000):
    rs = [R() for _ in range(n)]; s = sorted(rs); assert sorted(map(id, rs)) == sorted(map(id, s))
print(sorted([1.5, float('nan'), 0.5, float('-inf'), -0.0, 0.0]), sorted([True, 0, 2, 1]), sorted(['é', 'a', 'ÿ', 'b']), sorted(['é', 'a', '€']))
try: sorted([1, 'a'])
except TypeError as e: print(e)
try: sorted([(1,), ('a',)])
except TypeError as e: print(e)
print(sorted([(1, 2), (1,), (), (0, 5)]), sorted([(1, None), (1, None)]))
