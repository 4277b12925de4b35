def rng(a,b,c=1):
    while a<b:
        yield a
        a=a+c
s=set()
l=[]
for i in rng(0,1000):
    s.add((i*7919)%1013)
    if i%3==0: s.discard((i*31)%1013)
l=[x for x in s]
print(l)
a=set(rng(0,300,3)); b=set(rng(0,300,5)); 
for r in (a|b,a&b,a-b,a^b,b-a,a.union(b,[1,2]),a.intersection(b,rng(0,300,2)),a.difference({3:1},[6]),a.symmetric_difference([1,2,3]), a.copy(), frozenset(a)&b):
    print(type(r).__name__, [x for x in r], len(r))
while a:
    x=a.pop(); b.discard(x)
print([x for x in b]); 
try: a.pop()
except KeyError as e: print(e.args)
print(frozenset([1,2,3]).__hash__(), frozenset().__hash__(), frozenset(rng(0,100)).__hash__(), frozenset([frozenset([1]), frozenset([2])]).__hash__())
print({1,2}=={2,1}, {1}<{1,2}, {1,2}>={1}, {1}!=frozenset([1]))
class S(set): pass
class F(frozenset): pass
print(S([1,2]), F([1]), S(), F())
print({frozenset([1])}, {1} in {frozenset([1])})
i={1,2,3}.__iter__(); i.__next__(); print(i.__length_hint__())
s={1,2}
try:
    for x in s: s.add(x+10)
except RuntimeError as e: print(e.args)
d={1:2}
try:
    for x in d: d[x+1]=1
except RuntimeError as e: print(e.args)
d={0:0}
try:
    for x in d: del d[0]; d[0]=0
except RuntimeError as e: print(e.args)
d1={1:2,3:4,5:6}; d2={3:4,5:7,8:9}
L=lambda it:[x for x in it]
for e in (lambda:set(a=1),lambda:frozenset(a=1),lambda:set(1,2),lambda:F(1,2),lambda:{1}|[1],lambda:[] in {1},lambda:{1}.remove(3),lambda:{1}.remove({2}),lambda: set(5),lambda:d1.keys()&d2.keys(),lambda:d1.keys()|d2,lambda:d1.keys()-d2.keys(),lambda:d1.keys()^d2.keys(),lambda:d1.items()&d2.items(),lambda:d1.items()|d2.items(),lambda:d1.items()-d2.items(),lambda:d1.items()^d2.items(),lambda:{1,3}&d1.keys(),lambda:d1.keys()<=d2.keys(),lambda:d1.keys()=={1,3,5},lambda:d1.keys()>{1},lambda:d1.keys().isdisjoint([7]),lambda:d1.items().isdisjoint(d2.items()),lambda:[1]|d1.keys(),lambda:d1.keys().mapping,lambda:(1,2) in d1.items(),lambda:d1.values(),lambda: d1.fromkeys([1,2],3),lambda:dict.fromkeys("abc"),lambda:set.__doc__ is None,lambda:d1.popitem(),lambda:d1.pop(99,1),lambda:d1.pop(99),lambda:{}.popitem(),lambda:dict([(1,2,3)]),lambda:dict([1]),lambda:dict(1),lambda:dict(1,2),lambda:d1.update(1,2),lambda:dict(**{"a":1}),lambda:d1.setdefault(7),lambda:d1.setdefault(7,8),lambda:d1.__sizeof__(),lambda:{}.__sizeof__(),lambda:set().__sizeof__(),lambda:set(rng(0,100)).__sizeof__(),lambda:d1.__reversed__()is None,lambda:type(d1.__reversed__()).__name__,lambda:d1<d2,lambda:d1|[],lambda:d1.__or__([]),lambda:L(d1.values().__reversed__()),lambda: set("hello")>=set("he"),lambda:{}[[]],lambda:d1.get([]),lambda:[k for k in dict.__dict__],lambda:[k for k in set.__dict__],lambda:[k for k in frozenset.__dict__], lambda:L(d1.keys().__reversed__())):
    try: r=e()
    except Exception as x: print(type(x).__name__,x.args)
    else: print(r)
P=type(dict.__dict__)
p=P(d1)
print(p, p[1], len(p), 1 in p, p.get(5), p.get(99), L(p), p|{9:9}, p=={1:2}, p==d1, p.copy(), p.keys(), L(p.__reversed__()))
for e in (lambda:P(), lambda:P([]), lambda:P(1), lambda:p.__hash__(), lambda:p.__ior__({}), lambda: P({1:1})|3):
    try: r=e()
    except Exception as x: print(type(x).__name__,x.args)
    else: print(r)
l=[]; d={1:l}; l.append(d); print(d); print(d.values())
