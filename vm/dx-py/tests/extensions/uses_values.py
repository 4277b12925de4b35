"""Values through the C API: what the functions of `values.c` answer for plain and for odd arguments."""
import values


def show(f, *args):
    shown = [a.tolist() if isinstance(a, memoryview) else a for a in args]
    try:
        print(f.__name__, shown, repr(f(*args)))
    except SystemError:
        # CPython's has a place in its sources.
        print(f.__name__, shown, "SystemError")
    except Exception as e:
        print(f.__name__, shown, type(e).__name__, e)


for s in "", "a", "abcabc", "h\xe9llo", "\u20ac uro \u20ac", "\U0001f600x\U0001f600", "nul\0l":
    for sub in "", "a", "l", "\u20ac", "\U0001f600":
        show(values.strings, s, sub)
    show(values.edited, s)
show(values.writer, "abc", 0x20AC, "\U0001f600", 65, "")
show(values.writer)
for text in "1.5", "-2e3", "0x10", "inf", "-nan", "12abc", "", "1e999", " 1", "70000":
    show(values.numbers, text)
for t in (), (1,), (1, "b", None), [1]:
    show(values.tuples, t)
for s in slice(None), slice(1, -1, 2), slice(None, None, -1), slice(5, 100), slice(0, 1, 0), slice("a", None):
    show(values.slices, s, 10)
r = values.record()
print(r, r.first, r.hidden, len(r), type(r).__match_args__, type(r).n_fields, type(r).__module__)
print(r == (0, 10), hash(r) == hash((0, 10)), r[1:], values.record() == r)
for o in None, 1 << 70, 2.5, "\u20ac", b"b", (1, [2, {"k": {3}}]), object:
    show(values.marshalled, o)
show(values.contiguous, b"abc")
show(values.contiguous, memoryview(b"abcdef")[::2])
show(values.contiguous, memoryview(bytes(range(12))).cast("B", (3, 4)))
show(values.contiguous, "text")
show(values.bytes, b"<", b">>")
show(values.bytes, b"<", "no bytes")
show(values.failure)
try:
    values.misplaced()
except SyntaxError as e:
    print(e.args, e.filename, e.lineno, e.offset, e.end_lineno, e.text)


def outer(a, b=1):
    c = a

    def inner():
        return c

    return inner


for f in outer, outer(1), print:
    try:
        code, *rest = values.codes(f)
        print(code == f.__code__.co_code, rest)
    except Exception as e:
        print(type(e).__name__)
