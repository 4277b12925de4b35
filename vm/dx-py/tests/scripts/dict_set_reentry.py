class K:
    def __init__(self,v,l): self.v=v; self.l=l
    def __hash__(self): return 1
    def __eq__(self,o):
        if self.l is not None: self.l.clear()
        return self.v==o.v
s=set(); s.add(K(1,s))
s.add(K(2,None)); print(len(s))
s=set(); s.add(K(1,s))
try: print(K(1,None) in s)
except RuntimeError as e: print(e)
d={}; d[K(1,d)]=1; d[K(2,None)]=2; print(len(d))
d={1:2}
class V:
    def __repr__(self): d.clear(); return 'v'
d[2]=V(); d[3]=4
print(d)
class E:
    def __eq__(self,o): b.clear(); return True
    __hash__=None
a={1:E(),2:3}; b={1:5,2:3}
print(a==b)
s={1,2,3,4,5}
class It:
    def __iter__(self): return self
    n=0
    def __next__(self):
        self.n=self.n+1
        if self.n>50: raise StopIteration
        s.clear(); return self.n
s.update(It()); print(len(s))
s.intersection_update(It()); print(len(s))
s.symmetric_difference_update(It()); print(len(s))
x={i for i in [1,2,3]}; x^=x; print(x); x={1,2}; x-=x; print(x)
class D(dict):
    def keys(self): return ['q']
    def __getitem__(self,k): return k*2
    def __iter__(self): return ['z'].__iter__()
print(dict(D(a=1)), {**D(a=1)})
print({}.fromkeys({1:2}), {}|D(a=1), D(a=1)|{})
