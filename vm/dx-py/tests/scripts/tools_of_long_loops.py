"""Instructions that tools watch leave nothing on the native stack, however often they run."""

import sys


class Base:
    def m(self):
        return 1


class Derived(Base):
    def loop(self, n):
        total = 0
        for _ in range(n):
            total += super().m() + super(Derived, self).m()
        return total


def calls(n):
    for i in range(n):
        abs(i)
        str(*(i,))
        "{}".format(*(i,), **{})
        try:
            ord(*())
        except TypeError:
            pass


def generator(n):
    for i in range(n):
        yield i


def counted(f, *of):
    events = {}

    def profile(frame, event, arg):
        events[event] = events.get(event, 0) + 1

    sys.setprofile(profile)
    f(*of)
    sys.setprofile(None)
    print(f.__name__, sorted(events.items()))


N = 30_000
counted(calls, N)
counted(Derived().loop, N)
counted(lambda: sum(generator(N)))

lines = 0


def trace(frame, event, arg):
    global lines
    lines += event == "line"
    return trace


sys.settrace(trace)
calls(N)
Derived().loop(N)
sys.settrace(None)
print(lines)
