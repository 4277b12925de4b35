"""Runs programs that come on standard input, each after its length, and answers with what each said, each with its length.
The same under every interpreter: whatever depends on addresses is left out."""
import sys

read, write, flush = sys.stdin.buffer.read, sys.stdout.buffer.write, sys.stdout.buffer.flush

import array, ast, base64, binascii, bisect, collections, copy, csv, dataclasses, datetime, decimal, difflib, enum, fractions
import functools, hashlib, heapq, html, inspect, itertools, json, linecache, math, operator, pickle, pprint, re, reprlib
import shlex, signal, statistics, string, struct, textwrap, traceback, types, unicodedata, urllib.parse, warnings, zlib

warnings.simplefilter("ignore")
LIMIT = int(sys.argv[1])
ADDRESS = re.compile("0x[0-9a-f]{6,}")
LIBRARY = re.compile('File "[^"]*/lib/python3.12/')


class TooLong(BaseException):
    pass


def alarm(*_):
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    raise TooLong


signal.signal(signal.SIGALRM, alarm)
said = []


def show(v):
    try:
        return ADDRESS.sub("0x", repr(v))[:1500]
    except Exception as e:
        return f"repr: {type(e).__name__}: {e}"


def out(*values, **kw):
    if len(said) < 300:
        said.append(" ".join(map(show, values)))
        if kw:
            said.append(show(kw))


def keep(v):
    if isinstance(v, int):
        return v if v.bit_length() < 2000 else v % (1 << 1000)
    if isinstance(v, (str, bytes, list, tuple, bytearray)):
        return v[:60]
    if isinstance(v, (dict, set, frozenset)) and len(v) > 60:
        return type(v)()
    return v


class Out:
    def write(self, text):
        out(text)


class A:
    __match_args__ = ("a",)

    def __init__(self, a):
        self.a = a

    def __repr__(self):
        return f"A({self.a!r})"

    def __eq__(self, other):
        return isinstance(other, A) and self.a == other.a

    __hash__ = None

    def __add__(self, other):
        return A((self.a, other))

    def __radd__(self, other):
        return A((other, self.a))

    def __getitem__(self, key):
        return (self.a, key)[key] if isinstance(key, int) else key

    def __lt__(self, other):
        return NotImplemented

    @property
    def p(self):
        return self.a + 1

    def m(self, z):
        return self.a, z


class C(A):
    def m(self, z):
        return super().m(z), type(self).__name__

    def __bool__(self):
        return bool(self.a)

    def __iter__(self):
        return iter(self.a)

    def __format__(self, spec):
        return f"<{spec}>"


@dataclasses.dataclass
class P:
    a: object
    b: object = 5


class M:
    def __init__(self, swallow):
        self.swallow = swallow

    def __enter__(self):
        return self.swallow

    def __exit__(self, kind, value, tb):
        out("exit", kind, value)
        return self.swallow


class AM(M):
    async def __aenter__(self):
        return self.swallow

    async def __aexit__(self, *how):
        await co(1)
        return self.__exit__(*how)


class AI:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        return self

    async def __anext__(self):
        self.n -= 1
        if self.n < 0:
            raise StopAsyncIteration
        return await co(self.n)


@types.coroutine
def stop(v):
    return (yield v)


async def co(v):
    return await stop(v)


def drive(c):
    sent, steps = None, 0
    try:
        while steps < 100:
            sent = c.send(sent)
            steps += 1
    except StopIteration as e:
        return e.value
    finally:
        c.close()


def fn(a, b=2, *c, k=None, **d):
    return (a, b, c, k, d) if k else a


def rec(n):
    return [rec(n - 1), n] if n > 0 else ()


def gen(n):
    for i in range(n):
        got = yield i * i
        if got:
            yield got


def deco(f):
    @functools.wraps(f)
    def wrapper(*a):
        return f.__name__, f(*a)
    return wrapper


sys.unraisablehook = lambda u: out("unraisable", u.exc_type)
NAMES = {k: v for k, v in globals().items() if not k.startswith("_")}
for name in "read write flush said show alarm TooLong LIMIT ADDRESS LIBRARY linecache signal sys traceback warnings".split():
    del NAMES[name]
NAMES["csv"] = csv


def by_value(v):
    if isinstance(v, (tuple, frozenset)):
        return all(map(by_value, v))
    return v is None or v == v and isinstance(v, (int, float, complex, str, bytes, range, decimal.Decimal, fractions.Fraction))


def hash_of(v):
    """The hash where it is no address."""
    h = hash(v)
    return h if by_value(v) else 0


NAMES["hash"] = hash_of

while head := read(4):
    text = read(int.from_bytes(head, "little")).decode("utf-8", "replace")
    said.clear()
    names = dict(NAMES, __name__="fuzz")
    linecache.cache["<fuzz>"] = (len(text), None, text.splitlines(True), "<fuzz>")
    signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        try:
            code = compile(text, "<fuzz>", "exec")
            exec(code, names)
        except TooLong:
            said.append("TOO LONG")
        except Exception as e:
            try:
                text = "".join(traceback.format_exception(e))
                said.append(LIBRARY.sub('File "', ADDRESS.sub("0x", text)))
            except Exception as e:
                said.append("no traceback: " + repr(e))
        except BaseException as e:
            said.append(type(e).__name__)
        signal.setitimer(signal.ITIMER_REAL, 0)
    except TooLong:
        said.append("TOO LONG")
    signal.setitimer(signal.ITIMER_REAL, 0)
    names.clear()
    answer = "\n".join(map(str, said)).encode("utf-8", "backslashreplace")
    write(len(answer).to_bytes(4, "little") + answer)
    flush()
