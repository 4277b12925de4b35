# The oracle's side of the marshal tests. `make`: values of all kinds in all versions, each as
# version, length, bytes. `ask FILE`: what loads() says of each record of FILE, a line each.
import marshal, mmap, os, resource, struct, sys


def nested(depth, wrap):
    value = ()
    for _ in range(depth):
        value = wrap(value)
    return value


def sources():
    yield "x = 1\n"
    yield "def f(a, /, b, *c, d=(1, 'k', None), **e):\n    return lambda: (a, e, 1.5, 2j, 10**30, b'z')\n"
    yield "class C:\n    'é\\ud800'\n    def m(self):\n        try:\n            return __class__\n        except* E as e:\n            pass\n"
    yield "async def g():\n    async with a as b:\n        yield [i async for i in b if i in {1, 'two', 3.0}]\n"


def values():
    yield from (None, True, False, ..., StopIteration, 0, 1, -1, 255, 256, 257, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1)
    yield from (2**15, 2**30, 2**45 - 1, -(2**60), 2**64, 3**200, -(7**300))
    yield from (0.0, -0.0, 1.5, 0.1, 1e300, 1e-300, 5e-324, float("inf"), float("-inf"), float("nan"), 1e16, 1e17, 123456.75)
    yield from (1j, complex(-0.0, 2.5), complex("nan+infj"))
    yield from (b"", b"x", bytes(range(256)), "", "a", "not a name", "é", "ÿ", "€", "\U0001f600", "\ud800", "\udc80\ud800")
    yield from ("n" * 255, "n" * 256, "n" * 300 + " ", "é" * 300, sys.intern("interned name"), sys.intern("n" * 400))
    yield from ((), (1,), (1, (2, (3,))), tuple(range(255)), tuple(range(256)), tuple(range(300)))
    yield from ([], [1, [2]], {}, {"a": 1, (1, 2): [None]}, set(), {1}, {1, 2, "three"}, frozenset(), frozenset("abc"))
    yield frozenset([frozenset([frozenset([1, 2]), "x"]), (1, 2)])
    shared = [("s", 1.5), "shared string"]
    yield (shared, shared, shared[0])
    loop = []
    loop.append(loop)
    yield nested(1998, lambda v: (v,))
    yield nested(1998, lambda v: [v])
    yield nested(500, lambda v: {1: v})
    for source in sources():
        yield compile(source, "<file>", "exec")


def make():
    out = sys.stdout.buffer
    for value in values():
        for version in range(5):
            data = marshal.dumps(value, version)
            out.write(struct.pack("<II", version, len(data)) + data)


def answer(record):
    try:
        value = marshal.loads(record)
        return f"ok {type(value).__name__}"
    except Exception as e:
        return f"{type(e).__name__} {ascii(str(e))}"


def ask(path):
    # A length that lies must not take all memory.
    resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = open(path, "rb").read()
    records, at = [], 0
    while at < len(data):
        (size,) = struct.unpack_from("<I", data, at)
        records.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    # Damaged data can crash CPython: a child answers until it dies, and another goes on behind that.
    done = mmap.mmap(-1, 8)
    while (n := int.from_bytes(done[:], "little")) < len(records):
        child = os.fork()
        if child == 0:
            for n in range(n, len(records)):
                os.write(1, answer(records[n]).encode() + b"\n")
                done[:] = (n + 1).to_bytes(8, "little")
            os._exit(0)
        if os.waitpid(child, 0)[1] != 0:
            os.write(1, b"crash\n")
            done[:] = (int.from_bytes(done[:], "little") + 1).to_bytes(8, "little")


if sys.argv[1] == "make":
    make()
else:
    ask(sys.argv[2])
