# itertools: values, representations, signatures, errors, and states.
import itertools as I
import warnings

warnings.simplefilter("ignore", DeprecationWarning)


def attempt(f, *args, **kw):
    try:
        r = f(*args, **kw)
        print(repr(r) if not hasattr(r, "__next__") else [x for _, x in zip(range(6), r)])
    except Exception as e:
        print(type(e).__name__, e)


for name in sorted(vars(I)):
    o = getattr(I, name)
    if name.startswith("__") or not isinstance(o, type):
        continue
    print(name, o.__module__, o.__text_signature__, o.__basicsize__, o.__weakrefoffset__)
    print([k for k in vars(o) if k not in ("__doc__", "__module__")])

a = attempt
a(I.count, 3); a(I.count, 2.5, 0.5); a(I.count, 10**30, -1); a(I.count, 1j); a(I.count, "a"); a(I.count, step=-2)
a(I.count, 2**63 - 2); a(I.count, -2**63 - 1, 1)
a(I.cycle, "ab"); a(I.cycle, ""); a(I.cycle, 1)
a(I.repeat, 7, 2); a(I.repeat, 7, -1); a(I.repeat, times=2, object=1); a(I.repeat); a(I.repeat, 1, "a")
print(I.count(3), I.count(1, 2), I.count(1.5), I.repeat("x"), I.repeat("x", 4), I.repeat("x", -3))
a(I.accumulate, [1, 2, 3]); a(I.accumulate, "abc"); a(I.accumulate, [1, 2, 3], lambda x, y: x * y, initial=5)
a(I.accumulate, [], initial=1); a(I.accumulate, [1, "a"]); a(I.accumulate)
a(I.batched, "abcdefg", 3); a(I.batched, "ab", 0); a(I.batched, "ab", n=-1); a(I.batched, "ab")
a(I.chain, "ab", [1], ()); a(I.chain); a(I.chain, "a", 1); a(I.chain.from_iterable, ["ab", "c"]); a(I.chain.from_iterable, 1)
print(I.chain[int])
a(I.combinations, "abcd", 2); a(I.combinations, "ab", 3); a(I.combinations, "ab", 0); a(I.combinations, "ab", -1)
a(I.combinations_with_replacement, "abc", 2); a(I.combinations_with_replacement, "", 1); a(I.combinations_with_replacement, "", 0)
a(I.permutations, "abc"); a(I.permutations, "abc", 2); a(I.permutations, "ab", 3); a(I.permutations, "ab", "a"); a(I.permutations, "ab", -1)
a(I.product, "ab", [1, 2]); a(I.product, "ab", repeat=2); a(I.product, repeat=0); a(I.product, "a", ""); a(I.product, "a", repeat=-1)
a(I.product, "a", rep=1)
a(I.compress, "abcd", [1, 0, True, ""]); a(I.compress, "a")
a(I.dropwhile, lambda x: x < 3, [1, 2, 3, 1]); a(I.takewhile, lambda x: x < 3, [1, 2, 3, 1]); a(I.filterfalse, None, [0, 1, ""])
a(I.dropwhile, 1); a(I.takewhile, None, [1]); a(I.filterfalse, lambda x: 1 / x, [0])
print([(k, "".join(g)) for k, g in I.groupby("aabbcca")])
print([(k, list(g)) for k, g in I.groupby([1, 2, 11, 21, 3], key=lambda n: n % 10)])
g = I.groupby("aabb"); k, first = next(g); k2, second = next(g); print(list(first), list(second))
for bad in [(None,), (1, None), (-1,), (0, -2), (0, 5, 0), (0, 5, -1), ("a",), (2**63,), ()]:
    a(I.islice, range(10), *bad)
a(I.islice, range(20), 1, 10, 3); a(I.islice, range(5), 2, None)
it = iter(range(10)); print(list(I.islice(it, 3)), next(it)); print(list(I.islice(it, 1, 4, 2)), list(it))
a(I.pairwise, "abcd"); a(I.pairwise, "a")
a(I.starmap, pow, [(2, 3), [3, 2]]); a(I.starmap, pow, [1])
a(I.zip_longest, "abc", [1], fillvalue=0); a(I.zip_longest); a(I.zip_longest, "a", fill=1); a(I.zip_longest, 1)
x, y, z = I.tee("abc", 3); next(x); print(list(x), next(y), list(z), list(y)); a(I.tee, "a", -1); a(I.tee, 1); a(I.tee, "a", 0)
t, u = I.tee(range(130)); print(sum(t), next(u), sum(I.tee(u, 1)[0]))


class Recursive:
    def __iter__(self):
        return self

    def __next__(self):
        return next(T)


T, _ = I.tee(Recursive())
a(next, T)


# A result that nobody keeps is made anew in place; one that is kept is not.
def kept(it):
    rows = list(it)
    return len(set(map(id, rows))) == len(rows)


print([kept(f) for f in (I.product("ab", "cd"), I.combinations("abcd", 2), I.permutations("abc"), I.zip_longest("abc", "de"))])

# States.
for make in [
    lambda: I.count(3), lambda: I.count(10**20, 2), lambda: I.cycle("abc"), lambda: I.repeat(1, 4), lambda: I.repeat(1),
    lambda: I.product("ab", "cd"), lambda: I.permutations("abc"), lambda: I.combinations("abcd", 2), lambda: I.combinations_with_replacement("ab", 2),
    lambda: I.islice("abcdef", 1, 5, 2), lambda: I.accumulate([1, 2, 3]), lambda: I.chain("ab", "cd"), lambda: I.zip_longest("ab", "c"),
    lambda: I.takewhile(bool, [1, 1, 0]), lambda: I.dropwhile(bool, [1, 0, 2, 3]), lambda: I.tee("abc")[0], lambda: I.groupby("aab"),
]:
    it = make()
    for step in range(3):
        kind, args, *state = it.__reduce__()
        print(kind.__name__, len(args), [s if isinstance(s, (int, tuple)) and not any(hasattr(v, "__next__") or type(v).__name__[0] == "_" for v in (s if isinstance(s, tuple) else ())) else "?" for s in state])
        next(it, None)
p = I.product("ab", "cd"); p.__setstate__((1, 0)); print(list(p)); a(I.product("ab").__setstate__, (1, 2))
c = I.combinations("abcd", 2); c.__setstate__((1, 2)); print(list(c)); a(I.combinations("ab", 2).__setstate__, 1)
