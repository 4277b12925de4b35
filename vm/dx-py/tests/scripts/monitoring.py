"""Events of sys.monitoring, every tool event of a few functions."""
import sys
m=sys.monitoring
def traced(f, *a, prof=False):
    ev=[]
    def t(frame, event, arg):
        if frame.f_code.co_filename != __file__: return None
        ev.append((frame.f_code.co_name, frame.f_lineno-base, event, type(arg).__name__))
        return t
    base=f.__code__.co_firstlineno
    sys.settrace(t)
    try:
        f(*a)
    except Exception as e: ev.append(repr(e))
    finally: sys.settrace(None)
    for e in ev: print(e)
    print('--')
def a():
    x=1
    for i in range(3):
        x+=i
        if x>2:
            continue
    while x: x-=1
    try:
        1/0
    except ZeroDivisionError as e:
        y=2
    finally:
        z=3
    return [i for i in (1,2)]
def gen():
    try:
        v = yield 1
        yield 2
    except ValueError:
        yield 5
    return 3
def b():
    g=gen()
    for i in g: pass
    g=gen(); next(g); g.throw(ValueError)
    g.close()
    def inner():
        yield from gen()
    list(inner())
def c():
    with open('/dev/null') as f:
        for x in f: pass
    raise KeyError
async def co(): return 4
async def d2():
    x = await co()
    async def ag():
        yield 1
    async for q in ag():
        pass
    return x
def d():
    c=d2()
    try: c.send(None)
    except StopIteration as e: pass
class K:
    def __init__(self): super().__init__()
    def __eq__(self, o): return True
def e():
    K()==K()
    class L(K):
        x=1
        def f(self): pass
    L().f()
    assert not [], 1
    match [1,2]:
        case [x,y]:
            z=3
    del x
    return (
        y,
        z)
def f():
    for i in range(2): pass
    while True: break
    for x in [1,2,3]:
        if x==2:
            pass
        else: y=1
    return None

E_=m.events
names={getattr(E_,n):n for n in dir(E_) if n.isupper()}
def run(f, events, extra=()):
    out=[]
    m.use_tool_id(1,'x')
    def mk(n):
        def cb(code,*args):
            if code.co_filename not in (__file__,'<string>'): return
            out.append((n, code.co_name, [x if isinstance(x,int) else type(x).__name__ for x in args]))
        return cb
    for n in dir(E_):
        if n.isupper() and getattr(E_,n): m.register_callback(1,getattr(E_,n),mk(n))
    m.set_events(1,events)
    try: f()
    except Exception as e: out.append(repr(e))
    finally:
        m.set_events(1,0)
    m.free_tool_id(1)
    for o in out: print(o)
    print('==')
allev=sum(getattr(E_,n) for n in dir(E_) if n.isupper())
for fn in (a,b,c,d,e,f):
    print(fn.__name__)
    run(fn, allev)
    run(fn, E_.LINE|E_.RAISE|E_.STOP_ITERATION)
    run(fn, E_.INSTRUCTION)
    run(fn, E_.LINE|E_.INSTRUCTION|E_.RERAISE|E_.EXCEPTION_HANDLED)
    run(fn, E_.CALL|E_.C_RETURN|E_.C_RAISE|E_.PY_UNWIND|E_.PY_THROW)
