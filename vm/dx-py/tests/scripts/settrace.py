"""Events that a trace function sees."""
import sys
from shared import traced as functions
from shared.traced import a, b, c, d, e, f
def traced(f, *a):
    ev=[]
    def t(frame, event, arg):
        if frame.f_code.co_filename != functions.__file__: return None
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
for fn in (a,b,c,d,e,f): traced(fn)
