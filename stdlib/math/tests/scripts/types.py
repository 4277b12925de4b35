int = (1).__class__; float = (1.0).__class__; complex=(1j).__class__; bool = True.__class__
ints = [0,1,-1,2,-2,3,7,-7,255,256,257,-5,-6,2**29,2**30-1,2**30,-2**30,2**31,2**59,2**60-1,2**60,-2**60,2**62,2**63-1,2**63,-2**63,-2**63-1,2**64,2**90,10**30,-10**30,10**100,True,False]
floats = [0.0,-0.0,1.0,-1.0,0.5,2.5,-2.5,1e16,1e22,1e23,1e300,-1e300,float('inf'),float('-inf'),float('nan'),5e-324,1.7976931348623157e308,0.1,123456789.125,2.0**53,2.0**63]
cs = [0j,1j,1+2j,-1-0j,complex(float('inf'),1),complex(0,float('nan')),-0.0-0j,3+4j,1e200+1e200j]
ops = ['__add__','__sub__','__mul__','__floordiv__','__mod__','__truediv__','__divmod__','__and__','__or__','__xor__','__lt__','__le__','__eq__','__ne__','__gt__','__ge__']
def op(f, *a):
    try:
        r = f(*a)
        if r is NotImplemented: return 'NI'
        return (r.__class__.__name__, r.__repr__() if r.__class__.__name__!='tuple' else r.__repr__(), r)[:2]
    except Exception as e:
        return (e.__class__.__name__, e.args)
binops = [lambda a,b:a+b, lambda a,b:a-b, lambda a,b:a*b, lambda a,b:a//b, lambda a,b:a%b, lambda a,b:a/b, lambda a,b:a&b,lambda a,b:a|b,lambda a,b:a^b,lambda a,b:a<b,lambda a,b:a<=b,lambda a,b:a==b,lambda a,b:a!=b,lambda a,b:a>b,lambda a,b:a>=b, lambda a,b:a.__divmod__(b)]
sm = [0,1,2,5,29,30,31,59,60,63,64,100,-1]
for i,f in [(i,binops[i]) for i in [0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]]:
    for a in ints+floats+cs+['x',None]:
        for b in ints+floats+cs+['x']:
            if i==2 and (a=='x' or b=='x'): continue
            if i==4 and (a=='x'): continue
            print(i, op(f,a,b))
for a in ints:
    for b in sm:
        print(op(lambda a,b:a<<b,a,b), op(lambda a,b:a>>b,a,b), op(lambda a,b:a**b,a,b))
    print(op(lambda a: (-a,+a,~a if a.__class__ is int else 0,a.__abs__(),a.__bool__(),a.__hash__(),a.__repr__(),a.__index__(),a.__int__(),a.bit_length(),a.bit_count(),a.real,a.imag,a.numerator,a.denominator,a.as_integer_ratio(),a.conjugate(),a.__trunc__(),a.__floor__(),a.__ceil__(),a.__getnewargs__(),a.__sizeof__(),a.is_integer()),a))
    print(op(lambda a:a.__float__(),a))
    for n in [0,1,-1,-2,-3,-10,-30,-1000,10**30]:
        print(n, op(lambda:a.__round__(n)))
    for l in [0,1,2,4,8,12,20,-1]:
        for o in ['big','little','x']:
            for s in [True,False]:
                print(op(lambda: a.to_bytes(l,o,signed=s)))
    for s in ['','d',',','_','x','X','#x','o','#o','b','#b','#_b','n','e','.3f','%','g','c','10','<10','>10','=+10','^10','010','+','-',' ','*^30,','.3','.3d','z','s','q','10c','+c','#c','_x',',x','é^20','0=10','#010x','\U0001F600>30','.', 'w', '10.3.3', '1'+'0'*30]:
        print(s, op(lambda: a.__format__(s)))
    for m in [1,2,-3,7,0,10**9+7,'x']:
        for e in [0,1,5,-1,-3,2**40]:
            print(op(lambda: a.__pow__(e,m)))
    print(op(lambda: (0.5).__pow__(a)), op(lambda: a.__pow__(0.5)), op(lambda: a**0.5), op(lambda: a**-1))
for a in floats:
    print(op(lambda: (-a,+a,a.__abs__(),a.__bool__(),a.__repr__(),a.__str__(),a.real,a.imag,a.conjugate(),a.__getnewargs__(),a.is_integer(),a.hex())))
    if a==a: print(a.__hash__())
    for f in [lambda:a.__int__(),lambda:a.__trunc__(),lambda:a.__floor__(),lambda:a.__ceil__(),lambda:a.as_integer_ratio(), lambda:a.__round__(), lambda:a.__round__(None), lambda: a.__round__(1.5), lambda: a.__float__(), lambda: a.__complex__()]:
        print(op(f))
    for n in [0,1,2,3,-1,-2,-300,-400,400,300,22,-22]:
        print(n, op(lambda:a.__round__(n)))
    for b in floats: print(op(lambda: a**b))
    for s in ['','d',',','_','x','n','e','.3f','%','.1%','g','.0f','.17g','G','E','F','c','10','<10','>10','=+10','^10','010','+','-',' ','*^30,','.3','.0','#.0f','z','z.1f','s','q','é^20','0=10','#g','_.3f','0,.2f','\U0001F600>30','.','.400f']:
        print(s, op(lambda: a.__format__(s)))
for a in cs:
    print(op(lambda: (-a,+a,a.__bool__(),a.__repr__(),a.__str__(),a.real,a.imag,a.conjugate(),a.__getnewargs__(),a.__complex__())))
    print(op(lambda: a.__abs__()))
    if a==a: print(a.__hash__())
    for b in cs+[0,1,2,-1,-2,0.5,100,101,1j]: print(op(lambda: a**b), op(lambda: a.__pow__(b,3)))
    for s in ['','d',',','_','n','e','.3f','%','g','.0f','10','<30','>30','=+10','^30','010','+','.3','z','s','\U0001F600>30']:
        print(s, op(lambda: a.__format__(s)))
class I:
    def __index__(self): return 42
class N:
    def __int__(self): return 43
class T:
    def __trunc__(self): return 44
class T2:
    def __trunc__(self): return 'x'
class F:
    def __float__(self): return 4.5
class F2:
    def __float__(self): return 4
class C:
    def __complex__(self): return 1+2j
class C2:
    def __complex__(self): return 1
class BI:
    def __index__(self): return 'x'
class NI:
    def __int__(self): return 1.0
class SI(int): pass
class SF(float): pass
class SC(complex): pass
class IB(int):
    def __init__(self,*a,**k): pass
args=['12',' 12 ','+12','-0','1_000','1__0','_1','0x1f','0b1','','-','é','٣٤','\u2003٣ ','1.5','1e5','inf','-Infinity','nan','1_0.5','.5','5.','1e','1e400','9'*5000,b'12',b' 1.5 ',b'x\x00',b'77',None,[],I(),N(),T(),T2(),F(),F2(),C(),C2(),BI(),NI(),1,1.5,1j,SI(5),SF(2.5),SC(1+1j),True,'1j','(1+2j)',' ( 1 - 2j ) ','1+','j','-j','1_0j','1__0j','1\0','\ud800','x'*300]
for a in args:
    for t in [int,float,complex,bool,SI,SF,SC]:
        r=op(t,a)
        print(r, op(lambda: t(a)+1))
    for b in [0,2,8,10,16,36,1,37,-1,2**70,1.5,'x',I()]:
        print(op(lambda:int(a,b)), op(lambda:int(a,base=b)))
    for b in args: print(op(complex,a,b))
print(op(int),op(float),op(complex),op(bool),op(SI),op(SF),op(SC))
for t in [int,float,complex,bool,SI,SF,SC,IB]:
    print(op(lambda:t(1,2,3)),op(lambda:t(x=1)),op(lambda:t(base=3)),op(lambda:t('1',foo=3)), op(lambda:t(1,2)))
print(op(lambda:complex(real=1,imag=2)),op(lambda:complex(imag=2j)),op(lambda:complex(imag='x')))
for b in [b'',b'\x01',b'\xff\x00',b'\x00\xff'*10,[1,2,3],'x',5,[300]]:
    for o in ['big','little','x',3]:
        for s in [True,False]:
            print(op(lambda:int.from_bytes(b,o,signed=s)),op(lambda:SI.from_bytes(b,o,signed=s)))
for h in ['0x1p3','-0x1.8p+1','inf','nan','1','0x1p2000','x',' 0x.8 ','0x1.fffffffffffffp1023',3,'\ud800','0x1.00000000000001p0']:
    print(op(lambda:float.fromhex(h)),op(lambda:SF.fromhex(h)))
for h in ['double','float','x',3]: print(op(lambda:float.__getformat__(h)))
print(op(lambda:~True), True&1, True|False, True^True, 1&True, op(lambda:True.__and__(2)), op(lambda:True.__and__('x')))
for t in [int,float,complex,bool]:
    print(t.__name__, [k for k in t.__dict__], t.__text_signature__)
print(op(lambda: int.__new__(str)), op(lambda: int.__new__(bool,1)), op(lambda: bool.__new__(int)), op(lambda: float.__new__(int)))
for f in [lambda: int.__add__(1), lambda: (1).to_bytes(1,2), lambda:(1).to_bytes('x'), lambda:(1).to_bytes(length=1,byteorder='big',signed=1,x=2), lambda:(1).__round__(1,2), lambda:(1).__round__('x'), lambda:(1).__format__(2), lambda:(1.5).__format__(2), lambda:(1.5).__round__(1,2), lambda: (1).bit_length(1), lambda: int.real.__get__('x'), lambda: (1).__setattr__('real',1), lambda: (1j).__setattr__('real',1), lambda: (1.0).__setattr__('real',1)]: print(op(f))
