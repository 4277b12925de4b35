# range, slice, enumerate, zip, map, filter and reversed.
def show(f):
    try:
        print(f())
    except BaseException as e:
        print(type(e).__name__, e)
B = 1 << 70
for r in (range(5), range(2, 20, 3), range(10, 0, -3), range(0), range(B), range(B, B + 10, 4), range(B, -B, -B // 3),
          range(-(1 << 63), (1 << 63) - 1, 1 << 62), range((1 << 63) - 3, (1 << 63) - 1), range((1 << 63) - 3, 1 << 63),
          range(5, -(1 << 63), -(1 << 62)), range(0, 1 << 63, 1 << 62), range(True, False, -1)):
    print(repr(r), bool(r), hash(r), r.start, r.stop, r.step, r.__reduce__())
    show(lambda: len(r))
    show(lambda: list(r) if r.stop - r.start < 50 or r.step != 1 and abs(r.step) > 40 else 0)
    show(lambda: r[0]); show(lambda: r[-1]); show(lambda: r[7]); show(lambda: r[B])
    for s in (slice(1, 3), slice(None, None, -1), slice(-2, None), slice(B, -B, -2), slice(None, None, B)):
        show(lambda: r[s]); show(lambda: hash(s)); show(lambda: s.indices(10)); show(lambda: s.indices(B))
    for v in (3, 5, 10, B, B + 4, True, 3.0, "a", -1):
        if not (len(str(r.stop)) > 15 and not isinstance(v, int)):
            show(lambda: v in r); show(lambda: r.index(v)); show(lambda: r.count(v))
    it = iter(r); print(type(it).__name__, it.__length_hint__(), it.__reduce__()[1:])
    show(lambda: next(it)); show(lambda: it.__setstate__(2)); print(it.__length_hint__(), it.__reduce__()[1:]); show(lambda: next(it))
    it = reversed(r); print(type(it).__name__, it.__length_hint__(), it.__reduce__()[1:]); show(lambda: next(it))
    show(lambda: it.__setstate__(-5)); show(lambda: next(it))
print(range(0) == range(2, 1), range(0, 3, 2) == range(0, 4, 2), range(3) != range(4), range(1) == [0], range(B) == range(B))
show(lambda: range(1) < range(2))
cases = ["range()","range(1,2,3,4)","range(1,2,0)","range('a')","range(1)[5]","range(1)['a']","range(3).index(7)","range(a=1)",
"enumerate()","enumerate(1)","enumerate([],'a')","enumerate([],1,2)","list(enumerate(iterable=[1],start=3))","list(enumerate(start=1,iterable='ab'))","enumerate(iterable=[],x=2)","enumerate([],x=2)","enumerate(start=2)","enumerate(iterable=[],start=2,x=2)","enumerate(x=1,y=2)",
"list(enumerate('abc', 5))","list(enumerate('abc', (1<<63)-2))","list(enumerate('ab', 1<<90))","enumerate([5]).__reduce__()[1][1]","enumerate([5],1<<90).__reduce__()[1][1]",
"zip(1)","zip([],x=1)","list(zip([1],[],strict=True))","list(zip([1],[],[],strict=True))","list(zip([],[1],strict=True))","list(zip([],[],[1],strict=True))","list(zip([1,2],'ab',strict=True))","list(zip([1,2,3],'ab'))","list(zip())","zip(strict=3).__reduce__()","zip(x=1,strict=2)","zip([],1)",
"map()","map(1)","map(int,x=1)","map(int,1)","list(map(int,'123'))","list(map(lambda a,b:a*b,[1,2,3],[4,5]))","list(map(1,[1]))","map(int,[1]).__reduce__()[1][0]",
"filter()","filter(None)","filter(None,1)","filter(None,[],x=1)","list(filter(None,[0,1,'',2]))","list(filter(lambda x:x>1,[1,2,3]))","list(filter(bool,[0,3]))","list(filter(3,[0,3]))","filter(int,[1]).__reduce__()[1][0]",
"reversed()","reversed(1)","reversed({1})","reversed([],x=1)","reversed(1,2)","list(reversed((1,2,3)))","list(reversed('abc'))","list(reversed([1,2]))","reversed((1,2)).__reduce__()","reversed((1,2)).__length_hint__()","list(reversed({1:2,3:4}))",
"slice()","slice(1,2,3,4)","slice(x=1)","slice(1).indices(-1)","slice(1,2,0).indices(3)","slice('a').indices(3)","hash(slice(1))","slice(1)<slice(2)","slice(1)==slice(1)","slice(1,2,'x')","slice(1,2).__reduce__()","slice(1)==1","slice(3,1).start","hash(slice([]))",
"iter(range(3)).__reduce__()[1]","type(iter(range(3)))()","[*map(lambda *a: a, [1], [2], [3])]","max(range(3), key=lambda x: -x)","sum(range(1000))","sorted(range(5), reverse=True)"]
for c in cases:
    print(c, end=' -> '); show(lambda: eval(c))
class R:
    def __len__(self): return 3
    def __getitem__(self, i):
        if i == 0: raise IndexError
        return i * 10
print(list(reversed(R())))
class N:
    __reversed__ = None
    def __len__(self): return 3
    def __getitem__(self, i): return i
show(lambda: reversed(N()))
class Q:
    def __reversed__(self): return 'mine'
print(reversed(Q()))
class E(enumerate): pass
class M(map):
    def __init__(self, *a, k=1): self.k = k
class Z(zip): pass
print(list(E('ab')), list(M(str, [1, 2], k=4)), list(Z('ab', 'cd')), M(str, [1], k=7).k, type(E('a')).__name__)
def bad():
    yield 1
    raise KeyError('x')
show(lambda: list(enumerate(bad()))); show(lambda: list(zip(bad(), [1, 2]))); show(lambda: list(map(str, bad()))); show(lambda: list(filter(None, bad())))
show(lambda: list(zip([1], bad(), strict=True)))
r = reversed((1, 2, 3)); r.__setstate__(0); print(list(r), r.__reduce__(), r.__length_hint__())
for t in (range, enumerate, zip, map, filter, reversed, slice, type(iter(range(1))), type(iter(range(B)))):
    print(t.__name__, hex(t.__flags__ & ~0x80000), t.__basicsize__, sorted(k for k in t.__dict__ if k != '__doc__'))
    print([(k, getattr(v, '__text_signature__', None)) for k, v in t.__dict__.items() if k[:2] != '__' or k in ('__reduce__', '__setstate__', '__length_hint__', '__new__')], t.__text_signature__)
