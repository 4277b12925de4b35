"""Compiled modules of wheels made for CPython, as they are: markupsafe, simplejson, xxhash."""

import collections
import decimal
import io

import markupsafe
import markupsafe._speedups
import simplejson
import simplejson._speedups
import xxhash

for text in ["", "plain", "<a href=\"x\">'&'</a>", "é<", "日本&語", "\U0001f600>", "<" * 1000]:
    print(repr(markupsafe.escape(text))[:60], len(markupsafe.escape(text)))
m = markupsafe.Markup("<b>%s</b>") % "<i>"
print(m, m + "<", m.striptags(), m.unescape(), markupsafe.Markup("a").join(["<", m]), m.format("x"))


class Html:
    def __html__(self):
        return "<ok>"


print(markupsafe.escape(Html()), markupsafe.escape_silent(None), markupsafe.soft_str(3))

Point = collections.namedtuple("Point", "x y")
value = {
    "numbers": [0, -1, 2**70, 1.5, 1e300, decimal.Decimal("1.10")],
    "text": "\u00e9\u65e5\U0001f600\"\\\x01</script>",
    "point": Point(1, [2, (3,)]),
    "nested": {"a": {"b": [None, True, False]}},
    3: "key",
}
for options in [{}, {"indent": 2}, {"sort_keys": False, "ensure_ascii": False}, {"namedtuple_as_object": False}]:
    print(simplejson.dumps(value, use_decimal=True, **options))
print(simplejson.loads('{"a": [1, 2.5, "\\u00e9\\ud83d\\ude00", null], "b": 1E400}'))
print(simplejson.loads("[1.10, 3]", use_decimal=True), simplejson.load(io.StringIO('{"k": {}}'), object_pairs_hook=list))
for bad in ["", "[1,", '{"a" 1}', '"\x01"', "[1] x", "nul", '"\\ud800"', "1" * 5000]:
    try:
        print(simplejson.loads(bad))
    except ValueError as e:
        print(type(e).__name__, e)
recursive = []
recursive.append(recursive)
for bad in [recursive, object, {(): 1}, float("nan")]:
    try:
        print(simplejson.dumps(bad, allow_nan=False))
    except (ValueError, TypeError) as e:
        print(type(e).__name__, e)

for name in ["xxh32", "xxh64", "xxh3_64", "xxh3_128"]:
    h = getattr(xxhash, name)()
    h.update(b"a" * 100)
    h.update(memoryview(b"bc" * 500)[::1])
    other = h.copy()
    other.update("é".encode())
    print(name, h.hexdigest(), h.intdigest(), other.digest(), h.digest_size, h.block_size, h.seed)
    print(getattr(xxhash, name + "_hexdigest")(b"x", seed=20), getattr(xxhash, name + "_intdigest")(b""))
    try:
        h.update(3)
    except TypeError as e:
        print(e)
