"""Strings and bytes: build, format, split, join, search, replace, compare, encode."""

TEXT = "the quick brown fox jumps over the lazy dog " * 10
WIDE = "наше слово и другое слово " * 10
PARTS = TEXT.split()


def bench_concatenate(n):
    for i in range(n):
        s = ""
        for _ in range(10):
            s += "ab"


def bench_format(n):
    for i in range(n):
        f"{i} of {n}: {i:>5} {1.5:.2f}"
        "%s and %d" % ("x", i)
        "{} {}".format(i, "y")


def bench_split_join(n):
    for _ in range(n):
        TEXT.split()
        " ".join(PARTS)
        TEXT.split("o")


def bench_search(n):
    for _ in range(n):
        TEXT.find("lazy cat")
        "dog" in TEXT
        TEXT.count("o")
        TEXT.startswith("the")


def bench_replace_case(n):
    for _ in range(n):
        TEXT.replace("fox", "cat")
        TEXT.upper()
        TEXT.strip()


def bench_wide(n):
    for _ in range(n):
        WIDE.find("третье")
        WIDE.upper()
        WIDE.encode()
        WIDE.split(" ")


def bench_index_iterate(n):
    for _ in range(n):
        TEXT[5]
        TEXT[3:30]
        for c in "abcdefghij":
            pass


def bench_compare_hash(n):
    a = "some text that is equal"
    b = "some text that is " + "equal"[:]
    for _ in range(n):
        a == b
        a < "some text"
        a in ("x", "y", b)


def bench_bytes(n):
    data = TEXT.encode()
    for _ in range(n):
        data.find(b"lazy")
        data.decode()
        data[3:10]
        data.hex()


def bench_numbers(n):
    for i in range(n):
        str(i)
        int("12345")
        repr(1.25)
        float("2.5")


TEXT = "the quick brown fox jumps over the lazy dog " * 20
GREEK = "αβγδε ζηθικ λμνξο " * 20
LINES = "\n".join("line %d" % i for i in range(100))

EACH = {
    "concat": ("a = 'abc'; b = 'def'", "a + b"),
    "concat to int": ("a = 'abc'", "a + str(5)"),
    "concat grow": ("", "s = ''\nfor i in range(50): s += 'x'"),
    "multiply": ("a = 'abc'", "a * 10"),
    "join list": ("a = ['abc', 'def', 'ghi']", "','.join(a)"),
    "join many": ("a = ['abc'] * 100", "''.join(a)"),
    "join generator": ("a = ['abc'] * 10", "''.join(x for x in a)"),
    "join map str": ("a = list(range(20))", "','.join(map(str, a))"),
    "f-string": ("a = 'abc'", "f'{a}'"),
    "f-string parts": ("a = 'abc'; b = 5", "f'x{a}-{b}y'"),
    "f-string repr": ("a = 'abc'", "f'{a!r}'"),
    "f-string width": ("a = 'abc'", "f'{a:>10}'"),
    "f-string int": ("a = 5", "f'{a}'"),
    "f-string int format": ("a = 5", "f'{a:04d}'"),
    "f-string hex": ("a = 255", "f'{a:x}'"),
    "f-string float": ("a = 5.25", "f'{a:.2f}'"),
    "f-string float plain": ("a = 5.25", "f'{a}'"),
    "f-string thousands": ("a = 1234567", "f'{a:,}'"),
    "% s": ("a = 'abc'", "'%s' % a"),
    "% s d": ("a = 'abc'", "'%s-%d' % (a, 5)"),
    "% float": ("a = 3.25", "'%.2f' % a"),
    "% dict": ("a = {'x': 1}", "'%(x)s' % a"),
    "% r": ("a = 'abc'", "'%r' % (a,)"),
    "% x": ("a = 255", "'%04x' % a"),
    "format": ("a = 'abc'", "'{}-{}'.format(a, 5)"),
    "format numbers": ("a = 'abc'", "'{0}-{1}'.format(a, 5)"),
    "format names": ("a = 'abc'", "'{x}'.format(x=a)"),
    "format spec": ("a = 3.25", "'{:.2f}'.format(a)"),
    "format attribute": ("a = 3", "'{0.real}'.format(a)"),
    "format_map": ("a = {'x': 1}", "'{x}'.format_map(a)"),
    "index": ("a = 'abcdef'", "a[2]"),
    "index negative": ("a = 'abcdef'", "a[-1]"),
    "index wide": ("a = GREEK", "a[2]"),
    "slice": ("a = 'abcdef'", "a[1:3]"),
    "slice to end": ("a = 'abcdef'", "a[1:]"),
    "slice reverse": ("a = 'abcdef'", "a[::-1]"),
    "slice one": ("a = 'abcdef'", "a[1:2]"),
    "iterate": ("a = TEXT", "for c in a: pass"),
    "iterate wide": ("a = GREEK", "for c in a: pass"),
    "in": ("a = TEXT", "'lazy' in a"),
    "in one": ("a = TEXT", "'z' in a"),
    "in short": ("a = 'abcdef'", "'d' in a"),
    "not in": ("a = TEXT", "'nothere' not in a"),
    "find": ("a = TEXT", "a.find('lazy')"),
    "find one": ("a = TEXT", "a.find('z')"),
    "find none": ("a = TEXT", "a.find('zzz')"),
    "find wide": ("a = GREEK", "a.find('ξο')"),
    "rfind": ("a = TEXT", "a.rfind('quick')"),
    "index of": ("a = 'abcdef'", "a.index('d')"),
    "count": ("a = TEXT", "a.count('the')"),
    "count one": ("a = TEXT", "a.count('e')"),
    "replace": ("a = TEXT", "a.replace('fox', 'cat')"),
    "replace one": ("a = TEXT", "a.replace('o', '0')"),
    "replace none": ("a = 'abcdef'", "a.replace('x', 'y')"),
    "replace longer": ("a = 'a.b.c'", "a.replace('.', '::')"),
    "split": ("a = 'a b c d'", "a.split()"),
    "split long": ("a = TEXT", "a.split()"),
    "split comma": ("a = 'a,b,c,d'", "a.split(',')"),
    "split max": ("a = 'a,b,c,d'", "a.split(',', 1)"),
    "split words": ("a = 'a, b, c, d'", "a.split(', ')"),
    "rsplit": ("a = 'a.b.c'", "a.rsplit('.', 1)"),
    "splitlines": ("a = LINES", "a.splitlines()"),
    "partition": ("a = 'key=value'", "a.partition('=')"),
    "rpartition": ("a = 'key=value'", "a.rpartition('=')"),
    "strip": ("a = '  abc  '", "a.strip()"),
    "strip nothing": ("a = 'abc'", "a.strip()"),
    "strip chars": ("a = '--abc--'", "a.strip('-')"),
    "rstrip newline": ("a = 'abc\\n'", "a.rstrip('\\n')"),
    "lstrip": ("a = '  abc'", "a.lstrip()"),
    "startswith": ("a = 'abcdef'", "a.startswith('abc')"),
    "startswith tuple": ("a = 'abcdef'", "a.startswith(('x', 'abc'))"),
    "endswith": ("a = 'abcdef'", "a.endswith('def')"),
    "removeprefix": ("a = 'abcdef'", "a.removeprefix('abc')"),
    "upper": ("a = 'abcdef'", "a.upper()"),
    "lower": ("a = 'ABCDEF'", "a.lower()"),
    "lower long": ("a = TEXT.upper()", "a.lower()"),
    "lower wide": ("a = GREEK.upper()", "a.lower()"),
    "title": ("a = 'abc def'", "a.title()"),
    "capitalize": ("a = 'abc def'", "a.capitalize()"),
    "swapcase": ("a = 'abc Def'", "a.swapcase()"),
    "casefold": ("a = 'abc Def'", "a.casefold()"),
    "isdigit": ("a = '12345'", "a.isdigit()"),
    "isalpha": ("a = 'abcde'", "a.isalpha()"),
    "isalnum one": ("a = 'a'", "a.isalnum()"),
    "isspace": ("a = ' '", "a.isspace()"),
    "isupper": ("a = 'ABC'", "a.isupper()"),
    "isidentifier": ("a = 'abcde'", "a.isidentifier()"),
    "isascii": ("a = TEXT", "a.isascii()"),
    "center": ("a = 'abc'", "a.center(20)"),
    "ljust": ("a = 'abc'", "a.ljust(20)"),
    "zfill": ("a = '42'", "a.zfill(8)"),
    "expandtabs": ("a = 'a\\tb'", "a.expandtabs()"),
    "translate": ("a = TEXT; t = str.maketrans('abc', 'xyz')", "a.translate(t)"),
    "translate delete": ("a = 'abcdef'; t = str.maketrans('', '', 'abc')", "a.translate(t)"),
    "maketrans": ("", "str.maketrans('abc', 'xyz')"),
    "encode": ("a = 'abcdef'", "a.encode()"),
    "encode utf-8": ("a = TEXT", "a.encode('utf-8')"),
    "encode wide": ("a = GREEK", "a.encode('utf-8')"),
    "encode ascii": ("a = TEXT", "a.encode('ascii')"),
    "encode latin-1": ("a = TEXT", "a.encode('latin-1')"),
    "decode": ("a = TEXT.encode()", "a.decode()"),
    "decode wide": ("a = GREEK.encode()", "a.decode('utf-8')"),
    "decode ascii": ("a = TEXT.encode()", "a.decode('ascii')"),
    "decode utf-16": ("a = TEXT.encode('utf-16')", "a.decode('utf-16')"),
    "eq": ("a = 'abcdef'; b = ''.join(['abc', 'def'])", "a == b"),
    "eq not": ("a = 'abcdef'; b = 'abcdeg'", "a == b"),
    "lt": ("a = 'abcdef'; b = 'abcdeg'", "a < b"),
    "hash new": ("a = 'abc'", "hash(a + 'd')"),
    "intern": ("import sys; a = ''.join(['abc', 'def'])", "sys.intern(a)"),
    "repr": ("a = 'abcdef'", "repr(a)"),
    "repr escapes": ("a = 'abc\\n\\t'", "repr(a)"),
    "str of int": ("a = 12345", "str(a)"),
    "str of float": ("a = 1.25", "str(a)"),
    "str of None": ("", "str(None)"),
    "str of list": ("a = [1, 'a', 2.5]", "str(a)"),
    "chars to list and back": ("a = 'abcdef'", "''.join(sorted(a))"),
    "comprehension over chars": ("a = TEXT", "[c for c in a if c != ' ']"),
    "ord chr": ("a = 'a'", "chr(ord(a) + 1)"),
    "reversed": ("a = 'abcdef'", "''.join(reversed(a))"),
    "dict of chars": ("a = TEXT", "d = {}\nfor c in a: d[c] = d.get(c, 0) + 1"),
    "string template": ("import string; t = string.Template('$a b')", "t.substitute(a=1)"),
    "textwrap": ("import textwrap", "textwrap.wrap(TEXT, 40)"),
}
