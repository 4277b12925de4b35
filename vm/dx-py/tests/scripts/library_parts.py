# Parts of the library written for dx-py, and modules small enough to share a script: dbm.dumb, _pydecimal beside _decimal,
# _uuid, _asyncio, and corners of io, datetime and dict that once differed.
import asyncio
import datetime
import io
import os
import random
import tempfile
import time
import uuid


def shown(f, *args):
    try:
        r = f(*args)
    except Exception as e:
        r = type(e).__name__, str(e)
    print(getattr(f, "__name__", f), args if len(repr(args)) < 60 else "...", r)


# Both decimals, against each other.
import _decimal
import _pydecimal

for module in _decimal, _pydecimal:
    c = module.Context(prec=17, traps=[], Emin=-300, Emax=300)
    r = random.Random(11)
    for _ in range(60):
        a, b = (module.Decimal(f"{r.choice(['', '-'])}{r.randrange(10**r.randrange(1, 22))}e{r.randrange(-30, 30)}") for _ in "ab")
        row = [c.power(abs(a), b), c.divide(a, b), c.remainder_near(a, b), c.exp(a), c.ln(abs(a)), c.log10(abs(b)), c.sqrt(a), c.add(a, b)]
        print(a, b, *row, f"{a:+.3e} {b:<20,.2f}| {a:g}", hash(a) == hash(module.Decimal(str(a))))
    print(sorted(s.__name__ for s, on in c.flags.items() if on))

# A database, and what is in its files.
with tempfile.TemporaryDirectory() as folder:
    import dbm.dumb

    path = os.path.join(folder, "d")
    with dbm.dumb.open(path, "n") as db:
        db["a"], db[b"b"], db["c"] = "1", b"2" * 600, "3"
        db["b"] = "x" * 700
        del db["a"]
        print(sorted(db.keys()), len(db), "a" in db, db["b"] == b"x" * 700)
    for end in ".dir", ".dat":
        with open(path + end, "rb") as f:
            print(end, f.read()[:60])
    print(dbm.whichdb(path), dbm.whichdb(path + "none"))
    shown(dbm.open, "none", "r")
    shown(db.__getitem__, "c")

# Times in the gap of a change of clocks, before and after by the fold.
os.environ["TZ"] = "America/New_York"
time.tzset()
gap = datetime.datetime(1918, 3, 31, 2, 30)
for fold in 0, 1:
    t = gap.replace(fold=fold)
    print(t.timestamp(), t.astimezone(datetime.timezone.utc))


class Ratio(float):
    def as_integer_ratio(self):
        return self.ratio


for ratio in (3, 2), (), (1, 2, 3), 5, (1, 0):
    x = Ratio(1.5)
    x.ratio = ratio
    for f in datetime.timedelta.__mul__, datetime.timedelta.__truediv__:
        shown(f, datetime.timedelta(1), x)

# Streams.
t = io.TextIOWrapper(io.BytesIO(), "ascii")
t.detach()
print(repr(t), t.encoding, t.errors, io.text_encoding(None))
with tempfile.TemporaryFile() as f:
    f.write(b"hello world\n")
    f.flush()
    print(f.seek(-6, 2), f.read(5), f.readinto(bytearray()), f.seek(-6, 1))


# Values of dicts are compared from the left.
class Noisy:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        print(self.n, "==", other.n)
        return True


print({1: Noisy(1)} == {1: Noisy(2)})

u = uuid.uuid1()
print(u.version, u.variant, len({uuid.uuid1() for _ in range(1000)}))


# Tasks of C: cancelling, groups, results.
async def worker(n):
    try:
        await asyncio.sleep(n)
    except asyncio.CancelledError as e:
        return "cancelled", e.args
    return n


async def main():
    fast, slow = asyncio.create_task(worker(0), name="fast"), asyncio.create_task(worker(30), name="slow")
    print(await fast, fast)
    slow.cancel("enough")
    print(await slow)
    f = asyncio.get_running_loop().create_future()
    shown(f.set_exception, StopIteration)
    f.set_result(3)
    shown(f.set_result, 4)
    print(await f, f, asyncio.current_task().get_name())


asyncio.run(main())
