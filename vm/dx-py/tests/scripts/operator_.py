# _operator: signatures, results and errors of every function, and its three callables.
import _operator as o

for k, v in vars(o).items():
    if k[:2] != "__":
        print(k, v.__text_signature__, type(v).__name__)
for t in (o.itemgetter, o.attrgetter, o.methodcaller):
    print(t, t.__basicsize__, t.__itemsize__, [(k, getattr(v, "__text_signature__", 0)) for k, v in vars(t).items() if k not in ("__doc__", "__module__")])


def e(f, *a, **k):
    try:
        print(f(*a, **k))
    except Exception as x:
        print(type(x).__name__, x)


class S:
    def __getitem__(s, i):
        return i

    def __add__(s, o):
        return "a"


e(o.call); e(o.call, dict, a=1); e(o.call, a=1); e(o.call, obj=1); e(o.call, print, 1, 2, sep="x")
for f in (o.itemgetter, o.attrgetter, o.methodcaller):
    e(f); e(f, "a"); e(f, 1); e(f, "a", "b"); e(f, "a", k=2); e(f, "a.b", "c")
    e(f("a")); e(f("a"), 1, 2); e(f("a"), a=1); e(f("a"), "abc"); e(f("a").__reduce__); e(f("a", "b").__reduce__)
e(o.methodcaller("split", " ", maxsplit=1).__reduce__)
e(o.methodcaller("split", " ", maxsplit=1), "a b c")
e(o.itemgetter(1), (1, 2)); e(o.itemgetter(-1), (1, 2)); e(o.itemgetter(5), (1, 2)); e(o.itemgetter(0, 1), "abc"); e(o.itemgetter(slice(1, 3)), "abcd")
e(o.attrgetter("real.imag", "imag"), 5); e(o.attrgetter("a..b").__reduce__)
m = o.methodcaller("f", []); m.__reduce__()[1][1].append(m); e(repr, m)
e(o.concat, 1, 2); e(o.concat, S(), S()); e(o.concat, [1], [2]); e(o.iconcat, [1], (2,)); e(o.iconcat, [1], 2); e(o.iconcat, 1, [2]); e(o.concat, "a", 1)
e(o._compare_digest, "a", "a"); e(o._compare_digest, "a", b"a"); e(o._compare_digest, "\xe9", "\xe9"); e(o._compare_digest, b"ab", bytearray(b"ac")); e(o._compare_digest, "a", 1); e(o._compare_digest, 2, 1)
e(o._compare_digest, b"", b"a"); e(o._compare_digest, b"a", b""); e(o._compare_digest, b"abc", memoryview(b"abc"))
e(o.length_hint, iter([1, 2])); e(o.length_hint, 1, -5); e(o.length_hint, 1, "a"); e(o.length_hint, object(), 3)
e(o.indexOf, "abc", "d"); e(o.indexOf, "abc", "c"); e(o.countOf, "abca", "a"); e(o.countOf, 1, 1)
e(o.index, True); e(o.index, 1.5); e(o.setitem, (1,), 0, 1); e(o.delitem, (1,), 0); e(o.delitem, [1], 3); e(o.getitem, 1, 2)
e(o.add, 1); e(o.add, 1, b=2)
for f in "truth not_ neg pos abs inv index".split():
    for v in (3, -2, True, "", 1.5):
        e(getattr(o, f), v)
for f in "contains is_ is_not add sub mul matmul floordiv truediv mod lshift rshift and_ xor or_ iadd isub imul imatmul ifloordiv itruediv imod ilshift irshift iand ixor ior pow ipow eq ne lt le gt ge".split():
    for x, y in ((7, 2), ("a", "a"), ([1], [1]), ({1, 2}, {2, 3}), (2, None)):
        e(getattr(o, f), x, y)
