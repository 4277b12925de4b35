"""Events of sys.monitoring, every tool event of a few functions."""
import sys
from shared import traced as functions
from shared.traced import a, b, c, d, e, f
m=sys.monitoring

E_=m.events
def run(f, events):
    out=[]
    m.use_tool_id(1,'x')
    def mk(n):
        def cb(code,*args):
            if code.co_filename not in (__file__,functions.__file__,'<string>'): return
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
