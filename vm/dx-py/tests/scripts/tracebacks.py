# Exceptions as sys.excepthook shows them: chains, groups, notes, suggestions, marks, syntax errors.
import sys
sys.stderr = sys.stdout
def f(x):
    return g(x) + 1
def g(x):
    a = {}
    return (x + a["k"])
def rec(n):
    if n: return rec(n-1)
    1/0
def show(fn, *a):
    try: fn(*a)
    except BaseException as e: sys.excepthook(type(e), e, e.__traceback__)
show(f, 1); show(rec, 20)
def chain():
    try: 1/0
    except Exception as e:
        raise KeyError('x') from e
def ctx():
    try: 1/0
    except Exception as e:
        (1).foo
show(chain); show(ctx)
def notes():
    e = ValueError('é\ud800'); e.add_note('hi\nthere'); e.add_note('ho'); raise e
show(notes)
def eg():
    raise ExceptionGroup('eg', [ValueError(1), ExceptionGroup('in', [TypeError('x'), KeyError(2)])])
show(eg)
def syn(): compile('a = (1 +\nb b b', 'f.py', 'exec')
show(syn)
def syn(): compile('def f():\n   x\n  y', 'f.py', 'exec')
show(syn)
def nm():
    foobar = 1
    return foobat
show(nm)
def at(): return [].apend
show(at)
def nm2(): return itertools
show(nm2)

def multi():
    return (1 +
       None
      + 2)
show(multi)
def sub(): a = {}; return a['b']['c'][  'd' ]
show(sub)
def sub(): return "é€😀" + ( 1 /   0)
show(sub)
def sub(): return "漢漢漢" + ( 1 /   0)
show(sub)
def sub(): return "漢漢漢" + 1 + ("漢" / 0) + "漢漢漢"
show(sub)
def sub(): return xx(          "漢漢漢",   f("漢" / 0, "漢漢漢"))
def xx(a,b): 1/0
f=xx
show(sub)
def sub(): return ("漢" .
   foo)
show(sub)
for a in [("bad.py", 1, 2, "abcdefg", 1, 100),("bad.py", 1, 2, "abcdefg\n", 1, 100),("bad.py", 1, 100, "abcdefg", 1, 101),("bad.py", 1, 0, "abcdefg", 1, 2),("bad.py", 1, 2, "  abcdefg", 1, 5),("bad.py", 1, 4, "abc\ndefg", 2, 5),("bad.py", 1, 2, "\tabc\ndefg", 1, 8),("bad.py", 1, 2, "éab", 1, 3),("bad.py", 1, 5, "éab", 1, 30),("bad.py", 1, 2, "", 1, 3),("bad.py", 1, 2, "abc", 2, 3),("bad.py", 1, 2, "abc", 0, 0),("bad.py", 1, 2, "abc", 1, 2), ("bad.py", 1, 5, "aé€bcdefg\n", 1, 100)]:
    e = SyntaxError('bad bad', a)
    sys.excepthook(type(e), e, None)
