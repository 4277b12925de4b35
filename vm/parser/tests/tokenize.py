"""Tokens of `_tokenize.TokenizerIter`: of the files named on standard input, a checksum each; with "samples", of texts in
CPython's own tests, all of them; with "show FILE", those of a file.
"""
import _tokenize
import re
import sys
import warnings
import zlib

warnings.simplefilter("ignore")


def tokens(source, extra):
    lines = iter(re.findall("[^\n]*\n|[^\n]+", source))
    try:
        for t in _tokenize.TokenizerIter(lambda: next(lines, ""), extra_tokens=extra):
            kind, string, (a, b), (c, d), line = t
            yield f"{kind} {a},{b}-{c},{d} {string} {line}"
    except SyntaxError as e:
        yield f"{type(e).__name__} {e.msg} {e.lineno} {e.offset} {e.end_lineno} {e.end_offset} {e.text}"


def read(path):
    with open(path, encoding="utf-8", newline="") as f:
        return f.read()


if sys.argv[1:] == ["samples"]:
    sys.argv[1:] = []
    import samples

    for source in samples.samples(set()):
        try:
            data = source.encode()
        except UnicodeEncodeError:
            continue
        for extra in (True, False):
            print(data.hex(), int(extra), ascii("\n".join(tokens(source, extra))), sep="\t")
elif sys.argv[1:2] == ["show"]:
    print("\n".join(tokens(read(sys.argv[2]), True)))
else:
    for line in sys.stdin:
        try:
            source = read(line.rstrip("\n"))
        except UnicodeDecodeError:
            print("-")
            continue
        print(zlib.crc32("\n".join(tokens(source, True)).encode()))
