"""Functions whose events the scripts about tracing and monitoring compare."""
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
