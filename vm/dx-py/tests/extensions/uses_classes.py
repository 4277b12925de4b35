import classes, gc, weakref
from classes import Static, Heap, Int, Error

def show(f, *args, **kw):
    try:
        print(f(*args, **kw))
    except Exception as e:
        print(type(e).__name__, e)

s = Static(3)
print(s, s.n, s.d, s.double, len(s), list(s), s + 4, s[1], s[-1], s == Static(3), s < Static(4), s.flag)
print(Static.__doc__, Static.__text_signature__, Static.__module__, Static.__qualname__, Static.__mro__)
s.double = 5
s.flag = True
print(s.d, s.flag, s.fast(1, 2, 3), Static.make(), s.make(), Static.plain(7), s.plain(8))
show(lambda: s.any)
s.any = [1]
print(s.any)
del s.any
show(lambda: s.any)
show(setattr, s, "n", 4)
show(setattr, s, "d", "x")
show(setattr, s, "flag", 1)
show(setattr, s, "unknown", 1)
show(delattr, s, "double")
show(setattr, Static, "x", 1)
show(lambda: s + "x")
show(lambda: s < 1)
show(lambda: s[9])
show(Static)
show(Static, 1, n=2)
show(Static, "x")
r = weakref.ref(s)
print(r() is s)
del s
print(r())
class Sub(Static):
    def __len__(self): return 100
t = Sub(2, d=1.0)
t.extra = 1
print(t, len(t), t.extra, t.d, Sub.__base__)
h = Heap()
print(Heap, Heap.__module__, Heap.__name__, Heap.__qualname__, Heap.__doc__, h.held)
h.held = h
h.x = 1
print(h.__dict__, "__dictoffset__" in Heap.__dict__)
h.held = (1, 2)
print(list(h))
show(h.state, 1, 2, a=3)
show(h.state)
class Sub2(Heap):
    pass
show(Sub2().state, 1)
h.held = [h]
w = weakref.ref(Sub2())
print(w())
del h
print(gc.collect() >= 2)
Heap.added = 1
print(Heap.added)
print(Int(5) + 1, Int.__doc__, Int.__mro__, type(Int(3)))
print(Error.__mro__, Error.__doc__, Error.__module__)
print(classes.threads(), classes.look(3), classes.METH_VARARGS)
show(classes.capsule, "classes.capsule")
show(classes.capsule, "other")
