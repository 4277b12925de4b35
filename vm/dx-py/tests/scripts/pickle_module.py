# _pickle against pickle's own code, hostile pickles, subclasses' hooks.
import _pickle, pickle, collections, datetime, decimal
P=pickle._Pickler; 
class A:
    def __init__(s): s.x=1
class B(tuple): pass
class S:
    __slots__=('a','b')
class NE:
    def __getnewargs_ex__(s): return (1,),{'k':2}
    def __new__(c,*a,**k): return object.__new__(c)
a=A(); a.self=a
s=S(); s.a=5
l=[]; l.append((l,))
rec=({},); rec[0]['t']=rec
objs=[None,True,False,0,1,255,256,65535,65536,-1,2**31-1,2**31,-2**31,-2**31-1,2**100,-2**100,-128,-129,-32768,2**2040,1.5,float('inf'),'', 'abc','\u1234','\ud800','\U0001F600\\\n',b'',b'abc',b'x'*300,'y'*300,bytearray(b'q'),bytearray(),(),(1,),(1,2,3),(1,2,3,4),[],[1],[1,2],list(range(2500)),{}, {1:2},{1:2,3:4},dict.fromkeys(range(2100)),set(),{1},{1,2,3},frozenset([1]),A,a,B((1,2)),s,NE(),l,rec,len,datetime.datetime(2000,1,1),decimal.Decimal('1.5'),collections.OrderedDict(a=1),collections.deque([1]),type(None),type(...),NotImplemented,...,int,range(3),slice(1,2),ValueError('x'), [b'z'*70000]*2, 'w'*70000, collections.Counter('abc'), complex(1,2), object(), [[i] for i in range(30000)]]
for o in objs:
    for pr in range(6):
        try: c=_pickle.dumps(o,pr)
        except Exception as e: c=repr(e)
        try: p=pickle._dumps(o,pr)
        except Exception as e: p=repr(e)
        if c!=p: print('DIFF',pr,repr(o)[:50],c[:80],p[:80])
        if isinstance(c,bytes):
            try: r=_pickle.loads(c); r2=pickle._loads(c)
            except Exception as e: print('LOAD',pr,repr(o)[:60],repr(e)); continue
            try:
                if not (r==o or repr(r)==repr(r2) or type(r)==type(r2)): print('NE',pr,repr(o)[:60],repr(r)[:60])
            except RecursionError: pass
for bad in [b'', b'.', b'K', b'(.', b'X\x05\0\0\0ab', b'\x80\x09.', b'zz', b'\xff', b'h\x05.', b'g5\n.', b'0', b'e', b't', b'Fx\n.', b'Ix\n.', b'cos\n', b'cnosuchmod\nx\n.', b'S\'abc\n.', b'S\'a\\x41\'\n.', b'U\x01\xff.', b'\x8a\x01\xff.', b'\x8b\xff\xff\xff\xff.', b'Pabc\n.', b'NQ.', b'}(K\x01u.', b'(K\x01d.', b'N}b.', b']Nb.', b'\x82\x01.', b'\x97.', b'NN\x81.', b'NN\x93.',b'(i__builtin__\nlist\n.', b'(c__builtin__\nlist\no.', b'p-1\n.',b'Np-1\n.', b'\x95\xff\xff\xff\xff\xff\xff\xff\xff.', b"L12L\n.", b'I01\n.', b'V\\u1234\n.', b'2', b'1', b'N0.', b'((1.', b'\x8c\x03abc\x94h\x00\x86.']:
    try: r=repr(_pickle.loads(bad))
    except BaseException as e: r='%s %s'%(type(e).__name__,e)
    print(bad,r)
import io
f=io.BytesIO(); pk=_pickle.Pickler(f,4); pk.dump([1]); pk.dump('x'); print(f.getvalue(), pk.memo.copy().keys().__len__(), pk.bin, pk.fast); f.seek(0); u=_pickle.Unpickler(f); print(u.load(), u.load())
class MyP(_pickle.Pickler):
    def persistent_id(s,o): return 'pid' if isinstance(o,A) else None
    def reducer_override(s,o): return NotImplemented
class MyU(_pickle.Unpickler):
    def persistent_load(s,i): return 'loaded '+i
    def find_class(s,m,n): print('find',m,n); return super().find_class(m,n)
f=io.BytesIO(); MyP(f).dump([a,len]); f.seek(0); print(MyU(f).load())
for fn in [lambda: _pickle.dumps(lambda:0), lambda: _pickle.dumps(1,9), lambda: _pickle.Pickler(1), lambda:_pickle.Unpickler(1), lambda:_pickle.dumps(1,buffer_callback=1), lambda: _pickle.Pickler.__new__(_pickle.Pickler).dump(1), lambda:_pickle.Unpickler.__new__(_pickle.Unpickler).load(), lambda:_pickle.dumps((i for i in [])), lambda: _pickle.loads('x'), lambda: _pickle.dumps(pickle.PickleBuffer(b'x'),4), lambda:_pickle.dumps(pickle.PickleBuffer(b'x'),5), lambda:_pickle.dumps(pickle.PickleBuffer(bytearray(b'x')),5,buffer_callback=[].append)]:
    try: print(fn())
    except BaseException as e: print(type(e).__name__, str(e).split(' at 0x')[0])
pb=pickle.PickleBuffer(b'abc'); print(bytes(pb), pb.raw().tobytes()); pb.release()
try: pb.raw()
except ValueError as e: print(e)
