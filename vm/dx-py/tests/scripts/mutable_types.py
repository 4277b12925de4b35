# Types of native modules that programs may change, and those they may not.
import _random
import grp
import os
import pwd
import random
import select
import time
import zlib
from unittest import mock

for t in (_random.Random, os.DirEntry, select.epoll, type(zlib.compressobj()), type(zlib.decompressobj()),
          time.struct_time, os.stat_result, os.terminal_size, grp.struct_group, pwd.struct_passwd):
    t.added = 1
    print(t.__name__, t.added, "added" in vars(t))
    del t.added
    print(hasattr(t, "added"))
    t.__doc__ = "other"
    print(t.__doc__)

with mock.patch.object(select.epoll, "poll", lambda self: "patched"):
    with select.epoll() as e:
        print(e.poll())
with select.epoll() as e:
    print(e.poll(0))
_random.Random.__repr__ = lambda self: "a random generator"
print(repr(_random.Random(1)), repr(random.Random(1)))
del _random.Random.__repr__
print(repr(_random.Random(1)).split(" at ")[0])
time.struct_time.__len__ = lambda self: 4
print(len(time.gmtime(0)))
del time.struct_time.__len__
print(len(time.gmtime(0)))

for t in (int, type(__import__("sys").flags), type(__import__("re").compile("")), __import__("array").array):
    try:
        t.added = 1
    except TypeError as e:
        print(e)
