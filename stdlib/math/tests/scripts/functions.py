
complex=(1j).__class__
def op(f, *a, **k):
    try:
        r = f(*a, **k)
        return (r.__class__.__name__, r.__repr__())
    except Exception as e:
        return (e.__class__.__name__, e.args)
class F:
    def __float__(self): return 0.25
class Ix:
    def __index__(self): return 6
class CC:
    def __ceil__(self): return 'c'
    def __floor__(self): return 'f'
    def __trunc__(self): return 't'
    def __complex__(self): return 1+2j
xs=[0.0,-0.0,1,-1,0.5,2.5,-2.5,10,1e10,1e300,-1e300,float('inf'),float('-inf'),float('nan'),10**400,-10**400,'x',None,F(),Ix(),CC(),True,3+0j,170,171,-3,7]
for n in ['acos','acosh','asin','asinh','atan','atanh','cbrt','ceil','cos','cosh','degrees','erf','erfc','exp','exp2','expm1','fabs','floor','frexp','gamma','isfinite','isinf','isnan','isqrt','lgamma','log','log1p','log10','log2','modf','radians','sin','sinh','sqrt','tan','tanh','trunc','ulp','fsum','prod','gcd','lcm','hypot']:
    f=math.__getattribute__(n)
    for x in xs: print(n, op(f,x))
    print(n,op(f),op(f,1,2),op(f,1,2,3),op(f,x=1))
for x in [0,1,5,20,25,100,-1,1.0,'x',True,Ix(),10**30]: print(op(math.factorial,x), op(math.perm,x) if x!=10**30 else 0)
for n in ['atan2','copysign','fmod','pow','remainder','ldexp','log','nextafter','gcd','lcm','hypot','perm','comb','dist','isclose','sumprod']:
    f=math.__getattribute__(n)
    for x in xs:
        for y in xs:
            if n in('perm','comb') and (x==10**400 or x==10**10) : continue
            print(n, op(f,x,y))
print(op(math.isclose,1,1.1,rel_tol=0.2),op(math.isclose,1,1.1,abs_tol=-1),op(math.isclose,a=1,b=1),op(math.isclose,1))
print(op(math.nextafter,1,2,steps=5),op(math.nextafter,1,2,steps=-1),op(math.nextafter,1,2,steps=2**70),op(math.nextafter,1,2,steps=None),op(math.nextafter,1,2,steps=1.0))
print(op(math.dist,(1,2),(3,4)),op(math.dist,[1],[2]),op(math.dist,(1,2),(1,)),op(math.dist,1,2),op(math.hypot,3,4,12))
print(op(math.fsum,[.1]*10),op(math.fsum,[1e308,1e308,-1e308]),op(math.fsum,[float('inf'),-float('inf')]),op(math.fsum,['x']),op(math.fsum,[1e308]*3))
print(op(math.prod,[1,2,3]),op(math.prod,[2**40,2**40,3]),op(math.prod,[1,2.5,3]),op(math.prod,[1.5,10**400]),op(math.prod,[],start='x'),op(math.prod,[3],start='ab'),op(math.prod,[1j,2]),op(math.prod,[2.0,True]))
for p,q in [([1,2],[3,4]),([1.5,2],[2,2.5]),([1],[1,2]),([10**20,1],[1,1.5]),([2**62,2**62],[2,2]),([1e308,1e308],[10,-10]),(['a'],[2]),([True,2.5],[1.5,True]),([1j,2],[1,2]),([.1]*10,[.1]*10),(1,2)]: print(op(math.sumprod,p,q))
print(op(math.gcd),op(math.lcm),op(math.gcd,12,18,27),op(math.lcm,4,6,10),op(math.gcd,2**100,6**50),op(math.gcd,-4),op(math.lcm,0,5))
zs=[0j,1j,-1j,1,-1,2.5,1+2j,-1-2j,float('inf'),complex(0,float('inf')),complex(float('nan'),1),1e300+1e300j,800+1j,'x',None,CC(),F()]
for n in ['acos','acosh','asin','asinh','atan','atanh','cos','cosh','exp','isfinite','isinf','isnan','log','log10','phase','polar','sin','sinh','sqrt','tan','tanh']:
    f=cmath.__getattribute__(n)
    for z in zs: print(n,op(f,z))
    print(op(f),op(f,1,2,3))
for a in zs:
    for b in zs: print(op(cmath.log,a,b),op(cmath.isclose,a,b),op(cmath.rect,a,b))
print(math.pi,math.e,math.tau,math.inf,math.nan,cmath.infj,cmath.nanj)
R=_random.Random
r=R(42); print([r.random(),r.random()],[r.getrandbits(k) for k in [0,1,7,32,33,64,65,100,1000]])
class S(R):
    def __init__(self,*a,**k): pass
for s in [0,1,-1,2**32,2**100,-2**100,'x' if 0 else 3.5,True,(1,2)]:
    r.seed(s); print(s,r.random(),r.getrandbits(70))
    print(R(s).random())
st=r.getstate(); a=r.random(); r.setstate(st); print(a==r.random(), st.__len__(), st[-1], st[:3])
print(op(R,1,2),op(R,x=1),op(r.getrandbits,-1),op(r.getrandbits,2**40),op(r.getrandbits,1.5),op(r.setstate,[1]),op(r.setstate,(1,)),op(r.setstate,st[:-1]+(700,)),op(r.setstate,st[:-1]+(-1,)),op(r.setstate,(-1,)+st[1:]),op(r.setstate,('x',)+st[1:]),op(r.setstate,(2**70,)+st[1:]),op(r.seed,1,2),op(r.seed,[]))
r.seed(); r.seed(None); x=r.random(); print(0<=x<1)
s=S(1,x=2); s.seed(5); print(s.random()); s.foo=1; print(s.foo)
